//! Refinements: fields of native types with a narrower type than the schema's, checked natively.
//!
//! The API server cannot tell an absent string, list or map from an empty one where its field is no pointer. So a refined field that is
//! not optional may be absent or empty, unless its type has a least length: then it is demanded. An optional one (`T?`) may be absent, and
//! what is written is checked even where it is empty.

use crate::conform::{Site, Step};
use crate::data::scalar_text;
use crate::diag::{Diagnostic, codes, suggest};
use crate::eval::broken;
use crate::prose::cut;
use crate::resolve::RefinedField;
use crate::types::{Condition, Literal, Refined, Ty};
use crate::value::{Node, Record, Value};
use ustr::Ustr;

/// How many characters of a text a message shows.
const SHOWN: usize = 80;

/// Reports what the refined fields of a value break.
pub(super) fn check(fields: &[RefinedField], record: &Record, site: &mut Site) {
    for field in fields {
        let step = Step::Field(field.name);
        match record.get(field.name).filter(|entry| !entry.node.is_null()) {
            Some(entry) => Check { field, at: entry.at, site, steps: vec![step] }.value(&field.ty, &entry.node, false),
            None if least_length(&field.ty) > 0 => missing(field, site),
            None => {}
        }
    }
}

struct Check<'c, 'f, 'w> {
    field: &'c RefinedField<'f>,
    /// The entry that holds the value.
    at: crate::source::Span,
    site: &'c mut Site<'w>,
    steps: Vec<Step>,
}

impl Check<'_, '_, '_> {
    /// `strict`: what is empty is checked too.
    fn value(&mut self, ty: &Ty, node: &Node, strict: bool) {
        // A percentage is a text to the API server.
        let text = matches!(node.value, Value::Percent(_))
            .then(|| Node::new(Value::Str(scalar_text(&node.value).unwrap_or_default()), node.origin));
        let node = text.as_ref().unwrap_or(node);
        match (ty, &node.value) {
            (Ty::Optional(inner), _) => self.value(inner, node, true),
            (Ty::Refined(refined), _) => {
                self.value(&refined.base, node, strict);
                self.refined(refined, node, strict);
            }
            (Ty::Literal(_) | Ty::Union(_), _) => self.one_of(ty, node, strict),
            (Ty::List(elem), Value::List(list)) => {
                for (index, item) in list.items.iter().enumerate() {
                    self.steps.push(Step::Index(index));
                    let empty = Node { value: Value::str(""), origin: item.node.origin };
                    let null_text = item.node.is_null() && *elem.base() == Ty::String;
                    self.value(elem, if null_text { &empty } else { &item.node }, true);
                    self.steps.pop();
                }
            }
            (Ty::Map(map), Value::Record(record)) => {
                // The API server names the map, not its key.
                for entry in record.entries.iter() {
                    let key = Node { value: Value::str(entry.key.as_str()), origin: crate::value::Origin::user(entry.at) };
                    self.value(&map.key, &key, true);
                    self.value(&map.value, &entry.node, true);
                }
            }
            _ => {}
        }
    }

    fn refined(&mut self, refined: &Refined, node: &Node, strict: bool) {
        if node.is_null() || is_empty(&node.value) && !strict && least_length_of(refined) == 0 {
            return;
        }
        if is_empty(&node.value) && least_length_of(refined) > 0 {
            let message = format!("`{}` must not be empty", self.called());
            return self.push(Diagnostic::new(&codes::MISSING_FIELD, node.origin.span, message));
        }
        let Some(why) = refined.conditions.iter().find_map(|condition| broken(&node.value, condition)) else { return };
        let shown = match &node.value {
            Value::Str(text) => format!("{:?}", cut(text, SHOWN)),
            other => scalar_text(other).map_or_else(|| "this".to_string(), |text| text.to_string()),
        };
        let error = Diagnostic::new(&codes::REFINEMENT, node.origin.span, format!("{shown} {why}"));
        self.push(match refined.name {
            Some(name) => error.label(format!("`{}` is a `{name}`", self.called())),
            None => error,
        });
    }

    /// A value of a closed set, or of one of several forms.
    fn one_of(&mut self, ty: &Ty, node: &Node, strict: bool) {
        if node.is_null() || is_empty(&node.value) && !strict || ty.members().iter().any(|member| fits(member, &node.value)) {
            return;
        }
        let texts: Vec<&str> =
            ty.members().iter().filter_map(|m| if let Ty::Literal(Literal::Str(text)) = m { Some(text.as_str()) } else { None }).collect();
        let shown = scalar_text(&node.value).unwrap_or_default();
        let error =
            Diagnostic::new(&codes::ENUM_VALUE, node.origin.span, format!("\"{}\" is no value of `{}`", cut(&shown, SHOWN), self.called()));
        self.push(match suggest::nearest(&shown, texts.iter().copied()) {
            Some(near) => error.help(format!("did you mean \"{near}\"?")),
            None if texts.is_empty() => error,
            None => error.help(format!("allowed are {}", texts.iter().map(|n| format!("\"{n}\"")).collect::<Vec<_>>().join(", "))),
        });
    }

    fn called(&self) -> Ustr {
        self.field.name
    }

    fn push(&mut self, error: Diagnostic) {
        let mut error = error;
        if error.primary.span.is_none() {
            error.primary.span = self.at;
        }
        self.site.push_at(&self.steps, error);
    }
}

fn missing(field: &RefinedField, site: &mut Site) {
    let path = site.path_text();
    let whole = if path.is_empty() { field.name.to_string() } else { format!("{path}.{}", field.name) };
    let error = Diagnostic::new(&codes::MISSING_FIELD, site.place(), format!("{} needs `{whole}`", site.object.kind.kind));
    site.push_below(
        Step::Field(field.name),
        match field.doc {
            Some(doc) => error.note(format!("`{}`: {}", field.name, doc.split("\n\n").next().unwrap_or(doc))),
            None => error,
        },
    );
}

fn fits(ty: &Ty, value: &Value) -> bool {
    match (ty, value) {
        (Ty::Literal(Literal::Str(wanted)), Value::Str(text)) => wanted == text,
        (Ty::Literal(Literal::Int(wanted)), Value::Int(number)) => wanted == number,
        (Ty::Literal(Literal::Bool(wanted)), Value::Bool(truth)) => wanted == truth,
        (Ty::Literal(_), _) => false,
        (Ty::Refined(refined), _) => fits(&refined.base, value) && refined.conditions.iter().all(|c| broken(value, c).is_none()),
        (Ty::Union(members), _) => members.iter().any(|member| fits(member, value)),
        (Ty::Optional(inner), _) => fits(inner, value),
        (Ty::Int, Value::Int(_)) | (Ty::String, Value::Str(_)) | (Ty::Bool, Value::Bool(_)) => true,
        (Ty::Percent, Value::Str(text)) => text.strip_suffix('%').is_some_and(|n| !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit())),
        _ => false,
    }
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Str(text) => text.is_empty(),
        Value::List(list) => list.items.is_empty(),
        Value::Record(record) => record.entries.is_empty(),
        _ => false,
    }
}

/// How long a value of the type is at least; 0 for an optional one, which may be absent.
fn least_length(ty: &Ty) -> usize {
    match ty {
        Ty::Refined(refined) => least_length_of(refined),
        _ => 0,
    }
}

fn least_length_of(refined: &Refined) -> usize {
    let own = refined.conditions.iter().filter_map(|c| if let Condition::Length { lo, .. } = c { *lo } else { None }).max().unwrap_or(0);
    own.max(least_length(&refined.base))
}
