//! Which questions a changed path of the attributes can answer anew.

use std::collections::HashMap;

/// The paths that leaves look at, as a tree.
#[derive(Debug, Default)]
pub(super) struct Paths {
    root: Node,
}

#[derive(Debug, Default)]
struct Node {
    below: HashMap<String, Node>,
    /// The number of the path that ends here.
    watch: Option<usize>,
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
    pub(super) fn touching(&self, path: &model::Path, found: &mut Vec<usize>) {
        let mut node = &self.root;
        for key in path.keys() {
            found.extend(node.watch);
            match node.below.get(key.as_ref()) {
                Some(below) => node = below,
                None => return,
            }
        }
        node.all(found);
    }
}

impl Node {
    fn all(&self, found: &mut Vec<usize>) {
        found.extend(self.watch);
        self.below.values().for_each(|below| below.all(found));
    }
}
