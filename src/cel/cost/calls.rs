//! The cost of functions, and the sizes of what they give.

use super::size::{Entries, Path, Size, Step, part};
use super::{A_CHARACTER, A_PATTERN_CHARACTER, NEW_LIST, Seen, Walk, plain, spelled, total};
use crate::cel::CelType;
use crate::cel::signatures::Overload;
use cel::IdedExpr;
use cel::common::ast::{CallExpr, Expr, LiteralValue};

/// A call with what is known of its arguments.
struct Call<'c> {
    e: &'c IdedExpr,
    name: String,
    /// What stands before the dot.
    target: Option<(&'c IdedExpr, Seen)>,
    args: Vec<(&'c IdedExpr, Seen)>,
}

/// What a function costs beside its arguments, and the size of what it gives.
struct Price {
    cost: u64,
    size: Option<Size>,
}

impl Price {
    const ONE: Price = Price { cost: 1, size: None };

    fn of(cost: u64) -> Option<Price> {
        Some(Price { cost, size: None })
    }

    /// A walk over a text.
    fn walk(size: Size) -> Option<Price> {
        Price::of(part(size.most, A_CHARACTER))
    }

    fn giving(cost: u64, size: Size) -> Option<Price> {
        Some(Price { cost, size: Some(size) })
    }

    /// A new list of such a size.
    fn list(size: Size, factor: f64) -> Option<Price> {
        Price::giving(part(size.most, factor).saturating_add(1 + NEW_LIST), size)
    }
}

impl Walk<'_> {
    pub fn call(&mut self, e: &IdedExpr, call: &CallExpr) -> Seen {
        if let ("_?._", [operand, ..]) = (call.func_name.as_str(), call.args.as_slice()) {
            let cost = self.expr(operand).cost.saturating_add(1);
            return self.made(e, cost);
        }
        if let Some(seen) = self.macro_call(e, call) {
            return seen;
        }
        let overloads = self.facts.overloads.get(&e.id).map_or(&[][..], |list| list.as_slice());
        let args: Vec<_> = call.args.iter().map(|arg| (arg, self.expr(arg))).collect();
        let call = match &call.target {
            Some(target) if overloads.iter().any(|o| o.member) => {
                let seen = self.expr(target);
                Call { e, name: call.func_name.clone(), target: Some((target, seen)), args }
            }
            Some(target) => {
                let name = format!("{}.{}", spelled(target).unwrap_or_default(), call.func_name);
                Call { e, name, target: None, args }
            }
            None => Call { e, name: call.func_name.strip_prefix('.').unwrap_or(&call.func_name).to_string(), target: None, args },
        };
        self.priced(&call, overloads)
    }

    fn priced(&self, call: &Call, overloads: &[&Overload]) -> Seen {
        let seen: Vec<Seen> = call.args.iter().map(|(_, seen)| seen.clone()).collect();
        let arguments = total(&seen, call.target.as_ref().map_or(0, |(_, seen)| seen.cost));
        match (call.name.as_str(), seen.as_slice()) {
            ("dyn", [arg]) => return Seen { cost: arg.cost.saturating_add(1), path: Path::default(), ..arg.clone() },
            ("_&&_" | "_||_", _) => return plain(arguments, self.scalar(call.e)),
            ("_?_:_", [test, a, b]) => {
                let entries = a.entries.zip(b.entries).map(|(a, b)| a.or(b));
                let cost = test.cost.saturating_add(a.cost.max(b.cost));
                return Seen { entries, ..plain(cost, Some(a.size().or(b.size()))) };
            }
            ("_[_]", [of, _]) => {
                let found = overloads.iter().any(|o| matches!(o.args.first(), Some(CelType::List(_) | CelType::Map(_))));
                let path = if found { of.path.then(Step::Value) } else { Path::default() };
                let size = of.entries.filter(|_| found).map(|entries| entries.value);
                let size = size.or_else(|| path.size(self.sizes)).or_else(|| self.scalar(call.e));
                return Seen { path, ..plain(arguments.saturating_add(1), size) };
            }
            _ => {}
        }
        let prices: Vec<Price> = overloads.iter().map(|overload| self.price(call, overload).unwrap_or(Price::ONE)).collect();
        let cost = prices.iter().map(|price| price.cost).max().unwrap_or(1);
        let size = prices.iter().filter_map(|price| price.size).reduce(Size::or).or_else(|| self.scalar(call.e));
        let entries = match (call.name.as_str(), seen.as_slice()) {
            ("_+_", [a, b]) => a.entries.zip(b.entries).map(|(a, b): (Entries, Entries)| b.or(a)),
            _ => None,
        };
        Seen { entries, ..plain(arguments.saturating_add(cost), size) }
    }

    /// What one way to call a function costs beside the arguments; `None` where that is 1.
    fn price(&self, call: &Call, overload: &Overload) -> Option<Price> {
        let arg = |index: usize| call.args.get(index).map(|(_, seen)| seen.size());
        let target = call.target.as_ref().map(|(_, seen)| seen.size());
        let takes = |index: usize, ty: &CelType| overload.args.get(index) == Some(ty);
        match call.name.as_str() {
            "_==_" | "_!=_" | "_<_" | "_<=_" | "_>_" | "_>=_" => self.comparison(call, overload),
            "_+_" if takes(0, &CelType::String) || takes(0, &CelType::Bytes) => {
                let size = arg(0)?.plus(arg(1)?);
                Price::giving(part(size.most, A_CHARACTER), size)
            }
            "_+_" if matches!(overload.args.first(), Some(CelType::List(_))) => Price::giving(1, arg(0)?.plus(arg(1)?)),
            "@in" | "_in_" | "in" if matches!(overload.args.get(1), Some(CelType::List(_))) => Price::of(arg(1)?.most),
            "matches" => match target {
                Some(text) => pattern(text, arg(0)?),
                None => pattern(arg(0)?, arg(1)?),
            },
            "find" | "findAll" => {
                let price = pattern(target?, arg(0)?)?;
                Price::giving(price.cost, Size::up_to(target?.most))
            }
            "contains" => Price::of(part(target?.most, A_CHARACTER).saturating_mul(part(arg(0)?.most, A_CHARACTER))),
            "startsWith" | "endsWith" => Price::walk(arg(0)?),
            "format" => Price::walk(target?),
            "bytes" if takes(0, &CelType::String) => {
                Price::giving(part(arg(0)?.most, A_CHARACTER), Size { least: arg(0)?.least, most: arg(0)?.most.saturating_mul(4) })
            }
            "string" if takes(0, &CelType::Bytes) => {
                Price::giving(part(arg(0)?.most, A_CHARACTER), Size { least: arg(0)?.least / 4, most: arg(0)?.most })
            }
            "strings.quote" => {
                let most = arg(0)?.most.saturating_mul(2).saturating_add(2);
                Price::giving(part(arg(0)?.most, A_CHARACTER), Size { least: arg(0)?.least.saturating_add(2), most })
            }
            "url" | "jsonpatch.escapeKey" => Price::giving(part(arg(0)?.most, A_CHARACTER), arg(0)?),
            "lowerAscii" | "upperAscii" | "substring" | "trim" => Price::giving(part(target?.most, A_CHARACTER), target?),
            "replace" => Price::giving(part(target?.most, 2.0 * A_CHARACTER), replaced(target?, arg(0)?, arg(1)?)),
            "split" => {
                let most = call.args.get(1).and_then(|(e, _)| number(e)).map_or(target?.most, |n| n as u64);
                Price::giving(part(target?.most, 2.0 * A_CHARACTER), Size::up_to(most))
            }
            "join" => {
                let size = self.joined_text(call, target?);
                Price::giving(part(size.most, A_CHARACTER), size)
            }
            "cidr" | "isIP" | "isCIDR" | "quantity" | "isQuantity" | "semver" | "isSemver" => Price::walk(arg(0)?),
            "ip" if call.target.is_none() => Price::walk(arg(0)?),
            "ip.isCanonical" => Price::of(part(arg(0)?.most, 2.0 * A_CHARACTER)),
            "containsIP" => Price::of(4 + if takes(1, &CelType::String) { part(arg(0)?.most, A_CHARACTER) } else { 0 }),
            "containsCIDR" => {
                let text = if takes(1, &CelType::String) { part(arg(0)?.most, A_CHARACTER) } else { 0 };
                Price::of(text.saturating_add(4 + 2 + 1))
            }
            // The form's regular expression is taken to be of 128 characters.
            "validate" => Price::of(part(part(arg(0)?.most, A_CHARACTER), 128.0 * A_PATTERN_CHARACTER)),
            "isSorted" | "sum" | "max" | "min" | "indexOf" | "lastIndexOf" | "includes" => self.compared_elements(call, target?),
            "sets.contains" | "sets.intersects" => Price::of(arg(0)?.times(arg(1)?).most.saturating_add(1)),
            "sets.equivalent" => Price::of(part(arg(0)?.times(arg(1)?).most, 2.0).saturating_add(1)),
            "slice" => {
                let at = |index: usize, otherwise| call.args.get(index).and_then(|(e, _)| number(e)).map_or(otherwise, |n| n.max(0) as u64);
                Price::list(Size::exactly(at(1, target?.most).wrapping_sub(at(0, 0))), 1.0)
            }
            "lists.range" => {
                let end = call.args.first().and_then(|(e, _)| number(e)).map_or(u64::MAX, |n| n.max(0) as u64);
                Price::list(Size::exactly(end), 1.0)
            }
            "reverse" => Price::list(target?, 1.0),
            "flatten" => {
                let depth = match call.args.first() {
                    Some((e, _)) => number(e).map_or(u64::MAX, |n| n.max(0) as u64),
                    None => 1,
                };
                Price::list(target?, depth as f64)
            }
            "distinct" => Price::list(target?.times(target?), 2.0),
            "sort" => {
                let texts =
                    matches!(overload.args.first(), Some(CelType::List(elem)) if matches!(**elem, CelType::String | CelType::Bytes));
                Price::list(target?.times(target?), if texts { 2.0 + A_CHARACTER } else { 2.0 })
            }
            _ => None,
        }
    }

    /// The shorter of both is walked; what has no length costs nothing.
    fn comparison(&self, call: &Call, overload: &Overload) -> Option<Price> {
        let [(a, left), (b, right)] = call.args.as_slice() else { return None };
        if call.name == "_==_" && self.ty(a) == self.ty(b) {
            match self.ty(a) {
                CelType::Opaque("kubernetes.NamedFormat") => return Price::of(7),
                CelType::Opaque("kubernetes.URL") => {
                    return Price::of(part(right.size.map_or(1, |size| size.most), A_CHARACTER));
                }
                CelType::Opaque(_) => return Price::of(1),
                _ => {}
            }
        }
        let texts = matches!(overload.args.first(), Some(CelType::String | CelType::Bytes));
        if matches!(call.name.as_str(), "_==_" | "_!=_") || texts {
            return Price::of(part(left.size().most.min(right.size().most), A_CHARACTER));
        }
        None
    }

    /// A list, each of whose elements is looked at; or a text that is walked.
    fn compared_elements(&self, call: &Call, size: Size) -> Option<Price> {
        let (target, seen) = call.target.as_ref()?;
        let elem = match self.ty(target) {
            CelType::List(elem) => elem.as_ref(),
            CelType::Map(entry) => &entry.0,
            _ if call.name == "includes" => return Price::of(size.most),
            _ => return Price::walk(size),
        };
        let texts = matches!(elem, CelType::String | CelType::Bytes);
        let one = if texts { part(self.element_size(seen).most, A_CHARACTER) } else { 0 };
        Price::of(size.most.saturating_mul(one.saturating_add(1)))
    }

    /// The size of the elements of a list that the schema knows.
    fn element_size(&self, list: &Seen) -> Size {
        // The path is a copy here, so that nothing is replaced.
        let declared = if list.path.is_empty() { None } else { list.path.copied().then(Step::Value).size(self.sizes) };
        declared.unwrap_or(Size::UNKNOWN)
    }

    fn joined_text(&self, call: &Call, list: Size) -> Size {
        let Some((target, seen)) = &call.target else { return Size::UNKNOWN };
        let texts = match self.ty(target) {
            CelType::List(_) | CelType::Map(_) => list.times(self.element_size(seen)),
            _ => Size::exactly(0),
        };
        match call.args.first() {
            Some((_, separator)) => {
                let between = Size { least: list.least.saturating_sub(1), most: list.most.saturating_sub(1) };
                texts.plus(separator.size().times(between))
            }
            None => texts,
        }
    }
}

