//! What a rule reads: the fields of its value, or more. It decides when the rule need not run.

use crate::ast::{self, BinOp, CompClause, Entry, Expr, ExprKind, FieldValue, ListItem, Name, RuleStmt, StrPart};
use crate::builtins::{Asks, LookUp};
use crate::value::{Node, Record, Value};
use smallvec::SmallVec;
use ustr::Ustr;

/// What the question `containers(pod)` reads of a pod.
const CONTAINERS: [&str; 3] = ["initContainers", "containers", "ephemeralContainers"];

/// `metadata.labels`: a field of a value, or one within.
pub(super) type Path = SmallVec<[Ustr; 3]>;

/// What is written at a path.
pub(super) fn at<'v>(value: &'v Record, path: &[Ustr]) -> Option<&'v Node> {
    let (first, rest) = path.split_first()?;
    let node = Some(&value.get(*first)?.node).filter(|node| !node.is_null())?;
    match (&node.value, rest) {
        (_, []) => Some(node),
        (Value::Record(inner), rest) => at(inner, rest),
        // An element by its label: the list decides.
        _ => Some(node),
    }
}

/// What a rule reads.
#[derive(Default)]
pub(super) struct RuleReads {
    /// Fields of its value, each as deep as it is named.
    pub fields: Vec<Path>,
    /// Its value as a whole.
    pub whole: bool,
    /// The object around it, or others.
    pub around: bool,
    /// The object around it, by name.
    pub object: bool,
    /// The release that judges.
    pub release: bool,
}

impl RuleReads {
    /// Whether nothing but the fields of its value decides what it says.
    pub fn is_of_fields(&self) -> bool {
        !self.whole && !self.around
    }
}

/// What statements read, where `variable` is bound to the rule's value.
pub(super) fn of(variable: Name, body: &[RuleStmt]) -> RuleReads {
    let mut reads = ReadsOf { variable, lets: Vec::new(), found: RuleReads::default() };
    reads.stmts(body);
    reads.found
}

