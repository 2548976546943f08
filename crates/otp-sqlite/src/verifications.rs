//! Verifications, read one by one and in pages.

use async_trait::async_trait;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Binary};
use otp_core::cooldown;
use otp_core::ids::{AccountId, MessageId, VerificationId};
use otp_core::ports::{PortError, VerificationKey, Verifications};
use otp_core::time::Timestamp;
use otp_core::verification::{
    FoundVerifications, GUESS_MEMORY, VerificationQuery, VerificationRecord, VerificationState,
};
use otp_rows::Col;
use otp_rows::encoding::{Id, Instant};
use otp_rows::rows::{OfMessageRow, RecordParts, VerificationStateRow};
use serde_json::json;

use crate::SqliteStore;
use crate::errors::StoreError;
use crate::set_based::{id, set_based};
use crate::stored_verifications::state;

/// The verification of a message of an account.
const OF_MESSAGE: &str = "SELECT verification_id FROM messages WHERE id = ?1 AND account_id = ?2";

/// The newest verifications that `$which` selects, in order, at most as many as may be looked at.
macro_rules! newest {
    ($which:literal) => {
        concat!(
            "SELECT ",
            state!(),
            " FROM verifications AS v ",
            $which,
            " AND v.created_at >= ?2 AND (v.created_at, v.id) < (?3, ?4) AND in_time()
              ORDER BY v.created_at DESC, v.id DESC LIMIT ?5"
        )
    };
}

pub(crate) const OF_ACCOUNT: &str =
    newest!("INDEXED BY verifications_by_account WHERE v.account_id = ?1");

pub(crate) const OF_RECIPIENT: &str = newest!(
    "INDEXED BY verifications_by_recipient WHERE v.account_id = ?1 AND v.recipient_index = ?6"
);

/// Verifications of an account.
pub(crate) const RECORDS: &str = concat!(
    "SELECT ",
    state!(),
    ", v.api_key_id, v.recipient, v.code, v.code_length, v.language, v.metadata, v.context
    FROM json_each(?) AS wanted CROSS JOIN verifications AS v
    WHERE v.id = unhex(wanted.value ->> 0) AND v.account_id = unhex(wanted.value ->> 1)"
);

/// The messages of verifications, oldest first.
pub(crate) const MESSAGES: &str = "
    SELECT m.verification_id, m.id, m.channel, m.status, m.created_at
    FROM json_each(?) AS wanted CROSS JOIN messages AS m
    WHERE m.verification_id = unhex(wanted.value ->> 0)
    ORDER BY m.created_at, m.id";

/// The checks of verifications, oldest first.
pub(crate) const CHECKS: &str = "
    SELECT c.verification_id, c.at, c.result
    FROM json_each(?) AS wanted CROSS JOIN verification_checks AS c
    WHERE c.verification_id = unhex(wanted.value ->> 0)
    ORDER BY c.id";

/// The wrong guesses that may count against the recipients: 1 is the result of a wrong guess.
pub(crate) const FAILURES: &str = "
    SELECT v.id AS verification_id, guess.at
    FROM json_each(?) AS wanted CROSS JOIN verifications AS v
        CROSS JOIN verification_checks AS guess
    WHERE v.id = unhex(wanted.value ->> 0)
      AND guess.account_id = v.account_id AND guess.recipient_index = v.recipient_index
      AND guess.at > wanted.value ->> 1 AND guess.result = 1
    ORDER BY guess.at";

/// The sends that still count for the cooldown of the recipients.
pub(crate) const SENDS: &str = "
    SELECT v.id AS verification_id, m.created_at AS at
    FROM json_each(?) AS wanted CROSS JOIN verifications AS v CROSS JOIN messages AS m
    WHERE v.id = unhex(wanted.value ->> 0)
      AND m.account_id = v.account_id AND m.recipient_index = v.recipient_index
      AND m.created_at >= wanted.value ->> 1 AND m.failed_at IS NULL
    ORDER BY m.created_at";

#[async_trait]
impl Verifications for SqliteStore {
    async fn find_verification(
        &self,
        account: AccountId,
        key: VerificationKey,
        now: Timestamp,
    ) -> Result<Option<VerificationRecord>, PortError> {
        self.read("db.verifications.find", move |connection| {
            let id = match key {
                VerificationKey::Id(id) => Some(id),
                VerificationKey::Message(message) => of_message(connection, account, message)?,
            };
            let Some(id) = id else {
                return Ok(None);
            };
            Ok(records(connection, account, &[id], now)?.pop())
        })
        .await
    }

    async fn list_verifications(
        &self,
        query: &VerificationQuery,
    ) -> Result<FoundVerifications, PortError> {
        let query = query.clone();
        self.read_briefly("db.verifications.list", move |connection| {
            let examined = newest(connection, &query)?;
            let chosen = query.choose(&examined);
            Ok(FoundVerifications {
                records: records(connection, query.account_id, &chosen.ids, query.now)?,
                examined_to: chosen.examined_to,
            })
        })
        .await
    }
}

fn of_message(
    connection: &mut SqliteConnection,
    account: AccountId,
    message: MessageId,
) -> Result<Option<VerificationId>, StoreError> {
    let find = diesel::sql_query(OF_MESSAGE)
        .bind::<Id, _>(Col(message))
        .bind::<Id, _>(Col(account));
    let found: Option<OfMessageRow> = find.get_result(connection).optional()?;
    Ok(found.and_then(OfMessageRow::into))
}

fn newest(
    connection: &mut SqliteConnection,
    query: &VerificationQuery,
) -> Result<Vec<VerificationState>, StoreError> {
    let text = match query.recipient {
        None => OF_ACCOUNT,
        Some(_) => OF_RECIPIENT,
    };
    let newest = diesel::sql_query(text)
        .bind::<Id, _>(Col(query.account_id))
        .bind::<Instant, _>(Col(query.since))
        .bind::<Instant, _>(Col(query.before.created_at))
        .bind::<Id, _>(Col(VerificationId(query.before.id)))
        .bind::<BigInt, _>(i64::try_from(query.examine).unwrap_or(i64::MAX));
    let rows: Vec<VerificationStateRow> = match query.recipient {
        None => newest.load(connection)?,
        Some(recipient) => newest.bind::<Binary, _>(Col(recipient)).load(connection)?,
    };
    Ok(rows.into_iter().map(VerificationStateRow::into).collect())
}

/// Loads the records of verifications of an account, in the order of `ids`.
fn records(
    connection: &mut SqliteConnection,
    account: AccountId,
    ids: &[VerificationId],
    now: Timestamp,
) -> Result<Vec<VerificationRecord>, StoreError> {
    let of_account = |verification: &VerificationId| json!([id(verification.0), id(account.0)]);
    let since = |start: Timestamp| {
        let start = start.unix_millis();
        move |verification: &VerificationId| json!([id(verification.0), start])
    };
    let (failures, sends) = (since(now - GUESS_MEMORY), since(now - cooldown::HORIZON));
    let parts = RecordParts {
        verifications: set_based(RECORDS, ids.iter().map(of_account)).load(connection)?,
        messages: set_based(MESSAGES, ids.iter().map(of_account)).load(connection)?,
        checks: set_based(CHECKS, ids.iter().map(of_account)).load(connection)?,
        failures: set_based(FAILURES, ids.iter().map(failures)).load(connection)?,
        sends: set_based(SENDS, ids.iter().map(sends)).load(connection)?,
    };
    Ok(parts.in_the_order_of(ids))
}
