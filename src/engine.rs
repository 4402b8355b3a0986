//! The library's face: text in, objects and diagnostics out.
//!
//! An [`Engine`] holds a [`World`] to read files from and the values of params; [`Engine::build`] and [`Engine::check`] run the phases
//! of [`driver`] on threads whose stacks are large enough for the deepest program that the evaluator's limits allow, whatever
//! the stack of the caller.

use crate::baseline::Baseline;
use crate::data;
use crate::diag::render::{self, Style};
use crate::diag::{self, Diagnostic};
use crate::diff;
use crate::driver::{self, Options, Outcome, VetOptions};
use crate::emit::{self, Format};
use crate::eval::Limits;
use crate::import::{self, Imported};
use crate::object;
use crate::params::{Given, GivenValue};
use crate::rules;
use crate::schema::KubeRange;
use crate::source::{FileDb, Span};
use crate::testing::{self, TestOptions, Tested};
use crate::value::Node;
use crate::why;
use crate::world::{MemWorld, World};
use rayon::prelude::*;
use rayon::{ThreadPool, ThreadPoolBuilder};
use std::ops::Deref;
use std::sync::OnceLock;
use ustr::Ustr;

/// Compiles programs that it reads from a [`World`].
///
/// ```
/// use kdsl::{Engine, MemWorld};
///
/// let world = MemWorld::new().with("web.kdsl", r#"
///     param replicas: Int = 1
///     namespace shop {
///       app web { image = "nginx:1.27.0", replicas = replicas, user = 101 }
///     }
/// "#);
/// let build = Engine::new(world).param("replicas", "3").build("web.kdsl");
/// let deployment = build.objects.iter().find(|o| o.kind() == "Deployment").expect("an app is a Deployment");
/// assert_eq!((deployment.namespace(), deployment.name()), (Some("shop"), "web"));
/// assert_eq!(deployment.to_value()["spec"]["replicas"], 3);
/// ```
#[derive(Clone, Debug)]
pub struct Engine<W> {
    world: W,
    options: Options,
}

impl<W: World> Engine<W> {
    pub fn new(world: W) -> Engine<W> {
        Engine { world, options: Options::default() }
    }

    /// Gives a param a value, written as on the command line: text needs no quotes, everything else is read by the param's type. A
    /// value that does not fit, or that names no param, is an error of the build.
    pub fn param(self, name: impl Into<String>, value: impl Into<String>) -> Engine<W> {
        let name = name.into();
        let origin = format!("param {name}");
        self.given(Given { name, value: GivenValue::Text(value.into()), origin })
    }

    /// Gives a param a value as data.
    pub fn param_value(self, name: impl Into<String>, value: serde_json::Value) -> Engine<W> {
        let name = name.into();
        let origin = format!("param {name}");
        self.given(Given { name, value: GivenValue::Data(value), origin })
    }

    /// Gives a param a value, with words for messages about where it comes from. Of two values for one param the later one holds.
    pub fn given(mut self, given: Given) -> Engine<W> {
        self.options.given.retain(|earlier| earlier.name != given.name);
        self.options.given.push(given);
        self
    }

    /// The releases of Kubernetes that the objects are meant for: `1.35`, `1.34..1.37`. The newest known unless said otherwise.
    pub fn kube_version(self, releases: &str) -> Result<Engine<W>, String> {
        KubeRange::parse(releases).map(|range| self.kube_range(range))
    }

    /// The present day, as `2026-11-24`: waivers that ended before it no longer hold. Without it all hold, for a program has no clock.
    pub fn today(mut self, day: impl Into<String>) -> Engine<W> {
        self.options.today = Some(day.into());
        self
    }

    /// The waivers of the file that the world has at `path`: rule, reason, last day, place, and whether anything needed it.
    pub fn waivers(&self, path: &str) -> (Vec<WaiverFound>, Diagnostics) {
        let (outcome, waivers) = deep(|| driver::waivers(&self.world, path, &self.bounded()));
        let found = |(waiver, needed): (rules::Waiver, bool)| WaiverFound {
            rule: waiver.rule.to_string(),
            reason: waiver.reason,
            until: waiver.until,
            span: waiver.span,
            needed,
        };
        (waivers.into_iter().map(found).collect(), Diagnostics::of(outcome))
    }

