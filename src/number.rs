//! Number literals: what `200m`, `64Mi`, `10s`, `30%` and `3` are by themselves, before a field asks for anything.

use crate::ast::NumLit;
use crate::duration;
use crate::value::{Quantity, QuantityUnit, Value};
use rust_decimal::prelude::ToPrimitive;

/// What a literal's suffix makes of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// No suffix, no point: adapts to what is expected.
    Int,
    /// No suffix, a decimal point: adapts likewise.
    Decimal,
    Cpu,
    Bytes,
    Duration,
    Percent,
}

/// The unit that a suffix stands for; `None` for a suffix that no unit has.
pub fn unit(lit: &NumLit) -> Option<Unit> {
    let Some(suffix) = lit.suffix else {
        return Some(if lit.decimal { Unit::Decimal } else { Unit::Int });
    };
    match suffix.as_str() {
        "%" => Some(Unit::Percent),
        "m" | "u" | "n" => Some(Unit::Cpu),
        "ms" | "s" | "min" | "h" | "d" => Some(Unit::Duration),
        "Ki" | "Mi" | "Gi" | "Ti" | "Pi" | "Ei" | "k" | "M" | "G" | "T" | "P" | "E" => Some(Unit::Bytes),
        _ => None,
    }
}

/// The value of a literal; the error is a message about it.
pub fn value(lit: &NumLit) -> Result<Value, String> {
    let suffix = lit.suffix.map_or("", |s| s.as_str());
    match unit(lit) {
        Some(Unit::Int) => lit.value.to_i64().map(Value::Int).ok_or_else(|| format!("{} does not fit 64 bits", lit.value)),
        Some(Unit::Decimal) => Ok(Value::Float(lit.value)),
        Some(Unit::Percent) => Ok(Value::Percent(lit.value)),
        Some(Unit::Cpu | Unit::Bytes) => Quantity::from_literal(lit.value, suffix).map(Value::Quantity).map_err(|e| e.to_string()),
        Some(Unit::Duration) => duration::from_literal(lit.value, suffix).map(Value::Duration).map_err(|e| e.to_string()),
        None => Err(format!("`{suffix}` is no unit")),
    }
}

/// A bare number as cores.
pub fn cores(amount: rust_decimal::Decimal) -> Value {
    Value::Quantity(Quantity { amount, unit: QuantityUnit::Cpu })
}

/// A bare number as bytes.
pub fn bytes(amount: rust_decimal::Decimal) -> Value {
    Value::Quantity(Quantity { amount, unit: QuantityUnit::Decimal })
}

/// A number with its unit in a text, such as `200m` on a command line.
pub fn parse(text: &str) -> Result<Value, String> {
    let end = text.find(|c: char| !(c.is_ascii_digit() || c == '.' || c == '-')).unwrap_or(text.len());
    let (digits, suffix) = text.split_at(end);
    let value = digits.parse::<rust_decimal::Decimal>().map_err(|_| format!("`{text}` is no number"))?;
    let suffix = (!suffix.is_empty()).then(|| suffix.into());
    self::value(&NumLit { value, suffix, decimal: digits.contains('.') })
}
