//! From the services' values to the protocol's.

use super::position::{Encoding, Lines};
use super::report::Found;
use crate::diag::{Diagnostic, Severity};
use crate::ide::{Analysis, Class, Colored, Completion, CompletionKind, Fold, Place, Symbol, SymbolSort};
use crate::source::Span;
use lsp_types::{
    CompletionItem, CompletionItemKind, CompletionTextEdit, DiagnosticRelatedInformation, DiagnosticSeverity, DocumentSymbol, FoldingRange,
    FoldingRangeKind, InsertTextFormat, Location, NumberOrString, Range, SemanticToken, SymbolKind, TextEdit, Uri,
};

/// The range of a place, in the lines of its file.
pub fn range(analysis: &Analysis, place: &Place, encoding: Encoding) -> Range {
    analysis.text(&place.file).map_or(Range::default(), |text| Lines::new(text, encoding).range(place.range.clone()))
}

/// A diagnostic as the client is told of it. What no file wrote is said at the head of the document.
pub fn found(
    analysis: &Analysis,
    diagnostic: &Diagnostic,
    document: &Uri,
    encoding: Encoding,
    related: bool,
    to_uri: &dyn Fn(&str) -> Option<Uri>,
) -> Found {
    let locate = |span: Span| {
        let place = analysis.place(span).filter(|place| analysis.ast(&place.file).is_some())?;
        Some(Location { uri: to_uri(&place.file)?, range: range(analysis, &place, encoding) })
    };
    let at = locate(diagnostic.primary.span).unwrap_or(Location { uri: document.clone(), range: Range::default() });
    let mut message = diagnostic.message.clone();
    if !diagnostic.primary.text.is_empty() {
        message.push_str(&format!(" ({})", diagnostic.primary.text));
    }
    for (head, lines) in [("help", &diagnostic.help), ("note", &diagnostic.notes)] {
        lines.iter().for_each(|line| message.push_str(&format!("\n{head}: {line}")));
    }
    if let (Some(object), Some(path)) = (&diagnostic.object, &diagnostic.path) {
        message.push_str(&format!("\nin {object}: {path}"));
    }
    let others = diagnostic
        .secondary
        .iter()
        .filter(|_| related)
        .filter_map(|label| Some(DiagnosticRelatedInformation { location: locate(label.span)?, message: label.text.clone() }));
    let others: Vec<DiagnosticRelatedInformation> = others.collect();
    let fix = diagnostic.fix.as_ref().and_then(|fix| {
        let location = locate(fix.span)?;
        Some((location.uri, TextEdit { range: location.range, new_text: fix.text.clone() }))
    });
    let diagnostic = lsp_types::Diagnostic {
        range: at.range,
        severity: Some(match diagnostic.severity {
            Severity::Error => DiagnosticSeverity::ERROR,
            Severity::Warning => DiagnosticSeverity::WARNING,
        }),
        code: Some(NumberOrString::String(diagnostic.code.name.into())),
        source: Some("kdsl".into()),
        message,
        related_information: (!others.is_empty()).then_some(others),
        ..Default::default()
    };
    Found { uri: at.uri, diagnostic, fix }
}

/// A completion; what is said about it at length is sent when it is asked for, by its number.
pub fn completion(number: usize, completion: &Completion, lines: &Lines, snippets: bool) -> CompletionItem {
    let (text, format) = match &completion.snippet {
        Some(snippet) if snippets => (snippet.clone(), InsertTextFormat::SNIPPET),
        _ => (completion.insert.clone(), InsertTextFormat::PLAIN_TEXT),
    };
    CompletionItem {
        label: completion.label.clone(),
        kind: Some(match completion.kind {
            CompletionKind::Field => CompletionItemKind::FIELD,
            CompletionKind::Variable => CompletionItemKind::VARIABLE,
            CompletionKind::Param => CompletionItemKind::CONSTANT,
            CompletionKind::Function => CompletionItemKind::FUNCTION,
            CompletionKind::Kind => CompletionItemKind::CLASS,
            CompletionKind::NativeKind => CompletionItemKind::STRUCT,
            CompletionKind::Type => CompletionItemKind::INTERFACE,
            CompletionKind::Value => CompletionItemKind::ENUM_MEMBER,
            CompletionKind::Label => CompletionItemKind::REFERENCE,
            CompletionKind::Keyword => CompletionItemKind::KEYWORD,
            CompletionKind::Declaration => CompletionItemKind::MODULE,
            CompletionKind::Import => CompletionItemKind::MODULE,
            CompletionKind::File => CompletionItemKind::FILE,
        }),
        detail: (!completion.detail.is_empty()).then(|| completion.detail.clone()),
        sort_text: Some(format!("{:02}", completion.rank)),
        filter_text: Some(completion.label.clone()),
        insert_text_format: Some(format),
        text_edit: Some(CompletionTextEdit::Edit(TextEdit { range: lines.range(completion.replace.clone()), new_text: text })),
        data: Some(number.into()),
        ..Default::default()
    }
}

