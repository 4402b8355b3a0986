//! `vet`: the objects of YAML and JSON streams, judged as the API server would.

use super::judge_natively;
use super::stream::{self, Bounds, Stream, Vetting};
use crate::conform;
use crate::crd::Definitions;
use crate::diag::{Diagnostic, Severity, Sink, codes};
use crate::eval::{self, Limits, Objects};
use crate::load::{self, Project};
use crate::manifest::{self, Manifest};
use crate::object::Object;
use crate::resolve::{self, Program};
use crate::rules::{Faults, RuleBook, RuleJudge, RuleSets, Waivers};
use crate::schema::KubeRange;
use crate::source::{FileDb, SourceKind, Span};
use crate::stdlib::{self, Sort};
use crate::world::World;
use rayon::prelude::*;
use rustc_hash::FxHashMap;
use std::collections::hash_map::Entry;
use std::sync::atomic::{AtomicUsize, Ordering};

/// How plain YAML is judged.
#[derive(Clone, Debug, Default)]
pub struct VetOptions {
    /// Objects of kinds that nothing is known about are errors.
    pub strict: bool,
    /// YAML with CustomResourceDefinitions, each text with its name: the kinds that they define are known.
    pub crds: Vec<(String, String)>,
    /// The releases of Kubernetes that judge.
    pub kube: KubeRange,
    /// A file of kdsl whose rules, refinements and waivers hold too, and those of its imports.
    pub rules: Option<String>,
    /// The present day, `2026-11-24`, for waivers that end.
    pub today: Option<String>,
    /// The sets of the library's rules that judge.
    pub sets: RuleSets,
    /// The level of Pod Security that all pods are judged at, beside those of their namespaces.
    pub pod_security: Option<SecurityLevel>,
    /// How much is held at once.
    pub bounds: Bounds,
}

/// The levels of the Pod Security Standards that demand anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SecurityLevel {
    Baseline,
    Restricted,
}

impl SecurityLevel {
    pub fn name(self) -> &'static str {
        match self {
            SecurityLevel::Baseline => "baseline",
            SecurityLevel::Restricted => "restricted",
        }
    }
}

/// What [`vet`] gives.
pub struct Vetted {
    pub files: FileDb,
    pub diagnostics: Vec<Diagnostic>,
    /// How many objects there were.
    pub objects: usize,
    /// What is wrong with rules of the library, found when they ran: nothing, or tests would have said so.
    pub library_faults: Vec<Diagnostic>,
    /// The trees, for whoever ends the process rather than take them apart.
    pub documents: Vec<Vetting>,
}

/// Hears how many objects were judged of how many, from any thread.
pub type Progress<'p> = &'p (dyn Fn(usize, usize) + Sync);

/// Judges the objects of YAML and JSON streams, each with its name. The world has the file of rules.
pub fn vet(world: &dyn World, inputs: Vec<(String, String)>, options: &VetOptions, progress: Progress) -> Vetted {
    let (files, sink) = (FileDb::new(), Sink::new());
    stdlib::add_to(&files);
    let mut sources = Vec::new();
    for (name, text) in inputs {
        match files.add(name.as_str(), text, SourceKind::User) {
            Ok(source) => sources.push(source),
            Err(_) => {
                sink.push(Diagnostic::new(&codes::FILE_TOO_LARGE, Span::NONE, format!("with `{name}` there are more than 4 GiB of text")))
            }
        }
    }
    let stream = Stream::of(&sources, options.bounds);
    let mut definitions = Definitions::default();
    let (documents, complete) = match stream.is_whole() {
        true => {
            let documents = stream.all(&sink);
            documents.iter().flat_map(|document| &document.manifests).for_each(|found| define(found, &mut definitions));
            (documents, true)
        }
        false => stream.survey(|found| define(found, &mut definitions), |custom| options.rules.is_some() || is_asked_for(custom)),
    };
    let mut library_faults = Vec::new();
    let project = options.rules.as_ref().map_or_else(|| Some(Project::default()), |path| load::load(world, &files, path, &sink));
    if let Some(project) = project {
        let mut given = defined(&options.crds, options.bounds, &sink);
        given.take_in(definitions);
        let definitions = given;
        let mut program = Program::new(&project, &files, &sink);
        let texts: Vec<&str> = project.files.iter().map(|file| &*file.source.text).collect();
        if let Some(bundle) = definitions.named_in(&texts) {
            program = program.with_definitions(bundle);
        }
        crate::check::check(&program);
        // Documents that cannot be read do not make rules wrong.
        if !project.files.iter().any(|file| sink.has_error_in(file.source.span())) {
            let known = Known { documents: &documents, complete, definitions };
            library_faults = judge(&stream, known, &program, world, options, progress);
        }
    }
    let mut diagnostics = sink.finish();
    number(&mut diagnostics, &documents);
    let objects = documents.iter().map(|d| d.manifests.len()).sum();
    Vetted { files, diagnostics, objects, library_faults, documents }
}

