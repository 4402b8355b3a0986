//! The command as a user meets it: the built binary, in folders of its own.
#![cfg(unix)]
#![allow(clippy::disallowed_methods, reason = "tests read files")]

use std::fs;
use std::io::Write;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use tempfile::TempDir;

const APP: &str = "namespace shop { app web { image = \"nginx:1.27.0\", user = 101, port http = 8080, expose http = 80, readiness { http = \"/\" }, resources { cpu = 100m, memory = 64Mi } } }\n";
const PARAMS: &str = "param env: \"dev\" | \"prod\" = \"dev\"\nparam n: Int = 1\nConfigMap c { data { ENV = env, COUNT = \"${n}\" } }\n";

/// A folder with files, in which the command runs.
struct Dir(TempDir);

struct Run {
    code: i32,
    out: String,
    err: String,
}

impl Dir {
    fn with(files: &[(&str, &str)]) -> Dir {
        let dir = Dir(tempfile::tempdir().expect("a temporary folder"));
        files.iter().for_each(|(name, text)| dir.write(name, text));
        dir
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn write(&self, name: &str, text: impl AsRef<[u8]>) {
        let path = self.path().join(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder is made");
        fs::write(path, text).expect("a file is written");
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path().join(name)).unwrap_or_else(|e| panic!("{name}: {e}"))
    }

    /// All files below a folder, sorted.
    fn list(&self, folder: &str) -> Vec<String> {
        fn walk(root: &Path, at: &Path, out: &mut Vec<String>) {
            for entry in fs::read_dir(at).into_iter().flatten().flatten() {
                match entry.path() {
                    path if path.is_dir() => walk(root, &path, out),
                    path => out.push(path.strip_prefix(root).expect("below").display().to_string()),
                }
            }
        }
        let (root, mut out) = (self.path().join(folder), Vec::new());
        walk(&root, &root, &mut out);
        out.sort();
        out
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_kdsl"));
        command.args(args).current_dir(self.path()).env_remove("NO_COLOR").stdin(Stdio::null());
        command
    }

    fn run(&self, args: &[&str]) -> Run {
        Run::of(self.command(args).output().expect("the command runs"))
    }

    fn run_with_input(&self, args: &[&str], input: &str) -> Run {
        let mut child =
            self.command(args).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the command runs");
        // A command that refuses its arguments may end before it reads anything.
        match child.stdin.take().expect("a pipe").write_all(input.as_bytes()) {
            Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => panic!("it reads its input: {error}"),
            _ => {}
        }
        Run::of(child.wait_with_output().expect("it ends"))
    }
}

impl Run {
    fn of(output: Output) -> Run {
        let text = |bytes| String::from_utf8(bytes).expect("the output is UTF-8");
        Run { code: output.status.code().expect("no signal ends it"), out: text(output.stdout), err: text(output.stderr) }
    }

    #[track_caller]
    fn code(self, code: i32) -> Run {
        assert_eq!(self.code, code, "\n--- out\n{}\n--- err\n{}", self.out, self.err);
        self
    }

    #[track_caller]
    fn says(self, words: &[&str]) -> Run {
        for word in words {
            assert!(self.err.contains(word), "`{word}` is missing in\n{}", self.err);
        }
        self
    }

    /// Nothing on standard output.
    #[track_caller]
    fn silent(self) -> Run {
        assert_eq!(self.out, "");
        self
    }
}

#[test]
fn build_prints_objects_and_nothing_else() {
    let dir = Dir::with(&[("web.kdsl", APP)]);
    let run = dir.run(&["build", "web.kdsl"]).code(0);
    assert!(run.out.starts_with("apiVersion: v1\nkind: Namespace\n"), "{}", run.out);
    assert_eq!(run.err, "");
    let json = dir.run(&["build", "web.kdsl", "--format", "json"]).code(0).out;
    let list: serde_json::Value = serde_json::from_str(&json).expect("JSON");
    assert_eq!((&list["kind"], &list["items"][0]["kind"]), (&"List".into(), &"Namespace".into()));
}

#[test]
fn standard_input_is_a_file_too() {
    let dir = Dir::with(&[("part.kdsl", APP)]);
    let run = dir.run_with_input(&["build", "-"], "base \"./part.kdsl\"\nextend app web { replicas = 7 }\n").code(0);
    assert!(run.out.contains("replicas: 7"));
    dir.run_with_input(&["build", "-"], "app web { }\n").code(1).silent().says(&["<stdin>:1:5", "missing-field"]);
    dir.run_with_input(&["check", "-", "-"], "").code(2).says(&["only once"]);
}

#[test]
fn errors_print_no_objects_in_any_style() {
    let dir = Dir::with(&[("bad.kdsl", "app web { image = \"nginx:1.27.0\", replica = 3 }\n")]);
    dir.run(&["build", "bad.kdsl"]).code(1).silent().says(&["unknown-field", "bad.kdsl:1:35", "replicas", "1 error"]);
    dir.run(&["build", "bad.kdsl", "--diagnostics", "concise"]).code(1).silent().says(&["bad.kdsl:1:35: error[unknown-field]: "]);
    dir.run(&["build", "bad.kdsl", "--diagnostics", "github"]).code(1).silent().says(&["::error file=bad.kdsl,line=1"]);
    let json = dir.run(&["build", "bad.kdsl", "--diagnostics", "json"]).code(1).silent().err;
    let first: serde_json::Value = serde_json::from_str(json.lines().next().expect("a line")).expect("JSON");
    assert_eq!(first["code"], "unknown-field");
    let sarif = dir.run(&["build", "bad.kdsl", "--diagnostics", "sarif"]).code(1).silent().err;
    let log: serde_json::Value = serde_json::from_str(&sarif).expect("one SARIF log");
    assert_eq!(log["runs"][0]["results"][0]["ruleId"], "unknown-field");
}

#[test]
fn params_come_from_arguments_and_files() {
    let dir = Dir::with(&[
        ("p.kdsl", PARAMS),
        ("a.yaml", "env: prod\nn: 2\n"),
        ("b.json", "{\"n\": 3}"),
        ("list.yaml", "- a\n"),
        ("bad.yaml", "a: [\n"),
    ]);
    let data = |args: &[&str]| dir.run(&[&["build", "p.kdsl"], args].concat()).code(0).out;
    assert!(data(&["-p", "env=prod"]).contains("ENV: prod"));
    assert!(data(&["--params", "a.yaml"]).contains("ENV: prod\n  COUNT: \"2\""));
    assert!(data(&["--params", "a.yaml", "--params", "b.json"]).contains("ENV: prod\n  COUNT: \"3\""));
    assert!(data(&["-p", "n=4", "--params", "a.yaml"]).contains("COUNT: \"4\""), "an argument wins over a file wherever it stands");
    let run = dir.run_with_input(&["build", "p.kdsl", "--params", "-"], "n: 5\n").code(0);
    assert!(run.out.contains("COUNT: \"5\""));

    let fails = |args: &[&str]| dir.run(&[&["build", "p.kdsl"], args].concat()).silent();
    fails(&["-p", "n=many"]).code(1).says(&["-p n=many", "p.kdsl:2:7", "Int"]);
    fails(&["-p", "env=prd"]).code(1).says(&["-p env=prd"]);
    fails(&["-p", "evn=prod"]).code(1).says(&["there is no param `evn`", "did you mean `env`?"]);
    fails(&["-p", "env"]).code(2).says(&["-p env=prod"]);
    fails(&["--params", "none.yaml"]).code(2).says(&["cannot read `none.yaml`", "no such file"]);
    fails(&["--params", "list.yaml"]).code(1).says(&["it is no map"]);
    fails(&["--params", "bad.yaml"]).code(1).says(&["cannot read values of params from `bad.yaml`"]);
}

#[test]
fn a_wrong_command_line_is_no_wrong_program() {
    let dir = Dir::with(&[]);
    dir.run(&[]).code(2).silent();
    dir.run(&["build"]).code(2).silent().says(&["<FILE>"]);
    dir.run(&["biuld", "x"]).code(2).silent().says(&["build"]);
    dir.run(&["build", "x.kdsl", "--fromat", "json"]).code(2).silent().says(&["--format"]);
    assert!(dir.run(&["--version"]).code(0).out.starts_with("kdsl "));
}

#[test]
fn files_that_cannot_be_read_are_told_with_what_to_do() {
    let dir = Dir::with(&[("shop.kdsl", APP), ("sub/a.kdsl", APP)]);
    dir.write("latin.kdsl", b"let a = \"\xe9\"\n");
    dir.write("large.kdsl", "");
    fs::File::options().write(true).open(dir.path().join("large.kdsl")).and_then(|f| f.set_len(65 << 20)).expect("a large file");
    let pipe = dir.path().join("pipe.kdsl");
    assert!(Command::new("mkfifo").arg(&pipe).status().expect("mkfifo runs").success());

    let build = |file: &str| dir.run(&["build", file]).silent();
    build("shpo.kdsl").code(2).says(&["cannot read `shpo.kdsl`: there is no such file", "did you mean `shop.kdsl`?"]);
    build("shop").code(2).says(&["did you mean `shop.kdsl`?"]);
    build("nothing/here.kdsl").code(2).says(&["there is no such file"]);
    build("sub").code(2).says(&["cannot read `sub`: it is a folder", "sub/a.kdsl"]);
    build("pipe.kdsl").code(2).says(&["it is not a regular file"]);
    build("/dev/zero").code(2).says(&["it is not a regular file"]);
    build("large.kdsl").code(2).says(&["larger than 64 MiB"]);
    build("latin.kdsl").code(1).says(&["it is not UTF-8 text (byte 9, on line 1)"]);
    dir.run(&["check", "shop.kdsl", "gone.kdsl"]).code(2).silent().says(&["gone.kdsl"]);
}

#[test]
fn what_a_shell_pipes_in_is_a_file_like_any() {
    let dir = Dir::with(&[("c.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: C}\n"), ("a.kdsl", APP)]);
    let shell = |line: &str| {
        let command = line.replace("kdsl", env!("CARGO_BIN_EXE_kdsl"));
        Run::of(Command::new("sh").args(["-c", &command]).current_dir(dir.path()).output().expect("a shell"))
    };
    shell("cat c.yaml | kdsl vet /dev/stdin").code(1).says(&["/dev/stdin:3:18", "object-name"]);
    shell("cat c.yaml | kdsl vet /dev/fd/3 3<&0").code(1).says(&["/dev/fd/3:3:18"]);
    shell("cat a.kdsl | kdsl build /dev/stdin").code(0);
}

#[test]
fn denied_warnings_fail() {
    let pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: c}\nspec: {containers: [{name: c, image: 'nginx:latest'}]}\n";
    let dir = Dir::with(&[("c.yaml", pod), ("good.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\n")]);
    dir.write("a.kdsl", "Pod c { spec { containers c { image = \"nginx:latest\" } } }\n");
    for (command, warned) in [("vet", "c.yaml"), ("check", "a.kdsl")] {
        dir.run(&[command, warned]).code(0).says(&["warning["]);
        dir.run(&[command, warned, "--deny-warnings"]).code(1).silent().says(&["warning[", "--deny-warnings is set"]);
    }
    dir.run(&["vet", "good.yaml", "--deny-warnings"]).code(0);
}

