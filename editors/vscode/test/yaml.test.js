// The YAML beside the text: what shows it, and how it follows.

const assert = require("node:assert");
const { test } = require("node:test");
const { Yaml } = require("../lib/yaml");
const { editor, until } = require("./fake");

/** An editor in which `web.kdsl` is open, and a server that answers with the line of the cursor. */
function open({ follow = true, running = true, answer = ({ line }) => `line: ${line}\n` } = {}) {
  const vscode = editor({ "yaml.follow": follow });
  const uri = { path: "/srv/shop/web.kdsl", toString: () => "file:///srv/shop/web.kdsl" };
  const document = { uri, languageId: "kdsl", version: 1 };
  const text = { document, selection: { active: { line: 3, character: 1 } } };
  vscode.window.activeTextEditor = text;
  vscode.window.visibleTextEditors = [text];
  const asked = [];
  const client = {
    code2ProtocolConverter: { asUri: (uri) => uri.toString() },
    sendRequest: async (method, params) => {
      asked.push([method, params]);
      return answer(params.arguments[1]);
    },
  };
  const yaml = new Yaml(vscode, () => (running ? client : undefined));
  const shown = () => yaml.provideTextDocumentContent(yaml.uri(document));
  return { vscode, yaml, asked, document, text, shown };
}

test("the YAML of the declaration at the cursor is shown beside the text", async () => {
  const { yaml, asked, vscode, shown } = open();
  await yaml.show();
  const place = { line: 3, character: 1 };
  assert.deepEqual(asked, [
    ["workspace/executeCommand", { command: "kdsl.showYaml", arguments: ["file:///srv/shop/web.kdsl", place] }],
  ]);
  assert.equal(shown(), "line: 3\n");
  assert.equal(vscode.window.visibleTextEditors[1].document.uri.path, "/web.yaml");
});

test("what cannot be shown is told", async () => {
  const refused = open({ answer: () => Promise.reject(new Error("no declaration stands here")) });
  await refused.yaml.show();
  assert.equal(refused.vscode.notices[0].message, "no declaration stands here");
  const stopped = open({ running: false });
  const shown = stopped.yaml.show();
  assert.deepEqual(stopped.vscode.notices[0].answers, ["Restart"]);
  stopped.vscode.notices[0].answer("Restart");
  await shown;
  assert.deepEqual(stopped.vscode.done, [["kdsl.restart"]]);
});

test("it follows cursor and text while it is in sight", async () => {
  const { yaml, vscode, text, document, shown, asked } = open();
  vscode.events.change.fire({ document });
  await new Promise((done) => setTimeout(done, 300));
  assert.equal(asked.length, 0, "nothing is shown yet");
  await yaml.show();
  text.selection.active.line = 7;
  vscode.events.select.fire({ textEditor: text });
  vscode.events.change.fire({ document });
  await until(() => shown() === "line: 7\n");
  assert.equal(asked.length, 2, "what comes close together is asked for once");
  vscode.window.visibleTextEditors.pop();
  text.selection.active.line = 9;
  vscode.events.select.fire({ textEditor: text });
  await new Promise((done) => setTimeout(done, 300));
  assert.equal(shown(), "line: 7\n");
});

test("what has an error, or was written on meanwhile, leaves it as it is", async () => {
  const { yaml, vscode, text, document, shown } = open({
    answer: ({ line }) => {
      if (line === 4) throw new Error("an error");
      if (line === 5) document.version += 1;
      return `line: ${line}\n`;
    },
  });
  await yaml.show();
  for (const line of [4, 5]) {
    text.selection.active.line = line;
    await yaml.follow(document);
    assert.equal(shown(), "line: 3\n", `${line}`);
  }
  assert.deepEqual(vscode.notices, []);
  text.selection.active.line = 6;
  await yaml.follow(document);
  assert.equal(shown(), "line: 6\n");
});

test("it stays where it is told to", async () => {
  const { yaml, text, document, shown } = open({ follow: false });
  await yaml.show();
  text.selection.active.line = 7;
  await yaml.follow(document);
  assert.equal(shown(), "line: 3\n");
});

test("what nobody looks at is forgotten", async () => {
  const { yaml, vscode, document, shown } = open();
  await yaml.show();
  vscode.events.close.fire({ uri: yaml.uri(document) });
  assert.equal(shown(), "");
  yaml.dispose();
});
