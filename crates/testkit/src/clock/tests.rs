use super::*;

#[tokio::test(start_paused = true)]
async fn it_shows_what_tokio_shows() {
    let clock = TestClock::starting_at(Timestamp::from_millis(1_000));
    assert_eq!(clock.now().millis(), 1_000);
    tokio::time::advance(std::time::Duration::from_micros(2_999)).await;
    assert_eq!(clock.now().millis(), 1_002);
    tokio::time::sleep(std::time::Duration::from_hours(24)).await;
    // Paused time sleeps to the next whole millisecond.
    assert_eq!(clock.now().millis(), 86_401_003);
}
