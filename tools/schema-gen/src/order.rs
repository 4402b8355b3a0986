//! Which of several types or kinds of one short name is meant, as `kubectl` would choose.
//!
//! Stable versions come before beta and alpha ones, then the core group, then groups in the order in which the server lists them,
//! then newer versions before older ones. What the newest release no longer has comes last.

use std::collections::BTreeMap;

use crate::kinds::Kind;

/// Sorts ascending; the full name makes it total.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Rank {
    ended: bool,
    stability: u8,
    group: usize,
    version: std::cmp::Reverse<(u32, u32)>,
    name: String,
}

pub struct Ranking {
    /// Groups, the core group (the empty name) first.
    groups: BTreeMap<String, usize>,
    /// The group whose kinds stand in a package of types.
    packages: BTreeMap<String, String>,
}

impl Ranking {
    pub fn new(groups: &[String], kinds: &[Kind]) -> Ranking {
        let packages = kinds.iter().map(|kind| (package(&kind.ty).to_owned(), kind.group.clone())).collect();
        Ranking { groups: groups.iter().enumerate().map(|(index, group)| (group.clone(), index)).collect(), packages }
    }

    pub fn of_kind(&self, kind: &Kind, ended: bool) -> Rank {
        self.rank(ended, Some(&kind.group), &kind.version, &kind.ty)
    }

    pub fn of_type(&self, name: &str, ended: bool) -> Rank {
        let version = last_segment(package(name));
        self.rank(ended, self.packages.get(package(name)), version, name)
    }

    fn rank(&self, ended: bool, group: Option<&String>, version: &str, name: &str) -> Rank {
        let group = group.and_then(|group| self.groups.get(group)).copied().unwrap_or(usize::MAX);
        let (stability, version) = version_rank(version);
        Rank { ended, stability, group, version: std::cmp::Reverse(version), name: name.to_owned() }
    }
}

/// `v2` is `(0, (2, 0))`, `v1beta3` is `(1, (1, 3))`; what is no version counts as stable and oldest.
fn version_rank(version: &str) -> (u8, (u32, u32)) {
    let number = |text: &str| text.parse().unwrap_or(0);
    let rest = version.strip_prefix('v').unwrap_or("");
    for (word, stability) in [("beta", 1), ("alpha", 2)] {
        if let Some((major, minor)) = rest.split_once(word) {
            return (stability, (number(major), number(minor)));
        }
    }
    (0, (number(rest), 0))
}

pub fn package(name: &str) -> &str {
    name.rsplit_once('.').map_or("", |(package, _)| package)
}

pub fn last_segment(name: &str) -> &str {
    name.rsplit_once('.').map_or(name, |(_, last)| last)
}