#[test]
fn what_a_file_names_stays_in_the_project() {
    let dir =
        Dir::with(&[("project/inner.kdsl", APP), ("secret.kdsl", "let a = 1\n"), ("project/sub/a.kdsl", "import \"../inner.kdsl\"\n")]);
    symlink(dir.path().join("secret.kdsl"), dir.path().join("project/link.kdsl")).expect("a link");
    symlink("loop.kdsl", dir.path().join("project/loop.kdsl")).expect("a link");
    assert!(Command::new("mkfifo").arg(dir.path().join("project/pipe")).status().expect("mkfifo runs").success());
    let mut number = 0;
    let mut import = |path: &str| {
        number += 1;
        let name = format!("project/m{number}.kdsl");
        dir.write(&name, format!("import \"{path}\"\n"));
        let run =
            Run::of(dir.command(&["build", &format!("m{number}.kdsl")]).current_dir(dir.path().join("project")).output().expect("it runs"));
        run.code(1).silent().says(&[&format!("m{number}.kdsl:1:8")])
    };
    import("../secret.kdsl").says(&["outside"]);
    import("/etc/passwd").says(&["outside"]);
    import("./link.kdsl").says(&["outside"]);
    import("./loop.kdsl").says(&["cannot read `loop.kdsl`"]);
    import("./pipe").says(&["not a regular file"]);
    import("./none.kdsl").says(&["no such file"]);
    // From the working directory above, the whole of it is the project.
    dir.run(&["build", "project/sub/a.kdsl"]).code(0);
    // Elsewhere, the file's own folder is, and messages name files as the user did.
    let other = Dir::with(&[]);
    let sub = dir.path().join("project/sub/a.kdsl").display().to_string();
    other.run(&["build", &sub]).code(1).says(&["outside", &format!("{sub}:1:8")]);
    // The file that the user names may be a link.
    symlink(dir.path().join("secret.kdsl"), other.path().join("mine.kdsl")).expect("a link");
    other.run(&["check", "mine.kdsl"]).code(0);
}

#[test]
fn an_output_folder_holds_what_was_built_last() {
    let dir = Dir::with(&[("web.kdsl", APP), ("less.kdsl", "app web { image = \"nginx:1.27.0\", user = 101 }\n")]);
    assert_eq!(dir.run(&["build", "web.kdsl", "-o", "out/deep"]).code(0).out, "wrote 4 files (4 changed, 0 removed)\n");
    let files =
        [".kdsl-files", "namespace-shop.yaml", "shop/deployment-web.yaml", "shop/poddisruptionbudget-web.yaml", "shop/service-web.yaml"];
    assert_eq!(dir.list("out/deep"), files);
    let stream: String = dir.run(&["build", "web.kdsl"]).code(0).out;
    for file in &files[1..] {
        assert!(stream.contains(&dir.read(&format!("out/deep/{file}"))), "{file} is what the stream has");
    }
    assert_eq!(dir.run(&["build", "web.kdsl", "-o", "out/deep"]).code(0).out, "wrote 4 files (0 changed, 0 removed)\n");
    dir.write("out/deep/shop/notes.txt", "mine");
    assert_eq!(dir.run(&["build", "less.kdsl", "-o", "out/deep"]).code(0).out, "wrote 2 files (2 changed, 4 removed)\n");
    assert_eq!(dir.list("out/deep"), [".kdsl-files", "deployment-web.yaml", "poddisruptionbudget-web.yaml", "shop/notes.txt"]);
    dir.run(&["build", "less.kdsl", "-o", "json", "--format", "json"]).code(0);
    assert!(dir.read("json/deployment-web.json").starts_with("{\n"));
}

