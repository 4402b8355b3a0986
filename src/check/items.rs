//! Declaration blocks: files, namespaces, `emit`, tests, and the declarations in them.

use super::block::Fields;
use super::expect::{Expected, Why};
use super::trace::Meaning;
use super::{Checker, Pending, Place};
use crate::ast::{self, Entry, ExtendBody, Field, FieldValue, Item, Target};
use crate::diag::{Diagnostic, codes, suggest};
use crate::resolve::{Found, Kind, KindRef, Value};
use crate::types::{RecordTy, Ty};
use std::sync::Arc;

/// Whose settings the entries of a declaration block are.
#[derive(Clone, Copy, PartialEq)]
pub enum Settings {
    File,
    Namespace,
    /// In `emit` and in tests there are none.
    Nothing,
}

impl<'a> Checker<'_, '_, 'a> {
    /// One item at the top level of a file, where lets are seen everywhere.
    pub(super) fn top_item(&mut self, item: &'a Item) {
        match item {
            Item::Let(decl) => {
                // Inferred here in any case, so that its errors are shown once, whoever asked for its type before.
                let key = std::ptr::from_ref(decl) as usize;
                self.path.push(Pending { key, name: decl.name.name, span: decl.name.span });
                let ty = self.infer(&decl.value);
                self.path.pop();
                self.saw(decl.name.span, || Meaning::Value { found: Found { what: Value::Let(decl), home: self.place.home }, ty });
            }
            item => self.item(item, Settings::File),
        }
    }

    pub(super) fn items(&mut self, items: &'a [Item], settings: Settings) {
        let certain = items.iter().filter_map(|item| match item {
            Item::Entry(Entry::Field(field)) => super::writes::written(field).map(|w| (w, field)),
            _ => None,
        });
        super::writes::report(self, certain, items.len());
        self.scoped(|this| {
            for item in items {
                if matches!(item, Item::Let(_)) || this.concerns(item.span()) {
                    this.item(item, settings);
                }
            }
        });
    }

    fn item(&mut self, item: &'a Item, settings: Settings) {
        match item {
            Item::Entry(entry) => self.setting(entry, settings),
            Item::Let(decl) => {
                let ty = self.infer(&decl.value);
                self.bind(decl.name, ty);
            }
            Item::Param(param) => self.param(param),
            Item::Type(decl) => self.type_decl(decl),
            Item::Fn(decl) => self.function(decl),
            Item::Kind(decl) => self.kind_decl(decl),
            Item::Test(test) => self.test(test),
            Item::Base(base) => self.base(base),
            Item::Extend(extend) => self.extend(extend),
            Item::Remove(remove) => {
                self.saw_declaration(&remove.head, Some(&remove.label));
                self.program().kind(self.place.home, &remove.head);
                self.key(&remove.label);
            }
            Item::Namespace(namespace) => {
                self.saw_named("namespace".into(), &namespace.label);
                self.key(&namespace.label);
                self.items(&namespace.items, Settings::Namespace);
            }
            Item::Instance(instance) => self.instance(instance, settings),
            Item::If(cond) => {
                self.condition(&cond.condition);
                self.given(&cond.condition, true, |this| this.items(&cond.then, settings));
                self.given(&cond.condition, false, |this| this.items(&cond.otherwise, settings));
            }
            Item::For(each) => self.scoped(|this| {
                this.bind_loop(each.key, each.var, &each.over);
                this.items(&each.body, settings);
            }),
            Item::Waive(waive) => self.waive(waive),
            Item::Assert(assert) => self.assert(&assert.condition),
            Item::Expect(expect) => {
                self.saw_rule(expect.code);
                // What is expected is no error; the test tells whether it comes.
                let outer = self.expected.replace(expect.code.name);
                self.items(&expect.body, Settings::Nothing);
                self.expected = outer;
            }
            // What these name is not looked at: nothing acts on them yet, which is said.
            Item::Rule(rule) => self.rule(rule),
            Item::Refine(refine) => self.refine(refine),
            Item::Crd(decl) => self.crd_decl(decl),
            Item::Import(import) => self.import(import),
        }
    }

