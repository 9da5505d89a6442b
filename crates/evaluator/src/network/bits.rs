//! A set of small numbers, a bit each.

use crate::state::lines;
use std::hint::black_box;

/// Which of the numbers below its size are in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Bits(Box<[u64]>);

const WORD: usize = 64;

impl Bits {
    /// None of the numbers below `size`.
    pub(super) fn none(size: usize) -> Self {
        Self(vec![0; size.div_ceil(WORD)].into())
    }

    /// All of the numbers below `size`.
    pub(super) fn all(size: usize) -> Self {
        let mut all = Self::none(size);
        all.replace(0..size, |_| u64::MAX, |_| {});
        all
    }

    /// What it takes in memory.
    pub(super) fn bytes(&self) -> usize {
        size_of_val::<[u64]>(&self.0)
    }

    /// Looks at them for their memory to come near.
    pub(super) fn fetch(&self) {
        for word in lines(&self.0) {
            black_box(*word);
        }
    }

    pub(crate) fn get(&self, at: usize) -> bool {
        self.0[at / WORD] >> (at % WORD) & 1 == 1
    }

    /// Puts a number in or out; whether that is a change.
    pub(crate) fn set(&mut self, at: usize, is_in: bool) -> bool {
        let (word, bit) = (&mut self.0[at / WORD], 1 << (at % WORD));
        let before = *word;
        *word = if is_in { before | bit } else { before & !bit };
        *word != before
    }

    /// The first number from `at` on that is in.
    pub(crate) fn next(&self, at: usize) -> Option<usize> {
        let first = at / WORD;
        let rest = self.0.get(first)? & (u64::MAX << (at % WORD));
        let words = self.0[first + 1..].iter().copied();
        let mut words = std::iter::once(rest).chain(words).enumerate();
        let (word, bits) = words.find(|(_, bits)| *bits != 0)?;
        Some((first + word) * WORD + bits.trailing_zeros() as usize)
    }

    /// The numbers that are in both of two sets of one size.
    pub(super) fn both<'b>(&'b self, other: &'b Self) -> impl Iterator<Item = usize> + 'b {
        let words = self.0.iter().zip(&other.0).enumerate();
        words.flat_map(|(at, (one, other))| {
            let mut bits = one & other;
            std::iter::from_fn(move || {
                let first = (bits != 0).then(|| at * WORD + bits.trailing_zeros() as usize)?;
                bits &= bits - 1;
                Some(first)
            })
        })
    }

    /// Makes the numbers of a range those that `wanted` gives: for the number of a word its 64 bits. Tells those that
    /// changed.
    pub(super) fn replace(
        &mut self,
        range: std::ops::Range<usize>,
        wanted: impl Fn(usize) -> u64,
        mut changed: impl FnMut(usize),
    ) {
        for at in range.start / WORD..range.end.div_ceil(WORD) {
            let within = run(&range, at);
            let mut flips = (self.0[at] ^ wanted(at)) & within;
            self.0[at] ^= flips;
            while flips != 0 {
                changed(at * WORD + flips.trailing_zeros() as usize);
                flips &= flips - 1;
            }
        }
    }
}

/// Those bits of a word that are in a range of numbers.
pub(super) fn run(range: &std::ops::Range<usize>, word: usize) -> u64 {
    let below = |end: usize| match end.saturating_sub(word * WORD) {
        bits @ 0..WORD => (1 << bits) - 1,
        _ => u64::MAX,
    };
    below(range.end) & !below(range.start)
}

/// Those bits of a word that are among some numbers.
pub(super) fn among(numbers: &[u32], word: usize) -> u64 {
    let here = numbers.iter().filter(|number| **number as usize / WORD == word);
    here.fold(0, |bits, number| bits | 1 << (*number as usize % WORD))
}

#[cfg(test)]
mod tests;
