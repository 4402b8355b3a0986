//! Completions in expressions and types: names, members, values.

use super::{Completion, CompletionKind};
use crate::ast::Name;
use crate::builtins;
use crate::check::trace::{Behind, Callee, Scope, Seen, What};
use crate::ide::words::Cursor;
use crate::ide::{Analysis, declared, describe};
use crate::resolve::{Alias, Kind, KindRef, Program, Value};
use crate::schema;
use crate::syntax::literal;
use crate::types::{Literal, ModuleId, Ty};
use std::sync::Arc;

/// More declarations than this are not offered by their whole name.
const MOST_ADDRESSES: usize = 300;

/// Everything that an expression may name.
pub fn in_scope(analysis: &Analysis, program: &Program, scope: &Scope, out: &mut Vec<Completion>) {
    let wanted = scope.expected.as_ref().map(meant);
    let fits = |ty: &Ty| wanted.is_some_and(|wanted| is_like(ty, wanted));
    let rank = |ty: &Ty, rank: u8| if fits(ty) { rank } else { rank + 20 };
    for (name, ty) in scope.locals.iter().rev() {
        out.push(Completion::new(name.as_str(), CompletionKind::Variable).detail(ty.to_string()).rank(rank(ty, 4)));
    }
    if let Some(kind) = &scope.kind {
        of_body(analysis, kind, &rank, out);
    }
    for name in program.value_names(scope.home) {
        if let Some(found) = program.value(scope.home, name) {
            out.push(value(analysis, program, found.what, found.home, &rank));
        }
    }
    addresses(program, scope, out);
    for (name, alias) in program.alias_names(scope.home) {
        let detail = match alias {
            Alias::Module(module) => program.module(module).path.clone(),
            Alias::Native(group_version) => format!("k8s/{group_version}"),
            Alias::Missing => String::new(),
        };
        out.push(Completion::new(name.as_str(), CompletionKind::Import).detail(detail).rank(30));
    }
    functions(analysis, program, scope.home, out);
    for (word, snippet) in [("if", "if $1 then $2 else $0"), ("not", "not $0")] {
        out.push(Completion::new(word, CompletionKind::Keyword).snippet(snippet).rank(70));
    }
}

fn of_body(analysis: &Analysis, kind: &Arc<Kind>, rank: &dyn Fn(&Ty, u8) -> u8, out: &mut Vec<Completion>) {
    for field in &kind.inputs.fields {
        let described = describe::of_kind(analysis, kind, field);
        let made = Completion::new(field.name.as_str(), CompletionKind::Field).detail(field.ty.to_string()).doc(described.doc);
        out.push(made.rank(rank(&field.ty, 6)));
    }
    for (name, found) in &kind.lets {
        let doc = found.what.doc.as_deref().unwrap_or("");
        out.push(Completion::new(name.as_str(), CompletionKind::Variable).detail(format!("let of {}", kind.name)).doc(doc).rank(12));
    }
    for word in ["name", "namespace", "kind"] {
        out.push(Completion::new(word, CompletionKind::Variable).detail("of the declaration").rank(rank(&Ty::String, 12)));
    }
}

fn value(analysis: &Analysis, program: &Program, value: Value, home: ModuleId, rank: &dyn Fn(&Ty, u8) -> u8) -> Completion {
    match value {
        Value::Let(decl) => {
            let text = describe::brief(&analysis.slice(decl.value.span));
            let made = Completion::new(decl.name.name.as_str(), CompletionKind::Variable).detail(format!("= {text}"));
            made.doc(decl.doc.as_deref().unwrap_or("")).rank(14)
        }
        Value::Param(decl) => {
            let ty = analysis.slice(decl.ty.span);
            let made = Completion::new(decl.name.name.as_str(), CompletionKind::Param).detail(format!("param: {ty}"));
            let built = program.module(home).params().any(|p| std::ptr::eq(p, decl));
            made.doc(decl.doc.as_deref().unwrap_or("")).rank(if built { rank(&Ty::Any, 8).min(14) } else { 14 })
        }
    }
}

