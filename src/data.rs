//! Values as JSON and YAML, and back.
//!
//! Out: a value serialises itself ([`Plain`]), so that JSON, YAML and a [`serde_json::Value`] come from one description; quantities,
//! durations and percentages are their canonical text, a reference is the body of a `valueFrom`, and an entry that is null is left out. In: one visitor ([`Reader`]) builds nodes
//! straight from either parser's events and counts each of them, so that a small text with many aliases cannot grow unnoticed. It refuses
//! what would silently change: duplicate keys, numbers that do not fit, tags. [`canonical`] is the form that hashes are made of; it must
//! never change.

use crate::duration;
use crate::value::{Address, Entry, Item, List, Node, Op, Origin, RangeValue, Record, RefValue, Value};
use ecow::EcoString;
use rust_decimal::Decimal;
use rustc_hash::FxHashSet;
use serde::de::{DeserializeSeed, EnumAccess, MapAccess, SeqAccess, Visitor};
use serde::ser::{Serialize, SerializeMap, SerializeSeq, Serializer};
use std::cell::{Cell, RefCell};
use std::fmt;
use std::sync::Arc;
use ustr::Ustr;

/// A node as JSON.
pub fn to_json(node: &Node) -> serde_json::Value {
    // Serialising fails only on keys that are no strings, and ours all are.
    serde_json::to_value(Plain(&node.value)).unwrap_or_default()
}

/// JSON as a node; fails where a number fits neither Int nor Float.
pub fn from_json(value: &serde_json::Value, origin: Origin) -> Result<Node, DataError> {
    let mut unmetered = |_| true;
    let reader = Reader::new(origin, false, &mut unmetered);
    reader.deserialize(value).map_err(|e| reader.error(&e.to_string(), None))
}

/// The value of a JSON text. `meter` hears of each node with its size, and stops the reading by `false`.
pub fn parse_json(text: &str, origin: Origin, meter: &mut dyn FnMut(usize) -> bool) -> Result<Node, DataError> {
    let reader = Reader::new(origin, false, meter);
    let mut json = serde_json::Deserializer::from_str(text);
    let node = reader.deserialize(&mut json).and_then(|node| json.end().map(|()| node));
    node.map_err(|e| reader.error(&e.to_string(), Some((e.line(), e.column()))))
}

/// The documents of a YAML text; an empty text has none. `meter` as for [`parse_json`].
pub fn parse_yaml(text: &str, origin: Origin, meter: &mut dyn FnMut(usize) -> bool) -> Result<Vec<Node>, DataError> {
    let reader = Reader::new(origin, true, meter);
    let mut documents = Vec::new();
    for document in serde_yaml::Deserializer::from_str(text) {
        reader.void.set(false);
        let node = reader.deserialize(document);
        if node.is_ok() && reader.void.get() {
            continue;
        }
        let place = |e: &serde_yaml::Error| e.location().map(|at| (at.line(), at.column()));
        documents.push(node.map_err(|e| reader.error(&e.to_string(), place(&e)))?);
    }
    Ok(documents)
}

/// Why a text gives no value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DataError {
    /// The meter said stop.
    Stopped,
    /// It is no JSON or YAML: what is wrong, and the line and column in the text, from 1, where known.
    Malformed { message: String, place: Option<(usize, usize)> },
    /// It is, but holds what no value can.
    Refused { message: String, place: Option<(usize, usize)> },
}

impl fmt::Display for DataError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            DataError::Stopped => f.write_str("it is too large"),
            DataError::Malformed { message, place } | DataError::Refused { message, place } => match place {
                None => f.write_str(message),
                Some((line, column)) => write!(f, "{message} (line {line}, column {column} of the text)"),
            },
        }
    }
}

