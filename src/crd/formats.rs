//! The formats of strings in schemas that the API server checks; all others it ignores.

use crate::cel;
use crate::types::Format;
use regex::Regex;
use std::net::Ipv6Addr;
use std::sync::LazyLock;

/// Whether a text has a format; `None` for a format that is not checked, or that cannot be judged here.
pub fn check(format: &str, text: &str) -> Option<bool> {
    Some(match format {
        "bsonobjectid" => text.len() == 24 && text.bytes().all(|b| b.is_ascii_hexdigit()),
        "uri" => is_uri(text),
        "isbn" => is_isbn(text, 10) || is_isbn(text, 13),
        "isbn10" => is_isbn(text, 10),
        "isbn13" => is_isbn(text, 13),
        "creditcard" if is_no_card(text) => false,
        "email" => is_email(text)?,
        "hostname" => is_hostname(text),
        "ipv4" => !text.contains(':') && Format::LooseIp.check(text).is_ok(),
        "ipv6" => text.parse::<Ipv6Addr>().is_ok(),
        "cidr" => Format::LooseCidr.check(text).is_ok(),
        "mac" => matches(&MAC, text),
        "uuid" | "uuid3" | "uuid4" | "uuid5" => is_uuid(format, text),
        "hexcolor" => matches(&HEX_COLOR, text),
        "rgbcolor" => matches(&RGB_COLOR, text),
        "k8s-short-name" => Format::DnsLabel.check(text).is_ok(),
        "k8s-long-name" => Format::DnsSubdomain.check(text).is_ok(),
        "ssn" => matches(&SSN, text),
        "byte" => is_base64(text),
        "date" => cel::is_date(text),
        "date-time" | "datetime" => is_datetime(text),
        "duration" => cel::is_duration(text) || is_odd_duration(text),
        _ => return None,
    })
}

/// Whether the server's library knows a format at all.
pub fn is_known(format: &str) -> bool {
    // What is judged nowhere, and what only some texts are judged by.
    matches!(format, "password" | "creditcard" | "email") || check(format, "").is_some()
}

type Form = LazyLock<Option<Regex>>;

static MAC: Form = LazyLock::new(|| {
    Regex::new(
        r"(?x)^([0-9a-fA-F]{2}:){5}([0-9a-fA-F]{2})$ | ^([0-9a-fA-F]{2}-){5}[0-9a-fA-F]{2}$ | ^([0-9a-fA-F]{4}\.){2}[0-9a-fA-F]{4}$
          | ^([0-9a-fA-F]{2}[:-]){7}[0-9a-fA-F]{2}$ | ^([0-9a-fA-F]{2}[:-]){19}[0-9a-fA-F]{2}$ | ^([0-9a-fA-F]{4}\.){3}[0-9a-fA-F]{4}$
          | ^([0-9a-fA-F]{4}\.){9}[0-9a-fA-F]{4}$",
    )
    .ok()
});
static UUID: Form =
    LazyLock::new(|| Regex::new(r"(?i)^[0-9a-f]{8}-?[0-9a-f]{4}-?([0-9a-f])[0-9a-f]{3}-?([0-9a-f])[0-9a-f]{3}-?[0-9a-f]{12}$").ok());
static HEX_COLOR: Form = LazyLock::new(|| Regex::new("^#?([0-9a-fA-F]{3}|[0-9a-fA-F]{6})$").ok());
static RGB_COLOR: Form = LazyLock::new(|| {
    let part = r"\s*([0-9]|[1-9][0-9]|1[0-9][0-9]|2[0-4][0-9]|25[0-5])\s*";
    Regex::new(&format!(r"^rgb\({part},{part},{part}\)$")).ok()
});
static SSN: Form = LazyLock::new(|| Regex::new(r"^[0-9]{3}[- ]?[0-9]{2}[- ]?[0-9]{4}$").ok());

fn matches(form: &Form, text: &str) -> bool {
    form.as_ref().is_some_and(|form| form.is_match(text))
}

fn is_uuid(format: &str, text: &str) -> bool {
    let Some(parts) = UUID.as_ref().and_then(|form| form.captures(text)) else { return false };
    let version = parts.get(1).map_or("", |m| m.as_str());
    let variant = parts.get(2).is_some_and(|m| "89abAB".contains(m.as_str()));
    match format {
        "uuid3" => version == "3",
        "uuid4" | "uuid5" => version == &format[4..] && variant,
        _ => true,
    }
}

