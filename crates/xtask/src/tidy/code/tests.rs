use super::code_only;

#[track_caller]
fn sees(text: &str, code: &str) {
    let found = code_only(text);
    assert_eq!(found.len(), text.len(), "offsets stay");
    assert_eq!(found.split_whitespace().collect::<Vec<_>>().join(" "), code);
}

#[test]
fn comments_are_silent() {
    sees("a(); // b();\nc();", "a(); c();");
    sees("a(); /* b(); /* nested */ still */ c();", "a(); c();");
    sees("//! é\nx", "x");
}

#[test]
fn literals_are_silent() {
    sees(r#"f("sled::Db \" x"); g()"#, "f( ); g()");
    sees(r##"f(r#"todo!("x")"#) g"##, "f(r ) g");
    sees(r#"f(br"\") g"#, "f(br ) g");
    sees(r"let c = '\''; let d = '{'; e", "let c = ; let d = ; e");
}

#[test]
fn lifetimes_and_raw_names_are_code() {
    sees("fn f<'a>(x: &'a str) {}", "fn f<'a>(x: &'a str) {}");
    sees("let r#type = 1;", "let r#type = 1;");
}

#[test]
fn line_breaks_stay() {
    assert_eq!(code_only("a /* \n */ b\n\"x\ny\"").matches('\n').count(), 3);
}
