//! Calls: builtins, whose bodies reach back through [`Host`], and functions declared with `fn`.

use super::{Eval, Evaluator, Poisoned, Scope};
use crate::ast::{self, ExprKind};
use crate::builtins::{self, Builtin, Fault, Host, LookUp, Need};
use crate::diag::{Diagnostic, codes, suggest};
use crate::resolve::Found;
use crate::source::{SourceKind, Span};
use crate::types::Ty;
use crate::value::{Node, Origin, Value};
use crate::world;
use smallvec::SmallVec;
use std::sync::Arc;
use ustr::Ustr;

/// The types of a function, made once.
pub struct Signature<'a> {
    params: Vec<Ty<'a>>,
    ret: Option<Ty<'a>>,
}

/// What a call calls.
#[derive(Clone, Copy)]
pub enum Callee<'a> {
    Function(Found<&'a ast::FnDecl>),
    Has,
    Question(LookUp),
    Builtin(&'static Builtin),
    Unknown,
}

/// The arguments of a builtin in the order of its parameters, and where each stands.
type GivenArgs = (SmallVec<[builtins::Arg; 4]>, SmallVec<[Span; 4]>);

/// A lambda argument of a call in progress.
pub struct Lambda<'a> {
    params: &'a [ast::Ident],
    body: &'a ast::Expr,
    scope: Scope<'a>,
}

