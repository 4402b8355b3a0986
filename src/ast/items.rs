//! What stands in declaration blocks, and in the bodies of kinds and rules.

use super::{Block, Call, Doc, Entry, Expr, ExprKind, Field, For, Ident, If, Key, Path, StrLit, TypeExpr};
use crate::source::Span;

#[derive(Clone, Debug, PartialEq)]
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
#[derive(Clone, Debug, PartialEq)]
pub struct Let {
    pub name: Ident,
    pub value: Expr,
    pub doc: Doc,
    pub span: Span,
}

/// `param env: "dev" | "prod" = "dev"`
#[derive(Clone, Debug, PartialEq)]
pub struct Param {
    pub name: Ident,
    pub ty: TypeExpr,
    pub default: Option<Expr>,
    pub doc: Doc,
    pub span: Span,
}

/// `type Tier = "a" | "b"` or `type Backup { … }` (then `ty` is a record).
#[derive(Clone, Debug, PartialEq)]
pub struct TypeDecl {
    pub name: Ident,
    pub ty: TypeExpr,
    pub doc: Doc,
    pub span: Span,
}

/// `fn url(host: String, path: String = "/") -> String = e`
#[derive(Clone, Debug, PartialEq)]
pub struct FnDecl {
    pub name: Ident,
    pub params: Vec<FnParam>,
    pub ret: Option<TypeExpr>,
    pub body: Expr,
    pub doc: Doc,
    pub span: Span,
}

#[derive(Clone, Debug, PartialEq)]
pub struct FnParam {
    pub name: Ident,
    pub ty: TypeExpr,
    pub default: Option<Expr>,
}

/// `kind app { … }` or `kind webapp from app { … }`
#[derive(Clone, Debug, PartialEq)]
pub struct KindDecl {
    pub name: Ident,
    pub from: Option<Path>,
    pub members: Vec<Member>,
    pub doc: Doc,
    pub span: Span,
}

/// `crd Website in "extensions.example.com/v1" { … }`: `spec` and `status` are [`Member::Nested`], settings are [`Member::Set`].
#[derive(Clone, Debug, PartialEq)]
pub struct CrdDecl {
    pub group_version: StrLit,
    /// Its name and members, as a kind has them: with `emit` it is one, too.
    pub body: KindDecl,
}

/// What stands in the body of a kind, a crd, or a nested record of theirs.
#[derive(Clone, Debug, PartialEq)]
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

#[derive(Clone, Debug, PartialEq)]
pub struct FieldDecl {
    pub name: Ident,
    pub ty: TypeExpr,
    pub default: Option<Expr>,
    pub primary: bool,
    pub doc: Doc,
    pub span: Span,
}