    pub(crate) fn kube_range(mut self, range: KubeRange) -> Engine<W> {
        self.options.kube = range;
        self
    }

    /// Bounds on what a program may compute, in place of generous ones. More depth than the default is not granted.
    pub fn limits(mut self, limits: Limits) -> Engine<W> {
        self.options.limits = Limits { depth: limits.depth.min(Limits::default().depth), ..limits };
        self
    }

    /// Compiles the file that the world has at `path`, and what it names. Where there is any error there are no objects.
    pub fn build(&self, path: &str) -> Build {
        let (outcome, objects) = deep(|| {
            let mut outcome = driver::build(&self.world, path, &self.bounded());
            let objects = std::mem::take(&mut outcome.objects);
            (outcome, objects.into_iter().map(Object).collect())
        });
        Build { objects, diagnostics: Diagnostics::of(outcome) }
    }

    /// Checks the file that the world has at `path`, and what it names: once for every combination of the params that have few values
    /// (up to 64), so that an error which only one of them has shows too.
    pub fn check(&self, path: &str) -> Check {
        let outcome = deep(|| driver::check(&self.world, path, &self.bounded()));
        Check { combinations: outcome.combinations, diagnostics: Diagnostics::of(outcome) }
    }

    /// Why a field of an object is what it is: the places that made it. `object` is `Deployment/web` or `shop/Deployment/web`; `path` is
    /// as the API server writes it, `spec.replicas`, and empty for the object as a whole.
    pub fn why(&self, path: &str, query: &why::Query) -> Why {
        let (outcome, answer) = deep(|| driver::why(&self.world, path, &self.bounded(), query));
        Why { answer, diagnostics: Diagnostics::of(outcome) }
    }

    /// Runs the tests of the file that the world has at `path`.
    pub fn test(&self, path: &str, options: &TestOptions) -> Tests {
        let options = TestOptions { run: self.bounded(), ..options.clone() };
        Tests(deep(|| testing::run(&self.world, path, &options)))
    }

    /// The value of a let of the file that the world has at `path`; `None` where there is any error.
    pub(crate) fn value(&self, path: &str, name: &str) -> (Option<Node>, Diagnostics) {
        let (outcome, value) = deep(|| driver::value(&self.world, path, &self.bounded(), name.into()));
        (value, Diagnostics::of(outcome))
    }

    /// The options, with no more depth than there is stack for.
    fn bounded(&self) -> Options {
        let mut options = self.options.clone();
        if pool().is_none() {
            options.limits.depth = options.limits.depth.min(DEPTH_WITHOUT_POOL);
        }
        options
    }
}

/// Judges the objects of YAML and JSON streams, each with the name that messages use. The world has the file of rules, where the options
/// name one.
pub fn vet(world: &dyn World, inputs: Vec<(String, Vec<u8>)>, options: &VetOptions) -> Vet {
    vet_and_tell(world, inputs, options, &|_, _| ())
}

/// [`vet`], which tells `progress` from time to time how many objects were judged, and of how many.
pub fn vet_and_tell(world: &dyn World, inputs: Vec<(String, Vec<u8>)>, options: &VetOptions, progress: driver::Progress) -> Vet {
    let texts = inputs.into_iter().map(|(name, bytes)| (name, text_of(bytes))).collect();
    let vetted = deep(|| driver::vet(world, texts, options, progress));
    Vet {
        objects: vetted.objects,
        diagnostics: Diagnostics { list: vetted.diagnostics, files: vetted.files },
        _documents: vetted.documents,
    }
}

/// Text whatever the bytes: what is no UTF-8 becomes a character that the reader of YAML refuses.
fn text_of(bytes: Vec<u8>) -> String {
    match String::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => String::from_utf8_lossy(error.as_bytes()).replace('\u{fffd}', "\0"),
    }
}

/// A rule that a program sets aside.
#[derive(Clone, Debug)]
pub struct WaiverFound {
    pub rule: String,
    pub reason: String,
    /// The last day on which it holds.
    pub until: Option<String>,
    /// Where it stands; see [`Diagnostics::location`].
    pub span: Span,
    /// Whether something breaks the rule.
    pub needed: bool,
}

/// What [`vet`] gives.
#[derive(Debug)]
pub struct Vet {
    /// How many objects there were.
    pub objects: usize,
    pub diagnostics: Diagnostics,
    /// Taken apart with this, unless the process ends first.
    _documents: Vec<driver::Vetting>,
}

