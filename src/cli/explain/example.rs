//! An example of a field: the blocks that lead to it, and a value of its type.

use super::frame::{self, Frame};
use crate::syntax::literal;
use crate::types::{Condition, Format, Literal, Ty};

/// A step of a path: a field, and its type.
#[derive(Clone)]
pub struct Step<'a> {
    pub name: String,
    pub ty: Ty<'a>,
}

/// A declaration that writes the field at the end of the path; `None` where the path begins with a type that no kind leads to. Of a kind
/// that is written in kdsl it is whole.
pub fn of(root: &str, frame: Option<&Frame>, steps: &[Step]) -> Option<String> {
    let is_app = |names: &[&str]| names.iter().map(|head| head.to_string()).collect::<Vec<_>>();
    let heads = match root {
        "PodSpec" => is_app(&["app web", "pod"]),
        "Container" => is_app(&["app web", "container"]),
        "DeploymentSpec" => is_app(&["app web", "deployment"]),
        "ServiceSpec" => is_app(&["app web", "service"]),
        "StatefulSetSpec" => is_app(&["stateful db", "statefulSet"]),
        "namespace" => vec!["namespace shop".into()],
        "file" => Vec::new(),
        root if root.starts_with(|c: char| c.is_ascii_lowercase()) || crate::schema::kind(root).is_some() => {
            vec![format!("{root} {}", label_of(root))]
        }
        _ => return None,
    };
    let first = steps.first().map_or("", |step| &step.name);
    let needed = match frame {
        Some(frame) if !heads.is_empty() => frame.lines(first),
        // What a high-level kind hands on to a type of Kubernetes.
        None if heads.len() == 2 => vec!["image = \"registry.example.com/web:1.4.2\"".into(), "user = 10001".into()],
        _ => Vec::new(),
    };
    let mut text = nested(&heads, &needed, steps, frame.is_some());
    for declaration in frame::beside(&text).collect::<Vec<_>>() {
        text.push_str(&format!("\n\n{declaration}"));
    }
    Some(text)
}

fn nested(heads: &[String], needed: &[String], steps: &[Step], is_whole: bool) -> String {
    let (mut lines, mut ends) = (Vec::new(), Vec::new());
    let mut open = |text: String, end: &str, lines: &mut Vec<String>| {
        lines.push(format!("{}{text}", "  ".repeat(ends.len())));
        ends.push(end.to_string());
    };
    for (depth, head) in heads.iter().enumerate() {
        open(format!("{head} {{"), "}", &mut lines);
        if depth == 0 {
            lines.extend(needed.iter().map(|line| format!("  {line}")));
        }
    }
    let Some((last, front)) = steps.split_last() else { return String::new() };
    for (depth, step) in front.iter().enumerate() {
        match step.ty.base() {
            Ty::Keyed(_) | Ty::Map(_) => open(format!("{} {} {{", step.name, label_of(&step.name)), "}", &mut lines),
            Ty::List(_) => open(format!("{} = [{{", step.name), "}]", &mut lines),
            _ => open(format!("{} {{", step.name), "}", &mut lines),
        }
        if depth == 0 && is_whole {
            let next = front.get(1).unwrap_or(last);
            lines.extend(frame::inner(step, &next.name).iter().map(|line| format!("{}{line}", "  ".repeat(heads.len() + 1))));
        }
    }
    lines.push(format!("{}{}", "  ".repeat(ends.len()), written(last)));
    while let Some(end) = ends.pop() {
        lines.push(format!("{}{end}", "  ".repeat(ends.len())));
    }
    lines.join("\n")
}

