//! Values of params: given from outside, by `base`, or tried one after the other.

use crate::ast::{self, Item};
use crate::data;
use crate::diag::{Diagnostic, codes, suggest};
use crate::eval::{self, Evaluator, Limits, Params, Shared};
use crate::resolve::Program;
use crate::source::Span;
use crate::types::{Literal, ModuleId, Ty};
use crate::value::{Node, Origin, Value};
use crate::world::World;
use rustc_hash::FxHashSet;
use ustr::Ustr;

/// A value for a param from outside.
#[derive(Clone, Debug)]
pub struct Given {
    pub name: String,
    pub value: GivenValue,
    /// Where it was given, for messages: `-p env=prod`, `prod.yaml`.
    pub origin: String,
}

#[derive(Clone, Debug)]
pub enum GivenValue {
    /// As on the command line: read by the type of the param.
    Text(String),
    /// From a file of values.
    Data(serde_json::Value),
}

/// One set of values for the finite params.
pub struct Combination {
    pub params: Params,
    /// What varies, by name, as a command line would give it.
    pub values: Vec<(Ustr, String)>,
}

impl Combination {
    /// `env = prod, debug = true`; empty where no param varies.
    pub fn title(&self) -> String {
        self.values.iter().map(|(name, value)| format!("{name} = {value}")).collect::<Vec<_>>().join(", ")
    }
}

/// More combinations than this are not tried: the first ones are.
const MOST_COMBINATIONS: usize = 64;

/// The values that are given, each made to fit its param; what does not fit, or names no param, is reported. What the block of a `base`
/// sets belongs to that base; what is given from outside goes to the first file from the built one down that declares the param.
pub fn resolve<'a>(program: &'a Program<'a>, world: &'a dyn World, given: &[Given]) -> Params {
    let mut params = Params::default();
    let shared = Shared::new(program, world, Params::default(), Limits::default());
    let mut fixed = FxHashSet::default();
    set_by_bases(&shared, &mut params, &mut fixed);
    for value in given {
        let Some((module, param)) = find(program, Ustr::from(&value.name), &fixed) else {
            unknown(program, value);
            continue;
        };
        if let Some(node) = fitted(&shared, module, param, value) {
            params.insert((module, param.name.name), node);
        }
    }
    params
}

/// All combinations of the params that have finitely many values and were not given one.
pub fn combinations(program: &Program, given: &Params) -> Vec<Combination> {
    let mut sets = vec![Combination { params: given.clone(), values: Vec::new() }];
    for module in program.chain() {
        for param in program.module(module).params() {
            if given.contains_key(&(module, param.name.name)) {
                continue;
            }
            let values = finite(&program.ty(module, &param.ty));
            if values.is_empty() || sets.len() * values.len() > MOST_COMBINATIONS {
                continue;
            }
            sets = sets.iter().flat_map(|set| values.iter().map(|value| extended(set, module, param, value))).collect();
        }
    }
    sets
}

/// What was given, and the first value of each param that has no default and few values.
pub fn sample(program: &Program, given: Params) -> Params {
    let mut params = given;
    for module in program.chain() {
        for param in program.module(module).params().filter(|param| param.default.is_none()) {
            let key = (module, param.name.name);
            if !params.contains_key(&key)
                && let Some(value) = finite(&program.ty(module, &param.ty)).into_iter().next()
            {
                params.insert(key, Node::new(value, Origin::user(param.name.span)));
            }
        }
    }
    params
}

fn extended(set: &Combination, module: ModuleId, param: &ast::Param, value: &Value) -> Combination {
    let mut params = set.params.clone();
    params.insert((module, param.name.name), Node::new(value.clone(), Origin::user(param.name.span)));
    let shown = data::scalar_text(value).map_or("null".into(), |t| t.to_string());
    let values = set.values.iter().cloned().chain([(param.name.name, shown)]).collect();
    Combination { params, values }
}

/// The values of a type that has few.
fn finite(ty: &Ty) -> Vec<Value> {
    match ty {
        Ty::Bool => vec![Value::Bool(false), Value::Bool(true)],
        Ty::Null => vec![Value::Null],
        Ty::Literal(literal) => vec![match literal {
            Literal::Str(text) => Value::Str(text.clone()),
            Literal::Int(int) => Value::Int(*int),
            Literal::Bool(bool) => Value::Bool(*bool),
        }],
        Ty::Optional(inner) => match finite(inner) {
            values if values.is_empty() => values,
            mut values => {
                values.push(Value::Null);
                values
            }
        },
        Ty::Union(members) => {
            let each: Vec<Vec<Value>> = members.iter().map(finite).collect();
            if each.iter().any(Vec::is_empty) { Vec::new() } else { each.concat() }
        }
        _ => Vec::new(),
    }
}

fn find<'a>(program: &Program<'a>, name: Ustr, fixed: &FxHashSet<(ModuleId, Ustr)>) -> Option<(ModuleId, &'a ast::Param)> {
    program.chain().into_iter().rev().find_map(|module| {
        let param = program.module(module).params().find(|p| p.name.name == name)?;
        (!fixed.contains(&(module, name))).then_some((module, param))
    })
}

fn unknown(program: &Program, given: &Given) {
    let names: Vec<Ustr> = program.chain().iter().flat_map(|&m| program.module(m).params().map(|p| p.name.name)).collect();
    let error = Diagnostic::new(&codes::PARAM_UNKNOWN, Span::NONE, format!("{}: there is no param `{}`", given.origin, given.name));
    program.sink.push(match suggest::nearest(&given.name, names.iter().map(|n| n.as_str())) {
        Some(near) => error.help(format!("did you mean `{near}`?")),
        None if names.is_empty() => error.help("this file declares no params"),
        None => error.help(format!("there are {}", names.iter().map(|n| format!("`{n}`")).collect::<Vec<_>>().join(", "))),
    });
}

