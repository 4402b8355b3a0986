//! All places that mean one thing, and its renaming.
//!
//! A thing is known by the place that declares it, so that the references of several projects that share a file can be put together.

use super::declared::{self, Declared};
use super::definition::{meaning_at, spans};
use super::{Analysis, Place, labels};
use crate::ast::{self, Item};
use crate::check::trace::{Meaning, What};
use crate::diag::Edit;
use crate::resolve::{KindRef, Program};
use crate::source::Span;
use crate::syntax::literal;

/// What words can mean in common.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// What is declared there.
    Declared(Place),
    /// A label, by the first place that makes its entry.
    Label(Place),
    /// A field of a type of Kubernetes.
    Native {
        owner: String,
        name: String,
    },
    NativeKind(String),
    Builtin(String),
}

impl Target {
    /// What stands at an offset of a file.
    pub fn at(analysis: &Analysis, file: &str, offset: usize) -> Option<Target> {
        let meant = analysis.at(file, offset, |program, seen| {
            let meaning = meaning_at(&seen)?;
            Some(Target::of(analysis, program, meaning))
        });
        match meant? {
            Some(target) => target,
            None => labels::at(analysis, file, offset).map(|label| match label.is_name {
                true => Target::Declared(label.known_by),
                false => Target::Label(label.known_by),
            }),
        }
    }

    pub(super) fn of(analysis: &Analysis, program: &Program, meaning: &Meaning) -> Option<Target> {
        match meaning {
            Meaning::Native { owner, name } => {
                owner.get().field(*name)?;
                Some(Target::Native { owner: owner.get().name.to_string(), name: name.to_string() })
            }
            Meaning::Kind(KindRef::Native(kind)) => Some(Target::NativeKind(format!("{}/{}", kind.api_version, kind.kind))),
            Meaning::Builtin(builtin) => Some(Target::Builtin(builtin.name.into())),
            _ => spans(program, meaning).first().and_then(|span| analysis.place(*span)).map(Target::Declared),
        }
    }

    /// The file that declares it.
    pub fn file(&self) -> Option<&str> {
        match self {
            Target::Declared(place) | Target::Label(place) => Some(&place.file),
            Target::Native { .. } | Target::NativeKind(_) | Target::Builtin(_) => None,
        }
    }
}

/// All places in the files of a project that mean a thing, and the one that declares it if it is one of them.
pub fn uses(analysis: &Analysis, target: &Target) -> Vec<Place> {
    if let Target::Label(place) = target {
        return labels::uses(analysis, place);
    }
    let mut out = Vec::new();
    let paths: Vec<String> = analysis.paths().map(str::to_string).collect();
    // Which declaration a name stands for takes a look at all of them: only those of the target's name are worth it.
    let named = match target {
        Target::Declared(place) => labels::bare(analysis, place),
        _ => String::new(),
    };
    let is_other = |meaning: &Meaning| matches!(meaning, Meaning::Declaration { name, .. } if *name != named.as_str());
    for path in paths {
        analysis.words(&path, |program, seen| {
            for one in &seen {
                let What::Meaning(meaning) = &one.what else { continue };
                if is_other(meaning) {
                    continue;
                }
                if Target::of(analysis, program, meaning).as_ref() == Some(target) {
                    out.extend(analysis.place(one.span));
                }
            }
        });
    }
    if let Target::Declared(place) = target
        && analysis.paths().any(|path| path == place.file)
    {
        out.push(place.clone());
    }
    if let Target::Declared(place) = target {
        out.extend(labels::named_after(analysis, place));
    }
    out.sort_by(|a, b| (&a.file, a.range.start).cmp(&(&b.file, b.range.start)));
    out.dedup();
    out
}

/// The word at an offset, if it can be given another name.
pub fn renamable(analysis: &Analysis, file: &str, offset: usize) -> Result<Place, String> {
    let target = Target::at(analysis, file, offset).ok_or("there is no name here")?;
    match target.file() {
        None => Err("this name is Kubernetes' or the language's own".into()),
        Some(declared) if !analysis.paths().any(|path| path == declared) => Err("this name belongs to the standard library".into()),
        Some(_) => {
            if let Target::Label(known_by) = &target
                && !labels::is_written(analysis, known_by)
            {
                return Err("this key bears the name of a file: rename that".into());
            }
            let uses = uses(analysis, &target);
            let here = uses.into_iter().find(|place| place.file == file && place.range.start <= offset && offset <= place.range.end);
            here.ok_or_else(|| "there is no name here".into())
        }
    }
}

