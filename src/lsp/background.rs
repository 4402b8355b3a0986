//! The slow part of checking, on a thread of its own: every project is evaluated a moment after its text came to rest.
//!
//! A newer job for a document takes the place of an older one that has not begun. One that has begun runs to its end, which the
//! evaluator's limits bound, and is thrown away if the text has changed since.

use super::files::View;
use crate::diag::Diagnostic;
use crate::engine;
use crate::ide::{Analysis, Built};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::time::Duration;

/// How long a text must rest.
const REST: Duration = Duration::from_millis(120);

/// A project to evaluate.
pub struct Job {
    /// The document that it is asked for.
    pub document: String,
    /// Tells this job from others for the document.
    pub stamp: u64,
    pub analysis: Arc<Analysis>,
    pub view: View,
    /// As `2026-11-24`.
    pub today: Option<String>,
}

/// What came of it.
pub struct Done {
    pub document: String,
    pub stamp: u64,
    pub analysis: Arc<Analysis>,
    pub diagnostics: Vec<Diagnostic>,
    /// What declarations come to; none where there are errors.
    pub built: Option<Built>,
}

#[derive(Default)]
pub struct Background {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    jobs: Vec<Job>,
    done: Vec<Done>,
    /// How many jobs were ever handed in.
    count: u64,
    ended: bool,
}

impl Background {
    /// Starts the thread; `tell` is called when something is done.
    pub fn start(tell: impl Fn() + Send + 'static) -> Arc<Background> {
        let background = Arc::new(Background::default());
        let own = background.clone();
        // Where the system grants no thread, nothing is evaluated, and all else works.
        let _ = std::thread::Builder::new().name("kdsl-values".into()).spawn(move || own.work(tell));
        background
    }

    pub fn submit(&self, job: Job) {
        let mut state = self.lock();
        state.jobs.retain(|other| other.document != job.document);
        state.jobs.push(job);
        state.count += 1;
        self.changed.notify_all();
    }

    /// Takes back what has not begun for a document.
    pub fn withdraw(&self, document: &str) {
        self.lock().jobs.retain(|job| job.document != document);
    }

    /// What was done since this was asked last.
    pub fn done(&self) -> Vec<Done> {
        std::mem::take(&mut self.lock().done)
    }

    pub fn end(&self) {
        self.lock().ended = true;
        self.changed.notify_all();
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(|e| e.into_inner())
    }

    fn work(&self, tell: impl Fn()) {
        while let Some(job) = self.next() {
            let done = engine::deep(|| catch_unwind(AssertUnwindSafe(|| evaluate(job))));
            if let Ok(done) = done {
                self.lock().done.push(done);
                tell();
            }
        }
    }

    /// The oldest job, once no newer one came for a while; `None` at the end.
    fn next(&self) -> Option<Job> {
        let mut state = self.lock();
        loop {
            if state.ended {
                return None;
            }
            if state.jobs.is_empty() {
                state = self.changed.wait(state).unwrap_or_else(|e| e.into_inner());
                continue;
            }
            let count = state.count;
            let waited = self.changed.wait_timeout(state, REST).unwrap_or_else(|e| e.into_inner());
            state = waited.0;
            if waited.1.timed_out() && state.count == count && !state.jobs.is_empty() {
                return Some(state.jobs.remove(0));
            }
        }
    }
}

fn evaluate(job: Job) -> Done {
    let Job { document, stamp, analysis, view, today } = job;
    let diagnostics = analysis.check_values(&view, today);
    let failed = diagnostics.iter().any(Diagnostic::is_error);
    let built = (!failed).then(|| Built::new(&analysis, &view));
    Done { document, stamp, analysis, diagnostics, built }
}
