//! Where a line that is too long is broken.
//!
//! While a line is written, the outermost bracket of it that is still open and worth lines of its own is remembered, and so is the last
//! `else` before it. When the line grows too long inside that bracket, it is taken back: to the `else`, which then begins a line, or to
//! the bracket, whose entries then have a line each.

use super::{Kind, Move, Walk};
use crate::fmt::lines::Sign;
use crate::fmt::spaces;

/// A token before which a line can be broken, and the state to go back to then.
pub(super) struct Mark<'t> {
    tok: usize,
    /// Frames that are open before it.
    pub(super) frames: usize,
    len: usize,
    column: usize,
    tall: bool,
    sign: Option<Sign<'t>>,
}

impl<'t> Walk<'t> {
    /// Remembers the bracket as one to break, if it is the outermost of its line that can be.
    pub(super) fn mark(&mut self, i: usize) {
        let tok = self.toks[i];
        let fits = self.mark.is_none() && tok.mate as usize > i + 1 && self.next_line(i + 1) > tok.mate as usize;
        if fits && !self.in_string() && self.breaks(i) {
            self.mark = Some(self.mark_at(i));
        }
    }

    fn in_string(&self) -> bool {
        self.frames.iter().any(|frame| frame.kind.opens_interpolation())
    }

    /// Whether a bracket is one that a long line is broken at: a block, or a list or call of some size with which the line ends.
    fn breaks(&self, i: usize) -> bool {
        match self.toks[i].kind {
            Kind::LBrace => true,
            Kind::LBracket => !self.is_index(i) && self.weighs(i) && self.ends_line(i),
            Kind::LParen => self.is_call(i) && self.weighs(i) && self.ends_line(i),
            _ => false,
        }
    }

    /// Whether what the bracket holds is worth lines of its own. Blanks and commas do not count: formatting changes them.
    fn weighs(&self, open: usize) -> bool {
        let inner = &self.toks[open + 1..self.toks[open].mate as usize];
        inner.iter().filter(|tok| tok.kind != Kind::Comma).map(|tok| tok.end - tok.start).sum::<u32>() >= 30
    }

    /// Whether nothing but closing brackets, a comma and the beginning of a block follows the bracket on its line.
    fn ends_line(&self, open: usize) -> bool {
        let mut frames = self.frames.iter().rev();
        let mut frame = frames.next();
        for tok in &self.toks[self.toks[open].mate as usize + 1..] {
            let broken = frame.is_some_and(|frame| frame.broken);
            match tok.kind {
                _ if tok.starts_line() => return true,
                Kind::RParen | Kind::RBracket | Kind::RBrace | Kind::Comma | Kind::For if broken => return true,
                Kind::If if broken && frame.is_some_and(|frame| frame.loops) => return true,
                Kind::Else if frame.is_some_and(|frame| frame.chooses) => return true,
                Kind::RParen | Kind::RBracket | Kind::RBrace => frame = frames.next(),
                Kind::Comma | Kind::LBrace => {}
                _ => return false,
            }
        }
        true
    }

    /// Whether the parentheses are those of a call or of a function's parameters, with more than one thing in them.
    fn is_call(&self, i: usize) -> bool {
        let Some(prev) = i.checked_sub(1).map(|prev| &self.toks[prev]) else { return false };
        prev.kind == Kind::Word && prev.end == self.toks[i].start && self.has_comma(i)
    }

    /// Whether the bracket reads an element, `xs[i]`: it holds one thing, and no comma behind it.
    fn is_index(&self, i: usize) -> bool {
        let Some(prev) = i.checked_sub(1).map(|prev| &self.toks[prev]) else { return false };
        prev.end == self.toks[i].start && spaces::ends_operand(prev)
    }

    fn has_comma(&self, open: usize) -> bool {
        let mate = self.toks[open].mate as usize;
        let mut at = open + 1;
        while at < mate {
            match self.toks[at].kind {
                Kind::Comma => return true,
                _ => at = at.max(self.toks[at].mate as usize) + 1,
            }
        }
        false
    }

    /// Remembers the `else` of an expression that stands on one line.
    pub(super) fn note_choice(&mut self, i: usize) {
        if self.frame().chooses && self.mark.is_none() && self.chosen != Some(i) {
            self.choice = Some(self.mark_at(i));
        }
    }

    fn mark_at(&self, tok: usize) -> Mark<'t> {
        Mark { tok, frames: self.frames.len(), len: self.lines.out.len(), column: self.column, tall: self.tall, sign: self.sign }
    }

    /// Takes the line back to a bracket, and lets each entry of the bracket have its own line; or, where an `else` leads to the bracket,
    /// lets that begin a line. Gives the token to go on with.
    pub(super) fn break_at(&mut self, mark: Mark<'t>) -> usize {
        if let Some(choice) = self.choice.take_if(|choice| choice.frames <= mark.frames) {
            self.go_back(&choice);
            self.sign = choice.sign;
            self.chosen = Some(choice.tok);
            return choice.tok;
        }
        self.go_back(&mark);
        // The block of a line that is broken is not lined up with others.
        self.sign = mark.sign.filter(|sign| sign.at + 1 != mark.len || !sign.is_block);
        self.open(mark.tok, Move::default(), true);
        mark.tok + 1
    }

    fn go_back(&mut self, mark: &Mark<'t>) {
        self.frames.truncate(mark.frames);
        self.lines.out.truncate(mark.len);
        (self.column, self.tall, self.words) = (mark.column, mark.tall, None);
    }
}
