//! For people: a header, the lines concerned with their labels, help and notes, and a count at the end.
//!
//! ariadne draws the excerpt. It is given positions counted in characters, because it takes them for bytes and bytes for them in the
//! heading of a second file. Its own first line is dropped for ours, which is coloured only when asked; and where a long line was cut,
//! the column in its heading is set right.

use super::excerpt::Texts;
use super::{Place, object_line, safe, summary};
use crate::diag::{Diagnostic, Severity};
use crate::paint::Paint;
use crate::source::FileDb;
use ariadne::{Cache, CharSet, Color, Config, IndexType, Label, Report, ReportKind, Source};
use rustc_hash::FxHashMap;
use std::fmt::Write;
use std::ops::Range;

pub fn render(list: &[Diagnostic], files: &FileDb, color: bool) -> String {
    let mut out = String::new();
    let mut drawn = Drawn::default();
    for d in list {
        match Place::of(d.primary.span, files) {
            Some(place) => with_excerpt(d, place, files, color, &mut drawn, &mut out),
            None => without_excerpt(d, color, &mut out),
        }
        out.push('\n');
    }
    if !list.is_empty() {
        out.push_str(&summary(list));
        out.push('\n');
    }
    out
}

/// What of a file is drawn: all of it, shared by all diagnostics, or a cut made for one of them.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Id {
    base: u32,
    cut: bool,
}

/// Characters in what is drawn.
type Spot = (Id, Range<usize>);

#[derive(Default)]
struct Drawn {
    texts: Texts,
    sources: FxHashMap<Id, Source<String>>,
    names: FxHashMap<u32, String>,
    /// Headings of the cut lines of one diagnostic, and what they should be.
    headings: Vec<(String, String)>,
}

impl Cache<Id> for &mut Drawn {
    type Storage = String;

    fn fetch(&mut self, id: &Id) -> Result<&Source<String>, impl std::fmt::Debug> {
        self.sources.get(id).ok_or("a label's file is drawn")
    }

    fn display<'a>(&self, id: &'a Id) -> Option<impl std::fmt::Display + 'a> {
        self.names.get(&id.base).cloned()
    }
}

impl Drawn {
    /// Where places of one file lie in what is drawn of it.
    fn spots(&mut self, places: &[&Place]) -> Vec<Spot> {
        let source = &places[0].source;
        self.names.entry(source.base).or_insert_with(|| safe(&source.name, false).into_owned());
        let text = self.texts.get(source);
        let ranges: Vec<_> = places.iter().map(|p| text.range(p.from, p.to)).collect();
        let lines: Vec<usize> = ranges.iter().map(|r| text.line_of(r.start)).collect();
        let (cut, ranges) = match text.window(&ranges) {
            Some((shown, ranges)) => {
                self.sources.insert(Id { base: source.base, cut: true }, Source::from(shown));
                (true, ranges)
            }
            None => {
                self.sources.entry(Id { base: source.base, cut: false }).or_insert_with(|| Source::from(text.shown.clone()));
                (false, ranges)
            }
        };
        let id = Id { base: source.base, cut };
        let drawn = &self.sources[&id];
        let spots: Vec<Spot> = ranges.iter().zip(&lines).map(|(r, &line)| (id.clone(), characters(drawn, line, r))).collect();
        if cut {
            let name = &self.names[&source.base];
            for ((place, (_, spot)), line) in places.iter().zip(&spots).zip(&lines) {
                let column = spot.start - drawn.line(*line).map_or(0, |l| l.offset()) + 1;
                let true_at = place.start();
                let heading = format!(" {name}:{}:{column} ", line + 1);
                self.headings.push((heading, format!(" {name}:{}:{} ", true_at.line, true_at.column)));
            }
        }
        spots
    }
}

/// Bytes within one line of a text as characters.
fn characters(source: &Source<String>, line: usize, bytes: &Range<usize>) -> Range<usize> {
    let Some(line) = source.line(line) else { return 0..0 };
    let before = source.get_line_text(line).map_or(0, |text| text.as_ptr() as usize - source.text().as_ptr() as usize);
    let count = |range: Range<usize>| source.text().get(range).map_or(0, |text| text.chars().count());
    let from = line.offset() + count(before..bytes.start);
    from..from + count(bytes.clone())
}

