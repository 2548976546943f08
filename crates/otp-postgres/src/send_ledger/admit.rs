//! Admission of a batch: lock, load the facts, ask the core, write its decision.

use std::collections::BTreeSet;
use std::time::Duration;

use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use otp_core::channel::Channel;
use otp_core::credits::Credits;
use otp_core::idempotency::IdempotencyKey;
use otp_core::ids::{
    AccountId, ApiKeyId, MessageId, SenderId, SubscriptionId, TemplateId, VerificationId,
};
use otp_core::language::LanguageTag;
use otp_core::message::MessageStatus;
use otp_core::ports::PortError;
use otp_core::region::Region;
use otp_core::sealing::{RecipientIndex, Sealed};
use otp_core::send::admission::{self, Judged};
use otp_core::send::{Admission, SendAttempt, SendFacts, WantedFacts};
use otp_core::time::Timestamp;
use otp_rows::Col;
use otp_rows::rows::{AccountRulesRow, BalanceRow, FirstAnswerRow, OptedOutRow, RecentSendRow};
use otp_rows::schema::{accounts, subscriptions};

use super::{append_entries, codes, lock_accounts, set_balances};
use crate::errors::port_error;
use crate::notice_outbox::insert_notices;
use crate::pipeline::{try_join, try_join3, try_join5};
use crate::statement::{each, statement};
use crate::stored_verifications::Recipients;
use crate::transaction::{BEGIN_AT_ONE_MOMENT, Transaction};
use crate::webhook_events::insert_events;

/// Begins, locks the accounts and loads the facts.
pub(super) async fn lock(
    transaction: &Transaction,
    wait: Duration,
    wanted: &WantedFacts,
) -> QueryResult<SendFacts> {
    let connection = transaction.connection();
    let locked = async {
        let begun = transaction.begin_with_lock_limit(wait);
        let locked = lock_accounts(connection, &wanted.accounts);
        let ((), rules, ()) = try_join3(begun, locked, transaction.end_lock_limit()).await?;
        Ok(rules)
    };
    load_facts(connection, locked, wanted).await
}

/// Asks the core and writes its decision.
pub(super) async fn admit(
    transaction: &Transaction,
    attempts: &[SendAttempt],
    facts: SendFacts,
) -> Result<Vec<Admission>, PortError> {
    let connection = transaction.connection();
    let judged = admission::judge(attempts, facts);

    let announced = try_join(
        insert_notices(connection, &judged.notices),
        insert_events(connection, &judged.webhook_events),
    );
    try_join5(
        insert_messages(connection, attempts, &judged),
        append_entries(connection, &judged.ledger),
        set_balances(connection, &judged.balances),
        announced,
        codes::write(connection, attempts, &judged),
    )
    .await
    .map_err(port_error)?;
    Ok(judged.admissions)
}

/// Loads the facts of one attempt as of one moment, without a lock.
pub(super) async fn facts_of(
    transaction: &Transaction,
    attempt: &SendAttempt,
) -> Result<SendFacts, PortError> {
    let wanted = WantedFacts::of(std::slice::from_ref(attempt));
    let connection = transaction.connection();
    let begun = async {
        let begun = transaction.begin_brief(BEGIN_AT_ONE_MOMENT);
        let ((), rules) = try_join(begun, load_rules(connection, &wanted.accounts)).await?;
        Ok(rules)
    };
    let facts = load_facts(connection, begun, &wanted).await;
    facts.map_err(port_error)
}

/// Loads the rules of accounts, without a lock.
async fn load_rules(
    mut connection: &AsyncPgConnection,
    ids: &BTreeSet<AccountId>,
) -> QueryResult<Vec<AccountRulesRow>> {
    accounts::table
        .filter(accounts::id.eq_any(ids.iter().copied().map(Col)))
        .select(AccountRulesRow::as_select())
        .load(&mut connection)
        .await
}

