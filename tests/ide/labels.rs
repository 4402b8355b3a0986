//! Labels: what they are, where they are named, and their renaming.

use super::*;
use kdsl::ide::Target;

const WEB: &str = r#"
app web {
  image = "nginx:1.27.0"
  user  = 101
  /// What visitors call.
  port http = 8080
  port metrics { number = 9090 }
  expose http = 80
  expose admin { number = 9000, port = "metrics" }
  allow http = [app.peer]
  readiness { http = "/", port = "http" }
  liveness { tcp = "http" }
  metrics = "metrics"
  ingress { host = "a.example.com", class = "nginx", tls = "none", path { "/" = "http", "/admin" = "admin" } }
  volume data { mount = "/data", size = 1Gi }
  volume conf { mount = "/conf", config = config.settings, items { THEME = "theme.txt" } }
  sidecar proxy {
    image = "proxy:1.0.0"
    volumeMounts data = "/data"
    ports admin = 9901
    readinessProbe { httpGet { path = "/", port = "admin" } }
  }
  env THEME = config.settings.ref.THEME
}
app peer {
  image = "nginx:1.27.0"
  user  = 101
  env PORT = "${app.web.port.http}"
  egress http = [app.web]
}
config settings { data { THEME = "dark" } }
let claim = app.web.claim.data
"#;

/// The lines of all places that mean what the mark stands at, in the text of [`WEB`].
fn meant(line: &str) -> Vec<String> {
    let (analysis, offset) = marked(&WEB.replacen(&line.replace('‸', ""), line, 1));
    let target = Target::at(&analysis, "a.kdsl", offset).expect("a label");
    lines(&analysis, &ide::uses(&analysis, &target))
}

fn lines(analysis: &Analysis, places: &[ide::Place]) -> Vec<String> {
    let line = |place: &ide::Place| {
        let text = analysis.text(&place.file).expect("a known file");
        let start = text[..place.range.start].rfind('\n').map_or(0, |i| i + 1);
        text[start..].lines().next().unwrap_or("").trim().to_string()
    };
    places.iter().map(line).collect()
}

fn led(line: &str) -> Vec<String> {
    let (analysis, offset) = marked(&WEB.replacen(&line.replace('‸', ""), line, 1));
    lines(&analysis, &ide::definition(&analysis, "a.kdsl", offset))
}

const HTTP: &[&str] = &[
    "port http = 8080",
    "expose http = 80",
    "allow http = [app.peer]",
    "readiness { http = \"/\", port = \"http\" }",
    "liveness { tcp = \"http\" }",
    "ingress { host = \"a.example.com\", class = \"nginx\", tls = \"none\", path { \"/\" = \"http\", \"/admin\" = \"admin\" } }",
    "env PORT = \"${app.web.port.http}\"",
    "egress http = [app.web]",
];

#[test]
fn a_port_is_named_by_what_exposes_asks_and_calls() {
    for line in [
        "port ht‸tp = 8080",
        "expose htt‸p = 80",
        "allow ‸http = [app.peer]",
        "port = \"ht‸tp\"",
        "tcp = \"‸http\"",
        "\"/\" = \"h‸ttp\"",
        "app.web.port.ht‸tp",
        "egress ht‸tp",
    ] {
        assert_eq!(meant(line), HTTP, "{line}");
    }
    // An exposed port that says which port is behind it is a thing of its own.
    assert_eq!(meant("expose ad‸min").len(), 2);
    assert_eq!(
        meant("port metri‸cs"),
        ["port metrics { number = 9090 }", "expose admin { number = 9000, port = \"metrics\" }", "metrics = \"metrics\""]
    );
    // The ports of another container are its own.
    assert_eq!(meant("ports ad‸min = 9901"), ["ports admin = 9901", "readinessProbe { httpGet { path = \"/\", port = \"admin\" } }"]);
}

#[test]
fn volumes_containers_and_keys_have_their_places() {
    let volume = ["volume data { mount = \"/data\", size = 1Gi }", "volumeMounts data = \"/data\"", "let claim = app.web.claim.data"];
    assert_eq!(meant("volume da‸ta"), volume);
    assert_eq!(meant("volumeMounts da‸ta"), volume);
    assert_eq!(meant("claim.da‸ta"), volume);
    let key = [
        "volume conf { mount = \"/conf\", config = config.settings, items { THEME = \"theme.txt\" } }",
        "env THEME = config.settings.ref.THEME",
        "config settings { data { THEME = \"dark\" } }",
    ];
    assert_eq!(meant("ref.THE‸ME"), key);
    assert_eq!(meant("data { THE‸ME"), key);
    assert_eq!(meant("items { THE‸ME"), key);
    assert_eq!(meant("env THE‸ME = config"), ["env THEME = config.settings.ref.THEME"]);
}

