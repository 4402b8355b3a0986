//! Bodies of kinds and crds.
//!
//! `name { … }` in such a body declares a nested record where something in it is typed, and sets a field where nothing is. The grammar
//! reads both alike; here the elements are read once, into [`Mixed`], and then judged.

use super::{Parser, Start, Step};
use crate::ast::*;
use crate::diag::{Diagnostic, codes};
use crate::source::Span;
use crate::syntax::token::Kind;

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

impl Parser<'_> {
    /// The body of a kind or a crd.
    pub fn kind_body(&mut self, is_crd: bool) -> Step<Vec<Member>> {
        let mixed = self.mixed()?;
        Ok(self.declared(mixed, if is_crd { Place::Crd } else { Place::Kind }))
    }

    fn mixed(&mut self) -> Step<Vec<Mixed>> {
        self.braced(Self::member)
    }

    pub fn member(&mut self) -> Step<Mixed> {
        match self.cur {
            Kind::Word => self.worded().map(Mixed::Member),
            Kind::Let => Ok(Mixed::Member(Member::Let(self.let_()?))),
            Kind::If => self.if_(Self::mixed, Mixed::If).map(Mixed::If),
            Kind::For => self.for_(Self::mixed).map(Mixed::For),
            Kind::Ellipsis => {
                let start = self.here();
                let value = self.spread()?;
                Ok(Mixed::Spread(value, self.since(start)))
            }
            _ => self.member_field().map(Mixed::Member),
        }
    }

    /// A statement of a body, or a field where its word is a key.
    fn worded(&mut self) -> Step<Member> {
        let next = self.ahead(1);
        let assigns = matches!(next, Kind::Colon | Kind::Eq | Kind::EqEq | Kind::FatArrow | Kind::PlusEq);
        if assigns {
            return self.member_field();
        }
        match self.slice() {
            "emit" => self.emit(),
            "export" => self.export(),
            "require" if next != Kind::LBrace => self.require().map(Member::Require),
            "column" if next != Kind::LBrace => self.column(),
            "primary" if next != Kind::LBrace => self.primary_field(),
            _ => self.member_field(),
        }
    }

    /// `name: T = e`, `name = e`, `name { … }`, `name label …`
    fn member_field(&mut self) -> Step<Member> {
        let Start { at, doc } = self.start();
        let key = self.key()?;
        if self.accept(Kind::Colon) {
            let name = self.declared_name(key);
            let ty = self.type_expr()?;
            let default = self.default()?;
            return Ok(Member::Field(FieldDecl { name, ty, default, primary: false, doc, span: self.since(at) }));
        }
        if self.cur == Kind::LBrace {
            return self.nested_or_set(key, Start { at, doc });
        }
        let label = if self.starts_key() { Some(self.key()?) } else { None };
        let value = self.value()?;
        Ok(Member::Set(Field { key, label, value, doc, span: self.since(at) }))
    }

    fn declared_name(&mut self, key: Key) -> Ident {
        match key {
            Key::Name(name) => name,
            Key::Str(lit) => {
                let diagnostic = Diagnostic::new(&codes::SYNTAX, lit.span, "the name of a declared field stands without quotes");
                self.error(diagnostic.help("keys that are no words belong in a map: labels: Map<String, String>"));
                Ident { name: Name::from(lit.as_static().unwrap_or("")), span: lit.span }
            }
        }
    }

    fn nested_or_set(&mut self, key: Key, Start { at, doc }: Start) -> Step<Member> {
        let start = self.here();
        let mixed = self.mixed()?;
        let (span, body_span) = (self.since(at), self.since(start));
        if mixed.iter().any(Mixed::is_typed) {
            let name = self.declared_name(key);
            return Ok(Member::Nested(NestedDecl { name, members: self.declared(mixed, Place::Nested), doc, span }));
        }
        let block = Block { entries: set(mixed), span: body_span, broken: self.is_broken(body_span) };
        Ok(Member::Set(Field { key, label: None, value: FieldValue::Block(block), doc, span }))
    }

    fn primary_field(&mut self) -> Step<Member> {
        let Start { at, doc } = self.start();
        self.advance();
        let name = self.ident()?;
        self.expect(Kind::Colon)?;
        let ty = self.type_expr()?;
        let default = self.default()?;
        Ok(Member::Field(FieldDecl { name, ty, default, primary: true, doc, span: self.since(at) }))
    }

    fn require(&mut self) -> Step<Require> {
        let RuleRequire { condition, report, span } = self.rule_require()?;
        if let Some(help) = &report.help {
            let diagnostic = Diagnostic::new(&codes::SYNTAX, help.span, "`help` stands only in a rule");
            self.error(diagnostic.help("say it in the message itself"));
        }
        Ok(Require { condition, level: report.level, message: report.message, at: report.at, span })
    }

    fn emit(&mut self) -> Step<Member> {
        self.advance();
        self.items().map(Member::Emit)
    }

    fn export(&mut self) -> Step<Member> {
        self.advance();
        self.block().map(Member::Export)
    }

    fn column(&mut self) -> Step<Member> {
        let start = self.here();
        self.advance();
        let name = self.key()?;
        self.expect(Kind::Eq)?;
        let value = self.expr()?;
        Ok(Member::Column(Column { name, value, span: self.since(start) }))
    }

    /// The elements of a body that declares.
    fn declared(&mut self, mixed: Vec<Mixed>, place: Place) -> Vec<Member> {
        mixed.into_iter().filter_map(|element| self.declared_one(element, place)).collect()
    }

    fn declared_one(&mut self, element: Mixed, place: Place) -> Option<Member> {
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

    fn check_place(&mut self, member: &Member, place: Place) {
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
