//! Running a rule over one value: its statements in order, its reports with their places.

use super::place::{self, find};
use super::reads::Lead as Asked;
use super::update::UpdateRule;
use super::{Lead, Rule};
use crate::ast::{self, Expr, ExprKind, Level, Name, RuleStmt};
use crate::conform::{Site, Step};
use crate::diag::{Diagnostic, Severity, Sink};
use crate::eval::{Eval, Evaluator, Scope, Shared};
use crate::schema::Minor;
use crate::value::{Node, Origin, Record, Value};
use ecow::EcoString;
use std::sync::{Arc, LazyLock};
use ustr::Ustr;

/// What every rule may read beside its value.
static OBJECT: LazyLock<Ustr> = LazyLock::new(|| Ustr::from("object"));
static KUBE_VERSION: LazyLock<Ustr> = LazyLock::new(|| Ustr::from("kubeVersion"));

/// Runs `rule` over `value`, reports at `site`, and tells how often. What is wrong with the rule itself goes to the evaluator's sink, and
/// counts too: of another object it is to be told again.
pub(super) fn run<'a>(rule: &Rule<'a>, value: &Arc<Record>, evaluator: &mut Evaluator<'_, 'a>, release: &Node, site: &mut Site) -> usize {
    let object = Node::new(Value::Record(site.object.root.clone()), Origin::user(site.object.head));
    let mut reports = Vec::new();
    // What a rule that fails reported before holds.
    let failed = statements(rule, value, object, &site.object.makers, evaluator, release, &mut reports).is_err();
    if failed {
        let (title, path, at) = (site.object.title(), site.path_text(), site.place());
        evaluator.tell_faults(|mut fault| {
            fault.message = format!("`{}` cannot judge this: {}", rule.code.name, fault.message);
            let within = std::mem::replace(&mut fault.primary.span, at);
            fault.also(within, "in the rule").in_object(&title, &path)
        });
    }
    let said = reports.len() + usize::from(failed);
    for report in reports {
        let Report { level, message, help, steps } = report;
        let steps = place::typed(rule.ty, steps);
        let at = place::span_at(value, &steps).unwrap_or_else(|| site.place());
        let mut diagnostic = Diagnostic::new(rule.code, at, message.as_str());
        diagnostic.severity = level;
        if let Some(help) = help {
            diagnostic = diagnostic.help(help.as_str());
        }
        site.push_at(&steps, diagnostic);
    }
    said
}

/// What a rule on updates says of the way from one object to another; places are those of the new one.
pub(super) fn run_update<'a>(
    rule: &UpdateRule<'a>,
    old: &Arc<Record>,
    new: &Arc<Record>,
    evaluator: &mut Evaluator<'_, 'a>,
    release: &Node,
) -> Vec<Report> {
    let (old_name, new_name) = rule.names;
    evaluator.begin_rule(&rule.absent);
    let node = super::update::node_of;
    let scope = Scope::module(rule.home).with(*OBJECT, node(new)).with(*KUBE_VERSION, release.clone());
    let scope = scope.with(old_name, node(old)).with(new_name, node(new));
    let vars = vec![Var { name: old_name, place: VarPlace::Nowhere }, Var { name: new_name, place: VarPlace::Root }];
    let mut reports = Vec::new();
    let mut run = Run { evaluator, root: new, vars, makers: &[], reports: &mut reports };
    let _ = run.stmts(rule.body, &scope);
    reports
}

/// Whether a rule reports nothing about a value without any field, wherever it may stand.
pub(super) fn says_nothing_of_nothing<'a>(rule: &Rule<'a>, shared: &Shared<'a>, release: Minor) -> bool {
    let sink = Sink::new();
    let mut evaluator = Evaluator::of_rules(shared, &sink);
    let mut reports = Vec::new();
    let ended = statements(rule, &Arc::default(), Node::default(), &[], &mut evaluator, &super::release_node(release), &mut reports);
    ended.is_ok() && reports.is_empty()
}

/// Whether what a rule asks first ends it for a value without any field.
pub(super) fn nothing_ends_at_lead<'a>(rule: &Rule<'a>, lead: &Lead<'a>, shared: &Shared<'a>, release: Minor) -> bool {
    let sink = Sink::new();
    let mut evaluator = Evaluator::of_rules(shared, &sink);
    ends_at_lead(rule, lead, &Arc::default(), Node::default(), &mut evaluator, &super::release_node(release))
}

