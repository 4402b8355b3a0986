//! Declarations: what is declared, by its kind, namespace and name, with all layers that write its fields.

use super::{Eval, Scope};
use crate::ast::{self, Name};
use crate::object::Object;
use crate::resolve::Kind;
use crate::schema::NativeKind;
use crate::source::Span;
use crate::value::{Node, Record};
use rustc_hash::{FxHashMap, FxHashSet};
use smallvec::SmallVec;
use std::sync::{Arc, Mutex, OnceLock};
use ustr::Ustr;

/// One declared instance of a kind.
pub struct Decl<'a> {
    pub kind: DeclKind<'a>,
    pub namespace: Option<Ustr>,
    pub name: Ustr,
    /// `app web`: where it is declared. For what a kind emits: the head of the declaration in the user's file.
    pub head: Span,
    /// The label alone.
    pub label: Span,
    /// Weakest first.
    pub layers: Vec<Layer<'a>>,
    inputs: OnceLock<Box<[OnceLock<Eval<Node>>]>>,
    pub(super) lets: Mutex<Lets>,
    /// The object of a native declaration.
    pub(super) object: OnceLock<Eval<Arc<Record>>>,
}

/// The computed `let`s of a kind's body; few.
pub(super) type Lets = SmallVec<[(Name, Eval<Node>); 2]>;

#[derive(Clone)]
pub enum DeclKind<'a> {
    High(Arc<Kind<'a>>),
    Native(&'static NativeKind),
}

/// A block that writes fields of a declaration, and the scope it stands in.
#[derive(Clone)]
pub struct Layer<'a> {
    pub body: Body<'a>,
    pub scope: Scope<'a>,
}

#[derive(Clone, Copy)]
pub enum Body<'a> {
    Block(&'a ast::Block),
    /// The entries among the items of a namespace or a file.
    Items(&'a [ast::Item]),
}

/// All declarations, in order, and by kind and name.
#[derive(Default)]
pub struct Decls<'a> {
    pub list: Vec<Arc<Decl<'a>>>,
    by_name: FxHashMap<(Ustr, Ustr), SmallVec<[u32; 1]>>,
    /// The settings of the file that is built.
    pub file: Option<Arc<Decl<'a>>>,
}

impl<'a> Decl<'a> {
    pub fn new(kind: DeclKind<'a>, namespace: Option<Ustr>, name: Ustr, head: Span, label: Span) -> Decl<'a> {
        Decl {
            kind,
            namespace,
            name,
            head,
            label,
            layers: Vec::new(),
            inputs: OnceLock::new(),
            lets: Default::default(),
            object: OnceLock::new(),
        }
    }

    /// A finished object as a declaration of its own.
    pub fn of_object(object: &Object) -> Decl<'a> {
        let decl = Decl::new(DeclKind::Native(object.kind), object.namespace, object.name, object.head, object.head);
        let _ = decl.object.set(Ok(object.root.clone()));
        decl
    }

    pub fn kind_name(&self) -> Name {
        match &self.kind {
            DeclKind::High(kind) => kind.name,
            DeclKind::Native(kind) => kind.kind,
        }
    }

    pub fn high(&self) -> Option<&Arc<Kind<'a>>> {
        match &self.kind {
            DeclKind::High(kind) => Some(kind),
            DeclKind::Native(_) => None,
        }
    }

    /// `app.web`, as messages call it.
    pub fn short_name(&self) -> String {
        format!("{}.{}", self.kind_name(), self.name)
    }

    /// `namespace.shop.app.web`
    pub fn full_name(&self) -> String {
        match self.namespace {
            Some(namespace) => format!("namespace.{namespace}.{}", self.short_name()),
            None => self.short_name(),
        }
    }

    /// Where the value of an input is kept.
    pub(super) fn cell(&self, index: usize) -> Option<&OnceLock<Eval<Node>>> {
        let kind = self.high()?;
        let cells = self.inputs.get_or_init(|| (0..kind.inputs.fields.len()).map(|_| OnceLock::new()).collect());
        cells.get(index)
    }
}

