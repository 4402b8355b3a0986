//! `kdsl repl`: the session at a terminal, or from a pipe.
//!
//! At a terminal rustyline reads lines, with the session's completion, hints and colours; from a pipe entries are read as they come,
//! without a prompt, and the exit code says whether any of them failed.

use super::explain::{self, Subject};
use super::folder;
use super::terminal::{self, Color, harmless, print, say};
use super::{ERRORS, Stop, input, words};
use crate::diag::render::Style;
use crate::paint::Paint;
use crate::prose::cut;
use crate::repl::{Candidate, Look, Reply, Session, Then, command_named, help, parts};
use rustyline::completion::{Completer, Pair};
use rustyline::error::ReadlineError;
use rustyline::highlight::{CmdKind, Highlighter};
use rustyline::hint::{Hint, Hinter};
use rustyline::history::DefaultHistory;
use rustyline::validate::{ValidationContext, ValidationResult, Validator};
use rustyline::{CompletionType, Config, Context, Editor, Helper};
use std::borrow::Cow;
use std::cell::RefCell;
use std::fs;
use std::io::{BufRead, IsTerminal};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::rc::Rc;
use std::sync::Arc;

/// Try out expressions and declarations
///
/// An expression prints its value and its type; a declaration is added to the session, and shows which objects it makes. `:help` lists
/// the commands. From a pipe it reads entries without a prompt: `echo 'join([1, 2], "-")' | kdsl repl`.
#[derive(clap::Args)]
#[command(after_help = "Exit code: 0, or from a pipe 1 where an entry had errors, and 2 where FILE cannot be read.")]
pub struct Args {
    /// A file to start from.
    file: Option<PathBuf>,
    /// From a pipe: repeat each entry behind a prompt, as a terminal would show it.
    #[arg(long)]
    transcript: bool,
}

const PROMPT: &str = "> ";
const CONTINUED: &str = "… ";
/// So many entries are kept for later sessions.
const HISTORY: usize = 2000;

pub fn run(args: Args, color: Color) -> Result<ExitCode, Stop> {
    let world = input::here()?;
    let at_terminal = std::io::stdin().is_terminal();
    let mut talk = Talk {
        session: Session::new(Arc::new(world), Style::Pretty { color: color.for_stderr() }),
        color,
        transcript: args.transcript && !at_terminal,
        failed: false,
    };
    if let Some(file) = &args.file {
        let path = file.display().to_string();
        let text = read(file)?;
        let reply = talk.session.load(&path, &text);
        talk.show(reply)?;
    }
    if at_terminal { terminal(talk) } else { pipe(talk) }
}

fn read(file: &Path) -> Result<String, Stop> {
    String::from_utf8(input::read(file)?).map_err(|_| Stop::usage(format!("cannot read `{}`: it is not UTF-8 text", file.display())))
}

/// A session and those that hear its answers.
struct Talk {
    session: Session,
    color: Color,
    transcript: bool,
    failed: bool,
}