/// The field with a value.
pub fn written(step: &Step) -> String {
    let (name, label) = (&step.name, label_of(&step.name));
    match step.ty.base() {
        Ty::Map(map) => match map.value.base() {
            Ty::Record(record) if record.primary().is_none() => format!("{name} {label} {{ }}"),
            Ty::Native(_) | Ty::Partial(_) => format!("{name} {label} {{ }}"),
            _ => format!("{name} {label} = {}", value_of(name, &map.value)),
        },
        Ty::Keyed(keyed) => match (keyed.list.primary, keyed.element().base()) {
            (Some(primary), Ty::Native(owner)) => {
                let ty = owner.get().field(primary).map_or(Ty::String, |field| Ty::of_native_field(field, false));
                format!("{name} {label} = {}", value_of(&primary, &ty))
            }
            _ => format!("{name} {label} {{ }}"),
        },
        Ty::Record(record) => match record.primary() {
            Some(primary) => format!("{name} = {}", value_of(&primary.name, &primary.ty)),
            None => match record.fields.iter().find(|field| !matches!(field.ty.base(), Ty::Record(_) | Ty::Map(_))) {
                Some(field) => format!("{name} {{ {} }}", written(&Step { name: field.name.to_string(), ty: field.ty.clone() })),
                None => format!("{name} {{ }}"),
            },
        },
        Ty::Native(id) => {
            let simple = |ty: &Ty| !matches!(ty.base(), Ty::Native(_) | Ty::Keyed(_) | Ty::Map(_) | Ty::List(_) | Ty::Any);
            let field = id.get().fields.iter().find(|field| simple(&Ty::of_native_field(field, false)));
            match field {
                Some(field) => {
                    let step = Step { name: field.name.to_string(), ty: Ty::of_native_field(field, false) };
                    format!("{name} {{ {} }}", written(&step))
                }
                None => format!("{name} {{ }}"),
            }
        }
        Ty::Partial(inner) => written(&Step { name: name.clone(), ty: inner.as_ref().clone() }),
        _ => format!("{name} = {}", value_of(name, &step.ty)),
    }
}

/// A value of a type, for a field of that name.
fn value_of(name: &str, ty: &Ty) -> String {
    match ty {
        Ty::Optional(inner) => value_of(name, inner),
        Ty::Refined(refined) => match formatted(&refined.conditions) {
            Some(text) => text,
            None => match (refined.conditions.first(), refined.base.base()) {
                (Some(Condition::Between { lo: Some(lo), .. }), Ty::Int) if lo.normalize().to_string() != "0" => match port(name) {
                    true => "8080".into(),
                    false => lo.normalize().to_string(),
                },
                _ => value_of(name, &refined.base),
            },
        },
        Ty::Bool => "true".into(),
        Ty::Int | Ty::Float if port(name) => "8080".into(),
        Ty::Int | Ty::Float => "3".into(),
        Ty::String => match name {
            "path" | "mountPath" => "\"/data\"".into(),
            "host" | "hostname" | "server" => "\"web.example.com\"".into(),
            "image" => "\"registry.example.com/web:1.4.2\"".into(),
            _ => "\"web\"".into(),
        },
        Ty::Cpu => "200m".into(),
        Ty::Bytes => "128Mi".into(),
        Ty::Duration => "30s".into(),
        Ty::Percent => "25%".into(),
        Ty::Quantity if name.to_ascii_lowercase().contains("cpu") => "200m".into(),
        Ty::Quantity => "128Mi".into(),
        Ty::Ref => "secret.db.ref.password".into(),
        Ty::Address(kind) => match kind.as_ref().map(|kind| kind.as_str()) {
            Some("secret") => "secret.db".into(),
            Some("config") => "config.settings".into(),
            None | Some("workload" | "serving" | "app") => "app.api".into(),
            Some(other) => format!("{other}.{}", label_of(other)),
        },
        Ty::Literal(Literal::Str(text)) => literal::string(text),
        Ty::Literal(Literal::Int(int)) => int.to_string(),
        Ty::Literal(Literal::Bool(bool)) => bool.to_string(),
        Ty::List(elem) => match elem.base() {
            Ty::Record(record) if record.primary().is_none() => "[]".into(),
            Ty::Native(_) | Ty::Partial(_) | Ty::Map(_) => "[]".into(),
            _ => format!("[{}]", value_of(name, elem)),
        },
        Ty::Range(inner) => value_of(name, inner),
        Ty::Union(members) => members.first().map_or("\"…\"".into(), |first| value_of(name, first)),
        Ty::Record(record) => match record.primary() {
            Some(primary) => value_of(&format!("{name}.{}", primary.name), &primary.ty),
            None => "{ }".into(),
        },
        Ty::Native(_) | Ty::Partial(_) | Ty::Map(_) => "{ }".into(),
        Ty::Keyed(_) => "[]".into(),
        Ty::Null => "null".into(),
        Ty::Any | Ty::Poison => "\"…\"".into(),
    }
}

