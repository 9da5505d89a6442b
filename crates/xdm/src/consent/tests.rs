use super::opted_out;
use crate::Value;

#[test]
fn only_a_plain_no_opts_out() {
    for (attributes, expected) in [
        (r#"{"consents":{"collect":{"val":"n"}}}"#, true),
        (
            r#"{"privacyOptOuts":[{"optOutType":"general_opt_out","optOutValue":"out"}]}"#,
            true,
        ),
        (
            r#"{"privacyOptOuts":[{"optOutType":"sales_sharing_opt_out","optOutValue":"out"},
                {"optOutType":"general_opt_out","optOutValue":"out"}],"consents":{"collect":{"val":"y"}}}"#,
            true,
        ),
        ("{}", false),
        (r#"{"consents":{"collect":{"val":"y"}}}"#, false),
        (r#"{"consents":{"collect":{"val":"dn"}}}"#, false),
        (r#"{"consents":{"collect":"n"}}"#, false),
        (r#"{"consents":{"share":{"val":"n"}}}"#, false),
        (
            r#"{"privacyOptOuts":[{"optOutType":"general_opt_out","optOutValue":"in"}]}"#,
            false,
        ),
        (
            r#"{"privacyOptOuts":[{"optOutType":"sales_sharing_opt_out","optOutValue":"out"}]}"#,
            false,
        ),
        // The two halves must meet in one item.
        (
            r#"{"privacyOptOuts":[{"optOutType":"general_opt_out","optOutValue":"in"},{"optOutValue":"out"}]}"#,
            false,
        ),
        (
            r#"{"privacyOptOuts":{"optOutType":"general_opt_out","optOutValue":"out"}}"#,
            false,
        ),
    ] {
        let value = Value::parse(attributes).expect("it is JSON");
        assert_eq!(opted_out(&value), expected, "{attributes}");
    }
}
