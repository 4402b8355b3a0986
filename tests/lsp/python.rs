//! The server under a client that others wrote: pygls, where Python has it.

use super::*;

#[test]
fn a_session_of_pygls() {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/lsp/session.py");
    let probe = Command::new("python3").args(["-c", "import pygls, lsprotocol"]).stderr(Stdio::null()).status();
    if !probe.is_ok_and(|status| status.success()) {
        eprintln!("skipped: python3 has no pygls (pip install pygls)");
        return;
    }
    let output = Command::new("python3").arg(script).arg(env!("CARGO_BIN_EXE_kdsl")).output().expect("python starts");
    let text = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{text}");
}
