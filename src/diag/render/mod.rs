//! Diagnostics as text: for people, for editors, for CI.
//!
//! Every form takes the whole list and gives one text. Places are resolved here, once for all forms: whatever a span holds (nothing, the
//! end of a file, more than its file, half a character), a [`Place`] lies inside its file.

mod concise;
mod excerpt;
mod github;
mod json;
mod pretty;
mod sarif;

use super::{Diagnostic, Severity};
use crate::prose::counted;
use crate::source::{FileDb, LineCol, Source, Span};
use std::borrow::Cow;
use std::fmt::Write;
use std::sync::Arc;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// With an excerpt of the source, and a summary at the end.
    Pretty { color: bool },
    /// `file:line:column: error[code]: message`, one line each.
    Concise,
    /// One JSON object per line; see [`json`] for its fields.
    Json,
    /// One SARIF 2.1.0 log.
    Sarif,
    /// Workflow commands of GitHub Actions, one line each.
    Github,
}

/// The text of all diagnostics in their given order; ends with a newline unless it is empty.
pub fn render(style: Style, list: &[Diagnostic], files: &FileDb) -> String {
    match style {
        Style::Pretty { color } => pretty::render(list, files, color),
        Style::Concise => concise::render(list, files),
        Style::Json => json::render(list, files),
        Style::Sarif => sarif::render(list, files),
        Style::Github => github::render(list, files),
    }
}

/// `2 errors, 1 warning`; empty for an empty list.
pub fn summary(list: &[Diagnostic]) -> String {
    let count = |severity| list.iter().filter(|d| d.severity == severity).count();
    let part = |n: usize, word| (n > 0).then(|| counted(n, word));
    let parts = [part(count(Severity::Error), "error"), part(count(Severity::Warning), "warning")];
    parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

/// A span inside its file.
struct Place {
    source: Arc<Source>,
    /// Byte range in the file's text, on character boundaries.
    from: usize,
    to: usize,
}

impl Place {
    /// `None` where no file wrote the span.
    fn of(span: Span, files: &FileDb) -> Option<Place> {
        let source = files.find(span)?;
        let offset = |pos: u32| (pos.saturating_sub(source.base) as usize).min(source.text.len());
        let mut from = offset(span.start);
        while !source.text.is_char_boundary(from) {
            from -= 1;
        }
        let mut to = offset(span.end).max(from);
        while !source.text.is_char_boundary(to) {
            to += 1;
        }
        Some(Place { source, from, to })
    }

    fn name(&self) -> &str {
        &self.source.name
    }

    fn start(&self) -> LineCol {
        self.source.line_col(self.source.base + self.from as u32)
    }

    /// Just behind the last character.
    fn end(&self) -> LineCol {
        self.source.line_col(self.source.base + self.to as u32)
    }
}

/// `in Deployment/web at spec.replicas`
fn object_line(diagnostic: &Diagnostic) -> Option<String> {
    let path = diagnostic.path.as_deref().filter(|p| !p.is_empty());
    match (&diagnostic.object, path) {
        (Some(object), Some(path)) => Some(format!("in {object} at {path}")),
        (Some(object), None) => Some(format!("in {object}")),
        (None, Some(path)) => Some(format!("at {path}")),
        (None, None) => None,
    }
}

/// A message that may quote anything, made safe for a terminal: control characters, and those that turn the direction of writing, are
/// shown by their number. Newlines stay where `lines` allows them and become blanks elsewhere.
fn safe(text: &str, lines: bool) -> Cow<'_, str> {
    let harmless = |c: char| (!c.is_control() && !turns(c)) || (c == '\n' && lines);
    if text.chars().all(harmless) {
        return text.into();
    }
    let mut out = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        match c {
            c if harmless(c) => out.push(c),
            '\n' | '\t' => out.push(' '),
            '\r' => {}
            // Writing to text cannot fail.
            c => drop(write!(out, "\\u{{{:x}}}", c as u32)),
        }
    }
    out.into()
}

/// Characters that let a line read otherwise than it is.
fn turns(c: char) -> bool {
    matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests;
