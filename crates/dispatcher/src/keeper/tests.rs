//! What the account is off by.

use super::imbalance;
use model::{Account, DeadReason, SuppressedReason};

#[test]
fn an_account_is_off_by_what_vanished_or_came_from_nowhere() {
    let mut account = Account {
        decided: 10,
        delivered: 4,
        pending: 3,
        suppressed: [(SuppressedReason::Coalesced, 2)].into(),
        dead: [(DeadReason::Expired, 1)].into(),
    };
    assert_eq!((imbalance(&account), account.balanced()), (0, true));
    account.pending = 1;
    assert_eq!((imbalance(&account), account.balanced()), (2, false));
    account.pending = 4;
    assert_eq!(imbalance(&account), -1);
}
