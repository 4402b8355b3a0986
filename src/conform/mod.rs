//! Finished objects against the schema of their kinds.
//!
//! What reaches this phase was typed field by field; what can still be wrong shows only in the whole: a required field that no layer
//! wrote, a value that only evaluation knew, two elements under one key. Each object is walked once, in parallel; a subtree that
//! several objects share is judged once a thread.

mod names;

use crate::data::scalar_text;
use crate::diag::{Diagnostic, codes, suggest};
use crate::object::Object;
use crate::resolve::Program;
use crate::schema::{self, ListMerge, ListTy, NativeField, NativeTy, TypeId};
use crate::source::Span;
use crate::value::compare::Key;
use crate::value::{List, Node, Record, Value};
use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};
use std::fmt::Write;
use std::sync::Arc;
use ustr::Ustr;

/// Reports whatever in the objects the API server would refuse by its schema.
pub fn conform(program: &Program, objects: &[Object]) {
    objects.par_iter().with_min_len(64).for_each_init(FxHashSet::default, |known, object| {
        let mut walk = Walk { program, object, path: Vec::new(), places: vec![object.head], known, clean: true };
        walk.served();
        walk.named();
        walk.record(&object.root, object.kind.ty);
    });
}

/// A step from a value to one within it.
#[derive(Clone, Copy)]
enum Step {
    Field(Ustr),
    Key(Ustr),
    Index(usize),
}

struct Walk<'w, 'a> {
    program: &'w Program<'a>,
    object: &'w Object,
    path: Vec<Step>,
    /// Where the user wrote the values around the present one, outermost first.
    places: Vec<Span>,
    /// Shared subtrees that were found to be right, by address and type.
    known: &'w mut FxHashSet<(usize, TypeId)>,
    clean: bool,
}

impl Walk<'_, '_> {
    /// Whether the newest release still serves the kind.
    fn served(&mut self) {
        let (kind, newest) = (self.object.kind, schema::newest());
        if kind.releases.contains(newest) {
            return;
        }
        let mut error = Diagnostic::new(
            &codes::NOT_SERVED,
            self.object.head,
            format!("Kubernetes {newest} does not serve {} {}", kind.api_version, kind.kind),
        );
        if let Some(other) = schema::kinds_named(&kind.kind).find(|k| k.releases.contains(newest)) {
            error = error.help(format!("it serves {} {}: `import \"k8s/{}\" as …`", other.api_version, other.kind, other.api_version));
        }
        self.push(error);
    }

    fn record(&mut self, record: &Arc<Record>, id: TypeId) {
        let address = (Arc::as_ptr(record) as usize, id);
        let shared = Arc::strong_count(record) > 1;
        if shared && self.known.contains(&address) {
            return;
        }
        let outer = std::mem::replace(&mut self.clean, true);
        self.fields(record, id);
        if shared && self.clean {
            self.known.insert(address);
        }
        self.clean &= outer;
    }

    fn fields(&mut self, record: &Record, id: TypeId) {
        let ty = id.get();
        for entry in record.entries.iter().filter(|e| !e.node.is_null()) {
            let Some(field) = ty.field(entry.key) else {
                self.unknown(entry.key, entry.at, id);
                continue;
            };
            self.within(Step::Field(entry.key), &entry.node, |walk| {
                walk.value(&entry.node, field.ty);
                walk.allowed(&entry.node, field);
                if let (NativeTy::Map(_), Value::Record(map)) = (field.ty, &entry.node.value) {
                    walk.keys(&field.name, &ty.short, map);
                }
            });
        }
        for field in ty.fields.iter().filter(|f| f.required) {
            if record.get(field.name).is_none_or(|e| e.node.is_null()) {
                self.missing(field);
            }
        }
    }

    fn within(&mut self, step: Step, node: &Node, work: impl FnOnce(&mut Self)) {
        self.path.push(step);
        self.places.push(node.origin.span);
        work(self);
        self.places.pop();
        self.path.pop();
    }

