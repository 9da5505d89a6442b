//! "Did you mean": the known word nearest to one that is not known.

pub(crate) use xdm::nearest;

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

#[cfg(test)]
mod tests;