fn with_excerpt(d: &Diagnostic, primary: Place, files: &FileDb, color: bool, drawn: &mut Drawn, out: &mut String) {
    let mut places = vec![(primary, d.primary.text.as_str())];
    places.extend(d.secondary.iter().filter_map(|l| Some((Place::of(l.span, files)?, l.text.as_str()))));
    drawn.headings.clear();
    let mut spots: Vec<(bool, Spot, &str)> = Vec::new();
    // The primary file comes first, then the others in the order of their labels.
    let mut bases: Vec<u32> = Vec::new();
    places.iter().for_each(|(p, _)| {
        if !bases.contains(&p.source.base) {
            bases.push(p.source.base)
        }
    });
    for base in bases {
        let of_file: Vec<usize> = (0..places.len()).filter(|&i| places[i].0.source.base == base).collect();
        let in_text = drawn.spots(&of_file.iter().map(|&i| &places[i].0).collect::<Vec<_>>());
        let mut labels: Vec<_> = of_file.iter().zip(in_text).map(|(&i, spot)| (i == 0, spot, places[i].1)).collect();
        // ariadne draws a file again for every label that lies above the one before it.
        labels.sort_by_key(|(_, spot, _)| spot.1.start);
        spots.append(&mut labels);
    }
    let Some(at) = spots.iter().find(|s| s.0).map(|s| s.1.clone()) else { return };
    let hue = hue(d.severity);
    let config = Config::new().with_index_type(IndexType::Char).with_color(color).with_char_set(CharSet::Unicode).with_tab_width(2);
    let mut report = Report::build(ReportKind::Error, at).with_config(config);
    for (is_primary, spot, text) in spots {
        let text = if text.is_empty() && is_primary { "here" } else { text };
        report.add_label(Label::new(spot).with_message(safe(text, false)).with_color(if is_primary { hue } else { Color::Blue }));
    }
    report.with_helps(d.help.iter().map(|h| safe(h, true)));
    report.with_notes(object_line(d).iter().chain(&d.notes).map(|n| safe(n, true)));
    let mut bytes = Vec::new();
    // Writing to memory cannot fail.
    let _ = report.finish().write(&mut *drawn, &mut bytes);
    header(d, color, out);
    String::from_utf8_lossy(&bytes).lines().skip(1).for_each(|line| {
        let line = line.trim_end();
        match drawn.headings.iter().find_map(|h| Some((heading_at(line, &h.0)?, h))) {
            Some((at, (found, wanted))) => {
                out.push_str(&line[..at]);
                out.push_str(wanted);
                out.push_str(&line[at + found.len()..]);
            }
            None => out.push_str(line),
        }
        out.push('\n');
    });
}

/// Where a line holds a place, if it is a heading: then nothing but a corner stands before it (and colours, which are ASCII).
fn heading_at(line: &str, place: &str) -> Option<usize> {
    let at = line.find(place)?;
    let corner: String = line[..at].chars().filter(|c| !c.is_ascii()).collect();
    matches!(corner.as_str(), "╭─" | "├─").then_some(at)
}

/// `error[unknown-field]: Probe has no field …`
fn header(d: &Diagnostic, color: bool, out: &mut String) {
    let code = match d.severity {
        Severity::Error => "1;31",
        Severity::Warning => "1;33",
    };
    let head = format!("{}[{}]", d.severity.as_str(), d.code.name);
    // Writing to text cannot fail.
    let _ = writeln!(out, "{}: {}", Paint { color }.with(code, &head), safe(&d.message, true));
}

/// What has no place in a file: the same, without lines.
fn without_excerpt(d: &Diagnostic, color: bool, out: &mut String) {
    header(d, color, out);
    let help = d.help.iter().map(|h| ("Help", h.as_str()));
    let object = object_line(d);
    let notes = object.iter().chain(&d.notes).map(|n| ("Note", n.as_str()));
    for (head, text) in help.chain(notes) {
        // Writing to text cannot fail.
        let _ = writeln!(out, "  {head}: {}", safe(text, true).replace('\n', "\n        "));
    }
}

fn hue(severity: Severity) -> Color {
    match severity {
        Severity::Error => Color::Red,
        Severity::Warning => Color::Yellow,
    }
}