#[test]
fn an_output_folder_keeps_what_is_not_ours() {
    let dir = Dir::with(&[("web.kdsl", APP), ("bad.kdsl", "app web { }\n"), ("file", "")]);
    dir.run(&["build", "bad.kdsl", "-o", "out"]).code(1).silent();
    assert!(!dir.path().join("out").exists(), "an error writes nothing");

    dir.write("out/shop/service-web.yaml", "mine\n");
    dir.run(&["build", "web.kdsl", "-o", "out"]).code(1).silent().says(&["out/shop/service-web.yaml", "kdsl did not write it"]);
    assert_eq!(dir.list("out"), ["shop/service-web.yaml"]);

    dir.write("evil/.kdsl-files", "../web.kdsl\n");
    dir.run(&["build", "web.kdsl", "-o", "evil"]).code(1).silent().says(&["lists `../web.kdsl`"]);
    assert_eq!(dir.read("web.kdsl"), APP);

    fs::create_dir_all(dir.path().join("linked")).expect("a folder");
    symlink(dir.path().join("out"), dir.path().join("linked/shop")).expect("a link");
    dir.run(&["build", "web.kdsl", "-o", "linked"]).code(1).silent().says(&["linked/shop"]);
    dir.run(&["build", "web.kdsl", "-o", "file"]).code(1).silent().says(&["`file`"]);
}

#[test]
fn check_tries_every_combination_of_all_files() {
    let guarded =
        "param env: \"dev\" | \"prod\" = \"dev\"\nlet n = if env == \"prod\" then [1][3] else 1\nConfigMap c { data { N = \"${n}\" } }\n";
    let dir = Dir::with(&[("p.kdsl", PARAMS), ("web.kdsl", APP), ("guarded.kdsl", guarded), ("top.kdsl", "base \"./guarded.kdsl\"\n")]);
    let run = dir.run(&["check", "p.kdsl", "web.kdsl"]).code(0);
    assert_eq!((run.out.as_str(), run.err.as_str()), ("checked 2 files, 3 combinations: no errors\n", ""));
    dir.run(&["build", "guarded.kdsl"]).code(0);
    dir.run(&["check", "web.kdsl", "guarded.kdsl"]).code(1).silent().says(&[
        "out-of-range",
        "guarded.kdsl:2:",
        "with env = prod",
        "1 error",
    ]);
    dir.run(&["check", "guarded.kdsl", "-p", "env=dev"]).code(0);
    // What two files have in common is told once.
    dir.run(&["check", "guarded.kdsl", "top.kdsl"]).code(1).says(&["1 error\n"]);
    let quiet = dir.run(&["check", "p.kdsl", "--diagnostics", "json"]).code(0);
    assert_eq!((quiet.out, quiet.err), (String::new(), String::new()));
}

#[test]
fn explain_knows_codes_kinds_fields_types_and_functions() {
    let dir = Dir::with(&[]);
    let page = |topic: &str, words: &[&str]| {
        let out = dir.run(&["explain", topic]).code(0).out;
        assert!(out.lines().all(|line| line.chars().count() <= 200), "{out}");
        words.iter().for_each(|word| assert!(out.contains(word), "{topic}: `{word}` is missing in\n{out}"));
    };
    page("unknown-field", &["unknown-field  error", "replica = 3", "replicas = 3"]);
    page("app", &["app  kind", "image: Image  (required)", "Exports", "host"]);
    page("app.rollout", &["maxSurge: IntOrPercent?", "Fields"]);
    page("app.rollout.maxSurge", &["IntOrPercent?", "How many pods more"]);
    page("app.port.number", &["Port", "required"]);
    page("app.pod.containers.image", &["String", "Container image name"]);
    page("Deployment", &["apps/v1", "kubectl  deploy", "spec: DeploymentSpec"]);
    page("Deployment.spec.strategy", &["DeploymentStrategy", "rollingUpdate"]);
    page(
        "Deployment.spec.template.spec.containers[\"web\"].ports",
        &["ContainerPort", "containerPort` and `protocol", "protocol: \"SCTP\" | \"TCP\" | \"UDP\" = \"TCP\""],
    );
    page("Container.imagePullPolicy", &["\"Always\", \"IfNotPresent\", \"Never\""]);
    page("PodSpec", &["io.k8s.api.core.v1.PodSpec", "containers: [Container]  (required)"]);
    page("join", &["join(parts: [Scalar], separator: String) -> String", "Example"]);
    page("yaml.parse", &["yaml.parse(s: String) -> Any"]);
    page("Port", &["type Port = Int(1..65535)"]);
    // As kubectl's users write it.
    for topic in ["deployment.spec.strategy", "deployments.spec.strategy", "deploy.spec.strategy"] {
        page(topic, &["Deployment.spec.strategy  field of Kubernetes"]);
    }
    page("svc", &["Service  kind of Kubernetes"]);
    dir.run(&["explain", "deploy.spec.strategey"]).code(2).silent().says(&["did you mean `Deployment.spec.strategy`?"]);
    let all = dir.run(&["explain"]).code(0).out;
    ["app", "Deployment", "unknown-field", "yaml.parse", "Port"].iter().for_each(|word| assert!(all.contains(word), "{word}"));
    dir.run(&["explain", "Deploymnet"]).code(2).silent().says(&["did you mean `Deployment`?"]);
    dir.run(&["explain", "app.replica"]).code(2).silent().says(&["did you mean `app.replicas`?"]);
    dir.run(&["explain", "app.web.replicas"]).code(2).silent().says(&["did you mean `app.replicas`?"]);
    page("Deployment.spec.strategy", &["type: \"Recreate\" | \"RollingUpdate\""]);
    dir.run(&["explain", "app.image.tag"]).code(2).silent().says(&["`app.image` has no fields at all"]);
    dir.run(&["explain", ""]).code(2).silent();
}

#[test]
fn explain_tells_what_kinds_and_rules_do_with_a_field() {
    let dir = Dir::with(&[]);
    let of = |topic: &str| dir.run(&["explain", topic]).code(0).out;
    let strategy = of("Deployment.spec.strategy");
    assert!(strategy.contains("kind app: strategy { type = \"Recreate\" }") && strategy.contains("Where it is written"), "{strategy}");
    let port = of("Pod.spec.containers.ports.containerPort");
    assert!(port.contains("holds     Port") && port.contains("host-network-ports") && port.contains("kind workload: "), "{port}");
    let surge = of("app.rollout.maxSurge");
    assert!(surge.contains("rollingUpdate { maxSurge = rollout.maxSurge") && surge.contains("app web {"), "{surge}");
    assert!(of("PodSpec").contains("host-network-ports"));
}

