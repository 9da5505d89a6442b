//! Lists of small numbers, one after another in one block of memory.

/// By a number, some others.
#[derive(Debug)]
pub(super) struct Lists {
    /// Where each list ends, and so the next begins.
    ends: Box<[u32]>,
    all: Box<[u32]>,
}

impl Lists {
    /// The numbers of a list.
    #[inline]
    pub(super) fn of(&self, at: usize) -> &[u32] {
        let start = at.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.all[start as usize..self.ends[at] as usize]
    }
}

impl FromIterator<Vec<usize>> for Lists {
    fn from_iter<I: IntoIterator<Item = Vec<usize>>>(lists: I) -> Self {
        let (mut ends, mut all) = (Vec::new(), Vec::new());
        for list in lists {
            all.extend(list.into_iter().map(|number| number as u32));
            ends.push(all.len() as u32);
        }
        Self {
            ends: ends.into(),
            all: all.into(),
        }
    }
}
