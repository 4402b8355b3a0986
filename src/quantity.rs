//! Amounts of cores and bytes: reading them as kdsl and as Kubernetes write them, and printing them as the API server prints them back.
//!
//! A literal arrives as an exact number and a suffix; its family (cores or bytes) follows from the suffix or from what is wanted. A string
//! out of Kubernetes follows `resource.Quantity`: decimal suffixes, binary suffixes or an exponent, rounded up to a billionth. Its digits
//! are taken one by one into an `i128` of billionths, so that no length of input overflows unnoticed or costs precision.
//!
//! The canonical form is the one that reads back unchanged, so that what is applied never drifts: the largest suffix that leaves a whole
//! number, binary for what was written in powers of 1024 unless it is below 1024 or no whole number of bytes. An exponent (`1e3`) becomes
//! a suffix (`1k`): the server keeps either.

use crate::value::{Quantity, QuantityUnit};
use ecow::EcoString;
use rust_decimal::{Decimal, RoundingStrategy};
use std::cmp::Ordering;
use std::fmt::{self, Write};

/// Why a text or a literal is no quantity. `Display` is a message without a final stop.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum QuantityError {
    /// No digits, or characters that no quantity holds.
    Malformed { text: EcoString },
    /// A number with a suffix that does not exist; `near` is the one most likely meant.
    UnknownSuffix { text: EcoString, suffix: EcoString, near: Option<&'static str> },
    /// A suffix of bytes where cores are wanted.
    BytesForCores { text: EcoString },
    /// `m`, `u`, `n` where bytes are wanted: part of a byte, and nearly always a slip for `Mi`.
    PartOfByte { text: EcoString, bytes: EcoString, near: Option<EcoString> },
    /// Not a whole number of bytes; `near` is the closest that is.
    FractionOfByte { text: EcoString, bytes: EcoString, near: EcoString },
    /// Beyond what the API server can hold.
    TooLarge { text: EcoString },
}

impl fmt::Display for QuantityError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            QuantityError::Malformed { text } => {
                write!(f, "`{text}` is no quantity: expected a number and a unit, as `200m`, `1.5` or `64Mi`")
            }
            QuantityError::UnknownSuffix { text, suffix, near: Some(near) } => {
                write!(f, "`{text}` has an unknown unit `{suffix}`; did you mean `{near}`?")
            }
            QuantityError::UnknownSuffix { text, suffix, near: None } => {
                write!(f, "`{text}` has an unknown unit `{suffix}`: cores take `m`, bytes take `Ki Mi Gi Ti Pi Ei` or `k M G T P E`")
            }
            QuantityError::BytesForCores { text } => write!(f, "`{text}` counts bytes, and cores are wanted, as `200m` or `1.5`"),
            QuantityError::PartOfByte { text, bytes, near: Some(near) } => {
                write!(f, "`{text}` is {bytes} bytes, since `{}` divides; did you mean `{near}`?", suffix_of(text))
            }
            QuantityError::PartOfByte { text, bytes, near: None } => {
                write!(f, "`{text}` is {bytes} bytes, since `{}` divides; bytes are written as `64Mi` or `64M`", suffix_of(text))
            }
            QuantityError::FractionOfByte { text, bytes, near } => {
                write!(f, "`{text}` is {bytes} bytes, and bytes cannot be divided; write a whole number of them, as `{near}`")
            }
            QuantityError::TooLarge { text } => {
                write!(f, "`{text}` is too large: Kubernetes counts up to 9223372036854775807, just under `8Ei`")
            }
        }
    }
}

impl std::error::Error for QuantityError {}

/// What a suffix of a literal measures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Family {
    Cpu,
    Bytes,
}

/// The family of a literal's suffix, where it tells: `m u n` are cores, the others bytes. `None` for what is no quantity's suffix.
pub fn family(suffix: &str) -> Option<Family> {
    Some(match SUFFIXES.iter().find(|s| s.0 == suffix)?.1 {
        Scale::Ten(power) if power < 0 => Family::Cpu,
        Scale::Ten(_) | Scale::Two(_) => Family::Bytes,
    })
}

impl Quantity {
    pub const ZERO_CPU: Quantity = Quantity { amount: Decimal::ZERO, unit: QuantityUnit::Cpu };

    /// Cores from a literal: `200m`, `1.5`, `100u`.
    pub fn cpu(value: Decimal, suffix: &str) -> Result<Quantity, QuantityError> {
        let text = || literal(value, suffix);
        match scale(suffix) {
            Some(Scale::Ten(power)) if power <= 0 => sized(scaled(value, power), QuantityUnit::Cpu, text),
            Some(_) => Err(QuantityError::BytesForCores { text: text() }),
            None => Err(unknown(text(), suffix)),
        }
    }

