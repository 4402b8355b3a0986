//! Types: what a value may be.
//!
//! [`Ty`] is cheap to clone; structure is shared. Types of the language, of its kinds and of the Kubernetes API are of one sort, so that a
//! field of a kind may be `Partial<PodSpec>` and a native block is checked like any other. Types hold borrowed default expressions: `'a` is
//! the life of the syntax trees.

mod address;
mod clock;
pub mod display;
pub mod fit;
pub mod format;
pub mod native;

use crate::ast::{self, Name};
use crate::schema::{ListMerge, ListTy, NativeField, NativeTy, TypeId};
use crate::source::Span;
use ecow::EcoString;
use rust_decimal::Decimal;
use std::sync::Arc;
use ustr::Ustr;

#[derive(Clone, Debug, PartialEq)]
pub enum Ty<'a> {
    /// The type of what was reported already: fits everywhere, and everything fits it.
    Poison,
    /// Any value, known only when it is there.
    Any,
    Null,
    Bool,
    Int,
    Float,
    String,
    Cpu,
    Bytes,
    Duration,
    Percent,
    /// A resource amount whose unit its key decides: `requests { cpu = …, memory = … }`.
    Quantity,
    Ref,
    Literal(Literal),
    List(Arc<Ty<'a>>),
    /// A native list whose elements a label tells apart.
    Keyed(Keyed),
    Map(Arc<MapTy<'a>>),
    Record(Arc<RecordTy<'a>>),
    Native(TypeId),
    /// All fields optional, and `null` unsets what lies below.
    Partial(Arc<Ty<'a>>),
    /// Two types or more, flat, none of them optional.
    Union(Arc<[Ty<'a>]>),
    Optional(Arc<Ty<'a>>),
    Refined(Arc<Refined<'a>>),
    Range(Arc<Ty<'a>>),
    /// `app.web`; the kind where it is known.
    Address(Option<Name>),
}

#[derive(Clone, Debug, PartialEq)]
pub enum Literal {
    Str(EcoString),
    Int(i64),
    Bool(bool),
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Keyed {
    pub list: &'static ListTy,
    /// Inside a `Partial`: elements too are partial.
    pub partial: bool,
}

#[derive(Clone, Debug, PartialEq)]
pub struct MapTy<'a> {
    pub key: Ty<'a>,
    pub value: Ty<'a>,
}

#[derive(Debug)]
pub struct RecordTy<'a> {
    /// `type Backup { … }`, or the field of a kind that declares it.
    pub name: Option<Name>,
    pub fields: Vec<FieldTy<'a>>,
    index: ustr::UstrMap<u32>,
}

#[derive(Debug)]
pub struct FieldTy<'a> {
    pub name: Name,
    pub ty: Ty<'a>,
    pub default: Option<Default<'a>>,
    /// The field that `label = value` writes.
    pub primary: bool,
    pub doc: Option<&'a str>,
    pub span: Span,
}

/// A field's default, to be evaluated in the scope of the declaration that has it.
#[derive(Clone, Copy, Debug)]
pub struct Default<'a> {
    pub expr: &'a ast::Expr,
    /// The module that declares it.
    pub home: ModuleId,
}

/// The number of a module: a user's file or a file of the standard library.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ModuleId(pub u32);

/// A type narrowed by conditions that are checked on the value that flows in.
#[derive(Debug)]
pub struct Refined<'a> {
    pub name: Option<Name>,
    pub base: Ty<'a>,
    pub conditions: Vec<Condition>,
}

#[derive(Clone, Debug)]
pub enum Condition {
    /// Inclusive; of a number in its base unit (cores, bytes, milliseconds, per cent).
    Between {
        lo: Option<Decimal>,
        hi: Option<Decimal>,
    },
    /// Characters of a string, or elements of a list.
    Length {
        lo: Option<usize>,
        hi: Option<usize>,
    },
    Match(Arc<regex::Regex>),
    /// A form that a library or Kubernetes defines: `image`, `cron`, …
    Format(Format),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    Image,
    PinnedImage,
    Cron,
    TimeZone,
    GoDuration,
    Quantity,
    Percent,
    Cidr,
    LooseCidr,
    CanonicalCidr,
    Ip,
    LooseIp,
    CanonicalIp,
    EndpointIp,
    Semver,
    DnsLabel,
    Dns1035Label,
    DnsSubdomain,
    DnsSubdomainPrefix,
    WildcardDns,
    DomainName,
    SearchDomain,
    CsiDriver,
    LabelKey,
    LabelValue,
    AnnotationKey,
    PrefixedKey,
    ResourceName,
    ContainerResource,
    EnvName,
    CIdentifier,
    ConfigKey,
    PortName,
    HttpHeader,
    Sysctl,
    Path,
    PlainPath,
    RelativePath,
    MountedPath,
    PathSegment,
    DomainPath,
    Trimmed,
    JsonObject,
    EncodedJsonObject,
    Url,
}

impl<'a> RecordTy<'a> {
    pub fn new(name: Option<Name>, fields: Vec<FieldTy<'a>>) -> RecordTy<'a> {
        let index = fields.iter().enumerate().map(|(i, f)| (f.name, i as u32)).collect();
        RecordTy { name, fields, index }
    }

    pub fn field(&self, name: Name) -> Option<&FieldTy<'a>> {
        self.position(name).map(|i| &self.fields[i])
    }

    pub fn position(&self, name: Name) -> Option<usize> {
        self.index.get(&name).map(|&i| i as usize)
    }

    pub fn primary(&self) -> Option<&FieldTy<'a>> {
        self.fields.iter().find(|f| f.primary)
    }
}

impl PartialEq for RecordTy<'_> {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self, other)
            || self.fields.len() == other.fields.len()
                && self.fields.iter().zip(&other.fields).all(|(a, b)| a.name == b.name && a.ty == b.ty)
    }
}

impl PartialEq for Refined<'_> {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self, other) || self.name.is_some() && self.name == other.name
    }
}

