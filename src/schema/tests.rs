//! The schema as its users see it.

use serde_json::json;
use ustr::{Ustr, ustr};

use super::*;

fn of(name: &str) -> &'static NativeType {
    type_named(name).unwrap_or_else(|| panic!("no type {name}")).get()
}

fn field(ty: &str, name: &str) -> &'static NativeField {
    of(ty).field(ustr(name)).unwrap_or_else(|| panic!("no field {ty}.{name}"))
}

fn list(ty: &str, name: &str) -> &'static ListTy {
    match field(ty, name).ty {
        NativeTy::List(list) => list,
        other => panic!("{ty}.{name} is {other:?}"),
    }
}

fn names(ty: &str) -> Vec<&'static str> {
    of(ty).fields.iter().map(|field| field.name.as_str()).collect()
}

#[test]
fn a_deployment_has_the_shape_that_everyone_knows() {
    let deployment = kind("Deployment").expect("Deployment is a kind");
    assert_eq!((deployment.api_version.as_str(), deployment.plural.as_str(), deployment.namespaced), ("apps/v1", "deployments", true));
    assert_eq!(names("Deployment"), ["apiVersion", "kind", "metadata", "spec", "status"]);
    assert_eq!(field("Deployment", "spec").ty, NativeTy::Ref(type_named("DeploymentSpec").unwrap()));
    assert_eq!(field("DeploymentSpec", "replicas").ty, NativeTy::Int32);
    assert!(field("DeploymentSpec", "selector").required);
    assert_eq!(field("ConfigMap", "data").ty, NativeTy::Map(&NativeTy::String));
    assert_eq!(field("ResourceRequirements", "limits").ty, NativeTy::Map(&NativeTy::Quantity));
    assert_eq!(field("ServicePort", "targetPort").ty, NativeTy::IntOrString);
}

#[test]
fn a_default_is_what_the_server_fills_in_and_a_zero_value_is_none() {
    assert_eq!(field("ContainerPort", "protocol").default(), Some(&json!("TCP")));
    assert_eq!(field("Container", "name").schema_default, Some(json!("")));
    assert_eq!(field("Container", "name").default(), None);
}

#[test]
fn an_enum_lists_its_values() {
    let policy = field("Container", "imagePullPolicy");
    assert_eq!(policy.enum_, ["Always", "IfNotPresent", "Never"].map(ustr));
    assert_eq!(field("NetworkPolicySpec", "policyTypes").enum_, ["Egress", "Ingress"].map(ustr));
}

#[test]
fn a_keyed_list_has_the_servers_keys_and_the_users_label_and_primary_field() {
    let ports = list("Container", "ports");
    assert_eq!(ports.merge, ListMerge::Map { keys: vec![ustr("containerPort"), ustr("protocol")] });
    assert_eq!((ports.label, ports.primary), (Some(ustr("name")), Some(ustr("containerPort"))));
    let containers = list("PodSpec", "containers");
    assert_eq!((containers.label, containers.primary), (Some(ustr("name")), Some(ustr("image"))));
    let env = list("Container", "env");
    assert_eq!((env.label, env.primary), (Some(ustr("name")), Some(ustr("value"))));
    let mounts = list("Container", "volumeMounts");
    assert_eq!(mounts.merge, ListMerge::Map { keys: vec![ustr("mountPath")] });
    assert_eq!((mounts.label, mounts.primary), (Some(ustr("name")), Some(ustr("mountPath"))));
    assert_eq!(list("PodSpec", "tolerations").label, None);
    assert_eq!(list("PodSpec", "tolerations").merge, ListMerge::Atomic);
    assert_eq!(list("PersistentVolumeClaimSpec", "accessModes").merge, ListMerge::Atomic);
    assert_eq!(list("ObjectMeta", "finalizers").merge, ListMerge::Set);
}

#[test]
fn an_ambiguous_name_means_what_kubectl_would_choose() {
    assert_eq!(kind("Event").unwrap().api_version, "v1");
    assert_eq!(kind_in("events.k8s.io/v1", "Event").unwrap().ty.get().name, "io.k8s.api.events.v1.Event");
    assert_eq!(kind("HorizontalPodAutoscaler").unwrap().api_version, "autoscaling/v2");
    assert_eq!(of("HorizontalPodAutoscalerSpec").name, "io.k8s.api.autoscaling.v2.HorizontalPodAutoscalerSpec");
    assert_eq!(of("io.k8s.api.events.v1.Event").short, "Event");
    assert!(types_named("Event").count() >= 2);
    assert!(kind("deployment").is_none() && type_named("").is_none() && kind("kubernetes").is_none());
}

