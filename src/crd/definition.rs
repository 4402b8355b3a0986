//! CustomResourceDefinitions: names, versions, columns, subresources, conversion.
//!
//! What all versions share the server moves to the top of `spec` before it judges it, and reports it there: `spec.validation`,
//! `spec.subresources`, `spec.additionalPrinterColumns`, `spec.selectableFields`.

use super::schema::Schema;
use super::{defaults, openapi, paths, structural};
use crate::diag::codes;
use crate::finding::{Finding, Place};
use crate::types::Format;
use crate::value::compare::equal;
use crate::value::{Node, Value};
use rustc_hash::FxHashSet;

/// What the API server would refuse in a CustomResourceDefinition beyond the schema of the kind.
pub fn check_definition(root: &Node) -> Vec<Finding> {
    let object = Place::root(root);
    let spec = object.field("spec");
    let mut out = Vec::new();
    names(&object, &spec, &mut out);
    group_and_scope(&object, &spec, &mut out);
    versions(&spec, &mut out);
    conversion(&spec.field("conversion"), &mut out);
    let preserve = spec.field("preserveUnknownFields");
    if preserve.is_true() {
        let finding = preserve.finding(&codes::CRD_SCHEMA, "apiextensions.k8s.io/v1 prunes unknown fields: this is false or left out");
        out.push(finding.help("`x-kubernetes-preserve-unknown-fields: true` in the schema keeps them, where wanted"));
    }
    out
}

pub fn report(place: &Place, message: impl Into<String>, out: &mut Vec<Finding>) {
    out.push(place.finding(&codes::CRD_DEFINITION, message));
}

fn required(place: &Place, what: &str, out: &mut Vec<Finding>) -> bool {
    let missing = place.text().is_empty();
    if missing {
        report(place, format!("{what} is required"), out);
    }
    !missing
}

/// A name in the form of a DNS label that begins with a letter.
fn label(place: &Place, what: &str, text: &str, out: &mut Vec<Finding>) {
    if let Err(error) = Format::Dns1035Label.check(text) {
        report(place, format!("{what} `{text}` is no name: {error}"), out);
    }
}

fn names(object: &Place, spec: &Place, out: &mut Vec<Finding>) {
    let metadata = object.field("metadata");
    let (name, names) = (metadata.field("name"), spec.field("names"));
    let (plural, kind, list_kind, singular) =
        (names.field("plural"), names.field("kind"), names.field("listKind"), names.field("singular"));
    let full = format!("{}.{}", plural.text(), spec.field("group").text());
    if name.text() != full {
        report(&name, format!("a CustomResourceDefinition is named `{full}`, by its plural and its group"), out);
    }
    if required(&plural, "the plural name", out) {
        label(&plural, "the plural", plural.text(), out);
    }
    if required(&kind, "the kind", out) {
        label(&kind, "the kind", &kind.text().to_lowercase(), out);
    } else {
        for absent in [&list_kind, &singular].into_iter().filter(|place| place.text().is_empty()) {
            report(absent, "without a kind there is nothing to name this by", out);
        }
    }
    if !list_kind.text().is_empty() {
        label(&list_kind, "the list kind", &list_kind.text().to_lowercase(), out);
        if list_kind.text() == kind.text() {
            report(&list_kind, "the list kind is another name than the kind", out);
        }
    }
    if !singular.text().is_empty() {
        label(&singular, "the singular", singular.text(), out);
    }
    for list in ["shortNames", "categories"] {
        let list = names.field(list);
        // Nulls are elements too, and read as empty names.
        let items = list.list().map_or(&[][..], |list| &list.items[..]);
        for (index, item) in items.iter().enumerate() {
            let place = list.index(index, &item.node);
            label(&place, "this", place.text(), out);
        }
    }
}

fn group_and_scope(object: &Place, spec: &Place, out: &mut Vec<Finding>) {
    let group = spec.field("group");
    if required(&group, "the group", out) {
        if let Err(error) = Format::DnsSubdomain.check(group.text()) {
            report(&group, format!("the group `{}` is no domain name: {error}", group.text()), out);
        } else if !group.text().contains('.') {
            report(&group, "the group is a domain with at least one dot, such as `example.com`", out);
        }
        approval(object, group.text(), out);
    }
    one_of(&spec.field("scope"), "the scope", &["Cluster", "Namespaced"], true, out);
}

fn one_of(place: &Place, what: &str, allowed: &[&str], needed: bool, out: &mut Vec<Finding>) {
    let text = place.text();
    if text.is_empty() && !needed || allowed.contains(&text) {
        return;
    }
    let list = allowed.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(" or ");
    report(place, format!("{what} is {list}"), out);
}

