//! The kinds of CustomResourceDefinitions as kinds of programs: types with fields, made of their schemas.
//!
//! A bundle of definitions gets its types once, under a name that its content decides. What a schema leaves open (unknown fields that are
//! kept, embedded objects) is an untyped map; what it demands beyond types is checked on finished objects.

use super::instances::Definition;
use super::schema::{Additional, JsonType, ListType, Schema};
use crate::data;
use crate::finding::{Finding, Place};
use crate::schema::added::{self, NewField, NewKind};
use crate::schema::{self, ListMerge, ListTy, NativeKind, NativeTy};
use crate::value::{Node, Origin, Value};
use rustc_hash::FxHashMap;
use sha2::{Digest, Sha256};
use std::sync::{LazyLock, RwLock};
use ustr::Ustr;

/// The definition that each added kind came from, by the kind's address.
static DEFINED: LazyLock<RwLock<FxHashMap<usize, &'static Definition>>> = LazyLock::new(Default::default);

/// The kinds that the CustomResourceDefinitions of a text define, as the name of a bundle; the error is a sentence about the text.
pub fn bundle_of_text(text: &str) -> Result<Ustr, String> {
    let mut size = 0usize;
    let mut meter = |bytes: usize| {
        size = size.saturating_add(bytes);
        size < LARGEST
    };
    let documents = data::parse_yaml(text, Origin::NONE, &mut meter).map_err(|error| format!("it cannot be read: {error}"))?;
    let mut definitions = Vec::new();
    for document in &documents {
        collect(document, &mut definitions)?;
    }
    if definitions.is_empty() {
        return Err("it holds no CustomResourceDefinition".to_string());
    }
    Ok(bundle(&definitions))
}

const LARGEST: usize = 64 << 20;

/// The definitions of a document, also within a list.
fn collect<'n>(document: &'n Node, out: &mut Vec<&'n Node>) -> Result<(), String> {
    let object = Place::root(document);
    let (version, kind) = (object.field("apiVersion"), object.field("kind"));
    match (version.text(), kind.text()) {
        ("apiextensions.k8s.io/v1", "CustomResourceDefinition") => out.push(document),
        ("apiextensions.k8s.io/v1beta1", "CustomResourceDefinition") => {
            let metadata = object.field("metadata");
            let name = metadata.field("name");
            return Err(format!(
                "`{}` is a definition of apiextensions.k8s.io/v1beta1, which Kubernetes has not served since 1.22: take the one of \
                 apiextensions.k8s.io/v1 from a newer release of its project",
                name.text()
            ));
        }
        (_, kind) if kind.ends_with("List") => {
            if let Value::Record(record) = &document.value
                && let Some(Value::List(items)) = record.get(Ustr::from("items")).map(|e| &e.node.value)
            {
                for item in &items.items {
                    collect(&item.node, out)?;
                }
            }
        }
        _ => {}
    }
    Ok(())
}

/// The bundle of some definitions, made now if it never was.
pub fn bundle(definitions: &[&Node]) -> Ustr {
    let mut content = Vec::new();
    definitions.iter().for_each(|definition| data::canonical(&definition.value, &mut content));
    let digest = Sha256::digest(&content);
    let hex: String = digest.iter().take(12).map(|byte| format!("{byte:02x}")).collect();
    let name = Ustr::from(&format!("definitions {hex}"));
    if added::bundle(name).is_none() {
        let made: Vec<(NewKind, Definition)> = definitions.iter().flat_map(|definition| kinds(definition)).collect();
        let (kinds, definitions): (Vec<NewKind>, Vec<Definition>) = made.into_iter().unzip();
        let kinds = added::add_bundle(name, kinds);
        let mut defined = DEFINED.write().unwrap_or_else(|e| e.into_inner());
        for (kind, definition) in kinds.iter().zip(definitions) {
            defined.entry(std::ptr::from_ref::<NativeKind>(kind) as usize).or_insert_with(|| Box::leak(Box::new(definition)));
        }
    }
    name
}

/// What the definition of an added kind refuses in an object; `None` for a kind of Kubernetes.
pub fn check_added(kind: &'static NativeKind, object: &Node) -> Option<Vec<Finding>> {
    definition_of(kind).map(|definition| definition.check(object))
}

/// What made a kind that is not Kubernetes' own.
pub fn definition_of(kind: &'static NativeKind) -> Option<&'static Definition> {
    DEFINED.read().unwrap_or_else(|e| e.into_inner()).get(&(std::ptr::from_ref(kind) as usize)).copied()
}

/// A kind of which nothing is known but what all have: that its objects have metadata.
pub fn any_kind(api_version: &str, kind: &str) -> &'static NativeKind {
    static ANY: LazyLock<schema::TypeId> = LazyLock::new(|| Maker { prefix: "any".to_string() }.root(&Schema::default(), "Resource"));
    let name = Ustr::from(&format!("any {api_version} {kind}"));
    let (group, version) = api_version.split_once('/').unwrap_or(("", api_version));
    let new = || NewKind {
        kind: Ustr::from(kind),
        group: Ustr::from(group),
        version: Ustr::from(version),
        ty: *ANY,
        plural: Ustr::default(),
        namespaced: true,
    };
    added::bundle(name).unwrap_or_else(|| added::add_bundle(name, vec![new()]))[0]
}

