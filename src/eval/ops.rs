//! Operators on values. Errors are messages about the operands; the caller knows the place.

use crate::ast::BinOp;
use crate::value::compare::{equal, order};
use crate::value::{Quantity, RangeValue, Value};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use std::cmp::Ordering;
use ustr::Ustr;

/// Every binary operator but `and`, `or` and `??`, which look at their left side first.
pub fn binary(op: BinOp, left: &Value, right: &Value) -> Result<Value, String> {
    match op {
        BinOp::Eq => Ok(Value::Bool(equal(left, right))),
        BinOp::Ne => Ok(Value::Bool(!equal(left, right))),
        BinOp::Lt => compared(left, right, Ordering::is_lt),
        BinOp::Le => compared(left, right, Ordering::is_le),
        BinOp::Gt => compared(left, right, Ordering::is_gt),
        BinOp::Ge => compared(left, right, Ordering::is_ge),
        BinOp::In => contained(left, right).map(Value::Bool),
        BinOp::Add => add(left, right),
        BinOp::Sub => subtract(left, right),
        BinOp::Mul => multiply(left, right),
        BinOp::Div => divide(left, right),
        BinOp::Or | BinOp::And | BinOp::Coalesce => Err("this operator reads its left side first".into()),
    }
}

pub fn negate(value: &Value) -> Result<Value, String> {
    match value {
        Value::Int(i) => i.checked_neg().map(Value::Int).ok_or_else(overflow),
        Value::Float(d) => Ok(Value::Float(-*d)),
        Value::Quantity(q) => Ok(Value::Quantity(Quantity { amount: -q.amount, unit: q.unit })),
        Value::Duration(ms) => ms.checked_neg().map(Value::Duration).ok_or_else(overflow),
        Value::Percent(p) => Ok(Value::Percent(-*p)),
        other => Err(format!("`-` is for numbers, this is {}", other.type_name())),
    }
}

fn compared(left: &Value, right: &Value, test: impl Fn(Ordering) -> bool) -> Result<Value, String> {
    let order = order(left, right).ok_or_else(|| format!("{} and {} have no order", left.type_name(), right.type_name()))?;
    Ok(Value::Bool(test(order)))
}

fn contained(left: &Value, right: &Value) -> Result<bool, String> {
    match (left, right) {
        (_, Value::List(list)) => Ok(list.items.iter().any(|item| equal(left, &item.node.value))),
        (Value::Str(key), Value::Record(record)) => Ok(record.get(Ustr::from(key)).is_some_and(|e| !e.node.is_null())),
        (Value::Str(part), Value::Str(whole)) => Ok(whole.contains(part.as_str())),
        (_, Value::Range(range)) => in_range(left, range),
        (_, Value::Null) => Ok(false),
        _ => Err(format!("`in` looks into a list, a map, a range or a text; {} in {} has no meaning", left.type_name(), right.type_name())),
    }
}

fn in_range(value: &Value, range: &RangeValue) -> Result<bool, String> {
    let unordered = || format!("{} cannot be compared with the ends of this range", value.type_name());
    let above = range.lo.as_ref().map_or(Ok(true), |lo| order(value, &lo.value).map(Ordering::is_ge).ok_or_else(unordered))?;
    let below = range.hi.as_ref().map_or(Ok(true), |hi| order(value, &hi.value).map(Ordering::is_le).ok_or_else(unordered))?;
    Ok(above && below)
}

fn add(left: &Value, right: &Value) -> Result<Value, String> {
    match (left, right) {
        (Value::Int(a), Value::Int(b)) => a.checked_add(*b).map(Value::Int).ok_or_else(overflow),
        (Value::Quantity(a), Value::Quantity(b)) if a.counts_like(b) => a.add(b).map(Value::Quantity).map_err(|e| e.to_string()),
        (Value::Duration(a), Value::Duration(b)) => a.checked_add(*b).map(Value::Duration).ok_or_else(overflow),
        (Value::Percent(a), Value::Percent(b)) => a.checked_add(*b).map(Value::Percent).ok_or_else(overflow),
        (Value::Str(_), _) | (_, Value::Str(_)) => Err("texts are joined by interpolation: `\"${a}${b}\"`".into()),
        (Value::List(_), _) | (_, Value::List(_)) => Err("lists are joined by spreading: `[...a, ...b]`".into()),
        (Value::Record(_), _) | (_, Value::Record(_)) => Err("records are joined by spreading: `{ ...a, ...b }`".into()),
        _ => floats(left, right, "+", Decimal::checked_add),
    }
}

