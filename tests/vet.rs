//! `vet` over YAML: what it says of the files in `tests/vet/`, as snapshots; and that nothing that is fed to it makes it fail, stop, or
//! lose a good document.
#![allow(clippy::disallowed_methods, reason = "tests read files")]

#[path = "support/examples.rs"]
mod examples;

use kdsl::driver::{Bounds, VetOptions};
use kdsl::engine::{self, Vet};
use kdsl::rules::{RuleSet, RuleSets};
use kdsl::{MemWorld, Style};
use proptest::prelude::*;
use std::path::Path;

fn vet(text: impl Into<Vec<u8>>) -> Vet {
    engine::vet(&MemWorld::new(), vec![("case.yaml".into(), text.into())], &VetOptions::default())
}

#[test]
fn files_are_judged_as_they_were() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vet");
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    for file in files {
        let name = file.file_stem().unwrap().to_string_lossy().into_owned();
        let found = vet(std::fs::read(&file).unwrap());
        insta::with_settings!({ snapshot_path => "snapshots/vet", prepend_module_to_snapshot => false, omit_expression => true }, {
            insta::assert_snapshot!(name, found.diagnostics.render(Style::Pretty { color: false }));
        });
    }
}

const GOOD: &str = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: good}\n";
const BAD: &str = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: Bad}\n";

/// The codes that are told, and whether the bad document at the end was still judged.
fn around(nasty: &[u8]) -> (Vec<&'static str>, bool) {
    let text = [GOOD.as_bytes(), b"---\n", nasty, b"\n---\n", BAD.as_bytes()].concat();
    let found = vet(text);
    let mut codes: Vec<&str> = found.diagnostics.iter().map(|d| d.code.name).collect();
    let judged = codes.last() == Some(&"object-name");
    codes.pop();
    codes.dedup();
    (codes, judged)
}

#[test]
fn one_bad_document_costs_only_itself() {
    let deep = "[".repeat(100_000);
    let deep_blocks = (0..5_000).map(|i| format!("{}a:\n", " ".repeat(i))).collect::<String>();
    let bomb = (1..30).map(|i| format!("a{i}: &a{i} [*a{0}, *a{0}, *a{0}, *a{0}, *a{0}, *a{0}]\n", i - 1)).collect::<String>();
    let cases: Vec<(&str, Vec<u8>)> = vec![
        ("broken UTF-8", b"apiVersion: v1\nkind: \xff\xfe\n".to_vec()),
        ("binary", (0..=255u8).cycle().take(5_000).collect()),
        ("brackets", deep.into_bytes()),
        ("indents", deep_blocks.into_bytes()),
        ("aliases", format!("a0: &a0 [x]\n{bomb}").into_bytes()),
        ("an open quote", b"a: \"b\n".to_vec()),
        ("an open bracket", b"a: [b\n".to_vec()),
        ("no object", b"a: b\n".to_vec()),
        ("a number", b"42\n".to_vec()),
    ];
    for (what, nasty) in cases {
        let (codes, judged) = around(&nasty);
        assert!(judged, "{what}: what stands behind was not judged: {codes:?}");
        assert!(!codes.is_empty(), "{what}: nothing was said");
    }
}

#[test]
fn very_many_documents_are_judged() {
    let text = format!("---\n{GOOD}").repeat(2_000) + "---\n" + BAD;
    let found = vet(text);
    assert_eq!(found.objects, 2_001);
    let last = found.diagnostics.last().unwrap();
    assert_eq!((last.code.name, last.document), ("object-name", Some(2_000)));
}

#[test]
fn judging_is_the_same_whatever_the_threads_do() {
    let text: String = examples::examples("k8s").iter().map(|example| format!("---\n{}\n", example.text)).collect();
    let first = vet(text.clone()).diagnostics.render(Style::Json);
    assert_eq!(vet(text).diagnostics.render(Style::Json), first);
}

/// What was judged before a document changes nothing of what is said about it.
#[test]
fn the_order_of_documents_does_not_matter() {
    let examples = examples::examples("k8s").into_iter().chain(examples::examples("rules"));
    let texts: Vec<String> = examples.map(|example| format!("---\n{}\n", example.text)).collect();
    // What is said of several objects depends on which of very many are looked at.
    let sets = RuleSets::default().with(RuleSet::References, false).with(RuleSet::Practice, false);
    let options = VetOptions { sets, ..VetOptions::default() };
    let said = |texts: &mut dyn Iterator<Item = &String>| {
        let text: String = texts.map(String::as_str).collect();
        let vet = engine::vet(&MemWorld::new(), vec![("case.yaml".into(), text.into())], &options);
        // Which of two of one name is the later depends on the order.
        let lines = vet.diagnostics.render(Style::Json);
        let told = |line: &str| {
            let said: serde_json::Value = serde_json::from_str(line).unwrap();
            ["code", "object", "path", "message", "help"].map(|part| said[part].to_string()).join(" ")
        };
        let mut lines: Vec<String> = lines.lines().filter(|line| !line.contains("object-twice")).map(told).collect();
        lines.sort();
        lines
    };
    let forwards = said(&mut texts.iter());
    assert!(forwards.len() > 300);
    assert_eq!(said(&mut texts.iter().rev()), forwards);
}