/// Whether what a rule asks first ends it for a value.
pub(super) fn ends_at_lead<'a>(
    rule: &Rule<'a>,
    lead: &Lead<'a>,
    value: &Arc<Record>,
    object: Node,
    evaluator: &mut Evaluator<'_, 'a>,
    release: &Node,
) -> bool {
    evaluator.begin_rule(&rule.absent);
    let scope = scope(rule, value, object, release);
    let scope = lead.lets.iter().fold(scope, |scope, decl| scope.with_let(decl));
    match lead.asked {
        Asked::Condition(expr) => evaluator.holds(expr, &scope) == Ok(false),
        Asked::Loop(expr) => evaluator.value(expr, &scope).is_ok_and(|node| match &node.value {
            Value::Null => true,
            Value::List(list) => list.items.is_empty(),
            Value::Record(record) => record.entries.is_empty(),
            _ => false,
        }),
    }
}

pub(super) struct Report {
    pub level: Severity,
    pub message: EcoString,
    pub help: Option<EcoString>,
    /// From the rule's value to the place.
    pub steps: Vec<Step>,
}

fn statements<'a>(
    rule: &Rule<'a>,
    value: &Arc<Record>,
    object: Node,
    makers: &[Name],
    evaluator: &mut Evaluator<'_, 'a>,
    release: &Node,
    reports: &mut Vec<Report>,
) -> Eval<()> {
    evaluator.begin_rule(&rule.absent);
    let scope = scope(rule, value, object, release);
    let mut run = Run { evaluator, root: value, vars: vec![Var { name: rule.variable, place: VarPlace::Root }], makers, reports };
    run.stmts(rule.body, &scope)
}

/// The names that a rule begins with.
fn scope<'a>(rule: &Rule<'a>, value: &Arc<Record>, object: Node, release: &Node) -> Scope<'a> {
    let mut scope = Scope::module(rule.home);
    // What few rules ask for is bound for those alone.
    if rule.reads.names_object {
        scope = scope.with(*OBJECT, object);
    }
    if rule.reads.names_release {
        scope = scope.with(*KUBE_VERSION, release.clone());
    }
    scope.with(rule.variable, Node::new(Value::Record(value.clone()), Origin::NONE))
}

struct Run<'r, 's, 'a> {
    evaluator: &'r mut Evaluator<'s, 'a>,
    root: &'r Arc<Record>,
    /// Innermost last.
    vars: Vec<Var<'a>>,
    /// The kind of the declaration that made the object, and those that it is made from.
    makers: &'r [Name],
    reports: &'r mut Vec<Report>,
}

struct Var<'a> {
    name: Name,
    place: VarPlace<'a>,
}

