//! What a change of an object comes to: nothing, a change in place, a rollout, a refusal, lost data.

use super::{Change, Item, Outcome, Refusal};
use crate::why::path;
use rustc_hash::FxHashSet;
use serde_json::Value as Json;

/// In the order of what a reader must know first, the last the gravest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verdict {
    Unchanged,
    Created,
    /// The object changes, and no pod is replaced.
    InPlace,
    /// Its controller replaces the pods.
    Rolls,
    Deleted,
    /// With it goes what was stored.
    DeletesData,
    /// The API server says no.
    Refused,
}

impl Verdict {
    pub const ALL: [Verdict; 7] =
        [Verdict::Refused, Verdict::DeletesData, Verdict::Deleted, Verdict::Rolls, Verdict::InPlace, Verdict::Created, Verdict::Unchanged];

    /// As JSON has it.
    pub fn as_str(self) -> &'static str {
        match self {
            Verdict::Unchanged => "unchanged",
            Verdict::Created => "created",
            Verdict::InPlace => "in-place",
            Verdict::Rolls => "rolls-pods",
            Verdict::Deleted => "deleted",
            Verdict::DeletesData => "deletes-data",
            Verdict::Refused => "refused",
        }
    }

    /// As people read it.
    pub fn words(self) -> &'static str {
        match self {
            Verdict::Unchanged => "unchanged",
            Verdict::Created => "created",
            Verdict::InPlace => "changes in place",
            Verdict::Rolls => "rolls the pods",
            Verdict::Deleted => "deleted",
            Verdict::DeletesData => "deletes data",
            Verdict::Refused => "refused",
        }
    }
}

pub fn created(new: &Item) -> Outcome {
    outcome(new, Verdict::Created, None)
}

pub fn deleted(old: &Item) -> Outcome {
    let retention = old.text(&["spec", "persistentVolumeClaimRetentionPolicy", "whenDeleted"]);
    let claims = old.get(&["spec", "volumeClaimTemplates"]).is_some();
    let (verdict, why) = match old.kind.as_str() {
        "PersistentVolumeClaim" => (Verdict::DeletesData, Some("the volume that it claims, unless that one's policy is Retain")),
        "PersistentVolume" if old.text(&["spec", "persistentVolumeReclaimPolicy"]) == Some("Delete") => {
            (Verdict::DeletesData, Some("its reclaim policy is Delete"))
        }
        "Namespace" => (Verdict::DeletesData, Some("everything in the namespace goes with it, claims included")),
        "CustomResourceDefinition" => (Verdict::DeletesData, Some("all objects of its kind go with it")),
        "StatefulSet" if claims && retention == Some("Delete") => {
            (Verdict::DeletesData, Some("its claims go with it: `whenDeleted` is Delete"))
        }
        "StatefulSet" if claims => (Verdict::Deleted, Some("its claims stay")),
        _ => (Verdict::Deleted, None),
    };
    outcome(old, verdict, why)
}

pub fn changed(old: &Item, new: &Item, changes: Vec<Change>, refusals: Vec<Refusal>, mut notes: Vec<String>) -> Outcome {
    let (verdict, why) = match (refusals.as_slice(), changes.as_slice()) {
        ([_, ..], _) => (Verdict::Refused, None),
        ([], []) => (Verdict::Unchanged, None),
        ([], changes) => judge(old, new, changes, &mut notes),
    };
    Outcome { changes, refusals, notes, ..outcome(new, verdict, why.as_deref()) }
}

fn outcome(item: &Item, verdict: Verdict, why: Option<&str>) -> Outcome {
    Outcome {
        title: item.title(),
        api_version: item.api_version,
        kind: item.kind,
        namespace: item.namespace,
        name: item.name,
        verdict,
        why: why.map(str::to_string),
        changes: Vec::new(),
        refusals: Vec::new(),
        notes: Vec::new(),
        at: item.head,
    }
}

fn judge(old: &Item, new: &Item, changes: &[Change], notes: &mut Vec<String>) -> (Verdict, Option<String>) {
    if let Some(lost) = claims_lost(old, new) {
        return (Verdict::DeletesData, Some(lost));
    }
    let template = changes.iter().any(|change| change.path.starts_with("spec.template"));
    let on_delete = new.text(&["spec", "updateStrategy", "type"]) == Some("OnDelete");
    match new.kind.as_str() {
        "Deployment" if template && new.get(&["spec", "paused"]) == Some(&Json::Bool(true)) => {
            notes.push("it is paused: the pods roll when it is resumed".into());
            (Verdict::InPlace, None)
        }
        "Deployment" if template => (Verdict::Rolls, Some(rollout(new))),
        "StatefulSet" | "DaemonSet" if template && on_delete => {
            notes.push("its update strategy is OnDelete: a pod takes the change when somebody deletes it".into());
            (Verdict::InPlace, None)
        }
        "StatefulSet" if template => partition(new, notes),
        "DaemonSet" if template => (Verdict::Rolls, Some("node by node".into())),
        "ReplicaSet" | "ReplicationController" if template => {
            notes.push("only pods that are made from now on take the change".into());
            (Verdict::InPlace, None)
        }
        "CronJob" if changes.iter().any(|change| change.path.starts_with("spec.jobTemplate")) => {
            notes.push("the next run takes the change".into());
            (Verdict::InPlace, None)
        }
        "Pod" if changes.iter().any(|change| change.path.ends_with(".image")) => {
            (Verdict::InPlace, Some("its containers with a new image restart".into()))
        }
        _ => (Verdict::InPlace, None),
    }
}