    /// Bytes from a literal: `64Mi`, `1.5G`, `512`.
    pub fn bytes(value: Decimal, suffix: &str) -> Result<Quantity, QuantityError> {
        let text = || literal(value, suffix);
        let quantity = match scale(suffix) {
            Some(Scale::Ten(power)) if power < 0 => return Err(part_of_byte(value, suffix, power)),
            Some(Scale::Ten(power)) => sized(scaled(value, power), QuantityUnit::Decimal, text)?,
            Some(Scale::Two(power)) => sized(value.checked_mul(Decimal::from(1u64 << power)), QuantityUnit::Binary, text)?,
            None => return Err(unknown(text(), suffix)),
        };
        if quantity.amount.is_integer() { Ok(quantity) } else { Err(fraction_of_byte(quantity, text())) }
    }

    /// Cores or bytes from a literal whose suffix alone decides.
    pub fn from_literal(value: Decimal, suffix: &str) -> Result<Quantity, QuantityError> {
        match family(suffix) {
            Some(Family::Cpu) => Quantity::cpu(value, suffix),
            Some(Family::Bytes) => Quantity::bytes(value, suffix),
            None => Err(unknown(literal(value, suffix), suffix)),
        }
    }

    /// A quantity out of Kubernetes YAML, read as the API server reads it. Decimal ones count as [`QuantityUnit::Decimal`] whatever they
    /// measure, since the text does not tell.
    pub fn parse_k8s(text: &str) -> Result<Quantity, QuantityError> {
        let malformed = || QuantityError::Malformed { text: shown(text) };
        let trimmed = text.trim();
        let (negative, body) = match trimmed.as_bytes().first() {
            None => return Err(malformed()),
            Some(b'-') => (true, &trimmed[1..]),
            Some(b'+') => (false, &trimmed[1..]),
            Some(_) => (false, trimmed),
        };
        let (whole, rest) = take_digits(body);
        let (fraction, suffix) = match rest.strip_prefix('.') {
            Some(rest) => take_digits(rest),
            None => ("", rest),
        };
        let (scale, unit) = match k8s_scale(suffix) {
            Some(Scale::Two(power)) => (Scale::Two(power), QuantityUnit::Binary),
            Some(scale) => (scale, QuantityUnit::Decimal),
            None if suffix.bytes().all(|b| b.is_ascii_alphabetic()) => return Err(unknown(shown(text), suffix)),
            None => return Err(malformed()),
        };
        let nanos = match scale {
            Scale::Ten(power) => decimal_nanos(whole, fraction, power),
            Scale::Two(power) => binary_nanos(whole, fraction, power),
        };
        let too_large = || QuantityError::TooLarge { text: shown(text) };
        let nanos = nanos.ok_or_else(too_large)?;
        let amount = Decimal::try_from_i128_with_scale(if negative { -nanos } else { nanos }, NANO).ok();
        sized(amount.map(|a| a.normalize()), unit, || shown(text))
    }

    /// The form in which the API server prints this back.
    pub fn to_canonical(&self) -> EcoString {
        let mut out = EcoString::new();
        self.write_canonical(&mut out);
        out
    }

    /// Writes [`Quantity::to_canonical`].
    pub fn write_canonical(&self, out: &mut impl Write) {
        if let (QuantityUnit::Binary, Some(bytes)) = (self.unit, self.as_whole())
            && bytes.unsigned_abs() >= 1024
        {
            return write_binary(bytes, out);
        }
        write_decimal(self.amount, out);
    }

    /// Rounded up to a thousandth, as the API server rounds every `requests`, `limits` and `hard`.
    pub fn to_milli(self) -> Quantity {
        Quantity { amount: self.amount.round_dp_with_strategy(3, RoundingStrategy::AwayFromZero), ..self }
    }

    /// Cores or bytes, where they are a whole number.
    pub fn as_whole(&self) -> Option<i128> {
        self.amount.is_integer().then(|| self.amount.trunc().mantissa())
    }

    pub fn is_negative(&self) -> bool {
        self.amount < Decimal::ZERO
    }

    /// By amount alone: `1Gi` equals `1024Mi`, and `1k` equals `1000`.
    pub fn compare(&self, other: &Quantity) -> Ordering {
        self.amount.cmp(&other.amount)
    }

    /// The sum, in the first one's unit unless only the other is binary.
    pub fn add(&self, other: &Quantity) -> Result<Quantity, QuantityError> {
        let text = || eco(format_args!("{} + {}", self.to_canonical(), other.to_canonical()));
        sized(self.amount.checked_add(other.amount), joint(self.unit, other.unit), text)
    }

