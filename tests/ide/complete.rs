//! Completion.

use super::*;

#[test]
fn fields_of_a_kind_those_that_it_needs_first() {
    let text = "app web {\n  user = 1\n  ‸\n  port http = 80\n}\n";
    assert_offers(text, &["image", "replicas", "env", "readiness", "port", "pod"]);
    assert_offers_not(text, &["user", "spec"]);
    assert_eq!(offered("app web { im‸ }")[0], "image");
}

#[test]
fn fields_of_a_record_and_of_kubernetes() {
    assert_offers("app web { rollout { ma‸ } }", &["maxSurge", "maxUnavailable", "strategy"]);
    assert_offers("app web { pod { host‸ } }", &["hostNetwork", "hostAliases"]);
    assert_offers("Deployment web {\n  spec {\n    ‸\n  }\n}", &["replicas", "selector", "template", "strategy"]);
    assert_offers("Pod web { spec { containers main { ‸ } } }", &["image", "env", "ports", "resources"]);
    let found = complete("app web { pod { hostN‸ } }").into_iter().find(|c| c.label == "hostNetwork").expect("it is offered");
    assert!(found.doc.contains("Host networking"), "{}", found.doc);
    assert_eq!(found.detail, "Bool?");
}

#[test]
fn values_of_a_field() {
    assert_eq!(offered("app web { rollout { strategy = ‸ } }")[..2], ["\"Recreate\"", "\"RollingUpdate\""]);
    assert_eq!(offered("app web { rollout { strategy = \"Re‸\" } }"), ["Recreate", "RollingUpdate"]);
    assert_eq!(offered("Service s { spec { type = ‸ } }")[..2], ["\"ClusterIP\"", "\"ExternalName\""]);
    assert_eq!(offered("Service s {\n  spec {\n    type = \"‸\n  }\n}\n")[..2], ["ClusterIP", "ExternalName"]);
    assert_eq!(offered("Pod p { spec { hostNetwork = t‸ } }")[..2], ["false", "true"]);
    assert_eq!(offered("param env: \"dev\" | \"prod\" = \"dev\"\nlet x = if env == \"‸\" then 1 else 2"), ["dev", "prod"]);
}

#[test]
fn names_in_scope() {
    let text = "param env: \"dev\" | \"prod\" = \"dev\"\nlet registry = \"r\"\nfn tag(x: String) -> String = x\napp web { image = ‸ }\n";
    assert_offers(text, &["env", "registry", "tag", "join", "app.web", "yaml.parse", "has", "if"]);
    assert_offers("app web { for x in [1] { env A = ‸ } }", &["x"]);
    assert_offers("let a = map([1], item => it‸)", &["item"]);
    assert_offers("let a = 1\nlet b = a + ‸\nlet c = 2\n", &["a", "c"]);
    assert_offers("let a = 1\nlet b = \"x${‸}\"", &["a"]);
    assert_offers("let a = 1\nlet b = [1, ‸]", &["a"]);
    assert_offers("let a = true\nif ‸ { config c { } }", &["a"]);
    assert_offers("let a = true\napp web { if ‸ }", &["a"]);
}

#[test]
fn names_in_the_body_of_a_kind() {
    let text = "kind site {\n  page: String\n  let title = page\n  emit {\n    config \"${‸}\" { }\n  }\n}\n";
    assert_offers(text, &["page", "title", "name", "namespace"]);
    assert_offers("kind site {\n  page: String\n  ‸\n}\n", &["emit", "export", "let", "require"]);
    assert_offers("kind site {\n  emit {\n    ‸\n  }\n}\n", &["app", "Deployment"]);
}

#[test]
fn declarations_and_what_they_export() {
    let base = "app web { image = \"a:1\", port http = 80 }\nconfig settings { data { A = \"1\" } }\n";
    assert_offers(&format!("{base}let x = app.‸"), &["web"]);
    assert_offers_not(&format!("{base}let x = app.‸"), &["settings"]);
    assert_offers(&format!("{base}let x = app.web.‸"), &["host", "name", "replicas"]);
    assert_offers(&format!("{base}extend app ‸"), &["web"]);
    assert_offers(&format!("{base}remove config ‸"), &["settings"]);
    assert_eq!(offered(&format!("{base}stateful db {{ allow pg = [‸] }}"))[..1], ["app.web"]);
    assert_offers(&format!("{base}app b {{\n  env X = app.web.‸\n  env Y = 1\n}}"), &["host"]);
}

#[test]
fn labels_that_entries_around_have() {
    assert_offers("app web {\n  port http = 8080\n  expose ‸ = 80\n}", &["http"]);
    assert_offers("app web {\n  port http = 8080\n  expose ‸\n}", &["http"]);
}

#[test]
fn labels_where_they_are_named() {
    let web = |entry: &str| {
        format!(
            "app web {{\n  port http = 8080\n  port admin = 9090\n  env PORT = \"80\"\n  {entry}\n}}\nsecret db {{ keys = [\"password\"] }}"
        )
    };
    assert_offers(&web("readiness { http = \"/\", port = ‸ }"), &["\"http\"", "\"admin\""]);
    assert_offers(&web("readiness { http = \"/\", port = \"‸\" }"), &["http", "admin"]);
    assert_offers(&web("readiness { port = \"a‸ }"), &["admin"]);
    assert_offers(&web("env PASSWORD = secret.db.ref.‸"), &["password"]);
    assert_offers(&web("args = [\"--port=$(‸)\"]"), &["PORT"]);
    assert_offers(&web("args = [\"--port=$(P‸\"]"), &["PORT"]);
    assert_offers_not(&web("args = [\"--port=$(‸)\"]"), &["password", "http"]);
    let pod = "Pod a { metadata { labels { app = \"a\" } }, spec { containers main { image = \"a:1\", ports http = 80 } } }\n";
    let service = "Service s { spec { selector { app = \"a\" }, ports web { port = 80, targetPort = \"‸\" } } }\n";
    assert_offers(&format!("{pod}{service}"), &["http"]);
    let ingress = "Ingress i { spec { defaultBackend { service { name = \"s\", port { name = \"‸\" } } } } }\n";
    assert_offers(&format!("{}{ingress}", service.replace('‸', "http")), &["web"]);
}

