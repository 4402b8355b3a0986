//! What holds of the parser for any text: over all cases, cut off at every byte, and over random edits of them.
#![allow(clippy::disallowed_methods, reason = "tests read files")]

use kdsl::ast;
use kdsl::diag::{Sink, codes};
use kdsl::source::{FileDb, Source, SourceKind};
use kdsl::syntax::{self, token};
use proptest::prelude::*;
use std::sync::Arc;
use std::time::{Duration, Instant};

#[allow(dead_code, reason = "it also builds")]
#[path = "support/corpus.rs"]
mod corpus;
#[path = "support/dump.rs"]
mod dump;

fn source(text: &str) -> Arc<Source> {
    FileDb::new().add("test.kdsl", text, SourceKind::User).unwrap()
}

fn parse(text: &str) -> (ast::File, Vec<kdsl::diag::Diagnostic>) {
    let sink = Sink::new();
    let file = syntax::parse(&source(text), &sink);
    (file, sink.finish())
}

/// The programs of all cases of the parser, with their names.
fn cases() -> Vec<(String, String)> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cases/parse");
    let mut out: Vec<(String, String)> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .map(|path| (path.file_name().unwrap().to_string_lossy().into_owned(), std::fs::read_to_string(path).unwrap()))
        .collect();
    out.sort();
    assert!(out.len() > 60);
    out
}

/// All that must hold whatever the text is.
fn check_invariants(text: &str) {
    let source = source(text);
    let tokens = token::tokens(text);
    let joined: String = tokens.iter().map(|token| &text[token.start as usize..token.end as usize]).collect();
    assert_eq!(joined, text, "tokens lose nothing");
    assert!(tokens.windows(2).all(|pair| pair[0].end == pair[1].start), "tokens follow each other");
    let sink = Sink::new();
    let file = syntax::parse(&source, &sink);
    let diagnostics = sink.finish();
    let all = source.span();
    for diagnostic in &diagnostics {
        let labels = std::iter::once(&diagnostic.primary).chain(&diagnostic.secondary);
        for label in labels {
            assert!(all.contains(label.span), "{} lies in the file: {:?}", diagnostic.message, label.span);
            let range = (label.span.start - source.base) as usize..(label.span.end - source.base) as usize;
            assert!(text.is_char_boundary(range.start) && text.is_char_boundary(range.end));
        }
        let jargon = ["one_item", "head_item", "member_of", "named_type", "plain", "EOI"];
        assert!(!jargon.iter().any(|word| diagnostic.message.contains(word)), "{}", diagnostic.message);
    }
    match syntax::parse_whole(&source) {
        Some(items) => {
            assert!(diagnostics.is_empty(), "the pieces fail where the whole parses: {diagnostics:#?}");
            assert_eq!(items, file.items, "the pieces give what the whole gives");
        }
        None => assert!(!diagnostics.is_empty(), "the pieces parse where the whole fails"),
    }
    if let Some((text, is_read)) = syntax::stages::against_grammar(&source) {
        assert_eq!(is_read, definition::accepts(&text), "read as `grammar/kdsl.pest` says: {text}");
    }
    if diagnostics.is_empty() {
        spans::check(&file, &source, &tokens);
    }
}

#[test]
fn invariants_hold_for_every_case() {
    for (name, text) in cases() {
        println!("{name}");
        check_invariants(&text);
    }
}

#[test]
fn all_kdsl_there_is_is_read_as_it_is_defined() {
    for (path, bytes) in corpus::corpus() {
        let Ok(text) = String::from_utf8(bytes) else { continue };
        if let Some((text, is_read)) = syntax::stages::against_grammar(&source(&text)) {
            assert_eq!(is_read, definition::accepts(&text), "{}", path.display());
        }
    }
}

