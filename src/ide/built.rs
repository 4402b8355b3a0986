//! What a project comes to: its objects, what is said of them beside their declarations, and their YAML.

use super::{Analysis, Place, declared};
use crate::ast::{ExtendBody, Item, Name, Target};
use crate::data;
use crate::diag::Diagnostic;
use crate::driver::{self, Options};
use crate::emit::{self, Format};
use crate::object::Object;
use crate::resolve::Program;
use crate::source::Span;
use crate::value::Node;
use crate::world::World;
use rustc_hash::FxHashMap;
use serde_json::Value as Json;

impl Analysis {
    /// What is wrong with the form, the names and the types of the project.
    pub fn check_text(&self) -> Vec<Diagnostic> {
        let types = driver::check_types(&self.project, &self.files);
        let mut all: Vec<Diagnostic> = self.syntax.iter().cloned().chain(types).collect();
        crate::diag::sort(&mut all);
        all
    }

    /// What is wrong with the values and objects of a project of which [`Analysis::check_text`] finds nothing wrong. Waivers end by
    /// `today`, where it is known.
    pub fn check_values(&self, world: &dyn World, today: Option<String>) -> Vec<Diagnostic> {
        driver::check_values(&self.project, &self.files, world, &Options { today, ..Options::default() })
    }
}

/// What is said behind the heads of declarations, by the file, the namespace and the head.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Built {
    notes: FxHashMap<(String, String), Note>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Note {
    text: String,
    /// Its objects, one a line.
    tooltip: String,
}

/// A few words behind the head of a declaration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hint {
    pub offset: usize,
    pub text: String,
    pub tooltip: String,
}

impl Built {
    /// Builds a project in which nothing is wrong. Params without a value take their first one.
    pub fn new(analysis: &Analysis, world: &dyn World) -> Built {
        let objects = driver::sample(&analysis.project, &analysis.files, world, &Options::default());
        let mut by_head: FxHashMap<Span, Vec<&Object>> = FxHashMap::default();
        objects.iter().for_each(|object| by_head.entry(object.head).or_default().push(object));
        analysis.program(|program| {
            let mut notes = FxHashMap::default();
            for declared in declared::all(program) {
                let Some(objects) = by_head.get(&declared.head) else { continue };
                if let Some(key) = key(analysis, &declared) {
                    notes.insert(key, note(objects));
                }
            }
            Built { notes }
        })
    }
}

fn key(analysis: &Analysis, declared: &declared::Declared) -> Option<(String, String)> {
    let file = analysis.place(declared.head)?.file;
    Some((file, format!("{} {}", declared.namespace.unwrap_or_default(), analysis.slice(declared.head))))
}

/// The hints of a file, by the build that was made last: declarations that it did not have have none.
pub fn hints(analysis: &Analysis, built: &Built, file: &str) -> Vec<Hint> {
    analysis.program(|program| {
        let mut out = Vec::new();
        for declared in declared::all(program) {
            let Some(place) = analysis.place(declared.head).filter(|place| place.file == file) else { continue };
            if let Some(note) = key(analysis, &declared).and_then(|key| built.notes.get(&key)) {
                out.push(Hint { offset: place.range.end, text: note.text.clone(), tooltip: note.tooltip.clone() });
            }
        }
        out
    })
}

fn note(objects: &[&Object]) -> Note {
    let count = match objects.len() {
        1 => "1 object".to_string(),
        n => format!("{n} objects"),
    };
    let qos = objects.iter().find_map(|object| qos(object));
    let text = qos.map_or(count.clone(), |qos| format!("{count}, {qos}"));
    let mut tooltip: Vec<String> = objects.iter().map(|object| object.title()).collect();
    if let Some(qos) = qos {
        tooltip.push(format!("quality of service of its pods: {qos}"));
    }
    Note { text, tooltip: tooltip.join("\n") }
}

/// The quality of service class that Kubernetes gives to the pods of a workload, by the resources of all their containers.
fn qos(object: &Object) -> Option<&'static str> {
    let path: &[&str] = match object.kind.kind.as_str() {
        "Pod" => &["spec"],
        "Deployment" | "StatefulSet" | "DaemonSet" | "ReplicaSet" | "Job" | "ReplicationController" => &["spec", "template", "spec"],
        "CronJob" => &["spec", "jobTemplate", "spec", "template", "spec"],
        _ => return None,
    };
    let pod = data::to_json(object.at(path)?);
    // Resources of the pod as a whole decide alone.
    let own: Vec<&Json> = match pod.get("resources") {
        Some(resources) => vec![resources],
        None => ["containers", "initContainers"]
            .iter()
            .flat_map(|list| pod.get(*list).and_then(Json::as_array).into_iter().flatten())
            .map(|container| container.get("resources").unwrap_or(&Json::Null))
            .collect(),
    };
    Some(class(&own))
}

