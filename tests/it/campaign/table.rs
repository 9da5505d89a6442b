//! The table: what can go wrong at which kind of destination, and how it is made to.

use serde_json::{Value, json};
use std::fmt;

/// A kind of destination.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    File,
    Kinesis,
    EventHubs,
}

/// What goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Fault {
    Timeout,
    ResetBefore,
    ResetAfterStoring,
    Throttle,
    PartialFailure,
    CredentialsRefused,
    TooLarge,
    MalformedAnswer,
    SlowTrickle,
    EndpointDown,
}

/// What is sent meanwhile.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Traffic {
    /// Changes.
    Live,
    /// A backfill (in later waves a resend), and changes that race it.
    Backfill,
}

/// One cell: a destination with a dataflow of its own. Whether the server is killed is the table's third side.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Cell {
    pub(crate) kind: Kind,
    pub(crate) fault: Fault,
    pub(crate) traffic: Traffic,
}

/// How a fault is made.
#[derive(Clone, Debug)]
pub(crate) enum Way {
    /// The peer does this to the next calls of the cell, whose names are filled in.
    Script(Vec<Value>),
    /// The disk does this; see `tests/native/disk.c`.
    Disk(&'static str),
    /// The same until it is lifted, and the folder itself is away if so said.
    DiskUntil { line: &'static str, away: bool },
    /// The service does not accept the key until it is lifted.
    Key(Refusal),
    /// Nobody listens until it is lifted.
    Shut,
    /// After a kill, the newest file ends in half a line.
    TornEnd,
    /// The peer takes no message as large as those of the large people.
    Size,
}

/// Why a key is not accepted.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Refusal {
    /// It was changed there, and not yet here.
    Changed,
    /// Its time is over.
    Expired,
    /// Nobody knows it.
    Unknown,
}

const KINDS: [Kind; 3] = [Kind::File, Kind::Kinesis, Kind::EventHubs];
const FAULTS: [Fault; 10] = [
    Fault::Timeout,
    Fault::ResetBefore,
    Fault::ResetAfterStoring,
    Fault::Throttle,
    Fault::PartialFailure,
    Fault::CredentialsRefused,
    Fault::TooLarge,
    Fault::MalformedAnswer,
    Fault::SlowTrickle,
    Fault::EndpointDown,
];
const TRAFFICS: [Traffic; 2] = [Traffic::Live, Traffic::Backfill];

/// Seconds that a call may take where it is to take longer.
const SHORT_SECONDS: u32 = 4;
/// Elsewhere: longer than anything takes on a busy machine, so that no attempt is used that the table does not know of.
const LONG_SECONDS: u32 = 30;
/// Bytes of the mapped attribute of large people.
pub(crate) const LARGE: usize = 9 << 10;
/// Bytes, or KiB, that a peer takes where [`Fault::TooLarge`] is the fault.
pub(crate) const MOST_KIB: u32 = 8;

/// All cells there are.
pub(crate) fn cells(killed: bool) -> Vec<Cell> {
    let mut cells = Vec::new();
    for kind in KINDS {
        for fault in FAULTS {
            if ways(kind, fault, killed).is_empty() {
                continue;
            }
            cells.extend(TRAFFICS.map(|traffic| Cell { kind, fault, traffic }));
        }
    }
    cells
}

/// The ways in which a fault happens to a kind; none if it cannot. Those of one cell take turns.
///
/// What uses attempts happens to at most two calls of a cell in a wave, so that no export may die of it: each has three.
/// Where calls have little time it happens to one, because a busy machine may need an attempt of its own.
///
/// These cells do not exist for a file:
/// - `throttle`: no file system asks a writer to slow down. One that is slow is `slow trickle`.
/// - `too large`: a line may have 16 MiB, and no profile that intake accepts becomes that long. The limit has unit tests.
/// - `malformed answer` without a kill: the answer of a file system is a number. What can be malformed is what it kept: a
///   line that a kill or a power cut tore.
pub(crate) fn ways(kind: Kind, fault: Fault, killed: bool) -> Vec<Way> {
    match kind {
        Kind::File => file(fault, killed),
        Kind::Kinesis => kinesis(fault),
        Kind::EventHubs => event_hubs(fault),
    }
}

fn file(fault: Fault, killed: bool) -> Vec<Way> {
    match fault {
        // A network file system whose server does not answer: the line is written after Weir gave the call up.
        Fault::Timeout => vec![Way::Disk("once hang 6000")],
        // EIO, EDQUOT.
        Fault::ResetBefore => vec![Way::Disk("once write 5"), Way::Disk("once write 122")],
        Fault::ResetAfterStoring => vec![Way::Disk("once sync 5")],
        // ENOSPC, EIO, with half of the lines in the file.
        Fault::PartialFailure => vec![Way::Disk("once short 28"), Way::Disk("once short 5")],
        // EACCES, EROFS, EKEYEXPIRED: what NFS with Kerberos says.
        Fault::CredentialsRefused => ["until write 13", "until write 30", "until write 127"]
            .map(|line| Way::DiskUntil { line, away: false })
            .to_vec(),
        Fault::SlowTrickle => vec![Way::DiskUntil {
            line: "until slow 5",
            away: false,
        }],
        // ESTALE, and a file where the folder was.
        Fault::EndpointDown => vec![Way::DiskUntil {
            line: "until write 116",
            away: true,
        }],
        Fault::MalformedAnswer if killed => vec![Way::TornEnd],
        Fault::MalformedAnswer | Fault::Throttle | Fault::TooLarge => Vec::new(),
    }
}

fn kinesis(fault: Fault) -> Vec<Way> {
    let exceeded = "ProvisionedThroughputExceededException";
    let scripts = match fault {
        Fault::Timeout => vec![json!({"action": "hang", "times": 1})],
        Fault::ResetBefore => vec![
            json!({"action": "reset", "times": 2}),
            json!({"action": "error", "status": 503, "code": "ServiceUnavailable", "times": 2}),
        ],
        Fault::ResetAfterStoring => vec![json!({"action": "lost-answer", "times": 2})],
        Fault::Throttle => vec![
            json!({"action": "error", "status": 400, "code": exceeded, "times": 4}),
            json!({"action": "partial", "every": 2, "code": exceeded, "times": 4}),
            json!({"action": "error", "status": 400, "code": "LimitExceededException", "times": 4}),
        ],
        Fault::PartialFailure => vec![
            json!({"action": "partial", "every": 2, "times": 2}),
            json!({"action": "partial", "every": 3, "times": 2}),
        ],
        Fault::MalformedAnswer => vec![
            json!({"action": "malformed", "times": 2}),
            json!({"action": "malformed", "body": r#"{"FailedRecordCount":0,"Records":[]}"#, "times": 2}),
            json!({"action": "malformed", "body": "<html>", "times": 2}),
        ],
        Fault::SlowTrickle => vec![
            json!({"action": "trickle", "everyMs": 40, "times": 1}),
            json!({"action": "trickle", "everyMs": 1, "times": 1}),
        ],
        Fault::CredentialsRefused => {
            return [Refusal::Changed, Refusal::Expired, Refusal::Unknown]
                .map(Way::Key)
                .to_vec();
        }
        Fault::TooLarge => return vec![Way::Size],
        Fault::EndpointDown => return vec![Way::Shut],
    };
    scripts.into_iter().map(|one| Way::Script(vec![one])).collect()
}

fn event_hubs(fault: Fault) -> Vec<Way> {
    let transfer = |action: &str, times: u32| json!({"on": "transfer", "action": action, "times": times});
    let with = |mut fault: Value, more: Value| {
        let more = more.as_object().expect("an object").clone();
        fault.as_object_mut().expect("an object").extend(more);
        fault
    };
    let hang = |on: &str| json!({"on": on, "action": "hang", "times": 1});
    let partly = |partition: &str, action: &str| {
        let more = json!({"partition": partition, "condition": "amqp:internal-error"});
        vec![with(transfer(action, 2), more)]
    };
    // Ends the connection and uses no attempt.
    let busy = with(
        transfer("close", 1),
        json!({"condition": "com.microsoft:server-busy"}),
    );
    let denied = json!({"condition": "amqp:unauthorized-access"});
    let scripts = match fault {
        Fault::Timeout => vec![
            vec![transfer("hang", 1)],
            vec![busy.clone(), hang("attach")],
            vec![busy, hang("auth")],
        ],
        Fault::ResetBefore => vec![
            vec![transfer("drop", 2)],
            vec![transfer("detach", 2)],
            vec![transfer("close", 2)],
        ],
        Fault::ResetAfterStoring => vec![
            vec![transfer("accept-then-drop", 1)],
            vec![transfer("lost-answer", 1)],
        ],
        Fault::Throttle => vec![vec![transfer("reject", 4)]],
        Fault::PartialFailure => vec![
            partly("0", "reject"),
            partly("1", "release"),
            partly("0", "modified"),
        ],
        Fault::MalformedAnswer => vec![vec![transfer("malformed", 2)]],
        Fault::SlowTrickle => vec![
            vec![with(transfer("slow", 1), json!({"ms": 6000}))],
            vec![with(transfer("slow", 3), json!({"ms": 400}))],
        ],
        Fault::CredentialsRefused => vec![
            vec![with(transfer("detach", 1), denied.clone())],
            vec![with(transfer("close", 1), denied)],
            vec![
                transfer("drop", 1),
                json!({"on": "auth", "action": "refuse", "status": 401, "times": 1}),
            ],
        ],
        Fault::TooLarge => return vec![Way::Size],
        Fault::EndpointDown => return vec![Way::Shut],
    };
    scripts.into_iter().map(Way::Script).collect()
}

impl Way {
    /// Whether it stays until it is lifted.
    pub(crate) fn stays(&self) -> bool {
        matches!(self, Self::DiskUntil { .. } | Self::Key(_) | Self::Shut)
    }
}

impl Cell {
    pub(crate) fn is(self, fault: Fault) -> bool {
        self.fault == fault
    }

    /// Seconds that its calls may take.
    pub(crate) fn timeout(self) -> u32 {
        match (self.fault, self.kind) {
            (Fault::Timeout, _)
            | (Fault::SlowTrickle, Kind::Kinesis | Kind::EventHubs)
            // An answer that is lost is noticed by the time alone.
            | (Fault::ResetAfterStoring, Kind::EventHubs) => SHORT_SECONDS,
            _ => LONG_SECONDS,
        }
    }
}

/// The id of its destination and of its dataflow.
impl fmt::Display for Cell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = match self.kind {
            Kind::File => "file",
            Kind::Kinesis => "kinesis",
            Kind::EventHubs => "event-hubs",
        };
        let fault = match self.fault {
            Fault::Timeout => "timeout",
            Fault::ResetBefore => "reset-before",
            Fault::ResetAfterStoring => "reset-after-storing",
            Fault::Throttle => "throttle",
            Fault::PartialFailure => "partial-failure",
            Fault::CredentialsRefused => "credentials-refused",
            Fault::TooLarge => "too-large",
            Fault::MalformedAnswer => "malformed-answer",
            Fault::SlowTrickle => "slow-trickle",
            Fault::EndpointDown => "endpoint-down",
        };
        let traffic = match self.traffic {
            Traffic::Live => "live",
            Traffic::Backfill => "backfill",
        };
        write!(f, "{kind}.{fault}.{traffic}")
    }
}
