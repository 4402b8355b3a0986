//! The only door to files.
//!
//! The compiler asks a [`World`] for text and never touches a disk itself: the command brings one that reads the project's folder,
//! editors and tests bring a [`MemWorld`]. Paths are `/`-separated and relative to the project's folder, already joined and
//! normalised by [`join`], so that a world never sees `..`.

use std::collections::BTreeMap;

/// Why a file could not be had. `Display` reads as the end of a sentence about the path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReadError {
    NotFound,
    /// The path leads to something that is not a regular file.
    NotAFile,
    /// The path leads out of the project's folder.
    Outside,
    /// The system's own words.
    Failed(String),
}

impl std::fmt::Display for ReadError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            ReadError::NotFound => f.write_str("there is no such file"),
            ReadError::NotAFile => f.write_str("it is not a regular file"),
            ReadError::Outside => f.write_str("it lies outside the project's folder"),
            ReadError::Failed(why) => f.write_str(why),
        }
    }
}

/// A source of files.
pub trait World: Sync {
    /// The bytes of the file at a project-relative path.
    fn read(&self, path: &str) -> Result<Vec<u8>, ReadError>;
}

/// Files held in memory.
#[derive(Default, Clone, Debug)]
pub struct MemWorld {
    files: BTreeMap<String, Vec<u8>>,
}

impl MemWorld {
    pub fn new() -> MemWorld {
        MemWorld::default()
    }

    pub fn with(mut self, path: impl Into<String>, bytes: impl Into<Vec<u8>>) -> MemWorld {
        self.files.insert(path.into(), bytes.into());
        self
    }
}

impl World for MemWorld {
    fn read(&self, path: &str) -> Result<Vec<u8>, ReadError> {
        self.files.get(path).cloned().ok_or(ReadError::NotFound)
    }
}

/// The project-relative path that `path`, written in the file `from`, names. `Err(Outside)` where it climbs out of the project.
pub fn join(from: &str, path: &str) -> Result<String, ReadError> {
    if path.starts_with('/') {
        return Err(ReadError::Outside);
    }
    let mut parts: Vec<&str> = from.split('/').collect();
    parts.pop();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop().ok_or(ReadError::Outside)?;
            }
            name => parts.push(name),
        }
    }
    Ok(parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_read_from_the_file_that_names_it() {
        assert_eq!(join("a/b.kdsl", "./c.kdsl"), Ok("a/c.kdsl".into()));
        assert_eq!(join("a/b.kdsl", "../c.kdsl"), Ok("c.kdsl".into()));
        assert_eq!(join("a/b.kdsl", "../../c.kdsl"), Err(ReadError::Outside));
        assert_eq!(join("b.kdsl", "/etc/passwd"), Err(ReadError::Outside));
    }
}
