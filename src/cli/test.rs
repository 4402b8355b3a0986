//! `kdsl test`: the tests that a program holds.

use super::input::{self, Input};
use super::terminal::{harmless, print, say};
use super::{Diagnostics, ERRORS, Stop, cannot, params, words};
use crate::engine::{Engine, Tests};
use crate::paint::Paint;
use crate::prose::counted;
use crate::testing::{Covered, TestOptions};
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Run the tests in files
///
/// A test stands in a file beside what it is about: `test "three in production" with { env = "prod" } { assert
/// Deployment.web.spec.replicas == 3 }`. Each is a run of its own, with its own params and declarations.
///
/// Prints a line for each test, and for each that fails what is wrong, with both sides of what was compared.
#[derive(clap::Args)]
#[command(after_help = "Exit code: 0 where all tests pass, 1 where one fails or a program has errors, 2 where the command line is wrong, \
                        a FILE cannot be read, or --filter leaves no test.")]
pub struct Args {
    /// The files whose tests are run; `-` is standard input.
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Only the tests whose names hold this text.
    #[arg(short, long, value_name = "TEXT")]
    filter: Option<String>,
    #[command(flatten)]
    params: params::ParamArgs,
    /// Write snapshots that are new or differ, below `snapshots/` beside the file.
    #[arg(long)]
    accept: bool,
    /// Tell which declarations no test looks at, and which conditions never came out one way.
    #[arg(long)]
    coverage: bool,
    /// Write the results as JUnit's XML too.
    #[arg(long, value_name = "FILE")]
    junit: Option<PathBuf>,
    /// How to write errors and failures.
    #[arg(long, value_enum, default_value_t, value_name = "STYLE")]
    diagnostics: Diagnostics,
}

pub fn run(args: Args, color: bool, color_out: bool) -> Result<ExitCode, Stop> {
    input::only_one_stdin(&args.files, args.params.stdins())?;
    let given = args.params.given()?;
    let inputs = args.files.iter().map(|file| Input::open(file)).collect::<Result<Vec<_>, _>>()?;
    let options = TestOptions { filter: args.filter.clone(), accept: args.accept, coverage: args.coverage, ..TestOptions::default() };
    let mut suites = Vec::new();
    for input in inputs {
        let tests = given.iter().cloned().fold(Engine::new(input.world), Engine::given).test(&input.path, &options);
        suites.push((input.path, tests));
    }
    if let Some(filter) = &args.filter {
        some_left(filter, &suites)?;
    }
    let (mut passed, mut failed, mut broken) = (0, 0, false);
    let style = args.diagnostics.style(color_out);
    for (path, tests) in &suites {
        broken |= tests.has_errors();
        say(&tests.render(tests.diagnostics(), args.diagnostics.style(color)));
        for test in tests.outcomes() {
            let ok = test.failures.is_empty();
            (passed, failed) = if ok { (passed + 1, failed) } else { (passed, failed + 1) };
            print(&line(ok, &test.name, color_out))?;
            if !ok {
                print(&indented(&tests.render(&test.failures, style)))?;
            }
        }
        write_snapshots(&args.files, path, tests)?;
        if let Some(covered) = tests.covered() {
            print(&coverage(path, covered, tests))?;
        }
    }
    if let Some(file) = &args.junit {
        let text = Tests::junit(&suites);
        fs::write(file, text).map_err(|e| cannot("write", file, &e))?;
    }
    if args.diagnostics.for_people() {
        print(&format!("{}\n", summary(passed, failed, broken)))?;
    }
    Ok(if failed > 0 || broken { ERRORS.into() } else { ExitCode::SUCCESS })
}

fn line(ok: bool, name: &str, color: bool) -> String {
    let (word, code) = if ok { ("ok  ", "32") } else { ("FAIL", "1;31") };
    format!("{}  {}\n", Paint { color }.with(code, word), harmless(name))
}

fn indented(text: &str) -> String {
    text.lines().map(|line| if line.is_empty() { "\n".to_string() } else { format!("      {line}\n") }).collect()
}

fn summary(passed: usize, failed: usize, broken: bool) -> String {
    match (passed, failed, broken) {
        (0, 0, true) => "no test was run: the program has errors".into(),
        (0, 0, false) => "no tests; a test is written `test \"name\" { assert … }`".into(),
        (n, 0, _) => format!("{} passed", counted(n, "test")),
        (passed, failed, _) => format!("{failed} of {} tests failed", passed + failed),
    }
}

/// A filter that leaves nothing is more likely wrong than meant.
fn some_left(filter: &str, suites: &[(String, Tests)]) -> Result<(), Stop> {
    let any = suites.iter().any(|(_, tests)| !tests.outcomes().is_empty() || tests.has_errors());
    let names: Vec<&str> = suites.iter().flat_map(|(_, tests)| tests.left_out()).map(String::as_str).collect();
    if any || names.is_empty() {
        return Ok(());
    }
    let some = crate::diag::suggest::some_of(names);
    Err(Stop::usage(format!("no test's name holds `{filter}`")).help(format!("there is {some}")))
}

/// Writes accepted snapshots where the world that was read from stands on the disk: beside the file that the command line names.
fn write_snapshots(files: &[PathBuf], path: &str, tests: &Tests) -> Result<(), Stop> {
    let beside = files.iter().find(|file| path.ends_with(file.file_name().and_then(|n| n.to_str()).unwrap_or_default()) && file.is_file());
    let folder = beside.and_then(|file| file.parent()).unwrap_or(Path::new("")).join("snapshots");
    for (file, text) in tests.outcomes().iter().flat_map(|test| &test.snapshots) {
        let cannot = |e| Stop::failed(format!("cannot write `{file}`: {}", words(&e)));
        fs::create_dir_all(&folder).map_err(cannot)?;
        let name = file.rsplit('/').next().unwrap_or(file);
        fs::write(folder.join(name), text).map_err(cannot)?;
        print(&format!("      wrote {}\n", folder.join(name).display()))?;
    }
    Ok(())
}

fn coverage(path: &str, covered: &Covered, tests: &Tests) -> String {
    let mut out = String::new();
    let ((named, all), (taken, ways)) = (covered.declarations, covered.branches);
    // Writing to text cannot fail.
    let _ = writeln!(out, "\n{path}: {named} of {all} declarations looked at, {taken} of {ways} branches taken");
    for place in &covered.missed {
        let _ = writeln!(out, "  {}: {}", tests.place(place.at), place.text);
    }
    out
}
