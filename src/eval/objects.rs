//! The objects of a run, as rules look among them: by name, by kind, by labels, by what selects those labels.
//!
//! The indexes are made when a rule first asks. A look-up by labels begins with the label that the fewest pods carry, and a selector
//! stands under the label that the fewest selectors ask for, so that no rule takes time in proportion to all objects.

use super::makers;
use crate::diag::suggest;
use crate::object::Object;
use crate::schema::added;
use crate::value::{Node, Origin, Record, Value};
use ecow::EcoString;
use rustc_hash::{FxHashMap, FxHashSet};
use std::sync::{Arc, LazyLock, OnceLock};
use ustr::Ustr;

/// The most pods and objects that a look-up by labels gives: enough to tell by, and a bound for sets in which all carry the same labels.
const MOST: usize = 64;

/// All objects of a run, and what was asked for them.
#[derive(Default)]
pub struct Objects {
    list: Vec<Object>,
    index: OnceLock<Index>,
    selectors: OnceLock<Selectors>,
    labels: OnceLock<Labels>,
    /// The level of Pod Security that all pods are judged at, whatever their namespaces say.
    pub pod_security: Option<Ustr>,
}

#[derive(Default)]
struct Index {
    by_kind: FxHashMap<Ustr, Vec<u32>>,
    by_place: FxHashMap<(Ustr, Ustr), Vec<u32>>,
    /// `None` where several objects have the name, so that nothing is known of it.
    by_name: FxHashMap<(Ustr, Ustr, Ustr), Option<u32>>,
    /// Pods, and the templates of those that will be.
    pods: Vec<Pod>,
    by_label: FxHashMap<(Ustr, Ustr, EcoString), Vec<u32>>,
    /// The values that a label has in a namespace, each once.
    label_values: FxHashMap<(Ustr, Ustr), Vec<EcoString>>,
    /// By namespace.
    all_pods: FxHashMap<Ustr, Vec<u32>>,
    /// Namespaces with objects of kinds that are not Kubernetes' own, of which controllers may make pods.
    foreign: FxHashSet<Ustr>,
    /// The objects of which controllers make one of that kind, namespace and name; without a namespace, in any.
    makers: FxHashMap<(Ustr, Option<Ustr>, Ustr), Vec<u32>>,
    /// The objects of a kind that scale one of that kind, namespace and name.
    targeting: FxHashMap<(Ustr, Target), Vec<u32>>,
}

/// Kind, namespace and name.
type Target = (Ustr, Ustr, Ustr);

struct Pod {
    node: Node,
    labels: Option<Arc<Record>>,
    /// The object that it is, or that makes it.
    owner: u32,
}

/// Selectors by the kind and namespace of their objects.
type Selectors = FxHashMap<(Ustr, Ustr), SelectorsOf>;

#[derive(Default)]
struct SelectorsOf {
    /// By the rarest label that they ask for.
    by_label: FxHashMap<(Ustr, EcoString), Vec<u32>>,
    /// Those that ask for no label by value.
    others: Vec<u32>,
}

/// Objects by their kind and namespace, and by a label.
type Labels = FxHashMap<((Ustr, Ustr), (Ustr, EcoString)), Vec<u32>>;

/// Where each kind has something, by its key.
type Places = LazyLock<FxHashMap<Ustr, Vec<Ustr>>>;

fn places(of: &[(&str, &[&str])]) -> FxHashMap<Ustr, Vec<Ustr>> {
    of.iter().map(|(kind, path)| (Ustr::from(kind), path.iter().map(|field| Ustr::from(field)).collect())).collect()
}

/// Where each kind has its selector.
static SELECTORS: Places = LazyLock::new(|| {
    places(&[
        ("Service", &["spec", "selector"]),
        ("PodDisruptionBudget", &["spec", "selector"]),
        ("NetworkPolicy", &["spec", "podSelector"]),
        ("Deployment", &["spec", "selector"]),
        ("StatefulSet", &["spec", "selector"]),
        ("DaemonSet", &["spec", "selector"]),
        ("ReplicaSet", &["spec", "selector"]),
        ("ReplicationController", &["spec", "selector"]),
    ])
});

