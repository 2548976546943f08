//! Wishes that wait until somebody can say whose they are.

use diesel::prelude::*;
use otp_core::opt_out::InboundWish;
use otp_core::time::Timestamp;
use serde_json::{Value, json};

use crate::errors::StoreError;
use crate::schema::unresolved_wishes;
use crate::set_based::{SetBased, hex, set_based};

const KEEP: &str = "
    INSERT INTO unresolved_wishes (message_index, wish, source, phone_number_id, context_index,
        user_identity, number_identity, recipient_index, wished_at, received_at)
    SELECT unhex(new.value ->> 0), new.value ->> 1, new.value ->> 2, new.value ->> 3,
        unhex(new.value ->> 4), unhex(new.value ->> 5), unhex(new.value ->> 6),
        unhex(new.value ->> 7), new.value ->> 8, new.value ->> 9
    FROM json_each(?) AS new WHERE true ORDER BY new.key
    ON CONFLICT (message_index) DO NOTHING";

const FORGET: &str = "
    DELETE FROM unresolved_wishes WHERE message_index IN (
        SELECT unhex(value ->> 0) FROM json_each(?))";

pub(super) fn keep(
    connection: &mut SqliteConnection,
    wishes: &[InboundWish],
) -> Result<(), StoreError> {
    let keep: SetBased = set_based(KEEP, wishes.iter().map(row));
    keep.execute(connection)?;
    Ok(())
}

pub(super) fn forget(
    connection: &mut SqliteConnection,
    wishes: &[InboundWish],
    before: Timestamp,
    most: usize,
) -> Result<usize, StoreError> {
    let forget: SetBased = set_based(FORGET, wishes.iter().map(row));
    forget.execute(connection)?;
    let too_old = unresolved_wishes::received_at.lt(before.unix_millis());
    let too_old = diesel::delete(unresolved_wishes::table.filter(too_old)).execute(connection)?;
    let first_too_many: Option<i64> = unresolved_wishes::table
        .order(unresolved_wishes::id.desc())
        .offset(i64::try_from(most).unwrap_or(i64::MAX))
        .select(unresolved_wishes::id)
        .first(connection)
        .optional()?;
    let Some(first_too_many) = first_too_many else {
        return Ok(too_old);
    };
    let too_many = unresolved_wishes::id.le(first_too_many);
    let too_many = diesel::delete(unresolved_wishes::table.filter(too_many)).execute(connection)?;
    Ok(too_old + too_many)
}

fn row(wish: &InboundWish) -> Value {
    json!([
        hex(&wish.message.0),
        wish.wish.code(),
        wish.source.code(),
        wish.phone_number_id.as_ref().map(|id| id.as_str()),
        wish.context.map(|index| hex(&index.0)),
        wish.from.user.map(|index| hex(&index.0)),
        wish.from.number.map(|index| hex(&index.0)),
        wish.number.map(|index| hex(&index.0)),
        wish.provider_time.unix_millis(),
        wish.received_at.unix_millis(),
    ])
}
