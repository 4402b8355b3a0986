//! Why an entry does not parse, in words.
//!
//! Reading stops where a token does not fit. From that position, the tokens around it and what kind of block the entry stands in, a list of checks
//! is gone through, from the most telling to the most general; the first that knows an answer gives the message.

use super::grammar;
use super::parse::Context;
use super::shape::{head_of, item_shape};
use super::split::{Split, Tok};
use super::token::Kind;
use super::trouble;
use crate::ast::Name;
use crate::diag::{Code, Diagnostic, codes};
use crate::source::Span;
use std::ops::Range;

/// The entry `toks` fails at offset `at`.
pub fn entry(split: &Split, toks: &Range<usize>, context: Context, at: u32) -> Diagnostic {
    let first = split.toks[toks.clone()].partition_point(|tok| tok.end <= at);
    let here = Here { split, toks: toks.clone(), context, tok: toks.start + first };
    Here::checks().iter().find_map(|check| check(&here)).unwrap_or_else(|| here.general())
}

/// A text that should be one expression fails at offset `at`.
pub fn expression(split: &Split, at: u32) -> Diagnostic {
    if split.toks.is_empty() {
        return Diagnostic::new(&codes::MISSING_VALUE, Span::new(split.base, split.base), "there is no expression");
    }
    entry(split, &(0..split.toks.len()), Context::Entries, at)
}

/// An entry that is a declaration where none can stand.
pub fn misplaced(split: &Split, toks: &Range<usize>, context: Context) -> Option<Diagnostic> {
    let inside = match context {
        Context::Items { .. } => return None,
        Context::Entries => "an instance or a record",
        Context::Members => "a kind",
        Context::Stmts => "a rule",
        Context::Typed => "a type",
    };
    let word = split.slice(toks.start);
    let declares = matches!(word, "kind" | "type" | "fn" | "crd" | "rule" | "test" | "param" | "refine" | "import");
    let named = toks.len() > 1 && matches!(split.kind(toks.start + 1), Some(Kind::Word | Kind::String));
    (declares && named).then(|| {
        let span = split.span(toks.start).to(split.span(toks.start + 1));
        let diagnostic = Diagnostic::new(&codes::MISPLACED, span, format!("a `{word}` cannot be declared inside {inside}"));
        diagnostic.help("declarations stand at top level").help(format!("if a field is meant, its key takes quotes: \"{word}\""))
    })
}

/// The names that an entry which was dropped might have declared.
pub fn lost_names(split: &Split, toks: &Range<usize>) -> Vec<Name> {
    let words = toks.clone().take_while(|&tok| matches!(split.kind(tok), Some(Kind::Word | Kind::Let | Kind::String)));
    words.skip(1).take(1).map(|tok| Name::from(split.slice(tok).trim_matches('"'))).collect()
}

/// The outermost brace blocks of an entry, by their opening token, and what each holds.
pub fn blocks(split: &Split, toks: &Range<usize>, context: Context) -> Vec<(usize, Context)> {
    let mut out = Vec::new();
    let mut tok = toks.start;
    // Set behind `=`, where only values stand.
    let mut in_value = false;
    while tok < toks.end {
        match split.toks[tok].kind {
            Kind::LBrace => {
                out.push((tok, block_context(split, toks, context, tok, in_value)));
                tok = split.skip(tok).max(tok + 1);
                continue;
            }
            Kind::Eq | Kind::PlusEq => in_value = split.slice(toks.start) != "type",
            _ => {}
        }
        tok += 1;
    }
    out
}

fn block_context(split: &Split, toks: &Range<usize>, context: Context, open: usize, in_value: bool) -> Context {
    if in_value || open > toks.start && starts_value(split.toks[open - 1].kind) {
        return Context::Entries;
    }
    let ends_entry = split.skip(open) >= toks.end;
    let word = split.slice(toks.start);
    let branches = matches!(split.kind(toks.start), Some(Kind::If | Kind::For));
    match context {
        Context::Typed => Context::Typed,
        Context::Entries => Context::Entries,
        Context::Stmts if branches => Context::Stmts,
        Context::Stmts => Context::Entries,
        Context::Members if word == "emit" && open == toks.start + 1 => Context::Items { in_test: false },
        Context::Members if word == "export" && open == toks.start + 1 => Context::Entries,
        Context::Members if has_type(split, toks, open) => Context::Typed,
        Context::Members => Context::Members,
        Context::Items { .. } if branches => context,
        Context::Items { in_test } => match word {
            "kind" | "crd" => Context::Members,
            "type" | "refine" => Context::Typed,
            "rule" => Context::Stmts,
            "fn" | "param" => Context::Typed,
            "test" if ends_entry => Context::Items { in_test: true },
            "expect" => Context::Items { in_test: true },
            "namespace" => Context::Items { in_test },
            "extend" if toks.len() > 1 && split.slice(toks.start + 1) == "namespace" => Context::Items { in_test },
            _ => Context::Entries,
        },
    }
}

