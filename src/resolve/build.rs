//! Builds kinds and types from their declarations, when first asked for.
//!
//! A builder carries the names that are being built, so that a type or kind that needs itself is found and reported instead of
//! followed. What fails becomes [`Ty::Poison`], which nothing complains about again.

use super::kind::{Kind, KindRule, Layered};
use super::{Alias, Program, STD};
use crate::ast::{self, Item, Member, Name, TypeExpr, TypeExprKind};
use crate::diag::{Diagnostic, codes, suggest};
use crate::source::Span;
use crate::stdlib::{self, Sort};
use crate::types::{Default, FieldTy, Literal, MapTy, ModuleId, RecordTy, Ty};
use std::sync::Arc;

impl<'a> Program<'a> {
    /// The type that an annotation in `home` names.
    pub fn ty(&self, home: ModuleId, expr: &'a TypeExpr) -> Ty<'a> {
        Builder { program: self, home, path: Vec::new() }.ty(expr)
    }

    /// The type of that name as seen from `home`, if there is one.
    pub fn named_type(&self, home: ModuleId, name: Name) -> Option<Ty<'a>> {
        Builder { program: self, home, path: Vec::new() }.named(name)
    }

    /// The kind declared under that name in `module` itself.
    pub(super) fn own_kind(&self, module: ModuleId, name: Name) -> Option<Arc<Kind<'a>>> {
        Builder { program: self, home: module, path: Vec::new() }.own_kind(name)
    }

    /// What an object of a crd becomes, as a kind with its fields.
    pub(super) fn composed(&self, home: ModuleId, decl: &'a ast::CrdDecl) -> Kind<'a> {
        Builder { program: self, home, path: Vec::new() }.composed(&decl.body)
    }

    pub(super) fn std_kind(&self, name: Name) -> Option<Arc<Kind<'a>>> {
        Builder { program: self, home: STD, path: Vec::new() }.std_kind(name)
    }
}

/// Types and kinds that need each other in a row.
const DEEPEST: usize = 250;

struct Builder<'p, 'a> {
    program: &'p Program<'a>,
    /// In whose scope names are read.
    home: ModuleId,
    /// What is being built, outermost first.
    path: Vec<(Sort, Name, Span)>,
}

