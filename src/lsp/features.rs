//! The requests about documents, each answered by the service of [`crate::ide`] that it is for.

use super::convert::{self, CLASSES, MODIFIERS};
use super::position::{Encoding, Lines};
use super::server::{Answer, Refusal, Server};
use crate::diag::Sink;
use crate::fmt;
use crate::ide::{self, Analysis, Place, Target};
use crate::source::{Source, SourceKind};
use lsp_server::{ErrorCode, Message, Request, Response};
use lsp_types::request as r;
use lsp_types::request::Request as _;
use lsp_types::*;
use serde_json::Value as Json;
use std::collections::HashMap;
use std::sync::Arc;

/// The command that gives the YAML of a declaration: `[uri, position]`, and the result is a text.
pub const SHOW_YAML: &str = "kdsl.showYaml";

pub fn capabilities(encoding: Encoding) -> ServerCapabilities {
    let words = |list: &[&str]| Some(list.iter().map(|word| word.to_string()).collect());
    ServerCapabilities {
        position_encoding: Some(encoding.kind()),
        text_document_sync: Some(TextDocumentSyncCapability::Options(TextDocumentSyncOptions {
            open_close: Some(true),
            change: Some(TextDocumentSyncKind::INCREMENTAL),
            save: Some(TextDocumentSyncSaveOptions::Supported(true)),
            ..Default::default()
        })),
        hover_provider: Some(HoverProviderCapability::Simple(true)),
        completion_provider: Some(CompletionOptions {
            trigger_characters: words(&[".", "\"", "/", "="]),
            resolve_provider: Some(true),
            ..Default::default()
        }),
        signature_help_provider: Some(SignatureHelpOptions { trigger_characters: words(&["(", ","]), ..Default::default() }),
        definition_provider: Some(OneOf::Left(true)),
        implementation_provider: Some(ImplementationProviderCapability::Simple(true)),
        references_provider: Some(OneOf::Left(true)),
        document_highlight_provider: Some(OneOf::Left(true)),
        document_symbol_provider: Some(OneOf::Left(true)),
        workspace_symbol_provider: Some(OneOf::Left(true)),
        code_action_provider: Some(CodeActionProviderCapability::Options(CodeActionOptions {
            code_action_kinds: Some(vec![CodeActionKind::QUICKFIX, CodeActionKind::SOURCE_FIX_ALL]),
            ..Default::default()
        })),
        document_formatting_provider: Some(OneOf::Left(true)),
        document_range_formatting_provider: Some(OneOf::Left(true)),
        rename_provider: Some(OneOf::Right(RenameOptions { prepare_provider: Some(true), work_done_progress_options: Default::default() })),
        folding_range_provider: Some(FoldingRangeProviderCapability::Simple(true)),
        semantic_tokens_provider: Some(SemanticTokensServerCapabilities::SemanticTokensOptions(SemanticTokensOptions {
            legend: SemanticTokensLegend {
                token_types: CLASSES.iter().map(|class| SemanticTokenType::new(class)).collect(),
                token_modifiers: MODIFIERS.iter().map(|modifier| SemanticTokenModifier::new(modifier)).collect(),
            },
            full: Some(SemanticTokensFullOptions::Bool(true)),
            ..Default::default()
        })),
        inlay_hint_provider: Some(OneOf::Left(true)),
        execute_command_provider: Some(ExecuteCommandOptions { commands: vec![SHOW_YAML.into()], ..Default::default() }),
        workspace: Some(WorkspaceServerCapabilities {
            workspace_folders: Some(WorkspaceFoldersServerCapabilities {
                supported: Some(true),
                change_notifications: Some(OneOf::Left(true)),
            }),
            file_operations: None,
        }),
        ..Default::default()
    }
}

