//! The order of the modules: each uses only those before it.
//!
//! The order is that of `docs/architecture.md`. A test reads every `crate::…` in the sources, so that a use which goes the wrong way is
//! found where it is written; uses in `#[cfg(test)]` modules are free, since no program depends on them.
#![allow(clippy::disallowed_methods, reason = "tests read files")]

use std::fs;
use std::path::{Path, PathBuf};

/// Modules from the innermost ring to the outermost. Those in one line are of one ring and use each other only from left to right.
const ORDER: &[&[&str]] = &[
    &["prose", "paint", "source", "diag", "ast", "syntax"],
    &["fmt"],
    &["world", "stdlib", "load"],
    &["schema", "types"],
    &["value", "duration", "quantity", "number", "data", "pattern", "yaml", "finding", "cel", "crd"],
    &["resolve", "emit", "builtins", "check"],
    &["object", "manifest", "eval", "conform", "rules"],
    &["params", "why", "diff", "driver", "testing", "import"],
    &["baseline", "engine"],
    &["ide"],
    &["lsp"],
    &["repl", "doc"],
    &["cli"],
];

#[test]
fn every_module_uses_only_those_before_it() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let order: Vec<&str> = ORDER.iter().flat_map(|ring| ring.iter().copied()).collect();
    let place = |module: &str| order.iter().position(|m| *m == module);
    let mut wrong = Vec::new();
    let mut seen = Vec::new();
    for file in sources(&src) {
        let inner = file.strip_prefix(&src).expect("it was found below it");
        let module = inner.iter().next().and_then(|part| part.to_str()).map(|part| part.trim_end_matches(".rs")).expect("a UTF-8 name");
        if matches!(module, "lib" | "main") {
            continue;
        }
        let Some(own) = place(module) else { panic!("`{module}` has no place in the order: give it one") };
        seen.push(module.to_string());
        let text = fs::read_to_string(&file).expect("a source file");
        for used in uses(&text) {
            match place(&used) {
                Some(other) if other <= own => {}
                Some(_) => wrong.push(format!("{} uses `{used}`, which comes after `{module}`", inner.display())),
                None => wrong.push(format!("{} uses `{used}`, which has no place in the order", inner.display())),
            }
        }
    }
    wrong.sort();
    wrong.dedup();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(order.iter().all(|module| seen.iter().any(|s| s == module)), "the order names modules that are gone");
}

#[test]
fn uses_are_found_however_they_are_written() {
    let text = "use crate::{ast, diag::Sink};\nuse crate::{\n    eval::{self, Limits},\n    world,\n};\nfn f(x: crate::source::Span) {}\n/// [`crate::cli`]\n#[cfg(test)]\nmod tests {\n    use crate::driver;\n}\n";
    assert_eq!(uses(text), ["ast", "diag", "eval", "source", "world"]);
}

/// The modules of this crate that a file names outside its comments and tests, sorted.
fn uses(text: &str) -> Vec<String> {
    let text = text.split("\n#[cfg(test)]\nmod ").next().unwrap_or_default();
    let code: String = text.lines().filter(|line| !line.trim_start().starts_with("//")).flat_map(|line| [line, "\n"]).collect();
    let mut found: Vec<String> = code.split("crate::").skip(1).flat_map(first_names).collect();
    found.sort();
    found.dedup();
    found
}

/// The names that follow `crate::`: one, or those of a group.
fn first_names(rest: &str) -> Vec<String> {
    let name = |text: &str| text.trim_start().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect::<String>();
    let Some(group) = rest.strip_prefix('{') else { return vec![name(rest)] };
    let (mut depth, mut names, mut from) = (0, Vec::new(), 0);
    for (at, c) in group.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => {
                names.push(name(&group[from..at]));
                break;
            }
            '}' => depth -= 1,
            ',' if depth == 0 => {
                names.push(name(&group[from..at]));
                from = at + 1;
            }
            _ => {}
        }
    }
    names.retain(|n| !n.is_empty());
    names
}

/// All source files, without those that hold only tests.
fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder of sources") {
        let path = entry.expect("an entry").path();
        let is_test = path.file_stem().is_some_and(|stem| stem == "tests" || stem == "fixtures");
        if path.is_dir() && !is_test {
            files.extend(sources(&path));
        } else if path.extension().is_some_and(|e| e == "rs") && !is_test {
            files.push(path);
        }
    }
    files.sort();
    files
}
