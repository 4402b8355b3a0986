//! Formats of strings that Kubernetes or a standard defines, and whether a text has one.
//!
//! Each is as the API server judges it, where it does; the error is the end of a sentence about the text.

use super::{Format, address, clock};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use regex::Regex;
use std::sync::LazyLock;

impl Format {
    /// Every format under the name that `format = "…"` takes.
    pub const ALL: &'static [(&'static str, Format)] = &[
        ("image", Format::Image),
        ("pinned-image", Format::PinnedImage),
        ("cron", Format::Cron),
        ("timezone", Format::TimeZone),
        ("go-duration", Format::GoDuration),
        ("quantity", Format::Quantity),
        ("percent", Format::Percent),
        ("cidr", Format::Cidr),
        ("loose-cidr", Format::LooseCidr),
        ("canonical-cidr", Format::CanonicalCidr),
        ("ip", Format::Ip),
        ("loose-ip", Format::LooseIp),
        ("canonical-ip", Format::CanonicalIp),
        ("endpoint-ip", Format::EndpointIp),
        ("semver", Format::Semver),
        ("dns-label", Format::DnsLabel),
        ("dns-1035-label", Format::Dns1035Label),
        ("dns-subdomain", Format::DnsSubdomain),
        ("dns-subdomain-prefix", Format::DnsSubdomainPrefix),
        ("wildcard-dns", Format::WildcardDns),
        ("domain-name", Format::DomainName),
        ("search-domain", Format::SearchDomain),
        ("csi-driver", Format::CsiDriver),
        ("label-key", Format::LabelKey),
        ("label-value", Format::LabelValue),
        ("annotation-key", Format::AnnotationKey),
        ("prefixed-key", Format::PrefixedKey),
        ("resource-name", Format::ResourceName),
        ("container-resource", Format::ContainerResource),
        ("env-name", Format::EnvName),
        ("c-identifier", Format::CIdentifier),
        ("config-key", Format::ConfigKey),
        ("port-name", Format::PortName),
        ("http-header", Format::HttpHeader),
        ("sysctl", Format::Sysctl),
        ("path", Format::Path),
        ("plain-path", Format::PlainPath),
        ("relative-path", Format::RelativePath),
        ("mounted-path", Format::MountedPath),
        ("path-segment", Format::PathSegment),
        ("domain-path", Format::DomainPath),
        ("trimmed", Format::Trimmed),
        ("json-object", Format::JsonObject),
        ("base64-json-object", Format::EncodedJsonObject),
        ("url", Format::Url),
    ];

    pub fn named(name: &str) -> Option<Format> {
        Format::ALL.iter().find(|(n, _)| *n == name).map(|(_, f)| *f)
    }

    /// `Err` with the end of a sentence: "…" + why the text does not fit.
    pub fn check(self, text: &str) -> Result<(), String> {
        match self {
            Format::Image => image(text).map(drop),
            Format::PinnedImage => pinned_image(text),
            Format::Cron => clock::cron(text),
            Format::TimeZone => clock::time_zone(text),
            Format::GoDuration => clock::go_duration(text),
            Format::Quantity => quantity(text),
            Format::Percent => form(text, &PERCENT, "is no percentage: digits and a `%` behind them, as `25%`"),
            Format::Cidr => address::cidr(text),
            Format::LooseCidr => address::loose_cidr(text),
            Format::CanonicalCidr => address::canonical_cidr(text),
            Format::Ip => address::ip(text),
            Format::LooseIp => address::loose_ip(text),
            Format::CanonicalIp => address::canonical_ip(text),
            Format::EndpointIp => address::endpoint_ip(text),
            Format::Semver => semver::Version::parse(text).map(drop).map_err(|e| format!("is no semantic version: {e}")),
            Format::DnsLabel => dns_label(text),
            Format::Dns1035Label => dns_1035_label(text),
            Format::DnsSubdomain => dns_subdomain(text),
            Format::DnsSubdomainPrefix => dns_subdomain(&completed(text)),
            Format::WildcardDns => wildcard_dns(text),
            Format::DomainName => domain_name(text),
            Format::SearchDomain => search_domain(text),
            Format::CsiDriver => csi_driver(text),
            Format::LabelKey => label_key(text),
            Format::LabelValue => label_value(text),
            Format::AnnotationKey => label_key(&text.to_lowercase()).map_err(|why| why.replace("label key", "annotation key")),
            Format::PrefixedKey => prefixed_key(text),
            Format::ResourceName => resource_name(text),
            Format::ContainerResource => container_resource(text),
            Format::EnvName => env_name(text),
            Format::CIdentifier => form(text, &C_IDENTIFIER, "is no identifier: letters, digits and `_`, and no digit first"),
            Format::ConfigKey => config_key(text),
            Format::PortName => port_name(text),
            Format::HttpHeader => form(text, &HTTP_HEADER, "is no name of an HTTP header: letters, digits and `-`"),
            Format::Sysctl => sysctl(text),
            Format::Path => match text.starts_with('/') {
                true => Ok(()),
                false => Err("is no absolute path: it begins with `/`".into()),
            },
            Format::PlainPath => plain_path(text),
            Format::RelativePath => relative_path(text),
            Format::MountedPath => mounted_path(text),
            Format::PathSegment => path_segment(text),
            Format::DomainPath => domain_path(text),
            Format::Trimmed => match text.trim() == text {
                true => Ok(()),
                false => Err("has blanks around it".into()),
            },
            Format::JsonObject => json_object(text.as_bytes()),
            Format::EncodedJsonObject => match STANDARD.decode(text.bytes().filter(|b| !matches!(b, b'\r' | b'\n')).collect::<Vec<u8>>()) {
                Ok(bytes) => json_object(&bytes),
                Err(_) => Err("is no base64".into()),
            },
            Format::Url => url(text),
        }
    }
}

