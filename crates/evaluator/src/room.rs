//! Lists that a profile keeps for as long as it lives.

/// Makes room for one more. A list that is full grows by half: as lists grow of themselves, to twice their size and to
/// four at least, much of what people take in memory would be room that nothing stands in.
pub(crate) fn make_room<T>(list: &mut Vec<T>) {
    if list.len() == list.capacity() {
        list.reserve_exact(1 + list.len() / 2);
    }
}
