//! The body of a kind: defaults, lets, conditions, exports and what it emits, in a scope where its fields are bound.

use super::block::Fields;
use super::expect::Expected;
use super::items::Settings;
use super::trace::Meaning;
use super::{Checker, Pending, Place};
use crate::ast::{self, Member};
use crate::diag::{Diagnostic, codes};
use crate::resolve::{Kind, KindRef};
use crate::types::{FieldTy, Ty};
use std::sync::Arc;

impl<'a> Checker<'_, '_, 'a> {
    pub(super) fn kind_decl(&mut self, decl: &'a ast::KindDecl) {
        let home = self.place.home;
        let Some(KindRef::High(kind)) = self.program().kind_named(home, decl.name.name) else { return };
        // A second declaration of the name was reported and is not the one that counts.
        if !std::ptr::eq(kind.decl, decl) {
            return;
        }
        self.saw(decl.name.span, || Meaning::Kind(KindRef::High(kind.clone())));
        if let Some(from) = &decl.from {
            self.saw_declaration(from, None);
        }
        let place = Place { home, kind: Some(kind.clone()), test: false, rule: false };
        self.elsewhere(place, |this| this.members(&decl.members, &kind));
    }

    /// What the objects of a crd become; what it declares of them was judged when its kind was made.
    pub(super) fn crd_decl(&mut self, decl: &'a ast::CrdDecl) {
        let home = self.place.home;
        if let Some(kind) = self.program().kind_named(home, decl.body.name.name) {
            self.saw(decl.body.name.span, || Meaning::Kind(kind));
        }
        let Some(kind) = self.program().composition_of(home, decl) else { return };
        let place = Place { home, kind: Some(kind.clone()), test: false, rule: false };
        let becomes = decl.body.members.iter().filter(|member| matches!(member, Member::Let(_) | Member::Emit(_)));
        self.elsewhere(place, |this| becomes.for_each(|member| this.member(member, &kind)));
    }

    fn members(&mut self, members: &'a [Member], kind: &Arc<Kind<'a>>) {
        for member in members {
            self.member(member, kind);
        }
    }

    fn member(&mut self, member: &'a Member, kind: &Arc<Kind<'a>>) {
        match member {
            Member::Field(field) => {
                if let Some(found) = kind.inputs.field(field.name.name) {
                    self.saw_field(field.name.span, kind.name, found);
                    self.default(found, kind);
                }
            }
            Member::Nested(nested) => {
                if let Some(found) = kind.inputs.field(nested.name.name) {
                    self.saw_field(nested.name.span, kind.name, found);
                }
                if let Some(Ty::Record(record)) = kind.inputs.field(nested.name.name).map(|f| &f.ty) {
                    self.defaults(record, &nested.name.name);
                }
            }
            Member::Set(field) => self.set_member(field, kind),
            Member::Let(decl) => {
                let key = std::ptr::from_ref(decl) as usize;
                self.path.push(Pending { key, name: decl.name.name, span: decl.name.span });
                let ty = self.infer(&decl.value);
                self.path.pop();
                self.saw(decl.name.span, || Meaning::KindLet { decl, ty });
            }
            Member::Require(require) => self.require(require),
            Member::If(cond) => {
                self.condition(&cond.condition);
                self.given(&cond.condition, true, |this| this.conditional(&cond.then, kind));
                self.given(&cond.condition, false, |this| this.conditional(&cond.otherwise, kind));
            }
            Member::Export(block) => self.check_export(block),
            Member::Emit(items) => self.items(items, Settings::Nothing),
            // Reported when the kind was built.
            Member::Column(_) => {}
        }
    }

    /// In an `if` there are conditions, and lets for them.
    fn conditional(&mut self, members: &'a [Member], kind: &Arc<Kind<'a>>) {
        for member in members {
            match member {
                Member::Let(decl) => {
                    let ty = self.infer(&decl.value);
                    self.bind(decl.name, ty);
                }
                Member::Require(_) | Member::If(_) => self.member(member, kind),
                Member::Field(_) | Member::Nested(_) | Member::Set(_) | Member::Export(_) | Member::Emit(_) | Member::Column(_) => {
                    let error =
                        Diagnostic::new(&codes::MISPLACED, member.span(), "an `if` in the body of a kind holds `require` and `let`");
                    self.report(error.help("fields and exports are fixed: choose their values, `f = if … then … else …`; in `emit` an `if` may stand around declarations"));
                }
            }
        }
    }

    fn default(&mut self, field: &FieldTy<'a>, kind: &Kind<'a>) {
        if let Some(default) = field.default {
            self.check(default.expr, &Expected::field(&kind.name, field));
        }
        if let Ty::Record(record) = field.ty.present()
            && record.name.is_none()
        {
            self.defaults(record, &field.name);
        }
    }

    /// `replicas = 2` in `kind webapp from app { … }`: a field of the parent.
    fn set_member(&mut self, field: &'a ast::Field, kind: &Arc<Kind<'a>>) {
        self.saw_kind_member(field.key.span());
        match (&kind.parent, field.key.as_static()) {
            (None, Some(name)) if kind.inputs.field(name).is_none() => {
                let error =
                    Diagnostic::new(&codes::UNKNOWN_FIELD, field.key.span(), format!("`{}` has no field `{name}` to set", kind.name));
                self.report(error.help(format!(
                    "to declare a field, give its type: `{name}: String = …`; to set one of another kind, write `kind {} from … {{ … }}`",
                    kind.name
                )));
            }
            _ => {
                let fields = Fields::Record { record: &kind.inputs, called: &kind.name, partial: false };
                self.field(field, fields);
            }
        }
    }

    fn require(&mut self, require: &'a ast::Require) {
        self.condition(&require.condition);
        self.given(&require.condition, false, |this| {
            this.check(&require.message, &Expected::new(&Ty::String, super::expect::Why::Plain));
            if let Some(at) = &require.at {
                this.infer(at);
            }
        });
    }
}
