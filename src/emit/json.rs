//! JSON, on one line or indented by two.

use super::present;
use super::scalar::{self, Scalar};
use crate::value::{Node, Value};
use std::fmt::Write;

/// Appends one value; the pretty form ends with a newline, as a file does.
pub fn write_json(node: &Node, out: &mut String, pretty: bool) {
    if pretty {
        write_pretty(node, 0, out);
        out.push('\n');
    } else {
        write(&node.value, None, out);
    }
}

/// Appends a value whose first line is already indented by `level` steps; without a newline at its end.
pub fn write_pretty(node: &Node, level: usize, out: &mut String) {
    write(&node.value, Some(level), out);
}

fn write(value: &Value, level: Option<usize>, out: &mut String) {
    let inner = level.map(|l| l + 1);
    match value {
        Value::Record(record) => {
            out.push('{');
            let mut first = true;
            for entry in present(record) {
                next(&mut first, inner, out);
                string(entry.key.as_str(), out);
                out.push_str(if level.is_some() { ": " } else { ":" });
                write(&entry.node.value, inner, out);
            }
            close(first, level, '}', out);
        }
        Value::List(list) => {
            out.push('[');
            let mut first = true;
            for item in &list.items {
                next(&mut first, inner, out);
                write(&item.node.value, inner, out);
            }
            close(first, level, ']', out);
        }
        leaf => match scalar::of(leaf) {
            Scalar::Bare(text) => out.push_str(&text),
            Scalar::Text(text) => string(&text, out),
            Scalar::EmptyRecord => out.push_str("{}"),
            Scalar::EmptyList => out.push_str("[]"),
        },
    }
}

fn next(first: &mut bool, level: Option<usize>, out: &mut String) {
    if !*first {
        out.push(',');
    }
    *first = false;
    line(level, out);
}

fn close(empty: bool, level: Option<usize>, bracket: char, out: &mut String) {
    if !empty {
        line(level, out);
    }
    out.push(bracket);
}

fn line(level: Option<usize>, out: &mut String) {
    if let Some(level) = level {
        out.push('\n');
        (0..level).for_each(|_| out.push_str("  "));
    }
}

/// A string, copied in runs between the bytes that need an escape.
fn string(text: &str, out: &mut String) {
    out.push('"');
    let mut from = 0;
    for (at, b) in text.bytes().enumerate().filter(|(_, b)| matches!(b, b'"' | b'\\' | 0..=0x1f)) {
        out.push_str(&text[from..at]);
        from = at + 1;
        match b {
            b'"' => out.push_str("\\\""),
            b'\\' => out.push_str("\\\\"),
            b'\n' => out.push_str("\\n"),
            b'\r' => out.push_str("\\r"),
            b'\t' => out.push_str("\\t"),
            _ => {
                // Writing to text cannot fail.
                let _ = write!(out, "\\u{b:04x}");
            }
        }
    }
    out.push_str(&text[from..]);
    out.push('"');
}
