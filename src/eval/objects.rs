//! The objects of a run, as rules look among them: by name, by kind, by labels.
//!
//! The indexes are made when a rule first asks. A look-up by labels begins with the label that the fewest pods carry, so that no rule
//! takes time in proportion to all objects.

use crate::object::Object;
use crate::value::{Node, Origin, Record, Value};
use ecow::EcoString;
use rustc_hash::FxHashMap;
use std::sync::{Arc, OnceLock};
use ustr::Ustr;

/// All objects of a run.
#[derive(Default)]
pub struct Objects {
    list: Vec<Object>,
    index: OnceLock<Index>,
}

#[derive(Default)]
struct Index {
    by_kind: FxHashMap<Ustr, Vec<u32>>,
    by_name: FxHashMap<(Ustr, Ustr, Ustr), u32>,
    /// Pods, and the templates of those that will be.
    pods: Vec<Pod>,
    by_label: FxHashMap<(Ustr, Ustr, EcoString), Vec<u32>>,
    /// By namespace.
    all_pods: FxHashMap<Ustr, Vec<u32>>,
}

struct Pod {
    node: Node,
    labels: Option<Arc<Record>>,
}

/// Where each kind has its pod template; a Pod is its own.
const TEMPLATES: &[(&str, &[&str])] = &[
    ("Pod", &[]),
    ("Deployment", &["spec", "template"]),
    ("StatefulSet", &["spec", "template"]),
    ("DaemonSet", &["spec", "template"]),
    ("ReplicaSet", &["spec", "template"]),
    ("ReplicationController", &["spec", "template"]),
    ("Job", &["spec", "template"]),
    ("CronJob", &["spec", "jobTemplate", "spec", "template"]),
];

impl Objects {
    pub fn new(list: Vec<Object>) -> Objects {
        Objects { list, index: OnceLock::new() }
    }

    /// The object of that kind and name; a namespace that is not written is one of its own.
    pub fn find(&self, kind: Ustr, namespace: Ustr, name: Ustr) -> Option<Node> {
        self.index().by_name.get(&(kind, namespace, name)).map(|&i| self.list[i as usize].node())
    }

    /// The objects of a kind, in one namespace where one is given.
    pub fn of_kind(&self, kind: Ustr, namespace: Option<Ustr>) -> Vec<Node> {
        let all = self.index().by_kind.get(&kind).into_iter().flatten().map(|&i| &self.list[i as usize]);
        all.filter(|o| namespace.is_none_or(|n| o.namespace.unwrap_or_default() == n)).map(Object::node).collect()
    }

    /// The pods of a namespace that a selector selects, and the templates of those that will be: a map of labels, or a LabelSelector.
    pub fn pods(&self, selector: &Record, namespace: Ustr) -> Vec<Node> {
        let index = self.index();
        let labels = exact_labels(selector);
        let rarest = labels.iter().map(|(key, value)| index.by_label.get(&(namespace, *key, value.clone())).map_or(&[][..], Vec::as_slice));
        let candidates = match rarest.min_by_key(|found| found.len()) {
            Some(found) => found,
            None => index.all_pods.get(&namespace).map_or(&[][..], Vec::as_slice),
        };
        let pods = candidates.iter().map(|&i| &index.pods[i as usize]);
        pods.filter(|pod| selects(selector, pod.labels.as_deref())).map(|pod| pod.node.clone()).collect()
    }

    fn index(&self) -> &Index {
        self.index.get_or_init(|| {
            let mut index = Index::default();
            self.list.iter().enumerate().for_each(|(number, object)| index.add(number as u32, object));
            index
        })
    }
}

impl Index {
    fn add(&mut self, number: u32, object: &Object) {
        let (kind, namespace) = (object.kind.kind, object.namespace.unwrap_or_default());
        self.by_kind.entry(kind).or_default().push(number);
        self.by_name.entry((kind, namespace, object.name)).or_insert(number);
        let Some((_, path)) = TEMPLATES.iter().find(|(name, _)| *name == kind.as_str()) else { return };
        let template = if path.is_empty() { Some(object.node()) } else { object.at(path).cloned() };
        if let Some(Node { value: Value::Record(record), origin }) = template {
            self.add_pod(namespace, &record, origin);
        }
    }

    fn add_pod(&mut self, namespace: Ustr, template: &Arc<Record>, origin: Origin) {
        let number = self.pods.len() as u32;
        let labels = record_at(template, "metadata").and_then(|metadata| record_at(metadata, "labels")).cloned();
        for entry in labels.iter().flat_map(|labels| &labels.entries) {
            if let Value::Str(value) = &entry.node.value {
                self.by_label.entry((namespace, entry.key, value.clone())).or_default().push(number);
            }
        }
        self.all_pods.entry(namespace).or_default().push(number);
        self.pods.push(Pod { node: Node::new(Value::Record(template.clone()), origin), labels });
    }
}

/// Whether labels are those that a selector selects: a map of labels, or a LabelSelector.
pub fn selects(selector: &Record, labels: Option<&Record>) -> bool {
    let value = |key: Ustr| labels.and_then(|l| l.get(key)).and_then(|e| text(&e.node));
    let exact = exact_labels(selector).iter().all(|(key, wanted)| value(*key).is_some_and(|found| found == wanted));
    let Some(Value::List(expressions)) = selector.get("matchExpressions".into()).map(|e| &e.node.value) else { return exact };
    exact
        && expressions.items.iter().all(|item| {
            let Value::Record(expression) = &item.node.value else { return true };
            let field = |name: &str| expression.get(name.into()).and_then(|e| text(&e.node));
            let found = field("key").and_then(|key| value(key.as_str().into()));
            let within = || match expression.get("values".into()).map(|e| &e.node.value) {
                Some(Value::List(values)) => values.items.iter().any(|v| text(&v.node) == found),
                _ => false,
            };
            match field("operator").map(EcoString::as_str) {
                Some("In") => found.is_some() && within(),
                Some("NotIn") => found.is_none() || !within(),
                Some("Exists") => found.is_some(),
                Some("DoesNotExist") => found.is_none(),
                _ => true,
            }
        })
}

/// The labels that a selector demands by value.
fn exact_labels(selector: &Record) -> Vec<(Ustr, EcoString)> {
    let is_label_selector =
        ["matchLabels", "matchExpressions"].iter().any(|f| selector.get((*f).into()).is_some_and(|e| text(&e.node).is_none()));
    let map = if is_label_selector { record_at(selector, "matchLabels").map(|r| r.as_ref()) } else { Some(selector) };
    map.into_iter().flat_map(|map| &map.entries).filter_map(|e| Some((e.key, text(&e.node)?.clone()))).collect()
}

fn text(node: &Node) -> Option<&EcoString> {
    match &node.value {
        Value::Str(text) => Some(text),
        _ => None,
    }
}

fn record_at<'r>(record: &'r Record, field: &str) -> Option<&'r Arc<Record>> {
    match &record.get(field.into())?.node.value {
        Value::Record(inner) => Some(inner),
        _ => None,
    }
}
