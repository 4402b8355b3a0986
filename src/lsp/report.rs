//! What is wrong in the files of open documents, and who has been told of what.
//!
//! Each open document is checked as the first file of a project. Its files may belong to several projects, so what a client is told about
//! a file is what all of them say, each thing once.

use super::background::{Background, Done, Job};
use super::convert;
use super::server::Server;
use crate::ide::{Analysis, Built};
use lsp_types::{PublishDiagnosticsParams, TextEdit, Uri};
use rustc_hash::{FxHashMap, FxHashSet};
use std::sync::Arc;

pub struct Reports {
    background: Arc<Background>,
    /// By document.
    by_document: FxHashMap<String, Report>,
    /// What was sent last, by file.
    sent: FxHashMap<String, (Uri, Vec<lsp_types::Diagnostic>)>,
    /// Documents to check.
    changed: FxHashSet<String>,
    stamps: u64,
}

#[derive(Default)]
struct Report {
    /// Of form, names and types.
    text: Vec<Found>,
    /// Of values and objects.
    values: Vec<Found>,
    built: Option<Arc<Built>>,
    /// The job that is awaited.
    stamp: u64,
}

/// One thing that is wrong, as the client is told of it.
#[derive(Clone, Debug)]
pub struct Found {
    pub uri: Uri,
    pub diagnostic: lsp_types::Diagnostic,
    /// A mend, and the file that it is in.
    pub fix: Option<(Uri, TextEdit)>,
}

impl Reports {
    pub fn new(background: Arc<Background>) -> Reports {
        Reports { background, by_document: FxHashMap::default(), sent: FxHashMap::default(), changed: FxHashSet::default(), stamps: 0 }
    }

    /// All that is known to be wrong in a file.
    pub fn of_file<'r>(&'r self, uri: &'r Uri) -> impl Iterator<Item = &'r Found> {
        let all = self.by_document.values().flat_map(|report| report.text.iter().chain(&report.values));
        all.filter(move |found| found.uri == *uri)
    }

    /// What the declarations of a document came to when it was built last.
    pub fn built(&self, uri: &Uri) -> Option<Arc<Built>> {
        self.by_document.get(uri.as_str())?.built.clone()
    }
}

impl Server<'_> {
    /// A document changed: it is to be checked, and so are those that read it.
    pub fn mark_changed(&mut self, uri: &Uri, opened: bool) {
        let Some(at) = self.files.document(uri).map(|document| document.at.clone()) else { return };
        let reads = |document: &super::files::Document| {
            document.at.folder == at.folder && (opened || document.uri == *uri || document.may_read(&at.path))
        };
        let all: Vec<String> = self.files.documents().filter(|d| reads(d)).map(|document| document.uri.as_str().to_string()).collect();
        self.reports.changed.extend(all);
    }

    pub fn mark_all(&mut self) {
        let all: Vec<String> = self.files.documents().map(|document| document.uri.as_str().to_string()).collect();
        self.reports.changed.extend(all);
    }

    pub fn closed(&mut self, uri: &Uri) {
        self.reports.by_document.remove(uri.as_str());
        self.reports.changed.remove(uri.as_str());
        self.reports.background.withdraw(uri.as_str());
        self.publish();
    }

    /// Checks the form, names and types of what changed, and hands the rest to the background.
    pub fn check_changed(&mut self) {
        let changed: Vec<String> = self.reports.changed.drain().collect();
        if changed.is_empty() {
            return;
        }
        for document in changed {
            let Some(uri) = self.files.documents().find(|d| d.uri.as_str() == document).map(|d| d.uri.clone()) else { continue };
            self.check(&uri);
        }
        self.publish();
    }

    fn check(&mut self, uri: &Uri) {
        let Some(at) = self.files.document(uri).map(|document| document.at.clone()).filter(|at| !at.is_library) else { return };
        let Some(analysis) = self.files.analysis(uri) else { return };
        let diagnostics = analysis.check_text();
        let failed = diagnostics.iter().any(|diagnostic| diagnostic.is_error());
        let text = self.found(uri, &analysis, diagnostics);
        self.reports.stamps += 1;
        let stamp = self.reports.stamps;
        let report = self.reports.by_document.entry(uri.as_str().to_string()).or_default();
        (report.text, report.stamp) = (text, stamp);
        if failed {
            report.values.clear();
            self.reports.background.withdraw(uri.as_str());
            return;
        }
        let (view, today) = (self.files.view(&at.folder), self.files.today());
        self.reports.background.submit(Job { document: uri.as_str().to_string(), stamp, analysis, view, today });
    }

    /// The background has something.
    pub fn evaluated(&mut self) {
        let mut any = false;
        for Done { document, stamp, analysis, diagnostics, built } in self.reports.background.done() {
            let Some(uri) = self.files.documents().find(|d| d.uri.as_str() == document).map(|d| d.uri.clone()) else { continue };
            let values = self.found(&uri, &analysis, diagnostics);
            let Some(report) = self.reports.by_document.get_mut(&document).filter(|report| report.stamp == stamp) else { continue };
            report.values = values;
            if let Some(built) = built {
                report.built = Some(Arc::new(built));
            }
            any = true;
        }
        if any {
            self.publish();
            if self.client.refreshes_hints {
                self.ask("workspace/inlayHint/refresh", ());
            }
        }
    }

    fn found(&self, uri: &Uri, analysis: &Analysis, diagnostics: Vec<crate::diag::Diagnostic>) -> Vec<Found> {
        let to_uri = |path: &str| self.uri_of(uri, analysis, path);
        diagnostics
            .iter()
            .map(|diagnostic| convert::found(analysis, diagnostic, uri, self.files.encoding, self.client.related, &to_uri))
            .collect()
    }

    /// Tells the client what is different from what it was told last.
    fn publish(&mut self) {
        let mut now: FxHashMap<String, (Uri, Vec<lsp_types::Diagnostic>)> = FxHashMap::default();
        for report in self.reports.by_document.values() {
            for found in report.text.iter().chain(&report.values) {
                let list = &mut now.entry(found.uri.as_str().to_string()).or_insert_with(|| (found.uri.clone(), Vec::new())).1;
                if !list.contains(&found.diagnostic) {
                    list.push(found.diagnostic.clone());
                }
            }
        }
        // A document that was opened is told of even where nothing is wrong.
        for document in self.reports.by_document.keys() {
            if let Ok(uri) = document.parse::<Uri>() {
                now.entry(document.clone()).or_insert_with(|| (uri, Vec::new()));
            }
        }
        let mut news: Vec<(Uri, Vec<lsp_types::Diagnostic>)> = Vec::new();
        for (key, (uri, list)) in &mut now {
            list.sort_by_key(|d| (d.range.start.line, d.range.start.character, d.message.clone()));
            if self.reports.sent.get(key).map(|(_, sent)| sent) != Some(list) {
                news.push((uri.clone(), list.clone()));
            }
        }
        let gone = self.reports.sent.iter().filter(|(key, (_, list))| !now.contains_key(*key) && !list.is_empty());
        news.extend(gone.map(|(_, (uri, _))| (uri.clone(), Vec::new())));
        self.reports.sent = now;
        news.sort_by(|a, b| a.0.as_str().cmp(b.0.as_str()));
        for (uri, diagnostics) in news {
            let version = self.files.document(&uri).map(|document| document.version);
            self.tell("textDocument/publishDiagnostics", PublishDiagnosticsParams { uri, diagnostics, version });
        }
    }
}
