//! The types of native fields, made once for the life of the process.

use super::Ty;
use crate::schema::TypeId;
use std::sync::{LazyLock, OnceLock, RwLock};
use ustr::{Ustr, UstrMap};

/// The types of a native type's fields: plain, and inside a `Partial`.
type Fields = OnceLock<UstrMap<Ty<'static>>>;

/// The type of a field, or `None` where the type has no such field.
pub fn field(id: TypeId, name: Ustr, partial: bool) -> Option<&'static Ty<'static>> {
    fields(id, partial).get(&name)
}

fn fields(id: TypeId, partial: bool) -> &'static UstrMap<Ty<'static>> {
    slot(id, partial).get_or_init(|| id.get().fields.iter().map(|f| (f.name, Ty::of_native_field(f, partial))).collect())
}

/// Slots are made on demand and live as long as the process, as the schema itself does.
fn slot(id: TypeId, partial: bool) -> &'static Fields {
    static SLOTS: LazyLock<[RwLock<Vec<Option<&'static Fields>>>; 2]> = LazyLock::new(Default::default);
    let slots = &SLOTS[usize::from(partial)];
    let index = id.index();
    if let Some(Some(found)) = slots.read().unwrap_or_else(|e| e.into_inner()).get(index) {
        return found;
    }
    let mut slots = slots.write().unwrap_or_else(|e| e.into_inner());
    if slots.len() <= index {
        slots.resize(index + 1, None);
    }
    slots[index].get_or_insert_with(|| Box::leak(Box::default()))
}
