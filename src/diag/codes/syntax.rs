//! Codes: what the lexer and the parser report.

use super::{Code, Severity};

codes! {
    SYNTAX = "syntax", Error, "the text does not follow the grammar",
        doc: "kdsl could not read this entry. The message says what stood there and what would fit; the entries around it were still read and checked.",
        fails: "let a = 1 +\n", passes: "let a = 1 + 2\n";
}
