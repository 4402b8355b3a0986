//! SARIF 2.1.0, for code scanning: one run, a rule for each code that occurs, fixes as replacements.

use super::{Place, object_line};
use crate::diag::{Code, Diagnostic, Edit};
use crate::source::{FileDb, SourceKind};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::fmt::Write;

pub fn render(list: &[Diagnostic], files: &FileDb) -> String {
    let codes: BTreeMap<&str, &Code> = list.iter().map(|d| (d.code.name, d.code)).collect();
    let index: BTreeMap<&str, usize> = codes.keys().enumerate().map(|(i, name)| (*name, i)).collect();
    let log = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {
                "name": "kdsl",
                "version": env!("CARGO_PKG_VERSION"),
                "rules": codes.values().map(|c| rule(c)).collect::<Vec<_>>(),
            }},
            "columnKind": "unicodeCodePoints",
            "results": list.iter().map(|d| result(d, index[d.code.name], files)).collect::<Vec<_>>(),
        }],
    });
    format!("{log:#}\n")
}

fn rule(code: &Code) -> Value {
    json!({
        "id": code.name,
        "shortDescription": {"text": code.summary},
        "help": {"text": code.doc, "markdown": code.doc},
        "defaultConfiguration": {"level": code.severity.as_str()},
    })
}

fn result(d: &Diagnostic, rule: usize, files: &FileDb) -> Value {
    let mut text = d.message.clone();
    d.help.iter().for_each(|h| text.push_str(&format!("\nhelp: {h}")));
    object_line(d).iter().chain(&d.notes).for_each(|n| text.push_str(&format!("\nnote: {n}")));
    let mut result = Map::new();
    result.insert("ruleId".into(), d.code.name.into());
    result.insert("ruleIndex".into(), rule.into());
    result.insert("level".into(), d.severity.as_str().into());
    result.insert("message".into(), json!({"text": text}));
    if let Some(place) = Place::of(d.primary.span, files) {
        result.insert("locations".into(), json!([location(&place, d)]));
    }
    let related: Vec<Value> = d
        .secondary
        .iter()
        .filter_map(|l| Some((l, Place::of(l.span, files)?)))
        .map(|(l, place)| json!({"physicalLocation": physical(&place), "message": {"text": l.text}}))
        .collect();
    if !related.is_empty() {
        result.insert("relatedLocations".into(), related.into());
    }
    if let Some(fix) = d.fix.as_ref().and_then(|f| fix_of(f, d, files)) {
        result.insert("fixes".into(), json!([fix]));
    }
    result.into()
}

fn location(place: &Place, d: &Diagnostic) -> Value {
    let mut location = json!({"physicalLocation": physical(place)});
    if let Some(object) = &d.object {
        let path = d.path.as_deref().filter(|p| !p.is_empty());
        let name = path.map_or(object.clone(), |p| format!("{object} {p}"));
        location["logicalLocations"] = json!([{"fullyQualifiedName": name}]);
    }
    location
}

fn physical(place: &Place) -> Value {
    json!({"artifactLocation": artifact(place), "region": region(place)})
}

/// A relative reference for the user's files. The embedded library has a scheme of its own, so that no tool looks for it in the project.
fn artifact(place: &Place) -> Value {
    let path = uri(place.name());
    match place.source.kind {
        SourceKind::User => json!({"uri": path}),
        SourceKind::Std => json!({"uri": format!("kdsl-std:{path}")}),
    }
}

fn region(place: &Place) -> Value {
    let (start, end) = (place.start(), place.end());
    json!({"startLine": start.line, "startColumn": start.column, "endLine": end.line, "endColumn": end.column})
}

fn fix_of(fix: &Edit, d: &Diagnostic, files: &FileDb) -> Option<Value> {
    let place = Place::of(fix.span, files)?;
    Some(json!({
        "description": {"text": d.help.first().unwrap_or(&d.message)},
        "artifactChanges": [{
            "artifactLocation": artifact(&place),
            "replacements": [{"deletedRegion": region(&place), "insertedContent": {"text": fix.text}}],
        }],
    }))
}

/// A path as a URI reference.
fn uri(path: &str) -> String {
    let mut out = String::new();
    for b in path.bytes() {
        if b.is_ascii_alphanumeric() || matches!(b, b'/' | b'.' | b'-' | b'_' | b'~') {
            out.push(b as char);
        } else {
            // Writing to text cannot fail.
            let _ = write!(out, "%{b:02X}");
        }
    }
    out
}
