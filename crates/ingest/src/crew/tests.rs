use super::Crew;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Barrier};

#[test]
fn every_item_is_worked_on_once_by_any_crew() {
    for threads in [0, 1, 2, 5] {
        let crew = Crew::sharing(threads, 1).expect("threads");
        assert_eq!(crew.threads(), threads.max(1));
        for many in [0, 1, 2, 1000] {
            let add = |piece: &mut [u64]| {
                for item in piece {
                    *item += 1_000_000;
                }
            };
            let mut items = crew.share((0..many).collect(), add);
            items.sort_unstable();
            assert!(items.into_iter().eq(1_000_000..1_000_000 + many));
        }
    }
}

#[test]
fn nobody_waits_for_a_helper_that_has_not_begun() {
    let crew = Crew::sharing(2, 1).expect("threads");
    let busy = Arc::new(Barrier::new(2));
    let held = Arc::clone(&busy);
    crew.offer(move || {
        held.wait();
    });
    // Its one helper stands at the barrier until this has come back.
    assert_eq!(crew.share(vec![1, 2, 3], |_| {}).len(), 3);
    busy.wait();
}

#[test]
fn a_panic_is_the_callers_and_the_crew_goes_on() {
    for threads in [1, 3] {
        let crew = Crew::sharing(threads, 1).expect("threads");
        let work = |piece: &mut [i32]| assert!(!piece.contains(&7), "not seven");
        let outcome = catch_unwind(AssertUnwindSafe(|| crew.share((0..100).collect(), work)));
        assert!(outcome.is_err());
        assert_eq!(crew.share((8..100).collect(), work).len(), 92);
    }
}
