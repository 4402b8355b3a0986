//! Evaluation: from declarations to objects.
//!
//! Evaluation is deterministic and total: functions, kinds and types have no cycles, loops run over finite values, and limits on steps,
//! depth and size end what would be too much with a spanned error. Three passes:
//!
//! 1. `expand` walks the declaration blocks and makes the list of all declarations. Conditions and loops there see lets and params only.
//! 2. `emit` turns each declaration into objects, in parallel. A field of a declaration is computed when it is first read and kept; a
//!    thread that reads what another thread is computing computes it too, so no thread waits, and the first result stays.
//! 3. `finish` applies `extend` and `remove` to the emitted objects.
//!
//! An expression that fails reports its error once and becomes [`Poisoned`], which ends what depends on it, silently.

mod absent;
mod block;
mod calls;
mod coerce;
mod complete;
mod constant;
mod decl;
mod emit;
mod expand;
mod expr;
mod finish;
mod inputs;
mod makers;
mod merge;
mod names;
mod objects;
mod ops;
mod rules;
mod scope;

pub use coerce::broken;
pub use decl::{Body, Decl, DeclKind, Decls};
pub use makers::is_maker;
pub use objects::{Objects, selects};
pub use scope::{Local, LocalValue, Locals, Scope};

use crate::ast;
use crate::check::Reads;
use crate::diag::{Diagnostic, Sink, codes};
use crate::object::Object;
use crate::resolve::{Found, Program, STD};
use crate::source::Span;
use crate::types::{ModuleId, Ty};
use crate::value::{Measure, Node, Origin, OriginKind, Value};
use crate::world::World;
use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};
use std::cell::RefCell;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, RwLock};
use ustr::Ustr;

/// Reported already: what depends on it ends without another word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Poisoned;

pub type Eval<T> = Result<T, Poisoned>;

/// Bounds that no sensible program meets.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Expressions, entries and elements that one declaration or let may take.
    pub steps: u64,
    /// Expressions within expressions, calls within calls.
    pub depth: u32,
    /// Declarations, and objects, in a program.
    pub declarations: usize,
    /// Lists and records within each other.
    pub nesting: u32,
    /// Entries, elements and scalars that one value may have when it is written out; all objects together may have twenty times that.
    pub weight: u32,
    /// Bytes of one text.
    pub text: usize,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits { steps: 4_000_000, depth: 1_200, declarations: 200_000, nesting: 200, weight: 2_000_000, text: 4 << 20 }
    }
}

/// Values given to params from outside, by module and name. They were made to fit their types already.
pub type Params = FxHashMap<(ModuleId, Ustr), Node>;

/// What all threads share.
pub struct Shared<'a> {
    pub program: &'a Program<'a>,
    pub world: &'a dyn World,
    pub params: Params,
    pub limits: Limits,
    pub decls: Decls<'a>,
    /// What rules look among.
    pub objects: Objects,
    /// Lets and params by their declaration's address.
    globals: RwLock<FxHashMap<usize, Eval<Node>>>,
    /// Blocks and defaults in kinds that depend on nothing, by their address; `None` for those that do.
    constants: RwLock<FxHashMap<usize, Option<Node>>>,
    /// The types of functions' parameters and results, by the declaration's address.
    signatures: RwLock<FxHashMap<usize, Arc<calls::Signature<'a>>>>,
    /// What the objects that were made weigh together.
    weight: AtomicU64,
    /// What a test declares besides.
    pub extra: Option<Extra<'a>>,
    /// What is looked at, where somebody wants to know.
    pub coverage: Option<Arc<Coverage>>,
}

/// The body of a test: its declarations count as if they stood at the end of the file.
#[derive(Clone, Copy)]
pub struct Extra<'a> {
    pub items: &'a [ast::Item],
    pub home: ModuleId,
    /// The one of its `expect`s whose declarations count as well.
    pub expect: Option<&'a ast::Expect>,
}

/// Which conditions came out which way, and which declarations were named by their heads, in all the runs that share it.
#[derive(Debug, Default)]
pub struct Coverage {
    pub conditions: Mutex<FxHashSet<(Span, bool)>>,
    pub named: Mutex<FxHashSet<Span>>,
}

/// Everything a program declares, as objects in the order of the declarations.
pub fn evaluate<'a>(program: &'a Program<'a>, world: &'a dyn World, params: Params, limits: Limits) -> Vec<Object> {
    evaluate_and(program, world, params, limits, |_, objects| objects)
}

/// As [`evaluate`]; `then` gets the objects while all that was computed on the way to them is still at hand.
pub fn evaluate_and<'a, T>(
    program: &'a Program<'a>,
    world: &'a dyn World,
    params: Params,
    limits: Limits,
    then: impl FnOnce(&Shared<'a>, Vec<Object>) -> T,
) -> T {
    evaluate_shared(Shared::new(program, world, params, limits), then)
}

