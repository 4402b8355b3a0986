//! What each form of output makes of a fixed set of diagnostics, and that no span breaks one.

use super::*;
use crate::diag::{Code, Sink};
use crate::source::SourceKind;
use proptest::prelude::*;

static UNKNOWN_FIELD: Code = Code {
    name: "unknown-field",
    severity: Severity::Error,
    summary: "a field that its type does not have",
    doc: "The type lists its fields.",
    fails: "",
    passes: "",
};
static UNUSED: Code =
    Code { name: "unused", severity: Severity::Warning, summary: "nothing uses it", doc: "Remove it.", fails: "", passes: "" };

const ESC: char = '\u{1b}';
const SHOP: &str = "edition = 2026\n\napp web {\n  readiness { htttp = \"/healthz\", every = 1s }\n  replicas = \"größe\"\n}\n";

/// The span of the `n`th occurrence of a text.
fn span(source: &Source, text: &str) -> Span {
    let at = source.text.find(text).unwrap() as u32 + source.base;
    Span::new(at, at + text.len() as u32)
}

fn fixed() -> (Vec<Diagnostic>, FileDb) {
    let files = FileDb::new();
    let shop = files.add("a b/shop.kdsl", SHOP, SourceKind::User).unwrap();
    let std = files.add("std/kinds/app.kdsl", "kind app {\n  replicas: Int(0..) = 1\n}\n", SourceKind::Std).unwrap();
    let long = format!("let x = [{}, bad, {}]\n", "\"é\", ".repeat(100), "1, ".repeat(300));
    let wide = files.add("wide.kdsl", long, SourceKind::User).unwrap();
    let list = vec![
        Diagnostic::new(&UNKNOWN_FIELD, span(&shop, "htttp"), "Probe has no field `htttp`")
            .label("no such field")
            .help("did you mean `http`?")
            .fix(span(&shop, "htttp"), "http"),
        Diagnostic::new(&UNKNOWN_FIELD, span(&shop, "\"größe\""), "expected Int, found String: 100%, a\tb")
            .also(span(&std, "Int(0..)"), "because `replicas` is declared here")
            .also(span(&shop, "web"), "in this app")
            .help("write a number")
            .help("or a param")
            .note("the default is 1")
            .in_object("Deployment/web", "spec.replicas"),
        Diagnostic::new(&UNUSED, Span::NONE, "no file uses the param `tag`").help("remove it").note("set by `-p tag=1`\nand nowhere else"),
        Diagnostic::new(&UNUSED, Span::new(shop.span().end, shop.span().end), "the file ends here"),
        Diagnostic::new(&UNUSED, span(&wide, "bad"), "nothing is called `bad`").label("unknown\u{1b}[31m name"),
        Diagnostic::new(&UNUSED, span(&shop, "app web {\n  readiness"), "several lines"),
    ];
    (list, files)
}

fn rendered(style: Style) -> String {
    let (list, files) = fixed();
    render(style, &list, &files)
}

#[test]
fn pretty() {
    insta::assert_snapshot!(rendered(Style::Pretty { color: false }));
}

#[test]
fn colours_are_an_addition_to_the_plain_form() {
    let colored = rendered(Style::Pretty { color: true });
    assert!(colored.contains("\u{1b}["));
    let plain = regex::Regex::new("\u{1b}\\[[0-9;]*m").unwrap().replace_all(&colored, "").into_owned();
    let trimmed = |text: &str| text.lines().map(str::trim_end).collect::<Vec<_>>().join("\n");
    assert_eq!(trimmed(&plain), trimmed(&rendered(Style::Pretty { color: false })));
    assert!(!rendered(Style::Pretty { color: false }).contains('\u{1b}'));
}

#[test]
fn concise() {
    insta::assert_snapshot!(rendered(Style::Concise));
}

#[test]
fn json() {
    insta::assert_snapshot!(rendered(Style::Json));
}

#[test]
fn sarif() {
    insta::assert_snapshot!(rendered(Style::Sarif).replace(env!("CARGO_PKG_VERSION"), "VERSION"));
}

#[test]
fn github() {
    insta::assert_snapshot!(rendered(Style::Github));
}

#[test]
fn nothing_to_say_is_nothing() {
    for style in [Style::Pretty { color: true }, Style::Concise, Style::Json, Style::Github] {
        assert_eq!(render(style, &Sink::new().finish(), &FileDb::new()), "");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1500))]
    #[test]
    fn no_span_and_no_text_makes_a_renderer_fail(
        a in prop_oneof!["\u{feff}?[a é\t\r\n\u{2028}\u{b}\u{1b}\u{202e}]{0,30}", ".{0,400}", "(ab\r?\n){0,5}x{0,400}é*"],
        b in "[a\n]{0,5}",
        spots in prop::collection::vec((0u32..420, 0u32..420), 1..4),
    ) {
        let files = FileDb::new();
        files.add("a", a, SourceKind::User).unwrap();
        files.add("b", b, SourceKind::Std).unwrap();
        let mut d = Diagnostic::new(&UNUSED, Span::new(spots[0].0, spots[0].1), "m\n\u{1b}").help("h").note("n");
        for s in &spots[1..] {
            d = d.also(Span::new(s.0, s.1), "l").fix(Span::new(s.0, s.1), "x");
        }
        let list = [d];
        for style in [Style::Pretty { color: false }, Style::Concise, Style::Json, Style::Sarif, Style::Github] {
            let text = render(style, &list, &files);
            prop_assert!(text.ends_with('\n'));
            if style != Style::Json && style != Style::Sarif && style != Style::Github {
                prop_assert!(!text.contains(ESC));
            }
        }
        // All forms agree on the line.
        if let Some(place) = Place::of(list[0].primary.span, &files) {
            let at = place.start();
            let pretty = render(Style::Pretty { color: false }, &list, &files);
            let header = format!("{}:{}:", place.name(), at.line);
            prop_assert!(pretty.contains(&header), "{} not in {}", header, pretty);
        }
    }
}
