//! Objects of kinds that are not Kubernetes' own, handed to the judge as other definitions show them.
//!
//! Whether such an object is right says its own definition. Here its values are only given to rules, as a program or the library sees its
//! kind. What has another shape than a definition says is passed over with all around it, and what a definition does not have is not looked
//! at.

use super::{Context, Judge, Site, Step};
use crate::object::Object;
use crate::schema::{NativeKind, NativeTy, TypeId, added};
use crate::value::{Node, Record, Value};
use std::sync::Arc;

/// The values of an object as a kind has them.
pub fn judge_as<J: Judge>(context: &Context, object: &Object, kind: &'static NativeKind, judge: &mut J) {
    let mut walk = View { site: Site::new(context, object), judge };
    walk.record(&object.root, kind.ty);
    walk.site.tell();
}

struct View<'w, J> {
    site: Site<'w>,
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
        shaped &= ty.required().all(|field| record.get(field.name).is_some_and(|entry| !entry.node.is_null()));
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
            _ => false,
        }
    }
}
