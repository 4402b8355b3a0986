//! Numbers and strings: exact values, escapes, and the common indent of text blocks.

use super::{Lower, P, next};
use crate::ast::*;
use crate::diag::{Diagnostic, codes};
use crate::source::Span;
use crate::syntax::parse::Rule;
use ecow::EcoString;
use rust_decimal::Decimal;

impl Lower<'_> {
    pub fn number(&self, text: &str, span: Span) -> NumLit {
        let digits = text.bytes().take_while(|byte| byte.is_ascii_digit() || *byte == b'.').count();
        let (digits, suffix) = text.split_at(digits);
        let decimal = digits.contains('.');
        let value = match digits.parse::<u32>() {
            Ok(small) => Decimal::from(small),
            Err(_) => Decimal::from_str_exact(digits).unwrap_or_else(|_| {
                let diagnostic = Diagnostic::new(&codes::NUMBER_TOO_LONG, span, "this number has more digits than kdsl can hold exactly");
                self.error(diagnostic.label("at most 28 digits").help("if it is an identifier, write it as text, in quotes"));
                Decimal::ZERO
            }),
        };
        NumLit { value, suffix: (!suffix.is_empty()).then(|| Name::from(suffix)), decimal }
    }

    pub fn str_lit(&self, pair: P) -> StrLit {
        let span = self.span(&pair);
        let parts = match pair.as_rule() {
            Rule::plain => static_parts(EcoString::from(inside(pair.as_str(), 1, 1))),
            Rule::quoted => self.quoted(pair),
            Rule::raw => static_parts(raw(pair.as_str())),
            Rule::text => self.text_block(pair),
            rule => unreachable!("{rule:?} is no string"),
        };
        StrLit { parts, span }
    }

    fn quoted(&self, pair: P) -> Vec<StrPart> {
        pair.into_inner().map(|part| self.quoted_part(part)).collect()
    }

    fn quoted_part(&self, part: P) -> StrPart {
        if part.as_rule() == Rule::interp {
            return StrPart::Expr(self.expr(next(&mut part.into_inner())));
        }
        let mut out = EcoString::new();
        self.unescape(part.as_str(), self.span(&part).start, &mut out);
        StrPart::Text(out)
    }

    /// Appends `text`, which stands at position `at`, with its escapes resolved.
    fn unescape(&self, text: &str, at: u32, out: &mut EcoString) {
        let mut rest = text;
        while let Some(slash) = memchr::memchr(b'\\', rest.as_bytes()) {
            out.push_str(&rest[..slash]);
            let escape = &rest[slash..];
            let here = at + (text.len() - escape.len()) as u32;
            let len = self.escape(escape, here, out);
            rest = &escape[len..];
        }
        out.push_str(rest);
    }

    /// Appends what the escape at the start of `text` stands for; returns its length.
    fn escape(&self, text: &str, at: u32, out: &mut EcoString) -> usize {
        let Some(letter) = text[1..].chars().next() else { return 1 };
        let simple = match letter {
            'n' => '\n',
            't' => '\t',
            '"' | '\\' | '$' => letter,
            'u' => return self.unicode_escape(text, at, out),
            _ => {
                let len = 1 + letter.len_utf8();
                let span = Span::new(at, at + len as u32);
                let shown = if letter.is_control() { "a line break behind `\\`".into() } else { format!("`\\{letter}`") };
                let diagnostic = Diagnostic::new(&codes::UNKNOWN_ESCAPE, span, format!("{shown} is no escape"));
                let diagnostic = if letter.is_control() { diagnostic } else { diagnostic.fix(span, format!("\\\\{letter}")) };
                let diagnostic = diagnostic.help("escapes are \\n \\t \\\" \\\\ \\$ and \\u{…}; a backslash itself is \\\\");
                self.error(diagnostic.help("in a raw string every character is itself: r\"^\\d+$\""));
                return len;
            }
        };
        out.push(simple);
        2
    }

    fn unicode_escape(&self, text: &str, at: u32, out: &mut EcoString) -> usize {
        let digits = text.strip_prefix("\\u{").and_then(|rest| rest.split_once('}')).map(|(digits, _)| digits);
        let found = digits.filter(|digits| (1..=6).contains(&digits.len())).and_then(|digits| u32::from_str_radix(digits, 16).ok());
        let len = digits.map_or(2, |digits| digits.len() + 4);
        match found.and_then(char::from_u32) {
            Some(found) => out.push(found),
            None => {
                let span = Span::new(at, at + len as u32);
                let diagnostic = Diagnostic::new(&codes::UNKNOWN_ESCAPE, span, "this is no Unicode character");
                self.error(diagnostic.help("write its number in hexadecimal: \\u{e9} is é"));
            }
        }
        len
    }

    // ---- text blocks ----

    fn text_block(&self, pair: P) -> Vec<StrPart> {
        let parts: Vec<P> = pair.into_inner().collect();
        let texts: Vec<Option<&str>> = parts.iter().map(|part| (part.as_rule() == Rule::text_chunk).then(|| part.as_str())).collect();
        let shape = Shape::of(&texts);
        let mut out: Vec<StrPart> = Vec::with_capacity(parts.len());
        for (i, part) in parts.into_iter().enumerate() {
            if part.as_rule() != Rule::text_chunk {
                out.push(StrPart::Expr(self.expr(next(&mut part.into_inner()))));
                continue;
            }
            let mut text = EcoString::new();
            let at = self.span(&part).start;
            shape.lines(part.as_str(), i == 0, i + 1 == texts.len(), |offset, line| self.unescape(line, at + offset as u32, &mut text));
            if !text.is_empty() {
                out.push(StrPart::Text(text));
            }
        }
        out
    }
}

