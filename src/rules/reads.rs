//! What a rule reads: the places of its value, and of the object around it, that decide what it says. They decide when it need not run.
//!
//! Expressions are followed to the places that their values come from: a variable of `for` stands at every element of what it loops over,
//! and so does the parameter of a function that a builtin calls with elements; a `let` stands where its value does. A place counts as
//! read where its value is used for more than to go further in. What a message says decides nothing. The objects of the run stay the
//! same, so a question about them is decided by what it is asked with.

use crate::ast::{self, BinOp, CompClause, Entry, Expr, ExprKind, FieldValue, ListItem, Name, RuleStmt, StrPart};
use crate::builtins::{self, Asks, Builtin, CONTAINERS, LookUp, Sig};
use crate::resolve::Program;
use crate::types::ModuleId;
use crate::value::{Node, Record, Value};
use smallvec::{SmallVec, smallvec};
use ustr::Ustr;

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

/// One step further into a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    Field(Ustr),
    /// Every element of a list, or value of a map.
    Each,
}

/// How much of what stands at a place is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Extent {
    Whole,
    /// Whether it is there, how many elements it has, and which keys.
    Shape,
    /// The same, and all of a text.
    Size,
}

/// A place that is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Read {
    pub steps: SmallVec<[Step; 4]>,
    pub extent: Extent,
}

/// What a rule reads.
#[derive(Debug, Default)]
pub(super) struct RuleReads {
    pub value: Vec<Read>,
    /// Of the object around its value.
    pub object: Vec<Read>,
    /// It asks for other objects.
    pub asks: bool,
    /// It names the object around its value, be it in a message.
    pub names_object: bool,
    /// It names the release that judges, be it in a message.
    pub names_release: bool,
}

impl RuleReads {
    /// Whether anything but its value decides what it says.
    pub fn is_of_value(&self) -> bool {
        self.object.is_empty() && !self.asks
    }

    /// The fields that are read, each as deep as it is the same for all values; `None` where more than fields of its value decides.
    pub fn fields(&self) -> Option<Vec<Path>> {
        let mut fields: Vec<Path> = Vec::new();
        for read in &self.value {
            let named = read.steps.iter().map_while(|step| if let Step::Field(name) = step { Some(*name) } else { None });
            let path: Path = named.collect();
            if !fields.contains(&path) {
                fields.push(path);
            }
        }
        (self.is_of_value() && fields.iter().all(|path| !path.is_empty())).then_some(fields)
    }
}

/// The rule that is looked at.
#[derive(Clone, Copy)]
pub(super) struct Of<'p, 'a> {
    pub program: &'p Program<'a>,
    pub home: ModuleId,
    /// What its value is called.
    pub variable: Name,
    pub body: &'a [RuleStmt],
}

/// What a rule reads.
pub(super) fn of(rule: Of) -> RuleReads {
    let mut reads = ReadsOf::new(rule);
    reads.stmts(rule.body);
    reads.found
}

/// What a rule asks before anything else.
pub(super) enum Lead<'a> {
    /// Where it is false, the rule has nothing to say.
    Condition(&'a Expr),
    /// Where it is empty, the rule has nothing to say.
    Loop(&'a Expr),
}

/// What a rule asks first, where all that it says depends on that; the `let`s before it; and what it reads.
pub(super) fn lead<'a>(rule: Of<'_, 'a>) -> Option<(Lead<'a>, Vec<&'a ast::Let>, RuleReads)> {
    let lets: Vec<_> = rule.body.iter().map_while(|stmt| if let RuleStmt::Let(decl) = stmt { Some(decl) } else { None }).collect();
    let mut stmts = rule.body[lets.len()..].iter().filter(|stmt| !matches!(stmt, RuleStmt::Unwaivable(_)));
    let (first, None) = (stmts.next()?, stmts.next()) else { return None };
    let mut reads = ReadsOf::new(rule);
    lets.iter().for_each(|decl| reads.bind_let(decl));
    let lead = match first {
        RuleStmt::If(cond) if cond.otherwise.is_empty() => {
            let condition = leftmost(&cond.condition);
            reads.used(condition);
            Lead::Condition(condition)
        }
        RuleStmt::For(each) => {
            let over = reads.seen(&each.over);
            reads.elements(over);
            Lead::Loop(&each.over)
        }
        _ => return None,
    };
    Some((lead, lets, reads.found))
}

