//! Packs what the program shows on request: Kubernetes' documentation of its types and fields, as k8s-openapi has it, for
//! `src/schema/docs.rs`, and the examples of the library's rules for `src/stdlib/examples.rs`, each into one compressed file.
//!
//! The text is another project's, so it is taken from that project's package at build time and never kept in this repository. The
//! file is JSON lines in the order of `schema/types.jsonl` (by short name), compressed as one: `{"name", "doc", "fields": {…}}`.
#![allow(clippy::disallowed_methods, reason = "a build script reads what cargo tells it")]

use std::path::Path;
use std::{env, fs};

use k8s_openapi::schemars::SchemaGenerator;
use serde_json::{Map, Value, json};

include!("schema/documented.rs");

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-changed=schema/documented.rs");
    pack("examples.yaml.deflate", &examples());
    let mut generator = SchemaGenerator::default();
    macro_rules! take {
        ($ty:path) => {
            generator.subschema_for::<$ty>()
        };
    }
    documented!(take);
    let mut types: Vec<(String, Value)> = generator.take_definitions(true).into_iter().collect();
    types.sort_by_cached_key(|(name, _)| (short(name).to_owned(), name.clone()));
    let text: String = types.iter().map(|(name, schema)| format!("{}\n", line(name, schema))).collect();
    pack("docs.jsonl.deflate", &text);
}

fn pack(name: &str, text: &str) {
    let packed = miniz_oxide::deflate::compress_to_vec(text.as_bytes(), 9);
    let out = env::var("OUT_DIR").expect("cargo sets it");
    fs::write(Path::new(&out).join(name), packed).expect("OUT_DIR can be written");
}

/// All documents of `stdlib/*/*.examples.yaml`, in the order of the files' names.
fn examples() -> String {
    let mut files = Vec::new();
    for folder in ["stdlib/k8s", "stdlib/rules"] {
        println!("cargo:rerun-if-changed={folder}");
        let entries = fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
        files.extend(entries.filter(|path| path.to_string_lossy().ends_with(".examples.yaml")));
    }
    files.sort();
    let texts = files.iter().map(|path| fs::read_to_string(path).expect("a file of examples"));
    texts.map(|text| format!("{}\n---\n", text.trim_end())).collect()
}

fn short(name: &str) -> &str {
    name.rsplit('.').next().unwrap_or(name)
}

fn line(name: &str, schema: &Value) -> Value {
    let mut fields = Map::new();
    for (field, schema) in schema["properties"].as_object().into_iter().flatten() {
        if let Some(doc) = schema.get("description") {
            fields.insert(field.clone(), doc.clone());
        }
    }
    json!({ "name": name, "doc": schema["description"], "fields": fields })
}
