//! The form in which objects are compared: as the API server would read them back.
//!
//! What the server owns is dropped, and what it forgets because a feature is off. The rest is walked by its type: zeros and empty lists
//! and maps that the server does not keep are dropped, then defaults are filled in (`facts`, `computed`), then amounts are written
//! canonically. The walk is idempotent, so that an object which was read from a server stays what it is. A custom resource gets the
//! defaults of its definition, where that is known.

use super::{computed, facts};
use crate::conform;
use crate::crd;
use crate::data;
use crate::schema::{self, KubeRange, NativeField, NativeKind, NativeTy, TypeId};
use crate::value::{Node, Quantity, Value};
use serde_json::{Map, Value as Json};
use ustr::Ustr;

const LAST_APPLIED: &str = "kubectl.kubernetes.io/last-applied-configuration";

/// The object as it is compared, and what `kubectl apply` sent last.
pub fn normal(node: &Node, native: Option<&'static NativeKind>) -> (Json, Option<Json>) {
    let definition = native.and_then(crd::definition_of);
    let mut object = match definition {
        Some(definition) => data::to_json(&definition.filled(node)),
        None => data::to_json(&stored(node, native).unwrap_or_else(|| node.clone())),
    };
    let applied = object["metadata"]["annotations"][LAST_APPLIED].as_str().and_then(|text| serde_json::from_str(text).ok());
    // Of custom resources the server keeps what is written, zeros and empty lists too.
    normalise(&mut object, native.filter(|_| definition.is_none()));
    (object, applied)
}

/// An object of Kubernetes' own without the fields that the newest release drops, where it drops any.
fn stored(node: &Node, native: Option<&'static NativeKind>) -> Option<Node> {
    let (Some(kind), Value::Record(root)) = (native, &node.value) else { return None };
    let newest = schema::newest();
    let kept = conform::without_dropped(root, kind.ty, KubeRange { from: newest, to: newest })?;
    Some(Node { value: Value::Record(kept), ..node.clone() })
}

fn normalise(object: &mut Json, native: Option<&'static NativeKind>) {
    drop_server_owned(object);
    match native {
        Some(kind) => {
            computed::before(object, kind);
            value(object, NativeTy::Ref(kind.ty));
            computed::after(object, kind);
        }
        None => drop_nulls(object),
    }
}

/// What only the server writes.
pub fn drop_server_owned(object: &mut Json) {
    let Some(root) = object.as_object_mut() else { return };
    root.shift_remove("status");
    let Some(metadata) = root.get_mut("metadata").and_then(Json::as_object_mut) else { return };
    for key in ["uid", "resourceVersion", "generation", "creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds", "selfLink"]
    {
        metadata.shift_remove(key);
    }
    metadata.shift_remove("managedFields");
    if let Some(annotations) = metadata.get_mut("annotations").and_then(Json::as_object_mut) {
        annotations.retain(|key, _| !is_server_annotation(key));
    }
    if let Some(finalizers) = metadata.get_mut("finalizers").and_then(Json::as_array_mut) {
        finalizers.retain(|f| !f.as_str().is_some_and(|f| f.starts_with("kubernetes.io/") || f == "foregroundDeletion" || f == "orphan"));
    }
    for key in ["finalizers", "annotations", "labels"] {
        if metadata.get(key).is_some_and(is_empty) {
            metadata.shift_remove(key);
        }
    }
}

/// Annotations in which controllers and `kubectl` keep their own notes.
pub fn is_server_annotation(key: &str) -> bool {
    matches!(
        key,
        LAST_APPLIED
            | "deployment.kubernetes.io/revision"
            | "deployment.kubernetes.io/desired-replicas"
            | "deployment.kubernetes.io/max-replicas"
            | "deprecated.daemonset.template.generation"
            | "control-plane.alpha.kubernetes.io/leader"
            | "batch.kubernetes.io/job-tracking"
            | "volume.kubernetes.io/selected-node"
            | "volume.kubernetes.io/storage-provisioner"
            | "volume.beta.kubernetes.io/storage-provisioner"
            | "endpoints.kubernetes.io/last-change-trigger-time"
    ) || key.starts_with("pv.kubernetes.io/")
        || key.starts_with("autoscaling.alpha.kubernetes.io/")
}