#[test]
fn explain_knows_a_program_and_definitions() {
    let program = r#"
/// Who is woken.
type Team = "payments" | "search"
/// Where it runs.
param env: "dev" | "prod" = "dev"
/// A site of the shop.
kind site from app {
  /// Whose it is.
  team: Team
}
fn twice(n: Int) -> Int = n * 2
/// Pods say who is woken.
rule team-label on PodTemplateSpec t { require t.metadata.labels != {} else "none" }
crd Website in "example.com/v1" { repo: String }
"#;
    let crds = include_str!("../examples/crds/gateway.yaml");
    let dir = Dir::with(&[("a.kdsl", program), ("crds/gateway.yaml", crds), ("broken.yaml", "a: 1\n")]);
    let page = |args: &[&str], words: &[&str]| {
        let out = dir.run(&[&["explain"], args].concat()).code(0).out;
        words.iter().for_each(|word| assert!(out.contains(word), "{args:?}: `{word}` is missing in\n{out}"));
    };
    page(&["site", "--in", "a.kdsl"], &["site  kind", "A site of the shop.", "made from  app", "team: Team  (required)"]);
    page(
        &["site.team", "--in", "a.kdsl"],
        &["Whose it is.", "site web {\n      image = \"registry.example.com/web:1.4.2\"", "      team = \"payments\""],
    );
    page(&["Team", "--in", "a.kdsl"], &["Team  type\n", "Who is woken."]);
    page(&["env", "--in", "a.kdsl"], &["env  param", "default   \"dev\"", "Where it runs."]);
    page(&["twice", "--in", "a.kdsl"], &["fn twice(n: Int) -> Int"]);
    page(&["team-label", "--in", "a.kdsl"], &["rule on PodTemplateSpec", "Pods say who is woken."]);
    page(&["Website.repo", "--in", "a.kdsl"], &["field of a custom resource", "required  yes"]);
    page(&["--in", "a.kdsl"], &["Kinds of the program\n  site\n", "Params and lets\n  env\n", "Kinds of custom resources\n  Website\n"]);
    page(&["GatewayClass", "--crds", "crds"], &["kind of a custom resource", "gateway.networking.k8s.io/v1"]);
    page(&["Gateway.spec.listeners", "--crds", "crds/gateway.yaml"], &["elements that agree in `name` are one"]);
    // The library makes some of other projects' kinds, and knows them.
    page(&["HTTPRoute"], &["kind of a custom resource"]);
    page(&["autoscaling/v1.HorizontalPodAutoscaler.spec.targetCPUUtilizationPercentage"], &["field of Kubernetes"]);
    dir.run(&["explain", "site"]).code(2).silent().says(&["`--in FILE`"]);
    dir.run(&["explain", "Gateway", "--crds", "broken.yaml"]).code(2).silent().says(&["--crds broken.yaml: "]);
}

#[test]
fn explain_has_a_page_for_every_code() {
    let dir = Dir::with(&[]);
    for code in kdsl::diag::codes::all() {
        assert!(dir.run(&["explain", code.name]).code(0).out.starts_with(code.name), "{}", code.name);
    }
}

#[test]
fn init_makes_a_project_that_builds() {
    let dir = Dir::with(&[]);
    let words = dir.run(&["init", "new/shop"]).code(0).out;
    assert!(words.contains("kdsl check new/shop/shop.kdsl new/shop/shop-prod.kdsl"), "{words}");
    let run = dir.run(&["check", "new/shop/shop.kdsl", "new/shop/shop-prod.kdsl"]).code(0);
    assert_eq!((run.out.as_str(), run.err.as_str()), ("checked 2 files, 3 combinations: no errors\n", ""), "not even a warning");
    assert!(dir.run(&["build", "new/shop/shop-prod.kdsl"]).code(0).out.contains("HorizontalPodAutoscaler"));
    dir.write("new/shop/shop.kdsl", "mine");
    dir.run(&["init", "new/shop"]).code(1).silent().says(&["new/shop/shop.kdsl", "exists already"]);
    assert_eq!(dir.read("new/shop/shop.kdsl"), "mine");
    dir.run(&["init"]).code(0);
    dir.run(&["build", "shop.kdsl"]).code(0);
}

#[test]
fn files_are_formatted_as_a_whole_or_not_at_all() {
    let (ugly, fair) = ("app   web { image=\"x\"\n user=1 }", "app web {\n  image = \"x\"\n  user = 1\n}\n");
    let dir = Dir::with(&[("web.kdsl", ugly), ("sub/fair.kdsl", fair), ("sub/bad.kdsl", "app web {\n"), ("sub/other.txt", ugly)]);

    let run = dir.run(&["fmt", "--check", "web.kdsl", "sub/fair.kdsl"]).code(1).says(&["1 of 2 files is not formatted"]);
    assert!(run.out.contains("-app   web { image=\"x\"\n") && run.out.contains("+  image = \"x\"\n"), "{}", run.out);
    assert_eq!(dir.read("web.kdsl"), ugly, "a check writes nothing");

    let run = dir.run(&["fmt", "."]).code(1).says(&["sub/bad.kdsl:1:", "closing"]);
    assert_eq!(run.out, "formatted ./web.kdsl\n");
    assert_eq!((dir.read("web.kdsl").as_str(), dir.read("sub/bad.kdsl").as_str()), (fair, "app web {\n"), "what does not parse stays");
    assert_eq!(dir.read("sub/other.txt"), ugly);
    assert_eq!(dir.list(""), ["sub/bad.kdsl", "sub/fair.kdsl", "sub/other.txt", "web.kdsl"], "no temporary file is left");
    assert_eq!(dir.run(&["fmt", "web.kdsl", "sub/fair.kdsl"]).code(0).out, "2 files: 0 changed\n");

    assert_eq!(dir.run_with_input(&["fmt", "-"], ugly).code(0).out, fair);
    assert_eq!(dir.run_with_input(&["fmt", "-"], "app {").code(1).out, "", "nothing takes the place of what cannot be read");
    dir.write("two.kdsl", "let a   =1\nlet b   =2\n");
    dir.run(&["fmt", "--range", "2:2", "two.kdsl"]).code(0);
    assert_eq!(dir.read("two.kdsl"), "let a   =1\nlet b = 2\n");
    dir.run(&["fmt", "--range", "2:1", "two.kdsl"]).code(2).silent().says(&["FIRST:LAST"]);
    dir.run(&["fmt", "--range", "1:1", "two.kdsl", "web.kdsl"]).code(2).silent().says(&["one file"]);
    dir.write("latin.kdsl", b"app w\xe4b { }");
    dir.run(&["fmt", "latin.kdsl"]).code(1).silent().says(&["not UTF-8"]);

    symlink("two.kdsl", dir.path().join("link.kdsl")).expect("a link is made");
    dir.run(&["fmt", "link.kdsl"]).code(0);
    assert!(fs::symlink_metadata(dir.path().join("link.kdsl")).is_ok_and(|m| m.is_symlink()), "a link stays a link");
    assert_eq!(dir.read("two.kdsl"), "let a = 1\nlet b = 2\n");
}

