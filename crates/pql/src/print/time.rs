//! Dates and chains as they are written.

use super::Printer;
use crate::program::{Expression, Link, When};
use std::fmt::{self, Write};

impl<'p> Printer<'p, '_> {
    pub(super) fn when(&mut self, when: &'p When) -> fmt::Result {
        let (word, date) = match when {
            When::Distance {
                window,
                direction,
                from,
            } => {
                write!(self.out, "{window} {} ", direction.word())?;
                return self.operand(from);
            }
            When::Unit(which, unit) => return write!(self.out, "{} {}", which.word(), unit.words().0),
            When::Between(first, last) => {
                self.out.write_str("between ")?;
                self.operand(first)?;
                self.out.write_str(" and ")?;
                return self.operand(last);
            }
            When::On(date) => ("on ", date),
            When::Before(date) => ("before ", date),
            When::After(date) => ("after ", date),
        };
        self.out.write_str(word)?;
        self.operand(date)
    }

    pub(super) fn chain(&mut self, events: &'p Expression, steps: &'p [Link]) -> fmt::Result {
        self.out.write_str("CHAIN(")?;
        self.operand(events)?;
        self.out.write_str(", timestamp, [")?;
        for (at, step) in steps.iter().enumerate() {
            if at > 0 {
                self.out.write_str(", ")?;
            }
            self.link(step)?;
        }
        self.out.write_str("])")
    }

    pub(super) fn link(&mut self, step: &'p Link) -> fmt::Result {
        write!(self.out, "{}: WHAT(", step.label)?;
        self.within(None, &step.what)?;
        self.out.write_char(')')?;
        self.items.push(None);
        for when in &step.when {
            self.out.write_str(" WHEN(")?;
            self.when(when)?;
            self.out.write_char(')')?;
        }
        self.items.pop();
        for gap in &step.gaps {
            write!(self.out, " WHEN({gap} after previous step)")?;
        }
        if step.count != 1 {
            write!(self.out, " COUNT({})", step.count)?;
        }
        Ok(())
    }
}