/// `app.web`, for each declaration; and `app` for what is declared of it.
fn addresses(program: &Program, scope: &Scope, out: &mut Vec<Completion>) {
    let all = declared::all(program);
    let mut kinds: Vec<Name> = all.iter().map(|declared| declared.kind).collect();
    kinds.sort_by_key(|name| name.as_str());
    kinds.dedup();
    for kind in kinds {
        out.push(Completion::new(kind.as_str(), CompletionKind::Kind).detail("a declaration").rank(28));
    }
    let wanted = match scope.expected.as_ref().map(|ty| meant(ty).base()) {
        Some(Ty::Address(kind)) => Some(*kind),
        _ => None,
    };
    for declared in all.iter().take(MOST_ADDRESSES) {
        let Some(name) = declared.label.as_static() else { continue };
        let likely = wanted.is_some_and(|wanted| wanted.is_none_or(|kind| declared.is_a(kind)));
        let made = Completion::new(format!("{}.{name}", declared.kind), CompletionKind::Declaration).doc(declared.doc.unwrap_or(""));
        let detail = declared.namespace.filter(|ns| !ns.is_empty()).map_or(String::new(), |ns| format!("in {ns}"));
        out.push(made.detail(detail).rank(if likely { 2 } else { 32 }));
    }
}

fn functions(analysis: &Analysis, program: &Program, home: ModuleId, out: &mut Vec<Completion>) {
    for name in program.function_names(home) {
        let path = crate::ast::Path { module: None, name: crate::ast::Ident { name, span: crate::source::Span::NONE } };
        if let Some(found) = program.function(home, &path) {
            let described = describe::function(analysis, found.what);
            let rank = if describe::is_std(found.home) { 48 } else { 34 };
            out.push(call(name.as_str(), found.what.params.is_empty()).detail(described.code).doc(described.doc).rank(rank));
        }
    }
    for builtin in builtins::all() {
        let made = call(builtin.name, builtin.params.is_empty()).detail(builtin.signature());
        out.push(made.doc(format!("{}\n\n```kdsl\n{}\n```", builtin.doc, builtin.example)).rank(44));
    }
    out.push(call("has", false).detail("has(field) -> Bool").doc("Whether a field was written.").rank(44));
}

fn call(name: &str, empty: bool) -> Completion {
    let snippet = if empty { format!("{name}()") } else { format!("{name}($0)") };
    Completion::new(name, CompletionKind::Function).snippet(snippet)
}

/// The values that a place takes, where they are few. In a string they stand without quotes.
pub fn values(expected: Option<&Ty>, in_string: bool, out: &mut Vec<Completion>) {
    let Some(expected) = expected else { return };
    let expected = match meant(expected) {
        // A block is another way to write it.
        primary if !std::ptr::eq(primary, expected) && !in_string => {
            out.push(Completion::new("{ }", CompletionKind::Value).detail(expected.to_string()).snippet("{ $0 }").rank(35));
            primary
        }
        primary => primary,
    };
    for member in expected.base().members() {
        match member.base() {
            Ty::Literal(Literal::Str(text)) if in_string => out.push(Completion::new(text.as_str(), CompletionKind::Value).rank(0)),
            Ty::Literal(Literal::Str(text)) => out.push(Completion::new(literal::string(text), CompletionKind::Value).rank(0)),
            _ if in_string => {}
            Ty::Literal(Literal::Int(int)) => out.push(Completion::new(int.to_string(), CompletionKind::Value).rank(0)),
            Ty::Literal(Literal::Bool(bool)) => out.push(Completion::new(bool.to_string(), CompletionKind::Value).rank(0)),
            Ty::Bool => out.extend(["true", "false"].map(|word| Completion::new(word, CompletionKind::Value).rank(0))),
            Ty::Record(_) | Ty::Native(_) | Ty::Partial(_) | Ty::Map(_) => {
                out.push(Completion::new("{ }", CompletionKind::Value).detail(member.to_string()).snippet("{ $0 }").rank(1));
            }
            Ty::List(_) | Ty::Keyed(_) => {
                out.push(Completion::new("[]", CompletionKind::Value).detail(member.to_string()).snippet("[$0]").rank(1));
            }
            Ty::Poison | Ty::Any | Ty::Null | Ty::Int | Ty::Float | Ty::String | Ty::Cpu | Ty::Bytes | Ty::Duration | Ty::Percent => {}
            Ty::Quantity | Ty::Ref | Ty::Union(_) | Ty::Optional(_) | Ty::Refined(_) | Ty::Range(_) | Ty::Address(_) => {}
        }
    }
    if expected.is_optional() && !in_string && !matches!(expected, Ty::Any | Ty::Poison) {
        out.push(Completion::new("null", CompletionKind::Value).detail("not set").rank(60));
    }
}

