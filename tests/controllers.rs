//! What becomes of objects in a cluster with controllers and a scheduler: kdsl's verdicts on quotas, limits, levels of security, nodes and
//! custom resources are those of the cluster.
//!
//! The API server takes a Deployment whose pods nothing would admit; the pods are refused one by one, later. So each case here is built
//! twice: whole, to hear what kdsl says, and as a namespace and a workload that do not know of each other, to see what the cluster does.
//! Runs only when asked, and needs Go: `cargo test --test controllers -- --ignored`.
#![allow(clippy::disallowed_methods, reason = "tests read files")]

use kdsl::driver::{self, Options, Outcome, VetOptions};
use kdsl::world::MemWorld;
use serde_json::Value;
use std::time::{Duration, Instant};

#[path = "support/server.rs"]
mod server;
use server::{APPLY, Server};

/// A workload in a namespace with a frame.
struct Case {
    name: &'static str,
    frame: &'static str,
    workload: &'static str,
    /// What kdsl says, and what the cluster says of the pods; nothing where both admit them.
    verdicts: Option<(&'static str, &'static str)>,
}

const FITTING: &str =
    r#"app web { image = "registry.example.com/web:1.0.0", user = 1000, replicas = 2, resources { cpu = 100m, memory = 64Mi } }"#;

const CASES: &[Case] = &[
    Case { name: "fits", frame: "quota { pods = 3, requests { cpu = 1, memory = 1Gi } }", workload: FITTING, verdicts: None },
    Case {
        name: "many-pods",
        frame: "quota { pods = 3 }",
        workload: r#"app web { image = "registry.example.com/web:1.0.0", user = 1000, replicas = 4 }"#,
        verdicts: Some(("4 pods are more than the quota of namespace `many-pods-", "exceeded quota")),
    },
    Case {
        name: "much-cpu",
        frame: "quota { requests { cpu = 1 } }",
        workload: r#"app web { image = "registry.example.com/web:1.0.0", user = 1000, replicas = 3, resources { cpu = 400m } }"#,
        verdicts: Some(("3 pods request 1200m of cpu", "exceeded quota")),
    },
    Case {
        name: "unsaid",
        frame: "quota { requests { cpu = 1 } }",
        workload: r#"app web { image = "registry.example.com/web:1.0.0", user = 1000, resources { memory = 64Mi } }"#,
        verdicts: Some(("container `web` has no cpu request", "must specify requests.cpu")),
    },
    Case {
        name: "said-by-default",
        frame: "quota { requests { cpu = 1 } }, limits { defaultRequest { cpu = 100m } }",
        workload: r#"app web { image = "registry.example.com/web:1.0.0", user = 1000, replicas = 2 }"#,
        verdicts: None,
    },
    Case {
        name: "too-large",
        frame: "limits { max { memory = 1Gi } }",
        workload: r#"app web { image = "registry.example.com/web:1.0.0", user = 1000, resources { memory = 2Gi } }"#,
        verdicts: Some(("may take 2Gi of memory, and namespace `too-large-", "maximum memory usage per Container is 1Gi")),
    },
    Case {
        name: "too-small",
        frame: "limits { min { cpu = 50m } }",
        workload: r#"app web { image = "registry.example.com/web:1.0.0", user = 1000, resources { cpu = 10m } }"#,
        verdicts: Some(("requests 10m of cpu, and namespace `too-small-", "minimum cpu usage per Container is 50m")),
    },
    Case {
        name: "too-wide",
        frame: "limits { ratio { memory = 2 } }",
        workload: r#"app web { image = "registry.example.com/web:1.0.0", user = 1000, resources { memory = 64Mi..256Mi } }"#,
        verdicts: Some(("allows a limit of 2 requests", "memory max limit to request ratio per Container is 2")),
    },
    Case {
        name: "above-default",
        frame: "limits { default { memory = 128Mi } }",
        workload: r#"app web { image = "registry.example.com/web:1.0.0", user = 1000, resources { memory = 256Mi.. } }"#,
        verdicts: Some(("more than the limit of 128Mi", "must be less than or equal to memory limit")),
    },
    Case {
        name: "tight",
        frame: "",
        workload: r#"app web { image = "registry.example.com/web:1.0.0", security = "baseline" }"#,
        verdicts: Some(("admits pods of the level `restricted`", "violates PodSecurity")),
    },
    Case {
        name: "loose",
        frame: "podSecurity = \"baseline\"",
        workload: r#"app web { image = "registry.example.com/web:1.0.0", security = "baseline", replicas = 2 }"#,
        verdicts: None,
    },
];

