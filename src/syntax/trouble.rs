//! What is reported from the tokens alone: text that is of no program, brackets without mates, commas without entries.
//!
//! Where what was meant is plain, the token is read as that, so that the entry is still read.

use super::nest::{Fault, MAX_BRACKETS};
use super::split::{SEPARATED, Split};
use super::token::Kind;
use crate::diag::{Code, Diagnostic, Sink, codes};
use crate::source::Span;
use std::ops::Range;

/// A diagnostic about one token.
pub fn at(split: &Split, tok: usize, code: &'static Code, message: impl Into<String>) -> Diagnostic {
    Diagnostic::new(code, split.span(tok), message)
}

/// A `# comment`.
pub fn hash(split: &Split, range: Range<u32>) -> Diagnostic {
    let span = Span::new(split.base + range.start, split.base + range.end);
    let mark = Span::new(span.start, span.start + 1);
    Diagnostic::new(&codes::FOREIGN_SYNTAX, span, "comments start with `//`").label("`#` starts no comment").fix(mark, "//")
}

/// A comma with nothing before it.
pub fn empty_entry(split: &Split, comma: usize) -> Diagnostic {
    let message = match comma.checked_sub(1).and_then(|before| split.kind(before)) {
        Some(Kind::Comma) => "two commas in a row: an entry is missing between them, or one comma is too many",
        _ => "a comma with no entry before it",
    };
    at(split, comma, &codes::EMPTY_ENTRY, message).help("remove this comma").fix(split.span(comma), "")
}

/// What is wrong with brackets, where it is to be said.
pub fn fault(split: &Split, fault: Fault) -> Option<Diagnostic> {
    Some(match fault {
        Fault::Silent { .. } => return None,
        Fault::Unclosed { open, at } => unclosed(split, open, at)?,
        Fault::Extra { close } => {
            let text = split.slice(close);
            at(split, close, &codes::UNBALANCED_BRACKET, format!("this `{text}` closes nothing"))
                .label("no bracket is open here")
                .help(format!("remove it, or add the `{}` that it was to close", mate(text)))
        }
        Fault::Mismatch { open, close } => {
            let (text, closing) = (split.slice(open), split.slice(close));
            let wanted = mate(text);
            at(split, close, &codes::UNBALANCED_BRACKET, format!("`{text}` is closed with `{closing}`"))
                .label(format!("expected `{wanted}`"))
                .also(split.span(open), "opened here")
                .fix(split.span(close), wanted)
        }
        Fault::TooDeep { at } => {
            let message = format!("this is nested too deep: at most {MAX_BRACKETS} brackets, and 256 brackets and operators together");
            self::at(split, at, &codes::NESTED_TOO_DEEP, message).help("give a part of it a name with `let`")
        }
    })
}

fn unclosed(split: &Split, open: usize, before: usize) -> Option<Diagnostic> {
    if split.kind(open)?.opens_interpolation() {
        let message = "this interpolation is not closed";
        return Some(at(split, open, &codes::UNBALANCED_BRACKET, message).help("close it with `}`, or write `\\$` for a dollar sign"));
    }
    let text = split.slice(open);
    let wanted = mate(text);
    let diagnostic = at(split, open, &codes::UNBALANCED_BRACKET, format!("this `{text}` is never closed"));
    Some(match split.toks.get(before) {
        Some(_) => diagnostic.also(split.span(before), format!("`{wanted}` is missing before this")),
        None => diagnostic.help(format!("the file ends without the closing `{wanted}`")),
    })
}

pub fn mate(bracket: &str) -> &'static str {
    match bracket {
        "{" => "}",
        "[" => "]",
        "(" => ")",
        "}" => "{",
        "]" => "[",
        _ => "(",
    }
}

/// Reports the tokens that can be part of no program.
pub fn bad_tokens(split: &mut Split, sink: &Sink) {
    let mut broken_until = 0;
    for tok in 0..split.toks.len() {
        let kind = split.toks[tok].kind;
        if !kind.is_bad() {
            continue;
        }
        // Several strings may break at one place: the innermost is reported.
        let again = kind == Kind::Broken && split.toks[tok].start < broken_until;
        broken_until = split.toks[tok].end + 1;
        if !again {
            sink.push(bad_token(split, tok));
        }
        if !mend(split, tok) {
            split.taint(tok);
        }
    }
}

