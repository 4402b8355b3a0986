//! Builtins on strings. Positions and lengths count characters (Unicode scalar values), never bytes.

use super::args::{self, Args, Given, boolean, described, misfit, shown, text};
use super::{Arg, Builtin, Fault, Host, Param, Sig};
use crate::data::scalar_text;
use crate::diag::codes::{BAD_ARGUMENT, BAD_PATTERN};
use crate::diag::suggest;
use crate::pattern;
use crate::types::Format;
use crate::value::Value;
use ecow::EcoString;
use sha2::{Digest, Sha256};

const FORMAT: &[Param] = &[Param::required("format", Sig::String), Param::required("s", Sig::String)];

pub const FAMILY: &[Builtin] = &[
    Builtin {
        name: "byteLen",
        params: &[Param::required("s", Sig::String)],
        ret: Sig::Int,
        doc: "The number of bytes of a string in UTF-8, which is what limits of size count. `len` counts characters.",
        example: r#"byteLen("größe") == 7 and byteLen("") == 0"#,
        run: |_, args| args::count(args.text(0)?.len()),
    },
    Builtin {
        name: "upper",
        params: &[Param::required("s", Sig::String)],
        ret: Sig::String,
        doc: "The string in upper case.",
        example: r#"upper("debug") == "DEBUG""#,
        run: |host, args| changed(host, args.text(0)?, |s| s.to_uppercase()),
    },
    Builtin {
        name: "nearest",
        params: &[Param::required("s", Sig::String), Param::required("names", Sig::List(&Sig::String))],
        ret: Sig::Optional(&Sig::String),
        doc: "The name that someone who wrote `s` may have meant: one that differs in case, dashes and underscores alone, or else by a few letters; null where none is near.",
        example: r#"nearest("db_host", ["DB_PORT", "DB_HOST"]) == "DB_HOST" and nearest("a", ["b"]) == null"#,
        run: nearest,
    },
    Builtin {
        name: "lower",
        params: &[Param::required("s", Sig::String)],
        ret: Sig::String,
        doc: "The string in lower case.",
        example: r#"lower("Shop-API") == "shop-api""#,
        run: |host, args| changed(host, args.text(0)?, |s| s.to_lowercase()),
    },
    Builtin {
        name: "trim",
        params: &[Param::required("s", Sig::String)],
        ret: Sig::String,
        doc: "The string without blanks and line ends at its start and end.",
        example: r#"trim("  1.4.2\n") == "1.4.2""#,
        run: |host, args| changed(host, args.text(0)?, |s| s.trim().to_owned()),
    },
    Builtin {
        name: "split",
        params: &[Param::required("s", Sig::String), Param::required("separator", Sig::String)],
        ret: Sig::List(&Sig::String),
        doc: "The parts of the string between the separators. There is always one part more than there are separators, so `split(\"\", \",\")` is `[\"\"]`.",
        example: r#"split("a,b,c", ",") == ["a", "b", "c"]"#,
        run: split,
    },
    Builtin {
        name: "join",
        params: &[Param::required("parts", Sig::List(&Sig::Scalar)), Param::required("separator", Sig::String)],
        ret: Sig::String,
        doc: "The texts of all elements with the separator between them.",
        example: r#"join(["web", 1, 10s], "-") == "web-1-10s""#,
        run: join,
    },
    Builtin {
        name: "replace",
        params: &[Param::required("s", Sig::String), Param::required("from", Sig::String), Param::required("to", Sig::String)],
        ret: Sig::String,
        doc: "The string with every occurrence of `from` replaced by `to`. Both are plain text, not patterns.",
        example: r#"replace("a_b_c", "_", "-") == "a-b-c""#,
        run: replace,
    },
    Builtin {
        name: "startsWith",
        params: &[Param::required("s", Sig::String), Param::required("prefix", Sig::String)],
        ret: Sig::Bool,
        doc: "Whether the string starts with `prefix`.",
        example: r#"startsWith("registry.example.com/shop", "registry.")"#,
        run: |_, args| boolean(args.text(0)?.starts_with(args.text(1)?.as_str())),
    },
    Builtin {
        name: "endsWith",
        params: &[Param::required("s", Sig::String), Param::required("suffix", Sig::String)],
        ret: Sig::Bool,
        doc: "Whether the string ends with `suffix`.",
        example: r#"endsWith("app.conf", ".conf")"#,
        run: |_, args| boolean(args.text(0)?.ends_with(args.text(1)?.as_str())),
    },
    Builtin {
        name: "matches",
        params: &[Param::required("s", Sig::String), Param::required("pattern", Sig::String)],
        ret: Sig::Bool,
        doc: "Whether the regular expression matches somewhere in the string; write `^` and `$` to match all of it. The syntax is RE2's, as Kubernetes has it: no look-around, no back-references.",
        example: r#"matches("v1.33", r"^v1\.[0-9]+$")"#,
        run: matches,
    },
    Builtin {
        name: "isFormat",
        params: FORMAT,
        ret: Sig::Bool,
        doc: "Whether the text has a format, one of those that `String(format = \"…\")` takes.",
        example: r#"isFormat("dns-label", "web-1") and not isFormat("dns-label", "Web")"#,
        run: |_, args| boolean(judged(args)?.is_ok()),
    },
    Builtin {
        name: "formatError",
        params: FORMAT,
        ret: Sig::Optional(&Sig::String),
        doc: "Why the text does not have a format, as the end of a sentence about it; null where it has.",
        example: r#"formatError("dns-label", "web-1") == null and formatError("ip", "a") == "is no IP address such as 10.0.0.1 or 2001:db8::1""#,
        run: |_, args| match judged(args)? {
            Ok(()) => args::null(),
            Err(why) => text(why),
        },
    },
    Builtin {
        name: "padLeft",
        params: &[Param::required("s", Sig::String), Param::required("width", Sig::Int), Param::optional("with", Sig::String)],
        ret: Sig::String,
        doc: "The string with blanks, or the character `with`, before it so that it is at least `width` characters long.",
        example: r#"padLeft(text(7), 3, "0") == "007""#,
        run: pad_left,
    },
    Builtin {
        name: "substring",
        params: &[Param::required("s", Sig::String), Param::required("from", Sig::Int), Param::optional("to", Sig::Int)],
        ret: Sig::String,
        doc: "The characters from position `from`, which counts from 0, up to but without position `to`, or to the end. A negative position counts from the end; what lies outside the string is empty.",
        example: r#"substring("3f2a9c01", 0, 4) == "3f2a" and substring("web-0", -1) == "0""#,
        run: substring,
    },
    Builtin {
        name: "quote",
        params: &[Param::required("s", Sig::String)],
        ret: Sig::String,
        doc: "The string in double quotes with escapes, as JSON and YAML read it. It is no quoting for a shell.",
        example: r#"quote("say \"hi\"") == "\"say \\\"hi\\\"\"""#,
        run: |host, args| {
            host.spend(args.text(0)?.len() + 2)?;
            text(serde_json::Value::from(args.text(0)?.as_str()).to_string())
        },
    },
    Builtin {
        name: "dnsLabel",
        params: &[Param::required("s", Sig::String)],
        ret: Sig::String,
        doc: "A valid DNS label made of the string, for names: lower case, with one `-` for each run of other characters than letters, digits and `-`. What is longer than 63 characters is cut and gets a hash of the whole string, so that long names stay different.",
        example: r#"dnsLabel("Shop API (prod)") == "shop-api-prod""#,
        run: dns_label,
    },
    Builtin {
        name: "text",
        params: &[Param::required("value", Sig::Scalar)],
        ret: Sig::String,
        doc: "The text of a scalar, as interpolation gives it.",
        example: r#"text(1500m) == "1500m" and text(true) == "true""#,
        run: |_, args| match scalar_text(&args.node(0)?.value) {
            Some(s) => text(s),
            None => Err(no_text(0, "this", &args.node(0)?.value)),
        },
    },
];

