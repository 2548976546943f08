//! Consent requests as rows.

use diesel::prelude::*;
use otp_core::ids::AccountId;
use otp_core::opt_out::consent::{ConsentEntry, OptOut};
use otp_core::opt_out::{ConsentRequest, ConsentSource, InboundConsent};
use otp_core::sealing::Sealed;
use time::OffsetDateTime;
use uuid::Uuid;

use super::{read_identities, read_provider_id, read_provider_index, read_recipient_index};
use crate::errors::Unreadable;
use crate::schema::{consent_log, unresolved_consents};

pub(crate) fn read_consent_request(
    code: i16,
    column: &'static str,
) -> Result<ConsentRequest, Unreadable> {
    ConsentRequest::from_code(code).ok_or(Unreadable(column))
}

fn read_source(code: i16, column: &'static str) -> Result<ConsentSource, Unreadable> {
    ConsentSource::from_code(code).ok_or(Unreadable(column))
}

#[derive(Queryable)]
pub(crate) struct OptOutRow {
    recipient_index: Vec<u8>,
    recipient: Option<Vec<u8>>,
    requested_at: OffsetDateTime,
}

impl TryFrom<OptOutRow> for OptOut {
    type Error = Unreadable;
    fn try_from(row: OptOutRow) -> Result<Self, Unreadable> {
        Ok(Self {
            recipient_index: read_recipient_index(
                &row.recipient_index,
                "opt_outs.recipient_index",
            )?,
            recipient: row.recipient.map(Sealed),
            since: row.requested_at.into(),
        })
    }
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = consent_log, check_for_backend(diesel::pg::Pg))]
pub(crate) struct ConsentRow {
    account_id: Uuid,
    recipient_index: Vec<u8>,
    recipient: Option<Vec<u8>>,
    request: i16,
    source: i16,
    message_index: Option<Vec<u8>>,
    requested_at: OffsetDateTime,
    recorded_at: OffsetDateTime,
}

impl TryFrom<ConsentRow> for ConsentEntry {
    type Error = Unreadable;
    fn try_from(row: ConsentRow) -> Result<Self, Unreadable> {
        let message = row
            .message_index
            .map(|index| read_provider_index(&index, "consent_log.message_index"));
        Ok(Self {
            account_id: AccountId(row.account_id),
            recipient_index: read_recipient_index(
                &row.recipient_index,
                "consent_log.recipient_index",
            )?,
            recipient: row.recipient.map(Sealed),
            request: read_consent_request(row.request, "consent_log.request")?,
            source: read_source(row.source, "consent_log.source")?,
            message: message.transpose()?,
            requested_at: row.requested_at.into(),
            recorded_at: row.recorded_at.into(),
        })
    }
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = unresolved_consents, check_for_backend(diesel::pg::Pg))]
pub(crate) struct UnresolvedConsentRow {
    message_index: Vec<u8>,
    request: i16,
    source: i16,
    phone_number_id: Option<String>,
    context_index: Option<Vec<u8>>,
    user_identity: Option<Vec<u8>>,
    number_identity: Option<Vec<u8>>,
    recipient_index: Option<Vec<u8>>,
    requested_at: OffsetDateTime,
    received_at: OffsetDateTime,
}

impl TryFrom<UnresolvedConsentRow> for InboundConsent {
    type Error = Unreadable;
    fn try_from(row: UnresolvedConsentRow) -> Result<Self, Unreadable> {
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
            provider_time: row.requested_at.into(),
            received_at: row.received_at.into(),
        })
    }
}
