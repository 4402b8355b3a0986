//! Conditions of a `crd` as expressions in CEL.
//!
//! A name is a field of the record that the condition stands in, so `self` goes before it. A field that may be absent cannot be read
//! without asking: the rule then begins with that, and holds where the field is absent.

use crate::ast::{BinOp, Expr, ExprKind, Ident, ListItem, Member, TypeExprKind};
use crate::source::Span;
use crate::value::Value;
use std::collections::BTreeSet;
use std::fmt::Write;
use ustr::{Ustr, UstrMap};

/// The fields that a condition can name.
#[derive(Default)]
pub struct Scope {
    fields: UstrMap<Declared>,
}

/// What is known of a field.
struct Declared {
    optional: bool,
    /// The type that a column of it has.
    column: &'static str,
    inner: Scope,
}

impl Scope {
    pub fn of(members: &[Member]) -> Scope {
        let mut fields = UstrMap::default();
        for member in members {
            match member {
                Member::Field(field) => {
                    let optional = matches!(field.ty.kind, TypeExprKind::Optional(_)) && field.default.is_none();
                    let column = column_of(&field.ty.kind);
                    fields.insert(field.name.name, Declared { optional, column, inner: Scope::default() });
                }
                Member::Nested(nested) => {
                    let optional = nested.name.name.as_str() == "status";
                    let inner = Scope::of(&nested.members);
                    fields.insert(nested.name.name, Declared { optional, column: "string", inner });
                }
                _ => {}
            }
        }
        Scope { fields }
    }

    /// The type of a column that shows a field.
    pub fn column_type(&self, expr: &Expr) -> &'static str {
        steps(expr).and_then(|names| self.find(&names)).map_or("string", |field| field.column)
    }

    fn find(&self, names: &[Ustr]) -> Option<&Declared> {
        let (first, rest) = names.split_first()?;
        let field = self.fields.get(first)?;
        if rest.is_empty() { Some(field) } else { field.inner.find(rest) }
    }
}

fn column_of(ty: &TypeExprKind) -> &'static str {
    match ty {
        TypeExprKind::Optional(inner) => column_of(&inner.kind),
        TypeExprKind::Name(path) | TypeExprKind::Refined { name: path, .. } => match path.name.name.as_str() {
            "Int" | "Port" => "integer",
            "Float" => "number",
            "Bool" => "boolean",
            _ => "string",
        },
        _ => "string",
    }
}

/// `spec.replicas` as `.spec.replicas`; `None` where it is no field.
pub fn path(expr: &Expr, scope: &Scope) -> Option<String> {
    let names = steps(expr)?;
    let known = scope.find(&names).is_some() || names.first().is_some_and(|name| name.as_str() == "metadata");
    known.then(|| names.iter().fold(String::new(), |path, name| format!("{path}.{name}")))
}

/// The names of `a.b.c`.
fn steps(expr: &Expr) -> Option<Vec<Ustr>> {
    match &expr.kind {
        ExprKind::Name(name) => Some(vec![*name]),
        ExprKind::Field { base, field, .. } => {
            let mut names = steps(base)?;
            names.push(field.name);
            Some(names)
        }
        _ => None,
    }
}

/// A condition as a rule; the error says where and why it is none.
pub fn rule(expr: &Expr, scope: &Scope) -> Result<String, (Span, String)> {
    let mut writer = Writer { scope, absent: BTreeSet::new() };
    let mut text = writer.expr(expr)?;
    if matches!(expr.kind, ExprKind::Binary { .. }) {
        text = text[1..text.len() - 1].to_string();
    }
    let mut rule = String::new();
    for field in &writer.absent {
        let _ = write!(rule, "!has({field}) || ");
    }
    Ok(if rule.is_empty() { text } else { format!("{rule}({text})") })
}

struct Writer<'s> {
    scope: &'s Scope,
    /// Fields that are read and may be absent, outer ones first.
    absent: BTreeSet<String>,
}

