//! Lengths of time, in whole milliseconds: `500ms`, `30s`, `5min`, `2h`, `1d`.
//!
//! Kubernetes takes most of them as whole seconds and a few as Go's `time.Duration` text (`1h30m0s`); both are printed here.

use ecow::EcoString;
use rust_decimal::Decimal;
use std::fmt::{self, Write};

/// The units and their milliseconds, largest first.
static UNITS: [(&str, i64); 5] = [("d", 86_400_000), ("h", 3_600_000), ("min", 60_000), ("s", 1000), ("ms", 1)];

/// Why a literal is no duration, or a duration not what a field takes. `Display` is a message without a final stop.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DurationError {
    /// `m` means a thousandth everywhere in Kubernetes.
    MilliForMinutes {
        number: EcoString,
    },
    UnknownUnit {
        text: EcoString,
        unit: EcoString,
    },
    /// A number alone.
    NoUnit {
        number: EcoString,
    },
    /// `0.5ms`
    TooFine {
        text: EcoString,
    },
    TooLong {
        text: EcoString,
    },
    /// Where a field counts seconds.
    NotWholeSeconds {
        millis: i64,
    },
}

impl fmt::Display for DurationError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            DurationError::MilliForMinutes { number } => write!(f, "`m` is a thousandth, not a minute; did you mean `{number}min`?"),
            DurationError::UnknownUnit { text, unit } => {
                write!(f, "`{text}` has an unknown unit of time `{unit}`; the units are `ms s min h d`")
            }
            DurationError::NoUnit { number } => write!(f, "`{number}` needs a unit of time; did you mean `{number}s`?"),
            DurationError::TooFine { text } => write!(f, "`{text}` is finer than a millisecond, the smallest step of time"),
            DurationError::TooLong { text } => write!(f, "`{text}` is too long: the longest duration is 106751991167d"),
            DurationError::NotWholeSeconds { millis } => {
                let second = millis.div_euclid(1000);
                let next = second.saturating_add(1);
                write!(f, "`{}` is no whole number of seconds, and this field counts seconds; ", show(*millis))?;
                if second > 0 { write!(f, "write `{second}s` or `{next}s`") } else { write!(f, "the shortest is `{next}s`") }
            }
        }
    }
}

impl std::error::Error for DurationError {}

/// Whether a literal's suffix is a unit of time.
pub fn is_unit(suffix: &str) -> bool {
    UNITS.iter().any(|u| u.0 == suffix)
}

/// The milliseconds of a literal.
pub fn from_literal(value: Decimal, suffix: &str) -> Result<i64, DurationError> {
    let number = || text_of(value, "");
    let Some(&(_, factor)) = UNITS.iter().find(|u| u.0 == suffix) else {
        return Err(match suffix {
            "" => DurationError::NoUnit { number: number() },
            "m" => DurationError::MilliForMinutes { number: number() },
            _ => DurationError::UnknownUnit { text: text_of(value, suffix), unit: suffix.into() },
        });
    };
    let too_long = || DurationError::TooLong { text: text_of(value, suffix) };
    let millis = value.checked_mul(Decimal::from(factor)).ok_or_else(too_long)?;
    if !millis.is_integer() {
        return Err(DurationError::TooFine { text: text_of(value, suffix) });
    }
    i64::try_from(millis.trunc().mantissa()).map_err(|_| too_long())
}

/// The shortest kdsl literal: the largest unit that leaves a whole number.
pub fn show(millis: i64) -> EcoString {
    let (unit, factor) = if millis == 0 { ("s", 1000) } else { *UNITS.iter().find(|u| millis % u.1 == 0).unwrap_or(&("ms", 1)) };
    let mut out = EcoString::new();
    let _ = write!(out, "{}{unit}", millis / factor);
    out
}

/// Whole seconds, for fields that count them.
pub fn seconds(millis: i64) -> Result<i64, DurationError> {
    if millis % 1000 == 0 { Ok(millis / 1000) } else { Err(DurationError::NotWholeSeconds { millis }) }
}

