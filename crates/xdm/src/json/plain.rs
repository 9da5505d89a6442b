//! Values that stand in a text as they are kept, and that no fault can be found with: strings without escapes, numbers
//! without exponents, words, and what is made of these without whitespace.
//!
//! A place or a value may be anywhere in a text of which nothing is known; what comes behind is not looked at.

/// A number that is longer may be beyond f64.
pub(super) const LONG: usize = 300;

/// Where the scalar ends that begins at a place; `None` if there is no plain one.
#[inline]
pub(crate) fn scalar(text: &[u8], start: usize) -> Option<usize> {
    match text.get(start)? {
        b'"' => string(text, start),
        b't' => word(text, start, b"true"),
        b'f' => word(text, start, b"false"),
        b'n' => word(text, start, b"null"),
        _ => number(text, start),
    }
}

/// The same, where a list of plain scalars may be.
#[inline]
pub(crate) fn scalar_or_list(text: &[u8], start: usize) -> Option<usize> {
    if text.get(start)? != &b'[' {
        return scalar(text, start);
    }
    let mut at = start + 1;
    if text.get(at) == Some(&b']') {
        return Some(at + 1);
    }
    loop {
        at = scalar(text, at)?;
        match text.get(at)? {
            b',' => at += 1,
            b']' => return Some(at + 1),
            _ => return None,
        }
    }
}

/// Where a string ends that has no escapes.
#[inline]
pub(crate) fn string(text: &[u8], start: usize) -> Option<usize> {
    if text.get(start)? != &b'"' {
        return None;
    }
    let end = end(text, start + 1);
    (text.get(end) == Some(&b'"')).then_some(end + 1)
}

/// Where a value ends, if its text is JSON: of what is in an object or array nothing is told but strings and brackets.
pub(crate) fn value(text: &[u8], start: usize) -> Option<usize> {
    if !matches!(text.get(start)?, b'{' | b'[') {
        return scalar(text, start);
    }
    let (mut at, mut depth) = (start, 0);
    loop {
        match text.get(at)? {
            b'"' => at = string(text, at)?,
            b'{' | b'[' => (at, depth) = (at + 1, depth + 1),
            b'}' | b']' => (at, depth) = (at + 1, depth - 1),
            _ => at += 1,
        }
        if depth == 0 {
            return Some(at);
        }
    }
}

pub(super) fn word(text: &[u8], start: usize, word: &[u8]) -> Option<usize> {
    text[start..].starts_with(word).then_some(start + word.len())
}

fn number(text: &[u8], start: usize) -> Option<usize> {
    let end = decimal(text, start)?;
    // An exponent is not part of it, and nothing that may come behind a number begins like one.
    (end - start <= LONG).then_some(end)
}

/// Where a number ends, or its exponent begins.
pub(super) fn decimal(text: &[u8], start: usize) -> Option<usize> {
    let first = start + usize::from(text.get(start) == Some(&b'-'));
    let whole = digits(text, first)?;
    if text[first] == b'0' && whole > first + 1 {
        return None;
    }
    match text.get(whole) {
        Some(b'.') => digits(text, whole + 1),
        _ => Some(whole),
    }
}

/// Behind one digit or more.
pub(super) fn digits(text: &[u8], start: usize) -> Option<usize> {
    let rest = text.get(start..)?;
    let count = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
    (count > 0).then_some(start + count)
}

/// Where, from `at` on, a quote, a backslash or a control character comes, none of which can stand in a string by
/// itself; or where the text ends.
pub(super) fn end(bytes: &[u8], mut at: usize) -> usize {
    const ONES: u64 = u64::MAX / 0xff;
    const HIGHS: u64 = ONES << 7;
    // Eight bytes at once: those that are less than a bound get their high bit, up to the first exactly.
    let below = |word: u64, bound: u64| word.wrapping_sub(ONES * bound) & !word & HIGHS;
    while let Some(Ok(eight)) = bytes.get(at..at + 8).map(<[u8; 8]>::try_from) {
        let word = u64::from_le_bytes(eight);
        let quote = below(word ^ (ONES * u64::from(b'"')), 1);
        let backslash = below(word ^ (ONES * u64::from(b'\\')), 1);
        let ends = quote | backslash | below(word, 0x20);
        if ends != 0 {
            return at + (ends.trailing_zeros() / 8) as usize;
        }
        at += 8;
    }
    let ends = |byte: &u8| matches!(byte, b'"' | b'\\' | 0..0x20);
    bytes[at..]
        .iter()
        .position(ends)
        .map_or(bytes.len(), |length| at + length)
}
