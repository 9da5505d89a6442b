use super::*;
use ::ingest::{ClockMode, Share};
use model::Duration;

fn read(file: &str, environment: &[(&str, &str)], flags: &[(&str, &str)]) -> Result<Settings> {
    let owned = |(a, b): &(&str, &str)| ((*a).to_owned(), (*b).to_owned());
    let flags = flags
        .iter()
        .map(|(key, value)| ((*key).to_owned(), (*value).to_owned(), format!("--{key}")));
    Settings::read(
        Some((Path::new("weir.toml"), file)),
        environment.iter().map(owned).collect(),
        flags.collect(),
    )
}

fn mistakes(file: &str, environment: &[(&str, &str)], flags: &[(&str, &str)]) -> String {
    read(file, environment, flags)
        .expect_err("there are mistakes")
        .to_string()
}

#[test]
fn the_defaults_are_those_of_the_crates() {
    let settings = read("", &[], &[]).unwrap();
    assert_eq!(settings.data, Path::new("weir-data"));
    assert_eq!(settings.server.listen.to_string(), "127.0.0.1:8080");
    assert_eq!(settings.store_folder(), Path::new("weir-data/store"));
    assert_eq!(
        settings.exports_folder(),
        (PathBuf::from("weir-data/exports"), true)
    );
    let ingest = settings.ingest_options().unwrap();
    let store = settings.store_options();
    let all = ingest.cache + 2 * store.log.table_bytes + usize::try_from(store.cache_bytes).unwrap();
    assert_eq!(all, 2 << 30, "what is kept in memory is what the setting says");
    assert_eq!(ingest.max_downtime, Duration::days(7));
    assert_eq!(ingest.queue_bytes, ::ingest::Options::default().queue_bytes);
    assert_eq!(
        settings.store_options().min_free_bytes,
        ::store::Options::default().min_free_bytes
    );
    assert_eq!(settings.store_options().queues, ::store::QueueOptions::default());
}

#[test]
fn flags_win_over_variables_over_the_file() {
    let file = "data = \"a\"\n[server]\nlisten = \"127.0.0.1:1\"\nhosts = [\"x.test\", \"y.test:1\"]\n[store]\nmin_free = \"1GiB\"\nengine = \"fjall\"\n";
    let settings = read(file, &[], &[]).unwrap();
    assert_eq!(settings.data, Path::new("a"));
    assert_eq!(settings.server.hosts, ["x.test", "y.test:1"]);
    assert_eq!(settings.store.min_free.0, 1 << 30);
    assert_eq!(settings.store_options().engine, ::store::EngineKind::Fjall);

    let environment = [
        ("WEIR_DATA", "b"),
        ("WEIR_SERVER_LISTEN", "localhost:2"),
        ("WEIR_SERVER_HOSTS", "z.test, q.test"),
    ];
    let settings = read(file, &environment, &[("server.listen", "[::1]:3")]).unwrap();
    assert_eq!(settings.data, Path::new("b"));
    assert_eq!(settings.server.listen.to_string(), "[::1]:3");
    assert_eq!(settings.server.hosts, ["z.test", "q.test"]);
    assert_eq!(settings.store.min_free.0, 1 << 30);
}

#[test]
fn values_of_every_kind() {
    let file = "[ingest]\nclock = \"input\"\nbatch = 7\nmax_downtime = \"36h\"\naudit = \"2.5 %\"\n[log]\nformat = \"json\"\n\
                [server]\nbehind_proxy = true\nurl = \"https://weir.test/\"\n[delivery]\nfirst_retry = \"250ms\"\n";
    let settings = read(file, &[], &[]).unwrap();
    assert_eq!(settings.ingest.clock, ClockMode::Input);
    assert_eq!(settings.ingest.batch, 7);
    assert_eq!(settings.ingest.max_downtime.millis(), 36 * 3_600_000);
    assert_eq!(Some(settings.ingest.audit), Share::percent(2.5));
    assert_eq!(settings.log.format, Format::Json);
    assert!(settings.server.behind_proxy);
    assert_eq!(settings.server.url.as_deref(), Some("https://weir.test"));
    assert_eq!(settings.delivery.first_retry.millis(), 250);
}

