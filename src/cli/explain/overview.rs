//! Everything that can be explained, in short.

use super::Scope;
use super::page::{Entry, Page, brief};
use crate::ast::Item;
use crate::builtins;
use crate::diag::codes;
use crate::resolve::STD;
use crate::schema;
use crate::stdlib::{self, Sort};

pub fn write(page: &mut Page, scope: &Scope) {
    page.title("kdsl explain TOPIC", "where TOPIC is one of these, or a path such as app.rollout.maxSurge or Deployment.spec.strategy");
    if scope.home != STD {
        write_own(page, scope);
    }
    page.heading("Kinds");
    page.entries(stdlib::names(Sort::Kind).filter_map(|name| match stdlib::item(Sort::Kind, name)? {
        Item::Kind(decl) => Some(Entry { name: name.to_string(), what: String::new(), doc: brief(decl.doc.as_deref().unwrap_or("")) }),
        _ => None,
    }));
    page.heading("Types");
    page.words(stdlib::names_for_programs(Sort::Type).map(|n| n.as_str()));
    page.heading("Functions");
    page.words(builtins::all().map(|b| b.name));
    page.heading(&format!("Kinds of Kubernetes, {} to {}, and their types", schema::oldest(), schema::newest()));
    page.words(schema::kind_names());
    page.heading("Diagnostic codes");
    page.entries(codes::all().map(|code| Entry { name: code.name.into(), what: String::new(), doc: code.summary.into() }));
}

/// What a program declares and imports.
fn write_own(page: &mut Page, scope: &Scope) {
    let (program, home) = (&scope.program, scope.home);
    let of_library = |sort: Sort, name| stdlib::item(sort, name).is_some();
    let sorts = [
        ("Kinds of the program", program.kind_names(home), Some(Sort::Kind)),
        ("Types of the program", program.type_names(home), Some(Sort::Type)),
        ("Functions of the program", program.function_names(home), Some(Sort::Fn)),
        ("Params and lets", program.value_names(home), None),
        ("Rules of the program", program.own_rules().map(|rule| rule.name.name).collect(), None),
        ("Kinds of custom resources", program.defined_kinds(home).iter().map(|kind| kind.kind).collect(), None),
    ];
    for (heading, mut names, sort) in sorts {
        names.retain(|name| sort.is_none_or(|sort| !of_library(sort, *name)));
        names.sort_by_key(|name| name.as_str());
        names.dedup();
        if !names.is_empty() {
            page.heading(heading);
            page.words(names.iter().map(|name| name.as_str()));
        }
    }
}
