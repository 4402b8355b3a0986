//! Brackets and newlines: one pass over the tokens that finds each bracket's mate and the newlines that separate entries.
//!
//! A stack of open brackets is kept; the innermost one decides whether a newline can separate. In a text whose brackets balance, and
//! that is nearly always, this is all. Where they do not, the pass is run once more with indentation as the witness: the text is taken
//! in chunks that start at lines without indent, and in a chunk that does not balance a line closes the brackets that were opened by
//! lines indented as deep or deeper. So one missing brace costs one entry, and what is reported is the innermost bracket left open.

use super::split::{LINE, SEPARATED, SKIPPED, TYPE_CLOSE, Tok, VIRTUAL};
use super::token::Kind;

/// Brackets deeper than this are refused, so that every later phase may recurse.
pub const MAX_BRACKETS: usize = 128;
/// The same for brackets and operators together: `a + a + a` nests as well.
const MAX_HEIGHT: usize = 256;
/// Brackets deeper than this are not matched any more, so that a look through those that are open stays short.
const MAX_FRAMES: usize = 1024;

/// What is wrong with brackets; tokens by index.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Fault {
    /// `open` has no mate before token `at`, where it would have to be closed.
    Unclosed {
        open: usize,
        at: usize,
    },
    /// A closing bracket where none is open.
    Extra {
        close: usize,
    },
    /// `[ … }` on one line.
    Mismatch {
        open: usize,
        close: usize,
    },
    TooDeep {
        at: usize,
    },
    /// The bracket is not closed because a string before it is not: nothing to say.
    Silent {
        open: usize,
    },
}

/// Sets `mate` and the flags of all tokens.
pub fn nest(text: &str, toks: &mut [Tok]) -> Vec<Fault> {
    let mut pass = Pass::new(text, toks);
    pass.run(&[]);
    if pass.faults.iter().all(|fault| matches!(fault, Fault::TooDeep { .. })) {
        return pass.faults;
    }
    for tok in toks.iter_mut() {
        tok.mate = 0;
        tok.flags &= LINE;
    }
    let chunks = chunks(toks);
    let mut pass = Pass::new(text, toks);
    pass.run(&chunks);
    pass.faults
}

/// Tokens from a line without indent up to the next such line.
struct Chunk {
    start: usize,
    balanced: bool,
    /// Closing brackets over opening ones.
    excess: i32,
    /// Whether a string in it is not closed, so that nothing can be said of its brackets.
    quiet: bool,
}

fn chunks(toks: &[Tok]) -> Vec<Chunk> {
    let base = toks.first().map_or(0, |tok| tok.indent);
    let starts_chunk = |tok: &Tok| tok.flags & LINE != 0 && tok.indent <= base && !leads_on(tok.kind) && closed_by(tok.kind).is_none();
    let mut starts: Vec<usize> = (0..toks.len()).filter(|&i| i == 0 || starts_chunk(&toks[i])).collect();
    starts.push(toks.len());
    starts.windows(2).map(|pair| chunk(toks, pair[0], pair[1])).collect()
}

