//! The page of a field, found by a path.

use super::Scope;
use super::example::{self, Step};
use super::frame::Frame;
use super::native::releases;
use super::page::{Entry, Page, brief};
use super::uses::{self, Line};
use crate::ast::{FieldDecl, Item, Name, TypeExprKind};
use crate::resolve::{Kind, Program};
use crate::schema::added::is_added;
use crate::schema::{ListMerge, NativeField, NativeTy};
use crate::source::Span;
use crate::stdlib::{self, Sort};
use crate::types::{FieldTy, RecordTy, Ty};
use std::sync::Arc;
use ustr::Ustr;

/// What a path begins with.
pub enum Root<'a> {
    Kind(Arc<Kind<'a>>),
    Type(Ty<'a>),
}

/// A name in a path that what stands before it does not have.
pub struct Missing {
    pub owner: String,
    pub name: String,
    pub known: Vec<String>,
}

/// All there is to say about a field.
pub struct Field<'p, 'a> {
    program: Option<&'p Program<'a>>,
    /// `app.rollout.maxSurge`
    path: String,
    ty: Ty<'a>,
    /// The type as written.
    annotation: String,
    required: bool,
    default: Option<String>,
    doc: String,
    native: Option<&'static NativeField>,
    /// Of a field of a kind: the kind, and where it declares the field.
    kind: Option<(Arc<Kind<'a>>, Span)>,
    /// Where it is declared.
    declared: Span,
    /// The fields that lead to it, and itself.
    steps: Vec<Step<'a>>,
}

/// Follows `path` from `root`, called `name`.
pub fn find<'p, 'a>(program: &'p Program<'a>, name: Name, root: Root<'a>, path: &[String]) -> Result<Field<'p, 'a>, Missing> {
    let (mut owner, mut at, mut steps) = (name.to_string(), None::<Field>, Vec::new());
    for segment in path {
        let child = format!("{owner}.{segment}");
        let next = match (&at, &root) {
            (None, Root::Kind(kind)) => kind.inputs.field(Ustr::from(segment)).map(|f| {
                let kind_field = Some((kind.clone(), f.span));
                Field { kind: kind_field, ..of_kind(program, kind, f, child) }
            }),
            (None, Root::Type(ty)) => step(program, ty, segment, child),
            (Some(field), _) => step(program, &field.ty, segment, child).map(|next| Field {
                // A field of a record in a kind's field is read by the kind, too.
                kind: field.kind.as_ref().map(|(kind, _)| (kind.clone(), next.declared)),
                ..next
            }),
        };
        let known = || match (&at, &root) {
            (None, Root::Kind(kind)) => kind.inputs.fields.iter().map(|f| f.name.to_string()).collect(),
            (None, Root::Type(ty)) => names(ty),
            (Some(field), _) => names(&field.ty),
        };
        let field = next.ok_or_else(|| Missing { owner: owner.clone(), name: segment.clone(), known: known() })?;
        owner.clone_from(&field.path);
        steps.push(Step { name: segment.clone(), ty: narrowed(program, &field) });
        at = Some(field);
    }
    at.map(|field| Field { steps, ..field }).ok_or(Missing { owner, name: String::new(), known: Vec::new() })
}

/// The type of a field, as the library narrows it.
fn narrowed<'a>(program: &Program<'a>, field: &Field<'_, 'a>) -> Ty<'a> {
    let refined = field.native.and_then(|native| {
        let refinements = program.refinements(native.owner);
        refinements.iter().find(|refined| refined.name == native.name).map(|refined| refined.ty.clone())
    });
    refined.unwrap_or_else(|| field.ty.clone())
}

/// The names that a path could go on with.
pub fn names_at<'a>(program: &Program<'a>, name: Name, root: Root<'a>, path: &[String]) -> Vec<String> {
    match (path, &root) {
        ([], Root::Kind(kind)) => kind.inputs.fields.iter().map(|f| f.name.to_string()).collect(),
        ([], Root::Type(ty)) => names(ty),
        (path, _) => find(program, name, root, path).map_or_else(|_| Vec::new(), |field| names(&field.ty)),
    }
}

/// The type whose fields a path continues with: what maps and lists hold, and what is optional or narrowed.
fn held<'a>(ty: &Ty<'a>, partial: bool) -> (Ty<'a>, bool) {
    match ty.base() {
        Ty::Partial(inner) => held(inner, true),
        Ty::Map(map) => held(&map.value, partial),
        Ty::List(elem) => held(elem, partial),
        Ty::Keyed(keyed) => held(keyed.element(), partial || keyed.partial),
        other => (other.clone(), partial),
    }
}

fn step<'p, 'a>(program: &'p Program<'a>, ty: &Ty<'a>, segment: &str, path: String) -> Option<Field<'p, 'a>> {
    let name = Ustr::from(segment);
    match held(ty, false) {
        (Ty::Record(record), _) => record.field(name).map(|f| of_record(program, &record, f, path)),
        (Ty::Native(id), partial) => id.get().field(name).map(|f| of_native(f, path, partial)),
        _ => None,
    }
}

