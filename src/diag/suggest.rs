//! shim
pub fn nearest<'c>(word: &str, candidates: impl IntoIterator<Item = &'c str>) -> Option<&'c str> {
    candidates.into_iter().filter(|c| strsim::osa_distance(word, c) <= 2).min_by_key(|c| strsim::osa_distance(word, c))
}
