//! Rules on kinds that are not Kubernetes' own: they hold wherever the definition of the kind comes from, and what keeps one from judging
//! is told. Secrets that controllers make of such objects are as good as there.

use kdsl::MemWorld;
use kdsl::driver::VetOptions;
use kdsl::engine;
use kdsl::rules::RuleSets;

const RULE: &str = "rule widget-small on Widget w {\n  require (w.spec?.size ?? 0) <= 10 else \"large\" at w.spec.size\n}\n";

const LARGE: &str = "apiVersion: example.com/v1\nkind: Widget\nmetadata: {name: a}\nspec: {size: 30}\n";

const DEFINITION: &str = "apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: widgets.example.com}
spec:
  group: example.com
  names: {kind: Widget, listKind: WidgetList, plural: widgets, singular: widget}
  scope: Namespaced
  versions:
  - name: v1
    served: true
    storage: true
    schema:
      openAPIV3Schema:
        type: object
        properties:
          spec:
            type: object
            properties:
              size: {type: integer}
              parts: {type: array, items: {type: object, required: [name], properties: {name: {type: string}}}}
";

/// What `vet` says by rules of the user: `code at path`, warnings with a `?`.
fn said(world: MemWorld, options: VetOptions, text: &str) -> Vec<String> {
    let found = engine::vet(&world, vec![("case.yaml".into(), text.into())], &VetOptions { rules: Some("rules.kdsl".into()), ..options });
    let line = |d: &kdsl::diag::Diagnostic| {
        let weight = if d.is_error() { "" } else { "?" };
        format!("{}{weight} {}", d.code.name, d.path.as_deref().unwrap_or_default()).trim().to_string()
    };
    found.diagnostics.iter().map(line).collect()
}

fn by(rules: &str, text: &str) -> Vec<String> {
    said(MemWorld::new().with("rules.kdsl", rules), VetOptions::default(), text)
}

#[test]
fn a_rule_knows_the_kind_from_wherever_it_is_defined() {
    let large = "widget-small spec.size";
    let plain = MemWorld::new().with("rules.kdsl", RULE);

    let imported = MemWorld::new().with("crd.yaml", DEFINITION).with("rules.kdsl", format!("import \"./crd.yaml\"\n{RULE}"));
    assert_eq!(said(imported, VetOptions::default(), LARGE), [large], "a definition that the file of rules imports");

    let named = RULE.replace("on Widget", "on own.Widget");
    let imported = MemWorld::new().with("crd.yaml", DEFINITION).with("rules.kdsl", format!("import \"./crd.yaml\" as own\n{named}"));
    assert_eq!(said(imported, VetOptions::default(), LARGE), [large], "the same behind a name");

    let crds = vec![("crd.yaml".into(), DEFINITION.into())];
    assert_eq!(said(plain.clone(), VetOptions { crds, ..VetOptions::default() }, LARGE), [large], "a definition of `--crds`");

    assert_eq!(said(plain.clone(), VetOptions::default(), &format!("{DEFINITION}---\n{LARGE}")), [large], "one in the stream");

    let typed = format!("crd Widget in \"example.com/v1\" {{ spec {{ size: Int? }} }}\n{RULE}");
    assert_eq!(by(&typed, LARGE), ["unverified?", large], "a `crd` of the file of rules");

    let loose = format!("crd Widget in \"example.com/v1\" {{ spec: Any? }}\n{RULE}");
    assert_eq!(by(&loose, LARGE), ["unverified?", large], "a few words are no definition to judge by");

    let other = MemWorld::new().with("kinds.kdsl", "crd Widget in \"example.com/v1\" { spec: Any? }\n");
    let other = other.with("rules.kdsl", format!("import \"./kinds.kdsl\" as own\n{named}"));
    assert_eq!(said(other, VetOptions::default(), LARGE), ["unverified?", large], "a few words in a file behind a name");

    assert_eq!(said(plain, VetOptions::default(), LARGE), ["unknown-type"], "nobody knows the kind");
}

#[test]
fn all_forms_of_a_manifest_are_judged() {
    let loose = format!("crd Widget in \"example.com/v1\" {{ spec: Any? }}\n{RULE}");
    let large = ["unverified?", "widget-small spec.size"];
    let json = r#"{"apiVersion":"example.com/v1","kind":"Widget","metadata":{"name":"j"},"spec":{"size":77}}"#;
    assert_eq!(by(&loose, json), large);
    let list = "apiVersion: v1\nkind: List\nitems:\n- {apiVersion: example.com/v1, kind: Widget, metadata: {name: l}, spec: {size: 11}}\n";
    assert_eq!(by(&loose, list), large);
    assert_eq!(by(&loose, &LARGE.replace("/v1", "/v1beta1")), large, "another version");
    assert_eq!(by(&loose, &LARGE.replace("30", "3")), ["unverified?"]);
    assert_eq!(by(&loose, &LARGE.replace("spec: {size: 30}\n", "")), ["unverified?"], "without a spec");
    assert_eq!(by(&loose, &LARGE.replace("example.com", "example.org")), ["unverified?"], "the same kind of another group");
}

