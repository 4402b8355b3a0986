//! Defaults: whether those of a schema are right, and objects with them filled in.

use super::schema::{JsonType, Schema};
use super::{rules, values};
use crate::diag::codes;
use crate::finding::{Finding, Place};
use crate::value::{Entry, Item, List, Node, Op, Record, Value};
use std::borrow::Cow;
use std::sync::Arc;
use ustr::Ustr;

/// Checks the defaults of a structural schema, each against the schema it stands in.
pub fn check(schema: &Place, out: &mut Vec<Finding>) {
    walk(schema, true, false, out);
}

fn walk(schema: &Place, root: bool, metadata: bool, out: &mut Vec<Finding>) {
    let embedded = root || schema.field("x-kubernetes-embedded-resource").is_true();
    let metadata = metadata && !embedded;
    let default = schema.field("default");
    if default.exists() && !metadata {
        let read = Schema::read(schema);
        let mut found = Vec::new();
        values::unknown(&default, &read, root, &mut found);
        if !found.is_empty() {
            let finding = default.finding(&codes::CRD_DEFAULT, "the default has fields that its schema does not know");
            out.push(finding.help("unknown fields are pruned, from defaults too"));
        }
        found.clear();
        values::check(&default, &leniently(&default, &read), &mut found);
        // The server looks for duplicates in objects only.
        found.retain(|finding| finding.code != &codes::DUPLICATE_ELEMENT);
        if found.is_empty() {
            rules::check(&default, &read, embedded, &mut found);
        }
        for mut finding in found {
            finding.message = format!("the default does not fit its schema: {}", finding.message);
            finding.code = &codes::CRD_DEFAULT;
            out.push(finding);
        }
    }
    let items = schema.field("items");
    if items.record().is_some() {
        walk(&items, false, metadata, out);
    }
    let properties = schema.field("properties");
    for (key, property) in properties.keys() {
        let inside = metadata || embedded && matches!(key, "metadata" | "apiVersion" | "kind");
        walk(&property, false, inside, out);
    }
}

/// Of a default with a format the server's library looks at the format alone, unless the type is a number; of values later at both.
fn leniently<'s>(default: &Place, schema: &'s Schema) -> Cow<'s, Schema> {
    let numeric = matches!(schema.ty, Some(JsonType::Integer | JsonType::Number));
    let text = matches!(default.value(), Some(Value::Str(_) | Value::List(_)));
    match !schema.limits.format.is_empty() && !numeric && text {
        true => Cow::Owned(Schema { ty: None, ..schema.clone() }),
        false => Cow::Borrowed(schema),
    }
}

/// A value with the defaults of its schema where nothing was written; a null that the schema does not allow counts as nothing.
pub fn filled(node: &Node, schema: &Schema) -> Node {
    match &node.value {
        Value::Record(record) => Node::new(Value::Record(Arc::new(filled_record(node, record, schema))), node.origin),
        Value::List(list) => match &schema.items {
            Some(items) => {
                let fill = |item: &Item| Item { node: filled(&item.node, items), at: item.at };
                let list = List { items: list.items.iter().map(fill).collect(), label: list.label, ..List::default() };
                Node::new(Value::List(Arc::new(list)), node.origin)
            }
            None => node.clone(),
        },
        _ => node.clone(),
    }
}

fn filled_record(node: &Node, record: &Record, schema: &Schema) -> Record {
    let mut out = Record::with_capacity(record.entries.len());
    for entry in &record.entries {
        if entry.node.is_null()
            && schema.entry(&entry.key).is_some_and(|inner| !inner.nullable && (inner.ty.is_some() || inner.int_or_string))
        {
            continue;
        }
        let node = schema.entry(&entry.key).map_or_else(|| entry.node.clone(), |inner| filled(&entry.node, inner));
        out.push(Entry { node, ..entry.clone() });
    }
    for (key, inner) in &schema.properties {
        let key = Ustr::from(key);
        let Some(default) = inner.default.as_ref().filter(|_| out.position(key).is_none()) else { continue };
        let default = filled(&Node::new(default.value.clone(), node.origin), inner);
        out.push(Entry { key, node: default, at: node.origin.span, op: Op::Merge, spread: false, over: None });
    }
    out
}
