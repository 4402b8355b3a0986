//! The page of a rule, of the library or of a program.

use super::Scope;
use super::page::Page;
use crate::ast::{Level, RuleBind};
use crate::stdlib;

/// Writes the page of the rule of that name, if there is one.
pub fn write(page: &mut Page, scope: &Scope, name: &str) -> bool {
    let Some(rule) = scope.rules().into_iter().find(|rule| rule.name.name == name) else { return false };
    let on = rule.on.name.name;
    let what = match rule.bind {
        RuleBind::Value(_) => format!("rule on {on}"),
        RuleBind::Update { .. } => format!("rule on updates of {on}"),
    };
    let level = match rule.level() {
        Level::Deny => "an error",
        Level::Warn => "a warning",
    };
    page.title(name, &format!("{what}, {level}"));
    rule.doc.iter().for_each(|doc| page.text(doc));
    let examples = stdlib::examples_of(name);
    for (fails, heading) in [(true, "This is reported"), (false, "This is not")] {
        if let Some(example) = examples.iter().find(|example| example.fails == fails) {
            page.heading(heading);
            page.code(example.text);
        }
    }
    true
}