impl FieldTy<'_> {
    /// Whether a record without this field is incomplete.
    pub fn required(&self) -> bool {
        self.default.is_none() && !self.ty.has_default()
    }
}

impl<'a> Ty<'a> {
    pub fn list(elem: Ty<'a>) -> Ty<'a> {
        Ty::List(Arc::new(elem))
    }

    pub fn map(value: Ty<'a>) -> Ty<'a> {
        Ty::Map(Arc::new(MapTy { key: Ty::String, value }))
    }

    /// `T?`, once: an optional of an optional is the same type.
    pub fn optional(self) -> Ty<'a> {
        match self {
            Ty::Optional(_) | Ty::Null | Ty::Any | Ty::Poison => self,
            other => Ty::Optional(Arc::new(other)),
        }
    }

    /// The union of several types, flat and without repetition; `null` makes it optional.
    pub fn union(types: impl IntoIterator<Item = Ty<'a>>) -> Ty<'a> {
        let (mut flat, mut optional) = (Vec::new(), false);
        let mut add = |ty: Ty<'a>, flat: &mut Vec<Ty<'a>>| match ty {
            Ty::Null => optional = true,
            ty if flat.contains(&ty) => {}
            ty => flat.push(ty),
        };
        for ty in types {
            match ty {
                Ty::Union(members) => members.iter().for_each(|t| add(t.clone(), &mut flat)),
                Ty::Optional(inner) => {
                    add(Ty::Null, &mut flat);
                    match inner.as_ref() {
                        Ty::Union(members) => members.iter().for_each(|t| add(t.clone(), &mut flat)),
                        inner => add(inner.clone(), &mut flat),
                    }
                }
                ty => add(ty, &mut flat),
            }
        }
        if flat.contains(&Ty::Poison) {
            return Ty::Poison;
        }
        if flat.contains(&Ty::Any) {
            return Ty::Any;
        }
        let ty = match flat.len() {
            0 => return Ty::Null,
            1 => flat.remove(0),
            _ => Ty::Union(flat.into()),
        };
        if optional { ty.optional() } else { ty }
    }

    /// The type without `null`.
    pub fn present(&self) -> &Ty<'a> {
        match self {
            Ty::Optional(inner) => inner,
            other => other,
        }
    }

    /// The type without `null` and without refinements.
    pub fn base(&self) -> &Ty<'a> {
        match self {
            Ty::Optional(inner) => inner.base(),
            Ty::Refined(refined) => refined.base.base(),
            other => other,
        }
    }

