//! Entry blocks: each entry merges into the record that is being made, under the type that says how.

use super::merge::{self, labelled_record};
use super::{Eval, Evaluator, Poisoned, Scope};
use crate::ast::{self, FieldValue};
use crate::diag::{Diagnostic, codes, suggest};
use crate::resolve::STD;
use crate::schema::TypeId;
use crate::source::Span;
use crate::types::{Keyed, Ty, fit, native};
use crate::value::{Entry, Item, List, Node, Op, Origin, OriginKind, Over, Record, Value};
use std::sync::Arc;
use ustr::Ustr;

/// One entry about to be written.
#[derive(Clone, Copy)]
pub(super) struct Write<'w, 'a> {
    pub label: Option<&'a ast::Key>,
    pub value: &'a FieldValue,
    pub ty: &'w Ty<'a>,
    pub span: Span,
}

impl<'a> Evaluator<'_, 'a> {
    /// Evaluates entries into `record`. All are tried, so that each error is reported.
    pub(super) fn block(&mut self, entries: &'a [ast::Entry], ty: &Ty<'a>, record: &mut Record, scope: &Scope<'a>) -> Eval<()> {
        let mut bound: Option<Scope<'a>> = None;
        let mut failed = false;
        for entry in entries {
            let here = bound.as_ref().unwrap_or(scope);
            if let ast::Entry::Let(decl) = entry {
                bound = Some(here.with_let(decl));
                continue;
            }
            failed |= self.entry(entry, ty, record, here).is_err();
        }
        if failed {
            return Err(Poisoned);
        }
        // Every entry was made to fit, and what was there before came the same way.
        record.fits = native_of(ty);
        Ok(())
    }

    fn entry(&mut self, entry: &'a ast::Entry, ty: &Ty<'a>, record: &mut Record, scope: &Scope<'a>) -> Eval<()> {
        match entry {
            ast::Entry::Field(field) => {
                self.spend(1, field.span)?;
                let key = self.key(&field.key, scope)?;
                let Some(field_ty) = field_ty(ty, key) else { return Err(self.unknown_field(ty, key, field.key.span())) };
                self.write(record, key, Write { label: field.label.as_ref(), value: &field.value, ty: field_ty, span: field.span }, scope)
            }
            ast::Entry::Spread(expr) => self.spread(expr, ty, record, scope),
            ast::Entry::If(cond) => {
                let branch = if self.condition(&cond.condition, scope)? { &cond.then } else { &cond.otherwise };
                self.deeper(cond.span, |this| this.block(branch, ty, record, scope))
            }
            ast::Entry::For(each) => {
                self.each(each.key, each.var, &each.over, scope, |this, inner| this.block(&each.body, ty, record, inner))
            }
            ast::Entry::Let(_) | ast::Entry::Waive(_) => Ok(()),
        }
    }

    /// Writes one field of a record.
    pub(super) fn write(&mut self, record: &mut Record, key: Ustr, write: Write<'_, 'a>, scope: &Scope<'a>) -> Eval<()> {
        let position = record.position(key);
        let below = position.map(|i| std::mem::replace(&mut record.entries[i], empty_entry(key)));
        let written = match write.label {
            None => self.write_plain(below, key, write, scope)?,
            Some(label) => Some(self.write_labelled(below, key, label, write, scope)?),
        };
        match (position, written) {
            (Some(i), Some(entry)) => record.entries[i] = entry,
            (Some(_), None) => record.retain(|e| e.key != key),
            (None, Some(entry)) => record.push(entry),
            (None, None) => {}
        }
        Ok(())
    }

    fn write_plain(&mut self, below: Option<Entry>, key: Ustr, write: Write<'_, 'a>, scope: &Scope<'a>) -> Eval<Option<Entry>> {
        let Write { value, span, ty, .. } = write;
        match value {
            FieldValue::Set(expr) => {
                let node = self.eval_field(expr, key, ty, scope)?;
                if let Some(first) = below.as_ref().filter(|b| contradicts(b, scope)) {
                    return Err(self.double_write(key, first.at, span));
                }
                let over = below.map(|b| Arc::new(Over { at: b.at, node: b.node, next: b.over }));
                Ok(Some(Entry { key, node, at: span, op: Op::Replace, spread: false, over }))
            }
            FieldValue::Append(expr) => {
                let node = self.eval_field(expr, key, ty, scope)?;
                let above = Entry { key, node, at: span, op: Op::Append, spread: false, over: None };
                Ok(Some(match below {
                    Some(mut below) if !below.node.is_null() => {
                        merge::merge_entry(&mut below, above);
                        below
                    }
                    _ => above,
                }))
            }
            FieldValue::Block(block) => self.write_block(below, key, block, write, scope),
        }
    }

    fn write_block(
        &mut self,
        below: Option<Entry>,
        key: Ustr,
        block: &'a ast::Block,
        write: Write<'_, 'a>,
        scope: &Scope<'a>,
    ) -> Eval<Option<Entry>> {
        if matches!(write.ty.base(), Ty::List(_) | Ty::Keyed(_)) {
            let error = Diagnostic::new(&codes::LABEL, block.span, format!("`{key}` is a list, not a record"));
            return Err(
                self.error(error.help(format!("write its elements: `{key} = [{{ … }}]`, or one by its name: `{key} name {{ … }}`")))
            );
        }
        let fresh = below.as_ref().is_none_or(|b| b.node.is_null());
        if fresh && let Some(known) = self.constant(block, write.ty, scope) {
            return Ok(Some(Entry { key, node: known?, at: write.span, op: Op::Merge, spread: false, over: None }));
        }
        let (mut record, origin, op) = match below {
            Some(Entry { node: Node { value: Value::Record(record), origin }, op, .. }) => {
                (Arc::unwrap_or_clone(record), self.nearer(origin, scope, block.span), op)
            }
            Some(_) | None => (Record::with_capacity(block.entries.len()), self.written(scope, block.span), Op::Merge),
        };
        self.deeper(block.span, |this| this.block(&block.entries, write.ty, &mut record, scope))?;
        let vanished = fresh
            && (scope.home == STD || scope.this.is_some())
            && !block.entries.is_empty()
            && record.entries.iter().all(|e| e.node.is_null());
        let node = Node::new(Value::Record(Arc::new(record)), origin);
        Ok((!vanished).then_some(Entry { key, node, at: write.span, op, spread: false, over: None }))
    }

    /// The origin of what is merged into: the user's block where what lies below came from a kind.
    fn nearer(&self, below: Origin, scope: &Scope, span: Span) -> Origin {
        let here = self.written(scope, span);
        if below.kind != OriginKind::User && here.kind == OriginKind::User { here } else { below }
    }

    /// `f label …`: an entry of a map, or an element of a keyed list.
    fn write_labelled(
        &mut self,
        below: Option<Entry>,
        key: Ustr,
        label: &'a ast::Key,
        write: Write<'_, 'a>,
        scope: &Scope<'a>,
    ) -> Eval<Entry> {
        let name = self.key(label, scope)?;
        let inner = |ty| Write { label: None, value: write.value, ty, span: write.span };
        let (op, at) = (below.as_ref().map_or(Op::Merge, |b| b.op), write.span);
        let below = below.map(|b| b.node).filter(|n| !n.is_null());
        let origin = below.as_ref().map_or_else(|| self.written(scope, write.span), |n| self.nearer(n.origin, scope, write.span));
        let value = match write.ty.base() {
            Ty::Keyed(keyed) => {
                let mut list = match below.map(|n| n.value) {
                    Some(Value::List(list)) => Arc::unwrap_or_clone(list),
                    _ => List { label: Some(keyed.label()), ..List::default() },
                };
                self.write_element(&mut list, *keyed, name, label.span(), write, scope)?;
                Value::List(Arc::new(list))
            }
            Ty::Map(_) | Ty::Any | Ty::Poison => {
                let mut record = match below.map(|n| n.value) {
                    Some(Value::Record(record)) => Arc::unwrap_or_clone(record),
                    _ => Record::default(),
                };
                if let Ty::Map(map) = write.ty.base() {
                    let node = Node::new(Value::str(name.as_str()), self.written(scope, label.span()));
                    self.refine(node, &map.key, label.span())?;
                }
                let field = field_ty(write.ty, name).unwrap_or(&Ty::Any);
                self.write(&mut record, name, inner(field), scope)?;
                Value::Record(Arc::new(record))
            }
            other => {
                let error = Diagnostic::new(
                    &codes::LABEL,
                    label.span(),
                    format!("`{key}` takes no label: it is {other}, neither a map nor a list of named elements"),
                );
                return Err(self.error(error));
            }
        };
        Ok(Entry { key, node: Node::new(value, origin), at, op, spread: false, over: None })
    }

    fn write_element(&mut self, list: &mut List, keyed: Keyed, name: Ustr, at: Span, write: Write<'_, 'a>, scope: &Scope<'a>) -> Eval<()> {
        let label = keyed.label();
        let position = list.items.iter().position(|i| merge::label_of(&i.node, label).is_some_and(|t| *t == *name.as_str()));
        let element: &Ty<'a> = keyed.element();
        let (mut record, origin) = match position.map(|i| std::mem::take(&mut list.items[i].node)) {
            Some(Node { value: Value::Record(record), origin }) => (Arc::unwrap_or_clone(record), origin),
            Some(_) | None => {
                let text = Node::new(Value::str(name.as_str()), self.written(scope, at));
                let text = match field_ty(element, label) {
                    Some(Ty::Int) => Node::new(name.parse().map_or(Value::str(name.as_str()), Value::Int), text.origin),
                    _ => text,
                };
                (labelled_record(label, text, at), self.written(scope, write.span))
            }
        };
        match write.value {
            FieldValue::Block(block) => self.block(&block.entries, element, &mut record, scope)?,
            FieldValue::Set(expr) => self.write_primary(&mut record, keyed, element, expr, write.span, scope)?,
            FieldValue::Append(_) => {
                let error = Diagnostic::new(&codes::LABEL, write.span, "`+=` adds elements to a list, this is one element");
                return Err(self.error(error.help("write `=` or `{ … }`")));
            }
        }
        let node = Node::new(Value::Record(Arc::new(record)), origin);
        match position {
            Some(i) => list.items[i].node = node,
            None => list.items.push(Item { node, at: write.span }),
        }
        Ok(())
    }

    /// `field label = value`: the element's primary field. A reference as the value of an environment variable is its `valueFrom`.
    fn write_primary(
        &mut self,
        record: &mut Record,
        keyed: Keyed,
        element: &Ty<'a>,
        expr: &'a ast::Expr,
        span: Span,
        scope: &Scope<'a>,
    ) -> Eval<()> {
        let Some(primary) = keyed.list.primary else {
            let error = Diagnostic::new(&codes::LABEL, span, format!("{element} has no field that a bare value could mean"));
            return Err(self.error(error.help("write a block: `{ … }`")));
        };
        let node = self.eval(expr, scope)?;
        if let Value::Ref(target) = &node.value {
            let from = Ustr::from("valueFrom");
            if field_ty(element, from).is_some() {
                let value = super::coerce::value_from(target, node.origin);
                record.retain(|e| e.key != primary);
                merge::merge_record(record, &single(from, value, span));
                return Ok(());
            }
        }
        let ty = field_ty(element, primary).unwrap_or(&Ty::Any);
        let node = self.adapt_field(node, primary, ty, expr.span, scope)?;
        if let Some(first) = record.get(primary).filter(|b| contradicts(b, scope)) {
            return Err(self.double_write(primary, first.at, span));
        }
        merge::merge_record(record, &single(primary, node, span));
        Ok(())
    }

    /// `...e`: its entries, each by its own mark, weaker than what this block writes out.
    fn spread(&mut self, expr: &'a ast::Expr, ty: &Ty<'a>, record: &mut Record, scope: &Scope<'a>) -> Eval<()> {
        let node = self.eval(expr, scope)?;
        let above = match node.value {
            Value::Null => return Ok(()),
            Value::Record(above) => above,
            other => {
                let error = Diagnostic::new(
                    &codes::NOT_A_RECORD,
                    expr.span,
                    format!("`...` takes the entries of a record, this is {}", other.type_name()),
                );
                return Err(self.error(error));
            }
        };
        self.spend(above.entries.len(), expr.span)?;
        let mut failed = false;
        for entry in &above.entries {
            let Some(field_ty) = field_ty(ty, entry.key) else {
                failed |= matches!(self.unknown_field(ty, entry.key, entry.at), Poisoned);
                continue;
            };
            match self.adapt_field(entry.node.clone(), entry.key, field_ty, expr.span, scope) {
                Ok(node) => self.spread_entry(record, Entry { node, spread: true, ..entry.clone() }, scope),
                Err(Poisoned) => failed = true,
            }
        }
        record.measured.reset();
        record.content.reset();
        if failed { Err(Poisoned) } else { Ok(()) }
    }

    fn spread_entry(&mut self, record: &mut Record, entry: Entry, scope: &Scope<'a>) {
        match record.position(entry.key) {
            None => record.push(entry),
            Some(i) => {
                let below = &mut record.entries[i];
                if below.spread || !in_layer(below, scope) {
                    return merge::merge_entry(below, entry);
                }
                if let (Op::Merge, Value::Record(top), Value::Record(bottom)) = (below.op, &mut below.node.value, &entry.node.value) {
                    merge::merge_under(Arc::make_mut(top), bottom);
                }
            }
        }
    }

    /// A block in the body of a kind that depends on nothing, made once and shared.
    pub(super) fn constant(&mut self, block: &'a ast::Block, ty: &Ty<'a>, scope: &Scope<'a>) -> Option<Eval<Node>> {
        if (scope.home != STD && scope.this.is_none()) || self.origin_kind != crate::value::OriginKind::Emit {
            return None;
        }
        let key = std::ptr::from_ref(block) as usize;
        if let Some(known) = self.shared.constants.read().unwrap_or_else(|e| e.into_inner()).get(&key) {
            return known.clone().map(Ok);
        }
        let node = super::constant::is_constant(block).then(|| {
            let mut record = Record::default();
            let inner = Scope::module(scope.home).in_layer(block.span);
            self.block(&block.entries, ty, &mut record, &inner)
                .map(|()| Node::new(Value::Record(Arc::new(record)), self.written(scope, block.span)))
        });
        match node {
            Some(Err(Poisoned)) => Some(Err(Poisoned)),
            node => {
                let node = node.and_then(Result::ok);
                self.shared.constants.write().unwrap_or_else(|e| e.into_inner()).insert(key, node.clone());
                node.map(Ok)
            }
        }
    }

    fn double_write(&self, key: Ustr, first: Span, second: Span) -> Poisoned {
        let error = Diagnostic::new(&codes::DOUBLE_WRITE, second, format!("`{key}` is written twice in one block"));
        self.error(error.also(first, "written here already").help("keep one of the two; to choose, write `if … then … else …`"))
    }

    pub(super) fn unknown_field(&self, ty: &Ty, key: Ustr, at: Span) -> Poisoned {
        let names = field_names(ty);
        let error = Diagnostic::new(&codes::UNKNOWN_FIELD, at, format!("{} has no field `{key}`", ty.base()));
        self.error(match suggest::nearest(&key, names.iter().map(|n| n.as_str())) {
            Some(near) => error.help(format!("did you mean `{near}`?")).fix(at, near),
            None => error.help(format!("its fields are {}", suggest::some_of(names.iter().map(|n| n.as_str())))),
        })
    }
}

