//! kdsl: a small typed language for Kubernetes workloads.
//!
//! The modules stand in the order in which data flows through them; see `docs/architecture.md`.

pub mod ast;
pub mod builtins;
pub mod data;
pub mod diag;
pub mod duration;
pub mod emit;
pub mod pattern;
pub mod quantity;
pub mod schema;
pub mod source;
pub mod value;
pub mod world;
