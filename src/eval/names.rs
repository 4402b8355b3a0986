//! Paths: `a.b`, `a["b"]`, and the declarations that they name: `app.web`, `app.web.host`, `namespace.shop.app.web`.
//!
//! A word that is bound as a value is that value; else it may be an import, `namespace`, or a kind, and the next word names what is in
//! it. A declaration named alone is an address and forces nothing; a word behind it reads what it exports, then its inputs.

use super::decl::{Decl, DeclKind};
use super::{Eval, Evaluator, Scope};
use crate::ast::{self, Expr, ExprKind};
use crate::data::scalar_text;
use crate::diag::{Diagnostic, codes, suggest};
use crate::resolve::{Alias, KindRef};
use crate::source::Span;
use crate::syntax::literal;
use crate::value::{Address, Node, Record, Value};
use ecow::EcoString;
use std::sync::Arc;
use ustr::Ustr;

/// What the words before a dot stand for, where they are no value.
enum Head {
    /// A kind, and the namespace that was named before it.
    Kind {
        kind: Ustr,
        namespace: Option<Ustr>,
    },
    /// The word `namespace`.
    Namespace,
    /// `namespace.shop`
    In(Ustr),
    Module(Alias),
}

impl<'a> Evaluator<'_, 'a> {
    pub(super) fn field(&mut self, expr: &'a Expr, base: &'a Expr, field: ast::Ident, optional: bool, scope: &Scope<'a>) -> Eval<Node> {
        if let Some(head) = self.head(base, scope)? {
            return self.in_head(head, field.name, field.span, expr.span, scope);
        }
        let node = self.eval(base, scope)?;
        if self.absent.is_some()
            && let Some(read) = self.read_in_rule(expr, &node, field.name)
        {
            return Ok(read);
        }
        if optional && node.is_null() {
            return Ok(node);
        }
        if let Value::Record(record) = &node.value
            && record.get(field.name).is_none()
            && self.may_be_absent(base, field.name, scope)
        {
            return Ok(Node::default());
        }
        self.member(&node, field.name, field.span, Some(base), scope)
    }

    pub(super) fn index(&mut self, expr: &'a Expr, base: &'a Expr, index: &'a Expr, scope: &Scope<'a>) -> Eval<Node> {
        if let Some(head) = self.head(base, scope)? {
            let key = self.eval(index, scope)?;
            let name = Ustr::from(&self.text_of(&key, index.span)?);
            return self.in_head(head, name, index.span, expr.span, scope);
        }
        let (node, key) = (self.eval(base, scope)?, self.eval(index, scope)?);
        match (&node.value, &key.value) {
            (Value::List(list), Value::Int(i)) => match usize::try_from(*i).ok().and_then(|i| list.items.get(i)) {
                Some(item) => Ok(item.node.clone()),
                None => Err(self.error(
                    Diagnostic::new(&codes::OUT_OF_RANGE, index.span, format!("there is no element {i} in a list of {}", list.items.len()))
                        .help("the first element is number 0; `first(list)` and `last(list)` name the ends"),
                )),
            },
            (Value::List(list), Value::Str(text)) if list.label.is_some() => Ok(labelled(list, text).cloned().unwrap_or_default()),
            (Value::Record(record), Value::Str(text)) => Ok(record.get(Ustr::from(text)).map(|e| e.node.clone()).unwrap_or_default()),
            // In rules a structure that is absent has fields that are.
            (Value::Null, _) if self.absent.is_some() => Ok(Node::default()),
            (Value::Null, _) => Err(self.error(
                Diagnostic::new(&codes::NULL_ACCESS, base.span, "this is null, so it has no elements")
                    .help("test it first: `if x != null then … else …`"),
            )),
            (value, key) => Err(self.error(Diagnostic::new(
                &codes::OPERATOR,
                expr.span,
                format!("{} has no element under {}", value.type_name(), key.type_name()),
            ))),
        }
    }

    /// What `expr` stands for where it is a word, or a path of words, that is bound to no value.
    fn head(&mut self, expr: &'a Expr, scope: &Scope<'a>) -> Eval<Option<Head>> {
        if begins_with_a_local(expr, scope) {
            return Ok(None);
        }
        match &expr.kind {
            ExprKind::Name(name) => Ok(self.bare_head(*name, scope)),
            ExprKind::Field { base, field, .. } => {
                let Some(outer) = self.head(base, scope)? else { return Ok(None) };
                match outer {
                    Head::Namespace => Ok(Some(Head::In(field.name))),
                    Head::In(namespace) => {
                        Ok(self.is_kind(scope, field.name).then_some(Head::Kind { kind: field.name, namespace: Some(namespace) }))
                    }
                    Head::Module(Alias::Module(module)) => {
                        let path = ast::Path { module: None, name: *field };
                        let kind =
                            self.program().value(module, field.name).is_none().then(|| self.program().find_kind(module, &path)).flatten();
                        Ok(kind.map(|_| Head::Kind { kind: field.name, namespace: None }))
                    }
                    Head::Module(Alias::Native(_)) => Ok(Some(Head::Kind { kind: field.name, namespace: None })),
                    Head::Module(Alias::Missing) | Head::Kind { .. } => Ok(None),
                }
            }
            ExprKind::Index { base, index } => match self.head(base, scope)? {
                Some(Head::Namespace) => {
                    let node = self.eval(index, scope)?;
                    Ok(Some(Head::In(Ustr::from(&self.text_of(&node, index.span)?))))
                }
                _ => Ok(None),
            },
            _ => Ok(None),
        }
    }

    fn bare_head(&mut self, name: Ustr, scope: &Scope<'a>) -> Option<Head> {
        if scope.local(name).is_some() || self.is_bound_by_kind(name, scope) || self.program().value(scope.home, name).is_some() {
            return None;
        }
        if name == "namespace" {
            return Some(Head::Namespace);
        }
        if let Some(alias) = self.program().alias(scope.home, name) {
            return Some(Head::Module(alias));
        }
        self.is_kind(scope, name).then_some(Head::Kind { kind: name, namespace: None })
    }

    fn is_kind(&self, scope: &Scope<'a>, name: Ustr) -> bool {
        self.program().kind_named(scope.home, name).is_some()
    }

    fn in_head(&mut self, head: Head, name: Ustr, at: Span, whole: Span, scope: &Scope<'a>) -> Eval<Node> {
        match head {
            Head::Kind { kind, namespace } => {
                let decl = self.declared(kind, name, namespace, at, scope)?;
                Ok(address(&decl, self.written(scope, whole)))
            }
            Head::Namespace => match self.declared("namespace".into(), name, None, at, scope) {
                Ok(decl) => Ok(address(&decl, self.written(scope, whole))),
                Err(poisoned) => Err(poisoned),
            },
            Head::In(namespace) => {
                let decl = self.declared("namespace".into(), namespace, None, at, scope)?;
                self.member(&address(&decl, self.written(scope, whole)), name, at, None, scope)
            }
            Head::Module(Alias::Module(module)) => match self.program().value(module, name) {
                Some(found) => self.global(found.what, found.home),
                None => {
                    let names = self.program().value_names(module);
                    Err(self.unknown_member(name, at, "this import", names.iter().map(|n| n.as_str())))
                }
            },
            Head::Module(Alias::Native(_) | Alias::Missing) => Err(super::Poisoned),
        }
    }

    /// The declaration of that kind and name, as seen from where the expression stands.
    fn declared(&mut self, kind: Ustr, name: Ustr, namespace: Option<Ustr>, at: Span, scope: &Scope<'a>) -> Eval<Arc<Decl<'a>>> {
        if self.names_only {
            return Err(self.error(
                Diagnostic::new(&codes::NAMES_FIRST, at, "`if` and `for` around declarations cannot read a declaration")
                    .help("which declarations there are is settled before any is computed: use a param or a let that reads none"),
            ));
        }
        let decls = &self.shared.decls;
        let found = match namespace {
            Some(namespace) => decls.get(kind, Some(namespace), name).ok_or(Vec::new()),
            None => decls.find(kind, name, scope.namespace),
        };
        match found {
            Ok(decl) => {
                if let Some(coverage) = &self.shared.coverage {
                    coverage.named.lock().unwrap_or_else(|e| e.into_inner()).insert(decl.head);
                }
                Ok(decl.clone())
            }
            Err(candidates) if !candidates.is_empty() => {
                let names: Vec<String> = candidates.iter().map(|d| d.full_name()).collect();
                let error = Diagnostic::new(&codes::AMBIGUOUS_NAME, at, format!("several declarations are called `{kind}.{name}`"));
                Err(self.error(error.help(format!("write the full name: `{}`", names.join("`, `")))))
            }
            Err(_) => {
                let names = decls.names_of(kind);
                Err(self.unknown_declaration(kind, name, at, &names))
            }
        }
    }

    fn unknown_declaration(&self, kind: Ustr, name: Ustr, at: Span, names: &[Ustr]) -> super::Poisoned {
        let error = Diagnostic::new(&codes::UNKNOWN_NAME, at, format!("there is no `{kind}` called `{name}`"));
        self.error(match (suggest::nearest(&name, names.iter().map(|n| n.as_str())), names) {
            (Some(near), _) => error.help(format!("did you mean `{kind}.{near}`?")).fix(at, near),
            (None, []) => error.help(format!("none is declared: `{kind} {name} {{ … }}`")),
            (None, names) => error.help(format!("declared: {}", suggest::some_of(names.iter().map(|n| n.as_str())))),
        })
    }

    /// `node.name`
    pub(super) fn member(&mut self, node: &Node, name: Ustr, at: Span, base: Option<&Expr>, scope: &Scope<'a>) -> Eval<Node> {
        match &node.value {
            Value::Record(record) => match record.get(name) {
                Some(entry) => Ok(entry.node.clone()),
                None if record.entries.is_empty() => {
                    let message = format!("{} has no `{name}`: it is empty", self.called(base));
                    Err(self.error(Diagnostic::new(&codes::KEY_MISSING, at, message)))
                }
                None => Err(self.unknown_member(name, at, &self.called(base), record.entries.iter().map(|e| e.key.as_str()))),
            },
            Value::List(list) if list.label.is_some() => match labelled(list, &name) {
                Some(node) => Ok(node.clone()),
                None => Err(self.unknown_member(name, at, &self.called(base), labels(list))),
            },
            Value::Address(found) => self.address_member(&found.clone(), name, at, node, scope),
            Value::Range(range) => match name.as_str() {
                "lo" => Ok(range.lo.clone().unwrap_or_default()),
                "hi" => Ok(range.hi.clone().unwrap_or_default()),
                "single" => Ok(Node::new(Value::Bool(range.single), node.origin)),
                _ => Err(self.unknown_member(name, at, "a range", ["lo", "hi", "single"])),
            },
            Value::Null => {
                let error = Diagnostic::new(&codes::NULL_ACCESS, at, format!("{} is null, so it has no `{name}`", self.called(base)));
                let error = error.help(format!("write `?.{name}`, which is null then, or give it a value with `??`"));
                // The dot stands right behind.
                let behind = base.map(|base| base.span.after()).filter(|end| end.start + 1 == at.start);
                Err(self.error(behind.into_iter().fold(error, |error, end| error.fix(end, "?"))))
            }
            other => Err(self.error(Diagnostic::new(&codes::KEY_MISSING, at, format!("{} has no field `{name}`", other.type_name())))),
        }
    }

    /// What stands before a dot, as it is written.
    fn called(&self, base: Option<&Expr>) -> String {
        let text = base.map(|expr| self.program().db.text(expr.span)).filter(|text| !text.contains('\n'));
        text.map_or_else(|| "this".to_string(), |text| format!("`{text}`"))
    }

    fn address_member(&mut self, found: &Arc<Address>, name: Ustr, at: Span, node: &Node, scope: &Scope<'a>) -> Eval<Node> {
        let text = |t: Ustr| Node::new(Value::str(t.as_str()), node.origin);
        match name.as_str() {
            "name" => return Ok(text(found.name)),
            "kind" => return Ok(text(self.library_kind(found.kind, scope))),
            "namespace" => return Ok(found.namespace.map(text).unwrap_or_default()),
            "cidr" if found.cidr.is_some() => return Ok(Node::new(Value::Str(found.cidr.clone().unwrap_or_default()), node.origin)),
            _ => {}
        }
        let decl = match found.cidr {
            Some(_) => None,
            None => self.shared.decls.get(found.kind, found.namespace, found.name).cloned(),
        };
        match decl {
            Some(decl) => self.read(&decl, name, at, scope),
            None => Err(self.unknown_member(name, at, "an address block", ["name", "kind", "namespace", "cidr"])),
        }
    }

    /// The kind of the standard library that a kind is, or is made from; a kind of the user's own stays itself.
    fn library_kind(&self, kind: Ustr, scope: &Scope<'a>) -> Ustr {
        let Some(KindRef::High(own)) = self.program().kind_named(scope.home, kind) else { return kind };
        std::iter::successors(Some(&own), |k| k.parent.as_ref()).find(|k| k.home == crate::resolve::STD).map_or(kind, |k| k.name)
    }

    /// What a declaration gives under a name: an export, else an input; of a native declaration, a field of its object.
    pub(super) fn read(&mut self, decl: &Arc<Decl<'a>>, name: Ustr, at: Span, scope: &Scope<'a>) -> Eval<Node> {
        if self.names_only {
            return self.declared(decl.kind_name(), decl.name, decl.namespace, at, scope).map(|_| Node::default());
        }
        match &decl.kind {
            DeclKind::High(kind) => {
                if let Some(result) = self.export(decl, name, at) {
                    return result;
                }
                if let Some(index) = kind.inputs.position(name) {
                    return self.input(decl, index, at);
                }
                let mut known = kind.export_names();
                known.extend(kind.inputs.fields.iter().map(|f| f.name));
                Err(self.unknown_member(name, at, &format!("`{}`", decl.short_name()), known.iter().map(|n| n.as_str())))
            }
            DeclKind::Native(_) => {
                let root = self.native_object(decl, at)?;
                self.member(&Node::new(Value::Record(root), crate::value::Origin::user(decl.head)), name, at, None, scope)
            }
        }
    }

    pub(super) fn unknown_member<'n>(&self, name: Ustr, at: Span, what: &str, known: impl IntoIterator<Item = &'n str>) -> super::Poisoned {
        let known: Vec<&str> = known.into_iter().collect();
        let error = Diagnostic::new(&codes::KEY_MISSING, at, format!("{what} has no `{name}`"));
        self.error(match suggest::nearest(&name, known.iter().copied()) {
            Some(near) => error.help(format!("did you mean `{near}`?")).fix(at, near),
            None if known.is_empty() => error,
            None => error.help(format!("there is {}", suggest::some_of(known.into_iter()))),
        })
    }

    /// What the body of a kind binds: its fields, its lets, `name`, `namespace` and `kind`.
    pub(super) fn bound_by_kind(&mut self, name: Ustr, span: Span, scope: &Scope<'a>) -> Option<Eval<Node>> {
        let decl = scope.this.clone()?;
        let kind = decl.high()?.clone();
        if let Some(index) = kind.inputs.position(name) {
            return Some(self.input(&decl, index, span));
        }
        if kind.lets.contains_key(&name) {
            return Some(self.kind_let(&decl, &kind, name));
        }
        let text = |t: Ustr| Node::new(Value::str(t.as_str()), crate::value::Origin::user(decl.label));
        match name.as_str() {
            "name" => Some(Ok(text(decl.name))),
            "namespace" => Some(Ok(decl.namespace.map(text).unwrap_or_default())),
            "kind" => Some(Ok(text(decl.kind_name()))),
            _ => None,
        }
    }

    fn is_bound_by_kind(&self, name: Ustr, scope: &Scope<'a>) -> bool {
        let Some(kind) = scope.this.as_ref().and_then(|d| d.high()) else { return false };
        kind.inputs.position(name).is_some() || kind.lets.contains_key(&name) || matches!(name.as_str(), "name" | "namespace" | "kind")
    }

    /// `has(a.b)`: whether it was written.
    pub(super) fn has(&mut self, expr: &'a Expr, scope: &Scope<'a>) -> Eval<bool> {
        Ok(!self.written_at(expr, scope)?.is_null())
    }

    /// The value of a path as far as it was written, without what the server would fill in.
    fn written_at(&mut self, expr: &'a Expr, scope: &Scope<'a>) -> Eval<Node> {
        let ExprKind::Field { base, field, .. } = &expr.kind else { return self.eval(expr, scope) };
        if self.head(base, scope)?.is_some() {
            return self.eval(expr, scope);
        }
        let node = self.written_at(base, scope)?;
        Ok(match &node.value {
            Value::Null => Node::default(),
            Value::Record(record) => record.get(field.name).map(|entry| entry.node.clone()).unwrap_or_default(),
            Value::List(list) => labelled(list, &field.name).cloned().unwrap_or_default(),
            _ => self.member(&node, field.name, field.span, Some(base), scope)?,
        })
    }

    /// The kind that a head names, for declarations.
    pub(super) fn decl_kind(&self, scope: &Scope<'a>, head: &ast::Path) -> Option<DeclKind<'a>> {
        match self.program().kind(scope.home, head) {
            KindRef::High(kind) => Some(DeclKind::High(kind)),
            KindRef::Native(kind) => Some(DeclKind::Native(kind)),
            KindRef::Poison => None,
        }
    }
}