#[test]
fn documentation_is_a_folder_whose_links_lead_somewhere() {
    let shop = "import \"./gateway.yaml\"\n\n/// Which one.\nparam env: \"dev\" | \"prod\" = \"dev\"\n\n/// A <shop>.\nkind shop from app {\n  /// Who \\ is \"woken\".\n  team: Team\n  replicas = 2\n}\n\n/// A team.\ntype Team = \"a\" | \"b\"\n\n/// Two.\nfn twice(x: Int) -> Int = x * 2\n\n/// Small.\nrule small on DeploymentSpec d { if d.replicas == 0 { warn \"x\" at d.replicas } }\n\n/// A site.\ncrd Site in \"example.com/v1\" { spec { /// From where.\n repo: String } }\n";
    let dir = Dir::with(&[("shop.kdsl", shop), ("gateway.yaml", include_str!("../examples/crds/gateway.yaml"))]);
    assert!(dir.run(&["doc", "shop.kdsl", "-o", "out"]).code(0).out.contains("begin with out/index.html"));
    let pages = dir.list("out");
    let html: Vec<(&String, String)> = pages.iter().filter(|p| p.ends_with(".html")).map(|p| (p, dir.read(&format!("out/{p}")))).collect();
    for (name, text) in &html {
        for target in text.split("href=\"").skip(1).filter_map(|rest| rest.split('"').next()) {
            let (page, id) = target.split_once('#').unwrap_or((target, ""));
            let page = if page.is_empty() { name.as_str() } else { page };
            let there = html.iter().find(|(other, _)| other.as_str() == page).unwrap_or_else(|| panic!("{name} links to {target}"));
            assert!(id.is_empty() || there.1.contains(&format!("id=\"{id}\"")), "{name} links to {target}");
        }
    }
    let page = dir.read("out/kind-shop.html");
    for word in ["A &lt;shop&gt;.", "href=\"types.html#Team\"", "Who \\ is &quot;woken&quot;.", "Fields from", "= 2"] {
        assert!(page.contains(word) || page.replace("<span class=n>2</span>", "2").contains(word), "`{word}` is missing in\n{page}");
    }
    let search = dir.read("out/search.js");
    for word in [
        "\"shop.team\"",
        "\"app.replicas\"",
        "\"twice\"",
        "\"small\"",
        "\"env\"",
        "\"join\"",
        "\"Site.spec.repo\"",
        "\"Gateway.spec.listeners.port\"",
        "\"container-names-unique\"",
    ] {
        assert!(search.contains(word), "`{word}` cannot be found");
    }
    // A rule has its level, and one of the library what it complains of.
    assert!(dir.read("out/rules.html").contains("<span class=\"tag soft\">warning</span>"));
    let rules = dir.read("out/std-rules.html");
    let rule = rules.split("id=\"container-names-unique\"").nth(1).and_then(|rest| rest.split("class=field").next()).expect("it is there");
    assert!(rule.contains("<span class=tag>error</span>") && rule.contains("What it complains of") && rule.contains("kind: Pod"), "{rule}");
    dir.run(&["doc", "shop.kdsl", "-o", "md", "--format", "markdown"]).code(0);
    assert_eq!(dir.list("md"), ["README.md", "library.md", "project.md"]);
    assert!(dir.read("md/project.md").contains("| `team` | `Team` | **required** | Who"));
    dir.write("bad.kdsl", "kind {");
    dir.run(&["doc", "bad.kdsl", "-o", "none"]).code(1).silent();
    assert!(!dir.path().join("none").exists());
}

#[test]
fn completions_are_made_for_every_shell() {
    let dir = Dir::with(&[]);
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let out = dir.run(&["completions", shell]).code(0).out;
        assert!(out.contains("kdsl") && out.contains("diagnostics"), "{shell}");
        assert!(!out.contains("Answer a shell"), "{shell}: what the scripts themselves call is offered to nobody");
    }
}

#[test]
fn a_shell_completes_from_the_program() {
    let shop = "type Env = \"dev\" | \"prod\"\nparam env: Env = \"dev\"\nparam debug: Bool = false\nConfigMap c { data { ENV = env } }\n";
    let dir = Dir::with(&[("shop.kdsl", shop)]);
    let answer = |words: &[&str]| dir.run(&[&["complete", "--"], words].concat()).code(0).out;
    assert_eq!(answer(&["build", "shop.kdsl", "-p", ""]), "env=\ndebug=\n");
    assert_eq!(answer(&["build", "shop.kdsl", "-p", "env="]), "env=dev\nenv=prod\n");
    assert_eq!(answer(&["build", "shop.kdsl", "-p", "env", "=", "p"]), "prod\n");
    assert_eq!(answer(&["build", "shop.kdsl", "-p", "debug", "="]), "true\nfalse\n");
    assert_eq!(answer(&["why", "shop.kdsl", "Conf"]), "ConfigMap/c\n");
    assert_eq!(answer(&["why", "shop.kdsl", "ConfigMap/c", "d"]), "data\ndata.ENV\n");
    assert!(answer(&["explain", "unknown-f"]).contains("unknown-field\n"));
    assert_eq!(answer(&["explain", "image-pin"]), "image-pinned\n");
    assert_eq!(answer(&["explain", "deploy.spec.str"]).lines().next(), Some("deploy.spec.strategy"));
    assert_eq!(answer(&["explain", "--in", "shop.kdsl", "Env"]).lines().next(), Some("Env"));
    assert_eq!(answer(&["explain", "--in", "shop.kdsl", "debu"]), "debug\n");
    assert_eq!(answer(&["build", "nosuch.kdsl", "-p", ""]), "");
    assert_eq!(answer(&["build", "sh"]), "");
    assert_eq!(answer(&["build", "shop.kdsl", "--param=d"]), "--param=debug=\n");
    assert_eq!(answer(&["build", "shop.kdsl", "--param=env=p"]), "--param=env=prod\n");
    // As bash asks.
    let script = dir.run(&["completions", "bash"]).code(0).out;
    let kdsl = env!("CARGO_BIN_EXE_kdsl");
    let ask = format!("{script}\nCOMP_WORDS=({kdsl} build shop.kdsl -p env = p); COMP_CWORD=6; _kdsl_asking; echo \"${{COMPREPLY[@]}}\"");
    let output = Command::new("bash").args(["-c", &ask]).current_dir(dir.path()).output().expect("bash runs");
    assert_eq!(String::from_utf8_lossy(&output.stdout), "prod\n", "{}", String::from_utf8_lossy(&output.stderr));
    // What the program says nothing about clap's own script completes.
    for (words, offered) in
        [("bui", "build"), ("build --diag", "--diagnostics"), ("build --diagnostics co", "concise"), ("expl", "explain")]
    {
        let (count, last) = (words.split(' ').count(), words.rsplit(' ').next().unwrap_or_default());
        let before = words.rsplit(' ').nth(1).unwrap_or(kdsl);
        let ask = format!(
            "{script}\nCOMP_WORDS=({kdsl} {words}); COMP_CWORD={count}; _kdsl_asking {kdsl} {last} {before}; echo \"${{COMPREPLY[@]}}\""
        );
        let output = Command::new("bash").args(["-c", &ask]).current_dir(dir.path()).output().expect("bash runs");
        assert_eq!(String::from_utf8_lossy(&output.stdout), format!("{offered}\n"), "{}", String::from_utf8_lossy(&output.stderr));
    }
}

/// As zsh asks, where there is one, at a terminal that tmux holds.
#[test]
fn zsh_completes_from_the_program() {
    let has = |program: &str, arg: &str| Command::new(program).arg(arg).output().is_ok();
    if !has("zsh", "--version") || !has("tmux", "-V") {
        return eprintln!("there is no zsh or no tmux here");
    }
    let shop = "param env: \"dev\" | \"prod\" = \"dev\"\nConfigMap c { data { ENV = env } }\n";
    let dir = Dir::with(&[("shop.kdsl", shop)]);
    fs::create_dir(dir.path().join("functions")).expect("a folder is made");
    dir.write("functions/_kdsl", dir.run(&["completions", "zsh"]).code(0).out);
    let folder = Path::new(env!("CARGO_BIN_EXE_kdsl")).parent().expect("it is in a folder").display();
    let start = format!("PATH={folder}:$PATH; fpath=(functions $fpath); autoload -U compinit; compinit -D -u; PS1='ready> '; clear");
    dir.write(".zshrc", start);
    let socket = format!("kdsl-zsh-{}", std::process::id());
    let tmux = |args: &[&str]| {
        let output = Command::new("tmux").args(["-L", &socket, "-f", "/dev/null"]).args(args).output().expect("tmux runs");
        String::from_utf8_lossy(&output.stdout).into_owned()
    };
    let home = dir.path().display();
    tmux(&["new-session", "-d", "-x", "100", "-y", "20", "sh", "-c", &format!("cd {home} && ZDOTDIR={home} TERM=xterm zsh -i")]);
    let shows = |text: &str| {
        let start = std::time::Instant::now();
        while !tmux(&["capture-pane", "-p"]).contains(text) {
            assert!(start.elapsed().as_secs() < 60, "`{text}` does not come:\n{}", tmux(&["capture-pane", "-p"]));
            std::thread::sleep(std::time::Duration::from_millis(50));
        }
    };
    shows("ready>");
    for (typed, whole) in [
        ("kdsl bui", "kdsl build"),
        ("build shop.kdsl -p env=p", "-p env=prod"),
        ("why shop.kdsl Conf", "ConfigMap/c"),
        ("explain unknown-fie", "explain unknown-field"),
    ] {
        let line = if typed.starts_with("kdsl") { typed.to_string() } else { format!("kdsl {typed}") };
        tmux(&["send-keys", "-l", &line]);
        tmux(&["send-keys", "Tab"]);
        shows(whole);
        tmux(&["send-keys", "C-u"]);
    }
    tmux(&["kill-server"]);
}