fn names(ty: &Ty) -> Vec<String> {
    match held(ty, false) {
        (Ty::Record(record), _) => record.fields.iter().map(|f| f.name.to_string()).collect(),
        (Ty::Native(id), _) => id.get().fields.iter().map(|f| f.name.to_string()).collect(),
        _ => Vec::new(),
    }
}

/// A field of a kind; where a kind made from another sets it, that is its default.
pub fn of_kind<'p, 'a>(program: &'p Program<'a>, kind: &Kind<'a>, field: &FieldTy<'a>, path: String) -> Field<'p, 'a> {
    let mut made = of_fields(program, kind.declared(field.name), field, path);
    if let Some(set) = kind.sets.iter().rev().find(|set| set.what.key.as_static() == Some(field.name)) {
        made.default = Some(source(program, set.what.span));
        made.required = false;
    }
    made
}

pub fn of_record<'p, 'a>(program: &'p Program<'a>, record: &RecordTy<'a>, field: &FieldTy<'a>, path: String) -> Field<'p, 'a> {
    let decl = record.name.and_then(|name| match stdlib::item(Sort::Type, name)? {
        Item::Type(decl) => match &decl.ty.kind {
            TypeExprKind::Record(fields) => fields.iter().find(|f| f.name.name == field.name),
            _ => None,
        },
        _ => None,
    });
    of_fields(program, decl, field, path)
}

fn of_fields<'p, 'a>(program: &'p Program<'a>, decl: Option<&FieldDecl>, field: &FieldTy<'a>, path: String) -> Field<'p, 'a> {
    Field {
        program: Some(program),
        path,
        annotation: decl.map_or_else(|| field.ty.to_string(), |decl| source(program, decl.ty.span)),
        ty: field.ty.clone(),
        required: field.required(),
        default: field.default.map(|default| source(program, default.expr.span)),
        doc: field.doc.unwrap_or("").to_string(),
        native: None,
        declared: field.span,
        kind: None,
        steps: Vec::new(),
    }
}

pub fn of_native<'p, 'a>(field: &'static NativeField, path: String, partial: bool) -> Field<'p, 'a> {
    let ty = Ty::of_native_field(field, partial);
    Field {
        program: None,
        path,
        annotation: Ty::of_native(field.ty, partial).present().to_string(),
        ty,
        required: field.required && !partial,
        default: field.default().map(|json| json.to_string()),
        doc: field.doc().unwrap_or("").to_string(),
        native: Some(field),
        declared: Span::NONE,
        kind: None,
        steps: Vec::new(),
    }
}

/// The text of a span, with the indent that all its lines but the first share removed.
pub fn source(program: &Program, span: Span) -> String {
    let text = program.db.text(span);
    let indent = text.lines().skip(1).filter(|l| !l.trim().is_empty()).map(|l| l.len() - l.trim_start().len()).min().unwrap_or(0);
    let lines: Vec<&str> = text.lines().enumerate().map(|(i, line)| if i == 0 { line } else { line.get(indent..).unwrap_or("") }).collect();
    lines.join("\n")
}

/// Defaults longer than this are shown on the field's own page only.
const SHORT: usize = 48;

