//! What controllers make of objects: Secrets and ConfigMaps that no manifest holds, and no pods.
//!
//! A Secret that cert-manager or the External Secrets Operator will make is as good as there: who mounts it mounts no missing one, and what
//! is in it nobody can tell. Facts about a kind stand here under its key ([`crate::schema::NativeKind::key`]).

use crate::object::Object;
use crate::value::{Node, Record, Value};
use std::sync::LazyLock;
use ustr::{Ustr, UstrMap};

/// What is made, and where its name stands, `*` for each element of a list; the first path that leads anywhere counts.
struct Made {
    kind: &'static str,
    names: &'static [&'static [&'static str]],
    /// It comes into namespaces that the object does not say.
    anywhere: bool,
}

const fn secret(names: &'static [&'static [&'static str]]) -> Made {
    Made { kind: "Secret", names, anywhere: false }
}

const NAME: &[&str] = &["metadata", "name"];

static MAKERS: LazyLock<UstrMap<Vec<Made>>> = LazyLock::new(|| {
    let all = [
        ("Certificate.cert-manager.io", vec![secret(&[&["spec", "secretName"]])]),
        ("ExternalSecret.external-secrets.io", vec![secret(&[&["spec", "target", "name"], NAME])]),
        (
            "ClusterExternalSecret.external-secrets.io",
            vec![Made {
                anywhere: true,
                ..secret(&[&["spec", "externalSecretSpec", "target", "name"], &["spec", "externalSecretName"], NAME])
            }],
        ),
        ("SealedSecret.bitnami.com", vec![secret(&[&["spec", "template", "metadata", "name"], NAME])]),
        ("VaultStaticSecret.secrets.hashicorp.com", vec![secret(&[&["spec", "destination", "name"]])]),
        ("VaultDynamicSecret.secrets.hashicorp.com", vec![secret(&[&["spec", "destination", "name"]])]),
        ("VaultPKISecret.secrets.hashicorp.com", vec![secret(&[&["spec", "destination", "name"]])]),
        ("HCPVaultSecretsApp.secrets.hashicorp.com", vec![secret(&[&["spec", "destination", "name"]])]),
        ("OnePasswordItem.onepassword.com", vec![secret(&[NAME])]),
        (
            "InfisicalSecret.secrets.infisical.com",
            vec![Made { anywhere: true, ..secret(&[&["spec", "managedSecretReference", "secretName"]]) }],
        ),
        ("DopplerSecret.secrets.doppler.com", vec![Made { anywhere: true, ..secret(&[&["spec", "managedSecret", "name"]]) }]),
        ("AzureKeyVaultSecret.spv.no", vec![secret(&[&["spec", "output", "secret", "name"]])]),
        ("SopsSecret.isindir.github.com", vec![secret(&[&["spec", "secretTemplates", "*", "name"]])]),
        ("SecretProviderClass.secrets-store.csi.x-k8s.io", vec![secret(&[&["spec", "secretObjects", "*", "secretName"]])]),
        ("KafkaUser.kafka.strimzi.io", vec![secret(&[NAME])]),
        (
            "Bundle.trust.cert-manager.io",
            vec![Made { anywhere: true, ..secret(&[NAME]) }, Made { kind: "ConfigMap", anywhere: true, names: &[NAME] }],
        ),
        // For those that an annotation names an issuer for, cert-manager makes Certificates.
        ("Ingress", vec![secret(&[&["spec", "tls", "*", "secretName"]])]),
        ("Gateway.gateway.networking.k8s.io", vec![secret(&[&["spec", "listeners", "*", "tls", "certificateRefs", "*", "name"]])]),
    ];
    all.into_iter().map(|(key, made)| (Ustr::from(key), made)).collect()
});

/// Annotations by which cert-manager makes Certificates for an Ingress or a Gateway.
static ISSUERS: LazyLock<[Ustr; 3]> =
    LazyLock::new(|| ["cert-manager.io/issuer", "cert-manager.io/cluster-issuer", "kubernetes.io/tls-acme"].map(Ustr::from));

/// Groups whose kinds make no pods, however many objects there are of them.
const WITHOUT_PODS: &[&str] = &[
    "bitnami.com",
    "cert-manager.io",
    "external-secrets.io",
    "gateway.networking.k8s.io",
    "generators.external-secrets.io",
    "keda.sh",
    "secrets-store.csi.x-k8s.io",
    "traefik.io",
    "trust.cert-manager.io",
];

/// Kinds that do not either, of groups with some that do; and the other way round.
const ALSO_WITHOUT: &[&str] =
    &["AlertmanagerConfig", "PodMonitor", "Probe", "PrometheusRule", "ScrapeConfig", "ServiceMonitor", "VerticalPodAutoscaler"];
const WITH_PODS: &[&str] = &["Gateway", "ScaledJob"];

/// Whether a controller may make pods of an object of a kind that is not Kubernetes' own.
pub(super) fn may_make_pods(object: &Object) -> bool {
    let (kind, group) = (object.kind.kind.as_str(), object.kind.group.as_str());
    let others = matches!(group, "monitoring.coreos.com" | "autoscaling.k8s.io") && ALSO_WITHOUT.contains(&kind);
    !others && (!WITHOUT_PODS.contains(&group) || WITH_PODS.contains(&kind))
}

/// Whether anything is made of objects with this key.
pub fn is_maker(key: Ustr) -> bool {
    MAKERS.contains_key(&key)
}

/// What controllers make of an object: kinds with names, and whether that is in its own namespace.
pub(super) fn made_of(object: &Object, key: Ustr) -> Vec<(Ustr, Ustr, bool)> {
    let mut made = Vec::new();
    let Some(known) = MAKERS.get(&key) else { return connection(object) };
    if matches!(object.kind.kind.as_str(), "Ingress" | "Gateway") && !has_issuer(object) {
        return made;
    }
    for of in known {
        let mut names = Vec::new();
        for path in of.names {
            texts(&object.node(), path, &mut names);
            if !names.is_empty() {
                break;
            }
        }
        made.extend(names.into_iter().map(|name| (Ustr::from(of.kind), name, !of.anywhere)));
    }
    made
}

fn has_issuer(object: &Object) -> bool {
    let annotations = object.at(&["metadata", "annotations"]);
    matches!(annotations.map(|node| &node.value), Some(Value::Record(all)) if ISSUERS.iter().any(|key| all.get(*key).is_some()))
}

/// Crossplane writes how to reach what it made into a Secret, whatever the kind.
fn connection(object: &Object) -> Vec<(Ustr, Ustr, bool)> {
    let mut names = Vec::new();
    if crate::schema::added::is_added(object.kind.ty) {
        texts(&object.node(), &["spec", "writeConnectionSecretToRef", "name"], &mut names);
    }
    names.into_iter().map(|name| ("Secret".into(), name, false)).collect()
}

fn texts(node: &Node, path: &[&str], out: &mut Vec<Ustr>) {
    match (&node.value, path) {
        (Value::Str(text), []) if !text.is_empty() => out.push(Ustr::from(text)),
        (Value::List(list), ["*", rest @ ..]) => list.items.iter().for_each(|item| texts(&item.node, rest, out)),
        (Value::Record(record), [field, rest @ ..]) => within(record, field, rest, out),
        _ => {}
    }
}

fn within(record: &Record, field: &str, rest: &[&str], out: &mut Vec<Ustr>) {
    if let Some(entry) = record.get(field.into()) {
        texts(&entry.node, rest, out);
    }
}
