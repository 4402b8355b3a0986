//! A text's tokens made ready to be read, and its cut into pieces.
//!
//! The tokens are collected without blanks and comments, their brackets matched and the newlines judged ([`super::nest`]). What cannot be
//! part of a program is reported here, and read as what was meant where that is plain; else it is remembered, so that the entry which
//! holds it is not reported again. A declaration block is cut into its entries with the brackets' mates alone.

use super::nest::{self, Fault};
use super::token::{self, Kind};
use super::trouble;
use crate::diag::Sink;
use crate::source::Span;
use ecow::EcoString;
use std::borrow::Cow;
use std::ops::Range;

/// The token is the first of its line.
pub const LINE: u8 = 1;
/// A newline that separates stands before the token.
pub const SEPARATED: u8 = 2;
/// The bracket has no mate; `mate` is the first token that it cannot hold.
pub const VIRTUAL: u8 = 4;
/// The token counts as absent.
pub const SKIPPED: u8 = 8;
/// `>` that closes the arguments of a type.
pub const TYPE_CLOSE: u8 = 16;

/// A token that is neither blank nor comment.
#[derive(Clone, Copy, Debug)]
pub struct Tok {
    pub kind: Kind,
    pub flags: u8,
    /// Indent of the token's line, in bytes.
    pub indent: u16,
    pub start: u32,
    pub end: u32,
    /// Of an opening bracket: the token that closes it.
    pub mate: u32,
}

/// `///` lines and the offset of the token right below them.
#[derive(Debug)]
struct Doc {
    below: u32,
    lines: Vec<Range<u32>>,
}

impl Tok {
    /// Whether it is the first of its line.
    pub fn starts_line(&self) -> bool {
        self.flags & LINE != 0
    }

    /// Whether the newline before it ends the entry above.
    pub fn separates(&self) -> bool {
        self.flags & SEPARATED != 0
    }

    /// Whether it is the `>` of a type's arguments.
    pub fn closes_type(&self) -> bool {
        self.flags & TYPE_CLOSE != 0
    }
}

/// The tokens of a text, where it holds nothing that cannot be part of a program and its brackets balance.
pub fn balanced(text: &str) -> Option<Vec<Tok>> {
    let Collected { mut toks, hashes, any_bad, .. } = collect(text);
    let faults = nest::nest(text, &mut toks);
    (hashes.is_empty() && !any_bad && faults.is_empty()).then_some(toks)
}

/// What a text waits for at its end.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Open {
    /// A bracket or a text block has no end. `lines` where the lines behind it do not look as if they were other entries.
    Bracket { lines: bool },
    /// The last word of the text is followed by something: an operator, a comma.
    Operator,
}

/// Whether more may follow, and why.
pub fn is_open(text: &str) -> Option<Open> {
    let Collected { mut toks, .. } = collect(text);
    let faults = nest::nest(text, &mut toks);
    let last = toks.last().map(|tok| tok.kind);
    let unclosed = faults.iter().any(|fault| matches!(fault, Fault::Unclosed { .. } | Fault::Silent { .. }));
    if unclosed || last == Some(Kind::BadText) {
        let to_the_end = |fault: &Fault| matches!(fault, Fault::Unclosed { at, .. } if *at == toks.len());
        return Some(Open::Bracket { lines: last == Some(Kind::BadText) || faults.iter().any(to_the_end) });
    }
    last.filter(|&kind| kind == Kind::Comma || nest::trails_on(kind)).map(|_| Open::Operator)
}

/// A text and its tokens.
pub struct Split<'t> {
    pub text: &'t str,
    /// Position of the text's first byte among all files.
    pub base: u32,
    pub toks: Vec<Tok>,
    /// Tokens that are read as another kind, in order.
    mended: Vec<(usize, Kind)>,
    any_skipped: bool,
    docs: Vec<Doc>,
    /// Tokens whose entry has been reported, in order.
    tainted: Vec<usize>,
    /// Tokens at which nesting became too deep for the grammar, in order.
    too_deep: Vec<usize>,
}

