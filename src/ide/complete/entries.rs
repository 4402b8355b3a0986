//! Completions where an entry begins: fields, labels, declarations, and the words that begin something.

use super::{Completion, CompletionKind};
use crate::ast::Name;
use crate::check::trace::{Owner, Settings};
use crate::ide::words::Cursor;
use crate::ide::{Analysis, describe};
use crate::resolve::{KindRef, Program};
use crate::schema::{self, TypeId};
use crate::types::{FieldTy, Literal, ModuleId, Ty};

/// The fields that a block may write, those that it needs first.
pub fn keys(analysis: &Analysis, program: &Program, owner: &Owner, siblings: &[(&str, Option<&str>)], out: &mut Vec<Completion>) {
    let is_written = |name: Name| siblings.iter().any(|(word, _)| *word == name.as_str());
    match owner {
        Owner::Record { called, fields, kind } => {
            for field in fields.iter().filter(|field| repeats(&field.ty) || !is_written(field.name)) {
                let described = match kind {
                    Some(kind) => describe::of_kind(analysis, kind, field),
                    None => describe::field(analysis, program, called, field),
                };
                let rank = if is_needed(field, kind.is_some()) { 2 } else { 5 };
                out.push(key(field.name, &field.ty).doc(described.doc).rank(rank));
            }
        }
        Owner::Native(id) => native(*id, &is_written, out),
        Owner::Map(map) => {
            for member in map.key.base().members() {
                if let Ty::Literal(Literal::Str(text)) = member.base() {
                    out.push(key(Name::from(text.as_str()), &map.value).rank(5));
                }
            }
        }
        Owner::Free => {}
    }
    if matches!(owner, Owner::Free) {
        return;
    }
    for (word, snippet) in [("if", "if $1 {\n  $0\n}"), ("for", "for ${1:x} in ${2:xs} {\n  $0\n}"), ("let", "let ${1:name} = $0")] {
        out.push(Completion::new(word, CompletionKind::Keyword).snippet(snippet).rank(70));
    }
}

fn native(id: TypeId, is_written: &dyn Fn(Name) -> bool, out: &mut Vec<Completion>) {
    for field in &id.get().fields {
        let ty = Ty::of_native_field(field, false);
        if field.name == "status" || !repeats(&ty) && is_written(field.name) {
            continue;
        }
        let rank = if field.required { 2 } else { 5 };
        out.push(key(field.name, &ty).doc(describe::native(field).doc).rank(rank));
    }
}

fn is_needed(field: &FieldTy, of_kind: bool) -> bool {
    field.required() && (of_kind || !field.ty.is_optional())
}

/// Whether a field is written more than once in a block, each time with a label.
fn repeats(ty: &Ty) -> bool {
    matches!(ty.base(), Ty::Map(_) | Ty::Keyed(_))
}

/// A field, written as its type wants it.
fn key(name: Name, ty: &Ty) -> Completion {
    let (snippet, plain) = match ty.base() {
        Ty::Record(record) if record.primary().is_some() => (format!("{name} = $0"), format!("{name} = ")),
        Ty::Record(_) | Ty::Native(_) | Ty::Partial(_) => (format!("{name} {{\n  $0\n}}"), format!("{name} ")),
        Ty::Map(map) => match map.value.base() {
            Ty::Record(record) if record.primary().is_none() => (format!("{name} ${{1:name}} {{\n  $0\n}}"), format!("{name} ")),
            Ty::Native(_) | Ty::Partial(_) => (format!("{name} ${{1:name}} {{\n  $0\n}}"), format!("{name} ")),
            _ => (format!("{name} ${{1:name}} = $0"), format!("{name} ")),
        },
        Ty::Keyed(keyed) => match keyed.list.primary {
            Some(_) => (format!("{name} ${{1:name}} = $0"), format!("{name} ")),
            None => (format!("{name} ${{1:name}} {{\n  $0\n}}"), format!("{name} ")),
        },
        Ty::List(_) => (format!("{name} = [$0]"), format!("{name} = ")),
        Ty::String => (format!("{name} = \"$0\""), format!("{name} = ")),
        Ty::Poison | Ty::Any | Ty::Null | Ty::Bool | Ty::Int | Ty::Float | Ty::Cpu | Ty::Bytes | Ty::Duration | Ty::Percent => set(name),
        Ty::Quantity | Ty::Ref | Ty::Literal(_) | Ty::Union(_) | Ty::Optional(_) | Ty::Refined(_) | Ty::Range(_) => set(name),
        Ty::Address(_) => set(name),
    };
    Completion::new(name.as_str(), CompletionKind::Field).detail(ty.to_string()).snippet(snippet).insert(plain)
}

