//! What the rules of a schema may cost together.
//!
//! The API server adds up what each may cost at worst. Where the sum is too much it names the dearest four, among those that take more
//! than a hundredth of what is allowed.

use crate::cel;
use crate::diag::codes;
use crate::finding::{Finding, Place};
use std::cell::{Cell, RefCell};

/// What one rule may cost, for all values that it is asked about.
const RULE: u64 = 10_000_000;
/// What all rules of a schema may cost.
const SCHEMA: u64 = 100_000_000;

const HELP: &str =
    "say in the schema how much there may be of what it reads and of what is around it: `maxItems`, `maxProperties`, `maxLength`";

#[derive(Default)]
pub struct Budget {
    spent: Cell<u64>,
    /// What counts as dear, with its cost; without a finding where it was reported already.
    dear: RefCell<Vec<(u64, Option<Finding>)>>,
}

impl Budget {
    /// Counts an expression, and reports one that is too dear by itself.
    pub fn spend(&self, place: &Place, what: &str, cost: u64, out: &mut Vec<Finding>) {
        self.spent.set(self.spent.get().saturating_add(cost));
        if cost > RULE {
            out.push(cel::too_dear(place, what, cost, RULE).help(HELP));
            self.dear.borrow_mut().push((cost, None));
        } else if cost >= SCHEMA / 100 {
            let message = format!("{what} is among the dearest of a schema whose rules together may cost more than the API server allows");
            self.dear.borrow_mut().push((cost, Some(place.finding(&codes::CEL_COST, message).help(HELP))));
        }
    }

    /// Reports what all expressions of a schema may cost, where that is too much.
    pub fn report(self, schema: &Place, out: &mut Vec<Finding>) {
        if self.spent.get() <= SCHEMA {
            return;
        }
        let mut dear = self.dear.into_inner();
        let alone = dear.iter().all(|(_, finding)| finding.is_some());
        dear.sort_by_key(|(cost, _)| std::cmp::Reverse(*cost));
        out.extend(dear.into_iter().take(4).filter_map(|(_, finding)| finding));
        // Where a single rule is too dear, enough has been said.
        if alone {
            out.push(cel::too_dear(schema, "what the rules of this schema do together", self.spent.get(), SCHEMA).help(HELP));
        }
    }
}