/// The parts of an image reference.
pub struct ImageParts<'t> {
    pub name: &'t str,
    pub tag: Option<&'t str>,
    pub digest: Option<&'t str>,
}

/// Splits an image reference by the grammar of the OCI distribution specification.
pub fn image(text: &str) -> Result<ImageParts<'_>, String> {
    static IMAGE: LazyLock<Regex> = LazyLock::new(|| {
        let host =
            r"(?:[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?)*|\[[a-fA-F0-9:]+\])(?::[0-9]+)?";
        let part = r"[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*";
        let tag = r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}";
        let digest = r"[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}";
        regex_of(&format!("^((?:{host}/)?{part}(?:/{part})*)(?::({tag}))?(?:@({digest}))?$"))
    });
    let Some(found) = IMAGE.captures(text) else {
        let why = match text {
            "" => "is empty: an image is a name with a tag, `nginx:1.27.0`",
            t if t.contains(char::is_whitespace) => "holds a blank, which no image reference can",
            t if t.chars().any(|c| c.is_ascii_uppercase()) && !t.contains(':') => "is no image reference: its name is in lower case",
            _ => "is no image reference: `[registry/]name[:tag][@digest]`, the name in lower case",
        };
        return Err(why.into());
    };
    let group = |i| found.get(i).map(|m: regex::Match| m.as_str());
    Ok(ImageParts { name: group(1).unwrap_or(text), tag: group(2), digest: group(3) })
}

fn pinned_image(text: &str) -> Result<(), String> {
    let parts = image(text)?;
    match (parts.tag, parts.digest) {
        (_, Some(_)) => Ok(()),
        (Some("latest"), None) => {
            Err("is not pinned: what `latest` names changes under a running fleet; write a version or a digest".into())
        }
        (Some(_), None) => Ok(()),
        (None, None) => Err(format!("is not pinned: write a tag or a digest, `{text}:1.2.3`")),
    }
}

fn dns_label(text: &str) -> Result<(), String> {
    static LABEL: LazyLock<Regex> = LazyLock::new(|| regex_of("^[a-z0-9]([-a-z0-9]*[a-z0-9])?$"));
    if text.len() > 63 {
        return Err(format!("has {} characters, 63 at most are allowed", text.len()));
    }
    if LABEL.is_match(text) {
        Ok(())
    } else {
        Err("is no DNS label: lower-case letters, digits and `-`, beginning and ending with a letter or digit".into())
    }
}