    fn import(&mut self, import: &'a ast::Import) {
        if let Some(name) = import.alias
            && let Some(alias) = self.program().alias(self.place.home, name.name)
        {
            self.saw(name.span, || Meaning::Import { alias, at: name.span });
        }
    }

    fn setting(&mut self, entry: &'a Entry, settings: Settings) {
        self.saw_item(entry.span(), settings);
        let kind = match settings {
            Settings::File => self.shared.file.clone(),
            Settings::Namespace => self.shared.namespace.clone(),
            Settings::Nothing => None,
        };
        match (entry, kind) {
            (entry, Some(kind)) => {
                let called = if settings == Settings::File { "file" } else { "namespace" };
                let fields = Fields::Record { record: &kind.inputs, called, partial: false };
                self.entries(std::slice::from_ref(entry), fields);
            }
            (Entry::Field(field), None) if settings == Settings::Nothing => {
                let error = Diagnostic::new(
                    &codes::MISPLACED,
                    field.key.span(),
                    "a field stands in the block of a declaration, and here declarations stand",
                );
                self.report(error.help("write `kind name { … }` around it"));
            }
            (entry, None) => self.entries(std::slice::from_ref(entry), Fields::Free),
        }
    }

    fn param(&mut self, param: &'a ast::Param) {
        let ty = self.annotation(self.place.home, &param.ty);
        let found = Found { what: Value::Param(param), home: self.place.home };
        self.saw(param.name.span, || Meaning::Value { found, ty: ty.clone() });
        if let Some(default) = &param.default {
            let why = Why::Annotation { what: "the param", name: param.name.name, span: param.ty.span };
            self.check(default, &Expected::new(&ty, why));
        }
    }

    fn type_decl(&mut self, decl: &'a ast::TypeDecl) {
        self.saw(decl.name.span, || Meaning::Type(Found { what: decl, home: self.place.home }));
        if let Some(Ty::Record(record)) = self.program().named_type(self.place.home, decl.name.name) {
            self.defaults(&record, &decl.name.name);
        }
    }

    /// The defaults of a record type's own fields.
    pub(super) fn defaults(&mut self, record: &RecordTy<'a>, called: &str) {
        for field in &record.fields {
            if let Some(default) = field.default {
                self.check(default.expr, &Expected::field(called, field));
            }
            if let Ty::Record(inner) = field.ty.present() {
                // A record that is declared in place; one with a type of its own is checked there.
                if inner.name.is_none() || inner.name == Some(field.name) {
                    self.defaults(inner, &field.name);
                }
            }
        }
    }

    // ---- declarations ----

    fn instance(&mut self, instance: &'a ast::Instance, settings: Settings) {
        self.key(&instance.label);
        if settings == Settings::Namespace && self.labelled_setting(instance) {
            return;
        }
        self.saw_declaration(&instance.head, Some(&instance.label));
        match self.program().kind(self.place.home, &instance.head) {
            KindRef::High(kind) => self.kind_block(&kind, &instance.body),
            KindRef::Native(kind) => self.entries(&instance.body.entries, Fields::Native(kind.ty)),
            KindRef::Poison => self.entries(&instance.body.entries, Fields::Free),
        }
    }

    fn kind_block(&mut self, kind: &Arc<Kind<'a>>, block: &'a ast::Block) {
        self.entries(&block.entries, Fields::Record { record: &kind.inputs, called: &kind.name, partial: false });
    }

