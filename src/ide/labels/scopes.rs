//! Scopes: the declarations and kinds that labels belong to.

use super::super::declared::{self, Declared};
use crate::ast::{Item, Key, Name};
use crate::resolve::{KindRef, Program, STD};
use crate::schema;
use crate::source::Span;
use rustc_hash::FxHashMap;

pub type ScopeId = usize;

struct Scope {
    kind: Name,
    /// The kinds that its kind is made from.
    parents: Vec<Name>,
    /// `None` where the name is computed.
    name: Option<Name>,
    namespace: Option<Name>,
    /// Whether it is a kind, and not a declaration.
    is_kind: bool,
}

pub struct Scopes<'a> {
    all: Vec<Scope>,
    /// By the span of a declaration's label, and of a kind's name.
    by_span: FxHashMap<Span, ScopeId>,
    /// The scopes of the program's own kinds.
    kinds: FxHashMap<Name, ScopeId>,
    pub declared: Vec<Declared<'a>>,
}

impl<'a> Scopes<'a> {
    pub fn of(program: &Program<'a>) -> Scopes<'a> {
        let mut scopes =
            Scopes { all: Vec::new(), by_span: FxHashMap::default(), kinds: FxHashMap::default(), declared: declared::all(program) };
        for module in program.modules.iter().filter(|module| module.id != STD) {
            for item in module.items {
                if let Item::Kind(decl) = item
                    && let Some(kind) = program.kind_named(module.id, decl.name.name)
                {
                    let parents = match &kind {
                        KindRef::High(kind) => kind.parents().to_vec(),
                        KindRef::Native(_) | KindRef::Poison => Vec::new(),
                    };
                    let id =
                        scopes.add(Scope { kind: decl.name.name, parents, name: None, namespace: None, is_kind: true }, decl.name.span);
                    scopes.kinds.insert(decl.name.name, id);
                }
            }
        }
        // Declarations of one name, under several conditions, are one.
        let mut known: FxHashMap<(Name, Option<Name>, Name), ScopeId> = FxHashMap::default();
        for i in 0..scopes.declared.len() {
            let one = &scopes.declared[i];
            let (kind, namespace, span) = (one.kind, one.namespace, one.label.span());
            let scope = Scope { kind, parents: one.parents.clone(), name: one.label.as_static(), namespace, is_kind: false };
            let same = scope.name.and_then(|name| known.get(&(kind, namespace, name)).copied());
            let key = scope.name.map(|name| (kind, namespace, name));
            match same {
                Some(id) => drop(scopes.by_span.insert(span, id)),
                None => {
                    let id = scopes.add(scope, span);
                    known.extend(key.map(|key| (key, id)));
                }
            }
        }
        scopes
    }

    fn add(&mut self, scope: Scope, span: Span) -> ScopeId {
        self.all.push(scope);
        self.by_span.insert(span, self.all.len() - 1);
        self.all.len() - 1
    }

    /// The labels of the declarations that a scope is.
    pub fn labels(&self, id: ScopeId) -> impl Iterator<Item = Span> {
        let labels = self.declared.iter().map(|declared| declared.label.span());
        labels.filter(move |span| self.at(*span) == Some(id))
    }

    /// The scope that is declared at a label, or at the name of a kind.
    pub fn at(&self, label: Span) -> Option<ScopeId> {
        self.by_span.get(&label).copied()
    }

    /// The scope that `kind name` names from within a namespace: one of that namespace, one outside of all, or the only one. An object
    /// of Kubernetes that nothing declares is made by the one declaration of its name that makes such objects.
    pub fn named(&self, kind: Name, name: Name, namespace: Option<Name>) -> Option<ScopeId> {
        let own: Vec<ScopeId> = self.those(name, |scope| scope.kind == kind || scope.parents.contains(&kind));
        if own.is_empty() && schema::kind(&kind).is_some() {
            let makes: Vec<ScopeId> = self.those(name, |scope| makes(scope, kind));
            return self.nearest(&makes, namespace);
        }
        self.nearest(&own, namespace)
    }

    fn those(&self, name: Name, fits: impl Fn(&Scope) -> bool) -> Vec<ScopeId> {
        let all = self.all.iter().enumerate();
        all.filter(|(_, scope)| !scope.is_kind && scope.name == Some(name) && fits(scope)).map(|(id, _)| id).collect()
    }

    fn nearest(&self, found: &[ScopeId], namespace: Option<Name>) -> Option<ScopeId> {
        let there = |namespace: Option<Name>| found.iter().copied().find(|&id| self.all[id].namespace == namespace);
        there(namespace).or_else(|| there(None)).or(match found {
            [only] => Some(*only),
            _ => None,
        })
    }

    /// The scopes of the kinds that a scope is made from.
    pub fn bases(&self, id: ScopeId) -> impl Iterator<Item = ScopeId> {
        let scope = &self.all[id];
        let own = (!scope.is_kind).then_some(scope.kind);
        own.into_iter().chain(scope.parents.iter().copied()).filter_map(|kind| self.kinds.get(&kind).copied())
    }

    pub fn is_a(&self, id: ScopeId, kind: &str) -> bool {
        let scope = &self.all[id];
        scope.kind == kind || scope.parents.iter().any(|parent| *parent == kind)
    }

    pub fn is_workload(&self, id: ScopeId) -> bool {
        self.is_a(id, "workload")
    }

    /// Whether its keys can be referred to.
    pub fn is_source(&self, id: ScopeId) -> bool {
        ["config", "secret", "serviceBinding"].iter().any(|kind| self.is_a(id, kind))
    }

    /// Whether a kind of its own makes one pod of it, or it is an object of Kubernetes, which has one pod at most.
    pub fn has_one_pod(&self, id: ScopeId) -> bool {
        self.is_workload(id) || schema::kind(&self.all[id].kind).is_some()
    }

    /// The declarations that have pods.
    pub fn with_pods(&self) -> impl Iterator<Item = ScopeId> {
        (0..self.all.len()).filter(|&id| !self.all[id].is_kind && self.has_one_pod(id))
    }

    pub fn namespace(&self, id: ScopeId) -> Option<Name> {
        self.all[id].namespace
    }

    pub fn name(&self, id: ScopeId) -> Option<Name> {
        self.all[id].name
    }

    /// `` `app.web` ``, `` the kind `webapp` ``
    pub fn title(&self, id: ScopeId) -> String {
        let scope = &self.all[id];
        match (scope.is_kind, scope.name) {
            (true, _) => format!("the kind `{}`", scope.kind),
            (false, Some(name)) => format!("`{}.{name}`", scope.kind),
            (false, None) => format!("this `{}`", scope.kind),
        }
    }

    /// The scope of a label in an `extend`.
    pub fn extended(&self, kind: Name, label: &Key, namespace: Option<Name>) -> Option<ScopeId> {
        self.named(kind, label.as_static()?, namespace)
    }
}

/// Whether a declaration makes objects of a kind of Kubernetes under its own name.
fn makes(scope: &Scope, native: Name) -> bool {
    let is = |kind: &str| scope.kind == kind || scope.parents.iter().any(|parent| *parent == kind);
    match native.as_str() {
        "ConfigMap" => is("config"),
        "Secret" => is("secret"),
        _ => is("workload"),
    }
}
