//! An answer as text for people and as JSON.

use super::{Role, Step, Trace};
use crate::paint::Paint;
use crate::prose::cut;
use crate::source::{FileDb, Span};
use serde_json::{Value as Json, json};
use std::fmt::Write;

/// Lines of parts that are shown to people.
const MOST_PARTS: usize = 60;
/// Characters of a line of source that are shown.
const WIDEST: usize = 110;

/// For people: the field, its value, and each place with its line.
pub fn text(trace: &Trace, files: &FileDb, color: bool) -> String {
    let paint = Paint { color };
    let mut out = String::new();
    let what = if trace.path.is_empty() { trace.object.clone() } else { format!("{} of {}", trace.path, trace.object) };
    let _ = match &trace.value {
        Some(value) if trace.parts.is_empty() => writeln!(out, "{} = {}", paint.bold(&what), paint.bold(value)),
        None if !trace.path.is_empty() => writeln!(out, "{} is written nowhere", paint.bold(&what)),
        Some(_) | None => writeln!(out, "{}", paint.bold(&what)),
    };
    parts(trace, files, paint, &mut out);
    for step in &trace.steps {
        write_step(step, files, paint, &mut out);
    }
    out
}

fn parts(trace: &Trace, files: &FileDb, paint: Paint, out: &mut String) {
    let shown = &trace.parts[..trace.parts.len().min(MOST_PARTS)];
    let lines: Vec<(String, String)> = shown
        .iter()
        .map(|part| {
            let dot = part.path.strip_prefix('.').unwrap_or(&part.path);
            (format!("{dot} = {}", cut(&part.value, 60)), format!("{}, {}", part.text, files.place(part.at)))
        })
        .collect();
    let width = lines.iter().map(|(left, _)| left.chars().count()).max().unwrap_or(0).min(60);
    for (left, right) in &lines {
        let pad = " ".repeat(width.saturating_sub(left.chars().count()));
        let _ = writeln!(out, "  {left}{pad}  {}", paint.dim(right.trim_end()));
    }
    if trace.parts.len() > shown.len() {
        let _ = writeln!(out, "  … and {} more: ask for a field below it", trace.parts.len() - shown.len());
    }
}

fn write_step(step: &Step, files: &FileDb, paint: Paint, out: &mut String) {
    let _ = writeln!(out, "\n  {}", paint.with(hue(step.role), &step.text));
    let Some(source) = files.find(step.at) else { return };
    let (start, end) = (source.line_col(step.at.start), source.line_col(step.at.end));
    let line = source.text.lines().nth(start.line as usize - 1).unwrap_or_default().trim_end();
    let number = start.line.to_string();
    let margin = " ".repeat(number.len());
    let from = (start.column - 1) as usize;
    let length = line.chars().count();
    let to = if end.line == start.line { (end.column - 1) as usize } else { length };
    let _ = writeln!(out, "  {}", paint.dim(&format!("{}:{}:{}", source.name, start.line, start.column)));
    let _ = writeln!(out, "   {number} {} {}", paint.dim("│"), cut(&harmless(line), WIDEST));
    if from < WIDEST {
        let mark = "─".repeat(to.min(WIDEST).saturating_sub(from).max(1));
        let _ = writeln!(out, "   {margin} {} {}{}", paint.dim("│"), " ".repeat(from), paint.with(hue(step.role), &mark));
    }
}

/// A line of a file, without what would steer a terminal; columns stay true.
fn harmless(line: &str) -> String {
    line.chars().map(|c| if c == '\t' { ' ' } else { c }).map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect()
}

/// For programs: `object`, `path`, `value` (null where nobody wrote it), `steps` and `parts`, each with its place.
pub fn json(trace: &Trace, files: &FileDb) -> Json {
    let steps: Vec<Json> = trace.steps.iter().map(|s| located(json!({ "role": s.role.as_str(), "text": s.text }), s.at, files)).collect();
    let parts: Vec<Json> = trace
        .parts
        .iter()
        .map(|p| {
            located(
                json!({ "path": p.path.trim_start_matches('.'), "value": p.value, "role": p.role.as_str(), "text": p.text }),
                p.at,
                files,
            )
        })
        .collect();
    json!({ "object": trace.object, "path": trace.path, "value": trace.value, "steps": steps, "parts": parts })
}

fn located(mut object: Json, span: Span, files: &FileDb) -> Json {
    let Some(source) = files.find(span) else { return object };
    let (start, end) = (source.line_col(span.start), source.line_col(span.end));
    object["file"] = source.name.clone().into();
    object["line"] = start.line.into();
    object["column"] = start.column.into();
    object["endLine"] = end.line.into();
    object["endColumn"] = end.column.into();
    object
}

/// The colour of a step.
fn hue(role: Role) -> &'static str {
    match role {
        Role::Written => "32",
        Role::Default => "36",
        Role::Emit => "34",
        Role::Overridden => "33",
        Role::Let | Role::Param => "35",
        Role::Declaration => "2",
    }
}
