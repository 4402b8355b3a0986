//! Codes: what `vet` reports about YAML text itself. Their examples are YAML.

use super::{Code, Severity};

codes! {
    YAML_SYNTAX = "yaml-syntax", Error, "a document is no YAML, or none that Kubernetes reads",
        doc: "The text cannot be read as YAML, or uses what Kubernetes has no meaning for, such as tags. Other documents of the stream are judged all the same.",
        fails: "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a\n", passes: "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n";
    YAML_TOO_LARGE = "yaml-too-large", Error, "a document is larger or deeper than any object",
        doc: "Brackets or indents that nest more than 200 levels, or aliases that multiply to more than two million values. The API server takes objects of about three mebibytes.",
        fails: "", passes: "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n";
    DUPLICATE_KEY = "duplicate-key", Error, "a mapping has one key twice",
        doc: "YAML forbids it, and the API server refuses it in strict requests; others silently take the last of the two.",
        fails: "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata:\n  x: \"1\"\n  x: \"2\"\n", passes: "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata:\n  x: \"1\"\n  y: \"2\"\n";
    NO_OBJECT = "no-object", Error, "a document is no object of Kubernetes",
        doc: "An object is a mapping with `apiVersion`, `kind` and `metadata`. Files of values, kustomizations and the like are not sent to the API server.",
        fails: "apiVersion: v1\nmetadata: {name: a}\n", passes: "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n";
    REMOVED_VERSION = "removed-version", Error, "Kubernetes no longer serves this version of the kind",
        doc: "API versions end: betas after some releases, for good. The kind usually goes on in a newer version, with a few fields changed.",
        fails: "apiVersion: batch/v1beta1\nkind: CronJob\nmetadata: {name: a}\n", passes: "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n";
    RETIRED_API = "retired-api", Warning, "an object is of a project that ended or moved",
        doc: "A cluster that still has the definition takes the object, and nobody looks after what serves it. The message names what goes on in its place.",
        fails: "apiVersion: servicecatalog.k8s.io/v1beta1\nkind: ServiceInstance\nmetadata: {name: a}\n---\napiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: serviceinstances.servicecatalog.k8s.io, annotations: {api-approved.kubernetes.io: \"unapproved, legacy API\"}}\nspec:\n  group: servicecatalog.k8s.io\n  scope: Namespaced\n  names: {kind: ServiceInstance, plural: serviceinstances}\n  versions: [{name: v1beta1, served: true, storage: true, schema: {openAPIV3Schema: {type: object}}}]\n", passes: "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n";
    UNKNOWN_OBJECT = "unknown-object", Error, "Kubernetes has no such kind in this group and version",
        doc: "The group is one of Kubernetes' own, and no release that kdsl knows has the kind there.",
        fails: "apiVersion: apps/v1\nkind: Deploymet\nmetadata: {name: a}\n", passes: "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n";
    UNVERIFIED = "unverified", Warning, "an object of a kind that kdsl knows nothing about",
        doc: "The kind comes from a CustomResourceDefinition that is not among the files, so nothing of the object could be judged. Name the file with `--crds`; with `--strict` this is an error.",
        fails: "apiVersion: example.com/v1\nkind: Website\nmetadata: {name: a}\n", passes: "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n";
    NOT_TOGETHER = "not-judged-together", Warning, "objects that are too large to be held together",
        doc: "Texts of more than 32 MiB are judged a batch at a time, and of all objects only that is kept which rules may ask of others: everything but status, managed fields and the texts of data. Where that is more than four million values, the references between objects, the strict rules, and rules of your own that ask of other objects are left out, and this says so. Namespaces and LimitRanges are always known.",
        fails: "", passes: "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n";
    OBJECT_TWICE = "object-twice", Warning, "two documents are the same object",
        doc: "Both have the same kind, namespace and name, so that the later one replaces the earlier one when they are applied.",
        fails: "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n", passes: "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n";
}
