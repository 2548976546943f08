//! Opt-outs and the consent log. Admission reads opt-outs after it locked their account, and recording
//! a request holds the same lock until it commits.

mod consent;
mod facts;
mod unresolved;

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use async_trait::async_trait;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
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

use crate::PgStore;
use crate::errors::port_error;
use crate::transaction::Transaction;

#[async_trait]
impl OptOuts for PgStore {
    async fn find_consent_targets(
        &self,
        numbers: &BTreeSet<ProviderId>,
        answered: &BTreeSet<ProviderMessageIndex>,
    ) -> Result<ConsentTargets, PortError> {
        let connection = self.connection().await?;
        let targets = facts::targets(&connection, numbers, answered).await;
        targets.map_err(port_error)
    }

    async fn find_contacted(
        &self,
        recipients: &BTreeSet<Recipient>,
    ) -> Result<HashMap<Recipient, StoredRecipient>, PortError> {
        let connection = self.connection().await?;
        let contacted = facts::contacted(&connection, recipients).await;
        contacted.map_err(port_error)
    }

    #[tracing::instrument(name = "db.opt_outs.record_consent", level = "debug", skip_all, fields(entries = entries.len()))]
    async fn record_consent(&self, entries: Arc<[ConsentEntry]>) -> Result<(), PortError> {
        if entries.is_empty() {
            return Ok(());
        }
        let transaction = Transaction::on(self.connection().await?);
        let recorded = consent::record(&transaction, &entries).await;
        transaction.finish(recorded).await
    }

    async fn list_opt_outs(&self, account: AccountId) -> Result<Vec<OptOut>, PortError> {
        let rows: Vec<OptOutRow> = opt_outs::table
            .filter(opt_outs::account_id.eq(Col(account)))
            .filter(opt_outs::request.eq(Col(ConsentRequest::Stop)))
            .order((opt_outs::requested_at.desc(), opt_outs::recipient_index))
            .select(OptOutRow::as_select())
            .load(&mut self.connection().await?)
            .await
            .map_err(port_error)?;
        Ok(read_all(rows)?)
    }

    async fn consent_log(
        &self,
        account: AccountId,
        recipient: Option<RecipientIndex>,
    ) -> Result<Vec<ConsentEntry>, PortError> {
        let mut query = consent_log::table
            .filter(consent_log::account_id.eq(Col(account)))
            .order(consent_log::id)
            .select(ConsentRow::as_select())
            .into_boxed();
        if let Some(recipient) = recipient {
            query = query.filter(consent_log::recipient_index.eq(Col(recipient)));
        }
        let rows: QueryResult<Vec<ConsentRow>> = query.load(&mut self.connection().await?).await;
        Ok(read_all(rows.map_err(port_error)?)?)
    }

    async fn keep_unresolved(&self, requests: &[UnresolvedConsent]) -> Result<(), PortError> {
        unresolved::keep(&mut *self.connection().await?, requests)
            .await
            .map_err(port_error)
    }

    async fn list_unresolved(&self) -> Result<Vec<UnresolvedConsent>, PortError> {
        let rows = unresolved_consents::table
            .order(unresolved_consents::id)
            .select(UnresolvedConsentRow::as_select())
            .load(&mut self.connection().await?)
            .await
            .map_err(port_error)?;
        Ok(read_all(rows)?)
    }

    async fn forget_unresolved(
        &self,
        requests: &[UnresolvedConsent],
        before: Timestamp,
        most: usize,
    ) -> Result<usize, PortError> {
        let transaction = Transaction::on(self.connection().await?);
        let forgotten = unresolved::forget(&transaction, requests, before, most).await;
        transaction.finish(forgotten.map_err(port_error)).await
    }
}