/// An absolute URI, or a path from the root, as Go's `url.ParseRequestURI` reads it: of what follows the host it looks at escapes alone.
fn is_uri(text: &str) -> bool {
    if text.is_empty() || text.chars().any(|c| c.is_ascii_control()) {
        return false;
    }
    let rest = match text.split_once(':') {
        Some((scheme, rest)) if is_scheme(scheme) => {
            let rest = rest.split('?').next().unwrap_or_default();
            let Some(beyond) = rest.strip_prefix("//") else { return !rest.starts_with('/') || has_right_escapes(rest) };
            let (authority, path) = beyond.split_at(beyond.find('/').unwrap_or(beyond.len()));
            return is_authority(authority) && has_right_escapes(path);
        }
        _ => text.split('?').next().unwrap_or_default(),
    };
    text == "*" || rest.starts_with('/') && has_right_escapes(rest)
}

fn is_scheme(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'.'))
}

/// Whether two hexadecimal digits follow every `%`.
fn has_right_escapes(text: &str) -> bool {
    text.split('%').skip(1).all(|rest| rest.len() >= 2 && rest.bytes().take(2).all(|b| b.is_ascii_hexdigit()))
}

/// `user:password@host:port`
fn is_authority(text: &str) -> bool {
    let (user, host) = text.rsplit_once('@').map_or(("", text), |(user, host)| (user, host));
    let in_user = |b: u8| b.is_ascii_alphanumeric() || b"-._:~!$&'()*+,;=%@".contains(&b);
    let is_port = |text: &str| text.is_empty() || text.strip_prefix(':').is_some_and(|port| port.bytes().all(|b| b.is_ascii_digit()));
    let named = |b: u8| b.is_ascii_alphanumeric() || b >= 0x80 || b"-_.~!$&'()*+,;=:[]<>\"%".contains(&b);
    // Of characters that need no escape none may be written with one.
    let plain = host.split('%').skip(1).all(|rest| rest.starts_with("25") || rest.starts_with(|c: char| !c.is_ascii_digit() || c > '7'));
    let port = match host.strip_prefix('[') {
        Some(inner) => inner.rsplit_once(']').map(|(_, port)| port),
        None => Some(host.rfind(':').map_or("", |at| &host[at..])),
    };
    user.bytes().all(in_user)
        && has_right_escapes(user)
        && host.bytes().all(named)
        && has_right_escapes(host)
        && plain
        && port.is_some_and(is_port)
}

/// The number of a book; the last digit of each form makes a sum come out even.
fn is_isbn(text: &str, digits: usize) -> bool {
    let plain: String = text.chars().filter(|c| !c.is_whitespace() && *c != '-').collect();
    let values: Vec<u32> =
        plain.chars().enumerate().filter_map(|(i, c)| if c == 'X' && i == 9 && digits == 10 { Some(10) } else { c.to_digit(10) }).collect();
    if plain.len() != digits || values.len() != digits {
        return false;
    }
    let weighed = values.iter().enumerate().map(|(i, v)| v * if digits == 10 { i as u32 + 1 } else { [1, 3][i % 2] });
    weighed.sum::<u32>() % if digits == 10 { 11 } else { 10 } == 0
}

/// Whether a number that a card cannot have is sure to be refused; which numbers cards have is not told here.
fn is_no_card(text: &str) -> bool {
    let digits: Vec<u32> = text.chars().filter_map(|c| c.to_digit(10)).collect();
    let doubled = |v: u32| if v > 4 { v * 2 - 9 } else { v * 2 };
    let sum: u32 = digits.iter().rev().enumerate().map(|(i, v)| if i % 2 == 1 { doubled(*v) } else { *v }).sum();
    digits.len() < 12 || !sum.is_multiple_of(10)
}

/// An address as mail has it: words with dots between them, an `@`, and as many again. Whether one with a name before it, with quotes or
/// comments is right is not told here.
fn is_email(text: &str) -> Option<bool> {
    let at = text.find('@');
    let is_group = text.find(':').is_some_and(|colon| at.is_none_or(|at| colon < at));
    if is_group || text.contains(['<', '"', '(', '[', '\\']) || text.contains(char::is_whitespace) {
        return if at.is_none() { Some(false) } else { None };
    }
    let of_word = |c: char| !c.is_ascii() || c.is_ascii_graphic() && !")];@,:>".contains(c);
    let words = |text: &str| text.split('.').all(|word| !word.is_empty() && word.chars().all(of_word));
    Some(text.split_once('@').is_some_and(|(name, host)| words(name) && words(host)))
}

