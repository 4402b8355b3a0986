//! What a word is: its type, and the words about it.

use super::describe::Description;
use super::{Analysis, Place, describe, labels, words};
use crate::check::trace::{Seen, What};
use crate::resolve::Program;

/// What is said of a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hover {
    /// The word that it is about.
    pub place: Place,
    pub markdown: String,
}

/// What stands at an offset, in Markdown; `None` where there is nothing to say.
pub fn hover(analysis: &Analysis, file: &str, offset: usize) -> Option<Hover> {
    if words::is_quiet(analysis.text(file)?, offset) {
        return None;
    }
    let of_label = || labels::at(analysis, file, offset).map(of_label);
    analysis
        .at(file, offset, |program, seen| of_meaning(analysis, program, &seen).or_else(of_label).or_else(|| of_type(analysis, &seen)))?
}

fn of_label(label: labels::Label) -> Hover {
    let markdown = Description { code: label.code, doc: label.doc }.markdown();
    Hover { place: label.place, markdown }
}

fn of_meaning(analysis: &Analysis, program: &Program, seen: &[Seen]) -> Option<Hover> {
    // The innermost, and of several for one word the first, which is the most specific.
    let found = innermost(seen, |what| matches!(what, What::Meaning(_)))?;
    let What::Meaning(meaning) = &found.what else { return None };
    let word = analysis.slice(found.span);
    let markdown = describe::meaning(analysis, program, &word, meaning).markdown();
    Some(Hover { place: analysis.place(found.span)?, markdown })
}

fn of_type(analysis: &Analysis, seen: &[Seen]) -> Option<Hover> {
    let found = innermost(seen, |what| matches!(what, What::Type(_)))?;
    let What::Type(ty) = &found.what else { return None };
    Some(Hover { place: analysis.place(found.span)?, markdown: format!("```kdsl\n{ty}\n```") })
}

/// The smallest place of which something of that sort is known.
pub(super) fn innermost<'s, 'a>(seen: &'s [Seen<'a>], sort: impl Fn(&What) -> bool) -> Option<&'s Seen<'a>> {
    seen.iter().filter(|s| sort(&s.what)).min_by_key(|s| s.span.end - s.span.start)
}
