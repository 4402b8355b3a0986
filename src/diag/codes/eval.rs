//! Codes: what evaluation reports.

use super::{Code, Severity};

codes! {}