#[test]
fn declarations_begin_with_a_kind_or_a_word() {
    assert_offers("‸", &["app", "Deployment", "param", "namespace", "labels"]);
    assert_offers("let a = 1\nap‸\nlet b = 2\n", &["app", "param"]);
    assert_offers("namespace shop {\n  ‸\n}", &["app", "config", "Deployment", "labels", "quota"]);
    assert_offers_not("namespace shop {\n  ‸\n}", &["param", "import"]);
    assert_offers("extend ‸", &["app", "Deployment"]);
    assert_offers("kind b from ‸", &["app"]);
}

#[test]
fn types() {
    assert_offers("param x: ‸", &["Int", "String", "Port", "PodSpec"]);
    assert_offers("type T = ‸", &["Int", "Duration"]);
    assert_offers("kind k {\n  a: ‸\n}", &["Int", "Image"]);
    assert_offers("kind k {\n  a: Partial<‸>\n}", &["PodSpec"]);
}

#[test]
fn what_an_import_has() {
    assert_offers("import \"./lib.kdsl\" as lib\nlet x = lib.‸", &["owner", "image"]);
    assert_offers("import \"./lib.kdsl\" as lib\nlib.‸", &["webapp"]);
    assert_offers("import \"./lib.kdsl\" as lib\nparam t: lib.‸", &["Team"]);
    assert_offers("import \"./lib.kdsl\" as lib\nlib.webapp a { te‸ }", &["team"]);
    assert_offers("import \"./lib.kdsl\"\nlet x = image(‸)", &["name =", "tag =", "owner"]);
    assert_offers("import \"‸\"", &["k8s/autoscaling/v1"]);
    assert_offers("let x = yaml.‸", &["parse", "format"]);
}

#[test]
fn params_of_a_base() {
    let world =
        MemWorld::new().with("shop.kdsl", "param env: \"dev\" | \"prod\" = \"dev\"\n").with("a.kdsl", "base \"./shop.kdsl\" {  }\n");
    let analysis = Analysis::new(&world, "a.kdsl");
    let labels: Vec<String> = ide::complete(&analysis, "a.kdsl", 22).into_iter().map(|c| c.label).collect();
    assert_eq!(labels[0], "env");
}

#[test]
fn nothing_in_comments_numbers_and_plain_texts() {
    for text in ["// a‸", "let a = 12‸", "let a = \"te‸xt\"", "/// doc ‸\napp web { }"] {
        assert_eq!(offered(text), Vec::<String>::new(), "{text}");
    }
}

/// At every place of a program, whole and cut off there, completion and hover neither fail nor hang.
#[test]
fn every_place_of_every_example_is_safe() {
    let example = include_str!("../../examples/shop.kdsl");
    for offset in (0..example.len()).filter(|&i| example.is_char_boundary(i)).step_by(17) {
        for text in [example, &example[..offset]] {
            let analysis = Analysis::new(&MemWorld::new().with("a.kdsl", text), "a.kdsl");
            let found = ide::complete(&analysis, "a.kdsl", offset);
            assert!(found.iter().all(|c| c.replace.start <= offset && offset <= c.replace.end));
            let _ = ide::hover(&analysis, "a.kdsl", offset);
        }
    }
}

#[test]
fn rules_and_the_types_that_they_are_on() {
    assert_offers("app web {\n  waive ‸\n}", &["image-trimmed"]);
    assert_offers("rule mine on ‸", &["PodSpec"]);
    assert_offers("rule mine on PodSpec p {\n  if p.‸\n}", &["hostNetwork", "containers"]);
    assert_offers("rule mine on PodSpec p {\n  deny \"…\" at ‸\n}", &["p", "object", "kubeVersion"]);
    assert_offers("refine ContainerPort {\n  name: ‸\n}", &["PortName"]);
}

#[test]
fn brackets_that_are_not_closed_yet() {
    assert_offers("let r = 1\napp web {\n  image = \"${‸\n  user = 1\n}\n", &["r"]);
    assert_offers("let r = 1\napp web {\n  image = \"${r}/${‸\n}\n", &["r"]);
    assert_offers("app web { image = \"a:1\" }\nstateful db {\n  allow pg = [‸\n", &["app.web"]);
    assert_offers("app web {\n  pod { tolerations = [{ ‸\n}\n", &["key", "operator"]);
    assert_offers("app web {\n  pod { tolerations = [{ operator = \"‸\n}\n", &["Exists"]);
    assert_offers("app web {\n  pod { tolerations = [{ operator = ‸\n  }\n  user = 1\n}\n", &["\"Exists\""]);
    assert_offers("let a = [1]\nlet b = join(map(‸\nlet c = 1\n", &["a"]);
    assert_offers_not("app web {\n  port ht‸\n}\n", &["ht"]);
}
