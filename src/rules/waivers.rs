//! Waivers: rules that a program sets aside, where, and why.
//!
//! `waive image-pinned = "why"` stands in a declaration, a namespace or a file and holds for the objects that come of it. They are read
//! off the syntax trees, since a reason is plain text: which objects one covers is told by the head of the declaration that an object
//! came from. Advice can be waived, whoever gives it: rules of users and of the library, kinds, and kdsl's own warnings about objects.
//! What the API server refuses cannot, for a waiver would not make it accept that; nor can a rule that says so (`unwaivable`). A waiver
//! that nothing needed is reported, as is one whose day has passed; the day comes from outside, for a program has no clock.

use crate::ast::{self, Entry, ExprKind, ExtendBody, FieldValue, Item, Level, RuleStmt, Target};
use crate::diag::{Code, Diagnostic, Sink, codes, suggest};
use crate::manifest::Custom;
use crate::object::Object;
use crate::resolve::{Program, STD};
use crate::source::Span;
use crate::stdlib;
use std::sync::atomic::{AtomicBool, Ordering};
use ustr::Ustr;

/// All waivers of a program.
#[derive(Default)]
pub struct Waivers {
    list: Vec<Waiver>,
    /// `2026-11-24`, where it is known.
    today: Option<String>,
    /// Whether any objects were judged: before, nothing is known of what they need.
    asked: AtomicBool,
}

/// One waiver.
pub struct Waiver {
    pub rule: ast::Name,
    pub reason: String,
    /// The last day on which it holds: `2027-01-31`.
    pub until: Option<String>,
    /// Where its rule is named.
    pub span: Span,
    covers: Covers,
    used: AtomicBool,
}

/// The objects that a waiver holds for.
enum Covers {
    All,
    Namespace {
        name: Option<Ustr>,
        span: Span,
    },
    /// What the declarations with these heads make.
    Declarations(Vec<Span>),
}

impl Waivers {
    /// The waivers of the program's file and of its bases. What is wrong with one is reported and leaves it out.
    pub fn of(program: &Program, today: Option<String>) -> Waivers {
        let mut finder = Finder { program, list: Vec::new(), declared: Vec::new() };
        let chain = program.chain();
        let items = || chain.iter().filter(|m| **m != STD).flat_map(|m| program.module(*m).items);
        items().for_each(|item| finder.declare(item));
        items().for_each(|item| finder.item(item, &Place::File));
        Waivers { list: finder.list, today, asked: AtomicBool::new(false) }
    }

    /// Tells that objects are judged from here on.
    pub fn ask(&self) {
        self.asked.store(true, Ordering::Relaxed);
    }

    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// All waivers in the order of the source, and whether each was needed.
    pub fn all(&self) -> impl Iterator<Item = (&Waiver, bool)> {
        self.list.iter().map(|waiver| (waiver, waiver.used.load(Ordering::Relaxed)))
    }

    pub fn into_all(self) -> Vec<(Waiver, bool)> {
        self.list.into_iter().map(|waiver| (waiver.used.load(Ordering::Relaxed), waiver)).map(|(used, waiver)| (waiver, used)).collect()
    }

    /// Whether what was said of an object is waived; if so, the waiver counts as needed.
    pub fn waives(&self, found: &Diagnostic, object: &Object) -> bool {
        let Object { namespace, name, head, kind, .. } = object;
        self.covers(found, Subject { head: *head, namespace: *namespace, names: (kind.kind == "Namespace").then_some(*name) })
    }

    /// Whether what was said of an object of a foreign kind is waived.
    pub fn waives_custom(&self, found: &Diagnostic, object: &Custom) -> bool {
        self.covers(found, Subject { head: object.head, namespace: object.namespace, names: None })
    }

    /// Takes out what kinds advise about declarations, where that is waived.
    pub fn sift(&self, sink: &Sink) {
        if self.is_empty() {
            return;
        }
        for found in sink.take() {
            let about = found.about.filter(|_| found.code == &codes::ADVICE);
            if !about.is_some_and(|(head, namespace)| self.covers(&found, Subject { head, namespace, names: None })) {
                sink.push(found);
            }
        }
    }

    fn covers(&self, diagnostic: &Diagnostic, subject: Subject) -> bool {
        let code = diagnostic.code;
        if ADVICE.contains(&code) && code != &codes::UNVERIFIED && diagnostic.is_error() {
            return false;
        }
        let mut found = self.list.iter().filter(|w| w.rule == code.name && w.covers.subject(&subject));
        let Some(waiver) = found.next() else { return false };
        [waiver].into_iter().chain(found).for_each(|waiver| waiver.used.store(true, Ordering::Relaxed));
        !self.is_over(waiver)
    }

