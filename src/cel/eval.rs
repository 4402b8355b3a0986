//! Evaluating expressions by the `cel` crate.
//!
//! The crate knows the standard library and some extensions; of what Kubernetes adds, the functions on one text or amount are added here.
//! Whatever fails, also a function that is missing, gives no result: only `true` and `false` are answers, and that a key is not there, on
//! which the server fails as well. What an expression may cost is bounded by how deep its macros nest and how much there is to walk.

use super::parse;
use crate::value::Quantity;
use cel::common::ast::{EntryExpr, Expr};
use cel::objects::{Opaque, OptionalValue};
use cel::{Context, Env, IdedExpr, Value, extensions, extractors::This};
use rust_decimal::Decimal;
use std::cmp::Ordering;
use std::sync::{Arc, LazyLock};

/// What an expression says of a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    Holds,
    Broken,
    /// It ends without an answer: the end of a sentence about why.
    Fails(String),
}

/// What an expression says of a value, and of what the value was where it asks; `None` where that cannot be told. `weight` is how many
/// values there are to walk.
pub fn answer(text: &str, this: &Value, old: Option<&Value>, weight: usize) -> Option<Answer> {
    let tree = parse::parse(text).ok()??;
    let depth = u32::try_from(nesting(&tree.root)).unwrap_or(u32::MAX);
    if weight.max(2).checked_pow(depth).is_none_or(|cost| cost > MOST_STEPS) {
        return None;
    }
    let program = ENV.as_ref()?.compile(text).ok()?;
    let mut context = Context::with_env(ENV.clone()?);
    functions(&mut context)?;
    context.add_variable_from_value("self", this.clone());
    if let Some(old) = old {
        context.add_variable_from_value("oldSelf", old.clone());
    }
    match program.execute(&context) {
        Ok(Value::Bool(true)) => Some(Answer::Holds),
        Ok(Value::Bool(false)) => Some(Answer::Broken),
        Err(cel::ExecutionError::NoSuchKey(key)) => Some(Answer::Fails(format!("there is no `{key}`"))),
        Ok(_) | Err(_) => None,
    }
}

const MOST_STEPS: usize = 1_000_000;

static ENV: LazyLock<Option<Arc<Env>>> = LazyLock::new(|| {
    let mut env = Env::stdlib();
    env.add_extension(extensions::strings).ok()?;
    env.add_extension(extensions::lists).ok()?;
    Some(Arc::new(env))
});

/// How deep calls that walk lists stand within each other.
fn nesting(e: &IdedExpr) -> usize {
    let of = |list: &[IdedExpr]| list.iter().map(nesting).max().unwrap_or(0);
    match &e.expr {
        Expr::Call(call) => {
            let walks = call.target.is_some() && call.args.len() > 1 || call.func_name == "@in";
            call.target.iter().map(|target| nesting(target)).max().unwrap_or(0).max(of(&call.args)) + usize::from(walks)
        }
        Expr::Select(select) => nesting(&select.operand),
        Expr::List(list) => of(&list.elements),
        Expr::Map(map) => {
            let entry = |entry: &EntryExpr| match entry {
                EntryExpr::MapEntry(entry) => nesting(&entry.key).max(nesting(&entry.value)),
                EntryExpr::StructField(field) => nesting(&field.value),
            };
            map.entries.iter().map(|e| entry(&e.expr)).max().unwrap_or(0)
        }
        Expr::Comprehension(_) | Expr::Struct(_) | Expr::Ident(_) | Expr::Literal(_) | Expr::Unspecified => 0,
    }
}

/// An amount, as `quantity("1Gi")` makes it.
#[derive(Debug, PartialEq, Eq)]
struct Amount(Decimal);

impl Opaque for Amount {
    fn runtime_type_name(&self) -> &str {
        "kubernetes.Quantity"
    }
}

fn amount(value: &Value) -> Option<Decimal> {
    match value {
        Value::Opaque(opaque) => opaque.downcast_ref::<Amount>().map(|amount| amount.0),
        Value::Int(n) => Some(Decimal::from(*n)),
        _ => None,
    }
}

