//! The expressions of admission policies, webhooks and device selectors.
//!
//! Each kind of object has its places for expressions, and each place its variables and the type it must give. Variables of a policy are
//! compiled in order; later expressions know them by the types they turned out to have.

use super::declared::{self, Admission, admission};
use super::{CelType, Checked, Env, compile, mismatch};
use crate::diag::codes;
use crate::finding::{Finding, Place};
use crate::value::Node;
use ecow::EcoString;

/// What is wrong with the expressions of an object of admissionregistration.k8s.io or resource.k8s.io.
pub fn check_admission(root: &Node) -> Vec<Finding> {
    let object = Place::root(root);
    let mut out = Vec::new();
    match object.field("kind").text() {
        "ValidatingAdmissionPolicy" | "MutatingAdmissionPolicy" => policy(&object.field("spec"), &mut out),
        "ValidatingWebhookConfiguration" | "MutatingWebhookConfiguration" => {
            let env = admission(Admission { authorizer: true, ..Admission::default() });
            for webhook in object.field("webhooks").items() {
                conditions(&webhook, &env, &mut out);
            }
        }
        "DeviceClass" | "ResourceClaim" | "ResourceClaimTemplate" => selectors(&object.field("spec"), &declared::device(), &mut out),
        _ => {}
    }
    out
}

/// Compiles the expression at a place, where one is written.
pub fn expression(place: &Place, env: &Env, wanted: &[CelType], out: &mut Vec<Finding>) -> Option<Checked> {
    let text = place.text();
    if text.trim().is_empty() {
        return None;
    }
    let checked = match compile(text, env) {
        Ok(checked) => checked,
        Err(errors) => {
            let first = errors.first().map_or("it is no expression", |e| e.message.as_str());
            let at = errors.first().map_or(0, |e| e.offset);
            let finding = place.finding(&codes::CEL_EXPRESSION, format!("the expression does not compile: {first}"));
            out.push(finding.help(excerpt(text, at)));
            return None;
        }
    };
    if !wanted.is_empty()
        && let Some(message) = mismatch(&checked, wanted)
    {
        out.push(place.finding(&codes::CEL_EXPRESSION, format!("the expression is of the wrong type: {message}")));
    }
    Some(checked)
}

/// The part of an expression where it went wrong.
fn excerpt(text: &str, offset: usize) -> String {
    let line_start = text.char_indices().nth(offset).map_or(text.len(), |(at, _)| at);
    let start = text[..line_start].rfind('\n').map_or(0, |at| at + 1);
    let before: String = text[start..line_start].chars().rev().take(20).collect::<Vec<_>>().into_iter().rev().collect();
    let after: String = text[line_start..].chars().take_while(|c| *c != '\n').take(30).collect();
    format!("at the arrow: {}→{after}", before.trim_start())
}

/// What a selector of devices may cost.
const DEVICE_BUDGET: u64 = 1_000_000;

/// An expression that may cost more than the server allows.
pub fn too_dear(place: &Place, what: &str, cost: u64, budget: u64) -> Finding {
    let times = cost as f64 / budget as f64;
    let much = match times {
        _ if times > 100.0 => "more than 100 times".to_string(),
        _ if times < 1.05 => format!("{cost}, slightly more than"),
        _ => format!("{cost}, {times:.1} times"),
    };
    place.finding(&codes::CEL_COST, format!("{what} may cost {much} what the API server allows"))
}

fn policy(spec: &Place, out: &mut Vec<Finding>) {
    let params = spec.field("paramKind").exists();
    conditions(spec, &admission(Admission { params, authorizer: true, patches: false }), out);
    let variables = variables(spec, params, out);
    let env = |authorizer, patches| {
        let env = admission(Admission { params, authorizer, patches });
        match &variables {
            Some(variables) => env.with("variables", variables.clone()),
            None => env,
        }
    };
    let (plain, quiet, patching) = (env(true, false), env(false, false), env(true, true));
    for validation in spec.field("validations").items() {
        expression(&validation.field("expression"), &plain, &[CelType::Bool], out);
        expression(&validation.field("messageExpression"), &quiet, &[CelType::String], out);
    }
    for annotation in spec.field("auditAnnotations").items() {
        expression(&annotation.field("valueExpression"), &plain, &[CelType::String, CelType::Null], out);
    }
    for mutation in spec.field("mutations").items() {
        match mutation.field("patchType").text() {
            "ApplyConfiguration" => {
                let place = mutation.field("applyConfiguration");
                expression(&place.field("expression"), &patching, &[declared::made("Object")], out);
            }
            "JSONPatch" => {
                let place = mutation.field("jsonPatch");
                expression(&place.field("expression"), &patching, &[CelType::list(declared::made("JSONPatch"))], out);
            }
            _ => {}
        }
    }
}

/// The type of `variables`; `None` where the policy has none, so that the name is not known.
fn variables(spec: &Place, params: bool, out: &mut Vec<Finding>) -> Option<CelType> {
    let mut known: Vec<(EcoString, CelType)> = Vec::new();
    let list = spec.field("variables");
    for variable in list.items() {
        let env = admission(Admission { params, authorizer: true, patches: false })
            .with("variables", CelType::object("kubernetes.variables", known.iter().cloned()));
        // What does not compile is reported once, not again wherever it is used.
        let ty = expression(&variable.field("expression"), &env, &[], out).map_or(CelType::Error, |checked| checked.ty);
        known.push((variable.field("name").text().into(), ty));
    }
    (!known.is_empty()).then(|| CelType::object("kubernetes.variables", known))
}

fn conditions(owner: &Place, env: &Env, out: &mut Vec<Finding>) {
    for condition in owner.field("matchConditions").items() {
        expression(&condition.field("expression"), env, &[CelType::Bool], out);
    }
}

/// The selectors of devices, wherever a claim has them.
fn selectors(place: &Place, env: &Env, out: &mut Vec<Finding>) {
    for (key, node) in place.entries() {
        let here = place.node_at(key, Some(node));
        for item in here.items() {
            if key == "selectors" {
                let cel = item.field("cel");
                let text = cel.field("expression");
                if let Some(checked) = expression(&text, env, &[CelType::Bool], out)
                    && checked.cost > DEVICE_BUDGET
                {
                    out.push(too_dear(&text, "this selector", checked.cost, DEVICE_BUDGET));
                }
            } else {
                selectors(&item, env, out);
            }
        }
        selectors(&here, env, out);
    }
}
