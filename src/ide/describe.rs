//! What there is to say about a word: a line of kdsl, and Markdown below it.

use super::Analysis;
use super::declared;
use crate::ast::{self, Name, TypeExprKind};
use crate::check::trace::Meaning;
use crate::resolve::{Alias, Found, Kind, KindRef, Program, STD, Value};
use crate::schema::{self, ListMerge, NativeField, NativeTy, TypeId};
use crate::source::Span;
use crate::types::{FieldTy, Ty};

/// A line of kdsl, and Markdown about it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Description {
    pub code: String,
    pub doc: String,
}

impl Description {
    fn new(code: impl Into<String>, doc: impl Into<String>) -> Description {
        Description { code: code.into(), doc: doc.into() }
    }

    pub fn markdown(&self) -> String {
        match self.doc.is_empty() {
            true => format!("```kdsl\n{}\n```", self.code),
            false => format!("```kdsl\n{}\n```\n\n{}", self.code, self.doc),
        }
    }
}

pub fn meaning(analysis: &Analysis, program: &Program, word: &str, meaning: &Meaning) -> Description {
    match meaning {
        Meaning::Local { ty, .. } | Meaning::Own { ty } => Description::new(format!("{word}: {ty}"), ""),
        Meaning::Parameter { ty, .. } => Description::new(format!("{word}: {ty}"), "A parameter of the function."),
        Meaning::Value { found, ty } => value(analysis, *found, ty),
        Meaning::Field { kind: Some(kind), field: found, .. } => of_kind(analysis, kind, found),
        Meaning::Field { owner, field: found, .. } => field(analysis, program, owner, found),
        Meaning::KindLet { decl, ty } => Description::new(format!("let {}: {ty}", decl.name.name), decl.doc.as_deref().unwrap_or("")),
        Meaning::Native { owner, name } => match owner.get().field(*name) {
            Some(field) => native(field),
            None => Description::default(),
        },
        Meaning::Export { kind, field, ty } => {
            let doc = field.doc.as_deref().unwrap_or("");
            Description::new(format!("{word}: {ty}"), joined(doc, &format!("Exported by `{}`.", kind.name)))
        }
        Meaning::Function(found) => function(analysis, found.what),
        Meaning::Builtin(builtin) => Description::new(builtin.signature(), format!("{}\n\n```kdsl\n{}\n```", builtin.doc, builtin.example)),
        Meaning::Kind(kind) => kind_ref(kind),
        Meaning::Declaration { kind, name } => declaration(program, *kind, *name),
        Meaning::Import { alias, .. } => import(program, *alias),
        Meaning::Type(found) => Description::new(unindented(&analysis.slice(found.what.span)), found.what.doc.as_deref().unwrap_or("")),
        Meaning::Rule(found) => rule(found.what),
        Meaning::Built(ty) => built(word, ty),
    }
}

fn value(analysis: &Analysis, found: Found<Value>, ty: &Ty) -> Description {
    match found.what {
        Value::Let(decl) => Description::new(format!("let {}: {ty}", decl.name.name), decl.doc.as_deref().unwrap_or("")),
        Value::Param(decl) => {
            let default = decl.default.as_ref().map_or(String::new(), |expr| format!(" = {}", brief(&analysis.slice(expr.span))));
            let code = format!("param {}: {}{default}", decl.name.name, analysis.slice(decl.ty.span));
            Description::new(code, decl.doc.as_deref().unwrap_or(""))
        }
    }
}

/// A field of a kind, as the kind declares it or one that it is made from.
pub fn of_kind(analysis: &Analysis, kind: &Kind, field: &FieldTy) -> Description {
    let written = kind.declared(field.name).map(|decl| analysis.slice(decl.ty.span));
    let set = kind.sets.iter().rev().find(|set| set.what.key.as_static() == Some(field.name)).map(|set| analysis.slice(set.what.span));
    let mut made = described(analysis, &kind.name, field, written);
    if let Some(set) = set {
        made.doc = joined(&made.doc, &format!("`{}` sets `{}`.", kind.name, brief(&set)));
    }
    made
}