    fn value(&mut self, node: &Node, ty: NativeTy) {
        match (ty, &node.value) {
            (NativeTy::Ref(id), value) => match (id.get().alias, value) {
                (Some(alias), _) => self.value(node, alias),
                (None, Value::Record(record)) => self.record(record, id),
                (None, _) => self.mismatch(node, &id.get().short),
            },
            (NativeTy::List(list), Value::List(items)) => self.list(items, list),
            (NativeTy::Map(inner), Value::Record(record)) => {
                for entry in record.entries.iter().filter(|e| !e.node.is_null()) {
                    self.within(Step::Key(entry.key), &entry.node, |walk| walk.value(&entry.node, *inner));
                }
            }
            (NativeTy::Object, Value::Record(_)) | (NativeTy::Any, _) => {}
            (NativeTy::Bool, Value::Bool(_)) | (NativeTy::Int64, Value::Int(_)) => {}
            (NativeTy::Int32, Value::Int(i)) => self.fits_int32(node, *i),
            (NativeTy::Number, Value::Int(_) | Value::Float(_)) => {}
            (NativeTy::String | NativeTy::Base64 | NativeTy::Time | NativeTy::MicroTime, Value::Str(_)) => {}
            (NativeTy::IntOrString, Value::Int(i)) => self.fits_int32(node, *i),
            (NativeTy::IntOrString, Value::Str(_) | Value::Percent(_)) | (NativeTy::String, Value::Percent(_)) => {}
            (NativeTy::Quantity, Value::Quantity(_) | Value::Int(_) | Value::Float(_)) => {}
            (NativeTy::Quantity, Value::Str(text)) if crate::value::Quantity::parse_k8s(text).is_ok() => {}
            (NativeTy::List(_), _) => self.mismatch(node, "a list"),
            (NativeTy::Map(_) | NativeTy::Object, _) => self.mismatch(node, "a record"),
            (NativeTy::Bool, _) => self.mismatch(node, "Bool"),
            (NativeTy::Int32 | NativeTy::Int64, _) => self.mismatch(node, "a whole number"),
            (NativeTy::Number, _) => self.mismatch(node, "a number"),
            (NativeTy::String | NativeTy::Base64 | NativeTy::Time | NativeTy::MicroTime, _) => self.mismatch(node, "String"),
            (NativeTy::IntOrString, _) => self.mismatch(node, "a whole number, a percentage or a String"),
            (NativeTy::Quantity, _) => self.mismatch(node, "an amount such as 200m or 64Mi"),
        }
    }

    fn fits_int32(&mut self, node: &Node, value: i64) {
        if i32::try_from(value).is_err() {
            let message = format!("`{}` is a number of 32 bits, {value} does not fit", self.path_text());
            self.push(Diagnostic::new(&codes::NUMBER_SIZE, node.origin.span, message));
        }
    }

    fn list(&mut self, list: &List, ty: &'static ListTy) {
        for (index, item) in list.items.iter().enumerate() {
            self.within(Step::Index(index), &item.node, |walk| walk.value(&item.node, ty.elem));
        }
        if list.items.len() < 2 {
            return;
        }
        match &ty.merge {
            ListMerge::Atomic => {}
            ListMerge::Set => self.duplicates(list, |node| Some(vec![Key(&node.value)])),
            ListMerge::Map { keys } => self.duplicates(list, |node| keys_of(node, keys, ty.elem)),
        }
    }

    /// Two elements under one key: server-side apply refuses the whole object.
    // Values compare by what they hold; the index that a record builds on first use is no part of that.
    #[allow(clippy::mutable_key_type)]
    fn duplicates<'n>(&mut self, list: &'n List, key: impl Fn(&'n Node) -> Option<Vec<Key<'n>>>) {
        let mut seen: FxHashMap<Vec<Key<'n>>, usize> = FxHashMap::default();
        for (index, item) in list.items.iter().enumerate() {
            let Some(key) = key(&item.node) else { continue };
            let shown: Vec<String> = key.iter().filter_map(|k| scalar_text(k.0)).map(|t| format!("`{t}`")).collect();
            if let Some(&first) = seen.get(&key) {
                let message = format!("`{}` has two elements {}", self.path_text(), shown.join(", "));
                let error = Diagnostic::new(&codes::DUPLICATE_ELEMENT, item.at, message);
                self.push(
                    error
                        .also(list.items[first].at, "the first one")
                        .help("the API server tells elements of this list apart by that, and refuses two"),
                );
            }
            seen.entry(key).or_insert(index);
        }
    }

