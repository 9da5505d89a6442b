//! Which questions a changed path of the attributes can answer anew.

use foldhash::fast::FixedState;
use std::collections::HashMap;

/// The paths that leaves look at, as a tree.
#[derive(Debug, Default)]
pub(super) struct Paths {
    root: Node,
}

#[derive(Debug, Default)]
struct Node {
    below: HashMap<String, Node, FixedState>,
    /// The number of the path that ends here.
    watch: Option<usize>,
}

/// How a watched path lies to one that changed.
#[derive(Clone, Copy, Debug)]
pub(super) enum Lies<'k> {
    /// It is an object there, whose leaf changed.
    Above,
    /// It is the path, or by these keys below it: within the items of a list, if anything is there.
    Within(&'k [String]),
}

impl Paths {
    pub(super) fn add(&mut self, path: &pql::Path, watch: usize) {
        let mut node = &mut self.root;
        for key in path.keys() {
            node = node.below.entry(key.clone()).or_default();
        }
        node.watch = Some(watch);
    }

    /// Finds those that touch a path: the path itself, what lies above it, and what lies below it.
    pub(super) fn touching(&self, path: &model::Path, mut found: impl FnMut(usize, Lies<'_>)) {
        let mut node = &self.root;
        for key in path.keys() {
            if let Some(watch) = node.watch {
                found(watch, Lies::Above);
            }
            match node.below.get(key.as_ref()) {
                Some(below) => node = below,
                None => return,
            }
        }
        node.all(&mut Vec::new(), &mut found);
    }
}

impl Node {
    fn all(&self, keys: &mut Vec<String>, found: &mut impl FnMut(usize, Lies<'_>)) {
        if let Some(watch) = self.watch {
            found(watch, Lies::Within(keys));
        }
        self.below.iter().for_each(|(key, below)| {
            keys.push(key.clone());
            below.all(keys, found);
            keys.pop();
        });
    }
}
