//! Settlement of a batch: lock accounts and messages, ask the core, write what it decided.

use std::collections::{BTreeMap, BTreeSet};

use diesel::prelude::*;
use diesel::sql_types;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use futures_util::future::{try_join, try_join3};
use otp_core::ids::{AccountId, MessageId, SubscriptionId};
use otp_core::message::Failure;
use otp_core::notice::LowBalance;
use otp_core::ports::PortError;
use otp_core::send::Settlement;
use otp_core::send::settlement::{
    self, FailureChange, MessageState, MessageUpdate, SettlementFacts,
};
use otp_core::subscription::SubscriptionBalance;
use otp_core::time::Timestamp;
use time::OffsetDateTime;
use uuid::Uuid;

use super::events::append_events;
use super::{append_entries, lock_accounts, set_balances};
use crate::errors::{Unreadable, port_error};
use crate::notice_outbox::insert_notices;
use crate::rows::{read_credits, read_first_answer, read_status};
use crate::schema::{messages, subscriptions};
use crate::statement::statement;
use crate::transaction::Transaction;

pub(super) async fn settle(
    transaction: &Transaction,
    settlements: &[Settlement],
    low_balance: LowBalance,
) -> Result<(), PortError> {
    let connection = transaction.connection();
    let concerned = settlements
        .iter()
        .filter(|settlement| settlement.outcome.may_move_credits());
    let accounts = concerned.map(|settlement| settlement.account_id).collect();
    let (_, messages, balances) = try_join3(
        try_join(transaction.begin(), lock_accounts(connection, &accounts)),
        lock_messages(connection, settlements),
        load_balances(connection, &accounts),
    )
    .await
    .map_err(port_error)?;
    let mut facts = facts(messages, balances)?;
    facts.low_balance = low_balance;

    let settled = settlement::judge(settlements, facts);

    let of_messages = try_join3(
        update_messages(connection, &settled.updates),
        name_messages(connection, &settled.updates),
        append_events(connection, &settled.events),
    );
    let of_credits = try_join3(
        append_entries(connection, &settled.ledger),
        set_balances(connection, &settled.balances),
        insert_notices(connection, &settled.notices),
    );
    try_join(of_messages, of_credits)
        .await
        .map_err(port_error)?;
    Ok(())
}

type MessageStateRow = (Uuid, Uuid, i16, Option<i16>, i32, Uuid);

/// Locks the messages in ascending order of ids and reads where they stand.
async fn lock_messages(
    mut connection: &AsyncPgConnection,
    settlements: &[Settlement],
) -> QueryResult<Vec<MessageStateRow>> {
    let ids = settlements.iter().map(|settlement| settlement.message_id.0);
    messages::table
        .filter(messages::id.eq_any(ids))
        .order(messages::id)
        .select((
            messages::id,
            messages::account_id,
            messages::status,
            messages::first_answer,
            messages::price,
            messages::subscription_id,
        ))
        .for_no_key_update()
        .load(&mut connection)
        .await
}

type BalanceRow = (Uuid, Uuid, i32, i32, OffsetDateTime);

/// What is left on the subscriptions of accounts whose credits may move. The accounts are locked, so
/// it stays what it is.
async fn load_balances(
    mut connection: &AsyncPgConnection,
    accounts: &BTreeSet<AccountId>,
) -> QueryResult<Vec<BalanceRow>> {
    if accounts.is_empty() {
        return Ok(Vec::new());
    }
    let accounts: Vec<_> = accounts.iter().map(|account| account.0).collect();
    subscriptions::table
        .filter(subscriptions::account_id.eq_any(accounts))
        .select((
            subscriptions::account_id,
            subscriptions::id,
            subscriptions::remaining,
            subscriptions::credits,
            subscriptions::created_at,
        ))
        .load(&mut connection)
        .await
}

fn facts(
    messages: Vec<MessageStateRow>,
    balances: Vec<BalanceRow>,
) -> Result<SettlementFacts, Unreadable> {
    let mut facts = SettlementFacts::default();
    for (id, account, status, first_answer, price, subscription) in messages {
        let state = MessageState {
            account_id: AccountId(account),
            status: read_status(status)?,
            first_answer: read_first_answer(first_answer)?,
            price: read_credits(price, "messages.price")?,
            subscription_id: SubscriptionId(subscription),
        };
        facts.messages.insert(MessageId(id), state);
    }
    for (account, id, remaining, granted, created_at) in balances {
        let balance = SubscriptionBalance {
            id: SubscriptionId(id),
            remaining: read_credits(remaining, "subscriptions.remaining")?,
            granted: read_credits(granted, "subscriptions.credits")?,
            created_at: created_at.into(),
        };
        facts
            .balances
            .entry(AccountId(account))
            .or_default()
            .push(balance);
    }
    Ok(facts)
}