/// Where each kind has its pod template; a Pod is its own.
static TEMPLATES: Places = LazyLock::new(|| {
    places(&[
        ("Pod", &[]),
        ("Deployment", &["spec", "template"]),
        ("StatefulSet", &["spec", "template"]),
        ("DaemonSet", &["spec", "template"]),
        ("ReplicaSet", &["spec", "template"]),
        ("ReplicationController", &["spec", "template"]),
        ("Job", &["spec", "template"]),
        ("CronJob", &["spec", "jobTemplate", "spec", "template"]),
        ("Rollout.argoproj.io", &["spec", "template"]),
    ])
});

/// Where each kind names what it scales.
static TARGETS: Places = LazyLock::new(|| {
    places(&[
        ("HorizontalPodAutoscaler", &["spec", "scaleTargetRef"]),
        ("ScaledObject.keda.sh", &["spec", "scaleTargetRef"]),
        ("VerticalPodAutoscaler.autoscaling.k8s.io", &["spec", "targetRef"]),
    ])
});

/// Words that are looked for in every object.
struct Words {
    metadata: Ustr,
    labels: Ustr,
    match_labels: Ustr,
    match_expressions: Ustr,
}

static WORDS: LazyLock<Words> = LazyLock::new(|| Words {
    metadata: "metadata".into(),
    labels: "labels".into(),
    match_labels: "matchLabels".into(),
    match_expressions: "matchExpressions".into(),
});

impl Objects {
    pub fn new(list: Vec<Object>) -> Objects {
        Objects { list, ..Objects::default() }
    }

    pub fn iter(&self) -> impl Iterator<Item = &Object> {
        self.list.iter()
    }

    /// Whether there are pods in a namespace, and nothing that may make others there: no object of a kind whose controller might, and no
    /// pod without a namespace, which may come into any.
    pub fn knows_pods(&self, namespace: Ustr) -> bool {
        let (index, nowhere) = (self.index(), Ustr::default());
        let peopled = |namespace: Ustr| index.all_pods.get(&namespace).is_some_and(|pods| !pods.is_empty());
        let foreign = index.foreign.contains(&namespace) || index.foreign.contains(&nowhere);
        peopled(namespace) && !foreign && (namespace == nowhere || !peopled(nowhere))
    }

    /// The object of that kind and name, where there is only one, and nobody else writes into it; a namespace that is not written is one
    /// of its own.
    pub fn find(&self, kind: Ustr, namespace: Ustr, name: Ustr) -> Option<Node> {
        if self.index().is_made(kind, namespace, name) {
            return None;
        }
        self.index().by_name.get(&(kind, namespace, name)).copied().flatten().map(|i| self.list[i as usize].node())
    }

    /// Whether the run holds objects of that kind and name, be it several, or one will be made.
    pub fn holds(&self, kind: Ustr, namespace: Ustr, name: Ustr) -> bool {
        self.index().by_name.contains_key(&(kind, namespace, name)) || self.index().is_made(kind, namespace, name)
    }

    /// The objects of which controllers make the one of that kind and name.
    pub fn makers(&self, kind: Ustr, namespace: Ustr, name: Ustr) -> Vec<Node> {
        let found = [Some(namespace), None].into_iter().filter_map(|space| self.index().makers.get(&(kind, space, name)));
        found.flatten().take(MOST).map(|&i| self.list[i as usize].node()).collect()
    }

    /// The objects of a kind that scale a workload.
    pub fn targeting(&self, kind: Ustr, of: Ustr, namespace: Ustr, name: Ustr) -> Vec<Node> {
        let found = self.index().targeting.get(&(kind, (of, namespace, name)));
        found.into_iter().flatten().take(MOST).map(|&i| self.list[i as usize].node()).collect()
    }

