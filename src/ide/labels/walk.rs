//! Goes through the blocks of a program by their types, and writes down labels and texts that name them.

use super::blocks::{entry_of, field_of, labelling_entry, set_in};
use super::mentions::mentions;
use super::reads::Read;
use super::roles::{self, Labelling, Text, Way};
use super::scopes::{ScopeId, Scopes};
use super::selects::{Selects, service_of};
use super::{Node, Occurrence, Role};
use crate::ast::{Block, Entry, Expr, ExprKind, ExtendBody, Field, FieldValue, Item, Key, ListItem, Member, Name, Path, StrLit, Target};
use crate::resolve::{Kind, KindRef, Program, STD};
use crate::source::Span;
use crate::types::{FieldTy, ModuleId, RecordTy, Ty, fit};
use rustc_hash::{FxHashMap, FxHashSet};
use std::sync::Arc;

/// Entries of `expose` that name their port themselves.
#[derive(Default)]
pub struct Exposed(FxHashSet<(ScopeId, Name)>);

impl Exposed {
    pub fn has_own_port(&self, scopes: &Scopes, scope: ScopeId, name: Name) -> bool {
        self.0.contains(&(scope, name)) || scopes.bases(scope).any(|base| self.0.contains(&(base, name)))
    }
}

pub struct Walked<'a> {
    pub found: Vec<Occurrence<'a>>,
    pub exposed: Exposed,
    pub selects: Selects,
}

/// Where a value stands.
#[derive(Clone)]
struct At<'a> {
    scope: ScopeId,
    ty: Ty<'a>,
    /// The way to it from the declaration.
    path: String,
    /// What the spaces of its pod begin with.
    pod: String,
    /// The container that it is a part of.
    container: Option<String>,
    /// Whether it is the declaration itself.
    is_root: bool,
    labels: Labelling,
    doc: Option<&'a str>,
}

struct Walk<'w, 'a> {
    program: &'w Program<'a>,
    scopes: &'w Scopes<'a>,
    home: ModuleId,
    namespace: Option<Name>,
    /// Of the declaration that is being walked through.
    role: Role,
    found: Vec<Occurrence<'a>>,
    exposed: Exposed,
    selects: Selects,
    /// The fields of kinds that were met.
    inputs: FxHashMap<(ModuleId, Name), Ty<'a>>,
}

pub fn walk<'a>(program: &Program<'a>, scopes: &Scopes<'a>) -> Walked<'a> {
    let mut walk = Walk::new(program, scopes);
    for module in program.modules.iter().filter(|module| module.id != STD) {
        walk.home = module.id;
        walk.items(module.items);
    }
    Walked { found: walk.found, exposed: walk.exposed, selects: walk.selects }
}

/// What the words of an expression mean behind the declaration that it names.
pub fn read<'a>(program: &Program<'a>, scopes: &Scopes<'a>, read: &Read) -> Vec<Occurrence<'a>> {
    let mut walk = Walk::new(program, scopes);
    walk.role = Role::Uses;
    let namespace = read.namespace.or_else(|| walk.namespace_of(read.span));
    if let Some(scope) = scopes.named(read.kind, read.name, namespace)
        && let Some(at) = walk.root(read.home, &read.head(), scope)
    {
        walk.words(at, &read.behind);
    }
    walk.found
}

impl<'w, 'a> Walk<'w, 'a> {
    fn new(program: &'w Program<'a>, scopes: &'w Scopes<'a>) -> Walk<'w, 'a> {
        let (found, exposed, selects, inputs) = (Vec::new(), Exposed::default(), Selects::default(), FxHashMap::default());
        Walk { program, scopes, home: STD, namespace: None, role: Role::Makes, found, exposed, selects, inputs }
    }

    // ---- items ----

    fn items(&mut self, items: &'a [Item]) {
        items.iter().for_each(|item| self.item(item));
    }