fn dns_1035_label(text: &str) -> Result<(), String> {
    static LABEL: LazyLock<Regex> = LazyLock::new(|| regex_of("^[a-z]([-a-z0-9]*[a-z0-9])?$"));
    at_most(text, 63)?;
    form(text, &LABEL, "is no DNS label that begins with a letter: lower-case letters, digits and `-`, a letter or digit last")
}

fn dns_subdomain(text: &str) -> Result<(), String> {
    static SUBDOMAIN: LazyLock<Regex> = LazyLock::new(|| regex_of(r"^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$"));
    if text.len() > 253 {
        return Err(format!("has {} characters, 253 at most are allowed", text.len()));
    }
    let rule = "is no DNS name: lower-case letters, digits, `-` and `.`, each part beginning and ending with a letter or digit";
    if SUBDOMAIN.is_match(text) { Ok(()) } else { Err(rule.into()) }
}

/// The beginning of a name: a dash at its end is followed by more.
pub fn completed(text: &str) -> std::borrow::Cow<'_, str> {
    match text.strip_suffix('-') {
        // The server puts a letter for the last two characters.
        Some(rest) if !rest.is_empty() => format!("{}a", &rest[..rest.char_indices().next_back().map_or(0, |(at, _)| at)]).into(),
        _ => text.into(),
    }
}

/// `*.` and a DNS name.
fn wildcard_dns(text: &str) -> Result<(), String> {
    at_most(text, 253)?;
    match text.strip_prefix("*.") {
        Some(rest) => dns_subdomain(rest),
        None => Err("is no wildcard such as `*.example.com`".into()),
    }
}

/// Two labels or more, with or without a dot behind them.
fn domain_name(text: &str) -> Result<(), String> {
    let name = text.strip_suffix('.').unwrap_or(text);
    dns_subdomain(name)?;
    if !name.contains('.') {
        return Err("is no full domain name: it has two parts or more, as `example.com`".into());
    }
    name.split('.').try_for_each(dns_label)
}

/// A search domain of a resolver: a DNS name whose parts may hold `_`, the root itself, or with a dot behind it.
fn search_domain(text: &str) -> Result<(), String> {
    static DOMAIN: LazyLock<Regex> = LazyLock::new(|| regex_of(r"^_?[a-z0-9]([-_a-z0-9]*[a-z0-9])?(\._?[a-z0-9]([-_a-z0-9]*[a-z0-9])?)*$"));
    let name = text.strip_suffix('.').unwrap_or(text);
    if text == "." {
        return Ok(());
    }
    at_most(name, 253)?;
    form(name, &DOMAIN, "is no search domain: lower-case letters, digits, `-`, `_` and `.`, each part ending with a letter or digit")
}

/// A name of a CSI driver: a DNS name of at most 63 characters whose case does not matter.
fn csi_driver(text: &str) -> Result<(), String> {
    at_most(text, 63)?;
    dns_subdomain(&text.to_lowercase())
}

fn label_key(text: &str) -> Result<(), String> {
    let name = match text.rsplit_once('/') {
        Some((prefix, name)) => {
            dns_subdomain(prefix).map_err(|why| format!("has the prefix `{prefix}`, which {why}"))?;
            name
        }
        None => text,
    };
    static NAME: LazyLock<Regex> = LazyLock::new(|| regex_of("^[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$"));
    match name {
        n if n.len() > 63 => Err(format!("has a name of {} characters, 63 at most are allowed", n.len())),
        n if NAME.is_match(n) => Ok(()),
        _ => Err("is no label key: `[prefix/]name`, the name of letters, digits, `-`, `_` and `.`".into()),
    }
}

