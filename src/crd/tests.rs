//! Definitions and objects with the fields that a real API server names.

use super::*;
use crate::data::parse_yaml;
use crate::value::{Node, Origin};

const DEFINITION: &str = "
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: websites.example.com}
spec:
  group: example.com
  scope: Namespaced
  names: {plural: websites, singular: website, kind: Website, listKind: WebsiteList}
  versions:
  - name: v1
    served: true
    storage: true
    schema:
      openAPIV3Schema:
        type: object
        properties:
          spec:
            type: object
            properties:
              a: A
";

fn node(text: &str) -> Node {
    parse_yaml(text, Origin::NONE, &mut |_| true).expect(text).remove(0)
}

fn with(schema: &str) -> Node {
    node(&DEFINITION.replace("a: A", &format!("a: {schema}")))
}

fn fields(findings: &[Finding]) -> Vec<&str> {
    findings.iter().map(|f| f.field.as_str()).collect()
}

#[test]
fn schemas_are_judged_where_the_server_names_them() {
    const A: &str = "spec.validation.openAPIV3Schema.properties[spec].properties[a]";
    for (schema, wrong) in [
        ("{type: string}", ""),
        ("{}", ".type"),
        ("{type: text}", ".type"),
        ("{type: array}", ".items"),
        ("{type: array, items: {type: string}, x-kubernetes-list-type: set}", ""),
        ("{type: array, items: {type: object}, x-kubernetes-list-type: set}", ".items.x-kubernetes-map-type"),
        ("{type: array, items: {type: object}, x-kubernetes-list-type: map}", ".x-kubernetes-list-map-keys"),
        ("{type: string, pattern: '['}", ".pattern"),
        ("{type: integer, default: x}", ".default"),
        ("{type: object, default: {b: 1}}", ".default"),
        ("{type: string, uniqueItems: true}", ".uniqueItems"),
        ("{type: object, additionalProperties: x}", ".additionalProperties"),
        ("{type: object, properties: {b: {type: string}}, additionalProperties: {type: string}}", ".additionalProperties"),
        ("{x-kubernetes-int-or-string: true, anyOf: [{type: integer}, {type: string}]}", ""),
        ("{type: integer, anyOf: [{type: integer}]}", ".anyOf[0].type"),
        ("{type: string, x-kubernetes-validations: [{rule: self.size() < 3}]}", ""),
        ("{type: string, x-kubernetes-validations: [{rule: self < 3}]}", ".x-kubernetes-validations[0].rule"),
        (
            "{type: array, maxItems: 9, items: {type: string, maxLength: 9, x-kubernetes-validations: [{rule: self == oldSelf}]}}",
            ".items.x-kubernetes-validations[0].rule",
        ),
    ] {
        let findings = check_definition(&with(schema));
        let wanted: Vec<String> = if wrong.is_empty() { Vec::new() } else { vec![format!("{A}{wrong}")] };
        assert_eq!(fields(&findings), wanted, "{schema}");
    }
}

#[test]
fn definitions_are_judged_as_a_whole() {
    let text = DEFINITION.replace("a: A", "a: {type: string}");
    for (from, to, wanted) in [
        ("websites.example.com", "sites.example.com", "metadata.name"),
        ("storage: true", "storage: false", "spec.versions"),
        ("scope: Namespaced", "scope: Everywhere", "spec.scope"),
        ("listKind: WebsiteList", "listKind: Website", "spec.names.listKind"),
        ("name: v1", "name: 1", "spec.versions[0].name"),
        (
            "    served: true",
            "    served: true\n    additionalPrinterColumns: [{name: A, type: string, jsonPath: spec.a}]",
            "spec.additionalPrinterColumns[0].JSONPath",
        ),
        (
            "    served: true",
            "    served: true\n    subresources: {scale: {specReplicasPath: .a, statusReplicasPath: .status.b}}",
            "spec.subresources.scale.specReplicasPath",
        ),
        ("    served: true", "    served: true\n    selectableFields: [{jsonPath: .spec.b}]", "spec.selectableFields[0].jsonPath"),
    ] {
        assert_eq!(fields(&check_definition(&node(&text.replace(from, to)))), [wanted], "{to}");
    }
}

