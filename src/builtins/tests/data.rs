//! Tables: base64, digests, JSON and YAML.

use super::*;

#[test]
fn base64_and_digests() {
    gives! {
        "base64"("admin") => "YWRtaW4=";
        "base64"("") => "";
        "base64"("größe") => "Z3LDtsOfZQ==";
        "base64Decode"("YWRtaW4=") => "admin";
        "base64Decode"("  Z3LD\n  tsOfZQ==\n") => "größe";
        "base64Decode"("") => "";
        "sha256"("abc") => "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    }
}

#[test]
fn json() {
    gives! {
        "json.parse"("{\"a\": [1, 2.50, true, null, \"x\"]}") => map([("a", list([1.into(), float("2.5"), true.into(), NULL, "x".into()]))]);
        "json.parse"("-9223372036854775808") => i64::MIN;
        "json.parse"("1e3") => float("1000");
        "json.parse"("{\"<<\": {\"a\": 1}}") => map([("<<", map([("a", 1.into())]))]);
        "json.format"(map([("b", 1.into()), ("a", list([NULL, "x\"".into()]))])) => "{\"b\":1,\"a\":[null,\"x\\\"\"]}";
        "json.format"(list([cpu(1500), bytes(64, "Mi"), time(90, "s"), percent(30)])) => "[\"1500m\",\"64Mi\",\"90s\",\"30%\"]";
        "json.format"(list([float("1.0"), float("0.1"), float("2.50")])) => "[1,0.1,2.5]";
        "json.format"(map([("a", list([1]))]), 2) => "{\n  \"a\": [\n    1\n  ]\n}";
        "json.format"(map([("a", 1.into()), ("unset", NULL)]), 0) => "{\"a\":1}";
    }
}

#[test]
fn yaml() {
    gives! {
        "yaml.parse"("a: 1\nb:\n- x\n- 2.5\n") => map([("a", 1.into()), ("b", list(["x".into(), float("2.5")]))]);
        "yaml.parse"("") => NULL;
        "yaml.parse"("# nothing\n") => NULL;
        "yaml.parse"("---\na: 1\n") => map([("a", 1.into())]);
        "yaml.parse"("[yes, on, ~, 0x10, 2024-01-01]") => list(["yes".into(), "on".into(), NULL, 16.into(), "2024-01-01".into()]);
        "yaml.parse"("8080: web\ntrue: x\n") => map([("8080", "web".into()), ("true", "x".into())]);
        "yaml.parse"("a: &x {b: 1}\nc: *x\n") => map([("a", map([("b", 1.into())])), ("c", map([("b", 1.into())]))]);
        "yaml.parse"("base: &x {a: 1, b: 2}\nc:\n  <<: *x\n  a: 9\n") => map([("base", map([("a", 1.into()), ("b", 2.into())])), ("c", map([("a", 9.into()), ("b", 2.into())]))]);
        "yaml.parse"("<<: [{a: 1}, {a: 2, b: 2}]") => map([("a", 1.into()), ("b", 2.into())]);
        "yaml.parse"("!!str 5") => "5";
        "yaml.parse"("text: |\n  a\n  b\n") => map([("text", "a\nb\n".into())]);
        "yaml.parseAll"("a: 1\n---\nb: 2\n") => list([map([("a", 1.into())]), map([("b", 2.into())])]);
        "yaml.parseAll"("") => none();
        "yaml.format"(map([("a", 1.into()), ("b", list(["x", "yes", "1"]))])) => "a: 1\nb:\n- x\n- \"yes\"\n- \"1\"\n";
        "yaml.format"(map([("a", NULL), ("on", "12:30:45".into())])) => "\"on\": \"12:30:45\"\n";
        "yaml.format"(map([("text", "a\nb\n".into())])) => "text: |\n  a\n  b\n";
        "yaml.format"(map([])) => "{}\n";
    }
}

#[test]
fn small_texts_that_would_grow_large_are_stopped() {
    let mut bomb = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x]\n");
    for i in 1..12 {
        let aliases = vec![format!("*a{}", i - 1); 9].join(", ");
        bomb += &format!("a{i}: &a{i} [{aliases}]\n");
    }
    assert!(run("yaml.parse", vec![bomb.as_str().into()]).is_err());
    for open in ["[", "{a: ", "- "] {
        assert!(run("yaml.parse", vec![open.repeat(20_000).as_str().into()]).is_err());
    }
    assert!(run("json.parse", vec!["[".repeat(100_000).as_str().into()]).is_err());
}

#[test]
fn what_is_parsed_comes_from_the_call() {
    let Ok(Node { value: Value::Record(record), .. }) = run("yaml.parse", vec!["a: {b: 1}".into()]) else { panic!("no record") };
    let Value::Record(inner) = &record.entries[0].node.value else { panic!("no record") };
    assert_eq!((record.entries[0].node.origin, inner.entries[0].node.origin, inner.entries[0].at), (CALL, CALL, CALL.span));
}

#[test]
fn what_decoders_and_encoders_say() {
    insta::assert_snapshot!(faults! {
        "base64Decode"("YWR*");
        "base64Decode"("YWRtaW4");
        "base64Decode"("_-8=");
        "base64Decode"("/w==");
        "json.parse"("{");
        "json.parse"("{a: 1}");
        "json.parse"("[1, 2,]");
        "json.parse"("1 2");
        "json.parse"("");
        "json.parse"("{\"a\": 1,\n \"a\": 2}");
        "json.parse"("[9223372036854775808]");
        "json.parse"("1e400");
        "json.parse"("1e40");
        "json.parse"("1e-40");
        "json.format"(1, 9);
        "json.format"(1, -1);
        "yaml.parse"("a: [1, 2");
        "yaml.parse"("a: 1\na: 2\n");
        "yaml.parse"("a: 1\n  b: 2\n");
        "yaml.parse"("\ta: 1");
        "yaml.parse"("a: !vault x");
        "yaml.parse"("a: *nowhere");
        "yaml.parse"("a: 1\n---\nb: 2\n");
        "yaml.parse"("? [a]\n: 1\n");
        "yaml.parse"("n: 18446744073709551616");
        "yaml.parse"("n: .nan");
        "yaml.parse"("<<: 3");
        "yaml.parseAll"("a: 1\n---\na: [\n");
    });
}