/// Answers a request; one that is not known gets an error.
pub fn answer(server: &mut Server, request: Request) {
    match request.method.as_str() {
        r::Completion::METHOD => server.answer::<r::Completion>(request, completion),
        r::ResolveCompletionItem::METHOD => server.answer::<r::ResolveCompletionItem>(request, resolve),
        r::HoverRequest::METHOD => server.answer::<r::HoverRequest>(request, hover),
        r::SignatureHelpRequest::METHOD => server.answer::<r::SignatureHelpRequest>(request, signature),
        r::GotoDefinition::METHOD => server.answer::<r::GotoDefinition>(request, definition),
        r::GotoImplementation::METHOD => server.answer::<r::GotoImplementation>(request, implementation),
        r::References::METHOD => server.answer::<r::References>(request, references),
        r::DocumentHighlightRequest::METHOD => server.answer::<r::DocumentHighlightRequest>(request, highlight),
        r::PrepareRenameRequest::METHOD => server.answer::<r::PrepareRenameRequest>(request, prepare_rename),
        r::Rename::METHOD => server.answer::<r::Rename>(request, rename),
        r::DocumentSymbolRequest::METHOD => server.answer::<r::DocumentSymbolRequest>(request, symbols),
        r::WorkspaceSymbolRequest::METHOD => server.answer::<r::WorkspaceSymbolRequest>(request, workspace_symbols),
        r::SemanticTokensFullRequest::METHOD => server.answer::<r::SemanticTokensFullRequest>(request, tokens),
        r::FoldingRangeRequest::METHOD => server.answer::<r::FoldingRangeRequest>(request, folds),
        r::Formatting::METHOD => server.answer::<r::Formatting>(request, format),
        r::RangeFormatting::METHOD => server.answer::<r::RangeFormatting>(request, format_range),
        r::CodeActionRequest::METHOD => server.answer::<r::CodeActionRequest>(request, actions),
        r::InlayHintRequest::METHOD => server.answer::<r::InlayHintRequest>(request, hints),
        r::ExecuteCommand::METHOD => server.answer::<r::ExecuteCommand>(request, execute),
        unknown => {
            let message = format!("`{unknown}` is no request of this server");
            server.send(Message::Response(Response::new_err(request.id, ErrorCode::MethodNotFound as i32, message)));
        }
    }
}

/// A document that a request is about.
struct Asked {
    uri: Uri,
    analysis: Arc<Analysis>,
    path: String,
    encoding: Encoding,
}

impl Asked {
    fn new(server: &mut Server, document: TextDocumentIdentifier) -> Answer<Asked> {
        let missing = || Refusal { code: ErrorCode::InvalidParams, message: format!("{} is not open", document.uri.as_str()) };
        let path = server.files.document(&document.uri).ok_or_else(missing)?.at.path.clone();
        let analysis = server.files.analysis(&document.uri).ok_or_else(missing)?;
        Ok(Asked { encoding: server.files.encoding, uri: document.uri, analysis, path })
    }

    fn text(&self) -> &str {
        self.analysis.text(&self.path).unwrap_or("")
    }

    fn lines(&self) -> Lines<'_> {
        Lines::new(self.text(), self.encoding)
    }

    fn offset(&self, position: Position) -> usize {
        self.lines().offset(position)
    }

    fn location(&self, server: &Server, analysis: &Analysis, place: &Place) -> Option<Location> {
        let uri = server.uri_of(&self.uri, analysis, &place.file)?;
        Some(Location { uri, range: convert::range(analysis, place, self.encoding) })
    }
}

fn at(server: &mut Server, params: TextDocumentPositionParams) -> Answer<(Asked, usize)> {
    let asked = Asked::new(server, params.text_document)?;
    let offset = asked.offset(params.position);
    Ok((asked, offset))
}

fn markdown(value: String) -> MarkupContent {
    MarkupContent { kind: MarkupKind::Markdown, value }
}

// ---- at a place ----

fn completion(server: &mut Server, params: CompletionParams) -> Answer<Option<CompletionResponse>> {
    let in_path = params.context.as_ref().and_then(|context| context.trigger_character.as_deref()) != Some("=");
    if let (true, Some(document)) = (in_path, server.files.document(&params.text_document_position.text_document.uri)) {
        // What an import could name.
        let folder = document.at.folder.clone();
        server.files.programs(&folder);
    }
    let (asked, offset) = at(server, params.text_document_position)?;
    let found = ide::complete(&asked.analysis, &asked.path, offset);
    let lines = asked.lines();
    let items = found.iter().enumerate().map(|(i, one)| convert::completion(i, one, &lines, server.client.snippets)).collect();
    server.offered = found;
    Ok(Some(CompletionResponse::Array(items)))
}

