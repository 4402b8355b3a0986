//! The language services: what is offered and said at a place in a text that is being written. `‸` marks the place.

use kdsl::MemWorld;
use kdsl::ide::{self, Analysis, Completion};

#[path = "ide/complete.rs"]
mod complete;
#[path = "ide/definition.rs"]
mod definition;
#[path = "ide/file.rs"]
mod file;
#[path = "ide/fixes.rs"]
mod fixes;
#[path = "ide/hover.rs"]
mod hover;
#[path = "ide/labels.rs"]
mod labels;

/// The place of the mark, and the project without it.
fn marked(text: &str) -> (Analysis, usize) {
    let offset = text.find('‸').expect("a mark");
    let text = text.replace('‸', "");
    (Analysis::new(&MemWorld::new().with("a.kdsl", text).with("lib.kdsl", LIB), "a.kdsl"), offset)
}

const LIB: &str = r#"
/// Who owns it.
type Team = "payments" | "search"
let owner = "example.com/owner"
fn image(name: String, tag: String = "1.0.0") -> String = "registry.example.com/${name}:${tag}"

/// An app as this company wants it.
kind webapp from app {
  team: Team
  replicas = 2
}
"#;

fn complete(text: &str) -> Vec<Completion> {
    let (analysis, offset) = marked(text);
    ide::complete(&analysis, "a.kdsl", offset)
}

/// The labels of what is offered, the likeliest first.
fn offered(text: &str) -> Vec<String> {
    complete(text).into_iter().map(|completion| completion.label).collect()
}

fn hover(text: &str) -> String {
    let (analysis, offset) = marked(text);
    ide::hover(&analysis, "a.kdsl", offset).map(|hover| hover.markdown).unwrap_or_default()
}

#[track_caller]
fn assert_offers(text: &str, wanted: &[&str]) {
    let offered = offered(text);
    let missing: Vec<&&str> = wanted.iter().filter(|wanted| !offered.iter().any(|label| label == **wanted)).collect();
    let first: Vec<&String> = offered.iter().take(40).collect();
    assert!(missing.is_empty(), "{missing:?} is not offered in\n{text}\noffered: {first:?}");
}

#[track_caller]
fn assert_offers_not(text: &str, unwanted: &[&str]) {
    let offered = offered(text);
    let found: Vec<&&str> = unwanted.iter().filter(|unwanted| offered.iter().any(|label| label == **unwanted)).collect();
    assert!(found.is_empty(), "{found:?} is offered in\n{text}");
}