fn class(all: &[&Json]) -> &'static str {
    let amount = |resources: &Json, list: &str, name: &str| resources.get(list).and_then(|list| list.get(name)).map(Json::to_string);
    let is_set = |resources: &Json| {
        ["requests", "limits"].iter().any(|list| ["cpu", "memory"].iter().any(|name| amount(resources, list, name).is_some()))
    };
    let is_fixed = |resources: &Json| {
        ["cpu", "memory"].iter().all(|name| {
            let limit = amount(resources, "limits", name);
            limit.is_some() && amount(resources, "requests", name).is_none_or(|request| Some(request) == limit)
        })
    };
    match all {
        all if !all.iter().any(|resources| is_set(resources)) => "BestEffort",
        all if all.iter().all(|resources| is_fixed(resources)) => "Guaranteed",
        _ => "Burstable",
    }
}

/// The YAML of the declaration around an offset, or of those that the `extend` there names; of the whole project where there is none.
/// An error says why there is none.
pub fn yaml(analysis: &Analysis, world: &dyn World, place: &Place) -> Result<String, String> {
    if let Some(first) = analysis.check_text().iter().find(|diagnostic| diagnostic.is_error()) {
        return Err(format!("there are errors to mend first: {}", first.message));
    }
    let objects = driver::sample(&analysis.project, &analysis.files, world, &Options::default());
    if objects.is_empty() {
        let errors = analysis.check_values(world, None);
        return Err(match errors.iter().find(|diagnostic| diagnostic.is_error()) {
            Some(first) => format!("there are errors to mend first: {}", first.message),
            None => "nothing is emitted here".into(),
        });
    }
    let wanted = analysis.program(|program| heads(analysis, program, place));
    let chosen: Vec<Node> = objects
        .iter()
        .filter(|object| wanted.as_ref().is_none_or(|heads| heads.iter().any(|head| head.contains(object.head))))
        .map(Object::node)
        .collect();
    match chosen.is_empty() {
        true => Err("this declaration emits nothing".into()),
        false => Ok(emit::stream(&chosen.iter().collect::<Vec<_>>(), Format::Yaml)),
    }
}

/// The ranges in which the heads stand of what is meant by a place; `None` for all.
fn heads(analysis: &Analysis, program: &Program, place: &Place) -> Option<Vec<Span>> {
    let position = analysis.position(&place.file, place.range.start)?;
    let all = declared::all(program);
    let holds = |span: Span| span.start <= position && position <= span.end;
    let innermost = all.iter().filter(|declared| holds(declared.span)).min_by_key(|declared| declared.span.end - declared.span.start);
    if let Some(declared) = innermost.filter(|declared| declared.kind != "namespace" || holds(declared.head)) {
        return Some(vec![declared.span]);
    }
    let (kind, name) = extended(&analysis.ast(&place.file)?.items, position)?;
    let named: Vec<Span> = all.iter().filter(|d| d.is(kind, name) || is_emitted_by(d, kind, name)).map(|d| d.span).collect();
    (!named.is_empty()).then_some(named)
}

/// Whether an object of Kubernetes of that name likely comes from the declaration.
fn is_emitted_by(declared: &declared::Declared, kind: Name, name: Name) -> bool {
    kind.starts_with(|c: char| c.is_ascii_uppercase()) && declared.label.as_static() == Some(name)
}

/// The kind and name of the `extend` at a position.
fn extended(items: &[Item], position: u32) -> Option<(Name, Name)> {
    let item = items.iter().find(|item| item.span().start <= position && position <= item.span().end)?;
    match item {
        Item::Extend(extend) => {
            if let ExtendBody::Items(inner) = &extend.body
                && let Some(found) = extended(inner, position)
            {
                return Some(found);
            }
            match &extend.target {
                Target::Label(label) => Some((extend.head.name.name, label.as_static()?)),
                Target::All(_) => None,
            }
        }
        Item::Namespace(namespace) => extended(&namespace.items, position),
        _ => None,
    }
}
