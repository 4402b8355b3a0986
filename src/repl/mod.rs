//! An interactive session: what is entered, one entry after the other, and what comes of it.
//!
//! A session is a program that grows. Its declarations are kept as text ([`pieces`]); each entry is tried as an expression and as
//! declarations, compiled together with all before it by the [`Engine`], and kept only where that gives no error, so that a mistake
//! costs one entry and never the session. An expression becomes the value of a let that nobody names. [`commands`] answers what begins
//! with a colon, [`complete`] what could be written next, by the services of [`crate::ide`]; [`words`] colours a line.
//!
//! Nothing here reads a terminal or writes a file: a [`Reply`] says what is to be done.

mod commands;
mod complete;
mod pieces;
mod places;
mod show;
mod words;

use crate::ast::Item;
use crate::builtins;
use crate::diag::codes;
use crate::diag::{Diagnostic, Sink, render};
use crate::engine::{Build, Diagnostics, Engine};
use crate::ide::{self, Analysis};
use crate::params::{Given, GivenValue};
use crate::prose::counted;
use crate::source::{FileDb, SourceKind, Span};
use crate::syntax::{self, Open};
use crate::value::Node;
use crate::world::{ReadError, World};
use pieces::Piece;
use places::{Places, Typed};
use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

pub use commands::{COMMANDS, command_named, help};
pub use complete::{Candidate, Hint};
pub use render::Style;
pub use words::{Look, Part, parts};

/// The session's file, as messages name it.
pub const NAME: &str = "<repl>";

/// The let that an entered expression is the value of.
const VALUE: &str = "kdslReplValue";

/// What comes of an entry.
#[derive(Debug, Default, PartialEq)]
pub struct Reply {
    /// The answer.
    pub text: String,
    /// Errors and warnings.
    pub said: String,
    pub failed: bool,
    pub then: Then,
}

/// What is left to do for whoever reads the terminal.
#[derive(Debug, Default, PartialEq)]
pub enum Then {
    #[default]
    Nothing,
    /// Show the page that `kdsl explain` has about a topic.
    Explain(String),
    /// Read a file and give it to [`Session::load`].
    Load(String),
    Save {
        path: String,
        text: String,
    },
    /// Show [`help`].
    Help,
    Quit,
}

impl Reply {
    fn text(text: impl Into<String>) -> Reply {
        Reply { text: text.into(), ..Reply::default() }
    }

    fn failed(said: impl Into<String>) -> Reply {
        Reply { said: said.into(), failed: true, ..Reply::default() }
    }

    fn then(then: Then) -> Reply {
        Reply { then, ..Reply::default() }
    }
}

/// A world that has one file more: the session.
struct With<'s> {
    world: &'s dyn World,
    path: String,
    text: String,
}

impl World for With<'_> {
    fn read(&self, path: &str) -> Result<Vec<u8>, ReadError> {
        if path == self.path { Ok(self.text.clone().into_bytes()) } else { self.world.read(path) }
    }
}

pub struct Session {
    world: Arc<dyn World + Send>,
    /// The folder of the file that was loaded, `""` or with `/` at its end: paths in entries are relative to it.
    folder: String,
    /// What was loaded last: its path as it was given, and its declarations.
    loaded: Option<(String, Vec<Piece>)>,
    typed: Vec<Piece>,
    given: BTreeMap<String, String>,
    style: Style,
    /// Objects as they are now, and as they were at the last `:mark`: their titles and their YAML.
    objects: BTreeMap<String, String>,
    marked: BTreeMap<String, String>,
    /// Warnings that were shown.
    shown: HashSet<String>,
}

impl Session {
    pub fn new(world: Arc<dyn World + Send>, style: Style) -> Session {
        Session {
            world,
            folder: String::new(),
            loaded: None,
            typed: Vec::new(),
            given: BTreeMap::new(),
            style,
            objects: BTreeMap::new(),
            marked: BTreeMap::new(),
            shown: HashSet::new(),
        }
    }

    /// Whether an entry is whole, so that it can be given to [`Session::enter`]: an empty line at its end makes it so.
    pub fn is_whole(text: &str) -> bool {
        text.trim_start().starts_with(':') || text.ends_with("\n\n") || !documents(text) && syntax::is_open(text).is_none()
    }

    /// The same for an entry that comes from a file, where empty lines stand in brackets, and an indent tells what belongs to them.
    pub fn is_whole_in_file(text: &str) -> bool {
        match syntax::is_open(text) {
            Some(Open::Bracket { lines }) => !lines || text.trim_start().starts_with(':'),
            Some(Open::Operator) | None => Session::is_whole(text),
        }
    }

