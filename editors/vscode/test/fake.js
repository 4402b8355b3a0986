// As much of VS Code as lib/ uses, that writes down what is done to it; and programs to start.

const fs = require("node:fs");
const os = require("node:os");
const path = require("node:path");

class Emitter {
  constructor() {
    this.listeners = new Set();
    this.event = (listener) => {
      this.listeners.add(listener);
      return { dispose: () => this.listeners.delete(listener) };
    };
  }
  fire(value) {
    this.listeners.forEach((listener) => listener(value));
  }
  dispose() {
    this.listeners.clear();
  }
}

/** An editor with these settings. What people were told stands in `notices`, and `answer` answers the last of them. */
function editor(settings = {}) {
  const events = { close: new Emitter(), change: new Emitter(), select: new Emitter() };
  const notices = [];
  const notice = (kind) => (message, ...answers) => {
    const shown = { kind, message, answers };
    notices.push(shown);
    return new Promise((done) => (shown.answer = done));
  };
  const vscode = {
    notices,
    done: [],
    events,
    statuses: [],
    LanguageStatusSeverity: { Information: 0, Warning: 1, Error: 2 },
    ViewColumn: { Beside: -2 },
    EventEmitter: Emitter,
    Uri: { from: ({ scheme, path, query }) => ({ scheme, path, query, toString: () => `${scheme}:${path}?${query}` }) },
    languages: {
      createLanguageStatusItem: (id) => {
        const status = { id, dispose: () => undefined };
        vscode.statuses.push(status);
        return status;
      },
    },
    commands: { executeCommand: async (...command) => void vscode.done.push(command) },
    workspace: {
      workspaceFolders: undefined,
      getConfiguration: () => ({ get: (name) => settings[name] }),
      registerTextDocumentContentProvider: () => ({ dispose: () => undefined }),
      openTextDocument: async (uri) => ({ uri, languageId: "yaml", version: 1 }),
      onDidCloseTextDocument: events.close.event,
      onDidChangeTextDocument: events.change.event,
    },
    window: {
      activeTextEditor: undefined,
      visibleTextEditors: [],
      showErrorMessage: notice("error"),
      showWarningMessage: notice("warning"),
      showTextDocument: async (document) => void vscode.window.visibleTextEditors.push({ document }),
      onDidChangeTextEditorSelection: events.select.event,
    },
  };
  return vscode;
}

/** A log that keeps its lines. */
function log() {
  const lines = [];
  const write = (text) => void lines.push(text);
  return { lines, shown: 0, info: write, warn: write, error: write, show() { this.shown += 1; } };
}

/** A program that says this and ends so. */
function script(text, { code = 0, name = "kdsl", mode = 0o755 } = {}) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "kdsl-"));
  const file = path.join(folder, name);
  fs.writeFileSync(file, `#!/bin/sh\n${text}\nexit ${code}\n`, { mode });
  return file;
}

/** Waits until something holds. */
async function until(holds) {
  for (let i = 0; !holds(); i++) {
    if (i > 2_000) throw new Error(`never: ${holds}`);
    await new Promise((done) => setTimeout(done, 5));
  }
}

module.exports = { editor, log, script, until };
