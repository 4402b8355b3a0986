//! Manifests as a kdsl program, for `kdsl import`: every object under its own kind, names, labels and selectors verbatim.
//!
//! An object becomes a native declaration; what only the server writes is left out. Maps and structures become blocks, elements with
//! names become `field name { … }`, amounts are written with their units, texts of several lines as blocks of text. The text is then
//! brought to the canonical form. Whoever calls this builds the program and compares: what is printed must build to what was read.

use crate::data;
use crate::diag::Sink;
use crate::diff::{self, Item};
use crate::fmt;
use crate::schema::{self, ListTy, NativeKind, NativeTy};
use crate::source::{FileDb, SourceKind};
use crate::syntax::literal;
use crate::value::{Node, Origin, Value};
use rustc_hash::FxHashSet;
use serde_json::Value as Json;
use std::fmt::Write;
use ustr::Ustr;

/// A program, and what it does not hold.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Imported {
    pub text: String,
    /// Objects of kinds that kdsl does not know.
    pub skipped: Vec<String>,
}

/// The program that makes these objects.
pub fn import(items: &[Item]) -> Imported {
    let mut writer = Writer::default();
    let mut skipped = Vec::new();
    for item in items {
        match item.native {
            Some(kind) => writer.object(item, kind),
            None => skipped.push(item.title()),
        }
    }
    let mut text = String::from("edition = 2026\n");
    for version in &writer.imports {
        // Writing to text cannot fail.
        let _ = writeln!(text, "import \"k8s/{version}\" as {}", alias(version));
    }
    text.push_str(&writer.out);
    Imported { text: canonical(text), skipped }
}

fn canonical(text: String) -> String {
    let db = FileDb::new();
    let formatted = db.add("import.kdsl", text.as_str(), SourceKind::User).ok().and_then(|source| fmt::format(&source, &Sink::new()));
    formatted.unwrap_or(text)
}

/// `autoscaling-v1`
fn alias(version: &str) -> String {
    version.replace(['/', '.'], "-")
}

#[derive(Default)]
struct Writer {
    out: String,
    indent: usize,
    imports: Vec<String>,
    /// Kinds and labels of declarations so far.
    labels: FxHashSet<(String, String)>,
}

impl Writer {
    fn object(&mut self, item: &Item, kind: &'static NativeKind) {
        let node = Node::new(Value::Record(item.root.clone()), Origin::NONE);
        let mut object = data::to_json(&node);
        diff::drop_server_owned(&mut object);
        let mut head = kind.kind.to_string();
        if schema::kind(&kind.kind).is_none_or(|preferred| preferred.api_version != kind.api_version) {
            let version = kind.api_version.to_string();
            head = format!("{}.{}", alias(&version), kind.kind);
            if !self.imports.contains(&version) {
                self.imports.push(version);
            }
        }
        let label = self.label(&head, item);
        let Some(fields) = object.as_object_mut() else { return };
        fields.shift_remove("apiVersion");
        fields.shift_remove("kind");
        if label == item.name.as_str()
            && let Some(metadata) = fields.get_mut("metadata").and_then(Json::as_object_mut)
        {
            metadata.shift_remove("name");
            if metadata.is_empty() {
                fields.shift_remove("metadata");
            }
        }
        self.out.push('\n');
        let _ = write!(self.out, "{head} {} ", literal::key(&label));
        self.block(&object, Some(NativeTy::Ref(kind.ty)));
        self.out.push('\n');
    }

    /// The name, unless an object of another namespace has it already.
    fn label(&mut self, head: &str, item: &Item) -> String {
        let namespace = item.namespace.map_or_else(String::new, |n| format!("{n}-"));
        let candidates = [item.name.to_string(), format!("{namespace}{}", item.name)];
        let numbered = (2..).map(|n| format!("{namespace}{}-{n}", item.name));
        let free = |label: &String| !self.labels.contains(&(head.to_string(), label.clone()));
        let label = candidates.into_iter().chain(numbered).find(free).unwrap_or_default();
        self.labels.insert((head.to_string(), label.clone()));
        label
    }

    fn line(&mut self) {
        self.out.push('\n');
        (0..self.indent).for_each(|_| self.out.push_str("  "));
    }

    fn block(&mut self, value: &Json, ty: Option<NativeTy>) {
        let Some(fields) = value.as_object().filter(|fields| !fields.is_empty()) else { return self.out.push_str("{ }") };
        self.out.push('{');
        self.indent += 1;
        for (name, value) in fields.iter().filter(|(_, value)| !value.is_null()) {
            self.field(name, value, ty);
        }
        self.indent -= 1;
        self.line();
        self.out.push('}');
    }

