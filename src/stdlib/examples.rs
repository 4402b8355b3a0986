//! The examples of the library's rules, which tests hold to what they say and which `explain` shows.
//!
//! `build.rs` packs `stdlib/*/*.examples.yaml`; nothing of it is touched until an example is asked for. Each document begins with a line
//! that says what it shows: `# rule: fails at PATH`, `# rule: warns at PATH`, `# rule, other: passes`.

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

static PACKED: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/examples.yaml.deflate"));
static TEXT: LazyLock<String> = LazyLock::new(|| {
    let bytes = miniz_oxide::inflate::decompress_to_vec(PACKED).expect("build.rs packed this");
    String::from_utf8(bytes).expect("build.rs packed text")
});

fn of(name: &str, document: &'static str) -> Option<Example> {
    let document = document.trim_start().trim_start_matches("---\n");
    let (head, text) = document.split_once('\n')?;
    let (names, shows) = head.trim_start_matches('#').split_once(": ")?;
    let is_of_it = names.split(',').any(|found| found.trim() == name);
    is_of_it.then(|| Example { fails: !shows.starts_with("passes"), text: text.trim_end() })
}