#[test]
fn what_keeps_a_rule_from_judging_is_told() {
    let loose = format!("crd Widget in \"example.com/v1\" {{ spec: Any? }}\n{RULE}");
    let text = LARGE.replace("30", "\"30\"");
    assert_eq!(by(&loose, &text), ["operator", "unverified?"], "a text is not below a number");
    let two = by(&loose, &format!("{text}---\n{}", text.replace("name: a", "name: b")));
    assert_eq!(two.iter().filter(|line| *line == "operator").count(), 2, "each object is told of: {two:?}");

    let part = "type Part { name: String, size: Int = 1 }\ncrd Widget in \"example.com/v1\" { spec { size: Int?, parts: [Part] = [] } }\n\
                rule part-small on WidgetSpecParts p { require p.size <= 10 else \"large\" at p.size }\n";
    let with = |parts: &str| LARGE.replace("size: 30", &format!("parts: [{parts}]"));
    assert_eq!(by(part, &with("{name: x, size: 30}, {name: z}")), ["unverified?", "part-small spec.parts[0].size"]);
    assert_eq!(
        by(part, &with("{name: x, size: 30}, {name: y}")),
        ["unverified?", "part-small spec.parts[0].size", "type-mismatch spec.parts[1].name"]
    );
    assert_eq!(by(part, &with("{size: 3}")), ["unverified?", "missing-field spec.parts[0].name"]);
    let newer = with("{name: x, size: big}").replace("/v1", "/v2");
    assert_eq!(by(part, &newer), ["unverified?", "type-mismatch? spec.parts[0].size"], "another version may have another shape");
    assert_eq!(by(part, &with("{name: x, more: 1}")), ["unverified?"], "a view may have less than the kind");

    // What its own definition refuses is told once.
    let strict = said(
        MemWorld::new().with("rules.kdsl", part),
        VetOptions { crds: vec![("crd.yaml".into(), DEFINITION.into())], ..VetOptions::default() },
        &with("{name: 3}"),
    );
    assert_eq!(strict.iter().filter(|line| line.ends_with("spec.parts[0].name")).count(), 1, "{strict:?}");
}

/// What is wrong with a declaration is told there alone, and not once more at the rules on its kind.
#[test]
fn a_definition_that_is_none_is_told_once() {
    let told = |declaration: &str, kind: &str| by(&format!("{declaration}\nrule never on {kind} k {{ deny \"never\" }}\n"), LARGE);
    assert_eq!(told("crd Widget in \"example.com\" { spec: Any? }", "Widget"), ["crd-definition"], "no version");
    assert_eq!(told("crd widget in \"example.com/v1\" { spec: Any? }", "widget"), ["crd-definition"], "small letters");
    assert_eq!(told("crd Widget { spec: Any? }", "Widget"), ["syntax"], "no group");
    assert_eq!(told("crd Widget in \"example.com/v1\" { spec: Any? }", "WidgetSpec"), ["unknown-type"], "a part without fields");
}

#[test]
fn rules_look_around_among_custom_objects() {
    let rules = "crd Widget in \"example.com/v1\" { spec { owner: String?, selector: Any? } }\n\
                 rule owner-there on WidgetSpec s {\n  if s.owner != null {\n    \
                 require holds(Widget, s.owner ?? \"\", object.metadata.namespace) else \"nobody\" at s.owner\n  }\n}\n\
                 rule selects on Widget w {\n  if w.spec.selector != null {\n    \
                 require select(Workload, w.spec.selector, w.metadata.namespace) != [] else warn \"nothing\" at w.spec.selector\n  }\n}\n\
                 waive unverified = \"nobody has the definition\"\n";
    let widget = |name: &str, spec: &str| {
        format!("---\n{{apiVersion: example.com/v1, kind: Widget, metadata: {{name: {name}}}, spec: {{{spec}}}}}\n")
    };
    let pod = "---\n{apiVersion: v1, kind: Pod, metadata: {name: p, labels: {app: web}}, spec: {containers: [{name: p, image: 'p:1'}]}}\n";
    assert_eq!(by(rules, &widget("a", "owner: b")), ["owner-there spec.owner"]);
    assert_eq!(by(rules, &(widget("a", "owner: b") + &widget("b", ""))), Vec::<String>::new());
    assert_eq!(by(rules, &widget("a", "selector: {app: web}")), ["selects? spec.selector"]);
    assert_eq!(by(rules, &(widget("a", "selector: {app: web}") + pod)), Vec::<String>::new());
}

