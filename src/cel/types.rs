//! The types of CEL expressions, and which of them fit which.
//!
//! Types are compared with unification: an overload's parameters (`list<A>`) and the elements of an empty list are variables, which take
//! the type they are first held against. `dyn` fits everything. A failed comparison leaves no trace: what it bound is undone.

use ecow::EcoString;
use rustc_hash::FxHashMap;
use std::fmt;
use std::sync::Arc;

/// What an expression evaluates to.
#[derive(Clone, Debug, PartialEq)]
pub enum CelType {
    /// An expression about which something was reported already; fits everywhere.
    Error,
    Dyn,
    Null,
    Bool,
    Int,
    Uint,
    Double,
    String,
    Bytes,
    Duration,
    Timestamp,
    /// A type as a value: `int`, `type(x)`.
    Type,
    List(Arc<CelType>),
    Map(Arc<(CelType, CelType)>),
    Optional(Arc<CelType>),
    Object(Arc<ObjectType>),
    /// A type that only functions make and read: `kubernetes.Quantity`.
    Opaque(&'static str),
    /// A type that is yet to be found: a parameter of an overload, an element of `[]`.
    Var(u32),
}

/// A structure with declared fields.
#[derive(Debug)]
pub struct ObjectType {
    pub name: EcoString,
    pub fields: Fields,
}

#[derive(Debug)]
pub enum Fields {
    Known(FxHashMap<EcoString, CelType>),
    /// Every field there may be, without a type: `Object.spec{…}` of a mutation.
    Any,
}

impl PartialEq for ObjectType {
    fn eq(&self, other: &ObjectType) -> bool {
        std::ptr::eq(self, other) || self.name == other.name
    }
}

impl CelType {
    pub fn list(elem: CelType) -> CelType {
        CelType::List(Arc::new(elem))
    }

    pub fn map(key: CelType, value: CelType) -> CelType {
        CelType::Map(Arc::new((key, value)))
    }

    pub fn optional(inner: CelType) -> CelType {
        CelType::Optional(Arc::new(inner))
    }

    /// A structure of the given fields.
    pub fn object(name: impl Into<EcoString>, fields: impl IntoIterator<Item = (EcoString, CelType)>) -> CelType {
        CelType::Object(Arc::new(ObjectType { name: name.into(), fields: Fields::Known(fields.into_iter().collect()) }))
    }

    /// The type without `optional`, and whether there was one.
    pub fn present(&self) -> (&CelType, bool) {
        match self {
            CelType::Optional(inner) => (inner, true),
            other => (other, false),
        }
    }

    pub fn is_dynamic(&self) -> bool {
        matches!(self, CelType::Dyn | CelType::Error)
    }

    /// Whether null is a value of the type.
    fn is_nullable(&self) -> bool {
        match self {
            CelType::Null
            | CelType::Optional(_)
            | CelType::Object(_)
            | CelType::Opaque(_)
            | CelType::Duration
            | CelType::Timestamp
            | CelType::Dyn
            | CelType::Error => true,
            CelType::Bool | CelType::Int | CelType::Uint | CelType::Double | CelType::String | CelType::Bytes => false,
            CelType::Type | CelType::List(_) | CelType::Map(_) | CelType::Var(_) => false,
        }
    }
}

impl fmt::Display for CelType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            CelType::Error => f.write_str("an error"),
            CelType::Dyn | CelType::Var(_) => f.write_str("dyn"),
            CelType::Null => f.write_str("null"),
            CelType::Bool => f.write_str("bool"),
            CelType::Int => f.write_str("int"),
            CelType::Uint => f.write_str("uint"),
            CelType::Double => f.write_str("double"),
            CelType::String => f.write_str("string"),
            CelType::Bytes => f.write_str("bytes"),
            CelType::Duration => f.write_str("duration"),
            CelType::Timestamp => f.write_str("timestamp"),
            CelType::Type => f.write_str("type"),
            CelType::List(elem) => write!(f, "list({elem})"),
            CelType::Map(entry) => write!(f, "map({}, {})", entry.0, entry.1),
            CelType::Optional(inner) => write!(f, "optional({inner})"),
            CelType::Object(object) => f.write_str(&object.name),
            CelType::Opaque(name) => f.write_str(name),
        }
    }
}

/// The types that variables were found to have.
#[derive(Debug, Default)]
pub struct Bindings {
    bound: FxHashMap<u32, CelType>,
    /// What to restore, newest last.
    undo: Vec<(u32, Option<CelType>)>,
    next: u32,
}

impl Bindings {
    /// A variable that nothing is known about.
    pub fn fresh(&mut self) -> CelType {
        self.next += 1;
        CelType::Var(self.next)
    }

    /// Whether each of the types fits its counterpart; binds variables only if all do.
    pub fn fit_all(&mut self, types: &[CelType], wanted: &[CelType]) -> bool {
        let mark = self.undo.len();
        let fits = types.len() == wanted.len() && types.iter().zip(wanted).all(|(a, b)| self.unify(a, b));
        if !fits {
            while self.undo.len() > mark {
                match self.undo.pop() {
                    Some((var, Some(old))) => self.bound.insert(var, old),
                    Some((var, None)) => self.bound.remove(&var),
                    None => break,
                };
            }
        }
        if mark == 0 {
            self.undo.clear();
        }
        fits
    }

