//! Assignability: whether a value of one type may stand where another is wanted, and if not, the difference to show.
//!
//! Literals adapt before they come here (`check/literal.rs`); this is about types of values that flow. The walk goes down both types at
//! once and stops at the first difference, remembering the way there. Refinements are checked on values, so they count as their base.

use super::{Keyed, Literal, MapTy, RecordTy, Ty};
use crate::ast::Name;
use crate::schema::{NativeTy, TypeId};
use std::fmt::Write;
use std::sync::Arc;

/// The rules of one place.
#[derive(Clone, Copy)]
pub struct Fit<'d> {
    /// The place is a field of a native type: `null` leaves it out, texts may be enum values, a duration counts seconds.
    pub native: bool,
    /// An integer field that counts seconds.
    pub seconds: bool,
    /// Whether a kind is another or made from it.
    pub derives: &'d dyn Fn(Name, Name) -> bool,
}

/// The first difference.
#[derive(Debug, PartialEq)]
pub struct Misfit<'a> {
    /// `.spec.replicas`, `[]`; empty where the types themselves differ.
    pub path: String,
    pub what: Difference<'a>,
}

#[derive(Debug, PartialEq)]
pub enum Difference<'a> {
    Type {
        found: Ty<'a>,
        wanted: Ty<'a>,
    },
    /// It fits but for `null`.
    Null {
        wanted: Ty<'a>,
    },
    /// A text that is none of the values allowed.
    Value {
        found: Literal,
        wanted: Ty<'a>,
    },
    Field {
        owner: Ty<'a>,
        name: Name,
    },
}

impl<'a> Misfit<'a> {
    fn at(mut self, step: std::fmt::Arguments) -> Misfit<'a> {
        let mut path = String::new();
        let _ = path.write_fmt(step);
        self.path.insert_str(0, &path);
        self
    }
}

pub type Verdict<'a> = Result<(), Misfit<'a>>;

