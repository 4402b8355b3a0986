//! Writing YAML, beside the same trees through serde: `cargo bench --bench emit`. Read the two throughputs as a ratio.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use kdsl::emit::{Format, stream, write_yaml};
use kdsl::source::Span;
use kdsl::value::{Entry, Item, List, Node, Op, Origin, Quantity, Record, Value};
use std::hint::black_box;
use std::sync::Arc;
use ustr::Ustr;

fn node(value: Value) -> Node {
    Node::new(value, Origin::NONE)
}

fn text(text: &str) -> Node {
    node(Value::str(text))
}

fn quantity(text: &str) -> Node {
    node(Value::Quantity(Quantity::parse_k8s(text).expect("a quantity")))
}

fn list(items: Vec<Node>) -> Node {
    let items = items.into_iter().map(|node| Item { node, at: Span::NONE }).collect();
    node(Value::List(Arc::new(List { items, ..List::default() })))
}

fn record(entries: Vec<(&str, Node)>) -> Node {
    let mut record = Record::default();
    for (key, node) in entries {
        record.push(Entry { key: Ustr::from(key), node, at: Span::NONE, op: Op::Merge, over: None, spread: false });
    }
    node(Value::Record(Arc::new(record)))
}

/// A Deployment of ordinary size.
fn deployment(n: usize) -> Node {
    let name = format!("app-{n}");
    let labels = || record(vec![("app.kubernetes.io/name", text(&name)), ("app.kubernetes.io/part-of", text("shop"))]);
    let env = (0..6).map(|i| record(vec![("name", text(&format!("KEY_{i}"))), ("value", text(&format!("{}", i * n)))])).collect();
    let probe = || {
        record(vec![("httpGet", record(vec![("path", text("/healthz")), ("port", text("http"))])), ("periodSeconds", node(Value::Int(10)))])
    };
    let amounts = || record(vec![("cpu", quantity("200m")), ("memory", quantity("64Mi"))]);
    let container = record(vec![
        ("name", text(&name)),
        ("image", text(&format!("registry.example.com/shop/app:1.{n}.0"))),
        ("args", list(vec![text("--port=8080"), text("--log level: info")])),
        ("ports", list(vec![record(vec![("name", text("http")), ("containerPort", node(Value::Int(8080)))])])),
        ("env", list(env)),
        ("resources", record(vec![("requests", amounts()), ("limits", amounts())])),
        ("readinessProbe", probe()),
        ("livenessProbe", probe()),
        (
            "securityContext",
            record(vec![("runAsNonRoot", node(Value::Bool(true))), ("capabilities", record(vec![("drop", list(vec![text("ALL")]))]))]),
        ),
    ]);
    let template =
        record(vec![("metadata", record(vec![("labels", labels())])), ("spec", record(vec![("containers", list(vec![container]))]))]);
    record(vec![
        ("apiVersion", text("apps/v1")),
        ("kind", text("Deployment")),
        ("metadata", record(vec![("name", text(&name)), ("namespace", text("shop")), ("labels", labels())])),
        (
            "spec",
            record(vec![("replicas", node(Value::Int(3))), ("selector", record(vec![("matchLabels", labels())])), ("template", template)]),
        ),
    ])
}

/// The tree that serde writes.
fn plain(node: &Node) -> serde_yaml::Value {
    match &node.value {
        Value::Record(r) => {
            serde_yaml::Value::Mapping(r.entries.iter().map(|e| (serde_yaml::Value::String(e.key.to_string()), plain(&e.node))).collect())
        }
        Value::List(l) => serde_yaml::Value::Sequence(l.items.iter().map(|i| plain(&i.node)).collect()),
        Value::Int(n) => (*n).into(),
        Value::Bool(b) => (*b).into(),
        Value::Quantity(q) => serde_yaml::Value::String(q.to_canonical().to_string()),
        Value::Str(s) => serde_yaml::Value::String(s.to_string()),
        other => unreachable!("not in a Deployment: {other:?}"),
    }
}

fn yaml(c: &mut Criterion) {
    let nodes: Vec<Node> = (0..1000).map(deployment).collect();
    let refs: Vec<&Node> = nodes.iter().collect();
    let values: Vec<serde_yaml::Value> = nodes.iter().map(plain).collect();
    let bytes = stream(&refs, Format::Yaml).len() as u64;
    let mut group = c.benchmark_group("yaml");
    group.throughput(Throughput::Bytes(bytes)).sample_size(20);
    group.bench_function("kdsl, one core", |b| {
        b.iter(|| {
            let mut out = String::new();
            for node in black_box(&nodes) {
                write_yaml(node, &mut out);
                out.push_str("---\n");
            }
            out
        })
    });
    group.bench_function("kdsl, stream", |b| b.iter(|| stream(black_box(&refs), Format::Yaml)));
    group.bench_function("serde", |b| {
        b.iter(|| black_box(&values).iter().map(|v| serde_yaml::to_string(v).expect("a tree")).collect::<Vec<_>>().join("---\n"))
    });
    group.finish();
}

criterion_group!(benches, yaml);
criterion_main!(benches);
