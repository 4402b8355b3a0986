// The extension, packaged and installed, in a real VS Code: in a browser that is driven as a person would.
//
//   npm run package
//   npm run test:real -- KDSL [CODE-SERVER]      with `chromium` and code-server (by npm) on this machine
//
// KDSL is the program to serve, CODE-SERVER the command or the entry.js that starts VS Code for a browser. It ends with what it saw, or
// with what did not come and a picture of it.

import { execFileSync, spawn } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

const PORT = Number(process.env.PORT ?? 8731);
const extension = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const [kdsl, codeServer = "code-server"] = process.argv.slice(2);
if (!kdsl) {
  console.error("name the kdsl to serve: npm run test:real -- ../../target/debug/kdsl");
  process.exit(2);
}

const folder = fs.mkdtempSync(path.join(os.tmpdir(), "kdsl-vscode-"));
const [work, bin, user] = ["work", "bin", "user"].map((name) => path.join(folder, name));
[work, bin, path.join(user, "User")].forEach((path) => fs.mkdirSync(path, { recursive: true }));
const settings = {
  "workbench.startupEditor": "none",
  "security.workspace.trust.enabled": false,
  "editor.wordBasedSuggestions": "off",
  "editor.hover.delay": 100,
};
fs.writeFileSync(path.join(user, "User/settings.json"), JSON.stringify(settings));
fs.writeFileSync(
  path.join(work, "web.kdsl"),
  'app web {\n  image = "nginx:1.27.0"\n  user  = 101\n  replica = 3\n}\n\nconfig settings { data { COLOR = "red" } }\n',
);

const [runtime, first] = codeServer.endsWith(".js") ? [process.execPath, [codeServer]] : [codeServer, []];
const places = ["--user-data-dir", user, "--extensions-dir", path.join(folder, "extensions")];
const vsix = fs.readdirSync(extension).find((name) => name.endsWith(".vsix"));
if (!vsix) throw new Error("there is no package: npm run package");
execFileSync(runtime, [...first, ...places, "--install-extension", path.join(extension, vsix)], { stdio: "ignore" });

const quiet = ["--auth", "none", "--disable-telemetry", "--disable-update-check", "--bind-addr", `127.0.0.1:${PORT}`];
// The kdsl of this machine must not be in its PATH, and VSCODE_CLI keeps it from asking a shell for another.
const env = { ...process.env, VSCODE_CLI: "1", PATH: [bin, "/usr/bin", "/bin"].join(path.delimiter), XDG_CACHE_HOME: path.join(folder, "cache") };
const server = spawn(runtime, [...first, ...places, ...quiet, work], { env, stdio: "ignore" });
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
});
const page = await browser.newPage({ viewport: { width: 1400, height: 900 } });

const steps = {
  async "a missing program gives one notice"() {
    await page.goto(`http://127.0.0.1:${PORT}/?folder=${work}`);
    await page.waitForSelector(".monaco-workbench");
    await open("web.kdsl");
    await see(".notification-list-item-message", /`kdsl` is not in the PATH of this editor/);
    // Another would come at once.
    await page.waitForTimeout(2_000);
    equal(await page.locator(".notification-toast").count(), 1);
    await status(/kdsl does not run/);
  },
  async "Retry starts it once it is there"() {
    fs.symlinkSync(path.resolve(kdsl), path.join(bin, "kdsl"));
    await page.locator(".notification-toast .monaco-button", { hasText: "Retry" }).click();
    await page.locator(".squiggly-error").first().waitFor();
    equal(await page.locator(".notification-toast").count(), 0);
    await status(/kdsl \d+\.\d+\.\d+/);
  },
  async "a fault is told where it stands, and its mend is offered"() {
    await goTo(4, 5);
    await page.keyboard.press("Control+.");
    await see(".action-widget", /replicas/);
    await page.keyboard.press("Enter");
    await see(".view-lines", /replicas\s=\s3/);
    await page.locator(".squiggly-error").first().waitFor({ state: "detached" });
  },
  async "words are coloured by what they mean"() {
    const colors = await page.evaluate(() => {
      const spans = [...document.querySelectorAll(".view-line span span")];
      const color = (text) => getComputedStyle(spans.find((span) => span.textContent.trim() === text)).color;
      return [color("app"), color("web"), color("image")];
    });
    // A kind and what is declared of it are types to the editor, and a field is none.
    equal(colors[0] === colors[2], false);
  },
  async "a field tells what it is"() {
    await goTo(2, 4);
    await command("Show or Focus Hover");
    await see(".monaco-hover", /The container image/);
    await page.keyboard.press("Escape");
  },
  async "what a place takes is offered"() {
    await goTo(4, 40);
    await page.keyboard.press("End");
    await page.keyboard.type("\nread", { delay: 60 });
    await see(".suggest-widget", /readiness/);
    await page.keyboard.press("Escape");
    await page.keyboard.press("Control+Shift+K");
  },
  async "declarations tell what comes of them"() {
    await see(".view-lines", /app web\s+2 objects/);
  },
  async "the YAML is shown beside the text, and follows it"() {
    await goTo(1, 5);
    await command("kdsl: Show YAML");
    await see(".part.editor", /kind:\sDeployment/);
    await goTo(4, 15);
    await page.keyboard.press("End");
    await page.keyboard.press("Backspace");
    await page.keyboard.type("5");
    await see(".part.editor", /replicas:\s5/);
    await goTo(7, 10);
    await see(".part.editor", /kind:\sConfigMap/);
  },
  async "a server that is killed comes back by itself"() {
    const pids = () => execFileSync("ps", ["-eo", "pid=,args="]).toString().split("\n").filter((line) => line.endsWith(`kdsl lsp`));
    const own = (line) => fs.readlinkSync(`/proc/${line.trim().split(" ")[0]}/exe`) === fs.realpathSync(kdsl);
    const [before] = pids().filter(own);
    process.kill(Number(before.trim().split(" ")[0]), "SIGKILL");
    await until(() => pids().filter(own).some((line) => line !== before));
    await goTo(3, 3);
    await page.keyboard.type("x");
    await page.locator(".squiggly-error").first().waitFor();
    await page.keyboard.press("Backspace");
    await page.locator(".squiggly-error").first().waitFor({ state: "detached" });
    equal(await page.locator(".notification-toast").count(), 0);
  },
  async "a text is formatted"() {
    await goTo(3, 8);
    await page.keyboard.type("    ");
    await command("Format Document");
    await see(".view-lines", /user\s+=\s101/);
    await until(async () => !/user\s{6}/.test(await page.locator(".view-lines").first().innerText()));
  },
  async "it can be restarted by hand"() {
    await command("kdsl: Restart Language Server");
    await status(/kdsl \d/);
  },
};

