//! What each builtin gives, as tables of calls, and what it says where it gives nothing, as snapshots.

mod data;
mod kubernetes;
mod numbers;
mod sequences;
mod texts;

use super::{Arg, Fault, Host, Need, Sig, all, find};
use crate::diag::codes::{BAD_ARGUMENT, NUMBER_RANGE};
use crate::source::Span;
use crate::value::compare::equal;
use crate::value::{Entry, Item, List, Node, Op, Origin, Record, Value};
use crate::{duration, value};
use rust_decimal::Decimal;
use std::collections::BTreeMap;
use std::sync::Arc;
use ustr::Ustr;

/// An evaluator with some files, a few settings, and a budget.
struct Mock {
    lambdas: Vec<Function>,
    files: BTreeMap<&'static str, &'static [u8]>,
    left: usize,
}

type Function = Box<dyn Fn(&[Node]) -> Value>;

impl Host for Mock {
    fn origin(&self) -> Origin {
        CALL
    }

    fn call(&mut self, lambda: usize, args: &[Node]) -> Result<Node, Fault> {
        Ok(Node::new(self.lambdas[lambda](args), Origin::NONE))
    }

    fn read(&mut self, path: &str) -> Result<Vec<u8>, Fault> {
        self.files.get(path).map(|bytes| bytes.to_vec()).ok_or_else(|| Fault::at(0, &BAD_ARGUMENT, "there is no such file"))
    }

    fn spend(&mut self, units: usize) -> Result<(), Fault> {
        self.left = self.left.checked_sub(units).ok_or_else(|| Fault::new(&NUMBER_RANGE, "over budget"))?;
        Ok(())
    }

    fn exported(&mut self, kind: &str, name: &str, export: &str) -> Result<Option<Node>, Fault> {
        let declared = (kind, name, export) == ("config", "settings", "content");
        Ok(declared.then(|| at(8, map([("THEME", "dark".into())]))))
    }

    fn inherited(&mut self, setting: &str) -> Result<Node, Fault> {
        Ok(if setting == "labels" { at(7, map([("team", "a".into())])) } else { Node::default() })
    }

    fn waived(&mut self, rule: &str) -> Result<bool, Fault> {
        Ok(rule == "image-pinned")
    }
}

const CALL: Origin = Origin { span: Span { start: 1000, end: 1010 }, kind: value::OriginKind::User };
const BUDGET: usize = 1_000_000;

/// An argument in a table.
enum In {
    Node(Node),
    Function(Function),
    Absent,
}

impl<T: Into<Value>> From<T> for In {
    fn from(value: T) -> In {
        In::Node(Node::new(value.into(), Origin::NONE))
    }
}

impl From<Node> for In {
    fn from(node: Node) -> In {
        In::Node(node)
    }
}

impl From<&str> for Value {
    fn from(s: &str) -> Value {
        Value::str(s)
    }
}

impl From<i64> for Value {
    fn from(n: i64) -> Value {
        Value::Int(n)
    }
}

impl From<bool> for Value {
    fn from(b: bool) -> Value {
        Value::Bool(b)
    }
}

/// A lambda of one parameter.
fn by(f: impl Fn(&Value) -> Value + 'static) -> In {
    In::Function(Box::new(move |args| f(&args[0].value)))
}

/// A lambda of two parameters.
fn by2(f: impl Fn(&Value, &Value) -> Value + 'static) -> In {
    In::Function(Box::new(move |args| f(&args[0].value, &args[1].value)))
}

fn int_of(value: &Value) -> i64 {
    if let Value::Int(n) = value { *n } else { panic!("{value:?} is no Int") }
}

fn text_of(value: &Value) -> &str {
    if let Value::Str(s) = value { s } else { panic!("{value:?} is no String") }
}

/// A node that was written at a place.
fn at(place: u32, value: impl Into<Value>) -> Node {
    Node::new(value.into(), Origin::user(Span::new(place, place + 1)))
}

fn nodes(nodes: impl IntoIterator<Item = Node>) -> Value {
    let items = nodes.into_iter().map(|node| Item { at: node.origin.span, node }).collect();
    Value::List(Arc::new(List { items, ..List::default() }))
}

fn list<T: Into<Value>>(values: impl IntoIterator<Item = T>) -> Value {
    nodes(values.into_iter().map(|v| Node::new(v.into(), Origin::NONE)))
}