#[test]
fn objects_are_judged_by_their_definition() {
    let schema = "{type: object, required: [n], properties: {n: {type: integer, maximum: 5, default: 1}, s: {type: string, format: ipv4}, \
                  l: {type: array, x-kubernetes-list-type: set, items: {type: string}}}, \
                  x-kubernetes-validations: [{rule: self.n != 4, message: not four, fieldPath: .n}]}";
    let mut definitions = Definitions::default();
    definitions.add(&with(schema));
    for (value, wanted) in [
        ("{}", ""),
        ("{n: 9}", "spec.a.n"),
        ("{n: 4}", "spec.a.n"),
        ("{n: x}", "spec.a.n"),
        ("{m: 1}", "spec.a.m"),
        ("{s: 1.2.3}", "spec.a.s"),
        ("{l: [a, a]}", "spec.a.l[1]"),
    ] {
        let object = node(&format!("apiVersion: example.com/v1\nkind: Website\nmetadata: {{name: a}}\nspec: {{a: {value}}}\n"));
        let found = definitions.check_instance(&object).expect("a known kind");
        assert_eq!(fields(&found).join(" "), wanted, "{value}");
    }
    assert!(definitions.check_instance(&node("apiVersion: example.com/v2\nkind: Website\n")).is_none());
}

#[test]
fn a_text_gives_its_kinds_once() {
    let text = DEFINITION.replace("a: A", "a: {type: integer, format: int32, description: How many.}");
    let bundle = bundle_of_text(&text).expect("one definition");
    assert_eq!(bundle_of_text(&text), Ok(bundle));
    let kind = crate::schema::kind_in(&bundle, "Website").expect("it is in the bundle");
    assert_eq!((kind.api_version.as_str(), kind.namespaced), ("example.com/v1", true));
    let spec = kind.ty.get().field("spec".into()).expect("a field");
    let crate::schema::NativeTy::Ref(spec) = spec.ty else { panic!("{:?}", spec.ty) };
    let field = spec.get().field("a".into()).expect("a field");
    assert_eq!((field.ty, field.doc()), (crate::schema::NativeTy::Int32, Some("How many.")));
    assert!(bundle_of_text("kind: ConfigMap\n").is_err_and(|why| why.contains("no CustomResourceDefinition")));
    let old = text.replace("apiextensions.k8s.io/v1", "apiextensions.k8s.io/v1beta1");
    assert!(bundle_of_text(&old).is_err_and(|why| why.contains("v1beta1")));
}

/// Verdicts and fields of a real API server. Without a limit of its own a list holds what fits into a request.
#[test]
fn rules_share_a_budget() {
    const SCHEMA: &str = "spec.validation.openAPIV3Schema";
    let ruled = |count: usize| {
        let rules = vec!["{rule: \"self == 'abcdefghijklmnopqrst'\"}"; count].join(", ");
        format!("{{type: string, maxLength: 10, x-kubernetes-validations: [{rules}]}}")
    };
    let list = |most: usize, items: &str| format!("{{type: array, maxItems: {most}, items: {items}}}");
    let unbounded = |items: &str| format!("{{type: array, items: {items}}}");
    let rule =
        |below: &str, index: usize| format!("{SCHEMA}.properties[spec].properties[a].{below}.x-kubernetes-validations[{index}].rule");
    for (schema, wanted) in [
        (unbounded(&ruled(1)), vec![]),
        (list(3_000_000, &ruled(1)), vec![]),
        (list(4_000_000, &ruled(1)), vec![rule("items", 0)]),
        (list(2_000, &list(2_000, &ruled(1))), vec![rule("items.items", 0)]),
        (list(2_000, &unbounded(&ruled(1))), vec![]),
        // Each is cheap enough, twelve are not: the dearest four are named, and the whole.
        (list(3_000_000, &ruled(12)), (0..4).map(|i| rule("items", i)).chain([SCHEMA.to_string()]).collect()),
        // None is worth being named.
        (list(300_000, &ruled(120)), vec![SCHEMA.to_string()]),
    ] {
        assert_eq!(fields(&check_definition(&with(&schema))), wanted, "{schema}");
    }
}
