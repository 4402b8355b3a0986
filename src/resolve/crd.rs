//! `crd`: a declaration as the CustomResourceDefinition that it stands for.
//!
//! Fields become a structural schema: their types, with refinements as bounds and patterns, defaults that are plain data, documentation as
//! descriptions. `require` becomes a rule in CEL, guarded where it reads fields that may be absent. The definition makes the kind for the
//! program itself in the same way as one that is imported from YAML.

use super::Program;
use super::cel::{Scope, path, rule};
use crate::ast::{self, CrdDecl, Expr, ExprKind, FieldValue, Level, ListItem, Member};
use crate::diag::{Diagnostic, codes};
use crate::source::Span;
use crate::types::{Condition, Format, Literal, ModuleId, Ty};
use crate::value::{Entry, Item, List, Node, Op, Origin, Record, Value};
use ecow::EcoString;
use std::sync::Arc;
use ustr::Ustr;

impl<'a> Program<'a> {
    /// The CustomResourceDefinition of a declaration; what cannot be one is reported.
    pub(super) fn custom_definition(&self, home: ModuleId, decl: &'a CrdDecl) -> Option<Node> {
        let text = decl.group_version.as_static().unwrap_or_default();
        let Some((group, version)) = text.split_once('/').filter(|(group, version)| !group.is_empty() && !version.is_empty()) else {
            let error = Diagnostic::new(&codes::CRD_DEFINITION, decl.group_version.span, format!("`{text}` is no group and version"));
            self.sink.push(error.help("write both: crd Website in \"extensions.example.com/v1\" { … }"));
            return None;
        };
        let maker = Maker { program: self, home };
        let head = decl.body.name.span;
        let name = decl.body.name.name;
        if !name.starts_with(|c: char| c.is_ascii_uppercase()) {
            let mut letters = name.chars();
            let meant: String = letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect();
            let error =
                Diagnostic::new(&codes::CRD_DEFINITION, head, format!("`{name}` is no kind of Kubernetes: these begin with a capital"));
            self.sink.push(error.help(format!("write `{meant}`")).fix(head, meant));
            return None;
        }
        let names = maker.names(decl);
        let plural = names.plural.clone();
        let mut version_entries = vec![
            ("name", string(version, decl.group_version.span)),
            ("served", Node::new(Value::Bool(true), Origin::user(head))),
            ("storage", Node::new(Value::Bool(true), Origin::user(head))),
        ];
        let root = Scope::of(&decl.body.members);
        version_entries
            .push(("schema", record(vec![("openAPIV3Schema", maker.schema(&decl.body.members, &decl.body.doc, head, true).0)], head)));
        let mut subresources = Vec::new();
        if decl.body.members.iter().any(|m| matches!(m, Member::Nested(n) if n.name.name.as_str() == "status")) {
            subresources.push(("status", record(Vec::new(), head)));
        }
        subresources.extend(maker.scale(decl, &root).map(|scale| ("scale", scale)));
        if !subresources.is_empty() {
            version_entries.push(("subresources", record(subresources, head)));
        }
        let columns = maker.columns(decl, &root);
        if !columns.is_empty() {
            version_entries.push(("additionalPrinterColumns", list(columns, head)));
        }
        let spec = vec![
            ("group", string(group, decl.group_version.span)),
            ("names", names.node(decl)),
            ("scope", maker.setting(decl, "scope").unwrap_or_else(|| string("Namespaced", head))),
            ("versions", list(vec![record(version_entries, head)], head)),
        ];
        let entries = vec![
            ("apiVersion", string("apiextensions.k8s.io/v1", head)),
            ("kind", string("CustomResourceDefinition", head)),
            ("metadata", record(vec![("name", string(&format!("{plural}.{group}"), head))], head)),
            ("spec", record(spec, head)),
        ];
        Some(record(entries, decl.body.span))
    }
}

