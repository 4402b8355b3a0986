//! What is written for trees of every shape, and that readers of YAML 1.1 and 1.2 read back what was meant.

use super::fixtures::*;
use super::*;
use crate::value::{Address, Quantity, RangeValue, RefValue, Value};
use proptest::prelude::*;
use std::sync::Arc;

fn yaml(node: &Node) -> String {
    let mut out = String::new();
    write_yaml(node, &mut out);
    out
}

fn json(node: &Node) -> String {
    let mut out = String::new();
    write_json(node, &mut out, false);
    out
}

fn quantity(text: &str) -> Node {
    node(Value::Quantity(Quantity::parse_k8s(text).unwrap()))
}

fn deployment() -> Node {
    record([
        ("apiVersion", text("apps/v1")),
        ("kind", text("Deployment")),
        ("metadata", record([("name", text("web")), ("annotations", record([("example.com/on", text("yes"))]))])),
        (
            "spec",
            record([
                ("replicas", int(3)),
                ("paused", node(Value::Null)),
                ("strategy", record([("rollingUpdate", record([("maxSurge", node(Value::Percent("30".parse().unwrap())))]))])),
                (
                    "containers",
                    list([
                        record([
                            ("name", text("web")),
                            ("image", text("nginx:1.27.0")),
                            ("args", list([text("--port=80"), text("-v"), text("a: b")])),
                            ("ports", list([record([("name", text("http")), ("containerPort", int(8080))])])),
                            ("resources", record([("limits", record([("cpu", quantity("1000m")), ("memory", quantity("64Mi"))]))])),
                            ("tty", node(Value::Bool(false))),
                        ]),
                        record([("name", text("side")), ("env", list([])), ("emptyDir", record([("medium", node(Value::Null))]))]),
                    ]),
                ),
                ("grid", list([list([int(1), node(Value::Null)]), list([])])),
                ("timeout", node(Value::Duration(5_400_000))),
                ("ratio", node(Value::Float("1.50".parse().unwrap()))),
                ("script", text("#!/bin/sh\necho hi\n")),
            ]),
        ),
    ])
}

#[test]
fn yaml_is_written_as_kubectl_writes_it() {
    insta::assert_snapshot!(yaml(&deployment()));
}

#[test]
fn json_is_written_on_one_line_or_indented() {
    let mut pretty = String::new();
    write_json(&deployment(), &mut pretty, true);
    insta::assert_snapshot!(pretty);
    let one_line: serde_json::Value = serde_json::from_str(&json(&deployment())).unwrap();
    assert_eq!(one_line, serde_json::from_str::<serde_json::Value>(&pretty).unwrap());
    assert!(!json(&deployment()).contains('\n'));
}

#[test]
fn streams_hold_every_object_in_order() {
    let objects: Vec<Node> = (0..200).map(|n| record([("id", int(n))])).collect();
    let refs: Vec<&Node> = objects.iter().collect();
    let documents = stream(&refs, Format::Yaml);
    let expected: Vec<String> = (0..200).map(|n| format!("id: {n}\n")).collect();
    assert_eq!(documents, expected.join("---\n"));
    let list: serde_json::Value = serde_json::from_str(&stream(&refs, Format::Json)).unwrap();
    assert_eq!((&list["kind"], list["items"].as_array().unwrap().len(), &list["items"][150]["id"]), (&"List".into(), 200, &150.into()));
    assert_eq!(stream(&[], Format::Yaml), "");
    assert!(serde_json::from_str::<serde_json::Value>(&stream(&[], Format::Json)).unwrap()["items"].as_array().unwrap().is_empty());
    insta::assert_snapshot!(stream(&refs[..2], Format::Json));
}

