//! What the API server does to fields that a manifest leaves out, as two tables of text: which zeros it keeps, and which defaults it
//! puts in. Both are read at first use.

use rustc_hash::{FxHashMap, FxHashSet};
use serde_json::Value as Json;
use std::sync::LazyLock;

/// Whether a zero (`false`, `0`, `""`) of this field differs from its absence.
pub fn keeps_zero(ty: &str, field: &str) -> bool {
    static POINTERS: LazyLock<FxHashSet<(&str, &str)>> = LazyLock::new(|| {
        let mut known = FxHashSet::default();
        for line in lines(include_str!("../../schema/pointers.txt")) {
            let mut words = line.split_whitespace();
            if let Some(ty) = words.next() {
                known.extend(words.map(|field| (ty, field)));
            }
        }
        known
    });
    POINTERS.contains(&(ty, field))
}

/// The fields of a type that have a default, with it.
pub fn defaults(ty: &str) -> &'static [(&'static str, Json)] {
    static DEFAULTS: LazyLock<FxHashMap<&str, Vec<(&str, Json)>>> = LazyLock::new(|| {
        let mut known: FxHashMap<&str, Vec<(&str, Json)>> = FxHashMap::default();
        for line in lines(include_str!("../../schema/defaults.txt")) {
            if let Some((path, value)) = line.split_once(" = ")
                && let Some((ty, field)) = path.split_once('.')
                && let Ok(value) = serde_json::from_str(value)
            {
                known.entry(ty).or_default().push((field, value));
            }
        }
        known
    });
    DEFAULTS.get(ty).map_or(&[], Vec::as_slice)
}

fn lines(text: &'static str) -> impl Iterator<Item = &'static str> {
    text.lines().filter(|line| !line.is_empty() && !line.starts_with('#'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema;

    #[test]
    fn the_tables_name_fields_that_there_are() {
        for line in lines(include_str!("../../schema/defaults.txt")) {
            let (path, value) = line.split_once(" = ").unwrap_or_else(|| panic!("{line}"));
            let (ty, field) = path.split_once('.').unwrap_or_else(|| panic!("{line}"));
            serde_json::from_str::<Json>(value).unwrap_or_else(|e| panic!("{line}: {e}"));
            assert!(schema::types_named(ty).any(|id| id.get().field(field.into()).is_some()), "{line}");
        }
        assert!(keeps_zero("PodSpec", "automountServiceAccountToken") && !keeps_zero("PodSpec", "hostNetwork"));
        assert_eq!(defaults("ContainerPort"), [("protocol", Json::from("TCP"))]);
    }
}
