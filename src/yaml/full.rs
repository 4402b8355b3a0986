//! The full reader: any YAML, by a parser that knows all of it, with what is wrong said in its place.
//!
//! The parser's events become nodes through a stack of open collections. Anchors are kept as finished nodes and shared where an alias
//! names them, so that a bomb of aliases stays small; its weight is judged by who reads the document. What programs of Kubernetes read
//! differently, or not at all, is refused here: two equal keys, tags of other types, keys that are collections.

use super::{Fault, scalar};
use crate::diag::codes;
use crate::source::Span;
use crate::value::{Entry, Item, List, Node, Op, Origin, Record, Value};
use rustc_hash::FxHashMap;
use saphyr_parser::{Event, Marker, Parser, ScalarStyle, ScanError, StrInput, Tag};
use std::borrow::Cow;
use std::sync::Arc;
use ustr::Ustr;

/// The value of the one document in `text`, which begins at position `base`; `None` where it is empty or cannot be read.
pub(super) fn read(text: &str, base: u32, max_depth: u32, faults: &mut Vec<Fault>) -> Option<Node> {
    let places = Places::new(text, base);
    let mut full = Full { places, faults, stack: Vec::new(), anchors: FxHashMap::default(), max_depth, tainted: false };
    let mut parser = Parser::new_from_str(text);
    full.document(&mut parser)
}

struct Full<'f> {
    places: Places,
    faults: &'f mut Vec<Fault>,
    stack: Vec<Open>,
    /// Finished nodes by the number of their anchor.
    anchors: FxHashMap<usize, Node>,
    max_depth: u32,
    /// The document cannot be judged as a whole.
    tainted: bool,
}

/// A collection whose end has not come.
enum Open {
    List { items: Vec<Item>, start: Span, anchor: usize },
    Record { record: Record, start: Span, anchor: usize, key: Option<(Ustr, Span)>, merged: Vec<Node> },
}

