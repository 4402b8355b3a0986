//! `kdsl init`: a small project to start from.

use super::terminal::print;
use super::{Stop, cannot};
use std::fs::{self, OpenOptions};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Make a small commented project to start from
///
/// Writes `shop.kdsl`, an app in a namespace, and `shop-prod.kdsl`, a layer over it for production. Existing files are never touched.
#[derive(clap::Args)]
pub struct Args {
    /// Where to; it is made if it does not exist.
    #[arg(default_value = ".")]
    dir: PathBuf,
}

const FILES: [(&str, &str); 2] = [("shop.kdsl", include_str!("shop.kdsl")), ("shop-prod.kdsl", include_str!("shop-prod.kdsl"))];

pub fn run(args: Args) -> Result<ExitCode, Stop> {
    let dir = &args.dir;
    if let Some((name, _)) = FILES.iter().find(|(name, _)| fs::symlink_metadata(dir.join(name)).is_ok()) {
        return Err(taken(&dir.join(name)));
    }
    fs::create_dir_all(dir).map_err(|e| cannot("make the folder", dir, &e))?;
    for (name, text) in FILES {
        write_new(&dir.join(name), text)?;
    }
    print(&farewell(dir))?;
    Ok(ExitCode::SUCCESS)
}

fn write_new(path: &Path, text: &str) -> Result<(), Stop> {
    let written = OpenOptions::new().write(true).create_new(true).open(path).and_then(|mut file| file.write_all(text.as_bytes()));
    written.map_err(|error| match error.kind() {
        ErrorKind::AlreadyExists => taken(path),
        _ => cannot("write", path, &error),
    })
}

fn taken(path: &Path) -> Stop {
    Stop::failed(format!("`{}` exists already, and nothing was written", path.display())).help("choose another folder: `kdsl init shop`")
}

/// What was made, and what to do with it.
fn farewell(dir: &Path) -> String {
    let shown = |name: &str| if dir == Path::new(".") { name.to_string() } else { dir.join(name).display().to_string() };
    let [(main, _), (layer, _)] = FILES;
    let (main, layer) = (shown(main), shown(layer));
    let (check, build) = (format!("kdsl check {main} {layer}"), format!("kdsl build {layer}"));
    let width = check.len();
    format!(
        "Made {main} and {layer}. Now try:\n\n  {check}   every environment at once\n  {build:width$}   the manifests for production, for `kubectl apply -f -`\n"
    )
}