impl Fit<'_> {
    pub fn fits(&self, found: &Ty, wanted: &Ty) -> bool {
        self.check(found, wanted).is_ok()
    }

    pub fn check<'a>(&self, found: &Ty<'a>, wanted: &Ty<'a>) -> Verdict<'a> {
        match (found, wanted) {
            (Ty::Poison | Ty::Any, _) | (_, Ty::Poison | Ty::Any) => Ok(()),
            (Ty::Null, Ty::Optional(_) | Ty::Null) => Ok(()),
            (Ty::Null, _) if self.native => Ok(()),
            (Ty::Null, Ty::Partial(_)) => Ok(()),
            (Ty::Null, _) => Err(null(wanted)),
            (Ty::Optional(inner), _) => self.optional(inner, wanted),
            (_, Ty::Optional(inner)) => self.check(found, inner),
            (Ty::Refined(refined), _) => match wanted {
                // A named refinement that is itself a member of a union fits there.
                Ty::Union(members) if members.contains(found) => Ok(()),
                _ => self.check(&refined.base, wanted),
            },
            (_, Ty::Refined(refined)) => self.check(found, &refined.base),
            (Ty::Union(members), _) => members.iter().try_for_each(|m| self.check(m, wanted)).map_err(|_| self.differ(found, wanted)),
            (_, Ty::Union(members)) => self.member(found, members, wanted),
            _ => self.plain(found, wanted),
        }
    }

    fn optional<'a>(&self, inner: &Ty<'a>, wanted: &Ty<'a>) -> Verdict<'a> {
        self.check(inner, wanted)?;
        match wanted {
            Ty::Optional(_) | Ty::Null | Ty::Partial(_) => Ok(()),
            _ if self.native => Ok(()),
            _ => Err(null(wanted)),
        }
    }

    fn member<'a>(&self, found: &Ty<'a>, members: &[Ty<'a>], wanted: &Ty<'a>) -> Verdict<'a> {
        if members.iter().any(|m| self.fits(found, m)) {
            return Ok(());
        }
        let closed = members.iter().all(|m| matches!(m, Ty::Literal(_)));
        match found {
            // The server's own sets of values are judged on the value that flows in.
            Ty::String if self.native && closed => Ok(()),
            Ty::Literal(literal) if members.iter().any(|m| matches!(m, Ty::Literal(_))) => {
                Err(Misfit { path: String::new(), what: Difference::Value { found: literal.clone(), wanted: wanted.clone() } })
            }
            _ => Err(self.differ(found, wanted)),
        }
    }

    /// Both are plain: neither optional, refined nor a union.
    fn plain<'a>(&self, found: &Ty<'a>, wanted: &Ty<'a>) -> Verdict<'a> {
        match (found, wanted) {
            (Ty::Literal(a), Ty::Literal(b)) if a == b => Ok(()),
            (Ty::Literal(a), Ty::Literal(_)) => {
                Err(Misfit { path: String::new(), what: Difference::Value { found: a.clone(), wanted: wanted.clone() } })
            }
            (Ty::Literal(literal), _) => self.check(&literal.ty(), wanted).map_err(|_| self.differ(found, wanted)),
            (Ty::String, Ty::Literal(Literal::Str(_))) if self.native => Ok(()),
            (Ty::Address(Some(a)), Ty::Address(Some(b))) if a == b || (self.derives)(*a, *b) => Ok(()),
            (Ty::Address(Some(_)), Ty::Address(Some(_))) => Err(self.differ(found, wanted)),
            (Ty::Address(_), Ty::Address(_)) => Ok(()),
            (Ty::Cpu | Ty::Bytes | Ty::Int | Ty::Float, Ty::Quantity) | (Ty::Quantity, Ty::Cpu | Ty::Bytes) => Ok(()),
            (Ty::Duration, Ty::Int) if self.seconds => Ok(()),
            (Ty::Percent, Ty::String) if self.native => Ok(()),
            (Ty::List(a), Ty::List(b)) => self.element(a, b),
            (Ty::List(a), Ty::Keyed(b)) => self.native().element(a, b.element()),
            (Ty::Keyed(a), Ty::List(b)) => self.element(a.element(), b),
            (Ty::Keyed(a), Ty::Keyed(b)) => self.native().element(a.element(), b.element()),
            (Ty::Map(a), Ty::Map(b)) => self.check(&a.value, &b.value).map_err(|m| m.at(format_args!("[…]"))),
            (Ty::Record(record), Ty::Map(map)) => self.record_as_map(record, map),
            (Ty::Native(a), Ty::Native(b)) if a == b => Ok(()),
            (Ty::Partial(a), Ty::Partial(b)) => self.check(a, b),
            // What is missing of a partial value is looked for when the object is complete.
            (Ty::Partial(a), Ty::Native(_) | Ty::Record(_)) => self.check(a, wanted),
            (_, Ty::Partial(b)) => self.check(found, b),
            (Ty::Record(a), Ty::Record(b)) => self.record(a, b, wanted),
            (Ty::Record(a), Ty::Native(id)) => self.record_as_native(a, *id),
            (Ty::Map(a), Ty::Native(_)) if a.value == Ty::Any => Ok(()),
            (Ty::Range(a), Ty::Range(b)) => self.check(a, b),
            (_, Ty::Range(inner)) => self.check(found, inner).map_err(|_| self.differ(found, wanted)),
            (_, Ty::Record(record)) => match record.primary() {
                Some(primary) => self.check(found, &primary.ty).map_err(|_| self.differ(found, wanted)),
                None => Err(self.differ(found, wanted)),
            },
            _ if found == wanted => Ok(()),
            _ => Err(self.differ(found, wanted)),
        }
    }

    fn native(self) -> Self {
        Fit { native: true, ..self }
    }

    fn element<'a>(&self, found: &Ty<'a>, wanted: &Ty<'a>) -> Verdict<'a> {
        self.check(found, wanted).map_err(|m| m.at(format_args!("[…]")))
    }

    fn record_as_map<'a>(&self, record: &RecordTy<'a>, map: &MapTy<'a>) -> Verdict<'a> {
        record.fields.iter().try_for_each(|f| self.check(&f.ty, &map.value).map_err(|m| m.at(format_args!(".{}", f.name))))
    }

    fn record<'a>(&self, found: &RecordTy<'a>, wanted: &RecordTy<'a>, owner: &Ty<'a>) -> Verdict<'a> {
        if std::ptr::eq(found, wanted) {
            return Ok(());
        }
        for field in &found.fields {
            match wanted.field(field.name) {
                Some(w) => self.check(&field.ty, &w.ty).map_err(|m| m.at(format_args!(".{}", field.name)))?,
                None => return Err(Misfit { path: String::new(), what: Difference::Field { owner: owner.clone(), name: field.name } }),
            }
        }
        Ok(())
    }

    fn record_as_native<'a>(&self, found: &RecordTy<'a>, id: TypeId) -> Verdict<'a> {
        for field in &found.fields {
            match native_field(id, field.name) {
                Some(wanted) => {
                    let fit = Fit { native: true, seconds: counts_seconds(field.name), derives: self.derives };
                    fit.check(&field.ty, wanted).map_err(|m| m.at(format_args!(".{}", field.name)))?
                }
                None => return Err(Misfit { path: String::new(), what: Difference::Field { owner: Ty::Native(id), name: field.name } }),
            }
        }
        Ok(())
    }

    fn differ<'a>(&self, found: &Ty<'a>, wanted: &Ty<'a>) -> Misfit<'a> {
        Misfit { path: String::new(), what: Difference::Type { found: found.clone(), wanted: wanted.clone() } }
    }
}

