//! Random programs for property tests: all that [`crate::parse`] can give, and nothing else.

use crate::program::{
    Bound, Condition, Events, Field, List, Moment, Operator, Program, Root, Term, Unit, Window,
};
use crate::resolve::{MAX_SCOPES, Type};
use model::{Path, SegmentId};
use xdm::Value;

/// Random choices from a tape of bytes. Past its end every choice is the first, which is the smallest, so that a tape
/// cut short makes a smaller program.
#[derive(Debug)]
pub struct Dice<'t> {
    tape: &'t [u8],
}

impl<'t> Dice<'t> {
    /// Choices read from `tape`.
    pub fn new(tape: &'t [u8]) -> Self {
        Self { tape }
    }

    /// A number below `sides`.
    pub fn roll(&mut self, sides: usize) -> usize {
        let Some((first, rest)) = self.tape.split_first() else {
            return 0;
        };
        self.tape = rest;
        usize::from(*first) % sides
    }

    /// One of `all`, which is not empty.
    pub fn pick<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        &all[self.roll(all.len())]
    }
}

/// What programs are made of. No list may be empty.
#[derive(Clone, Debug)]
pub struct Words {
    /// Paths into attributes and events; they begin with a name that is no word of PQL and none of `E0`, `E1` and so on.
    pub paths: Vec<Path>,
    /// Texts, numbers and booleans.
    pub literals: Vec<Value>,
    /// Lengths of windows.
    pub windows: Vec<(u64, Unit)>,
    /// Ids of segments.
    pub segments: Vec<SegmentId>,
}

/// A program of at most `depth` levels.
pub fn program(dice: &mut Dice<'_>, words: &Words, depth: usize) -> Program {
    Program::new(
        Maker {
            dice,
            words,
            items: Vec::new(),
        }
        .condition(depth),
    )
}

struct Maker<'m, 't> {
    dice: &'m mut Dice<'t>,
    words: &'m Words,
    /// The items in scope, the innermost last: true for a quantifier's.
    items: Vec<bool>,
}

impl Maker<'_, '_> {
    fn condition(&mut self, depth: usize) -> Condition {
        const SIMPLE: usize = 11;
        const ALL: usize = 19;
        let full = self.items.len() == MAX_SCOPES;
        match self.dice.roll(if depth == 0 || full { SIMPLE } else { ALL }) {
            0 => Condition::Constant(self.dice.roll(2) == 1),
            1 => Condition::Holds(self.field()),
            2 => Condition::IsNull(self.field()),
            3 => Condition::IsNotNull(self.field()),
            4 => Condition::InSegment(self.dice.pick(&self.words.segments).clone()),
            5 | 6 => self.occurs(),
            7 => Condition::In {
                item: self.term(0),
                list: self.list_term(),
            },
            8 => Condition::NotIn {
                item: self.term(0),
                list: self.list_term(),
            },
            9 => Condition::Intersects {
                left: self.list_term(),
                right: self.list_term(),
            },
            10 => self.equals(),
            11 => Condition::Not(Box::new(self.condition(depth - 1))),
            12 => Condition::And(self.several(depth)),
            13 => Condition::Or(self.several(depth)),
            14 => Condition::Any(self.events(depth - 1)),
            15 | 16 => self.exists(depth - 1),
            _ => self.compare(depth - 1),
        }
    }

    fn several(&mut self, depth: usize) -> Vec<Condition> {
        (0..2 + self.dice.roll(2))
            .map(|_| self.condition(depth - 1))
            .collect()
    }

    fn compare(&mut self, depth: usize) -> Condition {
        let (left, mut right) = (self.term(depth), self.term(depth));
        if !Type::of(&left).meets(Type::of(&right)) {
            right = Term::Field(self.field());
        }
        let ordered = [
            Operator::Less,
            Operator::LessOrEqual,
            Operator::Greater,
            Operator::GreaterOrEqual,
        ];
        let any = [Operator::Equal, Operator::NotEqual];
        let unordered = Type::of(&left).has_no_order() || Type::of(&right).has_no_order();
        let operators = if unordered || self.dice.roll(3) == 0 {
            &any[..]
        } else {
            &ordered[..]
        };
        let operator = *self.dice.pick(operators);
        Condition::Compare {
            left,
            operator,
            right,
        }
    }