/// Whether a brace behind this token is a value's: a record in an operator's reach.
fn starts_value(kind: Kind) -> bool {
    use Kind::*;
    matches!(
        kind,
        EqEq | NotEq | Less | LessEq | Greater | GreaterEq | In | And | Or | Not | Coalesce | FatArrow | LParen | Ellipsis | Then
    )
}

fn has_type(split: &Split, toks: &Range<usize>, before: usize) -> bool {
    (toks.start..before).any(|tok| split.toks[tok].kind == Kind::Colon)
}

/// The place at which an entry fails.
struct Here<'s> {
    split: &'s Split<'s>,
    toks: Range<usize>,
    context: Context,
    /// The token that does not fit; `toks.end` where the entry ends too early.
    tok: usize,
}

impl<'s> Here<'s> {
    /// The most telling first.
    fn checks() -> [fn(&Here<'s>) -> Option<Diagnostic>; 17] {
        [
            Here::reserved_key,
            Here::dash,
            Here::number_forms,
            Here::doubled_equals,
            Here::colon,
            Here::missing_value,
            Here::missing_operand,
            Here::missing_type,
            Here::reserved_value,
            Here::if_without_then,
            Here::stray_else,
            Here::open_angle,
            Here::head,
            Here::two_commas,
            Here::lambda,
            Here::missing_comma,
            Here::bare_head,
        ]
    }

    fn kind(&self) -> Option<Kind> {
        self.kind_at(self.tok)
    }

    fn kind_at(&self, tok: usize) -> Option<Kind> {
        if self.toks.contains(&tok) { self.split.kind(tok) } else { None }
    }

    fn before(&self, count: usize) -> Option<usize> {
        self.tok.checked_sub(count).filter(|tok| *tok >= self.toks.start)
    }

    fn prev(&self) -> Option<Kind> {
        self.kind_at(self.before(1)?)
    }

    fn word(&self) -> &str {
        self.split.slice(self.toks.start)
    }

    /// The place itself: the token, or behind the last one.
    fn span(&self) -> Span {
        if self.tok < self.toks.end { self.split.span(self.tok) } else { self.split.span(self.toks.end - 1).after() }
    }

    fn error(&self, code: &'static Code, message: impl Into<String>) -> Diagnostic {
        Diagnostic::new(code, self.span(), message)
    }

    fn adjacent(&self, left: usize) -> bool {
        self.split.toks.get(left + 1).is_some_and(|right| right.start == self.split.toks[left].end)
    }

    /// Whether a value has to follow the token before.
    fn wants_value(&self) -> bool {
        self.prev().is_some_and(wants_value)
    }

    // ---- the checks ----

    fn reserved_key(&self) -> Option<Diagnostic> {
        let first = self.toks.start;
        let kind = self.kind_at(first)?;
        let assigns = |kind| matches!(kind, Some(Kind::Eq | Kind::PlusEq | Kind::Colon));
        let second = self.kind_at(first + 1);
        let labelled = kind != Kind::Let && second == Some(Kind::Word) && assigns(self.kind_at(first + 2));
        let is_key = assigns(second) || labelled || second == Some(Kind::LBrace) && kind != Kind::If;
        (kind.is_reserved() && is_key).then(|| grammar::reserved_key(self.word(), self.split.span(first)))
    }

    fn dash(&self) -> Option<Diagnostic> {
        if self.kind_at(self.toks.start)? != Kind::Minus {
            return None;
        }
        let diagnostic = trouble::at(self.split, self.toks.start, &codes::FOREIGN_SYNTAX, "an entry cannot start with `-`");
        Some(diagnostic.help("a list is written in brackets: `[a, b]`").help("to go on with a subtraction, end the line above with `-`"))
    }

    fn number_forms(&self) -> Option<Diagnostic> {
        let kinds = |from: usize| [self.kind_at(from), self.kind_at(from + 1), self.kind_at(from + 2)];
        // `1.2.3` may be noticed at the second point or behind it.
        for first in [self.before(1), self.before(2)].into_iter().flatten() {
            if kinds(first) == [Some(Kind::Number), Some(Kind::Dot), Some(Kind::Number)] && self.adjacent(first) {
                return Some(self.version(first));
            }
        }
        let prev = self.before(1);
        match (self.prev(), self.kind()?) {
            (_, Kind::Dot) if self.kind_at(self.tok + 1) == Some(Kind::Number) && self.adjacent(self.tok) => {
                let span = self.span().to(self.split.span(self.tok + 1));
                let number = format!("0.{}", self.split.slice(self.tok + 1));
                Some(Diagnostic::new(&codes::MALFORMED_NUMBER, span, "a number starts with a digit").fix(span, number))
            }
            (Some(Kind::Number), Kind::Word) => self.number_and_word(prev?),
            (Some(before), Kind::Ellipsis) if ends_value(before) && prev.is_some_and(|prev| self.adjacent(prev)) => {
                let diagnostic = self.error(&codes::SYNTAX, "a range is written with two points");
                Some(diagnostic.help("`1..5` is a range, `...x` merges a record or a list").fix(self.span(), ".."))
            }
            _ => None,
        }
    }

    fn version(&self, first: usize) -> Diagnostic {
        let mut last = first + 2;
        while self.kind_at(last + 1) == Some(Kind::Dot) && self.kind_at(last + 2) == Some(Kind::Number) {
            last += 2;
        }
        let span = self.split.span(first).to(self.split.span(last));
        let text = &self.split.text[self.split.toks[first].start as usize..self.split.toks[last].end as usize];
        let diagnostic = Diagnostic::new(&codes::MALFORMED_NUMBER, span, "a number has one decimal point at most");
        diagnostic.help(format!("a version is text: \"{text}\"")).fix(span, format!("\"{text}\""))
    }

    /// `1_000`, `5 m`, `5 Mi`.
    fn number_and_word(&self, number: usize) -> Option<Diagnostic> {
        let (digits, word) = (self.split.slice(number), self.split.slice(self.tok));
        let span = self.split.span(number).to(self.span());
        let error = |message: &str, fix: String| {
            Some(Diagnostic::new(&codes::MALFORMED_NUMBER, span, message).help(format!("write {fix}")).fix(span, fix))
        };
        if self.adjacent(number) && word.starts_with('_') {
            return error("digits are not grouped with `_`", format!("{digits}{}", word.replace('_', "")));
        }
        let is_unit = matches!(word, "m" | "k" | "M" | "G" | "T" | "Ki" | "Mi" | "Gi" | "Ti" | "Pi" | "ms" | "s" | "min" | "h" | "d");
        if is_unit && digits.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.') {
            return error("a unit stands directly behind its number", format!("{digits}{word}"));
        }
        None
    }

