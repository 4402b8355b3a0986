//! Paths into an object: how people write them, and how they are shown.
//!
//! Read is what the API server writes (`spec.containers[0].image`, `metadata.labels[app.kubernetes.io/name]`) and what kdsl writes
//! (`spec.containers.web.image`, `spec.containers["web"].image`). A key with dots needs no brackets where the record has it.

use crate::source::Span;
use crate::value::{Entry, Item, List, Node, Origin, Over, Record, Value};
use std::fmt::Write;
use std::sync::Arc;
use ustr::Ustr;

/// Where a path leads: the steps in full, and what is found there.
#[derive(Clone, Debug)]
pub struct Place<'o> {
    pub steps: Vec<Found<'o>>,
    /// What is left of the path where nobody wrote the field.
    pub missing: Vec<String>,
}

/// A step that was found.
#[derive(Clone, Copy, Debug)]
pub enum Found<'o> {
    Entry(&'o Entry),
    Item { item: &'o Item, index: usize, label: Option<Ustr> },
}

impl<'o> Found<'o> {
    pub fn node(self) -> &'o Node {
        match self {
            Found::Entry(entry) => &entry.node,
            Found::Item { item, .. } => &item.node,
        }
    }

    pub fn at(self) -> Span {
        match self {
            Found::Entry(entry) => entry.at,
            Found::Item { item, .. } => item.at,
        }
    }

    pub fn over(self) -> Option<&'o Arc<Over>> {
        match self {
            Found::Entry(entry) => entry.over.as_ref(),
            Found::Item { .. } => None,
        }
    }
}

/// `spec.containers[0]` as `["spec", "containers", "[0]"]`.
pub fn split(path: &str) -> Vec<String> {
    let mut out = vec![String::new()];
    let mut depth = 0;
    for c in path.trim().trim_start_matches('.').chars() {
        match c {
            '[' if depth == 0 => {
                out.push("[".into());
                depth = 1;
            }
            ']' if depth == 1 => {
                depth = 0;
                out.push(String::new());
            }
            '.' if depth == 0 => out.push(String::new()),
            '"' | '\'' if depth == 1 => {}
            c => out.last_mut().expect("there is always one").push(c),
        }
    }
    out.retain(|step| !step.is_empty());
    out
}

/// Follows a path as far as there is something.
pub fn follow<'o>(root: &'o Record, steps: &[String]) -> Place<'o> {
    let mut place = Place { steps: Vec::new(), missing: Vec::new() };
    let mut rest = steps;
    while !rest.is_empty() {
        let here = place.steps.last().map(|found: &Found<'o>| &found.node().value);
        let (found, used) = match here {
            None => in_record(root, rest),
            Some(Value::Record(record)) => in_record(record, rest),
            Some(Value::List(list)) => (in_list(list, bare(&rest[0])), 1),
            Some(_) => (None, 0),
        };
        let Some(found) = found else { break };
        place.steps.push(found);
        rest = &rest[used..];
    }
    place.missing = rest.iter().map(|step| bare(step).to_string()).collect();
    place
}

fn bare(step: &str) -> &str {
    step.strip_prefix('[').unwrap_or(step)
}

/// The entry under the next step, or under several of them joined by the dots that cut them apart.
fn in_record<'o>(record: &'o Record, steps: &[String]) -> (Option<Found<'o>>, usize) {
    let mut key = String::new();
    for (used, step) in steps.iter().enumerate() {
        if used > 0 {
            key.push('.');
        }
        key.push_str(bare(step));
        if let Some(entry) = record.get(Ustr::from(&key)).filter(|e| !e.node.is_null()) {
            return (Some(Found::Entry(entry)), used + 1);
        }
    }
    (None, 0)
}

fn in_list<'o>(list: &'o List, step: &str) -> Option<Found<'o>> {
    let found = |index: usize| list.items.get(index).map(|item| Found::Item { item, index, label: label(list, item) });
    if let Some(index) = list.items.iter().position(|item| label(list, item).is_some_and(|l| l == step)) {
        return found(index);
    }
    step.parse().ok().and_then(found)
}

/// What tells an element apart: the label field of its list, else its name.
pub fn label(list: &List, item: &Item) -> Option<Ustr> {
    let Value::Record(record) = &item.node.value else { return None };
    let key = list.label.unwrap_or_else(|| Ustr::from("name"));
    let named = match record.get(key) {
        Some(entry) => &entry.node,
        // The template of a claim is an object.
        None => match &record.get(Ustr::from("metadata"))?.node.value {
            Value::Record(metadata) => &metadata.get(Ustr::from("name"))?.node,
            _ => return None,
        },
    };
    crate::data::scalar_text(&named.value).map(|text| Ustr::from(&text))
}

/// The names that a step could have had at the end of what was found.
pub fn known(root: &Record, place: &Place) -> Vec<String> {
    match place.steps.last().map(|found| &found.node().value) {
        None => keys(root),
        Some(Value::Record(record)) => keys(record),
        Some(Value::List(list)) => {
            list.items.iter().enumerate().map(|(i, item)| label(list, item).map_or_else(|| i.to_string(), |l| l.to_string())).collect()
        }
        Some(_) => Vec::new(),
    }
}

fn keys(record: &Record) -> Vec<String> {
    record.entries.iter().filter(|e| !e.node.is_null()).map(|e| e.key.to_string()).collect()
}

/// The path of what was found: `spec.containers[web].image`.
pub fn server_path(steps: &[Found]) -> String {
    let mut out = String::new();
    for step in steps {
        match step {
            Found::Entry(entry) => push_key(&mut out, &entry.key),
            Found::Item { index, label, .. } => push_item(&mut out, *index, *label),
        }
    }
    out
}

