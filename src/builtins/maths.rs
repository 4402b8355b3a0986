//! Builtins on numbers. They work alike on Int, Float, Cpu, Bytes, Duration and Percent, never on a mixture of units, and never round
//! or wrap unasked.

use super::args::{self, Args, Given, described, int, misfit, too_large, whole};
use super::{Arg, Builtin, Fault, Host, Param, Sig, computed};
use crate::diag::codes::{BAD_ARGUMENT, EMPTY_LIST, NOT_COMPARABLE, NUMBER_RANGE};
use crate::value::compare::order;
use crate::value::{Node, Quantity, QuantityUnit, Value};
use rust_decimal::{Decimal, RoundingStrategy};
use std::cmp::Ordering;

const ONE_OR_MORE: &[Param] =
    &[Param::required("first", Sig::OneOf(&[Sig::Number, Sig::List(&Sig::Number)])), Param::variadic("more", Sig::Number)];
const ROUNDED: &[Param] = &[Param::required("x", Sig::OneOf(&[Sig::Int, Sig::Float, Sig::Cpu]))];

pub const FAMILY: &[Builtin] = &[
    Builtin {
        name: "min",
        params: ONE_OR_MORE,
        ret: Sig::Number,
        doc: "The smallest of the arguments, the first of which may be a list whose elements count. Numbers, or quantities of one unit; `min(xs, 0)` has a value even where `xs` is empty.",
        example: "min(3, 1, 2) == 1 and min([64Mi, 1Gi]) == 64Mi",
        run: |host, args| extreme(host, args, "smallest", Ordering::Less),
    },
    Builtin {
        name: "max",
        params: ONE_OR_MORE,
        ret: Sig::Number,
        doc: "The largest of the arguments, the first of which may be a list whose elements count. Numbers, or quantities of one unit; `max(xs, 0)` has a value even where `xs` is empty.",
        example: "max(3, 1, 2) == 3 and max([], 1) == 1",
        run: |host, args| extreme(host, args, "largest", Ordering::Greater),
    },
    Builtin {
        name: "sum",
        params: &[Param::required("xs", Sig::List(&Sig::Number)), Param::optional("start", Sig::Number)],
        ret: Sig::Number,
        doc: "The sum of the elements and of `start`. The sum of nothing is 0, a plain number: give a `start` such as `0m` where the elements are quantities and there may be none.",
        example: "sum([1, 2, 3]) == 6 and sum([100m, 200m], 0m) == 300m",
        run: sum,
    },
    Builtin {
        name: "abs",
        params: &[Param::required("x", Sig::Number)],
        ret: Sig::Number,
        doc: "The number without its sign.",
        example: "abs(-3) == 3",
        run: |_, args| match &args.node(0)?.value {
            Value::Int(n) => n.checked_abs().map_or_else(|| Err(too_large(0, "the absolute value")), int),
            Value::Duration(ms) => computed(Value::Duration(ms.saturating_abs())),
            other => match other.amount() {
                Some(decimal) => computed(with_amount(other, decimal.abs())),
                None => Err(misfit(0, "a number", other)),
            },
        },
    },
    Builtin {
        name: "clamp",
        params: &[Param::required("x", Sig::Number), Param::required("low", Sig::Number), Param::required("high", Sig::Number)],
        ret: Sig::Number,
        doc: "The number, but at least `low` and at most `high`.",
        example: "clamp(9, 1, 5) == 5 and clamp(0, 1, 5) == 1",
        run: clamp,
    },
    Builtin {
        name: "floor",
        params: ROUNDED,
        ret: Sig::Int,
        doc: "The largest whole number that is not above the number. Of cores, whole cores.",
        example: "floor(1.9) == 1 and floor(-1.1) == -2",
        run: |_, args| rounded(args, RoundingStrategy::ToNegativeInfinity),
    },
    Builtin {
        name: "ceil",
        params: ROUNDED,
        ret: Sig::Int,
        doc: "The smallest whole number that is not below the number. Of cores, whole cores, as `GOMAXPROCS` wants them.",
        example: "ceil(1.1) == 2 and ceil(1500m) == 2",
        run: |_, args| rounded(args, RoundingStrategy::ToPositiveInfinity),
    },
    Builtin {
        name: "round",
        params: ROUNDED,
        ret: Sig::Int,
        doc: "The nearest whole number; a half goes away from zero.",
        example: "round(1.4) == 1 and round(2.5) == 3 and round(-2.5) == -3",
        run: |_, args| rounded(args, RoundingStrategy::MidpointAwayFromZero),
    },
    Builtin {
        name: "int",
        params: &[Param::required("x", Sig::OneOf(&[Sig::Int, Sig::Float, Sig::String, Sig::Cpu, Sig::Bytes, Sig::Percent]))],
        ret: Sig::Int,
        doc: "A whole number as an Int: of a string of digits, of a Float or of cores that are whole, of bytes, of a percentage (`30%` is 30). It does not round; `floor`, `ceil` and `round` do.",
        example: r#"int("8080") == 8080 and int(1Ki) == 1024"#,
        run: to_int,
    },
    Builtin {
        name: "float",
        params: &[Param::required("x", Sig::OneOf(&[Sig::Int, Sig::Float, Sig::String, Sig::Cpu, Sig::Bytes, Sig::Percent]))],
        ret: Sig::Float,
        doc: "The number as a Float: of a string with a decimal number, of cores, of bytes, of a percentage (`30%` is 30).",
        example: r#"float("0.5") == 0.5 and float(200m) == 0.2"#,
        run: to_float,
    },
];

