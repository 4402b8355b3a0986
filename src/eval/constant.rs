//! Which blocks depend on nothing: no name, no call that could read one. Such a block has one value wherever it stands.

use crate::ast::{Block, Entry, Expr, ExprKind, FieldValue, Key, ListItem, StrLit, StrPart};

/// Whether every entry is written out with literals alone. Blocks with conditions or loops count as dependent: they are rare where all
/// else is constant.
pub fn is_constant(block: &Block) -> bool {
    block.entries.iter().all(|entry| match entry {
        Entry::Field(field) => {
            key(&field.key)
                && field.label.as_ref().is_none_or(key)
                && match &field.value {
                    FieldValue::Set(e) | FieldValue::Append(e) => is_constant_expr(e),
                    FieldValue::Block(block) => is_constant(block),
                }
        }
        Entry::Spread(_) | Entry::If(_) | Entry::For(_) | Entry::Let(_) | Entry::Waive(_) => false,
    })
}

fn key(key: &Key) -> bool {
    match key {
        Key::Name(_) => true,
        Key::Str(lit) => text(lit),
    }
}

fn text(lit: &StrLit) -> bool {
    lit.parts.iter().all(|part| matches!(part, StrPart::Text(_)))
}

/// Whether an expression is written out with literals alone.
pub fn is_constant_expr(e: &Expr) -> bool {
    match &e.kind {
        ExprKind::Null | ExprKind::Bool(_) | ExprKind::Num(_) => true,
        ExprKind::Str(lit) => text(lit),
        ExprKind::List(items) => items.iter().all(|item| match item {
            ListItem::Item(e) => is_constant_expr(e),
            ListItem::Spread(_) => false,
        }),
        ExprKind::Record(block) => is_constant(block),
        ExprKind::Neg(inner) | ExprKind::Not(inner) => is_constant_expr(inner),
        ExprKind::Name(_) | ExprKind::Comp(_) | ExprKind::Field { .. } | ExprKind::Index { .. } | ExprKind::Call(_) => false,
        ExprKind::Binary { .. } | ExprKind::Range { .. } | ExprKind::If { .. } | ExprKind::Lambda { .. } => false,
    }
}
