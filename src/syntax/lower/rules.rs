//! Rules and their statements.

use super::{Lower, P, Ps, next};
use crate::ast::*;
use crate::syntax::parse::Rule;

impl Lower<'_> {
    pub fn rule(&self, pair: P) -> RuleDecl {
        let (span, doc) = (self.span(&pair), self.doc(&pair));
        let mut inner = pair.into_inner();
        let name = self.ident(next(&mut inner));
        let mut head = next(&mut inner);
        let is_update = head.as_rule() == Rule::update;
        if is_update {
            head = next(&mut inner);
        }
        let on = self.path(head);
        let bind = self.bind(next(&mut inner), is_update);
        RuleDecl { name, on, bind, body: self.stmts(next(&mut inner).into_inner()), doc, span }
    }

    fn bind(&self, pair: P, is_update: bool) -> RuleBind {
        if pair.as_rule() == Rule::word {
            return RuleBind::Value(self.ident(pair));
        }
        let span = self.span(&pair);
        let mut inner = pair.into_inner();
        let old = self.ident(next(&mut inner));
        let new = self.ident(next(&mut inner));
        if !is_update {
            let message = "a rule with an old and a new value is a rule on `update`";
            let diagnostic = crate::diag::Diagnostic::new(&crate::diag::codes::SYNTAX, span, message);
            self.error(diagnostic.help("write `rule name on update Deployment (old, new) { … }`"));
        }
        RuleBind::Update { old, new }
    }

    pub fn stmts(&self, pairs: Ps) -> Vec<RuleStmt> {
        pairs.filter(|pair| pair.as_rule() != Rule::EOI).map(|pair| self.stmt(pair)).collect()
    }

    fn stmt(&self, pair: P) -> RuleStmt {
        match pair.as_rule() {
            Rule::let_ => RuleStmt::Let(self.let_(pair)),
            Rule::if_stmt => RuleStmt::If(self.if_(pair, &|block| self.stmts(block.into_inner()), RuleStmt::If)),
            Rule::for_stmt => RuleStmt::For(self.for_(pair, &|block| self.stmts(block.into_inner()))),
            Rule::report => RuleStmt::Report(self.report(pair)),
            Rule::require => RuleStmt::Require(self.rule_require(pair)),
            Rule::help => RuleStmt::Help(self.expr(next(&mut pair.into_inner()))),
            Rule::unwaivable => RuleStmt::Unwaivable(self.span(&pair)),
            rule => unreachable!("{rule:?} is no statement"),
        }
    }

    pub fn level(&self, pair: P) -> Level {
        if pair.as_str() == "warn" { Level::Warn } else { Level::Deny }
    }

    fn report(&self, pair: P) -> Report {
        let span = self.span(&pair);
        let mut inner = pair.into_inner();
        let level = self.level(next(&mut inner));
        let message = self.expr(next(&mut inner));
        let (at, help) = self.clauses(inner);
        Report { level, message, at, help, span }
    }

    pub fn rule_require(&self, pair: P) -> RuleRequire {
        let span = self.span(&pair);
        let mut inner = pair.into_inner();
        let condition = self.expr(next(&mut inner));
        let mut message = next(&mut inner);
        let mut level = Level::Deny;
        let start = self.span(&message).start;
        if message.as_rule() == Rule::warn {
            level = Level::Warn;
            message = next(&mut inner);
        }
        let message = self.expr(message);
        let (at, help) = self.clauses(inner);
        let report_span = crate::source::Span::new(start, span.end);
        RuleRequire { condition, report: Report { level, message, at, help, span: report_span }, span }
    }

    /// `at e` and `help e`.
    fn clauses(&self, pairs: Ps) -> (Option<Expr>, Option<Expr>) {
        let (mut at, mut help) = (None, None);
        for pair in pairs {
            let is_at = pair.as_rule() == Rule::at;
            let value = Some(self.expr(next(&mut pair.into_inner())));
            if is_at { at = value } else { help = value }
        }
        (at, help)
    }
}
