//! Labels: `http` of `port http = 8080`, and the other places that mean the same.
//!
//! A label names an entry of a declaration, and other fields of that declaration, of what is made of it and of others refer to it:
//! `expose http`, `readiness { port = "http" }`, `app.web.port.http`, the `volumeMounts` of a sidecar. To the checker these are texts. So
//! all blocks are walked by their types here ([`walk`]), each label and each text that refers to one is written down under a *node*, its
//! scope, its space and its name ([`roles`] knows which field means which space), what expressions read is added ([`reads`]), and nodes
//! that mean one thing are joined: those of a kind and of its declarations, an exposed port with the port behind it, and the target of a
//! native Service with the ports of the pods that it [selects].

mod blocks;
mod mentions;
mod reads;
mod roles;
mod scopes;
mod selects;
mod walk;

use super::describe::joined;
use super::{Analysis, Place};
use crate::ast::Name;
use crate::eval::broken;
use crate::resolve::Program;
use crate::source::Span;
use crate::types::{Condition, Ty};
use crate::value::Value;
use rustc_hash::{FxHashMap, FxHashSet};
use scopes::{ScopeId, Scopes};
use selects::Selects;
use std::collections::BTreeSet;

/// What a label is looked for by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
struct Node {
    scope: ScopeId,
    space: Name,
    name: Name,
}

/// How a place means its node.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Role {
    /// It makes the entry.
    Makes,
    /// It adds to an entry that was made elsewhere, in an `extend`.
    Adds,
    /// It names it.
    Uses,
}

/// A place that means a node.
struct Occurrence<'a> {
    span: Span,
    node: Node,
    role: Role,
    /// The entry that it is the label of; of a text the text itself.
    entry: Span,
    /// The type that a label must have.
    ty: Option<Ty<'a>>,
    /// What its field is for.
    doc: Option<&'a str>,
}

/// All labels of a project.
struct Labels<'a> {
    scopes: Scopes<'a>,
    found: Vec<Occurrence<'a>>,
    /// The nodes that mean the same as one.
    same: FxHashMap<Node, FxHashSet<Node>>,
    selects: Selects,
}

/// What there is to say of a label.
#[derive(Clone, Debug)]
pub(super) struct Label {
    /// The label, or the text that names it.
    pub place: Place,
    /// The place by which it is known: of those that mean it the first that makes it.
    pub known_by: Place,
    pub definition: Vec<Place>,
    pub code: String,
    pub doc: String,
    /// Whether it is the name of a declaration.
    pub is_name: bool,
}

/// The label at an offset of a file.
pub(super) fn at(analysis: &Analysis, file: &str, offset: usize) -> Option<Label> {
    let position = analysis.position(file, offset)?;
    analysis.ast(file)?;
    with(analysis, |labels, _| {
        let here = labels.found.iter().filter(|one| one.span.start <= position && position <= one.span.end);
        let here = here.min_by_key(|one| one.span.end - one.span.start)?;
        if here.node.space == roles::NAME {
            return labels.name(analysis, here);
        }
        let group = labels.group(here.node);
        let mut makers: Vec<&Occurrence> = labels.makers(here, &group);
        makers.dedup_by_key(|one| one.span);
        let first = group_first(labels, &group).unwrap_or(here);
        Some(Label {
            place: analysis.place(here.span)?,
            known_by: analysis.place(first.span)?,
            definition: makers.iter().filter_map(|one| analysis.place(one.span)).collect(),
            code: makers.first().map_or_else(|| analysis.slice(here.span), |one| head(&analysis.slice(one.entry))),
            doc: labels.words(analysis, here, &makers, &group),
            is_name: false,
        })
    })
}

/// The labels that could stand where one is being written, each with what it is: `http`, ``port of `app.web` ``.
pub(super) fn offered(analysis: &Analysis, file: &str, offset: usize) -> Vec<(String, String)> {
    let Some(position) = analysis.position(file, offset) else { return Vec::new() };
    with(analysis, |labels, _| {
        let is_here = |one: &&Occurrence| one.role == Role::Uses && one.span.start <= position && position <= one.span.end;
        let here = labels.found.iter().filter(is_here).min_by_key(|one| one.span.end - one.span.start);
        here.map_or_else(Vec::new, |here| labels.beside(here.node))
    })
}

