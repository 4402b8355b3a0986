//! Changes to emitted objects: `extend Deployment web { … }`, `extend Container * { … }`, `remove Service web`; and objects made twice.

use super::{Eval, Evaluator, Poisoned, Scope, Shared};
use crate::ast;
use crate::diag::{Diagnostic, codes, suggest};
use crate::object::Object;
use crate::schema::{NativeKind, NativeTy, TypeId};
use crate::source::Span;
use crate::types::Ty;
use crate::value::{List, Node, Record, Value};
use rustc_hash::FxHashMap;
use std::sync::Arc;
use ustr::Ustr;

/// An `extend` (with a block) or a `remove` (without) of objects.
pub struct ObjectChange<'a> {
    pub target: Target,
    pub block: Option<&'a ast::Block>,
    pub scope: Scope<'a>,
    pub span: Span,
}

pub enum Target {
    Object {
        kind: &'static NativeKind,
        namespace: Option<Ustr>,
        name: Ustr,
    },
    /// Every value of a type, weaker than anything written.
    All(TypeId),
}

/// Applies all changes in their order, and reports objects that two declarations make.
pub fn finish<'a>(shared: &Shared<'a>, mut objects: Vec<Object>, changes: Vec<ObjectChange<'a>>) -> Vec<Object> {
    let mut evaluator = Evaluator::new(shared);
    let failed = shared.program.sink.has_errors();
    let mut index = Index::default();
    if changes.iter().any(|c| matches!(c.target, Target::Object { .. })) {
        index = Index::new(&objects);
    }
    let mut removed = vec![false; objects.len()];
    for change in &changes {
        let _ = match change.target {
            Target::All(id) => extend_all(&mut evaluator, change, id, &mut objects),
            Target::Object { kind, namespace, name } => match index.find(&objects, &removed, kind, namespace, name) {
                Ok(found) if change.block.is_none() => {
                    removed[found] = true;
                    Ok(())
                }
                Ok(found) => extend_one(&mut evaluator, change, &mut objects[found]),
                // What should have been there may have failed before.
                Err(_) if failed => Err(Poisoned),
                Err(candidates) => Err(no_target(&evaluator, change, kind, name, candidates.len(), &objects)),
            },
        };
    }
    let mut keep = removed.iter().map(|r| !r);
    objects.retain(|_| keep.next().unwrap_or(true));
    report_duplicates(shared, &objects);
    objects
}

/// Applies a change within the objects of one declaration.
pub(super) fn apply_one<'a>(evaluator: &mut Evaluator<'_, 'a>, change: &ObjectChange<'a>, objects: &mut Vec<Object>) -> Eval<()> {
    let Target::Object { kind, name, .. } = change.target else { return Ok(()) };
    let Some(found) = objects.iter().position(|o| o.kind.kind == kind.kind && o.name == name) else {
        return Err(no_target(evaluator, change, kind, name, 0, objects));
    };
    match change.block {
        Some(_) => extend_one(evaluator, change, &mut objects[found]),
        None => {
            objects.remove(found);
            Ok(())
        }
    }
}

fn extend_one<'a>(evaluator: &mut Evaluator<'_, 'a>, change: &ObjectChange<'a>, object: &mut Object) -> Eval<()> {
    let Some(block) = change.block else { return Ok(()) };
    let ty = Ty::Native(object.kind.ty);
    evaluator.block(&block.entries, &ty, Arc::make_mut(&mut object.root), &change.scope)
}

fn extend_all<'a>(evaluator: &mut Evaluator<'_, 'a>, change: &ObjectChange<'a>, id: TypeId, objects: &mut [Object]) -> Eval<()> {
    let Some(block) = change.block else { return Ok(()) };
    let mut weak = Record::default();
    evaluator.block(&block.entries, &Ty::Partial(Arc::new(Ty::Native(id))), &mut weak, &change.scope)?;
    for object in objects {
        if reaches(object.kind.ty, id, &mut FxHashMap::default()) {
            lay_under(Arc::make_mut(&mut object.root), object.kind.ty, id, &weak);
        }
    }
    Ok(())
}

/// Walks a record by its type and lays `weak` under every value of type `id`.
fn lay_under(record: &mut Record, ty: TypeId, id: TypeId, weak: &Record) {
    if ty == id {
        super::merge::merge_under(record, weak);
    }
    for entry in &mut record.entries {
        if let Some(field) = ty.get().field(entry.key) {
            lay_under_value(&mut entry.node, field.ty, id, weak);
        }
    }
}

