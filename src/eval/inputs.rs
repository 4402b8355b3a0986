//! What a declaration gives: its inputs, merged from all layers; its exports; the object of a native declaration.
//!
//! An input is computed alone, from the entries that may write it, so that `web` may read `db`'s host while `db` names `web`.

use super::block::Write;
use super::decl::{Body, Decl, DeclKind};
use super::{Eval, Evaluator, Part, Poisoned, Scope};
use crate::ast::{self, Entry, Item};
use crate::diag::{Diagnostic, codes};
use crate::resolve::Kind;
use crate::source::Span;
use crate::types::Ty;
use crate::value::{self, Node, Op, Record, Value};
use smallvec::SmallVec;
use std::sync::Arc;
use ustr::Ustr;

/// An entry that writes the field asked for, and the scope it stands in.
enum Source<'a> {
    Field(&'a ast::Field),
    Spread(value::Entry),
}

type Sources<'a> = SmallVec<[(Source<'a>, Scope<'a>); 4]>;

impl<'a> Evaluator<'_, 'a> {
    /// The value of an input, computed when first read.
    pub(super) fn input(&mut self, decl: &Arc<Decl<'a>>, index: usize, at: Span) -> Eval<Node> {
        let Some(cell) = decl.cell(index) else { return Err(Poisoned) };
        if let Some(known) = cell.get() {
            return known.clone();
        }
        let Some(kind) = decl.high().cloned() else { return Err(Poisoned) };
        let field = kind.inputs.fields[index].name;
        let key = (Arc::as_ptr(decl) as usize, Part::Input, field);
        let result = self.thunk(key, || format!("{}.{field}", decl.short_name()), at, |this| this.compute_input(decl, &kind, index));
        cell.get_or_init(|| result).clone()
    }

    fn compute_input(&mut self, decl: &Arc<Decl<'a>>, kind: &Arc<Kind<'a>>, index: usize) -> Eval<Node> {
        let field = &kind.inputs.fields[index];
        let body = Scope::kind_body(decl, kind.home, Span::NONE);
        let mut sources = self.sources(decl, kind, field.name)?;
        drop_replaced(&mut sources);
        let mut record = Record::default();
        let replaced =
            matches!(sources.first(), Some((Source::Field(f), _)) if f.label.is_none() && matches!(f.value, ast::FieldValue::Set(_)));
        if !replaced {
            match self.default_of(field, &body)? {
                Some(node) if sources.is_empty() => return Ok(node),
                Some(node) => record.push(value::Entry { key: field.name, node, at: field.span, op: Op::Merge, spread: false, over: None }),
                None if sources.is_empty() => return Err(self.required(field, decl.label, &decl.short_name())),
                None => {}
            }
        }
        self.write_sources(&mut record, field.name, &field.ty, sources)?;
        let node = record.entries.pop().map(|e| e.node).unwrap_or_default();
        if node.is_null() && !field.ty.is_optional() {
            // `null` turns a default off only where the type has room for it.
            return match self.default_of(field, &body)? {
                Some(default) => Ok(default),
                None => Err(self.required(field, decl.label, &decl.short_name())),
            };
        }
        self.complete(node, &field.ty, &body, &format!("{} of {}", field.name, decl.short_name()))
    }

    fn write_sources(&mut self, record: &mut Record, key: Ustr, ty: &Ty<'a>, sources: Sources<'a>) -> Eval<()> {
        let mut failed = false;
        for (source, scope) in sources {
            let result = match source {
                Source::Field(f) => self.write(record, key, Write { label: f.label.as_ref(), value: &f.value, ty, span: f.span }, &scope),
                Source::Spread(entry) => self.adapt_field(entry.node.clone(), key, ty, entry.at, &scope).map(|node| {
                    let entry = value::Entry { node, spread: true, ..entry };
                    super::merge::merge_record(record, &Record { entries: vec![entry], ..Record::default() });
                }),
            };
            failed |= result.is_err();
        }
        if failed { Err(Poisoned) } else { Ok(()) }
    }

    /// All that writes a field, weakest first: what the kind sets, then the layers of the declaration.
    fn sources(&mut self, decl: &Arc<Decl<'a>>, kind: &Kind<'a>, key: Ustr) -> Eval<Sources<'a>> {
        let mut sources = SmallVec::new();
        for set in &kind.sets {
            if set.what.key.as_static() == Some(key) {
                sources.push((Source::Field(set.what), Scope::kind_body(decl, set.home, set.what.span)));
            }
        }
        for layer in &decl.layers {
            match layer.body {
                Body::Block(block) => self.collect(block.entries.iter(), key, &layer.scope, &mut sources)?,
                Body::Items(items) => self.collect(items.iter().filter_map(as_entry), key, &layer.scope, &mut sources)?,
            }
        }
        Ok(sources)
    }

    /// Adds the entries that write `key`. Spreads come first within their block: what is written out wins over them.
    fn collect(
        &mut self,
        entries: impl Iterator<Item = &'a Entry> + Clone,
        key: Ustr,
        scope: &Scope<'a>,
        out: &mut Sources<'a>,
    ) -> Eval<()> {
        let start = out.len();
        let mut spreads = 0;
        let mut bound: Option<Scope<'a>> = None;
        for entry in entries {
            let here = bound.as_ref().unwrap_or(scope);
            match entry {
                Entry::Field(field) => {
                    if self.is_key(&field.key, key, here)? {
                        out.push((Source::Field(field), here.clone()));
                    }
                }
                Entry::Let(decl) => bound = Some(here.with_let(decl)),
                Entry::If(cond) if may_write(&cond.then, key) || may_write(&cond.otherwise, key) => {
                    let branch = if self.condition(&cond.condition, here)? { &cond.then } else { &cond.otherwise };
                    let here = here.clone();
                    self.collect(branch.iter(), key, &here, out)?;
                }
                Entry::For(each) if may_write(&each.body, key) => {
                    let here = here.clone();
                    self.each(each.key, each.var, &each.over, &here, |this, inner| this.collect(each.body.iter(), key, inner, out))?;
                }
                Entry::Spread(expr) => {
                    let node = self.eval(expr, here)?;
                    match &node.value {
                        Value::Null => {}
                        Value::Record(record) => {
                            if let Some(found) = record.get(key) {
                                out.insert(start + spreads, (Source::Spread(found.clone()), here.clone()));
                                spreads += 1;
                            }
                        }
                        other => {
                            let message = format!("`...` takes the entries of a record, this is {}", other.type_name());
                            return Err(self.error(Diagnostic::new(&codes::NOT_A_RECORD, expr.span, message)));
                        }
                    }
                }
                Entry::If(_) | Entry::For(_) | Entry::Waive(_) => {}
            }
        }
        Ok(())
    }

    fn is_key(&mut self, written: &'a ast::Key, key: Ustr, scope: &Scope<'a>) -> Eval<bool> {
        match written.as_static() {
            Some(name) => Ok(name == key),
            None => Ok(self.key(written, scope)? == key),
        }
    }

    /// The export of that name; `None` where the kind has none.
    pub(super) fn export(&mut self, decl: &Arc<Decl<'a>>, name: Ustr, at: Span) -> Option<Eval<Node>> {
        let kind = decl.high()?.clone();
        if !kind.exports.iter().any(|e| may_write(&e.what.entries, name)) {
            return None;
        }
        let key = (Arc::as_ptr(decl) as usize, Part::Export, name);
        let result = self.thunk(
            key,
            || format!("{}.{name}", decl.short_name()),
            at,
            |this| {
                let mut sources = SmallVec::new();
                for export in &kind.exports {
                    let scope = Scope::kind_body(decl, export.home, export.what.span);
                    this.collect(export.what.entries.iter(), name, &scope, &mut sources)?;
                }
                let mut record = Record::default();
                this.write_sources(&mut record, name, &Ty::Any, sources)?;
                Ok(record.entries.pop().map(|e| e.node))
            },
        );
        match result {
            Ok(Some(node)) => Some(Ok(node)),
            Ok(None) => None,
            Err(Poisoned) => Some(Err(Poisoned)),
        }
    }

    /// A `let` in the body of a kind, computed once for each declaration.
    pub(super) fn kind_let(&mut self, decl: &Arc<Decl<'a>>, kind: &Kind<'a>, name: Ustr) -> Eval<Node> {
        let lock = || decl.lets.lock().unwrap_or_else(|e| e.into_inner());
        if let Some((_, known)) = lock().iter().find(|(n, _)| *n == name) {
            return known.clone();
        }
        let Some(found) = kind.lets.get(&name).copied() else { return Err(Poisoned) };
        let key = (Arc::as_ptr(decl) as usize, Part::Let, name);
        let result = self.thunk(
            key,
            || format!("{}.{name}", decl.short_name()),
            found.what.name.span,
            |this| this.eval(&found.what.value, &Scope::kind_body(decl, found.home, Span::NONE)),
        );
        let mut lets = lock();
        if !lets.iter().any(|(n, _)| *n == name) {
            lets.push((name, result.clone()));
        }
        result
    }

    /// The object that a native declaration is, before `extend`s.
    pub(super) fn native_object(&mut self, decl: &Arc<Decl<'a>>, at: Span) -> Eval<Arc<Record>> {
        if let Some(known) = decl.object.get() {
            return known.clone();
        }
        let DeclKind::Native(kind) = decl.kind else { return Err(Poisoned) };
        let key = (Arc::as_ptr(decl) as usize, Part::Whole, Ustr::default());
        let result = self.thunk(
            key,
            || decl.short_name(),
            at,
            |this| {
                let mut record = super::emit::object_head(kind, decl.name, decl.namespace, decl.head, decl.label);
                let mut failed = false;
                for layer in &decl.layers {
                    let Body::Block(block) = layer.body else { continue };
                    failed |= this.block(&block.entries, &Ty::Native(kind.ty), &mut record, &layer.scope).is_err();
                }
                if failed { Err(Poisoned) } else { Ok(Arc::new(record)) }
            },
        );
        decl.object.get_or_init(|| result).clone()
    }
}

/// Drops what a later layer replaces whole: it may name what that layer removed. Within one layer a second `=` is an error, so both stay.
fn drop_replaced(sources: &mut Sources) {
    let replaces = |source: &Source| matches!(source, Source::Field(f) if f.label.is_none() && matches!(f.value, ast::FieldValue::Set(_)));
    let Some(last) = sources.iter().rposition(|(source, _)| replaces(source)) else { return };
    let layer = sources[last].1.layer;
    let mut index = 0;
    sources.retain(|(_, scope)| {
        index += 1;
        index > last || scope.layer == layer
    });
}

/// Whether entries may write a field, without evaluating. A spread may write anything.
fn may_write(entries: &[Entry], key: Ustr) -> bool {
    entries.iter().any(|entry| match entry {
        Entry::Field(field) => field.key.as_static().is_none_or(|name| name == key),
        Entry::Spread(_) => true,
        Entry::If(cond) => may_write(&cond.then, key) || may_write(&cond.otherwise, key),
        Entry::For(each) => may_write(&each.body, key),
        Entry::Let(_) | Entry::Waive(_) => false,
    })
}

fn as_entry(item: &Item) -> Option<&Entry> {
    match item {
        Item::Entry(entry) => Some(entry),
        _ => None,
    }
}
