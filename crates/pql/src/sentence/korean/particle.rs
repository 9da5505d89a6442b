//! Particles by the sound that a word ends with.

/// A particle behind a consonant and behind a vowel.
#[derive(Clone, Copy)]
pub(super) struct Particle(&'static str, &'static str);

pub(super) const SUBJECT: Particle = Particle("이", "가");
pub(super) const OBJECT: Particle = Particle("을", "를");
pub(super) const WITH: Particle = Particle("과", "와");
/// Behind the consonant ㄹ it is `로` too.
pub(super) const TOWARDS: Particle = Particle("으로", "로");

/// The word with its particle. Where it cannot be known how a word sounds, both stand there, as is usual: `"gold"이(가)`.
pub(super) fn with(word: &str, particle: Particle) -> String {
    let Particle(consonant, vowel) = particle;
    let towards = consonant == TOWARDS.0;
    match last_sound(word) {
        Some(Sound::Vowel) => format!("{word}{vowel}"),
        Some(Sound::Liquid) if towards => format!("{word}{vowel}"),
        Some(Sound::Liquid | Sound::Consonant) => format!("{word}{consonant}"),
        None if towards => format!("{word}(으)로"),
        None => format!("{word}{consonant}({vowel})"),
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sound {
    Vowel,
    /// ㄹ
    Liquid,
    Consonant,
}

/// How a word ends, if that is known; quotes and brackets have no sound.
fn last_sound(word: &str) -> Option<Sound> {
    let last = spoken(word)
        .chars()
        .rev()
        .find(|c| !matches!(c, '"' | '\'' | ')' | ']' | '.' | ' '))?;
    match last {
        // A syllable's number tells its last consonant: 0 is none, 8 is ㄹ.
        '가'..='힣' => Some(match (u32::from(last) - u32::from('가')) % 28 {
            0 => Sound::Vowel,
            8 => Sound::Liquid,
            _ => Sound::Consonant,
        }),
        // 이, 사, 오, 구
        '2' | '4' | '5' | '9' => Some(Sound::Vowel),
        // 일, 칠, 팔
        '1' | '7' | '8' => Some(Sound::Liquid),
        // 영, 삼, 육; and 십, 백, 천, 만, which end with 0.
        '0' | '3' | '6' => Some(Sound::Consonant),
        _ => None,
    }
}

/// What is said last: what stands in brackets behind a word is not.
fn spoken(word: &str) -> &str {
    let mut open = 0_usize;
    for (at, c) in word.char_indices().rev() {
        match c {
            ')' => open += 1,
            '(' => open = open.saturating_sub(1),
            _ => {}
        }
        if open == 0 {
            let before = &word[..at];
            let behind = c == '(' && !before.trim_end().is_empty();
            return if behind { spoken(before.trim_end()) } else { word };
        }
    }
    word
}

#[cfg(test)]
mod tests;
