//! Hover.

use super::*;

#[track_caller]
fn assert_says(text: &str, wanted: &[&str]) {
    let said = hover(text);
    for part in wanted {
        assert!(said.contains(part), "no {part:?} in\n{said}\nfor\n{text}");
    }
}

#[test]
fn a_field_of_a_kind_with_type_default_and_words() {
    assert_says("app web { repl‸icas = 3 }", &["replicas: Int(0..)", "A field of `app`."]);
    assert_says("app web { ima‸ge = \"a:1\" }", &["image: Image", "Required."]);
    assert_says("app web { rollout { max‸Surge = 1 } }", &["maxSurge: IntOrPercent?", "How many pods more"]);
    assert_says("app web { p‸od { } }", &["Partial<PodSpec>", "`PodSpec` of Kubernetes"]);
}

#[test]
fn a_field_of_kubernetes_with_its_documentation() {
    assert_says("Deployment web { spec { repl‸icas = 3 } }", &["replicas: Int?", "Number of desired pods", "DeploymentSpec"]);
    assert_says("Service s { spec { ty‸pe = \"ClusterIP\" } }", &["`\"LoadBalancer\"`"]);
    assert_says("app web { pod { hostNet‸work = true } }", &["hostNetwork: Bool?", "PodSpec"]);
}

#[test]
fn names() {
    assert_says("/// The registry.\nlet registry = \"a\"\nlet b = reg‸istry", &["let registry: \"a\"", "The registry."]);
    assert_says(
        "/// Where to.\nparam env: \"dev\" | \"prod\" = \"dev\"\nlet b = e‸nv",
        &["param env: \"dev\" | \"prod\" = \"dev\"", "Where to."],
    );
    assert_says("let a = [x‸ for x in [1]]", &["x: Int"]);
    assert_says("let a = jo‸in([], \",\")", &["join(", "```kdsl"]);
    assert_says("fn f(a: Int) -> Int = a\nlet b = f‸(1)", &["fn f(a: Int) -> Int"]);
    assert_says("a‸pp web { }", &["kind app from serving", "Exports"]);
    assert_says("Deploy‸ment web { }", &["Deployment", "`apps/v1`"]);
    assert_says("/// The front.\napp web { image = \"a:1\" }\nlet x = app.w‸eb", &["app web", "The front."]);
    assert_says("app web { image = \"a:1\" }\nlet x = app.web.ho‸st", &["host: String", "Exported by `app`."]);
    assert_says("param p: Po‸rt = 1", &["type Port"]);
    assert_says("/// A tier.\ntype Ti‸er = \"gold\" | \"silver\"", &["type Tier = \"gold\" | \"silver\"", "A tier."]);
    assert_says("import \"./lib.kdsl\" as l‸ib", &["import \"lib.kdsl\""]);
    assert_says("crd Web‸site in \"example.com/v1\" { spec { repo: String } }", &["Website"]);
    assert_says("param p: PodSp‸ec?", &["type PodSpec"]);
}