/// One entry of a block: its tokens, without the comma that ends it.
#[derive(Clone, Debug, PartialEq)]
pub struct Cutting {
    pub toks: Range<usize>,
    /// The comma behind it.
    pub comma: Option<usize>,
}

impl<'t> Split<'t> {
    pub fn new(text: &'t str, base: u32, sink: &Sink) -> Split<'t> {
        let Collected { mut toks, docs, hashes, any_bad } = collect(text);
        let faults = nest::nest(text, &mut toks);
        let mut split = Split { text, base, toks, mended: Vec::new(), any_skipped: false, docs, tainted: Vec::new(), too_deep: Vec::new() };
        for at in hashes {
            sink.push(trouble::hash(&split, at));
        }
        if any_bad {
            trouble::bad_tokens(&mut split, sink);
        }
        for fault in faults {
            split.note(fault, sink);
        }
        split.tainted.sort_unstable();
        split.mended.sort_unstable_by_key(|&(tok, _)| tok);
        split
    }

    /// Reports a fault of the brackets; the entry that holds it is tainted, unless it is plain what was meant.
    fn note(&mut self, fault: Fault, sink: &Sink) {
        match fault {
            Fault::Unclosed { open, .. } | Fault::Silent { open } => self.tainted.push(open),
            Fault::Extra { .. } => self.any_skipped = true,
            Fault::Mismatch { open, close } => self.read_as(close, closing(self.toks[open].kind)),
            Fault::TooDeep { at } => self.too_deep.push(at),
        }
        if let Some(diagnostic) = trouble::fault(self, fault) {
            sink.push(diagnostic);
        }
    }

    /// Has a token read as if it were of another kind.
    pub(super) fn read_as(&mut self, tok: usize, kind: Kind) {
        self.mended.push((tok, kind));
    }

    pub(super) fn skip_over(&mut self, tok: usize) {
        self.toks[tok].flags |= SKIPPED;
        self.any_skipped = true;
    }

    pub(super) fn taint(&mut self, tok: usize) {
        self.tainted.push(tok);
    }

    pub fn is_tainted(&self, toks: &Range<usize>) -> bool {
        let first = self.tainted.partition_point(|&tok| tok < toks.start);
        self.tainted.get(first).is_some_and(|&tok| tok < toks.end)
    }

    pub fn tainted_in(&self, toks: &Range<usize>) -> &[usize] {
        let first = self.tainted.partition_point(|&tok| tok < toks.start);
        let last = self.tainted.partition_point(|&tok| tok < toks.end);
        &self.tainted[first..last]
    }

    pub fn is_too_deep(&self, toks: &Range<usize>) -> bool {
        let first = self.too_deep.partition_point(|&tok| tok < toks.start);
        self.too_deep.get(first).is_some_and(|&tok| tok < toks.end)
    }

    pub fn span(&self, tok: usize) -> Span {
        let tok = &self.toks[tok];
        Span::new(self.base + tok.start, self.base + tok.end)
    }

    pub fn slice(&self, tok: usize) -> &'t str {
        let tok = &self.toks[tok];
        &self.text[tok.start as usize..tok.end as usize]
    }

    pub fn kind(&self, tok: usize) -> Option<Kind> {
        self.toks.get(tok).map(|tok| tok.kind)
    }

    /// Offsets of the first and behind the last byte of these tokens.
    pub fn bytes(&self, toks: &Range<usize>) -> Range<usize> {
        if toks.is_empty() {
            return 0..0;
        }
        self.toks[toks.start].start as usize..self.toks[toks.end - 1].end as usize
    }

