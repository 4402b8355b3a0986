//! The file's pieces, read one by one.
//!
//! A file is cut into its top-level entries, namespaces are cut again into theirs, and each piece is read on its own: on all cores where
//! the file is large. A piece that does not parse is handed to [`super::mend`].

use super::again::{Kept, Old};
use super::grammar::{Parser, Step};
use super::mend::Mender;
use super::split::{self, Cutting, Split, Tok};
use super::token::Kind;
use super::{explain, trouble};
use crate::ast::{self, Extend, ExtendBody, Ident, Item, Name, Namespace, Path, Piece, Target};
use crate::diag::{Diagnostic, Sink};
use crate::source::{Source, Span};
use rayon::prelude::*;
use std::ops::Range;
use ustr::Ustr;

/// What is larger than this is parsed on all cores.
const PARALLEL_FROM: usize = 64 << 10;

/// What a block holds, and so what its entries are parsed as.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Context {
    Items { in_test: bool },
    Entries,
    Members,
    Stmts,
    Typed,
}

/// Why some text is not an entry.
pub enum Failure {
    /// The grammar got no further than this offset in the split's text.
    Grammar { at: u32 },
    /// It parses, but not to something meaningful.
    Meaning(Vec<Diagnostic>),
}

/// Reads a file: all pieces that parse; every syntax error is reported.
pub fn parse(source: &Source, sink: &Sink) -> ast::File {
    parse_text(&source.text, source.base, None, sink)
}

/// The tokens of a file that parses; else every syntax error is reported.
pub fn sound(source: &Source, sink: &Sink) -> Option<Vec<Tok>> {
    let inner = Sink::new();
    let split = Split::new(&source.text, source.base, &inner);
    read(&split, None, &inner);
    let failed = inner.has_errors();
    inner.finish().into_iter().for_each(|diagnostic| sink.push(diagnostic));
    (!failed).then_some(split.toks)
}

/// Reads a file that was read before and has changed since: where its text did not, its tree is taken over.
pub fn parse_again(source: &Source, old: Old, sink: &Sink) -> ast::File {
    parse_text(&source.text, source.base, Some(old), sink)
}

/// Reads one piece of a file that [`super::pieces`] has found.
pub fn parse_piece(source: &Source, piece: &split::Piece, sink: &Sink) -> Vec<Item> {
    parse_text(source.slice(piece.span), piece.span.start, None, sink).items
}

/// Reads a text that is one expression. Where its brackets or strings are at fault, that alone is reported.
pub fn parse_expr(source: &Source, sink: &Sink) -> Option<ast::Expr> {
    let inner = Sink::new();
    let split = Split::new(&source.text, source.base, &inner);
    let all = 0..split.toks.len();
    let failed = inner.has_errors() || split.is_tainted(&all) || split.is_too_deep(&all);
    inner.finish().into_iter().for_each(|diagnostic| sink.push(diagnostic));
    if failed {
        return None;
    }
    let toks = split.ready(all.clone());
    let mut parser = Parser::new(&split, &toks, split.bytes(&all).end as u32, &[], false);
    match parser.all(Parser::expr) {
        Ok(expr) => {
            let failed = !parser.errors.is_empty();
            parser.errors.into_iter().for_each(|error| sink.push(error));
            (!failed).then_some(expr)
        }
        Err(stuck) => {
            sink.push(explain::expression(&split, stuck.at));
            None
        }
    }
}

fn parse_text(text: &str, base: u32, old: Option<Old>, sink: &Sink) -> ast::File {
    read(&Split::new(text, base, sink), old, sink)
}

fn read(split: &Split, old: Option<Old>, sink: &Sink) -> ast::File {
    let mut leaves = Vec::new();
    let plan = plan(split, 0..split.toks.len(), &mut leaves, sink);
    let mut pieces: Vec<Piece> = leaves.iter().map(|leaf| piece(split, leaf)).collect();
    let kept = old.map_or_else(Kept::default, |old| Kept::new(old, split, &leaves, &pieces));
    let changed = kept.front.len()..leaves.len() - kept.back.len();
    let mut lost = Vec::new();
    let mut items = kept.front;
    for (leaf, piece) in leaf_items_all(split, &leaves[changed.clone()], sink).into_iter().zip(&mut pieces[changed]) {
        piece.parsed = leaf.whole;
        lost.extend(leaf.lost);
        items.push(leaf.items);
    }
    items.extend(kept.back);
    ast::File { items: assemble(plan, &mut items.into_iter()), lost, pieces }
}

