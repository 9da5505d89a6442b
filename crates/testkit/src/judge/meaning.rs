//! What instants, paths and the order of writes mean, read once more: a slip in `model` must not be the judge's too.

use model::{Path, Seq, Timestamp};

/// An instant as RFC 3339 writes it, cut to milliseconds; `None` for anything else.
pub(super) fn instant(text: &str) -> Option<Timestamp> {
    let (day, rest) = text.split_at_checked(10)?;
    let rest = rest.strip_prefix(['T', 't'])?;
    let (clock, rest) = rest.split_at_checked(8)?;
    let [hours, minutes, seconds] = numbers(clock, ':', [2, 2, 2])?;
    if hours > 23 || minutes > 59 || seconds > 59 {
        return None;
    }
    let (fraction, zone) = match rest.strip_prefix('.') {
        Some(part) => part.split_at(part.bytes().take_while(u8::is_ascii_digit).count()),
        None => ("0", rest),
    };
    if fraction.is_empty() {
        return None;
    }
    let ahead = match zone.split_at_checked(1)? {
        ("Z" | "z", "") => 0,
        (sign @ ("+" | "-"), of) => {
            let [hours, minutes] = numbers(of, ':', [2, 2])?;
            let of = hours * 60 + minutes;
            if sign == "+" { of } else { -of }
        }
        _ => return None,
    };
    let millis: i64 = format!("{fraction:0<3}")[..3].parse().ok()?;
    let of_day = ((hours * 60 + minutes - ahead) * 60 + seconds) * 1_000 + millis;
    Some(Timestamp::from_millis(midnight(day)?.millis() + of_day))
}

/// When a day of UTC begins: `2023-11-14`.
pub(super) fn midnight(day: &str) -> Option<Timestamp> {
    let [year, month, day] = numbers(day, '-', [4, 2, 2])?;
    let known = (1..=12).contains(&month) && (1..=i64::from(days_of(year, month))).contains(&day);
    known.then(|| Timestamp::from_millis((days_before(year, month) + day - 1) * DAY))
}

const DAY: i64 = 86_400_000;

/// How many days of the calendar come before a month, counted from 1970.
fn days_before(year: i64, month: i64) -> i64 {
    let leaps = |year: i64| year / 4 - year / 100 + year / 400;
    let years = (year - 1970) * 365 + leaps(year - 1) - leaps(1969);
    years
        + (1..month)
            .map(|month| i64::from(days_of(year, month)))
            .sum::<i64>()
}

fn days_of(year: i64, month: i64) -> u8 {
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Numbers of so many digits each.
fn numbers<const N: usize>(text: &str, between: char, digits: [usize; N]) -> Option<[i64; N]> {
    let parts: Vec<&str> = text.split(between).collect();
    let parts: [&str; N] = parts.try_into().ok()?;
    let good =
        |(part, digits): (&&str, usize)| part.len() == digits && part.bytes().all(|b| b.is_ascii_digit());
    let all = parts.iter().zip(digits).all(good);
    all.then(|| parts.map(|part| part.parse().expect("a few digits are a number")))
}

/// Whether `upper` is `lower` or lies above it.
pub(super) fn covers(upper: &Path, lower: &Path) -> bool {
    let (mut upper, mut lower) = (upper.keys(), lower.keys());
    upper.all(|key| lower.next() == Some(key))
}

/// Whether a write at one path can change what the other shows.
pub(super) fn touches(one: &Path, other: &Path) -> bool {
    one.keys().zip(other.keys()).all(|(one, other)| one == other)
}

/// When something was written: of two writes the later wins, of two of one time the one that came later.
#[derive(Clone, Copy, Debug)]
pub(super) struct Written {
    pub(super) at: Timestamp,
    pub(super) seq: Seq,
}

impl Written {
    pub(super) fn is_after(self, other: Self) -> bool {
        let (at, other_at) = (self.at.millis(), other.at.millis());
        at > other_at || at == other_at && self.seq.0 > other.seq.0
    }
}

/// `2023-11-14T22:13:20Z`: whole seconds, what is beyond them cut.
pub(super) fn seconds(at: Timestamp) -> String {
    let days = at.millis().div_euclid(DAY);
    let of_day = at.millis().rem_euclid(DAY) / 1_000;
    let mut year = 1970 + days.div_euclid(366);
    while days_before(year + 1, 1) <= days {
        year += 1;
    }
    let month = (1..=12)
        .rev()
        .find(|month| days_before(year, *month) <= days)
        .expect("a month began");
    let day = days - days_before(year, month) + 1;
    let (hours, minutes, seconds) = (of_day / 3_600, of_day / 60 % 60, of_day % 60);
    format!("{year:04}-{month:02}-{day:02}T{hours:02}:{minutes:02}:{seconds:02}Z")
}
