//! Has the memory of a profile come near, before it is worked on.
//!
//! Of many people each is far away: most of a step would be waiting for one piece of memory to learn where the next one
//! is. Looking at the same depth of several profiles in a row has their pieces come at the same time. It changes nothing.

use super::State;
use model::Leaves;
use std::hint::black_box;

/// How far into a profile is looked: each depth is found by what the one before it holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Depth {
    /// What the state itself is made of.
    Itself,
    /// The beginnings of its lists.
    Lists,
    /// What these lead to.
    Entries,
    /// What is written in that.
    Texts,
}

impl Depth {
    /// From the first to the last.
    pub const ALL: [Self; 4] = [Self::Itself, Self::Lists, Self::Entries, Self::Texts];
}

/// As many bytes come at once.
const LINE: usize = 64;

/// One of each line of memory.
pub(crate) fn lines<T>(all: &[T]) -> impl Iterator<Item = &T> {
    all.iter().step_by((LINE / size_of::<T>()).max(1))
}

/// Looks at what a record is compared with: at the beginning of it, or at each line of memory.
fn look(leaves: &Leaves, depth: Depth) {
    match leaves {
        Leaves::Whole(patch, _) if depth == Depth::Entries => {
            black_box(patch.len());
        }
        Leaves::Whole(patch, _) => {
            let (text, ends) = (patch.text().as_bytes(), patch.ends());
            for byte in lines(text) {
                black_box(*byte);
            }
            for end in lines(ends) {
                black_box(*end);
            }
        }
        Leaves::Each(_) if depth != Depth::Entries => {}
        Leaves::Each(leaves) => {
            for leaf in leaves {
                black_box(leaf.value.is_some());
            }
        }
    }
}

impl State {
    /// Looks at one depth of the profile; `record`: a record is to be written.
    pub fn fetch(&self, depth: Depth, record: bool) {
        let profile = &self.profile;
        match depth {
            Depth::Itself => {
                // One look each line of memory or two.
                black_box(profile.hot.stepped);
                black_box(profile.hot.memberships.len());
                black_box(profile.events.len());
                black_box(self.touched.hot);
                black_box(self.forget_from);
                black_box(self.meter.is_some());
                black_box(self.attributes.get().is_some());
                black_box(self.identities.get().is_some());
                black_box(self.events.get().is_some());
            }
            Depth::Lists => {
                self.known.fetch();
                black_box(profile.events.last().map(|event| event.seq));
                for membership in lines(&profile.hot.memberships) {
                    black_box(membership.segment);
                }
                if record {
                    black_box(profile.fragments.first().map(|fragment| fragment.owner));
                }
            }
            Depth::Entries | Depth::Texts => {
                if record {
                    for fragment in &profile.fragments {
                        look(&fragment.leaves, depth);
                    }
                }
            }
        }
        if let Some(findings) = &self.findings {
            findings.fetch(depth);
        }
    }
}
