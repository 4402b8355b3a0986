//! What tests looked at: declarations that a claim named, or read the objects of, and conditions that came out both ways.

use crate::ast::{Block, Call, CompClause, Entry, Expr, ExprKind, ExtendBody, Field, FieldValue, Item, ListItem, Member, StrPart};
use crate::eval::Coverage;
use crate::load::Project;
use crate::source::Span;
use rustc_hash::FxHashSet;

/// How much of the user's files the tests reached.
#[derive(Clone, Debug, Default)]
pub struct Covered {
    pub declarations: (usize, usize),
    /// Ways of conditions that were taken, and all there are: two for each.
    pub branches: (usize, usize),
    /// What was not reached, in the order of the files.
    pub missed: Vec<Place>,
}

#[derive(Clone, Debug)]
pub struct Place {
    pub at: Span,
    pub text: &'static str,
}

pub fn covered(project: &Project, coverage: &Coverage) -> Covered {
    let mut walk = Walk::default();
    project.files.iter().for_each(|file| walk.items(&file.ast.items));
    let named = coverage.named.lock().unwrap_or_else(|e| e.into_inner());
    let conditions = coverage.conditions.lock().unwrap_or_else(|e| e.into_inner());
    let mut covered = Covered::default();
    for &head in &walk.declarations {
        covered.declarations.1 += 1;
        match named.contains(&head) {
            true => covered.declarations.0 += 1,
            false => covered.missed.push(Place { at: head, text: "no claim looks at this" }),
        }
    }
    for &condition in &walk.conditions {
        covered.branches.1 += 2;
        let ways = [true, false].map(|way| conditions.contains(&(condition, way)));
        covered.branches.0 += ways.iter().filter(|way| **way).count();
        let text = match ways {
            [true, true] => continue,
            [false, true] => "this is never true",
            [true, false] => "this is never false",
            [false, false] => "this is never reached",
        };
        covered.missed.push(Place { at: condition, text });
    }
    covered.missed.sort_by_key(|place| place.at);
    covered
}

/// Collects the heads of declarations and the conditions of a file; what tests themselves hold does not count.
#[derive(Default)]
struct Walk {
    declarations: Vec<Span>,
    conditions: Vec<Span>,
    seen: FxHashSet<Span>,
}

impl Walk {
    fn condition(&mut self, expr: &Expr) {
        if self.seen.insert(expr.span) {
            self.conditions.push(expr.span);
        }
        self.expr(expr);
    }

    fn items(&mut self, items: &[Item]) {
        for item in items {
            match item {
                Item::Entry(entry) => self.entry(entry),
                Item::Let(decl) => self.expr(&decl.value),
                Item::Param(param) => param.default.iter().for_each(|e| self.expr(e)),
                Item::Fn(decl) => self.expr(&decl.body),
                Item::Kind(kind) => self.members(&kind.members),
                Item::Crd(crd) => self.members(&crd.body.members),
                Item::Extend(extend) => match &extend.body {
                    ExtendBody::Block(block) => self.block(block),
                    ExtendBody::Items(items) => self.items(items),
                },
                Item::Namespace(namespace) => self.items(&namespace.items),
                Item::Instance(instance) => {
                    self.declarations.push(instance.head_span);
                    self.block(&instance.body);
                }
                Item::If(cond) => {
                    self.condition(&cond.condition);
                    self.items(&cond.then);
                    self.items(&cond.otherwise);
                }
                Item::For(each) => {
                    self.expr(&each.over);
                    self.items(&each.body);
                }
                Item::Type(_) | Item::Refine(_) | Item::Rule(_) | Item::Test(_) | Item::Import(_) | Item::Base(_) => {}
                Item::Remove(_) | Item::Waive(_) | Item::Assert(_) | Item::Expect(_) => {}
            }
        }
    }

    fn members(&mut self, members: &[Member]) {
        for member in members {
            match member {
                Member::Field(field) => field.default.iter().for_each(|e| self.expr(e)),
                Member::Nested(nested) => self.members(&nested.members),
                Member::Set(field) => self.field(field),
                Member::Let(decl) => self.expr(&decl.value),
                // What a kind demands is to hold always.
                Member::Require(_) | Member::Column(_) => {}
                Member::If(cond) => {
                    self.condition(&cond.condition);
                    self.members(&cond.then);
                    self.members(&cond.otherwise);
                }
                Member::Export(block) => self.block(block),
                // The declarations in it are looked at by the one that the kind is for.
                Member::Emit(items) => {
                    let declared = self.declarations.len();
                    self.items(items);
                    self.declarations.truncate(declared);
                }
            }
        }
    }

    fn block(&mut self, block: &Block) {
        block.entries.iter().for_each(|entry| self.entry(entry));
    }

    fn entry(&mut self, entry: &Entry) {
        match entry {
            Entry::Field(field) => self.field(field),
            Entry::Spread(expr) => self.expr(expr),
            Entry::If(cond) => {
                self.condition(&cond.condition);
                cond.then.iter().chain(&cond.otherwise).for_each(|entry| self.entry(entry));
            }
            Entry::For(each) => {
                self.expr(&each.over);
                each.body.iter().for_each(|entry| self.entry(entry));
            }
            Entry::Let(decl) => self.expr(&decl.value),
            Entry::Waive(_) => {}
        }
    }

    fn field(&mut self, field: &Field) {
        match &field.value {
            FieldValue::Set(expr) | FieldValue::Append(expr) => self.expr(expr),
            FieldValue::Block(block) => self.block(block),
        }
    }

    fn expr(&mut self, expr: &Expr) {
        match &expr.kind {
            ExprKind::Null | ExprKind::Bool(_) | ExprKind::Num(_) | ExprKind::Name(_) => {}
            ExprKind::Str(text) => text.parts.iter().for_each(|part| {
                if let StrPart::Expr(inner) = part {
                    self.expr(inner);
                }
            }),
            ExprKind::List(items) => items.iter().for_each(|item| match item {
                ListItem::Item(inner) | ListItem::Spread(inner) => self.expr(inner),
            }),
            ExprKind::Comp(comp) => {
                self.expr(&comp.element);
                comp.clauses.iter().for_each(|clause| match clause {
                    CompClause::For { over, .. } => self.expr(over),
                    CompClause::If(inner) => self.expr(inner),
                });
            }
            ExprKind::Record(block) => self.block(block),
            ExprKind::Field { base, .. } => self.expr(base),
            ExprKind::Index { base, index } => [base, index].into_iter().for_each(|e| self.expr(e)),
            ExprKind::Call(call) => self.call(call),
            ExprKind::Not(inner) | ExprKind::Neg(inner) => self.expr(inner),
            ExprKind::Binary { left, right, .. } => [left, right].into_iter().for_each(|e| self.expr(e)),
            ExprKind::Range { lo, hi } => lo.iter().chain(hi).for_each(|e| self.expr(e)),
            ExprKind::If { condition, then, otherwise } => {
                self.condition(condition);
                [then, otherwise].into_iter().for_each(|e| self.expr(e));
            }
            ExprKind::Lambda { body, .. } => self.expr(body),
        }
    }

    fn call(&mut self, call: &Call) {
        call.args.iter().for_each(|arg| self.expr(&arg.value));
    }
}