fn bad_token(split: &Split, tok: usize) -> Diagnostic {
    let span = split.span(tok);
    let foreign = |message: &str, fix: String| Diagnostic::new(&codes::FOREIGN_SYNTAX, span, message).fix(span, fix);
    let open = |message: &str| Diagnostic::new(&codes::UNTERMINATED_STRING, span, message);
    match split.toks[tok].kind {
        Kind::AmpAmp => foreign("kdsl writes `and` for `&&`", "and".into()),
        Kind::PipePipe => foreign("kdsl writes `or` for `||`", "or".into()),
        Kind::Bang => foreign("kdsl writes `not` for `!`", "not ".into()),
        Kind::Semicolon => foreign("entries end at a newline or a comma, not at `;`", semicolon_fix(split, tok).into()),
        Kind::SingleQuote => single_quote(split, tok),
        Kind::BadString if split.kind(tok + 1) == Some(Kind::Broken) => broken(split, tok + 1),
        Kind::BadString => open("this string does not end on its line")
            .label("the closing `\"` is missing")
            .help("text of several lines stands in \"\"\"…\"\"\""),
        Kind::BadText => {
            // A piece behind an interpolation starts with its `}`.
            let quotes = if split.slice(tok).starts_with("\"\"\"") { 3 } else { 1 };
            let mark = Span::new(span.start, span.start + quotes);
            Diagnostic::new(&codes::UNTERMINATED_STRING, mark, "this text block does not end").label("its closing `\"\"\"` is missing")
        }
        Kind::BadRaw => open("this raw string does not end").label("its closing quotes are missing"),
        Kind::Broken => broken(split, tok),
        _ => unknown(split, tok),
    }
}

/// The end of a line, or of a text block's reach, inside an interpolation.
fn broken(split: &Split, tok: usize) -> Diagnostic {
    let opens = |before: &usize| split.toks[*before].kind.opens_interpolation() && split.toks[*before].mate as usize >= tok;
    let mark = match (0..tok).rev().find(opens) {
        Some(open) => Span::new(split.span(open).end - 2, split.span(open).end),
        None => split.span(tok),
    };
    let diagnostic = Diagnostic::new(&codes::UNTERMINATED_STRING, mark, "this interpolation does not end on its line");
    diagnostic.label("the closing `}` is missing").help("a dollar sign before `{` is written \\$")
}

fn semicolon_fix(split: &Split, tok: usize) -> &'static str {
    if ends_line(split, tok) { "" } else { "," }
}

fn ends_line(split: &Split, tok: usize) -> bool {
    match split.toks.get(tok + 1) {
        Some(next) => next.flags & (SEPARATED | super::split::LINE) != 0 || next.kind == Kind::RBrace,
        None => true,
    }
}

fn single_quote(split: &Split, tok: usize) -> Diagnostic {
    let text = split.slice(tok);
    let diagnostic = at(split, tok, &codes::FOREIGN_SYNTAX, "text stands in double quotes");
    if text.len() < 2 {
        return diagnostic.label("a single quote starts no string");
    }
    let body = text[1..text.len() - 1].replace('\\', "\\\\").replace('"', "\\\"").replace("${", "\\${");
    diagnostic.fix(split.span(tok), format!("\"{body}\""))
}

fn unknown(split: &Split, tok: usize) -> Diagnostic {
    let text = split.slice(tok);
    if text == "%" {
        let diagnostic = at(split, tok, &codes::SYNTAX, "`%` stands only directly behind a number");
        return diagnostic.help("write 30% without a blank; there is no remainder operator");
    }
    if text.chars().any(char::is_alphabetic) {
        let message = format!("a name is made of ASCII letters, digits, `_` and inner `-`; `{text}` is not");
        return at(split, tok, &codes::SYNTAX, message).help("as a key or as text it stands in quotes");
    }
    let shown: String = text.chars().take(8).flat_map(|c| if c.is_control() { c.escape_default().collect() } else { vec![c] }).collect();
    at(split, tok, &codes::SYNTAX, format!("`{shown}` means nothing here"))
        .help("outside of strings and comments it is not part of the language")
}

/// Has the token read as what was meant, where that is plain; says whether the entry can be read so.
fn mend(split: &mut Split, tok: usize) -> bool {
    match split.toks[tok].kind {
        Kind::PipePipe => {
            split.read_as(tok, Kind::Or);
            true
        }
        Kind::Semicolon => {
            if ends_line(split, tok) || tok == 0 || matches!(split.toks[tok - 1].kind, Kind::Comma | Kind::Semicolon | Kind::LBrace) {
                split.skip_over(tok);
            } else {
                split.read_as(tok, Kind::Comma);
            }
            true
        }
        Kind::SingleQuote => {
            let text = split.slice(tok);
            let plain = text.len() > 1 && !text.bytes().any(|byte| matches!(byte, b'"' | b'\\' | b'$'));
            if plain {
                split.read_as(tok, Kind::String);
            }
            plain
        }
        _ => false,
    }
}