try {
  await until(() => fetch(`http://127.0.0.1:${PORT}/healthz`).then((answer) => answer.ok, () => false));
  for (const [name, step] of Object.entries(steps)) {
    await step();
    console.log(`ok: ${name}`);
  }
} catch (error) {
  const picture = path.join(os.tmpdir(), "kdsl-vscode.png");
  await page.screenshot({ path: picture });
  console.error(`${error.message}\nThe screen at that moment: ${picture}`);
  process.exitCode = 1;
} finally {
  await browser.close();
  server.kill();
  fs.rmSync(folder, { recursive: true, force: true });
}

// ---- what people do and see ----

async function open(name) {
  await page.keyboard.press("Control+P");
  await page.waitForSelector(".quick-input-widget input");
  await page.keyboard.type(name);
  await page.locator(".quick-input-list .monaco-list-row", { hasText: name }).first().waitFor();
  await page.keyboard.press("Enter");
  await page.locator(".view-line").first().waitFor();
}

async function command(name) {
  await page.keyboard.press("F1");
  await page.waitForSelector(".quick-input-widget input");
  await page.keyboard.type(name);
  await page.locator(".quick-input-list .monaco-list-row.focused", { hasText: name.replace(/^kdsl: /, "") }).first().waitFor();
  await page.keyboard.press("Enter");
  await page.locator(".quick-input-widget").waitFor({ state: "hidden" });
}

/** Puts the cursor into a line and a column of the first editor, counted from 1. */
async function goTo(line, column) {
  await page.locator(".view-lines").first().click({ position: { x: 400, y: 300 } });
  await page.keyboard.press("Control+G");
  await page.waitForSelector(".quick-input-widget input");
  await page.keyboard.type(`${line}:${column}`);
  await page.keyboard.press("Enter");
  await page.locator(".quick-input-widget").waitFor({ state: "hidden" });
}

async function see(selector, text) {
  let last = "";
  const seen = async () => {
    last = (await page.locator(selector).allInnerTexts()).join("\n").replace(/\u00a0/g, " ");
    return text.test(last);
  };
  await until(seen).catch(() => {
    throw new Error(`${text} did not come in ${selector}, which says:\n${last.slice(0, 2_000)}`);
  });
}

/** Looks at the status of the language, at the foot of the editor. */
async function status(text) {
  await page.locator("#status\\.languageStatus").hover();
  await see(".hover-language-status", text);
  await page.mouse.move(600, 400);
  await page.locator(".hover-language-status").first().waitFor({ state: "hidden" });
}

function equal(one, other) {
  if (one !== other) throw new Error(`${one} and not ${other}: ${new Error().stack.split("\n")[2].trim()}`);
}

async function until(holds) {
  for (const end = Date.now() + 30_000; !(await holds()); ) {
    if (Date.now() > end) throw new Error(`never: ${holds}`);
    await new Promise((done) => setTimeout(done, 100));
  }
}
