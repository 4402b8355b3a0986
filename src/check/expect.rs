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
    /// Which part this is of the place that `why` is about.
    pub part: Part,
}

#[derive(Clone, Copy, PartialEq)]
pub enum Part {
    Whole,
    /// An element of a list.
    Element,
    /// An end of a range.
    End,
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
        Expected { ty, why, native: false, part: Part::Whole }
    }

    /// The same place, a part of what stands there.
    pub fn part<'f>(&self, ty: &'f Ty<'a>) -> Expected<'f, 'a>
    where
        'e: 'f,
    {
        Expected { ty, why: self.why, native: self.native, part: self.part }
    }

    /// An element of what stands in this place.
    pub fn element<'f>(&self, ty: &'f Ty<'a>) -> Expected<'f, 'a>
    where
        'e: 'f,
    {
        Expected { part: Part::Element, ..self.part(ty) }
    }

    /// An end of the range that stands in this place.
    pub fn end<'f>(&self, ty: &'f Ty<'a>) -> Expected<'f, 'a>
    where
        'e: 'f,
    {
        Expected { part: Part::End, ..self.part(ty) }
    }

    /// Says who expects this.
    pub fn explain(&self, error: Diagnostic, db: &FileDb) -> Diagnostic {
        let each = match self.part {
            Part::Whole => "",
            Part::Element => "each element of ",
            Part::End => "each end of ",
        };
        self.why.explain(error, each, self.ty, db)
    }

    pub fn field(owner: &'e str, field: &'e FieldTy<'a>) -> Expected<'e, 'a> {
        let why = Why::Field { owner, name: field.name, span: field.span, doc: field.doc };
        Expected { ty: &field.ty, why, native: false, part: Part::Whole }
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
    fn explain(&self, error: Diagnostic, each: &str, ty: &Ty, db: &FileDb) -> Diagnostic {
        let (text, span) = match self {
            Why::Plain | Why::Entry { .. } => return error,
            Why::Field { owner: "", name, span, .. } => (format!("{each}`{name}` is {}", quoted(ty)), *span),
            Why::Field { owner, name, span, .. } => (format!("{each}`{name}` of `{owner}` is {}", quoted(ty)), *span),
            Why::Native { owner, name } => {
                (format!("{each}`{name}` of {} is {} in the Kubernetes API", owner.get().short, quoted(ty)), Span::NONE)
            }
            Why::Annotation { what, name, span } => (format!("{each}{what} `{name}` is {}", quoted(ty)), *span),
            Why::Argument { function, name, span } => (format!("{each}`{name}` of `{function}` is {}", quoted(ty)), *span),
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
