//! Consent: the log, the requests that hold, and those whose recipient is not known yet.

use diesel::prelude::*;
use otp_core::channel::whatsapp::ProviderId;
use otp_core::ids::AccountId;
use otp_core::opt_out::consent::{ConsentEntry, ConsentFacts, OptOut};
use otp_core::opt_out::{ConsentRequest, ConsentSource, CurrentConsent, UnresolvedConsent};
use otp_core::sealing::{ProviderMessageIndex, RecipientIndex, Sealed};
use otp_core::time::Timestamp;

use crate::Col;
use crate::column::by_name;
use crate::schema::{consent_log, opt_outs, unresolved_consents};

by_name! {
    /// A recipient who opted out.
    #[derive(Queryable, Selectable)]
    #[diesel(table_name = opt_outs)]
    pub struct OptOutRow {
        recipient_index: Col<RecipientIndex>,
        requested_at: Col<Timestamp>,
    }
}

impl From<OptOutRow> for OptOut {
    fn from(row: OptOutRow) -> Self {
        Self {
            recipient_index: row.recipient_index.0,
            since: row.requested_at.0,
        }
    }
}

/// An entry of the consent log.
#[derive(Queryable, Selectable)]
#[diesel(table_name = consent_log)]
pub struct ConsentRow {
    account_id: Col<AccountId>,
    recipient_index: Col<RecipientIndex>,
    request: Col<ConsentRequest>,
    source: Col<ConsentSource>,
    message_index: Col<Option<ProviderMessageIndex>>,
    requested_at: Col<Timestamp>,
    recorded_at: Col<Timestamp>,
}

impl From<ConsentRow> for ConsentEntry {
    fn from(row: ConsentRow) -> Self {
        Self {
            account_id: row.account_id.0,
            recipient_index: row.recipient_index.0,
            request: row.request.0,
            source: row.source.0,
            message: row.message_index.0,
            requested_at: row.requested_at.0,
            recorded_at: row.recorded_at.0,
        }
    }
}

by_name! {
    /// The request that holds for a recipient.
    pub struct CurrentConsentRow {
        account_id: Col<AccountId>,
        recipient_index: Col<RecipientIndex>,
        request: Col<ConsentRequest>,
        requested_at: Col<Timestamp>,
    }
}

impl CurrentConsentRow {
    /// Adds the request to the facts.
    pub fn add_to(self, facts: &mut ConsentFacts) {
        let current = CurrentConsent {
            at: self.requested_at.0,
            request: self.request.0,
        };
        let recipient = (self.account_id.0, self.recipient_index.0);
        facts.last.insert(recipient, current);
    }
}

by_name! {
    /// A message that is in the log of a recipient.
    pub struct LoggedConsentRow {
        account_id: Col<AccountId>,
        recipient_index: Col<RecipientIndex>,
        message_index: Col<ProviderMessageIndex>,
    }
}

impl LoggedConsentRow {
    /// Adds the message to the facts.
    pub fn add_to(self, facts: &mut ConsentFacts) {
        let recipient = (self.account_id.0, self.recipient_index.0);
        facts.logged.insert((recipient, self.message_index.0));
    }
}

/// A consent request whose recipient is not known yet.
#[derive(Queryable, Selectable)]
#[diesel(table_name = unresolved_consents)]
pub struct UnresolvedConsentRow {
    message_index: Col<ProviderMessageIndex>,
    request: Col<ConsentRequest>,
    source: Col<ConsentSource>,
    phone_number_id: Col<Option<ProviderId>>,
    context_index: Col<Option<ProviderMessageIndex>>,
    person: Col<Sealed>,
    requested_at: Col<Timestamp>,
    received_at: Col<Timestamp>,
}

impl From<UnresolvedConsentRow> for UnresolvedConsent {
    fn from(row: UnresolvedConsentRow) -> Self {
        Self {
            request: row.request.0,
            source: row.source.0,
            phone_number_id: row.phone_number_id.0,
            message: row.message_index.0,
            context: row.context_index.0,
            from: row.person.0,
            provider_time: row.requested_at.0,
            received_at: row.received_at.0,
        }
    }
}
