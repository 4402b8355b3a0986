//! Reading: `a.b`, `a?.b`, `a["b"]`, and the declarations that paths of words name: `app.web`, `namespace.shop.app.web.host`.
//!
//! The words before a dot are a *head* where they are bound to no value: a kind, `namespace`, an import. What follows a head names a
//! declaration, which alone is an address; a word behind an address reads what the declaration exports, then its inputs.

use super::Checker;
use super::facts;
use super::trace::{Behind, Meaning};
use crate::ast::{self, Expr, ExprKind, Name};
use crate::diag::{Diagnostic, codes, suggest};
use crate::resolve::{Alias, KindRef};
use crate::schema::TypeId;
use crate::source::Span;
use crate::types::{RecordTy, Ty, fit};

/// What words stand for that are no value.
pub(super) enum Head<'a> {
    Kind {
        name: Name,
        kind: KindRef<'a>,
    },
    Namespace,
    /// `namespace.shop`
    In,
    Module(Alias),
}

/// The longest head is `namespace.shop.app`, or `alias.kind`.
const HEAD_WORDS: usize = 3;

impl<'a> Checker<'_, '_, 'a> {
    pub(super) fn infer_field(&mut self, expr: &'a Expr, base: &'a Expr, field: ast::Ident, optional: bool) -> Ty<'a> {
        self.saw_path(expr);
        if let Some(head) = self.head(base, HEAD_WORDS) {
            self.saw_head(base);
            return self.in_head(head, Some(field.name), field.span);
        }
        if let ExprKind::Name(name) = &base.kind
            && let Some(error) = self.no_such_kind(*name, base.span, field.name)
        {
            return self.error(error);
        }
        let found = self.infer(base);
        let ty = self.member_of(&found, field, optional, base);
        let ty = if self.place.rule { self.read_in_rule(expr, &found, field.name, ty) } else { ty };
        self.narrowed(expr, ty)
    }

    pub(super) fn infer_index(&mut self, expr: &'a Expr, base: &'a Expr, index: &'a Expr) -> Ty<'a> {
        self.saw_path(expr);
        if let Some(head) = self.head(base, HEAD_WORDS) {
            self.saw_head(base);
            self.text(index.span);
            self.infer(index);
            return self.in_head(head, static_text(index), index.span);
        }
        let (found, key) = (self.infer(base), self.infer(index));
        let ty = self.element(&found, &key, base, index);
        self.narrowed(expr, ty)
    }

    /// The type without null where a fact says so.
    pub(super) fn narrowed(&self, expr: &Expr, ty: Ty<'a>) -> Ty<'a> {
        match &ty {
            Ty::Optional(inner) if self.is_present(expr) => inner.as_ref().clone(),
            _ => ty,
        }
    }

    pub(super) fn head(&mut self, expr: &'a Expr, words: usize) -> Option<Head<'a>> {
        if words == 0 {
            return None;
        }
        match &expr.kind {
            ExprKind::Name(name) => self.bare_head(*name),
            ExprKind::Field { base, field, .. } => match self.head(base, words - 1)? {
                Head::Namespace => Some(Head::In),
                Head::In => self.kind_head(self.place.home, *field),
                Head::Module(Alias::Module(module)) if self.program().value(module, field.name).is_none() => self.kind_head(module, *field),
                Head::Module(Alias::Native(group)) => {
                    let kind = crate::schema::kind_in(&group, &field.name)?;
                    Some(Head::Kind { name: field.name, kind: KindRef::Native(kind) })
                }
                Head::Module(_) | Head::Kind { .. } => None,
            },
            ExprKind::Index { base, .. } => match self.head(base, words - 1)? {
                Head::Namespace => Some(Head::In),
                Head::In | Head::Module(_) | Head::Kind { .. } => None,
            },
            _ => None,
        }
    }

    fn bare_head(&mut self, name: Name) -> Option<Head<'a>> {
        if self.is_bound(name) {
            return None;
        }
        if name == "namespace" {
            return Some(Head::Namespace);
        }
        if let Some(alias) = self.program().alias(self.place.home, name) {
            return Some(Head::Module(alias));
        }
        let kind = self.program().kind_named(self.place.home, name)?;
        Some(Head::Kind { name, kind })
    }

    fn kind_head(&self, home: crate::types::ModuleId, field: ast::Ident) -> Option<Head<'a>> {
        let kind = self.program().find_kind(home, &ast::Path { module: None, name: field })?;
        Some(Head::Kind { name: field.name, kind })
    }

    /// A word behind a head; `None` where it is computed.
    fn in_head(&mut self, head: Head<'a>, name: Option<Name>, at: Span) -> Ty<'a> {
        self.saw_behind(at, || match &head {
            Head::Kind { name, .. } => Behind::Kind(*name),
            Head::Namespace => Behind::Namespace,
            Head::In => Behind::In,
            Head::Module(alias) => Behind::Import(*alias),
        });
        match head {
            Head::Kind { name: kind, kind: found } => {
                if let Some(name) = name {
                    self.saw(at, || Meaning::Declaration { kind, name });
                }
                if let Some(name) = name
                    && !self.shared.declared.may_have(kind, name)
                    && !self.may_be_emitted(&found)
                {
                    return self.unknown_declaration(kind, name, at);
                }
                Ty::Address(Some(kind))
            }
            Head::Namespace => {
                let kind = Name::from("namespace");
                if let Some(name) = name {
                    self.saw(at, || Meaning::Declaration { kind, name });
                }
                match name {
                    Some(name) if !self.shared.declared.may_have(kind, name) => self.unknown_declaration(kind, name, at),
                    _ => Ty::Address(Some(kind)),
                }
            }
            Head::In => match name {
                Some(name) => self.of_address("namespace".into(), ast::Ident { name, span: at }),
                None => Ty::Any,
            },
            Head::Module(Alias::Module(module)) => match name.map(|n| (n, self.program().value(module, n))) {
                Some((_, Some(found))) => {
                    let ty = self.global(found);
                    self.saw(at, || Meaning::Value { found, ty: ty.clone() });
                    ty
                }
                Some((name, None)) => {
                    let names = self.program().value_names(module);
                    let error = Diagnostic::new(&codes::UNKNOWN_NAME, at, format!("this import has no `{name}`"));
                    self.error(suggested(error, &name, names.iter().map(|n| n.as_str()), at))
                }
                None => Ty::Any,
            },
            Head::Module(Alias::Native(_) | Alias::Missing) => Ty::Poison,
        }
    }

    /// In tests, and in `extend`, native objects are named that kinds emit.
    fn may_be_emitted(&self, kind: &KindRef) -> bool {
        match kind {
            KindRef::Native(_) => self.place.test,
            KindRef::High(_) => false,
            KindRef::Poison => true,
        }
    }

    /// `service.db` where nothing is called `service`, but a declaration of another kind `db`.
    fn no_such_kind(&mut self, head: Name, at: Span, name: Name) -> Option<Diagnostic> {
        if self.is_bound(head) || self.program().is_lost(head) {
            return None;
        }
        let kind = self.declared_as(name)?;
        let error = Diagnostic::new(&codes::UNKNOWN_NAME, at, format!("`{head}` is not declared"));
        Some(error.help(declared_otherwise(kind, name)).fix(at, kind.as_str()))
    }

    /// The kind that a declaration of that name has, where there is one only.
    fn declared_as(&self, name: Name) -> Option<Name> {
        match self.shared.declared.kinds(self.program(), self.place.home, name).as_slice() {
            [kind] => Some(*kind),
            _ => None,
        }
    }

    fn unknown_declaration(&self, kind: Name, name: Name, at: Span) -> Ty<'a> {
        if self.program().is_lost(name) {
            return Ty::Poison;
        }
        let known = self.shared.declared.names(kind);
        let error = Diagnostic::new(&codes::UNKNOWN_DECLARATION, at, format!("there is no {kind} called `{name}`"));
        let names: Vec<&str> = known.iter().map(|n| n.as_str()).collect();
        if let Some(other) = self.declared_as(name) {
            return self.error(error.help(declared_otherwise(other, name)));
        }
        self.error(match (suggest::nearest(&name, names.iter().copied()), names.as_slice()) {
            (Some(near), _) => error.help(format!("did you mean `{kind}.{near}`?")).fix(at, near),
            (None, []) => error.help(format!("no {kind} is declared: write `{kind} {name} {{ … }}`")),
            (None, names) => error.help(format!("declared: {}", suggest::some_of(names))),
        })
    }

    /// The type of `base.field`.
    fn member_of(&mut self, base: &Ty<'a>, field: ast::Ident, optional: bool, expr: &Expr) -> Ty<'a> {
        self.saw_member(field, base);
        match base {
            Ty::Poison => Ty::Poison,
            Ty::Any => Ty::Any,
            Ty::Null if optional => Ty::Null,
            Ty::Null => self.error(Diagnostic::new(&codes::MAYBE_NULL, expr.span, format!("this is null, so it has no `{}`", field.name))),
            Ty::Optional(inner) => {
                let is_read_on = self.place.rule && matches!(inner.base(), Ty::Native(_) | Ty::Map(_) | Ty::Record(_));
                if !optional && !is_read_on {
                    self.null_access(expr, field);
                }
                self.member_of(inner, field, false, expr).optional()
            }
            Ty::Refined(refined) => self.member_of(&refined.base, field, optional, expr),
            Ty::Record(record) => match record.field(field.name) {
                Some(found) => {
                    self.saw_field(field.span, record.name.unwrap_or_default(), found);
                    found.ty.clone()
                }
                None => self.unknown_member(base, field),
            },
            Ty::Native(id) => self.native_member(*id, field, base),
            Ty::Partial(inner) => match inner.as_ref() {
                Ty::Native(id) => self.native_member(*id, field, inner),
                inner => self.member_of(inner, field, optional, expr).optional(),
            },
            Ty::Map(map) if optional => map.value.clone().optional(),
            Ty::Map(map) => map.value.clone(),
            Ty::Keyed(keyed) => keyed.element().clone(),
            Ty::Union(members) => self.union_member(members, base, field, expr),
            Ty::Address(Some(kind)) => self.of_address(*kind, field),
            Ty::Address(None) => match field.name.as_str() {
                "name" | "kind" => Ty::String,
                "namespace" => Ty::String.optional(),
                _ => Ty::Any,
            },
            Ty::Range(inner) => match field.name.as_str() {
                "lo" | "hi" => inner.as_ref().clone().optional(),
                "single" => Ty::Bool,
                _ => self.unknown_member(base, field),
            },
            Ty::List(elem) => {
                let error = Diagnostic::new(&codes::UNKNOWN_FIELD, field.span, format!("a list has no field `{}`", field.name));
                self.error(match elem.base() {
                    Ty::Record(_) | Ty::Native(_) | Ty::Partial(_) | Ty::Map(_) | Ty::Address(_) => {
                        error.help(format!("read it of one element, `[0].{0}`, or of all, `[x.{0} for x in …]`", field.name))
                    }
                    _ => error.help("a function of lists is called: `len(xs)`, `first(xs)`"),
                })
            }
            Ty::Bool | Ty::Int | Ty::Float | Ty::String | Ty::Cpu | Ty::Bytes | Ty::Duration | Ty::Percent => self.no_fields(base, field),
            Ty::Quantity | Ty::Ref | Ty::Literal(_) => self.no_fields(base, field),
        }
    }

    fn no_fields(&self, base: &Ty, field: ast::Ident) -> Ty<'a> {
        self.error(Diagnostic::new(
            &codes::UNKNOWN_FIELD,
            field.span,
            format!("{} has no field `{}`: it is no record", shown(base), field.name),
        ))
    }

    fn null_access(&self, expr: &Expr, field: ast::Ident) {
        let text = self.text(expr.span);
        let error =
            Diagnostic::new(&codes::MAYBE_NULL, expr.span, format!("`{text}` may be null here, and then it has no `{}`", field.name));
        self.report(
            error
                .help(format!("write `{text}?.{}`, which is null then, or ask before: `if {text} != null`", field.name))
                .fix(expr.span.after(), "?"),
        );
    }

    /// A field of a native object. Structure is read on without asking: what is missing is an error of evaluation, which knows the object.
    fn native_member(&mut self, id: TypeId, field: ast::Ident, owner: &Ty<'a>) -> Ty<'a> {
        let Some(ty) = fit::native_field(id, field.name) else { return self.unknown_member(owner, field) };
        self.saw(field.span, || Meaning::Native { owner: id, name: field.name });
        let required = id.get().field(field.name).is_some_and(|f| f.required);
        match ty {
            Ty::Native(_) | Ty::Map(_) | Ty::Keyed(_) | Ty::List(_) | Ty::Partial(_) => ty.clone(),
            ty if required => ty.clone(),
            ty => ty.clone().optional(),
        }
    }

    fn union_member(&mut self, members: &[Ty<'a>], base: &Ty<'a>, field: ast::Ident, expr: &Expr) -> Ty<'a> {
        let found: Vec<Ty> = self.silently(|this| members.iter().map(|m| this.member_of(m, field, false, expr)).collect());
        match found.into_iter().filter(|t| *t != Ty::Poison).reduce(fit::join) {
            Some(ty) => ty,
            None => self.no_fields(base, field),
        }
    }

    /// What a declaration of a kind gives under a name.
    pub(super) fn of_address(&mut self, kind: Name, field: ast::Ident) -> Ty<'a> {
        self.saw_behind(field.span, || Behind::Address(self.program().kind_named(self.place.home, kind)));
        match field.name.as_str() {
            "name" | "kind" => return Ty::String,
            "namespace" => return Ty::String.optional(),
            _ => {}
        }
        match self.program().kind_named(self.place.home, kind) {
            Some(KindRef::High(kind)) => {
                if let Some(ty) = self.export(&kind, field.name, field.span) {
                    return ty;
                }
                if let Some(input) = kind.inputs.field(field.name) {
                    self.saw_field(field.span, kind.name, input);
                    return input.ty.clone();
                }
                let mut known = kind.export_names();
                known.extend(kind.inputs.fields.iter().map(|f| f.name));
                let error = Diagnostic::new(
                    &codes::UNKNOWN_FIELD,
                    field.span,
                    format!("`{}` exports no `{}` and has no such field", kind.name, field.name),
                );
                let names: Vec<&str> = known.iter().map(|n| n.as_str()).chain(["name", "namespace", "kind"]).collect();
                let exports = kind.export_names();
                self.error(match suggest::nearest(&field.name, names.iter().copied()) {
                    Some(near) => error.help(format!("did you mean `{near}`?")).fix(field.span, near),
                    None if exports.is_empty() => error,
                    None => error.help(format!("it exports {}", suggest::some_of(exports.iter().map(|n| n.as_str())))),
                })
            }
            Some(KindRef::Native(kind)) => self.native_member(kind.ty, field, &Ty::Native(kind.ty)),
            // A kind behind an import's alias; or one that was reported.
            Some(KindRef::Poison) | None => Ty::Any,
        }
    }

    /// The type of `base[key]`.
    fn element(&mut self, base: &Ty<'a>, key: &Ty<'a>, expr: &Expr, index: &Expr) -> Ty<'a> {
        let is_text = matches!(key.base(), Ty::String | Ty::Literal(_) | Ty::Any | Ty::Poison) || literals(key);
        let is_int = matches!(key.base(), Ty::Int | Ty::Any | Ty::Poison);
        match base {
            Ty::Poison => Ty::Poison,
            Ty::Any => Ty::Any,
            Ty::Optional(inner) => {
                let text = self.text(expr.span);
                let error =
                    Diagnostic::new(&codes::MAYBE_NULL, expr.span, format!("`{text}` may be null here, and then it has no elements"));
                self.report(error.help(format!("ask before: `if {text} != null`, or give it a value: `({text} ?? …)`")));
                self.element(inner, key, expr, index)
            }
            Ty::Refined(refined) => self.element(&refined.base, key, expr, index),
            Ty::List(elem) if is_int => elem.as_ref().clone(),
            Ty::Keyed(keyed) if is_int || is_text => keyed.element().clone(),
            Ty::Map(map) if is_text => map.value.clone().optional(),
            Ty::Record(record) if is_text => match static_text(index) {
                Some(name) => record.field(name).map_or(Ty::Null, |f| f.ty.clone().optional()),
                None => Ty::Any,
            },
            Ty::Native(_) | Ty::Partial(_) if is_text => Ty::Any,
            Ty::List(_) => {
                let error = Diagnostic::new(
                    &codes::TYPE_MISMATCH,
                    index.span,
                    format!("the elements of a list are numbered, so this must be an Int, not {}", shown(key)),
                );
                self.error(error.help("the first is number 0; `find(xs, x => …)` looks for one"))
            }
            Ty::Map(_) | Ty::Keyed(_) | Ty::Record(_) | Ty::Native(_) | Ty::Partial(_) => {
                self.error(Diagnostic::new(&codes::TYPE_MISMATCH, index.span, format!("keys are texts, this is {}", shown(key))))
            }
            Ty::Null | Ty::Bool | Ty::Int | Ty::Float | Ty::String | Ty::Cpu | Ty::Bytes | Ty::Duration | Ty::Percent => {
                self.no_elements(base, expr)
            }
            Ty::Quantity | Ty::Ref | Ty::Literal(_) | Ty::Union(_) | Ty::Range(_) | Ty::Address(_) => self.no_elements(base, expr),
        }
    }

    fn no_elements(&self, base: &Ty, expr: &Expr) -> Ty<'a> {
        self.error(Diagnostic::new(
            &codes::TYPE_MISMATCH,
            expr.span,
            format!("{} has no elements: `[…]` reads a list or a map", shown(base)),
        ))
    }

    fn unknown_member(&self, owner: &Ty<'a>, field: ast::Ident) -> Ty<'a> {
        self.unknown_field(owner, &owner.to_string(), field.name, field.span)
    }

    /// Reports a field that a type does not have.
    pub(super) fn unknown_field(&self, owner: &Ty<'a>, called: &str, name: Name, at: Span) -> Ty<'a> {
        let names = field_names(owner);
        let called = if called.starts_with('{') { "this record".to_string() } else { called.to_string() };
        let error = Diagnostic::new(&codes::UNKNOWN_FIELD, at, format!("{called} has no field `{name}`"));
        self.error(suggested(error, &name, names.iter().copied(), at))
    }
}

/// Adds the nearest name with its fix, or else the names there are.
pub(super) fn suggested<'n>(error: Diagnostic, name: &str, known: impl Iterator<Item = &'n str>, at: Span) -> Diagnostic {
    let known: Vec<&str> = known.collect();
    match suggest::nearest(name, known.iter().copied()) {
        Some(near) => error.help(format!("did you mean `{near}`?")).fix(at, near),
        None if known.is_empty() => error,
        None => error.help(format!("there is {}", suggest::some_of(&known))),
    }
}

