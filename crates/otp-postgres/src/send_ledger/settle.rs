//! Settlement of a batch: lock accounts and messages, ask the core, write its decision.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use otp_core::ids::{AccountId, MessageId, SubscriptionId};
use otp_core::message::{ExpiryPosition, Failure, MessageStatus};
use otp_core::ports::PortError;
use otp_core::sealing::{ProviderMessageIndex, Sealed};
use otp_core::send::Settlement;
use otp_core::send::settlement::{self, FailureChange, MessageUpdate, SettlementFacts};
use otp_core::time::Timestamp;
use otp_rows::Col;
use otp_rows::rows::{BalanceRow, MessageStateRow};
use otp_rows::schema::subscriptions;

use super::events::append_events;
use super::locked::Rows;
use super::{append_entries, lock_accounts, set_balances};
use crate::errors::port_error;
use crate::notice_outbox::insert_notices;
use crate::pipeline::{try_join, try_join4, try_join5};
use crate::statement::{each, statement};
use crate::stored_fallbacks::wake_fallbacks;
use crate::transaction::Transaction;
use crate::webhook_events::insert_events;

/// Begins, locks the accounts and messages, and loads the balances.
pub(super) async fn lock(
    transaction: &Transaction,
    wait: Duration,
    rows: &Rows,
) -> QueryResult<SettlementFacts> {
    let connection = transaction.connection();
    let begun = transaction.begin_with_lock_limit(wait);
    let ((), rules, messages, (), balances) = try_join5(
        begun,
        lock_accounts(connection, &rows.accounts),
        lock_messages(connection, &rows.messages),
        transaction.end_lock_limit(),
        load_balances(connection, &rows.accounts),
    )
    .await?;
    let mut facts = SettlementFacts::default();
    rules
        .into_iter()
        .for_each(|row| row.add_to_settlement(&mut facts));
    messages.into_iter().for_each(|row| row.add_to(&mut facts));
    balances
        .into_iter()
        .for_each(|row| row.add_to_settlement(&mut facts));
    Ok(facts)
}

/// Asks the core and writes its decision.
pub(super) async fn settle(
    transaction: &Transaction,
    settlements: &[Settlement],
    facts: SettlementFacts,
) -> Result<(), PortError> {
    let connection = transaction.connection();
    let settled = settlement::judge(settlements, facts);

    let of_messages = try_join4(
        update_messages(connection, &settled.updates, &settled.decided),
        name_messages(connection, &settled.updates),
        append_events(connection, &settled.events),
        wake_fallbacks(connection, &settled.fallback_wakes),
    );
    let of_credits = try_join4(
        append_entries(connection, &settled.ledger),
        set_balances(connection, &settled.balances),
        insert_notices(connection, &settled.notices),
        insert_events(connection, &settled.webhook_events),
    );
    try_join(of_messages, of_credits)
        .await
        .map_err(port_error)?;
    Ok(())
}

statement! {
    /// Locks messages in ascending order of ids and reads their state.
    LockMessages { id: [MessageId] } -> MessageStateRow,
    "SELECT id, account_id, status, first_answer, price, subscription_id, expires_at, \
         recipient IS NULL AS is_erased, verification_id, \
         shared_charge IS NOT NULL AS shares_charge, \
         (SELECT webhook_events FROM accounts WHERE accounts.id = messages.account_id) AS wanted_events \
     FROM messages WHERE id = ANY({}) ORDER BY id FOR NO KEY UPDATE"
}

/// Locks the messages and reads their state.
pub(super) async fn lock_messages(
    connection: &AsyncPgConnection,
    ids: &BTreeSet<MessageId>,
) -> QueryResult<Vec<MessageStateRow>> {
    let id = each(ids, |id| *id);
    LockMessages { id }.rows(connection).await
}

/// Loads the balances of accounts whose credits may move. The accounts are locked, so nothing changes
/// them meanwhile.
pub(crate) async fn load_balances(
    mut connection: &AsyncPgConnection,
    accounts: &BTreeSet<AccountId>,
) -> QueryResult<Vec<BalanceRow>> {
    if accounts.is_empty() {
        return Ok(Vec::new());
    }
    subscriptions::table
        .filter(subscriptions::account_id.eq_any(accounts.iter().copied().map(Col)))
        .select(BalanceRow::as_select())
        .load(&mut connection)
        .await
}