/// As [`evaluate_and`], of what was made ready before.
pub fn evaluate_shared<'a, T>(mut shared: Shared<'a>, then: impl FnOnce(&Shared<'a>, Vec<Object>) -> T) -> T {
    let expanded = expand::expand(&shared);
    shared.decls = expanded.decls;
    let shared = &shared;
    shared.check_globals();
    let objects: Vec<Vec<Object>> = shared.decls.list.par_iter().with_min_len(16).map(|decl| Evaluator::new(shared).emit(decl)).collect();
    if shared.is_full() {
        shared.report_full();
        return then(shared, Vec::new());
    }
    let objects = finish::finish(shared, objects.into_iter().flatten().collect(), expanded.extends);
    then(shared, objects)
}

/// The value of a let or param, as evaluation had it.
pub fn value_of_global<'a>(shared: &Shared<'a>, found: Found<crate::resolve::Value<'a>>) -> Option<Node> {
    let sink = Sink::new();
    Evaluator { sink: &sink, ..Evaluator::new(shared) }.global(found.what, found.home).ok()
}

impl<'a> Shared<'a> {
    pub fn new(program: &'a Program<'a>, world: &'a dyn World, params: Params, limits: Limits) -> Shared<'a> {
        Shared {
            program,
            world,
            params,
            limits,
            decls: Decls::default(),
            objects: Objects::default(),
            globals: Default::default(),
            constants: Default::default(),
            signatures: Default::default(),
            weight: Default::default(),
            extra: None,
            coverage: None,
        }
    }

    /// The same run seen from a test: Kubernetes' kinds name the finished objects, whoever made them.
    pub fn seen_by_test(&self, objects: &[Object]) -> Shared<'a> {
        let mut seen = Shared::new(self.program, self.world, self.params.clone(), self.limits);
        seen.coverage = self.coverage.clone();
        seen.objects = Objects::new(objects.to_vec());
        for decl in self.decls.list.iter().filter(|decl| decl.high().is_some()) {
            let _ = seen.decls.add(decl.clone());
        }
        for object in objects {
            let _ = seen.decls.add(Arc::new(Decl::of_object(object)));
        }
        seen.decls.file = self.decls.file.clone();
        seen
    }

    /// Whether the objects made so far are more than a program may make.
    fn is_full(&self) -> bool {
        self.weight.load(Ordering::Relaxed) > 20 * u64::from(self.limits.weight)
    }

    fn report_full(&self) {
        let at = self.decls.list.first().map_or(Span::NONE, |d| d.head);
        let message = format!("the objects of this program have more than {} parts together", 20 * u64::from(self.limits.weight));
        self.program
            .sink
            .push(Diagnostic::new(&codes::LIMIT_SIZE, at, message).help("make fewer or smaller objects, or split the program"));
    }

    /// Reads every let and param of the user's files, so that an error in one that nothing uses shows too.
    fn check_globals(&self) {
        let mut evaluator = Evaluator::new(self);
        for module in self.program.modules.iter().filter(|m| m.id != STD) {
            for value in module.values() {
                let _ = evaluator.global(value, module.id);
            }
        }
    }
}

/// `node` as a value of a type, complete; the error is a message about it.
pub fn fit<'a>(shared: &Shared<'a>, node: Node, ty: &Ty<'a>, home: ModuleId) -> Result<Node, String> {
    let sink = Sink::new();
    let mut evaluator = Evaluator { sink: &sink, ..Evaluator::new(shared) };
    let (span, scope) = (node.origin.span, Scope::module(home));
    let result = evaluator.adapt(node, ty, span, &scope).and_then(|node| evaluator.complete(node, ty, &scope, "it"));
    result.map_err(|Poisoned| match sink.finish().into_iter().next() {
        Some(Diagnostic { message, help, .. }) => help.first().map_or(message.clone(), |help| format!("{message}; {help}")),
        None => "it does not fit".into(),
    })
}

/// The state of one thread's walk.
pub struct Evaluator<'s, 'a> {
    pub shared: &'s Shared<'a>,
    steps: u64,
    depth: u32,
    /// What is being computed, outermost first, to find cycles.
    path: Vec<Thunk>,
    /// The lambdas of the calls in progress.
    lambdas: Vec<calls::Lambda<'a>>,
    /// The declaration whose objects are being made: errors in the standard library's code are shown at its head.
    subject: Option<Arc<Decl<'a>>>,
    /// While defaults are computed: what comes from there says so.
    origin_kind: OriginKind,
    /// Only names of declarations are known yet, not their values.
    names_only: bool,
    /// In a rule: what reads give where nothing is written, by the expression's address.
    absent: Option<Arc<Reads>>,
    /// What the calls in rules call, by the call's address: one evaluator runs the same rules over and over.
    callees: FxHashMap<usize, calls::Callee<'a>>,
    /// The last answer of `select`, for the next rule that asks the same: the content of the selector, and the namespace.
    selected: Option<((u64, Ustr), Node)>,
    /// In a rule: what is wrong with it, until it is known of which object that is to be told.
    faults: Option<RefCell<Vec<Diagnostic>>>,
    sink: &'s Sink,
}

