//! A dataflow as `plan` sees it: which segment numbers are mapped, and under which names they show.

use crate::rules::{RuleError, Segment};
use model::{Dataflow, DataflowNo, SegmentId, SegmentNo, SegmentStamps};
use std::collections::{BTreeMap, HashMap};

/// A dataflow that decides exports.
#[derive(Debug)]
pub struct Flow {
    /// As people defined it.
    pub dataflow: Dataflow,
    mapped: BTreeMap<SegmentNo, Mapped>,
    shown: BTreeMap<SegmentId, SegmentNo>,
    /// What it no longer maps under these numbers, and tells exits of.
    pub(crate) leaving: BTreeMap<SegmentNo, SegmentId>,
}

/// A mapped segment, under the number whose status counts: the hidden one where there is a filter.
#[derive(Debug)]
pub struct Mapped {
    /// The name it shows under.
    pub id: SegmentId,
    /// What people call it.
    pub name: String,
    /// Epoch times of the segment and the mapping.
    pub stamps: SegmentStamps,
}

impl Flow {
    pub(crate) fn new(
        dataflow: &Dataflow,
        by_id: &HashMap<SegmentId, usize>,
        segments: &[Segment],
        errors: &mut Vec<RuleError>,
    ) -> Self {
        let mut mapped = BTreeMap::new();
        for mapping in &dataflow.segments {
            let Some(&at) = by_id.get(&mapping.segment) else {
                let by = format!("dataflow {}", dataflow.id);
                errors.push(RuleError::Unknown {
                    by,
                    missing: mapping.segment.clone(),
                });
                continue;
            };
            let segment = &segments[at];
            let stamps = SegmentStamps {
                created: segment.created,
                updated: segment.updated,
                mapping_created: mapping.created,
                mapping_updated: mapping.updated,
            };
            let counted = if dataflow.filter.is_some() {
                mapping.hidden.unwrap_or(segment.no)
            } else {
                segment.no
            };
            mapped.insert(
                counted,
                Mapped {
                    id: segment.id.clone(),
                    name: segment.name.clone(),
                    stamps,
                },
            );
        }
        let shown = mapped.iter().map(|(no, m)| (m.id.clone(), *no)).collect();
        Self {
            dataflow: dataflow.clone(),
            mapped,
            shown,
            leaving: BTreeMap::new(),
        }
    }

    /// The number of the dataflow.
    pub fn no(&self) -> DataflowNo {
        self.dataflow.no
    }

    /// The mapped segment whose status this number holds.
    pub fn mapped(&self, no: SegmentNo) -> Option<&Mapped> {
        self.mapped.get(&no)
    }

    /// The number whose status shows under a mapped segment's name.
    pub fn number_shown(&self, id: &SegmentId) -> Option<SegmentNo> {
        self.shown.get(id).copied()
    }
}
