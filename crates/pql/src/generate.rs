//! Random programs for property tests: all that [`crate::parse`] can give, and nothing else.

mod time;
mod value;

use crate::Path;
use crate::function::Function;
use crate::program::{Expression, Field, Operator, Program, Root, Unit};
use crate::resolve::{MAX_EVENTS, MAX_ITEMS};
use crate::types::{Fields, Known, Type};
use model::SegmentId;
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
    /// Texts, numbers and booleans; the first is a text, the last a number.
    pub literals: Vec<Value>,
    /// Lengths of windows.
    pub windows: Vec<(u64, Unit)>,
    /// Days for `date(..)`: years, months and days that are all days of the calendar.
    pub days: Vec<(u16, u8, u8)>,
    /// Regular expressions.
    pub patterns: Vec<String>,
    /// Ids of segments.
    pub segments: Vec<SegmentId>,
}

/// A program of at most `depth` levels.
pub fn program(dice: &mut Dice<'_>, words: &Words, depth: usize) -> Program {
    let mut maker = Maker {
        dice,
        words,
        named: Vec::new(),
        types: Vec::new(),
    };
    Program::new(maker.condition(depth))
}

struct Maker<'m, 't> {
    dice: &'m mut Dice<'t>,
    words: &'m Words,
    /// What is in scope, the innermost last: whether it has a name.
    named: Vec<bool>,
    types: Vec<Known<'static>>,
}

impl Maker<'_, '_> {
    fn condition(&mut self, depth: usize) -> Expression {
        let made = self.whatever_holds(depth);
        if self.type_of(&made).kind().can_hold() {
            made
        } else {
            Expression::Field(self.profile_field())
        }
    }

    fn whatever_holds(&mut self, depth: usize) -> Expression {
        const SIMPLE: usize = 6;
        const ALL: usize = 26;
        match self.dice.roll(if depth == 0 { SIMPLE } else { ALL }) {
            0 => Expression::Literal(Value::Bool(self.dice.roll(2) == 1)),
            1 | 2 => Expression::Field(self.field()),
            3 => Expression::InSegment(self.dice.pick(&self.words.segments).clone()),
            4..=6 => self.occurs(depth),
            7 => Expression::Not(Box::new(self.condition(depth - 1))),
            8 => Expression::And(self.several(depth)),
            9 => Expression::Or(self.several(depth)),
            10..=13 => self.compare(depth - 1),
            14..=17 => self.call(Type::Boolean, depth - 1),
            18 | 19 => self.list(depth - 1),
            20 | 21 => self.quantifier(depth - 1),
            22 => self.binding(depth - 1),
            23 => self.choice(depth, Self::condition),
            _ => self.chain(depth - 1),
        }
    }

    fn several(&mut self, depth: usize) -> Vec<Expression> {
        (0..2 + self.dice.roll(2))
            .map(|_| self.condition(depth - 1))
            .collect()
    }

    fn compare(&mut self, depth: usize) -> Expression {
        let kind = *self.dice.pick(&[
            Type::Number,
            Type::Date,
            Type::Text,
            Type::Boolean,
            Type::List,
            Type::Unknown,
        ]);
        let (left, right) = (self.side(kind, depth), self.side(kind, depth));
        let (one, other) = (self.type_of(&left), self.type_of(&right));
        let unordered = one.kind().has_no_order() || other.kind().has_no_order();
        let operator = match *self.dice.pick(&Operator::ALL) {
            ordered if unordered && ordered.orders() => Operator::NotEqual,
            operator => operator,
        };
        // A text beside a date must read as one.
        let text = |side: &Expression| matches!(side, Expression::Literal(Value::String(_)));
        let right = if !one.meets(&other)
            || ([one.kind(), other.kind()].contains(&Type::Date) && (text(&left) || text(&right)))
        {
            Expression::Field(self.profile_field())
        } else {
            right
        };
        Expression::Compare {
            left: Box::new(left),
            operator,
            right: Box::new(right),
        }
    }

