//! Consent requests that wait until somebody can say whose they are.

use diesel::prelude::*;
use diesel::sql_types;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use otp_core::opt_out::InboundConsent;
use otp_core::time::Timestamp;
use time::OffsetDateTime;

use crate::schema::unresolved_consents;
use crate::statement::statement;
use crate::transaction::Transaction;

type Byteas = sql_types::Array<sql_types::Bytea>;
type NullableByteas = sql_types::Array<sql_types::Nullable<sql_types::Bytea>>;
type NullableTexts = sql_types::Array<sql_types::Nullable<sql_types::Text>>;
type Smallints = sql_types::Array<sql_types::SmallInt>;
type Instants = sql_types::Array<sql_types::Timestamptz>;

statement! {
    /// Keeps requests in the order given; one that is kept already stays as it is.
    KeepUnresolved {
        message_index: Vec<Vec<u8>> => Byteas,
        request: Vec<i16> => Smallints,
        source: Vec<i16> => Smallints,
        phone_number_id: Vec<Option<String>> => NullableTexts,
        context_index: Vec<Option<Vec<u8>>> => NullableByteas,
        user_identity: Vec<Option<Vec<u8>>> => NullableByteas,
        number_identity: Vec<Option<Vec<u8>>> => NullableByteas,
        recipient_index: Vec<Option<Vec<u8>>> => NullableByteas,
        requested_at: Vec<OffsetDateTime> => Instants,
        received_at: Vec<OffsetDateTime> => Instants,
    },
    "INSERT INTO unresolved_consents (message_index, request, source, phone_number_id, \
         context_index, user_identity, number_identity, recipient_index, requested_at, received_at) \
     SELECT message_index, request, source, phone_number_id, context_index, user_identity, \
         number_identity, recipient_index, requested_at, received_at \
     FROM unnest({}, {}, {}, {}, {}, {}, {}, {}, {}, {}) WITH ORDINALITY AS new (message_index, \
         request, source, phone_number_id, context_index, user_identity, number_identity, \
         recipient_index, requested_at, received_at, position) \
     ORDER BY position \
     ON CONFLICT (message_index) DO NOTHING"
}

pub(super) async fn keep(
    connection: &mut AsyncPgConnection,
    requests: &[InboundConsent],
) -> QueryResult<()> {
    if requests.is_empty() {
        return Ok(());
    }
    let of = || requests.iter();
    let keep = KeepUnresolved {
        message_index: messages_of(requests),
        request: of().map(|request| request.request.code()).collect(),
        source: of().map(|request| request.source.code()).collect(),
        phone_number_id: of()
            .map(|request| Some(request.phone_number_id.as_ref()?.as_str().to_owned()))
            .collect(),
        context_index: of()
            .map(|request| Some(request.context?.0.to_vec()))
            .collect(),
        user_identity: of()
            .map(|request| Some(request.from.user?.0.to_vec()))
            .collect(),
        number_identity: of()
            .map(|request| Some(request.from.number?.0.to_vec()))
            .collect(),
        recipient_index: of()
            .map(|request| Some(request.number?.0.to_vec()))
            .collect(),
        requested_at: of().map(|request| request.provider_time.into()).collect(),
        received_at: of().map(|request| request.received_at.into()).collect(),
    };
    keep.execute(connection).await?;
    Ok(())
}

pub(super) async fn forget(
    transaction: &Transaction,
    requests: &[InboundConsent],
    before: Timestamp,
    most: usize,
) -> QueryResult<usize> {
    transaction.begin().await?;
    let mut connection = transaction.connection();
    let given = unresolved_consents::message_index.eq_any(messages_of(requests));
    diesel::delete(unresolved_consents::table.filter(given))
        .execute(&mut connection)
        .await?;
    let too_old = unresolved_consents::received_at.lt(OffsetDateTime::from(before));
    let too_old = diesel::delete(unresolved_consents::table.filter(too_old))
        .execute(&mut connection)
        .await?;
    let first_too_many: Option<i64> = unresolved_consents::table
        .order(unresolved_consents::id.desc())
        .offset(i64::try_from(most).unwrap_or(i64::MAX))
        .select(unresolved_consents::id)
        .first(&mut connection)
        .await
        .optional()?;
    let Some(first_too_many) = first_too_many else {
        return Ok(too_old);
    };
    let too_many = unresolved_consents::id.le(first_too_many);
    let too_many = diesel::delete(unresolved_consents::table.filter(too_many))
        .execute(&mut connection)
        .await?;
    Ok(too_old + too_many)
}

fn messages_of(requests: &[InboundConsent]) -> Vec<Vec<u8>> {
    requests
        .iter()
        .map(|request| request.message.0.to_vec())
        .collect()
}
