//! Rules and refinements: their types, and what the reads of a rule give where nothing is written.
//!
//! A rule reads an object with the server's defaults filled in, though nothing is filled in: where a field is absent, its read gives the
//! default, an empty list or map, or null. Which of them depends on the type of what stands before the dot, which only the checker
//! knows. So a rule is checked once more when it is first needed ([`prepare`]), and each read is noted by its expression's address, in
//! the functions that the rule calls too.

use super::trace::Meaning;
use super::{Checker, Place, Shared};
use crate::ast::{self, RuleBind, RuleStmt};
use crate::builtins::{Asks, LookUp};
use crate::diag::{Diagnostic, codes, suggest};
use crate::resolve::{Found, KindRef, Program, STD};
use crate::schema;
use crate::source::Span;
use crate::types::Ty;
use crate::value::Node;
use rustc_hash::{FxHashMap, FxHashSet};
use ustr::Ustr;

/// By the address of the expression `base.field`: its value where the field is absent, unless that is null.
#[derive(Default)]
pub struct Reads {
    pub absent: FxHashMap<usize, Node>,
    /// By the address of a question: what the objects are found by, of a kind that is not Kubernetes' own.
    pub asked: FxHashMap<usize, Ustr>,
    /// Functions whose bodies were seen.
    functions: FxHashSet<usize>,
}

/// What the reads of a rule give where nothing is written.
pub fn prepare<'a>(program: &Program<'a>, rule: Found<&'a ast::RuleDecl>) -> Reads {
    let shared = Shared::new(program, false);
    let mut checker = Checker { muted: true, reads: Some(Reads::default()), ..Checker::new(&shared, rule.home) };
    checker.rule(rule.what);
    checker.reads.unwrap_or_default()
}

/// How many names a help lists.
const SHOWN: usize = 6;

impl<'a> Checker<'_, '_, 'a> {
    pub(super) fn rule(&mut self, rule: &'a ast::RuleDecl) {
        let home = self.place.home;
        self.saw_rule(rule.name);
        self.saw_type_word(rule.on.name.span);
        let Some(&id) = self.program().native_types(home, &rule.on).first() else { return self.unknown_native(&rule.on) };
        self.saw(rule.on.name.span, || Meaning::Built(Ty::Native(id)));
        let place = Place { rule: true, ..Place::module(home) };
        self.elsewhere(place, |this| {
            this.bind(ast::Ident { name: "object".into(), span: Span::NONE }, Ty::Any);
            this.bind(ast::Ident { name: "kubeVersion".into(), span: Span::NONE }, Ty::Float);
            match rule.bind {
                RuleBind::Value(value) => this.bind(value, Ty::Native(id)),
                RuleBind::Update { old, new } => {
                    this.bind(old, Ty::Native(id));
                    this.bind(new, Ty::Native(id));
                }
            }
            this.stmts(&rule.body);
        });
    }

    fn stmts(&mut self, stmts: &'a [RuleStmt]) {
        self.scoped(|this| stmts.iter().for_each(|stmt| this.stmt(stmt)));
    }

    fn stmt(&mut self, stmt: &'a RuleStmt) {
        match stmt {
            RuleStmt::Let(decl) => {
                let ty = self.infer(&decl.value);
                self.bind(decl.name, ty);
            }
            RuleStmt::If(cond) => {
                self.condition(&cond.condition);
                self.given(&cond.condition, true, |this| this.stmts(&cond.then));
                self.given(&cond.condition, false, |this| this.stmts(&cond.otherwise));
            }
            RuleStmt::For(each) => self.scoped(|this| {
                this.bind_loop(each.key, each.var, &each.over);
                this.stmts(&each.body);
            }),
            RuleStmt::Report(report) => self.rule_report(report),
            RuleStmt::Require(require) => {
                self.condition(&require.condition);
                self.given(&require.condition, false, |this| this.rule_report(&require.report));
            }
            RuleStmt::Help(help) => {
                help.kind.iter().for_each(|kind| self.helped(kind));
                self.message(&help.text);
            }
            RuleStmt::Unwaivable(_) => {}
        }
    }