fn resolve(server: &mut Server, mut item: CompletionItem) -> Answer<CompletionItem> {
    let number = item.data.as_ref().and_then(Json::as_u64).map(|number| number as usize);
    if let Some(found) =
        number.and_then(|number| server.offered.get(number)).filter(|found| found.label == item.label && !found.doc.is_empty())
    {
        item.documentation = Some(Documentation::MarkupContent(markdown(found.doc.clone())));
    }
    Ok(item)
}

fn hover(server: &mut Server, params: HoverParams) -> Answer<Option<Hover>> {
    let (asked, offset) = at(server, params.text_document_position_params)?;
    Ok(ide::hover(&asked.analysis, &asked.path, offset).map(|found| Hover {
        contents: HoverContents::Markup(markdown(found.markdown)),
        range: Some(convert::range(&asked.analysis, &found.place, asked.encoding)),
    }))
}

fn signature(server: &mut Server, params: SignatureHelpParams) -> Answer<Option<SignatureHelp>> {
    let (asked, offset) = at(server, params.text_document_position_params)?;
    Ok(ide::signature(&asked.analysis, &asked.path, offset).map(|found| {
        let parameter = |range: &std::ops::Range<usize>| ParameterInformation {
            label: ParameterLabel::LabelOffsets([
                Encoding::Utf16.len(&found.label[..range.start]) as u32,
                Encoding::Utf16.len(&found.label[..range.end]) as u32,
            ]),
            documentation: None,
        };
        let information = SignatureInformation {
            parameters: Some(found.parameters.iter().map(parameter).collect()),
            documentation: (!found.doc.is_empty()).then(|| Documentation::MarkupContent(markdown(found.doc.clone()))),
            active_parameter: Some(found.active as u32),
            label: found.label,
        };
        SignatureHelp { signatures: vec![information], active_signature: Some(0), active_parameter: Some(found.active as u32) }
    }))
}

fn definition(server: &mut Server, params: GotoDefinitionParams) -> Answer<Option<GotoDefinitionResponse>> {
    let (asked, offset) = at(server, params.text_document_position_params)?;
    let places = ide::definition(&asked.analysis, &asked.path, offset);
    let found = places.iter().filter_map(|place| asked.location(server, &asked.analysis, place)).collect();
    Ok(Some(GotoDefinitionResponse::Array(found)))
}

fn implementation(server: &mut Server, params: GotoDefinitionParams) -> Answer<Option<GotoDefinitionResponse>> {
    let (asked, offset) = at(server, params.text_document_position_params)?;
    let places = ide::implementation(&asked.analysis, &asked.path, offset);
    let found = places.iter().filter_map(|place| asked.location(server, &asked.analysis, place)).collect();
    Ok(Some(GotoDefinitionResponse::Array(found)))
}

// ---- references ----

/// All places of a thing: in the document's project, and in the projects of its folder that read the file which declares it.
fn all_uses(server: &mut Server, asked: &Asked, target: &Target) -> Vec<(Arc<Analysis>, Vec<Place>)> {
    let mut out = vec![(asked.analysis.clone(), ide::uses(&asked.analysis, target))];
    let Some(at) = server.files.document(&asked.uri).map(|document| document.at.clone()) else { return out };
    let declared = target.file().unwrap_or(&asked.path).to_string();
    for path in server.files.programs(&at.folder) {
        if asked.analysis.paths().any(|known| known == path) {
            continue;
        }
        let analysis = server.files.analyzed(&super::files::Spot { path, ..at.clone() });
        if target.file().is_none() || analysis.paths().any(|known| known == declared) {
            let uses = ide::uses(&analysis, target);
            out.push((analysis, uses));
        }
    }
    out
}