#[test]
fn what_came_or_went_between_releases_says_when() {
    assert_eq!((oldest(), newest()), (Minor(33), Minor(37)));
    let always = Releases { since: Minor(33), until: None };
    assert_eq!(field("PodSpec", "containers").releases, always);
    assert_eq!(field("PodSpec", "hostnameOverride").releases, Releases { since: Minor(34), until: None });
    assert_eq!(field("PodSpec", "workloadRef").releases, Releases { since: Minor(35), until: Some(Minor(35)) });
    let class = kind_in("storage.k8s.io/v1", "VolumeAttributesClass").unwrap();
    assert_eq!((class.releases.since, class.opt_in), (Minor(34), false));
    let earlier = kind_in("storage.k8s.io/v1beta1", "VolumeAttributesClass").unwrap();
    assert_eq!((earlier.releases, earlier.opt_in), (Releases { since: Minor(33), until: Some(Minor(36)) }, true));
    // A field of a type that came later is as old as its type.
    assert_eq!(class.ty.get().releases, class.releases);
    assert_eq!(class.ty.get().fields[0].releases, class.releases);
}

#[test]
fn a_kind_that_cannot_stand_in_a_manifest_says_so() {
    assert!(kind("TokenReview").unwrap().create_only);
    assert!(!kind("Namespace").unwrap().create_only && !kind("Namespace").unwrap().namespaced);
    assert!(kind("ComponentStatus").is_none() && kind("PodList").is_none() && kind("Scale").is_none());
}

#[test]
fn documentation_is_kubernetes_own() {
    assert!(of("Deployment").doc().unwrap().starts_with("Deployment enables declarative updates"));
    assert!(field("Container", "image").doc().unwrap().contains("image name"));
    assert!(of("Quantity").doc().is_some());
    let documented = types().map(TypeId::get).filter(|ty| ty.releases.contains(newest()) && !ty.short.ends_with("List"));
    let silent: Vec<&str> = documented.filter(|ty| ty.doc().is_none()).map(|ty| ty.short.as_str()).collect();
    assert!(silent.len() < 5, "without a word: {silent:?}");
}

#[test]
fn a_scalar_type_is_known_by_name_and_has_no_fields() {
    assert_eq!(of("Quantity").alias, Some(NativeTy::Quantity));
    assert_eq!(of("IntOrString").alias, Some(NativeTy::IntOrString));
    assert_eq!(of("PodSpec").alias, None);
    assert!(of("Time").fields.is_empty());
}

#[test]
fn fields_stand_as_people_write_them() {
    assert_eq!(names("Container")[..3], ["name", "image", "args"]);
    assert_eq!(names("ServicePort")[..2], ["name", "port"]);
    assert_eq!(names("ConfigMap")[..3], ["apiVersion", "kind", "metadata"]);
    assert_eq!(names("DeploymentCondition")[..2], ["type", "status"]);
}

#[test]
fn one_kind_used_costs_one_kind() {
    let table: Table<NativeType> = Table::new(types_file().1);
    let index = table.find("Probe").next().unwrap();
    table.get(index, |line| decode::native_type(TypeId(index as u32), line));
    assert_eq!(table.decoded(), 1);
}

#[test]
fn every_line_decodes_and_every_reference_leads_to_a_type() {
    for ty in types().map(TypeId::get) {
        assert_eq!(type_named(ty.name.as_str()), Some(ty.id));
        assert_eq!(ty.by_name.len(), ty.fields.len(), "{}", ty.name);
        for field in &ty.fields {
            check_list(ty, field);
        }
    }
    assert!(kinds().all(|kind| kind.ty.get().short == kind.kind));
}

/// Label, primary field and keys of a list are fields of its elements.
fn check_list(ty: &NativeType, field: &NativeField) {
    let NativeTy::List(list) = field.ty else { return };
    let keys: &[Ustr] = match &list.merge {
        ListMerge::Map { keys } => keys,
        ListMerge::Atomic | ListMerge::Set => &[],
    };
    assert_eq!(keys.is_empty(), list.label.is_none(), "{}.{}", ty.name, field.name);
    for name in keys.iter().chain(&list.label).chain(&list.primary) {
        let NativeTy::Ref(elem) = list.elem else { panic!("{}.{} has keys and scalars", ty.name, field.name) };
        assert!(elem.get().field(*name).is_some(), "{}.{}: {name}", ty.name, field.name);
    }
}

#[test]
fn all_names_are_at_hand_for_did_you_mean() {
    assert!(kind_names().is_sorted() && kind_names().any(|name| name == "StatefulSet"));
    assert!(type_names().is_sorted() && type_names().any(|name| name == "Probe"));
}