    /// Reports waivers that were not needed, and those that no longer hold.
    pub fn report(&self, sink: &Sink) {
        if !self.asked.load(Ordering::Relaxed) {
            return;
        }
        for (waiver, used) in self.all() {
            if self.is_over(waiver) {
                let until = waiver.until.as_deref().unwrap_or_default();
                let message = format!("this waiver of `{}` ended with {until}", waiver.rule);
                sink.push(
                    Diagnostic::new(&codes::WAIVER_ENDED, waiver.span, message).help("do what the rule demands, or agree on a later day"),
                );
            } else if !used {
                let message = format!("nothing here breaks `{}`, so its waiver does nothing", waiver.rule);
                sink.push(Diagnostic::new(&codes::WAIVER_UNUSED, waiver.span, message).help("remove it"));
            }
        }
    }

    fn is_over(&self, waiver: &Waiver) -> bool {
        matches!((&waiver.until, &self.today), (Some(until), Some(today)) if until < today)
    }
}

/// The codes, besides rules, that may be waived: as warnings they are advice, as errors they are not.
static ADVICE: &[&Code] =
    &[&codes::ADVICE, &codes::DUPLICATE_ELEMENT, &codes::OBJECT_NAME, &codes::OBJECT_TWICE, &codes::RETIRED_API, &codes::UNVERIFIED];

/// What something is said about.
struct Subject {
    head: Span,
    namespace: Option<Ustr>,
    /// The namespace that it is.
    names: Option<Ustr>,
}

impl Covers {
    fn subject(&self, subject: &Subject) -> bool {
        match self {
            Covers::All => true,
            Covers::Namespace { name, span } => {
                name.is_some() && (subject.namespace == *name || subject.names == *name) || span.contains(subject.head)
            }
            Covers::Declarations(heads) => heads.contains(&subject.head),
        }
    }
}

/// Whether a rule may refuse anything, rather than only warn.
fn refuses(body: &[RuleStmt]) -> bool {
    body.iter().any(|stmt| match stmt {
        RuleStmt::Report(report) => report.level == Level::Deny,
        RuleStmt::Require(require) => require.report.level == Level::Deny,
        RuleStmt::If(cond) => refuses(&cond.then) || refuses(&cond.otherwise),
        RuleStmt::For(each) => refuses(&each.body),
        RuleStmt::Let(_) | RuleStmt::Help(_) | RuleStmt::Unwaivable(_) => false,
    })
}

/// What a waiver stands in.
enum Place {
    File,
    Namespace { name: Option<Ustr>, span: Span },
    Declarations(Vec<Span>),
}

struct Finder<'p, 'a> {
    program: &'p Program<'a>,
    list: Vec<Waiver>,
    /// Kind, name and head of what is declared under a plain name, for `extend`.
    declared: Vec<(Ustr, Ustr, Span)>,
}

impl Finder<'_, '_> {
    fn declare(&mut self, item: &Item) {
        match item {
            Item::Instance(decl) => {
                if let Some(name) = decl.label.as_static() {
                    self.declared.push((decl.head.name.name, name, decl.head_span));
                }
            }
            Item::Namespace(namespace) => namespace.items.iter().for_each(|item| self.declare(item)),
            Item::If(cond) => cond.then.iter().chain(&cond.otherwise).for_each(|item| self.declare(item)),
            Item::For(each) => each.body.iter().for_each(|item| self.declare(item)),
            Item::Extend(ast::Extend { body: ExtendBody::Items(items), .. }) => items.iter().for_each(|item| self.declare(item)),
            _ => {}
        }
    }

    fn item(&mut self, item: &Item, place: &Place) {
        match item {
            Item::Waive(waive) => self.waive(waive, place),
            Item::Namespace(namespace) => {
                let inner = Place::Namespace { name: namespace.label.as_static(), span: namespace.span };
                namespace.items.iter().for_each(|item| self.item(item, &inner));
            }
            Item::If(cond) => cond.then.iter().chain(&cond.otherwise).for_each(|item| self.item(item, place)),
            Item::For(each) => each.body.iter().for_each(|item| self.item(item, place)),
            Item::Instance(decl) => self.entries(&decl.body.entries, &Place::Declarations(vec![decl.head_span])),
            Item::Extend(extend) => self.extend(extend),
            _ => {}
        }
    }

    fn extend(&mut self, extend: &ast::Extend) {
        let name = match &extend.target {
            Target::Label(label) => label.as_static(),
            Target::All(_) => None,
        };
        match &extend.body {
            ExtendBody::Items(items) => {
                let inner = Place::Namespace { name, span: extend.span };
                items.iter().for_each(|item| self.item(item, &inner));
            }
            ExtendBody::Block(block) => {
                let kind = extend.head.name.name;
                let heads = self.declared.iter().filter(|(k, n, _)| *k == kind && Some(*n) == name).map(|(.., head)| *head).collect();
                self.entries(&block.entries, &Place::Declarations(heads));
            }
        }
    }

