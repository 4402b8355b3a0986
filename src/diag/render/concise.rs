//! One line a diagnostic, in the form that editors and `grep` follow: `file:line:column: error[code]: message — help`.

use super::{Place, safe};
use crate::diag::Diagnostic;
use crate::source::FileDb;
use std::fmt::Write;

pub fn render(list: &[Diagnostic], files: &FileDb) -> String {
    let mut out = String::new();
    for d in list {
        // Writing to text cannot fail.
        let _ = line(d, files, &mut out);
    }
    out
}

fn line(d: &Diagnostic, files: &FileDb, out: &mut String) -> std::fmt::Result {
    if let Some(place) = Place::of(d.primary.span, files) {
        let start = place.start();
        write!(out, "{}:{}:{}: ", safe(place.name(), false), start.line, start.column)?;
    }
    write!(out, "{}[{}]: {}", d.severity.as_str(), d.code.name, safe(&d.message, false))?;
    for help in &d.help {
        write!(out, " — {}", safe(help, false))?;
    }
    out.push('\n');
    Ok(())
}
