//! Consent requests that wait until their recipient is known.

use diesel::prelude::*;
use otp_core::opt_out::UnresolvedConsent;
use otp_core::time::Timestamp;
use otp_rows::Col;
use otp_rows::schema::unresolved_consents;
use serde_json::{Value, json};

use crate::errors::StoreError;
use crate::set_based::{hex, set_based};

const KEEP: &str = "
    INSERT INTO unresolved_consents (message_index, request, source, phone_number_id, context_index,
        person, requested_at, received_at)
    SELECT unhex(new.value ->> 0), new.value ->> 1, new.value ->> 2, new.value ->> 3,
        unhex(new.value ->> 4), unhex(new.value ->> 5), new.value ->> 6, new.value ->> 7
    FROM json_each(?) AS new WHERE true ORDER BY new.key
    ON CONFLICT (message_index) DO NOTHING";

const FORGET: &str = "
    DELETE FROM unresolved_consents WHERE message_index IN (
        SELECT unhex(value ->> 0) FROM json_each(?))";

pub(super) fn keep(
    connection: &mut SqliteConnection,
    requests: &[UnresolvedConsent],
) -> Result<(), StoreError> {
    set_based(KEEP, requests.iter().map(row)).execute(connection)?;
    Ok(())
}

pub(super) fn forget(
    connection: &mut SqliteConnection,
    requests: &[UnresolvedConsent],
    before: Timestamp,
    most: usize,
) -> Result<usize, StoreError> {
    set_based(FORGET, requests.iter().map(row)).execute(connection)?;
    let too_old = unresolved_consents::received_at.lt(Col(before));
    let too_old = diesel::delete(unresolved_consents::table.filter(too_old)).execute(connection)?;
    let first_too_many: Option<i64> = unresolved_consents::table
        .order(unresolved_consents::id.desc())
        .offset(i64::try_from(most).unwrap_or(i64::MAX))
        .select(unresolved_consents::id)
        .first(connection)
        .optional()?;
    let Some(first_too_many) = first_too_many else {
        return Ok(too_old);
    };
    let too_many = unresolved_consents::id.le(first_too_many);
    let too_many =
        diesel::delete(unresolved_consents::table.filter(too_many)).execute(connection)?;
    Ok(too_old + too_many)
}

fn row(request: &UnresolvedConsent) -> Value {
    json!([
        hex(&request.message.0),
        request.request.code(),
        request.source.code(),
        request.phone_number_id.as_ref().map(|id| id.as_str()),
        request.context.map(|index| hex(&index.0)),
        hex(&request.from.0),
        request.provider_time.unix_millis(),
        request.received_at.unix_millis(),
    ])
}
