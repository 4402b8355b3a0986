//! YAML in the manner of `kubectl get -o yaml`: blocks indented by two, list dashes under their key's first letter.
//!
//! Text of several lines becomes a literal block where that loses nothing, else a quoted string; lines are never folded.

use super::present;
use super::scalar::{self, Scalar, Style};
use crate::value::{List, Node, Record, Value};

/// Appends one document, ended by a newline and without `---`.
pub fn write_yaml(node: &Node, out: &mut String) {
    match &node.value {
        Value::Record(record) if present(record).next().is_some() => entries(record, 0, false, out),
        Value::List(list) if !list.items.is_empty() => items(list, 0, false, out),
        value => {
            leaf(value, None, out);
            out.push('\n');
        }
    }
}

/// The entries of a record that holds some, each on lines of its own. With `begun`, the first one's indent is already written.
fn entries(record: &Record, indent: usize, mut begun: bool, out: &mut String) {
    for entry in present(record) {
        if !begun {
            pad(indent, out);
        }
        begun = false;
        let key = entry.key.as_str();
        if key.len() < LONGEST_KEY {
            scalar::write_word(key, out);
        } else {
            out.push_str("? ");
            scalar::write_word(key, out);
            out.push('\n');
            pad(indent, out);
        }
        out.push(':');
        match &entry.node.value {
            Value::Record(inner) if present(inner).next().is_some() => {
                out.push('\n');
                entries(inner, indent + 2, false, out);
            }
            Value::List(inner) if !inner.items.is_empty() => {
                out.push('\n');
                items(inner, indent, false, out);
            }
            value => {
                out.push(' ');
                leaf(value, Some(indent), out);
                out.push('\n');
            }
        }
    }
}

/// The elements of a list that holds some.
fn items(list: &List, indent: usize, mut begun: bool, out: &mut String) {
    for item in &list.items {
        if !begun {
            pad(indent, out);
        }
        begun = false;
        out.push_str("- ");
        match &item.node.value {
            Value::Record(inner) if present(inner).next().is_some() => entries(inner, indent + 2, true, out),
            Value::List(inner) if !inner.items.is_empty() => items(inner, indent + 2, true, out),
            value => {
                leaf(value, Some(indent), out);
                out.push('\n');
            }
        }
    }
}

/// A value on the rest of the line; `indent` is that of the block it stands in, `None` at the root.
fn leaf(value: &Value, indent: Option<usize>, out: &mut String) {
    match scalar::of(value) {
        Scalar::EmptyRecord => out.push_str("{}"),
        Scalar::EmptyList => out.push_str("[]"),
        Scalar::Bare(text) => out.push_str(&text),
        Scalar::Text(text) => match (scalar::style(&text), indent) {
            (Style::Block, Some(indent)) => block(&text, indent + 2, out),
            (style, _) => scalar::write(&text, style, out),
        },
    }
}

/// A literal block. The header says how the text ends (`-` no newline, `+` more than one) and how far it is indented, where a reader
/// could not tell from the first line.
fn block(text: &str, indent: usize, out: &mut String) {
    out.push('|');
    if text.starts_with([' ', '\t', '\n']) {
        out.push('2');
    }
    let body = match text.strip_suffix('\n') {
        None => {
            out.push('-');
            text
        }
        Some(body) => {
            if body.ends_with('\n') {
                out.push('+');
            }
            body
        }
    };
    for line in body.split('\n') {
        out.push('\n');
        if !line.is_empty() {
            pad(indent, out);
            out.push_str(line);
        }
    }
}

/// A reader may refuse a longer key that is not marked by `?`.
const LONGEST_KEY: usize = 256;

fn pad(mut indent: usize, out: &mut String) {
    const BLANKS: &str = "                                ";
    while indent > BLANKS.len() {
        out.push_str(BLANKS);
        indent -= BLANKS.len();
    }
    out.push_str(&BLANKS[..indent]);
}
