//! API versions that Kubernetes once had, and what to write in their place.
//!
//! From Kubernetes' guide to deprecated APIs: the releases that the schema tells of no longer serve them, but manifests still name them.

use super::release::Minor;

/// A kind in a version that is gone.
#[derive(Clone, Copy, Debug)]
pub struct Removed {
    /// The first release without it.
    pub since: Minor,
    /// The version that has the kind now.
    pub replacement: Option<&'static str>,
    /// What to mind, beside the new version.
    pub note: &'static str,
}

/// Group, version, kind (`*` for all others of it), the first release without it, its replacement, and what to mind.
const TABLE: &[(&str, &str, u8, Option<&str>, &str)] = &[
    ("extensions/v1beta1", "Ingress", 22, Some("networking.k8s.io/v1"), INGRESS),
    ("extensions/v1beta1", "NetworkPolicy", 16, Some("networking.k8s.io/v1"), ""),
    ("extensions/v1beta1", "PodSecurityPolicy", 16, None, POLICY),
    ("extensions/v1beta1", "*", 16, Some("apps/v1"), SELECTOR),
    ("apps/v1beta1", "*", 16, Some("apps/v1"), SELECTOR),
    ("apps/v1beta2", "*", 16, Some("apps/v1"), ""),
    ("networking.k8s.io/v1beta1", "Ingress", 22, Some("networking.k8s.io/v1"), INGRESS),
    ("networking.k8s.io/v1beta1", "IngressClass", 22, Some("networking.k8s.io/v1"), ""),
    ("policy/v1beta1", "PodDisruptionBudget", 25, Some("policy/v1"), "an empty `selector` selects all pods there, and none here"),
    ("policy/v1beta1", "PodSecurityPolicy", 25, None, POLICY),
    ("batch/v1beta1", "CronJob", 25, Some("batch/v1"), ""),
    ("batch/v2alpha1", "CronJob", 21, Some("batch/v1"), ""),
    ("autoscaling/v2beta1", "*", 25, Some("autoscaling/v2"), "the target of a metric is written as `target { type, averageUtilization }`"),
    ("autoscaling/v2beta2", "*", 26, Some("autoscaling/v2"), ""),
    (
        "apiextensions.k8s.io/v1beta1",
        "*",
        22,
        Some("apiextensions.k8s.io/v1"),
        "the schema stands under each of `versions`, and must be structural",
    ),
    ("admissionregistration.k8s.io/v1beta1", "ValidatingWebhookConfiguration", 22, Some("admissionregistration.k8s.io/v1"), WEBHOOK),
    ("admissionregistration.k8s.io/v1beta1", "MutatingWebhookConfiguration", 22, Some("admissionregistration.k8s.io/v1"), WEBHOOK),
    ("apiregistration.k8s.io/v1beta1", "*", 22, Some("apiregistration.k8s.io/v1"), ""),
    ("authentication.k8s.io/v1beta1", "TokenReview", 22, Some("authentication.k8s.io/v1"), ""),
    ("authorization.k8s.io/v1beta1", "*", 22, Some("authorization.k8s.io/v1"), ""),
    (
        "certificates.k8s.io/v1beta1",
        "CertificateSigningRequest",
        22,
        Some("certificates.k8s.io/v1"),
        "`signerName` and `usages` are required",
    ),
    ("coordination.k8s.io/v1beta1", "Lease", 22, Some("coordination.k8s.io/v1"), ""),
    ("discovery.k8s.io/v1beta1", "*", 25, Some("discovery.k8s.io/v1"), "`topology` of an endpoint has become `nodeName` and `zone`"),
    ("events.k8s.io/v1beta1", "*", 25, Some("events.k8s.io/v1"), ""),
    ("flowcontrol.apiserver.k8s.io/v1alpha1", "*", 21, Some("flowcontrol.apiserver.k8s.io/v1"), ""),
    ("flowcontrol.apiserver.k8s.io/v1beta1", "*", 26, Some("flowcontrol.apiserver.k8s.io/v1"), ""),
    ("flowcontrol.apiserver.k8s.io/v1beta2", "*", 29, Some("flowcontrol.apiserver.k8s.io/v1"), ""),
    ("flowcontrol.apiserver.k8s.io/v1beta3", "*", 32, Some("flowcontrol.apiserver.k8s.io/v1"), ""),
    ("node.k8s.io/v1alpha1", "*", 20, Some("node.k8s.io/v1"), ""),
    ("node.k8s.io/v1beta1", "*", 25, Some("node.k8s.io/v1"), ""),
    ("rbac.authorization.k8s.io/v1alpha1", "*", 22, Some("rbac.authorization.k8s.io/v1"), ""),
    ("rbac.authorization.k8s.io/v1beta1", "*", 22, Some("rbac.authorization.k8s.io/v1"), ""),
    ("scheduling.k8s.io/v1alpha1", "PriorityClass", 17, Some("scheduling.k8s.io/v1"), ""),
    ("scheduling.k8s.io/v1beta1", "*", 22, Some("scheduling.k8s.io/v1"), ""),
    ("settings.k8s.io/v1alpha1", "PodPreset", 20, None, "pods are changed by an admission policy or a webhook now"),
    ("storage.k8s.io/v1beta1", "CSIStorageCapacity", 27, Some("storage.k8s.io/v1"), ""),
    ("storage.k8s.io/v1beta1", "*", 22, Some("storage.k8s.io/v1"), ""),
];

/// Groups of projects that ended or moved, and what goes on in their place.
const RETIRED: &[(&str, &str)] = &[
    (
        "servicecatalog.k8s.io",
        "the Service Catalog ended in 2022: instances are made by Crossplane or by an operator of the service, bindings by `ServiceBinding` of servicebinding.io/v1",
    ),
    ("networking.x-k8s.io", "the Gateway API goes on as gateway.networking.k8s.io/v1"),
    ("certmanager.k8s.io", "cert-manager goes on as cert-manager.io/v1"),
];

/// What goes on in place of a group whose project ended or moved.
pub fn retired(group: &str) -> Option<&'static str> {
    RETIRED.iter().find(|(name, _)| *name == group).map(|(_, successor)| *successor)
}

const INGRESS: &str = "a path names its backend as `service { name, port { number } }`, and `pathType` is required";
const SELECTOR: &str = "`spec.selector` is required and cannot change later";
const POLICY: &str = "namespaces carry Pod Security levels now: the label `pod-security.kubernetes.io/enforce`";
const WEBHOOK: &str = "`sideEffects` and `admissionReviewVersions` are required";

/// What became of a kind in a version that no current release serves; `None` where there never was one.
pub fn removed(api_version: &str, kind: &str) -> Option<Removed> {
    let found = TABLE.iter().find(|(version, name, ..)| *version == api_version && (*name == kind || *name == "*"))?;
    Some(Removed { since: Minor(found.2), replacement: found.3, note: found.4 })
}

/// What became of a whole version; of one kind in it, where they went different ways.
pub fn removed_version(api_version: &str) -> Option<Removed> {
    let of_version = || TABLE.iter().filter(|(version, ..)| *version == api_version);
    let found = of_version().find(|(_, kind, ..)| *kind == "*").or_else(|| of_version().next())?;
    Some(Removed { since: Minor(found.2), replacement: found.3, note: found.4 })
}
