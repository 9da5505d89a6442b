use super::*;

#[test]
fn particles_follow_the_sound() {
    for (word, subject, object, towards) in [
        ("한국", "한국이", "한국을", "한국으로"),
        ("국가", "국가가", "국가를", "국가로"),
        ("서울", "서울이", "서울을", "서울로"),
        ("7", "7이", "7을", "7로"),
        ("\"3\"", "\"3\"이", "\"3\"을", "\"3\"으로"),
        ("(등급)", "(등급)이", "(등급)을", "(등급)으로"),
        ("\"gold\"", "\"gold\"이(가)", "\"gold\"을(를)", "\"gold\"(으)로"),
        ("", "이(가)", "을(를)", "(으)로"),
        ("참(true)", "참(true)이", "참(true)을", "참(true)으로"),
        (
            "이벤트(이하 \"E\")",
            "이벤트(이하 \"E\")가",
            "이벤트(이하 \"E\")를",
            "이벤트(이하 \"E\")로",
        ),
    ] {
        assert_eq!(with(word, SUBJECT), subject);
        assert_eq!(with(word, OBJECT), object);
        assert_eq!(with(word, TOWARDS), towards);
    }
    assert_eq!(with("값", WITH), "값과");
    assert_eq!(with("이메일 주소", WITH), "이메일 주소와");
}
