// The protocol's client, quiet: what it would put into notices goes into the log alone, and what its server ends with is told to us.

const { CloseAction, ErrorAction, LanguageClient, RevealOutputChannelOn } = require("vscode-languageclient/node");

class Quiet extends LanguageClient {
  error(message, data) {
    super.error(message, data, false);
  }
}

/** Makes clients of `kdsl lsp` that write into a log; `closed` is called when a server ends without having been asked to. */
function clients(log) {
  return class extends Quiet {
    constructor(command, closed) {
      super(
        "kdsl",
        "kdsl",
        { command, args: ["lsp"] },
        {
          documentSelector: [
            { language: "kdsl", scheme: "file" },
            { language: "kdsl", scheme: "untitled" },
          ],
          outputChannel: log,
          revealOutputChannelOn: RevealOutputChannelOn.Never,
          initializationFailedHandler: () => false,
          errorHandler: {
            error: () => ({ action: ErrorAction.Continue, handled: true }),
            closed: () => {
              closed();
              return { action: CloseAction.DoNotRestart, handled: true };
            },
          },
          // `kdsl.showYaml` works on the editor's own cursor, so it is registered by us under another name and never asked for from here.
          middleware: { executeCommand: (name, args, next) => next(name, args) },
        },
      );
    }
  };
}

module.exports = { clients };