    fn doubled_equals(&self) -> Option<Diagnostic> {
        let doubled = matches!((self.prev()?, self.kind()?), (Kind::Eq | Kind::PlusEq, Kind::Eq | Kind::EqEq | Kind::PlusEq));
        doubled.then(|| self.error(&codes::SYNTAX, "a second `=` where a value is expected").help("remove it").fix(self.span(), ""))
    }

    fn colon(&self) -> Option<Diagnostic> {
        if self.kind()? != Kind::Colon {
            return None;
        }
        let is_head = self.tok == self.toks.start + 2 && matches!(self.prev(), Some(Kind::Word | Kind::String));
        if is_head {
            let head = &self.split.text[self.split.bytes(&(self.toks.start..self.tok))];
            let diagnostic = self.error(&codes::FOREIGN_SYNTAX, "a block stands in braces, not behind `:`");
            return Some(diagnostic.help(format!("write {head} {{ … }}")));
        }
        let diagnostic = self.error(&codes::FOREIGN_SYNTAX, "`=` stands between a key and its value, not `:`");
        let gap = if self.before(1).is_some_and(|prev| self.adjacent(prev)) { " =" } else { "=" };
        Some(match self.context {
            Context::Entries => diagnostic.fix(self.span(), gap),
            _ => diagnostic.help("`name: Type` declares a field in a kind or a type").fix(self.span(), gap),
        })
    }

