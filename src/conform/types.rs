//! Which types the objects of a run hold, so that what holds for them can be made ready side by side before the walk.

use crate::object::Object;
use crate::schema::{NativeTy, TypeId};
use crate::value::{Node, Record, Value};
use rustc_hash::FxHashSet;

/// The types of the values in the first object of each kind, each once, in the order in which they are met.
pub fn types_of<'o>(objects: impl Iterator<Item = &'o Object>) -> Vec<TypeId> {
    let mut found = Found::default();
    for object in objects {
        if found.seen.insert(object.kind.ty) {
            found.types.push(object.kind.ty);
            found.fields(&object.root, object.kind.ty);
        }
    }
    found.types
}

#[derive(Default)]
struct Found {
    seen: FxHashSet<TypeId>,
    types: Vec<TypeId>,
}

impl Found {
    fn fields(&mut self, record: &Record, id: TypeId) {
        for entry in &record.entries {
            if let Some(field) = id.get().field(entry.key) {
                self.value(&entry.node, field.ty);
            }
        }
    }

    fn value(&mut self, node: &Node, ty: NativeTy) {
        match (ty.resolved(), &node.value) {
            (NativeTy::Ref(id), Value::Record(record)) => {
                if self.seen.insert(id) {
                    self.types.push(id);
                }
                self.fields(record, id);
            }
            (NativeTy::List(list), Value::List(items)) => items.items.iter().for_each(|item| self.value(&item.node, list.elem)),
            (NativeTy::Map(inner), Value::Record(record)) => record.entries.iter().for_each(|entry| self.value(&entry.node, *inner)),
            _ => {}
        }
    }
}
