//! Definition, implementation, references and renaming.

use super::*;
use kdsl::ide::Target;

/// The texts of the lines of the places, trimmed.
fn lines(analysis: &Analysis, places: Vec<ide::Place>) -> Vec<String> {
    let line = |place: &ide::Place| {
        let text = analysis.text(&place.file).expect("a known file");
        let start = text[..place.range.start].rfind('\n').map_or(0, |i| i + 1);
        format!("{}: {}", place.file, text[start..].lines().next().unwrap_or("").trim())
    };
    places.iter().map(line).collect()
}

fn defined(text: &str) -> Vec<String> {
    let (analysis, offset) = marked(text);
    lines(&analysis, ide::definition(&analysis, "a.kdsl", offset))
}

#[test]
fn names_lead_to_their_declarations() {
    assert_eq!(defined("let a = 1\nlet b = a‸ + 1"), ["a.kdsl: let a = 1"]);
    assert_eq!(defined("fn f(x: Int) -> Int = x‸"), ["a.kdsl: fn f(x: Int) -> Int = x"]);
    assert_eq!(defined("app web { image = \"a:1\" }\nlet b = app.we‸b"), ["a.kdsl: app web { image = \"a:1\" }"]);
    assert_eq!(defined("import \"./lib.kdsl\" as lib\nlib.webapp‸ a { }"), ["lib.kdsl: kind webapp from app {"]);
    assert_eq!(defined("import \"./lib.kdsl\" as lib\nlib.webapp a { te‸am = \"search\" }"), ["lib.kdsl: team: Team"]);
    assert_eq!(defined("import \"./li‸b.kdsl\" as lib"), ["lib.kdsl: "]);
    assert_eq!(
        defined("import \"./lib.kdsl\" as lib\nlet x = lib.im‸age(\"a\")")[0].split(" = ").next(),
        Some("lib.kdsl: fn image(name: String, tag: String")
    );
}

#[test]
fn kinds_and_fields_lead_into_the_library() {
    assert_eq!(defined("a‸pp web { }"), ["std/kinds/app.kdsl: kind app from serving {"]);
    assert_eq!(defined("app web { roll‸out { } }")[0].split(':').next(), Some("std/kinds/app.kdsl"));
    assert_eq!(defined("app web { rollout { max‸Surge = 1 } }"), ["std/kinds/app.kdsl: maxSurge: IntOrPercent?"]);
    let (analysis, offset) = marked("app web { ingr‸ess { } }");
    let used = lines(&analysis, ide::implementation(&analysis, "a.kdsl", offset));
    assert!(!used.is_empty() && used.iter().all(|line| line.contains("ingress")), "{used:?}");
}

#[test]
fn from_the_library_itself() {
    let analysis = Analysis::new(&MemWorld::new().with("a.kdsl", ""), "a.kdsl");
    let text = analysis.text("std/kinds/app.kdsl").expect("it is there");
    let offset = text.find("canary.image == null").expect("it reads that");
    assert_eq!(lines(&analysis, ide::definition(&analysis, "std/kinds/app.kdsl", offset + 2)), ["std/kinds/app.kdsl: canary: Canary = {}"]);
}

fn used(text: &str) -> Vec<String> {
    let (analysis, offset) = marked(text);
    let target = Target::at(&analysis, "a.kdsl", offset).expect("it means something");
    lines(&analysis, ide::uses(&analysis, &target))
}

#[test]
fn all_uses_of_a_name() {
    assert_eq!(used("let a‸ = 1\nlet b = a\nlet c = \"${a}\""), ["a.kdsl: let a = 1", "a.kdsl: let b = a", "a.kdsl: let c = \"${a}\""]);
    let text = "app web { image = \"a:1\" }\nlet b = app.web‸.host\nextend app web { replicas = 2 }\nremove app web";
    assert_eq!(used(text).len(), 4);
    assert_eq!(used("param e‸nv: String\napp web { env A = env }").len(), 2);
    assert_eq!(used("app a { rep‸licas = 1 }\napp b { replicas = 2 }").len(), 2);
    assert_eq!(used("Pod a { spec { hostNet‸work = true } }\napp b { pod { hostNetwork = true } }").len(), 2);
}

#[test]
fn renaming_keeps_quotes_and_refuses_what_is_not_ours() {
    let (analysis, offset) = marked("app \"web\" { image = \"a:1\" }\nlet b = app.we‸b.host\nlet c = app[\"web\"].host");
    let target = Target::at(&analysis, "a.kdsl", offset).expect("a declaration");
    let edits = ide::renaming(&analysis, &target, "front").expect("a good name");
    assert_eq!(edits.into_iter().map(|(_, text)| text).collect::<Vec<_>>(), ["\"front\"", "front", "\"front\""]);
    assert!(ide::renaming(&analysis, &target, "a b").is_err());
    let (analysis, offset) = marked("app web { ima‸ge = \"a:1\" }");
    assert!(ide::renamable(&analysis, "a.kdsl", offset).unwrap_err().contains("library"));
}

#[test]
fn objects_and_rules_lead_to_what_makes_them() {
    let text = "app web { image = \"a:1\" }\nextend Deployment we‸b { spec { paused = true } }";
    assert_eq!(defined(text), ["a.kdsl: app web { image = \"a:1\" }"]);
    assert_eq!(used(text).len(), 2);
    assert_eq!(defined("rule mine on PodSpec p { }\napp web { waive mi‸ne = \"…\" }"), ["a.kdsl: rule mine on PodSpec p { }"]);
}
