//! Webhook endpoints in memory.

use async_trait::async_trait;
use otp_core::audit::AuditEntry;
use otp_core::ids::{AccountId, WebhookEndpointId};
use otp_core::ports::{PortError, WebhookEndpoints};
use otp_core::time::Timestamp;
use otp_core::webhook::WantedEvents;
use otp_core::webhook::endpoint::{
    WebhookEndpoint, WebhookEndpointChange, judge_addition, judge_change, judge_removal,
};
use otp_core::webhook::turn::first_turn;

use super::{MemoryStore, State};

#[async_trait]
impl WebhookEndpoints for MemoryStore {
    async fn add_webhook_endpoint(
        &self,
        endpoint: &WebhookEndpoint,
        entry: &AuditEntry,
    ) -> Result<bool, PortError> {
        let mut state = self.state();
        let account = endpoint.account_id;
        state.require_account(account)?;
        let Some(wanted) = judge_addition(&state.endpoints_of(account), endpoint) else {
            return Ok(false);
        };
        state.webhook_endpoints.push(endpoint.clone());
        state.begin_turn(endpoint.id, first_turn(endpoint));
        state.set_wanted_events(account, wanted);
        state.append_audit(entry);
        Ok(true)
    }

    async fn change_webhook_endpoint(
        &self,
        account: AccountId,
        id: WebhookEndpointId,
        change: &WebhookEndpointChange,
        entry: &AuditEntry,
    ) -> Result<Option<WebhookEndpoint>, PortError> {
        let mut state = self.state();
        let Some(changed) = state.change_endpoint(account, id, change) else {
            return Ok(None);
        };
        if change.restarts() {
            state.restart(&changed);
        }
        state.append_audit(entry);
        Ok(Some(changed))
    }

    async fn remove_webhook_endpoint(
        &self,
        account: AccountId,
        id: WebhookEndpointId,
        entry: &AuditEntry,
    ) -> Result<bool, PortError> {
        let mut state = self.state();
        let Some(wanted) = judge_removal(state.endpoints_of(account), id) else {
            return Ok(false);
        };
        state.webhook_endpoints.retain(|endpoint| endpoint.id != id);
        state.remove_deliveries(id);
        state.set_wanted_events(account, wanted);
        state.append_audit(entry);
        Ok(true)
    }

    async fn find_webhook_endpoint(
        &self,
        account: AccountId,
        id: WebhookEndpointId,
    ) -> Result<Option<WebhookEndpoint>, PortError> {
        let endpoints = self.state().endpoints_of(account);
        Ok(endpoints.into_iter().find(|endpoint| endpoint.id == id))
    }

    async fn list_webhook_endpoints(
        &self,
        account: AccountId,
    ) -> Result<Vec<WebhookEndpoint>, PortError> {
        Ok(self.state().endpoints_of(account))
    }

    async fn list_failing_webhook_endpoints(
        &self,
        account: AccountId,
    ) -> Result<Vec<(WebhookEndpointId, Timestamp)>, PortError> {
        let state = self.state();
        let endpoints = state.endpoints_of(account).into_iter();
        let failing = endpoints.filter_map(|endpoint| {
            let since = state.failing_since(endpoint.id)?;
            Some((endpoint.id, since))
        });
        Ok(failing.collect())
    }
}

impl State {
    pub(super) fn change_endpoint(
        &mut self,
        account: AccountId,
        id: WebhookEndpointId,
        change: &WebhookEndpointChange,
    ) -> Option<WebhookEndpoint> {
        let judged = judge_change(self.endpoints_of(account), id, change);
        let (changed, wanted) = judged?;
        let mut stored = self.webhook_endpoints.iter_mut();
        let stored = stored.find(|endpoint| endpoint.id == id);
        *stored.expect("it was judged") = changed.clone();
        self.set_wanted_events(account, wanted);
        Some(changed)
    }

    /// Returns the endpoints of an account, oldest first.
    fn endpoints_of(&self, account: AccountId) -> Vec<WebhookEndpoint> {
        let of_account = self.webhook_endpoints.iter();
        let of_account = of_account.filter(|endpoint| endpoint.account_id == account);
        let mut endpoints: Vec<_> = of_account.cloned().collect();
        endpoints.sort_by_key(|endpoint| (endpoint.created_at, endpoint.id));
        endpoints
    }

    fn set_wanted_events(&mut self, account: AccountId, wanted: WantedEvents) {
        for stored in &mut self.accounts {
            if stored.id == account {
                stored.rules.wanted_events = wanted;
            }
        }
    }
}
