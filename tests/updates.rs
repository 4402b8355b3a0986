//! Updates of single objects: what `kdsl diff` says of each, and what the rules `on update` refuse. `tests/updates/pairs.yaml` holds pairs
//! that a real kube-apiserver 1.37 judged; each is judged here as two manifests.
#![allow(clippy::disallowed_methods, reason = "tests read files")]

use kdsl::diff::Verdict;
use kdsl::engine::{self, Side};
use serde_json::Value as Json;
use std::path::Path;

#[test]
fn every_update_is_judged_as_the_api_server_does() {
    let mut wrong = Vec::new();
    for (head, pair) in pairs() {
        let side = |own: &str| side(&laid(pair["base"].clone(), &pair[own]));
        let (old, new) = (side("old"), side("new"));
        let diff = engine::diff(&old, &new, None);
        let outcome = &diff.report.objects[0];
        let said = match outcome.verdict {
            Verdict::Refused => {
                outcome.refusals.iter().map(|r| format!("{}: refused at {}", r.code, r.path)).collect::<Vec<_>>().join(", ")
            }
            verdict => verdict.as_str().to_string(),
        };
        if said != head {
            wrong.push(format!("{}: expected `{head}`, found `{said}`: {:?}", outcome.title, outcome.changes));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// A rule that no pair shows would not be known to work.
#[test]
fn every_rule_on_updates_has_a_pair() {
    let text = std::fs::read_to_string(root().join("stdlib/k8s/updates.kdsl")).unwrap();
    let heads: Vec<String> = pairs().into_iter().map(|(head, _)| head).collect();
    for line in text.lines().filter(|line| line.starts_with("rule ")) {
        let name = line.split_whitespace().nth(1).unwrap();
        let warns_only = name == "signing-request-kept";
        assert!(warns_only || name == "controllerrevision-immutable" || heads.iter().any(|h| h.starts_with(&format!("{name}:"))), "{name}");
    }
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn side(object: &Json) -> Side {
    engine::manifests(vec![("object.json".into(), object.to_string().into_bytes())])
}

/// What is expected, and `base`, `old` and `new`. Anchors reach over documents, so all are read as one list.
fn pairs() -> Vec<(String, Json)> {
    let text = std::fs::read_to_string(root().join("tests/updates/pairs.yaml")).unwrap();
    let documents: Vec<&str> = text.split("\n---\n").skip(1).collect();
    let list: String = documents.iter().map(|d| format!("-\n  {}\n", d.trim_end().replace('\n', "\n  "))).collect();
    let read: Vec<Json> = serde_yaml::from_str(&list).unwrap();
    let heads = documents.iter().map(|d| d.lines().next().unwrap().trim_start_matches("# ").to_string());
    heads.zip(read).collect()
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