/// A text of a form that is known by name.
fn formatted(conditions: &[Condition]) -> Option<String> {
    let format = conditions.iter().find_map(|condition| match condition {
        Condition::Format(format) => Some(*format),
        Condition::Between { .. } | Condition::Length { .. } | Condition::Match(_) => None,
    })?;
    let text = match format {
        Format::Image | Format::PinnedImage => "registry.example.com/web:1.4.2",
        Format::Cron => "0 3 * * *",
        Format::TimeZone => "Europe/Berlin",
        Format::Cidr => "10.0.0.0/8",
        Format::Ip => "10.0.0.1",
        Format::Semver => "1.4.2",
        Format::DnsLabel => "web",
        Format::DnsSubdomain => "web.example.com",
        Format::LabelKey => "example.com/team",
        Format::LabelValue => "payments",
        Format::EnvName => "LOG_LEVEL",
        Format::PortName => "http",
        Format::Path | Format::PlainPath | Format::MountedPath => "/healthz",
        Format::RelativePath => "data/web.yaml",
        Format::LooseCidr | Format::CanonicalCidr => "10.0.0.0/8",
        Format::LooseIp | Format::CanonicalIp | Format::EndpointIp => "10.0.0.1",
        Format::GoDuration => "30s",
        Format::Quantity => "128Mi",
        Format::Percent => "25%",
        Format::WildcardDns | Format::DomainName => "web.example.com",
        Format::ConfigKey => "LOG_LEVEL",
        Format::PrefixedKey | Format::AnnotationKey | Format::DomainPath => "example.com/team",
        Format::CsiDriver => "disks.example.com",
        Format::Url => "https://example.com/",
        _ => return None,
    };
    Some(format!("\"{text}\""))
}

fn port(name: &str) -> bool {
    name.to_ascii_lowercase().contains("port")
}