    pub fn is_optional(&self) -> bool {
        matches!(self, Ty::Optional(_) | Ty::Null | Ty::Any | Ty::Poison)
    }

    /// Whether a field of this type may be left out though nothing is declared as its default: optional types, and records all of
    /// whose fields may be left out.
    pub fn has_default(&self) -> bool {
        match self {
            Ty::Record(record) => record.fields.iter().all(|f| !f.required()),
            Ty::Partial(_) => true,
            other => other.is_optional(),
        }
    }

    /// The members where this is a union, else the type alone.
    pub fn members(&self) -> &[Ty<'a>] {
        match self {
            Ty::Union(members) => members,
            other => std::slice::from_ref(other),
        }
    }

    /// The type of a field of a native type as the language sees it.
    pub fn of_native(ty: NativeTy, partial: bool) -> Ty<'a> {
        match ty {
            NativeTy::Bool => Ty::Bool,
            NativeTy::Int32 | NativeTy::Int64 => Ty::Int,
            NativeTy::Number => Ty::Float,
            NativeTy::String | NativeTy::Time | NativeTy::MicroTime | NativeTy::Base64 => Ty::String,
            NativeTy::Duration => Ty::union([Ty::String, Ty::Duration]),
            NativeTy::IntOrString => Ty::union([Ty::Int, Ty::Percent, Ty::String]),
            NativeTy::Quantity => Ty::Quantity,
            NativeTy::Any => Ty::Any,
            NativeTy::Object => Ty::map(Ty::Any),
            NativeTy::List(list) if list.label.is_some() => Ty::Keyed(Keyed { list, partial }),
            NativeTy::List(list) => Ty::list(Ty::of_native(list.elem, false)),
            NativeTy::Map(value) => Ty::map(Ty::of_native(*value, partial)),
            NativeTy::Ref(id) => match id.get().alias {
                Some(alias) => Ty::of_native(alias, partial),
                None if partial => Ty::Partial(Arc::new(Ty::Native(id))),
                None => Ty::Native(id),
            },
        }
    }

    /// The type of a field, with its closed set of values where it has one.
    pub fn of_native_field(field: &NativeField, partial: bool) -> Ty<'a> {
        let literals = || Ty::union(field.enum_.iter().map(|v| Ty::Literal(Literal::Str(v.as_str().into()))));
        let ty = match Ty::of_native(field.ty, partial) {
            Ty::String if !field.enum_.is_empty() => literals(),
            Ty::List(elem) if *elem == Ty::String && !field.enum_.is_empty() => Ty::list(literals()),
            ty => ty,
        };
        if partial || !field.required { ty.optional() } else { ty }
    }
}

impl Keyed {
    pub fn element(self) -> &'static Ty<'static> {
        native::element(self.list, self.partial)
    }

    /// The field by which elements are told apart; a `Ty::Keyed` always has one.
    pub fn label(self) -> Ustr {
        self.list.label.unwrap_or_default()
    }

    /// Whether the server itself refuses two elements of one label.
    pub fn merges_by_label(self) -> bool {
        matches!(&self.list.merge, ListMerge::Map { keys } if keys.len() == 1 && Some(keys[0]) == self.list.label)
    }
}
