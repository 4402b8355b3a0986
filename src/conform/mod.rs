//! Finished objects against the schema of their kinds.
//!
//! What a program made was typed field by field, and what can still be wrong shows only in the whole: a required field that no layer
//! wrote, a value that only evaluation knew, two elements under one key. What was read from YAML is seen here for the first time. Each
//! object is walked once, in parallel, and again where the server reads it in a way of its own (`seen`); a subtree that several objects
//! share is judged once a thread. A value whose whole subtree has the
//! right shape is handed to a [`Judge`], inner ones first: the rules. Of kinds that several definitions show it gets every view (`views`).

mod forms;
mod known;
mod names;
mod seen;
mod site;
mod types;
mod views;

pub use known::{Known, Memory, Worth};
pub use seen::without_dropped;
pub use site::{Context, Site, Step};
pub use types::types_of;
pub use views::judge_as;

use crate::data::scalar_text;
use crate::diag::{Diagnostic, Severity, codes, suggest};
use crate::object::Object;
use crate::quantity::QuantityError;
use crate::schema::{self, Gate, KubeRange, ListMerge, ListTy, Minor, NativeField, NativeKind, NativeTy, TypeId};
use crate::source::Span;
use crate::value::compare::Key;
use crate::value::{List, Node, Quantity, Record, Value};
use known::Recall;
use rayon::prelude::*;
use rustc_hash::FxHashMap;
use std::sync::{Arc, LazyLock};
use ustr::Ustr;

/// What is not written where the API server has a value all the same.
static EMPTY: LazyLock<Arc<Record>> = LazyLock::new(Default::default);

/// What judges values further once their shape is right.
pub trait Judge {
    /// Judges a value of a native type, all of whose subtree has the right shape. Whether what it says depends on that value alone, and
    /// not on what stands around it or elsewhere.
    fn judge(&mut self, value: &Arc<Record>, ty: TypeId, site: &mut Site) -> bool;

    /// Whether a field that the schema requires may be absent all the same.
    fn may_lack(&self, ty: TypeId, field: Ustr) -> bool;

    /// As what else an object of a kind that is not Kubernetes' own is judged.
    fn views(&self, object: &Object) -> Vec<&'static NativeKind>;
}

/// No further judgement.
impl Judge for () {
    fn judge(&mut self, _: &Arc<Record>, _: TypeId, _: &mut Site) -> bool {
        true
    }

    fn may_lack(&self, _: TypeId, _: Ustr) -> bool {
        false
    }

    fn views(&self, _: &Object) -> Vec<&'static NativeKind> {
        Vec::new()
    }
}

/// Reports whatever in the objects the API server would refuse by its schema. Each thread asks `judge` for a judge of its own.
pub fn conform<J: Judge>(context: &Context, objects: &[Object], judge: impl Fn() -> J + Sync + Send) {
    let start = || (judge(), Known::default());
    objects.par_iter().with_min_len(64).for_each_init(start, |(judge, known), object| {
        conform_one(context, object, judge, known);
        let others = judge.views(object).into_iter().filter(|kind| kind.ty != object.kind.ty);
        others.for_each(|kind| judge_as(context, object, kind, !crate::resolve::is_of_library(kind), judge));
    });
}

/// One object, with what is known of the parts of others.
///
/// Gives the object as the server reads it, where that is not what is written.
pub fn conform_one<J: Judge>(context: &Context, object: &Object, judge: &mut J, known: &mut Known) -> Option<Object> {
    let mut walk = Walk::new(context, object, &mut *judge, &mut *known);
    walk.object();
    if !walk.reread {
        walk.site.tell();
        return None;
    }
    let seen = seen::of(object, context);
    let mut walk = Walk { again: true, ..Walk::new(context, &seen.object, judge, known) };
    walk.object();
    seen.dropped.iter().for_each(|dropped| walk.dropped(dropped));
    walk.site.tell();
    Some(seen.object)
}

/// What is to say of an object whose group's project ended or moved.
pub fn retired(group: &str, kind: &str, head: Span) -> Option<Diagnostic> {
    let successor = schema::retired(group)?;
    Some(Diagnostic::new(&codes::RETIRED_API, head, format!("{kind} is of {group}, which nobody looks after any more")).help(successor))
}

