//! An object as the API server has it once it has read it, where that is not what was written.
//!
//! Two things differ. A null in a map is the zero value of its type, while a field that is null is absent. And fields behind a feature
//! gate that is off are dropped, with all they hold; nothing but their types matters then. Most objects have neither: this is done only
//! for those in which the walk met one. What does not change is shared with the object as it was written.

use super::{Context, Step};
use crate::object::Object;
use crate::schema::{Gate, KubeRange, ListTy, NativeField, NativeTy, TypeId};
use crate::source::Span;
use crate::value::{Item, List, Node, Record, Value};
use ecow::EcoString;
use std::sync::Arc;
use ustr::Ustr;

pub(super) struct Seen {
    pub object: Object,
    pub dropped: Vec<Dropped>,
}

/// A field that the server reads and drops.
pub(super) struct Dropped {
    /// From the object to the value that has the field, and to the field.
    pub steps: Vec<(Step, Span)>,
    pub field: &'static NativeField,
    pub gate: Gate,
    pub node: Node,
    pub at: Span,
}

pub(super) fn of(object: &Object, context: &Context) -> Seen {
    let mut reader = Reader { kube: context.kube, nulls: !context.applied, path: Vec::new(), volumes: Vec::new(), dropped: Vec::new() };
    let root = reader.record(&object.root, object.kind.ty).unwrap_or_else(|| object.root.clone());
    Seen { object: Object { root, ..object.clone() }, dropped: reader.dropped }
}

/// A manifest without what the server drops of it because a feature is off; `None` where that is nothing.
pub fn without_dropped(root: &Arc<Record>, ty: TypeId, kube: KubeRange) -> Option<Arc<Record>> {
    Reader { kube, nulls: false, path: Vec::new(), volumes: Vec::new(), dropped: Vec::new() }.record(root, ty)
}

struct Reader {
    kube: KubeRange,
    /// A null in a map is a value; in a program it leaves the entry out.
    nulls: bool,
    path: Vec<(Step, Span)>,
    /// The volumes of the present pod that are dropped, with what mounts them.
    volumes: Vec<EcoString>,
    dropped: Vec<Dropped>,
}

/// Each function gives what is read in the place of what is written, and `None` where both are the same.
impl Reader {
    fn record(&mut self, record: &Arc<Record>, ty: TypeId) -> Option<Arc<Record>> {
        if ty.get().short.as_str() == "PodSpec" {
            self.volumes = record.get("volumes".into()).map(|volumes| self.dropped_volumes(&volumes.node)).unwrap_or_default();
        }
        let mut changed: Vec<(usize, Option<Node>)> = Vec::new();
        for (index, entry) in record.entries.iter().enumerate().filter(|(_, entry)| !entry.node.is_null()) {
            let Some(field) = ty.get().field(entry.key) else { continue };
            self.path.push((Step::Field(entry.key), entry.node.origin.span));
            if self.drops_whole(&entry.node, field.ty) {
                changed.push((index, None));
            } else if let Some(gate) = self.dropping(field) {
                let steps = self.path.clone();
                self.dropped.push(Dropped { steps, field, gate, node: entry.node.clone(), at: entry.at });
                changed.push((index, None));
            } else if let Some(value) = self.value(&entry.node, field.ty) {
                changed.push((index, Some(Node { value, ..entry.node.clone() })));
            }
            self.path.pop();
        }
        with(record, changed)
    }

    /// The gate for which all releases drop a field of the value before the last step.
    fn dropping(&self, field: &NativeField) -> Option<Gate> {
        let gate = field.gate.filter(|gate| gate.is_off_in(self.kube))?;
        let here = match (gate.within, self.path.as_slice()) {
            (None, _) => true,
            (Some(list), [.., (Step::Field(name), _), (Step::Index(_), _), _]) => *name == list,
            (Some(_), _) => false,
        };
        here.then_some(gate)
    }

    /// Whether the value has a field for which it is dropped whole, and then says so.
    fn drops_whole(&mut self, node: &Node, ty: NativeTy) -> bool {
        let (NativeTy::Ref(id), Value::Record(record)) = (ty.resolved(), &node.value) else { return false };
        let present = record.entries.iter().filter(|entry| !entry.node.is_null());
        let found = present.filter_map(|entry| Some((entry, id.get().field(entry.key)?))).find_map(|(entry, field)| {
            let gate = self.dropping(field).filter(|gate| gate.whole)?;
            let mut steps = self.path.clone();
            steps.push((Step::Field(entry.key), entry.node.origin.span));
            Some(Dropped { steps, field, gate, node: entry.node.clone(), at: entry.at })
        });
        let dropped = found.is_some();
        self.dropped.extend(found);
        dropped
    }