pub fn push_key(out: &mut String, key: &str) {
    let dot = if out.is_empty() { "" } else { "." };
    // Writing to text cannot fail.
    let _ = if key.contains(['.', '/']) { write!(out, "[{key}]") } else { write!(out, "{dot}{key}") };
}

pub fn push_item(out: &mut String, index: usize, label: Option<Ustr>) {
    let _ = match label {
        Some(label) => write!(out, "[{label}]"),
        None => write!(out, "[{index}]"),
    };
}

/// Every scalar, and every empty record and list, below a node, with its path from there.
pub fn leaves<'o>(node: &'o Node, at: Span, path: &mut String, each: &mut impl FnMut(&str, &'o Node, Span)) {
    let kept = path.len();
    match &node.value {
        Value::Record(record) if record.entries.iter().any(|e| !e.node.is_null()) => {
            for entry in record.entries.iter().filter(|e| !e.node.is_null()) {
                push_key(path, &entry.key);
                leaves(&entry.node, entry.at, path, each);
                path.truncate(kept);
            }
        }
        Value::List(list) if !list.items.is_empty() => {
            for (index, item) in list.items.iter().enumerate() {
                push_item(path, index, label(list, item));
                leaves(&item.node, item.at, path, each);
                path.truncate(kept);
            }
        }
        _ => each(path, node, at),
    }
}

/// The shortest path below a record to a field of a name.
pub fn to_field(root: &Record, name: &str) -> Option<String> {
    let mut found = Vec::new();
    let node = Node::new(Value::Record(Arc::new(root.clone())), Origin::user(Span::NONE));
    collect_fields(&node, &mut String::new(), name, &mut found);
    found.into_iter().min_by_key(|path| (path.matches(['.', '[']).count(), path.len()))
}

fn collect_fields(node: &Node, path: &mut String, name: &str, out: &mut Vec<String>) {
    let kept = path.len();
    match &node.value {
        Value::Record(record) => {
            for entry in record.entries.iter().filter(|e| !e.node.is_null()) {
                push_key(path, &entry.key);
                if entry.key == name {
                    out.push(path.clone());
                }
                collect_fields(&entry.node, path, name, out);
                path.truncate(kept);
            }
        }
        Value::List(list) => {
            for (index, item) in list.items.iter().enumerate() {
                push_item(path, index, label(list, item));
                collect_fields(&item.node, path, name, out);
                path.truncate(kept);
            }
        }
        _ => {}
    }
}

/// The paths below a node that begin with a text and lead no more than one step further, sorted: for who is writing one.
pub fn next(root: &Node, written: &str) -> Vec<String> {
    let mut out = Vec::new();
    collect_next(root, &mut String::new(), written, &mut out);
    // The only one there is is gone through: a shell would end the word behind it.
    if let [only] = out.as_slice() {
        let below = next(root, only);
        out.extend(below);
    }
    out.sort();
    out
}

fn collect_next(node: &Node, path: &mut String, written: &str, out: &mut Vec<String>) {
    let kept = path.len();
    let mut child = |path: &mut String, node: &Node| {
        if written.starts_with(path.as_str()) {
            collect_next(node, path, written, out);
        } else if path.starts_with(written) {
            out.push(path.clone());
        }
        path.truncate(kept);
    };
    match &node.value {
        Value::Record(record) => {
            for entry in record.entries.iter().filter(|e| !e.node.is_null()) {
                push_key(path, &entry.key);
                child(path, &entry.node);
            }
        }
        Value::List(list) => {
            for (index, item) in list.items.iter().enumerate() {
                push_item(path, index, label(list, item));
                child(path, &item.node);
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::{next, split, to_field};
    use crate::data;
    use crate::source::Span;
    use crate::value::{Origin, Value};

    #[test]
    fn a_path_is_read_in_all_its_forms() {
        assert_eq!(split("spec.containers[0].image"), ["spec", "containers", "[0", "image"]);
        assert_eq!(split(".metadata.labels[\"a.b/c\"]"), ["metadata", "labels", "[a.b/c"]);
        assert_eq!(split("containers['web'].env"), ["containers", "[web", "env"]);
        assert_eq!(split(""), Vec::<String>::new());
    }

    #[test]
    fn a_path_that_is_being_written_goes_on_by_a_step() {
        let json =
            serde_json::json!({ "spec": { "replicas": 1, "rules": [{ "name": "a", "x": 1 }, { "y": {} }] }, "metadata": { "a.b/c": 2 } });
        let root = data::from_json(&json, Origin::user(Span::NONE)).expect("plain data");
        assert_eq!(next(&root, ""), ["metadata", "spec"]);
        assert_eq!(next(&root, "spec.r"), ["spec.replicas", "spec.rules"]);
        assert_eq!(next(&root, "spec.rules"), ["spec.rules[1]", "spec.rules[a]"]);
        assert_eq!(next(&root, "spec.rules[a"), ["spec.rules[a]", "spec.rules[a].name", "spec.rules[a].x"]);
        assert_eq!(next(&root, "metadata[a."), ["metadata[a.b/c]"]);
        assert_eq!(next(&root, "nothing"), [""; 0]);
        let Value::Record(record) = &root.value else { panic!("a record") };
        assert_eq!(to_field(record, "replicas").as_deref(), Some("spec.replicas"));
        assert_eq!(to_field(record, "x").as_deref(), Some("spec.rules[a].x"));
        assert_eq!(to_field(record, "z"), None);
    }
}