/// What is computed: the address of a declaration, and which part of it.
type ThunkKey = (usize, Part, Ustr);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    Whole,
    Input,
    Export,
    Let,
    /// The `emit` of a kind, within that of another.
    Emit,
}

/// A value that is computed at most once at a time.
#[derive(Clone, Debug, PartialEq)]
pub struct Thunk {
    key: ThunkKey,
    /// As messages call it: `app.web.replicas`.
    name: String,
    span: Span,
}

impl<'s, 'a> Evaluator<'s, 'a> {
    pub fn new(shared: &'s Shared<'a>) -> Evaluator<'s, 'a> {
        Evaluator {
            shared,
            steps: 0,
            depth: 0,
            path: Vec::new(),
            lambdas: Vec::new(),
            subject: None,
            origin_kind: OriginKind::Emit,
            names_only: false,
            absent: None,
            callees: FxHashMap::default(),
            selected: None,
            faults: None,
            sink: shared.program.sink,
        }
    }

    /// The value of an expression at the top level of a module, as one of a type.
    pub fn value_of(&mut self, expr: &'a ast::Expr, ty: &Ty<'a>, home: ModuleId) -> Eval<Node> {
        self.eval_as(expr, ty, &Scope::module(home))
    }

    fn program(&self) -> &'a Program<'a> {
        self.shared.program
    }

    /// Counts work; an error where it is too much.
    fn spend(&mut self, units: usize, span: Span) -> Eval<()> {
        self.steps += units as u64;
        if self.steps > self.shared.limits.steps {
            return Err(self.error(
                Diagnostic::new(&codes::LIMIT_STEPS, span, format!("this takes more than {} steps", self.shared.limits.steps))
                    .help("a loop over a loop over a long list grows fast: make one of them shorter"),
            ));
        }
        Ok(())
    }

    /// Runs `work` one level deeper; an error where that is too deep.
    fn deeper<T>(&mut self, span: Span, work: impl FnOnce(&mut Self) -> Eval<T>) -> Eval<T> {
        if self.depth >= self.shared.limits.depth {
            let message = format!("this is more than {} levels deep", self.shared.limits.depth);
            return Err(
                self.error(Diagnostic::new(&codes::LIMIT_DEPTH, span, message).help("lets, calls and kinds nest here; flatten the chain"))
            );
        }
        self.depth += 1;
        let result = work(self);
        self.depth -= 1;
        result
    }

    /// `node`, unless it is too deep to walk or too large to write.
    fn measured(&self, node: Node, span: Span) -> Eval<Node> {
        let limits = &self.shared.limits;
        let Measure { depth, weight } = node.value.measure();
        if depth > limits.nesting {
            let error =
                Diagnostic::new(&codes::VALUE_TOO_DEEP, span, format!("this value is nested more than {} levels deep", limits.nesting));
            return Err(self.error(error.help("objects of Kubernetes are rarely nested deeper than 20 levels; look for a function or a let that wraps what it is given again and again")));
        }
        if let Value::Str(text) = &node.value {
            if text.len() > limits.text {
                let error = Diagnostic::new(
                    &codes::LIMIT_SIZE,
                    span,
                    format!("this text has {} bytes, {} at most are allowed", text.len(), limits.text),
                );
                return Err(self.error(error.help("the API server takes objects of about a mebibyte; look for a text that doubles itself")));
            }
        } else if weight > limits.weight {
            let error = Diagnostic::new(&codes::LIMIT_SIZE, span, format!("this value has more than {} parts", limits.weight));
            return Err(
                self.error(error.help("the API server takes objects of about a mebibyte; look for a list or a record that doubles itself"))
            );
        }
        Ok(node)
    }

    /// Computes a thunk, with a budget of steps of its own, so that who reads it first does not matter; an error where it is being
    /// computed already.
    fn thunk<T>(&mut self, key: ThunkKey, name: impl FnOnce() -> String, span: Span, work: impl FnOnce(&mut Self) -> Eval<T>) -> Eval<T> {
        if let Some(start) = self.path.iter().position(|t| t.key == key) {
            return Err(self.cycle(start, span));
        }
        self.path.push(Thunk { key, name: name(), span });
        let steps = std::mem::take(&mut self.steps);
        let kind = std::mem::replace(&mut self.origin_kind, OriginKind::Emit);
        let result = self.deeper(span, work);
        (self.steps, self.origin_kind) = (steps, kind);
        self.path.pop();
        result
    }

