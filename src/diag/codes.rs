//! Every diagnostic code, declared once.
//!
//! [`codes!`] makes a `static` for each and lists them in [`ALL`]; `kdsl explain CODE` and the documentation are printed from here, and a
//! test runs both examples of each.

use super::{Code, Severity};

macro_rules! codes {
    ($($(#[$attr:meta])* $ident:ident = $name:literal, $severity:ident, $summary:literal, doc: $doc:literal, fails: $fails:literal, passes: $passes:literal;)*) => {
        $($(#[$attr])* pub static $ident: Code = Code { name: $name, severity: Severity::$severity, summary: $summary, doc: $doc, fails: $fails, passes: $passes };)*
        /// All codes, in the order of the phases that give them.
        pub static ALL: &[&Code] = &[$(&$ident),*];
    };
}

/// The code of a name.
pub fn find(name: &str) -> Option<&'static Code> {
    ALL.iter().copied().find(|code| code.name == name)
}

codes! {
    SYNTAX = "syntax", Error, "the text does not follow the grammar",
        doc: "kdsl could not read this entry. The message says what stood there and what would fit; entries around it were still read and checked.",
        fails: "let a = 1 +\n", passes: "let a = 1 + 2\n";
}
