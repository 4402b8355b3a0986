//! The checker: every file of the user against its types, before anything is evaluated.
//!
//! Bidirectional: [`Checker::infer`] finds the type of an expression, [`Checker::check`] holds one against what its place expects. A
//! literal adapts to what is expected, anything else must be of the type. Every error is reported in one run, and what was reported has
//! [`Ty::Poison`], about which nothing complains again. What an optional value is known to be, behind `x != null`, is remembered as a
//! fact beside the local names.
//!
//! Entries are checked against the type of their block (`block`), declarations against their kinds (`items`), kinds against themselves
//! (`kind`). The standard library is taken to be right; a test holds it to the same checks.

mod access;
mod annotations;
mod block;
mod calls;
mod compare;
mod declared;
mod expect;
mod export;
mod expr;
mod facts;
mod functions;
mod items;
mod kind;
mod name;
mod report;
mod rules;
mod sig;
#[cfg(test)]
mod tests;
pub mod trace;
mod unit;
mod writes;

use crate::ast::{self, Name};
use crate::diag::{Diagnostic, codes};
use crate::resolve::{Found, Kind, Program, STD, Value};
use crate::source::Span;
use crate::types::{ModuleId, Ty};
use declared::Declared;
use facts::Path;
use rayon::prelude::*;
pub use rules::{Reads, prepare};
use rustc_hash::FxHashMap;
use std::sync::{Arc, RwLock};

/// Checks every file of the project. What is wrong goes to the program's sink.
pub fn check(program: &Program) {
    let shared = Shared::new(program, false);
    for module in program.modules.iter().filter(|m| m.id != STD) {
        let checker = Checker::new(&shared, module.id);
        checker.function_cycles(module.items);
        // One by one in the order of the file, so that a chain that is too long is told at the same place whatever the threads do.
        for item in module.items {
            if let ast::Item::Type(decl) = item {
                program.named_type(module.id, decl.name.name);
            }
        }
        module.items.par_iter().with_min_len(64).for_each(|item| Checker::new(&shared, module.id).top_item(item));
    }
}

/// Whether the declarations that a test expects to be refused are, by their types alone.
pub fn meets<'a>(program: &Program<'a>, expect: &'a ast::Expect) -> bool {
    let shared = Shared::new(program, false);
    let mut checker = Checker { expected: Some(expect.code.name), ..Checker::new(&shared, program.root()) };
    checker.expected_items(&expect.body);
    checker.met.get()
}

/// Checks the standard library itself: what a test does, and no run of the program.
pub fn check_std(program: &Program) {
    use crate::stdlib::{Sort, item, names};
    let shared = Shared::new(program, true);
    for sort in [Sort::Let, Sort::Type, Sort::Fn, Sort::Kind, Sort::Crd] {
        for name in names(sort) {
            if let Some(item) = item(sort, name) {
                Checker::new(&shared, STD).top_item(item);
            }
        }
    }
    crate::stdlib::rules().for_each(|rule| Checker::new(&shared, STD).rule(rule));
    crate::stdlib::refinements().for_each(|refine| Checker::new(&shared, STD).refine(refine));
}

/// What all threads share.
struct Shared<'p, 'a> {
    program: &'p Program<'a>,
    declared: Declared,
    /// Types of lets, annotations, results of functions and exports, by the address of what has them.
    known: RwLock<FxHashMap<usize, Ty<'a>>>,
    /// The kinds of the settings of a file and of a namespace.
    file: Option<Arc<Kind<'a>>>,
    namespace: Option<Arc<Kind<'a>>>,
    /// Errors in the standard library are shown only when it is what is checked.
    checks_std: bool,
    /// Where what is met is written down, for tools.
    trace: Option<&'p trace::Trace<'a>>,
}

impl<'p, 'a> Shared<'p, 'a> {
    fn new(program: &'p Program<'a>, checks_std: bool) -> Shared<'p, 'a> {
        let high = |name: &str| match program.kind_named(STD, name.into()) {
            Some(crate::resolve::KindRef::High(kind)) => Some(kind),
            _ => None,
        };
        let (file, namespace) = (high("file"), high("namespace"));
        Shared { program, declared: Declared::of(program), known: Default::default(), file, namespace, checks_std, trace: None }
    }
}

/// One thread's walk.
struct Checker<'s, 'p, 'a> {
    shared: &'s Shared<'p, 'a>,
    place: Place<'a>,
    /// Local names and facts, innermost last.
    locals: Vec<Bind<'a>>,
    /// Definitions whose types are being found, outermost first, to find cycles.
    path: Vec<Pending>,
    /// Whether errors are kept silent: they belong to a definition that is checked at its own place.
    muted: bool,
    /// The code that a test expects where this stands.
    expected: Option<Name>,
    /// It came.
    met: std::cell::Cell<bool>,
    /// While a rule is prepared: what its reads give where nothing is written.
    reads: Option<Reads>,
}

/// Where an expression stands.
#[derive(Clone)]
struct Place<'a> {
    home: ModuleId,
    /// In the body of a kind: its fields and lets are bound.
    kind: Option<Arc<Kind<'a>>>,
    /// In a test the emitted objects can be named.
    test: bool,
    /// In a rule absent structure is read without asking.
    rule: bool,
}

enum Bind<'a> {
    /// With the place that binds it.
    Local(Name, Ty<'a>, Span),
    /// What the path names is not null here.
    Present(Path),
}

