//! What there is to document, read off the syntax trees.

use super::custom;
use crate::ast::{CrdDecl, Entry, FieldDecl, FieldValue, Item, KindDecl, Level, Member, RuleBind, RuleDecl, TypeDecl, TypeExprKind};
use crate::builtins;
use crate::diag::Sink;
use crate::load::Project;
use crate::source::{FileDb, Source, SourceKind, Span};
use crate::stdlib;
use crate::syntax;
use std::sync::Arc;

/// A default that is longer is worked out from other fields, and is read in the source.
const LONGEST_DEFAULT: usize = 60;

/// All that is documented.
#[derive(Debug, Default)]
pub struct Book {
    pub title: String,
    pub parts: Vec<Part>,
}

/// What a project declares, what the library declares, and the functions of the language.
#[derive(Debug, Default)]
pub struct Part {
    pub title: String,
    /// Begins the names of its pages.
    pub slug: &'static str,
    pub kinds: Vec<Kind>,
    pub types: Vec<Type>,
    pub functions: Vec<Function>,
    pub rules: Vec<Rule>,
    /// Params and lets of a project.
    pub values: Vec<Field>,
}

#[derive(Debug)]
pub struct Kind {
    pub name: String,
    pub from: Option<String>,
    pub doc: String,
    pub fields: Vec<Field>,
    pub exports: Vec<Field>,
}

#[derive(Clone, Debug, Default)]
pub struct Field {
    /// `access.allow`
    pub name: String,
    pub ty: String,
    pub default: String,
    pub doc: String,
    pub required: bool,
    pub primary: bool,
    /// The kind that declares it, where that is another one.
    pub of: Option<String>,
}

#[derive(Debug)]
pub struct Type {
    pub name: String,
    /// What stands behind `=`; empty for a record.
    pub is: String,
    pub doc: String,
    pub fields: Vec<Field>,
}

#[derive(Debug)]
pub struct Function {
    pub name: String,
    pub signature: String,
    pub doc: String,
    pub example: String,
}

#[derive(Debug)]
pub struct Rule {
    pub name: String,
    pub on: String,
    pub doc: String,
    pub file: String,
    /// Whether the worst that it says is a warning.
    pub warns: bool,
    /// A manifest that it complains of.
    pub example: String,
}

/// A file and its declarations.
struct Text {
    source: Arc<Source>,
    items: Vec<Item>,
}

impl Book {
    /// The book of a project, or of the library alone.
    pub fn new(project: Option<&Project>) -> Book {
        let library = library();
        let kinds_of = |texts: &[Text]| texts.iter().flat_map(|text| text.kinds(&library)).collect::<Vec<Kind>>();
        let mut parts = Vec::new();
        let mut title = "kdsl".to_string();
        if let Some(project) = project {
            let texts: Vec<Text> = project.files.iter().map(|file| Text::parse(&file.source)).collect();
            let own = project.files.first().map_or("", |file| file.path.as_str());
            title = own.rsplit('/').next().unwrap_or(own).trim_end_matches(".kdsl").to_string();
            let own = texts.iter().flat_map(|text| text.kinds_among(&texts, &library));
            let kinds = own.chain(custom::kinds(project)).collect();
            parts.push(Part { kinds, values: collect(&texts, Text::values), ..part(&title, "", &texts) });
        }
        let mut std = part("Standard library", "std-", &library);
        std.kinds = kinds_of(&library);
        let examples = stdlib::failing_examples();
        for rule in &mut std.rules {
            rule.example = examples.get(rule.name.as_str()).map_or_else(String::new, |text| text.to_string());
        }
        std.types.retain(|ty| !ty.doc.is_empty());
        // What the library's own kinds are written with is of no use elsewhere.
        std.functions = builtins::all().map(builtin).collect();
        parts.push(std);
        Book { title, parts }
    }
}

fn part(title: &str, slug: &'static str, texts: &[Text]) -> Part {
    Part {
        title: title.to_string(),
        slug,
        kinds: Vec::new(),
        types: collect(texts, Text::types),
        functions: collect(texts, Text::functions),
        rules: collect(texts, Text::rules),
        values: Vec::new(),
    }
}

fn collect<T>(texts: &[Text], of: impl Fn(&Text) -> Vec<T>) -> Vec<T> {
    texts.iter().flat_map(of).collect()
}

