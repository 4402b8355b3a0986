//! The cost of macros: of what they expand to.
//!
//! A macro over a list keeps a result, and each turn reads it, makes a new one and asks whether to go on; these small costs are part of
//! what a turn costs.

use super::size::{Entries, Path, Size, Step};
use super::{Local, NEW_LIST, NEW_MAP, Seen, Walk, is_scalar, part, plain};
use crate::cel::CelType;
use cel::IdedExpr;
use cel::common::ast::{CallExpr, Expr};

impl Walk<'_> {
    /// The cost of a macro; `None` where the call is of none. The checker has seen that its names are names.
    pub fn macro_call(&mut self, e: &IdedExpr, call: &CallExpr) -> Option<Seen> {
        let args = call.args.as_slice();
        let Some(target) = call.target.as_deref() else {
            return match (call.func_name.as_str(), args) {
                ("has", [IdedExpr { expr: Expr::Select(select), .. }]) => Some(plain(self.expr(&select.operand).cost, self.scalar(e))),
                _ => None,
            };
        };
        let name = call.func_name.as_str();
        Some(match (name, args) {
            ("all", [vars @ .., test]) if is_vars(vars) => self.quantifier(target, vars, test, 3, 1),
            ("exists", [vars @ .., test]) if is_vars(vars) => self.quantifier(target, vars, test, 4, 1),
            ("exists_one" | "existsOne", [vars @ .., test]) if is_vars(vars) => self.quantifier(target, vars, test, 2, 2),
            ("filter", [var, test]) => self.list(target, std::slice::from_ref(var), Some(test), var),
            ("map", [var, rest @ .., result]) if rest.len() < 2 => self.list(target, std::slice::from_ref(var), rest.first(), result),
            ("transformList", [_, _, rest @ .., result]) if rest.len() < 2 => self.list(target, &args[..2], rest.first(), result),
            ("transformMap", [_, _, rest @ .., result]) if rest.len() < 2 => self.map(target, &args[..2], rest.first(), result, 3),
            ("transformMapEntry", [_, _, rest @ .., result]) if rest.len() < 2 => self.map(target, &args[..2], rest.first(), result, 2),
            ("optMap" | "optFlatMap", [var, result]) => self.of_optional(e, target, var, result, name == "optMap"),
            ("sortBy", [var, key]) => self.sorted(target, var, key),
            ("bind", [var, value, result]) if target.expr == Expr::Ident("cel".into()) => {
                let bound = self.expr(value);
                let cost = bound.cost;
                let inner = self.under(&[(var, bound)], result);
                Seen { cost: inner.cost.saturating_add(cost).saturating_add(NEW_LIST), path: Path::default(), ..inner }
            }
            _ => return None,
        })
    }

    fn quantifier(&mut self, target: &IdedExpr, vars: &[IdedExpr], test: &IdedExpr, turn: u64, end: u64) -> Seen {
        let range = self.expr(target);
        let test = self.turn(target, &range, vars, test);
        let turns = self.walked(target, &range);
        plain(looped(&range, turns, test.cost.saturating_add(turn), end), Some(Size::exactly(1)))
    }

    /// A list that grows by an element a turn.
    fn list(&mut self, target: &IdedExpr, vars: &[IdedExpr], test: Option<&IdedExpr>, element: &IdedExpr) -> Seen {
        let range = self.expr(target);
        let tested = test.map_or(0, |test| self.turn(target, &range, vars, test).cost);
        let element = self.turn(target, &range, vars, element);
        let turn = element.cost.saturating_add(NEW_LIST + 2).saturating_add(tested);
        let entries = Entries { list: true, key: Size::exactly(1), value: Size::up_to(element.size().most) };
        let turns = self.walked(target, &range);
        Seen { entries: Some(entries), ..plain(looped(&range, turns, turn, NEW_LIST + 1), Some(turns)) }
    }

    /// A map that grows by an entry a turn.
    fn map(&mut self, target: &IdedExpr, vars: &[IdedExpr], test: Option<&IdedExpr>, value: &IdedExpr, turn: u64) -> Seen {
        let range = self.expr(target);
        let tested = test.map_or(0, |test| self.turn(target, &range, vars, test).cost);
        let value = self.turn(target, &range, vars, value);
        let turn = value.cost.saturating_add(turn).saturating_add(tested);
        let turns = self.walked(target, &range);
        plain(looped(&range, turns, turn, NEW_MAP + 1), Some(turns))
    }

    /// `optMap`: whether there is a value, then the value once more.
    fn of_optional(&mut self, e: &IdedExpr, target: &IdedExpr, var: &IdedExpr, result: &IdedExpr, wraps: bool) -> Seen {
        let of = self.expr(target);
        let inner = match self.ty(target) {
            CelType::Optional(inner) => inner.as_ref(),
            _ => &CelType::Dyn,
        };
        let value = plain(1, is_scalar(inner).then(|| Size::exactly(1)));
        let bound = self.under(&[(var, value)], result);
        let cost = of.cost.saturating_mul(2).saturating_add(bound.cost).saturating_add(NEW_LIST + 2 + u64::from(wraps));
        let none = self.scalar(e).unwrap_or(Size::UNKNOWN);
        let some = if wraps { none } else { bound.size() };
        plain(cost, Some(some.or(none)))
    }

    /// A list by a key of its elements: the keys are a list of their own, and each is compared with each.
    fn sorted(&mut self, target: &IdedExpr, var: &IdedExpr, key: &IdedExpr) -> Seen {
        let of = self.expr(target);
        // The keys are made of a name for the list.
        let element = self.turn(target, &of, std::slice::from_ref(var), key);
        let (turn, turns) = (element.cost.saturating_add(NEW_LIST + 2), self.walked(target, &of));
        let keys = plain(looped(&Seen { cost: 1, ..of.clone() }, turns, turn, NEW_LIST + 1), Some(turns));
        let factor = match self.ty(key) {
            CelType::String | CelType::Bytes | CelType::Dyn => 2.1,
            _ => 2.0,
        };
        let square = keys.size().times(keys.size());
        let call = part(square.most, factor).saturating_add(1 + NEW_LIST).saturating_add(keys.cost);
        plain(call.saturating_add(1).saturating_add(of.cost).saturating_add(NEW_LIST), Some(square))
    }

    /// What is done in each turn of a walk over a range.
    fn turn(&mut self, target: &IdedExpr, range: &Seen, vars: &[IdedExpr], body: &IdedExpr) -> Seen {
        match vars {
            [key, value, ..] => {
                let bound = [(key, self.key(target, range)), (value, Self::value(range))];
                self.under(&bound, body)
            }
            [var] => self.under(&[(var, self.one(target, range))], body),
            [] => self.under(&[], body),
        }
    }

    fn under(&mut self, bound: &[(&IdedExpr, Seen)], body: &IdedExpr) -> Seen {
        let before = self.locals.len();
        for (var, seen) in bound {
            if let Expr::Ident(name) = &var.expr {
                self.locals.push(Local { name: name.as_str().into(), seen: seen.clone() });
            }
        }
        let inner = self.expr(body);
        self.locals.truncate(before);
        inner
    }

    fn is_list(&self, target: &IdedExpr, range: &Seen) -> bool {
        range.entries.map_or(matches!(self.ty(target), CelType::List(_)), |entries| entries.list)
    }

    /// With one name: the elements of a list, the keys of a map.
    fn one(&self, target: &IdedExpr, range: &Seen) -> Seen {
        if self.is_list(target, range) { Self::value(range) } else { self.key(target, range) }
    }

    fn value(range: &Seen) -> Seen {
        let size = range.entries.map(|entries| entries.value);
        Seen { cost: 1, size, entries: None, path: range.path.then(Step::Value) }
    }

    fn key(&self, target: &IdedExpr, range: &Seen) -> Seen {
        let size = range.entries.map(|entries| entries.key);
        let path = range.path.then(if self.is_list(target, range) { Step::Number } else { Step::Key });
        Seen { cost: 1, size, entries: None, path }
    }
}

fn is_vars(vars: &[IdedExpr]) -> bool {
    matches!(vars.len(), 1 | 2)
}

/// All turns, with what stands before and behind them.
fn looped(range: &Seen, turns: Size, turn: u64, around: u64) -> u64 {
    turns.most.saturating_mul(turn).saturating_add(range.cost).saturating_add(around)
}
