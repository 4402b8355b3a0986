//! Where a word is declared, and where it is put to use.

use super::hover::innermost;
use super::{Analysis, Place, declared, labels, words};
use crate::ast::{Item, Member, Name};
use crate::check::trace::{Meaning, Seen, What};
use crate::resolve::{Alias, Kind, KindRef, Program};
use crate::schema;
use crate::source::Span;
use std::sync::Arc;

/// The places that declare what stands at an offset: one, or one in each namespace.
pub fn definition(analysis: &Analysis, file: &str, offset: usize) -> Vec<Place> {
    if let Some(target) = path_at(analysis, file, offset) {
        return vec![Place { file: target, range: 0..0 }];
    }
    if analysis.text(file).is_none_or(|text| words::is_quiet(text, offset)) {
        return Vec::new();
    }
    let found = analysis.at(file, offset, |program, seen| {
        let meaning = meaning_at(&seen)?;
        if let Meaning::Import { alias: Alias::Module(module), .. } = meaning {
            return Some(vec![Place { file: program.module(*module).path.clone(), range: 0..0 }]);
        }
        Some(spans(program, meaning).into_iter().filter_map(|span| analysis.place(span)).collect())
    });
    let label = || labels::at(analysis, file, offset).map(|label| label.definition);
    found.flatten().or_else(label).unwrap_or_default()
}

/// Where what stands at an offset takes effect: for a field of a kind the places in the kind that read it, those in `emit` where there
/// are some; for a kind what it emits; for a declaration what extends it.
pub fn implementation(analysis: &Analysis, file: &str, offset: usize) -> Vec<Place> {
    let found = analysis.at(file, offset, |program, seen| match meaning_at(&seen)? {
        Meaning::Field { kind: Some(kind), field, .. } => Some(readers(analysis, kind, field.span)),
        Meaning::Kind(KindRef::High(kind)) => {
            let emitted = kind.emits.iter().flat_map(|layer| layer.what.iter().map(Item::span));
            Some(emitted.filter_map(|span| analysis.place(span)).collect())
        }
        meaning @ Meaning::Declaration { .. } => {
            let declared = spans(program, meaning);
            let target = super::references::Target::of(analysis, program, meaning)?;
            let uses = super::references::uses(analysis, &target);
            Some(uses.into_iter().filter(|place| !declared.iter().any(|s| analysis.place(*s).as_ref() == Some(place))).collect())
        }
        _ => None,
    });
    found.flatten().unwrap_or_default()
}

/// The innermost meaning.
pub(super) fn meaning_at<'s, 'a>(seen: &'s [Seen<'a>]) -> Option<&'s Meaning<'a>> {
    match &innermost(seen, |what| matches!(what, What::Meaning(_)))?.what {
        What::Meaning(meaning) => Some(meaning),
        _ => None,
    }
}

/// The names that declare a meaning; none where Kubernetes or the language does.
pub(super) fn spans(program: &Program, meaning: &Meaning) -> Vec<Span> {
    match meaning {
        Meaning::Local { at, .. } | Meaning::Parameter { at, .. } | Meaning::Import { at, .. } => vec![*at],
        Meaning::Value { found, .. } => vec![found.what.name().span],
        Meaning::Field { field, .. } => vec![field.span],
        Meaning::KindLet { decl, .. } => vec![decl.name.span],
        Meaning::Export { field, .. } => vec![field.key.span()],
        Meaning::Function(found) => vec![found.what.name.span],
        Meaning::Kind(KindRef::High(kind)) => vec![kind.decl.name.span],
        Meaning::Rule(found) => vec![found.what.name.span],
        Meaning::Type(found) => vec![found.what.name.span],
        Meaning::Declaration { kind, name } => declarations(program, *kind, *name),
        Meaning::Own { .. } | Meaning::Native { .. } | Meaning::Builtin(_) | Meaning::Built(_) => Vec::new(),
        Meaning::Kind(KindRef::Native(_) | KindRef::Poison) => Vec::new(),
    }
}

/// The labels of the declarations of a name. An object of Kubernetes that nothing declares comes of the one declaration of its name.
fn declarations(program: &Program, kind: Name, name: Name) -> Vec<Span> {
    let all = declared::all(program);
    let own: Vec<Span> = all.iter().filter(|declared| declared.is(kind, name)).map(|declared| declared.label.span()).collect();
    if !own.is_empty() || schema::kind(&kind).is_none() {
        return own;
    }
    let makes_it = |declared: &&declared::Declared| declared.label.as_static() == Some(name) && declared.kind != "namespace";
    match all.iter().filter(makes_it).collect::<Vec<_>>().as_slice() {
        [only] => vec![only.label.span()],
        _ => Vec::new(),
    }
}

/// The places in a kind, and in those that it is made from, that read a field.
fn readers(analysis: &Analysis, kind: &Arc<Kind>, field: Span) -> Vec<Place> {
    let chain: Vec<Arc<Kind>> = std::iter::successors(Some(kind.clone()), |kind| kind.parent.clone()).collect();
    let (mut emitted, mut others) = (Vec::new(), Vec::new());
    for kind in &chain {
        let Some(home) = analysis.place(kind.decl.span) else { continue };
        let emits: Vec<Span> = kind.decl.members.iter().flat_map(emit_spans).collect();
        analysis.words(&home.file, |_, seen| {
            for one in &seen {
                let What::Meaning(Meaning::Field { field: read, .. }) = &one.what else { continue };
                if read.span != field || one.span == field || !kind.decl.span.contains(one.span) {
                    continue;
                }
                let list = if emits.iter().any(|emit| emit.contains(one.span)) { &mut emitted } else { &mut others };
                list.extend(analysis.place(one.span));
            }
        });
    }
    if emitted.is_empty() { others } else { emitted }
}

fn emit_spans(member: &Member) -> Vec<Span> {
    match member {
        Member::Emit(items) => items.iter().map(Item::span).collect(),
        Member::Field(_) | Member::Nested(_) | Member::Set(_) | Member::Let(_) | Member::Require(_) | Member::If(_) => Vec::new(),
        Member::Export(_) | Member::Column(_) => Vec::new(),
    }
}

/// The file that an `import` or a `base` at the offset names.
fn path_at(analysis: &Analysis, file: &str, offset: usize) -> Option<String> {
    let position = analysis.position(file, offset)?;
    let written = analysis.ast(file)?.items.iter().find_map(|item| {
        let path = match item {
            Item::Import(import) => &import.path,
            Item::Base(base) => &base.path,
            _ => return None,
        };
        (path.span.start <= position && position <= path.span.end).then(|| path.as_static()).flatten()
    })?;
    let joined = crate::world::join(file, written).ok()?;
    analysis.paths().any(|path| path == joined).then_some(joined)
}
