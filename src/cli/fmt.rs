//! `kdsl fmt`: files in the one canonical form.
//!
//! A file that does not parse is told about and left as it is, and the others are formatted all the same. A file is replaced as a whole
//! or not at all.

use super::terminal::{Color, harmless, print, say};
use super::{Diagnostics, ERRORS, Stop, folder, input, words};
use crate::diag::{Sink, render};
use crate::fmt;
use crate::paint::Paint;
use crate::prose::counted;
use crate::source::{FileDb, SourceKind};
use similar::{ChangeTag, TextDiff};
use std::fs;
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Format files
///
/// Rewrites files in the one canonical form; what they mean never changes. Of a folder, all `.kdsl` files in it and below are
/// formatted. A file that does not parse stays as it is.
#[derive(clap::Args)]
#[command(after_help = "Exit code: 0 where all is well, 1 where a file does not parse or, with --check, is not formatted, \
2 where the command line is wrong or a FILE cannot be read.")]
pub struct Args {
    /// Files and folders; `-` reads standard input and writes the result to standard output.
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Change nothing: show what would change, and exit with 1 where there is anything.
    #[arg(long)]
    check: bool,
    /// Format these lines of one file only, and what belongs to them: `10:20`.
    #[arg(long, value_name = "FIRST:LAST", value_parser = lines)]
    range: Option<(u32, u32)>,
    /// How to write errors.
    #[arg(long, value_enum, default_value_t, value_name = "STYLE")]
    diagnostics: Diagnostics,
}

fn lines(text: &str) -> Result<(u32, u32), String> {
    let number = |part: &str| part.trim().parse::<u32>().ok().filter(|&line| line > 0);
    let (first, last) = text.split_once(':').unwrap_or((text, text));
    match (number(first), number(last)) {
        (Some(first), Some(last)) if first <= last => Ok((first, last)),
        _ => Err("write FIRST:LAST, two line numbers from 1, as in `--range 10:20`".into()),
    }
}

/// What became of a file.
enum Fate {
    Kept,
    Changed,
    Failed,
}

pub fn run(args: Args, color: Color) -> Result<ExitCode, Stop> {
    let files = all_files(&args.files)?;
    if args.range.is_some() && files.len() != 1 {
        return Err(Stop::usage(format!("--range is for one file, and these are {}", files.len())).help("name one file"));
    }
    let texts = files.iter().map(|file| read(file)).collect::<Result<Vec<_>, _>>()?;
    let (mut changed, mut failed) = (0, false);
    for (file, bytes) in files.iter().zip(texts) {
        match format(file, bytes, &args, color)? {
            Fate::Kept => {}
            Fate::Changed => changed += 1,
            Fate::Failed => failed = true,
        }
    }
    if args.check && changed > 0 {
        let what = if changed == 1 { "is not formatted" } else { "are not formatted" };
        return Err(
            Stop::failed(format!("{changed} of {} {what}", counted(files.len(), "file"))).help("`kdsl fmt` without --check formats")
        );
    }
    let only_stdin = files.iter().all(|file| is_stdin(file));
    if !only_stdin && !failed && args.diagnostics.for_people() {
        let what = if args.check { "formatted".to_string() } else { format!("{changed} changed") };
        print(&format!("{}: {what}\n", counted(files.len(), "file")))?;
    }
    Ok(if failed { ERRORS.into() } else { ExitCode::SUCCESS })
}

fn is_stdin(file: &Path) -> bool {
    file == Path::new("-")
}

fn read(file: &Path) -> Result<Vec<u8>, Stop> {
    if is_stdin(file) { input::stdin() } else { input::read(file) }
}

/// Formats one file, and writes or shows what comes of it.
fn format(file: &Path, bytes: Vec<u8>, args: &Args, color: Color) -> Result<Fate, Stop> {
    let name = if is_stdin(file) { "<stdin>".to_string() } else { file.display().to_string() };
    let text = match String::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => {
            let at = error.utf8_error().valid_up_to();
            return Err(Stop::failed(format!("cannot format `{name}`: it is not UTF-8 text (byte {at})")));
        }
    };
    let Some(formatted) = formatted(&name, &text, args, color)? else { return Ok(Fate::Failed) };
    let changed = formatted != text;
    match (args.check, is_stdin(file)) {
        (true, _) if changed => print(&difference(&name, &text, &formatted, color.for_stdout()))?,
        (true, _) => {}
        (false, true) => print(&formatted)?,
        (false, false) if changed => {
            folder::replace(file, &formatted)?;
            if args.diagnostics.for_people() {
                print(&format!("formatted {}\n", harmless(&name)))?;
            }
        }
        (false, false) => {}
    }
    Ok(if changed { Fate::Changed } else { Fate::Kept })
}

