//! The language server, driven over its standard input and output as an editor drives it.
#![allow(clippy::disallowed_methods, reason = "tests read files")]

use serde_json::{Value as Json, json};
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

#[path = "lsp/editing.rs"]
mod editing;
#[path = "lsp/life.rs"]
mod life;
#[path = "lsp/projects.rs"]
mod projects;
#[path = "lsp/python.rs"]
mod python;

/// How long an answer may take on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// A client of one server.
struct Client {
    server: Child,
    input: Option<ChildStdin>,
    messages: Receiver<Json>,
    /// What came while something else was awaited.
    pending: Vec<Json>,
    last: i64,
    folder: tempfile::TempDir,
}

impl Client {
    /// A server that was not greeted yet, with an empty folder to work in.
    fn start() -> Client {
        let folder = tempfile::tempdir().expect("a folder");
        let mut server = Command::new(env!("CARGO_BIN_EXE_kdsl"))
            .arg("lsp")
            .env("XDG_CACHE_HOME", folder.path().join(".cache"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .spawn()
            .expect("the server starts");
        let (input, output) = (server.stdin.take(), server.stdout.take().expect("it is piped"));
        let (sender, messages) = channel();
        std::thread::spawn(move || {
            let mut output = BufReader::new(output);
            while let Some(message) = read(&mut output) {
                if sender.send(message).is_err() {
                    return;
                }
            }
        });
        Client { server, input, messages, pending: Vec::new(), last: 0, folder }
    }

    /// A server that was greeted as an editor does.
    fn ready() -> Client {
        let mut client = Client::start();
        let folder = client.uri("");
        let result = client.ask(
            "initialize",
            json!({
                "processId": null,
                "workspaceFolders": [{ "uri": folder, "name": "test" }],
                "capabilities": {
                    "textDocument": {
                        "completion": { "completionItem": { "snippetSupport": true } },
                        "documentSymbol": { "hierarchicalDocumentSymbolSupport": true },
                        "publishDiagnostics": { "relatedInformation": true },
                    },
                },
            }),
        );
        assert_eq!(result["serverInfo"]["name"], "kdsl");
        client.tell("initialized", json!({}));
        client
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn uri(&self, name: &str) -> String {
        uri_of(&self.path(name))
    }

    fn write(&self, name: &str, text: &str) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
        fs::write(path, text).expect("it can be written");
    }

    // ---- messages ----

    fn send(&mut self, message: &Json) {
        let body = message.to_string();
        self.send_bytes(format!("Content-Length: {}\r\n\r\n{body}", body.len()).as_bytes());
    }

    fn send_bytes(&mut self, bytes: &[u8]) {
        let input = self.input.as_mut().expect("it is open");
        input.write_all(bytes).and_then(|()| input.flush()).expect("the server reads");
    }

    fn tell(&mut self, method: &str, params: Json) {
        self.send(&json!({ "jsonrpc": "2.0", "method": method, "params": params }));
    }

    /// Sends a request and does not wait.
    fn request(&mut self, method: &str, params: Json) -> i64 {
        self.last += 1;
        let id = self.last;
        self.send(&json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params }));
        id
    }

    /// The next message that fits; others wait.
    fn wait(&mut self, what: &str, fits: impl Fn(&Json) -> bool) -> Json {
        if let Some(at) = self.pending.iter().position(&fits) {
            return self.pending.remove(at);
        }
        loop {
            let message = self.messages.recv_timeout(PATIENCE).unwrap_or_else(|_| panic!("no {what} came"));
            if fits(&message) {
                return message;
            }
            self.pending.push(message);
        }
    }

    fn response(&mut self, id: i64) -> Json {
        self.wait("response", |message| message["id"] == id && message.get("method").is_none())
    }

    /// The result of a request.
    fn ask(&mut self, method: &str, params: Json) -> Json {
        let id = self.request(method, params);
        let response = self.response(id);
        assert!(response.get("error").is_none(), "{method}: {response}");
        response["result"].clone()
    }

    /// The error of a request.
    fn refused(&mut self, method: &str, params: Json) -> (i64, String) {
        let id = self.request(method, params);
        let response = self.response(id);
        let error = &response["error"];
        (error["code"].as_i64().unwrap_or_else(|| panic!("{method} went well: {response}")), error["message"].as_str().unwrap_or("").into())
    }

    // ---- documents ----

    fn open(&mut self, name: &str, text: &str) {
        let uri = self.uri(name);
        self.tell("textDocument/didOpen", json!({ "textDocument": { "uri": uri, "languageId": "kdsl", "version": 1, "text": text } }));
    }

    fn change(&mut self, name: &str, version: i64, changes: Json) {
        let uri = self.uri(name);
        self.tell("textDocument/didChange", json!({ "textDocument": { "uri": uri, "version": version }, "contentChanges": changes }));
    }

    /// The diagnostics of a file, once they fit; each as `line:column code`.
    fn diagnostics(&mut self, name: &str, fits: impl Fn(&[String]) -> bool) -> Vec<String> {
        let uri = self.uri(name);
        loop {
            let is_it = |m: &Json| m["method"] == "textDocument/publishDiagnostics" && m["params"]["uri"] == uri.as_str();
            let message = self.wait(&format!("diagnostics of {name}"), is_it);
            let list = message["params"]["diagnostics"].as_array().expect("a list");
            let shown = list.iter().map(|d| {
                let start = &d["range"]["start"];
                format!("{}:{} {}", start["line"], start["character"], d["code"].as_str().unwrap_or(""))
            });
            let shown: Vec<String> = shown.collect();
            if fits(&shown) {
                return shown;
            }
        }
    }

    fn at(&self, name: &str, line: u32, character: u32) -> Json {
        json!({ "textDocument": { "uri": self.uri(name) }, "position": { "line": line, "character": character } })
    }

    fn labels(&mut self, name: &str, line: u32, character: u32) -> Vec<String> {
        let params = self.at(name, line, character);
        let result = self.ask("textDocument/completion", params);
        let mut items: Vec<(String, String)> = result
            .as_array()
            .expect("a list")
            .iter()
            .map(|item| (item["sortText"].as_str().unwrap_or("").into(), item["label"].as_str().unwrap_or("").into()))
            .collect();
        items.sort_by(|a, b| a.0.cmp(&b.0));
        items.into_iter().map(|(_, label)| label).collect()
    }

    // ---- the end ----

    fn end(mut self) -> ExitStatus {
        self.ask("shutdown", Json::Null);
        self.tell("exit", Json::Null);
        self.status()
    }

    fn status(&mut self) -> ExitStatus {
        for _ in 0..PATIENCE.as_millis() / 10 {
            if let Some(status) = self.server.try_wait().expect("it can be asked") {
                return status;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        panic!("the server does not end");
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

fn uri_of(path: &Path) -> String {
    let text = path.display().to_string();
    format!("file://{}", text.trim_end_matches('/'))
}

fn read(input: &mut impl BufRead) -> Option<Json> {
    let mut length = 0;
    loop {
        let mut line = String::new();
        if input.read_line(&mut line).ok()? == 0 {
            return None;
        }
        match line.trim_end() {
            "" => break,
            header => {
                if let Some(value) = header.strip_prefix("Content-Length: ") {
                    length = value.parse().ok()?;
                }
            }
        }
    }
    let mut body = vec![0; length];
    input.read_exact(&mut body).ok()?;
    serde_json::from_slice(&body).ok()
}
