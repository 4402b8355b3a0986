//! `kdsl completions`: what a shell needs to complete this command.
//!
//! clap makes a script that knows the subcommands and options. To it a function is added that asks `kdsl complete` first, which looks
//! into the program that the command line names.

use super::terminal::print;
use super::{Cli, Stop};
use clap::{Command, CommandFactory};
use clap_complete::Shell;
use std::process::ExitCode;

/// Print completions for a shell
///
/// In bash, zsh and fish params, their values, objects and topics are completed from the program that the command line names.
///
/// For bash: `kdsl completions bash > ~/.local/share/bash-completion/completions/kdsl`.
/// For zsh: `kdsl completions zsh > _kdsl`, in a folder of $fpath.
/// For fish: `kdsl completions fish > ~/.config/fish/completions/kdsl.fish`.
#[derive(clap::Args)]
#[command(verbatim_doc_comment)]
pub struct Args {
    shell: Shell,
}

pub fn run(args: Args) -> Result<ExitCode, Stop> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut offered(), "kdsl", &mut script);
    let script = String::from_utf8_lossy(&script).into_owned();
    print(&match args.shell {
        Shell::Bash => script + BASH,
        Shell::Fish => script + FISH,
        // The function that zsh calls is ours, and the other one's name is free then.
        Shell::Zsh => script.replace("_kdsl", "_kdsl_static") + ZSH,
        _ => script,
    })?;
    Ok(ExitCode::SUCCESS)
}

/// The command without what is hidden, which clap's scripts would offer.
fn offered() -> Command {
    let whole = Cli::command();
    let shown = whole.get_subcommands().filter(|command| !command.is_hide_set()).cloned();
    let version = env!("CARGO_PKG_VERSION");
    Command::new("kdsl").version(version).disable_help_subcommand(true).args(whole.get_arguments().cloned()).subcommands(shown)
}

const BASH: &str = r#"
_kdsl_asking() {
    local found
    found=$("${COMP_WORDS[0]}" complete -- "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
    if [[ -n $found ]]; then
        mapfile -t COMPREPLY <<< "$found"
        [[ $found == *= ]] && compopt -o nospace
        return 0
    fi
    _kdsl "$@"
}
complete -F _kdsl_asking -o bashdefault -o default kdsl
"#;

const ZSH: &str = r#"
_kdsl() {
    local -a found
    found=("${(@f)$(${words[1]} complete -- "${(@)words[2,CURRENT]}" 2>/dev/null)}")
    if [[ -n ${found[1]} ]]; then
        if [[ ${found[1]} == *= ]]; then compadd -S '' -- $found; else compadd -- $found; fi
    else
        _kdsl_static "$@"
    fi
}
compdef _kdsl kdsl
if [ "$funcstack[1]" = "_kdsl" ]; then _kdsl "$@"; fi
"#;

/// Where there is an answer, files are no part of it; and an option takes only what is said for it alone.
const FISH: &str = r#"
function __kdsl_ask
    set -l words (commandline -opc)
    $words[1] complete -- $words[2..] (commandline -ct) 2>/dev/null
end
complete -c kdsl -n 'set -l found (__kdsl_ask); test -n "$found"' -f -k -a '(__kdsl_ask)'
complete -c kdsl -n 'set -l found (__kdsl_ask); test -n "$found"' -s p -l param -x -k -a '(__kdsl_ask)'
"#;
