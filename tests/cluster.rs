//! Everything in `examples/`, for every combination of its finite params, against a real kube-apiserver: server-side apply with dry run
//! and strict field validation.
//!
//! Needs Go and a few minutes for the first build, so it runs only when asked: `cargo test --test cluster -- --ignored`. Without Go it
//! says that it skips.
#![allow(clippy::disallowed_methods, reason = "tests read files")]

use kdsl::driver::{self, Options, VetOptions};
use kdsl::emit;
use kdsl::object::Object;
use kdsl::params::{Given, GivenValue};
use std::path::{Path, PathBuf};

#[path = "support/costs.rs"]
mod costs;
#[path = "support/examples.rs"]
mod examples;
#[path = "support/pairs.rs"]
mod pairs;
#[path = "support/random.rs"]
mod random;
#[path = "support/server.rs"]
mod server;
mod support;

use examples::{Example, Shows};
use kdsl::diag::Sink;
use kdsl::manifest::{Custom, Manifest};
use kdsl::source::{FileDb, SourceKind};
use kdsl::world::MemWorld;
use server::{APPLY, Server};
use support::FolderWorld;

#[test]
#[ignore = "starts a real API server: cargo test --test cluster -- --ignored"]
fn the_api_server_accepts_every_example() {
    let Some(server) = Server::start(&[]) else { return };
    server.install_definitions();
    let mut judged = 0;
    let mut refused = Vec::new();
    for (folder, file) in programs() {
        for given in environments(&folder, &file) {
            let objects = build(&folder, &file, &given);
            for object in &objects {
                server.make_room(object);
            }
            for object in &objects {
                judged += 1;
                // What a program defines it also uses.
                let how = if is_definition(object) { APPLY.to_string() } else { dry() };
                if let Err(answer) = server.apply_once_served(object, &how) {
                    let title = given.iter().map(|g| g.origin.clone()).collect::<Vec<_>>().join(" ");
                    refused.push(format!("{file} {title}: {}: {answer}", object.title()));
                }
            }
        }
    }
    println!("the API server judged {judged} objects and refused {}", refused.len());
    assert!(refused.is_empty(), "refused:\n{}", refused.join("\n"));
    assert!(judged > 20, "only {judged} objects were judged");
}

/// A refused object must be told from an accepted one, or the test above proves nothing.
#[test]
#[ignore = "starts a real API server: cargo test --test cluster -- --ignored"]
fn the_api_server_refuses_what_is_wrong() {
    let Some(server) = Server::start(&[]) else { return };
    let body = r#"{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"x"},"dta":{}}"#;
    let answer = server.send("PATCH", &format!("/api/v1/namespaces/default/configmaps/x?{}", dry()), body);
    assert!(answer.is_err_and(|a| a.contains("dta")), "an unknown field must be refused");
}

/// What random programs make, the server accepts; whatever it refuses is a rule that the library lacks.
#[test]
#[ignore = "starts a real API server: cargo test --test cluster -- --ignored"]
fn the_api_server_accepts_what_random_programs_make() {
    let Some(server) = Server::start(&[]) else { return };
    let (mut built, mut judged, mut refused) = (0, 0, Vec::new());
    for number in 0..RANDOM_PROGRAMS {
        let program = random::program(number);
        let world = MemWorld::new().with("random.kdsl", program.as_str());
        let outcome = driver::build(&world, "random.kdsl", &Options::default());
        built += usize::from(!outcome.objects.is_empty());
        for object in &outcome.objects {
            server.make_room(object);
            judged += 1;
            if let Err(answer) = server.apply(object, &dry()) {
                refused.push(format!("program {number}: {}: {answer}\n{program}", object.title()));
            }
        }
    }
    println!("of {RANDOM_PROGRAMS} random programs {built} build; the API server judged {judged} objects and refused {}", refused.len());
    assert!(refused.is_empty(), "refused:\n{}", refused.join("\n"));
    assert!(built > 40, "only {built} programs build");
}

const RANDOM_PROGRAMS: u64 = 1_000;