impl<'a> Evaluator<'_, 'a> {
    pub(super) fn call(&mut self, call: &'a ast::Call, span: Span, scope: &Scope<'a>) -> Eval<Node> {
        let known = self.absent.is_some().then(|| self.callees.get(&address(call)).copied()).flatten();
        match known.unwrap_or_else(|| self.callee(call, scope)) {
            Callee::Function(found) => self.call_function(found, call, span, scope),
            Callee::Has => self.call_has(call, span, scope),
            Callee::Question(question) => self.look_up(&question, call, scope),
            Callee::Builtin(builtin) => self.call_builtin(builtin, call, span, scope),
            Callee::Unknown => Err(self.unknown_function(&call.callee.written(), call, scope)),
        }
    }

    fn callee(&mut self, call: &'a ast::Call, scope: &Scope<'a>) -> Callee<'a> {
        let in_rule = self.absent.is_some();
        let found = match self.program().function(scope.home, &call.callee) {
            Some(found) => Callee::Function(found),
            None => match &*call.callee.written() {
                "has" => Callee::Has,
                name => match LookUp::of(name, call).filter(|_| in_rule) {
                    Some(question) => Callee::Question(question),
                    None => builtins::find(name).map_or(Callee::Unknown, Callee::Builtin),
                },
            },
        };
        if in_rule {
            self.callees.insert(address(call), found);
        }
        found
    }

    fn unknown_function(&self, name: &str, call: &ast::Call, scope: &Scope<'a>) -> Poisoned {
        let own = self.program().function_names(scope.home);
        let candidates = own.iter().map(|n| n.as_str()).chain(builtins::all().map(|b| b.name)).chain(["has"]);
        let error = Diagnostic::new(&codes::UNKNOWN_FUNCTION, call.callee.span(), format!("there is no function `{name}`"));
        self.error(match suggest::nearest(name, candidates) {
            Some(near) => error.help(format!("did you mean `{near}`?")).fix(call.callee.span(), near),
            None => error,
        })
    }

    fn call_has(&mut self, call: &'a ast::Call, span: Span, scope: &Scope<'a>) -> Eval<Node> {
        let [arg] = call.args.as_slice() else {
            return Err(self.error(Diagnostic::new(&codes::CALL_ARGUMENTS, span, "`has` takes one field: `has(resources.cpu)`")));
        };
        let truth = self.has(&arg.value, scope)?;
        Ok(Node::new(Value::Bool(truth), self.computed(scope, span, [])))
    }

    fn call_function(&mut self, found: Found<&'a ast::FnDecl>, call: &'a ast::Call, span: Span, scope: &Scope<'a>) -> Eval<Node> {
        let decl = found.what;
        let mut inner = Scope::module(found.home);
        (inner.this, inner.namespace) = (scope.this.clone(), scope.namespace);
        let signature = self.signature(found);
        let slots = self.arguments(&decl.params, call, span)?;
        for ((param, ty), slot) in decl.params.iter().zip(&signature.params).zip(slots) {
            let node = match (slot, &param.default) {
                (Some(arg), _) => self.eval_as(&arg.value, ty, scope)?,
                (None, Some(default)) => self.eval_as(default, ty, &inner)?,
                (None, None) => {
                    let message = format!("`{}` needs its argument `{}`", decl.name.name, param.name.name);
                    return Err(self.error(Diagnostic::new(&codes::CALL_ARGUMENTS, span, message).also(param.name.span, "declared here")));
                }
            };
            let node = self.complete(node, ty, &inner, &param.name.name)?;
            inner = inner.with(param.name.name, node);
        }
        // A function sees its parameters and its module, not the fields of the kind that calls it.
        inner.this = None;
        self.deeper(span, |this| match &signature.ret {
            Some(ty) => {
                let node = this.eval_as(&decl.body, ty, &inner)?;
                this.complete(node, ty, &inner, &decl.name.name)
            }
            None => this.eval(&decl.body, &inner),
        })
    }

    fn signature(&self, found: Found<&'a ast::FnDecl>) -> Arc<Signature<'a>> {
        let key = std::ptr::from_ref(found.what) as usize;
        if let Some(known) = self.shared.signatures.read().unwrap_or_else(|e| e.into_inner()).get(&key) {
            return known.clone();
        }
        let ty = |expr| self.program().ty(found.home, expr);
        let made = Signature { params: found.what.params.iter().map(|p| ty(&p.ty)).collect(), ret: found.what.ret.as_ref().map(ty) };
        self.shared.signatures.write().unwrap_or_else(|e| e.into_inner()).entry(key).or_insert_with(|| Arc::new(made)).clone()
    }

    /// The argument of each parameter, by position and by name.
    fn arguments(&self, params: &'a [ast::FnParam], call: &'a ast::Call, span: Span) -> Eval<SmallVec<[Option<&'a ast::Arg>; 6]>> {
        let mut slots: SmallVec<[Option<&ast::Arg>; 6]> = SmallVec::from_elem(None, params.len());
        for (position, arg) in call.args.iter().enumerate() {
            let index = match arg.name {
                None => position,
                Some(name) => params.iter().position(|p| p.name.name == name.name).unwrap_or(usize::MAX),
            };
            match slots.get_mut(index) {
                Some(slot @ None) => *slot = Some(arg),
                _ => {
                    let name = call.callee.name.name;
                    let message = match arg.name {
                        Some(given) => format!("`{name}` has no free parameter `{}`", given.name),
                        None => format!("`{name}` takes {} arguments, this one is too many", params.len()),
                    };
                    return Err(self.error(
                        Diagnostic::new(&codes::CALL_ARGUMENTS, arg.name.map_or(arg.value.span, |n| n.span), message)
                            .also(span, "in this call"),
                    ));
                }
            }
        }
        Ok(slots)
    }

    fn call_builtin(&mut self, builtin: &'static Builtin, call: &'a ast::Call, span: Span, scope: &Scope<'a>) -> Eval<Node> {
        let first_lambda = self.lambdas.len();
        let result = self.builtin_args(builtin, call, span, scope).and_then(|(args, spans)| {
            let mut host = CallHost { evaluator: self, scope, span };
            match (builtin.run)(&mut host, &args) {
                Ok(node) if node.origin == Origin::NONE => {
                    let values = args.iter().filter_map(|arg| if let builtins::Arg::Value(node) = arg { Some(node) } else { None });
                    self.measured(Node::new(node.value, self.computed(scope, span, values)), span)
                }
                Ok(node) => Ok(node),
                Err(fault) => Err(self.fault(fault, &self.blamed(&args, spans), span)),
            }
        });
        self.lambdas.truncate(first_lambda);
        result
    }

    /// Where to show what is wrong with an argument: in the library's code, where the user wrote its value.
    fn blamed(&self, args: &[builtins::Arg], mut spans: SmallVec<[Span; 4]>) -> SmallVec<[Span; 4]> {
        for (span, arg) in spans.iter_mut().zip(args) {
            match arg {
                builtins::Arg::Value(node) if !self.program().db.is_user(*span) && self.program().db.is_user(node.origin.span) => {
                    *span = node.origin.span
                }
                builtins::Arg::Value(_) | builtins::Arg::Lambda(_) | builtins::Arg::Absent => {}
            }
        }
        spans
    }

    fn fault(&self, fault: Fault, spans: &[Span], span: Span) -> Poisoned {
        match fault {
            Fault::Poisoned => Poisoned,
            Fault::Said { code, message, arg, help } => {
                let at = arg.and_then(|i| spans.get(i)).copied().filter(|s| !s.is_none()).unwrap_or(span);
                let error = Diagnostic::new(code, at, message);
                self.error(match help {
                    Some(help) => error.help(help),
                    None => error,
                })
            }
        }
    }

    /// The arguments in the order of the parameters, and where each stands.
    fn builtin_args(&mut self, builtin: &'static Builtin, call: &'a ast::Call, span: Span, scope: &Scope<'a>) -> Eval<GivenArgs> {
        let variadic = builtin.params.last().is_some_and(|p| p.need == Need::Variadic);
        let fixed = builtin.params.len() - usize::from(variadic);
        let mut slots: SmallVec<[Option<&'a ast::Arg>; 4]> = SmallVec::from_elem(None, fixed);
        let mut rest = Vec::new();
        for (position, arg) in call.args.iter().enumerate() {
            let index = match arg.name {
                None => Some(position),
                Some(name) => builtin.params.iter().position(|p| p.name == name.name.as_str()),
            };
            match index {
                Some(i) if i < fixed && slots[i].is_none() => slots[i] = Some(arg),
                Some(_) if variadic && arg.name.is_none() => rest.push(arg),
                _ => return Err(self.bad_argument(builtin, arg, span)),
            }
        }
        let (mut args, mut spans) = (SmallVec::new(), SmallVec::new());
        for (slot, param) in slots.iter().zip(builtin.params) {
            match slot {
                Some(arg) => args.push(self.builtin_arg(arg, scope)?),
                None if param.need == Need::Required => {
                    let message = format!("`{}` needs its argument `{}`", builtin.name, param.name);
                    return Err(self.error(
                        Diagnostic::new(&codes::CALL_ARGUMENTS, span, message).help(format!("for example: `{}`", builtin.example)),
                    ));
                }
                None => args.push(builtins::Arg::Absent),
            }
            spans.push(slot.map_or(Span::NONE, |a| a.value.span));
        }
        for arg in rest {
            args.push(self.builtin_arg(arg, scope)?);
            spans.push(arg.value.span);
        }
        Ok((args, spans))
    }

    fn bad_argument(&self, builtin: &Builtin, arg: &ast::Arg, span: Span) -> Poisoned {
        let message = match arg.name {
            Some(name) => format!("`{}` has no free parameter `{}`", builtin.name, name.name),
            None => format!("`{}` takes {} arguments, this one is too many", builtin.name, builtin.params.len()),
        };
        let at = arg.name.map_or(arg.value.span, |n| n.span);
        self.error(
            Diagnostic::new(&codes::CALL_ARGUMENTS, at, message)
                .also(span, "in this call")
                .help(format!("for example: `{}`", builtin.example)),
        )
    }

    fn builtin_arg(&mut self, arg: &'a ast::Arg, scope: &Scope<'a>) -> Eval<builtins::Arg> {
        match &arg.value.kind {
            ExprKind::Lambda { params, body } => {
                self.lambdas.push(Lambda { params, body, scope: scope.clone() });
                Ok(builtins::Arg::Lambda(self.lambdas.len() - 1))
            }
            _ => Ok(builtins::Arg::Value(self.eval(&arg.value, scope)?)),
        }
    }
}

fn address(call: &ast::Call) -> usize {
    std::ptr::from_ref(call) as usize
}

/// The evaluator as the body of one call sees it.
struct CallHost<'h, 's, 'a> {
    evaluator: &'h mut Evaluator<'s, 'a>,
    scope: &'h Scope<'a>,
    span: Span,
}

