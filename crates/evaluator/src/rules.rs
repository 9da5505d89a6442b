//! What is in force: segments compiled and in the order of their references, and the dataflows over them.

use crate::flow::Flow;
use crate::network::Network;
use model::{
    DataflowNo, DatasetId, Definitions, Duration, Event, Leaving, RulesVersion, SegmentDefinition, SegmentId,
    SegmentNo, SegmentState, Timestamp, ZoneName,
};
use pql::Program;
use std::collections::{BTreeMap, HashMap};

/// One immutable snapshot of everything that decides. Publishing makes a new one.
#[derive(Debug)]
pub struct Rules {
    /// Counts the publishes.
    pub version: RulesVersion,
    /// The instant of the last publish.
    pub published_at: Timestamp,
    /// The longest that events count, from their timestamp on: no dataset keeps its own for longer.
    pub retention: Duration,
    /// How long events of a dataset count that has a say of its own.
    retentions: Vec<(DatasetId, Duration)>,
    /// How long those of any other do.
    common: Duration,
    segments: Vec<Segment>,
    network: Network,
    flows: Vec<Flow>,
    by_no: HashMap<SegmentNo, usize>,
    by_id: HashMap<SegmentId, usize>,
}

/// A segment that is evaluated: a published one, or the hidden `(segment) and (filter)` of a dataflow.
#[derive(Debug)]
pub struct Segment {
    /// By number.
    pub no: SegmentNo,
    /// By name; a hidden segment goes by the name of the mapped one.
    pub id: SegmentId,
    /// What people call it.
    pub name: String,
    /// What holds for a member.
    pub program: Program,
    /// Whether people who opted out are no members.
    pub exclude_opt_out: bool,
    /// The publish that last changed its meaning, or that of a segment it refers to.
    pub changed_in: RulesVersion,
    /// Set for hidden segments: the publish whose first evaluation sets the baseline without a transition.
    pub baseline_in: Option<RulesVersion>,
    /// When it was made.
    pub created: Timestamp,
    /// When it was last edited.
    pub updated: Timestamp,
}

/// Why definitions cannot be put in force.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum RuleError {
    /// The predicate does not parse.
    #[error("segment {segment}: {message}")]
    Expression {
        /// Which segment.
        segment: SegmentId,
        /// The first diagnostic.
        message: String,
    },
    /// The zone is in no database of this program: a newer one wrote the definitions.
    #[error("segment {segment}: there is no time zone `{zone}`")]
    Zone {
        /// Which segment.
        segment: SegmentId,
        /// Its zone.
        zone: ZoneName,
    },
    /// The filter of a dataflow does not parse.
    #[error("filter of dataflow {dataflow}: {message}")]
    Filter {
        /// Which dataflow.
        dataflow: model::DataflowId,
        /// The first diagnostic.
        message: String,
    },
    /// `inSegment` or a mapping names something that is not published.
    #[error("{by} refers to segment {missing}, which is not published")]
    Unknown {
        /// Who refers.
        by: String,
        /// To what.
        missing: SegmentId,
    },
    /// Segments refer to each other in a circle.
    #[error("segments refer to each other in a circle: {}", path.iter().map(SegmentId::as_str).collect::<Vec<_>>().join(" -> "))]
    Cycle {
        /// The circle, its first segment repeated at the end.
        path: Vec<SegmentId>,
    },
}

impl Rules {
    /// Compiles definitions. All errors at once, in the order of the definitions.
    pub fn compile(definitions: &Definitions) -> Result<Self, Vec<RuleError>> {
        let mut errors = Vec::new();
        let published = parse_published(definitions, &mut errors);
        let (mut segments, by_id) = in_order(&published, &mut errors);
        let mut flows = Vec::new();
        for dataflow in &definitions.dataflows {
            let hidden = hidden_segments(dataflow, &segments, &by_id, &mut errors);
            segments.extend(hidden);
            if dataflow.state.decides() {
                flows.push(Flow::new(dataflow, &by_id, &segments, &mut errors));
            }
        }
        if !errors.is_empty() {
            return Err(errors);
        }
        flows.sort_unstable_by_key(Flow::no);
        let by_no = segments.iter().enumerate().map(|(at, s)| (s.no, at)).collect();
        let Definitions {
            version,
            published_at,
            retention: common,
            ..
        } = *definitions;
        let own = definitions.datasets.iter();
        let retentions: Vec<_> = own
            .filter_map(|dataset| Some((dataset.id.clone(), dataset.retention?)))
            .collect();
        let retention = retentions.iter().map(|(_, own)| *own).fold(common, Duration::max);
        let network = Network::compile(&segments, &by_id, retention, (common, &retentions));
        Ok(Self {
            version,
            published_at,
            retention,
            retentions,
            common,
            segments,
            network,
            flows,
            by_no,
            by_id,
        })
    }