/// The argument furthest in the given direction; the first of equal ones, with its origin.
fn extreme(host: &mut dyn Host, args: &[Arg], which: &str, direction: Ordering) -> Given {
    let elements: Vec<(usize, &Node)> = match &args.node(0)?.value {
        Value::List(list) => list.items.iter().map(|item| (0, &item.node)).collect(),
        _ => vec![(0, args.node(0)?)],
    };
    host.spend(elements.len() + args.len())?;
    let more = (1..args.len()).filter_map(|i| args.given(i).map(|node| (i, node)));
    let mut best: Option<&Node> = None;
    for (arg, node) in elements.into_iter().chain(more) {
        let against = best.unwrap_or(node);
        let found = number_order(arg, &node.value, &against.value)?;
        if best.is_none() || found == direction {
            best = Some(node);
        }
    }
    match best {
        Some(node) => Ok(node.clone()),
        None => Err(Fault::at(0, &EMPTY_LIST, format!("the list is empty, so it has no {which} element"))
            .with_help("give a further argument that counts in any case: `max(xs, 0)`")),
    }
}

fn number_order(arg: usize, a: &Value, b: &Value) -> Result<Ordering, Fault> {
    if a.amount().is_none() {
        return Err(misfit(arg, "a number or a quantity", a));
    }
    order(a, b).ok_or_else(|| {
        Fault::at(arg, &NOT_COMPARABLE, format!("{} and {} have different units", described(b), described(a)))
            .with_help("numbers compare with numbers, and quantities with those of the same unit")
    })
}

fn sum(host: &mut dyn Host, args: &[Arg]) -> Given {
    let xs = args.list(0)?;
    host.spend(xs.items.len() + 1)?;
    let mut total: Option<Value> = args.given(1).map(|start| start.value.clone());
    for item in &xs.items {
        let next = &item.node.value;
        total = Some(match &total {
            None if next.amount().is_some() => next.clone(),
            None => return Err(misfit(0, "a list of numbers or quantities", next)),
            Some(so_far) => add(so_far, next)?,
        });
    }
    computed(total.unwrap_or(Value::Int(0)))
}

fn add(a: &Value, b: &Value) -> Result<Value, Fault> {
    number_order(0, b, a)?;
    let overflow = || too_large(0, "the sum");
    match (a, b) {
        (Value::Int(x), Value::Int(y)) => Ok(Value::Int(x.checked_add(*y).ok_or_else(overflow)?)),
        (Value::Duration(x), Value::Duration(y)) => Ok(Value::Duration(x.checked_add(*y).ok_or_else(overflow)?)),
        _ => {
            let (Some(x), Some(y)) = (a.amount(), b.amount()) else { return Err(overflow()) };
            let total = x.checked_add(y).ok_or_else(overflow)?;
            // An Int in a sum with Floats becomes one.
            Ok(with_amount(if matches!(a, Value::Int(_)) { b } else { a }, total))
        }
    }
}

