//! What may be absent: a field that the type of a record has and that nobody wrote reads as `null`.
//!
//! Records carry no types, and most need none here, because what is completed (`complete`) holds all its fields. Objects and parts of
//! objects are not completed. So when a field is not found, and only then, the type of what stands before the dot is read off the path.

use super::block::field_ty;
use super::decl::DeclKind;
use super::{Evaluator, Scope};
use crate::ast::{Expr, ExprKind};
use crate::resolve::{KindRef, STD};
use crate::types::Ty;
use crate::value::{Address, Value};
use ustr::Ustr;

impl<'a> Evaluator<'_, 'a> {
    /// Whether `base.field` may be absent. The library's own reads were all checked against types.
    pub(super) fn may_be_absent(&mut self, base: &'a Expr, field: Ustr, scope: &Scope<'a>) -> bool {
        scope.home == STD || self.path_ty(base, scope).is_some_and(|ty| is_structure(&ty) && field_ty(&ty, field).is_some())
    }

    /// The type of a path that begins at a field of the kind whose body this is, or at a declaration.
    fn path_ty(&mut self, expr: &'a Expr, scope: &Scope<'a>) -> Option<Ty<'a>> {
        match &expr.kind {
            ExprKind::Name(name) if scope.local(*name).is_none() => {
                let kind = scope.this.as_ref()?.high()?;
                kind.inputs.position(*name).map(|i| kind.inputs.fields[i].ty.clone())
            }
            ExprKind::Field { base, field, .. } => match self.path_ty(base, scope) {
                Some(ty) => element_or_field(&ty, field.name),
                None => self.declared_ty(base, field.name, scope),
            },
            ExprKind::Index { base, .. } => match self.path_ty(base, scope)?.base() {
                Ty::List(elem) => Some(elem.as_ref().clone()),
                Ty::Keyed(keyed) => Some(keyed.element().clone()),
                Ty::Map(map) => Some(map.value.clone()),
                _ => None,
            },
            _ => None,
        }
    }

    /// The type of an input of the declaration that `base` names, or of a field of its object.
    fn declared_ty(&mut self, base: &'a Expr, field: Ustr, scope: &Scope<'a>) -> Option<Ty<'a>> {
        let ExprKind::Field { .. } = &base.kind else { return None };
        let Value::Address(address) = self.eval(base, scope).ok()?.value else { return None };
        match self.kind_of(&address, scope)? {
            DeclKind::High(kind) => kind.inputs.position(field).map(|i| kind.inputs.fields[i].ty.clone()),
            DeclKind::Native(kind) => field_ty(&Ty::Native(kind.ty), field).cloned(),
        }
    }

    fn kind_of(&self, address: &Address, scope: &Scope<'a>) -> Option<DeclKind<'a>> {
        match self.program().kind_named(scope.home, address.kind)? {
            KindRef::High(kind) => Some(DeclKind::High(kind)),
            KindRef::Native(kind) => Some(DeclKind::Native(kind)),
            KindRef::Poison => None,
        }
    }
}

fn is_structure(ty: &Ty) -> bool {
    match ty.base() {
        Ty::Native(_) | Ty::Record(_) => true,
        Ty::Partial(inner) => is_structure(inner),
        _ => false,
    }
}

/// `containers.web` names an element of a keyed list.
fn element_or_field<'a>(ty: &Ty<'a>, name: Ustr) -> Option<Ty<'a>> {
    match ty.base() {
        Ty::Keyed(keyed) => Some(keyed.element().clone()),
        _ => field_ty(ty, name).cloned(),
    }
}