    /// The objects of a kind in a namespace whose own labels a selector selects.
    pub fn labelled(&self, kind: Ustr, selector: &Record, namespace: Ustr) -> Vec<Node> {
        let place = (kind, namespace);
        let exact = exact_labels(selector);
        let found = exact.into_iter().map(|label| self.labels().get(&(place, label)).map_or(&[][..], Vec::as_slice));
        let all = || self.index().by_place.get(&place).map_or(&[][..], Vec::as_slice);
        let candidates = found.min_by_key(|found| found.len()).unwrap_or_else(all);
        let objects = candidates.iter().map(|&i| &self.list[i as usize]);
        objects.filter(|object| selects(selector, labels_of(&object.root).map(Arc::as_ref))).take(MOST).map(Object::node).collect()
    }

    fn labels(&self) -> &Labels {
        self.labels.get_or_init(|| {
            let mut labels = Labels::default();
            for (number, object) in (0u32..).zip(&self.list) {
                let place = (object.kind.key(), object.namespace.unwrap_or_default());
                for entry in labels_of(&object.root).into_iter().flat_map(|of| &of.entries) {
                    if let Some(value) = text(&entry.node) {
                        labels.entry((place, (entry.key, value.clone()))).or_default().push(number);
                    }
                }
            }
            labels
        })
    }

    /// The objects of a kind, in one namespace where one is given.
    pub fn of_kind(&self, kind: Ustr, namespace: Option<Ustr>) -> Vec<Node> {
        let index = self.index();
        let found = match namespace {
            Some(namespace) => index.by_place.get(&(kind, namespace)),
            None => index.by_kind.get(&kind),
        };
        found.into_iter().flatten().map(|&i| self.list[i as usize].node()).collect()
    }

    /// The one name among those of a kind that a misspelt name must have meant; `None` where there is any doubt.
    pub fn misspelt(&self, kind: Ustr, namespace: Ustr, name: &str) -> Option<Ustr> {
        if self.index().is_made(kind, namespace, name.into()) {
            return None;
        }
        let found = self.index().by_place.get(&(kind, namespace)).filter(|found| found.len() <= 4 * MOST)?;
        let mut meant = found.iter().map(|&i| self.list[i as usize].name).filter(|other| suggest::is_misspelt(name, other));
        let first = meant.next()?;
        meant.all(|other| other == first).then_some(first)
    }

    /// The one value of a label of the pods in a namespace that a misspelt value must have meant.
    pub fn misspelt_label(&self, namespace: Ustr, key: Ustr, value: &str) -> Option<EcoString> {
        let values = self.index().label_values.get(&(namespace, key)).filter(|values| values.len() <= 4 * MOST)?;
        let mut meant = values.iter().filter(|other| suggest::is_misspelt(value, other));
        let first = meant.next()?;
        meant.next().is_none().then(|| first.clone())
    }

    /// The pods of a namespace that a selector selects, and the templates of those that will be: a map of labels, or a LabelSelector.
    pub fn pods(&self, selector: &Record, namespace: Ustr) -> Vec<Node> {
        self.selected(selector, namespace).into_iter().map(|pod| pod.node.clone()).collect()
    }

    /// The objects that are such pods, or that make them.
    pub fn owners(&self, selector: &Record, namespace: Ustr) -> Vec<Node> {
        self.selected(selector, namespace).into_iter().map(|pod| self.list[pod.owner as usize].node()).collect()
    }

    fn selected(&self, selector: &Record, namespace: Ustr) -> Vec<&Pod> {
        let index = self.index();
        let labels = exact_labels(selector);
        let rarest = labels.iter().map(|(key, value)| index.by_label.get(&(namespace, *key, value.clone())).map_or(&[][..], Vec::as_slice));
        let candidates = match rarest.min_by_key(|found| found.len()) {
            Some(found) => found,
            None => index.all_pods.get(&namespace).map_or(&[][..], Vec::as_slice),
        };
        let pods = candidates.iter().map(|&i| &index.pods[i as usize]);
        pods.filter(|pod| selects(selector, pod.labels.as_deref())).take(MOST).collect()
    }