/// What is known of all documents before any is judged.
struct Known<'d> {
    documents: &'d [Vetting],
    /// Whether that is all that rules may ask of other objects.
    complete: bool,
    definitions: Definitions,
}

/// Judges all manifests by the schema and by the rules of a program and of the library, and tells what is wrong with the latter.
fn judge<'a>(
    stream: &Stream,
    known: Known,
    program: &'a Program<'a>,
    world: &'a dyn World,
    options: &VetOptions,
    progress: Progress,
) -> Vec<Diagnostic> {
    let (sink, faults) = (program.sink, Faults::default());
    let mut shared = eval::Shared::new(program, world, eval::Params::default(), Limits::default());
    let manifests: Vec<&Manifest> = known.documents.iter().flat_map(|document| &document.manifests).collect();
    let customs = manifests.iter().filter_map(|found| if let Manifest::Custom(custom) = found { Some(custom) } else { None });
    let book = RuleBook::new(program, options.kube).with_sets(options.sets);
    let book = if known.complete { book } else { book.without_others() };
    let book = book.with_custom(customs.map(|custom| (custom.api_version, custom.kind)));
    let held = |found: &&Manifest| match found {
        Manifest::Native(object) => (known.complete || stream::is_always_held(object)).then(|| object.clone()),
        Manifest::Custom(custom) => Some(custom.object(book.views(custom.api_version, custom.kind).first().copied())),
    };
    shared.objects = Objects::new(manifests.iter().filter_map(held).collect());
    if !known.complete {
        sink.push(too_many(manifests.len()));
    }
    shared.objects.pod_security = options.pod_security.map(|level| level.name().into());
    let waivers = Waivers::of(program, options.today.clone());
    waivers.ask();
    let waived = |error: &Diagnostic, object: &Object| waivers.waives(error, object);
    let context = conform::Context { db: program.db, sink, kube: options.kube, applied: false, waived: &waived };
    book.prepare_all(&conform::types_of(shared.objects.iter()), &shared);
    let judges = || (RuleJudge::new(&book, &shared, &faults), conform::Known::default());
    let judged = AtomicUsize::new(0);
    let one = |judge: &mut RuleJudge<'_, 'a>, seen: &mut conform::Known, found: &Manifest| {
        match found {
            Manifest::Native(object) => {
                let read = conform::conform_one(&context, object, judge, seen);
                judge_natively(read.as_ref().unwrap_or(object), sink);
            }
            Manifest::Custom(custom) => {
                let views = book.views(custom.api_version, custom.kind);
                let found = judge_custom(custom, &known.definitions, program, !views.is_empty(), options);
                let is_right = !found.iter().any(Diagnostic::is_error);
                found.into_iter().filter(|found| !waivers.waives_custom(found, custom)).for_each(|found| sink.push(found));
                conform::conform_one(&context, &custom.as_any(), judge, seen);
                let object = custom.object(views.first().copied());
                // What its own definition refuses the library need not say again.
                let views = views.iter().filter(|view| is_right || !resolve::is_of_library(view));
                // Nor need what it refuses be said of what the rules see of it.
                views.for_each(|view| conform::judge_as(&context, &object, view, is_right && !resolve::is_of_library(view), judge));
            }
        }
        let judged = judged.fetch_add(1, Ordering::Relaxed) + 1;
        if judged.is_multiple_of(512) {
            progress(judged, manifests.len());
        }
    };
    let all = |manifests: &[&Manifest]| {
        manifests.par_iter().with_min_len(32).for_each_init(judges, |(judge, seen), found| one(judge, seen, found));
    };
    match stream.is_whole() {
        true => all(&manifests),
        false => stream.batches(sink).for_each(|batch| all(&batch.iter().flat_map(|document| &document.manifests).collect::<Vec<_>>())),
    }
    faults.users.take().into_iter().for_each(|fault| sink.push(fault));
    twice(&manifests, &waivers, sink);
    waivers.report(sink);
    faults.library.finish()
}

/// Not all that rules may ask could be held.
fn too_many(objects: usize) -> Diagnostic {
    let message = format!("these {objects} objects are too large to be held together, so what they say of each other is not judged");
    Diagnostic::new(&codes::NOT_TOGETHER, Span::NONE, message).help("judge them in parts: a namespace or a folder at a time")
}

