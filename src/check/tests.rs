//! The standard library passes its own checks, and checking takes time in proportion to the text.

use super::{check, check_std};
use crate::diag::{Diagnostic, Sink};
use crate::load;
use crate::resolve::Program;
use crate::source::FileDb;
use crate::stdlib;
use crate::world::MemWorld;

fn run(text: &str, work: impl FnOnce(&Program)) -> (FileDb, Vec<Diagnostic>) {
    let (db, sink) = (FileDb::new(), Sink::new());
    stdlib::add_to(&db);
    let world = MemWorld::new().with("main.kdsl", text);
    if let Some(project) = load::load(&world, &db, "main.kdsl", &sink) {
        work(&Program::new(&project, &db, &sink));
    }
    (db, sink.finish())
}

fn lines(db: &FileDb, found: &[Diagnostic]) -> String {
    let line = |d: &Diagnostic| {
        let place = db.find(d.primary.span).map(|f| format!("{}:{}", f.name, f.line_col(d.primary.span.start).line)).unwrap_or_default();
        format!("{place}: {}[{}]: {} {:?} {:?}", d.severity.as_str(), d.code.name, d.message, d.help, d.notes)
    };
    found.iter().map(line).collect::<Vec<_>>().join("\n")
}

#[test]
fn the_standard_library_passes_its_own_checks() {
    let (db, found) = run("", check_std);
    assert!(found.is_empty(), "{}", lines(&db, &found));
}

#[test]
fn many_declarations_are_checked_in_linear_time() {
    let app = |i: usize| {
        format!(
            "app web-{i} {{ image = \"nginx:1.27.0\", user = 101, replicas = 2\n port http = 8080\n resources {{ cpu = 100m..1, memory = 64Mi }}\n env LEVEL = \"info\" }}\n"
        )
    };
    let time = |count: usize| {
        let text: String = (0..count).map(app).collect();
        let mut took = std::time::Duration::ZERO;
        let (db, found) = run(&text, |program| {
            let start = std::time::Instant::now();
            check(program);
            took = start.elapsed();
        });
        assert!(found.is_empty(), "{}", lines(&db, &found[..found.len().min(5)]));
        took
    };
    time(100);
    let (small, large) = (time(500), time(8_000));
    assert!(large < small * 16 * 4, "500 took {small:?}, 8,000 took {large:?}");
}

/// What the checker says of several files, the first of which is built.
fn messages(files: &[(&str, &str)]) -> Vec<String> {
    let (db, sink) = (FileDb::new(), Sink::new());
    stdlib::add_to(&db);
    let world = files.iter().fold(MemWorld::new(), |world, (name, text)| world.with(*name, *text));
    if let Some(project) = load::load(&world, &db, files[0].0, &sink) {
        check(&Program::new(&project, &db, &sink));
    }
    sink.finish().iter().map(|d| format!("{}: {}", d.code.name, d.message)).collect()
}

#[test]
fn a_base_gets_values_for_its_own_params() {
    let base = ("shop.kdsl", "param env: \"dev\" | \"prod\" = \"dev\"\napp web { image = \"nginx:1.27.0\", user = 101 }\n");
    let prod = |text| messages(&[("prod.kdsl", text), base]);
    assert_eq!(prod("base \"./shop.kdsl\" { env = \"prod\" }\nextend app web { replicas = 3 }\nlet e = env\n"), Vec::<String>::new());
    assert_eq!(
        prod("base \"./shop.kdsl\" { env = \"prd\", evn = 1 }\nextend app web { replicas = \"3\" }\n"),
        [
            "enum-value: \"prd\" is none of the values allowed here",
            "unknown-field: `./shop.kdsl` has no param `evn`",
            "type-mismatch: expected `Int(0..)?`, found `String`"
        ]
    );
}

#[test]
fn an_import_brings_names_kinds_and_functions() {
    let policies = (
        "policies.kdsl",
        "let team = \"shop\"\nfn label(x: String) -> String = \"${team}-${x}\"\nkind webapp from app { tier: \"front\" | \"back\" = \"front\" }\n",
    );
    let main = |text: String| messages(&[("main.kdsl", &text), policies]);
    let head = "import \"./policies.kdsl\" as policies\n";
    let good = "policies.webapp shop { image = \"nginx:1.27.0\", user = 101, tier = \"back\" }\nlet a = policies.label(policies.team)\n";
    assert_eq!(main(format!("{head}{good}")), Vec::<String>::new());
    let bad = "policies.webap shop { image = 1 }\nlet a = policies.labl(policies.taem)\npolicies.webapp two { image = \"nginx:1.27.0\", tier = \"bak\" }\n";
    assert_eq!(
        main(format!("{head}{bad}")),
        [
            "unknown-kind: there is no kind `webap`",
            "unknown-function: this import has no function `labl`",
            "unknown-name: this import has no `taem`",
            "enum-value: `tier` cannot be \"bak\"",
        ]
    );
}

#[test]
fn what_did_not_parse_is_not_missed() {
    let text = "let a = = 1\nfn f(x: Int) = = x\nconfig c { data { = } }\nlet b = a\nlet d = f(1)\nlet e = config.c.name\n";
    assert!(messages(&[("main.kdsl", text)]).iter().all(|m| !m.starts_with("unknown")), "{:?}", messages(&[("main.kdsl", text)]));
}