#[derive(Clone, Debug, PartialEq)]
pub struct NestedDecl {
    pub name: Ident,
    pub members: Vec<Member>,
    pub doc: Doc,
    pub span: Span,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Column {
    pub name: Key,
    pub value: Expr,
    pub span: Span,
}

/// `require c else [warn] "message" [at e]`
#[derive(Clone, Debug, PartialEq)]
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
#[derive(Clone, Debug, PartialEq)]
pub struct RefineDecl {
    pub ty: Path,
    pub fields: Vec<FieldDecl>,
    pub doc: Doc,
    pub span: Span,
}

/// `rule name on PodSpec p { … }` or `rule name on update Deployment (old, new) { … }`
#[derive(Clone, Debug, PartialEq)]
pub struct RuleDecl {
    pub name: Ident,
    pub on: Path,
    pub bind: RuleBind,
    pub body: Vec<RuleStmt>,
    pub doc: Doc,
    pub span: Span,
}

impl RuleDecl {
    /// The worst that it reports.
    pub fn level(&self) -> Level {
        fn denies(body: &[RuleStmt]) -> bool {
            body.iter().any(|stmt| match stmt {
                RuleStmt::If(cond) => denies(&cond.then) || denies(&cond.otherwise),
                RuleStmt::For(each) => denies(&each.body),
                RuleStmt::Report(report) => report.level == Level::Deny,
                RuleStmt::Require(require) => require.report.level == Level::Deny,
                RuleStmt::Let(_) | RuleStmt::Help(_) | RuleStmt::Unwaivable(_) => false,
            })
        }
        if denies(&self.body) { Level::Deny } else { Level::Warn }
    }
}

#[derive(Clone, Debug, PartialEq)]
pub enum RuleBind {
    Value(Ident),
    Update { old: Ident, new: Ident },
}

#[derive(Clone, Debug, PartialEq)]
pub enum RuleStmt {
    Let(Let),
    If(If<RuleStmt>),
    For(For<RuleStmt>),
    /// `deny "…" [at e] [help e]`, `warn …`
    Report(Report),
    Require(RuleRequire),
    /// A `help` on a line of its own, for the report above it in the same block.
    Help(Help),
    /// No waiver sets the rule aside.
    Unwaivable(Span),
}

#[derive(Clone, Debug, PartialEq)]
pub struct Report {
    pub level: Level,
    pub message: Expr,
    pub at: Option<Expr>,
    pub help: Option<Expr>,
    pub span: Span,
}

/// `help [for kind] e`
#[derive(Clone, Debug, PartialEq)]
pub struct Help {
    /// Whose declarations it is for: those of a kind, or of one made from it.
    pub kind: Option<Path>,
    pub text: Expr,
    pub span: Span,
}

/// `require e else [warn] "…" [at e] [help e]`
#[derive(Clone, Debug, PartialEq)]
pub struct RuleRequire {
    pub condition: Expr,
    pub report: Report,
    pub span: Span,
}

/// `test "name" with { env = "prod" } { … }`
#[derive(Clone, Debug, PartialEq)]
pub struct TestDecl {
    pub name: StrLit,
    pub with: Option<Block>,
    pub body: Vec<Item>,
    pub doc: Doc,
    pub span: Span,
}

#[derive(Clone, Debug, PartialEq)]
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
#[derive(Clone, Debug, PartialEq)]
pub struct Expect {
    pub level: Level,
    pub code: Ident,
    pub body: Vec<Item>,
    pub span: Span,
}

/// `waive image-pinned = "why"` or `waive image-pinned = { reason = "why", until = "2027-01-31" }`
#[derive(Clone, Debug, PartialEq)]
pub struct Waive {
    pub rule: Ident,
    pub reason: Expr,
    pub span: Span,
}

/// `import "./policies.kdsl" as policies`
#[derive(Clone, Debug, PartialEq)]
pub struct Import {
    pub path: StrLit,
    pub alias: Option<Ident>,
    pub span: Span,
}

/// `base "./shop.kdsl" { env = "prod" }`
#[derive(Clone, Debug, PartialEq)]
pub struct Base {
    pub path: StrLit,
    pub params: Option<Block>,
    pub span: Span,
}

/// `extend app web { … }`, `extend Container * { … }`; `extend namespace shop { … }` holds items.
#[derive(Clone, Debug, PartialEq)]
pub struct Extend {
    pub head: Path,
    pub target: Target,
    pub body: ExtendBody,
    pub span: Span,
}

#[derive(Clone, Debug, PartialEq)]
pub enum ExtendBody {
    Block(Block),
    Items(Vec<Item>),
}

#[derive(Clone, Debug, PartialEq)]
pub enum Target {
    Label(Key),
    /// `*`: every value of the type.
    All(Span),
}

#[derive(Clone, Debug, PartialEq)]
pub struct Remove {
    pub head: Path,
    pub label: Key,
    pub span: Span,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Namespace {
    pub label: Key,
    pub items: Vec<Item>,
    pub doc: Doc,
    pub span: Span,
    /// `namespace shop`, without the block.
    pub head_span: Span,
}

/// `app web { … }`. In a namespace it may turn out to be a labelled field: resolution decides, knowing the kinds.
#[derive(Clone, Debug, PartialEq)]
pub struct Instance {
    pub head: Path,
    pub label: Key,
    pub body: Block,
    pub doc: Doc,
    pub span: Span,
    /// `app web`, without the block.
    pub head_span: Span,
}
