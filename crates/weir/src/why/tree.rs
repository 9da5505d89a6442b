//! An explanation as a tree for people.

use super::moment::Moment;
use super::said;
use jiff::tz::TimeZone;
use serde_json::Value;

/// The whole answer: what is so, when it changes, what the store says, and the clauses.
pub(super) fn of(profile: &str, answer: &Value) -> String {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let zone = TimeZone::get(answer["zone"].as_str().unwrap_or("UTC")).unwrap_or(TimeZone::UTC);
    let moment = Moment {
        now: text(&answer["now"]).parse().ok(),
        zone,
    };
    let mut lines = vec![headline(profile, answer), change(answer, &moment)];
    if answer["optOut"]["holds"] == false {
        lines.push("The person opted out, and who did is left out.".to_owned());
    }
    if let Some(stored) = stored(answer, &moment) {
        lines.push(stored);
    }
    if let Some(dataflow) = answer.get("dataflow") {
        let told = match dataflow["told"].as_bool() {
            Some(true) => "realized, by the last export",
            Some(false) => "not realized, by the last export",
            None => "nothing of this person yet",
        };
        lines.push(format!("The dataflow was told: {told}."));
    }
    let notes = answer["notes"].as_array().into_iter().flatten();
    lines.extend(notes.map(|note| format!("Note: {}", text(note))));
    lines.push(String::new());
    let mut tree = Tree { moment, lines };
    match answer.get("optOut") {
        // Everybody who did not opt out: one line is enough.
        Some(opt_out) if opt_out["holds"] == true => {
            tree.clause(&answer["clause"], None, &Branch::root());
            tree.lines.push("✓ not (optOut)".to_owned());
        }
        Some(opt_out) => {
            tree.clause(&answer["clause"], None, &Branch::root());
            tree.clause(opt_out, None, &Branch::root());
        }
        None => tree.clause(&answer["clause"], None, &Branch::root()),
    }
    tree.lines.join("\n") + "\n"
}

fn headline(profile: &str, answer: &Value) -> String {
    let holds = answer["holds"] == true;
    let Some(id) = answer["segment"]["id"].as_str() else {
        let would = if holds { "would be" } else { "would not be" };
        return format!("{profile} {would} in.");
    };
    let name = answer["segment"]["name"].as_str().unwrap_or_default();
    let named = if name.is_empty() || name == id {
        format!("`{id}`")
    } else {
        format!("{name} (`{id}`)")
    };
    let is = match (answer.get("stored").is_some(), holds) {
        (true, true) => "is in",
        (true, false) => "is not in",
        (false, true) => "would be in",
        (false, false) => "would not be in",
    };
    match answer["dataflow"]["id"].as_str() {
        Some(dataflow) => format!("{profile} {is} {named}, as dataflow `{dataflow}` sees it."),
        None => format!("{profile} {is} {named}."),
    }
}

fn change(answer: &Value, moment: &Moment) -> String {
    let (verb, negative) = if answer["holds"] == true {
        ("Leaves", "leave")
    } else {
        ("Enters", "enter")
    };
    let flips = &answer["flips"];
    match (flips["at"].as_str(), flips["notBefore"].as_str()) {
        (Some(at), _) => {
            let turns = answer["cause"]["turns"].as_array().into_iter().flatten();
            let turns: Vec<_> = turns.map(|turn| said::turn(turn, moment)).collect();
            let when = match (turns.as_slice(), answer["cause"]["clause"].as_str()) {
                ([], None) => String::new(),
                ([], Some(clause)) if answer["cause"]["holds"] == true => {
                    format!(", when `{clause}` ceases to hold")
                }
                ([], Some(clause)) => format!(", when `{clause}` comes to hold"),
                (turns, _) => format!(", when {}", turns.join(", and ")),
            };
            format!(
                "{verb} {}{when}; sooner only if something arrives.",
                moment.ahead(at)
            )
        }
        (_, Some(least)) => format!(
            "Does not {negative} by itself before {}; it was not looked further ahead.",
            moment.ahead(least)
        ),
        _ => format!("Does not {negative} by itself."),
    }
}

fn stored(answer: &Value, moment: &Moment) -> Option<String> {
    let stored = answer.get("stored")?;
    let since = stored["since"].as_str().map(|since| moment.shown(since));
    let standing = match (stored["status"].as_str(), since) {
        (Some(status), Some(since)) => format!("{status} since {since}"),
        _ => "never was in it".to_owned(),
    };
    let evaluated = moment.shown(stored["evaluated"].as_str().unwrap_or_default());
    Some(format!(
        "The store says: {standing}; last evaluated {evaluated} under definitions {}.",
        stored["definitions"]
    ))
}

/// Where a line stands in the tree: what is drawn before its first line, and before those below it.
struct Branch {
    first: String,
    below: String,
}

impl Branch {
    fn root() -> Self {
        Self {
            first: String::new(),
            below: String::new(),
        }
    }

    fn child(&self, last: bool) -> Self {
        let (first, below) = if last { ("└ ", "  ") } else { ("├ ", "│ ") };
        Self {
            first: format!("{}{first}", self.below),
            below: format!("{}{below}", self.below),
        }
    }
}

/// Whether a clause is a value of its own that begins with this text.
fn begins(clause: &Value, text: &str) -> bool {
    clause.get("items").is_none()
        && clause["text"]
            .as_str()
            .is_some_and(|around| around.starts_with(text))
}

