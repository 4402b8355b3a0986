//! Regular expressions of Go, as the API server compiles them, in terms of the regex crate.
//!
//! Both libraries come from RE2 and accept nearly the same texts. What differs is translated in one pass: `\d`, `\w`, `\s` and `\b` are
//! ASCII in Go; `[` within a class, `{` that begins no count, and `&&` are plain text there; `\Q…\E`, `\z` and `\C` exist only there, and
//! nested repetitions and counts above 1000 only here.

/// The same expression for the regex crate, or why Go refuses it: the end of a sentence.
pub fn translated(pattern: &str) -> Result<String, String> {
    let chars: Vec<char> = pattern.chars().collect();
    let mut out = String::with_capacity(pattern.len() + 8);
    let (mut at, mut repeated) = (0, false);
    while let Some(&c) = chars.get(at) {
        let before = repeated;
        repeated = false;
        match c {
            '\\' => at += escape(&chars, at, false, &mut out)?,
            '[' => at += class(&chars, at, &mut out)?,
            '*' | '+' | '?' => {
                out.push(c);
                at += 1;
                repeated = !lazy(&chars, &mut at, &mut out, before)?;
            }
            '{' => match count(&chars[at..])? {
                Some(length) => {
                    out.extend(&chars[at..at + length]);
                    at += length;
                    repeated = !lazy(&chars, &mut at, &mut out, before)?;
                }
                None => {
                    out.push_str("\\{");
                    at += 1;
                }
            },
            '}' => {
                out.push_str("\\}");
                at += 1;
            }
            '(' if chars.get(at + 1) == Some(&'?') => {
                flags(&chars[at + 2..])?;
                out.push_str("(?");
                at += 2;
            }
            c => {
                out.push(c);
                at += 1;
            }
        }
    }
    Ok(out)
}

/// Takes the `?` of a lazy repetition; Go knows no repetition of a repetition.
fn lazy(chars: &[char], at: &mut usize, out: &mut String, before: bool) -> Result<bool, String> {
    if before {
        return Err("a repetition is repeated".to_owned());
    }
    if chars.get(*at) == Some(&'?') {
        out.push('?');
        *at += 1;
    }
    Ok(false)
}

/// How long the count is that begins here: `{2}`, `{2,}`, `{2,5}`; `None` where it is plain text.
fn count(chars: &[char]) -> Result<Option<usize>, String> {
    let Some(end) = chars.iter().position(|c| *c == '}') else { return Ok(None) };
    let text: String = chars[1..end].iter().collect();
    let (low, high) = text.split_once(',').unwrap_or((&text, &text));
    let number = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    if !number(low) || !(high.is_empty() || number(high)) || low.len() > 1 && low.starts_with('0') {
        return Ok(None);
    }
    let value = |text: &str| text.parse::<u32>().unwrap_or(u32::MAX);
    if value(low) > 1000 || !high.is_empty() && (value(high) > 1000 || value(high) < value(low)) {
        return Err(format!("`{{{text}}}` is no count: it is at most 1000, and rises"));
    }
    Ok(Some(end + 1))
}

/// The flags or the name after `(?`.
fn flags(chars: &[char]) -> Result<(), String> {
    match chars.first() {
        Some('P' | '<' | ':') if !matches!(chars.get(1), Some('=' | '!')) => Ok(()),
        Some('=' | '!' | '<') => Err("look-around, including look-ahead and look-behind, is not supported".to_owned()),
        _ => {
            let flags: String = chars.iter().take_while(|c| !matches!(c, ':' | ')')).collect();
            match flags.chars().find(|c| !matches!(c, 'i' | 'm' | 's' | 'U' | '-')) {
                Some(other) => Err(format!("there is no flag `{other}`")),
                None => Ok(()),
            }
        }
    }
}

/// Writes the escape that begins at `at`; how many characters it takes.
fn escape(chars: &[char], at: usize, in_class: bool, out: &mut String) -> Result<usize, String> {
    let Some(&c) = chars.get(at + 1) else { return Err("it ends with a backslash".to_owned()) };
    let set = |inner: &str, negated: bool| match (in_class, negated) {
        (true, false) => inner.to_string(),
        (_, true) => format!("[^{inner}]"),
        (false, false) => format!("[{inner}]"),
    };
    match c {
        'd' | 'D' => out.push_str(&set("0-9", c == 'D')),
        'w' | 'W' => out.push_str(&set("0-9A-Za-z_", c == 'W')),
        's' | 'S' => out.push_str(&set(r"\t\n\x0c\r ", c == 'S')),
        'b' | 'B' if !in_class => out.push_str(if c == 'b' { r"(?-u:\b)" } else { r"(?:(?-u:\B)|[^\x00-\x7f]{0})" }),
        'z' if !in_class => out.push_str(r"\z"),
        'A' if !in_class => out.push_str(r"\A"),
        'C' if !in_class => out.push_str("(?s:.)"),
        'Q' => return Ok(quoted(chars, at, out)),
        'E' => {}
        'a' | 'f' | 't' | 'n' | 'r' | 'v' => out.extend(['\\', c]),
        'x' | 'p' | 'P' => {
            out.extend(['\\', c]);
            let braced = chars.get(at + 2) == Some(&'{');
            let end = if braced { chars[at..].iter().position(|c| *c == '}').map(|end| at + end + 1) } else { None };
            let end = end.unwrap_or(at + if c == 'x' { 4 } else { 3 }).min(chars.len());
            out.extend(&chars[at + 2..end]);
            return Ok(end - at);
        }
        '0'..='7' => return octal(chars, at, out),
        c if c.is_ascii() && !c.is_ascii_alphanumeric() => out.push_str(&regex::escape(&c.to_string())),
        other => return Err(format!("there is no escape `\\{other}`")),
    }
    Ok(2)
}