    /// How long events of a dataset count, from their timestamp on.
    pub fn retention_of(&self, dataset: &DatasetId) -> Duration {
        let own = self.retentions.iter().find(|(id, _)| id == dataset);
        own.map_or(self.common, |(_, own)| *own)
    }

    /// The instant from which on an event is forgotten: its timestamp and the retention of its dataset.
    pub(crate) fn forgotten(&self, event: &Event) -> Timestamp {
        event.timestamp + self.retention_of(&event.dataset)
    }

    /// The same rules, under which these segments leave these dataflows: who was told to be in one is told an exit
    /// by the next export of the dataflow.
    #[must_use]
    pub fn leaving<'a>(mut self, leaving: impl IntoIterator<Item = (DataflowNo, &'a Leaving)>) -> Self {
        for (dataflow, Leaving { no, segment }) in leaving {
            if let Ok(at) = self.flows.binary_search_by_key(&dataflow, Flow::no) {
                self.flows[at].leaving.insert(*no, segment.clone());
            }
        }
        self
    }

    /// The dataflow with this number, if it decides exports.
    pub fn flow(&self, no: DataflowNo) -> Option<&Flow> {
        let at = self.flows.binary_search_by_key(&no, Flow::no).ok()?;
        Some(&self.flows[at])
    }

    /// The segments, each after those it refers to.
    pub fn segments(&self) -> &[Segment] {
        &self.segments
    }

    /// What all segments ask.
    pub(crate) fn network(&self) -> &Network {
        &self.network
    }

    /// The dataflows that decide exports, ascending by number.
    pub fn flows(&self) -> &[Flow] {
        &self.flows
    }

    /// The segment with this number, if it is evaluated.
    pub fn segment(&self, no: SegmentNo) -> Option<&Segment> {
        self.by_no.get(&no).map(|&at| &self.segments[at])
    }

    /// Where in [`Rules::segments`] the segment with this number stands, if it is evaluated.
    pub(crate) fn place(&self, no: SegmentNo) -> Option<usize> {
        self.by_no.get(&no).copied()
    }

    /// Where in [`Rules::segments`] the published segment with this name stands.
    pub fn position(&self, id: &SegmentId) -> Option<usize> {
        self.by_id.get(id).copied()
    }
}

type Parsed<'a> = BTreeMap<&'a SegmentId, (&'a SegmentDefinition, Program)>;

fn parse_published<'a>(definitions: &'a Definitions, errors: &mut Vec<RuleError>) -> Parsed<'a> {
    let mut parsed = BTreeMap::new();
    for definition in definitions
        .segments
        .iter()
        .filter(|s| s.state == SegmentState::Published)
    {
        match program(definition) {
            Ok(program) => {
                parsed.insert(&definition.id, (definition, program));
            }
            Err(error) => errors.push(error),
        }
    }
    parsed
}

/// What a segment says, in its zone.
fn program(definition: &SegmentDefinition) -> Result<Program, RuleError> {
    let (segment, zone) = (&definition.id, &definition.time_zone);
    let program = parse(&definition.expression).map_err(|message| RuleError::Expression {
        segment: segment.clone(),
        message,
    })?;
    let known = zone.zone().ok_or_else(|| RuleError::Zone {
        segment: segment.clone(),
        zone: zone.clone(),
    })?;
    Ok(program.in_zone(known))
}

fn parse(expression: &str) -> Result<Program, String> {
    let parsed = pql::read(expression);
    let error = parsed
        .diagnostics
        .iter()
        .find(|d| d.severity == pql::Severity::Error);
    match (parsed.program, error) {
        (Some(program), None) => Ok(program),
        (_, error) => Err(error.map_or_else(|| "the predicate is empty".to_owned(), |d| d.message.clone())),
    }
}

/// Depth first, so that each segment follows those it refers to; among equals by name, so that the order is
/// the same every time.
fn in_order(parsed: &Parsed<'_>, errors: &mut Vec<RuleError>) -> (Vec<Segment>, HashMap<SegmentId, usize>) {
    let mut order = Order {
        parsed,
        done: Vec::new(),
        at: HashMap::new(),
        open: Vec::new(),
        errors,
    };
    for id in parsed.keys() {
        order.place(id);
    }
    (order.done, order.at)
}

