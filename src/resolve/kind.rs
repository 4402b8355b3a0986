//! A kind with all that it inherits, in the order in which it applies.

use crate::ast::{self, FieldDecl, Member, Name};
use crate::types::{ModuleId, RecordTy};
use std::sync::Arc;
use ustr::UstrMap;

/// A high-level kind. What stands in several kinds of a `from` chain is listed parent first.
#[derive(Debug)]
pub struct Kind<'a> {
    pub name: Name,
    pub home: ModuleId,
    pub decl: &'a ast::KindDecl,
    pub parent: Option<Arc<Kind<'a>>>,
    /// Its name, and those of the kinds that it is made from, the nearest first.
    pub line: Arc<[Name]>,
    /// The fields that a declaration of this kind may write.
    pub inputs: RecordTy<'a>,
    /// Names that its body computes.
    pub lets: UstrMap<Layered<&'a ast::Let>>,
    /// `replicas = 2` in `kind webapp from app { … }`: between the defaults of the parent and the user's block.
    pub sets: Vec<Layered<&'a ast::Field>>,
    pub requires: Vec<Layered<KindRule<'a>>>,
    pub exports: Vec<Layered<&'a ast::Block>>,
    pub emits: Vec<Layered<&'a [ast::Item]>>,
}

/// A part of a kind, and the module in whose scope it is read.
#[derive(Clone, Copy, Debug)]
pub struct Layered<T> {
    pub what: T,
    pub home: ModuleId,
}

/// What a kind demands of its instances.
#[derive(Clone, Copy, Debug)]
pub enum KindRule<'a> {
    Require(&'a ast::Require),
    If(&'a ast::If<ast::Member>),
}

impl<'a> Kind<'a> {
    /// A kind that has nothing yet.
    pub(super) fn new(decl: &'a ast::KindDecl, home: ModuleId) -> Kind<'a> {
        Kind {
            name: decl.name.name,
            home,
            decl,
            parent: None,
            line: Arc::from([decl.name.name]),
            inputs: RecordTy::new(None, Vec::new()),
            lets: UstrMap::default(),
            sets: Vec::new(),
            requires: Vec::new(),
            exports: Vec::new(),
            emits: Vec::new(),
        }
    }

    /// The declaration of a field, in this kind or in one that it is made from.
    pub fn declared(&self, name: Name) -> Option<&'a FieldDecl> {
        let own = self.decl.members.iter().find_map(|member| match member {
            Member::Field(field) if field.name.name == name => Some(field),
            Member::Field(_) | Member::Nested(_) | Member::Set(_) | Member::Let(_) | Member::Require(_) => None,
            Member::If(_) | Member::Export(_) | Member::Emit(_) | Member::Column(_) => None,
        });
        own.or_else(|| self.parent.as_ref().and_then(|parent| parent.declared(name)))
    }

    /// Whether this is the kind `name` or made from it.
    pub fn is_a(&self, name: Name) -> bool {
        self.line.contains(&name)
    }

    /// The names of the kinds that it is made from, the nearest first.
    pub fn parents(&self) -> &[Name] {
        &self.line[1..]
    }

    /// The names of its exports that are known without evaluating.
    pub fn export_names(&self) -> Vec<Name> {
        let entries = self.exports.iter().flat_map(|e| &e.what.entries);
        let mut names: Vec<Name> = entries
            .filter_map(|entry| match entry {
                ast::Entry::Field(field) => field.key.as_static(),
                ast::Entry::Spread(_) | ast::Entry::If(_) | ast::Entry::For(_) | ast::Entry::Let(_) | ast::Entry::Waive(_) => None,
            })
            .collect();
        names.dedup();
        names
    }
}