/// A regular expression on a text; the empty one costs as much as one character.
fn pattern(text: Size, regex: Size) -> Option<Price> {
    let text = part(text.most.saturating_add(1), A_CHARACTER);
    Price::of(text.saturating_mul(part(regex.most, A_PATTERN_CHARACTER)))
}

/// A text in which each `old` became `new`.
fn replaced(text: Size, old: Size, new: Size) -> Size {
    // The shortest `old` is found most often, the longest least often.
    let (most, most_kept) = occurrences(text.most, old.least, new.most <= old.least);
    let (least, least_kept) = occurrences(text.least, old.most, old.most <= new.least);
    let (count, kept) = (Size { least, most }, Size { least: least_kept, most: most_kept });
    count.times(new).plus(kept)
}

/// How often an `old` of some length is reckoned to be replaced in a text, and how much of the text to stay: all, where that is the bound.
fn occurrences(text: u64, old: u64, stays: bool) -> (u64, u64) {
    match old {
        // Nothing is found between all characters, and these stay.
        0 => (text.saturating_add(1), text),
        _ if stays => (0, text),
        _ => ((text as f64 / old as f64).ceil() as u64, 0),
    }
}

fn number(e: &IdedExpr) -> Option<i64> {
    match &e.expr {
        Expr::Literal(LiteralValue::Int(n)) => Some(*n.inner()),
        _ => None,
    }
}