/// Reports objects that stand in a stream twice.
fn twice(manifests: &[&Manifest], waivers: &Waivers, sink: &Sink) {
    let mut seen = FxHashMap::default();
    for found in manifests.iter().filter(|found| !found.name().is_empty()) {
        match seen.entry(found.identity()) {
            Entry::Vacant(entry) => drop(entry.insert(found.head())),
            Entry::Occupied(first) => {
                let warning = Diagnostic::new(&codes::OBJECT_TWICE, found.head(), format!("{} stands here twice", found.title()));
                let warning =
                    warning.also(*first.get(), "the first one").help("rename or remove one of the two: the later replaces the earlier");
                let waived = match found {
                    Manifest::Native(object) => waivers.waives(&warning, object),
                    Manifest::Custom(custom) => waivers.waives_custom(&warning, custom),
                };
                if !waived {
                    sink.push(warning.in_object(found.title(), ""));
                }
            }
        }
    }
}

/// The kinds that the CustomResourceDefinitions of some texts define. What these texts are otherwise is not judged here.
fn defined(texts: &[(String, String)], bounds: Bounds, sink: &Sink) -> Definitions {
    let (mut definitions, unheard) = (Definitions::default(), Sink::new());
    for (name, text) in texts {
        let files = FileDb::new();
        let Ok(source) = files.add(name.as_str(), text.clone(), SourceKind::User) else { continue };
        let mut found = 0;
        for document in Stream::of(&[source], bounds).batches(&unheard).flatten() {
            document.manifests.iter().for_each(|manifest| define(manifest, &mut definitions));
            found += document.manifests.iter().filter(|manifest| is_definition(manifest)).count();
        }
        if found == 0 {
            let message = format!("there is no CustomResourceDefinition in `{name}`");
            sink.push(
                Diagnostic::new(&codes::NO_DEFINITION, Span::NONE, message).help("`--crds` names YAML with CustomResourceDefinitions"),
            );
        }
    }
    definitions
}

/// Whether rules of the library may ask of an object.
fn is_asked_for(custom: &manifest::Custom) -> bool {
    stdlib::has(Sort::Crd, custom.kind) || eval::is_maker(custom.key())
}

fn is_definition(found: &Manifest) -> bool {
    matches!(found, Manifest::Native(object) if object.kind.kind.as_str() == "CustomResourceDefinition")
}

fn define(found: &Manifest, definitions: &mut Definitions) {
    if let Manifest::Native(object) = found
        && is_definition(found)
    {
        definitions.add(&object.node());
    }
}

/// What is wrong with an object of a kind that is not Kubernetes' own, by its definition; `seen` by rules it may be anyway.
fn judge_custom(
    custom: &manifest::Custom,
    definitions: &Definitions,
    program: &Program,
    seen: bool,
    options: &VetOptions,
) -> Vec<Diagnostic> {
    let group = custom.api_version.split_once('/').map_or("", |(group, _)| group);
    let retired = conform::retired(group, &custom.kind, custom.head).map(|warning| warning.in_object(custom.title(), ""));
    let imported = || Some(program.imported(custom.api_version, custom.kind)?.check(&custom.root));
    let found = match definitions.check_instance(&custom.root).or_else(imported) {
        Some(findings) => findings.into_iter().map(|finding| finding.diagnostic(custom.title())).collect(),
        None => vec![unverified(custom, seen, options)],
    };
    retired.into_iter().chain(found).collect()
}

fn unverified(custom: &manifest::Custom, seen: bool, options: &VetOptions) -> Diagnostic {
    let what = format!("{} {}", custom.api_version, custom.kind);
    let message = match seen {
        true => format!("the definition of {what} is not known, so only rules and its metadata were judged"),
        false => format!("nothing is known about {what}, so only its metadata was judged"),
    };
    let help = match options.rules {
        Some(_) => {
            "name the file of its CustomResourceDefinition, `--crds FILE`, or set this aside in the file of rules: `waive unverified = \"why\"`"
        }
        None => "name the file of its CustomResourceDefinition: `--crds FILE`",
    };
    let mut diagnostic = Diagnostic::new(&codes::UNVERIFIED, custom.head, message).help(help);
    if options.strict {
        diagnostic.severity = Severity::Error;
    }
    diagnostic.in_object(custom.title(), "")
}

/// Says of each diagnostic in which document it is.
fn number(diagnostics: &mut [Diagnostic], documents: &[Vetting]) {
    for diagnostic in diagnostics {
        let at = diagnostic.primary.span.start;
        let found = documents.partition_point(|d| d.span.start <= at).checked_sub(1);
        diagnostic.document = found.filter(|_| !diagnostic.primary.span.is_none()).map(|index| index as u32);
    }
}
