//! Why a field is what it is: the chain of places that made it, for `kdsl why`.
//!
//! Every node of an object knows the expression it came from and every entry what it was written over (`value`). From there the chain
//! goes on where evaluation keeps no record, by reading the declarations again: which weaker layers wrote the same field of the
//! declaration, which default lies under them, and which lets and params the expression names. Nothing is computed anew.

mod chain;
mod line;
pub mod path;
mod render;
mod target;

pub use line::query as query_of_line;
pub use render::{json, text};

use crate::eval::Shared;
use crate::object::Object;
use crate::params::Given;
use crate::source::Span;

/// What is asked for: a field of an object.
#[derive(Clone, Debug, Default)]
pub struct Query {
    /// `Deployment/web`, `shop/Deployment/web`, `deploy/web`.
    pub object: String,
    pub namespace: Option<String>,
    /// `spec.template.spec.containers[web].image`; empty is the object as a whole.
    pub path: String,
}

/// The answer.
#[derive(Clone, Debug, PartialEq)]
pub struct Trace {
    /// `Deployment/web in shop`
    pub object: String,
    /// The path in full.
    pub path: String,
    /// The value on one line; `None` where nobody wrote the field.
    pub value: Option<String>,
    /// What made it, the last word first.
    pub steps: Vec<Step>,
    /// Of a record or a list: each scalar in it, with what had the last word about it.
    pub parts: Vec<Part>,
}

impl Trace {
    /// Moves every place.
    pub fn move_places(&mut self, to: &mut dyn FnMut(Span) -> Span) {
        self.steps.iter_mut().for_each(|step| step.at = to(step.at));
        self.parts.iter_mut().for_each(|part| part.at = to(part.at));
    }
}

/// One place in the chain.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    pub role: Role,
    /// What the place did, as the end of a sentence about the field.
    pub text: String,
    pub at: Span,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// The expression that is the value.
    Written,
    /// A default of a kind.
    Default,
    /// A line of a kind's `emit`, or of what it makes its parts of.
    Emit,
    /// What was written there before, and no longer holds.
    Overridden,
    /// A let that the expression names.
    Let,
    /// A param that the expression names.
    Param,
    /// The declaration that made the object.
    Declaration,
}

impl Role {
    pub fn as_str(self) -> &'static str {
        match self {
            Role::Written => "written",
            Role::Default => "default",
            Role::Emit => "emit",
            Role::Overridden => "overridden",
            Role::Let => "let",
            Role::Param => "param",
            Role::Declaration => "declaration",
        }
    }
}

/// A scalar within what was asked for.
#[derive(Clone, Debug, PartialEq)]
pub struct Part {
    /// From the field that was asked for.
    pub path: String,
    pub value: String,
    pub role: Role,
    /// `default of app.rollout`
    pub text: String,
    pub at: Span,
}

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unknown {
    pub message: String,
    pub help: Option<String>,
}

/// Answers a question about the objects of a program.
pub fn trace(shared: &Shared, objects: &[Object], given: &[Given], query: &Query) -> Result<Trace, Unknown> {
    let object = target::object(shared, objects, query)?;
    let place = target::field(object, &query.path)?;
    Ok(chain::trace(shared, given, object, place))
}
