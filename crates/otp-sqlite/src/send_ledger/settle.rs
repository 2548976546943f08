//! Settlement: load the state of the messages, ask the core, write its decision.

use std::collections::BTreeSet;

use diesel::prelude::*;
use otp_core::ids::{AccountId, MessageId};
use otp_core::message::MessageStatus;
use otp_core::send::Settlement;
use otp_core::send::settlement::{self, FailureChange, MessageUpdate, SettlementFacts};
use otp_rows::rows::{BalanceRow, MessageStateRow};
use serde_json::{Value, json};

use crate::errors::StoreError;
use crate::notice_outbox::insert_notices;
use crate::send_ledger::events::append_events;
use crate::send_ledger::{append_entries, load_rules, set_balances};
use crate::set_based::{hex, id, set_based};
use crate::stored_fallbacks::wake_fallbacks;
use crate::webhook_events::insert_events;

pub(super) const MESSAGES: &str = "
    SELECT m.id, m.account_id, m.status, m.first_answer, m.price, m.subscription_id, m.expires_at,
        m.recipient IS NULL AS is_erased, m.verification_id,
        m.shared_charge IS NOT NULL AS shares_charge,
        a.webhook_events AS wanted_events
    FROM json_each(?) AS wanted CROSS JOIN messages AS m CROSS JOIN accounts AS a
    WHERE m.id = unhex(wanted.value ->> 0) AND a.id = m.account_id";

pub(super) const BALANCES: &str = "
    SELECT s.account_id, s.id, s.remaining, s.credits, s.created_at, s.announced,
           s.revoked_at
    FROM json_each(?) AS wanted CROSS JOIN subscriptions AS s
    WHERE s.account_id = unhex(wanted.value ->> 0)";

/// A value that a settlement does not have is NULL and leaves its column unchanged. The three columns of
/// the failure and its time are set or cleared together, if the row says so.
pub(super) const UPDATE: &str = "
    UPDATE messages SET
        status = new.value ->> 1,
        first_answer = new.value ->> 2,
        subscription_id = unhex(new.value ->> 3),
        provider_index = coalesce(unhex(new.value ->> 4), provider_index),
        provider_message_id = coalesce(unhex(new.value ->> 5), provider_message_id),
        failure_title = iif(new.value ->> 6, new.value ->> 7, failure_title),
        failure_reason = iif(new.value ->> 6, new.value ->> 8, failure_reason),
        failure_code = iif(new.value ->> 6, new.value ->> 9, failure_code),
        failed_at = iif(new.value ->> 6, new.value ->> 10, failed_at),
        updated_at = new.value ->> 11
    FROM json_each(?) AS new
    WHERE messages.id = unhex(new.value ->> 0)";

/// Decided messages are no longer pending.
pub(super) const FORGET_PENDING: &str = "
    DELETE FROM pending_messages WHERE (expires_at, message_id) IN (
        SELECT value ->> 0, unhex(value ->> 1) FROM json_each(?))";

/// Records a batch of outcomes; runs in a write transaction.
pub(super) fn settle(
    connection: &mut SqliteConnection,
    settlements: &[Settlement],
) -> Result<(), StoreError> {
    let facts = load_facts(connection, settlements)?;
    let settled = settlement::judge(settlements, facts);
    if !settled.updates.is_empty() {
        set_based(UPDATE, settled.updates.iter().map(update_row)).execute(connection)?;
    }
    if !settled.decided.is_empty() {
        let decided = settled.decided.iter();
        let rows = decided.map(|one| json!([one.expires_at.unix_millis(), id(one.message_id.0)]));
        set_based(FORGET_PENDING, rows).execute(connection)?;
    }
    append_events(connection, &settled.events)?;
    append_entries(connection, &settled.ledger)?;
    set_balances(connection, &settled.balances)?;
    insert_notices(connection, &settled.notices)?;
    insert_events(connection, &settled.webhook_events)?;
    wake_fallbacks(connection, &settled.fallback_wakes)
}

fn update_row((message, update): (&MessageId, &MessageUpdate)) -> Value {
    let provider = update.provider_message_id.as_ref();
    let (changes, failure) = match &update.failure {
        FailureChange::Keep => (false, None),
        FailureChange::Record(failure, at) => (true, Some((failure.as_ref(), at))),
        FailureChange::Clear => (true, None),
    };
    json!([
        id(message.0),
        update.status.code(),
        update.first_answer.map(MessageStatus::code),
        update.subscription_id.map(|payer| id(payer.0)),
        provider.map(|provider| hex(&provider.index.0)),
        provider.and_then(|provider| Some(hex(&provider.sealed.as_ref()?.0))),
        i32::from(changes),
        failure.and_then(|(failure, _)| Some(&failure?.title)),
        failure.and_then(|(failure, _)| Some(&failure?.reason)),
        failure.and_then(|(failure, _)| failure?.code),
        failure.map(|(_, at)| at.unix_millis()),
        update.at.unix_millis(),
    ])
}

fn load_facts(
    connection: &mut SqliteConnection,
    settlements: &[Settlement],
) -> Result<SettlementFacts, StoreError> {
    let wanted: BTreeSet<_> = settlements
        .iter()
        .map(|settlement| settlement.message_id)
        .collect();
    let rows = wanted.iter().map(|message| json!([id(message.0)]));
    let mut facts = SettlementFacts::default();
    for row in set_based(MESSAGES, rows).load::<MessageStateRow>(connection)? {
        row.add_to(&mut facts);
    }
    let concerned: BTreeSet<_> = settlements
        .iter()
        .filter(|settlement| settlement.outcome.may_move_credits())
        .map(|settlement| settlement.account_id)
        .collect();
    load_rules_and_balances(connection, &concerned, &mut facts)?;
    Ok(facts)
}

fn load_rules_and_balances(
    connection: &mut SqliteConnection,
    accounts: &BTreeSet<AccountId>,
    facts: &mut SettlementFacts,
) -> Result<(), StoreError> {
    if accounts.is_empty() {
        return Ok(());
    }
    let rules = load_rules(connection, accounts)?;
    rules
        .into_iter()
        .for_each(|row| row.add_to_settlement(facts));
    for row in load_balances(connection, accounts)? {
        row.add_to_settlement(facts);
    }
    Ok(())
}

/// Loads the balances of accounts, spent ones included.
pub(crate) fn load_balances(
    connection: &mut SqliteConnection,
    accounts: &BTreeSet<AccountId>,
) -> Result<Vec<BalanceRow>, StoreError> {
    let rows = accounts.iter().map(|account| json!([id(account.0)]));
    Ok(set_based(BALANCES, rows).load(connection)?)
}
