//! Leaves of an object, and the question how a text is quoted in YAML.
//!
//! A text stays plain unless the syntax forbids it or some reader of YAML 1.1 or 1.2 would take it for a number, a boolean, a null, a
//! date, a merge key. One pass over its bytes through a table gathers what kinds of bytes it holds; nearly every text in an object holds
//! none that matter, and then only its first byte and its shape are left to look at.

use crate::duration;
use crate::value::{Address, RangeValue, RefValue, Value};
use std::borrow::Cow;
use std::fmt::Write;

/// What stands in one place of a YAML or JSON text.
pub enum Scalar<'a> {
    /// A number, a boolean or null: the same in both formats.
    Bare(Cow<'a, str>),
    Text(Cow<'a, str>),
    EmptyRecord,
    EmptyList,
}

/// The leaf that a value is. Records and lists count as empty here: callers handle the others.
pub fn of(value: &Value) -> Scalar<'_> {
    match value {
        Value::Null => Scalar::Bare("null".into()),
        Value::Bool(true) => Scalar::Bare("true".into()),
        Value::Bool(false) => Scalar::Bare("false".into()),
        Value::Int(n) => Scalar::Bare(itoa::Buffer::new().format(*n).to_string().into()),
        Value::Float(n) => Scalar::Bare(n.normalize().to_string().into()),
        Value::Str(text) => Scalar::Text(text.as_str().into()),
        Value::Quantity(quantity) => Scalar::Text(quantity.to_canonical().to_string().into()),
        Value::Duration(millis) => Scalar::Text(duration::go(*millis).to_string().into()),
        Value::Percent(n) => Scalar::Text(format!("{}%", n.normalize()).into()),
        Value::List(_) => Scalar::EmptyList,
        Value::Record(_) => Scalar::EmptyRecord,
        Value::Range(range) => Scalar::Text(range_text(range).into()),
        Value::Address(address) => Scalar::Text(address_text(address).into()),
        Value::Ref(reference) => Scalar::Text(ref_text(reference).into()),
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    Plain,
    /// In `'…'`: legible where the text holds double quotes or backslashes.
    Single,
    /// In `"…"`, with escapes.
    Double,
    /// Several lines, as a literal block.
    Block,
}

/// How a text is written.
pub fn style(text: &str) -> Style {
    let bytes = text.as_bytes();
    let Some(&first) = bytes.first() else {
        return Style::Double;
    };
    let held = bytes.iter().fold(0, |held, &b| held | CLASS[b as usize]);
    if held & (CONTROL | NEWLINE | WIDE) != 0 {
        if held & CONTROL != 0 {
            return Style::Double;
        }
        if held & NEWLINE != 0 {
            let legible = !text.trim_matches('\n').is_empty() && (held & WIDE == 0 || !text.chars().any(is_lost));
            return if legible { Style::Block } else { Style::Double };
        }
        if text.chars().any(|c| c == '\t' || is_invisible(c)) {
            return Style::Double;
        }
    }
    if held & TAB != 0 {
        return Style::Double;
    }
    if plain_is_legal(bytes, first, held) && !reads_as_other(bytes, first) {
        Style::Plain
    } else if held & ESCAPED != 0 && held & APOSTROPHE == 0 {
        Style::Single
    } else {
        Style::Double
    }
}

/// Writes a text that stands on one line: a key, or a value that is no block.
pub fn write_word(text: &str, out: &mut String) {
    write(text, style(text), out);
}

/// Writes a text in a style; a block, which needs lines of its own, in quotes.
pub fn write(text: &str, style: Style, out: &mut String) {
    match style {
        Style::Plain => out.push_str(text),
        Style::Single => {
            out.push('\'');
            out.push_str(text);
            out.push('\'');
        }
        Style::Double | Style::Block => double_quoted(text, out),
    }
}

fn double_quoted(text: &str, out: &mut String) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\0' => out.push_str("\\0"),
            '\x20'..='\x7e' => out.push(c),
            _ if !c.is_ascii() && !is_invisible(c) => out.push(c),
            _ => {
                let code = c as u32;
                // Writing to text cannot fail.
                let _ = match code {
                    0..=0xff => write!(out, "\\x{code:02x}"),
                    0x100..=0xffff => write!(out, "\\u{code:04x}"),
                    _ => write!(out, "\\U{code:08x}"),
                };
            }
        }
    }
    out.push('"');
}

