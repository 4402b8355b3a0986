//! Values meet types: what flows into a field, an argument or a param is made to fit, or refused with what was expected.
//!
//! The checker has refused most misfits before; what is left are values that only evaluation knows (files, maps, lets of several
//! types) and refinements. A value that fits already is passed on as it is, shared.

use super::{Eval, Evaluator, Poisoned, Scope};
use crate::ast::Expr;
use crate::data::scalar_text;
use crate::diag::{Code, Diagnostic, codes, suggest};
use crate::duration;
use crate::number;
use crate::source::Span;
use crate::types::{Condition, Literal, Refined, Ty};
use crate::value::{Entry, Item, List, Node, Op, Origin, Quantity, QuantityUnit, RangeValue, Record, RefValue, Value};
use rust_decimal::Decimal;
use std::sync::Arc;
use ustr::Ustr;

impl<'a> Evaluator<'_, 'a> {
    /// The value of an expression as a field wants it.
    pub(super) fn eval_field(&mut self, expr: &'a Expr, key: Ustr, ty: &Ty<'a>, scope: &Scope<'a>) -> Eval<Node> {
        match ty.base() {
            Ty::Int | Ty::Union(_) | Ty::String => {
                let node = self.eval_as(expr, &Ty::Any, scope)?;
                self.adapt_field(node, key, ty, expr.span, scope)
            }
            _ => self.eval_as(expr, ty, scope),
        }
    }

    /// [`Self::adapt`], for a field whose name says what a duration counts.
    pub(super) fn adapt_field(&mut self, node: Node, key: Ustr, ty: &Ty<'a>, span: Span, scope: &Scope<'a>) -> Eval<Node> {
        match (&node.value, ty.base()) {
            (Value::Duration(ms), Ty::Int) if crate::types::fit::counts_seconds(key) => match duration::seconds(*ms) {
                Ok(seconds) => self.adapt(Node::new(Value::Int(seconds), node.origin), ty, span, scope),
                Err(error) => Err(self.error(Diagnostic::new(
                    &codes::UNIT,
                    self.place(&node, span),
                    format!("`{key}` counts whole seconds: {error}"),
                ))),
            },
            _ => self.adapt(node, ty, span, scope),
        }
    }

    /// `node` as a value of `ty`.
    pub(super) fn adapt(&mut self, node: Node, ty: &Ty<'a>, span: Span, scope: &Scope<'a>) -> Eval<Node> {
        let origin = node.origin;
        match (&node.value, ty) {
            (_, Ty::Any | Ty::Poison) => Ok(node),
            (Value::Null, Ty::Null | Ty::Optional(_) | Ty::Partial(_)) => Ok(node),
            // In the body of a kind `null` leaves a field out; what is required is demanded of the finished object.
            (Value::Null, _) if scope.home == crate::resolve::STD || scope.this.is_some() => Ok(node),
            (_, Ty::Optional(inner)) => self.adapt(node, inner, span, scope),
            (_, Ty::Refined(refined)) => {
                let node = self.adapt(node, &refined.base, span, scope)?;
                self.judge(node, refined, span)
            }
            (Value::Bool(_), Ty::Bool) | (Value::Int(_), Ty::Int) | (Value::Float(_), Ty::Float) | (Value::Str(_), Ty::String) => Ok(node),
            (Value::Duration(_), Ty::Duration) | (Value::Percent(_), Ty::Percent) | (Value::Ref(_), Ty::Ref) => Ok(node),
            (Value::Int(i), Ty::Float) => Ok(Node::new(Value::Float((*i).into()), origin)),
            (Value::Percent(_), Ty::String) => Ok(Node::new(scalar_text(&node.value).map_or(Value::Null, Value::Str), origin)),
            (Value::Quantity(q), Ty::Cpu) if q.unit == QuantityUnit::Cpu => Ok(node),
            (Value::Quantity(q), Ty::Bytes) if q.unit != QuantityUnit::Cpu => Ok(node),
            (Value::Quantity(_), Ty::Quantity) => Ok(node),
            (Value::Int(i), Ty::Cpu) => Ok(Node::new(number::cores((*i).into()), origin)),
            (Value::Float(d), Ty::Cpu) => Ok(Node::new(number::cores(*d), origin)),
            (Value::Int(i), Ty::Bytes | Ty::Quantity) => Ok(Node::new(number::bytes((*i).into()), origin)),
            (Value::Float(d), Ty::Quantity) => Ok(Node::new(number::bytes(*d), origin)),
            (Value::Str(text), Ty::Cpu | Ty::Bytes | Ty::Quantity) => self.quantity_of(text, ty, &node, span),
            (value, Ty::Literal(literal)) if is_literal(value, literal) => Ok(node),
            (_, Ty::Union(members)) => self.adapt_union(node, members, ty, span, scope),
            (Value::Address(address), Ty::Address(kind)) if kind.is_none_or(|k| self.is_a(address.kind, k, scope)) => Ok(node),
            (_, Ty::Range(inner)) => self.adapt_range(node, inner, span, scope),
            (Value::List(list), Ty::List(elem)) => {
                let list = list.clone();
                self.adapt_list(node, &list, elem, None, span, scope)
            }
            (Value::List(list), Ty::Keyed(keyed)) => {
                let list = list.clone();
                self.adapt_list(node, &list, keyed.element(), Some(keyed.label()), span, scope)
            }
            (Value::Record(record), Ty::Map(_) | Ty::Record(_) | Ty::Native(_) | Ty::Partial(_)) => {
                let record = record.clone();
                self.adapt_record(node, &record, ty, span, scope)
            }
            (_, Ty::Record(record)) if record.primary().is_some() => self.adapt_primary(node, ty, span, scope),
            _ => Err(self.mismatch(&node, ty, span)),
        }
    }

    /// Only the refinements of a type, for a value that has its base type.
    pub(super) fn refine(&mut self, node: Node, ty: &Ty<'a>, span: Span) -> Eval<Node> {
        match ty {
            Ty::Optional(inner) if !node.is_null() => self.refine(node, inner, span),
            Ty::Refined(refined) => {
                let node = self.refine(node, &refined.base, span)?;
                self.judge(node, refined, span)
            }
            _ => Ok(node),
        }
    }

    fn judge(&mut self, node: Node, refined: &Refined<'a>, span: Span) -> Eval<Node> {
        match refined.conditions.iter().find_map(|c| broken(&node.value, c)) {
            None => Ok(node),
            Some(why) => {
                let shown = super::names::shown(&node);
                let mut error = self.about(&codes::REFINEMENT, &node, span, format!("{shown} {why}"));
                if let Some(name) = refined.name {
                    error = error.label(format!("expected `{name}`"));
                }
                Err(self.error(error))
            }
        }
    }

    /// Where to blame a value: where the user wrote it, else where it was used.
    fn place(&self, node: &Node, span: Span) -> Span {
        if self.program().db.is_user(node.origin.span) { node.origin.span } else { span }
    }

    /// An error about a value that may come from afar: shown where the user used it, and where it comes from.
    fn about(&self, code: &'static Code, node: &Node, span: Span, message: String) -> Diagnostic {
        let origin = self.place(node, span);
        if self.program().db.is_user(span) && !span.contains(origin) {
            return Diagnostic::new(code, span, message).also(origin, "the value comes from here");
        }
        Diagnostic::new(code, origin, message)
    }

    fn mismatch(&self, node: &Node, ty: &Ty, span: Span) -> Poisoned {
        let shown = super::names::shown(node);
        if let (Value::Str(text), Ty::Union(members)) = (&node.value, ty.present()) {
            let names: Vec<&str> =
                members.iter().filter_map(|m| if let Ty::Literal(Literal::Str(s)) = m { Some(s.as_str()) } else { None }).collect();
            if !names.is_empty() {
                let error = self.about(&codes::TYPE_MISMATCH, node, span, format!("{shown} is none of the values allowed here"));
                return self.error(match suggest::nearest(text, names.iter().copied()) {
                    Some(near) => error.help(format!("did you mean \"{near}\"?")),
                    None => error.help(format!("allowed are {}", names.iter().map(|n| format!("\"{n}\"")).collect::<Vec<_>>().join(", "))),
                });
            }
        }
        let error = self.about(&codes::TYPE_MISMATCH, node, span, format!("expected {ty}, this is {}", what_is(node, &shown)));
        self.error(match (&node.value, ty.base()) {
            (Value::Address(_), Ty::String) => error.help("an address is no text: write `.name` or `.host`"),
            (Value::Int(_) | Value::Bool(_), Ty::String) => error.help("put it in quotes, or interpolate it: `\"${n}\"`"),
            (Value::Null, _) => error.help("give it a value with `??`"),
            _ => error,
        })
    }

    fn quantity_of(&mut self, text: &str, ty: &Ty<'a>, node: &Node, span: Span) -> Eval<Node> {
        match Quantity::parse_k8s(text) {
            Ok(q) => {
                let unit = match ty {
                    Ty::Cpu => QuantityUnit::Cpu,
                    _ => q.unit,
                };
                Ok(Node::new(Value::Quantity(Quantity { amount: q.amount, unit }), node.origin))
            }
            Err(error) => Err(self.error(Diagnostic::new(&codes::UNIT, self.place(node, span), format!("{text:?} is no amount: {error}")))),
        }
    }

    fn adapt_union(&mut self, node: Node, members: &[Ty<'a>], ty: &Ty<'a>, span: Span, scope: &Scope<'a>) -> Eval<Node> {
        let exact = members.iter().find(|m| match (&node.value, m.base()) {
            (Value::Address(address), Ty::Address(Some(kind))) => self.is_a(address.kind, *kind, scope),
            (value, Ty::Literal(literal)) => is_literal(value, literal),
            (value, m) => is_base(value, m),
        });
        match exact {
            Some(member) => self.adapt(node, member, span, scope),
            None => {
                let bendable = members.iter().find(|m| bends(&node.value, m));
                match bendable {
                    Some(member) => self.adapt(node, member, span, scope),
                    None => Err(self.mismatch(&node, ty, span)),
                }
            }
        }
    }

    fn adapt_range(&mut self, node: Node, inner: &Ty<'a>, span: Span, scope: &Scope<'a>) -> Eval<Node> {
        let origin = node.origin;
        let range = match &node.value {
            Value::Range(range) => {
                let range = range.clone();
                let mut side = |n: &Option<Node>| n.clone().map(|n| self.adapt(n, inner, span, scope)).transpose();
                RangeValue { lo: side(&range.lo)?, hi: side(&range.hi)?, single: range.single }
            }
            _ => {
                let node = self.adapt(node, inner, span, scope)?;
                RangeValue { lo: Some(node.clone()), hi: Some(node), single: true }
            }
        };
        Ok(Node::new(Value::Range(Arc::new(range)), origin))
    }

    fn adapt_list(
        &mut self,
        node: Node,
        list: &Arc<List>,
        elem: &Ty<'a>,
        label: Option<Ustr>,
        span: Span,
        scope: &Scope<'a>,
    ) -> Eval<Node> {
        if list.label == label && list.items.iter().all(|i| fits(&i.node.value, elem)) {
            return Ok(node);
        }
        self.spend(list.items.len(), span)?;
        let mut items = Vec::with_capacity(list.items.len());
        for item in &list.items {
            items.push(Item { node: self.adapt(item.node.clone(), elem, span, scope)?, at: item.at });
        }
        Ok(Node::new(Value::List(Arc::new(List { items, label, ..List::default() })), node.origin))
    }

    fn adapt_record(&mut self, node: Node, record: &Arc<Record>, ty: &Ty<'a>, span: Span, scope: &Scope<'a>) -> Eval<Node> {
        let keyed_by = match ty {
            Ty::Map(map) if !matches!(map.key, Ty::String | Ty::Any) => Some(&map.key),
            _ => None,
        };
        if keyed_by.is_none() && fits(&node.value, ty) {
            return Ok(node);
        }
        self.spend(record.entries.len(), span)?;
        let mut made = Record::with_capacity(record.entries.len());
        let mut failed = false;
        for entry in &record.entries {
            if let Some(key_ty) = keyed_by {
                let key = Node::new(Value::str(entry.key.as_str()), Origin { span: entry.at, kind: node.origin.kind });
                failed |= self.refine(key, key_ty, span).is_err();
            }
            let Some(field_ty) = super::block::field_ty(ty, entry.key) else {
                failed |= matches!(self.unknown_field(ty, entry.key, if entry.at.is_none() { span } else { entry.at }), Poisoned);
                continue;
            };
            match self.adapt_field(entry.node.clone(), entry.key, field_ty, span, scope) {
                Ok(node) => made.push(Entry { node, ..entry.clone() }),
                Err(Poisoned) => failed = true,
            }
        }
        made.fits = super::block::native_of(ty);
        if failed { Err(Poisoned) } else { Ok(Node::new(Value::Record(Arc::new(made)), node.origin)) }
    }

    fn adapt_primary(&mut self, node: Node, ty: &Ty<'a>, span: Span, scope: &Scope<'a>) -> Eval<Node> {
        let Ty::Record(record) = ty else { return Err(self.mismatch(&node, ty, span)) };
        let Some(primary) = record.primary() else { return Err(self.mismatch(&node, ty, span)) };
        let origin = node.origin;
        let node = self.adapt(node, &primary.ty, span, scope)?;
        let entry = Entry { key: primary.name, node, at: origin.span, op: Op::Replace, spread: false, over: None };
        Ok(Node::new(Value::Record(Arc::new(Record { entries: vec![entry], ..Record::default() })), origin))
    }

    fn is_a(&self, kind: Ustr, wanted: Ustr, scope: &Scope<'a>) -> bool {
        match self.program().kind_named(scope.home, kind) {
            Some(crate::resolve::KindRef::High(kind)) => kind.is_a(wanted),
            _ => kind == wanted,
        }
    }
}