    fn item(&mut self, item: &'a Item) {
        match item {
            Item::Instance(instance) => {
                if let Some(scope) = self.scopes.at(instance.label.span()) {
                    self.declaration(&instance.head, scope, &instance.body, Role::Makes);
                }
            }
            Item::Namespace(namespace) => self.within(namespace.label.as_static(), &namespace.items),
            Item::Extend(extend) => match (&extend.body, &extend.target) {
                (ExtendBody::Items(inner), Target::Label(label)) => self.within(label.as_static(), inner),
                (ExtendBody::Block(block), Target::Label(label)) => {
                    if let Some(scope) = self.scopes.extended(extend.head.name.name, label, self.namespace) {
                        self.declaration(&extend.head, scope, block, Role::Adds);
                    }
                }
                (_, Target::All(_)) => {}
            },
            Item::If(cond) => {
                self.items(&cond.then);
                self.items(&cond.otherwise);
            }
            Item::For(each) => self.items(&each.body),
            Item::Test(test) => self.items(&test.body),
            Item::Expect(expect) => self.items(&expect.body),
            Item::Kind(decl) => {
                if let Some(scope) = self.scopes.at(decl.name.span)
                    && let Some(at) = self.root(self.home, &Path { module: None, name: decl.name }, scope)
                {
                    self.role = Role::Makes;
                    self.members(&at, &decl.members);
                }
            }
            Item::Crd(decl) => self.emitted(&decl.body.members),
            Item::Entry(_) | Item::Let(_) | Item::Param(_) | Item::Type(_) | Item::Fn(_) | Item::Refine(_) => {}
            Item::Rule(_) | Item::Import(_) | Item::Base(_) | Item::Remove(_) | Item::Waive(_) | Item::Assert(_) => {}
        }
    }

    fn within(&mut self, namespace: Option<Name>, items: &'a [Item]) {
        let outer = std::mem::replace(&mut self.namespace, namespace.or(Some(Name::default())));
        self.items(items);
        self.namespace = outer;
    }

    fn declaration(&mut self, head: &Path, scope: ScopeId, body: &'a Block, role: Role) {
        if let Some(at) = self.root(self.home, head, scope) {
            self.role = role;
            self.block(&at, body);
        }
    }

    fn members(&mut self, at: &At<'a>, members: &'a [Member]) {
        for member in members {
            match member {
                Member::Set(field) => self.field(at, field, &[]),
                Member::Field(decl) => {
                    if let (Some(below), Some(default)) = (self.below(at, decl.name.name), &decl.default) {
                        self.value(&below, default, None);
                    }
                }
                Member::If(cond) => {
                    self.members(at, &cond.then);
                    self.members(at, &cond.otherwise);
                }
                Member::Nested(_) | Member::Let(_) | Member::Require(_) | Member::Export(_) | Member::Emit(_) | Member::Column(_) => {}
            }
        }
        self.emitted(members);
    }

    fn emitted(&mut self, members: &'a [Member]) {
        for member in members {
            if let Member::Emit(items) = member {
                self.items(items);
            }
        }
    }

