//! The manifests that a command line names: files, folders, standard input.

use super::{Stop, input, words};
use std::fs;
use std::path::{Path, PathBuf};

/// The texts of all files, of standard input for `-`, and of the manifests below folders in the order of their names, each with its name.
/// One of more than `most` bytes is refused.
pub fn texts(files: &[PathBuf], most: u64) -> Result<Vec<(String, Vec<u8>)>, Stop> {
    let mut texts = Vec::new();
    for file in files {
        if file == Path::new("-") {
            texts.push(("<stdin>".into(), input::stdin_up_to(most)?));
        } else if file.is_dir() {
            let below = below(file)?;
            if below.is_empty() {
                return Err(Stop::usage(format!("there is no .yaml, .yml or .json file below `{}`", file.display())));
            }
            for path in below {
                texts.push((path.display().to_string(), input::read_up_to(&path, most)?));
            }
        } else {
            texts.push((file.display().to_string(), input::read_up_to(file, most)?));
        }
    }
    Ok(texts)
}

fn below(folder: &Path) -> Result<Vec<PathBuf>, Stop> {
    let cannot = |error| Stop::usage(format!("cannot read the folder `{}`: {}", folder.display(), words(&error)));
    let (mut found, mut todo) = (Vec::new(), vec![folder.to_path_buf()]);
    while let Some(folder) = todo.pop() {
        for entry in fs::read_dir(&folder).map_err(cannot)? {
            let entry = entry.map_err(cannot)?;
            let (path, kind) = (entry.path(), entry.file_type().map_err(cannot)?);
            // Links to folders are not followed, so that no round is walked twice.
            if kind.is_dir() {
                todo.push(path);
            } else if path.extension().and_then(|e| e.to_str()).is_some_and(|e| matches!(e, "yaml" | "yml" | "json")) {
                found.push(path);
            }
        }
    }
    found.sort();
    Ok(found)
}
