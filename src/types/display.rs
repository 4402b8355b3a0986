//! How types read in messages: as they are written in the language.

use super::{Condition, Literal, Refined, Ty};
use crate::syntax::literal;
use std::fmt::{self, Display, Formatter};

/// Unions longer than this are cut in messages.
const SHOWN_MEMBERS: usize = 8;

impl Display for Ty<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Ty::Poison => f.write_str("_"),
            Ty::Any => f.write_str("Any"),
            Ty::Null => f.write_str("null"),
            Ty::Bool => f.write_str("Bool"),
            Ty::Int => f.write_str("Int"),
            Ty::Float => f.write_str("Float"),
            Ty::String => f.write_str("String"),
            Ty::Cpu => f.write_str("Cpu"),
            Ty::Bytes => f.write_str("Bytes"),
            Ty::Duration => f.write_str("Duration"),
            Ty::Percent => f.write_str("Percent"),
            Ty::Quantity => f.write_str("Quantity"),
            Ty::Ref => f.write_str("Ref"),
            Ty::Literal(literal) => literal.fmt(f),
            Ty::List(elem) => write!(f, "[{elem}]"),
            Ty::Keyed(keyed) => write!(f, "[{}]", keyed.element()),
            Ty::Map(map) => write!(f, "Map<{}, {}>", map.key, map.value),
            Ty::Record(record) => match record.name {
                Some(name) => f.write_str(&name),
                None => fields(f, record.fields.iter().map(|field| (field.name.as_str(), &field.ty))),
            },
            Ty::Native(id) => f.write_str(&id.get().short),
            Ty::Partial(inner) => write!(f, "Partial<{inner}>"),
            Ty::Union(members) => union(f, members),
            Ty::Optional(inner) => match inner.as_ref() {
                Ty::Union(_) => write!(f, "({inner})?"),
                inner => write!(f, "{inner}?"),
            },
            Ty::Refined(refined) => match refined.name {
                Some(name) => f.write_str(&name),
                None => narrowed(f, refined),
            },
            Ty::Range(inner) => write!(f, "Range<{inner}>"),
            Ty::Address(Some(kind)) => write!(f, "Address<{kind}>"),
            Ty::Address(None) => f.write_str("Address"),
        }
    }
}

impl Display for Literal {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Literal::Str(text) => f.write_str(&literal::string(text)),
            Literal::Int(int) => int.fmt(f),
            Literal::Bool(bool) => bool.fmt(f),
        }
    }
}

/// `Int(0..)`; other conditions are said where a value does not meet them.
fn narrowed(f: &mut Formatter<'_>, refined: &Refined) -> fmt::Result {
    refined.base.fmt(f)?;
    let ([Condition::Between { lo, hi }], Ty::Int | Ty::Float) = (refined.conditions.as_slice(), &refined.base) else { return Ok(()) };
    let side = |side: &Option<rust_decimal::Decimal>| side.map_or(String::new(), |d| d.normalize().to_string());
    write!(f, "({}..{})", side(lo), side(hi))
}

fn fields<'t, 'a: 't>(f: &mut Formatter<'_>, fields: impl Iterator<Item = (&'t str, &'t Ty<'a>)>) -> fmt::Result {
    f.write_str("{ ")?;
    for (i, (name, ty)) in fields.enumerate() {
        let comma = if i == 0 { "" } else { ", " };
        write!(f, "{comma}{name}: {ty}")?;
    }
    f.write_str(" }")
}

fn union(f: &mut Formatter<'_>, members: &[Ty]) -> fmt::Result {
    for (i, member) in members.iter().take(SHOWN_MEMBERS).enumerate() {
        let bar = if i == 0 { "" } else { " | " };
        write!(f, "{bar}{member}")?;
    }
    match members.len().checked_sub(SHOWN_MEMBERS) {
        Some(more) if more > 0 => write!(f, " | … ({more} more)"),
        _ => Ok(()),
    }
}
