//! Numbers exact to six decimals, which is all that the generator writes.

/// A number in millionths.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Number(i128);

const DECIMALS: usize = 6;

impl Number {
    pub(super) fn whole(n: i128) -> Self {
        Self(n * 10_i128.pow(DECIMALS as u32))
    }

    /// Reads a number without exponent and with at most six decimals.
    ///
    /// # Panics
    /// On any other: a judge that guesses is none.
    pub(super) fn read(text: &str) -> Self {
        let (sign, digits) = text.strip_prefix('-').map_or((1, text), |rest| (-1, rest));
        let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
        assert!(
            part.len() <= DECIMALS,
            "{text} has too many decimals for the judge"
        );
        let scaled = format!("{whole}{part:0<DECIMALS$}");
        let millionths: i128 = scaled.parse().expect("the generator writes plain numbers");
        Self(sign * millionths)
    }

    pub(super) fn plus(self, other: Self) -> Self {
        Self(self.0 + other.0)
    }
}
