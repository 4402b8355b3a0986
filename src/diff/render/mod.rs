//! A report as text for people, as Markdown for a pull request, and as JSON for programs.

mod json;
mod markdown;
mod text;

pub use json::json;
pub use markdown::markdown;
pub use text::text;

use super::{Change, Outcome, Report, Verdict};
use serde_json::Value as Json;

/// `1 refused, 2 roll the pods, 3 unchanged`
pub fn summary(report: &Report) -> String {
    let parts = Verdict::ALL.into_iter().filter_map(|verdict| {
        let n = report.count(verdict);
        let words = match verdict {
            Verdict::Rolls if n == 1 => "rolls its pods",
            Verdict::Rolls => "roll their pods",
            Verdict::InPlace if n == 1 => "changes in place",
            Verdict::InPlace => "change in place",
            Verdict::DeletesData if n > 1 => "delete data",
            verdict => verdict.words(),
        };
        (n > 0).then(|| format!("{n} {words}"))
    });
    let text = parts.collect::<Vec<_>>().join(", ");
    if text.is_empty() { "no objects".into() } else { text }
}

/// Those whose values nobody should read in a log.
fn is_secret(outcome: &Outcome, change: &Change) -> bool {
    outcome.kind == "Secret" && (change.path.starts_with("data") || change.path.starts_with("stringData"))
}

/// A value on one line.
fn shown(value: &Json) -> String {
    match value {
        Json::String(text) if is_plain(text) => text.clone(),
        Json::String(text) => format!("{text:?}"),
        other => other.to_string(),
    }
}

/// Whether a text can stand without quotes.
fn is_plain(text: &str) -> bool {
    let odd = |c: char| c.is_control() || matches!(c, '"' | '\\');
    !text.is_empty() && !text.contains(odd) && text.trim() == text
}

/// Two values on one line each; what is a text is quoted where the other looks the same and is none.
fn both(old: &Json, new: &Json) -> (String, String) {
    match (shown(old), shown(new)) {
        (a, b) if a == b => (old.to_string(), new.to_string()),
        pair => pair,
    }
}

/// A change as lines that begin with `-` and `+`, where its values have several lines.
fn lines(change: &Change) -> Option<Vec<String>> {
    let text = |value: &Option<Json>| match value {
        Some(Json::String(text)) => Some(text.clone()),
        None => Some(String::new()),
        Some(_) => None,
    };
    let (old, new) = (text(&change.old)?, text(&change.new)?);
    if !old.contains('\n') && !new.contains('\n') {
        return None;
    }
    let diff = similar::TextDiff::from_lines(&old, &new);
    let hunks = diff.unified_diff().context_radius(1).to_string();
    Some(hunks.lines().filter(|line| !line.starts_with("\\ No newline")).map(str::to_string).collect())
}