/// A string made from another of about its size.
fn nearest(host: &mut dyn Host, args: &[Arg]) -> Given {
    let (wanted, names) = (args.text(0)?, args.list(1)?);
    host.spend(names.items.len())?;
    let names = names.items.iter().filter_map(|item| if let Value::Str(name) = &item.node.value { Some(name.as_str()) } else { None });
    super::computed(suggest::nearest(wanted, names).map_or(Value::Null, Value::str))
}

fn changed(host: &mut dyn Host, s: &str, change: impl Fn(&str) -> String) -> Given {
    host.spend(s.len())?;
    text(change(s))
}

fn split(host: &mut dyn Host, args: &[Arg]) -> Given {
    let (s, separator) = (args.text(0)?, args.text(1)?);
    if separator.is_empty() {
        return Err(Fault::at(1, &BAD_ARGUMENT, "the separator is empty, so there is nothing to split at")
            .with_help("give the text that stands between the parts, such as \",\""));
    }
    host.spend(s.len() + s.matches(separator.as_str()).count() + 1)?;
    args::list(host, s.split(separator.as_str()).map(Value::str))
}

fn join(host: &mut dyn Host, args: &[Arg]) -> Given {
    let (parts, separator) = (args.list(0)?, args.text(1)?);
    let mut out = EcoString::new();
    for (i, item) in parts.items.iter().enumerate() {
        let Some(part) = scalar_text(&item.node.value) else {
            return Err(no_text(0, &format!("element {i}"), &item.node.value));
        };
        host.spend(part.len() + separator.len() + 1)?;
        if i > 0 {
            out.push_str(separator);
        }
        out.push_str(&part);
    }
    text(out)
}

