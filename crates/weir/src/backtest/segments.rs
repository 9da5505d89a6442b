//! Reads the segments of a backtest.

use anyhow::{Context, Result, bail};
use control::{DesiredSegment, check_segments};
use model::{Definitions, Duration, RulesVersion, SegmentDefinition, SegmentNo, SegmentState, Timestamp};
use std::fs;
use std::path::Path;

/// Reads `path`; everything that is wrong with it is reported at once, with line and column.
pub(super) fn read(path: &Path, retention: Duration) -> Result<Definitions> {
    let bytes = fs::read(path).with_context(|| format!("cannot read the segments {}", path.display()))?;
    let checked = check_segments(&path.display().to_string(), &bytes, retention);
    if checked.report.failed() {
        bail!("{}", checked.report);
    }
    if !checked.report.diagnostics().is_empty() {
        eprintln!("{}", checked.report);
    }
    let version = RulesVersion(1);
    let numbered = checked.desired.unwrap_or_default().into_iter().zip(0..);
    let segments = numbered
        .map(|(segment, no)| published(segment, SegmentNo(no), version))
        .collect();
    Ok(Definitions {
        version,
        retention,
        segments,
        ..Definitions::default()
    })
}

/// A backtest evaluates every segment it is given.
fn published(segment: DesiredSegment, no: SegmentNo, changed_in: RulesVersion) -> SegmentDefinition {
    let DesiredSegment {
        id,
        name,
        expression,
        time_zone,
        exclude_opt_out,
        ..
    } = segment;
    SegmentDefinition {
        id,
        no,
        name,
        expression,
        time_zone,
        exclude_opt_out,
        state: SegmentState::Published,
        changed_in,
        created: Timestamp::MIN,
        updated: Timestamp::MIN,
    }
}
