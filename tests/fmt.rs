//! What holds of the formatter: for every text, however cut or edited, and for the cases in `tests/cases/fmt`.
//!
//! Beside a case `NAME.kdsl` stands `NAME.formatted`, its canonical form; `KDSL_UPDATE=1 cargo test --test fmt` writes it.
#![allow(clippy::disallowed_methods, reason = "tests read files")]

#[path = "support/corpus.rs"]
#[allow(dead_code, reason = "other tests use the rest")]
mod corpus;
#[path = "support/dump.rs"]
mod dump;

use kdsl::diag::Sink;
use kdsl::fmt;
use kdsl::source::{FileDb, Source, SourceKind};
use kdsl::syntax;
use kdsl::syntax::token::{self, Kind};
use proptest::prelude::*;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

/// The corpus, without what is no text.
fn texts() -> &'static [(PathBuf, String)] {
    static TEXTS: OnceLock<Vec<(PathBuf, String)>> = OnceLock::new();
    let read = || corpus::corpus().into_iter().filter_map(|(path, bytes)| Some((path, String::from_utf8(bytes).ok()?))).collect();
    TEXTS.get_or_init(read)
}

fn source(text: &str) -> Arc<Source> {
    FileDb::new().add("test.kdsl", text, SourceKind::User).unwrap()
}

/// What a text means, where it parses.
fn meaning(text: &str) -> Option<String> {
    let sink = Sink::new();
    let file = syntax::parse(&source(text), &sink);
    (!sink.has_errors()).then(|| dump::file(&file))
}

fn comments(text: &str) -> Vec<String> {
    let all = token::tokens(text).into_iter().filter(|token| matches!(token.kind, Kind::Comment | Kind::Doc));
    all.map(|token| text[token.start as usize..token.end as usize].trim_end_matches([' ', '\t', '\r']).to_string()).collect()
}

/// All that must hold whatever the text is.
fn check(text: &str) {
    let formatted = fmt::layout(text);
    if let Some(formatted) = &formatted {
        same("comments", &comments(text).join("\n"), &comments(formatted).join("\n"), text);
    }
    let sink = Sink::new();
    let whole = fmt::format(&source(text), &sink);
    assert_eq!(whole.is_none(), sink.has_errors(), "what does not parse is told, and nothing else");
    let (Some(meant), Some(formatted)) = (meaning(text), &formatted) else { return };
    same("what a check of the tokens lets pass", &whole.unwrap_or_default(), formatted, text);
    same("the meaning", &meant, &meaning(formatted).unwrap_or_default(), text);
    same("the second time", formatted, &fmt::layout(formatted).unwrap_or_default(), text);
    for line in 1..text.lines().count().min(12) as u32 {
        let part = fmt::format_lines(&source(text), line..=line + 1, &Sink::new()).expect("it parses");
        same(&format!("the meaning with lines {line} and on"), &meant, &meaning(&part).unwrap_or_default(), text);
    }
}

fn same(what: &str, one: &str, other: &str, text: &str) {
    if one != other {
        let diff = similar::TextDiff::from_lines(one, other).unified_diff().context_radius(1).to_string();
        panic!("{what} differs\n{diff}\n--- of\n{text:?}");
    }
}

#[test]
fn cases_are_formatted_as_they_say() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/fmt");
    let mut failures = Vec::new();
    let mut seen = 0;
    for entry in std::fs::read_dir(&folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|e| e != "kdsl") {
            continue;
        }
        seen += 1;
        let text = std::fs::read_to_string(&path).unwrap();
        check(&text);
        let actual = fmt::format(&source(&text), &Sink::new()).unwrap_or_else(|| panic!("{} does not parse", path.display()));
        let held = path.with_extension("formatted");
        let written = std::fs::read_to_string(&held).unwrap_or_default();
        if actual != written {
            match std::env::var_os("KDSL_UPDATE") {
                Some(_) => std::fs::write(&held, actual).unwrap(),
                None => {
                    let diff = similar::TextDiff::from_lines(&written, &actual);
                    failures.push(format!("{}\n{}", path.display(), diff.unified_diff().context_radius(2)));
                }
            }
        }
    }
    assert!(seen > 5, "there are cases");
    assert!(failures.is_empty(), "(KDSL_UPDATE=1 rewrites them)\n{}", failures.join("\n"));
}