impl<'a> Decls<'a> {
    /// Adds a declaration under its kind's name and those of the kinds it is made from. `Err` with the earlier one of the same kind,
    /// namespace and name.
    pub fn add(&mut self, decl: Arc<Decl<'a>>) -> Result<(), Arc<Decl<'a>>> {
        let kind = decl.kind_name();
        if let Some(first) = self.all_named(kind, decl.name).find(|d| d.namespace == decl.namespace && d.kind_name() == kind) {
            return Err(first.clone());
        }
        let number = self.list.len() as u32;
        let own = [kind];
        for kind in decl.high().map_or(&own[..], |kind| &kind.line) {
            self.by_name.entry((*kind, decl.name)).or_default().push(number);
        }
        self.list.push(decl);
        Ok(())
    }

    pub fn all_named(&self, kind: Ustr, name: Ustr) -> impl Iterator<Item = &Arc<Decl<'a>>> {
        self.by_name.get(&(kind, name)).into_iter().flatten().map(|&i| &self.list[i as usize])
    }

    /// The declaration in that very namespace.
    pub fn get(&self, kind: Ustr, namespace: Option<Ustr>, name: Ustr) -> Option<&Arc<Decl<'a>>> {
        self.all_named(kind, name).find(|d| d.namespace == namespace)
    }

    /// The declaration that a bare name means inside `namespace`: there, else outside all namespaces, else the only one of that name.
    /// `Err` with the candidates.
    pub fn find(&self, kind: Ustr, name: Ustr, namespace: Option<Ustr>) -> Result<&Arc<Decl<'a>>, Vec<&Arc<Decl<'a>>>> {
        let all: Vec<_> = self.all_named(kind, name).collect();
        let near = all.iter().find(|d| d.namespace == namespace).or_else(|| all.iter().find(|d| d.namespace.is_none()));
        match (near, all.as_slice()) {
            (Some(decl), _) => Ok(decl),
            (None, [only]) => Ok(only),
            (None, _) => Err(all),
        }
    }

    /// The place of a declaration in the list.
    pub fn position(&self, decl: &Arc<Decl<'a>>) -> Option<usize> {
        let named = self.by_name.get(&(decl.kind_name(), decl.name))?;
        named.iter().map(|&i| i as usize).find(|&i| Arc::ptr_eq(&self.list[i], decl))
    }

    /// Drops declarations; the others keep their order.
    pub fn remove(&mut self, removed: &[Arc<Decl<'a>>]) {
        let removed: FxHashSet<*const Decl> = removed.iter().map(Arc::as_ptr).collect();
        let kept: Vec<_> = std::mem::take(self).list.into_iter().filter(|d| !removed.contains(&Arc::as_ptr(d))).collect();
        for decl in kept {
            let _ = self.add(decl);
        }
    }

    /// The names of a kind's declarations, for suggestions.
    pub fn names_of(&self, kind: Ustr) -> Vec<Ustr> {
        let mut names: Vec<Ustr> = self.by_name.keys().filter(|(k, _)| *k == kind).map(|(_, n)| *n).collect();
        names.sort_by_key(|n| n.as_str());
        names
    }
}

/// Whether entries waive a rule, under whatever condition: what holds for an object is told when it is judged.
fn entries_waive(entries: &[ast::Entry], rule: &str) -> bool {
    entries.iter().any(|entry| match entry {
        ast::Entry::Waive(waive) => waive.rule.name == rule,
        ast::Entry::If(cond) => entries_waive(&cond.then, rule) || entries_waive(&cond.otherwise, rule),
        ast::Entry::For(each) => entries_waive(&each.body, rule),
        ast::Entry::Field(_) | ast::Entry::Spread(_) | ast::Entry::Let(_) => false,
    })
}

impl<'a> Body<'a> {
    /// Whether a waiver of a rule stands in it.
    pub fn waives(self, rule: &str) -> bool {
        match self {
            Body::Block(block) => entries_waive(&block.entries, rule),
            Body::Items(items) => items.iter().any(|item| matches!(item, ast::Item::Waive(waive) if waive.rule.name == rule)),
        }
    }

    pub fn span(self) -> Span {
        match self {
            Body::Block(block) => block.span,
            Body::Items(items) => items.first().map_or(Span::NONE, |f| f.span()).to(items.last().map_or(Span::NONE, |l| l.span())),
        }
    }
}