/// Whether a path begins with a value that is bound where it stands.
fn begins_with_a_local(path: &Expr, scope: &Scope) -> bool {
    match &path.kind {
        ExprKind::Name(name) => scope.local(*name).is_some(),
        ExprKind::Field { base, .. } | ExprKind::Index { base, .. } => begins_with_a_local(base, scope),
        _ => false,
    }
}

fn address(decl: &Decl, origin: crate::value::Origin) -> Node {
    let address = Address { kind: decl.kind_name(), namespace: decl.namespace, name: decl.name, cidr: None };
    Node::new(Value::Address(Arc::new(address)), origin)
}

/// The element of a keyed list under a label.
pub(super) fn labelled<'l>(list: &'l crate::value::List, label: &str) -> Option<&'l Node> {
    list.items.iter().map(|i| &i.node).find(|node| label_text(node, list).is_some_and(|t| t == label))
}

fn labels(list: &crate::value::List) -> Vec<&str> {
    list.items.iter().filter_map(|i| label_text(&i.node, list)).map(|t| t.as_str()).collect()
}

fn label_text<'n>(node: &'n Node, list: &crate::value::List) -> Option<&'n EcoString> {
    let Value::Record(record) = &node.value else { return None };
    record_text(record, list.label?)
}

fn record_text(record: &Record, key: Ustr) -> Option<&EcoString> {
    match &record.get(key)?.node.value {
        Value::Str(text) => Some(text),
        _ => None,
    }
}

/// The text of a scalar for a message.
pub(super) fn shown(node: &Node) -> String {
    match &node.value {
        Value::Str(text) => literal::string(text),
        other => scalar_text(other).map_or_else(|| other.type_name().to_string(), |t| t.to_string()),
    }
}
