//! The verifications of a rig: those that were answered, compared with those that are stored.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::Duration;

use anyhow::{Context as _, ensure};
use hyper::StatusCode;
use hyper::body::Bytes;
use otp_core::page::{Listed as _, PagePosition};
use otp_core::ports::{Accounts, Verifications};
use otp_core::time::Timestamp;
use otp_core::verification::{CheckResult, VerificationQuery, VerificationStatus};
use uuid::Uuid;

use super::requests::Created;
use crate::rig::Rig;

/// More than a run takes, and less than the age of the verifications that were there before it.
const LONGEST_RUN: Duration = Duration::from_secs(12 * 60 * 60);

/// The verifications that the server has answered for.
#[derive(Debug, Default)]
pub(super) struct Answered {
    /// Those whose code was not checked yet.
    unchecked: Mutex<Vec<Created>>,
    first: OnceLock<Uuid>,
    created: AtomicU64,
    approved: AtomicU64,
}

impl Answered {
    /// Counts the answer to a new verification.
    pub(super) fn created(&self, status: StatusCode, answer: &Bytes) {
        let created = Created::parse(answer).filter(|_| status == StatusCode::CREATED);
        if let Some(created) = created {
            self.first.get_or_init(|| created.id);
            self.created.fetch_add(1, Ordering::Relaxed);
            let mut unchecked = self
                .unchecked
                .lock()
                .unwrap_or_else(PoisonError::into_inner);
            unchecked.push(created);
        }
    }

    /// Counts the answer to a right code.
    pub(super) fn checked(&self, status: StatusCode) {
        if status == StatusCode::OK {
            self.approved.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Takes one part in `share` of those whose code was not checked yet.
    pub(super) fn take_unchecked(&self, share: usize) -> Vec<Created> {
        let mut unchecked = self
            .unchecked
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let kept = unchecked.len() - unchecked.len() / share;
        unchecked.split_off(kept)
    }

    /// Fails unless the store has what was answered, and nothing else: as many verifications, as many
    /// approved ones, and one check of each of these.
    pub(super) async fn audit(&self, rig: &Rig) -> anyhow::Result<()> {
        let created = self.created.load(Ordering::Relaxed);
        let approved = self.approved.load(Ordering::Relaxed);
        let first = self.first.get().context("no verification was created")?;
        let stored = Stored::count(rig, created_at(*first)? - LONGEST_RUN).await?;
        let stored_approved = stored.with_status(VerificationStatus::Approved);
        ensure!(
            stored.verifications.values().sum::<u64>() == created && stored_approved == approved,
            "{created} verifications were answered and {approved} approved, but {stored:?}"
        );
        let right = stored.with_result(CheckResult::Approved);
        let checks: u64 = stored.checks.values().sum();
        ensure!(
            right == approved && checks == approved,
            "{approved} checks were answered, but {stored:?}"
        );
        Ok(())
    }
}

/// Ids begin with the time of their creation.
fn created_at(id: Uuid) -> anyhow::Result<Timestamp> {
    let time = id.get_timestamp().context("an id without a time")?;
    let (seconds, _) = time.to_unix();
    Ok(Timestamp::from_unix_millis(i64::try_from(seconds)? * 1_000))
}

/// The stored verifications and checks of the first account.
#[derive(Debug, Default)]
struct Stored {
    verifications: BTreeMap<VerificationStatus, u64>,
    checks: BTreeMap<CheckResult, u64>,
}

impl Stored {
    /// Counts those that were created since this time.
    async fn count(rig: &Rig, since: Timestamp) -> anyhow::Result<Self> {
        const PAGE: usize = 1_000;
        let storage = rig.database.open().await;
        let accounts = Accounts::list(&*storage).await?;
        let mut query = VerificationQuery {
            account_id: accounts.first().context("no account")?.id,
            recipient: None,
            status: None,
            since,
            before: PagePosition::END,
            limit: PAGE,
            examine: PAGE,
            now: since,
        };
        let mut stored = Self::default();
        loop {
            let found = Verifications::list_verifications(&*storage, &query).await?;
            let Some(last) = found.records.last() else {
                return Ok(stored);
            };
            query.before = last.position();
            for record in found.records {
                let status = record.state.status;
                *stored.verifications.entry(status).or_default() += 1;
                for check in record.checks {
                    *stored.checks.entry(check.result).or_default() += 1;
                }
            }
        }
    }

    fn with_status(&self, status: VerificationStatus) -> u64 {
        self.verifications.get(&status).copied().unwrap_or_default()
    }

    fn with_result(&self, result: CheckResult) -> u64 {
        self.checks.get(&result).copied().unwrap_or_default()
    }
}
