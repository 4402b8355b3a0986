//! Emission: a declaration becomes objects.
//!
//! A native declaration is one object. A high-level one runs the `emit` blocks of its kind, whose items are native objects, further
//! declarations, conditions and loops; what they emit belongs to the user's declaration, whose head is shown where something fails.

use super::decl::{Body, Decl, DeclKind, Layer};
use super::finish::{self, ObjectChange, Target};
use super::{Eval, Evaluator, Part, Poisoned, Scope, Thunk};
use crate::ast::{self, BinOp, Expr, ExprKind, ExtendBody, Item, Member, StrLit};
use crate::diag::{Diagnostic, Severity, codes};
use crate::object::Object;
use crate::resolve::{Kind, KindRule, Layered};
use crate::schema::NativeKind;
use crate::source::Span;
use crate::value::{Entry, Node, Op, Origin, Record, Value};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use ustr::Ustr;

/// Steps for a declaration within an `emit`, whose inputs have budgets of their own.
const CHILD: usize = 50;

impl<'a> Evaluator<'_, 'a> {
    /// All objects of a declaration; none where it failed.
    pub fn emit(&mut self, decl: &Arc<Decl<'a>>) -> Vec<Object> {
        let mut objects = Vec::new();
        if self.shared.is_full() {
            return objects;
        }
        self.steps = 0;
        self.subject = Some(decl.clone());
        let _ = self.emit_decl(decl, decl.head, &mut objects);
        for object in &objects {
            let _ = self.measured(object.node(), object.head);
            self.shared.weight.fetch_add(object.root.measure().weight.into(), Ordering::Relaxed);
        }
        self.subject = None;
        objects
    }

    fn emit_decl(&mut self, decl: &Arc<Decl<'a>>, head: Span, out: &mut Vec<Object>) -> Eval<()> {
        match &decl.kind {
            DeclKind::Native(kind) => {
                let root = self.native_object(decl, decl.head)?;
                out.push(object(kind, root, decl.namespace, decl.name, head));
                self.compose(kind, decl.layers.clone(), decl, head, out)
            }
            DeclKind::High(kind) => {
                let kind = kind.clone();
                self.check_inputs(decl, &kind)?;
                let from = out.len();
                for emit in &kind.emits {
                    let scope = Scope::kind_body(decl, emit.home, Span::NONE);
                    self.emit_items(emit.what, &scope, head, from, out)?;
                }
                Ok(())
            }
        }
    }

    /// What an object of a `crd` becomes beside itself: its fields, as its layers write them, are those of a kind.
    fn compose(
        &mut self,
        native: &'static NativeKind,
        layers: Vec<Layer<'a>>,
        like: &Decl<'a>,
        head: Span,
        out: &mut Vec<Object>,
    ) -> Eval<()> {
        let Some(kind) = self.program().composition(native) else { return Ok(()) };
        let mut decl = Decl::new(DeclKind::High(kind), like.namespace, like.name, head, like.label);
        decl.layers = layers;
        self.emit_child(&Arc::new(decl), head, head, out)
    }

    /// Computes what was written and judges what the kind requires, so that all errors of a declaration show.
    fn check_inputs(&mut self, decl: &Arc<Decl<'a>>, kind: &Arc<Kind<'a>>) -> Eval<()> {
        let mut failed = false;
        for index in 0..kind.inputs.fields.len() {
            failed |= self.input(decl, index, decl.label).is_err();
        }
        for rule in &kind.requires {
            failed |= self.kind_rule(decl, *rule).is_err();
        }
        if failed { Err(Poisoned) } else { Ok(()) }
    }

    fn kind_rule(&mut self, decl: &Arc<Decl<'a>>, rule: Layered<KindRule<'a>>) -> Eval<()> {
        let scope = Scope::kind_body(decl, rule.home, Span::NONE);
        match rule.what {
            KindRule::Require(require) => self.require(decl, require, None, &scope),
            KindRule::If(cond) => self.rule_if(decl, cond, None, &scope),
        }
    }

    /// `rule` is that whose waiver sets aside what is required here.
    fn rule_if(&mut self, decl: &Arc<Decl<'a>>, cond: &'a ast::If<Member>, rule: Option<&'a StrLit>, scope: &Scope<'a>) -> Eval<()> {
        let (branch, rule) = match self.condition(&cond.condition, scope)? {
            true => (&cond.then, unless_waived(&cond.condition).or(rule)),
            false => (&cond.otherwise, rule),
        };
        let (mut scope, mut failed) = (scope.clone(), false);
        for member in branch {
            match member {
                Member::Require(require) => failed |= self.require(decl, require, rule, &scope).is_err(),
                Member::If(inner) => failed |= self.rule_if(decl, inner, rule, &scope).is_err(),
                Member::Let(inner) => scope = scope.with_let(inner),
                Member::Field(_) | Member::Nested(_) | Member::Set(_) | Member::Export(_) | Member::Emit(_) | Member::Column(_) => {
                    let error = Diagnostic::new(&codes::MISPLACED, member.span(), "an `if` in the body of a kind holds only `require`");
                    return Err(self.error(error));
                }
            }
        }
        if failed { Err(Poisoned) } else { Ok(()) }
    }

    /// `require c else "message" at field`: shown where the user wrote what `at` names, else at the declaration's head. What the waiver of
    /// a rule sets aside is reported by the name of that rule.
    fn require(&mut self, decl: &Arc<Decl<'a>>, require: &'a ast::Require, rule: Option<&'a StrLit>, scope: &Scope<'a>) -> Eval<()> {
        if self.condition(&require.condition, scope)? {
            return Ok(());
        }
        let message = self.eval(&require.message, scope)?;
        let message = self.text_of(&message, require.message.span)?;
        let place = match &require.at {
            Some(expr) => self.eval(expr, scope).map(|at| self.culprit(&at, &message))?.unwrap_or(decl.head),
            None => decl.head,
        };
        let named = rule.and_then(StrLit::as_static).and_then(|rule| self.program().code_named(rule));
        let code = match require.level {
            ast::Level::Deny => named.unwrap_or(&codes::REQUIREMENT),
            ast::Level::Warn => &codes::ADVICE,
        };
        // A message may end in advice behind a dash, as all of the library's do.
        let (text, help) = match message.split_once(" — ") {
            Some((text, help)) => (text.to_string(), Some(help.to_string())),
            None => (message.to_string(), None),
        };
        let mut diagnostic = Diagnostic::new(code, place, text).about(decl.head, decl.namespace);
        if let Some(help) = help {
            diagnostic = diagnostic.help(help);
        }
        self.report(diagnostic);
        if code.severity == Severity::Error { Err(Poisoned) } else { Ok(()) }
    }

    /// Where the user wrote a value; of a map whose default the library wrote, the entry that the message names, or the only one.
    fn culprit(&self, at: &Node, message: &str) -> Option<Span> {
        let is_user = |span: &Span| self.program().db.is_user(*span);
        let named = |entry: &&Entry| message.contains(&format!("`{}`", entry.key));
        let own = Some(at.origin.span).filter(is_user);
        let Value::Record(record) = &at.value else { return own };
        let written: Vec<&Entry> = record.entries.iter().filter(|entry| is_user(&entry.at)).collect();
        let entry = written.iter().copied().find(named);
        let only = if let [only] = written[..] { Some(only) } else { None };
        entry.map(|e| e.at).or(own).or(only.map(|e| e.at))
    }

    fn emit_items(&mut self, items: &'a [Item], scope: &Scope<'a>, head: Span, from: usize, out: &mut Vec<Object>) -> Eval<()> {
        let mut scope = scope.clone();
        let mut failed = false;
        for item in items {
            match item {
                Item::Let(decl) => scope = scope.with_let(decl),
                _ => failed |= self.emit_item(item, &scope, head, from, out).is_err(),
            }
        }
        if failed { Err(Poisoned) } else { Ok(()) }
    }

    fn emit_item(&mut self, item: &'a Item, scope: &Scope<'a>, head: Span, from: usize, out: &mut Vec<Object>) -> Eval<()> {
        self.spend(1, item.span())?;
        match item {
            Item::Instance(instance) => self.emit_instance(instance, scope, head, out),
            Item::If(cond) => {
                let branch = if self.condition(&cond.condition, scope)? { &cond.then } else { &cond.otherwise };
                self.deeper(cond.span, |this| this.emit_items(branch, scope, head, from, out))
            }
            Item::For(each) => {
                self.each(each.key, each.var, &each.over, scope, |this, inner| this.emit_items(&each.body, inner, head, from, out))
            }
            Item::Extend(extend) => self.emit_extend(extend, scope, from, out),
            Item::Remove(remove) => {
                let change = self.own_change(&remove.head, &remove.label, None, scope, remove.span)?;
                self.change_own(change, from, out)
            }
            Item::Namespace(_)
            | Item::Entry(_)
            | Item::Let(_)
            | Item::Param(_)
            | Item::Type(_)
            | Item::Fn(_)
            | Item::Kind(_)
            | Item::Crd(_) => Err(self.not_here(item)),
            Item::Refine(_)
            | Item::Rule(_)
            | Item::Test(_)
            | Item::Import(_)
            | Item::Base(_)
            | Item::Waive(_)
            | Item::Assert(_)
            | Item::Expect(_) => Err(self.not_here(item)),
        }
    }

    fn not_here(&self, item: &Item) -> Poisoned {
        self.error(Diagnostic::new(&codes::MISPLACED, item.span(), "`emit` holds declarations, `if`, `for`, `let`, `extend` and `remove`"))
    }

    /// A declaration in an `emit` block. Its layer is the block; what it writes twice contradicts itself.
    fn emit_instance(&mut self, instance: &'a ast::Instance, scope: &Scope<'a>, head: Span, out: &mut Vec<Object>) -> Eval<()> {
        let kind = self.decl_kind(scope, &instance.head).ok_or(Poisoned)?;
        let name = self.key(&instance.label, scope)?;
        let inner = scope.clone().in_layer(instance.body.span);
        match kind {
            DeclKind::Native(kind) => {
                let namespace = scope.namespace.filter(|_| kind.namespaced);
                let label = scope.this.as_ref().map_or(instance.label.span(), |d| d.label);
                let mut record = object_head(kind, name, namespace, head, label);
                self.deeper(instance.span, |this| {
                    this.block(&instance.body.entries, &crate::types::Ty::Native(kind.ty), &mut record, &inner)
                })?;
                let makers = scope.this.as_ref().and_then(|decl| decl.high()).map(|kind| kind.line.clone()).unwrap_or_default();
                out.push(Object { makers, ..object(kind, Arc::new(record), namespace, name, head) });
                let like = Decl::new(DeclKind::Native(kind), namespace, name, head, label);
                self.compose(kind, vec![Layer { body: Body::Block(&instance.body), scope: inner }], &like, head, out)
            }
            DeclKind::High(kind) => {
                let label = scope.this.as_ref().map_or(instance.label.span(), |d| d.label);
                let mut child = Decl::new(DeclKind::High(kind), scope.namespace, name, head, label);
                child.layers.push(Layer { body: Body::Block(&instance.body), scope: inner });
                self.emit_child(&Arc::new(child), instance.span, head, out)
            }
        }
    }

    /// Runs the `emit` of a declaration in an `emit`. A kind that comes by itself again, by whatever way, would have no end.
    fn emit_child(&mut self, child: &Arc<Decl<'a>>, span: Span, head: Span, out: &mut Vec<Object>) -> Eval<()> {
        let Some(kind) = child.high() else { return Err(Poisoned) };
        let key = (Arc::as_ptr(kind) as usize, Part::Emit, Ustr::default());
        if let Some(start) = self.path.iter().position(|t| t.key == key) {
            return Err(self.cycle(start, span));
        }
        self.spend(CHILD, span)?;
        self.path.push(Thunk { key, name: format!("kind {}", kind.name), span });
        let result = self.deeper(span, |this| this.emit_decl(child, head, out));
        self.path.pop();
        result
    }

    /// `extend Deployment "${name}" { … }` within `emit`: of an object that this declaration emitted.
    fn emit_extend(&mut self, extend: &'a ast::Extend, scope: &Scope<'a>, from: usize, out: &mut Vec<Object>) -> Eval<()> {
        let (ExtendBody::Block(block), ast::Target::Label(label)) = (&extend.body, &extend.target) else {
            return Err(self.error(Diagnostic::new(&codes::MISPLACED, extend.span, "`emit` extends objects by their name")));
        };
        let change = self.own_change(&extend.head, label, Some(block), scope, extend.span)?;
        self.change_own(change, from, out)
    }

    fn own_change(
        &mut self,
        head: &ast::Path,
        label: &'a ast::Key,
        block: Option<&'a ast::Block>,
        scope: &Scope<'a>,
        span: Span,
    ) -> Eval<ObjectChange<'a>> {
        let Some(DeclKind::Native(kind)) = self.decl_kind(scope, head) else {
            return Err(self.error(Diagnostic::new(&codes::MISPLACED, span, "`emit` extends objects of Kubernetes' kinds")));
        };
        let name = self.key(label, scope)?;
        let layer = block.map_or(span, |b| b.span);
        Ok(ObjectChange {
            target: Target::Object { kind, namespace: scope.namespace, name },
            block,
            scope: scope.clone().in_layer(layer),
            span,
        })
    }

    fn change_own(&mut self, change: ObjectChange<'a>, from: usize, out: &mut Vec<Object>) -> Eval<()> {
        let mut own = out.split_off(from);
        let result = finish::apply_one(self, &change, &mut own);
        out.append(&mut own);
        result
    }
}

