use super::{Lived, live, seeds};

#[test]
fn every_invariant_holds_after_every_operation() {
    let mut all = Lived::default();
    for seed in seeds(200) {
        let lived = live(seed);
        all.lives += lived.lives;
        all.answered += lived.answered;
        all.unanswered_but_durable += lived.unanswered_but_durable;
        all.decided += lived.decided;
        all.sent += lived.sent;
        all.dead += lived.dead;
    }
    println!("{all:?}");
}
