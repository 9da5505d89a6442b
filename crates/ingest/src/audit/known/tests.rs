use super::{Known, MOST};
use evaluator::Difference;
use model::{ProfileId, SegmentNo};

fn differences(segments: &[u32]) -> Vec<Difference> {
    let difference = |no: &u32| Difference {
        segment: SegmentNo(*no),
        id: None,
        hidden: false,
        held: true,
        found: None,
        holds: false,
    };
    segments.iter().map(difference).collect()
}

fn news(known: &mut Known, profile: u64, segments: &[u32]) -> Vec<u32> {
    let differences = differences(segments);
    let news = known.news(ProfileId::new(0, profile), &differences);
    news.into_iter().map(|difference| difference.segment.0).collect()
}

#[test]
fn each_is_told_once_while_it_stands() {
    let mut known = Known::default();
    assert_eq!(news(&mut known, 1, &[3, 5]), [3, 5]);
    assert_eq!(news(&mut known, 2, &[3]), [3]);
    assert_eq!(news(&mut known, 1, &[3, 4, 5]), [4]);
    assert_eq!(news(&mut known, 1, &[4]), [0_u32; 0]);
    assert_eq!(news(&mut known, 1, &[]), [0_u32; 0]);
    assert_eq!(news(&mut known, 1, &[4]), [4], "it was gone meanwhile");
    assert_eq!(news(&mut known, 2, &[3]), [0_u32; 0]);
}

#[test]
fn a_broken_store_does_not_fill_the_log() {
    let mut known = Known::default();
    let told = (0..MOST as u64 + 10).map(|profile| news(&mut known, profile, &[1]).len());
    assert_eq!(told.sum::<usize>(), MOST);
    assert_eq!(news(&mut known, 0, &[1, 2]), [2], "those that are known go on");
}
