//! The book as Markdown: one file a part, and an index.

use super::book::{Book, Field, Kind, Part};
use crate::prose::counted;
use std::fmt::Write as _;

pub fn pages(book: &Book) -> Vec<(String, String)> {
    let mut index = format!("# {}\n\n", book.title);
    let mut pages = Vec::new();
    for part in &book.parts {
        let name = if part.slug.is_empty() { "project.md" } else { "library.md" };
        index.push_str(&format!("- [{}]({name}): {}\n", part.title, counts(part)));
        pages.push((name.to_string(), page(part)));
    }
    pages.insert(0, ("README.md".into(), index));
    pages
}

/// `8 kinds, 50 types`
pub fn counts(part: &Part) -> String {
    let counts = [
        (part.kinds.len(), "kind"),
        (part.types.len(), "type"),
        (part.functions.len(), "function"),
        (part.rules.len(), "rule"),
        (part.values.len(), "value"),
    ];
    let some = counts.iter().filter(|(n, _)| *n > 0);
    some.map(|(n, what)| counted(*n, what)).collect::<Vec<_>>().join(", ")
}

fn page(part: &Part) -> String {
    let mut out = format!("# {}\n", part.title);
    if !part.values.is_empty() {
        out.push_str("\n## Params and values\n\n");
        table(&part.values, &mut out);
    }
    if !part.kinds.is_empty() {
        out.push_str("\n## Kinds\n");
        part.kinds.iter().for_each(|made| kind(made, &mut out));
    }
    if !part.types.is_empty() {
        out.push_str("\n## Types\n");
        for ty in &part.types {
            let is = if ty.is.is_empty() { String::new() } else { format!("{}\n\n", code(&ty.is)) };
            out.push_str(&format!("\n### `{}`\n\n{is}{}\n", ty.name, ty.doc));
            if !ty.fields.is_empty() {
                out.push('\n');
                table(&ty.fields, &mut out);
            }
        }
    }
    if !part.functions.is_empty() {
        out.push_str("\n## Functions\n");
        for function in &part.functions {
            out.push_str(&format!("\n### `{}`\n\n```kdsl\n{}\n```\n\n{}\n", function.name, function.signature, function.doc));
            if !function.example.is_empty() {
                out.push_str(&format!("\n```kdsl\n{}\n```\n", function.example));
            }
        }
    }
    if !part.rules.is_empty() {
        out.push_str("\n## Rules\n\n| Rule | On | Level | |\n|---|---|---|---|\n");
        for rule in &part.rules {
            let _ = writeln!(
                out,
                "| `{}` | `{}` | {} | {} |",
                rule.name,
                rule.on,
                if rule.warns { "warning" } else { "error" },
                flat(&rule.doc)
            );
        }
    }
    out
}

fn kind(kind: &Kind, out: &mut String) {
    let from = kind.from.as_ref().map_or(String::new(), |from| format!(" from `{from}`"));
    out.push_str(&format!("\n### `{}`{from}\n\n{}\n\n", kind.name, kind.doc));
    if !kind.fields.is_empty() {
        table(&kind.fields, out);
    }
    if !kind.exports.is_empty() {
        out.push_str("\nExports:\n\n");
        for export in &kind.exports {
            out.push_str(&format!("- `{}`: {}\n", export.name, flat(&export.doc)));
        }
    }
}

fn table(fields: &[Field], out: &mut String) {
    out.push_str("| Field | Type | Default | |\n|---|---|---|---|\n");
    for field in fields {
        let default = match (field.required, field.default.as_str()) {
            (true, _) => "**required**".to_string(),
            (false, "") => String::new(),
            (false, default) => code(default),
        };
        let primary = if field.primary { " (primary)" } else { "" };
        let ty = if field.ty.is_empty() { String::new() } else { code(&field.ty) };
        let _ = writeln!(out, "| `{}`{primary} | {ty} | {default} | {} |", field.name, flat(&field.doc));
    }
}

fn code(text: &str) -> String {
    format!("`{}`", text.replace('|', "\\|"))
}

fn flat(doc: &str) -> String {
    doc.split_whitespace().collect::<Vec<_>>().join(" ").replace('|', "\\|")
}
