//! The kinds of objects that can be created, over all releases.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use crate::server::{Library, Release, Schemas, Server};

pub struct Kind {
    pub kind: String,
    pub group: String,
    pub version: String,
    pub ty: String,
    /// Releases that serve it.
    pub minors: BTreeSet<u8>,
    facts: Map<String, Value>,
}

/// Every kind of every release. The facts are those of the newest server that has it; the releases are those in which k8s-openapi
/// has its type, since a server leaves out what waits behind a feature gate.
pub fn all(releases: &[Release]) -> Result<Vec<Kind>, String> {
    let mut kinds: BTreeMap<(String, String, String), Kind> = BTreeMap::new();
    for release in releases {
        for kind in of_library(&release.library) {
            kinds.entry(kind.key()).or_insert(kind);
        }
    }
    for release in releases {
        for kind in release.server.iter().map(of_server).collect::<Result<Vec<_>, _>>()?.into_iter().flatten() {
            kinds.insert(kind.key(), kind);
        }
    }
    for kind in kinds.values_mut() {
        let has = |release: &&Release| release.library.schemas.contains_key(&kind.ty);
        kind.minors = releases.iter().filter(has).map(|release| release.minor).collect();
        if kind.minors.is_empty() {
            return Err(format!("k8s-openapi has no type {} for the kind {}", kind.ty, kind.kind));
        }
    }
    Ok(kinds.into_values().collect())
}

/// The names of the API groups as the server orders them, the core group first.
pub fn groups(server: &Server) -> Vec<String> {
    server.groups.iter().map(|group| text(&group["metadata"], "name")).collect()
}

impl Kind {
    fn key(&self) -> (String, String, String) {
        (self.kind.clone(), self.group.clone(), self.version.clone())
    }

    /// The kind's line, without its releases.
    pub fn line(&self) -> Map<String, Value> {
        let mut line = Map::new();
        line.insert("kind".into(), self.kind.as_str().into());
        if !self.group.is_empty() {
            line.insert("group".into(), self.group.as_str().into());
        }
        line.insert("version".into(), self.version.as_str().into());
        line.insert("type".into(), self.ty.as_str().into());
        line.extend(self.facts.clone());
        line
    }
}

fn of_server(server: &Server) -> Result<Vec<Kind>, String> {
    let types = types_of_kinds(&server.schemas);
    let usual = served(&server.usual_groups);
    let mut kinds = Vec::new();
    for (group, version, resource) in resources(&server.groups) {
        if !has_verb(resource, "create") {
            continue;
        }
        let kind = text(&resource["responseKind"], "kind");
        let ty = types
            .get(&(group.clone(), version.clone(), kind.clone()))
            .ok_or_else(|| format!("{group}/{version} {kind} has no type in the server's OpenAPI"))?;
        let mut facts = resource_facts(resource);
        if !usual.contains(&(group.clone(), version.clone(), kind.clone())) {
            facts.insert("optIn".into(), true.into());
        }
        kinds.push(Kind { kind, group, version, ty: ty.clone(), minors: BTreeSet::new(), facts });
    }
    Ok(kinds)
}

fn resource_facts(resource: &Value) -> Map<String, Value> {
    let mut facts = Map::new();
    facts.insert("plural".into(), resource["resource"].clone());
    if resource["scope"] == "Namespaced" {
        facts.insert("namespaced".into(), true.into());
    }
    if !has_verb(resource, "get") {
        facts.insert("createOnly".into(), true.into());
    }
    if let Some(names) = resource.get("shortNames") {
        facts.insert("shortNames".into(), names.clone());
    }
    if let Some(parts) = resource["subresources"].as_array() {
        facts.insert("subresources".into(), parts.iter().map(|part| part["subresource"].clone()).collect());
    }
    facts
}

/// k8s-openapi knows neither short names nor what is served by default; alpha and beta versions are not.
fn of_library(library: &Library) -> Vec<Kind> {
    let kind = |kind: &Value| {
        let version = text(kind, "version");
        let mut facts = Map::new();
        facts.insert("plural".into(), kind["plural"].clone());
        if kind["namespaced"] == true {
            facts.insert("namespaced".into(), true.into());
        }
        if version.contains("alpha") || version.contains("beta") {
            facts.insert("optIn".into(), true.into());
        }
        Kind { kind: text(kind, "kind"), group: text(kind, "group"), ty: text(kind, "type"), version, minors: BTreeSet::new(), facts }
    };
    // What has no metadata is an answer of the server and no object; ComponentStatus can be read and not written.
    let is_object =
        |kind: &&Value| library.schemas.get(&text(kind, "type")).is_some_and(|schema| schema["properties"]["metadata"].is_object());
    library.kinds.iter().filter(is_object).filter(|kind| kind["kind"] != "ComponentStatus").map(kind).collect()
}

/// The full name of the type of each (group, version, kind).
fn types_of_kinds(schemas: &Schemas) -> BTreeMap<(String, String, String), String> {
    let mut types = BTreeMap::new();
    for (name, schema) in schemas {
        for gvk in schema["x-kubernetes-group-version-kind"].as_array().into_iter().flatten() {
            types.insert((text(gvk, "group"), text(gvk, "version"), text(gvk, "kind")), name.clone());
        }
    }
    types
}

fn served(groups: &[Value]) -> BTreeSet<(String, String, String)> {
    resources(groups).map(|(group, version, resource)| (group, version, text(&resource["responseKind"], "kind"))).collect()
}

fn resources(groups: &[Value]) -> impl Iterator<Item = (String, String, &Value)> {
    groups.iter().flat_map(|group| {
        let versions = group["versions"].as_array().into_iter().flatten();
        versions.flat_map(move |version| {
            let resources = version["resources"].as_array().into_iter().flatten();
            resources.map(move |resource| (text(&group["metadata"], "name"), text(version, "version"), resource))
        })
    })
}

fn has_verb(resource: &Value, verb: &str) -> bool {
    resource["verbs"].as_array().is_some_and(|verbs| verbs.contains(&json!(verb)))
}

fn text(value: &Value, key: &str) -> String {
    value[key].as_str().unwrap_or_default().to_owned()
}
