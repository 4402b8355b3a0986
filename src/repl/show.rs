//! Values as kdsl writes them.

use crate::data::scalar_text;
use crate::syntax::literal;
use crate::value::{Address, Node, RefValue, Value};

/// Lines end before this column where a value can be broken.
const WIDTH: usize = 100;

/// A value as an expression, on one line where it fits.
pub fn value(node: &Node) -> String {
    let mut out = String::new();
    write(&node.value, 0, &mut out);
    out
}

fn write(value: &Value, indent: usize, out: &mut String) {
    let mut line = String::new();
    flat(value, &mut line);
    if indent + line.chars().count() <= WIDTH && !line.contains('\n') {
        return out.push_str(&line);
    }
    let blanks = " ".repeat(indent + 2);
    let end = " ".repeat(indent);
    match value {
        Value::List(list) => {
            out.push('[');
            for item in &list.items {
                out.push_str(&format!("\n{blanks}"));
                write(&item.node.value, indent + 2, out);
                out.push(',');
            }
            out.push_str(&format!("\n{end}]"));
        }
        Value::Record(record) => {
            out.push('{');
            for entry in &record.entries {
                out.push_str(&format!("\n{blanks}{}", literal::key(&entry.key)));
                out.push_str(if matches!(entry.node.value, Value::Record(_)) { " " } else { " = " });
                write(&entry.node.value, indent + 2, out);
            }
            out.push_str(&format!("\n{end}}}"));
        }
        // What would steer a terminal stands escaped on one line.
        Value::Str(text) if text.contains('\n') && !text.contains(|c: char| c.is_control() && !matches!(c, '\n' | '\t')) => {
            out.push_str("\"\"\"");
            for line in text.lines() {
                let line = line.replace('\\', "\\\\").replace("${", "\\${").replace("\"\"\"", "\\\"\"\"");
                out.push_str(&if line.is_empty() { "\n".into() } else { format!("\n{blanks}{line}") });
            }
            out.push_str(&if text.ends_with('\n') { format!("\n{blanks}\"\"\"") } else { "\"\"\"".into() });
        }
        _ => out.push_str(&line),
    }
}

fn flat(value: &Value, out: &mut String) {
    match value {
        Value::Null => out.push_str("null"),
        Value::Bool(_) | Value::Int(_) | Value::Float(_) | Value::Quantity(_) | Value::Duration(_) | Value::Percent(_) => {
            out.push_str(&scalar_text(value).unwrap_or_default());
        }
        Value::Str(text) => out.push_str(&literal::string(text)),
        Value::List(list) => {
            out.push('[');
            for (i, item) in list.items.iter().enumerate() {
                out.push_str(if i > 0 { ", " } else { "" });
                flat(&item.node.value, out);
            }
            out.push(']');
        }
        Value::Record(record) if record.entries.is_empty() => out.push_str("{}"),
        Value::Record(record) => {
            for (i, entry) in record.entries.iter().enumerate() {
                out.push_str(if i > 0 { ", " } else { "{ " });
                out.push_str(&literal::key(&entry.key));
                out.push_str(if matches!(entry.node.value, Value::Record(_)) { " " } else { " = " });
                flat(&entry.node.value, out);
            }
            out.push_str(" }");
        }
        Value::Range(range) => {
            range.lo.iter().for_each(|lo| flat(&lo.value, out));
            out.push_str("..");
            range.hi.iter().for_each(|hi| flat(&hi.value, out));
        }
        Value::Address(address) => out.push_str(&named(address)),
        Value::Ref(reference) => out.push_str(&referred(reference)),
    }
}

fn named(address: &Address) -> String {
    match (&address.cidr, address.namespace) {
        (Some(cidr), _) => format!("cidr({})", literal::string(cidr)),
        (None, Some(namespace)) => format!("{}.{} in {namespace}", address.kind, address.name),
        (None, None) => format!("{}.{}", address.kind, address.name),
    }
}

fn referred(reference: &RefValue) -> String {
    match reference {
        RefValue::ConfigKey { name, key } => format!("the key `{key}` of ConfigMap {name}"),
        RefValue::SecretKey { name, key } => format!("the key `{key}` of Secret {name}"),
        RefValue::Field { path } => format!("fieldRef({})", literal::string(path)),
        RefValue::Resource { resource } => format!("the container's {resource}"),
    }
}
