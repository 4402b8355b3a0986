//! Blocks of entries against the type they make: `{ f = e, f { }, f label …, ...e, if, for, let }`.
//!
//! A [`Fields`] is what a block may write: the fields of a record or kind, of a native type, or the entries of a map. Two certain writes of
//! one scalar in one block contradict each other.

use super::access::{field_names, record_names, shown, suggested};
use super::expect::{Expected, Part, Why};
use super::trace::Meaning;
use super::{Checker, writes};
use crate::ast::{self, Block, Entry, Expr, ExprKind, Field, FieldValue, Key, Name, StrPart};
use crate::diag::{Diagnostic, codes, suggest};
use crate::schema::TypeId;
use crate::types::{FieldTy, Keyed, Literal, MapTy, RecordTy, Ty, fit};

/// What a block may write.
#[derive(Clone, Copy)]
pub(super) enum Fields<'e, 'a> {
    /// Of a kind, or of a record type, called so in messages.
    Record {
        record: &'e RecordTy<'a>,
        called: &'e str,
        partial: bool,
    },
    Native(TypeId),
    Map {
        map: &'e MapTy<'a>,
        called: Option<Name>,
        native: bool,
    },
    /// Anything: of a value whose type is not known.
    Free,
}

impl<'a> Checker<'_, '_, 'a> {
    /// A block where a type is expected; the caller knows that it is one with fields.
    pub(super) fn check_block(&mut self, block: &'a Block, expected: &Expected<'_, 'a>) {
        let called = expected.why.subject().map(Name::from);
        match expected.ty.base() {
            Ty::Record(record) => {
                let name = record.name.map_or(String::new(), |n| n.to_string());
                self.entries(&block.entries, Fields::Record { record, called: &name, partial: false });
            }
            Ty::Native(id) => self.entries(&block.entries, Fields::Native(*id)),
            Ty::Map(map) => self.entries(&block.entries, Fields::Map { map, called, native: expected.native }),
            Ty::Partial(inner) => match inner.as_ref() {
                Ty::Record(record) => {
                    let name = record.name.map_or(String::new(), |n| n.to_string());
                    self.entries(&block.entries, Fields::Record { record, called: &name, partial: true });
                }
                inner => self.check_block(block, &expected.part(inner)),
            },
            _ => self.entries(&block.entries, Fields::Free),
        }
    }

    /// The entries of one block.
    pub(super) fn entries(&mut self, entries: &'a [Entry], fields: Fields<'_, 'a>) {
        writes::report_double(self, entries);
        self.scoped(|this| entries.iter().for_each(|entry| this.entry(entry, fields)));
    }

    fn entry(&mut self, entry: &'a Entry, fields: Fields<'_, 'a>) {
        match entry {
            Entry::Field(field) => self.field(field, fields),
            Entry::Spread(expr) => self.spread(expr, fields),
            Entry::If(cond) => {
                self.condition(&cond.condition);
                self.given(&cond.condition, true, |this| this.entries(&cond.then, fields));
                self.given(&cond.condition, false, |this| this.entries(&cond.otherwise, fields));
            }
            Entry::For(each) => self.scoped(|this| {
                this.bind_loop(each.key, each.var, &each.over);
                this.entries(&each.body, fields);
            }),
            Entry::Let(decl) => {
                let ty = self.infer(&decl.value);
                self.bind(decl.name, ty);
            }
            Entry::Waive(waive) => self.waive(waive),
        }
    }

    /// Waivers are plain text, which is looked at where they are gathered.
    pub(super) fn waive(&mut self, waive: &'a ast::Waive) {
        self.saw_rule(waive.rule);
        match &waive.reason.kind {
            ExprKind::Record(block) => self.entries(&block.entries, Fields::Free),
            _ => drop(self.infer(&waive.reason)),
        }
    }

