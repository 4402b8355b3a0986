// kdsl in VS Code: starts `kdsl lsp`, and shows the YAML of a declaration beside its text.

const vscode = require("vscode");
const { LanguageClient } = require("vscode-languageclient/node");

/** The scheme of the documents that show YAML. */
const SCHEME = "kdsl-yaml";

/** @type {LanguageClient | undefined} */
let client;

async function activate(context) {
  const shown = new Shown();
  context.subscriptions.push(
    vscode.workspace.registerTextDocumentContentProvider(SCHEME, shown),
    vscode.commands.registerCommand("kdsl.showYaml.here", () => showYaml(shown)),
    vscode.workspace.onDidChangeConfiguration((change) => {
      if (change.affectsConfiguration("kdsl.path")) restart();
    }),
  );
  await start();
}

async function start() {
  const command = vscode.workspace.getConfiguration("kdsl").get("path") || "kdsl";
  client = new LanguageClient(
    "kdsl",
    "kdsl",
    { command, args: ["lsp"] },
    {
      documentSelector: [{ language: "kdsl", scheme: "file" }, { language: "kdsl", scheme: "untitled" }],
      // The command works on the editor's own cursor, so it is registered here and not by the client.
      middleware: { executeCommand: (name, args, next) => next(name, args) },
    },
  );
  try {
    await client.start();
  } catch (error) {
    const answer = await vscode.window.showErrorMessage(
      `kdsl cannot be started as \`${command}\`: ${error.message ?? error}`,
      "Open settings",
    );
    if (answer) await vscode.commands.executeCommand("workbench.action.openSettings", "kdsl.path");
  }
}

async function restart() {
  await deactivate();
  await start();
}

async function showYaml(shown) {
  const editor = vscode.window.activeTextEditor;
  if (!editor || editor.document.languageId !== "kdsl" || !client) return;
  const { document, selection } = editor;
  const place = { line: selection.active.line, character: selection.active.character };
  try {
    const yaml = await client.sendRequest("workspace/executeCommand", {
      command: "kdsl.showYaml",
      arguments: [client.code2ProtocolConverter.asUri(document.uri), place],
    });
    const uri = shown.set(document.uri, yaml);
    const opened = await vscode.workspace.openTextDocument(uri);
    await vscode.languages.setTextDocumentLanguage(opened, "yaml");
    await vscode.window.showTextDocument(opened, { viewColumn: vscode.ViewColumn.Beside, preserveFocus: true, preview: true });
  } catch (error) {
    vscode.window.showWarningMessage(error.message ?? String(error));
  }
}

/** The YAML that was shown last for each document. */
class Shown {
  constructor() {
    this.texts = new Map();
    this.changed = new vscode.EventEmitter();
    this.onDidChange = this.changed.event;
  }

  set(source, text) {
    const name = source.path.split("/").pop().replace(/\.kdsl$/, "");
    const uri = vscode.Uri.from({ scheme: SCHEME, path: `/${name}.yaml`, query: source.toString() });
    this.texts.set(uri.toString(), text);
    this.changed.fire(uri);
    return uri;
  }

  provideTextDocumentContent(uri) {
    return this.texts.get(uri.toString()) ?? "";
  }
}

async function deactivate() {
  await client?.stop().catch(() => undefined);
  client = undefined;
}

module.exports = { activate, deactivate };
