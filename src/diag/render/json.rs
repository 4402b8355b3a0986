//! One JSON object per line and diagnostic. Fields, which only ever grow in number:
//!
//! - `code`, `severity` (`error`, `warning`), `message`
//! - `file`, `line`, `column`, `endLine`, `endColumn`: the primary place, `null` where there is none. Lines and columns count from 1,
//!   columns in characters (Unicode scalar values); the end is exclusive. Files of the standard library have their own names.
//! - `label`: a few words about the primary place, may be empty
//! - `help`, `notes`: lists of text
//! - `object` (`Deployment/web`) and `path` (`spec.replicas`): where in the output, or `null`
//! - `labels`: further places, each with `file`, `line`, `column`, `endLine`, `endColumn`, `text`
//! - `fix`: `null`, or `file`, `startLine`, `startColumn`, `endLine`, `endColumn` and the `text` to put there
//! - `doc`: the 0-based index of a document in a YAML stream, counting those that hold anything; absent for kdsl files

use super::Place;
use crate::diag::{Diagnostic, Edit, Label};
use crate::source::FileDb;
use serde_json::{Value, json};

pub fn render(list: &[Diagnostic], files: &FileDb) -> String {
    let mut out = String::new();
    for d in list {
        out.push_str(&object(d, files).to_string());
        out.push('\n');
    }
    out
}

fn object(d: &Diagnostic, files: &FileDb) -> Value {
    let place = Place::of(d.primary.span, files);
    let (start, end) = (place.as_ref().map(Place::start), place.as_ref().map(Place::end));
    let mut object = json!({
        "code": d.code.name,
        "severity": d.severity.as_str(),
        "message": d.message,
        "file": place.as_ref().map(Place::name),
        "line": start.map(|p| p.line),
        "column": start.map(|p| p.column),
        "endLine": end.map(|p| p.line),
        "endColumn": end.map(|p| p.column),
        "label": d.primary.text,
        "help": d.help,
        "notes": d.notes,
        "object": d.object,
        "path": d.path,
        "labels": d.secondary.iter().filter_map(|l| label(l, files)).collect::<Vec<_>>(),
        "fix": d.fix.as_ref().and_then(|f| fix(f, files)),
    });
    if let Some(document) = d.document {
        object["doc"] = document.into();
    }
    object
}

fn label(label: &Label, files: &FileDb) -> Option<Value> {
    let place = Place::of(label.span, files)?;
    let (start, end) = (place.start(), place.end());
    Some(json!({
        "file": place.name(),
        "line": start.line,
        "column": start.column,
        "endLine": end.line,
        "endColumn": end.column,
        "text": label.text,
    }))
}

fn fix(fix: &Edit, files: &FileDb) -> Option<Value> {
    let place = Place::of(fix.span, files)?;
    let (start, end) = (place.start(), place.end());
    Some(json!({
        "file": place.name(),
        "startLine": start.line,
        "startColumn": start.column,
        "endLine": end.line,
        "endColumn": end.column,
        "text": fix.text,
    }))
}
