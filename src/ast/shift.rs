//! Trees at other positions: what did not change in a text that did keeps its tree, moved to where it stands now.
//!
//! The lists below name every field of every node, so that one which is forgotten does not compile.

use super::*;
use rust_decimal::Decimal;

/// What has positions in it.
pub trait Shift {
    /// Moves all positions; adding `by` may wrap around, so that it can lead backwards.
    fn shift(&mut self, by: u32);
}

impl Shift for Span {
    fn shift(&mut self, by: u32) {
        if !self.is_none() {
            *self = Span::new(self.start.wrapping_add(by), self.end.wrapping_add(by));
        }
    }
}

impl<T: Shift> Shift for Option<T> {
    fn shift(&mut self, by: u32) {
        self.iter_mut().for_each(|inner| inner.shift(by));
    }
}

impl<T: Shift> Shift for Vec<T> {
    fn shift(&mut self, by: u32) {
        self.iter_mut().for_each(|inner| inner.shift(by));
    }
}

impl<T: Shift> Shift for Box<T> {
    fn shift(&mut self, by: u32) {
        self.as_mut().shift(by);
    }
}

impl<T: Shift> Shift for If<T> {
    fn shift(&mut self, by: u32) {
        let If { condition, then, otherwise, span } = self;
        condition.shift(by);
        then.shift(by);
        otherwise.shift(by);
        span.shift(by);
    }
}

impl<T: Shift> Shift for For<T> {
    fn shift(&mut self, by: u32) {
        let For { key, var, over, body, span } = self;
        key.shift(by);
        var.shift(by);
        over.shift(by);
        body.shift(by);
        span.shift(by);
    }
}

/// What has no position.
macro_rules! unmoved {
    ($($ty:ty)*) => {
        $(impl Shift for $ty {
            fn shift(&mut self, _: u32) {}
        })*
    };
}

unmoved! { Name EcoString Decimal bool Level BinOp NumLit }

macro_rules! structs {
    ($($ty:ident { $($field:ident),* })*) => {
        $(impl Shift for $ty {
            fn shift(&mut self, by: u32) {
                let $ty { $($field),* } = self;
                $($field.shift(by);)*
            }
        })*
    };
}

structs! {
    Ident { name, span }
    Path { module, name }
    Let { name, value, doc, span }
    Param { name, ty, default, doc, span }
    TypeDecl { name, ty, doc, span }
    FnDecl { name, params, ret, body, doc, span }
    FnParam { name, ty, default }
    KindDecl { name, from, members, doc, span }
    CrdDecl { group_version, body }
    FieldDecl { name, ty, default, primary, doc, span }
    NestedDecl { name, members, doc, span }
    Column { name, value, span }
    Require { condition, level, message, at, span }
    RefineDecl { ty, fields, doc, span }
    RuleDecl { name, on, bind, body, doc, span }
    Report { level, message, at, help, span }
    Help { kind, text, span }
    RuleRequire { condition, report, span }
    TestDecl { name, with, body, doc, span }
    Assert { condition, span }
    Expect { level, code, body, span }
    Waive { rule, reason, span }
    Import { path, alias, span }
    Base { path, params, span }
    Extend { head, target, body, span }
    Remove { head, label, span }
    Namespace { label, items, doc, span, head_span }
    Instance { head, label, body, doc, span, head_span }
    Block { entries, span, broken }
    Field { key, label, value, doc, span }
    Expr { kind, span }
    Comp { element, clauses }
    Call { callee, args }
    Arg { name, value }
    StrLit { parts, span }
    TypeExpr { kind, span }
}

macro_rules! enums {
    ($($ty:ident { $($case:ident $(($inner:ident))? $({ $($field:ident),* })?),* })*) => {
        $(impl Shift for $ty {
            fn shift(&mut self, by: u32) {
                match self {
                    $($ty::$case $(($inner))? $({ $($field),* })? => {
                        $($inner.shift(by);)?
                        $($($field.shift(by);)*)?
                    })*
                }
            }
        })*
    };
}

enums! {
    Item {
        Entry(i), Let(i), Param(i), Type(i), Fn(i), Kind(i), Crd(i), Refine(i), Rule(i), Test(i), Import(i), Base(i), Extend(i), Remove(i),
        Namespace(i), Instance(i), If(i), For(i), Waive(i), Assert(i), Expect(i)
    }
    Member { Field(m), Nested(m), Set(m), Let(m), Require(m), If(m), Export(m), Emit(m), Column(m) }
    RuleBind { Value(b), Update { old, new } }
    RuleStmt { Let(s), If(s), For(s), Report(s), Require(s), Help(s), Unwaivable(s) }
    ExtendBody { Block(b), Items(b) }
    Target { Label(t), All(t) }
    Entry { Field(e), Spread(e), If(e), For(e), Let(e), Waive(e) }
    FieldValue { Set(v), Append(v), Block(v) }
    Key { Name(k), Str(k) }
    ExprKind {
        Null, Bool(e), Num(e), Str(e), Name(e), List(e), Comp(e), Record(e), Field { base, field, optional }, Index { base, index }, Call(e),
        Not(e), Neg(e), Binary { op, left, right }, Range { lo, hi }, If { condition, then, otherwise }, Lambda { params, body }
    }
    ListItem { Item(i), Spread(i) }
    CompClause { For { key, var, over }, If(c) }
    StrPart { Text(p), Expr(p) }
    TypeExprKind {
        Name(t), Generic { name, args }, Refined { name, args }, List(t), Record(t), Literal(t), Union(t), Optional(t)
    }
}
