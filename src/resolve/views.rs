//! Kinds that are not Kubernetes' own, as rules see their objects.
//!
//! An object of such a kind is seen as every definition shows it: the one that the program imports or declares, the one that a run is
//! given beside the program ([`Program::with_definitions`]), and what the library itself knows of the kind. The last is a `crd` in
//! `stdlib/rules/`, which has only what the library's rules read, for all versions of the kind. Its records are types of their own, under
//! the names that `type` gives them, so that one rule may hold for all kinds that share one. They are made once for the life of the
//! process, when a name first asks for them.

use super::native::literal;
use super::{Alias, KindRef, Program, STD};
use crate::ast::{self, CrdDecl, Item, Member, Name};
use crate::crd::{self, Definition};
use crate::data;
use crate::schema::added::{self, NewField, NewKind};
use crate::schema::{self, ListMerge, ListTy, NativeKind, NativeTy, TypeId};
use crate::stdlib::{self, Sort};
use crate::types::{ModuleId, RecordTy, Ty};
use rustc_hash::FxHashSet;
use std::sync::{LazyLock, Mutex, PoisonError};
use ustr::{Ustr, UstrMap};

/// What was made of the library's declarations.
#[derive(Default)]
struct Known {
    kinds: UstrMap<&'static NativeKind>,
    types: UstrMap<TypeId>,
}

static KNOWN: LazyLock<Mutex<Known>> = LazyLock::new(Mutex::default);

impl<'a> Program<'a> {
    /// The same with the kinds of a bundle, which its modules see behind all that they declare and import.
    #[must_use]
    pub fn with_definitions(self, bundle: Ustr) -> Program<'a> {
        Program { given: Some(bundle), ..self }
    }

    /// As what rules see the objects of a kind that is not Kubernetes' own; of several versions in one bundle the very one, else the first.
    pub fn views(&self, api_version: Ustr, kind: Ustr) -> Vec<&'static NativeKind> {
        let group = group_of(&api_version);
        let of_bundle = |bundle: Ustr| {
            let found = || added::bundle(bundle).into_iter().flatten().copied().filter(|k| k.kind == kind && k.group == group);
            found().find(|k| k.api_version == api_version).or_else(|| found().next())
        };
        let library = self.library_kind(kind).filter(|k| k.group == group);
        let mut views: Vec<&'static NativeKind> = Vec::new();
        for view in self.bundles().filter_map(of_bundle).chain(library) {
            if views.iter().all(|known| known.ty != view.ty) {
                views.push(view);
            }
        }
        views
    }

    /// The definition of a kind that the program imports. What it declares itself is its own view of a kind, and may have less.
    pub fn imported(&self, api_version: Ustr, kind: Ustr) -> Option<&'static Definition> {
        let of_module = |module: &'_ super::Module<'a>| {
            let declared = usize::from(!module.definitions.is_empty());
            Program::bundles_of(module).into_iter().skip(declared)
        };
        let of_bundle = |bundle: Ustr| added::bundle(bundle)?.iter().copied().find(|k| k.kind == kind && k.api_version == api_version);
        self.modules.iter().flat_map(of_module).find_map(of_bundle).and_then(crd::definition_of)
    }

    /// The kind of another project that the library's rules mean by a name.
    pub fn library_kind(&self, name: Name) -> Option<&'static NativeKind> {
        let Item::Crd(decl) = stdlib::item(Sort::Crd, name)? else { return None };
        let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(kind) = known.kinds.get(&name) {
            return Some(kind);
        }
        let kind = Maker { program: self, known: &mut known }.kind(decl)?;
        known.kinds.insert(name, kind);
        Some(kind)
    }

    /// The types that a name in the head of one of the library's rules means where Kubernetes has none: a kind, or a part of some.
    pub(super) fn library_types(&self, name: Name) -> Vec<TypeId> {
        if let Some(kind) = self.library_kind(name) {
            return vec![kind.ty];
        }
        let Some(Ty::Record(record)) = self.named_type(STD, name) else { return Vec::new() };
        let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
        vec![Maker { program: self, known: &mut known }.record(&record, &name)]
    }

    /// The types of a name among those of the definitions that a module sees: all versions of a kind, or of a part of one.
    pub(super) fn defined_types(&self, home: ModuleId, name: Name) -> Vec<TypeId> {
        if let Some(KindRef::Native(kind)) = self.kind_named(home, name) {
            return self.versions(kind);
        }
        let visible = self.seen_bundles(home).chain(self.given);
        types_in_first(visible, name)
    }

    /// The names of the kinds that a module sees definitions of, and of their parts, sorted.
    pub fn defined_names(&self, home: ModuleId) -> Vec<Name> {
        let visible = self.seen_bundles(home).chain(self.given);
        let kinds = visible.filter_map(added::bundle).flatten();
        let mut names: Vec<Name> = kinds.flat_map(|kind| parts_of(kind)).map(|id| id.get().short).collect();
        names.sort_by_key(|name| name.as_str());
        names.dedup();
        names
    }

    /// Whether a definition of that name is declared, be it one that cannot be.
    pub fn declares_definition(&self, name: Name) -> bool {
        self.modules.iter().flat_map(|module| module.items).any(|item| matches!(item, Item::Crd(decl) if decl.body.name.name == name))
    }

    /// The types of a name that one file's definitions have, which is imported under a name of its own.
    pub(super) fn types_of_module(&self, module: ModuleId, name: Name) -> Vec<TypeId> {
        match self.kind_of_module(module, name) {
            Some(KindRef::Native(kind)) => self.versions(kind),
            _ => types_in_first(self.module(module).open_natives.iter().copied(), name),
        }
    }

    /// All versions of a kind in the bundle that it is of.
    fn versions(&self, kind: &'static NativeKind) -> Vec<TypeId> {
        let of_bundle = |bundle: Ustr| -> Option<Vec<TypeId>> {
            let kinds = added::bundle(bundle)?;
            let same = kinds.iter().filter(|k| k.group == kind.group && k.kind == kind.kind).map(|k| k.ty);
            kinds.iter().any(|k| std::ptr::eq(*k, kind)).then(|| same.collect())
        };
        self.bundles().find_map(of_bundle).unwrap_or_else(|| vec![kind.ty])
    }

    /// The kinds of the definitions that a module sees without an alias.
    pub fn defined_kinds(&self, home: ModuleId) -> Vec<&'static schema::NativeKind> {
        let bundles = self.seen_bundles(home);
        bundles.filter_map(added::bundle).flatten().copied().collect()
    }

    /// The bundles of definitions that a module sees without an alias.
    fn seen_bundles(&self, home: ModuleId) -> impl Iterator<Item = Ustr> {
        self.visible(home).flat_map(|m| self.module(m).open_natives.iter().copied())
    }

    /// The bundles of definitions that modules of the program declare and import, and the one beside it.
    pub(super) fn bundles(&self) -> impl Iterator<Item = Ustr> {
        self.modules.iter().flat_map(Program::bundles_of).chain(self.given)
    }

    /// Those of one module, what it declares itself before all.
    fn bundles_of(module: &super::Module<'a>) -> Vec<Ustr> {
        let named = module.aliases.values().filter_map(|alias| if let Alias::Native(bundle) = alias { Some(*bundle) } else { None });
        let mut all: Vec<Ustr> = module.open_natives.iter().copied().chain(named).collect();
        all[module.open_natives.len()..].sort_by_key(|bundle| bundle.as_str());
        all
    }
}

