//! Builtins on maps and records. Results are in the order of the entries; an entry that is null counts as
//! absent: what reads entries passes it over, what takes entries carries it on, so that it still unsets what lies below.

use super::args::{self, Args, Given, list, list_of_nodes};
use super::{Arg, Builtin, Fault, Host, Param, Sig, computed};
use crate::diag::codes::BAD_ARGUMENT;
use crate::value::{Entry, Node, Op, Origin, Over, Record, Value};
use rustc_hash::FxHashSet;
use std::sync::Arc;
use ustr::Ustr;

const V: Sig = Sig::Var(0);
const MAP: Sig = Sig::Map(&V);

pub const FAMILY: &[Builtin] = &[
    Builtin {
        name: "keys",
        params: &[Param::required("m", Sig::Map(&Sig::Any))],
        ret: Sig::List(&Sig::String),
        doc: "The keys, in the order of the entries.",
        example: r#"keys({ b = 1, a = 2 }) == ["b", "a"]"#,
        run: |host, args| {
            host.spend(args.record(0)?.entries.len())?;
            list(host, present(args.record(0)?).map(|e| Value::str(e.key.as_str())))
        },
    },
    Builtin {
        name: "values",
        params: &[Param::required("m", MAP)],
        ret: Sig::List(&V),
        doc: "The values, in the order of the entries.",
        example: "values({ b = 1, a = 2 }) == [1, 2]",
        run: |host, args| {
            host.spend(args.record(0)?.entries.len())?;
            list_of_nodes(present(args.record(0)?).map(|e| e.node.clone()))
        },
    },
    Builtin {
        name: "entries",
        params: &[Param::required("m", MAP)],
        ret: Sig::List(&Sig::Fields(&[("key", Sig::String), ("value", V)])),
        doc: "The entries as records `{ key, value }`, in order.",
        example: r#"entries({ b = 1 })[0].key == "b""#,
        run: entries,
    },
    Builtin {
        name: "merge",
        params: &[Param::required("a", MAP), Param::required("b", MAP)],
        ret: MAP,
        doc: "The entries of both; where both have a key, the value of `b`, and `null` there unsets it. It does not look into the values: `{ ...a, ...b }` merges those too.",
        example: r#"merge({ a = 1, b = 1 }, { b = 2 }) == { a = 1, b = 2 }"#,
        run: merge,
    },
    Builtin {
        name: "pick",
        params: &[Param::required("m", MAP), Param::required("keys", Sig::List(&Sig::String))],
        ret: MAP,
        doc: "The entries with these keys; a key that the map does not have is passed over.",
        example: r#"pick({ a = 1, b = 2 }, ["b", "c"]) == { b = 2 }"#,
        run: |host, args| chosen(host, args, true),
    },
    Builtin {
        name: "omit",
        params: &[Param::required("m", MAP), Param::required("keys", Sig::List(&Sig::String))],
        ret: MAP,
        doc: "The entries without those that have one of these keys.",
        example: r#"omit({ a = 1, b = 2 }, ["b", "c"]) == { a = 1 }"#,
        run: |host, args| chosen(host, args, false),
    },
    Builtin {
        name: "mapValues",
        params: &[Param::required("m", MAP), Param::required("of", Sig::Lambda(&[Sig::String, V], &Sig::Var(1)))],
        ret: Sig::Map(&Sig::Var(1)),
        doc: "The same keys with what the function gives for each key and value.",
        example: r#"mapValues({ a = 1 }, (k, v) => "${k}${v}") == { a = "a1" }"#,
        run: map_values,
    },
];

fn present(record: &Record) -> impl Iterator<Item = &Entry> {
    record.entries.iter().filter(|e| !e.node.is_null())
}

fn entries(host: &mut dyn Host, args: &[Arg]) -> Given {
    let m = args.record(0)?;
    host.spend(m.entries.len() * 3)?;
    let (key, value) = (Ustr::from("key"), Ustr::from("value"));
    let pair = |e: &Entry| args::record([(key, Node::new(Value::str(e.key.as_str()), Origin::user(e.at))), (value, e.node.clone())]);
    list(host, present(m).map(pair))
}

fn merge(host: &mut dyn Host, args: &[Arg]) -> Given {
    let (a, b) = (args.record(0)?, args.record(1)?);
    host.spend(a.entries.len() + b.entries.len())?;
    let mut merged = Vec::with_capacity(a.entries.len() + b.entries.len());
    for entry in &a.entries {
        merged.push(match b.get(entry.key) {
            Some(winner) => Entry { op: Op::Replace, over: Some(Arc::new(below(winner, entry))), ..winner.clone() },
            None => entry.clone(),
        });
    }
    merged.extend(b.entries.iter().filter(|e| a.get(e.key).is_none()).cloned());
    computed(Value::Record(Arc::new(Record { entries: merged, ..Record::default() })))
}

/// What the winner of a key overrode: first its own, then the loser and what that had overridden.
fn below(winner: &Entry, loser: &Entry) -> Over {
    let mut own = Vec::new();
    let mut next = &winner.over;
    while let Some(over) = next {
        own.push(over);
        next = &over.next;
    }
    let mut chain = Over { at: loser.at, node: loser.node.clone(), next: loser.over.clone() };
    for over in own.into_iter().rev() {
        chain = Over { at: over.at, node: over.node.clone(), next: Some(Arc::new(chain)) };
    }
    chain
}

/// The entries whose keys are listed, or those whose are not.
fn chosen(host: &mut dyn Host, args: &[Arg], listed: bool) -> Given {
    let (m, keys) = (args.record(0)?, args.list(1)?);
    host.spend(m.entries.len() + keys.items.len())?;
    let mut wanted = FxHashSet::default();
    for item in &keys.items {
        match &item.node.value {
            Value::Str(key) => wanted.insert(key.as_str()),
            other => return Err(Fault::at(1, &BAD_ARGUMENT, format!("a key is a String, but this list holds {}", args::described(other)))),
        };
    }
    let entries = m.entries.iter().filter(|e| wanted.contains(e.key.as_str()) == listed).cloned().collect();
    computed(Value::Record(Arc::new(Record { entries, ..Record::default() })))
}

fn map_values(host: &mut dyn Host, args: &[Arg]) -> Given {
    let (m, of) = (args.record(0)?, args.function(1)?);
    host.spend(m.entries.len())?;
    let mut made = Vec::with_capacity(m.entries.len());
    for entry in present(m) {
        let key = Node::new(Value::str(entry.key.as_str()), Origin::user(entry.at));
        made.push((entry.key, host.call(of, &[key, entry.node.clone()])?));
    }
    computed(args::record(made))
}
