//! Entry blocks: the body of an instance, and records.

use super::{Lower, P, Ps, next};
use crate::ast::*;
use crate::diag::{Diagnostic, codes};
use crate::source::Span;
use crate::syntax::parse::Rule;

impl Lower<'_> {
    pub fn block(&self, pair: P) -> Block {
        let span = self.span(&pair);
        let entries = self.entries(pair.into_inner());
        Block { entries, span, broken: self.is_broken(span) }
    }

    pub fn entries(&self, pairs: Ps) -> Vec<Entry> {
        let mut out = Vec::with_capacity(pairs.len());
        out.extend(pairs.filter(|pair| pair.as_rule() != Rule::EOI).map(|pair| self.entry(pair)));
        out
    }

    fn entry(&self, pair: P) -> Entry {
        match pair.as_rule() {
            Rule::field => self.field(pair),
            Rule::spread => Entry::Spread(self.expr(next(&mut pair.into_inner()))),
            Rule::if_entry => Entry::If(self.if_(pair, &|block| self.entries(block.into_inner()), Entry::If)),
            Rule::for_entry => Entry::For(self.for_(pair, &|block| self.entries(block.into_inner()))),
            Rule::let_ => Entry::Let(self.let_(pair)),
            rule => unreachable!("{rule:?} is no entry"),
        }
    }

    fn field(&self, pair: P) -> Entry {
        let (span, doc) = (self.span(&pair), self.doc(&pair));
        let mut inner = pair.into_inner();
        let first = next(&mut inner);
        let second = next(&mut inner);
        let Some(third) = inner.next() else {
            let key = self.key(first);
            return Entry::Field(Field { key, label: None, value: self.value(second), doc, span });
        };
        if first.as_str() == "waive" {
            return Entry::Waive(self.waive(second, third, span));
        }
        let key = self.key(first);
        Entry::Field(Field { key, label: Some(self.key(second)), value: self.value(third), doc, span })
    }

    pub fn value(&self, pair: P) -> FieldValue {
        match pair.as_rule() {
            Rule::block => FieldValue::Block(self.block(pair)),
            Rule::append => FieldValue::Append(self.expr(next(&mut pair.into_inner()))),
            _ => FieldValue::Set(self.expr(pair)),
        }
    }

    /// `waive rule-name = reason`
    pub fn waive(&self, rule: P, value: P, span: Span) -> Waive {
        let rule = match self.key(rule) {
            Key::Name(rule) => rule,
            Key::Str(lit) => {
                let diagnostic = Diagnostic::new(&codes::SYNTAX, lit.span, "the name of a rule stands without quotes");
                self.error(diagnostic.help("write waive image-pinned = \"why\""));
                Ident { name: Name::from(lit.as_static().unwrap_or("")), span: lit.span }
            }
        };
        let at = self.span(&value);
        let reason = match self.value(value) {
            FieldValue::Set(reason) => reason,
            FieldValue::Append(reason) => {
                self.error(Diagnostic::new(&codes::SYNTAX, at, "a waiver is given with `=`: waive image-pinned = \"why\""));
                reason
            }
            // A record of reason and date reads the same with and without `=`.
            FieldValue::Block(block) => Expr { span: block.span, kind: ExprKind::Record(Box::new(block)) },
        };
        Waive { rule, reason, span }
    }
}
