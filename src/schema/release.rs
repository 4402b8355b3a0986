//! Kubernetes releases, and from which to which of them something exists.

use std::fmt;
use std::str::FromStr;

/// A minor release of Kubernetes: `1.37`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Minor(pub u8);

impl fmt::Display for Minor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "1.{}", self.0)
    }
}

/// The text is not of the form `1.37`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct NotARelease;

impl FromStr for Minor {
    type Err = NotARelease;

    fn from_str(text: &str) -> Result<Minor, NotARelease> {
        let digits = text.strip_prefix("1.").ok_or(NotARelease)?;
        if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(NotARelease);
        }
        digits.parse().map(Minor).map_err(|_| NotARelease)
    }
}

/// The releases that have something, both ends included. An open end means that the newest release we know still has it.
///
/// `since` is never before the oldest release we know: what that one has is said to exist since then.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Releases {
    pub since: Minor,
    pub until: Option<Minor>,
}

impl Releases {
    pub fn contains(self, release: Minor) -> bool {
        self.since <= release && self.until.is_none_or(|until| release <= until)
    }
}

/// `since 1.35`, `since 1.33 until 1.36`.
impl fmt::Display for Releases {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "since {}", self.since)?;
        match self.until {
            Some(until) => write!(f, " until {until}"),
            None => Ok(()),
        }
    }
}

/// The releases that objects are meant for, both ends included: `1.37`, `1.35..1.37`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct KubeRange {
    pub from: Minor,
    pub to: Minor,
}

impl KubeRange {
    /// One release or a range of them, among those that the schema tells of; the error is a message.
    pub fn parse(text: &str) -> Result<KubeRange, String> {
        let (from, to) = text.split_once("..").unwrap_or((text, text));
        let known = super::oldest()..=super::newest();
        let release = |text: &str| {
            let found = text.trim().parse::<Minor>().ok().filter(|release| known.contains(release));
            found.ok_or_else(|| format!("`{text}` is no release that kdsl knows: these are {} to {}", known.start(), known.end()))
        };
        let range = KubeRange { from: release(from)?, to: release(to)? };
        if range.from > range.to {
            return Err(format!("`{text}` ends before it begins: write the older release first"));
        }
        Ok(range)
    }

    /// Every release of the range.
    pub fn each(self) -> impl DoubleEndedIterator<Item = Minor> {
        (self.from.0..=self.to.0).map(Minor)
    }

    /// The first release of the range that lacks what these have.
    pub fn lacking(self, releases: Releases) -> Option<Minor> {
        self.each().find(|release| !releases.contains(*release))
    }
}

impl Default for KubeRange {
    /// The newest release alone.
    fn default() -> KubeRange {
        KubeRange { from: super::newest(), to: super::newest() }
    }
}

impl fmt::Display for KubeRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.from == self.to { write!(f, "{}", self.from) } else { write!(f, "{} to {}", self.from, self.to) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_release_reads_and_prints_as_people_write_it() {
        assert_eq!("1.37".parse(), Ok(Minor(37)));
        assert_eq!(Minor(37).to_string(), "1.37");
        for wrong in ["", "1", "1.", "1.x", "2.1", "v1.37", "1.37.2", "1.+7", "1.999"] {
            assert_eq!(wrong.parse::<Minor>(), Err(NotARelease), "{wrong}");
        }
        assert!(Minor(9) < Minor(10));
    }

    #[test]
    fn both_ends_of_a_range_belong_to_it() {
        let range = Releases { since: Minor(34), until: Some(Minor(36)) };
        assert_eq!([33, 34, 36, 37].map(|minor| range.contains(Minor(minor))), [false, true, true, false]);
        assert_eq!(range.to_string(), "since 1.34 until 1.36");
    }

    #[test]
    fn a_range_of_releases_is_read_and_held_against_others() {
        let range = KubeRange::parse("1.34..1.36").unwrap();
        assert_eq!(range.to_string(), "1.34 to 1.36");
        assert_eq!(range.lacking(Releases { since: Minor(35), until: None }), Some(Minor(34)));
        assert_eq!(range.lacking(Releases { since: Minor(33), until: Some(Minor(36)) }), None);
        for wrong in ["1.2", "1.37..1.34", "x", "1.33..9.9"] {
            assert!(KubeRange::parse(wrong).is_err(), "{wrong}");
        }
    }
}
