use crate::parse;
#[test]
fn show() {
    for text in std::fs::read_to_string("/tmp/bad.txt").unwrap().lines() {
        println!("\n{text}");
        for d in parse(text).diagnostics {
            println!("   {:?} {:?} {}  FIX {:?}", d.severity, &text[d.span.start..d.span.end], d.message, d.fix);
        }
    }
}