/// What to write at the places of a thing so that it is called `name`; an error says why that cannot be.
pub fn renaming(analysis: &Analysis, target: &Target, name: &str) -> Result<Vec<(Place, String)>, String> {
    if name.contains(['"', '\\', '\n']) || name.contains("${") {
        return Err(format!("`{name}` is no name"));
    }
    if let Some(objection) = objection(analysis, target, name) {
        return Err(objection);
    }
    let edit = |place: Place| written(analysis, target, &place, name).map(|text| (place, text));
    uses(analysis, target).into_iter().map(edit).collect()
}

/// The name as it is written at a place.
fn written(analysis: &Analysis, target: &Target, place: &Place, name: &str) -> Result<String, String> {
    let file = analysis.text(&place.file).unwrap_or("");
    let text = file.get(place.range.clone()).unwrap_or("");
    let is_word = !name.is_empty() && literal::key(name) == name;
    let before = file[..place.range.start.min(file.len())].trim_end();
    if text.starts_with(['"', 'r']) && text.ends_with('"') {
        return Ok(format!("\"{name}\""));
    }
    // `$(NAME)` stands within a text.
    if before.ends_with("$(") && file[place.range.end..].starts_with(')') {
        return Ok(name.into());
    }
    // A label may be any text in quotes, but for a word behind a dot.
    if is_word || matches!(target, Target::Label(_)) && !name.is_empty() && !before.ends_with('.') {
        return Ok(literal::key(name));
    }
    Err(format!("`{name}` is no name: a name begins with a letter and holds letters, digits, `_` and dashes"))
}

/// Why a thing cannot be called so, though it is a name.
fn objection(analysis: &Analysis, target: &Target, name: &str) -> Option<String> {
    match target {
        Target::Label(known_by) => labels::objection(analysis, known_by, name),
        Target::Declared(place) => analysis.program(|program| taken(analysis, program, place, name)),
        Target::Native { .. } | Target::NativeKind(_) | Target::Builtin(_) => None,
    }
}

/// What bears the name already where a declaration stands, or a let, a param, a type, a function or a kind of a file.
fn taken(analysis: &Analysis, program: &Program, place: &Place, name: &str) -> Option<String> {
    let is_it = |span: Span| analysis.place(span).as_ref() == Some(place);
    let all = declared::all(program);
    if let Some(own) = all.iter().find(|one| is_it(one.label.span())) {
        let there = |other: &&Declared| other.kind == own.kind && other.namespace == own.namespace && !is_it(other.label.span());
        let other = all.iter().filter(there).find(|other| other.label.as_static().is_some_and(|label| label == name))?;
        return Some(format!("`{} {name}` is declared already{}", own.kind, line_of(analysis, other.label.span())));
    }
    let items = program.modules.iter().filter(|module| module.path == place.file).flat_map(|module| module.items);
    let named: Vec<(&str, ast::Ident)> = items.filter_map(named).collect();
    let (sort, _) = named.iter().find(|(_, ident)| is_it(ident.span))?;
    let (_, other) = named.iter().find(|(other, ident)| other == sort && ident.name == name)?;
    Some(format!("there is {sort} `{name}` already{}", line_of(analysis, other.span)))
}

/// The name that an item of a file gives, and what it gives it to.
fn named(item: &Item) -> Option<(&'static str, ast::Ident)> {
    match item {
        Item::Let(decl) => Some(("a value", decl.name)),
        Item::Param(decl) => Some(("a value", decl.name)),
        Item::Type(decl) => Some(("a type", decl.name)),
        Item::Fn(decl) => Some(("a function", decl.name)),
        Item::Kind(decl) => Some(("a kind", decl.name)),
        Item::Rule(decl) => Some(("a rule", decl.name)),
        _ => None,
    }
}

/// `, shop.kdsl:12`
fn line_of(analysis: &Analysis, span: Span) -> String {
    analysis.place(span).map_or(String::new(), |place| format!(", {}", labels::at_line(analysis, &place)))
}

/// A mend of a diagnostic as an edit of a file.
pub fn edit(analysis: &Analysis, edit: &Edit) -> Option<(Place, String)> {
    Some((analysis.place(edit.span)?, edit.text.clone()))
}