/// What a value gives behind a dot.
pub fn members(analysis: &Analysis, program: &Program, ty: &Ty, text: &str, cursor: &Cursor, out: &mut Vec<Completion>) {
    match ty.base() {
        Ty::Record(record) => {
            for field in &record.fields {
                let described = describe::field(analysis, program, record.name.map_or("", |n| n.as_str()), field);
                let made = Completion::new(field.name.as_str(), CompletionKind::Field).detail(field.ty.to_string());
                out.push(made.doc(described.doc).rank(5));
            }
        }
        Ty::Native(id) => out.extend(id.get().fields.iter().map(|field| {
            let detail = Ty::of_native_field(field, false).to_string();
            Completion::new(field.name.as_str(), CompletionKind::Field).detail(detail).doc(describe::native(field).doc).rank(5)
        })),
        Ty::Partial(inner) => members(analysis, program, inner, text, cursor, out),
        Ty::Range(inner) => {
            for (name, ty) in [("lo", inner.to_string()), ("hi", inner.to_string()), ("single", "Bool".into())] {
                out.push(Completion::new(name, CompletionKind::Field).detail(ty).rank(5));
            }
        }
        Ty::Address(kind) => {
            let kind = kind.and_then(|kind| program.kind_named(program.root(), kind));
            behind(analysis, program, &Behind::Address(kind), out);
        }
        Ty::Poison => modules_of_functions(text, cursor, out),
        Ty::Any | Ty::Null | Ty::Bool | Ty::Int | Ty::Float | Ty::String | Ty::Cpu | Ty::Bytes | Ty::Duration | Ty::Percent => {}
        Ty::Quantity | Ty::Ref | Ty::Literal(_) | Ty::List(_) | Ty::Keyed(_) | Ty::Map(_) | Ty::Union(_) => {}
        Ty::Optional(_) | Ty::Refined(_) => {}
    }
}

/// `yaml.` of `yaml.parse`.
fn modules_of_functions(text: &str, cursor: &Cursor, out: &mut Vec<Completion>) {
    let words = cursor.entry_words(text);
    let Some(module) = words.iter().rev().nth(1) else { return };
    for builtin in builtins::all() {
        if let Some(name) = builtin.name.strip_prefix(module).and_then(|rest| rest.strip_prefix('.')) {
            let made = call(name, false).detail(builtin.signature());
            out.push(made.doc(builtin.doc).rank(5));
        }
    }
}

/// What stands behind words that are no value: `app.`, `app.web.`, `policies.`
pub fn behind(analysis: &Analysis, program: &Program, what: &Behind, out: &mut Vec<Completion>) {
    match what {
        Behind::Kind(kind) => labels(program, *kind, out),
        Behind::Namespace => labels(program, "namespace".into(), out),
        Behind::In => {
            let mut kinds: Vec<Name> = declared::all(program).iter().map(|declared| declared.kind).collect();
            kinds.sort_by_key(|name| name.as_str());
            kinds.dedup();
            out.extend(kinds.into_iter().map(|kind| Completion::new(kind.as_str(), CompletionKind::Kind).rank(5)));
            exports(analysis, program.kind_named(program.root(), "namespace".into()), out);
        }
        Behind::Import(Alias::Module(module)) => of_module(analysis, program, *module, out),
        Behind::Import(Alias::Native(group_version)) => {
            let kinds = schema::kinds().filter(|kind| kind.api_version == *group_version);
            out.extend(kinds.map(|kind| Completion::new(kind.kind.as_str(), CompletionKind::NativeKind).rank(5)));
        }
        Behind::Import(Alias::Missing) => {}
        Behind::Address(kind) => exports(analysis, kind.clone(), out),
    }
}

fn labels(program: &Program, kind: Name, out: &mut Vec<Completion>) {
    for declared in declared::all(program).iter().filter(|declared| declared.is_a(kind)) {
        if let Some(name) = declared.label.as_static() {
            let made = Completion::new(name.as_str(), CompletionKind::Declaration).detail(format!("{} {name}", declared.kind));
            out.push(made.doc(declared.doc.unwrap_or("")).rank(5));
        }
    }
}

fn exports(analysis: &Analysis, kind: Option<KindRef>, out: &mut Vec<Completion>) {
    for (name, ty) in [("name", "String"), ("namespace", "String?"), ("kind", "String")] {
        out.push(Completion::new(name, CompletionKind::Field).detail(ty).rank(15));
    }
    match kind {
        Some(KindRef::High(kind)) => {
            for layer in &kind.exports {
                for entry in &layer.what.entries {
                    let crate::ast::Entry::Field(field) = entry else { continue };
                    let Some(name) = field.key.as_static() else { continue };
                    let made = Completion::new(name.as_str(), CompletionKind::Field).detail("exported");
                    out.push(made.doc(field.doc.as_deref().unwrap_or("")).rank(4));
                }
            }
            for field in &kind.inputs.fields {
                let doc = describe::of_kind(analysis, &kind, field).doc;
                let made = Completion::new(field.name.as_str(), CompletionKind::Field).detail(field.ty.to_string());
                out.push(made.doc(doc).rank(25));
            }
        }
        Some(KindRef::Native(kind)) => out.extend(kind.ty.get().fields.iter().map(|field| {
            let detail = Ty::of_native_field(field, false).to_string();
            Completion::new(field.name.as_str(), CompletionKind::Field).detail(detail).doc(describe::native(field).doc).rank(5)
        })),
        Some(KindRef::Poison) | None => {}
    }
}

