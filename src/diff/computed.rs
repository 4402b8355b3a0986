//! Defaults that depend on other fields, and what the server derives from an object.

use crate::schema::NativeKind;
use base64::Engine as _;
use serde_json::{Map, Value as Json, json};

type Fields = Map<String, Json>;

/// Labels that the Job controller puts into a Job's template and selector.
const JOB_LABELS: [&str; 4] = ["controller-uid", "job-name", "batch.kubernetes.io/controller-uid", "batch.kubernetes.io/job-name"];

/// Fills in what is computed for a structure of the type, before its parts are looked at.
pub fn fill(fields: &mut Fields, ty: &str) {
    match ty {
        "Container" | "EphemeralContainer" => pull_policy(fields),
        "ServicePort" => target_port(fields),
        "ServiceSpec" => service(fields),
        "DeploymentStrategy" | "DaemonSetUpdateStrategy" | "StatefulSetUpdateStrategy" => strategy(fields),
        "StatefulSetSpec" => claims(fields),
        "JobSpec" => job(fields),
        "NodeSpec" => node(fields),
        "ExactDeviceRequest" | "DeviceSubRequest" => devices(fields),
        "PodSpec" => pod(fields),
        "Volume" => volume(fields),
        "PersistentVolumeClaimSpec" => claim(fields),
        "NetworkPolicySpec" => policy_types(fields),
        "Secret" => secret(fields),
        "Subject" => subject(fields),
        "CustomResourceDefinitionNames" => crd_names(fields),
        "LimitRangeItem" => limits(fields),
        "HorizontalPodAutoscalerSpec" => autoscaler(fields),
        "HorizontalPodAutoscalerBehavior" => behaviour(fields),
        _ => {}
    }
}

fn target_port(fields: &mut Fields) {
    let Some(port) = fields.get("port").cloned() else { return };
    let target = fields.entry("targetPort").or_insert(port.clone());
    if target == "" || target == 0 {
        *target = port;
    }
}

fn strategy(fields: &mut Fields) {
    if fields.get("type").is_none_or(|t| t == "RollingUpdate") {
        fields.entry("rollingUpdate").or_insert_with(|| json!({}));
    }
}

/// The addresses of a node's pods have an old name that says the first of them, and taints of the node's own controllers come and go.
fn node(fields: &mut Fields) {
    let first = fields.get("podCIDRs").and_then(|all| all.get(0)).cloned();
    match fields.get("podCIDR").cloned() {
        Some(one) if first.as_ref() != Some(&one) => drop(fields.insert("podCIDRs".into(), json!([one]))),
        None if first.is_some() => drop(fields.insert("podCIDR".into(), first.unwrap_or_default())),
        _ => {}
    }
    if let Some(taints) = fields.get_mut("taints").and_then(Json::as_array_mut) {
        taints.retain(|taint| !taint["key"].as_str().is_some_and(|key| key.starts_with("node.kubernetes.io/")));
    }
}

fn devices(fields: &mut Fields) {
    if fields.get("allocationMode").is_some_and(|mode| mode == "ExactCount") {
        fields.entry("count").or_insert_with(|| 1.into());
    }
}

fn volume(fields: &mut Fields) {
    if fields.len() == 1 && fields.contains_key("name") {
        fields.insert("emptyDir".into(), json!({}));
    }
}

fn subject(fields: &mut Fields) {
    if fields.get("kind").is_some_and(|kind| kind == "User" || kind == "Group") {
        fields.entry("apiGroup").or_insert_with(|| "rbac.authorization.k8s.io".into());
    }
}

/// What is derived from the object as a whole, before the walk.
pub fn before(object: &mut Json, kind: &NativeKind) {
    match kind.kind.as_str() {
        "Pod" => requests_of_limits(&mut object["spec"]),
        "Job" => drop_job_labels(object),
        _ => {}
    }
}

/// What the server adds to an object of a kind, after the walk.
pub fn after(object: &mut Json, kind: &NativeKind) {
    if matches!(kind.kind.as_str(), "ReplicaSet" | "ReplicationController") {
        let labels = object["spec"]["template"]["metadata"]["labels"].clone();
        if !labels.is_null() && object["metadata"]["labels"].is_null() {
            object["metadata"]["labels"] = labels.clone();
        }
        if kind.kind == "ReplicationController" && !labels.is_null() && object["spec"]["selector"].is_null() {
            object["spec"]["selector"] = labels;
        }
    }
    if kind.kind == "Namespace" {
        drop_key(&mut object["metadata"], "labels", "kubernetes.io/metadata.name");
        if let Some(root) = object.as_object_mut() {
            root.shift_remove("spec");
        }
    }
    let templates = [&["spec", "template", "metadata"][..], &["spec", "jobTemplate", "spec", "template", "metadata"]];
    for path in templates {
        if let Some(metadata) = path.iter().try_fold(&mut *object, |value, key| value.get_mut(key)) {
            drop_key(metadata, "annotations", "kubectl.kubernetes.io/restartedAt");
        }
    }
    // Reading through missing keys by `[…]` leaves nulls.
    if let Some(root) = object.as_object_mut() {
        root.retain(|_, v| !v.is_null());
        for part in ["metadata", "spec"] {
            if let Some(part) = root.get_mut(part).and_then(Json::as_object_mut) {
                part.retain(|_, v| !v.is_null());
            }
        }
    }
}

