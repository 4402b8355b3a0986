//! The examples of the library's rules: documents of `stdlib/*/*.examples.yaml`, each with a head line that says what it shows.
//!
//! `# name: fails at PATH`, `# name: warns at PATH` or `# name, name: passes`; behind it may stand `(kube 1.34)`, the release for which
//! that is so. A name is that of a rule, or `Type.field` for a refinement. Several objects of one example stand in a `kind: List`.
#![allow(clippy::disallowed_methods, dead_code, reason = "tests read files, and each uses a part of this")]

use std::path::{Path, PathBuf};

#[derive(Clone, Debug)]
pub struct Example {
    /// The file it stands in, without its folders and endings.
    pub file: String,
    pub line: usize,
    pub names: Vec<String>,
    pub shows: Shows,
    /// The release for which it holds, as `1.34`.
    pub kube: Option<String>,
    pub text: String,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Shows {
    Fails { at: String },
    Warns { at: String },
    Passes,
}

impl Example {
    pub fn title(&self) -> String {
        format!("{}:{} ({})", self.file, self.line, self.names.join(", "))
    }
}

/// All examples below a folder of the library.
pub fn examples(folder: &str) -> Vec<Example> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("stdlib").join(folder);
    let entries = std::fs::read_dir(&folder).into_iter().flatten().flatten();
    let mut files: Vec<PathBuf> = entries.map(|e| e.path()).filter(|p| p.to_string_lossy().ends_with(".examples.yaml")).collect();
    files.sort();
    files.iter().flat_map(|file| in_file(file)).collect()
}

fn in_file(path: &Path) -> Vec<Example> {
    let text = std::fs::read_to_string(path).expect("an example file");
    let file = path.file_name().expect("a name").to_string_lossy().replace(".examples.yaml", "");
    let (mut found, mut line) = (Vec::new(), 1);
    for document in format!("\n{text}").split("\n---\n") {
        if !document.trim().is_empty() {
            let head = document.lines().position(|l| !l.trim().is_empty()).unwrap_or_default();
            let example = document.lines().nth(head).and_then(|l| of_head(l, document, &file, line + head.saturating_sub(1)));
            found.push(
                example.unwrap_or_else(|| panic!("{file}:{line}: an example begins with `# name: fails at PATH` or `# name: passes`")),
            );
        }
        line += document.lines().count() + usize::from(!document.ends_with('\n'));
    }
    found
}

fn of_head(head: &str, text: &str, file: &str, line: usize) -> Option<Example> {
    let head = head.trim().strip_prefix('#')?.trim();
    let (head, kube) = match head.split_once("(kube ") {
        Some((head, release)) => (head.trim(), Some(release.trim_end_matches(')').to_string())),
        None => (head, None),
    };
    let (names, shows) = head.split_once(": ")?;
    let shows = match shows.split_once(" at ") {
        Some(("fails", at)) => Shows::Fails { at: at.trim().to_string() },
        Some(("warns", at)) => Shows::Warns { at: at.trim().to_string() },
        _ if shows.trim() == "passes" => Shows::Passes,
        _ => return None,
    };
    let names = names.split(',').map(|name| name.trim().to_string()).collect();
    Some(Example { file: file.to_string(), line, names, shows, kube, text: text.to_string() })
}
