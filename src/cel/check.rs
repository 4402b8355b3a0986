//! The type checker: each node of a parsed expression against what is declared.
//!
//! It follows cel-go. A name is looked up among the variables of macros, innermost first, then among the declared ones, where `a.b` may be
//! one name; all overloads of a function are tried in turn, and where several fit, with different results, the result is `dyn`. What was
//! reported has the type `Error`, about which nothing complains again. Literals that only cel-go's validators look at are checked at the
//! end, and only in an expression that is otherwise right.

use super::cost::{self, Facts};
use super::literals::{self, Literal};
use super::parse::Tree;
use super::signatures::{self, Overload};
use super::types::{Bindings, CelType, Fields, less_specific};
use super::{CelError, Checked, Env};
use crate::diag::suggest;
use cel::IdedExpr;
use cel::common::ast::{CallExpr, EntryExpr, Expr, IdedEntryExpr, ListExpr, LiteralValue, StructExpr};
use ecow::EcoString;
use rustc_hash::FxHashSet;

/// Checks a parsed expression.
pub fn check(tree: &Tree, env: &Env) -> Result<Checked, Vec<CelError>> {
    let mut checker = Checker {
        tree,
        env,
        scopes: Vec::new(),
        types: Bindings::default(),
        names: FxHashSet::default(),
        literals: Vec::new(),
        formats: 0,
        errors: Vec::new(),
        facts: env.sizes.is_some().then(Facts::default),
    };
    let ty = checker.expr(&tree.root);
    let ty = checker.types.resolve(&ty);
    if checker.errors.is_empty() {
        for literal in std::mem::take(&mut checker.literals) {
            if let Some((id, message)) = literals::wrong(&literal, &checker.types) {
                checker.error(id, message);
            }
        }
    }
    if checker.errors.is_empty() {
        let cost = checker.cost();
        return Ok(Checked { ty: if let CelType::Var(_) = ty { CelType::Dyn } else { ty }, names: checker.names, judged: true, cost });
    }
    checker.errors.sort_by_key(|e| e.offset);
    Err(checker.errors)
}

pub(super) struct Checker<'t> {
    tree: &'t Tree,
    pub env: &'t Env,
    /// The variables of the macros around, outermost first.
    pub scopes: Vec<(EcoString, CelType)>,
    pub types: Bindings,
    names: FxHashSet<EcoString>,
    literals: Vec<Literal<'t>>,
    /// How many calls of `format` are around: their lists may mix types.
    formats: usize,
    errors: Vec<CelError>,
    /// What the estimate of the cost needs, where there is to be one.
    facts: Option<Facts>,
}

impl<'t> Checker<'t> {
    /// What the expression may cost at worst.
    fn cost(&mut self) -> u64 {
        let (Some(mut facts), Some(sizes)) = (self.facts.take(), &self.env.sizes) else { return 0 };
        facts.types.values_mut().for_each(|ty| *ty = self.types.resolve(ty));
        cost::worst(&self.tree.root, &facts, sizes)
    }

    pub fn error(&mut self, id: u64, message: impl Into<String>) -> CelType {
        self.errors.push(CelError { message: message.into(), offset: self.tree.offset(id) });
        CelType::Error
    }

    pub fn expr(&mut self, e: &'t IdedExpr) -> CelType {
        let ty = self.typed(e);
        if let Some(facts) = &mut self.facts {
            facts.types.insert(e.id, ty.clone());
        }
        ty
    }

    fn typed(&mut self, e: &'t IdedExpr) -> CelType {
        match &e.expr {
            Expr::Literal(literal) => literal_type(literal),
            Expr::Ident(name) => self.ident(e.id, name),
            Expr::Select(select) if select.test => CelType::Bool,
            Expr::Select(select) => match self.qualified(e) {
                Some(ty) => ty,
                None => {
                    let ty = self.select(e.id, &select.operand, &select.field, false);
                    self.types.resolve(&ty)
                }
            },
            Expr::Call(call) => self.call(e, call),
            Expr::List(list) => self.list(list),
            Expr::Map(map) => self.map(&map.entries),
            Expr::Struct(made) => self.structure(e.id, made),
            // The parser is told of no macros, so that it makes neither.
            Expr::Comprehension(_) | Expr::Unspecified => CelType::Dyn,
        }
    }

    fn ident(&mut self, id: u64, name: &str) -> CelType {
        let plain = name.strip_prefix('.').unwrap_or(name);
        if let Some(ty) = self.variable(plain) {
            return ty;
        }
        if signatures::is_type_name(plain) {
            return CelType::Type;
        }
        let known = self.scopes.iter().chain(&self.env.variables).map(|(name, _)| name.as_str());
        let near = suggest::nearest(plain, known).map(str::to_string);
        self.error(id, with_suggestion(format!("nothing is called `{plain}` here"), near.as_deref()))
    }