/// Removes a key of a map within `parent`, and the map where that was all.
fn drop_key(parent: &mut Json, map: &str, key: &str) {
    let Some(parent) = parent.as_object_mut() else { return };
    if let Some(entries) = parent.get_mut(map).and_then(Json::as_object_mut) {
        entries.shift_remove(key);
        if entries.is_empty() {
            parent.shift_remove(map);
        }
    }
}

fn pull_policy(fields: &mut Fields) {
    if fields.contains_key("imagePullPolicy") {
        return;
    }
    let image = fields.get("image").and_then(Json::as_str).unwrap_or_default();
    let (named, digest) = image.split_once('@').map_or((image, false), |(name, _)| (name, true));
    let last = named.rsplit('/').next().unwrap_or_default();
    let latest = last.split_once(':').map_or(!digest, |(_, tag)| tag == "latest");
    fields.insert("imagePullPolicy".into(), if latest { "Always" } else { "IfNotPresent" }.into());
}

fn service(fields: &mut Fields) {
    let kind = fields.get("type").and_then(Json::as_str).unwrap_or("ClusterIP").to_string();
    if kind != "ExternalName" {
        fields.entry("internalTrafficPolicy").or_insert_with(|| "Cluster".into());
    }
    if kind == "NodePort" || kind == "LoadBalancer" {
        fields.entry("externalTrafficPolicy").or_insert_with(|| "Cluster".into());
    }
    if kind == "LoadBalancer" {
        fields.entry("allocateLoadBalancerNodePorts").or_insert(true.into());
    }
    if fields.get("sessionAffinity").is_some_and(|a| a == "ClientIP") {
        fields.entry("sessionAffinityConfig").or_insert_with(|| json!({ "clientIP": { "timeoutSeconds": 10800 } }));
    } else {
        fields.shift_remove("sessionAffinityConfig");
    }
    if fields.get("clusterIP").is_some_and(|ip| ip == "None") {
        fields.entry("clusterIPs").or_insert_with(|| json!(["None"]));
    }
}

/// The templates of claims come back with a kind and a status.
fn claims(fields: &mut Fields) {
    for claim in fields.get_mut("volumeClaimTemplates").and_then(Json::as_array_mut).into_iter().flatten() {
        if let Some(claim) = claim.as_object_mut() {
            claim.retain(|key, _| !matches!(key.as_str(), "apiVersion" | "kind" | "status"));
            if let Some(metadata) = claim.get_mut("metadata").and_then(Json::as_object_mut) {
                metadata.shift_remove("creationTimestamp");
            }
        }
    }
}

/// A source in another namespace is dropped, and so is one by the old name that is neither a claim nor a snapshot; then both names say one.
fn claim(fields: &mut Fields) {
    let text = |source: &Json, key: &str| source[key].as_str().unwrap_or_default().to_string();
    if fields.get("dataSourceRef").is_some_and(|source| !text(source, "namespace").is_empty()) {
        fields.shift_remove("dataSourceRef");
    }
    let is_old = |source: &Json| {
        let (group, kind) = (text(source, "apiGroup"), text(source, "kind"));
        matches!((group.as_str(), kind.as_str()), ("", "PersistentVolumeClaim") | ("snapshot.storage.k8s.io", "VolumeSnapshot"))
    };
    if !fields.contains_key("dataSourceRef") && fields.get("dataSource").is_some_and(|source| !is_old(source)) {
        fields.shift_remove("dataSource");
    }
    match (fields.get("dataSource").cloned(), fields.get("dataSourceRef").cloned()) {
        (Some(source), None) => drop(fields.insert("dataSourceRef".into(), source)),
        (None, Some(source)) if source.get("namespace").is_none() => drop(fields.insert("dataSource".into(), source)),
        (Some(_), Some(_)) | (None, _) => {}
    }
}

fn job(fields: &mut Fields) {
    fields.entry("parallelism").or_insert_with(|| 1.into());
    let limit = if fields.contains_key("backoffLimitPerIndex") { i32::MAX } else { 6 };
    fields.entry("backoffLimit").or_insert_with(|| limit.into());
    let replacement = if fields.contains_key("podFailurePolicy") { "Failed" } else { "TerminatingOrFailed" };
    fields.entry("podReplacementPolicy").or_insert_with(|| replacement.into());
}

