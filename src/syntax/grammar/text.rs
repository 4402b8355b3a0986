//! Numbers and strings: exact values, escapes, and the common indent of text blocks.

use super::{Parser, Step};
use crate::ast::*;
use crate::diag::{Diagnostic, codes};
use crate::syntax::token::Kind;
use ecow::EcoString;
use rust_decimal::Decimal;

/// A piece of a text block as it is written: text with its offset, or an expression.
enum Piece<'t> {
    Text(&'t str, u32),
    Expr(Expr),
}

impl<'s> Parser<'s> {
    /// The number at hand.
    pub fn number(&mut self) -> ExprKind {
        let (text, start) = (self.slice(), self.here());
        self.advance();
        let span = self.since(start);
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
        ExprKind::Num(NumLit { value, suffix: (!suffix.is_empty()).then(|| super::words::name(suffix)), decimal })
    }

    /// A string that may be a key: any but a raw one.
    pub fn string(&mut self) -> Step<StrLit> {
        if self.cur == Kind::Raw { self.stuck() } else { self.string_or_raw() }
    }

    pub fn string_or_raw(&mut self) -> Step<StrLit> {
        let (start, text) = (self.here(), self.slice());
        let parts = match self.cur {
            Kind::String => {
                self.advance();
                self.unescaped(inside(text, 1, 1), start + 1)
            }
            Kind::Raw => {
                self.advance();
                static_parts(raw(text))
            }
            Kind::StringOpen => self.quoted()?,
            Kind::Text | Kind::TextOpen => self.text_block()?,
            _ => return self.stuck(),
        };
        Ok(StrLit { parts, span: self.since(start) })
    }

    /// A string on one line, with expressions in it.
    fn quoted(&mut self) -> Step<Vec<StrPart>> {
        let mut out = Vec::new();
        loop {
            let (kind, start, text) = (self.cur, self.here(), self.slice());
            self.advance();
            let after = if kind == Kind::StringClose { 1 } else { 2 };
            out.append(&mut self.unescaped(inside(text, 1, after), start + 1));
            if kind == Kind::StringClose {
                return Ok(out);
            }
            out.push(StrPart::Expr(self.expr()?));
            if !matches!(self.cur, Kind::StringMiddle | Kind::StringClose) {
                return self.stuck();
            }
        }
    }

    fn unescaped(&mut self, text: &str, at: u32) -> Vec<StrPart> {
        if memchr::memchr(b'\\', text.as_bytes()).is_none() {
            return static_parts(EcoString::from(text));
        }
        let mut out = EcoString::new();
        self.unescape(text, at, &mut out);
        static_parts(out)
    }

    /// Appends `text`, which stands at the offset `at`, with its escapes resolved.
    fn unescape(&mut self, text: &str, at: u32, out: &mut EcoString) {
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
    fn escape(&mut self, text: &str, at: u32, out: &mut EcoString) -> usize {
        let Some(letter) = text[1..].chars().next() else { return 1 };
        let simple = match letter {
            'n' => '\n',
            't' => '\t',
            '"' | '\\' | '$' => letter,
            'u' => return self.unicode_escape(text, at, out),
            _ => {
                let len = 1 + letter.len_utf8();
                let span = self.span(at, at + len as u32);
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

    fn unicode_escape(&mut self, text: &str, at: u32, out: &mut EcoString) -> usize {
        let digits = text.strip_prefix("\\u{").and_then(|rest| rest.split_once('}')).map(|(digits, _)| digits);
        let found = digits.filter(|digits| (1..=6).contains(&digits.len())).and_then(|digits| u32::from_str_radix(digits, 16).ok());
        let len = digits.map_or(2, |digits| digits.len() + 4);
        match found.and_then(char::from_u32) {
            Some(found) => out.push(found),
            None => {
                let span = self.span(at, at + len as u32);
                let diagnostic = Diagnostic::new(&codes::UNKNOWN_ESCAPE, span, "this is no Unicode character");
                self.error(diagnostic.help("write its number in hexadecimal: \\u{e9} is é"));
            }
        }
        len
    }

    // ---- text blocks ----

    fn text_block(&mut self) -> Step<Vec<StrPart>> {
        let pieces = self.pieces()?;
        let texts: Vec<Option<&str>> = pieces.iter().map(Piece::text).collect();
        let shape = Shape::of(&texts);
        let mut out: Vec<StrPart> = Vec::with_capacity(pieces.len());
        for (i, piece) in pieces.into_iter().enumerate() {
            let (written, at) = match piece {
                Piece::Text(written, at) => (written, at),
                Piece::Expr(expr) => {
                    out.push(StrPart::Expr(expr));
                    continue;
                }
            };
            let mut text = EcoString::new();
            shape.lines(written, i == 0, i + 1 == texts.len(), |offset, line| self.unescape(line, at + offset as u32, &mut text));
            if !text.is_empty() {
                out.push(StrPart::Text(text));
            }
        }
        Ok(out)
    }

    /// The pieces of a text block, none of them an empty text.
    fn pieces(&mut self) -> Step<Vec<Piece<'s>>> {
        let mut out = Vec::new();
        let mut before = 3;
        loop {
            let (kind, start, text) = (self.cur, self.here(), self.slice());
            self.advance();
            let ends = matches!(kind, Kind::Text | Kind::TextClose);
            let text = inside(text, before, if ends { 3 } else { 2 });
            if !text.is_empty() {
                out.push(Piece::Text(text, start + before as u32));
            }
            if ends {
                return Ok(out);
            }
            out.push(Piece::Expr(self.expr()?));
            if !matches!(self.cur, Kind::TextMiddle | Kind::TextClose) {
                return self.stuck();
            }
            before = 1;
        }
    }
}

impl<'t> Piece<'t> {
    fn text(&self) -> Option<&'t str> {
        match self {
            Piece::Text(text, _) => Some(text),
            Piece::Expr(_) => None,
        }
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
