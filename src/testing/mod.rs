//! The tests of a program: `test "name" with { … } { … }`.
//!
//! Each test is a run of its own, with its params and its declarations, all in parallel. Once the objects are made and judged, its claims
//! are evaluated with the finished objects in sight ([`claim`]); each `expect` is one more run, with the declarations in it, that must
//! report what is expected. What a claim or a run has to say becomes a diagnostic at its place.

mod claim;
mod coverage;
mod junit;

pub use coverage::{Covered, Place};
pub use junit::junit;

use crate::ast::{self, Item, Level};
use crate::diag::{Diagnostic, Severity, Sink, codes, suggest};
use crate::driver::{self, Options, Session};
use crate::eval::{self, Coverage, Extra};
use crate::load::Project;
use crate::params;
use crate::resolve::Program;
use crate::rules::Waivers;
use crate::source::{FileDb, Span};
use crate::world::World;
use rayon::prelude::*;
use std::sync::Arc;

/// Which tests, and what to do besides.
#[derive(Clone, Debug, Default)]
pub struct TestOptions {
    pub run: Options,
    /// Only tests whose names hold this.
    pub filter: Option<String>,
    /// Snapshots that differ are no failures.
    pub accept: bool,
    pub coverage: bool,
}

/// What the tests of a file gave.
pub struct Tested {
    pub files: FileDb,
    /// In the order of the file.
    pub tests: Vec<Outcome>,
    /// What is wrong with the program itself; then no test was run.
    pub diagnostics: Vec<Diagnostic>,
    /// Names of tests that the filter left out.
    pub left_out: Vec<String>,
    pub covered: Option<Covered>,
}

/// What a test gave.
#[derive(Clone, Debug)]
pub struct Outcome {
    pub name: String,
    pub at: Span,
    /// Empty where it passes.
    pub failures: Vec<Diagnostic>,
    /// Claims, expectations and snapshots that held.
    pub held: usize,
    /// Snapshots to write: the path, as the world knows it, and the text.
    pub snapshots: Vec<(String, String)>,
}

/// Runs the tests of the file that the world has at `path`.
pub fn run(world: &dyn World, path: &str, options: &TestOptions) -> Tested {
    let session = Session::load(world, path);
    let ready = session.program().is_some();
    let Session { files, sink, project } = session;
    let mut tested = Tested { files, tests: Vec::new(), diagnostics: Vec::new(), left_out: Vec::new(), covered: None };
    if let Some(project) = project.filter(|_| ready) {
        let all: Vec<&ast::TestDecl> = tests(&project.files[0].ast.items);
        let wanted = |test: &&ast::TestDecl| options.filter.as_ref().is_none_or(|f| name_of(test).contains(f.as_str()));
        let (chosen, others): (Vec<_>, Vec<_>) = all.into_iter().partition(wanted);
        let coverage = options.coverage.then(|| Arc::new(Coverage::default()));
        let runner = Runner { world, path, project: &project, files: &tested.files, options, coverage: coverage.clone() };
        tested.tests = chosen.par_iter().map(|test| runner.test(test)).collect();
        tested.left_out = others.into_iter().map(name_of).collect();
        tested.covered = coverage.map(|coverage| coverage::covered(&project, &coverage));
    }
    tested.diagnostics = sink.finish();
    tested
}

fn tests(items: &[Item]) -> Vec<&ast::TestDecl> {
    items.iter().filter_map(|item| if let Item::Test(test) = item { Some(test) } else { None }).collect()
}

fn name_of(test: &ast::TestDecl) -> String {
    test.name.as_static().unwrap_or("a test").to_string()
}

struct Runner<'r> {
    world: &'r dyn World,
    path: &'r str,
    project: &'r Project,
    files: &'r FileDb,
    options: &'r TestOptions,
    coverage: Option<Arc<Coverage>>,
}

