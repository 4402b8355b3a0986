//! The files of a project, on a disk.
//!
//! A [`Folder`] reads regular files below one folder and nothing else: a path is followed through all its symbolic links first, and
//! refused where it ends outside. A device or a pipe is never opened, so that no read waits, but for the pipes that the shell opened for us.

use super::words;
use crate::world::{ReadError, World};
use std::fs::{self, File};
use std::io::{ErrorKind, Read};
use std::path::{Component, Path, PathBuf};

/// The largest file that is read, unless it is a stream of documents.
pub const LARGEST: u64 = 64 << 20;

/// A folder of a disk as a [`World`].
///
/// ```no_run
/// let folder = kdsl::Folder::new("deploy")?;
/// let build = kdsl::Engine::new(folder).build("shop.kdsl");
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Folder {
    /// Without symbolic links.
    root: PathBuf,
    /// What paths begin with, so that messages show them as seen from where the user is; ends in `/` unless it is empty.
    prefix: String,
    /// A file that is here already: the one that the user named, or standard input.
    held: Option<(String, Vec<u8>)>,
}

impl Folder {
    /// The folder at `path`; files are named relative to it.
    pub fn new(path: impl AsRef<Path>) -> std::io::Result<Folder> {
        Ok(Folder { root: fs::canonicalize(path)?, prefix: String::new(), held: None })
    }

    /// Lets every path begin with `prefix`.
    pub(super) fn under(mut self, prefix: String) -> Folder {
        self.prefix = prefix;
        self
    }

    /// Gives the file at `path` this content, whatever the disk has there.
    pub fn with(mut self, path: impl Into<String>, bytes: Vec<u8>) -> Folder {
        self.held = Some((path.into(), bytes));
        self
    }
}

impl World for Folder {
    fn read(&self, path: &str) -> Result<Vec<u8>, ReadError> {
        if let Some((_, bytes)) = self.held.as_ref().filter(|(held, _)| held == path) {
            return Ok(bytes.clone());
        }
        let inner = Path::new(path.strip_prefix(self.prefix.as_str()).ok_or(ReadError::Outside)?);
        if !inner.components().all(|part| matches!(part, Component::Normal(_))) {
            return Err(ReadError::Outside);
        }
        let target = fs::canonicalize(self.root.join(inner)).map_err(reason)?;
        if !target.starts_with(&self.root) {
            return Err(ReadError::Outside);
        }
        read_regular(&target, LARGEST)
    }
}

/// The bytes of a file that the user named.
pub fn read_named(path: &Path, most: u64) -> Result<Vec<u8>, ReadError> {
    if is_inherited_pipe(path) {
        return read_limited(File::open(path).map_err(reason)?, most);
    }
    read_regular(path, most)
}

/// The bytes of a regular file of a size that can be meant.
fn read_regular(path: &Path, most: u64) -> Result<Vec<u8>, ReadError> {
    // Asked before it is opened: opening a pipe waits for its writer.
    let about = fs::metadata(path).map_err(reason)?;
    if !about.is_file() {
        return Err(ReadError::NotAFile);
    }
    let file = File::open(path).map_err(reason)?;
    let mut bytes = Vec::with_capacity(about.len().min(most) as usize + 1);
    read_into(file, most, &mut bytes)?;
    Ok(bytes)
}

/// Whether a path is a pipe that this process was started with, as a shell's `<(command)` gives one. It has its writer, so that reading
/// it waits for nobody but that command; a pipe by a name of its own may never get one.
fn is_inherited_pipe(path: &Path) -> bool {
    let inherited = ["/dev/fd", "/proc/self/fd", "/dev/stdin"].iter().any(|folder| path.starts_with(folder));
    inherited && fs::metadata(path).is_ok_and(|about| is_pipe(&about))
}

#[cfg(unix)]
fn is_pipe(about: &fs::Metadata) -> bool {
    use std::os::unix::fs::FileTypeExt;
    about.file_type().is_fifo()
}

#[cfg(not(unix))]
fn is_pipe(_: &fs::Metadata) -> bool {
    false
}

/// All that a reader gives, within the limit.
pub fn read_limited(reader: impl Read, most: u64) -> Result<Vec<u8>, ReadError> {
    let mut bytes = Vec::new();
    read_into(reader, most, &mut bytes)?;
    Ok(bytes)
}

fn read_into(reader: impl Read, most: u64, bytes: &mut Vec<u8>) -> Result<(), ReadError> {
    reader.take(most + 1).read_to_end(bytes).map_err(reason)?;
    if bytes.len() as u64 > most {
        return Err(ReadError::Failed(format!("it is larger than {} MiB", most >> 20)));
    }
    Ok(())
}

fn reason(error: std::io::Error) -> ReadError {
    match error.kind() {
        ErrorKind::NotFound | ErrorKind::NotADirectory => ReadError::NotFound,
        _ => ReadError::Failed(words(&error)),
    }
}
