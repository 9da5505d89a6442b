//! Journals as cuts and damage leave them.

use super::*;
use crate::engine::{Base, Batch, Change, EngineKind, Key, OpenBase, Row};
use crate::options::Options;
use tempfile::TempDir;

/// Bytes of a page, the unit in which a power cut loses what was written.
const PAGE: usize = 4096;

fn place(folder: &Path) -> Box<dyn OpenBase> {
    EngineKind::Fjall.base(folder, &Options::default())
}

/// Two rows, all of this byte, so long that some pages hold nothing of a batch but the middle of a value.
fn batch(byte: u8) -> Batch {
    let mut batch = Batch::default();
    for key in 0..2 {
        batch.put(vec![b'B', byte, key], vec![byte; 3 * PAGE]);
    }
    batch
}

fn rows(engine: &dyn Base) -> Vec<Row> {
    engine.scan(vec![0]..vec![0xff], usize::MAX, false).unwrap()
}

fn expected(bytes: &[u8]) -> Vec<Row> {
    let written = |&byte: &u8| batch(byte).writes().clone().into_iter();
    let row = |(key, change): (Key, Change)| (key.to_vec(), change.value().unwrap().to_vec());
    bytes.iter().flat_map(written).map(row).collect()
}

/// A folder with one journal that holds the batches 1, 2 and 3, and where each ends.
struct Written {
    folder: TempDir,
    journal: Vec<u8>,
    ends: [usize; 3],
}

impl Written {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let engine = place(folder.path()).open().unwrap();
        let mut ends = [0; 3];
        for (byte, end) in (1..).zip(&mut ends) {
            engine.fill(&batch(byte)).unwrap();
            *end = last(folder.path()).metadata().unwrap().len() as usize;
        }
        drop(engine);
        let journal = fs::read(last(folder.path())).unwrap();
        Self {
            folder,
            journal,
            ends,
        }
    }

    /// A copy of the folder with another journal.
    fn with(&self, journal: &[u8]) -> TempDir {
        let copy = tempfile::tempdir().unwrap();
        let copied = std::process::Command::new("cp")
            .arg("-r")
            .arg(self.folder.path().join("fjall"))
            .arg(copy.path())
            .status();
        assert!(copied.unwrap().success());
        fs::write(last(copy.path()), journal).unwrap();
        copy
    }
}

/// The last journal.
fn last(folder: &Path) -> PathBuf {
    let folder = folder.join("fjall");
    path(&folder, *numbers(&folder).unwrap().last().unwrap())
}

#[test]
fn what_a_cut_leaves_of_the_last_batch_is_cut_off() {
    let written = Written::new();
    let (whole, end) = (written.ends[1], written.ends[2]);
    let mut torn = Vec::new();
    // A kill: the beginning of it, and behind it nothing, or the zeros of a journal that fjall began.
    for at in (whole..end)
        .step_by(3_001)
        .chain([whole + 1, whole + 13, end - 13, end - 1])
    {
        torn.push(written.journal[..at].to_vec());
        let mut zeros = torn.last().unwrap().clone();
        zeros.resize(4 * end, 0);
        torn.push(zeros);
    }
    // A power cut: any page of it, not the others.
    for page in whole.div_ceil(PAGE)..end.div_ceil(PAGE) {
        let page = page * PAGE..((page + 1) * PAGE).min(end);
        let mut hole = written.journal.clone();
        hole[page.clone()].fill(0);
        torn.push(hole);
        let mut alone = written.journal.clone();
        alone[whole..page.start].fill(0);
        alone[page.end..].fill(0);
        torn.push(alone);
    }
    for (number, journal) in torn.iter().enumerate() {
        let copy = written.with(journal);
        for bytes in [&[1, 2][..], &[1, 2, 4]] {
            let engine = place(copy.path())
                .open()
                .unwrap_or_else(|error| panic!("{number}: {error}"));
            assert!(rows(&*engine) == expected(bytes), "{number}: {bytes:?}");
            engine.fill(&batch(4)).unwrap();
        }
    }
}

#[test]
fn damage_before_a_whole_batch_is_refused_and_left_as_it_is() {
    let written = Written::new();
    for at in [
        0,
        20,
        5_000,
        written.ends[0] - 1,
        written.ends[0],
        written.ends[1] - 1,
    ] {
        let mut journal = written.journal.clone();
        journal[at] ^= 0x10;
        let copy = written.with(&journal);
        let Err(error) = place(copy.path()).open() else {
            panic!("opened with damage at {at}")
        };
        assert!(error.to_string().contains("is damaged"), "{at}: {error}");
        assert!(fs::read(last(copy.path())).unwrap() == journal, "{at}");
    }
}

#[test]
fn a_whole_batch_is_found_far_behind_the_damage() {
    let written = Written::new();
    let second = &written.journal[written.ends[0]..written.ends[1]];
    // Over the ends of what is read at once, which is 1 MiB.
    for gap in [0, 1, (1 << 20) - written.ends[0] - 7, 3 << 20] {
        let mut journal = written.journal[..written.ends[0]].to_vec();
        journal[100] ^= 1;
        journal.splice(200..200, vec![0xaa; gap]);
        journal.extend_from_slice(second);
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("7.jnl");
        fs::write(&file, &journal).unwrap();
        let mut journal = Journal::open(&file).unwrap();
        assert_eq!(journal.whole().unwrap(), 0, "{gap}");
        assert!(journal.goes_on_after(0).unwrap(), "{gap}");
    }
}

#[test]
fn who_writes_late_writes_to_a_journal_that_is_done() {
    let folder = tempfile::tempdir().unwrap();
    place(folder.path()).open().unwrap().fill(&batch(1)).unwrap();
    let before = last(folder.path());
    let mut late = File::options().append(true).open(before).unwrap();
    let engine = place(folder.path()).open().unwrap();
    io::Write::write_all(
        &mut late,
        b"\x01\x03\0\0what an instance before this one could not write in time",
    )
    .unwrap();
    engine.fill(&batch(2)).unwrap();
    drop(engine);
    assert!(rows(&*place(folder.path()).open().unwrap()) == expected(&[1, 2]));
}

#[test]
fn openings_that_write_nothing_leave_no_journal_each() {
    let folder = tempfile::tempdir().unwrap();
    for _ in 0..5 {
        drop(place(folder.path()).open().unwrap());
    }
    assert_eq!(numbers(&folder.path().join("fjall")).unwrap().len(), 1);
}
