//! Rust text without its comments and literals, so that a rule sees only what is compiled as code.

/// Replaces comments and literals by spaces; line breaks and byte offsets stay.
pub(super) fn code_only(text: &str) -> String {
    let mut code = String::with_capacity(text.len());
    let mut rest = text;
    while !rest.is_empty() {
        let word = word_length(rest);
        if word > 0 {
            let raw = raw_string_length(&rest[..word], &rest[word..]);
            code.push_str(&rest[..word]);
            blank(&mut code, &rest[word..word + raw]);
            rest = &rest[word + raw..];
        } else if let Some(length) = silent_length(rest) {
            blank(&mut code, &rest[..length]);
            rest = &rest[length..];
        } else {
            let length = rest.chars().next().map_or(1, char::len_utf8);
            code.push_str(&rest[..length]);
            rest = &rest[length..];
        }
    }
    code
}

fn blank(code: &mut String, silent: &str) {
    code.extend(silent.bytes().map(|byte| if byte == b'\n' { '\n' } else { ' ' }));
}

fn word_length(rest: &str) -> usize {
    rest.find(|c: char| !c.is_alphanumeric() && c != '_')
        .unwrap_or(rest.len())
}

/// The length of `#"..."#` after a word that makes it a raw string, else 0.
fn raw_string_length(word: &str, rest: &str) -> usize {
    let hashes = rest.len() - rest.trim_start_matches('#').len();
    if !matches!(word, "r" | "br" | "cr") || !rest[hashes..].starts_with('"') {
        return 0;
    }
    let close = format!("\"{}", "#".repeat(hashes));
    let body = hashes + 1;
    let inside = rest[body..].find(&close);
    inside.map_or(rest.len(), |length| body + length + close.len())
}

/// The length of the comment, string or character that starts here, if one does.
fn silent_length(rest: &str) -> Option<usize> {
    if rest.starts_with("//") {
        return Some(rest.find('\n').unwrap_or(rest.len()));
    }
    if rest.starts_with("/*") {
        return Some(block_comment_length(rest));
    }
    if rest.starts_with('"') {
        return Some(quoted_length(rest, '"'));
    }
    is_character(rest).then(|| quoted_length(rest, '\''))
}

/// Block comments nest.
fn block_comment_length(rest: &str) -> usize {
    let mut depth = 0;
    let mut at = 0;
    while at < rest.len() {
        let two = rest.as_bytes().get(at..at + 2);
        match two {
            Some(b"/*") => depth += 1,
            Some(b"*/") => depth -= 1,
            _ => {
                at += 1;
                continue;
            }
        }
        at += 2;
        if depth == 0 {
            return at;
        }
    }
    rest.len()
}

fn quoted_length(rest: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, c) in rest.char_indices().skip(1) {
        if escaped {
            escaped = false;
        } else if c == '\\' {
            escaped = true;
        } else if c == quote {
            return at + c.len_utf8();
        }
    }
    rest.len()
}

/// A character literal, as opposed to a lifetime.
fn is_character(rest: &str) -> bool {
    let mut chars = rest.chars();
    chars.next() == Some('\'') && (chars.next() == Some('\\') || chars.next() == Some('\''))
}

#[cfg(test)]
mod tests;
