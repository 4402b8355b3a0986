//! Bodies of kinds and crds.
//!
//! `name { … }` in such a body declares a nested record where something in it is typed, and sets a field where nothing is. The grammar
//! reads both alike; here the elements are lowered once, into [`Mixed`], and then judged.

use super::{Lower, P, Ps, next};
use crate::ast::*;
use crate::diag::{Diagnostic, codes};
use crate::source::Span;
use crate::syntax::parse::Rule;

/// An element of a body of which it is not yet known whether it declares or sets.
pub enum Mixed {
    Member(Member),
    Spread(Expr, Span),
    For(For<Mixed>),
    If(If<Mixed>),
}

impl Mixed {
    /// Whether it can only stand in a declaration.
    fn is_typed(&self) -> bool {
        match self {
            Mixed::Member(member) => match member {
                Member::Field(_) | Member::Nested(_) | Member::Require(_) | Member::Export(_) | Member::Emit(_) | Member::Column(_) => true,
                Member::Set(_) | Member::Let(_) | Member::If(_) => false,
            },
            Mixed::Spread(..) => false,
            Mixed::For(inner) => inner.body.iter().any(Mixed::is_typed),
            Mixed::If(inner) => inner.then.iter().chain(&inner.otherwise).any(Mixed::is_typed),
        }
    }
}

/// Where a member stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Kind,
    Crd,
    Nested,
}

impl Lower<'_> {
    /// The body of a kind or a crd.
    pub fn kind_body(&self, pair: P, is_crd: bool) -> Vec<Member> {
        self.declared(self.mixed(pair.into_inner()), if is_crd { Place::Crd } else { Place::Kind })
    }

    pub fn mixed(&self, pairs: Ps) -> Vec<Mixed> {
        pairs.filter(|pair| pair.as_rule() != Rule::EOI).map(|pair| self.mixed_one(pair)).collect()
    }

    fn mixed_one(&self, pair: P) -> Mixed {
        Mixed::Member(match pair.as_rule() {
            Rule::member_field => self.member_field(pair),
            Rule::primary_field => self.primary_field(pair),
            Rule::let_ => Member::Let(self.let_(pair)),
            Rule::require => Member::Require(self.require(pair)),
            Rule::export => Member::Export(self.block(next(&mut pair.into_inner()))),
            Rule::emit => Member::Emit(self.items(next(&mut pair.into_inner()).into_inner())),
            Rule::column => self.column(pair),
            Rule::if_member => return Mixed::If(self.if_(pair, &|block| self.mixed(block.into_inner()), Mixed::If)),
            Rule::for_member => return Mixed::For(self.for_(pair, &|block| self.mixed(block.into_inner()))),
            Rule::spread => {
                let span = self.span(&pair);
                return Mixed::Spread(self.expr(next(&mut pair.into_inner())), span);
            }
            rule => unreachable!("{rule:?} is no member"),
        })
    }

    /// `name: T = e`, `name = e`, `name { … }`, `name label …`
    fn member_field(&self, pair: P) -> Member {
        let (span, doc) = (self.span(&pair), self.doc(&pair));
        let mut inner = pair.into_inner();
        let key = self.key(next(&mut inner));
        let second = next(&mut inner);
        match second.as_rule() {
            Rule::type_ => {
                let name = self.declared_name(key);
                let ty = self.type_expr(second);
                let default = inner.next().map(|value| self.expr(value));
                Member::Field(FieldDecl { name, ty, default, primary: false, doc, span })
            }
            Rule::members_block => self.nested_or_set(key, second, doc, span),
            _ => {
                let (label, value) = match inner.next() {
                    Some(value) => (Some(self.key(second)), value),
                    None => (None, second),
                };
                Member::Set(Field { key, label, value: self.value(value), doc, span })
            }
        }
    }

    fn declared_name(&self, key: Key) -> Ident {
        match key {
            Key::Name(name) => name,
            Key::Str(lit) => {
                let diagnostic = Diagnostic::new(&codes::SYNTAX, lit.span, "the name of a declared field stands without quotes");
                self.error(diagnostic.help("keys that are no words belong in a map: labels: Map<String, String>"));
                Ident { name: Name::from(lit.as_static().unwrap_or("")), span: lit.span }
            }
        }
    }

    fn nested_or_set(&self, key: Key, body: P, doc: Doc, span: Span) -> Member {
        let body_span = self.span(&body);
        let mixed = self.mixed(body.into_inner());
        if mixed.iter().any(Mixed::is_typed) {
            let name = self.declared_name(key);
            return Member::Nested(NestedDecl { name, members: self.declared(mixed, Place::Nested), doc, span });
        }
        let block = Block { entries: set(mixed), span: body_span, broken: self.is_broken(body_span) };
        Member::Set(Field { key, label: None, value: FieldValue::Block(block), doc, span })
    }

    fn primary_field(&self, pair: P) -> Member {
        let (span, doc) = (self.span(&pair), self.doc(&pair));
        let mut inner = pair.into_inner();
        let name = self.ident(next(&mut inner));
        let ty = self.type_expr(next(&mut inner));
        let default = inner.next().map(|value| self.expr(value));
        Member::Field(FieldDecl { name, ty, default, primary: true, doc, span })
    }

    fn require(&self, pair: P) -> Require {
        let RuleRequire { condition, report, span } = self.rule_require(pair);
        if let Some(help) = &report.help {
            let diagnostic = Diagnostic::new(&codes::SYNTAX, help.span, "`help` stands only in a rule");
            self.error(diagnostic.help("say it in the message itself"));
        }
        Require { condition, level: report.level, message: report.message, at: report.at, span }
    }

    fn column(&self, pair: P) -> Member {
        let span = self.span(&pair);
        let mut inner = pair.into_inner();
        let name = self.key(next(&mut inner));
        Member::Column(Column { name, value: self.expr(next(&mut inner)), span })
    }

    /// The elements of a body that declares.
    fn declared(&self, mixed: Vec<Mixed>, place: Place) -> Vec<Member> {
        mixed.into_iter().filter_map(|element| self.declared_one(element, place)).collect()
    }

    fn declared_one(&self, element: Mixed, place: Place) -> Option<Member> {
        match element {
            Mixed::Member(member) => {
                self.check_place(&member, place);
                Some(member)
            }
            Mixed::If(If { condition, then, otherwise, span }) => {
                let then = self.declared(then, place);
                Some(Member::If(If { condition, then, otherwise: self.declared(otherwise, place), span }))
            }
            Mixed::For(inner) => {
                let diagnostic =
                    Diagnostic::new(&codes::MISPLACED, inner.span, "`for` cannot declare fields: their names would not be known");
                self.error(diagnostic.help("put it into `emit { }`, or build a value: let xs = [… for x in …]"));
                None
            }
            Mixed::Spread(_, span) => {
                let diagnostic = Diagnostic::new(&codes::MISPLACED, span, "`...` cannot declare fields");
                self.error(diagnostic.help("to build on another kind write `kind webapp from app { … }`"));
                None
            }
        }
    }

    fn check_place(&self, member: &Member, place: Place) {
        let (word, span) = match member {
            Member::Column(column) if place != Place::Crd => ("column", column.span),
            Member::Export(block) if place == Place::Nested => ("export", block.span),
            Member::Emit(_) | Member::Export(_) | Member::Column(_) => return,
            Member::Field(_) | Member::Nested(_) | Member::Set(_) | Member::Let(_) | Member::Require(_) | Member::If(_) => return,
        };
        let place = if word == "column" { "the body of a `crd`" } else { "the body of a `kind` or a `crd`, not in a field of it" };
        self.error(Diagnostic::new(&codes::MISPLACED, span, format!("`{word}` stands only in {place}")));
    }
}

