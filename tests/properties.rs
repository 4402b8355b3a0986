//! What holds of every program and of every text that is none.
//!
//! The corpus is all kdsl of this project. It is built as it is, cut off anywhere, and with bytes changed; and programs are made that
//! nest, repeat and double whatever the language lets them. `KDSL_THOROUGH=1` cuts at every byte; without, at some.

#![allow(clippy::disallowed_methods, reason = "tests read the files that they test")]

#[path = "support/corpus.rs"]
mod corpus;
#[path = "support/stack.rs"]
mod stack;

use corpus::{build, check, corpus, short, yaml};
use kdsl::driver::Options;
use kdsl::eval::Limits;
use proptest::prelude::*;
use rayon::prelude::*;
use stack::on_threads;
use std::path::Path;
use std::time::{Duration, Instant};

/// How long any text of the corpus's size may take, on a slow machine without optimisation.
const BOUND: Duration = Duration::from_secs(300);

#[test]
fn one_program_has_one_output() {
    for (path, text) in corpus() {
        let [first, second, parallel] = [1, 1, 2].map(|threads| on_threads(threads, || said(&text)));
        assert_eq!(first, second, "{}: the second run differs", path.display());
        assert_eq!(first, parallel, "{}: two threads differ", path.display());
    }
}

/// Everything that a run says and makes.
fn said(text: &[u8]) -> String {
    let outcome = build(text, &Options::default());
    check(&outcome);
    format!("{}{:#?}", yaml(&outcome), outcome.diagnostics)
}

#[test]
fn a_text_may_end_anywhere() {
    let thorough = std::env::var_os("KDSL_THOROUGH").is_some();
    on_threads(2, || {
        corpus().par_iter().for_each(|(path, text)| {
            let step = if thorough { 1 } else { (text.len() / 12).max(1) };
            // Different files are cut at different places, so that no kind of place is always spared.
            let first = path.as_os_str().len() % step;
            for end in (first..text.len()).step_by(step) {
                try_out(path, &text[..end]);
            }
        });
    });
}

#[test]
fn a_text_may_begin_anywhere() {
    on_threads(2, || {
        corpus().par_iter().for_each(|(path, text)| {
            let step = (text.len() / 5).max(1);
            for start in (path.as_os_str().len() % step..text.len()).step_by(step) {
                try_out(path, &text[start..]);
            }
        });
    });
}

fn try_out(path: &Path, bytes: &[u8]) {
    let start = Instant::now();
    check(&build(bytes, &short()));
    let took = start.elapsed();
    assert!(took < BOUND, "{}: {} bytes took {took:?}", path.display(), bytes.len());
}

/// Bytes that mean something to the lexer, among others.
const SPICE: &[&[u8]] = &[
    b"{",
    b"}",
    b"[",
    b"]",
    b"(",
    b")",
    b"\"",
    b"\"\"\"",
    b"${",
    b"..",
    b"...",
    b"=",
    b"+=",
    b"=>",
    b"->",
    b",",
    b",,",
    b"\n",
    b"\r\n",
    b"//",
    b"///",
    b"r\"",
    b"\\",
    b"\\u{",
    b"%",
    b"5m",
    b"1e999",
    b"99999999999999999999999999999",
    b"\0",
    b"\xff",
    b"\xef\xbb\xbf",
    b"for ",
    b" in ",
    b"if ",
    b" else ",
    b"let ",
    b"kind ",
    b"fn ",
    b"type ",
    b"param ",
    b"extend ",
    b"remove ",
    b"base ",
    b"import ",
    b"namespace ",
    b"emit ",
    b"null",
    b"?",
    b"?.",
    b"??",
    b"|",
    b"&&",
    b";",
    b"#",
    "ü".as_bytes(),
    "\u{2028}".as_bytes(),
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_text_may_hold_any_bytes(
        pick in any::<prop::sample::Index>(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<prop::sample::Index>(), 0usize..4, any::<u8>()), 1..6),
    ) {
        let corpus = corpus();
        let (path, text) = pick.get(&corpus);
        let mut bytes = text.clone();
        for (at, spice, what, byte) in changes {
            let at = at.index(bytes.len().max(1)).min(bytes.len());
            let spice = *spice.get(SPICE);
            match what {
                0 => drop(bytes.splice(at..at, spice.iter().copied())),
                1 if at < bytes.len() => bytes[at] = byte,
                2 => drop(bytes.splice(at..(at + spice.len()).min(bytes.len()), [])),
                _ => bytes.truncate(at),
            }
        }
        on_threads(1, || try_out(path, &bytes));
    }

    #[test]
    fn a_text_may_be_no_program_at_all(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        on_threads(1, || try_out(Path::new("random"), &bytes));
    }

    #[test]
    fn a_text_may_be_words_in_any_order(words in prop::collection::vec(prop::sample::select(SPICE), 0..60)) {
        on_threads(1, || try_out(Path::new("words"), &words.concat()));
    }
}

