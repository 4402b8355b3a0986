//! Parsed files, kept from one moment of a project to the next.
//!
//! All files share one space of positions, and a tree is worth keeping only while its positions are its own. So a cache hands out
//! positions that grow; a file that changed gets new ones, and of its tree what did not change is taken over; one that did not keeps
//! its tree. When the space is used up, all are forgotten and it begins anew.

use crate::ast;
use crate::diag::{Diagnostic, Sink};
use crate::source::{FileDb, Source, SourceKind, TooLarge};
use crate::stdlib;
use crate::syntax::{self, Old};
use rustc_hash::FxHashMap;
use std::sync::Arc;

/// The files of a folder as they were last read.
#[derive(Default)]
pub struct Cache {
    known: FxHashMap<String, Parsed>,
    /// The first position that no file has.
    next: u32,
}

struct Parsed {
    source: Arc<Source>,
    ast: Arc<ast::File>,
    errors: Vec<Diagnostic>,
    /// Not asked for since the last [`Cache::forget_unused`].
    unused: bool,
}

/// Where the space of positions ends for a cache.
const LAST: u32 = 1 << 31;
/// More files than this are not kept.
const MOST: usize = 4096;

impl Cache {
    pub(super) fn parse(&mut self, path: &str, text: String, sink: &Sink) -> Result<(Arc<Source>, Arc<ast::File>), TooLarge> {
        if let Some(known) = self.known.get_mut(path).filter(|known| *known.source.text == *text) {
            known.unused = false;
            known.errors.iter().for_each(|error| sink.push(error.clone()));
            return Ok((known.source.clone(), known.ast.clone()));
        }
        let length = u32::try_from(text.len()).map_err(|_| TooLarge)?;
        let base = self.base(length)?;
        let source = Arc::new(Source::new(path, text, SourceKind::User, base));
        let own = Sink::new();
        let old = self.known.get(path).map(|known| Old { source: &known.source, file: &known.ast });
        let ast = Arc::new(match old {
            Some(old) => syntax::parse_again(&source, old, &own),
            None => syntax::parse(&source, &own),
        });
        let errors = own.finish();
        errors.iter().for_each(|error| sink.push(error.clone()));
        self.known.insert(path.to_string(), Parsed { source: source.clone(), ast: ast.clone(), errors, unused: false });
        Ok((source, ast))
    }

    /// Drops the files that nothing asked for since this was called last.
    pub fn forget_unused(&mut self) {
        self.known.retain(|_, file| !std::mem::replace(&mut file.unused, true));
    }

    /// Positions for a text of this length.
    fn base(&mut self, length: u32) -> Result<u32, TooLarge> {
        if self.next == 0 {
            self.next = first();
        }
        if self.known.len() >= MOST {
            self.known.clear();
        }
        let base = self.next;
        self.next = base.checked_add(length).and_then(|end| end.checked_add(1)).filter(|end| *end < LAST).ok_or(TooLarge)?;
        Ok(base)
    }

    /// Whether so few positions are left that the cache should begin anew.
    pub fn is_worn(&self) -> bool {
        self.next > LAST / 2
    }
}

/// The first position behind the library's files.
fn first() -> u32 {
    let files = FileDb::new();
    stdlib::add_to(&files);
    files.end()
}