/// Where a variable's value stands; worked out only for a report.
#[derive(Clone)]
enum VarPlace<'a> {
    /// The value that the rule is about.
    Root,
    /// An element of what `over` is, seen with the first `vars` variables.
    Element { over: &'a Expr, vars: usize, key: Node, node: Node },
    /// What an expression is.
    Let { expr: &'a Expr, vars: usize },
    /// The number or key of a loop.
    Key,
    /// In the object as it was, of which nothing is shown.
    Nowhere,
}

impl<'a> Run<'_, '_, 'a> {
    fn stmts(&mut self, stmts: &'a [RuleStmt], scope: &Scope<'a>) -> Eval<()> {
        let mark = self.vars.len();
        let mut bound: Option<Scope<'a>> = None;
        // How many reports there were before the statement that a help stands behind.
        let mut before = self.reports.len();
        for stmt in stmts {
            let reported = self.reports.len();
            let here = bound.as_ref().unwrap_or(scope);
            match stmt {
                RuleStmt::Let(decl) => {
                    bound = Some(here.with_let(decl));
                    self.vars.push(Var { name: decl.name.name, place: VarPlace::Let { expr: &decl.value, vars: self.vars.len() } });
                }
                RuleStmt::If(cond) => {
                    let branch = if self.evaluator.holds(&cond.condition, here)? { &cond.then } else { &cond.otherwise };
                    self.stmts(branch, here)?;
                }
                RuleStmt::For(each) => self.each(each, here)?,
                RuleStmt::Report(report) => self.report(report, here)?,
                RuleStmt::Require(require) => {
                    if !self.evaluator.holds(&require.condition, here)? {
                        self.report(&require.report, here)?;
                    }
                }
                RuleStmt::Unwaivable(_) => {}
                RuleStmt::Help(help) if self.reports.len() > before && self.is_for(help) => {
                    let help = self.evaluator.words(&help.text, here)?;
                    for report in &mut self.reports[before..] {
                        report.help.get_or_insert_with(|| help.clone());
                    }
                }
                // What it would help with was not reported, or by a declaration of another kind.
                RuleStmt::Help(_) => {}
            }
            if !matches!(stmt, RuleStmt::Help(_)) {
                before = reported;
            }
        }
        self.vars.truncate(mark);
        Ok(())
    }

    /// Whether a help is for the kind of the declaration that made the object.
    fn is_for(&self, help: &ast::Help) -> bool {
        help.kind.as_ref().is_none_or(|kind| self.makers.contains(&kind.name.name))
    }

    fn each(&mut self, each: &'a ast::For<RuleStmt>, scope: &Scope<'a>) -> Eval<()> {
        let mark = self.vars.len();
        // The evaluator walks the elements and lends itself to each turn.
        let Run { evaluator, root, vars, makers, reports } = self;
        evaluator.for_each((each.key, each.var, &each.over), scope, |evaluator, inner, key, node| {
            let mut turn = Run { evaluator, root, vars: std::mem::take(vars), makers, reports };
            if let Some(name) = each.key {
                turn.vars.push(Var { name: name.name, place: VarPlace::Key });
            }
            let place = VarPlace::Element { over: &each.over, vars: mark, key: key.clone(), node: node.clone() };
            turn.vars.push(Var { name: each.var.name, place });
            let result = turn.stmts(&each.body, inner);
            turn.vars.truncate(mark);
            *vars = turn.vars;
            result
        })
    }

    fn report(&mut self, report: &'a ast::Report, scope: &Scope<'a>) -> Eval<()> {
        let message = self.evaluator.words(&report.message, scope)?;
        let help = report.help.as_ref().map(|help| self.evaluator.words(help, scope)).transpose()?;
        let steps = match &report.at {
            Some(at) => self.steps(at, self.vars.len(), scope).unwrap_or_default(),
            None => Vec::new(),
        };
        let level = match report.level {
            Level::Deny => Severity::Error,
            Level::Warn => Severity::Warning,
        };
        self.reports.push(Report { level, message, help, steps });
        Ok(())
    }

    /// The steps from the rule's value to what an expression names, seen with the first `vars` variables.
    fn steps(&mut self, expr: &'a Expr, vars: usize, scope: &Scope<'a>) -> Option<Vec<Step>> {
        match &expr.kind {
            ExprKind::Name(name) => {
                let (index, place) =
                    self.vars[..vars].iter().enumerate().rev().find(|(_, v)| v.name == *name).map(|(i, v)| (i, v.place.clone()))?;
                match place {
                    VarPlace::Root => Some(Vec::new()),
                    VarPlace::Nowhere => None,
                    VarPlace::Element { over, vars, key, node } => self.element(over, vars, &key, &node, scope),
                    VarPlace::Let { expr: value, vars } if is_path(value) => self.steps(value, vars, scope),
                    VarPlace::Let { .. } => self.found(expr, scope),
                    // A key stands where its value does: the variable behind it.
                    VarPlace::Key => match self.vars.get(index + 1).map(|v| v.place.clone())? {
                        VarPlace::Element { over, vars, key, node } => self.element(over, vars, &key, &node, scope),
                        _ => None,
                    },
                }
            }
            ExprKind::Field { base, field, .. } => {
                let mut steps = self.steps(base, vars, scope)?;
                steps.push(Step::Field(field.name));
                Some(steps)
            }
            ExprKind::Index { base, index } => {
                let mut steps = self.steps(base, vars, scope)?;
                steps.push(step(&self.evaluator.value(index, scope).ok()?)?);
                Some(steps)
            }
            _ => self.found(expr, scope),
        }
    }

    fn element(&mut self, over: &'a Expr, vars: usize, key: &Node, node: &Node, scope: &Scope<'a>) -> Option<Vec<Step>> {
        if is_path(over)
            && let Some(mut steps) = self.steps(over, vars, scope)
        {
            steps.push(step(key)?);
            return Some(steps);
        }
        find(self.root, node)
    }

    /// What an expression computes, found in the tree.
    fn found(&mut self, expr: &'a Expr, scope: &Scope<'a>) -> Option<Vec<Step>> {
        let node = self.evaluator.value(expr, scope).ok()?;
        find(self.root, &node)
    }
}

fn step(key: &Node) -> Option<Step> {
    match &key.value {
        Value::Int(index) => usize::try_from(*index).ok().map(Step::Index),
        Value::Str(text) => Some(Step::Key(text.as_str().into())),
        _ => None,
    }
}

/// Whether an expression is a path from a variable.
fn is_path(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Name(_) => true,
        ExprKind::Field { base, .. } | ExprKind::Index { base, .. } => is_path(base),
        _ => false,
    }
}
