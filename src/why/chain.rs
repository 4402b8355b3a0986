//! From a node to the places that made it.
//!
//! Three sources are put together. The node's own origin and its entry's record of what it was written over are exact. What lies under
//! an input of a declaration is found by place: the layer that holds the origin tells the path of the entry, and the weaker layers are
//! looked through for the same path. What an expression names is found by its words.

use super::path::{self, Found, Place};
use super::{Part, Role, Step, Trace};
use crate::ast::{self, Entry, ExtendBody, Field, FieldValue, Item};
use crate::data;
use crate::eval::{self, Decl, Shared};
use crate::object::Object;
use crate::params::Given;
use crate::resolve::{Found as Resolved, Kind, Value as Global};
use crate::source::Span;
use crate::syntax::literal;
use crate::syntax::token::{self, Kind as Token};
use crate::types::{ModuleId, RecordTy, Ty};
use crate::value::{Node, Origin, OriginKind, Over, Value};
use std::sync::Arc;
use ustr::Ustr;

/// Lets that name lets that name lets: further back than this nobody follows.
const DEEPEST: usize = 4;
/// Parts of a record or list that are listed.
const MOST_PARTS: usize = 400;

pub fn trace(shared: &Shared, given: &[Given], object: &Object, place: Place) -> Trace {
    let decl = shared.decls.list.iter().find(|d| d.head == object.head).cloned();
    let mut chain = Chain { shared, given, object, decl, steps: Vec::new() };
    let mut path = path::server_path(&place.steps);
    let mut trace = Trace { object: object.title(), path: String::new(), value: None, steps: Vec::new(), parts: Vec::new() };
    match place.steps.last().copied().filter(|_| place.missing.is_empty()) {
        Some(found) => {
            trace.value = Some(shown(found.node()));
            chain.found(found);
            trace.parts = chain.parts(found.node(), found.at());
        }
        None if place.missing.is_empty() => {
            chain.declaration();
            trace.parts = chain.parts(&object.node(), object.head);
        }
        None => {
            chain.left_out(&place);
            place.missing.iter().for_each(|step| path = format!("{path}{}{step}", if path.is_empty() { "" } else { "." }));
            chain.declaration();
        }
    }
    (trace.path, trace.steps) = (path, chain.steps);
    trace
}

struct Chain<'s, 'a> {
    shared: &'s Shared<'a>,
    given: &'s [Given],
    object: &'s Object,
    /// The declaration that made the object.
    decl: Option<Arc<Decl<'a>>>,
    steps: Vec<Step>,
}

