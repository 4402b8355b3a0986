//! The FILE of a command line: which text it is, and which folder its paths may reach.
//!
//! The project's folder is the working directory where FILE lies below it, else FILE's own folder. The file that the user names may be
//! a symbolic link to anywhere; what that file names may not.

use super::disk::{self, Folder};
use super::{Stop, words};
use crate::diag::suggest;
use crate::world::ReadError;
use std::fs;
use std::path::{Path, PathBuf};

/// A file to compile.
pub struct Input {
    pub world: Folder,
    /// Its path in that world, which is how messages name it.
    pub path: String,
}

/// Standard input, as messages name it.
const STDIN: &str = "<stdin>";

impl Input {
    pub fn open(file: &Path) -> Result<Input, Stop> {
        if file == Path::new("-") {
            let bytes = stdin()?;
            let world = here()?.with(STDIN, bytes);
            return Ok(Input { world, path: STDIN.into() });
        }
        let shown = file.display();
        let bytes = read(file)?;
        let (Some(_), Some(name)) = (file.to_str(), file.file_name().and_then(|n| n.to_str())) else {
            return Err(Stop::usage(format!("cannot compile `{shown}`: its path is not UTF-8")).help("rename it"));
        };
        let parent = file.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let (world, prefix) = project(parent)?;
        let path = format!("{prefix}{name}");
        Ok(Input { world: world.with(path.clone(), bytes), path })
    }
}

/// The world for a file in `parent`, and what stands before the file's name in it.
fn project(parent: &Path) -> Result<(Folder, String), Stop> {
    let cannot = |error| Stop::usage(format!("cannot read the folder `{}`: {}", parent.display(), words(&error)));
    let real = fs::canonicalize(parent).map_err(cannot)?;
    let below = std::env::current_dir().and_then(fs::canonicalize).ok().and_then(|dir| real.strip_prefix(dir).ok().map(PathBuf::from));
    if let Some(below) = below {
        return Ok((here()?, slashed(&below)));
    }
    let prefix = slashed(parent);
    let world = Folder::new(&real).map_err(cannot)?.under(prefix.clone());
    Ok((world, prefix))
}

/// A folder as the beginning of a path in it.
fn slashed(folder: &Path) -> String {
    let mut text = folder.display().to_string();
    if cfg!(windows) {
        text = text.replace('\\', "/");
    }
    if !text.is_empty() && !text.ends_with('/') {
        text.push('/');
    }
    text
}

/// The world of a command that names no program: the working directory.
pub fn here() -> Result<Folder, Stop> {
    Folder::new(".").map_err(|error| Stop::usage(format!("cannot read the working directory: {}", words(&error))))
}

/// Refuses a command line that would read standard input twice: through `-` among its files, or through `others` of its options.
pub fn only_one_stdin<'f>(files: impl IntoIterator<Item = &'f PathBuf>, others: usize) -> Result<(), Stop> {
    let named = files.into_iter().filter(|file| file.as_path() == Path::new("-")).count();
    match named + others {
        0 | 1 => Ok(()),
        _ => Err(Stop::usage("standard input can be read only once").help("name `-` only once, and a file for the other")),
    }
}

/// All of standard input.
pub fn stdin() -> Result<Vec<u8>, Stop> {
    stdin_up_to(disk::LARGEST)
}

pub fn stdin_up_to(most: u64) -> Result<Vec<u8>, Stop> {
    disk::read_limited(std::io::stdin().lock(), most).map_err(|error| Stop::usage(format!("cannot read standard input: {error}")))
}

/// A file that the command line names.
pub fn read(file: &Path) -> Result<Vec<u8>, Stop> {
    read_up_to(file, disk::LARGEST)
}

/// The same, refused where it has more than `most` bytes.
pub fn read_up_to(file: &Path, most: u64) -> Result<Vec<u8>, Stop> {
    disk::read_named(file, most).map_err(|error| {
        let is_folder = file.is_dir();
        let why = if is_folder { "it is a folder".to_string() } else { error.to_string() };
        let stop = Stop::usage(format!("cannot read `{}`: {why}", file.display()));
        match error {
            ReadError::NotFound => match nearest(file) {
                Some(near) => stop.help(format!("did you mean `{near}`?")),
                None => stop.help("name a file that exists, or `-` for standard input; `kdsl init` makes a first one"),
            },
            ReadError::NotAFile if is_folder => match programs(file).first() {
                Some(first) => stop.help(format!("name a file in it, such as `{}`", file.join(first).display())),
                None => stop.help("name a file"),
            },
            ReadError::NotAFile => stop.help("name a regular file, or `-` and send the text to standard input"),
            ReadError::Outside | ReadError::Failed(_) => stop,
        }
    })
}

/// The file in the same folder whose name is nearest.
fn nearest(file: &Path) -> Option<String> {
    let folder = file.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let (name, others) = (file.file_name()?.to_str()?, programs(folder));
    let near = match others.iter().find(|other| other.strip_suffix(".kdsl") == Some(name)) {
        Some(completed) => completed,
        None => suggest::nearest(name, others.iter().map(String::as_str))?,
    };
    Some(file.with_file_name(near).display().to_string())
}

/// The kdsl files in a folder, sorted.
fn programs(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut names: Vec<String> =
        entries.filter_map(|entry| entry.file_name().into_string().ok()).filter(|n| n.ends_with(".kdsl")).collect();
    names.sort();
    names
}