    /// In a namespace `head label { }` is a declaration where `head` is a kind, else one entry of a field.
    fn labelled_setting(&mut self, instance: &'a ast::Instance) -> bool {
        if instance.head.module.is_some() || self.program().find_kind(self.place.home, &instance.head).is_some() {
            return false;
        }
        let Some(kind) = self.shared.namespace.clone() else { return false };
        let Some(field) = kind.inputs.field(instance.head.name.name) else { return false };
        self.saw_field(instance.head.name.span, kind.name, field);
        match field.ty.base() {
            Ty::Map(map) => {
                let why = Why::Entry { name: field.name };
                match map.value.base() {
                    Ty::Record(_) | Ty::Map(_) | Ty::Native(_) | Ty::Partial(_) | Ty::Any => {
                        self.check_block(&instance.body, &Expected::new(&map.value, why));
                    }
                    _ => {
                        let error = Diagnostic::new(
                            &codes::TYPE_MISMATCH,
                            instance.head_span,
                            format!("the entries of `{}` are {}, and a block makes a record", field.name, map.value),
                        );
                        self.report(error.help(format!("write `{} {} = …`", field.name, self.text(instance.label.span()))));
                    }
                }
            }
            ty => {
                let error = Diagnostic::new(&codes::LABEL, instance.label.span(), format!("`{}` takes no label: it is `{ty}`", field.name));
                self.report(error.help(format!("write `{} {{ … }}`", field.name)));
            }
        }
        true
    }

    fn extend(&mut self, extend: &'a ast::Extend) {
        if let Target::Label(label) = &extend.target {
            self.key(label);
        }
        match &extend.target {
            Target::Label(label) => self.saw_declaration(&extend.head, Some(label)),
            Target::All(_) => self.saw_declaration(&extend.head, None),
        }
        let block = match &extend.body {
            ExtendBody::Items(items) => return self.items(items, Settings::Namespace),
            ExtendBody::Block(block) => block,
        };
        let home = self.place.home;
        match self.program().find_kind(home, &extend.head) {
            Some(KindRef::High(kind)) => self.kind_block(&kind, block),
            Some(KindRef::Native(kind)) => self.entries(&block.entries, Fields::Native(kind.ty)),
            Some(KindRef::Poison) => self.entries(&block.entries, Fields::Free),
            None => self.extend_type(extend, block),
        }
    }

    /// `extend Container * { … }`: every value of a type.
    fn extend_type(&mut self, extend: &'a ast::Extend, block: &'a ast::Block) {
        let name = extend.head.name.name;
        let ty = match (&extend.target, extend.head.module) {
            (Target::All(_), None) => self.program().named_type(self.place.home, name),
            (Target::All(_) | Target::Label(_), _) => None,
        };
        match ty.as_ref().map(|ty| ty.base()) {
            Some(Ty::Native(id)) => self.entries(&block.entries, Fields::Native(*id)),
            Some(ty @ Ty::Record(_)) => self.check_block(block, &Expected::new(ty, Why::Plain)),
            Some(_) => {
                let error = Diagnostic::new(&codes::EXTEND_TARGET, extend.head.span(), format!("`{name}` is a type without fields"));
                self.report(error.help("`extend … *` is for types with fields, such as `Container`"));
            }
            None => {
                match (&extend.target, extend.head.module) {
                    (Target::All(_), None) => self.unknown_extended(extend.head.name),
                    // Reports the kind as unknown.
                    (Target::All(_) | Target::Label(_), _) => drop(self.program().kind(self.place.home, &extend.head)),
                }
                self.entries(&block.entries, Fields::Free);
            }
        }
    }

    fn unknown_extended(&self, name: ast::Ident) {
        let error = Diagnostic::new(&codes::UNKNOWN_TYPE, name.span, format!("there is no type or kind `{}`", name.name));
        let (types, kinds) = (self.program().type_names(self.place.home), self.program().kind_names(self.place.home));
        let known = types.iter().chain(&kinds).map(|n| n.as_str()).chain(crate::schema::type_names());
        self.report(match suggest::nearest(&name.name, known) {
            Some(near) => error.help(format!("did you mean `{near}`?")).fix(name.span, near),
            None => error.help("`extend … *` is for every value of a type of the Kubernetes API, such as `Container`"),
        });
    }

    /// `base "./shop.kdsl" { env = "prod" }`: the params of that file.
    fn base(&mut self, base: &'a ast::Base) {
        let Some(block) = &base.params else { return };
        let Some(module) = self.program().module(self.place.home).base else {
            return self.entries(&block.entries, Fields::Free);
        };
        self.params(block, module, &format!("`{}`", base.path.as_static().unwrap_or("the base")));
    }

