//! Fields behind feature gates: a release that has one off reads the field and drops it, without a word, unless a cluster turns it on.

use super::release::{KubeRange, Releases};
use rustc_hash::FxHashMap;
use std::sync::LazyLock;
use ustr::{Ustr, ustr};

/// What a field waits for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Gate {
    /// `ImageVolume`
    pub name: Ustr,
    /// The releases that have it off.
    pub off: Releases,
    /// Only in elements of the list of this name.
    pub within: Option<Ustr>,
    /// The element that has the field is dropped whole.
    pub whole: bool,
}

impl Gate {
    /// Whether it is off in all of some releases.
    pub fn is_off_in(&self, kube: KubeRange) -> bool {
        kube.each().all(|release| self.off.contains(release))
    }
}

/// The gate of a field, by the short name of its type.
pub(super) fn of(ty: &str, field: &str) -> Option<Gate> {
    GATES.get(&(ty, field)).copied()
}

type Gates = FxHashMap<(&'static str, &'static str), Gate>;

static GATES: LazyLock<Gates> = LazyLock::new(|| {
    let lines = include_str!("../../schema/gates.txt").lines();
    lines.filter(|line| !line.starts_with('#') && !line.is_empty()).map(|line| read(line).expect("a line of gates.txt")).collect()
});

/// `Volume.image! ImageVolume 1.33 1.34`
fn read(line: &'static str) -> Option<((&'static str, &'static str), Gate)> {
    let mut words = line.split(' ');
    let (place, name, since, until) = (words.next()?, words.next()?, words.next()?, words.next()?);
    let (within, place) = place.split_once('/').map_or((None, place), |(list, place)| (Some(list), place));
    let (ty, field) = place.split_once('.')?;
    let release = |text: &str| text.parse().ok();
    let off = Releases { since: release(since).unwrap_or(super::oldest()), until: release(until) };
    let gate = Gate { name: ustr(name), off, within: within.map(ustr), whole: field.ends_with('!') };
    Some(((ty, field.trim_end_matches('!')), gate))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_names_a_field() {
        for ((ty, field), gate) in GATES.iter() {
            let has = crate::schema::types_named(ty).any(|id| id.get().field(ustr(field)).is_some_and(|f| f.gate == Some(*gate)));
            assert!(has, "there is no field {ty}.{field}");
        }
    }
}