fn library() -> Vec<Text> {
    let db = FileDb::new();
    stdlib::FILES.iter().filter_map(|(name, text)| db.add(*name, *text, SourceKind::Std).ok()).map(|source| Text::parse(&source)).collect()
}

fn builtin(builtin: &builtins::Builtin) -> Function {
    let example = builtin.example.to_string();
    Function { name: builtin.name.into(), signature: builtin.signature(), doc: builtin.doc.into(), example }
}

impl Text {
    fn parse(source: &Arc<Source>) -> Text {
        // What does not parse is told by `kdsl check`; all else is documented.
        let items = syntax::parse(source, &Sink::new()).items;
        Text { source: source.clone(), items }
    }

    fn slice(&self, span: Span) -> String {
        self.source.slice(span).split_whitespace().collect::<Vec<_>>().join(" ")
    }

    // ---- kinds ----

    fn kinds(&self, library: &[Text]) -> Vec<Kind> {
        self.kinds_among(&[], library)
    }

    fn kinds_among(&self, own: &[Text], library: &[Text]) -> Vec<Kind> {
        let kind = |item: &Item| match item {
            Item::Kind(kind) => Some(self.kind(kind, own, library)),
            Item::Crd(crd) => Some(self.custom(crd)),
            _ => None,
        };
        self.items.iter().filter_map(kind).collect()
    }

    /// A crd is the kind of its objects; its settings are no fields of theirs.
    fn custom(&self, crd: &CrdDecl) -> Kind {
        let mut kind = self.kind(&crd.body, &[], &[]);
        kind.fields.retain(|field| !field.ty.is_empty());
        let version = crd.group_version.as_static().unwrap_or_default();
        kind.doc = format!("{}\n\nA custom resource of `{version}`.", kind.doc).trim_start().to_string();
        kind
    }

    fn kind(&self, decl: &KindDecl, own: &[Text], library: &[Text]) -> Kind {
        let mut kind = Kind {
            name: decl.name.name.to_string(),
            from: decl.from.map(|path| path.name.name.to_string()),
            doc: decl.doc.as_deref().unwrap_or("").to_string(),
            fields: Vec::new(),
            exports: Vec::new(),
        };
        let (mut text, mut at, mut seen) = (self, decl, vec![decl.name.name]);
        loop {
            let of = (at.name.name != decl.name.name).then(|| at.name.name.to_string());
            let mut fields = Vec::new();
            text.members("", &at.members, &of, &mut fields);
            for field in fields {
                match kind.fields.iter_mut().find(|known| known.name == field.name) {
                    // What a kind sets of the one that it is made from has that one's type and words.
                    Some(known) if known.ty.is_empty() => {
                        let default = std::mem::take(&mut known.default);
                        *known = Field { default, required: false, ..field };
                    }
                    Some(_) => {}
                    None => kind.fields.push(field),
                }
            }
            text.exports(&at.members, &of, &mut kind.exports);
            let Some(parent) = at.from.map(|path| path.name.name).filter(|name| !seen.contains(name)) else { break };
            seen.push(parent);
            let found = own.iter().chain(library).find_map(|text| text.kind_named(parent.as_str()).map(|decl| (text, decl)));
            let Some((in_text, parent)) = found else { break };
            (text, at) = (in_text, parent);
        }
        kind
    }

    fn kind_named(&self, name: &str) -> Option<&KindDecl> {
        self.items.iter().find_map(|item| match item {
            Item::Kind(kind) if kind.name.name == name => Some(kind),
            _ => None,
        })
    }

    fn members(&self, prefix: &str, members: &[Member], of: &Option<String>, out: &mut Vec<Field>) {
        for member in members {
            match member {
                Member::Field(field) => out.push(Field { of: of.clone(), ..self.field(prefix, field) }),
                Member::Nested(nested) => {
                    let name = format!("{prefix}{}", nested.name.name);
                    let doc = nested.doc.as_deref().unwrap_or("").to_string();
                    out.push(Field { name: name.clone(), ty: "{ … }".into(), doc, of: of.clone(), ..Field::default() });
                    self.members(&format!("{name}."), &nested.members, of, out);
                }
                Member::Set(set) => {
                    if let (FieldValue::Set(value), Some(name)) = (&set.value, set.key.as_static()) {
                        let (name, default) = (format!("{prefix}{name}"), self.default(value.span));
                        out.push(Field { name, default, of: of.clone(), ..Field::default() });
                    }
                }
                Member::Let(_) | Member::Require(_) | Member::If(_) | Member::Export(_) | Member::Emit(_) | Member::Column(_) => {}
            }
        }
    }

