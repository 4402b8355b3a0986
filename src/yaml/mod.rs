//! YAML and JSON as `vet` reads them: streams of documents, each a tree of nodes that know where they stand.
//!
//! A stream is cut at its `---` lines, which no document can hold, so documents are read in parallel and one that is malformed costs
//! only itself. Most documents are read by [`quick`], which knows the YAML that programs print; what it does not know goes to [`full`].
//! Scalars mean what they mean to Kubernetes ([`scalar`]). A tree that aliases make larger than any object is refused.

mod full;
mod quick;
mod scalar;
#[cfg(test)]
mod tests;

use crate::diag::{Code, Diagnostic, codes};
use crate::source::{Source, Span};
use crate::value::Node;
use rayon::prelude::*;

/// One document of a stream.
#[derive(Debug)]
pub struct Document {
    /// From its first byte to its last, without the `---` line.
    pub span: Span,
    /// `None` where it could not be read.
    pub root: Option<Node>,
    /// What is wrong with its text.
    pub faults: Vec<Fault>,
}

/// Something wrong with the text of a document.
#[derive(Debug)]
pub struct Fault {
    pub code: &'static Code,
    pub at: Span,
    pub message: String,
    pub help: Option<String>,
    pub also: Option<(Span, &'static str)>,
}

impl Fault {
    fn new(code: &'static Code, at: Span, message: impl Into<String>) -> Fault {
        Fault { code, at, message: message.into(), help: None, also: None }
    }

    fn help(mut self, text: &str) -> Fault {
        self.help = Some(text.to_string());
        self
    }

    fn also(mut self, at: Span, text: &'static str) -> Fault {
        self.also = Some((at, text));
        self
    }

    pub fn diagnostic(self) -> Diagnostic {
        let mut diagnostic = Diagnostic::new(self.code, self.at, self.message);
        if let Some((at, text)) = self.also {
            diagnostic = diagnostic.also(at, text);
        }
        match self.help {
            Some(help) => diagnostic.help(help),
            None => diagnostic,
        }
    }
}

/// Lists and mappings within each other; no object of Kubernetes comes near.
const MAX_DEPTH: u32 = 200;
/// Scalars, entries and elements of one document, aliases written out.
const MAX_WEIGHT: u32 = 2_000_000;

/// The largest document that is read, in bytes: a list of everything that a cluster holds may be one.
pub const LARGEST: usize = 64 << 20;

/// Where a document lies in its text.
#[derive(Clone, Copy, Debug)]
pub struct Piece {
    start: usize,
    end: usize,
}

impl Piece {
    pub fn size(self) -> usize {
        self.end - self.start
    }
}

/// The documents of a stream that hold anything, in order.
pub fn read(source: &Source) -> Vec<Document> {
    pieces(&source.text).into_par_iter().with_min_len(16).filter_map(|piece| read_piece(source, piece, LARGEST)).collect()
}

/// What lies between `---` lines.
pub fn pieces(text: &str) -> Vec<Piece> {
    let bytes = text.as_bytes();
    let mut pieces = Vec::new();
    let mut start = text.strip_prefix('\u{feff}').map_or(0, |_| 3);
    for at in memchr::memmem::find_iter(bytes, b"---") {
        let line_start = at == 0 || bytes[at - 1] == b'\n' || at == 3 && start == 3;
        if at >= start && line_start && matches!(bytes.get(at + 3), None | Some(b' ' | b'\t' | b'\n' | b'\r')) {
            pieces.push(Piece { start, end: at });
            start = at + 3;
        }
    }
    pieces.push(Piece { start, end: bytes.len() });
    // Directives such as `%YAML 1.2` stand before the `---` of their document and mean nothing here.
    pieces.retain(|&Piece { start, end }| !text[start..end].trim_start().starts_with('%') || text[start..end].contains("\n..."));
    pieces
}

/// The document of a piece; `None` where there is none. One of more than `most` bytes is not read.
pub fn read_piece(source: &Source, piece: Piece, most: usize) -> Option<Document> {
    let Piece { start, end } = piece;
    let (text, base) = (&source.text[start..end], source.base + start as u32);
    let mut faults = Vec::new();
    if text.len() > most {
        let lead = (text.len() - text.trim_start().len()) as u32;
        let at = Span::new(base + lead, base + lead + 1);
        let message = format!("this document has {} MiB, more than the {} MiB that are read", text.len() >> 20, most >> 20);
        let fault = Fault::new(&codes::YAML_TOO_LARGE, at, message).help("separate its objects by `---` lines");
        return Some(Document { span: Span::new(base + lead, base + text.len() as u32), root: None, faults: vec![fault] });
    }
    let root = match quick::read(text, base, MAX_DEPTH) {
        Some(None) => return None,
        Some(root) => root,
        None => full::read(text, base, MAX_DEPTH, &mut faults),
    };
    let lead = text.len() - text.trim_start().len();
    let span = Span::new(base + lead as u32, base + text.trim_end().len().max(lead) as u32);
    if root.is_none() && faults.is_empty() {
        return None;
    }
    let root = root.filter(|root| fits(root, span, &mut faults));
    Some(Document { span, root, faults })
}

/// Whether a tree with its aliases written out is small enough to be an object.
fn fits(root: &Node, span: Span, faults: &mut Vec<Fault>) -> bool {
    let weight = root.value.measure().weight;
    if weight > MAX_WEIGHT {
        let message = "the aliases of this document make more than two million values";
        let at = Span::new(span.start, span.start + 1);
        faults.push(
            Fault::new(&codes::YAML_TOO_LARGE, at, message).help("write out what is meant; the API server takes three mebibytes at most"),
        );
    }
    weight <= MAX_WEIGHT
}
