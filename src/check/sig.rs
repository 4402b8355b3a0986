//! Signatures of builtins against the types of arguments: type variables are bound by the arguments in order, and the result is read off.

use crate::builtins::Sig;
use crate::schema::TypeId;
use crate::types::{FieldTy, Literal, RecordTy, Ty, fit};
use std::sync::Arc;

/// Signatures name at most this many variables.
const VARIABLES: usize = 4;

/// What the variables of one call are bound to.
#[derive(Default)]
pub(super) struct Bindings<'a> {
    variables: [Option<Ty<'a>>; VARIABLES],
    number: Option<Ty<'a>>,
}

const SCALARS: [Ty<'static>; 8] = [Ty::String, Ty::Bool, Ty::Int, Ty::Float, Ty::Cpu, Ty::Bytes, Ty::Duration, Ty::Percent];

impl<'a> Bindings<'a> {
    /// Whether an argument of type `found` may stand for `sig`; binds what is free in it.
    pub fn accepts(&mut self, sig: &Sig, found: &Ty<'a>) -> bool {
        if let Ty::Any | Ty::Poison = found {
            return true;
        }
        let base = found.base();
        match sig {
            Sig::Any => true,
            Sig::Var(n) => {
                self.bind(*n, found.clone());
                true
            }
            Sig::Optional(inner) => *found == Ty::Null || self.accepts(inner, found.present()),
            Sig::OneOf(sigs) => self.one_of(sigs, found),
            _ if matches!(found, Ty::Optional(_) | Ty::Null) => false,
            Sig::Bool => all(base, |t| matches!(t, Ty::Bool | Ty::Literal(Literal::Bool(_)))),
            Sig::Int => all(base, |t| matches!(t, Ty::Int | Ty::Literal(Literal::Int(_)))),
            Sig::Float => all(base, |t| matches!(t, Ty::Int | Ty::Float)),
            Sig::String => all(base, |t| matches!(t, Ty::String | Ty::Literal(Literal::Str(_)))),
            Sig::Cpu => all(base, |t| matches!(t, Ty::Cpu | Ty::Quantity)),
            Sig::Bytes => all(base, |t| matches!(t, Ty::Bytes | Ty::Quantity)),
            Sig::Duration => all(base, |t| *t == Ty::Duration),
            Sig::Percent => all(base, |t| *t == Ty::Percent),
            Sig::Ref => all(base, |t| *t == Ty::Ref),
            Sig::Address => all(base, |t| matches!(t, Ty::Address(_))),
            Sig::Number => all(base, is_number) && self.bind_number(base),
            Sig::Scalar => all(base, |t| is_number(t) || matches!(t, Ty::String | Ty::Bool | Ty::Literal(_))),
            Sig::List(elem) => match base {
                Ty::List(found) => self.accepts(elem, found),
                Ty::Keyed(keyed) => self.accepts(elem, keyed.element()),
                _ => false,
            },
            Sig::Map(value) => self.accepts_map(value, base),
            Sig::Fields(fields) => match base {
                Ty::Record(record) => {
                    fields.iter().all(|(name, sig)| record.field((*name).into()).is_some_and(|f| self.accepts(sig, &f.ty)))
                }
                Ty::Map(_) | Ty::Native(_) | Ty::Partial(_) => true,
                _ => false,
            },
            Sig::Lambda(..) => false,
        }
    }

    fn one_of(&mut self, sigs: &[Sig], found: &Ty<'a>) -> bool {
        if sigs.iter().any(|sig| self.accepts(sig, found)) {
            return true;
        }
        // Each member of a union may be of another of them.
        match found.base() {
            Ty::Union(members) if !matches!(found, Ty::Optional(_)) => members.iter().all(|m| sigs.iter().any(|sig| self.accepts(sig, m))),
            _ => false,
        }
    }

    fn accepts_map(&mut self, value: &Sig, found: &Ty<'a>) -> bool {
        match found {
            Ty::Map(map) => self.accepts(value, &map.value),
            Ty::Record(record) => record.fields.iter().all(|f| self.accepts(value, f.ty.present())),
            Ty::Native(id) => self.accepts_native(value, *id),
            Ty::Partial(inner) => self.accepts_map(value, inner),
            _ => false,
        }
    }

    fn accepts_native(&mut self, value: &Sig, _: TypeId) -> bool {
        self.accepts(value, &Ty::Any)
    }

    fn bind(&mut self, variable: u8, ty: Ty<'a>) {
        if let Some(slot) = self.variables.get_mut(variable as usize) {
            *slot = Some(match slot.take() {
                Some(known) => fit::join(known, ty),
                None => ty,
            });
        }
    }

    /// Every number of one call is of one unit; whole and decimal ones are both plain.
    fn bind_number(&mut self, found: &Ty<'a>) -> bool {
        let found = match found {
            Ty::Literal(literal) => literal.ty(),
            other => other.clone(),
        };
        match &self.number {
            None => {
                self.number = Some(found);
                true
            }
            Some(known) if *known == found => true,
            Some(Ty::Int | Ty::Float) if matches!(found, Ty::Int | Ty::Float) => {
                self.number = Some(Ty::Float);
                true
            }
            Some(Ty::Union(_)) => true,
            Some(_) => matches!(found, Ty::Union(_)),
        }
    }

    /// The type that a signature stands for, as far as it is bound.
    pub fn ty(&self, sig: &Sig) -> Ty<'a> {
        match sig {
            Sig::Any | Sig::Lambda(..) => Ty::Any,
            Sig::Bool => Ty::Bool,
            Sig::Int => Ty::Int,
            Sig::Float => Ty::Float,
            Sig::String => Ty::String,
            Sig::Cpu => Ty::Cpu,
            Sig::Bytes => Ty::Bytes,
            Sig::Duration => Ty::Duration,
            Sig::Percent => Ty::Percent,
            Sig::Ref => Ty::Ref,
            Sig::Address => Ty::Address(None),
            Sig::Number => self.number.clone().unwrap_or(Ty::Any),
            Sig::Scalar => Ty::union(SCALARS),
            Sig::Var(n) => match self.variables.get(*n as usize) {
                Some(Some(Ty::Poison)) | Some(None) | None => Ty::Any,
                Some(Some(ty)) => ty.clone(),
            },
            Sig::List(elem) => Ty::list(self.ty(elem)),
            Sig::Map(value) => Ty::map(self.ty(value)),
            Sig::Optional(inner) => self.ty(inner).optional(),
            Sig::OneOf(sigs) => sigs.iter().map(|s| self.ty(s)).reduce(fit::join).unwrap_or(Ty::Any),
            Sig::Fields(fields) => {
                let field = |(name, sig): &(&str, Sig)| FieldTy {
                    name: (*name).into(),
                    ty: self.ty(sig),
                    default: None,
                    primary: false,
                    doc: None,
                    span: crate::source::Span::NONE,
                };
                Ty::Record(Arc::new(RecordTy::new(None, fields.iter().map(field).collect())))
            }
        }
    }
}

