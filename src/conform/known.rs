//! What was found to be right, by type and content: what several objects hold alike is judged once a thread.
//!
//! Of some types no two values are alike, such as a container with a name of its own. To remember these would cost more than to judge
//! them, so a memory that never knows is asked no more ([`Worth`]).

use crate::schema::TypeId;
use crate::value::Record;
use rustc_hash::FxHashSet;
use std::hash::Hash;

#[derive(Default)]
pub struct Known {
    right: Memory<(TypeId, u64)>,
    /// Whether to ask, by type.
    worth: Vec<Worth>,
}

/// What the memory says of a value.
pub(super) enum Recall {
    Right,
    /// If it turns out to be right, it is to be remembered under this.
    New((TypeId, u64)),
    NotAsked,
}

impl Known {
    pub(super) fn recall(&mut self, record: &Record, id: TypeId) -> Recall {
        if self.worth.len() <= id.index() {
            self.worth.resize_with(id.index() + 1, Worth::default);
        }
        let worth = &mut self.worth[id.index()];
        if !worth.is_given() {
            return Recall::NotAsked;
        }
        let content = (id, record.content());
        let known = self.right.contains(&content);
        worth.count(known);
        if known { Recall::Right } else { Recall::New(content) }
    }

    pub(super) fn insert(&mut self, content: (TypeId, u64)) {
        self.right.insert(content);
    }
}

/// Things that are remembered, so many at most.
pub struct Memory<T>(FxHashSet<T>);

impl<T> Default for Memory<T> {
    fn default() -> Memory<T> {
        Memory(FxHashSet::default())
    }
}

impl<T: Eq + Hash> Memory<T> {
    /// So many are remembered; then it begins anew.
    const MOST: usize = 1 << 17;

    pub fn contains(&self, thing: &T) -> bool {
        self.0.contains(thing)
    }

    pub fn insert(&mut self, thing: T) {
        if self.0.len() >= Self::MOST {
            self.0.clear();
        }
        self.0.insert(thing);
    }
}

/// How often a memory was asked, and knew.
#[derive(Clone, Copy, Debug, Default)]
pub struct Worth {
    asked: u32,
    known: u32,
}

impl Worth {
    /// So many times it is asked in any case.
    const TRIES: u32 = 64;

    pub fn is_given(self) -> bool {
        self.asked < Worth::TRIES || self.known > self.asked / 8
    }

    pub fn count(&mut self, known: bool) {
        self.asked = self.asked.saturating_add(1);
        self.known = self.known.saturating_add(u32::from(known));
    }
}

#[cfg(test)]
mod tests {
    use super::Worth;

    #[test]
    fn a_memory_that_never_knows_is_asked_no_more() {
        let asked = |knows: &dyn Fn(u32) -> bool| {
            let mut worth = Worth::default();
            (0..1000).filter(|&n| worth.is_given() && (worth.count(knows(n)), true).1).count()
        };
        assert_eq!(asked(&|_| false), 64);
        assert_eq!(asked(&|_| true), 1000);
        assert_eq!(asked(&|n| n % 2 == 0), 1000);
        assert!(asked(&|n| n < 16) < 200);
    }
}
