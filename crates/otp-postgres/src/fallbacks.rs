//! Fallbacks: which are due, and what becomes of them.

use std::collections::BTreeSet;
use std::sync::Arc;

use async_trait::async_trait;
use diesel::QueryResult;
use otp_core::ids::{AccountId, VerificationId};
use otp_core::ports::{Fallbacks, PortError};
use otp_core::time::Timestamp;
use otp_core::verification::VerificationState;
use otp_core::verification::fallback::{
    DueFallback, FallbackPosition, FallbackReview, FallbackReviewFacts, FallbackStep,
    ReviewedFallbacks, review,
};
use otp_rows::Col;
use otp_rows::rows::{DueFallbackRow, FallbackStepRow};

use crate::PgStore;
use crate::errors::port_error;
use crate::notice_outbox::insert_notices;
use crate::pipeline::{try_join, try_join3, try_join5};
use crate::send_ledger::{Rows, append_entries, load_balances, lock_accounts, set_balances};
use crate::statement::statement;
use crate::stored_fallbacks::{load_fallbacks, remove_fallbacks, share_charges, update_fallbacks};
use crate::stored_verifications::load_states;
use crate::transaction::Transaction;
use crate::webhook_events::insert_events;

statement! {
    /// The fallbacks that are due.
    Due { now: Timestamp, after: Timestamp, after_id: VerificationId, most: i64 } -> DueFallbackRow,
    "SELECT verification_id FROM fallbacks \
     WHERE look_at <= {} AND (look_at, verification_id) > ({}, {}) \
     ORDER BY look_at, verification_id LIMIT {}"
}

statement! {
    /// The steps of a verification's fallback.
    StepsOf { account_id: AccountId, verification_id: VerificationId } -> FallbackStepRow,
    "SELECT verification_id, step, channel, recipient, recipient_index, wait_seconds \
     FROM fallback_steps WHERE account_id = {} AND verification_id = {} ORDER BY step"
}

#[async_trait]
impl Fallbacks for PgStore {
    async fn list_due_fallbacks(
        &self,
        after: FallbackPosition,
        now: Timestamp,
        most: usize,
    ) -> Result<Vec<DueFallback>, PortError> {
        let due = Due {
            now: Col(now),
            after: Col(after.look_at),
            after_id: Col(after.verification_id),
            most: Col(i64::try_from(most).unwrap_or(i64::MAX)),
        };
        let connection = self.connection().await?;
        let due = due.rows(&connection).await.map_err(port_error)?;
        if due.is_empty() {
            return Ok(Vec::new());
        }
        let ids: BTreeSet<_> = due.into_iter().map(VerificationId::from).collect();
        let loaded = try_join(
            load_fallbacks(&connection, &ids),
            load_states(&connection, &ids),
        );
        let (parts, states) = loaded.await.map_err(port_error)?;
        Ok(parts.due(states))
    }

    async fn find_fallback_steps(
        &self,
        account: AccountId,
        verification: VerificationId,
    ) -> Result<Vec<FallbackStep>, PortError> {
        let steps = StepsOf {
            account_id: Col(account),
            verification_id: Col(verification),
        };
        let steps = steps.rows(&*self.connection().await?).await;
        let steps = steps.map_err(port_error)?.into_iter();
        Ok(steps.map(FallbackStep::from).collect())
    }

    async fn review_fallbacks(&self, reviews: Arc<[FallbackReview]>) -> Result<(), PortError> {
        if reviews.is_empty() {
            return Ok(());
        }
        let accounts: BTreeSet<_> = reviews.iter().map(|review| review.account_id).collect();
        let transaction = Transaction::on(self.connection().await?);
        let loaded = self.lock_and_load_fallbacks(&transaction, &accounts, &reviews);
        let loaded = loaded.await;
        let rows = || Rows::of_accounts(&accounts);
        let (transaction, facts) = self.locked(transaction, loaded, rows).await?;
        let reviewed = review(&reviews, facts);
        let written = write(&transaction, &reviewed).await.map_err(port_error);
        transaction.finish(written).await
    }
}

impl PgStore {
    /// Begins, locks the accounts and loads the facts, in one round trip.
    async fn lock_and_load_fallbacks(
        &self,
        transaction: &Transaction,
        accounts: &BTreeSet<AccountId>,
        reviews: &[FallbackReview],
    ) -> QueryResult<FallbackReviewFacts> {
        let connection = transaction.connection();
        let ids: BTreeSet<_> = reviews
            .iter()
            .map(|review| review.verification_id)
            .collect();
        let locked = try_join3(
            transaction.begin_with_lock_limit(self.row_lock_timeout()),
            lock_accounts(connection, accounts),
            transaction.end_lock_limit(),
        );
        let loaded = try_join3(
            load_fallbacks(connection, &ids),
            load_states(connection, &ids),
            load_balances(connection, accounts),
        );
        let (((), rules, ()), (parts, states, balances)) = try_join(locked, loaded).await?;
        let states = states.into_iter().map(VerificationState::from);
        let mut facts = FallbackReviewFacts {
            rules: std::collections::HashMap::new(),
            verifications: states.map(|state| (state.id, state)).collect(),
            fallbacks: parts.by_verification(),
            balances: std::collections::HashMap::new(),
        };
        rules
            .into_iter()
            .for_each(|row| row.add_to_reviews(&mut facts));
        let balances = balances.into_iter();
        balances.for_each(|row| row.add_to_reviews(&mut facts));
        Ok(facts)
    }
}

async fn write(transaction: &Transaction, reviewed: &ReviewedFallbacks) -> QueryResult<()> {
    let connection = transaction.connection();
    let of_fallbacks = try_join(
        update_fallbacks(connection, &reviewed.updates),
        remove_fallbacks(connection, &reviewed.over),
    );
    let announced = try_join(
        insert_notices(connection, &reviewed.notices),
        insert_events(connection, &reviewed.webhook_events),
    );
    try_join5(
        share_charges(connection, &reviewed.charges),
        of_fallbacks,
        append_entries(connection, &reviewed.ledger),
        set_balances(connection, &reviewed.balances),
        announced,
    )
    .await?;
    Ok(())
}
