//! The native kinds of Kubernetes: their types, fields, and what a real API server says of them.
//!
//! The facts are two generated files (`schema/README.md` says from where), part of the program as text. At first use one scan finds
//! their lines; a name is looked up in the text, and a line is decoded when its type or kind is first asked for, then kept for the
//! life of the process. One kind used costs one kind: a Deployment decodes some dozens of the hundreds of types, and what no one
//! names is never read.

pub mod added;
mod decode;
mod docs;
mod gates;
mod native;
mod release;
mod removed;
mod table;
#[cfg(test)]
mod tests;

use std::sync::LazyLock;

pub use gates::Gate;
pub use native::{ListMerge, ListTy, NativeField, NativeKind, NativeTy, NativeType, Union};
pub use release::{KubeRange, Minor, NotARelease, Releases};
pub use removed::{Removed, removed, removed_version, retired};
use table::{Table, last_segment};

/// The number of a native type. Numbers are stable within one build of the program only.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct TypeId(u32);

impl TypeId {
    /// Its place in a table of all types.
    pub fn index(self) -> usize {
        self.0 as usize
    }

    pub fn get(self) -> &'static NativeType {
        native_type(self)
    }
}

/// The type of that number, decoded now if it never was.
pub fn native_type(id: TypeId) -> &'static NativeType {
    added::native_type(id).unwrap_or_else(|| TYPES.get(id.0 as usize, |line| decode::native_type(id, line)))
}

/// The type of that name, full (`io.k8s.api.core.v1.PodSpec`) or short (`PodSpec`).
///
/// A short name that several API groups or versions have means the first of [`types_named`].
pub fn type_named(name: &str) -> Option<TypeId> {
    match name.contains('.') {
        true => type_id(name),
        false => types_named(name).next(),
    }
}

/// All types of that short name: core first, then the others as `kubectl` orders their groups, newest stable version first.
pub fn types_named(short: &str) -> impl Iterator<Item = TypeId> + use<> {
    TYPES.find(short).map(|index| TypeId(index as u32))
}

/// All versions of the type of that short name, within the API group that the bare name means.
pub fn versions_of(short: &str) -> impl Iterator<Item = TypeId> + use<> {
    let group = types_named(short).next().map_or("", |id| group_of(TYPES.name(id.index())));
    types_named(short).filter(move |id| group_of(TYPES.name(id.index())) == group)
}

/// `io.k8s.api.apps` of `io.k8s.api.apps.v1.Deployment`.
fn group_of(full_name: &'static str) -> &'static str {
    full_name.rsplitn(3, '.').nth(2).unwrap_or(full_name)
}

/// Every type. Looking at one decodes it.
pub fn types() -> impl Iterator<Item = TypeId> {
    (0..TYPES.len()).map(|index| TypeId(index as u32))
}

/// How many types Kubernetes has; for these every [`TypeId::index`] is less.
pub fn type_count() -> usize {
    TYPES.len()
}

/// The short names of all types, sorted, without decoding any. A name that several types share comes as often.
pub fn type_names() -> impl Iterator<Item = &'static str> {
    (0..TYPES.len()).map(|index| last_segment(TYPES.name(index)))
}

/// The kind that the bare name means, as `kubectl` would choose: `Event` is the core group's, `HorizontalPodAutoscaler` is v2.
pub fn kind(name: &str) -> Option<&'static NativeKind> {
    kinds_named(name).next()
}

/// All versions of a kind, in all groups, the preferred one first, those that a cluster serves only on request after the others.
pub fn kinds_named(name: &str) -> impl Iterator<Item = &'static NativeKind> + use<> {
    KINDS.find(name).map(kind_at)
}

/// The kind of an `apiVersion` and a `kind`, as they stand in a manifest; or of a bundle of added kinds.
pub fn kind_in(api_version: &str, kind: &str) -> Option<&'static NativeKind> {
    kinds_named(kind).find(|found| found.api_version == api_version).or_else(|| added::kind_in(api_version, kind))
}

/// Every kind in every version, sorted by name.
pub fn kinds() -> impl Iterator<Item = &'static NativeKind> {
    (0..KINDS.len()).map(kind_at)
}

/// The names of all kinds, sorted, each once, without decoding any.
pub fn kind_names() -> impl Iterator<Item = &'static str> {
    (0..KINDS.len()).filter(|&index| index == 0 || KINDS.name(index - 1) != KINDS.name(index)).map(|index| KINDS.name(index))
}

/// The oldest release of Kubernetes that the schema tells of.
pub fn oldest() -> Minor {
    RELEASES.0
}

/// The newest release of Kubernetes that the schema tells of.
pub fn newest() -> Minor {
    RELEASES.1
}

/// The file of types begins with a line about itself.
static TYPES_FILE: &str = include_str!("../../schema/types.jsonl");
static TYPES: LazyLock<Table<NativeType>> = LazyLock::new(|| Table::new(types_file().1));
static KINDS: LazyLock<Table<NativeKind>> = LazyLock::new(|| Table::new(include_str!("../../schema/kinds.jsonl")));
static RELEASES: LazyLock<(Minor, Minor)> = LazyLock::new(|| decode::known_releases(types_file().0));

fn types_file() -> (&'static str, &'static str) {
    TYPES_FILE.split_once('\n').expect("the file of types has a first line")
}

fn type_id(full_name: &str) -> Option<TypeId> {
    TYPES.find_full(full_name).map(|index| TypeId(index as u32))
}

fn kind_at(index: usize) -> &'static NativeKind {
    KINDS.get(index, decode::native_kind)
}
