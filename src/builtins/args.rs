//! Reading arguments and making results: what every family needs.
//!
//! Arguments fit the signature when a body runs; should one not, the reader below says so at the argument instead of panicking.

use super::{Arg, Fault, Host, computed};
use crate::diag::codes::{BAD_ARGUMENT, NUMBER_RANGE, VALUE_TOO_DEEP};
use crate::value::{Entry, Item, List, Node, Op, Record, Value};
use ecow::EcoString;
use rust_decimal::Decimal;
use std::sync::Arc;
use ustr::Ustr;

pub type Given = Result<Node, Fault>;

/// The arguments of a call, read by position.
pub trait Args {
    fn node(&self, i: usize) -> Result<&Node, Fault>;
    /// The argument, or `None` where it was left out.
    fn given(&self, i: usize) -> Option<&Node>;
    /// The lambda's number, or `None` where it was left out.
    fn lambda(&self, i: usize) -> Option<usize>;

    fn text(&self, i: usize) -> Result<&EcoString, Fault> {
        match &self.node(i)?.value {
            Value::Str(s) => Ok(s),
            other => Err(misfit(i, "a String", other)),
        }
    }

    fn int(&self, i: usize) -> Result<i64, Fault> {
        match &self.node(i)?.value {
            Value::Int(n) => Ok(*n),
            other => Err(misfit(i, "an Int", other)),
        }
    }

    fn list(&self, i: usize) -> Result<&List, Fault> {
        match &self.node(i)?.value {
            Value::List(list) => Ok(list),
            other => Err(misfit(i, "a list", other)),
        }
    }

    fn record(&self, i: usize) -> Result<&Record, Fault> {
        match &self.node(i)?.value {
            Value::Record(record) => Ok(record),
            other => Err(misfit(i, "a map or record", other)),
        }
    }

    fn function(&self, i: usize) -> Result<usize, Fault> {
        self.lambda(i).ok_or_else(|| Fault::at(i, &BAD_ARGUMENT, "this argument must be a function such as `x => x.name`"))
    }
}

impl Args for [Arg] {
    fn node(&self, i: usize) -> Result<&Node, Fault> {
        self.given(i).ok_or_else(|| Fault::at(i, &BAD_ARGUMENT, "this argument must be a value"))
    }

    fn given(&self, i: usize) -> Option<&Node> {
        match self.get(i) {
            Some(Arg::Value(node)) => Some(node),
            Some(Arg::Lambda(_) | Arg::Absent) | None => None,
        }
    }

    fn lambda(&self, i: usize) -> Option<usize> {
        match self.get(i) {
            Some(Arg::Lambda(number)) => Some(*number),
            Some(Arg::Value(_) | Arg::Absent) | None => None,
        }
    }
}

/// The fault of an argument that does not fit what the body can use.
pub fn misfit(arg: usize, wanted: &str, found: &Value) -> Fault {
    Fault::at(arg, &BAD_ARGUMENT, format!("this must be {wanted}, but it is {}", described(found)))
}

/// The fault of a lambda whose result the body cannot use.
pub fn gives_misfit(arg: usize, wanted: &str, found: &Value) -> Fault {
    Fault::at(arg, &BAD_ARGUMENT, format!("this function must give {wanted}, but it gives {}", described(found)))
}

/// `the String "abc"`, `a list`: what a value is, in a sentence.
pub fn described(value: &Value) -> String {
    match value {
        Value::Null => "null".into(),
        Value::Str(s) => format!("the String {}", shown(s)),
        Value::Bool(_) | Value::Int(_) | Value::Float(_) | Value::Quantity(_) | Value::Duration(_) | Value::Percent(_) => {
            format!("the {} {}", value.type_name(), crate::data::scalar_text(value).unwrap_or_default())
        }
        Value::List(_) | Value::Record(_) | Value::Range(_) | Value::Address(_) | Value::Ref(_) => value.type_name().into(),
    }
}

/// A text in quotes, cut where it is long, with its line ends and quotes escaped.
pub fn shown(text: &str) -> String {
    const LONGEST: usize = 60;
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("\"{}…\"", text[..end].escape_debug()),
        None => format!("\"{}\"", text.escape_debug()),
    }
}

pub fn text(value: impl Into<EcoString>) -> Given {
    computed(Value::Str(value.into()))
}

pub fn int(value: i64) -> Given {
    computed(Value::Int(value))
}

pub fn boolean(value: bool) -> Given {
    computed(Value::Bool(value))
}

