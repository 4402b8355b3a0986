//! Where nodes stand that are one of several.

use super::{Entry, Item, Member};
use crate::source::Span;

impl Item {
    pub fn span(&self) -> Span {
        match self {
            Item::Entry(entry) => entry.span(),
            Item::Let(i) => i.span,
            Item::Param(i) => i.span,
            Item::Type(i) => i.span,
            Item::Fn(i) => i.span,
            Item::Kind(i) => i.span,
            Item::Crd(i) => i.body.span,
            Item::Refine(i) => i.span,
            Item::Rule(i) => i.span,
            Item::Test(i) => i.span,
            Item::Import(i) => i.span,
            Item::Base(i) => i.span,
            Item::Extend(i) => i.span,
            Item::Remove(i) => i.span,
            Item::Namespace(i) => i.span,
            Item::Instance(i) => i.span,
            Item::If(i) => i.span,
            Item::For(i) => i.span,
            Item::Waive(i) => i.span,
            Item::Assert(i) => i.span,
            Item::Expect(i) => i.span,
        }
    }
}

impl Entry {
    pub fn span(&self) -> Span {
        match self {
            Entry::Field(e) => e.span,
            Entry::Spread(e) => e.span,
            Entry::If(e) => e.span,
            Entry::For(e) => e.span,
            Entry::Let(e) => e.span,
            Entry::Waive(e) => e.span,
        }
    }
}

impl Member {
    pub fn span(&self) -> Span {
        match self {
            Member::Field(m) => m.span,
            Member::Nested(m) => m.span,
            Member::Set(m) => m.span,
            Member::Let(m) => m.span,
            Member::Require(m) => m.span,
            Member::If(m) => m.span,
            Member::Column(m) => m.span,
            Member::Export(block) => block.span,
            Member::Emit(items) => items.first().map_or(Span::NONE, Item::span),
        }
    }
}
