//! Reads a project: the file that is built, and all that it names by `base` and `import`, each once.
//!
//! Paths in `base` and `import` are plain text, so the set of files is known before anything is evaluated. A file that cannot be read
//! is an error at the entry that names it; what was read is kept, and names from the missing file are not reported again.

use crate::ast::{self, Item};
use crate::diag::{Diagnostic, Sink, codes};
use crate::source::{FileDb, Source, SourceKind, Span, TooLarge};
use crate::syntax;
use crate::world::{self, ReadError, World};
use rustc_hash::FxHashMap;
use std::sync::Arc;

/// The files of a project. The first is the one that was asked for.
#[derive(Clone, Default)]
pub struct Project {
    pub files: Vec<Loaded>,
}

#[derive(Clone)]
pub struct Loaded {
    pub path: String,
    pub source: Arc<Source>,
    pub ast: Arc<ast::File>,
    /// The file of `base`, by number; and where that is said.
    pub base: Option<(usize, Span)>,
    /// What each `import` entry named, in order of the entries.
    pub imports: Vec<Imported>,
}

#[derive(Clone)]
pub struct Imported {
    pub what: ImportTarget,
    pub alias: Option<ast::Ident>,
    pub span: Span,
}

#[derive(Clone)]
pub enum ImportTarget {
    File(usize),
    /// `k8s/autoscaling/v1`: its kinds of that group and version.
    Native(ustr::Ustr),
    /// The text of a file with CustomResourceDefinitions.
    Definitions(Arc<str>),
    /// It could not be read, which was reported.
    Missing,
}

/// Makes a file of its path and text, and says what is wrong with it.
pub type Parse<'p> = dyn FnMut(&str, String, &Sink) -> Result<(Arc<Source>, Arc<ast::File>), TooLarge> + 'p;

/// Reads `path` and everything it needs.
pub fn load(world: &dyn World, db: &FileDb, path: &str, sink: &Sink) -> Option<Project> {
    let mut parse = |path: &str, text: String, sink: &Sink| {
        let source = db.add(path, text, SourceKind::User)?;
        let ast = Arc::new(syntax::parse(&source, sink));
        Ok((source, ast))
    };
    load_with(world, path, sink, &mut parse)
}

/// The same where the caller parses: it may know the file from before.
pub fn load_with(world: &dyn World, path: &str, sink: &Sink, parse: &mut Parse) -> Option<Project> {
    let mut loader = Loader { world, parse, sink, project: Project::default(), numbers: FxHashMap::default() };
    loader.file(path, Span::NONE)?;
    loader.report_loops();
    Some(loader.project)
}

struct Loader<'w, 'p> {
    world: &'w dyn World,
    parse: &'w mut Parse<'p>,
    sink: &'w Sink,
    project: Project,
    numbers: FxHashMap<String, usize>,
}

impl Loader<'_, '_> {
    /// The number of the file at `path`, read now if it is new. An explicit work list keeps long chains off the stack.
    fn file(&mut self, path: &str, from: Span) -> Option<usize> {
        let first = self.read(path, from)?;
        let mut todo = vec![first];
        while let Some(number) = todo.pop() {
            self.follow(number, &mut todo);
        }
        Some(first)
    }

    fn read(&mut self, path: &str, from: Span) -> Option<usize> {
        if let Some(&number) = self.numbers.get(path) {
            return Some(number);
        }
        let text = self.text(path, from)?;
        let Ok((source, ast)) = (self.parse)(path, text, self.sink) else {
            self.sink.push(Diagnostic::new(&codes::FILE_TOO_LARGE, from, format!("`{path}` makes this project larger than 4 GiB")));
            return None;
        };
        let number = self.project.files.len();
        self.numbers.insert(path.to_string(), number);
        self.project.files.push(Loaded { path: path.to_string(), source, ast, base: None, imports: Vec::new() });
        Some(number)
    }

    fn text(&self, path: &str, from: Span) -> Option<String> {
        let fail = |why: String| {
            let what = Diagnostic::new(&codes::FILE_UNREADABLE, from, format!("cannot read `{path}`: {why}"));
            self.sink.push(what);
        };
        let bytes = self.world.read(path).map_err(|e| fail(e.to_string())).ok()?;
        match String::from_utf8(bytes) {
            Ok(text) => Some(text),
            Err(error) => {
                let at = error.utf8_error().valid_up_to();
                let line = memchr::memchr_iter(b'\n', &error.as_bytes()[..at]).count() + 1;
                fail(format!("it is not UTF-8 text (byte {at}, on line {line})"));
                None
            }
        }
    }

