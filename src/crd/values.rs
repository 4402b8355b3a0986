//! A value against a schema, as the API server validates custom resources and the defaults of a schema.

use super::schema::{Additional, JsonType, ListType, Schema};
use super::{embedded, formats};
use crate::data::scalar_text;
use crate::diag::{codes, suggest};
use crate::finding::{Finding, Place};
use crate::value::compare::{Key, equal};
use crate::value::{List, Record, Value};
use ecow::EcoString;
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use rustc_hash::FxHashMap;
use ustr::Ustr;

/// What is wrong with a value, unknown fields left aside.
pub fn check(place: &Place, schema: &Schema, out: &mut Vec<Finding>) {
    let Some(value) = place.value() else { return };
    if matches!(value, Value::Null) {
        if !schema.nullable && (schema.ty.is_some() || schema.int_or_string) {
            mismatch(place, schema, out);
        } else if !schema.limits.allowed.is_empty() {
            report(place, "a field with an `enum` cannot be null, even where null is among its values", out);
        }
        return;
    }
    if !fits(value, schema) {
        mismatch(place, schema, out);
        return;
    }
    limits(place, value, schema, out);
    match value {
        Value::Record(record) => {
            if schema.embedded {
                embedded::check(place, out);
            }
            for entry in &record.entries {
                if let Some(inner) = schema.entry(&entry.key) {
                    check(&place.member(&entry.key, &entry.node), inner, out);
                }
            }
        }
        Value::List(list) => {
            if let Some(items) = &schema.items {
                list.items.iter().enumerate().for_each(|(i, item)| check(&place.index(i, &item.node), items, out));
            }
            if schema.list_type != ListType::Atomic {
                duplicates(place, list, schema, out);
            }
        }
        _ => {}
    }
    combined(place, schema, out);
}

/// Fields that no schema knows: the server drops them, or refuses them in strict requests.
pub fn unknown(place: &Place, schema: &Schema, root: bool, out: &mut Vec<Finding>) {
    match place.value() {
        Some(Value::Record(record)) => {
            for entry in &record.entries {
                let resource = root || schema.embedded;
                if resource && matches!(entry.key.as_str(), "apiVersion" | "kind" | "metadata") {
                    continue;
                }
                let here = place.member(&entry.key, &entry.node);
                match schema.entry(&entry.key) {
                    Some(inner) => unknown(&here, inner, false, out),
                    None if schema.preserve || matches!(schema.additional, Additional::Any) => {}
                    None => {
                        let finding = here.finding(&codes::UNKNOWN_FIELD, format!("the schema has no field `{}` here", entry.key));
                        out.push(match suggest::nearest(&entry.key, schema.properties.keys().map(EcoString::as_str)) {
                            Some(near) => finding.help(format!("did you mean `{near}`?")),
                            None => finding,
                        });
                    }
                }
            }
        }
        Some(Value::List(list)) => {
            // What stands in a list that the schema knows nothing of is pruned like all else.
            let nothing = Schema { preserve: schema.preserve || matches!(schema.additional, Additional::Any), ..Schema::default() };
            let items = schema.items.as_deref().unwrap_or(&nothing);
            list.items.iter().enumerate().for_each(|(i, item)| unknown(&place.index(i, &item.node), items, false, out));
        }
        _ => {}
    }
}

fn mismatch(place: &Place, schema: &Schema, out: &mut Vec<Finding>) {
    let wanted = schema.ty.map_or("integer or string", JsonType::name);
    let found = place.value().map_or("null", |value| match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Int(_) => "an integer",
        Value::Float(_) => "a number",
        Value::List(_) => "an array",
        Value::Record(_) => "an object",
        Value::Str(_) | Value::Quantity(_) | Value::Duration(_) | Value::Percent(_) => "a string",
        Value::Range(_) | Value::Address(_) | Value::Ref(_) => "no data",
    });
    out.push(place.finding(&codes::CUSTOM_VALUE, format!("this is {found}, the schema wants {wanted}")));
}

