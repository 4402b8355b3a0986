//! From text to the syntax tree.
//!
//! [`token`] finds tokens, [`split`] makes them ready and cuts the text into pieces ([`nest`] matches brackets and judges newlines for
//! it), [`parse`](mod@parse) has each piece read, and [`grammar`] reads it into [`crate::ast`], as `grammar/kdsl.pest` defines. Where a
//! piece does not parse, [`mend`] finds the smallest entries that are at fault, [`explain`] says what is wrong with each ([`trouble`]
//! with single tokens), and the rest is read without them. Where a text was read before, [`again`] keeps what did not change.
//! [`literal`] goes the other way, for texts.

mod again;
mod explain;
mod grammar;
pub mod literal;
mod mend;
mod nest;
mod parse;
mod shape;
mod split;
pub mod token;
mod trouble;

pub use again::Old;
pub use parse::{parse, parse_again, parse_expr, parse_piece, parse_whole, sound, stages};
pub use split::{Open, Piece, Tok, balanced, is_open, leading_words};
