//! The rules of a schema, evaluated on a value.
//!
//! A value is converted as its schema types it; what no schema knows is not there for expressions, and neither is a null. Rules that read
//! the object as it was (`oldSelf`) say nothing about a new one; of an update they judge each value that was there before: fields under
//! their names, elements of lists that are maps under their keys. A rule that cannot be evaluated here is not judged.

use super::paths;
use super::schema::{Additional, JsonType, ListType, Rule, Schema, escaped};
use crate::cel;
use crate::data::scalar_text;
use crate::diag::codes;
use crate::finding::{Finding, Place};
use crate::value::{Item, Node, Record, Value};
use ::cel::Value as CelValue;
use ::cel::objects::{Key, Map, Opaque};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ecow::EcoString;
use rust_decimal::prelude::ToPrimitive;
use std::collections::HashMap;
use std::sync::Arc;
use ustr::Ustr;

/// A point in time, of which nothing is known here: whatever reads it fails, and says nothing.
#[derive(Debug, PartialEq, Eq)]
struct Time;

impl Opaque for Time {
    fn runtime_type_name(&self) -> &str {
        "time"
    }
}

/// Evaluates the rules of a schema and of all schemas in it.
pub fn check(place: &Place, schema: &Schema, root: bool, out: &mut Vec<Finding>) {
    let Some(value) = place.value() else { return };
    if !schema.rules.is_empty()
        && let Some(this) = converted(value, schema, root || schema.embedded)
    {
        let weight = value.measure().weight as usize;
        schema.rules.iter().for_each(|rule| one(place, rule, &this, weight, out));
    }
    match value {
        Value::Record(record) => {
            for entry in &record.entries {
                match (schema.properties.get(entry.key.as_str()), &schema.additional) {
                    (Some(inner), _) => check(&place.field(&entry.key), inner, false, out),
                    (None, Additional::Of(inner)) => check(&place.key(&entry.key), inner, false, out),
                    (None, Additional::None | Additional::Any) => {}
                }
            }
        }
        Value::List(list) => {
            if let Some(items) = &schema.items {
                list.items.iter().enumerate().for_each(|(i, item)| check(&place.index(i, &item.node), items, false, out));
            }
        }
        _ => {}
    }
}

/// Evaluates the rules on updates of a schema and of all schemas in it.
pub fn check_update(old: &Place, place: &Place, schema: &Schema, root: bool, out: &mut Vec<Finding>) {
    let (Some(before), Some(value)) = (old.value(), place.value()) else { return };
    let whole = root || schema.embedded;
    if schema.rules.iter().any(is_on_update)
        && let (Some(was), Some(this)) = (converted(before, schema, whole), converted(value, schema, whole))
    {
        let weight = (value.measure().weight + before.measure().weight) as usize;
        for rule in schema.rules.iter().filter(|rule| is_on_update(rule)) {
            if cel::holds(&rule.rule, &this, Some(&was), weight) == Some(false) {
                out.push(broken(place, rule));
            }
        }
    }
    match value {
        Value::Record(record) => {
            for entry in &record.entries {
                match (schema.properties.get(entry.key.as_str()), &schema.additional) {
                    (Some(inner), _) => check_update(&old.field(&entry.key), &place.field(&entry.key), inner, false, out),
                    (None, Additional::Of(inner)) => check_update(&old.key(&entry.key), &place.key(&entry.key), inner, false, out),
                    (None, Additional::None | Additional::Any) => {}
                }
            }
        }
        Value::List(list) => {
            let (Some(items), Value::List(earlier)) = (schema.items.as_ref().filter(|_| schema.list_type == ListType::Map), before) else {
                return;
            };
            for (index, item) in list.items.iter().enumerate() {
                let same = |other: &Item| schema.list_keys.iter().all(|key| element_key(&other.node, key) == element_key(&item.node, key));
                if let Some(was) = earlier.items.iter().position(same) {
                    check_update(&old.index(was, &earlier.items[was].node), &place.index(index, &item.node), items, false, out);
                }
            }
        }
        _ => {}
    }
}

fn element_key(node: &Node, key: &str) -> Option<EcoString> {
    let Value::Record(record) = &node.value else { return None };
    scalar_text(&record.get(Ustr::from(key))?.node.value)
}

/// Whether a rule reads the value as it was. One that may do without it is judged by nobody here.
fn is_on_update(rule: &Rule) -> bool {
    !rule.optional_old && rule.rule.contains("oldSelf")
}

