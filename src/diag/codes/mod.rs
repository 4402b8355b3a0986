//! Every diagnostic code, declared once, one file a phase.
//!
//! [`codes!`] makes a `static` for each and lists them; `kdsl explain CODE` and the documentation are printed from here, and a test runs
//! both examples of each.

use super::{Code, Severity};

macro_rules! codes {
    ($($ident:ident = $name:literal, $severity:ident, $summary:literal, doc: $doc:literal, fails: $fails:literal, passes: $passes:literal;)*) => {
        $(pub static $ident: Code = Code { name: $name, severity: Severity::$severity, summary: $summary, doc: $doc, fails: $fails, passes: $passes };)*
        pub(super) static LIST: &[&Code] = &[$(&$ident),*];
    };
}

mod builtins;
mod custom;
mod eval;
mod names;
mod objects;
mod syntax;
mod types;
mod yaml;

pub use {builtins::*, custom::*, eval::*, names::*, objects::*, syntax::*, types::*, yaml::*};

/// All codes, in the order of the phases that give them.
pub fn all() -> impl Iterator<Item = &'static Code> {
    [syntax::LIST, names::LIST, types::LIST, eval::LIST, builtins::LIST, objects::LIST, yaml::LIST, custom::LIST]
        .into_iter()
        .flatten()
        .copied()
}

/// The code of a name.
pub fn find(name: &str) -> Option<&'static Code> {
    all().find(|code| code.name == name)
}
