use super::*;
use tempfile::tempdir;

#[test]
fn the_token_is_made_once_for_the_owner_only() {
    let data = tempdir().unwrap();
    let first = admin_token(data.path()).unwrap();
    assert_eq!(first.expose().len(), 64);
    let mode = fs::metadata(token_path(data.path()))
        .unwrap()
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o600);
    assert!(admin_token(data.path()).unwrap() == first);
    assert!(read_token(data.path()).unwrap() == first);

    let other = tempdir().unwrap();
    assert!(admin_token(other.path()).unwrap() != first);
}

#[test]
fn an_empty_token_lets_nobody_in() {
    let data = tempdir().unwrap();
    fs::write(token_path(data.path()), "\n").unwrap();
    let error = admin_token(data.path()).unwrap_err().to_string();
    assert!(error.contains("is empty"), "{error}");
}

#[test]
fn the_address_is_there_while_the_server_is() {
    let data = tempdir().unwrap();
    assert!(format!("{:#}", read_address(data.path()).unwrap_err()).contains("no server runs"));
    let address: SocketAddr = "127.0.0.1:4711".parse().unwrap();
    let file = AddressFile::write(data.path(), address).unwrap();
    assert_eq!(read_address(data.path()).unwrap(), address);
    drop(file);
    assert!(read_address(data.path()).is_err());
}

#[test]
fn others_stay_out_of_a_folder_that_is_made() {
    let parent = tempdir().unwrap();
    let data = parent.path().join("a/b");
    make(&data).unwrap();
    assert_eq!(fs::metadata(&data).unwrap().permissions().mode() & 0o777, 0o700);
}