    fn field(&self, prefix: &str, field: &FieldDecl) -> Field {
        Field {
            name: format!("{prefix}{}", field.name.name),
            ty: self.slice(field.ty.span),
            default: field.default.as_ref().map_or(String::new(), |value| self.default(value.span)),
            doc: field.doc.as_deref().unwrap_or("").to_string(),
            required: field.default.is_none() && !matches!(field.ty.kind, TypeExprKind::Optional(_)),
            primary: field.primary,
            of: None,
        }
    }

    fn default(&self, span: Span) -> String {
        let text = self.slice(span);
        if text.chars().count() > LONGEST_DEFAULT { "…".into() } else { text }
    }

    fn exports(&self, members: &[Member], of: &Option<String>, out: &mut Vec<Field>) {
        let blocks = members.iter().filter_map(|member| if let Member::Export(block) = member { Some(block) } else { None });
        for entry in blocks.flat_map(|block| &block.entries) {
            if let Entry::Field(field) = entry
                && let Some(name) = field.key.as_static()
                && !out.iter().any(|known| known.name == name.as_str())
            {
                let doc = field.doc.as_deref().unwrap_or("").to_string();
                out.push(Field { name: name.to_string(), doc, of: of.clone(), ..Field::default() });
            }
        }
    }

    // ---- the rest ----

    fn types(&self) -> Vec<Type> {
        let decls = self.items.iter().filter_map(|item| if let Item::Type(decl) = item { Some(decl) } else { None });
        decls.map(|decl| self.type_decl(decl)).collect()
    }

    fn type_decl(&self, decl: &TypeDecl) -> Type {
        let (is, fields) = match &decl.ty.kind {
            TypeExprKind::Record(fields) => (String::new(), fields.iter().map(|field| self.field("", field)).collect()),
            _ => (self.slice(decl.ty.span), Vec::new()),
        };
        Type { name: decl.name.name.to_string(), is, doc: decl.doc.as_deref().unwrap_or("").to_string(), fields }
    }

    fn functions(&self) -> Vec<Function> {
        let decls = self.items.iter().filter_map(|item| if let Item::Fn(decl) = item { Some(decl) } else { None });
        let function = |decl: &crate::ast::FnDecl| {
            let end =
                decl.ret.as_ref().map_or_else(|| decl.params.last().map_or(decl.name.span.end, |p| p.ty.span.end), |ret| ret.span.end);
            let mut signature = self.slice(Span::new(decl.name.span.start, end));
            if decl.ret.is_none() {
                signature.push(')');
            }
            let doc = decl.doc.as_deref().unwrap_or("").to_string();
            Function { name: decl.name.name.to_string(), signature, doc, example: String::new() }
        };
        decls.map(function).collect()
    }

    fn rules(&self) -> Vec<Rule> {
        let decls = self.items.iter().filter_map(|item| if let Item::Rule(decl) = item { Some(decl) } else { None });
        let rule = |decl: &RuleDecl| {
            let update = if matches!(decl.bind, RuleBind::Update { .. }) { "update " } else { "" };
            let doc = decl.doc.as_deref().unwrap_or("").to_string();
            Rule {
                name: decl.name.name.to_string(),
                on: format!("{update}{}", decl.on.name.name),
                doc,
                file: self.source.name.clone(),
                warns: decl.level() == Level::Warn,
                example: String::new(),
            }
        };
        decls.map(rule).collect()
    }

    /// Params and documented lets.
    fn values(&self) -> Vec<Field> {
        let value = |item: &Item| match item {
            Item::Param(param) => Some(Field {
                name: param.name.name.to_string(),
                ty: self.slice(param.ty.span),
                default: param.default.as_ref().map_or(String::new(), |value| self.default(value.span)),
                doc: param.doc.as_deref().unwrap_or("").to_string(),
                required: param.default.is_none(),
                ..Field::default()
            }),
            Item::Let(decl) => decl.doc.as_deref().map(|doc| Field {
                name: decl.name.name.to_string(),
                default: self.default(decl.value.span),
                doc: doc.to_string(),
                ..Field::default()
            }),
            _ => None,
        };
        self.items.iter().filter_map(value).collect()
    }
}
