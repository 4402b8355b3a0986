//! The examples of the library's rules, which tests hold to what they say and which `explain` shows.
//!
//! `build.rs` packs `stdlib/*/*.examples.yaml`; nothing of it is touched until an example is asked for. Each document begins with a line
//! that says what it shows: `# rule: fails at PATH`, `# rule: warns at PATH`, `# rule, other: passes`.

use rustc_hash::FxHashMap;
use std::sync::LazyLock;

/// A manifest that shows what a rule is about.
#[derive(Clone, Copy, Debug)]
pub struct Example {
    /// Whether the rule complains of it.
    pub fails: bool,
    /// YAML, without the line about it.
    pub text: &'static str,
}

/// The examples of a rule, or of a refinement as `Type.field`, those that fail first.
pub fn examples_of(name: &str) -> Vec<Example> {
    let mut found: Vec<Example> = TEXT.split("\n---\n").filter_map(|document| of(name, document)).collect();
    found.sort_by_key(|example| !example.fails);
    found
}

/// The first example of each rule that it fails, by its name.
pub fn failing_examples() -> FxHashMap<&'static str, &'static str> {
    let mut found = FxHashMap::default();
    for (names, example) in TEXT.split("\n---\n").filter_map(parsed).filter(|(_, example)| example.fails) {
        for name in names.split(',') {
            found.entry(name.trim()).or_insert(example.text);
        }
    }
    found
}

static PACKED: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/examples.yaml.deflate"));
static TEXT: LazyLock<String> = LazyLock::new(|| {
    let bytes = miniz_oxide::inflate::decompress_to_vec(PACKED).expect("build.rs packed this");
    String::from_utf8(bytes).expect("build.rs packed text")
});

fn of(name: &str, document: &'static str) -> Option<Example> {
    let (names, example) = parsed(document)?;
    names.split(',').any(|found| found.trim() == name).then_some(example)
}

/// The names that an example is of, and itself.
fn parsed(document: &'static str) -> Option<(&'static str, Example)> {
    let document = document.trim_start().trim_start_matches("---\n");
    let (head, text) = document.split_once('\n')?;
    let (names, shows) = head.trim_start_matches('#').split_once(": ")?;
    Some((names, Example { fails: !shows.starts_with("passes"), text: text.trim_end() }))
}
