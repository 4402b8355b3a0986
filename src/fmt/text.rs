//! Text blocks: their lines move as a whole, so that what they share is two blanks more than the line that opens the block has.
//!
//! The indent that all lines of a block share is no part of its text (see `src/syntax/lower/text.rs`), so it may be any.

/// How the lines of one text block move.
#[derive(Clone, Copy, Default)]
pub struct Move {
    /// Bytes that every line loses; `None` where the block has one line only.
    cut: Option<usize>,
    /// Blanks that it gets.
    indent: usize,
}

impl Move {
    /// For a block of these pieces, the tokens between interpolations.
    pub fn new<'t>(pieces: impl Iterator<Item = &'t str>, indent: usize) -> Move {
        let mut cut: Option<usize> = None;
        for piece in pieces {
            let mut lines = body(piece).split('\n').skip(1).peekable();
            while let Some(line) = lines.next() {
                // The last line of a piece goes on behind it.
                if lines.peek().is_none() || !is_blank(line) {
                    cut = Some(cut.unwrap_or(usize::MAX).min(indent_of(line)));
                }
            }
        }
        Move { cut, indent }
    }

    /// Writes a piece.
    pub fn write(self, piece: &str, eol: &str, out: &mut String) {
        let Some(cut) = self.cut else { return out.push_str(piece) };
        let (first, rest) = piece.split_once('\n').map_or((piece, None), |(first, rest)| (first, Some(rest)));
        let Some(rest) = rest else { return out.push_str(first) };
        let opens = first.trim_end_matches([' ', '\t', '\r']);
        let is_bare = matches!(opens, "\"\"\"" | "r\"\"\"");
        out.push_str(if is_bare { opens } else { first.strip_suffix('\r').unwrap_or(first) });
        let mut lines = rest.split('\n').peekable();
        while let Some(line) = lines.next() {
            out.push_str(eol);
            let is_last = lines.peek().is_none();
            let line = if is_last { line } else { line.strip_suffix('\r').unwrap_or(line) };
            if is_last || !is_blank(line) {
                out.extend(std::iter::repeat_n(' ', self.indent));
                out.push_str(&line[cut.min(indent_of(line))..]);
            }
        }
    }
}

/// The text of a piece, as far as its last line matters: without what ends it.
fn body(piece: &str) -> &str {
    piece.strip_suffix("\"\"\"").or_else(|| piece.strip_suffix("${")).unwrap_or(piece)
}

fn indent_of(line: &str) -> usize {
    line.bytes().take_while(|byte| matches!(byte, b' ' | b'\t')).count()
}

fn is_blank(line: &str) -> bool {
    line.bytes().all(|byte| matches!(byte, b' ' | b'\t' | b'\r'))
}