/// What [`Engine::build`] gives.
#[derive(Debug)]
pub struct Build {
    /// In the order in which they are applied; none where there is an error.
    pub objects: Vec<Object>,
    pub diagnostics: Diagnostics,
}

impl Build {
    /// As a side of a [`diff`](diff()).
    pub fn into_side(self) -> Side {
        let items = deep(|| self.objects.into_par_iter().map(|object| diff::Item::of_object(object.0)).collect());
        Side { items, diagnostics: self.diagnostics }
    }

    /// All objects as YAML documents between `---` lines; empty where there are none.
    pub fn yaml(&self) -> String {
        self.text(Format::Yaml)
    }

    /// All objects as one JSON `List`.
    pub fn json(&self) -> String {
        self.text(Format::Json)
    }

    pub fn text(&self, format: Format) -> String {
        let nodes: Vec<Node> = self.objects.iter().map(|o| o.0.node()).collect();
        deep(|| emit::stream(&nodes.iter().collect::<Vec<_>>(), format))
    }

    /// Every object as a file: a relative path that depends on the object alone, and the text.
    pub fn files(&self, format: Format) -> Vec<(String, String)> {
        deep(|| self.objects.par_iter().map(|object| (object.file_name(format), object.text(format))).collect())
    }
}

/// The objects of YAML and JSON streams, each with the name that messages use, as a side of a [`diff`](diff()).
pub fn manifests(inputs: Vec<(String, Vec<u8>)>) -> Side {
    let texts = inputs.into_iter().map(|(name, bytes)| (name, text_of(bytes))).collect();
    let (files, items, list) = deep(|| driver::manifests(texts));
    Side { items, diagnostics: Diagnostics { list, files } }
}

/// What applying `new` where `old` is does to each object. `rules` is the program whose own rules on updates count, besides the library's.
pub fn diff<'n>(old: &Side, new: &'n Side, rules: Option<(&dyn World, &str)>) -> Diff<'n> {
    diff_with(old, new, rules, &Definitions::default())
}

/// CustomResourceDefinitions, for kinds of which neither side brings one.
#[derive(Clone, Debug, Default)]
pub struct Definitions(Vec<Ustr>);

impl Definitions {
    /// Adds those of a YAML text; the error is a sentence about the text.
    pub fn add(&mut self, text: &str) -> Result<(), String> {
        self.0.push(deep(|| crate::crd::bundle_of_text(text))?);
        Ok(())
    }
}

/// [`diff`](diff()), with more definitions.
pub fn diff_with<'n>(old: &Side, new: &'n Side, rules: Option<(&dyn World, &str)>, definitions: &Definitions) -> Diff<'n> {
    let report = deep(|| {
        // What only the old side has stands in files that the new side does not know.
        let mut old = old.items.clone();
        old.iter_mut().for_each(|item| item.head = Span::NONE);
        driver::diff(&old, &new.items, rules, &definitions.0)
    });
    Diff { report, files: &new.diagnostics.files }
}

/// A set of objects to compare.
#[derive(Debug, Default)]
pub struct Side {
    items: Vec<diff::Item>,
    pub diagnostics: Diagnostics,
}

impl Side {
    /// The program that makes these objects, and what it builds to.
    pub fn import(&self) -> (Imported, Side) {
        let program = deep(|| import::import(&self.items));
        let world = MemWorld::new().with("import.kdsl", program.text.as_str());
        let side = Engine::new(world).build("import.kdsl").into_side();
        (program, side)
    }

    /// The objects that name no namespace, put into one.
    pub fn in_namespace(mut self, namespace: &str) -> Side {
        self.items = self.items.into_iter().map(|item| item.in_namespace(namespace.into())).collect();
        self
    }
}

/// What [`diff`](diff()) gives.
pub struct Diff<'n> {
    pub report: diff::Report,
    /// Of the new side.
    files: &'n FileDb,
}

impl Diff<'_> {
    /// For a terminal of that width.
    pub fn text(&self, color: bool, width: usize) -> String {
        diff::render::text(&self.report, self.files, color, width)
    }

    /// For a pull request.
    pub fn markdown(&self) -> String {
        diff::render::markdown(&self.report)
    }

    pub fn json(&self) -> serde_json::Value {
        diff::render::json(&self.report, self.files)
    }
}

