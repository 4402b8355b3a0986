//! Quantities as the API server reads and prints them: its answers as a table, and laws that hold for all.

use super::*;
use proptest::prelude::*;

/// What kube-apiserver 1.37 answered to each as the `sizeLimit` of an `emptyDir` in a dry run: the plain canonical form.
const ANSWERS: &[(&str, &str)] = &[
    ("0", "0"),
    ("1", "1"),
    ("1000m", "1"),
    ("0.5", "500m"),
    ("500m", "500m"),
    ("1.5", "1500m"),
    ("100u", "100u"),
    ("1000000u", "1"),
    ("1n", "1n"),
    ("2.50", "2500m"),
    ("0.0000000001", "1n"),
    ("1024Mi", "1Gi"),
    ("1.5Gi", "1536Mi"),
    ("0.5Mi", "512Ki"),
    ("1000k", "1M"),
    ("512", "512"),
    ("1023", "1023"),
    ("1024", "1024"),
    ("1Ki", "1Ki"),
    ("0.5Ki", "512"),
    ("0.1Gi", "107374182400m"),
    ("1.0001Ki", "1024102400u"),
    ("128974848", "128974848"),
    ("64Mi", "64Mi"),
    ("1024Ki", "1Mi"),
    ("1048576Ki", "1Gi"),
    ("1000", "1k"),
    ("1500", "1500"),
    ("1500M", "1500M"),
    ("9223372036854775807", "9223372036854775807"),
    ("+", "0"),
    (".", "0"),
    (".5", "500m"),
    ("m", "0"),
    ("1E", "1E"),
    ("2048", "2048"),
    ("0Mi", "0"),
    ("1.5m", "1500u"),
    ("0.0015", "1500u"),
    ("3.3Mi", "3460300800m"),
    ("2097152", "2097152"),
    ("1.5Ei", "1536Pi"),
    ("0.75Pi", "768Ti"),
    ("1100m", "1100m"),
    ("1000000000n", "1"),
    ("1234567890n", "1234567890n"),
    (" 1", "1"),
    ("1 ", "1"),
];

/// The same as a container's `requests`, which the server rounds up to a thousandth.
const REQUESTS: &[(&str, &str)] = &[
    ("100u", "1m"),
    ("1n", "1m"),
    ("0.0000000001", "1m"),
    ("1.5m", "2m"),
    ("0.0015", "2m"),
    ("1234567890n", "1235m"),
    ("1.0001Ki", "1024103m"),
    ("3.3Mi", "3460300800m"),
    ("1.5Gi", "1536Mi"),
];

/// What the server keeps as written, and what we write instead: it reads both alike.
const REWRITTEN: &[(&str, &str)] =
    &[("1e3", "1k"), ("1E3", "1k"), ("1e+3", "1k"), ("1e-3", "1m"), ("12e6", "12M"), ("5.", "5"), ("+5", "5"), ("007", "7"), ("-5", "-5")];

/// What the server refuses.
const REFUSED: &[&str] = &["", " ", "1K", "1ki", "1mi", "1e", "1e+", "1Zi", "0x10", "1_000", "１", "1 Gi", "1.2.3", "Mi1", "--1", "1e3Mi"];

fn canonical(text: &str) -> String {
    Quantity::parse_k8s(text).unwrap().to_canonical().to_string()
}

#[test]
fn canonical_forms_are_the_servers() {
    for (text, answer) in ANSWERS.iter().chain(REWRITTEN) {
        assert_eq!(canonical(text), *answer, "{text:?}");
        assert_eq!(canonical(answer), *answer, "canonical stays canonical: {text:?}");
    }
    for (text, answer) in REQUESTS {
        assert_eq!(Quantity::parse_k8s(text).unwrap().to_milli().to_canonical(), *answer, "{text:?}");
    }
}

#[test]
fn what_the_server_refuses_is_refused() {
    for text in REFUSED {
        assert!(Quantity::parse_k8s(text).is_err(), "{text:?}");
    }
    for text in ["8Ei", "9223372036854775808", "1e1000", "100E", &"9".repeat(100_000), &format!("{}Ei", "9".repeat(60))] {
        assert!(matches!(Quantity::parse_k8s(text), Err(QuantityError::TooLarge { .. })), "{text:.40}");
    }
    assert_eq!(canonical(&format!("0.{}1", "0".repeat(100_000))), "1n");
    assert_eq!(canonical(&format!("{}1Mi", "0".repeat(100_000))), "1Mi");
    assert_eq!(canonical("0e99999999999"), "0");
    assert_eq!(canonical("1e-99999999999"), "1n");
}