#[test]
fn every_program_keeps_its_meaning() {
    for (path, text) in texts() {
        println!("{}", path.display());
        check(text);
    }
}

#[test]
fn the_projects_own_files_are_formatted() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for (path, text) in texts() {
        let inner = path.strip_prefix(root).unwrap();
        if inner.starts_with("examples") || inner.starts_with("stdlib") {
            let formatted = fmt::layout(text).unwrap_or_default();
            let changed = text.lines().zip(formatted.lines()).position(|(is, should)| is != should).map(|line| line + 1);
            assert!(formatted == *text, "`kdsl fmt {}` changes it, from line {changed:?} on", inner.display());
        }
    }
}

/// Programs that people read first have the form that `kdsl fmt` gives them, so that it does not undo what they copy.
#[test]
fn the_documentations_programs_are_formatted() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut seen = 0;
    let mut differ = Vec::new();
    for page in ["README.md", "docs/language.md", "docs/tour.md", "docs/cli.md", "docs/rules.md", "docs/editors.md"] {
        let text = std::fs::read_to_string(root.join(page)).unwrap();
        for block in text.split("\n```kdsl").skip(1) {
            let Some((info, block)) = block.split_once('\n') else { continue };
            // What shows an error is as somebody may have typed it.
            if info.contains("error") {
                continue;
            }
            let block = block.split("\n```").next().unwrap_or_default().to_string() + "\n";
            seen += 1;
            if let Some(formatted) = fmt::format(&source(&block), &Sink::new()).filter(|formatted| *formatted != block) {
                let diff = similar::TextDiff::from_lines(&block, &formatted).unified_diff().context_radius(1).to_string();
                differ.push(format!("{page}\n{diff}"));
            }
        }
    }
    assert!(seen > 20, "there are blocks: {seen}");
    assert!(differ.is_empty(), "{} blocks are not as `kdsl fmt` writes them\n{}", differ.len(), differ.join("\n"));
}

#[test]
fn a_text_may_end_anywhere() {
    let thorough = std::env::var_os("KDSL_THOROUGH").is_some();
    for (path, text) in texts() {
        let step = if thorough { 1 } else { (text.len() / 8).max(1) };
        for end in (path.as_os_str().len() % step..text.len()).step_by(step).filter(|&end| text.is_char_boundary(end)) {
            check(&text[..end]);
        }
    }
}

#[test]
fn a_long_text_takes_as_long_as_its_parts() {
    let wide = format!("app web {{ image = \"x\", args = [{}] }}\n", "\"argument\", ".repeat(20_000));
    let deep = format!("let x = {}1{}\n", "[".repeat(120), "]".repeat(120));
    let tall = "app web { image = \"x\"  // why\n  replicas  = 3 }\n\n\n\n".repeat(20_000);
    let flat = format!("let x = {}1\n", "1 + ".repeat(100));
    let text = format!("let x = [{}]\n", "\"\"\"\n  a ${b}\n  \"\"\", ".repeat(5_000));
    for text in [wide, deep, tall, flat, text] {
        let start = Instant::now();
        let formatted = fmt::layout(&text).expect("its brackets balance");
        assert_eq!(fmt::layout(&formatted), Some(formatted));
        assert!(start.elapsed() < Duration::from_secs(20), "{} bytes take {:?}", text.len(), start.elapsed());
    }
}

