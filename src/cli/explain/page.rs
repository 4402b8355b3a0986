//! A page of text for a terminal: headings, paragraphs wrapped to its width, code, and entries with their words indented below.

use anstyle::{AnsiColor, Style};
use std::fmt::Write;

pub struct Page {
    out: String,
    width: usize,
    color: bool,
}

/// A line with a name, what it is, and words about it.
#[derive(Default)]
pub struct Entry {
    pub name: String,
    pub what: String,
    pub doc: String,
}

const NAME: Style = Style::new().bold();
const HEADING: Style = Style::new().bold().fg_color(Some(anstyle::Color::Ansi(AnsiColor::Green)));
const CODE: Style = Style::new().fg_color(Some(anstyle::Color::Ansi(AnsiColor::Cyan)));
const QUIET: Style = Style::new().dimmed();

impl Page {
    pub fn new(width: usize, color: bool) -> Page {
        Page { out: String::new(), width, color }
    }

    pub fn finish(self) -> String {
        self.out
    }

    /// The first line: a name, and what it names.
    pub fn title(&mut self, name: &str, what: &str) {
        if !self.out.is_empty() {
            self.out.push('\n');
        }
        let (name, what) = (self.styled(NAME, name), self.styled(QUIET, what));
        self.line(&format!("{name}  {what}"));
    }

    pub fn heading(&mut self, text: &str) {
        let text = self.styled(HEADING, text);
        self.line(&format!("\n{text}"));
    }

    /// Markdown as it comes: paragraphs are wrapped, list items and indented lines keep their lines.
    pub fn text(&mut self, text: &str) {
        self.out.push('\n');
        self.wrapped(text, "");
    }

    pub fn code(&mut self, text: &str) {
        self.out.push('\n');
        for line in text.trim_end().lines() {
            let line = self.styled(CODE, line);
            self.line(&format!("    {line}"));
        }
    }

    /// `name: words`, one line each.
    pub fn facts(&mut self, facts: &[(&str, String)]) {
        let width = facts.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
        if !facts.is_empty() {
            self.out.push('\n');
        }
        for (name, text) in facts {
            let mut options = self.options();
            options.width = options.width.saturating_sub(width + 4);
            for (i, line) in textwrap::wrap(text, options).iter().enumerate() {
                let head = if i == 0 { self.styled(QUIET, &format!("{name:width$}")) } else { " ".repeat(width) };
                self.line(&format!("  {head}  {line}"));
            }
        }
    }

    pub fn entries(&mut self, entries: impl IntoIterator<Item = Entry>) {
        for entry in entries {
            let name = self.styled(NAME, &entry.name);
            let what = self.styled(CODE, &entry.what);
            let colon = if entry.what.is_empty() { "" } else { ": " };
            self.line(&format!("  {name}{colon}{what}"));
            if !entry.doc.is_empty() {
                self.wrapped(&entry.doc, "      ");
            }
        }
    }

    /// Words in as many columns of text as fit.
    pub fn words<'w>(&mut self, words: impl IntoIterator<Item = &'w str>) {
        let text = words.into_iter().collect::<Vec<_>>().join(", ");
        let options = self.options().initial_indent("  ").subsequent_indent("  ");
        let lines = textwrap::fill(&text, options);
        self.line(&lines);
    }

    fn wrapped(&mut self, text: &str, indent: &str) {
        for paragraph in paragraphs(text) {
            let hang = if paragraph.starts_with("- ") || paragraph.starts_with("* ") { format!("{indent}  ") } else { indent.to_string() };
            let options = self.options().initial_indent(indent).subsequent_indent(&hang);
            let lines = textwrap::fill(&paragraph, options);
            self.line(lines.trim_end());
        }
    }

    fn options<'o>(&self) -> textwrap::Options<'o> {
        textwrap::Options::new(self.width).break_words(false).word_splitter(textwrap::WordSplitter::NoHyphenation)
    }

    fn styled(&self, style: Style, text: &str) -> String {
        if self.color && !text.is_empty() { format!("{style}{text}{style:#}") } else { text.to_string() }
    }

    fn line(&mut self, text: &str) {
        // Writing to text cannot fail.
        let _ = writeln!(self.out, "{text}");
    }
}

/// Lines joined to paragraphs. Empty lines, list items, lines that are indented and those between fences begin new ones.
fn paragraphs(text: &str) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    let (mut open, mut fenced) = (false, false);
    for line in text.trim().lines() {
        if line.starts_with("```") {
            fenced = !fenced;
            continue;
        }
        let own = fenced || line.starts_with([' ', '\t', '-', '*', '|', '#']) || line.is_empty();
        match out.last_mut().filter(|_| open && !own) {
            Some(last) => {
                last.push(' ');
                last.push_str(line.trim());
            }
            None => out.push(line.trim_end().to_string()),
        }
        open = !line.is_empty() && !line.starts_with(['|', '#']);
    }
    out
}

/// The first sentence, for lists.
pub fn brief(text: &str) -> String {
    let paragraph = paragraphs(text).into_iter().find(|p| !p.is_empty()).unwrap_or_default();
    let end = paragraph.match_indices(". ").find(|(at, _)| !paragraph[..*at].ends_with("e.g") && !paragraph[..*at].ends_with("i.e"));
    end.map_or(paragraph.as_str(), |(at, _)| &paragraph[..=at]).to_string()
}
