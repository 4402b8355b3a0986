//! Lines and columns as the protocol counts them, and offsets in bytes.
//!
//! The protocol counts columns in units of UTF-16, or of UTF-8 where the client can. A position behind the end of its line means that
//! end, and one within a character its beginning.

use lsp_types::{Position, PositionEncodingKind, Range};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Encoding {
    #[default]
    Utf16,
    Utf8,
}

impl Encoding {
    /// The first that the client names and we know.
    pub fn chosen(offered: &[PositionEncodingKind]) -> Encoding {
        let known = |kind: &PositionEncodingKind| match kind.as_str() {
            "utf-16" => Some(Encoding::Utf16),
            "utf-8" => Some(Encoding::Utf8),
            _ => None,
        };
        offered.iter().find_map(known).unwrap_or_default()
    }

    pub fn kind(self) -> PositionEncodingKind {
        match self {
            Encoding::Utf16 => PositionEncodingKind::UTF16,
            Encoding::Utf8 => PositionEncodingKind::UTF8,
        }
    }

    /// How many units a text has.
    pub fn len(self, text: &str) -> usize {
        match self {
            Encoding::Utf8 => text.len(),
            Encoding::Utf16 if text.is_ascii() => text.len(),
            Encoding::Utf16 => text.chars().map(char::len_utf16).sum(),
        }
    }
}

/// The lines of a text.
pub struct Lines<'t> {
    text: &'t str,
    starts: Vec<usize>,
    encoding: Encoding,
}

impl<'t> Lines<'t> {
    pub fn new(text: &'t str, encoding: Encoding) -> Lines<'t> {
        let mut starts = vec![0];
        starts.extend(memchr::memchr_iter(b'\n', text.as_bytes()).map(|at| at + 1));
        Lines { text, starts, encoding }
    }

    /// The text of a line, without its end.
    fn line(&self, line: usize) -> &'t str {
        let start = self.starts[line];
        let end = self.starts.get(line + 1).map_or(self.text.len(), |next| next - 1);
        let text = &self.text[start..end];
        text.strip_suffix('\r').unwrap_or(text)
    }

    pub fn offset(&self, position: Position) -> usize {
        let line = position.line as usize;
        if line >= self.starts.len() {
            return self.text.len();
        }
        let (text, wanted) = (self.line(line), position.character as usize);
        let mut units = 0;
        for (at, c) in text.char_indices() {
            let width = match self.encoding {
                Encoding::Utf8 => c.len_utf8(),
                Encoding::Utf16 => c.len_utf16(),
            };
            if units + width > wanted {
                return self.starts[line] + at;
            }
            units += width;
        }
        self.starts[line] + text.len()
    }

    pub fn position(&self, offset: usize) -> Position {
        let offset = offset.min(self.text.len());
        let line = self.starts.partition_point(|start| *start <= offset) - 1;
        let before = self.text.get(self.starts[line]..offset).unwrap_or("");
        Position::new(line as u32, self.encoding.len(before) as u32)
    }

    pub fn range(&self, range: std::ops::Range<usize>) -> Range {
        Range::new(self.position(range.start), self.position(range.end))
    }

    pub fn offsets(&self, range: Range) -> std::ops::Range<usize> {
        let (start, end) = (self.offset(range.start), self.offset(range.end));
        start..end.max(start)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "let é = \"😀x\"\r\nb\n";

    #[test]
    fn columns_count_units_of_utf_16_or_utf_8() {
        let x = TEXT.find('x').expect("it is there");
        for (encoding, column) in [(Encoding::Utf16, 11), (Encoding::Utf8, 14)] {
            let lines = Lines::new(TEXT, encoding);
            assert_eq!(lines.position(x), Position::new(0, column));
            assert_eq!(lines.offset(Position::new(0, column)), x);
        }
    }

    #[test]
    fn every_offset_of_a_character_comes_back() {
        for encoding in [Encoding::Utf16, Encoding::Utf8] {
            let lines = Lines::new(TEXT, encoding);
            let ends = |at: usize| TEXT[at..].starts_with('\n') && TEXT[..at].ends_with('\r');
            for at in (0..=TEXT.len()).filter(|&at| TEXT.is_char_boundary(at) && !ends(at)) {
                assert_eq!(lines.offset(lines.position(at)), at, "{at}");
            }
        }
    }

    #[test]
    fn positions_that_are_not_there_mean_the_nearest_before() {
        let lines = Lines::new(TEXT, Encoding::Utf16);
        assert_eq!(lines.offset(Position::new(0, 999)), TEXT.find('\r').expect("it is there"));
        assert_eq!(lines.offset(Position::new(99, 0)), TEXT.len());
        assert_eq!(lines.offset(Position::new(0, 10)), TEXT.find('😀').expect("it is there"));
    }
}
