//! Where a line that is too long is broken.
//!
//! While a line is written, the outermost bracket of it that is still open and worth lines of its own is remembered, and so is, for each
//! bracket that is open, the first operator of the loosest sort in it. When the line grows too long, it is taken back to one of them: to
//! the bracket, whose entries then have a line each, or to the operator, which then begins a line, as do all of its sort behind it.

use super::operators::{Led, Power};
use super::{Frame, Kind, Move, Walk};
use crate::fmt::lines::Sign;
use crate::fmt::spaces;

/// A token before which a line can be broken, and the state to go back to then.
pub(super) struct Mark<'t> {
    pub(super) tok: usize,
    /// Frames that are open before it.
    pub(super) frames: usize,
    len: usize,
    column: usize,
    tall: bool,
    sign: Option<Sign<'t>>,
    /// Of the innermost frame.
    chooses: bool,
    splits: Option<Power>,
    led: Led,
}

/// An operator at which a line can be broken.
pub(super) struct Split<'t> {
    power: Power,
    mark: Mark<'t>,
}

impl Split<'_> {
    /// How many frames it stands in.
    pub fn depth(&self) -> usize {
        self.mark.frames
    }
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
            Kind::LParen => self.is_call(i) && self.weighs(i) && (self.holds_params(i) || self.ends_line(i)),
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
        let behind = self.toks[open].mate as usize + 1;
        for (at, tok) in self.toks.iter().enumerate().skip(behind) {
            let broken = frame.is_some_and(|frame| frame.broken);
            match tok.kind {
                _ if tok.starts_line() => return true,
                Kind::RParen | Kind::RBracket | Kind::RBrace | Kind::Comma | Kind::For if broken => return true,
                Kind::If if broken && frame.is_some_and(|frame| frame.loops) => return true,
                Kind::Else if frame.is_some_and(|frame| frame.chooses) => return true,
                _ if frame.is_some_and(|frame| self.splits_at(at, frame)) => return true,
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

    /// Whether the parentheses are those of a function that is declared.
    pub(super) fn holds_params(&self, i: usize) -> bool {
        let entry = self.frames.last().and_then(|frame| frame.entry);
        self.in_block() && entry.is_some_and(|entry| entry + 2 == i && self.slice(entry) == "fn")
    }

    /// Whether a bracket holds several entries. A comma at its end separates none.
    pub(super) fn has_more(&self, open: usize) -> bool {
        let mate = self.toks[open].mate as usize;
        let mut at = open + 1;
        while at + 1 < mate {
            match self.toks[at].kind {
                Kind::Comma if !self.is_of_for(at) => return true,
                _ => at = at.max(self.toks[at].mate as usize) + 1,
            }
        }
        false
    }

    // ---- operators ----

    /// Behind a comma nothing of the entry before is broken at any more; in a block that spans lines, the comma itself may be.
    pub(super) fn note_comma(&mut self, i: usize) {
        let depth = self.frames.len();
        self.splits.retain(|split| split.depth() != depth || split.power == Power::Entry);
        let frame = self.frame();
        let is_noted = frame.tall && !frame.broken && self.splits.last().is_none_or(|split| split.depth() != depth);
        if is_noted {
            self.splits.push(Split { power: Power::Entry, mark: self.mark_at(i) });
        }
    }

    /// Remembers an operator as one to break at, if it is looser than those before it in its bracket.
    pub(super) fn note_operator(&mut self, i: usize, power: Power, begins: bool) {
        let depth = self.frames.len();
        if !begins && !self.is_behind_end(i, power) {
            match self.splits.last().filter(|last| last.depth() == depth).map(|last| last.power) {
                Some(last) if last < power || last == power && power != Power::Union => {}
                last => {
                    self.splits.truncate(self.splits.len() - usize::from(last.is_some()));
                    self.splits.push(Split { power, mark: self.mark_at(i) });
                }
            }
        }
        // What was too long was the condition, or another branch.
        if matches!(power, Power::Then | Power::Else) {
            let frame = self.frame();
            frame.splits = frame.splits.map(|splits| splits.min(Power::Then));
        }
    }

    /// The `else` behind a bracket that ends at the beginning of the line.
    fn is_behind_end(&self, i: usize, power: Power) -> bool {
        let line = self.lines.out.len().saturating_sub(self.start + self.indent);
        let prev = &self.toks[i - 1];
        let closes = matches!(prev.kind, Kind::RBrace | Kind::RParen | Kind::RBracket);
        power == Power::Else && closes && line == (prev.end - prev.start) as usize
    }

    /// Behind the `=` of an entry: what stood before it is not broken for what follows, and the body of a function may have its own line.
    pub(super) fn end_of_head(&mut self, i: usize) {
        let depth = self.frames.len();
        self.splits.retain(|split| split.depth() != depth || split.power == Power::Entry);
        let Some(entry) = self.frame().entry.filter(|_| self.in_block()) else { return };
        if self.slice(entry) != "fn" {
            return;
        }
        if self.mark.as_ref().is_some_and(|mark| mark.tok == entry + 2) {
            self.mark = None;
        }
        let is_first = self.splits.last().is_none_or(|split| split.depth() != depth);
        if is_first && self.toks.get(i + 1).is_some_and(|next| !next.starts_line()) {
            self.splits.push(Split { power: Power::Body, mark: self.mark_at(i + 1) });
        }
    }

    /// Whether a line begins at an operator of a bracket because the entry was too long for one.
    fn splits_at(&self, i: usize, frame: &Frame) -> bool {
        frame.splits.is_some_and(|splits| self.power_in(i, frame).is_some_and(|power| power <= splits))
    }

    // ---- going back ----

    fn mark_at(&self, tok: usize) -> Mark<'t> {
        let frame = self.frames.last().expect("the text's own frame is never popped");
        Mark {
            tok,
            frames: self.frames.len(),
            len: self.lines.out.len(),
            column: self.column,
            tall: self.tall,
            sign: self.sign,
            chooses: frame.chooses,
            splits: frame.splits,
            led: frame.led,
        }
    }

    /// Breaks the line that grew too long, where it can be broken; gives the token to go on with.
    pub(super) fn break_line(&mut self) -> Option<usize> {
        let mark = self.mark.take();
        let in_string = |frames: &[Frame]| frames.iter().any(|frame| frame.kind.opens_interpolation());
        let split = (!self.splits.is_empty()).then(|| self.splits.remove(0)).filter(|split| !in_string(&self.frames[..split.depth()]));
        match (split, mark) {
            (Some(split), Some(mark)) if self.goes_first(&split, &mark) => Some(self.split_at(split)),
            (_, Some(mark)) => Some(self.break_at(mark)),
            (Some(split), None) => Some(self.split_at(split)),
            (None, None) => None,
        }
    }

    /// Whether a line is broken at the operator, and not at the bracket behind it.
    fn goes_first(&self, split: &Split, mark: &Mark) -> bool {
        let is_block = self.toks[mark.tok].kind == Kind::LBrace;
        split.depth() <= mark.frames
            && match split.power {
                Power::Body => !is_block && mark.tok > split.mark.tok + 1,
                Power::Entry | Power::Else => true,
                Power::Or | Power::And => !is_block,
                _ => false,
            }
    }

    /// Takes the line back to an operator or a comma, and lets what is of its sort begin a line.
    fn split_at(&mut self, split: Split<'t>) -> usize {
        let Split { power, mark } = split;
        self.go_back(&mark);
        self.sign = mark.sign;
        match power {
            Power::Entry => self.frame().broken = true,
            Power::Body | Power::Union => self.chosen = Some(mark.tok),
            _ => self.frame().splits = Some(power),
        }
        mark.tok
    }

    /// Takes the line back to a bracket, and lets each entry of the bracket have its own line.
    fn break_at(&mut self, mark: Mark<'t>) -> usize {
        self.go_back(&mark);
        // The block of a line that is broken is not lined up with others.
        self.sign = mark.sign.filter(|sign| sign.at + 1 != mark.len || !sign.is_block);
        self.open(mark.tok, Move::default(), true);
        mark.tok + 1
    }

    fn go_back(&mut self, mark: &Mark<'t>) {
        self.frames.truncate(mark.frames);
        self.lines.out.truncate(mark.len);
        (self.column, self.tall, self.words, self.signed) = (mark.column, mark.tall, None, false);
        let frame = self.frame();
        (frame.chooses, frame.splits, frame.led) = (mark.chooses, mark.splits, mark.led);
    }
}
