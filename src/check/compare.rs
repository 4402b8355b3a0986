//! Operators: comparison, arithmetic, `and` and `or`, `in`, `??`.

use super::Checker;
use super::access::shown;
use super::name::literal_texts;
use super::unit;
use crate::ast::{BinOp, Expr, ExprKind};
use crate::diag::{Diagnostic, codes, suggest};
use crate::source::Span;
use crate::types::{Literal, Ty, fit};

impl<'a> Checker<'_, '_, 'a> {
    pub(super) fn binary(&mut self, op: BinOp, left: &'a Expr, right: &'a Expr, expr: &'a Expr) -> Ty<'a> {
        match op {
            BinOp::And | BinOp::Or => {
                self.condition(left);
                self.given(left, op == BinOp::And, |this| this.condition(right));
                Ty::Bool
            }
            BinOp::Coalesce => {
                let (l, r) = (self.infer(left), self.infer(right));
                match l {
                    Ty::Null => r,
                    // A bare number takes the unit of the other side.
                    l if unit::is_bare(right) && matches!(l.base(), Ty::Cpu | Ty::Bytes | Ty::Float | Ty::Quantity) => l.present().clone(),
                    l => fit::join(l.present().clone(), r),
                }
            }
            BinOp::Eq | BinOp::Ne => {
                let (l, r) = (self.infer(left), self.infer(right));
                self.saw_expected(left.span, &r);
                self.saw_expected(right.span, &l);
                let (l, r) = (beside(l.clone(), left, &r), beside(r.clone(), right, &l));
                self.equality(&l, &r, left, right, expr);
                Ty::Bool
            }
            BinOp::Lt | BinOp::Le | BinOp::Gt | BinOp::Ge => {
                let (l, r) = (self.operand(left), self.operand(right));
                let (l, r) = (beside(l.clone(), left, &r), beside(r.clone(), right, &l));
                self.order(&l, &r, left, right, expr);
                Ty::Bool
            }
            BinOp::In => {
                let (l, r) = (self.infer(left), self.infer(right));
                self.membership(&l, &r, left, right);
                Ty::Bool
            }
            BinOp::Add | BinOp::Sub | BinOp::Mul | BinOp::Div => {
                let (l, r) = (self.operand(left), self.operand(right));
                self.arithmetic(op, &l, &r, left, right, expr)
            }
        }
    }

    /// An operand that must not be null.
    fn operand(&mut self, expr: &'a Expr) -> Ty<'a> {
        match self.infer(expr) {
            Ty::Optional(_) => {
                let text = self.text(expr.span);
                let error = Diagnostic::new(
                    &codes::MAYBE_NULL,
                    expr.span,
                    format!("`{text}` may be null here, and there is no counting with null"),
                );
                self.report(error.help(format!("give it a value for that case, `({text} ?? 0)`, or ask before: `{text} != null and …`")));
                Ty::Poison
            }
            Ty::Null => self.error(Diagnostic::new(&codes::MAYBE_NULL, expr.span, "there is no counting with null")),
            ty => ty,
        }
    }

    pub(super) fn negated(&mut self, inner: &'a Expr) -> Ty<'a> {
        let ty = self.operand(inner);
        match ty.base() {
            Ty::Int | Ty::Float | Ty::Cpu | Ty::Bytes | Ty::Duration | Ty::Percent | Ty::Quantity | Ty::Any | Ty::Poison => {
                ty.base().clone()
            }
            _ => self.error(Diagnostic::new(&codes::OPERATOR, inner.span, format!("`-` is for numbers, this is {}", shown(&ty)))),
        }
    }

    /// Both sides of `==` could be equal.
    fn equality(&self, l: &Ty<'a>, r: &Ty<'a>, left: &Expr, right: &Expr, expr: &Expr) {
        if let (Some(text), true) = (static_text(right), l.base().members().len() > 1) {
            return self.value_possible(text, l, right, left);
        }
        if let (Some(text), true) = (static_text(left), r.base().members().len() > 1) {
            return self.value_possible(text, r, left, right);
        }
        if comparable(l, r) {
            return;
        }
        let error = Diagnostic::new(&codes::COMPARISON, expr.span, format!("{} never equals {}", shown(l), shown(r)));
        self.report(self.comparison_help(error, l, r, left, right));
    }

    /// A text is compared with something that takes a few values only.
    fn value_possible(&self, text: &str, ty: &Ty<'a>, literal: &Expr, other: &Expr) {
        let open = ty.base().members().iter().any(|m| matches!(m.base(), Ty::String | Ty::Any | Ty::Poison));
        let texts = literal_texts(ty);
        if open || texts.contains(&text) {
            return;
        }
        let name = self.text(other.span);
        let error = Diagnostic::new(&codes::COMPARISON, literal.span, format!("`{name}` is never \"{text}\""));
        self.report(match suggest::nearest(text, texts.iter().copied()) {
            Some(near) => error.help(format!("did you mean \"{near}\"?")).fix(literal.span, format!("\"{near}\"")),
            None if texts.is_empty() => error.help(format!("it is {ty}")),
            None => error.help(format!("it is one of {}", suggest::some_of(&texts).replace('`', "\""))),
        });
    }

    fn comparison_help(&self, error: Diagnostic, l: &Ty, r: &Ty, left: &Expr, right: &Expr) -> Diagnostic {
        for (quoted, other) in [(left, r), (right, l)] {
            let Some(text) = static_text(quoted) else { continue };
            let number = matches!(other.base(), Ty::Int | Ty::Float) && text.parse::<f64>().is_ok();
            if number || *other.base() == Ty::Bool && matches!(text, "true" | "false") {
                return error.help(format!("remove the quotes: `{text}`")).fix(quoted.span, text);
            }
        }
        for (number, other) in [(left, r), (right, l)] {
            if unit::number_of(number).is_some() && matches!(other.base(), Ty::String | Ty::Literal(Literal::Str(_))) {
                let quoted = format!("\"{}\"", self.text(number.span));
                return error.help(format!("text is written in quotes: `{quoted}`")).fix(number.span, quoted);
            }
        }
        for (number, other) in [(left, r), (right, l)] {
            let better = match other.base() {
                _ if !unit::is_bare(number) => continue,
                Ty::Duration => "s",
                Ty::Percent => "%",
                Ty::Cpu => "000m",
                Ty::Bytes => "Mi",
                _ => continue,
            };
            let text = self.text(number.span);
            let better = if text.bytes().all(|b| b.is_ascii_digit()) { format!("{text}{better}") } else { format!("({text}) * 1{better}") };
            return error.help(format!("an amount is compared with one of its unit: `{better}`"));
        }
        match (l.base(), r.base()) {
            (Ty::Address(_), Ty::String | Ty::Literal(_)) => error.help(format!("compare its name: `{}.name`", self.text(left.span))),
            (Ty::String | Ty::Literal(_), Ty::Address(_)) => error.help(format!("compare its name: `{}.name`", self.text(right.span))),
            _ => error,
        }
    }

    fn order(&self, l: &Ty<'a>, r: &Ty<'a>, left: &Expr, right: &Expr, expr: &Expr) {
        for (ty, side) in [(l, left), (r, right)] {
            if !ty.base().members().iter().all(|m| is_number(m.base()) || is_text(m.base())) {
                let error = Diagnostic::new(
                    &codes::COMPARISON,
                    side.span,
                    format!("`<` and its like order numbers and texts, this is {}", shown(ty)),
                );
                let help = if is_list(ty) { "compare their lengths: `len(xs)`" } else { "compare for equality with `==`" };
                return self.report(error.help(help));
            }
        }
        if !comparable(l, r) {
            let error = Diagnostic::new(&codes::COMPARISON, expr.span, format!("{} and {} have no common order", shown(l), shown(r)));
            self.report(self.comparison_help(error, l, r, left, right));
        }
    }

    fn membership(&self, l: &Ty<'a>, r: &Ty<'a>, left: &Expr, right: &Expr) {
        let fits = |elem: &Ty<'a>| {
            if let (Some(text), true) = (static_text(left), elem.base().members().len() > 1) {
                return self.value_possible(text, elem, left, right);
            }
            if !comparable(l, elem) {
                self.report(Diagnostic::new(&codes::COMPARISON, left.span, format!("{} is never among values that are {elem}", shown(l))));
            }
        };
        match r.base() {
            Ty::Any | Ty::Poison | Ty::Null => {}
            Ty::List(elem) => self.listed(l, elem, left, right),
            Ty::Keyed(_) | Ty::Record(_) | Ty::Native(_) | Ty::Partial(_) | Ty::Map(_) => {
                if !is_text(l.base()) {
                    self.report(Diagnostic::new(
                        &codes::COMPARISON,
                        left.span,
                        format!("the keys on the right are texts, this is {}", shown(l)),
                    ));
                }
            }
            Ty::Range(inner) => fits(inner),
            Ty::String | Ty::Literal(Literal::Str(_)) => {
                if !is_text(l.base()) {
                    self.report(Diagnostic::new(&codes::COMPARISON, left.span, format!("a text holds texts, this is {}", shown(l))));
                }
            }
            Ty::Union(members) if members.iter().all(|m| is_text(m.base())) => {}
            Ty::Bool | Ty::Int | Ty::Float | Ty::Cpu | Ty::Bytes | Ty::Duration | Ty::Percent | Ty::Quantity | Ty::Ref => {
                self.not_a_set(r, right.span)
            }
            Ty::Literal(_) | Ty::Union(_) | Ty::Optional(_) | Ty::Refined(_) | Ty::Address(_) => self.not_a_set(r, right.span),
        }
    }

    /// `env in ["dev", "prd"]`: each element is a value that `env` may have.
    fn listed(&self, l: &Ty<'a>, elem: &Ty<'a>, left: &Expr, right: &Expr) {
        if let (ExprKind::List(items), true) = (&right.kind, l.base().members().len() > 1) {
            for item in items {
                if let crate::ast::ListItem::Item(expr) = item
                    && let Some(text) = static_text(expr)
                {
                    self.value_possible(text, l, expr, left);
                }
            }
        }
        if !comparable(l, elem) {
            self.report(Diagnostic::new(&codes::COMPARISON, left.span, format!("{} is never in a list of {elem}", shown(l))));
        }
    }

    fn not_a_set(&self, r: &Ty, at: Span) {
        let error =
            Diagnostic::new(&codes::COMPARISON, at, format!("`in` looks into a list, a map, a range or a text, this is {}", shown(r)));
        self.report(error.help("to compare two values use `==`"));
    }

    fn arithmetic(&self, op: BinOp, l: &Ty<'a>, r: &Ty<'a>, left: &Expr, right: &Expr, expr: &Expr) -> Ty<'a> {
        let (a, b) = (l.base(), r.base());
        match (op, a, b) {
            (_, Ty::Poison, _) | (_, _, Ty::Poison) => Ty::Poison,
            (_, Ty::Any, _) | (_, _, Ty::Any) => Ty::Any,
            (BinOp::Add | BinOp::Sub | BinOp::Mul, Ty::Int, Ty::Int) => Ty::Int,
            (BinOp::Div, Ty::Int, Ty::Int) => Ty::Int,
            (_, Ty::Int | Ty::Float, Ty::Int | Ty::Float) => Ty::Float,
            (BinOp::Add | BinOp::Sub, a, b) if is_number(a) && a == b => a.clone(),
            (BinOp::Add | BinOp::Sub, Ty::Cpu | Ty::Bytes | Ty::Quantity, Ty::Quantity) => a.clone(),
            (BinOp::Add | BinOp::Sub, Ty::Quantity, Ty::Cpu | Ty::Bytes) => b.clone(),
            (BinOp::Mul, a, Ty::Int | Ty::Float) if is_number(a) => a.clone(),
            (BinOp::Mul, Ty::Int | Ty::Float, b) if is_number(b) => b.clone(),
            (BinOp::Div, a, Ty::Int | Ty::Float) if is_number(a) => a.clone(),
            (BinOp::Div, a, b) if is_number(a) && a == b => Ty::Float,
            _ => self.bad_arithmetic(op, l, r, left, right, expr),
        }
    }

    fn bad_arithmetic(&self, op: BinOp, l: &Ty, r: &Ty, left: &Expr, right: &Expr, expr: &Expr) -> Ty<'a> {
        let sign = match op {
            BinOp::Add => "+",
            BinOp::Sub => "-",
            BinOp::Mul => "*",
            _ => "/",
        };
        let error = Diagnostic::new(&codes::OPERATOR, expr.span, format!("`{sign}` does not work on {} and {}", shown(l), shown(r)));
        let inner = |e: &Expr| match static_text(e) {
            Some(text) => text.to_string(),
            None => format!("${{{}}}", self.text(e.span)),
        };
        self.error(match (l.base(), r.base()) {
            (l, r) if op == BinOp::Add && (is_text(l) || is_text(r)) => {
                let joined = format!("\"{}{}\"", inner(left), inner(right));
                let simple = !joined[1..joined.len() - 1].contains(['"', '\n', '\\']);
                let error = error.help(format!("texts are joined by interpolation: `{joined}`"));
                if simple { error.fix(expr.span, joined) } else { error }
            }
            (Ty::List(_) | Ty::Keyed(_), Ty::List(_) | Ty::Keyed(_)) if op == BinOp::Add => {
                let joined = format!("[...{}, ...{}]", self.text(left.span), self.text(right.span));
                error.help(format!("lists are joined by spread: `{joined}`")).fix(expr.span, joined)
            }
            (Ty::Record(_) | Ty::Map(_), Ty::Record(_) | Ty::Map(_)) if op == BinOp::Add => {
                error.help(format!("records are merged by spread: `{{ ...{}, ...{} }}`", self.text(left.span), self.text(right.span)))
            }
            (l, r) if is_number(l) && is_number(r) => {
                error.help("sums are of one unit; an amount is multiplied and divided by a plain number")
            }
            _ => error,
        })
    }
}

