//! Every rule of the library keeps what it promises: its failing example gives it, at the place that the API server names, and its
//! passing example gives nothing. `tests/cluster.rs` asks a real server about the same examples.
#![allow(clippy::disallowed_methods, reason = "tests read files")]

#[path = "support/examples.rs"]
mod examples;

use examples::{Example, Shows};
use kdsl::ast::{RuleBind, TypeExpr, TypeExprKind};
use kdsl::driver::VetOptions;
use kdsl::engine::{self, Vet};
use kdsl::rules::RuleSets;
use kdsl::schema::KubeRange;
use kdsl::stdlib::{self, Sort};
use kdsl::world::MemWorld;
use std::collections::BTreeSet;

/// Codes under which refinements are reported.
const OF_REFINEMENTS: &[&str] = &["refinement", "enum-value", "missing-field"];

fn all() -> Vec<Example> {
    ["k8s", "rules"].iter().flat_map(|folder| examples::examples(folder)).collect()
}

fn vet(example: &Example) -> Vet {
    let kube = example.kube.as_ref().map_or_else(KubeRange::default, |release| KubeRange::parse(release).expect("a release"));
    let options = VetOptions { kube, sets: RuleSets::all(), ..VetOptions::default() };
    engine::vet(&MemWorld::new(), vec![("example.yaml".into(), example.text.clone().into_bytes())], &options)
}

#[test]
fn every_example_shows_what_it_says() {
    let mut wrong = Vec::new();
    for example in all() {
        let found = vet(&example);
        let said = || {
            found
                .diagnostics
                .iter()
                .map(|d| format!("    {}[{}] at {}: {}\n", d.severity.as_str(), d.code.name, d.path.as_deref().unwrap_or("-"), d.message))
                .collect::<String>()
        };
        let is_named = |code: &str, name: &str| code == name || name.contains('.') && OF_REFINEMENTS.contains(&code);
        let gives = |at: &str, error: bool| {
            example.names.iter().all(|name| {
                found.diagnostics.iter().any(|d| is_named(d.code.name, name) && d.is_error() == error && d.path.as_deref() == Some(at))
            })
        };
        let right = match &example.shows {
            Shows::Fails { at } => gives(at, true),
            Shows::Warns { at } => gives(at, false) && !found.diagnostics.has_errors(),
            Shows::Passes => !found.diagnostics.iter().any(|d| d.is_error() || example.names.iter().any(|name| name == d.code.name)),
        };
        if !right {
            wrong.push(format!("{} should show {:?}, and gives\n{}", example.title(), example.shows, said()));
        }
    }
    assert!(wrong.is_empty(), "{} examples\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn every_rule_has_both_examples() {
    let (mut failing, mut passing) = (BTreeSet::new(), BTreeSet::new());
    for example in all() {
        let set = if example.shows == Shows::Passes { &mut passing } else { &mut failing };
        set.extend(example.names);
    }
    // Those on updates are shown by pairs of objects: `tests/updates.rs`.
    let on_values = stdlib::rules().filter(|rule| matches!(rule.bind, RuleBind::Value(_)));
    let rules: BTreeSet<String> = on_values.map(|rule| rule.name.name.to_string()).collect();
    let without = |set: &BTreeSet<String>| rules.difference(set).cloned().collect::<Vec<_>>().join(", ");
    let unknown: Vec<&String> = failing.union(&passing).filter(|name| !name.contains('.') && !rules.contains(*name)).collect();
    assert!(unknown.is_empty(), "examples of rules that are not there: {unknown:?}");
    assert!(rules.is_subset(&failing), "rules without a failing example: {}", without(&failing));
    assert!(rules.is_subset(&passing), "rules without a passing example: {}", without(&passing));
}

/// A refined field has an example of a value that passes, and one of a value that fails where it narrows the type of the schema: where it
/// only says that a field may be absent, or what the server puts in, nothing can fail.
#[test]
fn every_refined_field_has_its_examples() {
    let (mut failing, mut passing) = (BTreeSet::new(), BTreeSet::new());
    for example in all() {
        let set = if example.shows == Shows::Passes { &mut passing } else { &mut failing };
        set.extend(example.names.into_iter().filter(|name| name.contains('.')));
    }
    let (mut missing, mut fields) = (Vec::new(), BTreeSet::new());
    for refine in stdlib::refinements() {
        let group = refine.ty.module.map_or_else(String::new, |module| format!("{}.", module.name));
        for field in &refine.fields {
            let name = format!("{group}{}.{}", refine.ty.name.name, field.name.name);
            if !passing.contains(&name) {
                missing.push(format!("{name} has none that passes"));
            }
            if narrows(&field.ty) && !failing.contains(&name) {
                missing.push(format!("{name} has none that fails"));
            }
            fields.insert(name);
        }
    }
    assert!(missing.is_empty(), "{}", missing.join("\n"));
    let unknown: Vec<&String> = failing.union(&passing).filter(|name| !fields.contains(*name)).collect();
    assert!(unknown.is_empty(), "examples of fields that nothing refines: {unknown:?}");
}

/// Whether a type has fewer values than that of the schema.
fn narrows(ty: &TypeExpr) -> bool {
    match &ty.kind {
        TypeExprKind::Optional(inner) | TypeExprKind::List(inner) => narrows(inner),
        TypeExprKind::Name(path) => stdlib::has(Sort::Type, path.name.name),
        _ => true,
    }
}

#[test]
fn names_of_rules_are_unique_and_documented() {
    let mut seen = BTreeSet::new();
    let codes: BTreeSet<&str> = kdsl::diag::codes::all().map(|code| code.name).collect();
    for rule in stdlib::rules() {
        let name = rule.name.name.as_str();
        assert!(seen.insert(name), "two rules are called `{name}`");
        assert!(!codes.contains(name), "`{name}` is a code of the compiler too");
        assert!(rule.doc.as_deref().is_some_and(|doc| doc.contains("Source: ")), "`{name}` has no doc with its source");
    }
}

#[test]
fn no_rule_of_the_library_fails_itself() {
    let text: String = all().iter().map(|example| format!("---\n{}\n", example.text)).collect();
    let vetted = kdsl::driver::vet(&MemWorld::new(), vec![("examples.yaml".into(), text)], &VetOptions::default(), &|_, _| ());
    let told: Vec<String> =
        vetted.library_faults.iter().map(|fault| format!("{}: {}", vetted.files.text(fault.primary.span), fault.message)).collect();
    assert!(told.is_empty(), "{}", told.join("\n"));
}
