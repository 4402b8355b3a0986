//! Tables: lists and maps.

use super::*;

fn abc() -> Value {
    list(["a", "b", "c"])
}

fn above(limit: i64) -> In {
    by(move |x| (int_of(x) > limit).into())
}

#[test]
fn lists() {
    gives! {
        "len"("größe") => 5;
        "len"(abc()) => 3;
        "len"(map([("a", 1.into()), ("unset", NULL)])) => 1;
        "contains"("shop-api", "api") => true;
        "contains"(list([Value::from(1), bytes(1, "Gi")]), bytes(1024, "Mi")) => true;
        "contains"(abc(), "d") => false;
        "first"(abc()) => "a";
        "first"(none(), 7) => 7;
        "first"(abc(), NULL) => "a";
        "first"(none(), NULL) => NULL;
        "last"(abc()) => "c";
        "last"(none(), "z") => "z";
        "reverse"(abc()) => list(["c", "b", "a"]);
        "flatten"(list([list([1, 2]), none(), list([3])])) => list([1, 2, 3]);
        "flatten"(list([list([list([1])])])) => list([list([1])]);
        "range"(0, 3) => list([0, 1, 2]);
        "range"(-1, 1) => list([-1, 0]);
        "range"(2, 2) => none();
        "range"(i64::MAX, i64::MIN) => none();
        "map"(list([1, 2]), by(|x| (int_of(x) * 10).into())) => list([10, 20]);
        "filter"(list([1, 2, 3]), above(1)) => list([2, 3]);
        "find"(list([1, 2, 3]), above(1)) => 2;
        "find"(list([1]), above(1)) => NULL;
        "index"(list([1, 2, 3]), above(1)) => 1;
        "index"(none(), above(1)) => NULL;
        "any"(list([1, 2]), above(1)) => true;
        "any"(none(), above(1)) => false;
        "all"(list([1, 2]), above(1)) => false;
        "all"(none(), above(1)) => true;
        "count"(list([1, 2, 3]), above(1)) => 2;
        "groupBy"(list([1, 2, 3]), by(|x| if int_of(x) > 1 { "big".into() } else { "small".into() }))
            => map([("small", list([1])), ("big", list([2, 3]))]);
        "zip"(list(["a", "b"]), list([1, 2])) => list([map([("left", "a".into()), ("right", 1.into())]), map([("left", "b".into()), ("right", 2.into())])]);
    }
}

#[test]
fn sorting_needs_one_order_and_is_stable() {
    let first_letter = || by(|x| text_of(x)[..1].into());
    gives! {
        "sort"(list([3, 1, 2])) => list([1, 2, 3]);
        "sort"(list([Value::from(2), float("1.5")])) => list([float("1.5"), 2.into()]);
        "sort"(list(["b", "a", "B", "ä"])) => list(["B", "a", "b", "ä"]);
        "sort"(list([bytes(1, "Gi"), bytes(1, "G"), bytes(64, "Mi")])) => list([bytes(64, "Mi"), bytes(1, "G"), bytes(1, "Gi")]);
        "sort"(list([time(1, "min"), time(10, "s")])) => list([time(10, "s"), time(1, "min")]);
        "sort"(none()) => none();
        "sort"(list(["b1", "a2", "b0", "a1"]), first_letter()) => list(["a2", "a1", "b1", "b0"]);
    }
}

#[test]
fn repeated_elements_are_those_that_equal_an_earlier_one() {
    let name = || by(|x| if let Value::Record(r) = x { r.entries[0].node.value.clone() } else { NULL });
    let container = |name: &str, n: i64| map([("name", name.into()), ("n", n.into())]);
    gives! {
        "unique"(list([1, 2, 1, 3, 2])) => list([1, 2, 3]);
        "duplicates"(list([1, 2, 1, 3, 1])) => list([1, 1]);
        "duplicates"(none()) => none();
        "unique"(list([Value::from(1), float("1.0"), cpu(1000)])) => list([Value::from(1), cpu(1000)]);
        "unique"(list([map([("a", 1.into()), ("b", 2.into())]), map([("b", 2.into()), ("a", 1.into())])])) => list([map([("a", 1.into()), ("b", 2.into())])]);
        "duplicates"(list([container("a", 1), container("b", 2), container("a", 3)]), name()) => list([container("a", 3)]);
        "unique"(list([container("a", 1), container("a", 3)]), name()) => list([container("a", 1)]);
    }
}

