//! The sets that the library's rules stand in: which of them a run judges by.
//!
//! A set is a file or a folder of the library: what the API server demands (`k8s`, with all refinements), what the objects of a run say
//! of each other (`references`), what careful operators do (`practice`), the levels of Pod Security (`security`), and what only some ask
//! of themselves (`strict`). Rules of users always hold.

use crate::ast::RuleDecl;
use crate::stdlib;
use std::fmt;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RuleSet {
    K8s,
    References,
    Practice,
    Security,
    Strict,
}

impl RuleSet {
    pub const ALL: [RuleSet; 5] = [RuleSet::K8s, RuleSet::References, RuleSet::Practice, RuleSet::Security, RuleSet::Strict];

    pub fn name(self) -> &'static str {
        match self {
            RuleSet::K8s => "k8s",
            RuleSet::References => "references",
            RuleSet::Practice => "practice",
            RuleSet::Security => "security",
            RuleSet::Strict => "strict",
        }
    }

    /// The set of a rule; `None` for one that is not of the library.
    pub fn of(rule: &RuleDecl) -> Option<RuleSet> {
        let file = stdlib::file_of(rule.span)?;
        let name = file.strip_prefix("std/rules/").map_or("k8s", |rest| rest.trim_end_matches(".kdsl"));
        RuleSet::ALL.into_iter().find(|set| name == set.name() || name.split('-').next() == Some(set.name()))
    }
}

impl fmt::Display for RuleSet {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Which sets a run judges by: all but the strict one, unless it says otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RuleSets([bool; RuleSet::ALL.len()]);

impl Default for RuleSets {
    fn default() -> RuleSets {
        RuleSets(RuleSet::ALL.map(|set| set != RuleSet::Strict))
    }
}

impl RuleSets {
    pub fn all() -> RuleSets {
        RuleSets([true; RuleSet::ALL.len()])
    }

    #[must_use]
    pub fn with(mut self, set: RuleSet, on: bool) -> RuleSets {
        self.0[set as usize] = on;
        self
    }

    pub fn has(self, rule: &RuleDecl) -> bool {
        RuleSet::of(rule).is_none_or(|set| self.0[set as usize])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rule_of_the_library_is_in_a_set() {
        let lost: Vec<_> = stdlib::rules().filter(|rule| RuleSet::of(rule).is_none()).map(|rule| rule.name.name).collect();
        assert!(lost.is_empty(), "{lost:?}");
    }
}
