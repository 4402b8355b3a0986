//! What the checker meets on its way, kept for tools that ask about places in a text.
//!
//! The checker knows at every word what it means, what type it has and what its place expects; a [`Trace`] writes that down. One that
//! asks about a position keeps all that holds it; one that asks about a range keeps only what words in it mean. A run of the command
//! has no trace, and then nothing here costs more than a look at an `Option`.

use super::block::Fields;
use super::expect::Expected;
pub use super::items::Settings;
use super::{Bind, Checker, Shared, annotations};
use crate::ast::{self, Expr, ExprKind, Name, TypeExprKind};
use crate::builtins::Builtin;
use crate::resolve::{Alias, Found, Kind, KindRef, Program, Value};
use crate::schema::TypeId;
use crate::source::Span;
use crate::types::{Default, FieldTy, MapTy, ModuleId, RecordTy, Ty};
use std::sync::{Arc, Mutex};

/// What was met, in no order.
pub struct Trace<'a> {
    wanted: Wanted,
    seen: Mutex<Vec<Seen<'a>>>,
}

#[derive(Clone, Copy)]
enum Wanted {
    /// Everything that holds this position.
    At(u32),
    /// The meanings of words in this range.
    Words(Span),
}

#[derive(Clone)]
pub struct Seen<'a> {
    pub span: Span,
    pub what: What<'a>,
}