    /// The block of a declaration of a kind.
    fn root(&mut self, home: ModuleId, head: &Path, scope: ScopeId) -> Option<At<'a>> {
        let ty = match self.program.find_kind(home, head)? {
            KindRef::High(kind) => self.inputs.entry((kind.home, kind.name)).or_insert_with(|| fields_of(&kind)).clone(),
            KindRef::Native(kind) => Ty::Native(kind.ty),
            KindRef::Poison => return None,
        };
        let (path, pod) = (String::new(), String::new());
        Some(At { scope, ty, path, pod, container: None, is_root: true, labels: Labelling::Makes, doc: None })
    }

    // ---- blocks ----

    fn block(&mut self, at: &At<'a>, block: &'a Block) {
        self.entries(at, &block.entries);
    }

    fn entries(&mut self, at: &At<'a>, entries: &'a [Entry]) {
        for entry in entries {
            match entry {
                Entry::Field(field) => self.field(at, field, entries),
                Entry::Spread(expr) => self.value(at, expr, None),
                Entry::If(cond) => {
                    self.entries(at, &cond.then);
                    self.entries(at, &cond.otherwise);
                }
                Entry::For(each) => self.entries(at, &each.body),
                Entry::Let(_) | Entry::Waive(_) => {}
            }
        }
    }

    fn field(&mut self, at: &At<'a>, field: &'a Field, beside: &'a [Entry]) {
        if let Ty::Map(_) = at.ty.base() {
            return self.labelled(at, &field.key, field.span, &field.value, beside);
        }
        let Some(name) = field.key.as_static() else { return };
        let Some(mut below) = self.below(at, name) else { return };
        self.selects.note(self.scopes, at.scope, &below.path, field);
        if let Some(scope) = self.selected_by_address(&below, field) {
            self.selects.note_address(at.scope, scope);
        }
        if let Some(service) = self.service_behind(at, name, beside) {
            below.scope = service;
        }
        match &field.label {
            Some(label) => self.labelled(&below, label, field.span, &field.value, beside),
            None => self.written(&below, &field.value, self.text_space(at, name), beside),
        }
    }

    fn written(&mut self, at: &At<'a>, value: &'a FieldValue, text: Option<Text>, beside: &'a [Entry]) {
        match value {
            FieldValue::Set(expr) | FieldValue::Append(expr) => self.value(at, expr, text),
            // Keys of a map know what stands beside the map.
            FieldValue::Block(block) if matches!(at.ty.base(), Ty::Map(_)) && at.labels == Labelling::OfSource => {
                for entry in &block.entries {
                    if let Entry::Field(field) = entry {
                        self.labelled(at, &field.key, field.span, &field.value, beside);
                    }
                }
            }
            FieldValue::Block(block) => self.block(at, block),
        }
    }

    /// An entry of a map or of a keyed list.
    fn labelled(&mut self, at: &At<'a>, label: &'a Key, entry: Span, value: &'a FieldValue, beside: &'a [Entry]) {
        let name = label.as_static();
        if let Some(name) = name {
            self.label(at, name, label.span(), entry, Some((value, beside)));
        }
        let Some(inner) = self.element(at, name, label.span()) else { return };
        let text = roles::text_of_entry(self.scopes, at.scope, &at.path);
        self.written(&inner, value, text, &[]);
    }

    fn value(&mut self, at: &At<'a>, expr: &'a Expr, text: Option<Text>) {
        match &expr.kind {
            ExprKind::Record(block) => self.block(at, block),
            ExprKind::If { then, otherwise, .. } => {
                self.value(at, then, text.clone());
                self.value(at, otherwise, text);
            }
            ExprKind::List(items) => items.iter().for_each(|item| self.item_of_list(at, item, text.clone())),
            ExprKind::Str(lit) => self.text(at, lit, expr.span, text),
            ExprKind::Comp(comp) => self.value(at, &comp.element, text),
            _ => {}
        }
    }

    fn item_of_list(&mut self, at: &At<'a>, item: &'a ListItem, text: Option<Text>) {
        let ListItem::Item(expr) = item else { return };
        match at.ty.base() {
            Ty::List(inner) => {
                let inner = At { ty: inner.as_ref().clone(), is_root: false, ..at.clone() };
                match claim_name(&inner, expr) {
                    Some((lit, span)) => self.text(&inner, lit, span, Some(Text::Names(format!("{}{}", at.pod, roles::VOLUMES)))),
                    None => self.value(&inner, expr, text),
                }
            }
            // `[{ name = "web", … }]`: that field is the label.
            Ty::Keyed(keyed) => {
                let ExprKind::Record(block) = &expr.kind else { return };
                let found = labelling_entry(block, keyed.label());
                if let Some((lit, span)) = found
                    && let Some(name) = lit.as_static()
                {
                    self.label(at, name.into(), lit.span, span, None);
                }
                let name = found.and_then(|(lit, _)| lit.as_static()).map(Name::from);
                if let Some(inner) = self.element(at, name, expr.span) {
                    self.block(&inner, block);
                }
            }
            _ => {}
        }
    }

    /// A text: where its place names labels, it is one.
    fn text(&mut self, at: &At<'a>, lit: &'a StrLit, span: Span, means: Option<Text>) {
        let primary = match at.ty.base() {
            Ty::Record(record) => record.primary().map(|field| (record.name.unwrap_or_default(), field.name)),
            _ => None,
        };
        let means = means.or_else(|| roles::text_in_record(self.scopes, at.scope, primary?.0.as_str(), primary?.1.as_str()));
        let space = match means {
            Some(Text::Names(space)) => space,
            Some(Text::Mentions(space)) => return self.mentions(at, &space, span),
            None => return,
        };
        let Some(text) = lit.as_static() else { return };
        let makes = space == roles::KEYS || space.ends_with(roles::VOLUMES);
        let name = text.rsplit('/').next().filter(|_| space == roles::KEYS).unwrap_or(text);
        let role = if makes { self.role } else { Role::Uses };
        self.push(at.scope, &space, name.into(), span, span, role, None, None);
    }

    /// The names in a text that stand for what they name.
    fn mentions(&mut self, at: &At<'a>, space: &str, span: Span) {
        for (name, range) in mentions(&self.program.db.text(span)) {
            let place = Span::new(span.start + range.start as u32, span.start + range.end as u32);
            self.push(at.scope, space, name.into(), place, place, Role::Uses, None, None);
        }
    }

    // ---- down the types ----

    /// A field of what stands there.
    fn below(&self, at: &At<'a>, name: Name) -> Option<At<'a>> {
        let (ty, way, doc) = match at.ty.base() {
            Ty::Record(record) => {
                let field = record.field(name)?;
                let way = match at.is_root {
                    true => roles::of_declaration(self.scopes, at.scope, &name),
                    false => roles::of_record(&at.path, record.name.unwrap_or_default().as_str(), &name),
                };
                (field.ty.clone(), way, field.doc)
            }
            Ty::Native(id) => (fit::native_field(*id, name)?.clone(), self.native_way(at, *id, name), None),
            Ty::Partial(inner) => {
                let at = At { ty: inner.as_ref().clone(), ..at.clone() };
                return self.below(&at, name);
            }
            _ => return None,
        };
        let mut below = At { ty, path: way.space, labels: way.labels, is_root: false, doc, ..at.clone() };
        let type_name = native_name(&below.ty);
        if type_name == Some("PodSpec") && !self.scopes.has_one_pod(at.scope) {
            below.pod = format!("{}/", below.path);
        }
        if below.path == "@" {
            below.container = Some("@".into());
        }
        Some(below)
    }

    fn native_way(&self, at: &At<'a>, id: crate::schema::TypeId, name: Name) -> Way {
        roles::of_native(self.scopes, at.scope, id, &at.path, &at.pod, at.container.as_deref(), &name)
    }

    /// An entry of what stands there.
    fn element(&self, at: &At<'a>, name: Option<Name>, label: Span) -> Option<At<'a>> {
        let ty = match at.ty.base() {
            Ty::Map(map) => map.value.clone(),
            Ty::Keyed(keyed) => keyed.element().clone(),
            _ => return None,
        };
        let called = name.map_or_else(|| format!("?{}", label.start), |name| name.to_string());
        let mut inner = At { ty, path: format!("{}.{called}", at.path), labels: Labelling::Makes, is_root: false, ..at.clone() };
        if matches!(native_name(&inner.ty), Some("Container" | "EphemeralContainer")) {
            let is_main = self.is_main(at, name);
            inner.path = if is_main { "@".into() } else { format!("{}@{called}", at.pod) };
            inner.container = Some(inner.path.clone());
        }
        Some(inner)
    }

    /// Whether a label is that of the container which a workload is about: it bears the workload's name.
    fn is_main(&self, at: &At<'a>, name: Option<Name>) -> bool {
        at.path == roles::CONTAINERS && self.scopes.is_workload(at.scope) && name.is_some() && self.scopes.name(at.scope) == name
    }

    fn text_space(&self, at: &At<'a>, field: Name) -> Option<Text> {
        match at.ty.base() {
            Ty::Record(_) if at.is_root => roles::text_in_declaration(self.scopes, at.scope, &field),
            Ty::Record(record) => roles::text_in_record(self.scopes, at.scope, record.name.unwrap_or_default().as_str(), &field),
            Ty::Native(id) => roles::text_in_native(self.scopes, at.scope, *id, &at.pod, at.container.as_deref(), &field),
            Ty::Partial(inner) => self.text_space(&At { ty: inner.as_ref().clone(), ..at.clone() }, field),
            _ => None,
        }
    }

    // ---- what is written down ----

    fn label(&mut self, at: &At<'a>, name: Name, span: Span, entry: Span, written: Option<(&'a FieldValue, &'a [Entry])>) {
        if self.is_main(at, Some(name)) {
            return self.push(at.scope, roles::NAME, name, span, entry, Role::Uses, None, None);
        }
        let ty = match at.ty.base() {
            Ty::Map(map) => Some(map.key.clone()),
            _ => None,
        };
        match at.labels {
            Labelling::Makes => {
                let role = self.role;
                if at.path == roles::EXPOSED && written.is_some_and(|(value, _)| entry_of(value, "port").is_some()) {
                    self.exposed.0.insert((at.scope, name));
                }
                self.push(at.scope, &at.path, name, span, entry, role, ty, at.doc);
            }
            Labelling::Names => self.push(at.scope, &at.path, name, span, entry, Role::Uses, ty, None),
            Labelling::OfPeer => {
                let peer = written.filter(|(value, _)| entry_of(value, "port").is_none()).and_then(|(value, _)| self.peer(value));
                match peer {
                    Some(peer) => self.push(peer, "@.ports", name, span, entry, Role::Uses, ty, None),
                    None => self.push(at.scope, &at.path, name, span, entry, self.role, ty, at.doc),
                }
            }
            Labelling::OfSource => {
                let source = written.and_then(|(_, beside)| {
                    let named = |entry: &'a Entry, field: &str| match entry {
                        Entry::Field(f) if f.key.as_static()? == field => Some(&f.value),
                        _ => None,
                    };
                    let source = beside.iter().find_map(|entry| named(entry, "config").or_else(|| named(entry, "secret")))?;
                    match source {
                        FieldValue::Set(expr) => self.address(expr),
                        FieldValue::Append(_) | FieldValue::Block(_) => None,
                    }
                });
                if let Some(source) = source {
                    self.push(source, roles::KEYS, name, span, entry, Role::Uses, ty, None);
                }
            }
        }
    }

    #[allow(clippy::too_many_arguments, reason = "the parts of an occurrence")]
    fn push(
        &mut self,
        scope: ScopeId,
        space: &str,
        name: Name,
        span: Span,
        entry: Span,
        role: Role,
        ty: Option<Ty<'a>>,
        doc: Option<&'a str>,
    ) {
        let node = Node { scope, space: space.into(), name };
        self.found.push(Occurrence { span, node, role, entry, ty, doc });
    }

    // ---- addresses ----

    /// The workload that an entry of `egress` goes to first.
    fn peer(&self, value: &'a FieldValue) -> Option<ScopeId> {
        let list = match value {
            FieldValue::Set(expr) | FieldValue::Append(expr) => match &expr.kind {
                ExprKind::Record(block) => set_in(block, "to")?,
                _ => expr,
            },
            FieldValue::Block(block) => set_in(block, "to")?,
        };
        let first = match &list.kind {
            ExprKind::List(items) => match items.first()? {
                ListItem::Item(expr) => expr,
                ListItem::Spread(_) => return None,
            },
            _ => list,
        };
        let at = match &first.kind {
            ExprKind::Record(block) => set_in(block, "at")?,
            _ => first,
        };
        self.address(at).filter(|&scope| self.scopes.is_workload(scope))
    }

    /// The declaration whose address an expression is: `app.web`, `namespace.shop.app.web`.
    fn address(&self, expr: &Expr) -> Option<ScopeId> {
        self.addressed(&super::reads::words(expr)?, expr.span)
    }

    fn addressed(&self, words: &[(Name, Span)], at: Span) -> Option<ScopeId> {
        let names: Vec<Name> = words.iter().map(|(name, _)| *name).collect();
        match names.as_slice() {
            [head, namespace, .., kind, name] if *head == "namespace" => self.scopes.named(*kind, *name, Some(*namespace)),
            [kind, name] | [_, kind, name] => self.scopes.named(*kind, *name, self.namespace_of(at)),
            _ => None,
        }
    }

    /// The declaration of which an expression reads an export: `app.web` of `app.web.selector`.
    fn read_of(&self, expr: &Expr, export: &str) -> Option<ScopeId> {
        let words = super::reads::words(expr)?;
        let ((last, _), address) = words.split_last()?;
        if *last == export { self.addressed(address, expr.span) } else { None }
    }

    /// The declaration whose own selector a Service selects by.
    fn selected_by_address(&self, at: &At<'a>, field: &Field) -> Option<ScopeId> {
        match &field.value {
            FieldValue::Set(expr) if at.path == "spec.selector" && self.scopes.is_a(at.scope, "Service") => self.read_of(expr, "selector"),
            _ => None,
        }
    }

    /// The Service whose port the field of an Ingress's backend is.
    fn service_behind(&self, at: &At<'a>, field: Name, beside: &'a [Entry]) -> Option<ScopeId> {
        if field != "port" || native_name(&at.ty) != Some("IngressServiceBackend") {
            return None;
        }
        let service = service_of(beside)?;
        match &service.kind {
            ExprKind::Str(lit) => self.scopes.named("Service".into(), lit.as_static()?.into(), self.namespace),
            _ => self.read_of(service, "name"),
        }
    }

    /// The namespace that a place stands in.
    fn namespace_of(&self, span: Span) -> Option<Name> {
        let around = self.scopes.declared.iter().filter(|declared| declared.span.contains(span));
        let inner = around.min_by_key(|declared| declared.span.end - declared.span.start)?;
        if inner.kind == "namespace" { inner.label.as_static() } else { inner.namespace }
    }

    // ---- reading ----

    /// The words behind a declaration's name in an expression.
    fn words(&mut self, root: At<'a>, words: &[(Name, Span)]) {
        let Some(((first, _), rest)) = words.split_first() else { return };
        let export = match roles::of_export(self.scopes, root.scope, first) {
            Some(way) => Some(At { ty: Ty::map(Ty::Any), path: way.space, is_root: false, ..root.clone() }),
            None => self.below(&root, *first),
        };
        let Some(mut at) = export else { return };
        for (name, span) in rest {
            let next = match at.ty.base() {
                Ty::Map(_) | Ty::Keyed(_) => {
                    self.label(&At { labels: Labelling::Names, ..at.clone() }, *name, *span, *span, None);
                    self.element(&at, Some(*name), *span)
                }
                _ => self.below(&at, *name),
            };
            match next {
                Some(next) => at = next,
                None => return,
            }
        }
    }
}

