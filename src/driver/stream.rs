//! The documents of YAML streams: all at once, or a batch at a time.
//!
//! A tree takes many times the memory of its text. Where the texts are large together they are read twice. First every object is looked
//! at for what others may ask of it ([`Stream::survey`]), and that alone is kept; then batch after batch is read to be judged, and thrown
//! away. Should even what others may ask be too much to hold, little is kept but the names.

use crate::diag::Sink;
use crate::manifest::{self, Custom, Manifest};
use crate::object::Object;
use crate::source::{Source, Span};
use crate::value::{Entry, Node, Record, Value};
use crate::yaml::{self, Piece};
use rayon::prelude::*;
use std::sync::Arc;

/// How much is held at once.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    /// Texts that are larger together are read in batches, in bytes.
    pub whole: usize,
    /// The texts of one batch together.
    pub batch: usize,
    /// The largest document that is read.
    pub document: usize,
    /// What others may ask of all objects together: scalars, entries and elements.
    pub held: u64,
}

impl Default for Bounds {
    fn default() -> Bounds {
        Bounds { whole: 32 << 20, batch: 8 << 20, document: yaml::LARGEST, held: 4_000_000 }
    }
}

/// A document and what it holds.
#[derive(Debug)]
pub struct Vetting {
    pub(super) span: Span,
    pub(super) manifests: Vec<Manifest>,
}

/// The documents of some texts.
pub struct Stream<'s> {
    pieces: Vec<(&'s Source, Piece)>,
    bounds: Bounds,
    size: usize,
}

impl<'s> Stream<'s> {
    pub fn of(sources: &'s [Arc<Source>], bounds: Bounds) -> Stream<'s> {
        let of = |source: &'s Arc<Source>| yaml::pieces(&source.text).into_iter().map(move |piece| (source.as_ref(), piece));
        let size = sources.iter().map(|source| source.text.len()).sum();
        Stream { pieces: sources.iter().flat_map(of).collect(), bounds, size }
    }

    /// Whether all of it is held at once.
    pub fn is_whole(&self) -> bool {
        self.size <= self.bounds.whole
    }

    /// Everything; what is wrong with the texts is reported.
    pub fn all(&self, sink: &Sink) -> Vec<Vetting> {
        self.read(&self.pieces, sink)
    }

    /// A batch after the other.
    pub fn batches<'b>(&'b self, sink: &'b Sink) -> impl Iterator<Item = Vec<Vetting>> + 'b {
        let mut rest = &self.pieces[..];
        std::iter::from_fn(move || {
            let mut size = 0;
            let fitting = rest.iter().take_while(|(_, piece)| {
                size += piece.size();
                size <= self.bounds.batch
            });
            let (batch, later) = rest.split_at(fitting.count().max(1).min(rest.len()));
            rest = later;
            (!batch.is_empty()).then(|| self.read(batch, sink))
        })
    }

    /// What is kept of all objects, and whether that is all that others may ask of them. `each` sees every object whole. Of kinds that are
    /// not Kubernetes' own only those are asked that `asked` names.
    pub fn survey(&self, mut each: impl FnMut(&Manifest), asked: impl Fn(&Custom) -> bool) -> (Vec<Vetting>, bool) {
        // What is wrong with a text is told when it is judged.
        let unheard = Sink::new();
        let (mut kept, mut weight) = (Vec::new(), 0);
        for batch in self.batches(&unheard) {
            unheard.take();
            for mut document in batch {
                document.manifests.iter().for_each(&mut each);
                document.manifests = document.manifests.into_iter().map(|found| asked_of(found, &asked)).collect();
                weight += document.manifests.iter().map(weight_of).sum::<u64>();
                if weight > self.bounds.held {
                    document.manifests.iter_mut().for_each(forget);
                }
                kept.push(document);
            }
        }
        let complete = weight <= self.bounds.held;
        if !complete {
            kept.iter_mut().flat_map(|document| &mut document.manifests).for_each(forget);
        }
        (kept, complete)
    }

    fn read(&self, pieces: &[(&Source, Piece)], sink: &Sink) -> Vec<Vetting> {
        let one = |(source, piece): &(&Source, Piece)| {
            let document = yaml::read_piece(source, *piece, self.bounds.document)?;
            document.faults.into_iter().for_each(|fault| sink.push(fault.diagnostic()));
            // Nearly every document is one object.
            let mut manifests = Vec::with_capacity(1);
            if let Some(root) = &document.root {
                manifest::objects(root, sink, &mut manifests);
            }
            Some(Vetting { span: document.span, manifests })
        };
        pieces.par_iter().with_min_len(16).filter_map(one).collect()
    }
}

fn weight_of(found: &Manifest) -> u64 {
    match found {
        Manifest::Native(object) => u64::from(object.root.measure().weight),
        Manifest::Custom(custom) => match &custom.root.value {
            Value::Record(root) => u64::from(root.measure().weight),
            _ => 1,
        },
    }
}

/// What tells how all others of a namespace are judged is small, and always held whole.
pub fn is_always_held(object: &Object) -> bool {
    matches!(object.kind.kind.as_str(), "Namespace" | "LimitRange")
}

/// Keeps only what an object is called.
fn forget(found: &mut Manifest) {
    match found {
        Manifest::Native(object) if is_always_held(object) => {}
        Manifest::Native(object) => object.root = Arc::default(),
        Manifest::Custom(custom) => custom.root = Node::default(),
    }
}

/// An object without what no rule asks of another: its status, who manages its fields, the texts of its data.
fn asked_of(mut found: Manifest, asked: impl Fn(&Custom) -> bool) -> Manifest {
    match &mut found {
        Manifest::Native(object) => {
            let is_data = matches!(object.kind.kind.as_str(), "ConfigMap" | "Secret");
            let root = without_news(&object.root);
            let data = |root, field| if is_data { within(&root, field, without_texts) } else { root };
            object.root = Arc::new(["data", "binaryData", "stringData"].into_iter().fold(root, data));
        }
        Manifest::Custom(custom) => match &custom.root.value {
            Value::Record(root) if asked(custom) => custom.root.value = Value::Record(Arc::new(without_news(root))),
            _ => custom.root = Node::default(),
        },
    }
    found
}

/// Without what the cluster writes into an object.
fn without_news(root: &Record) -> Record {
    within(&without(root, &["status"]), "metadata", |metadata| without(metadata, &["managedFields"]))
}

fn without(record: &Record, fields: &[&str]) -> Record {
    let entries = record.entries.iter().filter(|entry| !fields.contains(&entry.key.as_str())).cloned().collect();
    Record { entries, ..Record::default() }
}

fn within(record: &Record, field: &str, change: impl Fn(&Record) -> Record) -> Record {
    let changed = |entry: &Entry| match &entry.node.value {
        Value::Record(inner) if entry.key == field => {
            let node = Node { value: Value::Record(Arc::new(change(inner))), ..entry.node.clone() };
            Entry { node, ..entry.clone() }
        }
        _ => entry.clone(),
    };
    Record { entries: record.entries.iter().map(changed).collect(), ..Record::default() }
}

fn without_texts(record: &Record) -> Record {
    let emptied = |entry: &Entry| Entry { node: Node { value: Value::str(""), ..entry.node.clone() }, ..entry.clone() };
    Record { entries: record.entries.iter().map(emptied).collect(), ..Record::default() }
}
