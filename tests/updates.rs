//! Updates of single objects: what `kdsl diff` says of each, and what the rules `on update` refuse. `tests/updates/*.yaml` holds pairs
//! that a real kube-apiserver 1.37 judged; each is judged here as two manifests.
#![allow(clippy::disallowed_methods, reason = "tests read files")]

use kdsl::diff::Verdict;
use kdsl::engine::{self, Definitions, Side};
use serde_json::Value as Json;
use std::path::Path;

#[path = "support/pairs.rs"]
mod pairs;
use pairs::pairs;

#[test]
fn every_update_is_judged_as_the_api_server_does() {
    let mut wrong = Vec::new();
    let definitions = definitions();
    for pair in pairs() {
        let (old, new) = (side(&pair.old), side(&pair.new));
        let diff = engine::diff_with(&old, &new, None, &definitions);
        let outcome = &diff.report.objects[0];
        let said = match outcome.verdict {
            Verdict::Refused => {
                outcome.refusals.iter().map(|r| format!("{}: refused at {}", r.code, r.path)).collect::<Vec<_>>().join(", ")
            }
            verdict => verdict.as_str().to_string(),
        };
        if said != pair.head {
            wrong.push(format!("{}: expected `{}`, found `{said}`: {:?}", outcome.title, pair.head, outcome.changes));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// A rule that no pair shows would not be known to work.
#[test]
fn every_rule_on_updates_has_a_pair() {
    let text: String = ["updates", "updates-storage"]
        .map(|name| std::fs::read_to_string(root().join(format!("stdlib/k8s/{name}.kdsl"))).unwrap())
        .concat();
    let heads: Vec<String> = pairs().into_iter().map(|pair| pair.head).collect();
    for line in text.lines().filter(|line| line.starts_with("rule ")) {
        let name = line.split_whitespace().nth(1).unwrap();
        let warns_only = name == "signing-request-kept";
        assert!(warns_only || name == "controllerrevision-immutable" || heads.iter().any(|h| h.starts_with(&format!("{name}:"))), "{name}");
    }
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The definitions that examples import.
fn definitions() -> Definitions {
    let mut definitions = Definitions::default();
    for entry in std::fs::read_dir(root().join("examples/crds")).unwrap() {
        definitions.add(&std::fs::read_to_string(entry.unwrap().path()).unwrap()).unwrap();
    }
    definitions
}

fn side(object: &Json) -> Side {
    engine::manifests(vec![("object.json".into(), object.to_string().into_bytes())])
}
