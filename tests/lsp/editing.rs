//! One document that is being written.

use super::*;

const SHOP: &str = include_str!("../../examples/shop.kdsl");

#[test]
fn what_is_wrong_is_said_as_one_types() {
    let mut client = Client::ready();
    client.open("a.kdsl", "app web {\n  image = \"a.example.com/a:1.0.0\"\n  user = 1\n  replica = 3\n}\n");
    assert_eq!(client.diagnostics("a.kdsl", |list| !list.is_empty()), ["3:2 unknown-field"]);
    // The mend that is offered mends it.
    let range = json!({ "start": { "line": 3, "character": 4 }, "end": { "line": 3, "character": 4 } });
    let params = json!({ "textDocument": { "uri": client.uri("a.kdsl") }, "range": range, "context": { "diagnostics": [] } });
    let actions = client.ask("textDocument/codeAction", params);
    assert_eq!(actions[0]["title"], "Change to `replicas`");
    let edit = actions[0]["edit"]["changes"][client.uri("a.kdsl")][0].clone();
    client.change("a.kdsl", 2, json!([{ "range": edit["range"], "text": edit["newText"] }]));
    client.diagnostics("a.kdsl", |list| !list.iter().any(|d| d.contains("unknown-field")));
    // What only an evaluation tells comes a little later.
    client.change("a.kdsl", 3, json!([{ "text": "let a = [1][3]\n" }]));
    assert_eq!(client.diagnostics("a.kdsl", |list| !list.is_empty()).len(), 1);
    assert_eq!(client.end().code(), Some(0));
}

#[test]
fn columns_count_units_of_utf_16() {
    let mut client = Client::ready();
    client.open("a.kdsl", "let a = \"é😀\"\nlet b = [\"😀\", wrong]\n");
    assert_eq!(client.diagnostics("a.kdsl", |list| !list.is_empty()), ["1:15 unknown-name"]);
    // A change behind characters that are two units wide.
    let at = |character: u32| json!({ "line": 1, "character": character });
    client.change("a.kdsl", 2, json!([{ "range": { "start": at(15), "end": at(20) }, "text": "\"x\"" }]));
    assert_eq!(client.diagnostics("a.kdsl", |_| true), Vec::<String>::new());
    let mut client = Client::start();
    let result =
        client.ask("initialize", json!({ "processId": null, "capabilities": { "general": { "positionEncodings": ["utf-8", "utf-16"] } } }));
    assert_eq!(result["capabilities"]["positionEncoding"], "utf-8");
    client.open("a.kdsl", "let b = [\"😀\", wrong]\n");
    assert_eq!(client.diagnostics("a.kdsl", |list| !list.is_empty()), ["0:17 unknown-name"]);
}

#[test]
fn a_text_written_letter_by_letter_is_the_text() {
    let mut client = Client::ready();
    client.open("a.kdsl", "");
    let text = "param n: Int = 1\n// é😀\nlet b = n + wrong\n";
    let (mut line, mut character) = (0, 0);
    for (version, c) in text.chars().enumerate() {
        let at = json!({ "line": line, "character": character });
        client.change("a.kdsl", version as i64 + 2, json!([{ "range": { "start": at, "end": at }, "text": c.to_string() }]));
        (line, character) = if c == '\n' { (line + 1, 0) } else { (line, character + c.len_utf16()) };
    }
    let found = client.diagnostics("a.kdsl", |list| list.iter().any(|d| d == "2:12 unknown-name"));
    assert_eq!(found.len(), 1);
    assert_eq!(client.end().code(), Some(0));
}