fn is_empty(value: &Json) -> bool {
    match value {
        Json::Null => true,
        Json::Array(items) => items.is_empty(),
        Json::Object(map) => map.is_empty(),
        Json::Bool(_) | Json::Number(_) | Json::String(_) => false,
    }
}

fn is_zero(value: &Json) -> bool {
    match value {
        Json::Bool(b) => !b,
        Json::Number(n) => n.as_f64() == Some(0.0),
        Json::String(s) => s.is_empty(),
        Json::Null | Json::Array(_) | Json::Object(_) => false,
    }
}

fn drop_nulls(value: &mut Json) {
    match value {
        Json::Object(map) => {
            map.retain(|_, v| !v.is_null());
            map.values_mut().for_each(drop_nulls);
        }
        Json::Array(items) => items.iter_mut().for_each(drop_nulls),
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => {}
    }
}

/// A value of a native type.
pub fn value(value_: &mut Json, ty: NativeTy) {
    match (ty, &mut *value_) {
        (NativeTy::Ref(id), found) => match (id.get().alias, found) {
            (Some(alias), found) => value(found, alias),
            (None, Json::Object(map)) => record(map, id),
            (None, _) => {}
        },
        (NativeTy::List(list), Json::Array(items)) => items.iter_mut().for_each(|item| value(item, list.elem)),
        (NativeTy::Map(inner), Json::Object(map)) => {
            map.retain(|_, v| !v.is_null());
            map.values_mut().for_each(|v| value(v, *inner));
        }
        (NativeTy::Quantity, found) => amount(found),
        (NativeTy::Any | NativeTy::Object, found) => drop_nulls(found),
        (NativeTy::List(_) | NativeTy::Map(_), _) => {}
        (NativeTy::Bool | NativeTy::Int32 | NativeTy::Int64 | NativeTy::Number | NativeTy::String | NativeTy::IntOrString, _) => {}
        (NativeTy::Time | NativeTy::MicroTime | NativeTy::Duration | NativeTy::Base64, _) => {}
    }
}

fn amount(value: &mut Json) {
    let text = match value {
        Json::Number(n) => n.to_string(),
        Json::String(text) => text.clone(),
        Json::Null | Json::Bool(_) | Json::Array(_) | Json::Object(_) => return,
    };
    if let Ok(quantity) = Quantity::parse_k8s(&text) {
        *value = quantity.to_canonical().as_str().into();
    }
}

fn record(map: &mut Map<String, Json>, id: TypeId) {
    let ty = id.get();
    map.retain(|key, v| match ty.field(Ustr::from(key)) {
        Some(field) => !is_nothing(v, field, &ty.short),
        None => !v.is_null(),
    });
    for (field, default) in facts::defaults(&ty.short) {
        if !map.contains_key(*field) {
            map.insert((*field).to_string(), default.clone());
        }
    }
    computed::fill(map, &ty.short);
    for (key, inner) in map.iter_mut() {
        if let Some(field) = ty.field(Ustr::from(key)) {
            value(inner, field.ty);
        }
    }
    // A structure that is no pointer is as good as absent once it is empty.
    map.retain(|key, v| ty.field(Ustr::from(key)).is_none_or(|field| !(is_empty(v) && is_by_value(field))));
}

/// Whether the server reads this as absent.
fn is_nothing(value: &Json, field: &NativeField, owner: &str) -> bool {
    match field.ty {
        _ if value.is_null() => true,
        NativeTy::List(_) | NativeTy::Map(_) => is_empty(value),
        NativeTy::Ref(id) if id.get().alias.is_some() => false,
        NativeTy::Ref(_) => is_empty(value) && is_by_value(field),
        NativeTy::Bool | NativeTy::Int32 | NativeTy::Int64 | NativeTy::Number | NativeTy::String => {
            is_zero(value) && !facts::keeps_zero(owner, &field.name)
        }
        NativeTy::Base64 | NativeTy::Time | NativeTy::MicroTime => is_zero(value),
        NativeTy::IntOrString | NativeTy::Quantity | NativeTy::Duration | NativeTy::Any | NativeTy::Object => false,
    }
}

/// A field whose default is `{}`: Go's structure by value.
fn is_by_value(field: &NativeField) -> bool {
    let list_or_map = matches!(field.ty, NativeTy::List(_) | NativeTy::Map(_));
    list_or_map || field.schema_default.as_ref().is_some_and(|default| default.as_object().is_some_and(Map::is_empty))
}
