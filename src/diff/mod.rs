//! What applying a set of objects over another one does, for `kdsl diff`.
//!
//! Both sides are brought to the form in which the API server would read them back (`normal`): server-owned fields are dropped, defaults
//! filled in, amounts written canonically. Then objects are paired by group, kind, namespace and name, their trees compared under the
//! schema (`tree`), and each object gets a verdict (`verdict`): what is left alone, what changes in place, what rolls the pods, what the
//! API server refuses (the rules `on update` say that), and what deletes data.

mod computed;
mod facts;
mod normal;
mod pair;
pub mod render;
mod tree;
mod verdict;

pub use normal::drop_server_owned;
pub use verdict::Verdict;

use crate::data;
use crate::manifest::Manifest;
use crate::object::{self, Object};
use crate::schema::NativeKind;
use crate::source::Span;
use crate::value::{Node, Origin, Record, Value};
use rayon::prelude::*;
use serde_json::Value as Json;
use std::sync::Arc;
use ustr::Ustr;

/// An object of one side.
#[derive(Clone, Debug)]
pub struct Item {
    pub api_version: Ustr,
    pub kind: Ustr,
    pub namespace: Option<Ustr>,
    pub name: Ustr,
    /// `None` for a custom resource.
    pub native: Option<&'static NativeKind>,
    pub root: Arc<Record>,
    /// Where it is declared, or where its kind is written.
    pub head: Span,
    /// In the form that is compared.
    plain: Json,
    /// What `kubectl apply` sent when it made this one: what is not in it, somebody else owns.
    applied: Option<Json>,
}

impl Item {
    pub fn of_object(object: Object) -> Item {
        Item::new(object.kind.api_version, object.kind.kind, object.namespace, object.name, Some(object.kind), object.root, object.head)
    }

    pub fn of_manifest(manifest: Manifest) -> Item {
        match manifest {
            Manifest::Native(object) => Item::of_object(object),
            Manifest::Custom(custom) => {
                let root = match custom.root.value {
                    Value::Record(record) => record,
                    _ => Arc::default(),
                };
                Item::new(custom.api_version, custom.kind, custom.namespace, custom.name, None, root, custom.head)
            }
        }
    }

    fn new(
        api_version: Ustr,
        kind: Ustr,
        namespace: Option<Ustr>,
        name: Ustr,
        native: Option<&'static NativeKind>,
        root: Arc<Record>,
        head: Span,
    ) -> Item {
        let node = Node::new(Value::Record(root.clone()), Origin::NONE);
        let (plain, applied) = normal::normal(&node, native);
        Item { api_version, kind, namespace, name, native, root, head, plain, applied }
    }

    /// `Deployment/web in shop`
    pub fn title(&self) -> String {
        object::title(&self.kind, self.namespace, &self.name)
    }

    pub fn group(&self) -> &str {
        self.api_version.as_str().split_once('/').map_or("", |(group, _)| group)
    }

    /// The same, of a kind that a CustomResourceDefinition defines.
    pub fn of_kind(self, kind: &'static NativeKind) -> Item {
        let Item { api_version, namespace, name, root, head, .. } = self;
        let mut item = Item::new(api_version, self.kind, namespace, name, Some(kind), root, head);
        if let Some(namespace) = namespace {
            item.plain["metadata"]["namespace"] = namespace.as_str().into();
        }
        item
    }

    /// The same in another namespace, where it names none.
    pub fn in_namespace(mut self, namespace: Ustr) -> Item {
        if self.namespace.is_none() && self.native.is_some_and(|kind| kind.namespaced) {
            self.namespace = Some(namespace);
            self.plain["metadata"]["namespace"] = namespace.as_str().into();
        }
        self
    }

    /// A value of the form that is compared.
    fn get(&self, path: &[&str]) -> Option<&Json> {
        path.iter().try_fold(&self.plain, |value, key| value.get(key))
    }

    fn text(&self, path: &[&str]) -> Option<&str> {
        self.get(path)?.as_str()
    }
}

/// What an apply does.
#[derive(Debug, Default)]
pub struct Report {
    /// Objects of the new side in its order, then those that only the old side has.
    pub objects: Vec<Outcome>,
}