impl Writer<'_> {
    fn expr(&mut self, e: &Expr) -> Result<String, (Span, String)> {
        match &e.kind {
            ExprKind::Null => Ok("null".into()),
            ExprKind::Bool(b) => Ok(b.to_string()),
            ExprKind::Num(lit) if lit.suffix.is_none() => Ok(lit.value.to_string()),
            ExprKind::Num(lit) => match crate::number::value(lit) {
                Ok(Value::Duration(millis)) => Ok(format!("duration('{}')", crate::duration::go(millis))),
                _ => Err((e.span, "numbers have no units there, but for times".into())),
            },
            ExprKind::Str(lit) => lit.as_static().map(quoted).ok_or_else(|| (e.span, "texts have no `${…}` there".into())),
            ExprKind::Name(_) | ExprKind::Field { .. } => self.field(e),
            ExprKind::Index { base, index } => Ok(format!("{}[{}]", self.expr(base)?, self.expr(index)?)),
            ExprKind::Not(inner) => Ok(format!("!({})", self.expr(inner)?)),
            ExprKind::Neg(inner) => Ok(format!("-({})", self.expr(inner)?)),
            ExprKind::Binary { op, left, right } => {
                let Some(sign) = sign(*op) else { return Err((e.span, "there is no `??`".into())) };
                Ok(format!("({} {sign} {})", self.expr(left)?, self.expr(right)?))
            }
            ExprKind::If { condition, then, otherwise } => {
                Ok(format!("({} ? {} : {})", self.expr(condition)?, self.expr(then)?, self.expr(otherwise)?))
            }
            ExprKind::List(items) => {
                let mut parts = Vec::new();
                for item in items {
                    let ListItem::Item(inner) = item else { return Err((e.span, "lists are written out there".into())) };
                    parts.push(self.expr(inner)?);
                }
                Ok(format!("[{}]", parts.join(", ")))
            }
            ExprKind::Call(call) => {
                let args: Vec<&Expr> = call.args.iter().map(|arg| &arg.value).collect();
                self.call(&call.callee.name, &args, e.span)
            }
            ExprKind::Comp(_) | ExprKind::Record(_) | ExprKind::Range { .. } | ExprKind::Lambda { .. } => {
                Err((e.span, "it has nothing of the kind".into()))
            }
        }
    }

    /// A field of this record, noted where it may be absent.
    fn field(&mut self, e: &Expr) -> Result<String, (Span, String)> {
        let Some(names) = steps(e) else { return Err((e.span, "only fields of the crd can be read".into())) };
        let mut text = "self".to_string();
        for (index, name) in names.iter().enumerate() {
            let Some(escaped) = crate::crd::schema::escaped(name) else { return Err((e.span, format!("`{name}` is no name there"))) };
            let _ = write!(text, ".{escaped}");
            match self.scope.find(&names[..=index]) {
                Some(field) if field.optional => drop(self.absent.insert(text.clone())),
                Some(_) => {}
                None if index == 0 => return Err((e.span, format!("`{name}` is no field of this record"))),
                None => {}
            }
        }
        Ok(text)
    }

    fn call(&mut self, name: &Ident, args: &[&Expr], at: Span) -> Result<String, (Span, String)> {
        match (name.name.as_str(), args) {
            ("len" | "size", [of]) => Ok(format!("size({})", self.expr(of)?)),
            (function @ ("startsWith" | "endsWith" | "contains" | "matches"), [text, part]) => {
                Ok(format!("{}.{function}({})", self.expr(text)?, self.expr(part)?))
            }
            ("lower", [text]) => Ok(format!("{}.lowerAscii()", self.expr(text)?)),
            ("upper", [text]) => Ok(format!("{}.upperAscii()", self.expr(text)?)),
            ("has", [field]) => {
                let before = self.absent.clone();
                let text = self.expr(field)?;
                self.absent = before;
                Ok(format!("has({text})"))
            }
            (other, _) => Err((at, format!("there is no function like `{other}`"))),
        }
    }
}

fn sign(op: BinOp) -> Option<&'static str> {
    match op {
        BinOp::Or => Some("||"),
        BinOp::And => Some("&&"),
        BinOp::Eq => Some("=="),
        BinOp::Ne => Some("!="),
        BinOp::Lt => Some("<"),
        BinOp::Le => Some("<="),
        BinOp::Gt => Some(">"),
        BinOp::Ge => Some(">="),
        BinOp::In => Some("in"),
        BinOp::Add => Some("+"),
        BinOp::Sub => Some("-"),
        BinOp::Mul => Some("*"),
        BinOp::Div => Some("/"),
        BinOp::Coalesce => None,
    }
}

fn quoted(text: &str) -> String {
    let mut out = String::from("'");
    for c in text.chars() {
        match c {
            '\'' | '\\' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c => out.push(c),
        }
    }
    out.push('\'');
    out
}
