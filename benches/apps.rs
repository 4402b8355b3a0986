//! The whole way from text to YAML, for 1,000 and 10,000 apps: `cargo bench --bench apps`. Read the times as ratios: ten times the apps
//! should take ten times as long, and an app of the standard library some times one of a small kind. `benches/compare.py` times the same
//! apps as whole processes beside Pkl.

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use kdsl::{Engine, MemWorld};
use std::fmt::Write;
use std::hint::black_box;

const SERVICE: &str = r#"
kind service {
  image: String(format = "pinned-image")
  replicas: Int(0..) = 1
  port: Port
  emit {
    Deployment "${name}" {
      metadata { labels { app = name } }
      spec {
        replicas = replicas
        selector { matchLabels { app = name } }
        template {
          metadata { labels { app = name } }
          spec {
            containers "${name}" {
              image = image
              ports http = port
              env PORT = "${port}"
              resources { requests { cpu = 200m, memory = 10Mi }, limits { cpu = 1, memory = 20Mi } }
            }
          }
        }
      }
    }
    Service "${name}" {
      metadata { labels { app = name } }
      spec { selector { app = name }, ports http { port = 80, targetPort = "http" } }
    }
  }
}
"#;

/// Apps of a kind that the program declares itself.
fn own_kind(apps: usize) -> String {
    let mut text = String::from(SERVICE);
    for i in 0..apps {
        let _ = writeln!(
            text,
            r#"service web-{i} {{ image = "registry.example.com/web-{i}:1.4.{}", replicas = {}, port = {} }}"#,
            i % 10,
            1 + i % 5,
            8080 + i % 100
        );
    }
    text
}

/// Apps of the standard library, with its defaults.
fn library_kind(apps: usize) -> String {
    let mut text = String::new();
    for i in 0..apps {
        let _ = writeln!(
            text,
            r#"app web-{i} {{ image = "registry.example.com/web-{i}:1.4.{}", user = 1000, replicas = {}, port http = {}, expose http = 80, readiness {{ http = "/" }}, resources {{ cpu = 200m, memory = 64Mi }} }}"#,
            i % 10,
            1 + i % 5,
            8080 + i % 100
        );
    }
    text
}

fn apps(c: &mut Criterion) {
    let mut group = c.benchmark_group("apps");
    group.sample_size(10);
    for (name, program) in [("own kind", own_kind as fn(usize) -> String), ("library", library_kind)] {
        for count in [1_000, 10_000] {
            let engine = Engine::new(MemWorld::new().with("apps.kdsl", program(count)));
            group.throughput(Throughput::Elements(count as u64));
            group.bench_function(BenchmarkId::new(name, count), |b| b.iter(|| black_box(engine.build("apps.kdsl").yaml()).len()));
        }
    }
    group.finish();
}

criterion_group!(benches, apps);
criterion_main!(benches);
