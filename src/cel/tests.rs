//! Expressions with what a real API server says to them.

use super::declared::{Admission, admission};
use super::*;

fn env() -> Env {
    admission(Admission { params: true, authorizer: true, patches: false })
}

#[test]
fn right_expressions_have_a_type() {
    for (text, ty) in [
        ("object.spec.replicas <= 5", CelType::Bool),
        ("has(object.metadata.labels) && 'a' in object.metadata.labels", CelType::Bool),
        ("object.spec.containers.all(c, c.image.startsWith('x/'))", CelType::Bool),
    ] {
        assert_eq!(compile(text, &env()).map(|c| c.ty), Ok(ty), "{text}");
    }
}
