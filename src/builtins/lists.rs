//! Builtins on lists, and the two that strings and maps share with them: `len` and `contains`.
//!
//! Elements keep their origins and a keyed list stays keyed when some of its elements are taken. What compares elements (`unique`,
//! `groupBy`) does so through one hash table, and `sort` through one table of keys, so that nothing is quadratic.

use super::args::{self, Args, Given, boolean, compared_by, count, described, holds, list_of_nodes, misfit, null, same_list, weigh};
use super::{Arg, Builtin, Fault, Host, Param, Sig, computed};
use crate::diag::codes::{BAD_ARGUMENT, EMPTY_LIST, NOT_COMPARABLE};
use crate::value::compare::{Key, equal, order};
use crate::value::{Item, Node, Value};
use indexmap::IndexMap;
use rustc_hash::{FxBuildHasher, FxHashSet};
use std::cmp::Ordering;
use ustr::Ustr;

const T: Sig = Sig::Var(0);
const LIST: Sig = Sig::List(&T);
const TEST: Sig = Sig::Lambda(&[T], &Sig::Bool);
/// What elements are compared by.
const BY: Sig = Sig::Lambda(&[T], &Sig::Any);

pub const FAMILY: &[Builtin] = &[
    Builtin {
        name: "len",
        params: &[Param::required("of", Sig::OneOf(&[Sig::String, Sig::List(&Sig::Any), Sig::Map(&Sig::Any)]))],
        ret: Sig::Int,
        doc: "The number of characters of a string, of elements of a list, or of entries of a map. An entry that is null is absent and does not count.",
        example: r#"len("größe") == 5 and len([1, 2]) == 2"#,
        run: len,
    },
    Builtin {
        name: "contains",
        params: &[Param::required("in", Sig::OneOf(&[Sig::String, LIST])), Param::required("what", T)],
        ret: Sig::Bool,
        doc: "Whether a list has the element, or a string the text. `what in xs` says the same.",
        example: r#"contains(["dev", "prod"], "prod") and contains("shop-api", "api")"#,
        run: contains,
    },
    Builtin {
        name: "first",
        params: &[Param::required("xs", LIST), Param::optional("default", T)],
        ret: T,
        doc: "The first element, or `default` where the list is empty.",
        example: r#"first([3, 4]) == 3 and first([], "none") == "none""#,
        run: |_, args| end(args, args.list(0)?.items.first(), "first"),
    },
    Builtin {
        name: "last",
        params: &[Param::required("xs", LIST), Param::optional("default", T)],
        ret: T,
        doc: "The last element, or `default` where the list is empty.",
        example: r#"last([3, 4]) == 4 and last([], "none") == "none""#,
        run: |_, args| end(args, args.list(0)?.items.last(), "last"),
    },
    Builtin {
        name: "sort",
        params: &[Param::required("xs", LIST), Param::optional("by", BY)],
        ret: LIST,
        doc: "The elements in ascending order of themselves, or of what `by` gives for each: all numbers, quantities of one unit, or strings (in order of their characters' codes). Equal ones stay in the order they had.",
        example: r#"sort([3, 1, 2]) == [1, 2, 3] and sort(["bb", "a"], x => len(x)) == ["a", "bb"]"#,
        run: sort,
    },
    Builtin {
        name: "unique",
        params: &[Param::required("xs", LIST), Param::optional("by", BY)],
        ret: LIST,
        doc: "The elements without those that equal an earlier one, compared by themselves or by what `by` gives for each.",
        example: r#"unique(["a", "b", "a"]) == ["a", "b"]"#,
        run: |host, args| split_repeated(host, args, false),
    },
    Builtin {
        name: "duplicates",
        params: &[Param::required("xs", LIST), Param::optional("by", BY)],
        ret: LIST,
        doc: "The elements that equal an earlier one, compared by themselves or by what `by` gives for each: what `unique` leaves out.",
        example: r#"duplicates(["a", "b", "a", "a"]) == ["a", "a"]"#,
        run: |host, args| split_repeated(host, args, true),
    },
    Builtin {
        name: "reverse",
        params: &[Param::required("xs", LIST)],
        ret: LIST,
        doc: "The elements in opposite order.",
        example: "reverse([1, 2, 3]) == [3, 2, 1]",
        run: |host, args| {
            let xs = args.list(0)?;
            host.spend(xs.items.len())?;
            same_list(xs, xs.items.iter().rev().cloned().collect())
        },
    },
    Builtin {
        name: "flatten",
        params: &[Param::required("xss", Sig::List(&LIST))],
        ret: LIST,
        doc: "The elements of all the lists, one after the other; one level, not deeper.",
        example: "flatten([[1, 2], [], [3]]) == [1, 2, 3]",
        run: flatten,
    },
    Builtin {
        name: "range",
        params: &[Param::required("from", Sig::Int), Param::required("to", Sig::Int)],
        ret: Sig::List(&Sig::Int),
        doc: "The whole numbers from `from` up to but without `to`, so that `range(0, n)` has `n` of them; none where `to` is not above `from`. (`from..to` includes both.)",
        example: "range(0, 3) == [0, 1, 2] and range(1, 1) == []",
        run: range,
    },
    Builtin {
        name: "map",
        params: &[Param::required("xs", LIST), Param::required("of", Sig::Lambda(&[T], &Sig::Var(1)))],
        ret: Sig::List(&Sig::Var(1)),
        doc: "What the function gives for each element. `[f(x) for x in xs]` says the same.",
        example: r#"map(["a", "b"], x => "${x}.svc") == ["a.svc", "b.svc"]"#,
        run: map,
    },
    Builtin {
        name: "filter",
        params: &[Param::required("xs", LIST), Param::required("where", TEST)],
        ret: LIST,
        doc: "The elements for which the function is true.",
        example: "filter([1, 2, 3], x => x > 1) == [2, 3]",
        run: filter,
    },
    Builtin {
        name: "find",
        params: &[Param::required("xs", LIST), Param::required("where", TEST)],
        ret: Sig::Optional(&T),
        doc: "The first element for which the function is true, or null.",
        example: "find([1, 2, 3], x => x > 1) == 2 and find([1], x => x > 1) == null",
        run: |host, args| match position(host, args)? {
            Some(i) => Ok(args.list(0)?.items[i].node.clone()),
            None => null(),
        },
    },
    Builtin {
        name: "index",
        params: &[Param::required("xs", LIST), Param::required("where", TEST)],
        ret: Sig::Optional(&Sig::Int),
        doc: "The position, from 0, of the first element for which the function is true, or null.",
        example: r#"index(["a", "b"], x => x == "b") == 1"#,
        run: |host, args| position(host, args)?.map_or_else(null, count),
    },
    Builtin {
        name: "any",
        params: &[Param::required("xs", LIST), Param::required("where", TEST)],
        ret: Sig::Bool,
        doc: "Whether the function is true for at least one element; false for an empty list.",
        example: "any([1, 2], x => x > 1)",
        run: |host, args| boolean(position(host, args)?.is_some()),
    },
    Builtin {
        name: "all",
        params: &[Param::required("xs", LIST), Param::required("where", TEST)],
        ret: Sig::Bool,
        doc: "Whether the function is true for every element; true for an empty list.",
        example: "all([1, 2], x => x > 0) and not all([1, 2], x => x > 1)",
        run: all,
    },
    Builtin {
        name: "count",
        params: &[Param::required("xs", LIST), Param::required("where", TEST)],
        ret: Sig::Int,
        doc: "For how many elements the function is true.",
        example: "count([1, 2, 3], x => x > 1) == 2",
        run: |host, args| count(taken(host, args)?.len()),
    },
    Builtin {
        name: "groupBy",
        params: &[Param::required("xs", LIST), Param::required("by", Sig::Lambda(&[T], &Sig::String))],
        ret: Sig::Map(&LIST),
        doc: "The elements in groups, under the string that the function gives for each; groups and elements in order of first appearance.",
        example: r#"groupBy(["web-0", "db-0", "web-1"], x => split(x, "-")[0])["web"] == ["web-0", "web-1"]"#,
        run: group_by,
    },
    Builtin {
        name: "zip",
        params: &[Param::required("lefts", Sig::List(&Sig::Var(0))), Param::required("rights", Sig::List(&Sig::Var(1)))],
        ret: Sig::List(&Sig::Fields(&[("left", Sig::Var(0)), ("right", Sig::Var(1))])),
        doc: "Pairs `{ left, right }` of the elements at the same positions of two lists of the same length.",
        example: r#"[p.right for p in zip(["a", "b"], [1, 2]) if p.left == "b"] == [2]"#,
        run: zip,
    },
];