fn lay_under_value(node: &mut Node, ty: NativeTy, id: TypeId, weak: &Record) {
    match (&mut node.value, ty) {
        (Value::Record(record), NativeTy::Ref(inner)) if reaches(inner, id, &mut FxHashMap::default()) => {
            lay_under(Arc::make_mut(record), inner, id, weak)
        }
        (Value::Record(record), NativeTy::Map(inner)) => {
            Arc::make_mut(record).entries.iter_mut().for_each(|e| lay_under_value(&mut e.node, *inner, id, weak))
        }
        (Value::List(list), NativeTy::List(inner)) if reaches_ty(inner.elem, id, &mut FxHashMap::default()) => {
            let List { items, .. } = Arc::make_mut(list);
            items.iter_mut().for_each(|i| lay_under_value(&mut i.node, inner.elem, id, weak));
        }
        _ => {}
    }
}

/// Whether values of type `from` can hold values of type `id`.
fn reaches(from: TypeId, id: TypeId, seen: &mut FxHashMap<TypeId, ()>) -> bool {
    if from == id {
        return true;
    }
    if seen.insert(from, ()).is_some() {
        return false;
    }
    from.get().fields.iter().any(|f| reaches_ty(f.ty, id, seen))
}

fn reaches_ty(ty: NativeTy, id: TypeId, seen: &mut FxHashMap<TypeId, ()>) -> bool {
    match ty {
        NativeTy::Ref(inner) => reaches(inner, id, seen),
        NativeTy::List(list) => reaches_ty(list.elem, id, seen),
        NativeTy::Map(value) => reaches_ty(*value, id, seen),
        NativeTy::Bool | NativeTy::Int32 | NativeTy::Int64 | NativeTy::Number | NativeTy::String | NativeTy::IntOrString => false,
        NativeTy::Quantity | NativeTy::Time | NativeTy::MicroTime | NativeTy::Base64 | NativeTy::Any | NativeTy::Object => false,
    }
}

/// Objects by kind and name.
#[derive(Default)]
struct Index {
    by_name: FxHashMap<(Ustr, Ustr), Vec<usize>>,
}

impl Index {
    fn new(objects: &[Object]) -> Index {
        let mut index = Index::default();
        for (i, object) in objects.iter().enumerate() {
            index.by_name.entry((object.kind.kind, object.name)).or_default().push(i);
        }
        index
    }

    /// The object in that namespace, else the only one of its name.
    fn find(
        &self,
        objects: &[Object],
        removed: &[bool],
        kind: &NativeKind,
        namespace: Option<Ustr>,
        name: Ustr,
    ) -> Result<usize, Vec<usize>> {
        let all: Vec<usize> = self.by_name.get(&(kind.kind, name)).into_iter().flatten().copied().filter(|&i| !removed[i]).collect();
        match (all.iter().find(|&&i| objects[i].namespace == namespace), all.as_slice()) {
            (Some(&found), _) => Ok(found),
            (None, &[only]) => Ok(only),
            (None, _) => Err(all),
        }
    }
}

fn no_target(
    evaluator: &Evaluator,
    change: &ObjectChange,
    kind: &NativeKind,
    name: Ustr,
    candidates: usize,
    objects: &[Object],
) -> Poisoned {
    if candidates > 0 {
        let error =
            Diagnostic::new(&codes::AMBIGUOUS_NAME, change.span, format!("{candidates} namespaces have a {} called `{name}`", kind.kind));
        return evaluator.error(error.help("write this inside `extend namespace … { }`"));
    }
    let names: Vec<&str> = objects.iter().filter(|o| o.kind.kind == kind.kind).map(|o| o.name.as_str()).collect();
    let error = Diagnostic::new(&codes::EXTEND_TARGET, change.span, format!("nothing here makes a {} called `{name}`", kind.kind));
    evaluator.error(match suggest::nearest(&name, names.iter().copied()) {
        Some(near) => error.help(format!("did you mean `{near}`?")).fix(change.span, near),
        None if names.is_empty() => error.help(format!("no {} is emitted at all", kind.kind)),
        None => error.help(format!("there is {}", suggest::some_of(names.into_iter()))),
    })
}

fn report_duplicates(shared: &Shared, objects: &[Object]) {
    let mut seen: FxHashMap<(Ustr, Ustr, Option<Ustr>, Ustr), &Object> = FxHashMap::default();
    for object in objects {
        let key = (object.kind.group, object.kind.kind, object.namespace, object.name);
        if let Some(first) = seen.insert(key, object) {
            let error = Diagnostic::new(&codes::DUPLICATE_OBJECT, object.head, format!("{} is made twice", object.title()));
            shared.program.sink.push(error.also(first.head, "made here already").help("rename one of the two declarations"));
        }
    }
}
