//! Short ways to build trees in tests.

use crate::source::Span;
use crate::value::*;
use std::sync::Arc;
use ustr::Ustr;

pub fn node(value: Value) -> Node {
    Node::new(value, Origin::NONE)
}

pub fn text(text: &str) -> Node {
    node(Value::str(text))
}

pub fn int(n: i64) -> Node {
    node(Value::Int(n))
}

pub fn list(items: impl IntoIterator<Item = Node>) -> Node {
    let items = items.into_iter().map(|node| Item { node, at: Span::NONE }).collect();
    node(Value::List(Arc::new(List { items, ..List::default() })))
}

pub fn record<K: AsRef<str>>(entries: impl IntoIterator<Item = (K, Node)>) -> Node {
    let mut record = Record::default();
    for (key, node) in entries {
        record.push(Entry { key: Ustr::from(key.as_ref()), node, at: Span::NONE, op: Op::Merge, spread: false, over: None });
    }
    node(Value::Record(Arc::new(record)))
}
