//! Builtins that encode, decode and digest: base64, SHA-256, JSON and YAML.

use super::args::{Args, Given, null, shown, text, weigh};
use super::{Arg, Builtin, Fault, Host, Param, Sig, computed};
use crate::data::{self, DataError, Plain};
use crate::diag::codes::{BAD_ARGUMENT, BAD_DATA, NOT_DATA, NOT_UTF8};
use crate::emit::write_yaml;
use crate::value::{Node, Value};
use base64::engine::general_purpose::STANDARD;
use base64::{DecodeError, Engine};
use ecow::EcoString;
use serde::Serialize;
use sha2::{Digest, Sha256};

const TEXT: &[Param] = &[Param::required("s", Sig::String)];

pub const FAMILY: &[Builtin] = &[
    Builtin {
        name: "base64",
        params: TEXT,
        ret: Sig::String,
        doc: "The string's UTF-8 bytes in base64, as `data` of a Secret holds them.",
        example: r#"base64("admin") == "YWRtaW4=""#,
        run: |host, args| {
            host.spend(args.text(0)?.len().saturating_mul(4) / 3 + 4)?;
            text(STANDARD.encode(args.text(0)?.as_bytes()))
        },
    },
    Builtin {
        name: "base64Decode",
        params: TEXT,
        ret: Sig::String,
        doc: "The text behind base64. Line breaks and blanks in it do not count; what it holds must be UTF-8.",
        example: r#"base64Decode("YWRtaW4=") == "admin""#,
        run: base64_decode,
    },
    Builtin {
        name: "sha256",
        params: TEXT,
        ret: Sig::String,
        doc: "The SHA-256 digest of the string's UTF-8 bytes, 64 hexadecimal digits.",
        example: r#"substring(sha256("abc"), 0, 8) == "ba7816bf""#,
        run: |host, args| {
            host.spend(args.text(0)?.len() + 64)?;
            text(hex(&Sha256::digest(args.text(0)?.as_bytes())))
        },
    },
    Builtin {
        name: "hash",
        params: &[Param::required("value", Sig::Any)],
        ret: Sig::String,
        doc: "Ten hexadecimal digits that stand for the whole value: the start of the SHA-256 digest of its canonical JSON. The order of entries, entries that are null, and where a value came from do not count. It never changes from one version of kdsl to the next, so that it may stand in names and annotations.",
        example: r#"hash({ a = 1, b = 2 }) == hash({ b = 2, a = 1 }) and len(hash("x")) == 10"#,
        run: |host, args| {
            let value = &args.node(0)?.value;
            weigh(host, 0, value)?;
            text(short_hash(value))
        },
    },
    Builtin {
        name: "json.parse",
        params: TEXT,
        ret: Sig::Any,
        doc: "The value of a JSON text. A key that is written twice, or a number that does not fit, is an error.",
        example: r#"json.parse("{\"ports\": [80]}").ports == [80]"#,
        run: json_parse,
    },
    Builtin {
        name: "json.format",
        params: &[Param::required("value", Sig::Any), Param::optional("indent", Sig::Int)],
        ret: Sig::String,
        doc: "The value as JSON, on one line, or on several that are indented by `indent` blanks a level. Quantities, durations and percentages become their text; entries that are null are left out.",
        example: r#"json.format({ level = "info", ports = [80] }) == "{\"level\":\"info\",\"ports\":[80]}""#,
        run: json_format,
    },
    Builtin {
        name: "yaml.parse",
        params: TEXT,
        ret: Sig::Any,
        doc: "The value of a YAML text with one document; null where it is empty. YAML 1.2: `yes` and `on` are strings. Anchors and merge keys work; tags, keys that are written twice, and numbers that do not fit are errors.",
        example: r#"yaml.parse("ports: [80, 443]").ports == [80, 443]"#,
        run: yaml_parse,
    },
    Builtin {
        name: "yaml.parseAll",
        params: TEXT,
        ret: Sig::List(&Sig::Any),
        doc: "The values of all documents of a YAML text, as `yaml.parse` reads one.",
        example: r#"yaml.parseAll("a: 1\n---\na: 2\n") == [{ a = 1 }, { a = 2 }]"#,
        run: |host, args| super::args::list_of_nodes(yaml_documents(host, args)?),
    },
    Builtin {
        name: "yaml.format",
        params: &[Param::required("value", Sig::Any)],
        ret: Sig::String,
        doc: "The value as a YAML document that ends with a line break, quoted so that readers of YAML 1.1 understand it too. Quantities, durations and percentages become their text; entries that are null are left out.",
        example: r#"yaml.format({ level = "info", ports = [80] }) == "level: info\nports:\n- 80\n""#,
        run: yaml_format,
    },
];

