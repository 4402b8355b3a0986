//! Builtin functions.
//!
//! A [`Builtin`] declares name, signature, doc and body together, one file a family. The signature is data: the checker instantiates its
//! type variables at each call, and `explain` prints it. A body gets values that already fit the signature and reaches the evaluator only
//! through [`Host`]. What it returns unchanged (`first(xs)`) keeps its origin; a node with [`Origin::NONE`] gets the call's.

mod args;
mod encoding;
mod files;
mod kubernetes;
mod lists;
mod maps;
mod maths;
mod network;
mod quantities;
mod questions;
mod signature;
mod strings;
mod versions;

#[cfg(test)]
mod tests;

pub use encoding::short_hash;
pub use files::EXAMPLE_FILE;
pub use questions::{Asks, CONTAINERS, LookUp};

use crate::diag::Code;
use crate::value::{Node, Origin, Value};
use rustc_hash::FxHashMap;
use std::sync::OnceLock;

/// A function of the language itself.
pub struct Builtin {
    /// `len`, `yaml.parse`
    pub name: &'static str,
    pub params: &'static [Param],
    pub ret: Sig,
    /// One or two sentences, Markdown.
    pub doc: &'static str,
    /// A call and its value, `len("abc") == 3`; a test evaluates each to `true`.
    pub example: &'static str,
    pub run: fn(&mut dyn Host, &[Arg]) -> Result<Node, Fault>,
}

pub struct Param {
    pub name: &'static str,
    pub ty: Sig,
    pub need: Need,
}

impl Param {
    const fn required(name: &'static str, ty: Sig) -> Param {
        Param { name, ty, need: Need::Required }
    }

    const fn optional(name: &'static str, ty: Sig) -> Param {
        Param { name, ty, need: Need::Optional }
    }

    const fn variadic(name: &'static str, ty: Sig) -> Param {
        Param { name, ty, need: Need::Variadic }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    Required,
    /// May be left out; the body then sees [`Arg::Absent`].
    Optional,
    /// Takes all remaining positional arguments (last parameter only).
    Variadic,
}

/// The type of a parameter or result.
#[derive(Clone, Copy, Debug)]
pub enum Sig {
    Any,
    Bool,
    Int,
    Float,
    String,
    Cpu,
    Bytes,
    Duration,
    Percent,
    Ref,
    Address,
    /// Int, Float, Cpu, Bytes, Duration or Percent; every `Number` of one signature is the same type.
    Number,
    /// String, Bool, Int, Float, or a quantity.
    Scalar,
    /// A type variable.
    Var(u8),
    List(&'static Sig),
    /// A map or record with values of this type.
    Map(&'static Sig),
    Optional(&'static Sig),
    OneOf(&'static [Sig]),
    Fields(&'static [(&'static str, Sig)]),
    Lambda(&'static [Sig], &'static Sig),
}

/// An argument, in the order of the parameters; variadic ones follow one by one.
#[derive(Clone, Debug)]
pub enum Arg {
    Value(Node),
    /// The evaluator's number for a lambda of this call.
    Lambda(usize),
    Absent,
}

/// Why a call gives no value.
#[derive(Debug)]
pub enum Fault {
    /// To be reported at argument `arg`, or at the call.
    Said { code: &'static Code, message: String, arg: Option<usize>, help: Option<String> },
    /// Reported already.
    Poisoned,
}

impl Fault {
    pub fn at(arg: usize, code: &'static Code, message: impl Into<String>) -> Fault {
        Fault::Said { code, message: message.into(), arg: Some(arg), help: None }
    }

    pub fn new(code: &'static Code, message: impl Into<String>) -> Fault {
        Fault::Said { code, message: message.into(), arg: None, help: None }
    }

    pub fn with_help(self, text: impl Into<String>) -> Fault {
        match self {
            Fault::Said { code, message, arg, .. } => Fault::Said { code, message, arg, help: Some(text.into()) },
            Fault::Poisoned => Fault::Poisoned,
        }
    }
}

/// What a body may ask of the evaluator.
pub trait Host {
    /// The origin of what the call computes.
    fn origin(&self) -> Origin;
    /// Applies a lambda argument.
    fn call(&mut self, lambda: usize, args: &[Node]) -> Result<Node, Fault>;
    /// The bytes of a file, named relative to the file that holds the call.
    fn read(&mut self, path: &str) -> Result<Vec<u8>, Fault>;
    /// Counts work and size against the limits: call it with the number of elements or bytes about to be made.
    fn spend(&mut self, units: usize) -> Result<(), Fault>;
    /// What the declaration `kind.name` exports under a name, as seen from the call; `None` where it is not declared.
    fn exported(&mut self, kind: &str, name: &str, export: &str) -> Result<Option<Node>, Fault>;
    /// A setting of the enclosing namespace over the file's; `null` where neither wrote it. Only in kind bodies.
    fn inherited(&mut self, setting: &str) -> Result<Node, Fault>;
    /// Whether a rule is waived for the declaration. Only in kind bodies.
    fn waived(&mut self, rule: &str) -> Result<bool, Fault>;
}

/// A computed result: its origin becomes the call's.
pub fn computed(value: Value) -> Result<Node, Fault> {
    Ok(Node::new(value, Origin::NONE))
}

/// All builtins, by family.
pub fn all() -> impl Iterator<Item = &'static Builtin> {
    let families = [
        strings::FAMILY,
        lists::FAMILY,
        maps::FAMILY,
        maths::FAMILY,
        encoding::FAMILY,
        files::FAMILY,
        versions::FAMILY,
        network::FAMILY,
        quantities::FAMILY,
        kubernetes::FAMILY,
    ];
    families.into_iter().flatten()
}

/// The builtin of a name.
pub fn find(name: &str) -> Option<&'static Builtin> {
    static INDEX: OnceLock<FxHashMap<&'static str, &'static Builtin>> = OnceLock::new();
    INDEX.get_or_init(|| all().map(|b| (b.name, b)).collect()).get(name).copied()
}
