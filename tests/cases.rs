//! Golden cases: a `.kdsl` file says what comes of it, and this test holds it to that.
//!
//! The folder under `tests/cases` picks the stage ([`STAGES`]). In a case stand, besides the program:
//!
//! - above a line, `// error[code] column: message` for each diagnostic whose place starts on it, with the column of the place, and
//!   under it `//   = …` lines for its label, second places, help and fix;
//! - at the end, behind a line `// output:`, what the stage gives, each line behind `// `.
//!
//! A stage sees the program without these lines. What is in the file has to be exactly what would be written, so that a diagnostic that
//! is missing, new or worded otherwise fails. `KDSL_UPDATE=1 cargo test --test cases` writes the files; read the difference.

#[path = "support/dump.rs"]
mod dump;

use kdsl::diag::{Diagnostic, Sink};
use kdsl::source::{FileDb, Source, SourceKind};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

/// What a stage makes of a program.
struct Outcome {
    diagnostics: Vec<Diagnostic>,
    /// Empty where the stage's result is of no interest.
    output: String,
}

type Stage = fn(&Source, &FileDb) -> Outcome;

const STAGES: &[(&str, Stage)] = &[("parse", parse), ("check", check)];

fn parse(source: &Source, _: &FileDb) -> Outcome {
    let sink = Sink::new();
    let file = kdsl::syntax::parse(source, &sink);
    Outcome { diagnostics: sink.finish(), output: dump::file(&file) }
}

/// What the checker says of a program in one file.
fn check(source: &Source, db: &FileDb) -> Outcome {
    let sink = Sink::new();
    let ast = kdsl::syntax::parse(source, &sink);
    let source = db.find(source.span()).unwrap();
    let file = kdsl::load::Loaded { path: source.name.clone(), source, ast, base: None, imports: Vec::new() };
    let project = kdsl::load::Project { files: vec![file] };
    kdsl::check::check(&kdsl::resolve::Program::new(&project, db, &sink));
    Outcome { diagnostics: sink.finish(), output: String::new() }
}

#[test]
fn cases_give_what_they_say() {
    let update = std::env::var_os("KDSL_UPDATE").is_some();
    let mut failures = Vec::new();
    for (folder, stage) in STAGES {
        let cases = files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases").join(folder));
        assert!(!cases.is_empty(), "no cases for the stage `{folder}`");
        for path in cases {
            let written = std::fs::read_to_string(&path).unwrap();
            let actual = render(program(&written), *stage);
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

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut out: Vec<PathBuf> = std::fs::read_dir(folder)
        .map(|entries| entries.map(|entry| entry.unwrap().path()).collect())
        .unwrap_or_default();
    out.retain(|path| path.extension().is_some_and(|extension| extension == "kdsl"));
    out.sort();
    out
}

/// The program in a case.
fn program(written: &str) -> String {
    let end = written.find("\n// output:").or(written.starts_with("// output:").then_some(0)).unwrap_or(written.len());
    let is_expectation = |line: &&str| {
        let line = line.trim_start();
        line.starts_with("// error[") || line.starts_with("// warning[") || line.starts_with("//   = ")
    };
    written[..end].split_inclusive('\n').filter(|line| !is_expectation(line)).collect()
}

/// The case as it should be written.
fn render(program: String, stage: Stage) -> String {
    let db = FileDb::new();
    kdsl::stdlib::add_to(&db);
    let source = db.add("case.kdsl", program.clone(), SourceKind::User).unwrap();
    let Outcome { diagnostics, output } = stage(&source, &db);
    let mut out = String::new();
    let mut shown = 0;
    let mut lines = program.split_inclusive('\n').enumerate().peekable();
    while let Some((i, line)) = lines.next() {
        let indent: String = line.chars().take_while(|c| matches!(c, ' ' | '\t')).collect();
        let is_last = lines.peek().is_none();
        while let Some(diagnostic) = diagnostics.get(shown) {
            let at = source.line_col(diagnostic.primary.span.start);
            if at.line as usize > i + 1 && !is_last {
                break;
            }
            expectation(&mut out, &indent, &source, diagnostic);
            shown += 1;
        }
        out.push_str(line);
    }
    if !output.is_empty() {
        out.push_str("\n// output:\n");
        for line in output.lines() {
            writeln!(out, "// {line}").unwrap();
        }
    }
    out
}

fn expectation(out: &mut String, indent: &str, source: &Source, diagnostic: &Diagnostic) {
    let Diagnostic { code, severity, message, primary, secondary, help, notes, fix, .. } = diagnostic;
    let place = |span: kdsl::source::Span| {
        let at = source.line_col(span.start);
        (at.line, at.column)
    };
    let text = |span| source.slice(span).escape_debug().to_string();
    writeln!(out, "{indent}// {}[{}] {}: {message}", severity.as_str(), code.name, place(primary.span).1).unwrap();
    writeln!(out, "{indent}//   = here: `{}` {}", text(primary.span), primary.text).unwrap();
    for label in secondary {
        let (line, column) = place(label.span);
        writeln!(out, "{indent}//   = also: {line}:{column} `{}` {}", text(label.span), label.text).unwrap();
    }
    for note in notes {
        writeln!(out, "{indent}//   = note: {note}").unwrap();
    }
    for help in help {
        writeln!(out, "{indent}//   = help: {help}").unwrap();
    }
    if let Some(fix) = fix {
        writeln!(out, "{indent}//   = fix: `{}` -> `{}`", text(fix.span), fix.text.escape_debug()).unwrap();
    }
}
