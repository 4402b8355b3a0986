//! What native checks of whole objects find, and the cursor they walk by.
//!
//! A [`Place`] is a node of an object, or where one could be, linked to the place around it on the stack: nothing is built for a path until
//! something is found there. The path a [`Finding`] carries is the API server's own, which is not always the way to the node: the server
//! reports a schema that all versions share below `spec.validation`.

use crate::diag::{Code, Diagnostic};
use crate::source::Span;
use crate::value::{List, Node, Record, Value};
use std::fmt::Write;
use std::sync::Arc;
use ustr::Ustr;

/// Something the API server would refuse or warn of.
#[derive(Clone, Debug)]
pub struct Finding {
    pub code: &'static Code,
    /// Of the value, or of the innermost one around it where it is absent.
    pub span: Span,
    /// The field as the API server names it: `spec.versions[0].name`.
    pub field: String,
    pub message: String,
    pub help: Option<String>,
}

impl Finding {
    pub fn help(mut self, text: impl Into<String>) -> Finding {
        self.help = Some(text.into());
        self
    }

    /// As a diagnostic about an object.
    pub fn diagnostic(self, object: impl Into<String>) -> Diagnostic {
        let diagnostic = Diagnostic::new(self.code, self.span, self.message).in_object(object, self.field);
        match self.help {
            Some(help) => diagnostic.help(help),
            None => diagnostic,
        }
    }
}

/// A place in an object.
#[derive(Clone, Copy)]
pub struct Place<'p> {
    node: Option<&'p Node>,
    span: Span,
    step: Step<'p>,
    parent: Option<&'p Place<'p>>,
}

#[derive(Clone, Copy)]
enum Step<'p> {
    /// The root, under the path the server gives it.
    Root(&'p str),
    Field(&'p str),
    Key(&'p str),
    Index(usize),
}

impl<'p> Place<'p> {
    /// The root of an object.
    pub fn root(node: &'p Node) -> Place<'p> {
        Place { node: Some(node), span: node.origin.span, step: Step::Root(""), parent: None }
    }

    /// The same node under another path.
    pub fn renamed(&self, path: &'p str) -> Place<'p> {
        Place { step: Step::Root(path), parent: None, ..*self }
    }

    /// A field of a record, written `.name` in paths.
    pub fn field<'q>(&'q self, name: &'q str) -> Place<'q> {
        self.below(Step::Field(name), self.entry(name))
    }

    /// An entry of a map, written `[key]` in paths.
    pub fn key<'q>(&'q self, key: &'q str) -> Place<'q> {
        self.below(Step::Key(key), self.entry(key))
    }

    /// A node below this one, under a field's name.
    pub fn node_at<'q>(&'q self, name: &'q str, node: Option<&'q Node>) -> Place<'q> {
        self.below(Step::Field(name), node)
    }

    /// An element of a list, null or not.
    pub fn index<'q>(&'q self, index: usize, node: &'q Node) -> Place<'q> {
        self.step(Step::Index(index), Some(node))
    }

    /// An entry, null or not, written `.name` in paths.
    pub fn member<'q>(&'q self, name: &'q str, node: &'q Node) -> Place<'q> {
        self.step(Step::Field(name), Some(node))
    }

    /// The same place under another field's name.
    pub fn called(self, name: &'p str) -> Place<'p> {
        Place { step: Step::Field(name), ..self }
    }

    fn below<'q>(&'q self, step: Step<'q>, node: Option<&'q Node>) -> Place<'q> {
        self.step(step, node.filter(|node| !node.is_null()))
    }

    fn step<'q>(&'q self, step: Step<'q>, node: Option<&'q Node>) -> Place<'q> {
        let span = node.map_or(self.span, |node| node.origin.span);
        Place { node, span: if span.is_none() { self.span } else { span }, step, parent: Some(self) }
    }

    /// The elements of a list; none where it is no list.
    pub fn items<'q>(&'q self) -> impl Iterator<Item = Place<'q>> {
        let items = self.list().map_or(&[][..], |list| &list.items[..]);
        items.iter().enumerate().map(|(i, item)| self.below(Step::Index(i), Some(&item.node)))
    }

    /// The entries of a map, each written `[key]` in paths.
    pub fn keys<'q>(&'q self) -> impl Iterator<Item = (&'q str, Place<'q>)> {
        self.entries().map(|(key, node)| (key, self.below(Step::Key(key), Some(node))))
    }

    /// The entries of a record that are not null, with their keys.
    pub fn entries(&self) -> impl Iterator<Item = (&'p str, &'p Node)> {
        let entries = self.record().map_or(&[][..], |record| &record.entries[..]);
        entries.iter().filter(|e| !e.node.is_null()).map(|e| (e.key.as_str(), &e.node))
    }

    pub fn node(&self) -> Option<&'p Node> {
        self.node
    }

    pub fn span(&self) -> Span {
        self.span
    }

    pub fn exists(&self) -> bool {
        self.node.is_some()
    }

    pub fn value(&self) -> Option<&'p Value> {
        self.node.map(|node| &node.value)
    }

    pub fn record(&self) -> Option<&'p Arc<Record>> {
        match self.value() {
            Some(Value::Record(record)) => Some(record),
            _ => None,
        }
    }

    pub fn list(&self) -> Option<&'p Arc<List>> {
        match self.value() {
            Some(Value::List(list)) => Some(list),
            _ => None,
        }
    }

    /// The text; empty where there is none, as Go reads it.
    pub fn text(&self) -> &'p str {
        match self.value() {
            Some(Value::Str(text)) => text,
            _ => "",
        }
    }

    pub fn is_true(&self) -> bool {
        matches!(self.value(), Some(Value::Bool(true)))
    }

    pub fn int(&self) -> Option<i64> {
        match self.value() {
            Some(Value::Int(n)) => Some(*n),
            _ => None,
        }
    }

    fn entry(&self, name: &str) -> Option<&'p Node> {
        self.record()?.get(Ustr::from_existing(name)?).map(|e| &e.node)
    }

    /// A finding here.
    pub fn finding(&self, code: &'static Code, message: impl Into<String>) -> Finding {
        Finding { code, span: self.span, field: self.path(), message: message.into(), help: None }
    }

    /// The path as the API server writes it.
    pub fn path(&self) -> String {
        let mut steps = Vec::new();
        let mut here = Some(self);
        while let Some(place) = here {
            steps.push(place.step);
            here = place.parent;
        }
        let mut path = String::new();
        for step in steps.into_iter().rev() {
            let _ = match step {
                Step::Root(root) => write!(path, "{root}"),
                Step::Field(name) if path.is_empty() => write!(path, "{name}"),
                Step::Field(name) => write!(path, ".{name}"),
                Step::Key(key) => write!(path, "[{key}]"),
                Step::Index(index) => write!(path, "[{index}]"),
            };
        }
        path
    }
}
