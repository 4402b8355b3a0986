//! How deep a value is nested and how heavy it is when it is written out.
//!
//! Values share their parts, so a short program can make one that is small in memory and endless as text, or too deep to walk. Lists
//! and records therefore keep their measure, counted once from that of their parts; evaluation refuses what is beyond its limits where it is made.

use super::{List, Record, Value};
use std::sync::atomic::{AtomicU64, Ordering};

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Measure {
    /// Lists and records within each other.
    pub depth: u32,
    /// Scalars, entries and elements, each as often as it would be written; a long text counts for each 64 bytes.
    pub weight: u32,
}

/// The measure of a list or record, once it was counted. A copy, which is made to be changed, counts anew.
#[derive(Debug, Default)]
pub struct Measured(AtomicU64);

impl Clone for Measured {
    fn clone(&self) -> Measured {
        Measured::default()
    }
}

impl Measured {
    /// What holds this was changed.
    pub fn reset(&mut self) {
        *self.0.get_mut() = 0;
    }

    fn get_or<'v>(&self, parts: impl Iterator<Item = &'v Value>) -> Measure {
        // A counted measure is never 0: the depth is at least 1.
        let known = self.0.load(Ordering::Relaxed);
        if known != 0 {
            return Measure { depth: (known >> 32) as u32, weight: known as u32 };
        }
        let mut sum = Measure { depth: 0, weight: 1 };
        for part in parts {
            let Measure { depth, weight } = part.measure();
            sum = Measure { depth: sum.depth.max(depth), weight: sum.weight.saturating_add(weight) };
        }
        sum.depth = sum.depth.saturating_add(1);
        self.0.store(u64::from(sum.depth) << 32 | u64::from(sum.weight), Ordering::Relaxed);
        sum
    }
}

impl Value {
    pub fn measure(&self) -> Measure {
        match self {
            Value::List(list) => list.measure(),
            Value::Record(record) => record.measure(),
            Value::Str(text) => Measure { depth: 0, weight: 1 + u32::try_from(text.len() / 64).unwrap_or(u32::MAX - 1) },
            Value::Null
            | Value::Bool(_)
            | Value::Int(_)
            | Value::Float(_)
            | Value::Quantity(_)
            | Value::Duration(_)
            | Value::Percent(_) => Measure { depth: 0, weight: 1 },
            Value::Range(_) | Value::Address(_) | Value::Ref(_) => Measure { depth: 0, weight: 1 },
        }
    }
}

impl List {
    pub fn measure(&self) -> Measure {
        self.measured.get_or(self.items.iter().map(|item| &item.node.value))
    }
}

impl Record {
    pub fn measure(&self) -> Measure {
        self.measured.get_or(self.entries.iter().map(|entry| &entry.node.value))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Span;
    use crate::value::{Item, Node};
    use std::sync::Arc;

    fn list(parts: Vec<Value>) -> Value {
        let items = parts.into_iter().map(|value| Item { node: Node { value, ..Node::default() }, at: Span::NONE }).collect();
        Value::List(Arc::new(List { items, ..List::default() }))
    }

    #[test]
    fn shared_parts_count_as_often_as_they_are_written() {
        let leaf = list(vec![Value::Int(1), Value::Int(2)]);
        assert_eq!(leaf.measure(), Measure { depth: 1, weight: 3 });
        let doubled = (0..40).fold(leaf, |part, _| list(vec![part.clone(), part]));
        assert_eq!(doubled.measure(), Measure { depth: 41, weight: u32::MAX });
    }

    #[test]
    fn a_copy_counts_anew() {
        let inner = list(vec![]);
        inner.measure();
        let Value::List(mut shared) = inner.clone() else { unreachable!() };
        Arc::make_mut(&mut shared).items.push(Item { node: Node { value: inner, ..Node::default() }, at: Span::NONE });
        assert_eq!(shared.measure(), Measure { depth: 2, weight: 2 });
    }
}