    /// The objects of a kind in a namespace that select pods with these labels.
    pub fn selecting(&self, kind: Ustr, labels: &Record, namespace: Ustr) -> Vec<Node> {
        let Some(of) = self.selectors().get(&(kind, namespace)) else { return Vec::new() };
        let pairs = labels.entries.iter().filter_map(|e| Some((e.key, text(&e.node)?.clone())));
        let mut found: Vec<u32> = pairs.filter_map(|pair| of.by_label.get(&pair)).flatten().chain(&of.others).copied().collect();
        found.sort_unstable();
        let objects = found.into_iter().map(|i| &self.list[i as usize]);
        objects.filter(|object| selector_of(object).is_some_and(|s| selects(s, Some(labels)))).take(MOST).map(Object::node).collect()
    }

    fn selectors(&self) -> &Selectors {
        self.selectors.get_or_init(|| {
            let all: Vec<_> = (0u32..)
                .zip(&self.list)
                .filter_map(|(number, object)| Some((number, object, exact_labels(selector_of(object)?))))
                .collect();
            let place = |object: &Object| (object.kind.key(), object.namespace.unwrap_or_default());
            let mut uses: FxHashMap<_, usize> = FxHashMap::default();
            for (_, object, labels) in &all {
                labels.iter().for_each(|label| *uses.entry((place(object), label.clone())).or_default() += 1);
            }
            let mut selectors = Selectors::default();
            for (number, object, labels) in all {
                let of = selectors.entry(place(object)).or_default();
                match labels.into_iter().min_by_key(|label| uses[&(place(object), label.clone())]) {
                    Some(rarest) => of.by_label.entry(rarest).or_default().push(number),
                    None => of.others.push(number),
                }
            }
            selectors
        })
    }

    fn index(&self) -> &Index {
        self.index.get_or_init(|| {
            let mut index = Index::default();
            self.list.iter().enumerate().for_each(|(number, object)| index.add(number as u32, object));
            index
        })
    }
}

impl Index {
    fn is_made(&self, kind: Ustr, namespace: Ustr, name: Ustr) -> bool {
        let known = |namespace: Option<Ustr>| self.makers.contains_key(&(kind, namespace, name));
        !self.makers.is_empty() && (known(Some(namespace)) || known(None))
    }

    fn add(&mut self, number: u32, object: &Object) {
        let (kind, namespace) = (object.kind.key(), object.namespace.unwrap_or_default());
        if added::is_added(object.kind.ty) && makers::may_make_pods(object) {
            self.foreign.insert(namespace);
        }
        for (made, name, is_near) in makers::made_of(object, kind) {
            self.makers.entry((made, is_near.then_some(namespace), name)).or_default().push(number);
        }
        if let Some(target) = TARGETS.get(&kind).and_then(|path| target_of(object, path)) {
            self.targeting.entry((kind, (target.0, namespace, target.1))).or_default().push(number);
        }
        self.by_kind.entry(kind).or_default().push(number);
        self.by_place.entry((kind, namespace)).or_default().push(number);
        self.by_name.entry((kind, namespace, object.name)).and_modify(|known| *known = None).or_insert(Some(number));
        let Some(path) = TEMPLATES.get(&kind) else { return };
        let template = if path.is_empty() { Some(object.node()) } else { object.root.at(path.iter().copied()).cloned() };
        if let Some(Node { value: Value::Record(record), origin }) = template {
            self.add_pod(namespace, &record, origin, number);
        }
    }

