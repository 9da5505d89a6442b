//! One scan over what is in memory and what is in the engine.

use super::table::Table;
use crate::engine::{Change, Read, Row};
use crate::error::Result;
use crate::keys::after;
use std::iter::Peekable;
use std::ops::Range;

/// Rows asked of the engine at once beyond what is wanted, because some of them may be gone. Where many are, more are asked
/// for each time, up to the second number.
const MORE: usize = 16;
const MOST: usize = 1_024;

/// The first (last, if `reverse`) `limit` rows in `range`, which is not empty, of `base` with the changes of `tables`: the
/// latest first.
pub(super) fn scan(
    tables: &[&Table],
    base: &dyn Read,
    range: Range<Vec<u8>>,
    limit: usize,
    reverse: bool,
) -> Result<Vec<Row>> {
    let mut changes = Changes::new(tables, &range, reverse);
    let mut rows = Pages {
        base,
        range: range.clone(),
        page: limit.saturating_add(MORE),
        reverse,
        rows: Vec::new().into_iter().peekable(),
        last: false,
    };
    let mut found = Vec::new();
    while found.len() < limit {
        let row = rows.peek()?;
        let first = match (changes.peek(), row) {
            (None, None) => break,
            (Some(_), None) => Side::Memory,
            (None, Some(_)) => Side::Engine,
            (Some(changed), Some((stored, _))) => {
                let order = changed.cmp(stored);
                match if reverse { order.reverse() } else { order } {
                    std::cmp::Ordering::Less => Side::Memory,
                    std::cmp::Ordering::Equal => Side::Both,
                    std::cmp::Ordering::Greater => Side::Engine,
                }
            }
        };
        if matches!(first, Side::Both) {
            rows.next();
        }
        match first {
            Side::Engine => found.extend(rows.next()),
            Side::Memory | Side::Both => {
                if let Some((key, change)) = changes.next()
                    && let Some(value) = change.value()
                {
                    found.push((key.to_vec(), value.to_vec()));
                }
            }
        }
    }
    Ok(found)
}

/// Where the next row is.
enum Side {
    Memory,
    Engine,
    /// The engine's is out of date.
    Both,
}

type Entry<'a> = (&'a [u8], &'a Change);

/// The changes of several tables in one order. Where two have one of a key, that of the first counts.
struct Changes<'a> {
    tables: Vec<Peekable<Box<dyn Iterator<Item = Entry<'a>> + 'a>>>,
    reverse: bool,
}

impl<'a> Changes<'a> {
    fn new(tables: &[&'a Table], range: &'a Range<Vec<u8>>, reverse: bool) -> Self {
        let walk = |table: &&'a Table| -> Box<dyn Iterator<Item = Entry<'a>> + 'a> {
            let changes = table.range(range);
            if reverse {
                Box::new(changes.rev())
            } else {
                Box::new(changes)
            }
        };
        let tables = tables.iter().map(|table| walk(table).peekable()).collect();
        Self { tables, reverse }
    }

    fn peek(&mut self) -> Option<&'a [u8]> {
        let keys = self.tables.iter_mut().filter_map(|table| Some(table.peek()?.0));
        if self.reverse { keys.max() } else { keys.min() }
    }

    fn next(&mut self) -> Option<Entry<'a>> {
        let key = self.peek()?;
        let mut changes = self
            .tables
            .iter_mut()
            .filter_map(|table| table.next_if(|(of, _)| *of == key));
        let first = changes.next();
        // Older ones of the same key.
        changes.for_each(drop);
        first
    }
}

/// The rows of the engine, read as far as they are wanted.
struct Pages<'a> {
    base: &'a dyn Read,
    /// What is not read yet.
    range: Range<Vec<u8>>,
    page: usize,
    reverse: bool,
    rows: Peekable<std::vec::IntoIter<Row>>,
    /// Whether there are no more.
    last: bool,
}

impl Pages<'_> {
    fn peek(&mut self) -> Result<Option<&Row>> {
        if self.rows.peek().is_none() && !self.last {
            let page = self.base.scan(self.range.clone(), self.page, self.reverse)?;
            self.last = page.len() < self.page;
            self.page = self.page.max(MOST.min(self.page.saturating_mul(2)));
            match page.last() {
                Some((key, _)) if self.reverse => self.range.end.clone_from(key),
                Some((key, _)) => self.range.start = after(key),
                None => {}
            }
            self.rows = page.into_iter().peekable();
        }
        Ok(self.rows.peek())
    }

    fn next(&mut self) -> Option<Row> {
        self.rows.next()
    }
}
