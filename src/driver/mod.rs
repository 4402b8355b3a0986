//! The phases in order. Nothing else in the crate knows that order.
//!
//! load → names → check → evaluate → conform → order. A phase that found errors ends the run after it, so that later phases never see
//! what is known to be wrong, and any error means no objects.

mod stream;
mod vet;

pub use stream::{Bounds, Vetting};
pub use vet::{Progress, SecurityLevel, VetOptions, Vetted, vet};

use crate::ast::Name;
use crate::conform;
use crate::crd;
use crate::diag::{Diagnostic, Severity, Sink, codes};
use crate::diff::{self, Item};
use crate::emit;
use crate::eval::{self, Limits, Objects};
use crate::finding::Finding;
use crate::load::{self, Project};
use crate::manifest;
use crate::object::Object;
use crate::params::{self, Given};
use crate::resolve::Program;
use crate::rules::{Faults, RuleBook, RuleJudge, UpdateBook, Waiver, Waivers};
use crate::schema::{self, KubeRange, NativeKind, added};
use crate::source::{FileDb, SourceKind, Span};
use crate::stdlib;
use crate::value::{Node, Origin, Record, Value};
use crate::why;
use crate::world::{MemWorld, World};
use crate::yaml;
use rayon::prelude::*;
use rustc_hash::FxHashMap;
use std::sync::Arc;
use ustr::Ustr;

/// What a run is asked for, beside the file.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Values for params.
    pub given: Vec<Given>,
    pub limits: Limits,
    /// The releases of Kubernetes that the objects are meant for.
    pub kube: KubeRange,
    /// The present day, `2026-11-24`, for waivers that end.
    pub today: Option<String>,
}

/// What a run gives: the objects in installation order, none where there is an error, and all diagnostics in source order.
pub struct Outcome {
    pub files: FileDb,
    pub objects: Vec<Object>,
    pub diagnostics: Vec<Diagnostic>,
    /// How many sets of params the program was evaluated with.
    pub combinations: usize,
}

impl Outcome {
    pub fn has_errors(&self) -> bool {
        self.diagnostics.iter().any(Diagnostic::is_error)
    }
}

/// Compiles the file at `path` to objects.
pub fn build(world: &dyn World, path: &str, options: &Options) -> Outcome {
    let session = Session::load(world, path);
    let (mut made, mut combinations) = (Vec::new(), 0);
    if let Some(program) = session.program() {
        let params = params::resolve(&program, world, &options.given);
        if !session.sink.has_errors() {
            let waivers = Waivers::of(&program, options.today.clone());
            made = objects(&program, world, params, options, &waivers);
            combinations = 1;
            waivers.report(program.sink);
        }
    }
    session.finish(made, combinations)
}

/// Checks the file at `path`. Finite params without a given value are tried in every combination, so that an error which only one
/// environment has shows too.
pub fn check(world: &dyn World, path: &str, options: &Options) -> Outcome {
    let session = Session::load(world, path);
    let mut combinations = 0;
    if let (Some(project), Some(program)) = (&session.project, session.program()) {
        let given = params::resolve(&program, world, &options.given);
        if !session.sink.has_errors() {
            combinations = check_combinations(project, &program, world, &given, options);
        }
    }
    session.finish(Vec::new(), combinations)
}

/// The waivers of the program at `path`, each with whether something in any combination of its params needed it.
pub fn waivers(world: &dyn World, path: &str, options: &Options) -> (Outcome, Vec<(Waiver, bool)>) {
    let session = Session::load(world, path);
    let mut found = Vec::new();
    if let (Some(project), Some(program)) = (&session.project, session.program()) {
        let given = params::resolve(&program, world, &options.given);
        let waivers = Waivers::of(&program, options.today.clone());
        if !session.sink.has_errors() {
            for combination in params::combinations(&program, &given) {
                let sink = Sink::new();
                let program = Program::new(project, program.db, &sink);
                objects(&program, world, combination.params, options, &waivers);
            }
        }
        found = waivers.into_all();
    }
    (session.finish(Vec::new(), 1), found)
}

