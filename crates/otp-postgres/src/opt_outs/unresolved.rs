//! Consent requests that wait until their recipient is known.

use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use otp_core::channel::whatsapp::ProviderId;
use otp_core::opt_out::{ConsentRequest, ConsentSource, UnresolvedConsent};
use otp_core::sealing::{ProviderMessageIndex, Sealed};
use otp_core::time::Timestamp;
use otp_rows::Col;
use otp_rows::schema::unresolved_consents;

use crate::statement::{each, statement};
use crate::transaction::Transaction;

statement! {
    /// Keeps requests in the order given. It does not change a request that is kept already.
    KeepUnresolved {
        message_index: [ProviderMessageIndex],
        request: [ConsentRequest],
        source: [ConsentSource],
        phone_number_id: [Option<ProviderId>],
        context_index: [Option<ProviderMessageIndex>],
        person: [Sealed],
        requested_at: [Timestamp],
        received_at: [Timestamp],
    },
    "INSERT INTO unresolved_consents (message_index, request, source, phone_number_id, \
         context_index, person, requested_at, received_at) \
     SELECT message_index, request, source, phone_number_id, context_index, person, requested_at, \
         received_at \
     FROM unnest({}, {}, {}, {}, {}, {}, {}, {}) WITH ORDINALITY AS new (message_index, request, \
         source, phone_number_id, context_index, person, requested_at, received_at, position) \
     ORDER BY position \
     ON CONFLICT (message_index) DO NOTHING"
}

pub(super) async fn keep(
    connection: &mut AsyncPgConnection,
    requests: &[UnresolvedConsent],
) -> QueryResult<()> {
    if requests.is_empty() {
        return Ok(());
    }
    let keep = KeepUnresolved {
        message_index: messages_of(requests),
        request: each(requests, |request| request.request),
        source: each(requests, |request| request.source),
        phone_number_id: each(requests, |request| request.phone_number_id.clone()),
        context_index: each(requests, |request| request.context),
        person: each(requests, |request| request.from.clone()),
        requested_at: each(requests, |request| request.provider_time),
        received_at: each(requests, |request| request.received_at),
    };
    keep.execute(connection).await?;
    Ok(())
}

pub(super) async fn forget(
    transaction: &Transaction,
    requests: &[UnresolvedConsent],
    before: Timestamp,
    most: usize,
) -> QueryResult<usize> {
    transaction.begin().await?;
    let mut connection = transaction.connection();
    let given = unresolved_consents::message_index.eq_any(messages_of(requests));
    diesel::delete(unresolved_consents::table.filter(given))
        .execute(&mut connection)
        .await?;
    let too_old = unresolved_consents::received_at.lt(Col(before));
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

fn messages_of(requests: &[UnresolvedConsent]) -> Vec<Col<ProviderMessageIndex>> {
    each(requests, |request| request.message)
}