/// How a Deployment replaces its pods.
fn rollout(new: &Item) -> String {
    if new.text(&["spec", "strategy", "type"]) == Some("Recreate") {
        return "all pods stop first: Recreate".into();
    }
    let share = |key: &str| match new.get(&["spec", "strategy", "rollingUpdate", key]) {
        Some(Json::String(text)) => text.clone(),
        Some(other) => other.to_string(),
        None => String::new(),
    };
    format!("at most {} more and {} fewer at a time", share("maxSurge"), share("maxUnavailable"))
}

fn partition(new: &Item, notes: &mut Vec<String>) -> (Verdict, Option<String>) {
    let number = |path: &[&str]| new.get(path).and_then(Json::as_i64).unwrap_or(0);
    let (partition, start) = (number(&["spec", "updateStrategy", "rollingUpdate", "partition"]), number(&["spec", "ordinals", "start"]));
    let last = start + number(&["spec", "replicas"]) - 1;
    match partition {
        p if p > last => {
            notes.push(format!("the partition {p} lies above all pods: none takes the change yet"));
            (Verdict::InPlace, None)
        }
        p if p > start => (Verdict::Rolls, Some(format!("one by one, from {last} down to {p}"))),
        _ => (Verdict::Rolls, Some("one by one, the last first".into())),
    }
}

/// What a StatefulSet that scales down takes with it.
fn claims_lost(old: &Item, new: &Item) -> Option<String> {
    if new.kind != "StatefulSet" || new.text(&["spec", "persistentVolumeClaimRetentionPolicy", "whenScaled"]) != Some("Delete") {
        return None;
    }
    let replicas = |item: &Item| item.get(&["spec", "replicas"]).and_then(Json::as_i64);
    let lost = replicas(old)? - replicas(new)?;
    let claims = new.get(&["spec", "volumeClaimTemplates"]).and_then(Json::as_array).is_some_and(|claims| !claims.is_empty());
    (lost > 0 && claims).then(|| format!("the claims of {lost} pod{}: `whenScaled` is Delete", if lost == 1 { "" } else { "s" }))
}

/// The objects whose number of replicas an autoscaler sets.
#[derive(Debug, Default)]
pub struct Autoscaled {
    known: FxHashSet<(String, String, Option<String>)>,
}

impl Autoscaled {
    pub fn of(old: &[Item], new: &[Item]) -> Autoscaled {
        let mut known = FxHashSet::default();
        for item in old.iter().chain(new).filter(|item| item.kind == "HorizontalPodAutoscaler" || item.kind == "ScaledObject") {
            let target = |key: &str| item.text(&["spec", "scaleTargetRef", key]).map(str::to_string);
            let kind = target("kind").unwrap_or_else(|| "Deployment".into());
            if let Some(name) = target("name") {
                known.insert((kind, name, item.namespace.map(|n| n.to_string())));
            }
        }
        Autoscaled { known }
    }

    fn has(&self, item: &Item) -> bool {
        let namespace = item.namespace.map(|n| n.to_string());
        let key = |namespace| (item.kind.to_string(), item.name.to_string(), namespace);
        self.known.contains(&key(namespace.clone())) || namespace.is_some() && self.known.contains(&key(None))
    }
}

/// Leaves `replicas` to the autoscaler where the new side does not say it, and tells what that takes.
pub fn hand_over(old: &Item, new: &Item, scaled: &Autoscaled, changes: &mut Vec<Change>, notes: &mut Vec<String>) {
    if !scaled.has(new) {
        return;
    }
    let says = |item: &Item| path::follow(&item.root, &path::split("spec.replicas")).missing.is_empty();
    if says(new) {
        if changes.iter().any(|change| change.path == "spec.replicas") {
            notes.push("an autoscaler sets `replicas` too: each apply undoes what it did; leave `replicas` out".into());
        }
        return;
    }
    changes.retain(|change| change.path != "spec.replicas");
    let is_live = old.root.get("status".into()).is_some();
    let owned = match &old.applied {
        Some(applied) => applied.pointer("/spec/replicas").is_some(),
        None => !is_live && says(old),
    };
    let count = old.get(&["spec", "replicas"]).and_then(Json::as_i64).unwrap_or(1);
    if owned && count > 1 {
        notes.push(format!(
            "`replicas` leaves the manifest: an apply sets it to 1 until the autoscaler acts, from {count}. To keep it, first hand it over: `kubectl apply edit-last-applied {}/{}` and delete the line",
            new.kind.to_lowercase(),
            new.name
        ));
    }
}
