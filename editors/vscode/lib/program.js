// Which program to start, and whether it is kdsl at all.
//
// It is asked for its version before the editor speaks to it, since a program that is missing, or another of that name, can then be
// told apart from a server that fails. Nothing here knows of VS Code.

const { execFile } = require("node:child_process");
const path = require("node:path");

/** How long the program may take to say its version: the first start after an update may be slow. */
const PATIENCE = 15_000;

/**
 * The program that a setting names. A path may begin with `~`, hold `${workspaceFolder}`, `${userHome}` and `${env:NAME}`, and is
 * relative to the folder; a bare name is looked up in the PATH by the system.
 *
 * @param {string | undefined} setting
 * @param {{ folder?: string, home: string, env: Record<string, string | undefined> }} place
 */
function resolve(setting, { folder, home, env }) {
  const named = (setting ?? "").trim() || "kdsl";
  const filled = named
    .replace(/\$\{workspaceFolder\}/g, () => folder ?? "")
    .replace(/\$\{userHome\}/g, () => home)
    .replace(/\$\{env:([^}]*)\}/g, (_, name) => env[name] ?? "")
    .replace(/^~(?=[/\\]|$)/, () => home);
  const isBare = !/[/\\]/.test(filled);
  return isBare || path.isAbsolute(filled) || !folder ? filled : path.join(folder, filled);
}

/**
 * The version that a program says it has. Fails with a message for people where it is no kdsl.
 *
 * @param {string} command
 * @param {number} patience
 * @returns {Promise<string>}
 */
function version(command, patience = PATIENCE) {
  return new Promise((done, fail) => {
    execFile(command, ["--version"], { timeout: patience, windowsHide: true }, (error, stdout, stderr) => {
      const said = /^kdsl (\S+)/.exec(stdout)?.[1];
      if (!error && said) done(said);
      else fail(new Error(error ? failure(command, error, stderr) : stranger(command, stdout)));
    });
  });
}

function failure(command, error, stderr) {
  const isBare = !/[/\\]/.test(command);
  switch (error.code) {
    case "ENOENT":
      return isBare
        ? `\`${command}\` is not in the PATH of this editor. Install kdsl, or name its path in the setting kdsl.path.`
        : `There is no program \`${command}\`, which the setting kdsl.path names.`;
    case "EACCES":
      return `\`${command}\` may not be started: it is a folder, or not executable.`;
    default: {
      if (error.killed) return `\`${command} --version\` does not answer, so it is not started.`;
      const first = stderr.trim().split("\n")[0];
      return `\`${command} --version\` fails, so it is not started: ${first || error.message}`;
    }
  }
}

function stranger(command, stdout) {
  const first = stdout.trim().split("\n")[0].slice(0, 80);
  return `\`${command}\` is another program: asked for its version it says \`${first}\`, not \`kdsl\` and a number.`;
}

module.exports = { resolve, version };