/// What a rule asks before anything else.
pub(super) enum Lead<'a> {
    /// Where it is false, the rule has nothing to say.
    Condition(&'a Expr),
    /// Where it is empty, the rule has nothing to say.
    Loop(&'a Expr),
}

/// What a rule asks first, where all that it says depends on that, and what that reads.
pub(super) fn lead(variable: Name, body: &[RuleStmt]) -> Option<(Lead<'_>, RuleReads)> {
    let mut stmts = body.iter().filter(|stmt| !matches!(stmt, RuleStmt::Let(_) | RuleStmt::Unwaivable(_)));
    let (first, None) = (stmts.next()?, stmts.next()) else { return None };
    let lead = match first {
        RuleStmt::If(cond) if cond.otherwise.is_empty() => Lead::Condition(leftmost(&cond.condition)),
        RuleStmt::For(each) => Lead::Loop(&each.over),
        _ => return None,
    };
    let (Lead::Condition(expr) | Lead::Loop(expr)) = lead;
    let lets = body.iter().filter_map(|stmt| if let RuleStmt::Let(decl) = stmt { Some(decl.name.name) } else { None });
    let mut reads = ReadsOf { variable, lets: lets.collect(), found: RuleReads::default() };
    reads.expr(expr);
    (reads.found.is_of_fields() && !reads.found.fields.is_empty()).then_some((lead, reads.found))
}

/// The first of the conditions that `and` joins.
fn leftmost(condition: &Expr) -> &Expr {
    match &condition.kind {
        ExprKind::Binary { op: BinOp::And, left, .. } => leftmost(left),
        _ => condition,
    }
}

struct ReadsOf {
    variable: Name,
    /// Names that stand for more than what is seen.
    lets: Vec<Name>,
    found: RuleReads,
}

impl ReadsOf {
    fn stmts(&mut self, stmts: &[RuleStmt]) {
        for stmt in stmts {
            match stmt {
                RuleStmt::Let(decl) => self.expr(&decl.value),
                RuleStmt::If(cond) => {
                    self.expr(&cond.condition);
                    self.stmts(&cond.then);
                    self.stmts(&cond.otherwise);
                }
                RuleStmt::For(each) => {
                    self.expr(&each.over);
                    self.stmts(&each.body);
                }
                RuleStmt::Report(report) => self.report(report),
                RuleStmt::Require(require) => {
                    self.expr(&require.condition);
                    self.report(&require.report);
                }
                RuleStmt::Help(help) => self.expr(help),
                RuleStmt::Unwaivable(_) => {}
            }
        }
    }

    /// The place of a report is no value that decides anything.
    fn report(&mut self, report: &ast::Report) {
        self.expr(&report.message);
        report.help.iter().for_each(|help| self.expr(help));
    }

    fn expr(&mut self, expr: &Expr) {
        match &expr.kind {
            ExprKind::Null | ExprKind::Bool(_) | ExprKind::Num(_) => {}
            ExprKind::Name(name) => {
                self.found.whole |= *name == self.variable || self.lets.contains(name);
                self.found.object |= *name == "object";
                self.found.around |= *name == "object";
                self.found.release |= *name == "kubeVersion";
            }
            ExprKind::Str(lit) => self.string(lit),
            ExprKind::Field { base, .. } => match self.path(expr) {
                Some(path) => self.field(path),
                None => self.expr(base),
            },
            ExprKind::Index { base, index } => {
                self.expr(base);
                self.expr(index);
            }
            ExprKind::List(items) => items.iter().for_each(|item| match item {
                ListItem::Item(e) | ListItem::Spread(e) => self.expr(e),
            }),
            ExprKind::Comp(comp) => {
                self.expr(&comp.element);
                comp.clauses.iter().for_each(|clause| match clause {
                    CompClause::For { over, .. } => self.expr(over),
                    CompClause::If(condition) => self.expr(condition),
                });
            }
            ExprKind::Record(block) => block.entries.iter().for_each(|entry| self.entry(entry)),
            ExprKind::Call(call) => {
                let asks = LookUp::of(&call.callee.name.name, call).map(|question| question.asks);
                let own = matches!(call.args.first().map(|arg| &arg.value.kind), Some(ExprKind::Name(name)) if *name == self.variable);
                match asks {
                    // The containers of a pod are three of its fields.
                    Some(Asks::Containers) if own => CONTAINERS.iter().for_each(|field| self.field(Path::from_slice(&[Ustr::from(field)]))),
                    Some(Asks::Containers) | None => call.args.iter().for_each(|arg| self.expr(&arg.value)),
                    Some(_) => {
                        self.found.around = true;
                        call.args.iter().for_each(|arg| self.expr(&arg.value));
                    }
                }
            }
            ExprKind::Not(inner) | ExprKind::Neg(inner) => self.expr(inner),
            ExprKind::Binary { left, right, .. } => {
                self.expr(left);
                self.expr(right);
            }
            ExprKind::Range { lo, hi } => [lo, hi].into_iter().flatten().for_each(|side| self.expr(side)),
            ExprKind::If { condition, then, otherwise } => [condition, then, otherwise].into_iter().for_each(|e| self.expr(e)),
            ExprKind::Lambda { body, .. } => self.expr(body),
        }
    }

    fn field(&mut self, path: Path) {
        if !self.found.fields.contains(&path) {
            self.found.fields.push(path);
        }
    }

    /// The path that an expression is from the rule's value.
    fn path(&self, expr: &Expr) -> Option<Path> {
        match &expr.kind {
            ExprKind::Name(name) if *name == self.variable => Some(Path::new()),
            ExprKind::Field { base, field, .. } => {
                let mut path = self.path(base)?;
                path.push(field.name);
                Some(path)
            }
            _ => None,
        }
    }

    fn string(&mut self, lit: &ast::StrLit) {
        for part in &lit.parts {
            if let StrPart::Expr(expr) = part {
                self.expr(expr);
            }
        }
    }

    /// Records in rules hold plain fields; anything else may read anything.
    fn entry(&mut self, entry: &Entry) {
        match entry {
            Entry::Field(ast::Field { value: FieldValue::Set(expr), .. }) | Entry::Spread(expr) => self.expr(expr),
            Entry::Field(_) | Entry::If(_) | Entry::For(_) | Entry::Let(_) | Entry::Waive(_) => {
                (self.found.whole, self.found.around) = (true, true)
            }
        }
    }
}
