//! How fast text becomes a tree: 10,000 apps in one file (3.4 MB), step by step.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use kdsl::diag::Sink;
use kdsl::source::{FileDb, SourceKind};
use kdsl::syntax::{self, token};
use std::hint::black_box;

mod support;
use support::apps;

const APPS: usize = 10_000;

fn parse(c: &mut Criterion) {
    let text = apps(APPS);
    let db = FileDb::new();
    let source = db.add("apps.kdsl", text.clone(), SourceKind::User).expect("small enough");
    let small = db.add("app.kdsl", apps(1), SourceKind::User).expect("small enough");
    let alone = rayon::ThreadPoolBuilder::new().num_threads(1).build().expect("one thread");
    let mut group = c.benchmark_group("parse");
    group.throughput(Throughput::Bytes(text.len() as u64)).sample_size(10);
    group.bench_function("tokens", |b| b.iter(|| token::tokens(black_box(&text))));
    group.bench_function("split", |b| b.iter(|| syntax::stages::split(black_box(&source))));
    group.bench_function("tree, one thread", |b| b.iter(|| alone.install(|| syntax::parse(black_box(&source), &Sink::new()))));
    group.bench_function("tree, all threads", |b| b.iter(|| syntax::parse(black_box(&source), &Sink::new())));
    group.finish();
    c.bench_function("parse/one app", |b| b.iter(|| syntax::parse(black_box(&small), &Sink::new())));
}

criterion_group!(benches, parse);
criterion_main!(benches);
