//! Codes: what `vet` reports about YAML text itself. Their examples are YAML.

use super::{Code, Severity};

codes! {
    YAML_SYNTAX = "yaml-syntax", Error, "a document is no YAML, or none that Kubernetes reads",
        doc: "The text cannot be read as YAML, or uses what Kubernetes has no meaning for, such as tags. Other documents of the stream are judged all the same.",
        fails: "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a\n", passes: "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n";
    YAML_TOO_LARGE = "yaml-too-large", Error, "a document is larger or deeper than any object",
        doc: "Brackets or indents that nest more than 200 levels, or aliases that multiply to more than two million values. The API server takes objects of about three mebibytes.",
        fails: "", passes: "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n";
    DUPLICATE_KEY = "duplicate-key", Error, "a mapping has one key twice",
        doc: "YAML forbids it, and the API server refuses it in strict requests; others silently take the last of the two.",
        fails: "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata:\n  x: \"1\"\n  x: \"2\"\n", passes: "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata:\n  x: \"1\"\n  y: \"2\"\n";
}
