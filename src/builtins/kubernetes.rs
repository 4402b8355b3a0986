//! Builtins about Kubernetes: references to values that the cluster fills in, settings, and questions about a value.

use super::args::{self, Args, Given, boolean, described, list, shown, text};
use super::{Arg, Builtin, Fault, Host, Param, Sig, computed};
use crate::data::scalar_text;
use crate::diag::codes::{BAD_ARGUMENT, BAD_REFERENCE};
use crate::diag::suggest;
use crate::value::{Quantity, QuantityUnit, RefValue, Value};
use std::collections::BTreeSet;
use std::sync::Arc;
use ustr::Ustr;

const NAME_AND_KEY: &[Param] = &[Param::required("name", Sig::String), Param::required("key", Sig::String)];

pub const FAMILY: &[Builtin] = &[
    Builtin {
        name: "secretRef",
        params: NAME_AND_KEY,
        ret: Sig::Ref,
        doc: "A key of a Secret of the same namespace that is not declared here, as the value of an environment variable. `secret.db.ref.password` names one that is, and is checked.",
        example: r#"typeOf(secretRef("db", "password")) == "ref""#,
        run: |_, args| reference(name_and_key(args, "Secret").map(|(name, key)| RefValue::SecretKey { name, key })?),
    },
    Builtin {
        name: "configRef",
        params: NAME_AND_KEY,
        ret: Sig::Ref,
        doc: "A key of a ConfigMap of the same namespace that is not declared here, as the value of an environment variable. `config.settings.ref.THEME` names one that is, and is checked.",
        example: r#"typeOf(configRef("settings", "THEME")) == "ref""#,
        run: |_, args| reference(name_and_key(args, "ConfigMap").map(|(name, key)| RefValue::ConfigKey { name, key })?),
    },
    Builtin {
        name: "fieldRef",
        params: &[Param::required("path", Sig::String)],
        ret: Sig::Ref,
        doc: "A field of the pod as the value of an environment variable: `metadata.name`, `metadata.namespace`, `metadata.uid`, `metadata.labels['KEY']`, `metadata.annotations['KEY']`, `spec.nodeName`, `spec.serviceAccountName`, `status.hostIP`, `status.hostIPs`, `status.podIP` or `status.podIPs`.",
        example: r#"typeOf(fieldRef("status.podIP")) == "ref""#,
        run: field_ref,
    },
    Builtin {
        name: "resourceRef",
        params: &[Param::required("resource", Sig::String)],
        ret: Sig::Ref,
        doc: "A request or limit of the container as the value of an environment variable: `limits.` or `requests.` and then `cpu`, `memory`, `ephemeral-storage` or `hugepages-…`.",
        example: r#"typeOf(resourceRef("limits.cpu")) == "ref""#,
        run: resource_ref,
    },
    Builtin {
        name: "envValue",
        params: &[Param::required("value", Sig::OneOf(&[Sig::Scalar, Sig::Ref]))],
        ret: Sig::OneOf(&[Sig::String, Sig::Ref]),
        doc: "What an environment variable takes: a scalar as its text, a reference as it is.",
        example: r#"envValue(8080) == "8080" and envValue(10s) == "10s""#,
        run: env_value,
    },
    Builtin {
        name: "configKeys",
        params: &[Param::required("values", Sig::Map(&Sig::Any))],
        ret: Sig::List(&Sig::Fields(&[("name", Sig::String), ("key", Sig::String)])),
        doc: "The keys of ConfigMaps that the values of a map refer to, as records `{ name, key }`, sorted, each once.",
        example: r#"configKeys({ A = configRef("settings", "THEME"), B = "x" }) == [{ name = "settings", key = "THEME" }]"#,
        run: config_keys,
    },
    Builtin {
        name: "refKeys",
        params: &[Param::required("values", Sig::Map(&Sig::Any))],
        ret: Sig::Map(&Sig::String),
        doc: "The present texts behind the keys of configs that the values of a map refer to, under `name/key`, sorted. Keys of configs that are not declared here, and of secrets, are left out.",
        example: r#"refKeys({ A = "x", B = secretRef("db", "password") }) == {}"#,
        run: ref_keys,
    },
    Builtin {
        name: "inherited",
        params: &[Param::required("setting", Sig::String)],
        ret: Sig::Any,
        doc: "A setting of the enclosing namespace, merged over the file's own. What neither wrote has its default, or is null. Only in the body of a kind.",
        example: r#"inherited("clusterDomain") == null"#,
        run: |host, args| host.inherited(args.text(0)?),
    },
    Builtin {
        name: "waived",
        params: &[Param::required("rule", Sig::String)],
        ret: Sig::Bool,
        doc: "Whether a waiver of that rule stands in the declaration, in its namespace or in the file. Only in the body of a kind.",
        example: r#"not waived("image-pinned")"#,
        run: |host, args| boolean(host.waived(args.text(0)?)?),
    },
    Builtin {
        name: "isNull",
        params: &[Param::required("value", Sig::Any)],
        ret: Sig::Bool,
        doc: "Whether the value is null, which is what absent fields read as.",
        example: "isNull(null) and not isNull(0)",
        run: |_, args| boolean(args.node(0)?.is_null()),
    },
    Builtin {
        name: "typeOf",
        params: &[Param::required("value", Sig::Any)],
        ret: Sig::String,
        doc: "The type of the value: `null`, `bool`, `int`, `float`, `string`, `cpu`, `bytes`, `duration`, `percent`, `list`, `record`, `range`, `address` or `ref`. A map is a `record`.",
        example: r#"typeOf(1Gi) == "bytes" and typeOf({ }) == "record""#,
        run: |_, args| text(type_of(&args.node(0)?.value)),
    },
];