/// The type of a record's field; `None` where it has none of that name.
pub(super) fn field_ty<'t, 'a>(ty: &'t Ty<'a>, key: Ustr) -> Option<&'t Ty<'a>> {
    match ty {
        Ty::Optional(inner) => field_ty(inner, key),
        Ty::Refined(refined) => field_ty(&refined.base, key),
        Ty::Record(record) => record.field(key).map(|f| &f.ty),
        Ty::Native(id) => native::field(*id, key, false),
        Ty::Partial(inner) => match inner.as_ref() {
            Ty::Native(id) => native::field(*id, key, true),
            inner => field_ty(inner, key),
        },
        Ty::Map(map) if map.value == Ty::Quantity => Some(fit::amount(&key)),
        Ty::Map(map) => Some(&map.value),
        _ => Some(&Ty::Any),
    }
}

fn field_names(ty: &Ty) -> Vec<Ustr> {
    match ty.base() {
        Ty::Record(record) => record.fields.iter().map(|f| f.name).collect(),
        Ty::Native(id) => id.get().fields.iter().map(|f| f.name).collect(),
        Ty::Partial(inner) => field_names(inner),
        _ => Vec::new(),
    }
}

/// The native type whose values a type describes, in part or whole.
pub(super) fn native_of(ty: &Ty) -> Option<TypeId> {
    match ty.base() {
        Ty::Native(id) => Some(*id),
        Ty::Partial(inner) => native_of(inner),
        _ => None,
    }
}

/// Whether a second plain write in this layer contradicts `below`.
fn contradicts(below: &Entry, scope: &Scope) -> bool {
    below.op == Op::Replace && !below.spread && in_layer(below, scope)
}

fn in_layer(entry: &Entry, scope: &Scope) -> bool {
    !scope.layer.is_none() && scope.layer.contains(entry.at)
}

fn single(key: Ustr, node: Node, at: Span) -> Record {
    Record { entries: vec![Entry { key, node, at, op: Op::Replace, spread: false, over: None }], ..Record::default() }
}

fn empty_entry(key: Ustr) -> Entry {
    Entry { key, node: Node::default(), at: Span::NONE, op: Op::Merge, spread: false, over: None }
}
