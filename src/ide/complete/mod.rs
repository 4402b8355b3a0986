//! Completion: what could stand at a place.
//!
//! A text that is being written is rarely a program. So the word at the place is replaced by one that nobody writes, followed in turn by
//! what could make an entry of it, ` = null` or ` { }`; the parser leaves out what still does not parse, and the checker then tells what
//! it would have taken for that word: a field of this record, a name in this scope, a kind. What it tells is turned into completions.

mod context;
mod entries;
mod named;
mod names;

use super::words::{Cursor, is_string};
use super::{Analysis, words};
use crate::check::trace::{Seen, What};
use crate::resolve::Program;
use crate::syntax::token::Kind;
use rustc_hash::FxHashSet;
use std::ops::Range;

/// A text that could stand at a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Completion {
    pub label: String,
    pub kind: CompletionKind,
    /// Its type, or what it is, in a few words.
    pub detail: String,
    /// Markdown.
    pub doc: String,
    /// What to put in place of the text in `replace`.
    pub insert: String,
    /// The same with places to fill in, `$0`, `${1:name}`, as editors know them.
    pub snippet: Option<String>,
    /// In bytes.
    pub replace: Range<usize>,
    /// Lower ones are likelier.
    pub rank: u8,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CompletionKind {
    Field,
    /// A let or a loop's variable.
    Variable,
    Param,
    Function,
    /// A kind written in kdsl.
    Kind,
    NativeKind,
    Type,
    /// One of the values that a place takes.
    Value,
    Label,
    Keyword,
    Declaration,
    Import,
    File,
}

impl Completion {
    fn new(label: impl Into<String>, kind: CompletionKind) -> Completion {
        let label = label.into();
        let insert = label.clone();
        Completion { label, kind, detail: String::new(), doc: String::new(), insert, snippet: None, replace: 0..0, rank: 50 }
    }

    fn detail(mut self, detail: impl Into<String>) -> Completion {
        self.detail = detail.into();
        self
    }

    fn doc(mut self, doc: impl Into<String>) -> Completion {
        self.doc = doc.into();
        self
    }

    fn insert(mut self, text: impl Into<String>) -> Completion {
        self.insert = text.into();
        self
    }

    fn snippet(mut self, text: impl Into<String>) -> Completion {
        self.snippet = Some(text.into());
        self
    }

    fn rank(mut self, rank: u8) -> Completion {
        self.rank = rank;
        self
    }
}

/// A word that nobody writes.
const WORD: &str = "kdslCompletesThis";

/// What could stand at an offset of a file, the likeliest first. What is written of it already is replaced, and not used to choose: that
/// is the editor's to do.
pub fn complete(analysis: &Analysis, file: &str, offset: usize) -> Vec<Completion> {
    let Some(text) = analysis.text(file).filter(|text| text.is_char_boundary(offset)) else { return Vec::new() };
    if words::is_quiet(text, offset) {
        return Vec::new();
    }
    let cursor = Cursor::new(text, offset);
    let (mut found, replace) = match cursor.is_in_string() {
        true => in_string(analysis, file, text, offset, &cursor),
        false => at_word(analysis, file, text, offset, &cursor),
    };
    found.iter_mut().for_each(|completion| completion.replace = replace.clone());
    found.sort_by(|a, b| (a.rank, &a.label).cmp(&(b.rank, &b.label)));
    let mut seen = FxHashSet::default();
    found.retain(|completion| seen.insert((completion.label.clone(), completion.kind)));
    found
}

fn at_word(analysis: &Analysis, file: &str, text: &str, offset: usize, cursor: &Cursor) -> (Vec<Completion>, Range<usize>) {
    let word = match cursor.under {
        Some(i) => cursor.tokens[i].start as usize..cursor.tokens[i].end as usize,
        None => offset..offset,
    };
    if cursor.kind_before() == Some(Kind::Number) && word.start == cursor.before.map_or(0, |i| cursor.tokens[i].end as usize) {
        return (Vec::new(), word);
    }
    let closers = cursor.closers(text, word.start);
    let closed = context::endings(cursor).iter().filter(|_| !closers.is_empty()).map(|ending| format!("{ending}{closers}"));
    let endings: Vec<String> = closed.chain(context::endings(cursor).iter().map(|ending| ending.to_string())).collect();
    for ending in endings {
        let trial = format!("{}{WORD}{ending}{}", &text[..word.start], &text[word.end..]);
        let trial = analysis.with_text(file, trial);
        let found = trial.at(file, word.start + 1, |program, seen| {
            let base = analysis.position(file, 0).unwrap_or(0);
            let trial_base = trial.position(file, 0).unwrap_or(base);
            let start = trial_base + word.start as u32;
            let seen: Vec<Seen> = seen.into_iter().filter(|s| is_about(s, start)).collect();
            of_seen(&trial, program, text, cursor, &seen)
        });
        let mut found = found.unwrap_or_default();
        if !found.is_empty() || cursor.kind_before() == Some(Kind::Dot) {
            found.extend(named::at_word(&trial, file, word.start));
        }
        if !found.is_empty() {
            let rest = &text[word.end..];
            if cursor.kind_before() == Some(Kind::Eq) {
                found.extend(named::in_quotes(analysis, file, &text[..word.start], &format!("{ending}{rest}")));
            }
            return (found, word);
        }
    }
    (context::keywords(text, cursor), word)
}