fn fits(value: &Value, schema: &Schema) -> bool {
    let text = matches!(value, Value::Str(_) | Value::Quantity(_) | Value::Duration(_) | Value::Percent(_));
    let integer = match value {
        Value::Int(_) => true,
        // What 64 bits do not hold is none.
        Value::Float(number) => number.fract().is_zero() && number.to_i64().is_some(),
        _ => false,
    };
    // The server's library lets arrays pass where a text has a format that it knows.
    if schema.ty == Some(JsonType::String) && matches!(value, Value::List(_)) && formats::is_known(&schema.limits.format) {
        return true;
    }
    match schema.ty {
        None if schema.int_or_string => text || integer,
        None => true,
        Some(JsonType::Object) => matches!(value, Value::Record(_)),
        Some(JsonType::Array) => matches!(value, Value::List(_)),
        Some(JsonType::String) => text,
        Some(JsonType::Integer) => integer,
        Some(JsonType::Number) => matches!(value, Value::Int(_) | Value::Float(_)),
        Some(JsonType::Boolean) => matches!(value, Value::Bool(_)),
    }
}

pub fn report(place: &Place, message: impl Into<String>, out: &mut Vec<Finding>) {
    out.push(place.finding(&codes::CUSTOM_VALUE, message));
}

fn limits(place: &Place, value: &Value, schema: &Schema, out: &mut Vec<Finding>) {
    let limits = &schema.limits;
    match value {
        Value::Record(record) => {
            count(place, record.entries.len(), limits.properties, "properties", out);
            required(place, record, schema, out);
        }
        Value::List(list) => count(place, list.items.len(), limits.items, "items", out),
        Value::Int(n) => number(place, Decimal::from(*n), schema, out),
        Value::Float(n) => number(place, *n, schema, out),
        Value::Str(_) | Value::Quantity(_) | Value::Duration(_) | Value::Percent(_) => {
            text(place, &scalar_text(value).unwrap_or_default(), schema, out);
        }
        Value::Null | Value::Bool(_) | Value::Range(_) | Value::Address(_) | Value::Ref(_) => {}
    }
    if !limits.allowed.is_empty() && !limits.allowed.iter().any(|allowed| equal(&allowed.value, value)) {
        let shown: Vec<String> =
            limits.allowed.iter().filter_map(|node| scalar_text(&node.value)).map(|text| format!("`{text}`")).collect();
        let given = scalar_text(value).unwrap_or_default();
        let finding = place.finding(&codes::CUSTOM_VALUE, format!("`{given}` is none of the values that the schema lists"));
        let near = suggest::nearest(
            &given,
            limits.allowed.iter().filter_map(|n| if let Value::Str(t) = &n.value { Some(t.as_str()) } else { None }),
        );
        out.push(match near {
            Some(near) => finding.help(format!("did you mean `{near}`?")),
            None => finding.help(format!("these are {}", shown.join(", "))),
        });
    }
}

fn required(place: &Place, record: &Record, schema: &Schema, out: &mut Vec<Finding>) {
    for name in &schema.limits.required {
        if record.get(Ustr::from(name)).is_none() {
            let field = place.field(name);
            out.push(field.finding(&codes::CUSTOM_VALUE, format!("`{name}` is required")));
        }
    }
}

fn count(place: &Place, found: usize, (low, high): (Option<usize>, Option<usize>), what: &str, out: &mut Vec<Finding>) {
    if let Some(low) = low.filter(|low| found < *low) {
        report(place, format!("this has {found} {what}, at least {low} are wanted"), out);
    }
    if let Some(high) = high.filter(|high| found > *high) {
        report(place, format!("this has {found} {what}, at most {high} are allowed"), out);
    }
}

