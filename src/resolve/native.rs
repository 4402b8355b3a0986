//! What programs and the library say of native types: refinements of their fields, and the rules on them.
//!
//! Both name a type by its short name and hold for all its versions in that API group; behind an import of one version, for that alone.
//! Kinds that are not Kubernetes' own have types as well (see `views`).

use super::{Alias, Found, Program, STD};
use crate::ast::{self, ExprKind, Item, Name};
use crate::diag::{Code, Severity};
use crate::schema::{self, NativeTy, TypeId};
use crate::source::Span;
use crate::stdlib;
use crate::types::{ModuleId, Ty};
use crate::value::{List, Node, Origin, Record, Value};
use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex};
use ustr::Ustr;

/// A field of a native type with a narrower type than the schema's.
#[derive(Debug)]
pub struct RefinedField<'a> {
    pub name: Name,
    pub ty: Ty<'a>,
    /// What the server puts in where the field is absent.
    pub default: Option<Node>,
    pub doc: Option<&'a str>,
    pub span: Span,
    pub home: ModuleId,
}

impl<'a> Program<'a> {
    /// The refinements of a type's fields, the library's first.
    pub fn refinements(&self, id: TypeId) -> Arc<[RefinedField<'a>]> {
        if let Some(known) = self.refinements.read().unwrap_or_else(|e| e.into_inner()).get(&id) {
            return known.clone();
        }
        let made: Arc<[RefinedField]> = self.refine_decls(id).iter().flat_map(|found| self.refined(*found, id)).collect();
        self.refinements.write().unwrap_or_else(|e| e.into_inner()).entry(id).or_insert(made).clone()
    }

    /// The rules on a type, the library's first; those on updates among them.
    pub fn rules(&self, id: TypeId) -> Vec<Found<&'a ast::RuleDecl>> {
        let short = id.get().short;
        let own = stdlib::rules_on(&short).map(|what| Found { what, home: STD });
        let users = self.user_items().filter_map(|(item, home)| match item {
            Item::Rule(what) => Some(Found { what, home }),
            _ => None,
        });
        let all = own.chain(users).filter(|rule| rule.what.on.name.name == short);
        all.filter(|rule| self.native_types(rule.home, &rule.what.on).contains(&id)).collect()
    }

    /// Every rule, the library's first.
    pub fn all_rules(&self) -> impl Iterator<Item = Found<&'a ast::RuleDecl>> {
        let users = self.user_items().filter_map(|(item, home)| match item {
            Item::Rule(what) => Some(Found { what, home }),
            _ => None,
        });
        stdlib::rules().map(|what| Found { what, home: STD }).chain(users)
    }

    /// The code of the messages of a rule, by its name.
    pub fn code_named(&self, rule: &str) -> Option<&'static Code> {
        self.all_rules().find(|found| found.what.name.name == rule).map(|found| rule_code(found.what))
    }

    /// The native types that the head of a rule or of a refinement names; none where there is no such type.
    pub fn native_types(&self, home: ModuleId, on: &ast::Path) -> Vec<TypeId> {
        let name = on.name.name;
        match on.module.map(|alias| self.alias(home, alias.name)) {
            None => {
                let own: Vec<TypeId> = schema::versions_of(&name).collect();
                match own.is_empty() {
                    false => own,
                    true if home == STD => self.library_types(name),
                    true => self.defined_types(home, name),
                }
            }
            // The library puts its group in front of a name that another group has too: `events.Event`.
            Some(None) if home == STD => on.module.map(|group| in_group(&group.name, &name)).unwrap_or_default(),
            Some(Some(Alias::Native(group_version))) => {
                let own = super::build::native_in(&group_version, name).and_then(native_id);
                own.map_or_else(|| super::views::types_in(group_version, name), |id| vec![id])
            }
            Some(Some(Alias::Module(module))) => self.types_of_module(module, name),
            Some(_) => Vec::new(),
        }
    }

    /// What a field of a native type reads as in a rule where nothing is written; null where there is neither a default nor a structure.
    pub fn absent(&self, id: TypeId, field: Name) -> Option<Node> {
        let of_schema = id.get().field(field)?;
        let empty = match of_schema.ty {
            NativeTy::List(_) => Some(Value::List(Arc::new(List::default()))),
            NativeTy::Map(_) | NativeTy::Object => Some(Value::Record(Arc::new(Record::default()))),
            _ => None,
        };
        if let Some(value) = empty {
            return Some(Node::new(value, Origin::NONE));
        }
        let refined = self.refinements(id).iter().rev().find(|f| f.name == field && f.default.is_some()).and_then(|f| f.default.clone());
        refined.or_else(|| of_schema.default().and_then(|json| crate::data::from_json(json, Origin::NONE).ok()))
    }

    fn refine_decls(&self, id: TypeId) -> Vec<Found<&'a ast::RefineDecl>> {
        let short = id.get().short;
        let own = stdlib::refinements_of(&short).map(|what| Found { what, home: STD });
        let users = self.user_items().filter_map(|(item, home)| match item {
            Item::Refine(what) => Some(Found { what, home }),
            _ => None,
        });
        let all = own.chain(users).filter(|refine| refine.what.ty.name.name == short);
        all.filter(|refine| self.native_types(refine.home, &refine.what.ty).contains(&id)).collect()
    }

    fn refined(&self, found: Found<&'a ast::RefineDecl>, id: TypeId) -> Vec<RefinedField<'a>> {
        // A version that lacks the field has nothing to refine.
        let fields = found.what.fields.iter().filter(|field| id.get().field(field.name.name).is_some());
        fields
            .map(|field| RefinedField {
                name: field.name.name,
                ty: self.ty(found.home, &field.ty),
                default: field.default.as_ref().and_then(literal),
                doc: field.doc.as_deref(),
                span: field.name.span,
                home: found.home,
            })
            .collect()
    }

    fn user_items(&self) -> impl Iterator<Item = (&'a Item, ModuleId)> {
        self.modules.iter().filter(|m| m.id != STD).flat_map(|m| m.items.iter().map(|item| (item, m.id)))
    }
}