fn references(server: &mut Server, params: ReferenceParams) -> Answer<Option<Vec<Location>>> {
    let (asked, offset) = at(server, params.text_document_position)?;
    let Some(target) = Target::at(&asked.analysis, &asked.path, offset) else { return Ok(Some(Vec::new())) };
    let mut out: Vec<Location> = Vec::new();
    for (analysis, places) in all_uses(server, &asked, &target) {
        for place in places {
            let declares = matches!(&target, Target::Declared(declared) | Target::Label(declared) if *declared == place);
            if declares && !params.context.include_declaration {
                continue;
            }
            let location = asked.location(server, &analysis, &place);
            out.extend(location.filter(|location| !out.contains(location)));
        }
    }
    Ok(Some(out))
}

fn highlight(server: &mut Server, params: DocumentHighlightParams) -> Answer<Option<Vec<DocumentHighlight>>> {
    let (asked, offset) = at(server, params.text_document_position_params)?;
    let Some(target) = Target::at(&asked.analysis, &asked.path, offset) else { return Ok(None) };
    let places = ide::uses(&asked.analysis, &target).into_iter().filter(|place| place.file == asked.path);
    let one = |place: Place| DocumentHighlight { range: convert::range(&asked.analysis, &place, asked.encoding), kind: None };
    Ok(Some(places.map(one).collect()))
}

fn prepare_rename(server: &mut Server, params: TextDocumentPositionParams) -> Answer<Option<PrepareRenameResponse>> {
    let (asked, offset) = at(server, params)?;
    let place = ide::renamable(&asked.analysis, &asked.path, offset).map_err(Refusal::new)?;
    Ok(Some(PrepareRenameResponse::Range(convert::range(&asked.analysis, &place, asked.encoding))))
}

#[allow(clippy::mutable_key_type, reason = "the protocol's own type; no URI is changed")]
fn rename(server: &mut Server, params: RenameParams) -> Answer<Option<WorkspaceEdit>> {
    let (asked, offset) = at(server, params.text_document_position)?;
    ide::renamable(&asked.analysis, &asked.path, offset).map_err(Refusal::new)?;
    let Some(target) = Target::at(&asked.analysis, &asked.path, offset) else { return Ok(None) };
    let mut changes: HashMap<Uri, Vec<TextEdit>> = HashMap::new();
    for (analysis, _) in all_uses(server, &asked, &target) {
        for (place, new_text) in ide::renaming(&analysis, &target, &params.new_name).map_err(Refusal::new)? {
            let Some(location) = asked.location(server, &analysis, &place) else { continue };
            let edits = changes.entry(location.uri).or_default();
            let edit = TextEdit { range: location.range, new_text };
            if !edits.contains(&edit) {
                edits.push(edit);
            }
        }
    }
    Ok(Some(WorkspaceEdit { changes: Some(changes), ..Default::default() }))
}

// ---- whole documents ----

fn symbols(server: &mut Server, params: DocumentSymbolParams) -> Answer<Option<DocumentSymbolResponse>> {
    let asked = Asked::new(server, params.text_document)?;
    let (found, lines) = (ide::symbols(&asked.analysis, &asked.path), asked.lines());
    if server.client.nested_symbols {
        return Ok(Some(DocumentSymbolResponse::Nested(found.iter().map(|symbol| convert::symbol(symbol, &lines)).collect())));
    }
    let mut flat = Vec::new();
    found.iter().for_each(|symbol| flatten(symbol, None, &asked.uri, &lines, &mut flat));
    Ok(Some(DocumentSymbolResponse::Flat(flat)))
}

#[allow(deprecated, reason = "the field must be given")]
fn flatten(symbol: &ide::Symbol, container: Option<&str>, uri: &Uri, lines: &Lines, out: &mut Vec<SymbolInformation>) {
    out.push(SymbolInformation {
        name: symbol.name.clone(),
        kind: convert::symbol_kind(symbol.sort),
        tags: None,
        deprecated: None,
        location: Location { uri: uri.clone(), range: lines.range(symbol.name_range.clone()) },
        container_name: container.map(str::to_string),
    });
    symbol.children.iter().for_each(|child| flatten(child, Some(&symbol.name), uri, lines, out));
}