fn len(_: &mut dyn Host, args: &[Arg]) -> Given {
    match &args.node(0)?.value {
        Value::Str(s) => count(s.chars().count()),
        Value::List(list) => count(list.items.len()),
        Value::Record(record) => count(record.entries.iter().filter(|e| !e.node.is_null()).count()),
        other => Err(misfit(0, "a string, a list or a map", other)),
    }
}

fn contains(host: &mut dyn Host, args: &[Arg]) -> Given {
    let what = &args.node(1)?.value;
    match (&args.node(0)?.value, what) {
        (Value::Str(s), Value::Str(part)) => {
            host.spend(s.len())?;
            boolean(s.contains(part.as_str()))
        }
        (Value::Str(_), other) => Err(misfit(1, "a String to look for in a string", other).with_help("write a number as text: `\"${n}\"`")),
        (Value::List(list), what) => {
            weigh(host, 0, &args.node(0)?.value)?;
            weigh(host, 1, what)?;
            boolean(list.items.iter().any(|item| equal(&item.node.value, what)))
        }
        (other, _) => Err(misfit(0, "a string or a list", other)),
    }
}

/// The element at one end, else the default.
fn end(args: &[Arg], found: Option<&Item>, which: &str) -> Given {
    match (found, args.given(1)) {
        (Some(item), _) => Ok(item.node.clone()),
        (None, Some(default)) => Ok(default.clone()),
        (None, None) => Err(Fault::at(0, &EMPTY_LIST, format!("the list is empty, so it has no {which} element"))
            .with_help(format!("give a default for an empty list: `{which}(xs, default)`"))),
    }
}

