use super::Secret;

#[test]
fn nothing_prints_a_secret() {
    let secret = Secret::new("swordfish");
    assert_eq!(
        format!("{:?} {:#?}", secret, Some(&secret)),
        "**** Some(\n    ****,\n)"
    );
}

#[test]
fn tokens_match_whole_or_not_at_all() {
    let secret = Secret::new("swordfish");
    assert!(secret.matches("swordfish"));
    for other in ["", "swordfis", "swordfish ", "Swordfish", "hsifdrows"] {
        assert!(!secret.matches(other), "{other}");
    }
}
