use super::{Lived, live, seeds};
use std::num::NonZero;
use std::thread;

#[test]
fn every_invariant_holds_after_every_operation() {
    let seeds = seeds(200);
    let threads = thread::available_parallelism().map_or(1, NonZero::get);
    let share = seeds.len().div_ceil(threads);
    let lived: Vec<Lived> = thread::scope(|scope| {
        let of_share = |seeds: &'_ [u64]| seeds.iter().map(|seed| live(*seed)).collect::<Vec<_>>();
        let threads: Vec<_> = seeds
            .chunks(share)
            .map(|seeds| scope.spawn(move || of_share(seeds)))
            .collect();
        threads
            .into_iter()
            .flat_map(|thread| thread.join().expect("this world is as it must be"))
            .collect()
    });
    let sum = |of: fn(&Lived) -> usize| lived.iter().map(of).sum::<usize>();
    let crashes = sum(|lived| lived.lives - 1);
    let durable = sum(|lived| lived.unanswered_but_durable);
    let in_force = sum(|lived| lived.unanswered_but_in_force);
    let (decided, sent, dead) = (
        sum(|lived| lived.decided),
        sum(|lived| lived.sent),
        sum(|lived| lived.dead),
    );
    let audited = sum(|lived| lived.audited);
    println!(
        "{crashes} crashes; {durable} posts without an answer were durable, {in_force} publishes in force; {decided} exports, sent {sent} times, {dead} died; {audited} audits"
    );
    if seeds.len() > 1 {
        // Else the worlds would be too quiet to prove anything.
        assert!(
            crashes > seeds.len()
                && durable > 50
                && in_force > 5
                && sent > decided
                && dead > 20
                && audited > 50 * seeds.len()
        );
    }
}

#[test]
fn a_seed_always_gives_the_same_world() {
    for seed in 0..10 {
        assert_eq!(live(seed), live(seed), "seed {seed}");
    }
}
