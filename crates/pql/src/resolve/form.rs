//! Forms that bring something into scope.

use super::{Resolver, Scope};
use crate::function::Function;
use crate::program::Expression;
use crate::syntax::{Key, Kind, Node, Variable};
use crate::types::{Known, Type};
use crate::{Diagnostic, Span};

const LIST: &str = "A list is expected here, such as `xEvent[..]`: this needs";

impl<'n> Resolver<'n, '_> {
    pub(super) fn filter(
        &mut self,
        list: &'n Node,
        variable: Option<&'n Key>,
        condition: Option<&'n Node>,
    ) -> Option<Expression> {
        let list = self.typed(list, Type::List, LIST);
        let item = list
            .as_ref()
            .map_or(Known::UNKNOWN, |list| self.type_of(list).item());
        let Some(condition) = condition else { return list };
        let scope = Scope::item(variable);
        let event = item.is(Type::Event);
        let (found, used) = self.within(scope, item, condition.span, |resolver| {
            resolver.condition(condition)
        });
        if let (Some(variable), Some(_), false) = (variable, &found, used) {
            self.unused(variable, event);
        }
        Some(Expression::Filter {
            list: Box::new(list?),
            variable: variable.map(|key| key.text.clone()),
            condition: Box::new(found?),
        })
    }

    pub(super) fn quantifier(&mut self, every: bool, variables: &'n [Variable]) -> Option<Expression> {
        let (first, rest) = variables.split_first()?;
        let Variable {
            name,
            list,
            condition,
        } = first;
        if every && rest.is_empty() && condition.is_none() {
            let message = "`forall` without a condition holds for everybody.";
            self.report(Diagnostic::lint(name.span, message));
        }
        let list = self.typed(list, Type::List, LIST);
        let item = list
            .as_ref()
            .map_or(Known::UNKNOWN, |list| self.type_of(list).item());
        let span = condition.as_ref().map_or(name.span, |condition| condition.span);
        let bare = condition.is_none() && rest.is_empty();
        let event = item.is(Type::Event);
        let (found, used) = self.within(Scope::item(Some(name)), item, span, |resolver| {
            let own = condition.as_ref().map(|condition| resolver.condition(condition));
            let next = (!rest.is_empty())
                .then(|| resolver.deeper(name.span, |resolver| resolver.quantifier(every, rest)));
            let all: Vec<_> = own.into_iter().chain(next).collect();
            let mut all: Vec<_> = all.into_iter().collect::<Option<_>>()?;
            Some(match all.len() {
                0 => None,
                1 => all.pop(),
                _ => Some(Expression::And(all)),
            })
        });
        if found.is_some() && !used && !bare {
            self.unused(name, event);
        }
        Some(Expression::Quantifier {
            every,
            variable: name.text.clone(),
            list: Box::new(list?),
            condition: found?.map(Box::new),
        })
    }

    fn unused(&mut self, name: &Key, event: bool) {
        let message = if event {
            format!(
                "The condition says nothing of `{0}`; the event's fields are `{0}.eventType` and so on.",
                name.text
            )
        } else {
            format!("Nothing is said of `{}`.", name.text)
        };
        self.report(Diagnostic::warning(name.span, message));
    }

    /// `sum X.v over X from list where condition` is `(select X from list where condition).sum((X) => X.v)`.
    pub(super) fn over(&mut self, node: &'n Node) -> Option<Expression> {
        let Kind::Over {
            name,
            of,
            variable,
            list,
            condition,
        } = &node.kind
        else {
            return None;
        };
        let Some(function) = Function::named(&name.text) else {
            return self.fail(Function::unknown(name));
        };
        let list = self.filter(list, Some(variable), condition.as_deref());
        let given = list.as_ref().map_or(Known::UNKNOWN, |list| self.type_of(list));
        if function.takes.len() == 1 {
            let whole =
                matches!(&of.kind, Kind::Path(keys) if keys.len() == 1 && keys[0].text == variable.text);
            if !whole {
                let message = format!(
                    "`count` counts items, so `{}` stands before `over`.",
                    variable.text
                );
                return self.fail(Diagnostic::error(of.span, message).fix(variable.text.as_str()));
            }
            let arguments = vec![list?];
            return Some(Expression::Call { function, arguments });
        }
        let wanted = match function.takes.get(1) {
            Some(crate::function::Parameter::Each(wanted)) => *wanted,
            _ => return self.misused(name, "This function does not go with `over`."),
        };
        let each = self.each(function, Some(variable), of, &given, wanted);
        Some(Expression::Call {
            function,
            arguments: vec![list?, each?],
        })
    }

    pub(super) fn binding(&mut self, name: &'n Key, value: &'n Node, body: &'n Node) -> Option<Expression> {
        let value = self.value(value);
        let of = value.as_ref().map_or(Known::UNKNOWN, |value| self.type_of(value));
        let (found, used) = self.within(Scope::value(name), of, body.span, |resolver| {
            resolver.expression(body)
        });
        if found.is_some() && !used {
            self.unused(name, false);
        }
        Some(Expression::Let {
            name: name.text.clone(),
            value: Box::new(value?),
            body: Box::new(found?),
        })
    }

    pub(super) fn choice(&mut self, span: Span, arguments: &'n [Node]) -> Option<Expression> {
        let [condition, then, otherwise] = arguments else {
            let message = "`if` takes a condition and two outcomes, as in `if(vip, 10, 20) < points`.";
            return self.fail(Diagnostic::error(span, message));
        };
        let (condition, then, otherwise) = (
            self.condition(condition),
            self.expression(then),
            self.expression(otherwise),
        );
        Some(Expression::If {
            condition: Box::new(condition?),
            then: Box::new(then?),
            otherwise: Box::new(otherwise?),
        })
    }
}
