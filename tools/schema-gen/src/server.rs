//! What `tools/update-schema` collected in a folder, read back.
//!
//!     1.33/types.json             what k8s-openapi knows of the release
//!     1.34/types.json
//!     1.34/all/discovery-*.json   aggregated discovery of the core and of the other groups, with every API turned on
//!     1.34/all/openapi/*.json     OpenAPI v3, one document an API group and version
//!     1.34/usual/…                the same, as a cluster serves it by default

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde_json::Value;

/// Schemas by the full name of their type.
pub type Schemas = BTreeMap<String, Value>;

pub struct Release {
    pub minor: u8,
    pub library: Library,
    /// Nothing for the oldest release, which no server can emulate any more.
    pub server: Option<Server>,
}

/// k8s-openapi's view.
pub struct Library {
    pub schemas: Schemas,
    pub paths: BTreeMap<String, String>,
    pub kinds: Vec<Value>,
}

/// The server's view.
pub struct Server {
    pub schemas: Schemas,
    pub groups: Vec<Value>,
    pub usual_schemas: Schemas,
    pub usual_groups: Vec<Value>,
}

/// All releases of the folder, the oldest first.
pub fn read(folder: &Path) -> Result<Vec<Release>, String> {
    let mut releases = Vec::new();
    for path in entries(folder)? {
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        let Some(minor) = name.strip_prefix("1.").and_then(|minor| minor.parse().ok()) else { continue };
        let server = match path.join("all").is_dir() {
            true => Some(server(&path)?),
            false => None,
        };
        releases.push(Release { minor, library: library(&path.join("types.json"))?, server });
    }
    releases.sort_by_key(|release| release.minor);
    match releases.last() {
        Some(Release { server: Some(_), .. }) => Ok(releases),
        _ => Err(format!("{}: no answers of a server for the newest release", folder.display())),
    }
}

fn server(folder: &Path) -> Result<Server, String> {
    Ok(Server {
        schemas: schemas(&folder.join("all/openapi"))?,
        groups: groups(&folder.join("all"))?,
        usual_schemas: schemas(&folder.join("usual/openapi"))?,
        usual_groups: groups(&folder.join("usual"))?,
    })
}

fn library(file: &Path) -> Result<Library, String> {
    let mut dump = json(file)?;
    let types = dump["types"].take();
    let kinds = dump["kinds"].as_array().cloned().unwrap_or_default();
    let (mut schemas, mut paths) = (Schemas::new(), BTreeMap::new());
    for (name, entry) in types.as_object().into_iter().flatten() {
        schemas.insert(name.clone(), entry["schema"].clone());
        if let Some(path) = entry["path"].as_str() {
            paths.insert(name.clone(), path.to_owned());
        }
    }
    Ok(Library { schemas, paths, kinds })
}

fn schemas(folder: &Path) -> Result<Schemas, String> {
    let mut schemas = Schemas::new();
    for path in entries(folder)? {
        let mut document = json(&path)?;
        if let Value::Object(found) = document["components"]["schemas"].take() {
            schemas.extend(found);
        }
    }
    Ok(schemas)
}

fn groups(folder: &Path) -> Result<Vec<Value>, String> {
    let mut groups = Vec::new();
    for name in ["discovery-core.json", "discovery-groups.json"] {
        let document = json(&folder.join(name))?;
        groups.extend(document["items"].as_array().cloned().unwrap_or_default());
    }
    Ok(groups)
}

fn entries(folder: &Path) -> Result<Vec<std::path::PathBuf>, String> {
    let read = fs::read_dir(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let mut paths: Vec<_> = read.filter_map(|entry| Some(entry.ok()?.path())).collect();
    paths.sort();
    Ok(paths)
}

fn json(file: &Path) -> Result<Value, String> {
    let text = fs::read(file).map_err(|error| format!("{}: {error}", file.display()))?;
    serde_json::from_slice(&text).map_err(|error| format!("{}: {error}", file.display()))
}