fn quantity(amount: Decimal) -> Value {
    Value::Opaque(Arc::new(Amount(amount)))
}

/// A value that may not be there.
pub fn optional(value: Option<Value>) -> Value {
    Value::Opaque(Arc::new(value.map_or_else(OptionalValue::none, OptionalValue::of)))
}

type Outcome = Result<Value, cel::ExecutionError>;

fn or_error(value: Option<Value>, function: &str) -> Outcome {
    value.ok_or_else(|| cel::ExecutionError::function_error(function, "the arguments are not of its types"))
}

fn functions(context: &mut Context) -> Option<()> {
    let parse = |text: &str| Quantity::parse_k8s(text).ok().map(|q| q.amount);
    context.add_function("isQuantity", move |text: Arc<String>| parse(&text).is_some()).ok()?;
    context.add_function("quantity", move |text: Arc<String>| or_error(parse(&text).map(quantity), "quantity")).ok()?;
    let compare = |a: &Value, b: &Value| Some(amount(a)?.cmp(&amount(b)?));
    let compared = move |a: Value, b: Value, make: fn(Ordering) -> Value, name: &str| or_error(compare(&a, &b).map(make), name);
    context
        .add_function("isGreaterThan", move |This(a): This<Value>, b: Value| {
            compared(a, b, |order| Value::Bool(order == Ordering::Greater), "isGreaterThan")
        })
        .ok()?;
    context
        .add_function("isLessThan", move |This(a): This<Value>, b: Value| {
            compared(a, b, |order| Value::Bool(order == Ordering::Less), "isLessThan")
        })
        .ok()?;
    context
        .add_function("compareTo", move |This(a): This<Value>, b: Value| compared(a, b, |order| Value::Int(order as i64), "compareTo"))
        .ok()?;
    let sum = |a: &Value, b: &Value, sign: Decimal| amount(a)?.checked_add(amount(b)?.checked_mul(sign)?).map(quantity);
    context.add_function("add", move |This(a): This<Value>, b: Value| or_error(sum(&a, &b, Decimal::ONE), "add")).ok()?;
    context.add_function("sub", move |This(a): This<Value>, b: Value| or_error(sum(&a, &b, Decimal::NEGATIVE_ONE), "sub")).ok()?;
    context
        .add_function("duration", |text: Arc<String>| {
            or_error(nanoseconds(&text).filter(|_| super::is_duration(&text)).map(Value::Int), "duration")
        })
        .ok()?;
    context.add_function("isIP", |text: Arc<String>| text.parse::<std::net::IpAddr>().is_ok()).ok()?;
    context.add_function("isCIDR", |text: Arc<String>| text.parse::<ipnet::IpNet>().is_ok()).ok()?;
    context
        .add_function("find", |This(text): This<Arc<String>>, pattern: Arc<String>| {
            let regex = crate::pattern::compiled_go(&pattern).ok().flatten();
            let found = regex.map(|regex| regex.find(&text).map_or("", |found| found.as_str()).to_string());
            or_error(found.map(|text| Value::String(Arc::new(text))), "find")
        })
        .ok()?;
    Some(())
}

