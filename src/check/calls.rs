//! Calls: builtins by their signatures, functions declared with `fn`, and `has`.

use super::Checker;
use super::access::{shown, suggested};
use super::expect::{Expected, Why};
use super::facts;
use super::sig::{Bindings, words};
use super::trace::{Callee, Meaning};
use super::unit;
use crate::ast::{self, Arg, Call, Expr, ExprKind};
use crate::builtins::{self, Builtin, Need, Sig};
use crate::diag::{Diagnostic, codes, suggest};
use crate::resolve::{Alias, Found};
use crate::source::Span;
use crate::types::Ty;

impl<'a> Checker<'_, '_, 'a> {
    pub(super) fn call(&mut self, call: &'a Call, span: Span) -> Ty<'a> {
        if let Some(found) = self.program().function(self.place.home, &call.callee) {
            self.reads_of(found);
            self.saw_callee(call, Meaning::Function(found));
            self.saw_call(span, Callee::Function(found));
            return self.call_function(found, call, span);
        }
        let name = call.callee.written();
        if self.place.rule
            && let Some(ty) = self.look_up(&name, call, span)
        {
            return ty;
        }
        match &*name {
            "has" => self.call_has(call, span),
            "inherited" => self.call_inherited(call, span),
            _ => match builtins::find(&name) {
                Some(builtin) => {
                    self.saw_callee(call, Meaning::Builtin(builtin));
                    self.saw_call(span, Callee::Builtin(builtin));
                    self.call_builtin(builtin, call, span)
                }
                None => self.unknown_function(&name, call),
            },
        }
    }

    /// The name of a function, and the import before it.
    fn saw_callee(&self, call: &Call, meaning: Meaning<'a>) {
        let at = match (call.callee.module, &meaning) {
            (Some(_), Meaning::Builtin(_)) | (None, _) => call.callee.span(),
            (Some(alias), _) => {
                if let Some(found) = self.program().alias(self.place.home, alias.name) {
                    self.saw(alias.span, || Meaning::import(self.program(), self.place.home, alias.name, found));
                }
                call.callee.name.span
            }
        };
        self.saw(at, || meaning);
    }

    fn unknown_function(&mut self, name: &str, call: &'a Call) -> Ty<'a> {
        let at = call.callee.span();
        let lost = self.program().is_lost(call.callee.name.name);
        let poison = match call.callee.module.map(|alias| self.program().alias(self.place.home, alias.name)) {
            Some(Some(Alias::Module(module))) => {
                let error = Diagnostic::new(
                    &codes::UNKNOWN_FUNCTION,
                    call.callee.name.span,
                    format!("this import has no function `{}`", call.callee.name.name),
                );
                let names = self.program().function_names(module);
                self.error(suggested(error, &call.callee.name.name, names.iter().map(|n| n.as_str()), call.callee.name.span))
            }
            _ if lost => Ty::Poison,
            Some(Some(Alias::Missing)) => Ty::Poison,
            Some(Some(Alias::Native(_)) | None) | None => {
                let own = self.program().function_names(self.place.home);
                let candidates = own.iter().map(|n| n.as_str()).chain(builtins::all().map(|b| b.name)).chain(["has"]);
                let error = Diagnostic::new(&codes::UNKNOWN_FUNCTION, at, format!("there is no function `{name}`"));
                self.error(match suggest::nearest(name, candidates) {
                    Some(near) => error.help(format!("did you mean `{near}`?")).fix(at, near),
                    None if self.is_bound(name.into()) => error.help(format!("`{name}` is a value, which cannot be called")),
                    None => error.help(format!("declare it: `fn {name}(…) = …`")),
                })
            }
        };
        for arg in &call.args {
            if !matches!(arg.value.kind, ExprKind::Lambda { .. }) {
                self.infer(&arg.value);
            }
        }
        poison
    }

    /// `has(a.b)` reads nothing, so that every part of the path may be missing.
    fn call_has(&mut self, call: &'a Call, span: Span) -> Ty<'a> {
        match call.args.as_slice() {
            [arg] if facts::path_of(&arg.value).is_some() || matches!(arg.value.kind, ExprKind::Index { .. }) => {
                self.has_path(&arg.value);
            }
            [arg] => {
                self.infer(&arg.value);
                let error = Diagnostic::new(
                    &codes::CALL_ARGUMENTS,
                    arg.value.span,
                    "`has` asks whether a field was written: it takes the path to one",
                );
                self.report(error.help("for example `has(resources.cpu)`"));
            }
            _ => self.report(Diagnostic::new(&codes::CALL_ARGUMENTS, span, "`has` takes one field: `has(resources.cpu)`")),
        }
        Ty::Bool
    }

    /// Reports names and fields that do not exist; parts that may be null are what is asked about.
    fn has_path(&mut self, expr: &'a Expr) {
        let mark = self.locals.len();
        if let Some(path) = facts::path_of(expr) {
            for length in 1..path.len() {
                self.locals.push(super::Bind::Present(path[..length].into()));
            }
        }
        self.infer(expr);
        self.locals.truncate(mark);
    }

    /// A setting of the namespace over the file's, null where neither has it.
    fn call_inherited(&mut self, call: &'a Call, span: Span) -> Ty<'a> {
        let [Arg { name: None, value }] = call.args.as_slice() else {
            return self.error(Diagnostic::new(
                &codes::CALL_ARGUMENTS,
                span,
                "`inherited` takes the name of one setting: `inherited(\"labels\")`",
            ));
        };
        self.check(value, &Expected::new(&Ty::String, Why::Argument { function: "inherited", name: "setting", span: Span::NONE }));
        let setting = match &value.kind {
            ExprKind::Str(lit) => lit.as_static().map(ast::Name::from),
            _ => None,
        };
        let Some(setting) = setting else { return Ty::Any };
        let kinds = [&self.shared.file, &self.shared.namespace];
        let field = kinds.into_iter().flatten().find_map(|kind| kind.inputs.field(setting));
        field.map_or(Ty::Any, |f| f.ty.clone().optional())
    }

    // ---- functions of the project ----

    fn call_function(&mut self, found: Found<&'a ast::FnDecl>, call: &'a Call, span: Span) -> Ty<'a> {
        let decl = found.what;
        let names: Vec<&str> = decl.params.iter().map(|p| p.name.name.as_str()).collect();
        let (slots, extra) = self.slots(&decl.name.name, &names, call, Some(decl.name.span));
        for (param, slot) in decl.params.iter().zip(slots) {
            let ty = self.annotation(found.home, &param.ty);
            match slot {
                Some(arg) => {
                    if let Some(given) = arg.name {
                        self.saw(given.span, || Meaning::Parameter { at: param.name.span, ty: ty.clone() });
                    }
                    let why = Why::Argument { function: &decl.name.name, name: &param.name.name, span: param.name.span };
                    self.check(&arg.value, &Expected::new(&ty, why));
                }
                None if param.default.is_none() && !ty.is_optional() && extra.is_empty() => {
                    let error = Diagnostic::new(
                        &codes::CALL_ARGUMENTS,
                        span,
                        format!("`{}` needs its argument `{}`, {ty}", decl.name.name, param.name.name),
                    );
                    let user = self.program().db.is_user(param.name.span);
                    self.report(if user { error.also(param.name.span, "declared here, without a default") } else { error });
                }
                None => {}
            }
        }
        extra.into_iter().for_each(|arg| drop(self.infer(&arg.value)));
        self.result(found)
    }

    /// The type of what a function gives.
    pub(super) fn result(&mut self, found: Found<&'a ast::FnDecl>) -> Ty<'a> {
        let decl = found.what;
        match &decl.ret {
            Some(ret) => self.annotation(found.home, ret),
            None => {
                let body = |this: &mut Self| this.silently(|this| this.function_body(found, |this| this.infer(&decl.body)));
                self.known(decl, decl.name, body)
            }
        }
    }

    /// The argument of each parameter, and those that no parameter takes.
    fn slots(&self, name: &str, params: &[&str], call: &'a Call, declared: Option<Span>) -> (Vec<Option<&'a Arg>>, Vec<&'a Arg>) {
        let (mut slots, mut extra) = (vec![None; params.len()], Vec::new());
        let also = |error: Diagnostic| match declared {
            Some(span) if self.program().db.is_user(span) => error.also(span, "declared here"),
            _ => error,
        };
        for (position, arg) in call.args.iter().enumerate() {
            let index = match arg.name {
                None => position,
                Some(given) => params.iter().position(|p| *p == given.name.as_str()).unwrap_or(usize::MAX),
            };
            match (slots.get_mut(index), arg.name) {
                (Some(slot @ None), _) => *slot = Some(arg),
                (Some(Some(_)), given) => {
                    extra.push(arg);
                    let at = given.map_or(arg.value.span, |g| g.span);
                    self.report(also(Diagnostic::new(
                        &codes::CALL_ARGUMENTS,
                        at,
                        format!("`{name}` is given its argument `{}` twice", params[index]),
                    )));
                }
                (None, Some(given)) => {
                    extra.push(arg);
                    let error = Diagnostic::new(&codes::CALL_ARGUMENTS, given.span, format!("`{name}` has no parameter `{}`", given.name));
                    self.report(also(suggested(error, &given.name, params.iter().copied(), given.span)));
                }
                (None, None) => {
                    extra.push(arg);
                    let count = match params.len() {
                        0 => "no argument".to_string(),
                        1 => "one argument".to_string(),
                        n => format!("{n} arguments"),
                    };
                    self.report(also(Diagnostic::new(
                        &codes::CALL_ARGUMENTS,
                        arg.value.span,
                        format!("`{name}` takes {count}, this is one too many"),
                    )));
                }
            }
        }
        (slots, extra)
    }

    // ---- builtins ----

    fn call_builtin(&mut self, builtin: &'static Builtin, call: &'a Call, span: Span) -> Ty<'a> {
        let variadic = builtin.params.last().filter(|p| p.need == Need::Variadic);
        let fixed = builtin.params.len() - usize::from(variadic.is_some());
        let names: Vec<&str> = builtin.params[..fixed].iter().map(|p| p.name).collect();
        let mut bindings = Bindings::default();
        let mut failed = false;
        let (head, rest): (Vec<&Arg>, Vec<&Arg>) = match variadic {
            Some(_) => call.args.iter().enumerate().fold((vec![], vec![]), |(mut a, mut b), (i, arg)| {
                if i < fixed || arg.name.is_some() {
                    a.push(arg)
                } else {
                    b.push(arg)
                };
                (a, b)
            }),
            None => (Vec::new(), Vec::new()),
        };
        let (slots, extra) = match variadic {
            Some(_) => (positional(&head, &names), Vec::new()),
            None => self.slots(builtin.name, &names, call, None),
        };
        // Lambdas last: what they are given is known from the other arguments.
        for lambdas in [false, true] {
            for (param, slot) in builtin.params.iter().zip(&slots) {
                match slot {
                    Some(arg) if matches!(param.ty, Sig::Lambda(..)) == lambdas => {
                        failed |= !self.argument(builtin, param, arg, &mut bindings)
                    }
                    Some(_) => {}
                    None if param.need == Need::Required && !lambdas && extra.is_empty() => {
                        failed = true;
                        let error = Diagnostic::new(
                            &codes::CALL_ARGUMENTS,
                            span,
                            format!("`{}` needs its argument `{}`: {}", builtin.name, param.name, words(&param.ty)),
                        );
                        self.report(error.help(format!("for example: `{}`", builtin.example)));
                    }
                    None => {}
                }
            }
        }
        if let Some(param) = variadic {
            for arg in rest {
                failed |= !self.argument(builtin, param, arg, &mut bindings);
            }
        }
        for arg in extra {
            failed = true;
            if !matches!(arg.value.kind, ExprKind::Lambda { .. }) {
                self.infer(&arg.value);
            }
        }
        if failed && has_variable(&builtin.ret) { Ty::Poison } else { bindings.ty(&builtin.ret) }
    }

    fn argument(&mut self, builtin: &Builtin, param: &builtins::Param, arg: &'a Arg, bindings: &mut Bindings<'a>) -> bool {
        let expr = &arg.value;
        match (&expr.kind, &param.ty) {
            (ExprKind::Lambda { params, body }, Sig::Lambda(inputs, output)) => {
                self.lambda(builtin, params, body, expr, inputs, output, bindings)
            }
            (ExprKind::Lambda { .. }, _) => {
                self.report(Diagnostic::new(
                    &codes::FUNCTION_VALUE,
                    expr.span,
                    format!("`{}` of `{}` is {}, not a function", param.name, builtin.name, words(&param.ty)),
                ));
                false
            }
            (_, Sig::Lambda(..)) => {
                let error = Diagnostic::new(
                    &codes::CALL_ARGUMENTS,
                    expr.span,
                    format!("`{}` of `{}` is {}", param.name, builtin.name, words(&param.ty)),
                );
                self.report(error.help(format!("for example: `{}`", builtin.example)));
                false
            }
            _ => {
                let found = self.infer(expr);
                self.accepted(builtin, param, expr, &found, bindings)
            }
        }
    }

    fn accepted(&mut self, builtin: &Builtin, param: &builtins::Param, expr: &Expr, found: &Ty<'a>, bindings: &mut Bindings<'a>) -> bool {
        // A bare number takes whatever unit the other numbers have.
        if matches!(param.ty, Sig::Number) && unit::is_bare(expr) {
            return *found != Ty::Poison;
        }
        if bindings.accepts(&param.ty, found) {
            return true;
        }
        let wanted = words(&param.ty);
        if let Ty::Optional(inner) = found
            && bindings.accepts(&param.ty, inner)
        {
            let text = self.text(expr.span);
            let error = Diagnostic::new(
                &codes::MAYBE_NULL,
                expr.span,
                format!("this may be null, and `{}` of `{}` is {wanted}", param.name, builtin.name),
            );
            self.report(error.help(format!("give it a value for that case, `{text} ?? …`, or ask before: `if {text} != null`")));
            return true;
        }
        let error = Diagnostic::new(
            &codes::TYPE_MISMATCH,
            expr.span,
            format!("`{}` of `{}` is {wanted}, found {}", param.name, builtin.name, shown(found)),
        );
        self.report(error.help(format!("for example: `{}`", builtin.example)));
        false
    }

    #[allow(clippy::too_many_arguments)]
    fn lambda(
        &mut self,
        builtin: &Builtin,
        params: &'a [ast::Ident],
        body: &'a Expr,
        expr: &Expr,
        inputs: &[Sig],
        output: &Sig,
        bindings: &mut Bindings<'a>,
    ) -> bool {
        if params.len() != inputs.len() {
            let error = Diagnostic::new(
                &codes::CALL_ARGUMENTS,
                expr.span,
                format!("`{}` gives its function {} values, this one names {}", builtin.name, inputs.len(), params.len()),
            );
            self.report(error.help(format!("for example: `{}`", builtin.example)));
            return false;
        }
        let found = self.scoped(|this| {
            for (param, sig) in params.iter().zip(inputs) {
                let ty = bindings.ty(sig);
                this.bind(*param, ty);
            }
            this.infer(body)
        });
        if let Sig::Bool = output {
            self.truth(&found, body);
            return true;
        }
        if bindings.accepts(output, &found) {
            return true;
        }
        let error = Diagnostic::new(
            &codes::TYPE_MISMATCH,
            body.span,
            format!("the function given to `{}` makes {}, this makes {}", builtin.name, words(output), shown(&found)),
        );
        self.report(error.help(format!("for example: `{}`", builtin.example)));
        false
    }
}

fn positional<'c>(args: &[&'c Arg], names: &[&str]) -> Vec<Option<&'c Arg>> {
    let mut slots = vec![None; names.len()];
    for (position, arg) in args.iter().enumerate() {
        let index = match arg.name {
            None => Some(position),
            Some(given) => names.iter().position(|n| *n == given.name.as_str()),
        };
        if let Some(slot) = index.and_then(|i| slots.get_mut(i)) {
            *slot = Some(*arg);
        }
    }
    slots
}

fn has_variable(sig: &Sig) -> bool {
    match sig {
        Sig::Var(_) | Sig::Number => true,
        Sig::List(inner) | Sig::Map(inner) | Sig::Optional(inner) => has_variable(inner),
        Sig::OneOf(sigs) => sigs.iter().any(has_variable),
        Sig::Fields(fields) => fields.iter().any(|(_, sig)| has_variable(sig)),
        Sig::Any | Sig::Bool | Sig::Int | Sig::Float | Sig::String | Sig::Cpu | Sig::Bytes | Sig::Duration | Sig::Percent => false,
        Sig::Ref | Sig::Address | Sig::Scalar | Sig::Lambda(..) => false,
    }
}