/// Compiles the file at `path` and answers a question about one of its objects; `None` where the program has errors.
pub fn why(world: &dyn World, path: &str, options: &Options, query: &why::Query) -> (Outcome, Option<Result<why::Trace, why::Unknown>>) {
    let session = Session::load(world, path);
    let mut answer = None;
    if let Some(program) = session.program() {
        let params = params::resolve(&program, world, &options.given);
        if !session.sink.has_errors() {
            answer = Some(eval::evaluate_and(&program, world, params, options.limits, |shared, objects| {
                why::trace(shared, &objects, &options.given, query)
            }));
        }
    }
    let outcome = session.finish(Vec::new(), 1);
    let answer = answer.filter(|_| !outcome.has_errors());
    (outcome, answer)
}

/// The objects of YAML and JSON streams, each with its name, as a side of a diff; what is no object is reported.
pub fn manifests(inputs: Vec<(String, String)>) -> (FileDb, Vec<Item>, Vec<Diagnostic>) {
    let (files, sink) = (FileDb::new(), Sink::new());
    stdlib::add_to(&files);
    let mut items = Vec::new();
    for (name, text) in inputs {
        let Ok(source) = files.add(name.as_str(), text, SourceKind::User) else {
            sink.push(Diagnostic::new(&codes::FILE_TOO_LARGE, Span::NONE, format!("with `{name}` there are more than 4 GiB of text")));
            continue;
        };
        for document in yaml::read(&source) {
            document.faults.into_iter().for_each(|fault| sink.push(fault.diagnostic()));
            let mut found = Vec::new();
            document.root.iter().for_each(|root| manifest::objects(root, &sink, &mut found));
            items.extend(found.into_iter().map(Item::of_manifest));
        }
    }
    (files, items, sink.finish())
}

/// What applying `new` over `old` does, by the library's rules on updates and those of the program at `rules`, where there is one. Kinds are
/// known by the definitions in `crds`, by those among the objects of either side, and by the program that made an object.
pub fn diff(old: &[Item], new: &[Item], rules: Option<(&dyn World, &str)>, crds: &[Ustr]) -> diff::Report {
    let kinds = custom_kinds(old, new, crds);
    let typed = |items: &[Item]| -> Vec<Item> {
        // No definition takes the place of a kind that Kubernetes itself has.
        let is_custom = |item: &Item| item.native.is_none_or(|kind| crd::definition_of(kind).is_some());
        let known = |item: &Item| kinds.get(&(item.group().to_string(), item.kind)).copied().filter(|_| is_custom(item));
        items.iter().map(|item| known(item).map_or_else(|| item.clone(), |kind| item.clone().of_kind(kind))).collect()
    };
    let (old, new) = (&typed(old)[..], &typed(new)[..]);
    let empty = MemWorld::new();
    let session = match rules {
        Some((world, path)) => Session::load(world, path),
        None => Session::empty(),
    };
    let project = session.project.as_ref();
    let none = Project::default();
    let program = Program::new(project.unwrap_or(&none), &session.files, &session.sink);
    let shared = eval::Shared::new(&program, &empty, eval::Params::default(), Limits::default());
    let book = UpdateBook::new(&program, &shared, schema::newest());
    diff::compare(old, new, &|pair| {
        let faults = Sink::new();
        let mut reports = book.judge_metadata(&pair.old, &pair.new, &faults);
        let mut found = Vec::new();
        if let Some(definition) = pair.native.and_then(crd::definition_of) {
            let node = |root: &Arc<Record>| Node::new(Value::Record(root.clone()), Origin::NONE);
            let refusal = |finding: Finding| diff::Refusal {
                warns: false,
                code: finding.code.name.to_string(),
                message: finding.message,
                path: finding.field,
                help: finding.help,
            };
            found = definition.check_update(&node(&pair.old), &node(&pair.new)).into_iter().map(refusal).collect();
        } else if let Some(kind) = pair.native {
            reports.extend(book.judge(kind.ty, &pair.old, &pair.new, &faults));
        }
        let refusal = |r: crate::rules::UpdateReport| diff::Refusal {
            warns: r.severity == Severity::Warning,
            code: r.code.name.to_string(),
            message: r.message.to_string(),
            path: r.path,
            help: r.help.map(|help| help.to_string()),
        };
        found.extend(reports.into_iter().map(refusal));
        found
    })
}