    /// One written field.
    pub(super) fn field(&mut self, field: &'a Field, fields: Fields<'_, 'a>) {
        self.key(&field.key);
        self.saw_key(field.key.span(), fields);
        let name = field.key.as_static();
        match fields {
            Fields::Record { record, called, partial } => {
                let Some(name) = name else { return self.dynamic_field(field, called) };
                match record.field(name) {
                    Some(found) => {
                        self.saw_field(field.key.span(), Name::from(called), found);
                        self.record_field(field, found, called, partial)
                    }
                    None => {
                        self.unknown_in_record(field, record, called, name);
                        self.free_value(field);
                    }
                }
            }
            Fields::Native(owner) => {
                let Some(name) = name else { return self.free_value(field) };
                match fit::native_field(owner, name) {
                    Some(ty) => {
                        self.saw(field.key.span(), || Meaning::Native { owner, name });
                        let expected = Expected { ty, why: Why::Native { owner, name }, native: true, part: Part::Whole };
                        self.write(field, name, &expected);
                    }
                    None => {
                        self.unknown_in_native(field, owner, name);
                        self.free_value(field);
                    }
                }
            }
            Fields::Map { map, called, native } => self.map_entry(field, map, called, native),
            Fields::Free => self.free_value(field),
        }
    }

    fn record_field(&mut self, field: &'a Field, found: &FieldTy<'a>, called: &str, partial: bool) {
        let expected = Expected::field(called, found);
        match partial {
            true => {
                let ty = found.ty.clone().optional();
                self.write(field, found.name, &Expected { ty: &ty, ..expected });
            }
            false => self.write(field, found.name, &expected),
        }
    }

    fn unknown_in_record(&self, field: &Field, record: &RecordTy<'a>, called: &str, name: Name) {
        let owner = if called.is_empty() { "this record".to_string() } else { format!("`{called}`") };
        let error = Diagnostic::new(&codes::UNKNOWN_FIELD, field.key.span(), format!("{owner} has no field `{name}`"));
        self.report(suggested(error, &name, record_names(record).into_iter(), field.key.span()));
    }

    fn unknown_in_native(&self, field: &Field, owner: TypeId, name: Name) {
        let short = owner.get().short;
        let error = Diagnostic::new(&codes::UNKNOWN_FIELD, field.key.span(), format!("{short} has no field `{name}`"));
        let names = field_names(&Ty::Native(owner)).into_iter().map(str::to_string).collect::<Vec<_>>();
        self.report(suggested(error, &name, names.iter().map(String::as_str), field.key.span()));
    }

    fn dynamic_field(&mut self, field: &'a Field, called: &str) {
        let owner = if called.is_empty() { "a record" } else { called };
        let error = Diagnostic::new(
            &codes::UNKNOWN_FIELD,
            field.key.span(),
            format!("the fields of `{owner}` are fixed, so their names cannot be computed"),
        );
        self.report(error.help("only the keys of a map can hold `${…}`"));
        self.free_value(field);
    }

    /// A value in a place of which nothing is known, or after an error.
    fn free_value(&mut self, field: &'a Field) {
        if let Some(label) = &field.label {
            self.key(label);
        }
        match &field.value {
            FieldValue::Set(expr) | FieldValue::Append(expr) => drop(self.infer(expr)),
            FieldValue::Block(block) => self.entries(&block.entries, Fields::Free),
        }
    }

    /// The expressions in a computed key.
    pub(super) fn key(&mut self, key: &'a Key) {
        if let Key::Str(lit) = key
            && lit.parts.iter().any(|p| matches!(p, StrPart::Expr(_)))
        {
            self.computed_key(lit);
        }
    }

    fn map_entry(&mut self, field: &'a Field, map: &MapTy<'a>, called: Option<Name>, native: bool) {
        self.map_key(&field.key, &map.key, called);
        let name = field.key.as_static();
        let ty = match (&map.value, name) {
            (Ty::Quantity, Some(name)) => fit::amount(&name),
            (value, _) => value,
        };
        let why = Why::Entry { name: name.or(called).unwrap_or_default() };
        self.write(field, name.unwrap_or_default(), &Expected { ty, why, native, part: Part::Whole });
    }

    /// A key of a map whose keys are a closed set.
    fn map_key(&mut self, key: &Key, ty: &Ty<'a>, called: Option<Name>) {
        let texts = super::name::literal_texts(ty);
        let (Some(name), false) = (key.as_static(), texts.is_empty()) else { return };
        if !texts.contains(&name.as_str()) {
            let of = called.map_or("this map".to_string(), |c| format!("`{c}`"));
            let error = Diagnostic::new(&codes::ENUM_VALUE, key.span(), format!("{of} has no key \"{name}\""));
            self.report(suggested(error, &name, texts.into_iter(), key.span()));
        }
    }