impl Host for CallHost<'_, '_, '_> {
    fn origin(&self) -> Origin {
        self.evaluator.written(self.scope, self.span)
    }

    fn call(&mut self, lambda: usize, args: &[Node]) -> Result<Node, Fault> {
        let Lambda { params, body, scope } = &self.evaluator.lambdas[lambda];
        let (params, body, mut inner) = (*params, *body, scope.clone());
        if params.len() != args.len() {
            let message = format!("this lambda is given {} values, it names {}", args.len(), params.len());
            self.evaluator.error(Diagnostic::new(&codes::CALL_ARGUMENTS, body.span, message));
            return Err(Fault::Poisoned);
        }
        for (param, node) in params.iter().zip(args) {
            inner = inner.with(param.name, node.clone());
        }
        self.evaluator.deeper(body.span, |e| e.eval(body, &inner)).map_err(|Poisoned| Fault::Poisoned)
    }

    fn read(&mut self, path: &str) -> Result<Vec<u8>, Fault> {
        let from = self.evaluator.program().db.find(self.span).filter(|f| f.kind == SourceKind::User);
        // In the standard library's code the path is the user's: relative to the file of the declaration.
        let from = from.or_else(|| self.evaluator.subject.as_ref().and_then(|d| self.evaluator.program().db.find(d.head)));
        let name = from.map(|f| f.name.clone()).unwrap_or_default();
        let said = |e: world::ReadError| {
            Fault::at(0, &codes::FILE_UNREADABLE, format!("cannot read `{path}`: {e}"))
                .with_help("paths are relative to the file that names them and stay inside the project's folder")
        };
        let joined = world::join(&name, path).map_err(said)?;
        self.evaluator.shared.world.read(&joined).map_err(said)
    }

    fn spend(&mut self, units: usize) -> Result<(), Fault> {
        self.evaluator.spend(units, self.span).map_err(|Poisoned| Fault::Poisoned)
    }

    fn exported(&mut self, kind: &str, name: &str, export: &str) -> Result<Option<Node>, Fault> {
        let decls = &self.evaluator.shared.decls;
        let Ok(decl) = decls.find(kind.into(), name.into(), self.scope.namespace).cloned() else { return Ok(None) };
        self.evaluator.export(&decl, export.into(), self.span).transpose().map_err(|Poisoned| Fault::Poisoned)
    }

    fn inherited(&mut self, setting: &str) -> Result<Node, Fault> {
        let Some(decl) = self.scope.this.clone() else {
            return Err(Fault::new(&codes::INHERITED_PLACE, "`inherited` stands only in the body of a kind"));
        };
        self.evaluator.inherited(&decl, Ustr::from(setting), self.span).map_err(|Poisoned| Fault::Poisoned)
    }

    fn waived(&mut self, rule: &str) -> Result<bool, Fault> {
        match &self.scope.this {
            Some(decl) => Ok(self.evaluator.waived(decl, rule)),
            None => Err(Fault::new(&codes::INHERITED_PLACE, "`waived` stands only in the body of a kind")),
        }
    }
}

