//! The abstract syntax tree: what a file says, before anything is known about names or types.
//!
//! Nodes only, each with its span. A *declaration block* (a file, a namespace, `emit`, a test) holds [`Item`]s; an *entry block* (an
//! instance, a record) holds [`Entry`]s. Names are interned, text is shared, so that a tree is cheap to keep and to walk.

mod place;

use crate::source::Span;
use ecow::EcoString;
use rust_decimal::Decimal;
use ustr::Ustr;

pub type Name = Ustr;

/// One parsed file: its items in source order, without the pieces that failed to parse.
#[derive(Debug, Default, PartialEq)]
pub struct File {
    pub items: Vec<Item>,
    /// Words at the head of declarations that failed to parse: a name among them is not unknown, and needs no further error.
    pub lost: Vec<Name>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Ident {
    pub name: Name,
    pub span: Span,
}

/// `a` or `a.b`: the name of a kind, a type or a function, perhaps behind an import's alias.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Path {
    pub module: Option<Ident>,
    pub name: Ident,
}

impl Path {
    pub fn span(&self) -> Span {
        self.module.map_or(self.name.span, |m| m.span.to(self.name.span))
    }
}

/// The text of `///` lines, without the slashes and one blank after them, joined by `\n`.
pub type Doc = Option<EcoString>;

// ---- declaration blocks ----

#[derive(Debug, PartialEq)]
pub enum Item {
    /// `edition = 2026`, or in a namespace `podSecurity = "restricted"`, `labels { }`. Only `Field` and `Spread` entries.
    Entry(Entry),
    Let(Let),
    Param(Param),
    Type(TypeDecl),
    Fn(FnDecl),
    Kind(KindDecl),
    Crd(CrdDecl),
    Refine(RefineDecl),
    Rule(RuleDecl),
    Test(TestDecl),
    Import(Import),
    Base(Base),
    Extend(Extend),
    Remove(Remove),
    Namespace(Namespace),
    Instance(Instance),
    If(If<Item>),
    For(For<Item>),
    Waive(Waive),
    /// Only in a test.
    Assert(Assert),
    /// Only in a test.
    Expect(Expect),
}

/// `let x = e`, at top level, in a block or in a kind.
#[derive(Debug, PartialEq)]
pub struct Let {
    pub name: Ident,
    pub value: Expr,
    pub doc: Doc,
    pub span: Span,
}

/// `param env: "dev" | "prod" = "dev"`
#[derive(Debug, PartialEq)]
pub struct Param {
    pub name: Ident,
    pub ty: TypeExpr,
    pub default: Option<Expr>,
    pub doc: Doc,
    pub span: Span,
}

/// `type Tier = "a" | "b"` or `type Backup { … }` (then `ty` is a record).
#[derive(Debug, PartialEq)]
pub struct TypeDecl {
    pub name: Ident,
    pub ty: TypeExpr,
    pub doc: Doc,
    pub span: Span,
}

/// `fn url(host: String, path: String = "/") -> String = e`
#[derive(Debug, PartialEq)]
pub struct FnDecl {
    pub name: Ident,
    pub params: Vec<FnParam>,
    pub ret: Option<TypeExpr>,
    pub body: Expr,
    pub doc: Doc,
    pub span: Span,
}

#[derive(Debug, PartialEq)]
pub struct FnParam {
    pub name: Ident,
    pub ty: TypeExpr,
    pub default: Option<Expr>,
}

/// `kind app { … }` or `kind webapp from app { … }`
#[derive(Debug, PartialEq)]
pub struct KindDecl {
    pub name: Ident,
    pub from: Option<Path>,
    pub members: Vec<Member>,
    pub doc: Doc,
    pub span: Span,
}

/// `crd Website in "extensions.example.com/v1" { … }`: `spec` and `status` are [`Member::Nested`], settings are [`Member::Set`].
#[derive(Debug, PartialEq)]
pub struct CrdDecl {
    pub name: Ident,
    pub group_version: StrLit,
    pub members: Vec<Member>,
    pub doc: Doc,
    pub span: Span,
}

/// What stands in the body of a kind, a crd, or a nested record of theirs.
#[derive(Debug, PartialEq)]
pub enum Member {
    /// `image: Image`, `primary number: Port`, `replicas: Int(0..) = 1`
    Field(FieldDecl),
    /// `spec { gitRepo: String }`
    Nested(NestedDecl),
    /// `replicas = 2` in `kind webapp from app { … }`, `shortNames = ["ws"]` in a crd; also `labels { … }` where nothing in it is typed.
    Set(Field),
    Let(Let),
    Require(Require),
    If(If<Member>),
    /// `export { host = … }`
    Export(Block),
    /// `emit { … }`
    Emit(Vec<Item>),
    /// `column Repo = spec.gitRepo`, in a crd only.
    Column(Column),
}

