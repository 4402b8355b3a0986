//! Tables: references, settings, and questions about a value.

use super::*;
use crate::value::{Address, RangeValue, RefValue};

fn target(value: RefValue) -> Value {
    Value::Ref(Arc::new(value))
}

fn config_key(name: &str, key: &str) -> Value {
    target(RefValue::ConfigKey { name: name.into(), key: key.into() })
}

fn web() -> Value {
    Value::Address(Arc::new(Address { kind: "app".into(), namespace: Some("shop".into()), name: "web".into(), cidr: None }))
}

fn one_to_two() -> Value {
    Value::Range(Arc::new(RangeValue { lo: Some(at(1, 1)), hi: Some(at(2, 2)), single: false }))
}

#[test]
fn references() {
    gives! {
        "secretRef"("db", "password") => target(RefValue::SecretKey { name: "db".into(), key: "password".into() });
        "secretRef"("tls.example.com", "tls.crt") => target(RefValue::SecretKey { name: "tls.example.com".into(), key: "tls.crt".into() });
        "configRef"("settings", "THEME") => config_key("settings", "THEME");
        "fieldRef"("status.podIP") => target(RefValue::Field { path: "status.podIP".into() });
        "fieldRef"("metadata.labels['app.kubernetes.io/name']") => target(RefValue::Field { path: "metadata.labels['app.kubernetes.io/name']".into() });
        "resourceRef"("limits.cpu") => target(RefValue::Resource { resource: "limits.cpu".into() });
        "resourceRef"("requests.hugepages-2Mi") => target(RefValue::Resource { resource: "requests.hugepages-2Mi".into() });
    }
}

#[test]
fn values_of_environment_variables() {
    gives! {
        "envValue"("a") => "a";
        "envValue"(8080) => "8080";
        "envValue"(true) => "true";
        "envValue"(time(10, "s")) => "10s";
        "envValue"(bytes(64, "Mi")) => "64Mi";
        "envValue"(config_key("a", "b")) => config_key("a", "b");
        "configKeys"(map([
            ("B", config_key("settings", "THEME")),
            ("A", config_key("other", "X")),
            ("C", config_key("settings", "THEME")),
            ("D", "text".into()),
            ("E", target(RefValue::SecretKey { name: "db".into(), key: "password".into() }))
        ])) => list([map([("name", "other".into()), ("key", "X".into())]), map([("name", "settings".into()), ("key", "THEME".into())])]);
        "configKeys"(map([])) => none();
        // Of the keys that are declared here, the texts; of others nothing.
        "refKeys"(map([
            ("A", config_key("settings", "THEME")),
            ("B", config_key("settings", "MISSING")),
            ("C", config_key("other", "X")),
            ("D", "text".into())
        ])) => map([("settings/THEME", "dark".into())]);
    }
}

#[test]
fn settings_and_questions() {
    gives! {
        "inherited"("labels") => map([("team", "a".into())]);
        "inherited"("annotations") => NULL;
        "waived"("image-pinned") => true;
        "waived"("image-stale") => false;
        "isNull"(NULL) => true;
        "isNull"(none()) => false;
        "typeOf"(NULL) => "null";
        "typeOf"(true) => "bool";
        "typeOf"(1) => "int";
        "typeOf"(float("1")) => "float";
        "typeOf"("") => "string";
        "typeOf"(cpu(1)) => "cpu";
        "typeOf"(bytes(1, "M")) => "bytes";
        "typeOf"(time(1, "s")) => "duration";
        "typeOf"(percent(1)) => "percent";
        "typeOf"(none()) => "list";
        "typeOf"(map([])) => "record";
        "typeOf"(one_to_two()) => "range";
        "typeOf"(web()) => "address";
        "typeOf"(config_key("a", "b")) => "ref";
    }
    assert_eq!(run("inherited", vec!["labels".into()]).expect("labels").origin.span.start, 7, "a setting keeps its place");
}

#[test]
fn what_references_and_environment_values_say() {
    insta::assert_snapshot!(faults! {
        "secretRef"("DB", "password");
        "secretRef"("", "password");
        "secretRef"("a..b", "password");
        "secretRef"("db", "pass word");
        "secretRef"("db", "..x");
        "configRef"("-settings", "THEME");
        "fieldRef"("status.podIp");
        "fieldRef"("metadata.labels");
        "fieldRef"("limits.cpu");
        "fieldRef"("spec.containers");
        "resourceRef"("limit.cpu");
        "resourceRef"("nvidia.com/gpu");
        "envValue"(web());
        "envValue"(list([1]));
        "envValue"(NULL);
        "envValue"(one_to_two());
        "json.format"(map([("a", map([("b", list([config_key("a", "b")]))]))]));
        "yaml.format"(web());
        "json.format"(list([one_to_two()]));
    });
}

/// What programs may rely on for ever: changing one of these rolls running fleets.
#[test]
fn hashes_never_change() {
    gives! {
        "hash"(NULL) => "74234e98af";
        "hash"("") => "12ae32cb1e";
        "hash"(map([("b", list([1, 2])), ("a", "ä\n".into()), ("unset", NULL)])) => "84080bc68a";
        "hash"(map([("a", "ä\n".into()), ("b", list([1, 2]))])) => "84080bc68a";
        "hash"(list([cpu(1500), bytes(64, "Mi"), time(10, "s"), percent(30), float("1.50"), true.into()])) => "1cc84dee3b";
        "hash"(list([config_key("a", "b"), web(), one_to_two()])) => "c23a779319";
    }
}
