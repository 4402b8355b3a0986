//! The standard library: kdsl files embedded in the binary, indexed at first use, parsed piece by piece when a piece is first named.
//!
//! Its files stand at fixed positions before all user files, in every [`FileDb`], so that one parsed piece serves all runs of the
//! process. Cutting the text into pieces looks at its lines alone; a run that uses one kind parses that kind and what it mentions.

mod cut;
mod examples;

pub use cut::pieces;
pub use examples::{Example, examples_of, failing_examples};

use crate::ast::{self, Item, Name};
use crate::diag::Sink;
use crate::source::{FileDb, Source, SourceKind, Span};
use crate::syntax::{self, Piece};
use rayon::prelude::*;
use std::sync::{Arc, LazyLock, OnceLock};
use ustr::{Ustr, UstrMap};

/// Name and text of each file.
pub static FILES: &[(&str, &str)] = &[
    ("std/types.kdsl", include_str!("../../stdlib/types.kdsl")),
    ("std/labels.kdsl", include_str!("../../stdlib/labels.kdsl")),
    ("std/kinds/file.kdsl", include_str!("../../stdlib/kinds/file.kdsl")),
    ("std/kinds/frame.kdsl", include_str!("../../stdlib/kinds/frame.kdsl")),
    ("std/kinds/namespace.kdsl", include_str!("../../stdlib/kinds/namespace.kdsl")),
    ("std/kinds/config.kdsl", include_str!("../../stdlib/kinds/config.kdsl")),
    ("std/kinds/checks.kdsl", include_str!("../../stdlib/kinds/checks.kdsl")),
    ("std/kinds/volumes.kdsl", include_str!("../../stdlib/kinds/volumes.kdsl")),
    ("std/kinds/storage.kdsl", include_str!("../../stdlib/kinds/storage.kdsl")),
    ("std/kinds/network.kdsl", include_str!("../../stdlib/kinds/network.kdsl")),
    ("std/kinds/security.kdsl", include_str!("../../stdlib/kinds/security.kdsl")),
    ("std/kinds/access.kdsl", include_str!("../../stdlib/kinds/access.kdsl")),
    ("std/kinds/nodes.kdsl", include_str!("../../stdlib/kinds/nodes.kdsl")),
    ("std/kinds/monitoring.kdsl", include_str!("../../stdlib/kinds/monitoring.kdsl")),
    ("std/kinds/workload.kdsl", include_str!("../../stdlib/kinds/workload.kdsl")),
    ("std/kinds/serving.kdsl", include_str!("../../stdlib/kinds/serving.kdsl")),
    ("std/kinds/app.kdsl", include_str!("../../stdlib/kinds/app.kdsl")),
    ("std/kinds/stateful.kdsl", include_str!("../../stdlib/kinds/stateful.kdsl")),
    ("std/kinds/daemon.kdsl", include_str!("../../stdlib/kinds/daemon.kdsl")),
    ("std/kinds/task.kdsl", include_str!("../../stdlib/kinds/task.kdsl")),
    ("std/kinds/catalogue.kdsl", include_str!("../../stdlib/kinds/catalogue.kdsl")),
    ("std/k8s/admission.kdsl", include_str!("../../stdlib/k8s/admission.kdsl")),
    ("std/k8s/apiregistration.kdsl", include_str!("../../stdlib/k8s/apiregistration.kdsl")),
    ("std/k8s/apps.kdsl", include_str!("../../stdlib/k8s/apps.kdsl")),
    ("std/k8s/autoscaling.kdsl", include_str!("../../stdlib/k8s/autoscaling.kdsl")),
    ("std/k8s/batch.kdsl", include_str!("../../stdlib/k8s/batch.kdsl")),
    ("std/k8s/certificates.kdsl", include_str!("../../stdlib/k8s/certificates.kdsl")),
    ("std/k8s/container.kdsl", include_str!("../../stdlib/k8s/container.kdsl")),
    ("std/k8s/coordination.kdsl", include_str!("../../stdlib/k8s/coordination.kdsl")),
    ("std/k8s/core.kdsl", include_str!("../../stdlib/k8s/core.kdsl")),
    ("std/k8s/discovery.kdsl", include_str!("../../stdlib/k8s/discovery.kdsl")),
    ("std/k8s/flowcontrol.kdsl", include_str!("../../stdlib/k8s/flowcontrol.kdsl")),
    ("std/k8s/meta.kdsl", include_str!("../../stdlib/k8s/meta.kdsl")),
    ("std/k8s/networking.kdsl", include_str!("../../stdlib/k8s/networking.kdsl")),
    ("std/k8s/node.kdsl", include_str!("../../stdlib/k8s/node.kdsl")),
    ("std/k8s/pod-resources.kdsl", include_str!("../../stdlib/k8s/pod-resources.kdsl")),
    ("std/k8s/pod-warnings.kdsl", include_str!("../../stdlib/k8s/pod-warnings.kdsl")),
    ("std/k8s/pod.kdsl", include_str!("../../stdlib/k8s/pod.kdsl")),
    ("std/k8s/policy.kdsl", include_str!("../../stdlib/k8s/policy.kdsl")),
    ("std/k8s/quota.kdsl", include_str!("../../stdlib/k8s/quota.kdsl")),
    ("std/k8s/rbac.kdsl", include_str!("../../stdlib/k8s/rbac.kdsl")),
    ("std/k8s/replication.kdsl", include_str!("../../stdlib/k8s/replication.kdsl")),
    ("std/k8s/resource.kdsl", include_str!("../../stdlib/k8s/resource.kdsl")),
    ("std/k8s/scheduling-class.kdsl", include_str!("../../stdlib/k8s/scheduling-class.kdsl")),
    ("std/k8s/scheduling.kdsl", include_str!("../../stdlib/k8s/scheduling.kdsl")),
    ("std/k8s/security.kdsl", include_str!("../../stdlib/k8s/security.kdsl")),
    ("std/k8s/service.kdsl", include_str!("../../stdlib/k8s/service.kdsl")),
    ("std/k8s/storage-core.kdsl", include_str!("../../stdlib/k8s/storage-core.kdsl")),
    ("std/k8s/storage.kdsl", include_str!("../../stdlib/k8s/storage.kdsl")),
    ("std/k8s/updates-storage.kdsl", include_str!("../../stdlib/k8s/updates-storage.kdsl")),
    ("std/k8s/updates.kdsl", include_str!("../../stdlib/k8s/updates.kdsl")),
    ("std/k8s/volumes.kdsl", include_str!("../../stdlib/k8s/volumes.kdsl")),
    ("std/rules/references.kdsl", include_str!("../../stdlib/rules/references.kdsl")),
    ("std/rules/references-policy.kdsl", include_str!("../../stdlib/rules/references-policy.kdsl")),
    ("std/rules/references-quota.kdsl", include_str!("../../stdlib/rules/references-quota.kdsl")),
    ("std/rules/references-gateway.kdsl", include_str!("../../stdlib/rules/references-gateway.kdsl")),
    ("std/rules/references-operators.kdsl", include_str!("../../stdlib/rules/references-operators.kdsl")),
    ("std/rules/practice.kdsl", include_str!("../../stdlib/rules/practice.kdsl")),
    ("std/rules/practice-access.kdsl", include_str!("../../stdlib/rules/practice-access.kdsl")),
    ("std/rules/security.kdsl", include_str!("../../stdlib/rules/security.kdsl")),
    ("std/rules/strict.kdsl", include_str!("../../stdlib/rules/strict.kdsl")),
    ("std/rules/strict-access.kdsl", include_str!("../../stdlib/rules/strict-access.kdsl")),
    ("std/rules/strict-availability.kdsl", include_str!("../../stdlib/rules/strict-availability.kdsl")),
    ("std/rules/strict-references.kdsl", include_str!("../../stdlib/rules/strict-references.kdsl")),
    ("std/rules/strict-security.kdsl", include_str!("../../stdlib/rules/strict-security.kdsl")),
];

