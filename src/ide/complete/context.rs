//! What an unfinished word may be, told by the tokens around it.

use super::{Completion, CompletionKind};
use crate::ast::Name;
use crate::check::trace::Meaning;
use crate::ide::Analysis;
use crate::ide::declared;
use crate::ide::words::Cursor;
use crate::resolve::Program;
use crate::schema;
use crate::syntax::token::Kind;

/// What to write behind the made-up word so that it parses, the likeliest first.
pub fn endings(cursor: &Cursor) -> &'static [&'static str] {
    const VALUE: &[&str] = &["", " then null else null", " {}", " = null"];
    const TYPE: &[&str] = &["", " = null", " {}", ": Any"];
    const ENTRY: &[&str] = &[" = null", " {}", " kdslName {}", "", ": Any"];
    const MEMBER: &[&str] = &["", " kdslName {}", " {}", " then null else null", " = null"];
    const WRITTEN: &[&str] = &["", " = null", " {}"];
    let Some(before) = cursor.kind_before() else { return ENTRY };
    use Kind::*;
    // The rest of the entry is there already.
    if matches!(cursor.kind_behind(), Some(Eq | PlusEq | LBrace | Colon)) && !matches!(before, If | In) {
        return WRITTEN;
    }
    match before {
        Dot | OptDot => MEMBER,
        Eq | PlusEq | FatArrow | Ellipsis | EqEq | NotEq | LessEq | GreaterEq | Greater | Plus | Minus | Star | Slash | Coalesce
        | DotDot => VALUE,
        LParen | LBracket | If | Then | In | And | Or | Not | StringOpen | StringMiddle | TextOpen | TextMiddle => VALUE,
        Else if !cursor.new_line => VALUE,
        Comma if holds_values(cursor) => VALUE,
        Colon | Arrow | Pipe | Less => TYPE,
        _ => ENTRY,
    }
}

/// Whether the innermost open bracket is one of a list or a call.
fn holds_values(cursor: &Cursor) -> bool {
    let end = cursor.before.map_or(0, |i| i + 1);
    let mut depth = 0;
    for token in cursor.tokens[..end].iter().rev() {
        match token.kind {
            Kind::RBrace | Kind::RParen | Kind::RBracket => depth += 1,
            Kind::LBrace | Kind::LParen | Kind::LBracket if depth == 0 => return token.kind != Kind::LBrace,
            Kind::LBrace | Kind::LParen | Kind::LBracket => depth -= 1,
            _ => {}
        }
    }
    false
}

/// The names behind `extend app` and `remove app`: what is declared, and what the kinds of Kubernetes could be called.
pub fn declared(program: &Program, text: &str, cursor: &Cursor, meaning: &Meaning, out: &mut Vec<Completion>) {
    let Meaning::Declaration { kind, .. } = meaning else { return };
    if !matches!(cursor.entry_words(text).first(), Some(&"extend" | &"remove")) {
        return;
    }
    let native = schema::kind(kind).is_some();
    let mut names: Vec<(Name, Name)> = declared::all(program)
        .iter()
        .filter(|declared| native || declared.is_a(*kind))
        .filter_map(|declared| Some((declared.kind, declared.label.as_static()?)))
        .collect();
    names.dedup();
    out.extend(
        names
            .into_iter()
            .map(|(kind, name)| Completion::new(name.as_str(), CompletionKind::Label).detail(format!("{kind} {name}")).rank(5)),
    );
}

/// Words that begin something where nothing else is known.
pub fn keywords(text: &str, cursor: &Cursor) -> Vec<Completion> {
    match cursor.entry_words(text).as_slice() {
        [] if cursor.kind_before().is_none() => super::entries::top_words(),
        [.., "kind", _] => vec![Completion::new("from", CompletionKind::Keyword).detail("a kind to build on")],
        _ => Vec::new(),
    }
}

/// The files of the project, as an import in `file` would name them, and Kubernetes' groups.
pub fn files(analysis: &Analysis, file: &str, written: &str) -> Vec<Completion> {
    let mut out = Vec::new();
    for path in analysis.known_files().filter(|path| *path != file) {
        out.push(Completion::new(relative(file, path), CompletionKind::File).rank(5));
    }
    if written.is_empty() || written.starts_with('k') {
        let mut groups: Vec<&str> = schema::kinds().map(|kind| kind.api_version.as_str()).collect();
        groups.sort_unstable();
        groups.dedup();
        out.extend(groups.into_iter().map(|gv| Completion::new(format!("k8s/{gv}"), CompletionKind::File).rank(20)));
    }
    out
}

/// `./x.kdsl`, `../base/x.kdsl`
fn relative(from: &str, to: &str) -> String {
    let (mut from, mut to): (Vec<&str>, Vec<&str>) = (from.split('/').collect(), to.split('/').collect());
    from.pop();
    while !from.is_empty() && to.len() > 1 && from[0] == to[0] {
        from.remove(0);
        to.remove(0);
    }
    let up = if from.is_empty() { "./".to_string() } else { "../".repeat(from.len()) };
    format!("{up}{}", to.join("/"))
}
