//! What an example needs beside the field that it is about, so that it builds as it stands: the fields that its kind demands, and the
//! declarations that it names.

use super::example::{self, Step};
use crate::ast::Name;
use crate::resolve::Kind;
use crate::types::Ty;
use std::sync::Arc;

/// The kind that an example declares.
pub struct Frame<'a> {
    /// Its own name, and those of the kinds that it is made from.
    line: Arc<[Name]>,
    required: Vec<Step<'a>>,
    /// The fields that the kind sets itself.
    set: Vec<Name>,
}

impl<'a> Frame<'a> {
    pub fn of(kind: &Kind<'a>) -> Frame<'a> {
        let set: Vec<Name> = kind.sets.iter().filter_map(|set| set.what.key.as_static()).collect();
        let required = kind.inputs.fields.iter().filter(|field| field.required() && !set.contains(&field.name));
        Frame {
            line: kind.line.clone(),
            required: required.map(|field| Step { name: field.name.to_string(), ty: field.ty.clone() }).collect(),
            set,
        }
    }

    fn is(&self, kind: &str) -> bool {
        self.line.iter().any(|name| *name == kind)
    }

    /// The lines that stand before the field, which begins with `first`.
    pub fn lines(&self, first: &str) -> Vec<String> {
        let mut lines: Vec<String> = self.required.iter().map(example::written).collect();
        let names_port = matches!(
            first,
            "expose" | "allow" | "readiness" | "liveness" | "startup" | "metrics" | "monitor" | "ingress" | "route" | "service"
        );
        if self.is("workload") {
            lines.push("user = 10001".into());
            lines.extend(names_port.then(|| "port http = 8080".into()));
            lines.extend(matches!(first, "ingress" | "route").then(|| "expose http = 80".into()));
        }
        match first {
            "host" | "privileged" | "capabilities" => lines.push("security = \"privileged\"".into()),
            "qos" => lines.push("resources { cpu = 500m..500m, memory = 128Mi }".into()),
            _ => {}
        }
        match self.line[0].as_str() {
            "secret" if !matches!(first, "data" | "files") => lines.push("keys = [\"password\"]".into()),
            "disk" if !matches!(first, "csi" | "nfs" | "local" | "hostPath" | "volume") => {
                lines.push("nfs { server = \"10.0.0.1\", path = \"/srv\" }".into());
            }
            "role" => {
                lines.extend((first != "allow").then(|| "allow pods = [\"get\", \"list\"]".into()));
                lines.push("cluster = true".into());
            }
            _ => {}
        }
        lines.retain(|line| line.split(' ').next().is_some_and(|name| name != first && !self.set.iter().any(|set| *set == name)));
        lines
    }
}

/// The lines that stand in the block of a field before one of its own fields.
pub fn inner(step: &Step, next: &str) -> Vec<String> {
    let Ty::Record(record) = step.ty.base() else { return Vec::new() };
    let required = record.fields.iter().filter(|field| field.required() && field.name != next);
    let mut lines: Vec<String> =
        required.map(|field| example::written(&Step { name: field.name.to_string(), ty: field.ty.clone() })).collect();
    match step.name.as_str() {
        "readiness" | "liveness" | "startup" if !matches!(next, "http" | "tcp" | "exec" | "grpc") => {
            lines.push("http = \"/healthz\"".into());
        }
        "autoscale" if !matches!(next, "cpu" | "memory" | "metrics") => lines.push("cpu = 70%".into()),
        "ingress" if next != "class" => lines.push("class = \"nginx\"".into()),
        _ => {}
    }
    lines
}

/// The declarations that an example names.
pub fn beside(text: &str) -> impl Iterator<Item = &'static str> {
    const KNOWN: [(&str, &str); 3] = [
        ("app.api", "app api { image = \"registry.example.com/api:1.4.2\", user = 10001 }"),
        ("secret.db", "secret db { keys = [\"password\"] }"),
        ("config.settings", "config settings { data { LOG_LEVEL = \"info\" } }"),
    ];
    let named: Vec<&str> = KNOWN.into_iter().filter(|(name, _)| text.contains(name)).map(|(_, declaration)| declaration).collect();
    named.into_iter()
}
