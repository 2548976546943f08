//! Wishes that wait until somebody can say whose they are.

use diesel::prelude::*;
use diesel::sql_types;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use otp_core::opt_out::InboundWish;
use otp_core::time::Timestamp;
use time::OffsetDateTime;

use crate::schema::unresolved_wishes;
use crate::statement::statement;
use crate::transaction::Transaction;

type Byteas = sql_types::Array<sql_types::Bytea>;
type NullableByteas = sql_types::Array<sql_types::Nullable<sql_types::Bytea>>;
type NullableTexts = sql_types::Array<sql_types::Nullable<sql_types::Text>>;
type Smallints = sql_types::Array<sql_types::SmallInt>;
type Instants = sql_types::Array<sql_types::Timestamptz>;

statement! {
    /// Keeps wishes in the order given; one that is kept already stays as it is.
    KeepUnresolved {
        message_index: Vec<Vec<u8>> => Byteas,
        wish: Vec<i16> => Smallints,
        source: Vec<i16> => Smallints,
        phone_number_id: Vec<Option<String>> => NullableTexts,
        context_index: Vec<Option<Vec<u8>>> => NullableByteas,
        user_identity: Vec<Option<Vec<u8>>> => NullableByteas,
        number_identity: Vec<Option<Vec<u8>>> => NullableByteas,
        recipient_index: Vec<Option<Vec<u8>>> => NullableByteas,
        wished_at: Vec<OffsetDateTime> => Instants,
        received_at: Vec<OffsetDateTime> => Instants,
    },
    "INSERT INTO unresolved_wishes (message_index, wish, source, phone_number_id, \
         context_index, user_identity, number_identity, recipient_index, wished_at, received_at) \
     SELECT message_index, wish, source, phone_number_id, context_index, user_identity, \
         number_identity, recipient_index, wished_at, received_at \
     FROM unnest({}, {}, {}, {}, {}, {}, {}, {}, {}, {}) WITH ORDINALITY AS new (message_index, \
         wish, source, phone_number_id, context_index, user_identity, number_identity, \
         recipient_index, wished_at, received_at, position) \
     ORDER BY position \
     ON CONFLICT (message_index) DO NOTHING"
}

pub(super) async fn keep(
    connection: &mut AsyncPgConnection,
    wishes: &[InboundWish],
) -> QueryResult<()> {
    if wishes.is_empty() {
        return Ok(());
    }
    let of = || wishes.iter();
    let keep = KeepUnresolved {
        message_index: messages_of(wishes),
        wish: of().map(|wish| wish.wish.code()).collect(),
        source: of().map(|wish| wish.source.code()).collect(),
        phone_number_id: of()
            .map(|wish| Some(wish.phone_number_id.as_ref()?.as_str().to_owned()))
            .collect(),
        context_index: of().map(|wish| Some(wish.context?.0.to_vec())).collect(),
        user_identity: of().map(|wish| Some(wish.from.user?.0.to_vec())).collect(),
        number_identity: of()
            .map(|wish| Some(wish.from.number?.0.to_vec()))
            .collect(),
        recipient_index: of().map(|wish| Some(wish.number?.0.to_vec())).collect(),
        wished_at: of().map(|wish| wish.provider_time.into()).collect(),
        received_at: of().map(|wish| wish.received_at.into()).collect(),
    };
    keep.execute(connection).await?;
    Ok(())
}

pub(super) async fn forget(
    transaction: &Transaction,
    wishes: &[InboundWish],
    before: Timestamp,
    most: usize,
) -> QueryResult<usize> {
    transaction.begin().await?;
    let mut connection = transaction.connection();
    let given = unresolved_wishes::message_index.eq_any(messages_of(wishes));
    diesel::delete(unresolved_wishes::table.filter(given))
        .execute(&mut connection)
        .await?;
    let too_old = unresolved_wishes::received_at.lt(OffsetDateTime::from(before));
    let too_old = diesel::delete(unresolved_wishes::table.filter(too_old))
        .execute(&mut connection)
        .await?;
    let first_too_many: Option<i64> = unresolved_wishes::table
        .order(unresolved_wishes::id.desc())
        .offset(i64::try_from(most).unwrap_or(i64::MAX))
        .select(unresolved_wishes::id)
        .first(&mut connection)
        .await
        .optional()?;
    let Some(first_too_many) = first_too_many else {
        return Ok(too_old);
    };
    let too_many = unresolved_wishes::id.le(first_too_many);
    let too_many = diesel::delete(unresolved_wishes::table.filter(too_many))
        .execute(&mut connection)
        .await?;
    Ok(too_old + too_many)
}

fn messages_of(wishes: &[InboundWish]) -> Vec<Vec<u8>> {
    wishes.iter().map(|wish| wish.message.0.to_vec()).collect()
}
