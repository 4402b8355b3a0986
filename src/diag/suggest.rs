//! Did you mean: the candidate nearest to a name that was not found.
//!
//! Names that differ only in case, dashes and underscores win. Otherwise the edit distance (with neighbours swapped as one edit) decides,
//! with one edit allowed per three letters, three at most: beyond that a suggestion is noise. Candidates whose length alone rules them out
//! are skipped before any distance is computed, so that thousands of them cost little.

/// The nearest candidate, if any is near. Ties go to the alphabetically first, whatever the order of candidates.
pub fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let wanted = folded(name);
    let length = wanted.chars().count();
    let limit = (length / 3).min(3);
    let mut best: Option<(usize, usize, &'a str)> = None;
    for candidate in candidates {
        if candidate == name || candidate.len().abs_diff(name.len()) > 4 * (limit + 2) {
            continue;
        }
        let other = folded(candidate);
        if other.chars().count().abs_diff(length) > limit {
            continue;
        }
        let distance = if other == wanted { 0 } else { strsim::damerau_levenshtein(&wanted, &other) };
        if distance > limit || best.is_some_and(|b| b.0 < distance) {
            continue;
        }
        let key = (distance, strsim::damerau_levenshtein(name, candidate), candidate);
        if best.is_none_or(|b| key < b) {
            best = Some(key);
        }
    }
    best.map(|b| b.2)
}

/// Whether a name is another one misspelt, without a doubt: they differ in one word of four letters or more, by a letter or two, and in
/// no digit; or in case, dashes and underscores alone. (`web-1` and `web-2`, `app-tls` and `api-tls` may both be meant.)
pub fn is_misspelt(name: &str, other: &str) -> bool {
    const SHORTEST: usize = 4;
    const LONG: usize = 8;
    if name == other || name.len().abs_diff(other.len()) > 2 {
        return false;
    }
    let digits = |s: &str| s.chars().filter(char::is_ascii_digit).collect::<String>();
    if folded(name) == folded(other) {
        return true;
    }
    let words = |s: &'_ str| s.split(['-', '_', '.', '/']).map(str::to_owned).collect::<Vec<_>>();
    let (ours, theirs) = (words(name), words(other));
    if ours.len() != theirs.len() || digits(name) != digits(other) {
        return false;
    }
    let mut differing = ours.iter().zip(&theirs).filter(|(a, b)| a != b);
    let (Some((a, b)), None) = (differing.next(), differing.next()) else { return false };
    let shorter = a.len().min(b.len());
    shorter >= SHORTEST && strsim::damerau_levenshtein(a, b) <= if shorter >= LONG { 2 } else { 1 }
}

/// A list of names that stays readable: the first ten, and how many more there are.
pub fn some_of(names: impl IntoIterator<Item = impl AsRef<str>>) -> String {
    const SHOWN: usize = 10;
    let mut names = names.into_iter();
    let shown: Vec<String> = names.by_ref().take(SHOWN).map(|n| format!("`{}`", n.as_ref())).collect();
    match names.count() {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}

/// A name without what people misremember: case and separators.
fn folded(name: &str) -> String {
    name.chars().filter(|c| !matches!(c, '-' | '_')).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_name_is_suggested_and_no_far_one() {
        let fields = ["replicas", "image", "imagePullPolicy", "port", "ports", "env", "envFrom", "maxSurge", "cpu", "tty"];
        let near = |name| nearest(name, fields);
        assert_eq!(near("replica"), Some("replicas"));
        assert_eq!(near("repilcas"), Some("replicas"));
        assert_eq!(near("imagepullpolicy"), Some("imagePullPolicy"));
        assert_eq!(near("max_surge"), Some("maxSurge"));
        assert_eq!(near("Env"), Some("env"));
        assert_eq!(near("prot"), Some("port"));
        assert_eq!(near("cpus"), Some("cpu"));
        assert_eq!(near("ab"), None);
        assert_eq!(near(""), None);
        assert_eq!(near("schedule"), None);
        assert_eq!(nearest("part", ["port", "pert"]), nearest("part", ["pert", "port"]));
        assert_eq!(nearest("größe", ["grösse", "große"]), Some("große"));
    }

    #[test]
    fn a_name_is_misspelt_only_without_a_doubt() {
        let misspelt = [("fronted", "frontend"), ("db_host", "DB-HOST"), ("config-raeder", "config-reader"), ("setings", "settings")];
        let both_meant = [("web-1", "web-2"), ("app-tls", "api-tls"), ("cfg-dev", "cfg-prd"), ("web", "web"), ("a-web", "web")];
        assert!(misspelt.iter().all(|(a, b)| is_misspelt(a, b)), "{misspelt:?}");
        assert!(both_meant.iter().all(|(a, b)| !is_misspelt(a, b)), "{both_meant:?}");
    }
}