fn one(place: &Place, rule: &Rule, this: &CelValue, weight: usize, out: &mut Vec<Finding>) {
    if !rule.optional_old && !is_on_update(rule) && cel::holds(&rule.rule, this, None, weight) == Some(false) {
        out.push(broken(place, rule));
    }
}

fn broken(place: &Place, rule: &Rule) -> Finding {
    let message = if rule.message.trim().is_empty() {
        format!("this breaks the rule `{}` of its schema", rule.rule.trim())
    } else {
        format!("this breaks a rule of its schema: {}", rule.message.trim())
    };
    let mut finding = place.finding(&codes::CUSTOM_RULE, message);
    if !rule.field_path.is_empty() {
        finding.field.push_str(&paths::as_reported(&rule.field_path));
    }
    if !rule.message.trim().is_empty() {
        finding = finding.help(format!("the rule is `{}`", rule.rule.trim()));
    }
    finding
}

/// A value as expressions see it; `None` where they do not.
fn converted(value: &Value, schema: &Schema, root: bool) -> Option<CelValue> {
    match value {
        Value::Bool(b) => Some(CelValue::Bool(*b)),
        Value::Int(n) if schema.ty == Some(JsonType::Number) => n.to_f64().map(CelValue::Float),
        Value::Int(n) => Some(CelValue::Int(*n)),
        Value::Float(n) if schema.ty == Some(JsonType::Integer) => n.to_i64().map(CelValue::Int),
        Value::Float(n) => n.to_f64().map(CelValue::Float),
        Value::Str(_) | Value::Quantity(_) | Value::Duration(_) | Value::Percent(_) => {
            let text = scalar_text(value)?;
            match schema.limits.format.as_str() {
                "byte" if !schema.int_or_string => STANDARD.decode(text.as_bytes()).ok().map(|bytes| CelValue::Bytes(Arc::new(bytes))),
                "duration" if !schema.int_or_string => cel::nanoseconds(&text).map(CelValue::Int),
                "date" | "date-time" if !schema.int_or_string => Some(CelValue::Opaque(Arc::new(Time))),
                _ => Some(CelValue::String(Arc::new(text.to_string()))),
            }
        }
        Value::List(list) => {
            let items = schema.items.as_ref()?;
            let items: Option<Vec<CelValue>> = list.items.iter().map(|item| converted(&item.node.value, items, items.embedded)).collect();
            items.map(|items| CelValue::List(Arc::new(items)))
        }
        Value::Record(record) => converted_record(record, schema, root),
        Value::Null | Value::Range(_) | Value::Address(_) | Value::Ref(_) => None,
    }
}

fn converted_record(record: &Record, schema: &Schema, root: bool) -> Option<CelValue> {
    let mut map: HashMap<Key, CelValue> = HashMap::new();
    let key = |text: &str| Key::String(Arc::new(text.to_string()));
    for entry in record.entries.iter().filter(|e| !e.node.is_null()) {
        let name = entry.key.as_str();
        if root && matches!(name, "apiVersion" | "kind" | "metadata") {
            map.insert(key(name), plain(&entry.node.value)?);
            continue;
        }
        match (schema.properties.get(name), &schema.additional) {
            (Some(inner), _) => {
                // What the schema types as nothing is not there for expressions.
                if let (Some(name), Some(value)) = (escaped(name), converted(&entry.node.value, inner, inner.embedded)) {
                    map.insert(key(&name), value);
                }
            }
            (None, Additional::Of(inner)) => {
                map.insert(key(name), converted(&entry.node.value, inner, inner.embedded)?);
            }
            (None, Additional::None | Additional::Any) => {}
        }
    }
    Some(CelValue::Map(Map { map: Arc::new(map) }))
}

/// The names of a resource: of its metadata, expressions see nothing else.
fn plain(value: &Value) -> Option<CelValue> {
    match value {
        Value::Str(text) => Some(CelValue::String(Arc::new(text.to_string()))),
        Value::Record(record) => {
            let mut map = HashMap::new();
            for name in ["name", "generateName"] {
                if let Some(entry) = record.get(Ustr::from(name)) {
                    map.insert(Key::String(Arc::new(name.to_string())), plain(&entry.node.value)?);
                }
            }
            Some(CelValue::Map(Map { map: Arc::new(map) }))
        }
        _ => None,
    }
}
