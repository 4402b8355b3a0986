//! What could be written next, and what is said about it while one writes.

use super::{COMMANDS, Session, VALUE, With, command_named};
use crate::engine::deep;
use crate::ide::{self, Analysis, Completion};

/// More than this is not shown where nothing is written yet.
const MOST: usize = 60;

/// A text that could stand at the cursor.
#[derive(Clone, Debug, PartialEq)]
pub struct Candidate {
    pub label: String,
    /// What it is: a type, or a few words.
    pub detail: String,
    pub insert: String,
}

/// What is shown behind the cursor.
#[derive(Clone, Debug, PartialEq)]
pub struct Hint {
    /// The rest of the word.
    pub rest: String,
    /// What it is, and what its documentation says first.
    pub about: String,
}

impl Session {
    /// What could stand at a place of an entry: where the word begins that it takes the place of, and the texts.
    pub fn complete(&self, entry: &str, at: usize) -> (usize, Vec<Candidate>) {
        if let Some(command) = entry.trim_start().strip_prefix(':') {
            return self.complete_command(command, entry, at);
        }
        let (start, found) = self.candidates(entry, at);
        let word = &entry[start..at];
        let mut fits: Vec<Completion> =
            found.into_iter().filter(|completion| starts(&completion.insert, word) || starts(&completion.label, word)).collect();
        if word.is_empty() {
            likely(&mut fits);
        }
        (start, fits.into_iter().map(|c| Candidate { label: c.label, detail: c.detail, insert: c.insert }).collect())
    }

    /// What is to be said about the word at the end of an entry.
    pub fn hint(&self, entry: &str) -> Option<Hint> {
        if entry.trim_start().starts_with(':') {
            return command_hint(entry.trim_start());
        }
        if let Some(called) = called(entry) {
            let (start, found) = self.candidates(called, called.len());
            let function = found.into_iter().find(|c| c.label == called[start..])?;
            return Some(Hint { rest: String::new(), about: about(&function) });
        }
        let (start, found) = self.candidates(entry, entry.len());
        let word = &entry[start..];
        if word.len() < 2 {
            return None;
        }
        let best = found.iter().find(|c| c.label == word).or_else(|| found.iter().find(|c| starts(&c.label, word)))?;
        Some(Hint { rest: best.label[word.len()..].to_string(), about: about(best) })
    }

    /// As an entry and as an expression, the entry's words first.
    fn candidates(&self, entry: &str, at: usize) -> (usize, Vec<Completion>) {
        let text = self.text();
        let (mut found, mut start) = (Vec::new(), at);
        for before in [text.clone(), format!("{text}let {VALUE} =\n ")] {
            let world = With { world: &*self.world, path: self.path(), text: format!("{before}{entry}") };
            let (path, shift) = (self.path(), before.len());
            let more = deep(|| ide::complete(&Analysis::new(&world, &path), &path, shift + at));
            for completion in more {
                let from = completion.replace.start.saturating_sub(shift).min(at);
                let known = found.iter().any(|c: &Completion| c.label == completion.label);
                if completion.label != VALUE && !known && (found.is_empty() || from == start) {
                    start = from;
                    found.push(completion);
                }
            }
        }
        (start, found)
    }

    fn complete_command(&self, command: &str, entry: &str, at: usize) -> (usize, Vec<Candidate>) {
        let before = &entry[..at];
        let start = before.rfind([' ', ':']).map_or(0, |i| i + 1);
        let word = &before[start..];
        let head = command.split_whitespace().next().unwrap_or("");
        let head = command_named(head).map_or(head, |found| found.name);
        let words: Vec<&str> = before.split_whitespace().collect();
        let argument = words.len() - usize::from(!word.is_empty());
        let plain = |label: String| Candidate { insert: label.clone(), label, detail: String::new() };
        let all: Vec<Candidate> = match (argument, head) {
            (0, _) => COMMANDS.iter().map(|c| Candidate { label: c.name.into(), detail: c.about.into(), insert: c.name.into() }).collect(),
            (_, "type") => return self.complete_expression(entry, at),
            (1, "yaml" | "why") => self.objects.keys().map(|title| plain(title.replace(' ', "/"))).collect(),
            (2, "why") => self.paths(words.get(1).copied().unwrap_or(""), word).into_iter().map(plain).collect(),
            (1, "drop") => {
                let names = self.pieces().into_iter().filter_map(|piece| piece.name);
                let mut names: Vec<String> = names.map(|name| name.rsplit(' ').next().unwrap_or(&name).to_string()).collect();
                names.sort();
                names.dedup();
                names.into_iter().map(plain).collect()
            }
            (1, "set" | "unset") => super::declared_params(&self.text()).into_iter().map(plain).collect(),
            (2, "set") => {
                let name = words.get(1).copied().unwrap_or("");
                return self.complete_values(name, start, word);
            }
            _ => Vec::new(),
        };
        (start, all.into_iter().filter(|candidate| starts(&candidate.insert, word)).collect())
    }

