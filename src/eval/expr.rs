//! Expressions: one function a form. What only carries a value keeps its origin; what computes one gives it the expression's.

use super::scope::LocalValue;
use super::{Eval, Evaluator, Poisoned, Scope, ops};
use crate::ast::{self, CompClause, Expr, ExprKind, ListItem, StrPart};
use crate::data::scalar_text;
use crate::diag::{Diagnostic, codes, suggest};
use crate::number;
use crate::source::Span;
use crate::types::Ty;
use crate::value::{Item, List, Node, QuantityUnit, RangeValue, Record, Value, compare};
use ecow::EcoString;
use std::sync::Arc;
use ustr::Ustr;

impl<'a> Evaluator<'_, 'a> {
    /// The value of an expression by itself.
    pub(super) fn eval(&mut self, expr: &'a Expr, scope: &Scope<'a>) -> Eval<Node> {
        self.spend(1, expr.span)?;
        match &expr.kind {
            ExprKind::Null => Ok(self.literal(Value::Null, expr, scope)),
            ExprKind::Bool(b) => Ok(self.literal(Value::Bool(*b), expr, scope)),
            ExprKind::Num(lit) => self.number(lit, expr, scope),
            ExprKind::Str(lit) => self.string(lit, scope),
            ExprKind::Name(name) => self.name(*name, expr.span, scope),
            _ => self.deeper(expr.span, |this| this.compound(expr, scope)),
        }
    }

    fn compound(&mut self, expr: &'a Expr, scope: &Scope<'a>) -> Eval<Node> {
        match &expr.kind {
            ExprKind::List(items) => self.list(items, &Ty::Any, expr.span, scope),
            ExprKind::Comp(comp) => self.comprehension(comp, &Ty::Any, expr.span, scope),
            ExprKind::Record(block) => self.record(block, &Ty::Any, scope),
            ExprKind::Field { base, field, optional } => self.field(expr, base, *field, *optional, scope),
            ExprKind::Index { base, index } => self.index(expr, base, index, scope),
            ExprKind::Call(call) => self.call(call, expr.span, scope),
            ExprKind::Not(inner) => {
                let node = self.eval(inner, scope)?;
                let truth = !self.truth(&node, inner.span)?;
                Ok(Node::new(Value::Bool(truth), self.computed(scope, expr.span, [&node])))
            }
            ExprKind::Neg(inner) => {
                let node = self.eval(inner, scope)?;
                let value = ops::negate(&node.value).map_err(|e| self.error(Diagnostic::new(&codes::OPERATOR, expr.span, e)))?;
                Ok(Node::new(value, self.computed(scope, expr.span, [&node])))
            }
            ExprKind::Binary { op, left, right } => self.binary(*op, left, right, expr.span, scope),
            ExprKind::Range { lo, hi } => self.range(lo.as_deref(), hi.as_deref(), &Ty::Any, expr.span, scope),
            ExprKind::If { condition, then, otherwise } => {
                let chosen = if self.condition(condition, scope)? { then } else { otherwise };
                self.eval(chosen, scope)
            }
            ExprKind::Lambda { .. } => Err(self.error(
                Diagnostic::new(&codes::FUNCTION_VALUE, expr.span, "a lambda stands only as an argument of a builtin function")
                    .help("write a function: `fn name(x: Int) -> Int = …`"),
            )),
            ExprKind::Null | ExprKind::Bool(_) | ExprKind::Num(_) | ExprKind::Str(_) | ExprKind::Name(_) => self.eval(expr, scope),
        }
    }

    /// The value of an expression where a type is expected: literals, lists, records and branches are made for it.
    pub(super) fn eval_as(&mut self, expr: &'a Expr, ty: &Ty<'a>, scope: &Scope<'a>) -> Eval<Node> {
        match (&expr.kind, ty.base()) {
            (_, Ty::Any | Ty::Poison) => self.eval(expr, scope),
            (ExprKind::If { condition, then, otherwise }, _) => {
                self.spend(1, expr.span)?;
                let chosen = if self.condition(condition, scope)? { then } else { otherwise };
                self.deeper(expr.span, |this| this.eval_as(chosen, ty, scope))
            }
            (ExprKind::Record(block), Ty::Record(_) | Ty::Native(_) | Ty::Partial(_) | Ty::Map(_)) => {
                self.deeper(expr.span, |this| this.record(block, ty, scope))
            }
            (ExprKind::List(items), Ty::List(_) | Ty::Keyed(_)) => {
                let node = self.deeper(expr.span, |this| this.list(items, ty.base(), expr.span, scope))?;
                self.refine(node, ty, expr.span)
            }
            (ExprKind::Comp(comp), Ty::List(_) | Ty::Keyed(_)) => {
                let node = self.deeper(expr.span, |this| this.comprehension(comp, ty.base(), expr.span, scope))?;
                self.refine(node, ty, expr.span)
            }
            (ExprKind::Range { lo, hi }, Ty::Range(inner)) => self.range(lo.as_deref(), hi.as_deref(), inner, expr.span, scope),
            _ => {
                let node = self.eval(expr, scope)?;
                self.adapt(node, ty, expr.span, scope)
            }
        }
    }

    pub(super) fn condition(&mut self, expr: &'a Expr, scope: &Scope<'a>) -> Eval<bool> {
        let node = self.eval(expr, scope)?;
        let held = self.truth(&node, expr.span)?;
        if let Some(coverage) = &self.shared.coverage {
            coverage.conditions.lock().unwrap_or_else(|e| e.into_inner()).insert((expr.span, held));
        }
        Ok(held)
    }

    pub(super) fn truth(&self, node: &Node, span: Span) -> Eval<bool> {
        match node.value {
            Value::Bool(b) => Ok(b),
            _ => Err(self.error(
                Diagnostic::new(&codes::CONDITION, span, format!("a condition is true or false, this is {}", node.value.type_name()))
                    .help("compare it: `x != null`, `n > 0`, `s != \"\"`"),
            )),
        }
    }

    fn literal(&self, value: Value, expr: &Expr, scope: &Scope) -> Node {
        Node::new(value, self.written(scope, expr.span))
    }

    fn number(&self, lit: &ast::NumLit, expr: &Expr, scope: &Scope) -> Eval<Node> {
        match number::value(lit) {
            Ok(value) => Ok(self.literal(value, expr, scope)),
            Err(message) => Err(self.error(Diagnostic::new(&codes::NUMBER, expr.span, message))),
        }
    }

    pub(super) fn string(&mut self, lit: &'a ast::StrLit, scope: &Scope<'a>) -> Eval<Node> {
        match lit.parts.as_slice() {
            [] => return Ok(Node::new(Value::Str(EcoString::new()), self.written(scope, lit.span))),
            [StrPart::Text(text)] => return Ok(Node::new(Value::Str(text.clone()), self.written(scope, lit.span))),
            // A string that is one interpolation of a string is that string.
            [StrPart::Expr(expr)] => {
                let node = self.eval(expr, scope)?;
                let text = self.text_of(&node, expr.span)?;
                let origin = if matches!(node.value, Value::Str(_)) { node.origin } else { self.computed(scope, lit.span, [&node]) };
                return Ok(Node::new(Value::Str(text), origin));
            }
            _ => {}
        }
        let (mut text, mut parts) = (EcoString::new(), Vec::new());
        for part in &lit.parts {
            match part {
                StrPart::Text(t) => text.push_str(t),
                StrPart::Expr(expr) => {
                    let node = self.eval(expr, scope)?;
                    text.push_str(&self.text_of(&node, expr.span)?);
                    parts.push(node);
                }
            }
        }
        self.spend(text.len() / 64, lit.span)?;
        self.measured(Node::new(Value::Str(text), self.computed(scope, lit.span, &parts)), lit.span)
    }

    /// A scalar as it stands in a string.
    pub(super) fn text_of(&self, node: &Node, span: Span) -> Eval<EcoString> {
        if let Value::Str(text) = &node.value {
            return Ok(text.clone());
        }
        scalar_text(&node.value).ok_or_else(|| {
            let help = match &node.value {
                Value::Null => "give it a value with `??`, as in `${x ?? \"none\"}`",
                Value::Address(_) => "write what of it is meant: `.name`, `.host`",
                Value::Ref(_) => "only the cluster knows the value of a reference: set it as an environment variable of its own",
                _ => "`join(list, \",\")` and `json.format(value)` make a text of it",
            };
            let message = format!("{} cannot stand in a text", node.value.type_name());
            self.error(Diagnostic::new(&codes::INTERPOLATION, span, message).help(help))
        })
    }

    /// A key or label, as it is.
    pub(super) fn key(&mut self, key: &'a ast::Key, scope: &Scope<'a>) -> Eval<Ustr> {
        match key {
            ast::Key::Name(ident) => Ok(ident.name),
            ast::Key::Str(lit) => match lit.as_static() {
                Some(text) => Ok(Ustr::from(text)),
                None => {
                    let node = self.string(lit, scope)?;
                    let text = self.text_of(&node, lit.span)?;
                    Ok(Ustr::from(&text))
                }
            },
        }
    }

    pub(super) fn record(&mut self, block: &'a ast::Block, ty: &Ty<'a>, scope: &Scope<'a>) -> Eval<Node> {
        if let Some(known) = self.constant(block, ty, scope) {
            return known;
        }
        let inner = scope.clone().in_layer(block.span);
        let mut record = Record::with_capacity(block.entries.len());
        self.block(&block.entries, ty, &mut record, &inner)?;
        self.measured(Node::new(Value::Record(Arc::new(record)), self.written(scope, block.span)), block.span)
    }

    fn list(&mut self, items: &'a [ListItem], ty: &Ty<'a>, span: Span, scope: &Scope<'a>) -> Eval<Node> {
        let elem = element_ty(ty);
        let mut list = List { items: Vec::with_capacity(items.len()), label: label_of(ty), ..List::default() };
        let mut failed = false;
        for item in items {
            match item {
                ListItem::Item(expr) => match self.eval_as(expr, elem, scope) {
                    Ok(node) => list.items.push(Item { node, at: expr.span }),
                    Err(Poisoned) => failed = true,
                },
                ListItem::Spread(expr) => match self.spread_list(expr, elem, scope) {
                    Ok(items) => list.items.extend(items),
                    Err(Poisoned) => failed = true,
                },
            }
        }
        if failed {
            return Err(Poisoned);
        }
        self.spend(list.items.len(), span)?;
        self.measured(Node::new(Value::List(Arc::new(list)), self.written(scope, span)), span)
    }

    fn spread_list(&mut self, expr: &'a Expr, elem: &Ty<'a>, scope: &Scope<'a>) -> Eval<Vec<Item>> {
        let node = self.eval(expr, scope)?;
        match node.value {
            Value::Null => Ok(Vec::new()),
            Value::List(list) => {
                self.spend(list.items.len(), expr.span)?;
                list.items
                    .iter()
                    .map(|item| Ok(Item { node: self.adapt(item.node.clone(), elem, expr.span, scope)?, at: item.at }))
                    .collect()
            }
            other => Err(self.error(Diagnostic::new(
                &codes::NOT_ITERABLE,
                expr.span,
                format!("`...` in a list takes the elements of a list, this is {}", other.type_name()),
            ))),
        }
    }

    fn comprehension(&mut self, comp: &'a ast::Comp, ty: &Ty<'a>, span: Span, scope: &Scope<'a>) -> Eval<Node> {
        let elem = element_ty(ty);
        let mut list = List { label: label_of(ty), ..List::default() };
        self.clauses(&comp.clauses, &comp.element, elem, &mut list, scope)?;
        self.measured(Node::new(Value::List(Arc::new(list)), self.written(scope, span)), span)
    }

    fn clauses(&mut self, clauses: &'a [CompClause], element: &'a Expr, elem: &Ty<'a>, out: &mut List, scope: &Scope<'a>) -> Eval<()> {
        let Some((first, rest)) = clauses.split_first() else {
            let node = self.eval_as(element, elem, scope)?;
            out.items.push(Item { node, at: element.span });
            return Ok(());
        };
        match first {
            CompClause::If(condition) => match self.condition(condition, scope)? {
                true => self.clauses(rest, element, elem, out, scope),
                false => Ok(()),
            },
            CompClause::For { key, var, over } => {
                self.each(*key, *var, over, scope, |this, inner| this.clauses(rest, element, elem, out, inner))
            }
        }
    }

    /// Runs `body` for each element of what `over` is.
    pub(super) fn each(
        &mut self,
        key: Option<ast::Ident>,
        var: ast::Ident,
        over: &'a Expr,
        scope: &Scope<'a>,
        mut body: impl FnMut(&mut Self, &Scope<'a>) -> Eval<()>,
    ) -> Eval<()> {
        let node = self.eval(over, scope)?;
        let mut failed = false;
        let mut one = |this: &mut Self, k: Node, v: Node| -> Eval<()> {
            this.spend(1, over.span)?;
            let mut inner = scope.with(var.name, v);
            if let Some(key) = key {
                inner = inner.with(key.name, k);
            }
            failed |= body(this, &inner).is_err();
            Ok(())
        };
        match &node.value {
            Value::Null => {}
            Value::List(list) => {
                for (i, item) in list.items.iter().enumerate() {
                    one(self, Node::new(Value::Int(i as i64), item.node.origin), item.node.clone())?;
                }
            }
            Value::Record(record) => {
                for entry in record.entries.iter().filter(|e| !e.node.is_null()) {
                    let origin = crate::value::Origin { span: entry.at, kind: entry.node.origin.kind };
                    one(self, Node::new(Value::str(entry.key.as_str()), origin), entry.node.clone())?;
                }
            }
            Value::Range(range) => {
                let (lo, hi) = self.whole_range(range, over.span)?;
                for i in lo..=hi {
                    let number = || Node::new(Value::Int(i), node.origin);
                    one(self, Node::new(Value::Int(i - lo), node.origin), number())?;
                }
            }
            other => {
                return Err(self.error(
                    Diagnostic::new(
                        &codes::NOT_ITERABLE,
                        over.span,
                        format!("`for` walks a list, a map or a range, this is {}", other.type_name()),
                    )
                    .help("put a single value in brackets: `[x]`"),
                ));
            }
        }
        if failed { Err(Poisoned) } else { Ok(()) }
    }

    fn whole_range(&self, range: &RangeValue, span: Span) -> Eval<(i64, i64)> {
        let side = |side: &Option<Node>| match side.as_ref().map(|n| &n.value) {
            Some(Value::Int(i)) => Some(*i),
            _ => None,
        };
        match (side(&range.lo), side(&range.hi)) {
            (Some(lo), Some(hi)) => Ok((lo, hi)),
            _ => Err(self.error(Diagnostic::new(
                &codes::NOT_ITERABLE,
                span,
                "`for` walks a range of whole numbers with both ends, such as `1..3`",
            ))),
        }
    }

    fn range(&mut self, lo: Option<&'a Expr>, hi: Option<&'a Expr>, ty: &Ty<'a>, span: Span, scope: &Scope<'a>) -> Eval<Node> {
        let mut side = |expr: Option<&'a Expr>| expr.map(|e| self.eval_as(e, ty, scope)).transpose();
        let (lo, hi) = (side(lo)?, side(hi)?);
        if let (Some(lo), Some(hi)) = (&lo, &hi) {
            match compare::order(&lo.value, &hi.value) {
                Some(std::cmp::Ordering::Greater) => {
                    let text = |n: &Node| scalar_text(&n.value).unwrap_or_default();
                    let message = format!("this range is empty: {} is more than {}", text(lo), text(hi));
                    return Err(self.error(Diagnostic::new(&codes::EMPTY_RANGE, span, message).help("write the smaller side first")));
                }
                Some(_) => {}
                None => {
                    let message = format!("a range from {} to {} has no order", lo.value.type_name(), hi.value.type_name());
                    return Err(self.error(Diagnostic::new(&codes::OPERATOR, span, message)));
                }
            }
        }
        Ok(Node::new(Value::Range(Arc::new(RangeValue { lo, hi, single: false })), self.written(scope, span)))
    }

    fn binary(&mut self, op: ast::BinOp, left: &'a Expr, right: &'a Expr, span: Span, scope: &Scope<'a>) -> Eval<Node> {
        use ast::BinOp;
        let l = self.eval(left, scope)?;
        match op {
            BinOp::And | BinOp::Or => {
                let truth = self.truth(&l, left.span)?;
                if truth == (op == BinOp::Or) {
                    return Ok(Node::new(Value::Bool(truth), self.computed(scope, span, [&l])));
                }
                let r = self.eval(right, scope)?;
                let truth = self.truth(&r, right.span)?;
                return Ok(Node::new(Value::Bool(truth), self.computed(scope, span, [&l, &r])));
            }
            BinOp::Coalesce if l.is_null() => return self.eval(right, scope),
            BinOp::Coalesce => return Ok(l),
            BinOp::Eq
            | BinOp::Ne
            | BinOp::Lt
            | BinOp::Le
            | BinOp::Gt
            | BinOp::Ge
            | BinOp::In
            | BinOp::Add
            | BinOp::Sub
            | BinOp::Mul
            | BinOp::Div => {}
        }
        let r = self.eval(right, scope)?;
        let (l, r) = (cores_beside(op, l.clone(), left, &r), cores_beside(op, r, right, &l));
        if matches!(op, BinOp::Eq | BinOp::Ne | BinOp::In) {
            self.spend(l.value.measure().weight.min(r.value.measure().weight) as usize, span)?;
        }
        match ops::binary(op, &l.value, &r.value) {
            Ok(value) => Ok(Node::new(value, self.computed(scope, span, [&l, &r]))),
            Err(message) => Err(self.error(Diagnostic::new(&codes::OPERATOR, span, message))),
        }
    }

    /// A local, a field of the kind's declaration, a let or a param.
    fn name(&mut self, name: Ustr, span: Span, scope: &Scope<'a>) -> Eval<Node> {
        if let Some(local) = scope.local(name) {
            return match &local.value {
                LocalValue::Known(node) => Ok(node.clone()),
                LocalValue::Lazy { expr, scope, known } => match known.get() {
                    Some(known) => known.clone(),
                    None => {
                        let found = self.deeper(span, |this| this.eval(expr, scope));
                        known.get_or_init(|| found).clone()
                    }
                },
            };
        }
        if let Some(result) = self.bound_by_kind(name, span, scope) {
            return result;
        }
        if let Some(found) = self.program().value(scope.home, name) {
            return self.global(found.what, found.home);
        }
        self.unbound(name, span, scope)
    }

    fn unbound(&mut self, name: Ustr, span: Span, scope: &Scope<'a>) -> Eval<Node> {
        let error = Diagnostic::new(&codes::UNKNOWN_NAME, span, format!("`{name}` is not declared"));
        if self.program().kind_named(scope.home, name).is_some() {
            return Err(self.error(error.help(format!("`{name}` is a kind: name a declaration of it, `{name}.web`"))));
        }
        let names = self.program().value_names(scope.home);
        Err(self.error(match suggest::nearest(&name, names.iter().map(|n| n.as_str())) {
            Some(near) => error.help(format!("did you mean `{near}`?")).fix(span, near),
            None => error.help(format!("if this is text, quote it: \"{name}\"")).fix(span, format!("\"{name}\"")),
        }))
    }
}