/// What makes the Secret `database-password`, each by its own field.
const MAKERS: &[(&str, &str, &str)] = &[
    (
        "cert-manager.io/v1",
        "Certificate",
        "{secretName: database-password, issuerRef: {name: ca, kind: ClusterIssuer}, dnsNames: [a.example.com]}",
    ),
    ("external-secrets.io/v1", "ExternalSecret", "{target: {name: database-password}}"),
    ("external-secrets.io/v1", "ClusterExternalSecret", "{externalSecretName: database-password}"),
    ("external-secrets.io/v1", "ClusterExternalSecret", "{externalSecretSpec: {target: {name: database-password}}}"),
    ("bitnami.com/v1alpha1", "SealedSecret", "{template: {metadata: {name: database-password}}}"),
    ("secrets.hashicorp.com/v1beta1", "VaultStaticSecret", "{destination: {name: database-password, create: true}}"),
    ("secrets.hashicorp.com/v1beta1", "VaultDynamicSecret", "{destination: {name: database-password}}"),
    ("secrets.hashicorp.com/v1beta1", "VaultPKISecret", "{destination: {name: database-password}}"),
    ("secrets.hashicorp.com/v1beta1", "HCPVaultSecretsApp", "{destination: {name: database-password}}"),
    ("secrets.infisical.com/v1alpha1", "InfisicalSecret", "{managedSecretReference: {secretName: database-password}}"),
    ("secrets.doppler.com/v1alpha1", "DopplerSecret", "{managedSecret: {name: database-password}}"),
    ("spv.no/v2beta1", "AzureKeyVaultSecret", "{output: {secret: {name: database-password}}}"),
    ("isindir.github.com/v1alpha3", "SopsSecret", "{secretTemplates: [{name: other}, {name: database-password}]}"),
    ("secrets-store.csi.x-k8s.io/v1", "SecretProviderClass", "{secretObjects: [{secretName: database-password}]}"),
    ("example.crossplane.io/v1", "Database", "{writeConnectionSecretToRef: {name: database-password}}"),
];

/// Those that give their own name to the Secret.
const NAMESAKES: &[(&str, &str)] = &[
    ("external-secrets.io/v1", "ExternalSecret"),
    ("bitnami.com/v1alpha1", "SealedSecret"),
    ("onepassword.com/v1", "OnePasswordItem"),
    ("kafka.strimzi.io/v1", "KafkaUser"),
    ("trust.cert-manager.io/v1alpha1", "Bundle"),
];

#[test]
fn secrets_that_controllers_make_are_as_good_as_there() {
    // The name of another Secret is nearly that which the pod mounts: without a maker it must have been meant.
    let set = "---\n{apiVersion: v1, kind: Secret, metadata: {name: database-passwrd}}\n---\n{apiVersion: v1, kind: Pod, metadata: {name: p}, \
               spec: {containers: [{name: p, image: 'p:1'}], volumes: [{name: t, secret: {secretName: database-password}}]}}\n";
    let misspelt = |text: &str| {
        let options = VetOptions { sets: RuleSets::default(), ..VetOptions::default() };
        let found = engine::vet(&MemWorld::new(), vec![("case.yaml".into(), text.into())], &options);
        found.diagnostics.iter().any(|d| d.code.name == "name-misspelt")
    };
    assert!(misspelt(set), "nothing makes it");
    let object = |version: &str, kind: &str, name: &str, spec: &str| {
        format!("---\n{{apiVersion: {version}, kind: {kind}, metadata: {{name: {name}}}, spec: {spec}}}\n")
    };
    for (version, kind, spec) in MAKERS {
        assert!(!misspelt(&(object(version, kind, "m", spec) + set)), "{kind} with {spec} makes it");
        assert!(misspelt(&(object(version, kind, "m", &spec.replace("database-password", "mail-tls")) + set)), "{kind} makes another");
        let other = object(version, kind, "m", spec).replace("name: m}", "name: m, namespace: elsewhere}");
        let anywhere = matches!(*kind, "ClusterExternalSecret" | "InfisicalSecret" | "DopplerSecret" | "Database");
        assert_eq!(misspelt(&(other + set)), !anywhere, "{kind} in another namespace");
    }
    for (version, kind) in NAMESAKES {
        assert!(!misspelt(&(object(version, kind, "database-password", "{}") + set)), "{kind} makes its namesake");
    }
    let ingress = "---\n{apiVersion: networking.k8s.io/v1, kind: Ingress, metadata: {name: i, annotations: {A: b}}, \
                   spec: {tls: [{hosts: [a.example.com], secretName: database-password}]}}\n";
    assert!(misspelt(&(ingress.to_string() + set)), "an Ingress alone makes nothing");
    assert!(!misspelt(&(ingress.replace("A: b", "cert-manager.io/cluster-issuer: ca") + set)), "with an issuer cert-manager does");
}
