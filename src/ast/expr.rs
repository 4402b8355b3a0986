//! Expressions and types.

use super::{Block, FieldDecl, Ident, Name, Path};
use crate::source::Span;
use ecow::EcoString;
use rust_decimal::Decimal;

#[derive(Clone, Debug, PartialEq)]
pub struct Expr {
    pub kind: ExprKind,
    pub span: Span,
}

#[derive(Clone, Debug, PartialEq)]
pub enum ExprKind {
    Null,
    Bool(bool),
    Num(NumLit),
    Str(StrLit),
    Name(Name),
    List(Vec<ListItem>),
    Comp(Box<Comp>),
    Record(Box<Block>),
    /// `a.b`, `a?.b`
    Field {
        base: Box<Expr>,
        field: Ident,
        optional: bool,
    },
    /// `a[i]`
    Index {
        base: Box<Expr>,
        index: Box<Expr>,
    },
    Call(Box<Call>),
    Not(Box<Expr>),
    Neg(Box<Expr>),
    Binary {
        op: BinOp,
        left: Box<Expr>,
        right: Box<Expr>,
    },
    /// `a..b`, `a..`, `..b`
    Range {
        lo: Option<Box<Expr>>,
        hi: Option<Box<Expr>>,
    },
    If {
        condition: Box<Expr>,
        then: Box<Expr>,
        otherwise: Box<Expr>,
    },
    /// Only as an argument of a builtin (checked in `check`).
    Lambda {
        params: Vec<Ident>,
        body: Box<Expr>,
    },
}

#[derive(Clone, Debug, PartialEq)]
pub enum ListItem {
    Item(Expr),
    /// `...e`
    Spread(Expr),
}

/// `[e for x in xs for y in ys if c]`
#[derive(Clone, Debug, PartialEq)]
pub struct Comp {
    pub element: Expr,
    pub clauses: Vec<CompClause>,
}

#[derive(Clone, Debug, PartialEq)]
pub enum CompClause {
    For { key: Option<Ident>, var: Ident, over: Expr },
    If(Expr),
}

/// `f(a, b = 2)`, `yaml.parse(s)`, `policies.url("x")`
#[derive(Clone, Debug, PartialEq)]
pub struct Call {
    pub callee: Path,
    pub args: Vec<Arg>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Arg {
    pub name: Option<Ident>,
    pub value: Expr,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BinOp {
    Or,
    And,
    Eq,
    Ne,
    Lt,
    Le,
    Gt,
    Ge,
    In,
    /// `??`
    Coalesce,
    Add,
    Sub,
    Mul,
    Div,
}

/// A number as written: its exact value, and its suffix (`m`, `Mi`, `%`, `s`, …) uninterpreted.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct NumLit {
    pub value: Decimal,
    pub suffix: Option<Name>,
    /// Whether a decimal point was written.
    pub decimal: bool,
}

#[derive(Clone, Debug, PartialEq)]
pub struct StrLit {
    pub parts: Vec<StrPart>,
    pub span: Span,
}

/// Text has its escapes resolved (and a text block's indent removed).
#[derive(Clone, Debug, PartialEq)]
pub enum StrPart {
    Text(EcoString),
    Expr(Expr),
}

impl StrLit {
    /// The text where nothing is interpolated.
    pub fn as_static(&self) -> Option<&str> {
        match self.parts.as_slice() {
            [] => Some(""),
            [StrPart::Text(text)] => Some(text),
            _ => None,
        }
    }
}

#[derive(Clone, Debug, PartialEq)]
pub struct TypeExpr {
    pub kind: TypeExprKind,
    pub span: Span,
}

#[derive(Clone, Debug, PartialEq)]
pub enum TypeExprKind {
    /// `Int`, `PodSpec`, `policies.Tier`
    Name(Path),
    /// `Map<String, Int>`, `Partial<PodSpec>`, `Range<Cpu>`, `Address<app>`
    Generic {
        name: Ident,
        args: Vec<TypeExpr>,
    },
    /// `Int(1..65535)`, `String(match = r"…", len = 1..63)`
    Refined {
        name: Path,
        args: Vec<Arg>,
    },
    List(Box<TypeExpr>),
    Record(Vec<FieldDecl>),
    /// A literal: a string, a number, `true`, `false`, `null`.
    Literal(Box<Expr>),
    Union(Vec<TypeExpr>),
    /// `T?`
    Optional(Box<TypeExpr>),
}
