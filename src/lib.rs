//! kdsl: a small typed language for Kubernetes workloads.
//!
//! The modules stand in the order in which data flows through them; see `docs/architecture.md`.

pub mod ast;
pub mod builtins;
pub mod check;
pub mod cli;
pub mod conform;
pub mod data;
pub mod diag;
pub mod driver;
pub mod duration;
pub mod emit;
pub mod engine;
pub mod eval;
pub mod load;
pub mod number;
pub mod object;
pub mod params;
pub mod pattern;
pub mod quantity;
pub mod resolve;
pub mod schema;
pub mod source;
pub mod stdlib;
pub mod syntax;
pub mod types;
pub mod value;
pub mod world;
