//! A project at one moment, and what is asked of it.

use super::cache::Cache;
use crate::ast;
use crate::check::trace::{self, Seen, Trace};
use crate::diag::{Diagnostic, Sink};
use crate::load::{self, Project};
use crate::resolve::{Program, STD};
use crate::source::{FileDb, Source, SourceKind, Span};
use crate::stdlib;
use crate::syntax::{self, Old};
use crate::types::ModuleId;
use crate::world::World;
use std::ops::Range;
use std::sync::Arc;

/// The files of a project, parsed as far as they parse.
pub struct Analysis {
    pub(super) project: Project,
    pub(super) files: FileDb,
    /// What is wrong with the form of the files, and with the paths that they name.
    pub syntax: Vec<Diagnostic>,
    /// Files that the project could name, beside those that it does.
    pub others: Vec<String>,
}

/// A place in a file of a project, or of the standard library.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The path by which the world is asked for the file; `std/…` is the library.
    pub file: String,
    /// In bytes.
    pub range: Range<usize>,
}

impl Analysis {
    /// The project of the file at `path`: that file, and all that it names.
    pub fn new(world: &dyn World, path: &str) -> Analysis {
        Analysis::cached(world, path, &mut Cache::default())
    }

    /// The same, where files that did not change since `cache` saw them are not parsed again.
    pub fn cached(world: &dyn World, path: &str, cache: &mut Cache) -> Analysis {
        let sink = Sink::new();
        let project = load::load_with(world, path, &sink, &mut |path, text, sink| cache.parse(path, text, sink));
        Analysis::of(project.unwrap_or_default(), sink.finish())
    }

    /// No project: the files of the standard library alone.
    pub fn library() -> Analysis {
        Analysis::of(Project::default(), Vec::new())
    }

    fn of(project: Project, syntax: Vec<Diagnostic>) -> Analysis {
        let files = FileDb::new();
        stdlib::add_to(&files);
        project.files.iter().for_each(|file| files.insert(file.source.clone()));
        Analysis { project, files, syntax, others: Vec::new() }
    }

    /// The same project with another text for one file. What the file takes in from others is as before.
    pub(super) fn with_text(&self, file: &str, text: String) -> Analysis {
        let (mut project, sink) = (self.project.clone(), Sink::new());
        if let Some(loaded) = project.files.iter_mut().find(|f| f.path == file)
            && self.files.end() as u64 + (text.len() as u64) < u32::MAX as u64
        {
            let source = Arc::new(Source::new(file, text, SourceKind::User, self.files.end()));
            let old = Old { source: &loaded.source, file: &loaded.ast };
            loaded.ast = Arc::new(syntax::parse_again(&source, old, &sink));
            loaded.source = source;
        }
        Analysis { others: self.others.clone(), ..Analysis::of(project, sink.finish()) }
    }

    /// The paths of the project's files; the first is the one that was asked for.
    pub fn paths(&self) -> impl Iterator<Item = &str> {
        self.project.files.iter().map(|file| file.path.as_str())
    }

    /// The project's files, and those that it could name.
    pub fn known_files(&self) -> impl Iterator<Item = &str> {
        let others = self.others.iter().map(String::as_str).filter(|path| !self.paths().any(|own| own == *path));
        self.paths().chain(others)
    }

    /// The text of a file of the project or of the library.
    pub fn text(&self, file: &str) -> Option<&str> {
        self.source(file).map(|source| &*source.text)
    }

    pub(super) fn source(&self, file: &str) -> Option<&Arc<Source>> {
        let own = self.project.files.iter().find(|f| f.path == file).map(|f| &f.source);
        own.or_else(|| stdlib::sources().iter().find(|source| source.name == file))
    }

    /// The syntax tree of a file of the project.
    pub fn ast(&self, file: &str) -> Option<&ast::File> {
        self.project.files.iter().find(|f| f.path == file).map(|f| &*f.ast)
    }

    /// The module of a file; that of the library for its files.
    pub(super) fn module(&self, file: &str) -> Option<ModuleId> {
        let number = self.project.files.iter().position(|f| f.path == file);
        match number {
            Some(number) => Some(ModuleId(number as u32 + 1)),
            None => stdlib::sources().iter().any(|source| source.name == file).then_some(STD),
        }
    }

    /// Runs `work` with the program, whose errors no one hears.
    pub(super) fn program<T>(&self, work: impl FnOnce(&Program) -> T) -> T {
        let sink = Sink::new();
        work(&Program::new(&self.project, &self.files, &sink))
    }

    /// What the checker meets at an offset of a file, outer before inner.
    pub(super) fn at<T>(&self, file: &str, offset: usize, work: impl FnOnce(&Program, Vec<Seen>) -> T) -> Option<T> {
        let (module, position) = (self.module(file)?, self.position(file, offset)?);
        Some(self.program(|program| {
            let trace = Trace::at(position);
            run(program, module, &trace, Span::new(position, position));
            work(program, trace.finish())
        }))
    }

    /// What the words of a file mean, in the order of its text.
    pub(super) fn words<T>(&self, file: &str, work: impl FnOnce(&Program, Vec<Seen>) -> T) -> Option<T> {
        let (module, within) = (self.module(file)?, self.source(file)?.span());
        Some(self.program(|program| {
            let trace = Trace::words(within);
            run(program, module, &trace, within);
            work(program, trace.finish())
        }))
    }

    /// An offset in a file as a position among all files.
    pub(super) fn position(&self, file: &str, offset: usize) -> Option<u32> {
        let source = self.source(file)?;
        (offset <= source.text.len()).then(|| source.base + offset as u32)
    }

    /// Where a span stands; `None` for what no file wrote.
    pub fn place(&self, span: Span) -> Option<Place> {
        let source = self.files.find(span)?;
        let offset = |position: u32| (position.saturating_sub(source.base) as usize).min(source.text.len());
        Some(Place { file: source.name.clone(), range: offset(span.start)..offset(span.end) })
    }

    pub(super) fn slice(&self, span: Span) -> String {
        self.files.text(span)
    }
}

/// Checks a module of a user, or of the library the declarations in a range.
fn run<'a>(program: &Program<'a>, module: ModuleId, trace: &Trace<'a>, range: Span) {
    match module {
        STD => stdlib::items_in(range).for_each(|item| trace::trace_std(program, item, trace)),
        _ => trace::trace(program, module, trace),
    }
}