fn of_module(analysis: &Analysis, program: &Program, module: ModuleId, out: &mut Vec<Completion>) {
    let plain = |_: &Ty, rank: u8| rank;
    for found in program.module(module).values() {
        out.push(value(analysis, program, found, module, &plain));
    }
    for name in program.own_function_names(module) {
        out.push(call(name.as_str(), false).rank(10));
    }
    for name in program.own_kind_names(module) {
        out.push(Completion::new(name.as_str(), CompletionKind::Kind).rank(12));
    }
    for name in program.own_type_names(module) {
        out.push(Completion::new(name.as_str(), CompletionKind::Type).rank(14));
    }
}

/// The parameters that a call can name: those of the innermost call around the word.
pub fn parameters(seen: &[Seen], out: &mut Vec<Completion>) {
    let calls = seen.iter().filter_map(|s| if let What::Call(callee) = &s.what { Some((s.span, callee)) } else { None });
    let Some((_, callee)) = calls.min_by_key(|(span, _)| span.end - span.start) else { return };
    let names: Vec<(String, String)> = match callee {
        Callee::Function(found) => found.what.params.iter().map(|p| (p.name.name.to_string(), String::new())).collect(),
        Callee::Builtin(_) => Vec::new(),
    };
    for (name, detail) in names {
        let made = Completion::new(format!("{name} ="), CompletionKind::Param).detail(detail);
        out.push(made.snippet(format!("{name} = $0")).insert(format!("{name} = ")).rank(36));
    }
}

/// The names of rules.
pub fn rules(program: &Program, out: &mut Vec<Completion>) {
    for found in program.all_rules() {
        let described = describe::rule(found.what);
        let rank = if describe::is_std(found.home) { 10 } else { 5 };
        out.push(
            Completion::new(found.what.name.name.as_str(), CompletionKind::Label).detail(described.code).doc(described.doc).rank(rank),
        );
    }
}

/// The names of types.
pub fn types(program: &Program, home: ModuleId, out: &mut Vec<Completion>) {
    for (name, snippet) in SCALARS {
        out.push(Completion::new(*name, CompletionKind::Type).detail("type of the language").snippet(*snippet).rank(10));
    }
    for name in program.type_names(home) {
        let path = crate::ast::Path { module: None, name: crate::ast::Ident { name, span: crate::source::Span::NONE } };
        let found = program.type_decl(home, &path);
        let doc = found.and_then(|found| found.what.doc.as_deref()).unwrap_or("");
        let own = found.is_some_and(|found| !describe::is_std(found.home));
        out.push(Completion::new(name.as_str(), CompletionKind::Type).doc(doc).rank(if own { 5 } else { 20 }));
    }
    let mut last = "";
    for name in schema::type_names() {
        if name != std::mem::replace(&mut last, name) {
            out.push(Completion::new(name, CompletionKind::Type).detail("type of Kubernetes").rank(60));
        }
    }
}

const SCALARS: &[(&str, &str)] = &[
    ("Bool", "Bool"),
    ("Int", "Int"),
    ("Float", "Float"),
    ("String", "String"),
    ("Cpu", "Cpu"),
    ("Bytes", "Bytes"),
    ("Duration", "Duration"),
    ("Percent", "Percent"),
    ("Any", "Any"),
    ("Ref", "Ref"),
    ("Map", "Map<String, $0>"),
    ("Range", "Range<$0>"),
    ("Partial", "Partial<$0>"),
    ("Address", "Address<$0>"),
];

/// What a single value is where a type is wanted: the primary field of a record that has one.
fn meant<'t, 'a>(ty: &'t Ty<'a>) -> &'t Ty<'a> {
    match ty.base() {
        Ty::Record(record) => record.primary().map_or(ty, |primary| &primary.ty),
        _ => ty,
    }
}

/// Whether a value of one type is likely meant where another is wanted.
fn is_like(found: &Ty, wanted: &Ty) -> bool {
    let (found, wanted) = (found.base(), wanted.base());
    let text = |ty: &Ty| matches!(ty, Ty::String | Ty::Literal(Literal::Str(_)));
    found == wanted || text(found) && text(wanted) || wanted.members().iter().any(|m| m.base() == found || text(m.base()) && text(found))
}
