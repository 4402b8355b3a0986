//! Codes: CEL expressions, CustomResourceDefinitions and custom resources. Their examples are YAML.

use super::{Code, Severity};

codes! {
    CEL_EXPRESSION = "cel-expression", Error, "a CEL expression that the API server does not compile",
        doc: "The API server compiles expressions when an object is created, against the variables of the place they stand in: a name that is not declared, a field that a type does not have, arguments that no function takes, or a result of the wrong type are refused. Expressions are judged as cel-go does it, with the functions that Kubernetes adds.",
        fails: "apiVersion: admissionregistration.k8s.io/v1\nkind: ValidatingAdmissionPolicy\nmetadata: {name: a}\nspec:\n  matchConstraints:\n    resourceRules: [{apiGroups: [apps], apiVersions: [v1], operations: [CREATE], resources: [deployments]}]\n  validations: [{expression: \"objekt.spec.replicas <= 5\"}]\n", passes: "apiVersion: admissionregistration.k8s.io/v1\nkind: ValidatingAdmissionPolicy\nmetadata: {name: a}\nspec:\n  matchConstraints:\n    resourceRules: [{apiGroups: [apps], apiVersions: [v1], operations: [CREATE], resources: [deployments]}]\n  validations: [{expression: \"object.spec.replicas <= 5\"}]\n";
}
