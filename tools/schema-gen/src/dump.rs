//! What k8s-openapi knows of one release, as JSON: `{"types": {NAME: {"path", "schema"}}, "kinds": […]}`.

use k8s_openapi::schemars::{JsonSchema, SchemaGenerator};
use k8s_openapi::{ClusterResourceScope, NamespaceResourceScope, Resource, SubResourceScope};
use serde_json::{Map, Value, json};

include!(concat!(env!("OUT_DIR"), "/paths.rs"));

pub fn print() -> Result<(), String> {
    let mut generator = SchemaGenerator::default();
    let mut paths = Map::new();
    macro_rules! take_type {
        ($ty:path) => {
            generator.subschema_for::<$ty>();
            let path: String = stringify!($ty).split_whitespace().collect();
            paths.insert(<$ty>::schema_name().into(), path.into());
        };
    }
    every_type!(take_type);
    let mut types = Map::new();
    for (name, schema) in generator.take_definitions(true) {
        let path = paths.get(&name).cloned().unwrap_or(Value::Null);
        types.insert(name, json!({ "path": path, "schema": schema }));
    }
    let mut kinds = Vec::new();
    macro_rules! take_kind {
        ($ty:path) => {
            kinds.extend(kind::<$ty>());
        };
    }
    every_kind!(take_kind);
    println!("{}", json!({ "types": types, "kinds": kinds }));
    Ok(())
}

fn kind<T: Resource + JsonSchema>() -> Option<Value>
where
    T::Scope: Scope,
{
    let namespaced = T::Scope::NAMESPACED?;
    Some(json!({
        "kind": T::KIND, "group": T::GROUP, "version": T::VERSION, "plural": T::URL_PATH_SEGMENT,
        "namespaced": namespaced, "type": T::schema_name(),
    }))
}

/// Whether objects live in a namespace; `None` for what is only a part of another resource.
trait Scope {
    const NAMESPACED: Option<bool>;
}

impl Scope for NamespaceResourceScope {
    const NAMESPACED: Option<bool> = Some(true);
}

impl Scope for ClusterResourceScope {
    const NAMESPACED: Option<bool> = Some(false);
}

impl Scope for SubResourceScope {
    const NAMESPACED: Option<bool> = None;
}