/// An object with nothing but its kind, name and namespace.
pub(super) fn object_head(kind: &NativeKind, name: Ustr, namespace: Option<Ustr>, head: Span, label: Span) -> Record {
    let text = |value: Ustr, span| Node::new(Value::str(value.as_str()), Origin::user(span));
    let entry = |key: &str, node, at| Entry { key: key.into(), node, at, op: Op::Merge, spread: false, over: None };
    let mut metadata = vec![entry("name", text(name, label), label)];
    if let Some(namespace) = namespace.filter(|_| kind.namespaced) {
        metadata.push(entry("namespace", text(namespace, label), label));
    }
    let metadata = Node::new(Value::Record(Arc::new(Record { entries: metadata, ..Record::default() })), Origin::user(label));
    let entries = vec![
        entry("apiVersion", text(kind.api_version, head), head),
        entry("kind", text(kind.kind, head), head),
        entry("metadata", metadata, head),
    ];
    Record { entries, ..Record::default() }
}

/// The object of a finished tree: `metadata` has the last word on its name and namespace.
fn object(kind: &'static NativeKind, root: Arc<Record>, namespace: Option<Ustr>, name: Ustr, head: Span) -> Object {
    let mut object = Object::new(kind, namespace, name, root, head);
    let text = |node: Option<&Node>| match node.map(|n| &n.value) {
        Some(Value::Str(text)) => Some(Ustr::from(text)),
        _ => None,
    };
    object.name = text(object.at(&["metadata", "name"])).unwrap_or(name);
    object.namespace = text(object.at(&["metadata", "namespace"]));
    object
}

/// The rule in `… and not waived("rule")`.
fn unless_waived(condition: &Expr) -> Option<&StrLit> {
    match &condition.kind {
        ExprKind::Binary { op: BinOp::And, left, right } => unless_waived(left).or_else(|| unless_waived(right)),
        ExprKind::Not(inner) => match &inner.kind {
            ExprKind::Call(call) if call.callee.module.is_none() && call.callee.name.name == "waived" => {
                match &call.args.first()?.value.kind {
                    ExprKind::Str(rule) => Some(rule),
                    _ => None,
                }
            }
            _ => None,
        },
        _ => None,
    }
}
