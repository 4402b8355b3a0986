//! Places: where in an object the values stand that a rule speaks of, and which fields a rule reads.
//!
//! An expression such as `c.ports[0]` is a path from a variable, and a variable of `for` stands at its element. What a function made
//! (`duplicates(…)`) holds the very nodes of the tree, so its elements are found there by identity. All that is done only for a report.

use crate::ast::{self, CompClause, Entry, Expr, ExprKind, FieldValue, ListItem, Name, RuleStmt, StrPart};
use crate::conform::Step;
use crate::schema::{NativeTy, TypeId};
use crate::source::Span;
use crate::value::{Node, Record, Value};
use std::sync::Arc;
use ustr::Ustr;

/// What a rule reads.
pub(super) struct FieldsRead {
    /// Fields of its value.
    pub fields: Vec<Ustr>,
    /// The whole value, or the object around it.
    pub all: bool,
    /// The release that judges.
    pub by_release: bool,
}

/// What statements read, where `variable` is bound to the rule's value.
pub(super) fn fields_read(variable: Name, body: &[RuleStmt]) -> FieldsRead {
    let mut reads = ReadsOf { variable, found: FieldsRead { fields: Vec::new(), all: false, by_release: false } };
    reads.stmts(body);
    reads.found
}

struct ReadsOf {
    variable: Name,
    found: FieldsRead,
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
                self.found.all |= *name == self.variable || *name == "object";
                self.found.by_release |= *name == "kubeVersion";
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
            ExprKind::Call(call) => call.args.iter().for_each(|arg| self.expr(&arg.value)),
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
            Entry::Field(_) | Entry::If(_) | Entry::For(_) | Entry::Let(_) | Entry::Waive(_) => self.found.all = true,
        }
    }
}

/// The steps from a value to a node that it holds, found by identity.
pub(super) fn find(root: &Arc<Record>, wanted: &Node) -> Option<Vec<Step>> {
    let mut steps = Vec::new();
    let is_root = matches!(&wanted.value, Value::Record(record) if Arc::ptr_eq(record, root));
    (is_root || in_record(root, wanted, &mut steps)).then_some(steps)
}

fn in_record(record: &Record, wanted: &Node, steps: &mut Vec<Step>) -> bool {
    record.entries.iter().any(|entry| within(&entry.node, Step::Field(entry.key), wanted, steps))
}

fn within(node: &Node, step: Step, wanted: &Node, steps: &mut Vec<Step>) -> bool {
    steps.push(step);
    let found = is_same(node, wanted)
        || match &node.value {
            Value::Record(record) => in_record(record, wanted, steps),
            Value::List(list) => list.items.iter().enumerate().any(|(i, item)| within(&item.node, Step::Index(i), wanted, steps)),
            _ => false,
        };
    if !found {
        steps.pop();
    }
    found
}

fn is_same(node: &Node, wanted: &Node) -> bool {
    match (&node.value, &wanted.value) {
        (Value::Record(a), Value::Record(b)) => Arc::ptr_eq(a, b),
        (Value::List(a), Value::List(b)) => Arc::ptr_eq(a, b),
        (Value::Record(_) | Value::List(_), _) | (_, Value::Record(_) | Value::List(_)) => false,
        (a, b) => !wanted.origin.span.is_none() && node.origin == wanted.origin && crate::value::compare::equal(a, b),
    }
}

/// Steps as the types say: `v[name]` is a field where `v` is a structure, and `m.name` a key where `m` is a map.
pub(super) fn typed(ty: TypeId, steps: Vec<Step>) -> Vec<Step> {
    let mut here = Some(NativeTy::Ref(ty));
    let mut typed = |step| {
        let (step, inner) = match (here.map(plain), step) {
            (Some(NativeTy::Ref(id)), Step::Field(name) | Step::Key(name)) => (Step::Field(name), id.get().field(name).map(|f| f.ty)),
            (Some(NativeTy::Map(value)), Step::Field(name) | Step::Key(name)) => (Step::Key(name), Some(*value)),
            (Some(NativeTy::List(list)), Step::Index(_)) => (step, Some(list.elem)),
            (_, step) => (step, None),
        };
        here = inner;
        step
    };
    steps.into_iter().map(&mut typed).collect()
}

/// What a type stands for where it is another name.
fn plain(ty: NativeTy) -> NativeTy {
    match ty {
        NativeTy::Ref(id) => id.get().alias.unwrap_or(ty),
        other => other,
    }
}

/// Where to show what stands at the end of some steps, or is missing there: the place of the last thing on the way that is written.
pub(super) fn span_at(root: &Record, steps: &[Step]) -> Option<Span> {
    let (mut record, mut list) = (Some(root), None::<&crate::value::List>);
    let mut last = None;
    for (number, step) in steps.iter().enumerate() {
        let (node, at) = match step {
            Step::Field(key) | Step::Key(key) => match record.and_then(|r| r.get(*key)) {
                Some(entry) => (&entry.node, entry.at),
                None => break,
            },
            Step::Index(index) => match list.and_then(|l| l.items.get(*index)) {
                Some(item) => (&item.node, item.at),
                None => break,
            },
        };
        let is_end = number + 1 == steps.len();
        last = Some(anchor(node, at, is_end));
        (record, list) = match &node.value {
            Value::Record(inner) => (Some(inner.as_ref()), None),
            Value::List(inner) => (None, Some(inner.as_ref())),
            _ => (None, None),
        };
    }
    last
}

/// A place that shows a node on one line where there is one: a collection of YAML by its key.
fn anchor(node: &Node, at: Span, is_end: bool) -> Span {
    match &node.value {
        Value::Record(record) => {
            let is_yaml = !at.contains(node.origin.span);
            let first = record.entries.first().map(|e| e.at).filter(|_| at == node.origin.span && !is_end);
            if is_yaml { at } else { first.unwrap_or(node.origin.span) }
        }
        Value::List(_) if !at.contains(node.origin.span) => at,
        _ => node.origin.span,
    }
}
