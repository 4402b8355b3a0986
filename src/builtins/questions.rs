//! Questions that only rules ask: the objects of the run, and what the run was asked for.
//!
//! They look like calls, but the first argument of most is the bare name of a kind, which decides the type of the answer. The checker
//! gives that type and the evaluator the answer; the words for both stand here.

use crate::ast::{self, ExprKind, Name};
use ustr::Ustr;

/// The fields of a pod that `containers(pod)` gives, those of its start first.
pub const CONTAINERS: [&str; 3] = ["initContainers", "containers", "ephemeralContainers"];

/// A question that only rules ask.
#[derive(Clone, Copy)]
pub struct LookUp {
    pub asks: Asks,
    /// The kind that the first argument names.
    pub kind: Option<Ustr>,
    /// The import that stands before it: `sites.Website`.
    pub module: Option<Name>,
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
    /// `labelled(Service, selector, namespace)`: the objects of a kind whose own labels a selector selects.
    Labelled,
    /// `targeting(HorizontalPodAutoscaler, kind, name, namespace)`: the objects of a kind that scale a workload.
    Targeting,
    /// `makers(Secret, name, namespace)`: the objects of which a controller makes the one of that name.
    Makers,
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
        let (module, kind) = call.args.first().map_or((None, None), |arg| named(&arg.value));
        // `find(xs, x => …)` looks for an element of a list.
        let kind = kind.filter(|_| module.is_none() || function != "find" || call.args.len() > 2);
        let asks = match (function, kind.as_deref()) {
            ("find", Some(_)) => Asks::Find,
            ("holds", Some(_)) => Asks::Holds,
            ("misspelt", Some(_)) => Asks::Misspelt,
            ("misspeltLabel", None) => Asks::MisspeltLabel,
            ("objects", Some(_)) => Asks::Objects,
            ("select", Some("Owner")) => Asks::Owners,
            ("select", Some(_)) => Asks::Select,
            ("selecting", Some(_)) => Asks::Selecting,
            ("labelled", Some(_)) => Asks::Labelled,
            ("targeting", Some(_)) => Asks::Targeting,
            ("makers", Some(_)) => Asks::Makers,
            ("containers", None) => Asks::Containers,
            ("podsKnown", None) => Asks::PodsKnown,
            ("askedPodSecurity", None) => Asks::PodSecurity,
            _ => return None,
        };
        Some(LookUp { asks, kind, module })
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
            Asks::Labelled => ("labelled(Service, selector, namespace)", 2, 2),
            Asks::Targeting => ("targeting(HorizontalPodAutoscaler, kind, name, namespace)", 3, 3),
            Asks::Makers => ("makers(Secret, name, namespace)", 2, 2),
            Asks::Containers => ("containers(podSpec)", 1, 1),
            Asks::PodsKnown => ("podsKnown(namespace)", 1, 1),
            Asks::PodSecurity => ("askedPodSecurity()", 0, 0),
        }
    }
}

/// What an argument names as a kind: `Website`, or `sites.Website`.
fn named(expr: &ast::Expr) -> (Option<Name>, Option<Ustr>) {
    let is_kind = |name: &str| name.starts_with(|c: char| c.is_ascii_uppercase());
    match &expr.kind {
        ExprKind::Name(kind) if is_kind(kind) => (None, Some(*kind)),
        ExprKind::Field { base, field, optional: false } if is_kind(&field.name) => match &base.kind {
            ExprKind::Name(module) => (Some(*module), Some(field.name)),
            _ => (None, None),
        },
        _ => (None, None),
    }
}