    /// The documentation of the entry that starts at this offset.
    pub fn doc(&self, offset: u32) -> Option<EcoString> {
        if self.docs.is_empty() {
            return None;
        }
        let found = self.docs.binary_search_by_key(&offset, |doc| doc.below).ok()?;
        let mut out = EcoString::new();
        for (i, line) in self.docs[found].lines.iter().enumerate() {
            let line = self.text[line.start as usize + 3..line.end as usize].trim_end();
            if i > 0 {
                out.push('\n');
            }
            out.push_str(line.strip_prefix(' ').unwrap_or(line));
        }
        Some(out)
    }

    /// Where the entry that starts at this offset starts with its documentation.
    pub fn doc_start(&self, offset: u32) -> u32 {
        let doc = self.docs.binary_search_by_key(&offset, |doc| doc.below).ok().and_then(|found| self.docs[found].lines.first());
        doc.map_or(offset, |line| line.start)
    }

    /// The tokens inside a bracket.
    pub fn inside(&self, open: usize) -> Range<usize> {
        open + 1..(self.toks[open].mate as usize).max(open + 1)
    }

    /// The token behind what token `i` opens, or behind `i` itself.
    pub fn skip(&self, i: usize) -> usize {
        let tok = &self.toks[i];
        let mate = tok.mate as usize;
        if mate == 0 {
            return i + 1;
        }
        // The middle of a string closes one interpolation and opens the next.
        let ends_here = tok.flags & VIRTUAL != 0 || self.toks[mate].mate != 0;
        if ends_here { mate } else { mate + 1 }
    }

    /// The entries among these tokens, which must be the whole inside of a block. Two commas in a row give an empty one.
    pub fn cut(&self, toks: Range<usize>) -> Vec<Cutting> {
        let mut out = Vec::new();
        let mut start = toks.start;
        let mut i = toks.start;
        while i < toks.end {
            let tok = &self.toks[i];
            // The comma of `for k, v in …` stands within its entry.
            let in_for_head = i == start + 2 && self.toks[start].kind == Kind::For;
            let is_comma = matches!(tok.kind, Kind::Comma | Kind::Semicolon) && !in_for_head;
            if tok.flags & SEPARATED != 0 && i > start || is_comma {
                self.push_cutting(&mut out, start..i, is_comma.then_some(i));
                start = if is_comma { i + 1 } else { i };
            }
            i = if is_comma { i + 1 } else { self.skip(i) };
        }
        self.push_cutting(&mut out, start..toks.end, None);
        out
    }

    fn push_cutting(&self, out: &mut Vec<Cutting>, mut toks: Range<usize>, comma: Option<usize>) {
        let skipped = |tok: usize| self.toks[tok].flags & SKIPPED != 0;
        while !toks.is_empty() && skipped(toks.start) {
            toks.start += 1;
        }
        while !toks.is_empty() && skipped(toks.end - 1) {
            toks.end -= 1;
        }
        let is_slip = comma.is_some_and(|comma| self.toks[comma].kind == Kind::Comma);
        if !toks.is_empty() || is_slip {
            out.push(Cutting { toks, comma });
        }
    }

    /// The text with nothing but tokens and newlines that separate: every other byte is a blank.
    pub fn blanked(&self) -> String {
        let mut out = String::with_capacity(self.text.len());
        for tok in &self.toks {
            let blanks = tok.start as usize - out.len();
            let (newline, blanks) = if tok.separates() { ("\n", blanks - 1) } else { ("", blanks) };
            out.push_str(newline);
            out.extend(std::iter::repeat_n(' ', blanks));
            out.push_str(&self.text[tok.start as usize..tok.end as usize]);
        }
        out
    }