/// More symbols than this are not given.
const MOST_SYMBOLS: usize = 500;

fn workspace_symbols(server: &mut Server, params: WorkspaceSymbolParams) -> Answer<Option<WorkspaceSymbolResponse>> {
    let query = params.query.to_lowercase();
    let folders: Vec<std::path::PathBuf> = server.files.folders().to_vec();
    let mut out = Vec::new();
    for folder in folders {
        for path in server.files.programs(&folder) {
            let analysis = server.files.analyzed(&super::files::Spot { folder: folder.clone(), path: path.clone(), is_library: false });
            let (Some(text), Some(uri)) = (analysis.text(&path), server.files.uri(&folder, &path, || None)) else { continue };
            let lines = Lines::new(text, server.files.encoding);
            let mut all = Vec::new();
            ide::symbols(&analysis, &path).iter().for_each(|symbol| flatten(symbol, None, &uri, &lines, &mut all));
            out.extend(all.into_iter().filter(|symbol| symbol.name.to_lowercase().contains(&query)));
            if out.len() > MOST_SYMBOLS {
                out.truncate(MOST_SYMBOLS);
                return Ok(Some(WorkspaceSymbolResponse::Flat(out)));
            }
        }
    }
    Ok(Some(WorkspaceSymbolResponse::Flat(out)))
}

fn tokens(server: &mut Server, params: SemanticTokensParams) -> Answer<Option<SemanticTokensResult>> {
    let asked = Asked::new(server, params.text_document)?;
    let colors = ide::colors(&asked.analysis, &asked.path);
    let data = convert::tokens(asked.text(), &colors, &asked.lines(), asked.encoding);
    Ok(Some(SemanticTokensResult::Tokens(SemanticTokens { result_id: None, data })))
}

fn folds(server: &mut Server, params: FoldingRangeParams) -> Answer<Option<Vec<FoldingRange>>> {
    let asked = Asked::new(server, params.text_document)?;
    let lines = asked.lines();
    Ok(Some(ide::folds(asked.text()).iter().filter_map(|fold| convert::fold(fold, &lines)).collect()))
}

fn hints(server: &mut Server, params: InlayHintParams) -> Answer<Option<Vec<InlayHint>>> {
    let asked = Asked::new(server, params.text_document)?;
    let Some(built) = server.reports.built(&asked.uri) else { return Ok(Some(Vec::new())) };
    let lines = asked.lines();
    let wanted = lines.offsets(params.range);
    let found = ide::hints(&asked.analysis, &built, &asked.path);
    let one = |hint: ide::Hint| InlayHint {
        position: lines.position(hint.offset),
        label: InlayHintLabel::String(hint.text),
        kind: None,
        text_edits: None,
        tooltip: Some(InlayHintTooltip::String(hint.tooltip)),
        padding_left: Some(true),
        padding_right: Some(true),
        data: None,
    };
    Ok(Some(found.into_iter().filter(|hint| wanted.start <= hint.offset && hint.offset <= wanted.end).map(one).collect()))
}

fn format(server: &mut Server, params: DocumentFormattingParams) -> Answer<Option<Vec<TextEdit>>> {
    let asked = Asked::new(server, params.text_document)?;
    formatted(&asked, fmt::format)
}

fn format_range(server: &mut Server, params: DocumentRangeFormattingParams) -> Answer<Option<Vec<TextEdit>>> {
    let asked = Asked::new(server, params.text_document)?;
    // A range that ends before the first character of a line does not mean that line.
    let last = params.range.end.line + u32::from(params.range.end.character > 0 || params.range.end.line == params.range.start.line);
    let lines = params.range.start.line.saturating_add(1)..=last.max(params.range.start.line.saturating_add(1));
    formatted(&asked, |source, sink| fmt::format_lines(source, lines, sink))
}