/// The text of a scalar, as in `"${e}"` and in output; `None` for null, lists, records, ranges, addresses and references.
pub fn scalar_text(value: &Value) -> Option<EcoString> {
    match value {
        Value::Bool(b) => Some(if *b { "true".into() } else { "false".into() }),
        Value::Int(n) => Some(ecow::eco_format!("{n}")),
        Value::Float(d) => Some(ecow::eco_format!("{}", d.normalize())),
        Value::Percent(d) => Some(ecow::eco_format!("{}%", d.normalize())),
        Value::Str(s) => Some(s.clone()),
        Value::Quantity(q) => Some(q.to_canonical()),
        Value::Duration(ms) => Some(duration::show(*ms)),
        Value::Null | Value::List(_) | Value::Record(_) | Value::Range(_) | Value::Address(_) | Value::Ref(_) => None,
    }
}

/// The first part of a value that is no plain data (a range, an address, a reference), with the path to it.
pub fn opaque(value: &Value) -> Option<(String, &Value)> {
    match value {
        Value::Range(_) | Value::Address(_) | Value::Ref(_) => Some((String::new(), value)),
        Value::List(list) => list.items.iter().enumerate().find_map(|(i, item)| {
            let (path, found) = opaque(&item.node.value)?;
            Some((format!("[{i}]{path}"), found))
        }),
        Value::Record(record) => record.entries.iter().find_map(|entry| {
            let (path, found) = opaque(&entry.node.value)?;
            Some((format!(".{}{path}", entry.key), found))
        }),
        Value::Null
        | Value::Bool(_)
        | Value::Int(_)
        | Value::Float(_)
        | Value::Str(_)
        | Value::Quantity(_)
        | Value::Duration(_)
        | Value::Percent(_) => None,
    }
}

/// Writes the canonical JSON of a value: no blanks, keys in byte order, entries that are null left out, numbers in shortest plain decimal
/// notation, all else as [`Plain`] has it. Hashes in names and annotations of running objects are made of it: **it must never change**.
pub fn canonical(value: &Value, out: &mut Vec<u8>) {
    match value {
        Value::Null => out.extend_from_slice(b"null"),
        Value::Bool(_) | Value::Int(_) | Value::Float(_) => out.extend_from_slice(scalar_text(value).unwrap_or_default().as_bytes()),
        Value::Str(_) | Value::Quantity(_) | Value::Duration(_) | Value::Percent(_) => {
            canonical_text(&scalar_text(value).unwrap_or_default(), out)
        }
        Value::List(list) => {
            out.push(b'[');
            for (i, item) in list.items.iter().enumerate() {
                if i > 0 {
                    out.push(b',');
                }
                canonical(&item.node.value, out);
            }
            out.push(b']');
        }
        Value::Record(record) => canonical_record(record, out),
        Value::Range(range) => canonical_record(&range_record(range), out),
        Value::Address(address) => canonical_text(&address_text(address), out),
        Value::Ref(target) => canonical_record(&ref_record(target), out),
    }
}

fn canonical_record(record: &Record, out: &mut Vec<u8>) {
    let mut entries: Vec<&Entry> = record.entries.iter().filter(|e| !e.node.is_null()).collect();
    entries.sort_unstable_by_key(|e| e.key.as_str());
    out.push(b'{');
    for (i, entry) in entries.into_iter().enumerate() {
        if i > 0 {
            out.push(b',');
        }
        canonical_text(&entry.key, out);
        out.push(b':');
        canonical(&entry.node.value, out);
    }
    out.push(b'}');
}

fn canonical_text(text: &str, out: &mut Vec<u8>) {
    // Writing to memory does not fail.
    serde_json::to_writer(out, text).unwrap_or_default();
}

/// A value that serialises itself as plain data.
pub struct Plain<'a>(pub &'a Value);

