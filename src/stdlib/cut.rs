//! The library's files cut into declarations by their lines alone, so that a run that needs few of them looks at the rest no closer.
//!
//! The files are well formed and in the canonical form: a declaration begins with a word at column 0, its documentation stands right
//! before it, and all else within it is deeper or closes a bracket. A test holds the cut to that of the lexer.

use crate::source::{Source, Span};
use crate::syntax::{Piece, leading_words};

/// The declarations of a file, none of them parsed.
pub fn pieces(source: &Source) -> Vec<Piece> {
    let mut out: Vec<Piece> = Vec::new();
    let (mut next, mut doc) = (source.base, None);
    for line in source.text.split_inclusive('\n') {
        let start = next;
        next += line.len() as u32;
        let content = line.trim_end();
        let words = content.trim_start();
        if words.starts_with("///") {
            doc = doc.or_else(|| content.starts_with('/').then_some(start));
            continue;
        }
        if words.is_empty() || words.starts_with("//") {
            continue;
        }
        let doc = doc.take();
        if content.starts_with(|first: char| first.is_ascii_alphabetic()) {
            out.push(Piece { head: leading_words(content), span: Span::new(doc.unwrap_or(start), start) });
        }
        if let Some(piece) = out.last_mut() {
            piece.span.end = start + content.len() as u32;
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use crate::source::Span;
    use crate::syntax::Piece;
    use crate::syntax::token::{Kind, scan};

    /// The cut by tokens and brackets.
    fn by_tokens(source: &crate::source::Source) -> Vec<Piece> {
        let text: &str = &source.text;
        let mut out: Vec<Piece> = Vec::new();
        let (mut depth, mut at_line_start, mut in_head, mut doc) = (0u32, true, false, None);
        scan(text, |token| {
            let starts_line = std::mem::replace(&mut at_line_start, token.kind == Kind::Newline);
            match token.kind {
                Kind::Newline | Kind::Blank | Kind::Comment => return,
                Kind::Doc => {
                    doc = doc.or((depth == 0).then_some(token.start));
                    return;
                }
                Kind::LBrace | Kind::LParen | Kind::LBracket => depth += 1,
                Kind::RBrace | Kind::RParen | Kind::RBracket => depth = depth.saturating_sub(1),
                _ => {}
            }
            let is_name = token.kind.is_word() || token.kind == Kind::String;
            let doc = doc.take();
            if depth == 0 && starts_line && is_name && !matches!(token.kind, Kind::Else | Kind::Then | Kind::And | Kind::Or | Kind::In) {
                out.push(Piece { head: Vec::new(), span: Span::new(source.base + doc.unwrap_or(token.start), 0) });
                in_head = true;
            }
            in_head &= is_name;
            if let Some(piece) = out.last_mut() {
                piece.span.end = source.base + token.end;
                if in_head {
                    piece.head.push(text[token.start as usize..token.end as usize].into());
                }
            }
        });
        out
    }

    #[test]
    fn lines_cut_as_tokens_do() {
        for source in crate::stdlib::sources() {
            assert_eq!(super::pieces(source), by_tokens(source), "{}", source.name);
        }
    }
}
