//! What a plain scalar means: the reading of YAML 1.1 that `kubectl` and the API server share.
//!
//! `yes`, `on` and `n` are truth values, `0644` is octal, `1_000` is a number, and `1.0` is the whole number 1 once it has become JSON.
//! Text in quotes never comes here.

use crate::value::Value;
use rust_decimal::Decimal;

/// The value of a plain scalar.
pub fn plain(text: &str) -> Value {
    match text.as_bytes().first() {
        None => Value::Null,
        Some(b'0'..=b'9' | b'+' | b'-' | b'.') => number(text).unwrap_or_else(|| Value::str(text)),
        Some(b'~' | b'n' | b'N' | b't' | b'T' | b'f' | b'F' | b'y' | b'Y' | b'o' | b'O') => word(text).unwrap_or_else(|| Value::str(text)),
        Some(_) => Value::str(text),
    }
}

fn word(text: &str) -> Option<Value> {
    match text {
        "~" | "null" | "Null" | "NULL" => Some(Value::Null),
        "true" | "True" | "TRUE" | "yes" | "Yes" | "YES" | "y" | "Y" | "on" | "On" | "ON" => Some(Value::Bool(true)),
        "false" | "False" | "FALSE" | "no" | "No" | "NO" | "n" | "N" | "off" | "Off" | "OFF" => Some(Value::Bool(false)),
        _ => None,
    }
}

fn number(text: &str) -> Option<Value> {
    // The common case: a few digits, no sign, no leading zero.
    if text.len() < 19 && !text.starts_with('0') && text.bytes().all(|b| b.is_ascii_digit()) {
        return text.parse().ok().map(Value::Int);
    }
    let owned;
    let digits = match text.contains('_') {
        true => {
            owned = text.replace('_', "");
            owned.as_str()
        }
        false => text,
    };
    whole(digits).or_else(|| float(digits))
}

/// A whole number in Go's notation: `0x1F`, `0o17`, `0b11`, and `017`, which is octal too.
fn whole(text: &str) -> Option<Value> {
    let (negative, digits) = match text.as_bytes().first()? {
        b'-' => (true, &text[1..]),
        b'+' => (false, &text[1..]),
        _ => (false, text),
    };
    let prefix = digits.get(..2).unwrap_or_default();
    let (radix, digits) = match prefix {
        "0x" | "0X" => (16, &digits[2..]),
        "0o" | "0O" => (8, &digits[2..]),
        "0b" | "0B" => (2, &digits[2..]),
        _ if digits.len() > 1 && digits.starts_with('0') => (8, &digits[1..]),
        _ => (10, digits),
    };
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_alphanumeric()) {
        return None;
    }
    let amount = i128::from(u64::from_str_radix(digits, radix).ok()?);
    let amount = if negative { -amount } else { amount };
    match i64::try_from(amount) {
        Ok(n) => Some(Value::Int(n)),
        Err(_) if negative => None,
        Err(_) => Some(Value::Float(Decimal::from(amount.unsigned_abs() as u64))),
    }
}

/// A decimal number. A whole one is written as such in JSON, so it is one; one beyond all decimals is the largest decimal, which fits nothing.
fn float(text: &str) -> Option<Value> {
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    let (mantissa, exponent) = unsigned.split_once(['e', 'E']).map_or((unsigned, None), |(m, e)| (m, Some(e)));
    let digits = mantissa.bytes().filter(|b| b.is_ascii_digit()).count();
    let points = mantissa.bytes().filter(|b| *b == b'.').count();
    let exponent_fits = exponent.is_none_or(|e| {
        let e = e.strip_prefix(['-', '+']).unwrap_or(e);
        !e.is_empty() && e.bytes().all(|b| b.is_ascii_digit())
    });
    if digits == 0 || points > 1 || digits + points != mantissa.len() || !exponent_fits {
        return None;
    }
    Some(decimal(text.parse().ok()?))
}

/// A binary number as a value.
pub fn decimal(number: f64) -> Value {
    let limit = if number < 0.0 { Decimal::MIN } else { Decimal::MAX };
    let exact = Decimal::from_str_exact(&number.to_string()).or_else(|_| Decimal::try_from(number)).unwrap_or(limit).normalize();
    match i64::try_from(exact) {
        Ok(whole) if exact.is_integer() => Value::Int(whole),
        _ => Value::Float(exact),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::compare::equal;

    #[test]
    fn scalars_mean_what_the_api_server_reads() {
        let float = |text: &str| Value::Float(text.parse().unwrap());
        let cases = [
            ("", Value::Null),
            ("~", Value::Null),
            ("NULL", Value::Null),
            ("no", Value::Bool(false)),
            ("On", Value::Bool(true)),
            ("y", Value::Bool(true)),
            ("nope", Value::str("nope")),
            ("0", Value::Int(0)),
            ("-17", Value::Int(-17)),
            ("+17", Value::Int(17)),
            ("0644", Value::Int(420)),
            ("0o644", Value::Int(420)),
            ("0x1f", Value::Int(31)),
            ("0b101", Value::Int(5)),
            ("089", Value::Int(89)),
            ("1_000", Value::Int(1000)),
            ("9223372036854775808", float("9223372036854775808")),
            ("1.5", float("1.5")),
            ("1.0", Value::Int(1)),
            ("1e3", Value::Int(1000)),
            (".5", float("0.5")),
            ("1.2.3", Value::str("1.2.3")),
            ("200m", Value::str("200m")),
            ("-", Value::str("-")),
            (".", Value::str(".")),
            ("2026-11-24", Value::str("2026-11-24")),
            ("12:30:45", Value::str("12:30:45")),
        ];
        for (text, value) in cases {
            let found = plain(text);
            assert!(equal(&found, &value), "{text}: {found:?}");
        }
    }
}
