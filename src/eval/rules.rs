//! Expressions of rules: evaluated as others are, but where a field is absent its read gives the server's default.

use super::{Eval, Evaluator, Scope, Shared};
use crate::ast::{self, Expr};
use crate::builtins::{Asks, CONTAINERS, LookUp};
use crate::check::Reads;
use crate::data::scalar_text;
use crate::diag::{Diagnostic, Sink};
use crate::source::Span;
use crate::value::{Item, List, Node, Record, Value};
use ecow::EcoString;
use smallvec::SmallVec;
use std::cell::RefCell;
use std::sync::{Arc, LazyLock};
use ustr::Ustr;

impl<'s, 'a> Evaluator<'s, 'a> {
    /// An evaluator for the expressions of rules, which reports to `sink` what is wrong with a rule itself.
    pub fn of_rules(shared: &'s Shared<'a>, sink: &'s Sink) -> Evaluator<'s, 'a> {
        Evaluator { sink, ..Evaluator::new(shared) }
    }

    /// The same, which keeps what is wrong with a rule until [`Evaluator::tell_faults`].
    #[must_use]
    pub fn keeping_faults(self) -> Evaluator<'s, 'a> {
        Evaluator { faults: Some(RefCell::default()), ..self }
    }

    /// Hands on what was wrong with a rule, with what there is to say of where it showed.
    pub fn tell_faults(&mut self, showed: impl Fn(Diagnostic) -> Diagnostic) {
        let faults = self.faults.as_ref().map(RefCell::take).unwrap_or_default();
        faults.into_iter().for_each(|fault| self.sink.push(showed(fault)));
    }

    /// Begins with another rule, whose reads were prepared by the checker.
    pub fn begin_rule(&mut self, reads: &Arc<Reads>) {
        self.steps = 0;
        self.absent = Some(reads.clone());
    }

    pub fn value(&mut self, expr: &'a Expr, scope: &Scope<'a>) -> Eval<Node> {
        self.eval(expr, scope)
    }

    pub fn holds(&mut self, expr: &'a Expr, scope: &Scope<'a>) -> Eval<bool> {
        self.condition(expr, scope)
    }

    /// A message.
    pub fn words(&mut self, expr: &'a Expr, scope: &Scope<'a>) -> Eval<EcoString> {
        let node = self.eval(expr, scope)?;
        self.text_of(&node, expr.span)
    }