#[test]
#[ignore = "starts a real cluster: cargo test --test controllers -- --ignored"]
fn pods_are_refused_where_kdsl_says_so() {
    let Some(server) = Server::start(&["--full"]) else { return };
    for case in CASES {
        apply(&server, &case.alone());
    }
    CASES.iter().for_each(|case| case.settle(&server));
    for case in CASES {
        apply(&server, &case.stranger());
    }
    let mut wrong = Vec::new();
    for case in CASES {
        let said = case.said();
        let seen = case.seen(&server);
        match case.verdicts {
            None if said.is_empty() && seen.is_none() => {}
            Some((ours, theirs)) if said.contains(ours) && seen.as_ref().is_some_and(|s| s.contains(theirs)) => {}
            expected => wrong.push(format!("{}: expected {expected:?}\n  kdsl: {said}\n  cluster: {seen:?}", case.name)),
        }
    }
    CASES.iter().for_each(|case| remove(&server, &fresh(case.name)));
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

impl Case {
    /// All that is wrong with the workload in its namespace.
    fn said(&self) -> String {
        let build = compile(&format!("namespace {} {{ {}\n{} }}", fresh(self.name), self.frame, self.workload));
        if build.has_errors() { messages(&build) } else { String::new() }
    }

    /// The namespace without its workload.
    fn alone(&self) -> String {
        format!("namespace {} {{ {} }}", fresh(self.name), self.frame)
    }

    /// The workload, of whose namespace nothing is known.
    fn stranger(&self) -> String {
        format!("namespace {} {{ external = true\n{} }}", fresh(self.name), self.workload)
    }

    /// Waits until the cluster has counted what its quota counts.
    fn settle(&self, server: &Server) {
        let path = format!("/api/v1/namespaces/{}/resourcequotas", fresh(self.name));
        let counted = || get(server, &path)["items"].as_array()?.iter().all(|quota| quota["status"]["used"].is_object()).then_some(());
        eventually(counted).unwrap_or_else(|| panic!("{}: the quota is not counted", self.name));
    }

    /// Why the cluster refuses pods; `None` where all of them are there.
    fn seen(&self, server: &Server) -> Option<String> {
        let path = format!("/apis/apps/v1/namespaces/{}/deployments/web", fresh(self.name));
        eventually(|| {
            let deployment = get(server, &path);
            let failure = condition(&deployment, "ReplicaFailure").map(|c| c["message"].as_str().unwrap_or("").to_string());
            let all = deployment["status"]["replicas"] == deployment["spec"]["replicas"];
            if failure.is_some() { Some(failure) } else { all.then_some(None) }
        })
        .unwrap_or_else(|| panic!("{}: neither all pods nor a reason came", fresh(self.name)))
    }
}

const NODES: &str = r#"
node small { labels { gpu = "true", disk = "ssd", "kubernetes.io/hostname" = "small" } }
node large { labels { disk = "ssd", "kubernetes.io/hostname" = "large" }, taint node-type { value = "production", effect = "NoSchedule" } }
node closed { labels { gpu = "true" }, cordoned = true }
"#;

/// Apps, and where kdsl's fields say that their pods go. `None` is a pod that stays without a node.
const PLACES: &[(&str, &[Option<&str>])] = &[
    ("gpu", &[Some("small"), Some("small")]),
    ("production", &[Some("large")]),
    ("plain", &[Some("small")]),
    ("nowhere", &[None]),
    ("beside", &[Some("large")]),
    ("apart", &[Some("large"), Some("small")]),
    ("bound", &[None, Some("small")]),
];

const APPS: &str = r#"
namespace PLACES {
  podSecurity = "privileged"
  app gpu        { image = "a:1", user = 1, replicas = 2, affinity { node gpu = ["true"] } }
  app production { image = "a:1", user = 1, nodes { disk = "ssd" }, affinity { node gpu { exists = false } }, tolerate node-type = "production" }
  app plain      { image = "a:1", user = 1, replicas = 1 }
  app nowhere    { image = "a:1", user = 1, affinity { node gpu = ["maybe"] } }
  app beside     { image = "a:1", user = 1, affinity { near it = app.production }, tolerate node-type { effect = "NoSchedule" } }
  app apart      { image = "a:1", user = 1, replicas = 2, affinity { apart it = app.apart }, tolerate node-type { } }
  app bound      { image = "a:1", security = "privileged", replicas = 2, port http { number = 8080, host = 8080 } }
}
"#;

#[test]
#[ignore = "starts a real cluster: cargo test --test controllers -- --ignored"]
fn pods_land_where_kdsl_says_so() {
    let Some(server) = Server::start(&["--full"]) else { return };
    apply(&server, NODES);
    for name in ["small", "large", "closed"] {
        // What a kubelet would report.
        let status = r#"{"allocatable":{"cpu":"8","memory":"16Gi","pods":"100"},"capacity":{"cpu":"8","memory":"16Gi","pods":"100"},"conditions":[{"type":"Ready","status":"True"}]}"#;
        let body = format!(r#"{{"apiVersion":"v1","kind":"Node","metadata":{{"name":"{name}"}},"status":{status}}}"#);
        server.send("PATCH", &format!("/api/v1/nodes/{name}/status?fieldManager=kubelet&force=true"), &body).expect("a node can report");
    }
    // The second pod of `bound` has no node left, which kdsl said.
    let namespace = fresh("places");
    let apps = APPS.replace("PLACES", &namespace);
    let warned = messages(&compile(&apps));
    assert!(warned.contains("2 replicas need 2 nodes"), "{warned}");
    apply(&server, &apps);

    let mut wrong = Vec::new();
    for (app, expected) in PLACES {
        let path = format!("/api/v1/namespaces/{namespace}/pods?labelSelector=app.kubernetes.io/name={app}");
        let mut last = Vec::new();
        let agreed = eventually(|| {
            last = places(&get(&server, &path));
            (last.iter().map(Option::as_deref).collect::<Vec<_>>() == *expected).then_some(())
        });
        if agreed.is_none() {
            wrong.push(format!("{app}: expected {expected:?}, found {last:?}"));
        }
    }
    remove(&server, &namespace);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

const WEBSITE: &str = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/websites.extensions.example.com";

/// Specs of Websites, and the field that both name; nothing where both accept.
const WEBSITES: &[(&str, Option<&str>)] = &[
    ("{gitRepo: 'https://github.com/luksa/kubia-website-example.git'}", None),
    ("{gitRepo: 'http://github.com/luksa/kubia-website-example.git'}", Some("spec.gitRepo")),
    ("{gitRepo: 5}", Some("spec.gitRepo")),
    ("{}", Some("spec.gitRepo")),
    ("{gitRepo: 'https://a', branch: main}", Some("spec.branch")),
];

#[test]
#[ignore = "starts a real cluster: cargo test --test controllers -- --ignored"]
fn instances_get_one_verdict_from_their_definition() {
    let Some(server) = Server::start(&["--full"]) else { return };
    let example = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/examples/extension.kdsl")).expect("the example is there");
    let built = compile(&example).objects;
    let definition = built.iter().find(|o| o.kind.kind == "CustomResourceDefinition").expect("the example defines a resource");
    server.apply(definition, APPLY).expect("the definition is accepted");
    eventually(|| condition(&get(&server, WEBSITE), "Established").filter(|c| c["status"] == "True").map(drop)).expect("it is established");

    let mut wrong = Vec::new();
    for (spec, expected) in WEBSITES {
        let instance = format!("apiVersion: extensions.example.com/v1\nkind: Website\nmetadata:\n  name: kubia\nspec: {spec}\n");
        let path = "/apis/extensions.example.com/v1/namespaces/default/websites/kubia";
        let seen = eventually(|| {
            let answer = server.send("PATCH", &format!("{path}?dryRun=All&fieldManager=kdsl&fieldValidation=Strict"), &instance);
            // The path is served some moments after the definition is established.
            (!answer.as_ref().is_err_and(|a| a.starts_with("404"))).then_some(answer.err())
        });
        let said = vetted(&format!("{}---\n{instance}", server::yaml(definition)));
        let names = |text: &str| expected.is_some_and(|field| text.contains(field));
        let agreed = match &seen {
            Some(None) => expected.is_none() && said.is_empty(),
            Some(Some(answer)) => names(answer) && names(&said),
            None => false,
        };
        if !agreed {
            wrong.push(format!("{spec}: expected {expected:?}\n  kdsl: {said}\n  cluster: {seen:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What `kdsl vet` finds wrong in a stream, with the paths.
fn vetted(stream: &str) -> String {
    let inputs = vec![("stream.yaml".to_string(), stream.to_string())];
    let found = driver::vet(&MemWorld::new(), inputs, &VetOptions::default(), &|_, _| {});
    let errors = found.diagnostics.iter().filter(|d| d.is_error());
    errors.map(|d| format!("{} {:?}", d.message, d.path)).collect::<Vec<_>>().join("; ")
}

/// The node of each pod that the scheduler has seen, in order.
fn places(pods: &Value) -> Vec<Option<String>> {
    let seen = |pod: &&Value| condition(pod, "PodScheduled").is_some();
    let node = |pod: &Value| pod["spec"]["nodeName"].as_str().map(str::to_string);
    let mut found: Vec<_> = pods["items"].as_array().into_iter().flatten().filter(seen).map(node).collect();
    found.sort();
    found
}

fn condition<'a>(object: &'a Value, name: &str) -> Option<&'a Value> {
    object["status"]["conditions"].as_array()?.iter().find(|c| c["type"] == name)
}

/// A name that no earlier run has used.
fn fresh(name: &str) -> String {
    format!("{name}-{}", std::process::id())
}

/// What the server has at a path.
fn get(server: &Server, path: &str) -> Value {
    let text = server.send("GET", path, "").unwrap_or_else(|answer| panic!("{path}: {answer}"));
    serde_json::from_str(&text).expect("the server answers in JSON")
}

/// Takes a namespace away, with pods that are bound to a node: no kubelet would ever say that they have stopped.
fn remove(server: &Server, namespace: &str) {
    drop(server.send("DELETE", &format!("/api/v1/namespaces/{namespace}"), ""));
    drop(server.send("DELETE", &format!("/api/v1/namespaces/{namespace}/pods?gracePeriodSeconds=0"), ""));
}

/// What `look` finds within half a minute.
fn eventually<T>(mut look: impl FnMut() -> Option<T>) -> Option<T> {
    let end = Instant::now() + Duration::from_secs(30);
    loop {
        if let Some(found) = look() {
            return Some(found);
        }
        if Instant::now() > end {
            return None;
        }
        std::thread::sleep(Duration::from_millis(200));
    }
}

fn compile(program: &str) -> Outcome {
    driver::build(&MemWorld::new().with("case.kdsl", program), "case.kdsl", &Options::default())
}

/// All that kdsl says.
fn messages(outcome: &Outcome) -> String {
    outcome.diagnostics.iter().map(|d| d.message.as_str()).collect::<Vec<_>>().join("; ")
}

fn apply(server: &Server, program: &str) {
    let build = compile(program);
    assert!(!build.has_errors(), "{program}\n{}", messages(&build));
    for object in &build.objects {
        server.apply(object, APPLY).unwrap_or_else(|answer| panic!("{}: {answer}", object.title()));
    }
}