/// A label that one could give an entry of a field.
fn label_of(name: &str) -> &'static str {
    match name {
        "env" => "LOG_LEVEL",
        "port" | "ports" | "expose" | "allow" => "http",
        "volume" | "volumes" | "volumeMounts" => "data",
        "containers" => "main",
        "labels" | "annotations" | "objectLabels" | "objectAnnotations" | "matchLabels" | "nodeSelector" => "\"example.com/team\"",
        "stateful" | "StatefulSet" => "db",
        "config" | "ConfigMap" => "settings",
        _ => "web",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::Sink;
    use crate::engine::Engine;
    use crate::load::Project;
    use crate::resolve::{KindRef, Program, STD};
    use crate::source::{FileDb, Source, SourceKind};
    use crate::stdlib::{self, Sort};
    use crate::world::MemWorld;
    use crate::{schema, syntax};

    #[track_caller]
    fn assert_parses(root: &str, steps: &[Step]) {
        let Some(text) = of(root, None, steps) else { return };
        let sink = Sink::new();
        syntax::parse(&Source::new("example", text.as_str(), SourceKind::User, 1), &sink);
        let errors = sink.finish();
        assert!(errors.is_empty(), "{text}\n{errors:?}");
    }

    #[test]
    fn the_example_of_every_field_parses() {
        let (project, files, sink) = (Project::default(), FileDb::new(), Sink::new());
        stdlib::add_to(&files);
        let program = Program::new(&project, &files, &sink);
        for name in stdlib::names(Sort::Kind) {
            let Some(KindRef::High(kind)) = program.kind_named(STD, name) else { continue };
            for field in &kind.inputs.fields {
                let first = Step { name: field.name.to_string(), ty: field.ty.clone() };
                assert_parses(&name, std::slice::from_ref(&first));
                if let Ty::Record(record) = field.ty.base() {
                    for inner in &record.fields {
                        assert_parses(&name, &[first.clone(), Step { name: inner.name.to_string(), ty: inner.ty.clone() }]);
                    }
                }
            }
        }
        for kind in schema::kinds() {
            for field in &kind.ty.get().fields {
                assert_parses(&kind.kind, &[Step { name: field.name.to_string(), ty: Ty::of_native_field(field, false) }]);
            }
        }
    }

    /// Fields whose example is about one part of something that takes more: peers, accounts, containers, files, disks.
    const PARTS: &[&str] = &[
        "access.allow",
        "access.cluster",
        "autoscale",
        "autoscale.replicas",
        "binaryFiles",
        "csi",
        "disk",
        "egress",
        "files",
        "headless",
        "indexed",
        "ingress",
        "ingress.host",
        "ingress.path",
        "init",
        "limits.ratio",
        "local",
        "nfs",
        "pod",
        "podSecurity.version",
        "quota.objects",
        "resources.other",
        "route.aliases",
        "route.path",
        "sidecar",
        "to",
        "volume",
    ];

    #[test]
    fn the_example_of_every_field_of_a_kind_builds() {
        let (project, files, sink) = (Project::default(), FileDb::new(), Sink::new());
        stdlib::add_to(&files);
        let program = Program::new(&project, &files, &sink);
        let (mut all, mut wrong) = (0, Vec::new());
        for name in stdlib::names(Sort::Kind) {
            let Some(KindRef::High(kind)) = program.kind_named(STD, name) else { continue };
            let frame = Frame::of(&kind);
            let mut builds = |steps: &[Step]| {
                let path = steps.iter().map(|step| step.name.as_str()).collect::<Vec<_>>().join(".");
                let Some(text) = of(&name, Some(&frame), steps) else { return };
                all += 1;
                let build = Engine::new(MemWorld::new().with("a.kdsl", text.as_str())).build("a.kdsl");
                if build.diagnostics.has_errors() && !PARTS.contains(&path.as_str()) {
                    let told: Vec<&str> = build.diagnostics.iter().filter(|d| d.is_error()).map(|d| d.message.as_str()).collect();
                    wrong.push(format!("{name}.{path}: {}", told.join(" | ")));
                }
            };
            for field in &kind.inputs.fields {
                let first = Step { name: field.name.to_string(), ty: field.ty.clone() };
                builds(std::slice::from_ref(&first));
                if let Ty::Record(record) = field.ty.base() {
                    for inner in &record.fields {
                        builds(&[first.clone(), Step { name: inner.name.to_string(), ty: inner.ty.clone() }]);
                    }
                }
            }
        }
        assert!(all > 1000, "{all} fields");
        assert!(wrong.is_empty(), "{} of {all}:\n{}", wrong.len(), wrong.join("\n"));
    }

    #[test]
    fn an_example_leads_to_its_field() {
        let steps = [Step { name: "hostNetwork".into(), ty: Ty::Bool }];
        let whole = "app web {\n  image = \"registry.example.com/web:1.4.2\"\n  user = 10001\n  pod {\n    hostNetwork = true\n  }\n}";
        assert_eq!(of("PodSpec", None, &steps).as_deref(), Some(whole));
        assert_eq!(of("Probe", None, &steps), None);
    }
}
