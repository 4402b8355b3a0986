//! Codes: what resolution reports: names, imports, layers, cycles, duplicates.

use super::{Code, Severity};

codes! {}
