//! The differences of two objects, by the schema: maps by their keys, lists by what tells their elements apart, all else by value.
//!
//! What the server or a controller fills in where a manifest is silent counts as a difference only where both sides say something. What
//! the old object holds and `kubectl apply` never sent belongs to somebody else and stays.

use super::{Change, Item};
use crate::schema::{ListMerge, ListTy, NativeTy};
use crate::source::Span;
use crate::value::{Record, Value};
use crate::why::path;
use serde_json::Value as Json;
use std::fmt::Write;
use ustr::Ustr;

/// Both objects as the server reads them back, without what one of them leaves to the server.
pub fn reconciled(old: &Item, new: &Item) -> (Json, Json) {
    let (mut before, mut after) = (old.plain.clone(), new.plain.clone());
    if old.namespace.is_none() || new.namespace.is_none() {
        // One side leaves it to whoever applies it.
        for side in [&mut before, &mut after] {
            side["metadata"].as_object_mut().map(|metadata| metadata.shift_remove("namespace"));
        }
    }
    drop_allocated(&mut before, &mut after, &new.kind);
    (before, after)
}

/// All differences, in the order of the new object.
pub fn changes(old: &Item, new: &Item, before: &Json, after: &Json) -> Vec<Change> {
    let ty = new.native.or(old.native).map(|kind| NativeTy::Ref(kind.ty));
    let mut walk = Walk { root: &new.root, path: String::new(), out: Vec::new() };
    walk.value(Some(before), Some(after), old.applied.as_ref(), old.applied.is_some(), ty);
    walk.out
}

/// Fields that the server allocates: gone where one side does not say them.
fn drop_allocated(old: &mut Json, new: &mut Json, kind: &str) {
    let fields: &[&[&str]] = match kind {
        "Service" => &[
            &["spec", "clusterIP"],
            &["spec", "clusterIPs"],
            &["spec", "ipFamilies"],
            &["spec", "ipFamilyPolicy"],
            &["spec", "healthCheckNodePort"],
        ],
        "PersistentVolumeClaim" => &[&["spec", "volumeName"], &["spec", "storageClassName"]],
        "PersistentVolume" => &[&["spec", "claimRef"]],
        "Job" => &[&["spec", "selector"], &["spec", "completions"]],
        "Node" => &[&["spec", "podCIDR"], &["spec", "podCIDRs"], &["spec", "providerID"]],
        "CertificateSigningRequest" => &[&["spec", "groups"], &["spec", "uid"], &["spec", "username"], &["spec", "extra"]],
        "ServiceAccount" => &[&["secrets"]],
        _ => &[],
    };
    if new["metadata"]["ownerReferences"].is_null() {
        remove(old, &["metadata", "ownerReferences"]);
    }
    for path in fields.iter().copied().chain([&["metadata", "generateName"][..]]) {
        let said = |side: &Json| path.iter().try_fold(side, |value, key| value.get(key)).is_some();
        // A Service without an address says so, and no server chose that.
        let headless =
            |side: &Json| path.iter().try_fold(side, |value, key| value.get(key)).is_some_and(|ip| ip == "None" || ip[0] == "None");
        if said(old) != said(new) && !headless(old) && !headless(new) {
            remove(old, path);
            remove(new, path);
        }
    }
    match kind {
        "Service" => node_ports(old, new),
        "Pod" => scheduled(old, new),
        _ => {}
    }
}

/// What the server fills in for a pod that says nothing of it.
const ADMITTED: [(&str, &str); 4] =
    [("serviceAccountName", "default"), ("priority", "0"), ("preemptionPolicy", "PreemptLowerPriority"), ("enableServiceLinks", "true")];

/// Where a pod runs, once the scheduler has said so, and what it has because the server adds that: nobody takes it away by leaving it out,
/// and to write down what is there already changes nothing.
fn scheduled(old: &mut Json, new: &mut Json) {
    let ranked = [&*old, &*new].iter().any(|side| !side["spec"]["priorityClassName"].is_null());
    let shown = |value: &Json| value.as_str().map_or_else(|| value.to_string(), str::to_string);
    for (field, admitted) in ADMITTED {
        let written = &new["spec"][field];
        let follows = ranked && matches!(field, "priority" | "preemptionPolicy");
        if old["spec"][field].is_null() && (follows || shown(written) == admitted) {
            remove(new, &["spec", field]);
        }
    }
    for field in ["nodeName"].into_iter().chain(ADMITTED.map(|(field, _)| field)) {
        if new["spec"][field].is_null() {
            remove(old, &["spec", field]);
        }
    }
    for side in [old, new] {
        let Some(spec) = side.get_mut("spec").and_then(Json::as_object_mut) else { continue };
        if let Some(tolerations) = spec.get_mut("tolerations").and_then(Json::as_array_mut) {
            tolerations.retain(|t| !t["key"].as_str().is_some_and(|key| key.starts_with("node.kubernetes.io/")));
            if tolerations.is_empty() {
                spec.shift_remove("tolerations");
            }
        }
        spec.retain(|_, value| !value.is_null());
    }
}