    fn equals(&mut self) -> Condition {
        let text = |maker: &mut Self| match maker.term(0) {
            text if Type::of(&text).meets(Type::Text) => text,
            _ => Term::Field(maker.field()),
        };
        Condition::Equals {
            left: text(self),
            right: text(self),
            case_sensitive: self.dice.roll(2) == 0,
        }
    }

    fn occurs(&mut self) -> Condition {
        let events: Vec<usize> = (0..self.items.len())
            .filter(|item| self.reachable(*item))
            .collect();
        let moment = if events.is_empty() || self.dice.roll(4) == 0 {
            match self.field() {
                Field {
                    root: Root::Item(item),
                    path,
                } if path.keys() == ["timestamp"] => Moment::Event(item),
                field => Moment::Field(field),
            }
        } else {
            Moment::Event(*self.dice.pick(&events))
        };
        let bound = *self.dice.pick(&[Bound::Open, Bound::Closed]);
        let (count, unit) = *self.dice.pick(&self.words.windows);
        Condition::Occurs {
            moment,
            window: Window { bound, count, unit },
        }
    }

    fn exists(&mut self, depth: usize) -> Condition {
        let events = self.events(depth);
        let variable = format!("E{}", self.items.len());
        let condition = (self.dice.roll(8) > 0).then(|| self.within(true, depth));
        Condition::Exists {
            variable,
            events,
            condition,
        }
    }

    fn events(&mut self, depth: usize) -> Events {
        Events {
            filter: (self.dice.roll(4) > 0).then(|| self.within(false, depth)),
        }
    }

    fn within(&mut self, variable: bool, depth: usize) -> Box<Condition> {
        self.items.push(variable);
        let condition = self.condition(depth);
        self.items.pop();
        Box::new(condition)
    }

    fn term(&mut self, depth: usize) -> Term {
        match self.dice.roll(if depth == 0 { 4 } else { 8 }) {
            0 | 1 => Term::Field(self.field()),
            2 => Term::Literal(self.dice.pick(&self.words.literals).clone()),
            3 => Term::Literal(self.literal_list()),
            4 | 5 => Term::Count(self.list(depth)),
            _ => match self.list(depth) {
                list @ List::Field(_) if self.dice.roll(2) == 0 => Term::Sum {
                    list,
                    path: Path::default(),
                },
                list => Term::Sum {
                    list,
                    path: self.dice.pick(&self.words.paths).clone(),
                },
            },
        }
    }

    fn list(&mut self, depth: usize) -> List {
        if self.dice.roll(4) == 0 {
            List::Field(self.field())
        } else {
            List::Events(self.events(depth - 1))
        }
    }

    fn list_term(&mut self) -> Term {
        if self.dice.roll(2) == 0 {
            Term::Field(self.field())
        } else {
            Term::Literal(self.literal_list())
        }
    }

    fn literal_list(&mut self) -> Value {
        let length = self.dice.roll(4);
        Value::Array(
            (0..length)
                .map(|_| self.dice.pick(&self.words.literals).clone())
                .collect(),
        )
    }

    /// Whether an item can be named: a quantifier's always, a filter's if no other filter stands in between.
    fn reachable(&self, item: usize) -> bool {
        let at = self.items.len() - 1 - item;
        self.items[at] || self.items[at + 1..].iter().all(|variable| *variable)
    }

    fn field(&mut self) -> Field {
        let mut roots: Vec<Root> = (0..self.items.len())
            .filter(|item| self.reachable(*item))
            .map(Root::Item)
            .collect();
        if self.items.iter().all(|variable| *variable) {
            roots.extend([Root::Profile, Root::Profile, Root::Identities]);
        }
        Field {
            root: *self.dice.pick(&roots),
            path: self.dice.pick(&self.words.paths).clone(),
        }
    }
}