/// As fish asks, where there is one: `complete -C` tells what it would offer.
#[test]
fn fish_completes_from_the_program() {
    if Command::new("fish").arg("--version").output().is_err() {
        return eprintln!("there is no fish here");
    }
    let shop = "param env: \"dev\" | \"prod\" = \"dev\"\nConfigMap c { data { ENV = env } }\n";
    let dir = Dir::with(&[("shop.kdsl", shop), ("sheets.txt", "")]);
    let script = dir.run(&["completions", "fish"]).code(0).out;
    let folder = Path::new(env!("CARGO_BIN_EXE_kdsl")).parent().expect("it is in a folder").display();
    let offers = |line: &str| {
        let ask = format!("set -x PATH {folder} $PATH\n{script}\ncomplete -C '{line}'");
        let output = Command::new("fish").args(["--no-config", "-c", &ask]).current_dir(dir.path()).output().expect("fish runs");
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        text.lines().map(|line| line.split('\t').next().unwrap_or_default().to_string()).collect::<Vec<_>>()
    };
    assert_eq!(offers("kdsl build shop.kdsl -p "), ["env="]);
    assert_eq!(offers("kdsl build shop.kdsl -p env="), ["env=dev", "env=prod"]);
    assert_eq!(offers("kdsl build shop.kdsl --param=env=p"), ["--param=env=prod"]);
    assert_eq!(offers("kdsl why shop.kdsl "), ["ConfigMap/c"]);
    assert_eq!(offers("kdsl build shop"), ["shop.kdsl"]);
    assert_eq!(offers("kdsl expl"), ["explain"]);
}

#[test]
fn colours_are_for_terminals_and_for_those_who_ask() {
    let dir = Dir::with(&[("bad.kdsl", "app web { }\n")]);
    assert!(!dir.run(&["build", "bad.kdsl"]).code(1).err.contains('\u{1b}'));
    assert!(dir.run(&["build", "bad.kdsl", "--color", "always"]).code(1).err.contains('\u{1b}'));
    assert!(dir.run(&["explain", "app", "--color", "always"]).code(0).out.contains('\u{1b}'));
    assert!(dir.run(&["build", "none.kdsl", "--color", "always"]).code(2).err.contains('\u{1b}'));
    assert!(!dir.run(&["build", "bad\u{1b}[31m.kdsl"]).code(2).err.contains('\u{1b}'), "a file's name steers no terminal");
}