/// Texts that some reader takes for something else, or that the syntax forbids.
const QUOTED: &[&str] = &[
    "",
    " ",
    "yes",
    "Yes",
    "YES",
    "no",
    "on",
    "On",
    "OFF",
    "off",
    "y",
    "N",
    "true",
    "True",
    "FALSE",
    "null",
    "Null",
    "NULL",
    "~",
    "0",
    "1",
    "-1",
    "+1",
    "007",
    "08",
    "0o7",
    "0x1",
    "0X1F",
    "-0x1f",
    "0b1",
    "0x_",
    "-_1",
    "+_1e3",
    "1_000",
    "1,000",
    "1e3",
    "1E3",
    "01443e5",
    "1.",
    ".5",
    "1.5",
    "-1.5e-3",
    "+.5",
    "1.e5",
    ".inf",
    "-.Inf",
    ".nan",
    ".NaN",
    "12:30",
    "1:30:00",
    "-1:30",
    "1:30.5",
    "2001-12-14",
    "2001-1-1",
    "2001-12-14T21:59:43Z",
    "2001-12-14 21:59:43.10 -5",
    "=",
    "<<",
    "-",
    "- a",
    "? a",
    "?",
    ":",
    ": a",
    "---",
    "--- a",
    "...",
    "a:",
    "a: b",
    "a #b",
    "#a",
    " a",
    "a ",
    "*a",
    "&a",
    "!a",
    "|",
    ">",
    "%a",
    "@a",
    "`a",
    "[a",
    "]",
    "{a}",
    ",a",
    "'a",
    "\"a",
    "a\tb",
    "\t",
    "a\r",
    "\0",
    "\u{7f}",
    "\u{85}",
    "\u{a0}",
    "\u{feff}",
    "\u{2028}",
    "a\u{202e}b",
    "\u{200b}",
    "\n",
    "\n\n",
];

/// Texts that no reader takes for anything else.
const PLAIN: &[&str] = &[
    "a",
    "web",
    "yEs",
    "nO",
    "nullable",
    "yes!",
    "e3",
    "x1",
    "nginx:1.27.0",
    "1.2.3",
    "10.0.0.0/8",
    "1.27.0-alpine",
    "64Mi",
    "200m",
    "30%",
    "1h30m0s",
    "http://a.b/c?d=e&f=g",
    "--flag",
    "-v",
    "-a b",
    "a-b_c.d",
    "a b",
    "a,b",
    "a[0]",
    "a'b",
    "a\"b",
    "a#b",
    "$(A)",
    "(a)",
    ":8080",
    "?a",
    "~a",
    "=a",
    "<a",
    "a:b:c",
    "8080:80",
    "2001-12-14x",
    "20011214a",
    "é",
    "日本",
    "0x",
    "0xg",
    "0o8",
    "1e",
    "+",
    ".",
    "..",
    "1:60",
    "+a",
    ".a",
    "sha256:ab",
    "^[a-z]+$",
    "a\\b",
    "inf",
    "NaN",
    "/bin/sh",
    "👍",
];

#[test]
fn texts_are_quoted_exactly_where_they_would_be_misread() {
    for word in QUOTED {
        let style = scalar::style(word);
        assert!(matches!(style, scalar::Style::Double | scalar::Style::Single), "{word:?} is {style:?}");
    }
    for word in PLAIN {
        assert_eq!(scalar::style(word), scalar::Style::Plain, "{word:?}");
    }
    for word in QUOTED.iter().chain(PLAIN) {
        reads_back(&record([("k", text(word)), (word, list([text(word)]))]));
        reads_back(&text(word));
    }
}

#[test]
fn lines_become_blocks_that_keep_every_byte() {
    let block = |s: &str| yaml(&record([("k", text(s))]));
    assert_eq!(block("a\nb"), "k: |-\n  a\n  b\n");
    assert_eq!(block("a\n\n b\n"), "k: |\n  a\n\n   b\n");
    assert_eq!(block("a\n\n"), "k: |+\n  a\n\n");
    assert_eq!(block(" a\nb\n"), "k: |2\n   a\n  b\n");
    assert_eq!(block("\n\ta"), "k: |2-\n\n  \ta\n");
    assert_eq!(block("a\r\nb"), "k: \"a\\r\\nb\"\n");
    for s in [
        "a\nb",
        "a\n\n b\n",
        "a\n\n\n",
        "  a\n b",
        "\ta\nb",
        "\n a",
        "a \n b \n",
        "a\n ",
        "a\n  \n",
        " \n",
        "# a\n- b: c\n",
        "---\na\n",
        "a\tb\n\tc\n",
    ] {
        reads_back(&record([("k", text(s)), ("l", list([text(s), record([("m", text(s)), ("n", int(1))]), list([text(s)])]))]));
        reads_back(&text(s));
    }
}

#[test]
fn long_keys_and_deep_trees_read_back() {
    reads_back(&record([("k".repeat(3000), record([("a".repeat(255), list([int(1)])), ("b".repeat(2000), text("c"))]))]));
    reads_back(&(0..60).fold(int(1), |inner, i| if i % 2 == 0 { list([inner]) } else { record([("k", inner)]) }));
}