struct Pending {
    key: usize,
    name: Name,
    span: Span,
}

impl<'a> Place<'a> {
    fn module(home: ModuleId) -> Place<'a> {
        Place { home, kind: None, test: false, rule: false }
    }
}

/// Definitions that need one another in a longer chain than this are left to evaluation, which has a limit and says so.
const DEEPEST: usize = 2_000;

impl<'s, 'p, 'a> Checker<'s, 'p, 'a> {
    fn new(shared: &'s Shared<'p, 'a>, home: ModuleId) -> Checker<'s, 'p, 'a> {
        Checker {
            shared,
            place: Place::module(home),
            locals: Vec::new(),
            path: Vec::new(),
            muted: false,
            expected: None,
            met: Default::default(),
            reads: None,
        }
    }

    fn program(&self) -> &'p Program<'a> {
        self.shared.program
    }

    fn report(&self, diagnostic: Diagnostic) {
        if self.expected.is_some_and(|code| code == diagnostic.code.name) {
            self.met.set(true);
        } else if !self.muted {
            self.program().sink.push(diagnostic);
        }
    }

    /// Reports an error and gives the type of what is wrong.
    fn error(&self, diagnostic: Diagnostic) -> Ty<'a> {
        self.report(diagnostic);
        Ty::Poison
    }

    /// Runs `work` in another place, without this one's local names.
    fn elsewhere<T>(&mut self, place: Place<'a>, work: impl FnOnce(&mut Self) -> T) -> T {
        let muted = self.muted || place.home == STD && !self.shared.checks_std;
        let place = std::mem::replace(&mut self.place, place);
        let locals = std::mem::take(&mut self.locals);
        let muted = std::mem::replace(&mut self.muted, muted);
        let result = work(self);
        (self.place, self.locals, self.muted) = (place, locals, muted);
        result
    }

    fn silently<T>(&mut self, work: impl FnOnce(&mut Self) -> T) -> T {
        let muted = std::mem::replace(&mut self.muted, true);
        let result = work(self);
        self.muted = muted;
        result
    }

    /// Runs `work` and forgets the local names and facts that it adds.
    fn scoped<T>(&mut self, work: impl FnOnce(&mut Self) -> T) -> T {
        let mark = self.locals.len();
        let result = work(self);
        self.locals.truncate(mark);
        result
    }

    fn bind(&mut self, name: ast::Ident, ty: Ty<'a>) {
        self.saw(name.span, || trace::Meaning::Local { at: name.span, ty: ty.clone() });
        self.locals.push(Bind::Local(name.name, ty, name.span));
    }

    /// The type of something that is found once and kept. A definition that needs itself is an error.
    fn known<D>(&mut self, what: &'a D, name: ast::Ident, find: impl FnOnce(&mut Self) -> Ty<'a>) -> Ty<'a> {
        let key = std::ptr::from_ref(what) as usize;
        if let Some(ty) = self.shared.known.read().unwrap_or_else(|e| e.into_inner()).get(&key) {
            return ty.clone();
        }
        if let Some(start) = self.path.iter().position(|p| p.key == key) {
            return self.cycle(start);
        }
        if self.path.len() >= DEEPEST {
            return Ty::Any;
        }
        self.path.push(Pending { key, name: name.name, span: name.span });
        let ty = find(self);
        self.path.pop();
        self.shared.known.write().unwrap_or_else(|e| e.into_inner()).insert(key, ty.clone());
        ty
    }

    fn cycle(&self, start: usize) -> Ty<'a> {
        // Begin the round at its first place, so that it reads the same whichever member was asked for.
        let round = &self.path[start..];
        let first = (0..round.len()).min_by_key(|&i| round[i].span).unwrap_or(0);
        let ordered: Vec<&Pending> = round[first..].iter().chain(&round[..first]).collect();
        let names: Vec<&str> = ordered.iter().map(|p| p.name.as_str()).chain([ordered[0].name.as_str()]).collect();
        let mut error = Diagnostic::new(&codes::CYCLE, ordered[0].span, format!("`{}` needs itself: {}", names[0], names.join(" → ")));
        for pending in &ordered[1..] {
            error = error.also(pending.span, format!("by way of `{}`", pending.name));
        }
        self.error(error)
    }

    /// The type that an annotation names, built once.
    fn annotation(&mut self, home: ModuleId, expr: &'a ast::TypeExpr) -> Ty<'a> {
        let key = std::ptr::from_ref(expr) as usize;
        if let Some(ty) = self.shared.known.read().unwrap_or_else(|e| e.into_inner()).get(&key) {
            return ty.clone();
        }
        let ty = self.program().ty(home, expr);
        self.shared.known.write().unwrap_or_else(|e| e.into_inner()).insert(key, ty.clone());
        ty
    }

    /// The type of a module's let or param.
    fn global(&mut self, found: Found<Value<'a>>) -> Ty<'a> {
        match found.what {
            Value::Param(param) => self.annotation(found.home, &param.ty),
            Value::Let(decl) => {
                let find = |this: &mut Self| this.elsewhere(Place::module(found.home), |this| this.infer(&decl.value));
                self.known(decl, decl.name, find)
            }
        }
    }

    fn text(&self, span: Span) -> String {
        self.program().db.text(span)
    }
}
