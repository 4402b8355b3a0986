//! The fast reader: the YAML that programs print and people write, and JSON.
//!
//! Block mappings and sequences, scalars on one line, literal block scalars, and flow collections. It reads bytes once, from left to
//! right, and gives up (`None`) at the first thing beyond that — anchors, tags, folded text, tabs, anything malformed — so that the full
//! reader judges the document instead. What it does read means the same to both; a property test holds them together.

use super::scalar;
use crate::source::Span;
use crate::value::{Entry, Item, List, Node, Op, Origin, Record, Value};
use ecow::EcoString;
use smallvec::SmallVec;
use std::sync::Arc;
use ustr::Ustr;

/// The value of one document that begins at position `base`; `Some(None)` where there is nothing but comments.
pub(super) fn read(text: &str, base: u32, max_depth: u32) -> Option<Option<Node>> {
    if memchr::memchr3(b'\r', b'\t', 0, text.as_bytes()).is_some() || text.contains('\u{feff}') {
        return None;
    }
    let mut quick = Quick { text, bytes: text.as_bytes(), at: 0, base, depth: 0, max_depth };
    let Some(indent) = quick.next_content()? else { return Some(None) };
    let node = quick.block(indent)?;
    match quick.next_content()? {
        None => Some(Some(node)),
        Some(_) => None,
    }
}

/// So many keys of a mapping are compared one by one.
const FEW: usize = 16;

struct Quick<'t> {
    text: &'t str,
    bytes: &'t [u8],
    at: usize,
    base: u32,
    depth: u32,
    max_depth: u32,
}

impl<'t> Quick<'t> {
    /// Goes to the first byte of the next line that holds more than a comment, and tells its indent; `Some(None)` at the end of the text.
    /// Stands at a line's start, or at its content where that is known.
    fn next_content(&mut self) -> Option<Option<usize>> {
        loop {
            let start = self.at;
            while self.peek() == Some(b' ') {
                self.at += 1;
            }
            match self.peek() {
                None => return Some(None),
                Some(b'\n') => self.at += 1,
                Some(b'#') => self.skip_line(),
                // A document's end, or a directive.
                Some(b'.') if self.at == start && self.bytes[self.at..].starts_with(b"...") => return None,
                Some(b'%') if self.at == start => return None,
                Some(_) => return Some(Some(self.at - start)),
            }
        }
    }

    /// A node whose first line has this indent, at its first byte. Ends at the start of a line.
    fn block(&mut self, indent: usize) -> Option<Node> {
        self.deeper()?;
        let node = match self.peek()? {
            b'-' if matches!(self.bytes.get(self.at + 1), None | Some(b' ' | b'\n')) => self.sequence(indent),
            b'{' | b'[' => self.flow().and_then(|node| self.end_of_line(indent).map(|()| node)),
            _ => self.mapping(indent),
        };
        self.depth -= 1;
        node
    }

    fn deeper(&mut self) -> Option<()> {
        self.depth += 1;
        (self.depth <= self.max_depth).then_some(())
    }

    fn mapping(&mut self, indent: usize) -> Option<Node> {
        let start = self.at;
        let mut entries: SmallVec<[Entry; 8]> = SmallVec::new();
        let mut end;
        loop {
            let (key, at) = self.key()?;
            if entries.len() < FEW && entries.iter().any(|e| e.key == key) {
                return None;
            }
            let node = self.value(indent, at)?;
            end = self.offset(node.origin.span.end).max(self.offset(at.end));
            entries.push(Entry { key, node, at, op: Op::Replace, spread: false, over: None });
            let line = self.at;
            match self.next_content()? {
                Some(found) if found == indent => {}
                Some(found) if found > indent => return None,
                _ => {
                    self.at = line;
                    break;
                }
            }
        }
        let record = record(entries)?;
        Some(Node::new(Value::Record(Arc::new(record)), self.origin(start, end)))
    }

