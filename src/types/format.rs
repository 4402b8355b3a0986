//! Formats of strings that Kubernetes or a standard defines, and whether a text has one.
//!
//! Each is as the API server judges it, where it does; the error is the end of a sentence about the text.

use super::Format;
use regex::Regex;
use std::sync::LazyLock;

impl Format {
    /// Every format under the name that `format = "…"` takes.
    pub const ALL: &'static [(&'static str, Format)] = &[
        ("image", Format::Image),
        ("pinned-image", Format::PinnedImage),
        ("cron", Format::Cron),
        ("timezone", Format::TimeZone),
        ("cidr", Format::Cidr),
        ("ip", Format::Ip),
        ("semver", Format::Semver),
        ("dns-label", Format::DnsLabel),
        ("dns-subdomain", Format::DnsSubdomain),
        ("label-key", Format::LabelKey),
        ("label-value", Format::LabelValue),
        ("env-name", Format::EnvName),
        ("port-name", Format::PortName),
        ("path", Format::Path),
        ("url", Format::Url),
    ];

    pub fn named(name: &str) -> Option<Format> {
        Format::ALL.iter().find(|(n, _)| *n == name).map(|(_, f)| *f)
    }

    /// `Err` with the end of a sentence: "…" + why the text does not fit.
    pub fn check(self, text: &str) -> Result<(), String> {
        match self {
            Format::Image => image(text).map(drop),
            Format::PinnedImage => pinned_image(text),
            Format::Cron => cron(text),
            Format::TimeZone => time_zone(text),
            Format::Cidr => text.parse::<ipnet::IpNet>().map(drop).map_err(|_| "is no block of addresses such as 10.0.0.0/8".into()),
            Format::Ip => text.parse::<std::net::IpAddr>().map(drop).map_err(|_| "is no IP address".into()),
            Format::Semver => semver::Version::parse(text).map(drop).map_err(|e| format!("is no semantic version: {e}")),
            Format::DnsLabel => dns_label(text),
            Format::DnsSubdomain => dns_subdomain(text),
            Format::LabelKey => label_key(text),
            Format::LabelValue => label_value(text),
            Format::EnvName => env_name(text),
            Format::PortName => port_name(text),
            Format::Path => {
                if text.starts_with('/') {
                    Ok(())
                } else {
                    Err("is no absolute path: it begins with `/`".into())
                }
            }
            Format::Url => url(text),
        }
    }
}

/// The parts of an image reference.
pub struct ImageParts<'t> {
    pub name: &'t str,
    pub tag: Option<&'t str>,
    pub digest: Option<&'t str>,
}

/// Splits an image reference by the grammar of the OCI distribution specification.
pub fn image(text: &str) -> Result<ImageParts<'_>, String> {
    static IMAGE: LazyLock<Regex> = LazyLock::new(|| {
        let host =
            r"(?:[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?)*|\[[a-fA-F0-9:]+\])(?::[0-9]+)?";
        let part = r"[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*";
        let tag = r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}";
        let digest = r"[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}";
        regex_of(&format!("^((?:{host}/)?{part}(?:/{part})*)(?::({tag}))?(?:@({digest}))?$"))
    });
    let Some(found) = IMAGE.captures(text) else {
        let why = match text {
            "" => "is empty: an image is a name with a tag, `nginx:1.27.0`",
            t if t.contains(char::is_whitespace) => "holds a blank, which no image reference can",
            t if t.chars().any(|c| c.is_ascii_uppercase()) && !t.contains(':') => "is no image reference: its name is in lower case",
            _ => "is no image reference: `[registry/]name[:tag][@digest]`, the name in lower case",
        };
        return Err(why.into());
    };
    let group = |i| found.get(i).map(|m: regex::Match| m.as_str());
    Ok(ImageParts { name: group(1).unwrap_or(text), tag: group(2), digest: group(3) })
}

fn pinned_image(text: &str) -> Result<(), String> {
    let parts = image(text)?;
    match (parts.tag, parts.digest) {
        (_, Some(_)) => Ok(()),
        (Some("latest"), None) => {
            Err("is not pinned: what `latest` names changes under a running fleet; write a version or a digest".into())
        }
        (Some(_), None) => Ok(()),
        (None, None) => Err(format!("is not pinned: write a tag or a digest, `{text}:1.2.3`")),
    }
}

fn dns_label(text: &str) -> Result<(), String> {
    static LABEL: LazyLock<Regex> = LazyLock::new(|| regex_of("^[a-z0-9]([-a-z0-9]*[a-z0-9])?$"));
    if text.len() > 63 {
        return Err(format!("has {} characters, 63 at most are allowed", text.len()));
    }
    if LABEL.is_match(text) {
        Ok(())
    } else {
        Err("is no DNS label: lower-case letters, digits and `-`, beginning and ending with a letter or digit".into())
    }
}

fn dns_subdomain(text: &str) -> Result<(), String> {
    static SUBDOMAIN: LazyLock<Regex> = LazyLock::new(|| regex_of(r"^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$"));
    if text.len() > 253 {
        return Err(format!("has {} characters, 253 at most are allowed", text.len()));
    }
    let rule = "is no DNS name: lower-case letters, digits, `-` and `.`, each part beginning and ending with a letter or digit";
    if SUBDOMAIN.is_match(text) { Ok(()) } else { Err(rule.into()) }
}

