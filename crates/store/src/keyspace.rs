//! All key spaces of the store: what is kept, under which key, in which form.
//!
//! A stored key is the byte of its space, then the parts of the key in order, each big-endian and of fixed
//! width, so that byte order is the order of the parts. A stored value is one byte that tells its version, then
//! postcard. The types of keys and values stand in `keys`; the bytes are made there and nowhere else.

/// One key space. The order of declaration is the order on disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Space {
    /// absorbed profile -> survivor at that time (`ProfileId`)
    Aliases = b'A',
    /// number -> message that was refused at the door (`DeadMessage`)
    DeadMessages = b'B',
    /// (profile, dataflow) -> what of it is pending, and who waits for whom (`Chain`)
    Chains = b'C',
    /// (dataflow, export number) -> export that was given up (`DeadLetter`)
    DeadLetters = b'D',
    /// (owner, hash of (dataset, `_id`)) -> `Event`
    Events = b'E',
    /// (owner, hash of (dataset, primary identity)) -> `Fragment`
    Fragments = b'F',
    /// (profile, dataflow, export number) -> revision of that dead letter; at number 0 the highest revision
    /// delivered since the first of them died
    Graves = b'G',
    /// (profile, batch) -> transitions of that batch, in order of time
    History = b'H',
    /// hash of (namespace, value) -> the profile, always a survivor (`ProfileId`)
    Identities = b'I',
    /// number -> bulk job (`Job`)
    Jobs = b'J',
    /// (job, block of profiles) -> the job's candidates of that block, in the form that ingest gives them
    Candidates = b'K',
    /// (dataflow, class, due or `MIN`, export number) -> what the lane needs to know before the export
    /// (`Ticket`); only the head of a chain has one
    Lanes = b'L',
    /// dataset -> what became of its messages (`MessageCounters`)
    MessageCounters = b'M',
    /// profile -> its names, oldest first (`Vec<IdentityLink>`)
    IdentityLists = b'N',
    /// profile -> standing, ledger, next due (`HotRow`)
    Profiles = b'P',
    /// (dataflow, profile, export number) -> the class of an export behind the head of its chain
    Parked = b'Q',
    /// one row: the definitions in force (`Definitions`)
    Definitions = b'R',
    /// dataflow -> the counters of its account, and what waits and is dead in rows and bytes
    Counters = b'S',
    /// (next due, profile) -> nothing; one a profile
    Timers = b'T',
    /// one row: how far the upgrade job is (`UpgradeProgress`)
    Upgrade = b'V',
    /// (dataflow, export number) -> `Export` and since when it waits (`Queued`), until it is settled
    Exports = b'X',
    /// by name: the format version, the mark of a restore, the committed numbers (`Meta`)
    Meta = b'Z',
}

impl Space {
    /// Every key space, in the order on disk.
    pub const ALL: [Self; 22] = [
        Self::Aliases,
        Self::DeadMessages,
        Self::Chains,
        Self::DeadLetters,
        Self::Events,
        Self::Fragments,
        Self::Graves,
        Self::History,
        Self::Identities,
        Self::Jobs,
        Self::Candidates,
        Self::Lanes,
        Self::MessageCounters,
        Self::IdentityLists,
        Self::Profiles,
        Self::Parked,
        Self::Definitions,
        Self::Counters,
        Self::Timers,
        Self::Upgrade,
        Self::Exports,
        Self::Meta,
    ];

    /// The first byte of its keys.
    pub fn prefix(self) -> u8 {
        self as u8
    }

    /// What `weir store stats` and errors call it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Aliases => "aliases",
            Self::DeadMessages => "dead_messages",
            Self::Chains => "chains",
            Self::DeadLetters => "dead_letters",
            Self::Events => "events",
            Self::Fragments => "fragments",
            Self::Graves => "graves",
            Self::History => "history",
            Self::Identities => "identities",
            Self::Jobs => "jobs",
            Self::Candidates => "candidates",
            Self::Lanes => "lanes",
            Self::MessageCounters => "message_counters",
            Self::IdentityLists => "identity_lists",
            Self::Profiles => "profiles",
            Self::Parked => "parked",
            Self::Definitions => "definitions",
            Self::Counters => "counters",
            Self::Timers => "timers",
            Self::Upgrade => "upgrade",
            Self::Exports => "exports",
            Self::Meta => "meta",
        }
    }
}
