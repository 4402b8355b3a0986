//! From pest's parse tree to the syntax tree; pest's types go no further than this folder and `parse.rs`.
//!
//! What the grammar leaves to be checked is checked here: reserved words, chained comparisons, escapes, the range of numbers. Errors are
//! collected, and a tree with errors is not used: `mend.rs` drops the entry that gave them.

mod entries;
mod expr;
mod items;
mod members;
mod rules;
mod text;
mod types;

use super::parse::Rule;
use super::split::Split;
use crate::ast::*;
use crate::diag::{Diagnostic, codes};
use crate::source::Span;
use pest::iterators::{Pair, Pairs};
use std::cell::RefCell;
use std::ops::Range;
use ustr::Ustr;

pub(super) use expr::reserved_value;

type P<'i> = Pair<'i, Rule>;
type Ps<'i> = Pairs<'i, Rule>;

/// What lowering needs to know about the text of a parse tree.
pub struct Lower<'s> {
    pub split: &'s Split<'s>,
    /// Offset in the split's text at which the parsed text starts, and where it ends there.
    pub within: Range<u32>,
    /// Entries that were dropped because they do not parse, as offsets in the split's text: disjoint, in order.
    pub lost: &'s [Range<u32>],
    /// Whether `assert` and `expect` may stand here.
    pub in_test: bool,
    pub errors: RefCell<Vec<Diagnostic>>,
}

impl Lower<'_> {
    fn error(&self, diagnostic: Diagnostic) {
        self.errors.borrow_mut().push(diagnostic);
    }

    /// The offset in the split's text of an offset in the parsed text; the closing brackets that `mend.rs` adds lie at the end.
    fn offset(&self, at: usize) -> u32 {
        (self.within.start + at as u32).min(self.within.end)
    }

    fn span(&self, pair: &P) -> Span {
        let span = pair.as_span();
        self.span_of(span.start(), span.end())
    }

    fn span_of(&self, start: usize, end: usize) -> Span {
        Span::new(self.split.base + self.offset(start), self.split.base + self.offset(end))
    }

    fn doc(&self, pair: &P) -> Doc {
        self.split.doc(self.offset(pair.as_span().start()))
    }

    /// Whether an entry of the block with this span was dropped.
    fn is_broken(&self, span: Span) -> bool {
        let (start, end) = (span.start - self.split.base, span.end - self.split.base);
        let first = self.lost.partition_point(|lost| lost.start < start);
        self.lost.get(first).is_some_and(|lost| lost.end <= end)
    }

    // ---- words ----

    /// A name that a declaration, a reference or a binding gives.
    fn ident(&self, pair: P) -> Ident {
        let word = pair.as_str();
        let span = self.span(&pair);
        if is_reserved(word) {
            let message = format!("`{word}` is a reserved word and cannot be a name");
            self.error(Diagnostic::new(&codes::RESERVED_WORD, span, message).help("choose another name"));
        }
        Ident { name: Ustr::from(word), span }
    }

    /// A name behind a dot, where every word is free.
    fn free_ident(&self, pair: P) -> Ident {
        Ident { name: Ustr::from(pair.as_str()), span: self.span(&pair) }
    }

    fn path(&self, pair: P) -> Path {
        let mut words = pair.into_inner();
        let first = self.ident(next(&mut words));
        match words.next() {
            Some(second) => Path { module: Some(first), name: self.free_ident(second) },
            None => Path { module: None, name: first },
        }
    }

    pub fn key(&self, pair: P) -> Key {
        match pair.as_rule() {
            Rule::word => Key::Name(self.key_ident(pair)),
            _ => self.string_key(pair),
        }
    }

    fn key_ident(&self, pair: P) -> Ident {
        let word = pair.as_str();
        let span = self.span(&pair);
        if is_reserved(word) {
            self.error(reserved_key(word, span));
        }
        Ident { name: Ustr::from(word), span }
    }

    fn string_key(&self, pair: P) -> Key {
        if pair.as_rule() == Rule::text {
            let diagnostic = Diagnostic::new(&codes::SYNTAX, self.span(&pair), "a text block cannot be a key or a label");
            self.error(diagnostic.help("use a plain quoted string: \"…\""));
        }
        Key::Str(self.str_lit(pair))
    }

    // ---- what all kinds of blocks have ----

    fn let_(&self, pair: P) -> Let {
        let (span, doc) = (self.span(&pair), self.doc(&pair));
        let mut inner = pair.into_inner();
        let name = self.ident(next(&mut inner));
        Let { name, value: self.expr(next(&mut inner)), doc, span }
    }

    /// `if c … else …` of whatever block: `body` reads a block, `wrap` makes an element of an inner `if`.
    fn if_<T>(&self, pair: P, body: &dyn Fn(P) -> Vec<T>, wrap: fn(If<T>) -> T) -> If<T> {
        let (span, rule) = (self.span(&pair), pair.as_rule());
        let mut inner = pair.into_inner();
        let condition = self.expr(next(&mut inner));
        let then = body(next(&mut inner));
        let otherwise = match inner.next() {
            Some(chained) if chained.as_rule() == rule => vec![wrap(self.if_(chained, body, wrap))],
            Some(block) => body(block),
            None => Vec::new(),
        };
        If { condition, then, otherwise, span }
    }

    fn for_<T>(&self, pair: P, body: &dyn Fn(P) -> Vec<T>) -> For<T> {
        let span = self.span(&pair);
        let mut inner = pair.into_inner();
        let (key, var, over) = self.for_head(next(&mut inner));
        For { key, var, over, body: body(next(&mut inner)), span }
    }

    fn for_head(&self, pair: P) -> (Option<Ident>, Ident, Expr) {
        let mut inner = pair.into_inner();
        let first = self.ident(next(&mut inner));
        let second = next(&mut inner);
        if second.as_rule() == Rule::word {
            let var = self.ident(second);
            return (Some(first), var, self.expr(next(&mut inner)));
        }
        (None, first, self.expr(second))
    }
}

/// The next child, where the grammar makes sure that there is one.
fn next<'i>(pairs: &mut Ps<'i>) -> P<'i> {
    pairs.next().expect("the grammar gives this rule another child")
}

pub(super) fn is_reserved(word: &str) -> bool {
    word.len() <= 5 && matches!(word, "true" | "false" | "null" | "if" | "then" | "else" | "for" | "in" | "and" | "or" | "not" | "let")
}

/// A bare key that is a reserved word.
pub(super) fn reserved_key(word: &str, span: Span) -> Diagnostic {
    Diagnostic::new(&codes::RESERVED_WORD, span, format!("`{word}` is a reserved word: as a key it needs quotes"))
        .help(format!("write \"{word}\""))
        .fix(span, format!("\"{word}\""))
}
