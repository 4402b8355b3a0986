//! Which field means which labels: the one place that knows the names of the library's fields and of Kubernetes'.
//!
//! A *space* holds the labels of a scope among which one name is one thing. Most are the path of their field, `env`; those below are
//! shared by several fields. The container that a workload is about is `@`, any other of its pod `@name`.

use super::scopes::{ScopeId, Scopes};
use crate::ast::Name;
use crate::schema::TypeId;

/// The labels of `expose`: the ports of a Service.
pub const EXPOSED: &str = "expose";
/// The volumes of a pod.
pub const VOLUMES: &str = "volumes";
/// The containers of a pod.
pub const CONTAINERS: &str = "containers";
/// The keys of a config or a secret.
pub const KEYS: &str = "keys";

/// The ports that a native Service sends to.
pub const TARGET: &str = "target";
/// The ports of a native Service.
const SERVICE_PORTS: &str = "spec.ports";
/// The variables of a container, behind its path.
const VARIABLES: &str = ".env";

/// The name of a declaration.
pub const NAME: &str = "";

/// What a text means in its place.
#[derive(Clone, Debug)]
pub enum Text {
    /// It is the name of a label of that space.
    Names(String),
    /// It mentions labels of that space, as `$(NAME)`.
    Mentions(String),
}

/// The ports of the container that a workload is about.
pub fn ports_of_main() -> Name {
    Name::from("@.ports")
}

/// Whether a space holds the ports of a container.
pub fn is_container_port(space: Name) -> bool {
    space.starts_with('@') && space.ends_with(".ports")
}

/// Whether a space holds the variables of a container.
pub fn is_variables(space: Name) -> bool {
    space.starts_with('@') && space.ends_with(VARIABLES)
}

/// What a label of a space is, `a port`.
pub fn noun(space: Name) -> String {
    let plain = plain(space);
    let article = if plain.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" };
    format!("{article} {plain}")
}

/// `port`
pub fn plain(space: Name) -> String {
    let last = space.rsplit(['.', '/']).next().unwrap_or("");
    match last {
        EXPOSED => "exposed port".into(),
        VOLUMES => "volume".into(),
        CONTAINERS => "container".into(),
        KEYS => "key".into(),
        TARGET => "target port".into(),
        "env" => "variable".into(),
        "ports" => "port".into(),
        other => format!("entry of `{other}`"),
    }
}

/// What the labels of a field do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Labelling {
    /// They make entries.
    Makes,
    /// They name entries of that space.
    Names,
    /// They name a port of the peer that the entry is about, unless it names one itself.
    OfPeer,
    /// They name keys of the config or secret that stands beside them.
    OfSource,
}

/// Where a field leads: the space of its labels or the path of what is below, and what its labels do.
pub struct Way {
    pub space: String,
    pub labels: Labelling,
}

fn makes(space: impl Into<String>) -> Way {
    Way { space: space.into(), labels: Labelling::Makes }
}

/// Of a field in the block of a declaration itself.
pub fn of_declaration(scopes: &Scopes, scope: ScopeId, field: &str) -> Way {
    if scopes.is_workload(scope) {
        return match field {
            "container" => makes("@"),
            "pod" => makes("pod"),
            "env" => makes("@.env"),
            "port" => makes("@.ports"),
            "volume" => makes(VOLUMES),
            "sidecar" | "init" => makes(CONTAINERS),
            "allow" => Way { space: "@.ports".into(), labels: Labelling::Names },
            "egress" => Way { space: "egress".into(), labels: Labelling::OfPeer },
            _ => makes(field),
        };
    }
    match field {
        "data" | "keys" if scopes.is_source(scope) => makes(KEYS),
        "files" | "binaryFiles" if scopes.is_source(scope) => makes(KEYS),
        _ => makes(field),
    }
}

/// Of what a declaration exports.
pub fn of_export(scopes: &Scopes, scope: ScopeId, export: &str) -> Option<Way> {
    match export {
        "port" | "srv" if scopes.is_workload(scope) => Some(makes("@.ports")),
        "claim" if scopes.is_workload(scope) => Some(makes(VOLUMES)),
        "ref" | "content" if scopes.is_source(scope) => Some(makes(KEYS)),
        _ => None,
    }
}