    pub fn subtract(&self, other: &Quantity) -> Result<Quantity, QuantityError> {
        let text = || eco(format_args!("{} - {}", self.to_canonical(), other.to_canonical()));
        sized(self.amount.checked_sub(other.amount), joint(self.unit, other.unit), text)
    }

    pub fn multiply(&self, factor: Decimal) -> Result<Quantity, QuantityError> {
        let text = || eco(format_args!("{} * {}", self.to_canonical(), factor.normalize()));
        sized(self.amount.checked_mul(factor), self.unit, text)
    }
}

/// Digits after the point that the API server keeps.
const NANO: u32 = 9;
const ONE: i128 = 1_000_000_000;

/// What a suffix multiplies by: a power of ten or of two.
#[derive(Clone, Copy)]
enum Scale {
    Ten(i32),
    Two(u32),
}

static SUFFIXES: [(&str, Scale); 15] = [
    ("n", Scale::Ten(-9)),
    ("u", Scale::Ten(-6)),
    ("m", Scale::Ten(-3)),
    ("k", Scale::Ten(3)),
    ("M", Scale::Ten(6)),
    ("G", Scale::Ten(9)),
    ("T", Scale::Ten(12)),
    ("P", Scale::Ten(15)),
    ("E", Scale::Ten(18)),
    ("Ki", Scale::Two(10)),
    ("Mi", Scale::Two(20)),
    ("Gi", Scale::Two(30)),
    ("Ti", Scale::Two(40)),
    ("Pi", Scale::Two(50)),
    ("Ei", Scale::Two(60)),
];

fn scale(suffix: &str) -> Option<Scale> {
    if suffix.is_empty() { Some(Scale::Ten(0)) } else { SUFFIXES.iter().find(|s| s.0 == suffix).map(|s| s.1) }
}

/// A suffix or an exponent. An exponent beyond what matters is held at a thousand: its sign decides.
fn k8s_scale(suffix: &str) -> Option<Scale> {
    if let Some(scale) = scale(suffix) {
        return Some(scale);
    }
    let exponent = suffix.strip_prefix(['e', 'E'])?;
    let (negative, digits) = match exponent.as_bytes().first()? {
        b'-' => (true, &exponent[1..]),
        b'+' => (false, &exponent[1..]),
        _ => (false, exponent),
    };
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let power = digits.bytes().fold(0i32, |n, b| (n * 10 + (b - b'0') as i32).min(1000));
    Some(Scale::Ten(if negative { -power } else { power }))
}

fn take_digits(text: &str) -> (&str, &str) {
    text.split_at(text.bytes().position(|b| !b.is_ascii_digit()).unwrap_or(text.len()))
}

/// Billionths in `whole.fraction * 10^power`, rounded up; `None` where they do not fit.
fn decimal_nanos(whole: &str, fraction: &str, power: i32) -> Option<i128> {
    // The digit at index `keep` is the first behind the billionths.
    let keep = whole.len() as i64 + power as i64 + NANO as i64;
    let mut nanos = 0i128;
    let mut dropped = false;
    let mut count = 0i64;
    for digit in whole.bytes().chain(fraction.bytes()).map(|b| (b - b'0') as i128) {
        if count < keep {
            nanos = nanos.checked_mul(10)?.checked_add(digit)?;
        } else {
            dropped |= digit != 0;
        }
        count += 1;
    }
    if nanos != 0 {
        for _ in count..keep {
            nanos = nanos.checked_mul(10)?;
        }
    }
    nanos.checked_add(dropped as i128)
}

/// Billionths in `whole.fraction * 2^power`, rounded up; `None` where they do not fit. The fraction is multiplied digit by digit from its
/// end, as on paper: what is carried out at the front is its whole part.
fn binary_nanos(whole: &str, fraction: &str, power: u32) -> Option<i128> {
    let factor = ONE << power;
    let mut carry = 0i128;
    let mut dropped = false;
    for digit in fraction.bytes().rev().map(|b| (b - b'0') as i128) {
        let product = digit * factor + carry;
        dropped |= product % 10 != 0;
        carry = product / 10;
    }
    let whole = whole.bytes().try_fold(0i128, |n, b| n.checked_mul(10)?.checked_add((b - b'0') as i128))?;
    whole.checked_mul(factor)?.checked_add(carry)?.checked_add(dropped as i128)
}

fn scaled(value: Decimal, power: i32) -> Option<Decimal> {
    let factor = Decimal::from(10u64.pow(power.unsigned_abs()));
    if power < 0 { value.checked_div(factor) } else { value.checked_mul(factor) }
}