    /// Reads what a file names and notes it there.
    fn follow(&mut self, number: usize, todo: &mut Vec<usize>) {
        let file = &self.project.files[number];
        let from = file.path.clone();
        let mut wanted = Vec::new();
        for item in &file.ast.items {
            match item {
                Item::Base(base) => wanted.push((base.path.as_static().map(str::to_string), base.path.span, base.span, None, true)),
                Item::Import(import) => {
                    wanted.push((import.path.as_static().map(str::to_string), import.path.span, import.span, import.alias, false))
                }
                _ => {}
            }
        }
        for (path, at, span, alias, is_base) in wanted {
            let what = self.target(&from, path.as_deref(), at, is_base, todo);
            let file = &mut self.project.files[number];
            match (is_base, what) {
                (false, what) => file.imports.push(Imported { what, alias, span }),
                (true, ImportTarget::File(base)) => self.set_base(number, base, span),
                (true, ImportTarget::Native(_) | ImportTarget::Definitions(_) | ImportTarget::Missing) => {}
            }
        }
    }

    fn set_base(&mut self, number: usize, base: usize, span: Span) {
        let file = &mut self.project.files[number];
        match file.base {
            None => file.base = Some((base, span)),
            Some((_, first)) => self.sink.push(
                Diagnostic::new(&codes::SECOND_BASE, span, "a file has one `base`")
                    .also(first, "the first one")
                    .help("let one of the two files take the other as its own `base`"),
            ),
        }
    }

    fn target(&mut self, from: &str, path: Option<&str>, at: Span, is_base: bool, todo: &mut Vec<usize>) -> ImportTarget {
        let Some(path) = path else {
            self.sink.push(Diagnostic::new(&codes::IMPORT_PATH, at, "the path of a file is plain text, without `${…}`"));
            return ImportTarget::Missing;
        };
        if let Some(group_version) = path.strip_prefix("k8s/").filter(|_| !is_base) {
            return ImportTarget::Native(group_version.into());
        }
        let form = [".yaml", ".yml", ".json"].into_iter().find(|end| path.ends_with(end));
        if let Some(form) = form.filter(|_| is_base) {
            let error = Diagnostic::new(&codes::IMPORT_PATH, at, format!("a {form} file is no program, so it is no `base`"));
            self.sink.push(error.help("data can be read with `yaml.parse(read(\"…\"))` or `json.parse(read(\"…\"))`"));
            return ImportTarget::Missing;
        }
        let joined = match world::join(from, path) {
            Ok(joined) => joined,
            Err(error) => return self.unreadable(path, at, error),
        };
        if form.is_some() {
            return self.text(&joined, at).map_or(ImportTarget::Missing, |text| ImportTarget::Definitions(text.into()));
        }
        let known = self.numbers.contains_key(&joined);
        match self.read(&joined, at) {
            Some(number) => {
                if !known {
                    todo.push(number);
                }
                ImportTarget::File(number)
            }
            None => ImportTarget::Missing,
        }
    }

    fn unreadable(&self, path: &str, at: Span, error: ReadError) -> ImportTarget {
        self.sink.push(
            Diagnostic::new(&codes::FILE_UNREADABLE, at, format!("cannot read `{path}`: {error}"))
                .help("paths are relative to the file that names them and stay inside the folder that kdsl was started for"),
        );
        ImportTarget::Missing
    }

    /// A file that is its own base, by whatever way, has no beginning: the loop is cut and reported.
    fn report_loops(&mut self) {
        for start in 0..self.project.files.len() {
            let (mut at, mut names) = (start, vec![self.project.files[start].path.clone()]);
            while let Some((next, span)) = self.project.files[at].base {
                names.push(self.project.files[next].path.clone());
                if next == start {
                    self.sink.push(Diagnostic::new(&codes::BASE_LOOP, span, format!("this file is its own base: {}", names.join(" → "))));
                    self.project.files[at].base = None;
                    break;
                }
                if names.len() > self.project.files.len() {
                    break;
                }
                at = next;
            }
        }
    }
}