statement! {
    /// Updates messages, and forgets that those decided were pending. A value that a settlement
    /// does not have leaves its column unchanged. The three columns of the failure and its time are
    /// set or cleared together, if the row says so.
    UpdateMessages {
        decided_expires_at: [Timestamp],
        decided_id: [MessageId],
        id: [MessageId],
        status: [MessageStatus],
        first_answer: [Option<MessageStatus>],
        subscription_id: [Option<SubscriptionId>],
        provider_index: [Option<ProviderMessageIndex>],
        provider_message_id: [Option<Sealed>],
        changes_failure: [bool],
        failure_code: [Option<i32>],
        failure_title: [Option<String>],
        failure_reason: [Option<String>],
        failed_at: [Option<Timestamp>],
        updated_at: [Timestamp],
    },
    "WITH forgotten AS ( \
         DELETE FROM pending_messages USING unnest({}, {}) AS decided (expires_at, message_id) \
         WHERE pending_messages.expires_at = decided.expires_at \
             AND pending_messages.message_id = decided.message_id) \
     UPDATE messages SET \
         status = new.status, \
         first_answer = new.first_answer, \
         subscription_id = new.subscription_id, \
         provider_index = coalesce(new.provider_index, messages.provider_index), \
         provider_message_id = coalesce(new.provider_message_id, messages.provider_message_id), \
         failure_code = CASE WHEN new.changes_failure \
             THEN new.failure_code ELSE messages.failure_code END, \
         failure_title = CASE WHEN new.changes_failure \
             THEN new.failure_title ELSE messages.failure_title END, \
         failure_reason = CASE WHEN new.changes_failure \
             THEN new.failure_reason ELSE messages.failure_reason END, \
         failed_at = CASE WHEN new.changes_failure \
             THEN new.failed_at ELSE messages.failed_at END, \
         updated_at = new.updated_at \
     FROM unnest({}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}) AS new \
         (id, status, first_answer, subscription_id, provider_index, provider_message_id, \
          changes_failure, failure_code, failure_title, failure_reason, failed_at, updated_at) \
     WHERE messages.id = new.id"
}

async fn update_messages(
    mut connection: &AsyncPgConnection,
    updates: &BTreeMap<MessageId, MessageUpdate>,
    decided: &[ExpiryPosition],
) -> QueryResult<()> {
    if updates.is_empty() {
        return Ok(());
    }
    let of = || updates.values();
    let ids = || of().map(|update| update.provider_message_id.as_ref());
    let failures = || of().map(|update| recorded(&update.failure));
    let update = UpdateMessages {
        decided_expires_at: each(decided, |position| position.expires_at),
        decided_id: each(decided, |position| position.message_id),
        id: each(updates.keys(), |id| *id),
        status: each(of(), |update| update.status),
        first_answer: each(of(), |update| update.first_answer),
        subscription_id: each(of(), |update| update.subscription_id),
        provider_index: each(ids(), |id| Some(id?.index)),
        provider_message_id: each(ids(), |id| id?.sealed.clone()),
        changes_failure: each(of(), |update| update.failure != FailureChange::Keep),
        failure_code: each(failures(), |failure| failure?.0?.code),
        failure_title: each(failures(), |failure| Some(failure?.0?.title.clone())),
        failure_reason: each(failures(), |failure| Some(failure?.0?.reason.clone())),
        failed_at: each(failures(), |failure| Some(failure?.1)),
        updated_at: each(of(), |update| update.at),
    };
    update.execute(&mut connection).await?;
    Ok(())
}

statement! {
    /// Records the provider's ids of messages.
    NameMessages { provider_index: [ProviderMessageIndex], message_id: [MessageId] },
    "INSERT INTO provider_messages (provider_index, message_id) \
     SELECT provider_index, message_id FROM unnest({}, {}) AS named (provider_index, message_id)"
}

async fn name_messages(
    mut connection: &AsyncPgConnection,
    updates: &BTreeMap<MessageId, MessageUpdate>,
) -> QueryResult<()> {
    let named = updates.iter().filter_map(|(message, update)| {
        let id = update.provider_message_id.as_ref()?;
        Some((Col(id.index), Col(*message)))
    });
    let (provider_index, message_id): (Vec<_>, Vec<_>) = named.unzip();
    if message_id.is_empty() {
        return Ok(());
    }
    let name = NameMessages {
        provider_index,
        message_id,
    };
    name.execute(&mut connection).await?;
    Ok(())
}

fn recorded(change: &FailureChange) -> Option<(Option<&Failure>, Timestamp)> {
    match change {
        FailureChange::Record(failure, at) => Some((failure.as_ref(), *at)),
        FailureChange::Keep | FailureChange::Clear => None,
    }
}