    fn add_pod(&mut self, namespace: Ustr, template: &Arc<Record>, origin: Origin, owner: u32) {
        let number = self.pods.len() as u32;
        let labels = labels_of(template).cloned();
        for entry in labels.iter().flat_map(|labels| &labels.entries) {
            if let Value::Str(value) = &entry.node.value {
                let found = self.by_label.entry((namespace, entry.key, value.clone())).or_default();
                if found.is_empty() {
                    self.label_values.entry((namespace, entry.key)).or_default().push(value.clone());
                }
                found.push(number);
            }
        }
        self.all_pods.entry(namespace).or_default().push(number);
        self.pods.push(Pod { node: Node::new(Value::Record(template.clone()), origin), labels, owner });
    }
}

/// The labels in the metadata of an object or a template.
fn labels_of(record: &Record) -> Option<&Arc<Record>> {
    record_at(record_at(record, WORDS.metadata)?, WORDS.labels)
}

/// Kind and name of what an object scales; a kind that is not written is a Deployment.
fn target_of(object: &Object, path: &[Ustr]) -> Option<(Ustr, Ustr)> {
    let Value::Record(target) = &object.root.at(path.iter().copied())?.value else { return None };
    let field = |name: &str| target.get(name.into()).and_then(|entry| text(&entry.node)).map(|text| Ustr::from(text));
    Some((field("kind").unwrap_or_else(|| "Deployment".into()), field("name")?))
}

/// The selector of an object that has one and selects anything by it.
fn selector_of(object: &Object) -> Option<&Record> {
    let kind = object.kind.key();
    match object.root.at(SELECTORS.get(&kind)?.iter().copied()).map(|node| &node.value) {
        // A Service without labels in its selector selects no pod.
        Some(Value::Record(selector)) if kind != "Service" || !selector.entries.is_empty() => Some(selector),
        _ => None,
    }
}

/// Whether labels are those that a selector selects: a map of labels, or a LabelSelector.
pub fn selects(selector: &Record, labels: Option<&Record>) -> bool {
    let value = |key: Ustr| labels.and_then(|l| l.get(key)).and_then(|e| text(&e.node));
    let exact = exact_labels(selector).iter().all(|(key, wanted)| value(*key).is_some_and(|found| found == wanted));
    let Some(Value::List(expressions)) = selector.get(WORDS.match_expressions).map(|e| &e.node.value) else { return exact };
    exact
        && expressions.items.iter().all(|item| {
            let Value::Record(expression) = &item.node.value else { return true };
            let field = |name: &str| expression.get(name.into()).and_then(|e| text(&e.node));
            let found = field("key").and_then(|key| value(key.as_str().into()));
            let within = || match expression.get("values".into()).map(|e| &e.node.value) {
                Some(Value::List(values)) => values.items.iter().any(|v| text(&v.node) == found),
                _ => false,
            };
            match field("operator").map(EcoString::as_str) {
                Some("In") => found.is_some() && within(),
                Some("NotIn") => found.is_none() || !within(),
                Some("Exists") => found.is_some(),
                Some("DoesNotExist") => found.is_none(),
                _ => true,
            }
        })
}

/// The labels that a selector demands by value.
fn exact_labels(selector: &Record) -> Vec<(Ustr, EcoString)> {
    let is_label_selector =
        [WORDS.match_labels, WORDS.match_expressions].into_iter().any(|f| selector.get(f).is_some_and(|e| text(&e.node).is_none()));
    let map = if is_label_selector { record_at(selector, WORDS.match_labels).map(|r| r.as_ref()) } else { Some(selector) };
    map.into_iter().flat_map(|map| &map.entries).filter_map(|e| Some((e.key, text(&e.node)?.clone()))).collect()
}

fn text(node: &Node) -> Option<&EcoString> {
    match &node.value {
        Value::Str(text) => Some(text),
        _ => None,
    }
}

fn record_at(record: &Record, field: Ustr) -> Option<&Arc<Record>> {
    match &record.get(field)?.node.value {
        Value::Record(inner) => Some(inner),
        _ => None,
    }
}
