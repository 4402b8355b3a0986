//! What could be explained, for shells and the session that complete a topic.

use super::subject::Subject;
use super::{Scope, field, root_of};
use crate::ast::Name;
use crate::builtins;
use crate::diag::{Sink, codes};
use crate::resolve::STD;
use crate::schema;
use crate::stdlib::{self, Sort};
use ustr::Ustr;

/// The topics that begin with a word, sorted: names, or behind a dot the fields of what stands before it.
pub fn starting(subject: &Subject, word: &str) -> Vec<String> {
    let sink = Sink::new();
    let scope = Scope::new(subject, &sink);
    let mut found = known(&scope, word);
    // The only one there is is gone through: a shell would end the word behind it.
    if let [only] = found.as_slice() {
        let below = known(&scope, &format!("{only}."));
        found.extend(below);
    }
    found
}

fn known(scope: &Scope, word: &str) -> Vec<String> {
    let mut found = match word.rsplit_once('.') {
        None => names(scope),
        Some((before, _)) => fields(scope, before).into_iter().map(|field| format!("{before}.{field}")).collect(),
    };
    found.retain(|topic| topic.starts_with(word));
    found.sort();
    found.dedup();
    found
}

fn names(scope: &Scope) -> Vec<String> {
    let (program, home) = (&scope.program, scope.home);
    let text = |names: Vec<Name>| names.into_iter().map(|name| name.to_string());
    let mut all: Vec<String> = text(program.kind_names(home)).collect();
    all.extend(text(stdlib::names_for_programs(Sort::Type).collect()));
    all.extend(text(program.type_names(home)));
    all.extend(text(program.function_names(home)));
    all.extend(text(if home == STD { Vec::new() } else { program.value_names(home) }));
    all.extend(program.defined_kinds(home).iter().map(|kind| kind.kind.to_string()));
    all.extend(schema::kind_names().map(str::to_string));
    all.extend(builtins::all().map(|builtin| builtin.name.to_string()));
    all.extend(codes::all().map(|code| code.name.to_string()));
    all.extend(scope.rules().into_iter().map(|rule| rule.name.name.to_string()));
    all
}

/// The fields of what a path leads to.
fn fields(scope: &Scope, path: &str) -> Vec<String> {
    let segments = super::segments(path);
    let Some((head, rest)) = segments.split_first() else { return Vec::new() };
    let head = Ustr::from(head);
    let root = root_of(scope, head).or_else(|| root_of(scope, super::as_kubectl_says(&head)?));
    root.map_or_else(Vec::new, |root| field::names_at(&scope.program, head, root, rest))
}
