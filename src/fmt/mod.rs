//! The one canonical form of a program's text.
//!
//! [`layout`] walks the tokens once, with their brackets and separating newlines as the parser sees them: it decides where lines
//! begin and how deep, [`spaces`] what stands between two tokens of a line, [`lines`] lines up `=` and comments once a paragraph is
//! whole, and [`text`] moves text blocks along with the line that opens them. Lines stay as they were written, except that a block
//! stands on one line or each of its lines stands alone, and that a line which is too long is broken at its outermost block, list or
//! call. [`part`] keeps the change to some lines.
//!
//! Only blanks, newlines and the commas beside newlines ever change, and [`format()`] holds the tokens of what it gives against the
//! tokens it was given.

mod layout;
mod lines;
mod part;
mod spaces;
mod text;

use crate::diag::Sink;
use crate::source::Source;
use crate::syntax;
use crate::syntax::token::{self, Kind};
use std::ops::RangeInclusive;

pub use layout::layout;

/// A line that ends behind this column is broken, where there is something to break.
pub const WIDTH: usize = 120;

/// The file in its canonical form. `None` where it does not parse, and then the sink knows why.
pub fn format(source: &Source, sink: &Sink) -> Option<String> {
    let toks = syntax::sound(source, sink)?;
    // A form that says something else would be a fault of this module, and then the text stays as it is.
    let formatted = layout::of(&source.text, &toks).filter(|form| *form == *source.text || says_the_same(&source.text, form));
    Some(formatted.unwrap_or_else(|| source.text.to_string()))
}

/// The file with these lines in canonical form, and those that cannot be told apart from them; lines count from 1.
pub fn format_lines(source: &Source, lines: RangeInclusive<u32>, sink: &Sink) -> Option<String> {
    let formatted = format(source, sink)?;
    Some(part::only(&source.text, &formatted, lines))
}

/// Whether two texts have the same tokens and comments but for blanks and commas.
fn says_the_same(one: &str, other: &str) -> bool {
    let mut words = Words { text: other, at: 0 };
    let mut same = true;
    token::scan(one, |token| {
        let slice = &one[token.start as usize..token.end as usize];
        if !matches!(token.kind, Kind::Blank | Kind::Newline | Kind::Comma) {
            same = same && words.follow(slice);
        }
    });
    same && words.follow("") && words.at == other.len()
}

/// Reads a text word by word, blind to blanks and commas.
struct Words<'t> {
    text: &'t str,
    at: usize,
}

impl Words<'_> {
    /// Whether the same letters come next.
    fn follow(&mut self, word: &str) -> bool {
        let bytes = self.text.as_bytes();
        self.skip();
        if bytes[self.at..].starts_with(word.as_bytes()) {
            self.at += word.len();
            self.skip();
            return true;
        }
        // A mark within a comment is a blank here as it is there.
        for byte in word.replace('\u{feff}', "").bytes().filter(|&byte| !is_free(byte)) {
            self.skip();
            if bytes.get(self.at) != Some(&byte) {
                return false;
            }
            self.at += 1;
        }
        self.skip();
        true
    }

    fn skip(&mut self) {
        loop {
            let rest = &self.text.as_bytes()[self.at..];
            let free = rest.iter().take_while(|&&byte| is_free(byte)).count();
            // A byte order mark is a blank.
            let mark = if rest[free..].starts_with("\u{feff}".as_bytes()) { '\u{feff}'.len_utf8() } else { 0 };
            self.at += free + mark;
            if mark == 0 {
                return;
            }
        }
    }
}

fn is_free(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r' | b'\n' | b',')
}
