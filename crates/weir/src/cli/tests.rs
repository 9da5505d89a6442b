use super::*;
use clap::CommandFactory;

fn serve(args: &[&str]) -> Result<Settings> {
    let cli = Cli::try_parse_from([&["weir", "serve"], args].concat()).expect("arguments");
    let Command::Serve(args) = cli.command else {
        panic!("not serve")
    };
    // Nothing but the flags: the settings of whoever runs the tests are not theirs.
    Settings::read(None, Vec::new(), args.flags()?)
}

#[test]
fn the_definition_is_sound() {
    Cli::command().debug_assert();
}

#[test]
fn every_flag_of_serve_is_a_setting() {
    let settings = serve(&[
        "--data",
        "d",
        "--listen",
        "127.0.0.1:0",
        "--behind-proxy",
        "--clock",
        "input",
        "--exports-dir",
        "e",
        "--log-format",
        "json",
        "--set",
        "store.min_free=1GiB",
        "--set",
        "server.hosts=a.test,b.test",
    ])
    .unwrap();
    assert_eq!(settings.data, PathBuf::from("d"));
    assert_eq!(settings.server.listen.port(), 0);
    assert!(settings.server.behind_proxy);
    assert_eq!(settings.exports_folder(), (PathBuf::from("e"), false));
    assert_eq!(settings.store.min_free.0, 1 << 30);
    assert_eq!(settings.server.hosts, ["a.test", "b.test"]);
}

#[test]
fn a_mistake_names_the_flag() {
    let said = serve(&["--listen", "here", "--set", "store.minfree=1GiB"])
        .unwrap_err()
        .to_string();
    assert!(said.contains("--listen: `server.listen` is \"here\""), "{said}");
    assert!(
        said.contains(
            "--set store.minfree: `store.minfree` is not a setting; did you mean `store.min_free`?"
        ),
        "{said}"
    );
    let said = serve(&["--set", "store.min_free"]).unwrap_err().to_string();
    assert!(said.contains("KEY=VALUE"), "{said}");
}
