// The YAML of a declaration, beside its text.
//
// A document of its own scheme shows it. While it is in sight it follows the cursor and the text: what has an error at the moment, or is
// no declaration, leaves it as it is.

/** The scheme of the documents that show YAML. */
const SCHEME = "kdsl-yaml";
/** How long text and cursor rest before the YAML follows, in ms. */
const REST = 200;

class Yaml {
  /** `running` gives the client of a server that runs. */
  constructor(vscode, running) {
    this.vscode = vscode;
    this.running = running;
    /** What is shown, by URI of the document that shows it. */
    this.texts = new Map();
    this.changed = new vscode.EventEmitter();
    this.onDidChange = this.changed.event;
    this.parts = [
      this.changed,
      vscode.workspace.registerTextDocumentContentProvider(SCHEME, this),
      vscode.workspace.onDidCloseTextDocument((document) => this.texts.delete(document.uri.toString())),
      vscode.workspace.onDidChangeTextDocument(({ document }) => this.rest(document)),
      vscode.window.onDidChangeTextEditorSelection(({ textEditor }) => this.rest(textEditor.document)),
    ];
  }

  provideTextDocumentContent(uri) {
    return this.texts.get(uri.toString()) ?? "";
  }

  /** Shows what the cursor of the active editor is in. */
  async show() {
    const { vscode } = this;
    const editor = vscode.window.activeTextEditor;
    if (editor?.document.languageId !== "kdsl") return;
    if (!this.running()) {
      const answer = await vscode.window.showWarningMessage("The YAML cannot be shown: kdsl does not run.", "Restart");
      if (answer) await vscode.commands.executeCommand("kdsl.restart");
      return;
    }
    try {
      const text = await this.ask(editor);
      const document = await vscode.workspace.openTextDocument(this.put(editor.document, text));
      await vscode.window.showTextDocument(document, { viewColumn: vscode.ViewColumn.Beside, preserveFocus: true, preview: true });
    } catch (error) {
      vscode.window.showWarningMessage(error.message ?? String(error));
    }
  }

  /** Follows a document once it rests. */
  rest(document) {
    if (document.languageId !== "kdsl" || !this.isInSight(document)) return;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.follow(document), REST);
  }

  async follow(document) {
    const editor = this.vscode.window.activeTextEditor;
    const follows = this.vscode.workspace.getConfiguration("kdsl", document).get("yaml.follow");
    if (!follows || editor?.document !== document || !this.running() || !this.isInSight(document)) return;
    const version = document.version;
    const text = await this.ask(editor).catch(() => undefined);
    if (text !== undefined && document.version === version) this.put(document, text);
  }

  ask({ document, selection }) {
    const client = this.running();
    const place = { line: selection.active.line, character: selection.active.character };
    const params = { command: "kdsl.showYaml", arguments: [client.code2ProtocolConverter.asUri(document.uri), place] };
    return client.sendRequest("workspace/executeCommand", params);
  }

  isInSight(source) {
    const uri = this.uri(source).toString();
    return this.vscode.window.visibleTextEditors.some((editor) => editor.document.uri.toString() === uri);
  }

  /** The document that shows the YAML of another. */
  uri(source) {
    const name = source.uri.path.split("/").pop().replace(/\.kdsl$/, "");
    return this.vscode.Uri.from({ scheme: SCHEME, path: `/${name}.yaml`, query: source.uri.toString() });
  }

  put(source, text) {
    const uri = this.uri(source);
    if (this.texts.get(uri.toString()) !== text) {
      this.texts.set(uri.toString(), text);
      this.changed.fire(uri);
    }
    return uri;
  }

  dispose() {
    clearTimeout(this.timer);
    this.parts.forEach((part) => part.dispose());
  }
}

module.exports = { Yaml };
