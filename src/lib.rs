//! kdsl: a small typed language for Kubernetes workloads.
//!
//! A program is compiled to objects that a stock API server accepts, or to diagnostics that say why not. An [`Engine`] does it for text
//! from anywhere: it reads files from a [`World`], which is a folder of a disk ([`Folder`]), memory ([`MemWorld`]), or your own.
//!
//! ```
//! use kdsl::{Engine, MemWorld, Style};
//!
//! let world = MemWorld::new().with("web.kdsl", r#"
//!     app web {
//!       image       = "nginx:1.27.0"
//!       user        = 101
//!       port http   = 8080
//!       expose http = 80
//!       readiness { http = "/" }
//!     }
//! "#);
//! let build = Engine::new(world).build("web.kdsl");
//! let kinds: Vec<&str> = build.objects.iter().map(|object| object.kind()).collect();
//! assert_eq!(kinds, ["Service", "Deployment", "PodDisruptionBudget"]);
//! assert!(build.yaml().starts_with("apiVersion: v1\nkind: Service\n"));
//!
//! // Any error means no objects; what is wrong is said with its place.
//! let world = MemWorld::new().with("web.kdsl", r#"app web { image = "nginx:1.27.0", user = 101, replica = 3 }"#);
//! let build = Engine::new(world).build("web.kdsl");
//! assert!(build.objects.is_empty());
//! let error = &build.diagnostics[0];
//! assert_eq!(error.code.name, "unknown-field");
//! assert_eq!(build.diagnostics.location(error.primary.span).map(|at| (at.line, at.column)), Some((1, 47)));
//! println!("{}", build.diagnostics.render(Style::Pretty { color: false }));
//! ```
//!
//! What stands at the root of the crate is its public face. The modules below are the compiler itself, in the open for tests and tools;
//! they change as it does. Data flows through them in the order that `docs/architecture.md` tells.

pub use cli::disk::Folder;
pub use diag::render::Style;
pub use diag::{Code, Diagnostic, Edit, Label, Severity};
pub use emit::Format;
pub use engine::{Build, Check, Diagnostics, Engine, Location, Object, Vet, WaiverFound, vet};
pub use eval::Limits;
pub use params::{Given, GivenValue};
pub use source::Span;
pub use world::{MemWorld, ReadError, World};

#[doc(hidden)]
pub mod ast;
#[doc(hidden)]
pub mod baseline;
#[doc(hidden)]
pub mod builtins;
#[doc(hidden)]
pub mod cel;
#[doc(hidden)]
pub mod check;
#[doc(hidden)]
pub mod cli;
#[doc(hidden)]
pub mod conform;
#[doc(hidden)]
pub mod crd;
#[doc(hidden)]
pub mod data;
#[doc(hidden)]
pub mod diag;
#[doc(hidden)]
pub mod diff;
#[doc(hidden)]
pub mod doc;
#[doc(hidden)]
pub mod driver;
#[doc(hidden)]
pub mod duration;
#[doc(hidden)]
pub mod emit;
#[doc(hidden)]
pub mod engine;
#[doc(hidden)]
pub mod eval;
#[doc(hidden)]
pub mod finding;
#[doc(hidden)]
pub mod fmt;
#[doc(hidden)]
pub mod ide;
#[doc(hidden)]
pub mod import;
#[doc(hidden)]
pub mod load;
#[doc(hidden)]
pub mod lsp;
#[doc(hidden)]
pub mod manifest;
#[doc(hidden)]
pub mod number;
#[doc(hidden)]
pub mod object;
mod paint;
#[doc(hidden)]
pub mod params;
#[doc(hidden)]
pub mod pattern;
mod prose;
#[doc(hidden)]
pub mod quantity;
#[doc(hidden)]
pub mod repl;
#[doc(hidden)]
pub mod resolve;
#[doc(hidden)]
pub mod rules;
#[doc(hidden)]
pub mod schema;
#[doc(hidden)]
pub mod source;
#[doc(hidden)]
pub mod stdlib;
#[doc(hidden)]
pub mod syntax;
#[doc(hidden)]
pub mod testing;
#[doc(hidden)]
pub mod types;
#[doc(hidden)]
pub mod value;
#[doc(hidden)]
pub mod why;
#[doc(hidden)]
pub mod world;
#[doc(hidden)]
pub mod yaml;
