//! Opt-outs and the consent log. Admission reads opt-outs behind the lock of their account, which the
//! recording of a request holds until it is committed.

mod consent;
mod facts;
mod unresolved;

use std::sync::Arc;

use async_trait::async_trait;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use otp_core::ids::AccountId;
use otp_core::opt_out::InboundConsent;
use otp_core::opt_out::consent::{ConsentEntry, OptOut};
use otp_core::opt_out::resolution::ResolutionFacts;
use otp_core::ports::{OptOuts, PortError};
use otp_core::sealing::RecipientIndex;
use otp_core::time::Timestamp;
use otp_rows::Col;
use otp_rows::rows::{ConsentRow, OptOutRow, UnresolvedConsentRow, read_all};
use otp_rows::schema::{consent_log, unresolved_consents};

use crate::PgStore;
use crate::errors::port_error;
use crate::statement::statement;
use crate::transaction::Transaction;

statement! {
    /// Whose last request is 1, stop. The number is that of the latest request that came with one.
    OptOutsOfAccount { account_id: AccountId } -> OptOutRow,
    "SELECT opt_outs.recipient_index, ( \
         SELECT recipient FROM consent_log \
         WHERE consent_log.account_id = opt_outs.account_id \
             AND consent_log.recipient_index = opt_outs.recipient_index \
             AND consent_log.recipient IS NOT NULL \
         ORDER BY consent_log.id DESC LIMIT 1) AS recipient, opt_outs.requested_at \
     FROM opt_outs WHERE opt_outs.account_id = {} AND opt_outs.request = 1 \
     ORDER BY opt_outs.requested_at DESC, opt_outs.recipient_index"
}

#[async_trait]
impl OptOuts for PgStore {
    async fn load_resolution_facts(
        &self,
        requests: &[InboundConsent],
    ) -> Result<ResolutionFacts, PortError> {
        facts::load(&*self.connection().await?, requests).await
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
        let query = OptOutsOfAccount {
            account_id: Col(account),
        };
        let rows = query.rows(&*self.connection().await?).await;
        Ok(read_all(rows.map_err(port_error)?)?)
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

    async fn keep_unresolved(&self, requests: &[InboundConsent]) -> Result<(), PortError> {
        unresolved::keep(&mut *self.connection().await?, requests)
            .await
            .map_err(port_error)
    }

    async fn list_unresolved(&self) -> Result<Vec<InboundConsent>, PortError> {
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
        requests: &[InboundConsent],
        before: Timestamp,
        most: usize,
    ) -> Result<usize, PortError> {
        let transaction = Transaction::on(self.connection().await?);
        let forgotten = unresolved::forget(&transaction, requests, before, most).await;
        transaction.finish(forgotten.map_err(port_error)).await
    }
}
