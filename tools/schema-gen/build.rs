//! Lists every type of k8s-openapi, for the release that it was built for, as Rust paths.
//!
//! k8s-openapi has no such list. Its sources are generated with one type a file, each in the module that its folder names, so the
//! list is read from there; cargo says where they are.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    let module = enabled_release();
    let root = sources().join(&module);
    let (mut types, mut kinds) = (Vec::new(), Vec::new());
    let mut folders = vec![root.clone()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display())) {
            let path = entry.expect("a folder's entry can be read").path();
            match path.is_dir() {
                true => folders.push(path),
                false => read(&root, &path, &mut types, &mut kinds),
            }
        }
    }
    types.sort();
    kinds.sort();
    let list = |name: &str, paths: &[String]| format!("macro_rules! {name} {{ ($do:ident) => {{ {} }} }}\n", calls(paths));
    let text = list("every_type", &types) + &list("every_kind", &kinds);
    fs::write(Path::new(&env::var("OUT_DIR").expect("cargo sets it")).join("paths.rs"), text).expect("OUT_DIR can be written");
}

fn calls(paths: &[String]) -> String {
    paths.iter().map(|path| format!("$do!({path});")).collect()
}

/// `v1_37`, from the number that k8s-openapi's build script hands to ours.
fn enabled_release() -> String {
    let (_, number) = env::vars()
        .find(|(name, _)| name.starts_with("DEP_K8S_OPENAPI") && name.ends_with("_VERSION"))
        .expect("k8s-openapi says for which release it is built");
    let number: u32 = number.parse().expect("its version is a number");
    format!("v{}_{}", number >> 16, number >> 8 & 0xff)
}

fn sources() -> PathBuf {
    let cargo = env::var("CARGO").expect("cargo sets it");
    let target = env::var("TARGET").expect("cargo sets it");
    let args = ["metadata", "--format-version", "1", "--offline", "--filter-platform", &target];
    let output = Command::new(cargo).args(args).output().expect("cargo runs");
    assert!(output.status.success(), "cargo metadata: {}", String::from_utf8_lossy(&output.stderr));
    let metadata: serde_json::Value = serde_json::from_slice(&output.stdout).expect("cargo metadata prints JSON");
    let packages = metadata["packages"].as_array().expect("metadata lists packages");
    let package = packages.iter().find(|package| package["name"] == "k8s-openapi").expect("k8s-openapi is a dependency");
    Path::new(package["manifest_path"].as_str().expect("a package has a manifest")).with_file_name("src")
}

fn read(root: &Path, file: &Path, types: &mut Vec<String>, kinds: &mut Vec<String>) {
    let text = fs::read_to_string(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    let folder = file.parent().expect("a file has a folder").strip_prefix(root).expect("it was found there");
    let module: String = folder.iter().map(|part| format!("::{}", part.to_str().expect("module names are ASCII"))).collect();
    let named = |head: &str| {
        let name = text.lines().find_map(|line| line.strip_prefix(head)?.strip_suffix(" {"))?;
        Some(format!("k8s_openapi{module}::{name}"))
    };
    types.extend(named("impl crate::schemars::JsonSchema for "));
    kinds.extend(named("impl crate::Resource for "));
}
