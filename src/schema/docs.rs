//! Kubernetes' own documentation of its types and fields.
//!
//! `build.rs` takes it from k8s-openapi and compresses it. Nothing of it is touched until a text is asked for; then all of it is
//! unpacked once, and each type's texts are decoded on their own.

use std::collections::HashMap;
use std::sync::LazyLock;

use serde::Deserialize;
use ustr::Ustr;

use super::table::Table;

/// The words about a type.
pub(super) fn of_type(ty: Ustr) -> Option<&'static str> {
    docs(ty)?.doc.as_deref()
}

/// The words about a type's field.
pub(super) fn of_field(ty: Ustr, field: Ustr) -> Option<&'static str> {
    match docs(ty) {
        Some(docs) => docs.fields.get(field.as_str()).map(String::as_str),
        None => super::added::doc(ty, field),
    }
}

#[derive(Deserialize)]
struct Docs {
    doc: Option<String>,
    fields: HashMap<String, String, rustc_hash::FxBuildHasher>,
}

static PACKED: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/docs.jsonl.deflate"));
static DOCS: LazyLock<Table<Docs>> = LazyLock::new(|| Table::new(unpacked().leak()));

fn docs(ty: Ustr) -> Option<&'static Docs> {
    let index = DOCS.find_full(ty.as_str())?;
    Some(DOCS.get(index, |line| serde_json::from_str(line).expect("build.rs wrote this line")))
}

fn unpacked() -> String {
    let bytes = miniz_oxide::inflate::decompress_to_vec(PACKED).expect("build.rs packed this");
    String::from_utf8(bytes).expect("build.rs packed text")
}
