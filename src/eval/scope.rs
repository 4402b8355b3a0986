//! Scopes: what a bare name means where an expression stands.

use super::Eval;
use super::decl::Decl;
use crate::ast::{self, Name};
use crate::source::Span;
use crate::types::ModuleId;
use crate::value::Node;
use std::sync::{Arc, OnceLock};
use ustr::Ustr;

/// Cheap to clone: a declaration keeps the scope it stands in.
#[derive(Clone)]
pub struct Scope<'a> {
    /// Whose lets, params, imports and kinds are seen.
    pub home: ModuleId,
    /// In the body of a kind: the declaration that is being made, whose fields are bound.
    pub this: Option<Arc<Decl<'a>>>,
    /// The enclosing namespace, where look-ups of declarations begin.
    pub namespace: Option<Ustr>,
    /// The block that makes up one layer: two writes of one field within it contradict each other.
    pub layer: Span,
    pub locals: Locals<'a>,
}

/// Loop variables, block lets and parameters, innermost first.
pub type Locals<'a> = Option<Arc<Local<'a>>>;

pub struct Local<'a> {
    pub name: Name,
    pub value: LocalValue<'a>,
    pub next: Locals<'a>,
}

pub enum LocalValue<'a> {
    Known(Node),
    /// A `let` in a block, computed when it is first read.
    Lazy {
        expr: &'a ast::Expr,
        scope: Scope<'a>,
        known: OnceLock<Eval<Node>>,
    },
}

impl<'a> Scope<'a> {
    /// The top level of a module.
    pub fn module(home: ModuleId) -> Scope<'a> {
        Scope { home, this: None, namespace: None, layer: Span::NONE, locals: None }
    }

    /// The body of a declaration's kind.
    pub fn kind_body(decl: &Arc<Decl<'a>>, home: ModuleId, layer: Span) -> Scope<'a> {
        Scope { home, this: Some(decl.clone()), namespace: decl.namespace, layer, locals: None }
    }

    pub fn with(&self, name: Name, node: Node) -> Scope<'a> {
        self.binding(name, LocalValue::Known(node))
    }

    pub fn with_let(&self, decl: &'a ast::Let) -> Scope<'a> {
        self.binding(decl.name.name, LocalValue::Lazy { expr: &decl.value, scope: self.clone(), known: OnceLock::new() })
    }

    pub fn in_layer(mut self, layer: Span) -> Scope<'a> {
        self.layer = layer;
        self
    }

    pub fn local(&self, name: Name) -> Option<&Local<'a>> {
        let mut at = self.locals.as_deref();
        while let Some(local) = at {
            if local.name == name {
                return Some(local);
            }
            at = local.next.as_deref();
        }
        None
    }

    fn binding(&self, name: Name, value: LocalValue<'a>) -> Scope<'a> {
        let mut scope = self.clone();
        scope.locals = Some(Arc::new(Local { name, value, next: self.locals.clone() }));
        scope
    }
}

impl Drop for Local<'_> {
    /// Unlinks step by step: a long chain must not unwind by recursion.
    fn drop(&mut self) {
        let mut next = self.next.take();
        while let Some(local) = next {
            match Arc::into_inner(local) {
                Some(mut local) => next = local.next.take(),
                None => break,
            }
        }
    }
}
