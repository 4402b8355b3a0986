//! From a type's OpenAPI schema to its facts, in the form of `schema/types.jsonl`.
//!
//! The server's schemas and k8s-openapi's have one shape, but for keywords that only the server knows. A keyword that is not known
//! here stops the generator: a new release that says something new must not lose it in silence.

use serde_json::{Map, Value, json};

/// Types that are not objects of known fields, and what their values are.
const SCALARS: [(&str, &str); 11] = [
    ("io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSON", "any"),
    ("io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaPropsOrArray", "any"),
    ("io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaPropsOrBool", "any"),
    ("io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaPropsOrStringArray", "any"),
    ("io.k8s.apimachinery.pkg.api.resource.Quantity", "quantity"),
    ("io.k8s.apimachinery.pkg.apis.meta.v1.FieldsV1", "object"),
    ("io.k8s.apimachinery.pkg.apis.meta.v1.MicroTime", "micro-time"),
    ("io.k8s.apimachinery.pkg.apis.meta.v1.Patch", "object"),
    ("io.k8s.apimachinery.pkg.apis.meta.v1.Time", "time"),
    ("io.k8s.apimachinery.pkg.runtime.RawExtension", "object"),
    ("io.k8s.apimachinery.pkg.util.intstr.IntOrString", "int-or-string"),
];

/// A keyword of a field, and the name of the fact it becomes.
const FIELD_FACTS: [(&str, &str); 6] = [
    ("default", "default"),
    ("x-kubernetes-list-type", "list"),
    ("x-kubernetes-list-map-keys", "keys"),
    ("x-kubernetes-patch-merge-key", "mergeKey"),
    ("x-kubernetes-patch-strategy", "patch"),
    ("x-kubernetes-map-type", "map"),
];

const SHAPE: [&str; 9] = ["description", "type", "format", "allOf", "oneOf", "$ref", "items", "additionalProperties", "enum"];

const TYPE_KEYWORDS: [&str; 5] =
    ["properties", "required", "x-kubernetes-map-type", "x-kubernetes-unions", "x-kubernetes-group-version-kind"];

/// What a type is where it is no object of known fields.
pub fn scalar(name: &str) -> Option<&'static str> {
    SCALARS.iter().find(|(scalar, _)| *scalar == name).map(|(_, is)| *is)
}

/// Facts of the type itself: `is`, `map`, `unions`.
pub fn of_type(name: &str, schema: &Value) -> Result<Map<String, Value>, String> {
    let mut facts = Map::new();
    if let Some(is) = scalar(name) {
        facts.insert("is".into(), is.into());
        return Ok(facts);
    }
    known_keywords(name, schema, &TYPE_KEYWORDS)?;
    if schema["type"] != "object" {
        return Err(format!("{name} is no object: say in facts.rs what its values are"));
    }
    if let Some(map) = schema.get("x-kubernetes-map-type") {
        facts.insert("map".into(), map.clone());
    }
    if let Some(unions) = schema["x-kubernetes-unions"].as_array() {
        facts.insert("unions".into(), unions.iter().map(union).collect());
    }
    Ok(facts)
}

/// Facts of each field, by its name; `name` itself is not among them.
pub fn of_fields(name: &str, schema: &Value) -> Result<Map<String, Value>, String> {
    let mut fields = Map::new();
    let required = schema["required"].as_array().cloned().unwrap_or_default();
    for (field, schema) in schema["properties"].as_object().into_iter().flatten() {
        let place = format!("{name}.{field}");
        let mut facts = of_field(&place, schema)?;
        if required.iter().any(|name| name == field) {
            facts.insert("required".into(), true.into());
        }
        fields.insert(field.clone(), facts.into());
    }
    Ok(fields)
}

fn of_field(place: &str, schema: &Value) -> Result<Map<String, Value>, String> {
    known_keywords(place, schema, &FIELD_FACTS.map(|(keyword, _)| keyword))?;
    let mut facts = Map::new();
    facts.insert("type".into(), ty(place, schema)?.into());
    let of_elements = schema.get("items").and_then(|items| items.get("enum"));
    if let Some(values) = schema.get("enum").or(of_elements) {
        facts.insert("enum".into(), values.clone());
    }
    for (keyword, fact) in FIELD_FACTS {
        if let Some(value) = schema.get(keyword) {
            facts.insert(fact.into(), value.clone());
        }
    }
    Ok(facts)
}

/// `string`, `[T]`, `{T}`, or the name of a type.
fn ty(place: &str, schema: &Value) -> Result<String, String> {
    let target = &schema["allOf"][0]["$ref"];
    if let Some(target) = target.as_str().or(schema["$ref"].as_str()) {
        let name = target.rsplit('/').next().unwrap_or(target);
        return Ok(scalar(name).unwrap_or(name).to_owned());
    }
    let format = schema["format"].as_str();
    Ok(match (schema["type"].as_str(), format) {
        (Some("array"), None) => format!("[{}]", ty(place, &schema["items"])?),
        (Some("object"), None) => match schema.get("additionalProperties") {
            Some(values) => format!("{{{}}}", ty(place, values)?),
            None => "object".into(),
        },
        (Some("string"), None) => "string".into(),
        (Some("string"), Some("byte")) => "bytes".into(),
        (Some("boolean"), None) => "bool".into(),
        (Some("integer"), Some(format @ ("int32" | "int64"))) => format.into(),
        (Some("number"), _) => "number".into(),
        (found, format) => return Err(format!("{place} has a type that facts.rs does not know: {found:?}, format {format:?}")),
    })
}

fn union(schema: &Value) -> Value {
    let fields = &schema["fields-to-discriminateBy"];
    match schema.get("discriminator") {
        Some(discriminator) => json!({ "discriminator": discriminator, "fields": fields }),
        None => json!({ "fields": fields }),
    }
}

fn known_keywords(place: &str, schema: &Value, known: &[&str]) -> Result<(), String> {
    let object = schema.as_object().ok_or_else(|| format!("{place} is no schema"))?;
    match object.keys().find(|keyword| !known.contains(&keyword.as_str()) && !SHAPE.contains(&keyword.as_str())) {
        Some(keyword) => Err(format!("{place} has the keyword {keyword}, which facts.rs does not know: give it a place in the facts")),
        None => Ok(()),
    }
}
