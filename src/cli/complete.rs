//! What a shell asks while a command line is written: the params of a program, their values, its objects, and topics to explain.
//!
//! The scripts of `kdsl completions` call this with the words of the line, the one under the cursor last. What it has nothing to say
//! about (options, files) the scripts complete themselves. It never fails: a program with errors has nothing to offer.

use super::Stop;
use super::explain::{self, Subject};
use super::input::Input;
use super::terminal::print;
use crate::ast::{ExprKind, Item, TypeExpr, TypeExprKind};
use crate::diag::Sink;
use crate::engine::{Engine, Object};
use crate::load::{self, Project};
use crate::source::FileDb;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Answer a shell that completes a command line
#[derive(clap::Args)]
pub struct Args {
    /// The words of the command line behind `kdsl`, up to the cursor.
    #[arg(last = true)]
    words: Vec<String>,
}

pub fn run(args: Args) -> Result<ExitCode, Stop> {
    let found = candidates(&args.words);
    print(&found.iter().map(|word| format!("{word}\n")).collect::<String>())?;
    Ok(ExitCode::SUCCESS)
}

fn candidates(words: &[String]) -> Vec<String> {
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let Some((&last, before)) = words.split_last() else { return Vec::new() };
    let command = before.first().copied().unwrap_or("");
    let file = before.iter().skip(1).copied().find(|word| word.ends_with(".kdsl") && Path::new(word).is_file());
    // bash takes `env=prod` for three words.
    match (before, last) {
        ([.., "-p" | "--param", name, "="], value) => return values(file, name, value, ""),
        ([.., "-p" | "--param", name], "=") => return values(file, name, "", ""),
        ([.., "-p" | "--param"], word) => match word.split_once('=') {
            Some((name, value)) => return values(file, name, value, &format!("{name}=")),
            None => return starting(word, params(file).into_iter().map(|name| format!("{name}="))),
        },
        (_, word) if word.starts_with("--param=") => {
            let inner = [before, &["-p", &word["--param=".len()..]]].concat();
            let found = candidates(&inner.iter().map(|word| word.to_string()).collect::<Vec<_>>());
            return found.into_iter().map(|found| format!("--param={found}")).collect();
        }
        _ => {}
    }
    match (command, file) {
        ("why", Some(file)) if before.last() == Some(&file) => starting(last, objects(file).iter().map(named)),
        ("why", Some(file)) if before.len() > 2 && before[before.len() - 2] == file => fields(file, before[before.len() - 1], last),
        ("explain", _) if !last.starts_with('-') && !matches!(before.last(), Some(&("--in" | "--crds" | "--color"))) => {
            topics(before, last)
        }
        _ => Vec::new(),
    }
}

fn starting(word: &str, all: impl Iterator<Item = String>) -> Vec<String> {
    all.filter(|candidate| candidate.starts_with(word)).collect()
}

fn values(file: Option<&str>, name: &str, value: &str, before: &str) -> Vec<String> {
    let Some(project) = file.and_then(project) else { return Vec::new() };
    let ty = items(&project).find_map(|item| match item {
        Item::Param(param) if param.name.name == name => Some(&param.ty),
        _ => None,
    });
    let found = ty.map_or_else(Vec::new, |ty| few(ty, &project, 0));
    found.into_iter().filter(|found| found.starts_with(value)).map(|found| format!("{before}{found}")).collect()
}

fn params(file: Option<&str>) -> Vec<String> {
    let Some(project) = file.and_then(project) else { return Vec::new() };
    let names = items(&project).filter_map(|item| if let Item::Param(param) = item { Some(param.name.name.to_string()) } else { None });
    names.collect()
}

/// The values of a type that has few, as a command line gives them.
fn few(ty: &TypeExpr, project: &Project, depth: usize) -> Vec<String> {
    match &ty.kind {
        TypeExprKind::Union(types) => types.iter().flat_map(|ty| few(ty, project, depth)).collect(),
        TypeExprKind::Optional(inner) => few(inner, project, depth),
        TypeExprKind::Literal(literal) => match &literal.kind {
            ExprKind::Str(text) => text.as_static().map(str::to_string).into_iter().collect(),
            ExprKind::Num(number) => vec![number.value.to_string()],
            ExprKind::Bool(value) => vec![value.to_string()],
            _ => Vec::new(),
        },
        TypeExprKind::Name(path) if path.name.name == "Bool" => vec!["true".into(), "false".into()],
        TypeExprKind::Name(path) if depth < 8 => {
            let named = items(project).find_map(|item| match item {
                Item::Type(decl) if decl.name.name == path.name.name => Some(&decl.ty),
                _ => None,
            });
            named.map_or_else(Vec::new, |ty| few(ty, project, depth + 1))
        }
        TypeExprKind::Name(_) | TypeExprKind::Generic { .. } | TypeExprKind::Refined { .. } => Vec::new(),
        TypeExprKind::List(_) | TypeExprKind::Record(_) => Vec::new(),
    }
}

fn project(file: &str) -> Option<Project> {
    let input = Input::open(Path::new(file)).ok()?;
    load::load(&input.world, &FileDb::new(), &input.path, &Sink::new())
}

fn items(project: &Project) -> impl Iterator<Item = &Item> {
    project.files.iter().flat_map(|file| &file.ast.items)
}

fn objects(file: &str) -> Vec<Object> {
    let Ok(input) = Input::open(Path::new(file)) else { return Vec::new() };
    let mut objects = Engine::new(input.world).build(&input.path).objects;
    objects.sort_by_key(named);
    objects.dedup_by_key(|object| named(object));
    objects
}

/// `Deployment/web`
fn named(object: &Object) -> String {
    format!("{}/{}", object.kind(), object.name())
}

/// The fields of an object that a path could go on to.
fn fields(file: &str, object: &str, path: &str) -> Vec<String> {
    let objects = objects(file);
    objects.iter().find(|found| named(found) == object).map_or_else(Vec::new, |object| object.paths(path))
}

/// The topics of `explain`: with those of the program and the definitions that the line names.
fn topics(before: &[&str], last: &str) -> Vec<String> {
    let behind = |option: &str| before.windows(2).filter(|pair| pair[0] == option).map(|pair| PathBuf::from(pair[1])).collect::<Vec<_>>();
    let program = behind("--in").pop();
    let subject = Subject::named(program.as_deref(), &behind("--crds")).unwrap_or_else(|_| Subject::library());
    explain::starting(&subject, last)
}