/// A field of a record type.
pub fn field(analysis: &Analysis, program: &Program, owner: &str, field: &FieldTy) -> Description {
    let written = written_in(program, owner, field.name).map(|span| analysis.slice(span));
    described(analysis, owner, field, written)
}

/// The type of a field as the record type `owner` writes it.
fn written_in(program: &Program, owner: &str, field: Name) -> Option<Span> {
    let name = ast::Ident { name: Name::from(owner), span: Span::NONE };
    let found = program.type_decl(program.root(), &ast::Path { module: None, name })?;
    match &found.what.ty.kind {
        TypeExprKind::Record(fields) => fields.iter().find(|decl| decl.name.name == field).map(|decl| decl.ty.span),
        TypeExprKind::Name(_) | TypeExprKind::Generic { .. } | TypeExprKind::Refined { .. } | TypeExprKind::List(_) => None,
        TypeExprKind::Literal(_) | TypeExprKind::Union(_) | TypeExprKind::Optional(_) => None,
    }
}

fn described(analysis: &Analysis, owner: &str, field: &FieldTy, written: Option<String>) -> Description {
    let ty = written.unwrap_or_else(|| field.ty.to_string());
    let default = field.default.map_or(String::new(), |default| format!(" = {}", brief(&analysis.slice(default.expr.span))));
    let mut doc = field.doc.unwrap_or("").to_string();
    if field.required() {
        doc = joined(&doc, "Required.");
    }
    if let Ty::Union(_) = field.ty.base() {
        doc = joined(&doc, &format!("One of {}.", field.ty.present()));
    }
    if let Ty::Partial(inner) = field.ty.base()
        && let Ty::Native(id) = inner.as_ref()
        && let Some(words) = id.get().doc()
    {
        doc = joined(&doc, &format!("`{}` of Kubernetes: {words}", id.get().short));
    }
    if !owner.is_empty() {
        doc = joined(&doc, &format!("A field of `{owner}`."));
    }
    Description::new(format!("{}: {ty}{default}", field.name), doc)
}

/// A field of a type of Kubernetes.
pub fn native(field: &NativeField) -> Description {
    let ty = Ty::of_native_field(field, false);
    let default = field.default().map_or(String::new(), |json| format!(" = {json}"));
    let mut facts = vec![format!("A field of `{}` of Kubernetes.", field.owner.get().short)];
    if field.required {
        facts.push("Required.".into());
    }
    if !field.enum_.is_empty() {
        facts.push(format!("One of {}.", field.enum_.iter().map(|v| format!("`\"{v}\"`")).collect::<Vec<_>>().join(", ")));
    }
    facts.extend(merging(field));
    let always = field.releases.since == schema::oldest() && field.releases.until.is_none();
    if !always {
        facts.push(format!("In Kubernetes {}.", field.releases));
    }
    Description::new(format!("{}: {ty}{default}", field.name), joined(field.doc().unwrap_or(""), &facts.join(" ")))
}

fn merging(field: &NativeField) -> Option<String> {
    match field.ty {
        NativeTy::List(list) => match &list.merge {
            ListMerge::Map { keys } => {
                let keys = keys.iter().map(|k| format!("`{k}`")).collect::<Vec<_>>().join(" and ");
                let label = list.label.map_or(String::new(), |_| format!(": write `{} label {{ … }}`", field.name));
                Some(format!("Elements are told apart by {keys}{label}."))
            }
            ListMerge::Set => Some("A set: elements of several lists are joined.".into()),
            ListMerge::Atomic => None,
        },
        NativeTy::Bool | NativeTy::Int32 | NativeTy::Int64 | NativeTy::Number | NativeTy::String | NativeTy::IntOrString => None,
        NativeTy::Quantity | NativeTy::Time | NativeTy::MicroTime | NativeTy::Base64 | NativeTy::Duration => None,
        NativeTy::Any | NativeTy::Object => None,
        NativeTy::Map(_) | NativeTy::Ref(_) => None,
    }
}

