//! The pages of functions: those of the language, and those that its library declares.

use super::page::Page;
use crate::ast::{FnDecl, Item, Name};
use crate::builtins::{Builtin, Need, Param, Sig};
use crate::resolve::Program;
use crate::stdlib::{self, Sort};

pub fn builtin(page: &mut Page, builtin: &Builtin) {
    page.title(builtin.name, "function");
    page.code(&signature(builtin));
    page.text(builtin.doc);
    page.heading("Example");
    page.code(builtin.example);
}

/// The page of a function of the library; false where there is none of that name.
pub fn declared(page: &mut Page, program: &Program, name: Name) -> bool {
    let Some(Item::Fn(decl)) = stdlib::item(Sort::Fn, name) else { return false };
    page.title(&name, "function of the standard library");
    page.code(&head(program, decl));
    if let Some(doc) = &decl.doc {
        page.text(doc);
    }
    true
}

/// The declaration without its body.
fn head(program: &Program, decl: &FnDecl) -> String {
    let text = program.db.text(decl.span);
    let length = decl.body.span.start.saturating_sub(decl.span.start) as usize;
    text.get(..length).unwrap_or(&text).trim_end().trim_end_matches('=').trim_end().to_string()
}

/// `padLeft(s: String, width: Int, with: String?) -> String`
pub fn signature(builtin: &Builtin) -> String {
    let params: Vec<String> = builtin.params.iter().map(param).collect();
    format!("{}({}) -> {}", builtin.name, params.join(", "), sig(&builtin.ret))
}

fn param(param: &Param) -> String {
    match param.need {
        Need::Required => format!("{}: {}", param.name, sig(&param.ty)),
        Need::Optional => format!("{}: {} = …", param.name, sig(&param.ty)),
        Need::Variadic => format!("{}: {}, …", param.name, sig(&param.ty)),
    }
}

fn sig(ty: &Sig) -> String {
    match ty {
        Sig::Any => "Any".into(),
        Sig::Bool => "Bool".into(),
        Sig::Int => "Int".into(),
        Sig::Float => "Float".into(),
        Sig::String => "String".into(),
        Sig::Cpu => "Cpu".into(),
        Sig::Bytes => "Bytes".into(),
        Sig::Duration => "Duration".into(),
        Sig::Percent => "Percent".into(),
        Sig::Ref => "Ref".into(),
        Sig::Address => "Address".into(),
        Sig::Number => "Number".into(),
        Sig::Scalar => "Scalar".into(),
        Sig::Var(n) => char::from(b'T' + n % 7).to_string(),
        Sig::List(elem) => format!("[{}]", sig(elem)),
        Sig::Map(value) => format!("Map<String, {}>", sig(value)),
        Sig::Optional(inner) => format!("{}?", sig(inner)),
        Sig::OneOf(all) => all.iter().map(sig).collect::<Vec<_>>().join(" | "),
        Sig::Fields(fields) => {
            let fields: Vec<String> = fields.iter().map(|(name, ty)| format!("{name}: {}", sig(ty))).collect();
            format!("{{ {} }}", fields.join(", "))
        }
        Sig::Lambda([one], ret) => format!("{} => {}", sig(one), sig(ret)),
        Sig::Lambda(params, ret) => format!("({}) => {}", params.iter().map(sig).collect::<Vec<_>>().join(", "), sig(ret)),
    }
}
