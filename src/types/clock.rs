//! Schedules, time zones and durations, as the controllers of Kubernetes read them.

use std::collections::HashSet;
use std::sync::LazyLock;

/// The five fields of cron, its names and `@daily` forms, as the CronJob controller reads them.
pub fn cron(text: &str) -> Result<(), String> {
    if let Some(rest) = text.strip_prefix('@') {
        let known = ["yearly", "annually", "monthly", "weekly", "daily", "midnight", "hourly"];
        if let Some(every) = rest.strip_prefix("every ") {
            return go_duration(every).map_err(|why| format!("repeats every {every:?}, which {why}"));
        }
        return if known.contains(&rest) { Ok(()) } else { Err(format!("is no schedule: there is @{}", known.join(", @"))) };
    }
    if text.contains("TZ") {
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
        for part in field.split(',').filter(|part| !part.is_empty()) {
            cron_part(part, lo, hi, names).ok_or_else(|| format!("has `{field}` as its {what}, which is no value from {lo} to {hi}"))?;
        }
    }
    Ok(())
}

fn cron_part(part: &str, lo: u32, hi: u32, names: &[&str]) -> Option<()> {
    let (range, step) = part.split_once('/').map_or((part, None), |(r, s)| (r, Some(s)));
    if let Some(step) = step {
        step.strip_prefix('+').unwrap_or(step).parse::<u32>().ok().filter(|&s| s > 0)?;
    }
    let value = |text: &str| -> Option<u32> {
        let named = names.iter().position(|n| n.eq_ignore_ascii_case(text)).map(|i| i as u32 + lo);
        named.or_else(|| text.parse().ok()).filter(|v| (lo..=hi).contains(v))
    };
    match range.split_once('-') {
        // What stands behind a star's dash is never read.
        Some(("*" | "?", _)) => Some(()),
        Some((first, last)) => value(first).zip(value(last)).filter(|(a, b)| a <= b).map(drop),
        None if range == "*" || range == "?" => Some(()),
        None => value(range).map(drop),
    }
}

/// A name of the time zone database; the list is that of Go, which the API server is written in.
pub fn time_zone(text: &str) -> Result<(), String> {
    static ZONES: LazyLock<HashSet<&str>> = LazyLock::new(|| include_str!("../../schema/zones.txt").lines().collect());
    if text.eq_ignore_ascii_case("local") {
        return Err("depends on where the controller runs: name a zone such as `Etc/UTC`".into());
    }
    if ZONES.contains(text) {
        return Ok(());
    }
    match ZONES.iter().filter(|zone| zone.eq_ignore_ascii_case(text) || last_part(zone).eq_ignore_ascii_case(text)).min() {
        Some(near) => Err(format!("is no time zone; did you mean `{near}`?")),
        None => Err("is no time zone such as `Europe/Zurich` or `Etc/UTC`".into()),
    }
}

fn last_part(zone: &str) -> &str {
    zone.rsplit('/').next().unwrap_or(zone)
}

/// A duration as Go writes it: numbers with units, `1h30m`, `500ms`, `0`.
pub fn go_duration(text: &str) -> Result<(), String> {
    let mut rest = text.strip_prefix(['-', '+']).unwrap_or(text);
    let wrong = || Err("is no duration such as `1h30m` or `500ms`".to_string());
    if rest == "0" {
        return Ok(());
    }
    if rest.is_empty() {
        return wrong();
    }
    while !rest.is_empty() {
        let number = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
        let (digits, tail) = rest.split_at(number);
        let unit = tail.find(|c: char| c.is_ascii_digit() || c == '.').unwrap_or(tail.len());
        let known = ["ns", "us", "µs", "μs", "ms", "s", "m", "h"].contains(&&tail[..unit]);
        let plain = digits.bytes().any(|b| b.is_ascii_digit()) && digits.matches('.').count() < 2;
        if !known || !plain {
            return wrong();
        }
        rest = &tail[unit..];
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn schedules() {
        for good in
            ["* * * * *", "*/5 0-23/2 1,15 jan-MAR ?", "0 0 1 1 0", "@daily", "@every 1h30m", "1/2 * * * *", "1,, * * * *", "*/99 * * * *"]
        {
            assert_eq!(cron(good), Ok(()), "{good}");
        }
        for bad in [
            "",
            "* * * *",
            "60 * * * *",
            "* 24 * * *",
            "* * 0 * *",
            "* * * 13 *",
            "* * * * 7",
            "5-1 * * * *",
            "*/0 * * * *",
            "@now",
            "@every x",
            "TZ=UTC * * * * *",
        ] {
            assert!(cron(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn time_zones_and_durations() {
        for good in ["Etc/UTC", "Europe/Zurich", "UTC", "America/Argentina/Buenos_Aires"] {
            assert_eq!(time_zone(good), Ok(()), "{good}");
        }
        for bad in ["", "Local", "local", "Europe/Atlantis", "etc/utc", "Zurich"] {
            assert!(time_zone(bad).is_err(), "{bad}");
        }
        assert_eq!(time_zone("Zurich"), Err("is no time zone; did you mean `Europe/Zurich`?".into()));
        for good in ["0", "1h", "1h30m", "-1.5s", "500ms", ".5s", "1.s"] {
            assert_eq!(go_duration(good), Ok(()), "{good}");
        }
        for bad in ["", "1", "h", "1d", "1h30", ".s", "1 h", "1..5s"] {
            assert!(go_duration(bad).is_err(), "{bad}");
        }
    }
}
