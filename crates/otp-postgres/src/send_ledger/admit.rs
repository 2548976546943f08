//! Admission of a batch: lock, load the facts, ask the core, write what it decided.

use std::collections::BTreeSet;

use diesel::prelude::*;
use diesel::sql_types;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use futures_util::future::{try_join, try_join4, try_join5};
use otp_core::idempotency::IdempotencyKey;
use otp_core::ids::{AccountId, ApiKeyId, MessageId, SubscriptionId};
use otp_core::message::MessageStatus;
use otp_core::notice::LowBalance;
use otp_core::ports::PortError;
use otp_core::send::admission::{self, Judged};
use otp_core::send::{Admission, SendAttempt, SendFacts, WantedFacts};
use otp_core::subscription::SubscriptionBalance;
use time::OffsetDateTime;
use uuid::Uuid;

use super::{append_entries, lock_accounts, set_balances};
use crate::errors::{Unreadable, port_error};
use crate::notice_outbox::insert_notices;
use crate::rows::{
    read_credits, read_first_answer, read_recipient_index, read_status, written_credits,
};
use crate::schema::subscriptions;
use crate::statement::statement;
use crate::transaction::{BEGIN_AT_ONE_MOMENT, Transaction};

pub(super) async fn admit(
    transaction: &Transaction,
    attempts: &[SendAttempt],
    low_balance: LowBalance,
) -> Result<Vec<Admission>, PortError> {
    let connection = transaction.connection();
    let wanted = WantedFacts::of(attempts);
    let locked = async {
        try_join(
            transaction.begin(),
            lock_accounts(connection, &wanted.accounts),
        )
        .await?;
        Ok(())
    };
    let mut facts = load_facts(connection, locked, &wanted).await?;
    facts.low_balance = low_balance;

    let judged = admission::judge(attempts, facts);

    try_join4(
        insert_messages(connection, attempts, &judged),
        append_entries(connection, &judged.ledger),
        set_balances(connection, &judged.balances),
        insert_notices(connection, &judged.notices),
    )
    .await
    .map_err(port_error)?;
    Ok(judged.admissions)
}

/// The facts of one attempt, of one moment, without a lock.
pub(super) async fn facts_of(
    transaction: &Transaction,
    attempt: &SendAttempt,
) -> Result<SendFacts, PortError> {
    let wanted = WantedFacts::of(std::slice::from_ref(attempt));
    let begun = transaction.begin_with(BEGIN_AT_ONE_MOMENT);
    load_facts(transaction.connection(), begun, &wanted).await
}

/// Loads the facts behind `begun`, which shares their round trip.
async fn load_facts(
    connection: &AsyncPgConnection,
    begun: impl Future<Output = QueryResult<()>>,
    wanted: &WantedFacts,
) -> Result<SendFacts, PortError> {
    let recipients = Recipients::of(wanted);
    let ((), first_answers, opt_outs, sends, balances) = try_join5(
        begun,
        load_first_answers(connection, wanted),
        load_opt_outs(connection, &recipients),
        load_sends(connection, &recipients),
        load_balances(connection, &wanted.accounts),
    )
    .await
    .map_err(port_error)?;
    let mut facts = SendFacts::default();
    add_first_answers(&mut facts, first_answers)?;
    add_opt_outs(&mut facts, opt_outs)?;
    add_sends(&mut facts, sends)?;
    add_balances(&mut facts, balances)?;
    Ok(facts)
}

/// The recipients of a batch, as arrays.
struct Recipients {
    account_id: Vec<Uuid>,
    index: Vec<Vec<u8>>,
    since: Vec<OffsetDateTime>,
}

impl Recipients {
    fn of(wanted: &WantedFacts) -> Self {
        let recipients = || wanted.recipients.iter();
        Self {
            account_id: recipients().map(|((account, _), _)| account.0).collect(),
            index: recipients()
                .map(|((_, index), _)| index.0.to_vec())
                .collect(),
            since: recipients().map(|(_, since)| (*since).into()).collect(),
        }
    }
}

// Each look-up is a subquery of its own with `OFFSET 0`, which PostgreSQL does not merge into a join:
// so it is one descent into the index for each element, and never a scan, whatever the planner knows
// of the tables. See `LOOK_UP_BY_INDEX` in `connect.rs` for why it may know nothing.

type Uuids = sql_types::Array<sql_types::Uuid>;
type Binaries = sql_types::Array<sql_types::Binary>;
type Texts = sql_types::Array<sql_types::Text>;
type Instants = sql_types::Array<sql_types::Timestamptz>;

