//! A schema of a CustomResourceDefinition, read once from its node.
//!
//! Reading never fails: what has the wrong shape was reported as such, and reads as absent. The same structure describes the parts under
//! `allOf`, `anyOf`, `oneOf` and `not`, which only narrow.

use crate::cel::CelType;
use crate::finding::Place;
use crate::value::{Node, Value};
use ecow::EcoString;
use indexmap::IndexMap;
use regex::Regex;
use rust_decimal::Decimal;
use std::sync::Arc;

/// A schema and all schemas in it.
#[derive(Clone, Debug, Default)]
pub struct Schema {
    pub ty: Option<JsonType>,
    pub description: EcoString,
    pub nullable: bool,
    pub preserve: bool,
    pub embedded: bool,
    pub int_or_string: bool,
    pub list_type: ListType,
    pub list_keys: Vec<EcoString>,
    pub atomic_map: bool,
    pub properties: IndexMap<EcoString, Schema>,
    pub additional: Additional,
    pub items: Option<Box<Schema>>,
    pub default: Option<Node>,
    pub rules: Vec<Rule>,
    pub limits: Limits,
    pub all_of: Vec<Schema>,
    pub any_of: Vec<Schema>,
    pub one_of: Vec<Schema>,
    pub not: Option<Box<Schema>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JsonType {
    Object,
    Array,
    String,
    Integer,
    Number,
    Boolean,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ListType {
    #[default]
    Atomic,
    Set,
    Map,
}

/// What may stand under keys that have no schema of their own.
#[derive(Clone, Debug, Default)]
pub enum Additional {
    #[default]
    None,
    Any,
    Of(Box<Schema>),
}

/// What a value must be like beyond its type.
#[derive(Clone, Debug, Default)]
pub struct Limits {
    pub format: EcoString,
    pub maximum: Option<(Decimal, bool)>,
    pub minimum: Option<(Decimal, bool)>,
    pub multiple_of: Option<Decimal>,
    pub length: (Option<usize>, Option<usize>),
    pub items: (Option<usize>, Option<usize>),
    pub properties: (Option<usize>, Option<usize>),
    pub pattern: Option<(EcoString, Arc<Regex>)>,
    pub allowed: Vec<Node>,
    pub required: Vec<EcoString>,
}

/// An entry of `x-kubernetes-validations`.
#[derive(Clone, Debug, Default)]
pub struct Rule {
    pub rule: EcoString,
    pub message: EcoString,
    pub field_path: EcoString,
    pub optional_old: bool,
}

impl JsonType {
    pub fn parse(text: &str) -> Option<JsonType> {
        match text {
            "object" => Some(JsonType::Object),
            "array" => Some(JsonType::Array),
            "string" => Some(JsonType::String),
            "integer" => Some(JsonType::Integer),
            "number" => Some(JsonType::Number),
            "boolean" => Some(JsonType::Boolean),
            _ => None,
        }
    }

    pub fn name(self) -> &'static str {
        match self {
            JsonType::Object => "object",
            JsonType::Array => "array",
            JsonType::String => "string",
            JsonType::Integer => "integer",
            JsonType::Number => "number",
            JsonType::Boolean => "boolean",
        }
    }
}

impl Schema {
    pub fn read(place: &Place) -> Schema {
        let list = |name: &str| place.field(name).items().map(|part| Schema::read(&part)).collect();
        let texts = |name: &str| place.field(name).items().map(|item| item.text().into()).collect();
        let one = |name: &str| Some(place.field(name)).filter(|p| p.record().is_some()).map(|p| Box::new(Schema::read(&p)));
        Schema {
            ty: JsonType::parse(place.field("type").text()),
            description: place.field("description").text().into(),
            nullable: place.field("nullable").is_true(),
            preserve: place.field("x-kubernetes-preserve-unknown-fields").is_true(),
            embedded: place.field("x-kubernetes-embedded-resource").is_true(),
            int_or_string: place.field("x-kubernetes-int-or-string").is_true(),
            list_type: match place.field("x-kubernetes-list-type").text() {
                "set" => ListType::Set,
                "map" => ListType::Map,
                _ => ListType::Atomic,
            },
            list_keys: texts("x-kubernetes-list-map-keys"),
            atomic_map: place.field("x-kubernetes-map-type").text() == "atomic",
            properties: place.field("properties").keys().map(|(key, part)| (key.into(), Schema::read(&part))).collect(),
            additional: match place.field("additionalProperties").value() {
                Some(Value::Bool(true)) => Additional::Any,
                Some(Value::Record(_)) => Additional::Of(Box::new(Schema::read(&place.field("additionalProperties")))),
                _ => Additional::None,
            },
            items: one("items"),
            default: place.field("default").node().cloned(),
            rules: place.field("x-kubernetes-validations").items().map(|rule| Rule::read(&rule)).collect(),
            limits: Limits::read(place, texts("required")),
            all_of: list("allOf"),
            any_of: list("anyOf"),
            one_of: list("oneOf"),
            not: one("not"),
        }
    }