impl<'a> Chain<'_, 'a> {
    fn found(&mut self, found: Found) {
        let node = found.node();
        self.origin(node, found.at());
        self.carried(node.origin, found.at());
        let mut over = found.over();
        while let Some(below) = over {
            self.overridden(below);
            over = below.next.as_ref();
        }
        self.declaration();
    }

    /// The entry that leaves the field out by `null`, where there is one.
    fn left_out(&mut self, place: &Place) {
        let record = match place.steps.last().map(|found| &found.node().value) {
            None => &self.object.root,
            Some(Value::Record(record)) => record,
            Some(_) => return,
        };
        let (Some(entry), [_]) = (record.get(Ustr::from(&place.missing[0])), place.missing.as_slice()) else { return };
        let at = if self.is_user(entry.node.origin.span) { entry.node.origin.span } else { entry.at };
        let by = if self.is_user(at) { self.within(at) } else { format!("by {}", self.maker()) };
        self.push(Role::Emit, format!("is left out {by}, which writes null"), at);
    }

    fn push(&mut self, role: Role, text: impl Into<String>, at: Span) {
        if !at.is_none() && !self.steps.iter().any(|step| step.at == at) {
            self.steps.push(Step { role, text: text.into(), at });
        }
    }

    fn is_user(&self, span: Span) -> bool {
        self.shared.program.db.is_user(span)
    }

    /// Whether a place is the head of the declaration, or its label.
    fn is_name(&self, span: Span) -> bool {
        span == self.object.head || self.decl.as_ref().is_some_and(|d| span == d.label || span == d.head)
    }

    /// The expression that the value is.
    fn origin(&mut self, node: &Node, at: Span) {
        let Origin { span, kind } = node.origin;
        if span.is_none() {
            return;
        }
        match kind {
            OriginKind::User if self.is_name(span) => self.push(Role::Written, "comes from the name of the declaration", span),
            OriginKind::User => {
                let verb = if self.is_spelled_out(node, span) { "is written" } else { "is computed" };
                let text = format!("{verb} {}", self.within(span));
                self.push(Role::Written, text, span);
                self.weaker(span);
                self.names(span, 0);
            }
            OriginKind::Default => {
                let text = match self.field_of_default(span) {
                    Some(field) => format!("is the default of `{field}`"),
                    None => "is a default".to_string(),
                };
                self.push(Role::Default, text, span);
            }
            OriginKind::Emit => {
                let text = format!("is written by {}", self.maker());
                let at = if self.is_user(at) { span } else { at };
                self.push(Role::Emit, text, at);
            }
        }
    }

    /// Whether the place itself shows the value, or something that had to be computed.
    fn is_spelled_out(&self, node: &Node, span: Span) -> bool {
        let text = self.shared.program.db.text(span);
        match data::scalar_text(&node.value) {
            Some(value) => {
                text.trim_matches('"') == value.as_str() || !text.contains(['(', '$', '?', '.']) && text.contains(value.as_str())
            }
            None => matches!(text.chars().next(), Some('{' | '[')) || text.contains('{'),
        }
    }

    /// The entry that brought the value to this field, where another place made it.
    fn carried(&mut self, origin: Origin, at: Span) {
        if at.is_none() || at.contains(origin.span) || origin.kind == OriginKind::Emit {
            return;
        }
        if self.is_user(at) {
            let text = format!("is taken over here, {}", self.within(at));
            self.push(Role::Written, text, at);
            self.names(at, DEEPEST - 1);
        } else {
            let text = format!("is put here by {}", self.maker());
            self.push(Role::Emit, text, at);
        }
    }

    fn overridden(&mut self, over: &Over) {
        let at = if self.is_user(over.at) || over.node.origin.span.is_none() { over.at } else { over.node.origin.span };
        let by = if self.is_user(at) { self.within(at) } else { format!("by {}", self.maker()) };
        self.push(Role::Overridden, format!("replaces {}, written {by}", shown(&over.node)), at);
    }

    fn declaration(&mut self) {
        let text = match &self.decl {
            Some(decl) => format!("belongs to what `{} {}` makes", decl.kind_name(), decl.name),
            None => "belongs to what this declaration makes".to_string(),
        };
        self.push(Role::Declaration, text, self.object.head);
    }

    /// Who writes what no user wrote.
    fn maker(&self) -> String {
        match &self.decl {
            Some(decl) if decl.high().is_some() => format!("the kind `{}`", decl.kind_name()),
            Some(_) | None => "kdsl".into(),
        }
    }

    /// `in \`extend app web\``
    fn within(&self, span: Span) -> String {
        let modules = self.shared.program.modules.iter();
        let head = modules.filter_map(|m| head_around(m.items, span)).next_back();
        match head {
            Some(head) => format!("in `{}`", self.shared.program.db.text(head).split_whitespace().collect::<Vec<_>>().join(" ")),
            None => "at the top of the file".into(),
        }
    }

    // ---- what lies under an input of the declaration ----

    /// The weaker layers that write the same field, and the default below them.
    fn weaker(&mut self, span: Span) {
        let Some(decl) = self.decl.clone() else { return };
        let Some(kind) = decl.high() else { return };
        let layers: Vec<Vec<&'a Field>> = decl.layers.iter().map(|layer| fields(layer.body)).collect();
        let Some((own, path)) = layers.iter().enumerate().rev().find_map(|(i, fields)| Some((i, path_to(fields, span)?))) else { return };
        for fields in layers[..own].iter().rev() {
            for field in at_path(fields, &path) {
                let text = format!("replaces what is written {}", self.within(field.span));
                self.push(Role::Overridden, text, field.span);
            }
        }
        let sets: Vec<&Field> = kind.sets.iter().map(|set| set.what).collect();
        for field in at_path(&sets, &path) {
            self.push(Role::Overridden, format!("replaces what the kind `{}` sets", kind.name), field.span);
        }
        if let Some(at) = default_at(&kind.inputs, &path) {
            self.push(Role::Overridden, format!("replaces the default of `{}.{}`", kind.name, dotted(&path)), at);
        }
    }

    /// `app.rollout.maxSurge`: the field whose default holds a place.
    fn field_of_default(&self, span: Span) -> Option<String> {
        let decl = self.decl.as_ref()?;
        let kind: &Arc<Kind> = decl.high()?;
        let mut path = Vec::new();
        holds_default(&kind.inputs, span, &mut path, 0).then(|| format!("{}.{}", kind.name, dotted(&path)))
    }

    // ---- names in an expression ----

    /// The lets and params that the text of a place names.
    fn names(&mut self, span: Span, depth: usize) {
        let Some(source) = self.shared.program.db.find(span) else { return };
        let Some(module) = self.shared.program.modules.iter().find(|m| m.path == source.name).map(|m| m.id) else { return };
        if depth >= DEEPEST {
            return;
        }
        for name in words(source.slice(span)) {
            let Some(found) = self.shared.program.value(module, name) else { continue };
            self.name(name, found, depth);
        }
    }

    fn name(&mut self, name: Ustr, found: Resolved<Global<'a>>, depth: usize) {
        let value = eval::value_of_global(self.shared, found).map_or_else(|| "not known".into(), |node| shown(&node));
        match found.what {
            Global::Let(decl) => {
                self.push(Role::Let, format!("where `{name}` is {value}, a let"), decl.span);
                self.names(decl.value.span, depth + 1);
            }
            Global::Param(param) => {
                let by = self.given_by(name, found.home, param);
                self.push(Role::Param, format!("where `{name}` is {value}, a param: {by}"), param.span);
                if let Some(base) = self.base_entry(name, found.home) {
                    self.push(Role::Param, format!("gives `{name}` that value"), base);
                }
            }
        }
    }

    fn given_by(&self, name: Ustr, home: ModuleId, param: &ast::Param) -> String {
        if self.base_entry(name, home).is_some() {
            return "given by a `base`".into();
        }
        match self.given.iter().rev().find(|given| name == given.name.as_str()) {
            Some(given) if self.shared.params.contains_key(&(home, name)) => format!("given by {}", given.origin),
            Some(_) | None if param.default.is_some() => "its default".into(),
            Some(_) | None => "it has no value".into(),
        }
    }

    /// `env = "prod"` behind the `base` of a file that lies on the param's.
    fn base_entry(&self, name: Ustr, home: ModuleId) -> Option<Span> {
        let above = self.shared.program.modules.iter().find(|m| m.base == Some(home))?;
        above.items.iter().find_map(|item| match item {
            Item::Base(base) => base.params.as_ref()?.entries.iter().find_map(|entry| match entry {
                Entry::Field(field) if field.key.as_static() == Some(name) => Some(field.span),
                _ => None,
            }),
            _ => None,
        })
    }

    // ---- parts ----

    fn parts(&self, node: &Node, at: Span) -> Vec<Part> {
        let mut parts = Vec::new();
        if data::scalar_text(&node.value).is_some() {
            return parts;
        }
        path::leaves(node, at, &mut String::new(), &mut |path, leaf, at| {
            if path.is_empty() || parts.len() >= MOST_PARTS {
                return;
            }
            let Origin { span, kind } = leaf.origin;
            let (role, text, at) = match kind {
                OriginKind::User if span.is_none() || self.is_name(span) => (Role::Declaration, "name".into(), self.object.head),
                OriginKind::User => (Role::Written, "written".into(), span),
                OriginKind::Default => match self.field_of_default(span) {
                    Some(field) => (Role::Default, format!("default of {field}"), span),
                    None => (Role::Default, "default".into(), span),
                },
                OriginKind::Emit => (Role::Emit, self.maker(), if self.is_user(at) { span } else { at }),
            };
            parts.push(Part { path: path.to_string(), value: shown(leaf), role, text, at });
        });
        parts
    }
}