struct Walk<'w, J> {
    site: Site<'w>,
    /// The releases that must have all of it.
    kube: KubeRange,
    /// They are sent by server-side apply.
    applied: bool,
    judge: &'w mut J,
    /// What was found to be right.
    known: &'w mut Known,
    /// Whether all types of the present subtree were right so far.
    shaped: bool,
    /// Whether what was said of the present subtree depends on it alone.
    alone: bool,
    /// Whether the server looks at nothing but types here: it forgets the status that a new object brings, and never validates the
    /// selector of a metric.
    unseen: bool,
    /// Whether the server reads something in its own way, so that all is to be judged as it has it (see `seen`); and whether it is.
    reread: bool,
    again: bool,
}

impl<'w, J> Walk<'w, J> {
    fn new(context: &Context<'w>, object: &'w Object, judge: &'w mut J, known: &'w mut Known) -> Walk<'w, J> {
        Walk {
            site: Site::new(context, object),
            kube: context.kube,
            applied: context.applied,
            judge,
            known,
            shaped: true,
            alone: true,
            unseen: false,
            reread: false,
            again: false,
        }
    }
}

impl<J: Judge> Walk<'_, J> {
    fn object(&mut self) {
        if self.served() {
            let object = self.site.object;
            self.named();
            self.record(&object.root, object.kind.ty);
        }
    }

    /// Whether all releases serve the kind.
    fn served(&mut self) -> bool {
        let kind = self.site.object.kind;
        if let Some(warning) = retired(kind.group.as_str(), &kind.kind, self.site.object.head) {
            self.site.push(warning);
        }
        let Some(lacking) = self.kube.lacking(kind.releases) else { return true };
        let message = format!("Kubernetes {lacking} does not serve {} {}", kind.api_version, kind.kind);
        let mut error = Diagnostic::new(&codes::NOT_SERVED, self.site.object.head, message);
        if let Some(other) = schema::kinds_named(&kind.kind).find(|k| k.group == kind.group && self.kube.lacking(k.releases).is_none()) {
            error = error.help(format!("it serves {} {}", other.api_version, other.kind));
        }
        self.site.push(error);
        false
    }

    /// A field that some of the releases lack.
    fn lacking(&mut self, field: &NativeField, at: Span) {
        let Some(lacking) = self.kube.lacking(field.releases) else { return };
        let owner = field.owner.get();
        let message = format!("Kubernetes {lacking} has no field `{}` of {}", field.name, owner.short);
        let error = Diagnostic::new(&codes::NOT_IN_RELEASE, at, message);
        self.site.push(match field.releases.until {
            Some(until) if until < lacking => error.help(format!("it ended with {until}: remove it")),
            _ => error.help(format!(
                "it exists since {}: leave it out, or name the releases you use with `--kube-version`",
                field.releases.since
            )),
        });
    }

    /// Whether all releases drop the field; where only some do, that is said.
    fn drops(&mut self, field: &NativeField, gate: &Gate, at: Span) -> bool {
        if gate.within.is_some_and(|list| !self.site.is_element_of(list)) {
            return false;
        }
        let Some(first) = self.kube.each().find(|release| gate.off.contains(*release)) else { return false };
        if gate.is_off_in(self.kube) {
            self.reread = true;
            return true;
        }
        self.site.push_below(Step::Field(field.name), dropped_by(first, field, gate, at));
        false
    }

    /// What the server drops is still decoded, so it has the right types.
    fn dropped(&mut self, dropped: &seen::Dropped) {
        dropped.steps.iter().for_each(|(step, span)| self.site.enter(*step, *span));
        self.site.push(dropped_by(self.kube.from, dropped.field, &dropped.gate, dropped.at));
        self.lacking(dropped.field, dropped.at);
        let outer = std::mem::replace(&mut self.unseen, true);
        self.value(&dropped.node, dropped.field.ty);
        self.unseen = outer;
        dropped.steps.iter().for_each(|_| self.site.leave());
    }

    fn record(&mut self, record: &Arc<Record>, id: TypeId) {
        if self.reread {
            return;
        }
        if self.unseen {
            return self.fields(record, id);
        }
        let recall = self.known.recall(record, id);
        if let Recall::Right = recall {
            return;
        }
        let outer = (self.site.clean, self.shaped, self.alone);
        (self.site.clean, self.shaped, self.alone) = (true, true, true);
        self.fields(record, id);
        if self.reread {
            return;
        }
        if self.shaped {
            self.alone &= self.judge.judge(record, id, &mut self.site);
        }
        if let (Recall::New(content), true, true) = (recall, self.site.clean, self.alone) {
            self.known.insert(content);
        }
        self.site.clean &= outer.0;
        self.shaped &= outer.1;
        self.alone &= outer.2;
    }

    fn fields(&mut self, record: &Record, id: TypeId) {
        let ty = id.get();
        for entry in record.entries.iter().filter(|e| !e.node.is_null()) {
            let Some(field) = ty.field(entry.key) else {
                self.unknown(entry.key, entry.at, id);
                continue;
            };
            if let Some(gate) = &field.gate
                && !self.unseen
                && self.drops(field, gate, entry.at)
            {
                continue;
            }
            self.within(Step::Field(entry.key), &entry.node, |walk| {
                walk.lacking(field, entry.at);
                if walk.site.is_status() || field.name.as_str() == "selector" && ty.short.as_str() == "MetricIdentifier" {
                    let outer = std::mem::replace(&mut walk.unseen, true);
                    walk.value(&entry.node, field.ty);
                    walk.unseen = outer;
                    return;
                }
                walk.value(&entry.node, field.ty);
                if walk.unseen {
                    return;
                }
                walk.allowed(&entry.node, field);
                if let (NativeTy::Map(_), Value::Record(map)) = (field.ty, &entry.node.value) {
                    walk.keys(&field.name, &ty.short, map);
                }
            });
        }
        if self.unseen {
            return;
        }
        for (field, id) in ty.never_absent() {
            if record.get(field.name).is_none_or(|e| e.node.is_null()) {
                self.site.enter_absent(Step::Field(field.name));
                if !self.site.is_status() {
                    self.record(&EMPTY, id);
                }
                self.site.leave();
            }
        }
        for field in ty.required() {
            if record.get(field.name).is_none_or(|e| e.node.is_null()) && !self.judge.may_lack(id, field.name) {
                self.missing(field);
            }
        }
    }

    fn within(&mut self, step: Step, node: &Node, work: impl FnOnce(&mut Self)) {
        self.site.enter(step, node.origin.span);
        work(self);
        self.site.leave();
    }

    fn value(&mut self, node: &Node, ty: NativeTy) {
        match (ty, &node.value) {
            (NativeTy::Ref(id), value) => match (id.get().alias, value) {
                (Some(alias), _) => self.value(node, alias),
                (None, Value::Record(record)) => self.record(record, id),
                (None, _) => self.mismatch(node, &id.get().short),
            },
            (NativeTy::List(list), Value::List(items)) => self.list(items, list),
            (NativeTy::Map(_), Value::Record(record))
                if !self.applied && !self.again && record.entries.iter().any(|e| e.node.is_null()) =>
            {
                self.reread = true;
            }
            (NativeTy::Map(inner), Value::Record(record)) => {
                for entry in record.entries.iter().filter(|e| !e.node.is_null()) {
                    self.within(Step::Key(entry.key), &entry.node, |walk| walk.value(&entry.node, *inner));
                }
            }
            (NativeTy::Object, Value::Record(_)) | (NativeTy::Any, _) => {}
            (NativeTy::Bool, Value::Bool(_)) | (NativeTy::Int64, Value::Int(_)) => {}
            (NativeTy::Int32, Value::Int(i)) => self.fits_int32(node, *i),
            (NativeTy::Number, Value::Int(_) | Value::Float(_)) => {}
            (NativeTy::String, Value::Str(_)) | (NativeTy::Duration, Value::Str(_) | Value::Duration(_)) => {}
            (NativeTy::Base64, Value::Str(text)) => self.decodes(node, forms::base64(text)),
            // Bytes may also be a list of numbers.
            (NativeTy::Base64, Value::List(list)) if list.items.iter().all(|item| is_byte(&item.node.value)) => {}
            (NativeTy::Time, Value::Str(text)) => self.decodes(node, forms::time(text)),
            (NativeTy::MicroTime, Value::Str(text)) => self.decodes(node, forms::micro_time(text)),
            (NativeTy::IntOrString, Value::Int(i)) => self.fits_int32(node, *i),
            (NativeTy::IntOrString, Value::Str(_) | Value::Percent(_)) | (NativeTy::String, Value::Percent(_)) => {}
            (NativeTy::Quantity, Value::Quantity(_) | Value::Int(_) | Value::Float(_)) => {}
            (NativeTy::Quantity, Value::Str(text)) if is_quantity(text) => {}
            (NativeTy::List(_), _) => self.mismatch(node, "a list"),
            (NativeTy::Map(_) | NativeTy::Object, _) => self.mismatch(node, "a record"),
            (NativeTy::Bool, _) => self.mismatch(node, "Bool"),
            (NativeTy::Int32 | NativeTy::Int64, _) => self.mismatch(node, "a whole number"),
            (NativeTy::Number, _) => self.mismatch(node, "a number"),
            (NativeTy::Duration, _) => self.mismatch(node, "a time such as 30s"),
            (NativeTy::String | NativeTy::Base64 | NativeTy::Time | NativeTy::MicroTime, _) => self.mismatch(node, "String"),
            (NativeTy::IntOrString, _) => self.mismatch(node, "a whole number, a percentage or a String"),
            (NativeTy::Quantity, _) => self.mismatch(node, "an amount such as 200m or 64Mi"),
        }
    }

    /// A text that the server decodes before it looks at anything.
    fn decodes(&mut self, node: &Node, verdict: Result<(), String>) {
        if let Err(why) = verdict {
            let message = format!("`{}` {why}", self.site.path_text());
            self.site.push(Diagnostic::new(&codes::ENCODING, node.origin.span, message));
        }
    }

    fn fits_int32(&mut self, node: &Node, value: i64) {
        if i32::try_from(value).is_err() {
            let message = format!("`{}` is a number of 32 bits, {value} does not fit", self.site.path_text());
            self.site.push(Diagnostic::new(&codes::NUMBER_SIZE, node.origin.span, message));
        }
    }

    fn list(&mut self, list: &List, ty: &'static ListTy) {
        for (index, item) in list.items.iter().enumerate() {
            self.within(Step::Index(index), &item.node, |walk| walk.element(&item.node, ty.elem));
        }
        if list.items.len() < 2 {
            return;
        }
        match &ty.merge {
            ListMerge::Atomic => {}
            ListMerge::Set => self.duplicates(list, Severity::Warning, |node| Some(vec![Key(&node.value)])),
            ListMerge::Map { keys } => {
                // The Secrets of a ServiceAccount and the variables of a policy are a map to server-side apply alone.
                let lenient = matches!(ty.elem, NativeTy::Ref(id) if matches!(id.get().short.as_str(), "ObjectReference" | "Variable"));
                // What else refuses two of a kind when they are created is said by rules.
                let severity = if lenient || !self.applied { Severity::Warning } else { Severity::Error };
                self.duplicates(list, severity, |node| keys_of(node, keys, ty.elem));
            }
        }
    }

    /// An element that is null is an empty one to the API server.
    fn element(&mut self, node: &Node, ty: NativeTy) {
        match ty {
            NativeTy::Ref(id) if node.is_null() && id.get().alias.is_none() => self.record(&EMPTY, id),
            _ if node.is_null() => {}
            _ => self.value(node, ty),
        }
    }

    /// Two elements under one key: server-side apply refuses the whole object. Where a plain create does not, it is a warning.
    // Values compare by what they hold; the index that a record builds on first use is no part of that.
    #[allow(clippy::mutable_key_type)]
    fn duplicates<'n>(&mut self, list: &'n List, severity: Severity, key: impl Fn(&'n Node) -> Option<Vec<Key<'n>>>) {
        let mut seen: FxHashMap<Vec<Key<'n>>, usize> = FxHashMap::default();
        for (index, item) in list.items.iter().enumerate() {
            let Some(key) = key(&item.node) else { continue };
            let shown: Vec<String> = key.iter().filter_map(|k| scalar_text(k.0)).map(|t| format!("`{t}`")).collect();
            if let Some(&first) = seen.get(&key) {
                let message = format!("`{}` has two elements {}", self.site.path_text(), shown.join(", "));
                let mut error = Diagnostic::new(&codes::DUPLICATE_ELEMENT, item.at, message)
                    .also(list.items[first].at, "the first one")
                    .help("server-side apply tells elements of this list apart by that, and refuses two");
                error.severity = severity;
                self.site.push(error);
            }
            seen.entry(key).or_insert(index);
        }
    }

    /// A value among those that the API lists for the field.
    fn allowed(&mut self, node: &Node, field: &NativeField) {
        if field.enum_.is_empty() {
            return;
        }
        match &node.value {
            // Empty is absent to the API server, unless a refinement says otherwise.
            Value::Str(text) if !text.is_empty() => self.allowed_text(text, node.origin.span, &[], field),
            Value::List(list) => {
                for (index, item) in list.items.iter().enumerate() {
                    let step = [Step::Index(index)];
                    // Of these the API server names the list, not the element.
                    let steps: &[Step] = if matches!(field.name.as_str(), "accessModes" | "scopes") { &[] } else { &step };
                    match &item.node.value {
                        Value::Str(text) => self.allowed_text(text, item.node.origin.span, steps, field),
                        Value::Null => self.allowed_text("", item.at, steps, field),
                        _ => {}
                    }
                }
            }
            _ => {}
        }
    }

    fn allowed_text(&mut self, text: &str, at: Span, steps: &[Step], field: &NativeField) {
        if field.enum_.iter().any(|allowed| *allowed == text) {
            return;
        }
        let names: Vec<&str> = field.enum_.iter().map(|n| n.as_str()).collect();
        let error = Diagnostic::new(&codes::ENUM_VALUE, at, format!("\"{text}\" is no value of `{}`", field.name));
        let error = match suggest::nearest(text, names.iter().copied()) {
            Some(near) => error.help(format!("did you mean \"{near}\"?")),
            None => error.help(format!("allowed are {}", names.iter().map(|n| format!("\"{n}\"")).collect::<Vec<_>>().join(", "))),
        };
        self.site.push_at(steps, error);
    }

    fn missing(&mut self, field: &NativeField) {
        let path = self.site.path_text();
        let whole = if path.is_empty() { field.name.to_string() } else { format!("{path}.{}", field.name) };
        let mut error =
            Diagnostic::new(&codes::MISSING_FIELD, self.site.place(), format!("{} needs `{whole}`", self.site.object.kind.kind));
        if let Some(doc) = field.doc() {
            error = error.note(format!("`{}`: {}", field.name, doc.split(". ").next().unwrap_or(doc)));
        }
        self.site.push_below(Step::Field(field.name), error);
    }

    fn unknown(&mut self, key: Ustr, at: Span, id: TypeId) {
        let ty = id.get();
        let error = Diagnostic::new(&codes::UNKNOWN_FIELD, at, format!("{} has no field `{key}`", ty.short));
        self.site.push(match suggest::nearest(&key, ty.fields.iter().map(|f| f.name.as_str())) {
            Some(near) => error.help(format!("did you mean `{near}`?")),
            None => error,
        });
    }

    fn mismatch(&mut self, node: &Node, wanted: &str) {
        self.shaped = false;
        let message = format!("`{}` is {wanted}, not {}", self.site.path_text(), shown(node));
        let error = Diagnostic::new(&codes::TYPE_MISMATCH, node.origin.span, message);
        self.site.push(match unquoted(&self.site, node, wanted) {
            Some(help) => error.help(help),
            None => error,
        });
    }
}

