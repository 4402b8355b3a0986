//! The page of a diagnostic code.

use super::page::Page;
use crate::diag::Code;

pub fn write(page: &mut Page, code: &Code) {
    page.title(code.name, code.severity.as_str());
    page.text(&capitalised(code.summary));
    page.text(code.doc);
    if !code.fails.is_empty() {
        page.heading("This is reported");
        page.code(code.fails);
    }
    if !code.fails.is_empty() && !code.passes.is_empty() {
        page.heading("This is not");
        page.code(code.passes);
    }
}

/// As a sentence of its own.
fn capitalised(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).chain(['.']).collect())
}
