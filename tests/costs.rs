//! What expressions may cost: right under the API server's limit and right over it. `tests/cluster.rs` asks the server the same.

#[path = "support/costs.rs"]
mod costs;

use costs::{Priced, priced};
use kdsl::driver::{self, VetOptions};
use kdsl::world::MemWorld;

#[test]
fn rules_that_may_cost_too_much_are_refused() {
    let mut wrong = Vec::new();
    for priced in priced() {
        let verdicts = priced.definitions().map(|text| codes(&text));
        if verdicts != [vec![], vec!["cel-cost"]] {
            wrong.push(format!("{}\t{}: {verdicts:?}", priced.cost, priced.rule));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn codes(text: &str) -> Vec<&'static str> {
    let inputs = vec![("definition.yaml".to_string(), text.to_string())];
    let vetted = driver::vet(&MemWorld::new(), inputs, &VetOptions::default(), &|_, _| ());
    vetted.diagnostics.iter().filter(|d| d.is_error()).map(|d| d.code.name).collect()
}

/// With one more of anything the cost is another.
#[test]
fn the_list_has_no_rule_twice() {
    let mut rules: Vec<Priced> = priced();
    let all = rules.len();
    rules.sort_by(|a, b| a.rule.cmp(&b.rule));
    rules.dedup_by(|a, b| a.rule == b.rule);
    assert_eq!((rules.len(), all > 100), (all, true));
}