#[test]
fn a_case_cut_off_anywhere_is_read_in_time() {
    for (name, text) in cases() {
        for end in (0..=text.len()).filter(|&end| text.is_char_boundary(end)) {
            let start = Instant::now();
            let (_, diagnostics) = parse(&text[..end]);
            drop(diagnostics);
            assert!(start.elapsed() < Duration::from_secs(2), "{name} cut at {end} takes {:?}", start.elapsed());
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn invariants_hold_for_edited_cases(which in any::<prop::sample::Index>(), at in any::<prop::sample::Index>(), len in 0usize..12, with in snippet()) {
        let cases = cases();
        let text = &cases[which.index(cases.len())].1;
        let bounds: Vec<usize> = text.char_indices().map(|(i, _)| i).chain([text.len()]).collect();
        let from = at.index(bounds.len());
        let to = (from + len).min(bounds.len() - 1);
        let edited = format!("{}{with}{}", &text[..bounds[from]], &text[bounds[to]..]);
        check_invariants(&edited);
    }

    /// A text that is read again after an edit gives what it gives to one who never saw it.
    #[test]
    fn a_text_is_read_again_as_if_it_were_new(
        which in prop::collection::vec(any::<prop::sample::Index>(), 3),
        edits in prop::collection::vec((any::<prop::sample::Index>(), 0usize..12, snippet()), 1..4),
    ) {
        let cases = cases();
        let [one, two, three] = [0, 1, 2].map(|i| &cases[which[i].index(cases.len())].1);
        let mut before = Source::new("test.kdsl", format!("{one}\nnamespace n {{\n{two}\n}}\n{three}"), SourceKind::User, 1);
        let mut tree = syntax::parse(&before, &Sink::new());
        for (at, len, with) in edits {
            let text: &str = &before.text;
            let bounds: Vec<usize> = text.char_indices().map(|(i, _)| i).chain([text.len()]).collect();
            let from = at.index(bounds.len());
            let to = (from + len).min(bounds.len() - 1);
            let edited = format!("{}{with}{}", &text[..bounds[from]], &text[bounds[to]..]);
            let now = Source::new("test.kdsl", edited, SourceKind::User, before.span().end + 1);
            let (new, again) = (Sink::new(), Sink::new());
            let wanted = syntax::parse(&now, &new);
            tree = syntax::parse_again(&now, syntax::Old { source: &before, file: &tree }, &again);
            assert_eq!(tree, wanted, "{text:?}\n{:?}", now.text);
            assert_eq!(format!("{:?}", again.finish()), format!("{:?}", new.finish()));
            before = now;
        }
    }

    #[test]
    fn invariants_hold_for_any_soup(parts in prop::collection::vec(snippet(), 0..60)) {
        check_invariants(&parts.concat());
    }
}

const WORDS: &[&str] = &[
    "app",
    "web",
    "x",
    "a-b",
    "kind",
    "type",
    "rule",
    "on",
    "if",
    "then",
    "else",
    "for",
    "in",
    "let",
    "and",
    "not",
    "null",
    "namespace",
    "emit",
    "test",
    "deny",
    "at",
    "require",
    "1",
    "200m",
    "1.5",
    "..",
    "...",
    "30%",
    "\"a\"",
    "\"",
    "\"\"\"",
    "r\"",
    "${",
    "}",
    "{",
    "(",
    ")",
    "[",
    "]",
    "<",
    ">",
    "=",
    "+=",
    "==",
    "=>",
    "->",
    ":",
    ",",
    ".",
    "?",
    "?.",
    "??",
    "|",
    "+",
    "-",
    "*",
    "&&",
    "!",
    ";",
    "#",
    "'",
    "\\",
    "$",
    "é",
    " ",
    " ",
    " ",
    "\n",
    "\n",
    "\n  ",
    "\r\n",
    "\t",
    "// c\n",
    "/// d\n",
    "\u{feff}",
];

fn snippet() -> impl Strategy<Value = String> {
    prop_oneof![9 => prop::sample::select(WORDS).prop_map(String::from), 1 => "\\PC{0,3}"]
}

#[test]
fn nesting_is_limited_and_said() {
    for open in ["{", "[", "(", "f(", "-(", "\"${", "[[", "x ?? (", "if x then (", "not ("] {
        let text = format!("let ok = 1\nlet a = {}\nlet b = 1\n", open.repeat(20_000));
        let (_, diagnostics) = parse(&text);
        assert!(diagnostics.iter().any(|diagnostic| diagnostic.code == &codes::NESTED_TOO_DEEP), "{open}: {diagnostics:#?}");
        assert!(diagnostics.len() < 5, "{open}: {}", diagnostics.len());
    }
    for link in ["x.", "not ", "- ", "1 + ", "if x then 1 else ", "a ?? "] {
        let (file, diagnostics) = parse(&format!("let ok = 1\nlet a = {}1\nlet b = 1\n", link.repeat(20_000)));
        assert_eq!(diagnostics.len(), 1, "{link}");
        assert_eq!(diagnostics[0].code, &codes::NESTED_TOO_DEEP, "{link}");
        assert_eq!(file.items.len(), 2, "{link}");
    }
}

#[test]
fn what_is_within_the_limits_is_read() {
    for (open, close) in [("[", "]"), ("(", ")"), ("{ a = ", " }"), ("f(", ")"), ("if x then (", ") else 1")] {
        let text = format!("let a = {}1{}\n", open.repeat(120), close.repeat(120));
        let (file, diagnostics) = parse(&text);
        assert!(diagnostics.is_empty(), "{open}: {diagnostics:#?}");
        assert_eq!(file.items.len(), 1);
    }
    let blocks = format!("app a {}x = 1{}\n", "{ b ".repeat(100).replacen("b ", "", 1), "}".repeat(100));
    let _ = parse(&blocks);
    let (_, diagnostics) = parse(&format!("let a = 1{}\n", " + 1".repeat(200)));
    assert!(diagnostics.is_empty(), "{diagnostics:#?}");
}

/// The grammar recurses in these without a bracket that stays open; nothing but the limits keeps the stack.
#[test]
fn chains_without_brackets_are_limited_too() {
    let shapes = [
        ("let a = ", "if ", "1"),
        ("let a = ", "if x then ", "1"),
        ("let a = ", "if x then 1 else ", "1"),
        ("let a = f(", "if x then 1 else ", "1)"),
        ("let a = f(", "x => ", "1)"),
        ("", "if a { } else ", "{ }"),
        ("app a { ", "if a { } else ", "{ } }"),
        ("kind a { ", "if a { } else ", "{ } }"),
        ("rule a on Pod p { ", "if a { } else ", "{ } }"),
        ("param a: ", "List<", "Int"),
        ("param a: ", "Int | ", "Int"),
        ("param a: Int", "?", ""),
        ("let a = x", " ? ", "x"),
        ("let a = x", " = x", ""),
        ("let a = x", "..x", ""),
        ("", "extend ", "a b { }"),
        ("app a { b = ", "not - ..", "1 }"),
    ];
    for (before, link, after) in shapes {
        for count in [120, 255, 1_000, 20_000] {
            let start = Instant::now();
            parse(&format!("{before}{}{after}\nlet b = 1\n", link.repeat(count)));
            assert!(start.elapsed() < Duration::from_secs(20), "{link:?} takes {:?}", start.elapsed());
        }
    }
}

/// Without a guard against reserved words as keys, every level would be read twice.
#[test]
fn an_error_deep_in_ifs_is_found_in_linear_time() {
    for (open, inside) in [("if a { ", "x = = 1"), ("for x in xs { ", "if"), ("a { ", "b ="), ("if a { } else { ", "?")] {
        let text = |depth: usize| format!("app w {{ {}{inside}{} }}\napp ok {{ }}\n", open.repeat(depth), " }".repeat(depth));
        let start = Instant::now();
        let (file, diagnostics) = parse(&text(100));
        assert!(start.elapsed() < Duration::from_secs(2), "{open} takes {:?}", start.elapsed());
        assert!(!diagnostics.is_empty());
        assert_eq!(file.items.len(), 2, "{open}: the instances survive\n{}", dump::file(&file));
    }
}

/// Files with an error in every entry are still read in linear time.
#[test]
fn many_errors_are_read_in_time() {
    for line in [
        "  x = \"a\n",
        "  x = 'it\n",
        "  x = = 1\n",
        "  x = [1 2]\n",
        "  x = (1\n",
        "  }\n",
        "  x = \"${a\n",
        "  for = 1\n",
        "  a,,b\n",
        "  \"\"\"\n",
        "  x: \"\"\"${a\n",
    ] {
        let text = format!("app a {{\n{}}}\napp b {{ }}\n", line.repeat(20_000));
        let start = Instant::now();
        let (_, diagnostics) = parse(&text);
        assert!(!diagnostics.is_empty());
        assert!(start.elapsed() < Duration::from_secs(20), "{line:?} takes {:?}", start.elapsed());
    }
}

#[test]
fn a_large_file_gives_what_its_parts_give() {
    let part =
        "/// One.\napp a { image = \"x:1\", env A = \"${b}\" }\nnamespace n { app b { x = [1, 2] }, labels { a = \"b\" } }\nlet x = = 1\n";
    let count = 2_000;
    let (file, diagnostics) = parse(&part.repeat(count));
    assert_eq!(file.items.len(), 2 * count);
    assert_eq!(diagnostics.len(), count);
    assert!(diagnostics.windows(2).all(|pair| pair[0].primary.span < pair[1].primary.span));
}

#[test]
fn pieces_are_found_without_parsing_and_parse_alone() {
    let text = "// a library\n\n/// A port.\ntype Port = Int(1..65535)\n\ntype Tier =\n  | \"a\"\n  | \"b\"\nfn url(\n  host: String,\n) -> String = \"\"\"\n  kind no { }\n  \"\"\"\n/// An app.\nkind app {\n  image: String\n}\nkind webapp from app { }\n";
    let source = source(text);
    let pieces = kdsl::stdlib::pieces(&source);
    let heads: Vec<String> = pieces.iter().map(|piece| piece.head.join(" ")).collect();
    assert_eq!(heads, ["type Port", "type Tier", "fn url", "kind app", "kind webapp from app"]);
    let sink = Sink::new();
    let items: Vec<ast::Item> = pieces.iter().flat_map(|piece| syntax::parse_piece(&source, piece, &sink)).collect();
    assert_eq!(items, syntax::parse(&source, &sink).items);
    assert!(sink.finish().is_empty());
    assert!(matches!(&items[0], ast::Item::Type(decl) if decl.doc.as_deref() == Some("A port.")));
}

#[test]
fn an_expression_is_read_alone() {
    let sink = Sink::new();
    let expr = syntax::parse_expr(&source(" 1 + x.y // sum\n"), &sink).unwrap();
    assert!(matches!(expr.kind, ast::ExprKind::Binary { op: ast::BinOp::Add, .. }));
    assert!(syntax::parse_expr(&source("1 +"), &sink).is_none());
    assert!(syntax::parse_expr(&source(""), &sink).is_none());
    assert!(syntax::parse_expr(&source("a b"), &sink).is_none());
    assert_eq!(sink.finish().len(), 3);
}

#[test]
fn documentation_belongs_to_the_entry_right_below() {
    let text = "/// far\n\nlet a = 1\n/// near\n// and\n/// nearer\nlet b = 2\nlet c = 3 /// behind\nlet d = 4\n//// four\nlet e = 5\n";
    let (file, diagnostics) = parse(text);
    assert!(diagnostics.is_empty());
    let docs: Vec<Option<String>> = file
        .items
        .iter()
        .map(|item| match item {
            ast::Item::Let(inner) => inner.doc.as_ref().map(|doc| doc.to_string()),
            _ => None,
        })
        .collect();
    assert_eq!(docs, [None, Some("near\nnearer".into()), None, None, None]);
}

#[test]
fn every_code_of_the_parser_has_examples_that_show_it() {
    for code in [
        &codes::SYNTAX,
        &codes::UNBALANCED_BRACKET,
        &codes::UNTERMINATED_STRING,
        &codes::RESERVED_WORD,
        &codes::FOREIGN_SYNTAX,
        &codes::MISSING_COMMA,
        &codes::EMPTY_ENTRY,
        &codes::MISSING_VALUE,
        &codes::CHAINED_OPERATOR,
        &codes::MALFORMED_NUMBER,
        &codes::NUMBER_TOO_LONG,
        &codes::UNKNOWN_ESCAPE,
        &codes::MISPLACED,
        &codes::NESTED_TOO_DEEP,
    ] {
        let (_, diagnostics) = parse(code.fails);
        assert!(diagnostics.iter().any(|diagnostic| diagnostic.code == code), "{}: {diagnostics:#?}", code.name);
        let (_, diagnostics) = parse(code.passes);
        assert!(diagnostics.is_empty(), "{}: {diagnostics:#?}", code.name);
    }
}

/// A fix, where one is given, mends what it is given for.
#[test]
fn fixes_mend() {
    for text in [
        "let a = x && y\n",
        "let a = x || y\n",
        "let a = !x\n",
        "app a { for = 1 }\n",
        "app a { x = 1; y = 2 }\n",
        "app a { x = 'b' }\n",
        "app a { x: 1 }\n",
        "let a = [1 2]\n",
        "app a { x = 1 y = 2 }\n",
        "let a = 1.2.3\n",
        "let a = .5\n",
        "let a = 1_000\n",
        "let a = 5 Mi\n",
        "let a = 1...5\n",
        "app a { x = = 1 }\n",
        "app a { x = 1,, y = 2 }\n",
        "# c\nlet a = 1\n",
        "let a = [1, 2}\n",
        "app a { , x = 1 }\n",
        "let a = { x = 1 };\n",
    ] {
        let (_, diagnostics) = parse(text);
        assert_eq!(diagnostics.len(), 1, "{text}: {diagnostics:#?}");
        let fix = diagnostics[0].fix.as_ref().unwrap_or_else(|| panic!("{text} has a fix"));
        let base = source(text).base;
        let range = (fix.span.start - base) as usize..(fix.span.end - base) as usize;
        let mended = format!("{}{}{}", &text[..range.start], fix.text, &text[range.end..]);
        let (_, diagnostics) = parse(&mended);
        assert!(diagnostics.is_empty(), "{text} becomes {mended}: {diagnostics:#?}");
    }
}

/// Spans of leaves lie on tokens, and a node's span holds those of its parts.
/// The syntax as it is defined.
mod definition {
    use pest::Parser;

    #[derive(pest_derive::Parser)]
    #[grammar = "../grammar/kdsl.pest"]
    struct Grammar;

    pub fn accepts(text: &str) -> bool {
        Grammar::parse(Rule::file, text).is_ok()
    }
}

mod spans {
    use super::*;
    use kdsl::ast::*;
    use kdsl::source::Span;
    use std::collections::HashSet;

    struct Check<'s> {
        starts: HashSet<u32>,
        ends: HashSet<u32>,
        source: &'s Source,
    }

    pub fn check(file: &File, source: &Source, tokens: &[token::Token]) {
        let significant = || tokens.iter().filter(|token| !token.kind.is_trivia());
        let check = Check {
            starts: significant().map(|token| source.base + token.start).collect(),
            ends: significant().map(|token| source.base + token.end).collect(),
            source,
        };
        file.items.iter().for_each(|item| check.item(item));
    }

    impl Check<'_> {
        fn span(&self, span: Span, what: &str) {
            let ok = self.starts.contains(&span.start) && self.ends.contains(&span.end);
            assert!(ok, "the span of {what} is no run of tokens: {:?} in {:?}", self.source.slice(span), self.source.text);
        }

        fn item(&self, item: &Item) {
            match item {
                Item::Entry(entry) => self.entry(entry),
                Item::Let(inner) => self.let_(inner),
                Item::Param(inner) => self.opt(&inner.default),
                Item::Fn(inner) => self.expr(&inner.body),
                Item::Kind(inner) => inner.members.iter().for_each(|member| self.member(member)),
                Item::Crd(inner) => inner.body.members.iter().for_each(|member| self.member(member)),
                Item::Test(inner) => inner.body.iter().for_each(|item| self.item(item)),
                Item::Extend(inner) => match &inner.body {
                    ExtendBody::Block(block) => self.block(block),
                    ExtendBody::Items(items) => items.iter().for_each(|item| self.item(item)),
                },
                Item::Namespace(inner) => {
                    self.span(inner.head_span, "a namespace's head");
                    self.span(inner.span, "a namespace");
                    inner.items.iter().for_each(|item| self.item(item));
                }
                Item::Instance(inner) => {
                    self.span(inner.head_span, "an instance's head");
                    self.span(inner.span, "an instance");
                    self.block(&inner.body);
                }
                Item::If(inner) => {
                    self.expr(&inner.condition);
                    inner.then.iter().chain(&inner.otherwise).for_each(|item| self.item(item));
                }
                Item::For(inner) => {
                    self.expr(&inner.over);
                    inner.body.iter().for_each(|item| self.item(item));
                }
                Item::Waive(inner) => self.expr(&inner.reason),
                Item::Assert(inner) => self.expr(&inner.condition),
                Item::Expect(inner) => inner.body.iter().for_each(|item| self.item(item)),
                Item::Type(inner) => self.span(inner.ty.span, "a type"),
                Item::Refine(inner) => self.span(inner.span, "a refinement"),
                Item::Rule(inner) => self.span(inner.span, "a rule"),
                Item::Import(inner) => self.span(inner.span, "an import"),
                Item::Base(inner) => self.span(inner.span, "a base"),
                Item::Remove(inner) => self.span(inner.span, "a removal"),
            }
        }

        fn let_(&self, inner: &Let) {
            self.span(inner.span, "a let");
            self.span(inner.name.span, "a let's name");
            self.expr(&inner.value);
        }

        fn member(&self, member: &Member) {
            match member {
                Member::Field(field) => {
                    self.span(field.span, "a declared field");
                    self.span(field.ty.span, "a field's type");
                    self.opt(&field.default);
                }
                Member::Nested(nested) => nested.members.iter().for_each(|member| self.member(member)),
                Member::Set(field) => self.field(field),
                Member::Let(inner) => self.let_(inner),
                Member::Require(inner) => {
                    self.expr(&inner.condition);
                    self.expr(&inner.message);
                }
                Member::If(inner) => inner.then.iter().chain(&inner.otherwise).for_each(|member| self.member(member)),
                Member::Export(block) => self.block(block),
                Member::Emit(items) => items.iter().for_each(|item| self.item(item)),
                Member::Column(column) => self.expr(&column.value),
            }
        }

        fn block(&self, block: &Block) {
            self.span(block.span, "a block");
            block.entries.iter().for_each(|entry| self.entry(entry));
        }

        fn entry(&self, entry: &Entry) {
            match entry {
                Entry::Field(field) => self.field(field),
                Entry::Spread(value) => self.expr(value),
                Entry::If(inner) => {
                    self.span(inner.span, "an if");
                    self.expr(&inner.condition);
                    inner.then.iter().chain(&inner.otherwise).for_each(|entry| self.entry(entry));
                }
                Entry::For(inner) => {
                    self.span(inner.span, "a for");
                    self.expr(&inner.over);
                    inner.body.iter().for_each(|entry| self.entry(entry));
                }
                Entry::Let(inner) => self.let_(inner),
                Entry::Waive(inner) => self.expr(&inner.reason),
            }
        }

        fn field(&self, field: &Field) {
            self.span(field.span, "a field");
            self.span(field.key.span(), "a key");
            match &field.value {
                FieldValue::Set(value) | FieldValue::Append(value) => self.expr(value),
                FieldValue::Block(block) => self.block(block),
            }
        }

        fn opt(&self, expr: &Option<Expr>) {
            expr.iter().for_each(|expr| self.expr(expr));
        }

        fn expr(&self, expr: &Expr) {
            self.span(expr.span, "an expression");
            match &expr.kind {
                ExprKind::Null | ExprKind::Bool(_) | ExprKind::Num(_) | ExprKind::Name(_) => {}
                ExprKind::Str(lit) => lit.parts.iter().for_each(|part| {
                    if let StrPart::Expr(inner) = part {
                        self.expr(inner);
                    }
                }),
                ExprKind::List(items) => items.iter().for_each(|item| match item {
                    ListItem::Item(value) | ListItem::Spread(value) => self.expr(value),
                }),
                ExprKind::Comp(comp) => self.expr(&comp.element),
                ExprKind::Record(block) => self.block(block),
                ExprKind::Field { base, field, .. } => {
                    self.expr(base);
                    self.span(field.span, "a field's name");
                }
                ExprKind::Index { base, index } => {
                    self.expr(base);
                    self.expr(index);
                }
                ExprKind::Call(call) => call.args.iter().for_each(|arg| self.expr(&arg.value)),
                ExprKind::Not(inner) | ExprKind::Neg(inner) => self.expr(inner),
                ExprKind::Binary { left, right, .. } => {
                    self.expr(left);
                    self.expr(right);
                }
                ExprKind::Range { lo, hi } => lo.iter().chain(hi).for_each(|end| self.expr(end)),
                ExprKind::If { condition, then, otherwise } => [condition, then, otherwise].into_iter().for_each(|part| self.expr(part)),
                ExprKind::Lambda { body, .. } => self.expr(body),
            }
        }
    }
}
