//! A real cluster on loopback, started by `tests/cluster/up`, whose objects can be made and read.
use kdsl::emit;
use kdsl::object::Object;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Mutex, PoisonError};

pub struct Server {
    address: String,
    state: PathBuf,
}

/// How an object is applied.
pub const APPLY: &str = "fieldManager=kdsl&fieldValidation=Strict&force=true";

impl Server {
    /// The server that `up` starts with these options; `None`, with a word about it, where there is no Go to build it.
    pub fn start(options: &[&str]) -> Option<Server> {
        if Command::new("go").arg("version").output().is_err() {
            println!("skipped: building Kubernetes needs Go, which is not on this machine");
            return None;
        }
        // Two tests at once would start two.
        static STARTING: Mutex<()> = Mutex::new(());
        let _alone = STARTING.lock().unwrap_or_else(PoisonError::into_inner);
        let program = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cluster/up");
        let up = Command::new(program).args(options).output().expect("tests/cluster/up runs");
        let text = String::from_utf8_lossy(&up.stdout).trim().to_string();
        assert!(up.status.success(), "tests/cluster/up failed:\n{}", String::from_utf8_lossy(&up.stderr));
        let config = std::fs::read_to_string(&text).expect("the kubeconfig is there");
        let address = config.split("server:").nth(1).and_then(|s| s.split(['\n', ',', '}']).next()).expect("a server's address");
        let state = Path::new(&text).parent().expect("its folder").to_path_buf();
        Some(Server { address: address.trim().trim_matches('"').to_string(), state })
    }

    /// Applies the object, with these parameters of the request.
    pub fn apply(&self, object: &Object, how: &str) -> Result<(), String> {
        self.send("PATCH", &format!("{}/{}?{how}", collection(object), object.name), &yaml(object)).map(drop)
    }

    /// What the server answers: the body, or the code of a refusal and its body. What is patched is applied as YAML; all else is JSON.
    pub fn send(&self, method: &str, path: &str, body: &str) -> Result<String, String> {
        let token = std::fs::read_to_string(self.state.join("token")).expect("the token is there");
        let mut curl = Command::new("curl");
        curl.args(["-sS", "-X", method, "--cacert"]).arg(self.state.join("certs/apiserver.crt"));
        curl.args(["-H", &format!("Authorization: Bearer {}", token.trim()), "-w", "\n%{http_code}"]);
        if !body.is_empty() {
            let content = if method == "PATCH" { "application/apply-patch+yaml" } else { "application/json" };
            // The body goes through a pipe: an argument has its limits.
            curl.args(["-H", &format!("Content-Type: {content}"), "--data-binary", "@-"]);
        }
        curl.arg(format!("{}{path}", self.address)).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut curl = curl.spawn().expect("curl runs");
        curl.stdin.take().expect("its input").write_all(body.as_bytes()).expect("curl reads");
        let output = curl.wait_with_output().expect("curl ends");
        let answer = String::from_utf8_lossy(&output.stdout);
        let (text, code) = answer.trim().rsplit_once('\n').unwrap_or(("", &answer));
        match code {
            "200" | "201" => Ok(text.to_string()),
            _ => Err(format!("{code} {text} {}", String::from_utf8_lossy(&output.stderr))),
        }
    }
}

/// Where the API has the objects of its kind.
pub fn collection(object: &Object) -> String {
    let kind = object.kind;
    let group = if kind.group.is_empty() { "api".to_string() } else { format!("apis/{}", kind.group) };
    let place = match (kind.namespaced, object.namespace) {
        (true, namespace) => format!("namespaces/{}/", namespace.map_or("default", |n| n.as_str())),
        (false, _) => String::new(),
    };
    format!("/{group}/{}/{place}{}", kind.version, kind.plural)
}

pub fn yaml(object: &Object) -> String {
    let mut body = String::new();
    emit::write_yaml(&object.node(), &mut body);
    body
}
