//! What was judged already: hashes of what rules read of a value, under which is remembered that they had nothing to say of it.
//!
//! The reads of all rules for a type are one tree of steps, so a value is walked once for all of them. Every read has a slot, into which
//! the walk mixes what it finds: two values with the same hash in all slots of a rule are the same to that rule. Elements of lists are
//! told apart by their number, values of maps by their key.

use super::reads::{Extent, Read, Step};
use crate::value::content::mixed;
use crate::value::{Node, Record, Value};
use ustr::Ustr;

/// The reads of several rules, and where each is found.
#[derive(Debug, Default)]
pub(super) struct Projection {
    root: Branch,
    slots: usize,
}

/// Numbers of slots.
pub(super) type Slots = Box<[u32]>;

#[derive(Debug, Default)]
struct Branch {
    whole: Option<u32>,
    shape: Option<u32>,
    size: Option<u32>,
    fields: Vec<(Ustr, Branch)>,
    each: Option<Box<Branch>>,
}

/// A place that every value has in every projection: nothing is mixed into it.
const ABSENT: u64 = 0;
/// What the numbers of elements and the keys of maps are mixed with.
const OUTERMOST: u64 = 1;

/// The shapes of what has no elements; no list is as long.
const SCALAR: u64 = u64::MAX;
const EMPTY_TEXT: u64 = u64::MAX - 1;
const NULL: u64 = u64::MAX - 2;

impl Projection {
    /// Adds reads and tells their slots.
    pub fn add(&mut self, reads: &[Read]) -> Slots {
        reads.iter().map(|read| self.slot(read)).collect()
    }

    fn slot(&mut self, read: &Read) -> u32 {
        let branch = read.steps.iter().fold(&mut self.root, |branch, step| branch.further(*step));
        let slot = match read.extent {
            Extent::Whole => &mut branch.whole,
            Extent::Shape => &mut branch.shape,
            Extent::Size => &mut branch.size,
        };
        *slot.get_or_insert_with(|| {
            self.slots += 1;
            (self.slots - 1) as u32
        })
    }

    /// The hashes of what stands at all places that are read.
    pub fn hashes(&self, value: &Record, hashes: &mut Vec<u64>) {
        hashes.clear();
        hashes.resize(self.slots, ABSENT);
        self.root.record(value, OUTERMOST, hashes);
    }
}

impl Branch {
    fn further(&mut self, step: Step) -> &mut Branch {
        match step {
            Step::Each => self.each.get_or_insert_default(),
            Step::Field(name) => {
                let known = self.fields.iter().position(|(field, _)| *field == name);
                let index = known.unwrap_or_else(|| {
                    self.fields.push((name, Branch::default()));
                    self.fields.len() - 1
                });
                &mut self.fields[index].1
            }
        }
    }

    fn node(&self, node: &Node, salt: u64, hashes: &mut [u64]) {
        match &node.value {
            Value::Record(record) => self.record(record, salt, hashes),
            Value::List(list) => {
                self.note(self.whole, salt, || list.content(), hashes);
                self.note_shape(salt, || list.items.len() as u64, hashes);
                // A field of a list is an element by its label: the list decides.
                self.fields.iter().for_each(|(_, branch)| branch.all(salt, node.value.content(), hashes));
                if let Some(each) = &self.each {
                    for (number, item) in (1..).zip(&list.items) {
                        each.node(&item.node, mixed(salt, number), hashes);
                    }
                }
            }
            // An empty text may count as absent.
            Value::Str(text) => self.scalar(node, if text.is_empty() { EMPTY_TEXT } else { SCALAR }, salt, hashes),
            Value::Null => self.scalar(node, NULL, salt, hashes),
            _ => self.scalar(node, SCALAR, salt, hashes),
        }
    }

    fn record(&self, record: &Record, salt: u64, hashes: &mut [u64]) {
        self.note(self.whole, salt, || record.content(), hashes);
        self.note_shape(salt, || shape(record), hashes);
        for (name, branch) in &self.fields {
            if let Some(entry) = record.get(*name).filter(|entry| !entry.node.is_null()) {
                branch.node(&entry.node, salt, hashes);
            }
        }
        if let Some(each) = &self.each {
            for entry in record.entries.iter().filter(|entry| !entry.node.is_null()) {
                each.node(&entry.node, mixed(salt, entry.key.precomputed_hash()), hashes);
            }
        }
    }

    fn scalar(&self, node: &Node, shape: u64, salt: u64, hashes: &mut [u64]) {
        if self.fields.is_empty() && self.each.is_none() {
            self.note(self.whole, salt, || node.value.content(), hashes);
            self.note(self.shape, salt, || shape, hashes);
            self.note(self.size, salt, || node.value.content(), hashes);
        } else {
            // No rule is made for what has another form than its type, but none may be misled by it.
            self.all(salt, node.value.content(), hashes);
        }
    }

