//! The generated parts of the reference, in Markdown: the functions of the language, the kinds and types of its library, the formats.
//!
//! Everything is read from where it is declared: documentation comments, the text of types and defaults as they stand in the source.

use kdsl::Limits;
use kdsl::ast::{Entry, FieldDecl, FieldValue, Item, KindDecl, Member, TypeDecl, TypeExprKind};
use kdsl::builtins;
use kdsl::diag::Sink;
use kdsl::source::{FileDb, Source, SourceKind, Span};
use kdsl::types::Format;
use std::fmt::Write as _;
use std::sync::Arc;

/// A default longer than this is worked out by the kind from its other fields, and is read there.
const LONGEST_DEFAULT: usize = 72;

/// Every function: how it is called, what it gives, an example.
pub fn builtins() -> String {
    let mut out = String::new();
    for builtin in builtins::all() {
        writeln!(out, "- `{}`  \n  {}  \n  `{}`", builtin.signature(), builtin.doc, builtin.example).unwrap();
    }
    out
}

/// Every kind that can be declared: its fields with type, default and meaning, and what it exports.
pub fn kinds() -> String {
    let mut out = String::new();
    for library in &Library::read().files {
        for item in &library.items {
            if let Item::Kind(kind) = item {
                library.kind(kind, &mut out);
            }
        }
    }
    out
}

/// Every named type that programs may write: those of the rules' own views of other projects' kinds are for rules alone.
pub fn types() -> String {
    let (mut names, mut records) = (String::from("| Type | Is | |\n|---|---|---|\n"), String::new());
    for library in Library::read().files.iter().filter(|library| !library.source.name.starts_with("std/rules/")) {
        for item in &library.items {
            if let Item::Type(decl) = item {
                library.type_decl(decl, &mut names, &mut records);
            }
        }
    }
    format!("{names}\nRecords:\n{records}")
}

/// Every rule and refinement of the library, by file.
pub fn rules() -> String {
    let mut out = String::new();
    for library in &Library::read().files {
        let Some(name) = ["std/k8s/", "std/rules/"].iter().find_map(|folder| library.source.name.strip_prefix(folder)) else { continue };
        writeln!(out, "\n## {}\n", name.trim_end_matches(".kdsl")).unwrap();
        let head = |text: &str| text.split("\n\n").next().unwrap_or_default().replace('\n', " ").replace('|', "\\|");
        let rules: Vec<_> = library.items.iter().filter_map(|item| if let Item::Rule(rule) = item { Some(rule) } else { None }).collect();
        if !rules.is_empty() {
            out.push_str("| Rule | On | |\n|---|---|---|\n");
        }
        for rule in rules {
            writeln!(out, "| `{}` | `{}` | {} |", rule.name.name, rule.on.name.name, head(rule.doc.as_deref().unwrap_or_default()))
                .unwrap();
        }
        let refined: Vec<_> =
            library.items.iter().filter_map(|item| if let Item::Refine(refine) = item { Some(refine) } else { None }).collect();
        if !refined.is_empty() {
            out.push_str("\nRefined fields: ");
        }
        let fields = |refine: &&kdsl::ast::RefineDecl| {
            let names: Vec<String> = refine.fields.iter().map(|field| format!("`{}`", field.name.name)).collect();
            format!("{} ({})", refine.ty.name.name, names.join(", "))
        };
        out.push_str(&refined.iter().map(fields).collect::<Vec<_>>().join("; "));
        out.push('\n');
    }
    out
}

/// What a program may compute, with the numbers that hold where nobody sets others.
pub fn limits() -> String {
    let Limits { steps, depth, declarations, nesting, weight, text } = Limits::default();
    let rows = [
        ("expressions, entries and elements that one declaration may take", steps),
        ("expressions and calls within each other", depth.into()),
        ("declarations, and objects", declarations as u64),
        ("lists and records within each other", nesting.into()),
        ("entries, elements and scalars of one value, written out", weight.into()),
        ("bytes of one text", text as u64),
    ];
    let mut out = String::from("| | at most |\n|---|---|\n");
    for (what, most) in rows {
        writeln!(out, "| {what} | {} |", thousands(most)).unwrap();
    }
    out
}

/// `20,000,000`
fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let groups: Vec<&str> = digits.as_bytes().rchunks(3).rev().map(|group| std::str::from_utf8(group).expect("digits")).collect();
    groups.join(",")
}

/// The names that `format = "…"` takes.
pub fn formats() -> String {
    let names: Vec<String> = Format::ALL.iter().map(|(name, _)| format!("`{name}`")).collect();
    format!("{}.\n", names.join(", "))
}

