//! A hash of what a value holds, wherever it came from: equal values of equal form have one hash.
//!
//! Lists and records keep theirs once it was counted, so that a tree is walked once for all questions about its parts. It tells values
//! apart for a memory of what was judged, within one process; 64 bits, mixed well, so that two different values do not meet in it.

use super::{List, Node, Record, Value};
use std::hash::{Hash, Hasher};
use std::sync::atomic::{AtomicU64, Ordering};

/// The hash of a list or record, once it was counted. A copy, which is made to be changed, counts anew.
#[derive(Debug, Default)]
pub struct Content(AtomicU64);

impl Clone for Content {
    fn clone(&self) -> Content {
        Content::default()
    }
}

impl Content {
    /// What holds this was changed.
    pub fn reset(&mut self) {
        *self.0.get_mut() = 0;
    }

    fn get_or(&self, count: impl FnOnce() -> u64) -> u64 {
        match self.0.load(Ordering::Relaxed) {
            0 => {
                // 0 is not counted yet.
                let hash = count().max(1);
                self.0.store(hash, Ordering::Relaxed);
                hash
            }
            known => known,
        }
    }
}

impl Value {
    /// The hash of all that this holds.
    pub fn content(&self) -> u64 {
        match self {
            Value::Null => mixed(0x9e37_79b9_7f4a_7c15, 1),
            Value::Bool(truth) => mixed(u64::from(*truth) + 1, 2),
            Value::Int(number) => mixed(*number as u64, 3),
            Value::Str(text) => mixed(of_bytes(text.as_bytes()), 4),
            Value::List(list) => list.content(),
            Value::Record(record) => record.content(),
            Value::Float(_) | Value::Quantity(_) | Value::Duration(_) | Value::Percent(_) => mixed(of_scalar(self), 5),
            Value::Range(_) | Value::Address(_) | Value::Ref(_) => mixed(of_scalar(self), 6),
        }
    }
}

impl List {
    pub fn content(&self) -> u64 {
        self.content.get_or(|| self.items.iter().fold(0x517c_c1b7_2722_0a95, |hash, item| mixed(hash, item.node.value.content())))
    }
}

impl Record {
    pub fn content(&self) -> u64 {
        self.content.get_or(|| {
            self.entries
                .iter()
                .fold(0x2545_f491_4f6c_dd1d, |hash, entry| mixed(mixed(hash, entry.key.precomputed_hash()), entry.node.value.content()))
        })
    }
}

/// Takes a word into a hash: a multiplication to 128 bits, folded, spreads every bit of both over all of it.
pub fn mixed(hash: u64, word: u64) -> u64 {
    let product = u128::from(hash ^ 0xa076_1d64_78bd_642f) * u128::from(word ^ 0xe703_7ed1_a0b4_28db);
    (product as u64) ^ ((product >> 64) as u64) ^ hash.rotate_left(23)
}

fn of_bytes(bytes: &[u8]) -> u64 {
    let mut hash = bytes.len() as u64;
    let mut words = bytes.chunks_exact(8);
    for word in &mut words {
        hash = mixed(hash, u64::from_le_bytes(word.try_into().unwrap_or_default()));
    }
    let mut last = [0; 8];
    last[..words.remainder().len()].copy_from_slice(words.remainder());
    mixed(hash, u64::from_le_bytes(last))
}

fn of_scalar(value: &Value) -> u64 {
    let mut hasher = rustc_hash::FxHasher::default();
    super::compare::Key(value).hash(&mut hasher);
    hasher.finish()
}

/// The hash of a node's value, or of nothing.
pub fn of(node: Option<&Node>) -> u64 {
    node.map_or(0, |node| node.value.content())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn equal_content_has_one_hash_and_different_content_another() {
        let read = |text: &str| crate::data::parse_yaml(text, Default::default(), &mut |_| true).unwrap().remove(0).value.content();
        assert_eq!(read("{a: [1, x], b: {c: true}}"), read("a:\n- 1\n- x\nb:\n  c: true\n"));
        let texts = [
            "{a: 1}",
            "{a: 2}",
            "{b: 1}",
            "{a: [1]}",
            "{a: [[1]]}",
            "{a: {a: 1}}",
            "[1, 2]",
            "[2, 1]",
            "[12]",
            "['12']",
            "''",
            "[]",
            "{}",
            "0",
            "false",
        ];
        let hashes: HashSet<u64> = texts.iter().map(|text| read(text)).collect();
        assert_eq!(hashes.len(), texts.len());
        let many: HashSet<u64> = (0..100_000).map(|i| Value::str(format!("web-{i}")).content()).collect();
        assert_eq!(many.len(), 100_000);
    }
}
