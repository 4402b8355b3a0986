//! What several test files share.

#![allow(clippy::disallowed_methods, reason = "tests read the files that they test")]

use kdsl::world::{ReadError, World};
use std::path::PathBuf;

/// Reads the files of one folder.
pub struct FolderWorld {
    folder: PathBuf,
}

impl FolderWorld {
    pub fn new(folder: impl Into<PathBuf>) -> FolderWorld {
        FolderWorld { folder: folder.into() }
    }
}

impl World for FolderWorld {
    fn read(&self, path: &str) -> Result<Vec<u8>, ReadError> {
        std::fs::read(self.folder.join(path)).map_err(|error| match error.kind() {
            std::io::ErrorKind::NotFound => ReadError::NotFound,
            _ => ReadError::Failed(error.to_string()),
        })
    }
}