/// The ten digits of `hash(value)`; also what the library's kinds put into names and annotations.
pub fn short_hash(value: &Value) -> EcoString {
    let mut json = Vec::new();
    data::canonical(value, &mut json);
    EcoString::from(&hex(&Sha256::digest(&json))[..10])
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn base64_decode(host: &mut dyn Host, args: &[Arg]) -> Given {
    let encoded = args.text(0)?;
    host.spend(encoded.len())?;
    let dense: Vec<u8> = encoded.bytes().filter(|b| !b.is_ascii_whitespace()).collect();
    let bytes = STANDARD.decode(&dense).map_err(|e| not_base64(encoded, &dense, &e))?;
    match String::from_utf8(bytes) {
        Ok(decoded) => text(decoded),
        Err(e) => Err(Fault::at(
            0,
            &NOT_UTF8,
            format!("what this base64 stands for is not UTF-8 text: byte {} belongs to no character", e.utf8_error().valid_up_to()),
        )
        .with_help("leave them in base64: `binaryData` of a ConfigMap and `data` of a Secret take it as it is")),
    }
}

fn not_base64(encoded: &str, dense: &[u8], e: &DecodeError) -> Fault {
    let why = match e {
        DecodeError::InvalidByte(_, byte) if *byte == b'=' => "`=` stands before its end".to_owned(),
        DecodeError::InvalidByte(_, byte) if byte.is_ascii_graphic() => format!("it holds `{}`", char::from(*byte)),
        DecodeError::InvalidByte(..) => "it holds a character that is no letter or digit".to_owned(),
        DecodeError::InvalidLength(_) => "it ends in the middle of a group of four".to_owned(),
        DecodeError::InvalidLastSymbol { .. } => "its last letter or digit stands for bits that no byte takes up".to_owned(),
        DecodeError::InvalidPadding => "it does not end with as many `=` as fill a group of four".to_owned(),
    };
    let fault = Fault::at(0, &BAD_DATA, format!("{} is no base64: {why}", shown(encoded)));
    if dense.iter().any(|b| matches!(b, b'-' | b'_')) {
        return fault.with_help("`-` and `_` belong to the form for URLs; replace them by `+` and `/`");
    }
    fault.with_help("base64 has letters, digits, `+` and `/`, and `=` at the end to fill a group of four")
}

fn json_parse(host: &mut dyn Host, args: &[Arg]) -> Given {
    const HELP: &str = "JSON has its keys in double quotes, no comments, and no comma before a closing bracket";
    metered(host, args.text(0)?, |json, origin, meter| data::parse_json(json, origin, meter), "JSON", HELP)
}

fn yaml_parse(host: &mut dyn Host, args: &[Arg]) -> Given {
    let mut documents = yaml_documents(host, args)?;
    match documents.len() {
        0 => null(),
        1 => Ok(documents.remove(0)),
        n => Err(Fault::at(0, &BAD_DATA, format!("this text holds {n} YAML documents, where one is expected"))
            .with_help("`yaml.parseAll` gives the list of all of them")),
    }
}

fn yaml_documents(host: &mut dyn Host, args: &[Arg]) -> Result<Vec<Node>, Fault> {
    const HELP: &str = "YAML is indented with blanks, not tabs, and alike for all entries of a mapping";
    metered(host, args.text(0)?, |yaml, origin, meter| data::parse_yaml(yaml, origin, meter), "YAML", HELP)
}

type Meter<'m> = &'m mut dyn FnMut(usize) -> bool;

/// Parses within the host's limits.
fn metered<T>(
    host: &mut dyn Host,
    source: &str,
    parse: impl FnOnce(&str, crate::value::Origin, Meter<'_>) -> Result<T, DataError>,
    format: &str,
    help: &str,
) -> Result<T, Fault> {
    host.spend(source.len())?;
    let origin = host.origin();
    let mut over = None;
    let parsed = parse(source, origin, &mut |units| match host.spend(units) {
        Ok(()) => true,
        Err(fault) => {
            over = Some(fault);
            false
        }
    });
    parsed.map_err(|e| match (over, &e) {
        (Some(fault), _) => fault,
        (None, DataError::Malformed { .. }) => Fault::at(0, &BAD_DATA, format!("this text is no {format}: {e}")).with_help(help),
        (None, DataError::Stopped | DataError::Refused { .. }) => {
            Fault::at(0, &BAD_DATA, format!("this {format} holds what cannot be read: {e}"))
        }
    })
}

/// The value to write, once it is known to be plain data of a bearable size.
fn writable<'a>(host: &mut dyn Host, args: &'a [Arg], format: &str) -> Result<&'a Value, Fault> {
    let value = &args.node(0)?.value;
    weigh(host, 0, value)?;
    match data::opaque(value) {
        None => Ok(value),
        Some((path, found)) => {
            let place = if path.is_empty() { "this".to_owned() } else { format!("`{}`", path.trim_start_matches('.')) };
            let fault = Fault::at(0, &NOT_DATA, format!("{place} is {}, which {format} has no form for", found.type_name()));
            Err(match found {
                Value::Ref(_) => {
                    fault.with_help("its value is known in the cluster only; give it to the container as an environment variable")
                }
                Value::Address(_) => fault.with_help("write a part of the address, such as `.name` or `.host`"),
                _ => fault.with_help("write the ends of the range, `.lo` and `.hi`"),
            })
        }
    }
}

