//! Native checks of whole objects: expressions, CustomResourceDefinitions, and the custom resources these define.

mod budget;
mod defaults;
mod definition;
mod embedded;
mod expressions;
mod formats;
mod instances;
mod native;
mod openapi;
mod paths;
mod rules;
pub mod schema;
mod sizes;
mod structural;
#[cfg(test)]
mod tests;
mod values;

pub use definition::check_definition;
pub use instances::{Definition, Definitions};
pub use native::{QUANTITY_PATTERN, any_kind, bundle, bundle_of_text, definition_of};

use crate::cel;
use crate::finding::Finding;
use crate::schema::NativeKind;
use crate::value::Node;

/// What the API server refuses in an object beyond its schema and the rules.
pub fn check_object(kind: &'static NativeKind, object: &Node) -> Vec<Finding> {
    match kind.group.as_str() {
        "admissionregistration.k8s.io" | "resource.k8s.io" => cel::check_admission(object),
        "apiextensions.k8s.io" => check_definition(object),
        _ => native::check_added(kind, object).unwrap_or_default(),
    }
}
