//! What a block writes under a name.

use crate::ast::{Block, Entry, Expr, ExprKind, FieldValue, Name, StrLit};
use crate::source::Span;

/// The entry of an element that tells it apart.
pub fn labelling_entry(block: &Block, label: Name) -> Option<(&StrLit, Span)> {
    block.entries.iter().find_map(|entry| match entry {
        Entry::Field(field) if field.key.as_static() == Some(label) => match &field.value {
            FieldValue::Set(Expr { kind: ExprKind::Str(lit), .. }) => Some((lit, block.span)),
            _ => None,
        },
        _ => None,
    })
}

/// A field that an entry's value writes.
pub fn entry_of<'a>(value: &'a FieldValue, name: &str) -> Option<&'a FieldValue> {
    match value {
        FieldValue::Block(block) => field_of(block, name),
        FieldValue::Set(Expr { kind: ExprKind::Record(block), .. }) => field_of(block, name),
        FieldValue::Set(_) | FieldValue::Append(_) => None,
    }
}

pub fn field_of<'a>(block: &'a Block, name: &str) -> Option<&'a FieldValue> {
    block.entries.iter().find_map(|entry| match entry {
        Entry::Field(field) if field.key.as_static().is_some_and(|key| key == name) => Some(&field.value),
        _ => None,
    })
}

pub fn set_in<'a>(block: &'a Block, name: &str) -> Option<&'a Expr> {
    match field_of(block, name)? {
        FieldValue::Set(expr) => Some(expr),
        FieldValue::Append(_) | FieldValue::Block(_) => None,
    }
}