/// Where a leaf stands, with its documentation.
fn piece(split: &Split, toks: &Range<usize>) -> Piece {
    let bytes = split.bytes(toks);
    let start = split.doc_start(bytes.start as u32);
    Piece { span: Span::new(split.base + start, split.base + bytes.end as u32), parsed: true }
}

/// What a leaf of the plan gives.
struct Parsed {
    items: Vec<Item>,
    lost: Vec<Name>,
    /// Nothing of it had to be left out.
    whole: bool,
}

/// The shape of a declaration block: leaves are parsed, namespaces hold further blocks.
enum Plan {
    Leaf,
    Namespace(Box<Head>, Vec<Plan>),
}

/// `namespace shop` or `extend namespace shop`, without the block.
struct Head {
    extend: Option<Ident>,
    label: ast::Key,
    doc: ast::Doc,
    span: Span,
    head_span: Span,
}

/// Cuts a declaration block; the pieces to parse are appended to `leaves`, in order.
fn plan(split: &Split, toks: Range<usize>, leaves: &mut Vec<Range<usize>>, sink: &Sink) -> Vec<Plan> {
    let mut out = Vec::new();
    for Cutting { toks, comma } in split.cut(toks) {
        if toks.is_empty() {
            sink.push(trouble::empty_entry(split, comma.unwrap_or(toks.start)));
            continue;
        }
        match namespace_head(split, &toks) {
            Some((head, open)) => out.push(Plan::Namespace(Box::new(head), plan(split, split.inside(open), leaves, sink))),
            None => {
                leaves.push(toks);
                out.push(Plan::Leaf);
            }
        }
    }
    out
}

fn assemble(plan: Vec<Plan>, leaves: &mut impl Iterator<Item = Vec<Item>>) -> Vec<Item> {
    let mut out = Vec::with_capacity(plan.len());
    for part in plan {
        match part {
            Plan::Leaf => out.extend(leaves.next().into_iter().flatten()),
            Plan::Namespace(head, inner) => {
                let items = assemble(inner, leaves);
                out.push(head.with(items));
            }
        }
    }
    out
}

impl Head {
    fn with(self, items: Vec<Item>) -> Item {
        let Head { extend, label, doc, span, head_span } = self;
        match extend {
            None => Item::Namespace(Namespace { label, items, doc, span, head_span }),
            Some(name) => {
                let head = Path { module: None, name };
                Item::Extend(Extend { head, target: Target::Label(label), body: ExtendBody::Items(items), span })
            }
        }
    }
}

/// The head of `namespace label { … }` or `extend namespace label { … }` and its opening brace, where the entry has this form.
fn namespace_head(split: &Split, toks: &Range<usize>) -> Option<(Head, usize)> {
    let is = |tok: usize, word: &str| split.kind(tok) == Some(Kind::Word) && split.slice(tok) == word;
    let extend = is(toks.start, "extend");
    let word = toks.start + extend as usize;
    let label = word + 1;
    if !is(word, "namespace") || label >= toks.end {
        return None;
    }
    let kind = split.kind(label)?;
    if kind != Kind::Word && kind != Kind::String && kind != Kind::StringOpen {
        return None;
    }
    let mut open = split.skip(label);
    while split.kind(open - 1).is_some_and(Kind::opens_interpolation) || split.kind(open).is_some_and(Kind::closes_interpolation) {
        open = split.skip(open);
    }
    let is_block = open < toks.end && split.kind(open) == Some(Kind::LBrace) && split.skip(open) == toks.end;
    if !is_block || split.is_tainted(&(toks.start..open)) || split.is_too_deep(toks) {
        return None;
    }
    let label = parse_label(split, &(label..open))?;
    let bytes = split.bytes(toks);
    let doc = split.doc(bytes.start as u32);
    let span = Span::new(split.base + bytes.start as u32, split.base + bytes.end as u32);
    let head_span = Span::new(span.start, label.span().end);
    let extend = extend.then(|| Ident { name: Ustr::from("namespace"), span: split.span(word) });
    Some((Head { extend, label, doc, span, head_span }, open))
}

