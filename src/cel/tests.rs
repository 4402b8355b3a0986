//! Expressions with what a real API server says to them, as variables of a ValidatingAdmissionPolicy.

use super::declared::{Admission, admission};
use super::*;

fn env() -> Env {
    admission(Admission { params: true, authorizer: true, patches: false })
}

#[test]
fn right_expressions_have_a_type() {
    let optional = CelType::optional(CelType::Dyn);
    for (text, ty) in [
        ("object.spec.replicas <= 5", CelType::Bool),
        ("has(object.metadata.labels) && 'a' in object.metadata.labels", CelType::Bool),
        ("object.spec.containers.all(c, c.image.startsWith('x/'))", CelType::Bool),
        ("authorizer.requestResource.check('x').allowed()", CelType::Bool),
        ("request.userInfo.groups", CelType::list(CelType::String)),
        ("object.?spec.?replicas", optional),
        ("[1, 2].map(x, string(x)).join(',')", CelType::String),
        ("{'a': 1}.transformMap(k, v, v + 1)", CelType::map(CelType::String, CelType::Int)),
        ("'%s %d'.format(['a', 1])", CelType::String),
        ("quantity('1').add(quantity('2')).isGreaterThan(quantity('1'))", CelType::Bool),
        ("sets.contains([1], [2])", CelType::Bool),
        ("timestamp('2020-01-01T00:00:00Z').getHours('UTC')", CelType::Int),
    ] {
        assert_eq!(compile(text, &env()).map(|c| c.ty), Ok(ty), "{text}");
    }
}

#[test]
fn wrong_expressions_are_refused_where_they_are_wrong() {
    for (text, offset) in [
        ("objekt.spec", 0),
        ("request.user", 7),
        ("'a' + 1", 4),
        ("true ? 1 : 'a'", 5),
        ("[1, 'a']", 4),
        ("1 < ", 4),
        ("object.all(1, x)", 11),
        ("has(object)", 3),
        ("'a'.matches('[')", 12),
        ("duration('1x')", 9),
        ("'%d'.format([1.5])", 13),
        ("namespaceObject.metadata.foo", 24),
        ("foo(1)", 3),
        ("optional.of(1)[0]", 14),
    ] {
        let errors = compile(text, &env()).map(|c| c.ty).expect_err(text);
        assert_eq!(errors.first().map(|e| e.offset), Some(offset), "{text}: {errors:?}");
    }
}

#[test]
fn what_is_too_large_is_not_judged() {
    for text in [format!("{}1{}", "(".repeat(200), ")".repeat(200)), vec!["a"; 1000].join(" + "), "x".repeat(30_000)] {
        assert!(compile(&text, &env()).is_ok_and(|checked| !checked.judged));
    }
}