fn label_key(text: &str) -> Result<(), String> {
    let name = match text.rsplit_once('/') {
        Some((prefix, name)) => {
            dns_subdomain(prefix).map_err(|why| format!("has the prefix `{prefix}`, which {why}"))?;
            name
        }
        None => text,
    };
    static NAME: LazyLock<Regex> = LazyLock::new(|| regex_of("^[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$"));
    match name {
        n if n.len() > 63 => Err(format!("has a name of {} characters, 63 at most are allowed", n.len())),
        n if NAME.is_match(n) => Ok(()),
        _ => Err("is no label key: `[prefix/]name`, the name of letters, digits, `-`, `_` and `.`".into()),
    }
}

fn label_value(text: &str) -> Result<(), String> {
    static VALUE: LazyLock<Regex> = LazyLock::new(|| regex_of("^([A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?)?$"));
    if text.len() > 63 {
        return Err(format!("has {} characters, 63 at most are allowed in a label", text.len()));
    }
    if VALUE.is_match(text) {
        Ok(())
    } else {
        Err("is no label value: letters, digits, `-`, `_` and `.`, beginning and ending with a letter or digit".into())
    }
}

/// Since 1.34 the server takes any printable ASCII but `=`.
fn env_name(text: &str) -> Result<(), String> {
    match text {
        "" => Err("is empty".into()),
        t if t.bytes().all(|b| (b' '..=b'~').contains(&b) && b != b'=') => Ok(()),
        _ => Err("is no name of an environment variable: printable ASCII without `=`".into()),
    }
}

fn port_name(text: &str) -> Result<(), String> {
    let ok = (1..=15).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
        && text.bytes().any(|b| b.is_ascii_lowercase())
        && !text.contains("--")
        && !text.starts_with('-')
        && !text.ends_with('-');
    if ok {
        Ok(())
    } else {
        Err("is no port name: at most 15 lower-case letters, digits and single dashes, with at least one letter".into())
    }
}

fn url(text: &str) -> Result<(), String> {
    static URL: LazyLock<Regex> = LazyLock::new(|| regex_of(r"^[a-z][a-z0-9+.-]*://[^\s/?#]+\S*$"));
    if URL.is_match(text) { Ok(()) } else { Err("is no URL such as https://example.com/path".into()) }
}

/// The five fields of cron, its names and `@daily` forms, as the CronJob controller reads them.
fn cron(text: &str) -> Result<(), String> {
    if let Some(rest) = text.strip_prefix('@') {
        let known = ["yearly", "annually", "monthly", "weekly", "daily", "midnight", "hourly"];
        let every = rest.strip_prefix("every ").is_some_and(|d| !d.is_empty());
        return if known.contains(&rest) || every { Ok(()) } else { Err(format!("is no schedule: there is @{}", known.join(", @"))) };
    }
    if text.starts_with("TZ=") || text.starts_with("CRON_TZ=") {
        return Err("names a time zone, which a schedule cannot: set `timeZone`".into());
    }
    let fields: Vec<&str> = text.split_whitespace().collect();
    if fields.len() != 5 {
        return Err(format!("has {} fields, a schedule has five: minute hour day month weekday", fields.len()));
    }
    const MONTHS: &[&str] = &["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    const DAYS: &[&str] = &["sun", "mon", "tue", "wed", "thu", "fri", "sat"];
    let spec: [(&str, u32, u32, &[&str]); 5] = [
        ("minute", 0, 59, &[]),
        ("hour", 0, 23, &[]),
        ("day of the month", 1, 31, &[]),
        ("month", 1, 12, MONTHS),
        ("day of the week", 0, 6, DAYS),
    ];
    for (field, (what, lo, hi, names)) in fields.iter().zip(spec) {
        for part in field.split(',') {
            cron_part(part, lo, hi, names).ok_or_else(|| format!("has `{field}` as its {what}, which is no value from {lo} to {hi}"))?;
        }
    }
    Ok(())
}

fn cron_part(part: &str, lo: u32, hi: u32, names: &[&str]) -> Option<()> {
    let (range, step) = part.split_once('/').map_or((part, None), |(r, s)| (r, Some(s)));
    if let Some(step) = step {
        step.parse::<u32>().ok().filter(|&s| s > 0)?;
    }
    if range == "*" || range == "?" {
        return Some(());
    }
    let value = |text: &str| -> Option<u32> {
        let named = names.iter().position(|n| n.eq_ignore_ascii_case(text)).map(|i| i as u32 + lo);
        named.or_else(|| text.parse().ok()).filter(|v| (lo..=hi).contains(v))
    };
    match range.split_once('-') {
        Some((from, to)) => (value(from)? <= value(to)?).then_some(()),
        None => value(range).map(drop),
    }
}

/// A name of the time zone database, by its form; whether it exists is for the cluster's database to say.
fn time_zone(text: &str) -> Result<(), String> {
    static ZONE: LazyLock<Regex> =
        LazyLock::new(|| regex_of(r"^(UTC|GMT|[A-Z][A-Za-z0-9_+-]+(/[A-Z][A-Za-z0-9_+-]+){1,2}|[A-Z]{3,4}([0-9][A-Z]{3})?)$"));
    match text {
        t if t.eq_ignore_ascii_case("local") => Err("depends on where the controller runs: name a zone such as `Etc/UTC`".into()),
        t if ZONE.is_match(t) => Ok(()),
        _ => Err("is no time zone such as `Europe/Zurich` or `Etc/UTC`".into()),
    }
}

fn regex_of(pattern: &str) -> Regex {
    Regex::new(pattern).expect("a pattern of this file")
}
