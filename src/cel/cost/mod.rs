//! What an expression may cost at worst, as the API server reckons before it ever runs it.
//!
//! The server refuses expressions by this number, so it must be the server's own: 1 for reading a name, a field, for a call; a tenth a
//! character where a text is walked; for a macro over a list the cost of one turn, times the most elements that the list may have. Sizes
//! come from the schema ([`Shape`]), from literals, and from what functions make of both. The walk sees macros as they are written and
//! reckons with what they expand to. Where several overloads fit, the dearest counts. All sums stop at [`u64::MAX`].

mod calls;
mod macros;
mod size;

pub use size::{Shape, Sizes};

use super::CelType;
use super::check::spelled;
use super::signatures::Overload;
use cel::IdedExpr;
use cel::common::ast::{EntryExpr, Expr, LiteralValue};
use ecow::EcoString;
use rustc_hash::FxHashMap;
use size::{Entries, Path, Size, Step, part};

/// What the checker found out about the nodes of an expression.
#[derive(Default)]
pub struct Facts {
    pub types: FxHashMap<u64, CelType>,
    /// The overloads that fit the arguments of a call.
    pub overloads: FxHashMap<u64, Vec<&'static Overload>>,
}

/// The cost of an expression that was checked.
pub fn worst(root: &IdedExpr, facts: &Facts, sizes: &Sizes) -> u64 {
    Walk { facts, sizes, locals: Vec::new() }.expr(root).cost
}

/// A text is walked at so much a character.
const A_CHARACTER: f64 = 0.1;
/// A regular expression costs so much a character of its own for each character of the text.
const A_PATTERN_CHARACTER: f64 = 0.25;
const NEW_LIST: u64 = 10;
const NEW_MAP: u64 = 30;
const NEW_OBJECT: u64 = 40;

/// What is known of a value.
#[derive(Clone)]
struct Seen {
    cost: u64,
    size: Option<Size>,
    entries: Option<Entries>,
    path: Path,
}

impl Seen {
    fn size(&self) -> Size {
        self.size.unwrap_or(Size::UNKNOWN)
    }
}

/// A name that a macro binds.
struct Local {
    name: EcoString,
    seen: Seen,
}

struct Walk<'s> {
    facts: &'s Facts,
    sizes: &'s Sizes,
    /// Innermost last.
    locals: Vec<Local>,
}

impl<'s> Walk<'s> {
    fn expr(&mut self, e: &IdedExpr) -> Seen {
        match &e.expr {
            Expr::Literal(literal) => plain(0, Some(literal_size(literal))),
            Expr::Ident(name) => self.ident(e, name),
            Expr::Select(select) if select.test => {
                let cost = self.expr(&select.operand).cost;
                self.made(e, cost)
            }
            Expr::Select(select) => self.select(e, &select.operand, &select.field),
            Expr::Call(call) => self.call(e, call),
            Expr::List(list) => {
                let parts: Vec<Seen> = list.elements.iter().map(|e| self.expr(e)).collect();
                let value = joined(&parts);
                let entries = Entries { list: true, key: Size::exactly(1), value };
                Seen { entries: Some(entries), ..plain(total(&parts, NEW_LIST), Some(Size::exactly(parts.len() as u64))) }
            }
            Expr::Map(map) => {
                let pairs: Vec<_> =
                    map.entries.iter().filter_map(|e| if let EntryExpr::MapEntry(e) = &e.expr { Some(e) } else { None }).collect();
                let keys: Vec<Seen> = pairs.iter().map(|pair| self.expr(&pair.key)).collect();
                let values: Vec<Seen> = pairs.iter().map(|pair| self.expr(&pair.value)).collect();
                let entries = Entries { list: false, key: joined(&keys), value: joined(&values) };
                let cost = total(&keys, total(&values, NEW_MAP));
                Seen { entries: Some(entries), ..plain(cost, Some(Size::exactly(pairs.len() as u64))) }
            }
            Expr::Struct(made) => {
                let fields = made.entries.iter().filter_map(|e| if let EntryExpr::StructField(e) = &e.expr { Some(e) } else { None });
                let parts: Vec<Seen> = fields.map(|field| self.expr(&field.value)).collect();
                self.made(e, total(&parts, NEW_OBJECT))
            }
            Expr::Comprehension(_) | Expr::Unspecified => plain(0, None),
        }
    }