    fn variable(&mut self, name: &str) -> Option<CelType> {
        if let Some((_, ty)) = self.scopes.iter().rev().find(|(known, _)| known == name) {
            return Some(ty.clone());
        }
        let (name, ty) = self.env.variables.iter().find(|(known, _)| known == name)?;
        self.names.insert(name.clone());
        Some(ty.clone())
    }

    /// `a.b.c` where it is one name.
    fn qualified(&mut self, e: &IdedExpr) -> Option<CelType> {
        let name = spelled(e)?;
        let root = name.split('.').next().unwrap_or_default();
        if self.scopes.iter().any(|(known, _)| known == root) {
            return None;
        }
        if signatures::is_type_name(&name) {
            return Some(CelType::Type);
        }
        self.variable(&name)
    }

    /// The type of a field of an operand.
    pub fn select(&mut self, id: u64, operand: &'t IdedExpr, field: &str, optional: bool) -> CelType {
        let ty = self.expr(operand);
        let ty = self.types.resolve(&ty);
        let (target, was_optional) = ty.present();
        let result = match target {
            CelType::Map(entry) => entry.1.clone(),
            CelType::Object(object) => match &object.fields {
                Fields::Any => CelType::Dyn,
                Fields::Known(fields) => match fields.get(field) {
                    Some(ty) => ty.clone(),
                    None => {
                        let near = suggest::nearest(field, fields.keys().map(|k| k.as_str())).map(str::to_string);
                        let message = format!("{} has no field `{field}`", described(operand, &object.name));
                        self.error(id, with_suggestion(message, near.as_deref()))
                    }
                },
            },
            CelType::Var(_) => {
                self.types.fit(&CelType::Dyn, target);
                CelType::Dyn
            }
            CelType::Dyn | CelType::Error => CelType::Dyn,
            other => {
                let message = format!("`.{field}` of a value of type `{other}`, which has no fields");
                self.error(id, message);
                CelType::Dyn
            }
        };
        if was_optional || optional { CelType::optional(result) } else { result }
    }

    fn call(&mut self, e: &'t IdedExpr, call: &'t CallExpr) -> CelType {
        let name = call.func_name.as_str();
        if name == "_?._" {
            return match call.args.as_slice() {
                [operand, IdedExpr { expr: Expr::Literal(LiteralValue::String(field)), .. }] => {
                    let ty = self.select(e.id, operand, field.inner(), true);
                    self.types.resolve(&ty)
                }
                _ => self.error(e.id, "`.?` wants the name of a field"),
            };
        }
        if let Some(ty) = self.macro_call(e, call) {
            return ty;
        }
        self.formats += usize::from(name == "format");
        let args: Vec<CelType> = call.args.iter().map(|arg| self.expr(arg)).collect();
        self.formats -= usize::from(name == "format");
        let Some(target) = &call.target else {
            return match self.function(name) {
                Some(overloads) => self.overload(e, call, overloads, args),
                None => self.unknown_function(e.id, name),
            };
        };
        if let Some(prefix) = spelled(target)
            && let Some(overloads) = self.function(&format!("{prefix}.{name}"))
        {
            return self.overload(e, call, overloads, args);
        }
        let receiver = self.expr(target);
        let Some(overloads) = self.function(name) else { return self.unknown_function(e.id, name) };
        let all: Vec<CelType> = [receiver].into_iter().chain(args).collect();
        self.overload(e, call, overloads, all)
    }