/// `:` may end a key.
const COLON: u8 = 1;
/// `#` may begin a comment.
const HASH: u8 = 2;
const NEWLINE: u8 = 4;
const TAB: u8 = 8;
/// Cannot stand in any style but double quotes.
const CONTROL: u8 = 16;
/// Part of a character beyond ASCII.
const WIDE: u8 = 32;
/// `"` and `\`, which double quotes would have to escape.
const ESCAPED: u8 = 64;
const APOSTROPHE: u8 = 128;

static CLASS: [u8; 256] = {
    let mut table = [0; 256];
    let mut b = 0;
    while b < 256 {
        table[b] = match b as u8 {
            b':' => COLON,
            b'#' => HASH,
            b'\n' => NEWLINE,
            b'\t' => TAB,
            0..=31 | 127 => CONTROL,
            128.. => WIDE,
            b'"' | b'\\' => ESCAPED,
            b'\'' => APOSTROPHE,
            _ => 0,
        };
        b += 1;
    }
    table
};

/// Whether the syntax allows a text of one line without quotes, as a key and as a value.
fn plain_is_legal(text: &[u8], first: u8, held: u8) -> bool {
    let begins = match first {
        b'-' | b'?' | b':' => text.get(1).is_some_and(|&b| b != b' ') && !text.starts_with(b"---"),
        b'.' => !text.starts_with(b"..."),
        b',' | b'[' | b']' | b'{' | b'}' | b'#' | b'&' | b'*' | b'!' | b'|' | b'>' | b'\'' | b'"' | b'%' | b'@' | b'`' | b' ' => false,
        _ => true,
    };
    let last = text[text.len() - 1];
    begins
        && last != b' '
        && last != b':'
        && (held & COLON == 0 || memchr::memmem::find(text, b": ").is_none())
        && (held & HASH == 0 || memchr::memmem::find(text, b" #").is_none())
}

/// Whether some reader takes a plain text for something else than text.
fn reads_as_other(text: &[u8], first: u8) -> bool {
    match first {
        b'a'..=b'z' | b'A'..=b'Z' => is_word(text),
        b'0'..=b'9' => is_number(text) || is_sexagesimal(text) || is_date(text),
        b'+' | b'-' => is_number(text) || is_sexagesimal(text),
        b'.' => is_number(text),
        b'~' => text.len() == 1,
        b'=' => text.len() == 1,
        b'<' => text == b"<<",
        _ => false,
    }
}

/// The booleans and nulls of YAML 1.1 and 1.2: all lower case, all upper, or capitalised.
fn is_word(text: &[u8]) -> bool {
    const WORDS: [&[u8]; 9] = [b"y", b"n", b"yes", b"no", b"on", b"off", b"true", b"false", b"null"];
    text.len() <= 5
        && WORDS.iter().any(|w| w.eq_ignore_ascii_case(text))
        && (text[1..].iter().all(u8::is_ascii_lowercase) || text.iter().all(u8::is_ascii_uppercase))
}

/// Integers and floats of both versions, with the digit separators `_` and `,` that some readers skip.
fn is_number(text: &[u8]) -> bool {
    let body = text.strip_prefix(b"+").or(text.strip_prefix(b"-")).unwrap_or(text);
    if let [b'.', word @ ..] = body
        && matches!(word, b"inf" | b"Inf" | b"INF" | b"nan" | b"NaN" | b"NAN")
    {
        return true;
    }
    // One reader takes separators alone for digits, too.
    let digits = |rest: &[u8], allowed: fn(&u8) -> bool| !rest.is_empty() && rest.iter().all(|b| allowed(b) || matches!(b, b'_' | b','));
    match body {
        [b'0', b'x' | b'X', rest @ ..] => return digits(rest, u8::is_ascii_hexdigit),
        [b'0', b'o' | b'O', rest @ ..] => return digits(rest, |b| matches!(b, b'0'..=b'7')),
        [b'0', b'b' | b'B', rest @ ..] => return digits(rest, |b| matches!(b, b'0' | b'1')),
        _ => {}
    }
    let separated = |b: u8| b.is_ascii_digit() || matches!(b, b'_' | b',');
    let (whole, rest) = split_while(body, separated);
    let (fraction, rest) = match rest {
        [b'.', rest @ ..] => split_while(rest, separated),
        _ => (&[][..], rest),
    };
    // Behind a sign, one reader takes separators before digits, too.
    let signed = body.len() < text.len();
    let has_digits = match whole.first().or(fraction.first()) {
        Some(b) => b.is_ascii_digit() || (signed && whole.iter().chain(fraction).any(u8::is_ascii_digit)),
        None => false,
    };
    has_digits
        && match rest {
            [] => true,
            [b'e' | b'E', b'+' | b'-', power @ ..] | [b'e' | b'E', power @ ..] => digits(power, u8::is_ascii_digit),
            _ => false,
        }
}

