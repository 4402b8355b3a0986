//! Tables: strings, versions, images, files.

use super::*;

#[test]
fn strings() {
    gives! {
        "upper"("größe") => "GRÖSSE";
        "byteLen"("größe") => 7;
        "byteLen"("") => 0;
        "lower"("ÄB") => "äb";
        "nearest"("db_host", list(["DB_PORT", "DB_HOST"])) => "DB_HOST";
        "nearest"("a", list(["b"])) => NULL;
        "trim"("\t a b\r\n") => "a b";
        "split"("a,b,,c", ",") => list(["a", "b", "", "c"]);
        "split"("", ",") => list([""]);
        "split"("a->b", "->") => list(["a", "b"]);
        "join"(list(["a", "b"]), ", ") => "a, b";
        "join"(none(), ",") => "";
        "join"(list([Value::from(1), true.into(), cpu(1500), bytes(64, "Mi"), time(90, "s"), percent(30), float("1.50")]), " ") => "1 true 1500m 64Mi 90s 30% 1.5";
        "replace"("a.b.c", ".", "-") => "a-b-c";
        "replace"("aaa", "aa", "b") => "ba";
        "replace"("abc", "b", "") => "ac";
        "startsWith"("nginx:1.27", "nginx") => true;
        "startsWith"("a", "") => true;
        "endsWith"("app.conf", ".yaml") => false;
        "matches"("web-0", r"^web-\d+$") => true;
        "matches"("my web", "web") => true;
        "matches"("web", "^we$") => false;
        "isFormat"("dns-label", "web-1") => true;
        "isFormat"("container-resource", "pods") => false;
        "isFormat"("resource-name", "pods") => true;
        "formatError"("ip", "10.0.0.1") => NULL;
        "formatError"("ip", "010.0.0.1") => "has leading zeros: write `10.0.0.1`";
        "padLeft"("7", 3, "0") => "007";
        "padLeft"("7", 3) => "  7";
        "padLeft"("1234", 3) => "1234";
        "padLeft"("ä", 2, "ö") => "öä";
        "padLeft"("a", -5) => "a";
        "quote"("a \"b\"\n") => r#""a \"b\"\n""#;
        "quote"("größe") => "\"größe\"";
        "text"(3) => "3";
        "text"(float("2.50")) => "2.5";
        "text"("a") => "a";
        "text"(cpu(1000)) => "1";
    }
}

#[test]
fn substrings_count_characters_and_never_fail() {
    gives! {
        "substring"("größe", 2, 4) => "öß";
        "substring"("größe", 3) => "ße";
        "substring"("größe", -2) => "ße";
        "substring"("größe", 0, -1) => "größ";
        "substring"("abc", 2, 1) => "";
        "substring"("abc", 1, 99) => "bc";
        "substring"("abc", i64::MIN, i64::MAX) => "abc";
        "substring"("", 0, 1) => "";
    }
}

#[test]
fn dns_labels_are_valid_and_long_ones_stay_different() {
    gives! {
        "dnsLabel"("Shop API (prod)") => "shop-api-prod";
        "dnsLabel"("a_b.c/d") => "a-b-c-d";
        "dnsLabel"("--x--") => "x";
        "dnsLabel"("a--b") => "a--b";
        "dnsLabel"("über Größe") => "ber-gr-e";
        "dnsLabel"("9lives") => "9lives";
        "dnsLabel"("x".repeat(63).as_str()) => "x".repeat(63).as_str();
        "dnsLabel"("x".repeat(64).as_str()) => format!("{}-7ce10097", "x".repeat(54)).as_str();
    }
    let label = |s: &str| text_of(&run("dnsLabel", vec![s.into()]).expect("a label").value).to_owned();
    let (one, other) = (label(&format!("{}-1", "x".repeat(70))), label(&format!("{}-2", "x".repeat(70))));
    assert!(one != other && one.len() == 63 && other.len() == 63, "{one} {other}");
    assert_eq!(label(&format!("{}{}", "a".repeat(53), "-b".repeat(20))).split('-').next_back().map(str::len), Some(8));
}

#[test]
fn versions() {
    gives! {
        "semver"("1.33.2") => map([("major", 1.into()), ("minor", 33.into()), ("patch", 2.into()), ("pre", "".into())]);
        "semver"("v2.0.0-rc.1+build.5") => map([("major", 2.into()), ("minor", 0.into()), ("patch", 0.into()), ("pre", "rc.1".into())]);
        "semverCompare"("1.10.0", "1.9.9") => 1;
        "semverCompare"("v1.2.3", "1.2.3+build") => 0;
        "semverCompare"("2.0.0-rc.1", "2.0.0") => -1;
    }
}

#[test]
fn images() {
    const DIGEST: &str = "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
    let full = format!("registry:5000/a/b:1.2@{DIGEST}");
    gives! {
        "imageName"("nginx") => "nginx";
        "imageName"(full.as_str()) => "registry:5000/a/b";
        "imageTag"(full.as_str()) => "1.2";
        "imageDigest"(full.as_str()) => DIGEST;
        "imageTag"("registry:5000/a/b") => NULL;
        "imageTag"("localhost/a__b/c-d.e:v1_2.3-rc") => "v1_2.3-rc";
        "imageName"("[2001:db8::1]:5000/a") => "[2001:db8::1]:5000/a";
        "imageDigest"("nginx:1.27.0") => NULL;
        "imageTag"(format!("nginx@{DIGEST}").as_str()) => NULL;
    }
}

#[test]
fn files() {
    gives! {
        "read"("conf/app.conf") => "theme=dark\n";
        "readBase64"("conf/app.conf") => "dGhlbWU9ZGFyawo=";
        "readBase64"("logo.png") => "iVBOR/8=";
        "basename"("conf/app.conf") => "app.conf";
        "basename"("app.conf") => "app.conf";
        "basename"("conf/") => "conf";
    }
}

#[test]
fn what_strings_versions_images_and_files_say() {
    insta::assert_snapshot!(faults! {
        "split"("a,b", "");
        "join"(list([Value::from("a"), NULL]), ",");
        "join"(list([map([])]), ",");
        "replace"("abc", "", "x");
        "matches"("web", "(");
        "matches"("web", "(?=a)");
        "matches"("web", "a{1000000}");
        "isFormat"("dns-lable", "web");
        "formatError"("", "web");
        "padLeft"("7", 3, "00");
        "dnsLabel"("***");
        "text"(NULL);
        "text"(list([1]));
        "upper"(3);
        "semver"("1");
        "semver"("1.2");
        "semver"("1.2.3.4");
        "semver"("");
        "semver"("01.2.3");
        "semver"("99999999999999999999.0.0");
        "semver"("18446744073709551615.0.0");
        "semverCompare"(">=1.2", "1.3.0");
        "imageTag"("");
        "imageTag"("Nginx:1.27.0");
        "imageTag"("https://registry.example.com/shop/web:1.2");
        "imageTag"(" nginx");
        "imageTag"("nginx:");
        "imageTag"("nginx@sha256:abc");
        "imageDigest"("nginx@sha256:0123456789abcdef0123456789abcdef");
        "read"("missing.txt");
        "read"("logo.png");
        "basename"("/");
    });
}