    /// A value that can be compared.
    fn side(&mut self, kind: Type, depth: usize) -> Expression {
        let side = self.value(kind, depth);
        match self.type_of(&side).kind() {
            Type::Events | Type::Event => Expression::Field(self.profile_field()),
            _ => side,
        }
    }

    fn type_of(&mut self, expression: &Expression) -> Known<'static> {
        Known::of(expression, &mut self.types, Fields::default())
    }

    fn quantifier(&mut self, depth: usize) -> Expression {
        let list = self.list(depth);
        let Some(variable) = self.room(&list) else {
            return list;
        };
        let condition = (self.dice.roll(8) > 0)
            .then(|| Box::new(self.within(true, &list, |maker| maker.condition(depth))));
        Expression::Quantifier {
            every: self.dice.roll(2) == 1,
            variable,
            list: Box::new(list),
            condition,
        }
    }

    fn binding(&mut self, depth: usize) -> Expression {
        let kind = *self
            .dice
            .pick(&[Type::Number, Type::List, Type::Unknown, Type::Date]);
        let value = self.value(kind, depth);
        let of = self.type_of(&value);
        let name = format!("E{}", self.named.len());
        let body = self.bound(true, of, |maker| maker.condition(depth));
        Expression::Let {
            name,
            value: Box::new(value),
            body: Box::new(body),
        }
    }

    fn choice(&mut self, depth: usize, make: impl Fn(&mut Self, usize) -> Expression) -> Expression {
        let depth = depth.saturating_sub(1);
        Expression::If {
            condition: Box::new(self.condition(depth)),
            then: Box::new(make(self, depth)),
            otherwise: Box::new(make(self, depth)),
        }
    }

    /// A name for an item of the list, if one more may be in scope.
    fn room(&mut self, list: &Expression) -> Option<String> {
        let events = self.types.iter().filter(|known| known.is(Type::Event)).count();
        let heavy = self.type_of(list).is(Type::Events);
        let full = self.types.len() >= MAX_ITEMS || (heavy && events == MAX_EVENTS);
        (!full).then(|| format!("E{}", self.named.len()))
    }

    fn within<T>(&mut self, named: bool, list: &Expression, make: impl FnOnce(&mut Self) -> T) -> T {
        let of = self.type_of(list).item();
        self.bound(named, of, make)
    }

    fn bound<T>(&mut self, named: bool, of: Known<'static>, make: impl FnOnce(&mut Self) -> T) -> T {
        self.named.push(named);
        self.types.push(of);
        let made = make(self);
        self.named.pop();
        self.types.pop();
        made
    }

    fn field(&mut self) -> Field {
        let items = 0..self.named.len();
        let item = self.dice.roll(items.len() + 2);
        if item >= items.len() {
            return self.profile_field();
        }
        let at = self.named.len() - 1 - item;
        let root = Root::Item(item);
        // A whole item has a name, and is no event.
        if self.named[at] && !self.types[at].is(Type::Event) && self.dice.roll(3) > 0 {
            let path = Path::default();
            return Field { root, path };
        }
        let path = self.dice.pick(&self.words.paths).clone();
        Field { root, path }
    }

    fn profile_field(&mut self) -> Field {
        let root = if self.dice.roll(8) == 7 {
            Root::Identities
        } else {
            Root::Profile
        };
        let path = self.dice.pick(&self.words.paths).clone();
        Field { root, path }
    }

    /// A call of some function that gives this.
    fn call(&mut self, gives: Type, depth: usize) -> Expression {
        let all: Vec<_> = Function::all()
            .filter(|function| can_give(function, gives))
            .collect();
        let function = *self.dice.pick(&all);
        match self.arguments(function, depth) {
            Some(arguments) => Expression::Call { function, arguments },
            None => Expression::Field(self.profile_field()),
        }
    }
}

fn can_give(function: &Function, wanted: Type) -> bool {
    use crate::function::Gives;
    match function.gives {
        Gives::Type(known) => known == wanted || (wanted == Type::Unknown && known == Type::Map),
        Gives::Same => wanted == Type::List,
        Gives::Item => wanted == Type::Unknown,
        Gives::Each => matches!(wanted, Type::Number | Type::Date | Type::Unknown),
    }
}
