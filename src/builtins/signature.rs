//! Signatures as they are written: in `explain`, and in the reference.

use super::{Builtin, Need, Param, Sig};

impl Builtin {
    /// `padLeft(s: String, width: Int, with: String = …) -> String`
    pub fn signature(&self) -> String {
        let params: Vec<String> = self.params.iter().map(param).collect();
        format!("{}({}) -> {}", self.name, params.join(", "), sig(&self.ret))
    }
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
