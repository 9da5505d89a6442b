//! Letters without case.

/// A text in which letters that are the same but for case are the same, by Unicode's simple case folding: one code
/// point to one, in no particular language.
pub(crate) fn folded(text: &str) -> String {
    text.chars().map(fold).collect()
}

/// The standard library has no folding. Lower case of upper case is the same equivalence, but for letters whose upper
/// or lower case is not one code point, which then stay as they are, and for those named here.
fn fold(c: char) -> char {
    match c {
        // The dotless i folds only in Turkish.
        'ı' => 'ı',
        '\u{1FD3}' => '\u{390}',
        '\u{1FE3}' => '\u{3B0}',
        '\u{FB05}' => '\u{FB06}',
        _ => single(single(c, char::to_uppercase), char::to_lowercase),
    }
}

fn single<I: Iterator<Item = char>>(c: char, change: impl Fn(char) -> I) -> char {
    let mut changed = change(c);
    match (changed.next(), changed.next()) {
        (Some(one), None) => one,
        _ => c,
    }
}