/// The selector and labels that the server generates for a Job, unless the Job has its own.
fn drop_job_labels(object: &mut Json) {
    if object["spec"]["manualSelector"] == true {
        return;
    }
    if let Some(spec) = object.get_mut("spec").and_then(Json::as_object_mut) {
        spec.shift_remove("selector");
    }
    for metadata in [&["metadata"][..], &["spec", "template", "metadata"]] {
        if let Some(metadata) = metadata.iter().try_fold(&mut *object, |value, key| value.get_mut(key)) {
            JOB_LABELS.iter().for_each(|label| drop_key(metadata, "labels", label));
        }
    }
}

fn pod(fields: &mut Fields) {
    // The old name of a field, kept equal to the new one.
    if fields.contains_key("serviceAccountName") || !fields.contains_key("serviceAccount") {
        fields.shift_remove("serviceAccount");
    } else if let Some(old) = fields.shift_remove("serviceAccount") {
        fields.insert("serviceAccountName".into(), old);
    }
    if fields.get("hostNetwork") == Some(&Json::Bool(true)) {
        for list in ["containers", "initContainers"] {
            for container in fields.get_mut(list).and_then(Json::as_array_mut).into_iter().flatten() {
                for port in container.get_mut("ports").and_then(Json::as_array_mut).into_iter().flatten() {
                    let number = port.get("containerPort").cloned();
                    if let (Some(port), Some(number)) = (port.as_object_mut(), number) {
                        port.entry("hostPort").or_insert(number);
                    }
                }
            }
        }
    }
}

/// In a Pod, not in a template, a limit without a request is the request as well.
fn requests_of_limits(spec: &mut Json) {
    for list in ["containers", "initContainers"] {
        for container in spec.get_mut(list).and_then(Json::as_array_mut).into_iter().flatten() {
            let Some(limits) = container["resources"]["limits"].as_object().cloned() else { continue };
            for (resource, amount) in limits {
                let request = &mut container["resources"]["requests"][resource];
                if request.is_null() {
                    *request = amount;
                }
            }
        }
    }
}

fn policy_types(fields: &mut Fields) {
    fields.entry("podSelector").or_insert_with(|| json!({}));
    if !fields.contains_key("policyTypes") {
        let egress = fields.contains_key("egress");
        fields.insert("policyTypes".into(), if egress { json!(["Ingress", "Egress"]) } else { json!(["Ingress"]) });
    }
}

/// `stringData` is `data` before it is encoded.
fn secret(fields: &mut Fields) {
    let Some(Json::Object(texts)) = fields.shift_remove("stringData") else { return };
    let data = fields.entry("data").or_insert_with(|| json!({}));
    for (key, text) in texts {
        if let Some(text) = text.as_str() {
            data[key] = base64::engine::general_purpose::STANDARD.encode(text).into();
        }
    }
}

fn crd_names(fields: &mut Fields) {
    let Some(kind) = fields.get("kind").and_then(Json::as_str).map(str::to_string) else { return };
    fields.entry("listKind").or_insert_with(|| format!("{kind}List").into());
    fields.entry("singular").or_insert_with(|| kind.to_lowercase().into());
}

/// Of a container: the default limit is the largest allowed, the default request is the default limit, else the smallest allowed.
fn limits(fields: &mut Fields) {
    if fields.get("type").is_none_or(|t| t != "Container") {
        return;
    }
    for (from, to) in [("max", "default"), ("default", "defaultRequest"), ("min", "defaultRequest")] {
        let Some(source) = fields.get(from).and_then(Json::as_object).cloned() else { continue };
        let target = fields.entry(to).or_insert_with(|| json!({}));
        for (resource, amount) in source {
            if target[&resource].is_null() {
                target[resource] = amount;
            }
        }
    }
}

fn autoscaler(fields: &mut Fields) {
    let has_v2 = fields.contains_key("metrics") || !fields.contains_key("targetCPUUtilizationPercentage");
    if has_v2 && !fields.contains_key("metrics") {
        fields.insert(
            "metrics".into(),
            json!([{ "type": "Resource", "resource": { "name": "cpu", "target": { "type": "Utilization", "averageUtilization": 80 } } }]),
        );
    }
}

fn behaviour(fields: &mut Fields) {
    let percent = json!({ "type": "Percent", "value": 100, "periodSeconds": 15 });
    let up = fields.entry("scaleUp").or_insert_with(|| json!({}));
    if up["policies"].is_null() {
        up["policies"] = json!([{ "type": "Pods", "value": 4, "periodSeconds": 15 }, percent]);
    }
    if up["stabilizationWindowSeconds"].is_null() {
        up["stabilizationWindowSeconds"] = 0.into();
    }
    let down = fields.entry("scaleDown").or_insert_with(|| json!({}));
    if down["policies"].is_null() {
        down["policies"] = json!([percent]);
    }
}