pub(super) fn element_ty<'t, 'a>(ty: &'t Ty<'a>) -> &'t Ty<'a> {
    match ty.base() {
        Ty::List(elem) => elem,
        Ty::Keyed(keyed) => keyed.element(),
        _ => &Ty::Any,
    }
}

pub(super) fn label_of(ty: &Ty) -> Option<Ustr> {
    match ty.base() {
        Ty::Keyed(keyed) => Some(keyed.label()),
        _ => None,
    }
}

/// One side of a comparison: a bare number beside an amount of cores counts cores, as the checker has it.
fn cores_beside(op: ast::BinOp, own: Node, expr: &Expr, other: &Node) -> Node {
    use ast::BinOp;
    let compares = matches!(op, BinOp::Eq | BinOp::Ne | BinOp::Lt | BinOp::Le | BinOp::Gt | BinOp::Ge);
    let is_cpu = matches!(&other.value, Value::Quantity(q) if q.unit == QuantityUnit::Cpu);
    match (&expr.kind, &own.value) {
        (ExprKind::Num(_) | ExprKind::Neg(_), Value::Int(i)) if compares && is_cpu => Node::new(number::cores((*i).into()), own.origin),
        (ExprKind::Num(_) | ExprKind::Neg(_), Value::Float(d)) if compares && is_cpu => Node::new(number::cores(*d), own.origin),
        _ => own,
    }
}
