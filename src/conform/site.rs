//! Where the walk stands: the object, the path to the present value, and the places that the user wrote around it.

use crate::diag::{Diagnostic, Severity, Sink};
use crate::object::Object;
use crate::schema::{KubeRange, Minor};
use crate::source::{FileDb, Span};
use std::fmt::Write;
use ustr::Ustr;

/// What all walks of a run share.
#[derive(Clone, Copy)]
pub struct Context<'w> {
    pub db: &'w FileDb,
    pub sink: &'w Sink,
    /// The releases that must have all of it.
    pub kube: KubeRange,
    /// The objects are sent by server-side apply, as those of a program are meant to be; others may be created plainly.
    pub applied: bool,
    /// Whether something said of an object is set aside.
    pub waived: &'w (dyn Fn(&Diagnostic, &Object) -> bool + Sync),
}

/// A step from a value to one within it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    Field(Ustr),
    Key(Ustr),
    Index(usize),
}

pub struct Site<'w> {
    pub db: &'w FileDb,
    pub object: &'w Object,
    kube: KubeRange,
    sink: &'w Sink,
    /// What was said of the object so far.
    pending: Vec<Diagnostic>,
    /// Whether something said of the object is set aside.
    waived: &'w (dyn Fn(&Diagnostic, &Object) -> bool + Sync),
    path: Vec<Step>,
    /// Where the user wrote the values around the present one, outermost first.
    places: Vec<Span>,
    /// Whether nothing was reported since this was last set.
    pub(super) clean: bool,
}

impl<'w> Site<'w> {
    pub(super) fn new(context: &Context<'w>, object: &'w Object) -> Site<'w> {
        let Context { db, sink, kube, waived, .. } = *context;
        Site { db, object, kube, sink, pending: Vec::new(), waived, path: Vec::new(), places: vec![object.head], clean: true }
    }

    pub(super) fn enter(&mut self, step: Step, span: Span) {
        self.path.push(step);
        self.places.push(span);
    }

    /// Enters what is not written: its place is that of what should hold it.
    pub(super) fn enter_absent(&mut self, step: Step) {
        self.enter(step, Span::NONE);
    }

    pub(super) fn leave(&mut self) {
        self.places.pop();
        self.path.pop();
    }

    /// The innermost place that a user wrote.
    pub fn place(&self) -> Span {
        self.places.iter().rev().copied().find(|s| self.db.is_user(*s)).unwrap_or(self.object.head)
    }

    /// Reports about the present value, at the user's own line, with the object and the path in the API server's form.
    pub fn push(&mut self, error: Diagnostic) {
        self.push_at(&[], error);
    }

    /// Reports about what stands one step below the present value, or is missing there.
    pub fn push_below(&mut self, step: Step, error: Diagnostic) {
        self.push_at(&[step], error);
    }

    /// Reports about what stands some steps below the present value.
    pub fn push_at(&mut self, steps: &[Step], mut error: Diagnostic) {
        self.clean = false;
        if (self.waived)(&error, self.object) {
            return;
        }
        if !self.db.is_user(error.primary.span) {
            error.primary.span = self.place();
        }
        if self.is_looked_at_later(&error, steps) {
            error.severity = Severity::Warning;
            let release = self.kube.to;
            error = error.note(format!(
                "Kubernetes {release} does not look at this in a StatefulSet: it refuses the pods and claims that are made of it"
            ));
        }
        let path = shown(self.path.iter().chain(steps));
        self.pending.push(error.in_object(self.object.title(), path));
    }

    /// Hands on what was said.
    pub(super) fn tell(&mut self) {
        self.pending.drain(..).for_each(|said| self.sink.push(said));
    }

    /// Whether the present value is the object's status.
    pub(super) fn is_status(&self) -> bool {
        matches!(self.path.as_slice(), [Step::Field(name)] if name.as_str() == "status")
    }

    /// Whether the present value is an element of a list of that name.
    pub(super) fn is_element_of(&self, list: Ustr) -> bool {
        matches!(self.path.as_slice(), [.., Step::Field(name), Step::Index(_)] if *name == list)
    }

    /// Whether the present value is the content of a ConfigMap or a Secret.
    pub(super) fn is_at_data(&self) -> bool {
        matches!(self.path.as_slice(), [Step::Field(name)] if matches!(name.as_str(), "data" | "binaryData" | "stringData"))
    }

    /// Whether the present value is in the metadata of what a controller makes later: the server does not look at that before.
    pub(super) fn is_made_later(&self) -> bool {
        let is = |step: &Step, wanted: &str| matches!(step, Step::Field(name) if name.as_str() == wanted);
        self.path.windows(2).any(|two| is(&two[0], "jobTemplate") && is(&two[1], "metadata"))
            || self.path.windows(3).any(|three| is(&three[0], "volumeClaimTemplates") && is(&three[2], "metadata"))
    }

    /// Before 1.34 the server only decodes the pod and the claims of a StatefulSet.
    fn is_looked_at_later(&self, error: &Diagnostic, steps: &[Step]) -> bool {
        let decoded = ["unknown-field", "type-mismatch", "number-size", "encoding", "not-in-release"];
        if self.kube.to >= Minor(34) || self.object.kind.kind.as_str() != "StatefulSet" || decoded.contains(&error.code.name) {
            return false;
        }
        let mut names = self.path.iter().chain(steps).map(|step| if let Step::Field(name) = step { name.as_str() } else { "" });
        match [names.next(), names.next(), names.next(), names.next()] {
            [Some("spec"), Some("volumeClaimTemplates"), ..] => true,
            [Some("spec"), Some("template"), Some("spec"), field] => !matches!(field, Some("restartPolicy" | "activeDeadlineSeconds")),
            _ => false,
        }
    }

    /// `spec.template.spec.containers[0].name`
    pub fn path_text(&self) -> String {
        shown(self.path.iter())
    }
}

/// A path in the API server's form.
pub fn shown<'s>(path: impl Iterator<Item = &'s Step>) -> String {
    let mut text = String::new();
    for step in path {
        // Writing to text cannot fail.
        let _ = match step {
            Step::Field(name) if text.is_empty() => write!(text, "{name}"),
            Step::Field(name) => write!(text, ".{name}"),
            Step::Key(key) => write!(text, "[{key}]"),
            Step::Index(index) => write!(text, "[{index}]"),
        };
    }
    text
}
