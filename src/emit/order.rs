//! The order in which objects are applied: what others need comes first.
//!
//! A rank per kind; within a rank the caller keeps the order of declaration (a stable sort by rank). That order is as deterministic as
//! the source, it is the one the author reads, and it lets them decide what we cannot know, as which of two of their own custom
//! resources is needed by the other; sorting by name would take that away and make a renamed object move in every diff.

/// Where an object of this kind stands in an installation: lower comes first. Core kinds have the group `""`.
pub fn rank(group: &str, kind: &str) -> u8 {
    match (group, kind) {
        ("", "Namespace") => 0,
        ("apiextensions.k8s.io", "CustomResourceDefinition") => 1,
        // Admission plugins refuse pods that name a class which does not exist yet.
        ("scheduling.k8s.io", "PriorityClass") | ("node.k8s.io", "RuntimeClass") => 2,
        ("", "ResourceQuota" | "LimitRange") => 3,
        ("", "ServiceAccount") => 4,
        // A binding after the role it names.
        ("rbac.authorization.k8s.io", "ClusterRole" | "Role") => 5,
        ("rbac.authorization.k8s.io", _) => 6,
        ("", "ConfigMap" | "Secret") => 7,
        ("storage.k8s.io", _) => 8,
        ("", "PersistentVolume") => 9,
        ("", "PersistentVolumeClaim") => 10,
        // Before workloads: a container's environment lists the services that exist when it starts.
        ("", "Service" | "Endpoints") | ("discovery.k8s.io", _) => 11,
        // Before the pods they fence, so that none runs open.
        ("networking.k8s.io", "NetworkPolicy") => 12,
        ("apps", "DaemonSet") => 13,
        ("", "Pod" | "ReplicationController" | "PodTemplate") | ("apps", _) => 14,
        ("batch", _) => 15,
        ("autoscaling", _) | ("policy", _) => 16,
        ("networking.k8s.io", _) => 17,
        // Webhooks and aggregated APIs refuse requests until what serves them runs.
        ("admissionregistration.k8s.io" | "apiregistration.k8s.io", _) => 18,
        _ if is_builtin(group) => 17,
        _ => 19,
    }
}

/// Whether a group belongs to Kubernetes itself.
pub(super) fn is_builtin(group: &str) -> bool {
    matches!(
        group,
        "" | "admissionregistration.k8s.io"
            | "apiextensions.k8s.io"
            | "apiregistration.k8s.io"
            | "apps"
            | "authentication.k8s.io"
            | "authorization.k8s.io"
            | "autoscaling"
            | "batch"
            | "certificates.k8s.io"
            | "coordination.k8s.io"
            | "discovery.k8s.io"
            | "events.k8s.io"
            | "flowcontrol.apiserver.k8s.io"
            | "internal.apiserver.k8s.io"
            | "networking.k8s.io"
            | "node.k8s.io"
            | "policy"
            | "rbac.authorization.k8s.io"
            | "resource.k8s.io"
            | "scheduling.k8s.io"
            | "storage.k8s.io"
            | "storagemigration.k8s.io"
    )
}
