//! Opt-outs and the consent log. Admission reads opt-outs inside its own write transaction, so whatever
//! was committed before it began is seen.

pub(crate) mod consent;
pub(crate) mod facts;
mod unresolved;

use std::sync::Arc;

use async_trait::async_trait;
use diesel::prelude::*;
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
use serde_json::json;

use crate::SqliteStore;
use crate::set_based::{id, set_based};

/// Whose last request is 1, stop. The number is that of the latest request that came with one.
const OPT_OUTS_OF: &str = "
    SELECT o.recipient_index, (
        SELECT c.recipient FROM consent_log AS c
        WHERE c.account_id = o.account_id AND c.recipient_index = o.recipient_index
          AND c.recipient IS NOT NULL
        ORDER BY c.id DESC LIMIT 1) AS recipient, o.requested_at
    FROM json_each(?) AS wanted CROSS JOIN opt_outs AS o
    WHERE o.account_id = unhex(wanted.value ->> 0) AND o.request = 1
    ORDER BY o.requested_at DESC, o.recipient_index";

#[async_trait]
impl OptOuts for SqliteStore {
    async fn load_resolution_facts(
        &self,
        requests: &[InboundConsent],
    ) -> Result<ResolutionFacts, PortError> {
        let requests = requests.to_vec();
        self.read("db.opt_outs.load_resolution_facts", move |connection| {
            facts::load(connection, &requests)
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
            let query = set_based(OPT_OUTS_OF, [json!([id(account.0)])]);
            Ok(read_all(query.load::<OptOutRow>(connection)?)?)
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

    async fn keep_unresolved(&self, requests: &[InboundConsent]) -> Result<(), PortError> {
        let requests = requests.to_vec();
        self.write("db.opt_outs.keep_unresolved", move |connection| {
            unresolved::keep(connection, &requests)
        })
        .await
    }

    async fn list_unresolved(&self) -> Result<Vec<InboundConsent>, PortError> {
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
        requests: &[InboundConsent],
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
