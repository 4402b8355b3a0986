//! The pages of functions: those of the language, and those that its library or a program declares.

use super::page::Page;
use super::{Scope, plain};
use crate::ast::{FnDecl, Name};
use crate::builtins::Builtin;
use crate::resolve::{Program, STD};

pub fn builtin(page: &mut Page, builtin: &Builtin) {
    page.title(builtin.name, "function");
    page.code(&builtin.signature());
    page.text(builtin.doc);
    page.heading("Example");
    page.code(builtin.example);
}

/// The page of a function that is declared; false where there is none of that name.
pub fn declared(page: &mut Page, scope: &Scope, name: Name) -> bool {
    let Some(found) = scope.program.function(scope.home, &plain(name)) else { return false };
    page.title(&name, if found.home == STD { "function of the standard library" } else { "function" });
    page.code(&head(&scope.program, found.what));
    if let Some(doc) = &found.what.doc {
        page.text(doc);
    }
    true
}

/// The declaration without its body.
fn head(program: &Program, decl: &FnDecl) -> String {
    let text = program.db.text(decl.span);
    let length = decl.body.span.start.saturating_sub(decl.span.start) as usize;
    text.get(..length).unwrap_or(&text).trim_end().trim_end_matches('=').trim_end().to_string()
}
