//! `kdsl completions`: what a shell needs to complete this command.

use super::terminal::print;
use super::{Cli, Stop};
use clap::CommandFactory;
use std::process::ExitCode;

/// Print completions for a shell
///
/// For bash: `kdsl completions bash > ~/.local/share/bash-completion/completions/kdsl`.
/// For zsh: `kdsl completions zsh > _kdsl`, in a folder of $fpath.
/// For fish: `kdsl completions fish > ~/.config/fish/completions/kdsl.fish`.
#[derive(clap::Args)]
#[command(verbatim_doc_comment)]
pub struct Args {
    shell: clap_complete::Shell,
}

pub fn run(args: Args) -> Result<ExitCode, Stop> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "kdsl", &mut script);
    print(&String::from_utf8_lossy(&script))?;
    Ok(ExitCode::SUCCESS)
}