/// The kinds of a definition: the stored version first, then the others that are served.
fn kinds(root: &Node) -> Vec<(NewKind, Definition)> {
    let object = Place::root(root);
    let spec = object.field("spec");
    let (names, group) = (spec.field("names"), spec.field("group"));
    let versions = spec.field("versions");
    let mut all: Vec<Place> = versions.items().filter(|version| version.field("served").is_true()).collect();
    all.sort_by_key(|version| !version.field("storage").is_true());
    let (kind, plural) = (names.field("kind"), names.field("plural"));
    let made = all.iter().map(|version| {
        let definition = Definition::read(version);
        let name = version.field("name");
        let maker = Maker { prefix: format!("{}.{}", group.text(), name.text()) };
        let new = NewKind {
            kind: Ustr::from(kind.text()),
            group: Ustr::from(group.text()),
            version: Ustr::from(name.text()),
            ty: maker.root(&definition.schema, kind.text()),
            plural: Ustr::from(plural.text()),
            namespaced: spec.field("scope").text() != "Cluster",
        };
        (new, definition)
    });
    made.collect()
}

/// Makes the types of one version.
struct Maker {
    /// What full names begin with: group and version.
    prefix: String,
}

impl Maker {
    fn root(&self, schema: &Schema, kind: &str) -> schema::TypeId {
        let known = |name: &str, ty: NativeTy| NewField {
            name: Ustr::from(name),
            ty,
            required: false,
            default: None,
            allowed: Vec::new(),
            doc: String::new(),
        };
        let metadata = schema::type_named("ObjectMeta").map_or(NativeTy::Object, NativeTy::Ref);
        let mut fields = vec![known("apiVersion", NativeTy::String), known("kind", NativeTy::String), known("metadata", metadata)];
        let named = |name: &str| matches!(name, "apiVersion" | "kind" | "metadata");
        fields.extend(schema.properties.iter().filter(|(name, _)| !named(name)).map(|(name, inner)| self.field(schema, kind, name, inner)));
        self.add(kind, fields)
    }

    fn add(&self, short: &str, fields: Vec<NewField>) -> schema::TypeId {
        added::add_type(Ustr::from(&format!("{}.{short}", self.prefix)), Ustr::from(short), fields)
    }

    fn field(&self, owner: &Schema, short: &str, name: &str, schema: &Schema) -> NewField {
        let texts = schema.limits.allowed.iter().map(|node| if let Value::Str(text) = &node.value { Some(Ustr::from(text)) } else { None });
        let allowed = if schema.ty == Some(JsonType::String) { texts.collect::<Option<Vec<_>>>() } else { None };
        NewField {
            name: Ustr::from(name),
            ty: self.ty(schema, &format!("{short}{}", capitalised(name))),
            required: owner.limits.required.iter().any(|required| required == name) && schema.default.is_none(),
            default: schema.default.as_ref().map(data::to_json),
            allowed: allowed.unwrap_or_default(),
            doc: schema.description.to_string(),
        }
    }

    fn ty(&self, schema: &Schema, short: &str) -> NativeTy {
        if schema.int_or_string {
            // Generators of definitions write an amount of Kubernetes as either, with this pattern.
            let is_amount = schema.limits.pattern.as_ref().is_some_and(|(pattern, _)| pattern == QUANTITY_PATTERN);
            return if is_amount { NativeTy::Quantity } else { NativeTy::IntOrString };
        }
        match schema.ty {
            None => NativeTy::Any,
            Some(JsonType::Boolean) => NativeTy::Bool,
            Some(JsonType::Number) => NativeTy::Number,
            Some(JsonType::Integer) if schema.limits.format == "int32" => NativeTy::Int32,
            Some(JsonType::Integer) => NativeTy::Int64,
            Some(JsonType::String) if schema.limits.format == "duration" => NativeTy::Duration,
            Some(JsonType::String) => NativeTy::String,
            Some(JsonType::Array) => self.list(schema, short),
            Some(JsonType::Object) => self.object(schema, short),
        }
    }

    fn object(&self, schema: &Schema, short: &str) -> NativeTy {
        match &schema.additional {
            _ if schema.preserve || schema.embedded => NativeTy::Object,
            Additional::Of(value) => NativeTy::Map(Box::leak(Box::new(self.ty(value, short)))),
            Additional::Any => NativeTy::Object,
            Additional::None => {
                let fields = schema.properties.iter().map(|(name, inner)| self.field(schema, short, name, inner)).collect();
                NativeTy::Ref(self.add(short, fields))
            }
        }
    }

    fn list(&self, schema: &Schema, short: &str) -> NativeTy {
        let elem = schema.items.as_ref().map_or(NativeTy::Any, |items| self.ty(items, short));
        let keys: Vec<Ustr> = schema.list_keys.iter().map(|key| Ustr::from(key)).collect();
        let text = |key: &Ustr| {
            let field = schema.items.as_ref().and_then(|items| items.properties.get(key.as_str()));
            field.is_some_and(|field| field.ty == Some(JsonType::String))
        };
        let label = if let ([key], NativeTy::Ref(_)) = (keys.as_slice(), elem) { Some(*key).filter(text) } else { None };
        let merge = match schema.list_type {
            ListType::Atomic => ListMerge::Atomic,
            ListType::Set => ListMerge::Set,
            ListType::Map => ListMerge::Map { keys },
        };
        NativeTy::List(Box::leak(Box::new(ListTy {
            elem,
            label: label.filter(|_| schema.list_type == ListType::Map),
            merge,
            primary: None,
        })))
    }
}

/// What amounts look like in definitions: `500m`, `1.5Gi`.
pub const QUANTITY_PATTERN: &str =
    r"^(\+|-)?(([0-9]+(\.[0-9]*)?)|(\.[0-9]+))(([KMGTPE]i)|[numkMGTPE]|([eE](\+|-)?(([0-9]+(\.[0-9]*)?)|(\.[0-9]+))))?$";

fn capitalised(name: &str) -> String {
    let mut chars = name.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}
