//! Both readers against each other, and against what must not happen.

use super::*;
use crate::source::{FileDb, SourceKind};
use crate::value::Value;
use crate::value::compare::equal;
use proptest::prelude::*;

fn by_both(text: &str) -> (Option<Option<Node>>, Option<Node>, Vec<Fault>) {
    let mut faults = Vec::new();
    let full = full::read(text, 1, MAX_DEPTH, &mut faults);
    (quick::read(text, 1, MAX_DEPTH), full, faults)
}

/// What the fast reader reads, the full one reads alike, with the same places.
fn agree(text: &str) {
    let (quick, full, faults) = by_both(text);
    let Some(quick) = quick else { return };
    assert!(faults.is_empty(), "{text:?}: only the full reader finds {:?}", faults[0].message);
    match (quick, full) {
        (None, None) => {}
        (Some(quick), Some(full)) => same(&quick, &full, text),
        // An empty document and one that is null are told apart by nobody.
        (None, Some(full)) => assert!(full.is_null(), "{text:?}: the fast reader finds nothing"),
        (Some(quick), None) => panic!("{text:?}: only the fast reader finds {quick:?}"),
    }
}

fn same(quick: &Node, full: &Node, text: &str) {
    let place =
        |node: &Node| text.get(node.origin.span.start as usize - 1..node.origin.span.end as usize - 1).unwrap_or_default().to_string();
    match (&quick.value, &full.value) {
        (Value::List(a), Value::List(b)) => {
            assert_eq!(a.items.len(), b.items.len(), "{text:?}");
            a.items.iter().zip(&b.items).for_each(|(a, b)| same(&a.node, &b.node, text));
        }
        (Value::Record(a), Value::Record(b)) => {
            assert_eq!(a.entries.len(), b.entries.len(), "{text:?}");
            for (a, b) in a.entries.iter().zip(&b.entries) {
                assert_eq!((a.key, a.at), (b.key, b.at), "{text:?}");
                same(&a.node, &b.node, text);
            }
        }
        (a, b) => assert!(equal(a, b), "{text:?}: {a:?} is not {b:?}"),
    }
    match &quick.value {
        Value::Null => {}
        // Readers differ in where a block begins and ends; what stands in it has its own place.
        Value::List(_) | Value::Record(_) => {}
        // The full reader leaves out the sign of a literal block.
        Value::Str(_) if place(quick).starts_with('|') => {}
        _ => assert_eq!(place(quick), place(full), "{text:?}"),
    }
}

#[test]
fn both_readers_agree() {
    let texts = [
        "a: 1\nb: two words\nc: \"q\\n\\\"\"\nd: 'it''s'\n",
        "a:\n  b:\n    c: x\n  d: y\ne: z",
        "list:\n- a\n- b: 1\n  c: 2\n-\n  d: 3\n- - x\n  - y\n",
        "list:\n  - a # note\n  - \"b\"   # note\n# note\nnext: {a: 1, b: [x, 'y', \"z\"], c: {}}\n",
        "text: |\n  one\n    two\n\n  three\nafter: 1\n",
        "text: |-\n  one\n\n\n",
        "text: |+\n  one\n\nafter: 1\n",
        "a: |\n  last line without newline",
        "- |\n  x\n- y\n",
        "{\"a\": {\"b\": [1, 2.5, true, null, \"x\\u00e9\"]}, \"c\": []}",
        "a:\nb:\n  - c:\n    d: ~\n",
        "a: b: c\n",
        "a: x\n  continued\n",
        "é: ü\nkey: wörd # ö\n",
        "a: #x\n",
        "a: x#y\n",
        "a: -1\nb: -x\nc: :x\n",
        "a: http://x.y/z\n",
        "8080: web\ntrue: x\n1.5: y\n",
        "[a, b]\n",
        "a: [\n  1,\n  2\n]\n",
        "a: {b: c}d\n",
        "a: 'x' y\n",
        "a: \"x\" # fine\n",
        "- a\nb: c\n",
        "a: 1\n b: 2\n",
        "a:\n   - 1\n  - 2\n",
        "a: [b: c]\n",
        "a: [b:c]\n",
        "a: [{b: c}, d]\n",
        "a: - b\n",
        "? a\n: b\n",
        "a: >\n  folded\n  text\n",
        "\"a b\": c\n'd': e\n",
        "a: |\n\n  x\n",
        "a: |\n   x\n  y\n",
        "a: 1\n...\n",
        "# nothing\n",
        "",
        "a: b:\n",
        "a: 'b\n  c'\n",
    ];
    texts.into_iter().for_each(agree);
}

proptest! {
    #[test]
    fn both_readers_agree_on_anything(text in "([a-c\\-:#{}\\[\\], '\"|\n]|\n  |\n- |: |é){0,40}") {
        agree(&text);
    }

    #[test]
    fn no_text_breaks_a_reader(text in "\\PC{0,60}") {
        by_both(&text);
    }
}

fn read_text(text: &str) -> Vec<Document> {
    let db = FileDb::new();
    read(&db.add("x.yaml", text, SourceKind::User).unwrap())
}

#[test]
fn a_stream_is_cut_where_documents_end() {
    let documents = read_text("# head\n---\na: 1\n--- # note\nb: |\n  ---x\n  --- y\n---\n---\nc: [\n---\nd: 2\n");
    let found: Vec<_> = documents.iter().map(|d| (d.root.is_some(), d.faults.len())).collect();
    assert_eq!(found, [(true, 0), (true, 0), (false, 1), (true, 0)]);
}

#[test]
fn a_bomb_of_aliases_is_refused() {
    let mut text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_string();
    for i in 1..12 {
        let names = vec![format!("*a{}", i - 1); 10].join(", ");
        text.push_str(&format!("a{i}: &a{i} [{names}]\n"));
    }
    let documents = read_text(&text);
    assert_eq!(documents[0].faults[0].code.name, "yaml-too-large");
    assert!(documents[0].root.is_none());
}

#[test]
fn what_is_wrong_has_its_place() {
    let at = |text: &str| {
        let documents = read_text(text);
        let fault = &documents[0].faults[0];
        (fault.code.name, text[fault.at.start as usize - 1..fault.at.end as usize - 1].to_string())
    };
    assert_eq!(at("a: 1\nb: 2\na: 3\n"), ("duplicate-key", "a".to_string()));
    assert_eq!(at("a: !Ref x\n"), ("yaml-syntax", "!Ref x".to_string()));
    assert_eq!(at("a:\n\tb: 1\n").0, "yaml-syntax");
    assert_eq!(at(&"- ".repeat(300)).0, "yaml-too-large");
}

#[test]
fn aliases_and_merge_keys_are_written_out() {
    let documents = read_text("base: &b {x: 1, z: 2}\nown:\n  <<: *b\n  z: 3\nagain: *b\n");
    let Value::Record(root) = &documents[0].root.as_ref().unwrap().value else { panic!() };
    let own = root.get("own".into()).unwrap();
    assert_eq!(crate::data::to_json(&own.node), serde_json::json!({"z": 3, "x": 1}));
    assert_eq!(crate::data::to_json(&root.get("again".into()).unwrap().node), serde_json::json!({"x": 1, "z": 2}));
}
