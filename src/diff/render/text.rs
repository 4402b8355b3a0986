//! For a terminal: an object a paragraph, the gravest first in the summary at the end.

use super::{both, is_secret, lines, shown, summary};
use crate::diff::{Change, Outcome, Report, Verdict};
use crate::paint::Paint;
use crate::prose::cut;
use crate::source::{FileDb, Span};
use serde_json::Value as Json;
use std::fmt::Write;

/// `width` is that of the terminal.
pub fn text(report: &Report, files: &FileDb, color: bool, width: usize) -> String {
    let paint = Paint { color };
    let mut out = String::new();
    for outcome in report.objects.iter().filter(|o| o.verdict != Verdict::Unchanged) {
        object(outcome, files, paint, width, &mut out);
    }
    let end = summary(report);
    let _ = writeln!(out, "{}", if report.is_empty() { format!("no differences: {end}") } else { end });
    out
}

fn object(outcome: &Outcome, files: &FileDb, paint: Paint, width: usize, out: &mut String) {
    let mark = match outcome.verdict {
        Verdict::Created => '+',
        Verdict::Deleted | Verdict::DeletesData => '-',
        Verdict::Refused => '!',
        Verdict::Unchanged | Verdict::InPlace | Verdict::Rolls => '~',
    };
    let head = format!("{mark} {}", outcome.title);
    let why = outcome.why.as_ref().map_or_else(String::new, |why| format!(": {why}"));
    let _ =
        writeln!(out, "{}  {}{why}", paint.with(hue(outcome.verdict), &head), paint.with(hue(outcome.verdict), outcome.verdict.words()));
    for refusal in &outcome.refusals {
        let _ = writeln!(out, "    {} {}", paint.with(hue(Verdict::Refused), &format!("error[{}]:", refusal.code)), refusal.message);
        if !refusal.path.is_empty() {
            let _ = writeln!(out, "      at {}", refusal.path);
        }
        if let Some(help) = &refusal.help {
            let _ = writeln!(out, "      Help: {help}");
        }
    }
    for change in &outcome.changes {
        one(outcome, change, files, paint, width, out);
    }
    for note in &outcome.notes {
        let _ = writeln!(out, "    {} {note}", paint.dim("Note:"));
    }
    out.push('\n');
}

fn one(outcome: &Outcome, change: &Change, files: &FileDb, paint: Paint, width: usize, out: &mut String) {
    let place = place(change.at, files);
    let place = if place.is_empty() { place } else { format!("  {}", paint.dim(&place)) };
    if is_secret(outcome, change) {
        let _ = writeln!(out, "    {}: changes, not shown{place}", change.path);
        return;
    }
    if change.order {
        let names = |value: &Option<Json>| value.iter().filter_map(Json::as_array).flatten().map(shown).collect::<Vec<_>>().join(", ");
        let _ = writeln!(out, "    {}: the order changes, {} → {}{place}", change.path, names(&change.old), names(&change.new));
        return;
    }
    if let Some(lines) = lines(change) {
        let _ = writeln!(out, "    {}:{place}", change.path);
        for line in lines {
            let line = format!("      {}", harmless(&line));
            let _ = writeln!(out, "{}", paint.with(line_hue(line.trim_start().chars().next()), &cut(&line, width.max(60))));
        }
        return;
    }
    match (&change.old, &change.new) {
        (Some(old), Some(new)) if old.is_object() || old.is_array() || new.is_object() || new.is_array() => {
            let _ = writeln!(out, "    {}:{place}", change.path);
            let _ = writeln!(out, "{}", paint.with(line_hue(Some('-')), &format!("      - {}", cut(&shown(old), width.max(60) - 10))));
            let _ = writeln!(out, "{}", paint.with(line_hue(Some('+')), &format!("      + {}", cut(&shown(new), width.max(60) - 10))));
        }
        (Some(old), Some(new)) => {
            let (old, new) = both(old, new);
            let _ = writeln!(
                out,
                "    {}: {} → {}{place}",
                change.path,
                paint.with(line_hue(Some('-')), &old),
                paint.with(line_hue(Some('+')), &new)
            );
        }
        (Some(old), None) => {
            let text = format!("- {}: {}", change.path, cut(&shown(old), width.max(60)));
            let _ = writeln!(out, "    {}", paint.with(line_hue(Some('-')), &text));
        }
        (None, Some(new)) => {
            let text = format!("+ {}: {}", change.path, cut(&shown(new), width.max(60)));
            let _ = writeln!(out, "    {}{place}", paint.with(line_hue(Some('+')), &text));
        }
        (None, None) => {}
    }
}

fn harmless(line: &str) -> String {
    line.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

/// `shop.kdsl:12`, of a file of the user's.
fn place(span: Span, files: &FileDb) -> String {
    match files.find(span) {
        Some(source) if files.is_user(span) => format!("{}:{}", source.name, source.line_col(span.start).line),
        Some(_) | None => String::new(),
    }
}

/// The colour of a verdict.
fn hue(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Created => "1;32",
        Verdict::InPlace | Verdict::Unchanged => "1;36",
        Verdict::Rolls => "1;33",
        Verdict::Deleted | Verdict::DeletesData | Verdict::Refused => "1;31",
    }
}

/// The colour of a line of a difference.
fn line_hue(mark: Option<char>) -> &'static str {
    match mark {
        Some('+') => "32",
        Some('-') => "31",
        Some(_) | None => "",
    }
}
