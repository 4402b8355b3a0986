//! The kinds of the CustomResourceDefinitions that a project imports.

use super::book::{Field, Kind};
use crate::crd;
use crate::load::{ImportTarget, Project};
use crate::schema::added::{self, is_added};
use crate::schema::{NativeField, NativeKind, NativeType};
use crate::types::Ty;

/// Fields that every object has, and what the server alone writes.
const COMMON: [&str; 4] = ["apiVersion", "kind", "metadata", "status"];
/// More fields of one kind are left to `kdsl explain`.
const MOST: usize = 1000;

/// The kinds, in the order in which the project's files name them.
pub fn kinds(project: &Project) -> Vec<Kind> {
    let imports = project.files.iter().flat_map(|file| &file.imports);
    let bundles = imports.filter_map(|import| match &import.what {
        ImportTarget::Definitions(text) => added::bundle(crd::bundle_of_text(text).ok()?),
        ImportTarget::File(_) | ImportTarget::Native(_) | ImportTarget::Missing => None,
    });
    let mut found: Vec<Kind> = Vec::new();
    for made in bundles.flatten().map(|made| kind(made)) {
        // Of several versions the first is meant by the name.
        if !found.iter().any(|known| known.name == made.name) {
            found.push(made);
        }
    }
    found
}

fn kind(kind: &NativeKind) -> Kind {
    let mut fields = Vec::new();
    below("", kind.ty.get(), &mut fields);
    let ty = kind.ty.get();
    let words = ty.doc().map_or_else(String::new, |doc| format!("{doc}\n\n"));
    let doc = format!("{words}A custom resource of `{}`.", kind.api_version);
    Kind { name: kind.kind.to_string(), from: None, doc, fields, exports: Vec::new() }
}

fn below(path: &str, ty: &NativeType, out: &mut Vec<Field>) {
    for field in ty.fields.iter().filter(|field| !path.is_empty() || !COMMON.contains(&field.name.as_str())) {
        if out.len() == MOST {
            return;
        }
        let name = if path.is_empty() { field.name.to_string() } else { format!("{path}.{}", field.name) };
        let inner = part(&Ty::of_native_field(field, false));
        out.push(one(&name, field, inner.as_ref().map(|(form, _)| *form)));
        if let Some((_, inner)) = inner {
            below(&name, inner, out);
        }
    }
}

fn one(name: &str, field: &NativeField, form: Option<&str>) -> Field {
    Field {
        name: name.to_string(),
        ty: form.map_or_else(|| Ty::of_native(field.ty, false).present().to_string(), str::to_string),
        default: field.default().map_or_else(String::new, |json| json.to_string()),
        doc: field.doc().unwrap_or("").to_string(),
        required: field.required,
        ..Field::default()
    }
}

/// The type of which a field holds one or several, where that is a part of the definition, and how it is written.
fn part(ty: &Ty) -> Option<(&'static str, &'static NativeType)> {
    match ty.base() {
        Ty::Native(id) if is_added(*id) => Some(("{ … }", id.get())),
        Ty::List(inner) => part(inner).map(|(_, inner)| ("[{ … }]", inner)),
        Ty::Keyed(keyed) => part(keyed.element()).map(|(_, inner)| ("[{ … }]", inner)),
        Ty::Map(map) => part(&map.value).map(|(_, inner)| ("{ name { … } }", inner)),
        _ => None,
    }
}
