//! The rules of a schema (`x-kubernetes-validations`): their texts, compiled, and what they may cost.

use super::openapi::{Around, convertible, report};
use super::schema::Schema;
use super::sizes::sizes;
use super::{definition, paths};
use crate::cel::cost::Sizes;
use crate::cel::{self, CelType, declared, mismatch};
use crate::diag::codes;
use crate::finding::{Finding, Place};
use crate::value::Value;
use std::sync::Arc;

/// Compiles the rules of a schema that is right in itself.
pub fn check(rules: &Place, schema: &Place, around: &Around, out: &mut Vec<Finding>) {
    let read = Schema::read(schema);
    let root = around.root || read.embedded;
    let (Some(this), Some((sizes, fitting))) = (read.cel_type(root, "self"), sizes(&read, root)) else {
        return report(rules, "rules need a schema that says what the value is: nothing is known of it in expressions", out);
    };
    let count = around.count.unwrap_or(fitting);
    rules.items().for_each(|rule| one(&rule, &this, &sizes, count, around, out));
}

/// `count` is how many values the rule may be asked about.
fn one(rule: &Place, this: &CelType, sizes: &Arc<Sizes>, count: u64, around: &Around, out: &mut Vec<Finding>) {
    let text = rule.field("rule");
    let optional = rule.field("optionalOldSelf");
    let env = declared::custom_resource(this.clone(), sizes.clone(), optional.is_true());
    let before = out.len();
    let Some(checked) = cel::expression(&text, &env, &[CelType::Bool], out).filter(|checked| checked.judged) else { return };
    if mismatch(&checked, &[CelType::Bool]).is_none() {
        around.budget.spend(&text, "this rule", checked.cost.saturating_mul(count), out);
        let message = rule.field("messageExpression");
        if let Some(checked) = cel::expression(&message, &env, &[CelType::String], out) {
            around.budget.spend(&message, "the expression of this message", checked.cost, out);
        }
    }
    if !checked.names.contains("oldSelf") {
        if optional.exists() && out.len() == before {
            report(&optional, "the rule does not read `oldSelf`, so nothing is optional about it", out);
        }
    } else if let Some(list) = &around.lost {
        let finding =
            text.finding(&codes::CEL_EXPRESSION, format!("`oldSelf` is not known here: the elements of `{list}` cannot be found again"));
        out.push(
            finding
                .help("only elements of lists of type `map` are found again in the object as it was; `oldSelf` of the whole list is known"),
        );
    }
}

fn has_newline(text: &str) -> bool {
    text.contains(['\n', '\r'])
}

/// The texts of a rule, without compiling it.
pub fn texts(rule: &Place, schema: &Place, out: &mut Vec<Finding>) {
    let (text, message) = (rule.field("rule"), rule.field("message"));
    let (trimmed, words) = (text.text().trim(), message.text().trim());
    if trimmed.is_empty() {
        report(&text, "a rule is an expression, this is empty", out);
    } else if !message.text().is_empty() && words.is_empty() {
        report(&message, "the message is empty", out);
    } else if has_newline(words) {
        report(&message, "the message is one line", out);
    } else if has_newline(trimmed) && words.is_empty() {
        report(&message, "a rule of several lines needs a message", out);
    }
    let expression = rule.field("messageExpression");
    if !expression.text().is_empty() && expression.text().trim().is_empty() {
        report(&expression, "the expression of the message is empty", out);
    }
    let reason = rule.field("reason");
    const REASONS: &[&str] = &["FieldValueDuplicate", "FieldValueForbidden", "FieldValueInvalid", "FieldValueRequired"];
    if let Some(Value::Str(text)) = reason.value()
        && !REASONS.contains(&text.as_str())
    {
        report(&reason, format!("a reason is one of {}", REASONS.join(", ")), out);
    }
    let path = rule.field("fieldPath");
    if path.text().is_empty() {
        return;
    }
    if path.text().trim().is_empty() || has_newline(path.text()) {
        definition::report(&path, "a path is one line, such as `.spec.replicas`", out);
    } else if convertible(schema) && paths::lookup(path.text(), &Schema::read(schema)).is_none() {
        report(&path, format!("`{}` leads to no field of this schema", path.text()), out);
    }
}
