//! `kdsl why`: which expression, default and layers made a field of an object.

use super::input::{self, Input};
use super::terminal::{print, say};
use super::{Diagnostics, ERRORS, Stop, params};
use crate::engine::Engine;
use crate::why::{self, Query, Unknown};
use clap::ValueEnum;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Tell why a field of an object is what it is
///
/// Prints the places that made the field, the last word first: the expression, the default or the line of a kind, what it was written
/// over, and the lets and params that went into it. Without PATH: who made each part of the object.
///
/// OBJECT is `Deployment/web`, or `shop/Deployment/web` where several namespaces have one. PATH is as the API server writes it, or as
/// kdsl does: `spec.template.spec.containers[web].image`, `spec.strategy`. A line of the output may stand in their place:
/// `kdsl why shop.kdsl out.yaml:12`.
#[derive(clap::Args)]
#[command(after_help = "Exit code: 0 with an answer, 1 where the program has errors, 2 where it has no such object or field.")]
pub struct Args {
    /// The program; `-` is standard input.
    file: PathBuf,
    /// The object, or a line of YAML: `out.yaml:12`.
    #[arg(value_name = "OBJECT")]
    object: String,
    /// The field; the whole object when not given.
    #[arg(value_name = "PATH")]
    path: Option<String>,
    /// The namespace of the object.
    #[arg(short, long, value_name = "NAME")]
    namespace: Option<String>,
    #[command(flatten)]
    params: params::ParamArgs,
    /// How to write the answer.
    #[arg(long, value_enum, default_value_t)]
    format: Output,
    /// How to write errors and warnings.
    #[arg(long, value_enum, default_value_t, value_name = "STYLE")]
    diagnostics: Diagnostics,
}

#[derive(Clone, Copy, Default, ValueEnum)]
enum Output {
    /// For people, with the lines that it is about.
    #[default]
    Text,
    /// One JSON object.
    Json,
}

pub fn run(mut args: Args, color: bool, color_out: bool) -> Result<ExitCode, Stop> {
    if args.path.is_none() && args.file.to_str().and_then(line_of).is_some() {
        // The line was named first.
        let line = std::mem::replace(&mut args.file, PathBuf::from(&args.object));
        args.object = line.display().to_string();
    }
    input::only_one_stdin([&args.file], args.params.stdins())?;
    let given = args.params.given()?;
    let input = Input::open(&args.file)?;
    let query = query(&args)?;
    let why = given.into_iter().fold(Engine::new(input.world), Engine::given).why(&input.path, &query);
    let answer = match &why.answer {
        None => {
            say(&why.diagnostics.render(args.diagnostics.style(color)));
            return Ok(ERRORS.into());
        }
        Some(answer) => answer,
    };
    if let Err(unknown) = answer {
        return Err(stop(unknown.clone()));
    }
    match args.format {
        Output::Text => print(&why.text(color_out))?,
        Output::Json => print(&format!("{:#}\n", why.json()))?,
    }
    Ok(ExitCode::SUCCESS)
}

/// The question: an object and a field as they are named, or as a line of YAML names them. `kdsl why out.yaml:12 shop.kdsl` is meant the
/// other way round.
fn query(args: &Args) -> Result<Query, Stop> {
    match line_of(&args.object) {
        Some((file, line)) if args.path.is_none() => {
            let text = String::from_utf8_lossy(&input::read(Path::new(file))?).into_owned();
            why::query_of_line(file, &text, line).map_err(stop)
        }
        _ => {
            let path = args.path.clone().unwrap_or_default();
            Ok(Query { object: args.object.clone(), namespace: args.namespace.clone(), path })
        }
    }
}

fn stop(unknown: Unknown) -> Stop {
    let stop = Stop::usage(unknown.message);
    match unknown.help.filter(|help| !help.is_empty()) {
        Some(help) => stop.help(help),
        None => stop,
    }
}

/// `out.yaml:12`
fn line_of(text: &str) -> Option<(&str, u32)> {
    let (file, line) = text.rsplit_once(':')?;
    Some((file, line.parse().ok()?))
}