fn subtract(left: &Value, right: &Value) -> Result<Value, String> {
    match (left, right) {
        (Value::Int(a), Value::Int(b)) => a.checked_sub(*b).map(Value::Int).ok_or_else(overflow),
        (Value::Quantity(a), Value::Quantity(b)) if a.counts_like(b) => a.subtract(b).map(Value::Quantity).map_err(|e| e.to_string()),
        (Value::Duration(a), Value::Duration(b)) => a.checked_sub(*b).map(Value::Duration).ok_or_else(overflow),
        (Value::Percent(a), Value::Percent(b)) => a.checked_sub(*b).map(Value::Percent).ok_or_else(overflow),
        _ => floats(left, right, "-", Decimal::checked_sub),
    }
}

fn multiply(left: &Value, right: &Value) -> Result<Value, String> {
    match (left, right) {
        (Value::Int(a), Value::Int(b)) => a.checked_mul(*b).map(Value::Int).ok_or_else(overflow),
        (Value::Quantity(q), factor) | (factor, Value::Quantity(q)) if plain(factor).is_some() => {
            q.multiply(plain(factor).unwrap_or_default()).map(Value::Quantity).map_err(|e| e.to_string())
        }
        (Value::Duration(ms), factor) | (factor, Value::Duration(ms)) if plain(factor).is_some() => {
            scaled(*ms, plain(factor).unwrap_or_default())
        }
        (Value::Percent(p), factor) | (factor, Value::Percent(p)) if plain(factor).is_some() => {
            p.checked_mul(plain(factor).unwrap_or_default()).map(Value::Percent).ok_or_else(overflow)
        }
        _ => floats(left, right, "*", Decimal::checked_mul),
    }
}

/// Whole numbers divide to a whole number, rounded towards zero; quantities of one unit divide to their ratio.
fn divide(left: &Value, right: &Value) -> Result<Value, String> {
    let zero = || "this divides by zero".to_string();
    match (left, right) {
        (Value::Int(_), Value::Int(0)) => Err(zero()),
        (Value::Int(a), Value::Int(b)) => a.checked_div(*b).map(Value::Int).ok_or_else(overflow),
        (Value::Quantity(a), Value::Quantity(b)) if a.counts_like(b) => a.amount.checked_div(b.amount).map(Value::Float).ok_or_else(zero),
        (Value::Duration(a), Value::Duration(b)) => Decimal::from(*a).checked_div(Decimal::from(*b)).map(Value::Float).ok_or_else(zero),
        (Value::Quantity(q), divisor) if plain(divisor).is_some() => {
            let by = Decimal::ONE.checked_div(plain(divisor).unwrap_or_default()).ok_or_else(zero)?;
            let amount = q.amount.checked_div(plain(divisor).unwrap_or_default()).unwrap_or(by);
            Ok(Value::Quantity(Quantity { amount, unit: q.unit }))
        }
        (Value::Duration(ms), divisor) if plain(divisor).is_some() => {
            let by = Decimal::from(*ms).checked_div(plain(divisor).unwrap_or_default()).ok_or_else(zero)?;
            by.trunc().to_i64().map(Value::Duration).ok_or_else(overflow)
        }
        _ if plain(right) == Some(Decimal::ZERO) => Err(zero()),
        _ => floats(left, right, "/", Decimal::checked_div),
    }
}

fn floats(left: &Value, right: &Value, op: &str, run: impl Fn(Decimal, Decimal) -> Option<Decimal>) -> Result<Value, String> {
    match (plain(left), plain(right)) {
        (Some(a), Some(b)) => run(a, b).map(Value::Float).ok_or_else(overflow),
        _ => Err(format!("`{op}` has no meaning between {} and {}", left.type_name(), right.type_name())),
    }
}

fn scaled(ms: i64, factor: Decimal) -> Result<Value, String> {
    Decimal::from(ms).checked_mul(factor).and_then(|d| d.trunc().to_i64()).map(Value::Duration).ok_or_else(overflow)
}

/// A number without a unit.
fn plain(value: &Value) -> Option<Decimal> {
    match value {
        Value::Int(i) => Some((*i).into()),
        Value::Float(d) => Some(*d),
        _ => None,
    }
}

fn overflow() -> String {
    "the result is too large".into()
}
