//! The outline of a file, and what of it can be folded.

use super::Analysis;
use crate::ast::{self, ExtendBody, FieldDecl, Item, Key, Member, Target, TypeExprKind};
use crate::source::Span;
use crate::syntax::token::{self, Kind};
use std::ops::Range;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Symbol {
    pub name: String,
    pub detail: String,
    pub sort: SymbolSort,
    /// In bytes.
    pub range: Range<usize>,
    /// The name alone, within `range`.
    pub name_range: Range<usize>,
    pub children: Vec<Symbol>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SymbolSort {
    Namespace,
    Declaration,
    Variable,
    Param,
    Type,
    Function,
    Kind,
    Field,
    Rule,
    Test,
    Change,
}

/// The outline of a file.
pub fn symbols(analysis: &Analysis, file: &str) -> Vec<Symbol> {
    let Some(ast) = analysis.ast(file) else { return Vec::new() };
    items(analysis, &ast.items)
}

fn items(analysis: &Analysis, items: &[Item]) -> Vec<Symbol> {
    items.iter().flat_map(|one| item(analysis, one)).collect()
}

fn item(analysis: &Analysis, item: &Item) -> Vec<Symbol> {
    use SymbolSort as Sort;
    let ident = |name: &ast::Ident, sort, detail: &str, span| symbol(analysis, name.name.as_str(), detail, sort, span, name.span);
    let one = match item {
        Item::Let(decl) => ident(&decl.name, Sort::Variable, "let", decl.span),
        Item::Param(decl) => ident(&decl.name, Sort::Param, &analysis.slice(decl.ty.span), decl.span),
        Item::Type(decl) => {
            let children = match &decl.ty.kind {
                TypeExprKind::Record(list) => fields(analysis, list),
                TypeExprKind::Name(_) | TypeExprKind::Generic { .. } | TypeExprKind::Refined { .. } | TypeExprKind::List(_) => Vec::new(),
                TypeExprKind::Literal(_) | TypeExprKind::Union(_) | TypeExprKind::Optional(_) => Vec::new(),
            };
            ident(&decl.name, Sort::Type, "type", decl.span).map(|symbol| Symbol { children, ..symbol })
        }
        Item::Fn(decl) => ident(&decl.name, Sort::Function, "fn", decl.span),
        Item::Kind(decl) => {
            let children = members(analysis, &decl.members);
            ident(&decl.name, Sort::Kind, "kind", decl.span).map(|symbol| Symbol { children, ..symbol })
        }
        Item::Crd(decl) => ident(&decl.body.name, Sort::Kind, "crd", decl.body.span),
        Item::Refine(decl) => ident(&decl.ty.name, Sort::Rule, "refine", decl.span),
        Item::Rule(decl) => ident(&decl.name, Sort::Rule, &format!("rule on {}", decl.on.name.name), decl.span),
        Item::Test(decl) => symbol(analysis, &text(analysis, decl.name.span), "test", Sort::Test, decl.span, decl.name.span),
        Item::Namespace(decl) => {
            let children = self::items(analysis, &decl.items);
            key(analysis, &decl.label, "namespace", Sort::Namespace, decl.span).map(|symbol| Symbol { children, ..symbol })
        }
        Item::Instance(decl) => key(analysis, &decl.label, &analysis.slice(decl.head.span()), Sort::Declaration, decl.span),
        Item::Extend(decl) => {
            let detail = format!("extend {}", analysis.slice(decl.head.span()));
            let children = match &decl.body {
                ExtendBody::Items(inner) => self::items(analysis, inner),
                ExtendBody::Block(_) => Vec::new(),
            };
            let made = match &decl.target {
                Target::Label(label) => key(analysis, label, &detail, Sort::Change, decl.span),
                Target::All(span) => symbol(analysis, "*", &detail, Sort::Change, decl.span, *span),
            };
            made.map(|symbol| Symbol { children, ..symbol })
        }
        Item::Remove(decl) => key(analysis, &decl.label, &format!("remove {}", analysis.slice(decl.head.span())), Sort::Change, decl.span),
        Item::If(cond) => return [items(analysis, &cond.then), items(analysis, &cond.otherwise)].concat(),
        Item::For(each) => return items(analysis, &each.body),
        Item::Entry(_) | Item::Import(_) | Item::Base(_) | Item::Waive(_) | Item::Assert(_) | Item::Expect(_) => None,
    };
    one.into_iter().collect()
}

fn members(analysis: &Analysis, list: &[Member]) -> Vec<Symbol> {
    let mut out = Vec::new();
    for member in list {
        match member {
            Member::Field(decl) => out.extend(field(analysis, decl)),
            Member::Nested(decl) => {
                let children = members(analysis, &decl.members);
                let made = symbol(analysis, &decl.name.name, "", SymbolSort::Field, decl.span, decl.name.span);
                out.extend(made.map(|symbol| Symbol { children, ..symbol }));
            }
            Member::Let(decl) => out.extend(symbol(analysis, &decl.name.name, "let", SymbolSort::Variable, decl.span, decl.name.span)),
            Member::Emit(inner) => out.extend(items(analysis, inner)),
            Member::Set(_) | Member::Require(_) | Member::If(_) | Member::Export(_) | Member::Column(_) => {}
        }
    }
    out
}

fn fields(analysis: &Analysis, list: &[FieldDecl]) -> Vec<Symbol> {
    list.iter().filter_map(|decl| field(analysis, decl)).collect()
}

fn field(analysis: &Analysis, decl: &FieldDecl) -> Option<Symbol> {
    symbol(analysis, &decl.name.name, &analysis.slice(decl.ty.span), SymbolSort::Field, decl.span, decl.name.span)
}

fn key(analysis: &Analysis, key: &Key, detail: &str, sort: SymbolSort, span: Span) -> Option<Symbol> {
    symbol(analysis, &text(analysis, key.span()), detail, sort, span, key.span())
}

fn symbol(analysis: &Analysis, name: &str, detail: &str, sort: SymbolSort, span: Span, name_span: Span) -> Option<Symbol> {
    let (range, name_range) = (analysis.place(span.to(name_span))?.range, analysis.place(name_span)?.range);
    let name = if name.is_empty() { "…" } else { name };
    let detail = detail.split_whitespace().collect::<Vec<_>>().join(" ");
    Some(Symbol { name: name.into(), detail, sort, range, name_range, children: Vec::new() })
}

fn text(analysis: &Analysis, span: Span) -> String {
    analysis.slice(span).trim_matches('"').to_string()
}

/// A part of a text that can be shown as one line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fold {
    pub range: Range<usize>,
    pub is_comment: bool,
}

