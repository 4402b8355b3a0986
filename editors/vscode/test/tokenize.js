// Prints what the grammar makes of a text: for each token its offset, its end and its scopes, as JSON lines.
//
//   node tokenize.js FILE…        with vscode-textmate and vscode-oniguruma from npm
//
// tests/grammar.rs runs it, where the packages are there, and holds the answer against kdsl's own lexer.

const fs = require("fs");
const path = require("path");

async function main(files) {
  const oniguruma = require("vscode-oniguruma");
  const { Registry, INITIAL } = require("vscode-textmate");
  const wasm = fs.readFileSync(path.join(path.dirname(require.resolve("vscode-oniguruma")), "onig.wasm"));
  await oniguruma.loadWASM(wasm.buffer.slice(wasm.byteOffset, wasm.byteOffset + wasm.byteLength));
  const registry = new Registry({
    onigLib: Promise.resolve({
      createOnigScanner: (patterns) => new oniguruma.OnigScanner(patterns),
      createOnigString: (text) => new oniguruma.OnigString(text),
    }),
    loadGrammar: async () => JSON.parse(fs.readFileSync(path.join(__dirname, "../syntaxes/kdsl.tmLanguage.json"), "utf8")),
  });
  const grammar = await registry.loadGrammar("source.kdsl");
  for (const file of files) {
    let [stack, offset] = [INITIAL, 0];
    for (const line of fs.readFileSync(file, "utf8").split("\n")) {
      const result = grammar.tokenizeLine(line, stack);
      const bytes = (end) => offset + Buffer.byteLength(line.slice(0, end));
      for (const token of result.tokens) {
        const [start, end] = [bytes(token.startIndex), bytes(Math.min(token.endIndex, line.length))];
        if (end > start) console.log(JSON.stringify({ file, start, end, scopes: token.scopes }));
      }
      stack = result.ruleStack;
      offset += Buffer.byteLength(line) + 1;
    }
  }
}

main(process.argv.slice(2)).catch((error) => {
  console.error(error.message ?? error);
  process.exit(1);
});