    fn note(&self, slot: Option<u32>, salt: u64, content: impl FnOnce() -> u64, hashes: &mut [u64]) {
        if let Some(slot) = slot {
            let hash = &mut hashes[slot as usize];
            *hash = mixed(*hash, mixed(salt, content()));
        }
    }

    fn note_shape(&self, salt: u64, shape: impl Fn() -> u64, hashes: &mut [u64]) {
        self.note(self.shape, salt, &shape, hashes);
        self.note(self.size, salt, &shape, hashes);
    }

    /// Mixes the same into all slots here and further in.
    fn all(&self, salt: u64, content: u64, hashes: &mut [u64]) {
        self.note(self.whole, salt, || content, hashes);
        self.note_shape(salt, || content, hashes);
        self.fields.iter().for_each(|(_, branch)| branch.all(salt, content, hashes));
        self.each.iter().for_each(|each| each.all(salt, content, hashes));
    }
}

fn shape(record: &Record) -> u64 {
    let present = record.entries.iter().filter(|entry| !entry.node.is_null());
    present.fold(1, |hash, entry| mixed(hash, entry.key.precomputed_hash()))
}

/// The hash of some slots, told apart from those of others by what they are asked for.
pub(super) fn key(asked: u64, slots: &[u32], hashes: &[u64]) -> u64 {
    slots.iter().fold(asked, |key, slot| mixed(key, hashes[*slot as usize]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use smallvec::SmallVec;
    use std::collections::HashSet;
    use std::sync::Arc;

    fn record(text: &str) -> Arc<Record> {
        match crate::data::parse_yaml(text, Default::default(), &mut |_| true).unwrap().remove(0).value {
            Value::Record(record) => record,
            other => panic!("{other:?} is no record"),
        }
    }

    /// `a.*.b`, `#a` for a shape, `##a` for a size
    fn read(text: &str) -> Read {
        let path = text.trim_start_matches('#');
        let extent = [Extent::Whole, Extent::Shape, Extent::Size][text.len() - path.len()];
        let steps: SmallVec<[Step; 4]> =
            path.split('.').map(|step| if step == "*" { Step::Each } else { Step::Field(step.into()) }).collect();
        Read { steps, extent }
    }

    fn key_of(reads: &[&str], text: &str) -> u64 {
        let mut projection = Projection::default();
        // Another rule reads of the same value.
        projection.add(&[read("y.*"), read("z")]);
        let slots = projection.add(&reads.iter().map(|text| read(text)).collect::<Vec<_>>());
        let mut hashes = Vec::new();
        projection.hashes(&record(text), &mut hashes);
        key(1, &slots, &hashes)
    }

    #[test]
    fn what_is_not_read_does_not_count() {
        let same: [(&[&str], &str, &str); 5] = [
            (&["a.*.b"], "{a: [{b: 1, c: 2}, {b: 2}]}", "{a: [{b: 1}, {b: 2, c: 3}], d: 4}"),
            (&["#a"], "{a: [1, 2]}", "{a: [3, 4]}"),
            (&["#a"], "{a: {x: 1, y: 2}}", "{a: {x: 3, y: 4}}"),
            (&["#a"], "{a: x}", "{a: y}"),
            (&["a.b", "#c"], "{a: {b: 1}}", "{a: {b: 1, c: 2}, c: null}"),
        ];
        for (reads, one, other) in same {
            assert_eq!(key_of(reads, one), key_of(reads, other), "{one} {other}");
        }
    }

    #[test]
    fn what_is_read_tells_values_apart() {
        let apart: [(&[&str], &[&str]); 7] = [
            (&["a.*.b"], &["{}", "{a: [{b: 1}]}", "{a: [{}, {b: 1}]}", "{a: [{b: 1}, {b: 1}]}", "{a: x}"]),
            (&["#a", "a.*.b"], &["{}", "{a: []}", "{a: [{b: 1}]}", "{a: [{b: 1}, {}]}", "{a: [{}]}"]),
            (&["#a"], &["{}", "{a: []}", "{a: [1]}", "{a: {x: 1}}", "{a: {y: 1}}", "{a: x}", "{a: ''}"]),
            (&["##a"], &["{}", "{a: [1]}", "{a: x}", "{a: xx}"]),
            (&["a", "b"], &["{a: 1}", "{b: 1}", "{a: 1, b: 1}", "{}"]),
            (&["a.*"], &["{a: {x: 1}}", "{a: {y: 1}}", "{a: {x: 2}}"]),
            (&["a.*.*.b"], &["{a: [[{b: 1}], [{b: 2}]]}", "{a: [[{b: 1}, {b: 2}]]}", "{a: [[{b: 2}], [{b: 1}]]}"]),
        ];
        for (reads, texts) in apart {
            let keys: HashSet<u64> = texts.iter().map(|text| key_of(reads, text)).collect();
            assert_eq!(keys.len(), texts.len(), "{reads:?}");
        }
    }
}
