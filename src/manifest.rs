//! Manifests: what the documents of a YAML stream are as objects.
//!
//! A document names its kind by `apiVersion` and `kind`, and these decide who judges it: a kind of Kubernetes by its schema, any other by
//! a CustomResourceDefinition, and what has no kind at all is no manifest. Lists (`kind: List`) hold objects, each judged for itself.

use crate::crd;
use crate::diag::{Diagnostic, Sink, codes, suggest};
use crate::object::Object;
use crate::schema::{self, NativeKind};
use crate::source::Span;
use crate::value::{Node, Record, Value};
use std::sync::Arc;
use ustr::Ustr;

/// An object of a stream.
#[derive(Debug)]
pub enum Manifest {
    Native(Object),
    /// Of a kind that is not Kubernetes' own.
    Custom(Custom),
}

#[derive(Debug)]
pub struct Custom {
    pub api_version: Ustr,
    pub kind: Ustr,
    pub namespace: Option<Ustr>,
    pub name: Ustr,
    pub root: Node,
    /// Where its kind is written.
    pub head: Span,
}

impl Manifest {
    pub fn name(&self) -> Ustr {
        match self {
            Manifest::Native(object) => object.name,
            Manifest::Custom(custom) => custom.name,
        }
    }

    /// Group, kind, namespace and name: what an object is one by, in whatever version.
    pub fn identity(&self) -> (Ustr, Ustr, Option<Ustr>, Ustr) {
        match self {
            Manifest::Native(object) => (object.kind.group, object.kind.kind, object.namespace, object.name),
            Manifest::Custom(custom) => {
                let group = custom.api_version.split_once('/').map_or("", |(group, _)| group);
                (group.into(), custom.kind, custom.namespace, custom.name)
            }
        }
    }

    /// Where its kind is written.
    pub fn head(&self) -> Span {
        match self {
            Manifest::Native(object) => object.head,
            Manifest::Custom(custom) => custom.head,
        }
    }

    pub fn title(&self) -> String {
        match self {
            Manifest::Native(object) => object.title(),
            Manifest::Custom(custom) => custom.title(),
        }
    }
}

impl Custom {
    pub fn title(&self) -> String {
        crate::object::title(&self.kind, self.namespace, &self.name)
    }

    /// As an object of which only what all objects have is known.
    pub fn as_any(&self) -> Object {
        let mut root = match &self.root.value {
            Value::Record(record) => Record::clone(record),
            _ => Record::default(),
        };
        root.retain(|entry| matches!(entry.key.as_str(), "apiVersion" | "kind" | "metadata"));
        let kind = crd::any_kind(&self.api_version, &self.kind);
        Object::new(kind, self.namespace, self.name, Arc::new(root), self.head)
    }

    /// The same as an object of a kind that is known by `kind`, or by nothing.
    pub fn object(&self, kind: Option<&'static NativeKind>) -> Object {
        let kind = kind.unwrap_or_else(|| schema::added::bare_kind(self.api_version, self.kind));
        let root = if let Value::Record(root) = &self.root.value { root.clone() } else { Arc::default() };
        Object::new(kind, self.namespace, self.name, root, self.head)
    }

    /// Kind and group: what it is found by.
    pub fn key(&self) -> Ustr {
        let group = self.api_version.split_once('/').map_or("", |(group, _)| group);
        Ustr::from(&format!("{}.{group}", self.kind))
    }
}

/// The objects of a document; what is none is reported.
pub fn objects(root: &Node, sink: &Sink, out: &mut Vec<Manifest>) {
    let Value::Record(record) = &root.value else {
        let message = format!("an object is a mapping, this document is {}", root.value.type_name());
        sink.push(Diagnostic::new(&codes::NO_OBJECT, head(root), message).help("separate documents by `---` lines"));
        return;
    };
    let (api_version, kind) = (text(record, "apiVersion"), text(record, "kind"));
    match (api_version, kind) {
        (Some((version, _)), Some((kind, _))) if kind.ends_with("List") && is_list(record, version, kind) => items(record, sink, out),
        (Some((version, version_at)), Some((kind, kind_at))) => {
            object(root, record, (version, version_at), (kind, kind_at), sink, out);
        }
        (version, kind) => no_kind(root, record, version.is_some(), kind.is_some(), sink),
    }
}

fn is_list(record: &Record, version: &str, kind: &str) -> bool {
    let has_items = record.get("items".into()).is_some_and(|e| matches!(e.node.value, Value::List(_) | Value::Null));
    has_items && (kind == "List" || schema::kind_in(version, kind.trim_end_matches("List")).is_some())
}

fn items(record: &Record, sink: &Sink, out: &mut Vec<Manifest>) {
    if let Some(Value::List(list)) = record.get("items".into()).map(|e| &e.node.value) {
        list.items.iter().for_each(|item| objects(&item.node, sink, out));
    }
}

