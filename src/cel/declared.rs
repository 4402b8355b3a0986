//! The variables that each kind of expression in the API has.

use super::cost::{Shape, Sizes};
use super::types::{Fields, ObjectType};
use super::{CelType, Env};
use std::sync::{Arc, LazyLock};

/// Which of the optional variables an admission policy or webhook has.
#[derive(Clone, Copy, Debug, Default)]
pub struct Admission {
    pub params: bool,
    pub authorizer: bool,
    pub patches: bool,
}

/// The variables of a ValidatingAdmissionPolicy, a MutatingAdmissionPolicy, or a webhook's match condition.
pub fn admission(with: Admission) -> Env {
    let mut env = Env { patches: with.patches, ..Env::default() }
        .with("object", CelType::Dyn)
        .with("oldObject", CelType::Dyn)
        .with("namespaceObject", NAMESPACE.clone())
        .with("request", REQUEST.clone());
    if with.params {
        env = env.with("params", CelType::Dyn);
    }
    if with.authorizer {
        env = env
            .with("authorizer", CelType::Opaque("kubernetes.authorization.Authorizer"))
            .with("authorizer.requestResource", CelType::Opaque("kubernetes.authorization.ResourceCheck"));
    }
    env
}

/// The variables of a rule of a CustomResourceDefinition.
pub fn custom_resource(this: CelType, sizes: Arc<Sizes>, optional_old: bool) -> Env {
    let old = if optional_old { CelType::optional(this.clone()) } else { this.clone() };
    Env { sizes: Some(sizes), ..Env::default() }.with("self", this).with("oldSelf", old)
}

/// The variables of a device selector.
pub fn device() -> Env {
    Env { devices: true, sizes: Some(DEVICE_SIZES.clone()), ..Env::default() }.with("device", DEVICE.clone())
}

/// The type of `Object.spec{…}` and `JSONPatch{…}`.
pub fn made(name: &str) -> CelType {
    CelType::Object(Arc::new(ObjectType { name: name.into(), fields: Fields::Any }))
}

fn object(name: &str, fields: &[(&str, CelType)]) -> CelType {
    CelType::object(name, fields.iter().map(|(name, ty)| ((*name).into(), ty.clone())))
}

fn strings() -> CelType {
    CelType::list(CelType::String)
}

static REQUEST: LazyLock<CelType> = LazyLock::new(|| {
    let kind =
        object("kubernetes.GroupVersionKind", &[("group", CelType::String), ("version", CelType::String), ("kind", CelType::String)]);
    let resource = object(
        "kubernetes.GroupVersionResource",
        &[("group", CelType::String), ("version", CelType::String), ("resource", CelType::String)],
    );
    let user = object(
        "kubernetes.UserInfo",
        &[
            ("username", CelType::String),
            ("uid", CelType::String),
            ("groups", strings()),
            ("extra", CelType::map(CelType::String, strings())),
        ],
    );
    object(
        "kubernetes.AdmissionRequest",
        &[
            ("kind", kind.clone()),
            ("resource", resource.clone()),
            ("subResource", CelType::String),
            ("requestKind", kind),
            ("requestResource", resource),
            ("requestSubResource", CelType::String),
            ("name", CelType::String),
            ("namespace", CelType::String),
            ("operation", CelType::String),
            ("userInfo", user),
            ("dryRun", CelType::Bool),
            ("options", CelType::Dyn),
        ],
    )
});

static NAMESPACE: LazyLock<CelType> = LazyLock::new(|| {
    let texts = CelType::map(CelType::String, CelType::String);
    let metadata = object(
        "kubernetes.NamespaceMetadata",
        &[
            ("name", CelType::String),
            ("generateName", CelType::String),
            ("namespace", CelType::String),
            ("labels", texts.clone()),
            ("annotations", texts),
            ("UID", CelType::String),
            ("creationTimestamp", CelType::Timestamp),
            ("deletionGracePeriodSeconds", CelType::Int),
            ("deletionTimestamp", CelType::Timestamp),
            ("generation", CelType::Int),
            ("resourceVersion", CelType::String),
            ("finalizers", strings()),
        ],
    );
    let condition = object(
        "kubernetes.NamespaceCondition",
        &[
            ("status", CelType::String),
            ("type", CelType::String),
            ("lastTransitionTime", CelType::Timestamp),
            ("message", CelType::String),
            ("reason", CelType::String),
        ],
    );
    let spec = object("kubernetes.NamespaceSpec", &[("finalizers", strings())]);
    let status = object("kubernetes.NamespaceStatus", &[("conditions", CelType::list(condition)), ("phase", CelType::String)]);
    object("kubernetes.Namespace", &[("metadata", metadata), ("spec", spec), ("status", status)])
});

static DEVICE: LazyLock<CelType> = LazyLock::new(|| {
    let nested = CelType::map(CelType::String, CelType::map(CelType::String, CelType::Dyn));
    let capacity = CelType::map(CelType::String, CelType::map(CelType::String, CelType::Opaque("kubernetes.Quantity")));
    object(
        "kubernetes.DRADevice",
        &[("driver", CelType::String), ("attributes", nested), ("capacity", capacity), ("allowMultipleAllocations", CelType::Bool)],
    )
});

/// A device has 32 attributes and capacities at most, in domains of 63 characters, with texts of 64.
static DEVICE_SIZES: LazyLock<Arc<Sizes>> = LazyLock::new(|| {
    let text = |most| Some(Box::new(Shape { most, ..Shape::default() }));
    let map = |key: u64, value: Shape| Shape { most: 32, key: text(key), value: Some(Box::new(value)), ..Shape::default() };
    let attributes = Shape { open: true, ..map(32, Shape { most: 64, ..Shape::default() }) };
    let fields = [
        ("driver", Shape { most: 63, ..Shape::default() }),
        ("attributes", map(63, attributes)),
        ("capacity", map(63, map(32, Shape::default()))),
        ("allowMultipleAllocations", Shape { most: 1, ..Shape::default() }),
    ];
    let fields = fields.into_iter().map(|(name, shape)| (name.into(), shape)).collect();
    Arc::new(Sizes { root: Shape { fields, ..Shape::default() }, variable: Some("device".into()) })
});
