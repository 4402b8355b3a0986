//! Names: which declaration a word means, seen from a module.
//!
//! A [`Program`] holds the modules of a project, the standard library being module 0. Each module indexes its top-level declarations by
//! sort once; a look-up goes through the module itself, its imports without alias, its base, and last the standard library. Kinds and
//! named types are built when first asked for, by [`build`](self::build), and kept.

mod build;
mod cel;
mod crd;
mod foreign;
mod kind;
mod native;
mod refine;
mod views;

pub use kind::{Kind, KindRule, Layered};
pub use native::{RefinedField, rule_code};
pub use views::{is_of_library, parts_of};

use crate::ast::{self, Item, Name};
use crate::diag::{Diagnostic, Sink, codes, suggest};
use crate::load::{ImportTarget, Project};
use crate::schema::{self, NativeKind};
use crate::source::{FileDb, Span};
use crate::stdlib::{self, Sort};
use crate::types::{ModuleId, Ty};
use crate::value::Node as ValueNode;
use rustc_hash::FxHashMap;
use std::sync::{Arc, OnceLock, RwLock};
use ustr::{Ustr, UstrMap};

/// The standard library's module.
pub const STD: ModuleId = ModuleId(0);

pub struct Program<'a> {
    pub db: &'a FileDb,
    pub sink: &'a Sink,
    /// By [`ModuleId`]; 1 is the file that is built.
    pub modules: Vec<Module<'a>>,
    /// The bundle of definitions that the run is given beside the program.
    given: Option<Ustr>,
    /// What an object of a kind that is declared with `crd` becomes, by that kind.
    compositions: FxHashMap<schema::TypeId, Slot<(ModuleId, &'a ast::CrdDecl), Arc<Kind<'a>>>>,
    std_kinds: RwLock<UstrMap<Arc<Kind<'a>>>>,
    std_types: RwLock<UstrMap<Ty<'a>>>,
    refinements: RwLock<FxHashMap<schema::TypeId, Arc<[RefinedField<'a>]>>>,
}

pub struct Module<'a> {
    pub id: ModuleId,
    pub path: String,
    pub items: &'a [Item],
    pub base: Option<ModuleId>,
    /// Names at the head of declarations that did not parse.
    lost: &'a [Name],
    aliases: UstrMap<Alias>,
    open: Vec<ModuleId>,
    /// Groups and versions imported without alias: their kinds come first.
    open_natives: Vec<Ustr>,
    /// The CustomResourceDefinitions that it declares, each with the place of its name.
    definitions: Vec<(Span, ValueNode)>,
    values: UstrMap<Value<'a>>,
    fns: UstrMap<&'a ast::FnDecl>,
    types: UstrMap<Slot<&'a ast::TypeDecl, Ty<'a>>>,
    kinds: UstrMap<Slot<&'a ast::KindDecl, Arc<Kind<'a>>>>,
}

/// What the name behind `as` stands for.
#[derive(Clone, Copy, Debug)]
pub enum Alias {
    Module(ModuleId),
    /// An API group and version: `autoscaling/v1`.
    Native(Ustr),
    /// Its file could not be read, which was reported.
    Missing,
}

#[derive(Clone, Copy, Debug)]
pub enum Value<'a> {
    Let(&'a ast::Let),
    Param(&'a ast::Param),
}

impl Value<'_> {
    pub fn name(&self) -> ast::Ident {
        match self {
            Value::Let(decl) => decl.name,
            Value::Param(decl) => decl.name,
        }
    }
}

/// A declaration and the module that has it, in whose scope it is read.
#[derive(Clone, Copy, Debug)]
pub struct Found<T> {
    pub what: T,
    pub home: ModuleId,
}

