//! Calls: each function by its entry.

use super::{Resolver, Scope};
use crate::function::{Function, Parameter};
use crate::program::{Expression, Pattern};
use crate::syntax::{Key, Kind, Node};
use crate::types::{Known, Type};
use crate::{Diagnostic, Span};
use rust_decimal::prelude::ToPrimitive;
use xdm::{Number, Value};

/// After so many mistakes it is not said any more which function may have been meant.
const MANY: usize = 100;

impl<'n, 's> Resolver<'n, 's> {
    pub(super) fn call(
        &mut self,
        span: Span,
        of: Option<&'n Node>,
        name: &'n Key,
        arguments: &'n [Node],
    ) -> Option<Expression> {
        let all: Vec<&'n Node> = of.into_iter().chain(arguments).collect();
        match (name.text.as_str(), all.as_slice()) {
            ("inSegment", [id]) => match &id.kind {
                Kind::Text(text) if of.is_none() => self.segment(text, id.span),
                _ => self.misused(
                    name,
                    "`inSegment` takes the id of a segment, as in `inSegment(\"gold\")`.",
                ),
            },
            ("inSegment", _) => self.misused(
                name,
                "`inSegment` takes the id of a segment, as in `inSegment(\"gold\")`.",
            ),
            ("filter", [list, condition]) => match &condition.kind {
                Kind::Lambda { parameters, body } if parameters.len() == 1 => {
                    self.filter(list, parameters.first(), Some(body))
                }
                _ => self.filter(list, None, Some(condition)),
            },
            ("filter", _) => self.misused(
                name,
                "`filter` takes one condition, as in `orders.filter(price > 10)`.",
            ),
            (known, all) => match Function::named(known) {
                Some(function) => self.apply(span, name, function, all),
                // Looking for what may have been meant takes long, and nobody reads so much.
                None if self.diagnostics.len() > MANY => {
                    self.misused(name, &format!("There is no function `{}`.", name.text))
                }
                None => self.fail(Function::unknown(name)),
            },
        }
    }

    fn apply(
        &mut self,
        span: Span,
        name: &'n Key,
        function: &'static Function,
        all: &[&'n Node],
    ) -> Option<Expression> {
        let takes = function.takes;
        if all.len() > takes.len() || all.len() + function.optional < takes.len() {
            let message = format!(
                "`{}` is called like this: {}.",
                function.name,
                function.signature()
            );
            return self.misused(name, &message);
        }
        let mut given = Known::UNKNOWN;
        let mut arguments = Vec::new();
        for (at, (parameter, node)) in takes.iter().zip(all).enumerate() {
            let argument = self.argument(function, *parameter, node, &given);
            if let (0, Some(argument)) = (at, &argument) {
                given = self.type_of(argument);
            }
            arguments.push(argument);
        }
        let mut arguments: Vec<_> = arguments.into_iter().collect::<Option<_>>()?;
        if takes.last() == Some(&Parameter::Case)
            && arguments.len() == takes.len()
            && arguments.last() == Some(&Expression::Literal(Value::Bool(true)))
        {
            arguments.pop();
        }
        let each = matches!(takes.get(1), Some(Parameter::Each(_)));
        if each && arguments.len() == 1 && given.is(Type::Events) {
            let message =
                "Events are no numbers; say what to take of each, as in `.sum(commerce.order.priceTotal)`.";
            return self.misused(name, message);
        }
        if each && arguments.len() == 1 {
            self.items_fit(function, all[0], &given)?;
        }
        if let Err(message) = (function.check)(&arguments) {
            return self.fail(Diagnostic::error(span, message));
        }
        self.meeting(function, span, all, &arguments)?;
        Some(Expression::Call { function, arguments })
    }

    fn argument(
        &mut self,
        function: &'static Function,
        parameter: Parameter,
        node: &'n Node,
        given: &Known<'s>,
    ) -> Option<Expression> {
        let what = format!("`{}` needs", function.name);
        match (parameter, &node.kind) {
            (_, Kind::Broken) => None,
            (Parameter::Value(wanted), _) => self.typed(node, wanted, &what),
            (Parameter::Each(wanted), Kind::Lambda { parameters, body }) => match parameters.as_slice() {
                [variable] => self.each(function, Some(variable), body, given, wanted),
                _ => self.fail(Diagnostic::error(
                    node.span,
                    format!(
                        "`{}` looks at one item after the other, as in `(I) => I.price`.",
                        function.name
                    ),
                )),
            },
            (Parameter::Each(wanted), _) => self.each(function, None, node, given, wanted),
            (Parameter::Pattern, Kind::Text(text)) => match Pattern::new(text) {
                Ok(pattern) => Some(Expression::Pattern(pattern)),
                Err(message) => self.fail(Diagnostic::error(node.span, message)),
            },
            (Parameter::Pattern, _) => {
                let message = format!("{what} a pattern in quotes here; it cannot come from the data.");
                self.fail(Diagnostic::error(node.span, message))
            }
            (Parameter::Case, Kind::Bool(value)) => Some(Expression::Literal(Value::Bool(*value))),
            (Parameter::Case, _) => {
                let message = format!("{what} `true` or `false` here: whether upper and lower case differ.");
                self.fail(Diagnostic::error(node.span, message))
            }
            (Parameter::Whole, Kind::Number(number @ Number::Exact(exact)))
                if exact.is_integer() && exact.to_usize().is_some() =>
            {
                Some(Expression::Literal(Value::Number(*number)))
            }
            (Parameter::Whole, _) => {
                let message = format!("{what} a whole number here, such as `3`.");
                self.fail(Diagnostic::error(node.span, message))
            }
        }
    }

    /// What is taken of each item of a list of type `given`.
    pub(super) fn each(
        &mut self,
        function: &'static Function,
        variable: Option<&'n Key>,
        body: &'n Node,
        given: &Known<'s>,
        wanted: Type,
    ) -> Option<Expression> {
        let (found, _) = self.within(Scope::item(variable), given.item(), body.span, |resolver| {
            let found = resolver.expression(body)?;
            let known = resolver.type_of(&found);
            if !known.fits(wanted) {
                let what = format!("`{}` needs", function.name);
                return resolver.fail(resolver.unfit(body.span, &what, wanted, &known));
            }
            resolver.key(function, body.span, &known)?;
            Some(found)
        });
        Some(Expression::Each {
            variable: variable.map(|key| key.text.clone()),
            body: Box::new(found?),
        })
    }

    pub(super) fn misused<T>(&mut self, name: &Key, message: &str) -> Option<T> {
        self.fail(Diagnostic::error(name.span, message))
    }
}