#[test]
fn a_label_leads_to_what_makes_it() {
    assert_eq!(led("expose htt‸p = 80"), ["port http = 8080"]);
    assert_eq!(led("\"/admin\" = \"adm‸in\""), ["expose admin { number = 9000, port = \"metrics\" }"]);
    assert_eq!(led("\"/\" = \"htt‸p\""), ["expose http = 80"]);
    assert_eq!(led("volumeMounts da‸ta"), ["volume data { mount = \"/data\", size = 1Gi }"]);
    assert_eq!(led("app.web.port.ht‸tp"), ["port http = 8080"]);
    assert_eq!(led("egress ht‸tp"), ["port http = 8080"]);
}

#[test]
fn native_pods_name_volumes_ports_and_containers() {
    let text = r#"
Pod box {
  spec {
    volumes tmp { emptyDir {} }
    volumes = [{ name = "more", emptyDir {} }]
    containers main {
      image = "a:1"
      volumeMounts tmp = "/tmp"
      volumeMounts more = "/more"
      ports web = 80
      livenessProbe { tcpSocket { port = "web" } }
      env LIMIT { valueFrom { resourceFieldRef { containerName = "main", resource = "limits.cpu" } } }
    }
    containers other { image = "a:1", volumeMounts tmp = "/x", ports web = 81 }
  }
}
extend Pod box { spec { containers main { env A = "1" } } }
let image = Pod.box.spec.containers["main"].image
"#;
    let uses = |mark: &str| {
        let (analysis, offset) = marked(&text.replacen(&mark.replace('‸', ""), mark, 1));
        let target = Target::at(&analysis, "a.kdsl", offset).unwrap_or_else(|| panic!("{mark} is a label"));
        ide::uses(&analysis, &target).len()
    };
    assert_eq!(uses("volumes t‸mp"), 3);
    assert_eq!(uses("name = \"mo‸re\""), 2);
    assert_eq!(uses("ports we‸b = 80"), 2);
    assert_eq!(uses("ports we‸b = 81"), 1);
    assert_eq!(uses("containers mai‸n {"), 4);
}

#[test]
fn layers_and_kinds_share_labels() {
    let world = MemWorld::new()
        .with("base.kdsl", "kind site from app {\n  port http = 8080\n  user = 101\n}\nsite web { image = \"a:1\", sidecar proxy { image = \"p:1\" } }\n")
        .with("a.kdsl", "base \"./base.kdsl\"\nextend site web { expose http = 80 }\nextend Deployment web { spec { template { spec { initContainers proxy { env A = \"1\" } } } } }\n");
    let analysis = Analysis::new(&world, "a.kdsl");
    let at = |file: &str, text: &str| {
        let offset = analysis.text(file).and_then(|all| all.find(text)).expect("it is there") + text.len();
        let target = Target::at(&analysis, file, offset).expect("a label");
        ide::uses(&analysis, &target).into_iter().map(|place| place.file).collect::<Vec<_>>()
    };
    assert_eq!(at("a.kdsl", "expose ht"), ["a.kdsl", "base.kdsl"]);
    assert_eq!(at("base.kdsl", "port ht"), ["a.kdsl", "base.kdsl"]);
    assert_eq!(at("a.kdsl", "initContainers pro"), ["a.kdsl", "base.kdsl"]);
}

#[test]
fn a_hover_tells_what_it_is_and_who_names_it() {
    let text = |line: &str| hover(&WEB.replacen(&line.replace('‸', ""), line, 1));
    let port = text("port ht‸tp = 8080");
    for part in ["port http = 8080", "Ports that the container listens on", "A port of `app.web`.", "- a.kdsl:8: `expose http = 80`"] {
        assert!(port.contains(part), "`{part}` is missing in\n{port}");
    }
    assert!(text("expose htt‸p").starts_with("```kdsl\nport http = 8080\n```"), "{}", text("expose htt‸p"));
    assert!(text("volumeMounts da‸ta").contains("volume data {"));
    let lost = hover("app web { image = \"a:1\", port http = 80, expose ht‸pp = 80 }");
    assert!(lost.contains("`app.web` has no port `htpp`."), "{lost}");
}