/// All places that mean the label which is known by a place.
pub(super) fn uses(analysis: &Analysis, known_by: &Place) -> Vec<Place> {
    with(analysis, |labels, _| {
        let known = labels.found.iter().find(|one| analysis.place(one.span).as_ref() == Some(known_by));
        let Some(known) = known else { return Vec::new() };
        let group = labels.group(known.node);
        labels.found.iter().filter(|one| group.contains(&one.node)).filter_map(|one| analysis.place(one.span)).collect()
    })
}

/// The places at which a container bears the name of its declaration, whose label stands at a place.
pub(super) fn named_after(analysis: &Analysis, declared: &Place) -> Vec<Place> {
    let may_be = |path: &str| analysis.text(path).is_some_and(|text| text.contains("containers"));
    if !analysis.paths().any(may_be) {
        return Vec::new();
    }
    with(analysis, |labels, _| {
        let is_it = |scope: ScopeId| labels.scopes.labels(scope).any(|span| analysis.place(span).as_ref() == Some(declared));
        let names = labels.found.iter().filter(|one| one.node.space == roles::NAME && is_it(one.node.scope));
        names.filter_map(|one| analysis.place(one.span)).collect()
    })
}

/// Why a label cannot be called `name`; `None` where it can.
pub(super) fn objection(analysis: &Analysis, known_by: &Place, name: &str) -> Option<String> {
    with(analysis, |labels, _| {
        let known = labels.found.iter().find(|one| analysis.place(one.span).as_ref() == Some(known_by))?;
        let group = labels.group(known.node);
        if group.iter().any(|node| node.name == name) {
            return None;
        }
        let taken = |node: &Node| labels.taken(&Node { name: name.into(), ..*node });
        if let Some((node, taker)) = group.iter().collect::<BTreeSet<_>>().into_iter().find_map(|node| Some((node, taken(node)?))) {
            let line = analysis.place(taker.span).map_or(String::new(), |place| format!(", {}", at_line(analysis, &place)));
            let (owner, noun) = (labels.scopes.title(node.scope), roles::noun(node.space));
            return Some(format!("{owner} has {noun} `{name}` already{line}"));
        }
        let in_group = labels.found.iter().filter(|one| group.contains(&one.node));
        in_group.filter_map(|one| one.ty.as_ref()).find_map(|ty| misfit(ty, name))
    })
}

/// Whether all that means the label is written in the project: a key that bears the name of a file is not.
pub(super) fn is_written(analysis: &Analysis, known_by: &Place) -> bool {
    let names: FxHashSet<String> = uses(analysis, known_by).iter().map(|place| bare(analysis, place)).collect();
    names.len() <= 1
}

/// A place's text without its quotes.
pub(super) fn bare(analysis: &Analysis, place: &Place) -> String {
    let text = analysis.text(&place.file).and_then(|text| text.get(place.range.clone())).unwrap_or("");
    text.trim_start_matches('r').trim_matches('"').to_string()
}

fn with<T>(analysis: &Analysis, work: impl FnOnce(&Labels, &Program) -> T) -> T {
    let reads = reads::all(analysis);
    analysis.program(|program| {
        let scopes = Scopes::of(program);
        let walked = walk::walk(program, &scopes);
        let mut found = walked.found;
        found.extend(reads.iter().flat_map(|read| walk::read(program, &scopes, read)));
        found.sort_by_key(|one| (one.span.start, one.role));
        found.dedup_by_key(|one| (one.span, one.node));
        found.retain(|one| one.node.space != roles::TARGET || walked.selects.has_pods(&scopes, one.node.scope));
        let same = joined_nodes(&scopes, &found, &walked.exposed, &walked.selects);
        work(&Labels { scopes, found, same, selects: walked.selects }, program)
    })
}

