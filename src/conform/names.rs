//! Names, label and annotation keys, and keys of data, as the API server demands them of every object.
//!
//! The forms were asked of a kube-apiserver 1.37, kind by kind: most names are DNS subdomains, a few DNS labels, those of RBAC and of
//! budgets whatever can stand between two slashes of a path, and some say again what the object is about. Who has no name has the
//! beginning of one, which the server completes. A namespace on a kind without namespaces is dropped by the server, not refused.

use super::{Judge, Step, Walk};
use crate::diag::{Diagnostic, Severity, codes};
use crate::object::Object;
use crate::schema::{Minor, NativeKind};
use crate::source::Span;
use crate::types::Format;
use crate::types::format::completed;
use crate::value::{Entry, Node, Record, Value};

/// A CronJob's name with what its Jobs and their pods add stays within 63 characters.
const CRON_JOB_NAME: usize = 52;

/// Since then, of some kinds only the name is checked that the server makes of a beginning.
const COMPLETED_FIRST: Minor = Minor(35);

/// What the name of an object is.
enum Form {
    /// A text, but not an empty one.
    Any,
    Of(Format),
    /// What the object says elsewhere, and no beginning of that.
    Exactly(String),
}

impl Form {
    /// Whether a name can begin so.
    fn begins(&self, kind: &str, text: &str) -> Result<(), String> {
        match self {
            // Of these the server checks only the name that it made.
            Form::Of(format) => format.check(&completed(text)),
            Form::Exactly(_) if text.is_empty() => Ok(()),
            Form::Exactly(name) => Err(format!("cannot be completed to `{name}`, after what the {kind} is about")),
            Form::Any => Ok(()),
        }
    }
}

/// The form of an object's name; `None` where the server does not look at it. Kinds of other projects may be called as Kubernetes' own are.
fn form(object: &Object) -> Option<Form> {
    let NativeKind { group, kind, api_version, .. } = object.kind;
    Some(match (group.as_str(), kind.as_str()) {
        ("", "Binding") | ("policy", "Eviction") | ("internal.apiserver.k8s.io", "StorageVersion") => return None,
        ("authentication.k8s.io" | "authorization.k8s.io", _) => return None,
        ("", "Namespace" | "Service") | ("apps", "StatefulSet") => Form::Of(Format::DnsLabel),
        ("policy", "PodDisruptionBudget") | ("certificates.k8s.io", "CertificateSigningRequest") => Form::Of(Format::PathSegment),
        ("rbac.authorization.k8s.io", _) => Form::Of(Format::PathSegment),
        (_, "Event") if api_version == "v1" => Form::Of(Format::PathSegment),
        ("networking.k8s.io", "IPAddress") => Form::Of(Format::CanonicalIp),
        ("coordination.k8s.io", "LeaseCandidate") => Form::Of(Format::ConfigKey),
        ("apiregistration.k8s.io", "APIService") => match (text_at(object, &["spec", "version"]), text_at(object, &["spec", "group"])) {
            (Some(version), group) => Form::Exactly(format!("{version}.{}", group.unwrap_or_default())),
            _ => Form::Of(Format::PathSegment),
        },
        ("apiextensions.k8s.io", "CustomResourceDefinition") => {
            match (text_at(object, &["spec", "names", "plural"]), text_at(object, &["spec", "group"])) {
                (Some(plural), Some(group)) => Form::Exactly(format!("{plural}.{group}")),
                _ => Form::Any,
            }
        }
        // A bundle of a signer begins with the signer's name.
        ("certificates.k8s.io", "ClusterTrustBundle") if text_at(object, &["spec", "signerName"]).is_some_and(|name| !name.is_empty()) => {
            Form::Any
        }
        _ => Form::Of(Format::DnsSubdomain),
    })
}

/// Whether an object is of a kind of Kubernetes' own.
fn is(object: &Object, group: &str, kind: &str) -> bool {
    object.kind.group == group && object.kind.kind == kind
}

fn text_at<'o>(object: &'o Object, path: &[&str]) -> Option<&'o str> {
    match &object.at(path)?.value {
        Value::Str(text) => Some(text),
        _ => None,
    }
}

/// A name as the server makes it of a beginning: of a long one it takes the front, and adds five characters.
fn made_of(beginning: &str) -> String {
    let kept: String = beginning.chars().take(58).collect();
    format!("{kept}aaaaa")
}

/// Keys and values together.
const MOST_ANNOTATIONS: usize = 256 * 1024;

