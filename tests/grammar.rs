//! The grammars for editors against the lexer: the same words are reserved, and texts have the same comments, strings, numbers and words.
#![allow(clippy::disallowed_methods, reason = "tests read files")]

use kdsl::ide::{HEADS, JOINTS};
use kdsl::syntax::token::{self, Kind, Token};
use serde_json::Value as Json;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn grammar() -> Json {
    serde_json::from_str(&read("editors/vscode/syntaxes/kdsl.tmLanguage.json")).expect("it is JSON")
}

/// All patterns of a grammar that match words.
fn matches(json: &Json, out: &mut Vec<String>) {
    match json {
        Json::Object(map) => {
            out.extend(map.get("match").and_then(Json::as_str).map(str::to_string));
            map.values().for_each(|inner| matches(inner, out));
        }
        Json::Array(list) => list.iter().for_each(|inner| matches(inner, out)),
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => {}
    }
}

/// The words of the alternatives in a pattern, `(?:a|b)`.
fn alternatives(pattern: &str) -> BTreeSet<String> {
    let groups = pattern.split(['(', ')']).map(|group| group.trim_start_matches("?:"));
    let is_word = |word: &str| word.len() > 1 && word.bytes().all(|byte| byte.is_ascii_lowercase());
    groups.filter(|group| group.split('|').all(is_word)).flat_map(|group| group.split('|').map(str::to_string)).collect()
}

fn reserved() -> BTreeSet<String> {
    let words = ["true", "false", "null", "if", "then", "else", "for", "in", "and", "or", "not", "let"];
    for word in words {
        assert!(token::tokens(word)[0].kind.is_reserved(), "`{word}`");
    }
    words.map(str::to_string).into()
}

#[test]
fn grammars_know_the_words_of_the_language() {
    let mut patterns = Vec::new();
    matches(&grammar(), &mut patterns);
    let words: BTreeSet<String> = patterns.iter().flat_map(|pattern| alternatives(pattern)).chain(["let".to_string()]).collect();
    let wanted: BTreeSet<String> = HEADS.iter().chain(JOINTS).map(|word| word.to_string()).chain(reserved()).collect();
    assert_eq!(words, wanted, "the grammar for VS Code");
    let vim = read("editors/vim/syntax/kdsl.vim");
    let known: BTreeSet<&str> = vim.split(|c: char| !c.is_ascii_alphabetic()).collect();
    let missing: Vec<&String> = wanted.iter().filter(|word| !known.contains(word.as_str())).collect();
    assert!(missing.is_empty(), "{missing:?} are missing in the syntax for Vim");
}

/// A word is reserved by the lexer exactly where it is in this list, whatever stands around it.
#[test]
fn no_other_word_is_reserved() {
    for word in HEADS.iter().chain(JOINTS) {
        assert_eq!(token::tokens(word)[0].kind, Kind::Word, "`{word}`");
    }
}

/// What a token must be called by the grammar.
fn scope(kind: Kind) -> Option<&'static [&'static str]> {
    match kind {
        Kind::Comment => Some(&["comment.line.double-slash"]),
        Kind::Doc => Some(&["comment.line.documentation"]),
        Kind::String | Kind::Text | Kind::Raw => Some(&["string."]),
        Kind::Number => Some(&["constant.numeric"]),
        Kind::True | Kind::False | Kind::Null => Some(&["constant.language"]),
        Kind::If | Kind::Then | Kind::Else | Kind::For | Kind::In => Some(&["keyword.control"]),
        Kind::And | Kind::Or | Kind::Not => Some(&["keyword.operator.word"]),
        Kind::Let => Some(&["keyword.other"]),
        Kind::Word => Some(&["variable.", "entity.", "keyword.other"]),
        _ => None,
    }
}

fn programs() -> Vec<PathBuf> {
    let mut out = Vec::new();
    let mut folders = vec![root().join("examples"), root().join("stdlib")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|end| end == "kdsl") {
                out.push(path);
            }
        }
    }
    out.sort();
    out
}

/// With the packages of `editors/vscode` in place (`npm install` there), the grammar itself reads every program that there is.
#[test]
fn the_grammar_sees_the_tokens_that_the_lexer_sees() {
    let extension = root().join("editors/vscode");
    let probe = Command::new("node").args(["-e", "require('vscode-textmate')"]).current_dir(&extension).stderr(Stdio::null()).status();
    if !probe.is_ok_and(|status| status.success()) {
        eprintln!("skipped: run `npm install` in editors/vscode");
        return;
    }
    let files = programs();
    let output = Command::new("node").arg(extension.join("test/tokenize.js")).args(&files).output().expect("node starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let lines: Vec<Json> = String::from_utf8_lossy(&output.stdout).lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    let mut wrong = Vec::new();
    for file in &files {
        let text = fs::read_to_string(file).expect("a text");
        let mut scopes: Vec<&Json> = vec![&Json::Null; text.len()];
        for line in lines.iter().filter(|line| line["file"].as_str().map(Path::new) == Some(file)) {
            let offset = |name: &str| line[name].as_u64().expect("an offset") as usize;
            scopes[offset("start")..offset("end")].fill(&line["scopes"]);
        }
        for Token { kind, start, end } in token::tokens(&text) {
            let Some(wanted) = scope(kind) else { continue };
            let last = |at: usize| scopes[at].as_array().and_then(|list| list.last()).and_then(Json::as_str).unwrap_or("");
            // A string has escapes in it, and a `.` makes a reserved word free.
            let inside = |at: usize| last(at).starts_with("constant.character.escape") || text.as_bytes()[at] == b'\n';
            let fits = |at: usize| wanted.iter().any(|scope| last(at).starts_with(scope)) || kind.starts_string() && inside(at);
            let freed = kind.is_reserved() && text[..start as usize].ends_with('.');
            if !freed && let Some(at) = (start as usize..end as usize).find(|&at| !fits(at)) {
                let line = text[..at].matches('\n').count() + 1;
                let name = file.strip_prefix(root()).unwrap_or(file).display();
                wrong.push(format!("{name}:{line}: `{}` is {kind:?}, and {:?}", &text[start as usize..end as usize], scopes[at]));
            }
        }
    }
    wrong.truncate(20);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