    pub fn fit(&mut self, a: &CelType, b: &CelType) -> bool {
        self.fit_all(std::slice::from_ref(a), std::slice::from_ref(b))
    }

    /// The type with its variables replaced by what they were bound to.
    pub fn resolve(&self, ty: &CelType) -> CelType {
        match ty {
            CelType::Var(var) => match self.bound.get(var) {
                Some(bound) => self.resolve(bound),
                None => ty.clone(),
            },
            CelType::List(elem) => CelType::list(self.resolve(elem)),
            CelType::Map(entry) => CelType::map(self.resolve(&entry.0), self.resolve(&entry.1)),
            CelType::Optional(inner) => CelType::optional(self.resolve(inner)),
            CelType::Error | CelType::Dyn | CelType::Null | CelType::Bool | CelType::Int | CelType::Uint => ty.clone(),
            CelType::Double | CelType::String | CelType::Bytes | CelType::Duration | CelType::Timestamp => ty.clone(),
            CelType::Type | CelType::Object(_) | CelType::Opaque(_) => ty.clone(),
        }
    }

    fn unify(&mut self, a: &CelType, b: &CelType) -> bool {
        if let CelType::Var(var) = b {
            match self.substitute(*var, a) {
                Substitution::Fits => return true,
                Substitution::Taken => return false,
                Substitution::Circular => {}
            }
        }
        if let CelType::Var(var) = a {
            return matches!(self.substitute(*var, b), Substitution::Fits);
        }
        match (a, b) {
            (CelType::Dyn | CelType::Error, _) | (_, CelType::Dyn | CelType::Error) => true,
            (CelType::Null, other) | (other, CelType::Null) => other.is_nullable(),
            (CelType::List(a), CelType::List(b)) | (CelType::Optional(a), CelType::Optional(b)) => self.unify(a, b),
            (CelType::Map(a), CelType::Map(b)) => self.unify(&a.0, &b.0) && self.unify(&a.1, &b.1),
            (a, b) => a == b,
        }
    }

    /// Tries `ty` as the type of a variable.
    fn substitute(&mut self, var: u32, ty: &CelType) -> Substitution {
        if *ty == CelType::Var(var) {
            return Substitution::Fits;
        }
        if let Some(known) = self.bound.get(&var).cloned() {
            if known == *ty {
                return Substitution::Fits;
            }
            if !self.unify(ty, &known) {
                return Substitution::Taken;
            }
            let general = if less_specific(ty, &known) { ty.clone() } else { known };
            if !self.occurs(var, &general) {
                self.bind(var, general);
            }
            return Substitution::Fits;
        }
        if self.occurs(var, ty) {
            return Substitution::Circular;
        }
        self.bind(var, ty.clone());
        Substitution::Fits
    }

    fn bind(&mut self, var: u32, ty: CelType) {
        let old = self.bound.insert(var, ty);
        self.undo.push((var, old));
    }

    fn occurs(&self, var: u32, ty: &CelType) -> bool {
        match ty {
            CelType::Var(other) => *other == var || self.bound.get(other).is_some_and(|bound| self.occurs(var, bound)),
            CelType::List(elem) | CelType::Optional(elem) => self.occurs(var, elem),
            CelType::Map(entry) => self.occurs(var, &entry.0) || self.occurs(var, &entry.1),
            CelType::Error | CelType::Dyn | CelType::Null | CelType::Bool | CelType::Int | CelType::Uint => false,
            CelType::Double | CelType::String | CelType::Bytes | CelType::Duration | CelType::Timestamp => false,
            CelType::Type | CelType::Object(_) | CelType::Opaque(_) => false,
        }
    }
}

enum Substitution {
    Fits,
    /// The variable has another type already.
    Taken,
    /// The type holds the variable itself.
    Circular,
}

/// Whether `a` says as much as `b` or less: `dyn` says nothing.
pub fn less_specific(a: &CelType, b: &CelType) -> bool {
    match (a, b) {
        (CelType::Dyn | CelType::Var(_), _) => true,
        (_, CelType::Dyn | CelType::Var(_)) => false,
        (CelType::List(a), CelType::List(b)) | (CelType::Optional(a), CelType::Optional(b)) => less_specific(a, b),
        (CelType::Map(a), CelType::Map(b)) => less_specific(&a.0, &b.0) && less_specific(&a.1, &b.1),
        (a, b) => a == b,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_take_the_type_they_meet_and_failures_leave_no_trace() {
        let mut known = Bindings::default();
        let var = known.fresh();
        assert!(!known.fit_all(&[CelType::Int, CelType::String], &[var.clone(), var.clone()]));
        assert_eq!(known.resolve(&var), var);
        assert!(known.fit(&CelType::list(CelType::Int), &CelType::list(var.clone())));
        assert_eq!(known.resolve(&var), CelType::Int);
        assert!(!known.fit(&CelType::String, &var));
        assert!(known.fit(&CelType::Dyn, &var));
    }

    #[test]
    fn null_fits_structures_but_no_scalars() {
        let mut known = Bindings::default();
        assert!(known.fit(&CelType::Null, &CelType::Timestamp));
        assert!(known.fit(&CelType::object("o", []), &CelType::Null));
        assert!(!known.fit(&CelType::Null, &CelType::Int));
        assert!(!known.fit(&CelType::list(CelType::Int), &CelType::Null));
    }
}