struct Names {
    plural: String,
    singular: String,
    list_kind: String,
    lists: Vec<(&'static str, Node)>,
}

impl Names {
    fn node(self, decl: &CrdDecl) -> Node {
        let at = decl.body.name.span;
        let mut entries = vec![
            ("kind", string(&decl.body.name.name, at)),
            ("listKind", string(&self.list_kind, at)),
            ("plural", string(&self.plural, at)),
            ("singular", string(&self.singular, at)),
        ];
        entries.extend(self.lists);
        record(entries, at)
    }
}

struct Maker<'p, 'a> {
    program: &'p Program<'a>,
    home: ModuleId,
}

impl<'a> Maker<'_, 'a> {
    fn error(&self, at: Span, message: impl Into<String>, help: &str) {
        self.program.sink.push(Diagnostic::new(&codes::CRD_DEFINITION, at, message).help(help));
    }

    fn names(&self, decl: &'a CrdDecl) -> Names {
        let text = |name: &str| match self.setting(decl, name).map(|node| node.value) {
            Some(Value::Str(text)) => Some(text.to_string()),
            _ => None,
        };
        let singular = text("singular").unwrap_or_else(|| decl.body.name.name.to_lowercase());
        let plural = text("plural").unwrap_or_else(|| plural_of(&singular));
        let list_kind = text("listKind").unwrap_or_else(|| format!("{}List", decl.body.name.name));
        let lists = ["categories", "shortNames"].into_iter().filter_map(|name| Some((name, self.setting(decl, name)?))).collect();
        for member in &decl.body.members {
            if let Member::Set(field) = member {
                self.known_setting(field);
            }
        }
        Names { plural, singular, list_kind, lists }
    }

    fn known_setting(&self, field: &ast::Field) {
        const KNOWN: &[&str] = &["scope", "plural", "singular", "listKind", "shortNames", "categories", "scale"];
        let name = field.key.as_static().unwrap_or_default();
        if !KNOWN.contains(&name.as_str()) {
            self.error(field.span, format!("a crd has no setting `{name}`"), &format!("settings are {}", KNOWN.join(", ")));
        }
    }

    /// What a setting was given, plain data.
    fn setting(&self, decl: &'a CrdDecl, name: &str) -> Option<Node> {
        decl.body.members.iter().find_map(|member| match member {
            Member::Set(ast::Field { key, label: None, value: FieldValue::Set(value), .. }) if key.as_static()?.as_str() == name => {
                self.data(value)
            }
            _ => None,
        })
    }

    /// An expression as plain data; reports what is none.
    fn data(&self, expr: &'a Expr) -> Option<Node> {
        let found = plain(expr);
        if found.is_none() {
            self.error(expr.span, "this must be plain data: it becomes part of a CustomResourceDefinition", "write the value itself");
        }
        found
    }

    fn scale(&self, decl: &'a CrdDecl, root: &Scope) -> Option<Node> {
        let block = decl.body.members.iter().find_map(|member| match member {
            Member::Set(ast::Field { key, label: None, value: FieldValue::Block(block), .. }) if key.as_static()?.as_str() == "scale" => {
                Some(block)
            }
            _ => None,
        })?;
        let mut entries = Vec::new();
        for entry in &block.entries {
            let ast::Entry::Field(ast::Field { key, value: FieldValue::Set(value), span, .. }) = entry else { continue };
            let name = match key.as_static().unwrap_or_default().as_str() {
                "spec" => "specReplicasPath",
                "status" => "statusReplicasPath",
                "selector" => "labelSelectorPath",
                other => {
                    self.error(
                        *span,
                        format!("scale has no `{other}`"),
                        "it has `spec`, `status` and `selector`, each the path of a field",
                    );
                    continue;
                }
            };
            entries.extend(self.path(value, root).map(|path| (name, string(&path, value.span))));
        }
        Some(record(entries, block.span))
    }

    fn path(&self, expr: &Expr, root: &Scope) -> Option<String> {
        let found = path(expr, root);
        if found.is_none() {
            self.error(expr.span, "this is no field of the crd", "write its path: spec.replicas");
        }
        found
    }

