//! Expressions with what each may cost at worst, in a CustomResourceDefinition that puts it right under the limit or right over it.
#![allow(clippy::disallowed_methods, reason = "tests read files")]

/// What a rule may cost for all values that it is asked about.
const BUDGET: u64 = 10_000_000;

pub struct Priced {
    pub rule: String,
    pub cost: u64,
}

/// The lines of `tests/costs.txt`: a cost, a tab, an expression.
pub fn priced() -> Vec<Priced> {
    let text = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/costs.txt")).expect("the file is there");
    let lines = text.lines().filter(|line| !line.starts_with('#') && !line.is_empty());
    lines
        .map(|line| {
            let (cost, rule) = line.split_once('\t').expect(line);
            Priced { rule: rule.to_string(), cost: cost.parse().expect(line) }
        })
        .collect()
}

impl Priced {
    /// A definition whose rule is asked about as many values as the server allows, and one whose rule is asked about one more.
    pub fn definitions(&self) -> [String; 2] {
        let most = BUDGET / self.cost;
        [self.definition(most), self.definition(most + 1)]
    }

    fn definition(&self, values: u64) -> String {
        let rule = self.rule.replace('"', "\\\"");
        format!(
            r#"
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {{name: websites.example.com}}
spec:
  group: example.com
  scope: Namespaced
  names: {{plural: websites, singular: website, kind: Website, listKind: WebsiteList}}
  versions:
  - name: v1
    served: true
    storage: true
    schema:
      openAPIV3Schema:
        type: object
        properties:
          spec:
            type: array
            maxItems: {values}
            items:
              type: object
              x-kubernetes-validations: [{{rule: "{rule}"}}]
              properties:
                s: {{type: string, maxLength: 100}}
                t: {{type: string, maxLength: 50}}
                u: {{type: string}}
                e: {{type: string, enum: [aa, bbbb]}}
                i: {{type: integer}}
                b: {{type: boolean}}
                n: {{type: number}}
                d: {{type: string, format: duration}}
                dt: {{type: string, format: date-time}}
                da: {{type: string, format: date}}
                by: {{type: string, format: byte, maxLength: 40}}
                ios: {{x-kubernetes-int-or-string: true, maxLength: 9}}
                l: {{type: array, maxItems: 20, items: {{type: string, maxLength: 10}}}}
                k: {{type: array, maxItems: 7, items: {{type: string, maxLength: 10}}}}
                li: {{type: array, maxItems: 11, items: {{type: integer}}}}
                lo:
                  type: array
                  maxItems: 13
                  items:
                    type: object
                    properties:
                      name: {{type: string, maxLength: 63}}
                      v: {{type: integer}}
                      tags: {{type: array, maxItems: 3, items: {{type: string, maxLength: 5}}}}
                ll: {{type: array, maxItems: 5, items: {{type: array, maxItems: 6, items: {{type: integer}}}}}}
                m: {{type: object, maxProperties: 9, additionalProperties: {{type: string, maxLength: 12}}}}
                mo:
                  type: object
                  maxProperties: 4
                  additionalProperties: {{type: object, properties: {{x: {{type: string, maxLength: 8}}, y: {{type: integer}}}}}}
                o: {{type: object, properties: {{a: {{type: string, maxLength: 6}}, z: {{type: integer}}}}}}
                emb: {{type: object, x-kubernetes-embedded-resource: true, x-kubernetes-preserve-unknown-fields: true}}
"#
        )
    }
}
