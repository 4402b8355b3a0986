//! From a line of the schema's files to the plain data of [`super::native`].
//!
//! The files are our own and part of the program, so a line that cannot be read is a fault of the program and not of its input: it
//! panics, and a test reads every line. A field's type is written as `string`, `[T]` for a list, `{T}` for a map, and otherwise the
//! full name of a type, which becomes the number of that type's line.

use serde::Deserialize;
use serde_json::Value as Json;
use ustr::{Ustr, UstrMap, ustr};

use super::gates;
use super::native::{ListMerge, ListTy, NativeField, NativeKind, NativeTy, NativeType, Union};
use super::release::{Minor, Releases};
use super::table::last_segment;
use super::{TypeId, type_id};

pub(super) fn native_type(id: TypeId, line: &'static str) -> NativeType {
    let raw: RawType = parse(line);
    let releases = releases(raw.since, raw.until, Releases { since: super::oldest(), until: None });
    let fields: Vec<NativeField> = raw.fields.into_iter().map(|field| native_field(id, last_segment(raw.name), releases, field)).collect();
    let by_name: UstrMap<u16> = fields.iter().enumerate().map(|(index, field)| (field.name, index as u16)).collect();
    NativeType {
        id,
        name: ustr(raw.name),
        short: ustr(last_segment(raw.name)),
        alias: raw.alias.map(|written| native_ty(written, &mut None)),
        unions: raw.unions.into_iter().map(native_union).collect(),
        atomic: raw.map == Some("atomic"),
        releases,
        by_name,
        required: numbers(&fields, |field| field.required),
        never_absent: numbers(&fields, is_never_absent),
        fields,
    }
}

fn numbers(fields: &[NativeField], wanted: impl Fn(&NativeField) -> bool) -> Vec<u16> {
    fields.iter().enumerate().filter(|(_, field)| wanted(field)).map(|(index, _)| index as u16).collect()
}

/// A structure whose schema has `{}` for its default is no pointer to the server.
fn is_never_absent(field: &NativeField) -> bool {
    let is_empty = matches!(&field.schema_default, Some(Json::Object(fields)) if fields.is_empty());
    is_empty && field.name != "status" && matches!(field.ty, NativeTy::Ref(_))
}

pub(super) fn native_kind(line: &'static str) -> NativeKind {
    let raw: RawKind = parse(line);
    let api_version = if raw.group.is_empty() { ustr(raw.version) } else { ustr(&format!("{}/{}", raw.group, raw.version)) };
    NativeKind {
        kind: ustr(raw.kind),
        group: ustr(raw.group),
        version: ustr(raw.version),
        api_version,
        ty: referred(raw.ty),
        plural: ustr(raw.plural),
        namespaced: raw.namespaced,
        create_only: raw.create_only,
        opt_in: raw.opt_in,
        short_names: interned(&raw.short_names),
        subresources: interned(&raw.subresources),
        releases: releases(raw.since, raw.until, Releases { since: super::oldest(), until: None }),
    }
}

/// The first line of the types: which releases the files tell of, the oldest and the newest.
pub(super) fn known_releases(line: &'static str) -> (Minor, Minor) {
    let head: RawHead = parse(line);
    (minor(head.releases[0]), minor(head.releases[1]))
}

#[derive(Deserialize)]
struct RawHead<'a> {
    #[serde(borrow)]
    releases: [&'a str; 2],
}

#[derive(Deserialize)]
struct RawType<'a> {
    name: &'a str,
    #[serde(rename = "is")]
    alias: Option<&'a str>,
    #[serde(default, borrow)]
    fields: Vec<RawField<'a>>,
    #[serde(default, borrow)]
    unions: Vec<RawUnion<'a>>,
    map: Option<&'a str>,
    since: Option<&'a str>,
    until: Option<&'a str>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RawField<'a> {
    name: &'a str,
    #[serde(rename = "type")]
    ty: &'a str,
    #[serde(default)]
    required: bool,
    default: Option<Json>,
    #[serde(default, borrow, rename = "enum")]
    enum_: Vec<&'a str>,
    list: Option<&'a str>,
    #[serde(default, borrow)]
    keys: Vec<&'a str>,
    merge_key: Option<&'a str>,
    patch: Option<&'a str>,
    map: Option<&'a str>,
    label: Option<&'a str>,
    primary: Option<&'a str>,
    since: Option<&'a str>,
    until: Option<&'a str>,
}