/// Loads the facts after `begun`, which returns the accounts' rules, in the same round trip.
async fn load_facts(
    connection: &AsyncPgConnection,
    begun: impl Future<Output = QueryResult<Vec<AccountRulesRow>>>,
    wanted: &WantedFacts,
) -> QueryResult<SendFacts> {
    let recipients = Recipients::of(&wanted.recipients);
    let of_all = try_join5(
        begun,
        load_first_answers(connection, wanted),
        load_opt_outs(connection, &recipients),
        load_sends(connection, &recipients),
        load_balances(connection, &wanted.accounts),
    );
    let ((rules, first_answers, opt_outs, sends, balances), codes) =
        try_join(of_all, codes::load(connection, wanted)).await?;
    let mut facts = SendFacts::default();
    rules.into_iter().for_each(|row| row.add_to(&mut facts));
    first_answers
        .into_iter()
        .for_each(|row| row.add_to(&mut facts));
    opt_outs.into_iter().for_each(|row| row.add_to(&mut facts));
    sends.into_iter().for_each(|row| row.add_to(&mut facts));
    balances.into_iter().for_each(|row| row.add_to(&mut facts));
    codes.add_to(&mut facts);
    Ok(facts)
}

// Each look-up is a subquery with `OFFSET 0`, which PostgreSQL does not merge into a join. So it is one
// descent into the index for each element and never a scan, whatever the planner knows of the tables.
// `LOOK_UP_BY_INDEX` in `connect.rs` explains why it may know nothing.

statement! {
    /// The messages that idempotency keys have created.
    FirstAnswers { api_key_id: [ApiKeyId], idempotency_key: [IdempotencyKey] } -> FirstAnswerRow,
    "SELECT attempt.api_key_id, attempt.idempotency_key, message.id, first_answer \
     FROM unnest({}, {}) AS attempt (api_key_id, idempotency_key), LATERAL ( \
         SELECT id, first_answer FROM messages \
         WHERE messages.api_key_id = attempt.api_key_id \
             AND messages.idempotency_key = attempt.idempotency_key \
         OFFSET 0) AS message"
}

async fn load_first_answers(
    connection: &AsyncPgConnection,
    wanted: &WantedFacts,
) -> QueryResult<Vec<FirstAnswerRow>> {
    let keys = &wanted.idempotency_keys;
    if keys.is_empty() {
        return Ok(Vec::new());
    }
    let first_answers = FirstAnswers {
        api_key_id: each(keys, |(api_key, _)| *api_key),
        idempotency_key: each(keys, |(_, key)| *key),
    };
    first_answers.rows(connection).await
}

statement! {
    /// The recipients who opted out: their last request is 1, stop.
    OptOutsOf { account_id: [AccountId], recipient_index: [RecipientIndex] } -> OptedOutRow,
    "SELECT recipient.account_id, recipient.recipient_index \
     FROM unnest({}, {}) AS recipient (account_id, recipient_index), LATERAL ( \
         SELECT 1 FROM opt_outs \
         WHERE opt_outs.account_id = recipient.account_id \
             AND opt_outs.recipient_index = recipient.recipient_index \
             AND opt_outs.request = 1 \
         OFFSET 0) AS opt_out"
}

async fn load_opt_outs(
    connection: &AsyncPgConnection,
    recipients: &Recipients,
) -> QueryResult<Vec<OptedOutRow>> {
    let opt_outs = OptOutsOf {
        account_id: recipients.account_id.clone(),
        recipient_index: recipients.index.clone(),
    };
    opt_outs.rows(connection).await
}

statement! {
    /// The sends that still count for the cooldown of the recipients.
    RecentSends {
        account_id: [AccountId],
        recipient_index: [RecipientIndex],
        since: [Timestamp],
    }
    -> RecentSendRow,
    // Only a failed message has a time of failure, and the index contains all the others.
    "SELECT recipient.account_id, recipient.recipient_index, send.created_at \
     FROM unnest({}, {}, {}) AS recipient (account_id, recipient_index, since), LATERAL ( \
         SELECT created_at FROM messages \
         WHERE messages.account_id = recipient.account_id \
             AND messages.recipient_index = recipient.recipient_index \
             AND messages.created_at >= recipient.since \
             AND messages.failed_at IS NULL \
         OFFSET 0) AS send"
}

