// The life of `kdsl lsp`: how it starts, what people see of that, and what becomes of it when it fails.
//
// Whatever goes wrong is said once, in one notice with what can be done about it. So the protocol's client, which has notices of its
// own for each step that fails, shows none here, and never starts a server again by itself. What stands at the foot of the editor (the
// language's status) always tells how things are.

const os = require("node:os");
const program = require("./program");

/** A server that ended this often within this time is not started again. */
const MOST_ENDS = 4;
const WITHIN = 3 * 60_000;

const RETRY = "Retry";
const SETTINGS = "Open Settings";
const LOG = "Show Log";

class Server {
  /**
   * @param {object} needs
   * @param needs.vscode the editor
   * @param needs.Client makes a client of the protocol: `new Client(command, closed)`
   * @param needs.log where the server's own words go
   */
  constructor({ vscode, Client, log }) {
    this.vscode = vscode;
    this.Client = Client;
    this.log = log;
    this.client = undefined;
    /** What is being done: starts and stops come one after the other. */
    this.turn = Promise.resolve();
    this.ends = [];
    this.notices = 0;
    this.status = vscode.languages.createLanguageStatusItem("kdsl.server", { language: "kdsl" });
    this.status.name = "kdsl";
    this.status.command = { title: "Restart", command: "kdsl.restart" };
  }

  /** The client, once the server runs. */
  get running() {
    return this.ready ? this.client : undefined;
  }

  start() {
    return this.next(() => this.begin());
  }

  restart() {
    this.ends = [];
    return this.next(async () => {
      await this.end();
      await this.begin();
    });
  }

  stop() {
    return this.next(() => this.end());
  }

  dispose() {
    this.status.dispose();
  }

  next(work) {
    this.turn = this.turn.then(work, work);
    return this.turn;
  }

  async begin() {
    if (this.client) return;
    const { vscode } = this;
    const setting = vscode.workspace.getConfiguration("kdsl").get("path");
    const folder = vscode.workspace.workspaceFolders?.find((one) => one.uri.scheme === "file")?.uri.fsPath;
    const command = program.resolve(setting, { folder, home: os.homedir(), env: process.env });
    this.show("kdsl starts", command, { busy: true });
    let version;
    try {
      version = await program.version(command);
    } catch (error) {
      return this.failed(error.message, [RETRY, SETTINGS]);
    }
    const client = new this.Client(command, () => this.closed(client));
    this.client = client;
    try {
      await client.start();
    } catch (error) {
      this.client = undefined;
      this.log.error(String(error.message ?? error));
      return this.failed(`\`${command} lsp\` does not start: ${error.message ?? error}`, [RETRY, SETTINGS, LOG]);
    }
    // One that ends while it starts is not always an error to the client.
    if (!client.isRunning()) {
      this.client = undefined;
      return this.failed(`\`${command} lsp\` does not start: it ends at once.`, [RETRY, SETTINGS, LOG]);
    }
    this.ready = true;
    this.log.info(`kdsl ${version} runs: ${command}`);
    this.show(`kdsl ${version}`, command, {});
  }

  async end() {
    const client = this.client;
    [this.client, this.ready] = [undefined, false];
    await client?.stop().catch((error) => this.log.error(String(error.message ?? error)));
  }

  /** The server ended without having been asked to. */
  closed(client) {
    if (this.running !== client) return;
    [this.client, this.ready] = [undefined, false];
    const now = Date.now();
    this.ends = [...this.ends.filter((end) => now - end < WITHIN), now];
    if (this.ends.length > MOST_ENDS) {
      return this.failed(`\`kdsl lsp\` ended ${this.ends.length} times in a few minutes, and is not started again.`, [RETRY, LOG]);
    }
    this.log.warn("the server ended and is started again");
    this.start();
  }

  /** Says what is wrong, once. Nobody waits for the answer. */
  failed(message, answers) {
    this.show("kdsl does not run", message, { failed: true });
    this.notices += 1;
    const notice = this.notices;
    this.vscode.window.showErrorMessage(message, ...answers).then((answer) => {
      if (answer === SETTINGS) return this.vscode.commands.executeCommand("workbench.action.openSettings", "kdsl.path");
      if (answer === LOG) return this.log.show();
      // An older notice may still stand there when all is well again.
      if (answer === RETRY && notice === this.notices && !this.client) return this.restart();
    });
  }

  show(text, detail, { busy = false, failed = false }) {
    const { LanguageStatusSeverity } = this.vscode;
    this.status.text = text;
    this.status.detail = detail;
    this.status.busy = busy;
    this.status.severity = failed ? LanguageStatusSeverity.Error : LanguageStatusSeverity.Information;
  }
}

module.exports = { Server };
