//! How statements are written: what stands behind their first word, for messages.

use super::parse::Context;
use super::token::Kind;

/// A part of the head of a statement.
#[derive(Clone, Copy)]
pub enum Want {
    Name,
    Label,
    Text,
    /// One of these words or signs.
    One(&'static [&'static str]),
}

impl Want {
    pub fn accepts(self, kind: Kind, text: &str) -> bool {
        match self {
            Want::Name => kind == Kind::Word,
            Want::Label => kind == Kind::Word || matches!(kind, Kind::String | Kind::StringOpen),
            Want::Text => kind.starts_string(),
            Want::One(words) => words.contains(&text),
        }
    }

    pub fn shown(self) -> String {
        match self {
            Want::Name => "a name".into(),
            Want::Label => "a label, a name or a quoted string,".into(),
            Want::Text => "a quoted string".into(),
            Want::One(words) => words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(" or "),
        }
    }
}

/// What stands behind the first word of a statement, as far as it is the same for all.
pub fn head_of(context: Context, word: &str) -> &'static [Want] {
    use Want::{Label, Name, One, Text};
    if word == "let" {
        return &[Name, One(&["="])];
    }
    if word == "for" {
        return &[Name, One(&["in", ","])];
    }
    match (context, word) {
        (Context::Items { .. }, "namespace") => &[Label, One(&["{"])],
        (Context::Items { .. }, "param") => &[Name, One(&[":"])],
        (Context::Items { .. }, "type") => &[Name, One(&["=", "{"])],
        (Context::Items { .. }, "fn") => &[Name, One(&["("])],
        (Context::Items { .. }, "kind") => &[Name, One(&["{", "from"])],
        (Context::Items { .. }, "crd") => &[Name, One(&["in"]), Text, One(&["{"])],
        (Context::Items { .. }, "refine" | "extend" | "remove") => &[Name],
        (Context::Items { .. }, "rule") => &[Name, One(&["on"]), Name],
        (Context::Items { .. }, "test") => &[Text, One(&["{", "with"])],
        (Context::Items { .. }, "import" | "base") => &[Text],
        (Context::Items { .. }, "expect") => &[One(&["deny", "warn"]), Name, One(&["{"])],
        (Context::Members, "primary") => &[Name, One(&[":"])],
        (Context::Members, "column") => &[Label, One(&["="])],
        (Context::Members | Context::Items { .. } | Context::Entries | Context::Stmts | Context::Typed, _) => &[],
    }
}

/// How a declaration is written; empty where the word starts none.
pub fn item_shape(word: &str) -> &'static str {
    match word {
        "namespace" => "namespace name { … }",
        "param" => "param name: Type = default",
        "type" => "type Name = Type",
        "fn" => "fn name(a: Type) -> Type = value",
        "kind" => "kind name { field: Type }",
        "crd" => "crd Name in \"group/version\" { spec { … } }",
        "refine" => "refine Type { field: Type }",
        "rule" => "rule name on Type value { … }",
        "test" => "test \"what holds\" with { param = value } { … }",
        "import" => "import \"./file.kdsl\" as name",
        "base" => "base \"./file.kdsl\" { param = value }",
        "extend" => "extend kind name { … }",
        "remove" => "remove Kind name",
        "assert" => "assert condition",
        "expect" => "expect deny rule-name { … }",
        _ => "",
    }
}