fn chunk(toks: &[Tok], start: usize, end: usize) -> Chunk {
    let mut open: Vec<Bracket> = Vec::new();
    let mut out = Chunk { start, balanced: true, excess: 0, quiet: false };
    for tok in &toks[start..end] {
        out.quiet |= matches!(tok.kind, Kind::BadString | Kind::BadText | Kind::BadRaw | Kind::Broken | Kind::SingleQuote);
        if let Some(bracket) = closed_by(tok.kind) {
            out.excess += 1;
            out.balanced &= open.pop() == Some(bracket);
        }
        if let Some(bracket) = opened_by(tok.kind) {
            out.excess -= 1;
            open.push(bracket);
        }
    }
    out.balanced &= open.is_empty();
    out
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Bracket {
    /// The text itself.
    Top,
    Brace,
    Paren,
    Square,
    /// `<` in a type.
    Angle,
    Interpolation,
}

fn opened_by(kind: Kind) -> Option<Bracket> {
    match kind {
        Kind::LBrace => Some(Bracket::Brace),
        Kind::LParen => Some(Bracket::Paren),
        Kind::LBracket => Some(Bracket::Square),
        kind if kind.opens_interpolation() => Some(Bracket::Interpolation),
        _ => None,
    }
}

fn closed_by(kind: Kind) -> Option<Bracket> {
    match kind {
        Kind::RBrace => Some(Bracket::Brace),
        Kind::RParen => Some(Bracket::Paren),
        Kind::RBracket => Some(Bracket::Square),
        Kind::Broken => Some(Bracket::Interpolation),
        kind if kind.closes_interpolation() => Some(Bracket::Interpolation),
        _ => None,
    }
}

/// Whether a line that starts with this token continues the line above.
fn leads_on(kind: Kind) -> bool {
    use Kind::*;
    matches!(
        kind,
        Then | Else
            | Dot
            | OptDot
            | Comma
            | LBrace
            | DotDot
            | Pipe
            | Arrow
            | EqEq
            | NotEq
            | Less
            | LessEq
            | Greater
            | GreaterEq
            | Coalesce
            | And
            | Or
            | In
            | Plus
            | Star
            | Slash
            | AmpAmp
            | PipePipe
    )
}

/// Whether a line that ends with this token is continued by a deeper one.
pub fn trails_on(kind: Kind) -> bool {
    use Kind::*;
    matches!(
        kind,
        Eq | PlusEq
            | Plus
            | Minus
            | Star
            | Slash
            | EqEq
            | NotEq
            | Less
            | LessEq
            | Greater
            | GreaterEq
            | Coalesce
            | And
            | Or
            | Not
            | In
            | Pipe
            | FatArrow
            | Colon
            | Arrow
            | Then
            | Else
            | AmpAmp
            | PipePipe
            | Bang
    )
}

/// Whether it is an operator between values: a key cannot be what it waits for, so that one begins an entry and the value is missing.
fn wants_operand(kind: Kind) -> bool {
    trails_on(kind)
        && !matches!(kind, Kind::Eq | Kind::PlusEq | Kind::Colon | Kind::Arrow | Kind::Pipe | Kind::FatArrow | Kind::Then | Kind::Else)
}

/// Whether the token makes the tree of its expression one deeper.
fn adds_height(kind: Kind) -> bool {
    kind == Kind::Dot || kind == Kind::OptDot || kind == Kind::If || kind == Kind::DotDot || trails_on(kind)
}

struct Frame {
    bracket: Bracket,
    /// The opening token.
    open: usize,
    /// Indent of the line that holds it.
    indent: u16,
    /// First token of the entry that is being read; `usize::MAX` before it.
    entry: usize,
    /// Whether `<` is a bracket here.
    in_type: bool,
    /// Height of the tree of the element that is being read, and of the highest one before it.
    height: usize,
    highest: usize,
}

struct Pass<'s> {
    text: &'s str,
    toks: &'s mut [Tok],
    frames: Vec<Frame>,
    faults: Vec<Fault>,
    /// Whether indentation decides: in a chunk that does not balance.
    strict: bool,
    quiet: bool,
    excess: i32,
    too_deep: bool,
    /// Brackets that are open beyond [`MAX_FRAMES`].
    ignored: usize,
}

