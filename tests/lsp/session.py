"""A session with the language server by pygls' client: `python3 session.py target/debug/kdsl`.

It asks for all that an editor asks for about a small shop, as it is opened, changed and mended, and fails where an answer is not what a
user would expect. `pip install pygls` brings what it needs.
"""

import asyncio
import pathlib
import sys
import tempfile

from lsprotocol import types as t
from pygls.exceptions import JsonRpcException
from pygls.lsp.client import LanguageClient

TEXT = """param env: "dev" | "prod" = "dev"

app web {
  image    = "registry.example.com/web:1.4.2"
  user     = 10001
  replica  = 3
  port http = 8080
  expose http = 80
  readiness { http = "/healthz" }
}
"""


async def main(program: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        await session(program, pathlib.Path(folder))
    print("all well")


async def session(program: str, folder: pathlib.Path) -> None:
    client = LanguageClient("kdsl-test", "1")
    published: asyncio.Queue = asyncio.Queue()

    @client.feature(t.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)
    def on_diagnostics(params: t.PublishDiagnosticsParams) -> None:
        published.put_nowait(params)

    async def diagnostics(wanted) -> list[t.Diagnostic]:
        while True:
            params = await asyncio.wait_for(published.get(), 60)
            if wanted(params.diagnostics):
                return list(params.diagnostics)

    await client.start_io(program, "lsp")
    greeting = await client.initialize_async(
        t.InitializeParams(
            capabilities=t.ClientCapabilities(
                text_document=t.TextDocumentClientCapabilities(
                    document_symbol=t.DocumentSymbolClientCapabilities(hierarchical_document_symbol_support=True),
                ),
            ),
            workspace_folders=[t.WorkspaceFolder(uri=folder.as_uri(), name="shop")],
        )
    )
    assert greeting.server_info and greeting.server_info.name == "kdsl"
    client.initialized(t.InitializedParams())

    uri = (folder / "shop.kdsl").as_uri()
    document = t.TextDocumentIdentifier(uri=uri)
    client.text_document_did_open(t.DidOpenTextDocumentParams(t.TextDocumentItem(uri, "kdsl", 1, TEXT)))
    wrong = await diagnostics(lambda found: found)
    assert [d.code for d in wrong] == ["unknown-field"], wrong

    actions = await client.text_document_code_action_async(
        t.CodeActionParams(document, wrong[0].range, t.CodeActionContext(diagnostics=wrong))
    )
    edit = actions[0].edit.changes[uri][0]
    assert edit.new_text == "replicas", edit
    change = t.TextDocumentContentChangePartial(range=edit.range, text=edit.new_text)
    client.text_document_did_change(
        t.DidChangeTextDocumentParams(t.VersionedTextDocumentIdentifier(uri=uri, version=2), [change])
    )
    await diagnostics(lambda found: not any(d.severity == t.DiagnosticSeverity.Error for d in found))

    def at(line: int, character: int) -> dict:
        return {"text_document": document, "position": t.Position(line, character)}

    hover = await client.text_document_hover_async(t.HoverParams(**at(5, 4)))
    assert "replicas: Int(0..)" in hover.contents.value, hover
    offered = await client.text_document_completion_async(t.CompletionParams(**at(5, 2)))
    items = offered.items if isinstance(offered, t.CompletionList) else offered
    assert "resources" in [item.label for item in items]
    one = next(item for item in items if item.label == "resources")
    resolved = await client.completion_item_resolve_async(one)
    assert resolved.documentation, resolved
    found = await client.text_document_definition_async(t.DefinitionParams(**at(2, 1)))
    assert found[0].uri.endswith("std/kinds/app.kdsl"), found
    places = await client.text_document_references_async(
        t.ReferenceParams(**at(0, 6), context=t.ReferenceContext(include_declaration=True))
    )
    assert len(places) == 1, places
    # A label: `expose http` names `port http`.
    label = at(7, 10)
    hover = await client.text_document_hover_async(t.HoverParams(**label))
    assert "port http = 8080" in hover.contents.value and "expose http" in hover.contents.value, hover
    found = await client.text_document_definition_async(t.DefinitionParams(**label))
    assert [place.range.start.line for place in found] == [6], found
    places = await client.text_document_references_async(
        t.ReferenceParams(**label, context=t.ReferenceContext(include_declaration=True))
    )
    assert [place.range.start.line for place in places] == [6, 7], places
    assert await client.text_document_prepare_rename_async(t.PrepareRenameParams(**label))
    renamed = await client.text_document_rename_async(t.RenameParams(**label, new_name="web"))
    assert [edit.new_text for edit in renamed.changes[uri]] == ["web", "web"], renamed
    try:
        await client.text_document_rename_async(t.RenameParams(**label, new_name="WEB"))
        raise AssertionError("`WEB` is no name of a port")
    except JsonRpcException as refusal:
        assert "no port name" in str(refusal), refusal

    symbols = await client.text_document_document_symbol_async(t.DocumentSymbolParams(document))
    assert [s.name for s in symbols] == ["env", "web"], symbols
    tokens = await client.text_document_semantic_tokens_full_async(t.SemanticTokensParams(document))
    assert tokens.data and len(tokens.data) % 5 == 0
    folds = await client.text_document_folding_range_async(t.FoldingRangeParams(document))
    assert folds
    options = t.FormattingOptions(tab_size=2, insert_spaces=True)
    edits = await client.text_document_formatting_async(t.DocumentFormattingParams(document, options))
    assert edits is not None
    yaml = await client.workspace_execute_command_async(
        t.ExecuteCommandParams(command="kdsl.showYaml", arguments=[uri, {"line": 3, "character": 3}])
    )
    assert "kind: Deployment" in yaml and "replicas: 3" in yaml, yaml

    await client.shutdown_async(None)
    client.exit(None)
    await asyncio.wait_for(client.stop(), 30)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
