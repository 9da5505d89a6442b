//! The fault campaign: whatever goes wrong at a destination, nothing is lost, no older revision of a profile comes after
//! a newer one, duplicates are the same bytes under the same id, and the account is exact.
//!
//! One server sends to all cells of the table at once, each a destination with a dataflow of its own, while people change
//! and bulk jobs run; in the second test it is killed again and again meanwhile. In each wave every cell meets its fault
//! once more, in another way, and the wave is over when all of it has happened and nothing is pending. The judge then
//! compares what the peers stored with what was acknowledged.
//!
//! It runs in real time, against real sockets. What can be shown without them is shown under paused time: the same
//! classes of answers, joins, publishes and power cuts in `testkit::world`, any verdicts in `dispatcher`'s `account`.
//!
//! `WEIR_SEED` plans it anew: which way of failing, who changes when, when it is killed. `cargo xtask long campaign` runs
//! more waves of more people, one of them with an outage of a minute.

mod disk;
mod drive;
mod gate;
mod judge;
mod load;
mod peers;
mod table;

use drive::{Size, campaign};
use std::time::Duration;

/// Less than a minute for both, on two cores. One wave is what a kill needs to meet every fault.
const SHORT: [Size; 2] = [
    Size {
        people: 16,
        large: 1,
        each: 2,
        waves: 2,
        kills: 0,
        outage: Duration::ZERO,
        least: 2_500,
    },
    Size {
        people: 16,
        large: 1,
        each: 3,
        waves: 1,
        kills: 3,
        outage: Duration::ZERO,
        least: 1_000,
    },
];

/// Minutes.
const LONG: Size = Size {
    people: 40,
    large: 2,
    each: 6,
    waves: 6,
    kills: 3,
    outage: Duration::from_mins(1),
    least: 50_000,
};

fn size(killed: bool) -> Size {
    #[expect(clippy::disallowed_methods, reason = "how `cargo xtask long` asks for more")]
    let asked = std::env::var("WEIR_CAMPAIGN");
    match asked.as_deref() {
        Ok("long") if killed => LONG,
        Ok("long") => Size { kills: 0, ..LONG },
        Ok(other) => panic!("WEIR_CAMPAIGN={other} is no size; there is `long`"),
        Err(_) => SHORT[usize::from(killed)],
    }
}

#[tokio::test]
async fn no_fault_loses_or_reorders_anything() {
    for seed in testkit::world::seeds(1) {
        println!("planned by WEIR_SEED={seed}");
        println!("{}", campaign(seed, size(false)).await);
    }
}

#[tokio::test]
async fn no_fault_loses_or_reorders_anything_while_the_server_is_killed() {
    for seed in testkit::world::seeds(1) {
        println!("planned by WEIR_SEED={seed}");
        println!("{}", campaign(seed, size(true)).await);
    }
}