/// `\123`; a lone digit other than 0 would refer back, which Go does not do.
fn octal(chars: &[char], at: usize, out: &mut String) -> Result<usize, String> {
    let digits: String = chars[at + 1..].iter().take(3).take_while(|c| matches!(c, '0'..='7')).collect();
    if digits.len() == 1 && !digits.starts_with('0') {
        return Err(format!("there is no escape `\\{digits}`: nothing refers back"));
    }
    let code = u32::from_str_radix(&digits, 8).unwrap_or(0);
    out.push_str(&format!(r"\x{{{code:x}}}"));
    Ok(digits.len() + 1)
}

/// `\Q…\E`: plain text.
fn quoted(chars: &[char], at: usize, out: &mut String) -> usize {
    let rest: String = chars[at + 2..].iter().collect();
    let (text, ended) = rest.split_once("\\E").map_or((rest.as_str(), false), |(text, _)| (text, true));
    out.push_str(&regex::escape(text));
    2 + text.chars().count() + if ended { 2 } else { 0 }
}

/// Writes the class that begins at `at`.
fn class(chars: &[char], at: usize, out: &mut String) -> Result<usize, String> {
    let mut here = at + 1;
    out.push('[');
    if chars.get(here) == Some(&'^') {
        out.push('^');
        here += 1;
    }
    let first = here;
    loop {
        match chars.get(here) {
            None => return Err("a `[` is not closed".to_owned()),
            Some(']') if here > first => {
                out.push(']');
                return Ok(here + 1 - at);
            }
            Some('[') if chars.get(here + 1) == Some(&':') => {
                let length = chars[here..].windows(2).position(|w| w == [':', ']']).map(|p| p + 2);
                match length.filter(|length| *length > 2) {
                    Some(length) => {
                        out.extend(&chars[here..here + length]);
                        here += length;
                    }
                    None => {
                        out.push_str("\\[");
                        here += 1;
                    }
                }
            }
            Some('\\') => here += escape(chars, here, true, out)?,
            Some(c @ ('[' | ']' | '&' | '~')) => {
                out.extend(['\\', *c]);
                here += 1;
            }
            // A dash at either end is plain text, and so is one after a range; the regex crate reads `--` as a difference.
            Some('-') if here == first || chars.get(here + 1) == Some(&']') => {
                out.push_str("\\-");
                here += 1;
            }
            Some(c) => {
                out.push(*c);
                here += 1;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::compiled_go;

    #[test]
    fn what_go_accepts_is_accepted_and_means_the_same() {
        let matches = |pattern: &str, text: &str| compiled_go(pattern).expect(pattern).expect(pattern).is_match(text);
        assert!(matches(r"^[a-z\[]+$", "a["));
        assert!(matches(r"^[[a-z]+$", "[a"));
        assert!(matches(r"^a{,5}$", "a{,5}"));
        assert!(matches(r"^\d+$", "12") && !matches(r"^\d+$", "٣"));
        assert!(matches(r"^\Qa.b\E$", "a.b") && !matches(r"^\Qa.b\E$", "axb"));
        assert!(matches(r"^[^\s/]+\z", "ab"));
        assert!(matches(r"^[\w.-]+$", "a-b."));
        assert!(matches(r"^(?i)abc$", "ABC"));
        assert!(matches(r"^[-a-z]+\/x$", "a-/x"));
        assert!(matches(r"^[[:alpha:]]{2,3}?$", "ab"));
        assert!(matches(r"^a&&b$", "a&&b"));
    }

    #[test]
    fn what_go_refuses_is_refused() {
        for pattern in ["(", "[a", "a**", "a{1001}", "a{3,2}", r"\1", r"\y", "(?=a)", "(?<!a)", "(?x)a", "*a", r"a\", "a++"] {
            assert!(compiled_go(pattern).is_err(), "{pattern}");
        }
    }
}
