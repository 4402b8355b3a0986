//! Workflow commands of GitHub Actions, which become annotations in a pull request:
//! `::error file=shop.kdsl,line=3,col=5,endLine=3,endColumn=9,title=unknown-field::message`.

use super::{Place, object_line};
use crate::diag::Diagnostic;
use crate::source::FileDb;
use std::fmt::Write;

pub fn render(list: &[Diagnostic], files: &FileDb) -> String {
    let mut out = String::new();
    for d in list {
        // Writing to text cannot fail.
        let _ = command(d, files, &mut out);
    }
    out
}

fn command(d: &Diagnostic, files: &FileDb, out: &mut String) -> std::fmt::Result {
    write!(out, "::{} ", d.severity.as_str())?;
    if let Some(place) = Place::of(d.primary.span, files) {
        let (start, end) = (place.start(), place.end());
        out.push_str("file=");
        escape(place.name(), true, out);
        write!(out, ",line={},col={},endLine={}", start.line, start.column, end.line)?;
        // Columns of several lines mean nothing to it.
        if start.line == end.line {
            write!(out, ",endColumn={}", end.column)?;
        }
        out.push(',');
    }
    out.push_str("title=");
    escape(d.code.name, true, out);
    out.push_str("::");
    escape(&d.message, false, out);
    let help = d.help.iter().map(|h| format!("\nhelp: {h}"));
    let notes = object_line(d).into_iter().chain(d.notes.iter().cloned()).map(|n| format!("\nnote: {n}"));
    help.chain(notes).for_each(|line| escape(&line, false, out));
    out.push('\n');
    Ok(())
}

fn escape(text: &str, property: bool, out: &mut String) {
    for c in text.chars() {
        match c {
            '%' => out.push_str("%25"),
            '\r' => out.push_str("%0D"),
            '\n' => out.push_str("%0A"),
            ':' if property => out.push_str("%3A"),
            ',' if property => out.push_str("%2C"),
            c => out.push(c),
        }
    }
}