/// A value on one line, cut where it is long.
pub fn shown(node: &Node) -> String {
    const LONGEST: usize = 80;
    let text = match &node.value {
        Value::Str(text) => literal::string(text),
        other => match data::scalar_text(other) {
            Some(text) => text.to_string(),
            None => data::to_json(node).to_string(),
        },
    };
    match text.char_indices().nth(LONGEST) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text,
    }
}

fn dotted(path: &[Ustr]) -> String {
    path.iter().map(|p| p.as_str()).collect::<Vec<_>>().join(".")
}

/// The words of an expression that may name a let or a param: not what stands behind a dot, nor a key or an argument's name.
fn words(text: &str) -> Vec<Ustr> {
    let tokens: Vec<_> = token::tokens(text).into_iter().filter(|t| !t.kind.is_trivia()).collect();
    let mut names = Vec::new();
    for (i, token) in tokens.iter().enumerate() {
        let behind_dot = i > 0 && matches!(tokens[i - 1].kind, Token::Dot | Token::OptDot);
        let is_key = matches!(tokens.get(i + 1).map(|t| t.kind), Some(Token::Eq | Token::LParen));
        if token.kind == Token::Word && !behind_dot && !is_key {
            let name = Ustr::from(&text[token.start as usize..token.end as usize]);
            if !names.contains(&name) {
                names.push(name);
            }
        }
    }
    names
}

