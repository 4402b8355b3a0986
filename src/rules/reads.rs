//! What a rule reads: the fields of its value, or more. It decides when the rule need not run.

use crate::ast::{self, CompClause, Entry, Expr, ExprKind, FieldValue, ListItem, Name, RuleStmt, StrPart};
use crate::eval::looked_up;
use ustr::Ustr;

/// What a rule reads.
#[derive(Default)]
pub(super) struct RuleReads {
    /// Fields of its value.
    pub fields: Vec<Ustr>,
    /// Its value as a whole.
    pub whole: bool,
    /// The object around it, or others.
    pub around: bool,
    /// The object around it, by name.
    pub object: bool,
    /// The release that judges.
    pub release: bool,
}

impl RuleReads {
    /// Whether nothing but the fields of its value decides what it says.
    pub fn is_of_fields(&self) -> bool {
        !self.whole && !self.around
    }
}

/// What statements read, where `variable` is bound to the rule's value.
pub(super) fn of(variable: Name, body: &[RuleStmt]) -> RuleReads {
    let mut reads = ReadsOf { variable, found: RuleReads::default() };
    reads.stmts(body);
    reads.found
}

struct ReadsOf {
    variable: Name,
    found: RuleReads,
}

impl ReadsOf {
    fn stmts(&mut self, stmts: &[RuleStmt]) {
        for stmt in stmts {
            match stmt {
                RuleStmt::Let(decl) => self.expr(&decl.value),
                RuleStmt::If(cond) => {
                    self.expr(&cond.condition);
                    self.stmts(&cond.then);
                    self.stmts(&cond.otherwise);
                }
                RuleStmt::For(each) => {
                    self.expr(&each.over);
                    self.stmts(&each.body);
                }
                RuleStmt::Report(report) => self.report(report),
                RuleStmt::Require(require) => {
                    self.expr(&require.condition);
                    self.report(&require.report);
                }
                RuleStmt::Help(help) => self.expr(help),
                RuleStmt::Unwaivable(_) => {}
            }
        }
    }

    /// The place of a report is no value that decides anything.
    fn report(&mut self, report: &ast::Report) {
        self.expr(&report.message);
        report.help.iter().for_each(|help| self.expr(help));
    }

    fn expr(&mut self, expr: &Expr) {
        match &expr.kind {
            ExprKind::Null | ExprKind::Bool(_) | ExprKind::Num(_) => {}
            ExprKind::Name(name) => {
                self.found.whole |= *name == self.variable;
                self.found.object |= *name == "object";
                self.found.around |= *name == "object";
                self.found.release |= *name == "kubeVersion";
            }
            ExprKind::Str(lit) => self.string(lit),
            ExprKind::Field { base, field, .. } => match &base.kind {
                ExprKind::Name(name) if *name == self.variable => {
                    if !self.found.fields.contains(&field.name) {
                        self.found.fields.push(field.name);
                    }
                }
                _ => self.expr(base),
            },
            ExprKind::Index { base, index } => {
                self.expr(base);
                self.expr(index);
            }
            ExprKind::List(items) => items.iter().for_each(|item| match item {
                ListItem::Item(e) | ListItem::Spread(e) => self.expr(e),
            }),
            ExprKind::Comp(comp) => {
                self.expr(&comp.element);
                comp.clauses.iter().for_each(|clause| match clause {
                    CompClause::For { over, .. } => self.expr(over),
                    CompClause::If(condition) => self.expr(condition),
                });
            }
            ExprKind::Record(block) => block.entries.iter().for_each(|entry| self.entry(entry)),
            ExprKind::Call(call) => {
                self.found.around |= looked_up(&call.callee.name.name, call).is_some();
                call.args.iter().for_each(|arg| self.expr(&arg.value));
            }
            ExprKind::Not(inner) | ExprKind::Neg(inner) => self.expr(inner),
            ExprKind::Binary { left, right, .. } => {
                self.expr(left);
                self.expr(right);
            }
            ExprKind::Range { lo, hi } => [lo, hi].into_iter().flatten().for_each(|side| self.expr(side)),
            ExprKind::If { condition, then, otherwise } => [condition, then, otherwise].into_iter().for_each(|e| self.expr(e)),
            ExprKind::Lambda { body, .. } => self.expr(body),
        }
    }

    fn string(&mut self, lit: &ast::StrLit) {
        for part in &lit.parts {
            if let StrPart::Expr(expr) = part {
                self.expr(expr);
            }
        }
    }

    /// Records in rules hold plain fields; anything else may read anything.
    fn entry(&mut self, entry: &Entry) {
        match entry {
            Entry::Field(ast::Field { value: FieldValue::Set(expr), .. }) | Entry::Spread(expr) => self.expr(expr),
            Entry::Field(_) | Entry::If(_) | Entry::For(_) | Entry::Let(_) | Entry::Waive(_) => {
                (self.found.whole, self.found.around) = (true, true)
            }
        }
    }
}
