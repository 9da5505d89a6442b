//! What ingest, jobs and the API read. Committed data only.

use crate::decisions::{DeadMessage, MessageCounters, UpgradeProgress};
use crate::digest::Digest;
use crate::engine::Read;
use crate::error::Result;
use crate::keys::{
    ALIASES, CANDIDATES, COUNTERS, DEAD_LETTERS, DEAD_MESSAGES, DEFINITIONS, EVENTS, FRAGMENTS, HISTORY,
    IDENTITIES, IDENTITY_LISTS, JOBS, MESSAGE_COUNTERS, PROFILES, UPGRADE,
};
use crate::settlement::DeadLetter;
use crate::store::Store;
use model::{
    DataflowNo, DatasetId, Definitions, ExportSeq, HotRow, Identity, Job, JobNo, Profile, ProfileId,
    RulesVersion, Transition,
};

impl Store {
    /// Whose the identities are, in the same order; always a profile that is not absorbed.
    pub fn profiles_of(&self, ids: &[Identity]) -> Result<Vec<Option<ProfileId>>> {
        self.read(|rows| IDENTITIES.multi_get(rows, ids.iter().map(Digest::of_identity)))
    }

    /// The profile that `id` is part of now: itself, or who absorbed it, and so on. `None` if there never was
    /// such a profile.
    pub fn survivor(&self, id: ProfileId) -> Result<Option<ProfileId>> {
        self.read(|rows| {
            let mut at = id;
            while let Some(survivor) = ALIASES.get(rows, &at)? {
                at = survivor;
            }
            Ok(PROFILES.get(rows, &at)?.map(|_| at))
        })
    }

    /// Whole profiles, in the same order: with the fragments and events of all they have absorbed. `None` for
    /// an id that has no profile, or was absorbed.
    pub fn load(&self, ids: &[ProfileId]) -> Result<Vec<Option<Profile>>> {
        self.read(|rows| {
            let hot = PROFILES.multi_get(rows, ids.iter().copied())?;
            let whole =
                |(&id, hot): (&ProfileId, Option<HotRow>)| hot.map(|hot| whole(rows, id, hot)).transpose();
            ids.iter().zip(hot).map(whole).collect()
        })
    }

    /// The first `limit` profiles from `from` on (included), ascending, with the rules each was last evaluated
    /// under.
    pub fn profiles_from(&self, from: ProfileId, limit: usize) -> Result<Vec<(ProfileId, RulesVersion)>> {
        let hot = self.read(|rows| PROFILES.scan(rows, PROFILES.from(&from), limit, false))?;
        Ok(hot.into_iter().map(|(id, hot)| (id, hot.rules)).collect())
    }

    /// The last `limit` transitions of a profile and all it has absorbed, latest first.
    pub fn history(&self, id: ProfileId, limit: usize) -> Result<Vec<Transition>> {
        self.read(|rows| {
            let absorbed = PROFILES
                .get(rows, &id)?
                .map(|hot| hot.absorbed)
                .unwrap_or_default();
            let mut all = Vec::new();
            for owner in std::iter::once(id).chain(absorbed) {
                let batches = HISTORY.scan(rows, HISTORY.prefix(&owner), limit, true)?;
                all.extend(batches.into_iter().flat_map(|(_, batch)| batch.into_iter().rev()));
            }
            // Stable: transitions of one instant stay in reverse order of decision.
            all.sort_by_key(|transition| std::cmp::Reverse(transition.at));
            all.truncate(limit);
            Ok(all)
        })
    }

    /// Whether one of `owners` has an event with this `_id` in `dataset`.
    pub fn has_event(&self, owners: &[ProfileId], dataset: &DatasetId, id: &str) -> Result<bool> {
        let digest = Digest::of_event(dataset, id);
        self.read(|rows| {
            for &owner in owners {
                if EVENTS.is_there(rows, &(owner, digest))? {
                    return Ok(true);
                }
            }
            Ok(false)
        })
    }

    /// The definitions in force; the empty ones in a new store.
    pub fn definitions(&self) -> Result<Definitions> {
        Ok(self.read(|rows| DEFINITIONS.get(rows, &()))?.unwrap_or_default())
    }

    /// How far the upgrade job has come, if there ever was one.
    pub fn upgrade(&self) -> Result<Option<UpgradeProgress>> {
        self.read(|rows| UPGRADE.get(rows, &()))
    }