/// Groups under k8s.io need a link to their review.
fn approval(object: &Place, group: &str, out: &mut Vec<Finding>) {
    if !["k8s.io", "kubernetes.io"].iter().any(|domain| group == *domain || group.ends_with(&format!(".{domain}"))) {
        return;
    }
    let metadata = object.field("metadata");
    let annotations = metadata.field("annotations");
    let place = annotations.key("api-approved.kubernetes.io");
    let text = place.text();
    let link = text.split_once("://").is_some_and(|(scheme, rest)| !scheme.is_empty() && !rest.is_empty() && !rest.starts_with('/'));
    if !(text.starts_with("unapproved") || link) {
        let finding =
            place.finding(&codes::CRD_DEFINITION, format!("`{group}` belongs to the Kubernetes community, which approves its APIs"));
        out.push(finding.help("use a domain of your own, or set the annotation `api-approved.kubernetes.io` to `unapproved, …`"));
    }
}

fn versions(spec: &Place, out: &mut Vec<Finding>) {
    let list = spec.field("versions");
    let all: Vec<Place> = list.items().collect();
    if all.iter().filter(|version| version.field("storage").is_true()).count() != 1 {
        report(&list, "exactly one version is the one that is stored: `storage: true`", out);
    }
    for (index, version) in all.iter().enumerate() {
        let name = version.field("name");
        label(&name, "the version", name.text(), out);
        if all[..index].iter().any(|other| other.field("name").text() == name.text()) {
            report(&list, format!("two versions are called `{}`", name.text()), out);
        }
        deprecation(version, out);
        let schema = version.field("schema");
        if !schema.field("openAPIV3Schema").exists() {
            let schema = schema.field("openAPIV3Schema");
            let finding = schema.finding(&codes::CRD_SCHEMA, "a version has a schema: fields outside of it are pruned");
            out.push(finding.help("`type: object` with `x-kubernetes-preserve-unknown-fields: true` accepts everything"));
        }
    }
    each(&all, "schema", "spec.validation", out, |place, version, out| {
        let status = all.iter().enumerate().any(|(i, v)| version.is_none_or(|own| own == i) && has_status(v));
        schema(&place.field("openAPIV3Schema"), status, out);
    });
    each(&all, "subresources", "spec.subresources", out, |place, _, out| paths::scale(place, out));
    each(&all, "additionalPrinterColumns", "spec.additionalPrinterColumns", out, |place, _, out| {
        let items = place.list().map_or(&[][..], |list| &list.items[..]);
        items.iter().enumerate().for_each(|(index, item)| column(&place.index(index, &item.node), out));
    });
    let shared = |name: &str| same(&all, name).is_some();
    let fields = all.first().map(|version| version.field("selectableFields")).filter(|_| shared("selectableFields"));
    if !shared("schema")
        && let Some(fields) = fields.filter(|fields| fields.items().next().is_some())
    {
        let place = fields.renamed("spec.selectableFields");
        let finding = place.finding(&codes::CRD_DEFINITION, "all versions have the same selectable fields, though not the same schema");
        out.push(finding.help("the API server refuses that: let the lists of two versions differ, if only in their order"));
        return;
    }
    each(&all, "selectableFields", "spec.selectableFields", out, |place, version, out| {
        let own = all.get(version.unwrap_or(0));
        let schema = own.map(|v| Schema::read(&v.field("schema").field("openAPIV3Schema"))).unwrap_or_default();
        paths::selectable(place, &schema, out);
    });
}

fn has_status(version: &Place) -> bool {
    version.field("subresources").field("status").exists()
}

/// Judges a part of every version; one that all versions share is judged once, under the path that the server gives it then. The second
/// argument is the number of the version, where the part is its own.
fn each(all: &[Place], name: &str, shared: &str, out: &mut Vec<Finding>, judge: impl Fn(&Place, Option<usize>, &mut Vec<Finding>)) {
    if let Some(place) = same(all, name) {
        if place.exists() {
            judge(&place.renamed(shared), None, out);
        }
        return;
    }
    for (index, version) in all.iter().enumerate() {
        let place = version.field(name);
        if place.exists() {
            judge(&place, Some(index), out);
        }
    }
}

/// The part of that name, where all versions have the same.
fn same<'a>(all: &'a [Place], name: &'a str) -> Option<Place<'a>> {
    static NOTHING: Value = Value::Null;
    let (first, rest) = all.split_first()?;
    let value = |version: &'a Place| version.field(name).value().unwrap_or(&NOTHING);
    rest.iter().all(|other| equal(value(first), value(other))).then(|| first.field(name))
}

fn deprecation(version: &Place, out: &mut Vec<Finding>) {
    let place = version.field("deprecationWarning");
    let Some(Value::Str(text)) = place.value() else { return };
    if !version.field("deprecated").is_true() {
        report(&place, "only a version with `deprecated: true` has a warning", out);
    }
    if text.len() > 256 {
        report(&place, "the warning is longer than 256 bytes", out);
    }
    if text.is_empty() {
        report(&place, "the warning is empty: leave it out for the one that the server makes", out);
    }
    if text.chars().any(|c| c.is_control() || matches!(c, '\u{ad}' | '\u{2028}' | '\u{2029}' | '\u{fffd}') || c != ' ' && c.is_whitespace())
    {
        report(&place, "the warning has characters that cannot be printed: it is one line", out);
    }
}