    fn missing_value(&self) -> Option<Diagnostic> {
        let prev = self.before(1)?;
        let kind = self.split.toks[prev].kind;
        if kind.opens_interpolation() && self.kind().is_some_and(Kind::closes_interpolation) {
            let span = Span::new(self.split.span(prev).end - 2, self.split.span(self.tok).start + 1);
            let diagnostic = Diagnostic::new(&codes::MISSING_VALUE, span, "an interpolation without an expression");
            return Some(diagnostic.help("write the value's name between the braces, or `\\$` for a dollar sign"));
        }
        let ends = self.kind().is_none_or(ends_place);
        if !ends || !wants_value(kind) || matches!(kind, Kind::LParen | Kind::LBracket | Kind::Comma | Kind::LBrace) {
            return None;
        }
        let text = self.split.slice(prev);
        let diagnostic = Diagnostic::new(&codes::MISSING_VALUE, self.split.span(prev), format!("a value is missing after `{text}`"));
        let indent = self.split.toks[self.toks.start].indent;
        let begins_line = |tok: &Tok| tok.flags & super::split::LINE != 0 && tok.indent <= indent && !ends_place(tok.kind);
        Some(match self.kind() {
            None if self.split.toks.get(self.toks.end).is_some_and(begins_line) => {
                diagnostic.help("a value on the next line is indented deeper than its entry")
            }
            _ => diagnostic,
        })
    }

    /// `1 + then 2`, where `then` was read as the operand.
    fn missing_operand(&self) -> Option<Diagnostic> {
        let taken = matches!(self.prev()?, Kind::Then | Kind::Else | Kind::For | Kind::In | Kind::And | Kind::Or);
        let before = self.before(2).filter(|_| taken)?;
        let kind = self.split.toks[before].kind;
        let wants = wants_value(kind) && !matches!(kind, Kind::LParen | Kind::LBracket | Kind::Comma);
        wants.then(|| {
            trouble::at(self.split, before, &codes::MISSING_VALUE, format!("a value is missing after `{}`", self.split.slice(before)))
        })
    }

    fn missing_type(&self) -> Option<Diagnostic> {
        let prev = self.prev()?;
        let ends = self.kind().is_none_or(|kind| ends_place(kind) || kind == Kind::Eq);
        if !ends || !matches!(prev, Kind::Colon | Kind::Arrow | Kind::Pipe) {
            return None;
        }
        let text = self.split.slice(self.before(1)?);
        Some(self.error(&codes::SYNTAX, format!("a type is missing after `{text}`")))
    }

    fn reserved_value(&self) -> Option<Diagnostic> {
        let kind = self.kind()?;
        let starts_expression = matches!(kind, Kind::True | Kind::False | Kind::Null | Kind::If | Kind::Not);
        let wrong = self.wants_value() && kind.is_reserved() && !starts_expression;
        wrong.then(|| grammar::reserved_value(self.split.slice(self.tok), self.span()))
    }

    fn if_without_then(&self) -> Option<Diagnostic> {
        let open = (self.toks.start + 1..self.tok).rev().find(|&tok| {
            self.split.toks[tok].kind == Kind::If
                && self.split.toks[tok - 1].kind != Kind::Else
                && wants_value(self.split.toks[tok - 1].kind)
        })?;
        let has = |kind| (open..self.tok).any(|tok| self.split.toks[tok].kind == kind);
        let (word, after) = match (has(Kind::Then), has(Kind::Else)) {
            (false, _) => ("then", "the condition"),
            (true, false) => ("else", "the value"),
            (true, true) => return None,
        };
        if self.prev().is_some_and(wants_value) {
            return None;
        }
        let diagnostic = self.error(&codes::SYNTAX, format!("`{word}` is missing after {after} of this `if`"));
        Some(diagnostic.also(self.split.span(open), "the `if`").help("as a value it is written `if condition then a else b`"))
    }

    fn stray_else(&self) -> Option<Diagnostic> {
        if self.kind()? != Kind::Else {
            return None;
        }
        let first = (self.toks.start..self.tok).find(|&tok| self.split.toks[tok].kind == Kind::Else);
        Some(match first {
            Some(first) => self.error(&codes::SYNTAX, "an `if` has only one `else`").also(self.split.span(first), "the first one"),
            None => self.error(&codes::SYNTAX, "this `else` belongs to no `if`"),
        })
    }