    /// `key:`, with what a blank or the line's end must follow.
    fn key(&mut self) -> Option<(Ustr, Span)> {
        let start = self.at;
        let key = match self.peek()? {
            b'"' => Ustr::from(&self.double_quoted()?),
            b'\'' => Ustr::from(&self.single_quoted()?),
            first if is_word(first) || matches!(first, b'.' | b'/' | b'_' | b'$') => {
                while self.peek().is_some_and(|b| is_word(b) || matches!(b, b'.' | b'/' | b'_' | b'$' | b'-')) {
                    self.at += 1;
                }
                let text = &self.text[start..self.at];
                match scalar::plain(text) {
                    Value::Str(_) => Ustr::from(text),
                    Value::Int(n) if n.to_string() == text => Ustr::from(text),
                    _ => return None,
                }
            }
            _ => return None,
        };
        let span = self.span(start, self.at);
        if self.peek() != Some(b':') || !matches!(self.bytes.get(self.at + 1), None | Some(b' ' | b'\n')) {
            return None;
        }
        self.at += 1;
        Some((key, span))
    }

    /// What stands behind `key:` of a mapping with this indent. Ends at the start of a line.
    fn value(&mut self, indent: usize, key: Span) -> Option<Node> {
        self.skip_blanks();
        match self.peek() {
            None | Some(b'\n') => self.below(indent, key, true),
            Some(b'#') if self.bytes[self.at - 1] == b' ' => self.below(indent, key, true),
            Some(_) => self.inline(indent),
        }
    }

    /// The node on the lines below a key or a dash, deeper than it; a sequence may stand at a key's own indent. Null where there is none.
    fn below(&mut self, indent: usize, head: Span, of_key: bool) -> Option<Node> {
        self.skip_line();
        let line = self.at;
        match self.next_content()? {
            Some(found) if found > indent => self.block(found),
            Some(found) if of_key && found == indent && self.dash() => self.block(found),
            _ => {
                self.at = line;
                Some(Node::new(Value::Null, Origin::user(head.after())))
            }
        }
    }

    fn dash(&self) -> bool {
        self.peek() == Some(b'-') && matches!(self.bytes.get(self.at + 1), None | Some(b' ' | b'\n'))
    }

    fn sequence(&mut self, indent: usize) -> Option<Node> {
        let start = self.at;
        let mut items: Vec<Item> = Vec::new();
        let mut end;
        loop {
            if !self.dash() {
                return None;
            }
            let dash = self.at;
            self.at += 1;
            self.skip_blanks();
            let node = match self.peek() {
                None | Some(b'\n') => self.below(indent, self.span(dash, dash + 1), false)?,
                Some(b'#') => self.below(indent, self.span(dash, dash + 1), false)?,
                Some(_) if self.opens_block() => {
                    let column = self.at - dash + indent;
                    self.block(column)?
                }
                Some(_) => self.inline(indent)?,
            };
            end = self.offset(node.origin.span.end);
            items.push(Item { at: node.origin.span, node });
            let line = self.at;
            match self.next_content()? {
                Some(found) if found == indent && self.dash() => {}
                Some(found) if found > indent => return None,
                _ => {
                    self.at = line;
                    break;
                }
            }
        }
        items.shrink_to_fit();
        let list = List { items, ..List::default() };
        Some(Node::new(Value::List(Arc::new(list)), self.origin(start, end.max(start + 1))))
    }

    /// Whether a mapping or a sequence begins on the line of a dash.
    fn opens_block(&self) -> bool {
        if self.dash() {
            return true;
        }
        let mut probe = Quick { depth: 0, ..*self };
        probe.key().is_some()
    }