    /// `help for kind`
    fn helped(&mut self, kind: &'a ast::Path) {
        self.saw_declaration(kind, None);
        match self.program().kind(self.place.home, kind) {
            KindRef::High(_) | KindRef::Poison => {}
            KindRef::Native(native) => {
                let error = Diagnostic::new(&codes::UNKNOWN_KIND, kind.name.span, format!("`{}` is Kubernetes' own kind", native.kind));
                self.report(error.help("`help for` says it otherwise to those who declare a kind of kdsl's, such as `app`"));
            }
        }
    }

    fn rule_report(&mut self, report: &'a ast::Report) {
        self.message(&report.message);
        report.help.iter().for_each(|help| self.message(help));
        // A place may lead to what is not there.
        report.at.iter().for_each(|at| drop(self.infer(at)));
    }

    fn message(&mut self, expr: &'a ast::Expr) {
        let found = self.infer(expr);
        if !matches!(found.base(), Ty::String | Ty::Literal(_) | Ty::Any | Ty::Poison) {
            self.report(Diagnostic::new(&codes::TYPE_MISMATCH, expr.span, format!("a message is a String, this is {found}")));
        }
    }

    pub(super) fn refine(&mut self, refine: &'a ast::RefineDecl) {
        let home = self.place.home;
        let ids = self.program().native_types(home, &refine.ty);
        self.saw_type_word(refine.ty.name.span);
        let Some(&id) = ids.first() else { return self.unknown_native(&refine.ty) };
        self.saw(refine.ty.name.span, || Meaning::Built(Ty::Native(id)));
        for field in &refine.fields {
            if id.get().field(field.name.name).is_some() {
                self.saw(field.name.span, || Meaning::Native { owner: id, name: field.name.name });
            }
            self.annotation(home, &field.ty);
            if ids.iter().all(|id| id.get().field(field.name.name).is_none()) {
                self.unknown_field(&Ty::Native(id), &id.get().short, field.name.name, field.name.span);
            }
        }
    }

    fn unknown_native(&self, on: &ast::Path) {
        let (home, program) = (self.place.home, self.program());
        if let Some(alias) = on.module.filter(|alias| program.alias(home, alias.name).is_none()) {
            return program.unknown_module(home, alias);
        }
        let name = on.name.name;
        // What is wrong with its declaration was told.
        if program.is_lost(name) || program.declares_definition(name) {
            return;
        }
        let parts = program.defined_names(home);
        let error = Diagnostic::new(
            &codes::UNKNOWN_TYPE,
            on.name.span,
            match parts.is_empty() {
                true => format!("Kubernetes has no type `{name}`"),
                false => format!("neither Kubernetes nor the definitions here have a type `{name}`"),
            },
        );
        let known = parts.iter().map(|part| part.as_str());
        let kind = parts.iter().rev().find(|part| name.starts_with(part.as_str()));
        self.report(match (suggest::nearest(&name, schema::type_names().chain(known)), kind) {
            (Some(near), _) => error.help(format!("did you mean `{near}`?")).fix(on.name.span, near),
            (None, Some(kind)) => error.help(format!(
                "the definition of `{kind}` gives no fields there: write them, as in `crd … {{ spec {{ size: Int? }} }}`, or a rule on `{kind}`"
            )),
            (None, None) if program.named_type(home, name).is_some() && !parts.is_empty() => {
                let parts: Vec<String> = parts.iter().take(SHOWN).map(|part| format!("`{part}`")).collect();
                error.help(format!("parts of a kind are named after their places: {}", parts.join(", ")))
            }
            (None, None) => error.help(format!(
                "say what kind it is, `crd {name} in \"GROUP/VERSION\" {{ spec: Any? }}`, or import its CustomResourceDefinition, \
                 `import \"./crds/….yaml\"`"
            )),
        });
    }

