//! Expressions: what type they are of, and whether they are what their place expects.

use super::Checker;
use super::access::shown;
use super::expect::Expected;
use super::unit;
use crate::ast::{self, BinOp, CompClause, Expr, ExprKind, ListItem, StrLit, StrPart};
use crate::diag::{Diagnostic, codes};
use crate::types::{Literal, Ty, fit};
use std::sync::Arc;

impl<'a> Checker<'_, '_, 'a> {
    /// The type of an expression of which nothing is expected.
    pub(super) fn infer(&mut self, expr: &'a Expr) -> Ty<'a> {
        let ty = self.inferred(expr);
        self.saw_type(expr, &ty);
        ty
    }

    fn inferred(&mut self, expr: &'a Expr) -> Ty<'a> {
        match &expr.kind {
            ExprKind::Null => Ty::Null,
            ExprKind::Bool(_) => Ty::Bool,
            ExprKind::Num(lit) => self.unit(lit, expr).map_or(Ty::Poison, unit::natural),
            ExprKind::Str(lit) => self.string(lit),
            ExprKind::Name(name) => {
                let ty = self.name(*name, expr.span, None);
                self.narrowed(expr, ty)
            }
            ExprKind::List(items) => self.infer_list(items),
            ExprKind::Comp(comp) => self.scoped(|this| {
                this.clauses(&comp.clauses);
                Ty::list(this.infer(&comp.element))
            }),
            ExprKind::Record(block) => self.infer_block(block),
            ExprKind::Field { base, field, optional } => self.infer_field(expr, base, *field, *optional),
            ExprKind::Index { base, index } => self.infer_index(expr, base, index),
            ExprKind::Call(call) => self.call(call, expr.span),
            ExprKind::Not(inner) => {
                self.condition(inner);
                Ty::Bool
            }
            ExprKind::Neg(inner) => self.negated(inner),
            ExprKind::Binary { op, left, right } => self.binary(*op, left, right, expr),
            ExprKind::Range { lo, hi } => self.infer_range(lo.as_deref(), hi.as_deref()),
            ExprKind::If { condition, then, otherwise } => {
                self.condition(condition);
                let then = self.given(condition, true, |this| this.infer(then));
                let otherwise = self.given(condition, false, |this| this.infer(otherwise));
                fit::join(then, otherwise)
            }
            ExprKind::Lambda { .. } => self.misplaced_lambda(expr),
        }
    }

    /// Holds an expression against what is expected of it. Literals adapt; where the expression has branches or elements, each is held
    /// against its part.
    pub(super) fn check(&mut self, expr: &'a Expr, expected: &Expected<'_, 'a>) {
        self.saw_expected(expr.span, expected.ty);
        let wanted = expected.ty.base();
        if let Ty::Record(record) = wanted
            && let (Some(primary), true) = (record.primary(), adapts_to_primary(expr))
        {
            return self
                .check(expr, &Expected { native: expected.native, ..Expected::field(record.name.map_or("", |n| n.as_str()), primary) });
        }
        match (&expr.kind, wanted) {
            (ExprKind::If { condition, then, otherwise }, _) => {
                self.condition(condition);
                self.given(condition, true, |this| this.check(then, expected));
                self.given(condition, false, |this| this.check(otherwise, expected));
            }
            (ExprKind::Binary { op: BinOp::Coalesce, left, right }, _) => self.check_coalesce(left, right, expected),
            (ExprKind::List(items), Ty::List(elem)) => self.check_list(items, elem, expected),
            (ExprKind::List(items), Ty::Keyed(keyed)) => {
                let elem = keyed.element().clone();
                let expected = Expected { native: true, ..*expected };
                self.check_list(items, &elem, &expected);
            }
            (ExprKind::Comp(comp), Ty::List(elem)) => self.check_comp(comp, &expected.element(elem)),
            (ExprKind::Comp(comp), Ty::Keyed(keyed)) => {
                let elem = keyed.element();
                self.check_comp(comp, &Expected { native: true, ..expected.element(elem) });
            }
            (ExprKind::Record(block), Ty::Record(_) | Ty::Map(_) | Ty::Native(_) | Ty::Partial(_)) => self.check_block(block, expected),
            (ExprKind::Range { lo, hi }, Ty::Range(inner)) => {
                for side in [lo, hi].into_iter().flatten() {
                    self.check(side, &expected.end(inner));
                }
            }
            (ExprKind::Str(lit), _) => self.check_string(lit, expr, expected),
            (ExprKind::Name(name), _) => {
                let ty = self.name(*name, expr.span, Some(expected.ty));
                let ty = self.narrowed(expr, ty);
                self.saw_type(expr, &ty);
                self.fit(&ty, expected, expr);
            }
            _ => match unit::number_of(expr) {
                Some(number) => self.check_number(number, expr, expected),
                None => {
                    let found = self.infer(expr);
                    let adapts = unit::is_bare(expr) && matches!(wanted, Ty::Float | Ty::Cpu | Ty::Bytes | Ty::Quantity);
                    if !adapts {
                        self.fit(&found, expected, expr);
                    }
                }
            },
        }
    }

    /// Runs `work` knowing how a condition came out.
    pub(super) fn given<T>(&mut self, condition: &'a Expr, truth: bool, work: impl FnOnce(&mut Self) -> T) -> T {
        self.scoped(|this| {
            this.assume(condition, truth);
            work(this)
        })
    }

    pub(super) fn condition(&mut self, expr: &'a Expr) {
        let found = self.infer(expr);
        self.truth(&found, expr);
    }

    /// Reports an operand of `if`, `and`, `or`, `not` that is no Bool.
    pub(super) fn truth(&self, found: &Ty<'a>, expr: &Expr) {
        let error = Diagnostic::new(&codes::CONDITION, expr.span, format!("a condition is true or false, this is {}", shown(found)));
        let text = self.text(expr.span);
        let path = super::access::is_path(expr);
        let help = match found.base() {
            Ty::Bool | Ty::Any | Ty::Poison | Ty::Literal(Literal::Bool(_)) => match found {
                Ty::Optional(_) => format!("it may be null: write `{text} ?? false`"),
                _ => return,
            },
            _ if !path => "compare it with something: `n > 0`, `s != \"\"`, `xs != []`".into(),
            _ if matches!(found, Ty::Optional(_)) => format!("to ask whether it is there: `{text} != null`"),
            Ty::String | Ty::Literal(_) => format!("to ask whether it is empty: `{text} != \"\"`"),
            Ty::List(_) | Ty::Keyed(_) => format!("to ask whether it has elements: `{text} != []`"),
            Ty::Map(_) | Ty::Record(_) | Ty::Native(_) | Ty::Partial(_) => format!("to ask whether it has entries: `{text} != {{}}`"),
            Ty::Int | Ty::Float => format!("compare it: `{text} > 0`"),
            _ => "compare it with something".into(),
        };
        self.report(error.help(help));
    }

    fn misplaced_lambda(&self, expr: &Expr) -> Ty<'a> {
        let error = Diagnostic::new(&codes::FUNCTION_VALUE, expr.span, "`x => …` stands only as an argument of a builtin");
        self.error(error.help("give it to `map`, `filter`, `any`, …, or declare a function: `fn name(x: Int) -> Int = …`"))
    }

    // ---- strings ----

    fn string(&mut self, lit: &'a StrLit) -> Ty<'a> {
        if let Some(text) = lit.as_static() {
            return Ty::Literal(Literal::Str(text.into()));
        }
        for part in &lit.parts {
            if let StrPart::Expr(expr) = part {
                self.interpolated(expr);
            }
        }
        Ty::String
    }

    /// An expression in a string has a text.
    fn interpolated(&mut self, expr: &'a Expr) {
        let found = self.infer(expr);
        let text = self.text(expr.span);
        let error = |what: String| Diagnostic::new(&codes::INTERPOLATION, expr.span, what);
        if found == Ty::Null {
            return self.report(error("null has no text".into()).help("leave it out, or write the text that is meant"));
        }
        if let Ty::Optional(_) = found {
            self.report(
                error(format!("`{text}` may be null, which has no text"))
                    .help(format!("give it a value for that case: `${{{text} ?? \"…\"}}`")),
            );
            return;
        }
        for member in found.base().members() {
            let (what, help) = match member.base() {
                Ty::List(_) | Ty::Keyed(_) => ("a list", format!("join it: `${{join({text}, \", \")}}`")),
                Ty::Record(_) | Ty::Map(_) | Ty::Native(_) | Ty::Partial(_) => {
                    ("a record", format!("print it: `${{json.format({text})}}`, or name one of its fields"))
                }
                Ty::Address(_) => {
                    ("a declaration's address", format!("write what of it is meant: `{text}.name`, or an export such as `{text}.host`"))
                }
                Ty::Ref => ("a reference", "only the cluster knows its value: make it an environment variable of its own".into()),
                Ty::Range(_) => ("a range", "name an end of it: `.lo`, `.hi`".into()),
                _ => continue,
            };
            self.report(error(format!("`{text}` is {what}, which has no text")).help(help));
            return;
        }
    }

    fn check_string(&mut self, lit: &'a StrLit, expr: &'a Expr, expected: &Expected<'_, 'a>) {
        let found = self.string(lit);
        self.fit(&found, expected, expr);
    }

    // ---- lists ----

    fn infer_list(&mut self, items: &'a [ListItem]) -> Ty<'a> {
        let mut elem = Ty::Poison;
        for item in items {
            let ty = match item {
                ListItem::Item(expr) => self.infer(expr),
                ListItem::Spread(expr) => self.spread_element(expr),
            };
            elem = fit::join(elem, ty);
        }
        Ty::list(elem)
    }

    fn check_list(&mut self, items: &'a [ListItem], elem: &Ty<'a>, expected: &Expected<'_, 'a>) {
        for item in items {
            match item {
                ListItem::Item(expr) => self.check(expr, &expected.element(elem)),
                ListItem::Spread(expr) => {
                    let list = Ty::list(elem.clone()).optional();
                    self.check(expr, &expected.part(&list));
                }
            }
        }
    }

    /// The type of the elements that `...expr` puts into a list.
    fn spread_element(&mut self, expr: &'a Expr) -> Ty<'a> {
        let found = self.infer(expr);
        match found.base() {
            Ty::List(elem) => elem.as_ref().clone(),
            Ty::Keyed(keyed) => keyed.element().clone(),
            Ty::Any | Ty::Poison | Ty::Null => Ty::Poison,
            _ => {
                let error = Diagnostic::new(
                    &codes::TYPE_MISMATCH,
                    expr.span,
                    format!("`...` in a list takes the elements of a list, this is {}", shown(&found)),
                );
                self.error(error.help("an element stands without dots"))
            }
        }
    }

    fn check_comp(&mut self, comp: &'a ast::Comp, expected: &Expected<'_, 'a>) {
        self.scoped(|this| {
            this.clauses(&comp.clauses);
            this.check(&comp.element, expected);
        });
    }

    fn clauses(&mut self, clauses: &'a [CompClause]) {
        for clause in clauses {
            match clause {
                CompClause::For { key, var, over } => self.bind_loop(*key, *var, over),
                CompClause::If(condition) => {
                    self.condition(condition);
                    self.assume(condition, true);
                }
            }
        }
    }

    /// Binds the variables of `for k, v in over`.
    pub(super) fn bind_loop(&mut self, key: Option<ast::Ident>, var: ast::Ident, over: &'a Expr) {
        let found = self.infer(over);
        let (key_ty, value) = self.elements(&found, over);
        if let Some(key) = key {
            self.bind(key, key_ty);
        }
        self.bind(var, value);
    }

    fn elements(&self, found: &Ty<'a>, over: &Expr) -> (Ty<'a>, Ty<'a>) {
        match found {
            Ty::Optional(inner) => {
                let text = self.text(over.span);
                let error = Diagnostic::new(&codes::MAYBE_NULL, over.span, "this may be null, and then there is nothing to walk");
                self.report(error.help(format!("give it a value for that case: `({text} ?? [])`")));
                self.silent_elements(inner, over)
            }
            _ => self.silent_elements(found, over),
        }
    }

    fn silent_elements(&self, found: &Ty<'a>, over: &Expr) -> (Ty<'a>, Ty<'a>) {
        match found.base() {
            Ty::List(elem) => (Ty::Int, elem.as_ref().clone()),
            Ty::Keyed(keyed) => (Ty::Int, keyed.element().clone()),
            Ty::Map(map) => (Ty::String, map.value.clone()),
            Ty::Record(record) => {
                (Ty::String, record.fields.iter().map(|f| f.ty.present().clone()).reduce(fit::join).unwrap_or(Ty::Poison))
            }
            Ty::Native(_) | Ty::Partial(_) => (Ty::String, Ty::Any),
            Ty::Range(inner) if matches!(inner.base(), Ty::Int | Ty::Any | Ty::Poison) => (Ty::Int, Ty::Int),
            Ty::Any => (Ty::Any, Ty::Any),
            Ty::Poison => (Ty::Poison, Ty::Poison),
            _ => {
                let error = Diagnostic::new(
                    &codes::NOT_ITERABLE,
                    over.span,
                    format!("`for` walks a list, a map or a range, this is {}", shown(found)),
                );
                let text = self.text(over.span);
                self.report(match found.base() {
                    Ty::Int => error.help(format!("to count, write a range: `1..{text}`")).fix(over.span, format!("1..{text}")),
                    Ty::Range(_) => error.help("only a range of whole numbers can be walked"),
                    _ => error.help(format!("a list of one is written in brackets: `[{text}]`")),
                });
                (Ty::Poison, Ty::Poison)
            }
        }
    }

    fn infer_range(&mut self, lo: Option<&'a Expr>, hi: Option<&'a Expr>) -> Ty<'a> {
        let mut types = Vec::new();
        for side in [lo, hi].into_iter().flatten() {
            let ty = self.infer(side);
            if let Ty::Optional(_) | Ty::Null = ty {
                self.report(
                    Diagnostic::new(&codes::MAYBE_NULL, side.span, "this may be null, and a range needs a number here")
                        .help("give it a value with `??`"),
                );
            }
            types.push((ty, side));
        }
        // A bare number takes the unit of the other end: `200m..1`.
        let unit = types.iter().find(|(_, e)| !unit::is_bare(e)).or(types.first()).map_or(Ty::Poison, |(t, _)| t.present().clone());
        for (ty, side) in &types {
            let bare = unit::is_bare(side) && matches!(unit.base(), Ty::Cpu | Ty::Bytes | Ty::Float);
            let same = fit::join(ty.base().clone(), unit.base().clone());
            if !bare && (same.members().len() > 1 || !is_ordered(ty.base())) {
                self.report(Diagnostic::new(
                    &codes::OPERATOR,
                    side.span,
                    format!("a range goes from number to number of one unit, this is {}", shown(ty)),
                ));
                return Ty::Poison;
            }
        }
        Ty::Range(Arc::new(unit))
    }

    // ---- ?? ----

    fn check_coalesce(&mut self, left: &'a Expr, right: &'a Expr, expected: &Expected<'_, 'a>) {
        let found = self.infer(left);
        self.fit(found.present(), &Expected { ty: expected.ty, ..*expected }, left);
        self.check(right, expected);
    }
}

fn is_ordered(ty: &Ty) -> bool {
    matches!(ty, Ty::Int | Ty::Float | Ty::Cpu | Ty::Bytes | Ty::Duration | Ty::Percent | Ty::Quantity | Ty::Any | Ty::Poison)
}

/// Expressions that cannot be the record itself, so that they are its primary field.
fn adapts_to_primary(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Num(_)
        | ExprKind::Neg(_)
        | ExprKind::Str(_)
        | ExprKind::Bool(_)
        | ExprKind::List(_)
        | ExprKind::Comp(_)
        | ExprKind::Range { .. } => true,
        ExprKind::Null | ExprKind::Name(_) | ExprKind::Record(_) | ExprKind::Field { .. } | ExprKind::Index { .. } | ExprKind::Call(_) => {
            false
        }
        ExprKind::Not(_) | ExprKind::Binary { .. } | ExprKind::If { .. } | ExprKind::Lambda { .. } => false,
    }
}

impl<'a> Checker<'_, '_, 'a> {
    /// A key with `${…}` in it.
    pub(super) fn computed_key(&mut self, lit: &'a StrLit) {
        self.string(lit);
    }
}
