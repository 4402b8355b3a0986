//! The result of tests in the XML that CI systems read.

use super::Outcome;
use crate::diag::render::{self, Style};
use crate::source::FileDb;
use std::fmt::Write;

/// One suite for each file: its name, its tests, and the files that failures point into.
pub fn junit(suites: &[(&str, &[Outcome], &FileDb)]) -> String {
    let total: usize = suites.iter().map(|(_, tests, _)| tests.len()).sum();
    let failed: usize = suites.iter().map(|(_, tests, _)| failures(tests)).sum();
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    // Writing to text cannot fail.
    let _ = writeln!(out, "<testsuites name=\"kdsl\" tests=\"{total}\" failures=\"{failed}\">");
    for (name, tests, files) in suites {
        let _ = writeln!(out, "  <testsuite name=\"{}\" tests=\"{}\" failures=\"{}\">", escaped(name), tests.len(), failures(tests));
        tests.iter().for_each(|test| case(name, test, files, &mut out));
        out.push_str("  </testsuite>\n");
    }
    out.push_str("</testsuites>\n");
    out
}

fn failures(tests: &[Outcome]) -> usize {
    tests.iter().filter(|test| !test.failures.is_empty()).count()
}

fn case(suite: &str, test: &Outcome, files: &FileDb, out: &mut String) {
    let line = files.find(test.at).map_or(0, |source| source.line_col(test.at.start).line);
    let _ = write!(out, "    <testcase classname=\"{}\" name=\"{}\" file=\"{0}\" line=\"{line}\"", escaped(suite), escaped(&test.name));
    let Some(first) = test.failures.first() else {
        out.push_str("/>\n");
        return;
    };
    let text = render::render(Style::Pretty { color: false }, &test.failures, files);
    let _ = writeln!(out, ">\n      <failure message=\"{}\">{}</failure>\n    </testcase>", escaped(&first.message), escaped(&text));
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            // XML has no way to say most control characters.
            c if c.is_control() && c != '\n' && c != '\t' => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    out
}
