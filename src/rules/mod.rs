//! Rules: what must hold for every value of a type of an API, wherever it stands in any object.
//!
//! A [`RuleBook`] has, for each type, its refinements and its rules, prepared when a value of the type is first met. The walk over an
//! object (`conform`) hands each value of the right shape to a [`RuleJudge`], which checks the refinements natively and interprets the
//! rules. Two things keep that cheap. A rule is not run where all the fields that it reads are absent, since what it says of that was
//! found once. And what a rule reads (`reads`) is judged once a thread: a rule that had nothing to say of it stays quiet (`memo`).

mod memo;
mod place;
mod reads;
mod refine;
mod run;
mod sets;
#[cfg(test)]
mod tests;
mod update;
mod waivers;

pub use sets::{RuleSet, RuleSets};
pub use update::{UpdateBook, UpdateReport};
pub use waivers::{Waiver, Waivers};

use crate::ast::{self, RuleBind, RuleStmt};
use crate::check::{self, Reads};
use crate::conform::{Judge, Memory, Site, Worth};
use crate::diag::{Code, Sink};
use crate::eval::{Evaluator, Shared};
use crate::object::Object;
use crate::resolve::{Found, Program, RefinedField, STD, parts_of, rule_code};
use crate::schema::{self, KubeRange, Minor, NativeKind, TypeId, added};
use crate::stdlib;
use crate::types::ModuleId;
use crate::value::{Node, Origin, Record, Value};
use memo::{Projection, Slots};
use rayon::prelude::*;
use reads::{Path, RuleReads};
use rust_decimal::Decimal;
use rustc_hash::FxHashMap;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, LazyLock, OnceLock};
use ustr::Ustr;

/// The rules and refinements of a run, by type.
pub struct RuleBook<'p, 'a> {
    program: &'p Program<'a>,
    types: Vec<OnceLock<TypeRules<'a>>>,
    /// The releases whose rules hold.
    kube: KubeRange,
    sets: RuleSets,
    /// Whether rules hold that ask of other objects.
    others: bool,
    /// How many rules were made ready.
    ready: AtomicU32,
    /// As what objects of kinds that are not Kubernetes' own are judged, by `apiVersion` and `kind`.
    views: FxHashMap<(Ustr, Ustr), Vec<&'static NativeKind>>,
}

/// What holds for the values of one type.
struct TypeRules<'a> {
    refinements: Arc<[RefinedField<'a>]>,
    rules: Vec<Rule<'a>>,
    /// What the rules read of a value, and of the object around it.
    reads: [Projection; 2],
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
    /// Its number among those that were made ready.
    number: u32,
    /// Where what it reads is found among the reads of its type.
    slots: [Slots; 2],
    lead: Option<Lead<'a>>,
}

/// What a rule asks before anything else.
struct Lead<'a> {
    asked: reads::Lead<'a>,
    lets: Vec<&'a ast::Let>,
    slots: [Slots; 2],
}

impl<'p, 'a> RuleBook<'p, 'a> {
    pub fn new(program: &'p Program<'a>, kube: KubeRange) -> RuleBook<'p, 'a> {
        RuleBook {
            program,
            // Kinds that the program defines or imports are known by now; of those that come later see `with_custom`.
            types: (0..schema::type_count() + schema::added::type_count()).map(|_| OnceLock::new()).collect(),
            kube,
            sets: RuleSets::default(),
            others: true,
            ready: AtomicU32::new(0),
            views: FxHashMap::default(),
        }
    }

    /// The same for a run with objects of these kinds, each an `apiVersion` and a `kind`, which are not Kubernetes' own.
    #[must_use]
    pub fn with_custom(mut self, kinds: impl Iterator<Item = (Ustr, Ustr)>) -> RuleBook<'p, 'a> {
        for (api_version, kind) in kinds {
            if !self.views.contains_key(&(api_version, kind)) {
                let mut views = self.program.views(api_version, kind);
                views.retain(|view| self.says_anything(view));
                self.views.insert((api_version, kind), views);
            }
        }
        self.types.resize_with(schema::type_count() + added::type_count(), OnceLock::new);
        self
    }

    /// As what objects of a kind that is not Kubernetes' own are judged.
    pub fn views(&self, api_version: Ustr, kind: Ustr) -> &[&'static NativeKind] {
        self.views.get(&(api_version, kind)).map_or(&[], Vec::as_slice)
    }