impl Serialize for Plain<'_> {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Value::Null => out.serialize_unit(),
            Value::Bool(b) => out.serialize_bool(*b),
            Value::Int(n) => out.serialize_i64(*n),
            Value::Float(d) => serialize_decimal(*d, out),
            Value::Str(s) => out.serialize_str(s),
            Value::Quantity(_) | Value::Duration(_) | Value::Percent(_) => out.serialize_str(&scalar_text(self.0).unwrap_or_default()),
            Value::List(list) => {
                let mut seq = out.serialize_seq(Some(list.items.len()))?;
                list.items.iter().try_for_each(|item| seq.serialize_element(&Plain(&item.node.value)))?;
                seq.end()
            }
            Value::Record(record) => serialize_record(record, out),
            Value::Range(range) => serialize_record(&range_record(range), out),
            Value::Address(address) => out.serialize_str(&address_text(address)),
            Value::Ref(target) => serialize_record(&ref_record(target), out),
        }
    }
}

fn serialize_record<S: Serializer>(record: &Record, out: S) -> Result<S::Ok, S::Error> {
    let present = || record.entries.iter().filter(|e| !e.node.is_null());
    let mut map = out.serialize_map(Some(present().count()))?;
    present().try_for_each(|e| map.serialize_entry(e.key.as_str(), &Plain(&e.node.value)))?;
    map.end()
}

/// A whole number as one, any other through its decimal text, which is correctly rounded.
fn serialize_decimal<S: Serializer>(decimal: Decimal, out: S) -> Result<S::Ok, S::Error> {
    let decimal = decimal.normalize();
    match i64::try_from(decimal) {
        Ok(whole) if decimal.scale() == 0 => out.serialize_i64(whole),
        _ => out.serialize_f64(decimal.to_string().parse().unwrap_or_default()),
    }
}

fn range_record(range: &RangeValue) -> Record {
    let end = |key: &str, node: &Option<Node>| node.as_ref().map(|node| (key.to_owned(), node.value.clone()));
    record([end("lo", &range.lo), end("hi", &range.hi)].into_iter().flatten())
}

fn address_text(address: &Address) -> EcoString {
    match (&address.cidr, address.namespace) {
        (Some(block), _) => block.clone(),
        (None, Some(namespace)) => ecow::eco_format!("{namespace}.{}.{}", address.kind, address.name),
        (None, None) => ecow::eco_format!("{}.{}", address.kind, address.name),
    }
}

/// The body of a `valueFrom`.
fn ref_record(target: &RefValue) -> Record {
    let one = |source: &str, fields: &[(&str, &str)]| {
        let body = record(fields.iter().map(|(k, v)| (k.to_string(), Value::str(*v))));
        record([(source.to_owned(), Value::Record(Arc::new(body)))])
    };
    match target {
        RefValue::ConfigKey { name, key } => one("configMapKeyRef", &[("name", name), ("key", key)]),
        RefValue::SecretKey { name, key } => one("secretKeyRef", &[("name", name), ("key", key)]),
        RefValue::Field { path } => one("fieldRef", &[("fieldPath", path)]),
        RefValue::Resource { resource } => one("resourceFieldRef", &[("resource", resource)]),
    }
}

fn record(entries: impl IntoIterator<Item = (String, Value)>) -> Record {
    let mut record = Record::default();
    for (key, value) in entries {
        record.push(entry(Ustr::from(&key), Node::new(value, Origin::NONE)));
    }
    record
}

fn entry(key: Ustr, node: Node) -> Entry {
    Entry { key, at: node.origin.span, node, op: Op::Replace, spread: false, over: None }
}

/// Builds nodes from a parser's events. It is its own seed and visitor: nothing but the meter changes on the way.
struct Reader<'m> {
    origin: Origin,
    /// Whether `<<` takes in another mapping.
    merge_keys: bool,
    meter: RefCell<&'m mut dyn FnMut(usize) -> bool>,
    stopped: Cell<bool>,
    refused: Cell<bool>,
    /// A document without any content was read.
    void: Cell<bool>,
}