fn label_value(text: &str) -> Result<(), String> {
    static VALUE: LazyLock<Regex> = LazyLock::new(|| regex_of("^([A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?)?$"));
    if text.len() > 63 {
        return Err(format!("has {} characters, 63 at most are allowed in a label", text.len()));
    }
    if VALUE.is_match(text) {
        Ok(())
    } else {
        Err("is no label value: letters, digits, `-`, `_` and `.`, beginning and ending with a letter or digit".into())
    }
}

/// A label key with a domain in front.
fn prefixed_key(text: &str) -> Result<(), String> {
    label_key(text)?;
    match text.contains('/') {
        true => Ok(()),
        false => Err("has no domain in front: write it as `example.com/name`".into()),
    }
}

/// Names without a domain that stand for a resource wherever one is named: in containers, in claims, and as objects that a quota counts.
const OTHER_RESOURCES: &[&str] = &[
    "limits.cpu",
    "limits.memory",
    "limits.ephemeral-storage",
    "requests.cpu",
    "requests.memory",
    "requests.ephemeral-storage",
    "requests.storage",
    "pods",
    "resourcequotas",
    "services",
    "replicationcontrollers",
    "secrets",
    "persistentvolumeclaims",
    "configmaps",
    "services.nodeports",
    "services.loadbalancers",
    "storage",
];

const HUGE_PAGES: &str = "hugepages-";

fn resource_name(text: &str) -> Result<(), String> {
    label_key(text).map_err(|why| why.replace("label key", "name of a resource"))?;
    let huge = [HUGE_PAGES, "requests.hugepages-"].iter().any(|start| text.starts_with(start));
    if text.contains('/') || huge || OTHER_RESOURCES.contains(&text) || CONTAINER_RESOURCES.contains(&text) {
        return Ok(());
    }
    Err("is no resource that Kubernetes knows; those of others have a domain in front, as `example.com/gpu`".into())
}

const CONTAINER_RESOURCES: &[&str] = &["cpu", "memory", "ephemeral-storage"];

/// What a container may ask for: a resource of Kubernetes itself, or one with a domain that a quota can count.
fn container_resource(text: &str) -> Result<(), String> {
    label_key(text).map_err(|why| why.replace("label key", "name of a resource"))?;
    match text.contains('/') {
        false if CONTAINER_RESOURCES.contains(&text) || text.starts_with(HUGE_PAGES) => Ok(()),
        false => Err("is no resource of a container: there are cpu, memory, ephemeral-storage, hugepages-SIZE, and `domain/name`".into()),
        true if text.contains("kubernetes.io/") => Ok(()),
        true if text.starts_with("requests.") => Err("begins with `requests.`, which only quotas use".into()),
        true => label_key(&format!("requests.{text}")).map_err(|_| "is too long for the name of a resource".into()),
    }
}

/// Since 1.34 the server takes any printable ASCII but `=`.
fn env_name(text: &str) -> Result<(), String> {
    match text {
        "" => Err("is empty".into()),
        t if t.bytes().all(|b| (b' '..=b'~').contains(&b) && b != b'=') => Ok(()),
        _ => Err("is no name of an environment variable: printable ASCII without `=`".into()),
    }
}

fn port_name(text: &str) -> Result<(), String> {
    let ok = (1..=15).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
        && text.bytes().any(|b| b.is_ascii_lowercase())
        && !text.contains("--")
        && !text.starts_with('-')
        && !text.ends_with('-');
    if ok {
        Ok(())
    } else {
        Err("is no port name: at most 15 lower-case letters, digits and single dashes, with at least one letter".into())
    }
}

/// A key of a ConfigMap or a Secret, which becomes the name of a file.
fn config_key(text: &str) -> Result<(), String> {
    static KEY: LazyLock<Regex> = LazyLock::new(|| regex_of("^[-._a-zA-Z0-9]+$"));
    at_most(text, 253)?;
    form(text, &KEY, "is no key: letters, digits, `-`, `_` and `.`")?;
    match text == "." || text.starts_with("..") {
        true => Err("would be a path, not a file".into()),
        false => Ok(()),
    }
}