#[test]
fn every_mistake_at_once_with_its_place() {
    let file = "dta = \"a\"\n[server]\nlisten = \"8080\"\nlisen = \"127.0.0.1:1\"\n[stor]\nqueues = \"1MiB\"\n[ingest]\nbatch = 0\nclock = [\"wall\"]\n";
    let said = mistakes(
        file,
        &[
            ("WEIR_STORE_MINFREE", "1GiB"),
            ("WEIR_LOG_FORMAT", "xml"),
            ("WEIR_STORE_ENGINE", "rocksdb"),
            ("WEIR_INGEST_AUDIT", "0.05"),
        ],
        &[("store.queues", "256MB")],
    );
    for part in [
        "weir.toml line 1: `dta` is not a setting; did you mean `data`?",
        "weir.toml line 3: `server.listen` is \"8080\", and should be an address with a port",
        "weir.toml line 4: `server.lisen` is not a setting; did you mean `server.listen`?",
        "weir.toml line 6: `stor.queues` is not a setting; did you mean `store.queues`?",
        "weir.toml line 8: `ingest.batch` is \"0\", and should be a whole number above 0",
        "weir.toml line 9: `ingest.clock` is a list, and should be wall or input",
        "WEIR_STORE_MINFREE: is not a setting; did you mean `WEIR_STORE_MIN_FREE`?",
        "WEIR_LOG_FORMAT: `log.format` is \"xml\", and should be human or json",
        "WEIR_STORE_ENGINE: `store.engine` is \"rocksdb\", and should be sled or fjall",
        "WEIR_INGEST_AUDIT: `ingest.audit` is \"0.05\", and should be a share of one core's time such as 1%",
        "--store.queues: `store.queues` is \"256MB\", and should be a size such as 512MiB",
    ] {
        assert!(said.contains(part), "{part}\nis not in\n{said}");
    }
    assert_eq!(said.lines().count(), 12, "{said}");
}

#[test]
fn a_file_that_is_no_toml() {
    let said = mistakes("[server]\nlisten = \n", &[], &[]);
    assert!(said.contains("weir.toml line 2: "), "{said}");
    let said = mistakes("[server]\nlisten = 2026-01-01\n", &[], &[]);
    assert!(
        said.contains("weir.toml line 2: `listen` holds what no setting is"),
        "{said}"
    );
}

#[test]
fn secrets_are_no_settings() {
    assert!(read("", &[("WEIR_SECRET_WEB", "hush")], &[]).is_ok());
    let said = mistakes("", &[("WEIR_SECRETS", "hush")], &[]);
    assert!(said.contains("WEIR_SECRETS") && !said.contains("hush"), "{said}");
}

/// The sample with the keys that have no default in force as well.
fn sample() -> String {
    let text = include_str!("../../../../docs/examples/weir.toml");
    let is_key = |rest: &str| rest.split_once(" = ").is_some_and(|(key, _)| !key.contains(' '));
    let line = |line: &str| {
        line.strip_prefix("# ")
            .filter(|rest| is_key(rest))
            .unwrap_or(line)
            .to_owned()
            + "\n"
    };
    text.lines().map(line).collect()
}

#[test]
fn the_sample_names_every_setting_once_and_its_default() {
    let mut layers = Layers::new(Vec::new(), Vec::new());
    file::read(Path::new("weir.toml"), &sample(), &mut layers);
    let given: Vec<_> = layers.file.keys().cloned().collect();
    let mut reader = Reader::new(layers);
    Settings::ask(&mut reader);
    let mut asked = reader.asked.clone();
    asked.sort();
    assert_eq!(asked, given);

    let text = include_str!("../../../../docs/examples/weir.toml");
    let written = format!("{:?}", read(text, &[], &[]).unwrap());
    assert_eq!(written, format!("{:?}", read("", &[], &[]).unwrap()));
}
