//! Codes: what the checker reports.

use super::{Code, Severity};

codes! {}