    /// The fields of an object that a path could go on to.
    fn paths(&self, which: &str, path: &str) -> Vec<String> {
        let build = self.build();
        let meant = build.objects.iter().find(|object| super::commands::fits(&super::title(object), which));
        meant.map_or_else(Vec::new, |object| object.paths(path))
    }

    /// The rest of a command as an expression.
    fn complete_expression(&self, entry: &str, at: usize) -> (usize, Vec<Candidate>) {
        let from = entry.find(' ').map_or(entry.len(), |i| i + 1).min(at);
        let (start, found) = self.complete(&entry[from..], at - from);
        (from + start, found)
    }

    /// The values that a param can have.
    fn complete_values(&self, param: &str, start: usize, word: &str) -> (usize, Vec<Candidate>) {
        let before = format!("{}let {VALUE} = {param} == ", self.text());
        let world = With { world: &*self.world, path: self.path(), text: before.clone() };
        let path = self.path();
        let found = deep(|| ide::complete(&Analysis::new(&world, &path), &path, before.len()));
        let values = found.into_iter().filter(|c| c.kind == ide::CompletionKind::Value).map(|c| {
            let plain = c.insert.trim_matches('"').to_string();
            Candidate { label: plain.clone(), detail: c.detail, insert: plain }
        });
        (start, values.filter(|candidate| starts(&candidate.insert, word)).collect())
    }
}

/// Leaves the likeliest, and as many more as one can look over.
fn likely(found: &mut Vec<Completion>) {
    found.sort_by_key(|completion| completion.rank);
    let best = found.first().map_or(0, |completion| completion.rank);
    let ends = |rank: u8| found.iter().take_while(|completion| completion.rank <= rank).count();
    let fits = found.iter().map(|completion| ends(completion.rank)).take_while(|&end| end <= MOST).last();
    found.truncate(fits.unwrap_or_else(|| ends(best)));
}

fn starts(text: &str, word: &str) -> bool {
    text.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word))
}

fn about(completion: &Completion) -> String {
    let doc = completion.doc.lines().find(|line| !line.is_empty() && !line.starts_with("```")).unwrap_or("");
    let doc = doc.split(". ").next().unwrap_or(doc).trim_end_matches('.');
    match (completion.detail.is_empty(), doc.is_empty()) {
        (true, true) => String::new(),
        (false, true) => completion.detail.clone(),
        (true, false) => doc.to_string(),
        (false, false) => format!("{}  {doc}", completion.detail),
    }
}

/// The text up to the name of the function whose parentheses are open at the end, if nothing but its arguments stands behind it.
fn called(entry: &str) -> Option<&str> {
    let mut depth = 0usize;
    for (at, c) in entry.char_indices().rev() {
        match c {
            ')' => depth += 1,
            '(' if depth > 0 => depth -= 1,
            '(' => {
                let name = &entry[..at];
                return name.ends_with(|c: char| c.is_alphanumeric()).then_some(name);
            }
            '{' | '}' | '"' => return None,
            _ => {}
        }
    }
    None
}

fn command_hint(entry: &str) -> Option<Hint> {
    let word = entry.trim_start_matches(':');
    if word.is_empty() || word.contains(' ') {
        return None;
    }
    let best = COMMANDS.iter().find(|c| c.name == word).or_else(|| COMMANDS.iter().find(|c| c.name.starts_with(word)))?;
    Some(Hint { rest: best.name[word.len()..].to_string(), about: format!("{}  {}", best.takes, best.about).trim().to_string() })
}
