//! Objects within custom resources (`x-kubernetes-embedded-resource`): they say what they are, and their metadata is that of all objects.

use super::values::report;
use crate::diag::codes;
use crate::finding::{Finding, Place};
use crate::types::Format;
use crate::types::format::completed;
use crate::value::{Node, Value};

const TEXTS: &[&str] =
    &["name", "generateName", "namespace", "uid", "resourceVersion", "selfLink", "creationTimestamp", "deletionTimestamp"];
const OTHERS: &[&str] =
    &["annotations", "deletionGracePeriodSeconds", "finalizers", "generation", "labels", "managedFields", "ownerReferences"];

/// What the API server refuses in what every object has.
pub fn check(object: &Place, out: &mut Vec<Finding>) {
    let (version, kind) = (object.field("apiVersion"), object.field("kind"));
    for (field, name) in [(&version, "apiVersion"), (&kind, "kind")] {
        if field.text().is_empty() {
            report(field, format!("an embedded object has its `{name}`"), out);
        }
    }
    if version.text().matches('/').count() > 1 {
        report(&version, format!("`{}` is no group and version", version.text()), out);
    }
    if !kind.text().is_empty()
        && let Err(error) = Format::Dns1035Label.check(&kind.text().to_lowercase())
    {
        report(&kind, format!("`{}` is no kind: {error}", kind.text()), out);
    }
    metadata(&object.field("metadata"), out);
}

fn metadata(metadata: &Place, out: &mut Vec<Finding>) {
    if metadata.value().is_some_and(|value| !matches!(value, Value::Record(_) | Value::Null)) {
        report(metadata, "the metadata of an object is an object", out);
    }
    for (name, node) in metadata.entries() {
        let field = metadata.member(name, node);
        if !TEXTS.contains(&name) && !OTHERS.contains(&name) {
            out.push(field.finding(&codes::UNKNOWN_FIELD, format!("metadata has no field `{name}`")));
        } else if TEXTS.contains(&name) && !matches!(node.value, Value::Str(_)) {
            report(&field, format!("`{name}` is a string"), out);
        }
    }
    form(&metadata.field("name"), Format::PathSegment, str::to_string, out);
    form(&metadata.field("generateName"), Format::PathSegment, |text| completed(text).to_string(), out);
    form(&metadata.field("namespace"), Format::DnsLabel, str::to_string, out);
    labels(&metadata.field("labels"), out);
    annotations(&metadata.field("annotations"), out);
    finalizers(&metadata.field("finalizers"), out);
    owners(&metadata.field("ownerReferences"), out);
}

fn form(field: &Place, format: Format, whole: impl Fn(&str) -> String, out: &mut Vec<Finding>) {
    if !field.text().is_empty()
        && let Err(error) = format.check(&whole(field.text()))
    {
        report(field, format!("`{}` {error}", field.text()), out);
    }
}

/// The server names the map, not the key.
fn labels(labels: &Place, out: &mut Vec<Finding>) {
    for (key, node) in labels.entries() {
        if let Err(error) = Format::LabelKey.check(key) {
            report(labels, format!("the label `{key}` {error}"), out);
        }
        match &node.value {
            Value::Str(text) => {
                if let Err(error) = Format::LabelValue.check(text) {
                    report(labels, format!("the label's value `{text}` {error}"), out);
                }
            }
            _ => not_text(labels, key, node, out),
        }
    }
}

fn annotations(annotations: &Place, out: &mut Vec<Finding>) {
    for (key, node) in annotations.entries() {
        if let Err(error) = Format::LabelKey.check(&key.to_lowercase()) {
            report(annotations, format!("the annotation `{key}` {}", error.replace("label key", "annotation key")), out);
        }
        if !matches!(node.value, Value::Str(_)) {
            not_text(annotations, key, node, out);
        }
    }
}

fn not_text(map: &Place, key: &str, node: &Node, out: &mut Vec<Finding>) {
    report(&map.member(key, node), format!("the value of `{key}` is a string, not {}", node.value.type_name()), out);
}

fn finalizers(finalizers: &Place, out: &mut Vec<Finding>) {
    for item in finalizers.items() {
        if let Err(error) = Format::LabelKey.check(item.text()) {
            report(finalizers, format!("the finalizer `{}` {error}", item.text()), out);
        }
    }
}

fn owners(owners: &Place, out: &mut Vec<Finding>) {
    for owner in owners.items() {
        for name in ["apiVersion", "kind", "name", "uid"] {
            let field = owner.field(name);
            if field.text().is_empty() {
                report(&field, format!("an owner has its `{name}`"), out);
            }
        }
    }
}
