// How the server starts, fails and comes back, and that people are told once.

const assert = require("node:assert");
const fs = require("node:fs");
const { test } = require("node:test");
const { Server } = require("../lib/server");
const { editor, log, script, until } = require("./fake");

/** A server of a program, with clients that are written down. */
function server(path, start = async () => undefined) {
  const vscode = editor({ path });
  const clients = [];
  class Client {
    constructor(command, closed) {
      Object.assign(this, { command, closed, stopped: false });
      clients.push(this);
    }
    async start() {
      await start();
      this.alive = true;
    }
    async stop() {
      this.stopped = true;
    }
    isRunning() {
      return this.alive && !this.stopped;
    }
  }
  const notes = log();
  return { server: new Server({ vscode, Client, log: notes }), vscode, clients, notes };
}

const onUnix = { skip: process.platform === "win32" };

test("a server that runs is told of in the status alone", onUnix, async () => {
  const command = script("echo kdsl 1.2.3");
  const { server: kdsl, vscode, clients } = server(command);
  assert.equal(kdsl.running, undefined);
  await kdsl.start();
  assert.equal(kdsl.running, clients[0]);
  assert.equal(clients[0].command, command);
  assert.deepEqual(vscode.notices, []);
  const [status] = vscode.statuses;
  assert.deepEqual([status.text, status.detail, status.severity, status.busy], ["kdsl 1.2.3", command, 0, false]);
  await kdsl.start();
  assert.equal(clients.length, 1, "it runs already");
});

test("a program that is missing gives one notice, and Retry starts it once it is there", onUnix, async () => {
  const command = script("echo kdsl 1.2.3");
  fs.renameSync(command, command + ".away");
  const { server: kdsl, vscode, clients } = server(command);
  await kdsl.start();
  assert.equal(clients.length, 0, "nothing is started");
  assert.equal(vscode.notices.length, 1);
  const [{ message, answers, answer }] = vscode.notices;
  assert.match(message, /^There is no program/);
  assert.deepEqual(answers, ["Retry", "Open Settings"]);
  assert.deepEqual([vscode.statuses[0].text, vscode.statuses[0].severity], ["kdsl does not run", 2]);
  fs.renameSync(command + ".away", command);
  answer("Retry");
  await until(() => kdsl.running);
  assert.equal(vscode.notices.length, 1);
});

test("the settings are opened where they tell the program", onUnix, async () => {
  const { server: kdsl, vscode } = server("kdsl-that-nobody-has");
  await kdsl.start();
  vscode.notices[0].answer("Open Settings");
  await until(() => vscode.done.length);
  assert.deepEqual(vscode.done, [["workbench.action.openSettings", "kdsl.path"]]);
});

test("a notice that was overtaken restarts nothing", onUnix, async () => {
  const { server: kdsl, vscode, clients } = server(script("echo kdsl 1.2.3"), async () => {
    if (clients.length === 1) throw new Error("no pipe");
  });
  await kdsl.start();
  assert.equal(vscode.notices.length, 1);
  assert.match(vscode.notices[0].message, /lsp` does not start: no pipe$/);
  assert.deepEqual(vscode.notices[0].answers, ["Retry", "Open Settings", "Show Log"]);
  await kdsl.restart();
  vscode.notices[0].answer("Retry");
  await new Promise((done) => setTimeout(done, 50));
  assert.equal(clients.length, 2);
  assert.equal(clients[1].stopped, false);
});

test("a server that ends while it starts is a failure", onUnix, async () => {
  const made = server(script("echo kdsl 1.2.3"));
  made.server.Client = class extends made.server.Client {
    isRunning() {
      return false;
    }
  };
  await made.server.start();
  assert.equal(made.server.running, undefined);
  assert.match(made.vscode.notices[0].message, /lsp` does not start/);
});

test("a server that ends is started again in silence, but not for ever", onUnix, async () => {
  const { server: kdsl, vscode, clients, notes } = server(script("echo kdsl 1.2.3"));
  await kdsl.start();
  for (let i = 0; i < 4; i++) {
    clients[i].closed();
    assert.equal(kdsl.running, undefined);
    await until(() => kdsl.running === clients[i + 1] && kdsl.running);
  }
  assert.deepEqual(vscode.notices, []);
  assert.equal(notes.lines.filter((line) => /started again/.test(line)).length, 4);
  clients[4].closed();
  assert.match(vscode.notices[0].message, /ended 5 times in a few minutes, and is not started again/);
  vscode.notices[0].answer("Show Log");
  await until(() => notes.shown === 1);
  await kdsl.restart();
  assert.equal(kdsl.running, clients[5], "people may still restart it");
});

test("starts and stops come one after the other", onUnix, async () => {
  const { server: kdsl, clients } = server(script("echo kdsl 1.2.3"));
  kdsl.start();
  kdsl.restart();
  await kdsl.restart();
  assert.deepEqual(clients.map((client) => client.stopped), [true, true, false]);
  await kdsl.stop();
  assert.equal(kdsl.running, undefined);
  clients[2].closed();
  await kdsl.turn;
  assert.equal(clients.length, 3, "one that was stopped is not started again");
});