/// The text in canonical form; `None` where it does not parse, and then the user has been told.
fn formatted(name: &str, text: &str, args: &Args, color: Color) -> Result<Option<String>, Stop> {
    let (files, sink) = (FileDb::new(), Sink::new());
    let source = files.add(name, text, SourceKind::User).map_err(|_| Stop::failed(format!("cannot format `{name}`: it is too large")))?;
    let formatted = match args.range {
        Some((first, last)) => fmt::format_lines(&source, RangeInclusive::new(first, last), &sink),
        None => fmt::format(&source, &sink),
    };
    let diagnostics = sink.finish();
    say(&render::render(args.diagnostics.style(color.for_stderr()), &diagnostics, &files));
    Ok(formatted)
}

// ---- files ----

/// The files that are named, and those of the folders that are named, each once.
fn all_files(named: &[PathBuf]) -> Result<Vec<PathBuf>, Stop> {
    let mut files = Vec::new();
    for file in named {
        if !is_stdin(file) && file.is_dir() {
            let before = files.len();
            below(file, &mut files)?;
            if files.len() == before {
                return Err(Stop::usage(format!("`{}` holds no .kdsl file", file.display())));
            }
        } else if !files.contains(file) {
            files.push(file.clone());
        }
    }
    Ok(files)
}

/// All programs in a folder and below, sorted; hidden folders and links to folders are not entered.
fn below(folder: &Path, out: &mut Vec<PathBuf>) -> Result<(), Stop> {
    let cannot = |error| Stop::usage(format!("cannot read the folder `{}`: {}", folder.display(), words(&error)));
    let mut entries = fs::read_dir(folder).map_err(cannot)?.collect::<Result<Vec<_>, _>>().map_err(cannot)?;
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let path = entry.path();
        let is_folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
        let is_hidden = entry.file_name().to_string_lossy().starts_with('.');
        if is_folder && !is_hidden {
            below(&path, out)?;
        } else if path.extension().is_some_and(|end| end == "kdsl") && path.is_file() && !out.contains(&path) {
            out.push(path);
        }
    }
    Ok(())
}

// ---- the difference ----

/// What formatting changes, in the form of `diff -u`, with blanks that nobody would see made visible.
fn difference(name: &str, text: &str, formatted: &str, color: bool) -> String {
    let paint = |code: &str, line: String| Paint { color }.with(code, &line) + "\n";
    let diff = TextDiff::from_lines(text, formatted);
    let name = harmless(name);
    let mut out = paint("1", format!("--- {name}")) + &paint("1", format!("+++ {name}, formatted"));
    for hunk in diff.unified_diff().context_radius(2).iter_hunks() {
        out.push_str(&paint("36", hunk.header().to_string()));
        for change in hunk.iter_changes() {
            let line = change.value();
            let shown = visible(line, change.tag() != ChangeTag::Equal);
            match change.tag() {
                ChangeTag::Equal => out.push_str(&format!(" {shown}\n")),
                ChangeTag::Delete => out.push_str(&paint("31", format!("-{shown}"))),
                ChangeTag::Insert => out.push_str(&paint("32", format!("+{shown}"))),
            }
            if change.missing_newline() {
                out.push_str("\\ no newline at the end of the file\n");
            }
        }
    }
    out
}

/// A line without its newline; where it is changed, with blanks at its end as `·`, tabs as `→` and carriage returns as `␍`.
fn visible(line: &str, changed: bool) -> String {
    let line = line.strip_suffix('\n').unwrap_or(line);
    let line = if changed { line } else { line.trim_end_matches('\r') };
    let (line, end) = if changed { line.split_at(line.trim_end_matches([' ', '\t', '\r']).len()) } else { (line, "") };
    let shown = line.replace('\t', if changed { "→" } else { "\t" });
    let end: String = end
        .chars()
        .map(|c| {
            if c == ' ' {
                '·'
            } else if c == '\t' {
                '→'
            } else {
                '␍'
            }
        })
        .collect();
    harmless(&shown.replace('\t', "    ")).into_owned() + &end
}