    fn field(&mut self, name: &str, value: &Json, ty: Option<NativeTy>) {
        // The server reads an empty text as nothing where it takes one of a few words.
        let is_choice =
            |ty: NativeTy| matches!(ty, NativeTy::Ref(id) if id.get().field(Ustr::from(name)).is_some_and(|f| !f.enum_.is_empty()));
        if value == "" && ty.map(NativeTy::resolved).is_some_and(is_choice) {
            return;
        }
        let ty = ty.map(NativeTy::resolved).and_then(|ty| match ty {
            NativeTy::Ref(id) => id.get().field(Ustr::from(name)).map(|f| f.ty.resolved()),
            NativeTy::Map(inner) => Some(inner.resolved()),
            _ => None,
        });
        match (value, ty) {
            (Json::Array(items), Some(NativeTy::List(list))) if named(items, list) => self.elements(name, items, list),
            (Json::Object(_), _) => {
                self.line();
                let _ = write!(self.out, "{} ", literal::key(name));
                self.block(value, ty);
            }
            _ => {
                self.line();
                let _ = write!(self.out, "{} = ", literal::key(name));
                self.value(value, ty);
            }
        }
    }

    /// `containers web { … }`, `env LOG_LEVEL = "info"`
    fn elements(&mut self, name: &str, items: &[Json], list: &'static ListTy) {
        let Some(by) = list.label else { return };
        for item in items {
            let Some(mut rest) = item.as_object().cloned() else { continue };
            let label = rest.shift_remove(by.as_str()).and_then(|l| l.as_str().map(str::to_string)).unwrap_or_default();
            self.line();
            let _ = write!(self.out, "{} {} ", literal::key(name), literal::key(&label));
            let only = list.primary.filter(|primary| rest.len() == 1 && rest.contains_key(primary.as_str()));
            match only.and_then(|primary| rest.get(primary.as_str()).map(|value| (primary, value))) {
                Some((primary, value)) if !value.is_object() && !value.is_array() => {
                    self.out.push_str("= ");
                    let ty = match list.elem {
                        NativeTy::Ref(id) => id.get().field(primary).map(|f| f.ty.resolved()),
                        _ => None,
                    };
                    self.value(value, ty);
                }
                _ => self.block(&Json::Object(rest), Some(list.elem)),
            }
        }
    }

    fn value(&mut self, value: &Json, ty: Option<NativeTy>) {
        match value {
            Json::Null | Json::Bool(_) | Json::Number(_) => self.out.push_str(&value.to_string()),
            Json::String(text) if ty == Some(NativeTy::Quantity) && is_amount(text) => self.out.push_str(text),
            Json::String(text) => self.text(text),
            Json::Object(_) => self.block(value, ty),
            Json::Array(items) => self.list(items, ty),
        }
    }

    fn list(&mut self, items: &[Json], ty: Option<NativeTy>) {
        let elem = match ty {
            Some(NativeTy::List(list)) => Some(list.elem.resolved()),
            _ => None,
        };
        self.out.push('[');
        for (i, item) in items.iter().enumerate() {
            if i > 0 {
                self.out.push_str(", ");
            }
            self.value(item, elem);
        }
        self.out.push(']');
    }

    fn text(&mut self, text: &str) {
        let Some(lines) = as_block(text) else {
            self.out.push_str(&literal::string(text));
            return;
        };
        let raw = text.contains(['\\']) || text.contains("${");
        self.out.push_str(if raw { "r\"\"\"" } else { "\"\"\"" });
        self.indent += 1;
        for line in lines {
            if line.is_empty() {
                self.out.push('\n');
            } else {
                self.line();
                self.out.push_str(line);
            }
        }
        self.line();
        self.out.push_str("\"\"\"");
        self.indent -= 1;
    }
}

/// Whether all elements have names of their own.
fn named(items: &[Json], list: &ListTy) -> bool {
    let Some(by) = list.label else { return false };
    let mut seen = FxHashSet::default();
    !items.is_empty()
        && items.iter().all(|item| item.get(by.as_str()).and_then(Json::as_str).is_some_and(|l| !l.is_empty() && seen.insert(l)))
}

/// `200m`, `64Mi`, `10`
fn is_amount(text: &str) -> bool {
    let unit = text.trim_start_matches(|c: char| c.is_ascii_digit());
    unit.len() < text.len() && matches!(unit, "" | "m" | "k" | "M" | "G" | "T" | "Ki" | "Mi" | "Gi" | "Ti")
}

/// The lines of a text that a block of text gives back unchanged.
fn as_block(text: &str) -> Option<Vec<&str>> {
    let body = text.strip_suffix('\n')?;
    let odd = |line: &&str| line.ends_with([' ', '\t']) || line.contains(|c: char| c.is_control() && c != '\t');
    let lines: Vec<&str> = body.split('\n').collect();
    let fits = !body.is_empty()
        && !text.contains("\"\"\"")
        && !lines.iter().any(odd)
        && lines.iter().any(|l| !l.is_empty() && !l.starts_with([' ', '\t']));
    (fits && !lines.first().is_some_and(|l| l.is_empty()) && !body.ends_with('\n')).then_some(lines)
}
