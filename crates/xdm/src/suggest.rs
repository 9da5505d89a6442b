//! "Did you mean": the known word nearest to one that is not known.

/// The nearest of `known` to `word`, if one is near enough that people would call it a slip. Case, `-`, `_` and spaces
/// make no difference: `exclude_opt_out` is `excludeOptOut`. Of several as near, the first.
pub fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let wanted = plain(word);
    let length = wanted.chars().count();
    let allowed = (length / 3).clamp(1, 4);
    known
        .into_iter()
        .map(|candidate| (plain(candidate), candidate))
        // Words are no nearer than their lengths are, which also keeps long ones from being held against each other.
        .filter(|(spelled, _)| spelled.chars().count().abs_diff(length) <= allowed)
        .map(|(spelled, candidate)| (strsim::damerau_levenshtein(&wanted, &spelled), candidate))
        .filter(|(distance, _)| *distance <= allowed)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

fn plain(word: &str) -> String {
    word.chars()
        .filter(|c| !matches!(c, '-' | '_' | ' '))
        .flat_map(char::to_lowercase)
        .collect()
}