fn null<'a>(wanted: &Ty<'a>) -> Misfit<'a> {
    Misfit { path: String::new(), what: Difference::Null { wanted: wanted.clone() } }
}

impl Literal {
    /// The type that the literal is of.
    pub fn ty<'a>(&self) -> Ty<'a> {
        match self {
            Literal::Str(_) => Ty::String,
            Literal::Int(_) => Ty::Int,
            Literal::Bool(_) => Ty::Bool,
        }
    }
}

/// Whether a native integer field of that name, `periodSeconds`, `ttlSecondsAfterFinished`, counts seconds, so that a duration may be written there.
pub fn counts_seconds(name: Name) -> bool {
    name.contains("Seconds")
}

/// The type of a native field without `null`.
pub fn native_field(id: TypeId, name: Name) -> Option<&'static Ty<'static>> {
    super::native::field(id, name, false).map(Ty::present)
}

/// The unit of a resource's amount, by its name: `cpu`, `limits.memory`, `requests.storage`, `pods`, …
pub fn amount(resource: &str) -> &'static Ty<'static> {
    let name = resource.strip_prefix("requests.").or_else(|| resource.strip_prefix("limits.")).unwrap_or(resource);
    match name {
        "cpu" => &Ty::Cpu,
        "memory" | "storage" | "ephemeral-storage" => &Ty::Bytes,
        n if n.starts_with("hugepages-") || n.ends_with("/requests.storage") => &Ty::Bytes,
        _ => &Ty::Quantity,
    }
}

/// Unions of literals longer than this become the literals' type.
const MAX_LITERALS: usize = 24;