fn object(root: &Node, record: &Arc<Record>, version: (&str, Span), kind: (&str, Span), sink: &Sink, out: &mut Vec<Manifest>) {
    let metadata = match record.get("metadata".into()).map(|e| &e.node.value) {
        Some(Value::Record(metadata)) => Some(metadata),
        _ => None,
    };
    let of = |field: &str| metadata.and_then(|m| text(m, field)).map(|(text, _)| Ustr::from(text));
    let (namespace, name) = (of("namespace").filter(|n| !n.is_empty()), of("name").unwrap_or_default());
    if let Some(native) = schema::kind_in(version.0, kind.0) {
        return out.push(Manifest::Native(Object::new(native, namespace, name, record.clone(), kind.1)));
    }
    match unknown(version, kind) {
        Some(error) => sink.push(error.in_object(format!("{}/{name}", kind.0), "")),
        None => out.push(Manifest::Custom(Custom {
            api_version: version.0.into(),
            kind: kind.0.into(),
            namespace,
            name,
            root: root.clone(),
            head: kind.1,
        })),
    }
}

/// What is wrong with a kind of Kubernetes' own groups that does not exist; `None` for those of other groups.
fn unknown((version, version_at): (&str, Span), (kind, kind_at): (&str, Span)) -> Option<Diagnostic> {
    if let Some(removed) = schema::removed(version, kind) {
        let message = format!("{version} {kind} is not served since Kubernetes {}", removed.since);
        let error = Diagnostic::new(&codes::REMOVED_VERSION, version_at, message);
        let error = match removed.replacement {
            Some(new) => error.help(format!("write `apiVersion: {new}`")).fix(version_at, new),
            None => error,
        };
        return Some(if removed.note.is_empty() { error } else { error.help(removed.note) });
    }
    let mut served = schema::kinds().filter(|k| k.api_version == version).peekable();
    if served.peek().is_some() {
        let error = Diagnostic::new(&codes::UNKNOWN_OBJECT, kind_at, format!("{version} has no kind `{kind}`"));
        let elsewhere = schema::kinds_named(kind).next();
        return Some(match (suggest::nearest(kind, served.map(|k| k.kind.as_str())), elsewhere) {
            (_, Some(other)) => error.help(format!("{kind} is of `apiVersion: {}`", other.api_version)),
            (Some(near), None) => error.help(format!("did you mean `{near}`?")).fix(kind_at, near),
            (None, None) => error,
        });
    }
    let group = version.split_once('/').map_or("", |(group, _)| group);
    is_own_group(group).then(|| {
        let error = Diagnostic::new(&codes::UNKNOWN_OBJECT, version_at, format!("Kubernetes has no API version `{version}`"));
        let preferred: Option<&NativeKind> = schema::kinds_named(kind).find(|k| k.group == group).or_else(|| schema::kind(kind));
        match preferred {
            Some(native) => {
                error.help(format!("{kind} is of `apiVersion: {}`", native.api_version)).fix(version_at, native.api_version.as_str())
            }
            None => error,
        }
    })
}

/// Groups that no CustomResourceDefinition may claim for its own.
fn is_own_group(group: &str) -> bool {
    group.is_empty() || schema::kinds().any(|kind| kind.group == group)
}

fn no_kind(root: &Node, record: &Record, has_version: bool, has_kind: bool, sink: &Sink) {
    let missing = match (has_version, has_kind) {
        (false, false) => "`apiVersion` and `kind`",
        (false, true) => "`apiVersion`",
        _ => "`kind`",
    };
    let near = |wanted: &str| record.entries.iter().find(|e| suggest::nearest(&e.key, [wanted]).is_some());
    let misspelt = if has_version { near("kind") } else { near("apiVersion") };
    let at = misspelt.map_or_else(|| head(root), |e| e.at);
    let error = Diagnostic::new(&codes::NO_OBJECT, at, format!("this document has no {missing}, so it is no object of Kubernetes"));
    sink.push(match misspelt {
        Some(entry) => {
            let wanted = if has_version { "kind" } else { "apiVersion" };
            error.help(format!("did you mean `{wanted}`?")).label(format!("`{}`", entry.key))
        }
        None => error.help("an object begins with `apiVersion` and `kind`"),
    });
}

/// The first line of a document, as far as its first key.
fn head(root: &Node) -> Span {
    match &root.value {
        Value::Record(record) => record.entries.first().map_or(root.origin.span, |e| e.at),
        _ => Span::new(root.origin.span.start, root.origin.span.start + 1),
    }
}

fn text<'r>(record: &'r Record, field: &str) -> Option<(&'r str, Span)> {
    let node = &record.get(field.into())?.node;
    match &node.value {
        Value::Str(text) if !text.is_empty() => Some((text.as_str(), node.origin.span)),
        _ => None,
    }
}