fn corpus() -> Vec<String> {
    let files = ["traps", "kinds", "workload"].map(|name| format!("{}/tests/vet/{name}.yaml", env!("CARGO_MANIFEST_DIR")));
    let own = files.iter().map(|file| std::fs::read_to_string(file).unwrap());
    own.chain(examples::examples("k8s").into_iter().step_by(20).map(|example| example.text)).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn no_cut_and_no_edit_makes_it_fail(pick in 0usize..1_000, cut in 0usize..10_000, byte in any::<u8>()) {
        let corpus = corpus();
        let text = corpus[pick % corpus.len()].clone().into_bytes();
        let at = cut % text.len().max(1);
        vet(&text[..at]);
        let mut edited = text.clone();
        if let Some(place) = edited.get_mut(at) {
            *place = byte;
        }
        vet(edited);
    }
}

/// What releases say of one object, as `code path` or, of a warning, `code? path`.
fn said(release: &str, text: &str) -> Vec<String> {
    let kube = kdsl::schema::KubeRange::parse(release).unwrap();
    let mut options = VetOptions { kube, ..VetOptions::default() };
    options.sets = options.sets.with(kdsl::rules::RuleSet::Practice, false);
    let found = engine::vet(&MemWorld::new(), vec![("case.yaml".into(), text.as_bytes().to_vec())], &options);
    let said = found.diagnostics.iter();
    said.map(|d| format!("{}{} {}", d.code.name, if d.is_error() { "" } else { "?" }, d.path.as_deref().unwrap_or_default())).collect()
}

#[test]
fn each_release_judges_as_it_would_itself() {
    let volume = "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec:\n  containers: [{name: web, image: 'nginx:1.27.0', volumeMounts: \
                  [{name: Bad_, mountPath: /x}]}]\n  volumes: [{name: Bad_, image: {}}]\n";
    let right_away = ["refinement spec.volumes[0].name", "missing-field spec.volumes[0].image.reference"];
    let dropped = "field-dropped? spec.volumes[0].image";
    assert_eq!(said("1.37", volume), right_away);
    assert_eq!(said("1.34", volume), [dropped], "the volume is dropped, with what mounts it");
    assert_eq!(said("1.34..1.35", volume), [right_away[0], dropped, right_away[1]], "one release reads it");

    let policy =
        "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec:\n  containers: [{name: web, image: 'nginx:1.27.0', restartPolicy: Odd}]\n";
    assert_eq!(said("1.33", policy), ["restart-policy-of-release spec.containers[0].restartPolicy"]);
    assert_eq!(said("1.34", policy), ["field-dropped? spec.containers[0].restartPolicy"]);
    assert_eq!(said("1.35", policy), ["container-restart-policy spec.containers[0].restartPolicy"]);

    let host = "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec:\n  hostnameOverride: 1\n  containers: [{name: web, image: 'nginx:1.27.0'}]\n";
    let ty = "type-mismatch spec.hostnameOverride";
    assert_eq!(said("1.33", host), ["not-in-release spec.hostnameOverride", ty], "a real server of that release does not know it");
    assert_eq!(said("1.34", host), ["field-dropped? spec.hostnameOverride", ty], "what is dropped is decoded all the same");

    let set = "apiVersion: apps/v1\nkind: StatefulSet\nmetadata: {name: db}\nspec:\n  selector: {matchLabels: {app: db}}\n  template:\n    \
               metadata: {labels: {app: db}}\n    spec: {containers: [{name: db}], hostName: a}\n";
    let (image, unknown) = ("missing-field spec.template.spec.containers[0].image", "unknown-field spec.template.spec");
    assert_eq!(said("1.33", set), [image.replace(' ', "? ").as_str(), unknown]);
    assert_eq!(said("1.34", set), [image, unknown]);
}

/// A null in a map is a value, the zero of its type; a field that is null is absent.
#[test]
fn null_in_a_map_is_a_value() {
    let limits = "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec:\n  containers: [{name: web, image: 'nginx:1.27.0', resources: \
                  {limits: {cpu: null}, requests: {cpu: 1}}}]\n";
    assert_eq!(said("1.37", limits), ["request-above-limit spec.containers[0].resources.requests"]);
    let key = "apiVersion: v1\nkind: Secret\nmetadata: {name: s}\ntype: kubernetes.io/tls\ndata: {tls.crt: null, tls.key: null}\nimmutable: null\n";
    assert_eq!(said("1.37", key), Vec::<String>::new());
}