    fn value(&mut self, node: &Node, ty: NativeTy) -> Option<Value> {
        match (ty.resolved(), &node.value) {
            (NativeTy::Ref(id), Value::Record(record)) => self.record(record, id).map(Value::Record),
            (NativeTy::List(ty), Value::List(list)) => self.list(list, ty).map(|list| Value::List(Arc::new(list))),
            (NativeTy::Map(inner), Value::Record(record)) => self.map(record, *inner).map(Value::Record),
            _ => None,
        }
    }

    fn map(&mut self, record: &Arc<Record>, inner: NativeTy) -> Option<Arc<Record>> {
        let mut changed = Vec::new();
        for (index, entry) in record.entries.iter().enumerate() {
            self.path.push((Step::Key(entry.key), entry.node.origin.span));
            let value = match &entry.node.value {
                Value::Null if self.nulls => zero(inner),
                _ => self.value(&entry.node, inner),
            };
            changed.extend(value.map(|value| (index, Some(Node { value, ..entry.node.clone() }))));
            self.path.pop();
        }
        with(record, changed)
    }

    fn list(&mut self, list: &List, ty: &ListTy) -> Option<List> {
        let is_mounts = matches!(ty.elem, NativeTy::Ref(id) if id.get().short.as_str() == "VolumeMount");
        let mut items: Vec<Item> = Vec::with_capacity(list.items.len());
        let mut same = true;
        for (index, item) in list.items.iter().enumerate() {
            if is_mounts && text(&item.node, "name").is_some_and(|name| self.volumes.contains(name)) {
                same = false;
                continue;
            }
            self.path.push((Step::Index(index), item.node.origin.span));
            let whole = self.drops_whole(&item.node, ty.elem);
            let value = if whole { None } else { self.value(&item.node, ty.elem) };
            self.path.pop();
            same &= value.is_none() && !whole;
            if !whole {
                let node = value.map_or_else(|| item.node.clone(), |value| Node { value, ..item.node.clone() });
                items.push(Item { node, at: item.at });
            }
        }
        (!same).then(|| List { items, ..List::default() })
    }

    /// The names of volumes that are dropped whole.
    fn dropped_volumes(&self, volumes: &Node) -> Vec<EcoString> {
        let (Value::List(list), Some(ty)) = (&volumes.value, crate::schema::type_named("Volume")) else { return Vec::new() };
        let is_dropped = |record: &Record| {
            let fields = record.entries.iter().filter(|e| !e.node.is_null()).filter_map(|e| ty.get().field(e.key));
            fields.filter_map(|field| self.dropping(field)).any(|gate| gate.whole)
        };
        let dropped = list.items.iter().filter(|item| matches!(&item.node.value, Value::Record(record) if is_dropped(record)));
        dropped.filter_map(|item| text(&item.node, "name").cloned()).collect()
    }
}

fn text<'n>(node: &'n Node, field: &str) -> Option<&'n EcoString> {
    let Value::Record(record) = &node.value else { return None };
    match &record.get(Ustr::from(field))?.node.value {
        Value::Str(text) => Some(text),
        _ => None,
    }
}

/// The record with other values at some places, or without them.
fn with(record: &Arc<Record>, changed: Vec<(usize, Option<Node>)>) -> Option<Arc<Record>> {
    if changed.is_empty() {
        return None;
    }
    let mut new = Record { fits: None, ..Record::clone(record) };
    let mut gone = Vec::new();
    for (index, node) in changed {
        match node {
            Some(node) => new.entries[index].node = node,
            None => gone.push(new.entries[index].key),
        }
    }
    new.retain(|entry| !gone.contains(&entry.key));
    Some(Arc::new(new))
}

/// What null is in a map.
fn zero(ty: NativeTy) -> Option<Value> {
    Some(match ty.resolved() {
        NativeTy::String | NativeTy::Base64 => Value::str(""),
        NativeTy::Bool => Value::Bool(false),
        NativeTy::Int32 | NativeTy::Int64 | NativeTy::Number | NativeTy::IntOrString | NativeTy::Quantity => Value::Int(0),
        NativeTy::Ref(_) | NativeTy::Map(_) => Value::Record(Arc::default()),
        NativeTy::List(_) => Value::List(Arc::default()),
        NativeTy::Time | NativeTy::MicroTime | NativeTy::Duration | NativeTy::Any | NativeTy::Object => return None,
    })
}
