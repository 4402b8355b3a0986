//! What expressions read of declarations: `app.web.port.http`, `config.settings.ref.THEME`.

use super::super::Analysis;
use crate::ast::{Expr, ExprKind, Ident, Name, Path};
use crate::check::trace::{Meaning, What};
use crate::source::Span;
use crate::types::ModuleId;
use rustc_hash::FxHashMap;

/// An expression that begins with a declaration.
pub struct Read {
    pub home: ModuleId,
    /// The name of an import before the kind's.
    pub alias: Option<Name>,
    pub kind: Name,
    pub name: Name,
    /// The namespace, where it is written.
    pub namespace: Option<Name>,
    /// The words behind the declaration's name.
    pub behind: Vec<(Name, Span)>,
    pub span: Span,
}

impl Read {
    pub fn head(&self) -> Path {
        let ident = |name: Name| Ident { name, span: Span::NONE };
        Path { module: self.alias.map(ident), name: ident(self.kind) }
    }
}

/// All that the files of a project read.
pub fn all(analysis: &Analysis) -> Vec<Read> {
    let paths: Vec<String> = analysis.paths().map(str::to_string).collect();
    let mut out = Vec::new();
    for path in paths {
        let Some(home) = analysis.module(&path) else { continue };
        analysis.words(&path, |_, seen| {
            let mut declared: FxHashMap<Span, (Name, Name)> = FxHashMap::default();
            for one in &seen {
                if let What::Meaning(Meaning::Declaration { kind, name }) = &one.what {
                    declared.insert(one.span, (*kind, *name));
                }
            }
            let paths = seen.iter().filter_map(|one| match &one.what {
                What::Path(expr) => words(expr),
                _ => None,
            });
            out.extend(paths.filter_map(|words| of_words(home, &words, &declared)));
        });
    }
    out
}

fn of_words(home: ModuleId, words: &[(Name, Span)], declared: &FxHashMap<Span, (Name, Name)>) -> Option<Read> {
    let at = words.iter().rposition(|(_, span)| declared.contains_key(span))?;
    let (kind, name) = declared[&words[at].1];
    let behind = words[at + 1..].to_vec();
    if behind.len() < 2 {
        return None;
    }
    let is_full = words[0].0 == "namespace" && at >= 3;
    Some(Read {
        home,
        alias: (!is_full && at == 2).then(|| words[0].0),
        kind,
        name,
        namespace: is_full.then(|| words[1].0),
        span: words[at].1,
        behind,
    })
}

/// The words of `a.b["c"]?.d`, where it is made of nothing else.
pub fn words(expr: &Expr) -> Option<Vec<(Name, Span)>> {
    let (mut out, mut at) = (Vec::new(), expr);
    loop {
        match &at.kind {
            ExprKind::Name(name) => {
                out.push((*name, at.span));
                out.reverse();
                return Some(out);
            }
            ExprKind::Field { base, field, .. } => {
                out.push((field.name, field.span));
                at = base;
            }
            ExprKind::Index { base, index } => {
                let ExprKind::Str(lit) = &index.kind else { return None };
                out.push((lit.as_static()?.into(), index.span));
                at = base;
            }
            _ => return None,
        }
    }
}