    /// Runs `body` for each element, with a scope in which it is bound, its number or key, and itself.
    pub fn for_each(
        &mut self,
        each: (Option<ast::Ident>, ast::Ident, &'a Expr),
        scope: &Scope<'a>,
        mut body: impl FnMut(&mut Self, &Scope<'a>, &Node, &Node) -> Eval<()>,
    ) -> Eval<()> {
        // The key is always wanted, under a name that no program can write where the program has none.
        let (key, var, over) = each;
        static HIDDEN: LazyLock<Ustr> = LazyLock::new(|| Ustr::from("#"));
        let hidden = ast::Ident { name: *HIDDEN, span: Span::NONE };
        let key = key.unwrap_or(hidden);
        self.each(Some(key), var, over, scope, |this, inner| {
            let known = |name: Ustr| match inner.local(name).map(|local| &local.value) {
                Some(super::LocalValue::Known(node)) => node.clone(),
                _ => Node::default(),
            };
            body(this, inner, &known(key.name), &known(var.name))
        })
    }

    /// The questions that only rules ask: the objects of the run by kind (`find(ConfigMap, name, namespace)`, see [`LookUp`]), and
    /// those about all of it.
    pub(super) fn look_up(&mut self, question: &LookUp, call: &'a ast::Call, scope: &Scope<'a>) -> Eval<Node> {
        let first = usize::from(question.kind.is_some());
        let args: Result<SmallVec<[Node; 3]>, _> = call.args[first..].iter().map(|arg| self.eval(&arg.value, scope)).collect();
        let args = args?;
        let foreign = || self.absent.as_ref()?.asked.get(&(std::ptr::from_ref(call) as usize)).copied();
        let kind = question.kind.map(|kind| foreign().unwrap_or(kind)).unwrap_or_default();
        Ok(self.answer(question.asks, kind, &args))
    }

    /// The pods that a selector selects. Rules about one object ask one after the other.
    fn selected(&mut self, selector: &Record, namespace: Ustr) -> Node {
        let asked = (selector.content(), namespace);
        match &self.selected {
            Some((known, pods)) if *known == asked => pods.clone(),
            _ => {
                let pods = list(self.shared.objects.pods(selector, namespace));
                self.selected = Some((asked, pods.clone()));
                pods
            }
        }
    }

    fn answer(&mut self, asks: Asks, kind: Ustr, args: &[Node]) -> Node {
        let objects = &self.shared.objects;
        let text = |index: usize| match args.get(index).map(|node| &node.value) {
            Some(Value::Str(text)) => Ustr::from(text),
            _ => Ustr::default(),
        };
        let record = |index: usize| match args.get(index).map(|node| &node.value) {
            Some(Value::Record(record)) => Some(record),
            _ => None,
        };
        let plain = |value: Value| Node { value, ..Node::default() };
        let named = |name: Option<Ustr>| name.map_or(Node::default(), |name| plain(Value::str(name.as_str())));
        match asks {
            Asks::Find => objects.find(kind, text(1), text(0)).unwrap_or_default(),
            Asks::Holds => plain(Value::Bool(objects.holds(kind, text(1), text(0)))),
            Asks::Misspelt => named(objects.misspelt(kind, text(1), &text(0))),
            Asks::MisspeltLabel => named(objects.misspelt_label(text(2), text(0), &text(1)).as_deref().map(Ustr::from)),
            Asks::Objects => list(objects.of_kind(kind, (!args.is_empty()).then(|| text(0)))),
            Asks::Select => record(0).map(|selector| self.selected(selector, text(1))).unwrap_or_else(|| list(Vec::new())),
            Asks::Owners => list(record(0).map(|selector| objects.owners(selector, text(1))).unwrap_or_default()),
            Asks::Selecting => list(record(0).map(|labels| objects.selecting(kind, labels, text(1))).unwrap_or_default()),
            Asks::Labelled => list(record(0).map(|selector| objects.labelled(kind, selector, text(1))).unwrap_or_default()),
            Asks::Targeting => list(objects.targeting(kind, text(0), text(2), text(1))),
            Asks::Makers => list(objects.makers(kind, text(1), text(0))),
            Asks::Containers => list(record(0).map(|pod| containers(pod)).unwrap_or_default()),
            Asks::PodsKnown => plain(Value::Bool(objects.knows_pods(text(0)))),
            Asks::PodSecurity => named(objects.pod_security),
        }
    }

    /// What `node.field` gives where a rule reads it; `None` where it is no matter of absence.
    pub(super) fn read_in_rule(&self, expr: &Expr, node: &Node, field: Ustr) -> Option<Node> {
        let written = match &node.value {
            Value::Null => None,
            Value::Record(record) => record.get(field).map(|entry| &entry.node).filter(|node| !node.is_null()),
            _ => return None,
        };
        Some(match written {
            // Percentages are texts to the API server, and so to rules.
            Some(Node { value: value @ Value::Percent(_), origin }) => {
                Node::new(Value::Str(scalar_text(value).unwrap_or_default()), *origin)
            }
            // Go cannot tell an empty text from an absent one, so the server gives it the default too.
            Some(node) if matches!(&node.value, Value::Str(text) if text.is_empty()) => {
                self.unwritten(expr).filter(|default| matches!(default.value, Value::Str(_))).unwrap_or_else(|| node.clone())
            }
            Some(node) => node.clone(),
            None => self.unwritten(expr).unwrap_or_default(),
        })
    }

    /// What a read gives where nothing is written, unless that is null.
    fn unwritten(&self, read: &Expr) -> Option<Node> {
        self.absent.as_ref()?.absent.get(&(std::ptr::from_ref(read) as usize)).cloned()
    }
}

/// All containers of a pod, those of its start first.
fn containers(pod: &Record) -> Vec<Node> {
    let lists = CONTAINERS.into_iter().filter_map(|field| pod.get(field.into()));
    let items = lists.flat_map(|entry| match &entry.node.value {
        Value::List(list) => list.items.as_slice(),
        _ => &[],
    });
    items.map(|item| item.node.clone()).collect()
}

fn list(nodes: Vec<Node>) -> Node {
    let items = nodes.into_iter().map(|node| Item { at: node.origin.span, node }).collect();
    Node { value: Value::List(Arc::new(List { items, ..List::default() })), ..Node::default() }
}
