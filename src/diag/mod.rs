//! Diagnostics: what a user is told.
//!
//! Every phase pushes [`Diagnostic`]s into one [`Sink`]; nothing is printed before the end. Building one reads as the message does:
//!
//! ```text
//! sink.push(Diagnostic::new(&codes::UNKNOWN_FIELD, span, format!("{ty} has no field `{name}`")).help(format!("did you mean `{near}`?")));
//! ```

pub mod codes;
pub mod render;
pub mod suggest;

use crate::source::Span;
use std::sync::Mutex;
use ustr::Ustr;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    Error,
    Warning,
}

impl Severity {
    pub fn as_str(self) -> &'static str {
        match self {
            Severity::Error => "error",
            Severity::Warning => "warning",
        }
    }
}

/// The declaration of a diagnostic code: one place for its name, level, meaning and example.
#[derive(Debug)]
pub struct Code {
    /// kebab-case, unique.
    pub name: &'static str,
    pub severity: Severity,
    /// One line: what is wrong in general.
    pub summary: &'static str,
    /// Markdown: why it is wrong and what to do.
    pub doc: &'static str,
    /// A kdsl program that gives this diagnostic.
    pub fails: &'static str,
    /// The program mended.
    pub passes: &'static str,
}

impl PartialEq for Code {
    fn eq(&self, other: &Code) -> bool {
        self.name == other.name
    }
}

impl Eq for Code {}

/// A place with a few words about it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Label {
    pub span: Span,
    pub text: String,
}

/// A mechanical mend: replace the span's text.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Edit {
    pub span: Span,
    pub text: String,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Diagnostic {
    pub code: &'static Code,
    pub severity: Severity,
    /// What is wrong, a sentence without a final stop.
    pub message: String,
    /// Where. Its text, where given, is shorter than the message and says what stands there.
    pub primary: Label,
    pub secondary: Vec<Label>,
    pub help: Vec<String>,
    /// Facts without a place: the default or kind that carried a value, the parameters that were set.
    pub notes: Vec<String>,
    /// The object, as `Deployment/web`, and the field's path in the API server's own form.
    pub object: Option<String>,
    pub path: Option<String>,
    pub fix: Option<Edit>,
    /// The head of the declaration that advice is about, and its namespace.
    pub about: Option<(Span, Option<Ustr>)>,
    /// Which document of a YAML stream, from 0.
    pub document: Option<u32>,
}

impl Diagnostic {
    pub fn new(code: &'static Code, span: Span, message: impl Into<String>) -> Diagnostic {
        Diagnostic {
            code,
            severity: code.severity,
            message: message.into(),
            primary: Label { span, text: String::new() },
            secondary: Vec::new(),
            help: Vec::new(),
            notes: Vec::new(),
            object: None,
            path: None,
            fix: None,
            about: None,
            document: None,
        }
    }

    /// Moves every place.
    pub fn move_places(&mut self, to: &mut dyn FnMut(Span) -> Span) {
        self.primary.span = to(self.primary.span);
        self.secondary.iter_mut().for_each(|label| label.span = to(label.span));
        if let Some(fix) = &mut self.fix {
            fix.span = to(fix.span);
        }
        if let Some((head, _)) = &mut self.about {
            *head = to(*head);
        }
    }

    /// A few words under the primary place.
    pub fn label(mut self, text: impl Into<String>) -> Diagnostic {
        self.primary.text = text.into();
        self
    }

    /// A second place that explains the first.
    pub fn also(mut self, span: Span, text: impl Into<String>) -> Diagnostic {
        if !span.is_none() {
            self.secondary.push(Label { span, text: text.into() });
        }
        self
    }

    pub fn help(mut self, text: impl Into<String>) -> Diagnostic {
        self.help.push(text.into());
        self
    }

    pub fn note(mut self, text: impl Into<String>) -> Diagnostic {
        self.notes.push(text.into());
        self
    }

    pub fn fix(mut self, span: Span, text: impl Into<String>) -> Diagnostic {
        self.fix = Some(Edit { span, text: text.into() });
        self
    }

    pub fn in_object(mut self, object: impl Into<String>, path: impl Into<String>) -> Diagnostic {
        self.object = Some(object.into());
        self.path = Some(path.into());
        self
    }

    pub fn about(mut self, head: Span, namespace: Option<Ustr>) -> Diagnostic {
        self.about = Some((head, namespace));
        self
    }

    /// The same with its places elsewhere.
    pub fn moved(mut self, to: impl Fn(Span) -> Span) -> Diagnostic {
        let spans =
            [&mut self.primary].into_iter().chain(&mut self.secondary).map(|l| &mut l.span).chain(self.fix.as_mut().map(|f| &mut f.span));
        spans.for_each(|span| *span = to(*span));
        self
    }

    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }
}

/// Collects diagnostics from all phases and threads.
#[derive(Default)]
pub struct Sink {
    list: Mutex<Vec<Diagnostic>>,
}

impl Sink {
    pub fn new() -> Sink {
        Sink::default()
    }

    pub fn push(&self, diagnostic: Diagnostic) {
        self.list.lock().unwrap_or_else(|e| e.into_inner()).push(diagnostic);
    }

    pub fn has_errors(&self) -> bool {
        self.list.lock().unwrap_or_else(|e| e.into_inner()).iter().any(Diagnostic::is_error)
    }

    /// Whether there is an error whose place lies within a span.
    pub fn has_error_in(&self, span: Span) -> bool {
        self.list.lock().unwrap_or_else(|e| e.into_inner()).iter().any(|d| d.is_error() && span.contains(d.primary.span))
    }

    /// All that was collected so far, as it came.
    pub fn take(&self) -> Vec<Diagnostic> {
        std::mem::take(&mut *self.list.lock().unwrap_or_else(|e| e.into_inner()))
    }

    /// All diagnostics, in source order, each once.
    pub fn finish(self) -> Vec<Diagnostic> {
        let mut list = self.list.into_inner().unwrap_or_else(|e| e.into_inner());
        sort(&mut list);
        list
    }
}

/// Source order, errors before warnings at one place, each once: the same whatever the threads did.
pub fn sort(list: &mut Vec<Diagnostic>) {
    list.sort_by(|a, b| {
        (a.primary.span, a.severity, a.code.name, &a.message, &a.object).cmp(&(
            b.primary.span,
            b.severity,
            b.code.name,
            &b.message,
            &b.object,
        ))
    });
    list.dedup_by(|a, b| a.primary == b.primary && a.code == b.code && a.message == b.message);
}
