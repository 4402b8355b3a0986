//! All places that mean one thing, and its renaming.
//!
//! A thing is known by the place that declares it, so that the references of several projects that share a file can be put together.

use super::definition::{meaning_at, spans};
use super::{Analysis, Place};
use crate::check::trace::{Meaning, What};
use crate::diag::Edit;
use crate::resolve::{KindRef, Program};
use crate::syntax::literal;

/// What words can mean in common.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// What is declared there.
    Declared(Place),
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
        analysis.at(file, offset, |program, seen| Target::of(analysis, program, meaning_at(&seen)?))?
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
            Target::Declared(place) => Some(&place.file),
            Target::Native { .. } | Target::NativeKind(_) | Target::Builtin(_) => None,
        }
    }
}

/// All places in the files of a project that mean a thing, and the one that declares it if it is one of them.
pub fn uses(analysis: &Analysis, target: &Target) -> Vec<Place> {
    let mut out = Vec::new();
    let paths: Vec<String> = analysis.paths().map(str::to_string).collect();
    for path in paths {
        analysis.words(&path, |program, seen| {
            for one in &seen {
                let What::Meaning(meaning) = &one.what else { continue };
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
            let uses = uses(analysis, &target);
            let here = uses.into_iter().find(|place| place.file == file && place.range.start <= offset && offset <= place.range.end);
            here.ok_or_else(|| "there is no name here".into())
        }
    }
}

/// What to write at the places of a thing so that it is called `name`; an error says why that cannot be.
pub fn renaming(analysis: &Analysis, places: &[Place], name: &str) -> Result<Vec<(Place, String)>, String> {
    let is_word = !name.is_empty() && literal::key(name) == name;
    let mut out = Vec::new();
    for place in places {
        let text = analysis.text(&place.file).and_then(|text| text.get(place.range.clone())).unwrap_or("");
        let quoted = text.starts_with('"');
        if !quoted && !is_word {
            return Err(format!("`{name}` is no name: a name begins with a letter and holds letters, digits, `_` and dashes"));
        }
        if name.contains(['"', '\\', '\n']) || name.contains("${") {
            return Err(format!("`{name}` is no name"));
        }
        out.push((place.clone(), if quoted { format!("\"{name}\"") } else { name.to_string() }));
    }
    Ok(out)
}

/// A mend of a diagnostic as an edit of a file.
pub fn edit(analysis: &Analysis, edit: &Edit) -> Option<(Place, String)> {
    Some((analysis.place(edit.span)?, edit.text.clone()))
}