#[derive(Deserialize)]
struct RawUnion<'a> {
    discriminator: Option<&'a str>,
    #[serde(borrow)]
    fields: std::collections::BTreeMap<&'a str, &'a str>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RawKind<'a> {
    kind: &'a str,
    #[serde(default)]
    group: &'a str,
    version: &'a str,
    #[serde(rename = "type")]
    ty: &'a str,
    plural: &'a str,
    #[serde(default)]
    namespaced: bool,
    #[serde(default)]
    create_only: bool,
    #[serde(default)]
    opt_in: bool,
    #[serde(default, borrow)]
    short_names: Vec<&'a str>,
    #[serde(default, borrow)]
    subresources: Vec<&'a str>,
    since: Option<&'a str>,
    until: Option<&'a str>,
}

fn parse<T: Deserialize<'static>>(line: &'static str) -> T {
    serde_json::from_str(line).unwrap_or_else(|error| panic!("a line of the schema cannot be read: {error}: {line}"))
}

fn native_field(owner: TypeId, short: &str, of_owner: Releases, raw: RawField<'_>) -> NativeField {
    let mut list = Some(ListMeaning { merge: merge(&raw), label: raw.label.map(ustr), primary: raw.primary.map(ustr) });
    NativeField {
        name: ustr(raw.name),
        owner,
        ty: native_ty(raw.ty, &mut list),
        required: raw.required,
        schema_default: raw.default,
        enum_: interned(&raw.enum_),
        atomic: raw.map == Some("atomic"),
        retain_keys: raw.patch.is_some_and(|patch| patch.contains("retainKeys")),
        releases: releases(raw.since, raw.until, of_owner),
        gate: gates::of(short, raw.name),
    }
}

/// The server merges by list type; where it states none, a patch still merges by its own key.
fn merge(raw: &RawField<'_>) -> ListMerge {
    match (raw.list, raw.merge_key) {
        (Some("map"), _) => ListMerge::Map { keys: interned(&raw.keys) },
        (Some("set"), _) => ListMerge::Set,
        (None, Some(key)) => ListMerge::Map { keys: vec![ustr(key)] },
        (Some("atomic"), _) | (None, None) => ListMerge::Atomic,
        (Some(other), _) => panic!("the schema has a list type that is not known here: {other}"),
    }
}

/// What a field says of its list; the outermost list of its type takes it, lists inside are atomic.
struct ListMeaning {
    merge: ListMerge,
    label: Option<Ustr>,
    primary: Option<Ustr>,
}

fn native_ty(written: &str, list: &mut Option<ListMeaning>) -> NativeTy {
    if let Some(elem) = inside(written, '[', ']') {
        let ListMeaning { merge, label, primary } =
            list.take().unwrap_or(ListMeaning { merge: ListMerge::Atomic, label: None, primary: None });
        return NativeTy::List(Box::leak(Box::new(ListTy { elem: native_ty(elem, &mut None), merge, label, primary })));
    }
    if let Some(value) = inside(written, '{', '}') {
        return NativeTy::Map(Box::leak(Box::new(native_ty(value, &mut None))));
    }
    match written {
        "bool" => NativeTy::Bool,
        "int32" => NativeTy::Int32,
        "int64" => NativeTy::Int64,
        "number" => NativeTy::Number,
        "string" => NativeTy::String,
        "int-or-string" => NativeTy::IntOrString,
        "quantity" => NativeTy::Quantity,
        "time" => NativeTy::Time,
        "micro-time" => NativeTy::MicroTime,
        "bytes" => NativeTy::Base64,
        "any" => NativeTy::Any,
        "object" => NativeTy::Object,
        name => NativeTy::Ref(referred(name)),
    }
}

fn inside(written: &str, open: char, close: char) -> Option<&str> {
    written.strip_prefix(open)?.strip_suffix(close)
}

fn referred(name: &str) -> TypeId {
    type_id(name).unwrap_or_else(|| panic!("the schema refers to a type it does not have: {name}"))
}

fn native_union(raw: RawUnion<'_>) -> Union {
    Union {
        discriminator: raw.discriminator.map(ustr),
        fields: raw.fields.into_iter().map(|(field, value)| (ustr(field), ustr(value))).collect(),
    }
}

/// What a line leaves out is as `around` says.
fn releases(since: Option<&str>, until: Option<&str>, around: Releases) -> Releases {
    Releases { since: since.map_or(around.since, minor), until: until.map(minor).or(around.until) }
}

fn minor(text: &str) -> Minor {
    text.parse().unwrap_or_else(|_| panic!("the schema has a release that is not of the form 1.37: {text}"))
}

fn interned(words: &[&str]) -> Vec<Ustr> {
    words.iter().map(|word| ustr(word)).collect()
}
