//! What a keystroke costs in a project of 2,000 lines: `cargo bench --bench editor`. All that the language server does before it tells
//! what is wrong, and the answers that an editor asks for at every letter, must stay far below the time between two keystrokes.

use criterion::{Criterion, criterion_group, criterion_main};
use kdsl::MemWorld;
use kdsl::diag::Sink;
use kdsl::ide::{self, Analysis, Cache};
use kdsl::source::{Source, SourceKind};
use kdsl::syntax::{self, Old};
use std::fmt::Write;
use std::hint::black_box;

/// A shop of 200 apps, 10 lines each, and a file that builds on it.
fn shop(typed: &str) -> MemWorld {
    let mut text = String::from("param env: \"dev\" | \"prod\" = \"dev\"\nlet registry = \"registry.example.com\"\nnamespace shop {\n");
    for i in 0..200 {
        let peer = (i + 1) % 200;
        let _ = write!(
            text,
            r#"  app web{i} {{
    image    = "${{registry}}/web:1.4.2"
    user     = 10001
    replicas = if env == "prod" then 3 else 1
    port http   = 8080
    expose http = 80
    readiness {{ http = "/healthz" }}
    resources {{ cpu = 200m, memory = 128Mi }}
    env PEER = app.web{peer}.host
  }}
"#
        );
    }
    let _ = writeln!(text, "}}\nlet typed = \"{typed}\"");
    MemWorld::new().with("shop.kdsl", text).with("prod.kdsl", "base \"./shop.kdsl\" { env = \"prod\" }\nextend app web1 { replicas = 5 }\n")
}

fn editor(c: &mut Criterion) {
    let mut group = c.benchmark_group("editor");
    group.sample_size(20);
    let worlds = [shop("a"), shop("ab")];
    // The text changes each time, as it does under a hand.
    let (mut cache, mut turn) = (Cache::default(), 0);
    group.bench_function("keystroke", |b| {
        b.iter(|| {
            turn += 1;
            if cache.is_worn() {
                cache = Cache::default();
            }
            black_box(Analysis::cached(&worlds[turn % 2], "shop.kdsl", &mut cache).check_text()).len()
        })
    });
    group.bench_function("keystroke in the base of another file", |b| {
        b.iter(|| {
            turn += 1;
            if cache.is_worn() {
                cache = Cache::default();
            }
            black_box(Analysis::cached(&worlds[turn % 2], "prod.kdsl", &mut cache).check_text()).len()
        })
    });
    let analysis = Analysis::new(&worlds[0], "shop.kdsl");
    let text = analysis.text("shop.kdsl").expect("it is there").to_string();
    // What reading a file again saves, where one line of it changed.
    let file = |base| Source::new("shop.kdsl", text.replacen("app web100 {", "app web100 { // here", 1), SourceKind::User, base);
    let (before, now) = (Source::new("shop.kdsl", text.clone(), SourceKind::User, 1), file(1 << 20));
    let tree = syntax::parse(&before, &Sink::new());
    group.bench_function("reading the file", |b| b.iter(|| black_box(syntax::parse(&now, &Sink::new())).items.len()));
    group.bench_function("reading it again after a change", |b| {
        b.iter(|| black_box(syntax::parse_again(&now, Old { source: &before, file: &tree }, &Sink::new())).items.len())
    });
    group.bench_function("checking the names and types of all", |b| b.iter(|| black_box(analysis.check_text()).len()));
    let offset = text.find("replicas = if").expect("it is there") + 4;
    group.bench_function("completion", |b| b.iter(|| black_box(ide::complete(&analysis, "shop.kdsl", offset)).len()));
    group.bench_function("hover", |b| b.iter(|| black_box(ide::hover(&analysis, "shop.kdsl", offset)).is_some()));
    group.bench_function("colours", |b| b.iter(|| black_box(ide::colors(&analysis, "shop.kdsl")).len()));
    group.finish();
}

criterion_group!(benches, editor);
criterion_main!(benches);
