//! Texts that the API server decodes while it reads an object: bytes in base64, and times.
//!
//! A text that cannot be decoded is refused before anything else is looked at. Both are judged as Go's standard library does: base64
//! with its padding, newlines left out; times as RFC 3339 has them.

use base64::Engine;
use base64::alphabet;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig};
use regex::Regex;
use std::sync::LazyLock;

/// Go does not mind bits behind the last byte.
const LENIENT: GeneralPurpose = GeneralPurpose::new(&alphabet::STANDARD, GeneralPurposeConfig::new().with_decode_allow_trailing_bits(true));

/// `Err` with the end of a sentence.
pub(super) fn base64(text: &str) -> Result<(), String> {
    let newlines = text.contains(['\n', '\r']);
    let decoded = if newlines { LENIENT.decode(text.replace(['\n', '\r'], "")) } else { LENIENT.decode(text) };
    decoded.map(drop).map_err(|_| "is no base64: encode the value, or write it as text under `stringData` or `data`".to_string())
}

/// `Err` with the end of a sentence.
pub(super) fn time(text: &str) -> Result<(), String> {
    if digits(text).is_some() { Ok(()) } else { Err("is no time such as 2026-11-24T21:55:01Z".into()) }
}

/// A time with six digits behind the seconds, no more and no less.
pub(super) fn micro_time(text: &str) -> Result<(), String> {
    if digits(text) == Some(6) { Ok(()) } else { Err("is no time such as 2026-11-24T21:55:01.000000Z".into()) }
}

/// How many digits of a second a time has; `None` for what is no time. An hour may have one digit.
fn digits(text: &str) -> Option<usize> {
    static TIME: LazyLock<Regex> = LazyLock::new(|| {
        let pattern = r"^(\d{4})-(\d\d)-(\d\d)T(?:[01]\d|2[0-3]|\d):[0-5]\d:[0-5]\d(?:[.,](\d+))?(?:Z|[+-](?:[01]\d|2[0-3]):[0-5]\d)$";
        Regex::new(pattern).expect("a pattern of this file")
    });
    let found = TIME.captures(text)?;
    let number = |group: usize| found.get(group).and_then(|m| m.as_str().parse::<u32>().ok()).unwrap_or_default();
    let is_day = (1..=days_in(number(1), number(2))).contains(&number(3));
    is_day.then(|| found.get(4).map_or(0, |fraction| fraction.len()))
}

fn days_in(year: u32, month: u32) -> u32 {
    match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => 29,
        2 => 28,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_decode_as_go_decodes_them() {
        for good in ["", "aGk=", "aG\nk=", "/+8="] {
            assert!(base64(good).is_ok(), "{good}");
        }
        for bad in ["a", "aGk", "../x", "a b", "_-8="] {
            assert!(base64(bad).is_err(), "{bad}");
        }
        for good in ["2026-11-24T21:55:01Z", "2026-11-24T9:55:01Z", "2024-02-29T00:00:00.123456+02:00"] {
            assert!(time(good).is_ok(), "{good}");
        }
        for good in ["2024-02-29T00:00:00.123456+02:00", "2024-02-29T0:00:00.123456Z"] {
            assert!(micro_time(good).is_ok(), "{good}");
        }
        for bad in ["", "2026-11-24T21:55:01Z", "2026-11-24T21:55:01.123Z", "2026-11-24T21:55:01.1234567Z", "2026-13-24T21:55:01.000000Z"] {
            assert!(micro_time(bad).is_err(), "{bad}");
        }
        for bad in ["", "2026-11-24", "2026-02-29T00:00:00Z", "2026-13-01T00:00:00Z", "2026-01-01T24:00:00Z", "2026-01-01t00:00:00z"] {
            assert!(time(bad).is_err(), "{bad}");
        }
    }
}
