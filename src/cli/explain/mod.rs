//! `kdsl explain`: pages about codes, kinds, fields, types and functions, made of what the program itself knows of them.
//!
//! A name may mean several things, and then each has its page. A path is walked from the kind or type it begins with, through maps and
//! lists to what they hold, so that labels and indexes are not needed. Names are looked up in the library, in a program if one is named,
//! and in definitions of custom resources.

mod code;
mod example;
mod field;
mod frame;
mod function;
mod high;
mod native;
mod overview;
mod page;
mod rule;
mod subject;
mod topics;
mod uses;
mod value;

use super::{Stop, USAGE, terminal};
use crate::ast::{self, Ident, Name, RuleDecl};
use crate::builtins;
use crate::diag::{Sink, codes, suggest};
use crate::resolve::{KindRef, Program, STD};
use crate::schema::{self, NativeKind};
use crate::source::Span;
use crate::stdlib;
use crate::types::{ModuleId, Ty};
use page::Page;
use std::path::PathBuf;
use std::process::ExitCode;
use ustr::Ustr;

pub use subject::Subject;
pub use topics::starting;

/// Explain a diagnostic code, a rule, a kind, a field, a type or a function
///
/// Examples: `kdsl explain app`, `app.rollout.maxSurge`, `Deployment.spec.strategy`, `deploy.spec`, `autoscaling/v2.HorizontalPodAutoscaler`,
/// `PodSpec`, `join`, `Port`, `unknown-field`. Without a topic: a list of all.
#[derive(clap::Args)]
pub struct Args {
    /// What to explain.
    topic: Option<String>,
    /// A program whose own kinds, types, functions, rules, params and lets are known, too.
    #[arg(long = "in", value_name = "FILE")]
    program: Option<PathBuf>,
    /// YAML with CustomResourceDefinitions, or a folder of it, whose kinds are known, too.
    #[arg(long, value_name = "FILE|DIR")]
    crds: Vec<PathBuf>,
}

pub fn run(args: Args, color: bool) -> Result<ExitCode, Stop> {
    let subject = Subject::named(args.program.as_deref(), &args.crds)?;
    terminal::print(&written(&subject, args.topic.as_deref(), color)?)?;
    Ok(ExitCode::SUCCESS)
}

/// The page about a topic.
pub fn page(subject: &Subject, topic: &str, color: bool) -> Result<String, Stop> {
    written(subject, Some(topic), color)
}

fn written(subject: &Subject, topic: Option<&str>, color: bool) -> Result<String, Stop> {
    let sink = Sink::new();
    let scope = Scope::new(subject, &sink);
    let mut page = Page::new(terminal::width(), color);
    match topic {
        None => overview::write(&mut page, &scope),
        Some(topic) => explain(&mut page, &scope, topic)?,
    }
    Ok(page.finish())
}

/// Where names are looked up.
struct Scope<'a> {
    program: Program<'a>,
    home: ModuleId,
}

impl<'a> Scope<'a> {
    fn new(subject: &'a Subject, sink: &'a Sink) -> Scope<'a> {
        Scope { program: Program::new(&subject.project, &subject.files, sink), home: subject.home() }
    }

    /// The kind of a name. Those of other projects that the library makes are known without an import.
    fn kind(&self, name: Name) -> Option<KindRef<'a>> {
        self.program.kind_named(self.home, name).or_else(|| self.program.kind_named(STD, name))
    }
}

impl Scope<'_> {
    /// The rules of the program and of the library.
    fn rules(&self) -> Vec<&RuleDecl> {
        let mut all = Vec::new();
        self.program.own_rules().for_each(|rule| all.push(rule));
        stdlib::rules().for_each(|rule| all.push(rule));
        all
    }
}

/// A name as a path of one word.
fn plain(name: Name) -> ast::Path {
    ast::Path { module: None, name: Ident { name, span: Span::NONE } }
}

fn explain(page: &mut Page, scope: &Scope, topic: &str) -> Result<(), Stop> {
    let topic = topic.trim().trim_end_matches("()");
    let mut found = false;
    if let Some(code) = codes::find(topic) {
        code::write(page, code);
        found = true;
    }
    found |= rule::write(page, scope, topic);
    if let Some(builtin) = builtins::find(topic) {
        function::builtin(page, builtin);
        found = true;
    }
    found |= function::declared(page, scope, Ustr::from(topic));
    found |= value::write(page, scope, Ustr::from(topic));
    if let Some((kind, path)) = in_version(topic) {
        found = versioned(page, scope, kind, &segments(path))?;
    }
    let segments = segments(topic);
    let Some((head, path)) = segments.split_first() else { return Err(unknown(scope, topic)) };
    found |= named(page, scope, Ustr::from(head), path)?;
    if !found && let Some(kind) = as_kubectl_says(head) {
        found = named(page, scope, kind, path)?;
    }
    if found { Ok(()) } else { Err(unknown(scope, topic)) }
}

