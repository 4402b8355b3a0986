//! Numbers as they are written, against what is expected: which adapt, and what is said of those with a wrong unit.

use super::Checker;
use super::expect::Expected;
use crate::ast::{BinOp, Expr, ExprKind, NumLit};
use crate::diag::{Diagnostic, codes};
use crate::number::{self, Unit};
use crate::types::{Literal, Ty};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

/// A number literal, perhaps with a minus before it.
#[derive(Clone, Copy)]
pub(super) struct Num<'a> {
    lit: &'a NumLit,
    negative: bool,
}

pub(super) fn number_of(expr: &Expr) -> Option<Num<'_>> {
    match &expr.kind {
        ExprKind::Num(lit) => Some(Num { lit, negative: false }),
        ExprKind::Neg(inner) => match &inner.kind {
            ExprKind::Num(lit) => Some(Num { lit, negative: true }),
            _ => None,
        },
        _ => None,
    }
}

/// Whether an expression is made of bare number literals alone, `2 * 3`, and so adapts as one.
pub(super) fn is_bare(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Num(lit) => lit.suffix.is_none(),
        ExprKind::Neg(inner) => is_bare(inner),
        ExprKind::Binary { op: BinOp::Add | BinOp::Sub | BinOp::Mul | BinOp::Div, left, right } => is_bare(left) && is_bare(right),
        _ => false,
    }
}

/// The type of a literal by itself.
pub(super) fn natural<'a>(unit: Unit) -> Ty<'a> {
    match unit {
        Unit::Int => Ty::Int,
        Unit::Decimal => Ty::Float,
        Unit::Cpu => Ty::Cpu,
        Unit::Bytes => Ty::Bytes,
        Unit::Duration => Ty::Duration,
        Unit::Percent => Ty::Percent,
    }
}

impl<'a> Checker<'_, '_, 'a> {
    /// The unit of a literal that is a number; `None` after an error.
    pub(super) fn unit(&self, lit: &NumLit, expr: &Expr) -> Option<Unit> {
        match (number::unit(lit), number::value(lit)) {
            (Some(unit), Ok(_)) => Some(unit),
            (Some(_), Err(why)) => {
                self.report(Diagnostic::new(&codes::NUMBER, expr.span, why));
                None
            }
            (None, _) => {
                self.report(unknown_unit(lit, expr));
                None
            }
        }
    }

    /// A number literal where something is expected.
    pub(super) fn check_number(&self, num: Num, expr: &Expr, expected: &Expected<'_, 'a>) {
        let Some(unit) = self.unit(num.lit, expr) else { return };
        self.number_as(num, unit, expr, expected);
    }

    fn number_as(&self, num: Num, unit: Unit, expr: &Expr, expected: &Expected<'_, 'a>) {
        match (expected.ty.base(), unit) {
            (Ty::Any | Ty::Poison, _) => {}
            (Ty::Int, Unit::Int) | (Ty::Float, Unit::Int | Unit::Decimal) => {}
            (Ty::Cpu, Unit::Cpu | Unit::Int | Unit::Decimal) | (Ty::Bytes, Unit::Bytes) => {}
            (Ty::Duration, Unit::Duration) | (Ty::Percent, Unit::Percent) => {}
            (Ty::Quantity, Unit::Cpu | Unit::Bytes | Unit::Int | Unit::Decimal) => {}
            (Ty::Bytes, Unit::Int) => self.bare_bytes(num, expr, expected),
            (Ty::Int, Unit::Duration) if expected.seconds() => {}
            (Ty::String, Unit::Percent) if expected.native => {}
            (Ty::Range(inner), _) => self.number_as(num, unit, expr, &expected.part(inner)),
            (Ty::Record(record), _) if record.primary().is_some() => {
                if let Some(primary) = record.primary() {
                    self.number_as(num, unit, expr, &Expected::field(record.name.map_or("", |n| n.as_str()), primary));
                }
            }
            (Ty::Literal(_) | Ty::Union(_), _) => self.number_in_union(num, unit, expr, expected),
            (Ty::Cpu | Ty::Bytes | Ty::Duration | Ty::Percent | Ty::Quantity, _) => self.wrong_unit(num, unit, expr, expected),
            (Ty::Int | Ty::Float, Unit::Cpu | Unit::Bytes | Unit::Duration | Unit::Percent) => self.wrong_unit(num, unit, expr, expected),
            (Ty::Int, Unit::Decimal) => self.not_whole(num, expr, expected),
            _ => self.mismatch(&natural(unit), expected.ty, expected, expr),
        }
    }