/// The kind that stands before a label.
#[derive(Clone)]
pub enum KindRef<'a> {
    High(Arc<Kind<'a>>),
    Native(&'static NativeKind),
    /// Not known, which was reported.
    Poison,
}

/// A declaration and what was built of it.
struct Slot<D, T> {
    decl: D,
    built: OnceLock<T>,
}

impl<'a> Program<'a> {
    pub fn new(project: &'a Project, db: &'a FileDb, sink: &'a Sink) -> Program<'a> {
        let mut modules = vec![Module::empty(STD, "the standard library".into(), &[])];
        for (number, file) in project.files.iter().enumerate() {
            modules.push(Module::new(module_id(number), file, sink));
        }
        let mut program = Program {
            db,
            sink,
            modules,
            given: None,
            compositions: Default::default(),
            std_kinds: Default::default(),
            std_types: Default::default(),
            refinements: Default::default(),
        };
        program.define();
        program
    }

    /// Makes the kinds that modules declare with `crd`.
    fn define(&mut self) {
        for number in 1..self.modules.len() {
            let id = ModuleId(number as u32);
            let items = self.modules[number].items;
            let crds = items.iter().filter_map(|item| if let Item::Crd(crd) = item { Some(crd) } else { None });
            let made = crds.filter_map(|crd| Some((crd, self.custom_definition(id, crd)?)));
            let (crds, made): (Vec<&ast::CrdDecl>, Vec<ValueNode>) = made.unzip();
            if made.is_empty() {
                continue;
            }
            let bundle = crate::crd::bundle(&made.iter().collect::<Vec<_>>());
            for crd in &crds {
                let kind = schema::kind_in(&bundle, &crd.body.name.name);
                if let Some(kind) = kind.filter(|_| crd.body.members.iter().any(|member| matches!(member, ast::Member::Emit(_)))) {
                    self.compositions.entry(kind.ty).or_insert_with(|| Slot { decl: (id, crd), built: OnceLock::new() });
                }
            }
            self.modules[number].open_natives.insert(0, bundle);
            self.modules[number].definitions = crds.iter().map(|crd| crd.body.name.span).zip(made).collect();
        }
    }

    /// What an object of a native kind becomes: the kind whose fields are its own, where it was declared with `crd` and emits anything.
    pub fn composition(&self, kind: &'static NativeKind) -> Option<Arc<Kind<'a>>> {
        let slot = self.compositions.get(&kind.ty)?;
        let (home, decl) = slot.decl;
        Some(slot.built.get_or_init(|| Arc::new(self.composed(home, decl))).clone())
    }

    /// The kind that a `crd` is when it emits anything.
    pub fn composition_of(&self, home: ModuleId, decl: &'a ast::CrdDecl) -> Option<Arc<Kind<'a>>> {
        let kind = self.module(home).open_natives.first().and_then(|bundle| schema::kind_in(bundle, &decl.body.name.name))?;
        self.composition(kind).filter(|kind| std::ptr::eq(kind.decl, &decl.body))
    }

    /// The CustomResourceDefinitions that the file and its bases declare, each with the place of its name.
    pub fn definitions(&self) -> impl Iterator<Item = &(Span, ValueNode)> {
        self.chain().into_iter().flat_map(|module| &self.module(module).definitions)
    }

    pub fn root(&self) -> ModuleId {
        ModuleId(self.modules.len().min(2) as u32 - 1)
    }

    pub fn module(&self, id: ModuleId) -> &Module<'a> {
        &self.modules[id.0 as usize]
    }

    /// The file that is built and its bases, the last base first: the order in which layers lie on each other.
    pub fn chain(&self) -> Vec<ModuleId> {
        let mut chain: Vec<_> = std::iter::successors(Some(self.root()), |&m| self.module(m).base).collect();
        chain.reverse();
        chain
    }

    /// A let or param as seen from `home`.
    pub fn value(&self, home: ModuleId, name: Name) -> Option<Found<Value<'a>>> {
        if home == STD {
            return match stdlib::item(Sort::Let, name)? {
                Item::Let(decl) => Some(Found { what: Value::Let(decl), home: STD }),
                _ => None,
            };
        }
        self.seen_from(home, |m| m.values.get(&name).copied())
    }

    /// A function declared with `fn`.
    pub fn function(&self, home: ModuleId, path: &ast::Path) -> Option<Found<&'a ast::FnDecl>> {
        if let Some(alias) = path.module {
            let Alias::Module(module) = self.alias(home, alias.name)? else { return None };
            return self.function(module, &ast::Path { module: None, name: path.name });
        }
        let name = path.name.name;
        let user = if home == STD { None } else { self.seen_from(home, |m| m.fns.get(&name).copied()) };
        user.or_else(|| match stdlib::item(Sort::Fn, name)? {
            Item::Fn(decl) => Some(Found { what: decl, home: STD }),
            _ => None,
        })
    }

    /// A type declared with `type`.
    pub fn type_decl(&self, home: ModuleId, path: &ast::Path) -> Option<Found<&'a ast::TypeDecl>> {
        if let Some(alias) = path.module {
            let Alias::Module(module) = self.alias(home, alias.name)? else { return None };
            return self.module(module).types.get(&path.name.name).map(|slot| Found { what: slot.decl, home: module });
        }
        let name = path.name.name;
        let user = if home == STD { None } else { self.seen_from(home, |m| m.types.get(&name).map(|slot| slot.decl)) };
        user.or_else(|| match stdlib::item(Sort::Type, name)? {
            Item::Type(decl) => Some(Found { what: decl, home: STD }),
            _ => None,
        })
    }

    pub fn alias(&self, home: ModuleId, name: Name) -> Option<Alias> {
        if home == STD {
            return None;
        }
        std::iter::successors(Some(home), |&m| self.module(m).base).find_map(|m| self.module(m).aliases.get(&name).copied())
    }

    /// Where the name of an import is given.
    pub fn alias_span(&self, home: ModuleId, name: Name) -> Span {
        let in_module = |m: ModuleId| {
            self.module(m).items.iter().find_map(|item| match item {
                Item::Import(import) => import.alias.filter(|alias| alias.name == name).map(|alias| alias.span),
                _ => None,
            })
        };
        std::iter::successors(Some(home), |&m| self.module(m).base).find_map(in_module).unwrap_or(Span::NONE)
    }

    /// The kind that a head names, or `None`.
    pub fn find_kind(&self, home: ModuleId, head: &ast::Path) -> Option<KindRef<'a>> {
        match head.module {
            None => self.kind_named(home, head.name.name),
            Some(alias) => match self.alias(home, alias.name)? {
                Alias::Module(module) => self.kind_of_module(module, head.name.name),
                Alias::Native(group_version) => schema::kind_in(&group_version, &head.name.name).map(KindRef::Native),
                Alias::Missing => Some(KindRef::Poison),
            },
        }
    }

    /// The kind that a head names; [`KindRef::Poison`] after an error with the nearest name.
    pub fn kind(&self, home: ModuleId, head: &ast::Path) -> KindRef<'a> {
        self.find_kind(home, head).unwrap_or_else(|| {
            self.unknown_kind(home, head);
            KindRef::Poison
        })
    }

    pub fn kind_named(&self, home: ModuleId, name: Name) -> Option<KindRef<'a>> {
        let user = if home == STD { None } else { self.seen_from(home, |m| m.kinds.contains_key(&name).then_some(m.id)) };
        if let Some(found) = user {
            return self.own_kind(found.what, name).map(KindRef::High);
        }
        if let Some(kind) = self.std_kind(name) {
            return Some(KindRef::High(kind));
        }
        self.native_kind(home, name).map(KindRef::Native)
    }

    /// The kind that a file declares, be it by its definition, or takes from a definition that it imports.
    fn kind_of_module(&self, module: ModuleId, name: Name) -> Option<KindRef<'a>> {
        let native = || self.module(module).open_natives.iter().find_map(|bundle| schema::kind_in(bundle, &name)).map(KindRef::Native);
        self.own_kind(module, name).map(KindRef::High).or_else(native)
    }

    /// Kubernetes' kind of that bare name: of a group and version imported without alias, else as `kubectl` would choose. Its kinds begin
    /// with a capital, so that a high-level kind never hides behind one.
    fn native_kind(&self, home: ModuleId, name: Name) -> Option<&'static NativeKind> {
        if !name.starts_with(|c: char| c.is_ascii_uppercase()) {
            return None;
        }
        if home == STD {
            return schema::kind(&name).or_else(|| self.foreign_kind(name));
        }
        let imported = self.visible(home).find_map(|m| self.module(m).open_natives.iter().find_map(|gv| schema::kind_in(gv, &name)));
        imported.or_else(|| schema::kind(&name)).or_else(|| schema::kind_in(&self.given?, &name))
    }

    /// Whether a name stands at the head of a declaration that did not parse, so that it needs no further error.
    pub fn is_lost(&self, name: Name) -> bool {
        self.modules.iter().any(|m| m.lost.contains(&name))
    }

    /// All lets and params that `home` sees, for suggestions.
    pub fn value_names(&self, home: ModuleId) -> Vec<Name> {
        self.names(home, |m| m.values.keys().copied().collect(), Sort::Let)
    }

    /// The rules that the program's own files declare.
    pub fn own_rules(&self) -> impl Iterator<Item = &'a ast::RuleDecl> {
        let items = self.modules.iter().filter(|module| module.id != STD).flat_map(|module| module.items);
        items.filter_map(|item| if let Item::Rule(rule) = item { Some(rule) } else { None })
    }

    pub fn kind_names(&self, home: ModuleId) -> Vec<Name> {
        self.names(home, |m| m.kinds.keys().copied().collect(), Sort::Kind)
    }

    pub fn function_names(&self, home: ModuleId) -> Vec<Name> {
        self.names(home, |m| m.fns.keys().copied().collect(), Sort::Fn)
    }

    pub fn type_names(&self, home: ModuleId) -> Vec<Name> {
        self.names(home, |m| m.types.keys().copied().collect(), Sort::Type)
    }

    /// All names of imports that `home` sees.
    pub fn alias_names(&self, home: ModuleId) -> Vec<(Name, Alias)> {
        let mut names: Vec<(Name, Alias)> = match home {
            STD => Vec::new(),
            home => std::iter::successors(Some(home), |&m| self.module(m).base)
                .flat_map(|m| self.module(m).aliases.iter().map(|(name, alias)| (*name, *alias)))
                .collect(),
        };
        names.sort_by_key(|(name, _)| name.as_str());
        names
    }

    /// The kinds that a module itself declares, sorted.
    pub fn own_kind_names(&self, module: ModuleId) -> Vec<Name> {
        sorted(self.module(module).kinds.keys())
    }

    /// The types that a module itself declares, sorted.
    pub fn own_type_names(&self, module: ModuleId) -> Vec<Name> {
        sorted(self.module(module).types.keys())
    }

    /// The functions that a module itself declares, sorted.
    pub fn own_function_names(&self, module: ModuleId) -> Vec<Name> {
        sorted(self.module(module).fns.keys())
    }

    /// The modules whose names `home` sees: itself, its imports without alias, then the same of its base.
    fn visible(&self, home: ModuleId) -> impl Iterator<Item = ModuleId> {
        std::iter::successors(Some(home), |&m| self.module(m).base).flat_map(|m| [m].into_iter().chain(self.module(m).open.iter().copied()))
    }

    fn seen_from<T>(&self, home: ModuleId, get: impl Fn(&Module<'a>) -> Option<T>) -> Option<Found<T>> {
        self.visible(home).find_map(|m| get(self.module(m)).map(|what| Found { what, home: m }))
    }

    fn names(&self, home: ModuleId, own: impl Fn(&Module<'a>) -> Vec<Name>, sort: Sort) -> Vec<Name> {
        let mut names: Vec<Name> = self.visible(home).flat_map(|m| own(self.module(m))).collect();
        if sort != Sort::Let || home == STD {
            names.extend(stdlib::names_for_programs(sort));
        }
        names.sort_by_key(|n| n.as_str());
        names.dedup();
        names
    }

    fn unknown_kind(&self, home: ModuleId, head: &ast::Path) {
        let name = head.name.name;
        if let Some(alias) = head.module.filter(|a| self.alias(home, a.name).is_none()) {
            return self.unknown_module(home, alias);
        }
        if self.is_lost(name) {
            return;
        }
        let own = self.kind_names(home);
        let candidates = own.iter().map(|n| n.as_str()).chain(schema::kind_names());
        let mut error = Diagnostic::new(&codes::UNKNOWN_KIND, head.name.span, format!("there is no kind `{name}`"));
        match suggest::nearest(&name, candidates) {
            Some(near) => error = error.help(format!("did you mean `{near}`?")).fix(head.name.span, near),
            None => {
                error = error.help(if name.starts_with(|c: char| c.is_ascii_uppercase()) {
                    "a kind that is not Kubernetes' own comes by its CustomResourceDefinition: `import \"./crds/….yaml\"` at the head of the file"
                } else {
                    "kinds are those of the standard library (`app`), of Kubernetes (`Deployment`), and your own (`kind … { }`)"
                })
            }
        }
        self.sink.push(error);
    }

    pub fn unknown_module(&self, home: ModuleId, alias: ast::Ident) {
        let known: Vec<Name> = self.visible(home).flat_map(|m| self.module(m).aliases.keys().copied().collect::<Vec<_>>()).collect();
        let near = suggest::nearest(&alias.name, known.iter().map(|n| n.as_str()));
        let error = Diagnostic::new(&codes::UNKNOWN_MODULE, alias.span, format!("`{}` is no import of this file", alias.name));
        self.sink.push(match near {
            Some(near) => error.help(format!("did you mean `{near}`?")).fix(alias.span, near),
            None => error.help(format!("write `import \"./…kdsl\" as {}` at the head of the file", alias.name)),
        });
    }
}

fn sorted<'n>(names: impl Iterator<Item = &'n Name>) -> Vec<Name> {
    let mut names: Vec<Name> = names.copied().collect();
    names.sort_by_key(|name| name.as_str());
    names
}