    /// The type of a read in a rule: with a default it is never null. Notes what it gives where nothing is written.
    pub(super) fn read_in_rule(&mut self, expr: &'a ast::Expr, base: &Ty<'a>, field: ast::Name, ty: Ty<'a>) -> Ty<'a> {
        let owner = match base.base() {
            Ty::Native(id) => *id,
            Ty::Partial(inner) => match inner.as_ref() {
                Ty::Native(id) => *id,
                _ => return ty,
            },
            _ => return ty,
        };
        let Some(absent) = self.program().absent(owner, field) else { return ty };
        if let Some(reads) = &mut self.reads {
            reads.absent.insert(std::ptr::from_ref(expr) as usize, absent);
        }
        ty.present().clone()
    }

    /// A kind of Kubernetes, or one that the program defines or imports; in the library one that it knows.
    fn asked_kind(&self, question: &LookUp) -> Option<&'static schema::NativeKind> {
        let (home, program) = (self.place.home, self.program());
        let name = question.kind?;
        let module = question.module.map(|name| ast::Ident { name, span: Span::NONE });
        let of_program = || match program.find_kind(home, &ast::Path { module, name: ast::Ident { name, span: Span::NONE } }) {
            Some(KindRef::Native(native)) => Some(native),
            _ => None,
        };
        match module {
            Some(_) => of_program(),
            None if home == STD => schema::kind(&name).or_else(|| program.library_kind(name)),
            None => schema::kind(&name).or_else(of_program),
        }
    }

    /// The type of a question that only rules ask, such as `find(ConfigMap, name, namespace)`; `None` for any other call.
    pub(super) fn look_up(&mut self, function: &str, call: &'a ast::Call, span: Span) -> Option<Ty<'a>> {
        let question = LookUp::of(function, call)?;
        let first = usize::from(question.kind.is_some());
        let of = match (question.asks, question.kind) {
            (Asks::Select | Asks::Owners, _) | (_, None) => None,
            (_, Some(kind)) => match self.asked_kind(&question) {
                Some(native) => {
                    if let Some(reads) = self.reads.as_mut().filter(|_| schema::added::is_added(native.ty)) {
                        reads.asked.insert(std::ptr::from_ref(call) as usize, native.key());
                    }
                    Some(Ty::Native(native.ty))
                }
                None => {
                    let error = Diagnostic::new(&codes::UNKNOWN_KIND, call.args[0].value.span, format!("Kubernetes has no kind `{kind}`"));
                    return Some(self.error(match suggest::nearest(&kind, schema::kind_names()) {
                        Some(near) => error.help(format!("did you mean `{near}`?")).fix(call.args[0].value.span, near),
                        None => error,
                    }));
                }
            },
        };
        let rest = call.args[first..].iter().map(|arg| self.infer(&arg.value)).count();
        let (form, least, most) = question.form();
        if rest < least || rest > most {
            return Some(self.error(Diagnostic::new(&codes::CALL_ARGUMENTS, span, format!("this is written `{form}`"))));
        }
        let native = |name: &str| schema::type_named(name).map(|id| Ty::list(Ty::Native(id)));
        match question.asks {
            Asks::Find => of.map(Ty::optional),
            Asks::Objects | Asks::Selecting | Asks::Labelled | Asks::Targeting => of.map(Ty::list),
            Asks::Holds | Asks::PodsKnown => Some(Ty::Bool),
            Asks::Misspelt | Asks::MisspeltLabel | Asks::PodSecurity => Some(Ty::String.optional()),
            Asks::Select => native("PodTemplateSpec"),
            Asks::Owners | Asks::Makers => Some(Ty::list(Ty::Any)),
            Asks::Containers => native("Container"),
        }
    }

    /// Notes the reads in the body of a function that a rule calls.
    pub(super) fn reads_of(&mut self, found: Found<&'a ast::FnDecl>) {
        let key = std::ptr::from_ref(found.what) as usize;
        if self.reads.as_mut().is_some_and(|reads| reads.functions.insert(key)) {
            self.function_body(found, |this| drop(this.infer(&found.what.body)));
        }
    }
}