    fn open_angle(&self) -> Option<Diagnostic> {
        let open = (self.toks.start..self.tok).rev().find(|&tok| self.split.toks[tok].kind == Kind::Less)?;
        let closed = (open..self.tok).any(|tok| matches!(self.split.toks[tok].kind, Kind::Greater | Kind::GreaterEq));
        let in_type = has_type(self.split, &self.toks, open) || self.word() == "type";
        let wrong = in_type && !closed && !matches!(self.prev(), Some(Kind::Less | Kind::Comma));
        wrong.then(|| {
            let diagnostic = trouble::at(self.split, open, &codes::UNBALANCED_BRACKET, "this `<` is never closed");
            diagnostic.help("the arguments of a type stand between `<` and `>`: Map<String, Int>")
        })
    }

    /// The head of a statement, held against how it is written.
    fn head(&self) -> Option<Diagnostic> {
        let mut prev = self.toks.start;
        for want in head_of(self.context, self.word()) {
            let found = prev + 1;
            let fits = self.kind_at(found).is_some_and(|kind| want.accepts(kind, self.split.slice(found)));
            if !fits {
                let here = Here { split: self.split, toks: self.toks.clone(), context: self.context, tok: found };
                let message = format!("expected {} after {}", want.shown(), self.shown(prev));
                let diagnostic = here.error(&codes::SYNTAX, message);
                return Some(match self.shape() {
                    Some(shape) => diagnostic.help(format!("it is written `{shape}`")),
                    None => diagnostic,
                });
            }
            prev = self.split.skip(found) - 1;
        }
        None
    }

    fn two_commas(&self) -> Option<Diagnostic> {
        let is_slip = self.kind()? == Kind::Comma && matches!(self.prev()?, Kind::Comma | Kind::LParen | Kind::LBracket | Kind::LBrace);
        is_slip.then(|| trouble::empty_entry(self.split, self.tok))
    }

    fn lambda(&self) -> Option<Diagnostic> {
        let is_lambda = self.kind()? == Kind::FatArrow;
        is_lambda.then(|| {
            let diagnostic = self.error(&codes::SYNTAX, "a function without a name stands only as an argument");
            diagnostic.help("as in find(xs, x => x.name == \"a\"); name others with `fn f(x: Int) -> Int = …`")
        })
    }

    fn missing_comma(&self) -> Option<Diagnostic> {
        let (prev, kind) = (self.prev()?, self.kind()?);
        if !ends_value(prev) || !starts_operand(kind) {
            return None;
        }
        let between = self.split.span(self.tok - 1).after();
        let (message, what) = match self.innermost() {
            Some(open) if self.split.toks[open].kind.opens_interpolation() => {
                let diagnostic = self.error(&codes::SYNTAX, "an interpolation holds one expression");
                return Some(diagnostic.help("write `${a} ${b}` for two, or join them with an operator"));
            }
            Some(open) if self.split.toks[open].kind == Kind::LBracket => ("a comma is missing between two elements", "elements of a list"),
            Some(open) if self.split.toks[open].kind == Kind::LParen => ("a comma is missing between two arguments", "arguments"),
            Some(_) => ("a comma or a newline is missing between two entries", "entries on one line"),
            None if self.has_value() => ("a comma or a newline is missing between two entries", "entries on one line"),
            None => return None,
        };
        let diagnostic = self.error(&codes::MISSING_COMMA, message).label("the next one starts here");
        Some(diagnostic.help(format!("{what} are separated by commas")).fix(between, ","))
    }

    /// The innermost bracket of this entry that is open at the place.
    fn innermost(&self) -> Option<usize> {
        let closes = |tok: usize| self.split.skip(tok) > self.tok || self.split.toks[tok].mate as usize == self.tok;
        (self.toks.start..self.tok).rev().find(|&tok| {
            let tok_kind = self.split.toks[tok].kind;
            let opens = matches!(tok_kind, Kind::LBrace | Kind::LBracket | Kind::LParen) || tok_kind.opens_interpolation();
            opens && closes(tok)
        })
    }

    /// Whether the entry has got its value before the place.
    fn has_value(&self) -> bool {
        let mut tok = self.toks.start;
        while tok < self.tok {
            if matches!(self.split.toks[tok].kind, Kind::Eq | Kind::PlusEq | Kind::LBrace) {
                return true;
            }
            tok = self.split.skip(tok);
        }
        false
    }

