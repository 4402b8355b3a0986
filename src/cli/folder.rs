//! `-o DIR`: one file per object, written as a whole or not at all.
//!
//! All new texts are written to temporary files beside their targets first; only when that went well they are renamed into place, and
//! what an earlier build wrote and this one did not is removed. A list in the folder says which files are ours: no other file is ever
//! overwritten or removed. While files are moved the list names the old and the new ones, so that a build which was
//! stopped in the middle is mended by the next.

use super::{Stop, cannot};
use crate::prose::counted;
use std::collections::BTreeSet;
use std::fmt;
use std::fs;
use std::io::ErrorKind;
use std::path::{Component, Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

/// The list of the files that are ours, one path a line.
const INDEX: &str = ".kdsl-files";
const HEAD: &str = "# Written by `kdsl build -o`: the files of this folder that it may replace and remove.\n";

/// What was done, as a line for people.
pub struct Written {
    files: usize,
    changed: usize,
    removed: usize,
}

impl fmt::Display for Written {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "wrote {} ({} changed, {} removed)", counted(self.files, "file"), self.changed, self.removed)
    }
}

/// Makes `files` (relative paths and texts) the content of `dir`, as far as it is ours.
pub fn write(dir: &Path, files: &[(String, String)]) -> Result<Written, Stop> {
    fs::create_dir_all(dir).map_err(|e| cannot("make the folder", dir, &e))?;
    let ours = read_index(dir)?;
    let changed = changes(dir, files, &ours)?;
    let now: BTreeSet<String> = files.iter().map(|(name, _)| name.clone()).collect();
    let stale: Vec<&String> = ours.difference(&now).collect();

    let mut staged = Staged::default();
    for (name, text) in &changed {
        staged.add(dir, &dir.join(name), text)?;
    }
    if ours != now {
        write_index(dir, &ours.union(&now).cloned().collect())?;
    }
    staged.commit()?;
    let removed = remove(dir, &stale)?;
    if !stale.is_empty() || !dir.join(INDEX).exists() {
        write_index(dir, &now)?;
    }
    Ok(Written { files: files.len(), changed: changed.len(), removed })
}

/// Gives a file that exists another text, or leaves it as it is; what it is called and who may read it stay.
pub fn replace(file: &Path, text: &str) -> Result<(), Stop> {
    // A link stays, and what it leads to changes.
    let target = fs::canonicalize(file).map_err(|e| cannot("find", file, &e))?;
    let rights = fs::metadata(&target).map_err(|e| cannot("look at", file, &e))?.permissions();
    if rights.readonly() {
        return Err(Stop::failed(format!("cannot write `{}`: it is read-only", file.display())));
    }
    let mut staged = Staged::default();
    staged.add(Path::new("."), &target, text)?;
    if let Some((temporary, _)) = staged.renames.first() {
        fs::set_permissions(temporary, rights).map_err(|e| cannot("write", file, &e))?;
    }
    staged.commit()
}

/// The files whose text is not what the folder has. Finds out too what must not be overwritten.
fn changes<'f>(dir: &Path, files: &'f [(String, String)], ours: &BTreeSet<String>) -> Result<Vec<&'f (String, String)>, Stop> {
    let (mut changed, mut foreign) = (Vec::new(), Vec::new());
    for file in files {
        let (name, text) = file;
        let target = dir.join(name);
        real_parent(dir, name)?;
        match fs::symlink_metadata(&target) {
            Err(error) if error.kind() == ErrorKind::NotFound => changed.push(file),
            Err(error) => return Err(cannot("look at", &target, &error)),
            Ok(found) if !found.is_file() => foreign.push(target),
            // A file that happens to hold what we would write is taken over.
            Ok(_) if fs::read(&target).is_ok_and(|old| old == text.as_bytes()) => {}
            Ok(_) if ours.contains(name) => changed.push(file),
            Ok(_) => foreign.push(target),
        }
    }
    match foreign.as_slice() {
        [] => Ok(changed),
        [first, rest @ ..] => {
            let more = if rest.is_empty() { String::new() } else { format!(" (and {} more)", rest.len()) };
            Err(Stop::failed(format!("`{}` would be overwritten, and kdsl did not write it{more}", first.display()))
                .help("move it away, or choose another folder with -o; nothing was written"))
        }
    }
}