/// What a piece declares; each sort has a namespace of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Sort {
    Kind,
    Type,
    Fn,
    Let,
    /// A kind of another project, with what rules read of it.
    Crd,
    /// Found by the type that they are on.
    Rule,
    Refine,
}

/// The declaration of that sort and name, parsed now if it never was.
pub fn item(sort: Sort, name: Name) -> Option<&'static Item> {
    STD.index.get(&name)?.iter().find(|(s, _)| *s == sort).map(|&(_, i)| STD.parse(i))
}

/// Whether there is a declaration of that sort and name.
pub fn has(sort: Sort, name: Name) -> bool {
    STD.index.get(&name).is_some_and(|found| found.iter().any(|(s, _)| *s == sort))
}

/// The rules on a native type, by its short name, in the order of the files; each parsed now if it never was.
pub fn rules_on(short: &str) -> impl Iterator<Item = &'static ast::RuleDecl> {
    STD.parsed(&STD.rules, short).filter_map(|item| if let Item::Rule(rule) = item { Some(rule) } else { None })
}

/// Parses the rules on native types, by their short names, side by side.
pub fn parse_rules_on(shorts: &[&str]) {
    let numbers: Vec<usize> = shorts.iter().filter_map(|short| STD.rules.get(&Ustr::from(short))).flatten().copied().collect();
    numbers.par_iter().with_max_len(8).for_each(|&number| {
        STD.parse(number);
    });
}

/// The refinements of a native type, by its short name.
pub fn refinements_of(short: &str) -> impl Iterator<Item = &'static ast::RefineDecl> {
    STD.parsed(&STD.refinements, short).filter_map(|item| if let Item::Refine(refine) = item { Some(refine) } else { None })
}

