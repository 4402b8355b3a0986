//! Bare words: what they are, and what to say of those that are nothing.

use super::{Bind, Checker, Place};
use crate::ast::{self, Name};
use crate::builtins;
use crate::diag::{Diagnostic, codes, suggest};
use crate::resolve::{Kind, KindRef, Layered};
use crate::source::Span;
use crate::types::{Literal, Ty};
use std::sync::Arc;

impl<'a> Checker<'_, '_, 'a> {
    /// The type of a bare word; the expected type helps to guess what an unknown one was meant to be.
    pub(super) fn name(&mut self, name: Name, span: Span, expected: Option<&Ty<'a>>) -> Ty<'a> {
        self.saw_name(name, span, expected);
        match self.bound(name) {
            Some(ty) => ty,
            None => {
                self.unknown_name(name, span, expected);
                Ty::Poison
            }
        }
    }

    /// The type of what the word is bound to: a local, a field or let of the kind, a let or param.
    pub(super) fn bound(&mut self, name: Name) -> Option<Ty<'a>> {
        let local = self.locals.iter().rev().find_map(|bind| match bind {
            Bind::Local(n, ty, _) if *n == name => Some(ty.clone()),
            Bind::Local(..) | Bind::Present(_) => None,
        });
        if local.is_some() {
            return local;
        }
        if let Some(kind) = self.place.kind.clone()
            && let Some(ty) = self.bound_by_kind(&kind, name)
        {
            return Some(ty);
        }
        let found = self.program().value(self.place.home, name)?;
        Some(self.global(found))
    }

    pub(super) fn is_bound(&self, name: Name) -> bool {
        let local = self.locals.iter().any(|bind| matches!(bind, Bind::Local(n, ..) if *n == name));
        let by_kind = |kind: &Arc<Kind>| kind.inputs.position(name).is_some() || kind.lets.contains_key(&name) || is_kind_word(name);
        local || self.place.kind.as_ref().is_some_and(by_kind) || self.program().value(self.place.home, name).is_some()
    }

    fn bound_by_kind(&mut self, kind: &Arc<Kind<'a>>, name: Name) -> Option<Ty<'a>> {
        if let Some(field) = kind.inputs.field(name) {
            return Some(field.ty.clone());
        }
        if let Some(&found) = kind.lets.get(&name) {
            return Some(self.kind_let(kind, found));
        }
        match name.as_str() {
            "name" | "kind" => Some(Ty::String),
            "namespace" => Some(Ty::String.optional()),
            _ => None,
        }
    }

    pub(super) fn kind_let(&mut self, kind: &Arc<Kind<'a>>, found: Layered<&'a ast::Let>) -> Ty<'a> {
        let decl = found.what;
        let place = Place { home: found.home, kind: Some(kind.clone()), test: false, rule: false };
        self.known(decl, decl.name, |this| this.elsewhere(place, |this| this.infer(&decl.value)))
    }

    fn unknown_name(&mut self, name: Name, span: Span, expected: Option<&Ty<'a>>) {
        if self.program().is_lost(name) {
            return;
        }
        if let Some(error) = self.not_a_value(name, span) {
            return self.report(error);
        }
        if name == "status" && self.place.kind.as_ref().is_some_and(|kind| has_status(kind.decl)) {
            return self.report(status_unknown(span));
        }
        let error = Diagnostic::new(&codes::UNKNOWN_NAME, span, format!("`{name}` is not declared"));
        let quoted = format!("\"{name}\"");
        if let Some(minus) = self.missing_blanks(name) {
            let help = format!("a dash may be part of a name; to subtract, write blanks around it: `{minus}`");
            return self.report(error.help(help).fix(span, minus));
        }
        let texts: Vec<&str> = expected.map(literal_texts).unwrap_or_default();
        if texts.contains(&name.as_str()) {
            return self.report(error.help(format!("text is written in quotes: `{quoted}`")).fix(span, quoted));
        }
        let names = self.names_in_scope();
        if let Some(near) = suggest::nearest(&name, names.iter().map(|n| n.as_str())) {
            return self.report(error.help(format!("did you mean `{near}`?")).fix(span, near));
        }
        if let Some(near) = suggest::nearest(&name, texts.iter().copied()) {
            let near = format!("\"{near}\"");
            return self.report(error.help(format!("did you mean the text `{near}`?")).fix(span, near));
        }
        let wants_text = expected.is_some_and(|ty| ty.base().members().iter().any(|m| *m.base() == Ty::String));
        match wants_text {
            true => self.report(error.help(format!("text is written in quotes: `{quoted}`")).fix(span, quoted)),
            false => self.report(error.help("a bare word names a let, a param or a declaration; text is written in quotes")),
        }
    }