/// `secret.db.ref.password` as the `valueFrom` of an environment variable.
pub(super) fn value_from(target: &RefValue, origin: Origin) -> Node {
    let text = |t: &str| Node::new(Value::str(t), origin);
    let record = |entries: Vec<(&str, Node)>| {
        let entries =
            entries.into_iter().map(|(k, node)| Entry { key: k.into(), node, at: origin.span, op: Op::Replace, spread: false, over: None });
        Node::new(Value::Record(Arc::new(Record { entries: entries.collect(), ..Record::default() })), origin)
    };
    match target {
        RefValue::ConfigKey { name, key } => record(vec![("configMapKeyRef", record(vec![("name", text(name)), ("key", text(key))]))]),
        RefValue::SecretKey { name, key } => record(vec![("secretKeyRef", record(vec![("name", text(name)), ("key", text(key))]))]),
        RefValue::Field { path } => record(vec![("fieldRef", record(vec![("fieldPath", text(path))]))]),
        RefValue::Resource { resource } => record(vec![("resourceFieldRef", record(vec![("resource", text(resource))]))]),
    }
}

fn what_is(node: &Node, shown: &str) -> String {
    match node.value {
        Value::Null => "null".into(),
        Value::List(_) | Value::Record(_) | Value::Range(_) | Value::Address(_) | Value::Ref(_) => node.value.type_name().into(),
        _ => format!("the {} {shown}", node.value.type_name()),
    }
}

