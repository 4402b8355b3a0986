//! Paths within a CustomResourceDefinition: columns, the scale subresource, fields for selectors, and the service of a webhook.

use super::definition::report;
use super::schema::{Additional, JsonType, Schema};
use crate::finding::{Finding, Place};
use crate::types::Format;
use crate::value::Value;

/// A path in dots from the root of the object, under `prefix`.
pub fn simple(place: &Place, prefix: &str, out: &mut Vec<Finding>) {
    let text = place.text();
    if text.is_empty() {
        report(place, "a path is required, such as `.spec.replicas`", out);
    } else if !text.starts_with('.') {
        report(place, format!("`{text}` is no path: it begins with a dot, as in `.spec.replicas`"), out);
    } else if !text.starts_with(prefix) {
        report(place, format!("`{text}` does not lie under `{}`", prefix.trim_end_matches('.')), out);
    }
}

/// The scale subresource.
pub fn scale(subresources: &Place, out: &mut Vec<Finding>) {
    let scale = subresources.field("scale");
    if !scale.exists() {
        return;
    }
    simple(&scale.field("specReplicasPath"), ".spec.", out);
    simple(&scale.field("statusReplicasPath"), ".status.", out);
    let selector = scale.field("labelSelectorPath");
    if selector.text().is_empty() {
        return;
    }
    let under = [".spec.", ".status."].iter().any(|prefix| selector.text().starts_with(prefix));
    if !under {
        report(&selector, format!("`{}` lies neither under `.spec` nor under `.status`", selector.text()), out);
    }
}

/// Fields that field selectors may use.
pub fn selectable(list: &Place, schema: &Schema, out: &mut Vec<Finding>) {
    let all: Vec<Place> = list.items().collect();
    let mut known: Vec<&str> = Vec::new();
    for item in &all {
        let place = item.field("jsonPath");
        let text = place.text();
        if text.is_empty() {
            report(&place, "a path is required, such as `.spec.color`", out);
            continue;
        }
        let found = if text.contains('[') { None } else { lookup(text, schema) };
        let Some(found) = found else {
            report(&place, format!("`{text}` leads to no field of the schema"), out);
            continue;
        };
        if text.starts_with(".metadata.") || text == ".metadata" {
            report(&place, "names are selectable without this: fields of metadata cannot stand here", out);
        }
        if !matches!(found.ty, Some(JsonType::String | JsonType::Boolean | JsonType::Integer)) {
            report(&place, format!("`{text}` is no string, boolean or integer: only these can be selected by"), out);
        }
        if known.contains(&text) {
            report(&place, format!("`{text}` stands here twice"), out);
        } else {
            known.push(text);
        }
    }
    if known.len() > 8 {
        report(list, format!("at most 8 fields are selectable, not {}", known.len()), out);
    }
}

/// The schema that a path leads to: `.spec.color`, `.spec['a.b']`.
pub fn lookup<'s>(path: &str, schema: &'s Schema) -> Option<&'s Schema> {
    let mut here = schema;
    let mut rest = path;
    while !rest.is_empty() {
        let key;
        if let Some(named) = rest.strip_prefix('.') {
            let end = named.find(['.', '[', ']']).unwrap_or(named.len());
            key = named[..end].to_string();
            rest = &named[end..];
        } else {
            let quoted = rest.strip_prefix("['")?;
            let end = quoted.find("']")?;
            key = quoted[..end].replace("\\'", "'");
            rest = &quoted[end + 2..];
        }
        if key.is_empty() {
            return None;
        }
        here = match (here.properties.is_empty(), &here.additional) {
            (false, _) => here.properties.get(key.as_str())?,
            (true, Additional::Of(value)) => value,
            (true, Additional::None | Additional::Any) => return None,
        };
    }
    Some(here)
}

/// A path as the API server appends it to a field: `.spec['a.b']` becomes `.spec[a.b]`.
pub fn as_reported(path: &str) -> String {
    path.replace("['", "[").replace("']", "]").replace("\\'", "'")
}

/// Where a webhook is called.
pub fn client(client: &Place, out: &mut Vec<Finding>) {
    let (url, service) = (client.field("url"), client.field("service"));
    if url.exists() == service.exists() {
        report(client, "a webhook has either a `url` or a `service`", out);
    } else if url.exists() {
        webhook_url(&url, out);
    } else {
        webhook_service(&service, out);
    }
}

fn webhook_url(url: &Place, out: &mut Vec<Finding>) {
    let text = url.text();
    let Some(rest) = text.strip_prefix("https://") else {
        report(url, format!("`{text}` is no https URL"), out);
        return;
    };
    let (host, tail) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
    if host.is_empty() {
        report(url, "the URL names no host", out);
    }
    for (sign, what) in [('@', "a user"), ('#', "a fragment"), ('?', "a query")] {
        let found = if sign == '@' { host.contains(sign) } else { tail.contains(sign) };
        if found {
            report(url, format!("the URL of a webhook has no place for {what}"), out);
        }
    }
}

fn webhook_service(service: &Place, out: &mut Vec<Finding>) {
    for (name, what) in [("name", "the name of the service"), ("namespace", "the namespace of the service")] {
        let place = service.field(name);
        if place.text().is_empty() {
            report(&place, format!("{what} is required"), out);
        }
    }
    let port = service.field("port");
    if let Some(Value::Int(number)) = port.value()
        && !(1..=65535).contains(number)
    {
        report(&port, format!("{number} is no port: ports are 1 to 65535"), out);
    }
    let path = service.field("path");
    let Some(Value::Str(text)) = path.value() else { return };
    let steps = text.strip_prefix('/').map(|rest| rest.strip_suffix('/').unwrap_or(rest));
    match steps {
        None => report(&path, format!("`{text}` is no path: it begins with `/`"), out),
        Some("") => {}
        Some(steps) => {
            if let Some(step) = steps.split('/').find(|step| Format::DnsSubdomain.check(step).is_err()) {
                report(&path, format!("`{step}` is no step of a path here: each is a DNS name"), out);
            }
        }
    }
}
