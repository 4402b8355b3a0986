//! How fast programs are brought into canonical form: text that is in it already, text whose every line is too long, and the same with
//! the check that it parses.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use kdsl::diag::Sink;
use kdsl::fmt;
use kdsl::source::{FileDb, SourceKind};
use std::hint::black_box;

mod support;
use support::apps;

const APPS: usize = 10_000;

/// Apps as people write them.
fn tall(count: usize) -> String {
    let app = |i: usize| {
        format!(
            "// The web front number {i}.\napp web-{i} {{\n  image    = \"registry.example.com/shop/web-{i}:1.4.3\"\n  replicas = 3\n\n  \
             port http   = 8080    // what it listens on\n  expose http = 80\n  env LOG_LEVEL = \"info\"\n  env PORT = \"8080\"\n  \
             resources {{ cpu = 200m..1, memory = 10Mi..20Mi }}\n  readiness {{ http = \"/healthz\", port = \"http\", every = 1s }}\n}}\n\n"
        )
    };
    (0..count).map(app).collect()
}

fn format(c: &mut Criterion) {
    let (tall, wide) = (tall(APPS), apps(APPS));
    let source = FileDb::new().add("apps.kdsl", tall.clone(), SourceKind::User).expect("small enough");
    let alone = rayon::ThreadPoolBuilder::new().num_threads(1).build().expect("one thread");
    let mut group = c.benchmark_group("fmt");
    group.sample_size(10);
    group.throughput(Throughput::Bytes(tall.len() as u64));
    group.bench_function("canonical text", |b| b.iter(|| fmt::layout(black_box(&tall))));
    group.bench_function("canonical text, parsed first", |b| b.iter(|| alone.install(|| fmt::format(black_box(&source), &Sink::new()))));
    group.throughput(Throughput::Bytes(wide.len() as u64));
    group.bench_function("long lines", |b| b.iter(|| fmt::layout(black_box(&wide))));
    group.finish();
}

criterion_group!(benches, format);
criterion_main!(benches);