fn none() -> Value {
    list::<Value>([])
}

fn map<'k>(entries: impl IntoIterator<Item = (&'k str, Value)>) -> Value {
    let entry = |(key, value)| Entry {
        key: Ustr::from(key),
        node: Node::new(value, Origin::NONE),
        at: Span::NONE,
        op: Op::Replace,
        spread: false,
        over: None,
    };
    Value::Record(Arc::new(Record { entries: entries.into_iter().map(entry).collect(), ..Record::default() }))
}

fn dec(text: &str) -> Decimal {
    Decimal::from_str_exact(text).expect("a decimal")
}

fn float(text: &str) -> Value {
    Value::Float(dec(text))
}

fn percent(n: i64) -> Value {
    Value::Percent(n.into())
}

fn cpu(millis: i64) -> Value {
    Value::Quantity(value::Quantity::cpu(millis.into(), "m").expect("cores"))
}

fn bytes(n: i64, suffix: &str) -> Value {
    Value::Quantity(value::Quantity::bytes(n.into(), suffix).expect("bytes"))
}

fn time(n: i64, unit: &str) -> Value {
    Value::Duration(duration::from_literal(n.into(), unit).expect("a duration"))
}

const NULL: Value = Value::Null;

/// Runs a builtin, all files in place.
fn run_within(budget: usize, name: &str, given: Vec<In>) -> Result<Node, Fault> {
    let builtin = find(name).unwrap_or_else(|| panic!("there is no builtin {name}"));
    let mut host = Mock { lambdas: Vec::new(), files: BTreeMap::new(), left: budget };
    host.files.insert("conf/app.conf", b"theme=dark\n");
    host.files.insert("logo.png", &[0x89, b'P', b'N', b'G', 0xff]);
    let mut args = Vec::new();
    for arg in given {
        args.push(match arg {
            In::Node(node) => Arg::Value(node),
            In::Absent => Arg::Absent,
            In::Function(f) => {
                host.lambdas.push(f);
                Arg::Lambda(host.lambdas.len() - 1)
            }
        });
    }
    let fixed = builtin.params.iter().filter(|p| p.need != Need::Variadic).count();
    while args.len() < fixed {
        args.push(Arg::Absent);
    }
    (builtin.run)(&mut host, &args)
}

fn run(name: &str, given: Vec<In>) -> Result<Node, Fault> {
    run_within(BUDGET, name, given)
}

/// `name(args) => value;` each: the call gives this value, of this type.
macro_rules! gives {
    ($($name:literal ( $($arg:expr),* ) => $want:expr;)*) => {$(
        let want: Value = $want.into();
        match run($name, vec![$($arg.into()),*]) {
            Ok(found) => assert!(
                equal(&found.value, &want) && found.value.type_name() == want.type_name(),
                "{}({}) gives {:?}, not {want:?}", $name, stringify!($($arg),*), found.value
            ),
            Err(fault) => panic!("{}({}) gives no value: {}", $name, stringify!($($arg),*), said(&fault)),
        }
    )*};
}

/// `name(args);` each: what the calls say, one below the other.
macro_rules! faults {
    ($($name:literal ( $($arg:expr),* );)*) => {{
        let mut all = String::new();
        $(match run($name, vec![$($arg.into()),*]) {
            Ok(found) => panic!("{}({}) gives {:?}", $name, stringify!($($arg),*), found.value),
            Err(fault) => all += &format!("{}({})\n{}\n\n", $name, stringify!($($arg),*).replace('\n', " "), said(&fault)),
        })*
        all
    }};
}

use {faults, gives};

fn said(fault: &Fault) -> String {
    match fault {
        Fault::Poisoned => "poisoned".into(),
        Fault::Said { code, message, arg, help } => {
            let place = arg.map_or_else(|| "the call".to_owned(), |i| format!("argument {i}"));
            let help = help.as_ref().map_or_else(String::new, |h| format!("\n  help: {h}"));
            format!("  {}[{}] at {place}: {message}{help}", code.severity.as_str(), code.name)
        }
    }
}

