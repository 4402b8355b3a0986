//! `kdsl check`: what is wrong with programs, in every combination of their finite params.

use super::input::{self, Input};
use super::terminal::{print, say};
use super::{Diagnostics, ERRORS, Stop, params};
use crate::diag::render::Style;
use crate::engine::{self, Engine};
use crate::params::Given;
use crate::prose::counted;
use crate::schema::KubeRange;
use std::path::PathBuf;
use std::process::ExitCode;

/// Check files without writing anything
///
/// Each file is evaluated with every combination of those of its params that have few values, up to 64 combinations, so that an error
/// that only production has shows here. Give a param a value with -p to try only that one.
#[derive(clap::Args)]
#[command(
    after_help = "Exit code: 0 without errors, 1 with errors (or, where they are denied, warnings), 2 where the command line is wrong or a FILE cannot be read."
)]
pub struct Args {
    /// The files to check; `-` is standard input.
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    #[command(flatten)]
    params: params::ParamArgs,
    #[command(flatten)]
    kube: params::KubeArgs,
    /// List the waivers instead: rule, reason, last day, and whether anything needs them.
    #[arg(long)]
    waivers: bool,
    /// End with 1 where there are warnings, too.
    #[arg(long)]
    deny_warnings: bool,
    /// How to write errors and warnings.
    #[arg(long, value_enum, default_value_t, value_name = "STYLE")]
    diagnostics: Diagnostics,
}

pub fn run(args: Args, color: bool) -> Result<ExitCode, Stop> {
    input::only_one_stdin(&args.files, args.params.stdins())?;
    let (given, kube) = (args.params.given()?, args.kube.range()?);
    let inputs = args.files.iter().map(|file| Input::open(file)).collect::<Result<Vec<_>, _>>()?;
    if args.waivers {
        return list_waivers(inputs, &given, kube, args.diagnostics.style(color));
    }
    let (files, mut combinations) = (inputs.len(), 0);
    let mut diagnostics = engine::Diagnostics::default();
    for input in inputs {
        let check =
            given.iter().cloned().fold(Engine::new(input.world).kube_range(kube).today(super::today()), Engine::given).check(&input.path);
        combinations += check.combinations;
        diagnostics.merge(check.diagnostics);
    }
    say(&diagnostics.render(args.diagnostics.style(color)));
    if super::fails(&diagnostics, args.deny_warnings) {
        return Ok(ERRORS.into());
    }
    if args.diagnostics.for_people() {
        print(&format!("checked {}, {}: no errors\n", counted(files, "file"), counted(combinations, "combination")))?;
    }
    Ok(ExitCode::SUCCESS)
}

fn list_waivers(inputs: Vec<Input>, given: &[Given], kube: KubeRange, style: Style) -> Result<ExitCode, Stop> {
    let mut failed = false;
    for input in inputs {
        let engine = given.iter().cloned().fold(Engine::new(input.world).kube_range(kube).today(super::today()), Engine::given);
        let (waivers, diagnostics) = engine.waivers(&input.path);
        for waiver in &waivers {
            let place = diagnostics.location(waiver.span).map_or_else(String::new, |at| format!("{}:{}", at.file, at.line));
            let until = waiver.until.as_ref().map_or_else(String::new, |day| format!(" until {day}"));
            let needed = if waiver.needed { "" } else { " (nothing needs it)" };
            print(&format!("{place}: {}{until}: {}{needed}\n", waiver.rule, waiver.reason))?;
        }
        if diagnostics.has_errors() {
            say(&diagnostics.render(style));
            failed = true;
        }
    }
    Ok(if failed { ERRORS.into() } else { ExitCode::SUCCESS })
}