    /// A key, or a head and a label, and nothing more.
    fn bare_head(&self) -> Option<Diagnostic> {
        let all_words = self.toks.clone().all(|tok| matches!(self.split.kind(tok), Some(Kind::Word | Kind::String)));
        if self.tok != self.toks.end || !all_words || self.shape().is_some() {
            return None;
        }
        let text = &self.split.text[self.split.bytes(&self.toks)];
        let span = self.split.span(self.toks.start).to(self.split.span(self.toks.end - 1));
        let diagnostic = Diagnostic::new(&codes::SYNTAX, span, format!("`{text}` has no value"));
        Some(match self.toks.len() {
            1 | 2 => diagnostic.help(format!("write `{text} = …` or `{text} {{ … }}`")),
            _ => diagnostic.help("an entry is a key, perhaps a label, and then `=` or a block"),
        })
    }

    // ---- what remains ----

    fn general(&self) -> Diagnostic {
        let message = match (self.before(1), self.kind()) {
            (None, _) => format!("an entry cannot start with {}", self.found()),
            (Some(prev), None) => format!("something is missing after {}", self.shown(prev)),
            (Some(prev), Some(_)) => format!("{} does not fit after {}", self.found(), self.shown(prev)),
        };
        let diagnostic = self.error(&codes::SYNTAX, message);
        match self.shape() {
            Some(shape) => diagnostic.help(format!("it is written `{shape}`")),
            None if self.wants_value() => diagnostic.help("a value is expected here"),
            None => diagnostic,
        }
    }

    fn found(&self) -> String {
        if self.tok < self.toks.end { self.shown(self.tok) } else { "this".into() }
    }

    fn shown(&self, tok: usize) -> String {
        let text = self.split.slice(tok);
        match self.split.toks[tok].kind {
            kind if kind.starts_string() => "the string".into(),
            kind if kind.closes_interpolation() => "the interpolation".into(),
            _ => format!("`{text}`"),
        }
    }

    /// How the statement is written that starts with this entry's word.
    fn shape(&self) -> Option<&'static str> {
        let word = self.word();
        let common = match word {
            "let" => "let name = value",
            "if" => "if condition { … } else { … }",
            "for" => "for x in xs { … }",
            "waive" => "waive rule-name = \"why\"",
            _ => "",
        };
        let special = match (self.context, word) {
            (Context::Items { .. }, _) => item_shape(word),
            (Context::Members | Context::Stmts, "require") => "require condition else \"message\"",
            (Context::Members, "primary") => "primary name: Type",
            (Context::Members, "column") => "column Name = value",
            (Context::Members, "emit") => "emit { … }",
            (Context::Members, "export") => "export { name = value }",
            (Context::Stmts, "deny") => "deny \"message\" at value",
            (Context::Stmts, "warn") => "warn \"message\" at value",
            (Context::Stmts, "help") => "help \"what to do\"",
            (Context::Stmts, _) => "deny \"message\" at value",
            (Context::Typed, _) => "name: Type",
            (Context::Members | Context::Entries, _) => "",
        };
        [common, special].into_iter().find(|shape| !shape.is_empty())
    }
}

fn wants_value(kind: Kind) -> bool {
    use Kind::*;
    matches!(
        kind,
        Eq | PlusEq
            | Plus
            | Minus
            | Star
            | Slash
            | EqEq
            | NotEq
            | Less
            | LessEq
            | Greater
            | GreaterEq
            | Coalesce
            | And
            | Or
            | Not
            | In
            | Then
            | FatArrow
            | Ellipsis
            | LParen
            | LBracket
            | Comma
            | Else
            | If
    )
}

/// Whether the token ends the place where a value could stand.
fn ends_place(kind: Kind) -> bool {
    use Kind::*;
    matches!(kind, Comma | RBrace | RParen | RBracket | Then | Else) || kind.closes_interpolation()
}

fn ends_value(kind: Kind) -> bool {
    use Kind::*;
    kind == Word
        || matches!(
            kind,
            Number | True | False | Null | RParen | RBracket | RBrace | String | Text | Raw | StringClose | TextClose | DotDot
        )
}

fn starts_operand(kind: Kind) -> bool {
    use Kind::*;
    kind.starts_string()
        || kind.is_word() && !matches!(kind, Then | Else | And | Or | In)
        || matches!(kind, Number | LBrace | LBracket | LParen | Ellipsis)
}
