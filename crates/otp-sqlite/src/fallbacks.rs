//! Fallbacks: which are due, and what becomes of them.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use async_trait::async_trait;
use diesel::prelude::*;
use diesel::sql_types::BigInt;
use otp_core::ids::{AccountId, VerificationId};
use otp_core::ports::{Fallbacks, PortError};
use otp_core::time::Timestamp;
use otp_core::verification::VerificationState;
use otp_core::verification::fallback::{
    DueFallback, FallbackPosition, FallbackReview, FallbackReviewFacts, FallbackStep, review,
};
use otp_rows::Col;
use otp_rows::encoding::{Id, Instant};
use otp_rows::rows::{DueFallbackRow, FallbackStepRow};

use crate::SqliteStore;
use crate::errors::StoreError;
use crate::notice_outbox::insert_notices;
use crate::send_ledger::{append_entries, load_balances, load_rules, set_balances};
use crate::stored_fallbacks::{load_fallbacks, remove_fallbacks, share_charges, update_fallbacks};
use crate::stored_verifications::load_states;
use crate::webhook_events::insert_events;

/// The fallbacks that are due.
pub(crate) const DUE: &str = "
    SELECT verification_id FROM fallbacks
    WHERE look_at <= ? AND (look_at, verification_id) > (?, ?)
    ORDER BY look_at, verification_id LIMIT ?";

const STEPS_OF: &str = "
    SELECT verification_id, step, channel, recipient, recipient_index, wait_seconds
    FROM fallback_steps WHERE account_id = ? AND verification_id = ? ORDER BY step";

#[async_trait]
impl Fallbacks for SqliteStore {
    async fn list_due_fallbacks(
        &self,
        after: FallbackPosition,
        now: Timestamp,
        most: usize,
    ) -> Result<Vec<DueFallback>, PortError> {
        self.read("db.fallbacks.due", move |connection| {
            let due: Vec<DueFallbackRow> = diesel::sql_query(DUE)
                .bind::<Instant, _>(Col(now))
                .bind::<Instant, _>(Col(after.look_at))
                .bind::<Id, _>(Col(after.verification_id))
                .bind::<BigInt, _>(i64::try_from(most).unwrap_or(i64::MAX))
                .load(connection)?;
            if due.is_empty() {
                return Ok(Vec::new());
            }
            let ids: BTreeSet<_> = due.into_iter().map(VerificationId::from).collect();
            let parts = load_fallbacks(connection, &ids)?;
            Ok(parts.due(load_states(connection, &ids)?))
        })
        .await
    }

    async fn find_fallback_steps(
        &self,
        account: AccountId,
        verification: VerificationId,
    ) -> Result<Vec<FallbackStep>, PortError> {
        self.read("db.fallbacks.steps", move |connection| {
            let steps: Vec<FallbackStepRow> = diesel::sql_query(STEPS_OF)
                .bind::<Id, _>(Col(account))
                .bind::<Id, _>(Col(verification))
                .load(connection)?;
            Ok(steps.into_iter().map(FallbackStep::from).collect())
        })
        .await
    }

    async fn review_fallbacks(&self, reviews: Arc<[FallbackReview]>) -> Result<(), PortError> {
        if reviews.is_empty() {
            return Ok(());
        }
        self.write("db.fallbacks.review", move |connection| {
            let reviewed = review(&reviews, load_facts(connection, &reviews)?);
            share_charges(connection, &reviewed.charges)?;
            update_fallbacks(connection, &reviewed.updates)?;
            remove_fallbacks(connection, &reviewed.over)?;
            append_entries(connection, &reviewed.ledger)?;
            set_balances(connection, &reviewed.balances)?;
            insert_notices(connection, &reviewed.notices)?;
            insert_events(connection, &reviewed.webhook_events)
        })
        .await
    }
}

fn load_facts(
    connection: &mut SqliteConnection,
    reviews: &[FallbackReview],
) -> Result<FallbackReviewFacts, StoreError> {
    let accounts: BTreeSet<_> = reviews.iter().map(|review| review.account_id).collect();
    let ids: BTreeSet<_> = reviews
        .iter()
        .map(|review| review.verification_id)
        .collect();
    let states = load_states(connection, &ids)?.into_iter();
    let states = states.map(VerificationState::from);
    let mut facts = FallbackReviewFacts {
        rules: HashMap::new(),
        verifications: states.map(|state| (state.id, state)).collect(),
        fallbacks: load_fallbacks(connection, &ids)?.by_verification(),
        balances: HashMap::new(),
    };
    for row in load_rules(connection, &accounts)? {
        row.add_to_reviews(&mut facts);
    }
    for row in load_balances(connection, &accounts)? {
        row.add_to_reviews(&mut facts);
    }
    Ok(facts)
}
