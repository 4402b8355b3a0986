//! Text out of objects: YAML and JSON, the order in which they are applied, and the files they are written to.
//!
//! Writers append to a `String` and take one object at a time, so that a large set is written in chunks on all cores and joined. What
//! no object should hold by now (a range, an address, a reference) is written as the text closest to its source. The depth of a tree is
//! the evaluator's business, which limits it.

pub mod files;
mod json;
mod order;
mod scalar;
mod yaml;

pub use files::file_name;
pub use json::write_json;
pub use order::rank;
pub use yaml::write_yaml;

use crate::value::{Entry, Node, Record};
use rayon::prelude::*;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Format {
    #[default]
    Yaml,
    Json,
}

/// All objects as one text: YAML documents between `---` lines, or one JSON `List`.
pub fn stream(objects: &[&Node], format: Format) -> String {
    let (head, between, tail) = match format {
        Format::Yaml => ("", "---\n", ""),
        Format::Json if objects.is_empty() => ("{\n  \"apiVersion\": \"v1\",\n  \"kind\": \"List\",\n  \"items\": []", "", "\n}\n"),
        Format::Json => ("{\n  \"apiVersion\": \"v1\",\n  \"kind\": \"List\",\n  \"items\": [\n    ", ",\n    ", "\n  ]\n}\n"),
    };
    let chunk = |nodes: &[&Node]| {
        let mut out = String::new();
        for (i, node) in nodes.iter().enumerate() {
            if i > 0 {
                out.push_str(between);
            }
            match format {
                Format::Yaml => write_yaml(node, &mut out),
                Format::Json => json::write_pretty(node, 2, &mut out),
            }
        }
        out
    };
    let chunks: Vec<String> = objects.par_chunks(CHUNK).map(chunk).collect();
    let mut out = String::with_capacity(chunks.iter().map(|c| c.len() + between.len()).sum::<usize>() + head.len() + tail.len());
    out.push_str(head);
    for (i, chunk) in chunks.iter().enumerate() {
        if i > 0 {
            out.push_str(between);
        }
        out.push_str(chunk);
    }
    out.push_str(tail);
    out
}

/// Objects written at a time: enough to outweigh handing the work to a thread.
const CHUNK: usize = 64;

/// The entries that are written: a null unsets its field.
fn present(record: &Record) -> impl Iterator<Item = &Entry> {
    record.entries.iter().filter(|e| !e.node.is_null())
}

#[cfg(test)]
pub(crate) mod fixtures;
#[cfg(test)]
mod tests;
