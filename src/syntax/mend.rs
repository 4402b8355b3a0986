//! A piece that does not parse, read without the entries that are at fault.
//!
//! The piece's blocks are cut into entries, each entry is tried on its own, those that fail are cut further, and the smallest that fail
//! are reported and their tokens skipped. Brackets that have no mate get one behind the end. What is left then parses, so that one slip
//! costs one entry and hides nothing else.

use super::parse::{Context, Failure, attempt};
use super::split::{Cutting, SEPARATED, SKIPPED, Split, Tok, VIRTUAL, closing, without_skipped};
use super::token::Kind;
use super::{explain, trouble};
use crate::ast::{Item, Name};
use crate::diag::Sink;
use std::ops::Range;

pub struct Mender<'s> {
    split: &'s Split<'s>,
    sink: &'s Sink,
    /// The tokens of the piece as they are read; what was dropped is skipped.
    toks: Vec<Tok>,
    /// The first one's index in the split.
    first: usize,
    /// Disjoint, in order.
    dropped: Vec<Range<u32>>,
    lost: Vec<Name>,
}

impl<'s> Mender<'s> {
    pub fn new(split: &'s Split<'s>, toks: &Range<usize>, sink: &'s Sink) -> Mender<'s> {
        Mender { split, sink, toks: split.meant(toks.clone()), first: toks.start, dropped: Vec::new(), lost: Vec::new() }
    }

    /// The items of the piece, and the names that were lost with what was dropped.
    pub fn run(mut self, toks: &Range<usize>, context: Context) -> (Vec<Item>, Vec<Name>) {
        let items = self.mend(toks, context).unwrap_or_else(|| {
            self.lost.extend(explain::lost_names(self.split, toks));
            Vec::new()
        });
        (items, self.lost)
    }

    /// Reads an entry, without what is at fault in it; `None` where that is the entry itself.
    fn mend(&mut self, toks: &Range<usize>, context: Context) -> Option<Vec<Item>> {
        let tainted = self.split.is_tainted(toks);
        if !tainted && let Ok(items) = self.attempt(toks, context) {
            return Some(items);
        }
        if let Some(misplaced) = explain::misplaced(self.split, toks, context) {
            self.sink.push(misplaced);
            return None;
        }
        let before = self.dropped.len();
        for (open, inner) in explain::blocks(self.split, toks, context) {
            let inside = self.split.inside(open);
            // What has no closing bracket of its own ends with the entry.
            self.mend_block(inside.start..inside.end.min(toks.end), inner);
        }
        match self.attempt(toks, context) {
            Ok(items) if !self.is_still_tainted(toks) => Some(items),
            Ok(_) => None,
            Err(failure) => {
                if !self.is_still_tainted(toks) {
                    self.report(toks, context, failure, before);
                }
                None
            }
        }
    }

    fn mend_block(&mut self, inside: Range<usize>, context: Context) {
        let mut kept = Vec::new();
        let mut any_lost = false;
        for Cutting { toks, comma } in self.split.cut(inside.clone()) {
            if toks.is_empty() {
                self.sink.push(trouble::empty_entry(self.split, comma.unwrap_or(toks.start)));
                any_lost = true;
                continue;
            }
            if self.mend(&toks, context).is_some() {
                kept.push(toks);
                continue;
            }
            if matches!(context, Context::Items { .. }) {
                self.lost.extend(explain::lost_names(self.split, &toks));
            }
            let bytes = self.split.bytes(&toks);
            self.drop_bytes(bytes.start as u32..bytes.end as u32);
            any_lost = true;
        }
        if any_lost {
            self.keep_only(inside, &kept);
        }
    }

    /// Skips the inside of a block but for some of its entries, which then stand on lines of their own.
    fn keep_only(&mut self, inside: Range<usize>, kept: &[Range<usize>]) {
        let mut at = inside.start;
        for entry in kept {
            self.skip(at..entry.start);
            self.toks[entry.start - self.first].flags |= SEPARATED;
            at = entry.end;
        }
        self.skip(at..inside.end);
    }

    fn attempt(&self, toks: &Range<usize>, context: Context) -> Result<Vec<Item>, Failure> {
        let end = self.split.bytes(toks).end as u32;
        let mut ready = without_skipped(self.toks[toks.start - self.first..toks.end - self.first].to_vec());
        ready.extend(self.missing_brackets(toks).map(|kind| Tok { kind, flags: 0, indent: 0, start: end, end, mate: 0 }));
        attempt(self.split, &ready, end, context, &self.dropped)
    }

    /// What has to follow the tokens so that their brackets balance.
    fn missing_brackets(&self, toks: &Range<usize>) -> impl Iterator<Item = Kind> {
        let open = |&&tok: &&usize| self.split.toks[tok].flags & VIRTUAL != 0 && !self.is_dropped(tok);
        self.split.tainted_in(toks).iter().rev().filter(open).map(|&tok| closing(self.split.toks[tok].kind))
    }

    /// Whether the entry holds what has been reported already, and not in a part that was dropped. An open brace at its very end has been
    /// mended.
    fn is_still_tainted(&self, toks: &Range<usize>) -> bool {
        let ends_open = |tok: usize| {
            let tok = &self.split.toks[tok];
            tok.kind == Kind::LBrace && tok.flags & VIRTUAL != 0 && tok.mate as usize >= toks.end
        };
        self.split.tainted_in(toks).iter().any(|&tok| !self.is_dropped(tok) && !ends_open(tok))
    }

    fn drop_bytes(&mut self, bytes: Range<u32>) {
        while self.dropped.last().is_some_and(|last| last.start >= bytes.start) {
            self.dropped.pop();
        }
        self.dropped.push(bytes);
    }

    fn is_dropped(&self, tok: usize) -> bool {
        let tok = &self.split.toks[tok];
        let after = self.dropped.partition_point(|range| range.start <= tok.start);
        // Not by its start: a token that marks a broken string is empty.
        after > 0 && tok.end <= self.dropped[after - 1].end
    }

    fn report(&mut self, toks: &Range<usize>, context: Context, failure: Failure, dropped_before: usize) {
        match failure {
            Failure::Meaning(errors) => errors.into_iter().for_each(|error| self.sink.push(error)),
            Failure::Grammar { at } => {
                // A block that lost an entry may fail for that alone.
                let near_loss = self.dropped[dropped_before..].iter().any(|lost| lost.start <= at && at <= lost.end);
                if !near_loss {
                    self.sink.push(explain::entry(self.split, toks, context, at));
                }
            }
        }
    }

    fn skip(&mut self, toks: Range<usize>) {
        // What an entry leaves open may end behind the piece that is mended.
        let end = (toks.end - self.first).min(self.toks.len());
        let start = (toks.start - self.first).min(end);
        self.toks[start..end].iter_mut().for_each(|tok| tok.flags |= SKIPPED);
    }
}