fn number(place: &Place, number: Decimal, schema: &Schema, out: &mut Vec<Finding>) {
    let limits = &schema.limits;
    if let Some((low, exclusive)) = limits.minimum
        && (number < low || exclusive && number == low)
    {
        report(place, format!("{number} is too small: {} {low}", if exclusive { "it is more than" } else { "it is at least" }), out);
    }
    if let Some((high, exclusive)) = limits.maximum
        && (number > high || exclusive && number == high)
    {
        report(place, format!("{number} is too large: {} {high}", if exclusive { "it is less than" } else { "it is at most" }), out);
    }
    let whole = matches!(place.value(), Some(Value::Int(_)));
    if let Some(unit) = limits.multiple_of.filter(|unit| whole && unit.trunc().is_zero()) {
        // The server's library makes a whole number of the unit first, and then refuses to divide by zero.
        let finding = place.finding(&codes::CUSTOM_VALUE, format!("the API server takes no whole number for a multiple of {unit}"));
        out.push(finding.help("it cuts `multipleOf` to a whole number first: write a broken number, or mend the CustomResourceDefinition"));
    } else if let Some(unit) = limits.multiple_of.filter(|unit| !unit.is_zero())
        && number.checked_rem(unit).is_some_and(|rest| !rest.is_zero())
    {
        report(place, format!("{number} is no multiple of {unit}"), out);
    }
    if schema.ty == Some(JsonType::Integer) && limits.format == "int32" && (number < i32::MIN.into() || number > i32::MAX.into()) {
        report(place, format!("{number} does not fit 32 bits"), out);
    }
}

fn text(place: &Place, text: &str, schema: &Schema, out: &mut Vec<Finding>) {
    let limits = &schema.limits;
    count(place, text.chars().count(), limits.length, "characters", out);
    if let Some((pattern, regex)) = &limits.pattern
        && !regex.is_match(text)
    {
        report(place, format!("`{text}` does not match `{pattern}`"), out);
    }
    let checked = schema.int_or_string || matches!(schema.ty, Some(JsonType::String) | None);
    if checked && formats::check(&limits.format, text) == Some(false) {
        report(place, format!("`{text}` is not of the format {}", limits.format), out);
    }
}

/// `allOf`, `anyOf`, `oneOf` and `not`.
fn combined(place: &Place, schema: &Schema, out: &mut Vec<Finding>) {
    for part in &schema.all_of {
        check(place, part, out);
    }
    let faults = |part: &Schema| {
        let mut found = Vec::new();
        check(place, part, &mut found);
        found
    };
    let fits_none = |found: &[Vec<Finding>]| !found.is_empty() && found.iter().all(|faults| !faults.is_empty());
    let nearest = |found: Vec<Vec<Finding>>| found.into_iter().min_by_key(Vec::len).unwrap_or_default();
    let any: Vec<Vec<Finding>> = schema.any_of.iter().map(faults).collect();
    if fits_none(&any) {
        report(place, format!("this fits none of the {} schemas of which it must fit one", schema.any_of.len()), out);
        out.extend(nearest(any));
    }
    if !schema.one_of.is_empty() {
        let one: Vec<Vec<Finding>> = schema.one_of.iter().map(faults).collect();
        let fitting = one.iter().filter(|faults| faults.is_empty()).count();
        if fitting != 1 {
            report(place, format!("this fits {fitting} of the {} schemas of which it must fit exactly one", schema.one_of.len()), out);
        }
        if fitting == 0 {
            out.extend(nearest(one));
        }
    }
    if let Some(not) = &schema.not
        && faults(not).is_empty()
    {
        report(place, "this fits a schema that it must not fit", out);
    }
}

/// Two items of a set or a map that are the same.
// Values compare by what they hold; the index that a record builds on first use is no part of that.
#[allow(clippy::mutable_key_type)]
fn duplicates(place: &Place, list: &List, schema: &Schema, out: &mut Vec<Finding>) {
    let mut seen: FxHashMap<Vec<Option<Key>>, usize> = FxHashMap::default();
    for (index, item) in list.items.iter().enumerate() {
        let key: Vec<Option<Key>> = match (schema.list_type, &item.node.value) {
            (ListType::Map, Value::Record(record)) => {
                schema.list_keys.iter().map(|key| record.get(Ustr::from(key)).map(|e| Key(&e.node.value))).collect()
            }
            (_, value) => vec![Some(Key(value))],
        };
        if let Some(first) = seen.get(&key) {
            let here = place.index(index, &item.node);
            let what = if schema.list_type == ListType::Map {
                format!("item {first} has the same {}", schema.list_keys.join(" and "))
            } else {
                format!("item {first} is the same")
            };
            out.push(here.finding(&codes::DUPLICATE_ELEMENT, what).help("items of this list are told apart by that"));
        }
        seen.entry(key).or_insert(index);
    }
}
