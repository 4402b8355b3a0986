//! kdsl as a library: compiles text from memory, with a loader of its own, and prints the manifests and what there is to say about them.
//!
//!     cargo run --example embed

use kdsl::{Engine, ReadError, Style, World};

/// Files as another program may have them: made up when they are asked for.
struct Templates;

impl World for Templates {
    fn read(&self, path: &str) -> Result<Vec<u8>, ReadError> {
        let text = match path {
            "shop.kdsl" => {
                r#"
                    import "./teams.kdsl"

                    param env: "dev" | "prod" = "dev"

                    namespace shop {
                      webapp front { image = "nginx:1.27.0", replicas = if env == "prod" then 3 else 1 }
                    }
                "#
            }
            "teams.kdsl" => {
                r#"
                    /// What every web application of this company has in common.
                    kind webapp from app { user = 101, port { http = 8080 }, expose { http = 80 }, readiness { http = "/" } }
                "#
            }
            _ => return Err(ReadError::NotFound),
        };
        Ok(text.as_bytes().to_vec())
    }
}

fn main() {
    let build = Engine::new(Templates).param("env", "prod").build("shop.kdsl");
    print!("{}", build.yaml());
    for object in &build.objects {
        eprintln!("{} {} in {}", object.kind(), object.name(), object.namespace().unwrap_or("no namespace"));
    }

    // A value that does not fit is an error like any other: no objects, and words that say what to do.
    let build = Engine::new(Templates).param("env", "prd").build("shop.kdsl");
    assert!(build.objects.is_empty());
    eprint!("{}", build.diagnostics.render(Style::Pretty { color: false }));
}