    fn columns(&self, decl: &'a CrdDecl, root: &Scope) -> Vec<Node> {
        let mut out = Vec::new();
        for member in &decl.body.members {
            let Member::Column(column) = member else { continue };
            let name = column.name.as_static().unwrap_or_default();
            let Some(path) = self.path(&column.value, root) else { continue };
            let entries = vec![
                ("name", string(&name, column.span)),
                ("type", string(root.column_type(&column.value), column.span)),
                ("jsonPath", string(&path, column.value.span)),
            ];
            out.push(record(entries, column.span));
        }
        out
    }

    /// The schema of some members, and whether one of them must be written.
    fn schema(&self, members: &'a [Member], doc: &ast::Doc, at: Span, is_root: bool) -> (Node, bool) {
        let (mut properties, mut required, mut rules) = (Vec::new(), Vec::new(), Vec::new());
        let scope = Scope::of(members);
        for member in members {
            match member {
                Member::Field(field) => {
                    let ty = self.program.ty(self.home, &field.ty);
                    let mut schema = self.typed(&ty, field.span);
                    if let Some(default) = &field.default {
                        schema.extend(self.data(default).map(|node| ("default", node)));
                    } else if !ty.has_default() {
                        required.push(string(&field.name.name, field.span));
                    }
                    describe(&mut schema, &field.doc, field.span);
                    properties.push((field.name.name, record(schema, field.span)));
                }
                Member::Nested(nested) => {
                    let (schema, needed) = self.schema(&nested.members, &nested.doc, nested.span, false);
                    if needed && nested.name.name.as_str() != "status" {
                        required.push(string(&nested.name.name, nested.span));
                    }
                    properties.push((nested.name.name, schema));
                }
                Member::Require(require) => rules.extend(self.rule(require, &scope)),
                Member::Set(_) | Member::Column(_) => {}
                Member::If(ast::If { span, .. }) => {
                    self.error(*span, "a crd has no such thing: what it says is the same for all its objects", "declare fields and rules");
                }
                Member::Export(ast::Block { span, .. }) => {
                    self.error(*span, "a crd exports nothing", "its objects' fields are read as such")
                }
                // They say what one of its objects becomes, which is no part of the definition.
                Member::Emit(_) | Member::Let(_) if is_root => {}
                Member::Emit(_) | Member::Let(_) => {
                    self.error(member.span(), "this stands in the body of the crd itself", "move it out of this record");
                }
            }
        }
        let mut schema = vec![("type", string("object", at))];
        let needed = !required.is_empty();
        if !properties.is_empty() {
            schema.push(("properties", Node::new(Value::Record(Arc::new(entries(properties))), Origin::user(at))));
        }
        if needed {
            schema.push(("required", list(required, at)));
        }
        if !rules.is_empty() {
            schema.push(("x-kubernetes-validations", list(rules, at)));
        }
        describe(&mut schema, doc, at);
        (record(schema, at), needed)
    }

    fn rule(&self, require: &'a ast::Require, scope: &Scope) -> Option<Node> {
        let text = match rule(&require.condition, scope) {
            Ok(text) => text,
            Err((at, why)) => {
                self.error(
                    at,
                    format!("this cannot be said in CEL, in which the API server reads it: {why}"),
                    "use fields, literals, comparisons and logic",
                );
                return None;
            }
        };
        let mut entries = vec![("rule", string(&text, require.span))];
        if require.level == Level::Warn {
            self.error(require.span, "the API server knows no warnings in a crd", "leave out `warn`");
        }
        entries.extend(self.data(&require.message).map(|message| ("message", message)));
        Some(record(entries, require.span))
    }