#[test]
fn every_builtin_is_declared_with_care() {
    let mut names: Vec<&str> = all().map(|b| b.name).collect();
    names.sort_unstable();
    assert!(names.windows(2).all(|two| two[0] != two[1]), "two builtins have one name");
    for b in all() {
        assert!(b.doc.ends_with('.') || b.doc.ends_with(".)"), "{}: a doc is made of sentences: {}", b.name, b.doc);
        assert!(b.example.contains(&format!("{}(", b.name)), "{}: its example does not call it", b.name);
        assert!(!b.example.contains('\n'), "{}: an example is one line", b.name);
        let optional = b.params.iter().position(|p| p.need != Need::Required).unwrap_or(b.params.len());
        assert!(b.params[optional..].iter().all(|p| p.need != Need::Required), "{}: required parameters come first", b.name);
        assert!(b.params.iter().rev().skip(1).all(|p| p.need != Need::Variadic), "{}: only the last can be variadic", b.name);
    }
}

#[test]
fn every_builtin_stands_in_a_table() {
    let tables = [
        include_str!("data.rs"),
        include_str!("kubernetes.rs"),
        include_str!("numbers.rs"),
        include_str!("sequences.rs"),
        include_str!("texts.rs"),
    ]
    .concat();
    let missing: Vec<&str> = all().map(|b| b.name).filter(|name| !tables.contains(&format!("\"{name}\"("))).collect();
    assert!(missing.is_empty(), "no table calls {missing:?}");
}

/// Whatever a body is given, it answers: with a value or a fault, never with a panic.
#[test]
fn no_argument_makes_a_body_panic() {
    let samples: Vec<fn() -> In> = vec![
        || In::Absent,
        || NULL.into(),
        || true.into(),
        || i64::MIN.into(),
        || i64::MAX.into(),
        || (-1).into(),
        || Value::Float(Decimal::MAX).into(),
        || "".into(),
        || "ä-€😀/:@[{".into(),
        || cpu(1500).into(),
        || bytes(1, "Ei").into(),
        || Value::Duration(i64::MIN).into(),
        || Value::Percent(Decimal::MIN).into(),
        || none().into(),
        || list([NULL, 1.into(), "a".into(), list([1])]).into(),
        || map([("", NULL), ("a", 1.into())]).into(),
        || by(|x| x.clone()),
        || by2(|_, _| NULL),
    ];
    for b in all() {
        let lambda_arity = |i: usize| match b.params.get(i).map(|p| p.ty) {
            Some(Sig::Lambda(params, _)) => Some(params.len()),
            _ => None,
        };
        for first in &samples {
            for second in &samples {
                let args = [first(), second(), first()].into_iter().enumerate();
                // A host checks a lambda's parameters before a body can call it.
                let arity_fits = |(i, arg): (usize, In)| match (arg, lambda_arity(i)) {
                    (In::Function(_), Some(2)) => by2(|_, v| v.clone()),
                    (In::Function(_), _) => by(|x| x.clone()),
                    (other, _) => other,
                };
                let _ = run(b.name, args.map(arity_fits).collect());
            }
        }
    }
}

#[test]
fn work_and_size_are_counted() {
    let thousand = || list(1..=1000);
    let long = "x".repeat(1000);
    let calls: Vec<(&str, Vec<In>)> = vec![
        ("range", vec![1.into(), i64::MAX.into()]),
        ("padLeft", vec!["x".into(), i64::MAX.into(), "0".into()]),
        ("replace", vec![long.as_str().into(), "x".into(), long.as_str().into()]),
        ("join", vec![list(vec![long.as_str(); 10]).into(), ",".into()]),
        ("hash", vec![list(vec![thousand(); 10]).into()]),
        ("json.format", vec![list(vec![thousand(); 10]).into()]),
        ("yaml.format", vec![list(vec![thousand(); 10]).into()]),
        ("unique", vec![list(vec![thousand(); 10]).into()]),
        ("flatten", vec![list(vec![thousand(); 10]).into()]),
        ("contains", vec![list(vec![thousand(); 10]).into(), thousand().into()]),
    ];
    for (name, args) in calls {
        match run_within(5000, name, args) {
            Err(Fault::Said { message, .. }) => assert_eq!(message, "over budget", "{name}"),
            other => panic!("{name} spends nothing: {other:?}"),
        }
    }
}

#[test]
fn what_is_nested_too_deep_is_refused_and_not_walked() {
    let deep = (0..1000).fold(NULL, |inner, _| list([inner]));
    for (name, args) in [("hash", vec![deep.clone().into()]), ("unique", vec![list([deep.clone()]).into()])] {
        assert!(matches!(run(name, args), Err(Fault::Said { code, .. }) if code.name == "value-too-deep"), "{name}");
    }
}
