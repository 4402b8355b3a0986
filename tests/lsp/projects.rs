//! Several files, several folders, and files that change on the disk.

use super::*;

#[test]
fn what_is_wrong_in_a_file_that_another_reads_is_said_there() {
    let mut client = Client::ready();
    client.write("shop.kdsl", "param env: \"dev\" | \"prod\" = \"dev\"\nlet a = 1\n");
    client.open("prod.kdsl", "base \"./shop.kdsl\" { env = \"prod\" }\nlet b = env\n");
    assert_eq!(client.diagnostics("prod.kdsl", |_| true), Vec::<String>::new());
    // The base is changed in the editor, not on the disk.
    client.open("shop.kdsl", "param env: \"dev\" | \"live\" = \"dev\"\n");
    assert_eq!(client.diagnostics("prod.kdsl", |list| !list.is_empty()), ["0:27 enum-value"]);
    // And closed without saving.
    let uri = client.uri("shop.kdsl");
    client.tell("textDocument/didClose", json!({ "textDocument": { "uri": uri } }));
    client.tell("workspace/didChangeWatchedFiles", json!({ "changes": [{ "uri": uri, "type": 2 }] }));
    assert_eq!(client.diagnostics("prod.kdsl", |list| list.is_empty()), Vec::<String>::new());
    assert_eq!(client.end().code(), Some(0));
}

#[test]
fn files_that_change_on_the_disk_are_read_again() {
    let mut client = Client::ready();
    client.write("lib.kdsl", "let a = 1\n");
    client.open("main.kdsl", "import \"./lib.kdsl\"\nlet b = a\n");
    assert_eq!(client.diagnostics("main.kdsl", |_| true), Vec::<String>::new());
    client.write("lib.kdsl", "let c = 1\n");
    let uri = client.uri("lib.kdsl");
    client.tell("workspace/didChangeWatchedFiles", json!({ "changes": [{ "uri": uri, "type": 2 }] }));
    assert_eq!(client.diagnostics("main.kdsl", |list| !list.is_empty()), ["1:8 unknown-name"]);
    fs::remove_file(client.path("lib.kdsl")).expect("it is there");
    client.tell("workspace/didChangeWatchedFiles", json!({ "changes": [{ "uri": uri, "type": 3 }] }));
    let found = client.diagnostics("main.kdsl", |list| list.iter().any(|d| d.contains("file-unreadable")));
    assert_eq!(found[0], "0:7 file-unreadable");
    assert_eq!(client.end().code(), Some(0));
}

#[test]
fn a_name_is_renamed_in_every_file_that_uses_it() {
    let mut client = Client::ready();
    client.write("lib.kdsl", "kind webapp from app { team: String }\nlet owner = \"a\"\n");
    client.write("other.kdsl", "import \"./lib.kdsl\" as lib\nlet x = lib.owner\n");
    client.write("unrelated.kdsl", "let owner = 1\n");
    client.open("main.kdsl", "import \"./lib.kdsl\"\nlet x = owner\n");
    let mut params = client.at("main.kdsl", 1, 10);
    params["newName"] = json!("boss");
    let edits = client.ask("textDocument/rename", params);
    let changes = edits["changes"].as_object().expect("changes");
    let count = |name: &str| changes.get(&client.uri(name)).and_then(Json::as_array).map_or(0, Vec::len);
    assert_eq!([count("main.kdsl"), count("lib.kdsl"), count("other.kdsl"), count("unrelated.kdsl")], [1, 1, 1, 0], "{edits}");
    // The name that one file gives an import is its own.
    client.open("alias.kdsl", "import \"./lib.kdsl\" as lib\nlet x = lib.owner\nlib.webapp web { team = \"a\", image = \"a:1\" }\n");
    for (line, character) in [(0, 24), (1, 9), (2, 1)] {
        let mut params = client.at("alias.kdsl", line, character);
        params["newName"] = json!("shared");
        let edits = client.ask("textDocument/rename", params);
        let changes = edits["changes"].as_object().expect("changes");
        let count = |name: &str| changes.get(&client.uri(name)).and_then(Json::as_array).map_or(0, Vec::len);
        assert_eq!([count("alias.kdsl"), count("lib.kdsl"), count("other.kdsl")], [3, 0, 0], "{edits}");
    }
    let found = client.ask("workspace/symbol", json!({ "query": "webapp" }));
    assert_eq!(found[0]["location"]["uri"], client.uri("lib.kdsl"));
    assert_eq!(client.end().code(), Some(0));
}

