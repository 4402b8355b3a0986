//! `kdsl import`: manifests as a program.

use super::terminal::{print, say};
use super::{Diagnostics, ERRORS, Stop, disk, input, manifests, terminal};
use crate::engine;
use std::path::PathBuf;
use std::process::ExitCode;

/// Turn manifests into a kdsl program
///
/// Prints a program whose build is what was read: every object under its own kind, with its names, labels and selectors as they are. What
/// only a server writes is left out. The program is built and compared before it is printed.
///
/// Examples: `helm template shop ./chart | kdsl import - > shop.kdsl`, `kubectl get deploy,svc,cm -n shop -o yaml | kdsl import -`.
#[derive(clap::Args)]
#[command(after_help = "Exit code: 0 where the program builds to what was read, 1 where something could not be taken over, 2 where the \
                        command line is wrong or a FILE cannot be read.")]
pub struct Args {
    /// Files, folders (all .yaml, .yml and .json files below them), or `-` for standard input.
    #[arg(required = true, value_name = "FILE|DIR")]
    files: Vec<PathBuf>,
    /// How to write errors and warnings.
    #[arg(long, value_enum, default_value_t, value_name = "STYLE")]
    diagnostics: Diagnostics,
}

pub fn run(args: Args, color: bool) -> Result<ExitCode, Stop> {
    input::only_one_stdin(&args.files, 0)?;
    let side = engine::manifests(manifests::texts(&args.files, disk::LARGEST)?);
    say(&side.diagnostics.render(args.diagnostics.style(color)));
    let (program, check) = side.import();
    print(&program.text)?;
    let mut whole = !side.diagnostics.has_errors();
    for title in &program.skipped {
        whole = false;
        say(&format!("warning: {title} is left out: nothing is known about its kind\n"));
    }
    if check.diagnostics.has_errors() {
        whole = false;
        say("warning: the program does not build as it is; what the API server would refuse has to be mended first\n");
        say(&check.diagnostics.render(args.diagnostics.style(color)));
    } else {
        let diff = engine::diff(&side, &check, None);
        let left = diff.report.objects.iter().filter(|o| !o.changes.is_empty()).count();
        if left > 0 {
            whole = false;
            say(&format!("warning: {left} objects would change:\n{}", diff.text(color, terminal::width())));
        }
    }
    Ok(if whole { ExitCode::SUCCESS } else { ERRORS.into() })
}
