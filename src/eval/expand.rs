//! Expansion: the declaration blocks of a project become a flat list of declarations, each with its layers.
//!
//! Files are walked from the last base up, so that declarations come before what extends them. `extend` and `remove` are kept aside and
//! applied when all declarations are known: those of high-level kinds become layers, those of Kubernetes' kinds wait for the objects.

use super::decl::{Body, Decl, DeclKind, Decls, Layer};
use super::finish::{ObjectChange, Target};
use super::{Eval, Evaluator, Poisoned, Scope, Shared};
use crate::ast::{self, ExtendBody, Item};
use crate::diag::{Diagnostic, codes, suggest};
use crate::resolve::KindRef;
use crate::schema::NativeKind;
use crate::source::Span;
use crate::types::Ty;
use std::sync::Arc;
use ustr::Ustr;

/// All declarations, and the changes to emitted objects in the order in which they apply.
pub struct Expanded<'a> {
    pub decls: Decls<'a>,
    pub extends: Vec<ObjectChange<'a>>,
}

pub fn expand<'a>(shared: &Shared<'a>) -> Expanded<'a> {
    let mut evaluator = Evaluator::new(shared);
    evaluator.names_only = true;
    let mut expander = Expander { evaluator, decls: Decls::default(), pending: Vec::new(), changes: Vec::new(), removed: Vec::new() };
    let chain = shared.program.chain();
    for &module in &chain {
        expander.items(shared.program.module(module).items, &Scope::module(module), true);
    }
    if let Some(extra) = shared.extra {
        expander.items(extra.items, &Scope::module(extra.home), false);
    }
    expander.apply_pending();
    expander.decls.file = expander.file_settings(&chain);
    Expanded { decls: expander.decls, extends: expander.changes }
}

struct Expander<'s, 'a> {
    evaluator: Evaluator<'s, 'a>,
    decls: Decls<'a>,
    /// `extend` and `remove`, until all declarations are known.
    pending: Vec<(Pending<'a>, Scope<'a>)>,
    changes: Vec<ObjectChange<'a>>,
    removed: Vec<Arc<Decl<'a>>>,
}