    /// The schema of a type.
    fn typed(&self, ty: &Ty<'a>, at: Span) -> Vec<(&'static str, Node)> {
        let one = |name: &str| vec![("type", string(name, at))];
        let flag = |name: &'static str| (name, Node::new(Value::Bool(true), Origin::user(at)));
        match ty {
            Ty::Any | Ty::Poison | Ty::Null => vec![flag("x-kubernetes-preserve-unknown-fields")],
            Ty::Bool => one("boolean"),
            Ty::Int => one("integer"),
            Ty::Float => one("number"),
            Ty::String | Ty::Percent | Ty::Literal(Literal::Str(_)) => one("string"),
            Ty::Duration => vec![("type", string("string", at)), ("format", string("duration", at))],
            Ty::Literal(Literal::Int(_)) => one("integer"),
            Ty::Literal(Literal::Bool(_)) => one("boolean"),
            Ty::Cpu | Ty::Bytes | Ty::Quantity => {
                vec![flag("x-kubernetes-int-or-string"), ("pattern", string(crate::crd::QUANTITY_PATTERN, at))]
            }
            Ty::List(elem) => {
                let mut schema = one("array");
                schema.push(("items", record(self.typed(elem, at), at)));
                schema
            }
            Ty::Map(map) => {
                let mut schema = one("object");
                schema.push(("additionalProperties", record(self.typed(&map.value, at), at)));
                schema
            }
            Ty::Record(fields) => self.fields(fields, at),
            Ty::Optional(inner) => self.typed(inner, at),
            Ty::Union(members) => self.union(members, at),
            Ty::Refined(refined) => {
                let mut schema = self.typed(&refined.base, at);
                refined.conditions.iter().for_each(|condition| narrow(&mut schema, condition, &refined.base, at));
                schema
            }
            Ty::Native(_) | Ty::Partial(_) => vec![("type", string("object", at)), flag("x-kubernetes-preserve-unknown-fields")],
            Ty::Keyed(_) => {
                let item = vec![("type", string("object", at)), flag("x-kubernetes-preserve-unknown-fields")];
                vec![("type", string("array", at)), ("items", record(item, at))]
            }
            Ty::Ref | Ty::Range(_) | Ty::Address(_) => {
                self.error(at, "objects of a crd hold data, and this type is none", "use String, Int, Bool, lists, maps and records");
                Vec::new()
            }
        }
    }

    fn fields(&self, ty: &crate::types::RecordTy<'a>, at: Span) -> Vec<(&'static str, Node)> {
        let (mut properties, mut required) = (Vec::new(), Vec::new());
        for field in &ty.fields {
            let mut schema = self.typed(&field.ty, at);
            if let Some(default) = field.default {
                schema.extend(self.data(default.expr).map(|node| ("default", node)));
            }
            if field.required() {
                required.push(string(&field.name, at));
            }
            describe(&mut schema, &field.doc.map(EcoString::from), at);
            properties.push((field.name, record(schema, at)));
        }
        let mut schema = vec![("type", string("object", at))];
        schema.push(("properties", Node::new(Value::Record(Arc::new(entries(properties))), Origin::user(at))));
        if !required.is_empty() {
            schema.push(("required", list(required, at)));
        }
        schema
    }