#[test]
fn values_that_no_object_should_hold_are_written_as_text() {
    let address = |cidr: Option<&str>| {
        node(Value::Address(Arc::new(Address { kind: "app".into(), namespace: None, name: "web".into(), cidr: cidr.map(Into::into) })))
    };
    let reference = node(Value::Ref(Arc::new(RefValue::SecretKey { name: "db".into(), key: "password".into() })));
    let range = |lo, hi, single| node(Value::Range(Arc::new(RangeValue { lo, hi, single })));
    let all = list([
        address(None),
        address(Some("10.0.0.0/8")),
        reference,
        range(Some(quantity("200m")), Some(quantity("1")), false),
        range(None, Some(int(5)), false),
        range(Some(quantity("200m")), None, true),
    ]);
    assert_eq!(yaml(&all), "- web\n- 10.0.0.0/8\n- secret.db.ref.password\n- 200m..1\n- ..5\n- 200m\n");
}

#[test]
fn what_others_need_is_applied_first() {
    let order = [
        ("", "Namespace"),
        ("apiextensions.k8s.io", "CustomResourceDefinition"),
        ("", "ResourceQuota"),
        ("", "ServiceAccount"),
        ("rbac.authorization.k8s.io", "Role"),
        ("rbac.authorization.k8s.io", "RoleBinding"),
        ("", "ConfigMap"),
        ("storage.k8s.io", "StorageClass"),
        ("", "PersistentVolume"),
        ("", "PersistentVolumeClaim"),
        ("", "Service"),
        ("networking.k8s.io", "NetworkPolicy"),
        ("apps", "DaemonSet"),
        ("apps", "Deployment"),
        ("batch", "CronJob"),
        ("autoscaling", "HorizontalPodAutoscaler"),
        ("networking.k8s.io", "Ingress"),
        ("admissionregistration.k8s.io", "ValidatingWebhookConfiguration"),
        ("example.com", "Service"),
    ];
    for pair in order.windows(2) {
        assert!(rank(pair[0].0, pair[0].1) < rank(pair[1].0, pair[1].1), "{pair:?}");
    }
}

/// What a node means as plain data; the form that readers give back.
fn meaning(node: &Node) -> serde_json::Value {
    match &node.value {
        Value::Record(r) => present(r).map(|e| (e.key.to_string(), meaning(&e.node))).collect::<serde_json::Map<_, _>>().into(),
        Value::List(l) => l.items.iter().map(|i| meaning(&i.node)).collect::<Vec<_>>().into(),
        Value::Str(s) => s.as_str().into(),
        Value::Int(n) => (*n).into(),
        Value::Bool(b) => (*b).into(),
        Value::Null => serde_json::Value::Null,
        other => panic!("not in these tests: {other:?}"),
    }
}

fn reads_back(node: &Node) {
    let written = yaml(node);
    let read: serde_json::Value = serde_yaml::from_str(&written).unwrap_or_else(|e| panic!("{e}\n{written:?}"));
    assert_eq!(read, meaning(node), "{written:?}");
    assert_eq!(serde_json::from_str::<serde_json::Value>(&json(node)).unwrap(), meaning(node));
}

fn any_text() -> impl Strategy<Value = String> {
    prop_oneof![
        ".*",
        any::<String>(),
        "[ \t\n\ra#:'\"\\\\|>-]{0,12}",
        "[-+0-9.:_eExXoObBTtZz ]{1,10}",
        "[!-/:-@\\[-`{-~a ]{1,4}",
        prop::sample::select([QUOTED, PLAIN].concat()).prop_map(String::from),
    ]
}

fn any_node() -> impl Strategy<Value = Node> {
    let leaf = prop_oneof![
        4 => any_text().prop_map(|s| text(&s)),
        1 => any::<i64>().prop_map(int),
        1 => any::<bool>().prop_map(|b| node(Value::Bool(b))),
        1 => Just(node(Value::Null)),
    ];
    leaf.prop_recursive(4, 32, 5, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(list),
            prop::collection::btree_map(any_text(), inner, 0..5).prop_map(record),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]
    #[test]
    fn any_tree_reads_back(node in any_node()) {
        reads_back(&node);
    }
}
