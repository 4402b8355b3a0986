//! What editors ask of a program, as plain data over positions in its text, without any protocol.
//!
//! An [`Analysis`] is a project as it is written at one moment: its files, parsed as far as they parse. Every service takes one and a
//! [`Place`], a file of the project and an offset in bytes, and gives values that a language server, a REPL or a test can use. What a
//! word means is asked of the checker itself, which writes down what it meets ([`crate::check::trace`]); so the services know as much
//! about a place as the checker does, and nothing is known twice. Where the text is not yet a program, as it is at every keystroke, the
//! missing part is made up first: see [`complete`](mod@complete).

mod analysis;
mod built;
mod cache;
pub mod complete;
mod declared;
mod definition;
mod describe;
mod hover;
mod labels;
mod references;
mod semantic;
mod signature;
mod symbols;
mod words;

pub use analysis::{Analysis, Place};
pub use built::{Built, Hint, hints, yaml};
pub use cache::Cache;
pub use complete::{Completion, CompletionKind, complete};
pub use definition::{definition, implementation};
pub use hover::{Hover, hover};
pub use references::{Target, edit, renamable, renaming, uses};
pub use semantic::{Class, Colored, HEADS, JOINTS, colors};
pub use signature::{Signature, signature};
pub use symbols::{Fold, Symbol, SymbolSort, folds, symbols};