fn sort(host: &mut dyn Host, args: &[Arg]) -> Given {
    let xs = args.list(0)?;
    host.spend(xs.items.len())?;
    let by = args.lambda(1);
    let keys: Vec<Node> = xs.items.iter().map(|item| compared_by(host, by, &item.node)).collect::<Result<_, _>>()?;
    // All compare with the first one, or none with another: then the order of any two is known.
    if let Some(first) = keys.first()
        && let Some(odd) = keys.iter().find(|key| order(&first.value, &key.value).is_none())
    {
        return Err(not_comparable(by.map_or(0, |_| 1), &first.value, &odd.value));
    }
    let mut places: Vec<usize> = (0..keys.len()).collect();
    places.sort_by(|&a, &b| order(&keys[a].value, &keys[b].value).unwrap_or(Ordering::Equal));
    same_list(xs, places.into_iter().map(|i| xs.items[i].clone()).collect())
}

fn not_comparable(arg: usize, first: &Value, odd: &Value) -> Fault {
    const HELP: &str = "numbers, quantities of one unit, and strings have an order";
    if order(first, first).is_none() {
        let fault = Fault::at(arg, &NOT_COMPARABLE, format!("{} has no place in an order", described(first)));
        return match first {
            Value::Record(_) => fault.with_help("say what to sort records by: `sort(xs, x => x.name)`"),
            _ => fault.with_help(HELP),
        };
    }
    Fault::at(arg, &NOT_COMPARABLE, format!("{} and {} have no order", described(first), described(odd))).with_help(HELP)
}

/// Keeps the elements that repeat an earlier one, or those that do not.
#[expect(clippy::mutable_key_type, reason = "what can change in a record is its index, which neither hashing nor equality sees")]
fn split_repeated(host: &mut dyn Host, args: &[Arg], repeated: bool) -> Given {
    let xs = args.list(0)?;
    let by = args.lambda(1);
    let mut keys = Vec::with_capacity(xs.items.len());
    for item in &xs.items {
        let key = compared_by(host, by, &item.node)?;
        weigh(host, 0, &key.value)?;
        keys.push(key);
    }
    let mut seen = FxHashSet::default();
    let kept = xs.items.iter().zip(&keys).filter(|(_, key)| seen.insert(Key(&key.value)) != repeated);
    same_list(xs, kept.map(|(item, _)| item.clone()).collect())
}