#[derive(Debug, PartialEq)]
pub struct FieldDecl {
    pub name: Ident,
    pub ty: TypeExpr,
    pub default: Option<Expr>,
    pub primary: bool,
    pub doc: Doc,
    pub span: Span,
}

#[derive(Debug, PartialEq)]
pub struct NestedDecl {
    pub name: Ident,
    pub members: Vec<Member>,
    pub doc: Doc,
    pub span: Span,
}

#[derive(Debug, PartialEq)]
pub struct Column {
    pub name: Key,
    pub value: Expr,
    pub span: Span,
}

/// `require c else [warn] "message" [at e]`
#[derive(Debug, PartialEq)]
pub struct Require {
    pub condition: Expr,
    pub level: Level,
    pub message: Expr,
    pub at: Option<Expr>,
    pub span: Span,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    Deny,
    Warn,
}

/// `refine ContainerPort { name: PortName, hostPort: Port }`
#[derive(Debug, PartialEq)]
pub struct RefineDecl {
    pub ty: Path,
    pub fields: Vec<FieldDecl>,
    pub doc: Doc,
    pub span: Span,
}

/// `rule name on PodSpec p { … }` or `rule name on update Deployment (old, new) { … }`
#[derive(Debug, PartialEq)]
pub struct RuleDecl {
    pub name: Ident,
    pub on: Path,
    pub bind: RuleBind,
    pub body: Vec<RuleStmt>,
    pub doc: Doc,
    pub span: Span,
}

#[derive(Debug, PartialEq)]
pub enum RuleBind {
    Value(Ident),
    Update { old: Ident, new: Ident },
}

#[derive(Debug, PartialEq)]
pub enum RuleStmt {
    Let(Let),
    If(If<RuleStmt>),
    For(For<RuleStmt>),
    /// `deny "…" [at e] [help e]`, `warn …`
    Report(Report),
    Require(RuleRequire),
    /// A `help` on a line of its own, for the report above it in the same block.
    Help(Expr),
    /// No waiver sets the rule aside.
    Unwaivable(Span),
}

#[derive(Debug, PartialEq)]
pub struct Report {
    pub level: Level,
    pub message: Expr,
    pub at: Option<Expr>,
    pub help: Option<Expr>,
    pub span: Span,
}

/// `require e else [warn] "…" [at e] [help e]`
#[derive(Debug, PartialEq)]
pub struct RuleRequire {
    pub condition: Expr,
    pub report: Report,
    pub span: Span,
}

/// `test "name" with { env = "prod" } { … }`
#[derive(Debug, PartialEq)]
pub struct TestDecl {
    pub name: StrLit,
    pub with: Option<Block>,
    pub body: Vec<Item>,
    pub doc: Doc,
    pub span: Span,
}

#[derive(Debug, PartialEq)]
pub struct Assert {
    pub condition: Expr,
    pub span: Span,
}

/// `snapshot("name", value)`, which only an assert can say.
pub fn snapshot(claim: &Expr) -> Option<&Call> {
    match &claim.kind {
        ExprKind::Call(call) if call.callee.module.is_none() && call.callee.name.name == "snapshot" => Some(call),
        _ => None,
    }
}

/// `expect deny image-pinned { … }`
#[derive(Debug, PartialEq)]
pub struct Expect {
    pub level: Level,
    pub code: Ident,
    pub body: Vec<Item>,
    pub span: Span,
}

/// `waive image-pinned = "why"` or `waive image-pinned = { reason = "why", until = "2027-01-31" }`
#[derive(Debug, PartialEq)]
pub struct Waive {
    pub rule: Ident,
    pub reason: Expr,
    pub span: Span,
}

/// `import "./policies.kdsl" as policies`
#[derive(Debug, PartialEq)]
pub struct Import {
    pub path: StrLit,
    pub alias: Option<Ident>,
    pub span: Span,
}

/// `base "./shop.kdsl" { env = "prod" }`
#[derive(Debug, PartialEq)]
pub struct Base {
    pub path: StrLit,
    pub params: Option<Block>,
    pub span: Span,
}

/// `extend app web { … }`, `extend Container * { … }`; `extend namespace shop { … }` holds items.
#[derive(Debug, PartialEq)]
pub struct Extend {
    pub head: Path,
    pub target: Target,
    pub body: ExtendBody,
    pub span: Span,
}