fn clamp(_: &mut dyn Host, args: &[Arg]) -> Given {
    let (x, low, high) = (args.node(0)?, args.node(1)?, args.node(2)?);
    if number_order(2, &high.value, &low.value)? == Ordering::Less {
        let message = format!("the upper bound, {}, is below the lower bound, {}", described(&high.value), described(&low.value));
        return Err(Fault::at(2, &BAD_ARGUMENT, message).with_help("the bounds are `clamp(x, low, high)`"));
    }
    if number_order(0, &x.value, &low.value)? == Ordering::Less {
        return Ok(low.clone());
    }
    Ok(if order(&x.value, &high.value) == Some(Ordering::Greater) { high.clone() } else { x.clone() })
}

fn rounded(args: &[Arg], how: RoundingStrategy) -> Given {
    match &args.node(0)?.value {
        Value::Int(n) => int(*n),
        Value::Float(d) => whole(0, "the rounded number", d.round_dp_with_strategy(0, how)),
        Value::Quantity(q) if q.unit == QuantityUnit::Cpu => whole(0, "the number of cores", q.amount.round_dp_with_strategy(0, how)),
        other => Err(misfit(0, "a number or cores", other)),
    }
}

fn to_int(_: &mut dyn Host, args: &[Arg]) -> Given {
    match &args.node(0)?.value {
        Value::Int(n) => int(*n),
        Value::Str(s) => match s.trim().parse::<i64>() {
            Ok(n) => int(n),
            Err(e) => Err(not_a_number(s, "a whole number", e)),
        },
        other => match plain_amount(other) {
            Some(decimal) if decimal.is_integer() => whole(0, "the number", decimal),
            Some(_) => Err(Fault::at(0, &BAD_ARGUMENT, format!("{} is not whole", described(other)))
                .with_help("`floor`, `ceil` and `round` make a whole number of it")),
            None => Err(misfit(0, "a number, a string of digits, cores, bytes or a percentage", other)),
        },
    }
}

fn to_float(_: &mut dyn Host, args: &[Arg]) -> Given {
    match &args.node(0)?.value {
        Value::Int(n) => computed(Value::Float(Decimal::from(*n))),
        Value::Str(s) => match Decimal::from_str_exact(s.trim()) {
            Ok(decimal) => computed(Value::Float(decimal)),
            Err(_) => Err(Fault::at(0, &BAD_ARGUMENT, format!("{} is no decimal number", args::shown(s)))
                .with_help("a decimal number is written as \"12\", \"-0.5\" or \"3.25\", with at most 28 digits")),
        },
        other => match plain_amount(other) {
            Some(decimal) => computed(Value::Float(decimal)),
            None => Err(misfit(0, "a number, a string with a decimal number, cores or bytes", other)),
        },
    }
}

fn not_a_number(s: &str, wanted: &str, e: std::num::ParseIntError) -> Fault {
    use std::num::IntErrorKind::{NegOverflow, PosOverflow};
    if matches!(e.kind(), PosOverflow | NegOverflow) {
        let message = format!("{} does not fit an Int, whose range is {} to {}", args::shown(s), i64::MIN, i64::MAX);
        return Fault::at(0, &NUMBER_RANGE, message);
    }
    let fault = Fault::at(0, &BAD_ARGUMENT, format!("{} is not {wanted}", args::shown(s)));
    if super::quantities::number_and_suffix(s.trim()).is_some_and(|(_, suffix)| !suffix.is_empty()) {
        return fault.with_help("`cpu(s)` and `bytes(s)` read quantities");
    }
    fault.with_help("it may hold digits and a sign before them, nothing else")
}

/// The amount of what is a number without a doubt about its unit: neither time nor a share.
fn plain_amount(value: &Value) -> Option<Decimal> {
    match value {
        Value::Duration(_) => None,
        other => other.amount(),
    }
}

/// A number like `like` with another amount.
fn with_amount(like: &Value, amount: Decimal) -> Value {
    match like {
        Value::Percent(_) => Value::Percent(amount),
        Value::Quantity(q) => Value::Quantity(Quantity { amount, unit: q.unit }),
        _ => Value::Float(amount),
    }
}