async fn load_sends(
    connection: &AsyncPgConnection,
    recipients: &Recipients,
) -> QueryResult<Vec<RecentSendRow>> {
    let sends = RecentSends {
        account_id: recipients.account_id.clone(),
        recipient_index: recipients.index.clone(),
        since: recipients.since.clone(),
    };
    sends.rows(connection).await
}

async fn load_balances(
    mut connection: &AsyncPgConnection,
    accounts: &BTreeSet<AccountId>,
) -> QueryResult<Vec<BalanceRow>> {
    subscriptions::table
        .filter(subscriptions::account_id.eq_any(accounts.iter().copied().map(Col)))
        .filter(subscriptions::remaining.gt(Col(Credits::ZERO)))
        .select(BalanceRow::as_select())
        .load(&mut connection)
        .await
}

statement! {
    /// Records admitted messages, and that they are pending.
    InsertMessages {
        id: [MessageId],
        account_id: [AccountId],
        api_key_id: [ApiKeyId],
        idempotency_key: [Option<IdempotencyKey>],
        channel: [Channel],
        sender_id: [Option<SenderId>],
        template_id: [Option<TemplateId>],
        language: [LanguageTag],
        recipient_index: [RecipientIndex],
        recipient: [Sealed],
        region: [Option<Region>],
        price: [Credits],
        subscription_id: [Option<SubscriptionId>],
        created_at: [Timestamp],
        expires_at: [Timestamp],
        verification_id: [Option<VerificationId>],
        status: MessageStatus,
    },
    "WITH message AS MATERIALIZED ( \
         SELECT * FROM unnest({}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}) AS message \
             (id, account_id, api_key_id, idempotency_key, channel, sender_id, template_id, \
              language, recipient_index, recipient, region, price, subscription_id, created_at, \
              expires_at, verification_id)), \
     pending AS ( \
         INSERT INTO pending_messages (expires_at, message_id, account_id, created_at) \
         SELECT expires_at, id, account_id, created_at FROM message) \
     INSERT INTO messages \
         (id, account_id, api_key_id, idempotency_key, channel, sender_id, template_id, language, \
          recipient_index, recipient, region, price, subscription_id, created_at, updated_at, \
          expires_at, verification_id, status) \
     SELECT id, account_id, api_key_id, idempotency_key, channel, sender_id, template_id, language, \
          recipient_index, recipient, region, price, subscription_id, created_at, created_at, \
          expires_at, verification_id, {} \
     FROM message"
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
    let whatsapp = || new().map(|message| message.routed_to.whatsapp());
    let of = || new().map(|message| &attempts[message.attempt]);
    let insert = InsertMessages {
        id: each(of(), |attempt| attempt.message_id),
        account_id: each(of(), |attempt| attempt.account_id),
        api_key_id: each(of(), |attempt| attempt.api_key_id),
        idempotency_key: each(of(), |attempt| attempt.idempotency_key),
        channel: each(new(), |message| message.routed_to.channel()),
        sender_id: each(whatsapp(), |route| Some(route?.sender_id)),
        template_id: each(whatsapp(), |route| Some(route?.template_id)),
        language: each(new(), |message| message.routed_to.language().clone()),
        recipient_index: each(of(), |attempt| attempt.recipient_index),
        recipient: each(of(), |attempt| attempt.recipient.clone()),
        region: each(of(), |attempt| attempt.region),
        price: each(of(), |attempt| attempt.price),
        subscription_id: each(new(), |message| message.subscription_id),
        created_at: each(of(), |attempt| attempt.at),
        expires_at: each(of(), |attempt| attempt.expires_at),
        verification_id: each(of(), SendAttempt::verification_id),
        status: Col(MessageStatus::Pending),
    };
    insert.execute(&mut connection).await?;
    Ok(())
}
