//! Opt-outs and the consent log. Admission reads opt-outs inside its write transaction, so it sees every
//! request that was committed before.

pub(crate) mod consent;
pub(crate) mod facts;
mod unresolved;

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use async_trait::async_trait;
use diesel::prelude::*;
use otp_core::channel::whatsapp::ProviderId;
use otp_core::ids::AccountId;
use otp_core::opt_out::consent::{ConsentEntry, OptOut, Recipient};
use otp_core::opt_out::{ConsentRequest, UnresolvedConsent};
use otp_core::ports::{ConsentTargets, OptOuts, PortError, StoredRecipient};
use otp_core::sealing::{ProviderMessageIndex, RecipientIndex};
use otp_core::time::Timestamp;
use otp_rows::Col;
use otp_rows::rows::{ConsentRow, OptOutRow, UnresolvedConsentRow, read_all};
use otp_rows::schema::{consent_log, opt_outs, unresolved_consents};

use crate::SqliteStore;

#[async_trait]
impl OptOuts for SqliteStore {
    async fn find_consent_targets(
        &self,
        numbers: &BTreeSet<ProviderId>,
        answered: &BTreeSet<ProviderMessageIndex>,
    ) -> Result<ConsentTargets, PortError> {
        let (numbers, answered) = (numbers.clone(), answered.clone());
        self.read("db.opt_outs.find_consent_targets", move |connection| {
            facts::targets(connection, &numbers, &answered)
        })
        .await
    }

    async fn find_contacted(
        &self,
        recipients: &BTreeSet<Recipient>,
    ) -> Result<HashMap<Recipient, StoredRecipient>, PortError> {
        let recipients = recipients.clone();
        self.read("db.opt_outs.find_contacted", move |connection| {
            facts::contacted(connection, &recipients)
        })
        .await
    }

    async fn record_consent(&self, entries: Arc<[ConsentEntry]>) -> Result<(), PortError> {
        self.write("db.opt_outs.record_consent", move |connection| {
            consent::record(connection, &entries)
        })
        .await
    }

    async fn list_opt_outs(&self, account: AccountId) -> Result<Vec<OptOut>, PortError> {
        self.read("db.opt_outs.list_opt_outs", move |connection| {
            let rows: Vec<OptOutRow> = opt_outs::table
                .filter(opt_outs::account_id.eq(Col(account)))
                .filter(opt_outs::request.eq(Col(ConsentRequest::Stop)))
                .order((opt_outs::requested_at.desc(), opt_outs::recipient_index))
                .select(OptOutRow::as_select())
                .load(connection)?;
            Ok(read_all(rows)?)
        })
        .await
    }

    async fn consent_log(
        &self,
        account: AccountId,
        recipient: Option<RecipientIndex>,
    ) -> Result<Vec<ConsentEntry>, PortError> {
        self.read("db.opt_outs.consent_log", move |connection| {
            let mut query = consent_log::table
                .filter(consent_log::account_id.eq(Col(account)))
                .order(consent_log::id)
                .select(ConsentRow::as_select())
                .into_boxed();
            if let Some(recipient) = recipient {
                query = query.filter(consent_log::recipient_index.eq(Col(recipient)));
            }
            Ok(read_all(query.load::<ConsentRow>(connection)?)?)
        })
        .await
    }

    async fn keep_unresolved(&self, requests: &[UnresolvedConsent]) -> Result<(), PortError> {
        let requests = requests.to_vec();
        self.write("db.opt_outs.keep_unresolved", move |connection| {
            unresolved::keep(connection, &requests)
        })
        .await
    }

    async fn list_unresolved(&self) -> Result<Vec<UnresolvedConsent>, PortError> {
        self.read("db.opt_outs.list_unresolved", move |connection| {
            let rows = unresolved_consents::table
                .order(unresolved_consents::id)
                .select(UnresolvedConsentRow::as_select())
                .load(connection)?;
            Ok(read_all(rows)?)
        })
        .await
    }

    async fn forget_unresolved(
        &self,
        requests: &[UnresolvedConsent],
        before: Timestamp,
        most: usize,
    ) -> Result<usize, PortError> {
        let requests = requests.to_vec();
        self.write("db.opt_outs.forget_unresolved", move |connection| {
            unresolved::forget(connection, &requests, before, most)
        })
        .await
    }
}