#[test]
fn renaming_changes_all_and_refuses_a_clash() {
    let rename = |line: &str, name: &str| {
        let (analysis, offset) = marked(&WEB.replacen(&line.replace('‸', ""), line, 1));
        ide::renamable(&analysis, "a.kdsl", offset)?;
        let target = Target::at(&analysis, "a.kdsl", offset).expect("a label");
        ide::renaming(&analysis, &target, name).map(|edits| edits.into_iter().map(|(_, text)| text).collect::<Vec<_>>())
    };
    let edits = rename("port ht‸tp = 8080", "web").expect("a good name");
    assert_eq!(edits, ["web", "web", "web", "\"web\"", "\"web\"", "\"web\"", "web", "web"]);
    assert_eq!(rename("port ht‸tp = 8080", "metrics").unwrap_err(), "`app.web` has a port `metrics` already, a.kdsl:7");
    assert_eq!(rename("port ht‸tp = 8080", "admin").unwrap_err(), "`app.web` has an exposed port `admin` already, a.kdsl:9");
    assert_eq!(rename("volume da‸ta", "conf").unwrap_err(), "`app.web` has a volume `conf` already, a.kdsl:16");
    assert!(rename("port ht‸tp = 8080", "HTTP").unwrap_err().contains("is no port name"));
    assert!(rename("volume da‸ta", "a b").is_err());
    // A key may be any text in quotes, but not behind a dot.
    assert!(rename("data { THE‸ME", "a.b").unwrap_err().contains("is no name"));
    let (analysis, offset) = marked("config c { data { A‸ = \"1\" } }");
    let target = Target::at(&analysis, "a.kdsl", offset).expect("a label");
    assert_eq!(ide::renaming(&analysis, &target, "a.b").expect("a good name")[0].1, "\"a.b\"");
}

#[test]
fn the_container_of_a_workload_bears_its_name() {
    let text = "app web { image = \"a:1\" }\nextend Deployment web { spec { template { spec { containers w‸eb { tty = true } } } } }\ntest \"t\" { assert Deployment.web.spec.template.spec.containers[\"web\"].tty == true }";
    let (analysis, offset) = marked(text);
    assert_eq!(lines(&analysis, &ide::definition(&analysis, "a.kdsl", offset)), ["app web { image = \"a:1\" }"]);
    let target = Target::at(&analysis, "a.kdsl", offset).expect("a name");
    let edits = ide::renaming(&analysis, &target, "front").expect("a good name");
    assert_eq!(edits.into_iter().map(|(_, text)| text).collect::<Vec<_>>(), ["front", "front", "front", "front", "\"front\""]);
}

#[test]
fn declared_names_clash_too() {
    let rename = |text: &str, name: &str| {
        let (analysis, offset) = marked(text);
        let target = Target::at(&analysis, "a.kdsl", offset).expect("a name");
        ide::renaming(&analysis, &target, name)
    };
    assert_eq!(rename("let a‸ = 1\nparam b: Int = 2", "b").unwrap_err(), "there is a value `b` already, a.kdsl:2");
    assert_eq!(rename("config c‸ { }\nconfig d { }", "d").unwrap_err(), "`config d` is declared already, a.kdsl:2");
    assert!(rename("config c‸ { }\nsecret d { }", "d").is_ok());
    assert!(rename("namespace x { config c‸ { } }\nconfig d { }", "d").is_ok());
}

#[test]
fn a_key_that_bears_a_files_name_keeps_it() {
    let (analysis, offset) = marked("config c { files = [\"conf/a.txt\"] }\nlet x = config.c.content[\"a.tx‸t\"]");
    assert_eq!(ide::renamable(&analysis, "a.kdsl", offset).unwrap_err(), "this key bears the name of a file: rename that");
}

const NATIVE: &str = r#"
Deployment web {
  spec {
    selector { matchLabels { app = "web" } }
    template {
      metadata { labels { app = "web", tier = "front" } }
      spec {
        containers main {
          image = "a:1"
          args  = ["--port=$(PORT)", "--host=$(HOST)", "$$(PORT)"]
          env PORT = "8080"
          env URL { value = "http://localhost:$(PORT)/" }
          ports http = 8080
        }
        containers proxy { image = "p:1", command = ["run", "$(PORT)"], ports admin = 9901 }
      }
    }
  }
}
Service web { spec { selector { app = "web" }, ports http { port = 80, targetPort = "http" }, ports adm { port = 81, targetPort = "admin" } } }
Service lone { spec { selector { app = "lone" }, ports http { port = 80, targetPort = "http" } } }
Ingress site {
  spec {
    defaultBackend { service { name = "web", port { name = "adm" } } }
    rules = [{ host = "a.example.com", http { paths = [{ path = "/", pathType = "Prefix", backend { service { name = "web", port { name = "http" } } } }] } }]
  }
}
"#;

/// The lines that mean what the mark stands at, in a text.
fn meant_in(text: &str, line: &str) -> Vec<String> {
    let at = text.replacen(&line.replace('‸', ""), line, 1);
    assert!(at.contains('‸'), "`{line}` is there");
    let (analysis, offset) = marked(&at);
    let target = Target::at(&analysis, "a.kdsl", offset).unwrap_or_else(|| panic!("`{line}` is a label"));
    lines(&analysis, &ide::uses(&analysis, &target))
}

