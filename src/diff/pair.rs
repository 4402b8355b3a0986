//! Which object of one side is which of the other: the same group, kind, namespace and name, in any version of the group.

use super::Item;
use rustc_hash::FxHashMap;

/// The new side in its order, each with its old self; then what only the old side has.
pub fn pairs<'i>(old: &'i [Item], new: &'i [Item]) -> Vec<(Option<&'i Item>, Option<&'i Item>)> {
    let mut by_name: FxHashMap<(&str, &str, &str), Vec<usize>> = FxHashMap::default();
    for (i, item) in old.iter().enumerate() {
        by_name.entry(key(item)).or_default().push(i);
    }
    let mut taken = vec![false; old.len()];
    let mut pairs = Vec::with_capacity(new.len());
    // Those in the very namespace first, so that none is taken by an object that names no namespace.
    let mut found: Vec<Option<usize>> = new.iter().map(|item| exact(item, &by_name, old, &mut taken)).collect();
    for (item, found) in new.iter().zip(&mut found) {
        if found.is_none() {
            *found = loose(item, &by_name, old, &mut taken);
        }
    }
    pairs.extend(new.iter().zip(&found).map(|(item, found)| (found.map(|i| &old[i]), Some(item))));
    pairs.extend(old.iter().zip(&taken).filter(|(_, taken)| !**taken).map(|(item, _)| (Some(item), None)));
    pairs
}

fn key(item: &Item) -> (&str, &str, &str) {
    (item.group(), &item.kind, &item.name)
}

type Index<'i> = FxHashMap<(&'i str, &'i str, &'i str), Vec<usize>>;

fn exact(item: &Item, index: &Index, old: &[Item], taken: &mut [bool]) -> Option<usize> {
    take(index.get(&key(item))?.iter().copied().find(|&i| !taken[i] && old[i].namespace == item.namespace), taken)
}

/// Where one of the two leaves its namespace to whoever applies it: the only one of that name.
fn loose(item: &Item, index: &Index, old: &[Item], taken: &mut [bool]) -> Option<usize> {
    let left: Vec<usize> = index.get(&key(item))?.iter().copied().filter(|&i| !taken[i]).collect();
    let open = |i: usize| item.namespace.is_none() || old[i].namespace.is_none();
    take(if let [only] = left[..] { Some(only).filter(|&i| open(i)) } else { None }, taken)
}

fn take(found: Option<usize>, taken: &mut [bool]) -> Option<usize> {
    if let Some(i) = found {
        taken[i] = true;
    }
    found
}
