//! The claims of a test: asserts and snapshots, evaluated with the finished objects in sight.
//!
//! A claim that does not hold says why: both sides of a comparison, the part of an `and` that is false, what the arguments of a call are.

use crate::ast::{self, BinOp, Expr, ExprKind, Item};
use crate::data;
use crate::diag::{Code, Diagnostic, Severity, Sink};
use crate::emit::{self, Format};
use crate::eval::{Eval, Evaluator, Scope, Shared};
use crate::object::Object;
use crate::source::Span;
use crate::syntax::literal;
use crate::value::{Node, Value};
use crate::world::{self, World};

/// The code of what tests report; no program gives it.
static FAILED: Code =
    Code { name: "test-failed", severity: Severity::Error, summary: "a claim of a test does not hold", doc: "", fails: "", passes: "" };

/// A failure of a test.
pub fn failed(at: Span, message: impl Into<String>) -> Diagnostic {
    Diagnostic::new(&FAILED, at, message)
}

/// The claims of one test as they are judged.
pub struct Claims<'w> {
    world: &'w dyn World,
    path: &'w str,
    accept: bool,
    pub failures: Vec<Diagnostic>,
    pub held: usize,
    pub snapshots: Vec<(String, String)>,
}

impl<'w> Claims<'w> {
    pub fn new(world: &'w dyn World, path: &'w str, accept: bool) -> Claims<'w> {
        Claims { world, path, accept, failures: Vec::new(), held: 0, snapshots: Vec::new() }
    }

    /// Judges all claims in the body of a test.
    pub fn judge<'a>(&mut self, shared: &Shared<'a>, objects: &[Object], items: &'a [Item]) {
        let sink = Sink::new();
        {
            let mut evaluator = Evaluator::of_rules(shared, &sink);
            self.items(&mut evaluator, shared, objects, items, &Scope::module(shared.program.root()));
        }
        self.failures.extend(sink.finish());
    }

    fn items<'a>(
        &mut self,
        evaluator: &mut Evaluator<'_, 'a>,
        shared: &Shared<'a>,
        objects: &[Object],
        items: &'a [Item],
        scope: &Scope<'a>,
    ) {
        let mut scope = scope.clone();
        for item in items {
            match item {
                Item::Let(decl) => scope = scope.with_let(decl),
                Item::Assert(assert) => {
                    // What the claim itself does wrong was reported.
                    let _ = self.assert(evaluator, shared, objects, assert, &scope);
                }
                Item::If(cond) => {
                    if !claims(&cond.then) && !claims(&cond.otherwise) {
                        continue;
                    }
                    if let Ok(held) = evaluator.holds(&cond.condition, &scope) {
                        self.items(evaluator, shared, objects, if held { &cond.then } else { &cond.otherwise }, &scope);
                    }
                }
                Item::For(each) if claims(&each.body) => {
                    let _ = evaluator.for_each((each.key, each.var, &each.over), &scope, |evaluator, inner, _, _| {
                        self.items(evaluator, shared, objects, &each.body, inner);
                        Ok(())
                    });
                }
                Item::Namespace(namespace) => {
                    let inner = Scope { namespace: namespace.label.as_static().or(scope.namespace), ..scope.clone() };
                    self.items(evaluator, shared, objects, &namespace.items, &inner);
                }
                Item::For(_) | Item::Expect(_) | Item::Entry(_) | Item::Param(_) | Item::Type(_) | Item::Fn(_) | Item::Kind(_) => {}
                Item::Crd(_) | Item::Refine(_) | Item::Rule(_) | Item::Test(_) | Item::Import(_) | Item::Base(_) => {}
                Item::Extend(_) | Item::Remove(_) | Item::Instance(_) | Item::Waive(_) => {}
            }
        }
    }

    fn assert<'a>(
        &mut self,
        evaluator: &mut Evaluator<'_, 'a>,
        shared: &Shared<'a>,
        objects: &[Object],
        assert: &'a ast::Assert,
        scope: &Scope<'a>,
    ) -> Eval<()> {
        if let Some(call) = ast::snapshot(&assert.condition) {
            return self.snapshot(evaluator, objects, call, assert.span, scope);
        }
        if evaluator.holds(&assert.condition, scope)? {
            self.held += 1;
            return Ok(());
        }
        let mut why = Why { shared, evaluator, scope };
        let failure = why.not(&assert.condition);
        self.failures.push(failure);
        Ok(())
    }

    /// `assert snapshot("web", Deployment.web)`: the value as YAML is what the file of that name holds.
    fn snapshot<'a>(
        &mut self,
        evaluator: &mut Evaluator<'_, 'a>,
        objects: &[Object],
        call: &'a ast::Call,
        at: Span,
        scope: &Scope<'a>,
    ) -> Eval<()> {
        let [first, rest @ ..] = call.args.as_slice() else { return Ok(()) };
        let name = evaluator.words(&first.value, scope)?;
        let text = match rest.first() {
            Some(value) => yaml(&evaluator.value(&value.value, scope)?),
            None => {
                let nodes: Vec<Node> = objects.iter().map(Object::node).collect();
                emit::stream(&nodes.iter().collect::<Vec<_>>(), Format::Yaml)
            }
        };
        let Ok(file) = world::join(self.path, &format!("snapshots/{}", file_name(self.path, &name))) else { return Ok(()) };
        match self.world.read(&file).map(|bytes| String::from_utf8_lossy(&bytes).into_owned()) {
            Ok(known) if known == text => self.held += 1,
            _ if self.accept => {
                self.held += 1;
                self.snapshots.push((file, text));
            }
            Ok(known) => {
                let failure = failed(at, format!("`{name}` is no longer what `{file}` holds"));
                self.failures.push(failure.note(diff(&known, &text)).help("where the new one is right: `kdsl test --accept`"));
            }
            Err(_) => {
                let failure = failed(at, format!("there is no snapshot `{name}` yet"));
                self.failures.push(failure.help(format!("`kdsl test --accept` writes `{file}`; read it before you commit it")));
            }
        }
        Ok(())
    }
}

