//! "Did you mean": the known word nearest to one that is not known.

/// The nearest of `known` to `word`, if one is near enough that people would call it a slip.
pub(crate) fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let wanted = plain(word);
    let allowed = (wanted.chars().count() / 3).clamp(1, 4);
    known
        .into_iter()
        .map(|candidate| (strsim::damerau_levenshtein(&wanted, &plain(candidate)), candidate))
        .filter(|(distance, _)| *distance <= allowed)
        .min()
        .map(|(_, candidate)| candidate)
}

/// `did you mean ...?` for [`nearest`], else the words there are, as far as they can be read.
pub(crate) fn help<'a>(word: &str, known: impl IntoIterator<Item = &'a str>, nouns: &str) -> String {
    const SHOWN: usize = 12;
    let known: Vec<&str> = known.into_iter().collect();
    if let Some(near) = nearest(word, known.iter().copied()) {
        return format!("did you mean `{near}`?");
    }
    let listed: Vec<String> = known.iter().take(SHOWN).map(|word| format!("`{word}`")).collect();
    match (listed.len(), known.len() - listed.len()) {
        (0, _) => format!("there are no {nouns} here"),
        (_, 0) => format!("{nouns}: {}", listed.join(", ")),
        (_, more) => format!("{nouns}: {} and {more} more", listed.join(", ")),
    }
}

/// Case, `-`, `_` and spaces make no difference: `exclude_opt_out` is `excludeOptOut`.
fn plain(word: &str) -> String {
    word.chars()
        .filter(|c| !matches!(c, '-' | '_' | ' '))
        .flat_map(char::to_lowercase)
        .collect()
}

#[cfg(test)]
mod tests;
