//! Rules: what must hold for every value of a native type, wherever it stands in any object.
//!
//! A [`RuleBook`] has, for each type, its refinements and its rules, prepared when a value of the type is first met. The walk over an
//! object (`conform`) hands each value of the right shape to a [`RuleJudge`], which checks the refinements natively and interprets the
//! rules. Two things keep that cheap. A rule is not run where all the fields that it reads are absent, since what it says of that was
//! found once. And fields of equal content are judged once a thread: a rule that was quiet about them stays so.

mod place;
mod reads;
mod refine;
mod run;
mod sets;
mod update;
mod waivers;

pub use sets::{RuleSet, RuleSets};
pub use update::{UpdateBook, UpdateReport};
pub use waivers::{Waiver, Waivers};

use crate::ast::{self, RuleBind, RuleStmt};
use crate::check::{self, Reads};
use crate::conform::{Judge, Site};
use crate::diag::{Code, Severity, Sink};
use crate::eval::{Evaluator, Shared};
use crate::resolve::{Found, Program, RefinedField, STD};
use crate::schema::{self, KubeRange, Minor, TypeId};
use crate::types::ModuleId;
use crate::value::{Node, Record, content};
use reads::{Path, RuleReads};
use rust_decimal::Decimal;
use rustc_hash::FxHashSet;
use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex, OnceLock};
use ustr::Ustr;

/// The rules and refinements of a run, by type.
pub struct RuleBook<'p, 'a> {
    program: &'p Program<'a>,
    types: Vec<OnceLock<TypeRules<'a>>>,
    /// The releases whose rules hold.
    kube: KubeRange,
    sets: RuleSets,
}

/// What holds for the values of one type.
struct TypeRules<'a> {
    refinements: Arc<[RefinedField<'a>]>,
    rules: Vec<Rule<'a>>,
}

/// A rule, ready to run.
struct Rule<'a> {
    code: &'static Code,
    home: ModuleId,
    ty: TypeId,
    variable: ast::Name,
    body: &'a [RuleStmt],
    /// What its reads give where nothing is written.
    absent: Arc<Reads>,
    reads: RuleReads,
    /// It has nothing to say of a value without any of these; `None` where that is not known.
    quiet_without: Option<Vec<Path>>,
}

impl<'p, 'a> RuleBook<'p, 'a> {
    pub fn new(program: &'p Program<'a>, kube: KubeRange) -> RuleBook<'p, 'a> {
        RuleBook { program, types: (0..schema::type_count()).map(|_| OnceLock::new()).collect(), kube, sets: RuleSets::default() }
    }

    /// The same with other sets of the library's rules.
    #[must_use]
    pub fn with_sets(self, sets: RuleSets) -> RuleBook<'p, 'a> {
        RuleBook { sets, ..self }
    }

    fn of(&self, id: TypeId, shared: &Shared<'a>) -> Option<&TypeRules<'a>> {
        Some(self.types.get(id.index())?.get_or_init(|| self.prepare(id, shared)))
    }

    fn prepare(&self, id: TypeId, shared: &Shared<'a>) -> TypeRules<'a> {
        let rules = self.program.rules(id).into_iter().filter(|found| self.sets.has(found.what));
        let rules = rules.filter_map(|found| self.rule(id, found, shared)).collect();
        TypeRules { refinements: self.program.refinements(id), rules }
    }

    /// A rule made ready; `None` for one on updates.
    fn rule(&self, ty: TypeId, found: Found<&'a ast::RuleDecl>, shared: &Shared<'a>) -> Option<Rule<'a>> {
        let RuleBind::Value(variable) = found.what.bind else { return None };
        let body = &found.what.body;
        let mut rule = Rule {
            code: code_of(found.what),
            home: found.home,
            ty,
            variable: variable.name,
            body,
            absent: Arc::new(check::prepare(self.program, found)),
            reads: reads::of(variable.name, body),
            quiet_without: None,
        };
        rule.quiet_without = self.quiet_without(&rule, shared);
        Some(rule)
    }
}

impl<'a> RuleBook<'_, 'a> {
    /// Fields without any of which a rule has nothing to say: those that it asks for before anything else, or all that it reads.
    fn quiet_without(&self, rule: &Rule<'a>, shared: &Shared<'a>) -> Option<Vec<Path>> {
        let in_all = |quiet: &dyn Fn(Minor) -> bool| self.kube.each().all(quiet);
        if let Some((lead, reads)) = reads::lead(rule.variable, rule.body)
            && in_all(&|release| run::ends_at_lead(rule, &lead, shared, release))
        {
            return Some(reads.fields);
        }
        let quiet = rule.reads.is_of_fields() && in_all(&|release| run::says_nothing_of_nothing(rule, shared, release));
        quiet.then(|| rule.reads.fields.clone())
    }
}