pub fn function(analysis: &Analysis, decl: &ast::FnDecl) -> Description {
    Description::new(head(analysis, decl), decl.doc.as_deref().unwrap_or(""))
}

/// `fn url(host: String) -> String`, without the body.
pub fn head(analysis: &Analysis, decl: &ast::FnDecl) -> String {
    let head = Span::new(decl.span.start, decl.body.span.start.max(decl.span.start));
    let text = analysis.slice(head);
    let from = text.find("fn ").unwrap_or(0);
    text[from..].trim_end().trim_end_matches('=').trim_end().to_string()
}

pub fn kind_ref(kind: &KindRef) -> Description {
    match kind {
        KindRef::High(kind) => {
            let from = kind.parent.as_ref().map_or(String::new(), |parent| format!(" from {}", parent.name));
            let exports = kind.export_names();
            let mut doc = kind.decl.doc.as_deref().unwrap_or("").to_string();
            if !exports.is_empty() {
                let names = exports.iter().map(|n| format!("`{n}`")).collect::<Vec<_>>().join(", ");
                doc = joined(&doc, &format!("Exports {names}."));
            }
            Description::new(format!("kind {}{from}", kind.name), doc)
        }
        KindRef::Native(kind) => {
            let scope = if kind.namespaced { "in a namespace" } else { "of the whole cluster" };
            let doc = joined(kind.ty.get().doc().unwrap_or(""), &format!("A kind of Kubernetes, `{}`, {scope}.", kind.api_version));
            Description::new(kind.kind.to_string(), doc)
        }
        KindRef::Poison => Description::default(),
    }
}

fn declaration(program: &Program, kind: Name, name: Name) -> Description {
    let found = declared::all(program).into_iter().find(|declared| declared.is(kind, name));
    let doc = found.as_ref().and_then(|declared| declared.doc).unwrap_or("");
    let of = program.kind_named(program.root(), kind).map(|kind| kind_ref(&kind).doc).unwrap_or_default();
    let place = found.as_ref().and_then(|declared| declared.namespace).map_or(String::new(), |ns| format!("In the namespace `{ns}`."));
    Description::new(format!("{kind} {name}"), joined(&joined(doc, &place), &of))
}

fn import(program: &Program, alias: Alias) -> Description {
    match alias {
        Alias::Module(module) => Description::new(format!("import \"{}\"", program.module(module).path), ""),
        Alias::Native(group_version) => {
            Description::new(format!("import \"k8s/{group_version}\""), format!("The kinds of Kubernetes' `{group_version}`."))
        }
        Alias::Missing => Description::default(),
    }
}

pub fn rule(decl: &ast::RuleDecl) -> Description {
    let code = format!("rule {} on {}", decl.name.name, decl.on.name.name);
    Description::new(code, decl.doc.as_deref().unwrap_or(""))
}

fn built(word: &str, ty: &Ty) -> Description {
    match ty.base() {
        Ty::Native(id) => native_type(*id),
        _ => Description::new(format!("type {word}"), "A type of the language."),
    }
}

pub fn native_type(id: TypeId) -> Description {
    let ty = id.get();
    Description::new(format!("type {}", ty.short), joined(ty.doc().unwrap_or(""), &format!("A type of Kubernetes, `{}`.", ty.name)))
}

/// Whether a module is the library.
pub fn is_std(home: crate::types::ModuleId) -> bool {
    home == STD
}

/// Two paragraphs, either of which may be empty.
pub fn joined(first: &str, second: &str) -> String {
    match (first.trim().is_empty(), second.trim().is_empty()) {
        (true, _) => second.to_string(),
        (_, true) => first.to_string(),
        (false, false) => format!("{}\n\n{second}", first.trim_end()),
    }
}

/// One line of an expression.
pub fn brief(text: &str) -> String {
    let mut lines = text.lines();
    let first = lines.next().unwrap_or("");
    if lines.next().is_some() { format!("{} …", first.trim_end()) } else { first.to_string() }
}

fn unindented(text: &str) -> String {
    let from = text.find("type ").unwrap_or(0);
    text[from..].to_string()
}