fn formatted(asked: &Asked, format: impl FnOnce(&Source, &Sink) -> Option<String>) -> Answer<Option<Vec<TextEdit>>> {
    let (text, sink) = (asked.text(), Sink::new());
    let source = Source::new(asked.path.as_str(), text, SourceKind::User, 1);
    match format(&source, &sink) {
        Some(new) => Ok(Some(convert::change(text, &new, &asked.lines()).into_iter().collect())),
        None => Err(Refusal::new("the text has errors of form: mend those first")),
    }
}

// ---- mends and commands ----

fn actions(server: &mut Server, params: CodeActionParams) -> Answer<Option<CodeActionResponse>> {
    let uri = params.text_document.uri;
    let only = params.context.only.unwrap_or_default();
    let wants = |kind: &CodeActionKind| only.is_empty() || only.iter().any(|wanted| kind.as_str().starts_with(wanted.as_str()));
    let touches = |range: &Range| range.start <= params.range.end && params.range.start <= range.end;
    let (mut out, mut all): (Vec<CodeActionOrCommand>, Vec<TextEdit>) = (Vec::new(), Vec::new());
    for found in server.reports.of_file(&uri) {
        let Some((file, edit)) = &found.fix else { continue };
        if *file == uri && all.iter().all(|other| other.range.end <= edit.range.start || edit.range.end <= other.range.start) {
            all.push(edit.clone());
        }
        if !touches(&found.diagnostic.range) || !wants(&CodeActionKind::QUICKFIX) {
            continue;
        }
        let title = match edit.new_text.trim() {
            "" => "Remove this".to_string(),
            text if edit.range.start == edit.range.end => format!("Insert `{text}`"),
            text => format!("Change to `{text}`"),
        };
        let action = CodeAction {
            title,
            kind: Some(CodeActionKind::QUICKFIX),
            diagnostics: Some(vec![found.diagnostic.clone()]),
            edit: Some(edit_of(file, vec![edit.clone()])),
            is_preferred: Some(true),
            ..Default::default()
        };
        let action = CodeActionOrCommand::CodeAction(action);
        if !out.contains(&action) {
            out.push(action);
        }
    }
    if wants(&CodeActionKind::SOURCE_FIX_ALL) && all.len() > usize::from(only.is_empty()) {
        out.push(CodeActionOrCommand::CodeAction(CodeAction {
            title: "Mend all that kdsl can mend in this file".into(),
            kind: Some(CodeActionKind::SOURCE_FIX_ALL),
            edit: Some(edit_of(&uri, all)),
            ..Default::default()
        }));
    }
    Ok(Some(out))
}

#[allow(clippy::mutable_key_type, reason = "the protocol's own type; no URI is changed")]
fn edit_of(uri: &Uri, edits: Vec<TextEdit>) -> WorkspaceEdit {
    WorkspaceEdit { changes: Some(HashMap::from([(uri.clone(), edits)])), ..Default::default() }
}

fn execute(server: &mut Server, params: ExecuteCommandParams) -> Answer<Option<Json>> {
    if params.command != SHOW_YAML {
        return Err(Refusal { code: ErrorCode::InvalidParams, message: format!("there is no command `{}`", params.command) });
    }
    let wrong = || Refusal { code: ErrorCode::InvalidParams, message: format!("`{SHOW_YAML}` takes a URI and a position") };
    let mut arguments = params.arguments.into_iter();
    let uri: Uri = arguments.next().and_then(|json| serde_json::from_value(json).ok()).ok_or_else(wrong)?;
    let position: Option<Position> = arguments.next().and_then(|json| serde_json::from_value(json).ok());
    let asked = Asked::new(server, TextDocumentIdentifier { uri })?;
    let offset = asked.offset(position.unwrap_or_default());
    let folder = server.files.document(&asked.uri).map(|document| document.at.folder.clone()).unwrap_or_default();
    let view = server.files.view(&folder);
    let place = Place { file: asked.path.clone(), range: offset..offset };
    let yaml = ide::yaml(&asked.analysis, &view, &place).map_err(Refusal::new)?;
    Ok(Some(Json::String(yaml)))
}