/// Every rule of the library, in the order of the files.
pub fn rules() -> impl Iterator<Item = &'static ast::RuleDecl> {
    let mut all: Vec<usize> = STD.rules.values().flatten().copied().collect();
    all.sort_unstable();
    all.into_iter().filter_map(|index| if let Item::Rule(rule) = STD.parse(index) { Some(rule) } else { None })
}

/// Every refinement of the library, in the order of the files.
pub fn refinements() -> impl Iterator<Item = &'static ast::RefineDecl> {
    let mut all: Vec<usize> = STD.refinements.values().flatten().copied().collect();
    all.sort_unstable();
    all.into_iter().filter_map(|index| if let Item::Refine(refine) = STD.parse(index) { Some(refine) } else { None })
}

/// All names of a sort, in the order of the files.
pub fn names(sort: Sort) -> impl Iterator<Item = Name> {
    STD.pieces.iter().filter(move |p| p.sort == sort).map(|p| p.name)
}

/// Those of the declarations that are for programs: what stands beside the rules is for these.
pub fn names_for_programs(sort: Sort) -> impl Iterator<Item = Name> {
    let is_open = |piece: &&StdPiece| file_of(piece.piece.span).is_none_or(|file| !file.starts_with("std/rules/"));
    STD.pieces.iter().filter(move |piece| piece.sort == sort).filter(is_open).map(|piece| piece.name)
}

/// Adds the library's files to a database that holds none yet.
pub fn add_to(db: &FileDb) {
    db.add_all(&STD.sources);
}

/// The declarations that stand in a range or reach into it, each parsed now if it never was.
pub fn items_in(range: Span) -> impl Iterator<Item = &'static Item> {
    let meets = move |piece: &StdPiece| piece.piece.span.start <= range.end && range.start <= piece.piece.span.end;
    (0..STD.pieces.len()).filter(move |&i| meets(&STD.pieces[i])).map(|i| STD.parse(i))
}

/// The name of the library's file in which something stands; `None` for what is not of the library.
pub fn file_of(span: Span) -> Option<&'static str> {
    let found = STD.sources.partition_point(|source| source.base <= span.start).checked_sub(1)?;
    let (source, (name, _)) = (STD.sources.get(found)?, FILES.get(found)?);
    (span.start <= source.base + source.text.len() as u32).then_some(name)
}

/// The library's files.
pub fn sources() -> &'static [Arc<Source>] {
    &STD.sources
}

#[derive(Default)]
struct Std {
    sources: Vec<Arc<Source>>,
    pieces: Vec<StdPiece>,
    index: UstrMap<Vec<(Sort, usize)>>,
    /// By the short name of the native type that they are on.
    rules: UstrMap<Vec<usize>>,
    refinements: UstrMap<Vec<usize>>,
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
        let mut std = Std::default();
        for (number, (name, text)) in FILES.iter().enumerate() {
            let source = db.add(*name, *text, SourceKind::Std).expect("the library is smaller than 4 GiB");
            for piece in pieces(&source) {
                let text = &source.text[(piece.span.start - source.base) as usize..(piece.span.end - source.base) as usize];
                std.add(number, text, piece);
            }
            std.sources.push(source);
        }
        std
    }

    fn add(&mut self, source: usize, text: &str, piece: Piece) {
        let sort = match piece.head.first().map(|w| w.as_str()) {
            Some("kind") => Sort::Kind,
            Some("type") => Sort::Type,
            Some("fn") => Sort::Fn,
            Some("let") => Sort::Let,
            Some("crd") => Sort::Crd,
            Some("rule") => Sort::Rule,
            Some("refine") => Sort::Refine,
            _ => return,
        };
        let number = self.pieces.len();
        if let (Sort::Rule | Sort::Refine, Some(ty)) = (sort, type_of(text)) {
            let index = if sort == Sort::Rule { &mut self.rules } else { &mut self.refinements };
            index.entry(Ustr::from(ty)).or_default().push(number);
        }
        let Some(name) = piece.head.get(1).map(|w| Ustr::from(w.as_ref())) else { return };
        self.index.entry(name).or_default().push((sort, self.pieces.len()));
        self.pieces.push(StdPiece { sort, name, source, piece, item: OnceLock::new() });
    }

    fn parsed<'s>(&'s self, index: &'s UstrMap<Vec<usize>>, short: &str) -> impl Iterator<Item = &'s Item> + use<'s> {
        index.get(&Ustr::from(short)).into_iter().flatten().map(|&number| self.parse(number))
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

/// The short name of the type that a rule or a refinement is on, without the group that may stand before it.
fn type_of(text: &str) -> Option<&str> {
    let mut words = text.lines().find(|line| line.starts_with("rule ") || line.starts_with("refine "))?.split(' ');
    let ty = if words.next() == Some("rule") {
        words.find(|word| *word == "on")?;
        words.find(|word| *word != "update")?
    } else {
        words.next()?
    };
    ty.rsplit('.').next()
}