pub fn null() -> Given {
    computed(Value::Null)
}

/// A length or position as an Int.
pub fn count(n: usize) -> Given {
    int(i64::try_from(n).unwrap_or(i64::MAX))
}

/// A list of new values; all made by the call, whose origin they get.
pub fn list(host: &dyn Host, values: impl IntoIterator<Item = Value>) -> Given {
    let origin = host.origin();
    list_of_nodes(values.into_iter().map(|value| Node::new(value, origin)))
}

/// A list of nodes that keep their origins.
pub fn list_of_nodes(nodes: impl IntoIterator<Item = Node>) -> Given {
    computed(list_value(nodes))
}

pub fn list_value(nodes: impl IntoIterator<Item = Node>) -> Value {
    let items = nodes.into_iter().map(|node| Item { at: node.origin.span, node }).collect();
    Value::List(Arc::new(List { items, ..List::default() }))
}

/// Some items of a list, as a list of the same kind: a keyed one stays keyed.
pub fn same_list(of: &List, items: Vec<Item>) -> Given {
    computed(Value::List(Arc::new(List { items, label: of.label, ..List::default() })))
}

/// A record with entries whose keys are all different.
pub fn record(entries: impl IntoIterator<Item = (Ustr, Node)>) -> Value {
    let entries =
        entries.into_iter().map(|(key, node)| Entry { key, at: node.origin.span, node, op: Op::Replace, spread: false, over: None });
    Value::Record(Arc::new(Record { entries: entries.collect(), ..Record::default() }))
}

/// A record of new values under fixed names.
pub fn fields<const N: usize>(host: &dyn Host, entries: [(&'static str, Value); N]) -> Value {
    let origin = host.origin();
    record(entries.map(|(key, value)| (Ustr::from(key), Node::new(value, origin))))
}

/// What a predicate says of an element.
pub fn holds(host: &mut dyn Host, predicate: usize, arg: usize, element: &Node) -> Result<bool, Fault> {
    match host.call(predicate, std::slice::from_ref(element))?.value {
        Value::Bool(b) => Ok(b),
        other => Err(gives_misfit(arg, "true or false", &other)),
    }
}

/// What a value is compared by: itself, or what the function `by` makes of it.
pub fn compared_by(host: &mut dyn Host, by: Option<usize>, element: &Node) -> Given {
    match by {
        Some(lambda) => host.call(lambda, std::slice::from_ref(element)),
        None => Ok(element.clone()),
    }
}

/// Counts a whole value before it is walked for comparison, hashing or output, and refuses one that is nested too deep to walk.
pub fn weigh(host: &mut dyn Host, arg: usize, value: &Value) -> Result<(), Fault> {
    fn below(host: &mut dyn Host, arg: usize, value: &Value, depth: usize) -> Result<(), Fault> {
        if depth > DEEPEST {
            return Err(Fault::at(arg, &VALUE_TOO_DEEP, format!("this value is nested more than {DEEPEST} levels deep")).with_help(
                "Kubernetes objects are rarely nested deeper than 20; look for a function that wraps its argument again and again",
            ));
        }
        match value {
            Value::Str(s) => host.spend(s.len() + 1),
            Value::List(list) => {
                host.spend(list.items.len() + 1)?;
                list.items.iter().try_for_each(|item| below(host, arg, &item.node.value, depth + 1))
            }
            Value::Record(record) => {
                host.spend(record.entries.len() + 1)?;
                record.entries.iter().try_for_each(|entry| below(host, arg, &entry.node.value, depth + 1))
            }
            Value::Null
            | Value::Bool(_)
            | Value::Int(_)
            | Value::Float(_)
            | Value::Quantity(_)
            | Value::Duration(_)
            | Value::Percent(_)
            | Value::Range(_)
            | Value::Address(_)
            | Value::Ref(_) => host.spend(1),
        }
    }
    below(host, arg, value, 0)
}

const DEEPEST: usize = 200;

/// A decimal as an Int, for a result that `what` names.
pub fn whole(arg: usize, what: &str, value: Decimal) -> Given {
    match i64::try_from(value) {
        Ok(n) => int(n),
        Err(_) => Err(too_large(arg, what)),
    }
}

/// The fault of a result that its type cannot hold.
pub fn too_large(arg: usize, what: &str) -> Fault {
    Fault::at(arg, &NUMBER_RANGE, format!("{what} is too large: an Int is at most {}, a Float has at most 28 digits", i64::MAX))
}
