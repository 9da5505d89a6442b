//! Random texts over the fields of the schemas.

use pql::generate::Dice;

const PATHS: &[&str] = &[
    "t",
    "n",
    "i",
    "b",
    "d",
    "w",
    "ts",
    "ns",
    "o",
    "o.n",
    "o.t",
    "l",
    "l.n",
    "l.t",
    "l.d",
    "l.ns",
    "m",
    "m.a",
    "x",
    "o.x",
    "l.x",
    "t.x",
    "xEvent.n",
    "xEvent.l.t",
    "xEvent.timestamp",
    "identityMap",
    "identityMap.email.id",
    "identityMap.email.x",
];
const LITERALS: &[&str] = &[
    "1",
    "2",
    "1.5",
    "\"a\"",
    "\"2\"",
    "\"2023-11-10\"",
    "true",
    "[1, 2]",
    "[\"a\"]",
    "[\"a\", 1]",
    "date(2023, 11, 10)",
    "now",
    "[]",
];
const OPERATORS: &[&str] = &["=", "!=", "<", "<=", ">", ">="];

/// Whatever may be said, whether it makes sense or not; most of it is no program.
pub(super) fn anything(dice: &mut Dice<'_>, depth: usize) -> String {
    match dice.roll(if depth == 0 { 5 } else { 10 }) {
        0 | 1 => {
            let operator = *dice.pick(OPERATORS);
            format!("{} {operator} {}", value(dice, depth), value(dice, depth))
        }
        2 => {
            let word = *dice.pick(&["in", "notIn"]);
            format!("{} {word} {}", value(dice, depth), value(dice, depth))
        }
        3 => {
            let test = *dice.pick(&[
                "startsWith",
                "notEqualTo",
                "includes",
                "intersects",
                "subsetOf",
                "supersetOf",
                "contains",
            ]);
            if dice.roll(3) == 0 {
                let (path, part) = (
                    *dice.pick(&["d", "w", "t", "l.d.head()", "xEvent.w.head()"]),
                    *dice.pick(&["2023-", "a"]),
                );
                return format!(
                    "{path}.{}(\"{part}\")",
                    *dice.pick(&["startsWith", "contains", "equals"])
                );
            }
            format!("{}.{test}({})", value(dice, depth), value(dice, depth))
        }
        4 => {
            let when = *dice.pick(&[
                "< 7 days before now",
                "today",
                "before date(2023, 11, 12)",
                "on w",
                "between d and t",
            ]);
            format!("{} occurs {when}", value(dice, depth))
        }
        5 => format!("not ({})", anything(dice, depth - 1)),
        6 => {
            let join = *dice.pick(&["and", "or"]);
            format!(
                "({}) {join} ({})",
                anything(dice, depth - 1),
                anything(dice, depth - 1)
            )
        }
        7 => format!("xEvent[{}].count() > 1", anything(dice, depth - 1)),
        8 => {
            let list = *dice.pick(&["xEvent", "l", "ts", "xEvent.l", "t", "o"]);
            let (word, path) = (*dice.pick(&["exists", "forall"]), *dice.pick(PATHS));
            format!(
                "({word} V{depth} from {list} where ({}) and V{depth}.{path} = {})",
                anything(dice, depth - 1),
                value(dice, 0)
            )
        }
        _ => value(dice, depth),
    }
}

fn value(dice: &mut Dice<'_>, depth: usize) -> String {
    let path = |dice: &mut Dice<'_>| (*dice.pick(PATHS)).to_owned();
    if depth == 0 {
        return if dice.roll(3) == 0 {
            (*dice.pick(LITERALS)).to_owned()
        } else {
            path(dice)
        };
    }
    match dice.roll(14) {
        0..=5 => path(dice),
        6 | 7 => (*dice.pick(LITERALS)).to_owned(),
        8 => format!("{} + {}", value(dice, 0), value(dice, 0)),
        9 => {
            let function = *dice.pick(&[
                "sum", "min", "max", "average", "count", "head", "distinct", "keys", "values", "isNull",
                "getMonth",
            ]);
            format!("{}.{function}()", value(dice, depth - 1))
        }
        10 => {
            let (function, of) = (*dice.pick(&["sum", "max", "map", "groupBy"]), path(dice));
            format!("{}.{function}({of})", value(dice, depth - 1))
        }
        11 => {
            let (function, of) = (*dice.pick(&["topN", "bottomN"]), path(dice));
            format!("{}.{function}({of}, 2)", value(dice, depth - 1))
        }
        12 => format!("{}.get({})", value(dice, depth - 1), value(dice, 0)),
        _ => {
            let list = *dice.pick(&["xEvent", "l", "ts", "ns"]);
            format!("{list}[{}]", anything(dice, depth - 1))
        }
    }
}

/// How many things there are that a row can be about.
const THEMES: usize = 10;

