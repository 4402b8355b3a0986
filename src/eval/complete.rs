//! Completing records: after all layers are merged, missing fields get their defaults and required ones are demanded.

use super::{Eval, Evaluator, Poisoned, Scope, constant};
use crate::diag::{Diagnostic, codes};
use crate::source::Span;
use crate::types::{Default, FieldTy, RecordTy, Ty};
use crate::value::{Entry, Item, Node, Op, Origin, OriginKind, Record, Value};
use std::sync::Arc;

impl<'a> Evaluator<'_, 'a> {
    /// `node` with the defaults of the record types in `ty` filled in. `what` names it in messages.
    pub(super) fn complete(&mut self, node: Node, ty: &Ty<'a>, scope: &Scope<'a>, what: &str) -> Eval<Node> {
        if !has_defaults(ty) {
            return Ok(node);
        }
        match (&node.value, ty) {
            (Value::Null, _) => Ok(node),
            (_, Ty::Optional(inner)) => self.complete(node, inner, scope, what),
            (_, Ty::Refined(refined)) => self.complete(node, &refined.base, scope, what),
            (Value::Record(record), Ty::Record(ty)) => {
                let (record, ty) = (record.clone(), ty.clone());
                self.complete_record(record, &ty, node.origin, scope, what)
            }
            (Value::Record(record), Ty::Map(map)) => {
                let (mut made, map) = (record.as_ref().clone(), map.clone());
                for entry in &mut made.entries {
                    let inner = std::mem::take(&mut entry.node);
                    entry.node = self.complete(inner, &map.value, scope, &entry.key)?;
                }
                Ok(Node::new(Value::Record(Arc::new(made)), node.origin))
            }
            (Value::List(list), Ty::List(elem)) => {
                let (mut made, elem) = (list.as_ref().clone(), elem.clone());
                let items = std::mem::take(&mut made.items);
                for item in items {
                    made.items.push(Item { node: self.complete(item.node, &elem, scope, what)?, at: item.at });
                }
                Ok(Node::new(Value::List(Arc::new(made)), node.origin))
            }
            _ => Ok(node),
        }
    }

    fn complete_record(
        &mut self,
        record: Arc<Record>,
        ty: &Arc<RecordTy<'a>>,
        origin: Origin,
        scope: &Scope<'a>,
        what: &str,
    ) -> Eval<Node> {
        let mut made = Arc::unwrap_or_clone(record);
        let mut failed = false;
        for field in &ty.fields {
            let position = made.position(field.name);
            let result = match position {
                Some(i) if !made.entries[i].node.is_null() || field.ty.is_optional() => {
                    let inner = std::mem::take(&mut made.entries[i].node);
                    self.complete(inner, &field.ty, scope, &field.name).map(|node| made.entries[i].node = node)
                }
                _ => self.missing(field, scope, origin.span, what).map(|entry| match position {
                    Some(i) => made.entries[i] = entry,
                    None => made.push(entry),
                }),
            };
            failed |= result.is_err();
        }
        if failed { Err(Poisoned) } else { Ok(Node::new(Value::Record(Arc::new(made)), origin)) }
    }

    /// The entry of a field that nobody wrote.
    fn missing(&mut self, field: &FieldTy<'a>, scope: &Scope<'a>, at: Span, what: &str) -> Eval<Entry> {
        let node = match self.default_of(field, scope)? {
            Some(node) => node,
            None => return Err(self.required(field, at, what)),
        };
        Ok(Entry { key: field.name, node, at: field.span, op: Op::Merge, spread: false, over: None })
    }

    /// What a field is when nobody writes it: its default, `null`, or a record of defaults.
    pub(super) fn default_of(&mut self, field: &FieldTy<'a>, scope: &Scope<'a>) -> Eval<Option<Node>> {
        let origin = Origin { span: field.span, kind: OriginKind::Default };
        if let Some(default) = field.default {
            if let Some(known) = self.known_default(default) {
                return Ok(Some(known));
            }
            let mut home = scope.clone();
            (home.home, home.locals) = (default.home, None);
            let outer = std::mem::replace(&mut self.origin_kind, OriginKind::Default);
            let node = self.eval_as(default.expr, &field.ty, &home.in_layer(default.expr.span));
            let node = node.and_then(|node| self.complete(node, &field.ty, scope, &field.name));
            self.origin_kind = outer;
            return node.map(|mut node| {
                if node.origin.kind == OriginKind::User && default.expr.span.contains(node.origin.span) {
                    node.origin.kind = OriginKind::Default;
                }
                self.keep_default(default, &node);
                Some(node)
            });
        }
        if field.ty.is_optional() {
            return Ok(Some(Node::new(Value::Null, origin)));
        }
        if field.ty.has_default() {
            let empty = Node::new(Value::Record(Arc::default()), origin);
            return self.complete(empty, &field.ty, scope, &field.name).map(Some);
        }
        Ok(None)
    }

    /// A default that depends on nothing, computed before.
    fn known_default(&self, default: Default<'a>) -> Option<Node> {
        let key = std::ptr::from_ref(default.expr) as usize;
        self.shared.constants.read().unwrap_or_else(|e| e.into_inner()).get(&key)?.clone()
    }

    fn keep_default(&self, default: Default<'a>, node: &Node) {
        if constant::is_constant_expr(default.expr) {
            let key = std::ptr::from_ref(default.expr) as usize;
            self.shared.constants.write().unwrap_or_else(|e| e.into_inner()).insert(key, Some(node.clone()));
        }
    }

    pub(super) fn required(&self, field: &FieldTy<'a>, at: Span, what: &str) -> Poisoned {
        let mut error = Diagnostic::new(&codes::MISSING_FIELD, at, format!("`{what}` needs `{}`", field.name));
        if let Some(doc) = field.doc {
            error = error.note(format!("`{}`: {}", field.name, doc.lines().next().unwrap_or(doc)));
        }
        self.error(error.help(format!("write `{} = …`, a value of type {}", field.name, field.ty)))
    }
}

/// Whether values of this type hold records of the language, which have defaults.
fn has_defaults(ty: &Ty) -> bool {
    match ty {
        Ty::Record(_) => true,
        Ty::Optional(inner) | Ty::List(inner) => has_defaults(inner),
        Ty::Refined(refined) => has_defaults(&refined.base),
        Ty::Map(map) => has_defaults(&map.value),
        _ => false,
    }
}
