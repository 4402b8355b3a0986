//! Builtins on files of the project. The host finds them and keeps to the project's folder.

use super::args::{Args, shown, text};
use super::{Builtin, Fault, Param, Sig};
use crate::diag::codes::{BAD_ARGUMENT, NOT_UTF8};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// The file that the examples below read: its path and its text.
pub const EXAMPLE_FILE: (&str, &str) = ("conf/greeting.txt", "hello\n");

const PATH: &[Param] = &[Param::required("path", Sig::String)];

pub const FAMILY: &[Builtin] = &[
    Builtin {
        name: "read",
        params: PATH,
        ret: Sig::String,
        doc: "The text of a file, unchanged. The path starts at the file that names it and stays inside the project's folder.",
        example: r#"read("conf/greeting.txt") == "hello\n""#,
        run: |host, args| {
            let path = args.text(0)?;
            let bytes = host.read(path)?;
            host.spend(bytes.len())?;
            match String::from_utf8(bytes) {
                Ok(content) => text(content),
                Err(e) => Err(Fault::at(
                    0,
                    &NOT_UTF8,
                    format!("{} is not UTF-8 text: byte {} belongs to no character", shown(path), e.utf8_error().valid_up_to()),
                )
                .with_help("`readBase64` reads files of any kind, for `binaryData` of a ConfigMap or `data` of a Secret")),
            }
        },
    },
    Builtin {
        name: "readBase64",
        params: PATH,
        ret: Sig::String,
        doc: "The bytes of a file in base64, for `binaryData` of a ConfigMap and `data` of a Secret. The path is as for `read`.",
        example: r#"readBase64("conf/greeting.txt") == "aGVsbG8K""#,
        run: |host, args| {
            let bytes = host.read(args.text(0)?)?;
            host.spend(bytes.len().saturating_mul(4) / 3 + 4)?;
            text(STANDARD.encode(bytes))
        },
    },
    Builtin {
        name: "basename",
        params: PATH,
        ret: Sig::String,
        doc: "The last part of a path.",
        example: r#"basename("conf/app.conf") == "app.conf""#,
        run: |_, args| {
            let path = args.text(0)?;
            match path.trim_end_matches('/').rsplit('/').next() {
                Some(name) if !name.is_empty() => text(name),
                _ => Err(Fault::at(0, &BAD_ARGUMENT, format!("the path {} names no file", shown(path)))
                    .with_help("a path ends with the name of a file or folder: \"conf/app.conf\"")),
            }
        },
    },
];