struct Library {
    files: Vec<Text>,
}

/// A file of the library.
struct Text {
    source: Arc<Source>,
    items: Vec<Item>,
}

impl Library {
    fn read() -> Library {
        let (db, sink) = (FileDb::new(), Sink::new());
        let read = |(name, text): &(&str, &str)| {
            let source = db.add(*name, *text, SourceKind::Std).expect("the library is small");
            let items = kdsl::syntax::parse(&source, &sink).items;
            Text { source, items }
        };
        let files = kdsl::stdlib::FILES.iter().map(read).collect();
        assert!(!sink.has_errors(), "the library parses");
        Library { files }
    }
}

impl Text {
    fn kind(&self, kind: &KindDecl, out: &mut String) {
        let from = kind.from.map_or_else(String::new, |path| format!(" from `{}`", path.name.name));
        let doc = kind.doc.as_deref().unwrap_or("The settings of a file: entries at its top level.");
        writeln!(out, "#### `{}`{from}\n\n{doc}\n\n| Field | Type | Default | |\n|---|---|---|---|", kind.name.name).unwrap();
        self.members("", &kind.members, out);
        out.push('\n');
        for member in &kind.members {
            if let Member::Export(block) = member {
                writeln!(out, "Exports:\n").unwrap();
                self.exports(&block.entries, out);
                out.push('\n');
            }
        }
    }

    fn members(&self, prefix: &str, members: &[Member], out: &mut String) {
        for member in members {
            match member {
                Member::Field(field) => self.field(prefix, field, out),
                Member::Nested(nested) => {
                    let name = format!("{prefix}{}", nested.name.name);
                    writeln!(out, "| `{name}` | record | | {} |", flat(nested.doc.as_deref())).unwrap();
                    self.members(&format!("{name}."), &nested.members, out);
                }
                Member::Set(set) => {
                    let (FieldValue::Set(value), Some(name)) = (&set.value, set.key.as_static()) else { continue };
                    writeln!(out, "| `{prefix}{name}` | as in its base | {} | |", self.default(value.span)).unwrap();
                }
                Member::Let(_) | Member::Require(_) | Member::If(_) | Member::Export(_) | Member::Emit(_) | Member::Column(_) => {}
            }
        }
    }

    fn field(&self, prefix: &str, field: &FieldDecl, out: &mut String) {
        let default = match &field.default {
            Some(value) => self.default(value.span),
            None if matches!(field.ty.kind, TypeExprKind::Optional(_)) => String::new(),
            None => "**required**".to_string(),
        };
        let primary = if field.primary { " (primary)" } else { "" };
        writeln!(
            out,
            "| `{prefix}{}`{primary} | {} | {default} | {} |",
            field.name.name,
            code(self.text(field.ty.span)),
            flat(field.doc.as_deref())
        )
        .unwrap();
    }

    fn default(&self, span: Span) -> String {
        let text = self.text(span);
        // A default that is broken for its width alone is shown on one line.
        let text = if text.contains("\"\"\"") { text.to_string() } else { text.split_whitespace().collect::<Vec<_>>().join(" ") };
        if text.contains('\n') || text.len() > LONGEST_DEFAULT { "from the other fields".to_string() } else { code(&text) }
    }

    fn exports(&self, entries: &[Entry], out: &mut String) {
        for entry in entries {
            if let Entry::Field(field) = entry {
                let name = field.key.as_static().expect("an export has a fixed name");
                writeln!(out, "- `{name}`: {}", flat(field.doc.as_deref())).unwrap();
            }
        }
    }

    fn type_decl(&self, decl: &TypeDecl, names: &mut String, records: &mut String) {
        let doc = flat(decl.doc.as_deref());
        match &decl.ty.kind {
            TypeExprKind::Record(fields) => {
                writeln!(records, "\n#### `{}`\n\n{doc}\n\n| Field | Type | Default | |\n|---|---|---|---|", decl.name.name).unwrap();
                fields.iter().for_each(|field| self.field("", field, records));
            }
            _ => writeln!(names, "| `{}` | {} | {doc} |", decl.name.name, code(self.text(decl.ty.span))).unwrap(),
        }
    }

    fn text(&self, span: Span) -> &str {
        self.source.slice(span).trim()
    }
}

/// Code in a cell of a table.
fn code(text: &str) -> String {
    format!("`{}`", text.split_whitespace().collect::<Vec<_>>().join(" ").replace('|', "\\|"))
}

/// A documentation comment in a cell of a table.
fn flat(doc: Option<&str>) -> String {
    doc.unwrap_or_default().split_whitespace().collect::<Vec<_>>().join(" ").replace('|', "\\|")
}