fn json_format(host: &mut dyn Host, args: &[Arg]) -> Given {
    const WIDEST: i64 = 8;
    let value = writable(host, args, "JSON")?;
    let indent = match args.given(1) {
        None => 0,
        Some(_) => args.int(1)?,
    };
    if !(0..=WIDEST).contains(&indent) {
        return Err(Fault::at(1, &BAD_ARGUMENT, format!("an indent of {indent} blanks is outside 0 to {WIDEST}")));
    }
    let mut out = Bounded::new(host);
    let written = if indent == 0 {
        serde_json::to_writer(&mut out, &Plain(value))
    } else {
        let blanks = " ".repeat(indent.unsigned_abs() as usize);
        let pretty = serde_json::ser::PrettyFormatter::with_indent(blanks.as_bytes());
        Plain(value).serialize(&mut serde_json::Serializer::with_formatter(&mut out, pretty))
    };
    out.finish(written.map_err(|e| e.to_string()))
}

fn yaml_format(host: &mut dyn Host, args: &[Arg]) -> Given {
    writable(host, args, "YAML")?;
    let mut out = String::new();
    write_yaml(args.node(0)?, &mut out);
    host.spend(out.len())?;
    text(out)
}

/// Text that grows within the host's limits.
struct Bounded<'h> {
    host: &'h mut dyn Host,
    bytes: Vec<u8>,
    over: Option<Fault>,
}

impl<'h> Bounded<'h> {
    fn new(host: &'h mut dyn Host) -> Bounded<'h> {
        Bounded { host, bytes: Vec::new(), over: None }
    }

    fn finish(self, written: Result<(), String>) -> Given {
        match (self.over, written, String::from_utf8(self.bytes)) {
            (Some(fault), _, _) => Err(fault),
            (None, Ok(()), Ok(out)) => computed(Value::Str(out.into())),
            (None, Err(why), _) => Err(Fault::at(0, &NOT_DATA, format!("this value cannot be written: {why}"))),
            (None, Ok(()), Err(e)) => Err(Fault::at(0, &NOT_UTF8, format!("what was written is not UTF-8 text: {e}"))),
        }
    }
}

impl std::io::Write for Bounded<'_> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        if let Err(fault) = self.host.spend(bytes.len()) {
            self.over = Some(fault);
            return Err(std::io::Error::other("too large"));
        }
        self.bytes.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}
