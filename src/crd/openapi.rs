//! What a schema of a CustomResourceDefinition may hold, keyword by keyword, and its rules in CEL.
//!
//! A rule is compiled only where the schema it belongs to is right, and everything in that: types would be guesses otherwise.

use super::definition::report as report_definition;
use super::schema::Schema;
use super::{paths, structural};
use crate::cel::{self, CelType, compile, declared, mismatch};
use crate::diag::codes;
use crate::finding::{Finding, Place};
use crate::value::Value;

/// What holds around a schema.
#[derive(Clone, Default)]
struct Around {
    root: bool,
    /// Within the metadata of a resource.
    metadata: bool,
    /// Why no default may stand here.
    no_default: Option<&'static str>,
    /// The list or map around whose elements cannot be found again in an older version of the object.
    lost: Option<String>,
    /// Whether rules are compiled.
    rules: bool,
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
        Some(Value::Str(text)) => !text.is_empty(),
        Some(Value::Record(record)) => !record.entries.is_empty() || name == "additionalItems",
        Some(_) => true,
    }
}

/// Checks a schema from its root; `structural` tells whether rules can be compiled.
pub fn check(schema: &Place, structural: bool, out: &mut Vec<Finding>) {
    walk(schema, &Around { root: true, rules: structural, ..Around::default() }, out);
}

fn report(place: &Place, message: impl Into<String>, out: &mut Vec<Finding>) {
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
    let own = out.iter().skip(before).any(|f| f.code != &codes::CEL_EXPRESSION);
    wrong |= own;
    for rule in rules.items() {
        let count = out.len();
        rule_texts(&rule, schema, out);
        wrong |= out.len() > count;
    }
    if !wrong && around.rules && rules.items().next().is_some() {
        let read = Schema::read(schema);
        match read.cel_type(around.root || read.embedded, "self") {
            Some(this) => rules.items().for_each(|rule| compile_rule(&rule, &this, around, out)),
            None => report(&rules, "rules need a schema that says what the value is: nothing is known of it in expressions", out),
        }
    }
    wrong
}

fn keywords(schema: &Place, around: &Around, out: &mut Vec<Finding>) {
    let ty = schema.field("type");
    match ty.text() {
        "" => {}
        "null" => report(&ty, "there is no type null: `nullable: true` allows it", out),
        text if super::schema::JsonType::parse(text).is_none() => {
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
    let here = Around { root: false, ..around.clone() };
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

fn has_newline(text: &str) -> bool {
    text.contains(['\n', '\r'])
}

/// The texts of a rule, without compiling it.
fn rule_texts(rule: &Place, schema: &Place, out: &mut Vec<Finding>) {
    let (text, message) = (rule.field("rule"), rule.field("message"));
    let (trimmed, words) = (text.text().trim(), message.text().trim());
    if trimmed.is_empty() {
        report(&text, "a rule is an expression, this is empty", out);
    } else if !message.text().is_empty() && words.is_empty() {
        report(&message, "the message is empty", out);
    } else if has_newline(words) {
        report(&message, "the message is one line", out);
    } else if has_newline(trimmed) && words.is_empty() {
        report(&message, "a rule of several lines needs a message", out);
    }
    let expression = rule.field("messageExpression");
    if !expression.text().is_empty() && expression.text().trim().is_empty() {
        report(&expression, "the expression of the message is empty", out);
    }
    let reason = rule.field("reason");
    const REASONS: &[&str] = &["FieldValueDuplicate", "FieldValueForbidden", "FieldValueInvalid", "FieldValueRequired"];
    if let Some(Value::Str(text)) = reason.value()
        && !REASONS.contains(&text.as_str())
    {
        report(&reason, format!("a reason is one of {}", REASONS.join(", ")), out);
    }
    let path = rule.field("fieldPath");
    if path.text().is_empty() {
        return;
    }
    if path.text().trim().is_empty() || has_newline(path.text()) {
        report_definition(&path, "a path is one line, such as `.spec.replicas`", out);
    } else if convertible(schema) && paths::lookup(path.text(), &Schema::read(schema)).is_none() {
        report(&path, format!("`{}` leads to no field of this schema", path.text()), out);
    }
}

fn compile_rule(rule: &Place, this: &CelType, around: &Around, out: &mut Vec<Finding>) {
    let text = rule.field("rule");
    let optional = rule.field("optionalOldSelf");
    let env = declared::custom_resource(this.clone(), optional.is_true());
    let before = out.len();
    cel::expression(&text, &env, &[CelType::Bool], out);
    let Ok(checked) = compile(text.text(), &env) else { return };
    if checked.judged && out.len() == before && mismatch(&checked, &[CelType::Bool]).is_none() {
        cel::expression(&rule.field("messageExpression"), &env, &[CelType::String], out);
    }
    if !checked.judged {
        return;
    }
    if !checked.names.contains("oldSelf") {
        if optional.exists() && out.len() == before {
            report(&optional, "the rule does not read `oldSelf`, so nothing is optional about it", out);
        }
    } else if let Some(list) = &around.lost {
        let finding =
            text.finding(&codes::CEL_EXPRESSION, format!("`oldSelf` is not known here: the elements of `{list}` cannot be found again"));
        out.push(
            finding
                .help("only elements of lists of type `map` are found again in the object as it was; `oldSelf` of the whole list is known"),
        );
    }
}