    /// These tokens as they are to be read: without those that count as absent, others as what was meant.
    pub fn ready(&self, range: Range<usize>) -> Cow<'_, [Tok]> {
        if self.mended.is_empty() && !self.any_skipped {
            return Cow::Borrowed(&self.toks[range]);
        }
        Cow::Owned(without_skipped(self.meant(range)))
    }

    /// These tokens, each of the kind as which it is read.
    pub fn meant(&self, range: Range<usize>) -> Vec<Tok> {
        let mut toks = self.toks[range.clone()].to_vec();
        let first = self.mended.partition_point(|&(tok, _)| tok < range.start);
        for &(tok, kind) in self.mended[first..].iter().take_while(|&&(tok, _)| tok < range.end) {
            toks[tok - range.start].kind = kind;
        }
        toks
    }
}

/// The bracket that closes this one.
pub fn closing(open: Kind) -> Kind {
    match open {
        Kind::LParen => Kind::RParen,
        Kind::LBracket => Kind::RBracket,
        _ => Kind::RBrace,
    }
}

/// The tokens that do not count as absent. The newline before one that does stands before the next.
pub fn without_skipped(toks: Vec<Tok>) -> Vec<Tok> {
    let mut out: Vec<Tok> = Vec::with_capacity(toks.len());
    let mut separated = 0;
    for mut tok in toks {
        separated |= tok.flags & SEPARATED;
        if tok.flags & SKIPPED != 0 {
            continue;
        }
        let joins = tok.kind == Kind::RBrace || matches!(out.last().map(|tok| tok.kind), None | Some(Kind::LBrace | Kind::Comma));
        tok.flags = if joins { tok.flags & !SEPARATED } else { tok.flags | separated };
        separated = 0;
        out.push(tok);
    }
    out
}

struct Collected {
    toks: Vec<Tok>,
    docs: Vec<Doc>,
    /// `#` comments.
    hashes: Vec<Range<u32>>,
    any_bad: bool,
}

/// The tokens that matter, and the comments that document.
fn collect(text: &str) -> Collected {
    let mut out = Collected { toks: Vec::with_capacity(text.len() / 5), docs: Vec::new(), hashes: Vec::new(), any_bad: false };
    let mut line_start = if text.starts_with('\u{feff}') { 3 } else { 0 };
    let (mut first, mut indent) = (true, 0);
    let mut doc: Vec<Range<u32>> = Vec::new();
    // Newlines since the last comment.
    let mut newlines = 0;
    token::scan(text, |token| match token.kind {
        Kind::Newline => {
            (first, line_start) = (true, token.end);
            newlines += 1;
        }
        Kind::Blank => {}
        Kind::Comment => newlines = 0,
        Kind::Doc if first => {
            if newlines > 1 {
                doc.clear();
            }
            doc.push(token.start..token.end);
            newlines = 0;
        }
        Kind::Doc => {}
        Kind::Hash => out.hashes.push(token.start..token.end),
        kind => {
            if first {
                indent = (token.start - line_start).min(u16::MAX as u32) as u16;
            }
            if !doc.is_empty() {
                let lines = std::mem::take(&mut doc);
                if newlines == 1 {
                    out.docs.push(Doc { below: token.start, lines });
                }
            }
            out.any_bad |= kind.is_bad();
            let flags = if first { LINE } else { 0 };
            out.toks.push(Tok { kind, flags, indent, start: token.start, end: token.end, mate: 0 });
            first = false;
        }
    });
    out
}

/// A top-level entry that has not been parsed.
#[derive(Clone, Debug, PartialEq)]
pub struct Piece {
    /// Its leading words: `kind`, `app`, or `namespace`, `shop`.
    pub head: Vec<EcoString>,
    /// With its documentation.
    pub span: Span,
}

/// The words that a line begins with, strings among them.
pub fn leading_words(line: &str) -> Vec<EcoString> {
    let (mut words, mut in_head) = (Vec::new(), true);
    token::scan(line, |token| {
        in_head &= token.kind.is_word() || matches!(token.kind, Kind::String | Kind::Blank);
        if in_head && token.kind != Kind::Blank {
            words.push(line[token.start as usize..token.end as usize].into());
        }
    });
    words
}
