//! Where the library writes and reads a field: its kinds' own lines, and the rules that speak of it.
//!
//! The checker says of each word in a declaration what it means; only declarations that hold the field's name are looked through.

use crate::ast::{Item, Name, RuleDecl};
use crate::check::trace::{Meaning, Seen, Trace, What, trace_std};
use crate::resolve::{Kind, Program};
use crate::schema::TypeId;
use crate::source::Span;
use crate::stdlib::{self, Sort};
use crate::syntax::token::{self, Kind as TokenKind};

/// A line of the library.
#[derive(PartialEq)]
pub struct Line {
    /// `app`
    pub owner: String,
    pub text: String,
}

/// The lines by which the library's kinds write a field of Kubernetes.
pub fn writes(program: &Program, owner: TypeId, field: Name) -> Vec<Line> {
    let mut out = Vec::new();
    for (name, item) in declarations(Sort::Kind).chain(declarations(Sort::Fn)) {
        for span in words(program, item, field, |meaning| is_native(meaning, owner, field)) {
            if is_written(program, span) {
                push(&mut out, Line { owner: owner_of(name, item), text: line(program, span) });
            }
        }
    }
    out
}

/// The lines in a kind, and in those that it is made from, that read one of its fields.
pub fn reads(program: &Program, kind: &Kind, field: Name, at: Span) -> Vec<Line> {
    let mut out = Vec::new();
    for name in kind.line.iter().copied() {
        let Some(item) = stdlib::item(Sort::Kind, name) else { continue };
        for span in words(program, item, field, |meaning| matches!(meaning, Meaning::Field { field, .. } if field.span == at)) {
            if span != at && !is_written(program, span) {
                push(&mut out, Line { owner: format!("kind {name}"), text: line(program, span) });
            }
        }
    }
    out
}

/// The rules that read a field of Kubernetes.
pub fn rules(program: &Program, owner: TypeId, field: Name) -> Vec<&'static RuleDecl> {
    let mut out = Vec::new();
    for rule in stdlib::rules().filter(|rule| has_word(&program.db.text(rule.span), &field)) {
        let found = stdlib::items_in(rule.name.span).find(|item| matches!(item, Item::Rule(found) if std::ptr::eq(found, rule)));
        let Some(item) = found else { continue };
        if !words(program, item, field, |meaning| is_native(meaning, owner, field)).is_empty() {
            out.push(rule);
        }
    }
    out
}

fn is_native(meaning: &Meaning, owner: TypeId, field: Name) -> bool {
    matches!(meaning, Meaning::Native { owner: o, name } if *o == owner && *name == field)
}

fn declarations(sort: Sort) -> impl Iterator<Item = (Name, &'static Item)> {
    stdlib::names(sort).filter_map(move |name| Some((name, stdlib::item(sort, name)?)))
}

fn owner_of(name: Name, item: &Item) -> String {
    match item {
        Item::Fn(_) => format!("fn {name}"),
        _ => format!("kind {name}"),
    }
}

/// The words of a declaration that are the field's name and mean what is asked for.
fn words(program: &Program, item: &'static Item, field: Name, means: impl Fn(&Meaning) -> bool) -> Vec<Span> {
    if !has_word(&program.db.text(item.span()), &field) {
        return Vec::new();
    }
    let trace = Trace::words(item.span());
    trace_std(program, item, &trace);
    let is_it = |seen: &Seen| matches!(&seen.what, What::Meaning(meaning) if means(meaning));
    let mut spans: Vec<Span> = trace.finish().iter().filter(|seen| is_it(seen)).map(|seen| seen.span).collect();
    spans.dedup();
    spans
}

fn has_word(text: &str, word: &str) -> bool {
    text.match_indices(word).any(|(at, _)| {
        let is_part = |c: char| c.is_alphanumeric() || c == '_';
        !text[..at].ends_with(is_part) && !text[at + word.len()..].starts_with(is_part)
    })
}

/// Whether the word is a key: what follows is `=`, `+=`, a label or a block.
fn is_written(program: &Program, span: Span) -> bool {
    let Some(source) = program.db.find(span) else { return false };
    let (start, end) = ((span.start - source.base) as usize, (span.end - source.base) as usize);
    let before = source.text[..start].trim_end_matches([' ', '\t']).chars().next_back();
    let mut after = token::tokens(source.text[end..].lines().next().unwrap_or("")).into_iter().filter(|t| t.kind != TokenKind::Blank);
    let follows = after.next().map(|token| token.kind);
    matches!(before, None | Some('\n' | '{' | ',' | '['))
        && matches!(
            follows,
            Some(TokenKind::Eq | TokenKind::PlusEq | TokenKind::LBrace | TokenKind::Word | TokenKind::String | TokenKind::StringOpen)
        )
}

/// The line of a word, without its indent and without a block that it opens.
fn line(program: &Program, span: Span) -> String {
    let Some(source) = program.db.find(span) else { return String::new() };
    let at = (span.start - source.base) as usize;
    let from = source.text[..at].rfind('\n').map_or(0, |newline| newline + 1);
    let text = source.text[from..].lines().next().unwrap_or("").trim();
    let text = text.split(" // ").next().unwrap_or(text).trim_end();
    if text.ends_with(['{', '(', '[']) { format!("{text} …") } else { text.to_string() }
}

fn push(out: &mut Vec<Line>, line: Line) {
    // Where a demand is reported tells nothing of what is made of the field.
    let anchors = ["at ", "else "].iter().any(|word| line.text.starts_with(word));
    if !line.text.is_empty() && !anchors && !out.contains(&line) {
        out.push(line);
    }
}