fn remove(value: &mut Json, path: &[&str]) {
    let Some((last, front)) = path.split_last() else { return };
    if let Some(parent) = front.iter().try_fold(value, |value, key| value.get_mut(key)).and_then(Json::as_object_mut) {
        parent.shift_remove(*last);
    }
}

/// The node's port of a Service's port, where one side lets the server choose.
fn node_ports(old: &mut Json, new: &mut Json) {
    let key = |port: &Json| (port["port"].clone(), port["protocol"].clone());
    let ports = |side: &Json| side["spec"]["ports"].as_array().cloned().unwrap_or_default();
    let silent = |side: &Json| ports(side).iter().filter(|p| p["nodePort"].is_null()).map(key).collect::<Vec<_>>();
    let (of_old, of_new) = (silent(old), silent(new));
    for (side, others) in [(old, of_new), (new, of_old)] {
        for port in side["spec"]["ports"].as_array_mut().into_iter().flatten() {
            if others.contains(&key(port))
                && let Some(port) = port.as_object_mut()
            {
                port.shift_remove("nodePort");
            }
        }
        // Indexing made a null where there was nothing.
        if side["spec"]["ports"].is_null() {
            remove(side, &["spec", "ports"]);
        }
    }
}

struct Walk<'w> {
    root: &'w Record,
    path: String,
    out: Vec<Change>,
}

impl Walk<'_> {
    /// Compares two values. `applied` is what was sent for the old one, `known` whether that is known at all.
    fn value(&mut self, old: Option<&Json>, new: Option<&Json>, applied: Option<&Json>, known: bool, ty: Option<NativeTy>) {
        let ty = ty.map(NativeTy::resolved);
        match (old, new) {
            (Some(old), Some(new)) if old == new => {}
            (Some(Json::Object(a)), Some(Json::Object(b))) => {
                for (key, new) in b {
                    self.field(key, a.get(key), Some(new), applied, known, ty);
                }
                for (key, old) in a.iter().filter(|(key, _)| !b.contains_key(*key)) {
                    self.field(key, Some(old), None, applied, known, ty);
                }
            }
            (Some(Json::Array(a)), Some(Json::Array(b))) => self.list(a, b, applied, known, ty),
            (Some(a), Some(b)) if same_amount(a, b, ty) => {}
            (Some(_), None) if known && applied.is_none() => {}
            // Nobody sent it, and nobody says it now: the server's default does not come back.
            (Some(_), Some(_)) if known && applied.is_none() && !self.is_written() => {}
            (old, new) => self.push(old, new, false),
        }
    }

    fn field(&mut self, key: &str, old: Option<&Json>, new: Option<&Json>, applied: Option<&Json>, known: bool, ty: Option<NativeTy>) {
        let inner = match ty {
            Some(NativeTy::Ref(id)) => id.get().field(Ustr::from(key)).map(|f| f.ty),
            Some(NativeTy::Map(value)) => Some(*value),
            _ => None,
        };
        let kept = self.path.len();
        path::push_key(&mut self.path, key);
        self.value(old, new, applied.and_then(|a| a.get(key)), known, inner);
        self.path.truncate(kept);
    }

    fn list(&mut self, old: &[Json], new: &[Json], applied: Option<&Json>, known: bool, ty: Option<NativeTy>) {
        let list = match ty {
            Some(NativeTy::List(list)) => Some(list),
            _ => None,
        };
        let elem = list.map(|l| l.elem);
        if let Some(keys) = keys(list, old, new) {
            return self.keyed(old, new, applied, known, elem, &keys);
        }
        if list.is_some_and(|l| l.merge == ListMerge::Set) && same_elements(old, new) {
            return;
        }
        if old.len() == new.len() && new.iter().all(Json::is_object) {
            for (index, (old, new)) in old.iter().zip(new).enumerate() {
                let kept = self.path.len();
                // Claim templates have their names in `metadata`.
                let name = |item: &Json| item.pointer("/metadata/name").and_then(Json::as_str).map(Ustr::from);
                path::push_item(&mut self.path, index, name(new).filter(|n| name(old) == Some(*n)));
                self.value(Some(old), Some(new), None, false, elem);
                self.path.truncate(kept);
            }
            return;
        }
        self.push(Some(&Json::from(old)), Some(&Json::from(new)), false);
    }

    fn keyed(&mut self, old: &[Json], new: &[Json], applied: Option<&Json>, known: bool, elem: Option<NativeTy>, keys: &[Ustr]) {
        let find = |list: &[Json], wanted: &str| list.iter().position(|item| label(item, keys).is_some_and(|l| l == wanted));
        let sent = |label: &str| applied.and_then(Json::as_array).and_then(|items| find(items, label).map(|i| &items[i]));
        let mut places = Vec::new();
        for item in new {
            let Some(label) = label(item, keys) else { continue };
            let before = find(old, &label);
            places.extend(before);
            self.element(&label, before.map(|i| &old[i]), Some(item), sent(&label), known, elem);
        }
        for item in old {
            let Some(label) = label(item, keys).filter(|label| find(new, label).is_none()) else { continue };
            self.element(&label, Some(item), None, sent(&label), known, elem);
        }
        // Only where pods are made of it does the order make a difference.
        if !places.is_sorted() && self.path.contains("template.spec") {
            let names = |list: &[Json]| list.iter().filter_map(|item| label(item, keys)).map(Json::from).collect::<Json>();
            self.push(Some(&names(old)), Some(&names(new)), true);
        }
    }

    fn element(
        &mut self,
        label: &str,
        old: Option<&Json>,
        new: Option<&Json>,
        applied: Option<&Json>,
        known: bool,
        elem: Option<NativeTy>,
    ) {
        let kept = self.path.len();
        let _ = write!(self.path, "[{label}]");
        self.value(old, new, applied, known, elem);
        self.path.truncate(kept);
    }

    /// Whether the new side itself says what stands here.
    fn is_written(&self) -> bool {
        path::follow(self.root, &path::split(&self.path)).missing.is_empty()
    }

    fn push(&mut self, old: Option<&Json>, new: Option<&Json>, order: bool) {
        let at = if new.is_some() { written_at(self.root, &self.path) } else { Span::NONE };
        self.out.push(Change { path: self.path.clone(), old: old.cloned(), new: new.cloned(), order, at });
    }
}

