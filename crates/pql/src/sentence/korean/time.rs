//! Spans of time and dates: `지난 7일 동안`.

use super::Writer;
use crate::program::{Direction, Expression, Operator, Unit, When, Which, Window};
use crate::sentence::scope::day;

/// A stretch of time.
pub(super) struct Period {
    /// As a noun, behind which `인` can stand: `지난 7일 이내`.
    pub(super) noun: String,
    /// When something happened: `지난 7일 동안`.
    pub(super) during: String,
}

impl Period {
    fn at(noun: impl Into<String>) -> Self {
        let noun = noun.into();
        let during = format!("{noun}에");
        Self { noun, during }
    }

    fn bare(noun: impl Into<String>) -> Self {
        let noun = noun.into();
        let during = noun.clone();
        Self { noun, during }
    }
}

impl<'p> Writer<'p> {
    pub(super) fn when(&mut self, when: &'p When) -> Period {
        match when {
            When::Distance {
                window,
                direction,
                from,
            } => match (&**from, direction) {
                (Expression::Call { function, .. }, Direction::Before) if function.name == "now" => {
                    ago(window)
                }
                (Expression::Call { function, .. }, Direction::After) if function.name == "now" => {
                    ahead(window)
                }
                (_, Direction::Before) => before(window, &self.value(from)),
                (_, Direction::After) => after(window, &self.value(from)),
            },
            When::Unit(which, unit) => unit_of(*which, *unit),
            When::On(date) => match &**date {
                Expression::Call { function, .. } if word(function.name).is_some() => {
                    Period::bare(word(function.name).unwrap_or_default())
                }
                date => Period::at(format!("{} 당일", self.value(date))),
            },
            When::Before(date) => Period::at(format!("{}보다 이전", self.value(date))),
            When::After(date) => Period::at(format!("{}보다 이후", self.value(date))),
            When::Between(first, last) => {
                let (first, last) = (self.value(first), self.value(last));
                Period::at(format!("{first}부터 {last}까지(양 끝 포함)의 기간"))
            }
        }
    }

    /// `2024년 2월 29일`
    pub(super) fn date(&mut self, arguments: &'p [Expression]) -> String {
        if let Some((year, month, day)) = day(arguments) {
            let number = crate::print::number;
            return format!("{}년 {month}월 {}일", number(year), number(day));
        }
        let all: Vec<_> = arguments.iter().map(|one| self.value(one)).collect();
        match all.as_slice() {
            [year, month, day] => format!("연도가 {year}, 월이 {month}, 일이 {day}인 날짜"),
            _ => format!("날짜({})", all.join(", ")),
        }
    }
}

/// The words that are a day or an instant by themselves.
pub(super) fn word(name: &str) -> Option<&'static str> {
    Some(match name {
        "now" => "지금",
        "today" => "오늘",
        "yesterday" => "어제",
        "tomorrow" => "내일",
        _ => return None,
    })
}

/// `7일`
fn length(window: &Window) -> String {
    let count = window.count;
    match window.unit {
        Unit::Millisecond => format!("{count}밀리초"),
        Unit::Second => format!("{count}초"),
        Unit::Minute => format!("{count}분"),
        Unit::Hour => format!("{count}시간"),
        Unit::Day => format!("{count}일"),
        Unit::Week => format!("{count}주"),
        Unit::Month => format!("{count}개월"),
        Unit::Year => format!("{count}년"),
        Unit::Decade => format!("{count}개 십년"),
        Unit::Century => format!("{count}세기"),
        Unit::Millennium => format!("{count}개 천년"),
    }
}

/// How `=` counts.
fn whole(unit: Unit) -> &'static str {
    match unit {
        Unit::Millisecond => "(밀리초 단위)",
        Unit::Second => "(초 단위)",
        Unit::Minute => "(분 단위)",
        Unit::Hour => "(시 단위)",
        Unit::Day => "(일 단위)",
        Unit::Week => "(주 단위)",
        Unit::Month => "(월 단위)",
        Unit::Year => "(연 단위)",
        Unit::Decade => "(십년 단위)",
        Unit::Century => "(세기 단위)",
        Unit::Millennium => "(천년 단위)",
    }
}

