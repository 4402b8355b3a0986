//! The walk over the tokens: which of them begins a line, and how deep.
//!
//! A stack of frames holds the open brackets. A bracket's content is indented by two against the line that holds the bracket, and what
//! closes it stands as that line does; so several brackets that one line opens indent only once. In a block that spans lines every
//! entry, and the closing brace, has a line of its own; in parentheses and lists lines are the writer's. A line inside an entry that is
//! no entry's first is indented by two more, and by two for every looser operator that led a line before it ([`operators`]).
//!
//! When a line grows too long, it is taken back to one of its brackets or operators and written again, with one entry or operand on a
//! line ([`breaks`]); so no token is written more often than brackets and operators hold it.

mod breaks;
mod gap;
mod operators;

use super::WIDTH;
use super::lines::{Lines, Sign, columns};
use super::spaces::{self, Context};
use super::text::Move;
use crate::syntax::token::Kind;
use crate::syntax::{self, Tok};
use breaks::{Mark, Split};
use gap::Gap;
use operators::{Led, Power};
use std::ops::Range;

/// The canonical form of a text. `None` where it holds what cannot be part of a program, or brackets that do not balance.
///
/// The text need not parse; the form of one that does not is as good as its brackets.
///
/// Where lines are so long that they are broken, how they were broken before may still show once; the form is what no longer changes.
pub fn layout(text: &str) -> Option<String> {
    of(text, &syntax::balanced(text)?)
}

/// The canonical form of a text that has these tokens.
pub(super) fn of(text: &str, toks: &[Tok]) -> Option<String> {
    let mut form = once(text, toks)?;
    if form == text {
        return Some(form);
    }
    for _ in 0..MOST_TIMES {
        match syntax::balanced(&form).and_then(|toks| once(&form, &toks)) {
            Some(again) if again != form => form = again,
            _ => break,
        }
    }
    Some(form)
}

/// So often a form is laid out anew; the second time is nearly always as the first.
const MOST_TIMES: usize = 4;

fn once(text: &str, toks: &[Tok]) -> Option<String> {
    if toks.first().is_some_and(|tok| tok.kind == Kind::Comma) {
        return None;
    }
    let mut walk = Walk::new(text, toks);
    walk.run();
    Some(walk.lines.out)
}

/// A bracket that is open.
struct Frame {
    kind: Kind,
    open: usize,
    /// Indent of the line that holds it, and of its content.
    base: usize,
    indent: usize,
    /// A block that spans lines.
    tall: bool,
    /// It was on one line and is broken, or the line of it that is being written is: every comma ends a line.
    broken: bool,
    /// A newline follows it.
    opens_line: bool,
    /// First token of the entry or element that is being read, once there is one.
    entry: Option<usize>,
    /// Whether the entry has a `then`, so that its `else` belongs to an expression.
    chooses: bool,
    /// Whether it is a list with `for`, which has no comma at its end.
    loops: bool,
    /// Operators that bind as loosely as this, or more so, begin a line: the entry was too long for one.
    splits: Option<Power>,
    /// Those that led lines of the entry.
    led: Led,
    /// Of an interpolation: how the lines of its string move.
    moves: Move,
}

struct Walk<'t> {
    text: &'t str,
    toks: &'t [Tok],
    lines: Lines<'t>,
    frames: Vec<Frame>,
    /// First token from here on that starts a line of the text.
    next_line: usize,
    /// The line that is being written: where it starts, its indent, its length, and whether a text block stretches it.
    start: usize,
    indent: usize,
    column: usize,
    tall: bool,
    sign: Option<Sign<'t>>,
    /// Words that begin the line, while nothing else has come.
    words: Option<usize>,
    /// The bracket to break when the line grows too long.
    mark: Option<Mark<'t>>,
    /// The operators before which it can be broken: the first of the loosest sort in each bracket that is open.
    splits: Vec<Split<'t>>,
    /// A token that begins a line because the one before it grew too long.
    chosen: Option<usize>,
    /// Whether the last token is a `-` with nothing to subtract from.
    signed: bool,
    /// What stood before a comma that began a line.
    before_comma: Option<Gap>,
}