/// What [`Engine::test`] gives.
pub struct Tests(Tested);

impl Tests {
    /// What each test gave, in the order of the file; none where the program itself has errors.
    pub fn outcomes(&self) -> &[testing::Outcome] {
        &self.0.tests
    }

    /// What is wrong with the program itself.
    pub fn diagnostics(&self) -> &[Diagnostic] {
        &self.0.diagnostics
    }

    pub fn has_errors(&self) -> bool {
        self.0.diagnostics.iter().any(Diagnostic::is_error)
    }

    /// The names of tests that a filter left out.
    pub fn left_out(&self) -> &[String] {
        &self.0.left_out
    }

    /// What was not looked at, where that was asked for.
    pub fn covered(&self) -> Option<&testing::Covered> {
        self.0.covered.as_ref()
    }

    /// Diagnostics of a test, or of the program, as text.
    pub fn render(&self, list: &[Diagnostic], style: Style) -> String {
        render::render(style, list, &self.0.files)
    }

    /// `shop.kdsl:12:3`
    pub fn place(&self, span: Span) -> String {
        self.0.files.place(span)
    }

    /// The results of several files as JUnit's XML.
    pub fn junit(suites: &[(String, Tests)]) -> String {
        let suites: Vec<_> = suites.iter().map(|(name, tests)| (name.as_str(), tests.outcomes(), &tests.0.files)).collect();
        testing::junit(&suites)
    }
}

/// What [`Engine::why`] gives.
#[derive(Debug)]
pub struct Why {
    /// `None` where the program has errors; `Err` where it makes no such object, or the object has no such field.
    pub answer: Option<Result<why::Trace, why::Unknown>>,
    pub diagnostics: Diagnostics,
}

impl Why {
    /// The answer for people, with the lines that it is about; empty where there is none.
    pub fn text(&self, color: bool) -> String {
        self.trace().map(|trace| why::text(trace, &self.diagnostics.files, color)).unwrap_or_default()
    }

    /// The answer as data; null where there is none.
    pub fn json(&self) -> serde_json::Value {
        self.trace().map(|trace| why::json(trace, &self.diagnostics.files)).unwrap_or_default()
    }

    fn trace(&self) -> Option<&why::Trace> {
        self.answer.as_ref()?.as_ref().ok()
    }
}

/// What [`Engine::check`] gives.
#[derive(Debug)]
pub struct Check {
    /// How many sets of params the program was evaluated with; none where it has errors of syntax, names or types.
    pub combinations: usize,
    pub diagnostics: Diagnostics,
}

/// One object for the API server.
#[derive(Clone, Debug)]
pub struct Object(object::Object);

impl Object {
    /// `apps/v1`, `v1`
    pub fn api_version(&self) -> &str {
        &self.0.kind.api_version
    }

    /// `Deployment`
    pub fn kind(&self) -> &str {
        &self.0.kind.kind
    }

    /// `None` for objects of the cluster, and where the program leaves the namespace to whoever applies it.
    pub fn namespace(&self) -> Option<&str> {
        self.0.namespace.as_ref().map(|n| n.as_str())
    }

    pub fn name(&self) -> &str {
        &self.0.name
    }

    /// The head of the declaration that made it; see [`Diagnostics::location`].
    pub fn declared_at(&self) -> Span {
        self.0.head
    }

    /// The paths of its fields that begin with a text and lead no more than one step further.
    pub fn paths(&self, written: &str) -> Vec<String> {
        why::path::next(&self.0.node(), written)
    }

    pub fn to_yaml(&self) -> String {
        self.text(Format::Yaml)
    }

    /// Indented, with a newline at its end.
    pub fn to_json(&self) -> String {
        self.text(Format::Json)
    }

    /// The object as data.
    pub fn to_value(&self) -> serde_json::Value {
        let node = self.0.node();
        deep(|| data::to_json(&node))
    }

    /// `[<namespace>/]<kind>-<name>[_<group>].yaml`, the same in every build; two objects never share one.
    pub fn file_name(&self, format: Format) -> String {
        let name = emit::file_name(self.api_version(), self.kind(), self.namespace(), self.name());
        match format {
            Format::Yaml => name,
            Format::Json => format!("{}.json", name.strip_suffix(".yaml").unwrap_or(&name)),
        }
    }

