//! kdsl: a small typed language for Kubernetes workloads.
//!
//! The modules stand in the order in which data flows through them; see `docs/architecture.md`.

pub mod source;
pub mod diag;
pub mod ast;
pub mod world;
pub mod value;
pub mod pattern;
pub mod data;
pub mod builtins;
