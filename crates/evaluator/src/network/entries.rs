//! By which conditions events come into an expression.

use pql::Expression;

/// What must hold of an event for it to make a difference to an expression: all conditions of one of these lists, each
/// on the event as the innermost item. An empty list is any event, no list at all none.
pub(super) fn entries(expression: &Expression) -> Vec<Vec<&Expression>> {
    let mut found = Vec::new();
    collect(expression, &mut found);
    found
}

fn collect<'p>(expression: &'p Expression, found: &mut Vec<Vec<&'p Expression>>) {
    let entered = match expression {
        Expression::Events | Expression::Filter { .. } => enter(expression, None, found),
        Expression::Quantifier {
            every: false,
            list,
            condition: Some(condition),
            ..
        } => enter(list, Some(condition), found),
        Expression::Chain { events, steps } if filters(events).is_some() => {
            for step in steps {
                enter(events, Some(&step.what), found);
                for date in step.parts().into_iter().skip(1) {
                    collect(date, found);
                }
            }
            true
        }
        _ => false,
    };
    if !entered {
        for part in expression.parts() {
            collect(part, found);
        }
    }
}

/// Adds the conditions of a list of events and one more; false if it is another list.
fn enter<'p>(
    list: &'p Expression,
    further: Option<&'p Expression>,
    found: &mut Vec<Vec<&'p Expression>>,
) -> bool {
    let Some(mut conditions) = filters(list) else {
        return false;
    };
    conditions.extend(further);
    found.push(conditions.iter().copied().flat_map(all_of).collect());
    // A condition may look at events again.
    for condition in conditions {
        collect(condition, found);
    }
    true
}

/// What a list of events is filtered by; `None` if it is another list.
fn filters(list: &Expression) -> Option<Vec<&Expression>> {
    match list {
        Expression::Events => Some(Vec::new()),
        Expression::Filter { list, condition, .. } => {
            let mut conditions = filters(list)?;
            conditions.push(condition);
            Some(conditions)
        }
        _ => None,
    }
}

/// The conditions of which all must hold.
fn all_of(condition: &Expression) -> Vec<&Expression> {
    match condition {
        Expression::And(all) => all.iter().flat_map(all_of).collect(),
        one => vec![one],
    }
}