fn same_amount(a: &Json, b: &Json, ty: Option<NativeTy>) -> bool {
    let amount = |value: &Json| crate::value::Quantity::parse_k8s(value.as_str()?).ok().map(|q| q.amount);
    ty == Some(NativeTy::Quantity) && amount(a).is_some_and(|x| amount(b) == Some(x))
}

fn same_elements(old: &[Json], new: &[Json]) -> bool {
    old.len() == new.len() && old.iter().all(|item| new.contains(item))
}

/// The fields that tell the elements of both lists apart: what people call them where that is unique, else the server's keys, else `name`.
fn keys(list: Option<&'static ListTy>, old: &[Json], new: &[Json]) -> Option<Vec<Ustr>> {
    let candidates: Vec<Vec<Ustr>> = match list {
        Some(ListTy { merge: ListMerge::Map { keys }, label, .. }) => label.iter().map(|l| vec![*l]).chain([keys.clone()]).collect(),
        Some(ListTy { merge: ListMerge::Set, .. }) => Vec::new(),
        Some(_) | None => vec![vec![Ustr::from("name")]],
    };
    candidates.into_iter().find(|keys| [old, new].iter().all(|side| tells_apart(side, keys)))
}

fn tells_apart(items: &[Json], keys: &[Ustr]) -> bool {
    let mut labels: Vec<String> = items.iter().filter_map(|item| label(item, keys)).collect();
    labels.sort();
    labels.windows(2).all(|pair| pair[0] != pair[1]) && labels.len() == items.len()
}

/// `http`, `80/TCP`
fn label(item: &Json, keys: &[Ustr]) -> Option<String> {
    let texts: Vec<String> = keys
        .iter()
        .filter_map(|key| match item.get(key.as_str())? {
            Json::String(text) => Some(text.clone()),
            Json::Number(number) => Some(number.to_string()),
            Json::Null | Json::Bool(_) | Json::Array(_) | Json::Object(_) => None,
        })
        .collect();
    (!texts.is_empty() && item.is_object()).then(|| texts.join("/"))
}

/// Where the new side wrote what stands at a path.
fn written_at(root: &Record, written: &str) -> Span {
    let place = path::follow(root, &path::split(written));
    let Some(found) = place.steps.last() else { return Span::NONE };
    let node = found.node();
    match node.value {
        Value::Record(_) | Value::List(_) => found.at(),
        _ if node.origin.span.is_none() => found.at(),
        _ => node.origin.span,
    }
}