/// Refuses a folder inside `dir` that is none, or that leads elsewhere.
fn real_parent(dir: &Path, name: &str) -> Result<(), Stop> {
    let Some(parent) = Path::new(name).parent().filter(|p| !p.as_os_str().is_empty()) else { return Ok(()) };
    let parent = dir.join(parent);
    match fs::symlink_metadata(&parent) {
        Ok(found) if !found.is_dir() => Err(Stop::failed(format!("`{}` is to be a folder, and is something else", parent.display()))
            .help("move it away, or choose another folder with -o")),
        Ok(_) | Err(_) => Ok(()),
    }
}

fn read_index(dir: &Path) -> Result<BTreeSet<String>, Stop> {
    let path = dir.join(INDEX);
    let text = match fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(BTreeSet::new()),
        Err(error) => return Err(cannot("read", &path, &error)),
    };
    let names: BTreeSet<String> = text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')).map(String::from).collect();
    // The list says what may be removed, so it is not believed blindly.
    match names.iter().find(|name| !is_ours(name)) {
        None => Ok(names),
        Some(name) => Err(Stop::failed(format!("`{}` lists `{name}`, which kdsl never writes", path.display()))
            .help("remove that line, or the whole list: files that it no longer names are then left alone")),
    }
}

/// Whether a path may be that of an object's file: `name.yaml` or `namespace/name.yaml`.
fn is_ours(name: &str) -> bool {
    let path = Path::new(name);
    let parts = path.components().count();
    path.components().all(|part| matches!(part, Component::Normal(_)))
        && (1..=2).contains(&parts)
        && (name.ends_with(".yaml") || name.ends_with(".json"))
}

fn write_index(dir: &Path, names: &BTreeSet<String>) -> Result<(), Stop> {
    let lines = names.iter().map(|name| format!("{name}\n"));
    let text: String = std::iter::once(HEAD.to_string()).chain(lines).collect();
    let mut staged = Staged::default();
    staged.add(dir, &dir.join(INDEX), &text)?;
    staged.commit()
}

/// Removes files, and the folders that become empty by it. Counts those that were there.
fn remove(dir: &Path, names: &[&String]) -> Result<usize, Stop> {
    let mut removed = 0;
    for name in names {
        real_parent(dir, name)?;
        let path = dir.join(name);
        match fs::remove_file(&path) {
            Ok(()) => removed += 1,
            Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {}
            Err(error) => return Err(cannot("remove", &path, &error)),
        }
        if let Some(parent) = path.parent().filter(|parent| *parent != dir) {
            // A folder that still holds something stays.
            let _ = fs::remove_dir(parent);
        }
    }
    Ok(removed)
}

/// Temporary files that wait to be renamed; those that still wait at the end are removed.
#[derive(Default)]
struct Staged {
    renames: Vec<(PathBuf, PathBuf)>,
    folders: Vec<PathBuf>,
}

/// Tells temporary files of one process apart.
static NUMBER: AtomicU32 = AtomicU32::new(0);

impl Staged {
    fn add(&mut self, dir: &Path, target: &Path, text: &str) -> Result<(), Stop> {
        let parent = target.parent().unwrap_or(dir);
        if !parent.exists() {
            fs::create_dir(parent).map_err(|e| cannot("make the folder", parent, &e))?;
            self.folders.push(parent.to_path_buf());
        }
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let temporary = parent.join(format!(".kdsl-{}-{number}.tmp", std::process::id()));
        self.renames.push((temporary.clone(), target.to_path_buf()));
        fs::write(&temporary, text).map_err(|e| cannot("write", target, &e))
    }

    fn commit(mut self) -> Result<(), Stop> {
        for (temporary, target) in &self.renames {
            fs::rename(temporary, target).map_err(|e| cannot("write", target, &e))?;
        }
        self.renames.clear();
        self.folders.clear();
        Ok(())
    }
}

impl Drop for Staged {
    fn drop(&mut self) {
        for (temporary, _) in &self.renames {
            let _ = fs::remove_file(temporary);
        }
        for folder in self.folders.iter().rev() {
            let _ = fs::remove_dir(folder);
        }
    }
}