    // ---- how it is written ----

    /// `f = e`, `f { }`, `f += e`, `f label …` where the field's type is known.
    fn write(&mut self, field: &'a Field, name: Name, expected: &Expected<'_, 'a>) {
        match (&field.label, &field.value) {
            (Some(label), value) => {
                self.key(label);
                self.saw_label(label.span(), expected);
                self.labelled(field, label, value, name, expected);
            }
            (None, FieldValue::Set(expr)) => self.set(expr, expected),
            (None, FieldValue::Append(expr)) => self.append(field, expr, name, expected),
            (None, FieldValue::Block(block)) => self.block_value(field, block, name, expected),
        }
    }

    /// `f = null` unsets, whatever the field's type, where a default lies below.
    fn set(&mut self, expr: &'a Expr, expected: &Expected<'_, 'a>) {
        self.check(expr, expected);
    }

    fn append(&mut self, field: &'a Field, expr: &'a Expr, name: Name, expected: &Expected<'_, 'a>) {
        match expected.ty.base() {
            Ty::List(_) | Ty::Keyed(_) => self.check(expr, expected),
            Ty::Any | Ty::Poison => drop(self.infer(expr)),
            ty => {
                let error = Diagnostic::new(&codes::APPEND, field.span, format!("`+=` appends to a list, and `{name}` is {}", article(ty)));
                let help = match ty {
                    Ty::Map(_) | Ty::Record(_) | Ty::Native(_) | Ty::Partial(_) => {
                        format!("to add to what lies below, write a block: `{name} {{ … }}`")
                    }
                    _ => format!("write `{name} = …`"),
                };
                self.report_expected(error.help(help), expected);
                self.infer(expr);
            }
        }
    }

    fn block_value(&mut self, field: &'a Field, block: &'a Block, name: Name, expected: &Expected<'_, 'a>) {
        match expected.ty.base() {
            Ty::Record(_) | Ty::Map(_) | Ty::Native(_) | Ty::Partial(_) | Ty::Any | Ty::Poison => return self.check_block(block, expected),
            Ty::Keyed(keyed) => {
                let error = Diagnostic::new(
                    &codes::LABEL,
                    field.key.span(),
                    format!("`{name}` is a list of {}, so its entries have labels", keyed.element()),
                );
                self.report(error.help(format!(
                    "write `{name} web {{ … }}` for each, or all at once: `{name} = [{{ {} = \"web\", … }}]`",
                    keyed.label()
                )));
            }
            Ty::List(_) => {
                let error =
                    Diagnostic::new(&codes::TYPE_MISMATCH, field.key.span(), format!("`{name}` is a list, and a block makes a record"));
                self.report_expected(
                    error.help(format!("write its elements: `{name} = [ … ]`, or add one to those below: `{name} += [ … ]`")),
                    expected,
                );
            }
            ty => {
                let error = Diagnostic::new(
                    &codes::TYPE_MISMATCH,
                    field.key.span(),
                    format!("`{name}` is {}, and a block makes a record", article(ty)),
                );
                self.report_expected(error.help(format!("write `{name} = …`")), expected);
            }
        }
        self.silently(|this| this.entries(&block.entries, Fields::Free));
    }

