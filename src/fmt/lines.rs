//! Lines that are written, and what is lined up among them.
//!
//! Lines are appended as they come. Where a paragraph ends, at a blank line or at a comment of its own line, two things are settled
//! for it. Lines that follow each other, begin at one column and have as many words before their `=` (or before the `{` of a block
//! that stands on one line), the first or the last of them the same where there are several, are a run: if one of them was written
//! with more than one blank before its sign, all are lined up, else none. And a comment behind code stays in its column; those that shared one share one afterwards.
//!
//! A paragraph in which nothing is to be lined up stays as it was appended, so most text is written once.

use std::ops::Range;

/// Blanks between code and a comment, at least.
const GAP: usize = 2;

pub struct Lines<'t> {
    text: &'t str,
    pub out: String,
    pub eol: &'static str,
    /// Where the lines of the paragraph start in `out`.
    paragraph: Vec<Line<'t>>,
    /// Whether something in the paragraph is to be lined up.
    unsettled: bool,
}

/// A line of the paragraph; places by bytes of `out`.
#[derive(Clone, Default)]
struct Line<'t> {
    start: usize,
    /// Behind its code.
    end: usize,
    /// The sign to line up.
    sign: Option<Sign<'t>>,
    /// Columns that its code, and the part of it behind its last newline, takes.
    width: usize,
    /// Whether a text block gives it more than one line.
    tall: bool,
    comment: Option<Note>,
}

/// The `=` or `{` of a line.
#[derive(Clone, Copy)]
pub struct Sign<'t> {
    /// Where it stands in `out`.
    pub at: usize,
    pub column: usize,
    /// Indent of the line.
    pub indent: usize,
    /// How many words stand before it; the first and the last of them.
    pub words: usize,
    pub first: &'t str,
    pub last: &'t str,
    /// Whether it is the `{` of a block that stands on one line.
    pub is_block: bool,
    /// Whether more than one blank stood before it.
    pub padded: bool,
}

impl Sign<'_> {
    /// Whether the sign of the next line belongs to the same run.
    fn goes_with(&self, next: &Sign) -> bool {
        let alike = (self.indent, self.words, self.is_block) == (next.indent, next.words, next.is_block);
        alike && (self.words == 1 || self.first == next.first || self.last == next.last)
    }
}

/// A comment behind code.
#[derive(Clone)]
struct Note {
    range: Range<usize>,
    /// Where it stood.
    column: usize,
}

impl<'t> Lines<'t> {
    pub fn new(text: &'t str, eol: &'static str) -> Lines<'t> {
        Lines { text, out: String::with_capacity(text.len() + text.len() / 8), eol, paragraph: Vec::new(), unsettled: false }
    }

    /// Ends the line of code that starts at `start`.
    pub fn end_line(
        &mut self,
        start: usize,
        width: usize,
        tall: bool,
        sign: Option<Sign<'t>>,
        comment: Option<Range<usize>>,
        limit: usize,
    ) {
        let end = self.out.len();
        let comment = comment.map(|range| {
            let line = memchr::memrchr(b'\n', &self.text.as_bytes()[..range.start]).map_or(0, |at| at + 1);
            let column = columns(self.text[line..range.start].trim_start_matches('\u{feff}'));
            Note { range, column: if column < limit { column } else { 0 } }
        });
        self.unsettled |= comment.is_some() || sign.is_some_and(|sign| sign.padded);
        self.paragraph.push(Line { start, end, sign, width, tall, comment });
        self.out.push_str(self.eol);
    }

    /// A comment on a line of its own.
    pub fn comment(&mut self, indent: usize, range: Range<usize>) {
        self.settle();
        self.indent(indent);
        self.out.push_str(&self.text[range]);
        self.out.push_str(self.eol);
    }

    pub fn blank_line(&mut self) {
        self.settle();
        self.out.push_str(self.eol);
    }

    pub fn indent(&mut self, columns: usize) {
        const BLANKS: &str = "                                                                ";
        match BLANKS.get(..columns) {
            Some(blanks) => self.out.push_str(blanks),
            None => self.out.extend(std::iter::repeat_n(' ', columns)),
        }
    }

    /// Ends the paragraph.
    pub fn settle(&mut self) {
        let mut lines = std::mem::take(&mut self.paragraph);
        if std::mem::take(&mut self.unsettled) {
            let mut padding = vec![0; lines.len()];
            pad_signs(&mut lines, &mut padding);
            let columns = comment_columns(&lines);
            self.rewrite(&lines, &padding, &columns);
        }
        lines.clear();
        self.paragraph = lines;
    }

    /// Writes the paragraph again, with blanks before signs and with its comments.
    fn rewrite(&mut self, lines: &[Line<'t>], padding: &[usize], columns: &[usize]) {
        let Some(first) = lines.first() else { return };
        let from = first.start;
        let old = self.out.split_off(from);
        for ((line, padding), column) in lines.iter().zip(padding).zip(columns) {
            let code = &old[line.start - from..line.end - from];
            match line.sign.filter(|_| *padding > 0) {
                Some(sign) => {
                    let (before, behind) = code.split_at(sign.at - line.start);
                    self.out.push_str(before);
                    self.indent(*padding);
                    self.out.push_str(behind);
                }
                None => self.out.push_str(code),
            }
            if let Some(comment) = &line.comment {
                self.indent(column.saturating_sub(line.width).max(GAP));
                self.out.push_str(&self.text[comment.range.clone()]);
            }
            self.out.push_str(self.eol);
        }
    }
}

/// Finds the runs, and the blanks that their signs get.
fn pad_signs(lines: &mut [Line<'_>], padding: &mut [usize]) {
    let goes_with = |one: &Line, next: &Line| one.sign.is_some_and(|sign| next.sign.is_some_and(|next| sign.goes_with(&next)));
    let mut start = 0;
    while start < lines.len() {
        let more = lines[start..].windows(2).take_while(|pair| goes_with(&pair[0], &pair[1])).count();
        let run = start..start + 1 + more;
        let signs = lines[run.clone()].iter().filter_map(|line| line.sign);
        if signs.clone().any(|sign| sign.padded) {
            let column = signs.map(|sign| sign.column).max().unwrap_or(0);
            for i in run.clone() {
                let Some(sign) = lines[i].sign else { continue };
                padding[i] = column - sign.column;
                if !lines[i].tall {
                    lines[i].width += padding[i];
                }
            }
        }
        start = run.end;
    }
}

/// The column of each comment: of those that shared one, one that all their lines leave free.
fn comment_columns(lines: &[Line<'_>]) -> Vec<usize> {
    let mut columns = vec![0; lines.len()];
    let noted: Vec<(usize, usize)> =
        lines.iter().enumerate().filter_map(|(i, line)| line.comment.as_ref().map(|note| (i, note.column))).collect();
    for group in noted.chunk_by(|one, other| one.1 == other.1) {
        let free = group.iter().map(|&(i, _)| lines[i].width + GAP).max().unwrap_or(0);
        let column = group.first().map_or(0, |&(_, column)| column).max(free);
        group.iter().for_each(|&(i, _)| columns[i] = column);
    }
    columns
}

/// Columns that a text of one line takes.
pub fn columns(text: &str) -> usize {
    text.bytes().filter(|byte| byte & 0xc0 != 0x80).count()
}
