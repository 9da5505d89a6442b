//! No difference goes unseen.

use super::Sums;

fn sums(rows: &[(&[u8], &[u8])]) -> Sums {
    let mut sums = Sums::default();
    for (key, value) in rows {
        sums.add(key, value);
    }
    sums
}

#[test]
fn the_first_key_space_that_differs_is_named() {
    let rows: [(&[u8], &[u8]); 4] = [(b"A1", b"x"), (b"P1", b"y"), (b"P2", b""), (b"Zmeta", b"z")];
    let of = sums(&rows);
    assert_eq!(of.first_difference(&sums(&rows)), None);
    assert_eq!(
        of.finish().iter().map(|sum| sum.rows).collect::<Vec<_>>(),
        [1, 2, 1]
    );

    let mut fewer = rows.to_vec();
    fewer.remove(2);
    let mut none = rows.to_vec();
    none.remove(0);
    let mut other = rows.to_vec();
    other[1].1 = b"Y";
    let mut moved = rows.to_vec();
    (moved[1].1, moved[2].1) = (b"", b"y");
    // The same bytes, cut differently into key and value.
    let mut shifted = rows.to_vec();
    shifted[1] = (b"P1y", b"");
    for (rows, wanted) in [
        (fewer, ("profiles", 2, 1)),
        (none, ("aliases", 1, 0)),
        (other, ("profiles", 2, 2)),
        (moved, ("profiles", 2, 2)),
        (shifted, ("profiles", 2, 2)),
    ] {
        assert_eq!(of.first_difference(&sums(&rows)), Some(wanted));
        let (space, copied, found) = wanted;
        assert_eq!(sums(&rows).first_difference(&of), Some((space, found, copied)));
    }
}