/// A quantity of an amount that fits.
fn sized(amount: Option<Decimal>, unit: QuantityUnit, text: impl Fn() -> EcoString) -> Result<Quantity, QuantityError> {
    match amount {
        Some(amount) if amount.abs() <= Decimal::from(i64::MAX) => Ok(Quantity { amount, unit }),
        _ => Err(QuantityError::TooLarge { text: text() }),
    }
}

fn joint(a: QuantityUnit, b: QuantityUnit) -> QuantityUnit {
    match (a, b) {
        (QuantityUnit::Decimal, QuantityUnit::Binary) => QuantityUnit::Binary,
        (QuantityUnit::Cpu | QuantityUnit::Binary | QuantityUnit::Decimal, _) => a,
    }
}

fn write_binary(mut bytes: i128, out: &mut impl Write) {
    let mut step = 0;
    while step < 6 && bytes % 1024 == 0 {
        bytes /= 1024;
        step += 1;
    }
    let suffix = ["", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"][step];
    put(bytes, suffix, out);
}

fn write_decimal(amount: Decimal, out: &mut impl Write) {
    let amount = amount.round_dp_with_strategy(NANO, RoundingStrategy::AwayFromZero).normalize();
    let mut mantissa = amount.mantissa();
    let mut exponent = -(amount.scale() as i32);
    while mantissa != 0 && mantissa % 10 == 0 {
        mantissa /= 10;
        exponent += 1;
    }
    if mantissa == 0 {
        exponent = 0;
    }
    while exponent.rem_euclid(3) != 0 || exponent > 18 {
        mantissa *= 10;
        exponent -= 1;
    }
    let suffix = ["n", "u", "m", "", "k", "M", "G", "T", "P", "E"][(exponent / 3 + 3) as usize];
    put(mantissa, suffix, out);
}

fn put(number: i128, suffix: &str, out: &mut impl Write) {
    let mut digits = itoa::Buffer::new();
    // Writing to text cannot fail.
    let _ = out.write_str(digits.format(number));
    let _ = out.write_str(suffix);
}

fn literal(value: Decimal, suffix: &str) -> EcoString {
    eco(format_args!("{value}{suffix}"))
}

fn suffix_of(text: &str) -> &str {
    text.trim_start_matches(|c: char| c.is_ascii_digit() || matches!(c, '.' | '-'))
}

fn unknown(text: EcoString, suffix: &str) -> QuantityError {
    let near = match suffix {
        "K" | "kb" | "KB" | "kB" => Some("k"),
        "mb" | "MB" => Some("M"),
        "gb" | "GB" | "g" => Some("G"),
        "tb" | "TB" | "t" => Some("T"),
        "B" | "b" | "e" => None,
        _ => {
            let bare = suffix.trim_end_matches(['B', 'b']);
            SUFFIXES.iter().map(|s| s.0).find(|s| s.len() == 2 && s.eq_ignore_ascii_case(bare))
        }
    };
    QuantityError::UnknownSuffix { text, suffix: suffix.into(), near }
}

fn part_of_byte(value: Decimal, suffix: &str, power: i32) -> QuantityError {
    let bytes = scaled(value, power).map(|b| eco(format_args!("{}", b.normalize()))).unwrap_or_default();
    let near = (suffix == "m").then(|| eco(format_args!("{value}Mi")));
    QuantityError::PartOfByte { text: literal(value, suffix), bytes, near }
}

/// The closest whole amount below, in the largest unit that leaves two digits or more.
fn fraction_of_byte(quantity: Quantity, text: EcoString) -> QuantityError {
    let binary = quantity.unit == QuantityUnit::Binary;
    let base = Decimal::from(if binary { 1024 } else { 1000 });
    let mut near = quantity.amount;
    let mut grain = Decimal::ONE;
    while near >= base * Decimal::TEN {
        near /= base;
        grain *= base;
    }
    let near = Quantity { amount: near.trunc().max(Decimal::ONE) * grain, ..quantity }.to_canonical();
    QuantityError::FractionOfByte { text, bytes: eco(format_args!("{}", quantity.amount.normalize())), near }
}

/// A user's text as a message shows it: not longer than a line can bear.
fn shown(text: &str) -> EcoString {
    match text.char_indices().nth(40) {
        Some((end, _)) => eco(format_args!("{}…", &text[..end])),
        None => text.into(),
    }
}

fn eco(args: fmt::Arguments<'_>) -> EcoString {
    let mut out = EcoString::new();
    let _ = out.write_fmt(args);
    out
}

#[cfg(test)]
mod tests;
