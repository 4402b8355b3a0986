//! Text to the tree of the `cel` crate, within limits.
//!
//! The parser and everything that walks its tree recurse, so the depth a text can have is estimated first: brackets that are open at once,
//! and operators in a row. A text beyond the limits is not judged at all.

use super::CelError;
use cel::common::ast::SourceInfo;
use cel::{Env, IdedExpr};

/// A parsed expression. Macros are calls in it, as written.
pub struct Tree {
    pub root: IdedExpr,
    places: SourceInfo,
}

impl Tree {
    /// Where a node begins, in characters.
    pub fn offset(&self, id: u64) -> usize {
        self.places.offset_for(id).map_or(0, |(start, _)| start as usize)
    }
}

const LONGEST: usize = 20_000;
const MOST_OPEN: usize = 30;
const MOST_OPERATORS: usize = 250;

/// The tree of a text; `None` where it is too large to be judged.
pub fn parse(text: &str) -> Result<Option<Tree>, Vec<CelError>> {
    if !is_small(text) {
        return Ok(None);
    }
    let parsed =
        Env::default().parser().max_recursion_depth(MOST_OPEN as u16 * 4).enable_ident_escape_syntax(true).parse_with_source_info(text);
    match parsed {
        Ok((root, places)) => Ok(Some(Tree { root, places })),
        Err(errors) => Err(first_of(errors, text)),
    }
}

/// The parser reports what it stumbles over after an error too; only the first is certain.
fn first_of(errors: cel::ParseErrors, text: &str) -> Vec<CelError> {
    let first = errors.errors.into_iter().next();
    let (message, (line, column)) = first.map_or_else(|| ("it is no expression".to_string(), (1, 1)), |e| (e.msg, e.pos));
    let before: usize = text.split_inclusive('\n').take(usize::try_from(line - 1).unwrap_or(0)).map(|line| line.chars().count()).sum();
    let offset = before + usize::try_from(column - 1).unwrap_or(0);
    vec![CelError { message: plain(&message, text, offset), offset }]
}

/// A parser's message in plain words.
fn plain(message: &str, text: &str, offset: usize) -> String {
    let rest: String = text.chars().skip(offset).take_while(|c| !c.is_whitespace()).take(20).collect();
    if message.contains("reserved identifier") {
        return format!("`{rest}` is a reserved word");
    }
    if rest.is_empty() {
        return "the expression ends too early".to_string();
    }
    if message.contains("token recognition") {
        return format!("`{rest}` is no part of an expression: a quote or bracket may be missing");
    }
    format!("`{rest}` cannot stand here")
}

/// Whether a text is small enough to be parsed with a bounded stack.
fn is_small(text: &str) -> bool {
    if text.len() > LONGEST {
        return false;
    }
    let (mut open, mut operators, mut quote) = (0usize, 0usize, None);
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        match (quote, byte) {
            (Some(_), b'\\') => {
                bytes.next();
            }
            (Some(q), b) if b == q => quote = None,
            (Some(_), _) => {}
            (None, b'"' | b'\'') => quote = Some(byte),
            (None, b'(' | b'[' | b'{') => open += 1,
            (None, b')' | b']' | b'}') => open = open.saturating_sub(1),
            (None, b'.' | b'+' | b'-' | b'*' | b'/' | b'%' | b'!' | b'<' | b'>' | b'=' | b'?' | b'&' | b'|') => operators += 1,
            (None, _) => {}
        }
        if open > MOST_OPEN || operators > MOST_OPERATORS {
            return false;
        }
    }
    true
}