fn static_text(expr: &Expr) -> Option<&str> {
    match &expr.kind {
        ExprKind::Str(lit) => lit.as_static(),
        _ => None,
    }
}

fn is_number(ty: &Ty) -> bool {
    matches!(
        ty,
        Ty::Int
            | Ty::Float
            | Ty::Cpu
            | Ty::Bytes
            | Ty::Duration
            | Ty::Percent
            | Ty::Quantity
            | Ty::Any
            | Ty::Poison
            | Ty::Literal(Literal::Int(_))
    )
}

fn is_text(ty: &Ty) -> bool {
    match ty {
        Ty::String | Ty::Literal(Literal::Str(_)) | Ty::Any | Ty::Poison => true,
        Ty::Union(members) => members.iter().all(|m| is_text(m.base())),
        _ => false,
    }
}

fn is_list(ty: &Ty) -> bool {
    matches!(ty.base(), Ty::List(_) | Ty::Keyed(_))
}

/// Whether values of the two types could be equal.
fn comparable(l: &Ty, r: &Ty) -> bool {
    l.base().members().iter().any(|a| r.base().members().iter().any(|b| sort_of(a.base()) == sort_of(b.base()) || is_wild(a) || is_wild(b)))
        || l.is_optional() && r.is_optional()
}

/// Compared with anything: what is not known here, and amounts whose unit is not.
fn is_wild(ty: &Ty) -> bool {
    matches!(ty, Ty::Any | Ty::Poison | Ty::Null | Ty::Quantity)
}

