//! `kdsl doc`: documentation of a project and of the standard library.

use super::input::Input;
use super::terminal::{harmless, print, say};
use super::{Diagnostics, ERRORS, Stop, cannot};
use crate::diag::{Sink, render};
use crate::doc::{self, Book, Form};
use crate::load;
use crate::source::FileDb;
use clap::ValueEnum;
use std::fs;
use std::path::PathBuf;
use std::process::ExitCode;

/// Write documentation of kinds, types, functions and rules
///
/// Of FILE and all that it names, and of the standard library; without FILE of the library alone. The pages say what the `///` comments
/// say. They need no server: open `index.html`, and search with `/`.
#[derive(clap::Args)]
#[command(after_help = "Exit code: 0, or 1 where FILE does not parse or a page cannot be written, and 2 where FILE cannot be read.")]
pub struct Args {
    /// The program to document.
    file: Option<PathBuf>,
    /// Where to.
    #[arg(short, long, value_name = "DIR", default_value = "kdsl-docs")]
    output: PathBuf,
    /// What to write.
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

#[derive(Clone, Copy, Default, ValueEnum)]
enum Format {
    /// Pages for a browser.
    #[default]
    Html,
    /// Files for a code host.
    Markdown,
}

pub fn run(args: Args, color: bool) -> Result<ExitCode, Stop> {
    let book = match &args.file {
        None => Book::new(None),
        Some(file) => {
            let (input, files, sink) = (Input::open(file)?, FileDb::new(), Sink::new());
            let project = load::load(&input.world, &files, &input.path, &sink);
            let diagnostics = sink.finish();
            say(&render::render(Diagnostics::Pretty.style(color), &diagnostics, &files));
            match project {
                Some(project) if !diagnostics.iter().any(|d| d.is_error()) => Book::new(Some(&project)),
                _ => return Ok(ERRORS.into()),
            }
        }
    };
    let (form, first) = match args.format {
        Format::Html => (Form::Html, "index.html"),
        Format::Markdown => (Form::Markdown, "README.md"),
    };
    let pages = doc::pages(&book, form);
    fs::create_dir_all(&args.output).map_err(|error| cannot("make the folder", &args.output, &error))?;
    for (name, text) in &pages {
        let path = args.output.join(name);
        fs::write(&path, text).map_err(|error| cannot("write", &path, &error))?;
    }
    print(&format!("wrote {} files; begin with {}\n", pages.len(), harmless(&args.output.join(first).display().to_string())))?;
    Ok(ExitCode::SUCCESS)
}
