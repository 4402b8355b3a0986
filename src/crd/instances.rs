//! Custom resources against the CustomResourceDefinitions of a run. Their metadata is that of all kinds, and judged as such elsewhere.

use super::schema::Schema;
use super::{defaults, rules, values};
use crate::diag::codes;
use crate::finding::{Finding, Place};
use crate::value::{Node, Value};
use rustc_hash::FxHashMap;
use ustr::Ustr;

/// The kinds that the CustomResourceDefinitions of a run define.
#[derive(Debug, Default)]
pub struct Definitions {
    kinds: FxHashMap<(String, String), Definition>,
    /// The CustomResourceDefinitions themselves.
    roots: Vec<Node>,
}

/// One version of one kind.
#[derive(Debug)]
pub struct Definition {
    pub schema: Schema,
    served: bool,
    /// With a status subresource, the status of what is created is dropped.
    status: bool,
}

impl Definitions {
    /// Adds those of another.
    pub fn take_in(&mut self, other: Definitions) {
        self.kinds.extend(other.kinds);
        self.roots.extend(other.roots);
    }

    /// Adds all versions of a CustomResourceDefinition.
    pub fn add(&mut self, root: &Node) {
        let object = Place::root(root);
        let spec = object.field("spec");
        let names = spec.field("names");
        let versions = spec.field("versions");
        self.roots.push(root.clone());
        for version in versions.items() {
            let api_version = format!("{}/{}", spec.field("group").text(), version.field("name").text());
            self.kinds.insert((api_version, names.field("kind").text().to_string()), Definition::read(&version));
        }
    }

    /// Those of them whose kind some text names, as a bundle for the program that the text is of.
    pub fn named_in(&self, texts: &[&str]) -> Option<Ustr> {
        let is_named = |root: &&Node| {
            let object = Place::root(root);
            let spec = object.field("spec");
            let kind = spec.field("names").field("kind").text().to_string();
            !kind.is_empty() && texts.iter().any(|text| text.contains(&kind))
        };
        let named: Vec<&Node> = self.roots.iter().filter(is_named).collect();
        (!named.is_empty()).then(|| super::bundle(&named))
    }

    /// What the API server would refuse in an object; `None` where no definition has its kind.
    pub fn check_instance(&self, root: &Node) -> Option<Vec<Finding>> {
        let object = Place::root(root);
        let (version, kind) = (object.field("apiVersion"), object.field("kind"));
        let definition = self.kinds.get(&(version.text().to_string(), kind.text().to_string()))?;
        Some(definition.check(root))
    }
}

impl Definition {
    pub fn read(version: &Place) -> Definition {
        let schema = version.field("schema");
        Definition {
            schema: Schema::read(&schema.field("openAPIV3Schema")),
            served: version.field("served").is_true(),
            status: version.field("subresources").field("status").exists(),
        }
    }

    /// An object with the defaults of its schema.
    pub fn filled(&self, root: &Node) -> Node {
        defaults::filled(root, &self.schema)
    }

    /// What the API server refuses in the change of an object, both with their defaults, beside what it refuses in the new one alone.
    pub fn check_update(&self, old: &Node, new: &Node) -> Vec<Finding> {
        let mut out = Vec::new();
        rules::check_update(&Place::root(old), &Place::root(new), &self.schema, true, &mut out);
        out
    }

    /// What the API server would refuse in an object of this kind.
    pub fn check(&self, root: &Node) -> Vec<Finding> {
        let object = Place::root(root);
        let version = object.field("apiVersion");
        let mut out = Vec::new();
        if !self.served {
            out.push(version.finding(&codes::CUSTOM_VALUE, format!("the CustomResourceDefinition does not serve {}", version.text())));
        }
        values::unknown(&object, &self.schema, true, &mut out);
        let mut filled = defaults::filled(root, &self.schema);
        if let (true, Value::Record(record)) = (self.status, &mut filled.value) {
            std::sync::Arc::make_mut(record).retain(|entry| entry.key.as_str() != "status");
        }
        let object = Place::root(&filled);
        let before = out.len();
        values::check(&object, &self.schema, &mut out);
        if out.len() == before {
            rules::check(&object, &self.schema, true, &mut out);
        }
        out
    }
}