fn lit(text: &str) -> (Decimal, &str) {
    let suffix = suffix_of(text);
    (text[..text.len() - suffix.len()].parse().unwrap(), suffix)
}

#[test]
fn literals_are_read_in_the_wanted_family() {
    let cpu = |text| Quantity::cpu(lit(text).0, lit(text).1).map(|q| q.to_canonical().to_string());
    let bytes = |text| Quantity::bytes(lit(text).0, lit(text).1).map(|q| q.to_canonical().to_string());
    for (text, answer) in [("200m", "200m"), ("1.5", "1500m"), ("2", "2"), ("250u", "250u"), ("0.1", "100m"), ("1000m", "1")] {
        assert_eq!(cpu(text).as_deref(), Ok(answer));
    }
    for (text, answer) in [("64Mi", "64Mi"), ("1.5Gi", "1536Mi"), ("1G", "1G"), ("512", "512"), ("1k", "1k"), ("0.5Ki", "512")] {
        assert_eq!(bytes(text).as_deref(), Ok(answer));
    }
    let message = |r: Result<String, QuantityError>| r.unwrap_err().to_string();
    assert_eq!(message(bytes("400m")), "`400m` is 0.4 bytes, since `m` divides; did you mean `400Mi`?");
    assert_eq!(message(bytes("1u")), "`1u` is 0.000001 bytes, since `u` divides; bytes are written as `64Mi` or `64M`");
    assert_eq!(message(cpu("10Mi")), "`10Mi` counts bytes, and cores are wanted, as `200m` or `1.5`");
    assert_eq!(message(bytes("64mi")), "`64mi` has an unknown unit `mi`; did you mean `Mi`?");
    assert_eq!(message(bytes("64MiB")), "`64MiB` has an unknown unit `MiB`; did you mean `Mi`?");
    assert_eq!(message(bytes("64K")), "`64K` has an unknown unit `K`; did you mean `k`?");
    assert_eq!(
        message(bytes("0.1Gi")),
        "`0.1Gi` is 107374182.4 bytes, and bytes cannot be divided; write a whole number of them, as `102Mi`"
    );
    assert_eq!(message(bytes("8Ei")), "`8Ei` is too large: Kubernetes counts up to 9223372036854775807, just under `8Ei`");
    assert_eq!(family("m"), Some(Family::Cpu));
    assert_eq!(family("Mi"), Some(Family::Bytes));
    assert_eq!(family("s"), None);
}

#[test]
fn arithmetic_is_exact_or_an_error() {
    let q = |text| Quantity::parse_k8s(text).unwrap();
    assert_eq!(q("1Gi").add(&q("512Mi")).unwrap().to_canonical(), "1536Mi");
    assert_eq!(q("1G").add(&q("1Ki")).unwrap().to_canonical(), "1000001024");
    assert_eq!(q("1").subtract(&q("100m")).unwrap().to_canonical(), "900m");
    assert_eq!(q("100m").multiply(Decimal::from(30)).unwrap().to_canonical(), "3");
    assert_eq!(q("1024Mi").compare(&q("1Gi")), Ordering::Equal);
    assert_eq!(q("1k").compare(&q("1Ki")), Ordering::Less);
    assert!(q("7Ei").add(&q("7Ei")).is_err());
    assert!(q("7Ei").multiply(Decimal::MAX).is_err());
}

proptest! {
    #[test]
    fn any_text_is_read_or_refused(text in "\\PC*|[+-]?[0-9.]{0,12}[eEinumkKMGTP]{0,3}[-+]?[0-9]{0,5}") {
        if let Ok(quantity) = Quantity::parse_k8s(&text) {
            let printed = quantity.to_canonical();
            let again = Quantity::parse_k8s(&printed).unwrap();
            prop_assert_eq!(again.compare(&quantity), Ordering::Equal);
            prop_assert_eq!(again.to_canonical(), printed);
        }
    }
}
