//! From the greeting to the end, and what a client may do wrong between.

use super::*;

#[test]
fn a_session_in_good_form_ends_with_0() {
    assert_eq!(Client::ready().end().code(), Some(0));
}

#[test]
fn an_editor_that_goes_away_ends_the_server() {
    let mut client = Client::ready();
    client.input = None;
    assert_eq!(client.status().code(), Some(1));
    let mut client = Client::ready();
    client.tell("exit", Json::Null);
    assert_eq!(client.status().code(), Some(1));
}

#[test]
fn requests_out_of_order_are_refused() {
    let mut client = Client::start();
    assert_eq!(client.refused("textDocument/hover", json!({})).0, -32002);
    client.tell("textDocument/didOpen", json!({ "nonsense": 1 }));
    client.ask("initialize", json!({ "processId": null, "capabilities": {} }));
    assert_eq!(client.refused("initialize", json!({ "processId": null, "capabilities": {} })).0, -32600);
    assert_eq!(client.refused("nobody/knowsThis", Json::Null).0, -32601);
    assert_eq!(client.refused("textDocument/hover", json!({ "position": "nowhere" })).0, -32602);
    let missing = client.at("missing.kdsl", 0, 0);
    assert_eq!(client.refused("textDocument/hover", missing).0, -32602);
    client.tell("$/unknown", json!([1, 2]));
    client.tell("textDocument/didChange", json!("nonsense"));
    client.ask("shutdown", Json::Null);
    assert_eq!(client.refused("textDocument/hover", json!({})).0, -32600);
    client.tell("exit", Json::Null);
    assert_eq!(client.status().code(), Some(0));
}

#[test]
fn garbage_costs_only_itself() {
    let mut client = Client::ready();
    for bytes in [
        &b"Content-Length: 9\r\n\r\n{not json"[..],
        b"this is no header\r\n",
        b"Content-Length: minus one\r\n",
        b"Content-Length: 2\r\n\r\n[]",
        b"Content-Length: 4\r\n\r\nnull",
        b"\xff\xfe\x00\r\n",
    ] {
        client.send_bytes(bytes);
        let answer = client.wait("error", |message| message.get("error").is_some());
        assert_eq!(answer["error"]["code"], -32700, "{answer}");
    }
    client.open("a.kdsl", "let a = 1\n");
    assert_eq!(client.diagnostics("a.kdsl", |_| true), Vec::<String>::new());
    assert_eq!(client.end().code(), Some(0));
}

#[test]
fn a_request_that_was_cancelled_while_it_waited_is_answered_so() {
    let mut client = Client::ready();
    let mut text = String::from("let all = [");
    (0..20_000).for_each(|i| text.push_str(&format!("{i}, ")));
    text.push_str("]\n");
    client.open("a.kdsl", &text);
    // All of these come at once, while the server is busy with the first.
    let params = client.at("a.kdsl", 0, 4);
    let first = client.request("textDocument/completion", params.clone());
    let later: Vec<i64> = (0..20).map(|_| client.request("textDocument/hover", params.clone())).collect();
    for id in &later[5..] {
        client.tell("$/cancelRequest", json!({ "id": id }));
    }
    assert!(client.response(first).get("result").is_some());
    for id in later {
        let response = client.response(id);
        let cancelled = response["error"]["code"] == -32800;
        assert!(cancelled || response.get("result").is_some(), "{response}");
    }
    assert_eq!(client.end().code(), Some(0));
}

#[test]
fn positions_that_do_not_exist_do_no_harm() {
    let mut client = Client::ready();
    client.open("a.kdsl", "let a = \"😀\"\r\nlet b = a");
    for (line, character) in [(0, 9), (0, 10), (0, 4_000_000_000), (4_000_000_000, 0), (1, 9), (2, 0)] {
        for method in ["hover", "completion", "definition", "implementation", "signatureHelp", "documentHighlight", "prepareRename"] {
            let params = client.at("a.kdsl", line, character);
            let id = client.request(&format!("textDocument/{method}"), params);
            let response = client.response(id);
            assert!(response["error"]["code"] != -32603, "{method} at {line}:{character}: {response}");
        }
    }
    client.change(
        "a.kdsl",
        2,
        json!([{ "range": { "start": { "line": 9, "character": 9 }, "end": { "line": 0, "character": 0 } }, "text": "x" }]),
    );
    client.change("b.kdsl", 2, json!([{ "text": "x" }]));
    assert_eq!(client.end().code(), Some(0));
}