/// A time such as `1h30m` as a number, which adds up and compares as times do; what else can be done with one has no result here. Fields of
/// that format have units more, such as `5min` and `1d`.
pub fn nanoseconds(text: &str) -> Option<i64> {
    let (sign, mut rest) = match text.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, text.strip_prefix('+').unwrap_or(text)),
    };
    let mut sum = Decimal::ZERO;
    while !rest.is_empty() && rest != "0" {
        let (number, behind) = rest.split_at(rest.find(|c: char| !c.is_ascii_digit() && c != '.')?);
        let (unit, behind) = behind.split_at(behind.find(|c: char| c.is_ascii_digit() || c == '.').unwrap_or(behind.len()));
        let size: i64 = match unit {
            "ns" => 1,
            "us" | "µs" | "μs" => 1_000,
            "ms" => 1_000_000,
            "s" => 1_000_000_000,
            "m" | "min" => 60_000_000_000,
            "h" => 3_600_000_000_000,
            "d" => 86_400_000_000_000,
            _ => return None,
        };
        let number: Decimal =
            if number.starts_with('.') { format!("0{number}") } else { number.to_string() }.trim_end_matches('.').parse().ok()?;
        sum = sum.checked_add(number.checked_mul(Decimal::from(size))?)?;
        rest = behind;
    }
    i64::try_from(sum.trunc()).ok().map(|n| sign * n)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expressions_hold_fail_or_cannot_be_told() {
        let this = Value::from(vec!["a", "b"]);
        for (text, wanted) in [
            ("self.size() == 2", Some(true)),
            ("self.exists(x, x == 'c')", Some(false)),
            ("quantity('1Gi').isGreaterThan(quantity('512Mi'))", Some(true)),
            ("isQuantity('x')", Some(false)),
            ("duration('1h30m') == duration('90m') && duration('-.5s') < duration('0') && duration('1.s') > duration('999ms')", Some(true)),
            ("duration('1s').getSeconds() == 1", None),
            ("self.foo", None),
            ("unknown(self)", None),
            ("self.all(x, self.all(y, x.lowerAscii() == y || x != y))", Some(true)),
        ] {
            let wanted = wanted.map(|holds| if holds { Answer::Holds } else { Answer::Broken });
            assert_eq!(answer(text, &this, None, 3), wanted, "{text}");
        }
        assert_eq!(answer("self.all(x, self.all(y, self.all(z, true)))", &this, None, 1000), None);
        let old = Value::from(vec!["a"]);
        assert_eq!(answer("self == oldSelf", &this, Some(&old), 3), Some(Answer::Broken));
        assert_eq!(answer("oldSelf.all(x, x in self)", &this, Some(&old), 3), Some(Answer::Holds));
        assert_eq!(answer("self == oldSelf", &this, None, 3), None);
    }

    /// Whether something fails shows only where the rest does not decide: `&&` and `||` look at both sides.
    #[test]
    fn what_is_not_there_fails() {
        let this = Value::from(std::collections::HashMap::from([("a".to_string(), 1)]));
        let fails = Some(Answer::Fails("there is no `b`".to_string()));
        for (text, wanted) in [
            ("self.b == 1", fails.clone()),
            ("self.a == 1 && self.b == 1", fails.clone()),
            ("self.b == 1 && self.a == 1", fails.clone()),
            ("self.b == 1 && self.a == 2", Some(Answer::Broken)),
            ("self.b == 1 || self.a == 1", Some(Answer::Holds)),
            ("self.b == 1 || self.a == 2", fails.clone()),
            ("has(self.b) && self.b == 1", Some(Answer::Broken)),
            ("[1, 2].all(x, self.b == x)", fails.clone()),
            ("[1, 2].all(x, self.b == x && x == 1)", Some(Answer::Broken)),
            ("[1, 2].exists(x, self.b == x || x == 2)", Some(Answer::Holds)),
            ("self.b == 1 ? true : false", fails),
        ] {
            assert_eq!(answer(text, &this, None, 3), wanted, "{text}");
        }
    }

    #[test]
    fn what_was_may_not_have_been() {
        for (text, was, wanted) in [
            ("oldSelf.hasValue() || self == 1", None, Answer::Holds),
            ("oldSelf.hasValue() ? self > oldSelf.value() : self == 0", None, Answer::Broken),
            ("oldSelf.hasValue() ? self > oldSelf.value() : self == 0", Some(Value::Int(0)), Answer::Holds),
            ("oldSelf.orValue(1) == self", None, Answer::Holds),
            ("oldSelf.optMap(was, was <= self).orValue(true)", Some(Value::Int(2)), Answer::Broken),
        ] {
            assert_eq!(answer(text, &Value::Int(1), Some(&optional(was)), 3), Some(wanted), "{text}");
        }
    }
}
