//! Texts as the language writes them.

use super::token::{self, Kind};
use std::fmt::Write;

/// A text as a string on one line.
pub fn string(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '$' if chars.peek() == Some(&'{') => out.push_str("\\$"),
            c if c.is_control() => {
                // Writing to text cannot fail.
                let _ = write!(out, "\\u{{{:x}}}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// A key or a label: a word where it can be one, else a string.
pub fn key(text: &str) -> String {
    match token::tokens(text).as_slice() {
        [only] if only.kind == Kind::Word => text.to_string(),
        _ => string(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ast::ExprKind;
    use crate::diag::Sink;
    use crate::source::{Source, SourceKind};
    use crate::syntax::parse_expr;

    /// What a string says that is read as a program.
    fn read(text: &str) -> Option<String> {
        let expr = parse_expr(&Source::new("text", text, SourceKind::User, 1), &Sink::new())?;
        match &expr.kind {
            ExprKind::Str(string) => string.as_static().map(str::to_string),
            _ => None,
        }
    }

    #[test]
    fn a_string_is_read_as_what_it_was() {
        for text in ["", "a", "\"", "\\", "$", "$5", "${x}", "$${x}", "\\${x}", "a\nb\tc\r\u{0}\u{7f}\u{85}", "é 🐚", "}", "'"] {
            assert_eq!(read(&string(text)).as_deref(), Some(text), "{}", string(text));
        }
        assert_eq!(string("$HOME ${x}"), r#""$HOME \${x}""#);
    }

    #[test]
    fn a_key_is_a_word_where_it_can_be_one() {
        let keys = ["web", "web-1", "_x", "if", "for", "1a", "a.b", "a b", "", "true", "é"];
        let written = keys.map(key);
        assert_eq!(written, ["web", "web-1", "_x", "\"if\"", "\"for\"", "\"1a\"", "\"a.b\"", "\"a b\"", "\"\"", "\"true\"", "\"é\""]);
    }
}