#[allow(deprecated, reason = "the field must be given")]
pub fn symbol(symbol: &Symbol, lines: &Lines) -> DocumentSymbol {
    DocumentSymbol {
        name: symbol.name.clone(),
        detail: (!symbol.detail.is_empty()).then(|| symbol.detail.clone()),
        kind: symbol_kind(symbol.sort),
        tags: None,
        deprecated: None,
        range: lines.range(symbol.range.clone()),
        selection_range: lines.range(symbol.name_range.clone()),
        children: Some(symbol.children.iter().map(|child| self::symbol(child, lines)).collect()),
    }
}

pub fn symbol_kind(sort: SymbolSort) -> SymbolKind {
    match sort {
        SymbolSort::Namespace => SymbolKind::NAMESPACE,
        SymbolSort::Declaration => SymbolKind::OBJECT,
        SymbolSort::Variable => SymbolKind::VARIABLE,
        SymbolSort::Param => SymbolKind::CONSTANT,
        SymbolSort::Type => SymbolKind::INTERFACE,
        SymbolSort::Function => SymbolKind::FUNCTION,
        SymbolSort::Kind => SymbolKind::CLASS,
        SymbolSort::Field => SymbolKind::FIELD,
        SymbolSort::Rule | SymbolSort::Test => SymbolKind::EVENT,
        SymbolSort::Change => SymbolKind::MODULE,
    }
}

pub fn fold(fold: &Fold, lines: &Lines) -> Option<FoldingRange> {
    let range = lines.range(fold.range.clone());
    // The line with the closing bracket stays in sight.
    let end = if fold.is_comment { range.end.line } else { range.end.line.saturating_sub(1) };
    (end > range.start.line).then(|| FoldingRange {
        start_line: range.start.line,
        end_line: end,
        kind: Some(if fold.is_comment { FoldingRangeKind::Comment } else { FoldingRangeKind::Region }),
        ..Default::default()
    })
}

/// The names of the classes of words, in the order of their numbers.
pub const CLASSES: [&str; 13] = [
    "comment",
    "keyword",
    "string",
    "number",
    "operator",
    "variable",
    "parameter",
    "property",
    "function",
    "class",
    "type",
    "namespace",
    "struct",
];
pub const MODIFIERS: [&str; 2] = ["declaration", "defaultLibrary"];

fn class_number(class: Class) -> u32 {
    match class {
        Class::Comment => 0,
        Class::Keyword => 1,
        Class::String => 2,
        Class::Number => 3,
        Class::Operator => 4,
        Class::Variable => 5,
        Class::Parameter => 6,
        Class::Property => 7,
        Class::Function => 8,
        Class::Kind => 9,
        Class::Type => 10,
        Class::Module => 11,
        Class::Declaration => 12,
    }
}

/// The words of a text as the protocol packs them: each by its distance from the last, and none over two lines.
pub fn tokens(text: &str, colors: &[Colored], lines: &Lines, encoding: Encoding) -> Vec<SemanticToken> {
    let (mut out, mut last) = (Vec::new(), lsp_types::Position::default());
    for color in colors {
        let mut start = color.range.start;
        for part in text[color.range.clone()].split('\n') {
            let length = encoding.len(part.trim_end_matches('\r')) as u32;
            let at = lines.position(start);
            start += part.len() + 1;
            if length == 0 {
                continue;
            }
            let delta_line = at.line - last.line;
            let delta_start = if delta_line == 0 { at.character - last.character } else { at.character };
            let modifiers = u32::from(color.declares) | u32::from(color.is_built) << 1;
            out.push(SemanticToken {
                delta_line,
                delta_start,
                length,
                token_type: class_number(color.class),
                token_modifiers_bitset: modifiers,
            });
            last = at;
        }
    }
    out
}

/// One text made of another by as small a change as has one place.
pub fn change(old: &str, new: &str, lines: &Lines) -> Option<TextEdit> {
    if old == new {
        return None;
    }
    let start = old.char_indices().zip(new.chars()).find(|((_, a), b)| a != b).map_or(old.len().min(new.len()), |((at, _), _)| at);
    let (old_rest, new_rest) = (&old[start..], &new[start..]);
    let same: usize = old_rest.chars().rev().zip(new_rest.chars().rev()).take_while(|(a, b)| a == b).map(|(c, _)| c.len_utf8()).sum();
    let range = start..old.len() - same;
    Some(TextEdit { range: lines.range(range), new_text: new_rest[..new_rest.len() - same].to_string() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_is_as_small_as_it_can_be() {
        for (old, new) in [("abc", "axc"), ("aa", "aaa"), ("aaa", "aa"), ("", "x"), ("éa", "éb"), ("a\nb\n", "a\n\nb\n")] {
            let lines = Lines::new(old, Encoding::Utf16);
            let edit = change(old, new, &lines).expect("they differ");
            let mut text = old.to_string();
            text.replace_range(lines.offsets(edit.range), &edit.new_text);
            assert_eq!(text, new);
        }
        assert!(change("a", "a", &Lines::new("a", Encoding::Utf16)).is_none());
    }
}