impl<'m> Reader<'m> {
    fn new(origin: Origin, merge_keys: bool, meter: &'m mut dyn FnMut(usize) -> bool) -> Reader<'m> {
        Reader {
            origin,
            merge_keys,
            meter: RefCell::new(meter),
            stopped: Cell::new(false),
            refused: Cell::new(false),
            void: Cell::new(false),
        }
    }

    /// The parser's error, its position apart from its words.
    fn error(&self, text: &str, place: Option<(usize, usize)>) -> DataError {
        if self.stopped.get() {
            return DataError::Stopped;
        }
        let place = place.filter(|(line, _)| *line > 0);
        let message = match place {
            Some((line, column)) => text.replace(&format!(" at line {line} column {column}"), ""),
            None => text.to_owned(),
        };
        let place = place.map(|(line, column)| (line, column.max(1)));
        if self.refused.get() { DataError::Refused { message, place } } else { DataError::Malformed { message, place } }
    }

    /// The error of a text that is well formed, but holds what no value can.
    fn refuse<E: serde::de::Error>(&self, message: impl fmt::Display) -> E {
        self.refused.set(true);
        E::custom(message)
    }

    fn int<E: serde::de::Error, N: Copy + fmt::Display>(&self, n: N) -> Result<Node, E>
    where
        i64: TryFrom<N>,
    {
        match i64::try_from(n) {
            Ok(n) => self.made(Value::Int(n), 0),
            Err(_) => Err(self.refuse(format_args!("the number {n} does not fit an Int, whose range is {} to {}", i64::MIN, i64::MAX))),
        }
    }

    fn made<E: serde::de::Error>(&self, value: Value, size: usize) -> Result<Node, E> {
        if !(self.meter.borrow_mut())(size + 1) {
            self.stopped.set(true);
            return Err(E::custom("too large"));
        }
        Ok(Node::new(value, self.origin))
    }
}

impl<'de> DeserializeSeed<'de> for &Reader<'_> {
    type Value = Node;

    fn deserialize<D: serde::Deserializer<'de>>(self, input: D) -> Result<Node, D::Error> {
        input.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for &Reader<'_> {
    type Value = Node;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E: serde::de::Error>(self) -> Result<Node, E> {
        self.made(Value::Null, 0)
    }

    fn visit_none<E: serde::de::Error>(self) -> Result<Node, E> {
        self.void.set(true);
        self.made(Value::Null, 0)
    }

    fn visit_bool<E: serde::de::Error>(self, b: bool) -> Result<Node, E> {
        self.made(Value::Bool(b), 0)
    }

    fn visit_i64<E: serde::de::Error>(self, n: i64) -> Result<Node, E> {
        self.made(Value::Int(n), 0)
    }

    fn visit_u64<E: serde::de::Error>(self, n: u64) -> Result<Node, E> {
        self.int(n)
    }

    fn visit_i128<E: serde::de::Error>(self, n: i128) -> Result<Node, E> {
        self.int(n)
    }

    fn visit_u128<E: serde::de::Error>(self, n: u128) -> Result<Node, E> {
        self.int(n)
    }

    fn visit_f64<E: serde::de::Error>(self, x: f64) -> Result<Node, E> {
        // The shortest decimal text that reads back as `x`: what was written, unless it had more than 17 digits.
        match Decimal::from_str_exact(&x.to_string()) {
            Ok(decimal) => self.made(Value::Float(decimal.normalize()), 0),
            Err(_) if !x.is_finite() => Err(self.refuse("`.nan` and `.inf` are no numbers that a Float can be")),
            Err(_) => Err(self.refuse(format_args!("the number {x:e} does not fit a Float, which holds 28 decimal digits"))),
        }
    }