    /// What was pasted at once as the entries that it holds: one, where it makes sense as a whole.
    pub fn entries(text: &str) -> Vec<&str> {
        let is_command = |line: &str| line.starts_with(':');
        if !text.lines().any(is_command) && (parses_as_value(text) || parses_as_items(text)) {
            return vec![text];
        }
        let goes_on = |line: &str| line.is_empty() || line.starts_with(|c: char| c.is_whitespace() || "})]".contains(c));
        let (mut out, mut from, mut at) = (Vec::new(), 0, 0);
        for line in text.split_inclusive('\n') {
            let before = &text[from..at];
            if is_command(before) || !before.trim().is_empty() && !goes_on(line.trim_end()) && Session::is_whole(before) {
                out.push(before);
                from = at;
            }
            at += line.len();
        }
        out.push(&text[from..]);
        out
    }

    /// Takes an entry.
    pub fn enter(&mut self, line: &str) -> Reply {
        let entry = line.trim();
        let typed = Arc::new(Typed { name: NAME.into(), text: line.trim_end().to_string() });
        let offset = line.len() - line.trim_start().len();
        if let Some(command) = entry.strip_prefix(':') {
            return self.command(command, &typed);
        }
        if entry.is_empty() || syntax::balanced(entry).is_some_and(|toks| toks.is_empty()) {
            return Reply::default();
        }
        if parses_as_value(entry) {
            return self.evaluate(entry, &typed, offset);
        }
        self.declare(entry, &typed, offset)
    }

    /// Takes in the text of a file that was read for [`Then::Load`]; what was entered before stands on top of it.
    pub fn load(&mut self, path: &str, text: &str) -> Reply {
        let folder = path.rfind('/').map_or(String::new(), |at| path[..=at].to_string());
        let (files, sink) = (FileDb::new(), Sink::new());
        let Ok(source) = files.add(path, text, SourceKind::User) else { return Reply::failed(format!("`{path}` is too large\n")) };
        let file = syntax::parse(&source, &sink);
        let diagnostics = sink.finish();
        if !diagnostics.is_empty() {
            return Reply::failed(render::render(self.style, &diagnostics, &files));
        }
        let old = (self.folder.clone(), self.loaded.clone());
        self.folder = folder;
        let typed = Arc::new(Typed { name: path.to_string(), text: text.to_string() });
        self.loaded = Some((path.to_string(), pieces::pieces(&source, &file, &typed, 0)));
        let build = self.build();
        if self.are_fatal(&build.diagnostics) {
            (self.folder, self.loaded) = old;
            return self.refused(&build.diagnostics);
        }
        self.accept(build, format!("loaded {path}: {}\n", counted(file.items.len(), "declaration")), false)
    }

    /// The session as a program in a world that has it, at a path.
    pub fn as_program<T>(&self, work: impl FnOnce(&dyn World, &str) -> T) -> T {
        let world = With { world: &*self.world, path: self.path(), text: self.text() };
        work(&world, &world.path)
    }

    // ---- entries ----

    /// Adds declarations, or tells what is wrong with them.
    fn declare(&mut self, entry: &str, typed: &Arc<Typed>, offset: usize) -> Reply {
        let (files, sink) = (FileDb::new(), Sink::new());
        let Ok(source) = files.add(NAME, entry, SourceKind::User) else { return Reply::failed("this is too large\n") };
        let file = syntax::parse(&source, &sink);
        let diagnostics = sink.finish();
        if !diagnostics.is_empty() {
            return Reply::failed(self.syntax_error(entry, typed, offset, diagnostics));
        }
        let new = pieces::pieces(&source, &file, typed, offset);
        let names: Vec<String> = new.iter().filter_map(|piece| piece.name.clone()).collect();
        let before = self.typed.clone();
        let known: HashSet<String> = self.pieces().iter().filter_map(|piece| piece.name.clone()).collect();
        pieces::merge(&mut self.typed, new);
        let build = self.build();
        if self.are_fatal(&build.diagnostics) {
            self.typed = before;
            let mut reply = self.refused(&build.diagnostics);
            if build.diagnostics.iter().any(|d| d.code == &codes::UNKNOWN_FIELD) && names.len() == 1 && !names[0].contains(' ') {
                reply.said.push_str(&format!("a value gets a name by `let`: `let {entry}`\n"));
            }
            return reply;
        }
        let (mut text, params) = (String::new(), declared_params(entry));
        for name in &names {
            let what = if known.contains(name) { "replaced" } else { "defined" };
            let value = name.strip_prefix("let ");
            match value.map(|name| (name, self.value_of(name))) {
                Some((name, Some(shown))) => text.push_str(&format!("{name} = {shown}\n")),
                Some((name, None)) if params.contains(name) => text.push_str(&format!("{what} param {name}\n")),
                _ => text.push_str(&format!("{what} {name}\n")),
            }
        }
        self.accept(build, text, true)
    }