fn reference(target: RefValue) -> Given {
    computed(Value::Ref(Arc::new(target)))
}

/// The name of an object and one of its keys, in the form that the API server takes.
fn name_and_key(args: &[Arg], kind: &str) -> Result<(Ustr, Ustr), Fault> {
    const LONGEST: usize = 253;
    let (name, key) = (args.text(0)?, args.text(1)?);
    let label = |part: &str| {
        let ends = part.starts_with('-') || part.ends_with('-');
        !part.is_empty() && !ends && part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
    };
    if name.len() > LONGEST || !name.split('.').all(label) {
        return Err(Fault::at(0, &BAD_REFERENCE, format!("{} is no name that a {kind} can have", shown(name))).with_help(format!(
            "names have at most {LONGEST} small letters, digits, `-` and `.`, and start and end with a letter or digit"
        )));
    }
    let key_fits = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.');
    if key.is_empty() || key.len() > LONGEST || key.starts_with("..") || *key == "." || !key.bytes().all(key_fits) {
        return Err(Fault::at(1, &BAD_REFERENCE, format!("{} is no key that a {kind} can have", shown(key)))
            .with_help(format!("keys have at most {LONGEST} letters, digits, `-`, `_` and `.`, and do not start with `..`")));
    }
    Ok((Ustr::from(name), Ustr::from(key)))
}

/// What the downward API gives as an environment variable, labels and annotations aside.
const POD_FIELDS: &[&str] = &[
    "metadata.name",
    "metadata.namespace",
    "metadata.uid",
    "spec.nodeName",
    "spec.serviceAccountName",
    "status.hostIP",
    "status.hostIPs",
    "status.podIP",
    "status.podIPs",
];

fn field_ref(_: &mut dyn Host, args: &[Arg]) -> Given {
    let path = args.text(0)?;
    let of_map = ["metadata.labels['", "metadata.annotations['"].iter().find_map(|start| path.strip_prefix(start));
    let keyed = of_map.and_then(|rest| rest.strip_suffix("']")).is_some_and(|key| !key.is_empty());
    if keyed || POD_FIELDS.contains(&path.as_str()) {
        return reference(RefValue::Field { path: path.clone() });
    }
    let fault = Fault::at(0, &BAD_REFERENCE, format!("an environment variable cannot read {} of its pod", shown(path)));
    if path.starts_with("metadata.labels") || path.starts_with("metadata.annotations") {
        return Err(fault.with_help("name one key: `metadata.labels['app.kubernetes.io/name']`"));
    }
    if ["limits.", "requests."].iter().any(|start| path.starts_with(start)) {
        return Err(fault.with_help(format!("`resourceRef({})` reads requests and limits of the container", shown(path))));
    }
    Err(match suggest::nearest(path, POD_FIELDS.iter().copied()) {
        Some(near) => fault.with_help(format!("did you mean `{near}`?")),
        None => fault.with_help(format!("it can read {}, and single labels and annotations", POD_FIELDS.join(", "))),
    })
}

