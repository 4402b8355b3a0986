//! The text that a source excerpt is drawn from.
//!
//! ariadne numbers lines by every line separator of Unicode, draws control characters as they are and a line in its full length. So it is
//! given a copy of the file in which each such character is replaced by a harmless one of as many bytes: positions stay true, and lines
//! are those of all other forms. The copy is made once a file. A line too long to read is cut to a window around what is pointed at, in a
//! text made for that diagnostic alone, with empty lines above to keep the count.

use super::turns;
use crate::source::Source;
use rustc_hash::FxHashMap;
use std::ops::Range;

/// A file's lines, and the harmless copy to draw.
pub struct Text {
    pub shown: String,
    /// Bytes dropped from the front: a byte order mark.
    bom: usize,
    line_starts: Vec<usize>,
}

#[derive(Default)]
pub struct Texts {
    by_base: FxHashMap<u32, Text>,
}

/// Characters of a line that are shown.
const WIDEST: usize = 160;
/// Of these, before what is pointed at.
const BEFORE: usize = 40;

impl Texts {
    pub fn get(&mut self, source: &Source) -> &Text {
        self.by_base.entry(source.base).or_insert_with(|| Text::new(&source.text))
    }
}

impl Text {
    fn new(text: &str) -> Text {
        let body = text.strip_prefix('\u{feff}').unwrap_or(text);
        let mut shown = String::with_capacity(body.len() + 1);
        let mut chars = body.chars().peekable();
        while let Some(c) = chars.next() {
            shown.push(match c {
                '\n' | '\t' => c,
                '\r' if chars.peek() == Some(&'\n') => c,
                '\r' | '\u{b}' | '\u{c}' => ' ',
                c if c.is_ascii_control() => '?',
                '\u{80}'..='\u{9f}' => '\u{a0}',
                '\u{2028}' | '\u{2029}' => '\u{2003}',
                c if turns(c) => '\u{fffd}',
                c => c,
            });
        }
        // The end of a file that ends with a newline is a line, too.
        shown.push(' ');
        let line_starts = std::iter::once(0).chain(memchr::memchr_iter(b'\n', body.as_bytes()).map(|i| i + 1)).collect();
        Text { shown, bom: text.len() - body.len(), line_starts }
    }

    /// A byte range of the file in the shown text, cut to its first line, and one character wide where it is empty.
    pub fn range(&self, from: usize, to: usize) -> Range<usize> {
        let from = from.saturating_sub(self.bom);
        let to = to.saturating_sub(self.bom).min(self.line(self.line_of(from)).end).max(from);
        let next = self.shown[from..].chars().next().filter(|c| !matches!(c, '\n' | '\r'));
        if to == from { from..from + next.map_or(0, char::len_utf8) } else { from..to }
    }

    pub fn line_of(&self, at: usize) -> usize {
        self.line_starts.partition_point(|&s| s <= at) - 1
    }

    /// The bytes of a line without its end.
    fn line(&self, number: usize) -> Range<usize> {
        let from = self.line_starts[number];
        let to = self.line_starts.get(number + 1).map_or(self.shown.len(), |next| next - 1);
        let line = &self.shown[from..to];
        from..from + line.strip_suffix('\r').unwrap_or(line).len()
    }

    /// Where one of the ranges lies in a line too long to show: a text of the windows alone, and the ranges in it.
    pub fn window(&self, ranges: &[Range<usize>]) -> Option<(String, Vec<Range<usize>>)> {
        let lines: Vec<usize> = ranges.iter().map(|r| self.line_of(r.start)).collect();
        if lines.iter().all(|&n| self.line(n).len() <= WIDEST) {
            return None;
        }
        let mut wanted = lines.clone();
        wanted.sort_unstable();
        wanted.dedup();
        let mut text = String::new();
        let mut moved = vec![0..0; ranges.len()];
        let mut written = 0;
        for number in wanted {
            (written..number).for_each(|_| text.push('\n'));
            written = number;
            let first = (0..ranges.len()).filter(|&i| lines[i] == number).map(|i| ranges[i].start).min().unwrap_or(0);
            let line = self.line(number);
            let kept = self.kept(&line, first);
            if kept.start > line.start {
                text.push('…');
            }
            let base = text.len();
            text.push_str(&self.shown[kept.clone()]);
            for i in (0..ranges.len()).filter(|&i| lines[i] == number) {
                let clamp = |at: usize| base + at.clamp(kept.start, kept.end) - kept.start;
                moved[i] = clamp(ranges[i].start)..clamp(ranges[i].end);
            }
            if kept.end < line.end {
                text.push('…');
            }
        }
        text.push(' ');
        Some((text, moved))
    }

    /// The part of a line that is shown around a position in it.
    fn kept(&self, line: &Range<usize>, at: usize) -> Range<usize> {
        if line.len() <= WIDEST {
            return line.clone();
        }
        let at = at.clamp(line.start, line.end);
        let from = self.shown[line.start..at].char_indices().rev().nth(BEFORE - 1).map_or(line.start, |(i, _)| line.start + i);
        let to = self.shown[from..line.end].char_indices().nth(WIDEST).map_or(line.end, |(i, _)| from + i);
        from..to
    }
}
