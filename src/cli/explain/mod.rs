//! `kdsl explain`: pages about codes, kinds, fields, types and functions, made of what the program itself knows of them.
//!
//! A name may mean several things, and then each has its page. A path is walked from the kind or type it begins with, through maps and
//! lists to what they hold, so that labels and indexes are not needed.

mod code;
mod example;
mod field;
mod function;
mod high;
mod native;
mod overview;
mod page;
mod rule;
mod uses;

use super::{Stop, USAGE, terminal};
use crate::ast::Name;
use crate::builtins;
use crate::diag::{Sink, codes, suggest};
use crate::load::Project;
use crate::resolve::{KindRef, Program, STD};
use crate::schema::{self, NativeKind};
use crate::source::FileDb;
use crate::stdlib;
use crate::types::Ty;
use page::Page;
use std::process::ExitCode;
use ustr::Ustr;

/// Explain a diagnostic code, a rule, a kind, a field, a type or a function
///
/// Examples: `kdsl explain app`, `app.rollout.maxSurge`, `Deployment.spec.strategy`, `PodSpec`, `join`, `Port`, `unknown-field`. Without
/// a topic: a list of all.
#[derive(clap::Args)]
pub struct Args {
    /// What to explain.
    topic: Option<String>,
}

pub fn run(args: Args, color: bool) -> Result<ExitCode, Stop> {
    terminal::print(&written(args.topic.as_deref(), color)?)?;
    Ok(ExitCode::SUCCESS)
}

/// The page about a topic.
pub fn page(topic: &str, color: bool) -> Result<String, Stop> {
    written(Some(topic), color)
}

fn written(topic: Option<&str>, color: bool) -> Result<String, Stop> {
    let (project, files, sink) = (Project::default(), FileDb::new(), Sink::new());
    stdlib::add_to(&files);
    let program = Program::new(&project, &files, &sink);
    let mut page = Page::new(terminal::width(), color);
    match topic {
        None => overview::write(&mut page),
        Some(topic) => explain(&mut page, &program, topic)?,
    }
    Ok(page.finish())
}

fn explain(page: &mut Page, program: &Program, topic: &str) -> Result<(), Stop> {
    let topic = topic.trim().trim_end_matches("()");
    let mut found = false;
    if let Some(code) = codes::find(topic) {
        code::write(page, code);
        found = true;
    }
    found |= rule::write(page, topic);
    if let Some(builtin) = builtins::find(topic) {
        function::builtin(page, builtin);
        found = true;
    }
    found |= function::declared(page, program, Ustr::from(topic));
    let segments = segments(topic);
    let Some((head, path)) = segments.split_first() else { return Err(unknown(program, topic)) };
    found |= named(page, program, Ustr::from(head), path)?;
    if !found && let Some(kind) = as_kubectl_says(head) {
        found = named(page, program, kind, path)?;
    }
    if found { Ok(()) } else { Err(unknown(program, topic)) }
}

/// The pages of what a name, or a path that begins with it, stands for.
fn named(page: &mut Page, program: &Program, head: Name, path: &[String]) -> Result<bool, Stop> {
    match path {
        [] => Ok(high::kind(page, program, head) | high::named_type(page, program, head) | native::write(page, program, head)),
        path => field_of(page, program, head, path),
    }
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

/// The page of a field, if its path begins with something that has fields.
fn field_of(page: &mut Page, program: &Program, head: Name, path: &[String]) -> Result<bool, Stop> {
    let root = match program.kind_named(STD, head) {
        Some(KindRef::High(kind)) => field::Root::Kind(kind),
        Some(KindRef::Native(kind)) => field::Root::Type(Ty::Native(kind.ty)),
        Some(KindRef::Poison) | None => match program.named_type(STD, head) {
            Some(ty) => field::Root::Type(ty),
            None => return Ok(false),
        },
    };
    match field::find(program, head, root, path) {
        Ok(field) => {
            field.write(page, program, &head);
            Ok(true)
        }
        Err(missing) => {
            let known = missing.known.iter().map(String::as_str);
            let stop =
                Stop { code: USAGE.into(), message: format!("`{}` has no field `{}`", missing.owner, missing.name), help: Vec::new() };
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

fn unknown(program: &Program, topic: &str) -> Stop {
    let own = [program.kind_names(STD), program.type_names(STD), program.function_names(STD)].concat();
    let all = own.iter().map(|n| n.as_str());
    let all = all.chain(codes::all().map(|c| c.name)).chain(builtins::all().map(|b| b.name));
    let all = all.chain(stdlib::rules().map(|rule| rule.name.name.as_str()));
    let all = all.chain(schema::kind_names()).chain(schema::type_names());
    let stop = Stop::usage(format!("there is nothing called `{topic}` to explain"));
    match suggest::nearest(topic, all) {
        Some(near) => stop.help(format!("did you mean `{near}`?")),
        None => stop.help("`kdsl explain` alone lists everything there is"),
    }
}
