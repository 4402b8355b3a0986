//! Builtins on versions and image references.

use super::args::{Args, Given, fields, int, null, shown, text};
use super::{Arg, Builtin, Fault, Host, Param, Sig, computed};
use crate::diag::codes::{BAD_IMAGE, BAD_VERSION, NUMBER_RANGE};
use crate::types::format::{self, ImageParts};
use crate::value::Value;
use semver::Version;
use std::cmp::Ordering;

const IMAGE: &[Param] = &[Param::required("image", Sig::String)];

pub const FAMILY: &[Builtin] = &[
    Builtin {
        name: "semver",
        params: &[Param::required("version", Sig::String)],
        ret: Sig::Fields(&[("major", Sig::Int), ("minor", Sig::Int), ("patch", Sig::Int), ("pre", Sig::String)]),
        doc: "The parts of a semantic version, with or without a `v` before it; `pre` is empty where there is no pre-release part.",
        example: r#"semver("v1.33.2-rc.1").minor == 33 and semver("1.0.0").pre == """#,
        run: parts,
    },
    Builtin {
        name: "semverCompare",
        params: &[Param::required("a", Sig::String), Param::required("b", Sig::String)],
        ret: Sig::Int,
        doc: "-1, 0 or 1 as version `a` is lower than `b`, equal or higher. A pre-release is lower than its release; what follows a `+` does not count.",
        example: r#"semverCompare("1.10.0", "1.9.0") > 0 and semverCompare("2.0.0-rc.1", "2.0.0") < 0"#,
        run: |_, args| {
            let order = parsed(args, 0)?.cmp_precedence(&parsed(args, 1)?);
            int(match order {
                Ordering::Less => -1,
                Ordering::Equal => 0,
                Ordering::Greater => 1,
            })
        },
    },
    Builtin {
        name: "imageName",
        params: IMAGE,
        ret: Sig::String,
        doc: "The image without tag and digest, with its registry where one is written.",
        example: r#"imageName("registry:5000/shop/web:1.2") == "registry:5000/shop/web""#,
        run: |_, args| text(image(args)?.name),
    },
    Builtin {
        name: "imageTag",
        params: IMAGE,
        ret: Sig::Optional(&Sig::String),
        doc: "The tag of the image, or null where none is written.",
        example: r#"imageTag("registry:5000/shop/web:1.2") == "1.2" and imageTag("registry:5000/web") == null"#,
        run: |_, args| image(args)?.tag.map_or_else(null, text),
    },
    Builtin {
        name: "imageDigest",
        params: IMAGE,
        ret: Sig::Optional(&Sig::String),
        doc: "The digest of the image, `sha256:…`, or null where none is written.",
        example: r#"imageDigest("nginx:1.27.0") == null"#,
        run: |_, args| image(args)?.digest.map_or_else(null, text),
    },
];

fn parts(host: &mut dyn Host, args: &[Arg]) -> Given {
    let version = parsed(args, 0)?;
    let part = |name: &str, n: u64| {
        i64::try_from(n).map(Value::Int).map_err(|_| Fault::at(0, &NUMBER_RANGE, format!("the {name} version {n} does not fit an Int")))
    };
    computed(fields(
        host,
        [
            ("major", part("major", version.major)?),
            ("minor", part("minor", version.minor)?),
            ("patch", part("patch", version.patch)?),
            ("pre", Value::str(version.pre.as_str())),
        ],
    ))
}

fn parsed(args: &[Arg], arg: usize) -> Result<Version, Fault> {
    let written = args.text(arg)?;
    let version = written.strip_prefix('v').unwrap_or(written);
    Version::parse(version).map_err(|e| {
        let why = e.to_string().replace("exceeds u64::MAX", "is too large");
        let fault = Fault::at(arg, &BAD_VERSION, format!("{} is no semantic version: {why}", shown(written)));
        if written.starts_with(['<', '>', '=', '^', '~']) {
            return fault.with_help("`semverCompare` compares two versions: write `semverCompare(version, \"1.2.0\") >= 0`");
        }
        match (version.split('.').count(), version.bytes().all(|b| b.is_ascii_digit() || b == b'.')) {
            (1, true) if !version.is_empty() => fault.with_help(format!("a semantic version has three numbers: \"{version}.0.0\"")),
            (2, true) if !version.ends_with('.') => fault.with_help(format!("a semantic version has three numbers: \"{version}.0\"")),
            _ => fault.with_help("a semantic version has three numbers and perhaps a pre-release part: \"1.4.2\", \"2.0.0-rc.1\""),
        }
    })
}

/// The parts of an image reference, by the grammar of the OCI distribution; a SHA-256 digest has all of its digits.
fn image(args: &[Arg]) -> Result<ImageParts<'_>, Fault> {
    let written = args.text(0)?;
    let whole = |parts: &ImageParts<'_>| parts.digest.and_then(|d| d.strip_prefix("sha256:")).is_none_or(|hex| hex.len() == 64);
    format::image(written).ok().filter(whole).ok_or_else(|| {
        let fault = Fault::at(0, &BAD_IMAGE, format!("{} is no image reference", shown(written)));
        if written.contains("://") {
            return fault.with_help("leave out the scheme: an image starts with its registry, \"registry.example.com/shop/web:1.4.2\"");
        }
        if written.trim() != written.as_str() {
            return fault.with_help("it has blanks or line ends around it; `trim` removes them");
        }
        let name = written.split(['@']).next().unwrap_or_default();
        if name.bytes().any(|b| b.is_ascii_uppercase()) && format::image(&written.to_lowercase()).is_ok() {
            return fault.with_help("the name of an image is in small letters");
        }
        if written.contains("@sha256:") {
            return fault.with_help("after `@sha256:` stand 64 hexadecimal digits");
        }
        fault.with_help("it is a name, then perhaps `:tag`, then perhaps `@sha256:…`: \"registry.example.com/shop/web:1.4.2\"")
    })
}