#[test]
fn a_label_is_renamed_in_every_layer() {
    let mut client = Client::ready();
    client.write("shop.kdsl", "app web { image = \"a:1\", user = 1, port http = 8080 }\n");
    client.write("prod.kdsl", "base \"./shop.kdsl\"\nextend app web { expose http = 80 }\n");
    client.write("other.kdsl", "app web { image = \"a:1\", user = 1, port http = 8080 }\n");
    client.open("shop.kdsl", "app web { image = \"a:1\", user = 1, port http = 8080 }\n");
    let mut params = client.at("shop.kdsl", 0, 41);
    params["newName"] = json!("web");
    let edits = client.ask("textDocument/rename", params.clone());
    let changes = edits["changes"].as_object().expect("changes");
    let count = |name: &str| changes.get(&client.uri(name)).and_then(Json::as_array).map_or(0, Vec::len);
    assert_eq!([count("shop.kdsl"), count("prod.kdsl"), count("other.kdsl")], [1, 1, 0], "{edits}");
    // What a layer has taken is taken.
    client.write("prod.kdsl", "base \"./shop.kdsl\"\nextend app web { port admin = 9000, expose http = 80 }\n");
    client.tell("workspace/didChangeWatchedFiles", json!({ "changes": [{ "uri": client.uri("prod.kdsl"), "type": 2 }] }));
    params["newName"] = json!("admin");
    assert_eq!(client.refused("textDocument/rename", params).1, "`app.web` has a port `admin` already, prod.kdsl:2");
    assert_eq!(client.end().code(), Some(0));
}

#[test]
fn each_folder_is_a_project_of_its_own() {
    let mut client = Client::start();
    let folders: Vec<Json> = ["one", "two"].iter().map(|name| json!({ "uri": client.uri(name), "name": name })).collect();
    client.write("one/lib.kdsl", "let a = 1\n");
    client.write("two/lib.kdsl", "let b = 1\n");
    client.ask("initialize", json!({ "processId": null, "workspaceFolders": folders, "capabilities": {} }));
    for (name, expected) in [("one/main.kdsl", vec![]), ("two/main.kdsl", vec!["1:8 unknown-name"])] {
        client.open(name, "import \"./lib.kdsl\"\nlet c = a\n");
        assert_eq!(client.diagnostics(name, |_| true), expected, "{name}");
    }
    // A file outside all folders has its own folder; one that is nowhere has none.
    client.write("three/lib.kdsl", "let a = 1\n");
    client.open("three/main.kdsl", "import \"./lib.kdsl\"\nlet c = a\n");
    assert_eq!(client.diagnostics("three/main.kdsl", |_| true), Vec::<String>::new());
    client.tell(
        "textDocument/didOpen",
        json!({ "textDocument": { "uri": "untitled:Untitled-1", "languageId": "kdsl", "version": 1, "text": "let c = a" } }),
    );
    let message = client.wait("diagnostics", |m| m["params"]["uri"] == "untitled:Untitled-1");
    assert_eq!(message["params"]["diagnostics"][0]["code"], "unknown-name");
    let removed = json!([{ "uri": client.uri("two"), "name": "two" }]);
    client.tell("workspace/didChangeWorkspaceFolders", json!({ "event": { "added": [], "removed": removed } }));
    assert_eq!(client.end().code(), Some(0));
}

#[test]
fn a_path_out_of_the_folder_is_refused() {
    let mut client = Client::start();
    let folder = json!([{ "uri": client.uri("in"), "name": "in" }]);
    client.write("secret.kdsl", "let a = 1\n");
    client.write("in/x.kdsl", "");
    client.ask("initialize", json!({ "processId": null, "workspaceFolders": folder, "capabilities": {} }));
    client.open("in/main.kdsl", "import \"../secret.kdsl\"\nlet b = a\n");
    let found = client.diagnostics("in/main.kdsl", |list| !list.is_empty());
    assert!(found.contains(&"0:7 file-unreadable".to_string()), "{found:?}");
    assert_eq!(client.end().code(), Some(0));
}
