//! Erasure: empties what identifies a recipient.

use async_trait::async_trait;
use diesel::prelude::*;
use otp_core::opt_out::consent::Recipient;
use otp_core::ports::{Erasure, PortError};
use otp_core::verification::VerificationStatus;
use serde_json::json;

use crate::SqliteStore;
use crate::set_based::{hex, id, set_based};

/// Empties the texts of the failures in the timelines, before the messages lose their index.
const ERASE_EVENTS: &str = "
    UPDATE message_events SET failure_title = NULL, failure_reason = NULL
    FROM json_each(?) AS wanted CROSS JOIN messages AS m
    WHERE m.account_id = unhex(wanted.value ->> 0)
      AND m.recipient_index = unhex(wanted.value ->> 1)
      AND message_events.message_id = m.id
      AND message_events.failure_title IS NOT NULL";

const ERASE_MESSAGES: &str = "
    UPDATE messages SET recipient = NULL, recipient_index = NULL, provider_message_id = NULL,
        failure_title = NULL, failure_reason = NULL
    FROM json_each(?) AS wanted
    WHERE messages.account_id = unhex(wanted.value ->> 0)
      AND messages.recipient_index = unhex(wanted.value ->> 1)";

/// Forgets what the provider calls the recipient.
const FORGET_IDENTITIES: &str = "
    DELETE FROM recipient_identities WHERE (account_id, recipient_index) IN (
        SELECT unhex(value ->> 0), unhex(value ->> 1) FROM json_each(?))";

/// Empties the checks, before the verifications lose their index.
const ERASE_CHECKS: &str = "
    UPDATE verification_checks SET recipient_index = NULL
    FROM json_each(?) AS wanted CROSS JOIN verifications AS v
    WHERE v.account_id = unhex(wanted.value ->> 0)
      AND v.recipient_index = unhex(wanted.value ->> 1)
      AND verification_checks.verification_id = v.id";

/// Empties the verifications. Those in the first status, pending, end in the second, canceled, when their
/// lifetime would have ended: nobody says when the erasure takes place.
const ERASE_VERIFICATIONS: &str = "
    UPDATE verifications SET recipient = NULL, recipient_index = NULL, code = NULL,
        code_hash = NULL, metadata = NULL, context = NULL,
        status = iif(status = wanted.value ->> 2, wanted.value ->> 3, status),
        ended_at = coalesce(ended_at, expires_at)
    FROM json_each(?) AS wanted
    WHERE verifications.account_id = unhex(wanted.value ->> 0)
      AND verifications.recipient_index = unhex(wanted.value ->> 1)";

/// Forgets that a verification was pending.
const FORGET_PENDING: &str = "
    DELETE FROM pending_verifications WHERE (account_id, recipient_index) IN (
        SELECT unhex(value ->> 0), unhex(value ->> 1) FROM json_each(?))";

/// Forgets the steps of fallbacks that lead to the recipient.
const FORGET_STEPS: &str = "
    DELETE FROM fallback_steps WHERE (account_id, recipient_index) IN (
        SELECT unhex(value ->> 0), unhex(value ->> 1) FROM json_each(?))";

const FORGET_TEST_MESSAGES: &str = "
    DELETE FROM test_messages WHERE (account_id, recipient_index) IN (
        SELECT unhex(value ->> 0), unhex(value ->> 1) FROM json_each(?))";

const FORGET_REVIEWER_NUMBERS: &str = "
    DELETE FROM reviewer_numbers WHERE (account_id, recipient_index) IN (
        SELECT unhex(value ->> 0), unhex(value ->> 1) FROM json_each(?))";

#[async_trait]
impl Erasure for SqliteStore {
    async fn erase_recipient(&self, recipient: Recipient) -> Result<usize, PortError> {
        let (account, index) = recipient;
        let (pending, canceled) = (VerificationStatus::Pending, VerificationStatus::Canceled);
        let wanted = move || {
            let (pending, canceled) = (pending.code(), canceled.code());
            [json!([id(account.0), hex(&index.0), pending, canceled])]
        };
        self.write("db.erasure.erase_recipient", move |connection| {
            set_based(ERASE_EVENTS, wanted()).execute(connection)?;
            let erased = set_based(ERASE_MESSAGES, wanted()).execute(connection)?;
            set_based(FORGET_IDENTITIES, wanted()).execute(connection)?;
            set_based(ERASE_CHECKS, wanted()).execute(connection)?;
            set_based(ERASE_VERIFICATIONS, wanted()).execute(connection)?;
            set_based(FORGET_PENDING, wanted()).execute(connection)?;
            set_based(FORGET_STEPS, wanted()).execute(connection)?;
            set_based(FORGET_TEST_MESSAGES, wanted()).execute(connection)?;
            set_based(FORGET_REVIEWER_NUMBERS, wanted()).execute(connection)?;
            Ok(erased)
        })
        .await
    }
}