    /// A scalar or a flow collection on the line of its key or dash. Ends at the start of a line.
    fn inline(&mut self, indent: usize) -> Option<Node> {
        let start = self.at;
        match self.peek()? {
            b'"' => {
                let text = self.double_quoted()?;
                self.scalar_end(Value::Str(text), start, indent)
            }
            b'\'' => {
                let text = self.single_quoted()?;
                self.scalar_end(Value::Str(text), start, indent)
            }
            b'|' => self.literal(indent),
            b'{' | b'[' => {
                let node = self.flow()?;
                self.end_of_line(indent)?;
                Some(node)
            }
            b'&' | b'*' | b'!' | b'%' | b'@' | b'`' | b'>' | b'?' | b',' | b']' | b'}' | b'#' => None,
            b'-' | b':' if matches!(self.bytes.get(start + 1), None | Some(b' ' | b'\n')) => None,
            _ => self.plain(indent),
        }
    }

    fn plain(&mut self, indent: usize) -> Option<Node> {
        let start = self.at;
        let line_end = memchr::memchr(b'\n', &self.bytes[start..]).map_or(self.bytes.len(), |n| start + n);
        let mut end = line_end;
        let line = &self.bytes[start..line_end];
        // A colon or a hash is rare enough to look for both at once.
        for found in memchr::memchr2_iter(b':', b'#', line) {
            if line[found] == b':' && matches!(line.get(found + 1), None | Some(b' ')) {
                return None;
            }
            if line[found] == b'#' && line[found - 1] == b' ' {
                end = start + found;
                break;
            }
        }
        while self.bytes[end - 1] == b' ' {
            end -= 1;
        }
        self.at = end;
        self.scalar_end(scalar::plain(&self.text[start..end]), start, indent)
    }

    /// The scalar that ends here; what follows on its line is a comment, and no deeper line continues it.
    fn scalar_end(&mut self, value: Value, start: usize, indent: usize) -> Option<Node> {
        let node = Node::new(value, self.origin(start, self.at));
        self.end_of_line(indent)?;
        Some(node)
    }

    fn end_of_line(&mut self, indent: usize) -> Option<()> {
        let end = self.at;
        self.skip_blanks();
        match self.peek() {
            None => return Some(()),
            Some(b'\n') => self.at += 1,
            Some(b'#') if self.at > end => self.skip_line(),
            Some(_) => return None,
        }
        let line = self.at;
        let deeper = self.next_content()?.is_some_and(|found| found > indent);
        self.at = line;
        (!deeper).then_some(())
    }

    /// `|`, `|-` or `|+`: lines as they stand, less the indent of the first.
    fn literal(&mut self, indent: usize) -> Option<Node> {
        let start = self.at;
        self.at += 1;
        let chomp = match self.peek() {
            Some(sign @ (b'-' | b'+')) => {
                self.at += 1;
                sign
            }
            _ => b' ',
        };
        if self.peek().is_some_and(|b| b != b'\n') {
            return None;
        }
        self.skip_line();
        let (mut text, mut depth, mut blank_lines) = (EcoString::new(), 0, 0);
        let mut end = self.at;
        while self.at < self.bytes.len() {
            let line = self.at;
            let line_end = memchr::memchr(b'\n', &self.bytes[line..]).map_or(self.bytes.len(), |n| line + n);
            let spaces = self.bytes[line..line_end].iter().take_while(|b| **b == b' ').count();
            if line + spaces == line_end {
                // Blanks beyond the indent belong to the text; before the first line they are an error to some.
                if spaces > depth {
                    return None;
                }
                blank_lines += 1;
                self.at = (line_end + 1).min(self.bytes.len());
                continue;
            }
            if depth == 0 {
                if spaces <= indent {
                    break;
                }
                depth = spaces;
            }
            if spaces < depth {
                if spaces > indent {
                    return None;
                }
                break;
            }
            if line_end == self.bytes.len() {
                // Readers differ in whether the newline that is missing here belongs to the text.
                return None;
            }
            (0..blank_lines).for_each(|_| text.push('\n'));
            blank_lines = 0;
            text.push_str(&self.text[line + depth..line_end]);
            text.push('\n');
            self.at = (line_end + 1).min(self.bytes.len());
            end = line_end;
        }
        match chomp {
            b'-' => drop(text.ends_with('\n').then(|| text.pop())),
            b'+' => (0..blank_lines).for_each(|_| text.push('\n')),
            _ => {}
        }
        Some(Node::new(Value::Str(text), self.origin(start, end)))
    }

