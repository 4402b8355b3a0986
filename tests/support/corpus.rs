//! All kdsl there is: cases, examples, targets and the standard library; and what must hold of any text, whatever its bytes.

#![allow(clippy::disallowed_methods, reason = "tests read the files that they test")]

use kdsl::driver::{self, Options, Outcome};
use kdsl::emit::{self, Format};
use kdsl::eval::Limits;
use kdsl::world::MemWorld;
use std::path::{Path, PathBuf};

/// Every `.kdsl` file of the project, by path, in order.
pub fn corpus() -> Vec<(PathBuf, Vec<u8>)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let root = if root.ends_with("fuzz") { root.parent().unwrap() } else { root };
    let mut found = Vec::new();
    for folder in ["examples", "stdlib", "tests"] {
        collect(&root.join(folder), &mut found);
    }
    found.sort();
    found
}

fn collect(folder: &Path, out: &mut Vec<(PathBuf, Vec<u8>)>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            collect(&path, out);
        } else if path.extension().is_some_and(|e| e == "kdsl") {
            out.push((path.clone(), std::fs::read(&path).unwrap()));
        }
    }
}

/// Limits that keep a run of nonsense short.
pub fn short() -> Options {
    Options {
        limits: Limits { steps: 200_000, depth: 300, declarations: 500, weight: 20_000, text: 1 << 16, ..Limits::default() },
        ..Options::default()
    }
}

/// Builds bytes as the only file of a project.
pub fn build(bytes: &[u8], options: &Options) -> Outcome {
    driver::build(&MemWorld::new().with("main.kdsl", bytes), "main.kdsl", options)
}

pub fn yaml(outcome: &Outcome) -> String {
    let nodes: Vec<_> = outcome.objects.iter().map(|o| o.node()).collect();
    emit::stream(&nodes.iter().collect::<Vec<_>>(), Format::Yaml)
}

/// What holds of every run: an error means no objects, every place is one of a file and between characters, every message says
/// something, and what is written can be read.
pub fn check(outcome: &Outcome) {
    if outcome.has_errors() {
        assert!(outcome.objects.is_empty(), "objects in spite of errors");
    }
    for diagnostic in &outcome.diagnostics {
        assert!(!diagnostic.message.is_empty(), "{} says nothing", diagnostic.code.name);
        let places = [diagnostic.primary.span]
            .into_iter()
            .chain(diagnostic.secondary.iter().map(|l| l.span))
            .chain(diagnostic.fix.iter().map(|f| f.span));
        for span in places.filter(|s| !s.is_none()) {
            let source = outcome.files.find(span).unwrap_or_else(|| panic!("{}: a place in no file", diagnostic.message));
            let (start, end) = ((span.start - source.base) as usize, (span.end - source.base) as usize);
            assert!(source.text.get(start..end).is_some(), "{}: {start}..{end} is no place of {}", diagnostic.message, source.name);
        }
    }
    let read = documents(&yaml(outcome));
    let nodes: Vec<_> = outcome.objects.iter().map(|o| o.node()).collect();
    let json: serde_json::Value =
        serde_json::from_str(&emit::stream(&nodes.iter().collect::<Vec<_>>(), Format::Json)).expect("the JSON can be read");
    let meant: &[serde_json::Value] = json["items"].as_array().expect("it is a list");
    assert_eq!(read, meant, "the YAML reads as something else");
}

fn documents(text: &str) -> Vec<serde_json::Value> {
    use serde::Deserialize;
    let all =
        serde_yaml::Deserializer::from_str(text).map(|document| serde_json::Value::deserialize(document).expect("the YAML can be read"));
    all.filter(|value| !value.is_null()).collect()
}