impl<'t> Walk<'t> {
    fn new(text: &'t str, toks: &'t [Tok]) -> Walk<'t> {
        let eol = match memchr::memchr(b'\n', text.as_bytes()) {
            Some(at) if text[..at].ends_with('\r') => "\r\n",
            _ => "\n",
        };
        let top = Frame {
            kind: Kind::Newline,
            open: 0,
            base: 0,
            indent: 0,
            tall: true,
            broken: false,
            opens_line: true,
            entry: None,
            chooses: false,
            loops: false,
            splits: None,
            led: Led::default(),
            moves: Move::default(),
        };
        Walk {
            text,
            toks,
            lines: Lines::new(text, eol),
            frames: vec![top],
            next_line: 0,
            start: 0,
            indent: 0,
            column: 0,
            tall: false,
            sign: None,
            words: None,
            mark: None,
            splits: Vec::new(),
            chosen: None,
            signed: false,
            before_comma: None,
        }
    }

    fn run(&mut self) {
        let from = if self.text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
        self.lines.out.push_str(&self.text[..from]);
        let mut i = 0;
        while i < self.toks.len() {
            i = self.token(i);
        }
        let end = self.toks.last().map_or(from, |tok| tok.end as usize);
        let mut gap = Gap::read(self.text, end..self.text.len());
        if let Some(before) = self.before_comma.take() {
            gap = before.and(gap, self.text);
        }
        gap.blank = false;
        if self.toks.is_empty() {
            gap.own.splice(0..0, gap.trailing.take().map(|range| (range, false)));
            if let Some(first) = gap.own.first_mut() {
                first.1 = false;
            }
        } else {
            self.end_line(gap.trailing.take());
        }
        self.comments(&gap, 0);
        self.lines.settle();
    }

    fn frame(&mut self) -> &mut Frame {
        self.frames.last_mut().expect("the text's own frame is never popped")
    }

    fn slice(&self, tok: usize) -> &'t str {
        let tok = &self.toks[tok];
        &self.text[tok.start as usize..tok.end as usize]
    }

    /// Writes a token; gives the one to go on with.
    fn token(&mut self, i: usize) -> usize {
        let tok = self.toks[i];
        if tok.kind == Kind::Comma && !self.is_of_for(i) {
            return self.comma(i);
        }
        let starts_entry = self.frames.last().is_some_and(|frame| frame.entry.is_none()) || tok.separates() && self.in_block();
        let closes = self.closes(&tok);
        if closes {
            self.comma_at_end(i);
        }
        let power = if starts_entry || closes { None } else { self.power(i) };
        let begins = self.begins_line(i, closes, starts_entry, power);
        if let Some(power) = power {
            self.note_operator(i, power, begins);
        }
        if begins {
            self.begin_line(i, closes, starts_entry, power);
        } else if self.toks.get(i.wrapping_sub(1)).is_some_and(|prev| spaces::spaced(prev, &tok, self.context(i))) {
            self.lines.out.push(' ');
            self.column += 1;
        }
        let is_entry = starts_entry && !closes;
        if is_entry {
            self.start_entry(i);
        }
        self.note_sign(i, is_entry);
        self.write(i, closes);
        if self.column > WIDTH
            && let Some(next) = self.break_line()
        {
            return next;
        }
        if matches!(tok.kind, Kind::Eq | Kind::PlusEq) {
            self.end_of_head(i);
        }
        i + 1
    }

    fn start_entry(&mut self, i: usize) {
        let starts_line = self.toks[i].starts_line();
        let frame = self.frame();
        (frame.entry, frame.chooses, frame.splits, frame.led) = (Some(i), false, None, Led::default());
        // It was one line of the block that was too long.
        frame.broken &= !(frame.tall && starts_line);
    }

    /// The comma of `for k, v in …` separates nothing.
    fn is_of_for(&self, i: usize) -> bool {
        i > 1 && self.toks[i - 1].kind == Kind::Word && self.toks[i - 2].kind == Kind::For
    }

    fn in_block(&self) -> bool {
        self.frames.last().is_some_and(|frame| matches!(frame.kind, Kind::LBrace | Kind::Newline))
    }

    /// Whether the token closes the innermost frame.
    fn closes(&self, tok: &Tok) -> bool {
        matches!(tok.kind, Kind::RBrace | Kind::RParen | Kind::RBracket) || tok.kind.closes_interpolation() || tok.closes_type()
    }

    // ---- lines ----

    fn begins_line(&mut self, i: usize, closes: bool, starts_entry: bool, power: Option<Power>) -> bool {
        let tok = self.toks[i];
        if i == 0 || self.chosen == Some(i) {
            return true;
        }
        let in_block = self.in_block();
        let frame = self.frames.last().expect("the text's own frame is never popped");
        if closes {
            if frame.open + 1 == i {
                return tok.starts_line() && self.has_comment(i);
            }
            let own_line = frame.broken || frame.tall || frame.opens_line && matches!(frame.kind, Kind::LParen | Kind::LBracket);
            return own_line || tok.starts_line();
        }
        if frame.open + 1 == i && (frame.tall || frame.broken) && self.frames.len() > 1 {
            return true;
        }
        if frame.broken && (starts_entry || frame.loops && matches!(tok.kind, Kind::For | Kind::If)) {
            return true;
        }
        if frame.broken && frame.kind == Kind::LBracket && tok.kind == Kind::For {
            self.frame().loops = true;
            return true;
        }
        if power.is_some_and(|power| frame.splits.is_some_and(|splits| power <= splits)) {
            return true;
        }
        tok.starts_line() && !(in_block && !starts_entry && self.joins(i))
    }

    /// Whether a token that starts a line belongs to the end of the line above: the `{` of a block, the `else` behind one.
    fn joins(&self, i: usize) -> bool {
        let (prev, cur) = (&self.toks[i - 1], &self.toks[i]);
        let frame = self.frames.last().expect("the text's own frame is never popped");
        let entry = frame.entry.map_or(Kind::Unknown, |entry| self.toks[entry].kind);
        let wanted = match cur.kind {
            Kind::LBrace => spaces::ends_operand(prev) || matches!(prev.kind, Kind::Eq | Kind::Else | Kind::Star),
            Kind::Else => prev.kind == Kind::RBrace && entry == Kind::If && !frame.chooses,
            _ => false,
        };
        wanted && !self.has_comment(i)
    }

    /// Whether a comment stands before a token.
    fn has_comment(&self, i: usize) -> bool {
        memchr::memchr(b'/', &self.text.as_bytes()[self.toks[i - 1].end as usize..self.toks[i].start as usize]).is_some()
    }

    fn begin_line(&mut self, i: usize, closes: bool, starts_entry: bool, power: Option<Power>) {
        let tok = self.toks[i];
        let opened = self.frames.len() > 1 && self.frame().open + 1 == i;
        let in_block = self.in_block();
        let deeper = if starts_entry || closes { 0 } else { self.deeper(i, power) };
        let frame = self.frame();
        let content = frame.indent + deeper;
        let indent = if closes { frame.base } else { content };
        let from = i.checked_sub(1).map_or(0, |prev| self.toks[prev].end as usize);
        let mut gap = if i == 0 || tok.starts_line() { Gap::read(self.text, from..tok.start as usize) } else { Gap::default() };
        if let Some(before) = self.before_comma.take() {
            gap = before.and(gap, self.text);
        }
        if i == 0 {
            gap.own.splice(0..0, gap.trailing.take().map(|range| (range, false)));
        } else {
            self.end_line(gap.trailing.take());
        }
        // No blank line stands at the beginning or the end of a block.
        if opened || i == 0 {
            match gap.own.first_mut() {
                Some(first) => first.1 = false,
                None => gap.blank = false,
            }
        }
        if closes {
            gap.blank = false;
        }
        self.comments(&gap, content);
        (self.start, self.indent, self.column, self.tall) = (self.lines.out.len(), indent, indent, false);
        (self.sign, self.mark) = (None, None);
        self.splits.clear();
        self.words = (starts_entry && in_block && !closes).then_some(0);
        self.lines.indent(indent);
    }

    /// How much deeper than its bracket's content a line stands that goes on with an entry.
    fn deeper(&mut self, i: usize, power: Option<Power>) -> usize {
        let open = self.frame().open;
        let is_list = matches!(self.frame().kind, Kind::LParen | Kind::LBracket);
        let goes_on = if self.in_block() || is_list && power.is_some() && self.has_more(open) { 2 } else { 0 };
        let led = &mut self.frame().led;
        match power {
            Some(Power::Else | Power::Then) => led.branch(),
            Some(power) => return goes_on + 2 * led.lead(power),
            None => {}
        }
        if matches!(self.toks[i].kind, Kind::If | Kind::For) {
            self.frame().led.branch();
        }
        goes_on
    }

    fn end_line(&mut self, comment: Option<Range<usize>>) {
        self.lines.end_line(self.start, self.column, self.tall, self.sign.take(), comment, WIDTH);
    }

    fn comments(&mut self, gap: &Gap, indent: usize) {
        for (range, blank) in &gap.own {
            if *blank {
                self.lines.blank_line();
            }
            self.lines.comment(indent, range.clone());
        }
        if gap.blank {
            self.lines.blank_line();
        }
    }

    // ---- tokens ----

    /// A comma stands behind the token before it, or gives way to a newline.
    fn comma(&mut self, i: usize) -> usize {
        let (in_block, next) = (self.in_block(), self.toks.get(i + 1).copied());
        if self.toks[i].starts_line() && i > 0 {
            let gap = Gap::read(self.text, self.toks[i - 1].end as usize..self.toks[i].start as usize);
            self.before_comma = Some(self.before_comma.take().unwrap_or_default().and(gap, self.text));
        }
        // An entry of several lines is the last one of its line: what continues the next is told by its indent.
        let is_high = in_block && self.frames.last().is_some_and(|frame| self.indent > frame.indent);
        let ends_line = self.before_comma.is_some() || is_high || next.is_none_or(|next| next.starts_line());
        if is_high {
            self.chosen = Some(i + 1);
        }
        let frame = self.frame();
        let closes = next.is_some_and(|next| matches!(next.kind, Kind::RBrace | Kind::RParen | Kind::RBracket) || next.closes_type());
        let drops = match in_block {
            true => closes || ends_line || frame.broken,
            false => closes && !ends_line && !frame.opens_line && !frame.broken,
        };
        if frame.kind != Kind::Less {
            frame.entry = None;
        }
        if !drops {
            self.note_comma(i);
            self.lines.out.push(',');
            self.column += 1;
        }
        if self.before_comma.is_some() && next.is_none_or(|next| !next.starts_line()) && !(closes && in_block) {
            return self.after_leading_comma(i + 1);
        }
        self.words = None;
        i + 1
    }

    /// A list or call that is broken ends with a comma.
    fn comma_at_end(&mut self, i: usize) {
        let frame = self.frames.last().expect("the text's own frame is never popped");
        if frame.broken && frame.kind != Kind::LBrace && !frame.loops && self.toks[i - 1].kind != Kind::Comma {
            self.append(",");
        }
    }

    /// Goes on behind a comma that began a line: the line begins with the next token instead.
    fn after_leading_comma(&mut self, next: usize) -> usize {
        let Some(tok) = self.toks.get(next).copied() else { return next };
        let closes = self.closes(&tok);
        self.begin_line(next, closes, !closes, None);
        if !closes {
            self.start_entry(next);
        }
        self.note_sign(next, !closes);
        self.write(next, closes);
        next + 1
    }

    fn context(&self, i: usize) -> Context {
        let (prev, cur) = (&self.toks[i - 1], &self.toks[i]);
        let mut context = Context { adjacent: prev.end == cur.start, after_sign: self.signed, ..Context::default() };
        if cur.kind != Kind::LParen || prev.kind != Kind::Word {
            return context;
        }
        let Some(entry) = self.frames.last().and_then(|frame| frame.entry) else { return context };
        let head = self.slice(entry);
        context.after_verb = entry + 1 == i && matches!(head, "require" | "assert" | "deny" | "warn" | "help");
        context.declares = entry + 2 == i && head == "fn";
        context.binds = head == "rule" && self.in_block() && i > entry + 3;
        context
    }

    /// Counts the words that begin a line, and remembers the sign behind them.
    fn note_sign(&mut self, i: usize, is_entry: bool) {
        let Some(words) = self.words else { return };
        let tok = &self.toks[i];
        let is_block = tok.kind == Kind::LBrace;
        match tok.kind {
            Kind::Word | Kind::String => self.words = Some(words + 1),
            Kind::Let if is_entry => self.words = Some(words + 1),
            Kind::Eq | Kind::LBrace if words > 0 && !(is_block && self.next_line(i + 1) <= tok.mate as usize) => {
                let before = &self.text[self.toks[i - 1].end as usize..tok.start as usize];
                let (first, last) = (self.slice(i - words), self.slice(i - 1));
                let padded = before.len() > 1 && !tok.starts_line();
                self.sign =
                    Some(Sign { at: self.lines.out.len(), column: self.column, indent: self.indent, words, first, last, is_block, padded });
                self.words = None;
            }
            _ => self.words = None,
        }
    }

    fn next_line(&mut self, from: usize) -> usize {
        self.next_line = self.next_line.max(from);
        while self.toks.get(self.next_line).is_some_and(|tok| !tok.starts_line()) {
            self.next_line += 1;
        }
        self.next_line
    }

    fn write(&mut self, i: usize, closes: bool) {
        let tok = self.toks[i];
        let slice = self.slice(i);
        let prev = i.checked_sub(1).map(|prev| &self.toks[prev]);
        let frame = self.frames.last().expect("the text's own frame is never popped");
        let begins = frame.entry == Some(i) || frame.entry == i.checked_sub(1) && self.in_block();
        self.signed = tok.kind == Kind::Minus && (begins || prev.is_none_or(|prev| !spaces::ends_operand(prev)));
        if tok.kind == Kind::Then {
            self.frame().chooses = true;
        }
        let moves = if closes { self.close() } else { Move::default() };
        let moves = match tok.kind {
            Kind::Text | Kind::TextOpen | Kind::Raw => Move::new(Pieces { walk: self, at: Some(i) }, self.indent + 2),
            _ => moves,
        };
        match tok.kind {
            Kind::Text | Kind::TextOpen | Kind::Raw | Kind::TextMiddle | Kind::TextClose => self.string(slice, moves),
            _ => self.append(slice),
        }
        if tok.mate as usize > i {
            self.mark(i);
            self.open(i, moves, false);
        }
    }

    fn append(&mut self, slice: &str) {
        self.lines.out.push_str(slice);
        self.column += columns(slice);
    }

    fn string(&mut self, slice: &str, moves: Move) {
        let from = self.lines.out.len();
        moves.write(slice, self.lines.eol, &mut self.lines.out);
        let written = &self.lines.out[from..];
        match memchr::memrchr(b'\n', written.as_bytes()) {
            Some(at) => (self.column, self.tall) = (columns(&written[at + 1..]), true),
            None => self.column += columns(written),
        }
    }

    // ---- frames ----

    fn open(&mut self, i: usize, moves: Move, broken: bool) {
        let tok = self.toks[i];
        let tall = tok.kind == Kind::LBrace && self.next_line(i + 1) <= tok.mate as usize;
        self.frames.push(Frame {
            kind: tok.kind,
            open: i,
            base: self.indent,
            indent: self.indent + 2,
            tall,
            broken,
            opens_line: self.toks.get(i + 1).is_some_and(Tok::starts_line),
            entry: None,
            chooses: false,
            loops: false,
            splits: None,
            led: Led::default(),
            moves,
        });
    }

    fn close(&mut self) -> Move {
        if self.frames.len() < 2 {
            return Move::default();
        }
        let moves = self.frames.pop().map_or_else(Move::default, |frame| frame.moves);
        let depth = self.frames.len();
        while self.splits.last().is_some_and(|split| split.depth() > depth) {
            self.splits.pop();
        }
        let ends = |mark: &Mark| mark.frames >= depth && !self.holds_params(mark.tok);
        if self.column < WIDTH && self.mark.as_ref().is_some_and(ends) {
            self.mark = None;
        }
        moves
    }
}

/// The pieces of a string, from its opening one.
struct Pieces<'w, 't> {
    walk: &'w Walk<'t>,
    at: Option<usize>,
}

impl<'t> Iterator for Pieces<'_, 't> {
    type Item = &'t str;

    fn next(&mut self) -> Option<&'t str> {
        let at = self.at?;
        let tok = &self.walk.toks[at];
        self.at = tok.kind.opens_interpolation().then_some(tok.mate as usize).filter(|&mate| mate > at);
        Some(self.walk.slice(at))
    }
}
