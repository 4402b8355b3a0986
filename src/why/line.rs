//! A line of YAML as a question: the object and the field that stand there.
//!
//! The text is any that holds the objects of the program, whether kdsl printed it, a cluster, or another tool: only the object's name
//! and the field's path are read off it.

use super::path;
use super::{Query, Unknown};
use crate::data::scalar_text;
use crate::source::{FileDb, Source, SourceKind, Span};
use crate::value::{Node, Record, Value};
use crate::yaml;
use ustr::Ustr;

/// The question that a line stands for; lines count from 1.
pub fn query(name: &str, text: &str, line: u32) -> Result<Query, Unknown> {
    let unknown = |message: String, help: &str| Unknown { message, help: Some(help.into()) };
    let db = FileDb::new();
    let Ok(source) = db.add(name, text, SourceKind::User) else { return Err(unknown(format!("`{name}` is too large"), "")) };
    let last = text.lines().count();
    if line == 0 || line as usize > last {
        return Err(unknown(format!("`{name}` has no line {line}"), &format!("it has {last} lines")));
    }
    let documents = yaml::read(&source);
    let root = documents.iter().filter_map(|d| d.root.as_ref().filter(|_| covers(&source, d.span, line))).next_back();
    let Some(Node { value: Value::Record(root), .. }) = root else {
        return Err(unknown(format!("line {line} of `{name}` belongs to no object"), "name a line that holds a field"));
    };
    let root = root.as_ref();
    let object = items(root).filter_map(record).find(|(_, span)| covers(&source, *span, line)).map_or(root, |(record, _)| record);
    let text = |path: &[&str]| at(object, path);
    let (Some(kind), Some(name)) = (text(&["kind"]), text(&["metadata", "name"])) else {
        return Err(unknown(format!("line {line} of `{name}` stands in something without `kind` and `metadata.name`"), "it is no object"));
    };
    let mut steps = String::new();
    deepest(&source, object, line, &mut steps);
    Ok(Query { object: format!("{kind}/{name}"), namespace: text(&["metadata", "namespace"]), path: steps })
}

fn record(node: &Node) -> Option<(&Record, Span)> {
    match &node.value {
        Value::Record(record) => Some((record.as_ref(), node.origin.span)),
        _ => None,
    }
}

/// The objects in a `List`.
fn items(root: &Record) -> impl Iterator<Item = &Node> {
    let is_list = at(root, &["kind"]).is_some_and(|kind| kind.ends_with("List"));
    let list = root.get(Ustr::from("items")).filter(|_| is_list).and_then(|entry| match &entry.node.value {
        Value::List(list) => Some(list),
        _ => None,
    });
    list.into_iter().flat_map(|list| list.items.iter().map(|item| &item.node))
}

fn at(root: &Record, keys: &[&str]) -> Option<String> {
    let (last, front) = keys.split_last()?;
    let mut record = root;
    for key in front {
        match &record.get(Ustr::from(key))?.node.value {
            Value::Record(inner) => record = inner,
            _ => return None,
        }
    }
    scalar_text(&record.get(Ustr::from(last))?.node.value).map(|text| text.to_string())
}

fn covers(source: &Source, span: Span, line: u32) -> bool {
    source.line_col(span.start).line <= line && line <= source.line_col(span.end).line
}

/// The path of the innermost entry or element that stands on the line.
fn deepest(source: &Source, root: &Record, line: u32, path: &mut String) {
    for entry in &root.entries {
        if covers(source, entry.at.to(entry.node.origin.span), line) {
            path::push_key(path, &entry.key);
            return within(source, &entry.node, line, path);
        }
    }
}

fn within(source: &Source, node: &Node, line: u32, path: &mut String) {
    match &node.value {
        Value::Record(record) => deepest(source, record, line, path),
        Value::List(list) => {
            let found = list.items.iter().position(|item| covers(source, item.at.to(item.node.origin.span), line));
            if let Some(index) = found {
                path::push_item(path, index, path::label(list, &list.items[index]));
                within(source, &list.items[index].node, line, path);
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::query;

    const TEXT: &str = "apiVersion: v1\nkind: Pod\nmetadata:\n  name: a\n  namespace: shop\nspec:\n  containers:\n  - name: web\n    args:\n    - x\n    - |\n      long\n      text\n---\nkind: List\nitems:\n- kind: ConfigMap\n  metadata: { name: c }\n  data:\n    a.b: |-\n      x\n      y\n    k: v\n";

    fn path(line: u32) -> (String, String) {
        let found = query("out.yaml", TEXT, line).unwrap();
        (found.object, found.path)
    }

    #[test]
    fn a_line_names_the_innermost_field() {
        assert_eq!(path(2), ("Pod/a".into(), "kind".into()));
        assert_eq!(path(4), ("Pod/a".into(), "metadata.name".into()));
        assert_eq!(path(8), ("Pod/a".into(), "spec.containers[web].name".into()));
        assert_eq!(path(10), ("Pod/a".into(), "spec.containers[web].args[0]".into()));
        assert_eq!(path(13), ("Pod/a".into(), "spec.containers[web].args[1]".into()));
        assert_eq!(path(21), ("ConfigMap/c".into(), "data[a.b]".into()));
        assert_eq!(path(23), ("ConfigMap/c".into(), "data.k".into()));
        assert!(query("out.yaml", TEXT, 99).is_err());
    }
}