/// The rules of the library are the API server's own: what their examples show, it confirms, naming the same field.
#[test]
#[ignore = "starts a real API server: cargo test --test cluster -- --ignored"]
fn the_api_server_confirms_the_examples_of_every_rule() {
    let Some(server) = Server::start(&[]) else { return };
    let newest = kdsl::schema::newest().to_string();
    let (mut judged, mut wrong) = (0, Vec::new());
    for example in examples::examples("k8s") {
        if example.kube.as_ref().is_some_and(|release| *release != newest) {
            continue;
        }
        judged += 1;
        if let Err(why) = server.confirms(&example) {
            wrong.push(format!("{}: {why}", example.title()));
        }
    }
    println!("the API server was asked about {judged} examples and disagreed with {}", wrong.len());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What an example shows of an older release, a server of that release confirms: of those that `KDSL_CLUSTER_RELEASES` names.
///
/// Each is built when it is first asked for, which takes some minutes; so none is without being named.
#[test]
#[ignore = "starts real API servers: KDSL_CLUSTER_RELEASES='1.33 1.34' cargo test --test cluster older -- --ignored"]
fn older_api_servers_confirm_the_examples_of_their_releases() {
    let asked = std::env::var("KDSL_CLUSTER_RELEASES").unwrap_or_default();
    let mut wrong = Vec::new();
    for release in asked.split_whitespace() {
        let Some(server) = Server::start(&["--release", release]) else { return };
        let own = |example: &Example| example.kube.as_deref() == Some(release);
        let examples: Vec<Example> = examples::examples("k8s").into_iter().filter(own).collect();
        let verdicts = examples.iter().filter_map(|example| Some((example.title(), server.confirms(example).err()?)));
        let disagreed: Vec<String> = verdicts.map(|(title, why)| format!("{release}: {title}: {why}")).collect();
        println!("the API server {release} was asked about {} examples and disagreed with {}", examples.len(), disagreed.len());
        wrong.extend(disagreed);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What expressions may cost is the server's own figure, to the last unit.
#[test]
#[ignore = "starts a real API server: cargo test --test cluster -- --ignored"]
fn the_api_server_reckons_the_same_costs() {
    let Some(server) = Server::start(&[]) else { return };
    let (mut asked, mut wrong) = (0, Vec::new());
    for priced in costs::priced() {
        let [right, dear] = priced.definitions().map(|text| server.create(&text).expect("it is YAML").remove(0));
        asked += 2;
        if right.is_err() || !dear.is_err_and(|answer| answer.contains("exceeds budget")) {
            wrong.push(format!("{}\t{}: {right:?}", priced.cost, priced.rule));
        }
    }
    println!("the API server was asked about {asked} expressions and disagreed about {}", wrong.len());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Objects of other projects' kinds, good and bad, get one verdict from kdsl and from the server that has the same definitions.
#[test]
#[ignore = "starts a real API server: cargo test --test cluster -- --ignored"]
fn the_api_server_judges_foreign_objects_as_kdsl_does() {
    let Some(server) = Server::start(&[]) else { return };
    server.install_definitions();
    let crds = definitions();
    let mut wrong = Vec::new();
    for text in std::fs::read_to_string(root().join("tests/foreign.yaml")).expect("it is there").split("\n---\n").skip(1) {
        let expected = text.lines().next().expect("a head").trim_start_matches("# ").to_string();
        let options = VetOptions { crds: crds.clone(), ..VetOptions::default() };
        let vetted = driver::vet(&MemWorld::new(), vec![("foreign.yaml".into(), text.into())], &options, &|_, _| ());
        let paths: Vec<String> = vetted.diagnostics.iter().filter(|d| d.is_error()).filter_map(|d| d.path.clone()).collect();
        let said = if paths.is_empty() { "accepted".to_string() } else { format!("refused at {}", paths.join(", ")) };
        let answer = server.judge_foreign(text);
        let server_said = match &answer {
            Ok(()) => "accepted".to_string(),
            Err(answer) => format!("refused at {}", causes(answer).join(", ")),
        };
        let field = expected.strip_prefix("refused at ");
        let agreed = match field {
            None => said == "accepted" && answer.is_ok(),
            // An unknown field the server names in its words alone.
            Some(field) => said == expected && answer.as_ref().is_err_and(|a| causes(a).iter().any(|c| c == field) || a.contains(field)),
        };
        if !agreed {
            wrong.push(format!("expected {expected}\n  kdsl: {said}\n  server: {server_said} {answer:?}\n{text}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What `kdsl diff` says of a change, the server does: it refuses it, at that field; it takes it; or nothing has changed at all.
#[test]
#[ignore = "starts a real API server: cargo test --test cluster -- --ignored"]
fn the_api_server_updates_as_diff_says() {
    let Some(server) = Server::start(&[]) else { return };
    server.install_definitions();
    let run = std::process::id();
    server.make_namespace("updates").expect("a namespace can be made");
    let (mut judged, mut wrong) = (0, Vec::new());
    for (number, mut pair) in pairs::pairs().into_iter().enumerate() {
        // No earlier object, whose deletion may wait for controllers that there are not, is in the way.
        if pair.old["kind"] != "CustomResourceDefinition" && pair.old["kind"] != "IPAddress" {
            let name = format!("{}-{run}-{number}", pair.old["metadata"]["name"].as_str().expect("a name"));
            for side in [&mut pair.old, &mut pair.new] {
                side["metadata"]["name"] = name.as_str().into();
            }
        }
        judged += 1;
        if let Err(why) = server.updates(&pair) {
            wrong.push(format!("{number}, {}: expected {}: {why}", pair.old["kind"], pair.head));
        }
    }
    println!("the API server was asked for {judged} updates and did otherwise than `kdsl diff` says with {}", wrong.len());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(judged >= 60, "only {judged} updates");
}

/// How an object is applied to be judged only.
fn dry() -> String {
    format!("dryRun=All&{APPLY}")
}

fn is_definition(object: &Object) -> bool {
    object.kind.kind == "CustomResourceDefinition"
}

/// The definitions that examples import and one of the tests' own, each file with its name.
fn definitions() -> Vec<(String, String)> {
    let folder = root().join("examples/crds");
    let mut names: Vec<PathBuf> = std::fs::read_dir(folder).expect("the folder is there").map(|e| e.expect("an entry").path()).collect();
    names.sort();
    names.push(root().join("tests/cluster/definitions.yaml"));
    names.iter().map(|path| (path.display().to_string(), std::fs::read_to_string(path).expect("it can be read"))).collect()
}

/// The objects of a stream, and the kinds and names of those that no schema of Kubernetes knows.
fn manifests(text: &str) -> Vec<Manifest> {
    let (files, sink) = (FileDb::new(), Sink::new());
    let source = files.add("example.yaml", text, SourceKind::User).expect("it is small");
    let mut found = Vec::new();
    for document in kdsl::yaml::read(&source) {
        kdsl::manifest::objects(&document.root.expect("it is YAML"), &sink, &mut found);
    }
    found
}

impl Server {
    /// Makes the kinds of the definitions that examples import, and waits until they are served.
    fn install_definitions(&self) {
        for (_, text) in definitions() {
            for found in manifests(&text) {
                let Manifest::Native(object) = found else { panic!("{} is no definition", found.title()) };
                self.apply(&object, APPLY).unwrap_or_else(|answer| panic!("{}: {answer}", object.title()));
            }
        }
    }

    /// Makes the old object of a pair, puts the new one in its place, and holds the answer to what is expected.
    fn updates(&self, pair: &pairs::Pair) -> Result<(), String> {
        let found = manifests(&pair.old.to_string()).pop().expect("an object");
        let collection = match &found {
            Manifest::Native(object) => server::collection(object),
            Manifest::Custom(custom) => foreign_collection(custom),
        };
        let collection = collection.replace("/namespaces/default/", "/namespaces/updates/");
        let name = pair.old["metadata"]["name"].as_str().unwrap_or_default();
        let place = format!("{collection}/{name}");
        let gone = || self.send("GET", &place, "").is_err_and(|answer| answer.starts_with("404"));
        if !gone() {
            drop(self.send("DELETE", &place, ""));
            for _ in 0..100 {
                if gone() {
                    break;
                }
                std::thread::sleep(std::time::Duration::from_millis(100));
            }
        }
        let read = |answer: String| serde_json::from_str::<serde_json::Value>(&answer).expect("the server answers in JSON");
        let made = once_served(|| self.send("POST", &collection, &pair.old.to_string())).map(read)?;
        let mut new = pair.new.clone();
        new["metadata"]["resourceVersion"] = made["metadata"]["resourceVersion"].clone();
        if pair.old["kind"] == "Job" {
            // The server made these up, and whoever puts a Job in the place of another brings them along.
            new["spec"]["selector"] = made["spec"]["selector"].clone();
            if new["spec"]["completions"].is_null() {
                new["spec"]["completions"] = made["spec"]["completions"].clone();
            }
            new["spec"]["template"]["metadata"]["labels"] = made["spec"]["template"]["metadata"]["labels"].clone();
        }
        let answer = self.send("PUT", &place, &new.to_string()).map(read);
        drop(self.send("DELETE", &format!("{place}?gracePeriodSeconds=0"), ""));
        let field = pair.head.split_once(": refused at ").map(|(_, field)| field);
        match (field, answer) {
            (Some(field), Err(answer)) => {
                let fields = causes(&answer);
                let alike = |named: &String| same_place(named, field) || same_place(field, named) || CALLED.contains(&(field, named));
                let named = fields.is_empty() || fields.iter().any(alike);
                if named { Ok(()) } else { Err(format!("the server names {}", fields.join(", "))) }
            }
            (Some(_), Ok(_)) => Err("the server takes it".into()),
            (None, Err(answer)) => Err(format!("the server refuses it: {answer}")),
            (None, Ok(now)) => {
                let content = |object: &serde_json::Value| {
                    let mut content = object.clone();
                    let metadata = content["metadata"].as_object_mut().expect("metadata");
                    metadata.retain(|key, _| matches!(key.as_str(), "labels" | "annotations"));
                    content
                };
                // Of a signing request the server keeps what was, without a word; `kdsl diff` notes that.
                let same = content(&now) == content(&made) && pair.old["kind"] != "CertificateSigningRequest";
                let rolls = now["spec"]["template"] != made["spec"]["template"];
                match pair.head.as_str() {
                    "unchanged" if !same => Err("the server writes a change".into()),
                    "rolls-pods" if !rolls => Err("the server keeps the template".into()),
                    head if head != "unchanged" && same => Err("the server writes no change".into()),
                    _ => Ok(()),
                }
            }
        }
    }

    /// Applies an object; one whose kind was defined a moment ago, as soon as the server serves it.
    fn apply_once_served(&self, object: &Object, how: &str) -> Result<(), String> {
        once_served(|| self.apply(object, how))
    }

    /// What the server says to the creation of an object of a defined kind.
    fn judge_foreign(&self, text: &str) -> Result<(), String> {
        let Some(Manifest::Custom(custom)) = manifests(text).pop() else { panic!("this is no object of another project's kind:\n{text}") };
        let mut body = String::new();
        emit::write_json(&custom.root, &mut body, false);
        let path = format!("{}?dryRun=All&fieldValidation=Strict", foreign_collection(&custom));
        once_served(|| self.send("POST", &path, &body).map(drop))
    }

    /// A namespace must be there before what stands in it can be judged.
    fn make_room(&self, object: &Object) {
        for namespace in [object.namespace, (object.kind.kind == "Namespace").then_some(object.name)].into_iter().flatten() {
            self.make_namespace(&namespace).expect("a namespace can be made");
        }
    }

    fn make_namespace(&self, name: &str) -> Result<(), String> {
        let path = format!("/api/v1/namespaces/{name}?fieldManager=kdsl&force=true");
        let body = format!(r#"{{"apiVersion":"v1","kind":"Namespace","metadata":{{"name":"{name}"}}}}"#);
        self.send("PATCH", &path, &body).map(drop)
    }

    /// Whether the server judges an example as it says of itself.
    fn confirms(&self, example: &Example) -> Result<(), String> {
        let answers = self.create(&example.text)?;
        let refused: Vec<&String> = answers.iter().filter_map(|answer| answer.as_ref().err()).collect();
        match (&example.shows, refused.first()) {
            (Shows::Passes | Shows::Warns { .. }, None) => Ok(()),
            (Shows::Passes | Shows::Warns { .. }, Some(answer)) => Err(format!("the server refuses it: {answer}")),
            (Shows::Fails { .. }, None) => Err("the server accepts it".into()),
            (Shows::Fails { at }, Some(answer)) => {
                let fields = causes(answer);
                let named = fields.is_empty() || fields.iter().any(|field| same_place(field, at));
                if named { Ok(()) } else { Err(format!("the server names {}, not {at}", fields.join(", "))) }
            }
        }
    }

    /// What the server says to the creation of each object of a text.
    fn create(&self, text: &str) -> Result<Vec<Result<(), String>>, String> {
        let manifests = manifests(text);
        let natives = manifests.iter().filter_map(|m| if let Manifest::Native(object) = m { Some(object) } else { None });
        Ok(natives
            .map(|object| {
                if let Some(namespace) = object.namespace {
                    // A name that is none is part of what the example shows.
                    let _ = self.make_namespace(&namespace);
                }
                let mut body = String::new();
                emit::write_json(&object.node(), &mut body, false);
                let path = format!("{}?dryRun=All&fieldValidation=Strict", server::collection(object));
                match self.send("POST", &path, &body).map(drop) {
                    // A namespace that an earlier example made room with, the one level that the server makes itself: it was judged
                    // before its name was looked up.
                    Err(answer) if answer.starts_with("409") && is_made_before(&object.kind.kind) => Ok(()),
                    answer => answer,
                }
            })
            .collect())
    }
}

/// Whether objects of a kind may be there already when an example is sent.
fn is_made_before(kind: &str) -> bool {
    matches!(kind, "Namespace" | "PriorityLevelConfiguration")
}

/// Fields that the server calls by another name when it refuses to change them.
const CALLED: &[(&str, &str)] = &[("spec.clusterIP", "spec.clusterIPs[0]"), ("spec.attachRequired", "spec.attachedRequired")];

/// What the server calls otherwise when it refuses a value.
const WRITTEN: &[(&str, &str)] = &[("metadata.taints", "spec.taints"), (".persistentDisk.", ".gcePersistentDisk.")];

/// Where the API has the objects of a kind of `definitions`.
fn foreign_collection(custom: &Custom) -> String {
    let plural = format!("{}s", custom.kind.to_lowercase()).replace("classs", "classes");
    let place = if matches!(custom.kind.as_str(), "GatewayClass" | "ClusterIssuer") { "" } else { "namespaces/default/" };
    format!("/apis/{}/{place}{plural}", custom.api_version)
}

/// Asks again while the server does not know the path yet.
fn once_served<T>(ask: impl Fn() -> Result<T, String>) -> Result<T, String> {
    for _ in 0..100 {
        match ask() {
            // A kind that is not served is told by a page that knows no path; an object by a status of its own.
            Err(answer) if answer.starts_with("404") => std::thread::sleep(std::time::Duration::from_millis(100)),
            answer => return answer,
        }
    }
    ask()
}

/// Whether the server's path is that of an example. Here and there it leaves steps out, writes a field in its own way, or stops at the
/// structure around it.
fn same_place(server: &str, example: &str) -> bool {
    let steps = |path: &str| -> Vec<String> {
        let plain: Vec<&str> = path.split('[').map(|part| part.split_once(']').map_or(part, |(_, rest)| rest)).collect();
        plain.concat().to_lowercase().split('.').map(str::to_string).collect()
    };
    let server = WRITTEN.iter().fold(server.to_string(), |path, (theirs, ours)| match example.contains(ours) && !path.contains(ours) {
        true => path.replace(theirs, ours),
        false => path,
    });
    let (theirs, ours) = (steps(&server), steps(example));
    let mut rest = ours.iter();
    // Of a list of namespaces it names one.
    let within = theirs.iter().all(|step| rest.any(|own| own == step || own.strip_suffix('s') == Some(step)));
    // What a StatefulSet claims is a volume of its pods to the server.
    let claimed = example.starts_with("spec.volumeClaimTemplates[") && server.starts_with("spec.template.spec.volumes[");
    server == example || within || claimed
}

/// The fields that a refusal names.
fn causes(answer: &str) -> Vec<String> {
    let body = answer.find('{').map(|at| &answer[at..]).unwrap_or_default();
    let mut values = serde_json::Deserializer::from_str(body).into_iter::<serde_json::Value>();
    let Some(Ok(status)) = values.next() else { return Vec::new() };
    let causes = status["details"]["causes"].as_array().cloned().unwrap_or_default();
    causes.iter().filter_map(|cause| cause["field"].as_str().map(str::to_string)).collect()
}

/// Every program under `examples/` and `tests/targets/`, as its folder and its name there.
fn programs() -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    for folder in ["examples", "tests/targets"] {
        let folder = root().join(folder);
        let mut names: Vec<String> = std::fs::read_dir(&folder)
            .expect("the folder is there")
            .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
            .filter(|name| name.ends_with(".kdsl"))
            .collect();
        names.sort();
        found.extend(names.into_iter().map(|name| (folder.clone(), name)));
    }
    found
}

/// Every combination of the finite params of a program.
fn environments(folder: &Path, file: &str) -> Vec<Vec<Given>> {
    let titles = driver::combinations(&FolderWorld::new(folder), file);
    let one = |(name, value): &(String, String)| Given {
        name: name.clone(),
        value: GivenValue::Text(value.clone()),
        origin: format!("-p {name}={value}"),
    };
    titles.iter().map(|set| set.iter().map(one).collect()).collect()
}

fn build(folder: &Path, file: &str, given: &[Given]) -> Vec<Object> {
    let options = Options { given: given.to_vec(), ..Options::default() };
    let outcome = driver::build(&FolderWorld::new(folder), file, &options);
    let errors: Vec<&String> = outcome.diagnostics.iter().filter(|d| d.is_error()).map(|d| &d.message).collect();
    assert!(errors.is_empty(), "{file} does not build: {errors:?}");
    outcome.objects
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}
