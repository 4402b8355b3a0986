//! What is said of a whole file: outline, folding, colours, hints, YAML; and signatures.

use super::*;
use kdsl::ide::{Built, Class, Place};

const SHOP: &str = include_str!("../../examples/shop.kdsl");

fn shop() -> (MemWorld, Analysis) {
    let world = MemWorld::new().with("a.kdsl", SHOP);
    let analysis = Analysis::new(&world, "a.kdsl");
    (world, analysis)
}

#[test]
fn the_outline_has_namespaces_with_what_stands_in_them() {
    let (_, analysis) = shop();
    let symbols = ide::symbols(&analysis, "a.kdsl");
    let names: Vec<&str> = symbols.iter().map(|s| s.name.as_str()).collect();
    assert_eq!(names[..5], ["env", "tag", "registry", "prod", "shop"]);
    let inner: Vec<&str> = symbols[4].children.iter().map(|s| s.name.as_str()).collect();
    assert_eq!(inner, ["web", "db", "report", "settings", "db"]);
    assert_eq!(&SHOP[symbols[4].children[0].name_range.clone()], "web");
    assert_eq!(symbols[4].children[0].detail, "app");
}

#[test]
fn blocks_and_comments_fold() {
    let folds = ide::folds(SHOP);
    assert!(folds[0].is_comment && SHOP[folds[0].range.clone()].starts_with("// A small shop"));
    assert!(folds.iter().filter(|f| !f.is_comment).all(|f| SHOP[f.range.clone()].starts_with(['{', '[', '('])));
    assert!(folds.len() > 3);
}

#[test]
fn words_have_the_colour_of_what_they_mean() {
    let (_, analysis) = shop();
    let colors = ide::colors(&analysis, "a.kdsl");
    let of = |word: &str| colors.iter().filter(|c| &SHOP[c.range.clone()] == word).map(|c| c.class).collect::<Vec<_>>();
    assert!(of("param").iter().all(|class| *class == Class::Keyword));
    assert!(of("app").iter().all(|class| *class == Class::Kind) && of("app").len() >= 2, "{:?}", of("app"));
    assert!(of("registry").contains(&Class::Variable));
    assert!(of("image").iter().all(|class| *class == Class::Property));
    assert_eq!(of("web")[0], Class::Declaration);
    assert!(colors.windows(2).all(|pair| pair[0].range.end <= pair[1].range.start));
}

#[test]
fn declarations_say_what_becomes_of_them() {
    let (world, analysis) = shop();
    let built = Built::new(&analysis, &world);
    let hints = ide::hints(&analysis, &built, "a.kdsl");
    let at = SHOP.find("app web").unwrap() + "app web".len();
    let web = hints.iter().find(|hint| hint.offset == at).expect("a hint at the app");
    assert!(web.text.ends_with("objects, Burstable"), "{}", web.text);
    assert!(web.tooltip.contains("Deployment/web in shop"));
}

#[test]
fn the_yaml_of_one_declaration() {
    let (world, analysis) = shop();
    let offset = SHOP.find("schedule").unwrap();
    let yaml = ide::yaml(&analysis, &world, &Place { file: "a.kdsl".into(), range: offset..offset }).expect("it builds");
    assert!(yaml.contains("kind: CronJob") && !yaml.contains("kind: Deployment"), "{yaml}");
    let broken = MemWorld::new().with("a.kdsl", "app web { image = }");
    let analysis = Analysis::new(&broken, "a.kdsl");
    assert!(ide::yaml(&analysis, &broken, &Place { file: "a.kdsl".into(), range: 3..3 }).unwrap_err().contains("errors"));
}

#[test]
fn the_class_of_pods_follows_kubernetes() {
    for (resources, class) in [
        ("", "BestEffort"),
        ("resources { cpu = 1, memory = 64Mi }", "Burstable"),
        ("resources { cpu = 1..1, memory = 64Mi }", "Guaranteed"),
    ] {
        let text = format!("app web {{ image = \"a.example.com/a:1.0.0\", user = 1, readiness {{ exec = [\"a\"] }}\n {resources} }}");
        let world = MemWorld::new().with("a.kdsl", text);
        let analysis = Analysis::new(&world, "a.kdsl");
        let hints = ide::hints(&analysis, &Built::new(&analysis, &world), "a.kdsl");
        assert!(hints.iter().any(|hint| hint.text.ends_with(class)), "{resources}: {hints:?}");
    }
}

fn signature(text: &str) -> (String, usize) {
    let (analysis, offset) = marked(text);
    ide::signature(&analysis, "a.kdsl", offset).map(|s| (s.label, s.active)).unwrap_or_default()
}

#[test]
fn the_call_that_is_being_written() {
    assert_eq!(signature("let a = join([1, 2], ‸"), ("join(parts: [Scalar], separator: String) -> String".into(), 1));
    assert_eq!(signature("import \"./lib.kdsl\" as lib\nlet a = lib.image(‸)").1, 0);
    assert!(signature("import \"./lib.kdsl\" as lib\nlet a = lib.image(‸)").0.starts_with("image(name: String, tag: String"));
    assert_eq!(signature("import \"./lib.kdsl\" as lib\nlet a = lib.image(tag = ‸)").1, 1);
    assert_eq!(signature("let a = (1 + ‸)"), (String::new(), 0));
    assert_eq!(signature("let a = map([1], x => len(‸))").0.split('(').next(), Some("len"));
}

/// What an editor is told is what `kdsl check` says.
#[test]
fn the_same_is_wrong_as_for_the_command() {
    for text in [
        SHOP,
        "app web { image = \"a:1\" }\nlet a = [1][2]\n",
        "param env: \"dev\" | \"prod\" = \"dev\"\nlet a = if env == \"prod\" then [1][2] else 0\n",
        "app web { imag = \"a:1\" }\nlet b = wrong\n",
        "Service s { spec { ports http { port = 99999 } } }\n",
    ] {
        let world = MemWorld::new().with("a.kdsl", text);
        let analysis = Analysis::new(&world, "a.kdsl");
        let mut found = analysis.check_text();
        if !found.iter().any(|diagnostic| diagnostic.is_error()) {
            found.extend(analysis.check_values(&world, None));
        }
        let check = kdsl::Engine::new(world).check("a.kdsl");
        let place = |d: &kdsl::Diagnostic| check.diagnostics.location(d.primary.span).map(|at| (at.line, at.column));
        let mut wanted: Vec<(&str, String)> =
            check.diagnostics.iter().map(|d| (d.code.name, format!("{} {:?}", d.message, d.notes))).collect();
        let mut ours: Vec<(&str, String)> = found.iter().map(|d| (d.code.name, format!("{} {:?}", d.message, d.notes))).collect();
        assert!(check.diagnostics.iter().all(|d| place(d).is_some()));
        ours.sort();
        ours.dedup();
        wanted.sort();
        assert_eq!(ours, wanted, "{text}");
    }
}
