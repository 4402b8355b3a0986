//! The YAML of every example, for every combination of its finite params, held fast in `tests/snapshots`. `INSTA_UPDATE=always` writes it.

#![allow(clippy::disallowed_methods, reason = "tests read the files that they test")]

mod support;

use kdsl::driver::{self, Options};
use kdsl::emit::{self, Format};
use kdsl::params::{Given, GivenValue};
use std::path::{Path, PathBuf};
use support::FolderWorld;

#[test]
fn examples_make_what_they_made() {
    let mut made = 0;
    for file in examples() {
        for values in driver::combinations(&FolderWorld::new(folder()), &file) {
            let title =
                values.iter().fold(file.trim_end_matches(".kdsl").to_string(), |title, (name, value)| format!("{title}-{name}-{value}"));
            insta::with_settings!({ omit_expression => true, prepend_module_to_snapshot => false }, {
                insta::assert_snapshot!(title, yaml(&file, &values));
            });
            made += 1;
        }
    }
    assert!(made > 8, "only {made} combinations");
}

fn yaml(file: &str, values: &[(String, String)]) -> String {
    let one = |(name, value): &(String, String)| Given {
        name: name.clone(),
        value: GivenValue::Text(value.clone()),
        origin: format!("-p {name}={value}"),
    };
    let options = Options { given: values.iter().map(one).collect(), ..Options::default() };
    let outcome = driver::build(&FolderWorld::new(folder()), file, &options);
    let errors: Vec<&String> = outcome.diagnostics.iter().filter(|d| d.is_error()).map(|d| &d.message).collect();
    assert!(errors.is_empty(), "{file} {values:?}: {errors:?}");
    let nodes: Vec<_> = outcome.objects.iter().map(|o| o.node()).collect();
    emit::stream(&nodes.iter().collect::<Vec<_>>(), Format::Yaml)
}

fn examples() -> Vec<String> {
    let mut names: Vec<String> =
        std::fs::read_dir(folder()).unwrap().map(|e| e.unwrap().file_name().to_string_lossy().into_owned()).collect();
    names.retain(|name| name.ends_with(".kdsl"));
    names.sort();
    names
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("examples")
}
