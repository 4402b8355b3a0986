//! The language server: [`crate::ide`] behind the Language Server Protocol.
//!
//! One thread reads messages, one writes them, one evaluates projects in the background (`background`), and one, the server itself, does
//! all else in the order in which it is asked. Before it does anything it takes in all messages that have come: changes of a text are
//! put together, and requests that were cancelled meanwhile are answered so without work. Diagnostics of form, names and types are sent
//! as soon as nothing else is to be done; those of values and objects when the background has found them.

mod background;
mod convert;
mod features;
mod files;
mod position;
mod report;
mod server;
mod uri;
mod wire;

use crate::engine;
use crate::world::World;
use lsp_server::{Connection, Message, Notification};
use std::io::{BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

/// What the server needs of the machine that it runs on. It touches nothing of that itself.
pub trait Disk: Send + Sync {
    /// The files of a folder.
    fn world(&self, folder: &Path) -> Option<Arc<dyn World + Send + Sync>>;

    /// The kdsl files in a folder and those below, relative to it; not more than some thousands.
    fn programs(&self, folder: &Path) -> Vec<PathBuf>;

    /// The day, as `2026-11-24`: waivers may end.
    fn today(&self) -> Option<String>;

    /// A file that shows a text of the standard library.
    fn library(&self, name: &str, text: &str) -> Option<PathBuf>;

    /// The name of the library's file that is shown at a path.
    fn library_file(&self, path: &Path) -> Option<String>;
}

/// More messages than this wait at the door.
const MOST_WAITING: usize = 4096;
/// What the reader tells the server beside the client's messages.
const BAD: &str = "$/kdsl/bad";
const CLOSED: &str = "$/kdsl/closed";
const EVALUATED: &str = "$/kdsl/evaluated";

/// Serves a client until it says goodbye; whether it did so in good form.
pub fn serve(input: impl Read + Send + 'static, output: impl Write + Send, disk: &dyn Disk) -> bool {
    let (server, client) = Connection::memory();
    let Connection { sender, receiver } = client;
    let wake = sender.clone();
    // Not waited for: it may stand at a stream that nobody closes.
    std::thread::spawn(move || {
        let mut input = BufReader::new(input);
        loop {
            while sender.len() > MOST_WAITING {
                std::thread::sleep(Duration::from_millis(2));
            }
            let message = match wire::read(&mut input) {
                Ok(wire::Read1::Message(message)) => message,
                Ok(wire::Read1::Bad(what)) => Message::Notification(Notification::new(BAD.into(), what)),
                Ok(wire::Read1::End) | Err(_) => Message::Notification(Notification::new(CLOSED.into(), ())),
            };
            let closed = matches!(&message, Message::Notification(notification) if notification.method == CLOSED);
            if sender.send(message).is_err() || closed {
                return;
            }
        }
    });
    std::thread::scope(|scope| {
        scope.spawn(move || {
            let mut output = output;
            for message in receiver {
                if message.write(&mut output).is_err() {
                    return;
                }
            }
        });
        let background = background::Background::start(move || {
            let _ = wake.send(Message::Notification(Notification::new(EVALUATED.into(), ())));
        });
        let ended = background.clone();
        let clean = engine::alone(move || server::Server::new(server, disk, background).run());
        ended.end();
        clean
    })
}