/// The type of a value that is of one type or the other: the branches of an `if`, the elements of a list.
pub fn join<'a>(a: Ty<'a>, b: Ty<'a>) -> Ty<'a> {
    if a == b {
        return a;
    }
    match (&a, &b) {
        (Ty::Poison, _) => b,
        (_, Ty::Poison) => a,
        (Ty::Any, _) | (_, Ty::Any) => Ty::Any,
        (Ty::Null, _) => b.optional(),
        (_, Ty::Null) => a.optional(),
        (Ty::Optional(x), _) => join(x.as_ref().clone(), b.present().clone()).optional(),
        (_, Ty::Optional(y)) => join(a.clone(), y.as_ref().clone()).optional(),
        (Ty::List(x), Ty::List(y)) => Ty::list(join(x.as_ref().clone(), y.as_ref().clone())),
        (Ty::Keyed(x), Ty::List(y)) | (Ty::List(y), Ty::Keyed(x)) => keyed_or_list(*x, y),
        (Ty::Record(x), Ty::Record(y)) if x.fields.is_empty() => Ty::Record(y.clone()),
        (Ty::Record(x), Ty::Record(y)) if y.fields.is_empty() => Ty::Record(x.clone()),
        (Ty::Record(x), Ty::Record(y)) => Ty::Record(Arc::new(join_records(x, y))),
        (Ty::Record(x), other) | (other, Ty::Record(x)) if x.fields.is_empty() && has_fields(other) => (*other).clone(),
        (Ty::Record(x), Ty::Map(map)) | (Ty::Map(map), Ty::Record(x)) => {
            let value = x.fields.iter().fold(map.value.clone(), |v, f| join(v, f.ty.present().clone()));
            Ty::Map(Arc::new(MapTy { key: map.key.clone(), value }))
        }
        (Ty::Map(x), Ty::Map(y)) => Ty::Map(Arc::new(MapTy { key: x.key.clone(), value: join(x.value.clone(), y.value.clone()) })),
        (Ty::Int, Ty::Float) | (Ty::Float, Ty::Int) => Ty::Float,
        _ if has_fields(&a) || has_fields(&b) || is_list(&a) || is_list(&b) => match (fits_plainly(&a, &b), fits_plainly(&b, &a)) {
            (true, _) => b,
            (_, true) => a,
            _ => Ty::Any,
        },
        _ => scalars(a, b),
    }
}

fn scalars<'a>(a: Ty<'a>, b: Ty<'a>) -> Ty<'a> {
    if a.members().contains(&b) {
        return a;
    }
    if fits_plainly(&a, &b) && !matches!(b, Ty::Range(_)) {
        return b;
    }
    if fits_plainly(&b, &a) && !matches!(a, Ty::Range(_)) {
        return a;
    }
    let many = a.members().len() + b.members().len() > MAX_LITERALS;
    match Ty::union([a, b]) {
        Ty::Union(members) if many => Ty::union(members.iter().map(|m| match m {
            Ty::Literal(literal) => literal.ty(),
            other => other.clone(),
        })),
        union => union,
    }
}

fn keyed_or_list<'a>(keyed: Keyed, elem: &Ty<'a>) -> Ty<'a> {
    match fits_plainly(elem, &keyed.element().clone()) {
        true => Ty::Keyed(keyed),
        false => Ty::list(join(keyed.element().clone(), elem.clone())),
    }
}

fn join_records<'a>(a: &RecordTy<'a>, b: &RecordTy<'a>) -> RecordTy<'a> {
    let mut fields = Vec::with_capacity(a.fields.len().max(b.fields.len()));
    for field in &a.fields {
        let ty = match b.field(field.name) {
            Some(other) => join(field.ty.clone(), other.ty.clone()),
            None => field.ty.clone().optional(),
        };
        fields.push(super::FieldTy { name: field.name, ty, default: None, primary: false, doc: field.doc, span: field.span });
    }
    for field in b.fields.iter().filter(|f| a.field(f.name).is_none()) {
        let ty = field.ty.clone().optional();
        fields.push(super::FieldTy { name: field.name, ty, default: None, primary: false, doc: field.doc, span: field.span });
    }
    RecordTy::new(None, fields)
}

fn has_fields(ty: &Ty) -> bool {
    matches!(ty.base(), Ty::Record(_) | Ty::Map(_) | Ty::Native(_) | Ty::Partial(_))
}

fn is_list(ty: &Ty) -> bool {
    matches!(ty.base(), Ty::List(_) | Ty::Keyed(_))
}

fn fits_plainly(found: &Ty, wanted: &Ty) -> bool {
    Fit { native: false, seconds: false, derives: &|a, b| a == b }.fits(found, wanted)
}

/// Whether a native list's elements are environment variables, which take references.
pub fn is_env(keyed: Keyed) -> bool {
    matches!(keyed.list.elem, NativeTy::Ref(id) if id.get().short == "EnvVar")
}