impl<'a> Evaluator<'_, 'a> {
    /// A setting of the enclosing namespace over the file's.
    fn inherited(&mut self, decl: &Arc<super::Decl<'a>>, setting: Ustr, span: Span) -> Eval<Node> {
        let file = match self.shared.decls.file.clone() {
            Some(file) => self.setting(&file, setting, span)?,
            None => Node::default(),
        };
        let enclosing = decl.namespace.and_then(|name| self.shared.decls.get("namespace".into(), None, name).cloned());
        let near = match enclosing {
            Some(namespace) => self.setting(&namespace, setting, span)?,
            None => Node::default(),
        };
        match (&file.value, &near.value) {
            (_, Value::Null) => Ok(file),
            (Value::Record(below), Value::Record(above)) => {
                let mut merged = below.as_ref().clone();
                super::merge::merge_record(&mut merged, above);
                Ok(Node::new(Value::Record(Arc::new(merged)), near.origin))
            }
            _ => Ok(near),
        }
    }

    /// Whether a waiver of a rule stands in a declaration, in one that it is a part of, or around it.
    fn waived(&self, decl: &Arc<super::Decl<'a>>, rule: &str) -> bool {
        let decls = &self.shared.decls;
        let around = decl.namespace.and_then(|name| decls.get("namespace".into(), None, name));
        let mut layers = [Some(decl), around, decls.file.as_ref()].into_iter().flatten().flat_map(|decl| &decl.layers);
        layers.any(|layer| layer.body.waives(rule) || layer.scope.this.as_ref().is_some_and(|outer| self.waived(outer, rule)))
    }

    fn setting(&mut self, decl: &Arc<super::Decl<'a>>, setting: Ustr, span: Span) -> Eval<Node> {
        match decl.high().and_then(|kind| kind.inputs.position(setting)) {
            Some(index) => self.input(decl, index, span),
            None => Ok(Node::default()),
        }
    }
}
