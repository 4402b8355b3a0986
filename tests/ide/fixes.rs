//! Mends: what an editor offers to write in place of what is wrong.

use super::*;
use kdsl::diag::{Diagnostic, codes};

/// All that is wrong with a program.
fn wrong(text: &str) -> (Analysis, Vec<Diagnostic>) {
    let world = MemWorld::new().with("a.kdsl", text).with("lib.kdsl", LIB);
    let analysis = Analysis::new(&world, "a.kdsl");
    let mut found = analysis.check_text();
    if !found.iter().any(Diagnostic::is_error) {
        found.extend(analysis.check_values(&world, None));
    }
    (analysis, found)
}

/// The text with the mend of the first diagnostic that has one.
fn mended(text: &str) -> String {
    let (analysis, found) = wrong(text);
    let fix = found.iter().find_map(|d| d.fix.as_ref()).unwrap_or_else(|| panic!("nothing has a mend: {found:#?}"));
    apply(&analysis, text, fix)
}

fn apply(analysis: &Analysis, text: &str, fix: &kdsl::diag::Edit) -> String {
    let (place, new) = ide::edit(analysis, fix).expect("a mend is of the user's file");
    assert_eq!(place.file, "a.kdsl");
    let mut text = text.to_string();
    text.replace_range(place.range, &new);
    text
}

#[test]
fn what_is_mended_is_wrong_no_more() {
    let mut seen = 0;
    for code in codes::all().filter(|code| !code.fails.is_empty() && !code.fails.contains("apiVersion:")) {
        let (analysis, found) = wrong(code.fails);
        for diagnostic in &found {
            let Some(fix) = &diagnostic.fix else { continue };
            let text = apply(&analysis, code.fails, fix);
            let (_, left) = wrong(&text);
            let same = |all: &[Diagnostic]| all.iter().filter(|d| d.code == diagnostic.code && d.message == diagnostic.message).count();
            assert!(same(&left) < same(&found), "`{}`: {text}\nstill has: {}", code.name, diagnostic.message);
            let breaks = left.iter().any(|d| d.code == &codes::SYNTAX) && !found.iter().any(|d| d.code == &codes::SYNTAX);
            assert!(!breaks, "`{}`: {text}\nno longer parses", code.name);
            seen += 1;
        }
    }
    assert!(seen > 15, "there are mends: {seen}");
}

#[test]
fn mends() {
    assert_eq!(mended("app web { image = \"a:1\", replica = 3 }\n"), "app web { image = \"a:1\", replicas = 3 }\n");
    assert_eq!(mended("let a = \"\\d\"\n"), "let a = \"\\\\d\"\n");
    assert_eq!(
        mended("let b = [{ c = \"x\" }, null]\nConfigMap c { data { A = b[1].c } }\n"),
        "let b = [{ c = \"x\" }, null]\nConfigMap c { data { A = b[1]?.c } }\n"
    );
    let rule = |kind: &str| format!("rule r on Pod p {{ require find({kind}, \"a\", \"b\") != null else \"no\" }}\n");
    assert_eq!(mended(&rule("ConfigMaap")), rule("ConfigMap"));
}
