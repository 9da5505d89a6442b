//! Random values.

use super::Maker;
use crate::Path;
use crate::function::{Function, Parameter};
use crate::program::{Expression, Pattern, Root, Sign};
use crate::types::{Fields, Known, Type};
use xdm::Value;

impl Maker<'_, '_> {
    /// A value that may be of this type.
    pub(super) fn value(&mut self, kind: Type, depth: usize) -> Expression {
        let made = match self.dice.roll(if depth == 0 { 3 } else { 8 }) {
            0 => Expression::Field(self.field()),
            1 | 2 => self.literal(kind),
            3 if kind == Type::Number => self.arithmetic(depth - 1),
            4 if kind == Type::Number => Expression::Negative(Box::new(self.value(kind, depth - 1))),
            5 => self.choice(depth, |maker, depth| maker.value(kind, depth)),
            6 => self.member(depth - 1),
            _ if matches!(kind, Type::List | Type::Events) => self.list(depth - 1),
            _ => self.call(kind, depth - 1),
        };
        let known = self.type_of(&made);
        let sound = known.fits(kind) && !(known.is(Type::Event) && kind != Type::Event);
        if sound {
            made
        } else {
            Expression::Field(self.profile_field())
        }
    }

    fn literal(&mut self, kind: Type) -> Expression {
        let words = self.words;
        match kind {
            Type::Date => self.date(0),
            Type::List if self.dice.roll(3) == 2 => {
                Expression::List(vec![Expression::Field(self.field()), self.literal(Type::Number)])
            }
            Type::List => {
                let length = self.dice.roll(4);
                let items = (0..length).map(|_| self.dice.pick(&words.literals).clone());
                Expression::Literal(Value::Array(items.collect()))
            }
            Type::Map => Expression::Field(self.profile_field()),
            _ => {
                let skip = self.dice.roll(words.literals.len());
                let fits = |literal: &&Value| {
                    let literal = Expression::Literal((*literal).clone());
                    Known::of(&literal, &mut Vec::new(), Fields::default()).fits(kind)
                };
                let all: Vec<_> = words.literals.iter().filter(fits).collect();
                match all.get(skip % all.len().max(1)) {
                    Some(literal) => Expression::Literal((*literal).clone()),
                    None => Expression::Field(self.profile_field()),
                }
            }
        }
    }

    fn arithmetic(&mut self, depth: usize) -> Expression {
        let signs: &[Sign] = if self.dice.roll(2) == 0 {
            &[Sign::Plus, Sign::Minus]
        } else {
            &[Sign::Times, Sign::Over, Sign::Rest]
        };
        let first = Box::new(self.value(Type::Number, depth));
        let rest = (0..=self.dice.roll(2))
            .map(|_| (*self.dice.pick(signs), self.value(Type::Number, depth)))
            .collect();
        Expression::Arithmetic { first, rest }
    }

    /// A path into a result.
    fn member(&mut self, depth: usize) -> Expression {
        let of = Box::new(match self.list(depth) {
            field @ Expression::Field(_) => return field,
            list => list,
        });
        let fitting: Vec<_> = (self.words.paths.iter())
            .filter(|path| path.keys().iter().all(|key| crate::lex::is_name(key)))
            .collect();
        let path = (*self.dice.pick(&fitting)).clone();
        Expression::Member { of, path }
    }

    pub(super) fn list(&mut self, depth: usize) -> Expression {
        match self.dice.roll(if depth == 0 { 3 } else { 9 }) {
            0 => Expression::Field(self.field_that_is_no_event()),
            1 | 2 => Expression::Events,
            3..=6 => {
                let list = self.list(depth - 1);
                let Some(name) = self.room(&list) else { return list };
                let named = self.dice.roll(3) == 2;
                let condition = self.within(named, &list, |maker| maker.condition(depth - 1));
                Expression::Filter {
                    list: Box::new(list),
                    variable: named.then_some(name),
                    condition: Box::new(condition),
                }
            }
            _ => self.call(Type::List, depth - 1),
        }
    }

    /// A whole event is no list.
    fn field_that_is_no_event(&mut self) -> crate::program::Field {
        let field = self.field();
        let of = Expression::Field(field.clone());
        if self.type_of(&of).fits(Type::List) {
            field
        } else {
            self.profile_field()
        }
    }

    /// What a function takes; `None` if it would be refused.
    pub(super) fn arguments(&mut self, function: &'static Function, depth: usize) -> Option<Vec<Expression>> {
        let given = function.takes.len() - self.dice.roll(function.optional + 1);
        let mut arguments: Vec<Expression> = Vec::new();
        for parameter in &function.takes[..given] {
            let argument = match parameter {
                Parameter::Value(Type::List) => self.list(depth),
                Parameter::Value(Type::Date) => self.date(depth),
                Parameter::Value(kind) => self.value(*kind, depth),
                Parameter::Each(kind) => self.each(arguments.first()?, *kind, depth)?,
                Parameter::Pattern => {
                    let pattern = self.dice.pick(&self.words.patterns);
                    Expression::Pattern(Pattern::new(pattern).ok()?)
                }
                Parameter::Case => Expression::Literal(Value::Bool(false)),
                Parameter::Whole => {
                    Expression::Literal(Value::parse(["0", "1", "2"][self.dice.roll(3)]).ok()?)
                }
            };
            arguments.push(argument);
        }
        let known = self.type_of(arguments.first().unwrap_or(&Expression::Events));
        let each = matches!(function.takes.get(1), Some(Parameter::Each(_)));
        let whole = each && arguments.len() == 1 && known.is(Type::Events);
        // A key in quotes after a path is one more key of the path.
        let merges = function.name == "get"
            && matches!(
                arguments.as_slice(),
                [
                    Expression::Field(_) | Expression::Member { .. } | Expression::Events,
                    Expression::Literal(Value::String(_))
                ]
            );
        let sound = !whole && !merges && !known.is(Type::Event) && (function.check)(&arguments).is_ok();
        sound.then_some(arguments)
    }

    fn each(&mut self, list: &Expression, kind: Type, depth: usize) -> Option<Expression> {
        let name = self.room(list)?;
        let named = self.dice.roll(2) == 1;
        let body = self.within(named, list, |maker| {
            if depth == 0 {
                let root = Root::Item(0);
                let path: Path = maker.dice.pick(&maker.words.paths).clone();
                Expression::Field(crate::program::Field { root, path })
            } else {
                maker.value(kind, depth - 1)
            }
        });
        let known = self.within(named, list, |maker| maker.type_of(&body));
        known.fits(kind).then(|| Expression::Each {
            variable: named.then_some(name),
            body: Box::new(body),
        })
    }
}