#[test]
fn a_closed_pipe_is_no_error() {
    let apps: String = (0..2_000).map(|i| format!("ConfigMap c{i} {{ data {{ A = \"a\" }} }}\n")).collect();
    let dir = Dir::with(&[("many.kdsl", &apps)]);
    let mut child = dir.command(&["build", "many.kdsl"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it runs");
    drop(child.stdout.take());
    let output = child.wait_with_output().expect("it ends");
    assert_eq!((output.status.code(), String::from_utf8_lossy(&output.stderr).as_ref()), (Some(0), ""));
}

#[test]
fn a_chain_that_is_too_deep_is_an_error_and_no_crash() {
    let lets: String = (1..3_000).rev().map(|i| format!("let l{i} = l{} + 1\n", i - 1)).chain(["let l0 = 1\n".into()]).collect();
    let kinds = (1..3_000).map(|i| format!("kind k{i} {{ emit {{ if true {{ for x in [1] {{ k{} \"${{name}}\" {{ }} }} }} }} }}\n", i - 1));
    let kinds: String = ["kind k0 { emit { } }\n".into()].into_iter().chain(kinds).chain(["k2999 x { }\n".into()]).collect();
    let calls = (1..3_000).map(|i| format!("fn f{i}(x: Int) -> Int = map([x], y => f{}(y) + 1)[0]\n", i - 1));
    let calls: String = ["fn f0(x: Int) -> Int = x\n".into()].into_iter().chain(calls).chain(["let a = f2999(1)\n".into()]).collect();
    let dir = Dir::with(&[("lets.kdsl", &lets), ("kinds.kdsl", &kinds), ("calls.kdsl", &calls)]);
    for file in ["lets.kdsl", "kinds.kdsl", "calls.kdsl"] {
        dir.run(&["build", file, "--diagnostics", "concise"]).code(1).silent().says(&["limit-depth"]);
    }
}

#[test]
fn why_tells_the_places_that_made_a_field() {
    let base = "param tag: String = \"1.0\"\nlet repo = \"r.example.com/web\"\nnamespace shop {\n  app web {\n    image = \"${repo}:${tag}\"\n    user = 101\n    replicas = 2\n    resources { cpu = 100m, memory = 64Mi }\n  }\n}\n";
    let prod = "base \"./shop.kdsl\"\nextend app web { replicas = 5 }\nextend Deployment web { spec { paused = true } }\n";
    let dir = Dir::with(&[("shop.kdsl", base), ("prod.kdsl", prod)]);
    let ask = |args: &[&str]| dir.run(&[&["why", "prod.kdsl"], args].concat());
    let replicas = ask(&["Deployment/web", "spec.replicas"]).code(0).out;
    assert!(
        replicas.starts_with("spec.replicas of Deployment/web in shop = 5\n\n  is written in `extend app web`\n  prod.kdsl:2:29\n"),
        "{replicas}"
    );
    assert!(replicas.contains("replaces what is written in `app web`\n  shop.kdsl:7:5"), "{replicas}");
    let image = ask(&["shop/Deployment/web", "spec.template.spec.containers.web.image", "-p", "tag=2.0"]).code(0).out;
    for words in
        ["= \"r.example.com/web:2.0\"", "is computed in `app web`", "`repo` is \"r.example.com/web\", a let", "given by -p tag=2.0"]
    {
        assert!(image.contains(words), "{words}\n{image}");
    }
    let whole = ask(&["deploy/web", "spec.strategy", "-n", "shop"]).code(0).out;
    assert!(whole.contains("rollingUpdate.maxSurge = 25%") && whole.contains("default of app.rollout"), "{whole}");
    let json: serde_json::Value = serde_json::from_str(&ask(&["Deployment/web", "spec.paused", "--format", "json"]).code(0).out).unwrap();
    assert_eq!((&json["value"], &json["steps"][0]["line"], &json["steps"][0]["file"]), (&"true".into(), &3.into(), &"prod.kdsl".into()));
}

#[test]
fn why_takes_a_line_of_the_output() {
    let dir = Dir::with(&[("web.kdsl", APP)]);
    let yaml = dir.run(&["build", "web.kdsl"]).code(0).out;
    let line = yaml.lines().position(|l| l.contains("containerPort")).expect("a port") + 1;
    dir.write("out.yaml", &yaml);
    let place = format!("out.yaml:{line}");
    for args in [["why", "web.kdsl", &place], ["why", &place, "web.kdsl"]] {
        let out = dir.run(&args).code(0).out;
        assert!(out.starts_with("spec.template.spec.containers[web].ports[http].containerPort of Deployment/web in shop = 8080"), "{out}");
    }
    dir.run(&["why", "web.kdsl", "out.yaml:9999"]).code(2).says(&["no line 9999"]);
}

#[test]
fn why_suggests_what_was_meant() {
    let dir = Dir::with(&[("web.kdsl", APP)]);
    let ask = |object: &str, path: &str| dir.run(&["why", "web.kdsl", object, path]).code(2).silent().err;
    assert!(ask("Deployment/wbe", "spec").contains("did you mean `shop/Deployment/web`?"));
    assert!(ask("Deploymnt/web", "spec").contains("did you mean `shop/Deployment/web`?"));
    assert!(ask("Deployment/web", "spec.replica").contains("did you mean `replicas`?"));
    assert!(ask("Deployment/web", "selector").contains("did you mean `spec.selector`?"));
    assert!(ask("app/web", "spec").contains("`app web` makes"));
    let out = dir.run(&["why", "web.kdsl", "Service/web", "spec.type"]).code(0).out;
    assert!(out.starts_with("spec.type of Service/web in shop is written nowhere"), "{out}");
    dir.write("bad.kdsl", "app web { }\n");
    dir.run(&["why", "bad.kdsl", "Deployment/web"]).code(1).silent().says(&["missing-field"]);
}

const SHOP: &str = "param tag: String = \"1.27.0\"\nparam size: Bytes = 1Gi\nnamespace shop {\n  app web { image = \"nginx:${tag}\", user = 101, replicas = 2, port http = 8080, readiness { http = \"/\" } }\n  stateful db { image = \"postgres:16.4\", user = 999, port pg = 5432, readiness { tcp = \"pg\" }, volume data { mount = \"/data\", size = size } }\n  config settings { data { A = \"1\" } }\n}\n";

#[test]
fn diff_says_what_an_apply_does() {
    let dir = Dir::with(&[("shop.kdsl", SHOP)]);
    let same = dir.run(&["diff", "shop.kdsl", "shop.kdsl", "--exit-code"]).code(0).out;
    assert!(same.starts_with("no differences: "), "{same}");
    let rolls = dir.run(&["diff", "shop.kdsl", "shop.kdsl", "--new-param", "tag=1.27.1"]).code(0).out;
    let expected = "~ Deployment/web in shop  rolls the pods: at most 25% more and 0 fewer at a time\n    spec.template.spec.containers[web].image: nginx:1.27.0 → nginx:1.27.1  shop.kdsl:4\n";
    assert!(rolls.starts_with(expected), "{rolls}");
    let refused = dir.run(&["diff", "shop.kdsl", "shop.kdsl", "--new-param", "size=2Gi", "--fail-on", "refused"]).code(1).out;
    for words in
        ["! StatefulSet/db in shop  refused", "error[statefulset-immutable]", "`data` asks for 2Gi and had 1Gi", "--cascade=orphan"]
    {
        assert!(refused.contains(words), "{words}\n{refused}");
    }
    let markdown = dir.run(&["diff", "shop.kdsl", "shop.kdsl", "--new-param", "tag=1.27.1", "--format", "markdown"]).code(0).out;
    assert!(
        markdown.starts_with("**1 rolls its pods, ") && markdown.contains("\n- spec.template.spec.containers[web].image: nginx:1.27.0\n+ "),
        "{markdown}"
    );
    let json = dir.run(&["diff", "shop.kdsl", "shop.kdsl", "--new-param", "size=2Gi", "--format", "json"]).code(0).out;
    let json: serde_json::Value = serde_json::from_str(&json).expect("JSON");
    assert_eq!(json["summary"]["refused"], 1);
}

#[test]
fn diff_reads_what_a_cluster_holds() {
    let dir = Dir::with(&[("shop.kdsl", SHOP)]);
    let objects = dir.run(&["build", "shop.kdsl", "--format", "json"]).code(0).out;
    let mut live: serde_json::Value = serde_json::from_str(&objects).expect("JSON");
    for object in live["items"].as_array_mut().expect("a List") {
        object["metadata"]["uid"] = "1".into();
        object["metadata"]["managedFields"] = serde_json::json!([{ "manager": "kubectl" }]);
        object["status"] = serde_json::json!({ "replicas": 2 });
        if object["kind"] == "Deployment" {
            object["spec"]["revisionHistoryLimit"] = 10.into();
            object["spec"]["template"]["spec"]["dnsPolicy"] = "ClusterFirst".into();
            object["metadata"]["annotations"]["deployment.kubernetes.io/revision"] = "7".into();
        }
    }
    let same = dir.run_with_input(&["diff", "-", "shop.kdsl", "--exit-code"], &live.to_string()).code(0).out;
    assert!(same.starts_with("no differences: "), "{same}");
    let gone = dir.run_with_input(
        &["diff", "-", "shop.kdsl"],
        "apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: { name: old, namespace: shop }\nspec: {}\n",
    );
    assert!(gone.code(0).out.contains("- PersistentVolumeClaim/old in shop  deletes data"));
}

#[test]
fn diff_leaves_replicas_to_their_autoscaler_and_hides_secrets() {
    let scaled = SHOP.replace("replicas = 2", "resources { cpu = 100m }, autoscale { replicas = 2..5, cpu = 70% }");
    let dir = Dir::with(&[("old.kdsl", SHOP), ("new.kdsl", &scaled)]);
    let out = dir.run(&["diff", "old.kdsl", "new.kdsl"]).code(0).out;
    assert!(out.contains("`replicas` leaves the manifest") && !out.contains("spec.replicas:"), "{out}");
    let secret = |value: &str| format!("apiVersion: v1\nkind: Secret\nmetadata: {{ name: s }}\nstringData: {{ password: {value} }}\n");
    dir.write("a.yaml", secret("hunter2"));
    dir.write("b.yaml", secret("swordfish"));
    for format in ["text", "markdown", "json"] {
        let out = dir.run(&["diff", "a.yaml", "b.yaml", "--format", format]).code(0).out;
        assert!(out.contains("data.password") && !out.contains("aHVudGVyMg") && !out.contains("hunter2"), "{out}");
    }
    dir.run(&["diff", "-", "-"]).code(2).says(&["only once"]);
}

#[test]
fn params_from_standard_input_reach_both_programs() {
    let program = |label: &str| format!("param n: Int\nconfig c {{ data = {{ {label} = \"${{n}}\" }} }}\n");
    let dir = Dir::with(&[("old.kdsl", &program("a")), ("new.kdsl", &program("b"))]);
    let out = dir.run_with_input(&["diff", "old.kdsl", "new.kdsl", "--params", "-"], "n: 7").code(0).out;
    assert!(out.contains("- data.a: 7") && out.contains("+ data.b: 7"), "{out}");
    for args in [
        vec!["diff", "-", "new.kdsl", "--params", "-"],
        vec!["why", "-", "ConfigMap/c", "--params", "-"],
        vec!["build", "new.kdsl", "--params", "-", "--params", "-"],
        vec!["build", "-", "--params", "-"],
    ] {
        dir.run_with_input(&args, "n: 7").code(2).says(&["standard input can be read only once", "a file for the other"]);
    }
}

const TESTED: &str = "param env: \"dev\" | \"prod\" = \"dev\"\napp web {\n  image = \"nginx:1.27.0\"\n  user = 101, resources { cpu = 100m, memory = 64Mi }\n  replicas = if env == \"prod\" then 3 else 1\n}\n";

#[test]
fn tests_pass_and_fail_with_both_sides_shown() {
    let good = "test \"three in production\" with { env = \"prod\" } {\n  assert Deployment.web.spec.replicas == 3\n  assert Deployment.web.spec.template.spec.containers[\"web\"].image == \"nginx:1.27.0\"\n  for c in Deployment.web.spec.template.spec.containers { assert c.name == \"web\" }\n}\n";
    let more = "test \"another beside it\" {\n  app other { image = \"nginx:1.27.0\", user = 101, replicas = 7 }\n  assert Deployment.other.spec.replicas == app.web.replicas + 6\n}\n";
    let dir = Dir::with(&[("web.kdsl", &format!("{TESTED}{good}{more}"))]);
    let out = dir.run(&["test", "web.kdsl"]).code(0).out;
    assert_eq!(out, "ok    three in production\nok    another beside it\n2 tests passed\n");
    assert_eq!(dir.run(&["check", "web.kdsl"]).code(0).err, "");
    let bad = good.replace("replicas == 3", "replicas == 4");
    dir.write("bad.kdsl", format!("{TESTED}{bad}"));
    let out = dir.run(&["test", "bad.kdsl", "--junit", "junit.xml"]).code(1).out;
    for words in ["FAIL  three in production", "bad.kdsl:8:10", "found:    3", "expected: 4", "1 of 1 tests failed"] {
        assert!(out.contains(words), "{words}\n{out}");
    }
    let xml = dir.read("junit.xml");
    assert!(xml.contains("tests=\"1\" failures=\"1\"") && xml.contains("<failure message=\"this does not hold\">"), "{xml}");
    dir.run(&["test", "web.kdsl", "-f", "nowhere"]).code(2).says(&["three in production"]);
    assert!(dir.run(&["test", "web.kdsl", "-f", "beside"]).code(0).out.contains("1 test passed"));
}

#[test]
fn tests_expect_what_is_refused() {
    let text = "test \"refused\" {\n  expect deny missing-field { app x { } }\n  expect deny unit { app x { image = \"nginx:1.27.0\", user = 101, resources { memory = 400m } } }\n  expect deny container-names-unique { Pod p { spec { containers = [{ name = \"a\", image = \"a:1\" }, { name = \"a\", image = \"b:1\" }] } } }\n}\n";
    let dir = Dir::with(&[("web.kdsl", &format!("{TESTED}{text}"))]);
    let run = dir.run(&["test", "web.kdsl"]);
    assert!(run.code == 0 || run.out.contains("container-names-unique"), "{}{}", run.out, run.err);
    dir.write(
        "bad.kdsl",
        format!("{TESTED}test \"not refused\" {{ expect deny mising-field {{ app x {{ image = \"nginx:1.27.0\", user = 101 }} }} }}\n"),
    );
    let out = dir.run(&["test", "bad.kdsl"]).code(1).out;
    assert!(out.contains("nothing here is reported as `mising-field`") && out.contains("did you mean `missing-field`?"), "{out}");
}

#[test]
fn a_file_of_rules_on_a_kind_of_ones_own_is_tested_and_judges_yaml() {
    let rules = "crd Widget in \"example.com/v1\" { spec: Any? }\n\n/// Widgets are small.\nrule widget-small on Widget w {\n  require \
                 (w.spec?.size ?? 0) <= 10 else \"large\" at w.spec.size\n}\n\ntest \"small ones pass\" {\n  expect deny widget-small { \
                 Widget large { spec { size = 30 } } }\n  Widget small { spec { size = 3 } }\n  assert Widget.small.spec.size == 3\n}\n";
    let widget = |size: &str| format!("apiVersion: example.com/v1\nkind: Widget\nmetadata: {{name: a}}\nspec: {{size: {size}}}\n");
    let dir = Dir::with(&[("policies.kdsl", rules), ("good.yaml", &widget("3")), ("bad.yaml", &widget("30"))]);
    dir.run(&["test", "policies.kdsl"]).code(0);
    dir.run(&["vet", "--rules", "policies.kdsl", "good.yaml"]).code(0);
    dir.run(&["vet", "--rules", "policies.kdsl", "bad.yaml"]).code(1).says(&["error[widget-small]: large", "bad.yaml:4:14"]);
}

#[test]
fn tests_hold_snapshots_and_tell_what_they_leave_out() {
    let text = "test \"as it was\" { assert snapshot(\"strategy\", Deployment.web.spec.strategy) }\n";
    let dir = Dir::with(&[("web.kdsl", &format!("{TESTED}{text}"))]);
    assert!(dir.run(&["test", "web.kdsl"]).code(1).out.contains("there is no snapshot `strategy` yet"));
    dir.run(&["test", "web.kdsl", "--accept"]).code(0);
    assert!(dir.read("snapshots/web--strategy.yaml").contains("maxSurge: 25%"));
    let out = dir.run(&["test", "web.kdsl", "--coverage"]).code(0).out;
    assert!(
        out.contains("1 of 1 declarations looked at, 1 of 2 branches taken") && out.contains("web.kdsl:5:17: this is never true"),
        "{out}"
    );
    dir.write("web.kdsl", format!("{TESTED}{text}").replace("user = 101", "user = 101\n  rollout { maxSurge = 1 }"));
    let out = dir.run(&["test", "web.kdsl"]).code(1).out;
    assert!(out.contains("is no longer what") && out.contains("-  maxSurge: 25%") && out.contains("+  maxSurge: 1"), "{out}");
}

#[test]
fn import_gives_a_program_that_builds_to_what_was_read() {
    let dir = Dir::with(&[("shop.kdsl", SHOP)]);
    let yaml = dir.run(&["build", "shop.kdsl"]).code(0).out;
    let more = "---\napiVersion: v1\nkind: ConfigMap\nmetadata: { name: settings, namespace: other, uid: x }\ndata:\n  \"run.sh\": |\n    #!/bin/sh\n    echo \"${HOME}\" \\n\n  odd: \"a\\tb\\n\\n\"\n---\napiVersion: autoscaling/v1\nkind: HorizontalPodAutoscaler\nmetadata: { name: web, namespace: shop }\nspec: { maxReplicas: 3, scaleTargetRef: { apiVersion: apps/v1, kind: Deployment, name: web } }\n";
    dir.write("all.yaml", format!("{yaml}{more}"));
    let run = dir.run(&["import", "all.yaml"]).code(0);
    assert_eq!(run.err, "");
    for words in [
        "containers web {",
        "ports http = 8080",
        "import \"k8s/autoscaling/v1\" as autoscaling-v1",
        "ConfigMap other-settings {",
        "r\"\"\"",
    ] {
        assert!(run.out.contains(words), "{words}\n{}", run.out);
    }
    dir.write("new.kdsl", &run.out);
    assert!(dir.run(&["diff", "all.yaml", "new.kdsl", "--exit-code"]).code(0).out.starts_with("no differences: "));
    let custom = "apiVersion: example.com/v1\nkind: Thing\nmetadata: { name: x }\n";
    dir.run_with_input(&["import", "-"], custom).code(1).says(&["Thing/x is left out"]);
}