/// Groups of four, the last of which may end in one or two `=`.
fn is_base64(text: &str) -> bool {
    let digits = text.trim_end_matches('=');
    let of_digits = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/');
    !digits.is_empty() && text.len().is_multiple_of(4) && text.len() - digits.len() <= 2 && digits.bytes().all(of_digits)
}

/// One label with a dash at most behind its first character, or several labels, the last of letters.
fn is_hostname(text: &str) -> bool {
    static FORM: Form = LazyLock::new(|| {
        let c = r"[a-zA-Z0-9\p{S}\p{L}]";
        let label = format!(r"{c}([a-zA-Z0-9\-\p{{S}}\p{{L}}]{{0,61}}{c})?");
        Regex::new(&format!(r"^({c}(-?{c}{{0,62}})?|({label}\.)+[a-zA-Z\p{{L}}]{{2,63}})$")).ok()
    });
    matches(&FORM, text) && text.len() <= 255 && text.split('.').all(|label| label.len() <= 63)
}

/// A day, `T`, a time of the day and a zone; the server's library looks at nothing else.
fn is_datetime(text: &str) -> bool {
    static CLOCK: Form =
        LazyLock::new(|| Regex::new(r"^([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](.[0-9]+)?(z|[+-][0-9]{2}:[0-9]{2})$").ok());
    let lower = text.to_ascii_lowercase();
    let mut parts = lower.split('t');
    parts.next().is_some_and(cel::is_date) && parts.next().is_some_and(|clock| matches(&CLOCK, clock))
}

/// Anything in which a whole number stands before a unit, as in `22 seconds`: the server's library looks for no more.
fn is_odd_duration(text: &str) -> bool {
    static PART: Form = LazyLock::new(|| Regex::new(r"([0-9]+)[\t\n\f\r ]*([A-Za-zµ]+)").ok());
    const UNITS: &[&str] = &["ns", "us", "µs", "ms", "s", "m", "h", "hr", "d", "w", "wk"];
    const BEGINNINGS: &[&str] = &["nano", "micro", "milli", "sec", "min", "hour", "day", "week"];
    let Some(form) = PART.as_ref() else { return false };
    let mut found = false;
    for part in form.captures_iter(text) {
        if part[1].parse::<i64>().is_err() {
            return false;
        }
        let unit = part[2].to_lowercase();
        found |= UNITS.contains(&unit.as_str()) || BEGINNINGS.iter().any(|beginning| unit.starts_with(beginning));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::{check, is_known};

    #[test]
    fn formats_are_judged_where_they_are_known() {
        for (format, right, wrong) in [
            ("ipv4", "10.0.0.1", "10.0.0.256"),
            ("ipv6", "::1", "1.2.3.4"),
            ("mac", "01:23:45:67:89:ab", "01:23"),
            ("uuid", "123e4567-e89b-12d3-a456-426614174000", "123"),
            ("byte", "aGVsbG8=", "%%"),
            ("byte", "aGl=", ""),
            ("byte", "aGk/", "a==="),
            ("email", "a+b@example.com", "a@b:c@example.com"),
            ("email", "!#$%&'*/=?^`{|}~@x", "a@b@c"),
            ("email", "ä@ö", "a@.b"),
            ("duration", " 1h30m", "h"),
            ("duration", "x1day", "99999999999999999999 s"),
            ("duration", "3 weeks, or so", "3 years"),
            ("date", "2024-02-29", "2023-02-29"),
            ("date-time", "2024-01-01T00:00:00Z", "tomorrow"),
            ("duration", "1h30m", "soon"),
            ("hostname", "a.example.com", "a..b"),
            ("hexcolor", "#fff", "#ff"),
            ("cidr", "10.1.2.3/8", "10.1.2.3"),
            ("isbn", "080442957X", "080442957x"),
            ("isbn", "978-0-306-40615-7", "1"),
            ("isbn10", "0306406152", "978-0-306-40615-7"),
            ("isbn13", "978 0 306 40615 7", "978-0-306-40615-8"),
            ("uri", "http://[::1]", "http://[::1"),
            ("uri", "http://a?b c", "http://a b"),
            ("uri", "a:b c", "http://a#b c"),
            ("uri", "/a", "a"),
            ("uri", "http://a:80/b c", "http://a:b"),
            ("uri", "http://a]", "http://a%41"),
            ("uri", "http://u:p@a/%41", "http://a/%zz"),
        ] {
            assert_eq!((check(format, right), check(format, wrong)), (Some(true), Some(false)), "{format}");
        }
        assert_eq!(check("name", "x"), None);
        assert_eq!(check("creditcard", "4111111111111112"), Some(false));
        assert!(is_known("duration") && is_known("password") && !is_known("int32"));
    }
}
