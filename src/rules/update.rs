//! Rules `on update`: what the API server refuses to change.
//!
//! Both objects are given as the server reads them back, so that a rule compares what is compared there. A report's place is one of the
//! new object.

use super::{place, run};
use crate::ast::{self, RuleBind};
use crate::check::{self, Reads};
use crate::conform::Step;
use crate::diag::{Code, Severity, Sink};
use crate::eval::{Evaluator, Shared};
use crate::resolve::{Program, rule_code};
use crate::schema::{self, Minor, TypeId};
use crate::types::ModuleId;
use crate::value::{Node, Record, Value};
use ecow::EcoString;
use rustc_hash::FxHashMap;
use std::fmt::Write;
use std::sync::{Arc, Mutex};

/// The rules on updates of a run, by the type of the object, prepared when a type is first met.
pub struct UpdateBook<'p, 'a> {
    program: &'p Program<'a>,
    shared: &'p Shared<'a>,
    release: Minor,
    types: Mutex<FxHashMap<TypeId, Arc<Vec<UpdateRule<'a>>>>>,
}

/// A rule on updates, ready to run.
pub(super) struct UpdateRule<'a> {
    code: &'static Code,
    ty: TypeId,
    pub home: ModuleId,
    /// What `old` and `new` are called.
    pub names: (ast::Name, ast::Name),
    pub body: &'a [ast::RuleStmt],
    /// What its reads give where nothing is written.
    pub absent: Arc<Reads>,
}

/// What a rule says of an update.
#[derive(Clone, Debug)]
pub struct UpdateReport {
    pub code: &'static Code,
    pub severity: Severity,
    pub message: EcoString,
    pub help: Option<EcoString>,
    /// In the new object, in the server's form.
    pub path: String,
}

impl<'p, 'a> UpdateBook<'p, 'a> {
    pub fn new(program: &'p Program<'a>, shared: &'p Shared<'a>, release: Minor) -> UpdateBook<'p, 'a> {
        UpdateBook { program, shared, release, types: Mutex::default() }
    }

    /// What the rules on objects of a type say of the way from one to the other. `faults` hears what is wrong with rules themselves.
    pub fn judge(&self, ty: TypeId, old: &Arc<Record>, new: &Arc<Record>, faults: &Sink) -> Vec<UpdateReport> {
        let rules = self.rules(ty);
        if rules.is_empty() {
            return Vec::new();
        }
        let mut evaluator = Evaluator::of_rules(self.shared, faults);
        let release = super::release_node(self.release);
        let reports = rules.iter().flat_map(|rule| {
            let reports = run::run_update(rule, old, new, &mut evaluator, &release).into_iter();
            reports.map(|r| {
                let path = path(&place::typed(rule.ty, r.steps));
                UpdateReport { code: rule.code, severity: r.level, message: r.message, help: r.help, path }
            })
        });
        reports.collect()
    }

    /// The same of the metadata that objects of every kind have.
    pub fn judge_metadata(&self, old: &Record, new: &Record, faults: &Sink) -> Vec<UpdateReport> {
        let metadata = |object: &Record| match &object.get("metadata".into())?.node.value {
            Value::Record(metadata) => Some(metadata.clone()),
            _ => None,
        };
        let (Some(ty), Some(old), Some(new)) = (schema::type_named("ObjectMeta"), metadata(old), metadata(new)) else { return Vec::new() };
        let mut reports = self.judge(ty, &old, &new, faults);
        reports.iter_mut().for_each(|report| report.path = format!("metadata.{}", report.path));
        reports
    }

    fn rules(&self, ty: TypeId) -> Arc<Vec<UpdateRule<'a>>> {
        let mut types = self.types.lock().unwrap_or_else(|e| e.into_inner());
        let prepared = || {
            let all = self.program.rules(ty).into_iter();
            let made = all.filter_map(|found| match found.what.bind {
                RuleBind::Value(_) => None,
                RuleBind::Update { old, new } => Some(UpdateRule {
                    code: rule_code(found.what),
                    ty,
                    home: found.home,
                    names: (old.name, new.name),
                    body: &found.what.body,
                    absent: Arc::new(check::prepare(self.program, found)),
                }),
            });
            Arc::new(made.collect())
        };
        types.entry(ty).or_insert_with(prepared).clone()
    }
}

fn path(steps: &[Step]) -> String {
    let mut out = String::new();
    for step in steps {
        // Writing to text cannot fail.
        let _ = match step {
            Step::Field(name) if out.is_empty() => write!(out, "{name}"),
            Step::Field(name) => write!(out, ".{name}"),
            Step::Key(key) if key.contains(['.', '/']) => write!(out, "[{key}]"),
            Step::Key(key) => write!(out, ".{key}"),
            Step::Index(index) => write!(out, "[{index}]"),
        };
    }
    out
}

/// A record as a node without a place.
pub(super) fn node_of(record: &Arc<Record>) -> Node {
    Node { value: Value::Record(record.clone()), ..Node::default() }
}
