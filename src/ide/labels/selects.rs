//! Which pods a native Service selects: `targetPort = "http"` names a port of their containers.
//!
//! Selectors and labels are read as they are written. What is computed matches nothing, so that no port is taken for another.

use super::Node;
use super::roles::{self, TARGET};
use super::scopes::{ScopeId, Scopes};
use crate::ast::{Block, Entry, Expr, ExprKind, Field, FieldValue, Name};
use rustc_hash::{FxHashMap, FxHashSet};

type Pairs = Vec<(Name, Name)>;

/// Selectors of Services and labels of pods, by their declarations.
#[derive(Default)]
pub struct Selects {
    /// `None` where a part of the selector is computed.
    services: FxHashMap<ScopeId, Option<Pairs>>,
    /// Services whose selector is that of a declaration: `selector = app.web.selector`.
    by_address: FxHashMap<ScopeId, ScopeId>,
    pods: FxHashMap<ScopeId, Pairs>,
    /// Workloads that say themselves what selects their pods.
    own_selector: FxHashSet<ScopeId>,
}

impl Selects {
    /// Notes a field at a path of a declaration, if it tells what is selected or what pods are labelled with.
    pub fn note(&mut self, scopes: &Scopes, scope: ScopeId, path: &str, field: &Field) {
        if path == "spec.selector" && scopes.is_a(scope, "Service") {
            let found = pairs(field);
            let all = self.services.entry(scope).or_insert_with(|| Some(Vec::new()));
            *all = all.take().zip(found).map(|(all, found)| [all, found].concat());
        } else if is_of_pods(scopes, scope, path) {
            let known = written(field).into_iter().flatten();
            self.pods.entry(scope).or_default().extend(known);
            if path == "selector" {
                self.own_selector.insert(scope);
            }
        }
    }

    /// Notes that a Service selects by the address of a declaration.
    pub fn note_address(&mut self, service: ScopeId, selected: ScopeId) {
        self.by_address.insert(service, selected);
    }

    /// Whether it is known what a Service selects, and that it is there.
    pub fn has_pods(&self, scopes: &Scopes, service: ScopeId) -> bool {
        !self.selected(scopes, service).is_empty()
    }

    /// Whether a Service selects the pods of a declaration.
    pub fn selects(&self, scopes: &Scopes, service: ScopeId, pods: ScopeId) -> bool {
        self.selected(scopes, service).contains(&pods)
    }

    /// The ports of containers that are meant by a Service's target of a name.
    pub fn ports(&self, scopes: &Scopes, target: &Node, nodes: &FxHashSet<Node>) -> Vec<Node> {
        if target.space != TARGET {
            return Vec::new();
        }
        let selected = self.selected(scopes, target.scope);
        let is_meant = |node: &&Node| node.name == target.name && selected.contains(&node.scope) && roles::is_container_port(node.space);
        nodes.iter().filter(is_meant).copied().collect()
    }

    fn selected(&self, scopes: &Scopes, service: ScopeId) -> Vec<ScopeId> {
        if let Some(scope) = self.by_address.get(&service) {
            return vec![*scope];
        }
        let Some(Some(selector)) = self.services.get(&service) else { return Vec::new() };
        if selector.is_empty() {
            return Vec::new();
        }
        let fits = |scope: &ScopeId| {
            let labels = self.labels(scopes, *scope);
            scopes.namespace(*scope) == scopes.namespace(service) && selector.iter().all(|pair| labels.contains(pair))
        };
        scopes.with_pods().filter(fits).collect()
    }

    /// What is known of the labels of a declaration's pods.
    fn labels(&self, scopes: &Scopes, scope: ScopeId) -> Pairs {
        let mut labels = self.pods.get(&scope).cloned().unwrap_or_default();
        if let Some(name) = scopes.name(scope).filter(|_| scopes.is_workload(scope) && !self.own_selector.contains(&scope)) {
            labels.extend(["app.kubernetes.io/name", "app.kubernetes.io/instance"].map(|key| (Name::from(key), name)));
        }
        labels
    }
}

/// Whether a path leads to labels that pods bear.
fn is_of_pods(scopes: &Scopes, scope: ScopeId, path: &str) -> bool {
    match path {
        "labels" | "selector" => scopes.is_workload(scope),
        "metadata.labels" => scopes.is_a(scope, "Pod"),
        _ => path.ends_with("template.metadata.labels"),
    }
}

/// What a field sets, where all of it is plain.
fn pairs(field: &Field) -> Option<Pairs> {
    written(field).into_iter().collect()
}

/// What a field sets; `None` stands for what is computed.
fn written(field: &Field) -> Vec<Option<(Name, Name)>> {
    if let Some(label) = &field.label {
        return vec![label.as_static().zip(plain(&field.value))];
    }
    match &field.value {
        FieldValue::Block(block) => in_block(block),
        FieldValue::Set(Expr { kind: ExprKind::Record(block), .. }) => in_block(block),
        FieldValue::Set(_) | FieldValue::Append(_) => vec![None],
    }
}

fn in_block(block: &Block) -> Vec<Option<(Name, Name)>> {
    let pair = |entry: &Entry| match entry {
        Entry::Field(field) if field.label.is_none() => field.key.as_static().zip(plain(&field.value)),
        _ => None,
    };
    block.entries.iter().map(pair).collect()
}

fn plain(value: &FieldValue) -> Option<Name> {
    match value {
        FieldValue::Set(Expr { kind: ExprKind::Str(lit), .. }) => lit.as_static().map(Name::from),
        _ => None,
    }
}

/// The expression that names the Service of a backend, which stands beside its port.
pub fn service_of(beside: &[Entry]) -> Option<&Expr> {
    beside.iter().find_map(|entry| match entry {
        Entry::Field(field) if field.key.as_static()? == "name" => match &field.value {
            FieldValue::Set(expr) => Some(expr),
            FieldValue::Append(_) | FieldValue::Block(_) => None,
        },
        _ => None,
    })
}