fn is_literal(value: &Value, literal: &Literal) -> bool {
    match (value, literal) {
        (Value::Str(a), Literal::Str(b)) => a == b,
        (Value::Int(a), Literal::Int(b)) => a == b,
        (Value::Bool(a), Literal::Bool(b)) => a == b,
        _ => false,
    }
}

/// Whether a value has a scalar type as it is, its refinements aside.
fn is_base(value: &Value, ty: &Ty) -> bool {
    match (value, ty.base()) {
        (_, Ty::Any | Ty::Poison) => true,
        (Value::Bool(_), Ty::Bool) | (Value::Int(_), Ty::Int) | (Value::Float(_), Ty::Float) | (Value::Str(_), Ty::String) => true,
        (Value::Duration(_), Ty::Duration) | (Value::Percent(_), Ty::Percent) | (Value::Ref(_), Ty::Ref) => true,
        (Value::Quantity(q), Ty::Cpu) => q.unit == QuantityUnit::Cpu,
        (Value::Quantity(q), Ty::Bytes) => q.unit != QuantityUnit::Cpu,
        (Value::Quantity(_), Ty::Quantity) | (Value::Address(_), Ty::Address(_)) => true,
        _ => false,
    }
}

/// Whether a literal of this value could be written for the type.
fn bends(value: &Value, ty: &Ty) -> bool {
    matches!(
        (value, ty.base()),
        (Value::Int(_), Ty::Float | Ty::Cpu | Ty::Bytes | Ty::Quantity)
            | (Value::Float(_), Ty::Cpu | Ty::Quantity)
            | (Value::Percent(_), Ty::String)
            | (_, Ty::Range(_))
    )
}