/// Types whose values may be equal are of one sort.
fn sort_of(ty: &Ty) -> u8 {
    match ty {
        Ty::Poison | Ty::Any | Ty::Null => 0,
        Ty::Bool | Ty::Literal(Literal::Bool(_)) => 1,
        Ty::Int | Ty::Float | Ty::Literal(Literal::Int(_)) => 2,
        Ty::String | Ty::Literal(Literal::Str(_)) => 3,
        Ty::Cpu => 4,
        Ty::Bytes => 5,
        Ty::Duration => 6,
        Ty::Percent => 7,
        Ty::Quantity => 14,
        Ty::Ref => 8,
        Ty::List(_) | Ty::Keyed(_) => 9,
        Ty::Map(_) | Ty::Record(_) | Ty::Native(_) | Ty::Partial(_) => 10,
        Ty::Range(_) => 11,
        Ty::Address(_) => 12,
        Ty::Union(_) | Ty::Optional(_) | Ty::Refined(_) => 13,
    }
}

/// The type of one side of a comparison: a bare number beside an amount of cores counts cores. Bytes are never counted without a unit.
fn beside<'a>(own: Ty<'a>, expr: &Expr, other: &Ty<'a>) -> Ty<'a> {
    if unit::is_bare(expr) && *other.base() == Ty::Cpu { Ty::Cpu } else { own }
}