    /// Whether anything is said of the values of a kind, or of parts of it.
    fn says_anything(&self, kind: &NativeKind) -> bool {
        parts_of(kind).into_iter().any(|id| !self.program.rules(id).is_empty() || !self.program.refinements(id).is_empty())
    }

    /// The same with other sets of the library's rules.
    #[must_use]
    pub fn with_sets(self, sets: RuleSets) -> RuleBook<'p, 'a> {
        RuleBook { sets, ..self }
    }

    /// Makes ready what holds for values of these types, side by side; what is not made ready here is when a value is first met.
    pub fn prepare_all(&self, types: &[TypeId], shared: &Shared<'a>) {
        let names: Vec<&str> = types.iter().map(|id| id.get().short.as_str()).collect();
        stdlib::parse_rules_on(&names);
        types.par_iter().with_max_len(1).for_each(|&id| {
            self.of(id, shared);
        });
    }

    fn of(&self, id: TypeId, shared: &Shared<'a>) -> Option<&TypeRules<'a>> {
        Some(self.types.get(id.index())?.get_or_init(|| self.prepare(id, shared)))
    }

    /// The same without the rules that ask of other objects, for a run in which little is known of these.
    #[must_use]
    pub fn without_others(self) -> RuleBook<'p, 'a> {
        let sets = self.sets.with(RuleSet::References, false).with(RuleSet::Strict, false);
        RuleBook { sets, others: false, ..self }
    }

    fn prepare(&self, id: TypeId, shared: &Shared<'a>) -> TypeRules<'a> {
        let holds = |rule: &ast::RuleDecl| self.sets.has(rule) && (self.others || !self.asks_others(rule));
        let rules = self.program.rules(id).into_iter().filter(|found| holds(found.what));
        let mut reads = [Projection::default(), Projection::default()];
        let rules = rules.filter_map(|found| self.rule(id, found, shared, &mut reads)).collect();
        TypeRules { refinements: self.program.refinements(id), rules, reads }
    }

    /// Whether a user's rule may ask of other objects, by its text: `select(Service, …)`.
    fn asks_others(&self, rule: &ast::RuleDecl) -> bool {
        static QUESTION: LazyLock<Option<regex::Regex>> = LazyLock::new(|| {
            regex::Regex::new(r"\b(find|holds|labelled|makers|misspelt|misspeltLabel|objects|select|selecting|targeting|podsKnown)\s*\(")
                .ok()
        });
        let text = self.program.db.text(rule.span);
        RuleSet::of(rule).is_none() && QUESTION.as_ref().is_some_and(|question| question.is_match(&text))
    }

    /// A rule made ready; `None` for one on updates.
    fn rule(&self, ty: TypeId, found: Found<&'a ast::RuleDecl>, shared: &Shared<'a>, all: &mut [Projection; 2]) -> Option<Rule<'a>> {
        let RuleBind::Value(variable) = found.what.bind else { return None };
        let body = &found.what.body;
        let of = reads::Of { program: self.program, home: found.home, variable: variable.name, body };
        let mut slots = |reads: &RuleReads| [all[0].add(&reads.value), all[1].add(&reads.object)];
        let reads = reads::of(of);
        let lead = reads::lead(of).map(|(asked, lets, read)| (Lead { asked, lets, slots: slots(&read) }, read));
        let mut rule = Rule {
            code: rule_code(found.what),
            home: found.home,
            ty,
            variable: variable.name,
            body,
            absent: Arc::new(check::prepare(self.program, found)),
            quiet_without: None,
            number: self.ready.fetch_add(1, Ordering::Relaxed),
            slots: slots(&reads),
            reads,
            lead: None,
        };
        rule.quiet_without = self.quiet_without(&rule, lead.as_ref(), shared);
        // What asks for all that the rule reads anyway is not asked for twice.
        rule.lead = lead.map(|(lead, _)| lead).filter(|lead| lead.slots != rule.slots);
        Some(rule)
    }
}

impl<'a> RuleBook<'_, 'a> {
    /// Fields without any of which a rule has nothing to say: those that it asks for before anything else, or all that it reads.
    fn quiet_without(&self, rule: &Rule<'a>, lead: Option<&(Lead<'a>, RuleReads)>, shared: &Shared<'a>) -> Option<Vec<Path>> {
        let in_all = |quiet: &dyn Fn(Minor) -> bool| self.kube.each().all(quiet);
        if let Some((lead, reads)) = lead
            && let Some(fields) = reads.fields().filter(|fields| !fields.is_empty())
            && in_all(&|release| run::nothing_ends_at_lead(rule, lead, shared, release))
        {
            return Some(fields);
        }
        let fields = rule.reads.fields()?;
        in_all(&|release| run::says_nothing_of_nothing(rule, shared, release)).then_some(fields)
    }
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
    /// What rules had nothing to say of.
    quiet: Memory<u64>,
    /// Of each rule by its number: whether to ask for what it reads first, and for all that it reads.
    worth: Vec<[Worth; 2]>,
    /// What stands at the places that the rules of a type read, of a value and of the object around it.
    hashes: [Vec<u64>; 2],
}