#[derive(Clone)]
pub enum What<'a> {
    /// An expression and its type.
    Type(Ty<'a>),
    /// What the place of an expression expects.
    Expected(Ty<'a>),
    /// What a word stands for.
    Meaning(Meaning<'a>),
    /// A key: what its block may write.
    Key(Owner<'a>),
    /// A label: the map or list whose entries it tells apart.
    Label(Ty<'a>),
    /// A bare word in an expression: the names that it could have been.
    Scope(Scope<'a>),
    /// A word behind a dot: the type of what stands before it.
    Member(Ty<'a>),
    /// A word behind words that are no value.
    Behind(Behind<'a>),
    /// A call with its brackets.
    Call(Callee<'a>),
    /// A word in a type, and the module that it stands in.
    TypeName(ModuleId),
    /// An entry of a block in which declarations stand.
    Item { home: ModuleId, settings: Settings },
    /// An entry of a kind's body.
    KindMember,
    /// The head of a declaration, and the module that it stands in.
    KindName(ModuleId),
    /// The name of a rule, where one is waived or expected.
    RuleName,
    /// An expression that reads, `a.b["c"]`, whole.
    Path(&'a Expr),
}

/// What a word stands for.
#[derive(Clone)]
pub enum Meaning<'a> {
    /// A loop's variable, a parameter, or a let in a block.
    Local {
        at: Span,
        ty: Ty<'a>,
    },
    /// A let or a param of a file.
    Value {
        found: Found<Value<'a>>,
        ty: Ty<'a>,
    },
    /// A field of a kind or a record type; the kind where it is one's.
    Field {
        owner: Name,
        kind: Option<Arc<Kind<'a>>>,
        field: Arc<FieldTy<'a>>,
    },
    /// A let in the body of a kind.
    KindLet {
        decl: &'a ast::Let,
        ty: Ty<'a>,
    },
    /// `name`, `namespace` or `kind` of the declaration that is meant.
    Own {
        ty: Ty<'a>,
    },
    Native {
        owner: TypeId,
        name: Name,
    },
    Export {
        kind: Arc<Kind<'a>>,
        field: &'a ast::Field,
        ty: Ty<'a>,
    },
    Function(Found<&'a ast::FnDecl>),
    Builtin(&'static Builtin),
    /// A parameter named in a call.
    Parameter {
        at: Span,
        ty: Ty<'a>,
    },
    Kind(KindRef<'a>),
    /// A declaration, by the name of its kind and its own.
    Declaration {
        kind: Name,
        name: Name,
    },
    /// The name of an import, and where the file gives it.
    Import {
        alias: Alias,
        at: Span,
    },
    Rule(Found<&'a ast::RuleDecl>),
    /// A type that is declared with `type`.
    Type(Found<&'a ast::TypeDecl>),
    /// A type of Kubernetes, or of the language.
    Built(Ty<'a>),
}

/// What a block may write.
#[derive(Clone)]
pub enum Owner<'a> {
    Record { called: Name, fields: Arc<[Arc<FieldTy<'a>>]>, kind: Option<Arc<Kind<'a>>> },
    Native(TypeId),
    Map(MapTy<'a>),
    Free,
}

/// The names that an expression may use.
#[derive(Clone)]
pub struct Scope<'a> {
    pub home: ModuleId,
    pub kind: Option<Arc<Kind<'a>>>,
    /// Innermost last.
    pub locals: Vec<(Name, Ty<'a>)>,
    pub expected: Option<Ty<'a>>,
}

#[derive(Clone)]
pub enum Behind<'a> {
    /// `app.`: declarations of this kind.
    Kind(Name),
    /// `namespace.`
    Namespace,
    /// `namespace.shop.`: kinds, and the exports of the namespace.
    In,
    /// `policies.`
    Import(Alias),
    /// `app.web.`: what a declaration of the kind gives.
    Address(Option<KindRef<'a>>),
}

#[derive(Clone)]
pub enum Callee<'a> {
    Function(Found<&'a ast::FnDecl>),
    Builtin(&'static Builtin),
}

impl<'a> Meaning<'a> {
    pub(super) fn import(program: &Program<'a>, home: ModuleId, name: Name, alias: Alias) -> Meaning<'a> {
        Meaning::Import { alias, at: program.alias_span(home, name) }
    }
}

impl<'a> Trace<'a> {
    /// Keeps everything that holds a position.
    pub fn at(position: u32) -> Trace<'a> {
        Trace { wanted: Wanted::At(position), seen: Mutex::default() }
    }

    /// Keeps the meanings of the words in a range.
    pub fn words(within: Span) -> Trace<'a> {
        Trace { wanted: Wanted::Words(within), seen: Mutex::default() }
    }

    /// What was met, by place: outer before inner.
    pub fn finish(self) -> Vec<Seen<'a>> {
        let mut seen = self.seen.into_inner().unwrap_or_else(|e| e.into_inner());
        seen.sort_by_key(|s| (s.span.start, u32::MAX - s.span.end));
        seen
    }

    fn wants(&self, span: Span) -> bool {
        match self.wanted {
            Wanted::At(at) => span.start <= at && at <= span.end && !span.is_none(),
            Wanted::Words(within) => within.contains(span),
        }
    }

    fn wants_all(&self, span: Span) -> bool {
        matches!(self.wanted, Wanted::At(_)) && self.wants(span)
    }

    /// The words of a type.
    fn saw_annotation(&self, program: &Program<'a>, home: ModuleId, expr: &'a ast::TypeExpr) {
        let path = match &expr.kind {
            TypeExprKind::Name(path) | TypeExprKind::Refined { name: path, .. } => *path,
            TypeExprKind::Generic { name, .. } => ast::Path { module: None, name: *name },
            TypeExprKind::List(_)
            | TypeExprKind::Record(_)
            | TypeExprKind::Literal(_)
            | TypeExprKind::Union(_)
            | TypeExprKind::Optional(_) => {
                return;
            }
        };
        if let Some(alias) = path.module.filter(|alias| self.wants(alias.span))
            && let Some(found) = program.alias(home, alias.name)
        {
            self.push(alias.span, What::Meaning(Meaning::import(program, home, alias.name, found)));
        }
        let behind = path.module.and_then(|alias| program.alias(home, alias.name));
        let at = path.name.span;
        if !self.wants(at) {
            return;
        }
        if self.wants_all(at) {
            self.push(at, behind.map_or(What::TypeName(home), |alias| What::Behind(Behind::Import(alias))));
        }
        if let Some(found) = program.type_decl(home, &path) {
            self.push(at, What::Meaning(Meaning::Type(found)));
        } else if let (None, Some(ty)) = (path.module, program.named_type(home, path.name.name)) {
            self.push(at, What::Meaning(Meaning::Built(ty)));
        }
    }

    fn push(&self, span: Span, what: What<'a>) {
        self.seen.lock().unwrap_or_else(|e| e.into_inner()).push(Seen { span, what });
    }
}

/// Checks one module and writes down what is met. What is wrong goes to the program's sink.
pub fn trace<'a>(program: &Program<'a>, module: ModuleId, trace: &Trace<'a>) {
    let mut shared = Shared::new(program, module == crate::resolve::STD);
    shared.trace = Some(trace);
    let items = program.module(module).items;
    let holds = |item: &&ast::Item| match trace.wanted {
        Wanted::At(at) => item.span().start <= at && at <= item.span().end,
        Wanted::Words(_) => true,
    };
    for item in items.iter().filter(holds) {
        Checker::new(&shared, module).top_item(item);
        annotations::walk(item, &mut |expr| trace.saw_annotation(program, module, expr));
    }
}

/// Checks one declaration of the standard library and writes down what is met.
pub fn trace_std<'a>(program: &Program<'a>, item: &'static ast::Item, trace: &Trace<'a>) {
    let mut shared = Shared::new(program, true);
    shared.trace = Some(trace);
    Checker::new(&shared, crate::resolve::STD).top_item(item);
    annotations::walk(item, &mut |expr| trace.saw_annotation(program, crate::resolve::STD, expr));
}

impl<'s, 'p, 'a> Checker<'s, 'p, 'a> {
    fn tracing(&self, span: Span) -> Option<&'s Trace<'a>>
    where
        'p: 's,
    {
        self.shared.trace.filter(|trace| trace.wants(span))
    }

    fn tracing_all(&self, span: Span) -> Option<&'s Trace<'a>>
    where
        'p: 's,
    {
        self.shared.trace.filter(|trace| trace.wants_all(span))
    }

    /// Whether what stands there is to be checked: all of it, unless a trace asks about another place.
    pub(super) fn concerns(&self, span: Span) -> bool {
        self.shared.trace.is_none_or(|trace| matches!(trace.wanted, Wanted::Words(_)) || trace.wants(span))
    }

    /// An expression's type.
    pub(super) fn saw_type(&self, expr: &Expr, ty: &Ty<'a>) {
        if let Some(trace) = self.tracing_all(expr.span) {
            trace.push(expr.span, What::Type(ty.clone()));
        }
    }

    /// An expression that reads.
    pub(super) fn saw_path(&self, expr: &'a Expr) {
        if let Some(trace) = self.tracing(expr.span)
            && matches!(trace.wanted, Wanted::Words(_))
        {
            trace.push(expr.span, What::Path(expr));
        }
    }

    /// What an expression's place expects.
    pub(super) fn saw_expected(&self, span: Span, expected: &Ty<'a>) {
        if let Some(trace) = self.tracing_all(span) {
            trace.push(span, What::Expected(expected.clone()));
        }
    }

    pub(super) fn saw(&self, span: Span, meaning: impl FnOnce() -> Meaning<'a>) {
        if let Some(trace) = self.tracing(span) {
            trace.push(span, What::Meaning(meaning()));
        }
    }

    /// A bare word in an expression.
    pub(super) fn saw_name(&mut self, name: Name, span: Span, expected: Option<&Ty<'a>>) {
        if let Some(trace) = self.tracing_all(span) {
            let scope = self.scope(expected);
            trace.push(span, What::Scope(scope));
        }
        let Some(trace) = self.tracing(span) else { return };
        if let Some(meaning) = self.meaning_of(name) {
            trace.push(span, What::Meaning(meaning));
        }
    }

    fn scope(&self, expected: Option<&Ty<'a>>) -> Scope<'a> {
        let locals = self.locals.iter().filter_map(|bind| match bind {
            Bind::Local(name, ty, _) => Some((*name, ty.clone())),
            Bind::Present(_) => None,
        });
        Scope { home: self.place.home, kind: self.place.kind.clone(), locals: locals.collect(), expected: expected.cloned() }
    }

    /// What a bound word means, looked for as [`Checker::bound`] does.
    fn meaning_of(&mut self, name: Name) -> Option<Meaning<'a>> {
        let local = self.locals.iter().rev().find_map(|bind| match bind {
            Bind::Local(n, ty, at) if *n == name => Some(Meaning::Local { at: *at, ty: ty.clone() }),
            Bind::Local(..) | Bind::Present(_) => None,
        });
        if local.is_some() {
            return local;
        }
        if let Some(kind) = self.place.kind.clone() {
            if let Some(field) = kind.inputs.field(name) {
                return Some(Meaning::Field { owner: kind.name, field: copy(field), kind: Some(kind) });
            }
            if let Some(&found) = kind.lets.get(&name) {
                let ty = self.kind_let(&kind, found);
                return Some(Meaning::KindLet { decl: found.what, ty });
            }
            match name.as_str() {
                "name" | "kind" => return Some(Meaning::Own { ty: Ty::String }),
                "namespace" => return Some(Meaning::Own { ty: Ty::String.optional() }),
                _ => {}
            }
        }
        let found = self.program().value(self.place.home, name)?;
        let ty = self.global(found);
        Some(Meaning::Value { found, ty })
    }

    /// The words of a head that are kinds or imports: `app` of `app.web`, `policies` of `policies.x`.
    pub(super) fn saw_head(&self, base: &Expr) {
        if self.shared.trace.is_none() {
            return;
        }
        let (word, span) = match &base.kind {
            ExprKind::Name(name) => (*name, base.span),
            ExprKind::Field { base, field, .. } => {
                self.saw_head(base);
                (field.name, field.span)
            }
            ExprKind::Index { base, .. } => return self.saw_head(base),
            _ => return,
        };
        let Some(trace) = self.tracing(span) else { return };
        if let ExprKind::Field { base: outer, .. } = &base.kind
            && matches!(&outer.kind, ExprKind::Name(n) if *n == "namespace")
        {
            let kind = Name::from("namespace");
            return trace.push(span, What::Meaning(Meaning::Declaration { kind, name: word }));
        }
        let program = self.program();
        let home = self.place.home;
        let is_outermost = matches!(base.kind, ExprKind::Name(_));
        if is_outermost && let Some(alias) = program.alias(home, word) {
            return trace.push(span, What::Meaning(Meaning::import(program, home, word, alias)));
        }
        let module = match &base.kind {
            ExprKind::Field { base: outer, .. } => match &outer.kind {
                ExprKind::Name(n) if program.alias(home, *n).is_some() => Some(ast::Ident { name: *n, span: outer.span }),
                _ => None,
            },
            _ => None,
        };
        if let Some(kind) = program.find_kind(home, &ast::Path { module, name: ast::Ident { name: word, span } }) {
            trace.push(span, What::Meaning(Meaning::Kind(kind)));
        }
    }

    /// A word behind words that are no value.
    pub(super) fn saw_behind(&self, at: Span, what: impl FnOnce() -> Behind<'a>) {
        if let Some(trace) = self.tracing_all(at) {
            trace.push(at, What::Behind(what()));
        }
    }

    pub(super) fn saw_member(&self, field: ast::Ident, base: &Ty<'a>) {
        if let Some(trace) = self.tracing_all(field.span) {
            trace.push(field.span, What::Member(base.clone()));
        }
    }

    /// A field of a record type that is read or written.
    pub(super) fn saw_field(&self, at: Span, owner: Name, field: &FieldTy<'a>) {
        self.saw(at, || Meaning::Field {
            owner,
            kind: self.high(owner).filter(|kind| kind.inputs.field(field.name).is_some()),
            field: copy(field),
        });
    }

    fn high(&self, name: Name) -> Option<Arc<Kind<'a>>> {
        match self.program().kind_named(self.place.home, name)? {
            KindRef::High(kind) => Some(kind),
            KindRef::Native(_) | KindRef::Poison => None,
        }
    }

    pub(super) fn saw_key(&self, span: Span, fields: Fields<'_, 'a>) {
        let Some(trace) = self.tracing_all(span) else { return };
        let owner = match fields {
            Fields::Record { record, called, .. } => {
                let called = Name::from(called);
                Owner::Record { called, fields: copies(record), kind: self.high(called) }
            }
            Fields::Native(id) => Owner::Native(id),
            Fields::Map { map, .. } => Owner::Map(map.clone()),
            Fields::Free => Owner::Free,
        };
        trace.push(span, What::Key(owner));
    }

    pub(super) fn saw_label(&self, span: Span, expected: &Expected<'_, 'a>) {
        if let Some(trace) = self.tracing_all(span) {
            trace.push(span, What::Label(expected.ty.clone()));
        }
    }

    pub(super) fn saw_call(&self, span: Span, callee: Callee<'a>) {
        if let Some(trace) = self.tracing_all(span) {
            trace.push(span, What::Call(callee));
        }
    }

    /// The head of a declaration, and where it is one the label.
    pub(super) fn saw_declaration(&self, head: &ast::Path, label: Option<&ast::Key>) {
        if self.shared.trace.is_none() {
            return;
        }
        let program = self.program();
        if let (Some(trace), None) = (self.tracing_all(head.name.span), head.module) {
            trace.push(head.name.span, What::KindName(self.place.home));
        }
        if let Some(alias) = head.module
            && let Some(found) = program.alias(self.place.home, alias.name)
        {
            self.saw(alias.span, || Meaning::import(program, self.place.home, alias.name, found));
            self.saw_behind(head.name.span, || Behind::Import(found));
        }
        if let Some(kind) = program.find_kind(self.place.home, head) {
            self.saw(head.name.span, || Meaning::Kind(kind));
        }
        if let Some(label) = label {
            self.saw_named(head.name.name, label);
        }
    }

    /// An entry where declarations stand, or in the body of a kind.
    pub(super) fn saw_item(&self, span: Span, settings: Settings) {
        if let Some(trace) = self.tracing_all(span) {
            trace.push(span, What::Item { home: self.place.home, settings });
        }
    }

    pub(super) fn saw_kind_member(&self, span: Span) {
        if let Some(trace) = self.tracing_all(span) {
            trace.push(span, What::KindMember);
        }
    }

    /// A word outside an annotation that must be a type.
    pub(super) fn saw_type_word(&self, at: Span) {
        if let Some(trace) = self.tracing_all(at) {
            trace.push(at, What::TypeName(self.place.home));
        }
    }

    /// The name of a rule.
    pub(super) fn saw_rule(&self, name: ast::Ident) {
        if let Some(trace) = self.tracing_all(name.span) {
            trace.push(name.span, What::RuleName);
        }
        if let Some(trace) = self.tracing(name.span)
            && let Some(found) = self.program().all_rules().find(|rule| rule.what.name.name == name.name)
        {
            trace.push(name.span, What::Meaning(Meaning::Rule(found)));
        }
    }

    /// A key of a block that gives values to params.
    pub(super) fn saw_param_key(&mut self, entry: &'a ast::Entry, params: impl Iterator<Item = (&'a ast::Param, ModuleId)>) {
        let ast::Entry::Field(field) = entry else { return };
        let Some(trace) = self.tracing_all(field.key.span()) else { return };
        let mut field_of = |(param, home): (&'a ast::Param, ModuleId)| {
            let default = param.default.as_ref().map(|expr| Default { expr, home });
            let (name, ty) = (param.name, self.annotation(home, &param.ty));
            Arc::new(FieldTy { name: name.name, ty, default, primary: false, doc: param.doc.as_deref(), span: name.span })
        };
        let fields = params.map(&mut field_of).collect();
        trace.push(field.key.span(), What::Key(Owner::Record { called: Name::default(), fields, kind: None }));
    }

    pub(super) fn saw_named(&self, kind: Name, label: &ast::Key) {
        if let Some(name) = label.as_static() {
            self.saw(label.span(), || Meaning::Declaration { kind, name });
        }
    }
}

fn copy<'a>(field: &FieldTy<'a>) -> Arc<FieldTy<'a>> {
    Arc::new(FieldTy {
        name: field.name,
        ty: field.ty.clone(),
        default: field.default,
        primary: field.primary,
        doc: field.doc,
        span: field.span,
    })
}

/// The fields of a record, each on its own.
pub fn copies<'a>(record: &RecordTy<'a>) -> Arc<[Arc<FieldTy<'a>>]> {
    record.fields.iter().map(copy).collect()
}
