//! Builtins that make quantities, durations and shares of text and numbers. Literals need none of them: `200m`, `1Gi`, `10s`, `30%`.

use super::args::{self, Args, Given, described, int, misfit, shown, whole};
use super::{Arg, Builtin, Fault, Host, Param, Sig, computed};
use crate::diag::codes::{BAD_ARGUMENT, BAD_QUANTITY};
use crate::duration;
use crate::quantity::QuantityError;
use crate::value::{Quantity, QuantityUnit, Value};
use rust_decimal::{Decimal, RoundingStrategy};

pub const FAMILY: &[Builtin] = &[
    Builtin {
        name: "cpu",
        params: &[Param::required("x", Sig::OneOf(&[Sig::String, Sig::Int, Sig::Float, Sig::Cpu]))],
        ret: Sig::Cpu,
        doc: "Cores from text such as `\"200m\"`, or from a number of them.",
        example: r#"cpu("200m") == 200m and cpu(0.5) == 500m"#,
        run: |_, args| from_text(args, Quantity::cpu, true),
    },
    Builtin {
        name: "bytes",
        params: &[Param::required("x", Sig::OneOf(&[Sig::String, Sig::Int, Sig::Float, Sig::Bytes]))],
        ret: Sig::Bytes,
        doc: "Bytes from text such as `\"1Gi\"`, or from a number of them.",
        example: r#"bytes("1Gi") == 1024Mi and bytes(1024) == 1Ki"#,
        run: |_, args| from_text(args, Quantity::bytes, false),
    },
    Builtin {
        name: "duration",
        params: &[Param::required("s", Sig::String)],
        ret: Sig::Duration,
        doc: "A duration from text: a number and `ms`, `s`, `min`, `h` or `d`.",
        example: r#"duration("90s") == 90s and duration("1.5h") == 90min"#,
        run: to_duration,
    },
    Builtin {
        name: "seconds",
        params: &[Param::required("d", Sig::Duration)],
        ret: Sig::Int,
        doc: "The duration in seconds, which must be whole.",
        example: "seconds(2min) == 120",
        run: |_, args| match &args.node(0)?.value {
            Value::Duration(ms) => match duration::seconds(*ms) {
                Ok(seconds) => int(seconds),
                Err(_) => Err(Fault::at(0, &BAD_ARGUMENT, format!("{} is no whole number of seconds", duration::show(*ms))).with_help(
                    format!("the nearest whole ones are {}s and {}s", ms.div_euclid(1000), ms.div_euclid(1000).saturating_add(1)),
                )),
            },
            other => Err(misfit(0, "a duration such as `10s`", other)),
        },
    },
    Builtin {
        name: "amount",
        params: &[Param::required("x", Sig::Any)],
        ret: Sig::Optional(&Sig::Float),
        doc: "A quantity, a number, or a text that Kubernetes reads as one, as a plain number of its base unit (cores, bytes, pieces); null for anything else.",
        example: r#"amount("200m") == 0.2 and amount("1Ki") == 1024 and amount(2) == 2 and amount("much") == null"#,
        run: |_, args| computed(plain_amount(&args.node(0)?.value).map_or(Value::Null, Value::Float)),
    },
    Builtin {
        name: "percentOf",
        params: &[Param::required("share", Sig::Percent), Param::required("n", Sig::Int)],
        ret: Sig::Int,
        doc: "The share of a whole number, rounded up, as Kubernetes takes `maxSurge` and the percentages of a PodDisruptionBudget. (It rounds `maxUnavailable` of a rollout down: `n - percentOf(100% - share, n)`.)",
        example: "percentOf(25%, 4) == 1 and percentOf(25%, 5) == 2",
        run: percent_of,
    },
];

