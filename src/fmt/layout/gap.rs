//! What stands between two tokens and is no token: comments and blank lines.

use std::ops::Range;

/// What stands between two tokens, where it spans lines.
#[derive(Default)]
pub(super) struct Gap {
    /// A comment behind the token before.
    pub trailing: Option<Range<usize>>,
    /// Comments on lines of their own, each with whether a blank line stands before it.
    pub own: Vec<(Range<usize>, bool)>,
    /// Whether a blank line stands before the next token.
    pub blank: bool,
}

impl Gap {
    /// Of the text in a range.
    pub fn read(text: &str, range: Range<usize>) -> Gap {
        let mut gap = Gap::default();
        let (bytes, mut at) = (text.as_bytes(), range.start);
        let mut newlines = 0;
        while at < range.end {
            match bytes[at] {
                b'\n' => (newlines, at) = (newlines + 1, at + 1),
                b'/' => {
                    let end = memchr::memchr(b'\n', &bytes[at..range.end]).map_or(range.end, |len| at + len);
                    let comment = at..at + text[at..end].trim_end_matches([' ', '\t', '\r']).len();
                    match newlines {
                        0 => gap.trailing = Some(comment),
                        _ => gap.own.push((comment, newlines > 1)),
                    }
                    (newlines, at) = (0, end);
                }
                _ => at += 1,
            }
        }
        gap.blank = newlines > 1;
        gap
    }

    /// This and what follows, as if there were nothing between the two.
    pub fn and(mut self, next: Gap, text: &str) -> Gap {
        // What documented the comma must not document what comes behind it.
        let documented = self.own.last().is_some_and(|(range, _)| text[range.clone()].starts_with("///"));
        let blank = self.blank || documented;
        match next.trailing {
            Some(range) if self.trailing.is_none() && self.own.is_empty() => self.trailing = Some(range),
            Some(range) => self.own.push((range, self.blank)),
            None => {}
        }
        let mut own = next.own;
        if let Some(first) = own.first_mut() {
            first.1 |= blank;
        }
        let blank = next.blank || own.is_empty() && blank;
        self.own.extend(own);
        Gap { trailing: self.trailing, own: self.own, blank }
    }
}
