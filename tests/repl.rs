//! The session as a user meets it: from a pipe, and at a real terminal, which tmux holds.
#![cfg(unix)]
#![allow(clippy::disallowed_methods, reason = "tests read files")]

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;

struct Said {
    out: String,
    err: String,
    code: i32,
}

fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    files.iter().for_each(|(name, text)| fs::write(folder.path().join(name), text).unwrap());
    folder
}

/// What a session answers to entries that come from a pipe.
fn pipe(folder: &Path, args: &[&str], entries: &str) -> Said {
    let mut child = Command::new(env!("CARGO_BIN_EXE_kdsl"))
        .arg("repl")
        .args(args)
        .current_dir(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A session that ends at once does not read what is left.
    let _ = child.stdin.take().unwrap().write_all(entries.as_bytes());
    let output = child.wait_with_output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    Said { out: text(output.stdout), err: text(output.stderr), code: output.status.code().unwrap() }
}

#[test]
fn values_are_printed_as_they_are_written() {
    let folder = folder(&[]);
    let said = pipe(
        folder.path(),
        &[],
        "1 + 2\n\"a\\\"b\\n\"\n200m * 2\n[1.5, null, true]\n{ \"a b\" = 1, c { d = [] } }\n1..3\n5min\n30%\n[\n  1,\n  2\n]\nif true\n  then 1 else 2\n",
    );
    let lines: Vec<&str> = said.out.lines().map(|line| line.split(" : ").next().unwrap()).collect();
    assert_eq!(
        lines[..9],
        ["3", r#""a\"b\n""#, "400m", "[1.5, null, true]", "{ \"a b\" = 1, c { d = [] } }", "1..3", "5min", "30%", "[1, 2]"]
    );
}

#[test]
fn a_mistake_costs_one_entry() {
    let folder = folder(&[]);
    let said = pipe(
        folder.path(),
        &[],
        "let a = 1\nlet b = a + \"x\"\na +\n\n}\n\"\nfoo bar\nnosuch\na\nlet a = 2\na\n:nope\n:why Nothing/x\n:load nosuch.kdsl\n",
    );
    assert_eq!(said.out, "a = 1 : Int\n1 : Int\na = 2 : Int\n2 : Int\n");
    assert_eq!(said.code, 1, "an entry failed");
    for word in ["`+` does not work", "`nosuch` is not declared", "there is no command `:nope`", "cannot read `nosuch.kdsl`"] {
        assert!(said.err.contains(word), "`{word}` is missing in\n{}", said.err);
    }
    assert_eq!(pipe(folder.path(), &[], "1\n").code, 0);
    assert_eq!(pipe(folder.path(), &["nosuch.kdsl"], "1\n").code, 2);
}

#[test]
fn a_newcomer_is_told_what_to_do() {
    let folder = folder(&[]);
    let said = pipe(folder.path(), &[], ":yaml\nlet s = \"a $5 \\${x}\"\ns\ntrue\nlet e: \"a\" | \"b\" = \"a\"\nhelp\nexit\n");
    let known = "s = \"a $5 \\${x}\" : String\n\"a $5 \\${x}\" : String\ntrue : Bool\n";
    let (first, rest) = said.out.split_once('\n').unwrap();
    assert!(first.starts_with("no objects yet"), "{first}");
    assert!(rest.starts_with(known), "{rest}");
    for word in ["commands begin with a colon: `:help`", "commands begin with a colon: `:quit`"] {
        assert!(said.err.contains(word), "`{word}` is missing in\n{}", said.err);
    }
    let program = "namespace shop {\n  labels { a = \"b\" }\n\n  config c { data { A = \"1\" } }\n\n}\n\n1 +\n\n1 + 2\n";
    let said = pipe(folder.path(), &[], program);
    assert!(said.out.contains("+ ConfigMap shop/c") && said.out.contains("3 : Int"), "{}{}", said.out, said.err);
    let long = format!("\"{}\\n\\u{{1b}}[31m\"\n", "word ".repeat(40));
    assert!(!pipe(folder.path(), &[], &long).out.contains('\u{1b}'), "a value steers no terminal");
    let help = pipe(folder.path(), &[], ":help\n").out;
    assert!(help.lines().all(|line| line.chars().count() <= 100), "{help}");
}

/// What an entry is told of, as its first place.
#[track_caller]
fn told_at(folder: &Path, entries: &str, place: &str) {
    let said = pipe(folder, &[], entries);
    let first = said.err.lines().find(|line| line.contains("─[ ")).unwrap_or_default();
    assert!(first.contains(&format!("[ {place} ]")), "{place} is not told:\n{}{}", said.out, said.err);
}

/// Of a slip in an expression one thing is said.
#[test]
fn a_slip_is_told_once() {
    let folder = folder(&[]);
    for (entry, told) in [
        ("1 +", "a value is missing after `+`"),
        ("1 + }", "this `}` closes nothing"),
        ("1 +\n  }", "this `}` closes nothing"),
        ("{ x = 1 + }", "a value is missing after `+`"),
        ("{ x = 1 +\n}", "a value is missing after `+`"),
        ("[1 + ]", "a value is missing after `+`"),
        ("let x = { a = 1 + }", "a value is missing after `+`"),
        ("if true and then 1 else 2", "a value is missing after `and`"),
    ] {
        let said = pipe(folder.path(), &[], &format!("{entry}\n\n"));
        let errors: Vec<&str> = said.err.lines().filter(|line| line.starts_with("error[")).collect();
        assert!(errors.len() == 1 && errors[0].ends_with(told), "{entry}\n{}", said.err);
    }
}

#[test]
fn messages_point_at_what_was_typed() {
    let folder = folder(&[("shop.kdsl", "// A shop.\nlet n = 1\n\nconfig c { data { A = \"${n}\" } }\n")]);
    let folder = folder.path();
    let before = "let a = 1\nconfig c {\n  data { A = \"x\" }\n}\n";
    // Expressions, of one line and of several, with blanks before them and behind a command.
    told_at(folder, &format!("{before}a + \"x\"\n"), "<repl>:1:1");
    told_at(folder, &format!("{before}[a, nosuch]\n"), "<repl>:1:5");
    told_at(folder, &format!("{before}   [a,\n  nosuch]\n"), "<repl>:2:3");
    told_at(folder, &format!("{before}:type [a, nosuch]\n"), "<repl>:1:11");
    told_at(folder, &format!("{before}  1 +\n  }}\n"), "<repl>:2:3");
    told_at(folder, &format!("{before}   \"abc\n"), "<repl>:1:4");
    // Declarations, of which the second in its line.
    told_at(folder, &format!("{before}let b = a + \"x\"\n"), "<repl>:1:9");
    told_at(folder, &format!("{before}let b = 1, let c = a + \"x\"\n"), "<repl>:1:20");
    told_at(folder, &format!("{before}config d {{\n  dat {{ }}\n}}\n"), "<repl>:2:3");
    told_at(folder, &format!("{before}app web {{\n  image = \"a:1\",, \n\n\n"), "<repl>:1:9");
    // What was entered before stands in an entry of its own, and what was loaded in its file.
    let said = pipe(folder, &[], &format!("{before}let b = a\nlet a = b\n"));
    assert_eq!(said.err.matches("[ <repl>:1:5 ]").count(), 2, "{}", said.err);
    let said = pipe(folder, &["shop.kdsl"], "let m = n\nlet n = m\n:why c data.A\n");
    assert!(said.err.contains("[ <repl>:1:5 ]"), "{}", said.err);
    assert!(said.out.contains("shop.kdsl:4:23"), "{}", said.out);
    // The check of all params, too.
    let said = pipe(folder, &[], "param env: \"dev\" | \"prod\" = \"dev\"\nlet x =\n  [1][if env == \"dev\" then 0 else 1]\n:check\n");
    assert!(said.err.contains("[ <repl>:2:7 ]"), "{}", said.err);
}

#[test]
fn a_param_without_a_value_takes_nothing_away() {
    let folder = folder(&[]);
    let said = pipe(folder.path(), &[], "ConfigMap c { data { A = \"1\" } }\nparam env: String\n:set env prod\n");
    assert!(!said.out.contains("- ConfigMap"), "{}", said.out);
    assert!(
        said.out.contains("defined param env\nparam `env` has no value yet, and until then there are no objects: `:set env …`\n"),
        "{}",
        said.out
    );
    assert!(said.out.ends_with("  + ConfigMap c\n"), "{}", said.out);
}

#[test]
fn declarations_add_replace_and_go() {
    let folder = folder(&[]);
    let said = pipe(
        folder.path(),
        &[],
        "ConfigMap c { data { A = \"1\" } }\nConfigMap c { data { A = \"2\" } }\n:mark\nConfigMap d { data { A = \"1\" } }\n:diff\n:drop c\n:objects\n:yaml d\n/// Twice.\nfn twice(x: Int) -> Int = x * 2\ntwice(4)\n:doc twice\n:type twice(1)\n:type join\n",
    );
    assert_eq!((said.err.as_str(), said.code), ("", 0));
    for word in [
        "defined ConfigMap c\n  + ConfigMap c\n",
        "replaced ConfigMap c\n  ~ ConfigMap c\n",
        "marked 1 object\n",
        "+ ConfigMap d\n  - ConfigMap c\nConfigMap d\napiVersion: v1\n",
        "8 : Int\n",
        "Twice.\n",
        "\nInt\n",
        "join(",
    ] {
        assert!(said.out.contains(word), "`{word}` is missing in\n{}", said.out);
    }
}

#[test]
fn params_are_set_and_files_are_loaded_and_saved() {
    let shop = "param env: \"dev\" | \"prod\"\nlet n = if env == \"prod\" then 3 else 1\nConfigMap c { data { COUNT = \"${n}\" } }\n";
    let folder = folder(&[("shop.kdsl", shop)]);
    let said = pipe(
        folder.path(),
        &["shop.kdsl"],
        ":set env prod\nn\n:set env prd\n:set\nlet n = 7\n:reload\n:yaml c\n:save new.kdsl\n:save shop.kdsl\n:quit\n1\n",
    );
    for word in [
        "loaded shop.kdsl: 3 declarations\nparam `env` has no value yet, and until then there are no objects: `:set env …`",
        "3 : Int\n",
        "env = \"prod\"",
        "COUNT: \"7\"",
        "wrote new.kdsl\n",
    ] {
        assert!(said.out.contains(word), "`{word}` is missing in\n{}", said.out);
    }
    assert!(said.err.contains("`shop.kdsl` exists already") && said.err.contains("prd"), "{}", said.err);
    assert!(!said.out.ends_with("1 : Int\n"), "`:quit` ends the session");
    assert_eq!(fs::read_to_string(folder.path().join("shop.kdsl")).unwrap(), shop);
    assert_eq!(
        fs::read_to_string(folder.path().join("new.kdsl")).unwrap(),
        shop.replace("let n = if env == \"prod\" then 3 else 1", "let n = 7")
    );
}

/// A terminal of its own, gone at the end.
struct Terminal {
    socket: String,
    folder: TempDir,
}

impl Terminal {
    /// `None` where there is no tmux. Each test has a terminal of its own name.
    fn open(test: &str) -> Option<Terminal> {
        let folder = folder(&[]);
        let terminal = Terminal { socket: format!("kdsl-test-{}-{test}", std::process::id()), folder };
        let home = terminal.folder.path().to_str()?;
        let command = format!("cd {home} && HOME={home} XDG_STATE_HOME= TERM=xterm {} repl", env!("CARGO_BIN_EXE_kdsl"));
        let made = terminal.tmux(&["new-session", "-d", "-x", "100", "-y", "30", "sh", "-c", &command]);
        made.then_some(terminal)
    }

    fn tmux(&self, args: &[&str]) -> bool {
        Command::new("tmux").args(["-L", &self.socket, "-f", "/dev/null"]).args(args).status().is_ok_and(|status| status.success())
    }

    fn keys(&self, keys: &[&str]) {
        let mut args = vec!["send-keys"];
        args.extend(keys);
        assert!(self.tmux(&args), "the session still runs");
    }

    /// Types until the screen shows a text: what comes while a prompt is being made is lost.
    #[track_caller]
    fn types(&self, keys: &[&str], text: &str) {
        for _ in 0..10 {
            self.keys(&["C-u"]);
            self.keys(keys);
            let start = Instant::now();
            while start.elapsed() < Duration::from_secs(5) {
                if self.screen().contains(text) {
                    return;
                }
                std::thread::sleep(Duration::from_millis(50));
            }
        }
        panic!("`{text}` does not come:\n{}", self.screen());
    }

    fn paste(&self, text: &str) {
        self.tmux(&["set-buffer", text]);
        self.tmux(&["paste-buffer", "-p"]);
    }

    fn screen(&self) -> String {
        let output = Command::new("tmux").args(["-L", &self.socket, "capture-pane", "-p"]).output().unwrap();
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    #[track_caller]
    fn shows(&self, text: &str) {
        let start = Instant::now();
        while !self.screen().contains(text) {
            assert!(start.elapsed() < Duration::from_secs(60), "`{text}` does not come:\n{}", self.screen());
            std::thread::sleep(Duration::from_millis(50));
        }
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        self.tmux(&["kill-server"]);
    }
}

#[test]
fn a_terminal_completes_hints_and_goes_on() {
    let Some(terminal) = Terminal::open("completes") else { return println!("there is no tmux: nothing is tested") };
    terminal.shows("`:help` lists the commands");
    terminal.types(&["1 + 2", "Enter"], "3 : Int");
    // An entry goes on while a bracket is open.
    terminal.keys(&["config c {", "Enter", "  data { A = \"x\" }", "Enter", "}", "Enter"]);
    terminal.shows("+ ConfigMap c");
    // Lines need no indent, though in a file they would be taken for the next entry.
    terminal.keys(&["config d {", "Enter", "data { A = \"y\" }", "Enter", "}", "Enter"]);
    terminal.shows("+ ConfigMap d");
    // Several entries that are pasted at once.
    terminal.paste("config e {\n  data { A = \"y\" }\n}\n\n6 * 7\n:type 1\nconfig e.x\n");
    terminal.keys(&["Enter"]);
    terminal.shows("+ ConfigMap e");
    terminal.shows("42 : Int\nInt\nerror[syntax]");
    // A field, and a value that the field takes.
    terminal.types(&["C-k", "app web { repl", "Tab"], "app web { replicas");
    terminal.types(&["C-k", "app web { security = ", "Tab"], "\"baseline\"");
    terminal.keys(&["C-u"]);
    terminal.keys(&[":obj", "Tab", "Enter"]);
    terminal.shows("ConfigMap c");
    // What commands take.
    terminal.types(&["C-k", ":doc app.rollout.maxS", "Tab"], ":doc app.rollout.maxSurge");
    terminal.types(&["C-k", ":wh ConfigMap/c da", "Tab"], ":wh ConfigMap/c data");
    // What a name is, in grey, and what a function takes.
    terminal.types(&["base64Dec"], "String");
    terminal.keys(&["C-u", "1 +", "C-c"]);
    // A number that is nowhere on the screen yet.
    terminal.types(&["40 + 3", "Enter"], "43 : Int");
    let start = Instant::now();
    let history = terminal.folder.path().join(".local/state/kdsl/history");
    let kept = || fs::read_to_string(&history).is_ok_and(|text| text.contains("40 + 3"));
    while !kept() && start.elapsed() < Duration::from_secs(20) {
        // Once more: what comes while a prompt is being made is lost, and so is what comes once the session has ended.
        terminal.tmux(&["send-keys", "C-d"]);
        std::thread::sleep(Duration::from_millis(500));
    }
    assert!(kept(), "history is kept");
}

#[test]
fn what_is_typed_ahead_is_kept_and_history_at_once() {
    let Some(terminal) = Terminal::open("ahead") else { return println!("there is no tmux: nothing is tested") };
    terminal.shows("`:help` lists the commands");
    // A terminal that does not mark what is pasted sends it as if it were typed at once.
    terminal.tmux(&["set-buffer", "1 + 1\nlet a = 20\nconfig c { data { A = \"x\" } }\na * 3\n"]);
    terminal.tmux(&["paste-buffer"]);
    terminal.shows("2 : Int");
    terminal.shows("+ ConfigMap c");
    terminal.shows("60 : Int");
    // Whoever closes the window loses nothing.
    let history = fs::read_to_string(terminal.folder.path().join(".local/state/kdsl/history")).unwrap();
    assert!(history.contains("let a = 20\n") && history.contains("a * 3\n"), "{history}");
}

#[test]
fn help_fits_narrow_terminals() {
    assert!(kdsl::repl::help(40).lines().all(|line| line.chars().count() <= 40), "{}", kdsl::repl::help(40));
    assert!(kdsl::repl::help(100).contains("  :mark                 remember the objects as they are now\n"));
}

#[test]
fn a_declaration_is_documented_too() {
    let folder = folder(&[]);
    let entries = "/// Serves the shop.\nconfig web { data { A = \"x\" } }\n:doc config.web\n:doc config.data\n:doc nothing.there\n";
    let said = pipe(folder.path(), &[], entries);
    assert!(said.out.contains("Serves the shop."), "{}", said.out);
    assert!(said.out.contains("config.data  field"), "{}", said.out);
    assert!(said.err.contains("nothing called `nothing.there`") && !said.err.contains("--in"), "{}", said.err);
}
