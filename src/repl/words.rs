//! The parts of a line, for its colours.

use crate::ide::HEADS;
use crate::syntax::token::{self, Kind};
use std::ops::Range;

/// How a part of a line looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Look {
    Plain,
    Keyword,
    Text,
    Number,
    Comment,
    /// A name that starts with a capital: a type or a kind of Kubernetes.
    Type,
    /// The name of a field or of a declaration, before its `=`, its block or its type.
    Field,
    Command,
    Wrong,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    pub range: Range<usize>,
    pub look: Look,
}

/// The whole line, cut into parts.
pub fn parts(line: &str) -> Vec<Part> {
    if line.trim_start().starts_with(':') {
        let end = line.trim_start().find(char::is_whitespace).map_or(line.len(), |at| at + line.len() - line.trim_start().len());
        return vec![Part { range: 0..end, look: Look::Command }, Part { range: end..line.len(), look: Look::Plain }];
    }
    let tokens = token::tokens(line);
    let next = |i: usize| tokens[i + 1..].iter().find(|t| !t.kind.is_trivia()).map(|t| t.kind);
    let before = |i: usize| tokens[..i].iter().rev().find(|t| !t.kind.is_trivia()).map(|t| t.kind);
    let mut out = Vec::with_capacity(tokens.len());
    for (i, token) in tokens.iter().enumerate() {
        let range = token.start as usize..token.end as usize;
        let word = &line[range.clone()];
        let starts = matches!(before(i), None | Some(Kind::LBrace | Kind::RBrace));
        let look = match token.kind {
            Kind::Word if starts && HEADS.contains(&word) && !matches!(next(i), Some(Kind::Eq | Kind::PlusEq)) => Look::Keyword,
            Kind::Word if word.starts_with(|c: char| c.is_ascii_uppercase()) && !matches!(before(i), Some(Kind::Dot)) => Look::Type,
            Kind::Word if matches!(next(i), Some(Kind::Eq | Kind::PlusEq | Kind::LBrace | Kind::Colon)) => Look::Field,
            Kind::String | Kind::StringOpen | Kind::StringMiddle | Kind::StringClose | Kind::Raw => Look::Text,
            Kind::Text | Kind::TextOpen | Kind::TextMiddle | Kind::TextClose | Kind::BadString | Kind::BadText | Kind::BadRaw => Look::Text,
            Kind::Number | Kind::True | Kind::False | Kind::Null => Look::Number,
            Kind::Comment | Kind::Doc => Look::Comment,
            kind if kind.is_reserved() => Look::Keyword,
            kind if kind.is_bad() => Look::Wrong,
            _ => Look::Plain,
        };
        out.push(Part { range, look });
    }
    out
}