/// A signature in words: "a list", "a String or a list".
pub(super) fn words(sig: &Sig) -> String {
    match sig {
        Sig::Any | Sig::Var(_) => "a value".into(),
        Sig::Bool => "a Bool".into(),
        Sig::Int => "an Int".into(),
        Sig::Float => "a number".into(),
        Sig::String => "a String".into(),
        Sig::Cpu => "an amount of cores".into(),
        Sig::Bytes => "an amount of bytes".into(),
        Sig::Duration => "a Duration".into(),
        Sig::Percent => "a Percent".into(),
        Sig::Ref => "a reference".into(),
        Sig::Address => "an address".into(),
        Sig::Number => "a number".into(),
        Sig::Scalar => "a text, a number, a Bool or an amount".into(),
        Sig::List(elem) => match elem {
            Sig::Any | Sig::Var(_) => "a list".into(),
            elem => format!("a list, each element {}", words(elem)),
        },
        Sig::Map(_) => "a map or a record".into(),
        Sig::Optional(inner) => format!("{} or null", words(inner)),
        Sig::OneOf(sigs) => sigs.iter().map(words).collect::<Vec<_>>().join(" or "),
        Sig::Fields(fields) => format!("a record with {}", fields.iter().map(|(n, _)| format!("`{n}`")).collect::<Vec<_>>().join(", ")),
        Sig::Lambda(params, _) => {
            let names = ["x", "y", "z"];
            match params.len() {
                1 => "a function, `x => …`".into(),
                n => format!("a function, `({}) => …`", names[..n.min(3)].join(", ")),
            }
        }
    }
}

fn all(base: &Ty, test: impl Fn(&Ty) -> bool) -> bool {
    base.members().iter().all(|m| matches!(m.base(), Ty::Any | Ty::Poison) || test(m.base()))
}

fn is_number(ty: &Ty) -> bool {
    matches!(ty, Ty::Int | Ty::Float | Ty::Cpu | Ty::Bytes | Ty::Duration | Ty::Percent | Ty::Quantity | Ty::Literal(Literal::Int(_)))
}
