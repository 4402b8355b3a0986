//! What is known of a native type, a field and a kind: plain data, made by `decode` and never changed.

use serde_json::Value as Json;
use ustr::{Ustr, UstrMap};

use super::gates::Gate;
use super::release::Releases;
use super::{TypeId, docs};

/// An object type of the Kubernetes API, such as `PodSpec`, or a name for a scalar, such as `Quantity`.
#[derive(Debug)]
pub struct NativeType {
    pub id: TypeId,
    /// `io.k8s.api.core.v1.PodSpec`
    pub name: Ustr,
    /// `PodSpec`
    pub short: Ustr,
    /// What values of this type are where they are not objects with fields: `Quantity`, `Time`, `JSON`.
    pub alias: Option<NativeTy>,
    /// In the order in which an object is written: `apiVersion`, `kind`, `metadata`, then label and primary field where the type is
    /// the element of a keyed list, then by name, `status` last.
    pub fields: Vec<NativeField>,
    /// Fields of which at most one is meant to be set.
    pub unions: Vec<Union>,
    /// The server replaces values of this type whole: one owner owns all of it.
    pub atomic: bool,
    pub releases: Releases,
    pub(super) by_name: UstrMap<u16>,
    /// Which fields are required, and which have a structure even where nothing is written.
    pub(super) required: Vec<u16>,
    pub(super) never_absent: Vec<u16>,
}

impl NativeType {
    pub fn field(&self, name: Ustr) -> Option<&NativeField> {
        self.by_name.get(&name).map(|&index| &self.fields[index as usize])
    }

    /// The fields without which a value is refused.
    pub fn required(&self) -> impl Iterator<Item = &NativeField> {
        self.required.iter().map(|&index| &self.fields[index as usize])
    }

    /// The fields of which the server has a structure even where nothing is written: those of Go that are no pointers. What stands in
    /// `status` is the server's own.
    pub fn never_absent(&self) -> impl Iterator<Item = (&NativeField, TypeId)> {
        self.never_absent.iter().map(|&index| &self.fields[index as usize]).filter_map(|field| match field.ty {
            NativeTy::Ref(id) if id.get().alias.is_none() => Some((field, id)),
            _ => None,
        })
    }

    /// Kubernetes' own words about the type.
    pub fn doc(&self) -> Option<&'static str> {
        docs::of_type(self.name)
    }
}

#[derive(Debug)]
pub struct NativeField {
    pub name: Ustr,
    /// The type that has the field.
    pub owner: TypeId,
    pub ty: NativeTy,
    /// A value without it is refused.
    pub required: bool,
    /// What the API's schema says the server puts in where the field is missing. Many are Go's zero values (`""`, `0`, `{}`), which
    /// the server's validation may still refuse; see [`NativeField::default`]. Defaults that the server computes are not in it.
    pub schema_default: Option<Json>,
    /// The values that the field, or each element where it is a list, may have; empty where any may.
    pub enum_: Vec<Ustr>,
    /// The server replaces the object or map whole: one owner owns all of it.
    pub atomic: bool,
    /// A patch drops the keys it does not name, as with `strategy` of a Deployment: the value is a choice of one among several.
    pub retain_keys: bool,
    pub releases: Releases,
    /// Some releases drop it unless a cluster turns a feature on.
    pub gate: Option<Gate>,
}

impl NativeField {
    /// The default, unless it is only the type's zero value.
    pub fn default(&self) -> Option<&Json> {
        self.schema_default.as_ref().filter(|value| match value {
            Json::Null => false,
            Json::Bool(value) => *value,
            Json::Number(value) => value.as_f64() != Some(0.0),
            Json::String(value) => !value.is_empty(),
            Json::Array(value) => !value.is_empty(),
            Json::Object(value) => !value.is_empty(),
        })
    }

    /// Kubernetes' own words about the field.
    pub fn doc(&self) -> Option<&'static str> {
        docs::of_field(self.owner.get().name, self.name)
    }
}

/// The type of a field. Cheap to copy.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum NativeTy {
    Bool,
    Int32,
    Int64,
    Number,
    String,
    /// A port or a percentage: `80`, `"http"`, `"25%"`.
    IntOrString,
    /// `200m`, `64Mi`: cores, bytes or a plain count, by where it stands.
    Quantity,
    /// An RFC 3339 time in whole seconds.
    Time,
    /// An RFC 3339 time with microseconds.
    MicroTime,
    /// `30s`, `1h30m`: of custom resources whose schema says so.
    Duration,
    /// Bytes, in base64.
    Base64,
    /// Any JSON value.
    Any,
    /// An object whose fields are not known to the API.
    Object,
    List(&'static ListTy),
    /// Keys are strings.
    Map(&'static NativeTy),
    Ref(TypeId),
}

impl NativeTy {
    /// What the type stands for, where it is a name for another.
    pub fn resolved(self) -> NativeTy {
        match self {
            NativeTy::Ref(id) => id.get().alias.map_or(self, NativeTy::resolved),
            _ => self,
        }
    }
}

#[derive(Debug, PartialEq)]
pub struct ListTy {
    pub elem: NativeTy,
    pub merge: ListMerge,
    /// In a list that merges by key: the field that `field label …` writes. It is a merge key, or better known than one.
    pub label: Option<Ustr>,
    /// The field that `field label = value` writes.
    pub primary: Option<Ustr>,
}

/// How the server merges two lists.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ListMerge {
    /// The later one replaces the earlier one.
    Atomic,
    /// Elements are unique, and joined.
    Set,
    /// Elements that agree in all of these fields are one.
    Map { keys: Vec<Ustr> },
}

/// At most one of `fields` is set; with a discriminator, the one whose value it has.
#[derive(Debug, PartialEq, Eq)]
pub struct Union {
    pub discriminator: Option<Ustr>,
    /// Field, and the discriminator's value that stands for it.
    pub fields: Vec<(Ustr, Ustr)>,
}

/// A kind of object that one can create, in one version of its API group.
#[derive(Debug)]
pub struct NativeKind {
    pub kind: Ustr,
    /// `apps`; empty for the core group.
    pub group: Ustr,
    pub version: Ustr,
    /// `apps/v1`, `v1`
    pub api_version: Ustr,
    pub ty: TypeId,
    pub plural: Ustr,
    pub namespaced: bool,
    /// It can be sent but never read back, as `TokenReview`: a question, not an object that a manifest can hold.
    pub create_only: bool,
    /// An alpha or beta API that a cluster serves only where it was turned on.
    pub opt_in: bool,
    /// `deploy`
    pub short_names: Vec<Ustr>,
    /// `status`, `scale`
    pub subresources: Vec<Ustr>,
    pub releases: Releases,
}

impl NativeKind {
    /// What tells it from kinds of the same name: `Service` of Kubernetes, `Service.serving.knative.dev` of another project.
    pub fn key(&self) -> Ustr {
        match super::added::is_added(self.ty) {
            true => Ustr::from(&format!("{}.{}", self.kind, self.group)),
            false => self.kind,
        }
    }
}
