//! The updates in `tests/updates/*.yaml`, each as two objects.

use serde_json::Value as Json;
use std::path::Path;

pub struct Pair {
    /// `RULE: refused at PATH`, or a verdict of `kdsl diff`.
    pub head: String,
    pub old: Json,
    pub new: Json,
}

/// All pairs.
pub fn pairs() -> Vec<Pair> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/updates");
    let mut paths: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths.iter().flat_map(|path| pairs_of(&std::fs::read_to_string(path).unwrap())).collect()
}

/// Those of a file. Anchors reach over documents, so these are read as one list.
fn pairs_of(text: &str) -> Vec<Pair> {
    let documents: Vec<&str> = text.split("\n---\n").skip(1).collect();
    let list: String = documents.iter().map(|d| format!("-\n  {}\n", d.trim_end().replace('\n', "\n  "))).collect();
    let read: Vec<Json> = serde_yaml::from_str(&list).unwrap();
    let heads = documents.iter().map(|d| d.lines().next().unwrap().trim_start_matches("# ").to_string());
    let pair = |(head, pair): (String, Json)| Pair {
        head,
        old: laid(pair["base"].clone(), &pair["old"]),
        new: laid(pair["base"].clone(), &pair["new"]),
    };
    heads.zip(read).map(pair).collect()
}

/// `above` over `below`: maps by their keys, null removes, all else replaces.
fn laid(below: Json, above: &Json) -> Json {
    match (below, above) {
        (Json::Object(mut below), Json::Object(above)) => {
            for (key, value) in above {
                match below.remove(key) {
                    _ if value.is_null() => {}
                    Some(old) => drop(below.insert(key.clone(), laid(old, value))),
                    None => drop(below.insert(key.clone(), value.clone())),
                }
            }
            Json::Object(below)
        }
        (below, Json::Null) => below,
        (_, above) => above.clone(),
    }
}
