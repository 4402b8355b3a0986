//! Values, and the tree that an object is.
//!
//! A [`Value`] is 24 bytes and cheap to clone: text up to 15 bytes is inline, everything larger is shared. A [`Node`] is a value with the
//! place it came from; a [`Entry`] is a node under a key with the place of the entry and how it was written, which decides how it merges
//! over what lies below. Subtrees without user input are built once and shared by all objects that hold them.

pub mod compare;
pub mod content;
pub mod measure;

pub use content::Content;
pub use measure::{Measure, Measured};

use crate::schema::TypeId;
use crate::source::Span;
use ecow::EcoString;
use rust_decimal::Decimal;
use std::sync::Arc;
use ustr::Ustr;

#[derive(Clone, Debug, Default)]
pub enum Value {
    #[default]
    Null,
    Bool(bool),
    Int(i64),
    /// A decimal number that is no quantity; exact.
    Float(Decimal),
    Str(EcoString),
    Quantity(Quantity),
    /// Milliseconds.
    Duration(i64),
    /// Per cent, as written: `30%` is 30.
    Percent(Decimal),
    List(Arc<List>),
    Record(Arc<Record>),
    Range(Arc<RangeValue>),
    Address(Arc<Address>),
    Ref(Arc<RefValue>),
}

/// An amount with the unit family it was written in, which the canonical form keeps.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Quantity {
    /// Cores, or bytes.
    pub amount: Decimal,
    pub unit: QuantityUnit,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum QuantityUnit {
    /// Cores: `200m`, `1.5`.
    Cpu,
    /// Bytes in powers of 1024: `64Mi`.
    Binary,
    /// Bytes in powers of 1000: `64M`, `512`.
    Decimal,
}

impl Quantity {
    /// Whether both are cores, or both bytes.
    pub fn counts_like(&self, other: &Quantity) -> bool {
        (self.unit == QuantityUnit::Cpu) == (other.unit == QuantityUnit::Cpu)
    }
}

/// Where a value came from. What evaluation only carried keeps its origin; what it computed has the computing expression's.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Origin {
    pub span: Span,
    pub kind: OriginKind,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OriginKind {
    /// An expression of a user's file.
    #[default]
    User,
    /// A field's default, in a kind.
    Default,
    /// A line of a kind's `emit`.
    Emit,
}

impl Origin {
    pub const NONE: Origin = Origin { span: Span::NONE, kind: OriginKind::User };

    pub fn user(span: Span) -> Origin {
        Origin { span, kind: OriginKind::User }
    }
}

/// A value with its origin.
#[derive(Clone, Debug, Default)]
pub struct Node {
    pub value: Value,
    pub origin: Origin,
}

impl Node {
    pub fn new(value: Value, origin: Origin) -> Node {
        Node { value, origin }
    }

    pub fn is_null(&self) -> bool {
        matches!(self.value, Value::Null)
    }
}

#[derive(Clone, Debug, Default)]
pub struct List {
    pub items: Vec<Item>,
    /// Set where elements are told apart by a field: the label field's name.
    pub label: Option<Ustr>,
    pub measured: Measured,
    pub content: Content,
}

/// An element of a list, and the layers it overrode.
#[derive(Clone, Debug)]
pub struct Item {
    pub node: Node,
    /// The entry that wrote it: `env A = "1"`, or the element of a list literal.
    pub at: Span,
}

/// Entries in order of first appearance. Small records are searched linearly, large ones through an index built when first needed.
#[derive(Clone, Debug, Default)]
pub struct Record {
    pub entries: Vec<Entry>,
    pub index: std::sync::OnceLock<Box<ustr::UstrMap<u32>>>,
    /// The native type that all of it is known to fit: then nothing looks again.
    pub fits: Option<TypeId>,
    pub measured: Measured,
    pub content: Content,
}

#[derive(Clone, Debug)]
pub struct Entry {
    pub key: Ustr,
    pub node: Node,
    /// The entry that wrote it; in stdlib code the line of `emit`.
    pub at: Span,
    pub op: Op,
    /// It came by `...e`: entries written out in the same block win over it.
    pub spread: bool,
    /// What this entry overrode, newest first, for `why`.
    pub over: Option<Arc<Over>>,
}

/// How an entry was written, hence how it merges over one below.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Op {
    /// `f { }`, `f label …`: into what lies below.
    #[default]
    Merge,
    /// `f = e`
    Replace,
    /// `f += [e]`
    Append,
}

