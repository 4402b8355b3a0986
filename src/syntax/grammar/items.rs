//! Declarations: what stands in a file, a namespace, `emit` or a test.

use super::{Parser, Start, Step, reserved_key, reserved_name};
use crate::ast::*;
use crate::diag::{Diagnostic, codes};
use crate::source::Span;
use crate::syntax::token::Kind;

/// What a declaration block's entry starts with, before it is known whether it is an instance or a field.
enum Head {
    Word { first: Ident, member: Option<Ident>, is_reserved: bool },
    Text(Key),
}

impl Parser<'_> {
    pub fn items(&mut self) -> Step<Vec<Item>> {
        self.braced(Self::item)
    }

    /// All items of a text.
    pub fn file(&mut self) -> Step<Vec<Item>> {
        let mut out = Vec::new();
        while self.cur != super::END {
            out.push(self.item()?);
            match self.cur {
                Kind::Comma => self.advance(),
                Kind::Newline => self.cur = self.toks[self.pos].kind,
                super::END => {}
                _ => return self.stuck(),
            }
        }
        Ok(out)
    }

    pub fn item(&mut self) -> Step<Item> {
        match self.cur {
            Kind::Word if self.declares() => self.declaration(),
            Kind::Ellipsis => Ok(Item::Entry(Entry::Spread(self.spread()?))),
            Kind::Let => self.let_().map(Item::Let),
            Kind::If => self.if_(Self::items, Item::If).map(Item::If),
            Kind::For => self.for_(Self::items).map(Item::For),
            _ => self.head_item(),
        }
    }

    /// Whether the word at hand starts a declaration; as a key it would be followed by a value.
    fn declares(&self) -> bool {
        let is_key = || matches!(self.ahead(1), Kind::Eq | Kind::EqEq | Kind::FatArrow | Kind::PlusEq | Kind::LBrace);
        declaring(self.slice()) && !is_key()
    }

    fn declaration(&mut self) -> Step<Item> {
        let start = self.start();
        let word = self.slice();
        self.advance();
        match word {
            "namespace" => self.namespace(start).map(Item::Namespace),
            "param" => self.param(start).map(Item::Param),
            "type" => self.type_decl(start).map(Item::Type),
            "fn" => self.fn_decl(start).map(Item::Fn),
            "kind" => self.kind(start).map(Item::Kind),
            "crd" => self.crd(start).map(Item::Crd),
            "refine" => self.refine(start).map(Item::Refine),
            "rule" => self.rule(start).map(Item::Rule),
            "test" => self.test(start).map(Item::Test),
            "import" => self.import(start.at).map(Item::Import),
            "base" => self.base(start.at).map(Item::Base),
            "extend" => self.extend(start.at).map(Item::Extend),
            "remove" => self.remove(start.at).map(Item::Remove),
            "assert" => self.assert(start.at).map(Item::Assert),
            _ => self.expect_item(start.at).map(Item::Expect),
        }
    }

    /// `head label { … }`, `head { … }`, `head = e`, `head label = e`.
    fn head_item(&mut self) -> Step<Item> {
        let Start { at, doc } = self.start();
        let is_waive = self.is("waive");
        let head = self.head()?;
        if !self.starts_key() {
            let key = self.field_head(head);
            let value = self.value()?;
            return Ok(Item::Entry(Entry::Field(Field { key, label: None, value, doc, span: self.since(at) })));
        }
        if is_waive && !matches!(head, Head::Word { member: Some(_), .. }) {
            return self.waive(at).map(Item::Waive);
        }
        let label = self.key()?;
        if self.cur == Kind::LBrace
            && let Head::Word { first, member, is_reserved } = head
        {
            let head = self.instance_head(first, member, is_reserved);
            let head_span = head.span().to(label.span());
            let body = self.block()?;
            return Ok(Item::Instance(Instance { head, label, body, doc, span: self.since(at), head_span }));
        }
        let key = self.field_head(head);
        let value = self.value()?;
        Ok(Item::Entry(Entry::Field(Field { key, label: Some(label), value, doc, span: self.since(at) })))
    }

    fn head(&mut self) -> Step<Head> {
        if !self.cur.is_word() {
            return self.string_key().map(Head::Text);
        }
        let is_reserved = self.cur.is_reserved();
        let first = self.free_ident()?;
        Ok(Head::Word { first, member: self.dotted()?, is_reserved })
    }

    fn instance_head(&mut self, first: Ident, member: Option<Ident>, is_reserved: bool) -> Path {
        if is_reserved {
            self.error(reserved_name(first));
        }
        match member {
            Some(name) => Path { module: Some(first), name },
            None => Path { module: None, name: first },
        }
    }

    fn field_head(&mut self, head: Head) -> Key {
        match head {
            Head::Text(key) => key,
            Head::Word { first, member: None, is_reserved } => {
                if is_reserved {
                    self.error(reserved_key(&first.name, first.span));
                }
                Key::Name(first)
            }
            Head::Word { first, member, is_reserved } => {
                let path = self.instance_head(first, member, is_reserved);
                let message = "a dotted name stands only before a label and a block, as in `policies.webapp shop { }`";
                self.error(Diagnostic::new(&codes::SYNTAX, path.span(), message).help("a key with a dot needs quotes: \"a.b\" = …"));
                Key::Name(path.name)
            }
        }
    }

    // ---- one function a declaration, from behind its word ----

    fn namespace(&mut self, Start { at, doc }: Start) -> Step<Namespace> {
        let label = self.key()?;
        let head_span = Span::new(self.split.base + at, label.span().end);
        let items = self.items()?;
        Ok(Namespace { label, items, doc, span: self.since(at), head_span })
    }

    fn param(&mut self, Start { at, doc }: Start) -> Step<Param> {
        let name = self.ident()?;
        self.expect(Kind::Colon)?;
        let ty = self.type_expr()?;
        let default = self.default()?;
        Ok(Param { name, ty, default, doc, span: self.since(at) })
    }

    fn type_decl(&mut self, Start { at, doc }: Start) -> Step<TypeDecl> {
        let name = self.ident()?;
        let ty = if self.accept(Kind::Eq) { self.type_expr()? } else { self.record_type()? };
        Ok(TypeDecl { name, ty, doc, span: self.since(at) })
    }

    fn fn_decl(&mut self, Start { at, doc }: Start) -> Step<FnDecl> {
        let name = self.ident()?;
        self.expect(Kind::LParen)?;
        let params = self.listed(Kind::RParen, Self::fn_param)?;
        let ret = if self.accept(Kind::Arrow) { Some(self.type_expr()?) } else { None };
        self.expect(Kind::Eq)?;
        let body = self.expr()?;
        Ok(FnDecl { name, params, ret, body, doc, span: self.since(at) })
    }

    fn fn_param(&mut self) -> Step<FnParam> {
        let field = self.typed()?;
        if field.primary {
            self.error(Diagnostic::new(&codes::SYNTAX, field.span, "a parameter of a function cannot be `primary`"));
        }
        Ok(FnParam { name: field.name, ty: field.ty, default: field.default })
    }

    fn kind(&mut self, Start { at, doc }: Start) -> Step<KindDecl> {
        let name = self.ident()?;
        let from = if self.accept_word("from") { Some(self.path()?) } else { None };
        let members = self.kind_body(false)?;
        Ok(KindDecl { name, from, members, doc, span: self.since(at) })
    }

    fn crd(&mut self, Start { at, doc }: Start) -> Step<CrdDecl> {
        let name = self.ident()?;
        self.expect(Kind::In)?;
        let group_version = self.string()?;
        let members = self.kind_body(true)?;
        Ok(CrdDecl { group_version, body: KindDecl { name, from: None, members, doc, span: self.since(at) } })
    }

    fn refine(&mut self, Start { at, doc }: Start) -> Step<RefineDecl> {
        let ty = self.path()?;
        let fields = self.typed_fields()?;
        Ok(RefineDecl { ty, fields, doc, span: self.since(at) })
    }

    fn test(&mut self, Start { at, doc }: Start) -> Step<TestDecl> {
        let name = self.string()?;
        let with = if self.accept_word("with") { Some(self.block()?) } else { None };
        let outer = std::mem::replace(&mut self.in_test, true);
        let body = self.items()?;
        self.in_test = outer;
        Ok(TestDecl { name, with, body, doc, span: self.since(at) })
    }

    fn import(&mut self, at: u32) -> Step<Import> {
        let path = self.string()?;
        let alias = if self.accept_word("as") { Some(self.ident()?) } else { None };
        Ok(Import { path, alias, span: self.since(at) })
    }

    fn base(&mut self, at: u32) -> Step<Base> {
        let path = self.string()?;
        let params = if self.cur == Kind::LBrace { Some(self.block()?) } else { None };
        Ok(Base { path, params, span: self.since(at) })
    }

    fn extend(&mut self, at: u32) -> Step<Extend> {
        if self.is("namespace") && self.ahead(1) != Kind::Star {
            let name = self.free_ident()?;
            let target = Target::Label(self.key()?);
            let body = ExtendBody::Items(self.items()?);
            return Ok(Extend { head: Path { module: None, name }, target, body, span: self.since(at) });
        }
        let head = self.path()?;
        let start = self.here();
        let target = if self.accept(Kind::Star) { Target::All(self.since(start)) } else { Target::Label(self.key()?) };
        let body = ExtendBody::Block(self.block()?);
        Ok(Extend { head, target, body, span: self.since(at) })
    }

    fn remove(&mut self, at: u32) -> Step<Remove> {
        let head = self.path()?;
        let label = self.key()?;
        Ok(Remove { head, label, span: self.since(at) })
    }

    fn assert(&mut self, at: u32) -> Step<Assert> {
        let condition = self.expr()?;
        let span = self.since(at);
        self.only_in_test("assert", span);
        Ok(Assert { condition, span })
    }

    fn expect_item(&mut self, at: u32) -> Step<Expect> {
        let level = self.level()?;
        let code = self.ident()?;
        let body = self.items()?;
        let span = self.since(at);
        self.only_in_test("expect", span);
        Ok(Expect { level, code, body, span })
    }

    fn only_in_test(&mut self, word: &str, span: Span) {
        if !self.in_test {
            let diagnostic = Diagnostic::new(&codes::MISPLACED, span, format!("`{word}` stands only in a test"));
            self.error(diagnostic.help(format!("write test \"what is expected\" {{ {word} … }}")));
        }
    }
}

fn declaring(word: &str) -> bool {
    matches!(
        word,
        "namespace"
            | "param"
            | "type"
            | "fn"
            | "kind"
            | "crd"
            | "refine"
            | "rule"
            | "test"
            | "import"
            | "base"
            | "extend"
            | "remove"
            | "assert"
            | "expect"
    )
}