/// The walk. Its stack is a list of its own: ten thousand segments in a row must not exhaust the thread's.
struct Order<'a> {
    parsed: &'a Parsed<'a>,
    done: Vec<Segment>,
    at: HashMap<SegmentId, usize>,
    /// Segments of which some reference is not placed yet, each referred to by the one before.
    open: Vec<Open>,
    errors: &'a mut Vec<RuleError>,
}

struct Open {
    id: SegmentId,
    /// What it refers to and is not looked at yet.
    left: Vec<SegmentId>,
    /// The publish that last changed it or one of those looked at.
    changed_in: RulesVersion,
}

impl Order<'_> {
    /// Places a segment, after all that it refers to.
    fn place(&mut self, id: &SegmentId) {
        self.look_at(id);
        while let Some(top) = self.open.last_mut() {
            match top.left.pop() {
                Some(reference) => self.look_at(&reference),
                None => self.close(),
            }
        }
    }

    /// Opens a segment, or tells the one that refers to it when it was changed, if that is known.
    fn look_at(&mut self, id: &SegmentId) {
        if let Some(&at) = self.at.get(id) {
            self.tell(self.done[at].changed_in);
        } else if let Some(start) = self.open.iter().position(|on| on.id == *id) {
            let path = self.open[start..].iter().map(|on| &on.id).chain([id]);
            let path = path.cloned().collect();
            self.errors.push(RuleError::Cycle { path });
        } else if let Some((definition, program)) = self.parsed.get(id) {
            let mut left = program.segments();
            left.reverse();
            self.open.push(Open {
                id: id.clone(),
                left,
                changed_in: definition.changed_in,
            });
        } else {
            let by = self.open.last();
            self.errors.push(RuleError::Unknown {
                by: by.map_or_else(String::new, |by| format!("segment {}", by.id)),
                missing: id.clone(),
            });
        }
    }

    /// Places the innermost open segment.
    fn close(&mut self) {
        let Some(Open { id, changed_in, .. }) = self.open.pop() else {
            return;
        };
        let (definition, program) = &self.parsed[&id];
        self.at.insert(id.clone(), self.done.len());
        self.done.push(Segment {
            no: definition.no,
            id,
            name: definition.name.clone(),
            program: program.clone(),
            exclude_opt_out: definition.exclude_opt_out,
            changed_in,
            baseline_in: None,
            created: definition.created,
            updated: definition.updated,
        });
        self.tell(changed_in);
    }

    fn tell(&mut self, changed_in: RulesVersion) {
        if let Some(by) = self.open.last_mut() {
            by.changed_in = by.changed_in.max(changed_in);
        }
    }
}

/// `(segment) and (filter)` for each mapped segment of a dataflow that has a filter: same timers, same exits, same zone.
fn hidden_segments(
    dataflow: &model::Dataflow,
    segments: &[Segment],
    by_id: &HashMap<SegmentId, usize>,
    errors: &mut Vec<RuleError>,
) -> Vec<Segment> {
    let Some(text) = &dataflow.filter else {
        return Vec::new();
    };
    let filter = match parse(text) {
        Ok(filter) => filter,
        Err(message) => {
            errors.push(RuleError::Filter {
                dataflow: dataflow.id.clone(),
                message,
            });
            return Vec::new();
        }
    };
    let mut changed_in = RulesVersion(0);
    for referred in filter.segments() {
        match by_id.get(&referred) {
            Some(&at) => changed_in = changed_in.max(segments[at].changed_in),
            None => errors.push(RuleError::Unknown {
                by: format!("filter of dataflow {}", dataflow.id),
                missing: referred,
            }),
        }
    }
    let mapped = dataflow.segments.iter();
    let hidden = mapped.filter_map(|mapping| {
        let base = &segments[*by_id.get(&mapping.segment)?];
        Some(Segment {
            no: mapping.hidden?,
            id: base.id.clone(),
            name: base.name.clone(),
            program: Program::and(base.program.clone(), filter.clone()),
            exclude_opt_out: base.exclude_opt_out,
            changed_in: base.changed_in.max(changed_in).max(mapping.baseline_in),
            baseline_in: Some(mapping.baseline_in),
            created: base.created,
            updated: base.updated,
        })
    });
    hidden.collect()
}
