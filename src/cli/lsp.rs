//! `kdsl lsp`: the language server, on standard input and output.

use super::disk::Folder;
use super::{ERRORS, Stop};
use crate::lsp::{self, Disk};
use crate::world::World;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

/// Serve an editor by the Language Server Protocol
///
/// Speaks on standard input and output: an editor starts it, people do not. docs/editors.md tells how to set up yours.
#[derive(clap::Args)]
#[command(after_help = "Exit code: 0 where the editor said goodbye, 1 where it went away.")]
pub struct Args {
    /// Accepted for editors that name the channel; there is no other.
    #[arg(long, hide = true)]
    stdio: bool,
}

pub fn run(Args { stdio: _ }: Args) -> Result<ExitCode, Stop> {
    let clean = lsp::serve(std::io::stdin(), std::io::stdout(), &LocalDisk::new());
    Ok(if clean { ExitCode::SUCCESS } else { ERRORS.into() })
}

/// The disk of this machine.
struct LocalDisk {
    /// Where texts of the library are put for editors to show.
    library: Option<PathBuf>,
}

/// More kdsl files of a folder than this are not looked at.
const MOST_PROGRAMS: usize = 2000;
/// More folders below a folder than this are not looked into.
const MOST_FOLDERS: usize = 5000;

impl LocalDisk {
    fn new() -> LocalDisk {
        let cache = std::env::var_os("XDG_CACHE_HOME").map(PathBuf::from).filter(|path| path.is_absolute());
        let home = || std::env::var_os(if cfg!(windows) { "LOCALAPPDATA" } else { "HOME" }).map(PathBuf::from);
        let cache = cache.or_else(|| home().map(|home| if cfg!(windows) { home } else { home.join(".cache") }));
        LocalDisk { library: cache.map(|cache| cache.join("kdsl").join(env!("CARGO_PKG_VERSION"))) }
    }
}

impl Disk for LocalDisk {
    fn world(&self, folder: &Path) -> Option<Arc<dyn World + Send + Sync>> {
        Some(Arc::new(Folder::new(folder).ok()?))
    }

    fn programs(&self, folder: &Path) -> Vec<PathBuf> {
        let (mut found, mut todo, mut seen) = (Vec::new(), vec![folder.to_path_buf()], 0);
        while let Some(next) = todo.pop() {
            seen += 1;
            for entry in fs::read_dir(&next).into_iter().flatten().flatten() {
                let (path, name) = (entry.path(), entry.file_name());
                let hidden = name.to_str().is_none_or(|name| name.starts_with('.') || matches!(name, "node_modules" | "target"));
                match entry.file_type() {
                    Ok(kind) if kind.is_dir() && !hidden && seen + todo.len() < MOST_FOLDERS => todo.push(path),
                    Ok(kind) if kind.is_file() && path.extension().is_some_and(|end| end == "kdsl") => {
                        found.extend(path.strip_prefix(folder).map(PathBuf::from));
                    }
                    _ => {}
                }
            }
            if found.len() >= MOST_PROGRAMS {
                break;
            }
        }
        found.sort();
        found.truncate(MOST_PROGRAMS);
        found
    }

    fn today(&self) -> Option<String> {
        Some(super::today())
    }

    fn library(&self, name: &str, text: &str) -> Option<PathBuf> {
        let path = self.library.as_ref()?.join(name);
        let is_there = fs::read(&path).is_ok_and(|bytes| bytes == text.as_bytes());
        if !is_there {
            fs::create_dir_all(path.parent()?).ok()?;
            fs::write(&path, text).ok()?;
        }
        Some(path)
    }

    fn library_file(&self, path: &Path) -> Option<String> {
        let inner = path.strip_prefix(self.library.as_ref()?).ok()?.to_str()?;
        Some(if cfg!(windows) { inner.replace('\\', "/") } else { inner.to_string() })
    }
}