impl<'s> Pass<'s> {
    fn new(text: &'s str, toks: &'s mut [Tok]) -> Pass<'s> {
        let top = Frame { bracket: Bracket::Top, open: 0, indent: 0, entry: usize::MAX, in_type: false, height: 0, highest: 0 };
        Pass { text, toks, frames: vec![top], faults: Vec::new(), strict: false, quiet: false, excess: 0, too_deep: false, ignored: 0 }
    }

    fn run(&mut self, chunks: &[Chunk]) {
        let mut chunks = chunks.iter().peekable();
        for i in 0..self.toks.len() {
            if let Some(chunk) = chunks.next_if(|chunk| chunk.start == i) {
                self.unclose_to(1, i);
                (self.strict, self.excess, self.quiet) = (!chunk.balanced, chunk.excess, chunk.quiet);
            }
            if self.toks[i].flags & LINE != 0 && i > 0 {
                if self.strict {
                    self.dedent(i);
                }
                self.newline(i);
            }
            self.token(i);
        }
        self.unclose_to(1, self.toks.len());
    }

    fn top(&mut self) -> &mut Frame {
        self.frames.last_mut().expect("the text's own frame is never popped")
    }

    fn slice(&self, i: usize) -> &'s str {
        let tok = &self.toks[i];
        &self.text[tok.start as usize..tok.end as usize]
    }

    // ---- newlines ----

    /// Decides whether the newline before token `i` separates.
    fn newline(&mut self, i: usize) {
        let cur = self.toks[i];
        let goes_on = matches!(cur.kind, Kind::Greater | Kind::Comma) || self.toks[i - 1].kind == Kind::Comma;
        let angle_ends =
            |frame: &Frame, toks: &[Tok]| frame.bracket == Bracket::Angle && !goes_on && cur.indent <= toks[frame.entry.min(i)].indent;
        while self.frames.last().is_some_and(|frame| angle_ends(frame, self.toks)) {
            self.frames.pop();
        }
        let frame = self.frames.last().expect("the text's own frame is never popped");
        let separates = match frame.bracket {
            Bracket::Paren | Bracket::Square | Bracket::Angle | Bracket::Interpolation => false,
            Bracket::Top | Bracket::Brace => frame.entry != usize::MAX && cur.kind != Kind::RBrace && !self.joins(i, frame.entry),
        };
        if separates {
            self.toks[i].flags |= SEPARATED;
            self.end_entry();
        }
    }

    /// Whether the line that starts at token `i` continues the entry that starts at token `entry`.
    fn joins(&self, i: usize, entry: usize) -> bool {
        let (prev, cur) = (self.toks[i - 1], self.toks[i]);
        let deeper = cur.indent > self.toks[entry].indent;
        let next = self.toks.get(i + 1).map(|tok| tok.kind);
        let is_key = cur.kind.is_word() && matches!(next, Some(Kind::Eq | Kind::PlusEq | Kind::Colon));
        let is_name = i > 1 && prev.kind.is_word() && matches!(self.toks[i - 2].kind, Kind::Dot | Kind::OptDot);
        let trails = prev.kind == Kind::Comma
            || trails_on(prev.kind)
                && !is_name
                && prev.flags & TYPE_CLOSE == 0
                && (deeper && !(is_key && wants_operand(prev.kind)) || prev.kind == Kind::Else && cur.kind == Kind::If);
        trails || leads_on(cur.kind) && !is_key || deeper && !is_key && self.is_at_clause(i, entry)
    }

    /// `at` under `deny`, `warn` or `require`.
    fn is_at_clause(&self, i: usize, entry: usize) -> bool {
        self.toks[i].kind == Kind::Word && self.slice(i) == "at" && matches!(self.slice(entry), "deny" | "warn" | "require")
    }

    fn end_entry(&mut self) {
        let top = self.frames.len() == 1;
        let frame = self.top();
        frame.entry = usize::MAX;
        frame.in_type = false;
        frame.highest = frame.highest.max(frame.height);
        frame.height = 0;
        self.too_deep &= !top;
    }

    // ---- tokens ----

    fn token(&mut self, i: usize) {
        let kind = self.toks[i].kind;
        let none_ignored = self.ignored == 0;
        let frame = self.top();
        if frame.entry == usize::MAX && kind != Kind::Comma {
            frame.entry = i;
        }
        if adds_height(kind) {
            frame.height += 1;
        }
        match kind {
            Kind::Comma => self.comma(i),
            Kind::Semicolon if matches!(frame.bracket, Bracket::Top | Bracket::Brace) => self.end_entry(),
            Kind::Colon | Kind::Arrow => frame.in_type = true,
            Kind::Eq => self.equals(i),
            Kind::Less if frame.in_type => self.open(i, Bracket::Angle),
            Kind::Greater | Kind::GreaterEq if frame.bracket == Bracket::Angle && none_ignored => {
                self.toks[i].flags |= TYPE_CLOSE;
                self.close(i);
                self.top().in_type &= kind == Kind::Greater;
            }
            _ => {
                if let Some(bracket) = closed_by(kind) {
                    self.closing(i, bracket);
                }
                if let Some(bracket) = opened_by(kind) {
                    self.open(i, bracket);
                }
            }
        }
        self.check_depth(i);
    }

    fn check_depth(&mut self, i: usize) {
        let deep = self.frames.len() > MAX_BRACKETS + 1 || self.frames.len() + self.top().height > MAX_HEIGHT;
        if deep && !self.too_deep {
            self.too_deep = true;
            self.faults.push(Fault::TooDeep { at: i });
        }
    }

    fn comma(&mut self, i: usize) {
        let entry = self.top().entry;
        let in_for_head = entry.checked_add(2) == Some(i) && self.toks[entry].kind == Kind::For;
        match self.top().bracket {
            Bracket::Top | Bracket::Brace if in_for_head => {}
            Bracket::Top | Bracket::Brace => self.end_entry(),
            Bracket::Angle => {}
            Bracket::Paren | Bracket::Square | Bracket::Interpolation => {
                let frame = self.top();
                frame.in_type = false;
                frame.highest = frame.highest.max(frame.height);
                frame.height = 0;
            }
        }
    }

    /// `=` ends a type, except that of `type X =`.
    fn equals(&mut self, i: usize) {
        while self.top().bracket == Bracket::Angle {
            self.frames.pop();
        }
        let entry = self.top().entry;
        let starts_type = i == entry.wrapping_add(2) && self.slice(entry) == "type";
        self.top().in_type = starts_type;
    }

    fn open(&mut self, i: usize, bracket: Bracket) {
        if self.frames.len() > MAX_FRAMES {
            self.ignored += 1;
            return;
        }
        let parent = self.top();
        let inherits = !matches!(bracket, Bracket::Brace);
        let frame = Frame {
            bracket,
            open: i,
            indent: 0,
            entry: if inherits { parent.entry } else { usize::MAX },
            in_type: bracket == Bracket::Angle || bracket == Bracket::Square && parent.in_type,
            height: 0,
            highest: 0,
        };
        let indent = self.toks[i].indent;
        self.frames.push(Frame { indent, ..frame });
    }

    /// Closes the innermost bracket with token `i`.
    fn close(&mut self, i: usize) {
        let frame = self.frames.pop().expect("closed only where one is open");
        self.toks[frame.open].mate = i as u32;
        let height = frame.highest.max(frame.height);
        // A bracket behind an operand (`f(…)`, `x[…]`) nests the operand, so it counts on top of what it holds.
        let parent = self.top();
        parent.height = (parent.height + 1).max(height + 1);
    }

    fn closing(&mut self, i: usize, bracket: Bracket) {
        if self.ignored > 0 {
            self.ignored -= 1;
            return;
        }
        if self.strict && self.is_surplus(i) {
            self.excess -= 1;
            return self.extra(i);
        }
        let innermost = self.frames.iter().rposition(|frame| frame.bracket != Bracket::Angle).unwrap_or(0);
        let Frame { bracket: inner, open, .. } = self.frames[innermost];
        if inner == bracket {
            self.frames.truncate(innermost + 1);
            return self.close(i);
        }
        let is_slip = bracket != Bracket::Interpolation && matches!(inner, Bracket::Brace | Bracket::Paren | Bracket::Square);
        if is_slip && self.on_one_line(open, i) {
            self.frames.truncate(innermost + 1);
            self.faults.push(Fault::Mismatch { open, close: i });
            return self.close(i);
        }
        // A bracket in an interpolation cannot close one around its string.
        let within = self.frames.iter().rposition(|frame| frame.bracket == Bracket::Interpolation).unwrap_or(0);
        match self.frames[within..].iter().rposition(|frame| frame.bracket == bracket) {
            Some(at) => {
                self.unclose_to(within + at + 1, i);
                self.close(i);
            }
            None => self.extra(i),
        }
    }

    fn on_one_line(&self, from: usize, to: usize) -> bool {
        !self.toks[from + 1..=to].iter().any(|tok| tok.flags & LINE != 0)
    }

    /// In a chunk with too many closing brackets: one at a line's end that closes what a line further left has opened.
    fn is_surplus(&self, i: usize) -> bool {
        let tok = &self.toks[i];
        let Some(frame) = self.frames.last() else { return false };
        self.excess > 0
            && tok.kind != Kind::Broken
            && !tok.kind.closes_interpolation()
            && frame.bracket != Bracket::Top
            && tok.flags & LINE == 0
            && tok.indent > frame.indent
            && !self.on_one_line(frame.open, i)
    }

    fn extra(&mut self, i: usize) {
        self.toks[i].flags |= SKIPPED;
        if !self.quiet && self.toks[i].kind != Kind::Broken {
            self.faults.push(Fault::Extra { close: i });
        }
    }

    // ---- repair ----

    /// Closes what the line that starts at token `i` shows to be unclosed.
    fn dedent(&mut self, i: usize) {
        let tok = self.toks[i];
        let keep = match closed_by(tok.kind) {
            Some(bracket) => {
                let owner = self.frames.iter().rposition(|frame| frame.bracket == bracket && frame.indent <= tok.indent);
                let Some(owner) = owner else { return };
                let wrong = |frame: &Frame| frame.indent > tok.indent;
                let first = self.frames[owner + 1..].iter().position(wrong);
                first.map_or(self.frames.len(), |first| owner + 1 + first)
            }
            None if leads_on(tok.kind) => return,
            None => self.frames.iter().skip(1).position(|frame| frame.indent >= tok.indent).map_or(self.frames.len(), |first| first + 1),
        };
        self.unclose_to(keep, i);
    }

    /// Closes all but the `keep` outermost frames before token `i`, where they have no closing bracket; the innermost is reported.
    fn unclose_to(&mut self, keep: usize, i: usize) {
        let mut reported = false;
        while self.frames.len() > keep {
            let frame = self.frames.pop().expect("longer than `keep`");
            self.ignored = 0;
            if frame.bracket == Bracket::Angle {
                continue;
            }
            self.toks[frame.open].mate = i as u32;
            self.toks[frame.open].flags |= VIRTUAL;
            let fault = match self.quiet || reported {
                true => Fault::Silent { open: frame.open },
                false => Fault::Unclosed { open: frame.open, at: i },
            };
            self.faults.push(fault);
            reported = true;
        }
    }
}
