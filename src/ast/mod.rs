//! The abstract syntax tree: what a file says, before anything is known about names or types.
//!
//! Nodes only, each with its span. A *declaration block* (a file, a namespace, `emit`, a test) holds [`Item`]s; an *entry block* (an
//! instance, a record) holds [`Entry`]s. Names are interned, text is shared, so that a tree is cheap to keep and to walk.

mod entries;
mod expr;
mod items;
mod place;
mod shift;

pub use entries::*;
pub use expr::*;
pub use items::*;
pub use shift::Shift;

use crate::source::Span;
use ecow::EcoString;
use std::borrow::Cow;
use ustr::Ustr;

pub type Name = Ustr;

/// One parsed file: its items in source order, without the pieces that failed to parse.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct File {
    pub items: Vec<Item>,
    /// Words at the head of declarations that failed to parse: a name among them is not unknown, and needs no further error.
    pub lost: Vec<Name>,
    /// The pieces of which it was read, in the order of the text.
    pub pieces: Vec<Piece>,
}

/// A part of a file that was read by itself: an entry of a declaration block, with its documentation.
#[derive(Clone, Debug, PartialEq)]
pub struct Piece {
    pub span: Span,
    /// It parsed, so equal text gives equal items.
    pub parsed: bool,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Ident {
    pub name: Name,
    pub span: Span,
}

/// `a` or `a.b`: the name of a kind, a type or a function, perhaps behind an import's alias.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Path {
    pub module: Option<Ident>,
    pub name: Ident,
}

impl Path {
    pub fn span(&self) -> Span {
        self.module.map_or(self.name.span, |m| m.span.to(self.name.span))
    }

    /// As it is written: `yaml.parse`.
    pub fn written(&self) -> Cow<'static, str> {
        match self.module {
            Some(module) => Cow::Owned(format!("{}.{}", module.name, self.name.name)),
            None => Cow::Borrowed(self.name.name.as_str()),
        }
    }
}

/// The text of `///` lines, without the slashes and one blank after them, joined by `\n`.
pub type Doc = Option<EcoString>;