#[test]
fn all_that_an_editor_asks_about_a_document() {
    let mut client = Client::ready();
    client.open("a.kdsl", SHOP);
    let line = |text: &str| SHOP.lines().position(|l| l.contains(text)).expect("it is there") as u32;
    assert!(client.labels("a.kdsl", line("port http   = 8080"), 4).contains(&"ingress".to_string()));
    let params = client.at("a.kdsl", line("replicas = if"), 6);
    let hover = client.ask("textDocument/hover", params);
    assert!(hover["contents"]["value"].as_str().is_some_and(|text| text.contains("replicas: Int(0..)")), "{hover}");
    let params = client.at("a.kdsl", line("env DB_HOST     = stateful.db.host"), 32);
    let definition = client.ask("textDocument/definition", params);
    assert_eq!(definition[0]["range"]["start"]["line"], line("stateful db {"));
    let params = client.at("a.kdsl", line("app web {"), 3);
    let definition = client.ask("textDocument/definition", params);
    let library = definition[0]["uri"].as_str().expect("a URI").to_string();
    assert!(library.ends_with("std/kinds/app.kdsl"), "{library}");
    let mut params = client.at("a.kdsl", line("let registry"), 6);
    params["context"] = json!({ "includeDeclaration": true });
    assert_eq!(client.ask("textDocument/references", params).as_array().map(Vec::len), Some(3));
    let mut params = client.at("a.kdsl", line("let registry"), 6);
    params["newName"] = json!("hub");
    let edits = client.ask("textDocument/rename", params);
    assert_eq!(edits["changes"][client.uri("a.kdsl")].as_array().map(Vec::len), Some(3));
    let mut params = client.at("a.kdsl", line("app web {"), 3);
    params["newName"] = json!("x");
    assert_eq!(client.refused("textDocument/rename", params).0, -32803);
    let document = json!({ "textDocument": { "uri": client.uri("a.kdsl") } });
    assert_eq!(client.ask("textDocument/documentSymbol", document.clone())[4]["children"].as_array().map(Vec::len), Some(5));
    assert!(client.ask("textDocument/foldingRange", document.clone()).as_array().is_some_and(|list| list.len() > 3));
    let tokens = client.ask("textDocument/semanticTokens/full", document);
    assert!(tokens["data"].as_array().is_some_and(|data| data.len() > 500 && data.len() % 5 == 0));
    let params = json!({ "textDocument": { "uri": client.uri("a.kdsl") }, "options": { "tabSize": 2, "insertSpaces": true } });
    assert_eq!(client.ask("textDocument/formatting", params.clone()), json!([]), "the examples are in canonical form");
    client.change("a.kdsl", 2, json!([{ "text": format!("let  e =1\n{SHOP}") }]));
    let edits = client.ask("textDocument/formatting", params);
    assert_eq!(edits.as_array().map(Vec::len), Some(1), "{edits}");
    let yaml = client.ask(
        "workspace/executeCommand",
        json!({ "command": "kdsl.showYaml", "arguments": [client.uri("a.kdsl"), { "line": line("schedule") + 1, "character": 4 }] }),
    );
    assert!(yaml.as_str().is_some_and(|text| text.contains("kind: CronJob") && !text.contains("kind: Deployment")));
    assert_eq!(client.end().code(), Some(0));
}

#[test]
fn the_library_can_be_read_and_asked_about() {
    let mut client = Client::ready();
    client.open("a.kdsl", "app web { }\n");
    let params = client.at("a.kdsl", 0, 1);
    let found = client.ask("textDocument/definition", params);
    let uri = found[0]["uri"].as_str().expect("a URI").to_string();
    let text = fs::read_to_string(uri.strip_prefix("file://").expect("a file")).expect("it was written");
    let line = text.lines().position(|l| l.contains("canary.image == null")).expect("it is there");
    client.tell("textDocument/didOpen", json!({ "textDocument": { "uri": uri, "languageId": "kdsl", "version": 1, "text": text } }));
    let at = json!({ "textDocument": { "uri": uri }, "position": { "line": line, "character": text.lines().nth(line).and_then(|l| l.find("canary")) } });
    let hover = client.ask("textDocument/hover", at);
    assert!(hover["contents"]["value"].as_str().is_some_and(|text| text.contains("canary: Canary")), "{hover}");
    assert_eq!(client.end().code(), Some(0));
}