    fn cycle(&self, start: usize, span: Span) -> Poisoned {
        // Begin the round at its smallest place, so that it reads the same whichever member was asked for first.
        let round = &self.path[start..];
        let first = (0..round.len()).min_by_key(|&i| (round[i].span, &round[i].name)).unwrap_or(0);
        let ordered: Vec<&Thunk> = round[first..].iter().chain(&round[..first]).collect();
        let names: Vec<&str> = ordered.iter().map(|t| t.name.as_str()).chain(ordered.first().map(|t| t.name.as_str())).collect();
        let primary = ordered.first().map_or(span, |t| t.span);
        let mut error = Diagnostic::new(&codes::CYCLE, primary, format!("`{}` needs itself: {}", names[0], names.join(" → ")));
        for thunk in ordered.iter().skip(1) {
            error = error.also(thunk.span, format!("by way of `{}`", thunk.name));
        }
        self.error(error)
    }

    /// Reports an error. One in the standard library's text is shown at the head of the declaration that is being made.
    fn error(&self, diagnostic: Diagnostic) -> Poisoned {
        self.report(diagnostic);
        Poisoned
    }

    fn report(&self, mut diagnostic: Diagnostic) {
        if let Some(subject) = &self.subject
            && !self.program().db.is_user(diagnostic.primary.span)
            && !subject.head.is_none()
        {
            let inner = std::mem::replace(&mut diagnostic.primary.span, subject.head);
            let text = std::mem::take(&mut diagnostic.primary.text);
            let text = if text.is_empty() { format!("inside `{}`", subject.kind_name()) } else { text };
            diagnostic = diagnostic.also(inner, text);
        }
        match &self.faults {
            Some(faults) => faults.borrow_mut().push(diagnostic),
            None => self.sink.push(diagnostic),
        }
    }

    /// The origin of what an expression wrote.
    fn written(&self, scope: &Scope, span: Span) -> Origin {
        Origin { span, kind: if scope.home == STD { self.origin_kind } else { OriginKind::User } }
    }

    /// The origin of what an expression computed. In the standard library's code: of the user's value that went into it.
    fn computed<'n>(&self, scope: &Scope, span: Span, from: impl IntoIterator<Item = &'n Node>) -> Origin {
        if scope.home != STD {
            return Origin::user(span);
        }
        let user = from.into_iter().map(|n| n.origin).find(|o| o.kind == OriginKind::User && !o.span.is_none());
        user.unwrap_or(Origin { span, kind: self.origin_kind })
    }

    /// A let or param of a module, computed once.
    fn global(&mut self, value: crate::resolve::Value<'a>, home: ModuleId) -> Eval<Node> {
        let (key, ident) = match value {
            crate::resolve::Value::Let(decl) => (std::ptr::from_ref(decl) as usize, decl.name),
            crate::resolve::Value::Param(decl) => (std::ptr::from_ref(decl) as usize, decl.name),
        };
        if let Some(known) = self.shared.globals.read().unwrap_or_else(|e| e.into_inner()).get(&key) {
            return known.clone();
        }
        let result = self.thunk(
            (key, Part::Whole, Ustr::default()),
            || ident.name.to_string(),
            ident.span,
            |this| {
                let scope = Scope::module(home);
                match value {
                    crate::resolve::Value::Let(decl) => this.eval(&decl.value, &scope),
                    crate::resolve::Value::Param(decl) => this.param(decl, home, &scope),
                }
            },
        );
        self.shared.globals.write().unwrap_or_else(|e| e.into_inner()).entry(key).or_insert(result).clone()
    }

    fn param(&mut self, decl: &'a ast::Param, home: ModuleId, scope: &Scope<'a>) -> Eval<Node> {
        if let Some(given) = self.shared.params.get(&(home, decl.name.name)) {
            return Ok(given.clone());
        }
        let ty = self.program().ty(home, &decl.ty);
        match &decl.default {
            Some(expr) => {
                let node = self.eval_as(expr, &ty, scope)?;
                self.complete(node, &ty, scope, &format!("param {}", decl.name.name))
            }
            None if ty.is_optional() => Ok(Node::new(Value::Null, Origin::user(decl.name.span))),
            None => Err(self.error(
                Diagnostic::new(&codes::PARAM_MISSING, decl.name.span, format!("param `{}` has no value", decl.name.name))
                    .help(format!("give it one: `-p {}=…`, a file with `--params`, or a default here", decl.name.name)),
            )),
        }
    }
}