#[derive(Debug, PartialEq)]
pub enum ExtendBody {
    Block(Block),
    Items(Vec<Item>),
}

#[derive(Debug, PartialEq)]
pub enum Target {
    Label(Key),
    /// `*`: every value of the type.
    All(Span),
}

#[derive(Debug, PartialEq)]
pub struct Remove {
    pub head: Path,
    pub label: Key,
    pub span: Span,
}

#[derive(Debug, PartialEq)]
pub struct Namespace {
    pub label: Key,
    pub items: Vec<Item>,
    pub doc: Doc,
    pub span: Span,
    /// `namespace shop`, without the block.
    pub head_span: Span,
}

/// `app web { … }`. In a namespace it may turn out to be a labelled field: resolution decides, knowing the kinds.
#[derive(Debug, PartialEq)]
pub struct Instance {
    pub head: Path,
    pub label: Key,
    pub body: Block,
    pub doc: Doc,
    pub span: Span,
    /// `app web`, without the block.
    pub head_span: Span,
}

// ---- entry blocks ----

/// `{ … }` of an instance or a record.
#[derive(Debug, PartialEq, Default)]
pub struct Block {
    pub entries: Vec<Entry>,
    /// With its braces.
    pub span: Span,
    /// An entry of it did not parse, so what seems to be missing may have been written.
    pub broken: bool,
}

#[derive(Debug, PartialEq)]
pub enum Entry {
    Field(Field),
    /// `...e`
    Spread(Expr),
    If(If<Entry>),
    For(For<Entry>),
    Let(Let),
    Waive(Waive),
}

/// `f = e`, `f { }`, `f += e`, `f label = e`, `f label { }`
#[derive(Debug, PartialEq)]
pub struct Field {
    pub key: Key,
    pub label: Option<Key>,
    pub value: FieldValue,
    pub doc: Doc,
    pub span: Span,
}

#[derive(Debug, PartialEq)]
pub enum FieldValue {
    /// `= e`
    Set(Expr),
    /// `+= e`
    Append(Expr),
    /// `{ … }`
    Block(Block),
}

/// A field's name or a label: an identifier, or a plain quoted string that may interpolate.
#[derive(Debug, PartialEq)]
pub enum Key {
    Name(Ident),
    Str(StrLit),
}

impl Key {
    pub fn span(&self) -> Span {
        match self {
            Key::Name(ident) => ident.span,
            Key::Str(lit) => lit.span,
        }
    }

    /// The key's text where it does not depend on values.
    pub fn as_static(&self) -> Option<Name> {
        match self {
            Key::Name(ident) => Some(ident.name),
            Key::Str(lit) => lit.as_static().map(Ustr::from),
        }
    }
}

#[derive(Debug, PartialEq)]
pub struct If<T> {
    pub condition: Expr,
    pub then: Vec<T>,
    /// `else if` is an else that holds one `If`.
    pub otherwise: Vec<T>,
    pub span: Span,
}

/// `for x in xs { … }`, `for k, v in m { … }`
#[derive(Debug, PartialEq)]
pub struct For<T> {
    pub key: Option<Ident>,
    pub var: Ident,
    pub over: Expr,
    pub body: Vec<T>,
    pub span: Span,
}

// ---- expressions ----

#[derive(Debug, PartialEq)]
pub struct Expr {
    pub kind: ExprKind,
    pub span: Span,
}

#[derive(Debug, PartialEq)]
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

#[derive(Debug, PartialEq)]
pub enum ListItem {
    Item(Expr),
    /// `...e`
    Spread(Expr),
}

/// `[e for x in xs for y in ys if c]`
#[derive(Debug, PartialEq)]
pub struct Comp {
    pub element: Expr,
    pub clauses: Vec<CompClause>,
}

#[derive(Debug, PartialEq)]
pub enum CompClause {
    For { key: Option<Ident>, var: Ident, over: Expr },
    If(Expr),
}

/// `f(a, b = 2)`, `yaml.parse(s)`, `policies.url("x")`
#[derive(Debug, PartialEq)]
pub struct Call {
    pub callee: Path,
    pub args: Vec<Arg>,
}

#[derive(Debug, PartialEq)]
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

#[derive(Debug, PartialEq)]
pub struct StrLit {
    pub parts: Vec<StrPart>,
    pub span: Span,
}

/// Text has its escapes resolved (and a text block's indent removed).
#[derive(Debug, PartialEq)]
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

// ---- types ----

#[derive(Debug, PartialEq)]
pub struct TypeExpr {
    pub kind: TypeExprKind,
    pub span: Span,
}

#[derive(Debug, PartialEq)]
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
