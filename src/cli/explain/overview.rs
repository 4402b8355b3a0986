//! Everything that can be explained, in short.

use super::page::{Entry, Page, brief};
use crate::ast::Item;
use crate::builtins;
use crate::diag::codes;
use crate::schema;
use crate::stdlib::{self, Sort};

pub fn write(page: &mut Page) {
    page.title("kdsl explain TOPIC", "where TOPIC is one of these, or a path such as app.rollout.maxSurge or Deployment.spec.strategy");
    page.heading("Kinds");
    page.entries(stdlib::names(Sort::Kind).filter_map(|name| match stdlib::item(Sort::Kind, name)? {
        Item::Kind(decl) => Some(Entry { name: name.to_string(), what: String::new(), doc: brief(decl.doc.as_deref().unwrap_or("")) }),
        _ => None,
    }));
    page.heading("Types");
    page.words(stdlib::names(Sort::Type).map(|n| n.as_str()));
    page.heading("Functions");
    page.words(builtins::all().map(|b| b.name));
    page.heading(&format!("Kinds of Kubernetes, {} to {}, and their types", schema::oldest(), schema::newest()));
    page.words(schema::kind_names());
    page.heading("Diagnostic codes");
    page.entries(codes::all().map(|code| Entry { name: code.name.into(), what: String::new(), doc: code.summary.into() }));
}
