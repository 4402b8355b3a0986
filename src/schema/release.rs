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
}
