//! Numbers and times as people read them.

use std::time::Duration;

/// `12,345`.
pub(in crate::demo) fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// `1:05`, `2:01:05`.
pub(in crate::demo) fn clock(time: Duration) -> String {
    let seconds = time.as_secs();
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    if hours == 0 {
        format!("{minutes}:{seconds:02}")
    } else {
        format!("{hours}:{minutes:02}:{seconds:02}")
    }
}

/// `7 ms`, `1.2 s`, `75 s`: at most six characters for anything below a day.
pub(in crate::demo) fn millis(millis: u64) -> String {
    match millis {
        0..1000 => format!("{millis} ms"),
        1000..10_000 => format!("{:.1} s", millis as f64 / 1000.0),
        _ => format!("{} s", millis / 1000),
    }
}

/// `498/s`, `0.4/s`.
pub(super) fn per_second(rate: f64) -> String {
    if rate > 0.0 && rate < 9.95 {
        format!("{rate:.1}/s")
    } else {
        format!("{}/s", thousands(rate.round() as u64))
    }
}

/// One character a second, the newest at the right end, as high as the highest.
pub(super) fn spark(growth: &[u64], width: u16) -> String {
    const BARS: [char; 9] = [' ', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
    let width = usize::from(width);
    let last = &growth[growth.len().saturating_sub(width)..];
    let highest = last.iter().copied().max().unwrap_or(0).max(1);
    let bar = |count: &u64| BARS[(count * 8).div_ceil(highest) as usize];
    let bars: String = last.iter().map(bar).collect();
    format!("{bars:>width$}")
}

/// The end of a text that is too long.
pub(super) fn end_of(text: &str, width: u16) -> String {
    let (width, length) = (usize::from(width), text.chars().count());
    if length <= width {
        return text.to_owned();
    }
    let kept: String = text.chars().skip(length - width.saturating_sub(1)).collect();
    format!("…{kept}")
}

/// The beginning of a text that is too long; of one that is shorter, all, and blanks.
pub(super) fn cell(text: &str, width: u16) -> String {
    let width = usize::from(width);
    if text.chars().count() <= width {
        return format!("{text:<width$}");
    }
    let kept: String = text.chars().take(width.saturating_sub(1)).collect();
    format!("{kept}…")
}