/// The head of the innermost declaration or `extend` that holds a place.
fn head_around(items: &[Item], span: Span) -> Option<Span> {
    let item = items.iter().find(|item| item.span().contains(span))?;
    match item {
        Item::Namespace(namespace) => head_around(&namespace.items, span).or(Some(namespace.head_span)),
        Item::Instance(instance) => Some(instance.head_span),
        Item::Extend(extend) => {
            let label = match &extend.target {
                ast::Target::Label(label) => label.span(),
                ast::Target::All(star) => *star,
            };
            let head = Span::new(extend.span.start, label.end);
            match &extend.body {
                ExtendBody::Items(items) => head_around(items, span).or(Some(head)),
                ExtendBody::Block(_) => Some(head),
            }
        }
        Item::If(cond) => head_around(&cond.then, span).or_else(|| head_around(&cond.otherwise, span)),
        Item::For(each) => head_around(&each.body, span),
        Item::Let(decl) => Some(Span::new(decl.span.start, decl.name.span.end)),
        Item::Param(param) => Some(Span::new(param.span.start, param.name.span.end)),
        Item::Kind(kind) | Item::Crd(ast::CrdDecl { body: kind, .. }) => Some(Span::new(kind.span.start, kind.name.span.end)),
        Item::Fn(decl) => Some(Span::new(decl.span.start, decl.name.span.end)),
        Item::Entry(_) | Item::Type(_) | Item::Refine(_) | Item::Rule(_) | Item::Test(_) => None,
        Item::Import(_) | Item::Base(_) | Item::Remove(_) | Item::Waive(_) | Item::Assert(_) | Item::Expect(_) => None,
    }
}

