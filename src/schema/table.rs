//! A text of JSON lines, decoded a line at a time.
//!
//! Start-up pays for one scan for newlines and nothing else. Every line begins with its name, and lines are sorted by the last
//! segment of that name (`Container` of `io.k8s.api.core.v1.Container`), so that a name is found by binary search in the text
//! itself, and lines that share a short name stand together, the preferred one first. A line becomes a value when it is first asked
//! for; the value then lives as long as the process.

use std::sync::OnceLock;

/// Lines of `text`, each decoded to a `T` at most once.
pub(super) struct Table<T: 'static> {
    text: &'static str,
    /// Start of each line, and the text's end.
    starts: Vec<u32>,
    slots: Box<[OnceLock<Box<T>>]>,
}

impl<T> Table<T> {
    pub fn new(text: &'static str) -> Table<T> {
        let mut starts = Vec::with_capacity(1024);
        starts.push(0);
        starts.extend(memchr::memchr_iter(b'\n', text.as_bytes()).map(|at| at as u32 + 1));
        if *starts.last().expect("the first start is always there") as usize != text.len() {
            starts.push(text.len() as u32);
        }
        let slots = (1..starts.len()).map(|_| OnceLock::new()).collect();
        Table { text, starts, slots }
    }

    pub fn len(&self) -> usize {
        self.slots.len()
    }

    /// The line's text, without its newline.
    pub fn line(&self, index: usize) -> &'static str {
        self.text[self.starts[index] as usize..self.starts[index + 1] as usize].trim_end_matches('\n')
    }

    /// The line's name: what stands in the first pair of quotes behind the first colon.
    pub fn name(&self, index: usize) -> &'static str {
        let line = self.line(index);
        let from = memchr::memmem::find(line.as_bytes(), b":\"").map_or(line.len(), |at| at + 2);
        let rest = &line[from..];
        &rest[..memchr::memchr(b'"', rest.as_bytes()).unwrap_or(rest.len())]
    }

    /// The lines whose short name is `short`, the preferred one first.
    pub fn find(&self, short: &str) -> std::ops::Range<usize> {
        let from = self.partition(|name| name < short);
        let mut to = from;
        while to < self.len() && last_segment(self.name(to)) == short {
            to += 1;
        }
        from..to
    }

    /// The line of that full name.
    pub fn find_full(&self, name: &str) -> Option<usize> {
        self.find(last_segment(name)).find(|&index| self.name(index) == name)
    }

    /// The value of a line, decoded now if it never was.
    pub fn get(&self, index: usize, decode: impl FnOnce(&'static str) -> T) -> &T {
        self.slots[index].get_or_init(|| Box::new(decode(self.line(index))))
    }

    /// How many lines have been decoded so far.
    #[cfg(test)]
    pub fn decoded(&self) -> usize {
        self.slots.iter().filter(|slot| slot.get().is_some()).count()
    }

    fn partition(&self, before: impl Fn(&str) -> bool) -> usize {
        let (mut low, mut high) = (0, self.len());
        while low < high {
            let middle = low + (high - low) / 2;
            if before(last_segment(self.name(middle))) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        low
    }
}

/// `Container` of `io.k8s.api.core.v1.Container`.
pub(super) fn last_segment(name: &str) -> &str {
    &name[memchr::memrchr(b'.', name.as_bytes()).map_or(0, |at| at + 1)..]
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "{\"name\":\"z.A\",\"n\":1}\n{\"name\":\"core.B\",\"n\":2}\n{\"name\":\"apps.B\",\"n\":3}\n";

    #[test]
    fn a_short_name_finds_its_lines_in_order_of_preference_and_a_full_name_one_line() {
        let table: Table<String> = Table::new(TEXT);
        assert_eq!(table.len(), 3);
        assert_eq!(table.find("B"), 1..3);
        assert_eq!(table.find_full("apps.B"), Some(2));
        assert_eq!(table.find_full("other.B"), None);
        assert!(table.find("C").is_empty());
        assert!(table.find("").is_empty());
    }

    #[test]
    fn a_line_is_decoded_once_and_only_when_asked_for() {
        let table: Table<String> = Table::new(TEXT);
        assert_eq!(table.decoded(), 0);
        let first = table.get(1, str::to_owned) as *const String;
        let second = table.get(1, |_| panic!("decoded twice")) as *const String;
        assert_eq!((first, table.decoded()), (second, 1));
    }

    #[test]
    fn a_text_without_a_last_newline_keeps_its_last_line() {
        let table: Table<String> = Table::new("{\"name\":\"A\"}\n{\"name\":\"B\"}");
        assert_eq!((table.len(), table.line(1)), (2, "{\"name\":\"B\"}"));
    }
}
