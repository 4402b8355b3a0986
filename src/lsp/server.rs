//! The server's life: messages in, in order, and what each asks for.

use super::background::Background;
use super::features;
use super::files::Files;
use super::position::Encoding;
use super::report::Reports;
use super::{BAD, CLOSED, Disk, EVALUATED, uri, wire};
use crate::ide::Completion;
use lsp_server::{Connection, ErrorCode, Message, Notification, Request, RequestId, Response};
use lsp_types::notification::{
    Cancel, DidChangeTextDocument, DidChangeWatchedFiles, DidChangeWorkspaceFolders, DidCloseTextDocument, DidOpenTextDocument,
    DidSaveTextDocument, Exit, Notification as _,
};
use lsp_types::request::{Initialize, Request as _, Shutdown};
use lsp_types::{
    CancelParams, DidChangeTextDocumentParams, DidChangeWorkspaceFoldersParams, DidCloseTextDocumentParams, DidOpenTextDocumentParams,
    InitializeParams, InitializeResult, NumberOrString, ServerInfo, Uri,
};
use serde::de::DeserializeOwned;
use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::Arc;

pub struct Server<'d> {
    connection: Connection,
    pub files: Files<'d>,
    pub reports: Reports,
    pub client: Client,
    /// What was offered last, for when more is asked about one.
    pub offered: Vec<Completion>,
    queue: VecDeque<Message>,
    stage: Stage,
    requests: i32,
}

/// What the client can do.
#[derive(Clone, Copy, Debug, Default)]
pub struct Client {
    pub snippets: bool,
    pub refreshes_hints: bool,
    pub watches: bool,
    pub nested_symbols: bool,
    pub related: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
    New,
    Running,
    ShutDown,
}

/// Why a request has no result.
pub struct Refusal {
    pub code: ErrorCode,
    pub message: String,
}

impl Refusal {
    pub fn new(message: impl Into<String>) -> Refusal {
        Refusal { code: ErrorCode::RequestFailed, message: message.into() }
    }
}

pub type Answer<T> = Result<T, Refusal>;

/// What to do after a message.
enum Next {
    GoOn,
    End { clean: bool },
}