/// What an apply does to one object.
#[derive(Debug)]
pub struct Outcome {
    pub title: String,
    pub api_version: Ustr,
    pub kind: Ustr,
    pub namespace: Option<Ustr>,
    pub name: Ustr,
    pub verdict: Verdict,
    /// A few words about the verdict: what rolls, what is lost.
    pub why: Option<String>,
    pub changes: Vec<Change>,
    pub refusals: Vec<Refusal>,
    pub notes: Vec<String>,
    /// Where the new side declares it, else where the old one does.
    pub at: Span,
}

/// One difference.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// `spec.template.spec.containers[web].image`
    pub path: String,
    /// `None` where it was not there.
    pub old: Option<Json>,
    pub new: Option<Json>,
    /// The elements are the same and stand in another order.
    pub order: bool,
    /// The place that wrote the new value, where there is one.
    pub at: Span,
}

/// What a rule on updates says.
#[derive(Clone, Debug, PartialEq)]
pub struct Refusal {
    /// It is no refusal, and yet to be known.
    pub warns: bool,
    pub code: String,
    pub message: String,
    pub path: String,
    pub help: Option<String>,
}

/// Judges the change of one object by the rules `on update`.
pub type Judge<'j> = &'j (dyn Fn(&Pair) -> Vec<Refusal> + Sync);

/// The old and the new self of an object, as the server reads them back, without what one of them leaves to the server.
pub struct Pair {
    pub native: Option<&'static NativeKind>,
    pub old: Arc<Record>,
    pub new: Arc<Record>,
}

/// What applying `new` does where `old` is.
pub fn compare(old: &[Item], new: &[Item], judge: Judge) -> Report {
    let pairs = pair::pairs(old, new);
    let scaled = verdict::Autoscaled::of(old, new);
    let objects = pairs
        .par_iter()
        .map(|pair| match *pair {
            (Some(old), Some(new)) => changed(old, new, &scaled, judge),
            (None, Some(new)) => verdict::created(new),
            (Some(old), None) => verdict::deleted(old),
            (None, None) => unreachable!("a pair has a side"),
        })
        .collect();
    Report { objects }
}

fn changed(old: &Item, new: &Item, scaled: &verdict::Autoscaled, judge: Judge) -> Outcome {
    let (before, after) = tree::reconciled(old, new);
    let mut changes = tree::changes(old, new, &before, &after);
    let mut notes = Vec::new();
    verdict::hand_over(old, new, scaled, &mut changes, &mut notes);
    let deletion = deletion(old, new);
    let refusals = if changes.is_empty() && deletion.is_empty() {
        Vec::new()
    } else {
        let mut after = after.clone();
        deletion.into_iter().for_each(|(key, value)| after["metadata"][key] = value);
        judge(&Pair { native: new.native, old: record(&before), new: record(&after) })
    };
    let (warnings, refusals): (Vec<Refusal>, Vec<Refusal>) = refusals.into_iter().partition(|r| r.warns);
    notes.extend(warnings.into_iter().map(|warning| warning.message));
    verdict::changed(old, new, changes, refusals, notes)
}

/// What the new object says of its deletion and the old one does not: only the server writes that, and no form that is compared has it.
fn deletion(old: &Item, new: &Item) -> Vec<(&'static str, Json)> {
    let said = |item: &Item, key: &str| {
        let Value::Record(metadata) = &item.root.get("metadata".into())?.node.value else { return None };
        Some(data::to_json(&metadata.get(key.into())?.node)).filter(|value| !value.is_null())
    };
    let keys = ["deletionGracePeriodSeconds", "deletionTimestamp"].into_iter();
    keys.filter_map(|key| said(new, key).filter(|value| said(old, key).as_ref() != Some(value)).map(|value| (key, value))).collect()
}

fn record(plain: &Json) -> Arc<Record> {
    match data::from_json(plain, Origin::NONE).map(|node| node.value) {
        Ok(Value::Record(record)) => record,
        Ok(_) | Err(_) => Arc::default(),
    }
}

impl Report {
    pub fn count(&self, verdict: Verdict) -> usize {
        self.objects.iter().filter(|o| o.verdict == verdict).count()
    }

    /// Whether an apply would do anything.
    pub fn is_empty(&self) -> bool {
        self.objects.iter().all(|o| o.verdict == Verdict::Unchanged)
    }
}
