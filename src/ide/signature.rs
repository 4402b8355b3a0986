//! The signature of the call around a place, and which of its parameters is being written.

use super::words::Cursor;
use super::{Analysis, describe, words};
use crate::ast::{Ident, Name, Path};
use crate::builtins;
use crate::resolve::Program;
use crate::source::Span;
use crate::syntax::token::Kind;
use crate::types::ModuleId;
use std::ops::Range;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signature {
    /// `join(xs: [String], by: String) -> String`
    pub label: String,
    /// Markdown.
    pub doc: String,
    /// Where in the label the parameters stand.
    pub parameters: Vec<Range<usize>>,
    /// The parameter that is being written; behind the last one where there are too many arguments.
    pub active: usize,
}

/// The call whose brackets hold the offset.
pub fn signature(analysis: &Analysis, file: &str, offset: usize) -> Option<Signature> {
    let text = analysis.text(file)?;
    if words::is_quiet(text, offset) {
        return None;
    }
    let cursor = Cursor::new(text, offset);
    let home = analysis.module(file)?;
    let mut open = cursor.enclosing(offset);
    while let Some(bracket) = open {
        let token = cursor.tokens[bracket];
        if token.kind == Kind::LParen
            && let Some(callee) = cursor.callee(text, bracket)
            && let Some((label, doc)) = analysis.program(|program| of_callee(analysis, program, home, &callee))
        {
            let parameters = parameters(&label);
            let (position, named) = cursor.argument(text, bracket, offset);
            let by_name = named.and_then(|name| parameters.iter().position(|range| label[range.clone()].split(':').next() == Some(name)));
            let is_variadic = parameters.last().is_some_and(|range| label[range.clone()].ends_with('…') && label[range.clone()] == *"…");
            let last = parameters.len().saturating_sub(1);
            let active = by_name.unwrap_or(if is_variadic { position.min(last) } else { position });
            return Some(Signature { label, doc, parameters, active });
        }
        if token.kind == Kind::LBrace {
            return None;
        }
        open = cursor.enclosing(token.start as usize);
    }
    None
}

fn of_callee(analysis: &Analysis, program: &Program, home: ModuleId, callee: &str) -> Option<(String, String)> {
    let ident = |text: &str| Ident { name: Name::from(text), span: Span::NONE };
    let path = match callee.split_once('.') {
        Some((module, name)) => Path { module: Some(ident(module)), name: ident(name) },
        None => Path { module: None, name: ident(callee) },
    };
    if let Some(found) = program.function(home, &path) {
        let described = describe::function(analysis, found.what);
        let label = described.code.trim_start_matches("fn ").split_whitespace().collect::<Vec<_>>().join(" ");
        return Some((label, described.doc));
    }
    if callee == "has" {
        return Some(("has(field: Any) -> Bool".into(), "Whether a field was written.".into()));
    }
    let builtin = builtins::find(callee)?;
    Some((builtin.signature(), format!("{}\n\n```kdsl\n{}\n```", builtin.doc, builtin.example)))
}

/// The parts between the commas of a signature's outer brackets.
fn parameters(label: &str) -> Vec<Range<usize>> {
    let Some(open) = label.find('(') else { return Vec::new() };
    let (mut depth, mut start, mut out) = (0, open + 1, Vec::new());
    let mut in_text = false;
    for (at, c) in label.char_indices().skip_while(|(at, _)| *at <= open) {
        match c {
            '"' => in_text = !in_text,
            _ if in_text => {}
            '(' | '[' | '{' | '<' => depth += 1,
            ')' if depth == 0 => {
                out.push(start..at);
                break;
            }
            // The arrow `=>` closes nothing.
            '>' if label[..at].ends_with(['=', '-']) => {}
            ')' | ']' | '}' | '>' => depth -= 1,
            ',' if depth == 0 => {
                out.push(start..at);
                start = at + 1;
            }
            _ => {}
        }
    }
    let trimmed = |range: Range<usize>| {
        let text = &label[range.clone()];
        let from = range.start + text.len() - text.trim_start().len();
        from..from + text.trim().len()
    };
    out.into_iter().map(trimmed).filter(|range| !range.is_empty()).collect()
}
