//! Names of words, remembered by each thread: most words of a text were met a moment ago, and to intern one takes a lock.

use crate::ast::Name;
use std::cell::RefCell;

/// A power of two.
const SLOTS: usize = 512;

thread_local! {
    static RECENT: RefCell<[Name; SLOTS]> = RefCell::new([Name::from(""); SLOTS]);
}

pub fn name(word: &str) -> Name {
    RECENT.with_borrow_mut(|recent| {
        let slot = &mut recent[slot(word)];
        if slot.as_str() != word {
            *slot = Name::from(word);
        }
        *slot
    })
}

/// Words of different length, beginning, middle or end mostly stand in different slots.
fn slot(word: &str) -> usize {
    let bytes = word.as_bytes();
    let at = |index: usize| bytes.get(index).map_or(0, |&byte| usize::from(byte));
    let mix = at(0) ^ at(bytes.len() / 2) << 2 ^ at(bytes.len().wrapping_sub(1)) << 4 ^ bytes.len() << 1;
    mix % SLOTS
}
