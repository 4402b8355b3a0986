//! What a command writes, and whether in colour.

use super::{Diagnostics, Stop, words};
use crate::diag::render::Style;
use clap::ValueEnum;
use std::borrow::Cow;
use std::io::{ErrorKind, IsTerminal, Write};

#[derive(Clone, Copy, Debug, Default, ValueEnum)]
pub enum Color {
    #[default]
    Auto,
    Always,
    Never,
}

impl Color {
    pub fn for_stderr(self) -> bool {
        self.wanted(std::io::stderr().is_terminal())
    }

    pub fn for_stdout(self) -> bool {
        self.wanted(std::io::stdout().is_terminal())
    }

    fn wanted(self, terminal: bool) -> bool {
        match self {
            Color::Always => true,
            Color::Never => false,
            Color::Auto => {
                let set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
                terminal && !set("NO_COLOR") && std::env::var_os("TERM").is_none_or(|term| term != "dumb")
            }
        }
    }
}

impl Diagnostics {
    pub fn style(self, color: bool) -> Style {
        match self {
            Diagnostics::Pretty => Style::Pretty { color },
            Diagnostics::Concise => Style::Concise,
            Diagnostics::Json => Style::Json,
            Diagnostics::Sarif => Style::Sarif,
            Diagnostics::Github => Style::Github,
        }
    }

    /// Whether people read it, so that a line of summary disturbs nobody.
    pub fn for_people(self) -> bool {
        matches!(self, Diagnostics::Pretty | Diagnostics::Concise)
    }
}

/// The width to lay text out for: the terminal's, within what reads well.
pub fn width() -> usize {
    terminal_size::terminal_size().map_or(100, |(width, _)| usize::from(width.0)).clamp(40, 100)
}

/// Writes a result to standard output. A reader that has seen enough and closed the pipe is no error.
pub fn print(text: &str) -> Result<(), Stop> {
    let mut out = std::io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(Stop::failed(format!("cannot write to standard output: {}", words(&error))))
        }
        Ok(()) | Err(_) => Ok(()),
    }
}

/// Writes words to standard error. Where nobody can hear them, nobody can be told so either.
pub fn say(text: &str) {
    let _ = std::io::stderr().lock().write_all(text.as_bytes());
}

/// A text that may hold anything, without what would steer a terminal.
pub fn harmless(text: &str) -> Cow<'_, str> {
    let steers = |c: char| c.is_control() && c != '\n';
    if text.contains(steers) { text.replace(steers, "\u{fffd}").into() } else { text.into() }
}