fn set(name: Name) -> (String, String) {
    (format!("{name} = $0"), format!("{name} = "))
}

/// The labels that entries around have, and those that a map's keys can be: `expose http` where there is a `port http`.
pub fn labels(ty: &Ty, text: &str, cursor: &Cursor, out: &mut Vec<Completion>) {
    if let Ty::Map(map) = ty.base() {
        for member in map.key.base().members() {
            if let Ty::Literal(Literal::Str(text)) = member.base() {
                out.push(Completion::new(text.as_str(), CompletionKind::Label).rank(2));
            }
        }
    }
    for (word, label) in cursor.siblings(text) {
        if let Some(label) = label {
            out.push(Completion::new(label, CompletionKind::Label).detail(format!("as in `{word} {label}`")).rank(10));
        }
    }
}

/// What may stand where declarations do.
pub fn items(program: &Program, home: ModuleId, settings: Settings, out: &mut Vec<Completion>) {
    kinds(program, home, true, out);
    out.extend(words(COMMON));
    if settings == Settings::File {
        out.extend(words(TOP));
    }
}

/// The words that begin an entry of a file.
pub fn top_words() -> Vec<Completion> {
    words(COMMON).chain(words(TOP)).collect()
}

fn words(list: &'static [(&'static str, &'static str, &'static str)]) -> impl Iterator<Item = Completion> {
    list.iter().map(|(word, snippet, detail)| {
        Completion::new(*word, CompletionKind::Keyword).snippet(*snippet).detail(*detail).insert(format!("{word} ")).rank(30)
    })
}

const COMMON: &[(&str, &str, &str)] = &[
    ("let", "let ${1:name} = $0", "a name for a value"),
    ("if", "if $1 {\n  $0\n}", "declarations under a condition"),
    ("for", "for ${1:x} in ${2:xs} {\n  $0\n}", "declarations for each element"),
    ("extend", "extend ${1:kind} ${2:name} {\n  $0\n}", "write on top of what is declared"),
    ("remove", "remove ${1:kind} ${2:name}", "take away what is declared"),
];

const TOP: &[(&str, &str, &str)] = &[
    ("namespace", "namespace ${1:name} {\n  $0\n}", "a Namespace, and what stands in it"),
    ("param", "param ${1:name}: ${2:String} = $0", "an input from outside"),
    ("type", "type ${1:Name} = $0", "a name for a type"),
    ("fn", "fn ${1:name}(${2:x}: ${3:String}) -> ${4:String} = $0", "a function"),
    ("kind", "kind ${1:name} {\n  $0\n}", "a kind of your own"),
    ("import", "import \"$0\"", "names from another file"),
    ("base", "base \"$0\"", "a file to build on"),
    ("rule", "rule ${1:name} on ${2:PodSpec} ${3:p} {\n  $0\n}", "what every object must hold to"),
    ("test", "test \"$1\" {\n  $0\n}", "what must be so"),
];

/// The words that begin an entry in the body of a kind.
pub fn kind_members(out: &mut Vec<Completion>) {
    const MEMBERS: &[(&str, &str, &str)] = &[
        ("let", "let ${1:name} = $0", "a name for a value"),
        ("require", "require $1 else \"$0\"", "what a declaration must hold to"),
        ("export", "export {\n  $0\n}", "what others may read"),
        ("emit", "emit {\n  $0\n}", "what becomes of a declaration"),
        ("primary", "primary ${1:name}: $0", "the field that a single value is"),
    ];
    out.extend(words(MEMBERS));
}

/// The kinds that a declaration can be of.
pub fn kinds(program: &Program, home: ModuleId, whole: bool, out: &mut Vec<Completion>) {
    let snippet = |name: &str| if whole { format!("{name} ${{1:name}} {{\n  $0\n}}") } else { name.to_string() };
    for name in program.kind_names(home).into_iter().filter(|name| !matches!(name.as_str(), "file" | "namespace")) {
        let Some(KindRef::High(kind)) = program.kind_named(home, name) else { continue };
        let own = !describe::is_std(kind.home);
        let doc = describe::kind_ref(&KindRef::High(kind)).doc;
        let made = Completion::new(name.as_str(), CompletionKind::Kind).detail("kind").doc(doc);
        out.push(made.snippet(snippet(&name)).insert(format!("{name} ")).rank(if own { 8 } else { 10 }));
    }
    for name in schema::kind_names() {
        let Some(kind) = schema::kind(name).filter(|kind| !kind.create_only) else { continue };
        let made = Completion::new(name, CompletionKind::NativeKind).detail(kind.api_version.as_str());
        let doc = kind.ty.get().doc().unwrap_or("");
        out.push(made.doc(doc).snippet(snippet(name)).insert(format!("{name} ")).rank(40));
    }
}
