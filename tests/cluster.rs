//! Everything in `examples/`, for every combination of its finite params, against a real kube-apiserver: server-side apply with dry run
//! and strict field validation.
//!
//! Needs Go and a few minutes for the first build, so it runs only when asked: `cargo test --test cluster -- --ignored`. Without Go it
//! says that it skips.
#![allow(clippy::disallowed_methods, reason = "tests read files")]

use kdsl::driver::{self, Options};
use kdsl::emit;
use kdsl::object::Object;
use kdsl::params::{Given, GivenValue};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

#[path = "support/examples.rs"]
mod examples;
#[path = "support/random.rs"]
mod random;
mod support;

use examples::{Example, Shows};
use kdsl::diag::Sink;
use kdsl::manifest::Manifest;
use kdsl::source::{FileDb, SourceKind};
use kdsl::world::MemWorld;
use support::FolderWorld;

#[test]
#[ignore = "starts a real API server: cargo test --test cluster -- --ignored"]
fn the_api_server_accepts_every_example() {
    let Some(server) = Server::start() else { return };
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
                if let Err(answer) = server.apply(object) {
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
    let Some(server) = Server::start() else { return };
    let url = format!("{}/api/v1/namespaces/default/configmaps/x", server.address);
    let body = r#"{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"x"},"dta":{}}"#;
    let answer = server.send("PATCH", &format!("{url}?{DRY}"), body);
    assert!(answer.is_err_and(|a| a.contains("dta")), "an unknown field must be refused");
}

/// What random programs make, the server accepts; whatever it refuses is a rule that the library lacks.
#[test]
#[ignore = "starts a real API server: cargo test --test cluster -- --ignored"]
fn the_api_server_accepts_what_random_programs_make() {
    let Some(server) = Server::start() else { return };
    let (mut built, mut judged, mut refused) = (0, 0, Vec::new());
    for number in 0..RANDOM_PROGRAMS {
        let program = random::program(number);
        let world = MemWorld::new().with("random.kdsl", program.as_str());
        let outcome = driver::build(&world, "random.kdsl", &Options::default());
        built += usize::from(!outcome.objects.is_empty());
        for object in &outcome.objects {
            server.make_room(object);
            judged += 1;
            if let Err(answer) = server.apply(object) {
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
    let Some(server) = Server::start() else { return };
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

const DRY: &str = "dryRun=All&fieldManager=kdsl&fieldValidation=Strict&force=true";

struct Server {
    address: String,
    state: PathBuf,
}

impl Server {
    /// `None`, with a word about it, where there is no Go to build it.
    fn start() -> Option<Server> {
        if Command::new("go").arg("version").output().is_err() {
            println!("skipped: building kube-apiserver needs Go, which is not on this machine");
            return None;
        }
        let up = Command::new(root().join("tests/cluster/up")).output().expect("tests/cluster/up runs");
        let text = String::from_utf8_lossy(&up.stdout).trim().to_string();
        assert!(up.status.success(), "tests/cluster/up failed:\n{}", String::from_utf8_lossy(&up.stderr));
        let config = std::fs::read_to_string(&text).expect("the kubeconfig is there");
        let address = config.split("server:").nth(1).and_then(|s| s.split(['\n', ',', '}']).next()).expect("a server's address");
        let state = Path::new(&text).parent().expect("its folder").to_path_buf();
        Some(Server { address: address.trim().trim_matches('"').to_string(), state })
    }

    /// A namespace must be there before what stands in it can be judged.
    fn make_room(&self, object: &Object) {
        for namespace in [object.namespace, (object.kind.kind == "Namespace").then_some(object.name)].into_iter().flatten() {
            self.make_namespace(&namespace).expect("a namespace can be made");
        }
    }

    fn make_namespace(&self, name: &str) -> Result<(), String> {
        let url = format!("{}/api/v1/namespaces/{name}?fieldManager=kdsl&force=true", self.address);
        let body = format!(r#"{{"apiVersion":"v1","kind":"Namespace","metadata":{{"name":"{name}"}}}}"#);
        self.send("PATCH", &url, &body)
    }

    fn apply(&self, object: &Object) -> Result<(), String> {
        let url = format!("{}/{}?{DRY}", self.collection(object), object.name);
        let mut body = String::new();
        emit::write_yaml(&object.node(), &mut body);
        self.send("PATCH", &url, &body)
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
        let (files, sink) = (FileDb::new(), Sink::new());
        let source = files.add("example.yaml", text, SourceKind::User).map_err(|_| "too large")?;
        let mut manifests = Vec::new();
        for document in kdsl::yaml::read(&source) {
            let root = document.root.ok_or("it is no YAML")?;
            kdsl::manifest::objects(&root, &sink, &mut manifests);
        }
        let natives = manifests.iter().filter_map(|m| if let Manifest::Native(object) = m { Some(object) } else { None });
        Ok(natives
            .map(|object| {
                if let Some(namespace) = object.namespace {
                    // A name that is none is part of what the example shows.
                    let _ = self.make_namespace(&namespace);
                }
                let mut body = String::new();
                emit::write_json(&object.node(), &mut body, false);
                let url = format!("{}?dryRun=All&fieldValidation=Strict", self.collection(object));
                match self.send_as("POST", &url, &body, "application/json") {
                    // A namespace that an earlier example made room with: it was judged before its name was looked up.
                    Err(answer) if answer.starts_with("409") && object.kind.kind == "Namespace" => Ok(()),
                    answer => answer,
                }
            })
            .collect())
    }

    fn collection(&self, object: &Object) -> String {
        let kind = object.kind;
        let group = if kind.group.is_empty() { "api".to_string() } else { format!("apis/{}", kind.group) };
        let place = match (kind.namespaced, object.namespace) {
            (true, namespace) => format!("namespaces/{}/", namespace.map_or("default", |n| n.as_str())),
            (false, _) => String::new(),
        };
        format!("{}/{group}/{}/{place}{}", self.address, kind.version, kind.plural)
    }

    fn send(&self, method: &str, url: &str, body: &str) -> Result<(), String> {
        self.send_as(method, url, body, "application/apply-patch+yaml")
    }

    fn send_as(&self, method: &str, url: &str, body: &str, content: &str) -> Result<(), String> {
        let token = std::fs::read_to_string(self.state.join("token")).expect("the token is there");
        // The body goes through a pipe: an argument has its limits.
        let mut curl = Command::new("curl")
            .args(["-sS", "-X", method, "--cacert"])
            .arg(self.state.join("certs/apiserver.crt"))
            .args(["-H", &format!("Authorization: Bearer {}", token.trim()), "-H", &format!("Content-Type: {content}")])
            .args(["-w", "\n%{http_code}", "--data-binary", "@-", url])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("curl runs");
        curl.stdin.take().expect("its input").write_all(body.as_bytes()).expect("curl reads");
        let output = curl.wait_with_output().expect("curl ends");
        let answer = String::from_utf8_lossy(&output.stdout);
        let (text, code) = answer.trim().rsplit_once('\n').unwrap_or(("", &answer));
        match code {
            "200" | "201" => Ok(()),
            _ => Err(format!("{code} {text} {}", String::from_utf8_lossy(&output.stderr))),
        }
    }
}

/// Whether the server's path is that of an example. Here and there it leaves steps out, writes a field in its own way, or stops at the
/// structure around it.
fn same_place(server: &str, example: &str) -> bool {
    let steps = |path: &str| -> Vec<String> {
        let plain: Vec<&str> = path.split('[').map(|part| part.split_once(']').map_or(part, |(_, rest)| rest)).collect();
        plain.concat().to_lowercase().split('.').map(str::to_string).collect()
    };
    let (theirs, ours) = (steps(server), steps(example));
    let mut rest = ours.iter();
    let within = theirs.iter().all(|step| rest.any(|own| own == step));
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