impl Full<'_> {
    fn document(&mut self, parser: &mut Parser<'_, StrInput<'_>>) -> Option<Node> {
        let (mut root, mut ended) = (None, false);
        while let Some(event) = parser.next_event() {
            let (event, at) = match event {
                Ok(event) => event,
                Err(error) => return self.malformed(&error),
            };
            let at = self.places.span(at.start, at.end);
            if ended && !matches!(event, Event::DocumentEnd | Event::StreamEnd | Event::Nothing) {
                self.fault(at, "a document ends before this", "documents are separated by `---` lines");
                return None;
            }
            match event {
                Event::Nothing | Event::StreamStart | Event::DocumentStart(_) | Event::StreamEnd => {}
                Event::DocumentEnd => ended = true,
                event => match self.event(event, at)? {
                    Some(node) => root = Some(node),
                    None => continue,
                },
            }
        }
        root.filter(|_| !self.tainted)
    }

    /// Takes one event in; the document's node once it is whole. `None` where reading cannot go on.
    fn event(&mut self, event: Event<'_>, at: Span) -> Option<Option<Node>> {
        match event {
            Event::Alias(number) => {
                let Some(node) = self.anchors.get(&number).cloned() else {
                    self.fault(at, "this alias stands inside what it names", "write the value out");
                    return None;
                };
                Some(self.finished(Node::new(node.value, Origin::user(at)), at))
            }
            Event::Scalar(text, style, anchor, tag) => {
                let at = self.places.scalar(at, style);
                let value = self.scalar(&text, style, tag.as_deref(), at);
                let node = Node::new(value, Origin::user(at));
                self.anchored(anchor, &node);
                Some(self.finished(node, at))
            }
            Event::SequenceStart(anchor, tag) => {
                self.collection_tag(tag, at, "seq");
                self.open(Open::List { items: Vec::new(), start: at, anchor }, at)
            }
            Event::MappingStart(anchor, tag) => {
                self.collection_tag(tag, at, "map");
                self.open(Open::Record { record: Record::default(), start: at, anchor, key: None, merged: Vec::new() }, at)
            }
            Event::SequenceEnd | Event::MappingEnd => {
                let node = self.close(at)?;
                let span = node.origin.span;
                Some(self.finished(node, span))
            }
            Event::Nothing | Event::StreamStart | Event::StreamEnd | Event::DocumentStart(_) | Event::DocumentEnd => Some(None),
        }
    }

    fn open(&mut self, open: Open, at: Span) -> Option<Option<Node>> {
        if self.stack.len() as u32 >= self.max_depth {
            let message = format!("this is nested more than {} levels deep", self.max_depth);
            self.faults.push(
                Fault::new(&codes::YAML_TOO_LARGE, at, message)
                    .help("no object of Kubernetes is: look for brackets or indents that run away"),
            );
            return None;
        }
        self.stack.push(open);
        Some(None)
    }

    fn close(&mut self, at: Span) -> Option<Node> {
        let (value, start, anchor) = match self.stack.pop()? {
            Open::List { mut items, start, anchor } => {
                items.shrink_to_fit();
                (Value::List(Arc::new(List { items, ..List::default() })), start, anchor)
            }
            Open::Record { mut record, start, anchor, merged, .. } => {
                for node in merged {
                    self.merge(&mut record, &node);
                }
                record.entries.shrink_to_fit();
                (Value::Record(Arc::new(record)), start, anchor)
            }
        };
        let end = match &value {
            Value::List(list) => list.items.last().map_or(start.end, |i| i.node.origin.span.end),
            Value::Record(record) => record.entries.last().map_or(start.end, |e| e.node.origin.span.end.max(e.at.end)),
            _ => start.end,
        };
        // The end of a flow collection is its bracket, that of a block the end of its last value.
        let end = if at.end > at.start { at.end } else { end.max(start.end) };
        let node = Node::new(value, Origin::user(Span::new(start.start, end)));
        self.anchored(anchor, &node);
        Some(node)
    }

    fn anchored(&mut self, anchor: usize, node: &Node) {
        if anchor > 0 {
            self.anchors.insert(anchor, node.clone());
        }
    }

    /// Puts a node where it belongs: under a key, among elements, or as the whole document.
    fn finished(&mut self, node: Node, at: Span) -> Option<Node> {
        match self.stack.last_mut() {
            None => return Some(node),
            Some(Open::List { items, .. }) => items.push(Item { node, at }),
            Some(Open::Record { key: key @ None, .. }) => match key_text(&node.value) {
                Some(text) => *key = Some((text, at)),
                None => {
                    *key = Some((Ustr::default(), at));
                    self.fault(at, "a key is text, this is a collection", "write the key as a word or in quotes");
                }
            },
            Some(Open::Record { record, key, merged, .. }) => {
                let (key, key_at) = key.take().unwrap_or_default();
                if key == "<<" {
                    merged.push(node);
                } else if let Some(first) = record.get(key) {
                    let fault = Fault::new(&codes::DUPLICATE_KEY, key_at, format!("the key `{key}` is written twice in this mapping"));
                    let fault = fault
                        .also(first.at, "the first one")
                        .help("remove one of the two: the API server refuses both in a strict request, and drops the first otherwise");
                    self.faults.push(fault);
                } else {
                    record.push(Entry { key, node, at: key_at, op: Op::Replace, spread: false, over: None });
                }
            }
        }
        None
    }

    /// `<<` takes in the entries of other mappings below its own; among several the earlier win.
    fn merge(&mut self, record: &mut Record, node: &Node) {
        match &node.value {
            Value::Record(below) => {
                for entry in &below.entries {
                    if record.get(entry.key).is_none() {
                        record.push(entry.clone());
                    }
                }
            }
            Value::List(list) if list.items.iter().all(|i| matches!(i.node.value, Value::Record(_))) => {
                for item in &list.items {
                    self.merge(record, &item.node);
                }
            }
            _ => self.fault(
                node.origin.span,
                "`<<` takes in a mapping or a list of mappings",
                "name an anchor of a mapping: `<<: *defaults`",
            ),
        }
    }

    fn scalar(&mut self, text: &str, style: ScalarStyle, tag: Option<&Tag>, at: Span) -> Value {
        match tag {
            None if style == ScalarStyle::Plain => scalar::plain(text),
            None => Value::str(text),
            Some(tag) if tag.handle == "!" && tag.suffix.is_empty() => Value::str(text),
            Some(tag) if tag.is_yaml_core_schema() || tag.handle == "!!" => match tag.suffix.as_str() {
                "str" | "binary" => Value::str(text),
                "int" | "float" | "bool" | "null" => scalar::plain(text),
                _ => self.unknown_tag(tag, at),
            },
            Some(tag) => self.unknown_tag(tag, at),
        }
    }

    fn collection_tag(&mut self, tag: Option<Cow<'_, Tag>>, at: Span, own: &str) {
        if let Some(tag) = tag
            && !((tag.is_yaml_core_schema() || tag.handle == "!!") && tag.suffix == own)
        {
            self.unknown_tag(&tag, at);
        }
    }

    fn unknown_tag(&mut self, tag: &Tag, at: Span) -> Value {
        let name = format!("{}{}", tag.handle, tag.suffix);
        self.fault(
            at,
            &format!("the tag `{name}` means nothing to Kubernetes"),
            "write the plain value; tags belong to the tool that made this file",
        );
        Value::Null
    }

    /// Something that YAML allows and Kubernetes does not, or that no object can hold.
    fn fault(&mut self, at: Span, message: &str, help: &str) {
        self.tainted = true;
        self.faults.push(Fault::new(&codes::YAML_SYNTAX, at, message).help(help));
    }

    /// The parser stops at the first thing that it cannot read.
    fn malformed(&mut self, error: &ScanError) -> Option<Node> {
        let at = self.places.point(error.marker());
        let fault = Fault::new(&codes::YAML_SYNTAX, at, format!("this is no YAML: {}", error.info()));
        self.faults.push(match self.places.before(at) {
            Some(b'\t') => fault.help("YAML does not indent by tabs: use blanks"),
            _ => fault.help("the rest of this document is not judged"),
        });
        None
    }
}