/// Joins the nodes that mean one thing.
fn joined_nodes(scopes: &Scopes, found: &[Occurrence], exposed: &walk::Exposed, selects: &Selects) -> FxHashMap<Node, FxHashSet<Node>> {
    let mut nodes: FxHashSet<Node> = found.iter().map(|one| one.node).collect();
    let mut same: FxHashMap<Node, FxHashSet<Node>> = FxHashMap::default();
    let mut join = |one: Node, other: Node| {
        same.entry(one).or_default().insert(other);
        same.entry(other).or_default().insert(one);
    };
    let is_port = |node: &&Node| node.space == roles::EXPOSED && !exposed.has_own_port(scopes, node.scope, node.name);
    let behind: Vec<(Node, Node)> =
        nodes.iter().filter(is_port).map(|node| (*node, Node { space: roles::ports_of_main(), ..*node })).collect();
    for (node, port) in behind {
        nodes.insert(port);
        join(node, port);
    }
    for node in &nodes {
        for base in scopes.bases(node.scope) {
            let inherited = Node { scope: base, ..*node };
            if nodes.contains(&inherited) {
                join(*node, inherited);
            }
        }
    }
    for node in &nodes {
        for port in selects.ports(scopes, node, &nodes) {
            join(*node, port);
        }
    }
    same
}

impl<'a> Labels<'a> {
    /// The other labels that could stand in the place of one.
    fn beside(&self, node: Node) -> Vec<(String, String)> {
        let is_near = |scope: ScopeId| scope == node.scope || self.scopes.bases(node.scope).any(|base| base == scope);
        let could_be = |other: Node| match node.space == roles::TARGET {
            true => roles::is_container_port(other.space) && self.selects.selects(&self.scopes, node.scope, other.scope),
            false => other.space == node.space && is_near(other.scope),
        };
        let made = self.found.iter().filter(|one| one.role != Role::Uses && one.node.name != node.name && could_be(one.node));
        let what = |of: Node| format!("{} of {}", roles::plain(of.space), self.scopes.title(of.scope));
        let all: BTreeSet<(String, String)> = made.map(|one| (one.node.name.to_string(), what(one.node))).collect();
        all.into_iter().collect()
    }

    /// The node and all that mean the same.
    fn group(&self, node: Node) -> FxHashSet<Node> {
        let (mut group, mut open) = (FxHashSet::from_iter([node]), vec![node]);
        while let Some(node) = open.pop() {
            for next in self.same.get(&node).into_iter().flatten() {
                if group.insert(*next) {
                    open.push(*next);
                }
            }
        }
        group
    }

    /// The label of a container that bears the name of its declaration.
    fn name(&self, analysis: &Analysis, here: &Occurrence) -> Option<Label> {
        let definition: Vec<Place> = self.scopes.labels(here.node.scope).filter_map(|span| analysis.place(span)).collect();
        let owner = self.scopes.title(here.node.scope);
        Some(Label {
            place: analysis.place(here.span)?,
            known_by: definition.first()?.clone(),
            definition,
            code: format!("containers {}", here.node.name),
            doc: format!("The container that {owner} is about: it bears its name."),
            is_name: true,
        })
    }

