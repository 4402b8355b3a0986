//! The name of the file that holds an object: `[<namespace>/]<kind>-<name>[_<group>].yaml`.
//!
//! It depends on the object alone, so that it stays the same whatever else is built; the version is no part of it, since it is none of
//! the object's identity. Kubernetes' own kinds need no group. Two objects never share a file, also where a file system ignores case:
//! what is no lower-case letter, digit or inner sign is written as `%` and its hexadecimal bytes, and so is `-` in a kind, which would
//! be taken for the separator. A name longer than file systems allow is cut and told apart by a hash.

use super::order::is_builtin;
use sha2::{Digest, Sha256};
use std::fmt::Write;

/// The path, with `/`, relative to the output folder.
pub fn file_name(api_version: &str, kind: &str, namespace: Option<&str>, name: &str) -> String {
    let group = api_version.rsplit_once('/').map_or("", |(group, _)| group);
    let mut out = String::new();
    if let Some(namespace) = namespace.filter(|n| !n.is_empty()) {
        folder(namespace, &mut out);
        out.push('/');
    }
    let mut file = String::new();
    // Kinds are told apart without their case, as the server's resource names are.
    escape(&kind.to_lowercase(), b"", &mut file);
    file.push('-');
    escape(name, b"-.", &mut file);
    // The one kind that Kubernetes itself has in two groups.
    if !is_builtin(group) || group == "events.k8s.io" {
        file.push('_');
        escape(group, b"-.", &mut file);
    }
    shorten(&mut file);
    out.push_str(&file);
    out.push_str(".yaml");
    out
}

/// The longest stem: most file systems allow 255 bytes for a name.
const LONGEST: usize = 240;

fn shorten(stem: &mut String) {
    if stem.len() > LONGEST {
        let hash = Sha256::digest(stem.as_bytes());
        stem.truncate(LONGEST - 20);
        stem.push('~');
        hash.iter().take(8).for_each(|b| hex(*b, stem));
    }
}

fn escape(text: &str, signs: &[u8], out: &mut String) {
    for b in text.bytes() {
        if b.is_ascii_lowercase() || b.is_ascii_digit() || signs.contains(&b) {
            out.push(b as char);
        } else {
            out.push('%');
            hex(b, out);
        }
    }
}

/// A namespace as a folder. Names that Windows keeps for devices have their first letter escaped.
fn folder(namespace: &str, out: &mut String) {
    let device = matches!(namespace, "con" | "prn" | "aux" | "nul")
        || matches!(namespace.as_bytes(), [b'c', b'o', b'm', b'0'..=b'9'] | [b'l', b'p', b't', b'0'..=b'9']);
    let mut folder = String::new();
    if device {
        folder.push('%');
        hex(namespace.as_bytes()[0], &mut folder);
        folder.push_str(&namespace[1..]);
    } else {
        escape(namespace, b"-", &mut folder);
    }
    shorten(&mut folder);
    out.push_str(&folder);
}

fn hex(b: u8, out: &mut String) {
    // Writing to text cannot fail.
    let _ = write!(out, "{b:02x}");
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn files_are_named_by_kind_and_name() {
        assert_eq!(file_name("apps/v1", "Deployment", Some("shop"), "web"), "shop/deployment-web.yaml");
        assert_eq!(file_name("v1", "Namespace", None, "shop"), "namespace-shop.yaml");
        assert_eq!(file_name("v1", "ConfigMap", Some(""), "kube-root-ca.crt"), "configmap-kube-root-ca.crt.yaml");
        assert_eq!(file_name("rbac.authorization.k8s.io/v1", "ClusterRole", None, "system:Node"), "clusterrole-system%3a%4eode.yaml");
        assert_eq!(file_name("cert-manager.io/v1", "Certificate", Some("shop"), "web"), "shop/certificate-web_cert-manager.io.yaml");
        assert_eq!(file_name("v1", "Secret", Some("nul"), ".."), "%6eul/secret-...yaml");
        assert_eq!(file_name("v1", "Secret", Some("../.."), "a/b"), "%2e%2e%2f%2e%2e/secret-a%2fb.yaml");
        let long = file_name("v1", "Secret", Some("n"), &"a".repeat(300));
        assert!(long.len() < 255 && long != file_name("v1", "Secret", Some("n"), &"a".repeat(301)));
    }

    proptest! {
        #[test]
        fn two_objects_never_share_a_file(
            a in ("[ab.-]{0,2}(/v1)?", "[AB][ab-]{0,2}", "[a-]{0,2}", "[aAb._-]{1,3}"),
            b in ("[ab.-]{0,2}(/v1)?", "[AB][ab-]{0,2}", "[a-]{0,2}", "[aAb._-]{1,3}"),
        ) {
            let identity = |o: &(String, String, String, String)| {
                let group = o.0.rsplit_once('/').map_or("", |g| g.0).to_string();
                (group, o.1.to_lowercase(), o.2.clone(), o.3.clone())
            };
            let file = |o: &(String, String, String, String)| file_name(&o.0, &o.1, Some(&o.2), &o.3).to_lowercase();
            prop_assert_eq!(identity(&a) == identity(&b), file(&a) == file(&b));
        }
    }
}