/// The kinds that are not Kubernetes' own, by group and name: of the definitions that are given, of those that are applied, of programs, and
/// last of those that are there already.
fn custom_kinds(old: &[Item], new: &[Item], crds: &[Ustr]) -> FxHashMap<(String, Ustr), &'static NativeKind> {
    let defined = |items: &[Item]| -> Vec<Ustr> {
        let is_definition = |item: &&Item| item.kind == "CustomResourceDefinition" && item.api_version == "apiextensions.k8s.io/v1";
        let node = |item: &Item| Node::new(Value::Record(item.root.clone()), Origin::NONE);
        items.iter().filter(is_definition).map(|item| crd::bundle(&[&node(item)])).collect()
    };
    let made = [new, old].into_iter().flatten().filter_map(|item| item.native).filter(|kind| crd::definition_of(kind).is_some());
    let of_bundles = |bundles: Vec<Ustr>| bundles.into_iter().filter_map(schema::added::bundle).flatten().copied();
    let all = of_bundles(crds.to_vec()).chain(of_bundles(defined(new))).chain(made).chain(of_bundles(defined(old)));
    let mut kinds = FxHashMap::default();
    for kind in all {
        kinds.entry((kind.group.to_string(), kind.kind)).or_insert(kind);
    }
    kinds
}

/// Compiles the file at `path` and gives the value of one of its lets; `None` where the program has errors, or no such let.
pub fn value(world: &dyn World, path: &str, options: &Options, name: Name) -> (Outcome, Option<Node>) {
    let session = Session::load(world, path);
    let mut value = None;
    if let Some(program) = session.program() {
        let params = params::resolve(&program, world, &options.given);
        let found = program.value(program.root(), name);
        if !session.sink.has_errors() {
            value = eval::evaluate_and(&program, world, params, options.limits, |shared, _| eval::value_of_global(shared, found?));
        }
    }
    let outcome = session.finish(Vec::new(), 1);
    let value = value.filter(|_| !outcome.has_errors());
    (outcome, value)
}

/// The values that the finite params of a file can have, in every combination, as a command line would give them.
pub fn combinations(world: &dyn World, path: &str) -> Vec<Vec<(String, String)>> {
    let session = Session::load(world, path);
    let Some(program) = session.program() else { return Vec::new() };
    let given = params::resolve(&program, world, &[]);
    let sets = params::combinations(&program, &given).into_iter();
    sets.map(|set| set.values.into_iter().map(|(name, value)| (name.to_string(), value)).collect()).collect()
}

/// What is wrong with the names and types of a project that is loaded already.
pub fn check_types(project: &Project, files: &FileDb) -> Vec<Diagnostic> {
    let sink = Sink::new();
    crate::check::check(&Program::new(project, files, &sink));
    sink.finish()
}

/// What is wrong with the values and objects of a project whose names and types are right, as [`check`] says it.
pub fn check_values(project: &Project, files: &FileDb, world: &dyn World, options: &Options) -> Vec<Diagnostic> {
    let sink = Sink::new();
    let program = Program::new(project, files, &sink);
    let given = params::resolve(&program, world, &options.given);
    if !sink.has_errors() {
        check_combinations(project, &program, world, &given, options);
    }
    sink.finish()
}

/// The objects of a project whose names and types are right. A param that needs a value and has few takes its first one.
pub fn sample(project: &Project, files: &FileDb, world: &dyn World, options: &Options) -> Vec<Object> {
    let sink = Sink::new();
    let program = Program::new(project, files, &sink);
    let given = params::resolve(&program, world, &options.given);
    match sink.has_errors() {
        true => Vec::new(),
        false => objects(&program, world, params::sample(&program, given), options, &Waivers::default()),
    }
}

/// What a run reads and what it has to say.
pub struct Session {
    pub files: FileDb,
    pub sink: Sink,
    pub project: Option<Project>,
}

impl Session {
    /// Of no file at all.
    fn empty() -> Session {
        let (files, sink) = (FileDb::new(), Sink::new());
        stdlib::add_to(&files);
        Session { files, sink, project: None }
    }

    pub fn load(world: &dyn World, path: &str) -> Session {
        let (files, sink) = (FileDb::new(), Sink::new());
        stdlib::add_to(&files);
        let project = load::load(world, &files, path, &sink);
        Session { files, sink, project }
    }

