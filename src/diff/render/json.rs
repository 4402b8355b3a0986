//! For programs. Fields only ever grow in number:
//!
//! - `summary`: the number of objects by verdict
//! - `objects`: each with `apiVersion`, `kind`, `namespace` (or null), `name`, `verdict` (`unchanged`, `created`, `in-place`, `rolls-pods`,
//!   `deleted`, `deletes-data`, `refused`), `why` (or null), `notes`, `file` and `line` (or null)
//! - of an object `changes`: `path`, `old` and `new` (null where there is none), `order` where only the order changes, `file` and `line`.
//!   Values of Secrets are left out
//! - of an object `refusals`: `code`, `message`, `path`, `help` (or null)

use super::is_secret;
use crate::diff::{Change, Outcome, Report, Verdict};
use crate::source::{FileDb, Span};
use serde_json::{Value as Json, json as object};

pub fn json(report: &Report, files: &FileDb) -> Json {
    let summary: serde_json::Map<String, Json> =
        Verdict::ALL.into_iter().map(|verdict| (verdict.as_str().to_string(), report.count(verdict).into())).collect();
    let objects: Vec<Json> = report.objects.iter().map(|o| outcome(o, files)).collect();
    object!({ "summary": summary, "objects": objects })
}

fn outcome(outcome: &Outcome, files: &FileDb) -> Json {
    let changes: Vec<Json> = outcome.changes.iter().map(|c| change(outcome, c, files)).collect();
    let refusals: Vec<Json> =
        outcome.refusals.iter().map(|r| object!({ "code": r.code, "message": r.message, "path": r.path, "help": r.help })).collect();
    let made = object!({
        "apiVersion": outcome.api_version.as_str(),
        "kind": outcome.kind.as_str(),
        "namespace": outcome.namespace.map(|n| n.to_string()),
        "name": outcome.name.as_str(),
        "verdict": outcome.verdict.as_str(),
        "why": outcome.why,
        "changes": changes,
        "refusals": refusals,
        "notes": outcome.notes,
    });
    located(made, outcome.at, files)
}

fn change(outcome: &Outcome, change: &Change, files: &FileDb) -> Json {
    let hidden = is_secret(outcome, change);
    let value = |value: &Option<Json>| value.clone().filter(|_| !hidden);
    let mut made = object!({ "path": change.path, "old": value(&change.old), "new": value(&change.new) });
    if change.order {
        made["order"] = true.into();
    }
    located(made, change.at, files)
}

fn located(mut made: Json, span: Span, files: &FileDb) -> Json {
    let source = files.find(span).filter(|_| files.is_user(span));
    made["file"] = source.as_ref().map(|s| s.name.clone()).into();
    made["line"] = source.map(|s| s.line_col(span.start).line).into();
    made
}
