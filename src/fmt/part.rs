//! The canonical form of some lines alone.
//!
//! Both texts have the same tokens but for commas, so a walk over the two at once finds the entries that begin a line in both: there,
//! and only there, one may change over from one text to the other, since what continues an entry is known by its indent. The smallest
//! such part that holds the lines is taken from the canonical text, all else from the given one.

use crate::syntax::token::Kind;
use crate::syntax::{self, Tok};
use std::ops::RangeInclusive;

/// `text`, with the part that holds these lines as in `formatted`; lines count from 1.
pub fn only(text: &str, formatted: &str, lines: RangeInclusive<u32>) -> String {
    let seams = seams(text, formatted);
    let (from, to) = (line_start(text, *lines.start()), line_start(text, lines.end().saturating_add(1)));
    let first = seams.iter().rev().find(|seam| seam.0 <= from).copied().unwrap_or((0, 0));
    let last = seams.iter().find(|seam| seam.0 >= to && seam.0 > first.0).copied().unwrap_or((text.len(), formatted.len()));
    [&text[..first.0], &formatted[first.1..last.1], &text[last.0..]].concat()
}

/// Where a line begins in both texts, with the same entry.
fn seams(text: &str, formatted: &str) -> Vec<(usize, usize)> {
    let (Some(ours), Some(theirs)) = (syntax::balanced(text), syntax::balanced(formatted)) else { return Vec::new() };
    let solid = |tok: &&Tok| tok.kind != Kind::Comma;
    let (mut before, mut strings) = (Kind::LBrace, 0usize);
    let mut out = Vec::new();
    for (one, other) in ours.iter().filter(solid).zip(theirs.iter().filter(solid)) {
        if strings == 0
            && (other.separates() || before == Kind::LBrace)
            && let (Some(one), Some(other)) = (line_of(text, one), line_of(formatted, other))
        {
            out.push((one, other));
        }
        strings = (strings + usize::from(one.kind.opens_interpolation())).saturating_sub(usize::from(one.kind.closes_interpolation()));
        before = one.kind;
    }
    out
}

/// Where the line begins that a token is the first of.
fn line_of(text: &str, tok: &Tok) -> Option<usize> {
    let before = text[..tok.start as usize].trim_end_matches([' ', '\t', '\r', '\u{feff}']);
    (before.is_empty() || before.ends_with('\n')).then_some(before.len())
}

/// Where a line begins; the end of the text where there are fewer lines.
fn line_start(text: &str, line: u32) -> usize {
    let newlines = memchr::memchr_iter(b'\n', text.as_bytes());
    match line {
        0 | 1 => 0,
        _ => newlines.map(|at| at + 1).nth(line as usize - 2).unwrap_or(text.len()),
    }
}