/// The fields of a kind, as a record.
fn fields_of<'a>(kind: &Kind<'a>) -> Ty<'a> {
    let copy = |field: &FieldTy<'a>| FieldTy { ty: field.ty.clone(), ..*field };
    Ty::Record(Arc::new(RecordTy::new(None, kind.inputs.fields.iter().map(copy).collect())))
}

/// The name of a claim template of a stateful set: it is a volume of the pods.
fn claim_name<'a>(at: &At, expr: &'a Expr) -> Option<(&'a StrLit, Span)> {
    if native_name(&at.ty) != Some("PersistentVolumeClaim") {
        return None;
    }
    let ExprKind::Record(block) = &expr.kind else { return None };
    let metadata = match field_of(block, "metadata")? {
        FieldValue::Block(block) => block,
        FieldValue::Set(Expr { kind: ExprKind::Record(block), .. }) => block,
        FieldValue::Set(_) | FieldValue::Append(_) => return None,
    };
    let name = set_in(metadata, "name")?;
    match &name.kind {
        ExprKind::Str(lit) => Some((lit, name.span)),
        _ => None,
    }
}

/// The short name of a type of Kubernetes.
fn native_name(ty: &Ty) -> Option<&'static str> {
    match ty.base() {
        Ty::Native(id) => Some(id.get().short.as_str()),
        Ty::Partial(inner) => native_name(inner),
        _ => None,
    }
}