    fn function(&self, name: &str) -> Option<&'static [Overload]> {
        let name = name.strip_prefix('.').unwrap_or(name);
        // It came with Kubernetes 1.37; the server takes new expressions only in the dialect of the release before its own.
        if !self.env.devices && name == "includes" || !self.env.patches && name == "jsonpatch.escapeKey" {
            return None;
        }
        signatures::function(name)
    }

    fn unknown_function(&mut self, id: u64, name: &str) -> CelType {
        let near = suggest::nearest(name, signatures::names());
        self.error(id, with_suggestion(format!("there is no function `{name}`"), near))
    }

    /// The result of the overloads that fit the arguments; a receiver is the first of them.
    fn overload(&mut self, e: &'t IdedExpr, call: &'t CallExpr, overloads: &'static [Overload], args: Vec<CelType>) -> CelType {
        let name = call.func_name.as_str();
        let member = call.args.len() < args.len();
        if matches!(name, "_&&_" | "_||_") {
            return self.both_bool(call, &args);
        }
        let (mut result, mut fitting): (Option<CelType>, Vec<&Overload>) = (None, Vec::new());
        for overload in overloads.iter().filter(|o| o.member == member && o.args.len() == args.len()) {
            let (wanted, gives) = overload.instance(&mut self.types);
            if !self.types.fit_all(&args, &wanted) {
                continue;
            }
            fitting.push(overload);
            let gives = self.types.resolve(&gives);
            result = Some(match result {
                None => gives,
                Some(CelType::Dyn) => CelType::Dyn,
                Some(before) if before == gives => before,
                Some(_) => CelType::Dyn,
            });
        }
        match result {
            Some(ty) => {
                self.remember_literals(call);
                if let Some(facts) = &mut self.facts {
                    facts.overloads.insert(e.id, fitting);
                }
                ty
            }
            None => self.no_overload(e.id, name, member, &args),
        }
    }

    fn both_bool(&mut self, call: &'t CallExpr, args: &[CelType]) -> CelType {
        let mut right = true;
        for (arg, ty) in call.args.iter().zip(args) {
            if !self.types.fit(ty, &CelType::Bool) {
                let ty = self.types.resolve(ty);
                self.error(arg.id, format!("`{}` wants bool on both sides, this is `{ty}`", sign(&call.func_name)));
                right = false;
            }
        }
        if right { CelType::Bool } else { CelType::Error }
    }

    fn no_overload(&mut self, id: u64, name: &str, member: bool, args: &[CelType]) -> CelType {
        let args: Vec<CelType> = args.iter().map(|ty| self.types.resolve(ty)).collect();
        let shown = |args: &[CelType]| args.iter().map(|ty| ty.to_string()).collect::<Vec<_>>().join(", ");
        let message = match (name, args.as_slice()) {
            ("_[_]" | "_[?_]", [of, by]) => format!("`{of}` has no `[{by}]`"),
            ("_?_:_", [CelType::Bool | CelType::Dyn, a, b]) => format!("both results of `? :` are of one type, not `{a}` and `{b}`"),
            ("_?_:_", [condition, ..]) => format!("the condition of `? :` is bool, not `{condition}`"),
            (_, [a, b]) if name.starts_with('_') || name == "@in" => format!("`{}` does not take {a} and {b}", sign(name)),
            (_, [a]) if name.ends_with('_') => format!("`{}` does not take {a}", sign(name)),
            (_, [target, rest @ ..]) if member => format!("`{name}` is no function of {target} with ({})", shown(rest)),
            (_, all) => format!("`{name}` does not take ({})", shown(all)),
        };
        self.error(id, message)
    }

    /// What cel-go looks at when all types are right.
    fn remember_literals(&mut self, call: &'t CallExpr) {
        let text = |e: &'t IdedExpr| match &e.expr {
            Expr::Literal(LiteralValue::String(text)) => Some(text.inner()),
            _ => None,
        };
        match (call.func_name.as_str(), call.args.first()) {
            ("duration", Some(arg)) => self.literals.extend(text(arg).map(|t| Literal::Duration(arg.id, t))),
            ("timestamp", Some(IdedExpr { id, expr: Expr::Literal(LiteralValue::Int(seconds)) })) => {
                self.literals.push(Literal::Seconds(*id, *seconds.inner()));
            }
            ("timestamp", Some(arg)) => self.literals.extend(text(arg).map(|t| Literal::Timestamp(arg.id, t))),
            ("matches" | "find" | "findAll", Some(arg)) => self.literals.extend(text(arg).map(|t| Literal::Regex(arg.id, t))),
            (function @ ("int" | "uint" | "double" | "bool"), Some(arg)) => {
                self.literals.extend(text(arg).map(|t| Literal::Conversion(arg.id, function, t)));
            }
            ("format", Some(arg)) => {
                let target = call.target.as_deref();
                if let (Some(form), Expr::List(list)) = (target.and_then(text), &arg.expr) {
                    let types = self.last_list(list);
                    self.literals.push(Literal::Format(target.map_or(0, |t| t.id), form, types));
                }
            }
            _ => {}
        }
    }

    /// The types of a list's elements, which were found right before.
    fn last_list(&mut self, list: &'t ListExpr) -> Vec<(u64, CelType)> {
        let (errors, literals) = (self.errors.len(), self.literals.len());
        let types = list.elements.iter().map(|e| (e.id, self.expr(e))).collect();
        self.errors.truncate(errors);
        self.literals.truncate(literals);
        types
    }

    fn list(&mut self, list: &'t ListExpr) -> CelType {
        let mut joined: Option<CelType> = None;
        let mut elements = Vec::with_capacity(list.elements.len());
        for (index, e) in list.elements.iter().enumerate() {
            let ty = self.expr(e);
            let ty = if list.optional_indices.contains(&index) { self.unwrapped(e.id, ty) } else { ty };
            joined = Some(self.join(joined, ty.clone()));
            elements.push((e.id, ty));
        }
        if self.formats == 0 {
            self.literals.push(Literal::Alike(elements));
        }
        CelType::list(joined.unwrap_or_else(|| self.types.fresh()))
    }

    fn map(&mut self, entries: &'t [IdedEntryExpr]) -> CelType {
        let (mut key, mut value) = (None, None);
        let (mut keys, mut values) = (Vec::new(), Vec::new());
        for entry in entries {
            let EntryExpr::MapEntry(entry) = &entry.expr else { continue };
            let ty = self.expr(&entry.key);
            key = Some(self.join(key, ty.clone()));
            keys.push((entry.key.id, ty));
            let ty = self.expr(&entry.value);
            let ty = if entry.optional { self.unwrapped(entry.value.id, ty) } else { ty };
            value = Some(self.join(value, ty.clone()));
            values.push((entry.value.id, ty));
        }
        if self.formats == 0 {
            self.literals.extend([Literal::Alike(keys), Literal::Alike(values)]);
        }
        let key = key.unwrap_or_else(|| self.types.fresh());
        CelType::map(key, value.unwrap_or_else(|| self.types.fresh()))
    }

    /// What `?e` holds.
    fn unwrapped(&mut self, id: u64, ty: CelType) -> CelType {
        let ty = self.types.resolve(&ty);
        match ty.present() {
            (inner, true) => inner.clone(),
            (ty, false) if ty.is_dynamic() => ty.clone(),
            (other, false) => {
                let message = format!("`?` stands before an optional value, this is `{other}`");
                self.error(id, message)
            }
        }
    }

    /// The type of elements of two types. Whether they may differ is seen to when all else is right.
    fn join(&mut self, before: Option<CelType>, ty: CelType) -> CelType {
        match before {
            None => ty,
            Some(before) if self.types.fit(&before, &ty) => {
                if less_specific(&before, &ty) {
                    before
                } else {
                    ty
                }
            }
            Some(_) => CelType::Dyn,
        }
    }

    fn structure(&mut self, id: u64, made: &'t StructExpr) -> CelType {
        let name = made.type_name.strip_prefix('.').unwrap_or(&made.type_name);
        let object = name == "Object" || name.starts_with("Object.");
        let patch = name == "JSONPatch";
        let types: Vec<(u64, &str, CelType)> = made
            .entries
            .iter()
            .filter_map(|entry| match &entry.expr {
                EntryExpr::StructField(field) => Some((entry.id, field)),
                EntryExpr::MapEntry(_) => None,
            })
            .map(|(id, field)| (id, field.field.as_str(), self.expr(&field.value)))
            .collect();
        if name.starts_with("google.protobuf.") || name.starts_with("kubernetes.") {
            return CelType::Dyn;
        }
        if !self.env.patches || !(object || patch) {
            return self.error(id, format!("there is no type `{name}` to make a value of"));
        }
        for (id, field, ty) in types.iter().filter(|_| patch) {
            match *field {
                "op" | "from" | "path" if !self.types.fit(&CelType::String, ty) => {
                    let ty = self.types.resolve(ty);
                    self.error(*id, format!("`{field}` of a JSONPatch is a string, not `{ty}`"));
                }
                "op" | "from" | "path" | "value" => {}
                other => {
                    self.error(*id, format!("a JSONPatch has no field `{other}`"));
                }
            }
        }
        super::declared::made(name)
    }
}

