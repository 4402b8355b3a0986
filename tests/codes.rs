//! Every diagnostic code keeps what it promises: its example gives it and nothing else, and the mended example gives nothing.

#![allow(clippy::disallowed_methods, reason = "tests read the files that they test")]

#[path = "support/stack.rs"]
mod stack;

use kdsl::diag::codes;
use kdsl::diag::{Code, Diagnostic, Severity};
use kdsl::driver::{self, Bounds, Options, VetOptions};
use kdsl::eval::Limits;
use kdsl::params::{Given, GivenValue};
use kdsl::schema::KubeRange;
use kdsl::world::MemWorld;
use stack::on_threads;
use std::collections::BTreeSet;

/// Runs something that gives a code.
type Give = fn() -> Vec<Diagnostic>;

/// Codes that no text alone can give. Each says why, and how it is given all the same.
const WITHOUT_PROGRAM: &[(&str, Give)] = &[
    ("param-value", || given("param n: Int = 1\n", "n", "one")),
    ("param-unknown", || given("param n: Int = 1\n", "m", "1")),
    // A long chain of lets, each of which needs the next.
    ("limit-depth", || {
        build(
            &(0..2000).map(|i| format!("let a{i} = a{} + 1\n", i + 1)).chain(["let a2000 = 1\n".into()]).collect::<String>(),
            Options::default(),
        )
    }),
    // A field that is younger than the release.
    ("not-in-release", || in_release("1.33", "Pod p { spec { hostnameOverride = \"a\", containers web { image = \"nginx:1.27.0\" } } }\n")),
    // A day that has passed.
    ("waiver-ended", || {
        let program = "rule named on Pod p { require p.metadata.name != \"a\" else warn \"no\" }\nwaive named = { reason = \"a test\", until = \"2026-01-31\" }\n";
        build(program, Options { today: Some("2026-02-01".into()), ..Options::default() })
    }),
    // A file of definitions that holds none.
    ("no-definition", || {
        let crds = vec![("crds.yaml".to_string(), "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n".to_string())];
        on_threads(1, || driver::vet(&MemWorld::new(), Vec::new(), &VetOptions { crds, ..VetOptions::default() }, &|_, _| ()).diagnostics)
    }),
    // Objects of which nothing may be held.
    ("not-judged-together", || {
        let inputs = vec![("a.yaml".to_string(), "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n".to_string())];
        let options = VetOptions { bounds: Bounds { whole: 0, held: 0, ..Bounds::default() }, ..VetOptions::default() };
        on_threads(1, || driver::vet(&MemWorld::new(), inputs.clone(), &options, &|_, _| ()).diagnostics)
    }),
    // Aliases that multiply.
    ("yaml-too-large", || {
        let bomb = (1..12).map(|i| format!("a{i}: &a{i} [{}]\n", vec![format!("*a{}", i - 1); 10].join(", "))).collect::<String>();
        judged(&format!("a0: &a0 [x]\n{bomb}"))
    }),
    ("second-base", || files(&[("main.kdsl", "base \"./a.kdsl\"\nbase \"./b.kdsl\"\n"), ("a.kdsl", ""), ("b.kdsl", "")])),
];

/// Codes that no test can give: the reason.
const UNTESTED: &[(&str, &str)] = &[("file-too-large", "its program has 4 GiB")];

#[test]
fn names_are_unique_and_in_kebab_case() {
    let mut seen = BTreeSet::new();
    for code in codes::all() {
        let words = code.name.split('-');
        let is_word = |w: &str| !w.is_empty() && w.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit());
        assert!(words.clone().all(is_word), "`{}` is not in kebab-case", code.name);
        assert!(seen.insert(code.name), "`{}` is declared twice", code.name);
        assert_eq!(codes::find(code.name).map(|c| c.name), Some(code.name));
    }
}

#[test]
fn every_code_is_explained() {
    for Code { name, summary, doc, passes, .. } in codes::all() {
        assert!(!summary.is_empty() && !summary.ends_with('.'), "`{name}`: a summary is a line without a final stop");
        assert!(doc.len() > 40 && doc.ends_with('.'), "`{name}`: the doc says why and what to do, in sentences");
        assert!(!passes.is_empty(), "`{name}` has no mended example");
    }
}

