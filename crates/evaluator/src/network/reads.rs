//! What an expression depends on.

use pql::function::Time;
use pql::{Expression, Field, Path, Root, When};

/// Whether it depends on nothing but the one item that is in scope of it.
pub(super) fn is_about_item(expression: &Expression) -> bool {
    match expression {
        Expression::Events | Expression::InSegment(_) => false,
        Expression::Field(Field { root, .. }) => matches!(root, Root::Item(_)),
        other => other.parts().into_iter().all(is_about_item),
    }
}

/// Whether it depends on nothing but the innermost item, as far as that is seen at once: what is within a list of it is
/// not looked into if it looks back at the item.
pub(super) fn is_about_innermost(expression: &Expression) -> bool {
    match expression {
        Expression::Events | Expression::InSegment(_) => false,
        Expression::Field(Field { root, .. }) => *root == Root::Item(0),
        other => other.parts().into_iter().all(is_about_innermost),
    }
}

/// Tells where it looks in items, whichever items these are.
pub(super) fn each_item_path(expression: &Expression, tell: &mut impl FnMut(&Path)) {
    expression.all(&mut |part| {
        if let Expression::Field(Field {
            root: Root::Item(_),
            path,
        }) = part
        {
            tell(path);
        }
    });
}

/// Whether it may be another as time passes, although the data stands still.
pub(super) fn moves(expression: &Expression) -> bool {
    matches!(expression, Expression::Events)
        || asks_the_time(expression)
        || expression.parts().into_iter().any(moves)
}

/// Whether it may be another as time passes although there are no events, of which some come and others go.
pub(super) fn moves_without_events(expression: &Expression) -> bool {
    asks_the_time(expression) || expression.parts().into_iter().any(moves_without_events)
}

/// Whether it looks at the clock itself, its parts aside.
fn asks_the_time(expression: &Expression) -> bool {
    match expression {
        Expression::Call { function, .. } => function.time == Time::Moves,
        Expression::Occurs { when, .. } => matches!(when, When::Unit(..)),
        Expression::Chain { steps, .. } => steps
            .iter()
            .flat_map(|step| &step.when)
            .any(|w| matches!(w, When::Unit(..))),
        _ => false,
    }
}