/// The text of Go's `time.Duration`: `1h30m0s`, `1.5s`, `500ms`.
pub fn go(millis: i64) -> EcoString {
    let mut out = EcoString::new();
    // Writing to text cannot fail.
    let _ = write_go(millis, &mut out);
    out
}

pub fn write_go(millis: i64, out: &mut impl Write) -> fmt::Result {
    if millis < 0 {
        out.write_char('-')?;
    }
    let total = millis.unsigned_abs();
    if total == 0 {
        return out.write_str("0s");
    }
    if total < 1000 {
        return write!(out, "{total}ms");
    }
    let (hours, minutes, seconds, rest) = (total / 3_600_000, total / 60_000 % 60, total / 1000 % 60, total % 1000);
    if hours > 0 {
        write!(out, "{hours}h")?;
    }
    if hours > 0 || minutes > 0 {
        write!(out, "{minutes}m")?;
    }
    write!(out, "{seconds}")?;
    if rest > 0 {
        let digits = format!("{rest:03}");
        write!(out, ".{}", digits.trim_end_matches('0'))?;
    }
    out.write_char('s')
}

fn text_of(value: Decimal, suffix: &str) -> EcoString {
    let mut out = EcoString::new();
    let _ = write!(out, "{value}{suffix}");
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn millis(number: &str, suffix: &str) -> Result<i64, DurationError> {
        from_literal(number.parse().unwrap(), suffix)
    }

    #[test]
    fn literals_are_exact_milliseconds() {
        for (number, suffix, answer) in [
            ("500", "ms", 500),
            ("30", "s", 30_000),
            ("1.5", "s", 1500),
            ("5", "min", 300_000),
            ("2", "h", 7_200_000),
            ("0.5", "d", 43_200_000),
        ] {
            assert_eq!(millis(number, suffix), Ok(answer));
        }
        let message = |number, suffix| millis(number, suffix).unwrap_err().to_string();
        assert_eq!(message("5", "m"), "`m` is a thousandth, not a minute; did you mean `5min`?");
        assert_eq!(message("5", ""), "`5` needs a unit of time; did you mean `5s`?");
        assert_eq!(message("5", "sec"), "`5sec` has an unknown unit of time `sec`; the units are `ms s min h d`");
        assert_eq!(message("0.5", "ms"), "`0.5ms` is finer than a millisecond, the smallest step of time");
        assert_eq!(message("106751991168", "d"), "`106751991168d` is too long: the longest duration is 106751991167d");
        assert_eq!(millis("106751991167", "d").map(|m| m > 0), Ok(true));
        assert!(matches!(millis("79228162514264337593543950335", "d"), Err(DurationError::TooLong { .. })));
    }

    #[test]
    fn durations_print_in_three_forms() {
        for (ms, kdsl, go_form) in [
            (0, "0s", "0s"),
            (1, "1ms", "1ms"),
            (500, "500ms", "500ms"),
            (1500, "1500ms", "1.5s"),
            (1050, "1050ms", "1.05s"),
            (30_000, "30s", "30s"),
            (90_000, "90s", "1m30s"),
            (5_400_000, "90min", "1h30m0s"),
            (86_400_000, "1d", "24h0m0s"),
            (-1500, "-1500ms", "-1.5s"),
        ] {
            assert_eq!(show(ms), kdsl);
            assert_eq!(go(ms), go_form);
        }
        assert_eq!(seconds(90_000), Ok(90));
        let text = |ms| seconds(ms).unwrap_err().to_string();
        assert_eq!(text(1500), "`1500ms` is no whole number of seconds, and this field counts seconds; write `1s` or `2s`");
        assert_eq!(text(500), "`500ms` is no whole number of seconds, and this field counts seconds; the shortest is `1s`");
        for extreme in [i64::MIN, i64::MAX] {
            assert!(!show(extreme).is_empty() && !go(extreme).is_empty() && !text(extreme).is_empty());
        }
    }
}