    /// `f label = e`, `f label { }`
    fn labelled(&mut self, field: &'a Field, label: &'a Key, value: &'a FieldValue, name: Name, expected: &Expected<'_, 'a>) {
        match expected.ty.base() {
            Ty::Map(map) => {
                self.map_key(label, &map.key, Some(name));
                let ty = match (&map.value, label.as_static()) {
                    (Ty::Quantity, Some(key)) => fit::amount(&key),
                    (ty, _) => ty,
                };
                let entry = Expected { ty, why: Why::Entry { name }, native: expected.native, part: Part::Whole };
                self.unlabelled(field, value, name, &entry);
            }
            Ty::Keyed(keyed) => self.labelled_element(field, *keyed, value, name),
            Ty::Any | Ty::Poison => self.free_value(field),
            ty => {
                let what = match ty {
                    Ty::List(_) => "a list whose elements have no names".to_string(),
                    ty => format!("{}, of which there is one", article(ty)),
                };
                let error = Diagnostic::new(&codes::LABEL, label.span(), format!("`{name}` takes no label: it is {what}"));
                let help = match ty {
                    Ty::List(_) => format!("write `{name} += [ … ]`"),
                    Ty::Record(_) | Ty::Native(_) | Ty::Partial(_) => format!("write `{name} {{ … }}`"),
                    _ => format!("write `{name} = …`"),
                };
                self.report(error.help(help));
                self.silently(|this| this.free_value(field));
            }
        }
    }

    fn unlabelled(&mut self, field: &'a Field, value: &'a FieldValue, name: Name, expected: &Expected<'_, 'a>) {
        match value {
            FieldValue::Set(expr) => self.set(expr, expected),
            FieldValue::Append(expr) => self.append(field, expr, name, expected),
            FieldValue::Block(block) => self.block_value(field, block, name, expected),
        }
    }

    fn labelled_element(&mut self, field: &'a Field, keyed: Keyed, value: &'a FieldValue, name: Name) {
        let element = keyed.element();
        let Ty::Native(owner) = *element.base() else { return self.free_value(field) };
        match (value, keyed.list.primary) {
            (FieldValue::Block(block), _) => self.entries(&block.entries, Fields::Native(owner)),
            (FieldValue::Set(expr), Some(primary)) => {
                let ty = fit::native_field(owner, primary).unwrap_or(&Ty::Any);
                let expected = Expected { ty, why: Why::Native { owner, name: primary }, native: true, part: Part::Whole };
                match fit::is_env(keyed) {
                    true => self.environment_value(expr, &expected),
                    false => self.set(expr, &expected),
                }
            }
            (FieldValue::Set(expr), None) => {
                let error = Diagnostic::new(&codes::LABEL, expr.span, format!("{element} has no field that a bare value could mean"));
                self.report(error.help(format!("write a block: `{name} label {{ … }}`")));
                self.infer(expr);
            }
            (FieldValue::Append(expr), _) => {
                let error = Diagnostic::new(&codes::APPEND, field.span, "`+=` adds elements to a list, this is one element");
                self.report(error.help("write `=` or `{ … }`"));
                self.infer(expr);
            }
        }
    }

    /// The value of an environment variable is a text, or a reference that becomes `valueFrom`.
    fn environment_value(&mut self, expr: &'a Expr, expected: &Expected<'_, 'a>) {
        if super::unit::number_of(expr).is_some() || matches!(expr.kind, ExprKind::Str(_) | ExprKind::Bool(_)) {
            return self.set(expr, expected);
        }
        let found = self.infer(expr);
        let others = Ty::union(found.base().members().iter().filter(|m| **m != Ty::Ref).cloned());
        if others != Ty::Null {
            self.fit(&others, expected, expr);
        }
    }

    // ---- spreads ----

    /// `...e`: each entry of what it is must be one that this block may hold.
    fn spread(&mut self, expr: &'a Expr, fields: Fields<'_, 'a>) {
        match &expr.kind {
            ExprKind::Record(block) => return self.entries(&block.entries, fields),
            ExprKind::If { condition, then, otherwise } => {
                self.condition(condition);
                self.given(condition, true, |this| this.spread(then, fields));
                return self.given(condition, false, |this| this.spread(otherwise, fields));
            }
            _ => {}
        }
        let found = self.infer(expr);
        self.spread_type(&found, expr, fields);
    }

