//! The documentation holds: every fenced block of `README.md` and `docs/*.md` is run, and what is generated there is up to date.
//!
//! What a block is for stands behind its three backticks:
//!
//! - `kdsl`: a file that builds without errors. With a name, `kdsl shop.kdsl`, later blocks of the document can name it as well.
//! - `kdsl error`: a file with errors.
//! - `kdsl true`: an expression a line, each of which is true.
//! - `yaml` close below a `kdsl` block: what it builds. A line `# …` stands for any lines.
//! - `text` close below a `kdsl` block: what kdsl says about it, as a terminal shows it, or one line each. A line `…` stands for any lines.
//! - `console`: commands behind `$`, each followed by what it prints. Those that begin with `kdsl` are run with the examples as the
//!   current folder and must succeed, or, in `console fails`, fail. Output may be left out, except that of `--help`; a line `…` stands
//!   for any lines.
//! - `repl`: entries behind `> `, lines that continue one behind `… `, each followed by what `kdsl repl` answers among the examples.
//! - `rust`: stands in `examples/embed.rs`, which the tests compile.
//! - `sh`: read by people only.
//!
//! Lines of the standard library that an output quotes may have any number: whoever adds a line there need not touch the documents.
//!
//! Between `<!-- generated: NAME -->` and `<!-- end -->` stands what [`GENERATED`] makes of the source.
//! `KDSL_UPDATE=1 cargo test --test docs` writes generated parts, and blocks of output without `…`; read the difference.
#![allow(clippy::disallowed_methods, reason = "tests read files")]

#[path = "support/reference.rs"]
mod reference;

use kdsl::rules::RuleSet;
use kdsl::testing::TestOptions;
use kdsl::{Build, Engine, MemWorld, Style, builtins};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Stdio;

/// Parts of documents that are made of the source, by name.
const GENERATED: &[(&str, Generator)] = &[
    ("builtins", reference::builtins),
    ("kinds", reference::kinds),
    ("types", reference::types),
    ("formats", reference::formats),
    ("limits", reference::limits),
    ("rules", reference::rules),
];

type Generator = fn() -> String;

/// How many lines of prose may stand between a program and its output, as in two columns of a table.
const NEAR: usize = 16;

#[test]
fn every_block_does_what_it_says() {
    let mut failures = Vec::new();
    for path in documents() {
        let written = std::fs::read_to_string(&path).unwrap();
        let mut document = Document::read(&written);
        let before = failures.len();
        document.check(&mut failures);
        for failure in &mut failures[before..] {
            *failure = format!("{}:{failure}", path.strip_prefix(root()).unwrap().display());
        }
        let held = document.text();
        if held != written {
            if std::env::var_os("KDSL_UPDATE").is_some() {
                std::fs::write(&path, held).unwrap();
            } else {
                let diff = similar::TextDiff::from_lines(&written, &held);
                failures.push(format!("{}\n{}", path.display(), diff.unified_diff().context_radius(2)));
            }
        }
    }
    assert!(failures.is_empty(), "{}\n(KDSL_UPDATE=1 rewrites what is generated)", failures.join("\n\n"));
}

/// The table at the head of the tour has all rows of the inventory, and every link of a document leads to something.
#[test]
fn the_tour_is_complete_and_links_lead_somewhere() {
    let tour = std::fs::read_to_string(root().join("docs/tour.md")).unwrap();
    for row in 1..=43 {
        let line = tour.lines().find(|line| line.starts_with(&format!("| {row} |"))).unwrap_or_else(|| panic!("the tour has no row {row}"));
        for part in ["../examples/", "../tests/snapshots/", "../tests/c"] {
            assert!(line.contains(part), "row {row} has no link to {part}: {line}");
        }
    }
    for path in documents() {
        let text = std::fs::read_to_string(&path).unwrap();
        for target in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            let file = target.split('#').next().unwrap_or_default();
            let is_file = !file.is_empty() && !file.contains(':') && !file.contains([' ', '"', '`', '*', '\\']);
            assert!(!is_file || path.parent().unwrap().join(file).exists(), "{}: nothing is at {target}", path.display());
        }
    }
}

