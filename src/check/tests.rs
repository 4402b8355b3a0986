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