/// Whether an `if` takes the other one of its two outcomes.
fn is_passed(choice: &Value, label: &str) -> bool {
    let holds = choice["parts"][0]["holds"] == true;
    choice["kind"] == "if" && matches!((label, holds), ("then", false) | ("else", true))
}

/// What stands below a clause.
enum Below<'a> {
    Line(String),
    Clause(&'a Value),
    Link(&'a Value),
}

struct Tree {
    moment: Moment,
    lines: Vec<String>,
}

impl Tree {
    fn clause(&mut self, clause: &Value, around: Option<&Value>, branch: &Branch) {
        let line = self.line(clause, around);
        self.lines.push(format!("{}{line}", branch.first));
        let below = self.below(clause);
        let count = below.len();
        for (at, below) in below.into_iter().enumerate() {
            let branch = branch.child(at + 1 == count);
            match below {
                Below::Line(line) => self.lines.push(format!("{}{line}", branch.first)),
                Below::Clause(part) => self.clause(part, Some(clause), &branch),
                Below::Link(link) => self.link(link, &branch),
            }
        }
    }

    fn line(&self, clause: &Value, around: Option<&Value>) -> String {
        let text = clause["text"].as_str().unwrap_or_default();
        let label = match clause["label"].as_str() {
            Some(label) if around.is_some_and(|around| around["kind"] == "let") => format!("{label}: "),
            Some(label) if around.is_some_and(|around| is_passed(around, label)) => {
                format!("{label} (not taken) ")
            }
            Some(label) => format!("{label} "),
            None => String::new(),
        };
        if clause.get("holding").is_some() {
            let last = clause.get("last").map_or_else(String::new, |last| {
                let word = if last.get("event").is_some() {
                    "latest"
                } else {
                    "last"
                };
                format!("  ({word}: {})", said::item(last, &self.moment))
            });
            let verb = if clause["holding"] == 1 {
                "satisfies"
            } else {
                "satisfy"
            };
            return format!("{} of {} {verb} {text}{last}", clause["holding"], clause["of"]);
        }
        if clause.get("holds").is_none() {
            return match clause.get("items") {
                // What it is about was just said.
                Some(items) if around.is_some_and(|around| begins(around, text)) => said::counted(items),
                Some(items) => format!("{label}{text}: {}", said::counted(items)),
                None => format!("{label}{text} {}", said::is(&clause["value"])),
            };
        }
        let said = match clause["kind"].as_str() {
            Some("and") => "all of these:",
            Some("or") => "any of these:",
            Some("not") => "not:",
            Some("if") => "one of two, by a condition:",
            Some("let") => "with a value that has a name:",
            _ => text,
        };
        let counted = match clause.get("items") {
            Some(items) => format!(": {}", said::counted(items)),
            None => String::new(),
        };
        let mark = said::mark(clause);
        format!(
            "{mark} {label}{said}{counted}{}",
            said::flip(clause, &self.moment)
        )
    }

    fn below<'a>(&self, clause: &'a Value) -> Vec<Below<'a>> {
        let mut below = Vec::new();
        let items = &clause["items"];
        let shown = items["shown"].as_array().into_iter().flatten();
        below.extend(shown.map(|item| Below::Line(said::item(item, &self.moment))));
        if let Some(more) = items["more"].as_u64().filter(|more| *more > 0) {
            below.push(Below::Line(format!("and {more} more")));
        }
        let links = clause["links"].as_array().into_iter().flatten();
        below.extend(links.map(Below::Link));
        if let Some(segment) = clause.get("segment") {
            below.push(Below::Line(self.standing(segment)));
        }
        let parts = clause["parts"].as_array().into_iter().flatten();
        // A literal says nothing that is not said already.
        let told = parts.filter(|part| part["value"].is_null() || part["value"] != part["text"]);
        // What is asked of each of no items neither.
        let told = told.filter(|part| part["of"] != 0);
        below.extend(told.map(Below::Clause));
        below
    }

    fn link(&mut self, link: &Value, branch: &Branch) {
        self.lines.push(format!("{}{}", branch.first, said::link(link)));
        let matched = link["matched"].as_array().into_iter().flatten();
        let mut below: Vec<Below<'_>> = matched
            .map(|item| Below::Line(said::item(item, &self.moment)))
            .collect();
        if let Some(more) = link["more"].as_u64().filter(|more| *more > 0) {
            below.push(Below::Line(format!("and {more} more")));
        }
        // How it was missed; where it is reached the events say enough.
        if link["reached"] != true {
            let parts = link["parts"].as_array().into_iter().flatten();
            below.extend(parts.filter(|part| part["of"] != 0).map(Below::Clause));
        }
        let count = below.len();
        for (at, below) in below.into_iter().enumerate() {
            let branch = branch.child(at + 1 == count);
            match below {
                Below::Line(line) => self.lines.push(format!("{}{line}", branch.first)),
                Below::Clause(part) => self.clause(part, None, &branch),
                Below::Link(_) => {}
            }
        }
    }

    fn standing(&self, segment: &Value) -> String {
        let id = segment["id"].as_str().unwrap_or_default();
        let Some(name) = segment["name"].as_str() else {
            return format!("`{id}` is not in force: nobody is in it");
        };
        let stored = &segment["stored"];
        let kept = match (stored["status"].as_str(), stored["since"].as_str()) {
            (Some(status), Some(since)) => format!("{status} since {}", self.moment.shown(since)),
            _ => "never was in it".to_owned(),
        };
        format!("{name}, as stored: {kept}; ask `weir why` of `{id}` for its clauses")
    }
}
