//! Objects of kinds that are not Kubernetes' own, handed to the judge as other definitions show them.
//!
//! Whether such an object is right says its own definition. Here its values are only given to rules, as a program or the library sees its
//! kind. What has another shape than a definition says is passed over with all around it, and what a definition does not have is not looked
//! at. That is told where rules of the user are kept from judging; what the library's own rules pass over is no matter.

use super::{Context, Judge, Site, Step, shown, unquoted};
use crate::diag::{Diagnostic, Severity, codes};
use crate::object::Object;
use crate::schema::{NativeKind, NativeTy, TypeId, added};
use crate::value::{Node, Record, Value};
use std::sync::Arc;
use ustr::Ustr;

/// The values of an object as a kind has them; where `tells`, with what keeps rules from judging them.
pub fn judge_as<J: Judge>(context: &Context, object: &Object, kind: &'static NativeKind, tells: bool, judge: &mut J) {
    let mut walk = View { site: Site::new(context, object), kind, tells, judge };
    walk.record(&object.root, kind.ty);
    walk.site.tell();
}

struct View<'w, J> {
    site: Site<'w>,
    kind: &'static NativeKind,
    tells: bool,
    judge: &'w mut J,
}

impl<J: Judge> View<'_, J> {
    /// Whether the value has the shape of the type.
    fn record(&mut self, record: &Arc<Record>, id: TypeId) -> bool {
        let (ty, mut shaped) = (id.get(), true);
        for entry in record.entries.iter().filter(|entry| !entry.node.is_null()) {
            let Some(field) = ty.field(entry.key) else { continue };
            // Of an object's metadata speaks whoever walks over the whole.
            let is_common = added::is_added(id) && matches!(field.ty, NativeTy::Ref(inner) if !added::is_added(inner));
            let is_status = field.name == "status" && self.site.path_text().is_empty();
            if !is_common && !is_status {
                shaped &= self.within(Step::Field(entry.key), &entry.node, |walk| walk.value(&entry.node, field.ty));
            }
        }
        for field in ty.required() {
            if record.get(field.name).is_none_or(|entry| entry.node.is_null()) {
                shaped = false;
                self.lacks(field.name);
            }
        }
        if shaped {
            self.judge.judge(record, id, &mut self.site);
        }
        shaped
    }

    fn within<T>(&mut self, step: Step, node: &Node, work: impl FnOnce(&mut Self) -> T) -> T {
        self.site.enter(step, node.origin.span);
        let done = work(self);
        self.site.leave();
        done
    }

    fn value(&mut self, node: &Node, ty: NativeTy) -> bool {
        match (ty.resolved(), &node.value) {
            (NativeTy::Ref(id), Value::Record(record)) => self.record(record, id),
            (NativeTy::List(list), Value::List(items)) => {
                let each = |(index, item): (usize, &crate::value::Item)| {
                    item.node.is_null() || self.within(Step::Index(index), &item.node, |walk| walk.value(&item.node, list.elem))
                };
                items.items.iter().enumerate().map(each).fold(true, |all, one| all & one)
            }
            (NativeTy::Map(inner), Value::Record(record)) => {
                let written = record.entries.iter().filter(|entry| !entry.node.is_null());
                let each = written.map(|entry| self.within(Step::Key(entry.key), &entry.node, |walk| walk.value(&entry.node, *inner)));
                each.fold(true, |all, one| all & one)
            }
            (NativeTy::Any, _) | (NativeTy::Object, Value::Record(_)) => true,
            (NativeTy::Bool, Value::Bool(_)) | (NativeTy::Int32 | NativeTy::Int64, Value::Int(_)) => true,
            (NativeTy::Number, Value::Int(_) | Value::Float(_)) => true,
            (NativeTy::String | NativeTy::Base64 | NativeTy::Time | NativeTy::MicroTime | NativeTy::Duration, Value::Str(_)) => true,
            (NativeTy::Duration, Value::Duration(_)) | (NativeTy::String, Value::Percent(_)) => true,
            (NativeTy::IntOrString, Value::Int(_) | Value::Str(_) | Value::Percent(_)) => true,
            (NativeTy::Quantity, Value::Quantity(_) | Value::Int(_) | Value::Float(_) | Value::Str(_)) => true,
            _ => {
                self.misfits(node, ty);
                false
            }
        }
    }

    fn misfits(&mut self, node: &Node, ty: NativeTy) {
        let (path, wanted) = (self.site.path_text(), noun(ty));
        let message = format!("`{path}` is {wanted} in the definition that rules on {} have, not {}", self.kind.kind, shown(node));
        let help = unquoted(&self.site, node, wanted);
        self.tell(Diagnostic::new(&codes::TYPE_MISMATCH, node.origin.span, message), help, None);
    }

    fn lacks(&mut self, field: Ustr) {
        let path = self.site.path_text();
        let whole = if path.is_empty() { field.to_string() } else { format!("{path}.{field}") };
        let message = format!("{} needs `{whole}` in the definition that rules have", self.kind.kind);
        self.tell(Diagnostic::new(&codes::MISSING_FIELD, self.site.place(), message), None, Some(Step::Field(field)));
    }

    fn tell(&mut self, mut error: Diagnostic, help: Option<String>, below: Option<Step>) {
        if !self.tells {
            return;
        }
        // Another version may have another shape.
        let version = self.site.object.root.get("apiVersion".into()).map(|entry| &entry.node.value);
        if !matches!(version, Some(Value::Str(text)) if text.as_str() == self.kind.api_version.as_str()) {
            error.severity = Severity::Warning;
        }
        let error = error.note("no rule judges this, nor what it is in");
        let help = help.unwrap_or_else(|| {
            "correct the object, or the definition: a field that may be absent is `T?`, and one of any type `Any?`".into()
        });
        self.site.push_at(below.as_slice(), error.help(help));
    }
}

/// What a value of a type is, in messages.
fn noun(ty: NativeTy) -> &'static str {
    match ty.resolved() {
        NativeTy::Ref(_) | NativeTy::Map(_) | NativeTy::Object => "a record",
        NativeTy::List(_) => "a list",
        NativeTy::Bool => "Bool",
        NativeTy::Int32 | NativeTy::Int64 => "a whole number",
        NativeTy::Number => "a number",
        NativeTy::Duration => "a time such as 30s",
        NativeTy::IntOrString => "a whole number, a percentage or a String",
        NativeTy::Quantity => "an amount such as 200m or 64Mi",
        _ => "String",
    }
}
