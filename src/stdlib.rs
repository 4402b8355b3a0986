//! The standard library: kdsl files embedded in the binary, indexed at first use, parsed piece by piece when a piece is first named.
//!
//! Its files stand at fixed positions before all user files, in every [`FileDb`], so that one parsed piece serves all runs of the
//! process. Cutting the text into pieces needs only the lexer; a run that uses one kind parses that kind and what it mentions.

use crate::ast::{Item, Name};
use crate::diag::Sink;
use crate::source::{FileDb, Source, SourceKind};
use crate::syntax::{self, Piece};
use std::sync::{Arc, LazyLock, OnceLock};
use ustr::{Ustr, UstrMap};

/// Name and text of each file.
pub static FILES: &[(&str, &str)] = &[
    ("std/types.kdsl", include_str!("../stdlib/types.kdsl")),
    ("std/labels.kdsl", include_str!("../stdlib/labels.kdsl")),
    ("std/kinds/file.kdsl", include_str!("../stdlib/kinds/file.kdsl")),
    ("std/kinds/namespace.kdsl", include_str!("../stdlib/kinds/namespace.kdsl")),
    ("std/kinds/config.kdsl", include_str!("../stdlib/kinds/config.kdsl")),
    ("std/kinds/checks.kdsl", include_str!("../stdlib/kinds/checks.kdsl")),
    ("std/kinds/volumes.kdsl", include_str!("../stdlib/kinds/volumes.kdsl")),
    ("std/kinds/network.kdsl", include_str!("../stdlib/kinds/network.kdsl")),
    ("std/kinds/workload.kdsl", include_str!("../stdlib/kinds/workload.kdsl")),
    ("std/kinds/serving.kdsl", include_str!("../stdlib/kinds/serving.kdsl")),
    ("std/kinds/app.kdsl", include_str!("../stdlib/kinds/app.kdsl")),
    ("std/kinds/stateful.kdsl", include_str!("../stdlib/kinds/stateful.kdsl")),
    ("std/kinds/daemon.kdsl", include_str!("../stdlib/kinds/daemon.kdsl")),
    ("std/kinds/task.kdsl", include_str!("../stdlib/kinds/task.kdsl")),
];

/// What a piece declares; each sort has a namespace of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Sort {
    Kind,
    Type,
    Fn,
    Let,
}

/// The declaration of that sort and name, parsed now if it never was.
pub fn item(sort: Sort, name: Name) -> Option<&'static Item> {
    STD.index.get(&name)?.iter().find(|(s, _)| *s == sort).map(|&(_, i)| STD.parse(i))
}

/// All names of a sort, in the order of the files.
pub fn names(sort: Sort) -> impl Iterator<Item = Name> {
    STD.pieces.iter().filter(move |p| p.sort == sort).map(|p| p.name)
}

/// Adds the library's files to a database that holds none yet.
pub fn add_to(db: &FileDb) {
    db.add_all(&STD.sources);
}

struct Std {
    sources: Vec<Arc<Source>>,
    pieces: Vec<StdPiece>,
    index: UstrMap<Vec<(Sort, usize)>>,
}

struct StdPiece {
    sort: Sort,
    name: Name,
    source: usize,
    piece: Piece,
    item: OnceLock<Item>,
}

static STD: LazyLock<Std> = LazyLock::new(Std::new);

impl Std {
    fn new() -> Std {
        let db = FileDb::default();
        let mut std = Std { sources: Vec::new(), pieces: Vec::new(), index: UstrMap::default() };
        for (number, (name, text)) in FILES.iter().enumerate() {
            let source = db.add(*name, *text, SourceKind::Std).expect("the library is smaller than 4 GiB");
            for piece in syntax::pieces(&source) {
                std.add(number, piece);
            }
            std.sources.push(source);
        }
        std
    }

    fn add(&mut self, source: usize, piece: Piece) {
        let sort = match piece.head.first().map(|w| w.as_str()) {
            Some("kind") => Sort::Kind,
            Some("type") => Sort::Type,
            Some("fn") => Sort::Fn,
            Some("let") => Sort::Let,
            _ => return,
        };
        let Some(name) = piece.head.get(1).map(|w| Ustr::from(w.as_ref())) else { return };
        self.index.entry(name).or_default().push((sort, self.pieces.len()));
        self.pieces.push(StdPiece { sort, name, source, piece, item: OnceLock::new() });
    }

    fn parse(&self, index: usize) -> &Item {
        let piece = &self.pieces[index];
        piece.item.get_or_init(|| {
            let sink = Sink::new();
            let mut items = syntax::parse_piece(&self.sources[piece.source], &piece.piece, &sink);
            debug_assert!(items.len() == 1, "{} {} of the standard library: {:?}", piece.source, piece.name, sink.finish());
            items.remove(0)
        })
    }
}