impl Runner<'_> {
    fn test(&self, test: &ast::TestDecl) -> Outcome {
        let mut outcome = Outcome { name: name_of(test), at: test.name.span, failures: Vec::new(), held: 0, snapshots: Vec::new() };
        let mut claims = claim::Claims::new(self.world, self.path, self.options.accept);
        let before = self.evaluate(test, None, Some(&mut claims));
        let errors: Vec<Diagnostic> = before.iter().filter(|d| d.is_error()).cloned().collect();
        if !errors.is_empty() {
            outcome.failures = errors;
            return outcome;
        }
        outcome.failures = claims.failures;
        outcome.snapshots = claims.snapshots;
        outcome.held = claims.held;
        for expect in expects(&test.body) {
            let after = self.evaluate(test, Some(expect), None);
            let met = expect.level == Level::Deny && self.is_refused_by_types(expect);
            match unmet(expect, &before, after).filter(|_| !met) {
                None => outcome.held += 1,
                Some(failure) => outcome.failures.push(failure),
            }
        }
        crate::diag::sort(&mut outcome.failures);
        outcome
    }

    /// Whether the checker reports what is expected, before anything is evaluated.
    fn is_refused_by_types(&self, expect: &ast::Expect) -> bool {
        let sink = Sink::new();
        let program = Program::new(self.project, self.files, &sink);
        crate::check::meets(&program, expect)
    }

    /// One run with what the test declares; claims are evaluated where the run has no errors.
    fn evaluate(&self, test: &ast::TestDecl, expect: Option<&ast::Expect>, claims: Option<&mut claim::Claims>) -> Vec<Diagnostic> {
        let sink = Sink::new();
        {
            let program = Program::new(self.project, self.files, &sink);
            let options = &self.options.run;
            let params = params::of_test(&program, self.world, &options.given, test.with.as_ref());
            if !sink.has_errors() {
                let mut shared = eval::Shared::new(&program, self.world, params, options.limits);
                shared.extra = Some(Extra { items: &test.body, home: program.root(), expect });
                shared.coverage = self.coverage.clone();
                let waivers = Waivers::of(&program, options.today.clone());
                eval::evaluate_shared(shared, |shared, objects| {
                    let objects = driver::judged(&program, self.world, objects, options, &waivers);
                    if let Some(claims) = claims.filter(|_| !sink.has_errors()) {
                        claims.judge(&shared.seen_by_test(&objects), &objects, &test.body);
                    }
                });
            }
        }
        sink.finish()
    }
}

/// The expectations of a test, wherever they stand in it.
fn expects(items: &[Item]) -> Vec<&ast::Expect> {
    let mut found = Vec::new();
    for item in items {
        match item {
            Item::Expect(expect) => found.push(expect),
            Item::If(cond) => {
                found.extend(expects(&cond.then));
                found.extend(expects(&cond.otherwise));
            }
            Item::For(each) => found.extend(expects(&each.body)),
            Item::Namespace(namespace) => found.extend(expects(&namespace.items)),
            Item::Entry(_) | Item::Let(_) | Item::Param(_) | Item::Type(_) | Item::Fn(_) | Item::Kind(_) | Item::Crd(_) => {}
            Item::Refine(_) | Item::Rule(_) | Item::Test(_) | Item::Import(_) | Item::Base(_) | Item::Extend(_) | Item::Remove(_) => {}
            Item::Instance(_) | Item::Waive(_) | Item::Assert(_) => {}
        }
    }
    found
}

/// What is wrong where the expected did not come.
fn unmet(expect: &ast::Expect, before: &[Diagnostic], after: Vec<Diagnostic>) -> Option<Diagnostic> {
    let code = expect.code.name;
    let severity = match expect.level {
        Level::Deny => Severity::Error,
        Level::Warn => Severity::Warning,
    };
    let new: Vec<Diagnostic> = after.into_iter().filter(|d| !before.contains(d)).collect();
    if new.iter().any(|d| d.code.name == code.as_str() && d.severity == severity) {
        return None;
    }
    let word = match expect.level {
        Level::Deny => "deny",
        Level::Warn => "warn",
    };
    let mut failure = claim::failed(expect.code.span, format!("nothing here is reported as `{code}`"));
    let other_level = new.iter().any(|d| d.code.name == code.as_str());
    if other_level {
        failure = failure
            .help(format!("it is reported, and not as `{word}`: write `expect {} {code}`", if word == "deny" { "warn" } else { "deny" }));
    } else if !is_known(&code) {
        let rules: Vec<&str> = crate::stdlib::rules().map(|rule| rule.name.name.as_str()).collect();
        let known = codes::all().map(|code| code.name).chain(rules);
        failure = match suggest::nearest(&code, known) {
            Some(near) => failure.help(format!("there is no code and no rule `{code}`; did you mean `{near}`?")),
            None => failure,
        };
    }
    if new.is_empty() {
        return Some(failure.note("nothing at all is reported"));
    }
    for d in new.iter().take(5) {
        failure = failure.also(d.primary.span, format!("{}[{}]: {}", d.severity.as_str(), d.code.name, d.message));
    }
    Some(failure)
}

fn is_known(code: &str) -> bool {
    codes::find(code).is_some() || crate::stdlib::rules().any(|rule| rule.name.name == code)
}