/// Warnings about objects can be waived by a file of rules, foreign kinds' too; what the API server refuses cannot.
/// A real server, which `tests/cluster.rs` asks, says of these what stands at the head of each.
#[test]
fn objects_of_other_projects_kinds_are_judged() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = std::fs::read_dir(root.join("examples/crds")).unwrap().map(|entry| entry.unwrap().path());
    let files = folder.chain([root.join("tests/cluster/definitions.yaml")]);
    let crds = files.map(|path| (path.display().to_string(), std::fs::read_to_string(&path).unwrap())).collect();
    let options = VetOptions { crds, ..VetOptions::default() };
    let text = std::fs::read_to_string(root.join("tests/foreign.yaml")).unwrap();
    let mut wrong = Vec::new();
    for document in text.split("\n---\n").skip(1) {
        let expected = document.lines().next().unwrap().trim_start_matches("# ");
        let vet = engine::vet(&MemWorld::new(), vec![("case.yaml".into(), document.into())], &options);
        let paths: Vec<String> = vet.diagnostics.iter().filter(|d| d.is_error()).filter_map(|d| d.path.clone()).collect();
        let said = if paths.is_empty() { "accepted".to_string() } else { format!("refused at {}", paths.join(", ")) };
        if said != expected {
            wrong.push(format!("expected {expected}, found {said}:\n{document}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn waivers_reach_warnings_about_yaml() {
    let text =
        "apiVersion: example.com/v1\nkind: Website\nmetadata: {name: a, namespace: b}\n---\n".repeat(2) + "apiVersion: v1\nkind: Pod\n";
    let codes = |rules: &str| {
        let world = MemWorld::new().with("rules.kdsl", rules);
        let options = VetOptions { rules: Some("rules.kdsl".into()), strict: true, ..VetOptions::default() };
        let found = engine::vet(&world, vec![("case.yaml".into(), text.clone().into_bytes())], &options);
        let mut codes: Vec<&str> = found.diagnostics.iter().map(|d| d.code.name).collect();
        codes.dedup();
        codes
    };
    assert_eq!(codes("waive unverified = \"another team's\"\nwaive object-twice = \"a list of both clusters\"\n")[..1], ["missing-field"]);
    assert_eq!(codes("namespace b { waive unverified = \"another team's\" }\n")[..2], ["object-twice", "missing-field"]);
    let elsewhere = codes("namespace c { waive unverified = \"another team's\" }\n");
    assert!(elsewhere.contains(&"unverified") && elsewhere.contains(&"waiver-unused"), "{elsewhere:?}");
}

/// Texts that are large together are read twice, a batch at a time; what is said of them is the same.
#[test]
fn batches_are_judged_as_the_whole_is() {
    let all = ["k8s", "rules"].into_iter().flat_map(examples::examples).step_by(3).map(|example| example.text);
    let text: Vec<String> = all.collect();
    let text = text.join("\n---\n");
    let judged = |bounds| {
        let options = VetOptions { bounds, sets: kdsl::rules::RuleSets::all(), ..VetOptions::default() };
        let found = engine::vet(&MemWorld::new(), vec![("case.yaml".into(), text.clone().into_bytes())], &options);
        (found.objects, found.diagnostics.render(Style::Json))
    };
    let (objects, whole) = judged(Bounds::default());
    assert!(objects > 300 && whole.lines().count() > 300, "{objects} objects");
    for batch in [1, 5_000, 100_000] {
        let (found, batches) = judged(Bounds { whole: 0, batch, ..Bounds::default() });
        assert_eq!(found, objects);
        same_lines(&whole, &batches, batch);
    }
    // Where not even what objects ask of each other can be held, only that is left out, and it is said.
    let (found, alone) = judged(Bounds { whole: 0, held: 0, ..Bounds::default() });
    assert_eq!((found, alone.lines().filter(|line| line.contains("not-judged-together")).count()), (objects, 1));
    let lost = whole.lines().filter(|line| !alone.contains(line)).count();
    assert!(lost > 0 && alone.lines().count() > 300, "{lost} lost");
    assert!(alone.lines().all(|line| whole.contains(line) || line.contains("not-judged-together")));
}

fn same_lines(whole: &str, batches: &str, batch: usize) {
    let differing: Vec<_> = whole.lines().zip(batches.lines()).filter(|(a, b)| a != b).take(3).collect();
    assert!(whole == batches, "batches of {batch}: {} and {} lines; {differing:#?}", whole.lines().count(), batches.lines().count());
}

#[test]
fn a_document_that_is_too_large_costs_only_itself() {
    let large = format!("apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: large}}\ndata: {{a: {}}}\n", "x".repeat(500));
    let text = [GOOD, &large, BAD].join("---\n");
    for whole in [0, 1 << 20] {
        let bounds = Bounds { document: 400, whole, ..Bounds::default() };
        let options = VetOptions { bounds, ..VetOptions::default() };
        let found = engine::vet(&MemWorld::new(), vec![("case.yaml".into(), text.clone().into_bytes())], &options);
        let codes: Vec<(&str, Option<u32>)> = found.diagnostics.iter().map(|d| (d.code.name, d.document)).collect();
        assert_eq!(codes, [("yaml-too-large", Some(1)), ("object-name", Some(2))]);
    }
}