    /// The bulk jobs from number `from` on (included), ascending.
    pub fn jobs(&self, from: JobNo, limit: usize) -> Result<Vec<Job>> {
        let jobs = self.read(|rows| JOBS.scan(rows, JOBS.from(&from), limit, false))?;
        Ok(jobs.into_iter().map(|(_, job)| job).collect())
    }

    /// The bulk job with this number.
    pub fn job(&self, no: JobNo) -> Result<Option<Job>> {
        self.read(|rows| JOBS.get(rows, &no))
    }

    /// The number the next bulk job gets; the first is 1.
    pub fn next_job(&self) -> Result<JobNo> {
        let last = self.read(|rows| JOBS.scan(rows, JOBS.prefix(&()), 1, true))?;
        Ok(last.last().map_or(JobNo(1), |(no, _)| no.next()))
    }

    /// The first `limit` blocks of candidates of a job from block `from` on (included), ascending.
    pub fn candidates(&self, job: JobNo, from: u64, limit: usize) -> Result<Vec<(u64, Vec<u8>)>> {
        self.read(|rows| {
            let range = CANDIDATES.key(&(job, from)).to_vec()..CANDIDATES.prefix(&job).end;
            let blocks = CANDIDATES.scan(rows, range, limit, false)?;
            Ok(blocks
                .into_iter()
                .map(|((_, block), profiles)| (block, profiles))
                .collect())
        })
    }

    /// The hot rows of up to `limit` profiles from `from` on (included), ascending.
    pub fn hot_from(&self, from: ProfileId, limit: usize) -> Result<Vec<(ProfileId, HotRow)>> {
        self.read(|rows| PROFILES.scan(rows, PROFILES.from(&from), limit, false))
    }

    /// How many exports of a dataflow ever became dead letters.
    pub fn dead(&self, dataflow: DataflowNo) -> Result<u64> {
        let counters = self.read(|rows| COUNTERS.get(rows, &dataflow))?;
        Ok(counters.map_or(0, |counters| counters.dead.values().sum()))
    }

    /// What became of messages, by dataset.
    pub fn message_counters(&self) -> Result<Vec<(DatasetId, MessageCounters)>> {
        self.read(|rows| MESSAGE_COUNTERS.scan(rows, MESSAGE_COUNTERS.prefix(&()), usize::MAX, false))
    }

    /// The first `limit` dead letters of a dataflow from number `from` on (included), in order of decision.
    pub fn dead_letters(
        &self,
        dataflow: DataflowNo,
        from: ExportSeq,
        limit: usize,
    ) -> Result<Vec<(ExportSeq, DeadLetter)>> {
        self.read(|rows| {
            let range = DEAD_LETTERS.key(&(dataflow, from)).to_vec()..DEAD_LETTERS.prefix(&dataflow).end;
            let letters = DEAD_LETTERS.scan(rows, range, limit, false)?;
            Ok(letters
                .into_iter()
                .map(|((_, seq), letter)| (seq, letter))
                .collect())
        })
    }

    /// The first `limit` messages refused at the door from number `from` on (included), in order of arrival.
    pub fn dead_messages(&self, from: u64, limit: usize) -> Result<Vec<(u64, DeadMessage)>> {
        self.read(|rows| DEAD_MESSAGES.scan(rows, DEAD_MESSAGES.from(&from), limit, false))
    }
}

fn whole<R: Read + ?Sized>(rows: &R, id: ProfileId, hot: HotRow) -> Result<Profile> {
    let mut profile = Profile {
        id,
        identities: IDENTITY_LISTS.get(rows, &id)?.unwrap_or_default(),
        fragments: Vec::new(),
        events: Vec::new(),
        hot,
    };
    for &owner in std::iter::once(&id).chain(&profile.hot.absorbed) {
        let fragments = FRAGMENTS.scan(rows, FRAGMENTS.prefix(&owner), usize::MAX, false)?;
        profile
            .fragments
            .extend(fragments.into_iter().map(|(_, fragment)| fragment));
        let events = EVENTS.scan(rows, EVENTS.prefix(&owner), usize::MAX, false)?;
        profile.events.extend(events.into_iter().map(|(_, event)| event));
    }
    profile.events.sort_by_key(|event| (event.timestamp, event.seq));
    Ok(profile)
}