/// Of a field in a record of the library.
pub fn of_record(path: &str, record: &str, field: &str) -> Way {
    match (record, field) {
        ("VolumeSpec", "items") => Way { space: KEYS.into(), labels: Labelling::OfSource },
        _ => makes(format!("{path}.{field}")),
    }
}

/// Of a field in a type of Kubernetes. `pod` leads all spaces of a pod that is not the only one of its scope.
pub fn of_native(scopes: &Scopes, scope: ScopeId, id: TypeId, path: &str, pod: &str, container: Option<&str>, field: &str) -> Way {
    match (id.get().short.as_str(), field) {
        ("PodSpec", "containers" | "initContainers" | "ephemeralContainers") => makes(format!("{pod}{CONTAINERS}")),
        ("PodSpec", "volumes") => makes(format!("{pod}{VOLUMES}")),
        ("Container" | "EphemeralContainer", "volumeMounts" | "volumeDevices") => {
            Way { space: format!("{pod}{VOLUMES}"), labels: Labelling::Names }
        }
        ("Container" | "EphemeralContainer", _) => makes(format!("{}.{field}", container.unwrap_or(path))),
        // The Service of a workload: its ports are what is exposed, and those of a headless one are the pods'.
        ("ServiceSpec", "ports") if scopes.is_workload(scope) => {
            let headless = path.starts_with("headless") || scopes.is_a(scope, "stateful") && !path.starts_with("service");
            makes(if headless { "@.ports" } else { EXPOSED })
        }
        _ => makes(if path.is_empty() { field.to_string() } else { format!("{path}.{field}") }),
    }
}

/// What a text means in a field of a declaration.
pub fn text_in_declaration(scopes: &Scopes, scope: ScopeId, field: &str) -> Option<Text> {
    match field {
        "keys" | "files" | "binaryFiles" if scopes.is_source(scope) => Some(Text::Names(KEYS.into())),
        "command" | "args" if scopes.is_workload(scope) => Some(Text::Mentions(format!("@{VARIABLES}"))),
        _ => None,
    }
}

/// What a text means as the value of an entry of a map, by the way to that: the paths of a route lead to ports, and variables mention
/// others.
pub fn text_of_entry(scopes: &Scopes, scope: ScopeId, path: &str) -> Option<Text> {
    match path.rsplit_once('.') {
        Some(("ingress" | "route", "path")) => text_in_record(scopes, scope, "Route", "path"),
        _ if is_variables(path.into()) => Some(Text::Mentions(path.into())),
        _ => None,
    }
}

/// What a text means in a field of a record of the library.
pub fn text_in_record(scopes: &Scopes, scope: ScopeId, record: &str, field: &str) -> Option<Text> {
    let workload = scopes.is_workload(scope);
    match (record, field) {
        ("Check", "port" | "tcp" | "grpc") | ("Metrics" | "Monitor" | "ExposeSpec", "port") if workload => {
            Some(Text::Names("@.ports".into()))
        }
        ("Route" | "GatewayRoute", "path") if workload => Some(Text::Names(EXPOSED.into())),
        _ => None,
    }
}

/// The same of a type of Kubernetes.
pub fn text_in_native(scopes: &Scopes, scope: ScopeId, id: TypeId, pod: &str, container: Option<&str>, field: &str) -> Option<Text> {
    let space = match (id.get().short.as_str(), field) {
        ("HTTPGetAction" | "TCPSocketAction", "port") => format!("{}.ports", container?),
        ("Container" | "EphemeralContainer", "command" | "args") | ("EnvVar", "value") => {
            return Some(Text::Mentions(format!("{}{VARIABLES}", container?)));
        }
        ("ServicePort", "targetPort") if scopes.is_workload(scope) => "@.ports".into(),
        ("ServicePort", "targetPort") => TARGET.into(),
        ("ServiceBackendPort", "name") if scopes.is_workload(scope) => EXPOSED.into(),
        ("ServiceBackendPort", "name") if scopes.is_a(scope, "Service") => SERVICE_PORTS.into(),
        ("ResourceFieldSelector", "containerName") => format!("{pod}{CONTAINERS}"),
        ("ContainerResourceMetricSource", "container") if scopes.is_workload(scope) => CONTAINERS.into(),
        _ => return None,
    };
    Some(Text::Names(space))
}
