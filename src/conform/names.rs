//! Names, label and annotation keys, and keys of data, as the API server demands them of every object.
//!
//! The forms were asked of a kube-apiserver 1.37: names are DNS subdomains, of Namespaces, Services and StatefulSets DNS labels, of a
//! CronJob at most 52 characters; the kinds of RBAC and those that few know are left to the server. Who has no name has the beginning
//! of one, which the server completes.

use super::{Judge, Step, Walk};
use crate::diag::{Diagnostic, codes};
use crate::source::Span;
use crate::types::Format;
use crate::types::format::completed;
use crate::value::{Entry, Node, Record, Value};

/// Kinds whose names are DNS subdomains.
const SUBDOMAINS: &[&str] = &[
    "ConfigMap",
    "ControllerRevision",
    "CronJob",
    "DaemonSet",
    "Deployment",
    "EndpointSlice",
    "HorizontalPodAutoscaler",
    "Ingress",
    "IngressClass",
    "Job",
    "LimitRange",
    "NetworkPolicy",
    "Node",
    "PersistentVolume",
    "PersistentVolumeClaim",
    "Pod",
    "PodDisruptionBudget",
    "PriorityClass",
    "ReplicaSet",
    "ReplicationController",
    "ResourceQuota",
    "RuntimeClass",
    "Secret",
    "ServiceAccount",
    "StorageClass",
];

/// A CronJob's name with what its Jobs and their pods add stays within 63 characters.
const CRON_JOB_NAME: usize = 52;

impl<J: Judge> Walk<'_, J> {
    /// The object's own name and namespace.
    pub(super) fn named(&mut self) {
        let object = self.site.object;
        let kind = object.kind.kind.as_str();
        let format = match kind {
            "Namespace" | "Service" | "StatefulSet" => Some(Format::DnsLabel),
            kind if SUBDOMAINS.contains(&kind) => Some(Format::DnsSubdomain),
            _ => None,
        };
        let beginning = object.at(&["metadata", "generateName"]).filter(|node| !node.is_null());
        if let Some(Node { value: Value::Str(text), origin }) = beginning
            && let Some(format) = format
            && !text.is_empty()
            && let Err(why) = format.check(&completed(text))
        {
            self.at_path(&["metadata", "generateName"], origin.span, format!("the beginning of a name {text:?} {why}"));
        }
        let Some(node) = object.at(&["metadata", "name"]).filter(|node| !node.is_null()) else {
            if beginning.is_none() && !kind.ends_with("Review") {
                self.nameless();
            }
            return;
        };
        let (Value::Str(name), Some(format)) = (&node.value, format) else { return };
        let wrong = match format.check(name) {
            Err(_) if name.is_empty() => Some("is empty".to_string()),
            Err(why) => Some(why),
            Ok(()) if kind == "CronJob" && name.len() > CRON_JOB_NAME => {
                Some(format!("has {} characters, {CRON_JOB_NAME} at most are allowed for a CronJob", name.len()))
            }
            Ok(()) => None,
        };
        if let Some(why) = wrong {
            self.at_path(&["metadata", "name"], node.origin.span, format!("the name {name:?} {why}"));
        }
    }

    fn nameless(&mut self) {
        let object = self.site.object;
        let error = Diagnostic::new(&codes::MISSING_FIELD, object.head, format!("{} needs `metadata.name`", object.kind.kind))
            .help("where each object gets a name of its own, write how it begins: `generateName: load-`");
        self.site.push_at(&[Step::Field("metadata".into()), Step::Field("name".into())], error);
    }

    /// The keys of a map with a meaning: labels, annotations, data; and the values of labels.
    pub(super) fn keys(&mut self, field: &str, owner: &str, record: &Record) {
        match (owner, field) {
            ("ObjectMeta", "labels") | ("LabelSelector", "matchLabels") => record.entries.iter().for_each(|entry| self.label(entry)),
            ("ObjectMeta", "annotations") => record.entries.iter().for_each(|entry| self.annotation(entry)),
            ("ConfigMap", "data" | "binaryData") | ("Secret", "data" | "stringData") => {
                record.entries.iter().for_each(|entry| self.data_key(entry));
            }
            _ => {}
        }
    }

    fn label(&mut self, entry: &Entry) {
        if entry.node.is_null() {
            return;
        }
        if let Err(why) = Format::LabelKey.check(&entry.key) {
            self.key_error(entry, entry.at, format!("the label {:?} {why}", entry.key.as_str()));
        }
        if let Node { value: Value::Str(value), origin } = &entry.node
            && let Err(why) = Format::LabelValue.check(value)
        {
            self.key_error(entry, origin.span, format!("the label's value {value:?} {why}"));
        }
    }

    /// Annotation keys are label keys whose case does not matter.
    fn annotation(&mut self, entry: &Entry) {
        if !entry.node.is_null()
            && let Err(why) = Format::LabelKey.check(&entry.key.to_lowercase())
        {
            let why = why.replace("label key", "annotation key");
            self.key_error(entry, entry.at, format!("the annotation {:?} {why}", entry.key.as_str()));
        }
    }

    fn data_key(&mut self, entry: &Entry) {
        let key = entry.key.as_str();
        let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
        let why = match key {
            _ if entry.node.is_null() => return,
            "" => "is empty",
            k if k.len() > 253 => "has more than 253 characters",
            k if !k.chars().all(is_name) => "holds more than letters, digits, `-`, `_` and `.`",
            k if k == "." || k.starts_with("..") => "would be a path, not a file",
            _ => return,
        };
        self.key_error(entry, entry.at, format!("the key {key:?} {why}"));
    }

    /// The API server names the map where labels and annotations are wrong, and the key where data is.
    fn key_error(&mut self, entry: &Entry, at: Span, message: String) {
        let error = Diagnostic::new(&codes::OBJECT_NAME, at, message);
        match self.site.is_at_data() {
            true => self.site.push_below(Step::Key(entry.key), error),
            false => self.site.push(error),
        }
    }

    fn at_path(&mut self, path: &[&str], at: Span, message: String) {
        let steps: Vec<Step> = path.iter().map(|name| Step::Field((*name).into())).collect();
        self.site.push_at(&steps, Diagnostic::new(&codes::OBJECT_NAME, at, message));
    }
}