fn static_parts(text: EcoString) -> Vec<StrPart> {
    if text.is_empty() { Vec::new() } else { vec![StrPart::Text(text)] }
}

fn inside(text: &str, before: usize, after: usize) -> &str {
    &text[before..text.len() - after]
}

/// The text of `r"…"` and `r"""…"""`.
fn raw(text: &str) -> EcoString {
    if !text.starts_with("r\"\"\"") {
        return inside(text, 2, 1).into();
    }
    let body = inside(text, 4, 3);
    let mut out = EcoString::new();
    Shape::of(&[Some(body)]).lines(body, true, true, |_, line| out.push_str(line));
    out
}

/// How a text block is laid out: whether its first line is only the opening quotes, and the indent that its lines share.
///
/// A line of blanks alone has no indent, except the one that holds the closing quotes: with it one can keep an indent.
struct Shape {
    starts_below: bool,
    indent: usize,
}

impl Shape {
    /// `None` stands for an interpolation.
    fn of(parts: &[Option<&str>]) -> Shape {
        let first_line = parts.first().copied().flatten().and_then(|text| text.split_once('\n')).map(|(line, _)| line);
        let starts_below = first_line.is_some_and(is_blank);
        let mut indent = usize::MAX;
        for text in parts.iter().flatten() {
            let mut lines = text.split('\n').skip(1).peekable();
            while let Some(line) = lines.next() {
                let reaches_end = lines.peek().is_none();
                // The last line of a part goes on behind it, with an interpolation or the closing quotes.
                if reaches_end || !is_blank(line) {
                    indent = indent.min(indent_of(line));
                }
            }
        }
        Shape { starts_below, indent: if indent == usize::MAX { 0 } else { indent } }
    }

    /// Gives each line of a part, without the shared indent and with its `\n`, and its offset in the part.
    fn lines<'t>(&self, text: &'t str, is_first: bool, is_last: bool, mut each: impl FnMut(usize, &'t str)) {
        let mut offset = 0;
        let mut lines = text.split_inclusive('\n').enumerate().peekable();
        while let Some((i, line)) = lines.next() {
            let at = offset;
            offset += line.len();
            let starts_line = i > 0;
            let reaches_end = lines.peek().is_none() && !line.ends_with('\n');
            if i == 0 && is_first && self.starts_below {
                continue;
            }
            let cut = if starts_line { self.indent.min(indent_of(line)) } else { 0 };
            let body = &line[cut..];
            if reaches_end {
                let is_closing_line = is_last && starts_line && is_blank(body);
                each(at + cut, if is_closing_line { "" } else { body });
                continue;
            }
            let content = body.strip_suffix('\n').unwrap_or(body);
            let content = content.strip_suffix('\r').unwrap_or(content);
            let content = if starts_line && is_blank(content) { "" } else { content };
            each(at + cut, content);
            each(at + cut, "\n");
        }
    }
}

fn indent_of(line: &str) -> usize {
    line.bytes().take_while(|byte| matches!(byte, b' ' | b'\t')).count()
}

fn is_blank(line: &str) -> bool {
    line.bytes().all(|byte| matches!(byte, b' ' | b'\t' | b'\r' | b'\n'))
}