fn schema(schema: &Place, status: bool, out: &mut Vec<Finding>) {
    if schema.record().is_none() {
        return;
    }
    let before = out.len();
    if status {
        root_with_status(schema, out);
    }
    let nullable = schema.field("nullable");
    if nullable.is_true() {
        out.push(nullable.finding(&codes::CRD_SCHEMA, "the root of a resource cannot be null"));
    }
    let here = out.len();
    if openapi::convertible(schema) {
        structural::check(schema, out);
        if out.len() == here {
            defaults::check(schema, out);
        }
    }
    let structural = openapi::convertible(schema) && out.len() == here;
    openapi::check(schema, structural, out);
    if !openapi::convertible(schema) && out.len() == before {
        out.push(schema.finding(&codes::CRD_SCHEMA, "`$schema` is not supported in the schema of a CustomResourceDefinition"));
    }
    // Both passes see regular expressions and types; the same is said once.
    let mut seen = FxHashSet::default();
    let mut index = 0;
    out.retain(|finding| {
        index += 1;
        let new = seen.insert((finding.field.clone(), finding.message.clone()));
        new || index <= before
    });
}

/// With a status subresource the server judges `properties.status` alone, so that the root can hold nothing that it would miss.
fn root_with_status(schema: &Place, out: &mut Vec<Finding>) {
    const ALLOWED: &[&str] = &[
        "description",
        "type",
        "format",
        "title",
        "maximum",
        "exclusiveMaximum",
        "minimum",
        "exclusiveMinimum",
        "maxLength",
        "minLength",
        "pattern",
        "maxItems",
        "minItems",
        "uniqueItems",
        "multipleOf",
        "required",
        "items",
        "properties",
        "externalDocs",
        "example",
        "x-kubernetes-preserve-unknown-fields",
        "x-kubernetes-validations",
    ];
    let ty = schema.field("type");
    if !ty.text().is_empty() && ty.text() != "object" {
        out.push(ty.finding(&codes::CRD_SCHEMA, "with a status subresource the root of the schema is of type object"));
    }
    let set = |node: &Node| match &node.value {
        Value::Bool(b) => *b,
        Value::Str(text) => !text.is_empty(),
        _ => true,
    };
    if let Some((name, _)) = schema.entries().find(|(name, node)| !ALLOWED.contains(name) && set(node)) {
        let message = format!("with a status subresource, `{name}` cannot stand at the root of the schema");
        out.push(schema.finding(&codes::CRD_SCHEMA, message).help("put it into the schema of `spec` or of `status`"));
    }
}

fn column(column: &Place, out: &mut Vec<Finding>) {
    required(&column.field("name"), "the name of a column", out);
    const TYPES: &[&str] = &["boolean", "date", "integer", "number", "string"];
    let ty = column.field("type");
    if !TYPES.contains(&ty.text()) {
        report(&ty, format!("the type of a column is one of {}", TYPES.join(", ")), out);
    }
    let format = column.field("format");
    const FORMATS: &[&str] = &["byte", "date", "date-time", "double", "float", "int32", "int64", "password"];
    if !format.text().is_empty() && !FORMATS.contains(&format.text()) {
        report(&format, format!("the format of a column is one of {}", FORMATS.join(", ")), out);
    }
    paths::simple(&column.field("jsonPath").called("JSONPath"), "", out);
}

fn conversion(conversion: &Place, out: &mut Vec<Finding>) {
    if !conversion.exists() {
        return;
    }
    let (strategy, webhook) = (conversion.field("strategy"), conversion.field("webhook"));
    one_of(&strategy, "the strategy of a conversion", &["None", "Webhook"], true, out);
    let versions = webhook.field("conversionReviewVersions");
    let client = webhook.field("clientConfig");
    // The server knows both fields one level up.
    let (versions_path, client_path) = ("spec.conversion.conversionReviewVersions", "spec.conversion.webhookClientConfig");
    let (versions, client) = (versions.renamed(versions_path), client.renamed(client_path));
    if strategy.text() != "Webhook" {
        for place in [&versions, &client].into_iter().filter(|place| place.exists()) {
            report(place, "a webhook is only set where the strategy is Webhook", out);
        }
        return;
    }
    if !client.exists() {
        report(&client, "the strategy Webhook says where the webhook is: `webhook.clientConfig`", out);
    } else {
        paths::client(&client, out);
    }
    review_versions(&versions, out);
}

fn review_versions(versions: &Place, out: &mut Vec<Finding>) {
    let all: Vec<Place> = versions.items().collect();
    if all.is_empty() {
        report(versions, "a webhook says which versions of ConversionReview it reads", out);
        return;
    }
    for (index, version) in all.iter().enumerate() {
        if all[..index].iter().any(|other| other.text() == version.text()) {
            report(version, format!("`{}` stands here twice", version.text()), out);
        } else {
            label(version, "the version", version.text(), out);
        }
    }
    if !all.iter().any(|version| matches!(version.text(), "v1" | "v1beta1")) {
        report(versions, "the API server sends ConversionReviews of `v1` or `v1beta1`: one of them must be among these", out);
    }
}
