//! Places: where in an object the values stand that a rule speaks of.
//!
//! An expression such as `c.ports[0]` is a path from a variable, and a variable of `for` stands at its element. What a function made
//! (`duplicates(…)`) holds the very nodes of the tree, so its elements are found there by identity. All that is done only for a report.

use crate::conform::Step;
use crate::schema::{NativeTy, TypeId};
use crate::source::Span;
use crate::value::{Entry, Node, Record, Value};
use std::sync::Arc;

/// The steps from a value to a node that it holds, found by identity.
pub(super) fn find(root: &Arc<Record>, wanted: &Node) -> Option<Vec<Step>> {
    let mut steps = Vec::new();
    let is_root = matches!(&wanted.value, Value::Record(record) if Arc::ptr_eq(record, root));
    (is_root || in_record(root, wanted, &mut steps)).then_some(steps)
}

fn in_record(record: &Record, wanted: &Node, steps: &mut Vec<Step>) -> bool {
    record.entries.iter().any(|entry| within(&entry.node, Step::Field(entry.key), wanted, steps))
}

fn within(node: &Node, step: Step, wanted: &Node, steps: &mut Vec<Step>) -> bool {
    steps.push(step);
    let found = is_same(node, wanted)
        || match &node.value {
            Value::Record(record) => in_record(record, wanted, steps),
            Value::List(list) => list.items.iter().enumerate().any(|(i, item)| within(&item.node, Step::Index(i), wanted, steps)),
            _ => false,
        };
    if !found {
        steps.pop();
    }
    found
}

fn is_same(node: &Node, wanted: &Node) -> bool {
    match (&node.value, &wanted.value) {
        (Value::Record(a), Value::Record(b)) => Arc::ptr_eq(a, b),
        (Value::List(a), Value::List(b)) => Arc::ptr_eq(a, b),
        (Value::Record(_) | Value::List(_), _) | (_, Value::Record(_) | Value::List(_)) => false,
        (a, b) => !wanted.origin.span.is_none() && node.origin == wanted.origin && crate::value::compare::equal(a, b),
    }
}

/// Steps as the types say: `v[name]` is a field where `v` is a structure, and `m.name` a key where `m` is a map. What a claim asks for is a
/// key of its resources to the API server, `resources[storage]`.
pub(super) fn typed(ty: TypeId, steps: Vec<Step>) -> Vec<Step> {
    let mut here = Some(NativeTy::Ref(ty));
    let mut typed = |step| {
        let (step, inner) = match (here.map(NativeTy::resolved), step) {
            (Some(NativeTy::Ref(id)), Step::Key(name)) if name == "storage" && id.get().field(name).is_none() => (step, None),
            (Some(NativeTy::Ref(id)), Step::Field(name) | Step::Key(name)) => (Step::Field(name), id.get().field(name).map(|f| f.ty)),
            (Some(NativeTy::Map(value)), Step::Field(name) | Step::Key(name)) => (Step::Key(name), Some(*value)),
            (Some(NativeTy::List(list)), Step::Index(_)) => (step, Some(list.elem)),
            (_, step) => (step, None),
        };
        here = inner;
        step
    };
    steps.into_iter().map(&mut typed).collect()
}

fn cased_otherwise<'r>(record: &'r Record, key: &str) -> Option<&'r Entry> {
    record.entries.iter().find(|entry| entry.key.eq_ignore_ascii_case(key))
}

/// Where to show what stands at the end of some steps, or is missing there: the place of the last thing on the way that is written.
pub(super) fn span_at(root: &Record, steps: &[Step]) -> Option<Span> {
    let (mut record, mut list) = (Some(root), None::<&crate::value::List>);
    let mut last = None;
    for (number, step) in steps.iter().enumerate() {
        let (node, at) = match step {
            // The API server writes the names of a few fields in another case than users do.
            Step::Field(key) | Step::Key(key) => match record.and_then(|r| r.get(*key).or_else(|| cased_otherwise(r, key))) {
                Some(entry) => (&entry.node, entry.at),
                None => break,
            },
            Step::Index(index) => match list.and_then(|l| l.items.get(*index)) {
                Some(item) => (&item.node, item.at),
                None => break,
            },
        };
        let is_end = number + 1 == steps.len();
        last = Some(anchor(node, at, is_end));
        (record, list) = match &node.value {
            Value::Record(inner) => (Some(inner.as_ref()), None),
            Value::List(inner) => (None, Some(inner.as_ref())),
            _ => (None, None),
        };
    }
    last
}

/// A place that shows a node on one line where there is one: a collection of YAML by its key.
fn anchor(node: &Node, at: Span, is_end: bool) -> Span {
    match &node.value {
        Value::Record(record) => {
            let is_yaml = !at.contains(node.origin.span);
            let first = record.entries.first().map(|e| e.at).filter(|_| at == node.origin.span && !is_end);
            if is_yaml { at } else { first.unwrap_or(node.origin.span) }
        }
        Value::List(_) if !at.contains(node.origin.span) => at,
        _ => node.origin.span,
    }
}
