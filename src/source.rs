//! Source files and positions in them.
//!
//! All files of one run share one space of byte positions, as pages of a book share page numbers: a file gets the range
//! `base .. base + len` when it is added, so a [`Span`] is two `u32` and finds its file by binary search. Position 0 belongs to
//! no file, so that [`Span::NONE`] is a value and not an option. Text is kept as read; a byte order mark is part of it but not of
//! column counts.

use std::fmt;
use std::sync::{Arc, RwLock};

/// A half-open range of byte positions in the space of all files.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Span {
    pub start: u32,
    pub end: u32,
}

impl Span {
    /// The span of what no file wrote.
    pub const NONE: Span = Span { start: 0, end: 0 };

    pub fn new(start: u32, end: u32) -> Span {
        Span { start, end }
    }

    pub fn is_none(self) -> bool {
        self.start == 0
    }

    /// The smallest span that holds both.
    pub fn to(self, other: Span) -> Span {
        if self.is_none() {
            return other;
        }
        if other.is_none() {
            return self;
        }
        Span { start: self.start.min(other.start), end: self.end.max(other.end) }
    }

    /// The empty span just behind this one.
    pub fn after(self) -> Span {
        Span { start: self.end, end: self.end }
    }

    pub fn or(self, other: Span) -> Span {
        if self.is_none() { other } else { self }
    }

    pub fn contains(self, other: Span) -> bool {
        self.start <= other.start && other.end <= self.end
    }
}

impl fmt::Debug for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}..{}", self.start, self.end)
    }
}

/// Who wrote a file: it decides whether a span in it can be shown as the user's own line.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SourceKind {
    /// A file of the user's project.
    User,
    /// A file of the standard library, embedded in the binary.
    Std,
}

/// One file: its name as messages show it, and its text.
#[derive(Debug)]
pub struct Source {
    pub name: String,
    pub text: Text,
    pub kind: SourceKind,
    /// Position of the text's first byte.
    pub base: u32,
    line_starts: std::sync::OnceLock<Vec<u32>>,
}

/// The text of a file: shared, and taken over from who read it without a copy, for it may be large.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Text(Arc<String>);

impl<T: Into<String>> From<T> for Text {
    fn from(text: T) -> Text {
        Text(Arc::new(text.into()))
    }
}

impl std::ops::Deref for Text {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

/// A 1-based line and a 1-based column counted in characters.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct LineCol {
    pub line: u32,
    pub column: u32,
}

impl Source {
    /// A file whose text begins at the position `base`.
    pub fn new(name: impl Into<String>, text: impl Into<Text>, kind: SourceKind, base: u32) -> Source {
        Source { name: name.into(), text: text.into(), kind, base, line_starts: Default::default() }
    }

    pub fn span(&self) -> Span {
        Span::new(self.base, self.base + self.text.len() as u32)
    }

    /// Line and column of a position in this file; positions past its end count as its end.
    pub fn line_col(&self, pos: u32) -> LineCol {
        let offset = (pos.saturating_sub(self.base) as usize).min(self.text.len());
        let starts = self.line_starts();
        let line = starts.partition_point(|&s| s as usize <= offset) - 1;
        let from = starts[line] as usize;
        let before = self.text.get(from..offset).unwrap_or("");
        let before = if line == 0 { before.strip_prefix('\u{feff}').unwrap_or(before) } else { before };
        LineCol { line: line as u32 + 1, column: before.chars().count() as u32 + 1 }
    }

    /// Byte offsets at which the lines start.
    pub fn line_starts(&self) -> &[u32] {
        self.line_starts.get_or_init(|| {
            let mut starts = vec![0];
            starts.extend(memchr::memchr_iter(b'\n', self.text.as_bytes()).map(|i| i as u32 + 1));
            starts
        })
    }

    /// The text that a span covers, empty where it lies outside this file.
    pub fn slice(&self, span: Span) -> &str {
        let from = span.start.saturating_sub(self.base) as usize;
        let to = span.end.saturating_sub(self.base) as usize;
        self.text.get(from..to).unwrap_or("")
    }
}

/// All files of one run. Adding needs no exclusive borrow, so that imports can be read while others are parsed.
#[derive(Default)]
pub struct FileDb {
    files: RwLock<Vec<Arc<Source>>>,
}

/// More text than positions can number (4 GiB over all files).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooLarge;

impl FileDb {
    pub fn new() -> FileDb {
        FileDb::default()
    }

    pub fn add(&self, name: impl Into<String>, text: impl Into<Text>, kind: SourceKind) -> Result<Arc<Source>, TooLarge> {
        let text = text.into();
        let mut files = self.files.write().unwrap_or_else(|e| e.into_inner());
        let base = files.last().map_or(1, |f| f.span().end as u64 + 1);
        if base + text.len() as u64 >= u32::MAX as u64 {
            return Err(TooLarge);
        }
        let source = Arc::new(Source::new(name, text, kind, base as u32));
        files.push(source.clone());
        Ok(source)
    }