    // ---- flow collections ----

    fn flow(&mut self) -> Option<Node> {
        self.deeper()?;
        let node = match self.peek()? {
            b'{' => self.flow_mapping(),
            b'[' => self.flow_sequence(),
            _ => self.flow_scalar(),
        };
        self.depth -= 1;
        node
    }

    fn flow_mapping(&mut self) -> Option<Node> {
        let start = self.at;
        self.at += 1;
        let mut entries: SmallVec<[Entry; 8]> = SmallVec::new();
        loop {
            self.skip_flow_blanks()?;
            if self.peek()? == b'}' {
                break;
            }
            let key_start = self.at;
            let key = match self.peek()? {
                b'"' => Ustr::from(&self.double_quoted()?),
                b'\'' => Ustr::from(&self.single_quoted()?),
                _ => match self.flow_plain()? {
                    Value::Str(text) => Ustr::from(&text),
                    _ => return None,
                },
            };
            let at = self.span(key_start, self.at);
            if entries.len() < FEW && entries.iter().any(|e| e.key == key) {
                return None;
            }
            self.skip_flow_blanks()?;
            if self.peek()? != b':' {
                return None;
            }
            self.at += 1;
            self.skip_flow_blanks()?;
            let node = self.flow()?;
            entries.push(Entry { key, node, at, op: Op::Replace, spread: false, over: None });
            self.skip_flow_blanks()?;
            match self.peek()? {
                b',' => self.at += 1,
                b'}' => break,
                _ => return None,
            }
        }
        self.at += 1;
        let record = record(entries)?;
        Some(Node::new(Value::Record(Arc::new(record)), self.origin(start, self.at)))
    }

    fn flow_sequence(&mut self) -> Option<Node> {
        let start = self.at;
        self.at += 1;
        let mut items: Vec<Item> = Vec::new();
        loop {
            self.skip_flow_blanks()?;
            if self.peek()? == b']' {
                break;
            }
            let node = self.flow()?;
            items.push(Item { at: node.origin.span, node });
            self.skip_flow_blanks()?;
            match self.peek()? {
                b',' => self.at += 1,
                b']' => break,
                _ => return None,
            }
        }
        self.at += 1;
        items.shrink_to_fit();
        let list = List { items, ..List::default() };
        Some(Node::new(Value::List(Arc::new(list)), self.origin(start, self.at)))
    }

    fn flow_scalar(&mut self) -> Option<Node> {
        let start = self.at;
        let value = match self.peek()? {
            b'"' => Value::Str(self.double_quoted()?),
            b'\'' => Value::Str(self.single_quoted()?),
            _ => self.flow_plain()?,
        };
        Some(Node::new(value, self.origin(start, self.at)))
    }

    /// A plain scalar in a flow collection: one word.
    fn flow_plain(&mut self) -> Option<Value> {
        let start = self.at;
        while self.peek().is_some_and(|b| is_word(b) || matches!(b, b'.' | b'/' | b'_' | b'-' | b'+')) {
            self.at += 1;
        }
        let text = &self.text[start..self.at];
        let ended = matches!(self.peek()?, b',' | b']' | b'}' | b':' | b' ' | b'\n');
        if text.is_empty() || text == "-" || !ended {
            return None;
        }
        // More words, or a colon that may belong to the word.
        let rest = &self.bytes[self.at..];
        match rest.first() {
            Some(b':') if !matches!(rest.get(1), Some(b' ' | b'\n')) => return None,
            Some(b' ') => {
                let next = rest.iter().find(|b| **b != b' ')?;
                if !matches!(next, b',' | b']' | b'}') {
                    return None;
                }
            }
            Some(b'\n') => {
                let next = rest.iter().find(|b| !matches!(b, b' ' | b'\n'))?;
                if !matches!(next, b',' | b']' | b'}') {
                    return None;
                }
            }
            _ => {}
        }
        Some(scalar::plain(text))
    }

