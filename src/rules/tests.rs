//! What rules read, by their text.

use super::reads::{Extent, Of, Read, RuleReads, Step, lead, of};
use crate::driver::Session;
use crate::world::MemWorld;

/// `containers.*.image`, `#containers` for a shape, `##hostname` for a size, `object:` before what is read of the object.
fn shown(reads: &RuleReads) -> String {
    let place = |root: &str, read: &Read| {
        let steps = read.steps.iter().map(|step| if let Step::Field(name) = step { name.as_str() } else { "*" });
        let extent = match read.extent {
            Extent::Whole => "",
            Extent::Shape => "#",
            Extent::Size => "##",
        };
        format!("{root}{extent}{}", steps.collect::<Vec<_>>().join("."))
    };
    let of_value = reads.value.iter().map(|read| place("", read));
    let of_object = reads.object.iter().map(|read| place("object:", read));
    let asks = reads.asks.then(|| "asks".to_string());
    of_value.chain(of_object).chain(asks).collect::<Vec<_>>().join(" ")
}

fn with_rule<T>(body: &str, look: impl FnOnce(Of) -> T) -> T {
    let text = format!("/// R.\nrule r on PodSpec p {{\n{body}\n}}\n");
    let world = MemWorld::new().with("r.kdsl", text);
    let session = Session::load(&world, "r.kdsl");
    let program = session.program().expect("a program without errors");
    let found = program.all_rules().last().expect("the rule");
    look(Of { program: &program, home: found.home, variable: "p".into(), body: &found.what.body })
}

fn reads(body: &str) -> String {
    with_rule(body, |rule| shown(&of(rule)))
}

#[test]
fn a_place_is_read_where_its_value_is_used() {
    let cases = [
        ("if p.hostNetwork == true { deny \"x ${p.hostname ?? \"\"}\" at p.hostPID }", "hostNetwork"),
        (
            "for c in p.containers { if c.securityContext.privileged == true { deny \"${c.name}\" } }",
            "#containers containers.*.securityContext.privileged",
        ),
        (
            "for c in containers(p) { require c.image != \"\" else \"x\" }",
            "#initContainers #containers #ephemeralContainers initContainers.*.image containers.*.image ephemeralContainers.*.image",
        ),
        (
            "let all = [...p.containers, ...p.initContainers]\nfor c in all { if has(c.lifecycle) { deny \"x\" } }",
            "#containers #initContainers #containers.*.lifecycle #initContainers.*.lifecycle",
        ),
        ("if len(p.containers) > 1 { deny \"x\" }", "##containers"),
        ("if p.tolerations == [] { deny \"x\" }", "#tolerations"),
        ("for v in duplicates(p.volumes, v => v.name) { deny \"${v.name}\" }", "#volumes volumes.*.name"),
        ("for v in duplicates(p.volumes) { deny \"x\" }", "#volumes volumes.*"),
        (
            "let c = find(p.containers, c => c.name == \"a\")\nif c.tty == true { deny \"x\" }",
            "#containers containers.*.name containers.*.tty",
        ),
        (
            "if any(p.containers, c => any(c.env, e => e.value == \"1\")) { deny \"x\" }",
            "#containers #containers.*.env containers.*.env.*.value",
        ),
        ("let x = p.hostname\nif (x ?? p.subdomain) == \"a\" { deny \"x\" }", "#hostname hostname subdomain"),
        ("if (p.nodeSelector[\"a\"] ?? \"\") == \"b\" { deny \"x\" }", "#nodeSelector.a nodeSelector.a"),
        ("for k, v in p.nodeSelector { if v == \"\" { deny \"${k}\" } }", "#nodeSelector nodeSelector.*"),
        (
            "let unread = p.hostname\nif join([c.name for c in p.containers if c.tty == true], \",\") == \"a\" { deny \"x\" }",
            "#containers containers.*.tty containers.*.name",
        ),
        ("if object.kind == \"Pod\" { deny \"${object.metadata.name ?? \"\"}\" }", "object:kind"),
        (
            "if objects(LimitRange, object.metadata.namespace ?? \"\") == [] and p.hostIPC == true { deny \"x\" }",
            "hostIPC object:#metadata.namespace object:metadata.namespace asks",
        ),
    ];
    for (body, wanted) in cases {
        assert_eq!(reads(body), wanted, "{body}");
    }
}

#[test]
fn places_that_are_joined_over_and_over_are_looked_at_once() {
    let chain: String = (1..200).map(|n| format!("let x{n} = x{} ?? x{}\n", n - 1, n - 1)).collect();
    assert_eq!(reads(&format!("let x0 = p.hostname\n{chain}if x199 == \"a\" {{ deny \"x\" }}")), "#hostname hostname");
}

#[test]
fn what_is_asked_first_is_known() {
    let lead = |body: &str| with_rule(body, |rule| lead(rule).map(|(_, _, reads)| shown(&reads)));
    assert_eq!(
        lead("let n = p.hostname\nif (n ?? \"\") == \"a\" and p.hostPID == true { deny \"x\" }").as_deref(),
        Some("#hostname hostname")
    );
    assert_eq!(lead("for c in containers(p) { deny \"${c.name}\" }").as_deref(), Some("#initContainers #containers #ephemeralContainers"));
    assert_eq!(lead("if p.hostPID == true { deny \"x\" } else { deny \"y\" }"), None);
    assert_eq!(lead("require p.hostPID == true else \"x\"\nrequire p.hostIPC == true else \"y\""), None);
}
