// Which program is started, and what is said of one that is no kdsl.

const assert = require("node:assert");
const path = require("node:path");
const { test } = require("node:test");
const { resolve, version } = require("../lib/program");
const { script } = require("./fake");

test("a setting names a program in the PATH, or a path", () => {
  const place = { folder: "/srv/shop", home: "/home/me", env: { TOOLS: "/opt" } };
  const cases = [
    [undefined, "kdsl"],
    ["  ", "kdsl"],
    ["kdsl-nightly", "kdsl-nightly"],
    ["/usr/bin/kdsl", "/usr/bin/kdsl"],
    ["bin/kdsl", "/srv/shop/bin/kdsl"],
    ["./kdsl", "/srv/shop/kdsl"],
    ["~/bin/kdsl", "/home/me/bin/kdsl"],
    ["~me/kdsl", "/srv/shop/~me/kdsl"],
    ["${workspaceFolder}/kdsl", "/srv/shop/kdsl"],
    ["${userHome}/kdsl", "/home/me/kdsl"],
    ["${env:TOOLS}/kdsl", "/opt/kdsl"],
  ];
  for (const [setting, wanted] of cases) assert.equal(resolve(setting, place), path.normalize(wanted), String(setting));
  assert.equal(resolve("bin/kdsl", { ...place, folder: undefined }), "bin/kdsl");
});

const onUnix = { skip: process.platform === "win32" };

test("a kdsl says its version", onUnix, async () => {
  assert.equal(await version(script("echo kdsl 1.2.3")), "1.2.3");
});

test("what is no kdsl is told apart", onUnix, async () => {
  const cases = [
    ["kdsl-that-nobody-has", /^`kdsl-that-nobody-has` is not in the PATH of this editor\. Install kdsl, or name its path/],
    ["/nowhere/kdsl", /^There is no program `\/nowhere\/kdsl`/],
    [script("", { mode: 0o644 }), /may not be started: it is a folder, or not executable\.$/],
    [path.dirname(script("")), /may not be started/],
    [script("echo something else 3"), /is another program: asked for its version it says `something else 3`/],
    [script(""), /is another program/],
    [script("echo out of paper >&2", { code: 3 }), /fails, so it is not started: out of paper$/],
  ];
  for (const [command, message] of cases) await assert.rejects(version(command), { message }, command);
  await assert.rejects(version(script("exec sleep 60"), 100), { message: /does not answer/ });
});