impl Talk {
    /// Takes an entry, or several that were pasted; whether the session goes on.
    fn enter(&mut self, text: &str) -> Result<bool, Stop> {
        for entry in Session::entries(text) {
            let reply = self.session.enter(entry);
            if !self.show(reply)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn show(&mut self, mut reply: Reply) -> Result<bool, Stop> {
        loop {
            self.failed |= reply.failed;
            if self.transcript {
                print(&reply.said)?
            } else {
                say(&reply.said)
            }
            print(&reply.text)?;
            reply = match reply.then {
                Then::Nothing => return Ok(true),
                Then::Help => Reply { text: help(terminal::width()), ..Reply::default() },
                Then::Quit => return Ok(false),
                Then::Explain(topic) => self.explain(&topic),
                Then::Load(path) => self.load(&path),
                Then::Save { path, text } => save(&path, &text),
            };
        }
    }

    fn explain(&self, topic: &str) -> Reply {
        match explain::page(&self.subject(), topic, self.color.for_stdout()) {
            Ok(text) => Reply { text, ..Reply::default() },
            Err(stop) => self.stopped(&stop),
        }
    }

    /// What can be explained: what the session declares, too.
    fn subject(&self) -> Subject {
        self.session.as_program(Subject::program)
    }

    fn load(&mut self, path: &str) -> Reply {
        match read(Path::new(path)) {
            Ok(text) => self.session.load(path, &text),
            Err(stop) => self.stopped(&stop),
        }
    }

    fn stopped(&self, stop: &Stop) -> Reply {
        Reply { said: stop.render(self.color.for_stderr()), failed: true, ..Reply::default() }
    }
}

fn save(path: &str, text: &str) -> Reply {
    let file = Path::new(path);
    let written = match file.exists() {
        true if fs::read(file).is_ok_and(|old| old.is_empty()) => folder::replace(file, text).map_err(|stop| stop.message),
        true => Err(format!("`{path}` exists already: choose another name, or remove it")),
        false => fs::write(file, text).map_err(|error| format!("cannot write `{path}`: {}", words(&error))),
    };
    match written {
        Ok(()) => Reply { text: format!("wrote {}\n", harmless(path)), ..Reply::default() },
        Err(why) => Reply { said: format!("error: {}\n", harmless(&why)), failed: true, ..Reply::default() },
    }
}

// ---- from a pipe ----

fn pipe(mut talk: Talk) -> Result<ExitCode, Stop> {
    let mut entry = String::new();
    let mut lines = std::io::stdin().lock().lines();
    loop {
        let line = lines.next().transpose().map_err(|error| Stop::usage(format!("cannot read standard input: {}", words(&error))))?;
        let ended = line.is_none();
        if let Some(line) = line {
            if talk.transcript {
                print(&format!("{}{line}\n", if entry.is_empty() { PROMPT } else { CONTINUED }))?;
            }
            entry.push_str(&line);
            entry.push('\n');
        }
        if !ended && !Session::is_whole_in_file(&entry) {
            continue;
        }
        let goes_on = talk.enter(&std::mem::take(&mut entry))?;
        if ended || !goes_on {
            return Ok(if talk.failed { ERRORS.into() } else { ExitCode::SUCCESS });
        }
    }
}

// ---- at a terminal ----

fn terminal(talk: Talk) -> Result<ExitCode, Stop> {
    let cannot = |error: ReadlineError| Stop::failed(format!("cannot read the terminal: {error}"));
    let config = Config::builder()
        .completion_type(CompletionType::List)
        .completion_show_all_if_ambiguous(true)
        .history_ignore_dups(true)
        .map_err(cannot)?
        .max_history_size(HISTORY)
        .map_err(cannot)?
        .build();
    let mut editor: Editor<Guide, DefaultHistory> = Editor::with_config(config).map_err(cannot)?;
    let colored = talk.color.for_stdout();
    let talk = Rc::new(RefCell::new(talk));
    editor.set_helper(Some(Guide { talk: talk.clone(), colored }));
    let history = history_file();
    if let Some(file) = &history {
        if let Some(folder) = file.parent() {
            let _ = fs::create_dir_all(folder);
        }
        // A first session has none.
        let _ = editor.load_history(file);
    }
    let greeting = format!("kdsl {}; `:help` lists the commands, Tab completes, Ctrl-D ends", env!("CARGO_PKG_VERSION"));
    print(
        &(textwrap::fill(&greeting, textwrap::Options::new(terminal::width()).word_splitter(textwrap::WordSplitter::NoHyphenation)) + "\n"),
    )?;
    loop {
        match editor.readline(PROMPT) {
            Ok(entry) => {
                if !entry.trim().is_empty() {
                    let _ = editor.add_history_entry(entry.trim_end());
                    // At once, so that a window that is closed loses nothing, and behind what other sessions wrote meanwhile. History is
                    // a convenience: where it cannot be kept, nothing is lost.
                    let _ = history.as_ref().map(|file| editor.append_history(file));
                }
                let goes_on = talk.borrow_mut().enter(&entry)?;
                if !goes_on {
                    break;
                }
            }
            // Ctrl-C gives up the entry, not the session.
            Err(ReadlineError::Interrupted) => {}
            Err(ReadlineError::Eof) => break,
            Err(error) => return Err(cannot(error)),
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// `$XDG_STATE_HOME/kdsl/history`, or the same below `~/.local/state`.
fn history_file() -> Option<PathBuf> {
    let folder = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let state = folder("XDG_STATE_HOME").or_else(|| folder("HOME").map(|home| home.join(".local/state")))?;
    Some(state.join("kdsl/history"))
}

/// What rustyline asks while a line is written.
struct Guide {
    talk: Rc<RefCell<Talk>>,
    colored: bool,
}

impl Helper for Guide {}

impl Completer for Guide {
    type Candidate = Pair;

    fn complete(&self, line: &str, at: usize, _: &Context<'_>) -> rustyline::Result<(usize, Vec<Pair>)> {
        if let Some((start, found)) = files(line, at).or_else(|| self.topics(line, at)) {
            return Ok((start, found));
        }
        let (start, found) = self.talk.borrow().session.complete(line, at);
        let width = found.iter().map(|c| c.label.chars().count()).max().unwrap_or(0).min(32);
        let room = terminal::width().saturating_sub(width + 4);
        let shown = |c: &Candidate| match (found.len() < 12, c.detail.is_empty()) {
            (true, false) => format!("{:<width$}  {}", c.label, shortened(&c.detail, room)),
            _ => c.label.clone(),
        };
        Ok((start, found.iter().map(|c| Pair { display: shown(c), replacement: c.insert.clone() }).collect()))
    }
}

impl Guide {
    /// What `:doc` and `:explain` could be asked about.
    fn topics(&self, line: &str, at: usize) -> Option<(usize, Vec<Pair>)> {
        let (command, word) = command_before(&line[..at])?;
        if !matches!(command, "doc" | "explain") {
            return None;
        }
        let found = explain::starting(&self.talk.borrow().subject(), word);
        // Of a path only what comes behind the last dot is shown.
        let shown = |topic: &String| topic.rsplit('.').next().unwrap_or(topic).to_string();
        Some((at - word.len(), found.into_iter().map(|topic| Pair { display: shown(&topic), replacement: topic }).collect()))
    }
}

/// The first line of a text, in so many columns and at most 60.
fn shortened(text: &str, room: usize) -> String {
    cut(text.lines().next().unwrap_or(""), room.min(60).saturating_sub(1))
}

/// The command that a line begins with, and what stands behind it.
fn command_before(line: &str) -> Option<(&'static str, &str)> {
    let (head, rest) = line.trim_start().strip_prefix(':')?.split_once(' ')?;
    Some((command_named(head).ok()?.name, rest.trim_start()))
}

/// The files that `:load` and `:save` could name.
fn files(line: &str, at: usize) -> Option<(usize, Vec<Pair>)> {
    let (command, path) = command_before(&line[..at])?;
    if !matches!(command, "load" | "save") {
        return None;
    }
    let (folder, name) = path.rfind('/').map_or(("", path), |slash| path.split_at(slash + 1));
    let entries = fs::read_dir(if folder.is_empty() { "." } else { folder }).into_iter().flatten().flatten();
    let mut found: Vec<Pair> = entries
        .filter_map(|entry| {
            let is_folder = entry.path().is_dir();
            let found = entry.file_name().into_string().ok()?;
            let fits = found.starts_with(name) && !found.starts_with('.') && (is_folder || found.ends_with(".kdsl"));
            let shown = if is_folder { format!("{found}/") } else { found };
            fits.then(|| Pair { display: shown.clone(), replacement: shown })
        })
        .collect();
    found.sort_by(|a, b| a.display.cmp(&b.display));
    Some((at - name.len(), found))
}

/// The rest of a word, and what it is.
struct Shown {
    rest: String,
    text: String,
}

impl Hint for Shown {
    fn display(&self) -> &str {
        &self.text
    }

    fn completion(&self) -> Option<&str> {
        Some(self.rest.as_str()).filter(|rest| !rest.is_empty())
    }
}

impl Hinter for Guide {
    type Hint = Shown;

    fn hint(&self, line: &str, at: usize, _: &Context<'_>) -> Option<Shown> {
        if at < line.len() || line.trim().is_empty() {
            return None;
        }
        let hint = self.talk.borrow().session.hint(line)?;
        let last = line.rsplit('\n').next().unwrap_or(line);
        // Where little room is left, words would only break off.
        let room = terminal::width().saturating_sub(PROMPT.len() + last.chars().count() + hint.rest.len() + 3);
        let about = if room < 20 { String::new() } else { shortened(&hint.about, room) };
        let text = if about.is_empty() { hint.rest.clone() } else { format!("{}   {about}", hint.rest) };
        (!text.is_empty()).then_some(Shown { rest: hint.rest, text })
    }
}

impl Validator for Guide {
    fn validate(&self, context: &mut ValidationContext<'_>) -> rustyline::Result<ValidationResult> {
        let whole = Session::is_whole(&format!("{}\n", context.input()));
        Ok(if whole { ValidationResult::Valid(None) } else { ValidationResult::Incomplete })
    }
}

impl Highlighter for Guide {
    fn highlight<'l>(&self, line: &'l str, _: usize) -> Cow<'l, str> {
        if !self.colored {
            return line.into();
        }
        let paint = Paint { color: true };
        parts(line).into_iter().map(|part| paint.with(code(part.look), &line[part.range])).collect::<String>().into()
    }

    fn highlight_prompt<'b, 's: 'b, 'p: 'b>(&'s self, prompt: &'p str, _: bool) -> Cow<'b, str> {
        Paint { color: self.colored }.with("1;34", prompt).into()
    }

    fn highlight_hint<'h>(&self, hint: &'h str) -> Cow<'h, str> {
        Paint { color: self.colored }.dim(hint).into()
    }

    fn highlight_char(&self, _: &str, _: usize, _: CmdKind) -> bool {
        self.colored
    }
}

fn code(look: Look) -> &'static str {
    match look {
        Look::Plain => "",
        Look::Keyword => "35",
        Look::Text => "32",
        Look::Number => "36",
        Look::Comment => "2",
        Look::Type => "33",
        Look::Field => "34",
        Look::Command => "1",
        Look::Wrong => "31",
    }
}