pub(super) fn field_names<'t>(ty: &'t Ty) -> Vec<&'t str> {
    match ty.base() {
        Ty::Record(record) => record_names(record),
        Ty::Native(id) => id.get().fields.iter().map(|f| f.name.as_str()).collect(),
        Ty::Partial(inner) => field_names(inner),
        Ty::Range(_) => vec!["lo", "hi", "single"],
        _ => Vec::new(),
    }
}

pub(super) fn record_names<'t>(record: &'t RecordTy) -> Vec<&'t str> {
    record.fields.iter().map(|f| f.name.as_str()).collect()
}

/// A type at the beginning of a sentence about a value.
pub(super) fn shown(ty: &Ty) -> String {
    match ty {
        Ty::Null => "null".into(),
        Ty::Literal(crate::types::Literal::Str(_)) => "a String".into(),
        Ty::Any => "a value".into(),
        Ty::List(elem) => format!("a list of {elem}"),
        Ty::Keyed(keyed) => format!("a list of {}", keyed.element()),
        Ty::Record(record) if record.name.is_none() => "a record".into(),
        Ty::Cpu => "an amount of cores".into(),
        Ty::Bytes => "an amount of bytes".into(),
        Ty::Int => "an Int".into(),
        Ty::Bool | Ty::Float | Ty::String | Ty::Duration | Ty::Percent | Ty::Quantity | Ty::Ref => format!("a {ty}"),
        Ty::Address(_) => "a declaration's address".into(),
        _ => format!("`{ty}`"),
    }
}

fn literals(ty: &Ty) -> bool {
    ty.base().members().iter().all(|m| matches!(m.base(), Ty::Literal(_) | Ty::String))
}

fn static_text(expr: &Expr) -> Option<Name> {
    match &expr.kind {
        ExprKind::Str(lit) => lit.as_static().map(Name::from),
        _ => None,
    }
}

/// The path of an expression, as it is written.
pub(super) fn is_path(expr: &Expr) -> bool {
    facts::path_of(expr).is_some()
}

fn declared_otherwise(kind: Name, name: Name) -> String {
    format!("`{name}` is declared as `{kind} {name}`: write `{kind}.{name}`")
}
