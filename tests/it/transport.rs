//! How destinations are reached and who is let in, for real: TLS with a private authority, the credentials of the machine,
//! roles, and Entra. What goes wrong there makes exports wait, and loses none.

mod entra;
mod machine;
mod rig;
mod role;
mod tls;

/// Side by side: each waits for the probe of a breaker, five seconds after it opened.
#[tokio::test]
async fn who_is_not_let_in_or_not_trusted_waits_and_goes_once_it_is_mended() {
    tokio::join!(tls::not_trusted(), role::refused(), entra::wrong_secret());
}

/// Side by side, for the same reason.
#[tokio::test]
async fn credentials_that_end_under_way_are_renewed_and_nothing_is_lost() {
    tokio::join!(machine::container(), role::ends(), entra::ends());
}