/// Clauses about few things, so that they often meet.
pub(super) fn clauses(dice: &mut Dice<'_>, depth: usize) -> String {
    let theme = dice.roll(THEMES);
    match dice.roll(if depth == 0 { 1 } else { 6 }) {
        0 => clause(dice, theme),
        1 => format!("not ({})", clauses(dice, depth - 1)),
        2 | 3 => format!("xEvent[{}]", row(dice, depth - 1, &event_clause, theme % 4)),
        _ => row(dice, depth - 1, &clause, theme),
    }
}

fn row(
    dice: &mut Dice<'_>,
    depth: usize,
    one: &dyn Fn(&mut Dice<'_>, usize) -> String,
    theme: usize,
) -> String {
    let join = *dice.pick(&[" and ", " or "]);
    let all: Vec<String> = (0..2 + dice.roll(3))
        .map(|_| {
            // What is said beside it is mostly about the same.
            let theme = if dice.roll(5) == 0 {
                dice.roll(THEMES)
            } else {
                theme
            };
            match dice.roll(if depth == 0 { 5 } else { 8 }) {
                0 => format!("not ({})", one(dice, theme)),
                5 => format!("({})", row(dice, depth - 1, one, theme)),
                6 | 7 => format!("not ({})", row(dice, depth - 1, one, theme)),
                _ => one(dice, theme),
            }
        })
        .collect();
    all.join(join)
}

fn clause(dice: &mut Dice<'_>, theme: usize) -> String {
    let (operator, number) = (*dice.pick(OPERATORS), *dice.pick(&["1", "1.5", "2", "3"]));
    let all: &[&str] = match theme {
        0 => return format!("i {operator} {number}"),
        1 if dice.roll(2) == 0 => return format!("n {operator} {number}"),
        1 => &[
            "1 < n",
            "n in [1, 2]",
            "n notIn [1, \"a\"]",
            "n in [1, \"a\"]",
            "n.isNull()",
            "n.isNotNull()",
            "n",
        ],
        2 => &[
            "b",
            "b = true",
            "b = false",
            "b != true",
            "b.isNull()",
            "b.isNotNull()",
            "true",
            "ts",
        ],
        3 if dice.roll(2) == 0 => &[
            "t = \"a\"",
            "t != \"a\"",
            "t = \"b\"",
            "t.equals(\"a\")",
            "t.notEqualTo(\"b\")",
            "t = 1",
        ],
        3 => &[
            "t in [\"a\", \"b\"]",
            "t notIn [\"a\"]",
            "t in []",
            "t notIn []",
            "t.isNull()",
            "t.isNotNull()",
        ],
        4 => return format!("xEvent.count() {operator} {number}"),
        5 => {
            return format!(
                "currentMonth() {operator} {}",
                *dice.pick(&["0", "1", "11", "12", "13"])
            );
        }
        6 => {
            return format!(
                "w.getDayOfMonth() {operator} {}",
                *dice.pick(&["0", "1", "31", "32"])
            );
        }
        7 => return format!("w {}", when(dice)),
        8 => return format!("d {}", when(dice)),
        _ => &[
            "inSegment(\"in\")",
            "o",
            "l",
            "exists V from l where V.n = 1",
            "o.n = 1",
            "l.n.sum() > 1",
            "l.count() > 0",
            "false",
        ],
    };
    (*dice.pick(all)).to_owned()
}

fn event_clause(dice: &mut Dice<'_>, theme: usize) -> String {
    match theme {
        0 | 1 => format!("timestamp {}", when(dice)),
        2 => (*dice.pick(&[
            "eventType = \"buy\"",
            "eventType = \"login\"",
            "eventType != \"buy\"",
            "^.b",
        ]))
        .to_owned(),
        // The same instant in two spellings, and another.
        3 => (*dice.pick(&[
            "timestamp = \"2023-11-10T22:13:20Z\"",
            "timestamp = \"2023-11-11T07:13:20+09:00\"",
            "timestamp = \"2023-11-11T22:13:20Z\"",
            "timestamp != \"2023-11-10T22:13:20Z\"",
        ]))
        .to_owned(),
        theme => clause(dice, theme),
    }
}

fn when(dice: &mut Dice<'_>) -> String {
    match dice.roll(6) {
        0..=2 => {
            let (operator, count) = (*dice.pick(OPERATORS), dice.roll(3) * 2);
            let (unit, side) = (
                *dice.pick(&["days", "days", "days", "months"]),
                *dice.pick(&["before", "before", "after"]),
            );
            format!("occurs {operator} {count} {unit} {side} now")
        }
        3 => format!(
            "occurs {} date(2023, 11, {})",
            *dice.pick(&["before", "after", "on"]),
            9 + dice.roll(5)
        ),
        4 => format!(
            "occurs between date(2023, 11, {}) and date(2023, 11, {})",
            9 + dice.roll(5),
            9 + dice.roll(5)
        ),
        _ => (*dice.pick(&["occurs today", "occurs this month", "occurs after now"])).to_owned(),
    }
}

/// Conditions whose parts are what stands around them wants.
pub(super) fn sound(dice: &mut Dice<'_>, depth: usize) -> String {
    condition(dice, depth, "")
}

/// `of` stands before a field: nothing for a bare name, else a variable and a dot.
fn condition(dice: &mut Dice<'_>, depth: usize, of: &str) -> String {
    let operator = *dice.pick(OPERATORS);
    match dice.roll(if depth == 0 { 9 } else { 17 }) {
        0 => format!("{} {operator} {}", number(dice, depth, of), number(dice, depth, of)),
        1 => format!("{} {operator} {}", text(dice, of), text(dice, of)),
        2 => format!("{of}b {} true", *dice.pick(&["=", "!="])),
        3 => format!("{}.{}({})", text(dice, of), *dice.pick(&["startsWith", "contains", "notEqualTo", "like"]), text(dice, of)),
        4 => format!("{} occurs {}", date(dice, depth, of), *dice.pick(&["< 7 days before now", "today", "this month", "before today", "between yesterday and now"])),
        5 => format!("{} occurs before {}", date(dice, depth, of), date(dice, depth, of)),
        6 => format!("{}.intersects({})", texts(dice, depth, of), texts(dice, depth, of)),
        7 => format!("{} {} {}", text(dice, of), *dice.pick(&["in", "notIn"]), texts(dice, depth, of)),
        8 => format!("{of}{}", *dice.pick(&["b", "ts", "l"])),
        9 => format!("not ({})", condition(dice, depth - 1, of)),
        10 => format!("({}) {} ({})", condition(dice, depth - 1, of), *dice.pick(&["and", "or"]), condition(dice, depth - 1, of)),
        11 if of.is_empty() => format!("xEvent[{} and $1.b].count() > 1", condition(dice, depth - 1, of)),
        12 => format!("(exists E{depth} from xEvent where {})", condition(dice, depth - 1, &format!("E{depth}."))),
        13 => format!("(let S{depth} = {} in S{depth} > 1 and {of}i < S{depth})", number(dice, depth - 1, of)),
        14 => format!("(exists L{depth} from {of}l where L{depth}.n > 1 and L{depth}.t = {} and L{depth}.d occurs today)", text(dice, of)),
        15 => "CHAIN(xEvent, timestamp, [A: WHAT(n > 1 and eventType = t), B: WHAT(l.t.includes(\"a\") and $1.b)])".to_owned(),
        _ => format!("if({}, {of}b, {of}b = false)", condition(dice, depth - 1, of)),
    }
}

fn number(dice: &mut Dice<'_>, depth: usize, of: &str) -> String {
    match dice.roll(if depth == 0 { 5 } else { 13 }) {
        0 | 1 => format!("{of}{}", *dice.pick(&["n", "i", "o.n", "m.a", "m.zz"])),
        2 => (*dice.pick(&["1", "0.5", "-2"])).to_owned(),
        3 => format!("{of}l.count()"),
        4 => format!("{of}ns.max()"),
        5 => format!(
            "({} + {})",
            number(dice, depth - 1, of),
            number(dice, depth - 1, of)
        ),
        6 => format!("{of}l.sum(n)"),
        7 => format!("{of}l.topN(d, 2).head().n"),
        8 => format!("{of}l.n.min()"),
        9 => format!("{of}m.values().sum()"),
        10 => format!("{of}m.get({of}t)"),
        11 => format!("{of}l.groupBy(t).get(\"a\").sum(n)"),
        _ => format!("{of}w.getMonth()"),
    }
}

fn text(dice: &mut Dice<'_>, of: &str) -> String {
    match dice.roll(5) {
        0 | 1 => format!("{of}{}", *dice.pick(&["t", "o.t"])),
        2 => "\"a\"".to_owned(),
        3 => format!("{of}l.t.head()"),
        _ => format!("{of}t.regexGroup(\"(a)\", 1)"),
    }
}

fn texts(dice: &mut Dice<'_>, depth: usize, of: &str) -> String {
    match dice.roll(if depth == 0 { 3 } else { 6 }) {
        0 => format!("{of}ts"),
        1 => format!("{of}l.t"),
        2 => "[\"a\", \"b\"]".to_owned(),
        3 => format!("{of}ts.distinct()"),
        4 => format!("{of}m.keys()"),
        _ => format!("{of}l.map((V) => V.t)"),
    }
}

fn date(dice: &mut Dice<'_>, depth: usize, of: &str) -> String {
    match dice.roll(if depth == 0 { 4 } else { 6 }) {
        0 | 1 => format!("{of}{}", *dice.pick(&["d", "w"])),
        2 => "date(2023, 11, 10)".to_owned(),
        3 => "xEvent.timestamp.max()".to_owned(),
        4 => format!("{of}l.d.max()"),
        _ => format!("{of}l.max(d)"),
    }
}
