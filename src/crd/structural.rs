//! Whether a schema is structural: every value has a type outside of `allOf`, `anyOf`, `oneOf` and `not`, and what stands in these only
//! narrows it.

use super::schema::JsonType;
use crate::diag::codes;
use crate::finding::{Finding, Place};
use crate::pattern;
use crate::value::Value;
use std::fmt::Write;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Level {
    Root,
    Item,
    Field,
}

/// What makes a schema not structural.
pub fn check(schema: &Place, out: &mut Vec<Finding>) {
    invariants(schema, Level::Root, out);
    let path = schema.path();
    complete(schema, Some(schema), &path, out);
}

fn report(place: &Place, message: impl Into<String>, out: &mut Vec<Finding>) {
    out.push(place.finding(&codes::CRD_SCHEMA, message));
}

fn invariants(schema: &Place, level: Level, out: &mut Vec<Finding>) {
    let (ty, items) = (schema.field("type"), schema.field("items"));
    if ty.text() == "array" && items.record().is_none() && items.list().is_none() {
        report(&items, "an array says what its items are", out);
    }
    if items.record().is_some() {
        invariants(&items, Level::Item, out);
    }
    let properties = schema.field("properties");
    for (_, property) in properties.keys() {
        invariants(&property, Level::Field, out);
    }
    let additional = schema.field("additionalProperties");
    if additional.exists() && level == Level::Root {
        report(&additional, "the root of a resource has fields, and no keys besides", out);
    }
    if additional.record().is_some() {
        invariants(&additional, Level::Field, out);
    }
    extensions(schema, out);
    values(schema, int_or_string(schema), out);
    types(schema, level, out);
    metadata(schema, level, out);
}

fn extensions(schema: &Place, out: &mut Vec<Finding>) {
    if !schema.field("x-kubernetes-int-or-string").is_true() {
        return;
    }
    for name in ["x-kubernetes-preserve-unknown-fields", "x-kubernetes-embedded-resource"] {
        let place = schema.field(name);
        if place.is_true() {
            report(&place, format!("a number or a string cannot be `{name}`"), out);
        }
    }
}

fn types(schema: &Place, level: Level, out: &mut Vec<Finding>) {
    let ty = schema.field("type");
    let is = |name: &str| schema.field(name).is_true();
    if is("x-kubernetes-embedded-resource") && ty.text() != "object" {
        report(&ty, "an embedded resource is of type object", out);
    } else if ty.text().is_empty() && !is("x-kubernetes-int-or-string") && !is("x-kubernetes-preserve-unknown-fields") {
        let what = match level {
            Level::Root => "the root of a schema",
            Level::Item => "the items of an array",
            Level::Field => "a field",
        };
        out.push(ty.finding(&codes::CRD_SCHEMA, format!("{what} needs a type")).help(types_help()));
    }
    let additional = schema.field("additionalProperties");
    if is("x-kubernetes-embedded-resource") && additional.exists() {
        report(&additional, "an embedded resource has fields, and no keys besides", out);
    }
    if level == Level::Root && !ty.text().is_empty() && ty.text() != "object" {
        report(&ty, "the root of a schema is of type object", out);
    }
    let properties = schema.field("properties");
    if is("x-kubernetes-embedded-resource")
        && !is("x-kubernetes-preserve-unknown-fields")
        && properties.record().is_none_or(|r| r.entries.is_empty())
    {
        report(&properties, "an embedded resource lists its properties, or is `x-kubernetes-preserve-unknown-fields: true`", out);
    }
}

pub fn types_help() -> String {
    let types = [JsonType::Array, JsonType::Boolean, JsonType::Integer, JsonType::Number, JsonType::Object, JsonType::String];
    format!("types are {}", types.map(JsonType::name).join(", "))
}

/// `apiVersion`, `kind` and `metadata` of a resource are known already: a schema may only narrow the names.
fn metadata(schema: &Place, level: Level, out: &mut Vec<Finding>) {
    let resource = level == Level::Root || schema.field("x-kubernetes-embedded-resource").is_true();
    let properties = schema.field("properties");
    for name in ["kind", "apiVersion"] {
        let property = properties.key(name);
        let ty = property.field("type");
        if resource && property.exists() && ty.text() != "string" {
            report(&ty, format!("`{name}` of a resource is a string"), out);
        }
    }
    let metadata = properties.key("metadata");
    if !metadata.exists() {
        return;
    }
    let ty = metadata.field("type");
    if resource && ty.text() != "object" {
        report(&ty, "the metadata of a resource is an object", out);
    }
    if level == Level::Root {
        let inner = metadata.field("properties");
        let foreign = inner.entries().any(|(key, _)| !matches!(key, "name" | "generateName"));
        let more = metadata.entries().any(|(key, _)| !matches!(key, "type" | "properties" | "default"));
        if foreign || more {
            report(&metadata, "the schema of metadata is known: only `name` and `generateName` can be narrowed", out);
        }
    }
}

