use super::{BLOCK, LONGEST, Lines};
use std::io::Read;
use std::path::Path;

/// Gives its bytes in pieces, as a pipe does.
struct Pipe(Vec<u8>, usize);

impl Read for Pipe {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        let most = self.1.min(self.0.len()).min(into.len());
        into[..most].copy_from_slice(&self.0[..most]);
        self.0.drain(..most);
        Ok(most)
    }
}

/// All lines that are not blank, with their numbers in the file.
fn all(text: Vec<u8>, piece: usize) -> Vec<(u64, Vec<u8>)> {
    let mut lines = Lines::of(Box::new(Pipe(text, piece)), Path::new("pipe"));
    let (mut all, mut before) = (Vec::new(), 0);
    while let Some(block) = lines.next(b"old".to_vec()).unwrap() {
        assert!(block.bytes.len() <= LONGEST + 2 * BLOCK, "in bounded memory");
        let (found, count) = block.lines();
        all.extend(
            found
                .into_iter()
                .map(|(number, line)| (before + number, line.to_vec())),
        );
        before += count;
    }
    all
}

#[test]
fn lines_are_whole_wherever_blocks_end() {
    let lines = (0..200_000).map(|n| format!("{{\"n\":{n}}} \r\n{}", "\n".repeat(n % 3)));
    let text = lines.collect::<Vec<String>>().concat();
    let expected: Vec<(u64, Vec<u8>)> = text
        .split('\n')
        .zip(1..)
        .filter(|(line, _)| !line.trim_ascii().is_empty())
        .map(|(line, number)| (number, line.trim_ascii_end().as_bytes().to_vec()))
        .collect();
    assert!(text.len() > 2 * BLOCK);
    for piece in [1000, BLOCK - 1, usize::MAX] {
        assert_eq!(
            all(text.clone().into_bytes(), piece),
            expected,
            "in pieces of {piece}"
        );
    }
    assert_eq!(
        all(b"a\nb".to_vec(), 10),
        [(1, b"a".to_vec()), (2, b"b".to_vec())]
    );
    assert!(all(b"\n \n".to_vec(), 10).is_empty());
}

#[test]
fn a_line_without_end_is_cut_and_those_after_it_are_whole() {
    let mut text = b"first\n".to_vec();
    text.extend(vec![b'x'; LONGEST + 5 * BLOCK]);
    text.extend(b"\nlast\n");
    let lines = all(text, usize::MAX);
    assert_eq!(lines.len(), 3);
    assert!(lines[1].1.len() >= LONGEST, "so long that the parser refuses it");
    assert_eq!(
        (lines[0].0, lines[1].0, &lines[2]),
        (1, 2, &(3, b"last".to_vec()))
    );
}
