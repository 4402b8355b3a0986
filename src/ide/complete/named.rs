//! Completions of labels where one is named: a port that a check asks, a key of a secret, a variable that an argument mentions.

use super::{Completion, CompletionKind, WORD};
use crate::ide::{Analysis, labels};
use std::ops::Range;

/// Where the made-up word begins at an offset, in quotes or without.
pub fn at_word(trial: &Analysis, file: &str, start: usize) -> Vec<Completion> {
    let label = |(name, detail): (String, String)| Completion::new(name, CompletionKind::Label).detail(detail).rank(2);
    labels::offered(trial, file, start + 1).into_iter().map(label).collect()
}

/// Behind a `=`, where a label would stand in quotes.
pub fn in_quotes(analysis: &Analysis, file: &str, before: &str, behind: &str) -> Vec<Completion> {
    let trial = analysis.with_text(file, format!("{before}\"{WORD}\"{behind}"));
    let quoted = |found: Completion| {
        let text = format!("\"{}\"", found.label);
        Completion { insert: text.clone(), label: text, ..found }
    };
    at_word(&trial, file, before.len() + 1).into_iter().map(quoted).collect()
}

/// Behind a `$(` in a text; `None` where none is open.
pub fn mentioned(analysis: &Analysis, file: &str, text: &str, inner: Range<usize>, at: usize) -> Option<(Vec<Completion>, Range<usize>)> {
    let start = inner.start + text[inner.start..at].rfind("$(")? + 2;
    let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-');
    if !text[start..at].chars().all(is_name) {
        return None;
    }
    let end = at + text[at..inner.end].find(|c| !is_name(c)).unwrap_or(inner.end - at);
    let is_closed = text[end..inner.end].starts_with(')');
    let trial = format!("{}{WORD}{}{}", &text[..start], if is_closed { "" } else { ")" }, &text[end..]);
    let mut found = at_word(&analysis.with_text(file, trial), file, start);
    if !is_closed {
        found.iter_mut().for_each(|found| found.insert.push(')'));
    }
    Some((found, start..end))
}