impl<J: Judge> Walk<'_, J> {
    /// The object's own name and namespace.
    pub(super) fn named(&mut self) {
        let object = self.site.object;
        let kind = object.kind.kind.as_str();
        let Some(form) = form(object) else { return };
        let written = |field: &str| object.at(&["metadata", field]).filter(|n| !matches!(&n.value, Value::Str(text) if text.is_empty()));
        let beginning = written("generateName").filter(|node| !node.is_null());
        let is_completed_first = is(object, "resource.k8s.io", "DeviceClass") || is(object, "", "ReplicationController");
        if self.kube.from >= COMPLETED_FIRST && is_completed_first {
            return self.completed(beginning, written("name").filter(|node| !node.is_null()), &form);
        }
        if let Some(Node { value: Value::Str(text), origin }) = beginning
            && let Err(why) = form.begins(kind, text)
        {
            self.at_path(&["metadata", "generateName"], origin.span, format!("the beginning of a name {text:?} {why}"));
        }
        let Some(node) = written("name").filter(|node| !node.is_null()) else {
            // A LimitRange gets a name of its own.
            if beginning.is_none() && !is(object, "", "LimitRange") {
                self.nameless();
            }
            return;
        };
        let Value::Str(name) = &node.value else { return };
        let wrong = match &form {
            Form::Any => None,
            Form::Of(_) if is(object, "batch", "CronJob") && name.len() > CRON_JOB_NAME => {
                Some(format!("has {} characters, {CRON_JOB_NAME} at most are allowed for a CronJob", name.len()))
            }
            Form::Of(format) => format.check(name).err(),
            Form::Exactly(wanted) if name != wanted.as_str() => Some(format!("is not `{wanted}`, after what the {kind} is about")),
            Form::Exactly(_) => None,
        };
        if let Some(why) = wrong {
            self.at_path(&["metadata", "name"], node.origin.span, format!("the name {name:?} {why}"));
        }
    }

    /// A beginning can stand in a path, and the name that is made of it has the form of the kind.
    fn completed(&mut self, beginning: Option<&Node>, name: Option<&Node>, form: &Form) {
        let (text, span) = match (beginning, name) {
            (Some(Node { value: Value::Str(text), origin }), None) => (made_of(text), origin.span),
            (_, Some(Node { value: Value::Str(text), origin })) => (text.to_string(), origin.span),
            (None, None) => return self.nameless(),
            _ => return,
        };
        if let Some(Node { value: Value::Str(text), origin }) = beginning
            && let Err(why) = Format::PathSegment.check(&completed(text))
        {
            self.at_path(&["metadata", "generateName"], origin.span, format!("the beginning of a name {text:?} {why}"));
        }
        if let Form::Of(format) = form
            && let Err(why) = format.check(&text)
        {
            self.at_path(&["metadata", "name"], span, format!("the name {text:?} {why}"));
        }
    }

    fn nameless(&mut self) {
        let object = self.site.object;
        let error = Diagnostic::new(&codes::MISSING_FIELD, object.head, format!("{} needs `metadata.name`", object.kind.kind))
            .help("where each object gets a name of its own, write how it begins: `generateName: load-`");
        self.site.push_at(&[Step::Field("metadata".into()), Step::Field("name".into())], error);
    }

    /// The keys of a map with a meaning: labels, annotations, data; and the values of labels.
    pub(super) fn keys(&mut self, field: &str, owner: &str, record: &Record) {
        match (owner, field) {
            ("ObjectMeta", "labels") | ("LabelSelector", "matchLabels") => record.entries.iter().for_each(|entry| self.label(entry)),
            ("ObjectMeta", "annotations") => {
                record.entries.iter().for_each(|entry| self.annotation(entry));
                self.annotations(record);
            }
            ("ConfigMap", "data" | "binaryData") | ("Secret", "data" | "stringData") => {
                record.entries.iter().for_each(|entry| self.data_key(entry));
            }
            _ => {}
        }
    }

    fn label(&mut self, entry: &Entry) {
        if entry.node.is_null() {
            return;
        }
        if let Err(why) = Format::LabelKey.check(&entry.key) {
            self.key_error(entry, entry.at, format!("the label {:?} {why}", entry.key.as_str()));
        }
        if let Node { value: Value::Str(value), origin } = &entry.node
            && let Err(why) = Format::LabelValue.check(value)
        {
            self.key_error(entry, origin.span, format!("the label's value {value:?} {why}"));
        }
    }

    /// Annotation keys are label keys whose case does not matter.
    fn annotation(&mut self, entry: &Entry) {
        if !entry.node.is_null()
            && let Err(why) = Format::LabelKey.check(&entry.key.to_lowercase())
        {
            let why = why.replace("label key", "annotation key");
            self.key_error(entry, entry.at, format!("the annotation {:?} {why}", entry.key.as_str()));
        }
    }

    /// The server stores only so many bytes of annotations with one object.
    fn annotations(&mut self, record: &Record) {
        let size_of = |entry: &Entry| entry.key.len() + if let Value::Str(text) = &entry.node.value { text.len() } else { 0 };
        let size: usize = record.entries.iter().map(size_of).sum();
        if size > MOST_ANNOTATIONS {
            let at = record.entries.first().map_or(Span::NONE, |entry| entry.at);
            let message = format!("the annotations hold {size} bytes, {MOST_ANNOTATIONS} at most are allowed");
            let help = "keep large data in a ConfigMap; server-side apply needs no copy of an object in its annotations";
            self.site.push(Diagnostic::new(&codes::OBJECT_NAME, at, message).help(help));
        }
    }

    fn data_key(&mut self, entry: &Entry) {
        let key = entry.key.as_str();
        let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
        let why = match key {
            _ if entry.node.is_null() => return,
            "" => "is empty",
            k if k.len() > 253 => "has more than 253 characters",
            k if !k.chars().all(is_name) => "holds more than letters, digits, `-`, `_` and `.`",
            k if k == "." || k.starts_with("..") => "would be a path, not a file",
            _ => return,
        };
        self.key_error(entry, entry.at, format!("the key {key:?} {why}"));
    }

    /// The API server names the map where labels and annotations are wrong, and the key where data is.
    fn key_error(&mut self, entry: &Entry, at: Span, message: String) {
        let mut error = Diagnostic::new(&codes::OBJECT_NAME, at, message);
        if self.site.is_made_later() {
            error.severity = Severity::Warning;
        }
        match self.site.is_at_data() {
            true => self.site.push_below(Step::Key(entry.key), error),
            false => self.site.push(error),
        }
    }

    fn at_path(&mut self, path: &[&str], at: Span, message: String) {
        let steps: Vec<Step> = path.iter().map(|name| Step::Field((*name).into())).collect();
        self.site.push_at(&steps, Diagnostic::new(&codes::OBJECT_NAME, at, message));
    }
}