type Byteas = sql_types::Array<sql_types::Nullable<sql_types::Bytea>>;
type Texts = sql_types::Array<sql_types::Nullable<sql_types::Text>>;

statement! {
    /// Brings messages to their new state. What a settlement does not bring is left as it is. The
    /// failure is three columns and its time; they are set and emptied together, where the row says so.
    UpdateMessages {
        id: Vec<Uuid> => sql_types::Array<sql_types::Uuid>,
        status: Vec<i16> => sql_types::Array<sql_types::SmallInt>,
        first_answer: Vec<Option<i16>> => sql_types::Array<sql_types::Nullable<sql_types::SmallInt>>,
        subscription_id: Vec<Uuid> => sql_types::Array<sql_types::Uuid>,
        provider_index: Vec<Option<Vec<u8>>> => Byteas,
        provider_message_id: Vec<Option<Vec<u8>>> => Byteas,
        changes_failure: Vec<bool> => sql_types::Array<sql_types::Bool>,
        failure_code: Vec<Option<i32>> => sql_types::Array<sql_types::Nullable<sql_types::Integer>>,
        failure_title: Vec<Option<String>> => Texts,
        failure_reason: Vec<Option<String>> => Texts,
        failed_at: Vec<Option<OffsetDateTime>>
            => sql_types::Array<sql_types::Nullable<sql_types::Timestamptz>>,
        updated_at: Vec<OffsetDateTime> => sql_types::Array<sql_types::Timestamptz>,
    },
    "UPDATE messages SET \
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
) -> QueryResult<()> {
    if updates.is_empty() {
        return Ok(());
    }
    let of = || updates.values();
    let ids = || of().map(|update| update.provider_message_id.as_ref());
    let failures = || of().map(|update| recorded(&update.failure));
    let update = UpdateMessages {
        id: updates.keys().map(|id| id.0).collect(),
        status: of().map(|update| update.status.code()).collect(),
        first_answer: of()
            .map(|update| Some(update.first_answer?.code()))
            .collect(),
        subscription_id: of().map(|update| update.subscription_id.0).collect(),
        provider_index: ids().map(|id| Some(id?.index.0.to_vec())).collect(),
        provider_message_id: ids().map(|id| Some(id?.sealed.0.clone())).collect(),
        changes_failure: of()
            .map(|update| update.failure != FailureChange::Keep)
            .collect(),
        failure_code: failures().map(|failure| failure?.0.code).collect(),
        failure_title: failures()
            .map(|failure| Some(failure?.0.title.clone()))
            .collect(),
        failure_reason: failures()
            .map(|failure| Some(failure?.0.reason.clone()))
            .collect(),
        failed_at: failures().map(|failure| Some(failure?.1.into())).collect(),
        updated_at: of().map(|update| update.at.into()).collect(),
    };
    update.execute(&mut connection).await?;
    Ok(())
}

statement! {
    /// Records by which ids the provider knows messages.
    NameMessages {
        provider_index: Vec<Vec<u8>> => sql_types::Array<sql_types::Bytea>,
        message_id: Vec<Uuid> => sql_types::Array<sql_types::Uuid>,
    },
    "INSERT INTO provider_messages (provider_index, message_id) \
     SELECT provider_index, message_id FROM unnest({}, {}) AS named (provider_index, message_id)"
}

async fn name_messages(
    mut connection: &AsyncPgConnection,
    updates: &BTreeMap<MessageId, MessageUpdate>,
) -> QueryResult<()> {
    let named = updates.iter().filter_map(|(message, update)| {
        let id = update.provider_message_id.as_ref()?;
        Some((id.index.0.to_vec(), message.0))
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

fn recorded(change: &FailureChange) -> Option<(&Failure, Timestamp)> {
    match change {
        FailureChange::Record(failure, at) => Some((failure, *at)),
        FailureChange::Keep | FailureChange::Clear => None,
    }
}