impl<'d> Server<'d> {
    pub fn new(connection: Connection, disk: &'d dyn Disk, background: Arc<Background>) -> Server<'d> {
        Server {
            connection,
            files: Files::new(disk),
            reports: Reports::new(background),
            client: Client::default(),
            offered: Vec::new(),
            queue: VecDeque::new(),
            stage: Stage::New,
            requests: 0,
        }
    }

    /// Runs to the end; whether the client ended it in good form.
    pub fn run(mut self) -> bool {
        loop {
            let Some(message) = self.next() else { return false };
            match self.handle(message) {
                Next::GoOn => {}
                Next::End { clean } => return clean,
            }
        }
    }

    /// The next message. All that have come are taken in first, and when there are none what changed is checked.
    fn next(&mut self) -> Option<Message> {
        while let Ok(message) = self.connection.receiver.try_recv() {
            self.take_in(message);
        }
        if self.queue.is_empty() {
            self.guarded(|server| server.check_changed());
            let message = self.connection.receiver.recv().ok()?;
            self.take_in(message);
            while let Ok(message) = self.connection.receiver.try_recv() {
                self.take_in(message);
            }
        }
        // A request may have been cancelled, and then nothing is left.
        self.queue.pop_front().or_else(|| self.next())
    }

    fn take_in(&mut self, message: Message) {
        match message {
            Message::Notification(notification) if notification.method == Cancel::METHOD => self.cancel(notification),
            message => self.queue.push_back(message),
        }
    }

    /// Answers a request that waits in the queue.
    fn cancel(&mut self, notification: Notification) {
        let Ok(CancelParams { id }) = serde_json::from_value(notification.params) else { return };
        let id: RequestId = match id {
            NumberOrString::Number(id) => id.into(),
            NumberOrString::String(id) => id.into(),
        };
        let waits = |message: &Message| matches!(message, Message::Request(request) if request.id == id);
        if let Some(at) = self.queue.iter().position(waits) {
            self.queue.remove(at);
            self.send(Message::Response(Response::new_err(id, ErrorCode::RequestCanceled as i32, "cancelled".into())));
        }
    }

    fn handle(&mut self, message: Message) -> Next {
        match message {
            Message::Request(request) => {
                self.request(request);
                Next::GoOn
            }
            Message::Notification(notification) => self.notification(notification),
            // An answer to what we asked: nothing waits for one.
            Message::Response(_) => Next::GoOn,
        }
    }

    // ---- requests ----

    fn request(&mut self, request: Request) {
        let id = request.id.clone();
        let refusal = match (self.stage, request.method.as_str()) {
            (Stage::New, Initialize::METHOD) => return self.answer::<Initialize>(request, Self::initialize),
            (Stage::New, _) => (ErrorCode::ServerNotInitialized, "the first request is `initialize`"),
            (_, Initialize::METHOD) => (ErrorCode::InvalidRequest, "`initialize` was asked before"),
            (Stage::Running, Shutdown::METHOD) => {
                self.stage = Stage::ShutDown;
                return self.answer::<Shutdown>(request, |_, ()| Ok(()));
            }
            (Stage::Running, _) => return features::answer(self, request),
            (Stage::ShutDown, _) => (ErrorCode::InvalidRequest, "the server was shut down"),
        };
        self.send(Message::Response(Response::new_err(id, refusal.0 as i32, refusal.1.into())));
    }

    /// Answers one request: reads its parameters and does the work. What the work cannot do, or should it fail by a fault of ours, is
    /// an error of this request alone.
    pub fn answer<R: lsp_types::request::Request>(
        &mut self,
        request: Request,
        work: impl FnOnce(&mut Self, R::Params) -> Answer<R::Result>,
    ) {
        let id = request.id.clone();
        let response = match read::<R::Params>(request.params) {
            Err(error) => Response::new_err(id, ErrorCode::InvalidParams as i32, error),
            Ok(params) => match catch_unwind(AssertUnwindSafe(|| work(self, params))) {
                Ok(Ok(result)) => Response::new_ok(id, result),
                Ok(Err(refusal)) => Response::new_err(id, refusal.code as i32, refusal.message),
                Err(_) => Response::new_err(id, ErrorCode::InternalError as i32, "this is a fault of kdsl".into()),
            },
        };
        self.send(Message::Response(response));
    }

    fn initialize(&mut self, params: InitializeParams) -> Answer<InitializeResult> {
        self.stage = Stage::Running;
        let general = params.capabilities.general.as_ref();
        let offered = general.and_then(|general| general.position_encodings.clone()).unwrap_or_default();
        self.files.encoding = Encoding::chosen(&offered);
        self.client = Client::of(&params);
        self.files.set_folders(folders(&params));
        Ok(InitializeResult {
            capabilities: features::capabilities(self.files.encoding),
            server_info: Some(ServerInfo { name: "kdsl".into(), version: Some(env!("CARGO_PKG_VERSION").into()) }),
        })
    }

    // ---- notifications ----

    fn notification(&mut self, notification: Notification) -> Next {
        match notification.method.as_str() {
            Exit::METHOD => return Next::End { clean: self.stage == Stage::ShutDown },
            CLOSED => return Next::End { clean: self.stage == Stage::ShutDown },
            BAD => self.send(wire::parse_error(notification.params.as_str().unwrap_or_default().into())),
            EVALUATED => self.guarded(|server| server.evaluated()),
            _ if self.stage != Stage::Running => {}
            "initialized" => self.watch(),
            DidOpenTextDocument::METHOD => self.told(notification, |server, params: DidOpenTextDocumentParams| {
                let document = params.text_document;
                server.files.open(document.uri.clone(), document.version, document.text);
                server.mark_changed(&document.uri, true);
            }),
            DidChangeTextDocument::METHOD => self.told(notification, |server, params: DidChangeTextDocumentParams| {
                let document = params.text_document;
                if server.files.change(&document.uri, document.version, params.content_changes) {
                    server.mark_changed(&document.uri, false);
                }
            }),
            DidCloseTextDocument::METHOD => self.told(notification, |server, params: DidCloseTextDocumentParams| {
                server.files.close(&params.text_document.uri);
                server.closed(&params.text_document.uri);
            }),
            DidSaveTextDocument::METHOD | DidChangeWatchedFiles::METHOD => {
                self.files.disk_changed();
                self.mark_all();
            }
            DidChangeWorkspaceFolders::METHOD => self.told(notification, |server, params: DidChangeWorkspaceFoldersParams| {
                let removed: Vec<PathBuf> = params.event.removed.iter().filter_map(|folder| uri::path(&folder.uri)).collect();
                let added = params.event.added.iter().filter_map(|folder| uri::path(&folder.uri));
                let kept = server.files.folders().iter().filter(|folder| !removed.contains(folder)).cloned();
                let folders: Vec<PathBuf> = kept.chain(added).collect();
                server.files.set_folders(folders);
                server.mark_all();
            }),
            // Unknown ones may be ignored, whether they begin with `$/` or not.
            _ => {}
        }
        Next::GoOn
    }

    fn told<P: DeserializeOwned>(&mut self, notification: Notification, work: impl FnOnce(&mut Self, P)) {
        if let Ok(params) = read(notification.params) {
            self.guarded(|server| work(server, params));
        }
    }

    /// Work that nobody waits for: a fault in it ends nothing else.
    fn guarded(&mut self, work: impl FnOnce(&mut Self)) {
        let _ = catch_unwind(AssertUnwindSafe(|| work(self)));
    }

    /// Asks to be told of files that change on the disk.
    fn watch(&mut self) {
        if self.client.watches {
            let options = serde_json::json!({ "watchers": [{ "globPattern": "**/*" }] });
            let params = serde_json::json!({
                "registrations": [{ "id": "files", "method": DidChangeWatchedFiles::METHOD, "registerOptions": options }]
            });
            self.ask("client/registerCapability", params);
        }
    }

    // ---- sending ----

    pub fn send(&self, message: Message) {
        // The client may be gone; its stream ends soon.
        let _ = self.connection.sender.send(message);
    }

    pub fn tell(&self, method: &str, params: impl serde::Serialize) {
        self.send(Message::Notification(Notification::new(method.into(), params)));
    }

    pub fn ask(&mut self, method: &str, params: impl serde::Serialize) {
        self.requests += 1;
        self.send(Message::Request(Request::new(format!("kdsl-{}", self.requests).into(), method.into(), params)));
    }

    /// The URI of a place's file, as the client knows it.
    pub fn uri_of(&self, of: &Uri, analysis: &crate::ide::Analysis, path: &str) -> Option<Uri> {
        let folder = &self.files.document(of)?.at.folder;
        let library = || if analysis.ast(path).is_none() { analysis.text(path).map(Arc::from) } else { None };
        self.files.uri(folder, path, library)
    }
}

fn read<P: DeserializeOwned>(params: serde_json::Value) -> Result<P, String> {
    serde_json::from_value(params).map_err(|error| format!("these are not the parameters of this request: {error}"))
}

/// The folders that the client works in.
#[allow(deprecated, reason = "older clients name one root")]
fn folders(params: &InitializeParams) -> Vec<PathBuf> {
    match &params.workspace_folders {
        Some(folders) => folders.iter().filter_map(|folder| uri::path(&folder.uri)).collect(),
        None => params.root_uri.iter().filter_map(uri::path).collect(),
    }
}

impl Client {
    fn of(params: &InitializeParams) -> Client {
        let text = params.capabilities.text_document.as_ref();
        let workspace = params.capabilities.workspace.as_ref();
        let completion = text.and_then(|text| text.completion.as_ref()).and_then(|completion| completion.completion_item.as_ref());
        let symbols = text.and_then(|text| text.document_symbol.as_ref());
        let watched = workspace.and_then(|workspace| workspace.did_change_watched_files);
        let hints = workspace.and_then(|workspace| workspace.inlay_hint.as_ref());
        let published = text.and_then(|text| text.publish_diagnostics.as_ref());
        Client {
            snippets: completion.and_then(|item| item.snippet_support).unwrap_or(false),
            refreshes_hints: hints.and_then(|hints| hints.refresh_support).unwrap_or(false),
            watches: watched.and_then(|watched| watched.dynamic_registration).unwrap_or(false),
            nested_symbols: symbols.and_then(|symbols| symbols.hierarchical_document_symbol_support).unwrap_or(false),
            related: published.and_then(|published| published.related_information).unwrap_or(false),
        }
    }
}