/// The code of a rule's diagnostics, kept for the life of the process as those of the compiler are.
pub fn code_of(rule: &ast::RuleDecl) -> &'static Code {
    static CODES: LazyLock<Mutex<HashMap<(Ustr, usize), &'static Code>>> = LazyLock::new(Default::default);
    let key = (rule.name.name, rule.span.start as usize);
    let mut codes = CODES.lock().unwrap_or_else(|e| e.into_inner());
    codes.entry(key).or_insert_with(|| {
        let doc = rule.doc.as_deref().unwrap_or_default();
        let summary = doc.split("\n\n").next().unwrap_or_default().trim().trim_end_matches('.').replace('\n', " ");
        let text = |text: &str| -> &'static str { Ustr::from(text).as_str() };
        Box::leak(Box::new(Code {
            name: rule.name.name.as_str(),
            severity: Severity::Error,
            summary: text(&summary),
            doc: text(doc),
            fails: "",
            passes: "",
        }))
    })
}

/// What is wrong with rules themselves, found when they ran: told of the user's, while one of the library's is ours, and tests find it.
#[derive(Default)]
pub struct Faults {
    pub users: Sink,
    pub library: Sink,
}

/// Judges the values of one thread's objects.
pub struct RuleJudge<'s, 'a> {
    book: &'s RuleBook<'s, 'a>,
    shared: &'s Shared<'a>,
    /// For the rules of the user, and for those of the library.
    evaluators: [Evaluator<'s, 'a>; 2],
    /// As rules read them, the newest first.
    releases: Vec<Node>,
    /// Rules, by address, that had nothing to say of fields with this content.
    quiet: FxHashSet<(u64, u64)>,
}

impl<'s, 'a> RuleJudge<'s, 'a> {
    pub fn new(book: &'s RuleBook<'s, 'a>, shared: &'s Shared<'a>, faults: &'s Faults) -> RuleJudge<'s, 'a> {
        let releases = book.kube.each().map(release_node).rev().collect();
        let evaluators = [Evaluator::of_rules(shared, &faults.users), Evaluator::of_rules(shared, &faults.library)];
        RuleJudge { book, shared, evaluators, releases, quiet: FxHashSet::default() }
    }

    fn remember(&mut self, content: (u64, u64)) {
        // So many are remembered; then it begins anew.
        if self.quiet.len() >= 1 << 17 {
            self.quiet.clear();
        }
        self.quiet.insert(content);
    }
}

impl Judge for RuleJudge<'_, '_> {
    fn judge(&mut self, value: &Arc<Record>, ty: TypeId, site: &mut Site) -> bool {
        let Some(rules) = self.book.of(ty, self.shared) else { return true };
        refine::check(&rules.refinements, value, site);
        let mut alone = true;
        for rule in &rules.rules {
            if rule.quiet_without.as_ref().is_some_and(|paths| paths.iter().all(|path| reads::at(value, path).is_none())) {
                continue;
            }
            alone &= !rule.reads.around;
            let fields = rule.reads.fields.iter().map(|path| content::of(reads::at(value, path)));
            let content = (rule as *const Rule as u64, fields.fold(1, content::mixed));
            if rule.reads.is_of_fields() && self.quiet.contains(&content) {
                continue;
            }
            let releases = if rule.reads.release { &self.releases[..] } else { &self.releases[..1] };
            let evaluator = &mut self.evaluators[usize::from(rule.home == STD)];
            let said: usize = releases.iter().map(|release| run::run(rule, value, evaluator, release, site)).sum();
            if said == 0 && rule.reads.is_of_fields() {
                self.remember(content);
            }
        }
        alone
    }

    fn may_lack(&self, ty: TypeId, field: Ustr) -> bool {
        let rules = self.book.of(ty, self.shared);
        rules.is_some_and(|rules| rules.refinements.iter().any(|f| f.name == field && f.ty.is_optional()))
    }
}

/// `kubeVersion`: 1.37
fn release_node(release: Minor) -> Node {
    Node { value: crate::value::Value::Float(Decimal::new(100 + i64::from(release.0), 2)), ..Node::default() }
}