const RESOURCES: &[&str] =
    &["limits.cpu", "limits.memory", "limits.ephemeral-storage", "requests.cpu", "requests.memory", "requests.ephemeral-storage"];

fn resource_ref(_: &mut dyn Host, args: &[Arg]) -> Given {
    let resource = args.text(0)?;
    let huge = ["limits.hugepages-", "requests.hugepages-"].iter().find_map(|start| resource.strip_prefix(start));
    if huge.is_some_and(|size| !size.is_empty()) || RESOURCES.contains(&resource.as_str()) {
        return reference(RefValue::Resource { resource: resource.clone() });
    }
    let fault =
        Fault::at(0, &BAD_REFERENCE, format!("an environment variable cannot read the resource {} of its container", shown(resource)));
    Err(match suggest::nearest(resource, RESOURCES.iter().copied()) {
        Some(near) => fault.with_help(format!("did you mean `{near}`?")),
        None => fault.with_help(format!("it can read {}, and `hugepages-…` of both", RESOURCES.join(", "))),
    })
}

fn env_value(_: &mut dyn Host, args: &[Arg]) -> Given {
    let node = args.node(0)?;
    if matches!(node.value, Value::Ref(_) | Value::Str(_)) {
        return Ok(node.clone());
    }
    if let Some(scalar) = scalar_text(&node.value) {
        return text(scalar);
    }
    let fault = Fault::at(0, &BAD_ARGUMENT, format!("an environment variable is text, but this is {}", described(&node.value)));
    Err(match &node.value {
        Value::Address(_) => fault.with_help("read a part of the address: `.host` is its name in the cluster's DNS, `.name` its own"),
        Value::List(_) | Value::Record(_) => fault.with_help("`join` makes text of a list, `json.format` of any value"),
        Value::Null => fault.with_help("leave the variable out, or give a default with `??`"),
        _ => fault.with_help("read one end of the range, `.lo` or `.hi`"),
    })
}

fn config_keys(host: &mut dyn Host, args: &[Arg]) -> Given {
    let found = config_refs(host, args)?;
    let one = |(name, key): (Ustr, Ustr)| args::fields(host, [("name", Value::str(name.as_str())), ("key", Value::str(key.as_str()))]);
    let records: Vec<Value> = found.into_iter().map(one).collect();
    list(host, records)
}

fn ref_keys(host: &mut dyn Host, args: &[Arg]) -> Given {
    let mut texts = Vec::new();
    for (name, key) in config_refs(host, args)? {
        let Some(content) = host.exported("config", &name, "content")? else { continue };
        if let Value::Record(content) = &content.value
            && let Some(entry) = content.get(key)
        {
            texts.push((Ustr::from(&format!("{name}/{key}")), entry.node.clone()));
        }
    }
    computed(args::record(texts))
}

/// The keys of ConfigMaps among the values of a map, sorted by name and key, each once.
fn config_refs(host: &mut dyn Host, args: &[Arg]) -> Result<Vec<(Ustr, Ustr)>, Fault> {
    let values = args.record(0)?;
    host.spend(values.entries.len())?;
    let refs = values.entries.iter().filter_map(|entry| match &entry.node.value {
        Value::Ref(target) => match &**target {
            RefValue::ConfigKey { name, key } => Some((*name, *key)),
            RefValue::SecretKey { .. } | RefValue::Field { .. } | RefValue::Resource { .. } => None,
        },
        _ => None,
    });
    let found: BTreeSet<(&str, &str)> = refs.map(|(name, key)| (name.as_str(), key.as_str())).collect();
    Ok(found.into_iter().map(|(name, key)| (name.into(), key.into())).collect())
}

fn type_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "bool",
        Value::Int(_) => "int",
        Value::Float(_) => "float",
        Value::Str(_) => "string",
        Value::Quantity(Quantity { unit: QuantityUnit::Cpu, .. }) => "cpu",
        Value::Quantity(Quantity { unit: QuantityUnit::Binary | QuantityUnit::Decimal, .. }) => "bytes",
        Value::Duration(_) => "duration",
        Value::Percent(_) => "percent",
        Value::List(_) => "list",
        Value::Record(_) => "record",
        Value::Range(_) => "range",
        Value::Address(_) => "address",
        Value::Ref(_) => "ref",
    }
}