    fn entries(&mut self, entries: &[Entry], place: &Place) {
        for entry in entries {
            match entry {
                Entry::Waive(waive) => self.waive(waive, place),
                Entry::If(cond) => {
                    self.entries(&cond.then, place);
                    self.entries(&cond.otherwise, place);
                }
                Entry::For(each) => self.entries(&each.body, place),
                Entry::Field(_) | Entry::Spread(_) | Entry::Let(_) => {}
            }
        }
    }

    fn waive(&mut self, waive: &ast::Waive, place: &Place) {
        let Some((reason, until)) = self.reason(waive) else { return };
        if !self.can_be_waived(waive) {
            return;
        }
        let covers = match place {
            Place::File => Covers::All,
            Place::Namespace { name, span } => Covers::Namespace { name: *name, span: *span },
            Place::Declarations(heads) => Covers::Declarations(heads.clone()),
        };
        self.list.push(Waiver { rule: waive.rule.name, reason, until, span: waive.rule.span, covers, used: AtomicBool::new(false) });
    }

    /// The reason of a waiver and its last day; `None` after an error.
    fn reason(&self, waive: &ast::Waive) -> Option<(String, Option<String>)> {
        let sink = self.program.sink;
        let wrong = |at: Span, message: &str| {
            let help = "write `waive rule = \"why\"`, or `waive rule = { reason = \"why\", until = \"2027-01-31\" }`";
            sink.push(Diagnostic::new(&codes::WAIVER, at, message).help(help));
        };
        let text = |expr: &ast::Expr| match &expr.kind {
            ExprKind::Str(lit) => lit.as_static().map(str::to_string),
            _ => None,
        };
        let (reason, until) = match &waive.reason.kind {
            ExprKind::Record(block) => {
                let field = |name: &str| {
                    block.entries.iter().find_map(|entry| match entry {
                        Entry::Field(ast::Field { key, label: None, value: FieldValue::Set(expr), .. })
                            if key.as_static().is_some_and(|k| k == name) =>
                        {
                            Some(expr)
                        }
                        _ => None,
                    })
                };
                (field("reason").and_then(text), field("until").map(|expr| (expr.span, text(expr))))
            }
            _ => (text(&waive.reason), None),
        };
        let Some(reason) = reason.filter(|reason| !reason.trim().is_empty()) else {
            wrong(waive.reason.span, "a waiver says why, in plain text");
            return None;
        };
        match until {
            None => Some((reason, None)),
            Some((_, Some(day))) if is_day(&day) => Some((reason, Some(day))),
            Some((span, _)) => {
                wrong(span, "the last day of a waiver is written as year, month and day");
                None
            }
        }
    }

    /// Whether there is such a rule, and it may be waived; reports where not.
    fn can_be_waived(&self, waive: &ast::Waive) -> bool {
        let (name, at) = (waive.rule.name, waive.rule.span);
        let known = self.rules();
        let cannot = |why: &str, help: &str| {
            let error = Diagnostic::new(&codes::WAIVER, at, format!("`{name}` cannot be waived: {why}"));
            self.program.sink.push(error.help(help));
            false
        };
        match known.iter().find(|(rule, ..)| rule.name.name == name) {
            Some((rule, true)) if refuses(&rule.body) => {
                cannot("the API server refuses what breaks it", "no waiver changes that: do what it demands")
            }
            Some((rule, _)) if rule.body.iter().any(|stmt| matches!(stmt, RuleStmt::Unwaivable(_))) => {
                cannot("the rule says so", "do what it demands, or talk to those who wrote it")
            }
            Some(_) => true,
            None if ADVICE.iter().any(|code| code.name == name) => true,
            None if codes::find(&name).is_some() => {
                cannot("it is no advice, but what is wrong with the program or refused by the API server", "do what it demands")
            }
            None => {
                let error = Diagnostic::new(&codes::WAIVER, at, format!("there is no rule `{name}`"));
                self.program.sink.push(match suggest::nearest(&name, known.iter().map(|(rule, _)| rule.name.name.as_str())) {
                    Some(near) => error.help(format!("did you mean `{near}`?")).fix(at, near),
                    None => error.help("a message names its rule in brackets: `warning[image-pinned]`"),
                });
                false
            }
        }
    }

    /// Every rule, and whether it is the API server's own.
    fn rules(&self) -> Vec<(&ast::RuleDecl, bool)> {
        let is_of_server = |rule: &ast::RuleDecl| self.program.db.find(rule.span).is_some_and(|file| file.name.starts_with("std/k8s/"));
        let own = stdlib::rules().map(|rule| (rule, is_of_server(rule)));
        let users = self.program.modules.iter().flat_map(|m| m.items).filter_map(|item| match item {
            Item::Rule(rule) => Some((rule, false)),
            _ => None,
        });
        own.chain(users).collect()
    }
}

fn is_day(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let number = |part: &str, digits: usize, most: u32| part.len() == digits && part.parse::<u32>().is_ok_and(|n| (1..=most).contains(&n));
    matches!(parts.as_slice(), [year, month, day] if number(year, 4, 9999) && number(month, 2, 12) && number(day, 2, 31))
}