/// The code of a rule's diagnostics, kept for the life of the process as those of the compiler are.
pub fn rule_code(rule: &ast::RuleDecl) -> &'static Code {
    static CODES: LazyLock<Mutex<HashMap<(Ustr, usize), &'static Code>>> = LazyLock::new(Default::default);
    let key = (rule.name.name, rule.span.start as usize);
    let mut codes = CODES.lock().unwrap_or_else(|e| e.into_inner());
    codes.entry(key).or_insert_with(|| {
        let doc = rule.doc.as_deref().unwrap_or_default();
        let summary = doc.split("\n\n").next().unwrap_or_default().trim().trim_end_matches('.').replace('\n', " ");
        let text = |text: &str| -> &'static str { Ustr::from(text).as_str() };
        Box::leak(Box::new(Code {
            name: rule.name.name.as_str(),
            severity: Severity::Error,
            summary: text(&summary),
            doc: text(doc),
            fails: "",
            passes: "",
        }))
    })
}

fn native_id(ty: Ty) -> Option<TypeId> {
    match ty {
        Ty::Native(id) => Some(id),
        _ => None,
    }
}

/// A server's default is a plain literal.
pub(super) fn literal(expr: &ast::Expr) -> Option<Node> {
    let value = match &expr.kind {
        ExprKind::Str(text) => Value::str(text.as_static()?),
        ExprKind::Bool(b) => Value::Bool(*b),
        ExprKind::Num(number) => crate::number::value(number).ok()?,
        ExprKind::Neg(inner) => match literal(inner)?.value {
            Value::Int(n) => Value::Int(n.checked_neg()?),
            _ => return None,
        },
        _ => return None,
    };
    Some(Node::new(value, Origin { span: expr.span, ..Origin::NONE }))
}

/// The types of that short name in an API group, as `events` in `io.k8s.api.events.v1.Event`.
fn in_group(group: &str, short: &str) -> Vec<TypeId> {
    schema::types_named(short).filter(|id| id.get().name.rsplit('.').nth(2) == Some(group)).collect()
}
