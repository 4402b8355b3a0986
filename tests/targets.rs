//! The manifests that people write by hand come out of short programs: `tests/targets/NAME.kdsl` gives `tests/targets/NAME.yaml`, up to
//! the order of objects, of fields, and of the elements of lists that the API server merges by a key.

#![allow(clippy::disallowed_methods, reason = "tests read files")]

mod support;

use kdsl::driver::{self, Options};
use kdsl::emit::{self, Format};
use serde_yaml::Value;
use std::path::{Path, PathBuf};
use support::FolderWorld;

/// Programs that make more than their manifest holds, by the name of what is compared.
const ONLY: &[(&str, &str)] = &[("web", "web")];

#[test]
fn short_programs_make_the_manifests() {
    let mut names: Vec<String> = std::fs::read_dir(folder())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|e| e == "kdsl"))
        .map(|path| path.file_stem().unwrap().to_string_lossy().into_owned())
        .collect();
    names.sort();
    assert!(names.len() >= 4, "there are {names:?}");
    for name in names {
        let wanted = std::fs::read_to_string(folder().join(format!("{name}.yaml"))).unwrap();
        let (wanted, made) = (documents(&wanted), made(&name));
        assert_same(&name, &shown(wanted), &shown(made));
    }
}

fn assert_same(name: &str, wanted: &str, made: &str) {
    let diff = similar::TextDiff::from_lines(wanted, made);
    assert!(wanted == made, "{name}:\n{}", diff.unified_diff().context_radius(3).header("wanted", "made"));
}

fn made(name: &str) -> Vec<Value> {
    let outcome = driver::build(&FolderWorld::new(folder()), &format!("{name}.kdsl"), &Options::default());
    let errors: Vec<&String> = outcome.diagnostics.iter().filter(|d| d.is_error()).map(|d| &d.message).collect();
    assert!(errors.is_empty(), "{name}: {errors:?}");
    let only = ONLY.iter().find(|(program, _)| *program == name).map(|(_, object)| *object);
    let objects = outcome.objects.iter().filter(|o| only.is_none_or(|only| o.name == only));
    let nodes: Vec<_> = objects.map(|o| o.node()).collect();
    documents(&emit::stream(&nodes.iter().collect::<Vec<_>>(), Format::Yaml))
}

fn documents(text: &str) -> Vec<Value> {
    use serde::Deserialize;
    let all = serde_yaml::Deserializer::from_str(text).map(|document| Value::deserialize(document).expect("it is YAML"));
    all.filter(|value| !value.is_null()).collect()
}

/// One text for all that differs only in order.
fn shown(documents: Vec<Value>) -> String {
    let mut texts: Vec<String> = documents.into_iter().map(|d| serde_yaml::to_string(&ordered(d)).unwrap()).collect();
    texts.sort();
    texts.join("---\n")
}

fn ordered(value: Value) -> Value {
    match value {
        Value::Mapping(map) => {
            let mut entries: Vec<(Value, Value)> = map.into_iter().map(|(k, v)| (k, ordered(v))).collect();
            entries.sort_by_key(|(k, _)| k.as_str().unwrap_or_default().to_string());
            Value::Mapping(entries.into_iter().collect())
        }
        Value::Sequence(items) => {
            let mut items: Vec<Value> = items.into_iter().map(ordered).collect();
            if items.iter().all(|i| i.get("name").is_some() || i.get("mountPath").is_some()) {
                items.sort_by_key(|i| serde_yaml::to_string(i).unwrap());
            }
            Value::Sequence(items)
        }
        other => other,
    }
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/targets")
}
