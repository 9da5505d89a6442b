//! Clauses that always hold, never hold, or say what another says already.
//!
//! A clause is looked at as a claim: that something is there and one of a set (`claim`, `set`). What is missing makes a clause
//! not hold, and its negation hold: so `a = 1 or a != 1` is no lint, because nobody without `a` has it, and `a = 1 or
//! not (a = 1)` is one. Whatever a lint says holds of every profile, at every instant.

mod claim;
mod set;

use crate::program::{Expression, When};
use crate::syntax::{Kind, Node};
use crate::types::Known;
use crate::{Diagnostic, Span};
use claim::{Claim, Domain, Subject};
use set::Set;
use xdm::Value;

/// Of more clauses in one row nothing is said: each is held against all others.
const MOST: usize = 200;

/// Looks at clauses in one place, where the same words are the same things.
pub(crate) struct Linter<'l, 's> {
    /// What is known of an expression in this place.
    pub(crate) known: &'l dyn Fn(&Expression) -> Known<'s>,
    /// What stands at a span, in quotes.
    pub(crate) quoted: &'l dyn Fn(Span) -> String,
}

/// A clause of a row that is brought into one form: all of them must hold.
struct Clause<'e> {
    place: Place,
    claim: Claim<'e>,
}

/// Where a clause stands.
#[derive(Clone, Copy)]
struct Place {
    span: Span,
    /// Whether it must hold there, rather than not hold, for its row to hold.
    holds: bool,
}

/// A row: clauses, and groups of which some clause must hold.
#[derive(Default)]
struct Row<'e> {
    clauses: Vec<Clause<'e>>,
    choices: Vec<(Place, Vec<Claim<'e>>)>,
    constants: Vec<(Span, bool)>,
}

/// What may be left of a subject.
#[derive(Clone)]
struct State {
    left: Set,
    /// Whether it has to be there.
    there: bool,
}

impl State {
    fn new(domain: &Domain) -> Self {
        Self {
            left: domain.possible(&Set::everything()),
            there: domain.total,
        }
    }

    fn add(&mut self, domain: &Domain, claim: &Claim<'_>) {
        let kept = if claim.holds {
            claim.set.clone()
        } else {
            claim.set.complement()
        };
        self.left = domain.possible(&self.left.and(&kept));
        self.there |= claim.holds;
    }

    fn with(&self, domain: &Domain, claim: &Claim<'_>) -> Self {
        let mut state = self.clone();
        state.add(domain, claim);
        state
    }

    fn is_impossible(&self) -> bool {
        self.there && self.left.is_empty()
    }

    fn implies(&self, claim: &Claim<'_>) -> bool {
        if claim.holds {
            self.there && self.left.and(&claim.set.complement()).is_empty()
        } else {
            self.left.and(&claim.set).is_empty()
        }
    }
}

impl Linter<'_, '_> {
    /// A clause that holds of everybody or nobody by itself.
    pub(crate) fn alone(&self, span: Span, condition: &Expression) -> Option<Diagnostic> {
        let claim = self.claim(condition);
        if let Subject::Truth(_) = claim.of {
            return None;
        }
        let domain = claim.of.domain(self.known);
        let start = State::new(&domain);
        let never = start.with(&domain, &claim).is_impossible();
        if !never && !start.implies(&claim) {
            return None;
        }
        let (what, reason) = ((self.quoted)(span), reason(&domain, &claim, condition));
        let word = if never { "never" } else { "always" };
        let message = format!("{} {word} holds{reason}.", begin(&what));
        Some(Diagnostic::warning(span, message).constant(!never))
    }

    /// What the clauses of an `and` or `or` have to do with each other.
    pub(crate) fn joined(&self, node: &Node, condition: &Expression) -> Vec<Diagnostic> {
        let all = matches!(condition, Expression::And(_));
        let mut row = Row::default();
        let place = Place {
            span: node.span,
            holds: true,
        };
        self.collect(&mut row, node, place, condition, true, all);
        if row.clauses.len() + row.choices.iter().map(|(_, all)| all.len()).sum::<usize>() > MOST {
            return Vec::new();
        }
        let mut said = Vec::new();
        for (span, holds) in &row.constants {
            let what = (self.quoted)(*span);
            said.push(match (all, holds) {
                (true, true) | (false, false) => {
                    Diagnostic::lint(*span, format!("{} adds nothing here.", begin(&what)))
                }
                (true, false) => Diagnostic::warning(*span, "With `false` in it this `and` never holds."),
                (false, true) => Diagnostic::warning(*span, "With `true` in it this `or` always holds."),
            });
        }
        let mut groups: Vec<(Subject<'_>, Domain, Vec<&Clause<'_>>)> = Vec::new();
        for clause in &row.clauses {
            match groups
                .iter_mut()
                .find(|(subject, ..)| *subject == clause.claim.of)
            {
                Some((_, _, clauses)) => clauses.push(clause),
                None => groups.push((clause.claim.of, clause.claim.of.domain(self.known), vec![clause])),
            }
        }
        let mut states = Vec::new();
        for (subject, domain, clauses) in &groups {
            states.push((*subject, domain, self.group(domain, clauses, all, &mut said)));
        }
        for (place, choice) in &row.choices {
            said.extend(self.choice(*place, choice, &states, all));
        }
        said
    }

