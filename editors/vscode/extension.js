// kdsl in VS Code: what the editor starts and ends, and the commands.

const vscode = require("vscode");
const { clients } = require("./lib/client");
const { Server } = require("./lib/server");
const { Yaml } = require("./lib/yaml");

/** @type {Server | undefined} */
let server;

async function activate(context) {
  const log = vscode.window.createOutputChannel("kdsl", { log: true });
  server = new Server({ vscode, Client: clients(log), log });
  const yaml = new Yaml(vscode, () => server?.running);
  context.subscriptions.push(
    log,
    server,
    yaml,
    vscode.commands.registerCommand("kdsl.showYaml.here", () => yaml.show()),
    vscode.commands.registerCommand("kdsl.restart", () => server?.restart()),
    vscode.commands.registerCommand("kdsl.showLog", () => log.show()),
    vscode.workspace.onDidChangeConfiguration((change) => {
      if (change.affectsConfiguration("kdsl.path")) server?.restart();
    }),
  );
  await server.start();
}

async function deactivate() {
  await server?.stop();
  server = undefined;
}

module.exports = { activate, deactivate };