fn led_in(text: &str, line: &str) -> Vec<String> {
    let (analysis, offset) = marked(&text.replacen(&line.replace('‸', ""), line, 1));
    lines(&analysis, &ide::definition(&analysis, "a.kdsl", offset))
}

#[test]
fn a_text_mentions_variables_of_its_container() {
    let port = [
        "args  = [\"--port=$(PORT)\", \"--host=$(HOST)\", \"$$(PORT)\"]",
        "env PORT = \"8080\"",
        "env URL { value = \"http://localhost:$(PORT)/\" }",
    ];
    assert_eq!(meant_in(NATIVE, "--port=$(PO‸RT)"), port);
    assert_eq!(meant_in(NATIVE, "env PO‸RT"), port);
    assert_eq!(led_in(NATIVE, "localhost:$(‸PORT)"), ["env PORT = \"8080\""]);
    // Another container has variables of its own, and what is escaped is no name.
    assert_eq!(meant_in(NATIVE, "\"run\", \"$(PO‸RT)\"").len(), 1);
    assert_eq!(led_in(NATIVE, "$$(PO‸RT)"), [""; 0]);
    let lost = hover(&NATIVE.replacen("$(HOST)", "$(HO‸ST)", 1));
    assert!(lost.contains("`Deployment.web` has no variable `HOST` of its own"), "{lost}");

    let app = "app web {\n  image = \"a:1\"\n  args = [\"-p\", \"$(POR‸T)\"]\n  env PORT = \"80\"\n  env ALSO = \"${1}:$(PORT)\"\n}\nextend Deployment web { spec { template { spec { containers web { command = [\"$(PORT)\"] } } } } }";
    let (analysis, offset) = marked(app);
    let target = Target::at(&analysis, "a.kdsl", offset).expect("a label");
    let edits = ide::renaming(&analysis, &target, "LISTEN").expect("a good name");
    assert_eq!(edits.into_iter().map(|(_, text)| text).collect::<Vec<_>>(), ["LISTEN"; 4]);
    // Names with dots are quoted as labels, and plain within a text.
    let edits = ide::renaming(&analysis, &target, "a.b").expect("a good name");
    assert_eq!(edits.into_iter().map(|(_, text)| text).collect::<Vec<_>>(), ["a.b", "\"a.b\"", "a.b", "a.b"]);
}

#[test]
fn a_native_service_sends_to_ports_of_the_pods_that_it_selects() {
    assert_eq!(led_in(NATIVE, "ports http { port = 80, targetPort = \"ht‸tp\" }, ports adm"), ["ports http = 8080"]);
    assert_eq!(
        led_in(NATIVE, "targetPort = \"adm‸in\""),
        ["containers proxy { image = \"p:1\", command = [\"run\", \"$(PORT)\"], ports admin = 9901 }"]
    );
    assert_eq!(meant_in(NATIVE, "ports ht‸tp = 8080").len(), 2);
    // Nothing is known of what this one selects.
    assert_eq!(led_in(NATIVE, "lone\" }, ports http { port = 80, targetPort = \"ht‸tp\""), [""; 0]);
    let lost = hover(&NATIVE.replacen("targetPort = \"admin\"", "targetPort = \"no‸ne\"", 1));
    assert!(lost.contains("No pod that `Service.web` selects has a port `none`."), "{lost}");

    let app = "app web { image = \"a:1\", port http = 80, sidecar proxy { image = \"p:1\", ports admin = 1 } }\nService own { spec { selector = app.web.selector, ports x { port = 80, targetPort = \"http\" } } }\nService by { spec { selector { \"app.kubernetes.io/name\" = \"web\" }, ports x { port = 80, targetPort = \"admin\" } } }";
    assert_eq!(meant_in(app, "port ht‸tp").len(), 2);
    assert_eq!(meant_in(app, "ports ad‸min").len(), 2);
}

#[test]
fn a_native_ingress_leads_to_ports_of_its_services() {
    assert_eq!(meant_in(NATIVE, "service { name = \"web\", port { name = \"ht‸tp\" }").len(), 2);
    assert_eq!(meant_in(NATIVE, "ports ad‸m {").len(), 2);
    assert!(led_in(NATIVE, "port { name = \"a‸dm\"")[0].starts_with("Service web {"));
    let app = "app web { image = \"a:1\", port http = 80, expose http = 80 }\nIngress i { spec { defaultBackend { service { name = \"web\", port { name = \"http\" } } } } }";
    assert_eq!(meant_in(app, "port { name = \"ht‸tp\"").len(), 3);
    let by_name = app.replace("name = \"web\"", "name = app.web.name");
    assert_eq!(meant_in(&by_name, "port { name = \"ht‸tp\"").len(), 3);
}