/// The pages of what a name, or a path that begins with it, stands for.
fn named(page: &mut Page, scope: &Scope, head: Name, path: &[String]) -> Result<bool, Stop> {
    match path {
        [] => Ok(high::kind(page, scope, head) | high::named_type(page, scope, head) | native::write(page, scope, head)),
        path => match root_of(scope, head) {
            Some(root) => field_of(page, scope, head, root, path).map(|()| true),
            None => Ok(false),
        },
    }
}

/// `autoscaling/v1.HorizontalPodAutoscaler.spec` as the kind of that version and the path behind it.
fn in_version(topic: &str) -> Option<(&'static NativeKind, &str)> {
    let slash = topic.find('/')?;
    let dot = slash + topic[slash..].find('.')?;
    let (api_version, rest) = (&topic[..dot], &topic[dot + 1..]);
    let (kind, path) = rest.split_once('.').unwrap_or((rest, ""));
    Some((schema::kind_in(api_version, kind)?, path))
}

fn versioned(page: &mut Page, scope: &Scope, kind: &'static NativeKind, path: &[String]) -> Result<bool, Stop> {
    match path {
        [] => native::of_kind(page, scope, kind),
        path => field_of(page, scope, kind.kind, field::Root::Type(Ty::Native(kind.ty)), path)?,
    }
    Ok(true)
}

/// The kind that kubectl knows by a word: `deployment`, `deployments`, `deploy`.
fn as_kubectl_says(word: &str) -> Option<Name> {
    let word = word.to_ascii_lowercase();
    let is_it = |kind: &NativeKind| {
        kind.kind.eq_ignore_ascii_case(&word)
            || kind.plural == word.as_str()
            || kind.short_names.iter().any(|short| *short == word.as_str())
    };
    schema::kinds().find(|kind| is_it(kind)).map(|kind| kind.kind)
}

/// What has the fields that a path goes through.
fn root_of<'a>(scope: &Scope<'a>, head: Name) -> Option<field::Root<'a>> {
    match scope.kind(head) {
        Some(KindRef::High(kind)) => Some(field::Root::Kind(kind)),
        Some(KindRef::Native(kind)) => Some(field::Root::Type(Ty::Native(kind.ty))),
        Some(KindRef::Poison) | None => scope.program.named_type(scope.home, head).map(field::Root::Type),
    }
}

/// The page of a field.
fn field_of<'a>(page: &mut Page, scope: &Scope<'a>, head: Name, root: field::Root<'a>, path: &[String]) -> Result<(), Stop> {
    match field::find(&scope.program, head, root, path) {
        Ok(field) => {
            field.write(page, scope, &head);
            Ok(())
        }
        Err(missing) => {
            let known = missing.known.iter().map(String::as_str);
            let stop =
                Stop { code: USAGE.into(), message: format!("`{}` has no field `{}`", missing.owner, missing.name), help: Vec::new() };
            // `app.web.replicas`: the name of a declaration is no part of the path.
            let behind = path.iter().skip_while(|segment| **segment != missing.name).nth(1);
            if let Some(behind) = behind.filter(|behind| missing.known.contains(behind)) {
                return Err(stop.help(format!("did you mean `{}.{behind}`? A path is of fields alone, without names", missing.owner)));
            }
            Err(match suggest::nearest(&missing.name, known.clone()) {
                Some(near) => stop.help(format!("did you mean `{}.{near}`?", missing.owner)),
                None if missing.known.is_empty() => stop.help(format!("`{}` has no fields at all", missing.owner)),
                None => stop.help(format!("its fields are {}", known.collect::<Vec<_>>().join(", "))),
            })
        }
    }
}

/// `Deployment.spec.containers["web"].image` without what stands in brackets.
fn segments(topic: &str) -> Vec<String> {
    let mut out = vec![String::new()];
    let mut brackets = 0;
    for c in topic.chars() {
        match c {
            '[' => brackets += 1,
            ']' => brackets -= 1,
            _ if brackets > 0 => {}
            '.' => out.push(String::new()),
            c => out.last_mut().expect("there is always one").push(c),
        }
    }
    out.retain(|segment| !segment.is_empty());
    out
}

fn unknown(scope: &Scope, topic: &str) -> Stop {
    let (program, home) = (&scope.program, scope.home);
    let own = [program.kind_names(home), program.type_names(home), program.function_names(home)].concat();
    let defined = program.defined_kinds(home);
    let all = own.iter().map(|n| n.as_str()).chain(defined.iter().map(|kind| kind.kind.as_str()));
    let all = all.chain(codes::all().map(|c| c.name)).chain(builtins::all().map(|b| b.name));
    let rules = scope.rules();
    let all = all.chain(rules.iter().map(|rule| rule.name.name.as_str()));
    let all = all.chain(schema::kind_names()).chain(schema::type_names());
    let stop = Stop::usage(format!("there is nothing called `{topic}` to explain"));
    match suggest::nearest(topic, all) {
        Some(near) => stop.help(format!("did you mean `{near}`?")),
        None if home != STD => stop.help("`kdsl explain` alone lists everything there is"),
        None => stop
            .help("`kdsl explain` alone lists everything there is")
            .help("what a program declares is known with `--in FILE`, and kinds of custom resources with `--crds FILE`"),
    }
}