/// The type of a plain literal.
fn literal_type(literal: &LiteralValue) -> CelType {
    match literal {
        LiteralValue::Boolean(_) => CelType::Bool,
        LiteralValue::Bytes(_) => CelType::Bytes,
        LiteralValue::Double(_) => CelType::Double,
        LiteralValue::Int(_) => CelType::Int,
        LiteralValue::Null => CelType::Null,
        LiteralValue::String(_) => CelType::String,
        LiteralValue::UInt(_) => CelType::Uint,
    }
}

/// `a.b.c`, where an expression is nothing but names.
pub(super) fn spelled(e: &IdedExpr) -> Option<String> {
    match &e.expr {
        Expr::Ident(name) => Some(name.strip_prefix('.').unwrap_or(name).to_string()),
        Expr::Select(select) if !select.test => Some(format!("{}.{}", spelled(&select.operand)?, select.field)),
        _ => None,
    }
}

/// An operand in a message: what was written, where that is a name.
fn described(operand: &IdedExpr, ty: &str) -> String {
    match spelled(operand) {
        Some(name) => format!("`{name}`"),
        None => format!("a value of type `{ty}`"),
    }
}

/// The sign of an operator's function: `_+_` is `+`.
fn sign(function: &str) -> &str {
    if function == "@in" { "in" } else { function.trim_matches('_') }
}

fn with_suggestion(message: String, near: Option<&str>) -> String {
    match near {
        Some(near) => format!("{message}, did you mean `{near}`?"),
        None => message,
    }
}
