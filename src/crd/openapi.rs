//! What a schema of a CustomResourceDefinition may hold, keyword by keyword; its rules in CEL are for [`expressions`].
//!
//! A rule is compiled only where the schema it belongs to is right, and everything in that: types would be guesses otherwise.

use super::budget::Budget;
use super::schema::JsonType;
use super::{expressions, sizes, structural};
use crate::diag::codes;
use crate::finding::{Finding, Place};
use crate::value::Value;

/// What holds around a schema.
#[derive(Clone)]
pub(super) struct Around<'b> {
    pub root: bool,
    /// Within the metadata of a resource.
    metadata: bool,
    /// Why no default may stand here.
    no_default: Option<&'static str>,
    /// The list or map around whose elements cannot be found again in an older version of the object.
    pub lost: Option<String>,
    /// Whether rules are compiled.
    rules: bool,
    /// How many such values there may be in a resource; `None` without a limit.
    pub count: Option<u64>,
    pub budget: &'b Budget,
}

/// Whether the schema has none of the keywords that nothing can be made of.
pub fn convertible(schema: &Place) -> bool {
    let unsupported = UNSUPPORTED.iter().any(|name| present(&schema.field(name), name));
    let array = schema.field("items").list().is_some();
    let preserve = matches!(schema.field("x-kubernetes-preserve-unknown-fields").value(), Some(Value::Bool(false)));
    if unsupported || array || preserve {
        return false;
    }
    let lists = ["allOf", "anyOf", "oneOf"].iter().all(|name| schema.field(name).items().all(|part| convertible(&part)));
    let one = ["not", "items", "additionalProperties"].iter().all(|name| {
        let place = schema.field(name);
        place.record().is_none() || convertible(&place)
    });
    lists && one && schema.field("properties").keys().all(|(_, property)| convertible(&property))
}

const UNSUPPORTED: &[&str] = &["id", "$schema", "$ref", "patternProperties", "dependencies", "additionalItems", "definitions"];

fn present(place: &Place, name: &str) -> bool {
    match place.value() {
        None => false,
        Some(Value::Str(text)) => !text.is_empty() || name == "$ref",
        Some(Value::Record(record)) => !record.entries.is_empty() || matches!(name, "additionalItems" | "dependencies"),
        Some(_) => true,
    }
}

/// Checks a schema from its root; `structural` tells whether rules can be compiled.
pub fn check(schema: &Place, structural: bool, out: &mut Vec<Finding>) {
    let budget = Budget::default();
    let around = Around { root: true, metadata: false, no_default: None, lost: None, rules: structural, count: Some(1), budget: &budget };
    walk(schema, &around, out);
    budget.report(schema, out);
}

pub(super) fn report(place: &Place, message: impl Into<String>, out: &mut Vec<Finding>) {
    out.push(place.finding(&codes::CRD_SCHEMA, message));
}

/// Whether something other than a rule was wrong.
fn walk(schema: &Place, around: &Around, out: &mut Vec<Finding>) -> bool {
    let before = out.len();
    keywords(schema, around, out);
    let mut wrong = inner(schema, around, out);
    list_type(schema, out);
    map_type(schema, out);
    let rules = schema.field("x-kubernetes-validations");
    let own = out.iter().skip(before).any(|f| ![&codes::CEL_EXPRESSION, &codes::CEL_COST].contains(&f.code));
    wrong |= own;
    for rule in rules.items() {
        let count = out.len();
        expressions::texts(&rule, schema, out);
        wrong |= out.len() > count;
    }
    if !wrong && around.rules && rules.items().next().is_some() {
        expressions::check(&rules, schema, around, out);
    }
    wrong
}

fn keywords(schema: &Place, around: &Around, out: &mut Vec<Finding>) {
    let ty = schema.field("type");
    match ty.text() {
        "" => {}
        "null" => report(&ty, "there is no type null: `nullable: true` allows it", out),
        text if JsonType::parse(text).is_none() => {
            out.push(ty.finding(&codes::CRD_SCHEMA, format!("`{text}` is no type")).help(structural::types_help()));
        }
        _ => {}
    }
    if let Some(why) = around.no_default {
        let default = schema.field("default");
        if default.exists() {
            report(&default, format!("no default can stand {why}"), out);
        }
    }
    for name in UNSUPPORTED {
        let place = schema.field(name);
        if present(&place, name) && *name != "$schema" {
            report(&place, format!("`{name}` is not supported in the schema of a CustomResourceDefinition"), out);
        }
    }
    let items = schema.field("items");
    if items.list().is_some() {
        report(&items, "all items have one schema, not a list of schemas", out);
    }
    let embedded = schema.field("x-kubernetes-embedded-resource");
    if around.metadata && embedded.is_true() {
        report(&embedded, "there is no resource within metadata", out);
    }
    let unique = schema.field("uniqueItems");
    if unique.is_true() {
        out.push(unique.finding(&codes::CRD_SCHEMA, "`uniqueItems` costs too much").help("use `x-kubernetes-list-type: set`"));
    }
    let (additional, properties) = (schema.field("additionalProperties"), schema.field("properties"));
    if !matches!(additional.value(), None | Some(Value::Bool(_) | Value::Record(_))) {
        report(&additional, "`additionalProperties` is true, false or a schema", out);
    }
    let some = properties.record().is_some_and(|r| !r.entries.is_empty());
    if some && additional.exists() && !additional.is_true() {
        let finding = additional.finding(&codes::CRD_SCHEMA, "`properties` and `additionalProperties` exclude each other");
        out.push(finding.help("an object has either known fields, or a map's free keys"));
    }
    let preserve = schema.field("x-kubernetes-preserve-unknown-fields");
    if matches!(preserve.value(), Some(Value::Bool(false))) {
        report(&preserve, "this is true or left out: unknown fields are pruned without it", out);
    }
}