fn replace(host: &mut dyn Host, args: &[Arg]) -> Given {
    let (s, from, to) = (args.text(0)?, args.text(1)?, args.text(2)?);
    if from.is_empty() {
        return Err(Fault::at(1, &BAD_ARGUMENT, "the text to replace is empty, so it would be found everywhere")
            .with_help("give at least one character to look for"));
    }
    host.spend(s.len().saturating_add(s.matches(from.as_str()).count().saturating_mul(to.len())))?;
    text(s.replace(from.as_str(), to))
}

/// What a format says of a text.
fn judged(args: &[Arg]) -> Result<Result<(), String>, Fault> {
    let name = args.text(0)?;
    let format = Format::named(name).ok_or_else(|| {
        let names = Format::ALL.iter().map(|(name, _)| *name);
        let fault = Fault::at(0, &BAD_ARGUMENT, format!("there is no format {}", shown(name)));
        match suggest::nearest(name, names.clone()) {
            Some(near) => fault.with_help(format!("did you mean `{near}`?")),
            None => fault.with_help(format!("there are {}", names.collect::<Vec<_>>().join(", "))),
        }
    })?;
    Ok(format.check(args.text(1)?))
}

fn matches(host: &mut dyn Host, args: &[Arg]) -> Given {
    let (s, pattern) = (args.text(0)?, args.text(1)?);
    host.spend(s.len() + 1)?;
    match pattern::compiled(pattern) {
        Ok(regex) => boolean(regex.is_match(s)),
        Err(why) => Err(Fault::at(1, &BAD_PATTERN, format!("this is no regular expression: {why}"))
            .with_help("the syntax is RE2's; in a raw string, r\"…\", a backslash needs no second one")),
    }
}

fn pad_left(host: &mut dyn Host, args: &[Arg]) -> Given {
    let (s, width) = (args.text(0)?, args.int(1)?);
    let filler = match args.given(2) {
        None => " ",
        Some(_) => args.text(2)?.as_str(),
    };
    if filler.chars().count() != 1 {
        return Err(Fault::at(2, &BAD_ARGUMENT, format!("a string is padded with one character, not with {}", shown(filler))));
    }
    let missing = usize::try_from(width).unwrap_or(0).saturating_sub(s.chars().count());
    host.spend(missing.saturating_mul(filler.len()).saturating_add(s.len()))?;
    text(filler.repeat(missing) + s)
}

fn substring(host: &mut dyn Host, args: &[Arg]) -> Given {
    let s = args.text(0)?;
    host.spend(s.len())?;
    let length = s.chars().count();
    let position = |n: i64| {
        let distance = usize::try_from(n.unsigned_abs()).unwrap_or(usize::MAX);
        if n < 0 { length.saturating_sub(distance) } else { length.min(distance) }
    };
    let from = position(args.int(1)?);
    let to = match args.given(2) {
        None => length,
        Some(_) => position(args.int(2)?),
    };
    text(s.chars().skip(from).take(to.saturating_sub(from)).collect::<EcoString>())
}

fn dns_label(host: &mut dyn Host, args: &[Arg]) -> Given {
    const LONGEST: usize = 63;
    const SUFFIX: usize = 8;
    let s = args.text(0)?;
    host.spend(s.len())?;
    let mut label = String::with_capacity(s.len());
    for c in s.chars().flat_map(char::to_lowercase) {
        let fits = c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        match fits {
            true => label.push(c),
            false if label.ends_with('-') => {}
            false => label.push('-'),
        }
    }
    let label = label.trim_matches('-');
    if label.is_empty() {
        return Err(Fault::at(0, &BAD_ARGUMENT, format!("no DNS label can be made of {}", shown(s)))
            .with_help("a DNS label has at least one of the letters a to z or the digits"));
    }
    if label.len() <= LONGEST {
        return text(label);
    }
    let hash: String = Sha256::digest(s.as_bytes()).iter().take(SUFFIX / 2).map(|byte| format!("{byte:02x}")).collect();
    let kept = label[..LONGEST - SUFFIX - 1].trim_end_matches('-');
    text(format!("{kept}-{hash}"))
}

/// The fault of a value that has no text.
fn no_text(arg: usize, what: &str, value: &Value) -> Fault {
    let fault = Fault::at(arg, &BAD_ARGUMENT, format!("{what} is {}, which has no text", described(value)));
    match value {
        Value::Null => fault.with_help("give a default for it with `??`"),
        Value::List(_) | Value::Record(_) => fault.with_help("`json.format` and `yaml.format` write lists and records as text"),
        Value::Address(_) => fault.with_help("read a part of the address, such as `.name` or `.host`"),
        Value::Ref(_) => fault.with_help("its value is known in the cluster only; pass it on as an environment variable"),
        Value::Range(_) => fault.with_help("read one end of the range, `.lo` or `.hi`"),
        Value::Bool(_) | Value::Int(_) | Value::Float(_) | Value::Str(_) | Value::Quantity(_) | Value::Duration(_) | Value::Percent(_) => {
            misfit(arg, "a scalar", value)
        }
    }
}