    /// The program, checked; `None` where there is none or it has errors.
    pub fn program(&self) -> Option<Program<'_>> {
        let program = Program::new(self.project.as_ref()?, &self.files, &self.sink);
        crate::check::check(&program);
        (!self.sink.has_errors()).then_some(program)
    }

    fn finish(self, objects: Vec<Object>, combinations: usize) -> Outcome {
        let diagnostics = self.sink.finish();
        let failed = diagnostics.iter().any(Diagnostic::is_error);
        Outcome { files: self.files, objects: if failed { Vec::new() } else { objects }, diagnostics, combinations }
    }
}

/// What a `crd` declares, as an object.
fn definition((head, node): &(Span, Node)) -> Option<Object> {
    let (Value::Record(root), kind) = (&node.value, schema::kind_in("apiextensions.k8s.io/v1", "CustomResourceDefinition")?) else {
        return None;
    };
    let object = Object::new(kind, None, Ustr::default(), root.clone(), *head);
    let name = match &object.at(&["metadata", "name"])?.value {
        Value::Str(name) => Ustr::from(name),
        _ => return None,
    };
    Some(Object { name, ..object })
}

/// What neither the schema nor rules can say.
fn judge_natively(object: &Object, sink: &Sink) {
    crd::check_object(object.kind, &object.node()).into_iter().for_each(|finding| sink.push(finding.diagnostic(object.title())));
}

fn objects<'a>(program: &'a Program<'a>, world: &'a dyn World, params: eval::Params, options: &Options, waivers: &Waivers) -> Vec<Object> {
    let mut objects = eval::evaluate(program, world, params, options.limits);
    objects.extend(program.definitions().filter_map(definition));
    judged(program, world, objects, options, waivers)
}

/// Objects that were made, judged, in installation order; none where there is an error before. What is wrong goes to the program's sink.
pub fn judged<'a>(
    program: &'a Program<'a>,
    world: &'a dyn World,
    mut objects: Vec<Object>,
    options: &Options,
    waivers: &Waivers,
) -> Vec<Object> {
    let limits = options.limits;
    waivers.sift(program.sink);
    if program.sink.has_errors() {
        return Vec::new();
    }
    waivers.ask();
    let faults = Faults::default();
    let mut shared = eval::Shared::new(program, world, eval::Params::default(), limits);
    shared.objects = Objects::new(objects.clone());
    let customs = objects.iter().filter(|object| added::is_added(object.kind.ty));
    let book = RuleBook::new(program, options.kube).with_custom(customs.map(|object| (object.kind.api_version, object.kind.kind)));
    let waived = |error: &Diagnostic, object: &Object| waivers.waives(error, object);
    let context = conform::Context { db: program.db, sink: program.sink, kube: options.kube, applied: true, waived: &waived };
    book.prepare_all(&conform::types_of(objects.iter()), &shared);
    conform::conform(&context, &objects, || RuleJudge::new(&book, &shared, &faults));
    faults.users.take().into_iter().for_each(|fault| program.sink.push(fault));
    objects.par_iter().for_each(|object| judge_natively(object, program.sink));
    objects.sort_by_key(|object| emit::rank(&object.kind.group, &object.kind.kind));
    objects
}

/// Evaluates every combination with a sink of its own and counts them; what not all combinations report is told with the values that lead to it.
fn check_combinations(project: &Project, program: &Program, world: &dyn World, given: &eval::Params, options: &Options) -> usize {
    let waivers = Waivers::of(program, options.today.clone());
    let combinations = params::combinations(program, given);
    let total = combinations.len();
    let mut found: Vec<(Diagnostic, usize, String)> = Vec::new();
    for combination in combinations {
        let (sink, title) = (Sink::new(), combination.title());
        let program = Program::new(project, program.db, &sink);
        objects(&program, world, combination.params, options, &waivers);
        for diagnostic in sink.finish() {
            match found.iter_mut().find(|(known, ..)| *known == diagnostic) {
                Some((_, count, _)) => *count += 1,
                None => found.push((diagnostic, 1, title.clone())),
            }
        }
    }
    waivers.report(program.sink);
    for (diagnostic, count, title) in found {
        let everywhere = count == total || title.is_empty();
        program.sink.push(if everywhere { diagnostic } else { diagnostic.note(format!("with {title}")) });
    }
    total
}