    /// A block that gives values to the params of a module and of its bases.
    fn params(&mut self, block: &'a ast::Block, module: crate::types::ModuleId, called: &str) {
        let program = self.program();
        let params = || {
            std::iter::successors(Some(module), |&m| program.module(m).base).flat_map(|m| program.module(m).params().map(move |p| (p, m)))
        };
        super::writes::report_double(self, &block.entries);
        for entry in &block.entries {
            self.saw_param_key(entry, params());
            let Entry::Field(field) = entry else {
                self.entries(std::slice::from_ref(entry), Fields::Free);
                continue;
            };
            let found = field.key.as_static().and_then(|name| params().find(|(p, _)| p.name.name == name));
            match found {
                Some((param, home)) => {
                    let found = Found { what: Value::Param(param), home };
                    let ty = self.annotation(home, &param.ty);
                    self.saw(field.key.span(), || Meaning::Value { found, ty });
                    self.param_value(field, param, home)
                }
                None => {
                    let error = Diagnostic::new(
                        &codes::UNKNOWN_FIELD,
                        field.key.span(),
                        format!("{called} has no param `{}`", self.text(field.key.span())),
                    );
                    let names: Vec<&str> = params().map(|(p, _)| p.name.name.as_str()).collect();
                    let text = field.key.as_static().unwrap_or_default();
                    self.report(super::access::suggested(error, &text, names.into_iter(), field.key.span()));
                }
            }
        }
    }

    fn param_value(&mut self, field: &'a Field, param: &'a ast::Param, home: crate::types::ModuleId) {
        let ty = self.annotation(home, &param.ty);
        let why = Why::Annotation { what: "the param", name: param.name.name, span: param.ty.span };
        match &field.value {
            FieldValue::Set(expr) => self.check(expr, &Expected::new(&ty, why)),
            FieldValue::Block(block) => match ty.base() {
                Ty::Record(_) | Ty::Map(_) | Ty::Native(_) | Ty::Partial(_) | Ty::Any | Ty::Poison => {
                    self.check_block(block, &Expected::new(&ty, why))
                }
                _ => {
                    let error = Diagnostic::new(&codes::TYPE_MISMATCH, block.span, format!("expected `{ty}`, found a record"));
                    self.report_expected(error.help(format!("write `{} = …`", param.name.name)), &Expected::new(&ty, why));
                }
            },
            FieldValue::Append(expr) => {
                let error =
                    Diagnostic::new(&codes::APPEND, field.span, "`+=` appends to what lies below, and a param has one value".to_string());
                self.report(error.help(format!("write `{} = …`", param.name.name)));
                self.infer(expr);
            }
        }
    }

    pub(super) fn expected_items(&mut self, items: &'a [Item]) {
        self.items(items, Settings::Nothing);
    }

    /// A claim of a test: a condition, or `snapshot("name", value)`, whose value may be of any type.
    fn assert(&mut self, condition: &'a ast::Expr) {
        let Some(call) = ast::snapshot(condition) else { return self.condition(condition) };
        match call.args.as_slice() {
            [name] | [name, _] => {
                self.check(&name.value, &Expected::new(&Ty::String, Why::Plain));
                call.args[1..].iter().for_each(|value| drop(self.infer(&value.value)));
            }
            _ => {
                let error = Diagnostic::new(&codes::CALL_ARGUMENTS, condition.span, "`snapshot` takes a name and a value");
                self.report(error.help("write `assert snapshot(\"web\", Deployment.web)`, or `snapshot(\"all\")` for all objects"));
            }
        }
    }

    fn test(&mut self, test: &'a ast::TestDecl) {
        if let Some(block) = &test.with {
            self.params(block, self.place.home, "this file");
        }
        let place = Place { test: true, ..self.place.clone() };
        self.elsewhere(place, |this| this.items(&test.body, Settings::Nothing));
    }
}