impl<'a> Builder<'_, 'a> {
    fn ty(&mut self, expr: &'a TypeExpr) -> Ty<'a> {
        match &expr.kind {
            TypeExprKind::Name(path) => self.name(path),
            TypeExprKind::Generic { name, args } => self.generic(*name, args),
            TypeExprKind::Refined { name, args } => {
                let base = self.name(name);
                super::refine::refined(self.program.sink, base, args)
            }
            TypeExprKind::List(elem) => Ty::list(self.ty(elem)),
            TypeExprKind::Record(fields) => Ty::Record(Arc::new(self.record(None, fields))),
            TypeExprKind::Literal(expr) => self.literal(expr),
            TypeExprKind::Union(members) => self.union(members),
            TypeExprKind::Optional(inner) => self.ty(inner).optional(),
        }
    }

    fn name(&mut self, path: &'a ast::Path) -> Ty<'a> {
        let name = path.name.name;
        let found = match path.module {
            None => self.named(name),
            Some(alias) => match self.program.alias(self.home, alias.name) {
                Some(Alias::Module(module)) => self.at(module, |b| b.own_type(name)),
                Some(Alias::Native(group_version)) => native_in(&group_version, name),
                Some(Alias::Missing) => return Ty::Poison,
                None => {
                    self.program.unknown_module(self.home, alias);
                    return Ty::Poison;
                }
            },
        };
        found.unwrap_or_else(|| {
            self.unknown_type(path.name);
            Ty::Poison
        })
    }

    fn named(&mut self, name: Name) -> Option<Ty<'a>> {
        if let Some(scalar) = scalar(name) {
            return Some(scalar);
        }
        if self.home != STD {
            let program = self.program;
            let holder = program.visible(self.home).find(|&m| program.module(m).types.contains_key(&name));
            if let Some(holder) = holder {
                return self.at(holder, |b| b.own_type(name));
            }
        }
        self.std_type(name).or_else(|| crate::schema::type_named(&name).map(native))
    }

    fn own_type(&mut self, name: Name) -> Option<Ty<'a>> {
        let program = self.program;
        let slot = program.module(self.home).types.get(&name)?;
        if let Some(ty) = slot.built.get() {
            return Some(ty.clone());
        }
        let ty = self.declared(slot.decl);
        Some(slot.built.get_or_init(|| ty).clone())
    }

    fn std_type(&mut self, name: Name) -> Option<Ty<'a>> {
        if let Some(ty) = self.program.std_types.read().unwrap_or_else(|e| e.into_inner()).get(&name) {
            return Some(ty.clone());
        }
        let Item::Type(decl) = stdlib::item(Sort::Type, name)? else { return None };
        let ty = self.at(STD, |b| b.declared(decl));
        self.program.std_types.write().unwrap_or_else(|e| e.into_inner()).insert(name, ty.clone());
        Some(ty)
    }

    /// The type of a `type` declaration: a record or a refinement takes its name.
    fn declared(&mut self, decl: &'a ast::TypeDecl) -> Ty<'a> {
        if !self.enter(Sort::Type, decl.name) {
            return Ty::Poison;
        }
        let ty = match &decl.ty.kind {
            TypeExprKind::Record(fields) => Ty::Record(Arc::new(self.record(Some(decl.name.name), fields))),
            _ => super::refine::name_it(self.ty(&decl.ty), decl.name.name),
        };
        self.path.pop();
        ty
    }

    fn record(&mut self, name: Option<Name>, fields: &'a [ast::FieldDecl]) -> RecordTy<'a> {
        let mut types = Vec::with_capacity(fields.len());
        for field in fields {
            let ty = self.field(field);
            self.add_field(&mut types, ty);
        }
        RecordTy::new(name, types)
    }

    fn field(&mut self, field: &'a ast::FieldDecl) -> FieldTy<'a> {
        FieldTy {
            name: field.name.name,
            ty: self.ty(&field.ty),
            default: field.default.as_ref().map(|expr| Default { expr, home: self.home }),
            primary: field.primary,
            doc: field.doc.as_deref(),
            span: field.name.span,
        }
    }

    fn add_field(&self, fields: &mut Vec<FieldTy<'a>>, field: FieldTy<'a>) {
        if let Some(first) = fields.iter().find(|f| f.name == field.name) {
            let error = Diagnostic::new(&codes::DUPLICATE_NAME, field.span, format!("field `{}` is declared twice", field.name));
            self.program.sink.push(error.also(first.span, "the first declaration"));
            return;
        }
        if let Some(first) = fields.iter().find(|f| f.primary && field.primary) {
            let error = Diagnostic::new(&codes::DUPLICATE_NAME, field.span, "a record has one `primary` field");
            self.program.sink.push(error.also(first.span, "the first one"));
        }
        fields.push(field);
    }

    fn generic(&mut self, name: ast::Ident, args: &'a [TypeExpr]) -> Ty<'a> {
        match (name.name.as_str(), args) {
            ("Map", [key, value]) => Ty::Map(Arc::new(MapTy { key: self.map_key(key), value: self.ty(value) })),
            ("Partial", [inner]) => self.partial(inner),
            ("Range", [inner]) => Ty::Range(Arc::new(self.ty(inner))),
            ("Address", [TypeExpr { kind: TypeExprKind::Name(path), .. }]) => Ty::Address(Some(path.name.name)),
            ("Map" | "Partial" | "Range" | "Address", _) => {
                let wanted = if name.name == "Map" { "two types, `Map<String, Int>`" } else { "one type" };
                let error =
                    Diagnostic::new(&codes::TYPE_ARGUMENTS, name.span, format!("`{}` takes {wanted}, not {}", name.name, args.len()));
                self.program.sink.push(error);
                Ty::Poison
            }
            _ => {
                let error = Diagnostic::new(&codes::TYPE_ARGUMENTS, name.span, format!("`{}` takes no type in angle brackets", name.name));
                self.program.sink.push(error.help("types with one are `Map<K, V>`, `Partial<T>`, `Range<T>` and `Address<kind>`"));
                Ty::Poison
            }
        }
    }

    fn map_key(&mut self, key: &'a TypeExpr) -> Ty<'a> {
        let ty = self.ty(key);
        let fits = match ty.base() {
            Ty::String | Ty::Poison | Ty::Literal(Literal::Str(_)) => true,
            Ty::Union(members) => members.iter().all(|m| matches!(m, Ty::Literal(Literal::Str(_)))),
            _ => false,
        };
        if fits {
            return ty;
        }
        self.program.sink.push(Diagnostic::new(&codes::TYPE_ARGUMENTS, key.span, format!("the keys of a map are strings, not {ty}")));
        Ty::Poison
    }

    fn partial(&mut self, inner: &'a TypeExpr) -> Ty<'a> {
        match self.ty(inner) {
            Ty::Poison => Ty::Poison,
            ty @ (Ty::Native(_) | Ty::Record(_)) => Ty::Partial(Arc::new(ty)),
            other => {
                let error = Diagnostic::new(&codes::TYPE_ARGUMENTS, inner.span, format!("`Partial` is of a type with fields, not {other}"));
                self.program.sink.push(error);
                Ty::Poison
            }
        }
    }

    fn literal(&mut self, expr: &'a ast::Expr) -> Ty<'a> {
        use rust_decimal::prelude::ToPrimitive;
        let int = |n: &ast::NumLit| (n.suffix.is_none() && !n.decimal).then(|| n.value.to_i64()).flatten();
        let literal = match &expr.kind {
            ast::ExprKind::Null => return Ty::Null,
            ast::ExprKind::Bool(b) => Some(Literal::Bool(*b)),
            ast::ExprKind::Str(s) => s.as_static().map(|s| Literal::Str(s.into())),
            ast::ExprKind::Num(n) => int(n).map(Literal::Int),
            ast::ExprKind::Neg(inner) => match &inner.kind {
                ast::ExprKind::Num(n) => int(n).map(|i| Literal::Int(-i)),
                _ => None,
            },
            _ => None,
        };
        literal.map(Ty::Literal).unwrap_or_else(|| {
            let error = Diagnostic::new(
                &codes::TYPE_LITERAL,
                expr.span,
                "a type's literal is a plain string, a whole number, `true`, `false` or `null`",
            );
            self.program.sink.push(error);
            Ty::Poison
        })
    }

    fn union(&mut self, members: &'a [TypeExpr]) -> Ty<'a> {
        let types: Vec<Ty> = members.iter().map(|m| self.union_member(m)).collect();
        Ty::union(types)
    }

    fn union_member(&mut self, member: &'a TypeExpr) -> Ty<'a> {
        let ty = self.ty(member);
        match ty.base() {
            Ty::Record(_) | Ty::Native(_) | Ty::Map(_) | Ty::List(_) | Ty::Keyed(_) | Ty::Partial(_) => {
                let error =
                    Diagnostic::new(&codes::TYPE_UNION, member.span, format!("a union is of scalars and literals; {ty} is neither"));
                self.program.sink.push(error.help("make it a field of its own, optional with `?`"));
                Ty::Poison
            }
            _ => ty,
        }
    }

    fn own_kind(&mut self, name: Name) -> Option<Arc<Kind<'a>>> {
        if self.home == STD {
            return self.std_kind(name);
        }
        let program = self.program;
        let slot = program.module(self.home).kinds.get(&name)?;
        if let Some(kind) = slot.built.get() {
            return Some(kind.clone());
        }
        let kind = Arc::new(self.kind(slot.decl));
        Some(slot.built.get_or_init(|| kind).clone())
    }

    fn std_kind(&mut self, name: Name) -> Option<Arc<Kind<'a>>> {
        if let Some(kind) = self.program.std_kinds.read().unwrap_or_else(|e| e.into_inner()).get(&name) {
            return Some(kind.clone());
        }
        let Item::Kind(decl) = stdlib::item(Sort::Kind, name)? else { return None };
        let kind = Arc::new(self.at(STD, |b| b.kind(decl)));
        self.program.std_kinds.write().unwrap_or_else(|e| e.into_inner()).insert(name, kind.clone());
        Some(kind)
    }

    /// A crd has the fields and the `emit` of a kind. Its settings and columns are the definition's, its conditions the API server's, and
    /// its status is written in the cluster.
    fn composed(&mut self, decl: &'a ast::KindDecl) -> Kind<'a> {
        let mut kind = Kind::new(decl, self.home);
        let mut fields = Vec::new();
        for member in &decl.members {
            match member {
                Member::Nested(nested) if nested.name.name.as_str() == "status" => {}
                Member::Nested(nested) => {
                    let ty = self.nested(nested, true);
                    self.add_field(&mut fields, ty);
                }
                Member::Field(_) | Member::Let(_) | Member::Emit(_) => self.member(member, &mut kind, &mut fields),
                Member::Set(_) | Member::Require(_) | Member::If(_) | Member::Export(_) | Member::Column(_) => {}
            }
        }
        kind.inputs = RecordTy::new(None, fields);
        kind
    }

    fn kind(&mut self, decl: &'a ast::KindDecl) -> Kind<'a> {
        let entered = self.enter(Sort::Kind, decl.name);
        let parent = decl.from.as_ref().filter(|_| entered).and_then(|from| self.parent(from));
        let mut kind = Kind::new(decl, self.home);
        let mut fields = Vec::new();
        if let Some(parent) = &parent {
            fields.extend(parent.inputs.fields.iter().map(copy_field));
            kind.lets = parent.lets.clone();
            kind.sets = parent.sets.clone();
            kind.requires = parent.requires.clone();
            kind.exports = parent.exports.clone();
            kind.emits = parent.emits.clone();
            kind.line = kind.line.iter().chain(parent.line.iter()).copied().collect();
        }
        kind.parent = parent;
        for member in &decl.members {
            self.member(member, &mut kind, &mut fields);
        }
        kind.inputs = RecordTy::new(None, fields);
        if entered {
            self.path.pop();
        }
        kind
    }

    fn parent(&mut self, from: &'a ast::Path) -> Option<Arc<Kind<'a>>> {
        let found = match from.module {
            Some(alias) => match self.program.alias(self.home, alias.name) {
                Some(Alias::Module(module)) => self.at(module, |b| b.own_kind(from.name.name)),
                _ => None,
            },
            None => {
                let program = self.program;
                let holder = match self.home {
                    STD => None,
                    home => program.visible(home).find(|&m| program.module(m).kinds.contains_key(&from.name.name)),
                };
                match holder {
                    Some(holder) => self.at(holder, |b| b.own_kind(from.name.name)),
                    None => self.std_kind(from.name.name),
                }
            }
        };
        if found.is_none() {
            match self.program.find_kind(self.home, from) {
                Some(_) => self.program.sink.push(
                    Diagnostic::new(
                        &codes::UNKNOWN_KIND,
                        from.span(),
                        format!("`{}` is a kind of Kubernetes; `from` takes a kind written in kdsl", from.name.name),
                    )
                    .help("emit the native object: `kind … { emit { … } }`"),
                ),
                None => self.program.unknown_kind(self.home, from),
            }
        }
        found
    }

    fn member(&mut self, member: &'a Member, kind: &mut Kind<'a>, fields: &mut Vec<FieldTy<'a>>) {
        let home = self.home;
        match member {
            Member::Field(field) => {
                let ty = self.field(field);
                self.add_field(fields, ty);
            }
            Member::Nested(nested) => {
                let ty = self.nested(nested, false);
                self.add_field(fields, ty);
            }
            Member::Set(field) => kind.sets.push(Layered { what: field, home }),
            Member::Let(decl) => drop(kind.lets.insert(decl.name.name, Layered { what: decl, home })),
            Member::Require(require) => kind.requires.push(Layered { what: KindRule::Require(require), home }),
            Member::If(cond) => kind.requires.push(Layered { what: KindRule::If(cond), home }),
            Member::Export(block) => kind.exports.push(Layered { what: block, home }),
            Member::Emit(items) => kind.emits.push(Layered { what: items.as_slice(), home }),
            Member::Column(column) => {
                let error = Diagnostic::new(&codes::MISPLACED, column.span, "`column` belongs to a `crd`, not to a kind");
                self.program.sink.push(error);
            }
        }
    }

    /// `f { a: Int, b: Bytes = 64Mi }`: a record field named after itself. In a crd the API server judges the conditions that stand in it.
    fn nested(&mut self, nested: &'a ast::NestedDecl, in_crd: bool) -> FieldTy<'a> {
        let mut fields = Vec::new();
        for member in &nested.members {
            match member {
                Member::Field(field) => {
                    let ty = self.field(field);
                    self.add_field(&mut fields, ty);
                }
                Member::Nested(inner) => {
                    let ty = self.nested(inner, in_crd);
                    self.add_field(&mut fields, ty);
                }
                // What else cannot stand there was said when the definition was made.
                _ if in_crd => {}
                Member::Set(_)
                | Member::Let(_)
                | Member::Require(_)
                | Member::If(_)
                | Member::Export(_)
                | Member::Emit(_)
                | Member::Column(_) => {
                    let error =
                        Diagnostic::new(&codes::MISPLACED, member.span(), "a record inside a kind holds only fields with their types");
                    self.program.sink.push(error.help("move this out, into the body of the kind"));
                }
            }
        }
        let ty = Ty::Record(Arc::new(RecordTy::new(Some(nested.name.name), fields)));
        FieldTy { name: nested.name.name, ty, default: None, primary: false, doc: nested.doc.as_deref(), span: nested.name.span }
    }

    fn at<T>(&mut self, home: ModuleId, run: impl FnOnce(&mut Self) -> T) -> T {
        let before = std::mem::replace(&mut self.home, home);
        let result = run(self);
        self.home = before;
        result
    }

    /// Notes that a declaration is being built; false, after an error, where it already is.
    fn enter(&mut self, sort: Sort, name: ast::Ident) -> bool {
        let start = self.path.iter().position(|&(s, n, span)| s == sort && n == name.name && span == name.span);
        let Some(start) = start else {
            if self.path.len() >= DEEPEST {
                let message = format!("`{}` stands at the end of a chain of more than {DEEPEST} types and kinds", name.name);
                self.program
                    .sink
                    .push(Diagnostic::new(&codes::LIMIT_DEPTH, name.span, message).help("each needs the next; flatten the chain"));
                return false;
            }
            self.path.push((sort, name.name, name.span));
            return true;
        };
        let round: Vec<&str> = self.path[start..].iter().map(|(_, n, _)| n.as_str()).chain([name.name.as_str()]).collect();
        let what = if sort == Sort::Kind { "kind" } else { "type" };
        let mut error = Diagnostic::new(&codes::CYCLE, name.span, format!("{what} `{}` needs itself: {}", name.name, round.join(" → ")));
        for (_, other, span) in &self.path[start + 1..] {
            error = error.also(*span, format!("by way of `{other}`"));
        }
        self.program.sink.push(error);
        false
    }

    fn unknown_type(&self, name: ast::Ident) {
        if self.program.is_lost(name.name) {
            return;
        }
        let own = self.program.type_names(self.home);
        let candidates =
            SCALARS.iter().map(|(n, _)| *n).chain(GENERICS).chain(own.iter().map(|n| n.as_str())).chain(crate::schema::type_names());
        let error = Diagnostic::new(&codes::UNKNOWN_TYPE, name.span, format!("there is no type `{}`", name.name));
        self.program.sink.push(match suggest::nearest(&name.name, candidates) {
            Some(near) => error.help(format!("did you mean `{near}`?")).fix(name.span, near),
            None => error.help("declare it with `type`, or name a type of the Kubernetes API such as `PodSpec`"),
        });
    }
}

const GENERICS: [&str; 4] = ["Map", "Partial", "Range", "Address"];

static SCALARS: &[(&str, Ty<'static>)] = &[
    ("Any", Ty::Any),
    ("Bool", Ty::Bool),
    ("Int", Ty::Int),
    ("Float", Ty::Float),
    ("String", Ty::String),
    ("Cpu", Ty::Cpu),
    ("Bytes", Ty::Bytes),
    ("Duration", Ty::Duration),
    ("Percent", Ty::Percent),
    ("Ref", Ty::Ref),
    ("Address", Ty::Address(None)),
];

fn scalar<'a>(name: Name) -> Option<Ty<'a>> {
    SCALARS.iter().find(|(n, _)| *n == name.as_str()).map(|(_, ty)| ty.clone())
}

fn native<'a>(id: crate::schema::TypeId) -> Ty<'a> {
    match id.get().alias {
        Some(alias) => Ty::of_native(alias, false),
        None => Ty::Native(id),
    }
}

/// A type of one API group and version: that of the kind, or one whose full name ends in `.group-part.version.Name`.
pub(super) fn native_in<'a>(group_version: &str, name: Name) -> Option<Ty<'a>> {
    if let Some(kind) = crate::schema::kind_in(group_version, &name) {
        return Some(Ty::Native(kind.ty));
    }
    let (group, version) = group_version.rsplit_once('/').unwrap_or(("core", group_version));
    let group = group.split('.').next().unwrap_or(group);
    let suffix = format!(".{group}.{version}.{name}");
    crate::schema::types_named(&name).find(|id| id.get().name.ends_with(&suffix)).map(native)
}

fn copy_field<'a>(field: &FieldTy<'a>) -> FieldTy<'a> {
    FieldTy { name: field.name, ty: field.ty.clone(), default: field.default, primary: field.primary, doc: field.doc, span: field.span }
}
