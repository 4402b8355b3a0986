//! Rules and their statements.

use super::{Parser, Start, Step};
use crate::ast::*;
use crate::diag::{Diagnostic, codes};
use crate::syntax::token::Kind;

impl Parser<'_> {
    /// A rule, from behind its word.
    pub fn rule(&mut self, Start { at, doc }: Start) -> Step<RuleDecl> {
        let name = self.ident()?;
        self.expect_word("on")?;
        let is_update = self.is("update") && self.pair_follows();
        if is_update {
            self.advance();
        }
        let on = self.path()?;
        let bind = self.bind(is_update)?;
        let body = self.stmts()?;
        Ok(RuleDecl { name, on, bind, body, doc, span: self.since(at) })
    }

    /// Whether a type and `(` stand behind the word at hand.
    fn pair_follows(&self) -> bool {
        match (self.ahead(1), self.ahead(2)) {
            (first, Kind::LParen) => first.is_word(),
            (first, Kind::Dot) => first.is_word() && self.ahead(3).is_word() && self.ahead(4) == Kind::LParen,
            _ => false,
        }
    }

    /// `p`, or `(old, new)`
    fn bind(&mut self, is_update: bool) -> Step<RuleBind> {
        let start = self.here();
        if !self.accept(Kind::LParen) {
            return self.ident().map(RuleBind::Value);
        }
        let old = self.ident()?;
        self.expect(Kind::Comma)?;
        let new = self.ident()?;
        self.expect(Kind::RParen)?;
        if !is_update {
            let message = "a rule with an old and a new value is a rule on `update`";
            let diagnostic = Diagnostic::new(&codes::SYNTAX, self.since(start), message);
            self.error(diagnostic.help("write `rule name on update Deployment (old, new) { … }`"));
        }
        Ok(RuleBind::Update { old, new })
    }

    fn stmts(&mut self) -> Step<Vec<RuleStmt>> {
        self.braced(Self::stmt)
    }

    pub fn stmt(&mut self) -> Step<RuleStmt> {
        match self.cur {
            Kind::Let => self.let_().map(RuleStmt::Let),
            Kind::If => self.if_(Self::stmts, RuleStmt::If).map(RuleStmt::If),
            Kind::For => self.for_(Self::stmts).map(RuleStmt::For),
            Kind::Word => match self.slice() {
                "deny" | "warn" => self.report().map(RuleStmt::Report),
                "require" => self.rule_require().map(RuleStmt::Require),
                "help" => self.help().map(RuleStmt::Help),
                "unwaivable" => {
                    let start = self.here();
                    self.advance();
                    Ok(RuleStmt::Unwaivable(self.since(start)))
                }
                _ => self.stuck(),
            },
            _ => self.stuck(),
        }
    }

    /// `help [for kind] e`
    fn help(&mut self) -> Step<Help> {
        let start = self.here();
        self.expect_word("help")?;
        let kind = if self.accept(Kind::For) { Some(self.path()?) } else { None };
        Ok(Help { kind, text: self.expr()?, span: self.since(start) })
    }

    /// `deny` or `warn`
    pub fn level(&mut self) -> Step<Level> {
        if self.accept_word("warn") {
            return Ok(Level::Warn);
        }
        self.expect_word("deny")?;
        Ok(Level::Deny)
    }

    fn report(&mut self) -> Step<Report> {
        let start = self.here();
        let level = self.level()?;
        self.report_from(start, level)
    }

    /// The message of a report and what follows it; the report starts at the offset `start`.
    fn report_from(&mut self, start: u32, level: Level) -> Step<Report> {
        let message = self.expr()?;
        let at = if self.accept_word("at") { Some(self.expr()?) } else { None };
        let help = if self.accept_word("help") { Some(self.expr()?) } else { None };
        Ok(Report { level, message, at, help, span: self.since(start) })
    }

    /// `require c else [warn] "message" [at e] [help e]`
    pub fn rule_require(&mut self) -> Step<RuleRequire> {
        let start = self.here();
        self.expect_word("require")?;
        let condition = self.expr()?;
        self.expect(Kind::Else)?;
        let from = self.here();
        let level = if self.accept_word("warn") { Level::Warn } else { Level::Deny };
        let report = self.report_from(from, level)?;
        Ok(RuleRequire { condition, report, span: self.since(start) })
    }
}