statement! {
    /// The messages that idempotency keys have created.
    FirstAnswers { api_key_id: Vec<Uuid> => Uuids, idempotency_key: Vec<Uuid> => Uuids }
    -> (
        sql_types::Uuid,
        sql_types::Uuid,
        sql_types::Uuid,
        sql_types::Nullable<sql_types::SmallInt>,
        sql_types::SmallInt,
    ),
    "SELECT attempt.api_key_id, attempt.idempotency_key, message.id, first_answer, status \
     FROM unnest({}, {}) AS attempt (api_key_id, idempotency_key), LATERAL ( \
         SELECT id, first_answer, status FROM messages \
         WHERE messages.api_key_id = attempt.api_key_id \
             AND messages.idempotency_key = attempt.idempotency_key \
         OFFSET 0) AS message"
}

type FirstAnswerRow = (Uuid, Uuid, Uuid, Option<i16>, i16);

async fn load_first_answers(
    mut connection: &AsyncPgConnection,
    wanted: &WantedFacts,
) -> QueryResult<Vec<FirstAnswerRow>> {
    let keys = &wanted.idempotency_keys;
    if keys.is_empty() {
        return Ok(Vec::new());
    }
    let first_answers = FirstAnswers {
        api_key_id: keys.iter().map(|(api_key, _)| api_key.0).collect(),
        idempotency_key: keys.iter().map(|(_, key)| key.0).collect(),
    };
    first_answers.load(&mut connection).await
}

fn add_first_answers(facts: &mut SendFacts, rows: Vec<FirstAnswerRow>) -> Result<(), Unreadable> {
    for (api_key, key, message, first_answer, status) in rows {
        facts.add_message_with_key(
            (ApiKeyId(api_key), IdempotencyKey(key)),
            MessageId(message),
            read_first_answer(first_answer)?,
            read_status(status)?,
        );
    }
    Ok(())
}

statement! {
    /// Which of the recipients opted out: their last request is 1, stop.
    OptOutsOf { account_id: Vec<Uuid> => Uuids, recipient_index: Vec<Vec<u8>> => Binaries }
    -> (sql_types::Uuid, sql_types::Binary),
    "SELECT recipient.account_id, recipient.recipient_index \
     FROM unnest({}, {}) AS recipient (account_id, recipient_index), LATERAL ( \
         SELECT 1 FROM opt_outs \
         WHERE opt_outs.account_id = recipient.account_id \
             AND opt_outs.recipient_index = recipient.recipient_index \
             AND opt_outs.request = 1 \
         OFFSET 0) AS opt_out"
}

async fn load_opt_outs(
    mut connection: &AsyncPgConnection,
    recipients: &Recipients,
) -> QueryResult<Vec<(Uuid, Vec<u8>)>> {
    let opt_outs = OptOutsOf {
        account_id: recipients.account_id.clone(),
        recipient_index: recipients.index.clone(),
    };
    opt_outs.load(&mut connection).await
}

fn add_opt_outs(facts: &mut SendFacts, rows: Vec<(Uuid, Vec<u8>)>) -> Result<(), Unreadable> {
    for (account, recipient) in rows {
        let recipient = read_recipient_index(&recipient, "opt_outs.recipient_index")?;
        facts.add_opt_out(AccountId(account), recipient);
    }
    Ok(())
}

statement! {
    /// The sends to the recipients that still matter to their cooldown.
    RecentSends {
        account_id: Vec<Uuid> => Uuids,
        recipient_index: Vec<Vec<u8>> => Binaries,
        since: Vec<OffsetDateTime> => Instants,
    }
    -> (sql_types::Uuid, sql_types::Binary, sql_types::Timestamptz),
    // Only a failed message has a time of failure, and the index is one of all the others.
    "SELECT recipient.account_id, recipient.recipient_index, send.created_at \
     FROM unnest({}, {}, {}) AS recipient (account_id, recipient_index, since), LATERAL ( \
         SELECT created_at FROM messages \
         WHERE messages.account_id = recipient.account_id \
             AND messages.recipient_index = recipient.recipient_index \
             AND messages.created_at >= recipient.since \
             AND messages.failed_at IS NULL \
         OFFSET 0) AS send"
}

type SendRow = (Uuid, Vec<u8>, OffsetDateTime);

async fn load_sends(
    mut connection: &AsyncPgConnection,
    recipients: &Recipients,
) -> QueryResult<Vec<SendRow>> {
    let sends = RecentSends {
        account_id: recipients.account_id.clone(),
        recipient_index: recipients.index.clone(),
        since: recipients.since.clone(),
    };
    sends.load(&mut connection).await
}

