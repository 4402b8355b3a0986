//! For a pull request: a table of the objects that change, and their differences folded away below it.

use super::{is_secret, lines, shown, summary};
use crate::diff::{Change, Outcome, Report, Verdict};
use crate::prose::cut;
use std::fmt::Write;

pub fn markdown(report: &Report) -> String {
    let mut out = String::new();
    let _ = writeln!(out, "**{}**", summary(report));
    let mut changed: Vec<&Outcome> = report.objects.iter().filter(|o| o.verdict != Verdict::Unchanged).collect();
    if changed.is_empty() {
        return out;
    }
    changed.sort_by_key(|o| std::cmp::Reverse(o.verdict));
    let _ = writeln!(out, "\n| | object | what happens |\n|---|---|---|");
    for outcome in &changed {
        let why = outcome.why.as_ref().map_or_else(String::new, |why| format!(": {why}"));
        let refusal = outcome.refusals.first().map_or_else(String::new, |r| format!(": {}", r.message));
        let _ = writeln!(
            out,
            "| {} | `{}` | {}{} |",
            sign(outcome.verdict),
            outcome.title,
            outcome.verdict.words(),
            cell(&format!("{why}{refusal}"))
        );
    }
    for outcome in changed {
        details(outcome, &mut out);
    }
    out
}

fn sign(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Refused => "⛔",
        Verdict::DeletesData => "🔥",
        Verdict::Deleted => "➖",
        Verdict::Rolls => "🔄",
        Verdict::InPlace => "✏️",
        Verdict::Created => "➕",
        Verdict::Unchanged => "",
    }
}

/// Text in a table.
fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace('\n', " ")
}

fn details(outcome: &Outcome, out: &mut String) {
    if outcome.changes.is_empty() && outcome.refusals.is_empty() && outcome.notes.is_empty() {
        return;
    }
    let open = if outcome.verdict == Verdict::Refused { " open" } else { "" };
    let _ = writeln!(out, "\n<details{open}><summary><code>{}</code> {}</summary>\n", outcome.title, outcome.verdict.words());
    for refusal in &outcome.refusals {
        let _ = writeln!(out, "- **{}**: {}", refusal.code, refusal.message);
        if let Some(help) = &refusal.help {
            let _ = writeln!(out, "  {help}");
        }
    }
    if !outcome.changes.is_empty() {
        let _ = writeln!(out, "\n````diff");
        outcome.changes.iter().for_each(|change| one(outcome, change, out));
        let _ = writeln!(out, "````");
    }
    for note in &outcome.notes {
        let _ = writeln!(out, "\n> {note}");
    }
    let _ = writeln!(out, "\n</details>");
}

fn one(outcome: &Outcome, change: &Change, out: &mut String) {
    const WIDEST: usize = 400;
    if is_secret(outcome, change) {
        let _ = writeln!(out, "! {}: changes, not shown", change.path);
        return;
    }
    if change.order {
        let _ = writeln!(out, "! {}: the order changes", change.path);
        return;
    }
    if let Some(lines) = lines(change) {
        let _ = writeln!(out, "@@ {} @@", change.path);
        for line in lines.iter().filter(|line| !line.starts_with("@@")) {
            let _ = writeln!(out, "{line}");
        }
        return;
    }
    if let Some(old) = &change.old {
        let _ = writeln!(out, "- {}: {}", change.path, cut(&shown(old), WIDEST));
    }
    if let Some(new) = &change.new {
        let _ = writeln!(out, "+ {}: {}", change.path, cut(&shown(new), WIDEST));
    }
}