    /// Prints an expression's value and type.
    fn evaluate(&mut self, entry: &str, typed: &Arc<Typed>, offset: usize) -> Reply {
        let (text, places) = self.with_value(entry, typed, offset);
        let (value, diagnostics) = self.engine(text.clone()).value(&self.path(), VALUE);
        let diagnostics = places.moved(&self.path(), diagnostics);
        match value {
            Some(node) => Reply::text(format!("{}\n", self.shown(&node, &text))),
            None => {
                let mut reply = self.refused(&diagnostics);
                if COMMANDS.iter().any(|command| command.name == entry) || entry == "exit" {
                    let command = if entry == "exit" { "quit" } else { entry };
                    reply.said.push_str(&format!("commands begin with a colon: `:{command}`\n"));
                }
                reply
            }
        }
    }

    /// The type of an expression, `None` where it has errors.
    fn type_of(&mut self, entry: &str, typed: &Arc<Typed>) -> Reply {
        if let Some(builtin) = builtins::find(entry) {
            return Reply::text(format!("{}\n", builtin.signature()));
        }
        if let Some(described) = self.described(entry).filter(|described| described.starts_with("fn ")) {
            return Reply::text(described.lines().take(1).chain([""]).collect::<Vec<_>>().join("\n"));
        }
        let (text, places) = self.with_value(entry, typed, typed.text.len() - entry.len());
        let (value, diagnostics) = self.engine(text.clone()).value(&self.path(), VALUE);
        let diagnostics = places.moved(&self.path(), diagnostics);
        match self.type_at_end(&text) {
            Some(ty) if value.is_some() || !diagnostics.iter().any(|d| d.is_error()) => Reply::text(format!("{ty}\n")),
            _ => self.refused(&diagnostics),
        }
    }

    fn value_of(&self, name: &str) -> Option<String> {
        let (value, _) = self.engine(self.text()).value(&self.path(), name);
        let (text, _) = self.with_value(name, &Arc::new(Typed { name: NAME.into(), text: name.into() }), 0);
        value.map(|node| self.shown(&node, &text))
    }

    /// `V : T`, a value and its type in a text that [`Session::with_value`] made.
    fn shown(&self, node: &Node, text: &str) -> String {
        let value = show::value(node);
        match self.type_at_end(text) {
            // The type of a text that is known is that text; it need not be said twice.
            Some(ty) if ty == value => format!("{value} : {}", node.value.type_name()),
            Some(ty) => format!("{value} : {ty}"),
            None => value,
        }
    }

    /// The type of the value in a text that [`Session::with_value`] made.
    fn type_at_end(&self, text: &str) -> Option<String> {
        let at = text.rfind(&format!("let {VALUE}"))?;
        let world = With { world: &*self.world, path: self.path(), text: text.to_string() };
        let path = self.path();
        let hover = crate::engine::deep(|| ide::hover(&Analysis::new(&world, &path), &path, at + 5));
        let line = hover.and_then(|hover| hover.markdown.lines().nth(1).map(str::to_string))?;
        line.split_once(": ").map(|(_, ty)| ty.to_string())
    }

    /// The session with an expression, which stands at an offset of what was typed, as the value of a let.
    fn with_value(&self, entry: &str, typed: &Arc<Typed>, offset: usize) -> (String, Places) {
        let (mut text, mut places) = self.program();
        text.push_str(&format!("let {VALUE} =\n "));
        places.add(text.len(), &Piece { name: None, text: entry.to_string(), typed: typed.clone(), offset });
        text.push_str(entry);
        text.push('\n');
        (text, places)
    }

    /// Why an entry is neither an expression nor a declaration: told of what it looks like.
    fn syntax_error(&self, entry: &str, typed: &Typed, offset: usize, as_items: Vec<Diagnostic>) -> String {
        let first = entry.split(|c: char| !c.is_alphanumeric() && c != '_' && c != '-').next().unwrap_or("");
        let rest = entry[first.len()..].trim_start();
        // A record is a value.
        let starts_part = rest.starts_with(|c: char| c.is_alphabetic() || c == '"' || c == '{');
        let declares = !first.is_empty() && starts_part && !rest.starts_with("in ");
        let is_item = declares || first.is_empty() && entry.starts_with("...") || rest.starts_with('=') && !rest.starts_with("==");
        let (files, sink) = (FileDb::new(), Sink::new());
        if !is_item && let Ok(source) = files.add(NAME, entry, SourceKind::User) {
            syntax::parse_expr(&source, &sink);
        }
        let as_value = sink.finish();
        let mut shown = if as_value.is_empty() { as_items } else { as_value };
        // Both were read on their own, as the first file: where they were typed they stand behind some blanks.
        let files = FileDb::new();
        if files.add(NAME, typed.text.as_str(), SourceKind::User).is_ok() {
            let moved = |span: Span| if span.is_none() { span } else { Span::new(span.start + offset as u32, span.end + offset as u32) };
            shown.iter_mut().for_each(|diagnostic| diagnostic.move_places(&mut { moved }));
        }
        render::render(self.style, &shown, &files)
    }

