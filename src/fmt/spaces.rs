//! What stands between two tokens of one line: one blank or none.

use crate::syntax::Tok;
use crate::syntax::token::Kind;

/// What has to be known beside the two tokens.
#[derive(Clone, Copy, Default)]
pub struct Context {
    /// Nothing stood between the two.
    pub adjacent: bool,
    /// The first of them is a `-` with nothing before it to subtract from.
    pub after_sign: bool,
    /// The first is a word that begins a statement and is followed by an expression: `require (a or b)`.
    pub after_verb: bool,
    /// The two are the name of a function that is declared and its parameters.
    pub declares: bool,
    /// The second opens the two names of a rule `on update`.
    pub binds: bool,
}

/// Whether one blank stands between `prev` and `cur`.
pub fn spaced(prev: &Tok, cur: &Tok, context: Context) -> bool {
    use Kind::*;
    match cur.kind {
        Comma | Colon | RParen | RBracket | Dot | OptDot | Question => return false,
        RBrace => return prev.kind != LBrace,
        Less if cur.mate != 0 => return false,
        Greater if cur.closes_type() => return false,
        // Three dots and two, or `?` and two, would be read as something else.
        DotDot if matches!(prev.kind, Ellipsis | Question) => return true,
        DotDot if ends_operand(prev) => return false,
        LParen if context.declares => return false,
        LParen if context.binds || context.after_verb => return true,
        // `f(x)`, `x[0]`; the grammar tells them from two operands by the blank.
        LParen | LBracket if ends_operand(prev) => return !context.adjacent,
        kind if kind.closes_interpolation() => return false,
        _ => {}
    }
    match prev.kind {
        LParen | LBracket | Dot | OptDot | Ellipsis => false,
        Less if prev.mate != 0 => false,
        DotDot => !starts_operand(cur.kind),
        Minus if context.after_sign => cur.kind == Minus,
        kind => !kind.opens_interpolation(),
    }
}

/// Whether an operand may end with this token.
pub fn ends_operand(tok: &Tok) -> bool {
    use Kind::*;
    match tok.kind {
        Word | Number | True | False | Null | String | StringClose | Text | TextClose | Raw | RParen | RBracket | RBrace => true,
        Greater => tok.closes_type(),
        _ => false,
    }
}

fn starts_operand(kind: Kind) -> bool {
    matches!(kind, Kind::Word | Kind::Number | Kind::LParen | Kind::LBracket | Kind::Minus) || kind.starts_string()
}