    fn spread_type(&mut self, found: &Ty<'a>, expr: &'a Expr, fields: Fields<'_, 'a>) {
        match (found.base(), fields) {
            (Ty::Any | Ty::Poison | Ty::Null, _) | (Ty::Record(_) | Ty::Map(_) | Ty::Native(_) | Ty::Partial(_), Fields::Free) => {}
            (Ty::Record(spread), _) => self.spread_record(spread, expr, fields),
            (Ty::Partial(inner), _) if matches!(inner.as_ref(), Ty::Record(_)) => self.spread_type(inner, expr, fields),
            (Ty::Partial(inner), _) => self.spread_type(inner, expr, fields),
            (Ty::Native(a), Fields::Native(b)) if *a == b => {}
            (Ty::Native(a), Fields::Native(b)) => {
                let message = format!("`...` merges {} into {}, which has other fields", a.get().short, b.get().short);
                self.report(Diagnostic::new(&codes::TYPE_MISMATCH, expr.span, message));
            }
            (Ty::Map(a), Fields::Map { map, called, native }) => {
                let why = Why::Entry { name: called.unwrap_or_default() };
                let value = a.value.clone();
                self.fit(&value, &Expected { ty: &map.value, why, native, part: Part::Whole }, expr);
            }
            // Which keys a map has is known when it is there.
            (Ty::Map(_), Fields::Record { .. } | Fields::Native(_)) | (Ty::Native(_), Fields::Record { .. } | Fields::Map { .. }) => {}
            _ => {
                let error = Diagnostic::new(
                    &codes::TYPE_MISMATCH,
                    expr.span,
                    format!("`...` merges the entries of a record, this is {}", shown(found)),
                );
                self.report(error.help("a single value is written into a field: `field = …`"));
            }
        }
    }

    fn spread_record(&mut self, spread: &RecordTy<'a>, expr: &'a Expr, fields: Fields<'_, 'a>) {
        for field in &spread.fields {
            let name = field.name;
            match fields {
                Fields::Record { record, called, .. } => match record.field(name) {
                    // What is null in a spread leaves what lies below.
                    Some(wanted) => self.spread_field(field, &wanted.ty.clone().optional(), false, expr),
                    None => self.spread_unknown(name, called, record_names(record), expr),
                },
                Fields::Native(owner) => match fit::native_field(owner, name) {
                    Some(ty) => self.spread_field(field, ty, true, expr),
                    None => self.spread_unknown(name, &owner.get().short, field_names(&Ty::Native(owner)), expr),
                },
                Fields::Map { map, native, .. } => {
                    let ty = if map.value == Ty::Quantity { fit::amount(&name) } else { &map.value };
                    self.spread_field(field, ty, native, expr);
                }
                Fields::Free => {}
            }
        }
    }

    fn spread_field(&self, field: &FieldTy<'a>, wanted: &Ty<'a>, native: bool, expr: &Expr) {
        let name = field.name;
        if self.fits(&field.ty, wanted, native, name) {
            return;
        }
        let null = field.ty.is_optional() && self.fits(field.ty.present(), wanted, native, name);
        let (code, what) = if null {
            (&codes::MAYBE_NULL, "which may be null".to_string())
        } else {
            (&codes::TYPE_MISMATCH, format!("which is {}", shown(&field.ty)))
        };
        let error = Diagnostic::new(code, expr.span, format!("`...` brings `{name}`, {what}, and `{}` is expected", wanted.present()));
        self.report(if self.program().db.is_user(field.span) { error.also(field.span, "from here") } else { error });
    }

    fn spread_unknown(&self, name: Name, called: &str, known: Vec<&str>, expr: &Expr) {
        let owner = if called.is_empty() { "this record" } else { called };
        let error =
            Diagnostic::new(&codes::UNKNOWN_FIELD, expr.span, format!("`...` brings a field `{name}`, which `{owner}` does not have"));
        self.report(match suggest::nearest(&name, known) {
            Some(near) => error.help(format!("there is `{near}`")),
            None => error.help(format!("leave it out of what is merged: `...omit(e, [\"{name}\"])`")),
        });
    }
}

/// "a text", "an `Int`"
fn article(ty: &Ty) -> String {
    match ty {
        Ty::Record(_) | Ty::Native(_) | Ty::Partial(_) => format!("a record, `{ty}`"),
        Ty::Map(_) => format!("a map, `{ty}`"),
        Ty::List(_) | Ty::Keyed(_) => format!("a list, `{ty}`"),
        Ty::Literal(Literal::Str(_)) | Ty::String => "a text".into(),
        _ => format!("`{ty}`"),
    }
}