    fn claim<'e>(&self, condition: &'e Expression) -> Claim<'e> {
        Claim::of(condition, &|expression| (self.known)(expression).kind())
    }

    /// Takes a condition apart, as far as all its parts must hold for a row of `and`, or must not for one of `or`.
    fn collect<'e>(
        &self,
        row: &mut Row<'e>,
        node: &Node,
        place: Place,
        condition: &'e Expression,
        holds: bool,
        all: bool,
    ) {
        match (&node.kind, condition) {
            (Kind::Not(node), Expression::Not(inner)) => self.collect(row, node, place, inner, !holds, all),
            (Kind::And(nodes), Expression::And(parts)) if holds == all => {
                for (node, part) in nodes.iter().zip(parts) {
                    let place = Place {
                        span: node.span,
                        holds,
                    };
                    self.collect(row, node, place, part, holds, all);
                }
            }
            (Kind::Or(nodes), Expression::Or(parts)) if holds != all => {
                for (node, part) in nodes.iter().zip(parts) {
                    let place = Place {
                        span: node.span,
                        holds,
                    };
                    self.collect(row, node, place, part, holds, all);
                }
            }
            (_, Expression::And(parts) | Expression::Or(parts)) => {
                let parts = parts.iter().map(|part| turned(self.claim(part), holds == all));
                row.choices.push((place, parts.collect()));
            }
            (_, Expression::Literal(Value::Bool(value))) => row.constants.push((place.span, *value == holds)),
            _ => {
                let claim = turned(self.claim(condition), holds == all);
                row.clauses.push(Clause { place, claim });
            }
        }
    }

    /// What clauses about one subject have to do with each other; gives what they leave of it.
    fn group(
        &self,
        domain: &Domain,
        clauses: &[&Clause<'_>],
        all: bool,
        said: &mut Vec<Diagnostic>,
    ) -> State {
        let start = State::new(domain);
        let mut state = start.clone();
        let mut before: Vec<&Clause<'_>> = Vec::new();
        for clause in clauses {
            let claim = &clause.claim;
            let own = start.with(domain, claim);
            // What never or always holds by itself was said where it stands.
            if own.is_impossible() || start.implies(claim) {
                continue;
            }
            let next = state.with(domain, claim);
            if next.is_impossible() {
                let apart = |other: &&&Clause<'_>| own.with(domain, &other.claim).is_impossible();
                let other = before.iter().find(apart);
                said.push(self.opposed(clause.place, other.map(|other| other.place.span), all));
                return next;
            }
            if state.implies(claim) {
                let enough = |other: &&&Clause<'_>| start.with(domain, &other.claim).implies(claim);
                let other = before.iter().find(enough);
                said.push(self.needless(clause.place, other.map(|other| other.place.span), all));
            } else if let Some(other) = before.iter().find(|other| own.implies(&other.claim)) {
                said.push(self.needless(other.place, Some(clause.place.span), all));
            }
            state = next;
            before.push(clause);
        }
        state
    }

    /// A group of which one clause must hold, beside clauses that must all hold.
    fn choice(
        &self,
        place: Place,
        choice: &[Claim<'_>],
        states: &[(Subject<'_>, &Domain, State)],
        all: bool,
    ) -> Option<Diagnostic> {
        let of = |claim: &Claim<'_>| states.iter().find(|(subject, ..)| *subject == claim.of);
        let possible = |state: &State| !state.is_impossible();
        if states.iter().any(|(.., state)| !possible(state)) {
            return None;
        }
        let given = choice
            .iter()
            .any(|claim| of(claim).is_some_and(|(.., state)| state.implies(claim)));
        let never = choice.iter().all(|claim| {
            of(claim).is_some_and(|(_, domain, state)| state.with(domain, claim).is_impossible())
        });
        if never {
            Some(self.opposed(place, None, all))
        } else {
            given.then(|| self.needless(place, None, all))
        }
    }

    fn opposed(&self, place: Place, other: Option<Span>, all: bool) -> Diagnostic {
        let what = (self.quoted)(place.span);
        let other = other.map_or("what stands beside it".to_owned(), |other| (self.quoted)(other));
        let message = if all {
            format!("{} never holds together with {other}.", begin(&what))
        } else {
            format!(
                "{} or {other}: one of the two always holds, so this is the same for everybody.",
                begin(&what)
            )
        };
        Diagnostic::warning(place.span, message).constant(place.holds != all)
    }

    fn needless(&self, place: Place, other: Option<Span>, all: bool) -> Diagnostic {
        let what = (self.quoted)(place.span);
        let message = match other.map(|other| (self.quoted)(other)) {
            Some(other) if other == what => format!("{} is said twice.", begin(&what)),
            Some(other) => format!("{} adds nothing: {other} says enough.", begin(&what)),
            None => format!("{} adds nothing to what stands beside it.", begin(&what)),
        };
        Diagnostic::lint(place.span, message).constant(place.holds == all)
    }
}

fn turned(claim: Claim<'_>, same: bool) -> Claim<'_> {
    Claim {
        holds: claim.holds == same,
        ..claim
    }
}

/// Why it is the same for everybody, the end of a sentence.
fn reason(domain: &Domain, claim: &Claim<'_>, condition: &Expression) -> String {
    let because = match condition {
        _ if !claim.set.is_empty() => domain.because,
        Expression::Occurs {
            when: When::Between(..),
            ..
        } => "the first date is later than the second",
        Expression::Occurs { .. } => "nothing is younger than 0",
        Expression::Call { function, .. } if function.name == "in" => "the list is empty",
        Expression::Call { .. } => "what is of one kind never differs from what is of another",
        _ => "",
    };
    match because {
        "" => String::new(),
        because => format!(": {because}"),
    }
}

/// The beginning of a sentence.
fn begin(quoted: &str) -> &str {
    match quoted {
        "this" => "This",
        quoted => quoted,
    }
}
