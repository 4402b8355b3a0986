//! Types and kinds that no release of Kubernetes has: those of CustomResourceDefinitions, known from when a run first reads them.
//!
//! They are of the same sort as native ones and live as long, the life of the process. They come in bundles, each under a name that its
//! content decides, so that what is read again is found again, and two runs that define one kind differently do not meet. A bundle's name
//! stands where the name of an API group and version can stand ([`super::kind_in`]).

use super::TypeId;
use super::native::{NativeField, NativeKind, NativeTy, NativeType};
use super::release::Releases;
use rustc_hash::FxHashMap;
use serde_json::Value as Json;
use std::sync::{LazyLock, RwLock};
use ustr::{Ustr, UstrMap};

/// A field of a type that is added.
#[derive(Debug)]
pub struct NewField {
    pub name: Ustr,
    pub ty: NativeTy,
    pub required: bool,
    pub default: Option<Json>,
    pub allowed: Vec<Ustr>,
    pub doc: String,
}

#[derive(Default)]
struct Added {
    types: Vec<&'static NativeType>,
    bundles: UstrMap<&'static [&'static NativeKind]>,
    docs: FxHashMap<(Ustr, Ustr), &'static str>,
}

static ADDED: LazyLock<RwLock<Added>> = LazyLock::new(Default::default);

/// All releases: added kinds do not depend on them.
fn always() -> Releases {
    Releases { since: super::oldest(), until: None }
}

/// Adds a type with its fields, which name only types that are there already.
pub fn add_type(name: Ustr, short: Ustr, fields: Vec<NewField>) -> TypeId {
    let mut added = ADDED.write().unwrap_or_else(|e| e.into_inner());
    let id = TypeId((super::type_count() + added.types.len()) as u32);
    let docs = fields.iter().filter(|field| !field.doc.is_empty());
    let docs: Vec<(Ustr, &'static str)> = docs.map(|field| (field.name, &*field.doc.clone().leak())).collect();
    added.docs.extend(docs.into_iter().map(|(field, doc)| ((name, field), doc)));
    let fields: Vec<NativeField> = fields.into_iter().map(|field| native_field(id, field)).collect();
    let numbers = |wanted: &dyn Fn(&NativeField) -> bool| -> Vec<u16> {
        fields.iter().enumerate().filter(|(_, field)| wanted(field)).map(|(index, _)| index as u16).collect()
    };
    let ty = NativeType {
        id,
        name,
        short,
        alias: None,
        unions: Vec::new(),
        atomic: false,
        releases: always(),
        by_name: fields.iter().enumerate().map(|(index, field)| (field.name, index as u16)).collect(),
        required: numbers(&|field| field.required),
        never_absent: Vec::new(),
        fields,
    };
    added.types.push(Box::leak(Box::new(ty)));
    id
}

fn native_field(owner: TypeId, field: NewField) -> NativeField {
    NativeField {
        name: field.name,
        owner,
        ty: field.ty,
        required: field.required,
        schema_default: field.default,
        enum_: field.allowed,
        atomic: false,
        retain_keys: false,
        releases: always(),
        gate: None,
    }
}

/// Whether a type is not of Kubernetes.
pub fn is_added(id: TypeId) -> bool {
    id.index() >= super::type_count()
}

/// How many types were added so far.
pub fn type_count() -> usize {
    ADDED.read().unwrap_or_else(|e| e.into_inner()).types.len()
}

/// A kind of an added type, yet to be put into a bundle.
pub struct NewKind {
    pub kind: Ustr,
    pub group: Ustr,
    pub version: Ustr,
    pub ty: TypeId,
    pub plural: Ustr,
    pub namespaced: bool,
}

/// Puts kinds into a bundle; of two of one name the first is meant by it.
pub fn add_bundle(name: Ustr, kinds: Vec<NewKind>) -> &'static [&'static NativeKind] {
    let made = kinds.into_iter().map(|new| {
        let kind = NativeKind {
            kind: new.kind,
            group: new.group,
            version: new.version,
            api_version: Ustr::from(&format!("{}/{}", new.group, new.version)),
            ty: new.ty,
            plural: new.plural,
            namespaced: new.namespaced,
            create_only: false,
            opt_in: false,
            short_names: Vec::new(),
            subresources: Vec::new(),
            releases: always(),
        };
        &*Box::leak(Box::new(kind))
    });
    let made: Vec<&'static NativeKind> = made.collect();
    ADDED.write().unwrap_or_else(|e| e.into_inner()).bundles.entry(name).or_insert(made.leak())
}

/// A kind of which nothing is known but what every object has.
pub fn bare_kind(api_version: Ustr, kind: Ustr) -> &'static NativeKind {
    static TYPE: LazyLock<TypeId> = LazyLock::new(|| {
        let metadata = super::type_named("ObjectMeta").map_or(NativeTy::Object, NativeTy::Ref);
        let field =
            |name: &str, ty| NewField { name: name.into(), ty, required: false, default: None, allowed: Vec::new(), doc: String::new() };
        let fields = vec![field("apiVersion", NativeTy::String), field("kind", NativeTy::String), field("metadata", metadata)];
        add_type("Object".into(), "Object".into(), fields)
    });
    let name = Ustr::from(&format!("bare {api_version} {kind}"));
    let known = bundle(name).unwrap_or_else(|| {
        let (group, version) = api_version.split_once('/').unwrap_or(("", &api_version));
        let (group, version) = (Ustr::from(group), Ustr::from(version));
        add_bundle(name, vec![NewKind { kind, group, version, ty: *TYPE, plural: kind, namespaced: true }])
    });
    known[0]
}

/// The kinds of a bundle, where it is known.
pub fn bundle(name: Ustr) -> Option<&'static [&'static NativeKind]> {
    ADDED.read().unwrap_or_else(|e| e.into_inner()).bundles.get(&name).copied()
}

pub(super) fn kind_in(bundle_name: &str, kind: &str) -> Option<&'static NativeKind> {
    bundle(Ustr::from_existing(bundle_name)?)?.iter().copied().find(|found| found.kind == kind)
}

/// The type of a number behind those of Kubernetes.
pub(super) fn native_type(id: TypeId) -> Option<&'static NativeType> {
    let index = id.index().checked_sub(super::type_count())?;
    ADDED.read().unwrap_or_else(|e| e.into_inner()).types.get(index).copied()
}

pub(super) fn doc(ty: Ustr, field: Ustr) -> Option<&'static str> {
    ADDED.read().unwrap_or_else(|e| e.into_inner()).docs.get(&(ty, field)).copied()
}
