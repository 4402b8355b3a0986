//! The types of native fields and elements, made once for the life of the process.

use super::Ty;
use crate::schema::{self, ListTy, TypeId};
use rustc_hash::FxHashMap;
use std::sync::{LazyLock, OnceLock, RwLock};
use ustr::{Ustr, UstrMap};

/// The types of a native type's fields.
type Fields = OnceLock<UstrMap<Ty<'static>>>;

/// The type of a field, or `None` where the type has no such field. `partial` is inside a `Partial`.
pub fn field(id: TypeId, name: Ustr, partial: bool) -> Option<&'static Ty<'static>> {
    static SLOTS: LazyLock<[Vec<Fields>; 2]> = LazyLock::new(|| {
        let slots = || (0..schema::type_count()).map(|_| OnceLock::new()).collect();
        [slots(), slots()]
    });
    let make = || id.get().fields.iter().map(|f| (f.name, Ty::of_native_field(f, partial))).collect();
    match SLOTS[usize::from(partial)].get(id.index()) {
        Some(fields) => fields.get_or_init(make).get(&name),
        None => added(id, partial, make).get(&name),
    }
}

/// The types of the fields of a type that was added at run time.
fn added(id: TypeId, partial: bool, make: impl FnOnce() -> UstrMap<Ty<'static>>) -> &'static UstrMap<Ty<'static>> {
    type Known = RwLock<FxHashMap<(TypeId, bool), &'static UstrMap<Ty<'static>>>>;
    static KNOWN: LazyLock<Known> = LazyLock::new(Default::default);
    if let Some(known) = KNOWN.read().unwrap_or_else(|e| e.into_inner()).get(&(id, partial)) {
        return known;
    }
    let made = &*Box::leak(Box::new(make()));
    KNOWN.write().unwrap_or_else(|e| e.into_inner()).entry((id, partial)).or_insert(made)
}

/// The type of the elements of a native list.
pub fn element(list: &'static ListTy, partial: bool) -> &'static Ty<'static> {
    static KNOWN: LazyLock<RwLock<FxHashMap<(usize, bool), &'static Ty<'static>>>> = LazyLock::new(Default::default);
    let key = (std::ptr::from_ref(list) as usize, partial);
    if let Some(known) = KNOWN.read().unwrap_or_else(|e| e.into_inner()).get(&key) {
        return known;
    }
    // As the schema itself, it is kept for the life of the process.
    KNOWN.write().unwrap_or_else(|e| e.into_inner()).entry(key).or_insert_with(|| Box::leak(Box::new(Ty::of_native(list.elem, partial))))
}