    /// Adds files that have their positions already: the standard library's, into a database that holds none yet.
    pub fn add_all(&self, sources: &[Arc<Source>]) {
        let mut files = self.files.write().unwrap_or_else(|e| e.into_inner());
        debug_assert!(files.is_empty(), "positions of shared files come before all others");
        files.extend(sources.iter().cloned());
    }

    /// Adds a file that has its positions already, which no other file here has.
    pub fn insert(&self, source: Arc<Source>) {
        let mut files = self.files.write().unwrap_or_else(|e| e.into_inner());
        let at = files.partition_point(|f| f.base < source.base);
        files.insert(at, source);
    }

    /// The first position behind all files.
    pub fn end(&self) -> u32 {
        let files = self.files.read().unwrap_or_else(|e| e.into_inner());
        files.last().map_or(1, |f| f.span().end.saturating_add(1))
    }

    /// The file a span lies in; `None` for [`Span::NONE`].
    pub fn find(&self, span: Span) -> Option<Arc<Source>> {
        if span.is_none() {
            return None;
        }
        let files = self.files.read().unwrap_or_else(|e| e.into_inner());
        let i = files.partition_point(|f| f.base <= span.start).checked_sub(1)?;
        Some(files[i].clone())
    }

    /// Where a span begins, as messages say it: `shop.kdsl:12:3`; empty for [`Span::NONE`].
    pub fn place(&self, span: Span) -> String {
        self.find(span).map_or_else(String::new, |source| {
            let at = source.line_col(span.start);
            format!("{}:{}:{}", source.name, at.line, at.column)
        })
    }

    pub fn is_user(&self, span: Span) -> bool {
        self.find(span).is_some_and(|f| f.kind == SourceKind::User)
    }

    /// Adds the files of another database that are not here yet, and says what became of its positions.
    pub fn take_in(&self, other: &FileDb) -> Shifts {
        let files = other.files.read().unwrap_or_else(|e| e.into_inner()).clone();
        let known = |file: &Source| {
            let own = self.files.read().unwrap_or_else(|e| e.into_inner());
            own.iter().find(|f| f.kind == file.kind && f.name == file.name && f.text == file.text).map(|f| f.base)
        };
        let mut shifts = Vec::with_capacity(files.len());
        for file in files {
            let to = known(&file).or_else(|| self.add(file.name.clone(), file.text.clone(), file.kind).ok().map(|f| f.base));
            shifts.push((file.base, to));
        }
        Shifts(shifts)
    }

    pub fn text(&self, span: Span) -> String {
        self.find(span).map(|f| f.slice(span).to_string()).unwrap_or_default()
    }
}

/// Where files stood in one database, in order, and where they stand in another; `None` where that one had no room.
pub struct Shifts(Vec<(u32, Option<u32>)>);

impl Shifts {
    pub fn apply(&self, span: Span) -> Span {
        let Some(at) = self.0.partition_point(|(from, _)| *from <= span.start).checked_sub(1) else { return span };
        match self.0[at] {
            (from, Some(to)) => Span::new(span.start - from + to, span.end - from + to),
            (_, None) => Span::NONE,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_database_takes_in_another_and_shares_what_both_have() {
        let (one, two) = (FileDb::new(), FileDb::new());
        one.add("std", "kind", SourceKind::Std).unwrap();
        one.add("a", "aaa", SourceKind::User).unwrap();
        two.add("std", "kind", SourceKind::Std).unwrap();
        let b = two.add("b", "let b = 1", SourceKind::User).unwrap();
        let a = two.add("a", "aaa", SourceKind::User).unwrap();
        let shifts = one.take_in(&two);
        for (source, offset) in [(&b, 4), (&a, 2)] {
            let span = Span::new(source.base + offset, source.base + offset + 1);
            let moved = shifts.apply(span);
            assert_eq!((one.find(moved).unwrap().name.clone(), one.text(moved)), (source.name.clone(), two.text(span)));
        }
        assert_eq!(shifts.apply(Span::NONE), Span::NONE);
        assert_eq!(one.files.read().unwrap().len(), 3);
    }

    #[test]
    fn positions_find_their_file_line_and_column() {
        let db = FileDb::new();
        let a = db.add("a", "\u{feff}ab\ncd", SourceKind::User).unwrap();
        let b = db.add("b", "é=1\n", SourceKind::Std).unwrap();
        let at = |s: &Source, off: u32| Span::new(s.base + off, s.base + off + 1);
        assert_eq!(db.find(at(&b, 0)).unwrap().name, "b");
        assert_eq!(a.line_col(a.base + 4), LineCol { line: 1, column: 2 });
        assert_eq!(a.line_col(a.base + 6), LineCol { line: 2, column: 1 });
        assert_eq!(b.line_col(b.base + 2), LineCol { line: 1, column: 2 });
        assert!(db.find(Span::NONE).is_none());
        assert!(db.is_user(a.span()) && !db.is_user(b.span()));
    }
}