/// Whether items hold claims.
fn claims(items: &[Item]) -> bool {
    items.iter().any(|item| match item {
        Item::Assert(_) => true,
        Item::If(cond) => claims(&cond.then) || claims(&cond.otherwise),
        Item::For(each) => claims(&each.body),
        Item::Namespace(namespace) => claims(&namespace.items),
        Item::Entry(_) | Item::Let(_) | Item::Param(_) | Item::Type(_) | Item::Fn(_) | Item::Kind(_) | Item::Crd(_) => false,
        Item::Refine(_) | Item::Rule(_) | Item::Test(_) | Item::Import(_) | Item::Base(_) | Item::Extend(_) => false,
        Item::Remove(_) | Item::Instance(_) | Item::Waive(_) | Item::Expect(_) => false,
    })
}

/// `shop--web.yaml`: letters, digits and dashes of both names.
fn file_name(path: &str, name: &str) -> String {
    let plain = |text: &str| -> String {
        let dashed: String = text.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
        dashed.split('-').filter(|part| !part.is_empty()).collect::<Vec<_>>().join("-")
    };
    let stem = path.rsplit('/').next().unwrap_or_default().trim_end_matches(".kdsl");
    format!("{}--{}.yaml", plain(stem), plain(name))
}

fn yaml(node: &Node) -> String {
    let mut out = String::new();
    emit::write_yaml(node, &mut out);
    out
}

/// A value where it fits one line.
fn short(node: &Node) -> Option<String> {
    const LONGEST: usize = 100;
    let text = match &node.value {
        Value::Str(text) => literal::string(text),
        Value::Null => "null".to_string(),
        other => data::scalar_text(other).map_or_else(|| data::to_json(node).to_string(), |t| t.to_string()),
    };
    (text.chars().count() <= LONGEST && !text.contains('\n')).then_some(text)
}

