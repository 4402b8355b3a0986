//! Entry blocks: the body of an instance, and records.

use super::{Parser, Start, Step};
use crate::ast::*;
use crate::diag::{Diagnostic, codes};
use crate::syntax::token::Kind;

impl Parser<'_> {
    pub fn block(&mut self) -> Step<Block> {
        let start = self.here();
        let entries = self.entries()?;
        let span = self.since(start);
        Ok(Block { entries, span, broken: self.is_broken(span) })
    }

    pub fn entries(&mut self) -> Step<Vec<Entry>> {
        self.braced(Self::entry)
    }

    pub fn entry(&mut self) -> Step<Entry> {
        match self.cur {
            Kind::Ellipsis => self.spread().map(Entry::Spread),
            Kind::If => self.if_(Self::entries, Entry::If).map(Entry::If),
            Kind::For => self.for_(Self::entries).map(Entry::For),
            Kind::Let => self.let_().map(Entry::Let),
            _ => self.field(),
        }
    }

    /// `f = e`, `f { }`, `f += e`, `f label = e`, `f label { }`
    fn field(&mut self) -> Step<Entry> {
        let Start { at, doc } = self.start();
        let is_waive = self.is("waive");
        let key = self.key()?;
        if !self.starts_key() {
            let value = self.value()?;
            return Ok(Entry::Field(Field { key, label: None, value, doc, span: self.since(at) }));
        }
        if is_waive {
            return self.waive(at).map(Entry::Waive);
        }
        let label = Some(self.key()?);
        let value = self.value()?;
        Ok(Entry::Field(Field { key, label, value, doc, span: self.since(at) }))
    }

    pub fn value(&mut self) -> Step<FieldValue> {
        match self.cur {
            Kind::Eq => {
                self.advance();
                self.expr().map(FieldValue::Set)
            }
            Kind::LBrace => self.block().map(FieldValue::Block),
            Kind::PlusEq => {
                self.advance();
                self.expr().map(FieldValue::Append)
            }
            _ => self.stuck(),
        }
    }

    /// `waive rule-name = reason`, from the name on; `waive` itself stands at the offset `start`.
    pub fn waive(&mut self, start: u32) -> Step<Waive> {
        let rule = match self.key()? {
            Key::Name(rule) => rule,
            Key::Str(lit) => {
                let diagnostic = Diagnostic::new(&codes::SYNTAX, lit.span, "the name of a rule stands without quotes");
                self.error(diagnostic.help("write waive image-pinned = \"why\""));
                Ident { name: Name::from(lit.as_static().unwrap_or("")), span: lit.span }
            }
        };
        let at = self.here();
        let reason = match self.value()? {
            FieldValue::Set(reason) => reason,
            FieldValue::Append(reason) => {
                let span = self.since(at);
                self.error(Diagnostic::new(&codes::SYNTAX, span, "a waiver is given with `=`: waive image-pinned = \"why\""));
                reason
            }
            // A record of reason and date reads the same with and without `=`.
            FieldValue::Block(block) => Expr { span: block.span, kind: ExprKind::Record(Box::new(block)) },
        };
        Ok(Waive { rule, reason, span: self.since(start) })
    }
}