    fn text(&self, format: Format) -> String {
        let (node, mut out) = (self.0.node(), String::new());
        deep(|| match format {
            Format::Yaml => emit::write_yaml(&node, &mut out),
            Format::Json => emit::write_json(&node, &mut out, true),
        });
        out
    }
}

/// What a user is told, in the order of the source, with the files that it is about.
#[derive(Default)]
pub struct Diagnostics {
    list: Vec<Diagnostic>,
    files: FileDb,
}

impl Diagnostics {
    /// Changes what is told, in sight of the files.
    pub(crate) fn change(&mut self, work: impl FnOnce(&mut Vec<Diagnostic>, &FileDb)) {
        work(&mut self.list, &self.files);
    }
}

impl std::fmt::Debug for Diagnostics {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(&self.list).finish()
    }
}

impl Deref for Diagnostics {
    type Target = [Diagnostic];

    fn deref(&self) -> &[Diagnostic] {
        &self.list
    }
}

/// A range of text; lines and columns count from 1, columns in characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Location {
    /// The path by which the world was asked for the file.
    pub file: String,
    pub line: u32,
    pub column: u32,
    /// Just behind the last character.
    pub end_line: u32,
    pub end_column: u32,
}

impl Diagnostics {
    fn of(outcome: Outcome) -> Diagnostics {
        Diagnostics { list: outcome.diagnostics, files: outcome.files }
    }

    pub fn has_errors(&self) -> bool {
        self.list.iter().any(Diagnostic::is_error)
    }

    /// All of it as a baseline: what is known to be wrong.
    pub fn baseline(&self) -> Baseline {
        Baseline::of(&self.list, &self.files)
    }

    /// Takes out what a baseline knows, and tells how many problems that were and how many of the baseline are mended.
    pub fn without(&mut self, baseline: Baseline) -> (usize, usize) {
        baseline.apply(&mut self.list, &self.files)
    }

    /// As text; empty where there is nothing to say, except in the styles that have a frame.
    pub fn render(&self, style: Style) -> String {
        render::render(style, &self.list, &self.files)
    }

    /// The text that a span covers.
    pub(crate) fn text(&self, span: Span) -> String {
        self.files.text(span)
    }

    /// `2 errors, 1 warning`; empty where there is nothing to say.
    pub fn summary(&self) -> String {
        render::summary(&self.list)
    }

    /// Where a span stands; `None` for the span of what no file wrote.
    pub fn location(&self, span: Span) -> Option<Location> {
        let source = self.files.find(span)?;
        let (start, end) = (source.line_col(span.start), source.line_col(span.end));
        Some(Location { file: source.name.clone(), line: start.line, column: start.column, end_line: end.line, end_column: end.column })
    }

    /// Takes in what another run has to say. Files that both runs read are one, and so is what both say of them.
    pub fn merge(&mut self, other: Diagnostics) {
        let shifts = self.files.take_in(&other.files);
        self.list.extend(other.list.into_iter().map(|d| d.moved(|span| shifts.apply(span))));
        diag::sort(&mut self.list);
    }
}

/// Runs `work` where it may recurse as deep as the evaluator's limits allow.
pub(crate) fn deep<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    match pool() {
        Some(pool) => pool.install(work),
        None => work(),
    }
}

/// Runs `work` on a thread of its own, where it may recurse as deep and waits for no other work; on the caller's where there is none.
pub(crate) fn alone<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    match ThreadPoolBuilder::new().num_threads(1).stack_size(STACK).thread_name(|_| "kdsl-alone".into()).build() {
        Ok(pool) => pool.install(work),
        Err(_) => work(),
    }
}

/// The threads that do all work, one pool for the life of the process; `None` where the system grants no such threads, and then the
/// caller's own thread does the work.
fn pool() -> Option<&'static ThreadPool> {
    static POOL: OnceLock<Option<ThreadPool>> = OnceLock::new();
    let new = |threads| ThreadPoolBuilder::new().num_threads(threads).stack_size(STACK).thread_name(|i| format!("kdsl-{i}")).build().ok();
    POOL.get_or_init(|| new(0).or_else(|| new(1))).as_ref()
}

/// Address space for each thread's stack; memory is taken only as it is used.
const STACK: usize = 256 << 20;

/// What a stack of two megabytes holds, the usual one of a thread.
const DEPTH_WITHOUT_POOL: u32 = 8;
