//! Declarations: what stands in a file, a namespace, `emit` or a test.

use super::{Lower, P, next};
use crate::ast::*;
use crate::diag::{Diagnostic, codes};
use crate::syntax::parse::Rule;

impl Lower<'_> {
    /// The items among these pairs, which may hold an `EOI`.
    pub fn items(&self, pairs: super::Ps) -> Vec<Item> {
        let mut out = Vec::with_capacity(pairs.len());
        out.extend(pairs.filter(|pair| pair.as_rule() != Rule::EOI).map(|pair| self.item(pair)));
        out
    }

    pub fn item(&self, pair: P) -> Item {
        match pair.as_rule() {
            Rule::head_item => self.head_item(pair),
            Rule::spread => Item::Entry(Entry::Spread(self.expr(next(&mut pair.into_inner())))),
            Rule::let_ => Item::Let(self.let_(pair)),
            Rule::if_item => Item::If(self.if_(pair, &|block| self.items(block.into_inner()), Item::If)),
            Rule::for_item => Item::For(self.for_(pair, &|block| self.items(block.into_inner()))),
            Rule::namespace => Item::Namespace(self.namespace(pair)),
            Rule::param => Item::Param(self.param(pair)),
            Rule::type_decl => Item::Type(self.type_decl(pair)),
            Rule::fn_decl => Item::Fn(self.fn_decl(pair)),
            Rule::kind => Item::Kind(self.kind(pair)),
            Rule::crd => Item::Crd(self.crd(pair)),
            Rule::refine => Item::Refine(self.refine(pair)),
            Rule::rule_decl => Item::Rule(self.rule(pair)),
            Rule::test => Item::Test(self.test(pair)),
            Rule::import => Item::Import(self.import(pair)),
            Rule::base => Item::Base(self.base(pair)),
            Rule::extend => Item::Extend(self.extend(pair)),
            Rule::remove => Item::Remove(self.remove(pair)),
            Rule::assert => Item::Assert(self.assert(pair)),
            Rule::expect => Item::Expect(self.expect(pair)),
            rule => unreachable!("{rule:?} is no item"),
        }
    }

    /// `head label { … }`, `head { … }`, `head = e`, `head label = e`.
    fn head_item(&self, pair: P) -> Item {
        let (span, doc) = (self.span(&pair), self.doc(&pair));
        let mut inner = pair.into_inner();
        let head = next(&mut inner);
        let second = next(&mut inner);
        let Some(value) = inner.next() else {
            let key = self.field_head(head);
            return Item::Entry(Entry::Field(Field { key, label: None, value: self.value(second), doc, span }));
        };
        if head.as_rule() == Rule::path && head.as_str() == "waive" {
            return Item::Waive(self.waive(second, value, span));
        }
        if head.as_rule() == Rule::path && value.as_rule() == Rule::block {
            let head = self.path(head);
            let label = self.key(second);
            let head_span = head.span().to(label.span());
            return Item::Instance(Instance { head, label, body: self.block(value), doc, span, head_span });
        }
        let key = self.field_head(head);
        Item::Entry(Entry::Field(Field { key, label: Some(self.key(second)), value: self.value(value), doc, span }))
    }

    fn field_head(&self, head: P) -> Key {
        if head.as_rule() != Rule::path {
            return self.string_key(head);
        }
        let mut words = head.clone().into_inner();
        if words.len() == 1 {
            return Key::Name(self.key_ident(next(&mut words)));
        }
        let path = self.path(head);
        let message = "a dotted name stands only before a label and a block, as in `policies.webapp shop { }`";
        self.error(Diagnostic::new(&codes::SYNTAX, path.span(), message).help("a key with a dot needs quotes: \"a.b\" = …"));
        Key::Name(path.name)
    }

    fn namespace(&self, pair: P) -> Namespace {
        let (span, doc) = (self.span(&pair), self.doc(&pair));
        let mut inner = pair.into_inner();
        let label = self.key(next(&mut inner));
        let head_span = crate::source::Span::new(span.start, label.span().end);
        let items = self.items(next(&mut inner).into_inner());
        Namespace { label, items, doc, span, head_span }
    }

    fn param(&self, pair: P) -> Param {
        let (span, doc) = (self.span(&pair), self.doc(&pair));
        let mut inner = pair.into_inner();
        let name = self.ident(next(&mut inner));
        let ty = self.type_expr(next(&mut inner));
        Param { name, ty, default: inner.next().map(|value| self.expr(value)), doc, span }
    }

    fn type_decl(&self, pair: P) -> TypeDecl {
        let (span, doc) = (self.span(&pair), self.doc(&pair));
        let mut inner = pair.into_inner();
        let name = self.ident(next(&mut inner));
        TypeDecl { name, ty: self.type_expr(next(&mut inner)), doc, span }
    }

    fn fn_decl(&self, pair: P) -> FnDecl {
        let (span, doc) = (self.span(&pair), self.doc(&pair));
        let mut inner = pair.into_inner();
        let name = self.ident(next(&mut inner));
        let params = next(&mut inner).into_inner().map(|param| self.fn_param(param)).collect();
        let last = next(&mut inner);
        let (ret, body) = match inner.next() {
            Some(body) => (Some(self.type_expr(last)), body),
            None => (None, last),
        };
        FnDecl { name, params, ret, body: self.expr(body), doc, span }
    }

    fn fn_param(&self, pair: P) -> FnParam {
        let field = self.typed(pair);
        if field.primary {
            self.error(Diagnostic::new(&codes::SYNTAX, field.span, "a parameter of a function cannot be `primary`"));
        }
        FnParam { name: field.name, ty: field.ty, default: field.default }
    }

    fn kind(&self, pair: P) -> KindDecl {
        let (span, doc) = (self.span(&pair), self.doc(&pair));
        let mut inner = pair.into_inner();
        let name = self.ident(next(&mut inner));
        let mut body = next(&mut inner);
        let mut from = None;
        if body.as_rule() == Rule::path {
            from = Some(self.path(body));
            body = next(&mut inner);
        }
        KindDecl { name, from, members: self.kind_body(body, false), doc, span }
    }

    fn crd(&self, pair: P) -> CrdDecl {
        let (span, doc) = (self.span(&pair), self.doc(&pair));
        let mut inner = pair.into_inner();
        let name = self.ident(next(&mut inner));
        let group_version = self.str_lit(next(&mut inner));
        let body = KindDecl { name, from: None, members: self.kind_body(next(&mut inner), true), doc, span };
        CrdDecl { group_version, body }
    }

    fn refine(&self, pair: P) -> RefineDecl {
        let (span, doc) = (self.span(&pair), self.doc(&pair));
        let mut inner = pair.into_inner();
        let ty = self.path(next(&mut inner));
        RefineDecl { ty, fields: self.typed_fields(next(&mut inner)), doc, span }
    }

    fn test(&self, pair: P) -> TestDecl {
        let (span, doc) = (self.span(&pair), self.doc(&pair));
        let mut inner = pair.into_inner();
        let name = self.str_lit(next(&mut inner));
        let mut body = next(&mut inner);
        let mut with = None;
        if body.as_rule() == Rule::block {
            with = Some(self.block(body));
            body = next(&mut inner);
        }
        let inside = Lower { split: self.split, within: self.within.clone(), lost: self.lost, in_test: true, errors: Default::default() };
        let items = inside.items(body.into_inner());
        self.errors.borrow_mut().append(&mut inside.errors.into_inner());
        TestDecl { name, with, body: items, doc, span }
    }

    fn import(&self, pair: P) -> Import {
        let span = self.span(&pair);
        let mut inner = pair.into_inner();
        let path = self.str_lit(next(&mut inner));
        Import { path, alias: inner.next().map(|alias| self.ident(alias)), span }
    }

    fn base(&self, pair: P) -> Base {
        let span = self.span(&pair);
        let mut inner = pair.into_inner();
        let path = self.str_lit(next(&mut inner));
        Base { path, params: inner.next().map(|block| self.block(block)), span }
    }

    fn extend(&self, pair: P) -> Extend {
        let span = self.span(&pair);
        let mut inner = pair.into_inner();
        let first = next(&mut inner);
        if first.as_rule() == Rule::extend_ns {
            let mut inner = first.into_inner();
            let name = self.free_ident(next(&mut inner));
            let target = Target::Label(self.key(next(&mut inner)));
            let body = ExtendBody::Items(self.items(next(&mut inner).into_inner()));
            return Extend { head: Path { module: None, name }, target, body, span };
        }
        let head = self.path(first);
        let target = next(&mut inner);
        let target = match target.as_rule() {
            Rule::all => Target::All(self.span(&target)),
            _ => Target::Label(self.key(target)),
        };
        Extend { head, target, body: ExtendBody::Block(self.block(next(&mut inner))), span }
    }

    fn remove(&self, pair: P) -> Remove {
        let span = self.span(&pair);
        let mut inner = pair.into_inner();
        let head = self.path(next(&mut inner));
        Remove { head, label: self.key(next(&mut inner)), span }
    }

    fn assert(&self, pair: P) -> Assert {
        let span = self.span(&pair);
        self.only_in_test("assert", span);
        Assert { condition: self.expr(next(&mut pair.into_inner())), span }
    }

    fn expect(&self, pair: P) -> Expect {
        let span = self.span(&pair);
        self.only_in_test("expect", span);
        let mut inner = pair.into_inner();
        let level = self.level(next(&mut inner));
        let code = self.ident(next(&mut inner));
        Expect { level, code, body: self.items(next(&mut inner).into_inner()), span }
    }

    fn only_in_test(&self, word: &str, span: crate::source::Span) {
        if !self.in_test {
            let diagnostic = Diagnostic::new(&codes::MISPLACED, span, format!("`{word}` stands only in a test"));
            self.error(diagnostic.help(format!("write test \"what is expected\" {{ {word} … }}")));
        }
    }
}
