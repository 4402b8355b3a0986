//! Merging, by one rule: an entry written `{ }` or with a label goes into what lies below, one written `=` replaces it, `+=` appends,
//! `null` unsets. Order is first appearance; what is overridden is remembered for `why`.

use crate::value::{Entry, List, Node, Op, Over, Record, Value};
use ecow::EcoString;
use std::sync::Arc;
use ustr::Ustr;

/// Merges the entries of `above` over `below`, each by its own mark.
pub fn merge_record(below: &mut Record, above: &Record) {
    below.measured.reset();
    below.content.reset();
    for entry in &above.entries {
        match below.position(entry.key) {
            None => below.push(entry.clone()),
            Some(i) => merge_entry(&mut below.entries[i], entry.clone()),
        }
    }
}

/// Lays `above` over `below`, which has the same key.
pub fn merge_entry(below: &mut Entry, above: Entry) {
    match above.op {
        Op::Merge => {
            below.node = merge_node(std::mem::take(&mut below.node), above.node);
            below.at = above.at;
            below.spread = above.spread;
        }
        Op::Append => {
            below.node = append(std::mem::take(&mut below.node), above.node);
            if below.op == Op::Merge {
                below.op = Op::Append;
            }
        }
        Op::Replace => {
            let over = Over { at: below.at, node: std::mem::take(&mut below.node), next: below.over.take() };
            *below = Entry { over: Some(Arc::new(over)), ..above };
        }
    }
}

/// Lays the entries of `weak` under those of `strong`: only what is not written yet comes in.
pub fn merge_under(strong: &mut Record, weak: &Record) {
    strong.measured.reset();
    strong.content.reset();
    for entry in &weak.entries {
        match strong.position(entry.key) {
            None => strong.push(entry.clone()),
            Some(i) => {
                let written = &mut strong.entries[i];
                if written.op != Op::Merge {
                    continue;
                }
                if let (Value::Record(top), Value::Record(bottom)) = (&mut written.node.value, &entry.node.value) {
                    merge_under(Arc::make_mut(top), bottom);
                }
            }
        }
    }
}

/// `above` merged into `below`: records and keyed lists by their keys, all else replaced.
pub fn merge_node(below: Node, above: Node) -> Node {
    match (below.value, above.value) {
        (Value::Record(mut bottom), Value::Record(top)) => {
            if bottom.entries.is_empty() {
                return Node { value: Value::Record(top), origin: above.origin };
            }
            merge_record(Arc::make_mut(&mut bottom), &top);
            Node { value: Value::Record(bottom), origin: below.origin }
        }
        (Value::List(mut bottom), Value::List(top)) if bottom.label.is_some() && bottom.label == top.label => {
            merge_list(Arc::make_mut(&mut bottom), &top);
            Node { value: Value::List(bottom), origin: below.origin }
        }
        (_, value) => Node { value, origin: above.origin },
    }
}

/// Elements of one label merge; the others follow.
fn merge_list(below: &mut List, above: &List) {
    let Some(label) = below.label else { return };
    below.measured.reset();
    below.content.reset();
    for item in &above.items {
        let found = label_of(&item.node, label).and_then(|text| below.items.iter().position(|i| label_of(&i.node, label) == Some(text)));
        match found {
            Some(i) => {
                let node = std::mem::take(&mut below.items[i].node);
                below.items[i].node = merge_node(node, item.node.clone());
            }
            None => below.items.push(item.clone()),
        }
    }
}

fn append(below: Node, above: Node) -> Node {
    match (below.value, above.value) {
        (Value::List(mut bottom), Value::List(top)) => {
            if bottom.label.is_some() {
                merge_list(Arc::make_mut(&mut bottom), &top);
            } else {
                let below = Arc::make_mut(&mut bottom);
                below.measured.reset();
                below.content.reset();
                below.items.extend(top.items.iter().cloned());
            }
            Node { value: Value::List(bottom), origin: below.origin }
        }
        (_, value) => Node { value, origin: above.origin },
    }
}

/// The text by which an element of a keyed list is told apart.
pub fn label_of(node: &Node, label: Ustr) -> Option<&EcoString> {
    let Value::Record(record) = &node.value else { return None };
    match &record.get(label)?.node.value {
        Value::Str(text) => Some(text),
        _ => None,
    }
}

/// An element of a keyed list with nothing but its label.
pub fn labelled_record(label: Ustr, text: Node, at: crate::source::Span) -> Record {
    let entry = Entry { key: label, node: text, at, op: Op::Merge, spread: false, over: None };
    Record { entries: vec![entry], ..Record::default() }
}
