//! Which declarations a project has, as far as its text tells: names by kind.
//!
//! A name that is computed, `app "web-${region}"`, leaves open which there are of its kind; references to that kind are then for the
//! evaluator to judge.

use crate::ast::{self, Item, Key, Member, Name};
use crate::resolve::{KindRef, Program, STD};
use crate::types::ModuleId;
use rustc_hash::FxHashMap;

#[derive(Default)]
pub(super) struct Declared {
    kinds: FxHashMap<Name, Names>,
}

#[derive(Default)]
struct Names {
    names: rustc_hash::FxHashSet<Name>,
    open: bool,
}

impl Declared {
    pub fn of(program: &Program) -> Declared {
        let mut declared = Declared::default();
        let mut parents = FxHashMap::default();
        for module in program.modules.iter().filter(|m| m.id != STD) {
            declared.items(program, module.id, module.items, &mut parents);
        }
        declared
    }

    /// Whether there may be a declaration of that kind and name.
    pub fn may_have(&self, kind: Name, name: Name) -> bool {
        self.kinds.get(&kind).is_some_and(|names| names.open || names.names.contains(&name))
    }

    /// The names known of a kind, sorted.
    pub fn names(&self, kind: Name) -> Vec<Name> {
        let mut names: Vec<Name> = self.kinds.get(&kind).into_iter().flat_map(|n| n.names.iter().copied()).collect();
        names.sort_by_key(|n| n.as_str());
        names
    }

    /// The kinds of which there is a declaration of that name, without those that another of them is made from; sorted.
    pub fn kinds(&self, program: &Program, home: ModuleId, name: Name) -> Vec<Name> {
        let with_name = self.kinds.iter().filter(|(_, names)| names.names.contains(&name));
        let mut kinds: Vec<Name> = with_name.map(|(kind, _)| *kind).collect();
        let found = kinds.iter().filter_map(|kind| program.kind_named(home, *kind));
        let parents: Vec<Name> =
            found.flat_map(|kind| if let KindRef::High(kind) = kind { kind.parents().to_vec() } else { Vec::new() }).collect();
        kinds.retain(|kind| !parents.contains(kind));
        kinds.sort_by_key(|kind| kind.as_str());
        kinds
    }

    fn items(&mut self, program: &Program, home: ModuleId, items: &[Item], parents: &mut FxHashMap<(ModuleId, ast::Name), Vec<Name>>) {
        for item in items {
            match item {
                Item::Instance(instance) => {
                    if instance.head.module.is_some() {
                        self.derived(program, home, instance);
                        continue;
                    }
                    let name = instance.head.name.name;
                    let kinds = parents.entry((home, name)).or_insert_with(|| chain(program, home, &instance.head));
                    for kind in kinds.iter() {
                        self.add(*kind, &instance.label);
                    }
                }
                Item::Namespace(namespace) => {
                    self.add("namespace".into(), &namespace.label);
                    self.items(program, home, &namespace.items, parents);
                }
                Item::Extend(extend) => {
                    if let ast::ExtendBody::Items(inner) = &extend.body {
                        self.items(program, home, inner, parents);
                    }
                }
                Item::If(cond) => {
                    self.items(program, home, &cond.then, parents);
                    self.items(program, home, &cond.otherwise, parents);
                }
                Item::For(each) => self.items(program, home, &each.body, parents),
                Item::Test(test) => self.items(program, home, &test.body, parents),
                Item::Expect(expect) => self.items(program, home, &expect.body, parents),
                Item::Kind(kind) => self.members(program, home, &kind.members, parents),
                Item::Crd(crd) => {
                    self.kinds.entry(crd.body.name.name).or_default().open = true;
                    self.members(program, home, &crd.body.members, parents);
                }
                Item::Entry(_) | Item::Let(_) | Item::Param(_) | Item::Type(_) | Item::Fn(_) | Item::Refine(_) | Item::Rule(_) => {}
                Item::Import(_) | Item::Base(_) | Item::Remove(_) | Item::Waive(_) | Item::Assert(_) => {}
            }
        }
    }

    fn members(
        &mut self,
        program: &Program,
        home: ModuleId,
        members: &[Member],
        parents: &mut FxHashMap<(ModuleId, ast::Name), Vec<Name>>,
    ) {
        for member in members {
            if let Member::Emit(items) = member {
                self.items(program, home, items, parents);
            }
        }
    }

    /// A head behind an import's alias.
    fn derived(&mut self, program: &Program, home: ModuleId, instance: &ast::Instance) {
        for kind in chain(program, home, &instance.head) {
            self.add(kind, &instance.label);
        }
    }

    fn add(&mut self, kind: Name, label: &Key) {
        let names = self.kinds.entry(kind).or_default();
        match label.as_static() {
            Some(name) => drop(names.names.insert(name)),
            None => names.open = true,
        }
    }
}

/// The name of a kind and of those that it is made from.
fn chain(program: &Program, home: ModuleId, head: &ast::Path) -> Vec<Name> {
    match program.find_kind(home, head) {
        Some(KindRef::High(kind)) => kind.line.to_vec(),
        _ => vec![head.name.name],
    }
}