#[derive(Clone, Debug)]
pub struct Over {
    pub at: Span,
    pub node: Node,
    pub next: Option<Arc<Over>>,
}

/// `a..b` with either side open; inclusive.
#[derive(Clone, Debug)]
pub struct RangeValue {
    pub lo: Option<Node>,
    pub hi: Option<Node>,
    /// Adapted from one value: `cpu = 200m`.
    pub single: bool,
}

/// A declaration named as a value: `app.web`, `namespace.tools`, or a block of addresses.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Address {
    pub kind: Ustr,
    pub namespace: Option<Ustr>,
    pub name: Ustr,
    /// `cidr("10.0.0.0/8")`: then `kind` is `cidr` and this is the block.
    pub cidr: Option<EcoString>,
}

/// A value that the cluster fills in: `secret.db.ref.password`, `fieldRef("status.podIP")`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum RefValue {
    /// A key of a ConfigMap.
    ConfigKey { name: Ustr, key: Ustr },
    /// A key of a Secret.
    SecretKey { name: Ustr, key: Ustr },
    /// A field of the pod: `status.podIP`.
    Field { path: EcoString },
    /// A resource of the container: `limits.cpu`.
    Resource { resource: EcoString },
}

const INDEX_FROM: usize = 12;

impl Record {
    /// A record with room for that many entries and no more.
    pub fn with_capacity(entries: usize) -> Record {
        Record { entries: Vec::with_capacity(entries), ..Record::default() }
    }

    pub fn get(&self, key: Ustr) -> Option<&Entry> {
        self.position(key).map(|i| &self.entries[i])
    }

    pub fn position(&self, key: Ustr) -> Option<usize> {
        if self.entries.len() < INDEX_FROM {
            return self.entries.iter().position(|e| e.key == key);
        }
        let index = self.index.get_or_init(|| Box::new(self.entries.iter().enumerate().map(|(i, e)| (e.key, i as u32)).collect()));
        index.get(&key).map(|&i| i as usize)
    }

    /// What stands at a path of fields.
    pub fn at(&self, path: impl IntoIterator<Item = Ustr>) -> Option<&Node> {
        let mut path = path.into_iter();
        let first = self.get(path.next()?).map(|entry| &entry.node);
        path.fold(first, |node, field| match &node?.value {
            Value::Record(record) => record.get(field).map(|entry| &entry.node),
            _ => None,
        })
    }

    /// Adds an entry whose key is new.
    pub fn push(&mut self, entry: Entry) {
        if let Some(index) = self.index.get_mut() {
            index.insert(entry.key, self.entries.len() as u32);
        }
        self.entries.push(entry);
        self.measured.reset();
        self.content.reset();
    }

    pub fn retain(&mut self, keep: impl FnMut(&Entry) -> bool) {
        self.entries.retain(keep);
        self.index = Default::default();
        self.measured.reset();
        self.content.reset();
    }
}

impl Value {
    pub fn str(text: impl Into<EcoString>) -> Value {
        Value::Str(text.into())
    }

    /// The number in its own unit: cores, bytes, milliseconds, per cent; `None` for what is no number.
    pub fn amount(&self) -> Option<Decimal> {
        match self {
            Value::Int(n) | Value::Duration(n) => Some(Decimal::from(*n)),
            Value::Float(d) | Value::Percent(d) | Value::Quantity(Quantity { amount: d, .. }) => Some(*d),
            Value::Null | Value::Bool(_) | Value::Str(_) | Value::List(_) | Value::Record(_) => None,
            Value::Range(_) | Value::Address(_) | Value::Ref(_) => None,
        }
    }

    /// What messages call the type of this value.
    pub fn type_name(&self) -> &'static str {
        match self {
            Value::Null => "null",
            Value::Bool(_) => "Bool",
            Value::Int(_) => "Int",
            Value::Float(_) => "Float",
            Value::Str(_) => "String",
            Value::Quantity(Quantity { unit: QuantityUnit::Cpu, .. }) => "Cpu",
            Value::Quantity(_) => "Bytes",
            Value::Duration(_) => "Duration",
            Value::Percent(_) => "Percent",
            Value::List(_) => "a list",
            Value::Record(_) => "a record",
            Value::Range(_) => "a range",
            Value::Address(_) => "an address",
            Value::Ref(_) => "a reference",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_small() {
        assert_eq!(size_of::<Value>(), 24);
        assert_eq!(size_of::<Node>(), 40);
        assert_eq!(size_of::<Entry>(), 72);
    }
}