fn parse_label(split: &Split, toks: &Range<usize>) -> Option<ast::Key> {
    let ready = split.ready(toks.clone());
    let mut parser = Parser::new(split, &ready, split.bytes(toks).end as u32, &[], false);
    let key = parser.all(Parser::key).ok()?;
    parser.errors.is_empty().then_some(key)
}

fn leaf_items_all(split: &Split, leaves: &[Range<usize>], sink: &Sink) -> Vec<Parsed> {
    let size: usize = leaves.iter().map(|leaf| split.bytes(leaf).len()).sum();
    if size < PARALLEL_FROM {
        leaves.iter().map(|leaf| leaf_items(split, leaf, sink)).collect()
    } else {
        leaves.par_iter().with_min_len(16).map(|leaf| leaf_items(split, leaf, sink)).collect()
    }
}

fn leaf_items(split: &Split, toks: &Range<usize>, sink: &Sink) -> Parsed {
    if split.is_too_deep(toks) {
        return Parsed { items: Vec::new(), lost: explain::lost_names(split, toks), whole: false };
    }
    let context = Context::Items { in_test: false };
    let end = split.bytes(toks).end as u32;
    if !split.is_tainted(toks)
        && let Ok(items) = attempt(split, &split.ready(toks.clone()), end, context, &[])
    {
        return Parsed { items, lost: Vec::new(), whole: true };
    }
    let mender = Mender::new(split, toks, sink);
    let (items, lost) = mender.run(toks, context);
    Parsed { items, lost, whole: false }
}

/// Reads tokens that end at the offset `end` of the split's text as one entry of a block. Only items are given back.
pub fn attempt(split: &Split, toks: &[Tok], end: u32, context: Context, lost: &[Range<u32>]) -> Result<Vec<Item>, Failure> {
    let in_test = context == Context::Items { in_test: true };
    let mut parser = Parser::new(split, toks, end, lost, in_test);
    let items = parser.all(|parser| entry(parser, context)).map_err(|stuck| Failure::Grammar { at: stuck.at })?;
    if parser.errors.is_empty() { Ok(items) } else { Err(Failure::Meaning(parser.errors)) }
}

/// Reads one entry: for its items, else only for its errors.
fn entry(parser: &mut Parser, context: Context) -> Step<Vec<Item>> {
    match context {
        Context::Items { .. } => return Ok(vec![parser.item()?]),
        Context::Entries => drop(parser.entry()?),
        Context::Members => drop(parser.member()?),
        Context::Stmts => drop(parser.stmt()?),
        Context::Typed => drop(parser.typed()?),
    }
    Ok(Vec::new())
}

/// Reads a whole text at once, without the cut: what the tests hold the pieces against.
#[doc(hidden)]
pub fn parse_whole(source: &Source) -> Option<Vec<Item>> {
    let sink = Sink::new();
    let split = Split::new(&source.text, source.base, &sink);
    if sink.has_errors() {
        return None;
    }
    let mut parser = Parser::new(&split, &split.toks, split.text.len() as u32, &[], false);
    let items = parser.file().ok()?;
    parser.errors.is_empty().then_some(items)
}

/// Single steps, for the benches and the tests.
#[doc(hidden)]
pub mod stages {
    use super::*;

    /// Tokens, brackets and newlines; gives the number of tokens.
    pub fn split(source: &Source) -> usize {
        Split::new(&source.text, source.base, &Sink::new()).toks.len()
    }

    /// The text as `grammar/kdsl.pest` wants it, and whether it is read; `None` where its tokens are of no program.
    pub fn against_grammar(source: &Source) -> Option<(String, bool)> {
        let sink = Sink::new();
        let split = Split::new(&source.text, source.base, &sink);
        let end = split.text.len() as u32;
        let is_read = || Parser::new(&split, &split.toks, end, &[], false).file().is_ok();
        (!sink.has_errors()).then(|| (split.blanked(), is_read()))
    }
}