/// A key: text, or a scalar that YAML takes for something else (`8080: web`), as JSON writes it.
fn key_text(value: &Value) -> Option<Ustr> {
    match value {
        Value::Null => Some(Ustr::from("null")),
        Value::List(_) | Value::Record(_) => None,
        value => crate::data::scalar_text(value).map(|text| Ustr::from(&text)),
    }
}

/// From the parser's positions, which count characters, to ours, which count bytes.
struct Places {
    base: u32,
    bytes: Vec<u8>,
    /// The offset of each character, where not all are bytes.
    offsets: Option<Vec<u32>>,
}

impl Places {
    fn new(text: &str, base: u32) -> Places {
        let offsets = (!text.is_ascii()).then(|| text.char_indices().map(|(at, _)| at as u32).chain([text.len() as u32]).collect());
        Places { base, bytes: text.as_bytes().to_vec(), offsets }
    }

    fn offset(&self, marker: &Marker) -> u32 {
        let at = marker.index();
        match &self.offsets {
            None => at.min(self.bytes.len()) as u32,
            Some(offsets) => offsets.get(at).or(offsets.last()).copied().unwrap_or_default(),
        }
    }

    fn span(&self, start: Marker, end: Marker) -> Span {
        let (start, end) = (self.offset(&start), self.offset(&end));
        // The parser lets some spans run on over blanks behind them.
        let text = self.bytes.get(start as usize..end as usize).unwrap_or_default();
        let kept = text.iter().rposition(|b| !b.is_ascii_whitespace()).map_or(0, |last| last + 1);
        Span::new(self.base + start, self.base + start + kept as u32)
    }

    /// The span of a scalar: the parser lets that of a quoted one run on over a comment behind it.
    fn scalar(&self, at: Span, style: ScalarStyle) -> Span {
        let quote = match style {
            ScalarStyle::SingleQuoted => b'\'',
            ScalarStyle::DoubleQuoted => b'"',
            ScalarStyle::Plain | ScalarStyle::Literal | ScalarStyle::Folded => return at,
        };
        let (start, end) = ((at.start - self.base) as usize, (at.end - self.base) as usize);
        let Some(text) = self.bytes.get(start..end).filter(|text| text.first() == Some(&quote)) else { return at };
        let mut i = 1;
        while i < text.len() {
            match text[i] {
                b'\\' if quote == b'"' => i += 2,
                b if b == quote && quote == b'\'' && text.get(i + 1) == Some(&quote) => i += 2,
                b if b == quote => return Span::new(at.start, at.start + i as u32 + 1),
                _ => i += 1,
            }
        }
        at
    }

    /// The character at a marker.
    fn point(&self, marker: &Marker) -> Span {
        let at = (self.offset(marker) as usize).min(self.bytes.len().saturating_sub(1)) as u32;
        let mut end = at + 1;
        while self.bytes.get(end as usize).is_some_and(|b| b & 0xC0 == 0x80) {
            end += 1;
        }
        Span::new(self.base + at, self.base + end.min(self.bytes.len() as u32))
    }

    /// A tab at or just before a place.
    fn before(&self, at: Span) -> Option<u8> {
        let at = (at.start - self.base) as usize;
        [Some(at), at.checked_sub(1)].into_iter().flatten().filter_map(|i| self.bytes.get(i).copied()).find(|b| *b == b'\t')
    }
}
