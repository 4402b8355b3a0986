//! The macros of CEL, checked as what they expand to without expanding them.
//!
//! A macro is a call by its name, style and number of arguments; any other call of the name is looked up as a function, which then does not
//! exist. Most of them bind a name for their last argument.

use super::check::Checker;
use super::types::CelType;
use cel::IdedExpr;
use cel::common::ast::{CallExpr, Expr};

impl<'t> Checker<'t> {
    /// The type of a macro's expansion; `None` where the call is of no macro.
    pub fn macro_call(&mut self, e: &'t IdedExpr, call: &'t CallExpr) -> Option<CelType> {
        let args = call.args.as_slice();
        let Some(target) = call.target.as_deref() else {
            return match (call.func_name.as_str(), args) {
                ("has", [arg]) => Some(self.has(e.id, arg)),
                _ => None,
            };
        };
        match (call.func_name.as_str(), args) {
            ("all" | "exists" | "exists_one" | "existsOne", [var, test]) => {
                let range = self.range(target);
                Some(self.quantifier(&[(var, range.one())], test))
            }
            ("all" | "exists" | "exists_one" | "existsOne", [var, second, test]) => {
                let (key, value) = self.range(target).two();
                Some(self.quantifier(&[(var, key), (second, value)], test))
            }
            ("filter", [var, test]) => {
                let elem = self.range(target).one();
                self.quantifier(&[(var, elem.clone())], test);
                Some(CelType::list(elem))
            }
            ("map", [var, rest @ .., result]) if rest.len() < 2 => {
                let elem = self.range(target).one();
                Some(CelType::list(self.transform(&[(var, elem)], rest.first(), result)))
            }
            ("transformList", [var, second, rest @ .., result]) if rest.len() < 2 => {
                let (key, value) = self.range(target).two();
                Some(CelType::list(self.transform(&[(var, key), (second, value)], rest.first(), result)))
            }
            ("transformMap", [var, second, rest @ .., result]) if rest.len() < 2 => {
                let (key, value) = self.range(target).two();
                let result = self.transform(&[(var, key.clone()), (second, value)], rest.first(), result);
                Some(CelType::map(key, result))
            }
            ("transformMapEntry", [var, second, rest @ .., result]) if rest.len() < 2 => {
                let (key, value) = self.range(target).two();
                let ty = self.transform(&[(var, key), (second, value)], rest.first(), result);
                Some(self.entry(result.id, ty))
            }
            ("optMap" | "optFlatMap", [var, result]) => Some(self.of_optional(target, var, result, call.func_name == "optMap")),
            ("sortBy", [var, key]) => Some(self.sorted(target, var, key)),
            ("bind", [var, value, result]) if self.env.devices && target.expr == Expr::Ident("cel".into()) => {
                let ty = self.expr(value);
                Some(self.bound(&[(var, ty)], result))
            }
            _ => None,
        }
    }

    fn has(&mut self, id: u64, arg: &'t IdedExpr) -> CelType {
        match &arg.expr {
            Expr::Select(select) => {
                self.select(arg.id, &select.operand, &select.field, false);
                CelType::Bool
            }
            _ => self.error(id, "`has` wants a field: `has(a.b)`"),
        }
    }