/// An import of an API group and version that there is not, or not any more.
fn unknown_version(version: &str, at: Span) -> Diagnostic {
    if let Some(removed) = schema::removed_version(version) {
        let message = format!("{version} is not served since Kubernetes {}", removed.since);
        let error = Diagnostic::new(&codes::UNKNOWN_MODULE, at, message);
        let error = match removed.replacement {
            Some(new) => error.help(format!("import `k8s/{new}`, or write its kinds by their bare names")),
            None => error,
        };
        return if removed.note.is_empty() { error } else { error.help(removed.note) };
    }
    let error = Diagnostic::new(&codes::UNKNOWN_MODULE, at, format!("Kubernetes has no API group and version `{version}`"));
    match suggest::nearest(version, schema::kinds().map(|k| k.api_version.as_str())) {
        Some(near) => error.help(format!("did you mean `k8s/{near}`?")),
        None => error.help("write a group and its version, as in `k8s/apps/v1`, or `k8s/v1` for the core group"),
    }
}

fn module_id(file: usize) -> ModuleId {
    ModuleId(file as u32 + 1)
}

impl<'a> Module<'a> {
    fn empty(id: ModuleId, path: String, items: &'a [Item]) -> Module<'a> {
        Module {
            id,
            path,
            items,
            base: None,
            lost: &[],
            aliases: Default::default(),
            open: Vec::new(),
            open_natives: Vec::new(),
            definitions: Vec::new(),
            values: Default::default(),
            fns: Default::default(),
            types: Default::default(),
            kinds: Default::default(),
        }
    }

    fn new(id: ModuleId, file: &'a crate::load::Loaded, sink: &Sink) -> Module<'a> {
        let mut module = Module::empty(id, file.path.clone(), &file.ast.items);
        module.lost = &file.ast.lost;
        module.base = file.base.map(|(number, _)| module_id(number));
        for import in &file.imports {
            module.import(import, sink);
        }
        let mut seen = UstrMap::default();
        for item in &file.ast.items {
            module.declare(item, &mut seen, sink);
        }
        module
    }

    fn import(&mut self, import: &crate::load::Imported, sink: &Sink) {
        let target = match &import.what {
            ImportTarget::File(number) => Alias::Module(module_id(*number)),
            ImportTarget::Native(group_version) => Alias::Native(*group_version),
            ImportTarget::Definitions(text) => match crate::crd::bundle_of_text(text) {
                Ok(bundle) => Alias::Native(bundle),
                Err(why) => {
                    let error = Diagnostic::new(&codes::NO_DEFINITION, import.span, format!("no kinds come from this file: {why}"));
                    let help = "import YAML with CustomResourceDefinitions; other data is read with `yaml.parse(read(\"…\"))`";
                    sink.push(error.help(help));
                    Alias::Missing
                }
            },
            ImportTarget::Missing => Alias::Missing,
        };
        let is_unknown =
            |version: Ustr| schema::added::bundle(version).is_none() && !schema::kinds().any(|kind| kind.api_version == version);
        let target = match target {
            Alias::Native(group_version) if is_unknown(group_version) => {
                sink.push(unknown_version(&group_version, import.span));
                Alias::Missing
            }
            target => target,
        };
        match (import.alias, target) {
            (Some(alias), target) => {
                self.aliases.insert(alias.name, target);
            }
            (None, Alias::Module(module)) => self.open.push(module),
            (None, Alias::Native(group_version)) => self.open_natives.push(group_version),
            (None, Alias::Missing) => {}
        }
    }

    /// Indexes one top-level item; a second declaration of a name is reported and left out.
    fn declare(&mut self, item: &'a Item, seen: &mut UstrMap<Vec<(Sort, Span)>>, sink: &Sink) {
        let (sort, name) = match item {
            Item::Let(decl) => (Sort::Let, decl.name),
            Item::Param(decl) => (Sort::Let, decl.name),
            Item::Fn(decl) => (Sort::Fn, decl.name),
            Item::Type(decl) => (Sort::Type, decl.name),
            Item::Kind(decl) => (Sort::Kind, decl.name),
            Item::Crd(decl) => (Sort::Kind, decl.body.name),
            Item::Refine(_) | Item::Rule(_) | Item::Test(_) | Item::Import(_) | Item::Base(_) | Item::Extend(_) => return,
            Item::Remove(_) | Item::Namespace(_) | Item::Instance(_) | Item::If(_) | Item::For(_) | Item::Waive(_) => return,
            Item::Entry(_) | Item::Assert(_) | Item::Expect(_) => return,
        };
        let earlier = seen.entry(name.name).or_default();
        if let Some(&(_, first)) = earlier.iter().find(|(s, _)| *s == sort) {
            let error = Diagnostic::new(&codes::DUPLICATE_NAME, name.span, format!("`{}` is declared twice in this file", name.name));
            let help = match item {
                Item::Crd(_) => "put one of the two into a file of its own, and import that under a name: `import \"./….kdsl\" as other`",
                _ => "rename one of the two",
            };
            sink.push(error.also(first, "the first declaration").help(help));
            return;
        }
        earlier.push((sort, name.span));
        match item {
            Item::Let(decl) => drop(self.values.insert(name.name, Value::Let(decl))),
            Item::Param(decl) => drop(self.values.insert(name.name, Value::Param(decl))),
            Item::Fn(decl) => drop(self.fns.insert(name.name, decl)),
            Item::Type(decl) => drop(self.types.insert(name.name, Slot { decl, built: OnceLock::new() })),
            Item::Kind(decl) => drop(self.kinds.insert(name.name, Slot { decl, built: OnceLock::new() })),
            _ => {}
        }
    }

    /// The lets and params of this module, in the order of the file.
    pub fn values(&self) -> impl Iterator<Item = Value<'a>> {
        self.items.iter().filter_map(|item| match item {
            Item::Let(decl) => Some(Value::Let(decl)),
            Item::Param(decl) => Some(Value::Param(decl)),
            _ => None,
        })
    }

    pub fn params(&self) -> impl Iterator<Item = &'a ast::Param> {
        self.values().filter_map(|value| match value {
            Value::Param(param) => Some(param),
            Value::Let(_) => None,
        })
    }
}