/// Whether a value can stay as it is, without a look at refinements: then nothing is copied.
fn fits(value: &Value, ty: &Ty) -> bool {
    match (value, ty) {
        (_, Ty::Any | Ty::Poison) => true,
        (Value::Null, Ty::Optional(_) | Ty::Partial(_) | Ty::Null) => true,
        (_, Ty::Optional(inner)) => fits(value, inner),
        (_, Ty::Refined(_)) | (Value::Address(_), Ty::Address(Some(_))) => false,
        (_, Ty::Literal(literal)) => is_literal(value, literal),
        (Value::Str(_) | Value::Int(_) | Value::Percent(_), Ty::Union(members)) => members.iter().any(|m| fits(value, m)),
        (Value::List(list), Ty::List(elem)) => list.label.is_none() && list.items.iter().all(|i| fits(&i.node.value, elem)),
        (Value::List(list), Ty::Keyed(keyed)) => {
            let elem = keyed.element();
            list.label == Some(keyed.label()) && list.items.iter().all(|i| fits(&i.node.value, elem))
        }
        (Value::Record(record), Ty::Native(_) | Ty::Partial(_)) if record.fits.is_some() && record.fits == super::block::native_of(ty) => {
            true
        }
        (Value::Record(record), Ty::Map(_) | Ty::Record(_) | Ty::Native(_) | Ty::Partial(_)) => {
            record.entries.iter().all(|e| super::block::field_ty(ty, e.key).is_some_and(|t| fits(&e.node.value, t)))
        }
        (_, ty) => is_base(value, ty),
    }
}