fn types_in_first(mut bundles: impl Iterator<Item = Ustr>, short: Name) -> Vec<TypeId> {
    bundles.find_map(|bundle| Some(types_in(bundle, short)).filter(|found| !found.is_empty())).unwrap_or_default()
}

/// The types of that short name among the kinds of a bundle and their parts.
pub(super) fn types_in(bundle: Ustr, short: Name) -> Vec<TypeId> {
    let kinds = added::bundle(bundle).into_iter().flatten();
    kinds.flat_map(|kind| parts_of(kind)).filter(|id| id.get().short == short).collect()
}

/// The type of a kind that is not Kubernetes' own, and those of its parts that are not either.
pub fn parts_of(kind: &NativeKind) -> Vec<TypeId> {
    let (mut seen, mut parts) = (FxHashSet::default(), vec![kind.ty]);
    seen.insert(kind.ty);
    let mut next = 0;
    while let Some(part) = parts.get(next) {
        next += 1;
        let inner = part.get().fields.iter().filter_map(|field| part_of(field.ty));
        let inner: Vec<TypeId> = inner.filter(|id| added::is_added(*id) && seen.insert(*id)).collect();
        parts.extend(inner);
    }
    parts
}

/// Whether a kind is one that the library declares for its rules.
pub fn is_of_library(kind: &NativeKind) -> bool {
    kind.ty.get().name.starts_with(OWN)
}

/// What the full names of the library's types begin with.
const OWN: &str = "std.";

fn part_of(ty: NativeTy) -> Option<TypeId> {
    match ty {
        NativeTy::Ref(id) => Some(id),
        NativeTy::List(list) => part_of(list.elem),
        NativeTy::Map(value) => part_of(*value),
        _ => None,
    }
}

