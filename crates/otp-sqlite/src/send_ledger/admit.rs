//! Admission: load the facts, ask the core, write its decision.

use diesel::prelude::*;
use otp_core::message::MessageStatus;
use otp_core::region::Region;
use otp_core::send::admission::{self, NewMessage};
use otp_core::send::{Admission, SendAttempt, SendFacts, WantedFacts};
use otp_rows::rows::{BalanceRow, FirstAnswerRow, OptedOutRow, RecentSendRow};
use serde_json::{Value, json};

use crate::errors::StoreError;
use crate::notice_outbox::insert_notices;
use crate::send_ledger::{append_entries, codes, load_rules, set_balances};
use crate::set_based::{hex, id, set_based};
use crate::webhook_events::insert_events;

// `CROSS JOIN` makes SQLite look each of the few wanted rows up in the many stored, never the reverse.

pub(super) const FIRST_ANSWERS: &str = "
    SELECT m.api_key_id, m.idempotency_key, m.id, m.first_answer
    FROM json_each(?) AS wanted CROSS JOIN messages AS m
    WHERE m.api_key_id = unhex(wanted.value ->> 0)
      AND m.idempotency_key = unhex(wanted.value ->> 1)";

/// The recipients who opted out: their last request is 1, stop.
pub(super) const OPT_OUTS: &str = "
    SELECT o.account_id, o.recipient_index
    FROM json_each(?) AS wanted CROSS JOIN opt_outs AS o
    WHERE o.account_id = unhex(wanted.value ->> 0)
      AND o.recipient_index = unhex(wanted.value ->> 1) AND o.request = 1";

/// Only a failed message has a time of failure; the index has the same condition.
pub(super) const SENDS: &str = "
    SELECT m.account_id, m.recipient_index, m.created_at
    FROM json_each(?) AS wanted CROSS JOIN messages AS m
    WHERE m.account_id = unhex(wanted.value ->> 0)
      AND m.recipient_index = unhex(wanted.value ->> 1)
      AND m.created_at >= wanted.value ->> 2
      AND m.failed_at IS NULL";

pub(super) const BALANCES: &str = "
    SELECT s.account_id, s.id, s.remaining, s.credits, s.created_at, s.announced,
           s.revoked_at
    FROM json_each(?) AS wanted CROSS JOIN subscriptions AS s
    WHERE s.account_id = unhex(wanted.value ->> 0) AND s.remaining > 0";

const INSERT: &str = "
    INSERT INTO messages (
        id, account_id, api_key_id, idempotency_key, channel, sender_id, template_id,
        language, recipient_index, recipient, region, price, subscription_id, status, created_at, updated_at,
        expires_at, verification_id)
    SELECT unhex(value ->> 0), unhex(value ->> 1), unhex(value ->> 2), unhex(value ->> 3),
           value ->> 4, unhex(value ->> 5), unhex(value ->> 6), value ->> 7, unhex(value ->> 8),
           unhex(value ->> 9), value ->> 10, value ->> 11, unhex(value ->> 12), value ->> 13,
           value ->> 14, value ->> 14, value ->> 15, unhex(value ->> 16)
    FROM json_each(?)";

const INSERT_PENDING: &str = "
    INSERT INTO pending_messages (expires_at, message_id, account_id, created_at)
    SELECT value ->> 0, unhex(value ->> 1), unhex(value ->> 2), value ->> 3
    FROM json_each(?)";

/// Judges and records a batch; runs in a write transaction.
pub(super) fn admit(
    connection: &mut SqliteConnection,
    attempts: &[SendAttempt],
) -> Result<Vec<Admission>, StoreError> {
    let facts = load_facts(connection, attempts)?;
    let judged = admission::judge(attempts, facts);
    if !judged.messages.is_empty() {
        let new = || {
            let new = judged.messages.iter();
            new.filter_map(|message| Some((attempts.get(message.attempt)?, message)))
        };
        let pending = new().map(|(attempt, _)| pending_row(attempt));
        set_based(INSERT_PENDING, pending).execute(connection)?;
        let rows = new().map(|(attempt, message)| message_row(attempt, message));
        set_based(INSERT, rows).execute(connection)?;
    }
    append_entries(connection, &judged.ledger)?;
    set_balances(connection, &judged.balances)?;
    insert_notices(connection, &judged.notices)?;
    insert_events(connection, &judged.webhook_events)?;
    codes::write(connection, attempts, &judged)?;
    Ok(judged.admissions)
}