/// Why a value breaks a condition, as the end of a sentence about it.
pub fn broken(value: &Value, condition: &Condition) -> Option<String> {
    match condition {
        Condition::Between { lo, hi } => {
            let number = value.amount()?;
            let unit = |d: &Decimal| scalar_text(&with_unit(value, *d)).unwrap_or_default();
            match (lo, hi) {
                (Some(lo), Some(hi)) if number < *lo || number > *hi => Some(format!("is not between {} and {}", unit(lo), unit(hi))),
                (Some(lo), None) if number < *lo => Some(format!("is less than {}", unit(lo))),
                (None, Some(hi)) if number > *hi => Some(format!("is more than {}", unit(hi))),
                _ => None,
            }
        }
        Condition::Length { lo, hi } => {
            let (length, of) = match value {
                Value::Str(text) => (text.chars().count(), "characters"),
                Value::List(list) => (list.items.len(), "elements"),
                Value::Record(record) => (record.entries.len(), "entries"),
                _ => return None,
            };
            match (lo, hi) {
                (Some(lo), _) if length < *lo => Some(format!("has {length} {of}, at least {lo} are needed")),
                (_, Some(hi)) if length > *hi => Some(format!("has {length} {of}, {hi} at most are allowed")),
                _ => None,
            }
        }
        Condition::Match(regex) => match value {
            Value::Str(text) if !regex.is_match(text) => Some(format!("does not match {regex}")),
            _ => None,
        },
        Condition::Format(format) => match value {
            Value::Str(text) => format.check(text).err(),
            _ => None,
        },
    }
}

/// A bound in the unit of the value it bounds.
fn with_unit(value: &Value, bound: Decimal) -> Value {
    use rust_decimal::prelude::ToPrimitive;
    match value {
        Value::Quantity(q) => Value::Quantity(Quantity { amount: bound, unit: q.unit }),
        Value::Duration(_) => Value::Duration(bound.to_i64().unwrap_or(i64::MAX)),
        Value::Percent(_) => Value::Percent(bound),
        _ => Value::Float(bound),
    }
}
