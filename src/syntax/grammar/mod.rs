//! One piece of a text, from its tokens to the syntax tree.
//!
//! Recursive descent with a token of look-ahead, and precedence climbing for operators; each function reads one form of
//! `grammar/kdsl.pest`, which is the definition of the syntax: a test holds that both accept the same texts. Where the tokens do not fit,
//! the reading stops at once with the place ([`Stuck`]). What fits but means nothing (reserved words, chained comparisons, escapes, the
//! range of numbers) is collected, and a tree with such errors is not used: `mend.rs` drops the entry that gave them.

mod entries;
mod expr;
mod items;
mod members;
mod rules;
mod text;
mod types;
mod words;

use super::split::{Split, Tok};
use super::token::Kind;
use crate::ast::*;
use crate::diag::{Diagnostic, codes};
use crate::source::Span;
use std::ops::Range;

pub(super) use expr::reserved_value;

/// The tokens do not fit at this offset in the split's text.
#[derive(Clone, Copy, Debug)]
pub struct Stuck {
    pub at: u32,
}

pub type Step<T> = Result<T, Stuck>;

/// What stands behind the last token. Among the tokens that are read there are no blanks.
const END: Kind = Kind::Blank;

/// Reads the tokens of one piece.
pub struct Parser<'s> {
    split: &'s Split<'s>,
    toks: &'s [Tok],
    pos: usize,
    /// Kind of the token at `pos`: [`END`] behind the last one, a newline before one that it separates.
    cur: Kind,
    /// Offset behind the token that was read last.
    end: u32,
    /// Offset at which the piece ends.
    limit: u32,
    /// Entries that were dropped because they do not parse, as offsets in the split's text: disjoint, in order.
    lost: &'s [Range<u32>],
    /// Whether `assert` and `expect` may stand here.
    in_test: bool,
    pub errors: Vec<Diagnostic>,
}

/// Where a node starts, and its documentation.
pub struct Start {
    at: u32,
    doc: Doc,
}

