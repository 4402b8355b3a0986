//! Equality, order and hashing of values, as `==`, `<` and `unique` see them.
//!
//! Origins and marks do not count, nor does the order of a record's entries, and an entry that is `null` counts as absent. Int and Float
//! compare as numbers; quantities compare by amount (`1Gi == 1024Mi`) and only with their own unit. [`Key`] hashes alike what is equal, so
//! that sets of values need no pairwise comparison. All three walk the whole value: whoever compares values of unknown size weighs them first.

use super::{List, Node, Quantity, QuantityUnit, RangeValue, Record, Value};
use rust_decimal::Decimal;
use rustc_hash::FxHasher;
use std::cmp::Ordering;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

/// `a == b`
pub fn equal(a: &Value, b: &Value) -> bool {
    match a {
        Value::Null => matches!(b, Value::Null),
        Value::Bool(x) => matches!(b, Value::Bool(y) if x == y),
        Value::Str(x) => matches!(b, Value::Str(y) if x == y),
        Value::Int(_) | Value::Float(_) | Value::Quantity(_) | Value::Duration(_) | Value::Percent(_) => {
            order(a, b) == Some(Ordering::Equal)
        }
        Value::List(x) => matches!(b, Value::List(y) if Arc::ptr_eq(x, y) || equal_lists(x, y)),
        Value::Record(x) => matches!(b, Value::Record(y) if Arc::ptr_eq(x, y) || equal_records(x, y)),
        Value::Range(x) => matches!(b, Value::Range(y) if Arc::ptr_eq(x, y) || equal_ranges(x, y)),
        Value::Address(x) => matches!(b, Value::Address(y) if x == y),
        Value::Ref(x) => matches!(b, Value::Ref(y) if x == y),
    }
}

/// How two numbers, quantities of one unit, or strings stand to each other; `None` where they have no order.
pub fn order(a: &Value, b: &Value) -> Option<Ordering> {
    match (a, b) {
        (Value::Int(x), Value::Int(y)) => return Some(x.cmp(y)),
        (Value::Str(x), Value::Str(y)) => return Some(x.as_str().cmp(y.as_str())),
        _ => {}
    }
    let (unit_a, x) = magnitude(a)?;
    let (unit_b, y) = magnitude(b)?;
    (unit_a == unit_b).then(|| x.cmp(&y))
}

/// A value as a key of sets and maps: equal values are one key.
#[derive(Clone, Copy, Debug)]
pub struct Key<'a>(pub &'a Value);

impl PartialEq for Key<'_> {
    fn eq(&self, other: &Self) -> bool {
        equal(self.0, other.0)
    }
}

impl Eq for Key<'_> {}

impl Hash for Key<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        hash(self.0, state);
    }
}

/// What kind of number a value is; numbers of different kinds never compare.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Unit {
    Plain,
    Cores,
    Bytes,
    Time,
    Percent,
}

fn magnitude(value: &Value) -> Option<(Unit, Decimal)> {
    match value {
        Value::Int(n) => Some((Unit::Plain, Decimal::from(*n))),
        Value::Float(d) => Some((Unit::Plain, *d)),
        Value::Quantity(Quantity { amount, unit: QuantityUnit::Cpu }) => Some((Unit::Cores, *amount)),
        Value::Quantity(Quantity { amount, unit: QuantityUnit::Binary | QuantityUnit::Decimal }) => Some((Unit::Bytes, *amount)),
        Value::Duration(ms) => Some((Unit::Time, Decimal::from(*ms))),
        Value::Percent(d) => Some((Unit::Percent, *d)),
        Value::Null
        | Value::Bool(_)
        | Value::Str(_)
        | Value::List(_)
        | Value::Record(_)
        | Value::Range(_)
        | Value::Address(_)
        | Value::Ref(_) => None,
    }
}

fn equal_lists(a: &List, b: &List) -> bool {
    a.items.len() == b.items.len() && a.items.iter().zip(&b.items).all(|(x, y)| equal(&x.node.value, &y.node.value))
}

fn equal_records(a: &Record, b: &Record) -> bool {
    let present = |r: &Record| r.entries.iter().filter(|e| !e.node.is_null()).count();
    present(a) == present(b)
        && a.entries.iter().filter(|e| !e.node.is_null()).all(|e| b.get(e.key).is_some_and(|other| equal(&e.node.value, &other.node.value)))
}

fn equal_ranges(a: &RangeValue, b: &RangeValue) -> bool {
    let ends = |x: &Option<Node>, y: &Option<Node>| match (x, y) {
        (None, None) => true,
        (Some(x), Some(y)) => equal(&x.value, &y.value),
        (None, Some(_)) | (Some(_), None) => false,
    };
    ends(&a.lo, &b.lo) && ends(&a.hi, &b.hi)
}

fn hash<H: Hasher>(value: &Value, state: &mut H) {
    match value {
        Value::Null => state.write_u8(0),
        Value::Bool(b) => b.hash(state),
        Value::Str(s) => s.as_str().hash(state),
        Value::Int(_) | Value::Float(_) | Value::Quantity(_) | Value::Duration(_) | Value::Percent(_) => magnitude(value).hash(state),
        Value::List(list) => {
            state.write_usize(list.items.len());
            list.items.iter().for_each(|item| hash(&item.node.value, state));
        }
        Value::Record(record) => state.write_u64(hash_entries(record)),
        Value::Range(range) => [&range.lo, &range.hi].into_iter().flatten().for_each(|end| hash(&end.value, state)),
        Value::Address(address) => address.hash(state),
        Value::Ref(target) => target.hash(state),
    }
}

/// The sum over the entries, which their order does not change.
fn hash_entries(record: &Record) -> u64 {
    let one = |key: &str, value: &Value| {
        let mut state = FxHasher::default();
        key.hash(&mut state);
        hash(value, &mut state);
        state.finish()
    };
    record.entries.iter().filter(|e| !e.node.is_null()).fold(0, |sum, e| one(&e.key, &e.node.value).wrapping_add(sum))
}