    fn number_in_union(&self, num: Num, unit: Unit, expr: &Expr, expected: &Expected<'_, 'a>) {
        let members = expected.ty.base().members();
        let value = num.lit.value.to_i64().map(|i| if num.negative { -i } else { i });
        let exact = |ty: &Ty| match ty.base() {
            Ty::Literal(Literal::Int(i)) => unit == Unit::Int && Some(*i) == value,
            base => *base == natural(unit),
        };
        let adapts = |ty: &Ty| {
            matches!((ty.base(), unit), (Ty::Float | Ty::Cpu | Ty::Bytes | Ty::Quantity, Unit::Int) | (Ty::Cpu | Ty::Float, Unit::Decimal))
        };
        if members.iter().any(exact)
            || members.iter().any(adapts)
            || expected.native && unit == Unit::Percent && members.contains(&Ty::String)
        {
            return;
        }
        let literals: Vec<String> = members.iter().filter(|m| matches!(m, Ty::Literal(Literal::Int(_)))).map(Ty::to_string).collect();
        if unit == Unit::Int && !literals.is_empty() && literals.len() == members.len() {
            let error =
                Diagnostic::new(&codes::ENUM_VALUE, expr.span, format!("{} is none of the values allowed here", self.text(expr.span)));
            return self.report_expected(error.help(format!("allowed: {}", literals.join(", "))), expected);
        }
        self.mismatch(&natural(unit), expected.ty, expected, expr);
    }

    /// `memory = 512`
    fn bare_bytes(&self, num: Num, expr: &Expr, expected: &Expected<'_, 'a>) {
        if num.lit.value.is_zero() {
            return;
        }
        let value = num.lit.value;
        let better = in_binary_units(value).unwrap_or_else(|| format!("{}Mi", value.normalize()));
        let message = format!("{0} of {1} is {0} bytes", value.normalize(), subject(expected, "memory"));
        let warning = Diagnostic::new(&codes::UNIT_MISSING, expr.span, message).label("without a unit");
        self.report(warning.help(format!("write the unit: `{better}`")).fix(expr.span, better));
    }

    fn not_whole(&self, num: Num, expr: &Expr, expected: &Expected<'_, 'a>) {
        let text = self.text(expr.span);
        let error = Diagnostic::new(&codes::TYPE_MISMATCH, expr.span, format!("expected a whole number, `{}`, found {text}", expected.ty));
        let whole = num.lit.value.normalize();
        self.report_expected(
            if whole.scale() == 0 { error.help(format!("write `{whole}`")).fix(expr.span, whole.to_string()) } else { error },
            expected,
        );
    }

    fn wrong_unit(&self, num: Num, unit: Unit, expr: &Expr, expected: &Expected<'_, 'a>) {
        if self.muted {
            return;
        }
        let (message, better) = unit_words(num.lit, unit, expected, &self.text(expr.span));
        let error = Diagnostic::new(&codes::UNIT, expr.span, message);
        let error = match better {
            Some(better) => error.help(format!("write `{better}`")).fix(expr.span, better),
            None => error,
        };
        self.report_expected(error, expected);
    }
}

