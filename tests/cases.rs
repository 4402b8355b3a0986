//! Golden cases: a `.kdsl` file says what comes of it, and this test holds it to that.
//!
//! The folder under `tests/cases` picks the stage ([`STAGES`]). In a case stand, besides the program:
//!
//! - above a line, `// error[code] column: message` for each diagnostic whose place starts on it, with the column of the place, and
//!   under it `//   = …` lines for its label, second places, notes, help and fix;
//! - `// file: name` before the text of a further file, which ends at the next such line; what stands above the first is `case.kdsl`,
//!   the file that is built;
//! - `// given: name=value` where a param is given a value from outside, as with `-p`;
//! - at the end, behind a line `// output:`, what the stage gives, each line behind `// `.
//!
//! A stage sees the program without these lines. What is in the file has to be exactly what would be written, so that a diagnostic that
//! is missing, new or worded otherwise fails. `KDSL_UPDATE=1 cargo test --test cases` writes the files; read the difference.
#![allow(clippy::disallowed_methods, reason = "tests read files")]

#[path = "support/dump.rs"]
mod dump;
#[path = "support/stack.rs"]
mod stack;

use kdsl::diag::{Diagnostic, Sink};
use kdsl::driver::{self, Options};
use kdsl::emit::{self, Format};
use kdsl::params::{Given, GivenValue};
use kdsl::resolve::Program;
use kdsl::source::{FileDb, Source, SourceKind, Span};
use kdsl::world::MemWorld;
use stack::on_threads;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// `kinds/fields.kdsl` gives every field of the library's kinds a value of another type; a new field belongs there, too.
#[test]
fn every_field_of_the_library_is_written_wrongly_once() {
    use kdsl::ast::{Item, Member};
    use kdsl::stdlib::{Sort, item, names};
    let text = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/kinds/fields.kdsl")).unwrap();
    let mut missing = Vec::new();
    for name in names(Sort::Kind).filter(|name| *name != "file") {
        let Some(Item::Kind(kind)) = item(Sort::Kind, name) else { continue };
        for member in &kind.members {
            let field = match member {
                Member::Field(field) => field.name.name,
                Member::Nested(nested) => nested.name.name,
                _ => continue,
            };
            if ![" = ", " { ", " x "].iter().any(|behind| text.contains(&format!("{{ {field}{behind}"))) {
                missing.push(format!("{name}.{field}"));
            }
        }
    }
    assert!(missing.is_empty(), "tests/cases/kinds/fields.kdsl lacks {}", missing.join(", "));
}

/// What a case asks for.
struct Case {
    files: Vec<File>,
    /// Values for params.
    given: Vec<(String, String)>,
}

struct File {
    name: String,
    text: String,
}

/// What a stage makes of a case.
struct Outcome {
    files: FileDb,
    diagnostics: Vec<Diagnostic>,
    /// Empty where the stage's result is of no interest.
    output: String,
}

type Stage = fn(&Case) -> Outcome;

const STAGES: &[(&str, Stage)] = &[
    ("parse", parse),
    ("check", check),
    ("eval", build),
    ("layers", build),
    ("kinds", build),
    ("schema", build),
    ("emit", build),
    ("rules", build),
];

const MAIN: &str = "case.kdsl";

fn parse(case: &Case) -> Outcome {
    let (files, sink) = (FileDb::new(), Sink::new());
    let source = files.add(MAIN, case.files[0].text.clone(), SourceKind::User).unwrap();
    let file = kdsl::syntax::parse(&source, &sink);
    Outcome { diagnostics: sink.finish(), output: dump::file(&file), files }
}

/// What the checker says, before anything is evaluated.
fn check(case: &Case) -> Outcome {
    let (files, sink) = (FileDb::new(), Sink::new());
    kdsl::stdlib::add_to(&files);
    if let Some(project) = kdsl::load::load(&case.world(), &files, MAIN, &sink) {
        on_threads(2, || kdsl::check::check(&Program::new(&project, &files, &sink)));
    }
    Outcome { diagnostics: sink.finish(), output: String::new(), files }
}

/// `kdsl build`.
fn build(case: &Case) -> Outcome {
    let outcome = on_threads(2, || driver::build(&case.world(), MAIN, &case.options()));
    let nodes: Vec<_> = outcome.objects.iter().map(|object| object.node()).collect();
    let output = emit::stream(&nodes.iter().collect::<Vec<_>>(), Format::Yaml);
    Outcome { files: outcome.files, diagnostics: outcome.diagnostics, output }
}

impl Case {
    fn world(&self) -> MemWorld {
        self.files.iter().fold(MemWorld::new(), |world, file| world.with(file.name.as_str(), file.text.as_str()))
    }

    fn options(&self) -> Options {
        let one = |(name, value): &(String, String)| Given {
            name: name.clone(),
            value: GivenValue::Text(value.clone()),
            origin: format!("-p {name}={value}"),
        };
        Options { given: self.given.iter().map(one).collect(), ..Options::default() }
    }
}