fn flatten(host: &mut dyn Host, args: &[Arg]) -> Given {
    let mut nodes = Vec::new();
    for (i, item) in args.list(0)?.items.iter().enumerate() {
        let Value::List(inner) = &item.node.value else {
            return Err(Fault::at(0, &BAD_ARGUMENT, format!("element {i} is {}, not a list", described(&item.node.value)))
                .with_help("`flatten` takes a list of lists"));
        };
        host.spend(inner.items.len() + 1)?;
        nodes.extend(inner.items.iter().map(|item| item.node.clone()));
    }
    list_of_nodes(nodes)
}

fn range(host: &mut dyn Host, args: &[Arg]) -> Given {
    let (from, to) = (args.int(0)?, args.int(1)?);
    let length = if from > to { 0 } else { to.abs_diff(from) };
    host.spend(usize::try_from(length).unwrap_or(usize::MAX))?;
    args::list(host, (from..to).map(Value::Int))
}

fn map(host: &mut dyn Host, args: &[Arg]) -> Given {
    let (xs, of) = (args.list(0)?, args.function(1)?);
    host.spend(xs.items.len())?;
    let nodes: Vec<Node> = xs.items.iter().map(|item| host.call(of, std::slice::from_ref(&item.node))).collect::<Result<_, _>>()?;
    list_of_nodes(nodes)
}

fn filter(host: &mut dyn Host, args: &[Arg]) -> Given {
    same_list(args.list(0)?, taken(host, args)?)
}

/// The items for which the predicate holds.
fn taken(host: &mut dyn Host, args: &[Arg]) -> Result<Vec<Item>, Fault> {
    let (xs, predicate) = (args.list(0)?, args.function(1)?);
    host.spend(xs.items.len())?;
    let mut kept = Vec::new();
    for item in &xs.items {
        if holds(host, predicate, 1, &item.node)? {
            kept.push(item.clone());
        }
    }
    Ok(kept)
}

/// The position of the first item for which the predicate holds.
fn position(host: &mut dyn Host, args: &[Arg]) -> Result<Option<usize>, Fault> {
    let (xs, predicate) = (args.list(0)?, args.function(1)?);
    host.spend(xs.items.len())?;
    for (i, item) in xs.items.iter().enumerate() {
        if holds(host, predicate, 1, &item.node)? {
            return Ok(Some(i));
        }
    }
    Ok(None)
}

fn all(host: &mut dyn Host, args: &[Arg]) -> Given {
    let (xs, predicate) = (args.list(0)?, args.function(1)?);
    host.spend(xs.items.len())?;
    for item in &xs.items {
        if !holds(host, predicate, 1, &item.node)? {
            return boolean(false);
        }
    }
    boolean(true)
}

fn group_by(host: &mut dyn Host, args: &[Arg]) -> Given {
    let (xs, by) = (args.list(0)?, args.function(1)?);
    host.spend(xs.items.len())?;
    let mut groups: IndexMap<Ustr, Vec<Node>, FxBuildHasher> = IndexMap::default();
    for item in &xs.items {
        match host.call(by, std::slice::from_ref(&item.node))?.value {
            Value::Str(key) => groups.entry(Ustr::from(&key)).or_default().push(item.node.clone()),
            other => {
                return Err(args::gives_misfit(1, "a String, the name of the group", &other)
                    .with_help("`text(x)` makes a string of a number or a boolean"));
            }
        }
    }
    let origin = host.origin();
    computed(args::record(groups.into_iter().map(|(key, nodes)| (key, Node::new(args::list_value(nodes), origin)))))
}

fn zip(host: &mut dyn Host, args: &[Arg]) -> Given {
    let (lefts, rights) = (args.list(0)?, args.list(1)?);
    if lefts.items.len() != rights.items.len() {
        let message = format!("the lists have {} and {} elements, so some would have no partner", lefts.items.len(), rights.items.len());
        return Err(Fault::at(1, &BAD_ARGUMENT, message).with_help("`zip` takes lists of the same length"));
    }
    host.spend(lefts.items.len() * 3)?;
    let (left, right) = (Ustr::from("left"), Ustr::from("right"));
    let pair = |(l, r): (&Item, &Item)| args::record([(left, l.node.clone()), (right, r.node.clone())]);
    args::list(host, lefts.items.iter().zip(&rights.items).map(pair))
}