fn pending_row(attempt: &SendAttempt) -> Value {
    json!([
        attempt.expires_at.unix_millis(),
        id(attempt.message_id.0),
        id(attempt.account_id.0),
        attempt.at.unix_millis(),
    ])
}

fn message_row(attempt: &SendAttempt, message: &NewMessage) -> Value {
    let routed_to = &message.routed_to;
    let whatsapp = routed_to.whatsapp();
    let verification = attempt.verification_id();
    json!([
        id(attempt.message_id.0),
        id(attempt.account_id.0),
        id(attempt.api_key_id.0),
        attempt.idempotency_key.map(|key| id(key.0)),
        routed_to.channel().code(),
        whatsapp.map(|route| id(route.sender_id.0)),
        whatsapp.map(|route| id(route.template_id.0)),
        routed_to.language().as_str(),
        hex(&attempt.recipient_index.0),
        hex(&attempt.recipient.0),
        attempt.region.as_ref().map(Region::as_str),
        attempt.price.get(),
        message.subscription_id.map(|payer| id(payer.0)),
        MessageStatus::Pending.code(),
        attempt.at.unix_millis(),
        attempt.expires_at.unix_millis(),
        verification.map(|verification| id(verification.0)),
    ])
}

pub(super) fn load_facts(
    connection: &mut SqliteConnection,
    attempts: &[SendAttempt],
) -> Result<SendFacts, StoreError> {
    let wanted = WantedFacts::of(attempts);
    let mut facts = SendFacts::default();
    let rules = load_rules(connection, &wanted.accounts)?;
    rules.into_iter().for_each(|row| row.add_to(&mut facts));
    load_first_answers(connection, &wanted, &mut facts)?;
    load_opt_outs(connection, &wanted, &mut facts)?;
    load_sends(connection, &wanted, &mut facts)?;
    load_balances(connection, &wanted, &mut facts)?;
    codes::load(connection, &wanted, &mut facts)?;
    Ok(facts)
}

fn load_first_answers(
    connection: &mut SqliteConnection,
    wanted: &WantedFacts,
    facts: &mut SendFacts,
) -> Result<(), StoreError> {
    let keys = &wanted.idempotency_keys;
    if keys.is_empty() {
        return Ok(());
    }
    let rows = keys
        .iter()
        .map(|(api_key, key)| json!([id(api_key.0), id(key.0)]));
    for row in set_based(FIRST_ANSWERS, rows).load::<FirstAnswerRow>(connection)? {
        row.add_to(facts);
    }
    Ok(())
}

fn load_opt_outs(
    connection: &mut SqliteConnection,
    wanted: &WantedFacts,
    facts: &mut SendFacts,
) -> Result<(), StoreError> {
    let recipients = wanted.recipients.keys();
    let rows = recipients.map(|(account, recipient)| json!([id(account.0), hex(&recipient.0)]));
    for row in set_based(OPT_OUTS, rows).load::<OptedOutRow>(connection)? {
        row.add_to(facts);
    }
    Ok(())
}

fn load_sends(
    connection: &mut SqliteConnection,
    wanted: &WantedFacts,
    facts: &mut SendFacts,
) -> Result<(), StoreError> {
    let rows = wanted
        .recipients
        .iter()
        .map(|((account, recipient), since)| {
            json!([id(account.0), hex(&recipient.0), since.unix_millis()])
        });
    for row in set_based(SENDS, rows).load::<RecentSendRow>(connection)? {
        row.add_to(facts);
    }
    Ok(())
}

fn load_balances(
    connection: &mut SqliteConnection,
    wanted: &WantedFacts,
    facts: &mut SendFacts,
) -> Result<(), StoreError> {
    let rows = wanted.accounts.iter().map(|account| json!([id(account.0)]));
    for row in set_based(BALANCES, rows).load::<BalanceRow>(connection)? {
        row.add_to(facts);
    }
    Ok(())
}
