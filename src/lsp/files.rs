//! The files that a client has open, over those on the disk.
//!
//! A document belongs to the innermost workspace folder around it, else to its own folder; that folder is the project's, which its paths
//! cannot leave. An open document hides the file on the disk. Others are read from there each time, and parsed again only where they
//! changed, so that nothing has to be told of changes.

use super::position::{Encoding, Lines};
use super::{Disk, uri};
use crate::ide::{Analysis, Cache};
use crate::world::{ReadError, World};
use lsp_types::{TextDocumentContentChangeEvent, Uri};
use rustc_hash::FxHashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// More workspace folders than this are not looked at.
const MOST_FOLDERS: usize = 64;

pub struct Files<'d> {
    disk: &'d dyn Disk,
    folders: Vec<PathBuf>,
    open: FxHashMap<String, Document>,
    projects: FxHashMap<PathBuf, Project>,
    pub encoding: Encoding,
}

/// An open document.
pub struct Document {
    pub uri: Uri,
    pub version: i32,
    pub text: Arc<str>,
    pub at: Spot,
    /// As it is now; made when it is first asked for.
    analysis: Option<Arc<Analysis>>,
}

/// Where a document stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spot {
    /// The project's folder; empty for a document that is in none.
    pub folder: PathBuf,
    /// Its path there.
    pub path: String,
    /// Whether it is a file of the standard library.
    pub is_library: bool,
}

/// A folder with files of kdsl.
#[derive(Default)]
struct Project {
    world: Option<Arc<dyn World + Send + Sync>>,
    cache: Cache,
    /// The kdsl files in it, looked for when they are first asked for.
    programs: Option<Vec<String>>,
}

/// The files of a folder as the client sees them.
#[derive(Clone)]
pub struct View {
    open: Arc<FxHashMap<String, Arc<str>>>,
    disk: Option<Arc<dyn World + Send + Sync>>,
}

impl World for View {
    fn read(&self, path: &str) -> Result<Vec<u8>, ReadError> {
        match (self.open.get(path), &self.disk) {
            (Some(text), _) => Ok(text.as_bytes().to_vec()),
            (None, Some(disk)) => disk.read(path),
            (None, None) => Err(ReadError::NotFound),
        }
    }
}

impl Document {
    /// Whether its project, as far as it is known, reads a file of its folder.
    pub fn may_read(&self, path: &str) -> bool {
        self.analysis.as_ref().is_none_or(|analysis| analysis.paths().any(|known| known == path))
    }
}