    fn ident(&self, e: &IdedExpr, name: &str) -> Seen {
        let name = name.strip_prefix('.').unwrap_or(name);
        match self.locals.iter().rev().find(|local| local.name == name) {
            Some(Local { seen, .. }) => {
                let size = seen.path.size(self.sizes).or_else(|| self.scalar(e)).or(seen.size);
                Seen { cost: 1, size, ..seen.clone() }
            }
            None => {
                let path = Path::of(name);
                Seen { cost: 1, size: path.size(self.sizes), entries: None, path }
            }
        }
    }

    fn select(&mut self, e: &IdedExpr, operand: &IdedExpr, field: &str) -> Seen {
        // A name with dots, of a type.
        if !self.facts.types.contains_key(&operand.id) {
            return plain(1, None);
        }
        let of = self.expr(operand);
        let reads = matches!(self.ty(operand), CelType::Map(_) | CelType::Object(_) | CelType::Opaque(_));
        let path = of.path.then(Step::Name(field.into()));
        let size = path.size(self.sizes).or_else(|| self.scalar(e));
        Seen { cost: of.cost.saturating_add(u64::from(reads)), size, entries: None, path }
    }

    /// The size of what a macro walked. The server looks up where that stands when the walk is over.
    fn walked(&self, e: &IdedExpr, range: &Seen) -> Size {
        let declared = if matches!(e.expr, Expr::Ident(_) | Expr::Select(_)) { range.path.size(self.sizes) } else { None };
        declared.unwrap_or_else(|| range.size())
    }

    /// What a call gives of which no more is known than its type.
    fn made(&self, e: &IdedExpr, cost: u64) -> Seen {
        plain(cost, self.scalar(e))
    }

    fn ty(&self, e: &IdedExpr) -> &'s CelType {
        self.facts.types.get(&e.id).unwrap_or(&CelType::Dyn)
    }

    /// The size of what is always of one size.
    fn scalar(&self, e: &IdedExpr) -> Option<Size> {
        is_scalar(self.ty(e)).then(|| Size::exactly(1))
    }
}

fn plain(cost: u64, size: Option<Size>) -> Seen {
    Seen { cost, size, entries: None, path: Path::default() }
}

fn total(parts: &[Seen], base: u64) -> u64 {
    parts.iter().fold(base, |sum, part| sum.saturating_add(part.cost))
}

/// The size of any of some elements.
fn joined(parts: &[Seen]) -> Size {
    parts.iter().map(Seen::size).reduce(Size::or).unwrap_or(Size::exactly(0))
}

fn is_scalar(ty: &CelType) -> bool {
    match ty {
        CelType::Bool | CelType::Double | CelType::Duration | CelType::Int | CelType::Timestamp | CelType::Uint => true,
        CelType::Optional(inner) => is_scalar(inner),
        CelType::Error | CelType::Dyn | CelType::Null | CelType::String | CelType::Bytes | CelType::Type => false,
        CelType::List(_) | CelType::Map(_) | CelType::Object(_) | CelType::Opaque(_) | CelType::Var(_) => false,
    }
}

fn literal_size(literal: &LiteralValue) -> Size {
    Size::exactly(match literal {
        LiteralValue::String(text) => text.inner().chars().count() as u64,
        LiteralValue::Bytes(bytes) => bytes.inner().len() as u64,
        LiteralValue::Boolean(_) | LiteralValue::Double(_) | LiteralValue::Int(_) | LiteralValue::Null | LiteralValue::UInt(_) => 1,
    })
}