/// The schemas within.
fn inner(schema: &Place, around: &Around, out: &mut Vec<Finding>) -> bool {
    let mut wrong = false;
    let count = around.count.zip(sizes::elements(schema)).map(|(outer, inner)| outer.saturating_mul(inner));
    let here = Around { root: false, count, ..around.clone() };
    let additional = schema.field("additionalProperties");
    if additional.record().is_some() {
        let no_default = if around.metadata { Some("within the free keys of metadata") } else { around.no_default };
        wrong |= walk(&additional, &Around { no_default, ..here.clone() }, out);
    }
    let resource = around.root || schema.field("x-kubernetes-embedded-resource").is_true();
    let atomic = schema.field("x-kubernetes-map-type").text() == "atomic";
    let properties = schema.field("properties");
    for (key, property) in properties.keys() {
        let mut below = here.clone();
        if atomic && below.lost.is_none() {
            below.lost = Some(schema.path());
        }
        if resource && matches!(key, "metadata" | "kind" | "apiVersion") {
            below.metadata = true;
            if around.root {
                below.no_default = Some("in what every resource has");
            }
        }
        wrong |= walk(&property, &below, out);
    }
    let quiet = Around { rules: false, ..here.clone() };
    for name in ["allOf", "oneOf", "anyOf"] {
        let list = schema.field(name);
        for part in list.items() {
            wrong |= walk(&part, &quiet, out);
        }
    }
    let not = schema.field("not");
    if not.record().is_some() {
        wrong |= walk(&not, &quiet, out);
    }
    let items = schema.field("items");
    if items.record().is_some() {
        let mut below = here;
        if schema.field("x-kubernetes-list-type").text() != "map" && below.lost.is_none() {
            below.lost = Some(schema.path());
        }
        wrong |= walk(&items, &below, out);
    }
    wrong
}

fn map_type(schema: &Place, out: &mut Vec<Finding>) {
    let (map, ty) = (schema.field("x-kubernetes-map-type"), schema.field("type"));
    if !map.exists() {
        return;
    }
    if ty.text() != "object" {
        report(&ty, "`x-kubernetes-map-type` stands with the type object", out);
    }
    if !matches!(map.text(), "atomic" | "granular") {
        report(&map, "a map is `atomic` or `granular`", out);
    }
}

fn list_type(schema: &Place, out: &mut Vec<Finding>) {
    let (list, ty, items) = (schema.field("x-kubernetes-list-type"), schema.field("type"), schema.field("items"));
    let keys = schema.field("x-kubernetes-list-map-keys");
    if list.exists() && ty.text() != "array" {
        report(&ty, "`x-kubernetes-list-type` stands with the type array", out);
    } else if list.text() == "set" {
        set_items(&items, out);
    }
    if list.exists() && !matches!(list.text(), "atomic" | "set" | "map") {
        report(&list, "a list is `atomic`, a `set` or a `map`", out);
    }
    let named: Vec<&str> =
        keys.items().filter_map(|key| if let Some(Value::Str(text)) = key.value() { Some(text.as_str()) } else { None }).collect();
    if !named.is_empty() && list.text() != "map" {
        report(&list, "only a list of type `map` has keys", out);
    }
    if matches!(list.text(), "set" | "map") {
        let nullable = items.field("nullable");
        if nullable.is_true() {
            report(&nullable, format!("the items of a list of type `{}` cannot be null", list.text()), out);
        }
    }
    if list.text() == "map" {
        map_keys(&items, &keys, &named, out);
    }
}

fn set_items(items: &Place, out: &mut Vec<Finding>) {
    let (list, map) = (items.field("x-kubernetes-list-type"), items.field("x-kubernetes-map-type"));
    match items.field("type").text() {
        "array" if list.exists() && list.text() != "atomic" => {
            report(&list, "the items of a set are compared whole: they are `atomic`", out)
        }
        "object" if map.text() != "atomic" => report(&map, "the items of a set are compared whole: `x-kubernetes-map-type: atomic`", out),
        _ => {}
    }
}

fn map_keys(items: &Place, keys: &Place, named: &[&str], out: &mut Vec<Finding>) {
    if named.is_empty() {
        report(keys, "a list of type `map` says by which fields its items are told apart", out);
    }
    if !items.exists() {
        report(items, "a list of type `map` has a schema for its items", out);
        return;
    }
    let ty = items.field("type");
    if items.record().is_some() && ty.text() != "object" {
        report(&ty, "the items of a list of type `map` are objects", out);
        return;
    }
    let properties = items.field("properties");
    let list = items.field("required");
    let required: Vec<&str> = list.items().map(|item| if let Some(Value::Str(t)) = item.value() { t.as_str() } else { "" }).collect();
    for (index, key) in named.iter().enumerate() {
        let property = properties.key(key);
        if !property.exists() {
            report(keys, format!("the items have no property `{key}`"), out);
        } else if matches!(property.field("type").text(), "array" | "object") {
            report(&property.field("type"), format!("`{key}` tells items apart, so it is a scalar"), out);
        }
        if named[..index].contains(key) {
            report(keys, format!("`{key}` stands here twice"), out);
        }
        if !property.exists() {
            continue;
        }
        let (default, nullable) = (property.field("default"), property.field("nullable"));
        if !required.contains(key) && !default.exists() {
            report(&default, format!("`{key}` tells items apart, so it is required or has a default"), out);
        }
        if nullable.is_true() {
            report(&nullable, format!("`{key}` tells items apart, so it cannot be null"), out);
        }
    }
}