    /// A value among those that the API lists for the field.
    fn allowed(&mut self, node: &Node, field: &NativeField) {
        if field.enum_.is_empty() {
            return;
        }
        let texts: Vec<&Node> = match &node.value {
            Value::Str(_) => vec![node],
            Value::List(list) => list.items.iter().map(|i| &i.node).collect(),
            _ => Vec::new(),
        };
        for node in texts {
            let Value::Str(text) = &node.value else { continue };
            if field.enum_.iter().any(|allowed| *allowed == text.as_str()) {
                continue;
            }
            let names: Vec<&str> = field.enum_.iter().map(|n| n.as_str()).collect();
            let error = Diagnostic::new(&codes::ENUM_VALUE, node.origin.span, format!("\"{text}\" is no value of `{}`", field.name));
            self.push(match suggest::nearest(text, names.iter().copied()) {
                Some(near) => error.help(format!("did you mean \"{near}\"?")),
                None => error.help(format!("allowed are {}", names.iter().map(|n| format!("\"{n}\"")).collect::<Vec<_>>().join(", "))),
            });
        }
    }

    fn missing(&mut self, field: &NativeField) {
        let path = self.path_text();
        let whole = if path.is_empty() { field.name.to_string() } else { format!("{path}.{}", field.name) };
        let mut error = Diagnostic::new(&codes::MISSING_FIELD, self.place(), format!("{} needs `{whole}`", self.object.kind.kind));
        if let Some(doc) = field.doc() {
            error = error.note(format!("`{}`: {}", field.name, doc.split(". ").next().unwrap_or(doc)));
        }
        self.path.push(Step::Field(field.name));
        self.push(error);
        self.path.pop();
    }

    fn unknown(&mut self, key: Ustr, at: Span, id: TypeId) {
        let ty = id.get();
        let error = Diagnostic::new(&codes::UNKNOWN_FIELD, at, format!("{} has no field `{key}`", ty.short));
        self.push(match suggest::nearest(&key, ty.fields.iter().map(|f| f.name.as_str())) {
            Some(near) => error.help(format!("did you mean `{near}`?")),
            None => error,
        });
    }

    fn mismatch(&mut self, node: &Node, wanted: &str) {
        let shown = match scalar_text(&node.value) {
            Some(text) => format!("{} `{text}`", node.value.type_name()),
            None => node.value.type_name().to_string(),
        };
        self.push(Diagnostic::new(&codes::TYPE_MISMATCH, node.origin.span, format!("`{}` is {wanted}, not {shown}", self.path_text())));
    }

    /// The innermost place that a user wrote.
    fn place(&self) -> Span {
        self.places.iter().rev().copied().find(|s| self.program.db.is_user(*s)).unwrap_or(self.object.head)
    }

    /// Reports, at the user's own line, with the object and the path in the API server's form.
    fn push(&mut self, mut error: Diagnostic) {
        self.clean = false;
        if !self.program.db.is_user(error.primary.span) {
            let inner = std::mem::replace(&mut error.primary.span, self.place());
            error = error.also(inner, "which made this value");
        }
        self.program.sink.push(error.in_object(self.object.title(), self.path_text()));
    }

    /// `spec.template.spec.containers[0].name`
    fn path_text(&self) -> String {
        let mut text = String::new();
        for step in &self.path {
            let _ = match step {
                Step::Field(name) if text.is_empty() => write!(text, "{name}"),
                Step::Field(name) => write!(text, ".{name}"),
                Step::Key(key) if key.contains(['.', '/']) => write!(text, "[{key}]"),
                Step::Key(key) => write!(text, ".{key}"),
                Step::Index(index) => write!(text, "[{index}]"),
            };
        }
        text
    }
}

/// The values of an element's merge keys, with the schema's defaults where one is missing; `None` where there is nothing to compare.
fn keys_of<'n>(node: &'n Node, keys: &[Ustr], elem: NativeTy) -> Option<Vec<Key<'n>>> {
    let Value::Record(record) = &node.value else { return None };
    let NativeTy::Ref(id) = elem else { return None };
    keys.iter()
        .map(|&key| match record.get(key).filter(|e| !e.node.is_null()) {
            Some(entry) => Some(Key(&entry.node.value)),
            None => default_key(id, key),
        })
        .collect()
}

/// `protocol` is a merge key that is hardly ever written: its default counts.
fn default_key(id: TypeId, key: Ustr) -> Option<Key<'static>> {
    static TCP: std::sync::LazyLock<Value> = std::sync::LazyLock::new(|| Value::str("TCP"));
    let default = id.get().field(key)?.default()?;
    (default.as_str() == Some("TCP")).then(|| Key(&TCP))
}