impl<'d> Files<'d> {
    pub fn new(disk: &'d dyn Disk) -> Files<'d> {
        Files { disk, folders: Vec::new(), open: FxHashMap::default(), projects: FxHashMap::default(), encoding: Encoding::default() }
    }

    pub fn set_folders(&mut self, folders: impl IntoIterator<Item = PathBuf>) {
        self.folders = folders.into_iter().take(MOST_FOLDERS).collect();
        // The innermost comes first.
        self.folders.sort_by_key(|folder| std::cmp::Reverse(folder.components().count()));
        let moved: Vec<(String, Spot)> = self.open.iter().map(|(key, document)| (key.clone(), self.spot(&document.uri))).collect();
        for (key, at) in moved {
            if let Some(document) = self.open.get_mut(&key) {
                (document.at, document.analysis) = (at, None);
            }
        }
    }

    /// The day, as the disk's machine has it.
    pub fn today(&self) -> Option<String> {
        self.disk.today()
    }

    pub fn folders(&self) -> &[PathBuf] {
        &self.folders
    }

    fn spot(&self, uri: &Uri) -> Spot {
        let alone =
            || Spot { folder: PathBuf::new(), path: uri.as_str().rsplit('/').next().unwrap_or("document").into(), is_library: false };
        let Some(path) = uri::path(uri) else { return alone() };
        if let Some(path) = self.disk.library_file(&path) {
            return Spot { folder: PathBuf::new(), path, is_library: true };
        }
        let folder = self.folders.iter().find(|folder| path.starts_with(folder)).map(PathBuf::as_path).or(path.parent());
        let inner = folder.and_then(|folder| Some((folder.to_path_buf(), slashed(path.strip_prefix(folder).ok()?)?)));
        inner.map_or_else(alone, |(folder, path)| Spot { folder, path, is_library: false })
    }

    // ---- documents ----

    pub fn open(&mut self, uri: Uri, version: i32, text: String) {
        let at = self.spot(&uri);
        self.forget(&at.folder);
        self.open.insert(key(&uri), Document { uri, version, text: text.into(), at, analysis: None });
    }

    /// Applies changes; false where the document is not open.
    pub fn change(&mut self, uri: &Uri, version: i32, changes: Vec<TextDocumentContentChangeEvent>) -> bool {
        let encoding = self.encoding;
        let Some(document) = self.open.get_mut(&key(uri)) else { return false };
        let mut text = document.text.to_string();
        for change in changes {
            match change.range {
                Some(range) => {
                    let range = Lines::new(&text, encoding).offsets(range);
                    text.replace_range(range, &change.text);
                }
                None => text = change.text,
            }
        }
        (document.text, document.version, document.analysis) = (text.into(), version, None);
        let at = document.at.clone();
        let reads = |document: &&mut Document| document.at.folder == at.folder && document.may_read(&at.path);
        self.open.values_mut().filter(reads).for_each(|document| document.analysis = None);
        true
    }

    /// Closes a document; gives where it stood.
    pub fn close(&mut self, uri: &Uri) -> Option<Spot> {
        let document = self.open.remove(&key(uri))?;
        let folder = document.at.folder.clone();
        self.forget(&folder);
        if !self.open.values().any(|other| other.at.folder == folder) && !self.folders.contains(&folder) {
            self.projects.remove(&folder);
        }
        Some(document.at)
    }

    pub fn document(&self, uri: &Uri) -> Option<&Document> {
        self.open.get(&key(uri))
    }

    pub fn documents(&self) -> impl Iterator<Item = &Document> {
        self.open.values()
    }

    /// Something on the disk changed.
    pub fn disk_changed(&mut self) {
        self.open.values_mut().for_each(|document| document.analysis = None);
        for project in self.projects.values_mut() {
            project.programs = None;
            project.cache.forget_unused();
        }
    }

    /// A file of the folder changed: what was known of its documents is out of date.
    fn forget(&mut self, folder: &Path) {
        self.open.values_mut().filter(|document| document.at.folder == folder).for_each(|document| document.analysis = None);
    }

    // ---- projects ----

    /// The project of an open document, as it is now.
    pub fn analysis(&mut self, uri: &Uri) -> Option<Arc<Analysis>> {
        let document = self.open.get(&key(uri))?;
        if let Some(analysis) = &document.analysis {
            return Some(analysis.clone());
        }
        let at = document.at.clone();
        let analysis = self.analyzed(&at);
        if let Some(document) = self.open.get_mut(&key(uri)) {
            document.analysis = Some(analysis.clone());
        }
        Some(analysis)
    }

    /// The project of a file.
    pub fn analyzed(&mut self, at: &Spot) -> Arc<Analysis> {
        if at.is_library {
            return Arc::new(Analysis::library());
        }
        let view = self.view(&at.folder);
        let project = self.projects.entry(at.folder.clone()).or_default();
        if project.cache.is_worn() {
            project.cache = Cache::default();
        }
        let mut analysis = Analysis::cached(&view, &at.path, &mut project.cache);
        analysis.others = project.programs.clone().unwrap_or_default();
        Arc::new(analysis)
    }

    /// The files of a folder as the client sees them.
    pub fn view(&mut self, folder: &Path) -> View {
        let open = self.open.values().filter(|document| document.at.folder == folder && !document.at.is_library);
        let open = Arc::new(open.map(|document| (document.at.path.clone(), document.text.clone())).collect());
        let project = self.projects.entry(folder.to_path_buf()).or_default();
        if project.world.is_none() && !folder.as_os_str().is_empty() {
            project.world = self.disk.world(folder);
        }
        View { open, disk: project.world.clone() }
    }

    /// The kdsl files of a folder, open ones included.
    pub fn programs(&mut self, folder: &Path) -> Vec<String> {
        let is_open = |document: &&Document| document.at.folder == folder && !document.at.is_library;
        let mut all: Vec<String> = self.open.values().filter(is_open).map(|document| document.at.path.clone()).collect();
        if !folder.as_os_str().is_empty() {
            let disk = self.disk;
            let project = self.projects.entry(folder.to_path_buf()).or_default();
            let known = project.programs.get_or_insert_with(|| disk.programs(folder).iter().filter_map(|path| slashed(path)).collect());
            all.extend(known.iter().cloned());
        }
        all.sort();
        all.dedup();
        all
    }

    /// The URI of a file of a folder: that of the client where it has the file open.
    pub fn uri(&self, folder: &Path, path: &str, library: impl FnOnce() -> Option<Arc<str>>) -> Option<Uri> {
        let is_it = |document: &&Document| document.at.path == path && (document.at.folder == folder || document.at.is_library);
        if let Some(document) = self.open.values().find(is_it) {
            return Some(document.uri.clone());
        }
        match path.starts_with("std/").then(library).flatten() {
            Some(text) => uri::of_path(&self.disk.library(path, &text)?),
            None if folder.as_os_str().is_empty() => None,
            None => uri::of_path(&folder.join(path)),
        }
    }
}

/// A URI as it is looked up: editors differ in what they escape.
fn key(uri: &Uri) -> String {
    match uri::path(uri) {
        Some(path) => path.display().to_string(),
        None => uri.as_str().to_string(),
    }
}

fn slashed(path: &Path) -> Option<String> {
    let text = path.to_str()?;
    Some(if cfg!(windows) { text.replace('\\', "/") } else { text.to_string() })
}