#[test]
fn elements_keep_where_they_come_from() {
    let xs = || nodes([at(5, 2), at(6, 1)]);
    let place = |name: &str, args| run(name, args).expect(name).origin.span.start;
    assert_eq!(place("first", vec![xs().into()]), 5);
    assert_eq!(place("find", vec![xs().into(), by(|x| (int_of(x) == 1).into())]), 6);
    assert_eq!(place("max", vec![xs().into()]), 5);
    assert_eq!(place("len", vec![xs().into()]), 0, "the call's, which the evaluator knows");
    let Value::List(sorted) = run("sort", vec![xs().into()]).expect("sorted").value else { panic!("no list") };
    assert_eq!(sorted.items.iter().map(|i| i.node.origin.span.start).collect::<Vec<_>>(), [6, 5]);
    let Value::List(parts) = run("split", vec!["a,b".into(), ",".into()]).expect("parts").value else { panic!("no list") };
    assert!(parts.items.iter().all(|i| i.node.origin == CALL));
}

#[test]
fn maps() {
    let ab = || map([("b", 1.into()), ("a", 2.into())]);
    gives! {
        "keys"(ab()) => list(["b", "a"]);
        "values"(ab()) => list([1, 2]);
        "keys"(map([("a", NULL), ("b", 1.into())])) => list(["b"]);
        "entries"(ab()) => list([map([("key", "b".into()), ("value", 1.into())]), map([("key", "a".into()), ("value", 2.into())])]);
        "merge"(ab(), map([("c", 3.into()), ("a", 9.into())])) => map([("b", 1.into()), ("a", 9.into()), ("c", 3.into())]);
        "merge"(ab(), map([("a", NULL)])) => map([("b", 1.into())]);
        "merge"(map([]), map([])) => map([]);
        "pick"(ab(), list(["a", "x"])) => map([("a", 2.into())]);
        "omit"(ab(), list(["a", "x"])) => map([("b", 1.into())]);
        "mapValues"(ab(), by2(|k, v| format!("{}{}", text_of(k), int_of(v)).as_str().into())) => map([("b", "b1".into()), ("a", "a2".into())]);
    }
}

#[test]
fn merge_keeps_order_and_remembers_what_was_overridden() {
    let merged = run("merge", vec![map([("b", 1.into()), ("a", 2.into())]).into(), map([("c", 3.into()), ("b", 9.into())]).into()]);
    let Ok(Node { value: Value::Record(record), .. }) = merged else { panic!("no record") };
    assert_eq!(record.entries.iter().map(|e| e.key.as_str()).collect::<Vec<_>>(), ["b", "a", "c"]);
    let over = record.entries[0].over.as_ref().expect("b was overridden");
    assert!(equal(&over.node.value, &1.into()));
}

#[test]
fn what_lists_and_maps_say() {
    insta::assert_snapshot!(faults! {
        "len"(3);
        "first"(none());
        "last"(none());
        "contains"("a1", 1);
        "sort"(list([Value::from(1), "a".into()]));
        "sort"(list([cpu(100), bytes(1, "Mi")]));
        "sort"(list([map([]), map([])]));
        "sort"(list([true]));
        "sort"(list(["a", "b"]), by(|_| NULL));
        "flatten"(list([list([1]), 2.into()]));
        "filter"(list([1]), by(|x| x.clone()));
        "map"(list([1]), 3);
        "groupBy"(list([1]), by(|x| x.clone()));
        "zip"(list([1, 2]), list([1]));
        "keys"(list([1]));
        "pick"(map([]), list([1]));
    });
}
