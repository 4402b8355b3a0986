//! Codes: what the check of finished objects against their schema reports.

use super::{Code, Severity};

codes! {}