fn add_sends(facts: &mut SendFacts, rows: Vec<SendRow>) -> Result<(), Unreadable> {
    for (account, recipient, at) in rows {
        let recipient = read_recipient_index(&recipient, "messages.recipient_index")?;
        facts.add_send(AccountId(account), recipient, at.into());
    }
    Ok(())
}

type BalanceRow = (Uuid, Uuid, i32, i32, OffsetDateTime);

async fn load_balances(
    mut connection: &AsyncPgConnection,
    accounts: &BTreeSet<AccountId>,
) -> QueryResult<Vec<BalanceRow>> {
    let accounts: Vec<_> = accounts.iter().map(|id| id.0).collect();
    subscriptions::table
        .filter(subscriptions::account_id.eq_any(accounts))
        .filter(subscriptions::remaining.gt(0))
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

fn add_balances(facts: &mut SendFacts, rows: Vec<BalanceRow>) -> Result<(), Unreadable> {
    for (account, id, remaining, granted, created_at) in rows {
        let balance = SubscriptionBalance {
            id: SubscriptionId(id),
            remaining: read_credits(remaining, "subscriptions.remaining")?,
            granted: read_credits(granted, "subscriptions.credits")?,
            created_at: created_at.into(),
        };
        facts.add_balance(AccountId(account), balance);
    }
    Ok(())
}

statement! {
    /// Records admitted messages.
    InsertMessages {
        status: i16 => sql_types::SmallInt,
        id: Vec<Uuid> => Uuids,
        account_id: Vec<Uuid> => Uuids,
        api_key_id: Vec<Uuid> => Uuids,
        idempotency_key: Vec<Option<Uuid>> => sql_types::Array<sql_types::Nullable<sql_types::Uuid>>,
        sender_id: Vec<Uuid> => Uuids,
        template_id: Vec<Uuid> => Uuids,
        language: Vec<String> => Texts,
        recipient_index: Vec<Vec<u8>> => Binaries,
        recipient: Vec<Vec<u8>> => Binaries,
        region: Vec<String> => Texts,
        price: Vec<i32> => sql_types::Array<sql_types::Integer>,
        subscription_id: Vec<Uuid> => Uuids,
        created_at: Vec<OffsetDateTime> => Instants,
        expires_at: Vec<OffsetDateTime> => Instants,
    },
    "INSERT INTO messages \
         (id, account_id, api_key_id, idempotency_key, sender_id, template_id, language, \
          recipient_index, recipient, region, price, subscription_id, created_at, updated_at, \
          expires_at, status) \
     SELECT id, account_id, api_key_id, idempotency_key, sender_id, template_id, language, \
          recipient_index, recipient, region, price, subscription_id, created_at, created_at, \
          expires_at, {} \
     FROM unnest({}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}) AS message \
         (id, account_id, api_key_id, idempotency_key, sender_id, template_id, language, \
          recipient_index, recipient, region, price, subscription_id, created_at, expires_at)"
}

async fn insert_messages(
    mut connection: &AsyncPgConnection,
    attempts: &[SendAttempt],
    judged: &Judged,
) -> QueryResult<()> {
    if judged.messages.is_empty() {
        return Ok(());
    }
    let new = || judged.messages.iter();
    let of = || new().map(|message| &attempts[message.attempt]);
    let insert = InsertMessages {
        status: MessageStatus::Pending.code(),
        id: of().map(|attempt| attempt.message_id.0).collect(),
        account_id: of().map(|attempt| attempt.account_id.0).collect(),
        api_key_id: of().map(|attempt| attempt.api_key_id.0).collect(),
        idempotency_key: of()
            .map(|attempt| attempt.idempotency_key.map(|key| key.0))
            .collect(),
        sender_id: new().map(|message| message.routed_to.sender_id.0).collect(),
        template_id: new()
            .map(|message| message.routed_to.template_id.0)
            .collect(),
        language: new()
            .map(|message| message.routed_to.language.to_string())
            .collect(),
        recipient_index: of()
            .map(|attempt| attempt.recipient_index.0.to_vec())
            .collect(),
        recipient: of().map(|attempt| attempt.recipient.0.clone()).collect(),
        region: of().map(|attempt| attempt.region.to_string()).collect(),
        price: of().map(|attempt| written_credits(attempt.price)).collect(),
        subscription_id: new().map(|message| message.subscription_id.0).collect(),
        created_at: of().map(|attempt| attempt.at.into()).collect(),
        expires_at: of().map(|attempt| attempt.expires_at.into()).collect(),
    };
    insert.execute(&mut connection).await?;
    Ok(())
}