/// Which `anyOf` is the customary `integer or string`.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Custom {
    None,
    AnyOf,
    AllOf,
}

fn int_or_string(schema: &Place) -> Custom {
    let all_of = schema.field("allOf");
    if is_int_or_string(&schema.field("anyOf")) {
        Custom::AnyOf
    } else if all_of.items().next().is_some_and(|first| is_int_or_string(&first.field("anyOf"))) {
        Custom::AllOf
    } else {
        Custom::None
    }
}

fn is_int_or_string(any_of: &Place) -> bool {
    let mut types = any_of.items().map(|part| part.entries().count() == 1 && part.field("type").text() == "integer");
    let (first, second) = (types.next(), types.next());
    let strings = any_of.items().nth(1).is_some_and(|part| part.entries().count() == 1 && part.field("type").text() == "string");
    first == Some(true) && second.is_some() && strings && types.next().is_none()
}

/// The narrowing parts of a schema.
fn values(schema: &Place, custom: Custom, out: &mut Vec<Finding>) {
    for name in ["anyOf", "allOf", "oneOf"] {
        if name == "anyOf" && custom == Custom::AnyOf {
            continue;
        }
        let list = schema.field(name);
        for (index, part) in list.items().enumerate() {
            let inner = if name == "allOf" && index == 0 && custom == Custom::AllOf { Custom::AnyOf } else { Custom::None };
            nested(&part, inner, out);
        }
    }
    let not = schema.field("not");
    if not.record().is_some() {
        nested(&not, Custom::None, out);
    }
    let place = schema.field("pattern");
    if let Err(error) = pattern::compiled_go(place.text()) {
        report(&place, format!("the regular expression is malformed: {error}"), out);
    }
}

fn nested(part: &Place, custom: Custom, out: &mut Vec<Finding>) {
    values(part, custom, out);
    let items = part.field("items");
    if items.record().is_some() {
        nested(&items, Custom::None, out);
    }
    let properties = part.field("properties");
    for (_, property) in properties.keys() {
        nested(&property, Custom::None, out);
    }
    const FORBIDDEN: &[&str] = &[
        "type",
        "additionalProperties",
        "default",
        "title",
        "description",
        "nullable",
        "x-kubernetes-preserve-unknown-fields",
        "x-kubernetes-embedded-resource",
        "x-kubernetes-int-or-string",
        "x-kubernetes-list-map-keys",
        "x-kubernetes-list-type",
        "x-kubernetes-map-type",
        "x-kubernetes-validations",
    ];
    for &name in FORBIDDEN {
        let place = part.field(name);
        let empty = match place.value() {
            None | Some(Value::Bool(false)) => true,
            Some(Value::Str(text)) => text.is_empty() && !name.ends_with("-type"),
            Some(Value::List(list)) => list.items.is_empty(),
            Some(_) => false,
        };
        if !empty {
            let message = format!("`{name}` cannot stand within `allOf`, `anyOf`, `oneOf` or `not`");
            out.push(place.finding(&codes::CRD_SCHEMA, message).help("say it in the schema around, these only narrow the value"));
        }
    }
    let metadata = properties.key("metadata");
    if metadata.exists() {
        report(&metadata, "metadata cannot be narrowed within `allOf`, `anyOf`, `oneOf` or `not`", out);
    }
}

/// What is narrowed must be there: each property and item within `allOf` and its like stands in the schema itself too.
fn complete(values: &Place, schema: Option<&Place>, path: &str, out: &mut Vec<Finding>) {
    for name in ["allOf", "anyOf", "oneOf"] {
        let list = values.field(name);
        for part in list.items() {
            complete_part(&part, schema, path, out);
        }
    }
    let not = values.field("not");
    if not.record().is_some() {
        complete_part(&not, schema, path, out);
    }
}

fn complete_part(part: &Place, schema: Option<&Place>, path: &str, out: &mut Vec<Finding>) {
    complete(part, schema, path, out);
    let inner = |place: &Place, counterpart: Option<&Place>, path: &str, out: &mut Vec<Finding>| match counterpart {
        Some(there) if there.exists() => complete_part(place, Some(there), path, out),
        _ => {
            let mut finding = place.finding(&codes::CRD_SCHEMA, format!("`{path}` is missing in the schema itself, where it is narrowed"));
            path.clone_into(&mut finding.field);
            out.push(finding.help("what stands within `allOf`, `anyOf`, `oneOf` or `not` only narrows; define it outside too"));
        }
    };
    let items = part.field("items");
    if items.record().is_some() {
        let there = schema.map(|s| s.field("items"));
        inner(&items, there.as_ref(), &format!("{path}.items"), out);
    }
    let properties = part.field("properties");
    for (key, property) in properties.keys() {
        let mut below = format!("{path}.properties");
        let _ = write!(below, "[{key}]");
        let list = schema.map(|s| s.field("properties"));
        let there = list.as_ref().map(|list| list.key(key));
        inner(&property, there.as_ref(), &below, out);
    }
}