#[test]
fn every_code_is_given_by_its_example_alone() {
    let mut wrong = Vec::new();
    for code in codes::all() {
        let found = match WITHOUT_PROGRAM.iter().find(|(name, _)| *name == code.name) {
            Some((_, give)) => give(),
            None if UNTESTED.iter().any(|(name, _)| *name == code.name) => continue,
            None => judged(code.fails),
        };
        let given = found.iter().any(|d| d.code == code && d.severity == code.severity);
        let others: Vec<&Diagnostic> = found.iter().filter(|d| d.is_error() && d.code != code).collect();
        if !given || !others.is_empty() {
            wrong.push(format!("`{}` should be given, and is by: {}{}", code.name, code.fails, listed(&found)));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn no_mended_example_has_an_error() {
    let mut wrong = Vec::new();
    for code in codes::all() {
        let found = judged(code.passes);
        if found.iter().any(|d| d.is_error() || d.code == code) {
            wrong.push(format!("`{}`, mended: {}{}", code.name, code.passes, listed(&found)));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn exceptions_are_codes_without_an_example() {
    let names = WITHOUT_PROGRAM.iter().map(|(name, _)| name).chain(UNTESTED.iter().map(|(name, _)| name));
    for name in names {
        assert_eq!(codes::find(name).map(|c| c.fails), Some(""), "`{name}` has an example: it needs no exception");
    }
}

#[test]
fn a_warning_does_not_end_a_run() {
    let code = codes::all().find(|c| c.severity == Severity::Warning && c.name == "advice").expect("there is one");
    let program = format!("{}config c {{ data {{ A = \"1\" }} }}\n", code.fails);
    let outcome = driver::build(&MemWorld::new().with("main.kdsl", program), "main.kdsl", &Options::default());
    assert_eq!((outcome.objects.len(), outcome.diagnostics.len()), (1, 1));
}

/// What is said of an example: YAML, or a program.
fn judged(text: &str) -> Vec<Diagnostic> {
    let is_yaml = text.starts_with("apiVersion:") || text.starts_with("a0:");
    if !is_yaml {
        return build(text, Options::default());
    }
    let inputs = vec![("example.yaml".to_string(), text.to_string())];
    on_threads(1, || driver::vet(&MemWorld::new(), inputs, &VetOptions::default(), &|_, _| ()).diagnostics)
}

fn build(program: &str, options: Options) -> Vec<Diagnostic> {
    on_threads(1, || driver::build(&MemWorld::new().with("main.kdsl", program), "main.kdsl", &options).diagnostics)
}

fn given(program: &str, name: &str, value: &str) -> Vec<Diagnostic> {
    let given = Given { name: name.into(), value: GivenValue::Text(value.into()), origin: format!("-p {name}={value}") };
    build(program, Options { given: vec![given], ..Options::default() })
}

fn in_release(release: &str, program: &str) -> Vec<Diagnostic> {
    build(program, Options { kube: KubeRange::parse(release).expect("a release"), ..Options::default() })
}

fn files(files: &[(&str, &str)]) -> Vec<Diagnostic> {
    let world = files.iter().fold(MemWorld::new(), |world, (name, text)| world.with(*name, *text));
    driver::build(&world, "main.kdsl", &Options::default()).diagnostics
}

#[test]
fn there_is_an_end_to_declarations() {
    let program = "for i in 1..20 { config \"c${i}\" { data { A = \"1\" } } }\n";
    let found = build(program, Options { limits: Limits { declarations: 10, ..Limits::default() }, ..Options::default() });
    assert_eq!(found.iter().map(|d| d.code.name).collect::<Vec<_>>(), ["limit-size"]);
}

fn listed(found: &[Diagnostic]) -> String {
    let lines = found.iter().map(|d| format!("    {}[{}] {}\n", d.severity.as_str(), d.code.name, d.message));
    if found.is_empty() { "    nothing\n".to_string() } else { lines.collect() }
}
