//! Settlement of a batch: lock accounts and messages, ask the core, write what it decided.

use std::collections::BTreeMap;

use diesel::prelude::*;
use diesel::sql_types;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use futures_util::future::{try_join, try_join3};
use otp_core::ids::{AccountId, MessageId, SubscriptionId};
use otp_core::message::{Failure, MessageStatus};
use otp_core::ports::PortError;
use otp_core::send::Settlement;
use otp_core::send::settlement::{self, MessageState, MessageUpdate, SettlementFacts};
use otp_core::time::Timestamp;
use time::OffsetDateTime;
use uuid::Uuid;

use super::{append_entries, distinct, lock_accounts, set_remaining};
use crate::errors::{Unreadable, port_error};
use crate::rows::{read_credits, read_status};
use crate::schema::{messages, subscriptions};
use crate::statement::statement;
use crate::transaction::Transaction;

pub(super) async fn settle(
    transaction: &Transaction,
    settlements: &[Settlement],
) -> Result<(), PortError> {
    let connection = transaction.connection();
    let refundable = || {
        settlements
            .iter()
            .filter(|settlement| settlement.outcome.may_refund())
    };
    let accounts = refundable().map(|settlement| settlement.account_id);
    let (_, messages, balances) = try_join3(
        try_join(transaction.begin(), lock_accounts(connection, accounts)),
        lock_messages(connection, settlements),
        load_balances(
            connection,
            refundable().map(|settlement| settlement.message_id),
        ),
    )
    .await
    .map_err(port_error)?;
    let facts = facts(messages, balances)?;

    let settled = settlement::judge(settlements, facts);

    try_join3(
        update_messages(connection, &settled.updates),
        append_entries(connection, &settled.ledger),
        set_remaining(connection, &settled.balances),
    )
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
    let ids = distinct(settlements.iter().map(|settlement| settlement.message_id.0));
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

/// What is left on the subscriptions that paid for messages which may be refunded. Their accounts are
/// locked, so it stays what it is.
async fn load_balances(
    mut connection: &AsyncPgConnection,
    refundable: impl Iterator<Item = MessageId>,
) -> QueryResult<Vec<(Uuid, i32)>> {
    let ids = distinct(refundable.map(|id| id.0));
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let payers = messages::table
        .filter(messages::id.eq_any(ids))
        .select(messages::subscription_id);
    subscriptions::table
        .filter(subscriptions::id.eq_any(payers))
        .select((subscriptions::id, subscriptions::remaining))
        .load(&mut connection)
        .await
}

fn facts(
    messages: Vec<MessageStateRow>,
    balances: Vec<(Uuid, i32)>,
) -> Result<SettlementFacts, Unreadable> {
    let mut facts = SettlementFacts::default();
    for (id, account, status, first_answer, price, subscription) in messages {
        let state = MessageState {
            account_id: AccountId(account),
            status: read_status(status)?,
            first_answer: first_answer.map(read_status).transpose()?,
            price: read_credits(price)?,
            subscription_id: SubscriptionId(subscription),
        };
        facts.messages.insert(MessageId(id), state);
    }
    for (id, remaining) in balances {
        facts
            .balances
            .insert(SubscriptionId(id), read_credits(remaining)?);
    }
    Ok(facts)
}

type Texts = sql_types::Array<sql_types::Nullable<sql_types::Text>>;

statement! {
    /// Brings messages to their new state. What a settlement does not bring is left as it is; a
    /// failure is one thing, told by its time.
    UpdateMessages {
        id: Vec<Uuid> => sql_types::Array<sql_types::Uuid>,
        status: Vec<i16> => sql_types::Array<sql_types::SmallInt>,
        first_answer: Vec<i16> => sql_types::Array<sql_types::SmallInt>,
        provider_message_id: Vec<Option<String>> => Texts,
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
         provider_message_id = coalesce(new.provider_message_id, messages.provider_message_id), \
         failure_code = CASE WHEN new.failed_at IS NULL \
             THEN messages.failure_code ELSE new.failure_code END, \
         failure_title = CASE WHEN new.failed_at IS NULL \
             THEN messages.failure_title ELSE new.failure_title END, \
         failure_reason = CASE WHEN new.failed_at IS NULL \
             THEN messages.failure_reason ELSE new.failure_reason END, \
         failed_at = coalesce(new.failed_at, messages.failed_at), \
         updated_at = new.updated_at \
     FROM unnest({}, {}, {}, {}, {}, {}, {}, {}, {}) AS new \
         (id, status, first_answer, provider_message_id, failure_code, failure_title, \
          failure_reason, failed_at, updated_at) \
     WHERE messages.id = new.id"
}

async fn update_messages(
    mut connection: &AsyncPgConnection,
    updates: &[MessageUpdate],
) -> QueryResult<()> {
    let changes = changes(updates);
    if changes.is_empty() {
        return Ok(());
    }
    let of = || changes.values();
    let failures = || of().map(|change| change.failure.map(|(failure, _)| failure));
    let update = UpdateMessages {
        id: changes.keys().map(|id| id.0).collect(),
        status: of().map(|change| change.status.code()).collect(),
        first_answer: of().map(|change| change.first_answer.code()).collect(),
        provider_message_id: of()
            .map(|change| change.provider_message_id.cloned())
            .collect(),
        failure_code: failures().map(|failure| failure?.code).collect(),
        failure_title: failures()
            .map(|failure| Some(failure?.title.clone()))
            .collect(),
        failure_reason: failures()
            .map(|failure| Some(failure?.reason.clone()))
            .collect(),
        failed_at: of()
            .map(|change| change.failure.map(|(_, at)| at.into()))
            .collect(),
        updated_at: of().map(|change| change.at.into()).collect(),
    };
    update.execute(&mut connection).await?;
    Ok(())
}

/// All that a batch changes of one message.
#[derive(Debug, Clone, Copy)]
struct Change<'a> {
    status: MessageStatus,
    first_answer: MessageStatus,
    provider_message_id: Option<&'a String>,
    failure: Option<(&'a Failure, Timestamp)>,
    at: Timestamp,
}

/// One change for each message: PostgreSQL would take any one of several updates of a row, not the
/// last.
fn changes(updates: &[MessageUpdate]) -> BTreeMap<MessageId, Change<'_>> {
    let mut changes: BTreeMap<_, Change<'_>> = BTreeMap::new();
    for update in updates {
        let earlier = changes.get(&update.message_id);
        let provider_message_id = update.provider_message_id.as_ref().map(|id| &id.0);
        let failure = update.failure.as_ref().map(|failure| (failure, update.at));
        let change = Change {
            status: update.status,
            first_answer: update.first_answer,
            provider_message_id: provider_message_id
                .or(earlier.and_then(|change| change.provider_message_id)),
            failure: failure.or(earlier.and_then(|change| change.failure)),
            at: update.at,
        };
        changes.insert(update.message_id, change);
    }
    changes
}

#[cfg(test)]
mod tests {
    use otp_core::message::ProviderMessageId;

    use super::*;

    #[test]
    fn several_updates_of_a_message_become_one_change() {
        let failure = Failure {
            code: Some(131_026),
            title: "Undeliverable".to_owned(),
            reason: "unknown number".to_owned(),
        };
        let update = |status, millis| MessageUpdate {
            message_id: MessageId(Uuid::from_u128(1)),
            status,
            first_answer: MessageStatus::Failed,
            provider_message_id: None,
            failure: None,
            at: Timestamp::from_unix_millis(millis),
        };
        let updates = [
            MessageUpdate {
                failure: Some(failure.clone()),
                ..update(MessageStatus::Failed, 1)
            },
            MessageUpdate {
                provider_message_id: Some(ProviderMessageId("wamid".to_owned())),
                ..update(MessageStatus::Failed, 2)
            },
        ];
        let changes = changes(&updates);
        let change = changes[&MessageId(Uuid::from_u128(1))];
        assert_eq!(changes.len(), 1);
        assert_eq!(
            change.failure,
            Some((&failure, Timestamp::from_unix_millis(1)))
        );
        assert_eq!(change.provider_message_id, Some(&"wamid".to_owned()));
        assert_eq!(change.at, Timestamp::from_unix_millis(2));
    }
}