/// Rules that the page for users of other linters names are there, in the column of their set, and what it leaves out has its reason.
#[test]
fn the_answers_to_other_linters_are_there() {
    let text = std::fs::read_to_string(root().join("docs/linters.md")).unwrap();
    let is_strict: BTreeMap<&str, bool> =
        kdsl::stdlib::rules().map(|rule| (rule.name.name.as_str(), RuleSet::of(rule) == Some(RuleSet::Strict))).collect();
    let is_code = |name: &str| kdsl::diag::codes::all().any(|code| code.name == name);
    let reasons: Vec<String> = text.lines().filter_map(|line| line.strip_prefix("### ")).map(anchor).collect();
    let mut wrong = Vec::new();
    for row in text.lines().filter(|line| line.starts_with("| `")) {
        let cells: Vec<&str> = row.split('|').map(str::trim).collect();
        let [_, _, on, strict, _] = cells[..] else { panic!("no row of three cells: {row}") };
        for (cell, column) in [(on, false), (strict, true)] {
            for name in cell.split('`').skip(1).step_by(2) {
                let right = match is_strict.get(name) {
                    Some(set) => *set == column,
                    None => !column && (is_code(name) || name == "--pod-security"),
                };
                if !right {
                    wrong.push(format!("`{name}` in {row}"));
                }
            }
        }
        let reason = on.strip_prefix("no: ").and_then(|link| link.split("](#").nth(1)).map(|rest| rest.trim_end_matches(')'));
        if reason.is_some_and(|reason| !reasons.iter().any(|known| known == reason)) || on.is_empty() && strict.is_empty() {
            wrong.push(format!("no reason in {row}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The anchor of a heading.
fn anchor(heading: &str) -> String {
    heading.to_lowercase().replace('\'', "").replace(' ', "-")
}

/// The example of each builtin is true.
#[test]
fn every_example_of_a_builtin_is_true() {
    let mut program = String::new();
    for (number, builtin) in builtins::all().enumerate() {
        writeln!(program, "{}", claim(number, builtin.example, builtin.name)).unwrap();
    }
    let build = compile("examples.kdsl", &program, &MemWorld::new());
    assert!(!build.diagnostics.has_errors(), "{}", build.diagnostics.render(Style::Concise));
}

/// A document: lines of prose, blocks, and generated parts.
struct Document {
    parts: Vec<Part>,
}

enum Part {
    Prose(String),
    Block(Block),
    Generated { name: String, line: usize, body: String },
}

struct Block {
    /// What stands behind the backticks.
    info: Vec<String>,
    line: usize,
    body: String,
}

impl Block {
    fn language(&self) -> &str {
        self.info.first().map_or("", String::as_str)
    }

    fn has(&self, word: &str) -> bool {
        self.info.iter().skip(1).any(|w| w == word)
    }

    fn file(&self) -> Option<&str> {
        self.info.iter().skip(1).map(String::as_str).find(|w| w.ends_with(".kdsl"))
    }
}

impl Document {
    fn read(text: &str) -> Document {
        let mut parts = Vec::new();
        let mut lines = text.split_inclusive('\n').enumerate();
        while let Some((number, line)) = lines.next() {
            let line_number = number + 1;
            let mut until = |end: &str| -> String { lines.by_ref().map(|(_, l)| l).take_while(|l| l.trim_end() != end).collect() };
            if let Some(info) = line.trim_end().strip_prefix("```") {
                let info = info.split_whitespace().map(str::to_string).collect();
                parts.push(Part::Block(Block { info, line: line_number, body: until("```") }));
            } else if let Some(name) = line.trim_end().strip_prefix("<!-- generated: ").and_then(|l| l.strip_suffix(" -->")) {
                parts.push(Part::Generated { name: name.to_string(), line: line_number, body: until("<!-- end -->") });
            } else {
                parts.push(Part::Prose(line.to_string()));
            }
        }
        Document { parts }
    }

    fn text(&self) -> String {
        let mut out = String::new();
        for part in &self.parts {
            match part {
                Part::Prose(line) => out.push_str(line),
                Part::Block(block) => writeln!(out, "```{}\n{}```", block.info.join(" "), block.body).unwrap(),
                Part::Generated { name, body, .. } => writeln!(out, "<!-- generated: {name} -->\n{body}<!-- end -->").unwrap(),
            }
        }
        out
    }

    /// Runs all blocks, tells what fails, and puts the output in place of the output that stands there.
    fn check(&mut self, failures: &mut Vec<String>) {
        let mut world = examples();
        let mut last: Option<(Build, usize)> = None;
        for (number, part) in self.parts.iter_mut().enumerate() {
            match part {
                Part::Prose(_) => {}
                Part::Generated { name, line, body } => match GENERATED.iter().find(|(known, _)| known == name) {
                    Some((_, make)) => *body = format!("\n{}\n", make()),
                    None => failures.push(format!("{line}: nothing generates `{name}`")),
                },
                Part::Block(block) => {
                    let result = match block.language() {
                        "kdsl" => run(block, &mut world).map(|build| last = Some((build, number))),
                        "yaml" | "text" => match &last {
                            Some((build, at)) if number - at <= NEAR => {
                                let output = if block.language() == "yaml" { build.yaml() } else { said(build, &block.body) };
                                agree(&mut block.body, &output)
                            }
                            _ => Err("no `kdsl` block stands above this output".to_string()),
                        },
                        "console" => console(block),
                        "repl" => session(block),
                        "rust" => compiled(block),
                        "sh" | "lua" | "vim" | "toml" | "elisp" => Ok(()),
                        other => Err(format!("`{other}` is no language of the documentation; see tests/docs.rs")),
                    };
                    if let Err(why) = result {
                        failures.push(format!("{}: {why}", block.line));
                    }
                }
            }
        }
    }
}

/// Builds a `kdsl` block and holds it to what it says it is.
fn run(block: &Block, world: &mut MemWorld) -> Result<Build, String> {
    let name = block.file().unwrap_or("doc.kdsl");
    if block.has("true") {
        let claims: Vec<String> = block.body.lines().enumerate().map(|(i, line)| claim(i, line, line)).collect();
        let build = compile(name, &claims.join("\n"), world);
        return if build.diagnostics.has_errors() { Err(build.diagnostics.render(Style::Concise)) } else { Ok(build) };
    }
    if block.file().is_some() {
        *world = std::mem::take(world).with(name, block.body.as_str());
    }
    let build = compile(name, &block.body, world);
    match (build.diagnostics.has_errors(), block.has("error")) {
        (true, false) => Err(format!("this has errors:\n{}", build.diagnostics.render(Style::Pretty { color: false }))),
        (false, true) => Err("this has no errors".to_string()),
        (false, false) => tested(&block.body).map(|()| build),
        (true, true) => Ok(build),
    }
}

/// The tests that a block holds pass.
fn tested(text: &str) -> Result<(), String> {
    let tests = Engine::new(examples().with("doc.kdsl", text)).test("doc.kdsl", &TestOptions::default());
    let failures: Vec<_> = tests.outcomes().iter().flat_map(|test| test.failures.clone()).collect();
    match failures.as_slice() {
        [] => Ok(()),
        failures => Err(format!("tests fail:\n{}", tests.render(failures, Style::Pretty { color: false }))),
    }
}

/// A declaration that is refused unless `expression` is true. It stands in the body of a kind, where every builtin can be called.
fn claim(number: usize, expression: &str, name: &str) -> String {
    format!("kind claim{number} {{ require ({expression}) else {name:?} }}\nclaim{number} it {{ }}", name = name.replace("${", "$"))
}

/// Compiles a file that may name those of the world and the file that the builtins' examples read.
fn compile(name: &str, text: &str, world: &MemWorld) -> Build {
    let (path, content) = builtins::EXAMPLE_FILE;
    Engine::new(world.clone().with(path, content).with(name, text)).build(name)
}

/// The messages in the form in which `like` gives them.
fn said(build: &Build, like: &str) -> String {
    let concise = like.lines().next().is_some_and(|line| line.contains(".kdsl:"));
    build.diagnostics.render(if concise { Style::Concise } else { Style::Pretty { color: false } })
}

/// Puts `output` in the place of a body that shows all of it; holds one that leaves parts out to what it shows.
fn agree(body: &mut String, output: &str) -> Result<(), String> {
    let mut output: String = output.lines().map(|l| format!("{}\n", l.trim_end())).collect();
    while output.ends_with("\n\n") {
        output.pop();
    }
    if !body.lines().any(is_gap) {
        if unnumbered(body) != unnumbered(&output) {
            *body = output;
        }
        return Ok(());
    }
    let (shown, all) = (unnumbered(body), unnumbered(&output));
    let shown: Vec<&str> = shown.iter().map(String::as_str).collect();
    let all: Vec<&str> = all.iter().map(String::as_str).collect();
    let mut from = 0;
    let chunks: Vec<&[&str]> = shown.split(|line| is_gap(line)).collect();
    for (i, chunk) in chunks.iter().enumerate() {
        let places = from..=(all.len().saturating_sub(chunk.len()));
        let fits =
            |at: usize| all[at..].starts_with(chunk) && (i > 0 || at == 0) && (i + 1 < chunks.len() || at + chunk.len() == all.len());
        match places.clone().find(|&at| fits(at)) {
            Some(at) => from = at + chunk.len(),
            None => return Err(format!("the output has no such lines in this order:\n{}\nThe output is:\n{output}", chunk.join("\n"))),
        }
    }
    Ok(())
}

/// The lines of an output without the numbers of lines of the standard library, which change whenever a line is added there: what is
/// quoted of it, and in which file and column it stands, is left.
fn unnumbered(text: &str) -> Vec<String> {
    let mut in_library = false;
    let mut out = Vec::new();
    for line in text.lines() {
        let place = line.split_once(".kdsl:").map(|(file, numbers)| (file, numbers.split_once(':')));
        if let Some((file, Some((_, rest)))) = place {
            in_library = file.split(' ').next_back().is_some_and(|file| file.starts_with("std/"));
            out.push(if in_library { format!("{file}.kdsl:N:{rest}") } else { line.to_string() });
            continue;
        }
        let quoted = line.trim_start().split_once(" │").filter(|(number, _)| number.bytes().all(|b| b.is_ascii_digit()));
        out.push(match quoted {
            Some((_, code)) if in_library => format!("N │{code}"),
            _ => line.to_string(),
        });
        in_library = in_library && !line.is_empty();
    }
    out
}

#[test]
fn only_the_numbers_of_the_librarys_lines_are_free() {
    let warning = |file: &str, line: u32, column: u32, code: &str| {
        format!("   ├─[ {file}.kdsl:{line}:{column} ]\n   │\n{line} │     {code}\n   │\n   │ Note: 3 │ 4\n")
    };
    let held = unnumbered(&warning("std/kinds/app", 329, 19, "containers = [container]"));
    assert_eq!(held, unnumbered(&warning("std/kinds/app", 412, 19, "containers = [container]")));
    assert_ne!(held, unnumbered(&warning("std/kinds/job", 329, 19, "containers = [container]")));
    assert_ne!(held, unnumbered(&warning("std/kinds/app", 329, 20, "containers = [container]")));
    assert_ne!(held, unnumbered(&warning("std/kinds/app", 329, 19, "containers = []")));
    assert_ne!(unnumbered(&warning("web", 1, 1, "x")), unnumbered(&warning("web", 2, 1, "x")));
    let why = |line: u32| {
        format!(
            "  is put here by the kind `app`\n  std/kinds/app.kdsl:{line}:5\n   {line} │     replicas = 1\n\n  shop.kdsl:7:3\n   7 │ x\n"
        )
    };
    assert_eq!(unnumbered(&why(84)), unnumbered(&why(90)));
    assert_ne!(unnumbered(&why(84)), unnumbered(&why(84).replace("7 │ x", "8 │ x")));
}

fn is_gap(line: &str) -> bool {
    matches!(line.trim(), "…" | "# …")
}

/// Runs the commands of a console block that begin with `kdsl`, among the examples.
fn console(block: &mut Block) -> Result<(), String> {
    let fails = block.has("fails");
    let mut body = String::new();
    let mut lines = block.body.lines().peekable();
    while let Some(line) = lines.next() {
        let Some(command) = line.strip_prefix("$ ") else { return Err(format!("`{line}` is the output of no command")) };
        let mut shown = String::new();
        while let Some(output) = lines.next_if(|l| !l.starts_with("$ ")) {
            writeln!(shown, "{output}").unwrap();
        }
        let command = command.split(" #").next().unwrap_or(command).trim();
        if command.starts_with("kdsl ") && !command.contains('|') {
            let (ok, output) = shell(command);
            if ok == fails {
                return Err(format!("`{command}` {}:\n{output}", if ok { "succeeds" } else { "fails" }));
            }
            if !shown.is_empty() || command.ends_with("--help") {
                agree(&mut shown, &output)?;
            }
        }
        write!(body, "{line}\n{shown}").unwrap();
    }
    block.body = body;
    Ok(())
}

/// Gives the entries of a block to a session among the examples.
fn session(block: &mut Block) -> Result<(), String> {
    let entries = block.body.lines().filter_map(|line| line.strip_prefix("> ").or_else(|| line.strip_prefix("… ")));
    let input: String = entries.map(|entry| format!("{entry}\n")).collect();
    let folder = folder_of_examples();
    let mut child = std::process::Command::new(env!("CARGO_BIN_EXE_kdsl"))
        .args(["repl", "--transcript"])
        .current_dir(folder.path())
        .env_remove("COLUMNS")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    agree(&mut block.body, &String::from_utf8(output.stdout).unwrap())
}

fn folder_of_examples() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in example_files() {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    folder
}

/// Runs a command of `kdsl` in a copy of the examples.
fn shell(command: &str) -> (bool, String) {
    let folder = folder_of_examples();
    let words = command.split_whitespace().skip(1);
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_kdsl"))
        .args(words)
        .current_dir(folder.path())
        .env_remove("COLUMNS")
        .output()
        .unwrap();
    let text = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8(text).unwrap())
}

fn compiled(block: &Block) -> Result<(), String> {
    let path = root().join("examples/embed.rs");
    let squeezed = |text: &str| text.split_whitespace().collect::<String>();
    match std::fs::read_to_string(path) {
        Ok(text) if squeezed(&text).contains(&squeezed(&block.body)) => Ok(()),
        Ok(_) => Err("these lines do not stand in examples/embed.rs".to_string()),
        Err(error) => Err(format!("examples/embed.rs: {error}")),
    }
}

fn examples() -> MemWorld {
    example_files().into_iter().fold(MemWorld::new(), |world, (name, text)| world.with(name, text))
}

fn example_files() -> Vec<(String, String)> {
    let mut files = Vec::new();
    for (folder, ending) in [("", "kdsl"), ("crds/", "yaml"), ("old/", "yaml")] {
        for entry in std::fs::read_dir(root().join("examples").join(folder)).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_some_and(|e| e == ending) {
                let name = path.file_name().unwrap().to_str().unwrap();
                files.push((format!("{folder}{name}"), std::fs::read_to_string(&path).unwrap()));
            }
        }
    }
    files
}

fn documents() -> Vec<PathBuf> {
    let docs = std::fs::read_dir(root().join("docs")).unwrap().map(|e| e.unwrap().path());
    let mut all: Vec<PathBuf> = docs.filter(|p| p.extension().is_some_and(|e| e == "md")).collect();
    all.push(root().join("README.md"));
    all.sort();
    all
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}
