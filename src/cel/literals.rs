//! Literals that are checked when all types are right: durations, points in time, regular expressions, formats, and whether the elements
//! of a list are of one type.

use super::types::{Bindings, CelType};
use regex::Regex;
use std::sync::LazyLock;

/// A literal in its place.
pub enum Literal<'t> {
    Duration(u64, &'t str),
    Timestamp(u64, &'t str),
    /// `timestamp(0)`
    Seconds(u64, i64),
    Regex(u64, &'t str),
    /// `int("12")`: the function and the text.
    Conversion(u64, &'t str, &'t str),
    /// `"…".format([…])`
    Format(u64, &'t str, Vec<(u64, CelType)>),
    /// The elements of a list, the keys or the values of a map.
    Alike(Vec<(u64, CelType)>),
}

/// What is wrong with a literal, and at which node.
pub fn wrong(literal: &Literal, types: &Bindings) -> Option<(u64, String)> {
    match literal {
        Literal::Duration(id, text) if !is_duration(text) => {
            Some((*id, format!("`{text}` is no duration: it looks like `1h30m` or `10s`")))
        }
        Literal::Timestamp(id, text) if !is_timestamp(text) => {
            Some((*id, format!("`{text}` is no point in time: it looks like `2006-01-02T15:04:05Z`")))
        }
        Literal::Seconds(id, seconds) if !(-62_135_596_800..=253_402_300_799).contains(seconds) => {
            Some((*id, format!("{seconds} seconds since 1970 are outside the years 1 to 9999")))
        }
        Literal::Regex(id, text) => {
            let error = crate::pattern::compiled_go(text).err()?;
            Some((*id, format!("the regular expression is malformed: {error}")))
        }
        Literal::Conversion(id, function, text) => {
            let right = match *function {
                "int" => text.parse::<i64>().is_ok(),
                "uint" => text.parse::<u64>().is_ok(),
                "double" => is_float(text),
                _ => matches!(*text, "1" | "t" | "T" | "true" | "TRUE" | "True" | "0" | "f" | "F" | "false" | "FALSE" | "False"),
            };
            (!right).then(|| (*id, format!("`{text}` is no {function}")))
        }
        Literal::Format(id, form, args) => format_error(*id, form, args, types),
        Literal::Alike(elements) => {
            let resolved = |ty: &CelType| match types.resolve(ty) {
                CelType::Var(_) => CelType::Dyn,
                ty => ty,
            };
            let first = resolved(&elements.first()?.1);
            let (id, other) = elements.iter().map(|(id, ty)| (*id, resolved(ty))).find(|(_, ty)| !alike(&first, ty))?;
            Some((id, format!("the elements before are `{first}`, this is `{other}`: they must be of one type")))
        }
        Literal::Duration(..) | Literal::Timestamp(..) | Literal::Seconds(..) => None,
    }
}

/// Whether Go's `strconv.ParseFloat` reads the text.
fn is_float(text: &str) -> bool {
    let hexadecimal = text.trim_start_matches(['+', '-']).to_ascii_lowercase().starts_with("0x");
    hexadecimal || text.contains('_') || text.parse::<f64>().is_ok()
}

/// Whether two types are the same, with unknown parts equal to each other alone.
fn alike(a: &CelType, b: &CelType) -> bool {
    match (a, b) {
        (CelType::Var(_) | CelType::Dyn, CelType::Var(_) | CelType::Dyn) => true,
        (CelType::List(a), CelType::List(b)) | (CelType::Optional(a), CelType::Optional(b)) => alike(a, b),
        (CelType::Map(a), CelType::Map(b)) => alike(&a.0, &b.0) && alike(&a.1, &b.1),
        (a, b) => a == b,
    }
}

/// Whether Go's `time.ParseDuration` reads the text.
pub fn is_duration(text: &str) -> bool {
    static FORM: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"^[-+]?(0|((\d+\.?\d*|\.\d+)(ns|us|µs|μs|ms|s|m|h))+)$").ok());
    FORM.as_ref().is_some_and(|form| form.is_match(text))
}

/// Whether the text is a point in time as RFC 3339 writes it.
pub fn is_timestamp(text: &str) -> bool {
    static FORM: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(r"^(\d{4}-\d{2}-\d{2})T([01]\d|2[0-3]):[0-5]\d:[0-5]\d([.,]\d+)?(Z|[+-]([01]\d|2[0-4]):([0-5]\d|60))$").ok()
    });
    let Some(parts) = FORM.as_ref().and_then(|form| form.captures(text)) else { return false };
    parts.get(1).is_some_and(|date| is_date(date.as_str()))
}

/// Whether the text is a day of the calendar: `2006-01-02`.
pub fn is_date(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let [year, month, day] = parts.as_slice() else { return false };
    let number = |text: &str, len: usize| {
        if text.len() == len && text.bytes().all(|b| b.is_ascii_digit()) { text.parse::<u32>().ok() } else { None }
    };
    let (Some(year), Some(month), Some(day)) = (number(year, 4), number(month, 2), number(day, 2)) else { return false };
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if leap => 29,
        2 => 28,
        _ => 0,
    };
    (1..=days).contains(&day)
}

/// Why a format and its arguments do not go together.
fn format_error(id: u64, form: &str, args: &[(u64, CelType)], types: &Bindings) -> Option<(u64, String)> {
    let mut chars = form.chars().peekable();
    let mut used = 0;
    while let Some(c) = chars.next() {
        if c != '%' {
            continue;
        }
        if chars.next_if_eq(&'%').is_some() {
            continue;
        }
        if chars.peek().is_none() {
            return Some((id, "the format ends within a `%…`".to_string()));
        }
        let Some((arg, ty)) = args.get(used) else {
            return Some((id, format!("the format wants more than the {} values that are given", args.len())));
        };
        used += 1;
        if chars.next_if_eq(&'.').is_some() {
            let mut digits = 0;
            while chars.next_if(char::is_ascii_digit).is_some() {
                digits += 1;
            }
            if digits == 0 {
                return Some((id, "a number stands after `%.`".to_string()));
            }
        }
        let ty = types.resolve(ty);
        match chars.next() {
            Some(verb @ ('s' | 'd' | 'f' | 'e' | 'b' | 'x' | 'X' | 'o')) => {
                if !takes(verb, &ty) {
                    return Some((*arg, format!("`%{verb}` does not take `{ty}`")));
                }
            }
            Some(other) => return Some((id, format!("there is no `%{other}` in a format"))),
            None => return Some((id, "the format ends within a `%…`".to_string())),
        }
    }
    (used < args.len()).then(|| (id, format!("the format takes {used} values, {} are given", args.len())))
}

fn takes(verb: char, ty: &CelType) -> bool {
    if matches!(ty, CelType::Dyn | CelType::Error | CelType::Var(_)) {
        return true;
    }
    match verb {
        'd' | 'o' => matches!(ty, CelType::Int | CelType::Uint),
        'f' | 'e' => matches!(ty, CelType::Double | CelType::String),
        'b' => matches!(ty, CelType::Int | CelType::Uint | CelType::Bool),
        'x' | 'X' => matches!(ty, CelType::Int | CelType::Uint | CelType::String | CelType::Bytes),
        _ => !matches!(ty, CelType::Optional(_) | CelType::Object(_) | CelType::Opaque(_)),
    }
}
