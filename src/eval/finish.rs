//! Changes to emitted objects: `extend Deployment web { … }`, `extend Container * { … }`, `remove Service web`; and objects made twice.

use super::{Eval, Evaluator, Poisoned, Scope, Shared};
use crate::ast;
use crate::diag::{Diagnostic, codes, suggest};
use crate::object::Object;
use crate::schema::{NativeKind, NativeTy, TypeId};
use crate::source::Span;
use crate::types::Ty;
use crate::value::{List, Node, Record, Value};
use rustc_hash::{FxHashMap, FxHashSet};
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
    let mut reach = Reach { id, known: FxHashMap::default() };
    for object in objects {
        if reach.is_from(object.kind.ty) {
            lay_under(Arc::make_mut(&mut object.root), object.kind.ty, &mut reach, &weak);
        }
    }
    Ok(())
}

/// Which types can hold values of one type, found once for each that is asked about.
struct Reach {
    id: TypeId,
    known: FxHashMap<TypeId, bool>,
}

impl Reach {
    /// Whether values of type `from` can hold, or are, values of the type.
    fn is_from(&mut self, from: TypeId) -> bool {
        if let Some(&known) = self.known.get(&from) {
            return known;
        }
        let found = reaches(from, self.id, &mut FxHashSet::default());
        self.known.insert(from, found);
        found
    }

    fn is_from_ty(&mut self, ty: NativeTy) -> bool {
        element(ty).is_some_and(|inner| self.is_from(inner))
    }
}

/// Walks a record by its type and lays `weak` under every value of the type that is reached for.
fn lay_under(record: &mut Record, ty: TypeId, reach: &mut Reach, weak: &Record) {
    if ty == reach.id {
        super::merge::merge_under(record, weak);
    }
    for entry in &mut record.entries {
        if let Some(field) = ty.get().field(entry.key) {
            lay_under_value(&mut entry.node, field.ty, reach, weak);
        }
    }
}

fn lay_under_value(node: &mut Node, ty: NativeTy, reach: &mut Reach, weak: &Record) {
    if !reach.is_from_ty(ty) {
        return;
    }
    match (&mut node.value, ty) {
        (Value::Record(record), NativeTy::Ref(inner)) => lay_under(Arc::make_mut(record), inner, reach, weak),
        (Value::Record(record), NativeTy::Map(inner)) => {
            Arc::make_mut(record).entries.iter_mut().for_each(|e| lay_under_value(&mut e.node, *inner, reach, weak))
        }
        (Value::List(list), NativeTy::List(inner)) => {
            let List { items, .. } = Arc::make_mut(list);
            items.iter_mut().for_each(|i| lay_under_value(&mut i.node, inner.elem, reach, weak));
        }
        _ => {}
    }
}

/// A depth-first walk over the types of fields; types may hold themselves.
fn reaches(from: TypeId, id: TypeId, seen: &mut FxHashSet<TypeId>) -> bool {
    from == id || seen.insert(from) && from.get().fields.iter().any(|f| element(f.ty).is_some_and(|inner| reaches(inner, id, seen)))
}

/// The type with fields at the bottom of lists and maps.
fn element(ty: NativeTy) -> Option<TypeId> {
    match ty {
        NativeTy::Ref(inner) => Some(inner),
        NativeTy::List(list) => element(list.elem),
        NativeTy::Map(value) => element(*value),
        NativeTy::Bool | NativeTy::Int32 | NativeTy::Int64 | NativeTy::Number | NativeTy::String | NativeTy::IntOrString => None,
        NativeTy::Quantity | NativeTy::Time | NativeTy::MicroTime | NativeTy::Base64 | NativeTy::Duration => None,
        NativeTy::Any | NativeTy::Object => None,
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