const PARTS: &[&str] = &[
    "app web {",
    "}",
    "{",
    "[",
    "]",
    "(",
    ")",
    " ",
    " ",
    " ",
    "\n",
    "\n",
    "\n",
    "\n\n\n",
    "  ",
    "\t",
    "\r\n",
    ",",
    ",",
    "= ",
    " = ",
    "a",
    "image",
    "\"x\"",
    "\"a ${",
    "}\"",
    "\"\"\"\n    a\n  b ${",
    "\n  }\"\"\"",
    "// note",
    "/// doc\n",
    "1",
    "200m",
    "..",
    "...x",
    "-",
    " - 1",
    "- x",
    "if a",
    " then ",
    " else ",
    "for x in ",
    "for k, v in ",
    "let x = ",
    "fn f (x: Int) -> Int = ",
    "rule r on update Pod (old, new) {",
    "type T = Map<String,Int>=",
    "Map<A, B>",
    " | ",
    "x.y",
    "?.",
    "?",
    "??",
    "=>",
    "not ",
    "and",
    "f(",
    "require",
    "deny \"x\"",
    "at x",
    "param p: Int(1..3)=2",
    "extend app * ",
    "\u{feff}",
    "é",
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn edited_programs_keep_their_meaning(
        which in any::<prop::sample::Index>(),
        edits in prop::collection::vec((any::<prop::sample::Index>(), 0usize..3, prop::sample::select(PARTS)), 1..6),
    ) {
        let mut text = which.get(texts()).1.clone();
        text.truncate((0..=2_000.min(text.len())).rev().find(|&at| text.is_char_boundary(at)).unwrap_or(0));
        for (at, len, part) in edits {
            let bounds: Vec<usize> = text.char_indices().map(|(i, _)| i).chain([text.len()]).collect();
            let from = at.index(bounds.len());
            let to = (from + len).min(bounds.len() - 1);
            text = format!("{}{part}{}", &text[..bounds[from]], &text[bounds[to]..]);
        }
        check(&text);
    }

    /// Where blanks may stand, and newlines beside commas and brackets, they may be any.
    #[test]
    fn blanks_may_be_any(which in any::<prop::sample::Index>(), seed in prop::collection::vec(any::<u8>(), 64)) {
        check(&shaken(&which.get(texts()).1, &seed));
    }

    /// However long lines are, and whatever they are broken at.
    #[test]
    fn lines_may_be_of_any_length(which in any::<prop::sample::Index>(), seed in prop::collection::vec(any::<u8>(), 64)) {
        check(&joined(&which.get(texts()).1, &seed));
    }

    #[test]
    fn any_soup_is_left_in_peace(parts in prop::collection::vec(prop::sample::select(PARTS), 0..50)) {
        check(&parts.concat());
    }
}

/// The text with fewer newlines: blanks for some that continue an entry, commas for some between two.
fn joined(text: &str, seed: &[u8]) -> String {
    let Some(toks) = syntax::balanced(text) else { return text.to_string() };
    let (mut out, mut at, mut strings) = (String::new(), 0, 0usize);
    for (i, tok) in toks.iter().enumerate() {
        let gap = &text[at..tok.start as usize];
        let dice = seed[i % seed.len()].wrapping_add(i as u8);
        let behind_comma = out.trim_end().ends_with([',', '{']);
        match (tok.starts_line() && !gap.contains('/'), tok.separates()) {
            (true, true) if strings == 0 && !behind_comma && !dice.is_multiple_of(8) => out.push_str(", "),
            (true, false) if !dice.is_multiple_of(8) => out.push(' '),
            _ => out.push_str(gap),
        }
        strings = (strings + usize::from(tok.kind.opens_interpolation())).saturating_sub(usize::from(tok.kind.closes_interpolation()));
        out.push_str(&text[tok.start as usize..tok.end as usize]);
        at = tok.end as usize;
    }
    out.push_str(&text[at..]);
    out
}

/// The text with other blanks, and with newlines where some may stand.
fn shaken(text: &str, seed: &[u8]) -> String {
    let mut out = String::new();
    for (i, token) in token::tokens(text).into_iter().enumerate() {
        let slice = &text[token.start as usize..token.end as usize];
        let dice = seed[i % seed.len()].wrapping_add(i as u8);
        match token.kind {
            Kind::Blank if dice.is_multiple_of(4) => out.push_str("    "),
            Kind::Blank if dice % 4 == 1 => out.push('\t'),
            Kind::Comma if dice.is_multiple_of(7) => out.push_str(",\n"),
            Kind::Comma if dice % 7 == 1 => out.push_str("\n,"),
            Kind::Comma if dice % 7 == 2 => out.push_str(" // why\n , // because\n"),
            Kind::LBrace if dice.is_multiple_of(9) => out.push_str("{\n\n"),
            Kind::LBrace if dice % 9 == 1 => out.push_str("{ // so\n"),
            Kind::RBrace if dice % 9 == 2 => out.push_str("\n// end\n}"),
            _ => out.push_str(slice),
        }
    }
    out
}