    fn union(&self, members: &[Ty<'a>], at: Span) -> Vec<(&'static str, Node)> {
        let text = |ty: &Ty| if let Ty::Literal(Literal::Str(text)) = ty { Some(string(text, at)) } else { None };
        if let Some(texts) = members.iter().map(text).collect::<Option<Vec<_>>>() {
            return vec![("type", string("string", at)), ("enum", list(texts, at))];
        }
        let simple = |ty: &Ty| matches!(ty.base(), Ty::Int | Ty::String | Ty::Percent);
        if !members.iter().all(simple) {
            self.error(at, "a schema cannot say this union", "unions of texts, and of numbers and texts, can be said");
        }
        vec![("x-kubernetes-int-or-string", Node::new(Value::Bool(true), Origin::user(at)))]
    }
}

/// A condition of a refined type as keywords of its schema; what a schema cannot say is left to kdsl.
fn narrow(schema: &mut Vec<(&'static str, Node)>, condition: &Condition, base: &Ty, at: Span) {
    let int = |n: usize| Node::new(Value::Int(i64::try_from(n).unwrap_or(i64::MAX)), Origin::user(at));
    match condition {
        Condition::Between { lo, hi } if matches!(base.base(), Ty::Int | Ty::Float) => {
            let number = |n: &rust_decimal::Decimal| {
                let whole = n.fract().is_zero().then(|| n.trunc().to_string().parse().ok()).flatten();
                Node::new(whole.map_or(Value::Float(*n), Value::Int), Origin::user(at))
            };
            schema.extend(lo.as_ref().map(|n| ("minimum", number(n))));
            schema.extend(hi.as_ref().map(|n| ("maximum", number(n))));
        }
        Condition::Length { lo, hi } => {
            let (least, most) = if matches!(base.base(), Ty::String) { ("minLength", "maxLength") } else { ("minItems", "maxItems") };
            schema.extend(lo.map(|n| (least, int(n))));
            schema.extend(hi.map(|n| (most, int(n))));
        }
        Condition::Match(regex) => schema.push(("pattern", string(regex.as_str(), at))),
        Condition::Format(Format::DnsLabel | Format::Dns1035Label) => {
            schema.push(("pattern", string("^[a-z0-9]([-a-z0-9]*[a-z0-9])?$", at)));
            schema.push(("maxLength", int(63)));
        }
        Condition::Format(Format::Url) => schema.push(("format", string("uri", at))),
        Condition::Format(Format::Cidr) => schema.push(("format", string("cidr", at))),
        Condition::Format(_) | Condition::Between { .. } => {}
    }
}

fn describe(schema: &mut Vec<(&'static str, Node)>, doc: &ast::Doc, at: Span) {
    schema.extend(doc.as_ref().map(|doc| ("description", string(doc.trim(), at))));
}

fn plural_of(singular: &str) -> String {
    if singular.ends_with(['s', 'x', 'z']) || singular.ends_with("ch") || singular.ends_with("sh") {
        return format!("{singular}es");
    }
    match singular.strip_suffix('y') {
        Some(stem) if !stem.ends_with(['a', 'e', 'i', 'o', 'u']) => format!("{stem}ies"),
        _ => format!("{singular}s"),
    }
}

/// An expression that is data as it stands.
fn plain(expr: &Expr) -> Option<Node> {
    let value = match &expr.kind {
        ExprKind::Null => Value::Null,
        ExprKind::Bool(b) => Value::Bool(*b),
        ExprKind::Num(lit) => crate::number::value(lit).ok()?,
        ExprKind::Str(lit) => Value::str(lit.as_static()?),
        ExprKind::Neg(inner) => match plain(inner)?.value {
            Value::Int(n) => Value::Int(n.checked_neg()?),
            Value::Float(n) => Value::Float(-n),
            _ => return None,
        },
        ExprKind::List(items) => {
            let item = |item: &ListItem| if let ListItem::Item(e) = item { plain(e) } else { None };
            let items: Vec<Node> = items.iter().map(item).collect::<Option<_>>()?;
            return Some(list(items, expr.span));
        }
        ExprKind::Record(block) => {
            let entry = |entry: &ast::Entry| match entry {
                ast::Entry::Field(ast::Field { key, label: None, value: FieldValue::Set(value), .. }) => {
                    Some((key.as_static()?, plain(value)?))
                }
                _ => None,
            };
            Value::Record(Arc::new(entries(block.entries.iter().map(entry).collect::<Option<_>>()?)))
        }
        _ => return None,
    };
    Some(Node::new(value, Origin::user(expr.span)))
}

fn string(text: &str, at: Span) -> Node {
    Node::new(Value::str(text), Origin::user(at))
}

fn record(parts: Vec<(&'static str, Node)>, at: Span) -> Node {
    Node::new(Value::Record(Arc::new(entries(parts.into_iter().map(|(key, node)| (Ustr::from(key), node)).collect()))), Origin::user(at))
}

fn entries(parts: Vec<(Ustr, Node)>) -> Record {
    let mut out = Record::with_capacity(parts.len());
    for (key, node) in parts {
        let at = node.origin.span;
        if out.position(key).is_none() {
            out.push(Entry { key, node, at, op: Op::Merge, spread: false, over: None });
        }
    }
    out
}

fn list(nodes: Vec<Node>, at: Span) -> Node {
    let items = nodes.into_iter().map(|node| Item { at: node.origin.span, node }).collect();
    Node::new(Value::List(Arc::new(List { items, ..List::default() })), Origin::user(at))
}