impl<'a> Field<'_, 'a> {
    /// One entry of a list of fields.
    pub fn entry(&self) -> Entry {
        let name = self.path.rsplit('.').next().unwrap_or(&self.path).to_string();
        let mut what = self.annotation.split_whitespace().collect::<Vec<_>>().join(" ");
        if let Some(native) = self.native.filter(|native| !native.enum_.is_empty() && what == "String") {
            let values = native.enum_.iter().map(|value| format!("\"{value}\"")).collect::<Vec<_>>().join(" | ");
            what = if values.len() > SHORT + 12 { what } else { values };
        }
        match &self.default {
            Some(default) if default.contains('\n') || default.len() > SHORT => what.push_str(" = …"),
            Some(default) => what.push_str(&format!(" = {default}")),
            None if self.required => what.push_str("  (required)"),
            None => {}
        }
        let doc = if self.native.is_some() { brief(&self.doc) } else { self.doc.clone() };
        Entry { name, what, doc }
    }

    pub fn write(&self, page: &mut Page, scope: &Scope<'a>, root: &str) {
        let program = &scope.program;
        let what = match self.native {
            Some(native) if is_added(native.owner) => "field of a custom resource",
            Some(_) => "field of Kubernetes",
            None => "field",
        };
        page.title(&self.path, what);
        let mut facts = self.facts();
        if let Some(native) = self.native {
            refined_facts(program, native, &mut facts);
        }
        page.facts(&facts);
        if !self.doc.is_empty() {
            page.text(&self.doc);
        }
        if let Some(default) = self.default.as_ref().filter(|d| d.contains('\n')) {
            page.heading("Default");
            page.code(default);
        }
        let inner = self.inner();
        if !inner.is_empty() {
            page.heading(match self.ty.base() {
                Ty::Map(_) | Ty::List(_) | Ty::Keyed(_) => "Fields of each entry",
                _ => "Fields",
            });
            page.entries(inner);
        }
        self.write_uses(page, program);
        let frame = self.kind.as_ref().map(|(kind, _)| Frame::of(kind));
        if let Some(example) = example::of(root, frame.as_ref(), &self.steps) {
            // Only of the language's own kinds it is whole.
            page.heading(if frame.is_some() { "Example" } else { "Where it is written" });
            page.code(&example);
        }
    }

    /// What the library's kinds and rules do with it.
    fn write_uses(&self, page: &mut Page, program: &Program<'a>) {
        if let Some(native) = self.native {
            write_lines(page, "What kdsl's kinds write there", uses::writes(program, native.owner, native.name));
            let rules = uses::rules(program, native.owner, native.name);
            if !rules.is_empty() {
                page.heading("Rules that read it");
                let entry = |rule: &&crate::ast::RuleDecl| Entry {
                    name: rule.name.name.to_string(),
                    what: String::new(),
                    doc: brief(rule.doc.as_deref().unwrap_or("")),
                };
                page.entries(rules.iter().map(entry));
            }
        }
        if let (Some((kind, at)), None) = (&self.kind, self.native) {
            let name = self.steps.last().map(|step| Ustr::from(&step.name)).unwrap_or_default();
            write_lines(page, "What the kind makes of it", uses::reads(program, kind, name, *at));
        }
    }

    fn facts(&self) -> Vec<(&'static str, String)> {
        let mut facts = vec![("type", self.annotation.clone())];
        if self.required {
            facts.push(("required", "yes".into()));
        }
        if let Some(default) = self.default.as_ref().filter(|d| !d.contains('\n')) {
            facts.push(("default", default.clone()));
        }
        facts.extend(self.label_fact().map(|text| ("written", text)));
        if let Some(native) = self.native {
            native_facts(native, &mut facts);
        }
        facts
    }

    /// How entries of a map or a keyed list are written.
    fn label_fact(&self) -> Option<String> {
        let name = self.path.rsplit('.').next().unwrap_or(&self.path);
        let primary = match self.ty.base() {
            Ty::Map(map) => match map.value.base() {
                Ty::Record(record) => record.primary().map(|f| f.name),
                _ => return Some(format!("`{name} label = value`")),
            },
            Ty::Keyed(keyed) => keyed.list.primary,
            _ => return None,
        };
        Some(match primary {
            Some(field) => format!("`{name} label {{ … }}`; `{name} label = value` writes `{field}`"),
            None => format!("`{name} label {{ … }}`"),
        })
    }

    fn inner(&self) -> Vec<Entry> {
        match (held(&self.ty, false), self.program) {
            ((Ty::Record(record), _), Some(program)) => {
                record.fields.iter().map(|f| of_record(program, &record, f, f.name.to_string()).entry()).collect()
            }
            ((Ty::Native(id), partial), _) => id.get().fields.iter().map(|f| of_native(f, f.name.to_string(), partial).entry()).collect(),
            _ => Vec::new(),
        }
    }
}

/// More lines of the library than this are not shown.
const SHOWN_LINES: usize = 12;

fn write_lines(page: &mut Page, heading: &str, lines: Vec<Line>) {
    if lines.is_empty() {
        return;
    }
    page.heading(heading);
    let rest = lines.len().saturating_sub(SHOWN_LINES);
    let entry = |line: &Line| Entry { name: line.owner.clone(), what: line.text.clone(), doc: String::new() };
    page.entries(lines.iter().take(SHOWN_LINES).map(entry));
    if rest > 0 {
        page.words([format!("and {rest} more").as_str()]);
    }
}

/// What the library narrows the field to, and what the server puts in where it is absent.
fn refined_facts(program: &Program, field: &NativeField, facts: &mut Vec<(&'static str, String)>) {
    let short = field.owner.get().short;
    let decls = stdlib::refinements_of(&short).flat_map(|refine| &refine.fields).filter(|decl| decl.name.name == field.name);
    for decl in decls {
        facts.push(("holds", source(program, decl.ty.span).split_whitespace().collect::<Vec<_>>().join(" ")));
        if let (Some(default), false) = (&decl.default, facts.iter().any(|(name, _)| *name == "default")) {
            facts.push(("default", source(program, default.span)));
        }
        if let Some(doc) = &decl.doc {
            facts.push(("", doc.split_whitespace().collect::<Vec<_>>().join(" ")));
        }
    }
}

fn native_facts(field: &NativeField, facts: &mut Vec<(&'static str, String)>) {
    if !field.enum_.is_empty() {
        facts.push(("values", field.enum_.iter().map(|v| format!("\"{v}\"")).collect::<Vec<_>>().join(", ")));
    }
    if let NativeTy::List(list) = field.ty {
        facts.push((
            "merging",
            match &list.merge {
                ListMerge::Atomic => "a later list replaces an earlier one".into(),
                ListMerge::Set => "the elements of both lists, each once".into(),
                ListMerge::Map { keys } => {
                    let keys = keys.iter().map(|k| format!("`{k}`")).collect::<Vec<_>>().join(" and ");
                    format!("elements that agree in {keys} are one")
                }
            },
        ));
    }
    if field.atomic {
        facts.push(("merging", "a later value replaces an earlier one".into()));
    }
    facts.extend(releases(field.releases).map(|text| ("releases", text)));
}