    /// Words that mean something, but no value.
    fn not_a_value(&mut self, name: Name, span: Span) -> Option<Diagnostic> {
        let home = self.place.home;
        let path = ast::Path { module: None, name: ast::Ident { name, span } };
        if builtins::find(&name).is_some() || self.program().function(home, &path).is_some() || name == "has" {
            let error = Diagnostic::new(&codes::FUNCTION_VALUE, span, format!("`{name}` is a function: it stands only where it is called"));
            return Some(error.help(format!("call it: `{name}(…)`")));
        }
        let error = || Diagnostic::new(&codes::UNKNOWN_NAME, span, format!("`{name}` is a kind, not a value"));
        match self.program().kind_named(home, name) {
            Some(KindRef::Poison) | None => {}
            Some(KindRef::High(_) | KindRef::Native(_)) => {
                let example = self.shared.declared.names(name).first().map_or("web", |n| n.as_str()).to_string();
                return Some(error().help(format!("name a declaration of it: `{name}.{example}`")));
            }
        }
        self.program().alias(home, name).map(|_| {
            Diagnostic::new(&codes::UNKNOWN_NAME, span, format!("`{name}` is an import, not a value"))
                .help(format!("name something in it: `{name}.…`"))
        })
    }

    /// `n-1` where `n` is a value: what was meant.
    fn missing_blanks(&self, name: Name) -> Option<String> {
        name.match_indices('-').find_map(|(at, _)| {
            let (left, right) = (&name[..at], &name[at + 1..]);
            let number = !right.is_empty() && right.bytes().all(|b| b.is_ascii_digit());
            (self.is_bound(left.into()) && (number || self.is_bound(right.into()))).then(|| format!("{left} - {right}"))
        })
    }

    fn names_in_scope(&self) -> Vec<Name> {
        let mut names: Vec<Name> = self.program().value_names(self.place.home);
        names.extend(self.locals.iter().filter_map(|bind| match bind {
            Bind::Local(name, ..) => Some(*name),
            Bind::Present(_) => None,
        }));
        if let Some(kind) = &self.place.kind {
            names.extend(kind.inputs.fields.iter().map(|f| f.name));
            names.extend(kind.lets.keys().copied());
        }
        names.sort_by_key(|n| n.as_str());
        names
    }
}

fn is_kind_word(name: Name) -> bool {
    matches!(name.as_str(), "name" | "namespace" | "kind")
}

/// The texts that a type of literals allows.
pub(super) fn literal_texts<'t>(ty: &'t Ty) -> Vec<&'t str> {
    let text = |ty: &'t Ty| match ty {
        Ty::Literal(Literal::Str(text)) => Some(text.as_str()),
        _ => None,
    };
    match ty.base() {
        Ty::Record(record) => record.primary().map(|f| literal_texts(&f.ty)).unwrap_or_default(),
        base => base.members().iter().filter_map(text).collect(),
    }
}

fn has_status(decl: &ast::KindDecl) -> bool {
    decl.members.iter().any(|member| matches!(member, ast::Member::Nested(nested) if nested.name.name == "status"))
}

/// `status` where it is said what an object of a `crd` becomes.
fn status_unknown(span: Span) -> Diagnostic {
    Diagnostic::new(&codes::UNKNOWN_NAME, span, "`status` is not known here: a controller writes it, once the object is in a cluster")
        .help("read what the object itself says, `spec`; what depends on its status is the work of its controller")
}