#[test]
fn cases_give_what_they_say() {
    let update = std::env::var_os("KDSL_UPDATE").is_some();
    let mut failures = Vec::new();
    for (folder, stage) in STAGES {
        let cases = cases_in(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases").join(folder));
        for path in cases {
            let written = std::fs::read_to_string(&path).unwrap();
            let actual = render(&program(&written), *stage);
            if actual == written {
                continue;
            }
            if update {
                std::fs::write(&path, actual).unwrap();
            } else {
                let diff = similar::TextDiff::from_lines(&written, &actual);
                failures.push(format!("{}\n{}", path.display(), diff.unified_diff().context_radius(2)));
            }
        }
    }
    assert!(failures.is_empty(), "{} cases differ (KDSL_UPDATE=1 rewrites them)\n{}", failures.len(), failures.join("\n"));
}

fn cases_in(folder: &Path) -> Vec<PathBuf> {
    let mut out: Vec<PathBuf> =
        std::fs::read_dir(folder).map(|entries| entries.map(|entry| entry.unwrap().path()).collect()).unwrap_or_default();
    out.retain(|path| path.extension().is_some_and(|extension| extension == "kdsl"));
    out.sort();
    out
}

/// The case without what it says comes of it.
fn program(written: &str) -> String {
    let end = written.find("\n// output:").or(written.starts_with("// output:").then_some(0)).unwrap_or(written.len());
    let is_expectation = |line: &&str| {
        let line = line.trim_start();
        line.starts_with("// error[") || line.starts_with("// warning[") || line.starts_with("//   = ")
    };
    written[..end].split_inclusive('\n').filter(|line| !is_expectation(line)).collect()
}

fn split(program: &str) -> Case {
    let mut files = vec![File { name: MAIN.into(), text: String::new() }];
    let mut given = Vec::new();
    for line in program.split_inclusive('\n') {
        if let Some(name) = line.strip_prefix("// file:") {
            files.push(File { name: name.trim().into(), text: String::new() });
            continue;
        }
        if let Some((name, value)) = line.strip_prefix("// given:").and_then(|rest| rest.split_once('=')) {
            given.push((name.trim().into(), value.trim().into()));
        }
        files.last_mut().unwrap().text.push_str(line);
    }
    Case { files, given }
}

/// The case as it should be written.
fn render(program: &str, stage: Stage) -> String {
    let case = split(program);
    let Outcome { files, diagnostics, output } = stage(&case);
    let mut out = String::new();
    for diagnostic in diagnostics.iter().filter(|d| d.primary.span.is_none()) {
        expectation(&mut out, "", &files, None, diagnostic);
    }
    for (number, file) in case.files.iter().enumerate() {
        if number > 0 {
            writeln!(out, "// file: {}", file.name).unwrap();
        }
        let here: Vec<(Arc<Source>, &Diagnostic)> = diagnostics
            .iter()
            .filter_map(|d| Some((files.find(d.primary.span)?, d)))
            .filter(|(source, _)| source.name == file.name)
            .collect();
        annotate(&mut out, &files, &file.text, &here);
    }
    if !output.is_empty() {
        out.push_str("\n// output:\n");
        for line in output.lines() {
            writeln!(out, "{}", format!("// {line}").trim_end()).unwrap();
        }
    }
    out
}

/// A file with each diagnostic above the line that it is about.
fn annotate(out: &mut String, files: &FileDb, text: &str, diagnostics: &[(Arc<Source>, &Diagnostic)]) {
    let mut left = diagnostics.iter().peekable();
    let mut lines = text.split_inclusive('\n').enumerate().peekable();
    while let Some((i, line)) = lines.next() {
        let indent: String = line.chars().take_while(|c| matches!(c, ' ' | '\t')).collect();
        let is_last = lines.peek().is_none();
        while let Some((source, diagnostic)) = left.next_if(|(s, d)| is_last || s.line_col(d.primary.span.start).line as usize <= i + 1) {
            expectation(out, &indent, files, Some(source), diagnostic);
        }
        out.push_str(line);
    }
}

fn expectation(out: &mut String, indent: &str, files: &FileDb, source: Option<&Source>, diagnostic: &Diagnostic) {
    let Diagnostic { code, severity, message, primary, secondary, help, notes, fix, .. } = diagnostic;
    let text = |span| files.text(span).escape_debug().to_string();
    let column = source.map_or(0, |s| s.line_col(primary.span.start).column);
    let line = |out: &mut String, what: String| writeln!(out, "{indent}//   = {what}").unwrap();
    writeln!(out, "{indent}// {}[{}] {column}: {message}", severity.as_str(), code.name).unwrap();
    if !primary.span.is_none() {
        line(out, format!("here: `{}` {}", text(primary.span), primary.text));
    }
    for label in secondary {
        line(out, format!("also: {} `{}` {}", place(files, source, label.span), text(label.span), label.text));
    }
    for note in notes {
        line(out, format!("note: {note}"));
    }
    for help in help {
        line(out, format!("help: {help}"));
    }
    if let Some(fix) = fix {
        line(out, format!("fix: `{}` -> `{}`", text(fix.span), fix.text.escape_debug()));
    }
}

/// Line and column, behind the file where it is another one. Lines of the standard library move, so it is named alone.
fn place(files: &FileDb, from: Option<&Source>, span: Span) -> String {
    let Some(source) = files.find(span) else { return String::new() };
    let at = source.line_col(span.start);
    match source.kind {
        SourceKind::User if from.is_some_and(|f| f.name == source.name) => format!("{}:{}", at.line, at.column),
        SourceKind::User => format!("{}:{}:{}", source.name, at.line, at.column),
        SourceKind::Std => source.name.clone(),
    }
}
