//! Native checks of whole objects: expressions, CustomResourceDefinitions, and the custom resources these define.

mod defaults;
mod definition;
mod formats;
mod instances;
mod openapi;
mod paths;
mod rules;
pub mod schema;
mod structural;
#[cfg(test)]
mod tests;
mod values;

pub use definition::check_definition;
pub use instances::Definitions;

use crate::cel;
use crate::finding::Finding;
use crate::object::Object;

/// What the API server refuses in an object of one of its own kinds beyond its schema and the rules.
pub fn check_object(object: &Object) -> Vec<Finding> {
    match object.kind.group.as_str() {
        "admissionregistration.k8s.io" | "resource.k8s.io" => cel::check_admission(&object.node()),
        "apiextensions.k8s.io" => check_definition(&object.node()),
        _ => Vec::new(),
    }
}