    /// Blanks and newlines; comments are left to the full reader.
    fn skip_flow_blanks(&mut self) -> Option<()> {
        while matches!(self.peek()?, b' ' | b'\n') {
            self.at += 1;
        }
        (self.peek()? != b'#').then_some(())
    }

    // ---- quoted text ----

    fn double_quoted(&mut self) -> Option<EcoString> {
        let start = self.at + 1;
        let found = memchr::memchr3(b'"', b'\\', b'\n', &self.bytes[start..])? + start;
        if self.bytes[found] == b'"' {
            self.at = found + 1;
            return Some(self.text[start..found].into());
        }
        let (mut text, mut from) = (EcoString::new(), start);
        loop {
            let found = memchr::memchr3(b'"', b'\\', b'\n', &self.bytes[from..])? + from;
            text.push_str(&self.text[from..found]);
            match self.bytes[found] {
                b'"' => {
                    self.at = found + 1;
                    return Some(text);
                }
                b'\\' => from = self.escape(found, &mut text)?,
                _ => return None,
            }
        }
    }

    /// One escape; where the text goes on.
    fn escape(&self, at: usize, text: &mut EcoString) -> Option<usize> {
        let sign = *self.bytes.get(at + 1)?;
        text.push(match sign {
            b'"' => '"',
            b'\\' => '\\',
            b'/' => '/',
            b'n' => '\n',
            b't' => '\t',
            b'r' => '\r',
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'u' => {
                let code = u32::from_str_radix(self.text.get(at + 2..at + 6)?, 16).ok()?;
                // Half of a pair is none; the full reader says so.
                text.push(char::from_u32(code)?);
                return Some(at + 6);
            }
            _ => return None,
        });
        Some(at + 2)
    }

    fn single_quoted(&mut self) -> Option<EcoString> {
        let mut from = self.at + 1;
        let mut text = EcoString::new();
        loop {
            let found = memchr::memchr2(b'\'', b'\n', &self.bytes[from..])? + from;
            if self.bytes[found] == b'\n' {
                return None;
            }
            text.push_str(&self.text[from..found]);
            if self.bytes.get(found + 1) != Some(&b'\'') {
                self.at = found + 1;
                return Some(text);
            }
            text.push('\'');
            from = found + 2;
        }
    }

    // ---- bytes ----

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn skip_blanks(&mut self) {
        while self.peek() == Some(b' ') {
            self.at += 1;
        }
    }

    /// To the start of the next line.
    fn skip_line(&mut self) {
        self.at = memchr::memchr(b'\n', &self.bytes[self.at..]).map_or(self.bytes.len(), |n| self.at + n + 1);
    }

    fn span(&self, start: usize, end: usize) -> Span {
        Span::new(self.base + start as u32, self.base + end as u32)
    }

    fn origin(&self, start: usize, end: usize) -> Origin {
        Origin::user(self.span(start, end))
    }

    fn offset(&self, position: u32) -> usize {
        (position - self.base) as usize
    }
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
}

/// A record of entries with different keys; `None` where two are alike, which the full reader reports.
fn record(found: SmallVec<[Entry; 8]>) -> Option<Record> {
    // Room for these and no more: most records have one entry or two.
    let mut record = Record::with_capacity(found.len());
    record.entries.extend(found);
    // Few keys were compared as they came; of two alike the index of many names the last.
    let few = record.entries.len() <= FEW;
    (few || record.entries.iter().enumerate().all(|(i, e)| record.position(e.key) == Some(i))).then_some(record)
}
