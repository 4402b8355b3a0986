//! Native checks of whole objects: expressions, CustomResourceDefinitions, and the custom resources these define.

use crate::cel;
use crate::finding::Finding;
use crate::object::Object;

/// What the API server refuses in an object of one of its own kinds beyond its schema and the rules.
pub fn check_object(object: &Object) -> Vec<Finding> {
    match object.kind.group.as_str() {
        "admissionregistration.k8s.io" | "resource.k8s.io" => cel::check_admission(&object.node()),
        _ => Vec::new(),
    }
}