/// The lines that differ.
fn diff(old: &str, new: &str) -> String {
    const MOST: usize = 40;
    let diff = similar::TextDiff::from_lines(old, new);
    let hunks = diff.unified_diff().context_radius(2).to_string();
    let lines: Vec<&str> = hunks.lines().filter(|line| !line.starts_with("\\ No newline")).collect();
    let more = if lines.len() > MOST { format!("\n… and {} lines more", lines.len() - MOST) } else { String::new() };
    format!("{}{more}", lines[..lines.len().min(MOST)].join("\n"))
}

/// Explains a condition that is false.
struct Why<'y, 's, 'a> {
    shared: &'y Shared<'a>,
    evaluator: &'y mut Evaluator<'s, 'a>,
    scope: &'y Scope<'a>,
}

impl<'a> Why<'_, '_, 'a> {
    fn not(&mut self, expr: &'a Expr) -> Diagnostic {
        if let ExprKind::Binary { op: BinOp::And, left, right } = &expr.kind {
            let first = self.evaluator.holds(left, self.scope).is_ok_and(|held| held);
            return self.not(if first { right } else { left });
        }
        let failure = failed(expr.span, "this does not hold");
        match &expr.kind {
            ExprKind::Binary { op: BinOp::Eq, left, right } => self.unequal(failure, left, right),
            ExprKind::Binary { left, right, .. } => self.shown(self.values(vec![left, right]), failure),
            ExprKind::Not(inner) => match &inner.kind {
                ExprKind::Binary { left, right, .. } => self.shown(self.values(vec![left, right]), failure),
                ExprKind::Call(call) => self.shown(self.values(call.args.iter().map(|arg| &arg.value).collect()), failure),
                _ => self.shown(self.values(vec![inner]), failure),
            },
            ExprKind::Call(call) => self.shown(self.values(call.args.iter().map(|arg| &arg.value).collect()), failure),
            _ => self.shown(self.values(vec![expr]), failure),
        }
    }

    /// What can be shown: no literals, which show themselves, and no lambdas, which are no values.
    fn values(&self, exprs: Vec<&'a Expr>) -> Vec<&'a Expr> {
        let says_itself = |expr: &Expr| {
            matches!(expr.kind, ExprKind::Null | ExprKind::Bool(_) | ExprKind::Num(_) | ExprKind::Str(_) | ExprKind::Lambda { .. })
        };
        exprs.into_iter().filter(|expr| !says_itself(expr)).collect()
    }

    fn shown(&mut self, exprs: Vec<&'a Expr>, mut failure: Diagnostic) -> Diagnostic {
        for expr in exprs {
            let Ok(node) = self.evaluator.value(expr, self.scope) else { continue };
            let text = short(&node).unwrap_or_else(|| format!("\n{}", yaml(&node).trim_end()));
            failure = failure.note(format!("`{}` is {text}", self.text(expr)));
        }
        failure
    }

    /// Both sides of an `==`: the values where they are short, else the lines that differ.
    fn unequal(&mut self, failure: Diagnostic, left: &'a Expr, right: &'a Expr) -> Diagnostic {
        let (Ok(a), Ok(b)) = (self.evaluator.value(left, self.scope), self.evaluator.value(right, self.scope)) else { return failure };
        match (short(&a), short(&b)) {
            (Some(found), Some(wanted)) => {
                let found_line = format!("found:    {found}");
                failure.label(format!("`{}` is {found}", self.text(left))).note(format!("{found_line}\nexpected: {wanted}"))
            }
            _ => failure.note(format!("expected (-) and found (+):\n{}", diff(&yaml(&b), &yaml(&a)))),
        }
    }

    fn text(&self, expr: &Expr) -> String {
        self.shared.program.db.text(expr.span).split_whitespace().collect::<Vec<_>>().join(" ")
    }
}
