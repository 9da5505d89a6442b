//! The ends of clauses: a verb, and the form it takes before what follows.

/// What follows a clause.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// A noun: `구매한 사람`.
    Before,
    /// Another clause that holds too: `구매했고`.
    And,
    /// Another clause that may hold instead: `구매했거나`.
    Or,
}

/// A verb, adjective or copula in its forms, and the same where it is negated.
#[derive(Debug)]
pub(super) struct Verb {
    holds: [&'static str; 3],
    fails: [&'static str; 3],
}

impl Verb {
    pub(super) fn form(&self, form: Form, negated: bool) -> &'static str {
        let all = if negated { &self.fails } else { &self.holds };
        match form {
            Form::Before => all[0],
            Form::And => all[1],
            Form::Or => all[2],
        }
    }
}

/// `이다`, right behind its noun; negated behind a noun with a particle.
pub(super) const IS: Verb = Verb {
    holds: ["인", "이고", "이거나"],
    fails: ["아닌", "아니고", "아니거나"],
};
/// `있다`, `없다`
pub(super) const EXISTS: Verb = Verb {
    holds: ["있는", "있고", "있거나"],
    fails: ["없는", "없고", "없거나"],
};
/// `하다`, of what was done.
pub(super) const DID: Verb = Verb {
    holds: ["한", "했고", "했거나"],
    fails: ["하지 않은", "하지 않았고", "하지 않았거나"],
};
/// `하다`, of what is so.
pub(super) const DOES: Verb = Verb {
    holds: ["하는", "하고", "하거나"],
    fails: ["하지 않는", "하지 않고", "하지 않거나"],
};
/// `살다`
pub(super) const LIVES: Verb = Verb {
    holds: ["사는", "살고", "살거나"],
    fails: ["살지 않는", "살지 않고", "살지 않거나"],
};
/// `끝나다`
pub(super) const ENDS: Verb = Verb {
    holds: ["끝나는", "끝나고", "끝나거나"],
    fails: ["끝나지 않는", "끝나지 않고", "끝나지 않거나"],
};
/// `같다`
pub(super) const SAME: Verb = Verb {
    holds: ["같은", "같고", "같거나"],
    fails: ["같지 않은", "같지 않고", "같지 않거나"],
};
/// `다르다`
pub(super) const DIFFERS: Verb = Verb {
    holds: ["다른", "다르고", "다르거나"],
    fails: ["다르지 않은", "다르지 않고", "다르지 않거나"],
};
/// `이루어지다`
pub(super) const CONSISTS: Verb = Verb {
    holds: ["이루어진", "이루어졌고", "이루어졌거나"],
    fails: ["이루어지지 않은", "이루어지지 않았고", "이루어지지 않았거나"],
};
/// `이어지다`
pub(super) const FOLLOWED: Verb = Verb {
    holds: ["이어진", "이어졌고", "이어졌거나"],
    fails: ["이어지지 않은", "이어지지 않았고", "이어지지 않았거나"],
};
