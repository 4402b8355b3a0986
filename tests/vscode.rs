//! The extension for VS Code: its own tests, where node is there, and that its parts name each other as they are.
//!
//! `editors/vscode/test/real.mjs` drives a real VS Code, and is for people to start.
#![allow(clippy::disallowed_methods, reason = "tests read files")]

use serde_json::Value as Json;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

fn extension() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("editors/vscode")
}

fn read(name: &str) -> String {
    fs::read_to_string(extension().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

fn package() -> Json {
    serde_json::from_str(&read("package.json")).expect("it is JSON")
}

/// All that the extension's own code says.
fn code() -> String {
    ["extension.js", "lib/client.js", "lib/program.js", "lib/server.js", "lib/yaml.js"].map(read).concat()
}

#[test]
fn its_own_tests_pass() {
    let probe = Command::new("node").args(["-e", "require('node:test')"]).stderr(Stdio::null()).status();
    if !probe.is_ok_and(|status| status.success()) {
        eprintln!("skipped: there is no node");
        return;
    }
    let tests = fs::read_dir(extension().join("test")).expect("a folder").map(|entry| entry.expect("an entry").path());
    let mut tests: Vec<PathBuf> = tests.filter(|path| path.to_string_lossy().ends_with(".test.js")).collect();
    tests.sort();
    assert!(tests.len() > 2, "there are tests");
    let output = Command::new("node").arg("--test").args(tests).output().expect("node starts");
    assert!(output.status.success(), "{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
}

#[test]
fn what_it_offers_is_there() {
    let (package, code) = (package(), code());
    let commands = package["contributes"]["commands"].as_array().expect("a list");
    for command in commands.iter().map(|command| command["command"].as_str().expect("a name")) {
        assert!(code.contains(&format!("registerCommand(\"{command}\"")), "`{command}` is not registered");
    }
    let known: BTreeSet<&str> = commands.iter().filter_map(|command| command["command"].as_str()).collect();
    for menu in package["contributes"]["menus"].as_object().expect("a map").values() {
        for entry in menu.as_array().expect("a list") {
            assert!(known.contains(entry["command"].as_str().expect("a name")), "{entry}");
        }
    }
    let settings = package["contributes"]["configuration"]["properties"].as_object().expect("a map");
    for setting in settings.keys().filter(|name| *name != "kdsl.trace.server") {
        let inner = setting.strip_prefix("kdsl.").expect("settings have the extension's name");
        assert!(code.contains(&format!("get(\"{inner}\")")), "`{setting}` is not read");
    }
}

#[test]
fn it_has_the_programs_version() {
    assert_eq!(package()["version"], env!("CARGO_PKG_VERSION"));
}

/// What the task's problem matcher reads is what `--diagnostics concise` writes.
#[test]
fn its_problem_matcher_reads_concise_messages() {
    let pattern = package()["contributes"]["problemMatchers"][0]["pattern"].clone();
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("web.kdsl"), "app web { image = \"nginx:1.27.0\", user = 101, replica = 3 }\n")
        .expect("it can be written");
    let output = Command::new(env!("CARGO_BIN_EXE_kdsl"))
        .args(["check", "--diagnostics", "concise", "web.kdsl"])
        .current_dir(folder.path())
        .output()
        .expect("kdsl starts");
    let said = String::from_utf8_lossy(&output.stderr).into_owned() + &String::from_utf8_lossy(&output.stdout);
    let regex = regex::Regex::new(pattern["regexp"].as_str().expect("a text")).expect("a pattern");
    let line = said.lines().find_map(|line| regex.captures(line)).unwrap_or_else(|| panic!("no line fits: {said}"));
    let part = |name: &str| &line[pattern[name].as_u64().expect("a number") as usize];
    assert_eq!([part("file"), part("line"), part("severity"), part("code")], ["web.kdsl", "1", "error", "unknown-field"]);
    assert_eq!(part("message").split('—').next().map(str::trim), Some("`app` has no field `replica`"));
}