/// A text beyond what the API server can hold counts as the most that it holds, as it does there.
fn plain_amount(value: &Value) -> Option<Decimal> {
    match value {
        Value::Quantity(quantity) => Some(quantity.amount),
        Value::Int(n) => Some(Decimal::from(*n)),
        Value::Float(d) => Some(*d),
        Value::Str(text) => match Quantity::parse_k8s(text) {
            Ok(quantity) => Some(quantity.amount),
            Err(QuantityError::TooLarge { .. }) if text.starts_with('-') => Some(Decimal::from(i64::MIN)),
            Err(QuantityError::TooLarge { .. }) => Some(Decimal::from(i64::MAX)),
            Err(_) => None,
        },
        Value::Null
        | Value::Bool(_)
        | Value::Duration(_)
        | Value::Percent(_)
        | Value::List(_)
        | Value::Record(_)
        | Value::Range(_)
        | Value::Address(_)
        | Value::Ref(_) => None,
    }
}

/// A quantity from text or a bare number.
fn from_text(args: &[Arg], read: fn(Decimal, &str) -> Result<Quantity, QuantityError>, cores: bool) -> Given {
    let written = match &args.node(0)?.value {
        Value::Quantity(q) if (q.unit == QuantityUnit::Cpu) == cores => return Ok(args.node(0)?.clone()),
        Value::Int(n) => read(Decimal::from(*n), ""),
        Value::Float(d) => read(*d, ""),
        Value::Str(s) => {
            let Some((number, suffix)) = number_and_suffix(s) else {
                let examples = if cores { "\"200m\", \"0.5\" or \"2\"" } else { "\"64Mi\", \"1.5G\" or \"512\"" };
                return Err(Fault::at(0, &BAD_QUANTITY, format!("{} is no quantity", shown(s)))
                    .with_help(format!("it is a number with a suffix behind it and nothing between: {examples}")));
            };
            read(number, suffix)
        }
        other => return Err(misfit(0, if cores { "cores, a number or a text" } else { "bytes, a number or a text" }, other)),
    };
    match written {
        Ok(quantity) => computed(Value::Quantity(quantity)),
        Err(e) => Err(Fault::at(0, &BAD_QUANTITY, e.to_string())),
    }
}

fn to_duration(_: &mut dyn Host, args: &[Arg]) -> Given {
    let s = args.text(0)?;
    let fault = |message: String| Fault::at(0, &BAD_QUANTITY, message);
    match number_and_suffix(s) {
        Some((_, "")) | None => Err(fault(format!("{} is no duration", shown(s)))
            .with_help("it is a number with one unit behind it: \"500ms\", \"10s\", \"5min\", \"1h\" or \"2d\"")),
        Some((number, suffix)) => match duration::from_literal(number, suffix) {
            Ok(millis) => computed(Value::Duration(millis)),
            Err(e) => Err(fault(e.to_string())),
        },
    }
}

/// `1.5Gi` as 1.5 and `Gi`; `None` where it does not start with a number that fits.
pub fn number_and_suffix(s: &str) -> Option<(Decimal, &str)> {
    let end = s.find(|c: char| !c.is_ascii_digit() && c != '.' && c != '-').unwrap_or(s.len());
    let (number, suffix) = s.split_at(end);
    let plain = number.bytes().last().is_some_and(|b| b.is_ascii_digit()) && !number.starts_with('.');
    let fits = suffix.bytes().all(|b| b.is_ascii_alphanumeric());
    Decimal::from_str_exact(number).ok().filter(|_| plain && fits).map(|number| (number, suffix))
}

fn percent_of(_: &mut dyn Host, args: &[Arg]) -> Given {
    let n = args.int(1)?;
    let Value::Percent(share) = &args.node(0)?.value else {
        return Err(misfit(0, "a percentage such as `25%`", &args.node(0)?.value));
    };
    let part = share
        .checked_mul(Decimal::from(n))
        .map(|p| (p / Decimal::ONE_HUNDRED).round_dp_with_strategy(0, RoundingStrategy::ToPositiveInfinity));
    match part {
        Some(part) => whole(0, &format!("{} of {n}", described(&args.node(0)?.value)), part),
        None => Err(args::too_large(0, &format!("{share}% of {n}"))),
    }
}
