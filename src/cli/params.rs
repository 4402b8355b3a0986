//! `-p NAME=VALUE` and `--params FILE`.

use super::input;
use super::{Stop, disk};
use crate::data;
use crate::params::{Given, GivenValue};
use crate::schema::KubeRange;
use crate::value::Origin;
use std::path::{Path, PathBuf};

#[derive(clap::Args)]
pub struct ParamArgs {
    /// A value for a param; it wins over those from files.
    #[arg(short, long = "param", value_name = "NAME=VALUE", value_parser = pair)]
    p: Vec<(String, String)>,
    /// Values for params: a YAML or JSON file, or `-` for standard input. Later files win over earlier ones.
    #[arg(long, value_name = "FILE")]
    params: Vec<PathBuf>,
}

/// `NAME=VALUE` of a command line.
pub fn pair(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.trim().is_empty() => Ok((name.trim().to_string(), value.to_string())),
        _ => Err("write NAME=VALUE, as in `-p env=prod`".into()),
    }
}

impl ParamArgs {
    /// The values, those that win last.
    pub fn given(&self) -> Result<Vec<Given>, Stop> {
        let mut given = Vec::new();
        for file in &self.params {
            given.extend(from_file(file)?);
        }
        given.extend(given_by(&self.p));
        Ok(given)
    }

    /// How often standard input is named.
    pub fn stdins(&self) -> usize {
        self.params.iter().filter(|file| file.as_path() == Path::new("-")).count()
    }
}

/// Values as the command line has them.
pub fn given_by(pairs: &[(String, String)]) -> impl Iterator<Item = Given> {
    pairs.iter().map(|(name, value)| Given {
        name: name.clone(),
        value: GivenValue::Text(value.clone()),
        origin: format!("-p {name}={value}"),
    })
}

/// The entries of a file of values.
fn from_file(file: &Path) -> Result<Vec<Given>, Stop> {
    let (bytes, origin) = match file == Path::new("-") {
        true => (input::stdin()?, "standard input".to_string()),
        false => (input::read(file)?, file.display().to_string()),
    };
    let cannot = |why: String| Stop::failed(format!("cannot read values of params from `{origin}`: {why}"));
    let text = String::from_utf8(bytes).map_err(|e| cannot(format!("it is not UTF-8 text (byte {})", e.utf8_error().valid_up_to())))?;
    // Aliases make much of little: as many values as a file of the largest size could hold without them.
    let mut left = disk::LARGEST as usize;
    let mut meter = |size: usize| {
        left = left.saturating_sub(size);
        left > 0
    };
    let documents = data::parse_yaml(&text, Origin::NONE, &mut meter).map_err(|error| cannot(error.to_string()))?;
    match documents.as_slice() {
        [] => Ok(Vec::new()),
        [document] => match data::to_json(document) {
            serde_json::Value::Object(map) => {
                Ok(map.into_iter().map(|(name, value)| Given { name, value: GivenValue::Data(value), origin: origin.clone() }).collect())
            }
            _ => Err(cannot("it is no map".into()).help("write one line for each param: `env: prod`")),
        },
        _ => Err(cannot(format!("it holds {} documents", documents.len())).help("write all values into one document")),
    }
}

/// The releases of Kubernetes that objects are meant for.
#[derive(clap::Args)]
pub struct KubeArgs {
    /// The release of Kubernetes that will read the objects, or a range of them: `1.35`, `1.34..1.37`. The newest that kdsl knows unless
    /// given. What any of them lacks or refuses is an error.
    #[arg(long = "kube-version", value_name = "RELEASES")]
    kube_version: Option<String>,
}

impl KubeArgs {
    pub fn range(&self) -> Result<KubeRange, Stop> {
        let range = self.kube_version.as_deref().map(KubeRange::parse).transpose();
        range.map(Option::unwrap_or_default).map_err(|message| Stop::usage(message).help("write `--kube-version 1.35` or `1.34..1.37`"))
    }
}
