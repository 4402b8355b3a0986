//! An example of a field: the blocks that lead to it, and a value of its type.

use crate::syntax::literal;
use crate::types::{Condition, Format, Literal, Ty};

/// A step of a path: a field, and its type.
#[derive(Clone)]
pub struct Step<'a> {
    pub name: String,
    pub ty: Ty<'a>,
}

/// A declaration that writes the field at the end of the path; `None` where the path begins with a type that no kind leads to.
pub fn of(root: &str, steps: &[Step]) -> Option<String> {
    let opening: &[&str] = match root {
        "PodSpec" => &["app web", "pod"],
        "Container" => &["app web", "container"],
        "DeploymentSpec" => &["app web", "deployment"],
        "ServiceSpec" => &["app web", "service"],
        "StatefulSetSpec" => &["stateful db", "statefulSet"],
        "namespace" => &["namespace shop"],
        "file" => &[],
        root if root.starts_with(|c: char| c.is_ascii_lowercase()) || crate::schema::kind(root).is_some() => {
            return Some(nested(&[format!("{root} {}", label_of(root))], steps));
        }
        _ => return None,
    };
    Some(nested(&opening.iter().map(|head| head.to_string()).collect::<Vec<_>>(), steps))
}

fn nested(heads: &[String], steps: &[Step]) -> String {
    let (mut lines, mut ends) = (Vec::new(), Vec::new());
    let mut open = |text: String, end: &str, lines: &mut Vec<String>| {
        lines.push(format!("{}{text}", "  ".repeat(ends.len())));
        ends.push(end.to_string());
    };
    heads.iter().for_each(|head| open(format!("{head} {{"), "}", &mut lines));
    let Some((last, front)) = steps.split_last() else { return String::new() };
    for step in front {
        match step.ty.base() {
            Ty::Keyed(_) | Ty::Map(_) => open(format!("{} {} {{", step.name, label_of(&step.name)), "}", &mut lines),
            Ty::List(_) => open(format!("{} = [{{", step.name), "}]", &mut lines),
            _ => open(format!("{} {{", step.name), "}", &mut lines),
        }
    }
    lines.push(format!("{}{}", "  ".repeat(ends.len()), written(last)));
    while let Some(end) = ends.pop() {
        lines.push(format!("{}{end}", "  ".repeat(ends.len())));
    }
    lines.join("\n")
}

/// The field with a value.
fn written(step: &Step) -> String {
    let (name, label) = (&step.name, label_of(&step.name));
    match step.ty.base() {
        Ty::Map(map) => match map.value.base() {
            Ty::Record(record) if record.primary().is_none() => format!("{name} {label} {{ }}"),
            Ty::Native(_) | Ty::Partial(_) => format!("{name} {label} {{ }}"),
            value => format!("{name} {label} = {}", value_of(name, value)),
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
        ty => format!("{name} = {}", value_of(name, ty)),
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
        Ty::String => "\"…\"".into(),
        Ty::Cpu => "200m".into(),
        Ty::Bytes => "128Mi".into(),
        Ty::Duration => "30s".into(),
        Ty::Percent => "25%".into(),
        Ty::Quantity if name.to_ascii_lowercase().contains("cpu") => "200m".into(),
        Ty::Quantity => "128Mi".into(),
        Ty::Ref => "secret.db.ref.password".into(),
        Ty::Address(kind) => format!("{}.web", kind.map_or("app", |kind| kind.as_str())),
        Ty::Literal(Literal::Str(text)) => literal::string(text),
        Ty::Literal(Literal::Int(int)) => int.to_string(),
        Ty::Literal(Literal::Bool(bool)) => bool.to_string(),
        Ty::List(elem) => match elem.base() {
            Ty::Record(record) if record.primary().is_none() => "[]".into(),
            Ty::Native(_) | Ty::Partial(_) | Ty::Map(_) => "[]".into(),
            elem => format!("[{}]", value_of(name, elem)),
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
        Format::Path => "/healthz",
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
    use crate::load::Project;
    use crate::resolve::{KindRef, Program, STD};
    use crate::source::{FileDb, Source, SourceKind};
    use crate::stdlib::{self, Sort};
    use crate::{schema, syntax};

    #[track_caller]
    fn assert_parses(root: &str, steps: &[Step]) {
        let Some(text) = of(root, steps) else { return };
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

    #[test]
    fn an_example_leads_to_its_field() {
        let steps = [Step { name: "hostNetwork".into(), ty: Ty::Bool }];
        assert_eq!(of("PodSpec", &steps).as_deref(), Some("app web {\n  pod {\n    hostNetwork = true\n  }\n}"));
        assert_eq!(of("Probe", &steps), None);
    }
}
