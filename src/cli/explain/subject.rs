//! What can be explained: the library and Kubernetes, and over them a program and definitions of custom resources.

use super::super::input::Input;
use super::super::{Stop, disk, manifests};
use crate::diag::Sink;
use crate::load::{ImportTarget, Imported, Loaded, Project, load};
use crate::resolve::STD;
use crate::source::{FileDb, SourceKind, Span};
use crate::stdlib;
use crate::syntax;
use crate::types::ModuleId;
use crate::world::World;
use std::path::{Path, PathBuf};
use std::sync::Arc;

pub struct Subject {
    pub project: Project,
    pub files: FileDb,
}

impl Subject {
    /// The library alone.
    pub fn library() -> Subject {
        let files = FileDb::new();
        stdlib::add_to(&files);
        Subject { project: Project::default(), files }
    }

    /// A program, as far as it parses.
    pub fn program(world: &dyn World, path: &str) -> Subject {
        let mut subject = Subject::library();
        subject.project = load(world, &subject.files, path, &Sink::new()).unwrap_or_default();
        subject
    }

    /// What the options of a command line name.
    pub fn named(program: Option<&Path>, definitions: &[PathBuf]) -> Result<Subject, Stop> {
        let mut subject = match program {
            Some(file) => {
                let input = Input::open(file)?;
                Subject::program(&input.world, &input.path)
            }
            None => Subject::library(),
        };
        for (name, bytes) in manifests::texts(definitions, disk::LARGEST)? {
            let text: Arc<str> = String::from_utf8_lossy(&bytes).into();
            crate::crd::bundle_of_text(&text).map_err(|why| Stop::usage(format!("--crds {name}: {why}")))?;
            subject.import(text);
        }
        Ok(subject)
    }

    /// Takes in definitions as the program's own imports do.
    fn import(&mut self, definitions: Arc<str>) {
        if self.project.files.is_empty() {
            let Ok(source) = self.files.add("<crds>", "", SourceKind::User) else { return };
            let ast = Arc::new(syntax::parse(&source, &Sink::new()));
            self.project.files.push(Loaded { path: source.name.clone(), source, ast, base: None, imports: Vec::new() });
        }
        let what = ImportTarget::Definitions(definitions);
        self.project.files[0].imports.push(Imported { what, alias: None, span: Span::NONE });
    }

    /// The module in whose scope names are looked up.
    pub fn home(&self) -> ModuleId {
        if self.project.files.is_empty() { STD } else { ModuleId(1) }
    }
}
