//! Two writes of one field in one block, where both are certain: no `if` and no `for` stands between them.

use super::Checker;
use crate::ast::{Entry, Field, FieldValue, Name};
use crate::diag::{Diagnostic, codes};
use rustc_hash::FxHashMap;

/// Blocks up to this size are compared pair by pair.
const SMALL: usize = 12;

type Written = (Name, Option<Name>);

pub(super) fn report_double(checker: &Checker, entries: &[Entry]) {
    let certain = entries.iter().filter_map(|entry| match entry {
        Entry::Field(field) => written(field).map(|w| (w, field)),
        Entry::Spread(_) | Entry::If(_) | Entry::For(_) | Entry::Let(_) | Entry::Waive(_) => None,
    });
    report(checker, certain, entries.len());
}

/// The same among the settings of a file or a namespace.
pub(super) fn report<'f>(checker: &Checker, certain: impl Iterator<Item = (Written, &'f Field)>, size: usize) {
    if size <= SMALL {
        let mut seen: smallvec::SmallVec<[(Written, &Field); SMALL]> = smallvec::SmallVec::new();
        for (what, field) in certain {
            match seen.iter().find(|(w, _)| *w == what) {
                Some((_, first)) => double(checker, what, first, field),
                None => seen.push((what, field)),
            }
        }
        return;
    }
    let mut seen: FxHashMap<Written, &Field> = FxHashMap::default();
    for (what, field) in certain {
        match seen.get(&what) {
            Some(first) => double(checker, what, first, field),
            None => drop(seen.insert(what, field)),
        }
    }
}

/// What a field writes whole: blocks and appends merge, so they contradict nothing.
pub(super) fn written(field: &Field) -> Option<Written> {
    let FieldValue::Set(_) = field.value else { return None };
    let label = match &field.label {
        None => None,
        Some(label) => Some(label.as_static()?),
    };
    Some((field.key.as_static()?, label))
}

fn double(checker: &Checker, (name, label): Written, first: &Field, second: &Field) {
    let what = label.map_or(name.to_string(), |label| format!("{name} {label}"));
    let error = Diagnostic::new(&codes::DOUBLE_WRITE, second.span, format!("`{what}` is written twice in one block"));
    checker.report(
        error.also(first.span, "written here already").help("keep one of the two; to choose between them, write `if … then … else …`"),
    );
}