fn sysctl(text: &str) -> Result<(), String> {
    static NAME: LazyLock<Regex> = LazyLock::new(|| regex_of(r"^([a-z0-9]([-_a-z0-9]*[a-z0-9])?[./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?$"));
    at_most(text, 253)?;
    form(text, &NAME, "is no sysctl such as `net.core.somaxconn`")
}

fn plain_path(text: &str) -> Result<(), String> {
    match text.split('/').any(|part| part == "..") {
        true => Err("holds a `..`, which no path may here".into()),
        false => Ok(()),
    }
}

/// A path within a folder: not absolute, and never upwards.
fn relative_path(text: &str) -> Result<(), String> {
    match text.starts_with('/') {
        true => Err("is no relative path: it begins with `/`".into()),
        false => plain_path(text),
    }
}

/// The path of a file in a volume that Kubernetes fills: names that begin with two dots are its own.
fn mounted_path(text: &str) -> Result<(), String> {
    relative_path(text)?;
    match text.starts_with("..") {
        true => Err("begins with `..`, as only Kubernetes' own files do".into()),
        false => Ok(()),
    }
}

/// A name that can stand in a URL's path.
fn path_segment(text: &str) -> Result<(), String> {
    match text {
        "." | ".." => Err("is a path, not a name".into()),
        t if t.contains(['/', '%']) => Err("holds a `/` or a `%`, which no name may".into()),
        _ => Ok(()),
    }
}

/// A domain, a slash, and a path: `example.com/controller`.
fn domain_path(text: &str) -> Result<(), String> {
    static PATH: LazyLock<Regex> = LazyLock::new(|| regex_of(r"^[A-Za-z0-9/\-._~%!$&'()*+,;=:]+$"));
    match text.split_once('/') {
        Some((domain, path)) if !domain.is_empty() && !path.is_empty() => {
            dns_subdomain(domain).map_err(|why| format!("has the domain `{domain}`, which {why}"))?;
            form(path, &PATH, "has characters behind its domain that no path can hold")
        }
        _ => Err("is no name with a domain in front, as `example.com/controller`".into()),
    }
}

fn quantity(text: &str) -> Result<(), String> {
    static QUANTITY: LazyLock<Regex> =
        LazyLock::new(|| regex_of(r"^[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([KMGTPE]i|[numkMGTPE]|[eE][+-]?[0-9]+)?$"));
    form(text, &QUANTITY, "is no amount such as `200m`, `1.5` or `64Mi`")
}

/// What Go reads as a map of JSON; `null` is an empty one.
fn json_object(text: &[u8]) -> Result<(), String> {
    match serde_json::from_slice::<serde_json::Value>(text) {
        Ok(serde_json::Value::Object(_) | serde_json::Value::Null) => Ok(()),
        Ok(_) => Err("is no JSON object: it stands in `{ }`".into()),
        Err(e) => Err(format!("is no JSON: {e}")),
    }
}

fn url(text: &str) -> Result<(), String> {
    static URL: LazyLock<Regex> = LazyLock::new(|| regex_of(r"^[a-z][a-z0-9+.-]*://[^\s/?#]+\S*$"));
    if URL.is_match(text) { Ok(()) } else { Err("is no URL such as https://example.com/path".into()) }
}

static PERCENT: LazyLock<Regex> = LazyLock::new(|| regex_of("^[0-9]+%$"));
static C_IDENTIFIER: LazyLock<Regex> = LazyLock::new(|| regex_of("^[A-Za-z_][A-Za-z0-9_]*$"));
static HTTP_HEADER: LazyLock<Regex> = LazyLock::new(|| regex_of("^[-A-Za-z0-9]+$"));

fn form(text: &str, pattern: &Regex, otherwise: &str) -> Result<(), String> {
    if pattern.is_match(text) { Ok(()) } else { Err(otherwise.into()) }
}

fn at_most(text: &str, bytes: usize) -> Result<(), String> {
    match text.len() {
        n if n > bytes => Err(format!("has {n} characters, {bytes} at most are allowed")),
        _ => Ok(()),
    }
}

fn regex_of(pattern: &str) -> Regex {
    Regex::new(pattern).expect("a pattern of this file")
}