#[test]
fn hints_tell_what_becomes_of_declarations() {
    let mut client = Client::ready();
    client.open("a.kdsl", SHOP);
    let params = json!({
        "textDocument": { "uri": client.uri("a.kdsl") },
        "range": { "start": { "line": 0, "character": 0 }, "end": { "line": 999, "character": 0 } },
    });
    for _ in 0..200 {
        let hints = client.ask("textDocument/inlayHint", params.clone());
        if hints.as_array().is_some_and(|list| !list.is_empty()) {
            assert!(hints.to_string().contains("objects, Burstable"), "{hints}");
            return;
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    panic!("no hints came");
}

/// A program cut off anywhere is a document like any other: every request has an answer, and none is our fault.
#[test]
fn programs_cut_off_anywhere() {
    let mut client = Client::ready();
    client.open("a.kdsl", "");
    for (version, cut) in (0..SHOP.len()).filter(|&i| SHOP.is_char_boundary(i)).step_by(61).enumerate() {
        client.change("a.kdsl", version as i64 + 2, json!([{ "text": &SHOP[..cut] }]));
        let (line, column) = (SHOP[..cut].matches('\n').count(), cut - SHOP[..cut].rfind('\n').map_or(0, |at| at + 1));
        let place = client.at("a.kdsl", line as u32, column as u32);
        let document = json!({ "textDocument": place["textDocument"] });
        let mut asked = Vec::new();
        for method in ["completion", "hover", "signatureHelp", "definition", "implementation"] {
            asked.push(client.request(&format!("textDocument/{method}"), place.clone()));
        }
        for method in ["documentSymbol", "semanticTokens/full", "foldingRange"] {
            asked.push(client.request(&format!("textDocument/{method}"), document.clone()));
        }
        for id in asked {
            let response = client.response(id);
            assert!(response.get("error").is_none(), "cut at {cut}: {response}");
        }
    }
    assert_eq!(client.end().code(), Some(0));
}

const PORTS: &str = "app web {\n  image = \"nginx:1.27.0\"\n  user = 101\n  port http = 8080\n  port admin = 9000\n  expose http = 80\n  readiness { http = \"/\", port = \"http\" }\n  volume data = \"/data\"\n  sidecar proxy { image = \"p:1\", volumeMounts data = \"/d\" }\n}\n";

#[test]
fn labels_are_names() {
    let mut client = Client::ready();
    client.open("a.kdsl", PORTS);
    let params = client.at("a.kdsl", 5, 11);
    let hover = client.ask("textDocument/hover", params.clone());
    assert!(
        hover["contents"]["value"].as_str().is_some_and(|text| text.contains("port http = 8080") && text.contains("a.kdsl:7")),
        "{hover}"
    );
    assert_eq!(client.ask("textDocument/definition", params.clone())[0]["range"]["start"]["line"], 3);
    let marked = client.ask("textDocument/documentHighlight", params);
    assert_eq!(marked.as_array().map(Vec::len), Some(3));
    // From the text in the check, without the declaration.
    let mut params = client.at("a.kdsl", 6, 34);
    params["context"] = json!({ "includeDeclaration": false });
    let lines = |found: &Json| found.as_array().expect("a list").iter().map(|l| l["range"]["start"]["line"].clone()).collect::<Vec<_>>();
    assert_eq!(lines(&client.ask("textDocument/references", params.clone())), [5, 6]);
    let range = client.ask("textDocument/prepareRename", params.clone());
    assert_eq!((&range["start"]["character"], &range["end"]["character"]), (&json!(33), &json!(39)));
    params["newName"] = json!("web");
    let edits = client.ask("textDocument/rename", params.clone());
    let texts: Vec<&str> =
        edits["changes"][client.uri("a.kdsl")].as_array().expect("edits").iter().filter_map(|e| e["newText"].as_str()).collect();
    assert_eq!(texts, ["web", "web", "\"web\""]);
    // A clash is refused, and what is no name of a port.
    params["newName"] = json!("admin");
    assert_eq!(client.refused("textDocument/rename", params.clone()), (-32803, "`app.web` has a port `admin` already, a.kdsl:5".into()));
    params["newName"] = json!("Web");
    assert!(client.refused("textDocument/rename", params).1.contains("no port name"));
    let mut params = client.at("a.kdsl", 8, 46);
    params["context"] = json!({ "includeDeclaration": true });
    assert_eq!(lines(&client.ask("textDocument/references", params)), [7, 8]);
    assert_eq!(client.end().code(), Some(0));
}