impl<'s> Parser<'s> {
    /// A reader of `toks`, which end at the offset `limit` of the split's text. Tokens that are not in that text are empty and stand there.
    pub fn new(split: &'s Split<'s>, toks: &'s [Tok], limit: u32, lost: &'s [Range<u32>], in_test: bool) -> Parser<'s> {
        let cur = toks.first().map_or(END, |tok| tok.kind);
        let end = toks.first().map_or(limit, |tok| tok.start);
        Parser { split, toks, pos: 0, cur, end, limit, lost, in_test, errors: Vec::new() }
    }

    /// Reads one thing that must be all there is.
    pub fn all<T>(&mut self, read: impl FnOnce(&mut Self) -> Step<T>) -> Step<T> {
        let out = read(self)?;
        if self.cur == END { Ok(out) } else { self.stuck() }
    }

    fn error(&mut self, diagnostic: Diagnostic) {
        self.errors.push(diagnostic);
    }

    // ---- tokens ----

    fn stuck<T>(&self) -> Step<T> {
        Err(Stuck { at: self.here() })
    }

    /// Offset of the token at hand.
    fn here(&self) -> u32 {
        self.toks.get(self.pos).map_or(self.limit, |tok| tok.start)
    }

    /// Kind of the token so many behind the one at hand.
    fn ahead(&self, count: usize) -> Kind {
        match self.toks.get(self.pos + count) {
            None => END,
            Some(tok) if tok.separates() => Kind::Newline,
            Some(tok) => tok.kind,
        }
    }

    fn advance(&mut self) {
        if let Some(tok) = self.toks.get(self.pos) {
            self.end = tok.end;
            self.pos += 1;
            self.cur = self.ahead(0);
        }
    }

    fn accept(&mut self, kind: Kind) -> bool {
        let found = self.cur == kind;
        if found {
            self.advance();
        }
        found
    }

    fn expect(&mut self, kind: Kind) -> Step<()> {
        if self.accept(kind) { Ok(()) } else { self.stuck() }
    }

    /// Text of the token at hand.
    fn slice(&self) -> &'s str {
        self.toks.get(self.pos).map_or("", |tok| &self.split.text[tok.start as usize..tok.end as usize])
    }

    fn is(&self, word: &str) -> bool {
        self.cur == Kind::Word && self.slice() == word
    }

    fn accept_word(&mut self, word: &str) -> bool {
        let found = self.is(word);
        if found {
            self.advance();
        }
        found
    }

    fn expect_word(&mut self, word: &str) -> Step<()> {
        if self.accept_word(word) { Ok(()) } else { self.stuck() }
    }

    /// Whether no blank stands before the token at hand.
    fn adjoins(&self) -> bool {
        self.here() == self.end
    }

    // ---- places ----

    fn start(&self) -> Start {
        let at = self.here();
        Start { at, doc: self.split.doc(at) }
    }

    fn span(&self, start: u32, end: u32) -> Span {
        Span::new(self.split.base + start, self.split.base + end)
    }

    /// From an offset to the end of what has been read.
    fn since(&self, start: u32) -> Span {
        self.span(start, self.end)
    }

    /// Whether an entry of the block with this span was dropped.
    fn is_broken(&self, span: Span) -> bool {
        let (start, end) = (span.start - self.split.base, span.end - self.split.base);
        let first = self.lost.partition_point(|lost| lost.start < start);
        self.lost.get(first).is_some_and(|lost| lost.end <= end)
    }

    // ---- words ----

    /// Any word, reserved ones too, as behind a dot.
    fn free_ident(&mut self) -> Step<Ident> {
        if !self.cur.is_word() {
            return self.stuck();
        }
        let (name, start) = (words::name(self.slice()), self.here());
        self.advance();
        Ok(Ident { name, span: self.since(start) })
    }

    /// A name that a declaration, a reference or a binding gives.
    fn ident(&mut self) -> Step<Ident> {
        let is_reserved = self.cur.is_reserved();
        let ident = self.free_ident()?;
        if is_reserved {
            self.error(reserved_name(ident));
        }
        Ok(ident)
    }

    /// `a` or `a.b`
    fn path(&mut self) -> Step<Path> {
        let first = self.ident()?;
        self.path_from(first)
    }

    fn path_from(&mut self, first: Ident) -> Step<Path> {
        Ok(match self.dotted()? {
            Some(name) => Path { module: Some(first), name },
            None => Path { module: None, name: first },
        })
    }

    /// `.b` right behind a name.
    fn dotted(&mut self) -> Step<Option<Ident>> {
        if self.cur != Kind::Dot || !self.adjoins() {
            return Ok(None);
        }
        self.advance();
        if self.adjoins() { self.free_ident().map(Some) } else { self.stuck() }
    }

    fn starts_key(&self) -> bool {
        self.cur.is_word() || self.cur.starts_string() && self.cur != Kind::Raw
    }

    pub fn key(&mut self) -> Step<Key> {
        if !self.cur.is_word() {
            return self.string_key();
        }
        let is_reserved = self.cur.is_reserved();
        let ident = self.free_ident()?;
        if is_reserved {
            self.error(reserved_key(&ident.name, ident.span));
        }
        Ok(Key::Name(ident))
    }

    fn string_key(&mut self) -> Step<Key> {
        let is_text = matches!(self.cur, Kind::Text | Kind::TextOpen);
        let lit = self.string()?;
        if is_text {
            let diagnostic = Diagnostic::new(&codes::SYNTAX, lit.span, "a text block cannot be a key or a label");
            self.error(diagnostic.help("use a plain quoted string: \"…\""));
        }
        Ok(Key::Str(lit))
    }

    // ---- what all kinds of blocks have ----

    /// `{ … }` of whatever entries, which a comma or a newline separates.
    fn braced<T>(&mut self, entry: fn(&mut Self) -> Step<T>) -> Step<Vec<T>> {
        self.expect(Kind::LBrace)?;
        let mut out = Vec::new();
        while self.cur != Kind::RBrace {
            out.push(entry(self)?);
            match self.cur {
                Kind::Comma => self.advance(),
                Kind::Newline => self.cur = self.toks[self.pos].kind,
                _ => break,
            }
        }
        self.expect(Kind::RBrace)?;
        Ok(out)
    }

    /// Things between brackets, separated by commas; the opening bracket has been read.
    fn listed<T>(&mut self, close: Kind, one: fn(&mut Self) -> Step<T>) -> Step<Vec<T>> {
        let mut out = Vec::new();
        while self.cur != close {
            out.push(one(self)?);
            if !self.accept(Kind::Comma) {
                break;
            }
        }
        self.expect(close)?;
        Ok(out)
    }

    /// `...e`
    fn spread(&mut self) -> Step<Expr> {
        self.expect(Kind::Ellipsis)?;
        self.expr()
    }

    fn let_(&mut self) -> Step<Let> {
        let Start { at, doc } = self.start();
        self.expect(Kind::Let)?;
        let name = self.ident()?;
        self.expect(Kind::Eq)?;
        let value = self.expr()?;
        Ok(Let { name, value, doc, span: self.since(at) })
    }

    /// `if c … else …` of whatever block: `body` reads a block, `wrap` makes an element of an inner `if`.
    fn if_<T>(&mut self, body: fn(&mut Self) -> Step<Vec<T>>, wrap: fn(If<T>) -> T) -> Step<If<T>> {
        let start = self.here();
        self.expect(Kind::If)?;
        let condition = self.expr()?;
        let then = body(self)?;
        let otherwise = match self.accept(Kind::Else) {
            true if self.cur == Kind::If => vec![wrap(self.if_(body, wrap)?)],
            true => body(self)?,
            false => Vec::new(),
        };
        Ok(If { condition, then, otherwise, span: self.since(start) })
    }

    fn for_<T>(&mut self, body: fn(&mut Self) -> Step<Vec<T>>) -> Step<For<T>> {
        let start = self.here();
        let (key, var, over) = self.for_head()?;
        let body = body(self)?;
        Ok(For { key, var, over, body, span: self.since(start) })
    }

    /// `for x in xs`, `for k, v in m`
    fn for_head(&mut self) -> Step<(Option<Ident>, Ident, Expr)> {
        self.expect(Kind::For)?;
        let first = self.ident()?;
        let second = if self.accept(Kind::Comma) { Some(self.ident()?) } else { None };
        self.expect(Kind::In)?;
        let over = self.expr()?;
        Ok(match second {
            Some(second) => (Some(first), second, over),
            None => (None, first, over),
        })
    }

    /// `= e`, where it stands.
    fn default(&mut self) -> Step<Option<Expr>> {
        if self.accept(Kind::Eq) { self.expr().map(Some) } else { Ok(None) }
    }
}

fn reserved_name(ident: Ident) -> Diagnostic {
    let message = format!("`{}` is a reserved word and cannot be a name", ident.name);
    Diagnostic::new(&codes::RESERVED_WORD, ident.span, message).help("choose another name")
}

/// A bare key that is a reserved word.
pub(super) fn reserved_key(word: &str, span: Span) -> Diagnostic {
    Diagnostic::new(&codes::RESERVED_WORD, span, format!("`{word}` is a reserved word: as a key it needs quotes"))
        .help(format!("write \"{word}\""))
        .fix(span, format!("\"{word}\""))
}
