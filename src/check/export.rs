//! The type of a record literal of which nothing is expected, and of what a kind exports.

use super::block::Fields;
use super::{Checker, Place};
use crate::ast::{Block, Entry, Field, FieldValue, Name};
use crate::resolve::Kind;
use crate::source::Span;
use crate::types::{FieldTy, RecordTy, Ty, fit};
use std::sync::Arc;

/// What a record literal is found to hold.
#[derive(Default)]
struct Shape<'a> {
    fields: Vec<FieldTy<'a>>,
    index: ustr::UstrMap<usize>,
    /// The type of entries whose keys are computed.
    others: Option<Ty<'a>>,
    /// Something of unknown type was merged in.
    open: bool,
}

impl<'a> Checker<'_, '_, 'a> {
    /// A record literal: a record of its fields, or a map where keys are computed.
    pub(super) fn infer_block(&mut self, block: &'a Block) -> Ty<'a> {
        let mut shape = Shape::default();
        self.scoped(|this| this.shape(&block.entries, &mut shape, true));
        shape.ty()
    }

    fn shape(&mut self, entries: &'a [Entry], shape: &mut Shape<'a>, certain: bool) {
        super::writes::report_double(self, entries);
        for entry in entries {
            match entry {
                Entry::Field(field) => self.shape_field(field, shape, certain),
                Entry::Spread(expr) => {
                    let found = self.infer(expr);
                    self.shape_spread(&found, expr, shape, certain);
                }
                Entry::If(cond) => {
                    self.condition(&cond.condition);
                    self.given(&cond.condition, true, |this| this.shape(&cond.then, shape, false));
                    self.given(&cond.condition, false, |this| this.shape(&cond.otherwise, shape, false));
                }
                Entry::For(each) => self.scoped(|this| {
                    this.bind_loop(each.key, each.var, &each.over);
                    this.shape(&each.body, shape, false);
                }),
                Entry::Let(decl) => {
                    let ty = self.infer(&decl.value);
                    self.bind(decl.name, ty);
                }
                Entry::Waive(waive) => self.waive(waive),
            }
        }
    }

    fn shape_field(&mut self, field: &'a Field, shape: &mut Shape<'a>, certain: bool) {
        self.key(&field.key);
        let value = match &field.value {
            FieldValue::Set(expr) | FieldValue::Append(expr) => self.infer(expr),
            FieldValue::Block(block) => self.infer_block(block),
        };
        let value = match &field.label {
            None => value,
            Some(label) => {
                self.key(label);
                match label.as_static() {
                    Some(name) => Ty::Record(Arc::new(RecordTy::new(None, vec![plain(name, value, label.span())]))),
                    None => Ty::map(value),
                }
            }
        };
        match field.key.as_static() {
            Some(name) => shape.add(plain(name, value, field.key.span()), certain),
            None => shape.add_other(value),
        }
    }

    fn shape_spread(&mut self, found: &Ty<'a>, expr: &'a crate::ast::Expr, shape: &mut Shape<'a>, certain: bool) {
        match found.base() {
            Ty::Record(record) => {
                for field in &record.fields {
                    shape.add(plain(field.name, field.ty.clone(), field.span), certain);
                }
            }
            Ty::Map(map) => shape.add_other(map.value.clone()),
            Ty::Null => {}
            Ty::Any | Ty::Poison | Ty::Native(_) | Ty::Partial(_) => shape.open = true,
            _ => {
                let message = format!("`...` merges the entries of a record, this is {}", super::access::shown(found));
                self.report(crate::diag::Diagnostic::new(&crate::diag::codes::TYPE_MISMATCH, expr.span, message));
                shape.open = true;
            }
        }
    }

    /// The type of an export of a kind; `None` where it has none of that name.
    pub(super) fn export(&mut self, kind: &Arc<Kind<'a>>, name: Name, at: Span) -> Option<Ty<'a>> {
        let found = kind.exports.iter().rev().find_map(|layer| {
            layer.what.entries.iter().rev().find_map(|entry| match entry {
                Entry::Field(field) if field.key.as_static() == Some(name) => Some((field, layer.home)),
                Entry::Field(_) | Entry::Spread(_) | Entry::If(_) | Entry::For(_) | Entry::Let(_) | Entry::Waive(_) => None,
            })
        });
        let (field, home) = match found {
            Some(found) => found,
            // Exports that stand in an `if` or a `for`, or are merged in, are judged by evaluation.
            None => return is_open(kind).then_some(Ty::Any),
        };
        let place = Place { home, kind: Some(kind.clone()), test: false, rule: false };
        let owner = kind.clone();
        let ident = crate::ast::Ident { name, span: field.key.span() };
        // Its errors are reported where the kind is checked.
        let find = |this: &mut Self| {
            this.silently(|this| {
                this.elsewhere(place, |this| match &field.value {
                    FieldValue::Set(expr) | FieldValue::Append(expr) => this.infer(expr),
                    FieldValue::Block(block) => this.infer_block(block),
                })
            })
        };
        let ty = self.known(field, ident, find);
        self.saw(at, || super::trace::Meaning::Export { kind: owner, field, ty: ty.clone() });
        Some(ty)
    }

    /// The entries of `export { … }` in the kind that declares it.
    pub(super) fn check_export(&mut self, block: &'a Block) {
        self.entries(&block.entries, Fields::Free);
    }
}

fn is_open(kind: &Kind) -> bool {
    kind.exports.iter().flat_map(|layer| &layer.what.entries).any(|entry| match entry {
        Entry::Spread(_) | Entry::If(_) | Entry::For(_) => true,
        Entry::Field(field) => field.key.as_static().is_none(),
        Entry::Let(_) | Entry::Waive(_) => false,
    })
}

impl<'a> Shape<'a> {
    fn add(&mut self, mut field: FieldTy<'a>, certain: bool) {
        match self.index.get(&field.name).map(|&i| &mut self.fields[i]) {
            Some(below) if certain && !matches!(field.ty, Ty::Optional(_)) => below.ty = merged(&below.ty, field.ty),
            Some(below) => below.ty = fit::join(below.ty.clone(), field.ty),
            None => {
                if !certain {
                    field.ty = field.ty.optional();
                }
                self.index.insert(field.name, self.fields.len());
                self.fields.push(field);
            }
        }
    }

    fn add_other(&mut self, ty: Ty<'a>) {
        let below = self.others.take().unwrap_or(Ty::Poison);
        self.others = Some(fit::join(below, ty));
    }

    fn ty(self) -> Ty<'a> {
        match self.others {
            _ if self.open => Ty::Any,
            // An entry that may be missing is not in the map then.
            Some(others) => Ty::map(self.fields.iter().fold(others, |ty, f| fit::join(ty, f.ty.present().clone()))),
            None => Ty::Record(Arc::new(RecordTy::new(None, self.fields))),
        }
    }
}

/// A record written over a record merges with it.
fn merged<'a>(below: &Ty<'a>, above: Ty<'a>) -> Ty<'a> {
    match (below, &above) {
        (Ty::Record(a), Ty::Record(b)) => {
            let mut shape = Shape::default();
            for field in a.fields.iter().chain(&b.fields) {
                shape.add(plain(field.name, field.ty.clone(), field.span), true);
            }
            shape.ty()
        }
        _ => above,
    }
}

fn plain<'a>(name: Name, ty: Ty<'a>, span: Span) -> FieldTy<'a> {
    FieldTy { name, ty, default: None, primary: false, doc: None, span }
}
