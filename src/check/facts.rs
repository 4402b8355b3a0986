//! Facts: what is known not to be null where an expression stands.
//!
//! `x != null`, `has(x)`, `x == "a"` say so of `x` where they hold; `x == null` where it does not. `and`, `or` and `not` combine. A fact is
//! about a path of plain names, `v.config.name`; one about a longer path holds for all its beginnings.

use super::{Bind, Checker};
use crate::ast::{BinOp, Expr, ExprKind, Name};
use smallvec::SmallVec;

/// `v.config.name`
pub(super) type Path = SmallVec<[Name; 4]>;

/// The path that an expression is, with `a?.b` and `a["b"]` counting as `a.b`.
pub(super) fn path_of(expr: &Expr) -> Option<Path> {
    let mut names = Path::new();
    let mut at = expr;
    loop {
        match &at.kind {
            ExprKind::Name(name) => {
                names.push(*name);
                names.reverse();
                return Some(names);
            }
            ExprKind::Field { base, field, .. } => {
                names.push(field.name);
                at = base;
            }
            ExprKind::Index { base, index } => {
                let ExprKind::Str(lit) = &index.kind else { return None };
                names.push(lit.as_static()?.into());
                at = base;
            }
            _ => return None,
        }
    }
}

impl<'a> Checker<'_, '_, 'a> {
    /// Adds what is known where `condition` has come out as `truth`.
    pub(super) fn assume(&mut self, condition: &Expr, truth: bool) {
        match &condition.kind {
            ExprKind::Not(inner) => self.assume(inner, !truth),
            ExprKind::Binary { op: BinOp::And, left, right } if truth => {
                self.assume(left, truth);
                self.assume(right, truth);
            }
            ExprKind::Binary { op: BinOp::Or, left, right } if !truth => {
                self.assume(left, truth);
                self.assume(right, truth);
            }
            ExprKind::Binary { op: BinOp::Ne, left, right } => self.compared(left, right, !truth),
            ExprKind::Binary { op: BinOp::Eq, left, right } => self.compared(left, right, truth),
            ExprKind::Call(call) if truth && call.callee.module.is_none() && call.callee.name.name == "has" => {
                call.args.iter().for_each(|arg| self.present(&arg.value));
            }
            _ => {}
        }
    }

    /// One side equals the other, or does not.
    fn compared(&mut self, left: &Expr, right: &Expr, equal: bool) {
        let is_null = |e: &Expr| e.kind == ExprKind::Null;
        let is_literal = |e: &Expr| matches!(e.kind, ExprKind::Bool(_) | ExprKind::Num(_) | ExprKind::Str(_));
        match (is_null(left), is_null(right)) {
            (false, true) if !equal => self.present(left),
            (true, false) if !equal => self.present(right),
            (false, false) if equal && is_literal(right) => self.present(left),
            (false, false) if equal && is_literal(left) => self.present(right),
            _ => {}
        }
    }

    fn present(&mut self, expr: &Expr) {
        let Some(path) = path_of(expr) else { return };
        for length in 1..=path.len() {
            self.locals.push(Bind::Present(path[..length].into()));
        }
    }

    /// Whether a fact says that the expression is not null here.
    pub(super) fn is_present(&self, expr: &Expr) -> bool {
        if !self.locals.iter().any(|b| matches!(b, Bind::Present(_))) {
            return false;
        }
        let Some(path) = path_of(expr) else { return false };
        for bind in self.locals.iter().rev() {
            match bind {
                Bind::Local(name, ..) if *name == path[0] => return false,
                Bind::Present(known) if *known == path => return true,
                Bind::Local(..) | Bind::Present(_) => {}
            }
        }
        false
    }
}