impl<'s, 'a> RuleJudge<'s, 'a> {
    pub fn new(book: &'s RuleBook<'s, 'a>, shared: &'s Shared<'a>, faults: &'s Faults) -> RuleJudge<'s, 'a> {
        let releases = book.kube.each().map(release_node).rev().collect();
        let evaluators = [&faults.users, &faults.library].map(|sink| Evaluator::of_rules(shared, sink).keeping_faults());
        RuleJudge { book, shared, evaluators, releases, quiet: Memory::default(), worth: Vec::new(), hashes: Default::default() }
    }

    /// Runs a rule over a value, unless it is known to have nothing to say.
    fn run(&mut self, rule: &Rule<'a>, value: &Arc<Record>, site: &mut Site) {
        let number = rule.number as usize;
        if self.worth.len() <= number {
            self.worth.resize_with(number + 1, Default::default);
        }
        let [first, all] = self.worth[number];
        let hashes = &self.hashes;
        let key = |step: u64, [value, object]: &[Slots; 2]| {
            memo::key(memo::key(u64::from(rule.number) << 1 | step, value, &hashes[0]), object, &hashes[1])
        };
        let lead = rule.lead.as_ref().filter(|_| first.is_given()).map(|lead| (lead, key(0, &lead.slots)));
        let all = all.is_given().then(|| key(1, &rule.slots));
        if self.is_known(number, 0, lead.as_ref().map(|(_, key)| *key)) || self.is_known(number, 1, all) {
            return;
        }
        let releases = if rule.reads.names_release { &self.releases[..] } else { &self.releases[..1] };
        let evaluator = &mut self.evaluators[usize::from(rule.home == STD)];
        let said: usize = releases.iter().map(|release| run::run(rule, value, evaluator, release, site)).sum();
        if said > 0 {
            return;
        }
        if let Some((lead, key)) = lead {
            let object = Node::new(Value::Record(site.object.root.clone()), Origin::NONE);
            if releases.iter().all(|release| run::ends_at_lead(rule, lead, value, object.clone(), evaluator, release)) {
                // All that it reads is no further matter.
                return self.quiet.insert(key);
            }
        }
        all.into_iter().for_each(|key| self.quiet.insert(key));
    }

    fn is_known(&mut self, number: usize, step: usize, key: Option<u64>) -> bool {
        let Some(key) = key else { return false };
        let known = self.quiet.contains(&key);
        self.worth[number][step].count(known);
        known
    }
}

impl<'a> Judge for RuleJudge<'_, 'a> {
    fn judge(&mut self, value: &Arc<Record>, ty: TypeId, site: &mut Site) -> bool {
        let Some(rules) = self.book.of(ty, self.shared) else { return true };
        refine::check(&rules.refinements, value, site);
        let (mut alone, mut read) = (true, false);
        for rule in &rules.rules {
            if rule.quiet_without.as_ref().is_some_and(|paths| paths.iter().all(|path| reads::at(value, path).is_none())) {
                continue;
            }
            alone &= rule.reads.object.is_empty();
            if !std::mem::replace(&mut read, true) {
                let [of_value, of_object] = &mut self.hashes;
                rules.reads[0].hashes(value, of_value);
                rules.reads[1].hashes(&site.object.root, of_object);
            }
            self.run(rule, value, site);
        }
        alone
    }

    fn may_lack(&self, ty: TypeId, field: Ustr) -> bool {
        let rules = self.book.of(ty, self.shared);
        rules.is_some_and(|rules| rules.refinements.iter().any(|f| f.name == field && f.ty.is_optional()))
    }

    fn views(&self, object: &Object) -> Vec<&'static NativeKind> {
        match added::is_added(object.kind.ty) {
            true => self.book.views(object.kind.api_version, object.kind.kind).to_vec(),
            false => Vec::new(),
        }
    }
}

/// `kubeVersion`: 1.37
fn release_node(release: Minor) -> Node {
    Node { value: crate::value::Value::Float(Decimal::new(100 + i64::from(release.0), 2)), ..Node::default() }
}
