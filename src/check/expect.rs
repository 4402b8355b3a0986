//! What is expected where an expression stands, and who asked for it.
//!
//! An [`Expected`] is made at every field, argument and annotation, so it only borrows; words are found when there is an error.

use crate::ast::Name;
use crate::diag::Diagnostic;
use crate::schema::TypeId;
use crate::source::{FileDb, Span};
use crate::types::{FieldTy, Ty};

#[derive(Clone, Copy)]
pub struct Expected<'e, 'a> {
    pub ty: &'e Ty<'a>,
    pub why: Why<'e>,
    /// The place is in a native object.
    pub native: bool,
}

#[derive(Clone, Copy)]
pub enum Why<'e> {
    /// Nothing that would need an explanation.
    Plain,
    /// A field of a kind or record.
    Field { owner: &'e str, name: Name, span: Span, doc: Option<&'e str> },
    /// A field of a native type.
    Native { owner: TypeId, name: Name },
    /// An entry of a map, or an element: of this field.
    Entry { name: Name },
    /// `param n: Int`, a function's result.
    Annotation { what: &'static str, name: Name, span: Span },
    /// A parameter of a function, declared at `span` where it is the user's.
    Argument { function: &'e str, name: &'e str, span: Span },
}

impl<'e, 'a> Expected<'e, 'a> {
    pub fn new(ty: &'e Ty<'a>, why: Why<'e>) -> Expected<'e, 'a> {
        Expected { ty, why, native: false }
    }

    /// The same place, a part of what stands there.
    pub fn part<'f>(&self, ty: &'f Ty<'a>) -> Expected<'f, 'a>
    where
        'e: 'f,
    {
        Expected { ty, why: self.why, native: self.native }
    }

    pub fn field(owner: &'e str, field: &'e FieldTy<'a>) -> Expected<'e, 'a> {
        let why = Why::Field { owner, name: field.name, span: field.span, doc: field.doc };
        Expected { ty: &field.ty, why, native: false }
    }

    /// Whether a duration may be written here as whole seconds.
    pub fn seconds(&self) -> bool {
        matches!(self.why, Why::Native { name, .. } if crate::types::fit::counts_seconds(name))
    }
}

impl Why<'_> {
    /// The field's name, for words such as "400m of memory".
    pub fn subject(&self) -> Option<&str> {
        match self {
            Why::Field { name, .. } | Why::Native { name, .. } | Why::Entry { name } => Some(name.as_str()),
            Why::Plain | Why::Annotation { .. } | Why::Argument { .. } => None,
        }
    }

    /// Says who expects `ty`: at the place where that is written if it is the user's, else in a note.
    pub fn explain(&self, error: Diagnostic, ty: &Ty, db: &FileDb) -> Diagnostic {
        let (text, span) = match self {
            Why::Plain | Why::Entry { .. } => return error,
            Why::Field { owner: "", name, span, .. } => (format!("`{name}` is {}", quoted(ty)), *span),
            Why::Field { owner, name, span, .. } => (format!("`{name}` of `{owner}` is {}", quoted(ty)), *span),
            Why::Native { owner, name } => {
                (format!("`{name}` of {} is {} in the Kubernetes API", owner.get().short, quoted(ty)), Span::NONE)
            }
            Why::Annotation { what, name, span } => (format!("{what} `{name}` is {}", quoted(ty)), *span),
            Why::Argument { function, name, span } => (format!("`{name}` of `{function}` is {}", quoted(ty)), *span),
        };
        match self {
            _ if db.is_user(span) => error.also(span, text),
            Why::Field { doc: Some(doc), .. } => error.note(format!("{text}: {}", doc.lines().next().unwrap_or(doc))),
            _ => error.note(text),
        }
    }
}

/// A type in a sentence.
pub fn quoted(ty: &Ty) -> String {
    format!("`{ty}`")
}
