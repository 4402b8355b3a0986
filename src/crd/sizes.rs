//! How large the values of a schema may be: what the cost of its rules is reckoned with.
//!
//! Where a schema names no limit, that of a request counts: 3 MiB of JSON, filled with the smallest elements that the schema allows. Texts
//! are counted in bytes, of which a character has four at most.

use super::schema::{Additional, JsonType, Schema, escaped};
use crate::cel::cost::{Shape, Sizes};
use crate::finding::Place;
use crate::value::Value;
use ecow::EcoString;
use std::sync::Arc;

/// The largest request, in bytes.
const REQUEST: u64 = 3 * 1024 * 1024;

/// A shape, and the fewest bytes that a value takes in JSON.
struct Sized {
    shape: Shape,
    least: u64,
}

/// The sizes of the values of a schema, and how many of them fit into a request; `None` where expressions do not see them.
pub fn sizes(schema: &Schema, root: bool) -> Option<(Arc<Sizes>, u64)> {
    let Sized { shape, least } = sized(schema, root)?;
    Some((Arc::new(Sizes { root: shape, variable: None }), REQUEST / (least + 1)))
}

/// How many values there are within each value of a schema; `None` without a limit.
pub fn elements(schema: &Place) -> Option<u64> {
    let limit = match schema.field("type").text() {
        "array" => "maxItems",
        "object" if schema.field("additionalProperties").exists() => "maxProperties",
        _ => return Some(1),
    };
    let most = schema.field(limit).int()?;
    Some(u64::try_from(most).unwrap_or(0))
}

fn sized(schema: &Schema, root: bool) -> Option<Sized> {
    let most_text = schema.limits.length.1.map(|n| n as u64);
    let flat = |most: u64, least: u64| Some(Sized { shape: Shape { most, ..Shape::default() }, least });
    if schema.int_or_string {
        return flat(most_text.map_or(REQUEST - 2, |n| n.saturating_mul(4)), 1);
    }
    match schema.ty? {
        JsonType::Array => {
            let items = schema.items.as_deref()?;
            let inner = sized(items, items.embedded)?;
            let most = schema.limits.items.1.map_or((REQUEST - 2) / (inner.least + 1), |n| n as u64);
            Some(Sized { shape: Shape { most, value: Some(Box::new(inner.shape)), ..Shape::default() }, least: 2 })
        }
        JsonType::Object => match &schema.additional {
            Additional::Of(value) => {
                let inner = sized(value, value.embedded)?;
                let most = schema.limits.properties.1.map_or((REQUEST - 2) / (inner.least + 6), |n| n as u64);
                let (key, value) = (Some(Box::default()), Some(Box::new(inner.shape)));
                Some(Sized { shape: Shape { most, key, value, ..Shape::default() }, least: 2 })
            }
            Additional::None | Additional::Any => Some(object(schema, root)),
        },
        JsonType::String => match schema.limits.format.as_str() {
            "byte" => flat(most_text.unwrap_or(REQUEST - 2), 2),
            "duration" => flat(32, 3),
            "date" => flat(12, 12),
            "date-time" => flat(32, 21),
            _ if most_text.is_some() => flat(most_text.unwrap_or_default().saturating_mul(4), 2),
            _ => flat(longest(schema).unwrap_or(REQUEST - 2), 2),
        },
        JsonType::Boolean => flat(0, 4),
        JsonType::Number | JsonType::Integer => flat(0, 1),
    }
}

/// The longest of the texts that a schema allows.
fn longest(schema: &Schema) -> Option<u64> {
    let lengths =
        schema.limits.allowed.iter().filter_map(|node| if let Value::Str(text) = &node.value { Some(text.len() as u64) } else { None });
    (!schema.limits.allowed.is_empty()).then(|| lengths.max().unwrap_or(0))
}

fn object(schema: &Schema, root: bool) -> Sized {
    let known = root.then(|| metadata(schema));
    let own = schema.properties.iter().filter(|(name, _)| known.as_ref().is_none_or(|known| !known.contains_key(name.as_str())));
    let (mut shape, mut least) = (Shape::default(), 2);
    for (name, property) in own.chain(known.iter().flatten()) {
        let Some(inner) = sized(property, property.embedded) else { continue };
        if schema.limits.required.contains(name) && property.default.is_none() {
            least += name.len() as u64 + inner.least + 4;
        }
        if let Some(name) = escaped(name) {
            shape.fields.insert(name, inner.shape);
        }
    }
    Sized { shape, least }
}

/// What the root of every resource has, unless its schema says it itself.
fn metadata(schema: &Schema) -> indexmap::IndexMap<EcoString, Schema> {
    let text = || Schema { ty: Some(JsonType::String), ..Schema::default() };
    let is = |schema: &Schema, name: &str, ty| schema.properties.get(name).is_some_and(|property| property.ty == Some(ty));
    let names = |list: [&str; 2]| list.map(|name| (EcoString::from(name), text()));
    let told = is(schema, "kind", JsonType::String) && is(schema, "apiVersion", JsonType::String);
    let named = schema.properties.get("metadata").filter(|m| m.ty == Some(JsonType::Object));
    if told && named.is_some_and(|m| is(m, "name", JsonType::String) && is(m, "generateName", JsonType::String)) {
        return indexmap::IndexMap::default();
    }
    let inner =
        Schema { ty: Some(JsonType::Object), properties: names(["name", "generateName"]).into_iter().collect(), ..Schema::default() };
    names(["kind", "apiVersion"]).into_iter().chain([(EcoString::from("metadata"), inner)]).collect()
}
