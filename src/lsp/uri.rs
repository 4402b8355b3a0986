//! File URIs as paths, and back.

use lsp_types::Uri;
use std::path::{Path, PathBuf};

/// The path of a `file:` URI.
pub fn path(uri: &Uri) -> Option<PathBuf> {
    let rest = uri.as_str().strip_prefix("file://")?;
    let rest = rest.split(['?', '#']).next().unwrap_or(rest);
    let at = rest.find('/')?;
    let host = &rest[..at];
    if !host.is_empty() && !host.eq_ignore_ascii_case("localhost") {
        return None;
    }
    let text = decoded(&rest[at..])?;
    let text = if cfg!(windows) { text.trim_start_matches('/').to_string() } else { text };
    Some(PathBuf::from(text))
}

/// The URI of a path, as editors write it.
pub fn of_path(path: &Path) -> Option<Uri> {
    let text = path.to_str()?.replace(if cfg!(windows) { '\\' } else { '\0' }, "/");
    let slash = if text.starts_with('/') { "" } else { "/" };
    format!("file://{slash}{}", encoded(&text)).parse().ok()
}

fn decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, more)) = rest.split_first() {
        match (first, more) {
            (b'%', [high, low, after @ ..]) => {
                let digit = |byte: &u8| char::from(*byte).to_digit(16);
                bytes.push((digit(high)? * 16 + digit(low)?) as u8);
                rest = after;
            }
            (b'%', _) => return None,
            (byte, more) => {
                bytes.push(byte);
                rest = more;
            }
        }
    }
    String::from_utf8(bytes).ok()
}

fn encoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => out.push(char::from(byte)),
            byte => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_come_back() {
        for text in ["/a/b.kdsl", "/a b/ü#?%.kdsl"] {
            assert_eq!(path(&of_path(Path::new(text)).expect("a URI")), Some(PathBuf::from(text)));
        }
    }

    #[test]
    fn what_is_no_file_has_no_path() {
        for text in ["untitled:Untitled-1", "https://example.com/a", "file://host/a"] {
            assert_eq!(path(&text.parse().expect("a URI")), None, "{text}");
        }
        assert_eq!(path(&"file:///a%20b".parse().expect("a URI")), Some(PathBuf::from("/a b")));
    }
}
