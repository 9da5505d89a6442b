//! Chains of events.

use super::{Resolver, Scope};
use crate::Diagnostic;
use crate::program::{Expression, Link};
use crate::syntax::{Kind, Node, Step, TimeKind};
use crate::types::{Known, Type};

impl<'n> Resolver<'n, '_> {
    pub(super) fn chain(
        &mut self,
        list: &'n Node,
        moment: &'n Node,
        steps: &'n [Step],
    ) -> Option<Expression> {
        let events = self.value(list);
        if let Some(events) = &events
            && !self.type_of(events).is(Type::Events)
        {
            let message = "A chain looks at events: `xEvent`.";
            self.report(Diagnostic::error(list.span, message).fix("xEvent"));
        }
        if !matches!(&moment.kind, Kind::Path(keys) if keys.len() == 1 && keys[0].text == "timestamp") {
            let message = "The events of a chain follow each other by `timestamp`.";
            self.report(Diagnostic::error(moment.span, message).fix("timestamp"));
            return None;
        }
        let around = self.labels.len();
        let mut links = Vec::new();
        for (place, step) in steps.iter().enumerate() {
            links.push(self.link(place, step));
            self.labels.push(&step.label);
        }
        self.labels.truncate(around);
        let events = Box::new(events?);
        if !self.type_of(&events).is(Type::Events) {
            return None;
        }
        let steps = links.into_iter().collect::<Option<_>>()?;
        Some(Expression::Chain { events, steps })
    }

    fn link(&mut self, place: usize, step: &'n Step) -> Option<Link> {
        let (said, _) = self.within(
            Scope::item(None),
            Known::Of(Type::Event),
            step.what.span,
            |resolver| {
                let what = resolver.condition(&step.what);
                let mut whens = Vec::new();
                let mut gaps = Vec::new();
                for when in &step.when {
                    if let TimeKind::Gap(window) = &when.kind {
                        resolver.warn_of_nothing(when, window);
                        gaps.push(if place == 0 {
                            let message = "The first step has no step before it.";
                            resolver.fail(Diagnostic::error(when.span, message))
                        } else {
                            Some(*window)
                        });
                    } else {
                        whens.push(resolver.when(when, true));
                    }
                }
                let whens: Option<Vec<_>> = whens.into_iter().collect();
                let gaps: Option<Vec<_>> = gaps.into_iter().collect();
                Some((what?, whens?, gaps?))
            },
        );
        let count = match step.count {
            None => Some(1),
            Some((span, 0)) => {
                let message = "A step needs at least one event; whether something did not happen is asked with `not (CHAIN(..))`.";
                self.fail(Diagnostic::error(span, message))
            }
            Some((_, count)) => Some(usize::try_from(count).unwrap_or(usize::MAX)),
        };
        let (what, when, gaps) = said?;
        Some(Link {
            label: step.label.text.clone(),
            what,
            when,
            gaps,
            count: count?,
        })
    }
}
