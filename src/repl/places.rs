//! Where the text of a session was typed, or loaded from.
//!
//! What is compiled is one text, put together from all entries; what a message shows is the entry in which a place was typed, whose
//! lines count from 1, or the file that was loaded. So the places of diagnostics are moved from the one to the others.

use super::pieces::Piece;
use crate::diag::Diagnostic;
use crate::engine::{Diagnostics, Why};
use crate::source::{FileDb, SourceKind, Span};
use std::collections::HashMap;
use std::sync::Arc;

/// An entry as it was typed, or the text of a file.
#[derive(Debug, PartialEq, Eq, Hash)]
pub struct Typed {
    /// As messages name it.
    pub name: String,
    pub text: String,
}

/// A part of the session's text.
struct Part {
    start: usize,
    end: usize,
    typed: Arc<Typed>,
    /// Where it begins there.
    offset: usize,
}

/// The parts of a session's text, in order.
#[derive(Default)]
pub struct Places(Vec<Part>);

impl Places {
    /// What stands at `start` is the text of a piece.
    pub fn add(&mut self, start: usize, piece: &Piece) {
        self.0.push(Part { start, end: start + piece.text.len(), typed: piece.typed.clone(), offset: piece.offset });
    }

    /// Diagnostics of the file at `path`, at the places where its text was typed.
    pub fn moved(&self, path: &str, mut diagnostics: Diagnostics) -> Diagnostics {
        let mut known = HashMap::new();
        diagnostics.change(|list, files| {
            list.iter_mut()
                .for_each(|diagnostic: &mut Diagnostic| diagnostic.move_places(&mut |span| self.place(path, files, &mut known, span)));
        });
        diagnostics
    }

    /// The same for the places of an answer.
    pub fn moved_answer(&self, path: &str, mut why: Why) -> Why {
        let mut known = HashMap::new();
        let Why { answer, diagnostics } = &mut why;
        if let Some(Ok(trace)) = answer {
            diagnostics.change(|_, files| trace.move_places(&mut |span| self.place(path, files, &mut known, span)));
        }
        why
    }

    /// Where a place was typed. `known` are the entries that have positions already.
    fn place(&self, path: &str, files: &FileDb, known: &mut HashMap<Arc<Typed>, u32>, span: Span) -> Span {
        let Some(source) = files.find(span).filter(|source| source.name == path) else { return span };
        let offset = (span.start - source.base) as usize;
        let Some(part) = self.0[..self.0.partition_point(|part| part.start <= offset)].last() else { return span };
        let base = known.get(&part.typed).copied().or_else(|| {
            let added = files.add(part.typed.name.as_str(), part.typed.text.as_str(), SourceKind::User).ok()?;
            known.insert(part.typed.clone(), added.base);
            Some(added.base)
        });
        let Some(base) = base else { return span };
        let within = |position: u32| ((position - source.base) as usize).clamp(part.start, part.end) - part.start + part.offset;
        Span::new(base + within(span.start) as u32, base + within(span.end) as u32)
    }
}