    /// The places that make what a place means: its own node's, unless the place is that itself and stands for another.
    fn makers(&self, here: &Occurrence, group: &FxHashSet<Node>) -> Vec<&Occurrence<'a>> {
        let makes = |one: &&Occurrence, role: Role| group.contains(&one.node) && one.role == role;
        let of = |role: Role| self.found.iter().filter(|one| makes(one, role)).collect::<Vec<_>>();
        let mut all = of(Role::Makes);
        if all.is_empty() {
            all = of(Role::Adds);
        }
        let (own, others): (Vec<_>, Vec<_>) = all.iter().partition(|one| one.node.space == here.node.space);
        let is_exposed = here.node.space == roles::EXPOSED;
        match (own.is_empty(), others.is_empty()) {
            (true, _) => others,
            (false, false) if is_exposed && here.role != Role::Uses => others,
            _ => own,
        }
    }

    /// An entry of that name, in the scope or in one that shares its entries.
    fn taken(&self, node: &Node) -> Option<&Occurrence<'a>> {
        self.found.iter().find(|one| {
            let there = one.node;
            let shares = there.scope == node.scope
                || self.scopes.bases(node.scope).any(|base| base == there.scope)
                || self.scopes.bases(there.scope).any(|base| base == node.scope);
            one.role != Role::Uses && (there.space, there.name) == (node.space, node.name) && shares
        })
    }

    /// What is said of a label: what its field is for, whose it is, and where else it is meant.
    fn words(&self, analysis: &Analysis, here: &Occurrence, makers: &[&Occurrence], group: &FxHashSet<Node>) -> String {
        let node = makers.first().map_or(here.node, |one| one.node);
        let (owner, noun) = (self.scopes.title(node.scope), roles::noun(node.space));
        // What is exposed must be a port.
        let port = group.iter().find(|other| node.space == roles::EXPOSED && other.space == roles::ports_of_main());
        let makes = |space: Name| makers.iter().any(|one| one.node.space == space);
        let whose = match port {
            Some(port) if !makes(port.space) => format!("{owner} has no port `{}`.", node.name),
            _ if makers.is_empty() && roles::is_variables(node.space) => {
                format!("{owner} has no variable `{}` of its own: unless `envFrom` brings it, the text stays as it is.", node.name)
            }
            _ if makers.is_empty() && node.space == roles::TARGET => format!("No pod that {owner} selects has a port `{}`.", node.name),
            _ if makers.is_empty() => format!("{owner} has no {} `{}`.", roles::plain(node.space), node.name),
            _ => format!("{}{} of {owner}.", noun[..1].to_uppercase(), &noun[1..]),
        };
        let is_maker = |span: Span| makers.iter().any(|one| one.span == span);
        let others = self.found.iter().filter(|one| group.contains(&one.node) && !is_maker(one.span));
        let mut lines: Vec<String> = Vec::new();
        for place in others.filter_map(|one| analysis.place(one.span)) {
            let text = analysis.text(&place.file).unwrap_or("");
            let start = text[..place.range.start].rfind('\n').map_or(0, |at| at + 1);
            let line = text[start..].lines().next().unwrap_or("").trim();
            lines.push(format!("- {}: `{}`", at_line(analysis, &place), line.replace('`', "'")));
        }
        lines.dedup();
        let (count, shown) = (lines.len(), MOST_SHOWN.min(lines.len()));
        let used = match count {
            0 => "Nothing else names it.".to_string(),
            _ => {
                let more = if count > shown { format!("\n- and {} more", count - shown) } else { String::new() };
                format!("Named by\n\n{}{more}", lines[..shown].join("\n"))
            }
        };
        joined(&joined(makers.first().and_then(|one| one.doc).unwrap_or(""), &whose), &used)
    }
}

/// So many uses are listed.
const MOST_SHOWN: usize = 8;

/// The place that stands for a group.
fn group_first<'l, 'a>(labels: &'l Labels<'a>, group: &FxHashSet<Node>) -> Option<&'l Occurrence<'a>> {
    let all = labels.found.iter().filter(|one| group.contains(&one.node));
    all.min_by_key(|one| (one.role, one.node.space == roles::EXPOSED, one.span.start))
}

/// `shop.kdsl:12`
pub(super) fn at_line(analysis: &Analysis, place: &Place) -> String {
    let text = analysis.text(&place.file).unwrap_or("");
    let line = memchr::memchr_iter(b'\n', &text.as_bytes()[..place.range.start.min(text.len())]).count() + 1;
    format!("{}:{line}", place.file)
}

/// The first line of an entry, without the block that it may open.
fn head(entry: &str) -> String {
    let line = entry.lines().next().unwrap_or("").trim_end();
    if entry.lines().nth(1).is_some() { format!("{line} …") } else { line.to_string() }
}

/// What is wrong with a text as a label of a type.
fn misfit(ty: &Ty, name: &str) -> Option<String> {
    let Ty::Refined(refined) = ty.present() else { return None };
    let value = Value::str(name);
    let wrong = |condition: &Condition| broken(&value, condition);
    if let Some(why) = refined.conditions.iter().find_map(wrong) {
        return Some(format!("`{name}` {why}"));
    }
    misfit(&refined.base, name)
}