/// `12:30`, `1:30:00.5`: numbers to base 60 in YAML 1.1.
fn is_sexagesimal(text: &[u8]) -> bool {
    let body = text.strip_prefix(b"+").or(text.strip_prefix(b"-")).unwrap_or(text);
    let body = match body.iter().position(|&b| b == b'.') {
        Some(point) if body[point + 1..].iter().all(|&b| b.is_ascii_digit() || b == b'_') => &body[..point],
        _ => body,
    };
    let mut parts = body.split(|&b| b == b':');
    let first = parts.next().unwrap_or_default();
    let mut more = false;
    let rest_fits = parts.all(|part| {
        more = true;
        matches!(part, [b'0'..=b'9'] | [b'0'..=b'5', b'0'..=b'9'])
    });
    more && rest_fits && first.first().is_some_and(u8::is_ascii_digit) && first.iter().all(|&b| b.is_ascii_digit() || b == b'_')
}

/// `2001-12-14`, `2001-12-14T21:59:43.10-05:00`
fn is_date(text: &[u8]) -> bool {
    let (year, rest) = split_while(text, |b| b.is_ascii_digit());
    let [b'-', rest @ ..] = rest else { return false };
    let (month, rest) = split_while(rest, |b| b.is_ascii_digit());
    let [b'-', rest @ ..] = rest else { return false };
    let (day, rest) = split_while(rest, |b| b.is_ascii_digit());
    year.len() == 4
        && matches!(month.len(), 1 | 2)
        && matches!(day.len(), 1 | 2)
        && match rest {
            [] => true,
            [b'T' | b't' | b' ', time @ ..] => {
                time.contains(&b':') && time.iter().all(|b| matches!(b, b'0'..=b'9' | b':' | b'.' | b'Z' | b'z' | b'+' | b'-' | b' '))
            }
            _ => false,
        }
}

fn split_while(text: &[u8], keep: impl Fn(u8) -> bool) -> (&[u8], &[u8]) {
    text.split_at(text.iter().position(|&b| !keep(b)).unwrap_or(text.len()))
}

/// Beyond ASCII: what a block cannot carry, or what would make it read otherwise than it looks.
fn is_lost(c: char) -> bool {
    matches!(c,
        '\u{80}'..='\u{9f}'
        | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
        | '\u{feff}' | '\u{fff0}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
        || c as u32 & 0xfffe == 0xfffe
}

/// Beyond ASCII: what a reader cannot see in a line.
fn is_invisible(c: char) -> bool {
    is_lost(c)
        || matches!(
            c,
            '\u{a0}' | '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'
                ..='\u{180f}' | '\u{3164}' | '\u{ffa0}'
        )
        || (!c.is_ascii() && c.is_whitespace())
}

fn range_text(range: &RangeValue) -> String {
    let side = |node: &Option<crate::value::Node>| match node.as_ref().map(|n| of(&n.value)) {
        Some(Scalar::Bare(text) | Scalar::Text(text)) => text.into_owned(),
        Some(Scalar::EmptyRecord | Scalar::EmptyList) | None => String::new(),
    };
    if range.single { side(&range.lo.as_ref().or(range.hi.as_ref()).cloned()) } else { format!("{}..{}", side(&range.lo), side(&range.hi)) }
}

fn address_text(address: &Address) -> &str {
    match &address.cidr {
        Some(cidr) => cidr,
        None => address.name.as_str(),
    }
}

fn ref_text(reference: &RefValue) -> String {
    match reference {
        RefValue::ConfigKey { name, key } => format!("config.{name}.ref.{key}"),
        RefValue::SecretKey { name, key } => format!("secret.{name}.ref.{key}"),
        RefValue::Field { path } => path.to_string(),
        RefValue::Resource { resource } => resource.to_string(),
    }
}