/// What is wrong with a unit, and the literal that was probably meant.
fn unit_words(lit: &NumLit, unit: Unit, expected: &Expected, text: &str) -> (String, Option<String>) {
    let digits = lit.value.normalize().to_string();
    let suffix = lit.suffix.map_or("", |s| s.as_str());
    match (expected.ty.base(), unit) {
        (Ty::Bytes, Unit::Cpu) => {
            let bytes = number::value(lit)
                .ok()
                .and_then(|v| if let crate::value::Value::Quantity(q) = v { Some(q.amount.normalize()) } else { None });
            let message = format!("{text} of {} is {} bytes", subject(expected, "memory"), bytes.unwrap_or_default());
            (message, (suffix == "m").then(|| format!("{digits}Mi")))
        }
        (Ty::Bytes, Unit::Decimal) => {
            (format!("{text} of {} is no whole number of bytes", subject(expected, "memory")), Some(format!("{digits}Gi")))
        }
        (Ty::Cpu, Unit::Bytes) => {
            let better = matches!(suffix, "Mi" | "M").then(|| format!("{digits}m"));
            (format!("{text} is an amount of bytes, and {} is counted in cores", subject(expected, "cpu")), better)
        }
        (Ty::Duration, Unit::Cpu) if suffix == "m" => {
            (format!("{text} is {digits} thousandths, not minutes"), Some(format!("{digits}min")))
        }
        (Ty::Duration, Unit::Int | Unit::Decimal) => (format!("a time has a unit, {text} has none"), Some(format!("{digits}s"))),
        (Ty::Duration, Unit::Bytes) if suffix == "M" => (format!("{text} is an amount of bytes, not a time"), Some(format!("{digits}min"))),
        (Ty::Percent, Unit::Int | Unit::Decimal) => (format!("a share has a `%`, {text} has none"), Some(format!("{digits}%"))),
        (Ty::Int | Ty::Float, _) => {
            let better = if unit == Unit::Duration { None } else { Some(digits) };
            (format!("{text} is {}, and {} is a plain number", unit_name(unit), subject(expected, "this")), better)
        }
        _ => (format!("{text} is {}, and {} is {}", unit_name(unit), subject(expected, "this"), type_name(expected.ty.base())), None),
    }
}

fn subject(expected: &Expected, otherwise: &str) -> String {
    expected.why.subject().map_or(otherwise.to_string(), str::to_string)
}

fn unit_name(unit: Unit) -> &'static str {
    match unit {
        Unit::Int | Unit::Decimal => "a plain number",
        Unit::Cpu => "an amount of cores",
        Unit::Bytes => "an amount of bytes",
        Unit::Duration => "a time",
        Unit::Percent => "a share",
    }
}

fn type_name(ty: &Ty) -> String {
    match ty {
        Ty::Cpu => "an amount of cores".into(),
        Ty::Bytes => "an amount of bytes".into(),
        Ty::Duration => "a time".into(),
        Ty::Percent => "a share".into(),
        Ty::Quantity => "an amount or a count".into(),
        other => format!("`{other}`"),
    }
}

/// A whole number of bytes as `128Mi`, where it is one.
fn in_binary_units(bytes: Decimal) -> Option<String> {
    let bytes = bytes.to_u64()?;
    let units = [("Gi", 1u64 << 30), ("Mi", 1 << 20), ("Ki", 1 << 10)];
    units.iter().find(|(_, size)| bytes >= 1 << 16 && bytes % size == 0).map(|(unit, size)| format!("{}{unit}", bytes / size))
}

fn unknown_unit(lit: &NumLit, expr: &Expr) -> Diagnostic {
    let suffix = lit.suffix.map_or("", |s| s.as_str());
    let digits = lit.value.normalize();
    let error = Diagnostic::new(&codes::UNIT, expr.span, format!("`{suffix}` is no unit"));
    let better = match suffix {
        "KB" | "kB" | "K" | "kb" | "KiB" | "ki" => "Ki",
        "MB" | "mb" | "MiB" | "mi" => "Mi",
        "GB" | "gb" | "GiB" | "gi" | "g" => "Gi",
        "TB" | "tb" | "TiB" | "ti" | "t" => "Ti",
        "sec" | "secs" | "second" | "seconds" | "S" => "s",
        "mins" | "minute" | "minutes" | "Min" => "min",
        "hr" | "hrs" | "hour" | "hours" | "H" => "h",
        "day" | "days" | "D" => "d",
        "msec" | "millis" => "ms",
        "mcpu" | "mCPU" | "millicores" => "m",
        _ => return error.help("units are `m` of cores; `Ki Mi Gi Ti`, `k M G T` of bytes; `ms s min h d` of time; `%`"),
    };
    error.help(format!("did you mean `{digits}{better}`?")).fix(expr.span, format!("{digits}{better}"))
}