/// What the block behind each `base` sets, evaluated in the file that has it.
fn set_by_bases(shared: &Shared, params: &mut Params, fixed: &mut FxHashSet<(ModuleId, Ustr)>) {
    let program = shared.program;
    for module in program.chain() {
        let Some(target) = program.module(module).base else { continue };
        let Some(block) =
            program.module(module).items.iter().find_map(|i| if let Item::Base(base) = i { base.params.as_ref() } else { None })
        else {
            continue;
        };
        for entry in &block.entries {
            let ast::Entry::Field(ast::Field { key, label: None, value: ast::FieldValue::Set(expr), .. }) = entry else {
                let error =
                    Diagnostic::new(&codes::PARAM_VALUE, entry.span(), "the block behind `base` holds values of params: `env = \"prod\"`");
                program.sink.push(error);
                continue;
            };
            let Some(param) = key.as_static().and_then(|name| program.module(target).params().find(|p| p.name.name == name)) else {
                let name = program.db.text(key.span());
                let names: Vec<Ustr> = program.module(target).params().map(|p| p.name.name).collect();
                let error =
                    Diagnostic::new(&codes::PARAM_UNKNOWN, key.span(), format!("`{}` has no param `{name}`", program.module(target).path));
                program.sink.push(match suggest::nearest(&name, names.iter().map(|n| n.as_str())) {
                    Some(near) => error.help(format!("did you mean `{near}`?")).fix(key.span(), near),
                    None => error,
                });
                continue;
            };
            let ty = program.ty(target, &param.ty);
            if let Ok(node) = Evaluator::new(shared).value_of(expr, &ty, module) {
                params.insert((target, param.name.name), node);
                fixed.insert((target, param.name.name));
            }
        }
    }
}

/// The values of params in a test: those of its `with` over all others.
pub fn of_test<'a>(program: &'a Program<'a>, world: &'a dyn World, given: &[Given], with: Option<&'a ast::Block>) -> Params {
    let mut params = resolve(program, world, given);
    let shared = Shared::new(program, world, params.clone(), Limits::default());
    for entry in with.iter().flat_map(|block| &block.entries) {
        let ast::Entry::Field(ast::Field { key, label: None, value: ast::FieldValue::Set(expr), .. }) = entry else {
            let error =
                Diagnostic::new(&codes::PARAM_VALUE, entry.span(), "the block behind `with` holds values of params: `env = \"prod\"`");
            program.sink.push(error);
            continue;
        };
        // Names that are none were reported by the checker.
        let found = key.as_static().and_then(|name| find(program, name, &FxHashSet::default()));
        if let Some((module, param)) = found {
            let ty = program.ty(module, &param.ty);
            if let Ok(node) = Evaluator::new(&shared).value_of(expr, &ty, program.root()) {
                params.insert((module, param.name.name), node);
            }
        }
    }
    params
}

/// A given value as one of the param's type.
fn fitted<'a>(shared: &Shared<'a>, module: ModuleId, param: &'a ast::Param, given: &Given) -> Option<Node> {
    let program = shared.program;
    let ty = program.ty(module, &param.ty);
    let origin = Origin::user(param.name.span);
    let value = match &given.value {
        GivenValue::Text(text) => read_text(text, &ty),
        GivenValue::Data(json) => data::from_json(json, origin).map(|node| node.value).map_err(|e| e.to_string()),
    };
    let fail = |why: String| {
        let error = Diagnostic::new(&codes::PARAM_VALUE, param.name.span, format!("{}: {why}", given.origin));
        program.sink.push(error.help(format!("param `{}` is {ty}", param.name.name)));
    };
    match value {
        Ok(value) => match eval::fit(shared, Node::new(value, origin), &ty, module) {
            Ok(node) => Some(node),
            Err(why) => {
                fail(why);
                None
            }
        },
        Err(why) => {
            fail(why);
            None
        }
    }
}

/// Text from a command line, by the type it is for: a text needs no quotes there.
fn read_text(text: &str, ty: &Ty) -> Result<Value, String> {
    let trimmed = text.trim();
    if ty.is_optional() && trimmed == "null" {
        return Ok(Value::Null);
    }
    match ty.base() {
        Ty::String | Ty::Literal(Literal::Str(_)) => Ok(Value::str(text)),
        Ty::Bool | Ty::Literal(Literal::Bool(_)) => {
            trimmed.parse().map(Value::Bool).map_err(|_| format!("`{text}` is neither true nor false"))
        }
        Ty::Int | Ty::Literal(Literal::Int(_)) => trimmed.parse().map(Value::Int).map_err(|_| format!("`{text}` is no whole number")),
        Ty::Union(members) => {
            let text_fits = |m: &Ty| matches!(m.base(), Ty::String) || matches!(m, Ty::Literal(Literal::Str(s)) if s == text);
            match members.iter().find(|m| text_fits(m)) {
                Some(_) => Ok(Value::str(text)),
                None => members.iter().find_map(|m| read_text(text, m).ok()).ok_or_else(|| format!("`{text}` is none of {ty}")),
            }
        }
        Ty::Cpu | Ty::Bytes | Ty::Duration | Ty::Percent | Ty::Float => crate::number::parse(trimmed),
        _ => {
            let mut all = |_: usize| true;
            let documents = data::parse_yaml(text, Origin::NONE, &mut all).map_err(|e| e.to_string())?;
            documents.into_iter().next().map(|n| n.value).ok_or_else(|| "it is empty".to_string())
        }
    }
}