fn group_of(api_version: &str) -> Ustr {
    Ustr::from(api_version.split_once('/').map_or("", |(group, _)| group))
}

/// Makes the types of the library's declarations.
struct Maker<'k, 'p, 'a> {
    program: &'p Program<'a>,
    known: &'k mut Known,
}

impl<'a> Maker<'_, '_, 'a> {
    fn kind(&mut self, decl: &'a CrdDecl) -> Option<&'static NativeKind> {
        let api_version = decl.group_version.as_static()?;
        let (group, version) = api_version.split_once('/')?;
        let name = decl.body.name.name;
        let known = |name: &str, ty: NativeTy| field(Ustr::from(name), ty);
        let metadata = schema::type_named("ObjectMeta").map_or(NativeTy::Object, NativeTy::Ref);
        let mut fields = vec![known("apiVersion", NativeTy::String), known("kind", NativeTy::String), known("metadata", metadata)];
        for member in &decl.body.members {
            if let Member::Field(member) = member {
                let ty = self.program.ty(STD, &member.ty);
                fields.push(self.field(member.name.name, &ty, member.default.as_ref(), &name));
            }
        }
        let ty = added::add_type(Ustr::from(&format!("{OWN}{name}")), name, fields);
        let kind = NewKind {
            kind: name,
            group: Ustr::from(group),
            version: Ustr::from(version),
            ty,
            plural: Ustr::from(&name.to_lowercase()),
            namespaced: true,
        };
        added::add_bundle(Ustr::from(&format!("{OWN}{name}")), vec![kind]).first().copied()
    }

    /// A record under its own name, or that of its place.
    fn record(&mut self, record: &RecordTy<'a>, place: &str) -> TypeId {
        let name = record.name.unwrap_or_else(|| Ustr::from(place));
        if let Some(id) = self.known.types.get(&name) {
            return *id;
        }
        let fields = record.fields.iter().map(|f| self.field(f.name, &f.ty, f.default.map(|default| default.expr), &name)).collect();
        let id = added::add_type(Ustr::from(&format!("{OWN}{name}")), name, fields);
        self.known.types.insert(name, id);
        id
    }

    fn field(&mut self, name: Name, ty: &Ty<'a>, default: Option<&'a ast::Expr>, owner: &str) -> NewField {
        let place = format!("{owner}.{name}");
        let default = default.and_then(literal).map(|node| data::to_json(&node));
        let required = default.is_none() && matches!(ty, Ty::Bool | Ty::Int | Ty::String);
        NewField { required, default, ..field(name, self.ty(ty, &place)) }
    }

    fn ty(&mut self, ty: &Ty<'a>, place: &str) -> NativeTy {
        match ty {
            Ty::Optional(inner) => self.ty(inner, place),
            Ty::Refined(refined) => self.ty(&refined.base, place),
            Ty::Bool => NativeTy::Bool,
            Ty::Int => NativeTy::Int64,
            Ty::Float => NativeTy::Number,
            Ty::String => NativeTy::String,
            Ty::Native(id) => NativeTy::Ref(*id),
            Ty::Record(record) => NativeTy::Ref(self.record(record, place)),
            Ty::Map(map) => NativeTy::Map(Box::leak(Box::new(self.ty(&map.value, place)))),
            Ty::List(elem) => {
                let elem = self.ty(elem, place);
                NativeTy::List(Box::leak(Box::new(ListTy { elem, label: None, merge: ListMerge::Atomic, primary: None })))
            }
            _ => NativeTy::Any,
        }
    }
}

fn field(name: Name, ty: NativeTy) -> NewField {
    NewField { name, ty, required: false, default: None, allowed: Vec::new(), doc: String::new() }
}

#[cfg(test)]
mod tests {
    use crate::diag::Sink;
    use crate::load::Project;
    use crate::resolve::Program;
    use crate::source::FileDb;
    use crate::stdlib::{self, Sort};

    #[test]
    fn the_library_knows_its_kinds_with_their_parts() {
        let (project, files, sink) = (Project::default(), FileDb::new(), Sink::new());
        let program = Program::new(&project, &files, &sink);
        for name in stdlib::names(Sort::Crd) {
            let kind = program.library_kind(name).unwrap();
            assert!(kind.ty.get().fields.len() > 3, "{name} has only what every object has");
            assert!(kind.group.contains('.'), "{name} is of {}", kind.group);
            let views = program.views(kind.api_version, name);
            assert!(views.len() == 1 && views[0].ty == kind.ty, "{name} has {views:?}");
        }
        assert!(sink.finish().is_empty());
    }
}