/// A value in a message about its type.
fn shown(node: &Node) -> String {
    match scalar_text(&node.value) {
        Some(text) => format!("{} `{text}`", node.value.type_name()),
        None => node.value.type_name().to_string(),
    }
}

/// What to do about a text that YAML takes for something else because it has no quotes.
fn unquoted(site: &Site, node: &Node, wanted: &str) -> Option<String> {
    let what = match &node.value {
        Value::Bool(_) => "a truth value",
        Value::Int(_) | Value::Float(_) => "a number",
        _ => return None,
    };
    let text = site.db.text(node.origin.span);
    let quotable = wanted == "String" && !text.is_empty() && !text.contains(['\n', '"']);
    quotable.then(|| format!("without quotes YAML takes `{text}` for {what}: write \"{text}\""))
}

fn dropped_by(release: Minor, field: &NativeField, gate: &Gate, at: Span) -> Diagnostic {
    let name = field.name;
    let what = if gate.whole { format!("what has the field `{name}`") } else { format!("the field `{name}`") };
    let message = format!("Kubernetes {release} drops {what} of {}", field.owner.get().short);
    let when = gate.off.until.map_or(String::new(), |until| format!(" up to {until}"));
    let help = format!("it is read where a cluster turns on the feature gate {}, which is off{when}", gate.name);
    Diagnostic::new(&codes::FIELD_DROPPED, at, message).help(help)
}

fn is_byte(value: &Value) -> bool {
    matches!(value, Value::Null | Value::Int(0..=255))
}

/// What is too large is the largest amount to the server.
fn is_quantity(text: &str) -> bool {
    matches!(Quantity::parse_k8s(text), Ok(_) | Err(QuantityError::TooLarge { .. }))
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
