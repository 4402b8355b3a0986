//! The pages of functions: those of the language, and those that its library declares.

use super::page::Page;
use crate::ast::{FnDecl, Item, Name};
use crate::builtins::Builtin;
use crate::resolve::Program;
use crate::stdlib::{self, Sort};

pub fn builtin(page: &mut Page, builtin: &Builtin) {
    page.title(builtin.name, "function");
    page.code(&builtin.signature());
    page.text(builtin.doc);
    page.heading("Example");
    page.code(builtin.example);
}

/// The page of a function of the library; false where there is none of that name.
pub fn declared(page: &mut Page, program: &Program, name: Name) -> bool {
    let Some(Item::Fn(decl)) = stdlib::item(Sort::Fn, name) else { return false };
    page.title(&name, "function of the standard library");
    page.code(&head(program, decl));
    if let Some(doc) = &decl.doc {
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