    // ---- the program ----

    fn pieces(&self) -> Vec<Piece> {
        let mut all = self.loaded.as_ref().map_or_else(Vec::new, |(_, pieces)| pieces.clone());
        pieces::merge(&mut all, self.typed.clone());
        all
    }

    /// The session as a program.
    pub fn text(&self) -> String {
        self.program().0
    }

    /// The same, and where its text was typed.
    fn program(&self) -> (String, Places) {
        pieces::program(&self.pieces())
    }

    fn path(&self) -> String {
        format!("{}{NAME}", self.folder)
    }

    fn engine(&self, text: String) -> Engine<With<'_>> {
        let declared = declared_params(&text);
        let world = With { world: &*self.world, path: self.path(), text };
        let given = self.given.iter().filter(|(name, _)| declared.contains(*name));
        given.fold(Engine::new(world), |engine, (name, value)| {
            let origin = format!(":set {name} {value}");
            engine.given(Given { name: name.clone(), value: GivenValue::Text(value.clone()), origin })
        })
    }

    fn build(&self) -> Build {
        let (text, places) = self.program();
        let mut build = self.engine(text).build(&self.path());
        build.diagnostics = places.moved(&self.path(), build.diagnostics);
        build
    }

    /// Whether there is an error other than that a param waits for its value.
    fn are_fatal(&self, diagnostics: &Diagnostics) -> bool {
        diagnostics.iter().any(|d| d.is_error() && d.code != &codes::PARAM_MISSING)
    }

    fn refused(&self, diagnostics: &Diagnostics) -> Reply {
        Reply::failed(diagnostics.render(self.style))
    }

    /// Takes over what a build gave, and tells what it changed.
    fn accept(&mut self, build: Build, mut text: String, tells: bool) -> Reply {
        let now: BTreeMap<String, String> = build.objects.iter().map(|object| (title(object), object.to_yaml())).collect();
        let waits = |d: &&Diagnostic| d.code == &codes::PARAM_MISSING;
        // While a param waits for its value, there are no objects for now, and none is gone.
        if tells && !build.diagnostics.iter().any(|d| waits(&d)) {
            for (sign, title) in commands::changes(&self.objects, &now) {
                text.push_str(&format!("  {sign} {title}\n"));
            }
        }
        self.objects = now;
        // What was said once is not said again at every entry.
        let mut fresh = false;
        for diagnostic in build.diagnostics.iter() {
            fresh |= self.shown.insert(format!("{} {}", diagnostic.message, diagnostic.object.as_deref().unwrap_or("")));
        }
        for waiting in build.diagnostics.iter().filter(waits) {
            let name = build.diagnostics.text(waiting.primary.span);
            text.push_str(&format!("param `{name}` has no value yet, and until then there are no objects: `:set {name} …`\n"));
            fresh &= build.diagnostics.iter().any(|d| !waits(&d));
        }
        let said = if fresh { build.diagnostics.render(self.style) } else { String::new() };
        Reply { text, said, ..Reply::default() }
    }
}

/// `Deployment shop/web`
fn title(object: &crate::engine::Object) -> String {
    match object.namespace() {
        Some(namespace) => format!("{} {namespace}/{}", object.kind(), object.name()),
        None => format!("{} {}", object.kind(), object.name()),
    }
}

/// Whether a text is nothing but the documentation of what comes.
fn documents(text: &str) -> bool {
    text.trim().starts_with("///") && text.trim().lines().all(|line| line.trim_start().starts_with("//"))
}

fn parses_as_items(entry: &str) -> bool {
    let (files, sink) = (FileDb::new(), Sink::new());
    files.add(NAME, entry, SourceKind::User).is_ok_and(|source| {
        syntax::parse(&source, &sink);
        !sink.has_errors()
    })
}

fn parses_as_value(entry: &str) -> bool {
    let (files, sink) = (FileDb::new(), Sink::new());
    files.add(NAME, entry, SourceKind::User).is_ok_and(|source| syntax::parse_expr(&source, &sink).is_some())
}

/// The names of the params that a text declares.
fn declared_params(text: &str) -> HashSet<String> {
    let (files, sink) = (FileDb::new(), Sink::new());
    let file = files.add(NAME, text, SourceKind::User).map(|source| syntax::parse(&source, &sink)).unwrap_or_default();
    let name = |item: &Item| match item {
        Item::Param(param) => Some(param.name.name.to_string()),
        _ => None,
    };
    file.items.iter().filter_map(name).collect()
}