enum Pending<'a> {
    Extend(&'a ast::Extend),
    Remove(&'a ast::Remove),
    /// Entries of a namespace that stand in an `if`, a `for` or an `extend namespace`.
    Settings {
        namespace: Ustr,
        items: &'a [Item],
        at: Span,
    },
}

impl<'a> Expander<'_, 'a> {
    fn items(&mut self, items: &'a [Item], scope: &Scope<'a>, top: bool) {
        let mut bound: Option<Scope<'a>> = None;
        for item in items {
            let here = bound.clone().unwrap_or_else(|| scope.clone());
            match item {
                // At top level they are the module's; in a block they bind what follows.
                Item::Let(decl) if !top => bound = Some(here.with_let(decl)),
                _ => {
                    let _ = self.item(item, &here, top);
                }
            }
        }
    }

    fn item(&mut self, item: &'a Item, scope: &Scope<'a>, top: bool) -> Eval<()> {
        match item {
            Item::Namespace(decl) => self.namespace(decl, scope),
            Item::Instance(decl) => self.instance(decl, scope),
            // What holds only asserts is no matter of declarations, and may read some.
            Item::If(_) | Item::For(_) if self.evaluator.shared.extra.is_some() && !self.declares(item) => Ok(()),
            Item::Assert(_) if self.evaluator.shared.extra.is_some() => Ok(()),
            Item::Expect(expect) if self.evaluator.shared.extra.is_some() => {
                if self.is_chosen(expect) {
                    self.items(&expect.body, scope, false);
                }
                Ok(())
            }
            Item::If(cond) => {
                let branch = if self.evaluator.condition(&cond.condition, scope)? { &cond.then } else { &cond.otherwise };
                self.branch(branch, scope);
                Ok(())
            }
            Item::For(each) => {
                let mut scopes = Vec::new();
                self.evaluator.each(each.key, each.var, &each.over, scope, |_, inner| {
                    scopes.push(inner.clone());
                    Ok(())
                })?;
                for inner in scopes {
                    self.branch(&each.body, &inner);
                }
                Ok(())
            }
            Item::Extend(extend) => self.extend(extend, scope),
            Item::Remove(remove) => {
                self.pending.push((Pending::Remove(remove), scope.clone()));
                Ok(())
            }
            Item::Param(_)
            | Item::Type(_)
            | Item::Fn(_)
            | Item::Kind(_)
            | Item::Crd(_)
            | Item::Refine(_)
            | Item::Rule(_)
            | Item::Test(_)
                if top =>
            {
                Ok(())
            }
            Item::Import(_) | Item::Base(_) | Item::Let(_) if top => Ok(()),
            Item::Entry(_) | Item::Waive(_) => Ok(()),
            Item::Param(_)
            | Item::Type(_)
            | Item::Fn(_)
            | Item::Kind(_)
            | Item::Crd(_)
            | Item::Refine(_)
            | Item::Rule(_)
            | Item::Test(_) => Err(self.misplaced(item)),
            Item::Import(_) | Item::Base(_) | Item::Let(_) | Item::Assert(_) | Item::Expect(_) => Err(self.misplaced(item)),
        }
    }

    fn is_chosen(&self, expect: &ast::Expect) -> bool {
        self.evaluator.shared.extra.and_then(|extra| extra.expect).is_some_and(|chosen| std::ptr::eq(chosen, expect))
    }

    /// Whether an item of a test may declare something.
    fn declares(&self, item: &Item) -> bool {
        match item {
            Item::If(cond) => cond.then.iter().chain(&cond.otherwise).any(|item| self.declares(item)),
            Item::For(each) => each.body.iter().any(|item| self.declares(item)),
            Item::Expect(expect) => self.is_chosen(expect),
            Item::Assert(_) | Item::Let(_) => false,
            Item::Entry(_) | Item::Param(_) | Item::Type(_) | Item::Fn(_) | Item::Kind(_) | Item::Crd(_) | Item::Refine(_) => true,
            Item::Rule(_) | Item::Test(_) | Item::Import(_) | Item::Base(_) | Item::Extend(_) | Item::Remove(_) => true,
            Item::Namespace(_) | Item::Instance(_) | Item::Waive(_) => true,
        }
    }

    fn misplaced(&self, item: &Item) -> Poisoned {
        let error = Diagnostic::new(&codes::MISPLACED, item.span(), "this stands only at the top level of a file");
        self.evaluator.error(error.help("move it out of the block"))
    }

    /// The items of an `if` or `for`: declarations as ever; entries are settings of the namespace around them.
    fn branch(&mut self, items: &'a [Item], scope: &Scope<'a>) {
        if let (Some(namespace), true) = (scope.namespace, has_entries(items)) {
            self.pending.push((Pending::Settings { namespace, items, at: items[0].span() }, scope.clone()));
        }
        self.items(items, scope, false);
    }

    fn namespace(&mut self, decl: &'a ast::Namespace, scope: &Scope<'a>) -> Eval<()> {
        let name = self.evaluator.key(&decl.label, scope)?;
        if scope.namespace.is_some() {
            let error = Diagnostic::new(&codes::MISPLACED, decl.head_span, "a namespace cannot stand in another namespace");
            return Err(self.evaluator.error(error.help("Kubernetes' namespaces are flat: move it to the top level")));
        }
        let mut inner = scope.clone();
        inner.namespace = Some(name);
        if let Some(KindRef::High(kind)) = self.evaluator.program().kind_named(scope.home, "namespace".into()) {
            let mut made = Decl::new(DeclKind::High(kind), None, name, decl.head_span, decl.label.span());
            made.layers.push(Layer { body: Body::Items(&decl.items), scope: inner.clone().in_layer(decl.span) });
            self.add(made);
        }
        self.items(&decl.items, &inner, false);
        Ok(())
    }

    fn instance(&mut self, decl: &'a ast::Instance, scope: &Scope<'a>) -> Eval<()> {
        let kind = self.evaluator.decl_kind(scope, &decl.head).ok_or(Poisoned)?;
        let name = self.evaluator.key(&decl.label, scope)?;
        let namespace = match &kind {
            DeclKind::Native(kind) if !kind.namespaced => None,
            _ => scope.namespace,
        };
        let mut made = Decl::new(kind, namespace, name, decl.head_span, decl.label.span());
        made.layers.push(Layer { body: Body::Block(&decl.body), scope: scope.clone().in_layer(decl.body.span) });
        self.add(made);
        Ok(())
    }

    fn add(&mut self, decl: Decl<'a>) {
        if self.decls.list.len() >= self.evaluator.shared.limits.declarations {
            if self.decls.list.len() == self.evaluator.shared.limits.declarations {
                let message = format!("this program declares more than {} things", self.evaluator.shared.limits.declarations);
                self.evaluator.error(Diagnostic::new(&codes::LIMIT_SIZE, decl.head, message));
            }
            return;
        }
        let (head, title) = (decl.head, decl.full_name());
        if let Err(first) = self.decls.add(Arc::new(decl)) {
            let error = Diagnostic::new(&codes::DUPLICATE_DECLARATION, head, format!("`{title}` is declared twice"));
            self.evaluator.error(
                error.also(first.head, "the first declaration").help("to change a declaration from elsewhere write `extend` before it"),
            );
        }
    }

    fn extend(&mut self, extend: &'a ast::Extend, scope: &Scope<'a>) -> Eval<()> {
        let ExtendBody::Items(items) = &extend.body else {
            self.pending.push((Pending::Extend(extend), scope.clone()));
            return Ok(());
        };
        let ast::Target::Label(label) = &extend.target else { return Err(Poisoned) };
        let name = self.evaluator.key(label, scope)?;
        let mut inner = scope.clone();
        inner.namespace = Some(name);
        self.pending.push((Pending::Settings { namespace: name, items, at: label.span() }, inner.clone()));
        self.items(items, &inner, false);
        Ok(())
    }

    fn apply_pending(&mut self) {
        for (pending, scope) in std::mem::take(&mut self.pending) {
            let _ = match pending {
                Pending::Extend(extend) => self.apply_extend(extend, scope),
                Pending::Remove(remove) => self.apply_remove(remove, scope),
                Pending::Settings { namespace, items, at } => self.apply_settings(namespace, items, at, scope),
            };
        }
        let removed = std::mem::take(&mut self.removed);
        if !removed.is_empty() {
            self.decls.remove(&removed);
        }
    }

    fn apply_settings(&mut self, namespace: Ustr, items: &'a [Item], at: Span, scope: Scope<'a>) -> Eval<()> {
        let body = Body::Items(items);
        let layer = Layer { body, scope: scope.in_layer(body.span()) };
        self.push_layer("namespace".into(), namespace, None, at, layer)
    }

    fn apply_extend(&mut self, extend: &'a ast::Extend, scope: Scope<'a>) -> Eval<()> {
        let ExtendBody::Block(block) = &extend.body else { return Ok(()) };
        let inner = scope.clone().in_layer(block.span);
        let label = match &extend.target {
            ast::Target::All(_) => {
                let ty = self.evaluator.program().named_type(scope.home, extend.head.name.name);
                let Some(Ty::Native(id)) = ty else {
                    return Err(self.no_type(extend));
                };
                self.changes.push(ObjectChange { target: Target::All(id), block: Some(block), scope: inner, span: extend.span });
                return Ok(());
            }
            ast::Target::Label(label) => label,
        };
        let kind = self.evaluator.decl_kind(&scope, &extend.head).ok_or(Poisoned)?;
        let name = self.evaluator.key(label, &scope)?;
        match kind {
            DeclKind::High(kind) => {
                let layer = Layer { body: Body::Block(block), scope: inner };
                self.push_layer(kind.name, name, scope.namespace, label.span(), layer)
            }
            // What becomes of it must see the change.
            DeclKind::Native(kind) if self.is_composed(kind, name, scope.namespace) => {
                self.push_layer(kind.kind, name, scope.namespace, label.span(), Layer { body: Body::Block(block), scope: inner })
            }
            DeclKind::Native(kind) => {
                let target = Target::Object { kind, namespace: scope.namespace, name };
                self.changes.push(ObjectChange { target, block: Some(block), scope: inner, span: label.span() });
                Ok(())
            }
        }
    }

    /// Whether an object is declared here, and with it what it becomes.
    fn is_composed(&self, kind: &'static NativeKind, name: Ustr, namespace: Option<Ustr>) -> bool {
        self.evaluator.program().composition(kind).is_some() && self.decls.find(kind.kind, name, namespace).is_ok()
    }

    fn no_type(&self, extend: &ast::Extend) -> Poisoned {
        let name = extend.head.name;
        let error = Diagnostic::new(&codes::UNKNOWN_TYPE, name.span, format!("Kubernetes has no type `{}`", name.name));
        self.evaluator.error(match suggest::nearest(&name.name, crate::schema::type_names()) {
            Some(near) => error.help(format!("did you mean `{near}`?")).fix(name.span, near),
            None => error.help("`extend TYPE * { … }` is for types of the Kubernetes API, such as `Container`"),
        })
    }

    fn push_layer(&mut self, kind: Ustr, name: Ustr, namespace: Option<Ustr>, at: Span, layer: Layer<'a>) -> Eval<()> {
        let found = self.find(kind, name, namespace, at)?;
        let index = self.decls.position(&found);
        drop(found);
        // No other handle exists while declarations are collected.
        if let Some(decl) = index.and_then(|i| Arc::get_mut(&mut self.decls.list[i])) {
            decl.layers.push(layer);
        }
        Ok(())
    }

    fn find(&self, kind: Ustr, name: Ustr, namespace: Option<Ustr>, at: Span) -> Eval<Arc<Decl<'a>>> {
        match self.decls.find(kind, name, namespace) {
            Ok(decl) => Ok(decl.clone()),
            Err(candidates) if !candidates.is_empty() => {
                let names: Vec<String> = candidates.iter().map(|d| format!("`{}`", d.full_name())).collect();
                let error = Diagnostic::new(
                    &codes::AMBIGUOUS_NAME,
                    at,
                    format!("several declarations are called `{kind} {name}`: {}", names.join(", ")),
                );
                Err(self.evaluator.error(error.help("write this inside `extend namespace … { }`")))
            }
            Err(_) => {
                let names = self.decls.names_of(kind);
                let error = Diagnostic::new(&codes::EXTEND_TARGET, at, format!("there is no `{kind} {name}` here"));
                Err(self.evaluator.error(match suggest::nearest(&name, names.iter().map(|n| n.as_str())) {
                    Some(near) => error.help(format!("did you mean `{near}`?")).fix(at, near),
                    None if names.is_empty() => error.help(format!("no `{kind}` is declared")),
                    None => error.help(format!("declared: {}", suggest::some_of(names.iter().map(|n| n.as_str())))),
                }))
            }
        }
    }

    fn apply_remove(&mut self, remove: &'a ast::Remove, scope: Scope<'a>) -> Eval<()> {
        let kind = self.evaluator.decl_kind(&scope, &remove.head).ok_or(Poisoned)?;
        let name = self.evaluator.key(&remove.label, &scope)?;
        match kind {
            DeclKind::High(kind) => {
                let decl = self.find(kind.name, name, scope.namespace, remove.label.span())?;
                self.removed.push(decl);
            }
            DeclKind::Native(kind) if self.is_composed(kind, name, scope.namespace) => {
                let decl = self.find(kind.kind, name, scope.namespace, remove.label.span())?;
                self.removed.push(decl);
            }
            DeclKind::Native(kind) => {
                let target = Target::Object { kind, namespace: scope.namespace, name };
                self.changes.push(ObjectChange { target, block: None, scope, span: remove.label.span() });
            }
        }
        Ok(())
    }

    /// The file's own settings, with those of its bases below.
    fn file_settings(&mut self, chain: &[crate::types::ModuleId]) -> Option<Arc<Decl<'a>>> {
        let program = self.evaluator.program();
        let root = program.module(program.root());
        let Some(KindRef::High(kind)) = program.kind_named(crate::resolve::STD, "file".into()) else { return None };
        let mut decl = Decl::new(DeclKind::High(kind), None, Ustr::from(&root.path), Span::NONE, Span::NONE);
        for &id in chain {
            let body = Body::Items(program.module(id).items);
            decl.layers.push(Layer { body, scope: Scope::module(id).in_layer(body.span()) });
        }
        Some(Arc::new(decl))
    }
}

fn has_entries(items: &[Item]) -> bool {
    items.iter().any(|item| matches!(item, Item::Entry(_)))
}