/// The fields that a layer writes, those under conditions included.
fn fields<'a>(body: eval::Body<'a>) -> Vec<&'a Field> {
    let mut out = Vec::new();
    match body {
        eval::Body::Block(block) => collect(&block.entries, &mut out),
        eval::Body::Items(items) => {
            for item in items {
                if let Item::Entry(Entry::Field(field)) = item {
                    out.push(field);
                }
            }
        }
    }
    out
}

fn collect<'a>(entries: &'a [Entry], out: &mut Vec<&'a Field>) {
    for entry in entries {
        match entry {
            Entry::Field(field) => out.push(field),
            Entry::If(cond) => {
                collect(&cond.then, out);
                collect(&cond.otherwise, out);
            }
            Entry::For(each) => collect(&each.body, out),
            Entry::Spread(_) | Entry::Let(_) | Entry::Waive(_) => {}
        }
    }
}

/// Keys and labels from the block down to the entry that holds a place.
fn path_to(fields: &[&Field], span: Span) -> Option<Vec<Ustr>> {
    let field = fields.iter().find(|f| f.span.contains(span))?;
    let mut path = vec![field.key.as_static()?];
    if let Some(label) = &field.label {
        path.push(label.as_static()?);
    }
    if let FieldValue::Block(block) = &field.value {
        let mut inner = Vec::new();
        collect(&block.entries, &mut inner);
        path.extend(path_to(&inner, span).unwrap_or_default());
    }
    Some(path)
}

/// The entries that write what a path names.
fn at_path<'a>(fields: &[&'a Field], path: &[Ustr]) -> Vec<&'a Field> {
    let mut out = Vec::new();
    for field in fields {
        let own: Vec<Ustr> = std::iter::once(&field.key).chain(&field.label).filter_map(|key| key.as_static()).collect();
        let Some(rest) = path.strip_prefix(own.as_slice()) else { continue };
        match &field.value {
            _ if rest.is_empty() => out.push(*field),
            FieldValue::Block(block) => {
                let mut inner = Vec::new();
                collect(&block.entries, &mut inner);
                out.extend(at_path(&inner, rest));
            }
            // It gives the whole of which this is a part.
            FieldValue::Set(_) => out.push(*field),
            FieldValue::Append(_) => {}
        }
    }
    out
}

/// `{}`, `[]`, `null`: a default that says nothing.
fn is_nothing(expr: &ast::Expr) -> bool {
    match &expr.kind {
        ast::ExprKind::Null => true,
        ast::ExprKind::List(items) => items.is_empty(),
        ast::ExprKind::Record(block) => block.entries.is_empty(),
        _ => false,
    }
}

/// The default of the field at a path.
fn default_at(record: &RecordTy, path: &[Ustr]) -> Option<Span> {
    let (first, rest) = path.split_first()?;
    let field = record.field(*first)?;
    let inner = match field.ty.present() {
        Ty::Record(inner) if !rest.is_empty() => default_at(inner, rest),
        _ => None,
    };
    inner.or_else(|| field.default.filter(|default| !is_nothing(default.expr)).map(|default| default.expr.span))
}

/// Whether the default of a field, or of a field of its record, holds a place; `path` is then the way to it.
fn holds_default(record: &RecordTy, span: Span, path: &mut Vec<Ustr>, depth: usize) -> bool {
    const DEEPEST: usize = 6;
    record.fields.iter().any(|field| {
        path.push(field.name);
        let own = field.default.is_some_and(|d| d.expr.span.contains(span)) || field.span == span;
        let inner = || match field.ty.base() {
            Ty::Record(inner) => Some(inner.clone()),
            Ty::Map(map) => match map.value.base() {
                Ty::Record(inner) => Some(inner.clone()),
                _ => None,
            },
            _ => None,
        };
        let found = own || depth < DEEPEST && inner().is_some_and(|inner| holds_default(&inner, span, path, depth + 1));
        if !found {
            path.pop();
        }
        found
    })
}