    /// `all`, `exists` and their like: a condition under bound names.
    fn quantifier(&mut self, vars: &[(&'t IdedExpr, CelType)], test: &'t IdedExpr) -> CelType {
        let ty = self.bound(vars, test);
        self.condition(test.id, &ty);
        CelType::Bool
    }

    /// `map` and its like: a result under bound names, and a condition before it.
    fn transform(&mut self, vars: &[(&'t IdedExpr, CelType)], test: Option<&'t IdedExpr>, result: &'t IdedExpr) -> CelType {
        if let Some(test) = test {
            self.quantifier(vars, test);
        }
        self.bound(vars, result)
    }

    fn condition(&mut self, id: u64, ty: &CelType) {
        if !self.types.fit(ty, &CelType::Bool) {
            let ty = self.types.resolve(ty);
            self.error(id, format!("the condition is bool, not `{ty}`"));
        }
    }

    /// An expression under names; reports what is no name.
    fn bound(&mut self, vars: &[(&'t IdedExpr, CelType)], e: &'t IdedExpr) -> CelType {
        let before = self.scopes.len();
        for (var, ty) in vars {
            match &var.expr {
                Expr::Ident(name) if name == "__result__" => {
                    self.error(var.id, "this name is the macro's own");
                }
                Expr::Ident(name) if !name.starts_with('.') => self.scopes.push((name.as_str().into(), ty.clone())),
                _ => {
                    self.error(var.id, "a plain name stands here, for what is looked at in turn");
                }
            }
        }
        if let [(first, _), (second, _)] = vars
            && first.expr == second.expr
        {
            self.error(second.id, "the two names must differ");
        }
        let ty = self.expr(e);
        self.scopes.truncate(before);
        self.types.resolve(&ty)
    }

    /// What is walked by a macro.
    fn range(&mut self, target: &'t IdedExpr) -> Range {
        let ty = self.expr(target);
        match self.types.resolve(&ty) {
            CelType::List(elem) => Range { key: CelType::Int, value: elem.as_ref().clone(), list: true },
            CelType::Map(entry) => Range { key: entry.0.clone(), value: entry.1.clone(), list: false },
            CelType::Dyn | CelType::Error => Range::unknown(),
            var @ CelType::Var(_) => {
                self.types.fit(&CelType::Dyn, &var);
                Range::unknown()
            }
            other => {
                self.error(target.id, format!("only lists and maps can be walked, this is `{other}`"));
                Range { key: CelType::Error, value: CelType::Error, list: true }
            }
        }
    }

    /// The map that `transformMapEntry` makes of the entries it gets.
    fn entry(&mut self, id: u64, ty: CelType) -> CelType {
        match self.types.resolve(&ty) {
            map @ (CelType::Map(_) | CelType::Dyn | CelType::Error) => map,
            other => self.error(id, format!("the last argument is a map of one entry, not `{other}`")),
        }
    }

    fn of_optional(&mut self, target: &'t IdedExpr, var: &'t IdedExpr, result: &'t IdedExpr, wrap: bool) -> CelType {
        let ty = self.expr(target);
        let ty = self.types.resolve(&ty);
        let inner = match ty.present() {
            (inner, true) => inner.clone(),
            (CelType::Dyn | CelType::Error | CelType::Var(_), false) => CelType::Dyn,
            (other, false) => {
                let message = format!("only an optional value has this, not `{other}`");
                self.error(target.id, message)
            }
        };
        let result_type = self.bound(&[(var, inner)], result);
        if wrap {
            return CelType::optional(result_type);
        }
        match result_type {
            optional @ (CelType::Optional(_) | CelType::Dyn | CelType::Error) => optional,
            other => self.error(result.id, format!("the result is optional, not `{other}`")),
        }
    }

    fn sorted(&mut self, target: &'t IdedExpr, var: &'t IdedExpr, key: &'t IdedExpr) -> CelType {
        let range = self.range(target);
        let elem = range.one();
        match self.bound(&[(var, elem.clone())], key) {
            CelType::List(_) | CelType::Map(_) | CelType::Optional(_) | CelType::Object(_) | CelType::Opaque(_) | CelType::Type => {
                self.error(key.id, "lists are sorted by a scalar")
            }
            CelType::Null => self.error(key.id, "lists are sorted by a scalar"),
            CelType::Error | CelType::Dyn | CelType::Bool | CelType::Int | CelType::Uint | CelType::Double => CelType::list(elem),
            CelType::String | CelType::Bytes | CelType::Duration | CelType::Timestamp | CelType::Var(_) => CelType::list(elem),
        }
    }
}

/// The names' types in a macro over a list or a map.
struct Range {
    key: CelType,
    value: CelType,
    list: bool,
}

impl Range {
    fn unknown() -> Range {
        Range { key: CelType::Dyn, value: CelType::Dyn, list: true }
    }

    /// With one name: the elements of a list, the keys of a map.
    fn one(&self) -> CelType {
        if self.list { self.value.clone() } else { self.key.clone() }
    }

    /// With two: index and element, key and value.
    fn two(self) -> (CelType, CelType) {
        (self.key, self.value)
    }
}