/// The elements of a body in which nothing is typed, as entries.
fn set(mixed: Vec<Mixed>) -> Vec<Entry> {
    mixed.into_iter().map(set_one).collect()
}

fn set_one(element: Mixed) -> Entry {
    match element {
        Mixed::Member(Member::Set(field)) if field.label.is_some() && is_waive(&field.key) => waive(field),
        Mixed::Member(Member::Set(field)) => Entry::Field(field),
        Mixed::Member(Member::Let(inner)) => Entry::Let(inner),
        Mixed::Member(
            Member::Field(_)
            | Member::Nested(_)
            | Member::Require(_)
            | Member::If(_)
            | Member::Export(_)
            | Member::Emit(_)
            | Member::Column(_),
        ) => unreachable!("asked only where nothing is typed, and an `if` is a `Mixed::If`"),
        Mixed::Spread(value, _) => Entry::Spread(value),
        Mixed::For(For { key, var, over, body, span }) => Entry::For(For { key, var, over, body: set(body), span }),
        Mixed::If(If { condition, then, otherwise, span }) => Entry::If(If { condition, then: set(then), otherwise: set(otherwise), span }),
    }
}

fn is_waive(key: &Key) -> bool {
    matches!(key, Key::Name(ident) if ident.name == "waive")
}

fn waive(field: Field) -> Entry {
    let Field { key, label, value, doc, span } = field;
    match (label, value) {
        (Some(Key::Name(rule)), FieldValue::Set(reason)) => Entry::Waive(Waive { rule, reason, span }),
        (label, value) => Entry::Field(Field { key, label, value, doc, span }),
    }
}
