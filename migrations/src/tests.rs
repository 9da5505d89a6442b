//! The steps as a table, and their fixtures as they were frozen.

use super::{FORMAT, STEPS};
use sha2::{Digest, Sha256};
use std::path::PathBuf;

/// SHA-256 of the fixture of each format: rows as the program of that time wrote them. A fixture never changes;
/// what has to change is the code that reads it.
const FROZEN: &[(u32, &str)] = &[
    (
        1,
        "c2fbea0a361b96e11c4f35c10f74e90ef93e3ed51f51d7b200cda569393ea4c7",
    ),
    (
        2,
        "067a62e1d836738d7d91a573e507f070a100d8ce4bf5455910c7e12387dfbc82",
    ),
    (
        3,
        "6c09935814775c6c4ebecc062720dfd71988f70427e698d02ac2a0fa5dd22b03",
    ),
    (
        4,
        "4439cf3e44299d5aba4797da917b14e130a32f408b515fd3356357cbba312c0c",
    ),
    (
        5,
        "1839c9d010e6bdf4fa4fe060cf77f40bf91b4a7e970ad1dc879a62a3b2644556",
    ),
    (
        6,
        "9d2be832042763d21c1ecf9770728d26b71029ea042ee910df70baa32b4e6471",
    ),
    (
        7,
        "899abc9e64dc16bb1e219f766a7b343d396c0e5b57176255ea55b5a8c83c36f6",
    ),
    (
        8,
        "ef5ff006bbec77c74475a7e8030edd0f27685c6a65461167d85a8101af2ad222",
    ),
];

#[test]
fn steps_are_numbered_from_one_without_gaps() {
    let numbers: Vec<u32> = STEPS.iter().map(|step| step.to).collect();
    assert_eq!(numbers, (1..=FORMAT).collect::<Vec<_>>());
}

#[test]
fn every_format_has_its_frozen_fixture() {
    let formats: Vec<u32> = FROZEN.iter().map(|(format, _)| *format).collect();
    assert_eq!(formats, (1..=FORMAT).collect::<Vec<_>>());
    for (format, frozen) in FROZEN {
        let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(format!("fixtures/{format:04}.dump"));
        let bytes = std::fs::read(&path).unwrap();
        let digest = format!("{:x}", Sha256::digest(bytes));
        assert_eq!(digest, *frozen, "{} was altered", path.display());
    }
}
