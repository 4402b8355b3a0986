//! The types that are written in a declaration, and in each other.

use crate::ast::{FieldDecl, FnDecl, Item, Member, TypeExpr, TypeExprKind};

/// Gives every type in an item to `each`, outer before inner.
pub(super) fn walk<'a>(item: &'a Item, each: &mut dyn FnMut(&'a TypeExpr)) {
    match item {
        Item::Param(param) => ty(&param.ty, each),
        Item::Type(decl) => ty(&decl.ty, each),
        Item::Fn(decl) => function(decl, each),
        Item::Kind(decl) => members(&decl.members, each),
        Item::Crd(decl) => members(&decl.body.members, each),
        Item::Refine(decl) => fields(&decl.fields, each),
        Item::Entry(_) | Item::Let(_) | Item::Rule(_) | Item::Test(_) | Item::Import(_) | Item::Base(_) | Item::Extend(_) => {}
        Item::Remove(_) | Item::Namespace(_) | Item::Instance(_) | Item::If(_) | Item::For(_) | Item::Waive(_) => {}
        Item::Assert(_) | Item::Expect(_) => {}
    }
}

fn function<'a>(decl: &'a FnDecl, each: &mut dyn FnMut(&'a TypeExpr)) {
    decl.params.iter().for_each(|param| ty(&param.ty, each));
    if let Some(ret) = &decl.ret {
        ty(ret, each);
    }
}

fn members<'a>(list: &'a [Member], each: &mut dyn FnMut(&'a TypeExpr)) {
    for member in list {
        match member {
            Member::Field(field) => ty(&field.ty, each),
            Member::Nested(nested) => members(&nested.members, each),
            Member::Set(_) | Member::Let(_) | Member::Require(_) | Member::If(_) => {}
            Member::Export(_) | Member::Emit(_) | Member::Column(_) => {}
        }
    }
}

fn fields<'a>(list: &'a [FieldDecl], each: &mut dyn FnMut(&'a TypeExpr)) {
    list.iter().for_each(|field| ty(&field.ty, each));
}

fn ty<'a>(expr: &'a TypeExpr, each: &mut dyn FnMut(&'a TypeExpr)) {
    each(expr);
    match &expr.kind {
        TypeExprKind::Name(_) | TypeExprKind::Refined { .. } | TypeExprKind::Literal(_) => {}
        TypeExprKind::Generic { args, .. } | TypeExprKind::Union(args) => args.iter().for_each(|arg| ty(arg, each)),
        TypeExprKind::List(inner) | TypeExprKind::Optional(inner) => ty(inner, each),
        TypeExprKind::Record(list) => fields(list, each),
    }
}