/// Whether something is known of the made-up word itself, or of the call or entry that it stands in.
fn is_about(seen: &Seen, start: u32) -> bool {
    let exact = seen.span.start == start && seen.span.end == start + WORD.len() as u32;
    exact || matches!(seen.what, What::Call(_)) || matches!(seen.what, What::Item { .. }) && seen.span.start == start
}

/// What the checker's words about a place come to.
fn of_seen(analysis: &Analysis, program: &Program, text: &str, cursor: &Cursor, seen: &[Seen]) -> Vec<Completion> {
    let mut out = Vec::new();
    for one in seen {
        match &one.what {
            What::Scope(scope) => {
                names::in_scope(analysis, program, scope, &mut out);
                names::values(scope.expected.as_ref(), false, &mut out);
            }
            What::Expected(ty) => names::values(Some(ty), false, &mut out),
            What::Member(ty) => names::members(analysis, program, ty, text, cursor, &mut out),
            What::Behind(behind) => names::behind(analysis, program, behind, &mut out),
            What::Key(owner) => entries::keys(analysis, program, owner, &cursor.siblings(text), &mut out),
            What::Label(ty) => entries::labels(ty, text, cursor, &mut out),
            What::TypeName(home) => names::types(program, *home, &mut out),
            What::Item { home, settings } => entries::items(program, *home, *settings, &mut out),
            What::KindMember => entries::kind_members(&mut out),
            What::RuleName => names::rules(program, &mut out),
            What::KindName(home) => entries::kinds(program, *home, false, &mut out),
            What::Meaning(meaning) => context::declared(program, text, cursor, meaning, &mut out),
            What::Call(_) | What::Type(_) | What::Path(_) => {}
        }
    }
    if seen.iter().any(|s| matches!(s.what, What::Scope(_))) {
        names::parameters(seen, &mut out);
    }
    out
}

/// In a string: the texts that its place takes, or the files that an import could name.
fn in_string(analysis: &Analysis, file: &str, text: &str, offset: usize, cursor: &Cursor) -> (Vec<Completion>, Range<usize>) {
    let Some(token) = cursor.under.map(|i| cursor.tokens[i]) else { return (Vec::new(), offset..offset) };
    let whole = text[token.start as usize..token.end as usize].to_string();
    let closed = token.kind == Kind::String && whole.len() >= 2;
    let inner = token.start as usize + 1..token.end as usize - usize::from(closed);
    if !is_string(token.kind) || !(closed || token.kind == Kind::BadString) || offset < inner.start || offset > inner.end {
        return (Vec::new(), offset..offset);
    }
    if let Some("import" | "base") = cursor.entry_words(text).last().copied() {
        return (context::files(analysis, file, &text[inner.clone()]), inner);
    }
    if let Some(found) = named::mentioned(analysis, file, text, inner.clone(), offset) {
        return found;
    }
    // What an open string swallowed is cut off, so that the entry parses.
    let trial = format!("{}\"{WORD}\"{}", &text[..token.start as usize], &text[token.end as usize..]);
    let mut found = Vec::new();
    let closers = cursor.closers(text, token.start as usize);
    for ending in [closers.as_str(), "", " = null", " then null else null"] {
        let at = token.start as usize + WORD.len() + 2;
        let trial = analysis.with_text(file, format!("{}{ending}{}", &trial[..at], &trial[at..]));
        let seen = trial.at(file, token.start as usize + 2, |program, seen| {
            let mut out = Vec::new();
            for one in &seen {
                let exact = trial.place(one.span).is_some_and(|place| place.range == (token.start as usize..at));
                match &one.what {
                    What::Expected(ty) if exact => names::values(Some(ty), true, &mut out),
                    What::Label(ty) if exact => entries::labels(ty, text, cursor, &mut out),
                    What::Behind(behind) if exact => names::behind(&trial, program, behind, &mut out),
                    _ => {}
                }
            }
            out
        });
        found = seen.unwrap_or_default();
        found.extend(named::at_word(&trial, file, token.start as usize + 1));
        if !found.is_empty() {
            break;
        }
    }
    (found, inner)
}
