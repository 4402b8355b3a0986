//! The declarations of a session: texts, each with what it declares, so that a later one takes the place of an earlier.

use super::places::{Places, Typed};
use crate::ast::{Entry, Extend, File, Item, Key, Target};
use crate::source::Source;
use std::sync::Arc;

/// A top-level entry.
#[derive(Clone, Debug, PartialEq)]
pub struct Piece {
    /// What it declares, in the words in which one speaks of it: `let x`, `app web`. `None` for what may stand several times.
    pub name: Option<String>,
    /// With the comments above it.
    pub text: String,
    /// Where it was typed, and where it begins there.
    pub typed: Arc<Typed>,
    pub offset: usize,
}

/// The entries of a text that parses: of what was typed, from `offset` on.
pub fn pieces(source: &Source, file: &File, typed: &Arc<Typed>, offset: usize) -> Vec<Piece> {
    let mut out: Vec<Piece> = Vec::new();
    let mut from = 0;
    for item in &file.items {
        let to = (item.span().end - source.base) as usize;
        let is_between = |c: char| c == ',' || c.is_whitespace() || c == '\u{feff}';
        let text = source.text[from..to].trim_start_matches(is_between);
        let offset = offset + to - text.len();
        out.push(Piece { name: name(item), text: text.trim_end_matches(is_between).to_string(), typed: typed.clone(), offset });
        from = to;
    }
    let rest = source.text[from..].trim();
    match out.last_mut() {
        Some(last) if !rest.is_empty() => last.text.push_str(&source.text[from..].trim_end().replace("\r\n", "\n")),
        _ => {}
    }
    out
}

/// Lets each of `new` take the place of what declares the same, or stand behind all.
pub fn merge(old: &mut Vec<Piece>, new: Vec<Piece>) {
    for piece in new {
        match old.iter_mut().find(|other| piece.name.is_some() && other.name == piece.name) {
            Some(other) => *other = piece,
            None => old.push(piece),
        }
    }
}

/// All of them as one file, and where its text was typed.
pub fn program(pieces: &[Piece]) -> (String, Places) {
    let (mut out, mut places) = (String::new(), Places::default());
    for (i, piece) in pieces.iter().enumerate() {
        let is_small = |piece: &Piece| !piece.text.contains('\n');
        if i > 0 && !(is_small(piece) && is_small(&pieces[i - 1])) {
            out.push('\n');
        }
        places.add(out.len(), piece);
        out.push_str(&piece.text);
        out.push('\n');
    }
    (out, places)
}

fn name(item: &Item) -> Option<String> {
    let labelled = |head: &str, key: &Key| key.as_static().map(|name| format!("{head} {name}"));
    match item {
        Item::Entry(Entry::Field(field)) => field.key.as_static().map(|name| name.to_string()),
        Item::Let(i) => Some(format!("let {}", i.name.name)),
        // A let and a param share their names.
        Item::Param(i) => Some(format!("let {}", i.name.name)),
        Item::Type(i) => Some(format!("type {}", i.name.name)),
        Item::Fn(i) => Some(format!("fn {}", i.name.name)),
        Item::Kind(i) => Some(format!("kind {}", i.name.name)),
        Item::Crd(i) => Some(format!("crd {}", i.body.name.name)),
        Item::Rule(i) => Some(format!("rule {}", i.name.name)),
        Item::Test(i) => i.name.as_static().map(|name| format!("test {name}")),
        Item::Import(i) => i.alias.map(|alias| format!("import {}", alias.name)),
        Item::Base(_) => Some("base".into()),
        Item::Namespace(i) => labelled("namespace", &i.label),
        Item::Instance(i) => labelled(i.head.name.name.as_str(), &i.label),
        Item::Waive(i) => Some(format!("waive {}", i.rule.name)),
        Item::Extend(Extend { head, target: Target::Label(key), .. }) => labelled(&format!("extend {}", head.name.name), key),
        Item::Extend(Extend { target: Target::All(_), .. }) | Item::Refine(_) | Item::Remove(_) => None,
        Item::Entry(_) | Item::If(_) | Item::For(_) | Item::Assert(_) | Item::Expect(_) => None,
    }
}
