//! The send ledger: admission and settlement in batches, the hot path.
//!
//! `BEGIN IMMEDIATE` takes the file's write lock, which locks every account and every message at once.
//! Nothing that is read afterwards changes before the commit, so facts, verdicts and writes agree. Every
//! statement is set-based: a batch of any size takes the same number of them, and a step with nothing to
//! do takes none.

mod admit;
mod codes;
mod events;
mod settle;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use async_trait::async_trait;
use diesel::prelude::*;
use otp_core::credits::ledger::LedgerEntry;
use otp_core::ids::{AccountId, SubscriptionId};
use otp_core::ports::{AdmissionFacts, PortError, SendLedger};
use otp_core::send::{Admission, SendAttempt, SendFacts, Settlement};
use otp_core::subscription::SubscriptionBalance;
use otp_rows::rows::AccountRulesRow;
use serde_json::json;

pub(crate) use self::settle::load_balances;
use crate::SqliteStore;
use crate::errors::StoreError;
use crate::set_based::{id, set_based};

const RULES: &str = "
    SELECT a.id, a.low_balance_percent, a.standing, a.webhook_events
    FROM json_each(?) AS wanted CROSS JOIN accounts AS a
    WHERE a.id = unhex(wanted.value ->> 0)";

const APPEND_ENTRIES: &str = "
    INSERT INTO ledger_entries (account_id, subscription_id, message_id, kind, amount, created_at)
    SELECT unhex(value ->> 0), unhex(value ->> 1), unhex(value ->> 2), value ->> 3, value ->> 4,
           value ->> 5
    FROM json_each(?)";

const SET_BALANCES: &str = "
    UPDATE subscriptions SET remaining = changed.value ->> 1, announced = changed.value ->> 2
    FROM json_each(?) AS changed
    WHERE subscriptions.id = unhex(changed.value ->> 0)";

#[async_trait]
impl SendLedger for SqliteStore {
    async fn admit(&self, attempts: Arc<[SendAttempt]>) -> Result<Vec<Admission>, PortError> {
        if attempts.is_empty() {
            return Ok(Vec::new());
        }
        let span = tracing::debug_span!("db.ledger.admit", attempts = attempts.len());
        let work = move |connection: &mut _| admit::admit(connection, &attempts);
        self.write_in(span, work).await
    }

    async fn settle(&self, settlements: Arc<[Settlement]>) -> Result<(), PortError> {
        if settlements.is_empty() {
            return Ok(());
        }
        let span = tracing::debug_span!("db.ledger.settle", settlements = settlements.len());
        let work = move |connection: &mut _| settle::settle(connection, &settlements);
        self.write_in(span, work).await
    }
}

#[async_trait]
impl AdmissionFacts for SqliteStore {
    async fn facts_of(&self, attempt: &SendAttempt) -> Result<SendFacts, PortError> {
        let attempt = attempt.clone();
        self.read("db.ledger.facts", move |connection| {
            admit::load_facts(connection, std::slice::from_ref(&attempt))
        })
        .await
    }
}

/// Loads the rules of accounts.
pub(crate) fn load_rules(
    connection: &mut SqliteConnection,
    accounts: &BTreeSet<AccountId>,
) -> Result<Vec<AccountRulesRow>, StoreError> {
    let rows = accounts.iter().map(|account| json!([id(account.0)]));
    Ok(set_based(RULES, rows).load(connection)?)
}

/// Appends entries in their order.
pub(crate) fn append_entries(
    connection: &mut SqliteConnection,
    entries: &[LedgerEntry],
) -> Result<(), StoreError> {
    if entries.is_empty() {
        return Ok(());
    }
    let rows = entries.iter().map(|entry| {
        json!([
            id(entry.account_id.0),
            id(entry.subscription_id.0),
            entry.message_id.map(|message| id(message.0)),
            entry.kind.code(),
            entry.signed_amount(),
            entry.at.unix_millis(),
        ])
    });
    set_based(APPEND_ENTRIES, rows).execute(connection)?;
    Ok(())
}

/// Writes new balances. If one belongs to no subscription, the whole transaction is rolled back:
/// otherwise ledger and balances would disagree from then on.
pub(crate) fn set_balances(
    connection: &mut SqliteConnection,
    balances: &BTreeMap<SubscriptionId, SubscriptionBalance>,
) -> Result<(), StoreError> {
    if balances.is_empty() {
        return Ok(());
    }
    let rows = balances.iter().map(|(subscription, balance)| {
        let (left, announced) = (balance.remaining.get(), balance.announced.code());
        json!([id(subscription.0), left, announced])
    });
    if set_based(SET_BALANCES, rows).execute(connection)? == balances.len() {
        Ok(())
    } else {
        Err(StoreError::Missing("subscription with that id"))
    }
}

#[cfg(test)]
mod query_plans;