    /// The schema of an entry under a key.
    pub fn entry(&self, key: &str) -> Option<&Schema> {
        match (self.properties.get(key), &self.additional) {
            (Some(schema), _) => Some(schema),
            (None, Additional::Of(schema)) => Some(schema),
            (None, Additional::None | Additional::Any) => None,
        }
    }

    /// The type that expressions see; `None` where they see nothing. The root of a resource always has its metadata.
    /// Structures are told apart by `name`, their place: two with the same fields are two types.
    pub fn cel_type(&self, root: bool, name: &str) -> Option<CelType> {
        if self.int_or_string {
            return Some(CelType::Dyn);
        }
        match self.ty? {
            JsonType::Array => {
                let items = self.items.as_ref()?;
                Some(CelType::list(items.cel_type(items.embedded, &format!("{name}[]"))?))
            }
            JsonType::Object => match &self.additional {
                Additional::Of(value) => Some(CelType::map(CelType::String, value.cel_type(value.embedded, &format!("{name}[]"))?)),
                Additional::None | Additional::Any => Some(self.cel_object(root, name)),
            },
            JsonType::String => Some(match self.limits.format.as_str() {
                "byte" => CelType::Bytes,
                "duration" => CelType::Duration,
                "date" | "date-time" => CelType::Timestamp,
                _ => CelType::String,
            }),
            JsonType::Boolean => Some(CelType::Bool),
            JsonType::Number => Some(CelType::Double),
            JsonType::Integer => Some(CelType::Int),
        }
    }

    fn cel_object(&self, root: bool, name: &str) -> CelType {
        let mut fields: Vec<(EcoString, CelType)> = Vec::new();
        for (field, schema) in &self.properties {
            if let (Some(escaped), Some(ty)) = (escaped(field), schema.cel_type(schema.embedded, &format!("{name}.{field}"))) {
                fields.push((escaped, ty));
            }
        }
        if root {
            let named = |name: &str| (EcoString::from(name), CelType::String);
            fields.retain(|(name, _)| !matches!(name.as_str(), "apiVersion" | "kind" | "metadata"));
            fields.extend([named("apiVersion"), named("kind")]);
            let metadata = CelType::object(format!("{name}.metadata"), [named("name"), named("generateName")]);
            fields.push(("metadata".into(), metadata));
        }
        CelType::object(name, fields)
    }
}

impl Rule {
    fn read(place: &Place) -> Rule {
        Rule {
            rule: place.field("rule").text().into(),
            message: place.field("message").text().into(),
            field_path: place.field("fieldPath").text().into(),
            optional_old: place.field("optionalOldSelf").is_true(),
        }
    }
}

impl Limits {
    fn read(place: &Place, required: Vec<EcoString>) -> Limits {
        let number = |name: &str| place.field(name).value().and_then(Value::amount);
        let count = |name: &str| place.field(name).int().and_then(|n| usize::try_from(n).ok());
        let bound = |name: &str, exclusive: &str| number(name).map(|n| (n, place.field(exclusive).is_true()));
        let pattern = place.field("pattern").text();
        Limits {
            format: place.field("format").text().into(),
            maximum: bound("maximum", "exclusiveMaximum"),
            minimum: bound("minimum", "exclusiveMinimum"),
            multiple_of: number("multipleOf"),
            length: (count("minLength"), count("maxLength")),
            items: (count("minItems"), count("maxItems")),
            properties: (count("minProperties"), count("maxProperties")),
            pattern: crate::pattern::compiled_go(pattern).ok().flatten().filter(|_| !pattern.is_empty()).map(|r| (pattern.into(), r)),
            allowed: place.field("enum").list().map_or_else(Vec::new, |list| list.items.iter().map(|item| item.node.clone()).collect()),
            required,
        }
    }
}

/// A field's name as expressions write it; `None` for a name that they cannot.
pub fn escaped(name: &str) -> Option<EcoString> {
    const RESERVED: &[&str] = &[
        "true",
        "false",
        "null",
        "in",
        "as",
        "break",
        "const",
        "continue",
        "else",
        "for",
        "function",
        "if",
        "import",
        "let",
        "loop",
        "package",
        "namespace",
        "return",
        "var",
        "void",
        "while",
    ];
    if RESERVED.contains(&name) {
        return Some(ecow::eco_format!("__{name}__"));
    }
    if name.is_empty() || name.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    if !name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.' | b'/')) {
        return None;
    }
    let text = name.replace("__", "__underscores__");
    Some(text.replace('.', "__dot__").replace('-', "__dash__").replace('/', "__slash__").into())
}

#[cfg(test)]
mod tests {
    use super::escaped;

    #[test]
    fn names_are_escaped_as_the_server_does() {
        assert_eq!(escaped("namespace").as_deref(), Some("__namespace__"));
        assert_eq!(escaped("a-b.c/d__e").as_deref(), Some("a__dash__b__dot__c__slash__d__underscores__e"));
        assert_eq!(escaped("1a"), None);
        assert_eq!(escaped("a b"), None);
    }
}
