//! CEL expressions, compiled as the API server compiles them.
//!
//! The `cel` crate parses; the checker here walks its tree, without expanding macros, against the variables of a [`Env`], the table of
//! functions that Kubernetes declares, and the rules of cel-go's type checker. What one expression may cost is bounded by its size before it
//! is parsed: one that is too large is not judged ([`Checked::ty`] is `dyn`). No text makes this panic.

mod admission;
mod check;
pub mod cost;
pub mod declared;
mod eval;
mod literals;
mod macros;
mod parse;
mod signatures;
pub mod types;

pub use admission::{check_admission, expression, too_dear};
pub use eval::{Answer, answer, nanoseconds, optional};
pub use literals::{is_date, is_duration, is_timestamp};
pub use types::CelType;

use ecow::EcoString;
use rustc_hash::FxHashSet;
use std::sync::Arc;

/// What an expression may name.
#[derive(Clone, Debug, Default)]
pub struct Env {
    /// Variables with their types; a name may have dots: `authorizer.requestResource`.
    pub variables: Vec<(EcoString, CelType)>,
    /// Whether `Object{…}`, `JSONPatch{…}` and `jsonpatch.escapeKey` are known: in mutations.
    pub patches: bool,
    /// Whether `cel.bind` and `includes` are known: in selectors of devices.
    pub devices: bool,
    /// How large the values of the variables may be, where the cost of an expression matters.
    pub sizes: Option<Arc<cost::Sizes>>,
}

/// What compiling an expression found out.
#[derive(Clone, Debug)]
pub struct Checked {
    pub ty: CelType,
    /// The variables that it names.
    pub names: FxHashSet<EcoString>,
    /// Whether it was looked at: nothing is known of one that is too large.
    pub judged: bool,
    /// What it may cost at worst; 0 where the sizes of the variables are not known.
    pub cost: u64,
}

/// What is wrong with an expression: the end of a sentence, and where, in characters from its beginning.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CelError {
    pub message: String,
    pub offset: usize,
}

impl Env {
    pub fn with(mut self, name: &str, ty: CelType) -> Env {
        self.variables.push((name.into(), ty));
        self
    }
}

/// Compiles an expression; all that is wrong with it, in order of place.
pub fn compile(text: &str, env: &Env) -> Result<Checked, Vec<CelError>> {
    match parse::parse(text)? {
        Some(tree) => check::check(&tree, env),
        None => Ok(Checked { ty: CelType::Dyn, names: FxHashSet::default(), judged: false, cost: 0 }),
    }
}

/// Why the type of an expression is not the one wanted; `None` where it is, or where nobody can tell.
pub fn mismatch(checked: &Checked, wanted: &[CelType]) -> Option<String> {
    if !checked.judged || wanted.contains(&checked.ty) {
        return None;
    }
    let wanted: Vec<String> = wanted.iter().map(|ty| format!("`{ty}`")).collect();
    Some(format!("it gives `{}`, not {}", checked.ty, wanted.join(" or ")))
}

#[cfg(test)]
mod tests;
