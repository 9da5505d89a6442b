use super::*;

#[test]
fn counters_are_found_in_the_text_of_prometheus() {
    let text = "# TYPE weir_messages_total counter\nweir_messages_total{outcome=\"accepted\"} 12\n\
                weir_messages_total{outcome=\"duplicate\"} 3\nweir_messages_total_more 7\nweir_steps_total 40\n";
    assert_eq!(metric(text, "weir_messages_total", "duplicate"), 3);
    assert_eq!(metric(text, "weir_messages_total", ""), 15);
    assert_eq!(metric(text, "weir_steps_total", ""), 40);
    assert_eq!(metric(text, "weir_nothing_total", ""), 0);
}

#[test]
fn segments_are_shown_in_the_order_of_the_story() {
    let ids = ["win-back", "gold", "burst"].map(|id| SegmentId::new(id).unwrap());
    let ordered: Vec<_> = in_order(ids.to_vec()).iter().map(ToString::to_string).collect();
    assert_eq!(ordered, ["gold", "burst", "win-back"]);
}
