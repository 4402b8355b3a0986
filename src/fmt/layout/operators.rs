//! The tokens of an expression before which a line may begin, and how loosely they bind.
//!
//! A line that is too long is broken before all operators of the loosest sort that it holds, each of which then leads a line. Lines that
//! an operator leads stand deeper than those that a looser one leads.

use super::{Frame, Kind, Walk};
use crate::fmt::spaces;

/// What may begin a line, loosest first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Power {
    /// An entry behind a comma, in a block that spans lines.
    Entry,
    /// What stands behind the `=` of a function.
    Body,
    /// `else`, and the `at` of a rule.
    Else,
    Then,
    Or,
    And,
    Compare,
    Coalesce,
    Add,
    Multiply,
    /// `|` between types: as many as fit stand on a line.
    Union,
}

/// The operators that led lines of an entry, of which each binds tighter than the one before.
#[derive(Clone, Copy, Default)]
pub(super) struct Led(u16);

impl Led {
    /// Takes in the operator that leads the next line; how many looser ones led lines that this one belongs to.
    pub fn lead(&mut self, power: Power) -> usize {
        let bit = 1 << power as u16;
        self.0 &= bit - 1;
        let looser = self.0.count_ones() as usize;
        self.0 |= bit;
        looser
    }

    /// Begins a branch: what leads lines within it stands deeper.
    pub fn branch(&mut self) {
        self.0 = 1 << Power::Then as u16;
    }
}

impl Walk<'_> {
    /// How loosely a token binds before which a line may begin.
    pub(super) fn power(&self, i: usize) -> Option<Power> {
        self.power_in(i, self.frames.last()?)
    }

    /// The same for a token of a bracket. A `-` at the beginning of a line would begin an entry.
    pub(super) fn power_in(&self, i: usize, frame: &Frame) -> Option<Power> {
        use Kind::*;
        let tok = &self.toks[i];
        let power = match tok.kind {
            Else => Power::Else,
            Then => Power::Then,
            Or => Power::Or,
            And => Power::And,
            EqEq | NotEq | LessEq | GreaterEq | Less | Greater | In => Power::Compare,
            Coalesce => Power::Coalesce,
            Plus => Power::Add,
            Star | Slash => Power::Multiply,
            Pipe => Power::Union,
            Word if tok.end - tok.start == 2 => Power::Else,
            _ => return None,
        };
        let prev = self.toks.get(i.wrapping_sub(1))?;
        let follows = spaces::ends_operand(prev) || prev.kind == Question;
        (follows && self.is_operator(i, frame)).then_some(power)
    }

    /// Whether a token that may be an operator is one where it stands.
    fn is_operator(&self, i: usize, frame: &Frame) -> bool {
        let tok = &self.toks[i];
        let Some(entry) = frame.entry else { return false };
        let head = |words: &[&str]| matches!(frame.kind, Kind::LBrace | Kind::Newline) && words.contains(&self.slice(entry));
        match tok.kind {
            Kind::Less | Kind::Greater => tok.mate == 0 && !tok.closes_type(),
            Kind::Star => !head(&["extend"]),
            Kind::Else => frame.chooses || head(&["require"]),
            Kind::In => !self.is_in_of_for(i) && !head(&["crd"]),
            Kind::Word => self.slice(i) == "at" && i > entry + 1 && head(&["deny", "warn", "require"]),
            _ => true,
        }
    }

    /// The `in` of `for x in` and of `for k, v in`.
    fn is_in_of_for(&self, i: usize) -> bool {
        let before = |count: usize| i.checked_sub(count).map(|at| self.toks[at].kind);
        before(2) == Some(Kind::For) || before(3) == Some(Kind::Comma) && before(5) == Some(Kind::For)
    }
}
