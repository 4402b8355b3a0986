//! A text that was read before and has changed since: what its old tree still says.
//!
//! A piece whose text is as it was parses as it did, so its items are taken over and moved to where they stand now. Pieces are held
//! against each other from the beginning, and then from the end, up to the first that differs: what lies between is the change.

use super::split::Split;
use crate::ast::{Extend, ExtendBody, File, Item, Piece, Shift};
use crate::source::Source;
use std::ops::Range;

/// A file as it was read.
#[derive(Clone, Copy)]
pub struct Old<'t> {
    pub source: &'t Source,
    pub file: &'t File,
}

/// The items of pieces that did not change: the first and the last ones.
#[derive(Default)]
pub struct Kept {
    pub front: Vec<Vec<Item>>,
    pub back: Vec<Vec<Item>>,
}

impl Kept {
    /// What is left of `old` in a text that is cut into `pieces`, of the tokens `leaves`.
    pub fn new(old: Old, split: &Split, leaves: &[Range<usize>], pieces: &[Piece]) -> Kept {
        let was = &old.file.pieces;
        let slice = |piece: &Piece| &split.text[(piece.span.start - split.base) as usize..(piece.span.end - split.base) as usize];
        let same = |one: usize, other: usize| {
            let (before, now) = (&was[one], &pieces[other]);
            let sound = before.parsed && !split.is_tainted(&leaves[other]) && !split.is_too_deep(&leaves[other]);
            sound && old.source.slice(before.span) == slice(now)
        };
        let most = was.len().min(pieces.len());
        let front = (0..most).take_while(|&i| same(i, i)).count();
        let back = (1..=most - front).take_while(|&i| same(was.len() - i, pieces.len() - i)).count();
        let mut kept = Kept { front: vec![Vec::new(); front], back: vec![Vec::new(); back] };
        let (last, moved) = (was.len() - back, |one: &Piece, other: &Piece| other.span.start.wrapping_sub(one.span.start));
        each(&old.file.items, was, &mut |at, item| {
            let (items, now) = match at {
                at if at < front => (&mut kept.front[at], &pieces[at]),
                at if at >= last => (&mut kept.back[at - last], &pieces[at + pieces.len() - was.len()]),
                _ => return,
            };
            let mut item = item.clone();
            item.shift(moved(&was[at], now));
            items.push(item);
        });
        kept
    }
}

/// The items of pieces, each with the number of its piece. The namespaces around pieces are in none.
fn each(items: &[Item], pieces: &[Piece], seen: &mut impl FnMut(usize, &Item)) {
    for item in items {
        let span = item.span();
        let at = pieces.partition_point(|piece| piece.span.start <= span.start);
        match at.checked_sub(1).filter(|&at| pieces[at].span.contains(span)) {
            Some(at) => seen(at, item),
            None => match item {
                Item::Namespace(namespace) => each(&namespace.items, pieces, seen),
                Item::Extend(Extend { body: ExtendBody::Items(inner), .. }) => each(inner, pieces, seen),
                _ => {}
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::diag::Sink;
    use crate::source::{Source, SourceKind};
    use crate::syntax::{Old, parse, parse_again};

    /// How many pieces at the beginning and at the end of the second text are taken over from the first.
    #[track_caller]
    fn assert_kept(before: &str, now: &str, kept: (usize, usize)) {
        let source = |text: &str, base| Source::new("test.kdsl", text, SourceKind::User, base);
        let (before, now) = (source(before, 1), source(now, 1000));
        let file = parse(&before, &Sink::new());
        let split = super::Split::new(&now.text, now.base, &Sink::new());
        let pieces = parse(&now, &Sink::new()).pieces;
        let leaves: Vec<_> = pieces.iter().map(|piece| tokens(&split, piece)).collect();
        let old = Old { source: &before, file: &file };
        let found = super::Kept::new(old, &split, &leaves, &pieces);
        assert_eq!((found.front.len(), found.back.len()), kept);
        assert_eq!(parse_again(&now, old, &Sink::new()), parse(&now, &Sink::new()));
    }

    fn tokens(split: &super::Split, piece: &super::Piece) -> std::ops::Range<usize> {
        let at = |position: u32| split.toks.partition_point(|tok| split.base + tok.start < position);
        at(piece.span.start)..at(piece.span.end)
    }

    #[test]
    fn what_stands_before_and_behind_a_change_is_kept() {
        let text = "let a = 1\n/// B.\nlet b = 2\nnamespace n {\n  let c = 3\n  let d = 4\n}\nlet e = [a, b]\n";
        assert_kept(text, text, (5, 0));
        assert_kept(text, &text.replace("3", "33"), (2, 2));
        assert_kept(text, &text.replace("/// B.", "/// Bee."), (1, 3));
        assert_kept(text, &text.replace("namespace n", "namespace m"), (5, 0));
        assert_kept(text, &text.replace("let c = 3\n", ""), (2, 2));
        assert_kept(text, &format!("let z = 0\n{text}"), (0, 5));
        // The brace that is missing is taken to stand where the lines say.
        assert_kept(text, &text.replace("= 4\n}", "= 4\n"), (5, 0));
        assert_kept(&text.replace("3", "= 3"), &text.replace("4", "5").replace("3", "= 3"), (2, 1));
    }
}
