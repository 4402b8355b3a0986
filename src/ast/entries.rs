//! What stands in entry blocks: those of instances and records.

use super::{Doc, Expr, Ident, Let, Name, StrLit, Waive};
use crate::source::Span;
use ustr::Ustr;

/// `{ … }` of an instance or a record.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Block {
    pub entries: Vec<Entry>,
    /// With its braces.
    pub span: Span,
    /// An entry of it did not parse, so what seems to be missing may have been written.
    pub broken: bool,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Entry {
    Field(Field),
    /// `...e`
    Spread(Expr),
    If(If<Entry>),
    For(For<Entry>),
    Let(Let),
    Waive(Waive),
}

/// `f = e`, `f { }`, `f += e`, `f label = e`, `f label { }`
#[derive(Clone, Debug, PartialEq)]
pub struct Field {
    pub key: Key,
    pub label: Option<Key>,
    pub value: FieldValue,
    pub doc: Doc,
    pub span: Span,
}

#[derive(Clone, Debug, PartialEq)]
pub enum FieldValue {
    /// `= e`
    Set(Expr),
    /// `+= e`
    Append(Expr),
    /// `{ … }`
    Block(Block),
}

/// A field's name or a label: an identifier, or a plain quoted string that may interpolate.
#[derive(Clone, Debug, PartialEq)]
pub enum Key {
    Name(Ident),
    Str(StrLit),
}

impl Key {
    pub fn span(&self) -> Span {
        match self {
            Key::Name(ident) => ident.span,
            Key::Str(lit) => lit.span,
        }
    }

    /// The key's text where it does not depend on values.
    pub fn as_static(&self) -> Option<Name> {
        match self {
            Key::Name(ident) => Some(ident.name),
            Key::Str(lit) => lit.as_static().map(Ustr::from),
        }
    }
}

#[derive(Clone, Debug, PartialEq)]
pub struct If<T> {
    pub condition: Expr,
    pub then: Vec<T>,
    /// `else if` is an else that holds one `If`.
    pub otherwise: Vec<T>,
    pub span: Span,
}

/// `for x in xs { … }`, `for k, v in m { … }`
#[derive(Clone, Debug, PartialEq)]
pub struct For<T> {
    pub key: Option<Ident>,
    pub var: Ident,
    pub over: Expr,
    pub body: Vec<T>,
    pub span: Span,
}
