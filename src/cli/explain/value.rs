//! The pages of params and lets of a program.

use super::page::Page;
use super::{Scope, field};
use crate::ast::Name;
use crate::resolve::{STD, Value};

/// The page of a param or a let; false where there is none of that name.
pub fn write(page: &mut Page, scope: &Scope, name: Name) -> bool {
    let found = scope.program.value(scope.home, name).filter(|found| found.home != STD);
    let Some(found) = found else { return false };
    let source = |span| field::source(&scope.program, span);
    let (what, doc, mut facts) = match found.what {
        Value::Param(decl) => {
            let given = match &decl.default {
                Some(default) => ("default", source(default.span)),
                None => ("required", "yes".to_string()),
            };
            ("param", &decl.doc, vec![("type", source(decl.ty.span)), given])
        }
        Value::Let(decl) => ("let", &decl.doc, vec![("value", source(decl.value.span))]),
    };
    facts.push(("declared", scope.program.db.place(found.what.name().span)));
    page.title(&name, what);
    page.facts(&facts);
    doc.iter().for_each(|doc| page.text(doc));
    true
}
