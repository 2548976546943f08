//! Consent requests as rows.

use diesel::prelude::*;
use otp_core::ids::AccountId;
use otp_core::opt_out::consent::{ConsentEntry, OptOut};
use otp_core::opt_out::{ConsentRequest, ConsentSource, InboundConsent};
use otp_core::sealing::Sealed;
use otp_core::time::Timestamp;

use super::{Id, read_identities, read_provider_id, read_provider_index, read_recipient_index};
use crate::errors::StoreError;
use crate::schema;

pub(crate) fn read_consent_request(
    code: i16,
    column: &'static str,
) -> Result<ConsentRequest, StoreError> {
    ConsentRequest::from_code(code).ok_or(StoreError::Unreadable(column))
}

fn read_source(code: i16, column: &'static str) -> Result<ConsentSource, StoreError> {
    ConsentSource::from_code(code).ok_or(StoreError::Unreadable(column))
}

#[derive(Queryable)]
pub(crate) struct OptOutRow {
    recipient_index: Vec<u8>,
    recipient: Option<Vec<u8>>,
    requested_at: i64,
}

impl TryFrom<OptOutRow> for OptOut {
    type Error = StoreError;
    fn try_from(row: OptOutRow) -> Result<Self, StoreError> {
        Ok(Self {
            recipient_index: read_recipient_index(
                &row.recipient_index,
                "opt_outs.recipient_index",
            )?,
            recipient: row.recipient.map(Sealed),
            since: Timestamp::from_unix_millis(row.requested_at),
        })
    }
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = schema::consent_log)]
pub(crate) struct ConsentRow {
    account_id: Id,
    recipient_index: Vec<u8>,
    recipient: Option<Vec<u8>>,
    request: i16,
    source: i16,
    message_index: Option<Vec<u8>>,
    requested_at: i64,
    recorded_at: i64,
}

impl TryFrom<ConsentRow> for ConsentEntry {
    type Error = StoreError;
    fn try_from(row: ConsentRow) -> Result<Self, StoreError> {
        let message = row
            .message_index
            .map(|index| read_provider_index(&index, "consent_log.message_index"));
        Ok(Self {
            account_id: AccountId(row.account_id.0),
            recipient_index: read_recipient_index(
                &row.recipient_index,
                "consent_log.recipient_index",
            )?,
            recipient: row.recipient.map(Sealed),
            request: read_consent_request(row.request, "consent_log.request")?,
            source: read_source(row.source, "consent_log.source")?,
            message: message.transpose()?,
            requested_at: Timestamp::from_unix_millis(row.requested_at),
            recorded_at: Timestamp::from_unix_millis(row.recorded_at),
        })
    }
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = schema::unresolved_consents)]
pub(crate) struct UnresolvedConsentRow {
    message_index: Vec<u8>,
    request: i16,
    source: i16,
    phone_number_id: Option<String>,
    context_index: Option<Vec<u8>>,
    user_identity: Option<Vec<u8>>,
    number_identity: Option<Vec<u8>>,
    recipient_index: Option<Vec<u8>>,
    requested_at: i64,
    received_at: i64,
}

impl TryFrom<UnresolvedConsentRow> for InboundConsent {
    type Error = StoreError;
    fn try_from(row: UnresolvedConsentRow) -> Result<Self, StoreError> {
        let phone_number_id = row
            .phone_number_id
            .map(|id| read_provider_id(&id, "unresolved_consents.phone_number_id"));
        let context = row
            .context_index
            .map(|index| read_provider_index(&index, "unresolved_consents.context_index"));
        let number = row
            .recipient_index
            .map(|index| read_recipient_index(&index, "unresolved_consents.recipient_index"));
        Ok(Self {
            request: read_consent_request(row.request, "unresolved_consents.request")?,
            source: read_source(row.source, "unresolved_consents.source")?,
            phone_number_id: phone_number_id.transpose()?,
            message: read_provider_index(&row.message_index, "unresolved_consents.message_index")?,
            context: context.transpose()?,
            from: read_identities(
                row.user_identity.as_deref(),
                row.number_identity.as_deref(),
                "unresolved_consents",
            )?,
            number: number.transpose()?,
            provider_time: Timestamp::from_unix_millis(row.requested_at),
            received_at: Timestamp::from_unix_millis(row.received_at),
        })
    }
}