fn ago(window: &Window) -> Period {
    let (length, whole) = (length(window), whole(window.unit));
    match window.operator {
        Operator::LessOrEqual => Period {
            noun: format!("지난 {length} 이내"),
            during: format!("지난 {length} 동안"),
        },
        Operator::Less => Period {
            noun: format!("지난 {length} 이내(정확히 {length} 전은 제외)"),
            during: format!("지난 {length} 동안(정확히 {length} 전은 제외)"),
        },
        Operator::Greater => Period::at(format!("{length}보다 더 전")),
        Operator::GreaterOrEqual => Period::at(format!("{length} 이상 전")),
        Operator::Equal => Period::at(format!("정확히 {length} 전{whole}")),
        Operator::NotEqual => Period::at(format!("정확히 {length} 전이 아닌 때{whole}")),
    }
}

fn ahead(window: &Window) -> Period {
    let (length, whole) = (length(window), whole(window.unit));
    match window.operator {
        Operator::LessOrEqual => Period {
            noun: format!("앞으로 {length} 이내"),
            during: format!("앞으로 {length} 동안"),
        },
        Operator::Less => Period {
            noun: format!("앞으로 {length} 이내(정확히 {length} 후는 제외)"),
            during: format!("앞으로 {length} 동안(정확히 {length} 후는 제외)"),
        },
        Operator::Greater => Period::at(format!("지금부터 {length}보다 더 후")),
        Operator::GreaterOrEqual => Period::at(format!("지금부터 {length} 이상 후")),
        Operator::Equal => Period::at(format!("지금부터 정확히 {length} 후{whole}")),
        Operator::NotEqual => Period::at(format!("지금부터 정확히 {length} 후가 아닌 때{whole}")),
    }
}

fn before(window: &Window, from: &str) -> Period {
    let (length, whole) = (length(window), whole(window.unit));
    Period::at(match window.operator {
        Operator::LessOrEqual => format!("{from} 이전 {length} 이내"),
        Operator::Less => format!("{from} 이전 {length} 미만"),
        Operator::Greater => format!("{from}보다 {length} 넘게 앞선 때"),
        Operator::GreaterOrEqual => format!("{from}보다 {length} 이상 앞선 때"),
        Operator::Equal => format!("{from}의 정확히 {length} 전{whole}"),
        Operator::NotEqual => format!("{from}의 정확히 {length} 전이 아닌 때{whole}"),
    })
}

fn after(window: &Window, from: &str) -> Period {
    let (length, whole) = (length(window), whole(window.unit));
    Period::at(match window.operator {
        Operator::LessOrEqual => format!("{from} 이후 {length} 이내"),
        Operator::Less => format!("{from} 이후 {length} 미만"),
        Operator::Greater => format!("{from}보다 {length} 넘게 뒤인 때"),
        Operator::GreaterOrEqual => format!("{from}보다 {length} 이상 뒤인 때"),
        Operator::Equal => format!("{from}의 정확히 {length} 후{whole}"),
        Operator::NotEqual => format!("{from}의 정확히 {length} 후가 아닌 때{whole}"),
    })
}

/// `앞 단계 이후 2일 이내`
pub(super) fn gap(window: &Window) -> String {
    after(window, "앞 단계").noun
}

fn unit_of(which: Which, unit: Unit) -> Period {
    let at = |this: &str, last: &str, next: &str| {
        Period::at(match which {
            Which::This => this,
            Which::Last => last,
            Which::Next => next,
        })
    };
    let bare = |this: &str, last: &str, next: &str| {
        Period::bare(match which {
            Which::This => this,
            Which::Last => last,
            Which::Next => next,
        })
    };
    match unit {
        Unit::Millisecond => at("지금 이 밀리초", "바로 앞 밀리초", "바로 다음 밀리초"),
        Unit::Second => at("지금 이 초", "바로 앞 초", "바로 다음 초"),
        Unit::Minute => at("지금 이 분(分)", "바로 앞 분(分)", "바로 다음 분(分)"),
        Unit::Hour => at(
            "현재 시간대(정시 기준)",
            "바로 앞 시간대(정시 기준)",
            "바로 다음 시간대(정시 기준)",
        ),
        Unit::Day => bare("오늘 중", "어제 중", "내일 중"),
        Unit::Week => at("이번 주", "지난주", "다음 주"),
        Unit::Month => at("이번 달", "지난달", "다음 달"),
        Unit::Year => at("올해", "작년", "내년"),
        Unit::Decade => at("이번 십년대", "지난 십년대", "다음 십년대"),
        Unit::Century => at("이번 세기", "지난 세기", "다음 세기"),
        Unit::Millennium => at("이번 천년기", "지난 천년기", "다음 천년기"),
    }
}
