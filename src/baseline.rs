//! Baselines: what is known to be wrong already, so that only what is new is told.
//!
//! A team that begins to judge its manifests writes down what is wrong today and mends it in time. A baseline is text, one line a
//! problem: code, file, object and path, separated by tabs, sorted, so that it reads well in a review. Lines and columns are no part of
//! it, since they move with every edit. Several problems that read alike are as many lines, and each line hides one problem.

use crate::diag::Diagnostic;
use crate::source::FileDb;
use std::collections::BTreeMap;

/// The first line of a baseline.
const HEAD: &str = "# Known problems, written by kdsl vet --write-baseline. Code, file, object, path.";

/// Problems by how they are written, and how often.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Baseline {
    known: BTreeMap<String, usize>,
}

impl Baseline {
    /// The baseline of all that is told.
    pub fn of(list: &[Diagnostic], files: &FileDb) -> Baseline {
        let mut known = BTreeMap::new();
        for diagnostic in list {
            *known.entry(line(diagnostic, files)).or_default() += 1;
        }
        Baseline { known }
    }

    /// Reads a baseline; the error is the number of a line that is none.
    pub fn read(text: &str) -> Result<Baseline, usize> {
        let mut known = BTreeMap::new();
        for (number, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty() && !line.starts_with('#')) {
            if line.split('\t').count() != 4 {
                return Err(number + 1);
            }
            *known.entry(line.to_string()).or_default() += 1;
        }
        Ok(Baseline { known })
    }

    pub fn text(&self) -> String {
        let lines = self.known.iter().flat_map(|(line, count)| std::iter::repeat_n(line.as_str(), *count));
        [HEAD].into_iter().chain(lines).flat_map(|line| [line, "\n"]).collect()
    }

    /// Takes out what is known, and tells how many problems that were and how many of the baseline are mended.
    pub fn apply(mut self, list: &mut Vec<Diagnostic>, files: &FileDb) -> (usize, usize) {
        let before = list.len();
        list.retain(|diagnostic| match self.known.get_mut(&line(diagnostic, files)) {
            Some(count) if *count > 0 => {
                *count -= 1;
                false
            }
            _ => true,
        });
        (before - list.len(), self.known.values().sum())
    }
}

fn line(diagnostic: &Diagnostic, files: &FileDb) -> String {
    let file = files.find(diagnostic.primary.span).map_or_else(String::new, |file| file.name.clone());
    let parts = [diagnostic.code.name, &file, diagnostic.object.as_deref().unwrap_or("-"), diagnostic.path.as_deref().unwrap_or("-")];
    parts.map(|part| part.replace(['\t', '\n', '\r'], " ")).join("\t")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::codes;
    use crate::source::{SourceKind, Span};

    #[test]
    fn what_is_known_is_not_told_again() {
        let files = FileDb::new();
        let file = files.add("a.yaml", "kind: X", SourceKind::User).unwrap();
        let problem = |path: &str| Diagnostic::new(&codes::REFINEMENT, Span::new(file.base, file.base + 1), "no").in_object("Pod/a", path);
        let old = vec![problem("spec.a"), problem("spec.a"), problem("spec.b")];
        let baseline = Baseline::of(&old, &files);
        assert_eq!(baseline.text().lines().count(), 4);
        let read = Baseline::read(&baseline.text()).unwrap();
        assert_eq!(read, baseline);
        let mut now = vec![problem("spec.a"), problem("spec.c"), problem("spec.a"), problem("spec.a")];
        assert_eq!(read.apply(&mut now, &files), (2, 1));
        assert_eq!(now.iter().map(|d| d.path.clone().unwrap()).collect::<Vec<_>>(), ["spec.c", "spec.a"]);
        assert_eq!(Baseline::read("# x\nnot a line\n"), Err(2));
    }
}