/// Brackets over several lines, texts over several lines, and comments of several lines.
pub fn folds(text: &str) -> Vec<Fold> {
    let (mut open, mut out) = (Vec::new(), Vec::new());
    // The comment lines that follow each other, and how many newlines came since the last.
    let mut comment: Option<(Range<usize>, usize)> = None;
    let mut newlines = 0;
    for token in token::tokens(text) {
        let range = token.start as usize..token.end as usize;
        match token.kind {
            Kind::Newline => newlines += 1,
            Kind::Blank => {}
            Kind::Comment | Kind::Doc => {
                comment = Some(match comment.take() {
                    Some((before, lines)) if newlines <= 1 => (before.start..range.end, lines + 1),
                    earlier => {
                        out.extend(earlier.and_then(comment_fold));
                        (range, 1)
                    }
                });
                newlines = 0;
            }
            kind => {
                out.extend(comment.take().and_then(comment_fold));
                newlines = 0;
                match kind {
                    Kind::LBrace | Kind::LParen | Kind::LBracket => open.push(range.start),
                    Kind::RBrace | Kind::RParen | Kind::RBracket => {
                        if let Some(start) = open.pop() {
                            push_fold(text, start..range.end, &mut out);
                        }
                    }
                    Kind::Text | Kind::Raw => push_fold(text, range, &mut out),
                    _ => {}
                }
            }
        }
    }
    out.extend(comment.and_then(comment_fold));
    out.sort_by_key(|fold| fold.range.start);
    out
}

fn comment_fold((range, lines): (Range<usize>, usize)) -> Option<Fold> {
    (lines > 1).then_some(Fold { range, is_comment: true })
}

fn push_fold(text: &str, range: Range<usize>, out: &mut Vec<Fold>) {
    if text[range.clone()].contains('\n') {
        out.push(Fold { range, is_comment: false });
    }
}