/// Programs that nest, repeat or double something, with the codes of the errors that they may give; none where they must work.
fn nasty() -> Vec<(&'static str, String, &'static [&'static str])> {
    let nested = |open: &str, close: &str, n: usize| format!("let a = {}1{}\n", open.repeat(n), close.repeat(n));
    let lines = |n: usize, line: &dyn Fn(usize) -> String| (0..n).map(line).collect::<String>();
    let config = "config c { data { A = \"1\" } }\n";
    let mut all: Vec<(&'static str, String, &'static [&'static str])> = Vec::new();
    let deep: &[&str] = &["nested-too-deep"];
    for (name, open, close) in [
        ("parentheses", "(", ")"),
        ("lists", "[", "]"),
        ("records", "{ a = ", " }"),
        ("calls", "abs(", ")"),
        ("negation", "- ", ""),
        ("not", "not ", ""),
        ("interpolation", "\"${", "}\""),
        ("branches", "if true then 1 else ", ""),
        ("sums", "1 + ", ""),
        ("coalesce", "null ?? ", ""),
        ("indices", "[1][", "]"),
    ] {
        all.push((name, nested(open, close, 100_000), &["nested-too-deep", "unterminated-string", "unbalanced-bracket"]));
    }
    all.push(("fields", format!("let a = b{}\n", ".c".repeat(100_000)), deep));
    all.push(("types", format!("type T = {}Int{}\n", "[".repeat(100_000), "]".repeat(100_000)), deep));
    all.push((
        "maps",
        format!("type T = {}Int{}\n", "Map<String, ".repeat(50_000), ">".repeat(50_000)),
        &["nested-too-deep", "unbalanced-bracket", "syntax"],
    ));
    all.push(("optional", format!("type T = Int{}\n", "?".repeat(100_000)), &["nested-too-deep", "syntax", "type-arguments"]));
    all.push(("blocks", format!("ConfigMap c {{ {} {} }}\n", "data { ".repeat(50_000), "} ".repeat(50_000)), deep));
    all.push(("ifs", format!("{}{config}{}", "if true {\n".repeat(50_000), "}\n".repeat(50_000)), deep));
    all.push(("else ifs", format!("{}{{ }}\n", "if false { } else ".repeat(50_000)), deep));
    all.push(("open brackets", "{".repeat(100_000), &["syntax", "unbalanced-bracket", "nested-too-deep"]));
    all.push(("closed brackets", "}\n".repeat(20_000), &["syntax", "unbalanced-bracket"]));
    all.push((
        "lets forwards",
        lines(10_000, &|i| if i == 0 { "let a0 = 1\n".into() } else { format!("let a{i} = a{} + 1\n", i - 1) }),
        &[],
    ));
    all.push(("lets backwards", lines(10_000, &|i| format!("let a{i} = a{} + 1\n", i + 1)) + "let a10000 = 1\n", &["limit-depth"]));
    all.push(("a cycle of lets", lines(3_000, &|i| format!("let a{i} = a{}\n", (i + 1) % 3_000)), &["cycle", "limit-depth"]));
    all.push((
        "lists in lets",
        lines(3_000, &|i| if i == 0 { "let a0 = []\n".into() } else { format!("let a{i} = [a{}]\n", i - 1) }),
        &["value-too-deep"],
    ));
    all.push((
        "records in lets",
        lines(3_000, &|i| if i == 0 { "let a0 = {}\n".into() } else { format!("let a{i} = {{ x = a{} }}\n", i - 1) }),
        &["value-too-deep"],
    ));
    all.push((
        "texts double",
        lines(64, &|i| if i == 0 { "let a0 = \"x\"\n".into() } else { format!("let a{i} = \"${{a{0}}}${{a{0}}}\"\n", i - 1) }),
        &["limit-size"],
    ));
    all.push((
        "lists double",
        lines(64, &|i| if i == 0 { "let a0 = [1]\n".into() } else { format!("let a{i} = [...a{0}, ...a{0}]\n", i - 1) }),
        &["limit-size", "limit-steps"],
    ));
    all.push((
        "trees double",
        lines(64, &|i| if i == 0 { "let a0 = [1]\n".into() } else { format!("let a{i} = [a{0}, a{0}]\n", i - 1) }),
        &["limit-size"],
    ));
    all.push((
        "records double",
        lines(64, &|i| if i == 0 { "let a0 = {}\n".into() } else { format!("let a{i} = {{ l = a{0}, r = a{0} }}\n", i - 1) }),
        &["limit-size"],
    ));
    all.push((
        "kinds in a chain",
        lines(3_000, &|i| if i == 0 { "kind k0 { }\n".into() } else { format!("kind k{i} from k{} {{ }}\n", i - 1) }) + "k2999 x { }\n",
        &["limit-depth"],
    ));
    all.push((
        "types in a chain",
        lines(3_000, &|i| if i == 0 { "type T0 = Int\n".into() } else { format!("type T{i} = [T{}]\n", i - 1) }) + "param p: T2999 = []\n",
        &[],
    ));
    all.push((
        "types in a chain, backwards",
        lines(3_000, &|i| if i == 2_999 { "type T2999 = Int\n".into() } else { format!("type T{i} = [T{}]\n", i + 1) })
            + "param p: T0 = []\n",
        &["limit-depth"],
    ));
    all.push((
        "functions in a chain",
        lines(3_000, &|i| if i == 0 { "fn f0(x: Int) -> Int = x\n".into() } else { format!("fn f{i}(x: Int) -> Int = f{}(x)\n", i - 1) })
            + "let a = f2999(1)\n",
        &["limit-depth"],
    ));
    all.push((
        "functions double",
        lines(64, &|i| {
            if i == 0 { "fn f0(x: Int) -> Int = x\n".into() } else { format!("fn f{i}(x: Int) -> Int = f{0}(x) + f{0}(x)\n", i - 1) }
        }) + "let a = f63(1)\n",
        &["limit-steps"],
    ));
    all.push((
        "block lets double",
        format!(
            "config c {{ let a0 = 1\n{} data {{ A = \"${{a60 > 0}}\" }} }}\n",
            lines(60, &|i| format!("let a{} = a{i} + a{i}\n", i + 1))
        ),
        &[],
    ));
    all.push((
        "kind lets double",
        format!(
            "kind k {{ let a0 = 1\n{} emit {{ ConfigMap c {{ data {{ A = \"${{a60 > 0}}\" }} }} }} }}\nk x {{ }}\n",
            lines(60, &|i| format!("let a{} = a{i} + a{i}\n", i + 1))
        ),
        &[],
    ));
    all.push((
        "endless kinds",
        "kind a { emit { b \"${name}x\" { } } }\nkind b { emit { a \"${name}x\" { } } }\na x { }\n".into(),
        &["cycle"],
    ));
    all.push((
        "kinds that multiply",
        lines(12, &|i| format!("kind k{i} {{ emit {{ for i in 1..100 {{ k{} \"${{name}}-${{i}}\" {{ }} }} }} }}\n", i + 1))
            + "kind k12 { emit { ConfigMap \"${name}\" { } } }\nk0 x { }\n",
        &["limit-steps", "limit-size"],
    ));
    all.push((
        "a huge range",
        "let a = [x for x in 1..1000000000000]\nlet b = len(range(0, 1000000000000))\nfor i in 1..1000000000000 { config \"c${i}\" { } }\n"
            .into(),
        &["limit-steps", "limit-size"],
    ));
    all.push(("huge numbers", "let a = 9223372036854775807 + 1\nlet b = 9223372036854775807 * 2\nlet c = 1000000000Ei * 100000000\nlet d = 100000000d * 1000000000\n".into(), &["operator", "number", "unit", "number-too-long"]));
    all.push(("many errors", "app a { imag = 1 }\n".repeat(5_000), &["unknown-field", "duplicate-declaration", "missing-field"]));
    all.push(("many entries", format!("config c {{ data {{ {} }} }}\n", lines(5_000, &|i| format!("k{i} = \"{i}\"\n"))), &[]));
    all.push(("many layers", config.to_string() + &lines(2_000, &|i| format!("extend config c {{ data {{ k{i} = \"{i}\" }} }}\n")), &[]));
    all.push(("padding", "let a = padLeft(\"x\", 100000000000)\n".into(), &["limit-steps"]));
    all.push(("replacement", "let a = padLeft(\"x\", 100000)\nlet b = replace(a, \" \", a)\n".into(), &["limit-steps", "limit-size"]));
    all.push((
        "a pattern",
        "let a = matches(padLeft(\"x\", 100000), \"(a*)*b\")\nlet b = matches(\"x\", \"((a{1000}){1000}){1000}\")\n".into(),
        &["bad-pattern"],
    ));
    all.push((
        "a YAML bomb",
        format!(
            "let a = yaml.parse(\"\"\"\n  a0: &a0 [x, x]\n{}  \"\"\")\n",
            lines(40, &|i| format!("  a{0}: &a{0} [*a{1}, *a{1}]\n", i + 1, i))
        ),
        &["limit-steps", "limit-size", "bad-data"],
    ));
    all.push((
        "deep JSON",
        format!("let a = json.parse(r\"{}{}\")\n", "[".repeat(100_000), "]".repeat(100_000)),
        &["bad-data", "value-too-deep"],
    ));
    all.push(("nothing", String::new(), &[]));
    all.push(("only a comment", "// nothing".into(), &[]));
    all.push(("CRLF", config.replace('\n', "\r\n"), &[]));
    all.push(("a BOM", format!("\u{feff}{config}"), &[]));
    all.push(("a zero", format!("{config}\0"), &["syntax"]));
    all.push(("itself", "base \"./main.kdsl\"\nimport \"./main.kdsl\" as me\nme.x y { }\n".into(), &["base-loop", "unknown-kind"]));
    all
}

#[test]
fn nothing_is_too_nasty() {
    let mut wrong = Vec::new();
    let options = Options { limits: Limits { steps: 2_000_000, ..Limits::default() }, ..Options::default() };
    for (name, text, allowed) in nasty() {
        let start = Instant::now();
        let (codes, objects) = on_threads(2, || {
            let outcome = build(text.as_bytes(), &options);
            check(&outcome);
            let mut codes: Vec<&str> = outcome.diagnostics.iter().filter(|d| d.is_error()).map(|d| d.code.name).collect();
            codes.dedup();
            (codes, outcome.objects.len())
        });
        let took = start.elapsed();
        let fits = if allowed.is_empty() { codes.is_empty() } else { !codes.is_empty() && codes.iter().all(|c| allowed.contains(c)) };
        println!("{name}: {took:?}, {objects} objects, {codes:?}");
        if !fits {
            wrong.push(format!("{name}: {codes:?}, allowed {allowed:?}"));
        }
        if took > BOUND {
            wrong.push(format!("{name}: took {took:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn bytes_that_are_no_text_are_an_error() {
    let outcome = build(b"let a = \"\xff\"\n", &Options::default());
    assert_eq!(outcome.diagnostics.iter().map(|d| d.code.name).collect::<Vec<_>>(), ["file-unreadable"]);
}
