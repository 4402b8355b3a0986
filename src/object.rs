//! Objects: what a program amounts to, each a tree with an origin at every node.

use crate::schema::NativeKind;
use crate::source::Span;
use crate::value::{Node, Record, Value};
use std::sync::Arc;
use ustr::Ustr;

/// One object for the API server.
#[derive(Clone, Debug)]
pub struct Object {
    pub kind: &'static NativeKind,
    /// `None` for objects of the cluster, and where no namespace encloses the declaration.
    pub namespace: Option<Ustr>,
    pub name: Ustr,
    /// From `apiVersion` to the last field.
    pub root: Arc<Record>,
    /// The head of the declaration that made it, in a user's file.
    pub head: Span,
    /// The kind of kdsl's whose declaration emitted it, and those that this is made from; empty where Kubernetes' own kind was declared.
    pub makers: Makers,
}

/// Names of kinds, the nearest first.
pub type Makers = Arc<[Ustr]>;

impl Object {
    /// An object that no kind of kdsl's made.
    pub fn new(kind: &'static NativeKind, namespace: Option<Ustr>, name: Ustr, root: Arc<Record>, head: Span) -> Object {
        Object { kind, namespace, name, root, head, makers: Makers::default() }
    }

    /// `Deployment/web`, with the namespace before it where there is one.
    pub fn title(&self) -> String {
        title(&self.kind.kind, self.namespace, &self.name)
    }

    /// The whole as a node.
    pub fn node(&self) -> Node {
        Node::new(Value::Record(self.root.clone()), crate::value::Origin::user(self.head))
    }

    /// The value at a path of record fields.
    pub fn at(&self, path: &[&str]) -> Option<&Node> {
        self.root.at(path.iter().map(|field| Ustr::from(field)))
    }
}

/// An object as messages call it.
pub fn title(kind: &str, namespace: Option<Ustr>, name: &str) -> String {
    match namespace {
        Some(namespace) => format!("{kind}/{name} in {namespace}"),
        None => format!("{kind}/{name}"),
    }
}