/// The first of the conditions that `and` joins.
fn leftmost(condition: &Expr) -> &Expr {
    match &condition.kind {
        ExprKind::Binary { op: BinOp::And, left, .. } => leftmost(left),
        _ => condition,
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Root {
    Value,
    Object,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Place {
    root: Root,
    steps: SmallVec<[Step; 4]>,
}

/// Where a value may come from. What is computed comes from nowhere, and what went into it was read.
#[derive(Clone, Debug, Default)]
struct Seen {
    at: SmallVec<[Place; 2]>,
    /// It may be a list of such elements.
    of: Option<Box<Seen>>,
}

impl Seen {
    fn root(root: Root) -> Seen {
        Seen { at: smallvec![Place { root, steps: SmallVec::new() }], of: None }
    }

    fn list_of(elements: Seen) -> Seen {
        Seen { at: SmallVec::new(), of: Some(Box::new(elements)) }
    }

    fn or(mut self, other: Seen) -> Seen {
        // Each once, so that lets that join what others joined stay small.
        for place in other.at {
            if !self.at.contains(&place) {
                self.at.push(place);
            }
        }
        self.of = match (self.of, other.of) {
            (Some(one), Some(other)) => Some(Box::new(one.or(*other))),
            (one, other) => one.or(other),
        };
        self
    }

    fn further(mut self, step: Step) -> Seen {
        self.at.iter_mut().for_each(|place| place.steps.push(step));
        self
    }
}

struct ReadsOf<'p, 'a> {
    program: &'p Program<'a>,
    home: ModuleId,
    /// What names stand for, innermost last.
    names: Vec<(Name, Seen)>,
    found: RuleReads,
}

impl<'p, 'a> ReadsOf<'p, 'a> {
    fn new(rule: Of<'p, 'a>) -> ReadsOf<'p, 'a> {
        let names = vec![("object".into(), Seen::root(Root::Object)), (rule.variable, Seen::root(Root::Value))];
        ReadsOf { program: rule.program, home: rule.home, names, found: RuleReads::default() }
    }

    fn stmts(&mut self, stmts: &[RuleStmt]) {
        let outer = self.names.len();
        for stmt in stmts {
            match stmt {
                RuleStmt::Let(decl) => self.bind_let(decl),
                RuleStmt::If(cond) => {
                    self.used(&cond.condition);
                    self.stmts(&cond.then);
                    self.stmts(&cond.otherwise);
                }
                RuleStmt::For(each) => {
                    let inner = self.names.len();
                    self.bind_each(each.key, each.var, &each.over);
                    self.stmts(&each.body);
                    self.names.truncate(inner);
                }
                RuleStmt::Report(report) => self.report(report),
                RuleStmt::Require(require) => {
                    self.used(&require.condition);
                    self.report(&require.report);
                }
                RuleStmt::Help(help) => self.said(&help.text),
                RuleStmt::Unwaivable(_) => {}
            }
        }
        self.names.truncate(outer);
    }

    fn bind_let(&mut self, decl: &ast::Let) {
        let seen = self.seen(&decl.value);
        self.names.push((decl.name.name, seen));
    }

    fn bind_each(&mut self, key: Option<ast::Ident>, var: ast::Ident, over: &Expr) {
        let over = self.seen(over);
        let element = self.elements(over);
        // Keys and numbers are known once the shape is.
        self.names.extend(key.map(|key| (key.name, Seen::default())));
        self.names.push((var.name, element));
    }

    fn report(&mut self, report: &ast::Report) {
        self.said(&report.message);
        report.help.iter().chain(&report.at).for_each(|expr| self.said(expr));
    }

    /// What is evaluated for a report alone decides nothing, but names what it names.
    fn said(&mut self, expr: &Expr) {
        let outer = std::mem::take(&mut self.found);
        self.used(expr);
        let inner = std::mem::replace(&mut self.found, outer);
        self.found.names_object |= inner.names_object;
        self.found.names_release |= inner.names_release;
    }

    /// An expression whose value decides something.
    fn used(&mut self, expr: &Expr) {
        self.used_in(Extent::Whole, expr);
    }

    /// An expression of which only this much decides something.
    fn used_in(&mut self, extent: Extent, expr: &Expr) {
        let seen = self.seen(expr);
        self.note(&seen, extent);
    }

    fn note(&mut self, seen: &Seen, extent: Extent) {
        for place in &seen.at {
            let reads = match place.root {
                Root::Value => &mut self.found.value,
                Root::Object => &mut self.found.object,
            };
            let read = Read { steps: place.steps.clone(), extent };
            if !reads.contains(&read) {
                reads.push(read);
            }
        }
        // Of a list that is made here the elements' shapes are not asked for, but whether there are any is.
        if let (Some(of), Extent::Whole) = (&seen.of, extent) {
            self.note(of, extent);
        }
    }

    /// What the elements of a list are.
    fn elements(&mut self, list: Seen) -> Seen {
        self.note(&Seen { at: list.at.clone(), of: None }, Extent::Shape);
        let of = list.of.map(|of| *of).unwrap_or_default();
        Seen { at: list.at, of: None }.further(Step::Each).or(of)
    }

    /// Where the value of an expression comes from.
    fn seen(&mut self, expr: &Expr) -> Seen {
        match &expr.kind {
            ExprKind::Null | ExprKind::Bool(_) | ExprKind::Num(_) => Seen::default(),
            ExprKind::Name(name) => {
                self.found.names_object |= *name == "object";
                self.found.names_release |= *name == "kubeVersion";
                let bound = self.names.iter().rev().find(|(bound, _)| bound == name);
                bound.map(|(_, seen)| seen.clone()).unwrap_or_default()
            }
            ExprKind::Str(lit) => {
                let parts = lit.parts.iter().filter_map(|part| if let StrPart::Expr(expr) = part { Some(expr) } else { None });
                parts.for_each(|expr| self.used(expr));
                Seen::default()
            }
            ExprKind::Field { base, field, .. } => self.of_field(base, field.name),
            ExprKind::Index { base, index } => match plain_text(index) {
                Some(name) => self.of_field(base, name),
                None => {
                    self.used(index);
                    let base = self.seen(base);
                    self.elements(base)
                }
            },
            ExprKind::List(items) => {
                let elements = items.iter().map(|item| match item {
                    ListItem::Item(item) => self.seen(item),
                    ListItem::Spread(list) => {
                        let list = self.seen(list);
                        self.elements(list)
                    }
                });
                Seen::list_of(elements.fold(Seen::default(), Seen::or))
            }
            ExprKind::Comp(comp) => {
                let outer = self.names.len();
                for clause in &comp.clauses {
                    match clause {
                        CompClause::For { key, var, over } => self.bind_each(*key, *var, over),
                        CompClause::If(condition) => self.used(condition),
                    }
                }
                let element = self.seen(&comp.element);
                self.names.truncate(outer);
                Seen::list_of(element)
            }
            ExprKind::Record(block) => {
                block.entries.iter().for_each(|entry| self.entry(entry));
                Seen::default()
            }
            ExprKind::Call(call) => self.call(call),
            ExprKind::Not(inner) | ExprKind::Neg(inner) => self.computed([&**inner]),
            ExprKind::Binary { op: BinOp::Coalesce, left, right } => {
                let left = self.seen(left);
                self.note(&left, Extent::Shape);
                left.or(self.seen(right))
            }
            ExprKind::Binary { op: BinOp::Eq | BinOp::Ne, left, right } if is_empty(right) => {
                self.used_in(Extent::Shape, left);
                Seen::default()
            }
            ExprKind::Binary { left, right, .. } => self.computed([&**left, &**right]),
            ExprKind::Range { lo, hi } => self.computed([lo, hi].into_iter().flatten().map(|side| &**side)),
            ExprKind::If { condition, then, otherwise } => {
                self.used(condition);
                self.seen(then).or(self.seen(otherwise))
            }
            ExprKind::Lambda { params, body } => {
                self.lambda(params, body, &Seen::default());
                Seen::default()
            }
        }
    }

    fn computed<'e>(&mut self, from: impl IntoIterator<Item = &'e Expr>) -> Seen {
        from.into_iter().for_each(|expr| self.used(expr));
        Seen::default()
    }

    fn of_field(&mut self, base: &Expr, field: Ustr) -> Seen {
        let base = self.seen(base);
        // An element of a list that is made here, by its label.
        if let Some(of) = &base.of {
            self.note(of, Extent::Whole);
        }
        Seen { at: base.at, of: None }.further(Step::Field(field))
    }

    /// What a function gives whose parameters are such elements.
    fn lambda(&mut self, params: &[ast::Ident], body: &Expr, element: &Seen) {
        let outer = self.names.len();
        self.names.extend(params.iter().map(|param| (param.name, element.clone())));
        self.used(body);
        self.names.truncate(outer);
    }

    fn call(&mut self, call: &ast::Call) -> Seen {
        if self.program.function(self.home, &call.callee).is_some() {
            return self.computed(call.args.iter().map(|arg| &arg.value));
        }
        let name = call.callee.written();
        if name == "has" {
            call.args.iter().for_each(|arg| self.used_in(Extent::Shape, &arg.value));
            return Seen::default();
        }
        if let Some(question) = LookUp::of(&name, call) {
            return self.look_up(&question, call);
        }
        match builtins::find(&name) {
            Some(builtin) => self.call_builtin(builtin, call),
            None => self.computed(call.args.iter().map(|arg| &arg.value)),
        }
    }

    fn look_up(&mut self, question: &LookUp, call: &ast::Call) -> Seen {
        match (question.asks, call.args.as_slice()) {
            (Asks::Containers, [pod]) => {
                let pod = self.seen(&pod.value);
                let lists = CONTAINERS.iter().map(|&field| pod.clone().further(Step::Field(field.into())));
                let elements: Vec<Seen> = lists.map(|list| self.elements(list)).collect();
                Seen::list_of(elements.into_iter().fold(Seen::default(), Seen::or))
            }
            (_, args) => {
                self.found.asks = true;
                self.computed(args[usize::from(question.kind.is_some())..].iter().map(|arg| &arg.value))
            }
        }
    }

    /// A builtin by its signature: which of its lists a function is called with the elements of, and whether it gives such elements back.
    fn call_builtin(&mut self, builtin: &Builtin, call: &ast::Call) -> Seen {
        let positional = call.args.iter().all(|arg| arg.name.is_none()) && call.args.len() <= builtin.params.len();
        let list = builtin.params.iter().position(|param| matches!(param.ty, Sig::List(Sig::Var(0))));
        let extent = match builtin.name {
            "len" => Some(Extent::Size),
            "keys" => Some(Extent::Shape),
            _ => None,
        };
        if let (Some(extent), [of]) = (extent, call.args.as_slice()) {
            self.used_in(extent, &of.value);
            return Seen::default();
        }
        match (list, call.args.as_slice()) {
            (Some(0), [list, others @ ..]) if positional && gives_elements(builtin) => {
                let list = self.seen(&list.value);
                let element = self.elements(list);
                let mut compared = others.is_empty();
                for (other, param) in others.iter().zip(&builtin.params[1..]) {
                    match (&other.value.kind, &param.ty) {
                        (ExprKind::Lambda { params, body }, Sig::Lambda([Sig::Var(0)], _)) => self.lambda(params, body, &element),
                        _ => {
                            self.used(&other.value);
                            compared = true;
                        }
                    }
                }
                // Without a function, or with another argument, it is the elements themselves that are compared.
                if compared && builtin.name != "first" && builtin.name != "last" {
                    self.note(&element, Extent::Whole);
                }
                match builtin.ret {
                    Sig::Bool | Sig::Int => Seen::default(),
                    Sig::List(_) => Seen::list_of(element),
                    _ => {
                        let default = others.iter().map(|other| self.seen(&other.value)).fold(Seen::default(), Seen::or);
                        element.or(default)
                    }
                }
            }
            (_, args) => self.computed(args.iter().map(|arg| &arg.value)),
        }
    }

    /// Records in rules hold plain fields; anything else may read anything.
    fn entry(&mut self, entry: &Entry) {
        match entry {
            Entry::Field(ast::Field { value: FieldValue::Set(expr), .. }) | Entry::Spread(expr) => self.used(expr),
            Entry::Field(_) | Entry::If(_) | Entry::For(_) | Entry::Let(_) | Entry::Waive(_) => {
                self.found.asks = true;
                [Root::Value, Root::Object].into_iter().for_each(|root| self.note(&Seen::root(root), Extent::Whole));
            }
        }
    }
}

/// Builtins that give some of the elements of their first argument, or the truth or number of what a function says of them.
fn gives_elements(builtin: &Builtin) -> bool {
    matches!(builtin.ret, Sig::List(Sig::Var(0)) | Sig::Var(0) | Sig::Optional(Sig::Var(0)) | Sig::Bool | Sig::Int)
}

fn plain_text(expr: &Expr) -> Option<Ustr> {
    match &expr.kind {
        ExprKind::Str(lit) => match lit.parts.as_slice() {
            [StrPart::Text(text)] => Some(Ustr::from(text)),
            _ => None,
        },
        _ => None,
    }
}

/// `null`, `[]`, `{}`
fn is_empty(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Null => true,
        ExprKind::List(items) => items.is_empty(),
        ExprKind::Record(block) => block.entries.is_empty(),
        _ => false,
    }
}
