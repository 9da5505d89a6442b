use super::*;

const LONG: Duration = Duration::from_hours(1);

async fn until(stop: CancellationToken) -> Result<()> {
    stop.cancelled().await;
    Ok(())
}

/// A failure that must come.
async fn soon(tasks: &mut Tasks) -> Failure {
    tokio::time::timeout(LONG, tasks.failure())
        .await
        .expect("a failure")
}

#[tokio::test(start_paused = true)]
async fn a_panic_in_a_vital_task_is_a_failure_of_the_server() {
    let stop = CancellationToken::new();
    let mut tasks = Tasks::default();
    tasks.spawn("steady", OnFailure::StopServer, &stop, until(stop.clone()));
    tasks.spawn("committer", OnFailure::StopServer, &stop, async {
        panic!("no disk")
    });
    let failure = soon(&mut tasks).await;
    assert_eq!(failure.name, "committer");
    assert!(failure.why.contains("no disk"), "{}", failure.why);
    assert_eq!(tasks.names(), ["steady"]);
}

#[tokio::test(start_paused = true)]
async fn ending_early_is_a_failure_and_ending_when_told_is_not() {
    let stop = CancellationToken::new();
    let mut tasks = Tasks::default();
    tasks.spawn("ingest", OnFailure::StopServer, &stop, async { Ok(()) });
    assert_eq!(soon(&mut tasks).await.name, "ingest");

    tasks.spawn("ingest", OnFailure::StopServer, &stop, until(stop.clone()));
    stop.cancel();
    assert!(tokio::time::timeout(LONG, tasks.failure()).await.is_err());
    assert!(tasks.names().is_empty());
}

#[tokio::test(start_paused = true)]
async fn the_server_goes_on_without_a_task_it_can_spare() {
    let stop = CancellationToken::new();
    let mut tasks = Tasks::default();
    tasks.spawn("upgrade", OnFailure::GoOn, &stop, async {
        anyhow::bail!("unreadable")
    });
    assert!(tokio::time::timeout(LONG, tasks.failure()).await.is_err());
    assert!(tasks.names().is_empty());
}

#[tokio::test(start_paused = true)]
async fn waiting_for_some_has_an_end() {
    let stop = CancellationToken::new();
    let never = CancellationToken::new();
    let mut tasks = Tasks::default();
    tasks.spawn("http", OnFailure::StopServer, &stop, until(stop.clone()));
    tasks.spawn("stuck", OnFailure::StopServer, &stop, until(never.clone()));
    stop.cancel();
    assert!(tasks.ended(&["http"], LONG).await);
    assert!(!tasks.ended(&["stuck"], LONG).await);
    assert_eq!(tasks.names(), ["stuck"]);
}