    fn visit_str<E: serde::de::Error>(self, s: &str) -> Result<Node, E> {
        self.made(Value::str(s), s.len())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Node, A::Error> {
        let mut items = Vec::new();
        while let Some(node) = seq.next_element_seed(self)? {
            items.push(Item { node, at: self.origin.span });
        }
        self.made(Value::List(Arc::new(List { items, ..List::default() })), 0)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Node, A::Error> {
        let mut record = Record::default();
        let mut merged = Vec::new();
        let mut known = FxHashSet::default();
        while let Some(key) = map.next_key_seed(KeyReader(self))? {
            let node = map.next_value_seed(self)?;
            if self.merge_keys && key == MERGE_KEY {
                merged.push(node);
                continue;
            }
            if !known.insert(key.clone()) {
                return Err(self.refuse(format_args!("the key `{key}` is written twice")));
            }
            let node = self.made(node.value, key.len())?;
            record.push(entry(Ustr::from(&key), node));
        }
        for node in merged {
            merge_below(&mut record, &node.value).map_err(|why| self.refuse(why))?;
        }
        self.made(Value::Record(Arc::new(record)), 0)
    }

    fn visit_enum<A: EnumAccess<'de>>(self, tagged: A) -> Result<Node, A::Error> {
        let (tag, _) = tagged.variant::<String>()?;
        Err(self.refuse(format_args!("the tag `!{}` has no meaning here", tag.trim_start_matches('!'))))
    }
}

/// YAML's way to take another mapping's entries.
const MERGE_KEY: &str = "<<";

/// Adds the entries of a merge key's value that `record` does not have; in a list of mappings the earlier wins.
fn merge_below(record: &mut Record, value: &Value) -> Result<(), String> {
    match value {
        Value::Record(below) => {
            for entry in &below.entries {
                if record.get(entry.key).is_none() {
                    record.push(entry.clone());
                }
            }
            Ok(())
        }
        Value::List(list) => list.items.iter().try_for_each(|item| match &item.node.value {
            Value::Record(_) => merge_below(record, &item.node.value),
            other => Err(format!("the merge key `<<` takes mappings, not {}", other.type_name())),
        }),
        other => Err(format!("the merge key `<<` takes a mapping or a list of mappings, not {}", other.type_name())),
    }
}

/// A key: text, or a scalar that YAML took for something else (`8080: web`), as the text that it was.
struct KeyReader<'r, 'm>(&'r Reader<'m>);

impl KeyReader<'_, '_> {
    fn refuse<T, E: serde::de::Error>(&self, found: &str) -> Result<T, E> {
        Err(self.0.refuse(format_args!("a key is text, but here it is {found}")))
    }
}

impl<'de> DeserializeSeed<'de> for KeyReader<'_, '_> {
    type Value = EcoString;

    fn deserialize<D: serde::Deserializer<'de>>(self, input: D) -> Result<EcoString, D::Error> {
        input.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for KeyReader<'_, '_> {
    type Value = EcoString;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key that is text")
    }

    fn visit_str<E: serde::de::Error>(self, s: &str) -> Result<EcoString, E> {
        Ok(s.into())
    }

    fn visit_bool<E: serde::de::Error>(self, b: bool) -> Result<EcoString, E> {
        Ok(ecow::eco_format!("{b}"))
    }

    fn visit_i64<E: serde::de::Error>(self, n: i64) -> Result<EcoString, E> {
        Ok(ecow::eco_format!("{n}"))
    }

    fn visit_u64<E: serde::de::Error>(self, n: u64) -> Result<EcoString, E> {
        Ok(ecow::eco_format!("{n}"))
    }

    fn visit_f64<E: serde::de::Error>(self, x: f64) -> Result<EcoString, E> {
        Ok(ecow::eco_format!("{x}"))
    }

    fn visit_unit<E: serde::de::Error>(self) -> Result<EcoString, E> {
        self.refuse("null")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, _: A) -> Result<EcoString, A::Error> {
        self.refuse("a list")
    }

    fn visit_map<A: MapAccess<'de>>(self, _: A) -> Result<EcoString, A::Error> {
        self.refuse("a mapping")
    }
}
