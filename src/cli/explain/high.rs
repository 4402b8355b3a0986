//! The pages of kinds and types that are written in kdsl.

use super::page::Page;
use super::{Scope, field, plain};
use crate::ast::{Name, TypeExprKind};
use crate::resolve::{KindRef, STD};
use crate::types::Ty;

/// The page of a high-level kind; false where there is none of that name.
pub fn kind(page: &mut Page, scope: &Scope, name: Name) -> bool {
    let Some(KindRef::High(kind)) = scope.kind(name) else { return false };
    let program = &scope.program;
    page.title(&name, "kind");
    if let Some(doc) = &kind.decl.doc {
        page.text(doc);
    }
    if let Some(parent) = &kind.parent {
        page.facts(&[("made from", parent.name.to_string())]);
    }
    page.heading("Fields");
    page.entries(kind.inputs.fields.iter().map(|f| field::of_kind(program, &kind, f, format!("{name}.{}", f.name)).entry()));
    let exports = kind.export_names();
    if !exports.is_empty() {
        page.heading("Exports");
        page.text(&format!("What other declarations may read, as in `{name}.web.{}`:", exports[0]));
        page.words(exports.iter().map(|n| n.as_str()));
    }
    true
}

/// The page of a type of the library, of a program or of the language; false where there is none of that name.
pub fn named_type(page: &mut Page, scope: &Scope, name: Name) -> bool {
    if let Some((_, doc)) = SCALARS.iter().find(|(scalar, _)| *scalar == name.as_str()) {
        page.title(&name, "type of the language");
        page.text(doc);
        return true;
    }
    let program = &scope.program;
    let Some(found) = program.type_decl(scope.home, &plain(name)) else { return false };
    let decl = found.what;
    page.title(&name, if found.home == STD { "type of the standard library" } else { "type" });
    if let Some(doc) = &decl.doc {
        page.text(doc);
    }
    match (&decl.ty.kind, program.named_type(scope.home, name)) {
        (TypeExprKind::Record(_), Some(Ty::Record(record))) => {
            page.heading("Fields");
            page.entries(record.fields.iter().map(|f| field::of_record(program, &record, f, format!("{name}.{}", f.name)).entry()));
        }
        _ => page.code(&format!("type {name} = {}", field::source(program, decl.ty.span))),
    }
    true
}

/// Types that are not declared anywhere.
const SCALARS: &[(&str, &str)] = &[
    ("Bool", "`true` or `false`."),
    ("Int", "A whole number of 64 bits. `Int(1..65535)` narrows it, both ends included."),
    ("Float", "An exact decimal number of 28 digits: `0.5`."),
    (
        "String",
        "Text: `\"…${e}…\"`, `\"\"\"` blocks over several lines, `r\"…\"` without escapes. `String(match = r\"^[a-z]+$\", len = 1..63)` narrows it.",
    ),
    ("Cpu", "Cores: `2`, `0.5`, `200m` (thousandths), `5u`, `5n`."),
    ("Bytes", "An amount of memory or disk: `64Mi`, `1Gi` (powers of 1024), `64M`, `1G` (powers of 1000)."),
    ("Duration", "A length of time: `500ms`, `10s`, `5min`, `1h`, `7d`. `m` alone is milli, not minutes."),
    ("Percent", "A share: `25%`."),
    (
        "Ref",
        "A typed reference to a value in the cluster, such as `secret.db.ref.password`: where an environment value is expected it becomes `valueFrom`.",
    ),
    ("Map", "`Map<K, V>`: entries by name. In a block, `field label = value` writes one of them."),
    ("Range", "`Range<T>`: `200m..1`, `..512Mi`, `1..`; a single value is a range too. Has `lo`, `hi` and `single`."),
    (
        "Partial",
        "`Partial<T>`: a value of `T` of which any part may be missing; it is merged over what lies below, and `null` takes a field away.",
    ),
    ("Address", "`Address<kind>`: a declaration, as `app.web`. Has `name`, `namespace`, `kind`, `selector` and what the kind exports."),
];
