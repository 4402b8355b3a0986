//! Questions that only rules ask: the objects of the run, and what the run was asked for.
//!
//! They look like calls, but the first argument of most is the bare name of a kind, which decides the type of the answer. The checker
//! gives that type and the evaluator the answer; the words for both stand here.

use crate::ast::{self, ExprKind};
use ustr::Ustr;

/// The fields of a pod that `containers(pod)` gives, those of its start first.
pub const CONTAINERS: [&str; 3] = ["initContainers", "containers", "ephemeralContainers"];

/// A question that only rules ask.
#[derive(Clone, Copy)]
pub struct LookUp {
    pub asks: Asks,
    /// The kind whose bare name is the first argument.
    pub kind: Option<Ustr>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asks {
    /// `find(ConfigMap, name, namespace)`: the one object of that name, or null.
    Find,
    /// `holds(ConfigMap, name, namespace)`: whether there is any.
    Holds,
    /// `misspelt(ConfigMap, name, namespace)`: the name of the one that must have been meant, or null.
    Misspelt,
    /// `misspeltLabel(key, value, namespace)`: the value that this label of pods must have been meant to have, or null.
    MisspeltLabel,
    /// `objects(Service)`, `objects(Service, namespace)`.
    Objects,
    /// `select(Workload, selector, namespace)`: the pods that a selector selects, and the templates of those that will be.
    Select,
    /// `select(Owner, selector, namespace)`: the objects that are these pods or make them.
    Owners,
    /// `selecting(Service, labels, namespace)`: the objects of a kind that select pods with these labels.
    Selecting,
    /// `containers(podSpec)`: all of a pod, those of its start and those for debugging too.
    Containers,
    /// `podsKnown(namespace)`: whether the run holds pods there, and nothing that may make others.
    PodsKnown,
    /// `askedPodSecurity()`: the level that all pods are judged at, or null.
    PodSecurity,
}

impl LookUp {
    /// What a call in a rule asks; `None` where it is a call like any other.
    pub fn of(function: &str, call: &ast::Call) -> Option<LookUp> {
        let kind = match call.args.first().map(|arg| &arg.value.kind) {
            Some(ExprKind::Name(kind)) if kind.starts_with(|c: char| c.is_ascii_uppercase()) => Some(*kind),
            _ => None,
        };
        let asks = match (function, kind.as_deref()) {
            ("find", Some(_)) => Asks::Find,
            ("holds", Some(_)) => Asks::Holds,
            ("misspelt", Some(_)) => Asks::Misspelt,
            ("misspeltLabel", None) => Asks::MisspeltLabel,
            ("objects", Some(_)) => Asks::Objects,
            ("select", Some("Owner")) => Asks::Owners,
            ("select", Some(_)) => Asks::Select,
            ("selecting", Some(_)) => Asks::Selecting,
            ("containers", None) => Asks::Containers,
            ("podsKnown", None) => Asks::PodsKnown,
            ("askedPodSecurity", None) => Asks::PodSecurity,
            _ => return None,
        };
        Some(LookUp { asks, kind })
    }

    /// How it is written, and how many arguments stand behind the kind at least and at most.
    pub fn form(&self) -> (&'static str, usize, usize) {
        match self.asks {
            Asks::Find => ("find(ConfigMap, name, namespace)", 2, 2),
            Asks::Holds => ("holds(ConfigMap, name, namespace)", 2, 2),
            Asks::Misspelt => ("misspelt(ConfigMap, name, namespace)", 2, 2),
            Asks::MisspeltLabel => ("misspeltLabel(key, value, namespace)", 3, 3),
            Asks::Objects => ("objects(Service)` or `objects(Service, namespace)", 0, 1),
            Asks::Select => ("select(Workload, selector, namespace)", 2, 2),
            Asks::Owners => ("select(Owner, selector, namespace)", 2, 2),
            Asks::Selecting => ("selecting(Service, labels, namespace)", 2, 2),
            Asks::Containers => ("containers(podSpec)", 1, 1),
            Asks::PodsKnown => ("podsKnown(namespace)", 1, 1),
            Asks::PodSecurity => ("askedPodSecurity()", 0, 0),
        }
    }
}
