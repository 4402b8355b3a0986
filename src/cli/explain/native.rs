//! The pages of Kubernetes' own kinds and types.

use super::page::Page;
use super::{Scope, field};
use crate::ast::Name;
use crate::resolve::{KindRef, Program};
use crate::schema::{self, NativeKind, NativeType, Releases};
use crate::types::Ty;

/// The page of a kind or type of Kubernetes, or of a custom resource; false where there is none of that name.
pub fn write(page: &mut Page, scope: &Scope, name: Name) -> bool {
    if let Some(KindRef::Native(kind)) = scope.kind(name) {
        of_kind(page, scope, kind);
        return true;
    }
    let program = &scope.program;
    let Some(id) = schema::type_named(&name) else { return false };
    let ty = id.get();
    page.title(&name, "type of Kubernetes");
    let mut facts = vec![("in full", ty.name.to_string())];
    facts.extend(releases(ty.releases).map(|text| ("releases", text)));
    if let Some(alias) = ty.alias {
        facts.push(("values", Ty::of_native(alias, false).to_string()));
    }
    page.facts(&facts);
    type_body(page, program, &name, ty);
    true
}

/// The page of a kind.
pub fn of_kind(page: &mut Page, scope: &Scope, kind: &'static NativeKind) {
    let others: Vec<&NativeKind> = schema::kinds_named(&kind.kind).filter(|other| other.api_version != kind.api_version).collect();
    let whose = if schema::added::is_added(kind.ty) { "kind of a custom resource" } else { "kind of Kubernetes" };
    page.title(&kind.kind, &format!("{whose}, {}", kind.api_version));
    page.facts(&kind_facts(kind, &others));
    type_body(page, &scope.program, &kind.kind, kind.ty.get());
}

fn kind_facts(kind: &NativeKind, others: &[&NativeKind]) -> Vec<(&'static str, String)> {
    let mut facts = vec![("scope", if kind.namespaced { "in a namespace".to_string() } else { "the whole cluster".to_string() })];
    if !kind.short_names.is_empty() {
        facts.push(("kubectl", kind.short_names.iter().map(|n| n.as_str()).collect::<Vec<_>>().join(", ")));
    }
    facts.extend(releases(kind.releases).map(|text| ("releases", text)));
    if !others.is_empty() {
        let names: Vec<String> = others.iter().map(|k| format!("import \"k8s/{}\"", k.api_version)).collect();
        facts.push(("also by", names.join(", ")));
    }
    facts
}

fn type_body(page: &mut Page, program: &Program, name: &str, ty: &'static NativeType) {
    if let Some(doc) = ty.doc() {
        page.text(doc);
    }
    if !ty.fields.is_empty() {
        page.heading("Fields");
        page.entries(ty.fields.iter().map(|f| field::of_native(f, format!("{name}.{}", f.name), false).entry()));
    }
    let rules = program.rules(ty.id);
    if !rules.is_empty() {
        page.heading("Rules");
        page.words(rules.iter().map(|rule| rule.what.name.name.as_str()));
    }
}

/// In words, unless all known releases have it.
pub fn releases(releases: Releases) -> Option<String> {
    let always = releases.since == schema::oldest() && releases.until.is_none();
    (!always).then(|| releases.to_string())
}
