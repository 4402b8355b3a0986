//! What each word is, for colours: the lexer's tokens, and the meanings that the checker gives to words.

use super::Analysis;
use crate::check::trace::{Meaning, What};
use crate::resolve::Value;
use crate::syntax::token::{self, Kind, Token};
use rustc_hash::FxHashMap;
use std::ops::Range;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Colored {
    /// In bytes.
    pub range: Range<usize>,
    pub class: Class,
    /// Whether the word declares what it names.
    pub declares: bool,
    /// Whether it is the language's, its library's, or Kubernetes'.
    pub is_built: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Class {
    Comment,
    Keyword,
    String,
    Number,
    Operator,
    Variable,
    Parameter,
    Property,
    Function,
    /// A kind of declarations.
    Kind,
    Type,
    /// An import.
    Module,
    /// The name of a declaration.
    Declaration,
}

/// Words that begin an entry, where another word, a text or a block follows.
pub const HEADS: &[&str] = &[
    "param",
    "type",
    "fn",
    "kind",
    "crd",
    "refine",
    "rule",
    "test",
    "import",
    "base",
    "extend",
    "remove",
    "namespace",
    "waive",
    "require",
    "export",
    "emit",
    "primary",
    "deny",
    "warn",
    "help",
    "assert",
    "expect",
    "column",
];
/// Words within an entry, where another word or a text follows.
pub const JOINTS: &[&str] = &["from", "as", "on", "at", "with", "help", "warn", "deny", "update"];

/// The words of a file and what they are, in order. Blanks and brackets are left out.
pub fn colors(analysis: &Analysis, file: &str) -> Vec<Colored> {
    let Some(source) = analysis.source(file) else { return Vec::new() };
    let meanings = meanings(analysis, file);
    let tokens: Vec<Token> = token::tokens(&source.text);
    let words: Vec<usize> = (0..tokens.len()).filter(|&i| !matches!(tokens[i].kind, Kind::Blank | Kind::Comment | Kind::Doc)).collect();
    let mut out = Vec::new();
    for (i, token) in tokens.iter().enumerate() {
        let range = token.start as usize..token.end as usize;
        let (class, declares, is_built) = match token.kind {
            Kind::Word => match meanings.get(&token.start) {
                Some(found) => *found,
                None if is_keyword(&source.text, &tokens, &words, i) => (Class::Keyword, false, false),
                None => continue,
            },
            // A declaration's name may be quoted.
            Kind::String if meanings.get(&token.start).is_some_and(|(class, ..)| *class == Class::Declaration) => {
                (Class::Declaration, true, false)
            }
            kind => match class(kind) {
                Some(class) => (class, false, false),
                None => continue,
            },
        };
        out.push(Colored { range, class, declares, is_built });
    }
    out
}

/// What words mean, by their offset.
fn meanings(analysis: &Analysis, file: &str) -> FxHashMap<u32, (Class, bool, bool)> {
    let found = analysis.words(file, |_, seen| {
        let base = analysis.source(file).map_or(0, |source| source.base);
        let mut out = FxHashMap::default();
        for one in &seen {
            let What::Meaning(meaning) = &one.what else { continue };
            out.entry(one.span.start.saturating_sub(base)).or_insert_with(|| of_meaning(meaning, one.span));
        }
        out
    });
    found.unwrap_or_default()
}

fn of_meaning(meaning: &Meaning, at: crate::source::Span) -> (Class, bool, bool) {
    match meaning {
        Meaning::Local { at: own, .. } => (Class::Variable, *own == at, false),
        Meaning::Parameter { .. } => (Class::Parameter, false, false),
        Meaning::Value { found, .. } => match found.what {
            Value::Let(decl) => (Class::Variable, decl.name.span == at, false),
            Value::Param(decl) => (Class::Parameter, decl.name.span == at, false),
        },
        Meaning::Field { field, .. } => (Class::Property, field.span == at, false),
        Meaning::Native { .. } => (Class::Property, false, true),
        Meaning::Export { .. } => (Class::Property, false, false),
        Meaning::KindLet { decl, .. } => (Class::Variable, decl.name.span == at, false),
        Meaning::Own { .. } => (Class::Variable, false, true),
        Meaning::Function(found) => (Class::Function, found.what.name.span == at, false),
        Meaning::Builtin(_) => (Class::Function, false, true),
        Meaning::Kind(_) => (Class::Kind, false, false),
        Meaning::Declaration { .. } => (Class::Declaration, false, false),
        Meaning::Import { at: own, .. } => (Class::Module, *own == at, false),
        Meaning::Rule(found) => (Class::Function, found.what.name.span == at, false),
        Meaning::Type(found) => (Class::Type, found.what.name.span == at, false),
        Meaning::Built(_) => (Class::Type, false, true),
    }
}

/// Whether a word is one that means something only at its place.
fn is_keyword(text: &str, tokens: &[Token], words: &[usize], i: usize) -> bool {
    let word = &text[tokens[i].start as usize..tokens[i].end as usize];
    if !HEADS.contains(&word) && !JOINTS.contains(&word) {
        return false;
    }
    let Ok(at) = words.binary_search(&i) else { return false };
    let before = at.checked_sub(1).map(|b| tokens[words[b]].kind);
    let after = words.get(at + 1).map(|&a| tokens[a].kind);
    let begins = matches!(before, None | Some(Kind::Newline | Kind::LBrace | Kind::Comma | Kind::RBrace));
    let leads = after.is_some_and(|kind| kind.is_word() || kind.starts_string());
    let opens = after == Some(Kind::LBrace) && matches!(word, "emit" | "export" | "with");
    match begins {
        true => HEADS.contains(&word) && (leads || opens || matches!(word, "require" | "assert") && after == Some(Kind::LParen)),
        false => JOINTS.contains(&word) && (leads || opens) && before != Some(Kind::Dot),
    }
}

fn class(kind: Kind) -> Option<Class> {
    use Kind::*;
    match kind {
        Comment | Doc | Hash => Some(Class::Comment),
        True | False | Null | If | Then | Else | For | In | And | Or | Not | Let => Some(Class::Keyword),
        String | StringOpen | StringMiddle | StringClose | Text | TextOpen | TextMiddle | TextClose | Raw => Some(Class::String),
        BadString | BadText | BadRaw | SingleQuote => Some(Class::String),
        Number => Some(Class::Number),
        Eq | PlusEq | FatArrow | Arrow | DotDot | Ellipsis | Question | Coalesce | Pipe | EqEq | NotEq | Less | LessEq | Greater => {
            Some(Class::Operator)
        }
        GreaterEq | Plus | Minus | Star | Slash => Some(Class::Operator),
        Blank | Newline | Word | LParen | RParen | LBracket | RBracket | LBrace | RBrace | Comma | Colon | Dot | OptDot => None,
        AmpAmp | PipePipe | Bang | Semicolon | Broken | Unknown => None,
    }
}
