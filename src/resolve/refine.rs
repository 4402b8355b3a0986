//! Refinements: `Int(1..65535)`, `String(match = r"^[a-z]+$", len = 1..63)`, `String(format = "image")`.

use crate::ast::{Arg, Expr, ExprKind, Name};
use crate::diag::{Diagnostic, Sink, codes, suggest};
use crate::number;
use crate::source::Span;
use crate::types::{Condition, Format, Refined, Ty};
use crate::value::Value;
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use std::sync::Arc;

/// `base` narrowed by the arguments; those that make no sense are reported and left out.
pub fn refined<'a>(sink: &Sink, base: Ty<'a>, args: &'a [Arg]) -> Ty<'a> {
    if base == Ty::Poison {
        return base;
    }
    let conditions = args.iter().filter_map(|arg| condition(sink, &base, arg)).collect::<Vec<_>>();
    Ty::Refined(Arc::new(Refined { name: None, base, conditions }))
}

/// The type under the name that `type` gives it: messages then say `Port`, not `Int`.
pub fn name_it(ty: Ty<'_>, name: Name) -> Ty<'_> {
    match ty {
        Ty::Refined(refined) if refined.name.is_none() => {
            Ty::Refined(Arc::new(Refined { name: Some(name), base: refined.base.clone(), conditions: refined.conditions.clone() }))
        }
        other => other,
    }
}

fn condition(sink: &Sink, base: &Ty, arg: &Arg) -> Option<Condition> {
    let result = match arg.name.map(|n| n.name) {
        None => between(base, &arg.value),
        Some(name) => match name.as_str() {
            "len" => length(base, &arg.value),
            "match" => pattern(base, &arg.value),
            "format" => format(base, &arg.value),
            other => Err(format!("there is no refinement `{other}`; there are a range, `len`, `match` and `format`")),
        },
    };
    result.map_err(|message| sink.push(Diagnostic::new(&codes::TYPE_REFINEMENT, place(arg), message))).ok()
}

fn place(arg: &Arg) -> Span {
    arg.name.map_or(arg.value.span, |n| n.span.to(arg.value.span))
}

fn between(base: &Ty, expr: &Expr) -> Result<Condition, String> {
    let ExprKind::Range { lo, hi } = &expr.kind else {
        return Err("a number is refined by a range: `Int(1..65535)`, `Int(0..)`".into());
    };
    if !matches!(base.base(), Ty::Int | Ty::Float | Ty::Cpu | Ty::Bytes | Ty::Duration | Ty::Percent) {
        return Err(format!("a range refines numbers, not {base}; for the length of a text write `len = 1..63`"));
    }
    let bound = |side: &Option<Box<Expr>>| side.as_deref().map(constant).transpose();
    Ok(Condition::Between { lo: bound(lo)?, hi: bound(hi)? })
}

/// A literal number in its base unit.
fn constant(expr: &Expr) -> Result<Decimal, String> {
    let not_literal = || "the bounds of a refinement are literal numbers".to_string();
    match &expr.kind {
        ExprKind::Neg(inner) => constant(inner).map(|d| -d),
        ExprKind::Num(lit) => match number::value(lit)? {
            Value::Int(i) => Ok(i.into()),
            Value::Float(d) | Value::Percent(d) => Ok(d),
            Value::Quantity(q) => Ok(q.amount),
            Value::Duration(ms) => Ok(ms.into()),
            _ => Err(not_literal()),
        },
        _ => Err(not_literal()),
    }
}

fn length(base: &Ty, expr: &Expr) -> Result<Condition, String> {
    if !matches!(base.base(), Ty::String | Ty::List(_) | Ty::Map(_)) {
        return Err(format!("`len` refines texts, lists and maps, not {base}"));
    }
    let size = |side: &Option<Box<Expr>>| -> Result<Option<usize>, String> {
        side.as_deref().map(|e| constant(e)?.to_usize().ok_or_else(|| "a length is a whole number".to_string())).transpose()
    };
    match &expr.kind {
        ExprKind::Range { lo, hi } => Ok(Condition::Length { lo: size(lo)?, hi: size(hi)? }),
        ExprKind::Num(_) => {
            let exact = constant(expr)?.to_usize().ok_or("a length is a whole number")?;
            Ok(Condition::Length { lo: Some(exact), hi: Some(exact) })
        }
        _ => Err("`len` takes a range: `len = 1..63`".into()),
    }
}

fn pattern(base: &Ty, expr: &Expr) -> Result<Condition, String> {
    let text = text_of(base, expr, "match")?;
    let regex = regex::RegexBuilder::new(text).size_limit(1 << 20).build();
    regex.map(|r| Condition::Match(Arc::new(r))).map_err(|e| {
        // The library draws a picture; its last line says what is wrong.
        let text = e.to_string();
        let last = text.lines().last().unwrap_or_default();
        format!("this is no regular expression: {}", last.trim_start_matches("error: "))
    })
}

fn format(base: &Ty, expr: &Expr) -> Result<Condition, String> {
    let text = text_of(base, expr, "format")?;
    Format::named(text).map(Condition::Format).ok_or_else(|| {
        let names = Format::ALL.iter().map(|(name, _)| *name);
        match suggest::nearest(text, names) {
            Some(near) => format!("there is no format \"{text}\"; did you mean \"{near}\"?"),
            None => {
                format!("there is no format \"{text}\"; there are {}", Format::ALL.iter().map(|(n, _)| *n).collect::<Vec<_>>().join(", "))
            }
        }
    })
}

fn text_of<'e>(base: &Ty, expr: &'e Expr, what: &str) -> Result<&'e str, String> {
    if *base.base() != Ty::String {
        return Err(format!("`{what}` refines texts, not {base}"));
    }
    match &expr.kind {
        ExprKind::Str(lit) => lit.as_static().ok_or_else(|| format!("`{what}` takes a plain string, without `${{…}}`")),
        _ => Err(format!("`{what}` takes a plain string")),
    }
}
