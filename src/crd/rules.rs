//! The rules of a schema, evaluated on a value.
//!
//! A value is converted as its schema types it; what no schema knows is not there for expressions. Rules that read the value as it was
//! (`oldSelf`) say nothing about a new one; of an update they judge each value that was there before: fields under their names, elements of
//! lists that are maps under their keys. Those that may do without it (`optionalOldSelf`) judge both. A rule that cannot be evaluated here
//! is not judged; one that ends without an answer, where a field is not there say, is one that the value breaks.

use super::paths;
use super::schema::{JsonType, ListType, Rule, Schema, escaped};
use crate::cel::{self, Answer};
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

/// Evaluates the rules of a schema and of all schemas in it on a new value.
pub fn check(place: &Place, schema: &Schema, root: bool, out: &mut Vec<Finding>) {
    Walk { update: false, out }.value(None, place, schema, root);
}

/// Evaluates the rules on updates of a schema and of all schemas in it.
pub fn check_update(old: &Place, place: &Place, schema: &Schema, root: bool, out: &mut Vec<Finding>) {
    Walk { update: true, out }.value(Some(old), place, schema, root);
}

struct Walk<'o> {
    update: bool,
    out: &'o mut Vec<Finding>,
}

impl Walk<'_> {
    fn value(&mut self, old: Option<&Place>, place: &Place, schema: &Schema, root: bool) {
        let Some(value) = place.value() else { return };
        let before = old.and_then(Place::value);
        self.rules(before, place, schema, root);
        match value {
            Value::Record(record) => {
                for entry in &record.entries {
                    let Some((inner, declared)) = known(schema, &entry.key) else { continue };
                    let was = old.map(|old| below(old, &entry.key, declared));
                    self.value(was.as_ref(), &below(place, &entry.key, declared), inner, false);
                }
            }
            Value::List(list) => {
                let Some(items) = &schema.items else { return };
                for (index, item) in list.items.iter().enumerate() {
                    let was = old.and_then(|old| earlier(old, item, schema));
                    self.value(was.as_ref(), &place.index(index, &item.node), items, false);
                }
            }
            _ => {}
        }
    }

    fn rules(&mut self, before: Option<&Value>, place: &Place, schema: &Schema, root: bool) {
        let asked = |rule: &&Rule| match (rule.optional_old, rule.rule.contains("oldSelf")) {
            (true, _) => true,
            (false, true) => before.is_some(),
            (false, false) => !self.update,
        };
        let Some(value) = place.value() else { return };
        let mut asked = schema.rules.iter().filter(asked).peekable();
        if asked.peek().is_none() {
            return;
        }
        let whole = root || schema.embedded;
        let Some(this) = converted(value, schema, whole) else { return };
        let was = before.map(|before| converted(before, schema, whole));
        let weight = [Some(value), before].into_iter().flatten().map(|value| value.measure().weight as usize).sum();
        for rule in asked {
            let old = match (rule.optional_old, &was) {
                // What it was cannot be told.
                (_, Some(None)) => continue,
                (true, was) => Some(cel::optional(was.clone().flatten())),
                (false, was) => was.clone().flatten(),
            };
            match cel::answer(&rule.rule, &this, old.as_ref(), weight) {
                Some(Answer::Broken) => self.out.push(broken(place, rule)),
                Some(Answer::Fails(why)) => self.out.push(failed(place, rule, &why)),
                Some(Answer::Holds) | None => {}
            }
        }
    }
}

/// The schema of an entry under a key, and whether it has a name of its own.
fn known<'s>(schema: &'s Schema, key: &str) -> Option<(&'s Schema, bool)> {
    schema.entry(key).map(|inner| (inner, schema.properties.contains_key(key)))
}

fn below<'p>(whole: &'p Place, key: &'p str, declared: bool) -> Place<'p> {
    if declared { whole.field(key) } else { whole.key(key) }
}

/// What an element was before, where its list is a map.
fn earlier<'p>(old: &'p Place, item: &Item, schema: &Schema) -> Option<Place<'p>> {
    let Some(Value::List(list)) = old.value().filter(|_| schema.list_type == ListType::Map) else { return None };
    let same = |other: &Item| schema.list_keys.iter().all(|key| element_key(&other.node, key) == element_key(&item.node, key));
    let index = list.items.iter().position(same)?;
    Some(old.index(index, &list.items[index].node))
}

fn element_key(node: &Node, key: &str) -> Option<EcoString> {
    let Value::Record(record) = &node.value else { return None };
    scalar_text(&record.get(Ustr::from(key))?.node.value)
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

/// A rule that ends without an answer is broken to the server.
fn failed(place: &Place, rule: &Rule, why: &str) -> Finding {
    let finding = place.finding(&codes::CUSTOM_RULE, format!("a rule of its schema cannot be evaluated: {why}"));
    finding.help(format!("the rule is `{}`", rule.rule.trim()))
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
        Value::Null => schema.nullable.then_some(CelValue::Null),
        Value::Range(_) | Value::Address(_) | Value::Ref(_) => None,
    }
}

fn converted_record(record: &Record, schema: &Schema, root: bool) -> Option<CelValue> {
    let mut map: HashMap<Key, CelValue> = HashMap::new();
    let key = |text: &str| Key::String(Arc::new(text.to_string()));
    for entry in &record.entries {
        let name = entry.key.as_str();
        if root && matches!(name, "apiVersion" | "kind" | "metadata") {
            map.insert(key(name), plain(&entry.node.value)?);
            continue;
        }
        let Some((inner, declared)) = known(schema, name) else { continue };
        let name = if declared { escaped(name) } else { Some(name.into()) };
        match (name, converted(&entry.node.value, inner, inner.embedded)) {
            (Some(name), Some(value)) => drop(map.insert(key(&name), value)),
            // What the schema types as nothing is not there for expressions.
            _ if declared => {}
            _ => return None,
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
