//! The command: one file for each subcommand, and what they share.
//!
//! Objects go to standard output and all that is said about them to standard error, in every style of diagnostics. The exit code is 0
//! where there is no error, 1 where there is one in what was read or written, and 2 where the command line itself is wrong, which
//! includes a file argument that cannot be read.
//!
//! Nothing outside this module touches the disk, the environment or a terminal.
#![allow(clippy::disallowed_methods, reason = "this is the module that may")]

mod build;
mod check;
mod complete;
mod completions;
mod diff;
pub mod disk;
mod doc;
mod explain;
mod fmt;
mod folder;
mod import;
mod init;
mod input;
mod lsp;
mod manifests;
mod params;
mod repl;
mod terminal;
mod test;
mod vet;
mod why;

use crate::diag::Severity;
use crate::paint::Paint;
use clap::{Parser, Subcommand, ValueEnum};
use std::path::Path;
use std::process::ExitCode;
use terminal::{Color, say};

/// A small typed language for Kubernetes: checked programs in, manifests that the API server accepts out.
#[derive(Parser)]
#[command(name = "kdsl", version, max_term_width = 100, disable_help_subcommand = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
    /// When to use colours: on a terminal (unless NO_COLOR is set), always, never.
    #[arg(long, global = true, value_enum, default_value_t, value_name = "WHEN", hide_possible_values = true)]
    color: Color,
}

#[derive(Subcommand)]
enum Command {
    Build(build::Args),
    Check(check::Args),
    Vet(vet::Args),
    Test(test::Args),
    Diff(diff::Args),
    Why(why::Args),
    Import(import::Args),
    Explain(explain::Args),
    Fmt(fmt::Args),
    Repl(repl::Args),
    Doc(doc::Args),
    Init(init::Args),
    Lsp(lsp::Args),
    Completions(completions::Args),
    #[command(hide = true)]
    Complete(complete::Args),
}

/// How diagnostics are written.
#[derive(Clone, Copy, Debug, Default, ValueEnum)]
enum Diagnostics {
    /// For people, with an excerpt of the source.
    #[default]
    Pretty,
    /// One line each: `file:line:column: error[code]: message`.
    Concise,
    /// One JSON object per line.
    Json,
    /// One SARIF 2.1.0 log.
    Sarif,
    /// Workflow commands of GitHub Actions.
    Github,
}

/// Runs the command that the process was started as.
pub fn run() -> ExitCode {
    let cli = Cli::parse();
    let color = cli.color.for_stderr();
    let result = match cli.command {
        Command::Build(args) => build::run(args, color),
        Command::Check(args) => check::run(args, color),
        Command::Vet(args) => vet::run(args, color),
        Command::Test(args) => test::run(args, color, cli.color.for_stdout()),
        Command::Diff(args) => diff::run(args, color, cli.color.for_stdout()),
        Command::Import(args) => import::run(args, color),
        Command::Why(args) => why::run(args, color, cli.color.for_stdout()),
        Command::Explain(args) => explain::run(args, cli.color.for_stdout()),
        Command::Fmt(args) => fmt::run(args, cli.color),
        Command::Repl(args) => repl::run(args, cli.color),
        Command::Doc(args) => doc::run(args, color),
        Command::Init(args) => init::run(args),
        Command::Lsp(args) => lsp::run(args),
        Command::Completions(args) => completions::run(args),
        Command::Complete(args) => complete::run(args),
    };
    match result {
        Ok(code) => code,
        Err(stop) => {
            say(&stop.render(color));
            stop.code
        }
    }
}

/// The exit code where there are errors in what was read.
const ERRORS: u8 = 1;
/// The exit code where the command line is wrong.
const USAGE: u8 = 2;

/// Whether what was said makes the command fail. Where only denied warnings do, it is told why, once.
fn fails(said: &crate::engine::Diagnostics, deny_warnings: bool) -> bool {
    if said.has_errors() {
        return true;
    }
    let denied = deny_warnings && said.iter().any(|d| d.severity == Severity::Warning);
    if denied {
        say("error: there are warnings, and --deny-warnings is set\n");
    }
    denied
}

/// Why a command ends without having done its work.
struct Stop {
    code: ExitCode,
    message: String,
    help: Vec<String>,
}

impl Stop {
    /// The command line is wrong, or names what cannot be read.
    fn usage(message: impl Into<String>) -> Stop {
        Stop { code: USAGE.into(), message: message.into(), help: Vec::new() }
    }

    /// The command line is right, and something else went wrong.
    fn failed(message: impl Into<String>) -> Stop {
        Stop { code: ERRORS.into(), message: message.into(), help: Vec::new() }
    }

    fn help(mut self, text: impl Into<String>) -> Stop {
        self.help.push(text.into());
        self
    }

    /// As diagnostics without a place look.
    fn render(&self, color: bool) -> String {
        let head = Paint { color }.with("1;31", "error");
        let mut out = format!("{head}: {}\n", terminal::harmless(&self.message));
        for help in &self.help {
            out.push_str(&format!("  Help: {}\n", terminal::harmless(help).replace('\n', "\n        ")));
        }
        out
    }
}

/// The present day in UTC, as `2026-11-24`, for waivers that end.
fn today() -> String {
    let seconds = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).map_or(0, |time| time.as_secs());
    let (year, month, day) = civil((seconds / 86_400) as i64);
    format!("{year:04}-{month:02}-{day:02}")
}

/// The date of a day counted from 1970-01-01: years begin in March here, so that the leap day is the last of its year.
fn civil(day: i64) -> (i64, i64, i64) {
    let day = day + 719_468;
    let era = day.div_euclid(146_097);
    let of_era = day.rem_euclid(146_097);
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * of_year + 2) / 153;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    (year_of_era + era * 400 + i64::from(month <= 2), month, of_year - (153 * shifted + 2) / 5 + 1)
}

/// What could not be done to a file, and why.
fn cannot(what: &str, path: &Path, error: &std::io::Error) -> Stop {
    Stop::failed(format!("cannot {what} `{}`: {}", path.display(), words(error)))
}

/// The system's words for what went wrong, without its number.
fn words(error: &std::io::Error) -> String {
    let text = error.to_string();
    let text = text.split(" (os error").next().unwrap_or_default();
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_lowercase().chain(chars).collect())
}

#[cfg(test)]
mod tests {
    #[test]
    fn days_have_dates() {
        assert_eq!(super::civil(0), (1970, 1, 1));
        assert_eq!(super::civil(19_782), (2024, 2, 29));
        assert_eq!(super::civil(20_781), (2026, 11, 24));
    }
}
