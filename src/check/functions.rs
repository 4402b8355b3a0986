//! Functions: their parameters, their bodies, and that none needs itself.

use super::expect::{Expected, Why};
use super::{Checker, Place};
use crate::ast::{self, Arg, Block, CompClause, Entry, Expr, ExprKind, FieldValue, Item, Key, ListItem, StrLit, StrPart};
use crate::diag::{Diagnostic, codes};
use crate::resolve::Found;
use crate::source::Span;
use rustc_hash::FxHashMap;

impl<'a> Checker<'_, '_, 'a> {
    pub(super) fn function(&mut self, decl: &'a ast::FnDecl) {
        let home = self.place.home;
        self.saw(decl.name.span, || super::trace::Meaning::Function(Found { what: decl, home }));
        for param in &decl.params {
            let ty = self.annotation(home, &param.ty);
            if let Some(default) = &param.default {
                let why = Why::Annotation { what: "the parameter", name: param.name.name, span: param.name.span };
                self.check(default, &Expected::new(&ty, why));
            }
        }
        let found = Found { what: decl, home };
        self.function_body(found, |this| match &decl.ret {
            Some(ret) => {
                let ty = this.annotation(home, ret);
                let why = Why::Annotation { what: "the result of", name: decl.name.name, span: ret.span };
                this.check(&decl.body, &Expected::new(&ty, why));
            }
            None => drop(this.infer(&decl.body)),
        });
    }

    /// Runs `work` where a function's parameters are bound.
    pub(super) fn function_body<T>(&mut self, found: Found<&'a ast::FnDecl>, work: impl FnOnce(&mut Self) -> T) -> T {
        // The functions of the library's rules read as these do.
        let rule = self.place.rule || self.program().db.find(found.what.span).is_some_and(|file| is_of_rules(&file.name));
        self.elsewhere(Place { rule, ..Place::module(found.home) }, |this| {
            for param in &found.what.params {
                let ty = this.annotation(found.home, &param.ty);
                this.bind(param.name, ty);
            }
            work(this)
        })
    }

    /// Reports functions of a module that call themselves, directly or by way of others. A depth-first walk visits each once.
    pub(super) fn function_cycles(&self, items: &'a [Item]) {
        let mut walk = Walk { checker: self, state: FxHashMap::default(), path: Vec::new() };
        for item in items {
            if let Item::Fn(decl) = item {
                walk.visit(Found { what: decl, home: self.place.home }, decl.name.span);
            }
        }
    }
}

fn is_of_rules(file: &str) -> bool {
    file.starts_with("std/k8s/") || file.starts_with("std/rules/")
}

struct Walk<'c, 's, 'p, 'a> {
    checker: &'c Checker<'s, 'p, 'a>,
    /// By address: whether its calls have all been followed.
    state: FxHashMap<usize, bool>,
    path: Vec<(&'a ast::FnDecl, Span)>,
}

impl<'a> Walk<'_, '_, '_, 'a> {
    fn visit(&mut self, found: Found<&'a ast::FnDecl>, call: Span) {
        let decl = found.what;
        let key = std::ptr::from_ref(decl) as usize;
        match self.state.get(&key) {
            Some(true) => return,
            Some(false) => return self.report(decl, call),
            None => {}
        }
        self.state.insert(key, false);
        self.path.push((decl, call));
        let mut calls = Vec::new();
        calls_of(&decl.body, &mut calls);
        for call in calls {
            if let Some(next) = self.checker.program().function(found.home, &call.callee)
                && (next.home != crate::resolve::STD || self.checker.shared.checks_std)
            {
                self.visit(next, call.callee.span());
            }
        }
        self.path.pop();
        self.state.insert(key, true);
    }

    fn report(&self, decl: &ast::FnDecl, call: Span) {
        let start = self.path.iter().position(|(d, _)| std::ptr::eq(*d, decl)).unwrap_or(0);
        let round = &self.path[start..];
        let names: Vec<&str> = round.iter().map(|(d, _)| d.name.name.as_str()).chain([decl.name.name.as_str()]).collect();
        let mut error = Diagnostic::new(&codes::CYCLE, call, format!("function `{}` needs itself: {}", decl.name.name, names.join(" → ")));
        for (other, at) in &round[1..] {
            error = error.also(*at, format!("by way of `{}`", other.name.name));
        }
        self.checker.report(error.help("every program ends, so functions do not recurse: walk a list or a range instead"));
    }
}

fn calls_of<'a>(expr: &'a Expr, out: &mut Vec<&'a ast::Call>) {
    match &expr.kind {
        ExprKind::Null | ExprKind::Bool(_) | ExprKind::Num(_) | ExprKind::Name(_) => {}
        ExprKind::Str(lit) => in_string(lit, out),
        ExprKind::List(items) => items.iter().for_each(|item| match item {
            ListItem::Item(e) | ListItem::Spread(e) => calls_of(e, out),
        }),
        ExprKind::Comp(comp) => {
            calls_of(&comp.element, out);
            comp.clauses.iter().for_each(|clause| match clause {
                CompClause::For { over, .. } => calls_of(over, out),
                CompClause::If(condition) => calls_of(condition, out),
            });
        }
        ExprKind::Record(block) => in_block(block, out),
        ExprKind::Field { base, .. } => calls_of(base, out),
        ExprKind::Index { base, index } => {
            calls_of(base, out);
            calls_of(index, out);
        }
        ExprKind::Call(call) => {
            out.push(call);
            call.args.iter().for_each(|Arg { value, .. }| calls_of(value, out));
        }
        ExprKind::Not(inner) | ExprKind::Neg(inner) => calls_of(inner, out),
        ExprKind::Binary { left, right, .. } => {
            calls_of(left, out);
            calls_of(right, out);
        }
        ExprKind::Range { lo, hi } => [lo, hi].into_iter().flatten().for_each(|e| calls_of(e, out)),
        ExprKind::If { condition, then, otherwise } => [condition, then, otherwise].into_iter().for_each(|e| calls_of(e, out)),
        ExprKind::Lambda { body, .. } => calls_of(body, out),
    }
}

fn in_string<'a>(lit: &'a StrLit, out: &mut Vec<&'a ast::Call>) {
    for part in &lit.parts {
        if let StrPart::Expr(expr) = part {
            calls_of(expr, out);
        }
    }
}

fn in_block<'a>(block: &'a Block, out: &mut Vec<&'a ast::Call>) {
    in_entries(&block.entries, out);
}

fn in_entries<'a>(entries: &'a [Entry], out: &mut Vec<&'a ast::Call>) {
    for entry in entries {
        match entry {
            Entry::Field(field) => {
                for key in [Some(&field.key), field.label.as_ref()].into_iter().flatten() {
                    if let Key::Str(lit) = key {
                        in_string(lit, out);
                    }
                }
                match &field.value {
                    FieldValue::Set(expr) | FieldValue::Append(expr) => calls_of(expr, out),
                    FieldValue::Block(block) => in_block(block, out),
                }
            }
            Entry::Spread(expr) => calls_of(expr, out),
            Entry::If(cond) => {
                calls_of(&cond.condition, out);
                in_entries(&cond.then, out);
                in_entries(&cond.otherwise, out);
            }
            Entry::For(each) => {
                calls_of(&each.over, out);
                in_entries(&each.body, out);
            }
            Entry::Let(decl) => calls_of(&decl.value, out),
            Entry::Waive(waive) => calls_of(&waive.reason, out),
        }
    }
}
