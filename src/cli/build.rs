//! `kdsl build`: a program as manifests.

use super::input::{self, Input};
use super::terminal::{print, say};
use super::{Diagnostics, ERRORS, Stop, folder, params};
use crate::emit::Format;
use crate::engine::Engine;
use clap::ValueEnum;
use std::path::PathBuf;
use std::process::ExitCode;

/// Compile a file to Kubernetes manifests
///
/// Prints all objects in the order in which they are applied; `kdsl build shop.kdsl | kubectl apply -f -` installs them. Diagnostics go
/// to standard error in every style. Where there is any error, nothing is printed and nothing is written.
///
/// Paths in FILE may lead anywhere below the working directory, or below FILE's own folder where that lies elsewhere.
#[derive(clap::Args)]
#[command(after_help = "Exit code: 0 without errors, 1 with errors, 2 where the command line is wrong or FILE cannot be read.")]
pub struct Args {
    /// The file to compile; `-` is standard input, with paths relative to the working directory.
    file: PathBuf,
    #[command(flatten)]
    params: params::ParamArgs,
    #[command(flatten)]
    kube: params::KubeArgs,
    /// What to write.
    #[arg(long, value_enum, default_value_t)]
    format: Output,
    /// Write each object to a file of its own in this folder, and remove the files of an earlier build that are no longer made.
    #[arg(short, long, value_name = "DIR")]
    output: Option<PathBuf>,
    /// How to write errors and warnings.
    #[arg(long, value_enum, default_value_t, value_name = "STYLE")]
    diagnostics: Diagnostics,
}

#[derive(Clone, Copy, Default, ValueEnum)]
enum Output {
    /// YAML documents between `---` lines.
    #[default]
    Yaml,
    /// One JSON `List`.
    Json,
}

pub fn run(args: Args, color: bool) -> Result<ExitCode, Stop> {
    input::only_one_stdin([&args.file], args.params.stdins())?;
    let format = match args.format {
        Output::Yaml => Format::Yaml,
        Output::Json => Format::Json,
    };
    let (given, kube) = (args.params.given()?, args.kube.range()?);
    let input = Input::open(&args.file)?;
    let build = given.into_iter().fold(Engine::new(input.world).kube_range(kube).today(super::today()), Engine::given).build(&input.path);
    say(&build.diagnostics.render(args.diagnostics.style(color)));
    if build.diagnostics.has_errors() {
        return Ok(ERRORS.into());
    }
    match args.output {
        None => print(&build.text(format))?,
        Some(dir) => {
            let written = folder::write(&dir, &build.files(format))?;
            print(&format!("{written}\n"))?;
        }
    }
    // The process ends here, and the system takes the trees back faster than they could be taken apart.
    std::mem::forget(build);
    Ok(ExitCode::SUCCESS)
}
